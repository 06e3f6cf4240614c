/* Shrinking a reproducer: its decisions, which are what the network and the draws did, and its scenario, whose every part may go that the
 * failure does without; a part with a default gets that one back. Both fail together: whatever is taken away, the run goes by the decisions
 * that are left and breaks the same law in the same words. The last run is recorded, so that what is left is what was met. */
#include "fz/shrink_repro.h"

#include <stdlib.h>
#include <string.h>

#include "campaign/shrink_text.h"
#include "sn/scenario.h"

enum { ITEMS_MAX = 4096, NUMBER_DIGITS_MAX = 18 };

typedef struct shrinker {
    const fz_repro_shrinking *how;
    const char *key;
    fz_repro_shrunk *best;
    char *trial;
    size_t text_len; /* of the best */
    sn_decision *tape, *trial_tape;
    size_t tape_count;
    text_span *items;
    bool is_stopped, out_of_memory;
} shrinker;

static bool may_go_on(shrinker *s)
{
    s->is_stopped = s->is_stopped || s->how->stop(s->how->context);
    return !s->is_stopped && !s->out_of_memory;
}

/* ---- a run ---- */

static sn_scenario *load(const shrinker *s, ss_slice text)
{
    const sn_scenario_file file = { s->how->name, text };
    return sn_scenario_load(&(sn_scenario_options){ .files = &file, .file_count = 1 });
}

/* What was met, as the new scenario names it. */
static bool keep_recorded(shrinker *s, sn_decisions *decisions)
{
    fz_repro *repro = &s->best->repro;
    size_t count = 0;
    const sn_decision *met = sn_decisions_recorded(decisions, &count);
    sn_decision *copy = realloc(repro->memory, (count + 1) * sizeof *copy);
    if (copy == NULL) {
        return false;
    }
    if (count > 0) {
        memcpy(copy, met, count * sizeof *copy);
    }
    repro->memory = copy;
    repro->decisions = copy;
    repro->decision_count = count;
    return true;
}

static ss_status run(shrinker *s, ss_slice text, const sn_decision *tape, size_t count, bool keeps)
{
    sn_scenario *scenario = load(s, text);
    fz_repro_run *run = calloc(1, sizeof *run);
    sn_decisions *decisions = NULL;
    ss_status status = scenario == NULL || run == NULL ? SS_ERR_MEMORY : SS_OK;
    if (status == SS_OK && sn_scenario_mistake_count(scenario) != 0) {
        status = SS_ERR_SYNTAX;
    }
    if (status == SS_OK) {
        decisions = sn_decisions_new(sn_scenario_plan(scenario)->seed);
        status = decisions == NULL ? SS_ERR_MEMORY : sn_decisions_play(decisions, tape, count);
    }
    if (status == SS_OK) {
        sn_decisions_record(decisions);
        s->best->runs++;
        status = !fz_repro_run_plan(sn_scenario_plan(scenario), decisions, run) ? SS_ERR_MEMORY
                 : fz_repro_fails(run, s->key)                                  ? SS_OK
                                                                                : SS_NONE;
    }
    if (status == SS_OK && keeps) {
        s->best->repro.digest = run->digest;
        status = keep_recorded(s, decisions) ? SS_OK : SS_ERR_MEMORY;
    }
    sn_decisions_free(decisions);
    sn_scenario_free(scenario);
    free(run);
    return status;
}

static bool fails(shrinker *s, ss_slice text, const sn_decision *tape, size_t count)
{
    const ss_status status = may_go_on(s) ? run(s, text, tape, count, false) : SS_NONE;
    s->out_of_memory = s->out_of_memory || status == SS_ERR_MEMORY;
    return status == SS_OK;
}

static void tell(shrinker *s)
{
    s->how->smaller(s->how->context, s->text_len, s->tape_count, s->best->runs);
}

static ss_slice text_of(const shrinker *s)
{
    return (ss_slice){ s->best->text, s->text_len };
}

/* ---- decisions ---- */

static bool try_without_decisions(shrinker *s, size_t from, size_t to)
{
    const size_t count = s->tape_count - (to - from);
    if (from > 0) {
        memcpy(s->trial_tape, s->tape, from * sizeof *s->tape);
    }
    if (to < s->tape_count) {
        memcpy(s->trial_tape + from, s->tape + to, (s->tape_count - to) * sizeof *s->tape);
    }
    if (!fails(s, text_of(s), s->trial_tape, count)) {
        return false;
    }
    sn_decision *other = s->tape;
    s->tape = s->trial_tape;
    s->trial_tape = other;
    s->tape_count = count;
    tell(s);
    return true;
}

static bool shrink_decisions(shrinker *s)
{
    bool any = false;
    for (size_t chunk = s->tape_count; chunk > 0; chunk /= 2) {
        for (size_t at = 0; at < s->tape_count && may_go_on(s);) {
            const size_t to = at + chunk < s->tape_count ? at + chunk : s->tape_count;
            if (try_without_decisions(s, at, to)) {
                any = true;
            } else {
                at = to;
            }
        }
    }
    return any;
}

/* ---- the scenario ---- */

/* The text with other bytes in the place of a span. */
static bool try_instead(shrinker *s, text_span span, ss_slice other)
{
    ss_buffer b = ss_buffer_on(s->trial, s->text_len + NUMBER_DIGITS_MAX);
    ss_put(&b, ss_slice_cut(text_of(s), 0, span.from));
    ss_put(&b, other);
    ss_put(&b, ss_slice_cut(text_of(s), span.to, s->text_len));
    if (b.overflow || !fails(s, ss_buffer_slice(&b), s->tape, s->tape_count)) {
        return false;
    }
    memcpy(s->best->text, s->trial, b.len);
    s->text_len = b.len;
    tell(s);
    return true;
}

/* Of one mapping or list: halves of it, then less. */
static bool shrink_items(shrinker *s, unsigned nth)
{
    bool any = false;
    size_t count = fz_text_items(text_of(s), nth, s->items, ITEMS_MAX);
    for (size_t chunk = (count + 1) / 2; chunk > 0; chunk /= 2) {
        for (size_t at = 0; at < count && may_go_on(s);) {
            const size_t to = at + chunk < count ? at + chunk : count;
            if (to - at < count &&
                try_instead(s, (text_span){ s->items[at].from, s->items[to - 1].to }, SS_EMPTY)) {
                any = true;
                count = fz_text_items(text_of(s), nth, s->items, ITEMS_MAX);
            } else {
                at = to;
            }
        }
    }
    return any;
}

static bool shrink_numbers(shrinker *s)
{
    bool any = false;
    text_span at;
    for (unsigned nth = 0; may_go_on(s) && fz_text_number(text_of(s), nth, &at);) {
        uint64_t value = 0;
        char digits[NUMBER_DIGITS_MAX + 2];
        const bool is_read =
            at.to - at.from <= NUMBER_DIGITS_MAX &&
            ss_slice_to_u64(ss_slice_cut(text_of(s), at.from, at.to), UINT64_MAX, &value) == SS_OK;
        const uint64_t simpler[] = { 0, 1, value / 2 };
        bool is_less = false;
        for (size_t i = 0; i < SS_COUNT(simpler) && is_read && !is_less; i++) {
            ss_buffer b = ss_buffer_on(digits, sizeof digits);
            ss_put_u64(&b, simpler[i]);
            is_less = simpler[i] < value && try_instead(s, at, ss_buffer_slice(&b));
        }
        any = any || is_less;
        nth += is_less ? 0 : 1;
    }
    return any;
}

static bool shrink_scenario(shrinker *s)
{
    bool any = false;
    for (unsigned nth = 0; may_go_on(s) && fz_text_items(text_of(s), nth, s->items, ITEMS_MAX) > 0;
         nth++) {
        any = shrink_items(s, nth) || any;
    }
    return shrink_numbers(s) || any;
}

/* ---- all of it ---- */

static ss_status begin(shrinker *s, const fz_repro *repro)
{
    const size_t room = repro->scenario.len + NUMBER_DIGITS_MAX + 1;
    s->best->text = malloc(room);
    s->trial = malloc(room);
    s->items = calloc(ITEMS_MAX, sizeof *s->items);
    s->tape = calloc(repro->decision_count + 1, sizeof *s->tape);
    s->trial_tape = calloc(repro->decision_count + 1, sizeof *s->trial_tape);
    if (s->best->text == NULL || s->trial == NULL || s->items == NULL || s->tape == NULL ||
        s->trial_tape == NULL) {
        return SS_ERR_MEMORY;
    }
    s->text_len = repro->scenario.len;
    s->tape_count = repro->decision_count;
    if (s->text_len > 0) {
        memcpy(s->best->text, repro->scenario.at, s->text_len);
    }
    if (s->tape_count > 0) {
        memcpy(s->tape, repro->decisions, s->tape_count * sizeof *s->tape);
    }
    return run(s, text_of(s), s->tape, s->tape_count, true);
}

static ss_status shrink(shrinker *s)
{
    bool any = true;
    while (any && may_go_on(s)) {
        any = shrink_decisions(s);
        any = shrink_scenario(s) || any;
    }
    s->best->is_least = !s->is_stopped && !s->out_of_memory;
    const ss_status status = run(s, text_of(s), s->tape, s->tape_count, true);
    s->best->repro.scenario = text_of(s);
    return status;
}

void fz_repro_shrunk_free(fz_repro_shrunk *shrunk)
{
    free(shrunk->text);
    free(shrunk->repro.memory);
    *shrunk = (fz_repro_shrunk){ .text = NULL };
}

ss_status fz_shrink_repro(const fz_repro_shrinking *how, const fz_repro *repro,
                          fz_repro_shrunk *shrunk)
{
    shrinker s = { .how = how, .key = repro->key, .best = shrunk };
    *shrunk = (fz_repro_shrunk){ .text = NULL };
    memcpy(shrunk->repro.key, repro->key, sizeof repro->key);
    ss_status status = repro->key[0] == '\0' ? SS_NONE : begin(&s, repro);
    if (status == SS_OK) {
        status = shrink(&s);
    }
    if (status != SS_OK) {
        fz_repro_shrunk_free(shrunk);
    }
    free(s.trial);
    free(s.items);
    free(s.tape);
    free(s.trial_tape);
    return status;
}
