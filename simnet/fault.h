/* fault.h: the faults of a scenario at the node that a datagram leaves. */
#ifndef FAULT_H
#define FAULT_H

#include "world_state.h"

/** The first fault of the plan that means this datagram; NULL for none. Counts it for all that might have meant it.
 *  `read`: the message in it, NULL for none; borrowed for the call. */
const sn_fault *sn_fault_of(sn_partition *p, uint32_t node, const sn_about *about,
                            const ss_msg *read);

/** How long a fault holds back a message that is written on a connection; 0: not at all. Counts it likewise. */
ss_span sn_fault_holds(sn_partition *p, uint32_t node, const sn_about *about, ss_slice message);

#endif
