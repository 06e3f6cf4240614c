/* RFC 7339: overload control, by a proxy as the client of Bob's host and as the server of Alice's. */
#include "oc_rig.h"

#include <stdio.h>

/* RFC7339:4.3 RFC7339:4.4 */
TEST(rfc7339_4_1_every_request_has_oc_without_a_value_and_nothing_for_servers_to_say)
{
    static const char *const methods[] = { "INVITE", "MESSAGE", "ACK" };
    proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
    for (size_t i = 0; i < SS_COUNT(methods); i++) {
        px_send(rig, ALICE, oc_request(rig, methods[i], (unsigned)i + 7000, "", ""));
        px_sent *sent = px_take(rig);
        while (sent != NULL && ss_slice_starts(sent->bytes, SS_LIT("SIP/2.0"))) {
            sent = px_take(rig);
        }
        CHECK_NOT_NULL(sent);
        const ss_slice via = px_field(rig, sent, SS_HDR_VIA, 0);
        CHECK(oc_contains(via, ";oc;oc-algo=\"loss\""));
        CHECK(!oc_contains(via, "oc-validity"));
        CHECK(!oc_contains(via, "oc-seq"));
    }
    px_free(rig);
}

TEST(rfc7339_4_2_loss_is_among_the_algorithms_always)
{
    proxy_rig *rig = oc_client(SS_OC_RATE, SS_OC_NONE);
    px_send(rig, ALICE, oc_request(rig, "MESSAGE", 1, "", ""));
    px_sent *sent = px_take(rig);
    CHECK(oc_contains(px_field(rig, sent, SS_HDR_VIA, 0), ";oc;oc-algo=\"rate,loss\""));
    px_free(rig);
}

/* RFC7339:5.10 without a Retry-After. */
TEST(rfc7339_5_5_what_a_server_asks_for_is_obeyed)
{
    proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
    oc_told(rig, ";oc=100;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.1");
    px_send(rig, ALICE, oc_request(rig, "INVITE", 1, "", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_sent *refusal = px_expect(rig, ALICE, "SIP/2.0 503 Service Unavailable");
    CHECK_EQ(px_field_count(rig, refusal, SS_HDR_RETRY_AFTER), 0);
    px_expect_nothing(rig);
    px_free(rig);
}

TEST(rfc7339_5_7_it_is_over_when_its_validity_is_or_when_the_server_says_so)
{
    proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
    oc_told(rig, ";oc=100;oc-algo=\"loss\";oc-validity=1000;oc-seq=1.1");
    px_run_to(rig, SS_MS(999));
    CHECK(!oc_goes(rig, "MESSAGE", ""));
    px_run_to(rig, SS_MS(1000));
    CHECK(oc_goes(rig, "MESSAGE", ""));
    /* RFC7339:4.3 */
    oc_told(rig, ";oc=100;oc-algo=\"loss\";oc-seq=1.2");
    px_run_to(rig, SS_MS(1499));
    CHECK(!oc_goes(rig, "MESSAGE", ""));
    px_run_to(rig, SS_MS(1500));
    CHECK(oc_goes(rig, "MESSAGE", ""));
    px_free(rig);
}

/* A response of a request that went before. */
static px_sent *ask(proxy_rig *rig)
{
    px_send(rig, ALICE, oc_request(rig, "OPTIONS", oc_next(), ";tag=b", ""));
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
        proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
        char first[128], second[128];
        px_sent *one = ask(rig), *two = ask(rig);
        snprintf(first, sizeof first, ";oc=100;oc-algo=\"loss\";oc-validity=9000;oc-seq=%s",
                 rows[i].first);
        snprintf(second, sizeof second, ";oc=0;oc-algo=\"loss\";oc-validity=9000;oc-seq=%s",
                 rows[i].second);
        px_send(rig, BOB, oc_answer(rig, one, 200, first));
        px_send(rig, BOB, oc_answer(rig, two, 200, second));
        while (px_take(rig) != NULL) {
        }
        CHECK_EQ(oc_goes(rig, "MESSAGE", ""), rows[i].is_news);
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
        proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
        oc_told(rig, rows[i]);
        CHECK(oc_goes(rig, "MESSAGE", ""));
        px_free(rig);
    }
}

TEST(rfc7339_5_7_no_server_silences_a_client_for_long_without_saying_so_again)
{
    proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
    oc_told(rig, ";oc=100;oc-algo=\"loss\";oc-validity=4294967295;oc-seq=1.1");
    px_run_to(rig, SS_MS(59999));
    CHECK(!oc_goes(rig, "MESSAGE", ""));
    px_run_to(rig, SS_S(60));
    CHECK(oc_goes(rig, "MESSAGE", ""));
    px_free(rig);
}

TEST(rfc7339_11_only_who_was_asked_is_believed)
{
    proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
    oc_told_by(rig, CAROL, ";oc=100;oc-algo=\"loss\";oc-validity=9000;oc-seq=1.1");
    CHECK(oc_goes(rig, "MESSAGE", ""));
    oc_told_by(rig, BOB, ";oc=100;oc-algo=\"loss\";oc-validity=9000;oc-seq=1.1");
    CHECK(!oc_goes(rig, "MESSAGE", ""));
    px_free(rig);
}

TEST(rfc7339_5_10_1_what_is_under_way_and_what_is_urgent_goes_while_the_rest_suffices)
{
    proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
    oc_told(rig, ";oc=80;oc-algo=\"loss\";oc-validity=60000;oc-seq=1.1");
    for (unsigned i = 0; i < 5; i++) {
        CHECK(!oc_goes(rig, "INVITE", ""));
        CHECK(oc_goes(rig, "BYE", ";tag=b"));
    }
    px_send(rig, ALICE,
            px_request(rig, "INVITE sip:bob@10.0.0.3", "urgent", "Resource-Priority: ets.0\n"));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    oc_told(rig, ";oc=100;oc-algo=\"loss\";oc-validity=60000;oc-seq=1.2");
    CHECK(!oc_goes(rig, "BYE", ";tag=b"));
    px_free(rig);
}

/* RFC7339:5.1 RFC7339:5.2 */
TEST(rfc7339_5_1_a_server_answers_who_asks_and_nobody_else)
{
    proxy_rig *rig = oc_server(SS_OC_LOSS, SS_OC_NONE);
    px_send(rig, ALICE, oc_request(rig, "INVITE", 1, "", ";oc;oc-algo=\"A,loss,rate\""));
    px_run_to(rig, SS_MS(10));
    px_sent *trying = px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    CHECK(oc_contains(px_field(rig, trying, SS_HDR_VIA, 0),
                      ";oc=0;oc-algo=\"loss\";oc-validity=0;oc-seq=0.00000"));
    while (px_take(rig) != NULL) {
    }
    px_send(rig, ALICE, oc_request(rig, "INVITE", 2, "", ""));
    px_send(rig, ALICE, oc_request(rig, "INVITE", 3, "", ";oc;oc-algo=\"A\""));
    px_run_to(rig, SS_MS(30));
    for (px_sent *s = px_take(rig); s != NULL; s = px_take(rig)) {
        if (ss_slice_starts(s->bytes, SS_LIT("SIP/2.0"))) {
            CHECK(!oc_contains(px_field(rig, s, SS_HDR_VIA, 0), "oc-seq"));
        }
    }
    px_free(rig);
}

/* RFC7339:5.6 */
TEST(rfc7339_5_4_what_is_said_goes_no_further_than_the_next_hop)
{
    proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
    px_send(rig, ALICE, oc_request(rig, "MESSAGE", 1, "", ";oc;oc-algo=\"loss\""));
    px_sent *sent = px_take(rig);
    CHECK(!oc_contains(px_field(rig, sent, SS_HDR_VIA, 1), ";oc"));
    const ss_slice ours = px_field(rig, sent, SS_HDR_VIA, 0);
    px_send(rig, BOB,
            px_printf(rig,
                      "SIP/2.0 200 OK\nVia: %.*s\nVia: SIP/2.0/UDP " ALICE
                      ":5060;branch=z9hG4bKn1;oc=100;oc-algo=\"loss\";oc-validity=9000;oc-seq=1.1\n"
                      "From: <sip:alice@example.com>;tag=a\nTo: <sip:bob@example.com>;tag=b\n"
                      "Call-ID: c1\nCSeq: 1 MESSAGE\nContent-Length: 0\n\n",
                      (int)ours.len, ours.at));
    px_sent *passed = px_expect(rig, ALICE, "SIP/2.0 200 OK");
    CHECK(!oc_contains(px_field(rig, passed, SS_HDR_VIA, 0), ";oc"));
    CHECK(oc_goes(rig, "MESSAGE", ""));
    px_free(rig);
}

TEST(rfc7339_5_4_sixteen_servers_are_known_and_the_seventeenth_takes_the_place_of_one)
{
    proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
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
        px_send(rig, host, oc_answer(rig, sent, 200, params));
        while (px_take(rig) != NULL) {
        }
    }
    CHECK(rig->engine.core.bytes < 40000);
    ss_engine_reset(&rig->engine);
    CHECK_EQ(rig->engine.core.bytes, 0);
    px_free(rig);
}

/* Bob says nothing to `count` requests, until the last timer fired. */
static void say_nothing(proxy_rig *rig, unsigned count, ss_time *now)
{
    for (unsigned i = 0; i < count; i++) {
        CHECK(oc_goes(rig, "MESSAGE", ""));
        *now += SS_S(32);
        px_run_to(rig, *now);
        while (px_take(rig) != NULL) {
        }
    }
}

TEST(rfc7339_5_9_a_server_that_is_silent_again_and_again_is_sent_no_more)
{
    proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
    ss_time now = 0;
    say_nothing(rig, 3, &now);
    CHECK(!oc_goes(rig, "MESSAGE", ""));
    CHECK(!oc_goes(rig, "INVITE", ""));
    CHECK(!oc_goes(rig, "BYE", ";tag=b"));
    px_free(rig);
}

/* One at a time, each after twice as long. */
TEST(rfc7339_5_9_it_is_probed_with_an_exponential_back_off)
{
    proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
    ss_time now = 0;
    say_nothing(rig, 3, &now);
    static const unsigned after_s[] = { 32, 64, 128, 256, 512, 1024, 2048, 2048 };
    for (size_t i = 0; i < SS_COUNT(after_s); i++) {
        now += SS_S(after_s[i]);
        px_run_to(rig, now - 1);
        CHECK(!oc_goes(rig, "MESSAGE", ""));
        px_run_to(rig, now);
        CHECK(oc_goes(rig, "MESSAGE", ""));
        CHECK(!oc_goes(rig, "MESSAGE", ""));
    }
    px_free(rig);
}

TEST(rfc7339_5_9_with_its_first_response_all_go_again)
{
    static const unsigned statuses[] = { 100, 200, 404, 500, 503 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
        ss_time now = 0;
        say_nothing(rig, 3, &now);
        px_run_to(rig, now + SS_S(32));
        px_send(rig, ALICE, oc_request(rig, "MESSAGE", oc_next(), "", ""));
        px_sent *probe = px_take(rig);
        CHECK(ss_slice_starts(probe->bytes, SS_LIT("MESSAGE")));
        px_send(rig, BOB, oc_answer(rig, probe, statuses[i], ""));
        while (px_take(rig) != NULL) {
        }
        CHECK_EQ(oc_goes(rig, "MESSAGE", ""), statuses[i] != 503);
        CHECK_EQ(oc_goes(rig, "MESSAGE", ""), statuses[i] != 503);
        px_free(rig);
    }
}

/* Not in a row: nothing is repeated. */
TEST(rfc7339_5_9_failures_with_a_response_in_between_are_not_repeated)
{
    proxy_rig *rig = oc_client(SS_OC_LOSS, SS_OC_NONE);
    ss_time now = 0;
    for (unsigned i = 0; i < 4; i++) {
        say_nothing(rig, 2, &now);
        oc_told(rig, "");
    }
    CHECK(oc_goes(rig, "MESSAGE", ""));
    px_free(rig);
}

TEST(rfc7339_5_9_who_takes_no_part_is_limited_by_nothing)
{
    proxy_rig *rig = oc_client(SS_OC_NONE, SS_OC_NONE);
    ss_time now = 0;
    say_nothing(rig, 6, &now);
    CHECK(oc_goes(rig, "MESSAGE", ""));
    px_free(rig);
}
