/* Who may be heard at all: what defence.c and sources.c share. */
#ifndef SS_PROXY_DEFENCE_H
#define SS_PROXY_DEFENCE_H

#include "context.h"

/** How it is known that a sender is where he says. A later one is better. */
typedef enum ss_proof_rank {
    SS_PROOF_NONE,
    SS_PROOF_ROUTE, /* he has got something that was sent there */
    SS_PROOF_USER   /* and is a user who showed credentials */
} ss_proof_rank;

typedef struct ss_source {
    uint64_t name; /* 0: free */
    ss_bucket rate, offences;
    ss_time until; /* of one who proved it: how long that holds; of a stranger: he is blocked */
    uint8_t rank;  /* ss_proof_rank */
} ss_source;

typedef struct ss_source_rates {
    ss_rate rate, offences;
} ss_source_rates;

typedef struct ss_sources ss_sources;

/** In the store; 0 at the quota. */
ss_ref ss_sources_new(ss_core *core, uint32_t slots, uint64_t key);
void ss_sources_free(ss_core *core, ss_ref ref);
size_t ss_sources_bytes(const ss_sources *s);
/** The bucket of a name, which may be one that several share: then *found is NULL. Valid until the next call. */
ss_bucket *ss_sources_find(ss_core *core, ss_sources *s, uint64_t name,
                           const ss_source_rates *rates, ss_time now, ss_source **found);
/** The name proved where it is; nothing comes of it while it is blocked, or where better ones have every place. */
void ss_sources_prove(ss_core *core, ss_sources *s, uint64_t name, ss_proof_rank rank, ss_time now,
                      ss_time until);
/** It is blocked until then. False: there is no place to remember that. */
bool ss_sources_block(ss_core *core, ss_sources *s, uint64_t name, const ss_source_rates *rates,
                      ss_time now, ss_time until);

#endif
