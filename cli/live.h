/* sipsim live: what its roles share. */
#ifndef LIVE_H
#define LIVE_H

#include "cli.h"
#include "sl/site.h"

/** What became of calls and registrations, counted from the facts, and said as it happens. */
typedef struct live_tally {
    const cli_args *args;
    const sn_cast *cast;
    uint32_t registered_nodes[SL_LISTENS_MAX], registered_count; /* as far as was said */
    uint64_t placed, answered, rejected, blocked, incoming, accepted, refused, ended;
    uint64_t registered, register_failed;
    unsigned last_status; /* of the last failure */
} live_tally;

/** A tally of nothing yet. --quiet and --json say how much it says. */
live_tally live_tally_of(const cli_args *args, const sn_plan *plan);
/** Counts and says; `self` is a live_tally. */
void live_count(void *self, const sn_fact *fact, ss_slice packet);

/** --listen, or one default place; false when it said what is wrong. */
SS_MUST_USE bool live_listens(const cli_args *args, uint32_t node, sl_listen *listens,
                              uint32_t *count);
/** Open the site and run it to its end. */
rp_status live_run(const cli_args *args, sl_options *options);

/** What became of calls, on stdout; `wanted` were to be placed. */
rp_status live_tell(const cli_args *args, const live_tally *t, uint32_t wanted);

rp_status live_scenario(const cli_args *args);
rp_status live_ua(const cli_args *args);
rp_status live_proxy(const cli_args *args);
/** The lines of a file of users. */
rp_status live_secret(const cli_args *args);

/** The first line of --password-file, in `password`; false when it said what is wrong. */
SS_MUST_USE bool live_password(const cli_args *args, char *password, size_t cap);
/** A number that nobody can guess. */
SS_MUST_USE bool live_seed(uint64_t *seed);

#endif
