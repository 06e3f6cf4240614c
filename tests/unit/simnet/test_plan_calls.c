/* The calls of a plan: arrivals, who calls whom, how long, who hangs up; and what another source does to them: nothing. */
#include "check.h"

#include <stdlib.h>

#include "small_world.h"

typedef struct rig {
    sn_plan *plan;
    uint32_t from, to;
} rig;

static rig rig_start(uint64_t seed)
{
    rig r = { .plan = small_plan(seed) };
    const sn_link_kind kind = small_link("wire", SS_MS(1));
    const uint32_t wire = sn_plan_add_link(r.plan, &kind);
    r.from = small_uas(r.plan, "alpha", 10, 0, wire);
    r.to = small_uas(r.plan, "zulu", 10, 0, wire);
    r.plan->duration = SS_S(1000);
    return r;
}

static sn_call_spec spec_of(const rig *r, const char *name)
{
    return (sn_call_spec){ .name = name,
                           .from = r->from,
                           .to = r->to,
                           .interval = SS_MS(100),
                           .start = SS_S(10),
                           .end = SS_S(1010),
                           .hold = { SN_DIST_EXP, SS_S(60), 0 },
                           .hangup_caller = 30,
                           .hangup_callee = 10 };
}

TEST(poisson_calls_have_their_rate_hold_and_sides)
{
    rig r = rig_start(1);
    sn_call_spec spec = spec_of(&r, "mix");
    spec.poisson = true;
    (void)sn_plan_add_calls(r.plan, &spec);
    small_finish(r.plan);
    const uint32_t count = r.plan->call_count;
    CHECK(count > 9900 - 500 && count < 9900 + 500); /* 990 s: not past the duration */
    uint64_t hold = 0, callee = 0, pairs[10] = { 0 };
    for (uint32_t k = 0; k < count; k++) {
        const sn_call *c = &r.plan->calls[k];
        CHECK(k == 0 || c->at >= r.plan->calls[k - 1].at);
        CHECK(c->at >= SS_S(10) && c->at < SS_S(1000));
        CHECK_EQ(c->caller, sn_plan_node(r.plan, r.from, k % 10));
        hold += c->hold / count;
        callee += c->callee_hangs_up;
        pairs[c->callee - sn_plan_node(r.plan, r.to, 0)]++;
    }
    CHECK(hold > SS_S(57) && hold < SS_S(63));
    CHECK(callee > count / 4 - 250 && callee < count / 4 + 250);
    for (unsigned i = 0; i < 10; i++) {
        CHECK(pairs[i] > count / 10 - 200 && pairs[i] < count / 10 + 200);
    }
    sn_plan_free(r.plan);
}

TEST(even_calls_are_evenly_spaced_and_may_be_limited)
{
    rig r = rig_start(1);
    sn_call_spec spec = spec_of(&r, "mix");
    spec.pick = SN_PICK_NEXT;
    spec.limit = 25;
    (void)sn_plan_add_calls(r.plan, &spec);
    small_finish(r.plan);
    CHECK_EQ(r.plan->call_count, 25);
    for (uint32_t k = 0; k < 25; k++) {
        CHECK_EQ(r.plan->calls[k].at, SS_S(10) + SS_MS(100) * k);
        CHECK_EQ(r.plan->calls[k].callee, sn_plan_node(r.plan, r.to, k % 10));
    }
    sn_plan_free(r.plan);
}

TEST(one_caller_calls_all_in_turn)
{
    rig r = rig_start(1);
    sn_call_spec spec = spec_of(&r, "mix");
    spec.from_part = (sn_part){ 4, 1 };
    spec.pick = SN_PICK_NEXT;
    spec.limit = 25;
    (void)sn_plan_add_calls(r.plan, &spec);
    small_finish(r.plan);
    for (uint32_t k = 0; k < 25; k++) {
        CHECK_EQ(r.plan->calls[k].caller, sn_plan_node(r.plan, r.from, 4));
        CHECK_EQ(r.plan->calls[k].callee, sn_plan_node(r.plan, r.to, k % 10));
    }
    sn_plan_free(r.plan);
}

TEST(nobody_calls_itself)
{
    for (unsigned pick = 0; pick < 2; pick++) {
        rig r = rig_start(1);
        sn_call_spec spec = spec_of(&r, "mix");
        spec.to = r.from;
        spec.limit = 500;
        spec.pick = pick == 0 ? SN_PICK_ANY : SN_PICK_NEXT;
        (void)sn_plan_add_calls(r.plan, &spec);
        small_finish(r.plan);
        uint32_t seen[10] = { 0 };
        for (uint32_t k = 0; k < 500; k++) {
            CHECK(r.plan->calls[k].caller != r.plan->calls[k].callee);
            seen[r.plan->calls[k].callee - sn_plan_node(r.plan, r.from, 0)]++;
        }
        for (unsigned i = 0; i < 10; i++) {
            CHECK(seen[i] > 0);
        }
        sn_plan_free(r.plan);
    }
}

TEST(a_part_of_a_group_calls_and_a_part_is_called)
{
    for (unsigned pick = 0; pick < 2; pick++) {
        rig r = rig_start(1);
        sn_call_spec spec = spec_of(&r, "mix");
        spec.from_part = (sn_part){ 7, 3 };
        spec.to_part = (sn_part){ 2, 4 };
        spec.limit = 300;
        spec.pick = pick == 0 ? SN_PICK_ANY : SN_PICK_NEXT;
        (void)sn_plan_add_calls(r.plan, &spec);
        small_finish(r.plan);
        uint32_t called[10] = { 0 };
        for (uint32_t k = 0; k < 300; k++) {
            CHECK_EQ(r.plan->calls[k].caller, sn_plan_node(r.plan, r.from, 7 + k % 3));
            called[r.plan->calls[k].callee - sn_plan_node(r.plan, r.to, 0)]++;
        }
        for (unsigned i = 0; i < 10; i++) {
            CHECK_EQ(called[i] > 0, i >= 2 && i < 6);
        }
        sn_plan_free(r.plan);
    }
}

/* The callers 0 to 3 of a group, the callees 2 to 5 of it: two of them are both. */
TEST(parts_of_one_group_may_overlap_and_nobody_calls_itself)
{
    for (unsigned pick = 0; pick < 2; pick++) {
        rig r = rig_start(1);
        sn_call_spec spec = spec_of(&r, "mix");
        spec.to = r.from;
        spec.from_part = (sn_part){ 0, 4 };
        spec.to_part = (sn_part){ 2, 4 };
        spec.limit = 400;
        spec.pick = pick == 0 ? SN_PICK_ANY : SN_PICK_NEXT;
        (void)sn_plan_add_calls(r.plan, &spec);
        small_finish(r.plan);
        for (uint32_t k = 0; k < 400; k++) {
            const uint32_t callee = r.plan->calls[k].callee - sn_plan_node(r.plan, r.from, 0);
            CHECK(r.plan->calls[k].caller != r.plan->calls[k].callee);
            CHECK(callee >= 2 && callee < 6);
        }
        sn_plan_free(r.plan);
    }
}

TEST(another_source_changes_no_call_of_the_first)
{
    rig alone = rig_start(1), both = rig_start(1);
    sn_call_spec spec = spec_of(&alone, "mix");
    spec.poisson = true;
    spec.limit = 100;
    (void)sn_plan_add_calls(alone.plan, &spec);
    sn_call_spec other = spec_of(&both, "burst");
    other.poisson = true;
    (void)sn_plan_add_calls(both.plan, &other);
    (void)sn_plan_add_calls(both.plan, &spec);
    small_finish(alone.plan);
    small_finish(both.plan);
    uint32_t found = 0;
    for (uint32_t k = 0; k < both.plan->call_count; k++) {
        const sn_call *c = &both.plan->calls[k], *as = &alone.plan->calls[found];
        CHECK_STR(both.plan->cast.call_sources[c->source], c->source == 0 ? "burst" : "mix");
        if (c->source == 1) {
            CHECK(c->at == as->at && c->callee == as->callee && c->hold == as->hold);
            found++;
        }
    }
    CHECK_EQ(found, 100);
    sn_plan_free(alone.plan);
    sn_plan_free(both.plan);
}

TEST(a_benign_source_is_even_in_turn_and_ended_by_the_caller)
{
    rig r = rig_start(1);
    sn_call_spec spec = spec_of(&r, "mix");
    sn_call *calls;
    uint32_t count;
    spec.poisson = true;
    spec.limit = 25;
    (void)sn_plan_add_calls(r.plan, &spec);
    small_finish(r.plan);
    sn_decisions *benign = sn_decisions_new(r.plan->seed);
    CHECK_OK(sn_decisions_play(benign, NULL, 0));
    CHECK_OK(sn_plan_decide_calls(r.plan, benign, &calls, &count));
    CHECK_EQ(count, 25);
    for (uint32_t k = 0; k < 25; k++) {
        CHECK_EQ(calls[k].at, SS_S(10) + SS_MS(100) * (k + 1));
        CHECK_EQ(calls[k].callee, sn_plan_node(r.plan, r.to, k % 10));
        CHECK_EQ(calls[k].hold, SS_S(60));
        CHECK(!calls[k].callee_hangs_up);
    }
    free(calls);
    sn_decisions_free(benign);
    sn_plan_free(r.plan);
}

TEST(the_plans_calls_are_those_that_its_seed_decides)
{
    rig r = rig_start(1);
    sn_call_spec spec = spec_of(&r, "mix");
    sn_call *calls;
    uint32_t count;
    spec.poisson = true;
    (void)sn_plan_add_calls(r.plan, &spec);
    small_finish(r.plan);
    sn_decisions *plain = sn_decisions_new(r.plan->seed);
    CHECK_OK(sn_plan_decide_calls(r.plan, plain, &calls, &count));
    CHECK_EQ(count, r.plan->call_count);
    for (uint32_t k = 0; k < count; k++) {
        const sn_call *a = &calls[k], *b = &r.plan->calls[k];
        CHECK(a->at == b->at && a->caller == b->caller && a->callee == b->callee &&
              a->hold == b->hold && a->callee_hangs_up == b->callee_hangs_up);
    }
    free(calls);
    sn_decisions_free(plain);
    sn_plan_free(r.plan);
}

TEST(calls_that_cannot_be_are_refused)
{
    const char *why;
    rig r = rig_start(1);
    sn_call_spec spec = spec_of(&r, "mix");
    spec.interval = 0;
    (void)sn_plan_add_calls(r.plan, &spec);
    CHECK_STATUS(sn_plan_finish(r.plan, &why), SS_ERR_SEMANTIC);
    CHECK_STR(why, "calls have no rate");
    sn_plan_free(r.plan);
    r = rig_start(1);
    spec = spec_of(&r, "mix");
    spec.to = 0;
    (void)sn_plan_add_calls(r.plan, &spec);
    CHECK_STATUS(sn_plan_finish(r.plan, &why), SS_ERR_SEMANTIC);
    CHECK_STR(why, "calls are from and to groups of user agents");
    sn_plan_free(r.plan);
    r = rig_start(1);
    spec = spec_of(&r, "mix");
    spec.to = r.from;
    small_spec(r.plan, r.from)->count = 1;
    (void)sn_plan_add_calls(r.plan, &spec);
    CHECK_STATUS(sn_plan_finish(r.plan, &why), SS_ERR_SEMANTIC);
    CHECK_STR(why, "a group of one cannot call itself");
    sn_plan_free(r.plan);
    r = rig_start(1);
    spec = spec_of(&r, "mix");
    spec.to = r.from;
    spec.from_part = (sn_part){ 0, 3 };
    spec.to_part = (sn_part){ 2, 1 };
    (void)sn_plan_add_calls(r.plan, &spec);
    CHECK_STATUS(sn_plan_finish(r.plan, &why), SS_ERR_SEMANTIC);
    CHECK_STR(why, "a group of one cannot call itself");
    sn_plan_free(r.plan);
    r = rig_start(1);
    spec = spec_of(&r, "mix");
    spec.to_part = (sn_part){ 8, 3 };
    (void)sn_plan_add_calls(r.plan, &spec);
    CHECK_STATUS(sn_plan_finish(r.plan, &why), SS_ERR_SEMANTIC);
    CHECK_STR(why, "calls are from or to members that a group has not");
    sn_plan_free(r.plan);
}
