#!/usr/bin/env bash
# What writing all artefacts of the quick start takes, of what the run takes without them, in instructions: the observers that only
# files need, and the files.
source "$(dirname "$0")/lib.sh"

command -v valgrind >/dev/null || exit 77
total=$(instructions artefacts "$in_parts" run "$scenario" -o out --force --quiet)
callgrind_annotate --inclusive=yes --threshold=100 artefacts.callgrind >inclusive.txt 2>/dev/null
parts='' written=0
for part in sn_capture_fact rp_events_fact rp_ladder_fact rp_ladder_text rp_trace_fact sn_series_fact sn_tally_fact \
    rp_html_write rp_results_write rp_csv_write rp_prom_write rp_junit_write rp_sarif_write rp_ladder_write \
    rp_ladder_picture rp_ladder_mermaid rp_trace_finish; do
    cost=$(sed -nE "s/^ *([0-9,]+) .*:($part)( \[.*)?$/\1/p" inclusive.txt | tr -d , | sort -n | tail -1)
    [[ ${cost:-0} -gt 0 ]] || { echo "$part is not in the profile"; exit 1; }
    parts+=",\"$part\":$cost"
    written=$((written + cost))
done
share=$((written * 1000 / (total - written)))
ceiling=$(sed -nE 's/^artefacts_permille ([0-9]+)$/\1/p' "$SOURCE_DIR/tests/bench/ceilings.txt")
printf '{"bench":"artefacts","instructions":%s,"written":%s,"written_permille":%s,"ceiling":%s%s}\n' \
    "$total" "$written" "$share" "$ceiling" "$parts"
[[ $share -le $ceiling ]]
