#!/usr/bin/env bash
# What a link decides about a datagram (tests/bench/link_crossing/main.c): nanoseconds of CPU, and instructions, over a plain link, one that impairs by
# chance, one whose models all remember, and before queues with RED and CoDel. The budget of a datagram over one impaired link is 250 ns. What
# must hold are counts: instructions, by the ceilings.
source "$(dirname "$0")/lib.sh"

[[ $BUILD_TYPE == Release && $SANITIZED == 0 ]] || exit 77      # counts are of optimised code
command -v valgrind >/dev/null || exit 77

ours=$BINARY_DIR/tests/bench/link_crossing
ceiling=$(sed -nE 's/^link_crossing ([0-9]+)$/\1/p' "$SOURCE_DIR/tests/bench/ceilings.txt")
best() { for _ in 1 2 3; do "$@" 2>sum; done | sort -n | head -1; }
rows= most=0
for link in plain chance memory red codel; do
    few=$(instructions "few.$link" "$ours" "$link" 20000)
    many=$(instructions "many.$link" "$ours" "$link" 120000)
    each=$(((many - few) / 100000))
    most=$((each > most ? each : most))
    rows+=$(printf ',{"link":"%s","ns":%s,"instructions":%s}' "$link" "$(best "$ours" "$link" 2000000)" "$each")
done
printf '{"bench":"link_crossing","budget_ns":250,"ceiling":%s,"links":[%s]}\n' "$ceiling" "${rows#,}"
[[ $most -le $ceiling ]]
