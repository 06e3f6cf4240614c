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
/** A metric's value, exact. */
void rp_put_value(rp_file *out, sn_unit unit, uint64_t value);

#endif
