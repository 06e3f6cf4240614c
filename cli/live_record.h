/* What a live run leaves behind with -o DIR: the files of a simulated one, judged by the same laws. */
#ifndef LIVE_RECORD_H
#define LIVE_RECORD_H

#include "live.h"
#include "observers.h"

typedef struct live_record {
    const char *dir; /* NULL: nothing is recorded */
    sn_plan *plan;
    cli_observers observers;
    sn_sink sinks[CLI_SINKS], judges[3];
} live_record;

/** By -o and --force; what it wants to be told of stands in the options afterwards. `own` is told of our own nodes alone. */
rp_status live_record_begin(live_record *r, const cli_args *args, sn_plan *plan, sn_sink own,
                            sl_options *options);
/** Judges, and writes the files. */
rp_status live_record_end(live_record *r, const cli_args *args, bool was_cut_short);

#endif
