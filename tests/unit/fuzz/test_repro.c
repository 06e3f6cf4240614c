/* Reproducers: what is written is read back; what is none is refused at its line; what was recorded is played to the same digest. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fz/repro.h"
#include "sn/input.h"

static char text[1 << 20];

static void put(void *self, ss_slice part)
{
    ss_put(self, part);
}

static sn_plan *plan_of(const char *const *lines, size_t count)
{
    char bytes[1024];
    const char *why = "";
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    for (size_t i = 0; i < count; i++) {
        CHECK_OK(sn_input_record_parse_text(ss_slice_from(lines[i]), &b, &why));
    }
    sn_plan *plan = sn_input_plan(ss_buffer_slice(&b));
    CHECK_NOT_NULL(plan);
    return plan;
}

/* A plan with losses that are drawn, and its run as text. */
static fz_repro_run record(sn_plan *plan, ss_buffer *b)
{
    fz_repro_run run;
    fz_repro repro = { .scenario = SS_LIT("sipsim: 1\n"), .key = "TX1 ua something" };
    sn_decisions *d = sn_decisions_new(plan->seed);
    CHECK_NOT_NULL(d);
    sn_decisions_record(d);
    CHECK(fz_repro_run_plan(plan, d, &run));
    repro.digest = run.digest;
    repro.decisions = sn_decisions_recorded(d, &repro.decision_count);
    CHECK(repro.decision_count > 0);
    fz_repro_put(&repro, &plan->cast, b, put);
    CHECK(!b->overflow);
    sn_decisions_free(d);
    return run;
}

TEST(what_was_recorded_is_read_and_played_to_the_same_digest)
{
    static const char *const lines[] = { "head profile=2", "call hold=64",
                                         "numbered node=0 \"\\x05\\x01\"" };
    sn_plan *plan = plan_of(lines, SS_COUNT(lines));
    ss_buffer b = ss_buffer_on(text, sizeof text);
    plan->seed = 77; /* numbers that are not those of seed 0 */
    const fz_repro_run recorded = record(plan, &b);
    fz_repro repro;
    fz_repro_run played;
    unsigned line;
    const char *why;
    CHECK_OK(fz_repro_read(&repro, ss_buffer_slice(&b), &line, &why));
    CHECK_EQ(repro.digest, recorded.digest);
    CHECK_SLICE(ss_slice_from(repro.key), "TX1 ua something");
    CHECK_SLICE(repro.scenario, "sipsim: 1\n");
    sn_decisions *d = sn_decisions_new(plan->seed);
    CHECK_NOT_NULL(d);
    CHECK_OK(sn_decisions_play(d, repro.decisions, repro.decision_count));
    CHECK(fz_repro_run_plan(plan, d, &played));
    const sn_tape_report report = sn_decisions_report(d);
    CHECK_EQ(played.digest, recorded.digest);
    CHECK_EQ(report.exact, repro.decision_count);
    CHECK_EQ(report.moved + report.unmatched, 0);
    sn_decisions_free(d);
    free(repro.memory);
    sn_plan_free(plan);
}

TEST(a_run_knows_its_keys)
{
    fz_repro_run run = { .key_count = 1, .keys = { "TX1 ua a copy was late" } };
    CHECK(fz_repro_fails(&run, "TX1 ua a copy was late"));
    CHECK(!fz_repro_fails(&run, "TX1 ua a copy"));
    CHECK(!fz_repro_fails(&run, ""));
}

TEST(what_is_no_reproducer_is_refused_at_its_line)
{
    static const struct {
        const char *text;
        unsigned line;
    } cases[] = {
        { "", 1 },
        { "sipsim-reproducer: 2\n", 1 },
        { "sipsim-reproducer: 1\n", 2 },
        { "sipsim-reproducer: 1\nkey: x\ndigest: 12\n", 3 },
        { "sipsim-reproducer: 1\nkey: x\ndigest: 0123456789abcdeg\n", 3 },
        { "sipsim-reproducer: 1\nkey: x\ndigest: 0123456789abcdef\n", 4 },
        { "sipsim-reproducer: 1\nkey: x\ndigest: 0123456789abcdef\n--- decisions\n", 5 },
        { "sipsim-reproducer: 1\nkey: x\ndigest: 0123456789abcdef\n--- decisions\ndrop\n", 5 },
    };
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        fz_repro repro;
        unsigned line = 0;
        const char *why = NULL;
        CHECK_EQ(fz_repro_read(&repro, ss_slice_from(cases[i].text), &line, &why), SS_ERR_SYNTAX);
        CHECK_EQ(line, cases[i].line);
        CHECK_NOT_NULL(why);
        CHECK(repro.memory == NULL);
    }
}

TEST(any_damage_to_a_reproducer_is_read_or_refused)
{
    static const char *const lines[] = { "head profile=0", "call hold=64" };
    sn_plan *plan = plan_of(lines, SS_COUNT(lines));
    ss_buffer b = ss_buffer_on(text, sizeof text);
    plan->seed = 5;
    (void)record(plan, &b);
    for (uint64_t i = 0; i < 2000; i++) {
        fz_repro repro;
        unsigned line;
        const char *why;
        const size_t at = ss_mix64(i) % b.len;
        const char kept = b.at[at];
        char *exact = malloc(at + 1);
        CHECK_NOT_NULL(exact);
        b.at[at] = (char)ss_mix64(i + 1);
        memcpy(exact, b.at, at + 1); /* and cut off behind it */
        if (fz_repro_read(&repro, (ss_slice){ exact, at + 1 }, &line, &why) == SS_OK) {
            free(repro.memory);
        }
        b.at[at] = kept;
        free(exact);
    }
    sn_plan_free(plan);
}
