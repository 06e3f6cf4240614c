/* event_queue.h: what is still to happen in one partition, in the total order of the design (3.3).
 *
 * A small interface before a 4-ary heap in one array. The keys are unique but for ticks of one node made stale (see
 * node.h), whose order among each other reaches nothing.
 */
#ifndef EVENT_QUEUE_H
#define EVENT_QUEUE_H

#include "sn/facts.h"

typedef enum sn_event_kind {
    SN_EVENT_TICK,     /* the app's deadline; counter is 0 */
    SN_EVENT_PACKET,   /* arg: a packet of the receiver's partition */
    SN_EVENT_WAKE,     /* what, arg, arg2: the app's own */
    SN_EVENT_PIECES,   /* arg: a datagram in pieces; arg2: its generation */
    SN_EVENT_STREAM,   /* arg: a connection, by its ordinal: has it been answered? arg2: or used? */
    SN_EVENT_RESOLVER, /* arg: a query to a DNS server, by its number: has it been answered? */
    SN_EVENT_RELEASE   /* arg: a packet of the receiver's own that leaves now */
} sn_event_kind;

typedef struct sn_event {
    ss_time at;
    uint64_t tie, counter;
    uint32_t step, receiver, sender;
    uint16_t kind; /* sn_event_kind */
    uint16_t what;
    uint32_t arg, arg2;
} sn_event;
_Static_assert(sizeof(sn_event) == 48, "an event is three quarters of a cache line");

static inline sn_key sn_event_key(const sn_event *e)
{
    return (sn_key){ .at = e->at,
                     .tie = e->tie,
                     .counter = e->counter,
                     .step = e->step,
                     .receiver = e->receiver,
                     .sender = e->sender };
}

typedef struct sn_event_queue {
    sn_event *heap;            /* borrowed */
    uint64_t cap, count, peak; /* events */
} sn_event_queue;

sn_event_queue sn_event_queue_on(sn_event *memory, uint64_t cap);
/** False when it is full. */
SS_MUST_USE bool sn_event_push(sn_event_queue *q, const sn_event *e);
/** The first event, NULL when there is none. Valid until the next push or pop. */
static inline const sn_event *sn_event_first(const sn_event_queue *q)
{
    return q->count == 0 ? NULL : q->heap;
}
/** Take the first event; there is one. */
sn_event sn_event_pop(sn_event_queue *q);

#endif
