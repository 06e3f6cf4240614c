#!/bin/bash
# Our reading of every message of the corpus beside those of libosip2 and libsofia-sip: no difference that is not explained, and no explanation
# that explains nothing. Skipped where neither is installed.
set -u
program=$BINARY_DIR/fuzz/differential
[ -x "$program" ] || { echo 'neither libosip2-dev nor libsofia-sip-ua-dev is installed'; exit 77; }
corpus=$SOURCE_DIR/corpus
# What the libraries lose of the heap is theirs.
ASAN_OPTIONS=detect_leaks=0 "$program" --all "$corpus/seeds/message" "$corpus/seeds/differential" "$corpus/rfc" \
    "$SOURCE_DIR/tests/bench/parse_set"
