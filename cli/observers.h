/* All that watches a run: digest, laws, metrics, checks of a story, capture, events, ladders. */
#ifndef OBSERVERS_H
#define OBSERVERS_H

#include "rp/events.h"
#include "rp/hep.h"
#include "rp/ladder.h"
#include "rp/run.h"
#include "rp/trace.h"
#include "sn/capture.h"
#include "sn/plan.h"

enum { CLI_SINKS = 11 };

/** What is written while a run goes; zeroed: nothing. */
typedef struct cli_tapes {
    sn_capture_filter pcap, events, hep, spans; /* of spans: all, or off */
} cli_tapes;

typedef struct cli_observers {
    uint64_t *chains;
    sn_digest digest;
    sn_judge *judge;
    sn_meter *meter;
    sn_series *series;
    sn_tally *tally;
    sn_checker *checker;
    rp_ladder *ladder;
    sn_capture *capture; /* NULL: off, as its file */
    rp_events *events;   /* NULL: off, as its file */
    rp_trace *spans;     /* off when events are, as its file */
    rp_hep *hep;         /* NULL: off, as its file */
    rp_file *trace_file, *events_file, *spans_file, *hep_file;
    uint64_t violations; /* that the ladder was told of */
    ss_time end;         /* instant of the last fact */
    sn_sink sinks[CLI_SINKS];
    uint32_t sink_count;
    uint32_t judge_sink; /* which of them is the laws' */
} cli_observers;

/** Opens the tapes that are not off in `dir`. RP_IO when it said what is wrong; free in any case. */
rp_status cli_observers_init(cli_observers *o, sn_plan *plan, const char *dir,
                             const cli_tapes *tapes, sn_law_mask laws);
/** One sink more, before the run begins. */
void cli_observers_add(cli_observers *o, sn_sink sink);
/** True when a file has failed, or the judge: going on is of no use. */
bool cli_observers_failed(const cli_observers *o);
/** After the last fact. The number of a story's checks that were missed. */
uint32_t cli_observers_finish(cli_observers *o, bool cut_short);
/** After that: what the files that are written meanwhile say of the whole run. */
void cli_observers_conclude(cli_observers *o, const rp_run *run);
/** Give the tapes their names. RP_IO when it said what is wrong with them, or with a judge. */
rp_status cli_observers_close(cli_observers *o, const char *dir);
/** Discards files that were not closed. */
void cli_observers_free(cli_observers *o);
/** "cannot write DIR/NAME: …" on stderr. */
void cli_say_unwritten(const char *dir, const char *name, int error);

#endif
