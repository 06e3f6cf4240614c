/* network.h: the networks that session inputs are about. Private to simnet/input. */
#ifndef NETWORK_H
#define NETWORK_H

#include "sn/input.h"

#define NETWORK_ACTORS_MAX 15u /* and the root router: 16 nodes */

/** A network under construction: every actor a group of one, in this order; groups[0] is the root. */
typedef struct network {
    sn_plan *plan;
    sn_group_spec groups[1 + NETWORK_ACTORS_MAX];
    sn_link_kind links[1 + NETWORK_ACTORS_MAX]; /* of the group's uplink; [0] unused */
    sn_guard_spec guard;
    uint32_t count;                   /* groups, with the root */
    uint32_t uas[NETWORK_ACTORS_MAX]; /* groups that place and take calls */
    uint32_t ua_count;
} network;

/** The actors of a profile, with what they are by default. */
void sn_input_network_begin(network *n, unsigned profile);
/** Links and groups go into the plan. False without memory. */
bool sn_input_network_add(network *n);

#endif
