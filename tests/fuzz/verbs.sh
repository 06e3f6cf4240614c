#!/bin/bash
# `sipsim fuzz`, `shrink`, `triage`, `corpus` and `pack`: on the canary, whose bug is known, and on sessions.
set -u
faults=0
fault() { printf '%s\n' "$1"; faults=$((faults + 1)); }
# status WANTED VERB ARGUMENT…: its exit status; what it said is in `out` and `err`
status() {
    local want=$1 got=0
    shift
    "$SIPSIM" "$@" >out 2>err || got=$?
    [ $got = "$want" ] || fault "$*: status $got, not $want: $(cat out err)"
}
seeds=$SOURCE_DIR/corpus/seeds

# shrink: the same failure, and no byte too many; the names of results
printf 'sing a song of sixpence' >song
status 0 shrink --target canary song
[ "$(cat song.least)" = sing ] || fault "the least of the song is $(cat song.least)"
grep -q '^4 bytes, were 23;' out || fault 'the sizes are not told'
grep -q '^again: .* replay --target canary .*song.least' out || fault 'no line to replay it'
status 0 shrink --target canary -o least song
[ "$(cat least/song)" = sing ] || fault 'nothing in the folder of -o'
status 10 shrink "$seeds/session/call_direct"
grep -q 'does not fail' err || fault 'what does not fail is not told'
status 7 shrink missing
status 2 shrink
status 2 shrink --target cannary song
grep -q 'did you mean canary' err || fault 'no suggestion'

# triage: one cause, the smallest of it, and how many
mkdir -p findings
printf 'sing' >findings/b
printf 'singing' >findings/a
printf 'silence' >findings/c
status 1 triage --target canary findings
grep -q '^ *2  canary ' out || fault "not two of one cause: $(cat out)"
grep -q 'findings/b, 4 bytes' out || fault 'not the smallest'
status 1 triage --target canary --json findings
grep -q '"count": *2' out || fault 'no count in the JSON'
status 0 triage "$seeds/session/call_direct" "$seeds/session/spiral"
status 7 triage missing

# fuzz: the canary is found, and said with a line that replays it; Ctrl-C ends it in order
mkdir -p begin
printf 'sinf' >begin/one
status 1 fuzz --target canary --runs 20000 --seed 1 --time 60s --corpus begin -o nest --quiet
line=$(sed -n 's/^ *again: //p' out)
[ -n "$line" ] || fault 'a finding without a line'
got=0
sh -c "$line" >again.out 2>&1 || got=$?
[ $got = 1 ] || fault "the line of a finding gives $got"
for time in 60 2m 277778h x; do
    status 2 fuzz --target canary --time $time
    grep -q 'as 500ms, 5s, 2min or 1h' err || fault "--time $time: $(cat err)"
done
status 1 fuzz --target canary --runs 20000 --seed 1 --time 60s --corpus begin -o nest2 --quiet --json
python3 -c 'import json; assert json.load(open("out"))["findings"] == 1' || fault "no JSON document: $(cat out)"
grep -q '^found: canary' err || fault 'what was found is not said beside --json'
status 0 fuzz --target session --runs 60 --time 60s --seed 3 --corpus "$seeds/session" -o clean --json
grep -q '"executions": *[1-9]' out || fault 'nothing was executed'
grep -q '"reached": *[1-9][0-9][0-9]' out || fault "next to nothing was reached: $(cat out)"
"$SIPSIM" fuzz --target session --time 60s -o broken_off >out 2>err &
pid=$!
sleep 1
kill -INT $pid
wait $pid
[ $? = 11 ] || fault 'Ctrl-C is not 11'
status 2 fuzz --time soon
status 2 fuzz --engine other
status 75 fuzz --engine libfuzzer --with ./missing
# AFL++ with several jobs: one main, the others beside it, in one folder; what any of them found is told
mkdir -p bin && rm -rf afl.log shared
cat >bin/afl-fuzz <<'END'
#!/bin/sh
printf '%s\n' "$*" >>afl.log
mkdir -p "shared/$2/crashes"
[ "$1" = -M ] || printf sing >"shared/$2/crashes/id:000000"
END
chmod +x bin/afl-fuzz
PATH=$PWD/bin:$PATH status 1 fuzz --engine afl --target canary --with bin/afl-fuzz --jobs 3 --time 5s -o shared
[ "$(sort afl.log | cut -d ' ' -f 1,2 | tr '\n' ' ')" = '-M job0 -S job1 -S job2 ' ] || fault "AFL++ was called so: $(cat afl.log)"
grep -q 'found: canary' out || fault "what AFL++ found is not told: $(cat out err)"
status 0 fuzz --list
grep -q '^session ' out || fault '--list does not list'

# corpus: what reaches as much, and nothing twice
status 0 corpus stat "$seeds/session"
reached=$(sed -n 's/.*reached \([0-9]*\);.*/\1/p' out)
status 0 corpus min -o small "$seeds/session"
[ "$(ls small | wc -l)" -lt "$(ls "$seeds/session" | wc -l)" ] || fault 'the least corpus is not smaller'
status 0 corpus stat small
[ "$(sed -n 's/.*reached \([0-9]*\);.*/\1/p' out)" = "$reached" ] || fault 'the least corpus reaches less'
status 0 corpus add small "$seeds/session"
grep -q '; 0 inputs, 0 bytes added' out || fault "what reaches nothing new is added: $(cat out)"
status 2 corpus prune small

# pack: the inverse of replay --as yaml
for name in forged_bye message_with_live_parts seeded_crowd; do
    status 0 replay --as yaml "$seeds/session/$name"
    cp out "$name.yaml"
    status 0 pack -o packed "$name.yaml"
    cmp -s "packed/$name.sfz" "$seeds/session/$name" || fault "$name packs to other bytes"
done

# reproducers: of a scenario that holds, and of one that fails; read again, refused where they are none
status 0 pack -o packed "$SOURCE_DIR/scenarios/basic_call.yaml"
status 0 replay packed/basic_call.sipr
grep -q 'reproduced: nothing fails' out || fault "a scenario that holds: $(cat out)"
grep -q 'digest as recorded' out || fault "another digest: $(cat out)"
status 0 replay --json packed/basic_call.sipr
grep -q '"unmatched": *0' out || fault "decisions unmatched: $(cat out)"
sed 's/^key: .*/key: TX12 ua no such thing/' packed/basic_call.sipr >packed/other.sipr
status 10 replay packed/other.sipr
status 0 replay --expect pass packed/other.sipr
sed 's/^--- decisions$/&\nnonsense/' packed/basic_call.sipr >packed/nonsense.sipr
status 3 replay packed/nonsense.sipr
grep -q 'nonsense.sipr:5: this is no decision' err || fault "no place: $(cat err)"
head -n 4 packed/basic_call.sipr >packed/cut.sipr
status 3 replay packed/cut.sipr
: >packed/empty.sipr # any bytes are a session, but nobody names one so
status 3 replay packed/empty.sipr
grep -q 'empty.sipr:1: ' err || fault "no place: $(cat err)"
printf 'sipsim-reproducer: 2\n' >packed/later.sipr
status 3 replay packed/later.sipr
status 3 pack "$SOURCE_DIR/README.md"

# shrink, of a reproducer: a drain that is too short for what is lost. What is left is a reproducer of the same failure, and a lost BYE or
# response is needed; shrunk once more it stays as it is. One that does not fail, and what is none.
cat >short.yaml <<'END'
sipsim: 1
seed: 5
duration: 20s
drain: 10s
links:
  wire: {delay: 10ms, loss: 20%, jitter: 2ms}
nodes:
  p1: {roles: [proxy, registrar], link: wire}
  alice: {role: ua, link: wire, outbound: p1, register: {expires: 600s}}
  bob: {role: ua, link: wire, outbound: p1, register: {expires: 600s}}
domains: {example.com: {registrar: p1, users: "u{n}"}}
calls:
  - {name: mix, from: alice, to: bob, rate: poisson 1/s, during: 1s..20s, hold: exp 3s}
END
status 1 run short.yaml -o short --quiet --force
repro=$(echo short/repro-DLG1-*.sipr)
status 0 shrink -o shrunk "$repro"
grep -qE '^[0-9]{1,3} bytes of scenario, were [0-9]{4,}; [0-9]{1,2} decisions, were [0-9]{3,};' out || fault "shrunk to: $(cat out)"
grep -qE '^  drop .* (sip=BYE|method=BYE)' out || fault "no loss is needed: $(cat out)"
grep -q '^needed, each of them:$' out || fault "not told as needed: $(cat out)"
least=shrunk/${repro#short/}
status 0 replay "$least"
grep -q 'reproduced: DLG1' out || fault "another failure: $(cat out)"
grep -q ' 0 moved, 0 unmatched' out || fault "decisions unmatched: $(cat out)"
grep -q 'digest as recorded' out || fault "another digest: $(cat out)"
cp "$least" again.sipr
status 0 shrink again.sipr
cmp -s "$least" again.least.sipr || fault 'what is least became less'
status 10 shrink packed/basic_call.sipr
status 10 shrink packed/other.sipr
status 3 shrink packed/nonsense.sipr
status 3 shrink packed/empty.sipr

[ $faults -eq 0 ]
