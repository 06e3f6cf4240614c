/* junit.xml: one suite for the run; a case for the run itself, for the laws, and for each line of expect:, reached: and the story. Time is
 * virtual, so that equal runs give equal files.
 */
#include "html/html.h"
#include "rp/machine.h"

static void put_seconds(rp_file *out, uint64_t ns)
{
    rp_put_u64(out, ns / 1000000000u);
    rp_put_char(out, '.');
    for (uint64_t weight = 100000000u; weight != 0; weight /= 10) {
        rp_put_char(out, (char)('0' + ns / weight % 10));
    }
}

static void attribute_u64(rp_file *out, const char *name, uint64_t value)
{
    rp_put_char(out, ' ');
    rp_put_text(out, name);
    rp_put_text(out, "=\"");
    rp_put_u64(out, value);
    rp_put_char(out, '"');
}

/* How the run itself went: all that is neither a law nor a line of the scenario. */
static rp_status_set own_statuses(const rp_run *run)
{
    return run->statuses & ~(rp_status_bit(RP_VIOLATION) | rp_status_bit(RP_MISSED) |
                             rp_status_bit(RP_NOT_REACHED));
}

static uint32_t count_cases(const rp_run *run, uint32_t *failures)
{
    uint32_t nth = 0;
    rp_answer answer;
    *failures = 0;
    *failures += own_statuses(run) != 0;
    *failures += sn_judge_violation_count(run->judge) != 0;
    for (; rp_answer_at(run, nth, &answer); nth++) {
        *failures += !answer.holds;
    }
    return nth + 2;
}

static void property(rp_file *out, const char *name, uint64_t value)
{
    rp_put_text(out, "      <property name=\"");
    rp_put_text(out, name);
    rp_put_char(out, '"');
    attribute_u64(out, "value", value);
    rp_put_text(out, "/>\n");
}

static void put_properties(rp_file *out, const rp_run *run)
{
    const sn_metrics *m = sn_meter_read(run->meter, 0);
    rp_put_text(out, "    <properties>\n      <property name=\"digest\" value=\"");
    rp_put_hex64(out, run->digest);
    rp_put_text(out, "\"/>\n");
    property(out, "seed", run->seed);
    property(out, "calls", m->attempts);
    property(out, "established", m->established);
    property(out, "packets", m->packets);
    rp_put_text(out, "    </properties>\n");
}

static void begin_case(rp_file *out, const rp_run *run, const char *kind, const char *asked)
{
    rp_put_text(out, "    <testcase classname=\"");
    rp_html_text(out, run->name);
    rp_put_text(out, "\" name=\"");
    rp_put_text(out, kind);
    rp_put_text(out, asked[0] == '\0' ? "" : ": ");
    rp_html_text(out, asked);
    rp_put_text(out, "\" time=\"0.000000000\"");
}

static void begin_failure(rp_file *out, const char *type)
{
    rp_put_text(out, ">\n      <failure type=\"");
    rp_put_text(out, type);
    rp_put_text(out, "\" message=\"");
}

static void end_failure(rp_file *out)
{
    rp_put_text(out, "</failure>\n    </testcase>\n");
}

static void put_run(rp_file *out, const rp_run *run)
{
    const rp_status worst = rp_status_worst(own_statuses(run));
    begin_case(out, run, "the run", "");
    if (worst == RP_OK) {
        rp_put_text(out, "/>\n");
        return;
    }
    begin_failure(out, rp_status_word(worst));
    rp_put_text(out, rp_status_sentence(worst));
    rp_put_text(out, "\">");
    rp_html_text(out, run->stopped == NULL ? "" : run->stopped);
    end_failure(out);
}

static void put_violations(rp_file *out, const rp_run *run)
{
    const sn_violation *v = NULL;
    for (unsigned nth = 0; (v = sn_judge_violation(run->judge, nth)) != NULL; nth++) {
        rp_put_text(out, sn_laws[v->law].name);
        rp_put_text(out, " at ");
        rp_put_ms(out, v->at);
        rp_put_text(out, " ms: ");
        rp_html_text(out, v->text);
        rp_put_char(out, '\n');
    }
}

static void put_laws(rp_file *out, const rp_run *run)
{
    const uint64_t count = sn_judge_violation_count(run->judge);
    begin_case(out, run, "the laws", "");
    if (count == 0) {
        rp_put_text(out, "/>\n");
        return;
    }
    begin_failure(out, "violation");
    rp_put_text(out, "laws were broken, times: ");
    rp_put_u64(out, count);
    rp_put_text(out, "\">");
    put_violations(out, run);
    end_failure(out);
}

/* What was seen is digits and words of ours: there is nothing in it to escape. */
static void put_answer(rp_file *out, const rp_run *run, uint32_t nth, const rp_answer *answer)
{
    begin_case(out, run, answer->kind, answer->asked);
    if (answer->holds) {
        rp_put_text(out, "/>\n");
        return;
    }
    begin_failure(out, "missed");
    rp_answer_put(out, run, nth);
    rp_put_text(out, "\">");
    if (answer->line != 0) {
        rp_put_text(out, "line ");
        rp_put_u64(out, answer->line);
    }
    end_failure(out);
}

static void put_counts(rp_file *out, const rp_run *run)
{
    uint32_t failures = 0;
    attribute_u64(out, "tests", count_cases(run, &failures));
    attribute_u64(out, "failures", failures);
    rp_put_text(out, " errors=\"0\" time=\"");
    put_seconds(out, run->end);
    rp_put_text(out, "\">\n");
}

void rp_junit_write(rp_file *out, const rp_run *run)
{
    rp_answer answer;
    rp_put_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sipsim\"");
    put_counts(out, run);
    rp_put_text(out, "  <testsuite name=\"");
    rp_html_text(out, run->name);
    rp_put_char(out, '"');
    put_counts(out, run);
    put_properties(out, run);
    put_run(out, run);
    put_laws(out, run);
    for (uint32_t nth = 0; rp_answer_at(run, nth, &answer); nth++) {
        put_answer(out, run, nth, &answer);
    }
    rp_put_text(out, "  </testsuite>\n</testsuites>\n");
}
