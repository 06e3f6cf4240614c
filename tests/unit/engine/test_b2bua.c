/* The B2BUA of the stack by itself: what it makes of an INVITE, what it refuses, and that nothing it is sent, cut short or changed
 * anywhere, leaves anything behind. Calls from end to end are stories: tests/scenario/test_b2bua.c. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "ss/b2bua.h"

enum { STORE_BYTES = 1 << 20, ARENA_BYTES = 1 << 17, OUTS = 8, TEXT = 4096 };

static _Alignas(16) unsigned char store_memory[STORE_BYTES];
static _Alignas(16) unsigned char arena_memory[ARENA_BYTES];

typedef struct sent {
    ss_address to;
    char text[TEXT];
    size_t len;
} sent;

static struct {
    ss_settings settings;
    ss_pools pools;
    ss_ua_profile profile;
    ss_ua_identity identity;
    ss_engine engine;
    ss_b2bua b2bua;
    ss_arena arena;
    ss_time now;
    size_t answer_cap; /* of the arena that an answer finds; 0: all */
    sent outs[OUTS];   /* of the last input; the first ones */
    size_t out_count;
} s;

static void end(void)
{
    ss_b2bua_forget(&s.b2bua, &s.engine);
    ss_engine_reset(&s.engine);
    CHECK_EQ(s.pools.store.live_blocks, 0);
}

static void start(uint32_t bytes_max)
{
    memset(&s, 0, sizeof s);
    s.settings = ss_settings_default();
    s.settings.bytes_max = bytes_max;
    s.profile = (ss_ua_profile){ .takes_any_call = true, .replaces = SS_REPLACES_NOBODY };
    s.identity = (ss_ua_identity){ .aor = SS_LIT("sip:edge@example.com"),
                                   .user = SS_LIT("edge"),
                                   .local = { .local = ss_address_v4(0x0a000002u, 5060) },
                                   .profile = &s.profile };
    s.arena = (ss_arena){ .base = arena_memory, .cap = sizeof arena_memory };
    CHECK_OK(ss_pools_init(&s.pools, store_memory, sizeof store_memory, 64, 64));
    ss_engine_init(&s.engine, &(ss_engine_options){ .pools = &s.pools,
                                                    .settings = &s.settings,
                                                    .entropy_key = 7,
                                                    .role = SS_ROLE_UA,
                                                    .identity = &s.identity });
    test_at_end(end);
}

static void drain(ss_turn *turn)
{
    const ss_output *out;
    while ((out = ss_turn_take(turn)) != NULL) {
        if (out->kind == SS_OUT_EVENT) {
            CHECK_OK(ss_b2bua_event(&s.b2bua, &s.engine, turn, &out->event, NULL));
        } else if (out->kind == SS_OUT_DATAGRAM && s.out_count < OUTS) {
            sent *o = &s.outs[s.out_count++];
            CHECK(out->bytes.len < TEXT);
            memcpy(o->text, out->bytes.at, out->bytes.len);
            o->len = out->bytes.len;
            o->to = out->path.remote;
        }
    }
    s.arena.used = 0;
}

static void give(uint32_t from, const char *bytes, size_t len)
{
    const ss_path path = { .transport = SS_TRANSPORT_UDP,
                           .local = s.identity.local.local,
                           .remote = ss_address_v4(from, 5060) };
    ss_turn turn = ss_turn_begin(s.now, &s.arena);
    s.out_count = 0;
    (void)!ss_engine_input(&s.engine, &turn, &path, (ss_slice){ bytes, len });
    drain(&turn);
}

static void pass_time(ss_time until)
{
    while (ss_engine_deadline(&s.engine) <= until) {
        s.now = ss_engine_deadline(&s.engine);
        ss_turn turn = ss_turn_begin(s.now, &s.arena);
        CHECK_OK(ss_engine_tick(&s.engine, &turn));
        drain(&turn);
    }
    s.now = until;
}

#define ALICE 0x0a000001u
#define BOB   0x0a000003u

static const char sdp[] =
    "v=0\r\no=alice 5 5 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\n";

static size_t put_invite(char *to, size_t cap, const char *uri, const char *max_forwards,
                         const char *more)
{
    return (size_t)snprintf(to, cap,
                            "INVITE %s SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa\r\n"
                            "%sFrom: <sip:alice@example.org>;tag=a\r\nTo: <sip:bob@example.net>\r\n"
                            "Call-ID: one@10.0.0.1\r\nCSeq: 1 INVITE\r\n"
                            "Contact: <sip:alice@10.0.0.1>\r\n%s"
                            "Content-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
                            uri, max_forwards, more, sizeof sdp - 1, sdp);
}

static void invite(const char *uri, const char *max_forwards, const char *more)
{
    char text[TEXT];
    give(ALICE, text, put_invite(text, sizeof text, uri, max_forwards, more));
}

/* The nth message of the last input, parsed into the arena. */
static ss_msg read_out(size_t nth)
{
    ss_msg msg;
    ss_diag diag;
    CHECK(nth < s.out_count);
    CHECK_OK(ss_msg_parse(&msg, &s.arena, (ss_slice){ s.outs[nth].text, s.outs[nth].len }, &diag));
    return msg;
}

static uint32_t hops_of(const ss_msg *msg)
{
    uint32_t hops = 999;
    CHECK_OK(ss_msg_number(msg, SS_HDR_MAX_FORWARDS, &hops));
    return hops;
}

/* RFC3261:6 another call, in the name of who calls: nothing of the first stands in it but the URIs and the offer. */
TEST(b2bua_makes_a_call_of_its_own)
{
    start(UINT32_MAX);
    invite("sip:bob@10.0.0.3", "Max-Forwards: 30\r\n",
           "Record-Route: <sip:10.0.0.9;lr>\r\nSupported: 100rel\r\n");
    const ss_msg made = read_out(0);
    CHECK_SLICE(made.request_uri, "sip:bob@10.0.0.3");
    CHECK_EQ(hops_of(&made), 29);
    CHECK_EQ(ss_msg_count(&made, SS_HDR_VIA), 1);
    CHECK_EQ(ss_msg_count(&made, SS_HDR_RECORD_ROUTE), 0);
    CHECK_SLICE(made.from.uri, "sip:alice@example.org");
    CHECK(!ss_slice_eq(ss_name_addr_tag(&made.from), SS_LIT("a")));
    CHECK(!ss_slice_eq(ss_msg_call_id(&made), SS_LIT("one@10.0.0.1")));
    CHECK_SLICE(ss_msg_value(&made, SS_HDR_CONTACT, 0), "<sip:edge@10.0.0.2:5060>");
    CHECK(ss_msg_lists_token(&made, SS_HDR_SUPPORTED, SS_LIT("100rel")));
    CHECK(strstr(s.outs[0].text, "IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.1\r\n") != NULL);
    CHECK(strstr(s.outs[0].text, "o=alice") == NULL);
    s.arena.used = 0;
}

/* RFC3262:3 a response that could not be passed on reliably is not asked for. */
TEST(b2bua_asks_for_reliable_responses_as_its_caller_does)
{
    start(UINT32_MAX);
    invite("sip:bob@10.0.0.3", "", "");
    const ss_msg plain = read_out(0);
    CHECK_EQ(hops_of(&plain), 69); /* RFC3261:8.1.1.6 */
    CHECK(!ss_msg_lists_token(&plain, SS_HDR_SUPPORTED, SS_LIT("100rel")));
    CHECK(ss_msg_lists_token(&plain, SS_HDR_SUPPORTED, SS_LIT("replaces")));
    s.arena.used = 0;

    start(UINT32_MAX);
    invite("sip:bob@10.0.0.3", "", "Require: 100rel\r\n");
    const ss_msg required = read_out(0);
    CHECK(ss_msg_lists_token(&required, SS_HDR_REQUIRE, SS_LIT("100rel")));
    s.arena.used = 0;
}

static unsigned refusal(const char *uri, const char *max_forwards)
{
    start(UINT32_MAX);
    invite(uri, max_forwards, "");
    CHECK_EQ(s.out_count, 1);
    const unsigned status = read_out(0).status;
    s.arena.used = 0;
    return status;
}

/* RFC3261:16.3 */
TEST(b2bua_refuses_what_leads_nowhere)
{
    CHECK_EQ(refusal("sip:bob@10.0.0.3", "Max-Forwards: 0\r\n"), 483);
    CHECK_EQ(refusal("sip:bob@10.0.0.2", "Max-Forwards: 9\r\n"), 404); /* itself */
    CHECK_EQ(refusal("sip:bob@10.0.0.3?Subject=x", "Max-Forwards: 9\r\n"), 416);
}

TEST(b2bua_sends_its_last_hop_with_none_left)
{
    start(UINT32_MAX);
    invite("sip:bob@10.0.0.3", "Max-Forwards: 1\r\n", "");
    const ss_msg made = read_out(0);
    CHECK_EQ(hops_of(&made), 0);
    s.arena.used = 0;
}

/* A response of bob's to the INVITE that was made. */
static void answer(const char *status_line, const char *more)
{
    char text[TEXT];
    const ss_msg made = read_out(0);
    const ss_slice via = ss_msg_value(&made, SS_HDR_VIA, 0);
    const ss_slice from = ss_msg_value(&made, SS_HDR_FROM, 0);
    const ss_slice cseq = ss_msg_value(&made, SS_HDR_CSEQ, 0);
    const ss_slice call_id = ss_msg_call_id(&made);
    const int len = snprintf(text, sizeof text,
                             "SIP/2.0 %s\r\nVia: %.*s\r\nFrom: %.*s\r\nTo: "
                             "<sip:bob@example.net>;tag=b\r\nCall-ID: %.*s\r\nCSeq: %.*s\r\n%s"
                             "Content-Length: 0\r\n\r\n",
                             status_line, (int)via.len, via.at, (int)from.len, from.at,
                             (int)call_id.len, call_id.at, (int)cseq.len, cseq.at, more);
    s.arena.used = 0;
    s.arena.cap = s.answer_cap == 0 ? s.arena.cap : s.answer_cap;
    give(BOB, text, (size_t)len);
    s.arena.cap = sizeof arena_memory;
}

static unsigned passed(const char *status_line, const char *more)
{
    start(UINT32_MAX);
    invite("sip:bob@10.0.0.3", "", "");
    answer(status_line, more);
    for (size_t i = 0; i < s.out_count; i++) {
        const ss_msg msg = read_out(i);
        if (!msg.is_request) {
            const unsigned status = msg.status;
            s.arena.used = 0;
            return status;
        }
    }
    return 0;
}

/* RFC3261:16.7 as a proxy would: a 503 is about the next hop, and nobody but the B2BUA was asked for credentials. */
TEST(b2bua_passes_failures_on)
{
    CHECK_EQ(passed("486 Busy Here", ""), 486);
    CHECK_EQ(passed("603 Decline", ""), 603);
    CHECK_EQ(passed("503 Service Unavailable", ""), 500);
    CHECK_EQ(passed("407 Proxy Authentication Required", ""), 403);
    CHECK_EQ(passed("183 Session Progress", "Contact: <sip:bob@10.0.0.3>\r\n"), 183);
}

/* RFC3264:8.2 what has no answer to the offer is no answer to the call: both are ended. */
TEST(b2bua_ends_a_call_that_is_answered_without_a_session)
{
    start(UINT32_MAX);
    invite("sip:bob@10.0.0.3", "", "");
    answer("200 OK", "Contact: <sip:bob@10.0.0.3>\r\n");
    unsigned byes = 0, failures = 0;
    for (size_t i = 0; i < s.out_count; i++) {
        const ss_msg msg = read_out(i);
        byes += msg.is_request && msg.method == SS_METHOD_BYE;
        failures += !msg.is_request && msg.status >= 400;
    }
    s.arena.used = 0;
    CHECK_EQ(byes, 1);
    CHECK_EQ(failures, 1);
    pass_time(SS_S(300));
    CHECK_EQ(s.b2bua.first, 0);
}

/* ---- garbage, and no room ---- */

/* RFC3261:6 whatever comes in its place, nothing stays when its time is over. */
TEST(b2bua_survives_its_invite_cut_short_or_changed_anywhere)
{
    char text[TEXT];
    const size_t len = put_invite(text, sizeof text, "sip:bob@10.0.0.3", "Max-Forwards: 70\r\n",
                                  "Supported: 100rel\r\n");
    for (size_t i = 0; i < len; i++) {
        static const char other[] = { 0, '\r', ' ', '"', '<', ';', (char)0xff };
        start(UINT32_MAX);
        give(ALICE, text, i);
        const char was = text[i];
        text[i] = other[i % sizeof other];
        give(ALICE, text, len);
        text[i] = was;
        pass_time(SS_S(600));
        CHECK_EQ(s.b2bua.first, 0);
        end();
    }
}

TEST(b2bua_at_every_quota_of_bytes_leaves_nothing_behind)
{
    for (uint32_t quota = 0; quota < 12000; quota += 64) {
        start(quota);
        invite("sip:bob@10.0.0.3", "Max-Forwards: 70\r\n", "");
        if (s.out_count > 0 && read_out(0).is_request) {
            answer("200 OK", "Contact: <sip:bob@10.0.0.3>\r\n");
        }
        s.arena.used = 0;
        pass_time(SS_S(600));
        CHECK_EQ(s.b2bua.first, 0);
        CHECK_EQ(s.engine.core.bytes, 0);
        end();
    }
}

/* An arena that is too small for what comes is as if it was lost, at whatever step; then there is room again. */
TEST(b2bua_in_an_arena_of_any_size_leaves_nothing_behind)
{
    for (size_t cap = 512; cap < 24576; cap += 128) {
        start(UINT32_MAX);
        s.arena.cap = cap;
        invite("sip:bob@10.0.0.3", "Max-Forwards: 70\r\n", "Supported: 100rel\r\n");
        const bool is_made = s.out_count > 0;
        s.arena.cap = sizeof arena_memory;
        if (is_made && read_out(0).is_request) {
            s.arena.used = 0;
            s.answer_cap = cap;
            answer("200 OK", "Contact: <sip:bob@10.0.0.3>\r\n");
        }
        s.arena.used = 0;
        s.answer_cap = 0;
        pass_time(SS_S(600));
        CHECK_EQ(s.b2bua.first, 0);
        CHECK_EQ(s.engine.core.bytes, 0);
        end();
    }
}
