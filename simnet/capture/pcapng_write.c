/* Blocks of a pcapng file (draft-ietf-opsawg-pcapng 4.1 to 4.5): little-endian on every machine, padded to 32 bits with
 * zeros, options in a fixed order, so that equal packets give equal files.
 */
#include "sn/capture.h"

#include "pcapng.h"

static char octet(uint32_t value, unsigned nth)
{
    return (char)(unsigned char)(value >> (8 * nth));
}

static void put_u16(ss_buffer *b, uint32_t value)
{
    const char octets[] = { octet(value, 0), octet(value, 1) };
    ss_put(b, (ss_slice){ octets, sizeof octets });
}

static void put_u32(ss_buffer *b, uint32_t value)
{
    const char octets[] = { octet(value, 0), octet(value, 1), octet(value, 2), octet(value, 3) };
    ss_put(b, (ss_slice){ octets, sizeof octets });
}

static void put_padded(ss_buffer *b, ss_slice bytes)
{
    ss_put(b, bytes);
    for (size_t i = bytes.len; i % 4 != 0; i++) {
        ss_put_char(b, 0);
    }
}

static uint32_t option_bytes(ss_slice value)
{
    return 4u + (uint32_t)PCAPNG_PADDED(value.len);
}

static void put_option(ss_buffer *b, uint32_t code, ss_slice value)
{
    put_u16(b, code);
    put_u16(b, (uint32_t)value.len);
    put_padded(b, value);
}

static void put_end_of_options(ss_buffer *b)
{
    put_u32(b, PCAPNG_OPT_END);
}

void sn_pcapng_put_section(ss_buffer *b)
{
    const ss_slice application = SS_LIT("sipsim");
    const uint32_t total = 28u + option_bytes(application) + 4u;
    put_u32(b, PCAPNG_SECTION);
    put_u32(b, total);
    put_u32(b, PCAPNG_BYTE_ORDER);
    put_u16(b, 1); /* version 1.0 */
    put_u16(b, 0);
    put_u32(b, UINT32_MAX); /* section length: not given, which is -1 */
    put_u32(b, UINT32_MAX);
    put_option(b, PCAPNG_SHB_APPLICATION, application);
    put_end_of_options(b);
    put_u32(b, total);
}

void sn_pcapng_put_interface(ss_buffer *b, ss_slice name)
{
    const ss_slice resolution = { "\x09", 1 }; /* 10^-9 s */
    const uint32_t total = 20u + option_bytes(name) + option_bytes(resolution) + 4u;
    put_u32(b, PCAPNG_INTERFACE);
    put_u32(b, total);
    put_u16(b, SN_PCAPNG_RAW);
    put_u16(b, 0);
    put_u32(b, 0); /* no snap length */
    put_option(b, PCAPNG_IF_NAME, name);
    put_option(b, PCAPNG_IF_TSRESOL, resolution);
    put_end_of_options(b);
    put_u32(b, total);
}

static uint32_t comment_bytes(ss_slice comment)
{
    return comment.len == 0 ? 0 : option_bytes(comment) + 4u;
}

static void put_comment(ss_buffer *b, ss_slice comment)
{
    if (comment.len != 0) {
        put_option(b, PCAPNG_OPT_COMMENT, comment);
        put_end_of_options(b);
    }
}

void sn_pcapng_put_packet(ss_buffer *b, uint32_t interface, uint64_t at_ns, ss_slice packet,
                          ss_slice comment)
{
    SS_ASSERT(packet.len <= SS_DATAGRAM_BYTES_MAX);
    SS_ASSERT(comment.len <= UINT16_MAX);
    const uint32_t total = 32u + (uint32_t)PCAPNG_PADDED(packet.len) + comment_bytes(comment);
    put_u32(b, PCAPNG_PACKET);
    put_u32(b, total);
    put_u32(b, interface);
    put_u32(b, (uint32_t)(at_ns >> 32));
    put_u32(b, (uint32_t)(at_ns & UINT32_MAX));
    put_u32(b, (uint32_t)packet.len); /* captured */
    put_u32(b, (uint32_t)packet.len); /* on the wire */
    put_padded(b, packet);
    put_comment(b, comment);
    put_u32(b, total);
}

void sn_pcapng_put_statistics(ss_buffer *b, uint32_t interface, uint64_t at_ns, ss_slice comment)
{
    const uint32_t total = 24u + comment_bytes(comment);
    put_u32(b, PCAPNG_STATISTICS);
    put_u32(b, total);
    put_u32(b, interface);
    put_u32(b, (uint32_t)(at_ns >> 32));
    put_u32(b, (uint32_t)(at_ns & UINT32_MAX));
    put_comment(b, comment);
    put_u32(b, total);
}
