/* fz/target.h: fuzz targets, and how they are run without a fuzzing engine.
 *
 * A target is a function of the bytes of one input. It keeps no state between inputs and returns 0; what does not hold
 * is told to fz_failed, which does not return. The same object file serves libFuzzer, AFL++ and the runner here.
 */
#ifndef FZ_TARGET_H
#define FZ_TARGET_H

#include "ss/base.h"

/** The signature that libFuzzer and AFL++ know. The bytes are borrowed for the call. */
typedef int fz_entry(const uint8_t *data, size_t size);

#define TARGET(name, sentence) fz_entry fz_target_##name;
#include "fz/targets.def"
#undef TARGET

typedef struct fz_target {
    const char *name, *sentence; /* static */
    fz_entry *run;
} fz_target;

/** Its inputs are session inputs (sn/input.h). */
bool fz_target_is_of_sessions(const fz_target *target);

/** All of them, in the order of targets.def. */
extern const fz_target fz_targets[];
extern const size_t fz_target_count;
/** NULL when there is none of that name. */
const fz_target *fz_target_find(const char *name);

/** An oracle did not hold. `oracle` is its name in docs/fuzzing.md, `sentence` says what was found; both static. */
typedef struct fz_finding {
    const char *oracle, *sentence;
} fz_finding;

/** Called by oracles. Inside fz_try it ends the input; elsewhere it prints the finding and aborts, as engines want. */
_Noreturn void fz_failed(const char *oracle, const char *sentence);
/** Run one input on a copy of exactly its size, so that a byte read too far is seen. False with *finding when an oracle
 *  failed; false with finding->oracle == NULL when there is no memory for the copy. */
SS_MUST_USE bool fz_try(const fz_target *target, ss_slice input, fz_finding *finding);

#endif
