/* RED against what it is made of: the average by hand, the spread of its drops by their closed form. */
#include "check.h"

#include "simnet/link/red.h"

#include "sn/draw.h"

static uint64_t half(uint64_t i)
{
    return SN_DRAW(11, SN_PURPOSE_EARLY, i);
}

TEST(red_drops_nothing_below_min_and_everything_from_max_on)
{
    const sn_red red = { .min = 5, .max = 15, .p = SN_ALWAYS / 10, .weight = 0 };
    sn_red_memory m = { 0 };
    for (uint64_t i = 0; i < 1000; i++) {
        CHECK(!sn_red_drops(&red, &m, 4, 0, half(i)));
        CHECK(sn_red_drops(&red, &m, 15, 0, UINT64_MAX));
    }
}

/* weight 2, so a quarter of the way, and of the average times 4 nothing is lost. */
TEST(red_averages_what_waits)
{
    static const struct {
        uint32_t length;
        uint64_t average; /* times 4 */
    } rows[] = { { 8, 8 }, { 8, 14 }, { 8, 19 }, { 0, 15 }, { 0, 12 }, { 100, 109 } };
    const sn_red red = { .min = 1000, .max = 2000, .weight = 2 };
    sn_red_memory m = { 0 };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        CHECK(!sn_red_drops(&red, &m, rows[i].length, 0, 0));
        CHECK_EQ(m.average, rows[i].average);
    }
}

TEST(red_forgets_while_nothing_waits)
{
    const sn_red red = { .min = 1000000, .max = 2000000, .weight = 2 };
    sn_red_memory m = { .average = 4096 };
    (void)sn_red_drops(&red, &m, 0, 1, 0); /* three quarters, and three quarters of that */
    CHECK_EQ(m.average, 2304);
    m.average = 4096;
    (void)sn_red_drops(&red, &m, 0, 3, 0);
    CHECK_EQ(m.average, 1296); /* 4096 * (3/4)^4 */
    m.average = UINT64_C(1) << 48;
    (void)sn_red_drops(&red, &m, 0, UINT64_MAX, 0);
    CHECK_EQ(m.average, 0);
}

/* With p_b = 1/4 from one drop to the next it is 1, 2, 3 or 4 packets, each as often. */
TEST(red_spreads_its_drops_evenly)
{
    const sn_red red = { .min = 0, .max = 8, .p = SN_ALWAYS / 2, .weight = 0 };
    sn_red_memory m = { 0 };
    unsigned gaps[6] = { 0 }, gap = 0;
    for (uint64_t i = 0; i < 250000; i++) {
        gap++;
        if (sn_red_drops(&red, &m, 4, 0, half(i))) {
            CHECK(gap <= 4);
            gaps[gap]++;
            gap = 0;
        }
    }
    for (unsigned i = 1; i <= 4; i++) { /* of 100,000 drops; a sigma is 137 */
        CHECK(gaps[i] > 25000 - 700 && gaps[i] < 25000 + 700);
    }
}

TEST(red_s_numbers_do_not_overflow)
{
    const sn_red red = {
        .min = 0, .max = UINT32_MAX, .p = SN_ALWAYS, .weight = SN_RED_WEIGHT_MAX, .in_bytes = true
    };
    sn_red_memory m = { 0 };
    unsigned drops = 0;
    for (uint64_t i = 0; i < 3000000; i++) {
        drops += sn_red_drops(&red, &m, UINT32_MAX, 0, half(i));
    }
    CHECK(drops > 1000000); /* the average has come close */
    CHECK(m.average >> SN_RED_WEIGHT_MAX <= UINT32_MAX);
}
