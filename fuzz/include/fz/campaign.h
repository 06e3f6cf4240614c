/* fz/campaign.h: a search for inputs that fail, without a fuzzing engine of others: mutation, led by what sessions reach.
 */
#ifndef FZ_CAMPAIGN_H
#define FZ_CAMPAIGN_H

#include "fz/outcome.h"

#define FZ_JOBS_MAX 64u

typedef struct fz_progress {
    uint64_t executions, elapsed_ns;
    uint32_t corpus, reached, findings;
} fz_progress;

typedef struct fz_campaign {
    const fz_target *target;
    const ss_slice *seeds; /* borrowed */
    size_t seed_count;
    uint64_t
        seed; /* of the mutations: with one job and a number of executions it is all the same each time */
    unsigned jobs;           /* processes */
    uint64_t time_ns;        /* 0: no limit */
    uint64_t executions_max; /* of each job; 0: no limit */
    size_t input_max;
    void *context;
    /** Asked a few times a second: enough? */
    bool (*stop)(void *context);
    void (*progress)(void *context, const fz_progress *progress);
    /** An input with a key that was not found yet, or a smaller one. */
    void (*found)(void *context, ss_slice input, const fz_outcome *outcome);
} fz_campaign;

/** SS_OK, whatever was found; SS_ERR_MEMORY: no memory, or no process. */
SS_MUST_USE ss_status fz_campaign_run(const fz_campaign *campaign);

#endif
