/* IPv4 headers (RFC 791 3.1) and the Internet checksum (RFC 1071, RFC 1624). */
#include "ip/ip.h"

enum { MORE_FRAGMENTS = 0x2000, DONT_FRAGMENT = 0x4000, OFFSET_MASK = 0x1fff };

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

static uint16_t get16(const unsigned char *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

/* RFC1071:4.1. Four bytes at a time into a wide sum: the carries are folded in at the end. */
uint16_t sn_checksum(uint32_t partial, const unsigned char *bytes, size_t len)
{
    uint64_t sum = partial;
    while (len >=
           16) { /* 32-bit halves cannot overflow 64 bits: a packet has at most 2^14 of them */
        sum += (uint64_t)get32(bytes) + get32(bytes + 4);
        sum += (uint64_t)get32(bytes + 8) + get32(bytes + 12);
        bytes += 16;
        len -= 16;
    }
    while (len >= 4) {
        sum += get32(bytes);
        bytes += 4;
        len -= 4;
    }
    if (len >= 2) {
        sum += get16(bytes);
        bytes += 2;
        len -= 2;
    }
    if (len > 0) {
        sum += (uint64_t)bytes[0] << 8;
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

/* RFC791:3.1 */
void sn_ip_put(unsigned char *at, const sn_ip *ip)
{
    at[0] = 4 << 4 | SN_IP_HEADER_BYTES / 4;
    at[1] = 0;
    put16(at + 2, ip->total);
    put16(at + 4, ip->id);
    put16(at + 6, ip->fragment | (ip->more ? MORE_FRAGMENTS : 0u) |
                      (ip->dont_fragment ? DONT_FRAGMENT : 0u));
    at[8] = ip->ttl;
    at[9] = ip->protocol;
    put16(at + 10, 0);
    put32(at + 12, ip->source);
    put32(at + 16, ip->destination);
    put16(at + 10, sn_checksum(0, at, SN_IP_HEADER_BYTES));
}

ss_status sn_ip_parse(const unsigned char *bytes, size_t len, sn_ip *ip)
{
    if (len < SN_IP_HEADER_BYTES || bytes[0] >> 4 != 4) {
        return SS_ERR_SYNTAX;
    }
    const uint16_t flags = get16(bytes + 6);
    *ip = (sn_ip){
        .source = get32(bytes + 12),
        .destination = get32(bytes + 16),
        .total = get16(bytes + 2),
        .header = (uint16_t)((bytes[0] & 15) * 4),
        .id = get16(bytes + 4),
        .fragment = flags & OFFSET_MASK,
        .more = (flags & MORE_FRAGMENTS) != 0,
        .dont_fragment = (flags & DONT_FRAGMENT) != 0,
        .ttl = bytes[8],
        .protocol = bytes[9],
    };
    if (ip->header < SN_IP_HEADER_BYTES || ip->total < ip->header || ip->total > len) {
        return SS_ERR_SYNTAX;
    }
    return sn_checksum(0, bytes, ip->header) == 0 ? SS_OK : SS_ERR_SEMANTIC;
}

/* RFC1812:5.3.1; the new checksum is ~(~old + ~m + m') of RFC1624:3, with m the word of TTL and protocol. */
bool sn_ip_hop(unsigned char *packet)
{
    if (packet[8] <= 1) {
        return false;
    }
    const uint32_t before = get16(packet + 8);
    packet[8]--;
    uint32_t sum =
        (~(uint32_t)get16(packet + 10) & 0xffff) + (~before & 0xffff) + get16(packet + 8);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    put16(packet + 10, ~sum & 0xffff);
    return true;
}
