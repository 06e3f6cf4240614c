/* fz/repro.h: reproducers, `.sipr` (design 3.9): a run that failed, as one file of text that survives changes elsewhere.
 *
 *     sipsim-reproducer: 1
 *     key: TX12 ua a 2xx came, but no ACK left
 *     digest: 0123456789abcdef
 *     --- decisions
 *     drop +1 link=caller[3] dir=up call=… sip=200 method=INVITE cseq=1 nth=1 at=12.000000345 print=…
 *     --- scenario
 *     sipsim: 1
 *     …
 *
 * The scenario has every value filled in; that of a session input is a `session`. The decisions are those that were not benign, by what they
 * are about; nothing else is drawn when it is run again. The key is what is the same for runs that fail for one cause.
 */
#ifndef FZ_REPRO_H
#define FZ_REPRO_H

#include "fz/session.h"

#define FZ_REPRO_KEY_BYTES 320u
/** A run of more events has no reproducer: its decisions would be as many. */
#define FZ_REPRO_EVENTS_MAX 4000000u

typedef struct fz_repro {
    char key[FZ_REPRO_KEY_BYTES]; /* "": it did not fail */
    uint64_t digest;
    const sn_decision *decisions; /* borrowed, or of fz_repro_read: owned by `memory` */
    size_t decision_count;
    ss_slice scenario; /* borrowed */
    void *memory;      /* free() */
} fz_repro;

/** The text, part by part. */
typedef void fz_repro_out(void *self, ss_slice part);
void fz_repro_put(const fz_repro *repro, const sn_cast *cast, void *self, fz_repro_out *put);
/** SS_OK. SS_ERR_SYNTAX: it is none; *line, from 1, and *why, static, say where and what. SS_ERR_MEMORY. */
SS_MUST_USE ss_status fz_repro_read(fz_repro *repro, ss_slice text, unsigned *line,
                                    const char **why);

/** Run a plan with decisions that are recorded or played (NULL: plain draws). What failed stands in the keys, the first of each law.
 *  False without memory. */
#define FZ_REPRO_KEYS_MAX 16u
typedef struct fz_repro_run {
    uint64_t digest, events;
    char keys[FZ_REPRO_KEYS_MAX][FZ_REPRO_KEY_BYTES];
    uint32_t key_count;
} fz_repro_run;
SS_MUST_USE bool fz_repro_run_plan(const sn_plan *plan, sn_decisions *decisions, fz_repro_run *run);
/** The run failed as the key says. */
bool fz_repro_fails(const fz_repro_run *run, const char *key);

#endif
