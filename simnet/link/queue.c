/* The rate of a link direction, and the queue before it: a packet leaves when those before it have left, and takes its
 * bits' time. What waits is only remembered where there is a limit to it.
 */
#include "link/stages.h"

typedef struct waiting {
    ss_ref next;
    uint32_t bytes;
    ss_time starts; /* when the rate takes it up: then it waits no more */
} waiting;

static void let_go(const sn_transmission *t, sn_queue_memory *q)
{
    while (q->first != 0) {
        const waiting *w = ss_store_at(t->store, q->first);
        if (w->starts > t->now) {
            return;
        }
        const ss_ref gone = q->first;
        q->packets--;
        q->bytes -= w->bytes;
        q->first = w->next;
        ss_store_give(t->store, gone, sizeof *w);
    }
    q->last = 0;
}

static bool is_full(const sn_transmission *t, const sn_queue_memory *q)
{
    const sn_link_params *p = t->params;
    return (p->queue_packets != 0 && q->packets >= p->queue_packets) ||
           (p->queue_bytes != 0 && (uint64_t)q->bytes + t->bytes > p->queue_bytes);
}

static bool wait_for_rate(const sn_transmission *t, sn_queue_memory *q, ss_time starts)
{
    const ss_ref ref = ss_store_take(t->store, sizeof(waiting));
    if (ref == 0) {
        return false;
    }
    *(waiting *)ss_store_at(t->store, ref) = (waiting){ .bytes = t->bytes, .starts = starts };
    if (q->last == 0) {
        q->first = ref;
    } else {
        ((waiting *)ss_store_at(t->store, q->last))->next = ref;
    }
    q->last = ref;
    q->packets++;
    q->bytes += t->bytes;
    return true;
}

static bool has_limit(const sn_link_params *p)
{
    return p->queue_packets != 0 || p->queue_bytes != 0;
}

/* What a packet is on this link. */
static uint64_t bytes_on_link(const sn_rate *rate, uint32_t bytes)
{
    const int64_t sum = (int64_t)bytes + rate->overhead;
    const uint64_t whole = sum > 0 ? (uint64_t)sum : 0;
    return rate->cell == 0 ? whole
                           : (whole + rate->cell - 1) / rate->cell *
                                 ((uint64_t)rate->cell + rate->cell_overhead);
}

/* The span that the bits take, rounded up: at most 65,535 cells of two such sizes fit. */
static ss_span bits_span(const sn_transmission *t)
{
    const uint64_t bits = bytes_on_link(&t->params->rate, t->bytes) * 8;
    if (bits > UINT64_MAX / SS_S(1)) {
        return SN_SPAN_MAX;
    }
    const uint64_t bit_ns = bits * SS_S(1);
    return bit_ns / t->params->rate.bps + (bit_ns % t->params->rate.bps != 0);
}

void sn_stage_queue(sn_crossing *c)
{
    const sn_transmission *t = c->t;
    if (t->params->rate.bps == 0) {
        return;
    }
    sn_queue_memory *q = &c->memory->queue;
    let_go(t, q);
    if (is_full(t, q)) {
        c->copy->cause = SN_CAUSE_QUEUE;
        return;
    }
    const ss_time starts = q->busy_until > t->now ? q->busy_until : t->now;
    if (starts > t->now && has_limit(t->params) && !wait_for_rate(t, q, starts)) {
        c->out_of_memory = true;
    }
    q->busy_until = ss_time_after(starts, bits_span(t));
    c->leaves = q->busy_until;
}
