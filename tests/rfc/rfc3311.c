/* UPDATE (RFC 3311): early and confirmed, from both sides, with an offer and without; glare, order, refusal. */
#include "ua_rig.h"

#include <stdio.h>

#define OFFER   SS_LIT("v=0\r\ns=offer\r\n")
#define ANSWER  SS_LIT("v=0\r\ns=answer\r\n")
#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

/* A call whose first exchange is done while it is early, at 40 ms: its 183 is acknowledged. */
static ua_rig *early(void)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    ss_command progress = { .kind = SS_CMD_PROGRESS,
                            .call = 1,
                            .status = 183,
                            .reliable = true,
                            .body_type = SS_LIT("application/sdp"),
                            .body = ANSWER };
    CHECK_OK(ua_command(rig, BOB, &progress));
    CHECK_STATUS(ua_say(rig, BOB, SS_CMD_UPDATE, OFFER), SS_ERR_STATE); /* no PRACK yet: 5.1 */
    ua_run(rig, SS_MS(20));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    ua_run(rig, SS_MS(40));
    return rig;
}

static void update(ua_rig *rig, int from, ss_span more)
{
    const int to = 1 - from;
    const unsigned before = ua_event_count(rig, from, SS_EVENT_CHANGED);
    CHECK_OK(ua_say(rig, from, SS_CMD_UPDATE, OFFER));
    ua_run(rig, rig->now + SS_MS(10));
    const ua_event *offer = ua_last_event(rig, to, SS_EVENT_OFFER);
    CHECK_EQ(offer->event.method, SS_METHOD_UPDATE);
    CHECK_EQ(offer->event.asks, SS_ASKS_RESPONSE);
    CHECK_OK(ua_say(rig, to, SS_CMD_RESPOND, ANSWER));
    CHECK_STATUS(ua_say(rig, to, SS_CMD_RESPOND, ANSWER), SS_ERR_STATE);
    ua_run(rig, rig->now + more);
    CHECK_EQ(ua_event_count(rig, from, SS_EVENT_CHANGED), before + 1);
}

static void end(ua_rig *rig)
{
    (void)ua_do(rig, ALICE, SS_CMD_HANGUP, 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

TEST(rfc3311_5_1_either_side_updates_an_early_dialog)
{
    ua_rig *rig = early();
    update(rig, ALICE, SS_MS(10));
    update(rig, BOB, SS_MS(10));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, SS_EMPTY));
    ua_run(rig, rig->now + SS_MS(30));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 1);
    end(rig);
}

TEST(rfc3311_5_1_either_side_updates_a_confirmed_dialog)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    update(rig, BOB, SS_MS(10));
    update(rig, ALICE, SS_MS(10));
    const ss_msg *request = ua_sent_msg(rig, ALICE, "UPDATE", 0);
    CHECK_EQ(ss_msg_count(request, SS_HDR_CONTACT), 1);
    const ss_msg *ok = ua_sent_msg(rig, BOB, "200 UPDATE", 0);
    CHECK_EQ(ss_msg_count(ok, SS_HDR_CONTACT), 1);
    CHECK_SLICE_EQ(ok->body, ANSWER);
    end(rig);
}

TEST(rfc3311_5_1_no_offer_before_the_first_answer)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    ss_command ringing = { .kind = SS_CMD_PROGRESS, .call = 1, .status = 180, .reliable = true };
    CHECK_OK(ua_command(rig, BOB, &ringing));
    ua_run(rig, SS_MS(20));
    CHECK_STATUS(ua_say(rig, ALICE, SS_CMD_UPDATE, OFFER), SS_ERR_STATE);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_UPDATE, SS_EMPTY)); /* without one it may go */
    ua_run(rig, SS_MS(40));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 UPDATE"), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_CHANGED), 1);
    end(rig);
}

/* The caller's UPDATE overtakes its PRACK: the callee knows by it that its answer came, and yet has to have the PRACK. */
TEST(rfc3311_5_1_a_callee_offers_nothing_before_the_prack_of_its_answer)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    ss_command progress = { .kind = SS_CMD_PROGRESS,
                            .call = 1,
                            .status = 183,
                            .reliable = true,
                            .body_type = SS_LIT("application/sdp"),
                            .body = ANSWER };
    CHECK_OK(ua_command(rig, BOB, &progress));
    ua_run(rig, SS_MS(20));
    update(rig, ALICE, SS_MS(10));
    CHECK_STATUS(ua_say(rig, BOB, SS_CMD_UPDATE, OFFER), SS_ERR_STATE);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_UPDATE, SS_EMPTY));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    ua_run(rig, rig->now + SS_MS(30));
    update(rig, BOB, SS_MS(10));
    end(rig);
}

TEST(rfc3311_4_only_who_said_update_gets_one)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_STATUS(ua_say(rig, ALICE, SS_CMD_UPDATE, OFFER), SS_ERR_SEMANTIC);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 1), 200, "c",
                              CONTACT "Allow: INVITE, UPDATE\r\n"));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_UPDATE, SS_EMPTY));
}

TEST(rfc3311_5_2_updates_that_cross_get_491_and_wait)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_UPDATE, OFFER));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_UPDATE, OFFER));
    ua_run(rig, SS_S(6));
    for (int node = 0; node < 2; node++) {
        CHECK_EQ(ua_sent_count(rig, node, "491 UPDATE"), 1);
        const ua_event *again = ua_last_event(rig, node, SS_EVENT_AGAIN);
        const ss_time waited = again->at - ua_last_event(rig, node, SS_EVENT_REFUSED)->at;
        CHECK_EQ(again->event.method, SS_METHOD_UPDATE);
        CHECK_EQ(waited % SS_MS(10), 0);
        CHECK(node == ALICE ? waited >= SS_MS(2100) && waited <= SS_S(4) : waited <= SS_S(2));
    }
    end(rig);
}

/* RFC5407:3.3.2 */
TEST(rfc3311_5_2_an_update_with_an_offer_that_crosses_a_reinvite_gets_491)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_UPDATE, OFFER));
    ua_run(rig, SS_MS(60));
    CHECK_EQ(ua_sent_count(rig, ALICE, "491 UPDATE"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "491 INVITE"), 1);
    end(rig);
}

TEST(rfc3311_5_2_a_second_update_before_the_answer_gets_500_with_retry_after)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_OK(ua_carol_requests(rig, invite, "c", "INVITE", 1)); /* whose offer is ours to make */
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_ANSWER, OFFER));
    CHECK_OK(ua_carol_requests(rig, invite, "c", "UPDATE", 2)); /* none in it: at once */
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 UPDATE"), 1);
    CHECK_OK(ua_carol_requests(rig, invite, "c", "UPDATE", 1)); /* out of order */
    CHECK_EQ(ua_sent_count(rig, ALICE, "500 UPDATE"), 1);
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, ALICE, "500 UPDATE", 0), SS_HDR_RETRY_AFTER), 1);
}

/* RFC6337:2.3 */
TEST(rfc3311_5_2_a_refused_update_changes_nothing)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_UPDATE, OFFER));
    CHECK_STATUS(ua_say(rig, ALICE, SS_CMD_UPDATE, SS_EMPTY), SS_ERR_STATE); /* one at a time */
    ua_run(rig, SS_MS(50));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_RESPOND, 1, 488));
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, BOB, "488 UPDATE", 0), SS_HDR_WARNING), 1);
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_REFUSED)->event.status, 488);
    update(rig, BOB, SS_MS(10));
    end(rig);
}

TEST(rfc3311_5_2_an_update_that_the_application_leaves_gets_504)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_UPDATE, OFFER));
    ua_run(rig, SS_S(6));
    CHECK_EQ(ua_sent_count(rig, BOB, "504 UPDATE"), 1);
    CHECK_EQ(ua_last_event(rig, BOB, SS_EVENT_REFUSED)->event.status, 504);
    end(rig);
}

/* RFC4320:4.1 */
TEST(rfc3311_5_2_an_update_gets_no_provisional_response_of_the_applications)
{
    static const unsigned statuses[] = { 100, 183, 700 };
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_UPDATE, OFFER));
    ua_run(rig, SS_MS(50));
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        CHECK_STATUS(ua_do_status(rig, BOB, SS_CMD_RESPOND, 1, statuses[i]), SS_ERR_SEMANTIC);
    }
    CHECK_OK(ua_say(rig, BOB, SS_CMD_RESPOND, ANSWER));
    ua_run(rig, SS_MS(100));
    end(rig);
}

/* RFC3261:15 the callee has no BYE before the ACK */
TEST(rfc3311_5_3_an_update_that_gets_481_before_the_ack_ends_the_dialog_after_it)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT "Allow: UPDATE\r\n"));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, OFFER));
    const ua_message *ok = ua_sent(rig, BOB, "200 INVITE", 0);
    CHECK_OK(ua_do(rig, BOB, SS_CMD_UPDATE, 1));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, BOB, "UPDATE", 0), 481, "", ""));
    CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 0);
    char ack[1024];
    const ss_slice to = ss_msg_value(ua_parse(ok), SS_HDR_TO, 0);
    snprintf(ack, sizeof ack,
             "ACK sip:bob@10.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKa\r\n"
             "From: <sip:carol@example.com>;tag=carol\r\nTo: %.*s\r\nMax-Forwards: 70\r\n"
             "Call-ID: carols\r\nCSeq: 10 ACK\r\nContent-Length: 0\r\n\r\n",
             (int)to.len, to.at);
    CHECK_OK(ua_inject_text(rig, BOB, ack));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 1);
}

/* RFC3261:12.2.1.2 RFC3311:5.3 */
TEST(rfc3311_5_3_408_and_481_end_the_dialog)
{
    static const unsigned statuses[] = { 408, 481, 488 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        ua_rig *rig = ua_start();
        ua_call(rig, ALICE, "sip:carol@10.0.0.9");
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c",
                                  CONTACT "Allow: UPDATE\r\n"));
        CHECK_OK(ua_say(rig, ALICE, SS_CMD_UPDATE, OFFER));
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "UPDATE", 0), statuses[i], "c", ""));
        CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), statuses[i] != 488);
    }
}

/* RFC5407:3.2 */
TEST(rfc3311_5_2_an_update_that_crosses_our_bye_gets_481)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_UPDATE, OFFER));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_sent_count(rig, BOB, "481 UPDATE"), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}
