#!/usr/bin/env bash
# The exit statuses of the design, section 4, and that the worst one wins.
. "${0%/*}/lib.sh"

two_phones </dev/null >good.yaml
two_phones >missed.yaml <<'END'
  - {at: 51ms, bob: {sends: 486, in: c1}}
END
two_phones >missed_expect.yaml <<'END'
expect:
  - {metric: established, is: "== 1"}
END
two_phones >not_reached.yaml <<'END'
expect:
  - {reached: [timer_b]}
  - {metric: established, is: "== 1"}
END
echo 'sipsim: 1' >bad.yaml
echo 'frobnicate: 2' >>bad.yaml

status 0 run good.yaml
silent
status 8 run missed.yaml
grep -q 'seen at 50.000 ms instead' stdout || fault 'it does not say when the 486 was seen'
status 8 run missed_expect.yaml
json sipsim-out/missed_expect/results.json 'd["expects"][0]["holds"] is False and d["expects"][0]["value"] == 0'
status 9 run not_reached.yaml
json sipsim-out/not_reached/results.json '[s["status"] for s in d["statuses"]] == [9, 8] and d["exit_status"] == 9'
status 1 run good.yaml --set drain=1s -o short
grep -q 'hint: was the drain too short? It was 1000.000 ms' stdout || fault 'it does not say that the drain may be to blame'
status 3 run bad.yaml
says 'bad.yaml:2:1'
status 3 check bad.yaml good.yaml
status 0 check good.yaml
status 7 run no_such_file.yaml
status 7 check no_such_file.yaml
status 7 run bad.yaml no_such_file.yaml -o several

# several files: each has its folder, the worst status wins
status 9 run good.yaml missed.yaml not_reached.yaml -o all
for name in good missed not_reached; do
    [ -e "all/$name/results.json" ] || fault "all/$name/results.json is missing"
done

# a crash of ours: status 4 and the replay line (a sanitizer answers for itself)
if [ "${SANITIZED:-0}" != 1 ]; then
    python3 - "$SIPSIM" <<'END' || fault 'a crash does not end with status 4'
import signal, subprocess, sys
p = subprocess.Popen([sys.argv[1], 'run', '/dev/stdin', '-o', 'crash'], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
p.stdin.write(open('good.yaml', 'rb').read() + b'# ')
p.stdin.flush()
import time
time.sleep(0.3)
p.send_signal(signal.SIGSEGV)
err = p.communicate()[1]
assert p.returncode == 4, p.returncode
assert b'crash' in err, err
END
fi

# the line that is printed to be pasted runs it again
status 8 run missed.yaml -o 'pasted files' --quiet
line=$(sed -n 's/^.*; again: //p' stderr)
got=0
eval "$line" >stdout 2>stderr || got=$?
[ $got = 8 ] || fault "status $got, not 8, from the replay line: $line"

# the command line
status 2
status 2 rnu
says 'did you mean run?'
status 2 run
status 2 run good.yaml --ordr fifo
says 'did you mean --order?'
status 2 run good.yaml --seed
status 2 run good.yaml --seed 18446744073709551616
status 2 run good.yaml --partitions -1
status 2 run good.yaml --order sideways
status 2 run good.yaml --order fifo --order-seed 1
status 2 run good.yaml --pcap some
status 2 run good.yaml --pcap first:0
status 2 run good.yaml --pcap node:nobody
status 2 run good.yaml sub/good.yaml
status 2 list colours
status 2 check
status 2 run good.yaml --pcap link:nobody
status 2 run good.yaml --pcap link:alice,at:px
status 0 run good.yaml -o linked --pcap link:alice,at:rx
status 2 run good.yaml --events node:nobody
for verb in import explore; do
    status 75 $verb
done

for verb in shrink triage pack corpus ladder explain diff report live schema; do
    status 2 $verb
done
status 2 bench
status 2 bench links
status 7 bench fuzz --corpus missing
status 2 fuzz mesage
says 'did you mean message?'
status 2 fuzz uri --target uri
status 0 fuzz uri --runs 20 -o found-uris
grep -q "^uri: 20 executions" stdout stderr || fault "another target was fuzzed"
status 2 selftest
status 2 selftest links
status 2 selftest impairments --packets 9
status 0 selftest impairments --packets 10000
for verb in run check parse replay list selftest version help; do
    status 0 $verb --help
    status 0 $verb -h
    status 0 help $verb
done
status 0 -h
status 0 -V
status 0 --version
status 0 version
finish
