"""Asks a port of SIP by STUN from where it is seen (RFC 5626 section 8), by a client that knows nothing of sipsim."""
import os
import socket
import struct
import sys

COOKIE = 0x2112A442
wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
wire.bind(("127.0.0.3", 0))
wire.settimeout(10)
peer = ("127.0.0.1", int(sys.argv[1]))


def ask(kind, attributes=b""):
    ident = os.urandom(12)
    wire.sendto(struct.pack("!HHI", kind, len(attributes), COOKIE) + ident + attributes, peer)
    answer, _ = wire.recvfrom(2000)
    kind, length, cookie = struct.unpack("!HHI", answer[:8])
    assert cookie == COOKIE and answer[8:20] == ident and length == len(answer) - 20, answer
    return kind, answer[20:]


kind, body = ask(0x0001)
attribute, length, family, port, address = struct.unpack("!HHHHI", body)
seen = (socket.inet_ntoa(struct.pack("!I", address ^ COOKIE)), port ^ COOKIE >> 16)
assert (kind, attribute, length, family) == (0x0101, 0x0020, 8, 1), body
assert seen == wire.getsockname(), seen
# what must be understood and is not
kind, body = ask(0x0001, struct.pack("!HH", 0x7F01, 0))
assert kind == 0x0111 and body[:8] == struct.pack("!HHHBB", 0x0009, 21, 0, 4, 20), body
# an indication, another method, another cookie: none is answered, and the port is still there
for silent in (struct.pack("!HHI", 0x0011, 0, COOKIE), struct.pack("!HHI", 0x0003, 0, COOKIE), struct.pack("!HHI", 1, 0, 1)):
    wire.sendto(silent + bytes(12), peer)
assert ask(0x0001)[0] == 0x0101
