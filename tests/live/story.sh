#!/bin/bash
# The same story in simulation and on loopback: the same ladder apart from times, and no law broken on either.
. "${0%/*}/lib.sh"

# Loopback has 2^24 addresses: two that nobody listens at.
block=$(($$ % 200 + 20))
nets=(--set "nodes.alice.net=127.$block.1.0/30" --set "nodes.bob.net=127.$block.2.0/30")
story="${0%/*}/story.yaml"
"$SIPSIM" run "$story" "${nets[@]}" -o simulated --force -q 2>simulated.log || die "the simulation ended with $?"
"$SIPSIM" live ua --scenario "$story" --node alice --node bob "${nets[@]}" -o real --force -q 2>real.log ||
    die "the live run ended with $?"

# Without times; and without the timers that run for long after the last message, for which nobody waits here.
strip() { sed -E 's/[0-9]+\.[0-9]{3,6}/T/g; s/[ \t]+/ /g; /\[[A-Z]\]/d; s/ interrupted.*//' "$1/ladder.txt"; }
strip simulated >simulated.txt
strip real >real.txt
[ "$(wc -l <simulated.txt)" -ge 8 ] || die "the ladder is too short: $(cat simulated/ladder.txt)"
diff simulated.txt real.txt || fault "the ladders differ"
grep -q '"verdict"' real/results.json || fault "no results"
[ -s real/trace.pcapng ] || fault "no capture"
finish
