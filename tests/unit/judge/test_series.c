/* Series over virtual time: buckets that double, counts that add up to the meter's, peaks that are the highest of their bucket. */
#include "check.h"
#include "facts_rig.h"
#include "sn/series.h"

typedef struct rig {
    sn_cast cast;
    sn_meter *meter;
    sn_series *series;
    uint64_t counter;
} rig;

static void begin(rig *r)
{
    *r = (rig){ .cast = facts_cast() };
    r->meter = sn_meter_new(&r->cast);
    CHECK_NOT_NULL(r->meter);
    r->series = sn_series_new(r->meter);
    CHECK_NOT_NULL(r->series);
}

static void give(rig *r, sn_fact fact)
{
    fact.key.counter = r->counter++;
    sn_series_fact(r->series, &fact);
    sn_meter_fact(r->meter, &fact);
}

static void packet(rig *r, ss_time at)
{
    give(r, facts_fact(at, 0, SN_FACT_PACKET, FACTS_ALICE));
}

static void note(rig *r, ss_time at, ss_note what)
{
    sn_fact fact = facts_fact(at, 0, SN_FACT_NOTE, FACTS_ALICE);
    fact.note = what;
    give(r, fact);
}

static void end(rig *r)
{
    sn_series_free(r->series);
    sn_meter_free(r->meter);
}

static int64_t value(const rig *r, unsigned bucket, const char *column)
{
    return sn_series_value(r->series, bucket, sn_series_column(column));
}

static int64_t sum(const rig *r, const char *column)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < sn_series_count(r->series); i++) {
        sum += value(r, i, column);
    }
    return sum;
}

TEST(series_puts_what_happens_into_the_bucket_of_its_instant)
{
    rig r;
    begin(&r);
    packet(&r, 0);
    packet(&r, SN_SERIES_WIDTH - 1);
    packet(&r, SN_SERIES_WIDTH);
    packet(&r, 3 * SN_SERIES_WIDTH);
    sn_series_finish(r.series);
    CHECK_EQ(sn_series_count(r.series), 4);
    CHECK_EQ(sn_series_width(r.series), SN_SERIES_WIDTH);
    CHECK_EQ(value(&r, 0, "packets"), 2);
    CHECK_EQ(value(&r, 1, "packets"), 1);
    CHECK_EQ(value(&r, 2, "packets"), 0);
    CHECK_EQ(value(&r, 3, "packets"), 1);
    end(&r);
}

TEST(series_of_an_empty_run_is_one_bucket_of_nothing)
{
    rig r;
    begin(&r);
    sn_series_finish(r.series);
    CHECK_EQ(sn_series_count(r.series), 1);
    sn_series_info info;
    for (unsigned nth = 0; sn_series_info_at(nth, &info); nth++) {
        CHECK_EQ(sn_series_value(r.series, 0, nth), 0);
        CHECK_EQ(sn_series_column(info.name), nth);
    }
    end(&r);
}

TEST(series_doubles_its_width_when_it_is_full_and_loses_nothing)
{
    rig r;
    begin(&r);
    for (uint64_t i = 0; i < 3 * SN_SERIES_BUCKETS; i++) {
        packet(&r, i * SN_SERIES_WIDTH);
        CHECK(sn_series_count(r.series) <= SN_SERIES_BUCKETS);
    }
    sn_series_finish(r.series);
    CHECK_EQ(sn_series_width(r.series), 4u * SN_SERIES_WIDTH);
    CHECK_EQ(sn_series_count(r.series), SN_SERIES_BUCKETS * 3 / 4);
    for (unsigned i = 0; i < sn_series_count(r.series); i++) {
        CHECK_EQ(value(&r, i, "packets"), 4);
    }
    end(&r);
}

TEST(series_takes_any_instant_up_to_the_last_there_is)
{
    rig r;
    begin(&r);
    packet(&r, 0);
    packet(&r, SS_S(5));
    packet(&r, SS_TIME_NEVER - 1);
    packet(&r, SS_TIME_NEVER);
    sn_series_finish(r.series);
    CHECK_EQ(sum(&r, "packets"), 4);
    CHECK_EQ(value(&r, 0, "packets"), 2);
    CHECK_EQ(value(&r, sn_series_count(r.series) - 1, "packets"), 2);
    end(&r);
}

TEST(series_keeps_the_peak_of_each_bucket_and_what_lasts_between_facts)
{
    static const ss_note begins = { .kind = SS_NOTE_DIALOG, .from = 0, .to = 1 };
    static const ss_note ends = { .kind = SS_NOTE_DIALOG, .from = 1, .to = 3 };
    rig r;
    begin(&r);
    note(&r, 0, begins);
    note(&r, 1, begins);
    note(&r, 2, ends);
    note(&r, 3 * SN_SERIES_WIDTH + 5, ends);
    packet(&r, 5 * SN_SERIES_WIDTH);
    sn_series_finish(r.series);
    static const int64_t dialogs[] = { 2, 1, 1, 1, 0, 0 };
    CHECK_EQ(sn_series_count(r.series), SS_COUNT(dialogs));
    for (unsigned i = 0; i < SS_COUNT(dialogs); i++) {
        CHECK_EQ(value(&r, i, "dialogs"), dialogs[i]);
    }
    end(&r);
}

TEST(series_counts_packets_that_are_under_way_and_messages_that_wait)
{
    rig r;
    begin(&r);
    sn_fact sent = facts_fact(0, 0, SN_FACT_LINK_SENT, SN_UP(FACTS_ALICE));
    sent.value = 2;
    give(&r, sent);
    give(&r, facts_fact(5, 0, SN_FACT_LINK_ARRIVED, SN_UP(FACTS_ALICE)));
    give(&r, facts_fact(SN_SERIES_WIDTH, 0, SN_FACT_LINK_ARRIVED, SN_UP(FACTS_ALICE)));
    note(&r, 2 * SN_SERIES_WIDTH,
         (ss_note){ .kind = SS_NOTE_QUEUE, .to = SS_QUEUE_WAITS, .value = 7 });
    note(&r, 2 * SN_SERIES_WIDTH, (ss_note){ .kind = SS_NOTE_QUEUE, .to = SS_QUEUE_DROPPED });
    sn_series_finish(r.series);
    CHECK_EQ(value(&r, 0, "packets_under_way"), 2);
    CHECK_EQ(value(&r, 1, "packets_under_way"), 1);
    CHECK_EQ(value(&r, 2, "packets_under_way"), 0);
    CHECK_EQ(value(&r, 1, "queue_length"), 0);
    CHECK_EQ(value(&r, 2, "queue_length"), 7);
    CHECK_EQ(value(&r, 2, "refused"), 1);
    end(&r);
}
