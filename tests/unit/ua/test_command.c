/* Commands where they are possible and where they are not, and several calls at once. */
#include "ua_rig.h"

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

TEST(a_command_for_no_call_is_refused)
{
    static const ss_command_kind kinds[] = { SS_CMD_PROGRESS, SS_CMD_ANSWER, SS_CMD_REJECT,
                                             SS_CMD_CANCEL, SS_CMD_HANGUP };
    ua_rig *rig = ua_start();
    for (size_t i = 0; i < SS_COUNT(kinds); i++) {
        CHECK_EQ(ua_do(rig, ALICE, kinds[i], 0), SS_ERR_STATE);
        CHECK_EQ(ua_do(rig, ALICE, kinds[i], 1), SS_ERR_STATE);
    }
}

TEST(a_caller_cannot_answer_and_a_callee_cannot_cancel)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_EQ(ua_do_status(rig, ALICE, SS_CMD_PROGRESS, 1, 180), SS_ERR_STATE);
    CHECK_EQ(ua_do(rig, ALICE, SS_CMD_ANSWER, 1), SS_ERR_STATE);
    CHECK_EQ(ua_do_status(rig, ALICE, SS_CMD_REJECT, 1, 486), SS_ERR_STATE);
    CHECK_EQ(ua_do(rig, BOB, SS_CMD_CANCEL, 1), SS_ERR_STATE);
}

TEST(a_status_that_a_command_cannot_send_is_refused)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_EQ(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 100), SS_ERR_SEMANTIC);
    CHECK_EQ(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 200), SS_ERR_SEMANTIC);
    CHECK_EQ(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 200), SS_ERR_SEMANTIC);
    CHECK_EQ(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 700), SS_ERR_SEMANTIC);
    CHECK_EQ(rig->message_count, 0);
}

TEST(an_answered_call_cannot_ring_be_rejected_or_be_answered_again)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    CHECK_EQ(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180), SS_ERR_STATE);
    CHECK_EQ(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 486), SS_ERR_STATE);
    CHECK_EQ(ua_do(rig, BOB, SS_CMD_ANSWER, 1), SS_ERR_STATE);
}

TEST(hanging_up_an_unanswered_incoming_call_is_a_480_and_the_end)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    CHECK_EQ(ua_sent_count(rig, BOB, "480 INVITE"), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_ENDED), 0);
    CHECK_EQ(ua_do(rig, BOB, SS_CMD_HANGUP, 1), SS_ERR_STATE);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, BOB));
}

TEST(an_incoming_call_that_nothing_was_said_about_rings_after_a_minute)
{
    ua_rig *rig = ua_start();
    rig->settings.ring_limit = SS_S(90);
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    ua_run(rig, SS_S(89));
    CHECK_EQ(ua_sent(rig, BOB, "180 INVITE", 0)->at, SS_S(60));
    CHECK_EQ(ua_sent_count(rig, BOB, "180 INVITE"), 1);
}

TEST(calls_are_numbered_in_order_and_end_in_any)
{
    ua_rig *rig = ua_start();
    for (uint32_t i = 1; i <= 3; i++) {
        CHECK_EQ(ua_call(rig, ALICE, "sip:carol@10.0.0.9"), i);
    }
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 1), 486, "b", ""));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.call, 2);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 2), 486, "c", ""));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 1)->event.call, 3);
    CHECK_EQ(rig->engines[ALICE].ua.calls, 1);
    CHECK_EQ(ua_call(rig, ALICE, "sip:carol@10.0.0.9"), 4);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 486, "a", ""));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 3), 486, "d", ""));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(answers_to_queries_may_come_in_any_order)
{
    ua_rig *rig = ua_start();
    const ss_address carol = ss_address_v4(0x0a000009u, 5060);
    ua_call(rig, ALICE, "sip:one@a.example.com");
    ua_call(rig, ALICE, "sip:two@b.example.com");
    ua_call(rig, ALICE, "sip:three@c.example.com");
    CHECK_OK(ua_answer_query(rig, 1, &carol));
    CHECK_SLICE(ua_parse(ua_sent(rig, ALICE, "INVITE", 0))->request_uri, "sip:two@b.example.com");
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 3));
    CHECK_OK(ua_answer_query(rig, 0, &carol));
    CHECK_SLICE(ua_parse(ua_sent(rig, ALICE, "INVITE", 1))->request_uri, "sip:one@a.example.com");
    CHECK_EQ(rig->engines[ALICE].ua.first_pending, 0);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(a_crash_forgets_the_requests_that_wait)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].registrar = SS_LIT("sip:example.com");
    ss_command enrol = { .kind = SS_CMD_REGISTER, .expires_s = 60 };
    CHECK_OK(ua_command(rig, ALICE, &enrol));
    ua_call(rig, ALICE, "sip:one@a.example.com");
    ss_engine_reset(&rig->engines[ALICE]);
    CHECK_EQ(rig->pools.store.live_blocks, 0);
}

TEST(a_contact_names_its_transport_when_it_is_not_udp)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].local.transport = SS_TRANSPORT_TCP;
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_SLICE(ss_msg_value(ua_parse(ua_sent(rig, ALICE, "INVITE", 0)), SS_HDR_CONTACT, 0),
                "<sip:alice@10.0.0.1:5060;transport=tcp>");
}
