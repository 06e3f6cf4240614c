/* Keyed draws and distributions in integers (design 3.5, 3.6). Nothing here has state; the exponential distribution's
 * logarithm is computed exactly, bit by bit, the normal one's inverse is a table (draw/normal.c). */
#include "sn/draw.h"

#define RNG_1 \
    UINT64_C(0x31676e72) /* "rng1": keeps these draws apart from other uses of the mixer */

uint64_t sn_draw(uint64_t seed, sn_purpose purpose, const uint64_t *words, unsigned count)
{
    uint64_t h = ss_mix_absorb(ss_mix_absorb(RNG_1, seed), (uint64_t)purpose);
    for (unsigned i = 0; i < count; i++) {
        h = ss_mix_absorb(h, words[i]);
    }
    return h;
}

ss_span sn_scale(ss_span span, uint64_t q32)
{
    const uint64_t high = sn_multiply_high(span, q32);
    if (high >> 29 != 0) {
        return SN_SPAN_MAX;
    }
    const ss_span scaled = high << 32 | span * q32 >> 32;
    return scaled < SN_SPAN_MAX ? scaled : SN_SPAN_MAX;
}

/* log2 of x / 2^63 for x in [2^63, 2^64): squaring doubles the logarithm, and each overflow past 2 is its next bit. */
static uint64_t log2_fraction_q32(uint64_t x)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < 32; i++) {
        const uint64_t high = sn_multiply_high(x, x); /* x^2 / 2^64: in [2^62, 2^64) */
        const bool over = high >> 63 != 0;
        bits = bits << 1 | over;
        x = over ? high : high << 1 | x * x >> 63;
    }
    return bits;
}

uint64_t sn_exponential_q32(uint64_t draw)
{
    const uint64_t u = draw | 1; /* never 0; u / 2^64 */
    const unsigned zeros = (unsigned)__builtin_clzll(u);
    const uint64_t log2_q32 = ((uint64_t)(zeros + 1) << 32) - log2_fraction_q32(u << zeros);
    const uint64_t ln2_q64 = UINT64_C(0xb17217f7d1cf79ac);
    return sn_multiply_high(log2_q32, ln2_q64);
}

static int64_t saturate(ss_span magnitude, bool negative)
{
    const int64_t value = magnitude < SN_SPAN_MAX ? (int64_t)magnitude : (int64_t)SN_SPAN_MAX;
    return negative ? -value : value;
}

/* a + z*sd; a is at most SN_SPAN_MAX, so that the sum fits. */
static int64_t normal_offset(ss_span mean, ss_span sd, uint64_t draw)
{
    const int64_t z = sn_normal_q24(draw);
    const uint64_t size_q32 = (uint64_t)(z < 0 ? -z : z) << 8;
    const int64_t sum = saturate(mean, false) + saturate(sn_scale(sd, size_q32), z < 0);
    return sum < 0 ? saturate((uint64_t)-sum, true) : saturate((uint64_t)sum, false);
}

/* 0..width, both included. */
static uint64_t up_to(uint64_t draw, uint64_t width)
{
    return width == UINT64_MAX ? draw : sn_draw_below(draw, width + 1);
}

ss_span sn_dist_span(const sn_dist *dist, uint64_t draw)
{
    SS_ASSERT(dist->kind <= SN_DIST_EXP);
    switch (dist->kind) {
    case SN_DIST_CONST:
        return dist->a;
    case SN_DIST_UNIFORM:
        return dist->b <= dist->a ? dist->a : dist->a + up_to(draw, dist->b - dist->a);
    case SN_DIST_NORMAL: {
        const int64_t span = normal_offset(dist->a, dist->b, draw);
        return span < 0 ? 0 : (ss_span)span;
    }
    case SN_DIST_EXP:
        return sn_scale(dist->a, sn_exponential_q32(draw));
    }
    return 0;
}
