/* runs.jsonl, written: a head that says what was asked, then a line for each run that is done, by number. A line has all
 * counts of the run, by the table of sn_metrics; what is 0 is left out, and so are empty buckets.
 */
#define _POSIX_C_SOURCE 200809L /* open_memstream */
#include "sweep/sweep.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the head ---- */

static void write_axes(const rp_sweep *s, rp_json *j)
{
    rp_json_key_open(j, "axes", '[');
    for (uint32_t i = 0; i < s->axis_count; i++) {
        rp_json_open(j, '{');
        rp_json_key_text(j, "path", s->axes[i].path);
        rp_json_key_open(j, "values", '[');
        for (uint32_t k = 0; k < s->axes[i].count; k++) {
            rp_json_text(j, s->axes[i].values[k]);
        }
        rp_json_close(j);
        rp_json_close(j);
    }
    rp_json_close(j);
}

void rp_sweep_write_question(const rp_sweep *s, rp_json *j)
{
    rp_json_key_text(j, "version", s->version);
    rp_json_key_text(j, "name", s->name);
    rp_json_key_hex64(j, "text", s->text_hash);
    rp_json_key_text(j, "options", s->options);
    write_axes(s, j);
    rp_json_key_open(j, "seeds", '{');
    rp_json_key_u64(j, "from", s->seed_from);
    rp_json_key_u64(j, "count", s->seed_count);
    rp_json_close(j);
    rp_json_key_open(j, "shard", '{');
    rp_json_key_u64(j, "number", s->shard);
    rp_json_key_u64(j, "of", s->shards);
    rp_json_close(j);
}

void rp_sweep_write_head(const rp_sweep *s, rp_file *out)
{
    rp_json j = rp_json_on(out, true);
    rp_json_open(&j, '{');
    rp_json_key_text(&j, "schema", "sipsim.runs/1");
    rp_sweep_write_question(s, &j);
    rp_json_close(&j);
    rp_json_end(&j);
}

void rp_sweep_write_runs(const rp_sweep *s, rp_file *out)
{
    rp_sweep_write_head(s, out);
    for (uint32_t i = 0; i < s->run_count; i++) {
        if (s->runs[i].line != NULL) {
            rp_put(out, (ss_slice){ s->runs[i].line, s->runs[i].len });
        }
    }
}

/* ---- a line, written ---- */

static bool is_zero(const sn_metrics *m, const sn_metrics_field *field)
{
    const bool is_histogram = field->kind == SN_FIELD_HISTOGRAM;
    const size_t size = field->length * (is_histogram ? sizeof(sn_histogram) : sizeof(uint64_t));
    const unsigned char *at = (const unsigned char *)m + field->offset;
    for (size_t i = 0; i < size; i++) {
        if (at[i] != 0) {
            return false;
        }
    }
    return true;
}

static void write_histogram(rp_json *j, const sn_histogram *h)
{
    rp_json_open(j, '{');
    rp_json_key_u64(j, "sum", h->sum);
    rp_json_key_u64(j, "min", h->min);
    rp_json_key_u64(j, "max", h->max);
    rp_json_key_open(j, "buckets", '[');
    for (unsigned i = 0; i < SN_HISTOGRAM_BUCKETS; i++) {
        if (h->buckets[i] != 0) {
            rp_json_u64(j, i);
            rp_json_u64(j, h->buckets[i]);
        }
    }
    rp_json_close(j);
    rp_json_close(j);
}

static void write_field(rp_json *j, sn_metrics *m, const sn_metrics_field *field)
{
    rp_json_key(j, field->name);
    if (field->length != 1) {
        rp_json_open(j, '[');
    }
    for (uint32_t i = 0; i < field->length; i++) {
        if (field->kind == SN_FIELD_HISTOGRAM) {
            write_histogram(j, &sn_metrics_histograms(m, field)[i]);
        } else {
            rp_json_u64(j, sn_metrics_counts(m, field)[i]);
        }
    }
    if (field->length != 1) {
        rp_json_close(j);
    }
}

static void write_counts(rp_json *j, sn_metrics *m)
{
    rp_json_key_open(j, "counts", '{');
    for (unsigned i = 0; i < sn_metrics_field_count; i++) {
        if (!is_zero(m, &sn_metrics_fields[i])) {
            write_field(j, m, &sn_metrics_fields[i]);
        }
    }
    rp_json_close(j);
}

void rp_sweep_write_statuses(rp_json *j, rp_status_set statuses)
{
    rp_json_key_open(j, "statuses", '[');
    for (rp_status status = 0; status < RP_OK; status++) {
        if (rp_status_holds(statuses, status)) {
            rp_json_text(j, rp_status_word(status));
        }
    }
    rp_json_close(j);
}

static void write_laws(rp_json *j, const sn_judge *judge)
{
    rp_json_key_u64(j, "violations", sn_judge_violation_count(judge));
    rp_json_key_open(j, "laws", '{');
    for (unsigned law = 0; law < sn_law_count; law++) {
        if (sn_judge_count_of(judge, law) != 0) {
            rp_json_key_u64(j, sn_laws[law].name, sn_judge_count_of(judge, law));
        }
    }
    rp_json_close(j);
}

static void write_line(const rp_sweep *s, uint32_t number, const rp_run *run, sn_metrics *m,
                       rp_file *out)
{
    rp_json j = rp_json_on(out, true);
    rp_json_open(&j, '{');
    rp_json_key_u64(&j, "run", number);
    rp_json_key_open(&j, "at", '{');
    for (uint32_t i = 0; i < s->axis_count; i++) {
        const uint32_t place = rp_sweep_place(s, rp_sweep_cell(s, number), i);
        rp_json_key_text(&j, s->axes[i].path, s->axes[i].values[place]);
    }
    rp_json_close(&j);
    rp_json_key_u64(&j, "seed", rp_sweep_seed(s, number));
    rp_sweep_write_statuses(&j, run->statuses);
    rp_json_key_hex64(&j, "digest", run->digest);
    rp_json_key_hex64(&j, "scenario", run->scenario_hash);
    rp_json_key_u64(&j, "end_ns", run->end);
    rp_json_key_u64(&j, "events", run->events);
    write_laws(&j, run->judge);
    write_counts(&j, m);
    rp_json_close(&j);
    rp_json_end(&j);
}

/* ---- keeping ---- */

bool rp_sweep_fill_readings(const rp_sweep *s, rp_sweep_run *kept, const sn_metrics *m)
{
    kept->readings = calloc(s->metric_count, sizeof *kept->readings);
    if (kept->readings == NULL) {
        return false;
    }
    for (unsigned i = 0; i < s->metric_count; i++) {
        kept->readings[i].is_null = !sn_metric_value(m, i, &kept->readings[i].value);
    }
    return true;
}

void rp_sweep_forget(rp_sweep_run *kept)
{
    free(kept->line);
    free(kept->readings);
    *kept = (rp_sweep_run){ .line = NULL };
}

bool rp_sweep_take(rp_sweep *s, uint32_t number, const rp_run *run)
{
    SS_ASSERT(number < s->run_count);
    SS_ASSERT(s->runs[number].line == NULL);
    rp_sweep_run kept = { .statuses = run->statuses,
                          .digest = run->digest,
                          .violations = sn_judge_violation_count(run->judge) };
    sn_metrics *m = malloc(sizeof *m);
    FILE *memory = open_memstream(&kept.line, &kept.len);
    rp_file *out = memory == NULL ? NULL : rp_file_over(memory);
    bool ok = false;
    if (m != NULL && out != NULL) {
        *m = *sn_meter_read(run->meter, 0);
        write_line(s, number, run, m, out);
        ok = rp_sweep_fill_readings(s, &kept, m);
    }
    ok = (out == NULL || rp_file_close(out) == 0) && ok;
    ok = memory != NULL && fclose(memory) == 0 && ok;
    free(m);
    if (ok) {
        s->runs[number] = kept;
    } else {
        rp_sweep_forget(&kept);
    }
    return ok;
}
