/* sweep.json, schema sipsim.sweep/1: what was asked, what came of it, and each cell: the spread of every metric over its runs,
 * their counts added up, and how they compare, seed by seed, with the first cell. sweep.csv: a row for each run.
 */
#include <stdlib.h>
#include <string.h>

#include "sweep/sweep.h"

enum { FAILURES_KEPT = 100 };

/* ---- sweep.json ---- */

static void write_totals(rp_json *j, const rp_sweep_totals *t)
{
    rp_json_key_open(j, "runs", '{');
    rp_json_key_u64(j, "asked", t->asked);
    rp_json_key_u64(j, "done", t->done);
    rp_json_key_u64(j, "failed", t->failed);
    rp_json_key_open(j, "by_status", '{');
    for (rp_status status = 0; status < RP_OK; status++) {
        if (t->by_status[status] != 0) {
            rp_json_key_u64(j, rp_status_word(status), t->by_status[status]);
        }
    }
    rp_json_close(j);
    rp_json_close(j);
}

static void write_spread(rp_json *j, const rp_spread *spread)
{
    rp_json_key_u64(j, "runs", spread->count);
    if (spread->count != 0) {
        rp_json_key_u64(j, "min", spread->min);
        rp_json_key_u64(j, "p25", spread->p25);
        rp_json_key_u64(j, "median", spread->median);
        rp_json_key_u64(j, "p75", spread->p75);
        rp_json_key_u64(j, "max", spread->max);
        rp_json_key_u64(j, "mean", spread->mean);
    }
}

/* Equal seeds are a pair: how many runs of the cell have less, as much, or more than their like in the first cell. */
static void write_pairs(rp_json *j, const rp_sweep *s, uint32_t cell, unsigned metric)
{
    uint64_t less = 0, equal = 0, more = 0;
    for (uint32_t i = 0; i < s->seed_count; i++) {
        const rp_sweep_run *a = &s->runs[i], *b = &s->runs[(size_t)cell * s->seed_count + i];
        if (a->line == NULL || b->line == NULL || a->readings[metric].is_null ||
            b->readings[metric].is_null) {
            continue;
        }
        const uint64_t x = a->readings[metric].value, y = b->readings[metric].value;
        less += y < x;
        equal += y == x;
        more += y > x;
    }
    rp_json_key_open(j, "against_first", '{');
    rp_json_key_u64(j, "less", less);
    rp_json_key_u64(j, "equal", equal);
    rp_json_key_u64(j, "more", more);
    rp_json_close(j);
}

/* All of the cell's runs as if they were one. */
static void add_up(const rp_sweep *s, uint32_t cell, sn_metrics *sum, sn_metrics *one)
{
    memset(sum, 0, sizeof *sum);
    for (uint32_t i = 0; i < s->seed_count; i++) {
        const rp_sweep_run *run = &s->runs[(size_t)cell * s->seed_count + i];
        if (run->line != NULL && rp_sweep_metrics(run, one)) {
            sn_metrics_add(sum, one);
        }
    }
}

static void write_metrics(rp_json *j, const rp_sweep *s, uint32_t cell, const sn_metrics *sum,
                          const bool *shown)
{
    static const char *const units[] = { "count", "ns", "ppm" };
    sn_metric_info info;
    rp_json_key_open(j, "metrics", '{');
    for (unsigned i = 0; sn_metric_info_at(i, &info); i++) {
        if (!shown[i]) {
            continue;
        }
        uint64_t value = 0;
        const bool is_null = !sn_metric_value(sum, i, &value);
        const rp_spread spread = rp_sweep_spread(s, cell, i);
        rp_json_key_open(j, info.name, '{');
        rp_json_key_text(j, "unit", units[info.unit]);
        rp_json_key(j, "all");
        if (is_null) {
            rp_json_null(j);
        } else {
            rp_json_u64(j, value);
        }
        write_spread(j, &spread);
        write_pairs(j, s, cell, i);
        rp_json_close(j);
    }
    rp_json_close(j);
}

static void write_cell(rp_json *j, const rp_sweep *s, uint32_t cell, sn_metrics *sum,
                       sn_metrics *one, const bool *shown)
{
    const rp_sweep_totals t = rp_sweep_total_of(s, cell);
    uint64_t violations = 0, digest = 0;
    for (uint32_t i = 0; i < s->seed_count; i++) {
        const rp_sweep_run *run = &s->runs[(size_t)cell * s->seed_count + i];
        violations += run->violations;
        digest += run->digest;
    }
    rp_json_open(j, '{');
    rp_json_key_open(j, "at", '{');
    for (uint32_t i = 0; i < s->axis_count; i++) {
        rp_json_key_text(j, s->axes[i].path, s->axes[i].values[rp_sweep_place(s, cell, i)]);
    }
    rp_json_close(j);
    write_totals(j, &t);
    rp_json_key_hex64(j, "digests_added", digest);
    rp_json_key_u64(j, "violations", violations);
    add_up(s, cell, sum, one);
    write_metrics(j, s, cell, sum, shown);
    rp_json_close(j);
}

static void write_failure(rp_json *j, const rp_sweep *s, uint32_t number)
{
    char words[4096];
    ss_buffer b = ss_buffer_on(words, sizeof words);
    rp_sweep_put_words(&b, s, number);
    rp_json_open(j, '{');
    rp_json_key_u64(j, "run", number);
    rp_sweep_write_statuses(j, s->runs[number].statuses);
    rp_json_key(j, "again");
    rp_json_slice(j, ss_slice_trim(ss_buffer_slice(&b)));
    rp_json_close(j);
}

static void write_failures(rp_json *j, const rp_sweep *s)
{
    unsigned written = 0;
    rp_json_key_open(j, "failures", '[');
    for (uint32_t i = 0; i < s->run_count && written < FAILURES_KEPT; i++) {
        if (s->runs[i].line != NULL && s->runs[i].statuses != 0) {
            write_failure(j, s, i);
            written++;
        }
    }
    rp_json_close(j);
}

static void write_cells(rp_json *j, const rp_sweep *s)
{
    bool *shown = calloc(s->metric_count + 1, sizeof *shown);
    sn_metrics *sums = calloc(2, sizeof *sums);
    rp_json_key_open(j, "cells", '[');
    if (shown == NULL || sums == NULL) {
        j->out->error = j->out->error == 0 ? 12 /* ENOMEM */ : j->out->error;
    } else {
        for (unsigned i = 0; i < s->metric_count; i++) {
            shown[i] = rp_sweep_has(s, i);
        }
        for (uint32_t cell = 0; cell < s->cell_count; cell++) {
            write_cell(j, s, cell, &sums[0], &sums[1], shown);
        }
    }
    rp_json_close(j);
    free(shown);
    free(sums);
}

void rp_sweep_write_json(const rp_sweep *s, rp_json *j)
{
    const rp_sweep_totals t = rp_sweep_total(s);
    const rp_status worst = rp_status_worst(t.statuses);
    rp_json_open(j, '{');
    rp_json_key_text(j, "schema", "sipsim.sweep/1");
    rp_json_key_text(j, "verdict", worst == RP_OK ? "pass" : "fail");
    rp_json_key_u64(j, "exit_status", (uint64_t)rp_status_exit(worst));
    rp_json_key_bool(j, "interrupted", t.done < t.asked);
    rp_sweep_write_question(s, j);
    write_totals(j, &t);
    write_failures(j, s);
    write_cells(j, s);
    rp_json_close(j);
}

/* ---- sweep.csv: RFC 4180 ---- */

static void put_quoted(rp_file *out, const char *text)
{
    rp_put_char(out, '"');
    for (; *text != '\0'; text++) {
        rp_put_text(out, *text == '"' ? "\"" : "");
        rp_put_char(out, *text);
    }
    rp_put_char(out, '"');
}

static void put_heads(const rp_sweep *s, rp_file *out)
{
    static const char *const suffixes[] = { "", "_ns", "_ppm" };
    sn_metric_info info;
    rp_put_text(out, "run");
    for (uint32_t i = 0; i < s->axis_count; i++) {
        rp_put_char(out, ',');
        put_quoted(out, s->axes[i].path);
    }
    rp_put_text(out, ",seed,exit_status,digest,violations");
    for (unsigned i = 0; sn_metric_info_at(i, &info); i++) {
        rp_put_char(out, ',');
        rp_put_text(out, info.name);
        rp_put_text(out, suffixes[info.unit]);
    }
    rp_put_text(out, "\r\n");
}

static void put_row(const rp_sweep *s, uint32_t number, rp_file *out)
{
    const rp_sweep_run *run = &s->runs[number];
    rp_put_u64(out, number);
    for (uint32_t i = 0; i < s->axis_count; i++) {
        rp_put_char(out, ',');
        put_quoted(out, s->axes[i].values[rp_sweep_place(s, rp_sweep_cell(s, number), i)]);
    }
    rp_put_char(out, ',');
    rp_put_u64(out, rp_sweep_seed(s, number));
    rp_put_char(out, ',');
    rp_put_u64(out, (uint64_t)rp_status_exit(rp_status_worst(run->statuses)));
    rp_put_char(out, ',');
    rp_put_hex64(out, run->digest);
    rp_put_char(out, ',');
    rp_put_u64(out, run->violations);
    for (unsigned i = 0; i < s->metric_count; i++) {
        rp_put_char(out, ',');
        if (!run->readings[i].is_null) {
            rp_put_u64(out, run->readings[i].value);
        }
    }
    rp_put_text(out, "\r\n");
}

void rp_sweep_write_csv(const rp_sweep *s, rp_file *out)
{
    put_heads(s, out);
    for (uint32_t i = 0; i < s->run_count; i++) {
        if (s->runs[i].line != NULL) {
            put_row(s, i, out);
        }
    }
}
