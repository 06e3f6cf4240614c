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

static inline uint64_t load_le32(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
}

/* 1 to 7 bytes, without a loop: from both ends, where the same bytes may be met twice. */
static inline uint64_t load_tail(const unsigned char *p, size_t len)
{
    if (len >= 4) {
        return load_le32(p) | load_le32(p + len - 4) << (8 * (len - 4));
    }
    return (uint64_t)p[0] | (uint64_t)p[len / 2] << (8 * (len / 2)) |
           (uint64_t)p[len - 1] << (8 * (len - 1));
}

#if defined(__GNUC__)
#define HASH_CLOSE inline __attribute__((always_inline)) /* in both of its callers */
#else
#define HASH_CLOSE inline
#endif

/* Two lanes, one multiplication per 8 bytes each, so that a packet's hash costs less than its checksum. */
static HASH_CLOSE ss_hash_state take_bytes(uint64_t seed, ss_slice bytes)
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
    return h;
}

uint64_t ss_hash64(uint64_t seed, ss_slice bytes)
{
    const ss_hash_state h = take_bytes(seed, bytes);
    return ss_hash_end(&h, bytes.len);
}

/* The bytes are taken once; what the lanes hold then is mixed in both orders. */
ss_key128 ss_hash128(uint64_t seed, ss_slice bytes)
{
    const ss_hash_state h = take_bytes(seed, bytes);
    const ss_hash_state swapped = { .even = h.odd, .odd = h.even };
    return (ss_key128){ .lo = ss_hash_end(&h, bytes.len), .hi = ss_hash_end(&swapped, bytes.len) };
}

uint64_t ss_entropy_next(ss_entropy *e)
{
    return ss_mix_absorb(e->key, e->ordinal++);
}
