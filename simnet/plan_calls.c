/* The calls of a run: all decided before it starts, open loop (design 5). Call k of a source takes everything from
 * the draws of (seed, purpose, the source's name, k): more calls, other sources and other groups change none of it. A
 * story's calls come first and have no draws.
 */
#include "plan_private.h"

#include <stdlib.h>

#define CALLS_MAX 100000000u

typedef struct ordered_call {
    sn_call call;
    uint32_t ordinal;
} ordered_call;

typedef struct call_list {
    ordered_call *at;
    uint32_t count, cap;
} call_list;

static bool append(call_list *list, const sn_call *call, uint32_t ordinal)
{
    if (list->count == list->cap) {
        const uint32_t cap = list->cap == 0 ? 1024 : 2 * list->cap;
        ordered_call *bigger = realloc(list->at, cap * sizeof *bigger);
        if (bigger == NULL) {
            return false;
        }
        list->at = bigger;
        list->cap = cap;
    }
    list->at[list->count++] = (ordered_call){ *call, ordinal };
    return true;
}

static int by_time(const void *left, const void *right)
{
    const ordered_call *a = left, *b = right;
    if (a->call.at != b->call.at) {
        return a->call.at < b->call.at ? -1 : 1;
    }
    if (a->call.source != b->call.source) {
        return a->call.source < b->call.source ? -1 : 1;
    }
    return a->ordinal < b->ordinal ? -1 : 1;
}

static ss_status refuse(const char **why, const char *reason)
{
    *why = reason;
    return SS_ERR_SEMANTIC;
}

/* The callers take turns; the callee is drawn among the others, or takes turns with its caller. */
static uint32_t pick_callee(const sn_plan *plan, const sn_call_spec *spec, uint64_t id, uint32_t k,
                            uint32_t caller)
{
    const uint32_t count = plan->groups[spec->to].count;
    if (spec->from != spec->to) {
        return spec->pick == SN_PICK_NEXT
                   ? caller % count
                   : (uint32_t)sn_draw_below(SN_DRAW(plan->seed, SN_PURPOSE_CALLEE, id, k), count);
    }
    const uint32_t step =
        spec->pick == SN_PICK_NEXT
            ? 1
            : 1 + (uint32_t)sn_draw_below(SN_DRAW(plan->seed, SN_PURPOSE_CALLEE, id, k), count - 1);
    return (caller + step) % count;
}

static bool callee_hangs_up(const sn_plan *plan, const sn_call_spec *spec, uint64_t id, uint32_t k)
{
    const uint64_t sum = (uint64_t)spec->hangup_caller + spec->hangup_callee;
    return sum != 0 &&
           sn_draw_below(SN_DRAW(plan->seed, SN_PURPOSE_HANGUP, id, k), sum) >= spec->hangup_caller;
}

static sn_call make_call(const sn_plan *plan, uint32_t source, uint64_t id, uint32_t k, ss_time at)
{
    const sn_call_spec *spec = &plan->call_specs[source];
    const uint32_t caller = k % plan->groups[spec->from].count;
    const uint32_t callee = pick_callee(plan, spec, id, k, caller);
    return (sn_call){
        .at = at,
        .source = source,
        .caller = sn_plan_node(plan, spec->from, caller),
        .callee = sn_plan_node(plan, spec->to, callee),
        .hold = sn_dist_span(&spec->hold, SN_DRAW(plan->seed, SN_PURPOSE_HOLD, id, k)),
        .no_answer = spec->no_answer,
        .callee_hangs_up = callee_hangs_up(plan, spec, id, k),
    };
}

static ss_span gap(const sn_plan *plan, const sn_call_spec *spec, uint64_t id, uint32_t k)
{
    if (!spec->poisson) {
        return k == 0 ? 0 : spec->interval;
    }
    const sn_dist dist = { .kind = SN_DIST_EXP, .a = spec->interval };
    return sn_dist_span(&dist, SN_DRAW(plan->seed, SN_PURPOSE_ARRIVAL, id, k));
}

static ss_status check_source(const sn_plan *plan, const sn_call_spec *spec, const char **why)
{
    if (spec->from >= plan->group_count || spec->to >= plan->group_count ||
        plan->groups[spec->from].role != SN_ROLE_UA || plan->groups[spec->to].role != SN_ROLE_UA) {
        return refuse(why, "calls are from and to groups of user agents");
    }
    if (spec->from == spec->to && plan->groups[spec->from].count < 2) {
        return refuse(why, "a group of one cannot call itself");
    }
    return spec->interval == 0 ? refuse(why, "calls have no rate") : SS_OK;
}

static ss_status add_source(const sn_plan *plan, uint32_t source, call_list *list, const char **why)
{
    const sn_call_spec *spec = &plan->call_specs[source];
    const ss_status status = check_source(plan, spec, why);
    if (status != SS_OK) {
        return status;
    }
    const uint64_t id = ss_hash64(0, ss_slice_from(spec->name));
    const ss_time end = ss_time_earlier(spec->end, plan->duration);
    ss_time at = spec->start;
    for (uint32_t k = 0; spec->limit == 0 || k < spec->limit; k++) {
        at = ss_time_after(at, gap(plan, spec, id, k));
        if (at >= end) {
            break;
        }
        if (list->count == CALLS_MAX) {
            *why = "more than 100 million calls";
            return SS_ERR_FULL;
        }
        const sn_call call = make_call(plan, source, id, k, at);
        if (!append(list, &call, k)) {
            return SS_ERR_MEMORY;
        }
    }
    return SS_OK;
}

static uint32_t story_calls(const sn_plan *plan)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->act_count; i++) {
        count = plan->acts[i].call > count ? plan->acts[i].call : count;
    }
    return count;
}

/* Each number of a call is made by exactly one CALL act. */
static ss_status bind_story(sn_plan *plan, uint32_t count, const char **why)
{
    for (uint32_t k = 0; k < count; k++) {
        plan->calls[k] = (sn_call){
            .source = SN_NOBODY, .caller = SN_NOBODY, .callee = SN_NOBODY, .scripted = true
        };
    }
    for (uint32_t i = 0; i < plan->act_count; i++) {
        const sn_act *act = &plan->acts[i];
        if (act->row.op != SN_OP_CALL) {
            continue;
        }
        if (act->call == 0 || plan->calls[act->call - 1].caller != SN_NOBODY) {
            return refuse(why, "a story makes a call twice");
        }
        plan->calls[act->call - 1].at = act->at;
        plan->calls[act->call - 1].caller = act->node;
        plan->calls[act->call - 1].callee = act->row.target;
    }
    for (uint32_t k = 0; k < count; k++) {
        if (plan->calls[k].caller == SN_NOBODY) {
            return refuse(why, "a story speaks of a call that nobody makes");
        }
    }
    return SS_OK;
}

static ss_status take_over(sn_plan *plan, const call_list *list, const char **why)
{
    const uint32_t story = story_calls(plan);
    if (story > CALLS_MAX) {
        return refuse(why, "a story's calls are not numbered from 1");
    }
    const char **names = sn_plan_take(plan, plan->call_spec_count + 1u, sizeof *names);
    plan->calls = sn_plan_take(plan, (size_t)story + list->count + 1, sizeof *plan->calls);
    if (names == NULL || plan->calls == NULL) {
        return SS_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < plan->call_spec_count; i++) {
        names[i] = plan->call_specs[i].name;
    }
    plan->cast.call_sources = names;
    plan->cast.call_source_count = plan->call_spec_count;
    const ss_status status = bind_story(plan, story, why);
    for (uint32_t i = 0; i < list->count; i++) {
        plan->calls[story + i] = list->at[i].call;
    }
    plan->call_count = story + list->count;
    return status;
}

ss_status sn_plan_decide_calls(sn_plan *plan, const char **why)
{
    call_list list = { 0 };
    ss_status status = SS_OK;
    for (uint32_t i = 0; i < plan->call_spec_count && status == SS_OK; i++) {
        status = add_source(plan, i, &list, why);
    }
    if (status == SS_OK && list.count > 0) {
        qsort(list.at, list.count, sizeof *list.at, by_time);
    }
    if (status == SS_OK) {
        status = take_over(plan, &list, why);
    }
    free(list.at);
    return status;
}
