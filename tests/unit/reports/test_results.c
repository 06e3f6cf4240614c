/* results.json, engine.json and the summary of runs made by hand. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts_rig.h"
#include "rp/results.h"
#include "rp/summary.h"

typedef struct rig {
    sn_cast cast;
    sn_judge *judge;
    sn_meter *meter;
    rp_run run;
} rig;

static void rig_start(rig *r)
{
    r->cast = facts_cast();
    r->judge = sn_judge_new(&r->cast, SN_ALL_LAWS);
    r->meter = sn_meter_new(&r->cast);
    CHECK_NOT_NULL(r->judge);
    CHECK_NOT_NULL(r->meter);
    r->run = (rp_run){ .version = "1.2.3",
                       .name = "a \"test\"",
                       .file = "a.yaml",
                       .scenario_hash = 0xabc,
                       .seed = 42,
                       .order_seed = 7,
                       .seeded = true,
                       .duration = SS_S(1),
                       .cast = &r->cast,
                       .judge = r->judge,
                       .meter = r->meter,
                       .digest = 0xdef,
                       .events = 5,
                       .end = 12345,
                       .replay = "sipsim run a.yaml --seed 42" };
}

static void rig_finish(rig *r)
{
    sn_judge_finish(r->judge, r->run.end, false);
    sn_meter_finish(r->meter);
}

static void rig_free(rig *r)
{
    sn_judge_free(r->judge);
    sn_meter_free(r->meter);
}

static FILE *stream;

static rp_file *open_stream(void)
{
    stream = tmpfile();
    CHECK_NOT_NULL(stream);
    return rp_file_over(stream);
}

static const char *close_stream(rp_file *out)
{
    CHECK_EQ(rp_file_close(out), 0);
    const char *text = facts_text_of(stream);
    fclose(stream);
    return text;
}

static const char *results_of(const rig *r)
{
    rp_file *out = open_stream();
    rp_json j = rp_json_on(out, true);
    rp_results_write(&j, &r->run);
    rp_json_end(&j);
    return close_stream(out);
}

static const char *summary_of(const rig *r, bool colour)
{
    const rp_engine engine = { .wall_ns = SS_MS(1500), .run_ns = SS_S(1), .events = 5 };
    rp_file *out = open_stream();
    rp_summary_write(out, &r->run, &engine, &(rp_written){ .dir = "out/a" }, colour);
    return close_stream(out);
}

TEST(results_begin_with_verdict_scenario_and_course)
{
    rig r;
    rig_start(&r);
    rig_finish(&r);
    static const char expected[] =
        "{\"schema\": \"sipsim.results/1\", \"version\": \"1.2.3\", \"verdict\": \"pass\", "
        "\"exit_status\": 0, \"statuses\": "
        "[], \"scenario\": {\"name\": \"a \\\"test\\\"\", \"hash\": \"0000000000000abc\", "
        "\"seed\": 42, \"order\": \"seeded\", "
        "\"order_seed\": 7, \"epoch_s\": 0, \"duration_ns\": 1000000000, \"drain_ns\": 0, "
        "\"nodes\": 4}, \"run\": "
        "{\"end_ns\": 12345, \"events\": 5, \"stopped\": null, \"interrupted\": false, \"digest\": "
        "\"0000000000000def\"}, "
        "\"metrics\": {\"ser\": {\"num\": 0, \"den\": 0, \"ppm\": null}, ";
    const ss_slice text = ss_slice_from(results_of(&r));
    CHECK(text.len > sizeof expected);
    CHECK_SLICE_EQ(ss_slice_cut(text, 0, sizeof expected - 1), ss_slice_from(expected));
    rig_free(&r);
}

TEST(a_summary_says_which_option_wrote_what_fills_a_disk)
{
    rig r;
    rig_start(&r);
    rig_finish(&r);
    const rp_engine engine = { .events = 5 };
    const struct {
        rp_written written;
        const char *line;
    } rows[] = {
        { { "out/a", 99999999, 0 }, "  files          out/a\n" },
        { { "out/a", 100000000, 0 }, "  files          out/a; --events wrote 100 MB\n" },
        { { "out/a", 1505465409, 269941028 },
          "  files          out/a; --events wrote 1505 MB; --pcap wrote 269 MB\n" },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        rp_file *out = open_stream();
        rp_summary_write(out, &r.run, &engine, &rows[i].written, false);
        CHECK_NOT_NULL(strstr(close_stream(out), rows[i].line));
    }
    rig_free(&r);
}

TEST(results_list_every_status_that_holds_the_worst_first)
{
    rig r;
    rig_start(&r);
    rig_finish(&r);
    r.run.statuses =
        rp_status_bit(RP_MISSED) | rp_status_bit(RP_INTERRUPTED) | rp_status_bit(RP_LIVENESS);
    const char *text = results_of(&r);
    CHECK_NOT_NULL(
        strstr(text, "\"verdict\": \"fail\", \"exit_status\": 5, \"statuses\": [{\"status\": 5,"));
    const char *missed = strstr(text, "{\"status\": 8,"),
               *interrupted = strstr(text, "{\"status\": 11,");
    CHECK(missed != NULL && missed < interrupted);
    CHECK_NOT_NULL(strstr(text, "\"interrupted\": true"));
    rig_free(&r);
}

TEST(results_and_summary_tell_which_lines_were_missed)
{
    rig r;
    rig_start(&r);
    unsigned attempts = 0;
    CHECK(sn_metric_find(SS_LIT("attempts"), &attempts));
    const sn_expect expects[] = { { .metric = attempts,
                                    .source = SN_NOBODY,
                                    .to = SS_TIME_NEVER,
                                    .compare = SN_GE,
                                    .bound = 1,
                                    .text = "attempts >= 1",
                                    .line = 9 } };
    const sn_check checks[] = {
        { .has_at = true, .at = 5, .line = 11, .text = "bob sends 486", .nearest = SS_MS(7) },
        { .never = true,
          .line = 12,
          .text = "never: sends 487",
          .seen = 2,
          .nearest = SS_TIME_NEVER },
        { .line = 13, .text = "alice sends ACK", .seen = 1, .nearest = SS_TIME_NEVER },
    };
    const sn_reached reached[] = { { 0, 14 } };
    r.run.expects = expects;
    r.run.expect_count = SS_COUNT(expects);
    r.run.checks = checks;
    r.run.check_count = SS_COUNT(checks);
    r.run.reached = reached;
    r.run.reached_count = SS_COUNT(reached);
    r.run.statuses = rp_status_bit(RP_MISSED);
    rig_finish(&r);
    const char *text = results_of(&r);
    CHECK_NOT_NULL(strstr(text, "\"expects\": [{\"metric\": \"attempts\", \"text\": \"attempts >= "
                                "1\", \"line\": 9, \"value\": 0, "
                                "\"holds\": false}]"));
    CHECK_NOT_NULL(strstr(text, "{\"text\": \"bob sends 486\", \"line\": 11, \"at_ns\": 5, "
                                "\"act\": false, \"never\": false, \"seen\": 0, "
                                "\"nearest_ns\": 7000000, \"holds\": false}"));
    CHECK_NOT_NULL(strstr(text, "\"seen\": 1, \"nearest_ns\": null, \"holds\": true}"));
    CHECK_NOT_NULL(
        strstr(text, "\"reached\": [{\"name\": \"timer_a\", \"line\": 14, \"holds\": false}]"));
    text = summary_of(&r, false);
    CHECK_NOT_NULL(strstr(text, "missed line 9 expects attempts >= 1, it is 0\n"));
    CHECK_NOT_NULL(strstr(text, "missed line 11 bob sends 486: seen at 7.000 ms instead\n"));
    CHECK_NOT_NULL(strstr(text, "missed line 12 never: sends 487: seen 2 times\n"));
    CHECK_NOT_NULL(strstr(text, "not reached line 14 timer_a"));
    CHECK_NOT_NULL(strstr(
        text,
        "verdict        fail: an expect: or a line of the story was missed (exit status 8)\n"));
    rig_free(&r);
}

TEST(summary_says_where_the_files_are_and_how_to_run_again)
{
    rig r;
    rig_start(&r);
    rig_finish(&r);
    const char *text = summary_of(&r, false);
    CHECK_NOT_NULL(strstr(text, "  files          out/a\n"));
    CHECK_NOT_NULL(strstr(text, "  again          sipsim run a.yaml --seed 42\n"));
    CHECK_NOT_NULL(strstr(text, "1.500 s wall, 5 events, 5 events/s\n"));
    CHECK_NULL(strchr(text, '\x1b'));
    CHECK_NOT_NULL(strstr(summary_of(&r, true), "\x1b[32mpass\x1b[0m\n"));
    rig_free(&r);
}

TEST(engine_holds_what_may_differ)
{
    rig r;
    rig_start(&r);
    rig_finish(&r);
    const rp_engine engine = { .commit = "c",
                               .compiler = "cc",
                               .build = "Debug",
                               .partitions = 2,
                               .wall_ns = 3,
                               .run_ns = SS_S(2),
                               .peak_rss_bytes = 4,
                               .world_bytes = 6,
                               .events = 10 };
    rp_file *out = open_stream();
    rp_json j = rp_json_on(out, true);
    rp_engine_write(&j, &r.run, &engine);
    CHECK_STR(close_stream(out), "{\"schema\": \"sipsim.engine/1\", \"version\": \"1.2.3\", "
                                 "\"commit\": \"c\", \"compiler\": \"cc\", \"build\": "
                                 "\"Debug\", \"sanitized\": false, \"file\": \"a.yaml\", "
                                 "\"replay\": \"sipsim run a.yaml --seed 42\", "
                                 "\"partitions\": 2, \"wall_ns\": 3, \"run_ns\": 2000000000, "
                                 "\"virtual_ns\": 12345, \"events\": 10, "
                                 "\"events_per_s\": 5, \"facts\": 0, \"peak_rss_bytes\": 4, "
                                 "\"world_bytes\": 6, \"growths\": 0}");
    rig_free(&r);
}

TEST(rate_per_second_neither_overflows_nor_divides_by_zero)
{
    CHECK_EQ(rp_per_second(5, 0), 0);
    CHECK_EQ(rp_per_second(5, SS_S(2)), 2);
    CHECK_EQ(rp_per_second(UINT64_MAX / 2, SS_S(1)), UINT64_MAX / 2 / 1000000000 * 1000000000);
}
