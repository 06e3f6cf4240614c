#!/bin/bash
# Ctrl-C in a call whose other end answers nothing any more: BYE is sent, again and again as Timer E wants it, and after 1.5 s it is waited
# for no longer: gone within 2 s. A second Ctrl-C ends it at once. RFC3261:15.1.1 RFC3261:17.1.2.2
. "${0%/*}/lib.sh"

# What a busy machine may add to the program's own 2 s; the sanitizers look for leaks when it ends.
margin=1000
[ "${SANITIZED:-0}" = 0 ] || margin=4000

now_ms() { local us=${EPOCHREALTIME/[.,]/}; echo $((us / 1000)); }
# came METHOD: how many of them the peer has
came() { grep -c "^$1\$" peer.log; }
has_come() { [ "$(came "$1")" -ge "$2" ]; }
# calls NAME: a call that would last for an hour, answered by a peer that will say nothing more
calls() {
    rm -f peer.log
    python3 "${0%/*}/silent_peer.py" peer.log &
    pids+=($!)
    peer=$!
    await 20 test -s peer.log || die 'no peer'
    local to
    to=$(head -n 1 peer.log)
    start "$1" ua --listen udp:127.0.0.1:0 --call "sip:silent@127.0.0.1:$to" --hold 1h
    await 20 has_come ACK 1 || die "$1: no call"
}
# ends NAME SINCE LEAST MOST: it is gone, so many ms after
ends() {
    await 20 is_gone "$pid" || die "$1: is still there"
    local took=$(($(now_ms) - $2))
    echo "$1: gone after $took ms"
    [ $took -ge "$3" ] && [ $took -le "$4" ] || fault "$1: gone after $took ms, not $3 to $4"
    wait "$pid"
    kill "$peer"
}

calls once
since=$(now_ms)
kill -INT "$pid"
ends once "$since" 1000 $((2000 + margin))
has_come BYE 2 || fault "$(came BYE) BYE, though nobody answered"
says once.out.log 'answered 1' || fault "the call is not told of: $(cat once.out.log)"

calls twice
kill -INT "$pid"
await 10 has_come BYE 1 || fault 'Ctrl-C sends no BYE'
since=$(now_ms)
kill -INT "$pid"
ends twice "$since" 0 $((margin + 300))
[ "$(came BYE)" -le 3 ] || fault 'it went on sending BYE'
finish
