#!/bin/bash
# Names are asked once for as long as the DNS says that its answer is good, also that there is none; and again afterwards. RFC1035:7.4 RFC2308:5
. "${0%/*}/lib.sh"

# server SECONDS: its port in $dns
server() {
    rm -f dns.log
    python3 "${0%/*}/dns.py" 127.0.0.1 "$1" >dns.log &
    pids+=($!)
    await 10 says dns.log '^port' || die 'no name server'
    dns=$(sed -n 's/^port //p' dns.log)
}
# asked NAME TYPE: how often
asked() { grep -c "^$1 $2\$" dns.log; }

start callee ua --listen udp:127.0.0.1:0
callee=$port
# calls PLACED OPTIONS…
calls() {
    local placed=$1
    shift
    timeout 60 "$SIPSIM" live ua --listen udp:127.0.0.1:0 --dns "127.0.0.1:$dns" --hold 10ms --count "$placed" "$@" >calls.out.log 2>calls.log
}

# an hour: twenty calls, one question of each kind. A URI with a port needs A alone, RFC 3263 4.2.
server 3600
calls 20 --rate 50 --call "sip:bob@callee.test:$callee" || fault "calls fail: $(cat calls.log)"
[ "$(asked callee.test 1)" = 1 ] || fault "asked $(asked callee.test 1) times for an address"

# nobody there: asked once, too, for NAPTR (35), SRV (33) and addresses
calls 5 --rate 50 --call sip:bob@nobody.test && fault 'calls to nobody succeed'
for type in 35 1; do
    [ "$(asked nobody.test $type)" = 1 ] || fault "asked $(asked nobody.test $type) times for type $type of who does not exist"
done
[ "$(asked _sip._udp.nobody.test 33)" = 1 ] || fault "asked $(asked _sip._udp.nobody.test 33) times for SRV of who does not exist"

# a second: calls that are 1.5 s apart ask each time
server 1
calls 4 --rate 40/m --call "sip:bob@callee.test:$callee" || fault "calls fail: $(cat calls.log)"
[ "$(asked callee.test 1)" = 4 ] || fault "asked $(asked callee.test 1) times, not 4, when an answer is good for a second"

# not at all
server 0
calls 3 --rate 50 --call "sip:bob@callee.test:$callee" || fault "calls fail: $(cat calls.log)"
[ "$(asked callee.test 1)" = 3 ] || fault "asked $(asked callee.test 1) times, not 3, when an answer is good for nothing"
finish
