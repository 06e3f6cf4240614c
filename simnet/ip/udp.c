/* UDP (RFC 768): the header, and the checksum over it, the payload and the pseudo header of IPv4 or IPv6. */
#include "sn/ip.h"

static void put16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static uint16_t get16(const unsigned char *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

void sn_udp_put(unsigned char *at, const sn_ip *ip, uint16_t source_port, uint16_t destination_port,
                size_t payload_len)
{
    const uint32_t length = SN_UDP_HEADER_BYTES + (uint32_t)payload_len;
    put16(at, source_port);
    put16(at + 2, destination_port);
    put16(at + 4, length);
    put16(at + 6, 0);
    const uint16_t sum = sn_checksum(sn_ip_pseudo_sum(ip, SN_PROTOCOL_UDP, length), at, length);
    put16(at + 6, sum == 0 ? 0xffff : sum); /* zero would say: no checksum */
}

ss_status sn_udp_parse(const sn_ip *ip, ss_slice bytes, sn_udp *udp)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    if (bytes.len < SN_UDP_HEADER_BYTES) {
        return SS_ERR_SYNTAX;
    }
    const uint16_t length = get16(at + 4);
    if (length < SN_UDP_HEADER_BYTES || length > bytes.len) {
        return SS_ERR_SYNTAX;
    }
    if (get16(at + 6) == 0) { /* RFC8200:8.1 IPv6 may not do without */
        if (ip->is_v6) {
            return SS_ERR_SEMANTIC;
        }
    } else if (sn_checksum(sn_ip_pseudo_sum(ip, SN_PROTOCOL_UDP, length), at, length) != 0) {
        return SS_ERR_SEMANTIC;
    }
    *udp = (sn_udp){ .source_port = get16(at),
                     .destination_port = get16(at + 2),
                     .payload = ss_slice_cut(bytes, SN_UDP_HEADER_BYTES, length) };
    return SS_OK;
}
