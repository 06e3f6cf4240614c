/* fault.h: the faults of a scenario at the node that a datagram leaves. */
#ifndef FAULT_H
#define FAULT_H

#include "world_state.h"

/** The first fault of the plan that means this datagram; NULL for none. Counts it for all that might have meant it. */
const sn_fault *sn_fault_of(sn_partition *p, uint32_t node, const sn_about *about);

#endif
