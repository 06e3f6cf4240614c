#!/usr/bin/env bash
# Sweeps from the command line: what is refused, the worst status, Ctrl-C, which files are kept, progress.
. "${0%/*}/lib.sh"

two_phones >good.yaml <<'END'
expect:
  - {metric: attempts, is: "== 1"}
END

# ---- what is refused, before anything runs ----
status 2 run good.yaml --seeds 5
says 'A..B is wanted'
status 2 run good.yaml --seeds 5..4
status 2 run good.yaml --seeds 0..100000
status 2 run good.yaml --seeds 1..2 --seed 1
status 2 run good.yaml --sweep links.wire.loss
says 'write path=v1,v2'
status 2 run good.yaml --sweep links.wire.loss=1%,1%
status 2 run good.yaml --jobs 2
says '--jobs is for many runs'
status 2 run good.yaml --seeds 1..2 --jobs 0
status 2 run good.yaml --seeds 1..2 --shard 3/2
status 2 run good.yaml --seeds 1..2 --keep some
status 2 run good.yaml --seeds 1..2 --resume --force
status 2 run good.yaml --seeds 1..2 --resume -o nowhere
says 'nowhere has no sweep'
status 3 run good.yaml --sweep links.wire.loss=1%,200%
says 'links.wire.loss=200%'
status 3 run good.yaml --sweep links.wier.loss=1%,2%
says 'wire'
[ -e sipsim-out ] && fault 'something was written'
status 2 merge a b
status 7 merge nowhere -o merged
says 'nowhere has no runs.jsonl'
mkdir garbage && head -c 3000 /dev/urandom >garbage/runs.jsonl
status 7 merge garbage -o merged
says 'not a runs.jsonl'

# ---- the worst of them, and the line that runs one of those again ----
status 8 run good.yaml --sweep links.wire.loss=0%,100% --sweep duration=10s,11s --set 'nodes.alice.role=ua' -o worst
says "again: $SIPSIM run good.yaml --set nodes.alice.role=ua --set 'links.wire.loss=100%' --set 'duration=10s' --seed"
grep -q '2 failed' stdout || fault 'the summary does not count failures'
json worst/sweep.json 'd["exit_status"] == 8 and d["runs"] == {"asked": 4, "done": 4, "failed": 2, "by_status": {"missed": 2}}'
json worst/sweep.json '[c["runs"]["failed"] for c in d["cells"]] == [0, 0, 1, 1]'
json worst/sweep.json 'len(d["failures"]) == 2 and d["failures"][0]["run"] == 2'
python3 - <<'END' || fault 'sweep.csv'
import csv
rows = list(csv.DictReader(open('worst/sweep.csv', newline='')))
assert len(rows) == 4 and [r['exit_status'] for r in rows] == ['0', '0', '8', '8']
assert [r['links.wire.loss'] for r in rows] == ['0%', '0%', '100%', '100%'] and rows[0]['attempts'] == '1'
END
status 7 run good.yaml --seeds 1..2 -o worst
says 'is there already'
status 0 run good.yaml --seeds 1..2 -o worst --force
status 0 run good.yaml -o worst --force
[ -e worst/sweep.json ] && fault 'files of two runs in one folder'

# ---- files of single runs ----
status 8 run good.yaml --sweep links.wire.loss=0%,100% --keep failed -o failed
[ -e failed/run-000001/results.json ] || fault 'the run that failed has no files'
[ -e failed/run-000000 ] && fault 'the run that did not fail has files'

# ---- a page without a script, with a plot for each value ----
for what in '<svg' 'links.wire.loss' 'Runs that failed' "Content-Security-Policy"; do
    grep -q "$what" failed/report.html || fault "report.html has no $what"
done
grep -qi '<script' failed/report.html && fault 'report.html has a script'
python3 - failed/report.html <<'PY' || fault "report.html: its policy does not know its styles, and them alone"
import base64, hashlib, re, sys
page = open(sys.argv[1], encoding="utf-8").read()
allowed = re.search("style-src ([^;]*)", page)[1].split()
styles = ["'sha256-%s'" % base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in re.findall("<style>(.*?)</style>", page, re.S)]
sys.exit(styles != allowed or re.search(r'\sstyle=', page) is not None)
PY

# ---- Ctrl-C, and on ----
cat >long.yaml <<'END'
sipsim: 1
name: long
duration: 60s
links:
  wire: {delay: 5ms}
nodes:
  caller: {role: ua, count: 5}
  callee: {role: ua, count: 5}
calls:
  - {name: mix, from: caller, to: callee, rate: every 100ms, hold: 1s}
END
python3 - "$SIPSIM" <<'END' || fault 'Ctrl-C'
import json, signal, subprocess, sys, time
p = subprocess.Popen([sys.argv[1], 'run', 'long.yaml', '--seeds', '1..500', '--jobs', '2', '-o', 'long', '-q'])
def lines():
    try:
        return open('long/.runs.journal').read().count('\n')
    except FileNotFoundError:
        return 0
while lines() < 3:
    assert p.poll() is None, p.returncode
    time.sleep(0.01)
p.send_signal(signal.SIGINT)
assert p.wait(60) == 11, p.returncode
d = json.load(open('long/sweep.json'))
assert d['interrupted'] and d['exit_status'] == 11 and 2 <= d['runs']['done'] < 500 == d['runs']['asked']
END
status 11 merge long -o partial
cmp -s long/runs.jsonl partial/runs.jsonl || fault 'partial results do not merge'

# ---- progress on a terminal, with the time left ----
if python3 -c 'import pty; pty.openpty()' 2>/dev/null; then
    python3 - "$SIPSIM" <<'END' || fault 'no progress on a terminal'
import os, pty, re, signal, subprocess, sys, time
master, slave = pty.openpty()
p = subprocess.Popen([sys.argv[1], 'run', 'long.yaml', '--seeds', '1..500', '-o', 'shown'], stdout=subprocess.DEVNULL, stderr=slave)
os.close(slave)
os.set_blocking(master, False)
text, stop = b'', time.monotonic() + 50
while not re.search(rb'\d+ of 500 runs, 0 failed, \d+:\d\d left', text) and time.monotonic() < stop:
    try:
        text += os.read(master, 65536)
    except BlockingIOError:
        time.sleep(0.02)
p.send_signal(signal.SIGINT)
p.wait()
assert b'left' in text, text
END
fi
finish
