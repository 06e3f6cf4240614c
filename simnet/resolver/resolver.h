/* resolver/resolver.h: the resolver of a host, as its operating system would have one: it asks the plan's DNS servers over UDP, keeps what
 * they answer as long as they say, and leads the engine's queries through RFC 3263 (ss/locate.h).
 *
 * A host has one from its first name on. What it keeps is bounded: of too many names the one that would go first goes.
 */
#ifndef RESOLVER_H
#define RESOLVER_H

#include "ss/transport.h"

#include "event/queue.h"

struct sn_partition;

enum {
    SN_RESOLVER_KNOWN_MAX = 128,    /* answers kept, and lookups under way */
    SN_RESOLVER_AVOIDED_MAX = 16,   /* servers that failed */
    SN_RESOLVER_FIRST_PORT = 49152, /* of its queries */
    SN_RESOLVER_AVOID_MAX_S = 3600 /* longer than this no server is avoided, whatever it asks for */
};

/* ---- each inside an event of `node` ---- */

/** Where is what the query names? True with the answer, in the arena, when nothing has to be asked for; else the app hears
 *  by its class's `resolved`. */
bool sn_resolver_ask(struct sn_partition *p, uint32_t node, const ss_query *query,
                     ss_answer *answer);
/** A datagram to one of its ports. False when it is no answer that it waits for: nothing came of it. */
bool sn_resolver_input(struct sn_partition *p, uint32_t node, const ss_path *path, ss_slice bytes);
/** The time to answer a query is over; false when it was answered. */
bool sn_resolver_overdue(struct sn_partition *p, const sn_event *event);
/** A server failed: SS_OUT_AVOID. */
void sn_resolver_avoid(struct sn_partition *p, uint32_t node, const ss_output *out);
/** As a crash. */
void sn_resolver_forget(struct sn_partition *p, uint32_t node);

/* ---- at any time ---- */

/** Does the event, still in the queue, mean anything? */
bool sn_resolver_is_waiting(const struct sn_partition *p, const sn_event *event);
/** Whether a datagram from and to these ports is for the resolver of a host. */
static inline bool sn_resolver_takes(uint16_t from, uint16_t to)
{
    return from == 53 && to >= SN_RESOLVER_FIRST_PORT;
}

#endif
