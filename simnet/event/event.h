/* event/event.h: something that is to happen at a node, and its place in the total order (design 3.3). Private to the world layer. */
#ifndef EVENT_H
#define EVENT_H

#include "sn/facts.h"

typedef enum sn_event_kind {
    SN_EVENT_TICK,     /* the app's deadline; counter is 0 */
    SN_EVENT_PACKET,   /* arg: a packet of the receiver's partition */
    SN_EVENT_WAKE,     /* what, arg, arg2: the app's own */
    SN_EVENT_PIECES,   /* arg: a datagram in pieces; arg2: its generation */
    SN_EVENT_STREAM,   /* arg: a connection, by its ordinal: has it been answered? arg2: or used? */
    SN_EVENT_RESOLVER, /* arg: a query to a DNS server, by its number: has it been answered? */
    SN_EVENT_RELEASE,  /* arg: a packet of the receiver's own that leaves now */
    SN_EVENT_PROBE,    /* arg: an alarm of a way whose MTU the receiver finds out itself */
    SN_EVENT_SERVE     /* arg: a link direction that it transmits into, where packets wait */
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

#endif
