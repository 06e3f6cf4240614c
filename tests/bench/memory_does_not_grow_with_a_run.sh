#!/usr/bin/env bash
# A run of six times the length takes no more memory, but for the calls that are planned before it begins (docs/memory.md): counted in
# bytes a call, with all artefacts written.
source "$(dirname "$0")/lib.sh"

[[ $SANITIZED == 0 ]] || exit 77 # what is freed is kept for a while by the sanitizers

cat >long.yaml <<'END'
sipsim: 1
name: the same traffic for a long time
duration: 10min
drain: 60s
links:
  wire: {delay: 1ms}
nodes:
  caller: {role: ua, count: 50}
  callee: {role: ua, count: 50}
calls:
  - {name: c, from: caller, to: callee, pick: next, rate: 20/s, hold: 1s}
END

# run DURATION: its peak, in bytes
run() {
    "$SIPSIM" run long.yaml -o out --force --quiet --set "duration=$1" >/dev/null
    field out/engine.json peak_rss_bytes
    rm -r out
}
short=$(run 10min)
long=$(run 60min)
per_call=$(((long - short) / (20 * 50 * 60)))
printf '{"bench":"memory_of_a_long_run","short_bytes":%s,"long_bytes":%s,"bytes_a_call":%s}\n' "$short" "$long" "$per_call"
[[ $per_call -le 72 ]] # 56 of the plan, and how the heap is cut up
