#!/usr/bin/env bash
# A proxy's edits to an INVITE beside a memcpy of it, in time, which is only said, and in instructions, which fail above the
# stored ceiling.
source "$(dirname "$0")/lib.sh"

[[ $BUILD_TYPE == Release && $SANITIZED == 0 ]] || exit 77      # the ceiling is of optimised code
command -v valgrind >/dev/null || exit 77

program=$BINARY_DIR/tests/bench/splice_forward
message=$SOURCE_DIR/tests/bench/parse_set/invite_three_hops.sip
passes=100

few=$(instructions few "$program" "$message" 1)
many=$(instructions many "$program" "$message" $((passes + 1)))
count=$(((many - few) / passes))
ceiling=$(sed -nE 's/^splice_forward ([0-9]+)$/\1/p' "$SOURCE_DIR/tests/bench/ceilings.txt")
"$program" "$message" | sed -E "s/\}$/,\"instructions\":$count,\"ceiling\":$ceiling}/"
[[ $count -le $ceiling ]]
