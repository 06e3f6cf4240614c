"""Says garbage at a port, by UDP and TCP, for some seconds, from an address of its own: who is blocked is not who calls next."""
import glob
import random
import socket
import sys
import time

corpus, port, SILENT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
SECONDS = int(sys.argv[4]) if len(sys.argv) > 4 else 1
HOST, ME = ("127.0.0.1", port), "127.0.0.2"
draw = random.Random(1)
texts = [open(f, "rb").read()[:60000] for f in sorted(glob.glob(corpus + "/rfc/**/*", recursive=True)) if glob.os.path.isfile(f)]
assert texts


def garbage():
    kind = draw.randrange(3)
    text = bytearray(draw.choice(texts))
    if kind == 0 or not text:
        return bytes(draw.randrange(256) for _ in range(draw.randrange(1, 1500)))
    if kind == 1:
        for _ in range(draw.randrange(1, 8)):
            text[draw.randrange(len(text))] = draw.randrange(256)
        return bytes(text)
    return bytes(text[:draw.randrange(len(text))])


# Making it takes longer than sending it: so it is sent again and again, with some of it made anew each time.
pool = [garbage() for _ in range(1000)]


def renew():
    for _ in range(20):
        pool[draw.randrange(len(pool))] = garbage()
    draw.shuffle(pool)


def by_udp():
    wire, sent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0
    wire.bind((ME, 0))
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for text in pool:
            wire.sendto(text, HOST)
        sent += len(pool)
        renew()
    print("%d datagrams of garbage a second" % (sent // SECONDS))


def connect():
    s = socket.socket()
    s.settimeout(5)
    s.bind((ME, 0))
    s.connect(HOST)
    return s


def by_tcp():
    end, opened = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        for at in range(0, len(pool), 5):
            try:
                s = connect()
                opened += 1
                for text in pool[at:at + 5]:
                    s.sendall(text)
                s.close()
            except OSError:
                pass  # it may well hang up
        renew()
    print("%d connections of garbage a second" % (opened // SECONDS))


def by_silence():
    kept = []
    for _ in range(SILENT):
        try:
            kept.append(connect())
        except OSError:
            break
    return kept


silent = by_silence()
by_udp()
by_tcp()
sys.exit(0 if len(silent) == SILENT else 1)
