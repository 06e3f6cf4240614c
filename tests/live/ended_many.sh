#!/bin/bash
# Ctrl-C in very many calls: each of them is ended by a BYE, though all of those together are more than one turn of the engine can say.
. "${0%/*}/lib.sh"

many=3000 # their BYEs and what is kept of them are more than the 4 MiB of a turn
rate=1000
[ "${SANITIZED:-0}" = 0 ] || rate=300

start bob ua --listen udp:127.0.0.1:0 --log
bob=$pid
told() { grep -c "\"method\":\"$1\"" bob.out.log; }
all_are_there() { [ "$(told INVITE)" -ge $many ]; }
start alice ua --listen udp:127.0.0.1:0 --call "sip:bob@127.0.0.1:$port" --count $many --rate $rate --hold 1h
await 60 all_are_there || die "$(told INVITE) calls are there"
stop "$pid"
sleep 0.5
stop "$bob"
[ "$(told BYE)" = $many ] || fault "$(told BYE) of $many calls were hung up"
finish
