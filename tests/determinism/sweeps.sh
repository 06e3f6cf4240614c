#!/usr/bin/env bash
# A sweep writes the same bytes with one, two and five jobs, in shards that are merged, and in two goes with a kill between.
. "${0%/*}/../scenario/lib.sh"

cat >lossy.yaml <<'END'
sipsim: 1
name: lossy
duration: 3s
links:
  access: {delay: 20ms, jitter: 5ms, loss: 5%}
domains:
  example.com: {registrar: p1}
nodes:
  p1: {roles: [proxy, registrar], link: access, host: p1.example.com, record_route: true}
  caller: {role: ua, count: 4, link: access, outbound: p1}
  callee: {role: ua, count: 4, link: access, outbound: p1, register: {expires: 3600s, at: uniform 0s..1s}, behaviour: human}
behaviours:
  human: [{weight: 80, ring: 200ms, answer: exp 300ms}, {weight: 20, reject: 486}]
calls:
  - {name: mix, from: caller, to: callee, rate: poisson 4/s, during: 1s..3s, hold: exp 1s}
END
sweep=(run lossy.yaml --sweep "links.access.loss=0%,5%,20%" --sweep links.access.delay=5ms,80ms --seeds 3..6)

status 0 "${sweep[@]}" --jobs 1 -o one
for jobs in 2 5; do
    status 0 "${sweep[@]}" --jobs $jobs -o jobs$jobs
    diff -r one jobs$jobs || fault "--jobs $jobs is not as --jobs 1"
done
[ "$(wc -l <one/runs.jsonl)" = 25 ] || fault 'not 24 runs'

for shard in 1 2 3; do
    status 0 "${sweep[@]}" --shard $shard/3 -o shard$shard --json
    cmp -s stdout shard$shard/sweep.json || fault '--json is not sweep.json'
done
status 11 merge shard1 shard3 -o two_of_three
json two_of_three/sweep.json 'd["interrupted"] and d["runs"]["done"] == 16 and d["exit_status"] == 11'
status 0 merge shard3 shard1 shard2 one -o merged
diff -r one merged || fault 'the merged shards are not the whole'

# a process that died while it wrote leaves a journal; what it had done is not done again
mkdir killed
head -n 11 one/runs.jsonl >killed/.runs.journal
printf '{"run": 12, "at"' >>killed/.runs.journal
status 7 "${sweep[@]}" -o killed
says '.runs.journal is there already'
status 0 "${sweep[@]}" -o killed --resume --jobs 2
diff -r one killed || fault 'a sweep that went on is not as one that was not interrupted'
[ -e killed/.runs.journal ] && fault 'the journal is left behind'
status 2 run lossy.yaml --seeds 3..7 -o killed --resume
says 'of other seeds'
status 2 run lossy.yaml --sweep "links.access.loss=0%,5%,21%" --sweep links.access.delay=5ms,80ms --seeds 3..6 -o killed --resume
says 'of other values'

# each run is the one that a run of its own gives
status 0 "${sweep[@]}" --keep all -o kept
diff one/runs.jsonl kept/runs.jsonl || fault '--keep all changed what was found'
status 0 run lossy.yaml --set "links.access.loss=5%" --set links.access.delay=80ms --seed 4 -o single
for file in results.json events.jsonl ladder.txt trace.pcapng; do
    cmp "single/$file" "kept/run-000013/$file" || fault "run 13 of the sweep has another $file"
done
finish
