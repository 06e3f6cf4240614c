/* trace.hep: HEP3 frames, as Homer's draft ("The Hep/EEP protocol", revision 26) has them: "HEP3", the length of all, and chunks
 * of vendor, type, length and value, all in network order; chunks of vendor 0 and always in the same order.
 *
 * Its length being 16 bits, a frame cannot hold every datagram: what does not fit is cut off the end of the payload. */
#include "rp/hep.h"

#include <stdlib.h>
#include <string.h>

#include "wire.h"

enum {
    CHUNK_FAMILY = 1, /* of addresses: 2 IPv4, 10 IPv6 */
    CHUNK_PROTOCOL = 2,
    CHUNK_V4_FROM = 3,
    CHUNK_V4_TO = 4,
    CHUNK_V6_FROM = 5,
    CHUNK_V6_TO = 6,
    CHUNK_PORT_FROM = 7,
    CHUNK_PORT_TO = 8,
    CHUNK_SECONDS = 9,
    CHUNK_MICROSECONDS = 10,
    CHUNK_KIND = 11, /* of the payload: 1 SIP */
    CHUNK_AGENT = 12,
    CHUNK_PAYLOAD = 15,
    CHUNK_CORRELATION = 17,
    CHUNK_HEAD = 6, /* bytes */
    HEP_HEAD = 6,
    FAMILY_IPV4 = 2,
    FAMILY_IPV6 = 10,
    KIND_SIP = 1,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    CORRELATION_MAX = 1024 /* of a Call-ID; the payload has it whole */
};

/* Of a frame that waits, which is behind it. */
typedef struct held {
    uint64_t call_id;
    uint32_t from, to, len;
} held;

struct rp_hep {
    rp_file *out;
    sn_capture_filter filter;
    sn_selection *selection;
    sn_traffic *traffic;
    rp_wire *wire;
    uint64_t epoch_ns;
    uint64_t written;
    uint32_t node; /* of the filter */
    sn_key event;  /* that held frames are of */
    char *held;
    size_t held_len, held_cap;
    bool incomplete;
    char frame[RP_HEP_BYTES_MAX];
};

/* ---- frames ---- */

static void put_number(ss_buffer *b, uint64_t value, unsigned bytes)
{
    while (bytes-- > 0) {
        ss_put_char(b, (char)(unsigned char)(value >> 8 * bytes));
    }
}

static void put_chunk(ss_buffer *b, unsigned type, ss_slice value)
{
    put_number(b, 0, 2); /* vendor: none */
    put_number(b, type, 2);
    put_number(b, CHUNK_HEAD + value.len, 2);
    ss_put(b, value);
}

static void put_number_chunk(ss_buffer *b, unsigned type, uint64_t value, unsigned bytes)
{
    char text[8];
    ss_buffer v = ss_buffer_on(text, sizeof text);
    put_number(&v, value, bytes);
    put_chunk(b, type, ss_buffer_slice(&v));
}

static ss_slice first_of(ss_slice bytes, size_t most)
{
    return ss_slice_cut(bytes, 0, bytes.len < most ? bytes.len : most);
}

static void put_ends(ss_buffer *b, const sn_traffic_part *part)
{
    const bool is_v6 = part->from.is_v6;
    const size_t len = is_v6 ? 16 : 4;
    put_number_chunk(b, CHUNK_FAMILY, is_v6 ? FAMILY_IPV6 : FAMILY_IPV4, 1);
    put_number_chunk(b, CHUNK_PROTOCOL, part->is_stream ? PROTOCOL_TCP : PROTOCOL_UDP, 1);
    put_chunk(b, is_v6 ? CHUNK_V6_FROM : CHUNK_V4_FROM,
              (ss_slice){ (const char *)part->from.address, len });
    put_chunk(b, is_v6 ? CHUNK_V6_TO : CHUNK_V4_TO,
              (ss_slice){ (const char *)part->to.address, len });
    put_number_chunk(b, CHUNK_PORT_FROM, part->from.port, 2);
    put_number_chunk(b, CHUNK_PORT_TO, part->to.port, 2);
}

/* The whole frame, in h->frame. */
static ss_slice make_frame(rp_hep *h, uint32_t node, const sn_traffic_part *part,
                           const rp_wire_message *m)
{
    const ss_slice magic = SS_LIT("HEP3");
    ss_buffer b = ss_buffer_on(h->frame, sizeof h->frame);
    ss_put(&b, magic);
    put_number(&b, 0, 2); /* its place is filled below */
    put_ends(&b, part);
    put_number_chunk(&b, CHUNK_SECONDS, part->at_ns / SS_S(1), 4);
    put_number_chunk(&b, CHUNK_MICROSECONDS, part->at_ns % SS_S(1) / 1000, 4);
    put_number_chunk(&b, CHUNK_KIND, KIND_SIP, 1);
    put_number_chunk(&b, CHUNK_AGENT, (uint64_t)node + 1, 4);
    if (m->call_id.len != 0) {
        put_chunk(&b, CHUNK_CORRELATION, first_of(m->call_id, CORRELATION_MAX));
    }
    put_chunk(&b, CHUNK_PAYLOAD, first_of(m->bytes, b.cap - b.len - CHUNK_HEAD));
    SS_ASSERT(!b.overflow);
    ss_buffer length = ss_buffer_on(h->frame + magic.len, 2);
    put_number(&length, b.len, 2);
    return ss_buffer_slice(&b);
}

/* ---- which ----
 * What an event sent is held until the event is over: only then is it known whose call it belongs to. */

static bool is_wanted(const rp_hep *h, const held *of)
{
    switch (h->filter.kind) {
    case SN_CAPTURE_OFF:
        return false;
    case SN_CAPTURE_ALL:
    case SN_CAPTURE_LINK: /* no others are held */
        return true;
    case SN_CAPTURE_FIRST:
        return h->written < h->filter.count;
    case SN_CAPTURE_NODE:
        return h->node != SN_NOBODY && (of->from == h->node || of->to == h->node);
    case SN_CAPTURE_CALLS:
    case SN_CAPTURE_CALL:
        break;
    }
    return sn_selection_takes_call(h->selection, of->call_id);
}

static void settle(rp_hep *h)
{
    for (size_t at = 0; at < h->held_len;) {
        held of;
        memcpy(&of, h->held + at, sizeof of);
        at += sizeof of;
        if (is_wanted(h, &of)) {
            rp_put(h->out, (ss_slice){ h->held + at, of.len });
            h->written++;
        }
        at += of.len;
    }
    h->held_len = 0;
}

static bool hold(rp_hep *h, const held *of, ss_slice frame)
{
    const size_t needed = h->held_len + sizeof *of + frame.len;
    if (needed > h->held_cap) {
        char *more = realloc(h->held, needed * 2);
        if (more == NULL) {
            return false;
        }
        h->held = more;
        h->held_cap = needed * 2;
    }
    memcpy(h->held + h->held_len, of, sizeof *of);
    memcpy(h->held + h->held_len + sizeof *of, frame.at, frame.len);
    h->held_len = needed;
    return true;
}

/* ---- the observer ---- */

rp_hep *rp_hep_new(rp_file *out, const sn_cast *cast, const sn_capture_filter *filter,
                   uint64_t epoch_s)
{
    rp_hep *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return NULL;
    }
    h->out = out;
    h->filter = *filter;
    h->epoch_ns = epoch_s * SS_S(1);
    h->node = sn_capture_node(cast, filter->node);
    h->selection = sn_selection_new(filter);
    h->traffic = sn_traffic_new(SS_EMPTY);
    h->wire = rp_wire_new();
    if (h->selection == NULL || h->traffic == NULL || h->wire == NULL) {
        rp_hep_free(h);
        return NULL;
    }
    return h;
}

void rp_hep_free(rp_hep *h)
{
    if (h != NULL) {
        sn_selection_free(h->selection);
        sn_traffic_free(h->traffic);
        rp_wire_free(h->wire);
        free(h->held);
        free(h);
    }
}

static bool take_part(rp_hep *h, const sn_fact *fact, const sn_traffic_part *part)
{
    rp_wire_message m;
    bool ok = rp_wire_add(h->wire, part);
    while (ok && rp_wire_next(h->wire, &m)) {
        const ss_slice frame = make_frame(h, fact->packet.origin, part, &m);
        const held of = { .call_id = m.call_id.len == 0 ? 0 : ss_hash64(0, m.call_id),
                          .from = fact->packet.origin,
                          .to = fact->peer,
                          .len = (uint32_t)frame.len };
        ok = hold(h, &of, frame);
    }
    return ok;
}

void rp_hep_fact(rp_hep *h, const sn_fact *fact, ss_slice packet)
{
    sn_traffic_part part;
    if (h->held_len != 0 && sn_key_compare(&h->event, &fact->key) != 0) {
        settle(h);
    }
    if (h->filter.kind != SN_CAPTURE_ALL) {
        sn_selection_fact(h->selection, fact);
    }
    if (!sn_capture_is_place(&h->filter, h->node, fact)) {
        return;
    }
    h->event = fact->key;
    const ss_status status =
        sn_traffic_packet(h->traffic, h->epoch_ns + fact->key.at, packet, &part);
    if (status == SS_ERR_MEMORY || (status == SS_OK && !take_part(h, fact, &part))) {
        h->incomplete = true;
    }
}

void rp_hep_finish(rp_hep *h)
{
    settle(h);
}

bool rp_hep_is_whole(const rp_hep *h)
{
    return !h->incomplete;
}
