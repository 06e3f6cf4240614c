/* Links in time: what holds at an instant, and what becomes of packets while a link is down, clogged or otherwise. */
#include "check.h"

#include "small_world.h"

/* Hosts that chatter do so soon. */
#define BEGINS SS_MS(2)
#define ENDS   SS_MS(40)

static sn_link_change change_of(uint32_t group, uint32_t first, uint32_t last, sn_change_kind kind)
{
    return (sn_link_change){ .of = { group, first, last },
                             .dirs = SN_LINK_UP | SN_LINK_DOWN,
                             .kind = kind,
                             .since = BEGINS,
                             .until = ENDS };
}

/* Four hosts; `change` is of group 1. */
static sn_plan *plan_with(const sn_link_change *changes, uint32_t count)
{
    sn_plan *plan = small_plan(4);
    const sn_link_kind wire = small_link("wire", SS_MS(8));
    (void)small_uas(plan, "host", 4, 0, sn_plan_add_link(plan, &wire));
    for (uint32_t i = 0; i < count; i++) {
        CHECK_EQ(sn_plan_add_change(plan, &changes[i]), i);
    }
    plan->duration = SS_S(3);
    plan->drain = SS_S(40);
    small_finish(plan);
    return plan;
}

TEST(parameters_hold_for_some_links_for_a_while)
{
    sn_link_change changes[] = { change_of(1, 1, 2, SN_CHANGE_SET),
                                 change_of(1, 2, 2, SN_CHANGE_SET) };
    changes[0].up.delay = changes[0].down.delay = SS_MS(50);
    changes[1].up.delay = SS_MS(70);
    changes[1].dirs = SN_LINK_UP;
    sn_plan *plan = plan_with(changes, 2);
    const uint32_t first = sn_plan_node(plan, 1, 0);
    CHECK_EQ(sn_plan_link_set(plan, NULL, SN_UP(first + 1), BEGINS - 1)->delay, SS_MS(8));
    CHECK_EQ(sn_plan_link_set(plan, NULL, SN_UP(first + 1), BEGINS)->delay, SS_MS(50));
    CHECK_EQ(sn_plan_link_set(plan, NULL, SN_DOWN(first + 1), ENDS - 1)->delay, SS_MS(50));
    CHECK_EQ(sn_plan_link_set(plan, NULL, SN_UP(first + 1), ENDS)->delay, SS_MS(8));
    CHECK_EQ(sn_plan_link_set(plan, NULL, SN_UP(first), BEGINS)->delay, SS_MS(8));
    CHECK_EQ(sn_plan_link_set(plan, NULL, SN_UP(first + 3), BEGINS)->delay, SS_MS(8));
    /* the last one that was added holds */
    CHECK_EQ(sn_plan_link_set(plan, NULL, SN_UP(first + 2), BEGINS)->delay, SS_MS(70));
    CHECK_EQ(sn_plan_link_set(plan, NULL, SN_DOWN(first + 2), BEGINS)->delay, SS_MS(50));
    sn_plan_free(plan);
}

TEST(a_link_is_clogged_until_the_last_that_clogs_it_is_over)
{
    sn_link_change changes[] = { change_of(1, 0, 3, SN_CHANGE_CLOGGED),
                                 change_of(1, 1, 1, SN_CHANGE_CLOGGED) };
    changes[1].until = SS_S(5);
    sn_plan *plan = plan_with(changes, 2);
    const uint32_t first = sn_plan_node(plan, 1, 0);
    ss_time until;
    CHECK(sn_plan_link_is(plan, NULL, SN_UP(first), SN_CHANGE_CLOGGED, BEGINS, &until));
    CHECK_EQ(until, ENDS);
    CHECK(sn_plan_link_is(plan, NULL, SN_UP(first + 1), SN_CHANGE_CLOGGED, BEGINS, &until));
    CHECK_EQ(until, SS_S(5));
    CHECK(!sn_plan_link_is(plan, NULL, SN_UP(first), SN_CHANGE_CLOGGED, ENDS, &until));
    CHECK_EQ(until, ENDS);
    CHECK(!sn_plan_link_is(plan, NULL, SN_UP(first), SN_CHANGE_DOWN, BEGINS, &until));
    sn_plan_free(plan);
}

typedef struct watch {
    const sn_plan *plan;
    uint32_t node;
    uint64_t sent, arrived; /* on its way up, in the second that is tried */
} watch;

static void look(void *self, const sn_fact *fact, ss_slice packet)
{
    watch *w = self;
    (void)packet;
    const bool is_inside = fact->key.at >= BEGINS && fact->key.at < ENDS;
    if (is_inside && fact->entity == SN_UP(w->node)) {
        w->sent += fact->kind == SN_FACT_LINK_SENT;
        w->arrived += fact->kind == SN_FACT_LINK_ARRIVED;
    }
}

static small_run run_with(const sn_link_change *changes, uint32_t count, watch *w)
{
    sn_plan *plan = plan_with(changes, count);
    *w = (watch){ .plan = plan, .node = sn_plan_node(plan, 1, 0) };
    small_run one = small_run_plan(
        plan, &(small_options){ .partitions = 1, .app = &small_chatter, .self = w, .each = look });
    const small_run split =
        small_run_plan(plan, &(small_options){ .partitions = 4, .app = &small_chatter });
    CHECK_EQ(one.state, SN_RUN_DONE);
    CHECK_EQ(one.stream, split.stream);
    CHECK_EQ(one.kinds[SN_FACT_LINK_SENT],
             one.kinds[SN_FACT_LINK_DROPPED] + one.kinds[SN_FACT_LINK_ARRIVED]);
    sn_plan_free(plan);
    return one;
}

TEST(nothing_crosses_a_link_that_is_down)
{
    const sn_link_change down = change_of(1, 0, 0, SN_CHANGE_DOWN);
    watch w;
    const small_run run = run_with(&down, 1, &w);
    CHECK(w.sent > 0);
    CHECK(run.causes[SN_CAUSE_DOWN] >= w.sent);
    CHECK(w.arrived <= 8); /* what was on its way */
}

TEST(what_meets_a_clogged_link_waits_and_none_of_it_is_lost)
{
    const sn_link_change clogged = change_of(1, 0, 0, SN_CHANGE_CLOGGED);
    watch w;
    const small_run run = run_with(&clogged, 1, &w);
    CHECK(w.sent > 0);
    CHECK(w.arrived <= 8);
    CHECK_EQ(run.kinds[SN_FACT_LINK_DROPPED], 0);
}

TEST(a_shorter_delay_for_a_while_is_a_shorter_lookahead)
{
    sn_link_change quick = change_of(1, 0, 3, SN_CHANGE_SET);
    quick.up = quick.down = sn_link_params_default();
    quick.up.loss.random.p = SN_ALWAYS / 10;
    quick.up.jitter.spread = SS_US(3);
    watch w;
    const small_run run = run_with(&quick, 1, &w);
    CHECK(run.causes[SN_CAUSE_LOSS] > 0);
}

TEST(an_event_of_no_link_is_no_plan)
{
    const sn_node_range wrong[] = { { SN_NOBODY, 0, 0 }, { 1, 0, 9 }, { 7, 0, 0 } };
    for (size_t i = 0; i < SS_COUNT(wrong); i++) {
        sn_plan *plan = small_plan(4);
        const sn_link_kind wire = small_link("wire", SS_MS(8));
        (void)small_uas(plan, "host", 4, 0, sn_plan_add_link(plan, &wire));
        sn_link_change change = change_of(1, 0, 0, SN_CHANGE_DOWN);
        const char *why = NULL;
        change.of = wrong[i];
        (void)sn_plan_add_change(plan, &change);
        CHECK_EQ(sn_plan_finish(plan, &why), SS_ERR_SEMANTIC);
        CHECK_STR(why, "an event names no link");
        sn_plan_free(plan);
    }
}
