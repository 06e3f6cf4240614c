/* The names of parameters that have stood in one value (RFC 3261 7.3.1). Private to stack/msg. */
#ifndef SS_MSG_PARAM_NAMES_H
#define SS_MSG_PARAM_NAMES_H

#include "ss/base.h"

enum { SS_PARAM_NAMES_MAX = 32 }; /* names of one value held against each other; keeps it linear */

typedef struct ss_param_names {
    unsigned count;
    uint64_t places[4]; /* a bit for each low byte of a hash */
    uint32_t hashes[SS_PARAM_NAMES_MAX];
    ss_slice names[SS_PARAM_NAMES_MAX];
} ss_param_names;

/** None has stood. */
static inline void ss_param_names_begin(ss_param_names *seen)
{
    seen->count = 0; /* `places` are cleared by the first */
}

/** RFC3261:7.3.1 no parameter twice: false when it has stood before, in any case. */
SS_MUST_USE bool ss_param_names_take(ss_param_names *seen, ss_slice name);

#endif
