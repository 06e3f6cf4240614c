/* The observers' hash index: open addressing with linear probing, removal by shifting back. It is only ever asked for
 * a key and never walked, so that no output can depend on where a key lies.
 */
#include "sn/capture_index.h"

#include <stdlib.h>

enum { INDEX_FIRST_SIZE = 64 };

/* 0 marks a free place, so a key of 0 goes under another name. */
static uint64_t stored(uint64_t key)
{
    return key == 0 ? UINT64_C(0x9e3779b97f4a7c15) : key;
}

static uint32_t home(const sn_index *x, uint64_t key)
{
    return (uint32_t)ss_mix64(key) & x->mask;
}

/* The place of the key, or the free place where it would go. */
static uint32_t place_of(const sn_index *x, uint64_t key)
{
    uint32_t at = home(x, key);
    while (x->keys[at] != 0 && x->keys[at] != key) {
        at = (at + 1) & x->mask;
    }
    return at;
}

static bool grow(sn_index *x)
{
    const uint32_t size = x->keys == NULL ? INDEX_FIRST_SIZE : (x->mask + 1) * 2;
    sn_index bigger = { .keys = calloc(size, sizeof *bigger.keys),
                        .values = calloc(size, sizeof *bigger.values),
                        .mask = size - 1,
                        .count = x->count };
    if (size == 0 || bigger.keys == NULL || bigger.values == NULL) {
        sn_index_free(&bigger);
        return false;
    }
    for (uint32_t i = 0; x->keys != NULL && i <= x->mask; i++) {
        if (x->keys[i] != 0) {
            const uint32_t at = place_of(&bigger, x->keys[i]);
            bigger.keys[at] = x->keys[i];
            bigger.values[at] = x->values[i];
        }
    }
    sn_index_free(x);
    *x = bigger;
    return true;
}

bool sn_index_put(sn_index *x, uint64_t key, uint32_t value)
{
    SS_ASSERT(value != SN_NOBODY);
    if ((x->keys == NULL || x->count >= x->mask - x->mask / 4) && !grow(x)) {
        return false;
    }
    const uint32_t at = place_of(x, stored(key));
    if (x->keys[at] == 0) {
        x->keys[at] = stored(key);
        x->count++;
    }
    x->values[at] = value;
    return true;
}

uint32_t sn_index_get(const sn_index *x, uint64_t key)
{
    if (x->count == 0) {
        return SN_NOBODY;
    }
    const uint32_t at = place_of(x, stored(key));
    return x->keys[at] == 0 ? SN_NOBODY : x->values[at];
}

void sn_index_remove(sn_index *x, uint64_t key)
{
    if (x->count == 0) {
        return;
    }
    uint32_t hole = place_of(x, stored(key));
    if (x->keys[hole] == 0) {
        return;
    }
    x->count--;
    /* Whoever probed past the hole moves into it. */
    for (uint32_t at = (hole + 1) & x->mask; x->keys[at] != 0; at = (at + 1) & x->mask) {
        const uint32_t distance_home = (at - home(x, x->keys[at])) & x->mask;
        if (distance_home >= ((at - hole) & x->mask)) {
            x->keys[hole] = x->keys[at];
            x->values[hole] = x->values[at];
            hole = at;
        }
    }
    x->keys[hole] = 0;
}

void sn_index_free(sn_index *x)
{
    free(x->keys);
    free(x->values);
    *x = (sn_index){ 0 };
}

uint64_t sn_index_datagram(const sn_packet_id *id)
{
    return ss_mix_absorb(ss_mix64(id->origin + 1u), id->ordinal);
}

uint64_t sn_index_fragment(const sn_packet_id *id, uint16_t fragment)
{
    return ss_mix_absorb(sn_index_datagram(id), fragment);
}
