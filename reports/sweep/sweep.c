/* A sweep's grid: axes taken from the command line, runs counted, and what each run is. */
#include "rp/sweep.h"

#include <stdlib.h>
#include <string.h>

static char *copy_slice(ss_slice text)
{
    char *copy = malloc(text.len + 1);
    if (copy != NULL) {
        if (text.len != 0) {
            memcpy(copy, text.at, text.len);
        }
        copy[text.len] = '\0';
    }
    return copy;
}

rp_sweep *rp_sweep_new(const char *version, const char *name, const char *options)
{
    rp_sweep *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    s->version = copy_slice(ss_slice_from(version));
    s->name = copy_slice(ss_slice_from(name));
    s->options = copy_slice(ss_slice_from(options));
    s->shard = s->shards = 1;
    s->seed_count = 1;
    sn_metric_info info;
    while (sn_metric_info_at(s->metric_count, &info)) {
        s->metric_count++;
    }
    if (s->version == NULL || s->name == NULL || s->options == NULL) {
        rp_sweep_free(s);
        return NULL;
    }
    return s;
}

void rp_sweep_free(rp_sweep *s)
{
    if (s == NULL) {
        return;
    }
    for (uint32_t i = 0; i < s->run_count && s->runs != NULL; i++) {
        free(s->runs[i].line);
        free(s->runs[i].readings);
    }
    for (uint32_t i = 0; i < s->axis_count; i++) {
        for (uint32_t k = 0; k < s->axes[i].count; k++) {
            free(s->axes[i].values[k]);
        }
        free(s->axes[i].values);
        free(s->axes[i].path);
    }
    free(s->runs);
    free(s->version);
    free(s->name);
    free(s->options);
    free(s);
}

/* ---- axes ---- */

static const char no_memory[] = "out of memory";

/* Where the value that begins at `at` ends: at a comma outside brackets and quotes. */
static size_t value_end(ss_slice text, size_t at)
{
    unsigned depth = 0;
    char quote = '\0';
    for (; at < text.len; at++) {
        const char c = text.at[at];
        if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && depth != 0) {
            depth--;
        } else if (c == ',' && depth == 0) {
            break;
        }
    }
    return at;
}

static const char *add_value(rp_axis *axis, ss_slice text)
{
    text = ss_slice_trim(text);
    if (text.len == 0) {
        return "a value is missing: write path=v1,v2";
    }
    for (uint32_t i = 0; i < axis->count; i++) {
        if (ss_slice_eq(ss_slice_from(axis->values[i]), text)) {
            return "a value comes twice";
        }
    }
    char **more = realloc(axis->values, (axis->count + 1) * sizeof *more);
    if (more == NULL) {
        return no_memory;
    }
    axis->values = more;
    axis->values[axis->count] = copy_slice(text);
    if (axis->values[axis->count] == NULL) {
        return no_memory;
    }
    axis->count++;
    return axis->count > RP_SWEEP_RUNS_MAX ? "too many values" : NULL;
}

const char *rp_sweep_add_axis(rp_sweep *s, const char *text)
{
    const ss_slice all = ss_slice_from(text);
    const size_t equals = ss_slice_find(all, '=');
    const ss_slice path = ss_slice_trim(ss_slice_cut(all, 0, equals));
    if (equals == all.len || path.len == 0) {
        return "write path=v1,v2, as in links.access.loss=0%,1%,2%";
    }
    if (s->axis_count == RP_AXES_MAX) {
        return "too many paths at once: eight at most";
    }
    for (uint32_t i = 0; i < s->axis_count; i++) {
        if (ss_slice_eq(ss_slice_from(s->axes[i].path), path)) {
            return "this path is swept already";
        }
    }
    rp_axis *axis = &s->axes[s->axis_count];
    axis->path = copy_slice(path);
    if (axis->path == NULL) {
        return no_memory;
    }
    s->axis_count++;
    const char *why = NULL;
    size_t at = equals + 1;
    do {
        const size_t end = value_end(all, at);
        why = add_value(axis, ss_slice_cut(all, at, end));
        at = end + 1;
    } while (why == NULL && at <= all.len);
    return why;
}

const char *rp_sweep_finish(rp_sweep *s)
{
    uint64_t count = 1;
    for (uint32_t i = 0; i < s->axis_count; i++) {
        count *= s->axes[i].count;
        if (count > RP_SWEEP_RUNS_MAX) {
            return "more than 100000 runs";
        }
    }
    s->cell_count = (uint32_t)count;
    count *= s->seed_count;
    if (count > RP_SWEEP_RUNS_MAX || count == 0) {
        return count == 0 ? "no runs" : "more than 100000 runs";
    }
    s->run_count = (uint32_t)count;
    s->runs = calloc(count, sizeof *s->runs);
    return s->runs == NULL ? no_memory : NULL;
}

/* ---- what a run is ---- */

uint32_t rp_sweep_place(const rp_sweep *s, uint32_t cell, uint32_t axis)
{
    for (uint32_t i = s->axis_count; i-- > axis + 1;) {
        cell /= s->axes[i].count;
    }
    return cell % s->axes[axis].count;
}

uint64_t rp_sweep_seed(const rp_sweep *s, uint32_t run)
{
    return s->seed_from + run % s->seed_count;
}

uint32_t rp_sweep_cell(const rp_sweep *s, uint32_t run)
{
    return run / s->seed_count;
}

bool rp_sweep_is_asked(const rp_sweep *s, uint32_t run)
{
    return run % s->shards == s->shard - 1;
}

static void put_quoted(ss_buffer *b, const char *path, const char *value)
{
    ss_put_char(b, '\'');
    const char *parts[] = { path, "=", value };
    for (size_t i = 0; i < SS_COUNT(parts); i++) {
        for (const char *c = parts[i]; *c != '\0'; c++) {
            if (*c == '\'') {
                ss_put_text(b, "'\\''");
            } else {
                ss_put_char(b, *c);
            }
        }
    }
    ss_put_char(b, '\'');
}

void rp_sweep_put_words(ss_buffer *b, const rp_sweep *s, uint32_t run)
{
    for (uint32_t i = 0; i < s->axis_count; i++) {
        const rp_axis *axis = &s->axes[i];
        ss_put_text(b, " --set ");
        put_quoted(b, axis->path, axis->values[rp_sweep_place(s, rp_sweep_cell(s, run), i)]);
    }
    ss_put_text(b, " --seed ");
    ss_put_u64(b, rp_sweep_seed(s, run));
}
