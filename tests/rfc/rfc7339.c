/* RFC 7339: overload control, by a proxy as the client of Bob's host and as the server of Alice's. */
#include "proxy_rig.h"

#include <stdio.h>
#include <string.h>

static ss_queue_config config;

static proxy_rig *client_rig(void)
{
    proxy_rig *rig = px_new();
    rig->settings.overload_control[0] = SS_OC_LOSS;
    px_go(rig);
    return rig;
}

/* One worker, 10 ms for a message, 1 ms for a refusal. */
static proxy_rig *server_rig(void)
{
    proxy_rig *rig = px_new();
    config = (ss_queue_config){ .workers = 1,
                                .bytes_max = 1u << 20,
                                .target = 900000,
                                .interval = SS_MS(100),
                                .validity = SS_MS(1000) };
    for (size_t i = 0; i < SS_CLASS_COUNT; i++) {
        config.classes[i].service = i == SS_CLASS_REFUSAL ? SS_MS(1) : SS_MS(10);
        config.classes[i].limit = 1000;
    }
    rig->config.queue = &config;
    rig->settings.t1 = rig->settings.t2 = SS_S(20); /* few copies */
    rig->settings.overload_control[0] = SS_OC_LOSS;
    px_go(rig);
    return rig;
}

/* A request of Alice's, the nth; in a dialog when `lines` says so. */
static ss_slice request(proxy_rig *rig, const char *method, unsigned nth, const char *to_tag,
                        const char *via)
{
    return px_printf(rig,
                     "%s sip:bob@10.0.0.3 SIP/2.0\nVia: SIP/2.0/UDP " ALICE
                     ":5060;branch=z9hG4bKn%u%s\nMax-Forwards: 70\n"
                     "From: <sip:alice@example.com>;tag=a\nTo: <sip:bob@example.com>%s\n"
                     "Call-ID: c%u\nCSeq: 1 %s\nContent-Length: 0\n\n",
                     method, nth, via, to_tag, nth, method);
}

/* Bob's answer, with these parameters in place of those that the proxy wrote. */
static ss_slice answer(proxy_rig *rig, const px_sent *to, unsigned status, const char *params)
{
    static const char written[] = ";oc;oc-algo=\"loss\"";
    static char text[4096];
    const ss_slice plain = px_reply(rig, to, status, "");
    snprintf(text, sizeof text, "%.*s", (int)plain.len, plain.at);
    char *at = strstr(text, written);
    CHECK_NOT_NULL(at);
    char rest[4096];
    snprintf(rest, sizeof rest, "%s", at + sizeof written - 1);
    snprintf(at, sizeof text - (size_t)(at - text), "%s%s", params, rest);
    ss_buffer b = ss_buffer_on(rig->text_memory + rig->text_used, 8192);
    ss_put_text(&b, text);
    rig->text_used += b.len;
    return ss_buffer_slice(&b);
}

static unsigned next_nth = 100000;

/* Whether a request of this kind goes to Bob now; else Alice is told 503. */
static bool goes(proxy_rig *rig, const char *method, const char *to_tag)
{
    px_send(rig, ALICE, request(rig, method, next_nth++, to_tag, ""));
    bool is_held = false;
    for (px_sent *s = px_take(rig); s != NULL; s = px_take(rig)) {
        is_held = is_held || ss_slice_starts(s->bytes, SS_LIT("SIP/2.0 503"));
    }
    return !is_held;
}

/* A MESSAGE to Bob, answered 200 with these parameters. */
static void told_by(proxy_rig *rig, const char *host, const char *params)
{
    px_send(rig, ALICE, request(rig, "MESSAGE", next_nth++, ";tag=b", ""));
    px_sent *sent = px_take(rig);
    CHECK_NOT_NULL(sent);
    CHECK(ss_slice_starts(sent->bytes, SS_LIT("MESSAGE")));
    px_send(rig, host, answer(rig, sent, 200, params));
    while (px_take(rig) != NULL) {
    }
}

static void told(proxy_rig *rig, const char *params)
{
    told_by(rig, BOB, params);
}

static bool contains(ss_slice text, const char *what)
{
    for (size_t i = 0; i + strlen(what) <= text.len; i++) {
        if (memcmp(text.at + i, what, strlen(what)) == 0) {
            return true;
        }
    }
    return false;
}

/* RFC7339:4.3 RFC7339:4.4 */
TEST(rfc7339_4_1_every_request_has_oc_without_a_value_and_nothing_for_servers_to_say)
{
    static const char *const methods[] = { "INVITE", "MESSAGE", "ACK" };
    proxy_rig *rig = client_rig();
    for (size_t i = 0; i < SS_COUNT(methods); i++) {
        px_send(rig, ALICE, request(rig, methods[i], (unsigned)i + 7000, "", ""));
        px_sent *sent = px_take(rig);
        while (sent != NULL && ss_slice_starts(sent->bytes, SS_LIT("SIP/2.0"))) {
            sent = px_take(rig);
        }
        CHECK_NOT_NULL(sent);
        const ss_slice via = px_field(rig, sent, SS_HDR_VIA, 0);
        CHECK(contains(via, ";oc;oc-algo=\"loss\""));
        CHECK(!contains(via, "oc-validity"));
        CHECK(!contains(via, "oc-seq"));
    }
    px_free(rig);
}

TEST(rfc7339_4_2_loss_is_among_the_algorithms_always)
{
    proxy_rig *rig = px_new();
    rig->settings.overload_control[0] = SS_OC_RATE;
    px_go(rig);
    px_send(rig, ALICE, request(rig, "MESSAGE", 1, "", ""));
    px_sent *sent = px_take(rig);
    CHECK(contains(px_field(rig, sent, SS_HDR_VIA, 0), ";oc;oc-algo=\"rate,loss\""));
    px_free(rig);
}

/* RFC7339:5.10 without a Retry-After. */
TEST(rfc7339_5_5_what_a_server_asks_for_is_obeyed)
{
    proxy_rig *rig = client_rig();
    told(rig, ";oc=100;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.1");
    px_send(rig, ALICE, request(rig, "INVITE", 1, "", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_sent *refusal = px_expect(rig, ALICE, "SIP/2.0 503 Service Unavailable");
    CHECK_EQ(px_field_count(rig, refusal, SS_HDR_RETRY_AFTER), 0);
    px_expect_nothing(rig);
    px_free(rig);
}

TEST(rfc7339_5_7_it_is_over_when_its_validity_is_or_when_the_server_says_so)
{
    proxy_rig *rig = client_rig();
    told(rig, ";oc=100;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.1");
    px_run_to(rig, SS_MS(999));
    CHECK(!goes(rig, "MESSAGE", ""));
    px_run_to(rig, SS_MS(1000));
    CHECK(goes(rig, "MESSAGE", ""));
    /* RFC7339:4.3 */
    told(rig, ";oc=100;oc-algo=\"loss\";oc-seq=1.2");
    px_run_to(rig, SS_MS(1499));
    CHECK(!goes(rig, "MESSAGE", ""));
    px_run_to(rig, SS_MS(1500));
    CHECK(goes(rig, "MESSAGE", ""));
    px_free(rig);
}

/* A response of a request that went before. */
static px_sent *ask(proxy_rig *rig)
{
    px_send(rig, ALICE, request(rig, "OPTIONS", next_nth++, ";tag=b", ""));
    px_sent *sent = px_take(rig);
    CHECK_NOT_NULL(sent);
    return sent;
}

TEST(rfc7339_5_4_only_a_larger_seq_is_news)
{
    static const struct {
        const char *first, *second;
        bool is_news;
    } rows[] = {
        { "7.1", "7.2", true },   { "7.1", "7.1", false }, { "7.1", "6.9", false },
        { "7.9", "7.10", false }, { "7.09", "7.1", true }, { "999999999999.1", "3.1", true },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        proxy_rig *rig = client_rig();
        char first[128], second[128];
        px_sent *one = ask(rig), *two = ask(rig);
        snprintf(first, sizeof first, ";oc=100;oc-algo=\"loss\";oc-validity=9000;oc-seq=%s",
                 rows[i].first);
        snprintf(second, sizeof second, ";oc=0;oc-algo=\"loss\";oc-validity=9000;oc-seq=%s",
                 rows[i].second);
        px_send(rig, BOB, answer(rig, one, 200, first));
        px_send(rig, BOB, answer(rig, two, 200, second));
        while (px_take(rig) != NULL) {
        }
        CHECK_EQ(goes(rig, "MESSAGE", ""), rows[i].is_news);
        px_free(rig);
    }
}

/* RFC7339:7.1 RFC7339:9 */
TEST(rfc7339_9_what_is_not_as_the_grammar_has_it_changes_nothing)
{
    static const char *const rows[] = {
        ";oc=101;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.1",
        ";oc=4294967295;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.1",
        ";oc=99999999999999999999;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.1",
        ";oc=-1;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.1",
        ";oc=x;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.1",
        ";oc=100;oc=100;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.1",
        ";oc=;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.1",
        ";oc;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.1",
        ";oc-algo=\"loss\";oc-validity=1000;oc-seq=1.1",
        ";oc=100;oc-validity=1000;oc-seq=1.1",
        ";oc=100;oc-algo=\"loss,rate\";oc-validity=1000;oc-seq=1.1",
        ";oc=100;oc-algo=\"\";oc-validity=1000;oc-seq=1.1",
        ";oc=100;oc-algo=\"window\";oc-validity=1000;oc-seq=1.1",
        ";oc=100;oc-algo=\"rate\";oc-validity=1000;oc-seq=1.1",
        ";oc=100;oc-algo=\"loss\";oc-validity=-5;oc-seq=1.1",
        ";oc=100;oc-algo=\"loss\";oc-validity=1000;oc-seq=1",
        ";oc=100;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.123456",
        ";oc=100;oc-algo=\"loss\";oc-validity=1000;oc-seq=1234567890123.1",
        ";oc=100;oc-algo=\"loss\";oc-validity=1000;oc-seq=.1",
        ";oc=100;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.",
        ";oc=100;oc-algo=\"loss\";oc-validity=0;oc-seq=1.1",
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        proxy_rig *rig = client_rig();
        told(rig, rows[i]);
        CHECK(goes(rig, "MESSAGE", ""));
        px_free(rig);
    }
}

TEST(rfc7339_5_7_no_server_silences_a_client_for_long_without_saying_so_again)
{
    proxy_rig *rig = client_rig();
    told(rig, ";oc=100;oc-algo=\"loss\";oc-validity=4294967295;oc-seq=1.1");
    px_run_to(rig, SS_MS(59999));
    CHECK(!goes(rig, "MESSAGE", ""));
    px_run_to(rig, SS_S(60));
    CHECK(goes(rig, "MESSAGE", ""));
    px_free(rig);
}

TEST(rfc7339_11_only_who_was_asked_is_believed)
{
    proxy_rig *rig = client_rig();
    told_by(rig, CAROL, ";oc=100;oc-algo=\"loss\";oc-validity=9000;oc-seq=1.1");
    CHECK(goes(rig, "MESSAGE", ""));
    told_by(rig, BOB, ";oc=100;oc-algo=\"loss\";oc-validity=9000;oc-seq=1.1");
    CHECK(!goes(rig, "MESSAGE", ""));
    px_free(rig);
}

/* RFC7339:7.2 by the default mix 80 % are of the first category: of these 37.5 % for 30 % of all, then as they really are. */
TEST(rfc7339_7_2_the_share_is_held_back)
{
    proxy_rig *rig = client_rig();
    told(rig, ";oc=30;oc-algo=\"loss\";oc-validity=60000;oc-seq=1.1");
    unsigned held = 0;
    for (unsigned i = 0; i < 400; i++) {
        held += !goes(rig, "MESSAGE", "");
    }
    CHECK(held >= 149 && held <= 151);
    px_run_to(rig, SS_S(5));
    (void)goes(rig, "MESSAGE", "");
    held = 0;
    for (unsigned i = 0; i < 400; i++) {
        held += !goes(rig, "MESSAGE", "");
    }
    CHECK(held >= 119 && held <= 121);
    px_free(rig);
}

TEST(rfc7339_5_10_1_what_is_under_way_and_what_is_urgent_goes_while_the_rest_suffices)
{
    proxy_rig *rig = client_rig();
    told(rig, ";oc=80;oc-algo=\"loss\";oc-validity=60000;oc-seq=1.1");
    for (unsigned i = 0; i < 100; i++) {
        CHECK(!goes(rig, "INVITE", ""));
        CHECK(goes(rig, "BYE", ";tag=b"));
    }
    px_send(rig, ALICE,
            px_request(rig, "INVITE sip:bob@10.0.0.3", "urgent", "Resource-Priority: ets.0\n"));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    told(rig, ";oc=100;oc-algo=\"loss\";oc-validity=60000;oc-seq=1.2");
    CHECK(!goes(rig, "BYE", ";tag=b"));
    px_free(rig);
}

/* RFC7339:5.1 RFC7339:5.2 */
TEST(rfc7339_5_1_a_server_answers_who_asks_and_nobody_else)
{
    proxy_rig *rig = server_rig();
    px_send(rig, ALICE, request(rig, "INVITE", 1, "", ";oc;oc-algo=\"A,loss,rate\""));
    px_run_to(rig, SS_MS(10));
    px_sent *trying = px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    CHECK(contains(px_field(rig, trying, SS_HDR_VIA, 0),
                   ";oc=0;oc-algo=\"loss\";oc-validity=0;oc-seq=0.00000"));
    while (px_take(rig) != NULL) {
    }
    px_send(rig, ALICE, request(rig, "INVITE", 2, "", ""));
    px_send(rig, ALICE, request(rig, "INVITE", 3, "", ";oc;oc-algo=\"A\""));
    px_run_to(rig, SS_MS(30));
    for (px_sent *s = px_take(rig); s != NULL; s = px_take(rig)) {
        if (ss_slice_starts(s->bytes, SS_LIT("SIP/2.0"))) {
            CHECK(!contains(px_field(rig, s, SS_HDR_VIA, 0), "oc-seq"));
        }
    }
    px_free(rig);
}

/* Twice what it can do, for two seconds. RFC7339:5.3 */
static void overload(proxy_rig *rig, const char *via, unsigned *refused, px_sent **last)
{
    for (unsigned i = 0; i < 400; i++) {
        px_run_to(rig, SS_MS(5) * (i + 1));
        px_send(rig, ALICE, request(rig, "MESSAGE", next_nth++, "", via));
        for (px_sent *s = px_take(rig); s != NULL; s = px_take(rig)) {
            if (ss_slice_starts(s->bytes, SS_LIT("SIP/2.0 503"))) {
                (*refused)++;
                *last = s;
            }
        }
    }
}

TEST(rfc7339_5_3_an_overloaded_server_asks_for_less_and_then_for_nothing)
{
    proxy_rig *rig = server_rig();
    unsigned refused = 0;
    px_sent *last = NULL;
    overload(rig, ";oc;oc-algo=\"loss\"", &refused, &last);
    CHECK_EQ(refused, 0); /* who takes part is not refused for it */
    px_send(rig, ALICE, request(rig, "INVITE", 5001, "", ";oc;oc-algo=\"loss\""));
    px_run_to(rig, rig->now + SS_S(5));
    bool is_asked = false;
    for (px_sent *s = px_take(rig); s != NULL; s = px_take(rig)) {
        const ss_slice via = px_field(rig, s, SS_HDR_VIA, 0);
        if (ss_slice_starts(s->bytes, SS_LIT("SIP/2.0 100")) && contains(via, "bKn5001;")) {
            is_asked = contains(via, ";oc-validity=1000;") && !contains(via, ";oc=0;");
        }
    }
    CHECK(is_asked);
    for (unsigned i = 0; i < 60; i++) {
        px_run_to(rig, rig->now + SS_MS(500));
        px_send(rig, ALICE, request(rig, "INVITE", 6000 + i, "", ";oc;oc-algo=\"loss\""));
    }
    px_run_to(rig, rig->now + SS_MS(20));
    bool is_over = false;
    for (px_sent *s = px_take(rig); s != NULL; s = px_take(rig)) {
        if (ss_slice_starts(s->bytes, SS_LIT("SIP/2.0 100")) &&
            contains(px_field(rig, s, SS_HDR_VIA, 0), "bKn60")) {
            is_over =
                contains(px_field(rig, s, SS_HDR_VIA, 0), ";oc=0;oc-algo=\"loss\";oc-validity=0;");
        }
    }
    CHECK(is_over);
    px_free(rig);
}

TEST(rfc7339_5_10_2_who_takes_no_part_is_refused_his_share_without_retry_after)
{
    proxy_rig *rig = server_rig();
    unsigned refused = 0;
    px_sent *last = NULL;
    overload(rig, "", &refused, &last);
    CHECK(refused > 100);
    CHECK(refused < 350);
    CHECK_EQ(px_field_count(rig, last, SS_HDR_RETRY_AFTER), 0);
    px_free(rig);
}

/* RFC7339:5.6 */
TEST(rfc7339_5_4_what_is_said_goes_no_further_than_the_next_hop)
{
    proxy_rig *rig = client_rig();
    px_send(rig, ALICE, request(rig, "MESSAGE", 1, "", ";oc;oc-algo=\"loss\""));
    px_sent *sent = px_take(rig);
    CHECK(!contains(px_field(rig, sent, SS_HDR_VIA, 1), ";oc"));
    const ss_slice ours = px_field(rig, sent, SS_HDR_VIA, 0);
    px_send(rig, BOB,
            px_printf(rig,
                      "SIP/2.0 200 OK\nVia: %.*s\nVia: SIP/2.0/UDP " ALICE
                      ":5060;branch=z9hG4bKn1;oc=100;oc-algo=\"loss\";oc-validity=9000;oc-seq=1.1\n"
                      "From: <sip:alice@example.com>;tag=a\nTo: <sip:bob@example.com>;tag=b\n"
                      "Call-ID: c1\nCSeq: 1 MESSAGE\nContent-Length: 0\n\n",
                      (int)ours.len, ours.at));
    px_sent *passed = px_expect(rig, ALICE, "SIP/2.0 200 OK");
    CHECK(!contains(px_field(rig, passed, SS_HDR_VIA, 0), ";oc"));
    CHECK(goes(rig, "MESSAGE", ""));
    px_free(rig);
}

TEST(rfc7339_5_4_sixteen_servers_are_known_and_the_seventeenth_takes_the_place_of_one)
{
    proxy_rig *rig = client_rig();
    for (unsigned i = 0; i < 20; i++) {
        char host[32];
        snprintf(host, sizeof host, "10.0.1.%u", i);
        px_send(rig, ALICE,
                px_printf(rig,
                          "OPTIONS sip:x@%s SIP/2.0\nVia: SIP/2.0/UDP " ALICE
                          ":5060;branch=z9hG4bKs%u\nMax-Forwards: 70\nFrom: <sip:a@b>;tag=a\n"
                          "To: <sip:b@b>\nCall-ID: s%u\nCSeq: 1 OPTIONS\nContent-Length: 0\n\n",
                          host, i, i));
        px_sent *sent = px_take(rig);
        CHECK_NOT_NULL(sent);
        char params[96];
        snprintf(params, sizeof params, ";oc=100;oc-algo=\"loss\";oc-validity=%u;oc-seq=1.1",
                 1000 + i);
        px_send(rig, host, answer(rig, sent, 200, params));
        while (px_take(rig) != NULL) {
        }
    }
    CHECK(rig->engine.core.bytes < 40000);
    ss_engine_reset(&rig->engine);
    CHECK_EQ(rig->engine.core.bytes, 0);
    px_free(rig);
}
