/* sn/judge_tally.h: what each node and each link direction did, counted. A network of more than SN_TALLY_NODES nodes is not counted
 * one by one: nobody would read it.
 */
#ifndef SN_JUDGE_TALLY_H
#define SN_JUDGE_TALLY_H

#include "sn/facts.h"

#define SN_TALLY_NODES 16384u

typedef struct sn_node_tally {
    uint64_t sent, received; /* messages */
    uint64_t again;          /* of those sent */
    uint64_t timers;         /* that fired */
    uint64_t strays, refused;
    uint64_t dropped; /* packets, there */
} sn_node_tally;

typedef struct sn_link_tally {
    uint64_t packets, lost, queue_full, dropped_otherwise, duplicated, reordered;
    uint64_t longest_queue; /* packets */
    ss_span longest_wait;   /* before the rate */
} sn_link_tally;

typedef struct sn_tally sn_tally;
/** NULL without memory. */
sn_tally *sn_tally_new(const sn_cast *cast);
void sn_tally_free(sn_tally *t);
void sn_tally_fact(sn_tally *t, const sn_fact *fact);
/** Of a node, of a link direction; NULL in a network that is too large. */
const sn_node_tally *sn_tally_node(const sn_tally *t, uint32_t node);
const sn_link_tally *sn_tally_link(const sn_tally *t, uint32_t link);

#endif
