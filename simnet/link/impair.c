/* Impairments, in the order of the design (5): per fragment duplicate, then per copy loss, queue limit, delay with
 * jitter and reordering, rate. The MTU comes before, in the transmitting node.
 *
 * Loss, duplication, jitter and reordering are memoryless: each is a draw under the key (link direction, origin, its
 * ordinal, fragment, copy). The rate and the queue remember, so they couple the flows that share the direction. A packet
 * leaves when those before it have left, takes its bits' time, then its delay; it never arrives sooner than the floor.
 */
#include "link/impair.h"

typedef struct waiting {
    ss_ref next;
    uint32_t bytes;
    ss_time starts; /* when the rate takes it up: then it waits no more */
} waiting;

/* ---- the queue before the rate ---- */

static void let_go(const sn_transmission *t)
{
    sn_link_state *l = t->link;
    while (l->first_waiting != 0) {
        const waiting *w = ss_store_at(t->store, l->first_waiting);
        if (w->starts > t->now) {
            return;
        }
        const ss_ref gone = l->first_waiting;
        l->waiting_packets--;
        l->waiting_bytes -= w->bytes;
        l->first_waiting = w->next;
        ss_store_give(t->store, gone, sizeof *w);
    }
    l->last_waiting = 0;
}

static bool is_full(const sn_transmission *t)
{
    const sn_link_params *p = t->params;
    const sn_link_state *l = t->link;
    return (p->queue_packets != 0 && l->waiting_packets >= p->queue_packets) ||
           (p->queue_bytes != 0 && (uint64_t)l->waiting_bytes + t->bytes > p->queue_bytes);
}

static bool wait_for_rate(const sn_transmission *t, ss_time starts)
{
    const ss_ref ref = ss_store_take(t->store, sizeof(waiting));
    if (ref == 0) {
        return false;
    }
    sn_link_state *l = t->link;
    *(waiting *)ss_store_at(t->store, ref) = (waiting){ .bytes = t->bytes, .starts = starts };
    if (l->last_waiting == 0) {
        l->first_waiting = ref;
    } else {
        ((waiting *)ss_store_at(t->store, l->last_waiting))->next = ref;
    }
    l->last_waiting = ref;
    l->waiting_packets++;
    l->waiting_bytes += t->bytes;
    return true;
}

static bool has_limit(const sn_link_params *p)
{
    return p->rate_bps != 0 && (p->queue_packets != 0 || p->queue_bytes != 0);
}

/* The span that the bits take, rounded up. */
static ss_span bits_span(const sn_transmission *t)
{
    const uint64_t bit_ns = (uint64_t)t->bytes * 8 * SS_S(1);
    return bit_ns / t->params->rate_bps + (bit_ns % t->params->rate_bps != 0);
}

/* When the last bit leaves. */
static ss_time depart(const sn_transmission *t, sn_passage *passage)
{
    if (t->params->rate_bps == 0) {
        return t->now;
    }
    const ss_time starts = t->link->busy_until > t->now ? t->link->busy_until : t->now;
    if (starts > t->now && has_limit(t->params) && !wait_for_rate(t, starts)) {
        passage->out_of_memory = true;
    }
    t->link->busy_until = ss_time_after(starts, bits_span(t));
    return t->link->busy_until;
}

/* ---- delay ---- */

static ss_span delay_of(const sn_transmission *t, const sn_point *point)
{
    const ss_span floor = sn_link_floor(t->params);
    const int64_t offset = sn_decide_offset(t->decisions, point, &t->params->jitter);
    const ss_span delay = t->params->delay;
    if (offset < 0) {
        const ss_span less = (ss_span)-offset;
        return delay > floor && less < delay - floor ? delay - less : floor;
    }
    const ss_span sum = ss_time_after(delay, (ss_span)offset);
    return sum < floor ? floor : sum;
}

static bool jumps(const sn_transmission *t, const sn_point *point)
{
    const bool is_candidate = ++t->link->since_reorder >= t->params->reorder_gap;
    if (is_candidate) {
        t->link->since_reorder = 0;
    }
    /* a gap makes the others no candidates, even for a tape */
    return is_candidate &&
           sn_decide_happens(t->decisions, SN_DECISION_REORDER, point, t->params->reorder);
}

/* ---- one copy ---- */

static sn_copy pass(const sn_transmission *t, const sn_point *point, sn_passage *passage)
{
    sn_copy copy = { .number = point->copy };
    if (sn_decide_happens(t->decisions, SN_DECISION_DROP, point, t->params->loss)) {
        copy.cause = SN_CAUSE_LOSS;
        return copy;
    }
    let_go(t);
    if (has_limit(t->params) && is_full(t)) {
        copy.cause = SN_CAUSE_QUEUE;
        return copy;
    }
    copy.reordered = jumps(t, point);
    const ss_span delay = copy.reordered ? sn_link_floor(t->params) : delay_of(t, point);
    copy.arrives = ss_time_after(depart(t, passage), delay);
    if (t->params->keep_order && !copy.reordered) {
        copy.arrives = copy.arrives > t->link->last_arrival ? copy.arrives : t->link->last_arrival;
        t->link->last_arrival = copy.arrives;
    }
    return copy;
}

sn_passage sn_impair(const sn_transmission *t, sn_point *point)
{
    sn_passage passage = { .copies = 1 };
    SS_ASSERT(t->hops < SN_HOPS_MAX);
    sn_decide_at(t->decisions, point);
    if (sn_decide_happens(t->decisions, SN_DECISION_DUPLICATE, point, t->params->duplicate)) {
        passage.copies = 2;
    }
    for (unsigned i = 0; i < passage.copies; i++) {
        sn_point of_copy = *point;
        of_copy.copy =
            (uint16_t)(point->copy | i << t->hops); /* one bit per link: no two copies are alike */
        of_copy.key[SN_POINT_KEY_MAX - 1] = of_copy.copy;
        passage.copy[i] = pass(t, &of_copy, &passage);
    }
    return passage;
}

sn_passage sn_pass_whole(const sn_transmission *t, uint16_t copy)
{
    const ss_span floor = sn_link_floor(t->params);
    const ss_span delay = t->params->delay > floor ? t->params->delay : floor;
    return (sn_passage){ .copies = 1,
                         .copy[0] = { .number = copy, .arrives = ss_time_after(t->now, delay) } };
}

sn_passage sn_pass_nothing(uint16_t copy)
{
    return (sn_passage){ .copies = 1, .copy[0] = { .number = copy, .cause = SN_CAUSE_DOWN } };
}
