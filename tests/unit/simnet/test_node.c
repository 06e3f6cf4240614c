/* The network of nodes: routes, hops, fragments, losses, checksums and ports, seen in facts. */
#include "check.h"

#include <string.h>

#include "small_world.h"
#include "sn/ip.h"

/* a sends one datagram to b at 1 ms; b listens. */
static struct {
    size_t len;
    uint32_t to; /* address; 0: of b */
    uint16_t port;
    ss_time received_at;
    uint64_t received, received_len;
    bool same_bytes;
    uint64_t arrivals, least_ttl, packets, fragments_seen;
    char bytes[65536];
} wire;

typedef struct talker {
    uint64_t unused;
} talker;

static ss_status start(void *app, sn_host *host)
{
    (void)app;
    if (sn_host_node(host) == sn_plan_node(sn_host_plan(host), 1, 0)) {
        sn_host_wake(host, SS_MS(1), 0, 0, 0);
    }
    return SS_OK;
}

static bool wake(void *app, sn_host *host, const sn_wake *w)
{
    (void)app;
    if (w->kind != SN_WAKE_OWN) {
        return false;
    }
    const sn_plan *plan = sn_host_plan(host);
    const uint32_t to =
        wire.to != 0
            ? wire.to
            : sn_address_number(sn_member_address(&plan->cast.nodes[sn_plan_node(plan, 2, 0)]));
    const ss_path path = { .transport = SS_TRANSPORT_UDP,
                           .local.port = 5060,
                           .remote = ss_address_v4(to, wire.port) };
    for (size_t i = 0; i < wire.len; i++) {
        wire.bytes[i] = (char)(i * 7 + i / 256);
    }
    sn_host_send(host, &path, (ss_slice){ wire.bytes, wire.len }, NULL);
    return true;
}

static void input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    const sn_plan *plan = sn_host_plan(host);
    const ss_address from =
        sn_address_with_port(sn_member_address(&plan->cast.nodes[sn_plan_node(plan, 1, 0)]), 5060);
    (void)app;
    CHECK(ss_address_equal(&path->remote, &from));
    wire.received++;
    wire.received_at = sn_host_now(host);
    wire.received_len = datagram.len;
    wire.same_bytes = datagram.len == wire.len && memcmp(datagram.at, wire.bytes, wire.len) == 0;
}

static const sn_app_class talkers = { .name = "talker",
                                      .port = 5060,
                                      .bytes = sizeof(talker),
                                      .start = start,
                                      .input = input,
                                      .wake = wake };

static void see(void *self, const sn_fact *f, ss_slice packet)
{
    (void)self;
    wire.arrivals += f->kind == SN_FACT_LINK_ARRIVED;
    if (f->kind == SN_FACT_PACKET) {
        sn_ip ip;
        CHECK_OK(sn_ip_parse((const unsigned char *)packet.at, packet.len, &ip));
        CHECK_EQ(ip.total, packet.len);
        CHECK_EQ(f->value, packet.len);
        CHECK_EQ(f->packet.fragment, ip.fragment);
        wire.packets++;
        wire.fragments_seen += ip.more || ip.fragment != 0;
    }
}

/* a - branch - core - b; group 1 is a, group 2 is b. */
static sn_plan *path_of(const sn_link_kind *near, const sn_link_kind *uplink,
                        const sn_link_kind *far)
{
    sn_plan *plan = small_plan(3);
    const uint32_t n = sn_plan_add_link(plan, near), u = sn_plan_add_link(plan, uplink),
                   f = sn_plan_add_link(plan, far);
    (void)small_uas(plan, "a", 1, 3, n);
    (void)small_uas(plan, "b", 1, 0, f);
    CHECK_EQ(small_router(plan, "branch", 0, u), 3);
    small_finish(plan);
    return plan;
}

static small_run send_one(sn_plan *plan, size_t len)
{
    const uint32_t to = wire.to;
    const uint16_t port = wire.port;
    memset(&wire, 0, sizeof wire);
    wire.to = to;
    wire.port = port == 0 ? 5060 : port;
    wire.len = len;
    const small_run run = small_run_plan(plan, &(small_options){ .app = &talkers, .each = see });
    wire.to = 0;
    wire.port = 0;
    return run;
}

static sn_plan *plain_path(void)
{
    const sn_link_kind one = small_link("one", SS_MS(1)), ten = small_link("ten", SS_MS(10));
    return path_of(&one, &ten, &one);
}

/* RFC1812:5.2.1 */
TEST(a_datagram_crosses_its_links_in_the_sum_of_their_delays)
{
    sn_plan *plan = plain_path();
    const small_run run = send_one(plan, 300);
    CHECK_EQ(wire.received, 1);
    CHECK(wire.same_bytes);
    CHECK_EQ(wire.received_at, SS_MS(1 + 1 + 10 + 1));
    CHECK_EQ(wire.arrivals, 3);
    CHECK_EQ(wire.packets, 1);
    CHECK_EQ(run.kinds[SN_FACT_DATAGRAM_SENT], 1);
    CHECK_EQ(run.kinds[SN_FACT_DATAGRAM_RECEIVED], 1);
    sn_plan_free(plan);
}

TEST(an_empty_and_the_largest_datagram_arrive_and_a_larger_one_is_not_sent)
{
    static const size_t sizes[] = { 0, 1, 65507 };
    sn_plan *plan = plain_path();
    for (size_t i = 0; i < SS_COUNT(sizes); i++) {
        (void)send_one(plan, sizes[i]);
        CHECK(wire.same_bytes);
    }
    const small_run run = send_one(plan, 65508);
    CHECK_EQ(wire.received, 0);
    CHECK_EQ(run.causes[SN_CAUSE_MTU], 1);
    sn_plan_free(plan);
}

TEST(rfc791_3_2_sender_and_routers_cut_and_the_receiver_puts_together)
{
    sn_link_kind near = small_link("near", SS_MS(1)), uplink = small_link("uplink", SS_MS(1)),
                 far = near;
    near.up.mtu = 1000; /* 3 pieces at the sender, the two large ones cut again */
    uplink.up.mtu = 576;
    sn_plan *plan = path_of(&near, &uplink, &far);
    const small_run run = send_one(plan, 2500);
    CHECK_EQ(wire.received, 1);
    CHECK(wire.same_bytes);
    CHECK_EQ(wire.packets, 3);
    CHECK_EQ(wire.fragments_seen, 3);
    CHECK_EQ(run.kinds[SN_FACT_FRAGMENTED], 1 + 2);
    CHECK_EQ(wire.arrivals, 3 + 5 + 5);
    CHECK_EQ(run.kinds[SN_FACT_REASSEMBLED], 1);
    sn_plan_free(plan);
}

TEST(rfc791_3_2_one_lost_fragment_loses_the_datagram_after_30_s)
{
    sn_link_kind near = small_link("near", SS_MS(1)), lossy = near;
    near.up.mtu = 576;
    lossy.up.loss.random.p = SN_ALWAYS / 3;
    sn_plan *plan = path_of(&near, &lossy, &near);
    const small_run run = send_one(plan, 2500);
    CHECK(run.causes[SN_CAUSE_LOSS] > 0 && run.causes[SN_CAUSE_LOSS] < 5);
    CHECK_EQ(wire.received, 0);
    CHECK_EQ(run.causes[SN_CAUSE_REASSEMBLY_TIMEOUT], 1);
    CHECK_EQ(run.kinds[SN_FACT_ICMP_SENT], 1);
    CHECK_EQ(run.end,
             SS_S(30) + SS_MS(7)); /* from the first piece that came; and its source heard */
    sn_plan_free(plan);
}

TEST(copies_of_a_datagram_arrive_each)
{
    sn_link_kind near = small_link("near", SS_MS(1)), doubling = near;
    doubling.up.duplicate.p = SN_ALWAYS;
    sn_plan *plan = path_of(&doubling, &doubling, &near);
    const small_run run = send_one(plan, 100);
    CHECK_EQ(wire.received, 4);
    CHECK_EQ(run.kinds[SN_FACT_LINK_DUPLICATED], 3);
    sn_plan_free(plan);
}

/* By the header's checksum or length at the next node, or by the datagram's at its end: it is always found. */
TEST(a_damaged_packet_reaches_nobody)
{
    for (unsigned kind = 0; kind < SN_DAMAGE_SIP; kind++) {
        for (uint32_t hops = 1; hops <= 2; hops++) {
            sn_link_kind near = small_link("near", SS_MS(1)), bad = near;
            bad.up.corrupt =
                (sn_damage){ .chance.p = SN_ALWAYS, .kind = (sn_damage_kind)kind, .burst = 16 };
            bad.up.duplicate.p = SN_ALWAYS;
            sn_plan *plan = path_of(&bad, hops == 1 ? &near : &bad, &near);
            const small_run run = send_one(plan, 100);
            CHECK_EQ(wire.received, 0);
            CHECK(run.causes[SN_CAUSE_CHECKSUM] + run.causes[SN_CAUSE_MALFORMED] >= 2);
            CHECK_EQ(run.kinds[SN_FACT_LINK_SENT] + run.kinds[SN_FACT_LINK_DUPLICATED],
                     run.kinds[SN_FACT_LINK_ARRIVED]);
            CHECK_EQ(run.disorder, 0);
            sn_plan_free(plan);
        }
    }
}

/* With its checksum right again it comes, as other bytes; a piece of a datagram does not change. */
TEST(what_is_damaged_to_be_read_arrives)
{
    for (unsigned kind = 0; kind < SN_DAMAGE_SIP; kind++) {
        sn_link_kind near = small_link("near", SS_MS(1)), bad = near;
        bad.up.corrupt = (sn_damage){
            .chance.p = SN_ALWAYS, .kind = (sn_damage_kind)kind, .burst = 16, .is_read = true
        };
        sn_plan *plan = path_of(&bad, &near, &near);
        small_run run = send_one(plan, 100);
        CHECK_EQ(wire.received, 1);
        CHECK(!wire.same_bytes);
        CHECK_EQ(run.kinds[SN_FACT_EDITED], 1);
        CHECK_EQ(run.causes[SN_CAUSE_CHECKSUM], 0);
        run = send_one(plan, 2500);
        CHECK_EQ(wire.received, 1);
        CHECK(wire.same_bytes);
        CHECK_EQ(run.kinds[SN_FACT_EDITED], 0);
        sn_plan_free(plan);
    }
}

TEST(of_two_copies_one_may_be_damaged_alone)
{
    unsigned received = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        sn_link_kind near = small_link("near", SS_MS(1)), bad = near;
        bad.up.corrupt.chance.p = SN_ALWAYS / 2;
        bad.up.duplicate.p = SN_ALWAYS;
        sn_plan *plan = path_of(&bad, &near, &near);
        plan->seed = seed;
        const small_run run = send_one(plan, 100);
        CHECK_EQ(wire.received + run.causes[SN_CAUSE_CHECKSUM] + run.causes[SN_CAUSE_MALFORMED], 2);
        received += wire.received == 1;
        sn_plan_free(plan);
    }
    CHECK(received > 20 - 16 && received < 20 + 16);
}

TEST(an_address_of_nobody_ends_at_the_root)
{
    sn_plan *plan = plain_path();
    wire.to = 0xc0000201;
    const small_run run = send_one(plan, 100);
    CHECK_EQ(run.causes[SN_CAUSE_NO_ROUTE], 1);
    CHECK_EQ(wire.arrivals, 2 + 2); /* ICMP comes back */
    sn_plan_free(plan);
}

TEST(a_port_nobody_listens_at_and_a_routers_own_address_are_the_end)
{
    sn_plan *plan = plain_path();
    wire.port = 5061;
    small_run run = send_one(plan, 100);
    CHECK_EQ(run.causes[SN_CAUSE_NO_PORT], 1);
    wire.to = sn_address_number(sn_member_address(&plan->cast.nodes[plan->root]));
    run = send_one(plan, 100);
    CHECK_EQ(run.causes[SN_CAUSE_NO_PORT], 1);
    CHECK_EQ(wire.received, 0);
    sn_plan_free(plan);
}

TEST(a_host_reaches_itself_without_a_link)
{
    sn_plan *plan = plain_path();
    wire.to = sn_address_number(sn_member_address(&plan->cast.nodes[sn_plan_node(plan, 1, 0)]));
    (void)send_one(plan, 100);
    CHECK_EQ(wire.received, 1);
    CHECK_EQ(wire.received_at, SS_MS(1));
    CHECK_EQ(wire.arrivals, 0);
    sn_plan_free(plan);
}
