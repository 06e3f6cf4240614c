/* The files for other programs, of runs made by hand: what was broken and missed is in each of them, and no text ends what it is in. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts_rig.h"
#include "rp/machine.h"
#include "rp/trace.h"

typedef struct rig {
    sn_cast cast;
    sn_judge *judge;
    sn_meter *meter;
    sn_series *series;
    sn_check check;
    rp_run run;
    FILE *stream;
} rig;

static void begin(rig *r, const char *name)
{
    *r = (rig){ .cast = facts_cast() };
    r->judge = sn_judge_new(&r->cast, SN_ALL_LAWS);
    r->meter = sn_meter_new(&r->cast);
    CHECK_NOT_NULL(r->judge);
    CHECK_NOT_NULL(r->meter);
    r->series = sn_series_new(r->meter);
    CHECK_NOT_NULL(r->series);
    r->check = (sn_check){ .text = "bob sends 200 <now>", .line = 7, .nearest = SS_MS(3) };
    r->run = (rp_run){ .version = "1.2.3",
                       .name = name,
                       .file = "a folder/a%b.yaml",
                       .seed = 42,
                       .cast = &r->cast,
                       .judge = r->judge,
                       .meter = r->meter,
                       .series = r->series,
                       .checks = &r->check,
                       .check_count = 1,
                       .digest = 0xdef,
                       .end = SS_MS(12345),
                       .statuses = rp_status_bit(RP_MISSED),
                       .replay = "sipsim run" };
}

static const char *text_of(rig *r, void (*write)(rp_file *, const rp_run *))
{
    if (r->stream != NULL) {
        fclose(r->stream);
    }
    r->stream = tmpfile();
    CHECK_NOT_NULL(r->stream);
    rp_file *out = rp_file_over(r->stream);
    write(out, &r->run);
    CHECK_EQ(rp_file_close(out), 0);
    return facts_text_of(r->stream);
}

static void end(rig *r)
{
    if (r->stream != NULL) {
        fclose(r->stream);
    }
    sn_series_free(r->series);
    sn_meter_free(r->meter);
    sn_judge_free(r->judge);
}

TEST(junit_has_a_case_for_each_line_and_says_what_was_seen)
{
    rig r;
    begin(&r, "a \"run\"");
    const char *text = text_of(&r, rp_junit_write);
    CHECK_NOT_NULL(strstr(text, "tests=\"3\" failures=\"1\" errors=\"0\" time=\"12.345000000\""));
    CHECK_NOT_NULL(strstr(text, "classname=\"a &quot;run&quot;\" name=\"the laws\""));
    CHECK_NOT_NULL(strstr(text, "name=\"story: bob sends 200 &lt;now&gt;\""));
    CHECK_NOT_NULL(strstr(text, "<failure type=\"missed\" message=\"seen at 3.000 ms instead\">"
                                "line 7</failure>"));
    end(&r);
}

TEST(junit_holds_no_character_that_xml_forbids)
{
    rig r;
    begin(&r, "\xef\xbf\xbe\xef\xbf\xbf\x01\xff");
    CHECK_NOT_NULL(strstr(text_of(&r, rp_junit_write),
                          "name=\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""));
    end(&r);
}

TEST(sarif_names_the_line_and_the_file_as_a_uri)
{
    rig r;
    begin(&r, "a run");
    const char *text = text_of(&r, rp_sarif_write);
    CHECK_NOT_NULL(strstr(text, "\"ruleId\": \"story\""));
    CHECK_NOT_NULL(strstr(text, "\"uri\": \"a%20folder/a%25b.yaml\""));
    CHECK_NOT_NULL(strstr(text, "\"startLine\": 7"));
    r.run.file = "/secret/folder/x.yaml";
    text = text_of(&r, rp_sarif_write);
    CHECK_NOT_NULL(strstr(text, "\"uri\": \"x.yaml\""));
    CHECK_NULL(strstr(text, "secret"));
    end(&r);
}

TEST(prom_writes_exact_seconds_and_ends_with_eof)
{
    rig r;
    begin(&r, "a \"run\" \\ \n");
    sn_fact fact = facts_fact(SS_S(1), 0, SN_FACT_NOTE, FACTS_ALICE);
    fact.note = (ss_note){ .kind = SS_NOTE_TIMER, .letter = SS_TIMER_A, .value = SS_MS(500) };
    sn_meter_fact(r.meter, &fact);
    const char *text = text_of(&r, rp_prom_write);
    CHECK_NOT_NULL(strstr(text, "sipsim_run_info{scenario=\"a \\\"run\\\" \\\\ \\n\","));
    CHECK_NOT_NULL(strstr(text, "sipsim_virtual_time_seconds 12.345\n"));
    CHECK_NOT_NULL(strstr(text, "sipsim_timer_fired_a_total 1\n"));
    CHECK_NOT_NULL(strstr(text, "sipsim_resend_after_seconds_bucket{le=\"+Inf\"} 1\n"
                                "sipsim_resend_after_seconds_count 1\n"
                                "sipsim_resend_after_seconds_sum 0.5\n"));
    CHECK_NULL(strstr(text, "sipsim_ser_ratio 0"));
    CHECK_STR(text + strlen(text) - 7, "\n# EOF\n");
    end(&r);
}

TEST(markdown_puts_what_is_not_ours_between_code_marks)
{
    rig r;
    begin(&r, "a `run` | <b>\n# x");
    const char *text = text_of(&r, rp_markdown_write);
    CHECK_NOT_NULL(strstr(text, "### ❌ `a  run    <b> # x `: an expect: or a line of the story was "
                                "missed\n"));
    CHECK_NOT_NULL(strstr(text, "| ❌ | `bob sends 200 <now> ` | seen at 3.000 ms instead |\n"));
    end(&r);
}

TEST(trace_joins_where_a_message_left_and_where_it_came)
{
    rig r;
    begin(&r, "a run");
    r.stream = tmpfile();
    CHECK_NOT_NULL(r.stream);
    rp_file *out = rp_file_over(r.stream);
    rp_trace *t = rp_trace_new(out, &r.cast);
    CHECK_NOT_NULL(t);
    const sn_fact sent = facts_sent(1234567, FACTS_ALICE, FACTS_BOB, 0, SS_METHOD_INVITE, 0);
    const sn_fact came = facts_received(2345678, &sent);
    rp_trace_fact(t, &sent);
    rp_trace_fact(t, &came);
    rp_trace_finish(t, &r.run);
    rp_trace_free(t);
    CHECK_EQ(rp_file_close(out), 0);
    const char *text = facts_text_of(r.stream);
    const char *from = strstr(text, "\"ph\":\"s\",\"pid\":1,\"tid\":0,\"ts\":1234.567,\"id\":\"");
    const char *to = strstr(text, "\"ph\":\"f\",\"pid\":2,\"tid\":0,\"ts\":2345.678,\"id\":\"");
    CHECK_NOT_NULL(from);
    CHECK_NOT_NULL(to);
    CHECK(memcmp(strstr(from, "\"id\""), strstr(to, "\"id\""), 25) == 0);
    CHECK_NOT_NULL(strstr(text, "\"name\":\"process_name\",\"args\":{\"name\":\"alice\"}"));
    end(&r);
}
