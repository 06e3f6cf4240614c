/* Names of metrics, their values, and what a scenario may expect of them. */
#include <string.h>

#include "check.h"
#include "sn/judge.h"

static unsigned named(const char *name)
{
    unsigned nth = 0;
    CHECK(sn_metric_find((ss_slice){ name, strlen(name) }, &nth));
    return nth;
}

TEST(each_name_is_found_again_and_stands_once)
{
    sn_metric_info info;
    unsigned count = 0;
    for (; sn_metric_info_at(count, &info); count++) {
        CHECK_EQ(named(info.name), count);
        CHECK(strlen(info.sentence) > 0);
    }
    CHECK(count > 100);
    unsigned nth = 0;
    CHECK(!sn_metric_find(SS_LIT("se"), &nth));
    CHECK(!sn_metric_find(SS_LIT("serr"), &nth));
    CHECK(!sn_metric_find(SS_EMPTY, &nth));
}

TEST(units_follow_from_what_is_measured)
{
    sn_metric_info info;
    CHECK(sn_metric_info_at(named("seer"), &info));
    CHECK_EQ(info.unit, SN_UNIT_RATIO);
    CHECK(sn_metric_info_at(named("srd.p99"), &info));
    CHECK_EQ(info.unit, SN_UNIT_TIME);
    CHECK(sn_metric_info_at(named("retransmits.a"), &info));
    CHECK_EQ(info.unit, SN_UNIT_COUNT);
}

TEST(values_are_ppm_ns_and_counts_or_null)
{
    static sn_metrics m;
    uint64_t value = 0;
    CHECK(!sn_metric_value(&m, named("ser"), &value));
    CHECK(!sn_metric_value(&m, named("srd.p50"), &value));
    CHECK(sn_metric_value(&m, named("dropped.loss"), &value));
    CHECK_EQ(value, 0);
    m.ser = (sn_ratio){ 2, 3 };
    m.dropped[SN_CAUSE_LOSS] = 17;
    m.timer_fired[SS_TIMER_TWOXX] = 5;
    sn_histogram_add(&m.srd_ok, 10);
    sn_histogram_add(&m.srd_ok, 13);
    CHECK(sn_metric_value(&m, named("ser"), &value));
    CHECK_EQ(value, 666666);
    CHECK(sn_metric_value(&m, named("dropped.loss"), &value));
    CHECK_EQ(value, 17);
    CHECK(sn_metric_value(&m, named("timer_fired.2xx"), &value));
    CHECK_EQ(value, 5);
    CHECK(sn_metric_value(&m, named("srd.p50"), &value));
    CHECK_EQ(value, 10);
    CHECK(sn_metric_value(&m, named("srd.max"), &value));
    CHECK_EQ(value, 13);
    CHECK(sn_metric_value(&m, named("srd.mean"), &value));
    CHECK_EQ(value, 11);
}

TEST(an_expectation_holds_by_its_comparison_and_never_of_null)
{
    static sn_metrics m;
    static const struct {
        sn_compare compare;
        bool below, equal, above;
    } cases[] = { { SN_LT, true, false, false }, { SN_LE, true, true, false },
                  { SN_EQ, false, true, false }, { SN_NE, true, false, true },
                  { SN_GE, false, true, true },  { SN_GT, false, false, true } };
    bool is_null = false;
    uint64_t value = 0;
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        sn_expect e = { .metric = named("attempts"), .compare = cases[i].compare, .bound = 10 };
        m.attempts = 9;
        CHECK_EQ(sn_expect_holds(&e, &m, &is_null, &value), cases[i].below);
        m.attempts = 10;
        CHECK_EQ(sn_expect_holds(&e, &m, &is_null, &value), cases[i].equal);
        m.attempts = 11;
        CHECK_EQ(sn_expect_holds(&e, &m, &is_null, &value), cases[i].above);
        CHECK(!is_null);
        CHECK_EQ(value, 11);
        e.metric = named("ser");
        CHECK(!sn_expect_holds(&e, &m, &is_null, &value));
        CHECK(is_null);
    }
}
