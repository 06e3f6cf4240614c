#!/usr/bin/env bash
# Bare events: the hold model (tests/bench/event_queue/hold.c) with 1,000, 100,000 and 1,000,000 pending, and with 10,000 among
# 1,000,000 that are parked an hour away; nanoseconds of CPU a hold. Where libns3-dev is installed, its default scheduler (Map) and its
# best (PriorityQueue) do the same in the same run. What must hold are counts: instructions a hold do not grow with what is pending.
source "$(dirname "$0")/lib.sh"

[[ $BUILD_TYPE == Release && $SANITIZED == 0 ]] || exit 77      # counts are of optimised code
command -v valgrind >/dev/null || exit 77

ours=$BINARY_DIR/tests/bench/event_queue_hold
ceiling=$(sed -nE 's/^event_hold ([0-9]+)$/\1/p' "$SOURCE_DIR/tests/bench/ceilings.txt")

# per_hold PENDING PARKED: instructions, what is done once falls out
per_hold() {
    local few many
    few=$(instructions "few.$1.$2" "$ours" "$1" "$2" 100000)
    many=$(instructions "many.$1.$2" "$ours" "$1" "$2" 300000)
    echo $(((many - few) / 200000))
}
small=$(per_hold 1000 0)
large=$(per_hold 100000 0)
among=$(per_hold 10000 200000)

peer=0
if [[ -e /usr/include/ns3/core-module.h || -e /usr/include/ns3.37/ns3/core-module.h ]] && command -v c++ pkg-config >/dev/null; then
    c++ -O2 $(pkg-config --cflags ns3-core 2>/dev/null) "$SOURCE_DIR/tests/bench/event_queue/ns3_hold.cc" -lns3-core -o ns3_hold \
        2>ns3.err && peer=1
fi
best() { for _ in 1 2 3; do "$@"; done | sort -n | head -1; }
peers() { # PENDING PARKED HOLDS
    [[ $peer == 1 ]] || { echo null,null; return; }
    echo "$(best ./ns3_hold ns3::MapScheduler "$@"),$(best ./ns3_hold ns3::PriorityQueueScheduler "$@")"
}
rows=
for row in "1000 0 1000000" "100000 0 1000000" "1000000 0 1000000" "10000 1000000 1000000"; do
    read -r pending parked holds <<<"$row"
    IFS=, read -r map queue <<<"$(peers "$pending" "$parked" "$holds")"
    rows+=$(printf ',{"pending":%s,"parked":%s,"ns":%s,"ns3_map_ns":%s,"ns3_priority_queue_ns":%s}' \
        "$pending" "$parked" "$(best "$ours" "$pending" "$parked" "$holds")" "$map" "$queue")
done
printf '{"bench":"event_queue","instructions":[%s,%s,%s],"ceiling":%s,"holds":[%s]}\n' \
    "$small" "$large" "$among" "$ceiling" "${rows#,}"
[[ $small -le $ceiling && $large -le $((ceiling * 3 / 2)) && $among -le $ceiling ]]
