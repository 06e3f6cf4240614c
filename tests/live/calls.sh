#!/bin/bash
# Two live user agents call each other on loopback: over UDP and TCP, IPv4 and IPv6; answered, refused, cancelled, hung up by either
# side; ended by Ctrl-C.
. "${0%/*}/lib.sh"

# call TRANSPORT HOST: ten calls between two
call() {
    local transport=$1 host=$2
    start "callee_$transport" ua --listen "$transport:$host:0" --answer 0s
    local callee=$pid
    "$SIPSIM" live ua --listen "$transport:$host:0" --call "sip:bob@$host:$port;transport=$transport" \
        --count 10 --rate 50 --hold 100ms >"caller_$transport.out.log" 2>"caller_$transport.log" ||
        die "$transport over $host: the caller ended with $?"
    says "caller_$transport.out.log" 'placed: 10, answered 10, failed 0' || die "$transport over $host: calls failed"
    stop "$callee"
    [ "$status" = 0 ] || fault "$transport over $host: the callee ended with $status"
    says "callee_$transport.out.log" 'taken: 10, answered 10, refused 0' || die "$transport over $host: calls were not taken"
}
call udp 127.0.0.1
call tcp 127.0.0.1
if [ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6; then
    call udp '[::1]'
    call tcp '[::1]'
fi

# What it leaves behind with -o: no law is broken, though nobody sees the other end.
start recorded ua --listen udp:127.0.0.1:0 --answer 100ms
recorded=$pid
"$SIPSIM" live ua --listen udp:127.0.0.1:0 --call "sip:bob@127.0.0.1:$port" --hold 100ms -o out --force >out.log 2>&1 ||
    fault "a recorded call ended with $?: $(cat out.log)"
grep -q 'INVITE' out/ladder.txt || fault "no ladder of a recorded call"
[ -s out/trace.pcapng ] && [ -s out/results.json ] && [ -s out/report.html ] || fault "a recorded call has no files"
stop "$recorded"

# Refused: the caller says what came, and its status is that of work that was not done.
start busy ua --listen udp:127.0.0.1:0 --reject 486
busy=$pid
"$SIPSIM" live ua --listen udp:127.0.0.1:0 --call "sip:bob@127.0.0.1:$port" >refused.out.log 2>refused.log
[ $? = 8 ] || fault "a refused call is no failure"
says refused.log 'last failure was 486' || fault "nobody says 486"
stop "$busy"

# Cancelled while it rings.
start rings ua --listen udp:127.0.0.1:0 --answer never
rings=$pid
"$SIPSIM" live ua --listen udp:127.0.0.1:0 --call "sip:bob@127.0.0.1:$port" --cancel 300ms >cancelled.out.log 2>cancelled.log
says cancelled.log 'last failure was 487' || fault "a cancelled call does not end with 487"
stop "$rings"

# The callee hangs up.
start leaves ua --listen udp:127.0.0.1:0 --answer 100ms --hold 200ms --hangup callee
leaves=$pid
"$SIPSIM" live ua --listen udp:127.0.0.1:0 --call "sip:bob@127.0.0.1:$port" --hold 1h >left.out.log 2>left.log ||
    fault "a call that the callee ended has failed"
stop "$leaves"

# Ctrl-C in a call that would last for an hour: both are told.
start waits ua --listen udp:127.0.0.1:0
waits=$pid
start talks ua --listen udp:127.0.0.1:0 --call "sip:bob@127.0.0.1:$port" --hold 1h -v
talks=$pid
sleep 1
stop "$talks"
says talks.out.log 'answered 1, failed 0' || fault "the call was not answered before Ctrl-C"
stop "$waits"
[ "$status" = 0 ] || fault "who was left by Ctrl-C ended with $status"

# Ctrl-C when the other end says nothing any more: our end waits for its answer, and a second Ctrl-C ends it at once.
start freezes ua --listen udp:127.0.0.1:0
freezes=$pid
start waits_in_vain ua --listen udp:127.0.0.1:0 --call "sip:bob@127.0.0.1:$port" --hold 1h --json
talks=$pid
await 20 says waits_in_vain.out.log '"call_event":"ANSWERED"' || fault "no call before the second Ctrl-C"
kill -STOP "$freezes"
kill -INT "$talks"
await 5 says waits_in_vain.out.log '"call_event":"HANGUP"' || fault "Ctrl-C does not hang up"
kill -INT "$talks"
await 5 is_gone "$talks" || fault "a second Ctrl-C does not end it"
says waits_in_vain.out.log '"call_event":"ENDED"' && fault "it waited for an answer that nobody gives"
kill -CONT "$freezes"
stop "$freezes"
finish
