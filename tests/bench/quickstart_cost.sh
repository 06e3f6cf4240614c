#!/usr/bin/env bash
# The quick start, all files written: wall time, peak memory, events a second. The floor beside it is what copying its output
# files takes, in the same run.
source "$(dirname "$0")/lib.sh"

"$SIPSIM" run "$scenario" -o out --force --quiet --events all --pcap all
wall=$(field out/engine.json wall_ns)
rss=$(field out/engine.json peak_rss_bytes)
events=$(field out/engine.json events)
before=$(date +%s%N)
cp -r out copy
after=$(date +%s%N)
rm -r copy
printf '{"bench":"quickstart","wall_ns":%s,"peak_rss_bytes":%s,"events":%s,"output_bytes":%s,"copy_of_output_ns":%s,"wall_per_copy_permille":%s}\n' \
    "$wall" "$rss" "$events" "$(du -sb out | cut -f1)" $((after - before)) $((wall * 1000 / (after - before)))
