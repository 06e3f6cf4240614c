/* fz/session.h: session inputs (sn/input.h) run and judged: one pure function from bytes to a verdict and a digest.
 */
#ifndef FZ_SESSION_H
#define FZ_SESSION_H

#include "fz/target.h"

#include "sn/input.h"
#include "sn/world.h"

#define FZ_SESSION_SINKS 4u

/** What a run reached: how often each node did a thing after another, hashed. */
#define FZ_FEATURES      4096u
#define FZ_FEATURE_NODES 16u
typedef struct fz_features {
    uint8_t *map; /* FZ_FEATURES counters, borrowed */
    uint32_t last[FZ_FEATURE_NODES];
} fz_features;
/** The counters go on from what they are. */
void fz_features_begin(fz_features *f, uint8_t *map);
void fz_features_fact(fz_features *f, const sn_cast *cast, const sn_fact *fact);

/** What became of a run. */
typedef struct fz_verdict {
    sn_run_state state;
    uint64_t digest, events, datagrams, violations;
    ss_time end;
    uint32_t culprit; /* SN_RUN_ZENO: its node */
    /* What failed first, as two static texts: a law and its sentence; or "liveness" and what stood in the way; NULL: all held. */
    const char *oracle, *sentence;
    sn_violation first; /* when a law was broken */
} fz_verdict;

/**
 * Run a plan to its end, judged by every law. Nothing is left behind.
 * sinks  see every fact as well; borrowed, FZ_SESSION_SINKS at most.
 * False without memory.
 */
SS_MUST_USE bool fz_session_run(const sn_plan *plan, const sn_sink *sinks, uint32_t sink_count,
                                fz_verdict *verdict);
/** The same of an input; `features`: counters to go on with, or NULL. */
SS_MUST_USE bool fz_session_input(ss_slice input, uint8_t *features, fz_verdict *verdict,
                                  ss_buffer *key);
/** The key of a failure: what is the same for each input that fails for the same cause. "" when nothing failed. */
void fz_verdict_put_key(ss_buffer *b, const fz_verdict *verdict, const sn_plan *plan);

#endif
