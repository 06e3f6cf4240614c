#!/usr/bin/env bash
# Reading a session description costs instructions in proportion to its bytes, whatever its shape: 32 times the pieces may cost
# 40 times the work at most; a shape that cost the square would make it hundreds.
source "$(dirname "$0")/lib.sh"

program=$BINARY_DIR/tests/test_unit_sdp
start=$(instructions start "$program" --list)
few=$(instructions few "$program" survival_of_shapes_of_300_pieces)
many=$(instructions many "$program" survival_of_shapes_of_9600_pieces)
printf '{"bench":"sdp_work","few":%s,"many":%s,"ratio_percent":%s}\n' \
    $((few - start)) $((many - start)) $(((many - start) * 100 / (few - start)))
[[ $((few - start)) -gt 100000 ]]
[[ $(((many - start) * 100 / (few - start))) -le 4000 ]]
