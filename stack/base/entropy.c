/* rng/1: the byte hash and the engine's entropy, both over ss_mix64. Frozen by known answers in its test. */
#include "ss/base.h"

#include <string.h>

/* Little-endian whatever the machine; compilers turn it into one load where they may. */
static inline uint64_t load_le64(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

static uint64_t load_tail(const unsigned char *p, size_t len)
{
    uint64_t word = 0;
    for (size_t i = 0; i < len; i++) {
        word |= (uint64_t)p[i] << (8 * i);
    }
    return word;
}

/* Two lanes, one multiplication per 8 bytes each, so that a packet's hash costs less than its checksum. */
uint64_t ss_hash64(uint64_t seed, ss_slice bytes)
{
    const unsigned char *p = (const unsigned char *)bytes.at;
    size_t left = bytes.len;
    ss_hash_state h = ss_hash_begin(seed);
    while (left >= 16) {
        ss_hash_even(&h, load_le64(p));
        ss_hash_odd(&h, load_le64(p + 8));
        p += 16;
        left -= 16;
    }
    if (left >= 8) {
        ss_hash_even(&h, load_le64(p));
        p += 8;
        left -= 8;
    }
    if (left > 0) { /* the last 8 bytes hold the tail, where there are as many */
        ss_hash_odd(&h, bytes.len >= 8 ? load_le64(p + left - 8) >> (64 - 8 * left)
                                       : load_tail(p, left));
    }
    return ss_hash_end(&h, bytes.len);
}

uint64_t ss_entropy_next(ss_entropy *e)
{
    return ss_mix_absorb(e->key, e->ordinal++);
}
