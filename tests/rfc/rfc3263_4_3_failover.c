/* RFC 3263 4.3, and the rules on transactions of section 4: a request whose server failed goes to the next one, as a new
 * transaction. Alice asks for a name that leads to nobody (10.0.0.77), then Carol, who is the test itself. */
#include "ua_rig.h"

static const ss_address *places(void)
{
    static ss_address list[3];
    list[0] = ss_address_v4(0x0a00004du, 5060);
    list[1] = ss_address_v4(0x0a000009u, 5060);
    list[2] = ss_address_v4(0x0a00004eu, 5060);
    return list;
}

/* The name leads to the first `count` places. */
static void resolve(ua_rig *rig, size_t query, uint16_t count)
{
    CHECK_OK(ua_answer(
        rig, query, (ss_answer){ .status = SS_OK, .addresses = places(), .address_count = count }));
}

/* Carol is the first place, then one where nobody is. */
static void resolve_to_carol_first(ua_rig *rig, size_t query)
{
    CHECK_OK(ua_answer(
        rig, query, (ss_answer){ .status = SS_OK, .addresses = places() + 1, .address_count = 2 }));
}

static ua_rig *call_by_name(void)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@example.com");
    return rig;
}

static const ua_message *last_sent(const ua_rig *rig, const char *name)
{
    return ua_sent(rig, ALICE, name, ua_sent_count(rig, ALICE, name) - 1);
}

/* One more than before, to Carol: the same request but for its branch. */
static void check_same_but_branch(const ua_message *before, const ua_message *after)
{
    const ss_msg *a = ua_parse(before);
    const ss_msg *b = ua_parse(after);
    CHECK(before->to != CAROL);
    CHECK_EQ(after->to, CAROL);
    CHECK(!ss_slice_eq(a->top_via.branch, b->top_via.branch));
    CHECK_SLICE_EQ(a->request_uri, b->request_uri);
    const size_t via_end = (size_t)(a->top_via.whole.at - a->bytes.at) + a->top_via.whole.len;
    const size_t other_end = (size_t)(b->top_via.whole.at - b->bytes.at) + b->top_via.whole.len;
    CHECK_SLICE_EQ(ss_slice_cut(a->bytes, via_end, a->bytes.len),
                   ss_slice_cut(b->bytes, other_end, b->bytes.len));
}

TEST(rfc3263_4_3_timer_b_without_any_response_tries_the_next_server)
{
    ua_rig *rig = call_by_name();
    resolve(rig, 0, 2);
    ua_run(rig, SS_S(32) - 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 7);
    CHECK_EQ(rig->avoid_count, 0);
    ua_run(rig, SS_S(32)); /* RFC3263:4.3 */
    const ua_message *again = last_sent(rig, "INVITE");
    CHECK_EQ(again->at, SS_S(32));
    check_same_but_branch(ua_sent(rig, ALICE, "INVITE", 0), again);
    CHECK_OK(ua_carol_answers(rig, again, 200, "c", "Contact: <sip:carol@10.0.0.9>\r\n"));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_EQ(last_sent(rig, "ACK")->to, CAROL);
}

TEST(rfc3263_4_3_a_503_tries_the_next_server)
{
    ua_rig *rig = call_by_name();
    resolve_to_carol_first(rig, 0);
    const ua_message *first = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, first, 503, "c", ""));
    CHECK_EQ(ua_sent(rig, ALICE, "ACK", 0)->to, CAROL); /* RFC3263:4 the ACK goes where it went */
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 2);
    CHECK(last_sent(rig, "INVITE")->to != CAROL);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 0);
    ua_run(rig, SS_S(32)); /* the last one: its failure is the answer */
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_REJECTED)->event.status, 408);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(rfc3263_4_3_a_failure_of_the_transport_tries_the_next_server)
{
    ua_rig *rig = call_by_name();
    resolve_to_carol_first(rig, 0);
    CHECK_OK(ua_lose_path(rig, ALICE, CAROL));
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 2);
    CHECK(last_sent(rig, "INVITE")->to != CAROL);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 0);
}

TEST(rfc3263_4_3_each_server_is_tried_once)
{
    ua_rig *rig = call_by_name();
    resolve(rig, 0, 3);
    ua_run(rig, SS_S(32));
    CHECK_OK(ua_carol_answers(rig, last_sent(rig, "INVITE"), 503, "c", ""));
    ua_run(rig, SS_S(64) - 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 0);
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 7 + 1 + 7);
    ua_run(rig, SS_S(64));
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_REJECTED)->event.status, 408);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(rfc3263_4_3_any_other_response_is_the_answer)
{
    static const unsigned finals[] = { 408, 480, 486, 500, 504, 600 };
    for (size_t i = 0; i < SS_COUNT(finals); i++) {
        ua_rig *rig = call_by_name();
        resolve_to_carol_first(rig, 0);
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), finals[i], "c", ""));
        CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 1);
        CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_REJECTED)->event.status, finals[i]);
    }
}

/* Nothing was heard, not even a 1xx. */
TEST(rfc3263_4_3_a_timeout_after_a_provisional_response_is_no_failure)
{
    ua_rig *rig = ua_start();
    ss_command options = { .kind = SS_CMD_REQUEST,
                           .method = SS_METHOD_OPTIONS,
                           .target = SS_LIT("sip:carol@example.com") };
    CHECK_OK(ua_command(rig, ALICE, &options));
    resolve_to_carol_first(rig, 0);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "OPTIONS", 0), 100, "c", ""));
    ua_run_out(rig);
    for (unsigned i = 0; i < ua_sent_count(rig, ALICE, "OPTIONS"); i++) {
        CHECK_EQ(ua_sent(rig, ALICE, "OPTIONS", i)->to, CAROL);
    }
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_RESPONSE)->event.status, 408);
    CHECK_EQ(rig->avoid_count, 0);
}

TEST(rfc3263_4_a_cancel_goes_to_the_server_of_its_invite)
{
    ua_rig *rig = call_by_name();
    resolve(rig, 0, 3);
    ua_run(rig, SS_S(32));
    CHECK_OK(ua_carol_answers(rig, last_sent(rig, "INVITE"), 180, "c", ""));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
    CHECK_EQ(ua_sent(rig, ALICE, "CANCEL", 0)->to, CAROL); /* RFC3263:4 */
    CHECK_OK(ua_carol_answers(rig, last_sent(rig, "INVITE"), 503, "c", ""));
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 8); /* who cancelled wants no other */
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 1);
}

/* Every request that has a transaction. */
TEST(rfc3263_4_3_all_requests_fail_over)
{
    static const struct {
        const char *name;
        ss_command command;
    } all[] = {
        { "REGISTER", { .kind = SS_CMD_REGISTER, .expires_s = 60 } },
        { "OPTIONS",
          { .kind = SS_CMD_REQUEST,
            .method = SS_METHOD_OPTIONS,
            .target = SS_LIT_INIT("sip:carol@example.com") } },
        { "MESSAGE",
          { .kind = SS_CMD_REQUEST,
            .method = SS_METHOD_MESSAGE,
            .target = SS_LIT_INIT("sip:carol@example.com"),
            .body_type = SS_LIT_INIT("text/plain"),
            .body = SS_LIT_INIT("hi") } },
        { "PUBLISH",
          { .kind = SS_CMD_PUBLISH,
            .target = SS_LIT_INIT("sip:carol@example.com"),
            .event = SS_LIT_INIT("presence"),
            .status = 1,
            .expires_s = 60 } },
    };
    for (size_t i = 0; i < SS_COUNT(all); i++) {
        ua_rig *rig = ua_start();
        rig->identities[ALICE].registrar = SS_LIT("sip:example.com");
        ss_command command = all[i].command;
        CHECK_OK(ua_command(rig, ALICE, &command));
        resolve(rig, 0, 2);
        ua_run(rig, SS_S(32));
        const ua_message *again = last_sent(rig, all[i].name);
        check_same_but_branch(ua_sent(rig, ALICE, all[i].name, 0), again);
        CHECK_OK(ua_carol_answers(rig, again, 404, "c", ""));
        ua_run(rig, SS_S(40));
        CHECK(last_sent(rig, all[i].name) == again);
    }
}

/* Its Timer N (RFC 6665 4.1.2.4) is over when its Timer F is, so that only a 503 or the transport leaves time for another server. */
TEST(rfc3263_4_3_a_subscribe_fails_over)
{
    ua_rig *rig = ua_start();
    ss_command subscribe = { .kind = SS_CMD_SUBSCRIBE,
                             .target = SS_LIT("sip:carol@example.com"),
                             .event = SS_LIT("presence"),
                             .expires_s = 60 };
    CHECK_OK(ua_command(rig, ALICE, &subscribe));
    resolve_to_carol_first(rig, 0);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "SUBSCRIBE", 0), 503, "c", ""));
    CHECK_EQ(ua_sent_count(rig, ALICE, "SUBSCRIBE"), 2);
    CHECK(last_sent(rig, "SUBSCRIBE")->to != CAROL);
    CHECK_EQ(ua_parse(last_sent(rig, "SUBSCRIBE"))->cseq.number,
             ua_parse(ua_sent(rig, ALICE, "SUBSCRIBE", 0))->cseq.number);
}

/* Inside dialogs, whose target is a name. */
TEST(rfc3263_4_3_requests_inside_a_dialog_fail_over)
{
    static const struct {
        const char *name;
        ss_command_kind kind;
    } all[] = { { "BYE", SS_CMD_HANGUP },
                { "INVITE", SS_CMD_REINVITE },
                { "UPDATE", SS_CMD_UPDATE } };
    for (size_t i = 0; i < SS_COUNT(all); i++) {
        ua_rig *rig = call_by_name();
        resolve_to_carol_first(rig, 0);
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c",
                                  "Allow: " UA_ALLOW
                                  "\r\nContact: <sip:carol@desk.example.com>\r\n"));
        resolve(rig, 1, 1); /* of the ACK */
        CHECK_OK(ua_say(rig, ALICE, all[i].kind,
                        all[i].kind == SS_CMD_HANGUP ? SS_EMPTY : SS_LIT("v=0\r\n")));
        CHECK_EQ(rig->query_count, 3);
        const unsigned before = ua_sent_count(rig, ALICE, all[i].name);
        resolve(rig, 2, 2);
        ua_run(rig, SS_S(32));
        check_same_but_branch(ua_sent(rig, ALICE, all[i].name, before),
                              last_sent(rig, all[i].name));
    }
}

/* RFC3261:21.5.4 nothing goes there before the Retry-After is over. */
TEST(rfc3263_4_3_the_host_hears_which_server_to_avoid)
{
    ua_rig *rig = call_by_name();
    resolve(rig, 0, 2);
    ua_run(rig, SS_S(32));
    CHECK_EQ(rig->avoid_count, 1);
    CHECK_EQ(rig->avoids[0].path.remote.ip[3], 77);
    CHECK_EQ(rig->avoids[0].avoid, 0);
    CHECK_OK(ua_carol_answers(rig, last_sent(rig, "INVITE"), 503, "c", "Retry-After: 60\r\n"));
    CHECK_EQ(rig->avoid_count, 2);
    CHECK_EQ(rig->avoids[1].path.remote.ip[3], 9);
    CHECK_EQ(rig->avoids[1].avoid, SS_S(60));
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_REJECTED)->event.status, 503);
}

TEST(rfc3263_4_3_a_503_that_names_no_time_is_about_this_request_alone)
{
    ua_rig *rig = call_by_name();
    resolve_to_carol_first(rig, 0);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 503, "c", ""));
    CHECK_EQ(rig->avoid_count, 0);
}

/* ---- 4.1 ---- */

TEST(rfc3263_4_1_a_uri_without_transport_and_port_leaves_the_transport_to_the_zone)
{
    ua_rig *rig = call_by_name();
    CHECK(rig->queries[0].query.is_open);
    CHECK_OK(ua_answer(rig, 0,
                       (ss_answer){ .status = SS_OK,
                                    .addresses = places() + 1,
                                    .address_count = 2,
                                    .has_transport = true,
                                    .transport = SS_TRANSPORT_TCP }));
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_EQ(ua_parse(invite)->top_via.transport.len, 3);
    CHECK_SLICE(ua_parse(invite)->top_via.transport, "TCP");
    static const char *const said[] = { "sip:carol@example.com;transport=udp",
                                        "sip:carol@example.com:5060" };
    for (size_t i = 0; i < SS_COUNT(said); i++) {
        rig = ua_start();
        ua_call(rig, ALICE, said[i]);
        CHECK(!rig->queries[0].query.is_open);
    }
}

/* The ACK of a 2xx is a request of its own: its zone may want another transport. */
TEST(rfc3263_4_1_an_ack_goes_by_the_transport_of_its_own_zone)
{
    ua_rig *rig = call_by_name();
    resolve_to_carol_first(rig, 0);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c",
                              "Contact: <sip:carol@desk.example.com>\r\n"));
    CHECK_OK(ua_answer(rig, 1,
                       (ss_answer){ .status = SS_OK,
                                    .addresses = places() + 1,
                                    .address_count = 1,
                                    .has_transport = true,
                                    .transport = SS_TRANSPORT_TCP }));
    const ua_message *ack = ua_sent(rig, ALICE, "ACK", 0);
    CHECK_SLICE(ua_parse(ack)->top_via.transport, "TCP");
}
