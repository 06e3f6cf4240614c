/* Legs in odd company: what a peer should not do, and what there is no room for. */
#include "ua_rig.h"

#include <stdio.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

TEST(a_callees_bye_on_an_early_dialog_ends_that_branch_only)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "one", CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 180, "two", CONTACT));
    CHECK_OK(ua_carol_requests(rig, invite, "one", "BYE", 1));
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 BYE"), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_BYE), 0);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "one", CONTACT));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 1); /* RFC3261:13.2.2.4 each 2xx has one */
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "two", CONTACT));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(a_2xx_whose_route_cannot_be_read_is_a_stray)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", "Record-Route: <sip:p\r\n" CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "d", "Contact: <mailto:carol@example.com>\r\n"));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 0);
    ua_run_out(rig);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 503);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(a_2xx_for_which_there_is_no_room_is_as_if_lost)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    rig->settings.dialogs_max = 0;
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 0);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_FULL), 1);
    rig->settings.dialogs_max = 1;
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
}

TEST(a_2xx_for_which_there_never_is_room_ends_as_a_503)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    rig->settings.dialogs_max = 0;
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c", CONTACT));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
    CHECK_EQ(ua_sent_count(rig, ALICE, "CANCEL"), 0);
    ua_run_out(rig);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 503);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->at, SS_S(32));
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(a_callee_without_room_for_a_dialog_cannot_answer_but_can_refuse)
{
    ua_rig *rig = ua_start();
    rig->settings.dialogs_max = 0;
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_EQ(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180), SS_ERR_FULL);
    CHECK_EQ(ua_do(rig, BOB, SS_CMD_ANSWER, 1), SS_ERR_FULL);
    CHECK_EQ(rig->message_count, 0);
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 503));
    CHECK_EQ(ua_sent_count(rig, BOB, "503 INVITE"), 1);
}

TEST(a_request_without_room_for_its_transaction_gets_503_with_the_same_tag_each_time)
{
    ua_rig *rig = ua_start();
    rig->settings.txns_max = 0;
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_EQ(ua_sent_count(rig, BOB, "503 INVITE"), 2);
    CHECK_SLICE_EQ(ua_sent(rig, BOB, "503 INVITE", 1)->bytes,
                   ua_sent(rig, BOB, "503 INVITE", 0)->bytes);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 0);
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_FULL, 0)->event.status, 503);
    CHECK(ua_is_empty(rig, BOB));
}

TEST(a_bye_without_room_for_its_transaction_ends_the_call_all_the_same)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    rig->settings.txns_max = 0;
    CHECK_OK(ua_carol_requests(rig, invite, "c", "BYE", 1));
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 BYE"), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_BYE), 1);
    CHECK_OK(ua_carol_requests(rig, invite, "c", "BYE", 1));
    CHECK_EQ(ua_sent_count(rig, ALICE, "503 BYE"), 1);
}

TEST(an_ack_with_another_number_is_a_stray)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    ss_name_addr to;
    CHECK_OK(ss_msg_to(ua_parse(ua_sent(rig, BOB, "200 INVITE", 0)), &to));
    for (unsigned cseq = 9; cseq <= 11; cseq++) {
        char text[512];
        snprintf(text, sizeof text,
                 "ACK sip:bob@10.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP "
                 "10.0.0.9:5060;branch=z9hG4bKa%u\r\n"
                 "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=carol\r\nTo: "
                 "%.*s\r\nCall-ID: carols\r\n"
                 "CSeq: %u ACK\r\nContent-Length: 0\r\n\r\n",
                 cseq, (int)to.whole.len, to.whole.at, cseq);
        CHECK_OK(ua_inject_text(rig, BOB, text));
        CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), cseq < 10 ? 0 : 1);
    }
}

TEST(an_ack_that_finds_no_address_is_as_if_lost)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", "Contact: <sip:carol@pc.example.com>\r\n"));
    CHECK_OK(ua_answer_query(rig, 0, NULL));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 0);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", "Contact: <sip:carol@pc.example.com>\r\n"));
    CHECK_EQ(rig->query_count, 2);
    const ss_address carol = ss_address_v4(0x0a000009u, 5060);
    CHECK_OK(ua_answer_query(rig, 1, &carol));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 0);
    CHECK_OK(ua_carol_requests(rig, invite, "c", "BYE", 1));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(a_call_to_oneself_is_two_calls)
{
    ua_rig *rig = ua_start();
    CHECK_EQ(ua_call(rig, BOB, "sip:bob@10.0.0.2"), 1);
    ua_run(rig, SS_MS(10));
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_INCOMING, 0)->event.call, 2);
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 2));
    ua_run(rig, SS_MS(50));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_ANSWERED), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 1);
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_BYE, 0)->event.call, 2);
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_ENDED, 0)->event.call, 1);
    CHECK(ua_is_empty(rig, BOB));
}
