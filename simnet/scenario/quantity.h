/* quantity.h: words of a scenario that carry a unit, read exactly and written back so that they read the same. */
#ifndef QUANTITY_H
#define QUANTITY_H

#include "sn/program.h"

#include "hoard.h"

/** Why a quantity is refused: the part of the word, a sentence, and the unit probably meant (static, or NULL). */
typedef struct sn_flaw {
    size_t from, length;
    const char *message;
    const char *suggestion;
} sn_flaw;

/* Each reads a whole word. False: *flaw says why, and the result is untouched. */

/** "20ms", "1.5s", "2min", "1h": nanoseconds, exactly. */
bool sn_quantity_time(ss_slice word, uint64_t *ns, sn_flaw *flaw);
/** "1500B", "64KB", "1MiB". */
bool sn_quantity_bytes(ss_slice word, uint64_t *bytes, sn_flaw *flaw);
/** "512kbit", "8mbit": per second; "8mbit/s" too. */
bool sn_quantity_rate(ss_slice word, uint64_t *bits, sn_flaw *flaw);
/** "2%", "0.5%": in units of 10^-9 percent, at most 100 %. */
bool sn_quantity_percent(ss_slice word, uint64_t *nano_percent, sn_flaw *flaw);
/** The same as a threshold of 2^32, rounded half up. */
bool sn_quantity_prob(ss_slice word, sn_prob *prob, sn_flaw *flaw);
/** A whole number. */
bool sn_quantity_count(ss_slice word, uint64_t *count, sn_flaw *flaw);
/** "200ms", "exp 3s", "uniform 0s..10s", "normal 20ms 5ms". */
bool sn_quantity_dist(ss_slice word, sn_dist *dist, sn_flaw *flaw);
/** "10s..60s": from before to. */
bool sn_quantity_range(ss_slice word, uint64_t *from, uint64_t *to, sn_flaw *flaw);
/** "poisson 10/s", "10/min", "every 100ms", "poisson every 100ms": the mean time between two. */
bool sn_quantity_arrivals(ss_slice word, bool *poisson, uint64_t *interval, sn_flaw *flaw);
/** "2030-01-01T00:00:00Z": seconds since 1970. */
bool sn_quantity_date(ss_slice word, uint64_t *seconds, sn_flaw *flaw);
/** "10.1.0.0/16" */
bool sn_quantity_net(ss_slice word, uint32_t *net, uint32_t *bits, sn_flaw *flaw);

void sn_quantity_put_time(sn_text *t, uint64_t ns);
void sn_quantity_put_rate(sn_text *t, uint64_t bits);
void sn_quantity_put_percent(sn_text *t, uint64_t nano_percent);
void sn_quantity_put_prob(sn_text *t, sn_prob prob);
void sn_quantity_put_dist(sn_text *t, const sn_dist *dist);
void sn_quantity_put_date(sn_text *t, uint64_t seconds);
void sn_quantity_put_net(sn_text *t, uint32_t net, uint32_t bits);

#endif
