#!/bin/bash
# kill -9 in the middle of many registrations: afterwards every binding that was acknowledged is there, and calls reach it. RFC3261:10.3
. "${0%/*}/lib.sh"

start first proxy --listen udp:127.0.0.1:0 --domain example.com --bindings bindings.db
python3 "${0%/*}/killed.py" "$port" "$pid" acknowledged || die "registrations"
wait "$pid" 2>/dev/null
[ "$(wc -l <acknowledged)" -gt 50 ] || die "only $(wc -l <acknowledged) were acknowledged"
start second proxy --listen udp:127.0.0.1:0 --domain example.com --bindings bindings.db
python3 "${0%/*}/killed.py" "$port" look acknowledged || fault "bindings are lost"
stop "$pid"
[ "$status" = 0 ] || fault "the second proxy ended with $status: $(cat second.log)"
finish
