/* IPv4 headers (RFC 791 3.1) and the Internet checksum (RFC 1071, RFC 1624). */
#include "ip/ipv6.h"
#include "sn/ip.h"

#include <string.h>

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

static uint64_t add_carrying(uint64_t sum, uint64_t word)
{
    sum += word;
    return sum + (sum < word);
}

static inline uint64_t load(const unsigned char *bytes, size_t len)
{
    uint64_t word = 0;
    memcpy(&word, bytes, len);
    return word;
}

/* The sum of up to seven bytes. */
static inline uint64_t load_end(const unsigned char *bytes, size_t len)
{
    uint64_t sum = 0;
    if ((len & 4) != 0) {
        sum = load(bytes, 4);
        bytes += 4;
    }
    if ((len & 2) != 0) {
        sum += load(bytes, 2);
        bytes += 2;
    }
    return (len & 1) != 0 ? sum + load((const unsigned char[]){ bytes[0], 0 }, 2) : sum;
}

static uint16_t fold(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* RFC1071:4.1 by what its section 2 allows. Eight bytes at a time in the machine's own order, as a carry out of the top comes in at the bottom; only the
 * folded sum is read in the network's. What is odd at the end is filled up with zeros. */
uint16_t sn_checksum(uint32_t partial, const unsigned char *bytes, size_t len)
{
    uint64_t sum = 0, other = 0;
    while (len >= 16) {
        sum = add_carrying(sum, load(bytes, 8));
        other = add_carrying(other, load(bytes + 8, 8));
        bytes += 16;
        len -= 16;
    }
    if (len >= 8) {
        sum = add_carrying(sum, load(bytes, 8));
        bytes += 8;
        len -= 8;
    }
    sum = add_carrying(add_carrying(sum, other), load_end(bytes, len));
    const uint16_t own = fold(sum);
    unsigned char folded[2];
    memcpy(folded, &own, sizeof own);
    return (uint16_t)~fold((uint64_t)partial + get16(folded));
}

void sn_ip_put(unsigned char *at, const sn_ip *ip)
{
    if (ip->is_v6) {
        sn_ip6_put(at, ip);
        return;
    }
    at[0] = 4 << 4 | SN_IP_HEADER_BYTES / 4;
    at[1] = 0;
    put16(at + 2, ip->total);
    put16(at + 4, ip->id);
    put16(at + 6, ip->fragment | (ip->more ? MORE_FRAGMENTS : 0u) |
                      (ip->dont_fragment ? DONT_FRAGMENT : 0u));
    at[8] = ip->ttl;
    at[9] = ip->protocol;
    put16(at + 10, 0);
    put32(at + 12, sn_address_number(ip->source));
    put32(at + 16, sn_address_number(ip->destination));
    put16(at + 10, sn_checksum(0, at, SN_IP_HEADER_BYTES));
}

ss_status sn_ip_parse_header(const unsigned char *bytes, size_t len, sn_ip *ip)
{
    if (len > 0 && bytes[0] >> 4 == 6) {
        return sn_ip6_parse_header(bytes, len, ip);
    }
    if (len < SN_IP_HEADER_BYTES || bytes[0] >> 4 != 4) {
        return SS_ERR_SYNTAX;
    }
    const uint16_t flags = get16(bytes + 6);
    *ip = (sn_ip){
        .source = sn_address_v4(get32(bytes + 12)),
        .destination = sn_address_v4(get32(bytes + 16)),
        .total = get16(bytes + 2),
        .header = (uint16_t)((bytes[0] & 15) * 4),
        .id = get16(bytes + 4),
        .fragment = flags & OFFSET_MASK,
        .more = (flags & MORE_FRAGMENTS) != 0,
        .dont_fragment = (flags & DONT_FRAGMENT) != 0,
        .ttl = bytes[8],
        .protocol = bytes[9],
    };
    const bool is_whole = ip->header >= SN_IP_HEADER_BYTES && ip->header <= len;
    return is_whole && ip->total >= ip->header ? SS_OK : SS_ERR_SYNTAX;
}

ss_status sn_ip_parse(const unsigned char *bytes, size_t len, sn_ip *ip)
{
    if (sn_ip_parse_header(bytes, len, ip) != SS_OK || ip->total > len) {
        return SS_ERR_SYNTAX;
    }
    return ip->is_v6 || sn_checksum(0, bytes, ip->header) == 0 ? SS_OK : SS_ERR_SEMANTIC;
}

/* RFC1812:5.3.1; the new checksum is ~(~old + ~m + m') of RFC1624:3, with m the word of TTL and protocol. */
bool sn_ip_hop(unsigned char *packet)
{
    if (packet[0] >> 4 == 6) {
        return sn_ip6_hop(packet);
    }
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
