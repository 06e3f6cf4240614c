#!/usr/bin/env bash
# sipsim ladder RUN --list: the calls of a run, a line each, as results.json and ladders have them.
. "${0%/*}/lib.sh"

# ---- what became of each, in words ----
cat >fates.yaml <<'END'
sipsim: 1
name: fates
duration: 60s
drain: 100s
links:
  wire: {delay: 5ms}
  hole: {delay: 5ms, loss: 100%}
nodes:
  alice: {role: ua, link: wire}
  bob:   {role: ua, link: wire}
  gone:  {role: ua, link: hole}
story:
  - {at: 0ms,     alice: {call: bob, as: c1}}
  - {at: 100ms,   bob:   {answer: c1}}
  - {at: 2s,      bob:   {hangup: c1}}
  - {at: 3s,      alice: {call: bob, as: c2}}
  - {at: 3100ms,  bob:   {reject: 486, in: c2}}
  - {at: 4s,      alice: {call: bob, as: c3}}
  - {at: 5s,      alice: {cancel: c3}}
  - {at: 10s,     alice: {call: gone, as: c4}}
END
status 0 run fates.yaml -o fates -q
status 0 ladder fates --list
silent
cat >wanted <<'END'
  c1          0.000 s  alice -> bob   answered, ended after 1.890 s by bob; 5 messages
  c2          3.000 s  alice -> bob   rejected: 486 Busy Here; 3 messages
  c3          4.000 s  alice -> bob   given up; 6 messages
! c4         10.000 s  alice -> gone  no answer came: 408 Request Timeout; 7 messages, 6 of them again
END
diff wanted stdout || fault 'the list says something else'
status 0 ladder fates.yaml --list --json
json stdout '[c["outcome"] for c in d] == ["completed", "rejected", "given_up", "timed_out"]'
json stdout '[c["failed"] for c in d] == [False, False, False, True]'
json stdout '(d[0]["ended_by"], d[0]["answered_ns"], d[3]["answered_ns"]) == ("bob", 110000000, None)'

# ---- a B2BUA has two call legs of each call, and its own name in both ----
status 0 ladder "$scenarios/b2bua.yaml" --list --json
cat >legs.py <<'END'
import json
calls = json.load(open('stdout'))
outer = [c for c in calls if c['callee'] == 'edge']
inner = [c for c in calls if c['caller'] == 'edge']
assert len(outer) == len(inner) > 100 and {c['number'] for c in outer} == {c['number'] for c in inner}
assert all(c['caller'].startswith('phone[') for c in outer) and all(c['callee'].startswith('other[') for c in inner)
END
python3 legs.py || fault 'the legs of a B2BUA'

# ---- as many of each fate as the metrics count ----
status 0 run "$scenarios/quickstart.yaml" -o quick -q --events off --pcap off
status 0 ladder quick --list --json
cat >count.py <<'END'
import collections, json
calls = json.load(open('stdout'))
metrics = json.load(open('quick/results.json'))['metrics']
fates = collections.Counter(c['outcome'] for c in calls)
assert len(calls) == metrics['attempts'], (len(calls), metrics['attempts'])
assert fates['completed'] + fates['bye_unanswered'] == metrics['established'], fates
assert fates['completed'] == metrics['completed'] and fates['timed_out'] == metrics['timed_out'], fates
assert sum(c['status'] == 486 for c in calls) == metrics['rejected_busy']
assert [c['placed_ns'] for c in calls] == sorted(c['placed_ns'] for c in calls)
END
python3 count.py || fault 'the list and the metrics disagree'

# ---- nothing to list, and what is no run ----
status 0 run "$scenarios/register.yaml" -o none -q
status 0 ladder none --list
[ ! -s stdout ] || fault 'calls where there were none'
mkdir empty
status 2 ladder empty --list
says 'no scenario.effective.yaml'
finish
