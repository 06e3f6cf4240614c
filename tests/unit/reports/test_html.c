/* report.html: what is not ours is text and stays text; the verdict, the laws and the figures of runs made by hand. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "facts_rig.h"
#include "reports/html/html.h"
#include "rp/html.h"

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

static const char *text_of(ss_slice bytes)
{
    rp_file *out = open_stream();
    rp_html_slice(out, bytes);
    return close_stream(out);
}

TEST(html_escapes_markup_in_text_and_in_attributes)
{
    CHECK_STR(text_of(SS_LIT("<script>a && b</script>")),
              "&lt;script&gt;a &amp;&amp; b&lt;/script&gt;");
    CHECK_STR(text_of(SS_LIT("\" onload='x'")), "&quot; onload=&#39;x&#39;");
    CHECK_STR(text_of(SS_EMPTY), "");
}

TEST(html_shows_what_is_no_text_as_a_replacement)
{
    CHECK_STR(text_of((ss_slice){ "a\0b", 3 }), "a\xef\xbf\xbd"
                                                "b");
    CHECK_STR(text_of(SS_LIT("\x1b[31mred\x7f")), "\xef\xbf\xbd[31mred\xef\xbf\xbd");
    CHECK_STR(text_of(SS_LIT("tab\tline\n")), "tab\tline\n");
    CHECK_STR(text_of(SS_LIT("\xff\xc3(")), "\xef\xbf\xbd\xef\xbf\xbd(");
    CHECK_STR(text_of(SS_LIT("cut \xe2\x82")), "cut \xef\xbf\xbd\xef\xbf\xbd");
    CHECK_STR(text_of(SS_LIT("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80")),
              "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
}

TEST(html_lets_no_text_turn_the_direction_of_what_follows)
{
    CHECK_STR(text_of(SS_LIT("\xe2\x80\xae"
                             "evil")),
              "\xef\xbf\xbd"
              "evil");
    CHECK_STR(text_of(SS_LIT("\xe2\x81\xa6"
                             "evil\xe2\x81\xa9")),
              "\xef\xbf\xbd"
              "evil\xef\xbf\xbd");
    CHECK_STR(text_of(SS_LIT("\xc2\x9b"
                             "31m")),
              "\xef\xbf\xbd"
              "31m");
    CHECK_STR(text_of(SS_LIT("\xe2\x80\x94\xc2\xa0")), "\xe2\x80\x94\xc2\xa0");
}

/* ---- whole pages ---- */

typedef struct rig {
    sn_cast cast;
    sn_judge *judge;
    sn_meter *meter;
    rp_run run;
} rig;

static void rig_start(rig *r, const char *name)
{
    r->cast = facts_cast();
    r->judge = sn_judge_new(&r->cast, SN_ALL_LAWS);
    r->meter = sn_meter_new(&r->cast);
    CHECK_NOT_NULL(r->judge);
    CHECK_NOT_NULL(r->meter);
    r->run = (rp_run){ .version = "1.2.3",
                       .name = name,
                       .file = "secret/path.yaml",
                       .effective = SS_LIT("name: <b>&</b>\n"),
                       .seed = 42,
                       .cast = &r->cast,
                       .judge = r->judge,
                       .meter = r->meter,
                       .digest = 0xdef,
                       .events = 5,
                       .end = SS_MS(12345),
                       .replay = "/secret/sipsim run secret/path.yaml" };
}

static const char *page_of(rig *r)
{
    sn_judge_finish(r->judge, r->run.end, false);
    sn_meter_finish(r->meter);
    rp_file *out = open_stream();
    rp_html_write(out, &r->run, NULL);
    return close_stream(out);
}

static void rig_free(rig *r)
{
    sn_judge_free(r->judge);
    sn_meter_free(r->meter);
}

TEST(html_page_says_the_verdict_first_and_nothing_of_this_machine)
{
    rig r;
    rig_start(&r, "a plain run");
    const char *page = page_of(&r);
    CHECK_NOT_NULL(strstr(page, "<title>pass: a plain run</title>"));
    CHECK_NOT_NULL(strstr(page, "✓ pass"));
    CHECK(strstr(page, "✓ pass") < strstr(page, "id=\"asked\""));
    CHECK_NOT_NULL(strstr(page, "none broken"));
    CHECK_NOT_NULL(strstr(page, "name: &lt;b&gt;&amp;&lt;/b&gt;\n"));
    CHECK_NOT_NULL(strstr(page, "0000000000000def"));
    CHECK_NULL(strstr(page, "secret"));
    rig_free(&r);
}

TEST(html_page_escapes_names_of_10000_bytes)
{
    static char name[10001];
    for (size_t i = 0; i + 1 < sizeof name; i++) {
        name[i] = "<script>\"'\x1b\xff"[i % 12];
    }
    rig r;
    rig_start(&r, name);
    const char *page = page_of(&r);
    CHECK_NULL(strstr(page, "<script"));
    CHECK_NULL(strchr(page, '\x1b'));
    CHECK_NULL(strchr(page, '\xff'));
    CHECK_NOT_NULL(strstr(page, "</html>"));
    rig_free(&r);
}

TEST(html_page_says_what_was_asked_for_and_missed)
{
    rig r;
    rig_start(&r, "missed");
    unsigned metric = 0;
    sn_reached reached = { .line = 23 };
    CHECK(sn_metric_find(SS_LIT("attempts"), &metric));
    CHECK(sn_reach_find(SS_LIT("timer_b"), &reached.reach));
    const sn_expect expect = { .metric = metric,
                               .source = SN_NOBODY,
                               .to = SS_TIME_NEVER,
                               .compare = SN_GE,
                               .bound = 3,
                               .text = "attempts >= 3 <i>",
                               .line = 17 };
    const sn_check check = {
        .never = true, .seen = 2, .nearest = SS_TIME_NEVER, .text = "never so"
    };
    r.run.expects = &expect;
    r.run.expect_count = 1;
    r.run.reached = &reached;
    r.run.reached_count = 1;
    r.run.checks = &check;
    r.run.check_count = 1;
    r.run.statuses = rp_status_bit(RP_MISSED) | rp_status_bit(RP_NOT_REACHED);
    const char *page = page_of(&r);
    CHECK_NOT_NULL(strstr(page, "<title>fail: missed</title>"));
    CHECK_NOT_NULL(strstr(page, "(exit status 9)"));
    CHECK_NOT_NULL(strstr(page, "Besides: an expect: or a line of the story was missed"));
    CHECK_NOT_NULL(strstr(page, "<td class=\"number\">17</td><td><span class=\"tag bad\">"));
    CHECK_NOT_NULL(strstr(page, "<code>attempts &gt;= 3 &lt;i&gt;</code>"));
    CHECK_NOT_NULL(strstr(page, "it is 0"));
    CHECK_NOT_NULL(strstr(page, "it never happened"));
    CHECK_NOT_NULL(strstr(page, "<td class=\"number\">23</td><td><span class=\"tag bad\">"));
    CHECK_NOT_NULL(strstr(page, "seen, times: 2"));
    CHECK_NULL(strstr(page, "✓ holds"));
    rig_free(&r);
}

/* A law that two equal facts break: the packet that arrived was never sent. */
TEST(html_page_says_which_laws_were_broken_and_where_it_is_written)
{
    rig r;
    rig_start(&r, "broken");
    const sn_fact sent = facts_sent(SS_MS(1), FACTS_ALICE, FACTS_BOB, 0, SS_METHOD_INVITE, 0);
    const sn_fact received = facts_received(SS_MS(2), &sent);
    sn_judge_fact(r.judge, &received, SS_EMPTY);
    r.run.statuses = rp_status_bit(RP_VIOLATION);
    const char *page = page_of(&r);
    const sn_violation *v = sn_judge_violation(r.judge, 0);
    CHECK_NOT_NULL(v);
    CHECK_NOT_NULL(strstr(page, "<article class=\"broken\"><h3>"));
    CHECK_NOT_NULL(strstr(page, sn_laws[v->law].name));
    CHECK_NOT_NULL(strstr(page, "<strong>Seen:</strong> "));
    CHECK_NOT_NULL(strstr(page, "<strong>Asked for:</strong> "));
    rig_free(&r);
}

/* ---- plots ---- */

TEST(html_page_with_a_series_lets_no_text_end_its_script)
{
    rig r;
    rig_start(&r, "plots");
    sn_series *series = sn_series_new(r.meter);
    CHECK_NOT_NULL(series);
    sn_fact fact = facts_fact(SS_MS(5), 0, SN_FACT_PACKET, FACTS_ALICE);
    sn_series_fact(series, &fact);
    sn_meter_fact(r.meter, &fact);
    sn_fact lost = facts_fact(SS_MS(6), 1, SN_FACT_LINK_DROPPED, SN_UP(FACTS_ALICE));
    lost.cause = SN_CAUSE_LOSS;
    sn_series_fact(series, &lost);
    sn_meter_fact(r.meter, &lost);
    sn_series_finish(series);
    const rp_mark mark = { SS_MS(3), SS_MS(4), "</script><script>alert(1)</script>" };
    r.run.series = series;
    r.run.marks = &mark;
    r.run.mark_count = 1;
    const char *page = page_of(&r);
    CHECK_NULL(strstr(page, "<script>alert"));
    CHECK_NOT_NULL(strstr(page, "\"text\": \"\\u003c/script>"));
    CHECK_NOT_NULL(strstr(page, "&lt;/script&gt;"));
    CHECK_NOT_NULL(strstr(page, "<canvas id=\"plot-losses\""));
    CHECK_NULL(strstr(page, "<canvas id=\"plot-calls\""));
    CHECK_NULL(strstr(page, "unsafe"));
    sn_series_free(series);
    rig_free(&r);
}

TEST(html_page_without_a_series_has_no_script)
{
    rig r;
    rig_start(&r, "plain");
    CHECK_NULL(strstr(page_of(&r), "<script"));
    rig_free(&r);
}
