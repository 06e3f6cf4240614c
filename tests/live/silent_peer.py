"""A peer that answers an INVITE and says nothing more: silent_peer.py FILE. Its port is the first line of the file, then the method of each
message that came, a line each."""
import socket
import sys

wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
wire.bind(("127.0.0.1", 0))
said = open(sys.argv[1], "w", buffering=1)
print(wire.getsockname()[1], file=said)
while True:
    message, peer = wire.recvfrom(65536)
    head, *lines = message.decode().split("\r\n\r\n")[0].split("\r\n")
    method = head.split(" ")[0]
    print(method, file=said)
    if method == "INVITE":
        kept = [line + (";tag=silent" if line.startswith("To:") else "") for line in lines if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
        session = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
        here = "Contact: <sip:silent@127.0.0.1:%d>\r\nContent-Type: application/sdp" % wire.getsockname()[1]
        wire.sendto("\r\n".join(["SIP/2.0 200 OK", *kept, here, "Content-Length: %d" % len(session), "", session]).encode(), peer)
