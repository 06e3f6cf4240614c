/* RFC 3261 18.1.1, 8.1.1.8 and 12: what a user agent with an address of each version of IP says of itself. Alice is 10.0.0.1 and
 * fd00::1, of which she prefers the first; Carol, the test itself, is 10.0.0.9 and fd00::9. */
#include "ua_rig.h"

#include <stdio.h>
#include <string.h>

static const char offer[] = "v=0\r\n"
                            "o=- 1 1 IN IP4 10.0.0.1\r\n"
                            "s=-\r\n"
                            "c=IN IP4 10.0.0.1\r\n"
                            "t=0 0\r\n"
                            "m=audio 4000 RTP/AVP 0\r\n"
                            "c=IN IP4 10.0.0.11\r\n" /* a relay's */
                            "m=message 2855 TCP/MSRP *\r\n"
                            "c=IN IP4 10.0.0.1\r\n"
                            "a=path:msrp://10.0.0.1:2855/s1;tcp\r\n";
static const char offer_by_ip6[] = "v=0\r\n"
                                   "o=- 1 1 IN IP4 10.0.0.1\r\n"
                                   "s=-\r\n"
                                   "c=IN IP6 fd00::1\r\n"
                                   "t=0 0\r\n"
                                   "m=audio 4000 RTP/AVP 0\r\n"
                                   "c=IN IP4 10.0.0.11\r\n"
                                   "m=message 2855 TCP/MSRP *\r\n"
                                   "c=IN IP6 fd00::1\r\n"
                                   "a=path:msrp://[fd00::1]:2855/s1;tcp\r\n";

static ua_rig *start_with_both(void)
{
    static ss_ua_profile profile;
    ua_rig *rig = ua_start();
    profile = (ss_ua_profile){ .other = ua_address6(ALICE) };
    rig->identities[ALICE].profile = &profile;
    return rig;
}

static void call(ua_rig *rig, const char *target)
{
    ss_command command = { .kind = SS_CMD_CALL,
                           .target = ss_slice_from(target),
                           .body_type = SS_LIT("application/sdp"),
                           .body = ss_slice_from(offer) };
    CHECK_OK(ua_command(rig, ALICE, &command));
}

static const ua_message *last_sent(const ua_rig *rig, const char *name)
{
    return ua_sent(rig, ALICE, name, ua_sent_count(rig, ALICE, name) - 1);
}

static void check_says(const ua_message *message, const char *sent_by, const char *contact)
{
    const ss_msg *msg = ua_parse(message);
    CHECK_SLICE_EQ(msg->top_via.sent_by, ss_slice_from(sent_by));
    CHECK_SLICE_EQ(ss_msg_value(msg, SS_HDR_CONTACT, 0), ss_slice_from(contact));
}

static void check_body(const ua_message *message, const char *body)
{
    uint32_t length = 0;
    const ss_msg *msg = ua_parse(message);
    CHECK_SLICE_EQ(msg->body, ss_slice_from(body));
    CHECK_OK(ss_msg_number(msg, SS_HDR_CONTENT_LENGTH, &length));
    CHECK_EQ(length, strlen(body));
}

/* RFC3261:18.1.1 RFC3261:8.1.1.8 */
TEST(rfc3261_18_1_1_a_request_says_the_address_of_the_version_that_it_goes_by)
{
    ua_rig *rig = start_with_both();
    call(rig, "sip:carol@[fd00::9]");
    CHECK_EQ(last_sent(rig, "INVITE")->to, CAROL);
    check_says(last_sent(rig, "INVITE"), "[fd00::1]:5060", "<sip:alice@[fd00::1]:5060>");
    check_body(last_sent(rig, "INVITE"), offer_by_ip6);
    call(rig, "sip:carol@10.0.0.9");
    check_says(last_sent(rig, "INVITE"), "10.0.0.1:5060", "<sip:alice@10.0.0.1:5060>");
    check_body(last_sent(rig, "INVITE"), offer);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:12.2.1.1 RFC3261:13.2.2.4 what follows goes where the dialog leads, and the next target may be of the other version. */
TEST(rfc3261_12_2_1_1_a_dialog_may_go_on_by_the_other_version_of_ip)
{
    ua_rig *rig = start_with_both();
    call(rig, "sip:carol@[fd00::9]");
    CHECK_OK(ua_carol_answers(rig, last_sent(rig, "INVITE"), 200, "c",
                              "Contact: <sip:carol@[fd00::9]>\r\n"));
    CHECK_SLICE(ua_parse(last_sent(rig, "ACK"))->top_via.sent_by, "[fd00::1]:5060");
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, ss_slice_from(offer)));
    check_says(last_sent(rig, "INVITE"), "[fd00::1]:5060", "<sip:alice@[fd00::1]:5060>");
    check_body(last_sent(rig, "INVITE"), offer_by_ip6);
    CHECK_OK(ua_carol_answers(rig, last_sent(rig, "INVITE"), 200, "c",
                              "Contact: <sip:carol@10.0.0.9>\r\n"));
    CHECK_SLICE(ua_parse(last_sent(rig, "ACK"))->top_via.sent_by, "10.0.0.1:5060");
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, ss_slice_from(offer)));
    check_says(last_sent(rig, "INVITE"), "10.0.0.1:5060", "<sip:alice@10.0.0.1:5060>");
    check_body(last_sent(rig, "INVITE"), offer);
    CHECK_OK(ua_carol_answers(rig, last_sent(rig, "INVITE"), 200, "c",
                              "Contact: <sip:carol@[fd00::9]>\r\n"));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_SLICE(ua_parse(last_sent(rig, "BYE"))->top_via.sent_by, "[fd00::1]:5060");
    CHECK_OK(ua_carol_answers(rig, last_sent(rig, "BYE"), 200, "c", ""));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* An address for Carol's name that is of the other version than the one that the request was printed for. RFC3263:4.2 */
TEST(rfc3263_4_3_the_next_address_may_be_of_the_other_version_of_ip)
{
    ua_rig *rig = start_with_both();
    const ss_address places[] = { { .family = 6, .ip = { 0xfd, [15] = 77 }, .port = 5060 },
                                  ss_address_v4(0x0a000009u, 5060) };
    call(rig, "sip:carol@example.com");
    CHECK_OK(
        ua_answer(rig, 0, (ss_answer){ .status = SS_OK, .addresses = places, .address_count = 2 }));
    const ua_message *first = last_sent(rig, "INVITE");
    check_says(first, "[fd00::1]:5060", "<sip:alice@[fd00::1]:5060>");
    check_body(first, offer_by_ip6);
    ua_run(rig, SS_S(32)); /* RFC3263:4.3 */
    const ua_message *again = last_sent(rig, "INVITE");
    CHECK_EQ(again->at, SS_S(32));
    CHECK_EQ(again->to, CAROL);
    check_says(again, "10.0.0.1:5060", "<sip:alice@10.0.0.1:5060>");
    check_body(again, offer);
    CHECK(!ss_slice_eq(ua_parse(first)->top_via.branch, ua_parse(again)->top_via.branch));
    CHECK_OK(ua_carol_answers(rig, again, 200, "c", "Contact: <sip:carol@10.0.0.9>\r\n"));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_OK(ua_carol_answers(rig, last_sent(rig, "BYE"), 200, "c", ""));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* The ACK of a 2xx waits for the address of a name in its route: RFC3263:4 it is a request of its own. */
TEST(rfc3263_4_2_an_ack_goes_by_the_version_that_its_route_has)
{
    ua_rig *rig = start_with_both();
    const ss_address place = ua_address6(CAROL);
    call(rig, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, last_sent(rig, "INVITE"), 200, "c",
                              "Contact: <sip:carol@example.com>\r\n"));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 0);
    CHECK_OK(ua_answer_query(rig, 0, &place));
    CHECK_SLICE(ua_parse(last_sent(rig, "ACK"))->top_via.sent_by, "[fd00::1]:5060");
    const ss_slice kept = last_sent(rig, "ACK")->bytes;
    CHECK_OK(ua_carol_answers(rig, last_sent(rig, "INVITE"), 200, "c",
                              "Contact: <sip:carol@example.com>\r\n"));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
    CHECK_SLICE_EQ(last_sent(rig, "ACK")->bytes, kept);
}

static const char invite_by_ip6[] =
    "INVITE sip:alice@[fd00::1] SIP/2.0\r\n"
    "Via: SIP/2.0/UDP carol.example.com;branch=z9hG4bKc\r\n" /* stamped: received=fd00::9 */
    "Max-Forwards: 70\r\n"
    "From: <sip:carol@example.com>;tag=carol\r\n"
    "To: <sip:alice@example.com>\r\n"
    "Call-ID: carols\r\n"
    "CSeq: 10 INVITE\r\n"
    "Contact: <sip:carol@[fd00::9]>\r\n"
    "Content-Length: 0\r\n"
    "\r\n";

/* RFC3261:12.1.1 RFC3261:18.2.1 */
TEST(rfc3261_12_1_1_a_response_says_the_address_of_the_version_that_its_request_came_by)
{
    ua_rig *rig = start_with_both();
    CHECK_OK(ua_inject6_text(rig, ALICE, invite_by_ip6));
    CHECK_OK(ua_do_status(rig, ALICE, SS_CMD_PROGRESS, 1, 180));
    CHECK_SLICE(ss_msg_value(ua_parse(last_sent(rig, "180 INVITE")), SS_HDR_CONTACT, 0),
                "<sip:alice@[fd00::1]:5060>");
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_ANSWER, ss_slice_from(offer)));
    const ua_message *answer = last_sent(rig, "200 INVITE");
    CHECK_EQ(answer->to, CAROL);
    CHECK_SLICE(ss_msg_value(ua_parse(answer), SS_HDR_CONTACT, 0), "<sip:alice@[fd00::1]:5060>");
    check_body(answer, offer_by_ip6);
    ua_run(rig, SS_MS(500)); /* its copy is the same */
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 INVITE"), 2);
    CHECK_SLICE_EQ(last_sent(rig, "200 INVITE")->bytes, answer->bytes);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:10.2.4 the binding that a 2xx grants is the one that was asked for, and not that of the other version. */
TEST(rfc3261_10_2_4_who_has_two_addresses_knows_its_binding_by_the_one_that_it_said)
{
    ua_rig *rig = start_with_both();
    rig->identities[ALICE].registrar = SS_LIT("sip:[fd00::9]");
    ss_command command = { .kind = SS_CMD_REGISTER, .expires_s = 600 };
    CHECK_OK(ua_command(rig, ALICE, &command));
    check_says(last_sent(rig, "REGISTER"), "[fd00::1]:5060", "<sip:alice@[fd00::1]:5060>");
    CHECK_OK(ua_carol_answers(rig, last_sent(rig, "REGISTER"), 200, "c",
                              "Contact: <sip:alice@10.0.0.1:5060>;expires=50, "
                              "<sip:alice@[fd00::1]:5060>;expires=600\r\n"));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REGISTERED, 0)->event.expires_s, 600);
    ua_run(rig, SS_S(540));
    CHECK_EQ(ua_sent_count(rig, ALICE, "REGISTER"), 2);
}

/* Whose address is no business of Alice's stays. */
TEST(rfc3261_8_1_1_8_only_its_own_addresses_are_moved)
{
    ua_rig *rig = start_with_both();
    static const char body[] = "c=IN IP4 10.0.0.1\r\n";
    ss_command message = { .kind = SS_CMD_REQUEST,
                           .method = SS_METHOD_MESSAGE,
                           .target = SS_LIT("sip:carol@[fd00::9]"),
                           .body_type = SS_LIT("text/plain"),
                           .body = SS_LIT("c=IN IP4 10.0.0.1\r\n") };
    CHECK_OK(ua_command(rig, ALICE, &message));
    check_body(last_sent(rig, "MESSAGE"), body);
    static const char cut[] = "v=0\r\nc=IN IP4 10.0.0.1"; /* without the end of its line */
    ss_command call = { .kind = SS_CMD_CALL,
                        .target = SS_LIT("sip:carol@[fd00::9]"),
                        .body_type = SS_LIT("application/sdp"),
                        .body = ss_slice_from(cut) };
    CHECK_OK(ua_command(rig, ALICE, &call));
    check_body(last_sent(rig, "INVITE"), "v=0\r\nc=IN IP6 fd00::1");
}
