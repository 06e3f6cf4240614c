/* repro.h: reproducers (fz/repro.h) as the verbs write and run them. */
#ifndef REPRO_H
#define REPRO_H

#include "cli.h"
#include "fz/repro.h"
#include "rp/json.h"

/** Of a run that failed: dir/repro-LAW-CAUSE.sipr for the first failures of each law. The plan is run once more, recorded. False when it said
 *  what could not be written. */
SS_MUST_USE bool cli_repros_write(const char *dir, const sn_plan *plan, ss_slice effective,
                                  uint64_t digest);
/** dir/name, of a plan that is run and recorded. Its first failure is the one that is expected, or `key` where that is not NULL. */
SS_MUST_USE bool cli_repro_write(const char *dir, const char *name, const sn_plan *plan,
                                 ss_slice effective, const char *key);
/** dir/name. */
SS_MUST_USE bool cli_repro_put(const char *dir, const char *name, const fz_repro *repro,
                               const sn_cast *cast);
/** Those of an earlier run: is there one? And all of them are removed. */
bool cli_repros_are_there(const char *dir);
SS_MUST_USE bool cli_repros_remove(const char *dir);

/** The text is that of a reproducer, or the file is named as one and so has to be. */
bool cli_is_repro(const char *path, ss_slice text);

/** Of a file's text; RP_OK: repro->memory is to be freed. Else it said what is wrong with it. */
rp_status cli_repro_read(fz_repro *repro, const char *path, ss_slice text);

/** What became of one. */
typedef struct cli_replayed {
    bool is_reproduced; /* it failed as it says; or held, where it says nothing */
    bool has_failed;    /* in whatever way */
} cli_replayed;
/** Runs it and says so, as a line or two or as an object. The status is of what hindered it, else RP_OK. */
rp_status cli_repro_replay(const char *path, ss_slice text, rp_file *out, rp_json *json,
                           cli_replayed *replayed);

#endif
