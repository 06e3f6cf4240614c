/* impairments.h: readers of what a link does to packets, one for each word that is more than a number. */
#ifndef IMPAIRMENTS_H
#define IMPAIRMENTS_H

#include "model.h"

/** at is the sn_link_params, as with reorder. */
extern const sn_codec sn_codec_duplicate;
/** at is its sn_loss. */
extern const sn_codec sn_codec_loss;
/** at is its sn_damage. */
extern const sn_codec sn_codec_corrupt;
/** at is its sn_rate. */
extern const sn_codec sn_codec_rate;
/** at is its sn_slot. */
extern const sn_codec sn_codec_slot;
/** at is its sn_jitter. */
extern const sn_codec sn_codec_jitter;
/** at is its sn_link_queue. */
extern const sn_codec sn_codec_queue;
/** At the sn_link_params. */
extern const sn_codec sn_codec_reorder;

/** Values of a table, as they were written. */
typedef struct sn_table_entry {
    int64_t *at;
    uint32_t count;
    bool is_in_units; /* 8192 of one standard deviation; else ns */
} sn_table_entry;
/** `values`: at is its sn_table_entry. */
extern const sn_codec sn_codec_values;
/** The values of a file into an empty table; where it is named. */
void sn_table_read_file(sn_reading *r, ss_slice name, sn_place place, sn_table_entry *table);
/** A table that has values, as jitter. */
void sn_table_settle(sn_reading *r, const sn_table_entry *table, ss_span sd, sn_jitter *jitter);
/** "values: [1ms, 3ms]" */
void sn_table_write(sn_text *t, const sn_jitter *jitter);

/** "16 packets", "100 packets": false when it is no number of packets, which *number is then. */
bool sn_count_of_packets(ss_slice text, ss_slice *number);

/** Lay a string of tc netem over a link. */
void sn_netem_read(sn_reading *r, const sn_item *value, sn_link_params *link);
/** Lay a profile over both directions. */
void sn_profile_read(sn_reading *r, const sn_item *value, sn_link_params *up, sn_link_params *down);

#endif
