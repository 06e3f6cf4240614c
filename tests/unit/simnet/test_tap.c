/* A tap that hears what no SIP element sends: cut, empty, huge and senseless datagrams from both sides, and acts with nothing to replay. What is
 * hostile goes on as it came or ends here, and a request with credentials is replayed byte for byte but for its branch. */
#include <string.h>

#include "check.h"
#include "small_world.h"
#include "sn/app.h"

static const char request[] =
    "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.9.9.9:5060;branch=z9hG4bKfirst;x=y\r\n"
    "From: <sip:a@example.com>;tag=1\r\nTo: <sip:a@example.com>\r\nCall-ID: c\r\nCSeq: 1 "
    "REGISTER\r\n"
    "Authorization: Digest username=\"a\"\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
static const char replayed[] = "branch=z9hG4bKreplay1;x=y\r\n";
static const char response[] =
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP elsewhere.invalid;branch=z9hG4bKfirst\r\n"
    "From: <sip:a@example.com>;tag=1\r\nTo: <sip:a@example.com>;tag=2\r\nCall-ID: c\r\nCSeq: 1 "
    "REGISTER\r\n"
    "Content-Length: 0\r\n\r\n";

static struct {
    uint32_t tap, target;
    unsigned heard, replays, missed;
} seen;

/* One datagram of each length of both texts, then some that are nothing, all to the tap. */
static void shout(sn_host *host, uint32_t nth)
{
    static char huge[60000];
    const sn_member *nodes = sn_host_plan(host)->cast.nodes;
    const ss_path path = {
        .transport = SS_TRANSPORT_UDP,
        .local = sn_address_with_port(sn_member_address(&nodes[sn_host_node(host)]), 5060),
        .remote = sn_address_with_port(sn_member_address(&nodes[seen.tap]), 5060)
    };
    ss_slice bytes = { huge, (nth * 997u) % sizeof huge };
    if (nth < sizeof request) {
        bytes = (ss_slice){ request, nth };
    } else if (nth < sizeof request + sizeof response) {
        bytes = (ss_slice){ response, nth - sizeof request };
    }
    memset(huge, nth % 2 == 0 ? 0 : '\n', sizeof huge);
    sn_host_send(host, &path, bytes, NULL);
}

enum { SHOUTS = sizeof request + sizeof response + 30 };

static ss_status start(void *app, sn_host *host)
{
    (void)app;
    for (uint32_t i = 0; i < SHOUTS; i++) {
        sn_host_wake(host, SS_MS(1) * (i + 1), 0, i, 0);
    }
    return SS_OK;
}

static bool wake(void *app, sn_host *host, const sn_wake *what)
{
    (void)app;
    if (what->kind == SN_WAKE_OWN) {
        shout(host, what->arg);
    }
    return true;
}

static void input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    (void)app;
    (void)path;
    seen.heard += sn_host_node(host) == seen.target;
    for (size_t at = 0; at + sizeof replayed - 1 <= datagram.len; at++) {
        seen.replays += memcmp(datagram.at + at, replayed, sizeof replayed - 1) == 0;
    }
}

static void see(void *self, const sn_fact *f, ss_slice packet)
{
    (void)self;
    (void)packet;
    seen.missed += f->kind == SN_FACT_CALL && f->call.event == SN_CALL_ACT_MISSED;
}

static void act(sn_plan *plan, uint32_t tap, ss_time at, ss_method method)
{
    (void)sn_plan_add_act(
        plan, &(sn_act){ .at = at, .group = tap, .row = { .op = SN_OP_REPLAY, .value = method } });
}

TEST(a_tap_passes_on_what_it_cannot_read_and_replays_what_it_can)
{
    static const sn_app_class hooligan = {
        .name = "hooligan", .port = 5060, .bytes = 16, .start = start, .wake = wake, .input = input
    };
    memset(&seen, 0, sizeof seen);
    sn_plan *plan = small_plan(1);
    const sn_link_kind kind = small_link("wire", SS_MS(5));
    const uint32_t link = sn_plan_add_link(plan, &kind);
    const uint32_t tap = small_proxy(plan, "mallory", 0, link);
    const uint32_t target = small_uas(plan, "bob", 1, 0, link);
    (void)small_uas(plan, "eve", 1, 0, link);
    small_spec(plan, tap)->role = SN_ROLE_TAP;
    small_spec(plan, tap)->toward = target;
    act(plan, tap, 0, SS_METHOD_REGISTER); /* nothing is overheard yet */
    act(plan, tap, SS_S(10), SS_METHOD_INVITE);
    act(plan, tap, SS_S(11), SS_METHOD_REGISTER);
    plan->duration = SS_S(20);
    plan->drain = SS_S(20);
    small_finish(plan);
    seen.tap = sn_plan_node(plan, tap, 0);
    seen.target = sn_plan_node(plan, target, 0);
    const small_options options = { .app = &hooligan, .each = see };
    const small_run run = small_run_plan(plan, &options);
    CHECK_EQ(run.state, SN_RUN_DONE);
    CHECK_EQ(seen.missed, 2);
    CHECK_EQ(seen.replays, 1);
    CHECK_EQ(seen.heard, SHOUTS + 1); /* all of eve's, none of its own, and the replay */
    sn_plan_free(plan);
}
