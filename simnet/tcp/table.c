/* The connections of all hosts of a partition: found by their two ends, by the app's number and by their
 * ordinal at their host; and the bytes that they keep, in the store. */
#include <string.h>

#include "tcp/stream.h"

typedef struct piece {
    ss_ref next;
    uint32_t len, at; /* bytes; those before `at` went out */
    ss_time release;  /* the others do not before then */
    char bytes[];
} piece;

/* ---- the host's ---- */

sn_streams *sn_streams_of(const sn_partition *p, uint32_t node)
{
    const ss_ref ref = p->world->nodes[node].streams;
    return ref == 0 ? NULL : ss_store_at(&p->store, ref);
}

uint32_t sn_streams_count(const sn_world *w, uint32_t node)
{
    const sn_streams *all = sn_streams_of(&w->partitions[sn_partition_of(w, node)], node);
    return all == NULL ? 0 : all->count;
}

/* Worlds of datagrams alone pay for no table and hosts without connections for no block. */
static sn_streams *obtain(sn_partition *p, uint32_t node)
{
    ss_ref *ref = &p->world->nodes[node].streams;
    if (p->streams.buckets == 0 &&
        ss_table_init(&p->streams, &p->store, 1024 + (uint64_t)(p->end - p->first)) != SS_OK) {
        return NULL;
    }
    *ref = *ref == 0 ? ss_store_take(&p->store, sizeof(sn_streams)) : *ref;
    return sn_streams_of(p, node);
}

/* ---- finding ---- */

static ss_key128 ends_key(uint16_t local_port, sn_address remote, uint16_t remote_port)
{
    const uint64_t ports = (uint64_t)local_port << 16 | remote_port;
    const bool is_v4 = sn_address_is_v4(remote);
    return is_v4 ? (ss_key128){ .lo = remote.low << 32 | ports, .hi = 1 }
                 : (ss_key128){ .lo = ss_mix_absorb(remote.low, ports), .hi = remote.high | 4 };
}

static ss_key128 number_key(uint32_t number)
{
    return (ss_key128){ .lo = number, .hi = 2 };
}

static ss_key128 ordinal_key(uint32_t ordinal)
{
    return (ss_key128){ .lo = ordinal, .hi = 3 };
}

static ss_table_link *find(const sn_partition *p, uint32_t node, ss_key128 key)
{
    return p->streams.buckets == 0 ? NULL : ss_table_find(&p->streams, &p->store, node, key);
}

sn_stream *sn_stream_by_ends(const sn_partition *p, uint32_t node, uint16_t local_port,
                             sn_address remote, uint16_t remote_port)
{
    ss_table_link *link = find(p, node, ends_key(local_port, remote, remote_port));
    return link == NULL ? NULL : SS_OWNER(link, sn_stream, by_ends);
}

sn_stream *sn_stream_by_number(const sn_partition *p, uint32_t node, uint32_t number)
{
    ss_table_link *link = find(p, node, number_key(number));
    return link == NULL ? NULL : SS_OWNER(link, sn_stream, by_number);
}

sn_stream *sn_stream_by_ordinal(const sn_partition *p, uint32_t node, uint32_t ordinal)
{
    ss_table_link *link = find(p, node, ordinal_key(ordinal));
    return link == NULL ? NULL : SS_OWNER(link, sn_stream, by_ordinal);
}

/* ---- life ---- */

static void join(sn_partition *p, sn_streams *all, sn_stream *s)
{
    const ss_ref self = ss_store_ref(&p->store, s);
    s->prev = all->last;
    if (all->last == 0) {
        all->first = self;
    } else {
        ((sn_stream *)ss_store_at(&p->store, all->last))->next = self;
    }
    all->last = self;
    all->count++;
}

static void leave(sn_partition *p, sn_streams *all, const sn_stream *s)
{
    if (s->prev == 0) {
        all->first = s->next;
    } else {
        ((sn_stream *)ss_store_at(&p->store, s->prev))->next = s->next;
    }
    if (s->next == 0) {
        all->last = s->prev;
    } else {
        ((sn_stream *)ss_store_at(&p->store, s->next))->prev = s->prev;
    }
    all->count--;
}

sn_stream *sn_stream_new(sn_partition *p, uint32_t node, uint16_t local_port, sn_address remote,
                         uint16_t remote_port)
{
    sn_streams *all = obtain(p, node);
    const ss_ref ref = all == NULL ? 0 : ss_store_take(&p->store, sizeof(sn_stream));
    if (ref == 0) {
        p->out_of_memory = true;
        return NULL;
    }
    sn_stream *s = ss_store_at(&p->store, ref);
    s->ordinal = ++all->ordinal;
    s->local_port = local_port;
    s->remote = remote;
    s->remote_port = remote_port;
    s->by_ends.key = ends_key(local_port, remote, remote_port);
    s->by_ordinal.key = ordinal_key(s->ordinal);
    s->by_ends.engine = s->by_ordinal.engine = node;
    ss_table_add(&p->streams, &p->store, &s->by_ends);
    ss_table_add(&p->streams, &p->store, &s->by_ordinal);
    join(p, all, s);
    return s;
}

sn_stream *sn_stream_new_from_any_port(sn_partition *p, uint32_t node, sn_address remote,
                                       uint16_t remote_port)
{
    enum { PORTS = UINT16_MAX - SN_STREAM_FIRST_PORT + 1 };
    sn_streams *all = obtain(p, node);
    for (uint32_t tries = 0; all != NULL && tries < PORTS; tries++) {
        const uint16_t port = (uint16_t)(SN_STREAM_FIRST_PORT + all->ports++ % PORTS);
        if (sn_stream_by_ends(p, node, port, remote, remote_port) == NULL) {
            return sn_stream_new(p, node, port, remote, remote_port);
        }
    }
    p->out_of_memory = p->out_of_memory || all == NULL;
    return NULL;
}

static void forget_unread(sn_partition *p, sn_stream *s)
{
    if (s->unread != 0) {
        ss_store_give(&p->store, s->unread, s->unread_len);
        s->unread = 0;
        s->unread_len = 0;
    }
}

static void drop_piece(sn_partition *p, sn_stream *s)
{
    const piece *first = ss_store_at(&p->store, s->first_piece);
    const ss_ref next = first->next;
    ss_store_give(&p->store, s->first_piece, sizeof(piece) + first->len);
    s->first_piece = next;
    s->last_piece = next == 0 ? 0 : s->last_piece;
}

void sn_stream_tell_number(sn_partition *p, uint32_t node, sn_stream *s, uint32_t number)
{
    s->is_told = true;
    s->number = number;
    s->by_number.key = number_key(number);
    s->by_number.engine = node;
    ss_table_add(&p->streams, &p->store, &s->by_number);
}

void sn_stream_forget_number(sn_partition *p, sn_stream *s)
{
    if (s->is_told) {
        ss_table_remove(&p->streams, &p->store, &s->by_number);
        s->is_told = false;
    }
    forget_unread(p, s);
}

void sn_stream_free(sn_partition *p, uint32_t node, sn_stream *s)
{
    sn_stream_forget_number(p, s);
    while (s->first_piece != 0) {
        drop_piece(p, s);
    }
    ss_table_remove(&p->streams, &p->store, &s->by_ends);
    ss_table_remove(&p->streams, &p->store, &s->by_ordinal);
    leave(p, sn_streams_of(p, node), s);
    ss_store_give(&p->store, ss_store_ref(&p->store, s), sizeof *s);
}

/* ---- bytes on their way out ---- */

bool sn_stream_keep(sn_partition *p, sn_stream *s, ss_slice bytes, ss_time release)
{
    const ss_ref ref = ss_store_take(&p->store, sizeof(piece) + bytes.len);
    if (ref == 0) {
        p->out_of_memory = true;
        return false;
    }
    piece *last = ss_store_at(&p->store, ref);
    last->len = (uint32_t)bytes.len;
    last->release = release;
    memcpy(last->bytes, bytes.at, bytes.len);
    if (s->last_piece == 0) {
        s->first_piece = ref;
    } else {
        ((piece *)ss_store_at(&p->store, s->last_piece))->next = ref;
    }
    s->last_piece = ref;
    return true;
}

size_t sn_stream_released(const sn_partition *p, const sn_stream *s, size_t most)
{
    size_t released = 0;
    for (ss_ref at = s->first_piece; at != 0 && released < most;) {
        const piece *one = ss_store_at(&p->store, at);
        if (one->release > p->key.at) {
            break;
        }
        released += one->len - one->at;
        at = one->next;
    }
    return released < most ? released : most;
}

ss_slice sn_stream_take(sn_partition *p, sn_stream *s, size_t len)
{
    char *bytes = ss_arena_take(&p->world->arena, len, 1);
    if (bytes == NULL) {
        p->out_of_memory = true;
        return SS_EMPTY;
    }
    for (size_t done = 0; done < len;) {
        SS_ASSERT(s->first_piece != 0);
        piece *first = ss_store_at(&p->store, s->first_piece);
        const size_t left = first->len - first->at;
        const size_t now = left < len - done ? left : len - done;
        memcpy(bytes + done, first->bytes + first->at, now);
        first->at += (uint32_t)now;
        done += now;
        if (first->at == first->len) {
            drop_piece(p, s);
        }
    }
    return (ss_slice){ bytes, len };
}

/* ---- bytes that came ---- */

ss_slice sn_stream_unread_and(sn_partition *p, const sn_stream *s, ss_slice more)
{
    char *bytes = ss_arena_take(&p->world->arena, s->unread_len + more.len, 1);
    if (bytes == NULL) {
        p->out_of_memory = true;
        return SS_EMPTY;
    }
    if (s->unread_len != 0) {
        memcpy(bytes, ss_store_at(&p->store, s->unread), s->unread_len);
    }
    memcpy(bytes + s->unread_len, more.at, more.len);
    return (ss_slice){ bytes, s->unread_len + more.len };
}

bool sn_stream_leave(sn_partition *p, sn_stream *s, ss_slice rest)
{
    forget_unread(p, s);
    if (rest.len == 0) {
        return true;
    }
    s->unread = rest.len <= SS_STORE_BLOCK_MAX ? ss_store_take(&p->store, rest.len) : 0;
    if (s->unread == 0) {
        p->out_of_memory = true;
        return false;
    }
    memcpy(ss_store_at(&p->store, s->unread), rest.at, rest.len);
    s->unread_len = (uint32_t)rest.len;
    return true;
}
