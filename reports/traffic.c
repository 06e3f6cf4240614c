/* The SIP of a capture as facts, so that its ladders are drawn as those of a run are. A node is an address; where one address
 * has several UDP ports, or talks to itself, each port is a node. What the capture shows has arrived: where it was taken, nothing
 * can be said of losses.
 */
#include "rp/traffic.h"

#include <stdlib.h>
#include <string.h>

#include "sn/capture_index.h"
#include "wire.h"

enum { NODES_MAX = 8192 };

typedef struct message {
    uint64_t at;
    uint32_t from, to; /* endpoints; then nodes */
    uint32_t call;
    bool is_stream;
    ss_summary sip;
} message;

typedef struct place {
    sn_endpoint endpoint;
    bool is_udp;
} place;

struct rp_traffic {
    place *places;
    uint32_t place_count;
    message *messages;
    uint32_t message_count;
    rp_traffic_call *calls;
    uint32_t call_count;
    rp_wire *wire;
    sn_index by_call, by_place;
    sn_member *members;
    sn_cast cast;
    uint64_t first_ns, last_ns;
    bool has_first;
    const char *error;
    uint64_t error_at;
};

/* Room for one more in an array that doubles; NULL without memory. */
static void *room(void *array, uint32_t count, size_t size)
{
    if ((count & (count - 1)) != 0) {
        return array; /* not a power of two: there is room */
    }
    const size_t cap = count == 0 ? 1 : (size_t)count * 2;
    return realloc(array, cap * size);
}

#define ROOM(array, count)                                    \
    do {                                                      \
        void *more = room((array), (count), sizeof *(array)); \
        if (more == NULL) {                                   \
            return false;                                     \
        }                                                     \
        (array) = more;                                       \
    } while (0)

/* ---- endpoints ---- */

static bool place_of(rp_traffic *t, const sn_endpoint *e, bool is_udp, uint32_t *number)
{
    const uint64_t key = rp_wire_key(e);
    *number = sn_index_get(&t->by_place, key);
    if (*number == SN_NOBODY) {
        ROOM(t->places, t->place_count);
        if (!sn_index_put(&t->by_place, key, t->place_count)) {
            return false;
        }
        *number = t->place_count++;
        t->places[*number] = (place){ .endpoint = *e };
    }
    t->places[*number].is_udp = t->places[*number].is_udp || is_udp;
    return true;
}

/* ---- messages ---- */

static bool call_of(rp_traffic *t, const ss_summary *sip, ss_slice call_id, uint32_t *number)
{
    *number = sn_index_get(&t->by_call, sip->call_id);
    if (*number != SN_NOBODY) {
        return true;
    }
    ROOM(t->calls, t->call_count);
    char *copy = malloc(call_id.len + 1);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, call_id.at, call_id.len);
    copy[call_id.len] = '\0';
    *number = t->call_count++;
    t->calls[*number] = (rp_traffic_call){ .call_id = { copy, call_id.len },
                                           .hash = sip->call_id,
                                           .method = sip->method,
                                           .first_ns = t->last_ns };
    return sn_index_put(&t->by_call, sip->call_id, *number);
}

/* What is no SIP, or has no Call-ID, is passed over. */
static bool take_message(rp_traffic *t, uint32_t from, uint32_t to, bool is_stream,
                         const rp_wire_message *heard)
{
    message m = {
        .at = t->last_ns, .from = from, .to = to, .is_stream = is_stream, .sip = heard->sip
    };
    if (m.sip.is_sip == 0 || m.sip.call_id == 0 || heard->call_id.len == 0) {
        return true;
    }
    if (!call_of(t, &m.sip, heard->call_id, &m.call)) {
        return false;
    }
    rp_traffic_call *call = &t->calls[m.call];
    call->messages++;
    call->last_ns = m.at;
    call->final = m.sip.is_request == 0 && m.sip.status >= 200 ? m.sip.status : call->final;
    ROOM(t->messages, t->message_count);
    t->messages[t->message_count++] = m;
    return true;
}

static bool take_part(rp_traffic *t, const sn_traffic_part *part)
{
    uint32_t from = 0, to = 0;
    rp_wire_message heard;
    t->first_ns = t->has_first ? t->first_ns : part->at_ns;
    t->has_first = true;
    const uint64_t at = part->at_ns > t->first_ns ? part->at_ns - t->first_ns : 0;
    t->last_ns = at > t->last_ns ? at : t->last_ns; /* time does not go back */
    if (t->place_count >= NODES_MAX) {
        return true;
    }
    if (!place_of(t, &part->from, !part->is_stream, &from) ||
        !place_of(t, &part->to, !part->is_stream, &to) || !rp_wire_add(t->wire, part)) {
        return false;
    }
    while (rp_wire_next(t->wire, &heard)) {
        if (!take_message(t, from, to, part->is_stream, &heard)) {
            return false;
        }
    }
    return true;
}

/* ---- nodes ---- */

static bool same_address(const sn_endpoint *a, const sn_endpoint *b)
{
    return a->is_v6 == b->is_v6 && memcmp(a->address, b->address, sizeof a->address) == 0;
}

/* Only endpoints that SIP came from or went to are looked at: the others may be a great many. */
static bool needs_ports(const rp_traffic *t, const bool *speaks, uint32_t at)
{
    uint32_t udp = 0;
    for (uint32_t i = 0; i < t->place_count; i++) {
        udp += speaks[i] && t->places[i].is_udp &&
               same_address(&t->places[i].endpoint, &t->places[at].endpoint);
    }
    return udp > 1;
}

static void add_node(rp_traffic *t, const sn_endpoint *e)
{
    sn_member *m = &t->members[t->cast.node_count++];
    ss_buffer b = ss_buffer_on(m->name, sizeof m->name - 1);
    sn_endpoint_put(&b, e);
    m->name[b.len] = '\0';
    m->router = m->outbound = SN_NOBODY;
}

static uint32_t node_of(rp_traffic *t, sn_index *by_node, const sn_endpoint *e)
{
    const uint64_t key = rp_wire_key(e);
    const uint32_t known = sn_index_get(by_node, key);
    if (known != SN_NOBODY) {
        return known;
    }
    add_node(t, e);
    return sn_index_put(by_node, key, t->cast.node_count - 1) ? t->cast.node_count - 1 : SN_NOBODY;
}

/* Endpoints of messages become nodes. */
static bool name_nodes(rp_traffic *t)
{
    const size_t count = (size_t)t->place_count + 1;
    bool *speaks = calloc(count, sizeof *speaks), *ported = calloc(count, sizeof *ported);
    uint32_t *nodes = calloc(count, sizeof *nodes);
    sn_index by_node = { 0 };
    t->members = calloc(count, sizeof *t->members);
    bool ok = speaks != NULL && ported != NULL && nodes != NULL && t->members != NULL;
    for (uint32_t i = 0; ok && i < t->message_count; i++) {
        const message *m = &t->messages[i];
        speaks[m->from] = speaks[m->to] = true;
        const bool alone = same_address(&t->places[m->from].endpoint, &t->places[m->to].endpoint);
        ported[m->from] = ported[m->from] || alone;
        ported[m->to] = ported[m->to] || alone;
    }
    for (uint32_t i = 0; ok && i < t->place_count; i++) {
        if (speaks[i]) {
            sn_endpoint e = t->places[i].endpoint;
            e.port = ported[i] || needs_ports(t, speaks, i) ? e.port : 0;
            nodes[i] = node_of(t, &by_node, &e);
            ok = nodes[i] != SN_NOBODY;
        }
    }
    for (uint32_t i = 0; ok && i < t->message_count; i++) {
        t->messages[i].from = nodes[t->messages[i].from];
        t->messages[i].to = nodes[t->messages[i].to];
    }
    t->cast.nodes = t->members;
    sn_index_free(&by_node);
    free(speaks);
    free(ported);
    free(nodes);
    return ok;
}

/* ---- all of it ---- */

static bool read_all(rp_traffic *t, ss_slice file)
{
    sn_traffic *from = sn_traffic_new(file);
    sn_traffic_part part;
    ss_status status = from == NULL ? SS_ERR_MEMORY : SS_OK;
    while (status == SS_OK && (status = sn_traffic_next(from, &part)) == SS_OK) {
        status = take_part(t, &part) ? SS_OK : SS_ERR_MEMORY;
    }
    if (status == SS_ERR_SYNTAX) {
        t->error = sn_traffic_error(from, &t->error_at);
    }
    sn_traffic_free(from);
    return status != SS_ERR_MEMORY && name_nodes(t);
}

rp_traffic *rp_traffic_read(ss_slice file)
{
    rp_traffic *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return NULL;
    }
    t->wire = rp_wire_new();
    if (t->wire == NULL || !read_all(t, file)) {
        rp_traffic_free(t);
        return NULL;
    }
    return t;
}

void rp_traffic_free(rp_traffic *t)
{
    if (t == NULL) {
        return;
    }
    for (uint32_t i = 0; i < t->call_count; i++) {
        free((char *)(uintptr_t)t->calls[i].call_id.at);
    }
    sn_index_free(&t->by_call);
    sn_index_free(&t->by_place);
    free(t->places);
    free(t->messages);
    free(t->calls);
    free(t->members);
    rp_wire_free(t->wire);
    free(t);
}

const char *rp_traffic_error(const rp_traffic *t, uint64_t *offset)
{
    *offset = t->error_at;
    return t->error;
}

const sn_cast *rp_traffic_cast(const rp_traffic *t)
{
    return &t->cast;
}

uint32_t rp_traffic_call_count(const rp_traffic *t)
{
    return t->call_count;
}

const rp_traffic_call *rp_traffic_call_at(const rp_traffic *t, uint32_t nth)
{
    return nth < t->call_count ? &t->calls[nth] : NULL;
}

uint32_t rp_traffic_find(const rp_traffic *t, ss_slice call_id)
{
    for (uint32_t i = 0; i < t->call_count; i++) {
        if (ss_slice_eq(t->calls[i].call_id, call_id)) {
            return i;
        }
    }
    return SN_NOBODY;
}

/* It was sent and, as far as a capture can say, came at once. */
static void tell(rp_ladder *l, const message *m, uint32_t number)
{
    sn_fact fact = { .key = { .at = m->at, .counter = number, .receiver = m->from },
                     .kind = SN_FACT_DATAGRAM_SENT,
                     .entity = m->from,
                     .peer = m->to,
                     .packet = { .origin = m->from, .ordinal = number },
                     .transport = m->is_stream ? SS_TRANSPORT_TCP : SS_TRANSPORT_UDP,
                     .sip = m->sip };
    rp_ladder_fact(l, &fact);
    fact.kind = SN_FACT_DATAGRAM_RECEIVED;
    fact.entity = m->to;
    fact.peer = m->from;
    rp_ladder_fact(l, &fact);
}

rp_ladder *rp_traffic_ladder(const rp_traffic *t, uint32_t nth)
{
    rp_ladder *l = rp_ladder_new(&t->cast);
    if (l == NULL) {
        return NULL;
    }
    rp_ladder_select(l, t->calls[nth].hash, 0);
    for (uint32_t i = 0; i < t->message_count; i++) {
        if (t->messages[i].call == nth) {
            tell(l, &t->messages[i], i);
        }
    }
    return l;
}
