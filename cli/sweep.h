/* run --seeds, --sweep: many runs of one file, some at once. */
#ifndef CLI_SWEEP_H
#define CLI_SWEEP_H

#include "cli.h"
#include "rp/sweep.h"
#include "session.h"

/** The options ask for one. */
bool cli_wants_sweep(const cli_args *args);
/** What is wrong with the options of a sweep, said on stderr; RP_OK. */
rp_status cli_sweep_check(const cli_args *args);
/** `base`: what every run has; its file and dir are the sweep's. */
rp_status_set cli_sweep_run(const cli_args *args, const session_options *base);

/* ---- sweep_pool.c ---- */

/** Does what is asked for and not done, `jobs` at once, until Ctrl-C. What failed but for the runs themselves. */
typedef struct cli_pool {
    rp_sweep *sweep;
    const session_options *base; /* with the file's text */
    const char *dir;
    rp_file *journal; /* a line more for each run that is done */
    uint32_t jobs;
    bool keep_all, keep_failed;
} cli_pool;
rp_status_set cli_pool_run(const cli_pool *pool);

/* ---- sweep_files.c ---- */

/** runs.jsonl, sweep.json, sweep.csv and report.html into `dir`. */
rp_status_set cli_sweep_write(const rp_sweep *s, const char *dir);
/** Those of them that are wanted, of the sweep in `from`; says which. */
rp_status cli_sweep_rebuild(const cli_args *args, const char *from, const char *dir,
                            bool is_in_place);
/** The summary, or with --json sweep.json, on stdout. */
rp_status cli_sweep_print(const rp_sweep *s, const char *dir, const cli_args *args);
/** What is in runs.jsonl and .runs.journal of a folder; *set has RP_IO or RP_USAGE when something on stderr says why
 *  not. NULL with an empty set: there is none. */
rp_sweep *cli_sweep_read(const char *dir, rp_status_set *set);

#endif
