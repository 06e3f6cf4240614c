#!/bin/bash
# Garbage at the ports of a live proxy and a live user agent: random bytes, messages of the corpus with bytes changed, halves of
# messages, and a thousand connections that say nothing. Nothing crashes, and a valid call goes through afterwards.
. "${0%/*}/lib.sh"

metrics=$(free_port)
start proxy proxy --listen udp:127.0.0.1:0 --listen tcp:127.0.0.1:0 --domain example.com --metrics "127.0.0.1:$metrics"
proxy=$pid at=$port
start callee ua --listen udp:127.0.0.1:0 --listen tcp:127.0.0.1:0 --aor sip:bob@example.com --register sip:example.com \
    --proxy "sip:127.0.0.1:$at"
callee=$pid callee_at=$port
rss() { awk '/VmRSS/ { print $2 }' "/proc/$1/status"; }
before=$(rss "$proxy")
for target in "$at 1000" "$callee_at 1000"; do
    # shellcheck disable=SC2086
    python3 "${0%/*}/garbage.py" "$SOURCE_DIR/corpus" $target "${GARBAGE_SECONDS:-1}" || fault "port $target: garbage could not be said"
done
grown=$(($(rss "$proxy") - before))
echo "the proxy has grown by $grown KiB"
if [ "${SANITIZED:-0}" = 0 ]; then # 1.5 GiB it may keep; of garbage there is nothing to keep but who sent it
    [ "$grown" -lt 200000 ] || fault "the proxy grew by $grown KiB"
fi
is_gone "$proxy" && die "the proxy is gone"
is_gone "$callee" && die "the user agent is gone"
"$SIPSIM" live ua --listen udp:127.0.0.1:0 --aor sip:alice@example.com --proxy "sip:127.0.0.1:$at" --call sip:bob@example.com \
    --count 3 --rate 10 --hold 100ms >caller.out.log 2>caller.log || fault "no call goes through afterwards: $(cat caller.log)"
"$SIPSIM" live ua --listen tcp:127.0.0.1:0 --call "sip:bob@127.0.0.1:$callee_at;transport=tcp" --hold 100ms \
    >direct.out.log 2>direct.log || fault "no call over TCP goes through afterwards: $(cat direct.log)"
for pid in "$callee" "$proxy"; do
    stop "$pid"
    [ "$status" = 0 ] || fault "status $status at the end: $(tail -n 5 proxy.log callee.log)"
done
finish
