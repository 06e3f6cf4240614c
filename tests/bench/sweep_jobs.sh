#!/usr/bin/env bash
# A sweep of 64 short runs with two jobs against one: where there are two processors to be had, at most 0.55 of the time.
source "$(dirname "$0")/lib.sh"

sweep=(run "$scenario" --set nodes.caller.count=100 --set nodes.callee.count=100 --set duration=30s --set 'calls.mix.during=10s..30s'
    --set 'expect=[{metric: attempts, is: ">= 1"}]' --seeds 1..64 --quiet --force)

once() {
    local before after
    before=$(date +%s%N)
    "$SIPSIM" "${sweep[@]}" --jobs "$1" -o "jobs$1"
    after=$(date +%s%N)
    echo $((after - before))
}

one=0 two=0
for round in 1 2 3; do
    a=$(once 1)
    b=$(once 2)
    [[ $round -gt 1 && $a -gt $one ]] || one=$a
    [[ $round -gt 1 && $b -gt $two ]] || two=$b
done
diff -r jobs1 jobs2
printf '{"bench":"sweep_jobs","runs":64,"processors":%s,"one_job_ns":%s,"two_jobs_ns":%s,"two_per_one_permille":%s,"budget_permille":550}\n' \
    "$(nproc)" "$one" "$two" $((two * 1000 / one))
