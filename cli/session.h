/* One run from scenario file to result files: the only place where the parts are put together. */
#ifndef SESSION_H
#define SESSION_H

#include "rp/json.h"
#include "rp/status.h"
#include "sn/capture.h"
#include "sn/plan.h"

/** Everything borrowed. */
typedef struct session_options {
    const char *file;
    const char *dir;   /* where the files go */
    bool dir_is_given; /* by -o; else it follows from the file's name */
    const char *const *overrides;
    uint32_t override_count;
    const uint64_t *seed, *order_seed; /* NULL: the scenario's */
    const sn_order *order;
    uint32_t partitions;
    sn_capture_filter pcap, events;
    const char *pcap_word, *events_word; /* as given; NULL: not */
    bool force, quiet, verbose, verify;
    rp_json *json; /* results go here too, instead of a summary; NULL */
} session_options;

/** Runs it and writes the files. The set of all that did not hold; also what was said on stderr. */
rp_status_set session_run(const session_options *options);

#endif
