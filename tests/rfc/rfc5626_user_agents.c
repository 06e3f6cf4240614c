/* RFC 5626 4.2 to 4.5 at the user agent: several flows, their keep-alives, and what becomes of those that fail. One engine; the
 * edges .8 and .9 are the test. */
#include "check.h"
#include "ss/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG = 128, REGION = 1 << 18, SCRATCH = 1 << 16 };

typedef struct said {
    ss_time at;
    ss_output_kind kind;
    ss_path path;
    char text[2048];
} said;

typedef struct rig {
    ss_settings settings;
    ss_pools pools;
    ss_engine engine;
    ss_ua_profile profile;
    ss_ua_identity identity;
    ss_slice routes[1];
    ss_time now;
    said log[LOG];
    size_t count, seen;
    unsigned events[SS_EVENT_COUNT];
    unsigned char *region, *scratch;
    ss_arena arena;
} rig;

static void drain(rig *r, ss_turn *turn)
{
    const ss_output *out;
    while ((out = ss_turn_take(turn)) != NULL) {
        if (out->kind == SS_OUT_EVENT) {
            r->events[out->event.kind]++;
        }
        if (out->kind != SS_OUT_STREAM && out->kind != SS_OUT_CONNECT &&
            out->kind != SS_OUT_CLOSE && out->kind != SS_OUT_DATAGRAM) {
            continue;
        }
        CHECK(r->count < LOG && out->bytes.len < sizeof r->log->text);
        said *s = &r->log[r->count++];
        *s = (said){ .at = r->now, .kind = out->kind, .path = out->path };
        if (out->bytes.len > 0) {
            memcpy(s->text, out->bytes.at, out->bytes.len);
        }
    }
    r->arena.used = 0;
}

/* Two flows, unless `flows` says one. */
static rig *start_with(unsigned flows, ss_transport transport)
{
    rig *r = calloc(1, sizeof *r);
    CHECK_NOT_NULL(r);
    r->region = aligned_alloc(16, REGION);
    r->scratch = aligned_alloc(16, SCRATCH);
    CHECK(r->region != NULL && r->scratch != NULL);
    r->arena = (ss_arena){ .base = r->scratch, .cap = SCRATCH };
    r->settings = ss_settings_default();
    r->settings.register_base = SS_S(30);
    CHECK_OK(ss_pools_init(&r->pools, r->region, REGION, 64, 16));
    r->routes[0] = SS_LIT("sip:10.0.0.9;lr");
    r->profile = (ss_ua_profile){
        .register_supported = SS_LIT("path, outbound"),
        .contact_params = SS_LIT(";+sip.instance=\"<urn:uuid:1>\""),
        .reg_id = 5,
        .more_route_count = (uint8_t)(flows - 1),
        .more_routes = r->routes,
    };
    r->identity = (ss_ua_identity){ .aor = SS_LIT("sip:bob@example.com"),
                                    .user = SS_LIT("bob"),
                                    .registrar = SS_LIT("sip:example.com"),
                                    .local = { transport, ss_address_v4(0x0a000003, 5060) },
                                    .outbound = SS_LIT("sip:10.0.0.8;lr"),
                                    .profile = &r->profile };
    ss_engine_init(&r->engine, &(ss_engine_options){ .pools = &r->pools,
                                                     .settings = &r->settings,
                                                     .engine = 1,
                                                     .entropy_key = 77,
                                                     .role = SS_ROLE_UA,
                                                     .identity = &r->identity });
    return r;
}

static rig *start(void)
{
    return start_with(2, SS_TRANSPORT_TCP);
}

static void stop(rig *r)
{
    ss_engine_reset(&r->engine);
    CHECK_EQ(r->engine.core.bytes, 0);
    free(r->region);
    free(r->scratch);
    free(r);
}

static ss_status do_command(rig *r, ss_command command)
{
    ss_turn turn = ss_turn_begin(r->now, &r->arena);
    const ss_status status = ss_engine_command(&r->engine, &turn, &command);
    drain(r, &turn);
    return status;
}

static void enrol(rig *r)
{
    CHECK_OK(do_command(r, (ss_command){ .kind = SS_CMD_REGISTER, .expires_s = 3600 }));
}

static void run_to(rig *r, ss_time until)
{
    while (ss_engine_deadline(&r->engine) <= until) {
        r->now = ss_engine_deadline(&r->engine);
        ss_turn turn = ss_turn_begin(r->now, &r->arena);
        CHECK_OK(ss_engine_tick(&r->engine, &turn));
        drain(r, &turn);
    }
    r->now = until;
}

/* The next that was said and not looked at; NULL: nothing. */
static said *next(rig *r)
{
    return r->seen == r->count ? NULL : &r->log[r->seen++];
}

static said *expect(rig *r, ss_output_kind kind, unsigned last_byte)
{
    said *s = next(r);
    CHECK_NOT_NULL(s);
    CHECK_EQ(s->kind, kind);
    CHECK_EQ(s->path.remote.ip[3], last_byte);
    return s;
}

static bool has(const said *s, const char *text)
{
    return strstr(s->text, text) != NULL;
}

static void bytes_in(rig *r, const ss_path *path, ss_slice bytes)
{
    ss_taken taken;
    ss_turn turn = ss_turn_begin(r->now, &r->arena);
    const ss_status status = ss_transport_is_reliable(path->transport)
                                 ? ss_engine_stream_input(&r->engine, &turn, path, bytes, &taken)
                                 : ss_engine_input(&r->engine, &turn, path, bytes);
    CHECK(status == SS_OK || status == SS_MORE);
    drain(r, &turn);
}

static void open(rig *r, const ss_path *path)
{
    ss_turn turn = ss_turn_begin(r->now, &r->arena);
    CHECK_OK(ss_engine_stream_opened(&r->engine, &turn, path));
    drain(r, &turn);
}

static void put_line(char *to, size_t size, const said *request, const char *name)
{
    const char *at = strstr(request->text, name);
    CHECK_NOT_NULL(at);
    const char *end = strstr(at, "\r\n");
    const size_t used = strlen(to);
    CHECK(used + (size_t)(end - at) + 3 < size);
    memcpy(to + used, at, (size_t)(end - at) + 2);
    to[used + (size_t)(end - at) + 2] = '\0';
}

/* The response that an edge passes on; `lines` as they stand. */
static void answer(rig *r, const said *request, const char *status, const char *lines)
{
    char text[2048];
    snprintf(text, sizeof text, "SIP/2.0 %s\r\n", status);
    put_line(text, sizeof text, request, "Via: ");
    put_line(text, sizeof text, request, "From: ");
    put_line(text, sizeof text, request, "To: ");
    text[strlen(text) - 2] = '\0';
    strcat(text, ";tag=r\r\n");
    put_line(text, sizeof text, request, "Call-ID: ");
    put_line(text, sizeof text, request, "CSeq: ");
    if (status[0] == '2' && !has(request, "Expires: 0\r\n")) {
        put_line(text, sizeof text, request, "Contact: ");
        text[strlen(text) - 2] = '\0';
        strcat(text, ";expires=3600\r\n");
    }
    strcat(text, lines);
    strcat(text, "Content-Length: 0\r\n\r\n");
    bytes_in(r, &request->path, ss_slice_from(text));
}

/* Both flows are registered; their connections. */
static void both_up(rig *r, const char *lines, ss_path paths[2])
{
    enrol(r);
    for (unsigned i = 0; i < 2; i++) {
        expect(r, SS_OUT_CONNECT, 8 + i);
        const said *request = expect(r, SS_OUT_STREAM, 8 + i);
        paths[i] = request->path;
        open(r, &paths[i]);
        answer(r, request, "200 OK", lines);
    }
    CHECK_EQ(r->events[SS_EVENT_REGISTERED], 2);
}

#define TIMED "Require: outbound\r\nFlow-Timer: 20\r\n"

/* ---- RFC5626:4.2 ------------------------------------------------------------------------------------------------- */

TEST(rfc5626_4_2_1_it_registers_by_each_proxy_of_its_set_with_a_call_id_and_a_reg_id_of_its_own)
{
    rig *r = start();
    enrol(r);
    expect(r, SS_OUT_CONNECT, 8);
    const said *first = expect(r, SS_OUT_STREAM, 8);
    expect(r, SS_OUT_CONNECT, 9);
    const said *second = expect(r, SS_OUT_STREAM, 9);
    CHECK(has(first, "Route: <sip:10.0.0.8;lr>") && has(second, "Route: <sip:10.0.0.9;lr>"));
    CHECK(has(first, ";+sip.instance=\"<urn:uuid:1>\";reg-id=5\r\n"));
    CHECK(has(second, ";+sip.instance=\"<urn:uuid:1>\";reg-id=6\r\n"));
    CHECK(has(first, "Supported: path, outbound") && has(second, "Supported: path, outbound"));
    char ids[2][256] = { "", "" };
    put_line(ids[0], sizeof ids[0], first, "Call-ID: ");
    put_line(ids[1], sizeof ids[1], second, "Call-ID: ");
    CHECK(strcmp(ids[0], ids[1]) != 0);
    CHECK_NULL(next(r));
    stop(r);
}

TEST(rfc5626_4_2_2_each_flow_is_refreshed_over_itself)
{
    rig *r = start();
    ss_path paths[2];
    both_up(r, "", paths); /* nobody asks for keep-alives */
    run_to(r, SS_S(3240));
    for (unsigned i = 0; i < 2; i++) {
        const said *request = expect(r, SS_OUT_STREAM, 8 + i);
        CHECK_EQ(request->path.connection, paths[i].connection);
        CHECK(has(request, i == 0 ? ";reg-id=5\r\n" : ";reg-id=6\r\n"));
        answer(r, request, "200 OK", "");
    }
    CHECK_NULL(next(r));
    stop(r);
}

/* ---- RFC5626:4.4 ------------------------------------------------------------------------------------------------- */

TEST(rfc5626_4_4_keep_alives_go_at_80_to_100_percent_of_the_flow_timer)
{
    rig *r = start_with(1, SS_TRANSPORT_TCP);
    enrol(r);
    expect(r, SS_OUT_CONNECT, 8);
    const said *request = expect(r, SS_OUT_STREAM, 8);
    const ss_path path = request->path;
    open(r, &path);
    answer(r, request, "200 OK", TIMED);
    ss_time last = 0;
    bool differ = false;
    ss_span before = 0;
    for (unsigned i = 0; i < 20; i++) {
        run_to(r, last + SS_S(20));
        const said *ping = expect(r, SS_OUT_STREAM, 8);
        CHECK(strcmp(ping->text, "\r\n\r\n") == 0);
        CHECK(ping->at >= last + SS_S(16));
        differ = differ || (i > 0 && ping->at - last != before);
        before = ping->at - last;
        last = ping->at;
        r->now = last;
        bytes_in(r, &path, SS_LIT("\r\n"));
    }
    CHECK(differ);
    CHECK_NULL(next(r));
    stop(r);
}

TEST(rfc5626_4_4_1_without_a_flow_timer_every_two_minutes_or_a_little_sooner)
{
    rig *r = start();
    ss_path paths[2];
    both_up(r, "Require: outbound\r\n", paths);
    run_to(r, SS_S(96) - 1);
    CHECK_NULL(next(r));
    run_to(r, SS_S(120));
    const said *one = next(r), *other = next(r);
    CHECK(one != NULL && other != NULL);
    CHECK(one->path.connection != other->path.connection);
    stop(r);
}

TEST(rfc5626_4_2_1_none_to_a_registrar_that_does_not_say_outbound)
{
    rig *r = start();
    ss_path paths[2];
    both_up(r, "Flow-Timer: 20\r\n", paths);
    run_to(r, SS_S(600));
    CHECK_NULL(next(r));
    stop(r);
}

TEST(rfc5626_4_4_1_without_an_answer_within_10_s_the_flow_has_failed)
{
    rig *r = start();
    ss_path paths[2];
    both_up(r, TIMED, paths);
    for (unsigned i = 0; i < 2; i++) { /* the first time both answer */
        run_to(r, r->engine.core.timers.count == 0 ? 0 : ss_engine_deadline(&r->engine));
        const said *ping = next(r);
        CHECK_NOT_NULL(ping);
        bytes_in(r, &ping->path, SS_LIT("\r\n"));
    }
    run_to(r, ss_engine_deadline(&r->engine));
    const said *ping = next(r);
    CHECK_NOT_NULL(ping);
    const ss_path dead = ping->path;
    const ss_time asked = r->now;
    run_to(r, asked + SS_S(10) - 1);
    const said *other = next(r);
    CHECK_NOT_NULL(other); /* the other flow's, within those 10 s */
    bytes_in(r, &other->path, SS_LIT("\r\n"));
    run_to(r, asked + SS_S(10));
    const said *closed = expect(r, SS_OUT_CLOSE, dead.remote.ip[3]);
    CHECK_EQ(closed->path.connection, dead.connection);
    /* RFC5626:4.5 a new flow at once, with the same reg-id */
    const said *opened = expect(r, SS_OUT_CONNECT, dead.remote.ip[3]);
    CHECK(opened->path.connection != dead.connection);
    const said *again = expect(r, SS_OUT_STREAM, dead.remote.ip[3]);
    CHECK(has(again, dead.remote.ip[3] == 8 ? ";reg-id=5\r\n" : ";reg-id=6\r\n"));
    CHECK_NULL(next(r));
    stop(r);
}

/* ---- RFC5626:4.4.2 ----------------------------------------------------------------------------------------------- */

/* One flow over UDP is registered at the instant 0. */
static rig *up_by_udp(const char *lines)
{
    rig *r = start_with(1, SS_TRANSPORT_UDP);
    enrol(r);
    answer(r, expect(r, SS_OUT_DATAGRAM, 8), "200 OK", lines);
    CHECK_EQ(r->events[SS_EVENT_REGISTERED], 1);
    return r;
}

/* The next timer fires, and this is what it sent. */
static said *next_said(rig *r)
{
    CHECK(r->engine.core.timers.count > 0);
    while (r->seen == r->count) {
        run_to(r, ss_engine_deadline(&r->engine));
    }
    return next(r);
}

static bool is_request(const said *s, ss_stun *request)
{
    return s->kind == SS_OUT_DATAGRAM &&
           ss_stun_parse((ss_slice){ s->text, SS_STUN_HEADER_BYTES }, request) == SS_OK &&
           request->class == SS_STUN_REQUEST && request->method == SS_STUN_BINDING;
}

/* As if it had come from that port of 192.0.2.1. */
static void answer_stun(rig *r, const said *s, uint16_t port)
{
    ss_stun request;
    char bytes[64];
    CHECK(is_request(s, &request));
    const ss_address from = ss_address_v4(0xc0000201, port);
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    ss_stun_put_answer(&b, &request, &from);
    bytes_in(r, &s->path, ss_buffer_slice(&b));
}

TEST(rfc5626_4_4_1_crlfs_are_not_sent_over_udp_but_stun_is)
{
    rig *r = up_by_udp(TIMED);
    for (unsigned i = 0; i < 50; i++) {
        ss_stun request;
        const said *s = next_said(r);
        CHECK(is_request(s, &request));
        CHECK_EQ(s->path.remote.ip[3], 8);
        answer_stun(r, s, 5060);
    }
    stop(r);
}

TEST(rfc5626_4_4_2_without_a_flow_timer_24_to_29_s_lie_between_two)
{
    rig *r = up_by_udp("Require: outbound\r\n");
    ss_time last = 0;
    ss_span least = SS_TIME_NEVER, most = 0;
    for (unsigned i = 0; i < 100; i++) {
        const said *s = next_said(r);
        const ss_span gap = s->at - last;
        least = gap < least ? gap : least;
        most = gap > most ? gap : most;
        last = s->at;
        answer_stun(r, s, 5060);
    }
    CHECK(least >= SS_S(24) && least < SS_MS(24500));
    CHECK(most <= SS_S(29) && most > SS_MS(28500));
    stop(r);
}

TEST(rfc5626_4_4_a_configured_interval_counts_where_no_flow_timer_does)
{
    static const char *const lines[] = { "Require: outbound\r\n", TIMED };
    static const ss_span most[] = { SS_S(60), SS_S(20) };
    for (unsigned i = 0; i < 2; i++) {
        rig *r = start_with(1, SS_TRANSPORT_UDP);
        r->profile.keep_alive_s = 60;
        enrol(r);
        answer(r, expect(r, SS_OUT_DATAGRAM, 8), "200 OK", lines[i]);
        const said *s = next_said(r);
        CHECK(s->at >= most[i] / 5 * 4 && s->at <= most[i]);
        stop(r);
    }
}

TEST(rfc5626_8_no_stun_to_who_does_not_say_that_he_understands_it)
{
    rig *r = up_by_udp("Flow-Timer: 20\r\n");
    run_to(r, SS_S(600));
    CHECK_NULL(next(r));
    stop(r);
}

/* RFC8489:6.2.1 with T1 for the estimate of the round-trip time: 0, 500, 1500, … 31500 ms, and 16 times that of the first. */
TEST(rfc5626_4_4_2_after_seven_requests_and_16_rto_the_flow_has_failed)
{
    static const ss_span copies[] = { 500, 1500, 3500, 7500, 15500, 31500 };
    rig *r = up_by_udp(TIMED);
    answer_stun(r, next_said(r), 5060);
    const said *first = next_said(r);
    const ss_time asked = first->at;
    for (unsigned i = 0; i < SS_COUNT(copies); i++) {
        const said *copy = next_said(r);
        CHECK_EQ(copy->at, asked + SS_MS(copies[i]));
        CHECK(memcmp(copy->text, first->text, SS_STUN_HEADER_BYTES) == 0);
    }
    run_to(r, asked + SS_MS(39500) - 1);
    CHECK_NULL(next(r));
    run_to(r, asked + SS_MS(39500));
    CHECK(has(expect(r, SS_OUT_DATAGRAM, 8),
              ";reg-id=5\r\n")); /* RFC5626:4.5 at once: it had worked */
    stop(r);
}

TEST(rfc5626_4_4_2_an_answer_to_a_copy_is_an_answer_and_the_next_request_is_another)
{
    rig *r = up_by_udp(TIMED);
    const said *first = next_said(r), *copy = next_said(r);
    answer_stun(r, copy, 5060);
    const said *second = next_said(r);
    CHECK(second->at >= copy->at + SS_S(16));
    CHECK(memcmp(second->text, first->text, SS_STUN_HEADER_BYTES) != 0);
    answer_stun(r, first, 5060); /* too late: nobody asks this any more */
    CHECK_EQ(r->engine.counts.strays, 1);
    CHECK(memcmp(next_said(r)->text, second->text, SS_STUN_HEADER_BYTES) == 0);
    stop(r);
}

TEST(rfc5626_4_4_2_another_mapped_address_is_another_flow)
{
    rig *r = up_by_udp(TIMED);
    answer_stun(r, next_said(r), 5060);
    answer_stun(r, next_said(r), 5060);
    CHECK_NULL(next(r));
    answer_stun(r, next_said(r), 5061);
    const said *again = expect(r, SS_OUT_DATAGRAM, 8);
    CHECK(has(again, "REGISTER") && has(again, ";reg-id=5\r\n"));
    answer(r, again, "200 OK", TIMED);
    answer_stun(r, next_said(r), 5061); /* the new flow's, from the first */
    CHECK_NULL(next(r));
    stop(r);
}

/* RFC8489:6.3.4 */
TEST(rfc5626_4_4_2_an_error_response_is_the_end_of_the_flow)
{
    rig *r = up_by_udp(TIMED);
    answer_stun(r, next_said(r), 5060);
    const said *s = next_said(r);
    char text[SS_STUN_HEADER_BYTES + 4];
    ss_stun request;
    memcpy(text, s->text, SS_STUN_HEADER_BYTES);
    memcpy(text + SS_STUN_HEADER_BYTES, "\x7f\xff\0\0", 4); /* what nobody knows */
    text[3] = 4;
    CHECK_OK(ss_stun_parse((ss_slice){ text, sizeof text }, &request));
    char bytes[128];
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    ss_stun_put_answer(&b, &request, &s->path.local);
    bytes_in(r, &s->path, ss_buffer_slice(&b));
    CHECK(has(expect(r, SS_OUT_DATAGRAM, 8), "REGISTER"));
    stop(r);
}

TEST(rfc8489_6_3_3_a_success_that_says_no_address_or_comes_from_elsewhere_is_none)
{
    rig *r = up_by_udp(TIMED);
    const said *s = next_said(r);
    char bare[SS_STUN_HEADER_BYTES];
    memcpy(bare, s->text, sizeof bare);
    bare[0] = 1; /* a success response */
    bytes_in(r, &s->path, (ss_slice){ bare, sizeof bare });
    said elsewhere = *s;
    elsewhere.path.remote.port++;
    answer_stun(r, &elsewhere, 5060);
    const said *copy = next_said(r); /* it is still asked */
    CHECK_EQ(copy->at, s->at + SS_MS(500));
    CHECK(memcmp(copy->text, s->text, SS_STUN_HEADER_BYTES) == 0);
    stop(r);
}

/* ICMP quotes what it is about; of what was not asked it says nothing. */
TEST(rfc5626_4_4_icmp_about_a_keep_alive_is_the_end_of_the_flow)
{
    rig *r = up_by_udp(TIMED);
    answer_stun(r, next_said(r), 5060);
    const said *s = next_said(r);
    for (unsigned i = 0; i < 2; i++) {
        char quoted[SS_STUN_HEADER_BYTES];
        memcpy(quoted, s->text, sizeof quoted);
        quoted[19] = (char)(quoted[19] ^ (i == 0));
        const ss_quote quote = { { quoted, sizeof quoted }, sizeof quoted };
        ss_turn turn = ss_turn_begin(r->now, &r->arena);
        CHECK_OK(ss_engine_unreachable(&r->engine, &turn, &s->path, &quote));
        drain(r, &turn);
        CHECK_EQ(r->count - r->seen, i);
    }
    CHECK(has(expect(r, SS_OUT_DATAGRAM, 8), "REGISTER"));
    stop(r);
}

TEST(rfc5626_4_5_a_udp_flow_that_never_answered_waits_30_to_60_s)
{
    rig *r = up_by_udp(TIMED);
    const ss_time asked = next_said(r)->at;
    while (r->now < asked + SS_MS(39500)) {
        run_to(r, ss_engine_deadline(&r->engine));
    }
    r->seen = r->count;
    run_to(r, asked + SS_MS(39500) + SS_S(30) - 1);
    CHECK_NULL(next(r));
    run_to(r, asked + SS_MS(39500) + SS_S(61));
    CHECK(has(expect(r, SS_OUT_DATAGRAM, 8), "REGISTER"));
    stop(r);
}

/* ---- RFC5626:4.5 ------------------------------------------------------------------------------------------------- */

static void lose(rig *r, const ss_path *path)
{
    ss_turn turn = ss_turn_begin(r->now, &r->arena);
    CHECK_OK(ss_engine_path_lost(&r->engine, &turn, path, true));
    drain(r, &turn);
}

/* "a flow is considered successful if outbound registration succeeded, and … at least one subsequent keep-alive response was
 * received": this one was not. The base-time is 30 s when all have failed, else 90 s. */
TEST(rfc5626_4_5_a_flow_that_never_answered_is_not_made_again_at_once)
{
    rig *r = start();
    ss_path paths[2];
    both_up(r, TIMED, paths);
    lose(r, &paths[0]);
    CHECK_NULL(next(r));
    lose(r, &paths[1]);
    CHECK_NULL(next(r));
    run_to(r, SS_S(30) - 1); /* of 2 × 30 s at least the half */
    CHECK_NULL(next(r));
    run_to(r, SS_S(60)); /* the second flow: none was up beside it */
    expect(r, SS_OUT_CONNECT, 9);
    expect(r, SS_OUT_STREAM, 9);
    run_to(r, SS_S(90) - 1); /* the first: the other one was up when it failed */
    CHECK_NULL(next(r));
    run_to(r, SS_S(180));
    CHECK(next(r) != NULL);
    stop(r);
}

TEST(rfc5626_4_3_requests_go_by_a_flow_that_works)
{
    rig *r = start();
    ss_path paths[2];
    both_up(r, TIMED, paths);
    CHECK_OK(do_command(r, (ss_command){ .kind = SS_CMD_REQUEST,
                                         .method = SS_METHOD_MESSAGE,
                                         .target = SS_LIT("sip:alice@example.com") }));
    CHECK(has(expect(r, SS_OUT_STREAM, 8), "MESSAGE sip:alice@example.com"));
    lose(r, &paths[0]);
    CHECK_OK(do_command(r, (ss_command){ .kind = SS_CMD_REQUEST,
                                         .method = SS_METHOD_MESSAGE,
                                         .target = SS_LIT("sip:alice@example.com") }));
    const said *second = expect(r, SS_OUT_STREAM, 9);
    CHECK(has(second, "MESSAGE sip:alice@example.com"));
    CHECK_EQ(second->path.connection, paths[1].connection);
    stop(r);
}

TEST(rfc5626_4_2_2_a_503_leaves_the_flow_alone)
{
    rig *r = start();
    ss_path paths[2];
    both_up(r, TIMED, paths);
    CHECK_OK(do_command(r, (ss_command){ .kind = SS_CMD_REGISTER, .expires_s = 3600 }));
    answer(r, expect(r, SS_OUT_STREAM, 8), "503 Service Unavailable", "Retry-After: 600\r\n");
    answer(r, expect(r, SS_OUT_STREAM, 9), "503 Service Unavailable", "Retry-After: 600\r\n");
    run_to(r, SS_S(20));
    for (unsigned i = 0; i < 2; i++) {
        const said *ping = next(r);
        CHECK_NOT_NULL(ping);
        CHECK(strcmp(ping->text, "\r\n\r\n") == 0);
    }
    stop(r);
}

TEST(rfc5626_4_2_2_each_flow_removes_its_own_binding_and_is_at_rest)
{
    rig *r = start();
    ss_path paths[2];
    both_up(r, TIMED, paths);
    CHECK_OK(do_command(r, (ss_command){ .kind = SS_CMD_REGISTER, .expires_s = 0 }));
    for (unsigned i = 0; i < 2; i++) {
        const said *request = expect(r, SS_OUT_STREAM, 8 + i);
        CHECK(has(request, "Expires: 0\r\n"));
        answer(r, request, "200 OK", "");
    }
    run_to(r, SS_S(3600));
    const said *after = next(r);
    CHECK(after == NULL || strcmp(after->text, "\r\n\r\n") != 0);
    stop(r);
}
