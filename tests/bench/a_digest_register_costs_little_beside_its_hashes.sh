#!/usr/bin/env bash
# What a REGISTER with credentials costs more than one without, its hashes apart: instructions of runs in which phones refresh their
# registrations, with a password and without, each run twice as long and once, so that what is done once falls out; minus all that is
# spent inside the hashes that the host lends to the stack, and inside the laws that watch. It fails above the ceiling.
source "$(dirname "$0")/lib.sh"

[[ $BUILD_TYPE == Release && $SANITIZED == 0 ]] || exit 77      # the ceiling is of optimised code
command -v valgrind >/dev/null || exit 77

ceiling=$(sed -nE 's/^digest_register ([0-9]+)$/\1/p' "$SOURCE_DIR/tests/bench/ceilings.txt")
cat >plain.yaml <<'YAML'
sipsim: 1
name: phones that register
duration: 600s
drain: 60s
links:
  wire: {delay: 5ms}
domains:
  example.com: {registrar: proxy, users: "u{n}"}
nodes:
  proxy: {roles: [proxy, registrar]}
  phone: {role: ua, count: 20, outbound: proxy, register: {expires: 60s, at: uniform 0s..1s}}
YAML
sed 's/users: "u{n}"/users: "u{n}", password: "pw{n}", algorithms: SHA-256, nonce: 1h/' plain.yaml >digest.yaml

# run KIND SECONDS: into KIND.SECONDS, with its instructions by function beside it
run() {
    instructions "$1.$2" "$in_parts" run "$1.yaml" --set "duration=$2s" -o "$1.$2" --force --quiet --pcap off --events off >"$1.$2.count"
    callgrind_annotate --inclusive=yes --threshold=100 "$1.$2.callgrind" >"$1.$2.functions"
}
# more KIND PATTERN: instructions inside the functions, what they call included, in the longer run more than in the shorter
spent_in() {
    awk -v pattern="$2" '!/=>/ && $0 ~ pattern { gsub(",", "", $1); sum += $1 } END { print sum + 0 }' "$1.functions"
}
more() { echo $(($(spent_in "$1.1200" "$2") - $(spent_in "$1.600" "$2"))); }

for kind in plain digest; do
    run $kind 600
    run $kind 1200
done
registrations=$(($(field digest.1200/results.json registrations) - $(field digest.600/results.json registrations)))
plain=$(($(<plain.1200.count) - $(<plain.600.count)))
digest=$(($(<digest.1200.count) - $(<digest.600.count)))
hashes=$(more digest 'openssl[.]c:(hash|hmac) \\[')
laws=$(more digest 'auth_laws[.]c:sn_auth_judge \\[')
each=$(((digest - plain - hashes - laws) / registrations))
printf '{"bench":"digest_register","registrations":%s,"plain":%s,"digest":%s,"hashes":%s,"laws":%s,"per_register_beside_hashes":%s,"ceiling":%s}\n' \
    "$registrations" "$plain" "$digest" "$hashes" "$laws" "$each" "$ceiling"
[[ $registrations -gt 0 && $hashes -gt 0 && $each -le $ceiling ]]
