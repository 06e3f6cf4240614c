#!/usr/bin/env bash
# trace.hep holds the SIP messages that tshark finds in trace.pcapng, in that order: instants, addresses, ports, transport, Call-ID and
# text; over UDP and TCP, both versions of IP, in fragments, and damaged on the way. The filters, and what becomes of messages and
# Call-IDs that do not fit.
. "${0%/*}/lib.sh"
command -v tshark >/dev/null || exit 77

cat >agree.py <<'PY'
import subprocess, sys
sys.path.insert(0, sys.argv[1])
import hep

folder, node = sys.argv[2], sys.argv[3:]
fields = ['frame.time_epoch', 'ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst', 'udp.srcport', 'udp.dstport', 'tcp.srcport', 'tcp.dstport',
          'sip.Request-Line', 'sip.Status-Line', 'sip.Call-ID', 'udp.payload']
out = subprocess.run(['tshark', '-n', '-r', folder + '/trace.pcapng', '-Y', 'sip && !icmp', '-T', 'fields', '-E', 'separator=\x1f', '-E', 'aggregator=\x1e']
                     + [word for f in fields for word in ('-e', f)], capture_output=True, text=True, check=True).stdout
expected = []
for line in out.splitlines():
    r = dict(zip(fields, line.split('\x1f')))
    s, ns = r['frame.time_epoch'].split('.')
    firsts = [t for t in (r['sip.Request-Line'] + '\x1e' + r['sip.Status-Line']).split('\x1e') if t]
    ids = r['sip.Call-ID'].split('\x1e')
    for i, first in enumerate(firsts):  # one segment may end several messages
        expected.append((int(s), int(ns) // 1000, r['ip.src'] or r['ipv6.src'], r['ip.dst'] or r['ipv6.dst'], 17 if r['udp.srcport'] else 6,
                         int(r['udp.srcport'] or r['tcp.srcport']), int(r['udp.dstport'] or r['tcp.dstport']), first.strip(), ids[i],
                         bytes.fromhex(r['udp.payload'].split('\x1e')[-1]) if len(firsts) == 1 and r['udp.payload'] else None))
found = list(hep.frames(folder + '/trace.hep'))
assert len(found) == len(expected) and found, (len(found), len(expected))
for f, e in zip(found, expected):
    first = f[15].lstrip(b'\r\n').split(b'\r\n')[0].decode(errors='replace')
    got = (f[9], f[10], f['from'], f['to'], f[2], f[7], f[8], first.strip(), f[17].decode(errors='replace'))
    assert got == e[:-1], (got, e)
    assert e[-1] in (None, f[15]), (f[15], e[-1])
PY

for name in basic_call tcp_call fragments dual_stack ipv6_call big_invite_goes_by_tcp tcp_refused_back_to_udp connection_reset edited_messages dns_ttl; do
    status 0 run "$scenarios/$name.yaml" -o "$name" --quiet --hep all
    python3 agree.py "$SOURCE_DIR/tests/scenario" "$name" || fault "$name: other messages than in trace.pcapng"
done

# who sent it: nodes counted from 1 in the order of their names
agents() {
    python3 -c 'import sys; sys.path.insert(0, sys.argv[1]); import hep
print(*(f"{f[12]}:{f[15].split()[0].decode()}" for f in hep.frames(sys.argv[2])))' "$SOURCE_DIR/tests/scenario" "$1"
}
count() {
    python3 -c 'import sys; sys.path.insert(0, sys.argv[1]); import hep
print(len(list(hep.frames(sys.argv[2]))), len({f[17] for f in hep.frames(sys.argv[2])}))' "$SOURCE_DIR/tests/scenario" "$1"
}
[ "$(agents basic_call/trace.hep)" = '1:INVITE 2:SIP/2.0 2:SIP/2.0 1:ACK 1:BYE 2:SIP/2.0' ] || fault "other senders: $(agents basic_call/trace.hep)"

# only when it is asked for; the same twice, however the world is split; gone with the other files
status 0 run "$scenarios/fragments.yaml" -o none --quiet
[ -e none/trace.hep ] && fault 'trace.hep was not asked for'
status 0 run "$scenarios/fragments.yaml" -o parts --quiet --hep all --partitions 3
cmp fragments/trace.hep parts/trace.hep || fault 'another trace.hep from three partitions'
status 0 run "$scenarios/fragments.yaml" -o parts --quiet --force
[ -e parts/trace.hep ] && fault 'the trace.hep of an earlier run is still there'

# which
status 0 run "$scenarios/fragments.yaml" -o few --quiet --hep first:7 --pcap off
[ "$(count few/trace.hep | cut -d' ' -f1)" = 7 ] || fault 'first:7 are not 7'
status 0 run "$scenarios/fragments.yaml" -o few --quiet --force --hep calls:2
[ "$(count few/trace.hep | cut -d' ' -f2)" = 2 ] || fault 'calls:2 are not 2'
status 0 run "$scenarios/fragments.yaml" -o few --quiet --force --hep call:c5 --pcap call:c5
python3 agree.py "$SOURCE_DIR/tests/scenario" few || fault 'call:c5 is another call than in trace.pcapng'
status 0 run "$scenarios/fragments.yaml" -o few --quiet --force --hep 'node:caller[3]' --pcap 'node:caller[3]'
python3 agree.py "$SOURCE_DIR/tests/scenario" few || fault 'node: is another node than in trace.pcapng'
status 0 run "$scenarios/fragments.yaml" -o few --quiet --force --hep 'link:caller[3],at:rx' --pcap 'link:caller[3],at:rx'
python3 agree.py "$SOURCE_DIR/tests/scenario" few || fault 'link: is another link than in trace.pcapng'
status 2 run "$scenarios/fragments.yaml" -o few --force --hep node:nobody
says '--hep node:nobody'
status 2 run "$scenarios/fragments.yaml" -o few --force --hep some
says 'not one of off, all'
status 0 run "$scenarios/basic_call.yaml" -o line --hep calls:1
grep -q -- '--hep calls:1' stdout || fault 'the replay line lacks --hep'

# a disk that is full
if [ -e /dev/full ]; then
    mkdir broken && ln -s /dev/full broken/.trace.hep.partial
    status 7 run "$scenarios/basic_call.yaml" -o broken --quiet --hep all
    says 'cannot write broken/trace.hep: No space left on device'
    [ -e broken/trace.hep ] && fault 'half of a trace.hep is left'
fi
finish
