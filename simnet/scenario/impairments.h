/* impairments.h: readers of what a link does to packets, one for each word that is more than a number. */
#ifndef IMPAIRMENTS_H
#define IMPAIRMENTS_H

#include "model.h"

/** `duplicate`: "2%", {p: 2%, corr: 25%}; at is its sn_chance. */
extern const sn_codec sn_codec_chance;
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

/** Lay a string of tc netem over a link. */
void sn_netem_read(sn_reading *r, const sn_item *value, sn_link_params *link);
/** Lay a profile over both directions. */
void sn_profile_read(sn_reading *r, const sn_item *value, sn_link_params *up, sn_link_params *down);

#endif
