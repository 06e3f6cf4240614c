/* Captures of real traffic, from file to datagrams and bytes of streams: sn/traffic.h. */
#include "traffic.h"

#include <stdlib.h>
#include <string.h>

enum { PROTOCOL_TCP = 6, PROTOCOL_UDP = 17 };

struct sn_traffic {
    sn_frames frames;
    sn_pieces *pieces;
    sn_flows *flows;
    uint64_t packets, passed_over;
};

sn_traffic *sn_traffic_new(ss_slice file)
{
    sn_traffic *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return NULL;
    }
    sn_frames_begin(&t->frames, file);
    t->pieces = sn_pieces_new();
    t->flows = sn_flows_new();
    if (t->pieces == NULL || t->flows == NULL) {
        sn_traffic_free(t);
        return NULL;
    }
    return t;
}

void sn_traffic_free(sn_traffic *t)
{
    if (t != NULL) {
        sn_pieces_free(t->pieces);
        sn_flows_free(t->flows);
        free(t);
    }
}

static uint16_t u16_at(ss_slice s, size_t at)
{
    return (uint16_t)((unsigned char)s.at[at] << 8 | (unsigned char)s.at[at + 1]);
}

static uint32_t u32_at(ss_slice s, size_t at)
{
    return (uint32_t)u16_at(s, at) << 16 | u16_at(s, at + 2);
}

/* ---- transports ---- */

/* SS_OK a datagram; SS_ERR_SYNTAX none. */
static ss_status read_udp(const sn_wire *w, sn_traffic_part *part)
{
    const ss_slice bytes = w->payload;
    if (bytes.len < 8) {
        return SS_ERR_SYNTAX;
    }
    const size_t len = u16_at(bytes, 4);
    if (len < 8 || len > bytes.len) {
        return SS_ERR_SYNTAX;
    }
    part->from.port = u16_at(bytes, 0);
    part->to.port = u16_at(bytes, 2);
    part->bytes = ss_slice_cut(bytes, 8, len);
    return SS_OK;
}

/* SS_OK bytes are ready; SS_MORE none are. */
static ss_status read_tcp(sn_traffic *t, const sn_wire *w, sn_traffic_part *part)
{
    const ss_slice bytes = w->payload;
    if (bytes.len < 20) {
        return SS_ERR_SYNTAX;
    }
    const size_t header = (size_t)((unsigned char)bytes.at[12] >> 4) * 4;
    const unsigned flags = (unsigned char)bytes.at[13];
    if (header < 20 || header > bytes.len) {
        return SS_ERR_SYNTAX;
    }
    part->from.port = u16_at(bytes, 0);
    part->to.port = u16_at(bytes, 2);
    part->is_stream = true;
    const sn_segment segment = { .from = part->from,
                                 .to = part->to,
                                 .sequence = u32_at(bytes, 4),
                                 .syn = (flags & 2u) != 0,
                                 .fin = (flags & 1u) != 0,
                                 .bytes = ss_slice_cut(bytes, header, bytes.len) };
    if (!sn_flows_add(t->flows, &segment, &part->bytes, &part->begins)) {
        return SS_ERR_MEMORY;
    }
    return part->bytes.len == 0 ? SS_MORE : SS_OK;
}

ss_status sn_traffic_packet(sn_traffic *t, uint64_t at_ns, ss_slice packet, sn_traffic_part *part)
{
    sn_wire wire;
    const sn_wire_kind kind = sn_wire_read(packet, &wire);
    if (kind == SN_WIRE_NONE) {
        return SS_ERR_SYNTAX;
    }
    if (kind == SN_WIRE_FRAGMENT) {
        const ss_status status = sn_pieces_add(t->pieces, &wire);
        if (status != SS_OK) {
            return status;
        }
    }
    *part = (sn_traffic_part){ .at_ns = at_ns, .from = wire.from, .to = wire.to };
    switch (wire.protocol) {
    case PROTOCOL_UDP:
        return read_udp(&wire, part);
    case PROTOCOL_TCP:
        return read_tcp(t, &wire, part);
    default:
        return SS_ERR_SYNTAX;
    }
}

ss_status sn_traffic_next(sn_traffic *t, sn_traffic_part *part)
{
    sn_frame frame;
    for (;;) {
        ss_status status = sn_frames_next(&t->frames, &frame);
        if (status != SS_OK) {
            return status;
        }
        t->packets++;
        status = sn_traffic_packet(t, frame.at_ns, sn_frame_packet(&frame), part);
        if (status == SS_OK || status == SS_ERR_MEMORY) {
            return status;
        }
        t->passed_over += status == SS_ERR_SYNTAX;
    }
}

const char *sn_traffic_error(const sn_traffic *t, uint64_t *offset)
{
    *offset = t->frames.why_at;
    return t->frames.why;
}

uint64_t sn_traffic_packets(const sn_traffic *t, uint64_t *passed_over)
{
    *passed_over = t->passed_over;
    return t->packets;
}
