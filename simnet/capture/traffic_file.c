/* Frames out of a capture file: pcap (its 24-byte header, then records) and pcapng (blocks), in the byte order that the file
 * says. Each length is held against what is left before it is used.
 */
#include "traffic.h"

enum { PCAP_HEADER_BYTES = 24, PCAP_RECORD_BYTES = 16, FRAME_BYTES_MAX = 1 << 20 };

#define NG_SECTION   0x0a0d0d0au
#define NG_INTERFACE 1u
#define NG_SIMPLE    3u
#define NG_PACKET    6u

static uint32_t u8_at(const sn_frames *f, size_t at)
{
    return (unsigned char)f->file.at[at];
}

static uint32_t u16_at(const sn_frames *f, size_t at)
{
    const uint32_t a = u8_at(f, at), b = u8_at(f, at + 1);
    return f->is_big ? a << 8 | b : b << 8 | a;
}

static uint32_t u32_at(const sn_frames *f, size_t at)
{
    const uint32_t a = u16_at(f, at), b = u16_at(f, at + 2);
    return f->is_big ? a << 16 | b : b << 16 | a;
}

static ss_status wrong(sn_frames *f, size_t at, const char *why)
{
    f->why = why;
    f->why_at = at;
    return SS_ERR_SYNTAX;
}

/* ---- times: powers of ten or two of a second, to nanoseconds ---- */

static uint64_t to_ns(uint64_t ticks, uint8_t resolution)
{
    const unsigned power = resolution & 0x7fu;
    if ((resolution & 0x80u) != 0) {
        if (power >= 64) {
            return 0;
        }
        const uint64_t whole = ticks >> power;
        const uint64_t rest = ticks & ((UINT64_C(1) << power) - 1);
        const unsigned cut = power > 33 ? power - 33 : 0; /* so that the product has room */
        return whole * 1000000000u + ((rest >> cut) * 1000000000u >> (power - cut));
    }
    for (unsigned i = power; i < 9; i++) {
        ticks *= 10;
    }
    for (unsigned i = 9; i < power && ticks != 0; i++) {
        ticks /= 10;
    }
    return ticks;
}

/* ---- pcap ---- */

static ss_status begin_pcap(sn_frames *f)
{
    if (f->file.len < PCAP_HEADER_BYTES) {
        return wrong(f, f->file.len, "the file's header is cut off");
    }
    f->link_type = u32_at(f, 20) & 0xffffu;
    f->at = PCAP_HEADER_BYTES;
    return SS_OK;
}

static ss_status next_record(sn_frames *f, sn_frame *frame)
{
    const size_t left = f->file.len - f->at;
    if (left == 0) {
        return SS_NONE;
    }
    if (left < PCAP_RECORD_BYTES) {
        return wrong(f, f->at, "the last record's header is cut off");
    }
    const uint64_t seconds = u32_at(f, f->at), parts = u32_at(f, f->at + 4);
    const size_t len = u32_at(f, f->at + 8);
    if (len > FRAME_BYTES_MAX) {
        return wrong(f, f->at + 8, "a record of more than a megabyte");
    }
    if (len > left - PCAP_RECORD_BYTES) {
        return wrong(f, f->at + 8, "the last record is cut off");
    }
    frame->at_ns = seconds * 1000000000u + parts * (f->in_ns ? 1u : 1000u);
    frame->link_type = f->link_type;
    frame->bytes =
        ss_slice_cut(f->file, f->at + PCAP_RECORD_BYTES, f->at + PCAP_RECORD_BYTES + len);
    f->at += PCAP_RECORD_BYTES + len;
    return SS_OK;
}

/* ---- pcapng ---- */

static ss_status read_section(sn_frames *f, size_t at, size_t end)
{
    if (end - at < 16) {
        return wrong(f, at, "a section header is too short");
    }
    f->interface_count = 0;
    return u16_at(f, at + 4) == 1 ? SS_OK : wrong(f, at + 4, "a version that is not 1");
}

/* if_tsresol is option 9. */
static uint8_t resolution_of(const sn_frames *f, size_t at, size_t end)
{
    while (end - at >= 4) {
        const uint32_t code = u16_at(f, at), len = u16_at(f, at + 2);
        at += 4;
        if (code == 0 || len > end - at) {
            break;
        }
        if (code == 9 && len == 1) {
            return (uint8_t)u8_at(f, at);
        }
        const size_t padded = ((size_t)len + 3) & ~(size_t)3;
        if (padded > end - at) {
            break;
        }
        at += padded;
    }
    return 6;
}

static ss_status read_interface(sn_frames *f, size_t at, size_t end)
{
    if (end - at < 8) {
        return wrong(f, at, "an interface's description is too short");
    }
    if (f->interface_count == SN_FILE_INTERFACES_MAX) {
        return wrong(f, at, "more than 256 interfaces");
    }
    f->interfaces[f->interface_count++] =
        (sn_file_interface){ u16_at(f, at), resolution_of(f, at + 8, end) };
    return SS_OK;
}

static ss_status read_packet(sn_frames *f, size_t at, size_t end, sn_frame *frame)
{
    if (end - at < 20) {
        return wrong(f, at, "a packet's block is too short");
    }
    const uint32_t interface = u32_at(f, at);
    const size_t len = u32_at(f, at + 12);
    if (interface >= f->interface_count) {
        return wrong(f, at, "a packet of an interface that was not described before");
    }
    if (len > end - at - 20 || len > FRAME_BYTES_MAX) {
        return wrong(f, at + 12, "a packet is longer than its block");
    }
    const uint64_t ticks = (uint64_t)u32_at(f, at + 4) << 32 | u32_at(f, at + 8);
    frame->at_ns = to_ns(ticks, f->interfaces[interface].resolution);
    frame->link_type = f->interfaces[interface].link_type;
    frame->bytes = ss_slice_cut(f->file, at + 20, at + 20 + len);
    return SS_OK;
}

static ss_status read_simple(sn_frames *f, size_t at, size_t end, sn_frame *frame)
{
    if (end - at < 4 || f->interface_count == 0) {
        return wrong(f, at, "a packet's block is too short, or before any interface");
    }
    const size_t len = u32_at(f, at), room = end - at - 4;
    frame->at_ns = 0;
    frame->link_type = f->interfaces[0].link_type;
    frame->bytes = ss_slice_cut(f->file, at + 4, at + 4 + (len < room ? len : room));
    return SS_OK;
}

/* The byte order may change with each section. */
static ss_status find_order(sn_frames *f)
{
    if (f->file.len - f->at < 12) {
        return wrong(f, f->at, "a section header is cut off");
    }
    f->is_big = u8_at(f, f->at + 8) == 0x1a;
    return u32_at(f, f->at + 8) == 0x1a2b3c4du ? SS_OK
                                               : wrong(f, f->at + 8, "no byte order of pcapng");
}

/* One block: SS_OK with a frame, SS_MORE when it was of another kind. */
static ss_status next_block(sn_frames *f, sn_frame *frame)
{
    const size_t left = f->file.len - f->at;
    if (left == 0) {
        return SS_NONE;
    }
    if (left < 12) {
        return wrong(f, f->at, "the last block is cut off");
    }
    if (u32_at(f, f->at) == NG_SECTION) {
        const ss_status status = find_order(f);
        if (status != SS_OK) {
            return status;
        }
    }
    const uint32_t type = u32_at(f, f->at);
    const size_t total = u32_at(f, f->at + 4);
    if (total < 12 || total % 4 != 0) {
        return wrong(f, f->at + 4, "a block's length is wrong");
    }
    if (total > left) {
        return wrong(f, f->at + 4, "the last block is cut off");
    }
    const size_t at = f->at + 8, end = f->at + total - 4;
    f->at += total;
    ss_status status = SS_MORE;
    switch (type) {
    case NG_SECTION:
        status = read_section(f, at, end);
        return status == SS_OK ? SS_MORE : status;
    case NG_INTERFACE:
        status = read_interface(f, at, end);
        return status == SS_OK ? SS_MORE : status;
    case NG_PACKET:
        return read_packet(f, at, end, frame);
    case NG_SIMPLE:
        return read_simple(f, at, end, frame);
    default:
        return SS_MORE;
    }
}

/* ---- either ---- */

void sn_frames_begin(sn_frames *f, ss_slice file)
{
    *f = (sn_frames){ .file = file };
}

static ss_status begin(sn_frames *f)
{
    if (f->file.len < 4) {
        return wrong(f, f->file.len, "too short for a capture");
    }
    f->is_big = true;
    const uint32_t magic = u32_at(f, 0);
    f->is_ng = magic == NG_SECTION;
    f->in_ns = magic == 0xa1b23c4du || magic == 0x4d3cb2a1u;
    if (f->is_ng) {
        return SS_OK;
    }
    if (!f->in_ns && magic != 0xa1b2c3d4u && magic != 0xd4c3b2a1u) {
        return wrong(f, 0, "neither pcap nor pcapng");
    }
    f->is_big = magic == 0xa1b23c4du || magic == 0xa1b2c3d4u;
    return begin_pcap(f);
}

ss_status sn_frames_next(sn_frames *f, sn_frame *frame)
{
    if (f->why != NULL) {
        return SS_ERR_SYNTAX;
    }
    ss_status status = f->at == 0 ? begin(f) : SS_OK;
    if (status == SS_OK && !f->is_ng) {
        return next_record(f, frame);
    }
    while (status == SS_OK || status == SS_MORE) {
        status = next_block(f, frame);
        if (status == SS_OK) {
            return SS_OK;
        }
    }
    return status;
}
