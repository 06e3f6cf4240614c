/* fz/shrink.h: the smallest input that fails as a given one does.
 */
#ifndef FZ_SHRINK_H
#define FZ_SHRINK_H

#include "fz/outcome.h"

typedef struct fz_shrinking {
    const fz_target *target;
    void *context;
    /** Asked before each run: enough? */
    bool (*stop)(void *context);
    /** Each time that it got smaller. */
    void (*smaller)(void *context, size_t bytes, uint64_t runs);
} fz_shrinking;

typedef struct fz_shrunk {
    char *bytes; /* owned: free() */
    size_t len;
    uint64_t runs;
    bool is_least; /* nothing more can be taken away: each record that is left is needed */
    fz_outcome outcome;
} fz_shrunk;

/** SS_OK. SS_NONE: the input does not fail. SS_ERR_MEMORY. When it is stopped, the best so far. */
SS_MUST_USE ss_status fz_shrink(const fz_shrinking *how, ss_slice input, fz_shrunk *shrunk);

#endif
