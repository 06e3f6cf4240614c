/* runs.jsonl, read: by the program that wrote it, or by anybody; so nothing in it is believed. */
#define _POSIX_C_SOURCE 200809L /* open_memstream */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rp/json_read.h"
#include "sweep/sweep.h"

/* ---- a line, read ---- */

static bool read_counts(const rp_doc *d, const rp_value *v, uint64_t *counts, uint32_t length)
{
    if (length == 1) {
        *counts = v->whole;
        return v->kind == RP_VALUE_WHOLE;
    }
    const rp_value *member = rp_value_first(d, v);
    if (v->kind != RP_VALUE_LIST || v->count != length) {
        return false;
    }
    for (uint32_t i = 0; i < length; i++) {
        if (member->kind != RP_VALUE_WHOLE) {
            return false;
        }
        counts[i] = member->whole;
        member = rp_value_next(d, member);
    }
    return true;
}

static bool read_histogram(const rp_doc *d, const rp_value *v, sn_histogram *h)
{
    h->sum = rp_value_u64(d, v, "sum", 0);
    h->min = rp_value_u64(d, v, "min", 0);
    h->max = rp_value_u64(d, v, "max", 0);
    const rp_value *buckets = rp_value_at(d, v, "buckets");
    const rp_value *member = rp_value_first(d, buckets);
    if (buckets == NULL || buckets->kind != RP_VALUE_LIST || buckets->count % 2 != 0) {
        return false;
    }
    while (member != NULL) {
        const rp_value *count = rp_value_next(d, member);
        if (member->kind != RP_VALUE_WHOLE || member->whole >= SN_HISTOGRAM_BUCKETS ||
            count->kind != RP_VALUE_WHOLE) {
            return false;
        }
        h->buckets[member->whole] = count->whole;
        h->count += count->whole;
        member = rp_value_next(d, count);
    }
    return true;
}

static bool read_histograms(const rp_doc *d, const rp_value *v, sn_histogram *h, uint32_t length)
{
    if (length == 1) {
        return read_histogram(d, v, h);
    }
    if (v->kind != RP_VALUE_LIST || v->count != length) {
        return false;
    }
    const rp_value *member = rp_value_first(d, v);
    for (uint32_t i = 0; i < length; i++) {
        if (!read_histogram(d, member, &h[i])) {
            return false;
        }
        member = rp_value_next(d, member);
    }
    return true;
}

static bool read_fields(const rp_doc *d, const rp_value *counts, sn_metrics *m)
{
    memset(m, 0, sizeof *m);
    for (unsigned i = 0; i < sn_metrics_field_count; i++) {
        const sn_metrics_field *f = &sn_metrics_fields[i];
        const rp_value *v = rp_value_at(d, counts, f->name);
        const bool ok = v == NULL ? true
                        : f->kind == SN_FIELD_HISTOGRAM
                            ? read_histograms(d, v, sn_metrics_histograms(m, f), f->length)
                            : read_counts(d, v, sn_metrics_counts(m, f), f->length);
        if (!ok) {
            return false;
        }
    }
    return counts != NULL && counts->kind == RP_VALUE_MAP;
}

bool rp_sweep_metrics(const rp_sweep_run *run, sn_metrics *metrics)
{
    rp_doc *d = rp_doc_read((ss_slice){ run->line, run->len });
    const bool ok = d != NULL && read_fields(d, rp_value_at(d, rp_doc_root(d), "counts"), metrics);
    rp_doc_free(d);
    return ok;
}

static bool read_statuses(const rp_doc *d, const rp_value *list, rp_status_set *set)
{
    if (list == NULL || list->kind != RP_VALUE_LIST) {
        return false;
    }
    for (const rp_value *v = rp_value_first(d, list); v != NULL; v = rp_value_next(d, v)) {
        rp_status status = 0;
        while (status < RP_OK && !ss_slice_eq(v->text, ss_slice_from(rp_status_word(status)))) {
            status++;
        }
        if (status == RP_OK) {
            return false;
        }
        *set |= rp_status_bit(status);
    }
    return true;
}

static bool keep_line(rp_sweep_run *kept, ss_slice line)
{
    kept->line = malloc(line.len + 1);
    if (kept->line == NULL) {
        return false;
    }
    memcpy(kept->line, line.at, line.len);
    kept->line[line.len] = '\n';
    kept->len = line.len + 1;
    return true;
}

/* Of the same run, twice, the first counts: a journal may hold what runs.jsonl does. NULL, or what is wrong. */
static const char *read_run(rp_sweep *s, const rp_doc *d, ss_slice line, sn_metrics *m)
{
    const rp_value *root = rp_doc_root(d);
    const uint64_t number = rp_value_u64(d, root, "run", UINT64_MAX);
    rp_sweep_run kept = { .digest = rp_value_hex64(d, root, "digest"),
                          .violations = rp_value_u64(d, root, "violations", 0) };
    if (number >= s->run_count) {
        return "no such run";
    }
    if (rp_value_u64(d, root, "seed", 0) != rp_sweep_seed(s, (uint32_t)number) ||
        !read_statuses(d, rp_value_at(d, root, "statuses"), &kept.statuses) ||
        !read_fields(d, rp_value_at(d, root, "counts"), m)) {
        return "not a run of this sweep";
    }
    if (s->runs[number].line != NULL) {
        return NULL;
    }
    if (!keep_line(&kept, line) || !rp_sweep_fill_readings(s, &kept, m)) {
        rp_sweep_forget(&kept);
        return "out of memory";
    }
    s->runs[number] = kept;
    return NULL;
}

/* ---- the head, read ---- */

static void put_text(FILE *to, ss_slice text)
{
    if (text.len != 0) {
        (void)!fwrite(text.at, 1, text.len, to);
    }
}

static bool add_axis(rp_sweep *s, const rp_doc *d, const rp_value *axis)
{
    char *text = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&text, &len);
    if (memory == NULL) {
        return false;
    }
    put_text(memory, rp_value_text(d, axis, "path"));
    const rp_value *v = rp_value_first(d, rp_value_at(d, axis, "values"));
    for (const char *before = "="; v != NULL; v = rp_value_next(d, v), before = ",") {
        fputs(before, memory);
        put_text(memory, v->text);
    }
    const bool ok = fclose(memory) == 0 && rp_sweep_add_axis(s, text) == NULL;
    free(text);
    return ok;
}

static char *text_of(const rp_doc *d, const rp_value *root, const char *key)
{
    const ss_slice text = rp_value_text(d, root, key);
    char *copy = calloc(1, text.len + 1);
    if (copy != NULL && text.len != 0) {
        memcpy(copy, text.at, text.len);
    }
    return copy;
}

static bool read_question(rp_sweep *s, const rp_doc *d, const rp_value *root)
{
    const rp_value *seeds = rp_value_at(d, root, "seeds"), *shard = rp_value_at(d, root, "shard");
    const uint64_t count = rp_value_u64(d, seeds, "count", 0);
    const uint64_t number = rp_value_u64(d, shard, "number", 0);
    const uint64_t shards = rp_value_u64(d, shard, "of", 0);
    if (count == 0 || count > RP_SWEEP_RUNS_MAX || number == 0 || number > shards ||
        shards > RP_SWEEP_RUNS_MAX) {
        return false;
    }
    s->text_hash = rp_value_hex64(d, root, "text");
    s->seed_from = rp_value_u64(d, seeds, "from", 0);
    s->seed_count = (uint32_t)count;
    s->shard = (uint32_t)number;
    s->shards = (uint32_t)shards;
    const rp_value *axis = rp_value_first(d, rp_value_at(d, root, "axes"));
    for (; axis != NULL; axis = rp_value_next(d, axis)) {
        if (!add_axis(s, d, axis)) {
            return false;
        }
    }
    return rp_sweep_finish(s) == NULL;
}

static rp_sweep *read_head(ss_slice line)
{
    rp_doc *d = rp_doc_read(line);
    rp_sweep *s = NULL;
    const rp_value *root = d == NULL ? NULL : rp_doc_root(d);
    if (root != NULL && ss_slice_eq(rp_value_text(d, root, "schema"), SS_LIT("sipsim.runs/1"))) {
        char *version = text_of(d, root, "version"), *name = text_of(d, root, "name"),
             *options = text_of(d, root, "options");
        if (version != NULL && name != NULL && options != NULL) {
            s = rp_sweep_new(version, name, options);
        }
        free(version);
        free(name);
        free(options);
        if (s != NULL && !read_question(s, d, root)) {
            rp_sweep_free(s);
            s = NULL;
        }
    }
    rp_doc_free(d);
    return s;
}

/* ---- the file, read ---- */

static const char *read_lines(rp_sweep *s, ss_slice rest, uint32_t *at_line, sn_metrics *m)
{
    while (rest.len != 0) {
        const size_t end = ss_slice_find(rest, '\n');
        if (end == rest.len) {
            return NULL;
        }
        const ss_slice line = ss_slice_cut(rest, 0, end);
        rp_doc *d = rp_doc_read(line);
        size_t offset = 0;
        const char *why = d == NULL                          ? "out of memory"
                          : rp_doc_error(d, &offset) != NULL ? rp_doc_error(d, &offset)
                                                             : read_run(s, d, line, m);
        rp_doc_free(d);
        ++*at_line;
        if (why != NULL) {
            return why;
        }
        rest = ss_slice_cut(rest, end + 1, rest.len);
    }
    return NULL;
}

rp_sweep *rp_sweep_read(ss_slice text, rp_sweep_trouble *trouble)
{
    const size_t end = ss_slice_find(text, '\n');
    rp_sweep *s = end == text.len ? NULL : read_head(ss_slice_cut(text, 0, end));
    *trouble = (rp_sweep_trouble){ .why = "not a runs.jsonl", .line = 1 };
    if (s == NULL) {
        return NULL;
    }
    sn_metrics *m = malloc(sizeof *m);
    trouble->why = m == NULL
                       ? "out of memory"
                       : read_lines(s, ss_slice_cut(text, end + 1, text.len), &trouble->line, m);
    free(m);
    if (trouble->why != NULL) {
        rp_sweep_free(s);
        return NULL;
    }
    return s;
}

/* ---- two of one ---- */

static bool same_axis(const rp_axis *a, const rp_axis *b)
{
    if (strcmp(a->path, b->path) != 0 || a->count != b->count) {
        return false;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        if (strcmp(a->values[i], b->values[i]) != 0) {
            return false;
        }
    }
    return true;
}

static const char *why_other(const rp_sweep *a, const rp_sweep *b)
{
    if (strcmp(a->version, b->version) != 0) {
        return "made by another version";
    }
    if (a->text_hash != b->text_hash || strcmp(a->name, b->name) != 0) {
        return "of another scenario";
    }
    if (strcmp(a->options, b->options) != 0) {
        return "with other options";
    }
    if (a->seed_from != b->seed_from || a->seed_count != b->seed_count) {
        return "of other seeds";
    }
    bool same = a->axis_count == b->axis_count;
    for (uint32_t i = 0; same && i < a->axis_count; i++) {
        same = same_axis(&a->axes[i], &b->axes[i]);
    }
    return same ? NULL : "of other values";
}

rp_sweep_error rp_sweep_join(rp_sweep *to, rp_sweep *from, rp_sweep_trouble *trouble)
{
    trouble->why = why_other(to, from);
    if (trouble->why != NULL) {
        return RP_SWEEP_OTHER;
    }
    for (uint32_t i = 0; i < to->run_count; i++) {
        rp_sweep_run *a = &to->runs[i], *b = &from->runs[i];
        if (b->line == NULL) {
            continue;
        }
        if (a->line == NULL) {
            *a = *b;
            *b = (rp_sweep_run){ .line = NULL };
        } else if (a->len != b->len || memcmp(a->line, b->line, a->len) != 0) {
            trouble->run = i;
            return RP_SWEEP_DIFFERS;
        }
    }
    return RP_SWEEP_OK;
}
