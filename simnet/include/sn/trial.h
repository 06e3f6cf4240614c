/* sn/trial.h: impairments against their closed forms: each model of a link is given a long train of packets, and what it did is
 * counted: how often, how often twice in a row, and in runs of what length.
 *
 * The train is cut into a thousand parts; how much their counts differ says how far the whole may be from what is expected.
 */
#ifndef SN_TRIAL_H
#define SN_TRIAL_H

#include "sn/link.h"

#define SN_TRIAL_PACKETS_MIN UINT64_C(10000)
#define SN_TRIAL_PACKETS_MAX UINT64_C(100000000)

typedef struct sn_trial_row {
    const char *model; /* "loss 10 %, corr 50 %" */
    const char *what;  /* "once", "twice in a row", "runs of 3" */
    uint64_t counted, expected;
    uint64_t milli_sigma; /* how far they are apart */
    bool is_judged;       /* enough was expected for that to mean something */
    bool holds;           /* within 5 sigma, or not judged */
} sn_trial_row;

typedef struct sn_trial_sink {
    void *self;
    void (*row)(void *self, const sn_trial_row *row);
} sn_trial_sink;

/** All models, `packets` each. True when all hold; false without memory, too. */
bool sn_trials(uint64_t packets, const sn_trial_sink *sink);

#endif
