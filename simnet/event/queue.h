/* event/queue.h: what is still to happen in one partition, in the total order of the design (3.3).
 *
 * Soon or far: what comes soon is in a heap, small enough for the nearest cache; all else is in slots by its instant (event/slots.h),
 * and is looked at when the heap has run dry. The keys are unique but for ticks of one node made stale (see host.c), whose order
 * among each other reaches nothing.
 */
#ifndef EVENT_QUEUE_H
#define EVENT_QUEUE_H

#include "event/slots.h"

enum { SN_EVENT_RUNGS = 4 };

typedef struct sn_event_queue {
    sn_event *heap;                 /* borrowed */
    uint64_t heap_count, heap_peak; /* the former is never 0 while there is any event */
    uint64_t heap_room; /* when the heap has more, its later events go back to the slots */
    ss_time soon;       /* of the heap is what comes no later; of the slots what comes later */
    sn_event_chunks chunks;
    /* The first has whatever comes. When much is to happen before the slot that it opened last, another has what comes before that,
     * and so on: what is parked at a far instant stays where it is. */
    sn_event_slots rungs[SN_EVENT_RUNGS];
    unsigned last;       /* of the rungs in use, the one with the earliest events */
    uint64_t cap, count; /* events */
} sn_event_queue;

/** What `cap` events need, where they may all be soon or all be far. */
size_t sn_event_queue_bytes(uint64_t cap);
/** `memory`: sn_event_queue_bytes(cap), 8-byte aligned, lent for the life of the queue; touched only as far as it is used. */
void sn_event_queue_init(sn_event_queue *q, void *memory, uint64_t cap);
/** Of the memory, how much was ever used. */
size_t sn_event_queue_used(const sn_event_queue *q);
/** False when it is full. */
SS_MUST_USE bool sn_event_push(sn_event_queue *q, const sn_event *e);
/** The first event, NULL when there is none. Valid until the next push or pop. */
static inline const sn_event *sn_event_first(const sn_event_queue *q)
{
    return q->count == 0 ? NULL : q->heap;
}
/** Take the first event; there is one. */
sn_event sn_event_pop(sn_event_queue *q);
/** All of them, in no order: begin with *nth 0. NULL at the end; the queue stays as it is meanwhile. */
const sn_event *sn_event_each(const sn_event_queue *q, uint64_t *nth);

#endif
