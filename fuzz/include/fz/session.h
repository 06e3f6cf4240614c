/* fz/session.h: session inputs (sn/input.h) run and judged: one pure function from bytes to a verdict and a digest.
 */
#ifndef FZ_SESSION_H
#define FZ_SESSION_H

#include "fz/target.h"

#include "sn/input.h"
#include "sn/world.h"

#define FZ_SESSION_SINKS 4u

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
/** The key of a failure: what is the same for each input that fails for the same cause. "" when nothing failed. */
void fz_verdict_put_key(ss_buffer *b, const fz_verdict *verdict, const sn_plan *plan);

#endif
