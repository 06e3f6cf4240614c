#!/usr/bin/env bash
# Messages a second of our parser, beside libsofia-sip-ua and libosip2 where they are installed: the same messages, the same
# values typed, which is checked; the speed is only said.
source "$(dirname "$0")/lib.sh"

for peer in sofia-sip-ua libosip2; do
    pkg-config --exists "$peer" || echo "$peer is not installed: not compared" >&2
done
"$BINARY_DIR/tests/bench/parse_messages" "$SOURCE_DIR/tests/bench/parse_set"
