#!/usr/bin/env bash
# What a call that nothing answers costs: 32 s of virtual time, seven INVITEs, then Timer B. The floor is the start of the
# process; the cost is the difference between many such calls and none, in instructions.
source "$(dirname "$0")/lib.sh"

cat >dead.yaml <<'YAML'
sipsim: 1
name: nobody answers
duration: 40s
drain: 60s
links:
  wire: {delay: 10ms}
  dead: {delay: 10ms, loss: 100%}
nodes:
  caller: {role: ua, count: 100, aor: "sip:a{n}@example.com", link: wire}
  callee: {role: ua, count: 100, aor: "sip:b{n}@example.com", link: dead}
calls:
  - {name: doomed, from: caller, to: callee, pick: next, rate: every 10ms, during: 1s..30s, limit: 100}
YAML
run() {
    instructions "$1" "$SIPSIM" run dead.yaml -o "$1" --force --quiet --events off --pcap off --set "calls.doomed.limit=$2"
}
many=$(run many 100)
one=$(run one 1)
calls=$(field many/results.json timed_out)
before=$(date +%s%N)
"$SIPSIM" version >/dev/null
started=$(date +%s%N)
"$SIPSIM" run dead.yaml -o timed --force --quiet --events off --pcap off || true
after=$(date +%s%N)
printf '{"bench":"timer_b","calls_timed_out":%s,"instructions_per_call":%s,"process_start_ns":%s,"hundred_calls_ns":%s}\n' \
    "$calls" $(((many - one) / 99)) $((started - before)) $((after - started))
[[ $calls == 100 ]]
