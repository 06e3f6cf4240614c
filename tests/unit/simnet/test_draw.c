/* Keyed draws: known answers of rng/1, and distributions whose moments are counted in integers. */
#include "check.h"

#include "sn/draw.h"

enum { DRAWS = 100000 };

TEST(known_answers_of_keyed_draws)
{
    CHECK_EQ(sn_draw(0, SN_PURPOSE_LOSS, NULL, 0), UINT64_C(0xe5bd5543bb7a8e43));
    CHECK_EQ(SN_DRAW(42, SN_PURPOSE_LOSS, 1), UINT64_C(0x5aa0f7d2d0fe7251));
    CHECK_EQ(SN_DRAW(42, SN_PURPOSE_LOSS, 1, 2, 3, 4, 5), UINT64_C(0xd01a314827bac8cd));
    CHECK_EQ(SN_DRAW(42, SN_PURPOSE_DUPLICATE, 1, 2, 3, 4, 5), UINT64_C(0x804bf95a1af5bf93));
    CHECK_EQ(SN_DRAW(42, SN_PURPOSE_TIE, UINT64_MAX), UINT64_C(0x673c86332d3ccfd1));
}

TEST(purpose_numbers_are_frozen)
{
    CHECK_EQ(SN_PURPOSE_LOSS, 1);
    CHECK_EQ(SN_PURPOSE_ARRIVAL, 5);
    CHECK_EQ(SN_PURPOSE_WAIT, 10);
    CHECK_EQ(SN_PURPOSE_SESSION, 15);
}

TEST(known_answers_of_the_logarithm)
{
    static const uint64_t answers[][2] = {
        /* draw; floor(-ln(draw / 2^64) * 2^32), by 60-digit decimals */
        { 1, UINT64_C(190530846196) },
        { UINT64_MAX, 0 },
        { UINT64_C(0x8000000000000001), UINT64_C(2977044471) },
        { UINT64_C(0x4000000000000001), UINT64_C(5954088943) },
        { UINT64_C(0x123456789abcdef1), UINT64_C(11353796212) },
    };
    for (size_t i = 0; i < SS_COUNT(answers); i++) {
        CHECK_EQ(sn_exponential_q32(answers[i][0]), answers[i][1]);
    }
    CHECK_EQ(sn_exponential_q32(0), sn_exponential_q32(1)); /* never infinite */
}

TEST(the_upper_half_of_a_product)
{
    CHECK_EQ(sn_multiply_high(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1);
    CHECK_EQ(sn_multiply_high(UINT64_C(1) << 63, 2), 1);
    CHECK_EQ(sn_multiply_high(UINT64_C(0x123456789abcdef0), UINT64_C(0xfedcba9876543210)),
             UINT64_C(0x121fa00ad77d7422));
}

TEST(below_n_is_never_n_and_reaches_both_ends)
{
    CHECK_EQ(sn_draw_below(0, 7), 0);
    CHECK_EQ(sn_draw_below(UINT64_MAX, 7), 6);
    CHECK_EQ(sn_draw_below(UINT64_MAX, 1), 0);
    uint64_t counts[5] = { 0 };
    for (uint64_t i = 0; i < DRAWS; i++) {
        counts[sn_draw_below(SN_DRAW(1, SN_PURPOSE_CALLEE, i), 5)]++;
    }
    for (unsigned i = 0; i < 5; i++) {
        CHECK(counts[i] > DRAWS / 5 - 600 &&
              counts[i] < DRAWS / 5 + 600); /* 5 sigma of binomial(1e5, 1/5) */
    }
}

TEST(a_probability_is_a_threshold)
{
    CHECK(!sn_prob_hit(0, 0));
    CHECK(sn_prob_hit(SN_ALWAYS, UINT64_MAX));
    uint64_t hits = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        hits += sn_prob_hit(SN_ALWAYS / 50, SN_DRAW(1, SN_PURPOSE_LOSS, i));
    }
    CHECK(hits > 2000 - 225 && hits < 2000 + 225); /* 5 sigma */
}

TEST(scaling_rounds_down_and_saturates)
{
    CHECK_EQ(sn_scale(SS_S(3), UINT64_C(1) << 32), SS_S(3));
    CHECK_EQ(sn_scale(3, UINT64_C(1) << 31), 1);
    CHECK_EQ(sn_scale(SS_S(3), 0), 0);
    CHECK_EQ(sn_scale(UINT64_MAX, UINT64_MAX), SN_SPAN_MAX);
    CHECK_EQ(sn_scale(SN_SPAN_MAX, UINT64_C(2) << 32), SN_SPAN_MAX);
}

typedef struct moments {
    uint64_t mean, variance_ms2; /* ns; ms^2 */
    ss_span least, most;
} moments;

static moments moments_of(const sn_dist *dist)
{
    uint64_t sum = 0;
    moments m = { .least = UINT64_MAX };
    for (uint64_t i = 0; i < DRAWS; i++) {
        const ss_span span = sn_dist_span(dist, SN_DRAW(7, SN_PURPOSE_WAIT, i));
        sum += span;
        m.least = span < m.least ? span : m.least;
        m.most = span > m.most ? span : m.most;
    }
    m.mean = sum / DRAWS;
    uint64_t squares = 0; /* in units of 10 us, so that the sum fits */
    for (uint64_t i = 0; i < DRAWS; i++) {
        const ss_span span = sn_dist_span(dist, SN_DRAW(7, SN_PURPOSE_WAIT, i));
        const uint64_t off = (span > m.mean ? span - m.mean : m.mean - span) / 10000;
        squares += off * off;
    }
    m.variance_ms2 = squares / DRAWS / 10000;
    return m;
}

TEST(uniform_has_its_mean_variance_and_ends)
{
    const sn_dist dist = { SN_DIST_UNIFORM, SS_MS(100), SS_MS(300) };
    const moments m = moments_of(&dist);
    CHECK(m.mean > SS_MS(199) && m.mean < SS_MS(201));
    CHECK(m.variance_ms2 > 3280 && m.variance_ms2 < 3387); /* 200^2 / 12 = 3333 */
    CHECK(m.least >= SS_MS(100) && m.most <= SS_MS(300));
    const sn_dist ends = { SN_DIST_UNIFORM, 5, 6 };
    CHECK_EQ(sn_dist_span(&ends, 0), 5);
    CHECK_EQ(sn_dist_span(&ends, UINT64_MAX), 6);
    const sn_dist turned = { SN_DIST_UNIFORM, 9, 2 };
    CHECK_EQ(sn_dist_span(&turned, UINT64_MAX), 9);
    const sn_dist whole = { SN_DIST_UNIFORM, 0, UINT64_MAX };
    CHECK_EQ(sn_dist_span(&whole, UINT64_MAX), UINT64_MAX);
}

TEST(exponential_has_its_mean_and_variance)
{
    const sn_dist dist = { SN_DIST_EXP, SS_MS(100), 0 };
    const moments m = moments_of(&dist);
    CHECK(m.mean > SS_US(98400) && m.mean < SS_US(101600)); /* 5 sigma */
    CHECK(m.variance_ms2 > 9300 && m.variance_ms2 < 10700); /* 100^2 */
}

TEST(normal_has_its_mean_and_variance)
{
    const sn_dist dist = { SN_DIST_NORMAL, SS_MS(200), SS_MS(20) };
    const moments m = moments_of(&dist);
    CHECK(m.mean > SS_US(199680) && m.mean < SS_US(200320));
    CHECK(m.variance_ms2 > 390 && m.variance_ms2 < 410);
}

TEST(a_drawn_span_is_never_negative)
{
    const sn_dist dist = { SN_DIST_NORMAL, SS_MS(1), SS_MS(100) };
    CHECK_EQ(moments_of(&dist).least, 0);
    const sn_dist constant = { SN_DIST_CONST, SS_MS(3), 0 };
    CHECK_EQ(sn_dist_span(&constant, 12345), SS_MS(3));
}

TEST(absurd_spans_saturate)
{
    const sn_dist normal = { SN_DIST_NORMAL, UINT64_MAX, UINT64_MAX };
    const sn_dist exponential = { SN_DIST_EXP, UINT64_MAX, 0 };
    for (uint64_t i = 0; i < 1000; i++) {
        const uint64_t draw = SN_DRAW(3, SN_PURPOSE_DELAY, i);
        CHECK(sn_dist_span(&normal, draw) <= SN_SPAN_MAX);
        CHECK(sn_dist_span(&exponential, draw) <= SN_SPAN_MAX);
    }
}

/* ---- Pareto ---- */

/* (u^(-1/3) - 3/2) / sqrt(3/4), 32 bits behind the point. */
TEST(pareto_of_shape_3_is_right_where_its_root_is_known)
{
    static const struct {
        uint64_t u; /* of 2^64; the lowest bit is always set */
        int64_t z_q32;
    } known[] = {
        { UINT64_C(1) << 61, 2479700525 },             /* 1/8: the root is 2 */
        { UINT64_C(1) << 58, 12398502623 },            /* 1/64: 4 */
        { UINT64_C(1) << 34, INT64_C(5070987572615) }, /* 2^-30: 1024 */
        { UINT64_C(1) << 63, -1190647797 },            /* 1/2: 1.25992105 */
        { UINT64_MAX, -2479700525 },                   /* 1: 1, the least there is */
    };
    for (size_t i = 0; i < SS_COUNT(known); i++) {
        const int64_t off = sn_pareto_q32(known[i].u) - known[i].z_q32;
        const int64_t room = i == 2 ? 4096 : 4; /* there the lowest bit of u is worth something */
        CHECK(off <= room && off >= -room);
    }
    CHECK(sn_pareto_q32(0) > sn_pareto_q32(2)); /* the longest tail: no draw is out of range */
}

TEST(pareto_falls_as_its_draw_grows)
{
    int64_t before = INT64_MAX;
    for (uint64_t i = 1; i < 100000; i++) {
        const int64_t z = sn_pareto_q32(i * (UINT64_MAX / 100000));
        CHECK(z <= before);
        before = z;
    }
}
