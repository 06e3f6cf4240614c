/* The MTU of a path: what becomes of a datagram that is larger than a link of it, by the link's policy and by what the host looks for;
 * what a host learns of that, believes, and forgets. */
#include "check.h"

#include <string.h>

#include "simnet/world_state.h"
#include "small_world.h"

/* ---- a small world: a - branch - core - b; a sends to b at 1 s, 2 s … ---- */

enum { SENDS_MAX = 8, PACKETS_MAX = 256 };

static struct {
    size_t sends[SENDS_MAX]; /* bytes of payload; 0: none */
    sn_icmp lies[SENDS_MAX]; /* what b says half a second later; quoted.len 0: nothing */
    unsigned heard;          /* datagrams that came whole */
    unsigned told;
    uint32_t mtu;
    ss_time until;
    unsigned packets; /* that left a */
    struct {
        uint16_t total;
        bool dont_fragment, is_piece;
        ss_time at;
    } packet[PACKETS_MAX];
    uint16_t said; /* MTU of the last ICMP that left a router */
} wire;

static bool is_a(const sn_host *host)
{
    return sn_host_node(host) == sn_plan_node(sn_host_plan(host), 1, 0);
}

static ss_status start(void *app, sn_host *host)
{
    (void)app;
    for (uint16_t i = 0; i < SENDS_MAX; i++) {
        const ss_time at = SS_S(1u + i) + (is_a(host) ? 0 : SS_MS(500));
        sn_host_wake(host, at, i, 0, 0);
    }
    return SS_OK;
}

static void send_nth(sn_host *host, uint32_t i)
{
    static char bytes[9000];
    const sn_plan *plan = sn_host_plan(host);
    const ss_path path = { .transport = SS_TRANSPORT_UDP,
                           .local.port = 5060,
                           .remote = sn_address_with_port(
                               sn_member_address(&plan->cast.nodes[sn_plan_node(plan, 2, 0)]),
                               5060) };
    if (wire.sends[i] != 0) {
        sn_host_send(host, &path, (ss_slice){ bytes, wire.sends[i] }, NULL);
    }
}

static void lie_nth(sn_host *host, uint32_t i)
{
    unsigned char bytes[SN_ICMP_BYTES_MAX];
    const sn_plan *plan = sn_host_plan(host);
    sn_icmp *lie = &wire.lies[i];
    if (lie->quoted.len == 0) {
        return;
    }
    lie->about.source = sn_member_address(&plan->cast.nodes[sn_plan_node(plan, 1, 0)]);
    lie->about.destination = sn_member_address(&plan->cast.nodes[sn_plan_node(plan, 2, 0)]);
    const size_t length = sn_icmp_put(bytes, &lie->about, lie);
    sn_fact fact = { .kind = SN_FACT_ICMP_SENT, .entity = sn_host_node(host) };
    sn_node_send_icmp(host->at->self, lie->about.source, (ss_slice){ (char *)bytes, length }, &fact,
                      0);
}

static bool wake(void *app, sn_host *host, const sn_wake *w)
{
    (void)app;
    if (w->kind != SN_WAKE_OWN) {
        return false;
    }
    if (is_a(host)) {
        send_nth(host, w->what);
    } else {
        lie_nth(host, w->what);
    }
    return true;
}

static void input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    (void)app;
    (void)path;
    (void)datagram;
    wire.heard += !is_a(host);
}

static void path_mtu(void *app, sn_host *host, const ss_address *to, uint32_t mtu, ss_time until)
{
    (void)app;
    CHECK(is_a(host));
    CHECK_EQ(to->family, 4);
    wire.told++;
    wire.mtu = mtu;
    wire.until = until;
}

static const sn_app_class senders = { .name = "sender",
                                      .port = 5060,
                                      .bytes = 8,
                                      .start = start,
                                      .input = input,
                                      .path_mtu = path_mtu,
                                      .wake = wake };

static void watch(void *self, const sn_fact *fact, ss_slice packet)
{
    sn_ip ip;
    const uint32_t *a = self;
    if (fact->kind == SN_FACT_ICMP_SENT && fact->entity != *a) {
        wire.said = (uint16_t)fact->value;
    }
    if (fact->kind != SN_FACT_PACKET || fact->entity != *a) {
        return;
    }
    CHECK_OK(sn_ip_parse((const unsigned char *)packet.at, packet.len, &ip));
    CHECK(wire.packets < PACKETS_MAX);
    wire.packet[wire.packets].total = (uint16_t)ip.total;
    wire.packet[wire.packets].dont_fragment = ip.dont_fragment;
    wire.packet[wire.packets].is_piece = ip.more || ip.fragment != 0;
    wire.packet[wire.packets++].at = fact->key.at;
}

typedef struct path {
    sn_link_kind a, branch, b; /* uplinks of these */
    ss_span age;
} path;

static path plain_path(void)
{
    const sn_link_kind kind = small_link("one", SS_MS(1));
    return (path){ kind, kind, kind, SS_S(600) };
}

static small_run run_path(const path *way)
{
    sn_plan *plan = small_plan(3);
    plan->duration = SS_S(10);
    const uint32_t of_a = sn_plan_add_link(plan, &way->a);
    const uint32_t of_branch = sn_plan_add_link(plan, &way->branch);
    const uint32_t of_b = sn_plan_add_link(plan, &way->b);
    (void)small_uas(plan, "a", 1, 3, of_a);
    (void)small_uas(plan, "b", 1, 0, of_b);
    CHECK_EQ(small_router(plan, "branch", 0, of_branch), 3);
    small_spec(plan, 1)->path_mtu_age = way->age;
    small_finish(plan);
    uint32_t a = sn_plan_node(plan, 1, 0);
    wire.heard = wire.told = wire.mtu = wire.packets = wire.said = 0;
    const small_run run =
        small_run_plan(plan, &(small_options){ .app = &senders, .self = &a, .each = watch });
    sn_plan_free(plan);
    return run;
}

static void send_these(size_t first, size_t second, size_t third)
{
    memset(&wire, 0, sizeof wire);
    wire.sends[0] = first;
    wire.sends[1] = second;
    wire.sends[2] = third;
}

/* ---- discovery ---- */

TEST(rfc1191_3_a_host_sends_with_dont_fragment_and_no_larger_than_it_was_told)
{
    path way = plain_path();
    way.b.down.mtu = 576;
    send_these(900, 900, 500);
    const small_run run = run_path(&way);
    CHECK_EQ(run.causes[SN_CAUSE_MTU], 1);
    CHECK_EQ(wire.said, 576);
    CHECK_EQ(wire.told, 1);
    CHECK_EQ(wire.mtu, 576);
    CHECK_EQ(wire.until, SS_S(601) + SS_MS(4));
    CHECK_EQ(wire.heard, 2);
    CHECK_EQ(wire.packets, 4);
    CHECK_EQ(wire.packet[0].total, 928);
    CHECK_EQ(wire.packet[1].total, 20 + 552); /* 556 are no multiple of 8 */
    CHECK_EQ(wire.packet[2].total, 20 + 908 - 552);
    for (unsigned i = 0; i < 4; i++) {
        CHECK(wire.packet[i].dont_fragment);
        CHECK_EQ(wire.packet[i].is_piece, i == 1 || i == 2);
    }
}

TEST(rfc791_3_2_a_host_that_does_not_look_for_it_is_cut_for_at_the_router)
{
    path way = plain_path();
    way.b.down.mtu = 576;
    way.age = 0;
    send_these(900, 900, 0);
    const small_run run = run_path(&way);
    CHECK_EQ(run.causes[SN_CAUSE_MTU], 0);
    CHECK_EQ(run.kinds[SN_FACT_FRAGMENTED], 2);
    CHECK_EQ(wire.heard, 2);
    CHECK_EQ(wire.told, 0);
    CHECK(!wire.packet[0].dont_fragment);
}

TEST(rfc1191_4_one_narrow_link_after_the_other_is_found_by_one_datagram_each)
{
    path way = plain_path();
    way.a.up.mtu = 4000;
    way.branch.up.mtu = 1400;
    way.b.down.mtu = 68;
    send_these(3000, 3000, 3000);
    const small_run run = run_path(&way);
    CHECK_EQ(run.causes[SN_CAUSE_MTU], 1 + 3); /* each piece, of which the first alone is told of */
    CHECK_EQ(run.kinds[SN_FACT_ICMP_SENT], 2);
    CHECK_EQ(wire.mtu, 68);
    CHECK_EQ(wire.heard, 1);
    CHECK_EQ(wire.packets, 1 + 3 + (3008 + 47) / 48);
}

TEST(rfc1191_6_3_what_was_learnt_is_forgotten_and_the_first_links_tried_again)
{
    path way = plain_path();
    way.b.down.mtu = 576;
    way.age = SS_MS(1500); /* less than a scenario may say */
    send_these(900, 900, 900);
    wire.sends[3] = 900;
    const small_run run = run_path(&way);
    CHECK_EQ(run.causes[SN_CAUSE_MTU], 2);
    CHECK_EQ(wire.told, 2);
    CHECK_EQ(wire.heard, 2);
}

static sn_icmp too_big(uint16_t id, uint16_t total, uint16_t mtu)
{
    static const char udp[] = { 0x13, (char)0xc4, 0x13, (char)0xc4, 0, 0, 0, 0 };
    return (sn_icmp){ .kind = SN_ICMP_TOO_BIG,
                      .mtu = mtu,
                      .about = { .total = total,
                                 .header = SN_IP_HEADER_BYTES,
                                 .id = id,
                                 .ttl = 9,
                                 .protocol = SN_PROTOCOL_UDP },
                      .quoted = { udp, sizeof udp } };
}

typedef struct claim {
    uint16_t total, says;
    uint32_t believed; /* 0: nothing */
} claim;

static void judge_claims(const claim *claims, size_t count)
{
    const path way = plain_path();
    for (size_t i = 0; i < count; i++) {
        send_these(900, 0, 0);
        wire.lies[0] = too_big(0, claims[i].total, claims[i].says);
        (void)run_path(&way);
        CHECK_EQ(wire.told, claims[i].believed != 0);
        CHECK_EQ(wire.mtu, claims[i].believed);
    }
}

TEST(rfc1191_7_1_who_names_no_mtu_means_the_next_plateau_below_what_was_sent)
{
    static const claim claims[] = { { 928, 0, 508 },     { 1500, 0, 1492 }, { 297, 0, 296 },
                                    { 65535, 0, 32000 }, { 69, 0, 68 },     { 68, 0, 0 } };
    judge_claims(claims, SS_COUNT(claims));
}

TEST(rfc1191_3_an_estimate_is_only_lowered_and_never_below_68)
{
    static const claim claims[] = {
        { 928, 800, 800 }, { 928, 928, 0 }, { 928, 1000, 0 }, { 928, 60, 68 }, { 928, 1, 68 }
    };
    const path way = plain_path();
    judge_claims(claims, SS_COUNT(claims));
    send_these(900, 900, 900);
    wire.lies[0] = too_big(0, 928, 400);
    wire.lies[1] = too_big(1, 928, 600);
    wire.lies[2] = too_big(2, 928, 300);
    (void)run_path(&way);
    CHECK_EQ(wire.told, 2);
    CHECK_EQ(wire.mtu, 300);
}

TEST(rfc1191_8_who_sent_nothing_or_does_not_look_for_it_believes_nothing)
{
    path way = plain_path();
    send_these(0, 900, 0);
    wire.lies[0] = too_big(0, 928, 400);
    const small_run run = run_path(&way);
    CHECK_EQ(run.causes[SN_CAUSE_FORGED], 1);
    CHECK_EQ(wire.told, 0);
    send_these(900, 900, 0);
    way.age = 0;
    wire.lies[0] = too_big(0, 928, 400);
    (void)run_path(&way);
    CHECK_EQ(wire.told, 0);
    CHECK_EQ(wire.heard, 2);
}

/* ---- what a link carries really ---- */

TEST(what_a_link_carries_really_is_met_by_its_policy_either_way)
{
    static const struct {
        sn_mtu_policy policy;
        bool looks;
        unsigned heard, told, mtu_drops, black_holes, cuts; /* of two datagrams */
    } rows[] = {
        { SN_MTU_ICMP, true, 1, 1, 1, 0, 1 },      { SN_MTU_ICMP, false, 2, 0, 0, 0, 2 },
        { SN_MTU_BLACKHOLE, true, 0, 0, 0, 2, 0 }, { SN_MTU_BLACKHOLE, false, 0, 0, 0, 2, 0 },
        { SN_MTU_FRAGMENT, true, 2, 0, 0, 0, 2 },  { SN_MTU_FRAGMENT, false, 2, 0, 0, 0, 2 },
    };
    for (unsigned where = 0; where < 3; where++) {
        for (size_t i = 0; i < SS_COUNT(rows); i++) {
            path way = plain_path();
            sn_link_params *const places[] = { &way.a.up, &way.branch.up, &way.b.down };
            places[where]->hidden_mtu = 600;
            places[where]->mtu_policy = rows[i].policy;
            way.age = rows[i].looks ? SS_S(600) : 0;
            send_these(900, 900, 0);
            const small_run run = run_path(&way);
            CHECK_EQ(wire.heard, rows[i].heard);
            CHECK_EQ(wire.told, rows[i].told);
            CHECK_EQ(wire.mtu, rows[i].told * 600);
            const bool is_tunnel =
                rows[i].policy == SN_MTU_FRAGMENT; /* which cuts though nobody may */
            CHECK_EQ(run.causes[SN_CAUSE_MTU], rows[i].mtu_drops + (is_tunnel ? rows[i].cuts : 0));
            CHECK_EQ(run.causes[SN_CAUSE_BLACK_HOLE], rows[i].black_holes);
            CHECK_EQ(run.kinds[SN_FACT_FRAGMENTED], rows[i].cuts);
        }
    }
}

TEST(what_fits_is_not_touched_and_one_byte_more_is)
{
    for (unsigned more = 0; more < 2; more++) {
        path way = plain_path();
        way.branch.up.hidden_mtu = 600;
        way.branch.up.mtu_policy = SN_MTU_BLACKHOLE;
        send_these(600 - 28 + more, 0, 0);
        const small_run run = run_path(&way);
        CHECK_EQ(wire.heard, 1 - more);
        CHECK_EQ(run.causes[SN_CAUSE_BLACK_HOLE], more);
    }
}

/* The host cuts for its own link; what comes of it goes through the black hole, or is too large for it. */
TEST(pieces_meet_each_narrow_place_by_themselves)
{
    path way = plain_path();
    way.age = 0;
    way.a.up.mtu = 800;
    way.branch.up.hidden_mtu = 600;
    way.branch.up.mtu_policy = SN_MTU_BLACKHOLE;
    send_these(1000, 0, 0); /* 776 and 232 bytes */
    const small_run run = run_path(&way);
    CHECK_EQ(wire.packets, 2);
    CHECK_EQ(run.causes[SN_CAUSE_BLACK_HOLE], 1);
    CHECK_EQ(run.causes[SN_CAUSE_REASSEMBLY_TIMEOUT], 1);
    CHECK_EQ(run.kinds[SN_FACT_ICMP_SENT], 0); /* RFC792 of fragment zero nothing is known */
    way.branch.up.mtu_policy = SN_MTU_FRAGMENT;
    way.b.down.mtu = 100;
    (void)run_path(&way);
    CHECK_EQ(wire.heard, 1);
}

TEST(a_tunnel_takes_its_header_from_what_the_link_carries)
{
    static const struct {
        uint32_t mtu, hidden, tunnel;
        size_t fits; /* bytes of IP packet */
    } rows[] = {
        { 1500, 0, 20, 1480 }, { 1500, 1400, 60, 1340 }, { 0, 600, 0, 600 }, { 100, 0, 90, 68 }
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        for (unsigned more = 0; more < 2; more++) {
            path way = plain_path();
            way.a.up.mtu = 9000;
            way.branch.up.mtu = rows[i].mtu;
            way.branch.up.hidden_mtu = rows[i].hidden;
            way.branch.up.tunnel = rows[i].tunnel;
            send_these(rows[i].fits - 28 + more, 0, 0);
            (void)run_path(&way);
            CHECK_EQ(wire.heard, 1 - more);
            CHECK_EQ(wire.mtu, more * rows[i].fits);
        }
    }
}

TEST(rfc792_what_a_host_gives_up_is_told_when_its_beginning_came)
{
    for (uint32_t lost = 1; lost <= 2; lost++) {
        path way = plain_path();
        way.a.up.mtu = 800;
        way.branch.up.loss = (sn_loss){ .kind = SN_LOSS_INDEX, .index = { &lost, 1 } };
        send_these(1000, 0, 0);
        const small_run run = run_path(&way);
        CHECK_EQ(run.causes[SN_CAUSE_REASSEMBLY_TIMEOUT], 1);
        CHECK_EQ(run.kinds[SN_FACT_ICMP_SENT], lost == 2);
        CHECK_EQ(run.kinds[SN_FACT_ICMP_RECEIVED], lost == 2);
        CHECK_EQ(wire.told, 0); /* of no MTU */
    }
}
