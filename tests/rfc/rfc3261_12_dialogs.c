/* RFC 3261 section 12: dialogs as the user agent makes and uses them. */
#include "ua_rig.h"

#include <stdio.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

static void answer_from_carol(ua_rig *rig, const char *lines)
{
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c", lines));
}

/* RFC3261:12.1.2 RFC3261:12.2.1.1 */
TEST(rfc3261_12_1_2_the_callers_route_set_is_the_record_route_in_reverse)
{
    ua_rig *rig = ua_start();
    answer_from_carol(rig, "Record-Route: <sip:p3;lr>, \"P2\" <sip:p2;lr;x=y>;z\r\nRecord-Route: "
                           "<sip:10.0.0.9;lr>\r\n" CONTACT);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    const ss_msg *bye = ua_parse(ua_sent(rig, ALICE, "BYE", 0));
    CHECK_SLICE(bye->request_uri, "sip:carol@10.0.0.9");
    CHECK_SLICE(ss_msg_value(bye, SS_HDR_ROUTE, 0),
                "<sip:10.0.0.9;lr>, <sip:p2;lr;x=y>, <sip:p3;lr>");
}

/* RFC3261:12.1.1 RFC3261:12.2.1.1 */
TEST(rfc3261_12_1_1_the_callees_route_set_is_the_record_route_in_order)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(
        rig, BOB, "i",
        "Record-Route: <sip:10.0.0.9;lr>, <sip:p2;lr>\r\nContact: <sip:c@10.7.7.7>\r\n"));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    ua_run(rig, SS_S(32));
    const ua_message *sent = ua_sent(rig, BOB, "BYE", 0);
    CHECK_NOT_NULL(sent);
    CHECK_EQ(sent->to, CAROL);
    const ss_msg *bye = ua_parse(sent);
    CHECK_SLICE(bye->request_uri, "sip:c@10.7.7.7");
    CHECK_SLICE(ss_msg_value(bye, SS_HDR_ROUTE, 0), "<sip:10.0.0.9;lr>, <sip:p2;lr>");
    CHECK_SLICE(ss_msg_value(bye, SS_HDR_TO, 0), "<sip:carol@example.com>;tag=carol");
    ss_name_addr from;
    CHECK_OK(ss_msg_from(bye, &from));
    CHECK_SLICE(from.uri, "sip:bob@example.com");
}

/* RFC3261:12.2.1.1 */
TEST(rfc3261_12_2_1_1_a_strict_router_becomes_the_request_uri)
{
    ua_rig *rig = ua_start();
    answer_from_carol(
        rig,
        "Record-Route: <sip:p4>, <sip:p3;lr>, <sip:p2>, <sip:10.0.0.9;method=BYE;a=b>\r\n" CONTACT);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    const ua_message *sent = ua_sent(rig, ALICE, "BYE", 0);
    CHECK_NOT_NULL(sent);
    CHECK_EQ(sent->to, CAROL);
    CHECK_SLICE(ua_parse(sent)->request_uri, "sip:10.0.0.9;a=b");
    CHECK_SLICE(ss_msg_value(ua_parse(sent), SS_HDR_ROUTE, 0),
                "<sip:p2>, <sip:p3;lr>, <sip:p4>, <sip:carol@10.0.0.9>");
}

/* RFC3261:12.2.1.1 */
TEST(rfc3261_12_2_1_1_numbers_rise_by_one_in_each_direction)
{
    static const int asking[] = { ALICE, BOB, BOB, ALICE, BOB };
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    uint32_t last[2] = { ua_sent_msg(rig, ALICE, "INVITE", 0)->cseq.number, 0 };
    unsigned asked[2] = { 0, 0 };
    for (size_t i = 0; i < SS_COUNT(asking); i++) {
        const int who = asking[i];
        ss_command options = { .kind = SS_CMD_REQUEST, .method = SS_METHOD_OPTIONS, .call = 1 };
        CHECK_OK(ua_command(rig, who, &options));
        const uint32_t number = ua_sent_msg(rig, who, "OPTIONS", asked[who]++)->cseq.number;
        CHECK(last[who] == 0 ? number <= SS_CSEQ_INITIAL_MAX : number == last[who] + 1);
        last[who] = number;
        ua_run(rig, rig->now + SS_MS(30));
    }
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_EQ(ua_sent_msg(rig, ALICE, "BYE", 0)->cseq.number, last[ALICE] + 1);
}

/* RFC3261:12.2.2 */
TEST(rfc3261_12_2_2_a_lower_number_gets_500_and_a_gap_is_no_error)
{
    ua_rig *rig = ua_start();
    answer_from_carol(rig, CONTACT);
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_requests(rig, invite, "c", "OPTIONS", 100));
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 OPTIONS"), 1);
    CHECK_OK(ua_carol_requests(rig, invite, "c", "BYE", 99));
    CHECK_EQ(ua_sent_count(rig, ALICE, "500 BYE"), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_BYE), 0);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_OK(ua_carol_requests(rig, invite, "c", "BYE", 500));
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 BYE"), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_BYE), 1);
}

/* RFC3261:12.2.2 */
TEST(rfc3261_12_2_2_a_request_of_no_dialog_gets_481)
{
    static const char *const methods[] = { "BYE", "INVITE", "OPTIONS" };
    static const char *const answers[] = { "481 BYE", "481 INVITE", "481 OPTIONS" };
    ua_rig *rig = ua_start();
    answer_from_carol(rig, CONTACT);
    for (unsigned i = 0; i < SS_COUNT(methods); i++) {
        CHECK_OK(ua_carol_requests(rig, ua_sent(rig, ALICE, "INVITE", 0), "other", methods[i], 1));
        CHECK_EQ(ua_sent_count(rig, ALICE, answers[i]), 1);
    }
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_BYE), 0);
}

/* RFC3261:12.3 */
TEST(rfc3261_12_3_a_stray_ack_is_dropped_and_noted)
{
    ua_rig *rig = ua_start();
    answer_from_carol(rig, CONTACT);
    const size_t before = rig->message_count;
    CHECK_OK(ua_carol_requests(rig, ua_sent(rig, ALICE, "INVITE", 0), "other", "ACK", 1));
    CHECK_EQ(rig->message_count, before);
    const ss_note *last = &rig->notes[rig->note_count - 1];
    CHECK_EQ(last->kind, SS_NOTE_STRAY);
    CHECK_EQ(last->method, SS_METHOD_ACK);
}

/* RFC3261:12.1.2 A peer of RFC 2543 has no tags. */
TEST(rfc3261_12_1_2_a_2xx_without_a_tag_makes_a_dialog_all_the_same)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "", CONTACT));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 1);
    CHECK_SLICE(ss_msg_value(ua_parse(ua_sent(rig, ALICE, "ACK", 0)), SS_HDR_TO, 0),
                "<sip:carol@10.0.0.9>");
}

TEST(a_crash_forgets_everything_without_a_word)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    ua_call(rig, ALICE, "sip:carol@name.example.com");
    ss_command enrol = { .kind = SS_CMD_REGISTER, .expires_s = 60 };
    CHECK_OK(ua_command(rig, ALICE, &enrol));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 1), 180, "c", CONTACT));
    ss_engine_reset(&rig->engines[ALICE]);
    ss_engine_reset(&rig->engines[BOB]);
    CHECK_EQ(rig->pools.dialogs.count, 0);
    CHECK_EQ(rig->pools.txns.count, 0);
}

/* RFC3261:12.2.1.1 The strict route has '?' in its user part, which the grammar allows. */
TEST(rfc3261_12_2_1_1_a_strict_route_with_a_question_mark_in_its_user_part_is_followed)
{
    ua_rig *rig = ua_start();
    answer_from_carol(rig, "Record-Route: <sip:a?b@10.0.0.9;x=1>\r\n" CONTACT);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_SLICE(ua_parse(ua_sent(rig, ALICE, "BYE", 0))->request_uri, "sip:a?b@10.0.0.9;x=1");
}

static void check_secure_answer(const char *request_uri, const char *lines, const char *contact)
{
    ua_rig *rig = ua_start();
    char text[1024];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_text(&b, "INVITE ");
    ss_put_text(&b, request_uri);
    ss_put_text(&b, " SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKi\r\n"
                    "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\n"
                    "To: <sip:bob@example.com>\r\nCall-ID: s\r\nCSeq: 1 INVITE\r\n");
    ss_put_text(&b, lines);
    ss_put_text(&b, "Content-Length: 0\r\n\r\n");
    CHECK_OK(ua_inject(rig, BOB, ss_buffer_slice(&b)));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    const ss_msg *answer = ua_parse(ua_sent(rig, BOB, "200 INVITE", 0));
    CHECK_SLICE_EQ(ss_msg_value(answer, SS_HDR_CONTACT, 0), ss_slice_from(contact));
}

/* RFC3261:12.1.1 The Contact counts only where there is no Record-Route. */
TEST(rfc3261_12_1_1_a_secure_request_makes_the_contact_secure)
{
    static const char *const secure = "<sips:bob@10.0.0.2:5060>";
    static const char *const plain = "<sip:bob@10.0.0.2:5060>";
    check_secure_answer("sips:bob@10.0.0.2", CONTACT, secure);
    check_secure_answer("sip:bob@10.0.0.2", "Contact: <sips:carol@10.0.0.9>\r\n", secure);
    check_secure_answer("sip:bob@10.0.0.2",
                        "Record-Route: <sips:10.0.0.9;lr>, <sip:p;lr>\r\n" CONTACT, secure);
    check_secure_answer("sip:bob@10.0.0.2",
                        "Record-Route: <sip:10.0.0.9;lr>, <sips:p;lr>\r\n"
                        "Contact: <sips:carol@10.0.0.9>\r\n",
                        plain);
    check_secure_answer("sip:bob@10.0.0.2", CONTACT, plain);
}

/* RFC3261:12.2.1.1 The flag was set when the dialog was made: the target that its peer gave says nothing of it. */
TEST(rfc3261_12_2_1_1_the_contact_of_a_request_in_a_secure_dialog_is_sips)
{
    static const char *const targets[] = { "sips:carol@10.0.0.9", "sip:carol@10.0.0.9" };
    static const char *const contacts[] = { "<sips:alice@10.0.0.1:5060>",
                                            "<sip:alice@10.0.0.1:5060>" };
    static const char *const answers[] = { "Contact: <sips:carol@10.0.0.9>\r\n", CONTACT };
    for (size_t i = 0; i < SS_COUNT(targets); i++) {
        ua_rig *rig = ua_start();
        ua_call(rig, ALICE, targets[i]);
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c", answers[i]));
        CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, SS_LIT("v=0\r\n")));
        CHECK_SLICE_EQ(ss_msg_value(ua_sent_msg(rig, ALICE, "INVITE", 1), SS_HDR_CONTACT, 0),
                       ss_slice_from(contacts[i]));
    }
}

/* RFC3261:12.1.1 A peer of RFC 2543 has none. */
TEST(rfc3261_12_1_1_a_request_without_a_from_tag_makes_a_dialog_all_the_same)
{
    static const char *const head = "%s sip:bob@10.0.0.2 SIP/2.0\r\n"
                                    "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK%s\r\n"
                                    "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>\r\nTo: ";
    ua_rig *rig = ua_start();
    char text[1024];
    int length = snprintf(text, sizeof text, head, "INVITE", "i");
    snprintf(text + length, sizeof text - (size_t)length,
             "<sip:bob@example.com>\r\nCall-ID: o\r\nCSeq: 1 INVITE\r\n" CONTACT
             "Content-Length: 0\r\n\r\n");
    CHECK_OK(ua_inject_text(rig, BOB, text));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
    ss_name_addr to;
    CHECK_OK(ss_msg_to(ua_parse(ua_sent(rig, BOB, "200 INVITE", 0)), &to));
    length = snprintf(text, sizeof text, head, "BYE", "b");
    snprintf(text + length, sizeof text - (size_t)length,
             "%.*s\r\nCall-ID: o\r\nCSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n", (int)to.whole.len,
             to.whole.at);
    CHECK_OK(ua_inject_text(rig, BOB, text));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 BYE"), 1);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 0);
}

/* RFC3261:12.2.1.1 What has no tag is sent without one. */
TEST(rfc3261_12_2_1_1_a_null_remote_tag_is_left_out)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_inject_text(
        rig, BOB,
        "INVITE sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKi\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>\r\nTo: <sip:bob@example.com>\r\n"
        "Call-ID: o\r\nCSeq: 1 INVITE\r\n" CONTACT "Content-Length: 0\r\n\r\n"));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    ua_run(rig, SS_S(32)); /* the ACK that never comes: 15 */
    const ss_msg *bye = ua_sent_msg(rig, BOB, "BYE", 0);
    CHECK_SLICE(ss_msg_value(bye, SS_HDR_TO, 0), "<sip:carol@example.com>");
    CHECK_EQ(ss_name_addr_tag(&bye->from).len, 16);
}

/* RFC3261:12.1.2 RFC3261:8.1.1.8 The special form of REGISTER has no meaning elsewhere. */
TEST(rfc3261_12_1_a_contact_star_makes_no_remote_target)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "star", "Contact: *\r\n"));
    CHECK_EQ(ua_sent_count(rig, BOB, "400 INVITE"), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 0);
    answer_from_carol(rig, "Contact: *\r\n");
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 1);
    CHECK_SLICE(ua_parse(ua_sent(rig, ALICE, "ACK", 0))->request_uri, "sip:carol@10.0.0.9");
}
