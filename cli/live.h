/* sipsim live: what its roles share. */
#ifndef LIVE_H
#define LIVE_H

#include "cli.h"
#include "sl/site.h"

/** What became of calls and registrations, counted from the facts. */
typedef struct live_tally {
    uint64_t placed, answered, rejected, blocked, incoming, accepted, refused, ended;
    uint64_t registered, register_failed;
    unsigned last_status; /* of the last failure */
} live_tally;

/** Counts; `self` is a live_tally. */
void live_count(void *self, const sn_fact *fact, ss_slice packet);

/** --listen, or one default place; false when it said what is wrong. */
SS_MUST_USE bool live_listens(const cli_args *args, uint32_t node, sl_listen *listens,
                              uint32_t *count);
/** Open the site and run it to its end. */
rp_status live_run(const cli_args *args, sl_options *options);

rp_status live_ua(const cli_args *args);

#endif
