/* The same world gives the same facts, bytes and digest however it is split, in both orders; and a node that does
 * nothing changes nothing for the others. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "small_world.h"
#include "sn/scenario.h"

static void check_same(const small_run *a, const small_run *b)
{
    CHECK_EQ(a->state, b->state);
    CHECK_EQ(a->digest, b->digest);
    CHECK_EQ(a->stream, b->stream);
    CHECK_EQ(a->bytes, b->bytes);
    CHECK_EQ(a->facts, b->facts);
    CHECK_EQ(a->events, b->events);
    CHECK_EQ(a->end, b->end);
    CHECK_EQ(a->culprit, b->culprit);
    CHECK_EQ(a->disorder, 0);
    CHECK_EQ(b->disorder, 0);
}

static small_run in_parts(const sn_plan *plan, uint32_t partitions, const sn_app_class *app)
{
    return small_run_plan(plan, &(small_options){ .partitions = partitions, .app = app });
}

/* Callees, and the proxy toward them, by streams that are cut anywhere. */
static void callees_by_tcp(sn_plan *plan)
{
    for (uint32_t i = 0; i < plan->group_count; i++) {
        sn_group_spec *g = small_spec(plan, i);
        g->cuts_streams = true;
        g->idle = SS_S(9);
        if (g->role == SN_ROLE_UA && strcmp(g->name, "callee") == 0) {
            g->transport = SS_TRANSPORT_TCP;
        }
    }
}

TEST(calls_over_streams_are_the_same_in_one_two_and_seven_partitions)
{
    static const sn_order orders[] = { SN_ORDER_FIFO, SN_ORDER_SEEDED };
    for (unsigned i = 0; i < 2; i++) {
        sn_plan *plan = small_quickstart(42, 20);
        callees_by_tcp(plan);
        plan->order = orders[i];
        plan->order_seed = 7;
        const small_run one = in_parts(plan, 1, NULL), two = in_parts(plan, 2, NULL),
                        seven = in_parts(plan, 7, NULL);
        CHECK_EQ(one.state, SN_RUN_DONE);
        CHECK(one.calls[SN_CALL_ANSWERED] > 10);
        CHECK(one.kinds[SN_FACT_STREAM_RECEIVED] > 100);
        CHECK_EQ(one.kinds[SN_FACT_STREAM_RECEIVED], one.kinds[SN_FACT_STREAM_SENT]);
        check_same(&one, &two);
        check_same(&one, &seven);
        sn_plan_free(plan);
    }
}

TEST(calls_over_lossy_links_are_the_same_in_one_two_and_seven_partitions)
{
    static const sn_order orders[] = { SN_ORDER_FIFO, SN_ORDER_SEEDED };
    uint64_t digests[2];
    for (unsigned i = 0; i < 2; i++) {
        sn_plan *plan = small_quickstart(42, 20);
        plan->order = orders[i];
        plan->order_seed = 7;
        const small_run one = in_parts(plan, 1, NULL), two = in_parts(plan, 2, NULL),
                        seven = in_parts(plan, 7, NULL);
        CHECK_EQ(one.state, SN_RUN_DONE);
        CHECK(one.calls[SN_CALL_ANSWERED] > 10);
        CHECK(one.causes[SN_CAUSE_LOSS] > 10);
        CHECK(one.kinds[SN_FACT_LINK_DUPLICATED] > 3);
        CHECK(one.kinds[SN_FACT_FRAGMENTED] > 20);
        CHECK(one.kinds[SN_FACT_REASSEMBLED] > 20);
        check_same(&one, &two);
        check_same(&one, &seven);
        digests[i] = one.digest;
        sn_plan_free(plan);
    }
    CHECK(digests[0] != digests[1]); /* the ties are in the keys */
}

/* A loss of one in ten by a model of the choice: they remember, and that belongs to the transmitter alone. */
static sn_loss some_loss(uint64_t choice)
{
    static const uint32_t at[] = { 2, 3, 11, 40 };
    const sn_loss losses[] = {
        { .random = { SN_ALWAYS / 10, 0 } },
        { .random = { SN_ALWAYS / 10, SN_ALWAYS / 2 }, .cap = 3 },
        { .kind = SN_LOSS_STATE,
          .state = { SN_ALWAYS / 20, SN_ALWAYS / 2, SN_ALWAYS / 4, SN_ALWAYS / 2, 0 } },
        { .kind = SN_LOSS_GEMODEL, .ge = { SN_ALWAYS / 30, SN_ALWAYS / 4, SN_ALWAYS, 0 } },
        { .kind = SN_LOSS_MASK, .mask = { 0x201, 20 } },
        { .kind = SN_LOSS_INDEX, .index = { at, SS_COUNT(at) } },
    };
    return losses[choice % SS_COUNT(losses)];
}

/* Routers in routers, links of no delay among them, rates, losses, small MTUs: whatever the seed says. */
static sn_plan *random_world(uint64_t seed)
{
    static const char *const router_names[] = { "r_a", "r_b", "r_c" };
    static const char *const host_names[] = { "h_a", "h_b", "h_c", "h_d" };
    static const ss_span delays[] = { 0, 1, SS_US(3), SS_MS(1) };
    static const uint32_t mtus[] = { 0, 68, 576, 1500 };
    sn_plan *plan = small_plan(seed);
    uint64_t r[16];
    for (uint64_t i = 0; i < SS_COUNT(r); i++) {
        r[i] = SN_DRAW(seed, SN_PURPOSE_CALLEE, i);
    }
    plan->order = r[0] % 2 == 0 ? SN_ORDER_FIFO : SN_ORDER_SEEDED;
    plan->order_seed = seed;
    plan->duration = SS_MS(20);
    plan->drain = SS_S(40);
    for (unsigned i = 0; i < 3; i++) {
        sn_link_kind kind = small_link("kind", delays[r[1 + i] % 4]);
        kind.up.mtu = mtus[(r[1 + i] >> 8) % 4];
        if ((r[1 + i] >> 16) % 3 == 0) {
            kind.up.loss = some_loss(r[1 + i] >> 50);
        }
        kind.up.duplicate.p = (r[1 + i] >> 24) % 3 == 0 ? SN_ALWAYS / 10 : 0;
        kind.up.reorder.p = (r[1 + i] >> 32) % 3 == 0 ? SN_ALWAYS / 5 : 0;
        kind.up.rate.bps = (r[1 + i] >> 40) % 3 == 0 ? 1000000000 : 0;
        kind.up.queue.packets = (r[1 + i] >> 44) % 2 == 0 ? 3 : 0;
        kind.up.queue.policy = (sn_queue_policy)((r[1 + i] >> 46) % SN_QUEUE_POLICIES);
        kind.up.queue.red = (sn_red){ .min = 0, .max = 3, .p = SN_ALWAYS / 2, .weight = 1 };
        kind.up.queue.codel = (sn_codel){ .target = 100, .interval = SS_US(20) };
        kind.up.jitter = (sn_jitter){ .shape = SN_SHAPE_UNIFORM,
                                      .spread = (r[1 + i] >> 48) % 2 == 0 ? SS_US(2) : 0 };
        kind.up.jitter.corr = kind.up.duplicate.corr = (r[1 + i] >> 56) % 2 * SN_ALWAYS / 4;
        kind.up.corrupt = (sn_damage){ .chance = { (r[1 + i] >> 57) % 2 * SN_ALWAYS / 10, 0 },
                                       .kind = (sn_damage_kind)((r[1 + i] >> 58) % SN_DAMAGES),
                                       .burst = 12 };
        kind.up.slot.max = (r[1 + i] >> 60) % 3 == 0 ? SS_US(5) : 0;
        (void)sn_plan_add_link(plan, &kind);
    }
    uint32_t routers[4] = { 0 };
    for (unsigned i = 0; i < 3; i++) {
        routers[i + 1] = small_router(plan, router_names[i], routers[r[5 + i] % (i + 1)],
                                      (uint32_t)(r[5 + i] >> 32) % 3);
    }
    for (unsigned i = 0; i < 4; i++) {
        (void)small_uas(plan, host_names[i], 1 + (uint32_t)(r[9 + i] % 5),
                        routers[(r[9 + i] >> 16) % 4], (uint32_t)(r[9 + i] >> 32) % 3);
    }
    small_finish(plan);
    return plan;
}

TEST(random_worlds_with_links_and_timers_of_no_delay_are_the_same_in_any_partition)
{
    uint64_t cut = 0, dropped = 0, doubled = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        sn_plan *plan = random_world(seed);
        const small_run one = in_parts(plan, 1, &small_chatter);
        CHECK_EQ(one.state, SN_RUN_DONE);
        CHECK(one.kinds[SN_FACT_DATAGRAM_RECEIVED] > 0);
        for (uint32_t partitions = 2; partitions <= 8; partitions += 1 + (uint32_t)(seed % 3)) {
            const small_run split = in_parts(plan, partitions, &small_chatter);
            check_same(&one, &split);
        }
        cut += one.kinds[SN_FACT_FRAGMENTED];
        dropped += one.kinds[SN_FACT_LINK_DROPPED] + one.kinds[SN_FACT_NODE_DROPPED];
        doubled += one.kinds[SN_FACT_LINK_DUPLICATED];
        sn_plan_free(plan);
    }
    CHECK(cut > 100 && dropped > 100 && doubled > 100);
}

TEST(more_partitions_than_nodes_are_as_many_as_nodes)
{
    sn_plan *plan = random_world(3);
    const small_run one = in_parts(plan, 1, &small_chatter),
                    many = in_parts(plan, 1000, &small_chatter);
    check_same(&one, &many);
    sn_plan_free(plan);
}

TEST(budgets_are_decided_on_the_merged_order)
{
    sn_plan *plan = random_world(5);
    const small_run whole = in_parts(plan, 1, &small_chatter);
    for (uint64_t share = 1; share < 8; share++) {
        plan->event_max = whole.events * share / 8;
        const small_run one = in_parts(plan, 1, &small_chatter),
                        split = in_parts(plan, 5, &small_chatter);
        CHECK_EQ(one.state, SN_RUN_BUDGET);
        CHECK_EQ(one.events, plan->event_max);
        check_same(&one, &split);
    }
    sn_plan_free(plan);
}

TEST(standing_still_in_time_is_found_at_the_same_event)
{
    sn_plan *plan = random_world(5);
    plan->step_max = 2; /* what chatters makes timers of no length: three steps */
    const small_run one = in_parts(plan, 1, &small_chatter),
                    split = in_parts(plan, 4, &small_chatter);
    CHECK_EQ(one.state, SN_RUN_ZENO);
    CHECK(one.culprit != SN_NOBODY);
    check_same(&one, &split);
    sn_plan_free(plan);
}

/* ---- a node more ---- */

/* A behaviour that draws: how long it rings, and when it answers. */
static uint32_t ringing(sn_plan *plan, const char *name)
{
    const uint32_t behaviour = sn_plan_add_behaviour(plan, name);
    for (unsigned i = 0; i < 2; i++) {
        (void)sn_plan_add_choice(plan, 1);
        (void)sn_plan_add_row(plan, &(sn_row){ .op = SN_OP_PROGRESS,
                                               .status = 180,
                                               .after = { SN_DIST_UNIFORM, 0, SS_MS(500) } });
        (void)sn_plan_add_row(
            plan, &(sn_row){ .op = SN_OP_ANSWER, .after = { SN_DIST_EXP, SS_S(1), 0 } });
    }
    return behaviour;
}

/* The links of one group walk, those of another flap. */
static void add_courses(sn_plan *plan, uint32_t walking, uint32_t flapping, const sn_link_kind *lan)
{
    sn_level levels[] = { { lan->up, lan->down }, { lan->up, lan->down }, { lan->up, lan->down } };
    levels[1].up.delay = SS_MS(2);
    levels[2].down.loss.random.p = SN_ALWAYS / 5;
    sn_link_change course = { .of = { walking, 0, 4 },
                              .dirs = SN_LINK_UP | SN_LINK_DOWN,
                              .kind = SN_CHANGE_SET,
                              .course = { SN_COURSE_WALK, .step = SS_MS(100), .levels = levels,
                                          .level_count = 3 },
                              .until = SS_TIME_NEVER };
    (void)sn_plan_add_change(plan, &course);
    course.of.group = flapping;
    course.kind = SN_CHANGE_DOWN;
    course.course = (sn_course){ .kind = SN_COURSE_FLAP,
                                 .rest = { SN_DIST_EXP, SS_S(3), 0 },
                                 .spell = { SN_DIST_EXP, SS_MS(200), 0 } };
    (void)sn_plan_add_change(plan, &course);
}

/* The uplink that all of them share: lossy, and with queues of either sort. */
static sn_link_kind shared_link(void)
{
    sn_link_kind shared = small_link("shared", SS_MS(10));
    shared.up.loss = some_loss(3);
    shared.up.duplicate = (sn_chance){ SN_ALWAYS / 20, SN_ALWAYS / 4 };
    shared.up.reorder = (sn_chance){ SN_ALWAYS / 50, SN_ALWAYS / 4 };
    shared.up.jitter =
        (sn_jitter){ .shape = SN_SHAPE_PARETONORMAL, .spread = SS_MS(4), .corr = SN_ALWAYS / 4 };
    shared.up.rate.bps = 2000000;
    shared.up.corrupt =
        (sn_damage){ .chance = { SN_ALWAYS / 50, SN_ALWAYS / 4 }, .kind = SN_DAMAGE_TRUNCATE };
    shared.up.slot = (sn_slot){ .min = SS_US(100), .max = SS_US(300), .packets = 3 };
    shared.down = shared.up;
    shared.down.rate.bps = 150000; /* so that some wait in person, and some too long */
    shared.down.queue = (sn_link_queue){ .policy = SN_QUEUE_CODEL,
                                         .codel = { .target = SS_MS(5), .interval = SS_MS(50) } };
    shared.up.queue =
        (sn_link_queue){ .policy = SN_QUEUE_RED, .red = { 0, 4, false, SN_ALWAYS / 10, 1 } };
    shared.up.jump.packets = 2;
    return shared;
}

/* Phones of two groups behind one shared lossy uplink, calling each other through a proxy; perhaps with an idle phone,
 * whose name puts it in the middle of all dense numbers, and whose behaviour stands before that of the others. */
static sn_plan *branch(bool with_idle_phone)
{
    sn_plan *plan = small_plan(11);
    sn_link_kind shared = shared_link(), lan = small_link("lan", SS_US(100));
    lan.up.loss.random.p =
        SN_ALWAYS / 50; /* the phones' own links draw too: by name, not by dense number */
    lan.up.jitter = (sn_jitter){ .shape = SN_SHAPE_UNIFORM, .spread = SS_US(20) };
    lan.down = lan.up;
    const uint32_t uplink = sn_plan_add_link(plan, &shared), local = sn_plan_add_link(plan, &lan);
    const uint32_t proxy = small_proxy(plan, "p1", 0, local);
    const uint32_t site = small_router(plan, "branch", 0, uplink);
    if (with_idle_phone) { /* on a link of a kind of its own */
        const uint32_t other = sn_plan_add_link(plan, &shared);
        const uint32_t mike = small_uas(plan, "mike", 1, site, other);
        small_spec(plan, mike)->ua.behaviour = ringing(plan, "idle");
    }
    const uint32_t from = small_uas(plan, "alpha", 5, site, local),
                   to = small_uas(plan, "zulu", 5, site, local);
    const uint32_t groups[] = { from, to };
    for (unsigned i = 0; i < 2; i++) {
        sn_ua_spec *ua = &small_spec(plan, groups[i])->ua;
        ua->outbound = proxy;
        ua->expires_s = 3600;
        ua->register_at = (sn_dist){ SN_DIST_UNIFORM, 0, SS_S(2) };
    }
    small_spec(plan, to)->ua.behaviour = ringing(plan, "human");
    const sn_fault second_bye = { .from = { .group = SN_NOBODY },
                                  .to = { .group = SN_NOBODY },
                                  .is_of_requests = true,
                                  .method = SS_METHOD_BYE,
                                  .until = SS_TIME_NEVER,
                                  .nth = 2,
                                  .times = 1,
                                  .per = SN_FAULT_PER_NODE,
                                  .act = SN_FAULT_DELAY,
                                  .delay = SS_MS(300) };
    (void)sn_plan_add_fault(plan, &second_bye);
    sn_fault of_calls = second_bye; /* at both ends and at the proxy */
    of_calls.is_of_requests = false;
    of_calls.calls = (sn_fault_calls){ true, 0, 2, 4 };
    of_calls.nth = 1;
    of_calls.times = 3;
    of_calls.act = SN_FAULT_DROP;
    (void)sn_plan_add_fault(plan, &of_calls);
    sn_link_change clogged = { .of = { site, 0, 0 },
                               .dirs = SN_LINK_UP,
                               .kind = SN_CHANGE_CLOGGED,
                               .since = SS_S(9),
                               .until = SS_S(10) };
    (void)sn_plan_add_change(plan, &clogged);
    clogged.kind = SN_CHANGE_SET;
    clogged.since = SS_S(12);
    clogged.until = SS_S(15);
    clogged.up = clogged.down = lan.up;
    (void)sn_plan_add_change(plan, &clogged);
    add_courses(plan, from, to, &lan);
    plan->order = SN_ORDER_SEEDED;
    plan->order_seed = 5;
    plan->duration = SS_S(30);
    (void)sn_plan_add_calls(plan, &(sn_call_spec){ .name = "mix",
                                                   .from = from,
                                                   .to = to,
                                                   .poisson = true,
                                                   .interval = SS_S(1),
                                                   .start = SS_S(3),
                                                   .end = SS_S(30),
                                                   .hold = { SN_DIST_EXP, SS_S(5), 0 },
                                                   .hangup_caller = 1 });
    small_finish(plan);
    return plan;
}

static uint32_t node_of_id(const sn_cast *cast, uint64_t id)
{
    uint32_t node = 0;
    while (cast->nodes[node].id != id) {
        node++;
        CHECK(node < cast->node_count);
    }
    return node;
}

TEST(an_idle_phone_in_the_middle_changes_nothing_for_anybody)
{
    sn_plan *without = branch(false), *with = branch(true);
    const small_run a = in_parts(without, 1, NULL), b = in_parts(with, 3, NULL);
    const uint32_t count = without->cast.node_count;
    CHECK(a.calls[SN_CALL_ANSWERED] > 5);
    CHECK(a.causes[SN_CAUSE_LOSS] > 10);
    CHECK(a.causes[SN_CAUSE_FAULT] >=
          9); /* three calls at the caller's, the callee's or the proxy */
    CHECK_EQ(a.bytes, b.bytes);
    CHECK_EQ(b.facts, a.facts + 1); /* what is left of the idle phone: nothing */
    for (uint32_t node = 0; node < count; node++) {
        const uint32_t there = node_of_id(&with->cast, without->cast.nodes[node].id);
        CHECK(sn_address_equal(sn_member_address(&with->cast.nodes[there]),
                               sn_member_address(&without->cast.nodes[node])));
        CHECK_EQ(a.chains[node], b.chains[there]);
        for (uint32_t dir = 0; dir < 2; dir++) {
            CHECK_EQ(a.chains[count + 2 * node + dir],
                     b.chains[with->cast.node_count + 2 * there + dir]);
        }
    }
    sn_plan_free(without);
    sn_plan_free(with);
}

/* ---- all that links, events and faults can do ---- */

static sn_scenario *all_links(void)
{
    static char text[16384];
    FILE *file = fopen(SIPSIM_SOURCE_DIR "/tests/determinism/all_links.yaml", "rb");
    CHECK_NOT_NULL(file);
    const size_t len = fread(text, 1, sizeof text, file);
    CHECK(len > 0 && len < sizeof text);
    CHECK_EQ(fclose(file), 0);
    const sn_scenario_file files = { "all_links.yaml", { text, len } };
    sn_scenario *s = sn_scenario_load(&(sn_scenario_options){ .files = &files, .file_count = 1 });
    CHECK_NOT_NULL(s);
    CHECK_NOT_NULL(sn_scenario_plan(s));
    return s;
}

/* None of it stood in the scenario for nothing. */
static void check_all_happened(const small_run *run)
{
    static const sn_cause causes[] = { SN_CAUSE_LOSS,     SN_CAUSE_QUEUE,
                                       SN_CAUSE_MTU,      SN_CAUSE_DOWN,
                                       SN_CAUSE_CHECKSUM, SN_CAUSE_REASSEMBLY_TIMEOUT,
                                       SN_CAUSE_FAULT,    SN_CAUSE_BLACK_HOLE,
                                       SN_CAUSE_EARLY };
    static const sn_fact_kind kinds[] = { SN_FACT_FRAGMENTED,      SN_FACT_REASSEMBLED,
                                          SN_FACT_LINK_DUPLICATED, SN_FACT_LINK_REORDERED,
                                          SN_FACT_EDITED,          SN_FACT_ICMP_RECEIVED,
                                          SN_FACT_PATH_MTU,        SN_FACT_STREAM_RECEIVED };
    for (size_t i = 0; i < SS_COUNT(causes); i++) {
        CHECK(run->causes[causes[i]] > 3);
    }
    for (size_t i = 0; i < SS_COUNT(kinds); i++) {
        CHECK(run->kinds[kinds[i]] > 10);
    }
    CHECK(run->calls[SN_CALL_ANSWERED] > 100);
}

TEST(all_that_links_events_and_faults_can_do_is_the_same_in_any_partition)
{
    static const uint32_t partitions[] = { 2, 5, 34 };
    for (unsigned order = 0; order < 2; order++) {
        sn_scenario *s = all_links();
        sn_plan *plan = sn_scenario_plan(s);
        plan->order = order == 0 ? SN_ORDER_FIFO : SN_ORDER_SEEDED;
        plan->order_seed = 3;
        const small_run one = in_parts(plan, 1, NULL);
        CHECK_EQ(one.state, SN_RUN_DONE);
        check_all_happened(&one);
        for (size_t i = 0; i < SS_COUNT(partitions); i++) {
            const small_run split = in_parts(plan, partitions[i], NULL);
            check_same(&one, &split);
        }
        sn_scenario_free(s);
    }
}

/* ---- record and replay ---- */

/* The tape as text and back. */
static void through_text(const sn_decision *kept, size_t count, const sn_cast *cast,
                         sn_decision *tape)
{
    for (size_t i = 0; i < count; i++) {
        char text[400];
        ss_buffer b = ss_buffer_on(text, sizeof text);
        sn_decision_put(&b, &kept[i], cast);
        CHECK_OK(sn_decision_parse(ss_buffer_slice(&b), &tape[i]));
    }
}

/* Of the other plan only what is drawn from its seed differs: all of it has to come from the tape. Adds up the kinds on it. */
static void check_replayed(const sn_plan *plan, const sn_plan *other,
                           uint64_t kinds[SN_DECISION_KINDS])
{
    static sn_decision tape[20000];
    sn_decisions *recorder = sn_decisions_new(plan->seed), *player = sn_decisions_new(12345);
    size_t count;
    sn_decisions_record(recorder);
    const small_run recorded =
        small_run_plan(plan, &(small_options){ .partitions = 3, .decisions = recorder });
    const sn_decision *kept = sn_decisions_recorded(recorder, &count);
    CHECK(count > 100 && count < SS_COUNT(tape));
    through_text(kept, count, &plan->cast, tape);
    for (size_t i = 0; i < count; i++) {
        kinds[kept[i].kind]++;
    }
    CHECK_OK(sn_decisions_play(player, tape, count));
    const small_run replayed =
        small_run_plan(other, &(small_options){ .partitions = 1, .decisions = player });
    check_same(&recorded, &replayed);
    const sn_tape_report report = sn_decisions_report(player);
    CHECK_EQ(report.exact, count);
    CHECK_EQ(report.moved + report.unmatched, 0);
    const small_run plain = in_parts(plan, 1, NULL);
    check_same(&plain, &recorded); /* recording changes nothing */
    const small_run drawn = in_parts(other, 1, NULL);
    CHECK(drawn.digest != recorded.digest);
    sn_decisions_free(recorder);
    sn_decisions_free(player);
}

static sn_scenario *phones_that_ask_a_dns(const char *seed)
{
    static const char text[] =
        "sipsim: 1\nduration: 100s\ndrain: 60s\nlinks: {wire: {delay: 2ms, loss: 1%, "
        "corrupt: 1%, slot: {min: 100us, max: 300us}, rate: 24kbit,\n"
        "  queue: {policy: red, min: 1 packet, max: 9 packets, p: 50%, weight: 0}}}\n"
        "events:\n  - {at: 0s, link: \"caller[*]\", walk: {to: {delay: 20ms}, every: 5s}}\n"
        "  - {at: 0s, link: \"caller[0..2]\", is: down, flap: {up: exp 20s, down: exp 1s}}\n"
        "dns:\n  records:\n"
        "    - \"_sip._udp.desk.example.com. 3600 SRV 10 75 5060 a.desk.example.com.\"\n"
        "    - \"_sip._udp.desk.example.com. 3600 SRV 10 25 5060 b.desk.example.com.\"\n"
        "    - \"a.desk.example.com. 3600 A desk\"\n    - \"b.desk.example.com. 3600 A spare\"\n"
        "nodes:\n  ns: {role: dns}\n"
        "  desk: {role: ua, aor: \"sip:desk@desk.example.com\"}\n"
        "  spare: {role: ua, aor: \"sip:desk@b.desk.example.com\"}\n"
        "  caller: {role: ua, count: 10, outbound: dns}\n"
        "calls:\n"
        "  - {name: mix, from: caller, to: desk, rate: 1/s, during: 1s..90s, hold: 1s, "
        "no_answer: exp 20s}\n";
    const sn_scenario_file file = { "asked.yaml", { text, sizeof text - 1 } };
    sn_scenario *s = sn_scenario_load(&(sn_scenario_options){
        .files = &file, .file_count = 1, .overrides = &seed, .override_count = 1 });
    CHECK_NOT_NULL(s);
    CHECK_EQ(sn_scenario_mistake_count(s), 0);
    return s;
}

TEST(a_recorded_run_replayed_from_its_tape_as_text_under_another_seed_is_the_same_run)
{
    uint64_t kinds[SN_DECISION_KINDS] = { 0 };
    sn_plan *plan = small_quickstart(8, 10), *other = small_quickstart(9, 10);
    callees_by_tcp(plan);
    callees_by_tcp(other);
    check_replayed(plan, other, kinds);
    sn_scenario *asking = phones_that_ask_a_dns("seed=8"), *again = phones_that_ask_a_dns("seed=9");
    check_replayed(sn_scenario_plan(asking), sn_scenario_plan(again), kinds);
    for (uint32_t i = 0; i < SN_DECISION_KINDS; i++) {
        CHECK(kinds[i] > 0);
    }
    sn_plan_free(plan);
    sn_plan_free(other);
    sn_scenario_free(asking);
    sn_scenario_free(again);
}
