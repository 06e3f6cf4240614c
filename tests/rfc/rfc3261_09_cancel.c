/* RFC 3261 section 9: CANCEL, from both sides, and its race with the 2xx. */
#include "ua_rig.h"

/* RFC3261:9.1 */
TEST(rfc3261_9_1_cancel_waits_for_a_provisional_response)
{
    ua_rig *rig = ua_start();
    const uint32_t call = ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, call));
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_sent_count(rig, ALICE, "CANCEL"), 0);

    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 100, "", ""));
    CHECK_EQ(ua_sent_count(rig, ALICE, "CANCEL"), 1);
    CHECK_EQ(ua_sent(rig, ALICE, "CANCEL", 0)->at, SS_MS(100));
}

/* RFC3261:9.1 */
TEST(rfc3261_9_1_cancel_repeats_what_identifies_the_invite)
{
    ua_rig *rig = ua_start();
    const uint32_t call = ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 180, "c", ""));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, call));

    const ss_msg *invite = ua_parse(ua_sent(rig, ALICE, "INVITE", 0));
    const ss_msg *cancel = ua_parse(ua_sent(rig, ALICE, "CANCEL", 0));
    CHECK_SLICE_EQ(cancel->request_uri, invite->request_uri);
    CHECK_SLICE_EQ(ss_msg_value(cancel, SS_HDR_TO, 0), ss_msg_value(invite, SS_HDR_TO, 0));
    CHECK_SLICE_EQ(ss_msg_value(cancel, SS_HDR_FROM, 0), ss_msg_value(invite, SS_HDR_FROM, 0));
    CHECK_SLICE_EQ(ss_msg_value(cancel, SS_HDR_VIA, 0), ss_msg_value(invite, SS_HDR_VIA, 0));
    CHECK_SLICE_EQ(ss_msg_call_id(cancel), ss_msg_call_id(invite));
    CHECK_EQ(ss_msg_count(cancel, SS_HDR_VIA), 1);
    CHECK_EQ(ss_msg_count(cancel, SS_HDR_REQUIRE), 0);
}

/* RFC3261:9.1 RFC3261:9.2 */
TEST(rfc3261_9_2_a_ringing_call_is_cancelled_with_200_and_487)
{
    ua_rig *rig = ua_start();
    const uint32_t call = ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    ua_run(rig, SS_MS(50));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, call));
    ua_run(rig, SS_MS(60));

    CHECK_EQ(ua_sent(rig, BOB, "200 CANCEL", 0)->at, SS_MS(60));
    CHECK_EQ(ua_sent(rig, BOB, "487 INVITE", 0)->at, SS_MS(60));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CANCELLED), 1);
    ss_name_addr to_cancel, to_invite;
    CHECK_OK(ss_msg_to(ua_parse(ua_sent(rig, BOB, "200 CANCEL", 0)), &to_cancel));
    CHECK_OK(ss_msg_to(ua_parse(ua_sent(rig, BOB, "487 INVITE", 0)), &to_invite));
    CHECK_SLICE_EQ(ss_name_addr_tag(&to_cancel), ss_name_addr_tag(&to_invite));

    ua_run(rig, SS_MS(70));
    const ua_event *rejected = ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0);
    CHECK_NOT_NULL(rejected);
    CHECK_EQ(rejected->event.status, 487);
    CHECK(!rejected->event.synthetic);
    CHECK_EQ(rejected->event.cookie, 7);
    ua_run_out(rig);
    CHECK_EQ(ua_dialog_notes(rig, SS_DIALOG_EARLY), 2);
    CHECK_EQ(ua_dialog_notes(rig, SS_DIALOG_TERMINATED), 2);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:9.1 RFC3261:13.2.2.4 The 200 leaves Bob at 100 ms, the CANCEL Alice at 95 ms, on a 10 ms link. */
TEST(rfc3261_9_1_a_cancel_that_crosses_the_200_ends_in_ack_and_bye)
{
    ua_rig *rig = ua_start();
    const uint32_t call = ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    ua_run(rig, SS_MS(95));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, call));
    ua_run(rig, SS_MS(100));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    ua_run(rig, SS_MS(110));

    CHECK_EQ(ua_sent(rig, BOB, "200 CANCEL", 0)->at, SS_MS(105));
    CHECK_EQ(ua_sent(rig, ALICE, "ACK", 0)->at, SS_MS(110));
    CHECK_EQ(ua_sent(rig, ALICE, "BYE", 0)->at, SS_MS(110));
    CHECK(ua_sent(rig, ALICE, "ACK", 0) < ua_sent(rig, ALICE, "BYE", 0));
    ua_run_out(rig);
    CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 0);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CANCELLED), 0);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_BYE), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 0);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.status, 200);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:9.1 */
TEST(rfc3261_9_1_a_cancelled_invite_without_final_response_is_given_up_after_64_t1)
{
    ua_rig *rig = ua_start();
    const uint32_t call = ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 180, "c", ""));
    ua_run(rig, SS_S(1));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, call));
    ua_run_out(rig);
    const ua_event *rejected = ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0);
    CHECK_NOT_NULL(rejected);
    CHECK_EQ(rejected->at, SS_S(33));
    CHECK_EQ(rejected->event.status, 487);
    CHECK(rejected->event.synthetic);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:9.1 The INVITE times out as any other: the wish to cancel changes nothing before a 1xx. */
TEST(rfc3261_9_1_a_cancel_that_never_could_be_sent_leaves_timer_b_to_end_the_call)
{
    ua_rig *rig = ua_start();
    const uint32_t call = ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, call));
    ua_run_out(rig);
    CHECK_EQ(ua_sent_count(rig, ALICE, "CANCEL"), 0);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 408);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->at, SS_S(32));
    CHECK(ua_is_empty(rig, ALICE));
}

static const char stray_cancel[] =
    "CANCEL sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKnone\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=1\r\n"
    "To: <sip:bob@example.com>\r\nCall-ID: stray\r\nCSeq: 1 CANCEL\r\n"
    "Content-Length: 0\r\n\r\n";

/* RFC3261:9.2 */
TEST(rfc3261_9_2_a_cancel_of_nothing_gets_481)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_inject_text(rig, BOB, stray_cancel));
    CHECK_EQ(ua_sent_count(rig, BOB, "481 CANCEL"), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:9.2 */
TEST(rfc3261_9_2_a_cancel_after_the_final_response_has_no_effect)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", "Contact: <sip:carol@10.0.0.9>\r\n"));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 603));
    CHECK_OK(ua_inject_text(
        rig, BOB,
        "CANCEL sip:bob@10.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKi\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=carol\r\n"
        "To: <sip:bob@example.com>\r\nCall-ID: carols\r\nCSeq: 10 CANCEL\r\n"
        "Content-Length: 0\r\n\r\n"));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 CANCEL"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 0);
    ss_name_addr to_cancel, to_invite;
    CHECK_OK(ss_msg_to(ua_parse(ua_sent(rig, BOB, "200 CANCEL", 0)), &to_cancel));
    CHECK_OK(ss_msg_to(ua_parse(ua_sent(rig, BOB, "603 INVITE", 0)), &to_invite));
    CHECK_SLICE_EQ(ss_name_addr_tag(&to_cancel), ss_name_addr_tag(&to_invite));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:9.1 and 17.1.1.2: Proceeding has no timer, so the limit is the user agent's own. */
TEST(rfc3261_9_1_a_caller_whom_nobody_answers_cancels_after_twice_the_ring_limit)
{
    ua_rig *rig = ua_start();
    rig->settings.ring_limit = SS_S(120);
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", ""));
    ua_run(rig, SS_S(239));
    CHECK_EQ(ua_sent_count(rig, ALICE, "CANCEL"), 0);
    ua_run(rig, SS_S(240));
    CHECK_EQ(ua_sent(rig, ALICE, "CANCEL", 0)->at, SS_S(240));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 0);
    ua_run(rig, SS_S(272));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->at, SS_S(272));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 487);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:9.1 The callee must not go on ringing because there once was no room for a CANCEL. */
TEST(rfc3261_9_1_a_cancel_for_which_there_was_no_room_is_sent_before_the_invite_is_given_up)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", ""));
    rig->settings.txns_max = 1;
    rig->settings.txns_ending = 0;
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
    CHECK_EQ(ua_sent_count(rig, ALICE, "CANCEL"), 0);
    rig->settings.txns_max = 10;
    ua_run_out(rig);
    CHECK(ua_sent_count(rig, ALICE, "CANCEL") > 0);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 487);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->at,
             ua_sent(rig, ALICE, "CANCEL", 0)->at + SS_S(32));
    CHECK(ua_is_empty(rig, ALICE));
}
