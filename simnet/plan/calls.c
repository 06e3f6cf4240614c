/* The calls of a run: all decided before it starts, open loop (design 5). Call k of a source takes everything from
 * the decisions of (purpose, the source's name, k): more calls, other sources and other groups change none of it. A
 * story's calls come first and nothing about them is decided. The plan holds the calls as its seed alone decides them;
 * a world that is lent decisions decides its own.
 */
#include "plan/private.h"

#include <stdlib.h>

typedef struct call_list {
    sn_call *at;
    uint32_t count, cap;
} call_list;

/* Who decides, and for which entry of `calls`. */
typedef struct source {
    const sn_plan *plan;
    sn_decisions *decisions;
    const sn_call_spec *spec;
    uint32_t index;
    uint64_t id;
} source;

/* About call k: nothing else is ever decided there, so visits need no count. */
static sn_point point_of(const source *s, uint32_t k, ss_time at)
{
    return (sn_point){ .place = s->id,
                       .row = k + 1,
                       .at = at,
                       .entity = s->index,
                       .key = { s->id, k },
                       .key_words = 2 };
}

static bool append(call_list *list, const sn_call *call)
{
    if (list->count == list->cap) {
        const uint32_t cap = list->cap == 0 ? 16 : 2 * list->cap;
        sn_call *bigger = realloc(list->at, cap * sizeof *bigger);
        if (bigger == NULL) {
            return false;
        }
        list->at = bigger;
        list->cap = cap;
    }
    list->at[list->count++] = *call;
    return true;
}

static int by_time(const void *left, const void *right)
{
    const sn_call *a = left, *b = right;
    if (a->at != b->at) {
        return a->at < b->at ? -1 : 1;
    }
    if (a->source != b->source) {
        return a->source < b->source ? -1 : 1;
    }
    return a->ordinal < b->ordinal ? -1 : 1;
}

static ss_status refuse(const char **why, const char *reason)
{
    *why = reason;
    return SS_ERR_SEMANTIC;
}

static sn_part members(const sn_plan *plan, uint32_t group, sn_part part)
{
    return part.count != 0 ? part : (sn_part){ 0, plan->groups[group].count };
}

/* The callers take turns, and so do the callees; within one group it is the next one after the caller. Or the callee is any of the
 * others: of them the one of the caller's turn is benign. */
static uint32_t pick_callee(const source *s, const sn_point *point, uint32_t caller, uint32_t k)
{
    const sn_call_spec *spec = s->spec;
    const sn_part to = members(s->plan, spec->to, spec->to_part);
    const bool is_any = spec->pick == SN_PICK_ANY;
    if (spec->from != spec->to || caller < to.first || caller - to.first >= to.count) {
        const uint32_t callers = members(s->plan, spec->from, spec->from_part).count;
        const uint32_t in_turn = k % callers % to.count;
        return to.first +
               (is_any ? sn_decide_index(s->decisions, SN_DECISION_CALLEE, point, to.count, in_turn)
                       : k % to.count);
    }
    const uint32_t skipped =
        is_any ? sn_decide_index(s->decisions, SN_DECISION_CALLEE, point, to.count - 1, 0) : 0;
    return to.first + (caller - to.first + 1 + skipped) % to.count;
}

static bool callee_hangs_up(const source *s, const sn_point *point)
{
    const sn_choice_rows sides[] = { { .weight = s->spec->hangup_caller },
                                     { .weight = s->spec->hangup_callee } };
    const uint64_t sum = (uint64_t)sides[0].weight + sides[1].weight;
    return sn_decide_choice(s->decisions, SN_DECISION_HANGUP, point, sides, 2, sum) == 1;
}

/* Always the same for a constant; else some time, however short. */
static ss_span patience_of(const source *s, const sn_point *point)
{
    const sn_dist *dist = &s->spec->no_answer;
    if (dist->kind == SN_DIST_CONST) {
        return dist->a;
    }
    const ss_span drawn = sn_decide_wait(s->decisions, SN_DECISION_PATIENCE, point, dist);
    return drawn == 0 ? 1 : drawn;
}

static sn_call make_call(const source *s, uint32_t k, ss_time at)
{
    const sn_call_spec *spec = s->spec;
    const sn_point point = point_of(s, k, at);
    const sn_part from = members(s->plan, spec->from, spec->from_part);
    const uint32_t caller = from.first + k % from.count;
    const uint32_t callee = pick_callee(s, &point, caller, k);
    return (sn_call){
        .at = at,
        .source = s->index,
        .ordinal = k,
        .caller = sn_plan_node(s->plan, spec->from, caller),
        .callee = sn_plan_node(s->plan, spec->to, callee),
        .hold = sn_decide_wait(s->decisions, SN_DECISION_HOLD, &point, &spec->hold),
        .no_answer = patience_of(s, &point),
        .callee_hangs_up = callee_hangs_up(s, &point),
        .is_late = spec->is_late,
        .is_reliable = spec->is_reliable,
        .media = spec->media,
        .retries = spec->retries,
        .session_s = spec->session_s,
        .account = spec->account,
    };
}

/* From call k - 1, or the start, at `since`, to call k. */
static ss_span gap(const source *s, uint32_t k, ss_time since)
{
    if (!s->spec->poisson) {
        return k == 0 ? 0 : s->spec->interval;
    }
    const sn_point point = point_of(s, k, since);
    const sn_dist dist = { .kind = SN_DIST_EXP, .a = s->spec->interval };
    return sn_decide_wait(s->decisions, SN_DECISION_ARRIVAL, &point, &dist);
}

static bool has_part(const sn_plan *plan, uint32_t group, sn_part part)
{
    const uint32_t count = plan->groups[group].count;
    return part.count <= count && part.first <= count - part.count;
}

/* One that is called alone, by itself in its turn. */
static bool calls_itself(const sn_plan *plan, const sn_call_spec *spec)
{
    const sn_part from = members(plan, spec->from, spec->from_part);
    const sn_part to = members(plan, spec->to, spec->to_part);
    return spec->from == spec->to && to.count == 1 && to.first >= from.first &&
           to.first - from.first < from.count;
}

static ss_status check_source(const sn_plan *plan, const sn_call_spec *spec, const char **why)
{
    if (spec->from >= plan->group_count || spec->to >= plan->group_count ||
        plan->groups[spec->from].role != SN_ROLE_UA || plan->groups[spec->to].role != SN_ROLE_UA ||
        plan->groups[spec->from].ua.joins || plan->groups[spec->to].ua.joins) {
        return refuse(why, "calls are from and to groups of user agents");
    }
    if (!has_part(plan, spec->from, spec->from_part) || !has_part(plan, spec->to, spec->to_part)) {
        return refuse(why, "calls are from or to members that a group has not");
    }
    if (calls_itself(plan, spec)) {
        return refuse(why, "a group of one cannot call itself");
    }
    return spec->interval == 0 ? refuse(why, "calls have no rate") : SS_OK;
}

static ss_status add_source(const source *s, call_list *list, const char **why)
{
    const sn_call_spec *spec = s->spec;
    const ss_time end = ss_time_earlier(spec->end, s->plan->duration);
    ss_time at = spec->start;
    for (uint32_t k = 0; spec->limit == 0 || k < spec->limit; k++) {
        at = ss_time_after(at, gap(s, k, at));
        if (at >= end) {
            break;
        }
        if (list->count == s->plan->calls_max) {
            *why = "too many calls";
            return SS_ERR_FULL;
        }
        const sn_call call = make_call(s, k, at);
        if (!append(list, &call)) {
            return SS_ERR_MEMORY;
        }
    }
    return SS_OK;
}

/* The calls of all sources, in their order; list->at is the caller's to free, whatever comes back. */
static ss_status decide(const sn_plan *plan, sn_decisions *decisions, call_list *list,
                        const char **why)
{
    ss_status status = SS_OK;
    *list = (call_list){ 0 };
    for (uint32_t i = 0; i < plan->call_spec_count && status == SS_OK; i++) {
        const sn_call_spec *spec = &plan->call_specs[i];
        const source s = { .plan = plan,
                           .decisions = decisions,
                           .spec = spec,
                           .index = i,
                           .id = ss_hash64(0, ss_slice_from(spec->name)) };
        status = add_source(&s, list, why);
    }
    if (status == SS_OK && list->count > 0) {
        qsort(list->at, list->count, sizeof *list->at, by_time);
    }
    return status;
}

/* Of those that acts make; others may act in calls of the traffic, which come behind. */
static uint32_t story_calls(const sn_plan *plan)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->act_count; i++) {
        const sn_act *act = &plan->acts[i];
        count = act->row.op == SN_OP_CALL && act->call > count ? act->call : count;
    }
    return count;
}

static ss_status check_acts(const sn_plan *plan, const char **why)
{
    for (uint32_t i = 0; i < plan->act_count; i++) {
        if (plan->acts[i].call > plan->call_count) {
            return refuse(why, "a story speaks of a call that nobody makes");
        }
    }
    return SS_OK;
}

/* Each number of a call is made by exactly one CALL act. */
static ss_status bind_story(sn_plan *plan, uint32_t count, const char **why)
{
    for (uint32_t k = 0; k < count; k++) {
        plan->calls[k] = (sn_call){
            .source = SN_NOBODY,
            .ordinal = k,
            .caller = SN_NOBODY,
            .callee = SN_NOBODY,
            .scripted = true,
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
        plan->calls[act->call - 1].media = act->row.media;
        plan->calls[act->call - 1].is_late = (act->row.flags & SN_ROW_NO_OFFER) != 0;
        plan->calls[act->call - 1].is_reliable = (act->row.flags & SN_ROW_RELIABLE) != 0;
        plan->calls[act->call - 1].session_s = act->row.value;
        plan->calls[act->call - 1].account = (uint8_t)act->row.other;
    }
    for (uint32_t k = 0; k < count; k++) {
        if (plan->calls[k].caller == SN_NOBODY) {
            return refuse(why, "a story speaks of a call that nobody makes");
        }
    }
    return SS_OK;
}

static ss_status name_sources(sn_plan *plan)
{
    const char **names = sn_plan_take(plan, plan->call_spec_count + 1u, sizeof *names);
    if (names == NULL) {
        return SS_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < plan->call_spec_count; i++) {
        names[i] = plan->call_specs[i].name;
    }
    plan->cast.call_sources = names;
    plan->cast.call_source_count = plan->call_spec_count;
    return SS_OK;
}

static ss_status take_over(sn_plan *plan, const call_list *list, const char **why)
{
    const uint32_t story = story_calls(plan);
    if (story > plan->calls_max) {
        return refuse(why, "a story's calls are not numbered from 1");
    }
    plan->calls = sn_plan_take(plan, (size_t)story + list->count + 1, sizeof *plan->calls);
    if (plan->calls == NULL || name_sources(plan) != SS_OK) {
        return SS_ERR_MEMORY;
    }
    const ss_status status = bind_story(plan, story, why);
    for (uint32_t i = 0; i < list->count; i++) {
        plan->calls[story + i] = list->at[i];
    }
    plan->call_count = story + list->count;
    return status == SS_OK ? check_acts(plan, why) : status;
}

ss_status sn_plan_make_calls(sn_plan *plan, const char **why)
{
    call_list list;
    ss_status status = SS_OK;
    for (uint32_t i = 0; i < plan->call_spec_count && status == SS_OK; i++) {
        status = check_source(plan, &plan->call_specs[i], why);
    }
    if (status != SS_OK) {
        return status;
    }
    sn_decisions *plain = sn_decisions_new(plan->seed);
    if (plain == NULL) {
        return SS_ERR_MEMORY;
    }
    status = decide(plan, plain, &list, why);
    if (status == SS_OK) {
        status = take_over(plan, &list, why);
    }
    sn_decisions_free(plain);
    free(list.at);
    return status;
}

uint32_t sn_call_number(ss_slice call_id, uint32_t count)
{
    const size_t dash = ss_slice_find(call_id, '-');
    uint64_t number;
    const bool is_named = call_id.len >= 2 && call_id.at[0] == 'c' && dash < call_id.len &&
                          ss_slice_to_u64(ss_slice_cut(call_id, 1, dash), count, &number) == SS_OK;
    return is_named ? (uint32_t)number : 0;
}

ss_status sn_plan_decide_calls(const sn_plan *plan, sn_decisions *decisions, sn_call **calls,
                               uint32_t *count)
{
    const char *why;
    call_list list;
    uint32_t story = 0;
    while (story < plan->call_count && plan->calls[story].scripted) {
        story++;
    }
    *calls = NULL;
    ss_status status = decide(plan, decisions, &list, &why);
    if (status == SS_OK) {
        *calls = calloc((size_t)story + list.count + 1, sizeof **calls);
        status = *calls == NULL ? SS_ERR_MEMORY : SS_OK;
    }
    if (status == SS_OK) {
        for (uint32_t i = 0; i < story; i++) {
            (*calls)[i] = plan->calls[i];
        }
        for (uint32_t i = 0; i < list.count; i++) {
            (*calls)[story + i] = list.at[i];
        }
        *count = story + list.count;
    }
    free(list.at);
    return status;
}
