#!/usr/bin/env bash
# The laws take at most 15 % of a run, in instructions; the metrics and the digest are said beside them.
source "$(dirname "$0")/lib.sh"

total=$(instructions laws "$in_parts" run "$scenario" -o out --force --quiet --events off --pcap off \
    --set "duration=40s" --set "calls.mix.during=20s..40s")
inclusive() {
    callgrind_annotate --inclusive=yes --threshold=100 laws.callgrind 2>/dev/null |
        sed -nE "s/^ *([0-9,]+) .*:($1)( \[.*)?$/\1/p" | tr -d , | sort -n | tail -1
}
laws=$(inclusive sn_judge_fact)
meter=$(inclusive sn_meter_fact)
digest=$(inclusive sn_digest_fact)
share=$(((${laws:-0}) * 1000 / total))
printf '{"bench":"laws","instructions":%s,"laws":%s,"laws_permille":%s,"metrics":%s,"digest":%s}\n' \
    "$total" "${laws:-null}" "$share" "${meter:-null}" "${digest:-null}"
[[ ${laws:-0} -gt 0 ]]
[[ $share -le 150 ]]
