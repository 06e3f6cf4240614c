/* A sweep for a terminal: a line for each cell with the metrics that say most, the first runs that failed, where the files
 * are.
 */
#include <string.h>

#include "sweep/sweep.h"

enum {
    COLUMNS = 3,
    AXIS_WIDTH_MAX = 24,
    FAILED_WIDTH = 9,
    VALUE_WIDTH = 24,
    CELLS_SHOWN = 60,
    FAILURES_SHOWN = 5
};

static void put_right(rp_file *out, const char *text, size_t width)
{
    size_t len = 0;
    while (text[len] != '\0') {
        len++;
    }
    for (size_t i = len; i < width; i++) {
        rp_put_char(out, ' ');
    }
    rp_put_plain(out, text);
}

static void put_counted(rp_file *out, uint64_t count, const char *what)
{
    rp_put_u64(out, count);
    rp_put_char(out, ' ');
    rp_put_text(out, what);
    rp_put_text(out, count == 1 ? "" : "s");
}

static void put_head(const rp_sweep *s, rp_file *out, const rp_sweep_totals *t)
{
    rp_put_plain(out, s->name);
    rp_put_text(out, "\n  ");
    for (uint32_t i = 0; i < s->axis_count; i++) {
        put_counted(out, s->axes[i].count, "value");
        rp_put_text(out, " of ");
        rp_put_plain(out, s->axes[i].path);
        rp_put_text(out, ", ");
    }
    put_counted(out, s->seed_count, "seed");
    rp_put_text(out, ": ");
    put_counted(out, t->asked, "run");
    if (s->shards != 1) {
        rp_put_text(out, " of shard ");
        rp_put_u64(out, s->shard);
        rp_put_char(out, '/');
        rp_put_u64(out, s->shards);
    }
    if (t->done != t->asked) {
        rp_put_text(out, ", ");
        rp_put_u64(out, t->done);
        rp_put_text(out, " done");
    }
    rp_put_text(out, ", ");
    rp_put_u64(out, t->failed);
    rp_put_text(out, " failed\n\n");
}

static void put_spread(rp_file *out, const rp_sweep *s, uint32_t cell, unsigned metric)
{
    char text[96];
    ss_buffer b = ss_buffer_on(text, sizeof text - 1);
    sn_metric_info info = { 0 };
    const rp_spread spread = rp_sweep_spread(s, cell, metric);
    if (!sn_metric_info_at(metric, &info) || spread.count == 0) {
        ss_put_char(&b, '-');
    } else if (spread.min == spread.max) {
        rp_sweep_put_value(&b, info.unit, spread.median);
    } else {
        rp_sweep_put_value(&b, info.unit, spread.min);
        b.len -= info.unit == SN_UNIT_TIME ? 3 : info.unit == SN_UNIT_RATIO ? 2 : 0;
        ss_put_text(&b, "..");
        rp_sweep_put_value(&b, info.unit, spread.max);
    }
    text[b.len] = '\0';
    put_right(out, text, VALUE_WIDTH);
}

/* As wide as the path and its values are, within bounds. */
static size_t axis_width(const rp_axis *axis)
{
    size_t width = strlen(axis->path);
    for (uint32_t i = 0; i < axis->count; i++) {
        const size_t len = strlen(axis->values[i]);
        width = len > width ? len : width;
    }
    return width < AXIS_WIDTH_MAX ? width : AXIS_WIDTH_MAX;
}

/* What is too long keeps its end: paths begin alike. */
static void put_axis(rp_file *out, const char *text, size_t width)
{
    char plain[AXIS_WIDTH_MAX + 1];
    const size_t len = strlen(text);
    const char *from = len > width ? text + (len - width) : text;
    size_t i = 0;
    for (; from[i] != '\0'; i++) {
        plain[i] = (unsigned char)from[i] < 0x20 || from[i] == 0x7f ? '?' : from[i];
    }
    plain[i] = '\0';
    rp_put_text(out, "  ");
    rp_put_left(out, plain, width);
}

static void put_cell(rp_file *out, const rp_sweep *s, uint32_t cell, const unsigned *metrics,
                     unsigned count)
{
    const rp_sweep_totals t = rp_sweep_total_of(s, cell);
    for (uint32_t i = 0; i < s->axis_count; i++) {
        put_axis(out, s->axes[i].values[rp_sweep_place(s, cell, i)], axis_width(&s->axes[i]));
    }
    char number[24];
    ss_buffer b = ss_buffer_on(number, sizeof number - 1);
    ss_put_u64(&b, t.failed);
    ss_put_char(&b, '/');
    ss_put_u64(&b, t.done);
    number[b.len] = '\0';
    put_right(out, number, FAILED_WIDTH);
    for (unsigned i = 0; i < count; i++) {
        put_spread(out, s, cell, metrics[i]);
    }
    rp_put_char(out, '\n');
}

static void put_cells(const rp_sweep *s, rp_file *out)
{
    unsigned metrics[RP_HEADLINES_MAX];
    unsigned count = rp_sweep_headlines(s, metrics);
    count = count < COLUMNS ? count : COLUMNS;
    for (uint32_t i = 0; i < s->axis_count; i++) {
        put_axis(out, s->axes[i].path, axis_width(&s->axes[i]));
    }
    put_right(out, "failed", FAILED_WIDTH);
    for (unsigned i = 0; i < count; i++) {
        sn_metric_info info = { 0 };
        put_right(out, sn_metric_info_at(metrics[i], &info) ? info.name : "", VALUE_WIDTH);
    }
    rp_put_char(out, '\n');
    for (uint32_t cell = 0; cell < s->cell_count && cell < CELLS_SHOWN; cell++) {
        put_cell(out, s, cell, metrics, count);
    }
    if (s->cell_count > CELLS_SHOWN) {
        rp_put_text(out, "  … and ");
        rp_put_u64(out, s->cell_count - CELLS_SHOWN);
        rp_put_text(out, " more in sweep.json\n");
    }
}

static void put_failures(const rp_sweep *s, rp_file *out, bool colour)
{
    unsigned shown = 0;
    for (uint32_t i = 0; i < s->run_count && shown < FAILURES_SHOWN; i++) {
        if (s->runs[i].line == NULL || s->runs[i].statuses == 0) {
            continue;
        }
        char words[4096];
        ss_buffer b = ss_buffer_on(words, sizeof words - 1);
        rp_sweep_put_words(&b, s, i);
        words[b.len] = '\0';
        rp_put_text(out, shown++ == 0 ? "\n" : "");
        rp_put_text(out, colour ? "  \x1b[31mfail\x1b[0m " : "  fail ");
        rp_put_text(out, rp_status_sentence(rp_status_worst(s->runs[i].statuses)));
        rp_put_text(out, ":");
        rp_put_plain(out, words);
        rp_put_char(out, '\n');
    }
}

void rp_sweep_summary(const rp_sweep *s, rp_file *out, const char *dir, bool colour)
{
    const rp_sweep_totals t = rp_sweep_total(s);
    put_head(s, out, &t);
    put_cells(s, out);
    put_failures(s, out, colour);
    rp_put_text(out, "\n  files: ");
    rp_put_plain(out, dir);
    rp_put_text(out, "/report.html, sweep.json, sweep.csv, runs.jsonl\n");
}
