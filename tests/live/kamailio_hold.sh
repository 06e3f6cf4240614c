#!/bin/bash
# Two nodes of a scenario in two processes, and Kamailio at the address that the proxy has in it: each side puts the call on hold and
# takes it back. RFC3264:8.4
. "${0%/*}/kamailio_lib.sh"

block=$(($$ % 200 + 20))
nets=(--set "nodes.alice.net=127.$block.1.0/30" --set "nodes.bob.net=127.$block.2.0/30" --set "nodes.kamailio.net=127.$block.3.0/30")
scenario="${0%/*}/kamailio.yaml"
kamailio_at SHA-256 "127.$block.3.1:5060"
start holds_too ua --scenario "$scenario" --node bob "${nets[@]}" --json
bob=$pid
await 20 says holds_too.log 'bob is registered' || die "bob of the scenario does not register"
timeout 60 "$SIPSIM" live ua --scenario "$scenario" --node alice "${nets[@]}" --json -o holds --force >holds.out.log 2>holds.log ||
    fault "the call that both put on hold ended with $?: $(cat holds.log)"
stop "$bob"
for who in holds holds_too; do
    [ "$(grep -c '"call_event":"CHANGED"' $who.out.log)" = 4 ] || fault "$who: not held and resumed by both: $(cat $who.out.log)"
done
says holds.out.log '"kind":"RESULT","registered":[0-9]*,"register_failed":0,"placed":1,"answered":1,"failed":0' || fault "no result of the call on hold"
finish
