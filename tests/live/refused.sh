#!/bin/bash
# What live does not do, it says in a sentence and with a status: 2 for a command line, 7 for the machine.
. "${0%/*}/lib.sh"

# refuses STATUS WORDS ARGUMENTS…
refuses() {
    local wanted=$1 words=$2
    shift 2
    timeout 20 "$SIPSIM" live "$@" >out.log 2>err.log
    local status=$?
    [ $status = "$wanted" ] || fault "live $*: status $status, not $wanted: $(cat err.log)"
    grep -q -- "$words" err.log || fault "live $*: does not say '$words': $(cat err.log)"
}
refuses 2 'needs one role'
refuses 2 'no role aa' aa
refuses 75 'not in this version' load
refuses 2 'did you mean --listen' ua --lisen udp:127.0.0.1:0
refuses 2 'udp:ADDRESS:PORT' ua --listen 127.0.0.1:5060
refuses 2 'up to 65535' ua --listen udp:127.0.0.1:70000
refuses 2 'is a number' ua --listen udp:localhost:0
refuses 2 'must name one address' ua --listen udp:0.0.0.0:0
refuses 2 'TLS is not' ua --listen tls:127.0.0.1:0
refuses 2 'did you mean sip:bob' ua --call bob@127.0.0.1
refuses 2 'SIP URI' ua --aor 'sip:'
refuses 2 'calls a second' ua --rate fast
refuses 2 'length of time' ua --hold 5
refuses 2 'at least one' ua --call sip:a@127.0.0.1 --count 0
refuses 2 '400 to 699' ua --reject 200
refuses 2 'caller or callee' ua --hangup both
refuses 2 'needs --node' ua --scenario "${0%/*}/story.yaml"
refuses 2 'did you mean alice' ua --scenario "${0%/*}/story.yaml" --node alcie
refuses 7 'no-such.yaml' ua --scenario no-such.yaml --node alice
refuses 2 'needs --domain' proxy --users users
refuses 2 'in lower case' proxy --domain Example.COM
refuses 7 'no-such-users' proxy --domain example.com --users no-such-users
refuses 2 'ADDRESS:PORT' proxy --metrics here
refuses 2 'live secret needs' secret --user alice
echo alice >bad-users
refuses 7 'bad-users:1: user:realm' proxy --domain example.com --users bad-users
refuses 7 'cannot keep bindings' proxy --listen udp:127.0.0.1:0 --bindings no/such/folder.db
refuses 7 'no-such-file' ua --password-file no-such-file
refuses 7 'cannot look up names at nonsense' ua --listen udp:127.0.0.1:0 --dns nonsense
refuses 7 'cannot look up names at 127.0.0.1:' proxy --listen udp:127.0.0.1:0 --dns 127.0.0.1:
: >empty
refuses 7 'no password' ua --password-file empty
refuses 7 'cannot listen at udp:192.0.2.1:5060' ua --listen udp:192.0.2.1:5060
start holds ua --listen udp:127.0.0.1:0 --listen tcp:127.0.0.1:0
refuses 7 'in use' ua --listen "udp:127.0.0.1:$port"
refuses 7 'in use' ua --listen "tcp:127.0.0.1:$port"
stop "$pid"
# one port for UDP and TCP, though somebody has most of those that the kernel gives for one of them: in a network of its own with
# sixteen ports
cat >busy.py <<'PY'
import socket, subprocess, sys
open('/proc/sys/net/ipv4/ip_local_port_range', 'w').write('40000 40015')
kept = [socket.socket() for _ in range(14)]
for s, port in zip(kept, range(40000, 40014)):
    s.bind(('127.0.0.1', port))
for _ in range(5):
    p = subprocess.Popen([sys.argv[1], 'live', 'ua', '--listen', 'udp:127.0.0.1:0', '--listen', 'tcp:127.0.0.1:0'], stderr=subprocess.PIPE, text=True)
    ports = {p.stderr.readline().split(':')[-1].strip() for _ in range(2)}
    p.terminate()
    p.wait()
    assert len(ports) == 1 and ports <= {'40014', '40015'}, ports
PY
if unshare -rn ip link set lo up 2>/dev/null; then
    unshare -rn bash -c 'ip link set lo up && exec python3 busy.py "$1"' ports "$SIPSIM" || fault 'no port for both of UDP and TCP'
fi
"$SIPSIM" live --help | grep -q 'sipsim live ua --listen' || fault 'help has no example'
finish
