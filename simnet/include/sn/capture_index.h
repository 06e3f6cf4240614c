/* sn/capture_index.h: a growing hash index for observers: finds, and is never walked, so its order reaches nothing.
 *
 * Keys are 64-bit hashes; equal keys are taken for the same thing.
 */
#ifndef SN_CAPTURE_INDEX_H
#define SN_CAPTURE_INDEX_H

#include "sn/facts.h"

/** Zeroed is empty. Its memory is its own. */
typedef struct sn_index {
    uint64_t *keys; /* 0 is a free place */
    uint32_t *values;
    uint32_t mask, count;
} sn_index;

/** Adds, or replaces the value of the key. `value` is not SN_NOBODY. False without memory: nothing changed. */
SS_MUST_USE bool sn_index_put(sn_index *x, uint64_t key, uint32_t value);
/** SN_NOBODY when absent. */
uint32_t sn_index_get(const sn_index *x, uint64_t key);
/** Nothing happens when the key is absent. */
void sn_index_remove(sn_index *x, uint64_t key);
void sn_index_free(sn_index *x);

/** The key of a datagram: its origin and ordinal, whatever the fragment or copy. */
uint64_t sn_index_datagram(const sn_packet_id *id);
/** The key of one packet of a datagram, whatever the copy. */
uint64_t sn_index_fragment(const sn_packet_id *id, uint16_t fragment);

#endif
