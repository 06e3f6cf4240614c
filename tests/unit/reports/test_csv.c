/* metrics.csv of a run made by hand: the head names every column, marks are quoted. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts_rig.h"
#include "rp/csv.h"

TEST(csv_quotes_the_marks_of_a_bucket)
{
    const sn_cast cast = facts_cast();
    sn_meter *meter = sn_meter_new(&cast);
    sn_series *series = sn_series_new(meter);
    const sn_fact fact = facts_fact(SN_SERIES_WIDTH, 0, SN_FACT_PACKET, FACTS_ALICE);
    sn_series_fact(series, &fact);
    sn_meter_fact(meter, &fact);
    sn_series_finish(series);
    const rp_mark marks[] = { { 0, SS_TIME_NEVER, "says \"x\"" },
                              { 1, SS_TIME_NEVER, "a, b\nc" },
                              { SN_SERIES_WIDTH, SS_TIME_NEVER, "later" } };
    const rp_run run = { .series = series, .marks = marks, .mark_count = SS_COUNT(marks) };
    FILE *stream = tmpfile();
    CHECK_NOT_NULL(stream);
    rp_file *out = rp_file_over(stream);
    rp_csv_write(out, &run);
    CHECK_EQ(rp_file_close(out), 0);
    const char *text = facts_text_of(stream);
    CHECK(strncmp(text, "from_ns,to_ns,calls_placed,", 27) == 0);
    CHECK_NOT_NULL(strstr(text, "\n0,1953125,0,0,"));
    CHECK_NOT_NULL(strstr(text, ",\"says \"\"x\"\"; a, b\nc\"\n1953125,3906250,"));
    CHECK_NOT_NULL(strstr(text, ",\"later\"\n"));
    fclose(stream);
    sn_series_free(series);
    sn_meter_free(meter);
}

TEST(csv_writes_what_is_taken_back_as_less_than_nothing)
{
    FILE *stream = tmpfile();
    CHECK_NOT_NULL(stream);
    rp_file *out = rp_file_over(stream);
    rp_put_i64(out, -1);
    rp_put_char(out, ' ');
    rp_put_i64(out, INT64_MIN);
    rp_put_char(out, ' ');
    rp_put_i64(out, INT64_MAX);
    CHECK_EQ(rp_file_close(out), 0);
    CHECK_STR(facts_text_of(stream), "-1 -9223372036854775808 9223372036854775807");
    fclose(stream);
}
