/* sn/series.h: what a run did over its virtual time: the meter's counts in buckets of equal width. There are at most
 * SN_SERIES_BUCKETS; when they are full, two become one and the width doubles, so that the memory does not grow with the run.
 */
#ifndef SN_SERIES_H
#define SN_SERIES_H

#include "sn/judge.h"

#define SN_SERIES_BUCKETS 256u
/* The first width: 1/512 s, so that the doublings come to whole seconds. */
#define SN_SERIES_WIDTH 1953125u

typedef enum sn_series_kind {
    SN_SERIES_COUNT, /* what happened in the bucket; all of them add up to the run's metric */
    SN_SERIES_PEAK   /* the most at once in the bucket */
} sn_series_kind;

/** A column. */
typedef struct sn_series_info {
    const char *name;
    sn_series_kind kind;
    const char *sentence;
} sn_series_info;
/** The nth column, false past the last. */
bool sn_series_info_at(unsigned nth, sn_series_info *out);
/** The column of that name; there must be one. */
unsigned sn_series_column(const char *name);

typedef struct sn_series sn_series;
/** `meter` is borrowed. NULL without memory. */
sn_series *sn_series_new(const sn_meter *meter);
void sn_series_free(sn_series *s);
/** To be called before the meter gets the same fact. */
void sn_series_fact(sn_series *s, const sn_fact *fact);
/** After the last fact. */
void sn_series_finish(sn_series *s);
/** Buckets from the run's start on, and what each lasts. */
unsigned sn_series_count(const sn_series *s);
ss_span sn_series_width(const sn_series *s);
/** A count is negative where something that an earlier bucket counted turned out otherwise. */
int64_t sn_series_value(const sn_series *s, unsigned bucket, unsigned column);

#endif
