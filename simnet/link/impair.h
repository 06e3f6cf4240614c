/* impair.h: what one direction of a link does to one packet, decided when it is transmitted (design 3.4, 5). */
#ifndef IMPAIR_H
#define IMPAIR_H

#include "sn/decisions.h"
#include "sn/plan.h"

/** The memory of a link direction; it belongs to the transmitter. Zeroed at the start. */
typedef struct sn_link_state {
    uint64_t counter; /* packets that came out, or will: part of their keys */
    ss_ref memory;    /* of its impairments; 0 until one of them has to remember something */
} sn_link_state;

/** What becomes of one copy. */
typedef struct sn_copy {
    sn_cause cause; /* SN_CAUSE_NONE: it arrives */
    bool reordered, corrupted;
    uint16_t number; /* sn_packet_id.copy */
    uint64_t where;  /* of the damage */
    ss_time arrives;
    sn_queued_fact queued;
    ss_ref
        held; /* not 0: it waits here, and what becomes of it is decided when the rate takes it up */
} sn_copy;

/** One that waits in person: its packet is dropped or sent later. */
typedef struct sn_held {
    ss_ref next, packet;
    uint32_t bytes;
    bool is_bad;    /* the state in which it found the model of loss */
    bool is_second; /* of two copies */
    ss_time came;
    sn_copy copy;
    sn_point point;
} sn_held;

enum { SN_COPIES_MAX = 2, SN_HOPS_MAX = 16 };

typedef struct sn_passage {
    unsigned copies; /* 1, or 2 when it was duplicated */
    sn_copy copy[SN_COPIES_MAX];
    bool out_of_memory;
} sn_passage;

/** What is transmitted, and where. */
typedef struct sn_transmission {
    const sn_link_params *params;
    sn_link_state *link;
    ss_store *store; /* for what is remembered, and what waits */
    sn_decisions *decisions;
    ss_time now;
    uint32_t bytes;   /* of the IP packet; it fits the MTU */
    uint8_t hops;     /* links it crossed before */
    bool doubled;     /* whatever the link does, it is duplicated */
    bool is_changing; /* its delay may be another one later */
} sn_transmission;

/** Nothing can be decided: the packet passes whole. */
static inline bool sn_link_is_plain(const sn_link_params *params, const sn_decisions *decisions)
{
    return params->stages == 0 && sn_decisions_are_plain(decisions);
}

/** `point` names the packet at this link, its copy included. */
sn_passage sn_impair(const sn_transmission *t, sn_point *point);

/* Of those that wait, in order. `t` is now; its bytes are not looked at. */

/** This is the packet of a copy that waits, the second of two or not; 0 without memory. */
void sn_queue_hold(const sn_transmission *t, ss_ref held, ss_ref packet, bool is_second);
/** One that is dropped since there are too many; false when there are not. */
bool sn_queue_surplus(const sn_transmission *t, sn_held *gone);
/** When sn_queue_next is to be called, SS_TIME_NEVER when that was said before, or nothing waits. */
ss_time sn_queue_served_at(const sn_transmission *t);
/** The next one that the rate takes up, whose fate is in its copy now: it arrives, or it was dropped, then another one is next. False
 *  when nothing waits. */
bool sn_queue_next(const sn_transmission *t, sn_held *next);

/** After the delay of the link: one copy, nothing decided. */
sn_passage sn_pass_whole(const sn_transmission *t, uint16_t copy);

/** What belongs to a stream passes so, and in order: decisions/0009. */
sn_passage sn_pass_stream(const sn_transmission *t, uint16_t copy);

/** The node at one end is down: the packet is dropped. */
sn_passage sn_pass_nothing(uint16_t copy);

/** The least time between transmission and arrival: the lookahead of the direction. */
static inline ss_span sn_link_floor(const sn_link_params *params)
{
    return params->delay_floor == 0 ? 1 : params->delay_floor;
}

#endif
