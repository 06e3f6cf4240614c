#!/usr/bin/env bash
# Ctrl-C ends a long run in order: status 11, every file whole and marked.
. "${0%/*}/lib.sh"

cat >long.yaml <<'END'
sipsim: 1
name: very long
duration: 100000s
links:
  wire: {delay: 5ms}
nodes:
  caller: {role: ua, count: 50}
  callee: {role: ua, count: 50, behaviour: prompt}
behaviours:
  prompt: {answer: 1s}
calls:
  - {name: mix, from: caller, to: callee, rate: every 100ms, hold: 1s}
expect:
  - {metric: established, is: ">= 999999999"}
END

for signal in INT TERM; do
    # a shell that starts something in the background lets it ignore SIGINT, so it is started by another
    python3 - "$SIPSIM" $signal <<'END' || fault "SIG$signal"
import json, os, signal, subprocess, sys, time
name = 'out_' + sys.argv[2]
p = subprocess.Popen([sys.argv[1], 'run', 'long.yaml', '-o', name, '--pcap', 'first:1000', '--events', 'calls:10'],
                     stdout=open(name + '.stdout', 'w'), stderr=subprocess.PIPE)
while not os.path.exists(name + '/.events.jsonl.partial'):
    assert p.poll() is None, p.stderr.read()
    time.sleep(0.01)
time.sleep(0.5)
p.send_signal(getattr(signal, 'SIG' + sys.argv[2]))
assert p.wait(60) == 11, p.returncode
results = json.load(open(name + '/results.json'))
assert results['exit_status'] == 11 and results['run']['interrupted'] is True, results['statuses']
assert results['metrics']['attempts'] > 0
lines = [json.loads(line) for line in open(name + '/events.jsonl')]
assert lines[-1] ['kind'] == 'END' and lines[-1]['interrupted'] is True
assert '(interrupted)' in open(name + '/ladder.txt').read()
assert not [f for f in os.listdir(name) if f.startswith('.')]
END
done
if command -v tshark >/dev/null; then
    tshark -r out_INT/trace.pcapng >/dev/null 2>tshark.log || { cat tshark.log; fault 'tshark cannot read the partial capture'; }
fi
finish
