/* What the files of a sweep share. */
#ifndef SWEEP_H
#define SWEEP_H

#include "rp/sweep.h"

/** What was asked: version to shard, as members of the object that is open. */
void rp_sweep_write_question(const rp_sweep *s, rp_json *j);
/** The statuses of a set, as a list of words. */
void rp_sweep_write_statuses(rp_json *j, rp_status_set statuses);
/** False without memory. */
SS_MUST_USE bool rp_sweep_fill_readings(const rp_sweep *s, rp_sweep_run *kept, const sn_metrics *m);
void rp_sweep_forget(rp_sweep_run *kept);

/** Some run has it, and not 0. */
bool rp_sweep_has(const rp_sweep *s, unsigned metric);
/** Its spread is not the same in every cell. */
bool rp_sweep_moves(const rp_sweep *s, unsigned metric);
/** The metrics to show first, of those that some run has; how many there are. */
enum { RP_HEADLINES_MAX = 10 };
unsigned rp_sweep_headlines(const rp_sweep *s, unsigned metrics[RP_HEADLINES_MAX]);
/** "links.access.loss 2%, seed 3"-like words of a cell; into `b`. */
void rp_sweep_put_cell(ss_buffer *b, const rp_sweep *s, uint32_t cell);
/** A metric's value for a human: "99.53 %", "12.345 ms", "7". */
void rp_sweep_put_value(ss_buffer *b, sn_unit unit, uint64_t value);

/** sweep/plot.c: an <svg> of one metric against the values of one axis, a series for each combination of the others. */
void rp_sweep_plot(const rp_sweep *s, rp_file *out, unsigned metric, uint32_t axis);
/** Against the seeds, when nothing is swept. */
void rp_sweep_plot_seeds(const rp_sweep *s, rp_file *out, unsigned metric);
/** Series that a plot has room for. */
enum { RP_SERIES_MAX = 6 };

#endif
