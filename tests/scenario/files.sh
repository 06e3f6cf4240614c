#!/usr/bin/env bash
# What a run writes: whole files under their names, the same twice, kept unless --force; JSON that others read.
. "${0%/*}/lib.sh"

two_phones </dev/null >good.yaml
names='engine.json events.jsonl junit.xml ladder.mmd ladder.svg ladder.txt metrics.csv metrics.prom report.html results.json results.sarif scenario.effective.yaml trace.json trace.pcapng'

status 0 run good.yaml
[ "$(ls -A sipsim-out/good | tr '\n' ' ')" = "$names " ] || fault "other files: $(ls -A sipsim-out/good)"
grep -q "$SIPSIM run good.yaml --seed" stdout || fault 'the summary has no replay line'
grep -q 'sipsim-out/good' stdout || fault 'the summary does not say where the files are'
[ "$(tr -d '\033' <stdout | wc -c)" = "$(wc -c <stdout)" ] || fault 'colour where there is no terminal'
cp -r sipsim-out/good first

# kept unless --force
status 7 run good.yaml
says '--force'
status 0 run good.yaml --force
for name in $names; do
    [ "$name" = engine.json ] || cmp "first/$name" "sipsim-out/good/$name" || fault "$name differs between two runs"
done
status 0 run good.yaml --force --pcap off --events off
[ -e sipsim-out/good/trace.pcapng ] && fault 'the trace of an earlier run is still there'
[ -e sipsim-out/good/trace.json ] && fault 'the spans of an earlier run are still there'
[ -e sipsim-out/good/events.jsonl ] && fault 'the events of an earlier run are still there'

# results
results=first/results.json
json $results 'd["schema"] == "sipsim.results/1" and d["verdict"] == "pass" and d["exit_status"] == 0'
json $results 'len(d["run"]["digest"]) == 16 and int(d["run"]["digest"], 16) != 0'
json $results 'd["metrics"]["rejected_busy"] == 1 and d["metrics"]["ser"]["den"] == 1'
json $results 'd["metrics"]["srd.p50_ns"] is None and d["histograms"]["srd_fail"]["max_ns"] == 60000000'
json $results 'd["violations"]["count"] == 0'
grep -qE 'wall|rss|/tmp|'"$PWD" $results && fault 'results.json tells of this machine'
json first/engine.json 'd["wall_ns"] > 0 and d["peak_rss_bytes"] > 0 and d["events"] > 0'
python3 - <<'END' || fault 'events.jsonl is not what it should be'
import json
lines = [json.loads(line) for line in open('first/events.jsonl')]
assert [line['t_ns'] for line in lines] == sorted(line['t_ns'] for line in lines)
assert lines[-1]['kind'] == 'END' and lines[-1]['interrupted'] is False
assert sum(line['kind'] == 'DATAGRAM_SENT' and line['method'] == 'ACK' for line in lines) == 1
END
grep -q -- '- INVITE ' first/ladder.txt || fault 'no INVITE in the ladder'

# a part of the events is a part of the same lines, and no result becomes another by it
for which in first:7 calls:1 call:c1 node:bob link:bob link:bob,at:rx,dir:down; do
    status 0 run good.yaml --events $which -o part --force
    cmp $results part/results.json || fault "--events $which changes the results"
    python3 - $which <<'END' || fault "--events $which is not what it says: $(cut -c1-150 part/events.jsonl | tail -n 3)"
import json, sys
def of(path): return [json.loads(line) for line in open(path)]
every, part, which = of('first/events.jsonl'), of('part/events.jsonl'), sys.argv[1]
def link(e): return e.get('link', '').split(' -> ')
wanted = {'first:7': every[:7],
          'node:bob': [e for e in every if e.get('node') == 'bob' or 'bob' in link(e)],
          'link:bob': [e for e in every if 'bob' in link(e) and e['kind'] != 'LINK_ARRIVED'],
          'link:bob,at:rx,dir:down': [e for e in every if link(e)[-1] == 'bob' and e['kind'] == 'LINK_ARRIVED'],
          }.get(which, [e for e in every if e['kind'] not in ('END', 'LEFT')])
assert 2 < len(part) <= len(every) and part[-1]['kind'] == 'END'
assert part[:-1] == [e for e in wanted if e['kind'] != 'END'], len(wanted)
END
done

# kinds and a window of time, alone and behind another word
for which in kind:timer kind:state,kind:call from:20ms,to:60ms node:bob,kind:message,from:1ms all,to:50ms; do
    status 0 run good.yaml --events $which -o part --force
    cmp $results part/results.json || fault "--events $which changes the results"
    python3 - $which <<'END' || fault "--events $which is not what it says: $(cut -c1-150 part/events.jsonl | tail -n 3)"
import json, sys
def of(path): return [json.loads(line) for line in open(path)]
every, part, which = of('first/events.jsonl'), of('part/events.jsonl'), sys.argv[1]
every = [e for e in every if e['kind'] != 'END']
said = lambda e, *notes: e['kind'] == 'NOTE' and e['note'] in notes
wanted = {'kind:timer': [e for e in every if said(e, 'TIMER')],
          'kind:state,kind:call': [e for e in every if said(e, 'TXN', 'DIALOG', 'SUBSCRIPTION') or e['kind'] == 'CALL'],
          'from:20ms,to:60ms': [e for e in every if 20 * 10**6 <= e['t_ns'] < 60 * 10**6],
          'node:bob,kind:message,from:1ms': [e for e in every if e['kind'].startswith('DATAGRAM_') and e['node'] == 'bob'],
          'all,to:50ms': [e for e in every if e['t_ns'] < 50 * 10**6]}[which]
assert len(wanted) > 0 and part[:-1] == wanted and part[-1]['kind'] == 'END', (len(wanted), len(part))
END
done
for which in kind:timers from:10 to:5ms,from:5ms kind: from:soon node:bob,kind:x off:kind:timer; do
    status 2 run good.yaml --events $which -o nothing
done
status 2 run good.yaml --pcap kind:timer -o nothing

# the effective scenario gives the same results
status 0 run first/scenario.effective.yaml -o effective
cmp <(grep -v '"line":' $results) <(grep -v '"line":' effective/results.json) || fault 'scenario.effective.yaml is another scenario'

# --json, --quiet
status 0 run good.yaml --force --json
cmp stdout $results || fault '--json is not results.json'
status 0 run good.yaml --force --quiet
[ ! -s stdout ] && [ ! -s stderr ] || fault '--quiet is not quiet'
cp good.yaml other.yaml
status 0 run good.yaml other.yaml --force --json
json stdout 'len(d) == 2 and d[0] == d[1]'
status 3 run good.yaml --force --json --set nonsense=1
json stdout 'd["exit_status"] == 3 and d["mistakes"][0]["file"] == "--set"'
status 3 check good.yaml --json --set nonsense=1
json stdout 'd["files"][0]["ok"] is False and d["files"][0]["mistakes"][0]["line"] == 1'
status 0 check good.yaml --json
json stdout 'd["files"][0]["ok"] is True'
for what in scenarios invariants metrics reached statuses ''; do
    status 0 list $what --json
    json stdout 'isinstance(d, list)'
done
status 0 version --json
json stdout 'd["schema"] == "sipsim.version/1"'

# other seeds, other bytes; a value set by hand is in the replay line
status 0 run good.yaml --force --seed 18446744073709551615
json sipsim-out/good/results.json 'd["scenario"]["seed"] == 2**64 - 1'
cmp -s $results sipsim-out/good/results.json && fault 'another seed changed nothing'
status 0 run good.yaml --force --set 'links.wire.delay=6ms'
grep -q -- '--set links.wire.delay=6ms' stdout || fault 'the replay line lacks --set'
finish
