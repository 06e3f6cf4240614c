#!/usr/bin/env bash
# The page of a run with 100,000 calls: its size, the elements in it, what a browser says of it, and the time until it is open as
# Chromium counts. It fails on size, elements and complaints, and on no time.
source "$(dirname "$0")/lib.sh"

command -v chromium >/dev/null || { echo 'skipped: there is no chromium'; exit 77; }
[[ $SANITIZED = 0 ]] || { echo 'skipped: with sanitizers the run takes minutes'; exit 77; }
cat >many.yaml <<'END'
sipsim: 1
name: a hundred thousand calls
duration: 120s
links:
  wire: {delay: 5ms, loss: 0.5%}
nodes:
  caller: {role: ua, count: 2000, link: wire, lines: 20}
  callee: {role: ua, count: 2000, link: wire, lines: 20, behaviour: prompt}
behaviours:
  prompt: {ring: 100ms, answer: 500ms}
calls:
  - {name: mix, from: caller, to: callee, rate: every 1ms, during: 0s..100s, hold: 2s}
END
rm -rf out
"$SIPSIM" run many.yaml -o out --force --quiet --events off --pcap off
calls=$(field out/results.json attempts)
bytes=$(stat -c %s out/report.html)
page=$(python3 "$SOURCE_DIR/tests/bench/report_of_100000_calls.py" "$SOURCE_DIR/tests/scenario" out/report.html)
ceiling() { sed -nE "s/^$1 ([0-9]+)\$/\1/p" "$SOURCE_DIR/tests/bench/ceilings.txt"; }
most=$(ceiling report_of_100000_calls_nodes)
printf '{"bench":"report_of_100000_calls","calls":%s,"bytes":%s,"bytes_ceiling":2000000,"nodes_ceiling":%s,%s}\n' "$calls" "$bytes" "$most" "$page"
[[ $calls -ge 100000 && $bytes -lt 2000000 && $page = *'"complaints":0' ]]
nodes=${page#*\"nodes\":}
[[ ${nodes%%,*} -le $most ]]
