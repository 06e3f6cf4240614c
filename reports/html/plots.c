/* The plots of the page: a canvas for each of which there is something to show, and the numbers behind them, as JSON that the
 * page's script reads. The drawing is the script's; here are integers only.
 */
#include "html/html.h"

#include "page.h"
#include "rp/json.h"
#include "words.h"

/* ---- figures ---- */

typedef struct plot {
    const char *id, *title, *columns[6]; /* of the series: it is drawn when one of them is not 0 */
} plot;

static const plot plots[] = {
    { "calls",
      "Calls: load and goodput",
      { "calls_placed", "calls_answered", "calls_ended", "calls_rejected", "calls_failed",
        "calls_cancelled" } },
    { "registrations", "Registrations", { "registrations", "registrations_failed" } },
    { "messages", "Messages", { "messages_sent", "messages_received", "retransmits", "refused" } },
    { "losses", "Losses", { "lost", "queue_full", "dropped_otherwise" } },
    { "alive", "Transactions and dialogs alive", { "transactions", "dialogs" } },
    { "queues", "On links and in queues", { "packets_under_way", "queue_length" } },
};

/* All of a count; of a peak, whether there was any. */
static int64_t total_of(const sn_series *series, const char *name)
{
    const unsigned column = sn_series_column(name);
    int64_t total = 0;
    for (unsigned i = 0; i < sn_series_count(series); i++) {
        total += sn_series_value(series, i, column);
    }
    return total;
}

static bool has_something(const sn_series *series, const plot *p)
{
    for (size_t i = 0; i < SS_COUNT(p->columns) && p->columns[i] != NULL; i++) {
        if (total_of(series, p->columns[i]) != 0) {
            return true;
        }
    }
    return false;
}

static void begin_figure(rp_file *out, const char *id, const char *title)
{
    rp_put_text(out, "<figure><figcaption>");
    rp_put_text(out, title);
    rp_put_text(out, "</figcaption><div class=\"plot\"><canvas id=\"plot-");
    rp_put_text(out, id);
    rp_put_text(out, "\" role=\"img\" aria-label=\"");
    rp_put_text(out, title);
}

static void end_figure(rp_file *out)
{
    rp_put_text(out, "\"></canvas></div></figure>\n");
}

/* What one who does not see it is told: the sums of what is drawn. */
static void put_over_time(rp_file *out, const sn_series *series, const plot *p)
{
    begin_figure(out, p->id, p->title);
    rp_put_text(out, ", over virtual time");
    for (size_t i = 0; i < SS_COUNT(p->columns) && p->columns[i] != NULL; i++) {
        sn_series_info info;
        const unsigned column = sn_series_column(p->columns[i]);
        if (sn_series_info_at(column, &info) && info.kind == SN_SERIES_COUNT) {
            rp_put_text(out, "; ");
            rp_html_text(out, info.sentence);
            rp_put_text(out, ": ");
            rp_put_i64(out, total_of(series, p->columns[i]));
        }
    }
    end_figure(out);
}

static void put_marks(rp_file *out, const rp_run *run)
{
    if (run->mark_count == 0) {
        return;
    }
    rp_put_text(out, "<details><summary>What the scenario does meanwhile, events: ");
    rp_put_u64(out, run->mark_count);
    rp_put_text(out, "</summary>\n<ol class=\"words\">\n");
    for (uint32_t i = 0; i < run->mark_count; i++) {
        const rp_mark *mark = &run->marks[i];
        rp_put_text(out, "<li class=\"mark\"><span class=\"time\">");
        rp_put_ms(out, mark->at);
        rp_put_text(out, " ms</span> ");
        rp_html_text(out, mark->text);
        if (mark->until != SS_TIME_NEVER) {
            rp_put_text(out, ", until ");
            rp_put_ms(out, mark->until);
            rp_put_text(out, " ms");
        }
        rp_put_text(out, "</li>\n");
    }
    rp_put_text(out, "</ol></details>\n");
}

static void begin_plots(rp_file *out)
{
    rp_put_text(out, "<div class=\"plots\">\n");
}

static void end_plots(rp_file *out)
{
    rp_put_text(out, "</div>\n");
}

void rp_html_over_time(rp_file *out, const rp_run *run)
{
    rp_html_heading(out, "time", "Over virtual time");
    rp_put_text(out, "<p class=\"faint\">Dashed lines are what the scenario does to the world; the "
                     "numbers are in <code>metrics.csv</code>.</p>\n"
                     "<noscript><p>The plots need scripts; all else does not.</p></noscript>\n");
    begin_plots(out);
    for (size_t i = 0; i < SS_COUNT(plots); i++) {
        if (has_something(run->series, &plots[i])) {
            put_over_time(out, run->series, &plots[i]);
        }
    }
    end_plots(out);
    put_marks(out, run);
}

static void put_histogram(rp_file *out, const char *id, const char *title, const sn_histogram *h)
{
    begin_figure(out, id, title);
    rp_put_text(out, ": ");
    rp_put_u64(out, h->count);
    rp_put_text(out, ", half of them within ");
    rp_put_ms(out, sn_histogram_quantile(h, 500000));
    rp_put_text(out, " ms, the longest ");
    rp_put_ms(out, h->max);
    rp_put_text(out, " ms");
    end_figure(out);
}

void rp_html_delays(rp_file *out, const rp_run *run)
{
    const sn_metrics *m = sn_meter_read(run->meter, 0);
    const sn_histogram *setup = m->srd_ok.count != 0     ? &m->srd_ok
                                : m->srd_fail.count != 0 ? &m->srd_fail
                                : m->pdd.count != 0      ? &m->pdd
                                                         : &m->setup_to_ack;
    if (run->series != NULL && setup->count != 0) {
        begin_plots(out);
        put_histogram(out, "setup", "Set-up delay", setup);
        end_plots(out);
    }
}

static bool fired(const sn_metrics *m, unsigned letter)
{
    return m->timer_fired[letter] + m->retransmits[letter] != 0;
}

static bool any_fired(const sn_metrics *m)
{
    unsigned letter = 0;
    while (letter < SS_LETTER_COUNT && !fired(m, letter)) {
        letter++;
    }
    return letter < SS_LETTER_COUNT;
}

void rp_html_timer_plots(rp_file *out, const rp_run *run)
{
    const sn_metrics *m = sn_meter_read(run->meter, 0);
    if (run->series == NULL || !any_fired(m)) {
        return;
    }
    begin_plots(out);
    begin_figure(out, "timers", "Timers fired");
    rp_put_text(out, ", by letter; the table below says the same");
    end_figure(out);
    if (m->resend_after.count != 0) {
        put_histogram(out, "copies", "How long it took until a message went again",
                      &m->resend_after);
    }
    end_plots(out);
}

/* ---- the numbers ---- */

static void write_series(rp_json *j, const sn_series *series)
{
    sn_series_info info;
    rp_json_key_u64(j, "width_ns", sn_series_width(series));
    rp_json_key_open(j, "series", '{');
    for (unsigned column = 0; sn_series_info_at(column, &info); column++) {
        rp_json_key_open(j, info.name, '[');
        for (unsigned i = 0; i < sn_series_count(series); i++) {
            rp_json_i64(j, sn_series_value(series, i, column));
        }
        rp_json_close(j);
    }
    rp_json_close(j);
}

static void write_marks(rp_json *j, const rp_run *run)
{
    rp_json_key_open(j, "marks", '[');
    for (uint32_t i = 0; i < run->mark_count; i++) {
        const rp_mark *mark = &run->marks[i];
        rp_json_open(j, '{');
        rp_json_key_u64(j, "at_ns", mark->at);
        rp_json_key(j, "until_ns");
        if (mark->until == SS_TIME_NEVER) {
            rp_json_null(j);
        } else {
            rp_json_u64(j, mark->until);
        }
        rp_json_key_text(j, "text", mark->text);
        rp_json_close(j);
    }
    rp_json_close(j);
}

/* Four buckets as one: [place, end in ns, count] of those that are not empty. */
static void write_histogram(rp_json *j, const char *name, const sn_histogram *h)
{
    rp_json_key_open(j, name, '[');
    for (unsigned place = 0; place < SN_HISTOGRAM_BUCKETS / 4; place++) {
        uint64_t count = 0;
        for (unsigned i = 0; i < 4; i++) {
            count += h->buckets[4 * place + i];
        }
        if (count != 0) {
            rp_json_open(j, '[');
            rp_json_u64(j, place);
            rp_json_u64(j, sn_histogram_end(4 * place + 3));
            rp_json_u64(j, count);
            rp_json_close(j);
        }
    }
    rp_json_close(j);
}

static void write_histograms(rp_json *j, const sn_metrics *m)
{
    rp_json_key_open(j, "histograms", '{');
    write_histogram(j, "srd_ok", &m->srd_ok);
    write_histogram(j, "srd_fail", &m->srd_fail);
    write_histogram(j, "pdd", &m->pdd);
    write_histogram(j, "setup_to_ack", &m->setup_to_ack);
    write_histogram(j, "resend_after", &m->resend_after);
    rp_json_close(j);
}

static void write_timers(rp_json *j, const sn_metrics *m)
{
    rp_json_key_open(j, "timers", '[');
    for (unsigned letter = 0; letter < SS_LETTER_COUNT; letter++) {
        if (fired(m, letter)) {
            rp_json_open(j, '[');
            rp_json_text(j, rp_letter_name(letter));
            rp_json_u64(j, m->timer_fired[letter]);
            rp_json_u64(j, m->retransmits[letter]);
            rp_json_close(j);
        }
    }
    rp_json_close(j);
}

static void put_script(rp_file *out, ss_slice code)
{
    rp_put_text(out, "<script>");
    rp_put(out, code);
    rp_put_text(out, "</script>\n");
}

void rp_html_scripts(rp_file *out, const rp_run *run)
{
    const sn_metrics *m = sn_meter_read(run->meter, 0);
    rp_json j = rp_json_on(out, true);
    rp_put_text(out, "<script type=\"application/json\" id=\"data\">");
    rp_json_open(&j, '{');
    write_series(&j, run->series);
    write_marks(&j, run);
    write_histograms(&j, m);
    write_timers(&j, m);
    rp_json_close(&j);
    rp_json_end(&j);
    rp_put_text(out, "</script>\n");
    put_script(out, rp_page_chart);
    put_script(out, rp_page_js);
}
