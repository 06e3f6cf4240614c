/* sn/draw.h: keyed draws (design 3.5): rng/1 of ss/base.h under a purpose and words that say what is drawn for.
 *
 * Counter-based: a draw is a function of its key alone, never of how many draws were made before. Everything is
 * integers; distributions turn one 64-bit draw into one value.
 */
#ifndef SN_DRAW_H
#define SN_DRAW_H

#include "sn/program.h"

/** What a draw is for: part of its key. Append only; the numbers are frozen with rng/1. */
#define SN_PURPOSE_LIST(X)                                                                  \
    X(LOSS, 1)                                                                              \
    X(DUPLICATE, 2)                                                                         \
    X(DELAY, 3)                                                                             \
    X(REORDER, 4)                                                                           \
    X(ARRIVAL, 5)                                                                           \
    X(CALLEE, 6)                                                                            \
    X(HOLD, 7)                                                                              \
    X(HANGUP, 8)                                                                            \
    X(BEHAVIOUR, 9) X(WAIT, 10) X(REGISTER_AT, 11) X(ENTROPY, 12) X(TIE, 13) X(CALL_ID, 14) \
        X(SESSION, 15) X(SEQUENCE, 16) X(SEGMENT, 17) X(QUERY, 18) X(SERVER, 19)            \
            X(DELAY_AGAIN, 20) X(CORRUPT, 21) X(CORRUPT_WHERE, 22) X(SLOT, 23) X(EARLY, 24) \
                X(WALK, 25) X(FLAP, 26) X(PATIENCE, 27)
#define SN_PURPOSE_ID(name, number) SN_PURPOSE_##name = number,
typedef enum sn_purpose { SN_PURPOSE_LIST(SN_PURPOSE_ID) SN_PURPOSE_END } sn_purpose;

/** The draw of a key: (seed, purpose, words). */
uint64_t sn_draw(uint64_t seed, sn_purpose purpose, const uint64_t *words, unsigned count);
#define SN_DRAW(seed, purpose, ...)                               \
    sn_draw((seed), (purpose), (const uint64_t[]){ __VA_ARGS__ }, \
            (unsigned)(sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t)))

/** The upper 64 bits of a product. */
static inline uint64_t sn_multiply_high(uint64_t a, uint64_t b)
{
    const uint64_t a0 = a & UINT32_MAX, a1 = a >> 32;
    const uint64_t b0 = b & UINT32_MAX, b1 = b >> 32;
    const uint64_t middle = (a0 * b0 >> 32) + a1 * b0;
    return a1 * b1 + (middle >> 32) + ((a0 * b1 + (middle & UINT32_MAX)) >> 32);
}

/** 0..n-1, n at least 1; no value is likelier than another by more than n in 2^64. */
static inline uint64_t sn_draw_below(uint64_t draw, uint64_t n)
{
    SS_ASSERT(n > 0);
    return sn_multiply_high(draw, n);
}

static inline bool sn_prob_hit(sn_prob p, uint64_t draw)
{
    return draw >> 32 < p;
}

/** A fixed-point number with 32 bits behind the point, times a span, rounded down; saturates at SN_SPAN_MAX. */
#define SN_SPAN_MAX (UINT64_C(1) << 61) /* 73 years: no drawn span is longer */
ss_span sn_scale(ss_span span, uint64_t q32);

/** -ln(u) for the u in (0, 1] that the draw stands for, 32 bits behind the point: exponential with mean 1. */
uint64_t sn_exponential_q32(uint64_t draw);
/** Standard normal, 24 bits behind the point: inverse of the distribution function; |z| <= 6.5. */
int64_t sn_normal_q24(uint64_t draw);

/** Pareto of shape 3, with mean 0 and standard deviation 1, 32 bits behind the point; at least -0.58. */
int64_t sn_pareto_q32(uint64_t draw);

/** A span by its distribution; never below 0. */
ss_span sn_dist_span(const sn_dist *dist, uint64_t draw);

#endif
