/* The summary of a run in Markdown, for a step of GitHub's actions: verdict, what was asked for, the first laws broken, a few figures. Text
 * of a scenario is put between code marks, where nothing of it means anything.
 */
#include "figures.h"
#include "rp/machine.h"
#include "utf8.h"

enum { CODE_MAX = 200, VIOLATIONS_MAX = 10 };

/* As code: no back tick, no bar, no line break, no control gets through, and not too much. */
static void put_code(rp_file *out, const char *text)
{
    ss_slice s = ss_slice_from(text);
    size_t written = 0;
    rp_put_char(out, '`');
    while (s.len != 0 && written < CODE_MAX) {
        const unsigned char c = (unsigned char)s.at[0];
        const size_t len = rp_utf8_length(s);
        if (len == 0 || c < 0x20 || c == 0x7f || c == '`' || c == '|' || (c == 0xc2 && len == 2)) {
            rp_put_char(out, ' ');
        } else {
            rp_put(out, ss_slice_cut(s, 0, len));
        }
        written++;
        s = ss_slice_cut(s, len == 0 ? 1 : len, s.len);
    }
    rp_put_text(out, s.len == 0 ? " `" : "… `");
}

static void put_answers(rp_file *out, const rp_run *run)
{
    rp_answer answer;
    if (!rp_answer_at(run, 0, &answer)) {
        return;
    }
    rp_put_text(out, "\n| | asked for | seen |\n|---|---|---|\n");
    for (uint32_t nth = 0; rp_answer_at(run, nth, &answer); nth++) {
        rp_put_text(out, answer.holds ? "| ✅ | " : "| ❌ | ");
        put_code(out, answer.asked);
        rp_put_text(out, " | ");
        rp_answer_put(out, run, nth);
        rp_put_text(out, " |\n");
    }
}

static void put_violations(rp_file *out, const rp_run *run)
{
    const uint64_t count = sn_judge_violation_count(run->judge);
    if (count == 0) {
        return;
    }
    rp_put_text(out, "\nLaws broken, times: ");
    rp_put_u64(out, count);
    rp_put_text(out, "\n\n");
    const sn_violation *v = NULL;
    for (unsigned nth = 0;
         nth < VIOLATIONS_MAX && (v = sn_judge_violation(run->judge, nth)) != NULL; nth++) {
        rp_put_text(out, "- **");
        rp_put_text(out, sn_laws[v->law].name);
        rp_put_text(out, "** at ");
        rp_put_ms(out, v->at);
        rp_put_text(out, " ms: ");
        put_code(out, v->text);
        rp_put_char(out, '\n');
    }
}

static void put_figures(rp_file *out, const rp_run *run)
{
    const sn_metrics *m = sn_meter_read(run->meter, 0);
    rp_put_text(out, "\nCalls: ");
    rp_put_u64(out, m->attempts);
    rp_put_text(out, ", established: ");
    rp_put_u64(out, m->established);
    rp_put_text(out, ", failed: ");
    rp_put_u64(out, m->failed);
    rp_put_text(out, "; packets: ");
    rp_put_u64(out, m->packets);
    rp_put_text(out, "; virtual time: ");
    rp_put_seconds(out, run->end);
    rp_put_text(out, "; digest `");
    rp_put_hex64(out, run->digest);
    rp_put_text(out, "`; again: ");
    put_code(out, run->replay);
    rp_put_text(out, "\n\n");
}

void rp_markdown_write(rp_file *out, const rp_run *run)
{
    const rp_status worst = rp_status_worst(run->statuses);
    rp_put_text(out, worst == RP_OK ? "### ✅ " : "### ❌ ");
    put_code(out, run->name);
    rp_put_text(out, ": ");
    rp_put_text(out, rp_status_sentence(worst));
    rp_put_char(out, '\n');
    put_answers(out, run);
    put_violations(out, run);
    put_figures(out, run);
}
