/* sl/setup.h: plans for sites: what the command line asks of one user agent, as the plan that its app runs.
 */
#ifndef SL_SETUP_H
#define SL_SETUP_H

#include "sl/site.h"

#define SL_DOMAINS_MAX 16u
#define SL_PEERS       16u /* of those who turn up, told apart in ladders */

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

/** A proxy and registrar. Borrowed for the call. */
typedef struct sl_proxy_setup {
    const char *const *domains; /* that it is responsible for, lower case */
    uint32_t domain_count;
    const char *realm; /* credentials of this realm are asked for; NULL: of nobody */
    uint32_t
        algorithms; /* of digest, 1u << SS_ALGORITHM_…: which a challenge offers; 0: SHA-256 and MD5 */
    const char *outbound;
    uint32_t rate;             /* requests a second that one address may send; 0: any number */
    uint32_t offences;         /* of one address that are forgiven; 0: all are */
    ss_span block;             /* … then it is not heard for so long */
    bool has_overload_control; /* RFC 7339: as a client, with a capacity also as a server */
    uint32_t capacity;         /* messages a second that it takes on; 0: as many as come */
    uint64_t memory;           /* bytes that it may keep; see sl_memory_split */
    uint32_t transactions;     /* at once */
    ss_transport transport;
    uint64_t seed, epoch_s;
} sl_proxy_setup;
/** Defaults of the limits above. */
#define SL_MEMORY_DEFAULT   (UINT64_C(1536) << 20)
#define SL_MEMORY_LEAST     (UINT64_C(64) << 20)
#define SL_OFFENCES_DEFAULT 200u
#define SL_BLOCK_DEFAULT    SS_S(60)
#define SL_CAPACITY_LEAST   10u
#define SL_CAPACITY_MOST    1000000u
/** How many transactions have room in so much memory, in bad times: each of them with a message of 2 KiB to be sent again. */
static inline uint32_t sl_transactions_in(uint64_t memory)
{
    const uint64_t room = memory / 7680;
    return room > UINT32_MAX ? UINT32_MAX : (uint32_t)room;
}
/** As sl_ua_plan. */
sn_plan *sl_proxy_plan(const sl_proxy_setup *setup, uint32_t *node, uint32_t *first_peer,
                       const char **why);

#endif
