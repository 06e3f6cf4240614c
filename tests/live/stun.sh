#!/bin/bash
# RFC5626:8 A live proxy and a live user agent are STUN servers too, on the UDP port of SIP: a client of another hand asks them.
. "${0%/*}/lib.sh"

start proxy proxy --listen udp:127.0.0.1:0 --domain example.com
proxy=$pid at=$port
start callee ua --listen udp:127.0.0.1:0 --aor sip:bob@example.com --register sip:example.com --proxy "sip:127.0.0.1:$at"
callee=$pid callee_at=$port
for target in "$at" "$callee_at"; do
    python3 "${0%/*}/stun.py" "$target" || fault "port $target is no STUN server"
done
"$SIPSIM" live ua --listen udp:127.0.0.1:0 --aor sip:alice@example.com --proxy "sip:127.0.0.1:$at" --call sip:bob@example.com \
    --hold 100ms >caller.out.log 2>caller.log || fault "no call goes through beside it: $(cat caller.log)"
for pid in "$callee" "$proxy"; do
    stop "$pid"
    [ "$status" = 0 ] || fault "status $status at the end: $(tail -n 5 proxy.log callee.log)"
done
finish
