/* Loading: texts to one tree, overrides over it, the tree to a model, the model to a plan; sn/scenario.h says the rest. */
#include "model.h"

#include <stdlib.h>

struct sn_scenario {
    sn_reading reading;
};

static sn_item *read_files(sn_reading *r, const sn_scenario_options *options)
{
    sn_item *root = NULL;
    for (uint32_t i = 0; i < options->file_count; i++) {
        const sn_scenario_file *file = &options->files[i];
        const bool fits = file->text.len <= SN_SCENARIO_BYTES_MAX;
        const ss_slice text = fits ? file->text : ss_slice_cut(file->text, 0, 80);
        const uint32_t source = sn_reading_add_source(r, file->name, text);
        if (!fits) {
            sn_wrong(r, (sn_place){ source, 0, 1 }, NULL, "too large: %zu bytes, at most %u",
                     file->text.len, SN_SCENARIO_BYTES_MAX);
            continue;
        }
        root = sn_item_overlay(r, root, sn_yaml_read(r, source, 0));
    }
    return root;
}

static void apply_options(sn_model *m, const sn_scenario_options *options)
{
    if (options->seed != NULL) {
        m->seed = *options->seed;
    }
    if (options->order != NULL) {
        m->order.mode = (unsigned)*options->order;
    }
    if (options->order_seed != NULL) {
        m->order.seed = *options->order_seed;
    }
}

static void load_session(sn_reading *r, const sn_model *m)
{
    sn_session_block_settle(r, m);
    if (r->mistake_count == 0) {
        sn_text t = { .hoard = &r->hoard };
        sn_session_block_plan(r, m);
        sn_session_block_write(&t, m);
        r->effective = (ss_slice){ t.at, t.len };
    }
    sn_reading_sort_mistakes(r);
}

static void load(sn_reading *r, const sn_scenario_options *options)
{
    r->reader = options->reader;
    sn_item *root = read_files(r, options);
    for (uint32_t i = 0; root != NULL && i < options->override_count; i++) {
        sn_override_apply(r, root, options->overrides[i]);
    }
    if (root != NULL) {
        sn_model *m = sn_model_read(r, root);
        r->model = m;
        apply_options(m, options);
        if (m->session != NULL) {
            load_session(r, m);
            return;
        }
        if (root->kind == SN_ITEM_MAP) {
            sn_model_resolve(r, m);
        }
        if (r->mistake_count == 0) {
            sn_model_plan(r, m);
        }
        if (r->mistake_count == 0) {
            sn_text t = { .hoard = &r->hoard };
            sn_model_write(&t, m);
            r->effective = (ss_slice){ t.at, t.len };
        }
    }
    sn_reading_sort_mistakes(r);
}

/* The frame that running out of memory comes back to; nothing of its own changes after setjmp. */
static bool load_in_memory(sn_reading *r, const sn_scenario_options *options)
{
    jmp_buf full;
    r->hoard.full = &full;
    if (setjmp(full) != 0) {
        return false;
    }
    load(r, options);
    return true;
}

sn_scenario *sn_scenario_load(const sn_scenario_options *options)
{
    sn_scenario *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return NULL;
    }
    s->reading.hoard.max = options->memory_max != 0 ? (size_t)options->memory_max : (size_t)1 << 30;
    s->reading.nodes_max = options->nodes_max;
    s->reading.calls_max = options->calls_max;
    if (!load_in_memory(&s->reading, options)) {
        sn_scenario_free(s);
        return NULL;
    }
    return s;
}

void sn_scenario_free(sn_scenario *s)
{
    if (s == NULL) {
        return;
    }
    sn_yaml_close(&s->reading);
    sn_plan_free(s->reading.plan);
    sn_hoard_free(&s->reading.hoard);
    free(s);
}

uint64_t sn_scenario_mistake_count(const sn_scenario *s)
{
    return s->reading.mistake_count;
}

const sn_mistake *sn_scenario_mistake(const sn_scenario *s, unsigned nth)
{
    return nth < s->reading.kept ? &s->reading.mistakes[nth] : NULL;
}

sn_plan *sn_scenario_plan(const sn_scenario *s)
{
    return s->reading.mistake_count == 0 ? s->reading.plan : NULL;
}

ss_slice sn_scenario_effective(const sn_scenario *s)
{
    return s->reading.effective;
}

bool sn_scenario_session(const sn_scenario *s, ss_slice *input)
{
    const sn_model *m = s->reading.model;
    if (s->reading.mistake_count != 0 || m == NULL || m->session == NULL) {
        return false;
    }
    *input = m->session_bytes;
    return true;
}
