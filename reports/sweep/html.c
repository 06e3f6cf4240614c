/* report.html of a sweep: the verdict, plots of the metrics that say most against each swept value, what failed with the words
 * that run it again, each cell in numbers. One file, no script, and nothing in it from outside.
 */
#include "html/html.h"
#include "page.h"
#include "sweep/sweep.h"

enum { CELLS_SHOWN = 500, FAILURES_SHOWN = 5, FAILURES_MAX = 500, MOVED_SHOWN = 40 };

static void put_head(rp_file *out, const rp_sweep *s, bool good)
{
    rp_put_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src ");
    rp_put_text(out, rp_page_css_hash);
    rp_put_char(out, ' ');
    rp_put_text(out, rp_page_sweep_css_hash);
    rp_put_text(out, "; form-action 'none'; base-uri 'none'\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    rp_put_text(out, good ? "pass: " : "fail: ");
    rp_html_text(out, s->name);
    rp_put_text(out, "</title>\n<style>");
    rp_put(out, rp_page_css);
    rp_put_text(out, "</style>\n<style>");
    rp_put(out, rp_page_sweep_css);
    rp_put_text(out, "</style>\n</head>\n<body>\n");
}

static void put_card(rp_file *out, const char *name, uint64_t value)
{
    rp_put_text(out, "<div><dt>");
    rp_put_text(out, name);
    rp_put_text(out, "</dt><dd>");
    rp_put_u64(out, value);
    rp_put_text(out, "</dd></div>\n");
}

static void put_verdict(rp_file *out, const rp_sweep_totals *t)
{
    const rp_status worst = rp_status_worst(t->statuses);
    rp_put_text(out, worst == RP_OK ? "<p class=\"verdict good\"><strong>✓ pass</strong> <span>"
                                    : "<p class=\"verdict bad\"><strong>✗ fail</strong> <span>");
    rp_put_text(out, rp_status_sentence(worst));
    rp_put_text(out, " (exit status ");
    rp_put_u64(out, (uint64_t)rp_status_exit(worst));
    rp_put_text(out, ")</span></p>\n");
    if (t->done != t->asked) {
        rp_put_text(out, "<p>Runs are wanting: <code>--resume</code> does them.</p>\n");
    }
}

static void put_header(rp_file *out, const rp_sweep *s, const rp_sweep_totals *t)
{
    rp_put_text(out, "<header>\n<p class=\"faint small\">sipsim ");
    rp_html_text(out, s->version);
    rp_put_text(out, ", sweep</p>\n<h1>");
    rp_html_name(out, s->name);
    rp_put_text(out, "</h1>\n");
    put_verdict(out, t);
    rp_put_text(out, "<dl class=\"cards\">\n");
    put_card(out, "Runs", t->asked);
    put_card(out, "Done", t->done);
    put_card(out, "Failed", t->failed);
    put_card(out, "Cells", s->cell_count);
    put_card(out, "Seeds of each", s->seed_count);
    rp_put_text(out, "</dl>\n</header>\n");
}

/* ---- plots ---- */

/* The values of the other axes in a series; must agree with cell_of in sweep/plot.c: the last axis is the fastest. */
static void put_series_name(rp_file *out, const rp_sweep *s, uint32_t axis, uint32_t series)
{
    uint32_t places[RP_AXES_MAX] = { 0 };
    for (uint32_t i = s->axis_count; i-- > 0;) {
        if (i != axis) {
            places[i] = series % s->axes[i].count;
            series /= s->axes[i].count;
        }
    }
    const char *before = "";
    for (uint32_t i = 0; i < s->axis_count; i++) {
        if (i != axis) {
            rp_put_text(out, before);
            rp_html_text(out, s->axes[i].path);
            rp_put_text(out, " = ");
            rp_html_text(out, s->axes[i].values[places[i]]);
            before = ", ";
        }
    }
}

static void put_legend(rp_file *out, const rp_sweep *s, uint32_t axis)
{
    const uint32_t count = s->cell_count / s->axes[axis].count;
    if (count == 1) {
        return;
    }
    rp_put_text(out, "<ul class=\"legend\">\n");
    for (uint32_t series = 0; series < count && series < RP_SERIES_MAX; series++) {
        rp_put_text(out, "<li class=\"series s");
        rp_put_u64(out, series);
        rp_put_text(out, "\"><i></i><span>");
        put_series_name(out, s, axis, series);
        rp_put_text(out, "</span></li>\n");
    }
    rp_put_text(out, "</ul>\n");
    if (count > RP_SERIES_MAX) {
        rp_put_text(out, "<p class=\"faint\">The first ");
        rp_put_u64(out, RP_SERIES_MAX);
        rp_put_text(out, " of ");
        rp_put_u64(out, count);
        rp_put_text(out, " combinations of the other values; all are in the table.</p>\n");
    }
}

static bool is_among(unsigned metric, const unsigned *metrics, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (metrics[i] == metric) {
            return true;
        }
    }
    return false;
}

/* What is no headline, and is not the same in every cell. */
static void put_moved(rp_file *out, const rp_sweep *s, uint32_t axis, const unsigned *headlines,
                      unsigned headline_count)
{
    unsigned shown = 0;
    for (unsigned i = 0; i < s->metric_count && shown < MOVED_SHOWN; i++) {
        if (is_among(i, headlines, headline_count) || !rp_sweep_moves(s, i)) {
            continue;
        }
        rp_put_text(out, shown++ == 0 ? "<details><summary>What else moved</summary>"
                                        "<div class=\"plots\">\n"
                                      : "");
        rp_sweep_plot(s, out, i, axis);
    }
    rp_put_text(out, shown == 0 ? "" : "</div></details>\n");
}

static void put_axis(rp_file *out, const rp_sweep *s, uint32_t axis, const unsigned *metrics,
                     unsigned count)
{
    rp_put_text(out, "<h2 id=\"axis");
    rp_put_u64(out, axis);
    rp_put_text(out, "\">Against <code>");
    rp_html_text(out, s->axes[axis].path);
    rp_put_text(out, "</code></h2>\n<p class=\"faint small\">A box spans the middle half of the "
                     "runs, its stroke is the median, the line goes from the least to the "
                     "greatest.</p>\n");
    put_legend(out, s, axis);
    rp_put_text(out, "<div class=\"plots\">\n");
    for (unsigned i = 0; i < count; i++) {
        rp_sweep_plot(s, out, metrics[i], axis);
    }
    rp_put_text(out, "</div>\n");
    put_moved(out, s, axis, metrics, count);
}

static void put_plots(rp_file *out, const rp_sweep *s)
{
    unsigned metrics[RP_HEADLINES_MAX];
    const unsigned count = rp_sweep_headlines(s, metrics);
    for (uint32_t axis = 0; axis < s->axis_count; axis++) {
        if (s->axes[axis].count > 1) {
            put_axis(out, s, axis, metrics, count);
        }
    }
    if (s->cell_count == 1) {
        rp_html_heading(out, "seeds", "Seed by seed");
        rp_put_text(out, "<p class=\"faint small\">A dot is a run, the line their median.</p>\n"
                         "<div class=\"plots\">\n");
        for (unsigned i = 0; i < count; i++) {
            rp_sweep_plot_seeds(s, out, metrics[i]);
        }
        rp_put_text(out, "</div>\n");
    }
}

/* ---- tables ---- */

static void put_failure(rp_file *out, const rp_sweep *s, uint32_t run)
{
    char words[4096];
    ss_buffer b = ss_buffer_on(words, sizeof words);
    ss_put_text(&b, s->options);
    rp_sweep_put_words(&b, s, run);
    rp_put_text(out, "<tr>");
    rp_html_cell_u64(out, run);
    rp_put_text(out, "<td class=\"what\">");
    rp_html_text(out, rp_status_sentence(rp_status_worst(s->runs[run].statuses)));
    rp_put_text(out, "</td><td class=\"text\"><code>");
    rp_html_slice(out, ss_slice_trim(ss_buffer_slice(&b)));
    rp_put_text(out, "</code></td></tr>\n");
}

/* From run `first` on, so many of those that failed; the run behind the last. */
static uint32_t put_failing(rp_file *out, const rp_sweep *s, uint32_t first, unsigned most)
{
    static const char *const heads[] = { "#run", "what", "sipsim run FILE …", NULL };
    rp_html_table(out, NULL, heads);
    uint32_t i = first;
    for (unsigned shown = 0; i < s->run_count && shown < most; i++) {
        if (s->runs[i].line != NULL && s->runs[i].statuses != 0) {
            put_failure(out, s, i);
            shown++;
        }
    }
    rp_html_table_end(out);
    return i;
}

/* The first few: the plots come next, and say where the others are. */
static void put_failures(rp_file *out, const rp_sweep *s, const rp_sweep_totals *t)
{
    if (t->failed == 0) {
        return;
    }
    rp_html_heading(out, "failed", "Runs that failed");
    const uint32_t next = put_failing(out, s, 0, FAILURES_SHOWN);
    if (t->failed <= FAILURES_SHOWN) {
        return;
    }
    rp_put_text(out, "<details><summary>The others that failed, runs: ");
    rp_put_u64(out, t->failed - FAILURES_SHOWN);
    rp_put_text(out, "</summary>\n");
    (void)put_failing(out, s, next, FAILURES_MAX);
    if (t->failed > FAILURES_SHOWN + FAILURES_MAX) {
        rp_put_text(
            out,
            "<p class=\"faint\">… and so on; all of them are in <code>runs.jsonl</code>.</p>\n");
    }
    rp_put_text(out, "</details>\n");
}

static void put_spread(rp_file *out, const rp_sweep *s, uint32_t cell, unsigned metric)
{
    const rp_spread p = rp_sweep_spread(s, cell, metric);
    sn_metric_info info = { 0 };
    char text[160];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    if (p.count == 0 || !sn_metric_info_at(metric, &info)) {
        ss_put_char(&b, '-');
    } else {
        rp_sweep_put_value(&b, info.unit, p.median);
    }
    rp_put_text(out, "<td class=\"number\">");
    rp_put(out, ss_buffer_slice(&b));
    if (p.count != 0 && p.min != p.max) {
        b = ss_buffer_on(text, sizeof text);
        rp_sweep_put_value(&b, info.unit, p.min);
        ss_put_text(&b, " to ");
        rp_sweep_put_value(&b, info.unit, p.max);
        rp_put_text(out, "<br><span class=\"faint small\">");
        rp_put(out, ss_buffer_slice(&b));
        rp_put_text(out, "</span>");
    }
    rp_put_text(out, "</td>");
}

static void put_cell(rp_file *out, const rp_sweep *s, uint32_t cell, const unsigned *metrics,
                     unsigned count)
{
    const rp_sweep_totals t = rp_sweep_total_of(s, cell);
    rp_put_text(out, "<tr>");
    for (uint32_t i = 0; i < s->axis_count; i++) {
        rp_html_cell(out, s->axes[i].values[rp_sweep_place(s, cell, i)]);
    }
    rp_html_cell_u64(out, t.done);
    rp_html_cell_u64(out, t.failed);
    for (unsigned i = 0; i < count; i++) {
        put_spread(out, s, cell, metrics[i]);
    }
    rp_put_text(out, "</tr>\n");
}

static void put_cells(rp_file *out, const rp_sweep *s)
{
    const char *heads[RP_AXES_MAX + RP_HEADLINES_MAX + 3] = { NULL };
    char names[RP_HEADLINES_MAX][64];
    unsigned metrics[RP_HEADLINES_MAX], count = rp_sweep_headlines(s, metrics), head = 0;
    for (uint32_t i = 0; i < s->axis_count; i++) {
        heads[head++] = "";
    }
    heads[head++] = "#runs";
    heads[head++] = "#failed";
    for (unsigned i = 0; i < count; i++) {
        sn_metric_info info = { 0 };
        ss_buffer b = ss_buffer_on(names[i], sizeof names[i] - 1);
        ss_put_char(&b, '#');
        ss_put_text(&b, sn_metric_info_at(metrics[i], &info) ? info.name : "");
        names[i][b.len] = '\0';
        heads[head++] = names[i];
    }
    rp_html_heading(out, "cells", "Each cell");
    rp_put_text(out, "<p>Median of its runs, and from the least to the greatest");
    rp_put_text(out, s->axis_count == 0 ? "" : "; on the left: ");
    for (uint32_t i = 0; i < s->axis_count; i++) {
        rp_put_text(out, i == 0 ? "<code>" : ", <code>");
        rp_html_text(out, s->axes[i].path);
        rp_put_text(out, "</code>");
    }
    rp_put_text(out, ".</p>\n");
    rp_html_table(out, NULL, heads);
    for (uint32_t cell = 0; cell < s->cell_count && cell < CELLS_SHOWN; cell++) {
        put_cell(out, s, cell, metrics, count);
    }
    rp_html_table_end(out);
    if (s->cell_count > CELLS_SHOWN) {
        rp_put_text(out, "<p>There are more: <code>sweep.json</code> has them all.</p>\n");
    }
}

static void put_asked(rp_file *out, const rp_sweep *s)
{
    rp_html_heading(out, "asked", "What was asked");
    rp_put_text(out, "<dl class=\"list\">\n");
    for (uint32_t i = 0; i < s->axis_count; i++) {
        rp_put_text(out, "<dt><code>");
        rp_html_text(out, s->axes[i].path);
        rp_put_text(out, "</code></dt><dd>");
        for (uint32_t k = 0; k < s->axes[i].count; k++) {
            rp_put_text(out, k == 0 ? "" : ", ");
            rp_html_text(out, s->axes[i].values[k]);
        }
        rp_put_text(out, "</dd>\n");
    }
    rp_put_text(out, "<dt>seeds</dt><dd>");
    rp_put_u64(out, s->seed_from);
    rp_put_text(out, " to ");
    rp_put_u64(out, s->seed_from + s->seed_count - 1);
    rp_put_text(out,
                ", the same in every cell</dd>\n<dt>hash of the scenario's text</dt><dd><code>");
    rp_put_hex64(out, s->text_hash);
    rp_put_text(out, "</code></dd>\n</dl>\n");
}

void rp_sweep_write_html(const rp_sweep *s, rp_file *out)
{
    const rp_sweep_totals t = rp_sweep_total(s);
    put_head(out, s, t.statuses == 0);
    put_header(out, s, &t);
    rp_put_text(out, "<main>\n");
    put_failures(out, s, &t);
    put_plots(out, s);
    put_cells(out, s);
    put_asked(out, s);
    rp_put_text(out, "</main>\n</body>\n</html>\n");
}
