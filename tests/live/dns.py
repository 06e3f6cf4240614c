"""A name server on loopback that says to stdout what it is asked: dns.py ADDRESS SECONDS. callee.test has an A record of
ADDRESS, good for so many seconds; nothing else exists, which is as long so."""
import socket
import struct
import sys

address, ttl = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('127.0.0.1', 0))
print('port', s.getsockname()[1], flush=True)
SOA = b'\x00\x00\x06\x00\x01' + struct.pack('>IH', ttl, 22) + b'\x00\x00' + struct.pack('>5I', 1, 2, 3, 4, ttl)
while True:
    query, peer = s.recvfrom(4096)
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    question, kind = query[12:at + 5], struct.unpack_from('>H', query, at + 1)[0]
    name = '.'.join(labels).lower()
    print(name, kind, flush=True)
    exists = name == 'callee.test'
    found = b'\xc0\x0c' + struct.pack('>HHIH', 1, 1, ttl, 4) + socket.inet_aton(address) if exists and kind == 1 else b''
    s.sendto(query[:2] + struct.pack('>HHHHH', 0x8580 if exists else 0x8583, 1, bool(found), not found, 0) + question + (found or SOA), peer)
