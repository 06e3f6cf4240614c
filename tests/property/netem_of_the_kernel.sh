#!/usr/bin/env bash
# The same train of packets through the kernel's netem and through ours, by the same string of tc: loss, copies, delay and its spread, and how
# many come late, must agree as far as chance and a real clock let them. In a network namespace of its own, on its loopback; where there is
# none, or no tc, or no netem in the kernel, it cannot run: status 77, and why.
set -euo pipefail

skip() {
    echo "skipped: $1"
    exit 77
}
command -v tc >/dev/null && command -v ip >/dev/null || skip 'tc and ip (package iproute2) are not installed'
command -v python3 >/dev/null || skip 'python3 is not installed'
if unshare -n true 2>/dev/null; then
    apart=(unshare -n)
elif unshare -Urn true 2>/dev/null; then
    apart=(unshare -Urn)
else
    skip 'this user may not make a network namespace: unshare -n'
fi
"${apart[@]}" sh -c 'ip link set lo up && tc qdisc add dev lo root netem delay 1ms' 2>tc.err ||
    skip "the kernel has no netem: $(head -1 tc.err)"

exec "${apart[@]}" python3 "$SOURCE_DIR/tests/property/netem_of_the_kernel.py" "$SIPSIM"
