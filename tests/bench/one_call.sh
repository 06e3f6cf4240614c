#!/usr/bin/env bash
# One call between two user agents on a perfect link, INVITE to BYE with all timers drained, 2,000 user agents, invariants on:
# instructions a call by callgrind, held to a stored ceiling, and CPU time in microseconds beside them. When sipp is there, what
# a call costs its two ends over loopback is said too.
source "$(dirname "$0")/lib.sh"

[[ $BUILD_TYPE == Release && $SANITIZED == 0 ]] || exit 77      # the ceiling is of optimised code
command -v valgrind >/dev/null || exit 77

cat >calls.yaml <<'END'
sipsim: 1
name: two thousand user agents
duration: 100s
drain: 60s
links:
  wire: {delay: 1ms}
nodes:
  caller: {role: ua, count: 1000}
  callee: {role: ua, count: 1000}
calls:
  - {name: c, from: caller, to: callee, pick: next, rate: 200/s, during: 0s..50s, hold: 1s}
END


# cpu COMMAND…: its user and system time and that of its children, in ns
cpu() {
    python3 - "$@" <<'END'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(int((used.ru_utime + used.ru_stime) * 1e9))
END
}

sipsim_cpu() {
    cpu "$SIPSIM" run calls.yaml -o out --force --quiet --events off --pcap off --set "calls.c.limit=$1"
}

# Both ends of 2,000 calls of sipp's own scenarios; at most half a minute, on loopback only.
sipp_ns() {
    python3 - <<'END'
import resource, subprocess, time
quiet = dict(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
ends = [['-sn', 'uas', '-i', '127.0.0.1', '-p', '15960', '-nostdin'],
        ['-sn', 'uac', '-i', '127.0.0.1', '-p', '15962', '127.0.0.1:15960', '-m', '2000', '-r', '1000', '-d', '0', '-nostdin']]
uas = subprocess.Popen(['timeout', '30', 'sipp'] + ends[0], **quiet)
time.sleep(0.5)
status = subprocess.run(['timeout', '25', 'sipp'] + ends[1], **quiet).returncode
uas.terminate()
uas.wait()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(int((used.ru_utime + used.ru_stime) * 1e9 / 2000) if status == 0 else 'null')
END
}

one=$(instructions one "$SIPSIM" run calls.yaml -o out --force --quiet --events off --pcap off --set calls.c.limit=500)
two=$(instructions two "$SIPSIM" run calls.yaml -o out --force --quiet --events off --pcap off --set calls.c.limit=1500)
per_call=$(((two - one) / 1000))
few=$(sipsim_cpu 1000)
many=$(sipsim_cpu 9000)
peer=null
command -v sipp >/dev/null && peer=$(sipp_ns)
ceiling=$(sed -nE 's/^one_call ([0-9]+)$/\1/p' "$SOURCE_DIR/tests/bench/ceilings.txt")
printf '{"bench":"one_call","instructions":%s,"ceiling":%s,"cpu_ns":%s,"sipp_cpu_ns":%s}\n' \
    "$per_call" "$ceiling" "$(((many - few) / 8000))" "$peer"
[[ $per_call -le $ceiling ]]
