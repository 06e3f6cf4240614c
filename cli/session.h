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

/** The files of a run, in the order in which they are written. */
typedef enum session_file {
    SESSION_LADDER,
    SESSION_EFFECTIVE,
    SESSION_RESULTS,
    SESSION_PAGE,
    SESSION_CSV,
    SESSION_PROM,
    SESSION_JUNIT,
    SESSION_SARIF,
    SESSION_MERMAID,
    SESSION_PICTURE,
    SESSION_TRACE, /* from here on while the run goes */
    SESSION_EVENTS,
    SESSION_SPANS,
    SESSION_HEP,
    SESSION_REPROS, /* any number of them, in one */
    SESSION_ENGINE, /* last: it tells of the time that all took */
    SESSION_FILES
} session_file;

/** What a run was that is to be made again: nothing is written when it comes out otherwise. */
typedef struct session_recorded {
    uint64_t digest;
    uint64_t events;  /* after so many it was interrupted; 0: it was not */
    const char *file; /* the scenario as it was given; NULL: not known */
    /* of that file: of each expect:, each reached: and each check of the story; NULL: not known */
    const uint32_t *lines;
    uint32_t expect_count, reached_count, check_count;
} session_recorded;

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
    uint32_t without; /* a bit for each session_file that is not written */
    bool is_in_place; /* the folder is as it has to be: nothing is removed */
    rp_json *json;    /* results go here too, instead of a summary; NULL */
    /* A run of a sweep: */
    ss_slice text;       /* of the file, read before; SS_EMPTY: not */
    bool silent;         /* says nothing of what the run found */
    bool quiet_progress; /* of the whole sweep */
    const session_taker *taker;
    const struct cli_watcher *watcher; /* again.h */
    const fz_repro *repro;             /* its scenario is run, with its decisions; NULL */
    const session_recorded *recorded;  /* NULL: it is a new one */
} session_options;

/** Runs it and writes the files. The set of all that did not hold; also what was said on stderr. */
rp_status_set session_run(const session_options *options);
/** Make a folder for results: those of before are kept, with a sentence and RP_IO, or with `force` all of them go. */
rp_status session_prepare_folder(const char *dir, bool force);

/** "report.html"; of the reproducers "repro-*.sipr". */
const char *session_file_name(session_file file);
bool session_has_file(const char *dir, session_file file);

#endif
