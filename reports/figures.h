/* Figures for a human: rounded, with their unit. Exact values are in results.json. */
#ifndef FIGURES_H
#define FIGURES_H

#include "rp/file.h"
#include "sn/judge.h"

/** "99.53 %" rounded down, or "-" over nothing. */
void rp_put_percent(rp_file *out, sn_ratio r);
/** Milliseconds, cut to three decimals: "12.345 ms". */
void rp_put_about_ms(rp_file *out, uint64_t ns);
/** "12.345 s", cut likewise. */
void rp_put_seconds(rp_file *out, uint64_t ns);
/** The value of the nth metric, which has one: exact, a ratio with its parts, "99.53 % (1067 of 1072)". */
void rp_put_metric(rp_file *out, const sn_metrics *m, unsigned nth);

#endif
