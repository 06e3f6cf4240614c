/* A network of IPv6: who cuts, who is told, how often, and what is believed (RFC 8200 4.5, RFC 4443 2.4, RFC 8201 4). */
#include "check.h"

#include <string.h>

#include "simnet/app/engine.h"
#include "simnet/app/ua.h"
#include "simnet/world_state.h"
#include "small_world.h"

/* a - branch - core - b: a sends to b at 1 ms, 2 s, 4 s …; b may answer the first one with a lie. */
static struct {
    uint16_t port;
    size_t len;
    unsigned sends, times; /* so many at once, so often */
    uint16_t lie;          /* Packet Too Big, of this MTU; 0: none */
    uint32_t mtu;          /* that the app was told of */
    unsigned heard, received;
    size_t whole, quoted;
    sn_ip raw;      /* a packet of a's that no host would make; total 0: none */
    uint64_t told;  /* value of the last ICMP_SENT */
    unsigned tells; /* how many */
} wire;

static bool raw_is_damaged; /* by a link, what is sent of wire.raw */

static bool is_a(const sn_host *host)
{
    return sn_host_node(host) == sn_plan_node(sn_host_plan(host), 1, 0);
}

static ss_status start(void *app, sn_host *host)
{
    (void)app;
    for (unsigned i = 0; i < wire.times && is_a(host); i++) {
        sn_host_wake(host, i == 0 ? SS_MS(1) : SS_S(2 * i), 0, 0, 0);
    }
    return SS_OK;
}

static void send_raw(sn_host *host)
{
    sn_partition *p = host->at->self;
    const sn_member *nodes = sn_host_plan(host)->cast.nodes;
    const uint32_t a = sn_host_node(host), b = sn_plan_node(sn_host_plan(host), 2, 0);
    sn_ip ip = wire.raw;
    ip.source = sn_member_address(&nodes[a]);
    ip.destination = sn_member_address(&nodes[b]);
    const sn_about about = { .id = { .origin = a, .ordinal = p->world->nodes[a].ordinal++ },
                             .target = b,
                             .intact = !raw_is_damaged,
                             .is_damaged = raw_is_damaged };
    ip.id = (uint32_t)about.id.ordinal;
    const ss_ref ref = sn_packet_take(p, ip.total, &about);
    CHECK(ref != 0);
    unsigned char *bytes = sn_packet_at(p, ref)->bytes;
    memset(bytes, 0, ip.total);
    sn_ip_put(bytes, &ip);
    sn_udp_put(bytes + ip.header, &ip, 5060, 5060, ip.total - ip.header - SN_UDP_HEADER_BYTES);
    sn_link_take(p, SN_UP(a), ref);
}

static bool wake(void *app, sn_host *host, const sn_wake *w)
{
    static char bytes[4000];
    (void)app;
    if (wire.raw.total != 0 && w->kind == SN_WAKE_OWN) {
        send_raw(host);
        return true;
    }
    const sn_member *b = &sn_host_plan(host)->cast.nodes[sn_plan_node(sn_host_plan(host), 2, 0)];
    const ss_path path = { .transport = SS_TRANSPORT_UDP,
                           .local.port = 5060,
                           .remote = sn_address_with_port(sn_member_address(b), wire.port) };
    for (unsigned i = 0; i < wire.sends && w->kind == SN_WAKE_OWN; i++) {
        sn_host_send(host, &path, (ss_slice){ bytes, wire.len }, NULL);
    }
    return w->kind == SN_WAKE_OWN;
}

static void input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    static const char ports[8] = { 0x13, (char)0xc4, 0x13, (char)0xc4, 6, 64, 0, 0 };
    unsigned char bytes[SN_ICMP_BYTES_MAX];
    (void)app;
    wire.received++;
    if (wire.lie == 0) {
        return;
    }
    const sn_ip about = { .source = sn_address_from(&path->remote),
                          .destination = sn_address_from(&path->local),
                          .total = 48 + (uint32_t)datagram.len,
                          .header = SN_IP6_HEADER_BYTES,
                          .is_v6 = true,
                          .protocol = SN_PROTOCOL_UDP };
    const sn_ip by = { .source = about.destination, .destination = about.source, .is_v6 = true };
    const sn_icmp icmp = {
        .kind = SN_ICMP_TOO_BIG, .mtu = wire.lie, .about = about, .quoted = { ports, 8 }
    };
    const size_t length = sn_icmp_put(bytes, &by, &icmp);
    sn_fact fact = { .kind = SN_FACT_ICMP_SENT, .entity = sn_host_node(host) };
    sn_node_send_icmp(host->at->self, by.destination, (ss_slice){ (char *)bytes, length }, &fact,
                      0);
    wire.lie = 0;
}

static void unreachable(void *app, sn_host *host, const ss_path *path, const ss_quote *quote)
{
    (void)app;
    (void)host;
    (void)path;
    wire.heard++;
    wire.whole = quote->whole;
    wire.quoted = quote->bytes.len;
}

static void path_mtu(void *app, sn_host *host, const ss_address *to, uint32_t mtu, ss_time until)
{
    (void)app;
    (void)host;
    (void)until;
    wire.mtu = to->family == 6 ? mtu : 0;
}

static const sn_app_class talkers = { .name = "talker",
                                      .port = 5060,
                                      .bytes = 8,
                                      .start = start,
                                      .input = input,
                                      .unreachable = unreachable,
                                      .path_mtu = path_mtu,
                                      .wake = wake };

static sn_plan *plan_over(uint32_t middle, sn_carries carries)
{
    sn_plan *plan = small_plan(3);
    sn_link_kind kind = small_link("one", SS_MS(1)), narrow = kind;
    narrow.name = "narrow";
    narrow.up.mtu = narrow.down.mtu = middle;
    narrow.up.carries = narrow.down.carries = carries;
    const uint32_t link = sn_plan_add_link(plan, &kind);
    const uint32_t between = sn_plan_add_link(plan, &narrow);
    (void)small_uas(plan, "a", 1, 3, link);
    (void)small_uas(plan, "b", 1, 0, link);
    CHECK_EQ(small_router(plan, "branch", 0, between), 3);
    for (uint32_t i = 0; i < 4; i++) {
        small_spec(plan, i)->has_v6 = true;
        small_spec(plan, i)->lacks_v4 = i == 1 || i == 2;
    }
    return plan;
}

static sn_plan *plan_of(uint32_t middle)
{
    return plan_over(middle, SN_CARRIES_BOTH);
}

static void watch(void *self, const sn_fact *fact, ss_slice packet)
{
    (void)self;
    (void)packet;
    if (fact->kind == SN_FACT_ICMP_SENT) {
        wire.told = fact->value;
        wire.tells++;
    }
}

static small_run talk(sn_plan *plan, uint16_t port, size_t len, unsigned sends, unsigned times)
{
    const uint16_t lie = wire.lie;
    const sn_ip raw = wire.raw;
    memset(&wire, 0, sizeof wire);
    wire.raw = raw;
    wire.port = port;
    wire.len = len;
    wire.sends = sends;
    wire.times = times;
    wire.lie = lie;
    small_finish(plan);
    const small_run run = small_run_plan(plan, &(small_options){ .app = &talkers, .each = watch });
    sn_plan_free(plan);
    return run;
}

TEST(rfc4443_3_1_a_port_where_nothing_listens_is_told_to_who_sent_there)
{
    const small_run run = talk(plan_of(1500), 5061, 3000, 1, 1);
    CHECK_EQ(run.causes[SN_CAUSE_NO_PORT], 1);
    CHECK_EQ(wire.heard, 1);
    CHECK_EQ(wire.whole, 3000);
    CHECK_EQ(wire.quoted, 1280 - 40 - 8 - 40 - 8);
}

/* RFC8200:4.5 which field of a piece is wrong, be it the first one or not; RFC3261:18.4 the app hears of its request. */
TEST(rfc4443_3_4_a_piece_that_cannot_be_is_told_with_a_pointer_to_the_field)
{
    static const struct {
        uint32_t total;
        uint16_t fragment;
        bool more;
        uint16_t pointer; /* 0: nothing is wrong */
    } rows[] = { { 48 + 13, 0, true, 4 },     { 48 + 13, 2, true, 4 },  { 48 + 16, 8190, true, 42 },
                 { 48 + 8, 8191, false, 42 }, { 48 + 13, 2, false, 0 }, { 48 + 16, 0, true, 0 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        wire.raw = (sn_ip){ .total = rows[i].total,
                            .header = 48,
                            .is_v6 = true,
                            .has_fragment = true,
                            .more = rows[i].more,
                            .fragment = rows[i].fragment,
                            .ttl = 9,
                            .protocol = SN_PROTOCOL_UDP };
        const bool is_wrong = rows[i].pointer != 0;
        const small_run run = talk(plan_of(1500), 5060, 100, 1, 1);
        CHECK_EQ(run.causes[SN_CAUSE_MALFORMED], is_wrong);
        if (is_wrong) {
            CHECK_EQ(wire.tells, 1);
            CHECK_EQ(wire.told, sn_icmp_value(SN_ICMP_HEADER, rows[i].pointer));
            CHECK_EQ(run.kinds[SN_FACT_ICMP_RECEIVED], 1);
        }
        CHECK_EQ(wire.heard, is_wrong);
    }
    wire.raw.total = 0;
}

TEST(rfc4443_3_4_a_header_that_nobody_knows_is_told_with_a_pointer_to_it)
{
    wire.raw = (sn_ip){ .total = 80, .header = 40, .is_v6 = true, .ttl = 9, .protocol = 99 };
    for (unsigned damaged = 0; damaged < 2; damaged++) { /* no checksum is over the field */
        raw_is_damaged = damaged != 0;
        const small_run run = talk(plan_of(1500), 5060, 100, 1, 1);
        CHECK_EQ(wire.tells, 1);
        CHECK_EQ(sn_icmp_kind_of(wire.told), SN_ICMP_PROTOCOL);
        CHECK_EQ(run.causes[SN_CAUSE_MALFORMED], 1);
    }
    wire.raw.protocol = SN_PROTOCOL_UDP; /* whose checksum is over all the rest */
    const small_run run = talk(plan_of(1500), 5060, 100, 1, 1);
    CHECK_EQ(run.causes[SN_CAUSE_CHECKSUM], 1);
    CHECK_EQ(wire.tells, 0);
    wire.raw.total = 0;
    raw_is_damaged = false;
}

TEST(rfc4443_2_4_no_more_than_ten_errors_at_once_and_ten_a_second)
{
    const small_run at_once = talk(plan_of(1500), 5061, 100, 30, 1);
    CHECK_EQ(at_once.causes[SN_CAUSE_NO_PORT], 30);
    CHECK_EQ(at_once.kinds[SN_FACT_ICMP_SENT], 10);
    const small_run later = talk(plan_of(1500), 5061, 100, 30, 2);
    CHECK_EQ(later.kinds[SN_FACT_ICMP_SENT], 20);
}

TEST(rfc8201_4_a_packet_too_big_makes_the_source_cut_and_no_router_does)
{
    sn_plan *plan = plan_of(1300);
    small_spec(plan, 1)->path_mtu_age = SS_S(600);
    const small_run run = talk(plan, 5060, 1400, 1, 3);
    CHECK_EQ(run.causes[SN_CAUSE_MTU], 1);
    CHECK_EQ(run.kinds[SN_FACT_ICMP_RECEIVED], 1);
    CHECK_EQ(wire.mtu, 1300);
    CHECK_EQ(run.kinds[SN_FACT_FRAGMENTED], 2);
    CHECK_EQ(wire.received, 2);
}

TEST(rfc8201_1_who_does_not_look_sends_no_more_than_1280_bytes)
{
    const small_run run = talk(plan_of(1280), 5060, 1400, 1, 1); /* RFC8200:5 */
    CHECK_EQ(run.causes[SN_CAUSE_MTU], 0);
    CHECK_EQ(run.kinds[SN_FACT_FRAGMENTED], 1);
    CHECK_EQ(wire.received, 1);
}

TEST(rfc8201_4_a_packet_too_big_of_less_than_1280_bytes_is_discarded)
{
    static const struct {
        uint16_t said;
        uint32_t taken;
    } rows[] = { { 68, 0 }, { 1279, 0 }, { 1280, 1280 }, { 1400, 1400 }, { 1500, 0 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        sn_plan *plan = plan_of(1500);
        small_spec(plan, 1)->path_mtu_age = SS_S(600);
        wire.lie = rows[i].said;
        (void)talk(plan, 5060, 1400, 1, 1);
        CHECK_EQ(wire.mtu, rows[i].taken);
    }
}

TEST(nobody_is_reached_by_a_version_of_ip_that_only_one_end_has)
{
    sn_plan *plan = plan_of(1500);
    small_spec(plan, 1)->has_v6 = small_spec(plan, 1)->lacks_v4 = false;
    const small_run run = talk(plan, 5060, 100, 1, 1);
    CHECK_EQ(run.causes[SN_CAUSE_NO_ROUTE], 1);
    CHECK_EQ(run.kinds[SN_FACT_PACKET], 0);
    CHECK_EQ(wire.received, 0);
}

TEST(a_node_with_both_is_reached_by_the_version_that_it_prefers_and_the_other_has)
{
    const sn_member v4 = { .number = 1 }, v6 = { .number = 2, .has_v6 = true, .lacks_v4 = true };
    const sn_member both = { .number = 3, .has_v6 = true };
    const sn_member old = { .number = 4, .has_v6 = true, .prefers_v4 = true };
    CHECK(sn_address_is_v4(sn_member_address_for(&both, &v4)));
    CHECK(!sn_address_is_v4(sn_member_address_for(&both, &v6)));
    CHECK(!sn_address_is_v4(sn_member_address_for(&both, &both)));
    CHECK(sn_address_is_v4(sn_member_address_for(&old, &both)));
    CHECK(sn_address_is_none(sn_member_address_for(&v4, &v6)));
    CHECK(sn_address_is_none(sn_member_address_for(&v6, &v4)));
}

/* In silence, as a way does that lost one version: nobody is told, and the other crosses. */
TEST(a_link_drops_packets_of_a_version_that_it_does_not_carry)
{
    static const struct {
        sn_carries carries;
        bool has_v4;
        unsigned received;
    } rows[] = { { SN_CARRIES_V6, false, 1 },
                 { SN_CARRIES_V4, false, 0 },
                 { SN_CARRIES_V4, true, 1 },
                 { SN_CARRIES_V6, true, 0 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        sn_plan *plan = plan_over(1500, rows[i].carries);
        for (uint32_t k = 1; k <= 2; k++) {
            small_spec(plan, k)->lacks_v4 = !rows[i].has_v4;
            small_spec(plan, k)->has_v6 = !rows[i].has_v4;
        }
        const small_run run = talk(plan, 5060, 100, 1, 1);
        CHECK_EQ(wire.received, rows[i].received);
        CHECK_EQ(run.causes[SN_CAUSE_DOWN], 1 - rows[i].received);
        CHECK_EQ(wire.tells, 0);
    }
}

/* A B2BUA or a proxy with both versions may be between two who have none in common. */
TEST(who_shares_no_version_of_ip_with_the_callee_calls_the_address_that_there_is)
{
    char text[100];
    sn_plan *plan = plan_of(1500);
    small_spec(plan, 1)->has_v6 = small_spec(plan, 1)->lacks_v4 = false;
    small_finish(plan);
    const uint32_t a = sn_plan_node(plan, 1, 0), b = sn_plan_node(plan, 2, 0);
    ss_buffer to_b = ss_buffer_on(text, sizeof text);
    sn_ua_put_target(&to_b, plan, b, a);
    CHECK(ss_slice_starts(ss_buffer_slice(&to_b), SS_LIT("sip:b0@[fd00::")));
    ss_buffer to_a = ss_buffer_on(text, sizeof text);
    sn_ua_put_target(&to_a, plan, a, b);
    CHECK(ss_slice_starts(ss_buffer_slice(&to_a), SS_LIT("sip:a0@10.")));
    sn_plan_free(plan);
}
