/* Fragmentation (RFC 791 3.2, "An Example Fragmentation Procedure"): at the sender and at any router, of packets and of
 * fragments alike; of IPv6 at the sender alone, each piece with a Fragment header (RFC 8200 4.5). Each piece but the last carries as many
 * whole units of 8 bytes as fit. */
#include "sn/ip.h"

#include <string.h>

/* Before the bytes of each piece: nobody here writes options, so there are none to copy. */
static uint32_t header_bytes(const sn_ip *ip)
{
    return ip->is_v6 ? SN_IP6_HEADER_BYTES + SN_IP6_FRAGMENT_BYTES : SN_IP_HEADER_BYTES;
}

static uint32_t piece_bytes(const sn_ip *ip, uint32_t mtu)
{
    SS_ASSERT(mtu >= header_bytes(ip) + 8u);
    return (mtu - header_bytes(ip)) & ~7u;
}

unsigned sn_fragment_count(const sn_ip *ip, uint32_t mtu)
{
    if (ip->total <= mtu) {
        return 1;
    }
    const uint32_t payload = ip->total - (uint32_t)ip->header;
    const uint32_t each = piece_bytes(ip, mtu);
    const uint32_t last_max = mtu - header_bytes(ip); /* the last one need not be a multiple of 8 */
    return 1 + (payload - last_max + each - 1) / each;
}

uint32_t sn_fragment_cut(const unsigned char *packet, const sn_ip *ip, uint32_t mtu, unsigned nth,
                         unsigned char *out)
{
    const unsigned count = sn_fragment_count(ip, mtu);
    const uint32_t payload = ip->total - (uint32_t)ip->header;
    const uint32_t each = piece_bytes(ip, mtu);
    const uint32_t from = nth * each;
    const uint32_t bytes = nth + 1 == count ? payload - from : each;
    SS_ASSERT(nth < count);
    sn_ip piece = *ip;
    piece.header = (uint16_t)header_bytes(ip);
    piece.has_fragment = ip->is_v6;
    piece.total = header_bytes(ip) + bytes;
    piece.fragment = (uint16_t)(ip->fragment + from / 8);
    piece.more = ip->more || nth + 1 < count;
    sn_ip_put(out, &piece);
    memcpy(out + piece.header, packet + ip->header + from, bytes);
    return piece.total;
}
