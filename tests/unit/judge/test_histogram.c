/* Log-linear histograms: the buckets' bounds, quantiles, the ends of the range. */
#include "check.h"
#include "sn/judge.h"

TEST(values_below_16_are_exact)
{
    sn_histogram h = { 0 };
    for (uint64_t v = 0; v < 16; v++) {
        sn_histogram_add(&h, v);
        CHECK_EQ(h.buckets[v], 1);
    }
    CHECK_EQ(sn_histogram_quantile(&h, 500000), 7);
    CHECK_EQ(sn_histogram_quantile(&h, 1000000), 15);
    CHECK_EQ(sn_histogram_quantile(&h, 0), 0);
}

TEST(each_doubling_has_16_buckets_and_a_quantile_is_its_buckets_end)
{
    static const uint64_t values[] = { 16, 17, 31, 32, 33, 34, 63, 64, UINT64_MAX };
    static const unsigned buckets[] = { 16, 17, 31, 32, 32, 33, 47, 48, 975 };
    for (size_t i = 0; i < SS_COUNT(values); i++) {
        sn_histogram h = { 0 };
        sn_histogram_add(&h, values[i]);
        CHECK_EQ(sn_histogram_quantile(&h, 990000), values[i]);
        CHECK_EQ(h.buckets[buckets[i]], 1);
    }
    sn_histogram h = { 0 };
    sn_histogram_add(&h, 1000);
    sn_histogram_add(&h, 5000);
    CHECK_EQ(sn_histogram_quantile(&h, 500000), 1023);
    CHECK_EQ(h.min, 1000);
    CHECK_EQ(h.max, 5000);
    CHECK_EQ(h.sum, 6000);
}

TEST(a_quantile_is_at_most_a_sixteenth_above_the_value)
{
    sn_histogram h = { 0 };
    for (uint64_t v = 1; v <= 100000; v++) {
        sn_histogram_add(&h, v);
    }
    for (uint32_t percent = 1; percent <= 100; percent++) {
        const uint64_t exact = (uint64_t)percent * 1000;
        const uint64_t found = sn_histogram_quantile(&h, percent * 10000);
        CHECK(found >= exact);
        CHECK(found <= exact + exact / 16);
    }
}

TEST(an_empty_histogram_has_no_quantile)
{
    const sn_histogram h = { 0 };
    CHECK_EQ(sn_histogram_quantile(&h, 500000), 0);
}
