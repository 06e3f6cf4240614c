#!/bin/bash
# A live proxy forks to two user agents of one name, over UDP and IPv4, and over TCP and IPv6: the first 2xx ends the ringing of the
# other, one refusal does not end the call, and of two the best is passed on. RFC3261:16.7 RFC3261:10.3
. "${0%/*}/lib.sh"

echo opensesame >pw
"$SIPSIM" live secret --user bob --realm example.com --password-file pw >users

# bob NAME ARGUMENTS…: one of him, registered; his id in $pid
bob() {
    local name=$1
    shift
    start "$name" ua --listen "$transport:$host:0" --aor sip:bob@example.com --register sip:example.com --expires 60s \
        --proxy "sip:$host:$at;transport=$transport" --user bob --realm example.com --password-file pw --json "$@"
    await 20 says "$name.out.log" '"call_event":"REGISTERED"' || die "$name does not register"
}
# calls STATUS WORDS ARGUMENTS…: Alice, who is of another domain, calls him
calls() {
    local wanted=$1 words=$2 got
    shift 2
    timeout 60 "$SIPSIM" live ua --listen "$transport:$host:0" --aor sip:alice@elsewhere.test --proxy "sip:$host:$at;transport=$transport" \
        --call sip:bob@example.com --json "$@" >caller.out.log 2>caller.log
    got=$?
    [ $got = "$wanted" ] || fault "$transport: status $got, not $wanted: $(cat caller.log)"
    says caller.out.log "$words" || fault "$transport: no '$words': $(cat caller.out.log)"
}
# is_told NAME EVENT STATUS
is_told() { await 10 says "$1.out.log" "\"call_event\":\"$2\".*\"status\":$3" || fault "$transport, $1: no $2 $3: $(cat "$1.out.log")"; }

both_ring() {
    transport=$1 host=$2
    start "proxy_$transport" proxy --listen "$transport:$host:0" --domain example.com --users users -o "judged_$transport" --force
    local proxy=$pid one other
    at=$port

    bob rings --answer never
    one=$pid
    bob answers --answer 200ms
    other=$pid
    calls 0 '"placed":1,"answered":1,"failed":0' --hold 200ms
    is_told rings CANCELLED 487
    is_told answers ACCEPTED 200
    stop "$one"

    bob refuses --reject 486
    one=$pid
    calls 0 '"placed":1,"answered":1,"failed":0' --hold 200ms
    is_told refuses REFUSED 486
    stop "$other"

    bob declines --answer 200ms --reject 603
    other=$pid
    calls 8 '"call_event":"REJECTED".*"status":603'
    stop "$other"
    calls 8 '"call_event":"REJECTED".*"status":486'
    stop "$one"
    calls 8 '"call_event":"REJECTED".*"status":480' # both have gone from the registrar

    stop "$proxy"
    [ "$status" = 0 ] || fault "$transport: the proxy ended with $status: $(cat "proxy_$transport.log")"
}
both_ring udp 127.0.0.1
if [ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6; then
    both_ring tcp '[::1]'
else
    both_ring tcp 127.0.0.1
fi
finish
