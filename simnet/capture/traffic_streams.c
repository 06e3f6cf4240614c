/* TCP by direction (RFC 9293): bytes in the order of their sequence numbers. What came before is cut off, what came too early
 * waits; when too much of it waits, the bytes between are given up, as the capture has lost them.
 */
#include <stdlib.h>
#include <string.h>

#include "traffic.h"

enum { FLOWS_MAX = 4096, WAITING_MAX = 64, READY_BYTES_MAX = 4 << 20 };

typedef struct waiting {
    uint32_t sequence;
    size_t len;
    char *bytes;
} waiting;

typedef struct flow {
    sn_endpoint from, to;
    uint32_t next; /* sequence number that is due */
    bool is_known, is_fresh;
    waiting early[WAITING_MAX];
    unsigned early_count;
} flow;

struct sn_flows {
    flow **flows;
    uint32_t count, cap;
    char *ready;
    size_t ready_len, ready_cap;
};

sn_flows *sn_flows_new(void)
{
    return calloc(1, sizeof(sn_flows));
}

static void drop_early(flow *f)
{
    for (unsigned i = 0; i < f->early_count; i++) {
        free(f->early[i].bytes);
    }
    f->early_count = 0;
}

void sn_flows_free(sn_flows *f)
{
    if (f == NULL) {
        return;
    }
    for (uint32_t i = 0; i < f->count; i++) {
        drop_early(f->flows[i]);
        free(f->flows[i]);
    }
    free(f->flows);
    free(f->ready);
    free(f);
}

/* NULL without memory; past FLOWS_MAX the first of all makes room. */
static flow *flow_of(sn_flows *f, const sn_segment *s)
{
    for (uint32_t i = f->count; i-- > 0;) {
        if (sn_endpoint_eq(&f->flows[i]->from, &s->from) &&
            sn_endpoint_eq(&f->flows[i]->to, &s->to)) {
            return f->flows[i];
        }
    }
    if (f->count == FLOWS_MAX) {
        drop_early(f->flows[0]);
        free(f->flows[0]);
        memmove(f->flows, f->flows + 1, (FLOWS_MAX - 1) * sizeof *f->flows);
        f->count--;
    }
    if (f->count == f->cap) {
        const uint32_t cap = f->cap == 0 ? 16 : f->cap * 2;
        flow **more = realloc(f->flows, cap * sizeof(flow *));
        if (more == NULL) {
            return NULL;
        }
        f->flows = more;
        f->cap = cap;
    }
    flow *new = calloc(1, sizeof *new);
    if (new != NULL) {
        new->from = s->from;
        new->to = s->to;
        f->flows[f->count++] = new;
    }
    return new;
}

static bool make_ready(sn_flows *f, ss_slice bytes)
{
    if (f->ready_len + bytes.len > f->ready_cap) {
        const size_t cap = (f->ready_len + bytes.len) * 2;
        char *more = cap > READY_BYTES_MAX ? NULL : realloc(f->ready, cap);
        if (more == NULL) {
            return false;
        }
        f->ready = more;
        f->ready_cap = cap;
    }
    if (bytes.len != 0) {
        memcpy(f->ready + f->ready_len, bytes.at, bytes.len);
        f->ready_len += bytes.len;
    }
    return true;
}

/* Sequence numbers go around: before means less than half of them away. */
static bool is_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

/* The part of the bytes that is due; false when none is, yet. */
static bool due_part(const flow *f, uint32_t sequence, ss_slice bytes, ss_slice *part)
{
    if (is_before(f->next, sequence)) {
        return false;
    }
    const uint32_t behind = f->next - sequence;
    *part = behind < bytes.len ? ss_slice_cut(bytes, behind, bytes.len) : SS_EMPTY;
    return true;
}

static bool keep_early(flow *f, const sn_segment *s)
{
    waiting *w = &f->early[f->early_count];
    w->bytes = malloc(s->bytes.len);
    if (w->bytes == NULL) {
        return false;
    }
    memcpy(w->bytes, s->bytes.at, s->bytes.len);
    w->len = s->bytes.len;
    w->sequence = s->sequence;
    f->early_count++;
    return true;
}

static bool take_due(sn_flows *f, flow *of)
{
    for (unsigned i = 0; i < of->early_count;) {
        ss_slice part = SS_EMPTY;
        const waiting w = of->early[i];
        if (!due_part(of, w.sequence, (ss_slice){ w.bytes, w.len }, &part)) {
            i++;
            continue;
        }
        const bool ok = make_ready(f, part);
        of->next += (uint32_t)part.len;
        free(w.bytes);
        of->early[i] = of->early[--of->early_count];
        i = 0;
        if (!ok) {
            return false;
        }
    }
    return true;
}

static void skip_gap(flow *f)
{
    uint32_t first = f->early[0].sequence;
    for (unsigned i = 1; i < f->early_count; i++) {
        first = is_before(f->early[i].sequence, first) ? f->early[i].sequence : first;
    }
    f->next = first;
    f->is_fresh = true;
}

bool sn_flows_add(sn_flows *f, const sn_segment *s, ss_slice *ready, bool *begins)
{
    f->ready_len = 0;
    *ready = SS_EMPTY;
    flow *of = flow_of(f, s);
    if (of == NULL) {
        return false;
    }
    if (s->syn || !of->is_known) {
        drop_early(of);
        of->next = s->sequence + (s->syn ? 1u : 0u);
        of->is_known = of->is_fresh = true;
    }
    ss_slice part = SS_EMPTY;
    const uint32_t sequence = s->sequence + (s->syn ? 1u : 0u);
    if (s->bytes.len != 0 && due_part(of, sequence, s->bytes, &part)) {
        of->next += (uint32_t)part.len;
        if (!make_ready(f, part)) {
            return false;
        }
    } else if (s->bytes.len != 0 && !keep_early(of, s)) {
        return false;
    }
    if (of->early_count == WAITING_MAX) {
        skip_gap(of);
    }
    if (!take_due(f, of)) {
        return false;
    }
    *begins = of->is_fresh;
    of->is_fresh = of->is_fresh && f->ready_len == 0;
    *ready = (ss_slice){ f->ready, f->ready_len };
    return true;
}
