"""Registers many users at a port and kills the registrar in the middle; or looks whether the acknowledged ones are bound."""
import os
import signal
import socket
import sys

USERS, AFTER = 1000, 400

port, what, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
wire.bind(("127.0.0.1", 0))
wire.settimeout(5)
me = "127.0.0.1:%d" % wire.getsockname()[1]


def register(user, contact):
    lines = ["REGISTER sip:example.com SIP/2.0", "Via: SIP/2.0/UDP %s;branch=z9hG4bK%s-%d;rport" % (me, user, contact),
             "Max-Forwards: 70", "To: <sip:%s@example.com>" % user, "From: <sip:%s@example.com>;tag=%s" % (user, user),
             "Call-ID: %s@test" % user, "CSeq: %d REGISTER" % (1 if contact else 2)]
    if contact:
        lines += ["Contact: <sip:%s@%s>" % (user, me), "Expires: 3600"]
    wire.sendto("\r\n".join(lines + ["Content-Length: 0", "", ""]).encode(), ("127.0.0.1", port))


def answer():
    text = wire.recv(65535).decode()
    user = next(l for l in text.split("\r\n") if l.lower().startswith("call-id:")).split(":")[1].strip().split("@")[0]
    return text.startswith("SIP/2.0 200"), user, text


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
                    open(path, "w").write("".join(u + "\n" for u in done))
                    return


def look():
    lost = 0
    for user in open(path).read().split():
        register(user, False)
        ok, who, text = answer()
        if not ok or who != user or "sip:%s@" % user not in text.lower().split("contact:")[-1]:
            lost += 1
            print("%s is lost: %s" % (user, text.split("\r\n")[0]), file=sys.stderr)
    sys.exit(1 if lost else 0)


look() if what == "look" else flood()
