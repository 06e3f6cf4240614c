/* fz/shrink_repro.h: the smallest reproducer that fails as a given one does.
 */
#ifndef FZ_SHRINK_REPRO_H
#define FZ_SHRINK_REPRO_H

#include "fz/repro.h"

typedef struct fz_repro_shrinking {
    const char *name; /* of the file, for the scenario */
    void *context;
    /** Asked before each run: enough? */
    bool (*stop)(void *context);
    /** Each time that it got smaller: bytes of the scenario, and decisions that are left. */
    void (*smaller)(void *context, size_t bytes, size_t decisions, uint64_t runs);
} fz_repro_shrinking;

typedef struct fz_repro_shrunk {
    fz_repro
        repro; /* its scenario is `text`; its decisions are those of the last run, owned by `memory` */
    char *text; /* owned: free() */
    uint64_t runs;
    bool is_least; /* nothing more can be taken away: what is left is needed */
} fz_repro_shrunk;

/** SS_OK. SS_NONE: it does not fail as it says. SS_ERR_SYNTAX: its scenario has mistakes. SS_ERR_MEMORY. When it is stopped, the best so
 *  far. */
SS_MUST_USE ss_status fz_shrink_repro(const fz_repro_shrinking *how, const fz_repro *repro,
                                      fz_repro_shrunk *shrunk);
void fz_repro_shrunk_free(fz_repro_shrunk *shrunk);

#endif
