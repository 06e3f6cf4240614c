/* Call flows: a story of tests/scenario/flows is run, its checks and laws must hold, and everything that was sent, received, lost
 * or timed is compared with its golden ladder to the nanosecond. Then it is run under a hundred orders of what happens at one
 * instant, where the laws must hold. */
#ifndef FLOW_H
#define FLOW_H

#include "ss/words.h"

/** A message that is lost as it leaves its node: the nth (1..) to the last such one. */
typedef struct flow_loss {
    const char *node;
    ss_method method; /* of the request, or of CSeq */
    unsigned status;  /* 0: a request */
    unsigned first, last;
    unsigned which; /* only of the nth (1..) such message that a run without losses sends; 0: of each */
} flow_loss;

#define FLOW_LOSSES_MAX 4u

/** `name`: tests/scenario/flows/<name>.yaml and .ladder; of shipped/<name> the story is scenarios/<name>.yaml. `losses` end with one that has no node; NULL: none. */
void flow_check(const char *name, const flow_loss *losses);

#endif
