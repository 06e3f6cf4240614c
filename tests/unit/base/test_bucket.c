/* Token buckets at their edges: exact instants, bursts of 0, rates of 0, clocks at 0 and at the end of time. */
#include "check.h"

#include "ss/base.h"

static unsigned takes(ss_bucket *b, ss_rate rate, ss_time now, unsigned tries)
{
    unsigned taken = 0;
    for (unsigned i = 0; i < tries; i++) {
        taken += ss_bucket_take(b, rate, now);
    }
    return taken;
}

TEST(a_bucket_gives_its_burst_and_then_one_each_interval_to_the_nanosecond)
{
    const ss_rate rate = { .interval = SS_MS(100), .burst = 3 };
    ss_bucket b = { 0 };
    CHECK_EQ(takes(&b, rate, 0, 5), 3);
    CHECK_EQ(takes(&b, rate, SS_MS(100) - 1, 5), 0);
    CHECK_EQ(takes(&b, rate, SS_MS(100), 5), 1);
    CHECK_EQ(takes(&b, rate, SS_MS(250), 5), 1);
    CHECK_EQ(takes(&b, rate, SS_MS(300) - 1, 5),
             0); /* the half interval is not lost, nor given twice */
    CHECK_EQ(takes(&b, rate, SS_MS(300), 5), 1);
    CHECK(!ss_bucket_is_full(&b, rate, SS_MS(600) - 1));
    CHECK(ss_bucket_is_full(&b, rate, SS_MS(600)));
    CHECK_EQ(takes(&b, rate, SS_S(100), 5), 3);
}

TEST(a_bucket_admits_the_same_however_often_it_is_asked)
{
    const ss_rate rate = { .interval = 7, .burst = 2 };
    ss_bucket often = { 0 }, seldom = { 0 };
    unsigned a = 0, b = 0;
    for (ss_time now = 0; now < 700; now++) {
        a += ss_bucket_take(&often, rate, now);
        b += now % 7 == 0 ? takes(&seldom, rate, now, 9) : 0;
    }
    CHECK_EQ(a, 2 + 99);
    CHECK_EQ(b, 2 + 99);
}

TEST(a_bucket_without_burst_gives_nothing_and_one_without_interval_everything)
{
    ss_bucket b = { 0 };
    CHECK_EQ(takes(&b, (ss_rate){ .interval = SS_S(1), .burst = 0 }, SS_S(5), 100), 0);
    CHECK_EQ(takes(&b, (ss_rate){ .interval = 0, .burst = 0 }, SS_S(5), 100), 100);
    CHECK(ss_bucket_is_full(&b, (ss_rate){ 0 }, 0));
}

TEST(a_bucket_of_rate_zero_gives_its_burst_once)
{
    const ss_rate rate = { .interval = SS_TIME_NEVER, .burst = 2 };
    ss_bucket b = { 0 };
    CHECK_EQ(takes(&b, rate, 0, 5), 2);
    CHECK_EQ(takes(&b, rate, SS_TIME_NEVER - 1, 5), 0);
    CHECK(!ss_bucket_is_full(&b, rate, SS_TIME_NEVER - 1));
}

TEST(a_bucket_at_the_end_of_time_and_with_a_clock_that_stands_still)
{
    const ss_rate rate = { .interval = 1, .burst = UINT32_MAX };
    ss_bucket b = { 0 };
    CHECK_EQ(takes(&b, rate, SS_TIME_NEVER - 2, 3), 3);
    CHECK_EQ(takes(&b, rate, SS_TIME_NEVER - 1, 3), 3);
    CHECK_EQ(takes(&b, rate, 5, 1), 1); /* backwards: as if no time had passed */
    CHECK(!ss_bucket_is_full(&b, rate, SS_TIME_NEVER - 1));
    CHECK_EQ(b.used, 6);
}
