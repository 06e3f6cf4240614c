/* RFC 3261 section 18 in a whole world: user agents and a proxy whose calls go over TCP, the laws watching. As a part of the RFC
 * suite these cases are swept: whatever is refused to whom, the run ends and nothing is left. */
#include <string.h>

#include "check.h"
#include "simnet/world_state.h"
#include "small_world.h"

static struct {
    sn_run_state state;
    uint64_t kinds[SN_FACT_COUNT], calls[SN_CALL_COUNT];
    uint32_t transactions, contexts; /* left */
    uint64_t blocks;                 /* left in the stores when every host was reset */
    uint64_t broken;
    char first[200]; /* of the violations */
    bool is_over;
    sn_judge *judge;
} seen;

/* ---- what holds whatever was refused ---- */

static void check_whole(void)
{
    if (seen.is_over) {
        CHECK_EQ(seen.state, SN_RUN_DONE);
        CHECK_EQ(seen.transactions, 0);
        CHECK_EQ(seen.contexts, 0);
        CHECK_EQ(seen.blocks, 0);
    }
}

static void watch(void *self, const sn_fact *f, ss_slice packet)
{
    (void)self;
    (void)packet;
    sn_judge_fact(seen.judge, f, packet);
    seen.kinds[f->kind]++;
    if (f->kind == SN_FACT_CALL) {
        seen.calls[f->call.event]++;
    } else if (f->kind == SN_FACT_LEFT) {
        seen.transactions += f->left.transactions;
        seen.contexts += f->left.contexts;
    }
}

/* As a crash of every host: all that apps and engines hold is given back; that nothing is missing, engines assert. */
static void reset_all(sn_world *w, uint64_t before)
{
    sn_partition *p = &w->partitions[0];
    for (uint32_t node = 0; node < w->plan->cast.node_count; node++) {
        sn_host host = { &p->hosting, node };
        const sn_node_state *n = &w->nodes[node];
        sn_streams_reset_all(p, node);
        if (n->class != NULL) {
            n->class->reset(n->app, &host);
        }
        w->arena.used = 0;
    }
    seen.blocks = p->pools.store.live_blocks - before;
}

static void run(sn_plan *plan)
{
    const sn_sink sink = { NULL, watch };
    memset(&seen, 0, sizeof seen);
    test_at_end(check_whole);
    seen.judge = sn_judge_new(&plan->cast, SN_ALL_LAWS);
    CHECK_NOT_NULL(seen.judge);
    sn_world *w =
        sn_world_new(plan, &(sn_world_options){ .partitions = 1, .sinks = &sink, .sink_count = 1 });
    CHECK_NOT_NULL(w);
    const uint64_t before = w->partitions[0].pools.store.live_blocks;
    seen.state = sn_world_run(w, UINT64_MAX);
    sn_judge_finish(seen.judge, sn_world_now(w), false);
    seen.broken = sn_judge_violation_count(seen.judge);
    if (seen.broken != 0) {
        memcpy(seen.first, sn_judge_violation(seen.judge, 0)->text, sizeof seen.first);
    }
    reset_all(w, before);
    sn_judge_free(seen.judge);
    sn_world_free(w);
    sn_plan_free(plan);
    seen.is_over = true;
}

/* ---- a world: one caller, one callee, a proxy between them that is their registrar ---- */

typedef struct world_of {
    ss_transport transport;
    bool by_size, deaf_callee, cut;
    uint32_t mtu, later_mtu; /* of every link; from 1 s on, 0: the same */
    uint16_t reject;         /* 0: the callee answers */
    ss_span no_answer;
} world_of;

static uint32_t callee_program(sn_plan *plan, const world_of *w)
{
    const uint32_t behaviour = sn_plan_add_behaviour(plan, "callee");
    (void)sn_plan_add_choice(plan, 1);
    (void)sn_plan_add_row(plan, &(sn_row){ .op = SN_OP_PROGRESS, .status = 180 });
    const sn_dist answers = { SN_DIST_CONST, w->no_answer != 0 ? SS_S(20) : SS_S(1), 0 };
    const sn_row last = { .op = w->reject != 0 ? SN_OP_REJECT : SN_OP_ANSWER,
                          .status = w->reject,
                          .after = answers };
    (void)sn_plan_add_row(plan, &last);
    return behaviour;
}

static void enrol(sn_plan *plan, uint32_t group, uint32_t proxy, const world_of *w)
{
    sn_group_spec *spec = small_spec(plan, group);
    spec->transport = w->transport;
    spec->cuts_streams = w->cut;
    spec->settings.by_size = w->by_size;
    spec->settings.path_mtu = w->mtu;
    if (spec->role == SN_ROLE_UA) {
        spec->ua.outbound = proxy;
        spec->ua.expires_s = 3600;
    }
}

static void call_in(world_of w)
{
    sn_plan *plan = small_plan(3);
    sn_link_kind wire = small_link("wire", SS_MS(5));
    if (w.mtu != 0) {
        wire.up.mtu = wire.down.mtu = w.mtu;
    }
    const uint32_t link = sn_plan_add_link(plan, &wire);
    const uint32_t proxy = small_proxy(plan, "p1", 0, link);
    const uint32_t from = small_uas(plan, "alice", 1, 0, link);
    const uint32_t to = small_uas(plan, "bob", 1, 0, link);
    const uint32_t groups[] = { proxy, from, to };
    const uint32_t behaviour = callee_program(plan, &w);
    enrol(plan, proxy, proxy, &w);
    enrol(plan, from, proxy, &w);
    enrol(plan, to, proxy, &w);
    small_spec(plan, to)->ua.behaviour = behaviour;
    small_spec(plan, to)->refuses_tcp = w.deaf_callee;
    for (uint32_t i = 0; w.later_mtu != 0 && i < SS_COUNT(groups); i++) {
        sn_link_change later = { .of = { .group = groups[i] },
                                 .dirs = SN_LINK_UP | SN_LINK_DOWN,
                                 .kind = SN_CHANGE_SET,
                                 .up = wire.up,
                                 .down = wire.down,
                                 .since = SS_S(1),
                                 .until = SS_TIME_NEVER };
        later.up.mtu = later.down.mtu = w.later_mtu;
        (void)sn_plan_add_change(plan, &later);
    }
    plan->duration = SS_S(20);
    (void)sn_plan_add_calls(plan, &(sn_call_spec){ .name = "one",
                                                   .from = from,
                                                   .to = to,
                                                   .interval = SS_S(1),
                                                   .start = SS_S(2),
                                                   .end = SS_S(20),
                                                   .limit = 1,
                                                   .hold = { SN_DIST_CONST, SS_S(2), 0 },
                                                   .hangup_caller = 1,
                                                   .no_answer = { .a = w.no_answer } });
    small_finish(plan);
    run(plan);
    CHECK_STR(seen.broken == 0 ? "" : seen.first,
              ""); /* of a quota: a 2xx without room is not acknowledged, say */
}

TEST(rfc3261_18_a_call_through_a_proxy_over_tcp)
{
    call_in((world_of){ .transport = SS_TRANSPORT_TCP });
    CHECK_EQ(seen.calls[SN_CALL_CONFIRMED], 1);
    CHECK_EQ(seen.calls[SN_CALL_ENDED], 1);
    CHECK_EQ(seen.kinds[SN_FACT_DATAGRAM_SENT], 0);
    CHECK_EQ(seen.kinds[SN_FACT_STREAM_SENT], seen.kinds[SN_FACT_STREAM_RECEIVED]);
}

/* The same hosts, who were told nothing of what to listen at. */
TEST(rfc3261_18_2_1_who_listens_on_udp_listens_on_tcp_at_the_same_port)
{
    call_in((world_of){ .transport = SS_TRANSPORT_UDP });
    CHECK_EQ(seen.calls[SN_CALL_CONFIRMED], 1);
    CHECK_EQ(seen.kinds[SN_FACT_STREAM_SENT], 0);
    call_in((world_of){ .transport = SS_TRANSPORT_TCP });
    CHECK_EQ(seen.calls[SN_CALL_CONFIRMED], 1);
    CHECK_EQ(seen.kinds[SN_FACT_DATAGRAM_SENT], 0);
}

TEST(rfc3261_18_3_a_call_whose_streams_are_cut_anywhere)
{
    call_in((world_of){ .transport = SS_TRANSPORT_TCP, .cut = true });
    CHECK_EQ(seen.calls[SN_CALL_CONFIRMED], 1);
    CHECK_EQ(seen.calls[SN_CALL_ENDED], 1);
}

TEST(rfc3261_18_a_rejected_and_a_cancelled_call_over_tcp)
{
    call_in((world_of){ .transport = SS_TRANSPORT_TCP, .reject = 486 });
    CHECK_EQ(seen.calls[SN_CALL_REJECTED], 1);
    call_in((world_of){ .transport = SS_TRANSPORT_TCP, .no_answer = SS_S(4) });
    CHECK_EQ(seen.calls[SN_CALL_CANCELLED], 1);
}

/* Requests of more than 500 bytes go by TCP: the INVITE at every hop, and little else. */
TEST(rfc3261_18_1_1_a_proxy_sends_what_is_too_large_by_tcp_and_over_udp_to_who_refuses)
{
    call_in((world_of){ .by_size = true, .mtu = 700 });
    CHECK_EQ(seen.calls[SN_CALL_CONFIRMED], 1);
    CHECK(seen.kinds[SN_FACT_STREAM_SENT] > 4);
    CHECK(seen.kinds[SN_FACT_DATAGRAM_SENT] > 4);
    call_in((world_of){ .by_size = true, .mtu = 700, .deaf_callee = true });
    CHECK_EQ(seen.calls[SN_CALL_CONFIRMED], 1);
    CHECK(seen.kinds[SN_FACT_STREAM_SENT] > seen.kinds[SN_FACT_STREAM_RECEIVED]);
}

/* An element knows its own link, which is not always the same. */
TEST(rfc3261_18_1_1_the_mtu_of_the_own_link_is_what_it_is_now)
{
    call_in((world_of){ .by_size = true, .mtu = 1500, .later_mtu = 700 });
    CHECK_EQ(seen.calls[SN_CALL_CONFIRMED], 1);
    CHECK(seen.kinds[SN_FACT_STREAM_SENT] > 4);
    call_in((world_of){ .by_size = true, .mtu = 700, .later_mtu = 1500 });
    CHECK_EQ(seen.calls[SN_CALL_CONFIRMED], 1);
    CHECK_EQ(seen.kinds[SN_FACT_STREAM_SENT], 0);
}
