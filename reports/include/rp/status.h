/* rp/status.h: how a run can end, as the design's exit statuses. Several may hold at once: a set keeps them all, and
 * the worst is what the process exits with.
 */
#ifndef RP_STATUS_H
#define RP_STATUS_H

#include "ss/base.h"

/* From the worst to the mildest: id, exit status, word in results.json, sentence. A bad command line and a bad scenario
 * come before any run, so they meet no other. */
#define RP_STATUS_LIST(X)                                                            \
    X(IO, 7, "io", "I/O, memory or environment failed")                              \
    X(CRASH, 4, "crash", "crash or sanitizer report")                                \
    X(NONDETERMINISM, 6, "not_deterministic", "two equal runs differed")             \
    X(VIOLATION, 1, "violation", "an invariant was violated")                        \
    X(LIVENESS, 5, "liveness", "stuck, or a virtual-time or event budget was spent") \
    X(NOT_REACHED, 9, "not_reached", "something in reached: never was")              \
    X(MISSED, 8, "missed", "an expect: or a line of the story was missed")           \
    X(INTERRUPTED, 11, "interrupted", "interrupted; the partial results are valid")  \
    X(NOT_REPRODUCED, 10, "not_reproduced", "the failure was not reproduced")        \
    X(SCENARIO, 3, "scenario", "bad scenario")                                       \
    X(USAGE, 2, "usage", "bad command line")                                         \
    X(UNSUPPORTED, 75, "unsupported", "not supported in this build")                 \
    X(OK, 0, "ok", "all asked work was done and everything held")
#define RP_STATUS_ID(id, exit, word, sentence) RP_##id,
typedef enum rp_status { RP_STATUS_LIST(RP_STATUS_ID) RP_STATUS_COUNT } rp_status;

/** Bit i is status i. RP_OK is never in it: the empty set is success. */
typedef uint32_t rp_status_set;

static inline rp_status_set rp_status_bit(rp_status status)
{
    return status == RP_OK ? 0 : UINT32_C(1) << status;
}
static inline bool rp_status_holds(rp_status_set set, rp_status status)
{
    return (set >> status & 1u) != 0;
}
/** RP_OK for the empty set. */
rp_status rp_status_worst(rp_status_set set);
int rp_status_exit(rp_status status);
/** Static strings. */
const char *rp_status_word(rp_status status);
const char *rp_status_sentence(rp_status status);

#endif
