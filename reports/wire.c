/* Messages out of packets: what begins as SIP does (RFC 3261 7.1, 7.2) is one, right or not; anything else is passed over. So many
 * directions of streams are followed at once, the one begun first makes room.
 */
#include "wire.h"

#include <stdlib.h>

#include "framing.h"
#include "sn/capture_index.h"
#include "ss/msg.h"

enum { SCRATCH_BYTES = 256 * 1024, STREAMS_MAX = 4096 };

typedef struct stream {
    uint64_t key; /* of the index; 0: nobody's */
    rp_framing framing;
} stream;

struct rp_wire {
    sn_index by_ends;
    stream *streams; /* a ring */
    uint32_t next;
    stream *of;        /* that the part belongs to; NULL: it is a datagram */
    size_t taken;      /* bytes of its message that was told last */
    ss_slice datagram; /* not told yet */
    ss_arena scratch;
};

uint64_t rp_wire_key(const sn_endpoint *e)
{
    const ss_slice address = { (const char *)e->address, sizeof e->address };
    return ss_hash64((uint64_t)e->port << 1 | e->is_v6, address);
}

rp_wire *rp_wire_new(void)
{
    rp_wire *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return NULL;
    }
    w->streams = calloc(STREAMS_MAX, sizeof *w->streams);
    w->scratch.base = malloc(SCRATCH_BYTES);
    w->scratch.cap = SCRATCH_BYTES;
    if (w->streams == NULL || w->scratch.base == NULL) {
        rp_wire_free(w);
        return NULL;
    }
    return w;
}

void rp_wire_free(rp_wire *w)
{
    for (uint32_t i = 0; w != NULL && w->streams != NULL && i < STREAMS_MAX; i++) {
        rp_framing_free(&w->streams[i].framing);
    }
    if (w != NULL) {
        sn_index_free(&w->by_ends);
        free(w->streams);
        free(w->scratch.base);
        free(w);
    }
}

/* ---- streams ---- */

static uint64_t key_of(const sn_traffic_part *part)
{
    uint64_t ends[2] = { rp_wire_key(&part->from), rp_wire_key(&part->to) };
    const uint64_t key = ss_hash64(ends[0], (ss_slice){ (const char *)&ends[1], sizeof ends[1] });
    return key == 0 ? 1 : key;
}

static stream *stream_of(rp_wire *w, const sn_traffic_part *part)
{
    const uint64_t key = key_of(part);
    const uint32_t known = sn_index_get(&w->by_ends, key);
    if (known != SN_NOBODY) {
        return &w->streams[known];
    }
    stream *s = &w->streams[w->next];
    if (s->key != 0) {
        sn_index_remove(&w->by_ends, s->key);
        rp_framing_free(&s->framing);
    }
    s->key = 0;
    if (!sn_index_put(&w->by_ends, key, w->next)) {
        return NULL;
    }
    s->key = key;
    w->next = (w->next + 1) % STREAMS_MAX;
    return s;
}

bool rp_wire_add(rp_wire *w, const sn_traffic_part *part)
{
    w->taken = 0;
    w->datagram = part->is_stream ? SS_EMPTY : part->bytes;
    w->of = part->is_stream ? stream_of(w, part) : NULL;
    if (!part->is_stream) {
        return true;
    }
    if (w->of != NULL && part->begins) {
        rp_framing_restart(&w->of->framing);
    }
    return w->of != NULL && rp_framing_add(&w->of->framing, part->bytes);
}

/* ---- messages ---- */

/* An observer does not leave out what an element would refuse. */
static bool begins_as_sip(ss_slice bytes)
{
    const ss_slice version = SS_LIT("SIP/2.0");
    while (bytes.len != 0 && (bytes.at[0] == '\r' || bytes.at[0] == '\n')) {
        bytes = ss_slice_cut(bytes, 1, bytes.len);
    }
    ss_slice line = ss_slice_cut(bytes, 0, ss_slice_find(bytes, '\n'));
    line =
        line.len != 0 && line.at[line.len - 1] == '\r' ? ss_slice_cut(line, 0, line.len - 1) : line;
    return line.len > version.len &&
           (ss_slice_eq_nocase(ss_slice_cut(line, 0, version.len), version) ||
            ss_slice_eq_nocase(ss_slice_cut(line, line.len - version.len, line.len), version));
}

/* The text of Call-ID: the summary has only its hash. */
static ss_slice call_id_of(ss_slice bytes)
{
    bool has_begun = false;
    while (bytes.len != 0) {
        const size_t end = ss_slice_find(bytes, '\n');
        const ss_slice line = ss_slice_trim(ss_slice_cut(bytes, 0, end));
        const size_t colon = ss_slice_find(line, ':');
        const ss_slice name = ss_slice_trim(ss_slice_cut(line, 0, colon));
        if (colon < line.len && (ss_slice_eq_nocase(name, SS_LIT("call-id")) ||
                                 ss_slice_eq_nocase(name, SS_LIT("i")))) {
            return ss_slice_trim(ss_slice_cut(line, colon + 1, line.len));
        }
        if (line.len == 0 && end != bytes.len && has_begun) {
            break; /* the body */
        }
        has_begun = has_begun || line.len != 0;
        bytes = ss_slice_cut(bytes, end == bytes.len ? end : end + 1, bytes.len);
    }
    return SS_EMPTY;
}

static ss_slice next_bytes(rp_wire *w)
{
    ss_slice bytes = w->datagram;
    if (w->of != NULL) {
        rp_framing_drop(&w->of->framing, w->taken);
        bytes = rp_framing_next(&w->of->framing, &bytes) ? bytes : SS_EMPTY;
        w->taken = bytes.len;
    }
    w->datagram = SS_EMPTY;
    return bytes;
}

bool rp_wire_next(rp_wire *w, rp_wire_message *message)
{
    ss_slice bytes;
    while ((bytes = next_bytes(w)).len != 0) {
        if (bytes.len <= SS_DATAGRAM_BYTES_MAX && begins_as_sip(bytes)) {
            *message = (rp_wire_message){ .bytes = bytes, .call_id = call_id_of(bytes) };
            ss_summarise_bytes(bytes, &w->scratch, &message->sip);
            return true;
        }
    }
    return false;
}
