#!/usr/bin/env bash
# One call through a stateful record-routing proxy that is also the callee's registrar, INVITE to BYE with 100 and 180, all timers
# drained, 2,000 user agents, invariants on: instructions a call by callgrind, held to a stored ceiling; CPU time in microseconds
# beside them, alone and among idle user agents that are registered (BENCH_IDLE of them). When sipp and kamailio are there, what such
# a call costs the three of them over loopback is said too.
source "$(dirname "$0")/lib.sh"

[[ $BUILD_TYPE == Release && $SANITIZED == 0 ]] || exit 77      # the ceiling is of optimised code
command -v valgrind >/dev/null || exit 77

idle=${BENCH_IDLE:-100000}
cat >calls.yaml <<'END'
sipsim: 1
name: two thousand user agents and a proxy
duration: 400s
drain: 60s
links:
  wire: {delay: 1ms}
domains:
  example.com: {registrar: proxy, users: "u{n}"}
nodes:
  proxy: {roles: [proxy, registrar], record_route: true}
  caller: {role: ua, count: 1000, aor: "sip:c{n}@example.com", outbound: proxy}
  callee: {role: ua, count: 1000, outbound: proxy, register: {expires: 2h, at: uniform 0s..100s}, behaviour: rings}
behaviours:
  rings:
    - {ring: 10ms, answer: 20ms}
calls:
  - {name: c, from: caller, to: callee, pick: next, rate: 200/s, during: 150s..300s, hold: 1s}
END
sed "s/callee: {role: ua, count: 1000,/callee: {role: ua, count: $((1000 + idle)),/" calls.yaml >idle.yaml

run() { echo "$SIPSIM" run "$1.yaml" -o out --force --quiet --events off --pcap off --set "calls.c.limit=$2"; }

# cpu_ns FILE: CPU time of a call in the scenario, from two runs that differ in the number of calls
cpu_ns() {
    python3 - "$(run "$1" 1000)" "$(run "$1" 21000)" <<'END'
import resource, subprocess, sys
def cpu(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command.split(), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
few, many = cpu(sys.argv[1]), cpu(sys.argv[2])
print(int((many - few) * 1e9 / 20000))
END
}

# Three ends of 2,000 calls of sipp's own scenarios through kamailio; at most half a minute, on loopback only.
peers_ns() {
    python3 - "$SOURCE_DIR/tests/bench/proxied_call/kamailio.cfg" "$PWD" <<'END'
import resource, subprocess, sys, time
quiet = dict(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
proxy = subprocess.Popen(['timeout', '40', 'kamailio', '-f', sys.argv[1], '-DD', '-E', '-m', '256', '-w', sys.argv[2],
                          '-Y', sys.argv[2]], **quiet)
uas = subprocess.Popen(['timeout', '35', 'sipp', '-sn', 'uas', '-i', '127.0.0.1', '-p', '15960', '-nostdin'], **quiet)
time.sleep(2)
status = subprocess.run(['timeout', '30', 'sipp', '-sn', 'uac', '-i', '127.0.0.1', '-p', '15962', '-rsa', '127.0.0.1:15970',
                         '127.0.0.1:15960', '-m', '2000', '-r', '400', '-d', '0', '-nostdin'], **quiet).returncode
for process in uas, proxy:
    process.terminate()
    process.wait()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(int((used.ru_utime + used.ru_stime) * 1e9 / 2000) if status == 0 else 'null')
END
}

one=$(instructions one $(run calls 500))
two=$(instructions two $(run calls 1500))
per_call=$(((two - one) / 1000))
alone=$(cpu_ns calls)
among=$(cpu_ns idle)
peers=null
command -v sipp >/dev/null && command -v kamailio >/dev/null && peers=$(peers_ns)
ceiling=$(sed -nE 's/^proxied_call ([0-9]+)$/\1/p' "$SOURCE_DIR/tests/bench/ceilings.txt")
printf '{"bench":"proxied_call","instructions":%s,"ceiling":%s,"cpu_ns":%s,"idle_user_agents":%s,"cpu_ns_among_idle":%s,"sipp_and_kamailio_cpu_ns":%s}\n' \
    "$per_call" "$ceiling" "$alone" "$idle" "$among" "$peers"
[[ $per_call -le $ceiling ]]
