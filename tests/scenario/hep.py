"""A strict reader of trace.hep: frames(path) yields the chunks of each as a dictionary by their number. Nothing of sipsim's is in it:
what it knows is Homer's draft, "The Hep/EEP protocol"."""
import ipaddress
import struct

WIDTHS = {1: 1, 2: 1, 3: 4, 4: 4, 5: 16, 6: 16, 7: 2, 8: 2, 9: 4, 10: 4, 11: 1, 12: 4}


def frames(path):
    for frame in raw(path):
        chunks, at = {}, 6
        while at < len(frame):
            vendor, kind, length = struct.unpack_from('>HHH', frame, at)
            assert vendor == 0 and kind not in chunks and 6 <= length <= len(frame) - at, (vendor, kind, length)
            value = frame[at + 6:at + length]
            assert len(value) == WIDTHS.get(kind, len(value)), (kind, value)
            chunks[kind] = value if kind > 12 else int.from_bytes(value, 'big')
            at += length
        v6 = {2: False, 10: True}[chunks[1]]
        assert set(chunks) - {17} == {1, 2, 7, 8, 9, 10, 11, 12, 15} | ({5, 6} if v6 else {3, 4}), chunks.keys()
        assert chunks[2] in (6, 17) and chunks[10] < 10**6 and chunks[11] == 1 and chunks[12] > 0
        chunks['from'], chunks['to'] = (str((ipaddress.IPv6Address if v6 else ipaddress.IPv4Address)(chunks[n])) for n in ((5, 6) if v6 else (3, 4)))
        yield chunks


def raw(path):
    """Each frame's bytes."""
    data, at = open(path, 'rb').read(), 0
    while at < len(data):
        assert data[at:at + 4] == b'HEP3', at
        length = struct.unpack_from('>H', data, at + 4)[0]
        assert 6 < length <= len(data) - at, (at, length)
        yield data[at:at + length]
        at += length
