/* sl/setup.h: plans for sites: what the command line asks of one user agent, as the plan that its app runs.
 */
#ifndef SL_SETUP_H
#define SL_SETUP_H

#include "sl/site.h"

#define SL_PEERS 16u /* of those who turn up, told apart in ladders */

/** A user agent. Texts are borrowed for the call; NULL: not asked for. */
typedef struct sl_ua_setup {
    const char *aor;       /* its address-of-record, "sip:alice@example.com" */
    const char *call;      /* whom it calls */
    const char *outbound;  /* what everything goes to first: "sip:127.0.0.1:5060" */
    const char *registrar; /* it registers there */
    const char *user, *password, *realm;
    uint32_t expires_s;
    uint32_t count;         /* calls */
    ss_span interval;       /* between two of them */
    ss_span hold, answer;   /* a call lasts; it rings; SS_TIME_NEVER: not at all */
    ss_span cancel;         /* the caller gives up after it; 0: never */
    uint16_t reject;        /* incoming calls get this; 0: they are answered */
    bool callee_hangs_up;   /* after `hold` */
    ss_transport transport; /* where a URI names none */
    uint64_t seed;
    uint64_t epoch_s;
} sl_ua_setup;

/** The finished plan; *node is the user agent's. NULL without memory, or *why says what is wrong, static. */
sn_plan *sl_ua_plan(const sl_ua_setup *setup, uint32_t *node, uint32_t *first_peer,
                    const char **why);

#endif
