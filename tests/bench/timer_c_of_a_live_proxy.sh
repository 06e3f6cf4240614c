#!/usr/bin/env bash
# Somebody rings for ever, and his caller waits for ever: after more than three minutes of real time the live proxy cancels, as Timer C
# has it. RFC3261:16.6 RFC3261:16.8
source "$SOURCE_DIR/tests/live/lib.sh"

start proxy proxy --listen udp:127.0.0.1:0 --domain example.com -o judged --force
proxy=$pid at=$port
# Ours would not ring for so long.
cat >rings.py <<'PY'
import socket
wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
wire.bind(("127.0.0.1", 0))
print(wire.getsockname()[1], flush=True)
invite = None
def say(status, of, to):
    lines = of.decode().split("\r\n")
    kept = [l + ";tag=b" if l.lower().startswith("to:") and ";tag=" not in l else l for l in lines if l.split(":")[0].lower() in ("via", "from", "to", "call-id", "cseq")]
    wire.sendto("\r\n".join(["SIP/2.0 " + status] + kept + ["Content-Length: 0", "", ""]).encode(), to)
while True:
    text, to = wire.recvfrom(65535)
    method = text.split(b" ")[0].decode()
    print(method, flush=True)
    if method == "INVITE":
        invite = text
        say("180 Ringing", text, to)
    elif method == "CANCEL":
        say("200 OK", text, to)
        say("487 Request Terminated", invite, to)
PY
python3 rings.py >rings.out.log &
pids+=($!)
await 10 test -s rings.out.log || die 'nobody rings'
since=$SECONDS
timeout 250 "$SIPSIM" live ua --listen udp:127.0.0.1:0 --aor sip:alice@example.com --proxy "sip:127.0.0.1:$at" --call "sip:bob@127.0.0.1:$(head -n 1 rings.out.log)" \
    >caller.out.log 2>caller.log
[ $? = 8 ] || fault "the call does not end: $(cat caller.log)"
took=$((SECONDS - since))
[ $took -gt 180 ] || fault "cancelled after $took s"
says caller.log 'last failure was 487' || fault "no 487: $(cat caller.log)"
says rings.out.log CANCEL || fault 'nobody tells him'
stop "$proxy"
[ "$status" = 0 ] || fault "the proxy ended with $status: $(cat proxy.log)"
grep -q '\[C\]\|timer C' judged/ladder.txt || fault 'no Timer C in the ladder'
echo "{\"bench\": \"timer_c_of_a_live_proxy\", \"cancelled_after_s\": $took}"
finish
