/* A tap that hears what no SIP element sends: cut, empty, huge and senseless datagrams from both sides, and acts with nothing to replay. What is
 * hostile goes on as it came or ends here, and a request with credentials is replayed byte for byte but for its branch. */
#include <string.h>

#include "check.h"
#include "small_world.h"
#include "sn/app.h"
#include "ss/engine.h"

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

/* ---- connections ---- */

enum { CALLERS = 40, TEXTS = 5 };

static struct {
    uint32_t tap, target;
    uint64_t written, heard; /* bytes of what was let in */
    unsigned opened, lost, told_closed, told_failed;
} talk;

/* A whole request, keep-alives, what is no message, bytes of nothing, and a message without an end. */
static ss_slice text_of(unsigned nth)
{
    static char nothing[70000];
    static const char endless[] = "MESSAGE sip:x SIP/2.0\r\nContent-Length: 900\r\n\r\nabc";
    static const char keep_alive[] = "\r\n\r\n\r\n";
    static const char senseless[] = "no SIP\r\nat all\r\n\r\n";
    const ss_slice texts[TEXTS] = { SS_LIT(request),
                                    SS_LIT(keep_alive),
                                    SS_LIT(senseless),
                                    { nothing, sizeof nothing },
                                    SS_LIT(endless) };
    memset(nothing, 'x', sizeof nothing);
    return texts[nth % TEXTS];
}

static ss_path connection_of(const sn_host *host, uint32_t number)
{
    const sn_member *nodes = sn_host_plan(host)->cast.nodes;
    return (ss_path){ .transport = SS_TRANSPORT_TCP,
                      .connection = SS_CONNECTION_OURS | number,
                      .remote = sn_address_with_port(sn_member_address(&nodes[talk.tap]), 5060) };
}

static ss_status plan_talk(void *app, sn_host *host)
{
    (void)app;
    if (sn_host_node(host) != talk.tap && sn_host_node(host) != talk.target) {
        for (uint32_t i = 1; i <= CALLERS; i++) {
            sn_host_wake(host, SS_MS(10) * i, 0, i, 0);
            sn_host_wake(host, SS_S(8) + SS_MS(10) * i, 1, i, 0);
        }
    }
    return SS_OK;
}

static bool do_talk(void *app, sn_host *host, const sn_wake *what)
{
    (void)app;
    const ss_path path = connection_of(host, what->arg);
    if (what->kind != SN_WAKE_OWN) {
        return true;
    }
    if (what->what == 0) {
        CHECK_OK(sn_host_connect(host, &path));
    } else if (what->arg % 2 == 0) {
        sn_host_close(host, &path);
    } else {
        sn_host_reset(host, &path);
    }
    return true;
}

static bool hear_end(void *app, sn_host *host, const ss_path *path, sn_stream_event event)
{
    (void)app;
    if (sn_host_node(host) == talk.target) {
        talk.told_closed += event == SN_STREAM_CLOSED;
        talk.told_failed += event == SN_STREAM_FAILED;
        return true;
    }
    talk.lost += event == SN_STREAM_FAILED || event == SN_STREAM_REFUSED;
    if (event == SN_STREAM_OPENED) {
        talk.opened++;
        const ss_slice text = text_of(path->connection & 0xff);
        for (size_t at = 0; at < text.len; at += 30000) {
            const size_t end = at + 30000 < text.len ? at + 30000 : text.len;
            CHECK(sn_host_write(host, path, ss_slice_cut(text, at, end)) != SS_ERR_FULL);
        }
    }
    return true;
}

static size_t hear_bytes(void *app, sn_host *host, const ss_path *path, ss_slice bytes)
{
    (void)app;
    (void)path;
    talk.heard += sn_host_node(host) == talk.target ? bytes.len : 0;
    return bytes.len;
}

static void no_input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    (void)app;
    (void)host;
    (void)path;
    (void)datagram;
}

/* 40 connections, of which a tap has 32 at once: what those send arrives, but for a message whose end never came, and each end is told as it
 * was. */
TEST(a_tap_passes_on_what_connections_carry_and_how_they_end)
{
    static const sn_app_class talker = { .name = "talker",
                                         .port = 5060,
                                         .bytes = 16,
                                         .start = plan_talk,
                                         .wake = do_talk,
                                         .input = no_input,
                                         .stream = hear_end,
                                         .stream_bytes = hear_bytes };
    memset(&talk, 0, sizeof talk);
    sn_plan *plan = small_plan(1);
    const sn_link_kind kind = small_link("wire", SS_MS(5));
    const uint32_t link = sn_plan_add_link(plan, &kind);
    const uint32_t tap = small_proxy(plan, "mallory", 0, link);
    const uint32_t target = small_uas(plan, "bob", 1, 0, link);
    (void)small_uas(plan, "eve", 1, 0, link);
    small_spec(plan, tap)->role = SN_ROLE_TAP;
    small_spec(plan, tap)->toward = target;
    act(plan, tap, SS_S(5), SS_METHOD_REGISTER); /* all are in use: it cannot be replayed */
    act(plan, tap, SS_S(15), SS_METHOD_REGISTER);
    plan->duration = SS_S(20);
    plan->drain = SS_S(20);
    small_finish(plan);
    talk.tap = sn_plan_node(plan, tap, 0);
    talk.target = sn_plan_node(plan, target, 0);
    memset(&seen, 0, sizeof seen);
    const small_options options = { .app = &talker, .each = see };
    const small_run run = small_run_plan(plan, &options);
    CHECK_EQ(run.state, SN_RUN_DONE);
    CHECK_EQ(talk.opened, CALLERS);
    CHECK_EQ(talk.lost, CALLERS - 32);
    CHECK_EQ(seen.missed, 1);
    CHECK_EQ(talk.told_closed, 16);
    CHECK_EQ(talk.told_failed, 16);
    for (unsigned i = 1; i <= 32; i++) {
        talk.written += i % TEXTS == 4 ? 0 : text_of(i).len;
    }
    const size_t one = sizeof request - 1 + strlen("z9hG4bKreplay1") - strlen("z9hG4bKfirst");
    CHECK_EQ(talk.heard, talk.written + one);
    sn_plan_free(plan);
}
