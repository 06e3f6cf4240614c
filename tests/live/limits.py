"""Each limit of a live proxy, pushed at from addresses of its own: limits.py WHAT PORT. Prints what came of it."""
import os
import re
import socket
import sys
import time

what, port = sys.argv[1], int(sys.argv[2])
HERE = ("127.0.0.1", port)
serial = 0


def options(me, method="OPTIONS", to="sip:127.0.0.1:%d" % port, pad=0):
    """A request of its own transaction and call."""
    global serial
    serial += 1
    return ("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bK%d.%d\r\nMax-Forwards: 70\r\nFrom: <sip:me@here>;tag=%d\r\n"
            "To: <%s>\r\nCall-ID: %d.%d\r\nCSeq: 1 %s\r\nContact: <sip:me@%s:%d>\r\nSubject: %s\r\nContent-Length: 0\r\n\r\n" % (
                method, to, me[0], me[1], os.getpid(), serial, serial, to, os.getpid(), serial, method, me[0], me[1], "x" * pad)).encode()


def wire(address):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 0))
    s.settimeout(1)
    return s


def answers(s, wanted=10 ** 6):
    """Statuses that come until nothing does for a second; for three seconds at most, as refusals are sent again until their ACK."""
    got, end = [], time.monotonic() + 3
    try:
        while len(got) < wanted and time.monotonic() < end:
            got.append(s.recv(65536).split(b" ")[1].decode())
    except socket.timeout:
        pass
    return got


def is_heard(s):
    s.sendto(options(s.getsockname()), HERE)
    return len(answers(s, 1)) == 1


def source_rate():
    flood, other = wire("127.0.0.3"), wire("127.0.0.4")
    for _ in range(100):
        flood.sendto(options(flood.getsockname()), HERE)
    print("answered %d other %d" % (len(answers(flood)), is_heard(other)))


def responses(s, seconds):
    """Whole responses that come until nothing does for a second; for so many seconds at most."""
    got, end = [], time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            got.append(s.recv(65536).decode())
    except socket.timeout:
        pass
    return got


def retry_after(got):
    found = {line.split(":")[1].strip() for r in got for line in r.split("\r\n") if line.lower().startswith("retry-after")}
    return ",".join(sorted(found)) or "none"


def capacity():
    flood, other = wire("127.0.0.3"), wire("127.0.0.4")
    for _ in range(300):
        flood.sendto(options(flood.getsockname()), HERE)
    got = responses(flood, 8)
    refused = [r for r in got if r.split(" ")[1] == "503"]
    print("answered %d refused %d retry_after %s other %d" % (len(got) - len(refused), len(refused), retry_after(refused), is_heard(other)))


def overload():
    """What oc= says before and while three times the capacity comes, to one that knows of it."""
    me = wire("127.0.0.3")
    ask = lambda: me.sendto(options(me.getsockname()).replace(b";branch", b";oc;oc-algo=\"loss\";branch", 1), HERE)
    said = lambda got: max([int(re.search(r";oc=(\d+)", r)[1]) for r in got] or [-1])
    ask()
    quiet = said(responses(me, 3))
    for _ in range(450):
        ask()
        time.sleep(1 / 300)
    got = responses(me, 8)
    print("quiet %d loud %d retry_after %s" % (quiet, said(got), retry_after(got)))


def block():
    bad, other = wire("127.0.0.5"), wire("127.0.0.6")
    before = is_heard(bad)
    for _ in range(30):
        bad.sendto(b"INVITE sip:x SIP/2.0\r\nVia: what is this\r\n\r\n", HERE)
    time.sleep(0.2)
    answers(bad)
    during, meanwhile = is_heard(bad), is_heard(other)
    time.sleep(2)
    print("before %d during %d other %d after %d" % (before, during, meanwhile, is_heard(bad)))


def connections():
    kept = []
    for _ in range(40):
        s = socket.create_connection(HERE)
        s.settimeout(0.05)
        kept.append(s)
        time.sleep(0.02)
    is_open = 0
    for s in kept:
        try:
            s.recv(1)
        except socket.timeout:
            is_open += 1
        except OSError:
            pass
    print("open %d" % is_open)


def message():
    s = socket.create_connection(HERE)
    s.settimeout(5)
    me = s.getsockname()
    s.sendall(options(me, pad=70000).replace(b"/UDP", b"/TCP"))
    try:
        print(s.recv(100).split(b"\r\n")[0].decode() or "closed")
    except OSError:
        print("closed")


def transactions():
    """Many INVITEs that nobody answers, to a place where somebody listens and says nothing."""
    silent, flood = wire("127.0.0.7"), wire("127.0.0.8")
    flood.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    to = "sip:silent@127.0.0.7:%d" % silent.getsockname()[1]
    seen = []
    for k in range(int(sys.argv[3])):
        flood.sendto(options(flood.getsockname(), "INVITE", to, 1000), HERE)
        if k % 50 == 49:
            time.sleep(0.01)
    seen = answers(flood)
    print("tried %d refused %d" % (seen.count("100"), seen.count("503")))


def load():
    flood = wire("127.0.0.9")
    text = b"\r\n\r\n" + b" " * 1000
    for _ in range(20000):
        flood.sendto(text, HERE)


{"source_rate": source_rate, "capacity": capacity, "load": load, "overload": overload, "block": block, "connections": connections, "message": message, "transactions": transactions}[what]()
