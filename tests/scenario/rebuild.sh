#!/usr/bin/env bash
# sipsim report: the files of a run once more, byte for byte, and nothing of a run that comes out otherwise.
. "${0%/*}/lib.sh"

two_phones >good.yaml <<'YAML'
  - {at: 60ms, alice: {receives: 486, in: c1}}
expect:
  - {metric: attempts, is: "== 1"}
  - {reached: [timer_i]}
YAML
status 0 run good.yaml -o full -q --hep all
names=$(cd full && ls -A | grep -vx engine.json)

# same FOLDER: has all that the whole run wrote, byte for byte
same() {
    local name
    for name in $names; do
        cmp "full/$name" "$1/$name" || fault "$name of $1 is another one"
    done
}

# ---- what a run did not write ----
status 0 run good.yaml -o part -q --pcap off --events off
cp -r part before
status 0 report part
silent
[ "$(head -n 1 stdout)" = 'part: trace.pcapng events.jsonl trace.json' ] || fault "it says: $(cat stdout)"
grep -q "digest $(python3 -c 'import json; print(json.load(open("full/results.json"))["run"]["digest"])')" stdout || fault 'it does not say the digest'
status 0 report part --hep all --json
json stdout 'd["schema"] == "sipsim.report/1" and d["files"] == ["trace.hep"] and d["dir"] == "part"'
same part
cmp before/engine.json part/engine.json || fault 'engine.json tells of another process'
status 0 report part
grep -q 'nothing is wanting' stdout || fault 'it does not say that all is there'

# ---- all of it elsewhere; chosen ones; what is there is kept ----
status 0 report part -o all --hep all -q
silent
[ ! -s stdout ] || fault '--quiet is not quiet'
same all
[ -e all/engine.json ] || fault 'no engine.json'
status 7 report part -o all
says 'is there already'
status 0 report part -o all --force
[ -e all/trace.hep ] && fault 'files of two runs in one folder'
status 7 report part --only report.html
says 'part/report.html is there already; --force replaces it'
status 7 report part --pcap first:1
says 'part/trace.pcapng is there already'
echo old >part/report.html
echo kept >part/junit.xml
status 0 report part --only report.html,trace.hep --force
cmp full/report.html part/report.html || fault '--only report.html --force does not replace it'
[ "$(cat part/junit.xml)" = kept ] || fault '--only report.html replaces junit.xml'
status 0 report part -o part --force
cmp full/junit.xml part/junit.xml || fault '--force does not replace junit.xml'
cmp full/scenario.effective.yaml part/scenario.effective.yaml || fault 'the scenario went'
rm part/ladder.svg part/engine.json
status 0 report ./part/ -o ../"${PWD##*/}"/part
cmp full/ladder.svg part/ladder.svg || fault 'ladder.svg was not rebuilt'
json part/engine.json 'd["schema"] == "sipsim.engine/1"'
rm part/trace.pcapng
status 0 report part --pcap first:1
[ "$(stat -c %s part/trace.pcapng)" -lt "$(stat -c %s full/trace.pcapng)" ] || fault '--pcap first:1 is all'
status 0 report part -o one/two --only trace.pcapng --pcap calls:1
[ "$(ls -A one/two)" = trace.pcapng ] || fault '--only writes more than that'
status 2 report part --only trace.pcapng --pcap off
says 'another option says off'
status 2 report part --only reprot.html
says 'did you mean report.html?'
status 2 report part --only ''
status 2 report part --pcap node:nobody --only trace.pcapng --force
says 'has no such node'
status 2 report part --pcap some

# ---- what comes out otherwise ----
cp -r full edited
sed -i 's/delay: 5ms/delay: 6ms/' edited/scenario.effective.yaml
rm edited/report.html
status 6 report edited
says 'it was edited since'
[ -e edited/report.html ] && fault 'an edited run is reported'
for digest in 0123456789abcdef 0000000000000000 no; do
    rm -rf other && cp -r full other && rm other/report.html
    sed -i "s/\"digest\": \".*\"/\"digest\": \"$digest\"/" other/results.json
    [ $digest = 0123456789abcdef ] && wanted=6 || wanted=2
    status $wanted report other --force
    [ -e other/report.html ] && fault 'a run with another digest is reported'
    find other -name '.*.partial' | grep . && fault 'something half written is left'
    cmp full/trace.pcapng other/trace.pcapng || fault 'the capture was replaced by that of another run'
done
sed -i 's/"digest": ".*"/"digest": "0123456789abcdef"/; s/"version": ".*"/"version": "0.0.\\u001b[2J9"/' other/results.json
status 6 report other
says 'version 0.0.?[2J9 made it'

# ---- what is no run ----
mkdir empty
status 2 report empty
says 'empty is no run: it has neither results.json nor runs.jsonl'
status 2 report good.yaml
says 'sipsim run'
status 7 report nowhere
status 2 report
status 2 report full part
cp -r full lost && rm lost/scenario.effective.yaml
status 2 report lost
says 'has no scenario.effective.yaml'
cp -r full killed && rm killed/results.json
status 2 report killed
says 'the run did not end; run it again: sipsim run killed/scenario.effective.yaml'

# results that nobody wrote so
hostile() {
    rm -rf bad && cp -r full bad && rm bad/report.html
    cat >bad/results.json
}
hostile <<<'{'
status 7 report bad
says 'bad/results.json: byte '
hostile <<<'[]'
status 2 report bad
hostile <<<'{"schema": "sipsim.results/2"}'
status 75 report bad
says 'is of schema sipsim.results/2; this version reads sipsim.results/1'
hostile </dev/null
status 7 report bad
head -c 5000 /dev/urandom | hostile
status 7 report bad
python3 -c 'print("[" * 100000)' | hostile
status 7 report bad
python3 - <<'END_OF_PYTHON' >lines.json
import json
d = json.load(open('full/results.json'))
d['checks'] = d['checks'] * 3
d['expects'] = [7, None, {'line': 2**64 - 1}, {'line': -1}, "x"]
print(json.dumps(d))
END_OF_PYTHON
hostile <lines.json
status 0 report bad
[ -e bad/report.html ] || fault 'lines that cannot be read hinder a report'
rm -rf bad && cp -r full bad && rm bad/report.html bad/engine.json && mkdir bad/engine.json
status 0 report bad --only report.html
[ -e bad/report.html ] || fault 'what engine.json is hinders a report'
rm -rf bad && cp -r full bad && rm bad/report.html && head -c 3000 /dev/urandom >bad/scenario.effective.yaml
status 6 report bad
hash=$(python3 -c 'import json; print(json.load(open("full/results.json"))["scenario"]["hash"])')
rm -rf bad && cp -r full bad && rm bad/report.html && sed -i "s/\"hash\": \"$hash\"/\"hash\": null/" bad/results.json
echo 'frobnicate: 2' >>bad/scenario.effective.yaml
status 3 report bad
says 'frobnicate'
if [ "$(id -u)" != 0 ]; then
    rm full2 -rf && cp -r part full2 && rm full2/report.html && chmod a-w full2
    status 7 report full2
    chmod u+w full2
fi

# ---- a run that broke a law: its reproducers, and all about one of them ----
two_phones </dev/null >short.yaml
status 1 run short.yaml --set drain=1s -o short -q
repro=$(cd short && ls repro-*.sipr | head -n 1)
cp -r short again && rm again/repro-*.sipr again/report.html
status 0 report again
for name in short/repro-*.sipr short/report.html; do
    cmp "$name" "again/${name#short/}" || fault "$name is another one"
done
status 0 report short/"$repro"
for name in report.html results.json trace.pcapng events.jsonl junit.xml ladder.txt; do
    [ -s "sipsim-out/${repro%.sipr}/$name" ] || fault "no $name of a reproducer"
done
cmp short/trace.pcapng "sipsim-out/${repro%.sipr}/trace.pcapng" || fault 'a reproducer has other packets'
status 7 report short/"$repro"
status 0 report short/"$repro" -o failure --only report.html
[ "$(ls -A failure)" = report.html ] || fault '--only of a reproducer writes more than that'
sed 's/^digest: .*/digest: 0123456789abcdef/' short/"$repro" >changed.sipr
status 6 report changed.sipr -o nothing
says 'sipsim replay'
[ -z "$(ls -A nothing)" ] || fault 'files of a reproducer that comes out otherwise'
head -c 50 short/"$repro" >cut.sipr
status 3 report cut.sipr

# ---- a run that was interrupted is made again up to there ----
cat >long.yaml <<'YAML'
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
YAML
python3 - "$SIPSIM" <<'END_OF_PYTHON' || fault 'no interrupted run'
import os, signal, subprocess, sys, time
p = subprocess.Popen([sys.argv[1], 'run', 'long.yaml', '-o', 'cut', '--events', 'calls:10', '-q'])
while not os.path.exists('cut/.events.jsonl.partial'):
    assert p.poll() is None
    time.sleep(0.01)
time.sleep(0.3)
p.send_signal(signal.SIGINT)
assert p.wait(60) == 11, p.returncode
END_OF_PYTHON
status 0 report cut -o cut_again --events calls:10
for name in results.json report.html metrics.csv trace.pcapng ladder.txt events.jsonl junit.xml; do
    cmp "cut/$name" "cut_again/$name" || fault "$name of an interrupted run is another one"
done

# ---- a sweep ----
status 0 run good.yaml --seeds 1..3 --keep all -o sweep -q --pcap off
cp -r sweep swept
rm swept/report.html swept/sweep.json
status 0 report swept
[ "$(cat stdout)" = 'swept: sweep.json report.html' ] || fault "of a sweep it says: $(cat stdout)"
for name in report.html sweep.json; do
    cmp sweep/$name swept/$name || fault "$name of a sweep is another one"
done
status 0 report swept
grep -q 'nothing is wanting' stdout || fault 'it does not say that all of a sweep is there'
status 0 report sweep -o elsewhere
for name in report.html sweep.json sweep.csv runs.jsonl; do
    cmp sweep/$name elsewhere/$name || fault "$name of a sweep is another one elsewhere"
done
status 7 report sweep -o elsewhere
status 0 report sweep -o elsewhere --only sweep.csv --force
status 2 report sweep --only trace.pcapng
says 'there are runs.jsonl, sweep.json, sweep.csv, report.html'
status 2 report sweep --pcap all
says 'sipsim report sweep/run-000001'
run=$(cd sweep && ls -d run-* | head -n 1)
[ -e sweep/"$run"/trace.pcapng ] && fault 'a run of --pcap off has a capture'
status 0 report sweep/"$run"
[ -s sweep/"$run"/trace.pcapng ] || fault 'no capture of a run of a sweep'
mkdir garbage && head -c 3000 /dev/urandom >garbage/runs.jsonl
status 7 report garbage
finish
