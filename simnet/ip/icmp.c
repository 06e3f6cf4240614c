/* ICMP messages about packets that came to nothing (RFC 792, RFC 1191 4): destination unreachable, with the MTU of the next hop
 * where that is the reason, and time exceeded. Each quotes the header of the packet and what stood behind it: at least 8 bytes,
 * and as much as fits into 576 bytes.
 *
 * What is parsed came from the network: any length may be wrong, and what is quoted may never have been sent. */
#include "sn/ip.h"

#include <string.h>

static void put16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static uint16_t get16(const unsigned char *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

typedef struct wire_kind {
    uint8_t type, code;
} wire_kind;

static const wire_kind wire_kinds[] = {
#define WIRE_KIND(name, text, type, code) [SN_ICMP_##name] = { (type), (code) },
    SN_ICMP_LIST(WIRE_KIND)
};

static bool find_kind(unsigned type, unsigned code, sn_icmp_kind *kind)
{
    for (unsigned i = 0; i < SS_COUNT(wire_kinds); i++) {
        if (wire_kinds[i].type == type && wire_kinds[i].code == code) {
            *kind = (sn_icmp_kind)i;
            return true;
        }
    }
    return false;
}

/* RFC1191:4 the MTU has the half word that RFC 792 leaves unused. */
size_t sn_icmp_put(unsigned char *at, const sn_icmp *icmp)
{
    const size_t max = SN_ICMP_QUOTE_BYTES_MAX;
    const size_t quoted = icmp->quoted.len < max ? icmp->quoted.len : max;
    const size_t length = SN_ICMP_HEADER_BYTES + SN_IP_HEADER_BYTES + quoted;
    SS_ASSERT(icmp->kind < SN_ICMP_KINDS);
    at[0] = wire_kinds[icmp->kind].type;
    at[1] = wire_kinds[icmp->kind].code;
    put16(at + 2, 0);
    put16(at + 4, 0);
    put16(at + 6, icmp->mtu);
    sn_ip_put(at + SN_ICMP_HEADER_BYTES, &icmp->about);
    memcpy(at + length - quoted, icmp->quoted.at, quoted);
    put16(at + 2, sn_checksum(0, at, length));
    return length;
}

/* RFC792 "Internet Header + 64 bits of Original Data Datagram". A header that says more than is quoted was cut; one that says
 * less is followed by something else. */
ss_status sn_icmp_parse(ss_slice bytes, sn_icmp *icmp)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    if (bytes.len < SN_ICMP_HEADER_BYTES) {
        return SS_ERR_SYNTAX;
    }
    if (sn_checksum(0, at, bytes.len) != 0) {
        return SS_ERR_SEMANTIC;
    }
    *icmp = (sn_icmp){ .mtu = get16(at + 6) };
    if (!find_kind(at[0], at[1], &icmp->kind)) {
        return SS_NONE;
    }
    const ss_slice rest = ss_slice_cut(bytes, SN_ICMP_HEADER_BYTES, bytes.len);
    if (sn_ip_parse_header((const unsigned char *)rest.at, rest.len, &icmp->about) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    const size_t end = rest.len < icmp->about.total ? rest.len : icmp->about.total;
    icmp->quoted = ss_slice_cut(rest, icmp->about.header, end);
    return icmp->quoted.len >= SN_UDP_HEADER_BYTES ? SS_OK : SS_ERR_SYNTAX;
}
