/* One run from scenario file to result files: the only place where the parts are put together. */
#ifndef SESSION_H
#define SESSION_H

#include "fz/repro.h"
#include "observers.h"
#include "rp/json.h"
#include "rp/run.h"
#include "rp/status.h"
#include "sn/plan.h"

/** Who wants what a run found, beside its files. */
typedef struct session_taker {
    void *self;
    void (*take)(void *self, const rp_run *run);
} session_taker;

/** Everything borrowed. */
typedef struct session_options {
    const char *file;
    const char *dir;   /* where the files go; NULL: nowhere */
    bool dir_is_given; /* by -o; else it follows from the file's name */
    const char *const *overrides;
    uint32_t override_count;
    const uint64_t *seed, *order_seed; /* NULL: the scenario's */
    const sn_order *order;
    uint32_t partitions;
    cli_tapes tapes;
    const char *pcap_word, *events_word, *hep_word; /* as given; NULL: not */
    bool force, quiet, verbose, verify;
    rp_json *json; /* results go here too, instead of a summary; NULL */
    /* A run of a sweep: */
    ss_slice text;       /* of the file, read before; SS_EMPTY: not */
    bool silent;         /* says nothing of what the run found */
    bool quiet_progress; /* of the whole sweep */
    const session_taker *taker;
    const struct cli_watcher *watcher; /* again.h */
    const fz_repro *repro;             /* its scenario is run, with its decisions; NULL */
} session_options;

/** Runs it and writes the files. The set of all that did not hold; also what was said on stderr. */
rp_status_set session_run(const session_options *options);
/** Make a folder for results: those of before are kept, with a sentence and RP_IO, or with `force` all of them go. */
rp_status session_prepare_folder(const char *dir, bool force);

#endif
