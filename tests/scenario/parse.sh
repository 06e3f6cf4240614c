#!/usr/bin/env bash
# sipsim parse: what it shows, its JSON, its exit statuses, and input of the worst kind.
. "${0%/*}/lib.sh"

corpus=$SOURCE_DIR/corpus/rfc
good=$corpus/rfc3665/invite.sip

# shows TEXT: stdout of the last sipsim has it
shows() {
    grep -qF -- "$1" stdout || { fault "stdout does not show: $1"; cat stdout; }
}

# lines EXPRESSION: true of the list d of objects, one per line of stdout
lines() {
    python3 -c 'import json, sys
d = [json.loads(line) for line in open("stdout", encoding="utf-8")]
sys.exit(not eval(sys.argv[1]))' "$1" || { fault "not so: $1"; head -c 2000 stdout; }
}

# header by header, with offsets
status 0 parse "$good"
silent
shows '       0  request INVITE sip:dave@example.org'
shows "$(printf '%8d  Via: SIP/2.0/UDP pc31.example.net' "$(grep -abo 'Via:' "$good" | head -1 | cut -d: -f1)")"
shows 'invite.sip: accept'
status 0 parse -q "$good"
[ ! -s stdout ] || fault '-q shows what was accepted'

# why it is refused: the line, and a caret under the byte
status 1 parse "$corpus/rfc4475/quotbal.sip"
shows 'quotbal.sip:5:5: '
shows 'To: "Dave the unfinished <sip:dave@example.org>'
grep -qx '      ^' stdout || fault 'no caret under the byte'
shows 'reject, to be answered 400'
status 1 parse "$corpus/rfc4475/bigcode.sip"
shows 'to be dropped'

# the worst of several
status 1 parse "$good" "$corpus/rfc4475/clerr.sip" "$good"
status 7 parse "$corpus/rfc4475/clerr.sip" no_such_file.sip
says 'no_such_file.sip'
status 7 parse .
status 2 parse
status 2 parse "$good" --role uac
says 'uas, proxy or registrar'
status 2 parse "$good" --strem
says 'did you mean --stream?'

# who judges
zero=$corpus/rfc4475/zeromf.sip
status 0 parse "$zero"
status 1 parse --role proxy "$zero"
shows 'to be answered 483'
status 0 parse --role registrar "$corpus/rfc3665/register.sip"
status 1 parse "$corpus/rfc4475/baddate.sip"
status 0 parse --tolerant "$corpus/rfc4475/baddate.sip"

# what a liberal element reads into it is accepted, and what came is shown
status 0 parse --tolerant "$corpus/rfc4475/baddn.sip"
shows 'From: Carol, of Hall (East) <sip:carol@example.net>;tag=c31'
shows 'accept, as a liberal element may read it'
status 0 parse --tolerant --json "$corpus/rfc4475/baddn.sip" "$good"
lines '[o["mended"] for o in d] == [True, False] and [o["verdict"] for o in d] == ["accept"] * 2'
lines 'd[0]["reason"] is None and all(h["at"] is not None for h in d[0]["headers"])'
status 1 parse --tolerant "$corpus/rfc4475/scalar02.sip"

# the caret stands under the byte that does not fit
carets() {
    printf "$1" >caret.sip
    status 1 parse -q caret.sip
    shows "caret.sip:$2: "
}
carets 'INVITE sip:a b@c SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n' 1:13
carets 'ACK sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;x==y\r\nFrom: <sip:a>\r\nTo: <sip:a>\r\nCall-ID: 1\r\nCSeq: 1 ACK\r\n\r\n' 2:22
carets 'ACK sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a>;tag="b"\r\nTo: <sip:a>\r\nCall-ID: 1\r\nCSeq: 1 ACK\r\n\r\n' 3:19
carets 'ACK sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a>\r\nTo: <sip:a>\r\nCall-ID: 1@2@3\r\nCSeq: 1 ACK\r\n\r\n' 5:13

# JSON: one object per message and line
status 1 parse --json "$good" "$corpus/rfc4475/scalar02.sip"
silent
lines 'len(d) == 2 and all(o["schema"] == "sipsim.parse/1" for o in d)'
lines '(d[0]["verdict"], d[0]["kind"], d[0]["method"], d[0]["status"], d[0]["response"]) == ("accept", "request", "INVITE", None, None)'
lines '[h["name"] for h in d[0]["headers"]][:2] == ["Via", "Max-Forwards"] and d[0]["headers"][0]["count"] == 1'
lines 'd[0]["body_bytes"] > 100 and d[0]["reason"] is None and d[0]["offset"] is None'
lines 'd[1]["verdict"] == "reject" and d[1]["response"] == 400 and d[1]["header"] == "CSeq"'
lines 'd[1]["section"].startswith("RFC3261:") and d[1]["reason"] and d[1]["offset"] > 0'
status 0 parse --json "$corpus/rfc3665/invite-486.sip"
lines 'd[0]["kind"] == "response" and d[0]["status"] == 486 and d[0]["method"] == "INVITE"'
status 0 parse --json --role proxy "$corpus/rfc4475/wsinv.sip"
lines 'sorted(set((h["name"], h["written"]) for h in d[0]["headers"] if h["name"] == "Via")) == [("Via", "ViA"), ("Via", "v")]'
lines '[v["text"].split()[0] for h in d[0]["headers"] if h["written"] == "v" for v in h["values"]] == ["SIP", "SIP"]'

# every place is where its text is
status 0 parse --json "$corpus"/rfc3665/*.sip
python3 - <<'END' || fault 'a place in the JSON is not where its text is'
import json
for line in open('stdout', encoding='utf-8'):
    message = json.loads(line)
    data = open(message['file'], 'rb').read()
    def at(piece, text):
        if piece['at'] is not None:
            assert data[piece['at']:].startswith(text.encode()), (message['file'], piece)
    for header in message['headers']:
        at(header, header['written'])
        for value in header['values']:
            at(value, value['text'])
            assert 'parts' in value, (message['file'], value)
            for part in value['parts']:
                at(part, part['text'])
END

# streams: any number of messages, keep-alives between them, and an end that is missing
{ printf '\r\n\r\n'; cat "$good"; printf '\r\n'; cat "$corpus/rfc3665/bye.sip" "$corpus/rfc4475/dblreq.sip"; } >stream
status 0 parse --stream --json stream
lines '[o["method"] for o in d] == ["INVITE", "BYE", "REGISTER", "INVITE"] and d[0]["at"] == 4'
status 0 parse --stream --json - <stream
lines 'len(d) == 4 and d[0]["file"] == "-"'
head -c -1 stream >short
status 1 parse --stream --json short
lines '[o["verdict"] == "accept" for o in d] == [True, True, True, False]'
status 1 parse --stream "$corpus/rfc4475/mcl01.sip"
status 1 parse --stream "$corpus/rfc4475/ncl.sip"
printf '\r\n\r\n' >idle
status 0 parse --stream idle

# where messages come from, and where they go
status 1 parse /dev/null
shows 'there is no start line'
status 0 parse - <"$good"
shows '-: accept'
status 0 parse "$good" - <"$good"
cat "$good" | { status 0 parse /dev/stdin; }
mkdir -p folder
status 7 parse folder
says 'folder'
truncate -s 67108865 huge
status 7 parse huge
says 'huge: File too large'
status 7 parse --json no_such_file.sip "$corpus/rfc4475/ncl.sip"
lines 'len(d) == 1 and d[0]["verdict"] == "reject"'
for option in '' --json; do
    # shellcheck disable=SC2086
    "$SIPSIM" parse $option "$good" >/dev/full 2>err && fault "parse $option: a full disk is not told"
    [ -s err ] || fault "parse $option: a full disk is not said"
done
ln -sf "$good" 'odd
name.sip'
status 0 parse -q 'odd
name.sip'
status 0 parse --json 'odd
name.sip'
lines 'len(d) == 1 and d[0]["file"] == "odd\nname.sip"'

# hostile input
: >empty
head -c 65536 /dev/zero >zeros
head -c 70000 /dev/zero | tr '\0' 'a' >letters
python3 - <<'END'
import random
draw = random.Random(31)
open('garbage', 'wb').write(bytes(draw.randrange(256) for _ in range(65536)))
open('colons', 'wb').write(b'INVITE sip:a SIP/2.0\r\n' + b':\r\n' * 20000)
open('vias', 'wb').write(b'INVITE sip:a SIP/2.0\r\nVia: ' + b'SIP/2.0/UDP a,' * 4000 + b'\r\n\r\n')
open('quotes', 'wb').write(b'INVITE sip:a SIP/2.0\r\nTo: "' + b'\\"' * 30000)
open('escape', 'wb').write(b'INVITE sip:a SIP/2.0\r\nTo: \x1b[31m\xff\x00\r\n\r\n')
END
for file in empty zeros letters garbage colons vias quotes escape "$SIPSIM"; do
    status 1 parse "$file"
    if LC_ALL=C grep -qP '[^\x20-\x7e\n]' stdout; then
        fault "$file: what is not printable reaches the terminal"
    fi
    status 1 parse --json "$file"
    lines 'len(d) == 1 and d[0]["verdict"] != "accept"'
    if [ "$file" != empty ]; then
        status 1 parse --stream --json "$file"
    fi
done
finish
