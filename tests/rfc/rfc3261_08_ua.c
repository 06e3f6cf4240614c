/* RFC 3261 section 8 (and 11.2, 21.5.2): building requests, sending them, the checks a server makes before it looks at the
 * method. */
#include "ua_rig.h"

#include <stdio.h>
#include <string.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

/* A request of Carol's to Bob outside any dialog. */
static ss_status ask_bob(ua_rig *rig, const char *method, const char *uri, const char *more)
{
    static char text[2048];
    static unsigned ordinal;
    const int length =
        snprintf(text, sizeof text,
                 "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKask%u\r\n"
                 "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=carol\r\n"
                 "To: <sip:bob@example.com>\r\nCall-ID: ask%u\r\nCSeq: 1 %s\r\n%s",
                 method, uri, ordinal, ordinal, method, more);
    ordinal++;
    return ua_inject(rig, BOB, (ss_slice){ text, (size_t)length });
}

#define EMPTY "Content-Length: 0\r\n\r\n"

/* RFC3261:19.1.1 RFC3261:8.1.1 RFC3261:8.1.1.1 RFC3261:8.1.1.2 RFC3261:8.1.1.3 RFC3261:8.1.1.4
 * RFC3261:8.1.1.5 RFC3261:8.1.1.6 RFC3261:8.1.1.7 */
TEST(rfc3261_8_1_1_a_request_has_the_six_fields)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9:5060;transport=udp;user=phone");
    const ss_msg *invite = ua_parse(ua_sent(rig, ALICE, "INVITE", 0));
    CHECK_SLICE(invite->request_uri, "sip:carol@10.0.0.9:5060;transport=udp;user=phone");
    CHECK_SLICE(ss_msg_value(invite, SS_HDR_TO, 0), "<sip:carol@10.0.0.9;user=phone>");
    CHECK_SLICE(ss_msg_value(invite, SS_HDR_MAX_FORWARDS, 0), "70");
    ss_name_addr from;
    ss_via via;
    ss_cseq cseq;
    CHECK_OK(ss_msg_from(invite, &from));
    CHECK_SLICE(from.uri, "sip:alice@example.com");
    CHECK_EQ(ss_name_addr_tag(&from).len, 16);
    CHECK_OK(ss_msg_top_via(invite, &via));
    CHECK(ss_via_has_cookie(&via));
    CHECK_SLICE(via.sent_by, "10.0.0.1:5060");
    CHECK_OK(ss_msg_cseq(invite, &cseq));
    CHECK(cseq.number >= 1 && cseq.number <= SS_CSEQ_INITIAL_MAX);
    const ss_slice call_id = ss_msg_call_id(invite);
    CHECK_SLICE(ss_slice_cut(call_id, 16, call_id.len), "@10.0.0.1");
}

/* RFC3261:8.1.1.4 */
TEST(rfc3261_8_1_1_4_the_application_may_give_the_call_id)
{
    ua_rig *rig = ua_start();
    ss_command command = { .kind = SS_CMD_CALL,
                           .target = SS_LIT("sip:carol@10.0.0.9"),
                           .call_id = SS_LIT("c1@sim") };
    CHECK_OK(ua_command(rig, ALICE, &command));
    CHECK_SLICE(ss_msg_call_id(ua_parse(ua_sent(rig, ALICE, "INVITE", 0))), "c1@sim");
}

/* RFC3261:8.1.2 RFC3261:8.1.1.1 */
TEST(rfc3261_8_1_2_a_preloaded_route_carries_the_request)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].outbound = SS_LIT("sip:10.0.0.9;lr");
    ua_call(rig, ALICE, "sip:bob@example.com");
    const ua_message *sent = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_NOT_NULL(sent);
    CHECK_EQ(sent->to, CAROL);
    CHECK_SLICE(ua_parse(sent)->request_uri, "sip:bob@example.com");
    CHECK_SLICE(ss_msg_value(ua_parse(sent), SS_HDR_ROUTE, 0), "<sip:10.0.0.9;lr>");
    CHECK_EQ(rig->query_count, 0);
}

TEST(a_target_that_is_no_sip_uri_is_refused)
{
    static const char *const bad[] = { "", "bob", "tel:+1555", "sip:bob@10.0.0.2?Subject=x",
                                       "http://x/" };
    ua_rig *rig = ua_start();
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        ss_command command = { .kind = SS_CMD_CALL, .target = ss_slice_from(bad[i]) };
        CHECK_EQ(ua_command(rig, ALICE, &command), SS_ERR_SYNTAX);
    }
    CHECK(ua_is_empty(rig, ALICE));
    CHECK_EQ(ua_call(rig, ALICE, "sip:carol@10.0.0.9"), 1);
}

/* RFC3261:8.1.2 */
TEST(rfc3261_8_1_2_a_name_is_asked_for_and_the_request_waits)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@phones.example.com:5070");
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 0);
    CHECK_EQ(rig->query_count, 1);
    CHECK_STR(rig->queries[0].name, "phones.example.com");
    CHECK_EQ(rig->queries[0].query.kind, SS_QUERY_RESOLVE);
    CHECK_EQ(rig->queries[0].query.port, 5070);
    CHECK_EQ(rig->queries[0].query.transport, SS_TRANSPORT_UDP);
    ua_run(rig, SS_MS(30));
    const ss_address carol = ss_address_v4(0x0a000009u, 5060);
    CHECK_OK(ua_answer_query(rig, 0, &carol));
    CHECK_EQ(ua_sent(rig, ALICE, "INVITE", 0)->at, SS_MS(30));
    CHECK_EQ(ua_sent(rig, ALICE, "INVITE", 0)->to, CAROL);
    CHECK_EQ(ua_answer_query(rig, 0, &carol), SS_NONE);
}

/* RFC3261:8.1.3.1 */
TEST(rfc3261_8_1_3_1_a_name_that_is_not_found_is_a_503)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@nowhere.example.com");
    CHECK_OK(ua_answer_query(rig, 0, NULL));
    const ua_event *rejected = ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0);
    CHECK_NOT_NULL(rejected);
    CHECK_EQ(rejected->event.status, 503);
    CHECK(rejected->event.synthetic);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(a_call_that_waits_for_an_address_is_cancelled_without_a_word)
{
    ua_rig *rig = ua_start();
    const uint32_t call = ua_call(rig, ALICE, "sip:carol@phones.example.com");
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, call));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 487);
    CHECK(ua_is_empty(rig, ALICE));
    const ss_address carol = ss_address_v4(0x0a000009u, 5060);
    CHECK_EQ(ua_answer_query(rig, 0, &carol), SS_NONE);
    CHECK_EQ(rig->message_count, 0);
}

/* RFC3261:8.1.2 In a dialog whose peer gave a name: the ACK and the BYE are sent when the name is found. */
TEST(rfc3261_8_1_2_ack_and_bye_wait_for_an_address_too)
{
    ua_rig *rig = ua_start();
    const ss_address carol = ss_address_v4(0x0a000009u, 5060);
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", "Contact: <sip:carol@pc.example.com>\r\n"));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", "Contact: <sip:carol@pc.example.com>\r\n"));
    CHECK_EQ(rig->query_count, 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 0);
    CHECK_OK(ua_answer_query(rig, 0, &carol));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 1);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", "Contact: <sip:carol@pc.example.com>\r\n"));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_EQ(rig->query_count, 2);
    CHECK_OK(ua_answer_query(rig, 1, NULL));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.status, 503);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:8.1.3.1 */
TEST(rfc3261_8_1_3_1_a_transport_error_is_a_503)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_lose_path(rig, ALICE, CAROL));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 503);
    CHECK(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.synthetic);
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 1), 200, "c", CONTACT));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 2));
    CHECK_OK(ua_lose_path(rig, ALICE, CAROL));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.status, 503);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:8.1.3.3 */
TEST(rfc3261_8_1_3_3_a_response_with_two_vias_is_discarded)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 486, "c",
                              "Via: SIP/2.0/UDP 10.0.0.7;branch=z9hG4bKother\r\n"));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 0);
}

/* RFC3261:8.1.3.3 On a reliable transport the transaction would be over by it, and nothing be left to end the call. */
TEST(rfc3261_8_1_3_3_a_failure_with_two_vias_leaves_the_transaction_alone)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9;transport=tcp");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", ""));
    CHECK_OK(
        ua_carol_answers(rig, invite, 486, "c", "Via: SIP/2.0/TCP 10.0.0.8;branch=z9hG4bKx\r\n"));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 0);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 0);
    CHECK_OK(ua_carol_answers(rig, invite, 486, "c", ""));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 486);
    CHECK_EQ(rig->engines[ALICE].core.txns + rig->engines[ALICE].ua.calls,
             0); /* its connection stays */
}

/* RFC3261:8.1.3.3 Not for INVITE only. */
TEST(rfc3261_8_1_3_3_an_answer_to_a_bye_with_two_vias_is_discarded)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c",
                              "Contact: <sip:carol@10.0.0.9>\r\n"));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    const ua_message *bye = ua_sent(rig, ALICE, "BYE", 0);
    CHECK_OK(ua_carol_answers(rig, bye, 200, "c", "Via: SIP/2.0/UDP 10.0.0.8;branch=z9hG4bKx\r\n"));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 0);
    CHECK_OK(ua_carol_answers(rig, bye, 200, "c", ""));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 1);
}

/* RFC3261:8.2.1 */
TEST(rfc3261_8_2_1_a_known_method_that_is_not_supported_gets_405_with_allow)
{
    static const char *const methods[] = { "REGISTER", "PUBLISH" };
    ua_rig *rig = ua_start();
    for (unsigned i = 0; i < SS_COUNT(methods); i++) {
        char name[32];
        CHECK_OK(ask_bob(rig, methods[i], "sip:bob@10.0.0.2", EMPTY));
        snprintf(name, sizeof name, "405 %s", methods[i]);
        CHECK_EQ(ua_sent_count(rig, BOB, name), 1);
        CHECK_SLICE(ss_msg_value(ua_parse(ua_sent(rig, BOB, name, 0)), SS_HDR_ALLOW, 0), UA_ALLOW);
    }
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:21.5.2 */
TEST(rfc3261_21_5_2_a_method_that_is_not_recognised_gets_501)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ask_bob(rig, "DANCE", "sip:bob@10.0.0.2", EMPTY));
    CHECK_EQ(rig->message_count, 1);
    CHECK_EQ(ua_parse(&rig->messages[0])->status, 501);
}

/* RFC3261:8.2.2.1 */
TEST(rfc3261_8_2_2_1_the_request_uri_must_be_ours)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ask_bob(rig, "INVITE", "tel:+15551234", CONTACT EMPTY));
    CHECK_EQ(ua_sent_count(rig, BOB, "416 INVITE"), 1);
    CHECK_OK(ask_bob(rig, "INVITE", "sip:eve@10.0.0.2", CONTACT EMPTY));
    CHECK_EQ(ua_sent_count(rig, BOB, "404 INVITE"), 1);
    CHECK_OK(ask_bob(rig, "OPTIONS", "sip:10.0.0.2", EMPTY));
    CHECK_OK(ask_bob(rig, "OPTIONS", "sip:b%6Fb@10.0.0.2", EMPTY));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 OPTIONS"), 2);
}

/* RFC3261:8.2.2.2 */
TEST(rfc3261_8_2_2_2_the_same_request_by_another_way_gets_482)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "one", CONTACT));
    CHECK_OK(ua_carol_invites(rig, BOB, "two", CONTACT));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "482 INVITE"), 1);
    CHECK_OK(ua_carol_invites(rig, BOB, "one", CONTACT));
    CHECK_EQ(ua_sent_count(rig, BOB, "482 INVITE"), 1);
}

/* RFC3261:8.2.2.2 A transaction goes on for a while after its final response. */
TEST(rfc3261_8_2_2_2_a_call_that_was_rejected_does_not_ring_again_by_another_way)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "one", CONTACT));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 603));
    CHECK_OK(ua_carol_invites(rig, BOB, "two", CONTACT));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "482 INVITE"), 1);
    ua_run(rig, SS_S(33));
    CHECK_OK(ua_carol_invites(rig, BOB, "three", CONTACT));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 2);
}

/* RFC3261:8.2.2.2 */
TEST(rfc3261_8_2_2_2_any_request_by_another_way_gets_482)
{
    static const char *const options =
        "OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK%s\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\n"
        "To: <sip:bob@example.com>\r\nCall-ID: x\r\nCSeq: %s OPTIONS\r\n\r\n";
    static const char *const cases[][2] = { { "a", "1" }, { "b", "1" }, { "c", "2" } };
    ua_rig *rig = ua_start();
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        char text[512];
        snprintf(text, sizeof text, options, cases[i][0], cases[i][1]);
        CHECK_OK(ua_inject_text(rig, BOB, text));
    }
    CHECK_EQ(ua_sent_count(rig, BOB, "200 OPTIONS"), 2);
    CHECK_EQ(ua_sent_count(rig, BOB, "482 OPTIONS"), 1);
}

/* RFC3261:8.2.2.2, RFC3261:7.3.1 A proxy on the one way may have folded what the other left. */
TEST(rfc3261_8_2_2_2_a_cseq_that_is_spelled_otherwise_is_the_same)
{
    static const char *const request =
        "OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK%s\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\n"
        "To: <sip:bob@example.com>\r\nCall-ID: x\r\nCSeq: %s\r\n\r\n";
    static const char *const cases[][2] = { { "a", "1 OPTIONS" },
                                            { "b", "1\r\n  OPTIONS" },
                                            { "c", "01   OPTIONS" } };
    ua_rig *rig = ua_start();
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        char text[512];
        snprintf(text, sizeof text, request, cases[i][0], cases[i][1]);
        CHECK_OK(ua_inject_text(rig, BOB, text));
    }
    CHECK_EQ(ua_sent_count(rig, BOB, "200 OPTIONS"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "482 OPTIONS"), 2);
}

/* RFC3261:8.2.2.3 */
TEST(rfc3261_8_2_2_3_what_is_required_and_not_understood_gets_420)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ask_bob(rig, "INVITE", "sip:bob@10.0.0.2",
                     "Require: 100rel, bar\r\nRequire: foo\r\n" CONTACT EMPTY));
    const ss_msg *refusal = ua_parse(ua_sent(rig, BOB, "420 INVITE", 0));
    CHECK_EQ(ss_msg_count(refusal, SS_HDR_UNSUPPORTED), 1);
    CHECK_SLICE(ss_msg_value(refusal, SS_HDR_UNSUPPORTED, 0), "bar, foo");
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 0);
}

/* RFC3261:8.2.2.3 */
TEST(rfc3261_8_2_2_3_a_420_to_many_option_tags_is_not_many_times_as_long)
{
    ua_rig *rig = ua_start();
    char lines[1100] = "Require: a";
    while (strlen(lines) < 1000) {
        strcat(lines, ",a");
    }
    strcat(lines, "\r\n" CONTACT EMPTY);
    CHECK_OK(ask_bob(rig, "INVITE", "sip:bob@10.0.0.2", lines));
    CHECK_EQ(ua_sent_count(rig, BOB, "420 INVITE"), 1);
    CHECK(ua_sent(rig, BOB, "420 INVITE", 0)->bytes.len < 2 * strlen(lines));
}

/* RFC3261:8.2.3 */
TEST(rfc3261_8_2_3_a_body_that_is_not_understood_gets_415)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ask_bob(rig, "INVITE", "sip:bob@10.0.0.2",
                     CONTACT "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi"));
    CHECK_SLICE(ss_msg_value(ua_parse(ua_sent(rig, BOB, "415 INVITE", 0)), SS_HDR_ACCEPT, 0),
                "application/sdp");
    CHECK_OK(ask_bob(
        rig, "INVITE", "sip:bob@10.0.0.2",
        CONTACT
        "Content-Type: application/sdp\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi"));
    CHECK_SLICE(
        ss_msg_value(ua_parse(ua_sent(rig, BOB, "415 INVITE", 1)), SS_HDR_ACCEPT_ENCODING, 0),
        "identity");
    CHECK_OK(ask_bob(rig, "INVITE", "sip:bob@10.0.0.2",
                     CONTACT
                     "Content-Type: text/plain\r\nContent-Disposition: render;handling=optional\r\n"
                     "Content-Length: 2\r\n\r\nhi"));
    CHECK_OK(ask_bob(rig, "INVITE", "sip:bob@10.0.0.2",
                     CONTACT "Content-Type: Application/SDP;x=y\r\nContent-Length: 2\r\n\r\nhi"));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 2);
}

/* RFC3261:8.2.6.2 */
TEST(rfc3261_8_2_6_2_a_response_repeats_the_request_and_adds_a_tag)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ask_bob(rig, "OPTIONS", "sip:bob@10.0.0.2", EMPTY));
    const ss_msg *ok = ua_parse(ua_sent(rig, BOB, "200 OPTIONS", 0));
    CHECK_SLICE(ss_msg_value(ok, SS_HDR_FROM, 0), "<sip:carol@example.com>;tag=carol");
    CHECK_SLICE(ss_msg_value(ok, SS_HDR_CSEQ, 0), "1 OPTIONS");
    ss_name_addr to;
    CHECK_OK(ss_msg_to(ok, &to));
    CHECK_SLICE(to.uri, "sip:bob@example.com");
    CHECK_EQ(ss_name_addr_tag(&to).len, 16);
}

/* RFC3261:8.1.1.8 */
TEST(rfc3261_8_1_1_8_an_invite_without_contact_gets_400)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ask_bob(rig, "INVITE", "sip:bob@10.0.0.2", EMPTY));
    CHECK_EQ(ua_sent_count(rig, BOB, "400 INVITE"), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 0);
}

/* RFC3261:11.2 */
TEST(rfc3261_11_2_options_gets_what_an_invite_would_get)
{
    ua_rig *rig = ua_start();
    rig->identities[BOB].lines = 1;
    CHECK_OK(ask_bob(rig, "OPTIONS", "sip:bob@10.0.0.2", EMPTY));
    const ss_msg *ok = ua_parse(ua_sent(rig, BOB, "200 OPTIONS", 0));
    CHECK_SLICE(ss_msg_value(ok, SS_HDR_ALLOW, 0), UA_ALLOW);
    CHECK_SLICE(ss_msg_value(ok, SS_HDR_ACCEPT, 0), "application/sdp, text/plain");
    CHECK_EQ(ss_msg_count(ok, SS_HDR_ACCEPT_ENCODING), 1);
    CHECK_EQ(ss_msg_count(ok, SS_HDR_ACCEPT_LANGUAGE), 1);
    CHECK_EQ(ss_msg_count(ok, SS_HDR_SUPPORTED), 1);
    ua_set_up(rig);
    CHECK_OK(ask_bob(rig, "OPTIONS", "sip:bob@10.0.0.2", EMPTY));
    CHECK_EQ(ua_sent_count(rig, BOB, "486 OPTIONS"), 1);
}

TEST(the_product_is_named_in_requests_and_responses)
{
    ua_rig *rig = ua_start();
    rig->settings.product = SS_LIT("phone/1");
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 486));
    CHECK_SLICE(ss_msg_value(ua_parse(ua_sent(rig, ALICE, "INVITE", 0)), SS_HDR_USER_AGENT, 0),
                "phone/1");
    CHECK_SLICE(ss_msg_value(ua_parse(ua_sent(rig, BOB, "486 INVITE", 0)), SS_HDR_SERVER, 0),
                "phone/1");
}

static ss_slice tag_of(const ua_message *message)
{
    ss_name_addr to;
    CHECK_OK(ss_msg_to(ua_parse(message), &to));
    return ss_name_addr_tag(&to);
}

/* RFC3261:8.2.7 */
TEST(rfc3261_8_2_7_copies_of_a_request_that_is_refused_without_state_get_one_tag)
{
    static const char *const broken =
        "OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK%s\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\n"
        "To: <sip:bob@example.com>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n";
    static const char *const branches[] = { "a", "a", "b" };
    ua_rig *rig = ua_start();
    for (size_t i = 0; i < SS_COUNT(branches); i++) {
        char text[512];
        snprintf(text, sizeof text, broken, branches[i]);
        CHECK_OK(ua_inject_text(rig, BOB, text));
    }
    CHECK_EQ(rig->message_count, 3);
    CHECK_EQ(tag_of(&rig->messages[0]).len, 16);
    CHECK_SLICE_EQ(tag_of(&rig->messages[0]), tag_of(&rig->messages[1]));
    CHECK(!ss_slice_eq(tag_of(&rig->messages[0]), tag_of(&rig->messages[2])));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:18.2.2 RFC3261:8.2.6.2 There is no place to answer to but where it came from, and once. */
TEST(rfc3261_18_2_2_a_request_whose_top_via_cannot_be_read_is_answered_400_to_its_source)
{
    static const char *const vias[] = { "SIP/2.0/UDP", "SIP/2.0/UDP 10.0.0.1:99999;branch=z9hG4bKx",
                                        "?", "SIP/2.0/UDP a;maddr=" };
    for (size_t i = 0; i < SS_COUNT(vias); i++) {
        ua_rig *rig = ua_start();
        char text[512];
        snprintf(text, sizeof text,
                 "INVITE sip:bob@10.0.0.2 SIP/2.0\r\nVia: %s\r\nMax-Forwards: 70\r\nFrom: "
                 "<sip:c@example.com>;tag=c\r\n"
                 "To: <sip:bob@example.com>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n",
                 vias[i]);
        CHECK_OK(ua_inject_text(rig, BOB, text));
        CHECK_EQ(rig->message_count, 1);
        CHECK(ss_slice_starts(rig->messages[0].bytes, SS_LIT("SIP/2.0 400 ")));
        CHECK(rig->messages[0].bytes.len < strlen(text) + 100);
        CHECK_EQ(rig->messages[0].to, CAROL);
        CHECK(ua_is_empty(rig, BOB));
    }
}

/* RFC3261:17.1.1.3 RFC3261:18.1.2 */
TEST(rfc3261_18_1_2_a_broken_ack_or_response_is_never_answered)
{
    ua_rig *rig = ua_start();
    CHECK_STATUS(
        ua_inject_text(rig, BOB, "ACK sip:bob@10.0.0.2 SIP/2.0\r\nVia: ?\r\nCSeq: 1 ACK\r\n\r\n"),
        SS_ERR_SYNTAX);
    CHECK_STATUS(ua_inject_text(rig, BOB, "SIP/2.0 200 OK\r\nVia: ?\r\nCSeq: x\r\n\r\n"),
                 SS_ERR_SYNTAX);
    CHECK_STATUS(
        ua_inject_text(rig, BOB, "OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n"),
        SS_ERR_SYNTAX);
    CHECK_EQ(rig->message_count, 0);
}

/* RFC3261:8.1.1.4 */
TEST(rfc3261_8_1_1_4_two_calls_have_two_call_ids)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ss_slice first = ss_msg_call_id(ua_parse(ua_sent(rig, ALICE, "INVITE", 0)));
    const ss_slice second = ss_msg_call_id(ua_parse(ua_sent(rig, ALICE, "INVITE", 1)));
    CHECK(first.len > 16);
    CHECK(!ss_slice_eq(first, second));
}

static void check_secure_invite(const char *outbound, const char *target)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].outbound = ss_slice_from(outbound);
    ua_call(rig, ALICE, target);
    const ss_msg *invite = ua_parse(ua_sent(rig, ALICE, "INVITE", 0));
    ss_via via;
    CHECK_SLICE(ss_msg_value(invite, SS_HDR_CONTACT, 0), "<sips:alice@10.0.0.1:5060>");
    CHECK_OK(ss_msg_top_via(invite, &via));
    CHECK_SLICE(via.transport, "TLS");
}

/* RFC3261:8.1.1.8 RFC3261:12.1.2 RFC3261:8.1.2 */
TEST(rfc3261_8_1_1_8_a_secure_target_makes_the_contact_secure)
{
    check_secure_invite("", "sips:carol@10.0.0.9");
    check_secure_invite("", "SIPS:carol@10.0.0.9");
    check_secure_invite("sips:10.0.0.9;lr", "sip:carol@example.com");
}

/* RFC3261:8.1.1.8 Bob calls whoever called him, by the one Contact that he got. */
TEST(rfc3261_8_1_1_8_a_contact_is_one_and_good_outside_the_dialog_too)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    const ss_msg *invite = ua_sent_msg(rig, ALICE, "INVITE", 0);
    ss_value_iter it = { 0 };
    ss_slice contact, more;
    CHECK_OK(ss_msg_next_value(invite, SS_HDR_CONTACT, &it, &contact));
    CHECK_EQ(ss_msg_next_value(invite, SS_HDR_CONTACT, &it, &more), SS_NONE);
    CHECK_SLICE(contact, "<sip:alice@10.0.0.1:5060>");
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    ua_call(rig, BOB, "sip:alice@10.0.0.1:5060");
    ua_run(rig, rig->now + SS_MS(10));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_INCOMING), 1);
}

/* RFC3261:8.1.1.9 */
TEST(rfc3261_8_1_1_9_only_what_we_have_is_offered_and_nothing_is_required)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ss_msg *invite = ua_parse(ua_sent(rig, ALICE, "INVITE", 0));
    CHECK_EQ(ss_msg_count(invite, SS_HDR_REQUIRE), 0);
    CHECK_EQ(ss_msg_count(invite, SS_HDR_PROXY_REQUIRE), 0);
    CHECK_EQ(ss_msg_count(invite, SS_HDR_SUPPORTED), 1);
}

/* RFC3261:8.1.3.2 */
TEST(rfc3261_8_1_3_2_an_unknown_final_status_is_x00_of_its_class)
{
    static const unsigned failures[] = { 499, 577, 666 };
    for (size_t i = 0; i < SS_COUNT(failures); i++) {
        ua_rig *rig = ua_start();
        ua_call(rig, ALICE, "sip:carol@10.0.0.9");
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), failures[i], "c", ""));
        CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 1);
        CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, failures[i]);
        ua_run_out(rig);
        CHECK(ua_is_empty(rig, ALICE));
    }
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 299, "c", CONTACT));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
}

/* RFC3261:8.1.3.2 */
TEST(rfc3261_8_1_3_2_an_unknown_provisional_is_a_183)
{
    static const unsigned statuses[] = { 183, 101, 199, 150 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        ua_rig *rig = ua_start();
        ua_call(rig, ALICE, "sip:carol@10.0.0.9");
        const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
        CHECK_OK(ua_carol_answers(rig, invite, 100, "", ""));
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_PROVISIONAL), 0);
        CHECK_OK(ua_carol_answers(rig, invite, statuses[i], "c", CONTACT));
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_PROVISIONAL), 1);
        CHECK_EQ(ua_dialog_notes(rig, SS_DIALOG_EARLY), 1);
    }
}

/* RFC3261:8.2 */
TEST(rfc3261_8_2_a_refused_request_changes_nothing)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_requests(rig, invite, "nobody", "BYE", 7));
    CHECK_EQ(ua_sent_count(rig, ALICE, "481 BYE"), 1);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_EQ(rig->engines[ALICE].ua.calls, 1);
    ua_run(rig, SS_S(40));
    CHECK_EQ(rig->engines[ALICE].core.txns, 0);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_BYE), 0);
}

/* RFC3261:8.2.2 */
TEST(rfc3261_8_2_2_unknown_fields_are_ignored)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ask_bob(rig, "INVITE", "sip:bob@10.0.0.2",
                     CONTACT "X-Nobody-Knows: (this\r\nAnd-This: ;;,\r\n" EMPTY));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 1);
}

/* RFC3261:8.2.2.3 */
TEST(rfc3261_8_2_2_3_require_in_a_cancel_is_ignored)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_inject_text(
        rig, BOB,
        "CANCEL sip:bob@10.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKi\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=carol\r\nTo: "
        "<sip:bob@example.com>\r\n"
        "Call-ID: carols\r\nCSeq: 10 CANCEL\r\nRequire: what-nobody-has\r\n"
        "Proxy-Require: nor-this\r\n" EMPTY));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 CANCEL"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 1);
}

/* RFC3261:8.2.4 */
TEST(rfc3261_8_2_4_a_response_applies_no_extension_unasked)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 183));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    for (size_t i = 0; i < rig->message_count; i++) {
        CHECK_EQ(ss_msg_count(ua_parse(&rig->messages[i]), SS_HDR_REQUIRE), 0);
    }
}

/* RFC3261:19.3 */
TEST(rfc3261_19_3_tags_have_64_random_bits_and_never_repeat)
{
    enum { CALLS = 32 };
    ss_slice tags[CALLS];
    ua_rig *rig = ua_start();
    for (unsigned i = 0; i < CALLS; i++) {
        ss_name_addr from;
        ua_call(rig, ALICE, "sip:carol@10.0.0.9");
        CHECK_OK(ss_msg_from(ua_parse(ua_sent(rig, ALICE, "INVITE", i)), &from));
        tags[i] = ss_name_addr_tag(&from);
        CHECK_EQ(tags[i].len, 16);
        for (unsigned j = 0; j < i; j++) {
            CHECK(!ss_slice_eq(tags[i], tags[j]));
        }
    }
}

static ss_slice to_tag_of(const ss_msg *response)
{
    ss_name_addr to;
    CHECK_OK(ss_msg_to(response, &to));
    CHECK_EQ(ss_name_addr_tag(&to).len, 16);
    return ss_name_addr_tag(&to);
}

/* RFC3261:8.2.6.2 RFC3261:8.2.7 one tag in all responses to a request that makes no dialog: with state, and without. */
TEST(rfc3261_8_2_6_2_a_refusal_without_state_has_the_tag_that_the_transaction_of_a_copy_has)
{
    static const char message[] =
        "MESSAGE sip:bob@10.0.0.2 SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKm\r\nMax-Forwards: 70\r\n"
        "To: <sip:bob@example.com>\r\nFrom: <sip:carol@example.com>;tag=c\r\n"
        "Call-ID: m\r\nCSeq: 1 MESSAGE\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi";
    ua_rig *rig = ua_start();
    rig->squeeze.step = rig->steps;
    rig->squeeze.txns = 0;
    CHECK_OK(ua_inject_text(rig, BOB, message));
    CHECK_OK(ua_inject_text(rig, BOB, message));
    CHECK_EQ(ua_sent_count(rig, BOB, "503 MESSAGE"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 MESSAGE"), 1);
    CHECK_SLICE_EQ(to_tag_of(ua_sent_msg(rig, BOB, "503 MESSAGE", 0)),
                   to_tag_of(ua_sent_msg(rig, BOB, "200 MESSAGE", 0)));
    ua_run_out(rig);
}

/* RFC3261:19.3 RFC3261:12 A dialog is told apart for good: the copy of an INVITE that comes after Timer L makes another one. */
TEST(rfc3261_19_3_a_copy_that_comes_when_its_transaction_is_over_gets_another_tag)
{
    ua_rig *rig = ua_start();
    static const char contact[] = "Contact: <sip:carol@10.0.0.9>\r\n";
    CHECK_OK(ua_carol_invites(rig, BOB, "one", contact));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 486));
    ua_run_out(rig); /* nobody acknowledges: Timer H */
    CHECK_OK(ua_carol_invites(rig, BOB, "one", contact));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_REJECT,
                          ua_last_event(rig, BOB, SS_EVENT_INCOMING)->event.call, 480));
    CHECK(!ss_slice_eq(to_tag_of(ua_sent_msg(rig, BOB, "486 INVITE", 0)),
                       to_tag_of(ua_sent_msg(rig, BOB, "480 INVITE", 0))));
    ua_run_out(rig);
}
