/* Parameters, ";name" or ";name=value" (RFC 3261 25.1 generic-param, 19.1.1 uri-parameter). Private to stack/msg. */
#ifndef SS_MSG_PARAMS_H
#define SS_MSG_PARAMS_H

#include "ss/msg.h"

typedef struct ss_param {
    ss_slice name, value; /* value.at == NULL without '=' */
    bool
        is_bare_ipv6; /* the value: an address without brackets, of which only a Via's are any (25.1 via-received) */
} ss_param;

/** The next parameter of a header field. Start with *at 0. SS_NONE at the end. */
SS_MUST_USE ss_status ss_param_next(ss_params p, size_t *at, ss_param *out);
/** SS_OK when every parameter matches the grammar, and none stands twice. */
SS_MUST_USE ss_status ss_params_check(ss_params p);

#endif
