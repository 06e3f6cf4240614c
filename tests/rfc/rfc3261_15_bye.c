/* RFC 3261 section 15: ending a call with BYE. */
#include "ua_rig.h"

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

/* RFC3261:15 */
TEST(rfc3261_15_the_callee_waits_with_its_bye_for_the_ack)
{
    ua_rig *rig = ua_start();
    ua_drop(rig, ALICE, "ACK", 0);
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    ua_run(rig, SS_MS(100));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    ua_run(rig, SS_MS(529));
    CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 0);
    ua_run(rig, SS_MS(530)); /* 200 again at 510, ACK again at 520 */
    CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 1);
    ua_run_out(rig);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 1);
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_ENDED, 0)->event.status, 200);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_BYE), 1);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:15 Who is rung and hangs up refuses; who rings and hangs up cancels: no BYE before there is a dialog that may end by it. */
TEST(rfc3261_15_nobody_says_bye_before_the_call_is_answered)
{
    for (int node = ALICE; node <= BOB; node++) {
        ua_rig *rig = ua_start();
        ua_call(rig, ALICE, "sip:bob@10.0.0.2");
        ua_run(rig, SS_MS(10));
        CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
        ua_run(rig, SS_MS(20));
        CHECK_OK(ua_do(rig, node, SS_CMD_HANGUP, 1));
        ua_run_out(rig);
        CHECK_EQ(ua_sent_count(rig, ALICE, "BYE") + ua_sent_count(rig, BOB, "BYE"), 0);
        CHECK_EQ(ua_sent_count(rig, ALICE, "CANCEL"), node == ALICE);
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 1);
        CHECK(ua_is_empty(rig, ALICE));
        CHECK(ua_is_empty(rig, BOB));
    }
}

/* RFC3261:15 */
TEST(rfc3261_15_without_an_ack_the_callees_bye_waits_64_t1)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK_EQ(ua_sent(rig, BOB, "BYE", 0)->at, SS_S(32));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:15.1.1 The peer must learn of the end, though there is no room for a new call. */
TEST(rfc3261_15_1_1_a_bye_goes_out_beyond_the_quota_of_transactions)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    rig->settings.txns_max = 0;
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 1);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.status, 200);
    CHECK(!ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.synthetic);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_BYE), 1);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:15.1.1 */
TEST(rfc3261_15_1_1_a_bye_beyond_that_reserve_ends_the_call_at_once)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    rig->settings.txns_max = 0;
    rig->settings.txns_ending = 0;
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 0);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.status, 503);
    CHECK(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.synthetic);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_FULL), 1);
}

/* RFC3261:15.1.1 */
TEST(rfc3261_15_1_1_any_answer_to_a_bye_ends_the_call)
{
    static const unsigned statuses[] = { 200, 481, 408, 503, 404 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        ua_rig *rig = ua_start();
        ua_call(rig, ALICE, "sip:carol@10.0.0.9");
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c", CONTACT));
        CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
        CHECK_EQ(ua_do(rig, ALICE, SS_CMD_HANGUP, 1), SS_ERR_STATE);
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), statuses[i], "c", ""));
        CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.status, statuses[i]);
        CHECK(!ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.synthetic);
        CHECK_EQ(rig->engines[ALICE].core.dialogs, 0);
        ua_run_out(rig);
        CHECK(ua_is_empty(rig, ALICE));
    }
}

/* RFC3261:15.1.1 RFC3261:8.1.3.1 */
TEST(rfc3261_15_1_1_a_bye_that_is_not_answered_ends_the_call_as_a_408)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    ua_drop_all(rig, ALICE, "BYE");
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run(rig, SS_MS(40) + SS_S(32));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.status, 408);
    CHECK(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.synthetic);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:15.1.2 */
TEST(rfc3261_15_1_2_a_bye_of_no_dialog_gets_481)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    ua_run(rig, SS_S(40));
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_requests(rig, invite, "nobody", "BYE", 5));
    CHECK_EQ(ua_sent_count(rig, ALICE, "481 BYE"), 1);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_OK(ua_inject_text(
        rig, ALICE,
        "BYE sip:alice@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKx\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:c@example.com>;tag=1\r\nTo: <sip:alice@example.com>\r\n"
        "Call-ID: none\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"));
    CHECK_EQ(ua_sent_count(rig, ALICE, "481 BYE"), 2);
}

/* RFC3261:15.1.2 */
TEST(rfc3261_15_1_2_a_bye_before_the_ack_stops_the_copies_of_the_2xx)
{
    ua_rig *rig = ua_start();
    ua_drop_all(rig, ALICE, "ACK");
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    ua_run(rig, SS_MS(20));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK_EQ(ua_sent(rig, BOB, "200 BYE", 0)->at, SS_MS(30));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_BYE), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 0);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:15.1.2 */
TEST(rfc3261_15_1_2_a_bye_on_an_early_dialog_gets_200_and_the_invite_487)
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
        "BYE sip:bob@10.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKb\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=carol\r\nTo: ");
    ss_put(&b, to.whole);
    ss_put_text(&b, "\r\nCall-ID: carols\r\nCSeq: 11 BYE\r\nContent-Length: 0\r\n\r\n");
    CHECK_OK(ua_inject(rig, BOB, ss_buffer_slice(&b)));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 BYE"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_BYE), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:15.1.1 RFC3261:15.1.2 */
TEST(rfc3261_15_1_two_byes_that_cross_are_both_answered_200)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 BYE"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 BYE"), 1);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.status, 200);
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_ENDED, 0)->event.status, 200);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_BYE), 0);
    CHECK_EQ(ua_dialog_notes(rig, SS_DIALOG_TERMINATED), 2);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:15.1.1 The 200 is lost and the BYE comes again: its transaction answers, the call is over already. */
TEST(rfc3261_15_1_1_a_lost_200_brings_the_bye_again)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    ua_drop(rig, BOB, "200 BYE", 0);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 2);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 BYE"), 2);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_BYE), 1);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->at, SS_MS(560));
    CHECK(ua_is_empty(rig, BOB));
}
