/* Quantities: exact values, and words that read the same as what they were written from. */
#include "check.h"
#include "simnet/scenario/quantity.h"

#include <stdlib.h>
#include <string.h>

/* What a writer puts, as a string. Freed by the caller. */
static char *kept(sn_text *t, sn_hoard *h)
{
    char *copy = calloc(1, t->len + 1);
    CHECK_NOT_NULL(copy);
    memcpy(copy, t->at, t->len);
    sn_hoard_free(h);
    return copy;
}

static char *prob_text(sn_prob prob)
{
    sn_hoard h = { .max = 1 << 20 };
    sn_text t = { .hoard = &h };
    sn_quantity_put_prob(&t, prob);
    return kept(&t, &h);
}

static char *time_text(uint64_t ns)
{
    sn_hoard h = { .max = 1 << 20 };
    sn_text t = { .hoard = &h };
    sn_quantity_put_time(&t, ns);
    return kept(&t, &h);
}

static char *date_text(uint64_t seconds)
{
    sn_hoard h = { .max = 1 << 20 };
    sn_text t = { .hoard = &h };
    sn_quantity_put_date(&t, seconds);
    return kept(&t, &h);
}

TEST(times_are_nanoseconds_exactly)
{
    static const struct {
        const char *word;
        uint64_t ns;
    } rows[] = {
        { "0s", 0 },
        { "1ns", 1 },
        { "1.5us", 1500 },
        { "0.000001ms", 1 },
        { "20ms", 20000000 },
        { "20 ms", 20000000 },
        { "2min", UINT64_C(120000000000) },
        { "1h", UINT64_C(3600000000000) },
        { "0.5h", UINT64_C(1800000000000) },
        { "18446744073709551614ns", UINT64_MAX - 1 },
        { "1.10s", 1100000000 },
    };
    sn_flaw flaw;
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        uint64_t ns = 1234;
        CHECK(sn_quantity_time(ss_slice_from(rows[i].word), &ns, &flaw));
        CHECK_EQ(ns, rows[i].ns);
    }
}

TEST(times_that_do_not_fit_are_refused)
{
    static const char *const words[] = { "18446744073709551615ns",
                                         "18446744073709551616ns",
                                         "18446744074s",
                                         "5124096h",
                                         "1.0000000001s",
                                         "",
                                         "s",
                                         ".5s",
                                         "1e3s",
                                         "0x10s",
                                         "1s2ms",
                                         "+1s" };
    sn_flaw flaw;
    for (size_t i = 0; i < SS_COUNT(words); i++) {
        uint64_t ns = 1234;
        CHECK(!sn_quantity_time(ss_slice_from(words[i]), &ns, &flaw));
        CHECK_EQ(ns, 1234);
        CHECK(flaw.from + flaw.length <= strlen(words[i]) || flaw.length == 0);
    }
}

TEST(percentages_are_thresholds_rounded_half_up)
{
    static const struct {
        const char *word;
        sn_prob prob;
    } rows[] = {
        { "0%", 0 },
        { "100%", SN_ALWAYS },
        { "50%", SN_ALWAYS / 2 },
        { "2%", 85899346 },   /* 85899345.92 */
        { "0.1%", 4294967 },  /* 4294967.296 */
        { "0.00000001%", 0 }, /* 0.4294… */
        { "0.00000002%", 1 }, /* 0.8589… */
        { "99.99999999%", SN_ALWAYS },
        { "12.5 %", SN_ALWAYS / 8 },
    };
    sn_flaw flaw;
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        sn_prob prob = 7;
        CHECK(sn_quantity_prob(ss_slice_from(rows[i].word), &prob, &flaw));
        CHECK_EQ(prob, rows[i].prob);
    }
    sn_prob prob = 7;
    CHECK(!sn_quantity_prob(SS_LIT("100.000000001%"), &prob, &flaw));
    CHECK(!sn_quantity_prob(SS_LIT("0.0000000001%"), &prob, &flaw));
    CHECK_EQ(prob, 7);
}

TEST(a_threshold_is_written_as_the_shortest_percentage_that_reads_the_same)
{
    static const struct {
        sn_prob prob;
        const char *word;
    } rows[] = { { 0, "0%" },
                 { SN_ALWAYS, "100%" },
                 { 85899346, "2%" },
                 { 4294967, "0.1%" },
                 { SN_ALWAYS / 8, "12.5%" } };
    sn_flaw flaw;
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        char *word = prob_text(rows[i].prob);
        CHECK_STR(word, rows[i].word);
        free(word);
    }
    for (uint64_t i = 0; i < 20000; i++) {
        const sn_prob prob = ss_mix64(i) >> 32;
        sn_prob back = 0;
        char *word = prob_text(prob);
        CHECK(sn_quantity_prob(ss_slice_from(word), &back, &flaw));
        CHECK_EQ(back, prob);
        free(word);
    }
}

TEST(times_and_dates_are_written_as_they_are_read)
{
    static const uint64_t times[] = { 0,       1,          999,          1000,         1500,
                                      1000000, 1500000000, 120000000000, 3600000000001 };
    static const uint64_t dates[] = {
        0, 951782400, 951868800, 1893456000, 4107542399, 253402300799
    };
    sn_flaw flaw;
    for (size_t i = 0; i < SS_COUNT(times); i++) {
        uint64_t back = 1;
        char *word = time_text(times[i]);
        CHECK(sn_quantity_time(ss_slice_from(word), &back, &flaw));
        CHECK_EQ(back, times[i]);
        free(word);
    }
    for (size_t i = 0; i < SS_COUNT(dates); i++) {
        uint64_t back = 1;
        char *word = date_text(dates[i]);
        CHECK(sn_quantity_date(ss_slice_from(word), &back, &flaw));
        CHECK_EQ(back, dates[i]);
        free(word);
    }
}

TEST(dates_are_of_the_gregorian_calendar)
{
    uint64_t seconds = 0;
    sn_flaw flaw;
    CHECK(sn_quantity_date(SS_LIT("2000-02-29T12:34:56Z"), &seconds, &flaw));
    CHECK_EQ(seconds, 951827696);
    CHECK(!sn_quantity_date(SS_LIT("2100-02-29T00:00:00Z"), &seconds, &flaw));
    CHECK(!sn_quantity_date(SS_LIT("1969-12-31T23:59:59Z"), &seconds, &flaw));
    CHECK(!sn_quantity_date(SS_LIT("2030-01-01 00:00:00Z"), &seconds, &flaw));
    CHECK(!sn_quantity_date(SS_LIT("2030-13-01T00:00:00Z"), &seconds, &flaw));
}

TEST(arrivals_are_a_mean_interval)
{
    static const struct {
        const char *word;
        bool poisson;
        uint64_t interval;
    } rows[] = {
        { "10/s", false, 100000000 },
        { "poisson 10/s", true, 100000000 },
        { "every 100ms", false, 100000000 },
        { "poisson every 1s", true, 1000000000 },
        { "3/s", false, 333333333 },
        { "1.5/s", false, 666666667 },
        { "6/min", false, UINT64_C(10000000000) },
        { "0.001/h", false, UINT64_C(3600000000000000) },
    };
    sn_flaw flaw;
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        bool poisson = !rows[i].poisson;
        uint64_t interval = 0;
        CHECK(sn_quantity_arrivals(ss_slice_from(rows[i].word), &poisson, &interval, &flaw));
        CHECK_EQ(poisson, rows[i].poisson);
        CHECK_EQ(interval, rows[i].interval);
    }
}
