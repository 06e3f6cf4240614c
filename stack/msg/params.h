/* Parameters, ";name" or ";name=value" (RFC 3261 25.1 generic-param, 19.1.1 uri-parameter). Private to stack/msg. */
#ifndef SS_MSG_PARAMS_H
#define SS_MSG_PARAMS_H

#include "ss/msg.h"

typedef struct ss_param {
    ss_slice name, value; /* value.at == NULL without '=' */
    bool
        is_bare_ipv6; /* the value: an address without brackets, of which only a Via's are any (25.1 via-received) */
} ss_param;

enum { SS_PARAM_NAMES_MAX = 32 }; /* names of one value held against each other; keeps it linear */

/** Names that have stood in one value. Begin with count 0. */
typedef struct ss_param_names {
    unsigned count;
    ss_slice names[SS_PARAM_NAMES_MAX];
} ss_param_names;

/** RFC3261:7.3.1 "any given parameter-name MUST NOT appear more than once": false when it has stood before, in any case. */
SS_MUST_USE bool ss_param_names_take(ss_param_names *seen, ss_slice name);

/** The next parameter of a header field. Start with *at 0. SS_NONE at the end. */
SS_MUST_USE ss_status ss_param_next(ss_params p, size_t *at, ss_param *out);
/** SS_OK when every parameter matches the grammar, and none stands twice. */
SS_MUST_USE ss_status ss_params_check(ss_params p);

#endif
