"""Registers many users at a port and kills the registrar in the middle; or looks whether the acknowledged ones are bound, and
whether calls reach them where they registered."""
import os
import signal
import socket
import sys

USERS, AFTER = 1000, 400

port, what, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
wire.bind(("127.0.0.1", int(open(path).readline()) if what == "look" else 0))  # where calls come
wire.settimeout(5)
me = "127.0.0.1:%d" % wire.getsockname()[1]


def register(user, contact):
    lines = ["REGISTER sip:example.com SIP/2.0", "Via: SIP/2.0/UDP %s;branch=z9hG4bK%s-%d;rport" % (me, user, contact),
             "Max-Forwards: 70", "To: <sip:%s@example.com>" % user, "From: <sip:%s@example.com>;tag=%s" % (user, user),
             "Call-ID: %s@test" % user, "CSeq: %d REGISTER" % (1 if contact else 2)]
    if contact:
        lines += ["Contact: <sip:%s@%s>" % (user, me), "Expires: 3600"]
    wire.sendto("\r\n".join(lines + ["Content-Length: 0", "", ""]).encode(), ("127.0.0.1", port))


def user_of(text):
    return next(l for l in text.split("\r\n") if l.lower().startswith("call-id:")).split(":")[1].strip().split("@")[0]


def answer():
    text = wire.recv(65535).decode()
    return text.startswith("SIP/2.0 200"), user_of(text), text


def flood():
    done = []
    sent = 0
    while sent < USERS or done:
        for _ in range(20):  # so many at once are on their way
            if sent < USERS:
                register("u%d" % sent, True)
                sent += 1
        for _ in range(20):
            ok, user, _text = answer()
            if not ok:
                sys.exit("%s was refused" % user)
            done.append(user)
            if len(done) == AFTER:
                for more in range(sent, min(sent + 50, USERS)):
                    register("u%d" % more, True)
                os.kill(int(what), signal.SIGKILL)
                wire.settimeout(1)
                try:
                    while True:
                        ok, user, _text = answer()
                        if ok:
                            done.append(user)
                except (socket.timeout, ConnectionError):
                    open(path, "w").write("".join(u + "\n" for u in [me.split(":")[1]] + done))
                    return


def is_reached(user):
    """Whether an INVITE for the user comes here; it is refused, and the refusal comes back."""
    caller = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    caller.bind(("127.0.0.1", 0))
    caller.settimeout(5)
    here = "127.0.0.1:%d" % caller.getsockname()[1]
    caller.sendto("\r\n".join([
        "INVITE sip:%s@example.com SIP/2.0" % user, "Via: SIP/2.0/UDP %s;branch=z9hG4bKi%s" % (here, user), "Max-Forwards: 70",
        "To: <sip:%s@example.com>" % user, "From: <sip:caller@elsewhere.test>;tag=c", "Call-ID: %s@call" % user, "CSeq: 1 INVITE",
        "Contact: <sip:caller@%s>" % here, "Content-Length: 0", "", ""]).encode(), ("127.0.0.1", port))
    while True:
        text = wire.recv(65535).decode()
        if text.startswith("INVITE sip:%s@%s " % (user, me)):
            break
        if text.startswith("INVITE") and user_of(text) == user:
            return False  # to another place that is ours
    kept = [l for l in text.split("\r\n") if l.split(":")[0].lower() in ("via", "from", "to", "call-id", "cseq")]
    wire.sendto("\r\n".join(["SIP/2.0 486 Busy Here"] + [l + ";tag=b" if l.lower().startswith("to:") else l for l in kept] +
                            ["Content-Length: 0", "", ""]).encode(), ("127.0.0.1", port))
    while True:
        status = caller.recv(65535).split(b" ")[1]
        if status != b"100":
            return status == b"486"


def look():
    lost, users = 0, open(path).read().split()[1:]
    for user in users:
        register(user, False)
        ok, who, text = answer()
        while who != user:  # what was sent again of an earlier one
            ok, who, text = answer()
        if not ok or "sip:%s@%s" % (user, me) not in text.lower().split("contact:")[-1]:
            lost += 1
            print("%s is lost: %s" % (user, text.split("\r\n")[0]), file=sys.stderr)
    for user in users[::10]:
        try:
            if not is_reached(user):
                raise socket.timeout
        except socket.timeout:
            lost += 1
            print("%s is not reached" % user, file=sys.stderr)
    sys.exit(1 if lost else 0)


look() if what == "look" else flood()
