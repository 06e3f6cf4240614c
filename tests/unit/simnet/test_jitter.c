/* Distributions of jitter: mean 0, the spread that was asked for, quantiles, correlation. */
#include "check.h"

#include "simnet/link/jitter.h"

enum { DRAWS = 40000 };

static uint64_t draw_of(uint64_t i)
{
    return SN_DRAW(3, SN_PURPOSE_DELAY, i);
}

/* Shares of draws, of 1000, below a value in thousandths of the spread. */
TEST(each_shape_has_its_quantiles)
{
    static const struct {
        sn_shape shape;
        int64_t below; /* thousandths of the spread */
        unsigned share;
    } known[] = {
        { SN_SHAPE_UNIFORM, -500, 250 }, { SN_SHAPE_UNIFORM, 0, 500 },
        { SN_SHAPE_UNIFORM, 900, 950 },  { SN_SHAPE_NORMAL, -1000, 159 },
        { SN_SHAPE_NORMAL, 0, 500 },     { SN_SHAPE_NORMAL, 2000, 977 },
        { SN_SHAPE_EXP, -1000, 0 },      { SN_SHAPE_EXP, 0, 632 },    /* 1 - 1/e */
        { SN_SHAPE_EXP, 2000, 950 },                                  /* 1 - e^-3 */
        { SN_SHAPE_PARETO, -578, 0 },    { SN_SHAPE_PARETO, 0, 704 }, /* 1 - (3/2)^-3 */
        { SN_SHAPE_PARETO, 577, 875 },                                /* 1 - 2^-3 */
        { SN_SHAPE_PARETO, 2887, 984 },                               /* 1 - 4^-3 */
    };
    for (size_t k = 0; k < SS_COUNT(known); k++) {
        const sn_jitter jitter = { .shape = known[k].shape, .spread = SS_MS(5) };
        const int64_t limit = known[k].below * (int64_t)SS_US(5);
        unsigned below = 0;
        for (uint64_t i = 0; i < DRAWS; i++) {
            below += sn_jitter_offset(&jitter, draw_of(i)) < limit;
        }
        const int64_t off = (int64_t)below * 1000 / DRAWS - known[k].share;
        CHECK(off <= 12 && off >= -12); /* 5 sigma of a half */
    }
}

TEST(the_mean_of_every_shape_is_0)
{
    for (unsigned shape = 0; shape < SN_SHAPE_TABLE; shape++) {
        const sn_jitter jitter = { .shape = (sn_shape)shape, .spread = SS_MS(5) };
        int64_t sum = 0;
        for (uint64_t i = 0; i < DRAWS; i++) {
            sum += sn_jitter_offset(&jitter, draw_of(i));
        }
        CHECK(sum / DRAWS < 125000 && sum / DRAWS > -125000); /* 5 sigma: 5 ms / 200 * 5 */
    }
}

TEST(uniform_jitter_reaches_both_ends)
{
    const sn_jitter jitter = { .spread = SS_MS(5) };
    CHECK_EQ(sn_jitter_offset(&jitter, 0), -(int64_t)SS_MS(5));
    CHECK_EQ(sn_jitter_offset(&jitter, UINT64_MAX), (int64_t)SS_MS(5));
}

TEST(absurd_spreads_saturate)
{
    for (unsigned shape = 0; shape < SN_SHAPE_TABLE; shape++) {
        const sn_jitter jitter = { .shape = (sn_shape)shape, .spread = UINT64_MAX };
        for (uint64_t i = 0; i < 1000; i++) {
            const int64_t offset = sn_jitter_offset(&jitter, draw_of(i));
            CHECK(offset >= -(int64_t)SN_SPAN_MAX && offset <= (int64_t)SN_SPAN_MAX);
        }
    }
}

TEST(correlated_jitter_repeats_as_often_as_asked)
{
    const sn_jitter jitter = { .shape = SN_SHAPE_NORMAL,
                               .spread = SS_MS(5),
                               .corr = SN_ALWAYS / 4 };
    sn_jitter_memory memory = { 0 };
    int64_t before = INT64_MAX;
    unsigned repeats = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        const int64_t offset =
            sn_jitter_next(&jitter, &memory, SN_DRAW(3, SN_PURPOSE_DELAY_AGAIN, i), draw_of(i));
        repeats += offset == before;
        before = offset;
    }
    CHECK(repeats > DRAWS / 4 - 433 && repeats < DRAWS / 4 + 433);
}
