#!/usr/bin/env bash
# Executions per second of each fuzz target, on one core, by the built-in engine from the seeds: what a campaign costs. No floor is asked for;
# what must hold is that each target runs at all and finds nothing, but the canary, which is left out.
. "${0%/*}/lib.sh"

separator='' status=0
printf '{"bench":"executions","sanitized":%s,"per_second":{' "$([ "${SANITIZED:-0}" = 1 ] && echo true || echo false)" >result.json
while read -r target _; do
    [[ $target != canary ]] || continue
    rm -rf found
    "$SIPSIM" fuzz --engine builtin --target "$target" --time 1s --jobs 1 --seed 1 --corpus "$SOURCE_DIR/corpus/seeds/$target" \
        -o found --json >"$target.json" || status=1
    runs=$(field "$target.json" executions) took=$(field "$target.json" elapsed_ms)
    [[ $runs -gt 0 ]] || status=1
    printf '%s"%s":%d' "$separator" "$target" $((runs * 1000 / (took + (took == 0)))) >>result.json
    separator=','
done < <("$SIPSIM" replay --list)
printf '}}\n' >>result.json
cat result.json
# the same, from the seeds alone, beside the budgets; and what lies between two inputs
"$SIPSIM" bench fuzz --json --corpus "$SOURCE_DIR/corpus/seeds" || status=1
exit $status
