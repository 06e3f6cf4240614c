/* ICMP: messages as bytes; who tells whom in a small world, and what a host believes. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "simnet/world_state.h"
#include "small_world.h"

/* ---- bytes ---- */

static const sn_ip between = { .source = SN_ADDRESS_V4(0x0a000001),
                               .destination = SN_ADDRESS_V4(0x0a000002),
                               .total = 20 + 300,
                               .header = SN_IP_HEADER_BYTES,
                               .id = 77,
                               .dont_fragment = true,
                               .ttl = 60,
                               .protocol = SN_PROTOCOL_UDP };

static size_t put(unsigned char *at, sn_icmp_kind kind, size_t payload)
{
    static char bytes[2000];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)(i * 3);
    }
    sn_icmp icmp = { .kind = kind, .mtu = 1234, .about = between, .quoted = { bytes, payload } };
    icmp.about.total = (uint16_t)(SN_IP_HEADER_BYTES + payload);
    return sn_icmp_put(at, &icmp.about, &icmp);
}

TEST(rfc792_what_is_written_is_read)
{
    unsigned char bytes[SN_ICMP_BYTES_MAX];
    for (unsigned kind = 0; kind < SN_ICMP_KINDS; kind++) {
        for (size_t payload = 8; payload < 1400; payload += 13) {
            sn_icmp icmp;
            const size_t length = put(bytes, (sn_icmp_kind)kind, payload);
            CHECK(length <= SN_ICMP_BYTES_MAX);
            CHECK_OK(sn_icmp_parse(&between, (ss_slice){ (char *)bytes, length }, &icmp));
            CHECK_EQ(icmp.kind, kind);
            CHECK_EQ(icmp.mtu,
                     kind == SN_ICMP_HEADER ? 1234 & 255 : 1234); /* a pointer is a byte */
            CHECK(sn_address_equal(icmp.about.source, between.source));
            CHECK_EQ(icmp.about.id, 77);
            CHECK_EQ(icmp.quoted.len,
                     payload < SN_ICMP_QUOTE_BYTES_MAX ? payload : SN_ICMP_QUOTE_BYTES_MAX);
            CHECK_EQ((unsigned char)icmp.quoted.at[5], 15);
        }
    }
}

/* RFC792 page 4, RFC1191:4: the fields where they stand. */
TEST(rfc1191_4_a_too_big_is_type_3_code_4_with_the_mtu_behind_two_unused_bytes)
{
    unsigned char bytes[SN_ICMP_BYTES_MAX];
    (void)put(bytes, SN_ICMP_TOO_BIG, 300);
    CHECK_EQ(bytes[0], 3);
    CHECK_EQ(bytes[1], 4);
    CHECK_EQ(bytes[4] << 8 | bytes[5], 0);
    CHECK_EQ(bytes[6] << 8 | bytes[7], 1234);
    CHECK_EQ(bytes[8], 0x45);
}

TEST(any_changed_bit_of_a_message_is_found)
{
    unsigned char bytes[SN_ICMP_BYTES_MAX];
    sn_icmp icmp;
    const size_t length = put(bytes, SN_ICMP_PORT, 40);
    for (size_t bit = 0; bit < 8 * length; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        CHECK_STATUS(sn_icmp_parse(&between, (ss_slice){ (char *)bytes, length }, &icmp),
                     SS_ERR_SEMANTIC);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
}

static void sign(unsigned char *bytes, size_t length)
{
    bytes[2] = bytes[3] = 0;
    const uint16_t sum = sn_checksum(0, bytes, length);
    bytes[2] = (unsigned char)(sum >> 8);
    bytes[3] = (unsigned char)sum;
}

/* With a right checksum: cut anywhere, and every byte of the head and of the quoted header anything. */
TEST(hostile_messages_are_refused_or_quote_what_is_there)
{
    for (size_t length = 0; length <= 60; length++) {
        for (unsigned at = 0; at < 60; at++) {
            for (unsigned value = 0; value < 256; value += at < 30 ? 1 : 51) {
                unsigned char whole[SN_ICMP_BYTES_MAX];
                (void)put(whole, SN_ICMP_HOST, 32);
                whole[at] = (unsigned char)value;
                unsigned char *bytes = malloc(length + 1); /* never of no bytes */
                CHECK_NOT_NULL(bytes);
                memcpy(bytes, whole, length);
                if (length >= 8) {
                    sign(bytes, length);
                }
                sn_icmp icmp;
                const ss_slice slice = { (char *)bytes, length };
                if (sn_icmp_parse(&between, slice, &icmp) == SS_OK) {
                    CHECK(icmp.quoted.len >= 8);
                    CHECK(icmp.quoted.at >= slice.at + 28);
                    CHECK(icmp.quoted.at + icmp.quoted.len <= slice.at + length);
                }
                free(bytes);
            }
        }
    }
}

/* ---- a small world: a - branch - core - b ---- */

static struct {
    uint32_t to; /* a sends one datagram there at 1 ms … */
    uint16_t port;
    size_t len;
    const sn_icmp *lie; /* … or b sends this to a */
    unsigned heard;
    ss_time heard_at;
    ss_path path;
    size_t whole, quoted;
    bool is_ours; /* the quote begins as the datagram did */
} wire;

static bool is_a(const sn_host *host)
{
    return sn_host_node(host) == sn_plan_node(sn_host_plan(host), 1, 0);
}

static ss_status start(void *app, sn_host *host)
{
    (void)app;
    sn_host_wake(host, is_a(host) ? SS_MS(1) : SS_MS(2), 0, 0, 0);
    return SS_OK;
}

static const char *text(void)
{
    static char bytes[4000];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)(i * 7 + i / 256);
    }
    return bytes;
}

static void lie_to(sn_host *host, sn_address address)
{
    unsigned char bytes[SN_ICMP_BYTES_MAX];
    const size_t length = sn_icmp_put(bytes, &wire.lie->about, wire.lie);
    sn_fact fact = { .kind = SN_FACT_ICMP_SENT, .entity = sn_host_node(host) };
    sn_node_send_icmp(host->at->self, address, (ss_slice){ (char *)bytes, length }, &fact, 0);
}

static bool wake(void *app, sn_host *host, const sn_wake *w)
{
    (void)app;
    const sn_plan *plan = sn_host_plan(host);
    if (w->kind != SN_WAKE_OWN) {
        return false;
    }
    if (is_a(host)) {
        const ss_path path = { .transport = SS_TRANSPORT_UDP,
                               .local.port = 5060,
                               .remote = ss_address_v4(wire.to, wire.port) };
        sn_host_send(host, &path, (ss_slice){ text(), wire.len }, NULL);
    } else if (wire.lie != NULL) {
        lie_to(host, sn_member_address(&plan->cast.nodes[sn_plan_node(plan, 1, 0)]));
    }
    return true;
}

static void input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    (void)app;
    (void)host;
    (void)path;
    (void)datagram;
}

static void unreachable(void *app, sn_host *host, const ss_path *path, const ss_quote *quote)
{
    (void)app;
    wire.heard++;
    wire.heard_at = sn_host_now(host);
    wire.path = *path;
    wire.whole = quote->whole;
    wire.quoted = quote->bytes.len;
    wire.is_ours = memcmp(quote->bytes.at, text(), quote->bytes.len) == 0;
}

static const sn_app_class tellers = { .name = "teller",
                                      .port = 5060,
                                      .bytes = 8,
                                      .start = start,
                                      .input = input,
                                      .unreachable = unreachable,
                                      .wake = wake };

static sn_plan *path_plan(void)
{
    sn_plan *plan = small_plan(3);
    const sn_link_kind kind = small_link("one", SS_MS(1));
    const uint32_t link = sn_plan_add_link(plan, &kind);
    (void)small_uas(plan, "a", 1, 3, link);
    (void)small_uas(plan, "b", 1, 0, link);
    CHECK_EQ(small_router(plan, "branch", 0, link), 3);
    return plan;
}

static uint32_t address_of_b(const sn_plan *plan)
{
    return sn_address_number(sn_member_address(&plan->cast.nodes[sn_plan_node(plan, 2, 0)]));
}

static small_run send_one(sn_plan *plan, uint32_t to, uint16_t port, size_t len)
{
    const sn_icmp *lie = wire.lie;
    memset(&wire, 0, sizeof wire);
    wire.to = to;
    wire.port = port;
    wire.len = len;
    wire.lie = lie;
    const small_run run = small_run_plan(plan, &(small_options){ .app = &tellers });
    wire.lie = NULL;
    return run;
}

TEST(rfc792_a_port_where_nothing_listens_is_told_to_who_sent_there)
{
    sn_plan *plan = path_plan();
    small_finish(plan);
    const uint32_t b = address_of_b(plan);
    const small_run run = send_one(plan, b, 5061, 900);
    const ss_address to = ss_address_v4(b, 5061);
    CHECK_EQ(run.causes[SN_CAUSE_NO_PORT], 1);
    CHECK_EQ(run.kinds[SN_FACT_ICMP_SENT], 1);
    CHECK_EQ(run.kinds[SN_FACT_ICMP_RECEIVED], 1);
    CHECK_EQ(wire.heard, 1);
    CHECK_EQ(wire.heard_at, SS_MS(1 + 3 + 3));
    CHECK(ss_address_equal(&wire.path.remote, &to));
    CHECK_EQ(wire.path.local.port, 5060);
    CHECK_EQ(wire.whole, 900);
    CHECK_EQ(wire.quoted, 576 - 20 - 8 - 20 - 8);
    CHECK(wire.is_ours);
    sn_plan_free(plan);
}

TEST(rfc792_of_a_datagram_in_pieces_the_whole_is_quoted)
{
    sn_plan *plan = path_plan();
    small_finish(plan);
    (void)send_one(plan, address_of_b(plan), 5061, 3900);
    CHECK_EQ(wire.heard, 1);
    CHECK_EQ(wire.whole, 3900);
    CHECK(wire.is_ours);
    sn_plan_free(plan);
}

TEST(rfc792_an_address_of_nobody_is_told_by_the_router_that_knows_no_way)
{
    sn_plan *plan = path_plan();
    small_finish(plan);
    small_run run = send_one(plan, 0xc0000201, 5060, 100);
    CHECK_EQ(run.causes[SN_CAUSE_NO_ROUTE], 1);
    CHECK_EQ(wire.heard, 1);
    CHECK_EQ(wire.heard_at, SS_MS(1 + 2 + 2));
    CHECK(!sn_plan_has_net(plan, sn_address_v4(0xc0000201)));
    const uint32_t absent = address_of_b(plan) + 1;
    CHECK(sn_plan_has_net(plan, sn_address_v4(absent)));
    run = send_one(plan, absent, 5060, 100);
    CHECK_EQ(wire.heard, 1);
    sn_plan_free(plan);
}

TEST(icmp_is_withheld_stopped_and_delayed_as_the_plan_says)
{
    static const struct {
        uint32_t group;
        sn_icmp_spec spec;
        unsigned sent, heard, filtered;
    } rows[] = {
        { 2, { .withholds = SN_ICMP_OF_UNREACHABLE }, 0, 0, 0 },
        { 2, { .withholds = SN_ICMP_OF_TOO_BIG | SN_ICMP_OF_EXPIRED }, 1, 1, 0 },
        { 0, { .withholds = SN_ICMP_OF_ALL }, 1, 1, 0 },
        { 0, { .stops = SN_ICMP_OF_UNREACHABLE }, 1, 0, 1 },
        { 3, { .stops = SN_ICMP_OF_ALL }, 1, 0, 1 },
        { 3, { .stops = SN_ICMP_OF_TOO_BIG | SN_ICMP_OF_EXPIRED }, 1, 1, 0 },
        { 1, { .stops = SN_ICMP_OF_UNREACHABLE }, 1, 0, 1 },
        { 2, { .delay = SS_MS(40) }, 1, 1, 0 },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        sn_plan *plan = path_plan();
        small_spec(plan, rows[i].group)->icmp = rows[i].spec;
        small_finish(plan);
        const small_run run = send_one(plan, address_of_b(plan), 5061, 100);
        CHECK_EQ(run.kinds[SN_FACT_ICMP_SENT], rows[i].sent);
        CHECK_EQ(run.kinds[SN_FACT_ICMP_RECEIVED], rows[i].heard);
        CHECK_EQ(run.causes[SN_CAUSE_FILTERED], rows[i].filtered);
        CHECK_EQ(wire.heard, rows[i].heard);
        CHECK(wire.heard == 0 || wire.heard_at == SS_MS(7) + rows[i].spec.delay);
        sn_plan_free(plan);
    }
}

/* RFC792 nothing is told of what is ICMP itself: a lossy answer to a lie would go on for ever. */
TEST(what_quotes_nothing_that_was_sent_is_not_believed_and_not_answered)
{
    sn_plan *plan = path_plan();
    small_finish(plan);
    const sn_address a = sn_member_address(&plan->cast.nodes[sn_plan_node(plan, 1, 0)]);
    static const char udp[] = { 0x13, (char)0xc4, 0x13, (char)0xc4, 0, 108, 0, 0 };
    static const char other[] = { 0x13, (char)0xc5, 0x13, (char)0xc4, 0, 108, 0, 0 };
    const sn_ip truth = { .source = a,
                          .destination = sn_address_v4(address_of_b(plan)),
                          .total = 128,
                          .header = SN_IP_HEADER_BYTES,
                          .ttl = 60,
                          .protocol = SN_PROTOCOL_UDP };
    sn_icmp lies[6];
    for (size_t i = 0; i < SS_COUNT(lies); i++) {
        lies[i] = (sn_icmp){ .kind = SN_ICMP_PORT, .about = truth, .quoted = { udp, 8 } };
    }
    lies[1].about.source.low++;  /* not its address */
    lies[2].about.id = 1;        /* not sent yet */
    lies[3].about.id = 0xffff;   /* nor so long ago */
    lies[4].about.protocol = 47; /* nothing that it speaks */
    lies[5].quoted.at = other;   /* from another port */
    for (size_t i = 0; i < SS_COUNT(lies); i++) {
        wire.lie = &lies[i];
        const small_run run = send_one(plan, address_of_b(plan), 5060, 100);
        CHECK_EQ(wire.heard, i == 0);
        CHECK_EQ(run.kinds[SN_FACT_ICMP_SENT], 1);
        CHECK_EQ(run.causes[SN_CAUSE_FORGED], i != 0);
    }
    sn_plan_free(plan);
}
