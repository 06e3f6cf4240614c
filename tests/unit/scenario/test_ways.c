/* Events that go step by step: ramps, walks and flaps; what of it reaches the plan, and what is wrong. */
#include <stdio.h>

#include <stdio.h>

#include "rig.h"

#include "sn/plan.h"

#define HEAD                                                                                   \
    "sipsim: 1\nduration: 60s\nlinks: {w: {delay: 10ms}, v: {delay: 10ms, rate: 1mbit, loss: " \
    "{gemodel: {p: 1%}}}}\nrouters: {core: {}}\nnodes: {a: {role: ua, count: 3, link: w}, b: " \
    "{role: ua, link: v}}\n"
#define NODES         "nodes: {a: {role: ua, link: w}, b: {role: ua, link: w}}\n"
#define EVENT(inside) HEAD "events:\n  - {at: 1s, " inside "}\n"

static const sn_link_change *change_of(const char *text, sn_scenario **s)
{
    *s = rig_load_fine(text);
    return &sn_scenario_plan(*s)->changes[0];
}

TEST(a_ramp_has_a_level_for_each_step_and_one_for_its_end)
{
    sn_scenario *s;
    const sn_link_change *c = change_of(
        EVENT("link: \"a[1]\", dir: up, ramp: {to: {delay: 50ms, loss: 10%}, over: 10s, steps: 4}"),
        &s);
    CHECK_EQ(c->course.kind, SN_COURSE_RAMP);
    CHECK_EQ(c->course.step, SS_MS(2500));
    CHECK_EQ(c->course.level_count, 5);
    for (uint32_t i = 0; i < 5; i++) {
        CHECK_EQ(c->course.levels[i].up.delay, SS_MS(10 + 10 * i));
        CHECK_EQ(c->course.levels[i].down.delay, SS_MS(10));
        CHECK_EQ(c->course.levels[i].down.loss.random.p, 0);
    }
    CHECK_EQ(c->course.levels[4].up.loss.random.p, (SN_ALWAYS + 5) / 10);
    CHECK_EQ(c->course.levels[2].up.loss.random.p, (SN_ALWAYS + 5) / 10 / 2);
    CHECK_EQ(c->course.levels[4].up.delay_floor, SS_US(12500));
    sn_scenario_free(s);
}

TEST(a_walk_has_levels_between_two_ends_and_a_flap_its_two_spans)
{
    sn_scenario *s;
    const sn_link_change *c = change_of(EVENT("link: b, walk: {from: {rate: 2mbit, mtu: 1400B}, "
                                              "to: {rate: 1mbit, mtu: 600B}, levels: 3, "
                                              "every: 100ms}, for: 9s"),
                                        &s);
    CHECK_EQ(c->course.kind, SN_COURSE_WALK);
    CHECK_EQ(c->course.step, SS_MS(100));
    CHECK_EQ(c->course.level_count, 3);
    CHECK_EQ(c->course.levels[1].up.rate.bps, 1500000);
    CHECK_EQ(c->course.levels[1].down.mtu, 1000);
    CHECK_EQ(c->until, SS_S(10));
    sn_scenario_free(s);
    c = change_of(EVENT("link: b, is: clogged, flap: {up: exp 3s, down: uniform 0s..2s}"), &s);
    CHECK_EQ(c->course.kind, SN_COURSE_FLAP);
    CHECK_EQ(c->kind, SN_CHANGE_CLOGGED);
    CHECK_EQ(c->course.rest.a, SS_S(3));
    CHECK_EQ(c->course.spell.kind, SN_DIST_UNIFORM);
    sn_scenario_free(s);
}

TEST(what_is_wrong_with_ways_is_said_at_its_place)
{
    static const rig_mistake rows[] = {
        { EVENT("link: b, ramp: «{»over: 1s}"), "missing key 'to'", NULL },
        { EVENT("link: b, ramp: «{»to: {delay: 1s}}"), "missing key 'over'", NULL },
        { EVENT("link: b, ramp: {to: {«delya»: 1s}, over: 1s}"), "unknown key", "delay" },
        { EVENT("link: b, ramp: {to: «{»}, over: 1s}"), "keys of a link", NULL },
        { EVENT("link: b, ramp: {to: {delay: 1s}, over: 1s, «levels»: 4}"), "a walk", NULL },
        { EVENT("link: b, ramp: {to: {delay: 1s}, over: 1s, steps: «250»}"), "1 to 249", NULL },
        { EVENT("link: b, ramp: {to: {delay: 1s}, over: «2ns»}"), "less than 1 ns", NULL },
        { EVENT("link: b, ramp: «{»to: {rate: none}, over: 1s}"), "'rate' has nothing between",
          NULL },
        { EVENT("link: b, ramp: «{»to: {loss: 5%}, over: 1s}"), "'loss' has nothing between",
          NULL },
        { EVENT("link: b, ramp: «{»to: {keep_order: true}, over: 1s}"), "'from' sets too", NULL },
        { EVENT("link: b, walk: {to: {delay: 1s}, every: «0ms»}"), "out of range", NULL },
        { EVENT("link: b, walk: {to: {delay: 1s}, every: 1s, levels: «1»}"), "2 to 250", NULL },
        { HEAD "events:\n  - «{»at: 1s, link: b, set: {delay: 1s}, is: down}\n", "has one of",
          NULL },
        { EVENT("link: b, set: {delay: 1s}, flap: «{»up: 1s, down: 1s}"), "goes with what", NULL },
        { EVENT("link: b, is: down, flap: «{»up: 1s}"), "missing key 'down'", NULL },
        { EVENT("link: b, is: down, flap: {up: «0s», down: 1s}"), "1ms at least", NULL },
        { EVENT("node: b, is: down, «flap»: {up: 1s, down: 1s}"), "does not go with", NULL },
    };
    RIG_CHECK(rows);
}

TEST(faults_may_be_of_connections_and_count_by_dialog)
{
    sn_scenario *s = rig_load_fine(
        HEAD
        "faults:\n  - {path: a -> b, match: {method: BYE, transport: any, nth: 2, per: dialog}, "
        "do: drop}\n");
    CHECK_EQ(sn_scenario_plan(s)->faults[0].by, SN_FAULT_BY_ANY);
    CHECK_EQ(sn_scenario_plan(s)->faults[0].per, SN_FAULT_PER_DIALOG);
    sn_scenario_free(s);
    static const rig_mistake rows[] = {
        { HEAD "faults:\n  - {path: a -> b, match: {transport: «tpc»}, do: drop}\n", "tpc", "tcp" },
        { HEAD "faults:\n  - {path: a -> b, match: {transport: tcp}, do: «duplicate»}\n",
          "neither doubled", NULL },
        { HEAD "faults:\n  - {path: a -> b, match: {nth: 1, per: «dialgo»}, do: drop}\n", "dialgo",
          "dialog" },
    };
    RIG_CHECK(rows);
}

static const char of_one_call[] =
    HEAD "calls:\n  - {name: rare, from: a, to: b, rate: poisson 1/s}\n"
         "  - {name: mix, from: a, to: b, rate: 1/s, during: 0s..20s}\n"
         "story:\n  - {at: 1s, \"a[0]\": {call: b, as: first}}\n"
         "  - {at: 1s, \"a[1]\": {call: b, as: second}}\n"
         "faults:\n  - {path: a -> b, match: ";

TEST(faults_may_be_of_one_call)
{
    static const struct {
        const char *call;
        sn_fault_calls calls;
    } rows[] = {
        { "{call: \"mix[17]\"}", { true, 1, 17, 17 } },
        { "{call: \"mix[3..5]\"}", { true, 1, 3, 5 } },
        { "{call: \"mix[*]\"}", { true, 1, 0, UINT32_MAX } },
        { "{call: mix}", { true, 1, 0, UINT32_MAX } },
        { "{call: \"rare[1000]\"}", { true, 0, 1000, 1000 } }, /* as many as are drawn */
        { "{call: second}", { true, SN_NOBODY, 1, 1 } },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        char text[1200];
        (void)snprintf(text, sizeof text, "%s%s, do: drop}\n", of_one_call, rows[i].call);
        sn_scenario *s = rig_load_fine(text);
        const sn_fault_calls *calls = &sn_scenario_plan(s)->faults[0].calls;
        CHECK_EQ(calls->asked, true);
        CHECK_EQ(calls->source, rows[i].calls.source);
        CHECK_EQ(calls->first, rows[i].calls.first);
        CHECK_EQ(calls->last, rows[i].calls.last);
        sn_scenario *again = rig_load(sn_scenario_effective(s), NULL);
        CHECK_SLICE_EQ(sn_scenario_effective(again), sn_scenario_effective(s));
        sn_scenario_free(again);
        sn_scenario_free(s);
    }
}

TEST(a_queue_may_be_for_a_rate_of_one_direction_or_of_an_event)
{
    static const char *const rows[] = {
        "links: {w: {queue: 5 packets, up: {rate: 1mbit}}}\n" NODES,
        "links: {w: {queue: 5 packets}}\n" NODES
        "events: [{at: 1s, link: a, dir: down, set: {rate: 1mbit}, for: 2s}]\n",
        "links: {w: {delay: 1ms, down: {queue: 5KB}}}\n" NODES
        "events: [{at: 1s, link: a, ramp: {from: {rate: 2mbit}, to: {rate: 1mbit}, over: 2s}}]\n",
        "links: {w: {queue: none}}\n" NODES,
        "links: {w: {netem: \"delay 10ms limit 100\"}}\n" NODES,
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        char text[600];
        (void)snprintf(text, sizeof text, "sipsim: 1\nduration: 60s\n%s", rows[i]);
        sn_scenario *s = rig_load_fine(text);
        sn_scenario *again = rig_load(sn_scenario_effective(s), NULL);
        CHECK_SLICE_EQ(sn_scenario_effective(again), sn_scenario_effective(s));
        sn_scenario_free(again);
        sn_scenario_free(s);
    }
    static const rig_mistake wrong[] = {
        { "sipsim: 1\nlinks: {w: {down: {queue: «5KB»}}}\n" NODES
          "events: [{at: 1s, link: a, dir: up, set: {rate: 1mbit}}]\n",
          "nothing waits on a link without 'rate'", NULL },
    };
    RIG_CHECK(wrong);
}

TEST(a_second_copy_may_have_a_delay_of_its_own)
{
    sn_scenario *s = rig_load_fine("sipsim: 1\nlinks: {w: {delay: 5ms, duplicate: {p: 2%, delay: "
                                   "7ms}, down: {duplicate: 1%}}}\n" NODES);
    const sn_link_kind *w = &sn_scenario_plan(s)->links[0];
    CHECK_EQ(w->up.duplicate_delay, SS_MS(7));
    CHECK_EQ(w->down.duplicate_delay, 0);
    sn_scenario *again = rig_load(sn_scenario_effective(s), NULL);
    CHECK_SLICE_EQ(sn_scenario_effective(again), sn_scenario_effective(s));
    sn_scenario_free(again);
    sn_scenario_free(s);
    static const rig_mistake rows[] = {
        { "sipsim: 1\nlinks: {w: {duplicate: {p: 1%, «dely»: 1ms}}}\n" NODES, "unknown key",
          "delay" },
    };
    RIG_CHECK(rows);
}
