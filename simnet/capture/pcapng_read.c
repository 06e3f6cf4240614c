/* A strict reader of pcapng for tests and, later, for import: one little-endian section, interfaces of raw IP in
 * nanoseconds, whole packets, zero padding. What it refuses, the writer never writes.
 */
#include "sn/capture.h"

#include "pcapng.h"

enum { BLOCK_BYTES_MIN = 12 };

static uint32_t u8_at(ss_slice s, size_t at)
{
    return (unsigned char)s.at[at];
}

static uint32_t u16_at(ss_slice s, size_t at)
{
    return u8_at(s, at) | u8_at(s, at + 1) << 8;
}

static uint32_t u32_at(ss_slice s, size_t at)
{
    return u16_at(s, at) | u16_at(s, at + 2) << 16;
}

static ss_status refuse(sn_pcapng_reader *r, const char *why)
{
    r->why = why;
    return SS_ERR_SYNTAX;
}

static bool zeros(ss_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] != 0) {
            return false;
        }
    }
    return true;
}

/* The next option. SS_NONE at their end. */
static ss_status next_option(sn_pcapng_reader *r, ss_slice *options, uint32_t *code,
                             ss_slice *value)
{
    if (options->len == 0) {
        return SS_NONE;
    }
    if (options->len < 4) {
        return refuse(r, "an option is cut off");
    }
    *code = u16_at(*options, 0);
    const size_t len = u16_at(*options, 2);
    if (*code == PCAPNG_OPT_END) {
        return options->len == 4 && len == 0 ? SS_NONE
                                             : refuse(r, "something follows the end of options");
    }
    if (PCAPNG_PADDED(len) > options->len - 4) {
        return refuse(r, "an option is longer than its block");
    }
    *value = ss_slice_cut(*options, 4, 4 + len);
    if (!zeros(ss_slice_cut(*options, 4 + len, 4 + PCAPNG_PADDED(len)))) {
        return refuse(r, "an option's padding is not zero");
    }
    *options = ss_slice_cut(*options, 4 + PCAPNG_PADDED(len), options->len);
    return SS_OK;
}

static ss_status read_comment(sn_pcapng_reader *r, ss_slice options, ss_slice *comment)
{
    *comment = SS_EMPTY;
    uint32_t code = 0;
    ss_slice value = SS_EMPTY;
    ss_status status = SS_OK;
    while ((status = next_option(r, &options, &code, &value)) == SS_OK) {
        if (code == PCAPNG_OPT_COMMENT) {
            *comment = value;
        }
    }
    return status == SS_NONE ? SS_OK : status;
}

static ss_status read_section(sn_pcapng_reader *r, ss_slice body)
{
    if (r->started) {
        return refuse(r, "a second section");
    }
    if (body.len < 16 || u32_at(body, 0) != PCAPNG_BYTE_ORDER || u16_at(body, 4) != 1) {
        return refuse(r, "not a little-endian section of version 1");
    }
    r->started = true;
    ss_slice comment;
    return read_comment(r, ss_slice_cut(body, 16, body.len), &comment);
}

static ss_status read_interface(sn_pcapng_reader *r, ss_slice body)
{
    if (body.len < 8 || u16_at(body, 0) != SN_PCAPNG_RAW) {
        return refuse(r, "an interface that is not raw IP");
    }
    bool in_ns = false;
    uint32_t code = 0;
    ss_slice value = SS_EMPTY, name = SS_EMPTY, options = ss_slice_cut(body, 8, body.len);
    ss_status status = SS_OK;
    while ((status = next_option(r, &options, &code, &value)) == SS_OK) {
        if (code == PCAPNG_IF_NAME) {
            name = value;
        }
        if (code == PCAPNG_IF_TSRESOL) {
            in_ns = value.len == 1 && value.at[0] == 9;
        }
    }
    if (status != SS_NONE) {
        return status;
    }
    if (!in_ns) {
        return refuse(r, "an interface that does not count nanoseconds");
    }
    if (r->interfaces < SS_COUNT(r->names)) {
        r->names[r->interfaces] = name;
    }
    r->interfaces++;
    return SS_OK;
}

static ss_status read_packet(sn_pcapng_reader *r, ss_slice body, sn_pcapng_packet *packet)
{
    if (body.len < 20) {
        return refuse(r, "a packet block is too short");
    }
    const size_t len = u32_at(body, 12);
    packet->interface = u32_at(body, 0);
    packet->at_ns = (uint64_t)u32_at(body, 4) << 32 | u32_at(body, 8);
    if (packet->interface >= r->interfaces) {
        return refuse(r, "a packet of an interface that was not described before");
    }
    if (len != u32_at(body, 16) || len > SS_DATAGRAM_BYTES_MAX ||
        PCAPNG_PADDED(len) > body.len - 20) {
        return refuse(r, "a packet's lengths do not fit its block");
    }
    packet->bytes = ss_slice_cut(body, 20, 20 + len);
    if (!zeros(ss_slice_cut(body, 20 + len, 20 + PCAPNG_PADDED(len)))) {
        return refuse(r, "a packet's padding is not zero");
    }
    const uint32_t version = len < 20 ? 0 : u8_at(packet->bytes, 0) >> 4;
    if (version != 4 && (version != 6 || len < 40)) {
        return refuse(r, "a packet that is not IP");
    }
    const size_t at = version == 4 ? 2 : 4, before = version == 4 ? 0 : 40;
    if (before + (u8_at(packet->bytes, at) << 8 | u8_at(packet->bytes, at + 1)) != len) {
        return refuse(r, "a packet whose IP length is not its own");
    }
    return read_comment(r, ss_slice_cut(body, 20 + PCAPNG_PADDED(len), body.len), &packet->comment);
}

static ss_status read_statistics(sn_pcapng_reader *r, ss_slice body)
{
    if (body.len < 12 || u32_at(body, 0) >= r->interfaces) {
        return refuse(r, "statistics of an interface that was not described before");
    }
    return read_comment(r, ss_slice_cut(body, 12, body.len), &r->last_comment);
}

/* The next block's body, taken off the rest. */
static ss_status next_block(sn_pcapng_reader *r, uint32_t *type, ss_slice *body)
{
    if (r->rest.len == 0) {
        return r->started ? SS_NONE : refuse(r, "no section");
    }
    if (r->rest.len < BLOCK_BYTES_MIN) {
        return refuse(r, "the last block is cut off");
    }
    *type = u32_at(r->rest, 0);
    const size_t total = u32_at(r->rest, 4);
    if (total < BLOCK_BYTES_MIN || total % 4 != 0 || total > r->rest.len) {
        return refuse(r, "a block's length is wrong");
    }
    if (u32_at(r->rest, total - 4) != total) {
        return refuse(r, "a block's two lengths differ");
    }
    *body = ss_slice_cut(r->rest, 8, total - 4);
    r->rest = ss_slice_cut(r->rest, total, r->rest.len);
    return SS_OK;
}

sn_pcapng_reader sn_pcapng_reader_on(ss_slice file)
{
    return (sn_pcapng_reader){ .rest = file };
}

static ss_status read_other(sn_pcapng_reader *r, uint32_t type, ss_slice body)
{
    switch (type) {
    case PCAPNG_SECTION:
        return read_section(r, body);
    case PCAPNG_INTERFACE:
        return read_interface(r, body);
    case PCAPNG_STATISTICS:
        return read_statistics(r, body);
    default:
        return refuse(r, "a block of unknown type");
    }
}

ss_status sn_pcapng_next(sn_pcapng_reader *r, sn_pcapng_packet *packet)
{
    *packet = (sn_pcapng_packet){ 0 };
    for (;;) {
        uint32_t type = 0;
        ss_slice body = SS_EMPTY;
        ss_status status = next_block(r, &type, &body);
        if (status != SS_OK) {
            return status;
        }
        if (!r->started && type != PCAPNG_SECTION) {
            return refuse(r, "no section header");
        }
        if (type == PCAPNG_PACKET) {
            return read_packet(r, body, packet);
        }
        status = read_other(r, type, body);
        if (status != SS_OK) {
            return status;
        }
    }
}
