#!/usr/bin/env bash
# The highest rate of calls without a failure of `sipsim live proxy` and of Kamailio (tm, rr, sl, one worker, its fast allocator), in
# one run: their ratio is said, and nothing fails on time. The aim is 3.
source "$(dirname "$0")/lib.sh"

for command in sipp kamailio; do
    if ! command -v "$command" >/dev/null; then
        echo "skipped: $command is not installed"
        exit 77
    fi
done
python3 "$SOURCE_DIR/tests/bench/proxy_rate/proxy_rate.py" "$SIPSIM" "$SOURCE_DIR/tests/bench/proxy_rate/kamailio.cfg"
