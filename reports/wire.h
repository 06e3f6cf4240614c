/* SIP messages out of what packets carried (sn/traffic.h): a datagram is one, a direction of a stream any number of them. */
#ifndef WIRE_H
#define WIRE_H

#include "sn/traffic.h"
#include "ss/words.h"

typedef struct rp_wire_message {
    ss_slice bytes;   /* borrowed until the next call */
    ss_slice call_id; /* in them; empty: none was found */
    ss_summary sip;   /* is_sip 0: it begins as SIP does, and is not right */
} rp_wire_message;

typedef struct rp_wire rp_wire;
/** NULL without memory. */
rp_wire *rp_wire_new(void);
/** NULL is fine. */
void rp_wire_free(rp_wire *w);
/** The next part; borrowed until the one after it. False without memory. */
SS_MUST_USE bool rp_wire_add(rp_wire *w, const sn_traffic_part *part);
/** A message that the part made whole; false when there is none any more. */
bool rp_wire_next(rp_wire *w, rp_wire_message *message);
/** What an endpoint is known by in an index. */
uint64_t rp_wire_key(const sn_endpoint *e);

#endif
