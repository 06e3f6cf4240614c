#!/usr/bin/env bash
# Instructions our parser takes for a message with all its values typed, as callgrind counts them: the difference of many
# passes over the set and one. It fails above the ceiling stored for the set, or for its largest message alone.
source "$(dirname "$0")/lib.sh"

[[ $BUILD_TYPE == Release && $SANITIZED == 0 ]] || exit 77      # the ceilings are of optimised code
command -v valgrind >/dev/null || exit 77

program=$BINARY_DIR/tests/bench/parse_messages
passes=50

# per_message FOLDER
per_message() {
    local one many count
    count=$(find "$1" -name '*.sip' | wc -l)
    one=$(instructions one "$program" "$1" 1)
    many=$(instructions many "$program" "$1" $((passes + 1)))
    echo $(((many - one) / passes / count))
}
ceiling() {
    sed -nE "s/^$1 ([0-9]+)$/\1/p" "$SOURCE_DIR/tests/bench/ceilings.txt"
}
rm -rf largest
mkdir largest
cp "$(find "$SOURCE_DIR/tests/bench/parse_set" -name '*.sip' -printf '%s %p\n' | sort -n | tail -1 | cut -d' ' -f2-)" largest
set_count=$(per_message "$SOURCE_DIR/tests/bench/parse_set")
largest_count=$(per_message largest)
printf '{"bench":"parse_instructions","per_message":%s,"ceiling":%s,"of_the_largest":%s,"its_ceiling":%s}\n' \
    "$set_count" "$(ceiling parse_set)" "$largest_count" "$(ceiling parse_largest)"
[[ $set_count -le $(ceiling parse_set) ]]
[[ $largest_count -le $(ceiling parse_largest) ]]
