#!/usr/bin/env bash
# A sweep of 64 short runs with two jobs against one: where there are two processors to be had, at most 0.55 of the time. Where others
# use them too, that cannot be seen, but what two jobs take in processor time can: half of it, as a share of what one job takes, is what
# two free processors would need.
source "$(dirname "$0")/lib.sh"

sweep=(run "$scenario" --set nodes.caller.count=100 --set nodes.callee.count=100 --set duration=30s --set 'calls.mix.during=10s..30s'
    --set 'expect=[{metric: attempts, is: ">= 1"}]' --seeds 1..64 --quiet --force)

# once JOBS: its time and its processor time, in ms
once() {
    TIMEFORMAT='%3R %3U %3S'
    { time "$SIPSIM" "${sweep[@]}" --jobs "$1" -o "jobs$1" 2>/dev/null; } 2>&1 |
        awk '{ printf "%d %d\n", $1 * 1000, ($2 + $3) * 1000 }'
}

# least A B: the smaller one; 0 is none yet
least() { echo $(($1 == 0 || $2 < $1 ? $2 : $1)); }

one=0 two=0 one_cpu=0 two_cpu=0
for round in 1 2 3; do
    read -r wall cpu < <(once 1)
    one=$(least $one "$wall") one_cpu=$(least $one_cpu "$cpu")
    read -r wall cpu < <(once 2)
    two=$(least $two "$wall") two_cpu=$(least $two_cpu "$cpu")
done
diff -r jobs1 jobs2
printf '{"bench":"sweep_jobs","runs":64,"processors":%s,"one_job_ms":%s,"two_jobs_ms":%s,"one_job_cpu_ms":%s,"two_jobs_cpu_ms":%s' \
    "$(nproc)" "$one" "$two" "$one_cpu" "$two_cpu"
printf ',"two_per_one_permille":%s,"half_cpu_of_two_per_one_permille":%s,"budget_permille":550}\n' \
    $((two * 1000 / one)) $((two_cpu * 500 / one_cpu))
