/* A host that probes its ways, in a world: its probes are requests of just that size that nobody may cut, any response to them counts,
 * and what they show is what datagrams and the size rule go by. */
#include "check.h"

#include <string.h>

#include "simnet/world_state.h"
#include "small_world.h"

/* ---- a - branch - core - b: b is a user agent of the stack's; a sends what the test says, at whole seconds ---- */

enum { SENDS_MAX = 60, TOLD_MAX = 64 };

static struct {
    uint32_t a;
    size_t sends[SENDS_MAX];
    unsigned told, probes, heard, options_heard;
    uint32_t mtu[TOLD_MAX];
    ss_time at[TOLD_MAX];
    uint32_t sizes[TOLD_MAX]; /* of probes */
    unsigned pieces;          /* of data */
    unsigned uncut;           /* of data, for nobody to cut */
    bool lies;                /* what b says has another branch */
    bool repeats;             /* all that a says is the same */
    bool both;                /* b probes its ways, too */
    bool astray;              /* a sends to an address of IPv6, as a damaged Contact may say, and has none of its own */
} seen;

static bool is_a(const sn_host *host)
{
    return sn_host_node(host) == sn_plan_node(sn_host_plan(host), 1, 0);
}

static ss_status start(void *app, sn_host *host)
{
    (void)app;
    for (uint16_t i = 0; is_a(host) && i < SENDS_MAX; i++) {
        sn_host_wake(host, SS_S(i), i, 0, 0);
    }
    return SS_OK;
}

static bool wake(void *app, sn_host *host, const sn_wake *w)
{
    static char bytes[9000];
    const sn_plan *plan = sn_host_plan(host);
    const sn_member *me = &plan->cast.nodes[sn_host_node(host)];
    const sn_member *b = &plan->cast.nodes[sn_plan_node(plan, 2, 0)];
    ss_path path = { .transport = SS_TRANSPORT_UDP,
                     .local = sn_address_with_port(sn_member_address(me), 5060),
                     .remote = sn_address_with_port(sn_member_address(b), 5060) };
    (void)app;
    if (w->kind != SN_WAKE_OWN || seen.sends[w->what] == 0) {
        return false;
    }
    if (seen.astray) {
        path.remote = (ss_address){ .family = 6, .port = 5060, .ip = { 0x20, 0x01, 0x0d, 0xb8 } };
    }
    memset(bytes, seen.repeats ? '.' : '0' + w->what, sizeof bytes);
    sn_host_send(host, &path, (ss_slice){ bytes, seen.sends[w->what] }, NULL);
    return true;
}

/* From the first occurrence on; empty when there is none. */
static ss_slice from(ss_slice text, const char *word)
{
    const size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (memcmp(text.at + i, word, len) == 0) {
            return ss_slice_cut(text, i, text.len);
        }
    }
    return SS_EMPTY;
}

/* Any final response will do: this one is as short as they get. */
static void respond(sn_host *host, const ss_path *path, ss_slice request)
{
    static char bytes[1000];
    const ss_slice via = from(request, "\r\nVia:");
    const ss_slice rest = from(request, "\r\nFrom:");
    const ss_slice end = from(request, "\r\nAccept:");
    const ss_slice max = from(request, "\r\nMax-Forwards:");
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    ss_put_text(&b, "SIP/2.0 420 Bad Extension");
    ss_put(&b, (ss_slice){ via.at, (size_t)(max.at - via.at) });
    if (seen.lies) {
        b.at[b.len - 1] ^= 1;
    }
    ss_put(&b, (ss_slice){ rest.at, (size_t)(end.at - rest.at) });
    ss_put_text(&b, "\r\nContent-Length: 0\r\n\r\n");
    sn_host_send(host, path, ss_buffer_slice(&b), NULL);
}

static void input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    (void)app;
    const bool is_probe = datagram.len > 8 && memcmp(datagram.at, "OPTIONS ", 8) == 0;
    seen.heard += !is_a(host) && !is_probe;
    seen.options_heard += is_a(host);
    if (is_probe && (seen.both || !is_a(host))) {
        respond(host, path, datagram);
    }
}

static void path_mtu(void *app, sn_host *host, const ss_address *to, uint32_t mtu, ss_time until)
{
    (void)app;
    (void)to;
    CHECK(is_a(host) || seen.both);
    CHECK_EQ(until != SS_TIME_NEVER, mtu == 0);
    CHECK(seen.told < TOLD_MAX);
    seen.mtu[seen.told++] = mtu;
}

static const sn_app_class talkers = { .name = "talker",
                                      .port = 5060,
                                      .bytes = 8,
                                      .start = start,
                                      .input = input,
                                      .path_mtu = path_mtu,
                                      .wake = wake };

static void watch(void *self, const sn_fact *fact, ss_slice packet)
{
    sn_ip ip;
    (void)self;
    if (fact->kind == SN_FACT_DATAGRAM_SENT && fact->entity == seen.a && fact->is_probe) {
        CHECK(seen.probes < TOLD_MAX);
        CHECK_EQ(fact->sip.method, SS_METHOD_OPTIONS);
        seen.at[seen.probes] = fact->key.at;
        seen.sizes[seen.probes++] = (uint32_t)fact->value;
    }
    if (fact->kind == SN_FACT_PACKET && fact->entity == seen.a) {
        CHECK_OK(sn_ip_parse((const unsigned char *)packet.at, packet.len, &ip));
        const bool is_piece = ip.more || ip.fragment != 0;
        const bool is_probe = from(packet, "OPTIONS sip:").len > 0;
        seen.pieces += is_piece;
        seen.uncut += !is_probe && ip.dont_fragment;
        CHECK(!is_probe || (!is_piece && (ip.is_v6 || ip.dont_fragment)));
    }
}

typedef struct probed_path {
    sn_link_kind a, branch, b;
    sn_probing_spec probing;
    bool is_v6;
} probed_path;

static probed_path plain_path(void)
{
    const sn_link_kind kind = small_link("one", SS_MS(1));
    memset(&seen, 0, sizeof seen);
    return (probed_path){ kind, kind, kind, { SS_S(1), SS_S(20), SS_S(40), 1200, 3 }, false };
}

static void set_v6(sn_group_spec *spec)
{
    spec->lacks_v4 = spec->has_v6 = true;
}

static small_run run_path_in(const probed_path *way, uint32_t partitions)
{
    sn_plan *plan = small_plan(3);
    plan->duration = SS_S(60);
    const uint32_t of_a = sn_plan_add_link(plan, &way->a);
    const uint32_t of_branch = sn_plan_add_link(plan, &way->branch);
    const uint32_t of_b = sn_plan_add_link(plan, &way->b);
    (void)small_uas(plan, "a", 1, 3, of_a);
    (void)small_uas(plan, "b", 1, 0, of_b);
    CHECK_EQ(small_router(plan, "branch", 0, of_branch), 3);
    small_spec(plan, 1)->probing = way->probing;
    if (seen.both) {
        small_spec(plan, 2)->probing = way->probing;
    }
    for (uint32_t i = 0; way->is_v6 && i < 4; i++) {
        set_v6(small_spec(plan, i));
    }
    small_finish(plan);
    seen.a = sn_plan_node(plan, 1, 0);
    const small_run run = small_run_plan(
        plan, &(small_options){ .partitions = partitions, .app = &talkers, .each = watch });
    sn_plan_free(plan);
    return run;
}

static small_run run_path(const probed_path *way)
{
    return run_path_in(way, 1);
}

static void check_told(const uint32_t *mtus, unsigned count)
{
    CHECK_EQ(seen.told, count);
    for (unsigned i = 0; i < count; i++) {
        CHECK_EQ(seen.mtu[i], mtus[i]);
    }
}

/* A way without a datagram of ours has no probe either. */
TEST(rfc8899_4_1_a_probe_is_a_request_of_just_the_size_that_nobody_cuts)
{
    static const uint32_t sizes[] = { 576, 1200, 1280, 1400, 1492, 1500 };
    const probed_path way = plain_path();
    seen.sends[1] = 100;
    (void)run_path(&way);
    CHECK_EQ(seen.probes, SS_COUNT(sizes));
    for (unsigned i = 0; i < seen.probes; i++) {
        CHECK_EQ(seen.sizes[i], sizes[i]);
        CHECK_EQ(seen.at[i], SS_S(1) + i * SS_MS(6));
    }
    check_told(&sizes[1], 5);
    CHECK_EQ(seen.options_heard, 0); /* it is the host's own */
    memset(&seen, 0, sizeof seen);
    (void)run_path(&way);
    CHECK_EQ(seen.probes, 0);
}

TEST(rfc8899_3_what_is_larger_than_what_was_found_leaves_in_pieces)
{
    probed_path way = plain_path();
    way.branch.up.hidden_mtu = 700;
    way.branch.up.mtu_policy = SN_MTU_BLACKHOLE;
    way.probing.raise = SS_S(1000);
    seen.sends[1] = 100;
    seen.sends[10] = 900;
    const small_run run = run_path(&way);
    static const uint32_t told[] = { 1200, 576 };
    check_told(told, 2);
    CHECK_EQ(seen.heard, 2);
    CHECK_EQ(seen.pieces, 2);
    CHECK_EQ(run.kinds[SN_FACT_PATH_MTU], 2);
    CHECK_EQ(run.causes[SN_CAUSE_BLACK_HOLE], 3 + 1); /* probes, and that it is less than 1200 */
}

TEST(rfc8899_4_5_what_is_sent_is_for_nobody_to_cut_once_something_is_known)
{
    const probed_path way = plain_path();
    seen.sends[1] = seen.sends[2] = seen.sends[3] = 300;
    (void)run_path(&way);
    CHECK_EQ(seen.heard, 3);
    CHECK_EQ(seen.uncut, 2);
}

TEST(rfc8899_4_6_2_a_too_big_that_comes_hurries_it)
{
    probed_path way = plain_path();
    way.branch.up.hidden_mtu = 1300;
    seen.sends[1] = 100;
    const small_run run = run_path(&way);
    static const uint32_t told[] = { 1200, 1280, 1300 };
    check_told(told, 3);
    CHECK_EQ(run.kinds[SN_FACT_ICMP_SENT], 2); /* of 1400 bytes, and of 1400 again */
    CHECK(seen.at[seen.probes - 1] < SS_S(2));
}

TEST(rfc8899_6_1_1_a_response_with_another_branch_says_nothing)
{
    const probed_path way = plain_path();
    seen.sends[1] = 100;
    seen.lies = true;
    (void)run_path(&way);
    CHECK_EQ(seen.told, 0);
    CHECK_EQ(seen.probes, 3);
    CHECK_EQ(seen.options_heard, 3);
}

/* Data alone has nobody ask, nor a copy of what is too small for the size to be at fault. */
TEST(rfc8899_4_3_a_copy_has_the_size_confirmed_at_once)
{
    for (unsigned repeats = 0; repeats < 2; repeats++) {
        probed_path way = plain_path();
        way.probing.confirm = SS_S(1000);
        way.probing.raise = SS_S(2000);
        seen.repeats = repeats == 1;
        seen.sends[1] = 100;
        seen.sends[2] = 100;
        seen.sends[5] = 800;
        seen.sends[6] = 800;
        (void)run_path(&way);
        CHECK_EQ(seen.probes, 6 + repeats);
        if (repeats) {
            CHECK_EQ(seen.at[6], SS_S(6));
            CHECK_EQ(seen.sizes[6], 1500);
        }
    }
}

TEST(rfc8899_ipv6_begins_at_1280_bytes_and_finds_more)
{
    static const uint32_t told[] = { 1280, 1400, 1492, 1500 };
    probed_path way = plain_path();
    way.is_v6 = true;
    seen.sends[1] = 100;
    seen.sends[10] = 1440;
    (void)run_path(&way);
    check_told(told, 4);
    CHECK_EQ(seen.heard, 2);
    CHECK_EQ(seen.pieces, 0);
}

/* RFC8899:5.1.1 To answer what the other asks is no use of the way: else two that probe would go on for ever. */
TEST(rfc8899_5_1_1_two_hosts_that_probe_come_to_rest)
{
    const probed_path way = plain_path();
    seen.both = true;
    seen.sends[1] = 200;
    (void)run_path(&way);
    CHECK(seen.probes > 0);
    CHECK(seen.at[seen.probes - 1] < SS_S(2));
    CHECK_EQ(seen.options_heard, 0); /* b asks nothing */
}

TEST(a_way_of_the_other_version_of_ip_is_not_probed)
{
    const probed_path way = plain_path();
    seen.astray = true;
    seen.sends[1] = 200;
    (void)run_path(&way);
    CHECK_EQ(seen.probes, 0);
    CHECK_EQ(seen.told, 0);
}

static void send_each_second(void)
{
    for (unsigned i = 1; i < SENDS_MAX; i++) {
        seen.sends[i] = 200;
    }
}

TEST(what_probes_ask_and_hear_is_the_same_in_any_partition)
{
    small_run runs[3];
    unsigned probes[3];
    for (uint32_t i = 0; i < 3; i++) {
        probed_path way = plain_path();
        way.branch.up.hidden_mtu = 1450;
        way.branch.up.mtu_policy = SN_MTU_BLACKHOLE;
        way.branch.up.loss = (sn_loss){ .random = { SN_ALWAYS / 4, 0 } };
        send_each_second();
        runs[i] = run_path_in(&way, i + 1);
        probes[i] = seen.probes;
        CHECK_EQ(runs[i].digest, runs[0].digest);
        CHECK_EQ(runs[i].stream, runs[0].stream);
        CHECK_EQ(probes[i], probes[0]);
    }
    CHECK(probes[0] > 6);
}

/* The way is asked about, and nobody is there: three probes, and none before a minute is over. */
TEST(rfc8899_6_1_4_who_does_not_answer_is_not_asked_again_and_again)
{
    probed_path way = plain_path();
    way.branch.up.hidden_mtu = 400;
    way.branch.up.mtu_policy = SN_MTU_BLACKHOLE;
    way.probing.confirm = SS_S(30);
    send_each_second();
    (void)run_path(&way);
    CHECK_EQ(seen.probes, 6);
    CHECK_EQ(seen.told, 0);
    CHECK_EQ(seen.at[2], SS_S(3));
    CHECK_EQ(seen.at[3], SS_S(34));
    CHECK_EQ(seen.heard, SENDS_MAX - 1);
}
