/* TCP segments as bytes (RFC 9293 3.1): the header, the one option that a SYN of ours has (3.7.1), and the checksum over
 * both, the payload and the pseudo header of IPv4 or IPv6. */
#include "sn/ip.h"

#include <string.h>

enum { OPTION_END = 0, OPTION_NOTHING = 1, OPTION_MSS = 2 };

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

void sn_tcp_put(unsigned char *at, const sn_ip *ip, const sn_tcp *tcp)
{
    const size_t header = sn_tcp_header_bytes(tcp);
    put16(at, tcp->source_port);
    put16(at + 2, tcp->destination_port);
    put32(at + 4, tcp->sequence);
    put32(at + 8, tcp->acknowledged);
    at[12] = (unsigned char)(header / 4 << 4);
    at[13] = tcp->flags;
    put16(at + 14, tcp->window);
    put16(at + 16, 0);
    put16(at + 18, 0);
    if (tcp->mss != 0) {
        at[20] = OPTION_MSS;
        at[21] = SN_TCP_MSS_BYTES;
        put16(at + 22, tcp->mss);
    }
    if (tcp->payload.len != 0) {
        memcpy(at + header, tcp->payload.at, tcp->payload.len);
    }
    const size_t length = header + tcp->payload.len;
    put16(at + 16, sn_checksum(sn_ip_pseudo_sum(ip, SN_PROTOCOL_TCP, length), at, length));
}

/* RFC9293:3.2 unknown options are passed over by their length. */
static ss_status parse_options(const unsigned char *at, size_t len, sn_tcp *tcp)
{
    for (size_t i = 0; i < len && at[i] != OPTION_END;) {
        if (at[i] == OPTION_NOTHING) {
            i++;
            continue;
        }
        if (len - i < 2 || at[i + 1] < 2 || at[i + 1] > len - i) {
            return SS_ERR_SYNTAX;
        }
        if (at[i] == OPTION_MSS && at[i + 1] == SN_TCP_MSS_BYTES) {
            tcp->mss = get16(at + i + 2);
        }
        i += at[i + 1];
    }
    return SS_OK;
}

ss_status sn_tcp_parse(const sn_ip *ip, ss_slice bytes, sn_tcp *tcp)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    if (bytes.len < SN_TCP_HEADER_BYTES) {
        return SS_ERR_SYNTAX;
    }
    const size_t header = (size_t)(at[12] >> 4) * 4;
    if (header < SN_TCP_HEADER_BYTES || header > bytes.len) {
        return SS_ERR_SYNTAX;
    }
    if (sn_checksum(sn_ip_pseudo_sum(ip, SN_PROTOCOL_TCP, bytes.len), at, bytes.len) != 0) {
        return SS_ERR_SEMANTIC;
    }
    *tcp = (sn_tcp){ .source_port = get16(at),
                     .destination_port = get16(at + 2),
                     .sequence = get32(at + 4),
                     .acknowledged = get32(at + 8),
                     .flags = at[13],
                     .window = get16(at + 14),
                     .payload = ss_slice_cut(bytes, header, bytes.len) };
    return parse_options(at + SN_TCP_HEADER_BYTES, header - SN_TCP_HEADER_BYTES, tcp);
}
