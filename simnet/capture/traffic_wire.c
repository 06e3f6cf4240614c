/* The IP packet in a frame and its header: Ethernet with VLAN tags, Linux cooked (both), loopback, raw; IPv4 (RFC 791) and
 * IPv6 (RFC 8200) with no extension header but that of a fragment. Checksums are not looked at: where they are offloaded, captures have wrong ones.
 */
#include <string.h>

#include "traffic.h"

enum {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_RAW_BSD = 12,
    LINK_RAW_OLD = 14,
    LINK_RAW = 101,
    LINK_LOOP = 108,
    LINK_SLL = 113,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_SLL2 = 276,
    TYPE_IPV4 = 0x0800,
    TYPE_IPV6 = 0x86dd,
    NEXT_FRAGMENT = 44
};

static uint32_t u8_at(ss_slice s, size_t at)
{
    return (unsigned char)s.at[at];
}

static uint32_t u16_at(ss_slice s, size_t at)
{
    return u8_at(s, at) << 8 | u8_at(s, at + 1);
}

/* ---- frames ---- */

static ss_slice after(ss_slice frame, size_t header)
{
    return frame.len < header ? SS_EMPTY : ss_slice_cut(frame, header, frame.len);
}

static bool is_ip(uint32_t type)
{
    return type == TYPE_IPV4 || type == TYPE_IPV6;
}

static ss_slice in_ethernet(ss_slice frame)
{
    size_t at = 12;
    while (frame.len >= at + 6 && (u16_at(frame, at) == 0x8100 || u16_at(frame, at) == 0x88a8)) {
        at += 4;
    }
    return frame.len >= at + 2 && is_ip(u16_at(frame, at)) ? after(frame, at + 2) : SS_EMPTY;
}

ss_slice sn_frame_packet(const sn_frame *frame)
{
    const ss_slice bytes = frame->bytes;
    switch (frame->link_type) {
    case LINK_ETHERNET:
        return in_ethernet(bytes);
    case LINK_SLL:
        return bytes.len >= 16 && is_ip(u16_at(bytes, 14)) ? after(bytes, 16) : SS_EMPTY;
    case LINK_SLL2:
        return bytes.len >= 20 && is_ip(u16_at(bytes, 0)) ? after(bytes, 20) : SS_EMPTY;
    case LINK_NULL:
    case LINK_LOOP:
        return after(bytes, 4); /* the version of IP says the rest */
    case LINK_RAW:
    case LINK_RAW_BSD:
    case LINK_RAW_OLD:
    case LINK_IPV4:
    case LINK_IPV6:
        return bytes;
    default:
        return SS_EMPTY;
    }
}

/* ---- packets ---- */

static sn_wire_kind read_v4(ss_slice packet, sn_wire *w)
{
    const size_t header = (u8_at(packet, 0) & 15u) * 4;
    if (packet.len < 20 || header < 20 || packet.len < header) {
        return SN_WIRE_NONE;
    }
    size_t total = u16_at(packet, 2);
    total = total == 0 ? packet.len : total; /* segmentation offload */
    if (total < header || total > packet.len) {
        return SN_WIRE_NONE;
    }
    memcpy(w->from.address, packet.at + 12, 4);
    memcpy(w->to.address, packet.at + 16, 4);
    w->protocol = (uint8_t)u8_at(packet, 9);
    w->id = u16_at(packet, 4);
    w->offset = (u16_at(packet, 6) & 0x1fffu) * 8;
    w->more = (u16_at(packet, 6) & 0x2000u) != 0;
    w->payload = ss_slice_cut(packet, header, total);
    return w->more || w->offset != 0 ? SN_WIRE_FRAGMENT : SN_WIRE_WHOLE;
}

/* RFC8200:4.5 */
static sn_wire_kind read_v6_fragment(sn_wire *w)
{
    if (w->payload.len < 8) {
        return SN_WIRE_NONE;
    }
    w->protocol = (uint8_t)u8_at(w->payload, 0);
    w->offset = u16_at(w->payload, 2) & 0xfff8u;
    w->more = (u8_at(w->payload, 3) & 1u) != 0;
    w->id = u16_at(w->payload, 4) << 16 | u16_at(w->payload, 6);
    w->payload = ss_slice_cut(w->payload, 8, w->payload.len);
    return w->more || w->offset != 0 ? SN_WIRE_FRAGMENT : SN_WIRE_WHOLE;
}

static sn_wire_kind read_v6(ss_slice packet, sn_wire *w)
{
    if (packet.len < 40) {
        return SN_WIRE_NONE;
    }
    const size_t len = u16_at(packet, 4);
    if (len > packet.len - 40) {
        return SN_WIRE_NONE;
    }
    memcpy(w->from.address, packet.at + 8, 16);
    memcpy(w->to.address, packet.at + 24, 16);
    w->from.is_v6 = w->to.is_v6 = true;
    w->protocol = (uint8_t)u8_at(packet, 6);
    w->payload = ss_slice_cut(packet, 40, 40 + len);
    return w->protocol == NEXT_FRAGMENT ? read_v6_fragment(w) : SN_WIRE_WHOLE;
}

sn_wire_kind sn_wire_read(ss_slice packet, sn_wire *wire)
{
    *wire = (sn_wire){ 0 };
    if (packet.len == 0) {
        return SN_WIRE_NONE;
    }
    switch (u8_at(packet, 0) >> 4) {
    case 4:
        return read_v4(packet, wire);
    case 6:
        return read_v6(packet, wire);
    default:
        return SN_WIRE_NONE;
    }
}
