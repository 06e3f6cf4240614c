/* Top of the page: the verdict, each line of expect:, reached: and the story with what came of it, and the laws that were
 * broken: what was seen, what the RFC asks, where it says so. */
#include "html/html.h"

#include "figures.h"

/* ---- the verdict ---- */

void rp_html_verdict(rp_file *out, const rp_run *run)
{
    const rp_status worst = rp_status_worst(run->statuses);
    rp_put_text(out, worst == RP_OK ? "<p class=\"verdict good\"><strong>✓ pass</strong> <span>"
                                    : "<p class=\"verdict bad\"><strong>✗ fail</strong> <span>");
    rp_put_text(out, rp_status_sentence(worst));
    rp_put_text(out, " (exit status ");
    rp_put_u64(out, (uint64_t)rp_status_exit(worst));
    rp_put_text(out, ")</span></p>\n");
    for (rp_status status = 0; status < RP_OK; status++) {
        if (status != worst && rp_status_holds(run->statuses, status)) {
            rp_put_text(out, "<p>Besides: ");
            rp_put_text(out, rp_status_sentence(status));
            rp_put_text(out, ".</p>\n");
        }
    }
    if (run->stopped != NULL) {
        rp_put_text(out, "<p>It ended before its time: ");
        rp_html_text(out, run->stopped);
        rp_put_text(out, ".</p>\n");
    }
}

/* ---- what the scenario asked for ---- */

/* A line of it: where it stands, whether it holds, its text; the caller goes on below that. */
static void begin_line(rp_file *out, uint32_t line, const char *text, bool holds)
{
    rp_put_text(out, "<tr>");
    if (line == 0) {
        rp_put_text(out, "<td></td>");
    } else {
        rp_html_cell_u64(out, line);
    }
    rp_put_text(out, "<td>");
    rp_html_tag(out, holds, holds ? "holds" : "missed");
    rp_put_text(out, "</td><td class=\"text\"><code>");
    rp_html_text(out, text);
    rp_put_text(out, "</code> <small>");
}

static void end_line(rp_file *out)
{
    rp_put_text(out, "</small></td></tr>\n");
}

static void put_expects(rp_file *out, const rp_run *run)
{
    for (uint32_t i = 0; i < run->expect_count; i++) {
        const sn_expect *e = &run->expects[i];
        sn_metric_info info = { 0 };
        bool is_null = false;
        uint64_t value = 0;
        const bool holds =
            sn_expect_holds(e, sn_meter_read(run->meter, e->window), &is_null, &value);
        const bool is_known = sn_metric_info_at(e->metric, &info);
        begin_line(out, e->line, e->text, holds);
        if (is_null || !is_known) {
            rp_put_text(out, "nothing was counted");
        } else {
            rp_put_text(out, "it is ");
            rp_put_metric(out, sn_meter_read(run->meter, e->window), e->metric);
        }
        end_line(out);
    }
}

static void put_reached(rp_file *out, const rp_run *run)
{
    for (uint32_t i = 0; i < run->reached_count; i++) {
        const bool holds = sn_meter_reached(run->meter, run->reached[i].reach);
        begin_line(out, run->reached[i].line, sn_reach_name(run->reached[i].reach), holds);
        rp_put_text(out, holds ? "it happened: " : "it never happened: ");
        rp_html_text(out, sn_reach_sentence(run->reached[i].reach));
        end_line(out);
    }
}

static void put_checks(rp_file *out, const rp_run *run)
{
    for (uint32_t i = 0; i < run->check_count; i++) {
        const sn_check *c = &run->checks[i];
        const bool holds = rp_check_holds(c);
        begin_line(out, c->line, c->text, holds);
        if (holds) {
            rp_put_text(out, c->never ? "never seen" : "");
        } else if (c->is_act) {
            rp_put_text(out, "it could not be done then: no such call, or not in that state");
        } else if (c->never) {
            rp_put_text(out, "seen, times: ");
            rp_put_u64(out, c->seen);
        } else if (c->nearest != SS_TIME_NEVER) {
            rp_put_text(out, "seen at ");
            rp_put_ms(out, c->nearest);
            rp_put_text(out, " ms instead");
        } else {
            rp_put_text(out, "never seen");
        }
        end_line(out);
    }
}

void rp_html_asked(rp_file *out, const rp_run *run)
{
    static const char *const heads[] = { "#line", "result", "asked for", NULL };
    rp_html_heading(out, "asked", "What the scenario asks for");
    if (run->expect_count + run->reached_count + run->check_count == 0) {
        rp_put_text(out, "<p>Nothing beyond the laws: it has no <code>expect:</code> and no "
                         "<code>story:</code>.</p>\n");
        return;
    }
    rp_html_table(out, NULL, heads);
    put_expects(out, run);
    put_reached(out, run);
    put_checks(out, run);
    rp_html_table_end(out);
}

/* ---- laws ---- */

/* "RFC3261:17.1.1.2" → RFC 3261, section 17.1.1.2. */
static void put_section(rp_file *out, const char *section)
{
    if (section[0] == 'R' && section[1] == 'F' && section[2] == 'C') {
        rp_put_text(out, "RFC ");
        section += 3;
    }
    for (; *section != '\0'; section++) {
        if (*section == ':') {
            rp_put_text(out, ", section ");
        } else {
            rp_put_char(out, *section);
        }
    }
}

static void put_violation(rp_file *out, const rp_run *run, const sn_violation *v)
{
    const sn_law *law = &sn_laws[v->law];
    rp_put_text(out, "<article class=\"broken\"><h3>");
    rp_put_text(out, law->name);
    rp_put_text(out, " <span class=\"faint\">at ");
    rp_put_ms(out, v->at);
    rp_put_text(out, " ms");
    if (v->node < run->cast->node_count) {
        rp_put_text(out, " in ");
        rp_html_name(out, run->cast->nodes[v->node].name);
    }
    rp_put_text(out, "</span></h3>\n<p><strong>Seen:</strong> ");
    rp_html_text(out, v->text);
    rp_put_text(out, "</p>\n<p><strong>Asked for:</strong> ");
    rp_html_text(out, law->sentence);
    if (law->section[0] != '\0') {
        rp_put_text(out, " <span class=\"faint\">(");
        put_section(out, law->section);
        rp_put_text(out, ")</span>");
    }
    rp_put_text(out, "</p>\n</article>\n");
}

static void put_by_law(rp_file *out, const rp_run *run)
{
    static const char *const heads[] = { "law", "#times", "what it asks for", "where", NULL };
    rp_html_table(out, "By law", heads);
    for (unsigned law = 0; law < sn_law_count; law++) {
        const uint64_t count = sn_judge_count_of(run->judge, law);
        if (count != 0) {
            rp_put_text(out, "<tr><th scope=\"row\">");
            rp_put_text(out, sn_laws[law].name);
            rp_put_text(out, "</th>");
            rp_html_cell_u64(out, count);
            rp_put_text(out, "<td class=\"text\">");
            rp_html_text(out, sn_laws[law].sentence);
            rp_put_text(out, "</td><td>");
            put_section(out, sn_laws[law].section);
            rp_put_text(out, "</td></tr>\n");
        }
    }
    rp_html_table_end(out);
}

void rp_html_violations(rp_file *out, const rp_run *run)
{
    const uint64_t count = sn_judge_violation_count(run->judge);
    rp_html_heading(out, "laws", "Laws");
    rp_put_text(out, "<p>");
    rp_html_tag(out, count == 0, count == 0 ? "none broken" : "broken");
    rp_put_text(out, count == 0 ? ": " : ", times: ");
    if (count != 0) {
        rp_put_u64(out, count);
        rp_put_text(out, "; ");
    }
    rp_put_u64(out, sn_law_count);
    rp_put_text(out, " laws were watched; <code>sipsim list invariants</code> says them.</p>\n");
    if (count == 0) {
        return;
    }
    put_by_law(out, run);
    const sn_violation *v = NULL;
    for (unsigned nth = 0; (v = sn_judge_violation(run->judge, nth)) != NULL; nth++) {
        put_violation(out, run, v);
    }
    if (count > SN_VIOLATIONS_KEPT) {
        rp_put_text(out, "<p>… and more, times: ");
        rp_put_u64(out, count - SN_VIOLATIONS_KEPT);
        rp_put_text(out, "</p>\n");
    }
}
