#!/usr/bin/env bash
# sipsim replay --until and --explain: what is live at an instant of a run, and what failed first in it; of scenarios, reproducers and
# session inputs.
. "${0%/*}/lib.sh"

# has LINE: stdout has it, whatever the blanks between its words
has() {
    tr -s ' ' <stdout | grep -qF -- "$1" || { fault "it does not say: $1"; cat stdout; }
}

cat >lost.yaml <<'YAML'
sipsim: 1
name: lost
duration: 40s
links:
  wire: {delay: 5ms}
  hole: {delay: 5ms, loss: 100%}
nodes:
  alice: {role: ua, link: wire}
  bob:   {role: ua, link: hole}
story:
  - {at: 0ms, alice: {call: bob, as: c1}}
YAML
status 0 replay lost.yaml --until 1502ms
silent
has 'last event: 1500000000/1/0/0/0/0 at 1500.000 ms'
has ' alice calls 1, transactions 1, timers 1'
has ' alice PLACED since 0.000 ms, c1'
has ' alice INVITE client CALLING since 0.000 ms, sent again: 2, c1'
has ' INVITE on alice -> core since 1500.000 ms, arrives at 1505.000 ms'
cp stdout then.txt
for when in 1.502s 1502000us 1502000000ns 0.025min 5 1500000000/1/0/0/0/0; do
    status 0 replay lost.yaml --until $when
    cmp stdout then.txt || fault "--until $when is another instant"
done
status 0 replay lost.yaml --until 1505ms
grep -q 'under way' stdout && fault 'what was lost is still under way'
status 0 replay lost.yaml --until 1s --ladder
has 'sent again (2)'
grep -q '1500.000' stdout && fault 'the ladder goes on behind the end'
status 0 replay lost.yaml --until 0
has 'last event: none'
has 'nothing is live'
status 0 replay lost.yaml --until 1h
has 'it ends before that, after '
has 'nothing is live'

# a call by TCP through its life
status 0 replay "$scenarios/tcp_call.yaml" --until 1s
has ' alice INVITE client PROCEEDING since 40.000 ms, c1'
has ' bob CONFIRMED since 1000.000 ms, c1'
has 'alice:49152 to bob:5060 OPEN since 20.000 ms'
has 'part of a stream, or of none on bob -> core since 1000.000 ms, arrives at 1005.000 ms'
status 0 replay "$scenarios/tcp_call.yaml" --until 1s --json
json stdout 'd["schema"] == "sipsim.state/1" and d["runs"][0]["stopped"] is True and d["runs"][0]["t_ns"] == 10**9'
json stdout '[t["state"] for t in d["runs"][0]["transactions"]] == ["PROCEEDING", "ACCEPTED"] and d["runs"][0]["packets_under_way"][0]["arrives_ns"] == 1005000000'
json stdout '{h["node"]: h["dialogs"] for h in d["runs"][0]["hosts"]} == {"alice": 1, "bob": 1}'

# at every instant what is live by the facts is what the hosts count themselves
cat >agree.py <<'PY'
import json, subprocess, sys
def counts(path, n):
    out = subprocess.run([sys.argv[1], 'replay', path, '--until', str(n), '--json'], capture_output=True, check=True).stdout
    return json.loads(out)['runs'][0]
for path, kinds in (('fork_two_answers', ('transactions', 'dialogs')), ('presence', ('transactions',)), ('cancel_crosses_200', ('transactions', 'dialogs')),
                    ('prack_after_487', ('transactions', 'dialogs')), ('proxy_crash', ('transactions', 'dialogs')), ('blind_transfer', ('transactions',))):
    n, live = 0, 0
    while True:
        run = counts('%s/%s.yaml' % (sys.argv[2], path), n)
        for kind in kinds:
            by_facts = {}
            for thing in run[kind]:
                by_facts[thing['node']] = by_facts.get(thing['node'], 0) + 1
            by_host = {h['node']: h[kind] for h in run['hosts'] if h[kind]}
            assert by_facts == by_host, (path, n, kind, by_facts, by_host)
            live += sum(by_host.values())
        if not run['stopped']:
            break
        n += 7
    assert live > 10, path
PY
python3 agree.py "$SIPSIM" "$scenarios" || fault 'the facts and the hosts do not agree on what is live'

# messages that wait in a proxy
status 0 replay "$scenarios/overload_collapse.yaml" --until 30s --json
json stdout 'any(h["messages_waiting"] > 10 for h in d["runs"][0]["hosts"])'

# ---- session inputs and reproducers ----
session=$SOURCE_DIR/corpus/regress/session/a_2xx_with_the_next_number
status 0 replay "$session" --until 1.1s
has ' bob INVITE client ACCEPTED'
has ' alice CONFIRMED'
status 0 replay "$session" "$session" --until 1 --json
json stdout 'len(d["runs"]) == 2 and d["runs"][0]["events"] == 1'
status 0 replay "$session" --explain
has 'no law is broken'
has 'bob sends INVITE 26904 TCP to alice.'
sed 's/duration: 40s/duration: 1s\ndrain: 1s/; s/loss: 100%/loss: 0%/' lost.yaml >short.yaml
status 1 run short.yaml -o short -q
for law in LEFT1 LIVE1; do
    for repro in short/repro-$law-*.sipr; do
        status 1 replay "$repro" --explain
        has ": $law at 2000.000 ms in "
        has ' asked: '
    done
done
has 'Its call, cause by cause:'
has 'alice sends INVITE 20986 to bob.'
status 1 replay short.yaml --explain
has 'short.yaml: LIVE1 at 2000.000 ms in alice, violation 3 of 3'
status 0 replay "$repro" --until 600ms
has ' bob INVITE server PROCEEDING'
cp stdout by_repro.txt
status 0 replay short/scenario.effective.yaml --until 600ms
diff <(tail -n +2 by_repro.txt) <(tail -n +2 stdout) || fault 'a reproducer is another run than its scenario'
status 0 replay "$repro" --until 600ms --explain
has 'stopped after'
has 'no law is broken'
has 'the transaction of bob (INVITE server) is PROCEEDING.'
grep -q '2000.000 ms' stdout && fault '--explain goes on behind --until'

# ---- what is wrong ----
for when in '' 5x 1.s .5s 1.0000000001s -1 1/2/3/4/5 1/2/3/4/5/6/7 99999999999999999999h 1//0/0/0/0 s; do
    status 2 replay lost.yaml --until "$when"
    says 'an instant is wanted'
done
status 0 replay lost.yaml --until 7/7/7/7/7/7
has 'it ends before that'
for other in --twice '--as yaml' '--target message' '--expect fail'; do
    # shellcheck disable=SC2086
    status 2 replay lost.yaml --until 1s $other
    says 'one of them'
done
status 2 replay lost.yaml --explain --json
status 7 replay nowhere --until 1s
echo 'frobnicate: 2' >bad.yaml
status 3 replay bad.yaml --until 1s
head -c 60 "$repro" >cut.sipr
status 3 replay cut.sipr --explain
head -c 4000 /dev/urandom >noise.sfz
"$SIPSIM" replay noise.sfz --until 5s >stdout 2>stderr || fault 'noise is a session, too'
finish
