/* RFC 3261 section 13 (and 14.2): setting up a call, the 2xx and its ACK, forks, refusals, the ring limit. */
#include "ua_rig.h"

#include "ss/sdp.h"

#include <string.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

/* RFC3261:13.2.1 */
TEST(rfc3261_13_2_1_an_invite_has_contact_allow_and_supported)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ss_msg *invite = ua_parse(ua_sent(rig, ALICE, "INVITE", 0));
    CHECK_SLICE(ss_msg_value(invite, SS_HDR_CONTACT, 0), "<sip:alice@10.0.0.1:5060>");
    CHECK_SLICE(ss_msg_value(invite, SS_HDR_ALLOW, 0), UA_ALLOW);
    CHECK_EQ(ss_msg_count(invite, SS_HDR_SUPPORTED), 1);
    CHECK_SLICE(invite->body, "v=0\r\n");
}

/* RFC3261:13.3.1.4 RFC3261:12.1.1 */
TEST(rfc3261_13_3_1_4_a_2xx_has_contact_allow_supported_and_the_record_route)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i",
                              "Record-Route: <sip:10.0.0.9;lr>;x=1, <sip:p2;lr>\r\n" CONTACT));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    const ss_msg *ok = ua_parse(ua_sent(rig, BOB, "200 INVITE", 0));
    CHECK_SLICE(ss_msg_value(ok, SS_HDR_RECORD_ROUTE, 0), "<sip:10.0.0.9;lr>;x=1, <sip:p2;lr>");
    CHECK_SLICE(ss_msg_value(ok, SS_HDR_CONTACT, 0), "<sip:bob@10.0.0.2:5060>");
    CHECK_SLICE(ss_msg_value(ok, SS_HDR_ALLOW, 0), UA_ALLOW);
    CHECK_EQ(ss_msg_count(ok, SS_HDR_SUPPORTED), 1);
    CHECK_SLICE(ss_msg_value(ok, SS_HDR_CONTENT_TYPE, 0), "application/sdp");
}

/* RFC3261:13.2.2 RFC3261:13.3.1.4 */
TEST(rfc3261_13_a_call_is_set_up_and_released_and_leaves_nothing)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_INCOMING, 0)->at, SS_MS(10));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_PROVISIONAL, 0)->at, SS_MS(20));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_PROVISIONAL, 0)->event.status, 180);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ANSWERED, 0)->at, SS_MS(30));
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_CONFIRMED, 0)->at, SS_MS(40));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_BYE, 0)->at, SS_MS(50));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->at, SS_MS(60));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.cookie, 7);
    CHECK_EQ(ua_dialog_notes(rig, SS_DIALOG_CONFIRMED), 2);
    CHECK_EQ(ua_dialog_notes(rig, SS_DIALOG_TERMINATED), 2);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:13.2.2.1 */
TEST(rfc3261_13_2_2_1_a_provisional_response_with_a_tag_makes_an_early_dialog)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 100, "", ""));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 0);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_PROVISIONAL), 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "", ""));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "one", CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 183, "one", CONTACT));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "two", CONTACT));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 2);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_PROVISIONAL), 4);
}

/* RFC3261:13.2.2.3 */
TEST(rfc3261_13_2_2_3_a_failure_response_ends_all_early_dialogs)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "one", CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 180, "two", CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 486, "one", ""));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 0);
    CHECK_EQ(ua_dialog_notes(rig, SS_DIALOG_TERMINATED), 2);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 486);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->msg_status, 486);
    CHECK_OK(ua_carol_answers(rig, invite, 603, "two", ""));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:13.2.2.3 RFC3261:13.3.1.2 */
TEST(rfc3261_13_2_2_3_a_redirection_that_is_not_followed_ends_the_call)
{
    ua_rig *rig = ua_start();
    rig->settings.redirects_max = 0;
    const uint32_t call = ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    ss_command redirect = {
        .kind = SS_CMD_REJECT, .call = 1, .status = 302, .target = SS_LIT("sip:bob@10.0.0.9")
    };
    CHECK_OK(ua_command(rig, BOB, &redirect));
    ua_run(rig, SS_MS(20));
    CHECK_SLICE(ss_msg_value(ua_parse(ua_sent(rig, BOB, "302 INVITE", 0)), SS_HDR_CONTACT, 0),
                "<sip:bob@10.0.0.9>");
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 302);
    CHECK_EQ(ua_do(rig, ALICE, SS_CMD_HANGUP, call), SS_ERR_STATE);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:13.2.2.4 The 2xx's route set in reverse, its Contact as the target, the number of the INVITE. */
TEST(rfc3261_13_2_2_4_the_ack_of_a_2xx_is_built_from_the_dialog)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", "Contact: <sip:old@10.0.0.9>\r\n"));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c",
                              "Record-Route: <sip:10.0.0.9:5070;lr>, <sip:10.0.0.9;lr>\r\nContact: "
                              "<sip:c@10.9.9.9>\r\n"));
    const ua_message *sent = ua_sent(rig, ALICE, "ACK", 0);
    CHECK_NOT_NULL(sent);
    CHECK_EQ(sent->to, CAROL);
    const ss_msg *ack = ua_parse(sent);
    CHECK_SLICE(ack->request_uri, "sip:c@10.9.9.9");
    CHECK_SLICE(ss_msg_value(ack, SS_HDR_ROUTE, 0), "<sip:10.0.0.9;lr>, <sip:10.0.0.9:5070;lr>");
    ss_cseq ack_cseq, invite_cseq;
    CHECK_OK(ss_msg_cseq(ack, &ack_cseq));
    CHECK_OK(ss_msg_cseq(ua_parse(invite), &invite_cseq));
    CHECK_EQ(ack_cseq.number, invite_cseq.number);
    CHECK(!ss_slice_eq(ss_msg_value(ack, SS_HDR_VIA, 0),
                       ss_msg_value(ua_parse(invite), SS_HDR_VIA, 0)));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
}

/* RFC3261:13.2.2.4 */
TEST(rfc3261_13_2_2_4_each_copy_of_a_2xx_gets_the_same_ack_again)
{
    ua_rig *rig = ua_start();
    ua_drop(rig, ALICE, "ACK", 0);
    ua_drop(rig, ALICE, "ACK", 0);
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    ua_run(rig, SS_S(31));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 3);
    CHECK_EQ(ua_sent(rig, BOB, "200 INVITE", 1)->at, SS_MS(510));
    CHECK_EQ(ua_sent(rig, BOB, "200 INVITE", 2)->at, SS_MS(1510));
    CHECK_SLICE_EQ(ua_sent(rig, BOB, "200 INVITE", 2)->bytes,
                   ua_sent(rig, BOB, "200 INVITE", 0)->bytes);
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 3);
    CHECK_EQ(ua_sent(rig, ALICE, "ACK", 2)->at, SS_MS(1520));
    CHECK_SLICE_EQ(ua_sent(rig, ALICE, "ACK", 1)->bytes, ua_sent(rig, ALICE, "ACK", 0)->bytes);
    CHECK_SLICE_EQ(ua_sent(rig, ALICE, "ACK", 2)->bytes, ua_sent(rig, ALICE, "ACK", 0)->bytes);
    CHECK(!ua_sent(rig, ALICE, "ACK", 0)->provoked);
    CHECK(ua_sent(rig, ALICE, "ACK", 1)->provoked);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_CONFIRMED, 0)->at, SS_MS(1530));
}

/* RFC3261:13.2.2.4 Even when the call is over for the application. */
TEST(rfc3261_13_2_2_4_a_copy_of_the_2xx_is_acknowledged_after_the_bye)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "c", ""));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 1);
    CHECK_EQ(rig->engines[ALICE].ua.calls, 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
    CHECK_SLICE_EQ(ua_sent(rig, ALICE, "ACK", 1)->bytes, ua_sent(rig, ALICE, "ACK", 0)->bytes);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 1);
    ua_run(rig, SS_S(32));
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:13.2.2.4 */
TEST(rfc3261_13_2_2_4_further_2xx_from_forks_are_acknowledged_and_released)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "one", CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 180, "three", CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "one", CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "two", "Contact: <sip:two@10.0.0.9>\r\n"));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 1);
    CHECK_SLICE(ua_parse(ua_sent(rig, ALICE, "ACK", 1))->request_uri, "sip:two@10.0.0.9");
    CHECK_SLICE(ua_parse(ua_sent(rig, ALICE, "BYE", 0))->request_uri, "sip:two@10.0.0.9");
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 3);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "two", ""));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 0);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 2);
    ua_run(rig, SS_S(31));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 2);
    ua_run(rig, SS_S(32)); /* 64*T1 after the first 2xx the early one ends */
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_SLICE(ua_parse(ua_sent(rig, ALICE, "BYE", 1))->request_uri, "sip:carol@10.0.0.9");
    ua_run_out(rig);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.status, 408);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:13.2.2.4 Its early dialog was ended with the call; the 2xx that crosses that must not be left without an ACK. */
TEST(rfc3261_13_2_2_4_a_2xx_of_a_fork_after_the_end_of_the_call_is_acknowledged)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "one", CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 180, "two", CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "one", CONTACT));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "one", ""));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 1);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "two", CONTACT));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 2);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 1), 200, "two", ""));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:12.2.1.1 RFC3261:13.2.2.4 A PRACK went in the early dialog, which the end of the call does not end. */
TEST(rfc3261_12_2_1_1_a_fork_that_answers_after_the_end_of_the_call_gets_no_number_twice)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 183, "two", CONTACT "Require: 100rel\r\nRSeq: 1\r\n"));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_PRACK, 1));
    const ua_message *prack = ua_sent(rig, ALICE, "PRACK", 0);
    CHECK_OK(ua_carol_answers(rig, prack, 200, "two", ""));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "one", CONTACT));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "one", ""));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "two", CONTACT));
    CHECK_EQ(ua_parse(ua_sent(rig, ALICE, "BYE", 1))->cseq.number,
             ua_parse(prack)->cseq.number + 1);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 1), 200, "two", ""));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:13.2.2.4 One that never answers ends 64*T1 after the first 2xx, whoever asks for what in it meanwhile. */
TEST(rfc3261_13_2_2_4_an_early_dialog_of_a_call_that_is_over_ends_with_its_invite)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 183, "two", CONTACT "Require: 100rel\r\nRSeq: 1\r\n"));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_PRACK, 1));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "PRACK", 0), 200, "two", ""));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "one", CONTACT));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "one", ""));
    ua_run(rig, SS_S(31));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    ua_run(rig, SS_S(33));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 0);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:13.2.2.4 RFC3261:15 Carol waited for 64*T1 for the ACK of a 2xx that was always lost, and says BYE; then a copy of it comes. */
TEST(rfc3261_13_2_2_4_a_2xx_whose_early_dialog_a_bye_ended_is_acknowledged)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "one", CONTACT));
    CHECK_OK(ua_carol_requests(rig, invite, "one", "BYE", 7));
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 BYE"), 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "one", CONTACT));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 1);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "one", CONTACT));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 0);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 0);
    ua_run_out(rig); /* nobody else answers until Timer M is over */
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 1);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:13.2.2 RFC3261:8.1.3.1 */
TEST(rfc3261_13_2_2_an_invite_that_nobody_answers_ends_as_a_408)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    ua_run_out(rig);
    const ua_event *rejected = ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0);
    CHECK_NOT_NULL(rejected);
    CHECK_EQ(rejected->at, SS_S(32));
    CHECK_EQ(rejected->event.status, 408);
    CHECK(rejected->event.synthetic);
    CHECK(!rejected->has_msg);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:13.3.1.4 T1 doubling to T2, the same bytes, and a BYE at 64*T1. */
TEST(rfc3261_13_3_1_4_a_2xx_that_is_never_acknowledged_is_repeated_for_64_t1_and_then_bye)
{
    static const uint64_t sent_ms[] = { 0,     500,   1500,  3500,  7500, 11500,
                                        15500, 19500, 23500, 27500, 31500 };
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    ua_run(rig, SS_MS(31999));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), SS_COUNT(sent_ms));
    for (unsigned i = 0; i < SS_COUNT(sent_ms); i++) {
        CHECK_EQ(ua_sent(rig, BOB, "200 INVITE", i)->at, SS_MS(sent_ms[i]));
        CHECK_SLICE_EQ(ua_sent(rig, BOB, "200 INVITE", i)->bytes,
                       ua_sent(rig, BOB, "200 INVITE", 0)->bytes);
    }
    CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 0);
    ua_run(rig, SS_S(32));
    CHECK_EQ(ua_sent(rig, BOB, "BYE", 0)->at, SS_S(32));
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_NOT_ACKED, 0)->at, SS_S(32));
    ua_run_out(rig);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), SS_COUNT(sent_ms));
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_ENDED, 0)->event.status, 408);
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_ENDED, 0)->at, SS_S(64));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:13.3.1.3 */
TEST(rfc3261_13_3_1_3_a_busy_agent_answers_486)
{
    ua_rig *rig = ua_start();
    rig->identities[BOB].lines = 1;
    ua_set_up(rig);
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_EQ(ua_sent_count(rig, BOB, "486 INVITE"), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 1);
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK_OK(ua_carol_invites(rig, BOB, "j", CONTACT));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 2);
}

TEST(an_unanswered_call_ends_with_480_at_the_ring_limit)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run_out(rig);
    CHECK_EQ(ua_sent(rig, BOB, "480 INVITE", 0)->at, SS_MS(30010));
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_ENDED, 0)->event.status, 480);
    CHECK(ua_event_of(rig, BOB, SS_EVENT_ENDED, 0)->event.synthetic);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 480);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:13.3.1 */
TEST(rfc3261_13_3_1_an_invitation_that_expires_gets_487)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", "Expires: 5\r\n" CONTACT));
    ua_run(rig, SS_S(5));
    CHECK_EQ(ua_sent(rig, BOB, "487 INVITE", 0)->at, SS_S(5));
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_ENDED, 0)->event.status, 487);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:13.3.1.1 */
TEST(rfc3261_13_3_1_1_a_provisional_response_goes_out_every_minute)
{
    ua_rig *rig = ua_start();
    rig->settings.ring_limit = SS_S(150);
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    ua_run(rig, SS_S(10));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 183));
    ua_run(rig, SS_S(149));
    CHECK_EQ(ua_sent_count(rig, BOB, "183 INVITE"), 3);
    CHECK_EQ(ua_sent(rig, BOB, "183 INVITE", 1)->at, SS_S(70));
    CHECK_EQ(ua_sent(rig, BOB, "183 INVITE", 2)->at, SS_S(130));
    CHECK_SLICE_EQ(ua_sent(rig, BOB, "183 INVITE", 1)->bytes,
                   ua_sent(rig, BOB, "183 INVITE", 0)->bytes);
    ua_run(rig, SS_S(150));
    CHECK_EQ(ua_sent_count(rig, BOB, "480 INVITE"), 1);
}

/* RFC3261:13.3.1.1 */
TEST(rfc3261_13_3_1_1_all_responses_of_a_call_have_one_tag)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 183));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    CHECK_SLICE_EQ(ss_msg_value(ua_parse(ua_sent(rig, BOB, "183 INVITE", 0)), SS_HDR_TO, 0),
                   ss_msg_value(ua_parse(ua_sent(rig, BOB, "180 INVITE", 0)), SS_HDR_TO, 0));
    CHECK_SLICE_EQ(ss_msg_value(ua_parse(ua_sent(rig, BOB, "200 INVITE", 0)), SS_HDR_TO, 0),
                   ss_msg_value(ua_parse(ua_sent(rig, BOB, "180 INVITE", 0)), SS_HDR_TO, 0));
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
}

/* RFC3261:14.2 */
TEST(rfc3261_14_2_an_invite_before_the_answer_to_another_gets_500_with_retry_after)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    ss_name_addr to;
    CHECK_OK(ss_msg_to(ua_parse(ua_sent(rig, BOB, "180 INVITE", 0)), &to));
    char text[1024];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_text(
        &b,
        "INVITE sip:bob@10.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKk\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=carol\r\nTo: ");
    ss_put(&b, to.whole);
    ss_put_text(&b,
                "\r\nCall-ID: carols\r\nCSeq: 11 INVITE\r\n" CONTACT "Content-Length: 0\r\n\r\n");
    CHECK_OK(ua_inject(rig, BOB, ss_buffer_slice(&b)));
    CHECK_EQ(ua_sent_count(rig, BOB, "500 INVITE"), 1);
    uint32_t seconds = 99;
    CHECK_OK(
        ss_msg_number(ua_parse(ua_sent(rig, BOB, "500 INVITE", 0)), SS_HDR_RETRY_AFTER, &seconds));
    CHECK(seconds <= 10);
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 1);
}

/* RFC3261:13.2.2.4 An early dialog's routes were those of the 180. */
TEST(rfc3261_13_2_2_4_the_route_set_is_made_anew_from_the_2xx)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", "Record-Route: <sip:p1;lr>\r\n" CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c",
                              "Record-Route: <sip:p2;lr>, <sip:10.0.0.9;lr>\r\n"
                              "Contact: <sip:carol@10.0.0.10>\r\n"));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    const ss_msg *ack = ua_parse(ua_sent(rig, ALICE, "ACK", 0));
    CHECK_SLICE(ack->request_uri, "sip:carol@10.0.0.10");
    CHECK_SLICE(ss_msg_value(ack, SS_HDR_ROUTE, 0), "<sip:10.0.0.9;lr>, <sip:p2;lr>");
}

/* ---- offers and answers: 13.2.1 ---- */

#define OFFER                                                                                     \
    SS_LIT("v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 4000 " \
           "RTP/AVP 0\r\n")

/* Alice's INVITE has an offer or none; it is with Bob. */
static ua_rig *invite_bob(bool has_offer)
{
    ua_rig *rig = ua_start();
    ss_command command = { .kind = SS_CMD_CALL, .target = SS_LIT("sip:bob@10.0.0.2") };
    command.body_type = has_offer ? SS_LIT("application/sdp") : SS_EMPTY;
    command.body = has_offer ? OFFER : SS_EMPTY;
    CHECK_OK(ua_command(rig, ALICE, &command));
    ua_run(rig, SS_MS(10));
    return rig;
}

/* RFC3261:13.3.1.4 */
TEST(rfc3261_13_2_1_an_offer_in_the_invite_is_answered_in_the_2xx)
{
    ua_rig *rig = invite_bob(true);
    CHECK_STATUS(ua_say(rig, BOB, SS_CMD_ANSWER, SS_EMPTY), SS_ERR_STATE);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, OFFER));
    CHECK_SLICE_EQ(ua_sent_msg(rig, BOB, "200 INVITE", 0)->body, OFFER);
    ua_run(rig, SS_MS(30));
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_ANSWERED)->event.verdict, SS_OA_IS_ANSWER);
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_ANSWERED)->event.asks, SS_ASKS_NOTHING);
    CHECK_EQ(ua_sent_msg(rig, ALICE, "ACK", 0)->body.len, 0);
}

TEST(rfc3261_13_2_1_without_one_it_is_in_the_2xx_and_the_answer_in_the_ack)
{
    ua_rig *rig = invite_bob(false);
    CHECK_EQ(ua_sent_msg(rig, ALICE, "INVITE", 0)->body.len, 0);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, OFFER));
    ua_run(rig, SS_MS(20));
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_ANSWERED)->event.verdict, SS_OA_IS_OFFER);
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_ANSWERED)->event.asks, SS_ASKS_ACK);
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 0);
    CHECK_STATUS(ua_say(rig, ALICE, SS_CMD_ACK, SS_EMPTY), SS_ERR_STATE); /* the answer is due */
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_ACK, OFFER));
    CHECK_SLICE_EQ(ua_sent_msg(rig, ALICE, "ACK", 0)->body, OFFER);
    ua_run(rig, SS_MS(30));
    CHECK_EQ(ua_last_event(rig, BOB, SS_EVENT_CONFIRMED)->event.verdict, SS_OA_IS_ANSWER);
}

/* RFC3262:5 */
TEST(rfc3261_13_2_1_no_offer_in_a_response_after_an_answer)
{
    ua_rig *rig = invite_bob(true);
    ss_command progress = { .kind = SS_CMD_PROGRESS,
                            .call = 1,
                            .status = 183,
                            .reliable = true,
                            .body_type = SS_LIT("application/sdp"),
                            .body = OFFER };
    CHECK_OK(ua_command(rig, BOB, &progress));
    ua_run(rig, SS_MS(20));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    ua_run(rig, SS_MS(40));
    CHECK_STATUS(ua_command(rig, BOB, &progress), SS_ERR_STATE);
    progress.reliable = false;
    CHECK_STATUS(ua_command(rig, BOB, &progress), SS_ERR_STATE);
    CHECK_STATUS(ua_say(rig, BOB, SS_CMD_ANSWER, OFFER), SS_ERR_STATE);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, SS_EMPTY));
}

/* RFC3261:13.2.2.4 whoever hangs up before it said the answer has said one that rejects everything */
TEST(rfc3261_13_2_2_4_an_offer_that_nobody_answers_is_rejected_in_the_ack_before_the_bye)
{
    ua_rig *rig = invite_bob(false);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, OFFER));
    ua_run(rig, SS_MS(20));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    const ss_msg *ack = ua_sent_msg(rig, ALICE, "ACK", 0);
    ss_sdp answer;
    ss_diag diag;
    CHECK_SLICE(ss_msg_value(ack, SS_HDR_CONTENT_TYPE, 0), "application/sdp");
    CHECK_OK(ss_sdp_parse(&answer, &rig->arena, ack->body, &diag));
    CHECK_EQ(answer.media_count, 1);
    CHECK_EQ(answer.media[0].port, 0);
    CHECK(ua_sent(rig, ALICE, "ACK", 0) < ua_sent(rig, ALICE, "BYE", 0));
    ua_run_out(rig);
    CHECK_EQ(ua_last_event(rig, BOB, SS_EVENT_CONFIRMED)->event.verdict, SS_OA_IS_ANSWER);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:13.2.2.4 what is kept for the ACK is there as long as the ACK waits: Timer M, 64*T1 after the 2xx, ends the transaction only */
TEST(rfc3261_13_2_2_4_an_offer_is_rejected_in_the_ack_after_timer_m_too)
{
    ua_rig *rig = invite_bob(false);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, OFFER));
    ua_drop_all(rig, BOB, "BYE"); /* that of who gave up waiting for the ACK */
    ua_run(rig, SS_S(33));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    const ss_msg *ack = ua_sent_msg(rig, ALICE, "ACK", 0);
    ss_sdp answer;
    ss_diag diag;
    CHECK_OK(ss_sdp_parse(&answer, &rig->arena, ack->body, &diag));
    CHECK_EQ(answer.media_count, 1);
    CHECK_EQ(answer.media[0].port, 0);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}
