/* fz/outcome.h: what becomes of an input, crashes included: a key that is the same for inputs that fail for one cause.
 */
#ifndef FZ_OUTCOME_H
#define FZ_OUTCOME_H

#include "fz/target.h"

#define FZ_KEY_BYTES   320u
#define FZ_KEY_TIMEOUT "timeout" /* it computed for longer than it may */

typedef struct fz_outcome {
    bool has_failed, has_crashed;
    /* "TX12 ua a 2xx came, but no ACK left"; "assert to <= s.len"; "heap-buffer-overflow ss_a ss_b ss_c"; "" */
    char key[FZ_KEY_BYTES];
} fz_outcome;

/** In this process: a crash is one of ours. False without memory. */
SS_MUST_USE bool fz_outcome_here(const fz_target *target, ss_slice input, fz_outcome *outcome);
/** This process is ended when it has computed for so many seconds from now on, whatever the machine does beside it. */
void fz_limit_cpu(unsigned seconds);
/** In a process of its own, for at most so many seconds of computing. False when none could be had. */
SS_MUST_USE bool fz_outcome_apart(const fz_target *target, ss_slice input, unsigned seconds,
                                  fz_outcome *outcome);

#endif
