/* A session, run and judged. */
#include "fz/session.h"

#include <stdlib.h>

typedef struct watching {
    sn_judge *judge;
    sn_digest digest;
    ss_time end;
    uint64_t datagrams;
} watching;

static void watch(void *self, const sn_fact *fact, ss_slice packet)
{
    watching *w = self;
    sn_digest_fact(&w->digest, fact);
    sn_judge_fact(w->judge, fact, packet);
    w->end = fact->key.at;
    w->datagrams += sn_fact_is_sent(fact);
}

static void judge(const watching *w, fz_verdict *v)
{
    const sn_violation *first = sn_judge_violation(w->judge, 0);
    v->violations = sn_judge_violation_count(w->judge);
    if (first != NULL) {
        v->first = *first;
        v->oracle = sn_laws[first->law].name;
        v->sentence = sn_laws[first->law].sentence;
    } else if (v->state == SN_RUN_ZENO) {
        v->oracle = "liveness";
        v->sentence = "too many events without time moving on";
    } else if (v->state == SN_RUN_BUDGET) {
        v->oracle = "liveness";
        v->sentence = "the budget of events is spent";
    }
}

/* All inputs run on one ground, each as if it were the first. */
static sn_ground *ground_of_all(void)
{
    static sn_ground *ground;
    if (ground == NULL) {
        ground = sn_ground_new();
    }
    return ground;
}

static bool run_world(const sn_plan *plan, const sn_sink *sinks, uint32_t count, watching *w,
                      fz_verdict *v)
{
    sn_sink all[FZ_SESSION_SINKS + 1] = { { w, watch } };
    SS_ASSERT(count <= FZ_SESSION_SINKS);
    for (uint32_t i = 0; i < count; i++) {
        all[i + 1] = sinks[i];
    }
    sn_world *world = sn_world_new(
        plan,
        &(sn_world_options){ .sinks = all, .sink_count = count + 1, .ground = ground_of_all() });
    if (world == NULL) {
        return false;
    }
    v->state = sn_world_run(world, UINT64_MAX);
    v->events = sn_world_events(world);
    v->culprit = sn_world_culprit(world);
    sn_world_free(world);
    return v->state != SN_RUN_MEMORY;
}

bool fz_session_run(const sn_plan *plan, const sn_sink *sinks, uint32_t sink_count,
                    fz_verdict *verdict)
{
    watching w = { .judge = sn_judge_new(&plan->cast, SN_ALL_LAWS) };
    uint64_t *chains = calloc((size_t)plan->cast.node_count * 3, sizeof *chains);
    bool is_run = false;
    *verdict = (fz_verdict){ .state = SN_RUN_MEMORY };
    if (w.judge != NULL && chains != NULL) {
        sn_digest_init(&w.digest, &plan->cast, chains);
        is_run = run_world(plan, sinks, sink_count, &w, verdict);
    }
    if (is_run) {
        sn_judge_finish(w.judge, w.end, verdict->state != SN_RUN_DONE);
        verdict->digest = sn_digest_sum(&w.digest);
        verdict->datagrams = w.datagrams;
        verdict->end = w.end;
        judge(&w, verdict);
        is_run = !sn_judge_out_of_memory(w.judge);
    }
    sn_judge_free(w.judge);
    free(chains);
    return is_run;
}

/* The law, what its text says without numbers, and the role of the node. */
void fz_verdict_put_key(ss_buffer *b, const fz_verdict *verdict, const sn_plan *plan)
{
    static const char *const roles[SN_ROLE_COUNT] = { "router", "ua", "proxy", "tap", "dns" };
    if (verdict->oracle == NULL) {
        return;
    }
    const uint32_t node = verdict->violations > 0 ? verdict->first.node : verdict->culprit;
    ss_put_text(b, verdict->oracle);
    ss_put_char(b, ' ');
    ss_put_text(b, node < plan->cast.node_count ? roles[plan->cast.nodes[node].role] : "world");
    ss_put_char(b, ' ');
    if (verdict->violations == 0) {
        ss_put_text(b, verdict->sentence);
        return;
    }
    bool in_number = false;
    for (const char *c = verdict->first.text; *c != '\0'; c++) {
        const bool is_digit = *c >= '0' && *c <= '9';
        if (!is_digit) {
            ss_put_char(b, *c);
        } else if (!in_number) {
            ss_put_char(b, '#');
        }
        in_number = is_digit || (in_number && *c == '.');
    }
}

typedef struct reaching {
    fz_features features;
    const sn_cast *cast;
} reaching;

static void reach(void *self, const sn_fact *fact, ss_slice packet)
{
    (void)packet;
    reaching *r = self;
    fz_features_fact(&r->features, r->cast, fact);
}

bool fz_session_input(ss_slice input, uint8_t *features, fz_verdict *verdict, ss_buffer *key)
{
    sn_plan *plan = sn_input_plan(input);
    if (plan == NULL) {
        return false;
    }
    reaching r = { .cast = &plan->cast };
    const sn_sink sink = { &r, reach };
    fz_features_begin(&r.features, features);
    const bool is_run = fz_session_run(plan, &sink, features == NULL ? 0 : 1, verdict);
    if (is_run && key != NULL) {
        fz_verdict_put_key(key, verdict, plan);
    }
    sn_plan_free(plan);
    return is_run;
}
