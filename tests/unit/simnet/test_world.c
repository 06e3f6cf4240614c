/* A world as a whole: it stops when asked, counts what it uses, orders ties by the order seed, lets nothing get lost. */
#include "check.h"

#include "small_world.h"

static sn_plan *chatter_plan(uint64_t seed)
{
    sn_plan *plan = small_plan(seed);
    sn_link_kind kind = small_link("wire", SS_MS(1));
    kind.up.loss.random.p = SN_ALWAYS / 10;
    kind.up.duplicate.p = SN_ALWAYS / 10;
    kind.up.mtu = 576;
    (void)small_uas(plan, "host", 8, 0, sn_plan_add_link(plan, &kind));
    plan->duration = SS_MS(50);
    plan->drain = SS_S(40);
    small_finish(plan);
    return plan;
}

TEST(packets_are_conserved_on_every_link)
{
    for (uint64_t seed = 1; seed < 20; seed++) {
        sn_plan *plan = chatter_plan(seed);
        const small_run run = small_run_plan(plan, &(small_options){ .app = &small_chatter });
        CHECK_EQ(run.state, SN_RUN_DONE);
        CHECK_EQ(run.disorder, 0);
        CHECK_EQ(run.kinds[SN_FACT_LINK_SENT] + run.kinds[SN_FACT_LINK_DUPLICATED],
                 run.kinds[SN_FACT_LINK_DROPPED] + run.kinds[SN_FACT_LINK_ARRIVED]);
        sn_plan_free(plan);
    }
}

TEST(another_seed_is_another_run_and_the_same_seed_the_same)
{
    sn_plan *a = chatter_plan(1), *again = chatter_plan(1), *b = chatter_plan(2);
    const small_run first = small_run_plan(a, &(small_options){ .app = &small_chatter });
    const small_run second = small_run_plan(again, &(small_options){ .app = &small_chatter });
    const small_run third = small_run_plan(b, &(small_options){ .app = &small_chatter });
    CHECK_EQ(first.stream, second.stream);
    CHECK_EQ(first.digest, second.digest);
    CHECK(first.digest != third.digest);
    sn_plan_free(a);
    sn_plan_free(again);
    sn_plan_free(b);
}

/* Two hosts send to a third so that both packets arrive at once; who is first? */
static uint32_t arrived_first;

static ss_status start(void *app, sn_host *host)
{
    (void)app;
    sn_host_wake(host, SS_MS(1), 0, 0, 0);
    return SS_OK;
}

static bool wake(void *app, sn_host *host, const sn_wake *w)
{
    const sn_plan *plan = sn_host_plan(host);
    const uint32_t to = sn_plan_node(plan, 2, 0);
    (void)app;
    if (w->kind != SN_WAKE_OWN || sn_host_node(host) == to) {
        return false;
    }
    const ss_path path = { .transport = SS_TRANSPORT_UDP,
                           .local.port = 5060,
                           .remote = sn_address_with_port(sn_member_address(&plan->cast.nodes[to]),
                                                          5060) };
    sn_host_send(host, &path, SS_LIT("x"), NULL);
    return true;
}

static void input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    (void)app;
    (void)datagram;
    const sn_plan *plan = sn_host_plan(host);
    const ss_address a =
        sn_address_with_port(sn_member_address(&plan->cast.nodes[sn_plan_node(plan, 1, 0)]), 5060);
    if (arrived_first == SN_NOBODY) {
        arrived_first = ss_address_equal(&path->remote, &a) ? 0 : 1;
    }
}

static const sn_app_class racers = {
    .name = "racer", .port = 5060, .bytes = 16, .start = start, .input = input, .wake = wake
};

static uint32_t first_to_arrive(sn_order order, uint64_t order_seed)
{
    sn_plan *plan = small_plan(1);
    const sn_link_kind kind = small_link("wire", SS_MS(1));
    const uint32_t wire = sn_plan_add_link(plan, &kind);
    (void)small_uas(plan, "a", 2, 0, wire);
    (void)small_uas(plan, "b", 1, 0, wire);
    plan->order = order;
    plan->order_seed = order_seed;
    small_finish(plan);
    arrived_first = SN_NOBODY;
    (void)small_run_plan(plan, &(small_options){ .app = &racers });
    sn_plan_free(plan);
    return arrived_first;
}

TEST(ties_go_by_number_in_fifo_and_by_the_order_seed_in_seeded)
{
    CHECK_EQ(first_to_arrive(SN_ORDER_FIFO, 1), 0);
    CHECK_EQ(first_to_arrive(SN_ORDER_FIFO, 2), 0);
    uint32_t second = 0;
    for (uint64_t seed = 0; seed < 64; seed++) {
        second += first_to_arrive(SN_ORDER_SEEDED, seed);
    }
    CHECK(second > 16 && second < 48);
}

typedef struct count {
    uint64_t left, end, interrupted;
} count;

static void tally(void *self, const sn_fact *f, ss_slice packet)
{
    count *c = self;
    (void)packet;
    c->left += f->kind == SN_FACT_LEFT;
    c->end += f->kind == SN_FACT_END;
    c->interrupted += f->kind == SN_FACT_END && f->value == 1;
}

TEST(a_world_that_is_stopped_ends_in_order)
{
    for (uint32_t partitions = 1; partitions < 3; partitions++) {
        sn_plan *plan = small_quickstart(1, 5);
        count c = { 0 };
        const sn_sink sinks[] = { { &c, tally }, { &c, tally } };
        sn_world *w = sn_world_new(
            plan, &(sn_world_options){ .partitions = partitions, .sinks = sinks, .sink_count = 2 });
        CHECK_NOT_NULL(w);
        CHECK_EQ(sn_world_run(w, 50), SN_RUN_GOING);
        CHECK(sn_world_now(w) > 0);
        sn_world_stop(w);
        CHECK_EQ(sn_world_run(w, 1000), SN_RUN_STOPPED);
        CHECK_EQ(sn_world_step(w), SN_RUN_STOPPED);
        CHECK_EQ(c.end, 2); /* once for each sink */
        CHECK_EQ(c.interrupted, 2);
        CHECK_EQ(c.left, 2 * 11);
        sn_world_free(w);
        sn_plan_free(plan);
    }
}

TEST(nothing_is_asked_of_the_heap_while_a_world_runs)
{
    sn_plan *plan = small_quickstart(1, 5);
    sn_world *w = sn_world_new(plan, &(sn_world_options){ .partitions = 2 });
    const uint64_t before = sn_world_bytes(w);
    CHECK_EQ(sn_world_run(w, UINT64_MAX), SN_RUN_DONE);
    CHECK_EQ(sn_world_growths(w), 0);
    CHECK(sn_world_bytes(w) > before);
    CHECK(sn_world_events(w) > 100);
    sn_world_free(w);
    sn_plan_free(plan);
}

/* Large and small, in parts and whole, each behind the ones before: in the sanitized build these left nothing but rubbish. */
TEST(a_world_on_a_ground_that_others_used_is_as_on_its_own)
{
    static const struct {
        uint32_t phones, partitions;
        bool chatters;
    } worlds[] = { { 2, 1, false }, { 30, 3, false }, { 9, 1, true },  { 3, 2, false },
                   { 2, 1, true },  { 30, 1, false }, { 2, 1, false }, { 2, 2, true } };
    sn_ground *ground = sn_ground_new();
    CHECK_NOT_NULL(ground);
    for (size_t i = 0; i < SS_COUNT(worlds); i++) {
        sn_plan *plan = small_quickstart(i, worlds[i].phones);
        small_options options = { .partitions = worlds[i].partitions,
                                  .app = worlds[i].chatters ? &small_chatter : NULL };
        const small_run alone = small_run_plan(plan, &options);
        options.ground = ground;
        const small_run behind = small_run_plan(plan, &options);
        CHECK_EQ(behind.digest, alone.digest);
        CHECK_EQ(behind.events, alone.events);
        CHECK(alone.events > 10);
        sn_plan_free(plan);
    }
    sn_ground_free(ground);
}

TEST(a_world_may_be_made_again_and_again_from_one_plan)
{
    sn_plan *plan = small_quickstart(1, 3);
    const small_run first = small_run_plan(plan, &(small_options){ .partitions = 1 });
    for (unsigned i = 0; i < 10; i++) {
        const small_run again = small_run_plan(plan, &(small_options){ .partitions = 1 + i % 3 });
        CHECK_EQ(again.digest, first.digest);
    }
    sn_plan_free(plan);
}
