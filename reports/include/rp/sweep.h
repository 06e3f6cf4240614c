/* rp/sweep.h: many runs of one scenario: a grid of values laid over it, each cell run with the same seeds.
 *
 * Run number = cell * seeds + seed; cells are counted with the last axis fastest. What a run found is kept as one line of runs.jsonl,
 * and everything else that is written is a pure function of those lines: so an interrupted sweep goes on, and the shards
 * of one are merged, to the same bytes.
 */
#ifndef RP_SWEEP_H
#define RP_SWEEP_H

#include "rp/file.h"
#include "rp/json.h"
#include "rp/run.h"

enum { RP_AXES_MAX = 8 };
#define RP_SWEEP_RUNS_MAX 100000u

/** One path of the scenario and what is laid there. Owned by its sweep. */
typedef struct rp_axis {
    char *path;
    char **values;
    uint32_t count;
} rp_axis;

/** A metric of one run. */
typedef struct rp_reading {
    uint64_t value;
    bool is_null;
} rp_reading;

typedef struct rp_sweep_run {
    char *line; /* as in runs.jsonl, its end included; owned; NULL: not done */
    size_t len;
    rp_status_set statuses;
    uint64_t digest, violations;
    rp_reading *readings; /* by metric, as sn_metric_info_at counts them; owned */
} rp_sweep_run;

typedef struct rp_sweep {
    char *version, *name, *options; /* owned; options: words that every run has, "--order fifo" */
    uint64_t text_hash;             /* of the scenario's file */
    rp_axis axes[RP_AXES_MAX];
    uint32_t axis_count;
    uint64_t seed_from;
    uint32_t seed_count;
    uint32_t shard,
        shards; /* runs whose number leaves shard - 1 when divided by shards are asked for */
    uint32_t cell_count, run_count;
    rp_sweep_run *runs; /* run_count of them */
    unsigned metric_count;
} rp_sweep;

/** An empty one; NULL without memory. */
rp_sweep *rp_sweep_new(const char *version, const char *name, const char *options);
void rp_sweep_free(rp_sweep *s);
/** "path=v1,v2": commas inside brackets or quotes are part of a value. NULL, or what is wrong. */
const char *rp_sweep_add_axis(rp_sweep *s, const char *text);
/** After the axes and the seeds: counts the runs. NULL, or what is wrong. */
const char *rp_sweep_finish(rp_sweep *s);

/** The value's number on an axis, in a cell. */
uint32_t rp_sweep_place(const rp_sweep *s, uint32_t cell, uint32_t axis);
uint64_t rp_sweep_seed(const rp_sweep *s, uint32_t run);
uint32_t rp_sweep_cell(const rp_sweep *s, uint32_t run);
bool rp_sweep_is_asked(const rp_sweep *s, uint32_t run);
/** " --set path=value --seed N", each as a shell wants it. */
void rp_sweep_put_words(ss_buffer *b, const rp_sweep *s, uint32_t run);

/** Keep what a run found. Two runs may be taken at once by two threads. False without memory. */
SS_MUST_USE bool rp_sweep_take(rp_sweep *s, uint32_t number, const rp_run *run);

/* ---- runs.jsonl ---- */

void rp_sweep_write_head(const rp_sweep *s, rp_file *out);
void rp_sweep_write_runs(const rp_sweep *s, rp_file *out);
typedef enum rp_sweep_error {
    RP_SWEEP_OK,
    RP_SWEEP_NO_MEMORY,
    RP_SWEEP_SYNTAX,  /* no runs.jsonl: why and line say more */
    RP_SWEEP_OTHER,   /* of another scenario, other axes, seeds or options */
    RP_SWEEP_DIFFERS, /* a run is in both and found something else */
} rp_sweep_error;
typedef struct rp_sweep_trouble {
    const char *why;
    uint32_t line, run;
} rp_sweep_trouble;
/** A sweep from runs.jsonl. A last line without its end is left out: a process died while it wrote. NULL: see trouble. */
rp_sweep *rp_sweep_read(ss_slice text, rp_sweep_trouble *trouble);
/** Move the runs of another sweep, of the same question, into this one. `from` is left with what was there already. */
rp_sweep_error rp_sweep_join(rp_sweep *to, rp_sweep *from, rp_sweep_trouble *trouble);
/** The metrics of a run that is done, from its line. False without memory. */
SS_MUST_USE bool rp_sweep_metrics(const rp_sweep_run *run, sn_metrics *metrics);

/* ---- what came of it ---- */

typedef struct rp_sweep_totals {
    uint32_t asked, done, failed;
    uint32_t by_status[RP_STATUS_COUNT];
    rp_status_set statuses; /* of all; INTERRUPTED when runs are wanting */
} rp_sweep_totals;
rp_sweep_totals rp_sweep_total(const rp_sweep *s);
/** Likewise, of the runs of one cell. */
rp_sweep_totals rp_sweep_total_of(const rp_sweep *s, uint32_t cell);

/** A metric over the runs of a cell that have it: quantiles by nearest rank, the mean rounded down. */
typedef struct rp_spread {
    uint32_t count;
    uint64_t min, p25, median, p75, max, mean;
} rp_spread;
rp_spread rp_sweep_spread(const rp_sweep *s, uint32_t cell, unsigned metric);

void rp_sweep_write_json(const rp_sweep *s, rp_json *j);
void rp_sweep_write_csv(const rp_sweep *s, rp_file *out);
void rp_sweep_write_html(const rp_sweep *s, rp_file *out);
/** For a terminal. `dir`: where the files are. */
void rp_sweep_summary(const rp_sweep *s, rp_file *out, const char *dir, bool colour);

#endif
