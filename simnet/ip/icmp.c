/* ICMP messages about packets that came to nothing (RFC 792, RFC 1191 4, RFC 4443): destination unreachable, with the MTU of the next hop
 * where that is the reason, and time exceeded. Each quotes the header of the packet and what stood behind it: at least 8 bytes,
 * and as much as fits into 576 bytes.
 *
 * What is parsed came from the network: any length may be wrong, and what is quoted may never have been sent. */
#include "sn/ip.h"

#include <string.h>

static void put16(unsigned char *at, uint32_t value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static uint16_t get16(const unsigned char *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

typedef struct wire_kind {
    uint8_t type, code;   /* RFC 792 */
    uint8_t type6, code6; /* RFC 4443 */
} wire_kind;

static const wire_kind wire_kinds[] = {
#define WIRE_KIND(name, text, type, code, type6, code6) \
    [SN_ICMP_##name] = { (type), (code), (type6), (code6) },
    SN_ICMP_LIST(WIRE_KIND)
};

static bool find_kind(bool is_v6, unsigned type, unsigned code, sn_icmp_kind *kind)
{
    for (unsigned i = 0; i < SS_COUNT(wire_kinds); i++) {
        const wire_kind *k = &wire_kinds[i];
        if ((is_v6 ? k->type6 : k->type) == type && (is_v6 ? k->code6 : k->code) == code) {
            *kind = (sn_icmp_kind)i;
            return true;
        }
    }
    return false;
}

static uint16_t checksum_of(const sn_ip *ip, const unsigned char *at, size_t length)
{
    return sn_checksum(ip->is_v6 ? sn_ip_pseudo_sum(ip, SN_PROTOCOL_ICMP6, length) : 0, at, length);
}

enum { NEXT_HEADER = 6, NEXT_OF_FRAGMENT = SN_IP6_HEADER_BYTES };

/* RFC1191:4 the MTU has the half word that RFC 792 leaves unused; RFC4443:3.2 that and the half word before. RFC4443:3.4 a pointer
 * to what nobody knows, the last Next Header field of what is quoted, or to what cannot be; RFC 792 has that in one byte. */
static uint32_t say_more(const sn_ip *ip, const sn_icmp *icmp)
{
    if (ip->is_v6 && icmp->kind == SN_ICMP_PROTOCOL) {
        return icmp->about.has_fragment ? NEXT_OF_FRAGMENT : NEXT_HEADER;
    }
    return icmp->mtu;
}

static void put_more(unsigned char *at, const sn_ip *ip, const sn_icmp *icmp)
{
    const bool is_pointer = !ip->is_v6 && icmp->kind == SN_ICMP_HEADER;
    put16(at + 4, is_pointer ? (uint32_t)icmp->mtu << 8 : 0);
    put16(at + 6, is_pointer ? 0 : say_more(ip, icmp));
}

size_t sn_icmp_put(unsigned char *at, const sn_ip *ip, const sn_icmp *icmp)
{
    const wire_kind *kind = &wire_kinds[icmp->kind];
    const size_t header =
        icmp->about.is_v6
            ? SN_IP6_HEADER_BYTES + (icmp->about.has_fragment ? SN_IP6_FRAGMENT_BYTES : 0)
            : SN_IP_HEADER_BYTES;
    const size_t most = ip->is_v6 ? SN_ICMP_BYTES_MAX : SN_ICMP4_BYTES_MAX;
    const size_t max = most - SN_ICMP_HEADER_BYTES - header;
    const size_t quoted = icmp->quoted.len < max ? icmp->quoted.len : max;
    const size_t length = SN_ICMP_HEADER_BYTES + header + quoted;
    SS_ASSERT(icmp->kind < SN_ICMP_KINDS);
    at[0] = ip->is_v6 ? kind->type6 : kind->type;
    at[1] = ip->is_v6 ? kind->code6 : kind->code;
    put16(at + 2, 0);
    put_more(at, ip, icmp);
    sn_ip_put(at + SN_ICMP_HEADER_BYTES, &icmp->about);
    memcpy(at + length - quoted, icmp->quoted.at, quoted);
    put16(at + 2, checksum_of(ip, at, length));
    return length;
}

/* RFC792 the header and the next eight bytes of the datagram, at least. A header that says more than is quoted was cut; one that says
 * less is followed by something else. */
ss_status sn_icmp_parse(const sn_ip *ip, ss_slice bytes, sn_icmp *icmp)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    if (bytes.len < SN_ICMP_HEADER_BYTES) {
        return SS_ERR_SYNTAX;
    }
    if (checksum_of(ip, at, bytes.len) != 0) {
        return SS_ERR_SEMANTIC;
    }
    const uint32_t mtu = (uint32_t)(ip->is_v6 ? get16(at + 4) : 0) << 16 | get16(at + 6);
    *icmp = (sn_icmp){ .mtu = (uint16_t)(mtu > UINT16_MAX ? UINT16_MAX : mtu) };
    if (!find_kind(ip->is_v6, at[0], at[1], &icmp->kind)) {
        return SS_NONE;
    }
    if (!ip->is_v6 && icmp->kind == SN_ICMP_HEADER) {
        icmp->mtu = at[4];
    }
    const ss_slice rest = ss_slice_cut(bytes, SN_ICMP_HEADER_BYTES, bytes.len);
    if (sn_ip_parse_header((const unsigned char *)rest.at, rest.len, &icmp->about) != SS_OK ||
        icmp->about.is_v6 != ip->is_v6) {
        return SS_ERR_SYNTAX;
    }
    const size_t end = rest.len < icmp->about.total ? rest.len : icmp->about.total;
    icmp->quoted = ss_slice_cut(rest, icmp->about.header, end);
    return icmp->quoted.len >= SN_UDP_HEADER_BYTES ? SS_OK : SS_ERR_SYNTAX;
}
