#!/usr/bin/env bash
# sipsim ladder, of runs and of captures of every kind; explain and diff of runs.
. "${0%/*}/lib.sh"

# ---- a run: a call that dies by Timer B, and one among many ----
cat >lost.yaml <<'END'
sipsim: 1
name: lost
duration: 40s
links:
  wire: {delay: 5ms}
  hole: {delay: 5ms, loss: 100%}
nodes:
  alice: {role: ua, link: wire}
  bob:   {role: ua, link: hole}
story:
  - {at: 0ms, alice: {call: bob, as: c1}}
END
status 0 run lost.yaml -o lost -q
status 0 ladder lost
silent
cp stdout lost.txt
[ "$(awk '{ if (length > n) n = length } END { print n }' lost.txt)" -le 80 ] || fault 'wider than 80 columns'
grep -qE '^ +0\.000 .*-- INVITE [0-9]+ -+x' lost.txt || fault 'no lost INVITE'
grep -q 'lost on core -> bob: loss' lost.txt || fault 'not where it died'
grep -qE '\[A\].*after 500.000 ms, INVITE client' lost.txt || fault 'no Timer A'
grep -qE 'INVITE [0-9]+ #7' lost.txt || fault 'no seventh copy'
grep -qE ': +\. \. \. 16000.000 ms \. \. \.' lost.txt || fault 'idle time is not left out'
grep -qE 'o INVITE client is TERMINATED' lost.txt || fault 'no states'
status 0 ladder lost --call c1
diff lost.txt stdout || fault '--call c1 is another call'
status 0 ladder lost.yaml --wide
grep -q 'timer B fired at alice after 32000.000 ms' stdout || fault '--wide has no remarks'
status 0 ladder lost --mermaid
[ "$(head -n 1 stdout)" = sequenceDiagram ] || fault 'no Mermaid'
grep -q '^    n0--xn1: INVITE ' stdout || fault 'Mermaid has no lost message'
status 0 ladder lost --svg
python3 - <<'END' || fault 'the SVG is not well formed'
import xml.dom.minidom
root = xml.dom.minidom.parse('stdout').documentElement
assert root.tagName == 'svg' and root.getElementsByTagName('line')
END
status 2 ladder lost --svg --wide

# ---- a reproducer: its run is drawn as that of the folder, by the decisions that are in it ----
status 0 run "$scenarios/hold_resume_lossy.yaml" -o lossy -q
status 0 ladder lossy
cp stdout lossy.txt
status 0 pack "$scenarios/hold_resume_lossy.yaml"
mv hold_resume_lossy.sipr lossy.sipr
status 0 ladder lossy.sipr
silent
cmp stdout lossy.txt || fault 'another ladder of a reproducer'
status 0 ladder lossy.sipr --call c1 --svg
status 0 ladder lossy.sipr --list
grep -q '^ *c1 ' stdout || fault 'no list of the calls of a reproducer'
status 0 explain lossy.sipr
grep -q 'it dies on ' stdout || fault 'a reproducer is not explained'
grep -v '^drop ' lossy.sipr >kind.sipr
status 0 ladder kind.sipr
says 'was changed'
grep -q 'lost on' stdout && fault 'what a reproducer does not record is lost'
head -c 50 lossy.sipr >cut.sipr
for verb in ladder explain; do
    status 3 $verb cut.sipr
    says 'cut.sipr:3: the third line is'
done

# no word of a picture lies upon another, where arrows cross and where they meet: a word leans as its matrix says
cat >words.py <<'PY'
import itertools, sys, xml.dom.minidom
WIDTH, HEIGHT = 6, 12  # of letters that are drawn with 12 or 13 pixels
words = []
for text in xml.dom.minidom.parse(sys.argv[1]).getElementsByTagName('text'):
    kinds = text.getAttribute('class').split()
    if kinds[0] not in ('label', 'event', 'letter'):
        continue
    x, y = (float(text.getAttribute(a)) for a in 'xy')
    lean = text.parentNode.getAttribute('transform')
    slope = float(lean[len('matrix('):].split()[1]) if lean else 0
    said = text.firstChild.data
    width = len(said) * WIDTH
    left = x - width / 2 if kinds[0] != 'event' else x - width if 'left' in kinds else x
    words.append((left, left + width, y - slope * x, slope, said))
assert len(words) > 10
for (a1, a2, a0, a, one), (b1, b2, b0, b, other) in itertools.combinations(words, 2):
    low, high = max(a1, b1), min(a2, b2)
    if low < high:
        apart = [(a0 + a * x) - (b0 + b * x) for x in (low, high)]
        assert min(apart) >= HEIGHT or max(apart) <= -HEIGHT, (one, other, apart)
PY
for name in fork_two_answers reinvite_glare cancel_crosses_200 edge_proxy; do
    status 0 run "$SOURCE_DIR/scenarios/$name.yaml" -o crossing -q --force
    python3 words.py crossing/ladder.svg || fault "words lie upon each other in the picture of $name"
done
status 0 ladder lost --json
python3 - <<'END' || fault 'the JSON says another thing than the text'
import json
ladder = json.load(open('stdout'))
assert ladder['schema'] == 'sipsim.ladder/1' and ladder['nodes'] == ['alice', 'bob'] and ladder['failed'] and ladder['left_out'] == 0
sent = [r for r in ladder['rows'] if r['kind'] == 'message' and r['what'].startswith('INVITE ')]
assert [r['copy'] for r in sent] == list(range(1, 8)) and all(r['lost'] == 'loss' and r['arrived_ns'] is None for r in sent)
assert [r['t_ns'] // 10**6 for r in sent] == [0, 500, 1500, 3500, 7500, 15500, 31500]
assert 'A' in [r['what'] for r in ladder['rows'] if r['kind'] == 'timer']
END
status 0 explain lost --json
json stdout 'd["schema"] == "sipsim.explain/1" and d["violation"] is None and len(d["lines"]) > 3'
session=$SOURCE_DIR/corpus/regress/session/a_2xx_with_the_next_number
status 0 ladder "$session"
grep -q 'INVITE [0-9]* TCP ->' stdout || fault 'no ladder of a session input'
grep -q ' o INVITE client is ' stdout || fault 'no states in the ladder of a session input'
status 0 ladder "$session" --json
json stdout 'd["schema"] == "sipsim.ladder/1" and len(d["rows"]) > 10'
for input in "$SOURCE_DIR"/corpus/regress/session/a_*; do
    status 0 ladder "$input"
done
status 2 ladder "$session" --call nobody@example.com
status 7 ladder no-such-input
status 2 ladder lost --call c2
says 'no call c2'
status 2 ladder .
says 'it has no scenario.effective.yaml'
status 7 ladder nothing.pcap
status 2 ladder

# ---- why ----
status 0 explain lost
grep -qE 'alice sends INVITE [0-9]+ to bob; it dies on core -> bob: loss\.' stdout || fault 'explain does not say where the INVITE died'
for sentence in 'timer A fires at alice after 500.000 ms.' \
    'timer B fires at alice after 32000.000 ms.' 'RFC 3261 17.1.1.2: an INVITE that nothing answered for 64*T1 has timed out' \
    'the transaction of alice (INVITE client) leaves CALLING for TERMINATED.' 'alice: REJECTED 408'; do
    grep -qF "$sentence" stdout || fault "explain does not say: $sentence"
done
status 2 explain lost --violation 1
says 'there are 0 violations'
status 2 explain lost --violation 1 --call c1

# a law that is broken for want of time
cat >short.yaml <<'END'
sipsim: 1
name: short
duration: 1s
drain: 1s
links:
  wire: {delay: 5ms}
nodes:
  alice: {role: ua}
  bob:   {role: ua}
story:
  - {at: 0ms, alice: {call: bob, as: c1}}
END
status 1 run short.yaml -o short -q
status 0 explain short --violation 2
grep -qE '^violation 2 of [0-9]+: [A-Z0-9]+ at ' stdout || fault 'explain does not tell of the violation'
grep -qE '^  asked: ' stdout || fault 'explain does not say what the law asks'
status 0 explain short --violation 2 --json
json stdout 'd["violation"]["number"] == 2 and d["violation"]["law"] and d["violation"]["asked"] and isinstance(d["lines"], list)'

# ---- where two runs part ----
status 0 run lost.yaml -o same -q
status 0 diff lost same
grep -q 'the runs are equal' stdout || fault 'equal runs are not called so'
"$SIPSIM" run lost.yaml --set links.hole.loss=0% -o other -q --force 2>/dev/null
status 1 diff lost other
for line in 'the first event that differs is line' ' became ' 'metrics that changed' '  dropped.loss' 'the first line that differs marked'; do
    grep -qF -- "$line" stdout || fault "diff does not say: $line"
done
[ "$(grep -c '^> ' stdout)" = 2 ] || fault 'not one line of each ladder is marked'
status 1 diff lost other --json
json stdout 'not d["equal"] and d["first"]["line"] > 1 and any(m["name"] == "dropped.loss" for m in d["metrics"])'
status 2 diff lost nowhere
status 2 diff lost

# ---- captures ----
status 0 ladder lost/trace.pcapng
grep -qE 'INVITE [0-9]+ #7' stdout || fault 'our own capture has not seven INVITEs'

cat >make.py <<'END'
import struct, sys

def message(start, cseq, branch, body=''):
    return ('%s\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK%s\r\nFrom: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>%s\r\n'
            'Call-ID: one@example.com\r\nCSeq: %s\r\nMax-Forwards: 70\r\nContent-Length: %d\r\n\r\n%s'
            % (start, branch, '' if start.startswith('INVITE') else ';tag=2', cseq, len(body), body)).encode()

A, B = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])
SENT = [(0.0, A, B, message('INVITE sip:b@example.com SIP/2.0', '1 INVITE', 'x', 'v=0\r\n' * 300)),
        (0.5, A, B, message('INVITE sip:b@example.com SIP/2.0', '1 INVITE', 'x', 'v=0\r\n' * 300)),
        (0.6, B, A, message('SIP/2.0 180 Ringing', '1 INVITE', 'x')),
        (4.0, B, A, message('SIP/2.0 200 OK', '1 INVITE', 'x')),
        (4.1, A, B, message('ACK sip:b@example.com SIP/2.0', '1 ACK', 'y'))]

def ip(a, b, protocol, payload, ident=1, offset=0, more=False):
    return struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(payload), ident, (0x2000 if more else 0) | offset // 8, 64, protocol, 0) + a + b + payload

def udp(a, b, payload):
    return struct.pack('>HHHH', 5060, 5060, 8 + len(payload), 0) + payload

def datagrams(cut=None):
    for n, (at, a, b, payload) in enumerate(SENT):
        whole = udp(a, b, payload)
        if cut is None or len(whole) <= cut:
            yield at, ip(a, b, 17, whole, n)
            continue
        pieces = [(o, whole[o:o + cut]) for o in range(0, len(whole), cut)]
        for o, piece in reversed(pieces):
            yield at, ip(a, b, 17, piece, n, o, o + cut < len(whole))

def tcp(a, b, port, seq, flags, payload):
    ports = (40000, 5060) if a == A else (5060, 40000)
    return ip(a, b, 6, struct.pack('>HHIIBBHHH', *ports, seq & 0xffffffff, 0, 0x50, flags, 1000, 0, 0) + payload)

def streams():
    seq = {A: 0xfffffff0, B: 7}
    for a, b in ((A, B), (B, A)):
        yield 0, tcp(a, b, 0, seq[a] - 1, 2, b'')
    for at, a, b, payload in SENT:
        parts = [payload[i:i + 700] for i in range(0, len(payload), 700)]
        ready = []
        for part in parts:
            ready.append((at, tcp(a, b, 0, seq[a], 16, part)))
            seq[a] += len(part)
        yield from reversed(ready)     # out of order
        yield ready[0]                 # and the first again

def ethernet(p): return bytes(12) + b'\x81\x00\x00\x05' + b'\x08\x00' + p
def sll(p): return bytes(14) + b'\x08\x00' + p
def loop(p): return struct.pack('<I', 2) + p
def raw(p): return p

def pcap(path, packets, link, wrap, order='<', nano=False):
    with open(path, 'wb') as f:
        f.write(struct.pack(order + 'IHHiIII', 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0, 65535, link))
        for at, p in packets:
            p = wrap(p)
            f.write(struct.pack(order + 'IIII', 1000 + int(at), round(at % 1 * (1e9 if nano else 1e6)), len(p), len(p)) + p)

def pcapng(path, packets, link, wrap, order='<'):
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack(order + 'II', kind, 12 + len(body)) + body + struct.pack(order + 'I', 12 + len(body))
    with open(path, 'wb') as f:
        f.write(block(0x0a0d0d0a, struct.pack(order + 'IHHq', 0x1a2b3c4d, 1, 0, -1)))
        f.write(block(1, struct.pack(order + 'HHI', link, 0, 0)))
        f.write(block(99, b'of no concern'))
        for at, p in packets:
            p = wrap(p)
            t = 1000 * 10**6 + round(at * 1e6)
            f.write(block(6, struct.pack(order + 'IIIII', 0, t >> 32, t & 0xffffffff, len(p), len(p)) + p))

pcap('ethernet.pcap', datagrams(), 1, ethernet)
pcap('big.pcap', datagrams(), 1, ethernet, '>')
pcap('nano.pcap', datagrams(), 113, sll, '<', True)
pcap('loop.pcap', datagrams(), 0, loop)
pcapng('raw.pcapng', datagrams(), 101, raw)
pcapng('big.pcapng', datagrams(), 1, ethernet, '>')
pcap('pieces.pcap', datagrams(512), 101, raw)
pcap('stream.pcap', streams(), 101, raw)
END
python3 make.py || fault 'no captures'
for file in ethernet.pcap big.pcap nano.pcap loop.pcap raw.pcapng big.pcapng pieces.pcap stream.pcap; do
    status 0 ladder $file
    silent
    sed 's/ TCP/----/' stdout >$file.txt
done
cat >wanted.txt <<'END'
c1 INVITE one@example.com, 5 messages, ends in 200
         ms            192.0.2.1                     192.0.2.2
      0.000                |--------- INVITE 1 --------->|
    500.000                |------- INVITE 1 #2 -------->|
    600.000                |<------- 180 INVITE 1 -------|
                           :  . . . 3400.000 ms . . .    :
   4000.000                |<------- 200 INVITE 1 -------|
   4100.000                |---------- ACK 1 ----------->|
END
diff wanted.txt ethernet.pcap.txt || fault 'ethernet.pcap'
for file in big.pcap nano.pcap loop.pcap raw.pcapng big.pcapng pieces.pcap; do
    diff ethernet.pcap.txt $file.txt || fault "$file gives another ladder"
done
[ "$(grep -c TCP stdout)" = 5 ] || fault 'not five messages by TCP'
status 0 ladder stream.pcap --list --json
json stdout 'len(d) > 0 and d[0]["number"] == 1 and d[0]["call_id"]'
status 0 ladder stream.pcap --list
[ "$(cat stdout)" = 'c1 INVITE one@example.com, 5 messages, ends in 200' ] || fault '--list'
status 0 ladder ethernet.pcap --call one@example.com --mermaid
status 2 ladder ethernet.pcap --call two@example.com

# ---- what is wrong with a file is told with its offset; what came before is drawn ----
head -c 3000 ethernet.pcap >cut.pcap
status 7 ladder cut.pcap
says 'byte '
says 'the last record is cut off'
grep -q 'INVITE 1' stdout || fault 'what came before the cut is not drawn'
head -c 2500 raw.pcapng >cut.pcapng
status 7 ladder cut.pcapng
says 'the last block is cut off'
head -c 10000 /dev/urandom | tr '\012' ' ' >garbage.pcap
status 7 ladder garbage.pcap
says 'byte 0: neither pcap nor pcapng'
: >empty.pcap
status 7 ladder empty.pcap
says 'too short for a capture'
head -c 24 ethernet.pcap >none.pcap
status 2 ladder none.pcap
says 'no SIP in it'
finish
