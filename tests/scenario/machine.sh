#!/usr/bin/env bash
# The files for other programs: they agree with each other and with the capture, as tshark counts it; names that would do harm are
# text in all of them; xmllint, a JSON Schema validator and Prometheus's own parser accept them.
. "${0%/*}/lib.sh"

for tool in xmllint tshark; do
    command -v $tool >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
python=
for candidate in python3 /usr/bin/python3; do
    "$candidate" -c 'import jsonschema, prometheus_client.openmetrics.parser' 2>/dev/null && python=$candidate && break
done
[ -n "$python" ] || { echo 'skipped: there is no python3 with jsonschema and prometheus_client'; exit 77; }

cat >agree.py <<'END'
import csv, json, os, re, subprocess, sys
import xml.etree.ElementTree as xml
import jsonschema
from prometheus_client.openmetrics.parser import text_string_to_metric_families

folder, schemas = sys.argv[1:3]
path = lambda name: os.path.join(folder, name)
results = json.load(open(path('results.json')))
m = results['metrics']
calls = m['attempts']

# OpenMetrics: every metric is there, with its value
text = open(path('metrics.prom'), newline='').read()
assert text.endswith('\n# EOF\n') and '\r' not in text
families = {f.name: f for f in text_string_to_metric_families(text)}
samples = {(s.name, s.labels.get('le')): s.value for f in families.values() for s in f.samples}
assert samples['sipsim_attempts_total', None] == calls
for name, value in m.items():
    plain = 'sipsim_' + name.replace('.', '_')
    if isinstance(value, dict):
        got = samples.get((plain + '_ratio', None))
        assert (got is None) == (value['ppm'] is None) and (got is None or round(got * 1e6) == value['ppm']), name
    elif not name.endswith('_ns'):
        assert samples.get((plain + '_total', None), samples.get((plain, None))) == value, name
for name, h in results['histograms'].items():
    assert samples['sipsim_srd_seconds_count' if name == 'srd_ok' else 'sipsim_' + name.replace('_ok', '') + '_seconds_count', None] == h['count'], name
info = next(s for s in families['sipsim_run'].samples)
assert info.labels['digest'] == results['run']['digest'] and info.labels['verdict'] == results['verdict'], info

# JUnit
suite = xml.parse(path('junit.xml')).getroot().find('testsuite')
properties = {p.get('name'): p.get('value') for p in suite.iter('property')}
assert int(properties['calls']) == calls and properties['digest'] == results['run']['digest']
asked = results['expects'] + results['reached'] + results['checks']
cases = suite.findall('testcase')
failed = [c for c in cases if c.find('failure') is not None]
assert len(cases) == int(suite.get('tests')) == len(asked) + 2
assert len(failed) == int(suite.get('failures')) and (len(failed) == 0) == (results['verdict'] == 'pass')
assert len(failed) >= sum(not a['holds'] for a in asked)

# SARIF
sarif = json.load(open(path('results.sarif')))
jsonschema.validate(sarif, json.load(open(os.path.join(schemas, 'sarif.json'))))
run = sarif['runs'][0]
rules = {rule['id'] for rule in run['tool']['driver']['rules']}
assert all(r['ruleId'] in rules for r in run['results']), rules
assert len(run['results']) >= len(results['violations']['first']) + sum(not a['holds'] for a in asked)
assert (run['results'] == []) == (results['verdict'] == 'pass')

# the spreadsheet
rows = list(csv.DictReader(open(path('metrics.csv'), newline='')))
assert sum(int(row['calls_placed']) for row in rows) == calls

# the trace for Perfetto
if os.path.exists(path('trace.json')):
    events = json.load(open(path('trace.json')))['traceEvents']
    named = {e['pid'] for e in events if e['ph'] == 'M'}
    assert all(e['pid'] in named and e.get('ts', 0) >= 0 for e in events)
    open_spans, flows = set(), set()
    for e in events:
        if e['ph'] == 'b':
            assert e['id'] not in open_spans, e
            open_spans.add(e['id'])
        elif e['ph'] in 'ne':
            assert e['id'] in open_spans, e
            open_spans -= {e['id']} if e['ph'] == 'e' else set()
        elif e['ph'] == 's':
            flows.add(e['id'])
        elif e['ph'] == 'f':
            assert e['id'] in flows, e
    assert not calls or flows

# the capture: an INVITE's first copy at its origin opens a call
if os.path.exists(path('trace.pcapng')) and len(sys.argv) > 3:
    out = subprocess.run(['tshark', '-n', '-r', path('trace.pcapng'), '-Y', 'sip.Method == "INVITE" && !sip.to.tag',
                          '-T', 'fields', '-e', 'sip.Call-ID'], capture_output=True, text=True, check=True).stdout
    assert len(set(out.split())) == calls, (len(set(out.split())), calls)

# Mermaid: every line is one of its statements, every participant is known
lines = open(path('ladder.mmd')).read().splitlines()
assert lines[0] == 'sequenceDiagram'
known = set()
for line in lines[1:]:
    statement = re.fullmatch(r'    (?:participant (n\d+) as [\w\[\]. -]+|(n\d+)(?:->>|--x)(n\d+): [^;#<>{}]+|Note over (n\d+): [^;#<>{}]+|participant nobody|Note over nobody: .*)', line)
    assert statement, line
    known |= {statement.group(1)}
    assert {statement.group(i) for i in (2, 3, 4)} <= known | {None}, line
assert xml.parse(path('ladder.svg')).getroot().tag == '{http://www.w3.org/2000/svg}svg'
END

# agrees FOLDER [capture]
agrees() {
    "$python" agree.py "$1" "$SOURCE_DIR/tests/scenario/schemas" "${@:2}" || fault "the files of $1 do not agree"
    xmllint --noout --schema "$SOURCE_DIR/tests/scenario/schemas/junit.xsd" "$1/junit.xml" 2>lint || { fault "$1/junit.xml"; cat lint; }
    xmllint --noout "$1/ladder.svg" || fault "$1/ladder.svg"
}

export GITHUB_STEP_SUMMARY=
for name in timer_b tcp_call proxy_crash overload_503; do
    status 0 run "$scenarios/$name.yaml" -o "$name" --quiet
    agrees "$name" capture
done

# what fails: each line of the scenario that is missed
two_phones </dev/null >good.yaml
printf 'expect:\n  - {metric: attempts, is: ">= 1000"}\n  - {reached: [timer_b]}\n' | cat good.yaml - >missed.yaml
status 9 run missed.yaml -o missed --quiet
agrees missed capture
json missed/results.sarif '[r["ruleId"] for r in d["runs"][0]["results"]] == ["expect", "reached"]'
json missed/results.sarif 'd["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "missed.yaml"'
status 9 run "$PWD/missed.yaml" -o rooted --quiet
cmp missed/results.sarif rooted/results.sarif || fault 'results.sarif tells of this machine'

# names that would do harm
bad='</testcase><script>alert(1)</script>]]> \" & '"'"' \u202E \uFFFE \e[31m | `x` ; # %'
grep -v '^name:' good.yaml >rest.yaml
printf 'name: "%s"\n' "$bad" | cat - rest.yaml >hostile.yaml
: >summary.md
GITHUB_STEP_SUMMARY=$PWD/summary.md "$SIPSIM" run hostile.yaml -o hostile --quiet || fault 'the hostile run fails'
agrees hostile capture
for name in hostile/junit.xml hostile/results.sarif hostile/metrics.prom hostile/ladder.mmd hostile/ladder.svg summary.md; do
    grep -qP '\x1b' "$name" && fault "$name moves a terminal"
done
for name in hostile/junit.xml hostile/ladder.svg; do
    grep -qF '<script' "$name" && fault "$name has a script"
done

# the step summary is appended to
GITHUB_STEP_SUMMARY=$PWD/summary.md "$SIPSIM" run missed.yaml -o again --quiet 2>/dev/null
[ "$(grep -c '^### ' summary.md)" = 2 ] || fault 'the summary of the step is not of two runs'
grep -qF '| ❌ | `attempts >= 1000 ` | it is 1 |' summary.md || fault 'the summary of the step does not say what was missed'
GITHUB_STEP_SUMMARY=/dev/full "$SIPSIM" run good.yaml -o full --quiet 2>stderr
[ $? = 7 ] || fault 'a summary that cannot be written is no failure'
says 'cannot write /dev/full'

# the same for any number of partitions
status 0 run good.yaml -o one --quiet
status 0 run good.yaml -o three --quiet --partitions 3
for name in metrics.prom junit.xml results.sarif trace.json ladder.mmd ladder.svg; do
    cmp "one/$name" "three/$name" || fault "another $name from three partitions"
done
finish
