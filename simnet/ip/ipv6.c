/* IPv6 headers (RFC 8200 3, 4). We write the header alone, or with a Fragment header behind it; what comes may have the extension headers
 * that every node passes over by their lengths: Hop-by-Hop Options, first if at all, Routing, Destination Options. A packet that
 * they do not fit into is malformed. There is no checksum. */
#include "ip/ipv6.h"

enum {
    NEXT_HOP_BY_HOP = 0,
    NEXT_ROUTING = 43,
    NEXT_FRAGMENT = 44,
    NEXT_OPTIONS = 60,
    MORE_FRAGMENTS = 1,
    UNIT = 8
};

static void put16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static void put32(unsigned char *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

static void put_address(unsigned char *at, sn_address a)
{
    put32(at, (uint32_t)(a.high >> 32));
    put32(at + 4, (uint32_t)a.high);
    put32(at + 8, (uint32_t)(a.low >> 32));
    put32(at + 12, (uint32_t)a.low);
}

static uint16_t get16(const unsigned char *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static sn_address get_address(const unsigned char *at)
{
    return (sn_address){ (uint64_t)get32(at) << 32 | get32(at + 4),
                         (uint64_t)get32(at + 8) << 32 | get32(at + 12) };
}

/* RFC8200:3 the flow label is 0: nobody here asks for anything special. RFC8200:4.5 */
void sn_ip6_put(unsigned char *at, const sn_ip *ip)
{
    put32(at, UINT32_C(6) << 28);
    put16(at + 4, ip->total - SN_IP6_HEADER_BYTES);
    at[6] = ip->has_fragment ? NEXT_FRAGMENT : ip->protocol;
    at[7] = ip->ttl;
    put_address(at + 8, ip->source);
    put_address(at + 24, ip->destination);
    if (ip->has_fragment) {
        unsigned char *fragment = at + SN_IP6_HEADER_BYTES;
        fragment[0] = ip->protocol;
        fragment[1] = 0;
        put16(fragment + 2, (unsigned)ip->fragment << 3 | (ip->more ? MORE_FRAGMENTS : 0u));
        put32(fragment + 4, ip->id);
    }
}

/* RFC8200:4.5 what is reserved is not looked at. */
static void take_fragment(const unsigned char *at, sn_ip *ip)
{
    ip->has_fragment = true;
    ip->protocol = at[0];
    ip->fragment = get16(at + 2) >> 3;
    ip->more = (at[3] & MORE_FRAGMENTS) != 0;
    ip->id = get32(at + 4);
}

/* RFC8200:4.1 to 4.6 each header says what follows it. Of a piece the walk ends at its Fragment header. */
static ss_status take_extensions(const unsigned char *bytes, size_t len, sn_ip *ip)
{
    size_t at = SN_IP6_HEADER_BYTES;
    bool is_over = false;
    while (!is_over) {
        const uint8_t next = ip->protocol;
        const bool is_first = at == SN_IP6_HEADER_BYTES;
        size_t own = UNIT;
        if (next != NEXT_ROUTING && next != NEXT_OPTIONS && next != NEXT_FRAGMENT &&
            (next != NEXT_HOP_BY_HOP || !is_first)) {
            break;
        }
        if (len - at < UNIT) {
            return SS_ERR_SYNTAX;
        }
        if (next == NEXT_FRAGMENT) {
            take_fragment(bytes + at, ip);
            is_over = ip->more || ip->fragment != 0;
        } else {
            own = (bytes[at + 1] + (size_t)1) * UNIT;
            ip->protocol = bytes[at];
        }
        if (own > len - at) {
            return SS_ERR_SYNTAX;
        }
        at += own;
    }
    ip->header = (uint16_t)at;
    return SS_OK;
}

ss_status sn_ip6_parse_header(const unsigned char *bytes, size_t len, sn_ip *ip)
{
    if (len < SN_IP6_HEADER_BYTES) {
        return SS_ERR_SYNTAX;
    }
    *ip = (sn_ip){ .is_v6 = true,
                   .source = get_address(bytes + 8),
                   .destination = get_address(bytes + 24),
                   .total = SN_IP6_HEADER_BYTES + (uint32_t)get16(bytes + 4),
                   .protocol = bytes[6],
                   .ttl = bytes[7] };
    return take_extensions(bytes, len < ip->total ? len : ip->total, ip);
}

/* RFC8200:3 one hop less. */
bool sn_ip6_hop(unsigned char *packet)
{
    if (packet[7] <= 1) {
        return false;
    }
    packet[7]--;
    return true;
}
