/* RFC 3263 5 with RFC 3261 18.2.2: where a response goes when it cannot go where its request came from. */
#include "proxy_rig.h"

#include <string.h>

#define MESSAGE_OUT "MESSAGE sip:b@10.0.0.3 SIP/2.0"
#define OK          "SIP/2.0 200 OK"
#define DAVE        "10.0.0.5"

static proxy_rig *px_among_names(void)
{
    proxy_rig *rig = px_new();
    rig->config.transports = 1u << SS_TRANSPORT_TCP;
    px_go(rig);
    rig->names[0] = ss_address_v4(0x0a000004, 5060);
    rig->names[1] = ss_address_v4(0x0a000005, 5060);
    rig->name_count = 2;
    return rig;
}

static ss_slice message(proxy_rig *rig, const char *via)
{
    return px_printf(rig,
                     "MESSAGE sip:b@10.0.0.3 SIP/2.0\nVia: SIP/2.0/%s;branch=z9hG4bKa1\n"
                     "Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=a\n"
                     "To: <sip:bob@example.com>\nCall-ID: call\nCSeq: 1 MESSAGE\n"
                     "Content-Length: 0\n\n",
                     via);
}

/* Bob answers what Alice sent over UDP with this Via. */
static void answered(proxy_rig *rig, const char *via)
{
    px_send(rig, ALICE, message(rig, via));
    px_send(rig, BOB, px_reply(rig, px_expect(rig, BOB, MESSAGE_OUT), 200, ""));
}

/* ---- over UDP ------------------------------------------------------------------------------------------------ */

/* RFC3261:18.2.2 what ICMP says is unreachable is looked for as RFC 3263 5 has it. */
TEST(rfc3263_5_after_icmp_a_response_goes_to_each_address_of_the_sent_by_in_turn)
{
    proxy_rig *rig = px_among_names();
    answered(rig, "UDP far.example.net");
    px_expect(rig, ALICE, OK);
    CHECK_EQ(rig->queries, 0);
    px_fail_path(rig, ALICE);
    CHECK_SLICE(rig->held.name, "far.example.net");
    CHECK_EQ(rig->held.port, 0); /* SRV is asked for */
    px_expect(rig, CAROL, OK);
    px_send(rig, ALICE, message(rig, "UDP far.example.net"));
    px_expect(rig, CAROL, OK); /* a copy takes the new way */
    px_fail_path(rig, CAROL);
    px_expect(rig, DAVE, OK);
    px_fail_path(rig, DAVE);
    px_expect_nothing(rig);
    CHECK_EQ(rig->queries, 1);
    px_stop(rig);
}

TEST(rfc3263_5_after_icmp_a_numeric_sent_by_is_tried_without_asking)
{
    proxy_rig *rig = px_among_names();
    answered(rig, "UDP 10.0.0.5:5070");
    CHECK_NOT_NULL(px_take(rig));
    rig->next--;
    CHECK_EQ(px_expect(rig, ALICE, OK)->to.port, 5070);
    px_send(rig, ALICE, message(rig, "UDP 10.0.0.5:5070"));
    px_expect(rig, ALICE, OK);
    px_stop(rig);
    rig = px_among_names();
    answered(rig, "UDP 10.0.0.5");
    px_expect(rig, ALICE, OK);
    px_fail_path(rig, ALICE);
    px_expect(rig, DAVE, OK);
    CHECK_EQ(rig->queries, 0);
    px_stop(rig);
}

TEST(rfc3263_5_a_sent_by_that_is_where_it_failed_is_no_other_place)
{
    proxy_rig *rig = px_among_names();
    answered(rig, "UDP " ALICE);
    px_expect(rig, ALICE, OK);
    px_fail_path(rig, ALICE);
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3263_5_a_name_that_nobody_knows_leaves_nothing)
{
    proxy_rig *rig = px_among_names();
    rig->name_count = 0;
    answered(rig, "UDP far.example.net");
    px_expect(rig, ALICE, OK);
    px_fail_path(rig, ALICE);
    px_expect_nothing(rig);
    px_fail_path(rig, ALICE); /* asked for again, and again in vain */
    px_expect_nothing(rig);
    px_stop(rig);
}

/* RFC3261:18.2.2 to the address of maddr, and the port of sent-by or 5060. */
TEST(rfc3261_18_2_2_a_maddr_that_is_a_name_is_resolved)
{
    proxy_rig *rig = px_among_names();
    rig->name_count = 1;
    answered(rig, "UDP far.example.net;maddr=group.example.net");
    CHECK_SLICE(rig->held.name, "group.example.net");
    CHECK_EQ(rig->held.port, 5060);
    px_expect(rig, CAROL, OK);
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_18_2_2_what_waits_for_a_name_is_sent_when_the_answer_comes_and_once)
{
    proxy_rig *rig = px_among_names();
    rig->hold_queries = true;
    answered(rig, "UDP far.example.net;maddr=group.example.net");
    px_expect_nothing(rig);
    px_send(rig, ALICE, message(rig, "UDP far.example.net;maddr=group.example.net"));
    px_expect_nothing(rig);
    CHECK_EQ(rig->queries, 1);
    const ss_answer answer = { .token = rig->held.token,
                               .addresses = rig->names,
                               .address_count = 1 };
    px_answer(rig, &answer);
    px_expect(rig, CAROL, OK);
    px_answer(rig, &answer);
    CHECK_STATUS(rig->last_status, SS_NONE);
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_18_2_2_an_answer_that_never_comes_leaves_nothing_after_64_t1)
{
    proxy_rig *rig = px_among_names();
    rig->hold_queries = true;
    answered(rig, "UDP far.example.net;maddr=group.example.net");
    CHECK_EQ(rig->engine.connections.returns, 1);
    px_run_to(rig, SS_S(32));
    CHECK_EQ(rig->engine.connections.returns, 0);
    px_stop(rig);
}

/* RFC3261:18.2.2 "if it is not receiver-tagged": what a stateless proxy takes from a neighbour that did not tag it. */
TEST(rfc3261_18_2_2_a_sent_by_without_received_is_resolved)
{
    proxy_rig *rig = px_new();
    rig->config.mode = SS_PROXY_STATELESS;
    px_go(rig);
    rig->names[0] = ss_address_v4(0x0a000004, 5070);
    rig->name_count = 1;
    for (int copy = 0; copy < 2; copy++) {
        px_send(rig, BOB,
                px_printf(rig, "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\n"
                               "Via: SIP/2.0/UDP far.example.net:5070;branch=z9hG4bKa1\n"
                               "From: <sip:a@x>;tag=a\nTo: <sip:b@x>;tag=b\n"
                               "Call-ID: call\nCSeq: 1 MESSAGE\nContent-Length: 0\n\n"));
        CHECK_EQ(px_expect(rig, CAROL, OK)->to.port, 5070);
    }
    CHECK_SLICE(rig->held.name, "far.example.net");
    CHECK_EQ(rig->held.port, 5070);
    px_stop(rig);
}

/* ---- over streams -------------------------------------------------------------------------------------------- */

typedef enum deed { OPENS, CLOSES, REFUSES } deed;

static void do_to(proxy_rig *rig, const ss_path *path, deed what)
{
    static _Alignas(16) unsigned char memory[1 << 16];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_turn turn = ss_turn_begin(rig->now, &arena);
    if (what == OPENS) {
        CHECK_OK(ss_engine_stream_opened(&rig->engine, &turn, path));
    } else if (what == CLOSES) {
        CHECK_OK(ss_engine_path_lost(&rig->engine, &turn, path, false));
    } else {
        CHECK_OK(ss_engine_path_refused(&rig->engine, &turn, path));
    }
    px_drain(rig, &turn);
}

/* Alice asks over a connection that is closed before Bob answers. */
static void loses_connection(proxy_rig *rig, const char *via)
{
    const ss_path path = px_open(rig, ALICE, 1);
    px_write(rig, &path, message(rig, via));
    px_sent *copy = px_expect(rig, BOB, MESSAGE_OUT);
    do_to(rig, &path, CLOSES);
    px_send(rig, BOB, px_reply(rig, copy, 200, ""));
}

static void connects(const proxy_rig *rig, unsigned nth, uint32_t host, uint16_t port)
{
    CHECK_EQ(rig->connect_count, nth);
    const ss_address to = ss_address_v4(host, port);
    CHECK(ss_address_equal(&rig->connect.remote, &to));
}

TEST(rfc3261_18_2_2_a_connection_that_is_gone_is_opened_to_received_and_the_port_of_sent_by)
{
    proxy_rig *rig = px_among_names();
    loses_connection(rig, "TCP far.example.net:5070");
    connects(rig, 1, 0x0a000002, 5070);
    px_expect(rig, ALICE, OK);
    do_to(rig, &rig->connect, OPENS);
    CHECK_EQ(rig->engine.connections.returns, 0);
    CHECK_EQ(rig->queries, 0);
    do_to(rig, &rig->connect, CLOSES);
    px_stop(rig);
}

/* RFC3261:18.2.2 a connection that cannot be made is followed by what RFC 3263 5 finds. */
TEST(rfc3263_5_a_connection_that_is_refused_is_followed_by_those_to_the_sent_by)
{
    proxy_rig *rig = px_among_names();
    loses_connection(rig, "TCP far.example.net");
    connects(rig, 1, 0x0a000002, 5060);
    px_expect(rig, ALICE, OK);
    do_to(rig, &rig->connect, REFUSES);
    CHECK_SLICE(rig->held.name, "far.example.net");
    CHECK_EQ(rig->held.transport, SS_TRANSPORT_TCP);
    connects(rig, 2, 0x0a000004, 5060);
    px_expect(rig, CAROL, OK);
    do_to(rig, &rig->connect, REFUSES);
    connects(rig, 3, 0x0a000005, 5060);
    px_expect(rig, DAVE, OK);
    do_to(rig, &rig->connect, OPENS);
    CHECK_EQ(rig->engine.connections.returns, 0);
    do_to(rig, &rig->connect, CLOSES);
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3263_5_when_all_refuse_the_response_is_given_up)
{
    proxy_rig *rig = px_among_names();
    loses_connection(rig, "TCP far.example.net");
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(rig->connect_count, i + 1);
        CHECK_NOT_NULL(px_take(rig));
        do_to(rig, &rig->connect, REFUSES);
    }
    CHECK_EQ(rig->engine.connections.returns, 0);
    CHECK_EQ(rig->connect_count, 3);
    px_expect_nothing(rig);
    px_stop(rig);
}

/* What does not find a place among those that are kept has its first way and no other. */
TEST(rfc3263_5_no_more_are_kept_than_the_limit)
{
    proxy_rig *rig = px_among_names();
    rig->hold_queries = true;
    char via[64] = "UDP far.example.net;maddr=group.example.net;x=a";
    for (unsigned i = 0; i < SS_RETURNS_MAX + 3; i++) {
        via[strlen(via) - 1] = (char)('a' + i);
        px_send(rig, ALICE,
                px_printf(rig,
                          "OPTIONS sip:10.0.0.1 SIP/2.0\nVia: SIP/2.0/%s;branch=z9hG4bK%u\n"
                          "Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=a\n"
                          "To: <sip:10.0.0.1>\nCall-ID: call%u\nCSeq: 1 OPTIONS\n"
                          "Content-Length: 0\n\n",
                          via, i, i));
    }
    CHECK_EQ(rig->engine.connections.returns, SS_RETURNS_MAX);
    CHECK_EQ(rig->full_events, 3);
    px_expect_nothing(rig);
    px_stop(rig);
}
