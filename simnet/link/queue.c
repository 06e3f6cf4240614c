/* The rate of a link direction, and the queue before it: a packet leaves when those before it have left, and takes its
 * bits' time.
 *
 * What becomes of a packet is decided when it comes, as nothing that comes later can change it: then of what waits only the
 * numbers are remembered, and only where somebody asks for them. Not so where the head of the queue may be dropped, HEAD and CODEL:
 * there packets wait in person, and the node that transmits comes back when the rate takes up the next one.
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

static bool is_over(const sn_link_queue *limit, uint64_t packets, uint64_t bytes)
{
    return (limit->packets != 0 && packets > limit->packets) ||
           (limit->bytes != 0 && bytes > limit->bytes);
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

static bool is_counted(const sn_link_queue *queue)
{
    return queue->packets != 0 || queue->bytes != 0 || queue->policy == SN_QUEUE_RED;
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

/* At most 65,535 cells of two such sizes fit. */
ss_span sn_rate_span(const sn_transmission *t, uint32_t bytes, bool is_bad)
{
    const sn_link_params *p = t->params;
    const uint64_t bps = is_bad && p->bad_rate != 0 && p->rate.bps != 0 ? p->bad_rate : p->rate.bps;
    const uint64_t bits = bytes_on_link(&p->rate, bytes) * 8;
    if (bps == 0) { /* it has no rate any more */
        return 0;
    }
    if (bits > UINT64_MAX / SS_S(1)) {
        return SN_SPAN_MAX;
    }
    const uint64_t bit_ns = bits * SS_S(1);
    return bit_ns / bps + (bit_ns % bps != 0);
}

/* ---- what is dropped as it comes ---- */

static bool is_dropped_by_chance(const sn_crossing *c, sn_queue_memory *q)
{
    const sn_transmission *t = c->t;
    const sn_red *red = &t->params->queue.red;
    const uint64_t draw = sn_decisions_are_played(t->decisions)
                              ? UINT64_MAX
                              : sn_decide_draw(t->decisions, SN_PURPOSE_EARLY, c->point);
    const ss_span span = sn_rate_span(t, t->bytes, c->is_bad);
    const uint64_t idle = q->busy_until < t->now && span != 0 ? (t->now - q->busy_until) / span : 0;
    const bool drops =
        sn_red_drops(red, &q->red, red->in_bytes ? q->bytes : q->packets, idle, draw);
    return sn_decide_settled(t->decisions, SN_DECISION_EARLY, c->point, drops) != 0;
}

static sn_cause why_not(const sn_crossing *c, sn_queue_memory *q)
{
    const sn_transmission *t = c->t;
    const sn_link_queue *queue = &t->params->queue;
    if (queue->policy == SN_QUEUE_RED && is_dropped_by_chance(c, q)) {
        return SN_CAUSE_EARLY;
    }
    const bool is_full = queue->policy != SN_QUEUE_HEAD &&
                         is_over(queue, (uint64_t)q->packets + 1, (uint64_t)q->bytes + t->bytes);
    return is_full ? SN_CAUSE_QUEUE : SN_CAUSE_NONE;
}

/* ---- what waits in person ---- */

static sn_held *held_at(const sn_transmission *t, ss_ref ref)
{
    return ss_store_at(t->store, ref);
}

static void wait_in_person(sn_crossing *c, sn_queue_memory *q)
{
    const sn_transmission *t = c->t;
    const ss_ref ref = ss_store_take(t->store, sizeof(sn_held));
    if (ref == 0) {
        c->out_of_memory = true;
        c->copy->cause = SN_CAUSE_QUEUE;
        return;
    }
    c->waits = true;
    c->copy->held = ref;
    *held_at(t, ref) = (sn_held){
        .bytes = t->bytes, .is_bad = c->is_bad, .came = t->now, .copy = *c->copy, .point = *c->point
    };
    if (q->held_last == 0) {
        q->held = ref;
    } else {
        held_at(t, q->held_last)->next = ref;
    }
    q->held_last = ref;
    q->packets++;
    q->bytes += t->bytes;
}

static sn_held take_head(const sn_transmission *t, sn_queue_memory *q)
{
    const ss_ref ref = q->held;
    const sn_held head = *held_at(t, ref);
    q->held = head.next;
    q->held_last = head.next == 0 ? 0 : q->held_last;
    q->packets--;
    q->bytes -= head.bytes;
    ss_store_give(t->store, ref, sizeof head);
    return head;
}

static sn_queue_memory *memory_of(const sn_transmission *t)
{
    sn_link_memory *memory = t->link->memory == 0 ? NULL : ss_store_at(t->store, t->link->memory);
    return memory == NULL ? NULL : &memory->queue;
}

void sn_queue_hold(const sn_transmission *t, ss_ref held, ss_ref packet, bool is_second)
{
    held_at(t, held)->packet = packet;
    held_at(t, held)->is_second = is_second;
}

bool sn_queue_surplus(const sn_transmission *t, sn_held *gone)
{
    const sn_link_queue *queue = &t->params->queue;
    sn_queue_memory *q = memory_of(t);
    if (q == NULL || q->held == 0 || queue->policy != SN_QUEUE_HEAD ||
        !is_over(queue, q->packets, q->bytes)) {
        return false;
    }
    *gone = take_head(t, q);
    gone->copy.cause = SN_CAUSE_QUEUE;
    return true;
}

ss_time sn_queue_served_at(const sn_transmission *t)
{
    sn_queue_memory *q = memory_of(t);
    if (q == NULL || q->held == 0 || q->served_at != 0) {
        return SS_TIME_NEVER;
    }
    q->served_at = q->busy_until;
    return q->served_at;
}

static bool is_late(const sn_transmission *t, sn_queue_memory *q, ss_span waited)
{
    const sn_link_params *p = t->params;
    return p->queue.policy == SN_QUEUE_CODEL &&
           sn_codel_drops(&p->queue.codel, &q->codel, t->now, waited, q->bytes,
                          p->mtu == 0 ? 65535 : p->mtu);
}

bool sn_queue_next(const sn_transmission *t, sn_held *next)
{
    sn_queue_memory *q = memory_of(t);
    SS_ASSERT(q != NULL);
    q->served_at = 0;
    if (q->held == 0) {
        sn_codel_is_empty(&q->codel);
        return false;
    }
    *next = take_head(t, q);
    const ss_span waited = t->now - next->came;
    if (is_late(t, q, waited)) {
        next->copy.cause = SN_CAUSE_EARLY;
        return true;
    }
    q->busy_until = ss_time_after(t->now, sn_rate_span(t, next->bytes, next->is_bad));
    next->copy.queued.waited = waited;
    sn_cross_on(t, next);
    return true;
}

/* ---- the stage ---- */

/* Nothing waits, and nothing is being sent: the queue was found empty before this one came. */
static void find_idle(const sn_transmission *t, sn_queue_memory *q)
{
    if (t->params->queue.policy == SN_QUEUE_CODEL) {
        sn_codel_is_empty(&q->codel);
        (void)sn_codel_drops(&t->params->queue.codel, &q->codel, t->now, 0, 0, UINT32_MAX);
    }
}

static bool is_in_person(const sn_link_queue *queue, const sn_queue_memory *q)
{
    return q->held != 0 || queue->policy == SN_QUEUE_HEAD || queue->policy == SN_QUEUE_CODEL;
}

void sn_stage_queue(sn_crossing *c)
{
    const sn_transmission *t = c->t;
    const sn_link_queue *queue = &t->params->queue;
    if (t->params->rate.bps == 0) {
        return;
    }
    sn_queue_memory *q = &c->memory->queue;
    let_go(t, q);
    c->copy->queued = (sn_queued_fact){ .packets = q->packets, .bytes = q->bytes, .is_set = 1 };
    c->copy->cause = why_not(c, q);
    const bool is_busy = q->held != 0 || q->busy_until > t->now;
    if (c->copy->cause != SN_CAUSE_NONE) {
        return;
    }
    if (is_busy && is_in_person(queue, q)) {
        wait_in_person(c, q);
        return;
    }
    if (!is_busy) {
        find_idle(t, q);
    }
    const ss_time starts = is_busy ? q->busy_until : t->now;
    if (is_busy && is_counted(queue) && !wait_for_rate(t, q, starts)) {
        c->out_of_memory = true;
    }
    q->busy_until = ss_time_after(starts, sn_rate_span(t, t->bytes, c->is_bad));
    c->leaves = q->busy_until;
    c->copy->queued.waited = starts - t->now;
}
