/* Re-INVITE (RFC 3261 section 14, RFC 6141): either side changes the session, refusals keep it, glare is waited out, and the
 * INVITE inside a dialog keeps to its own rules: one at a time, its 2xx repeated and acknowledged copy by copy. */
#include "ua_rig.h"

#include <stdio.h>
#include <string.h>

#define OFFER   SS_LIT("v=0\r\ns=offer\r\n")
#define ANSWER  SS_LIT("v=0\r\ns=answer\r\n")
#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

static uint32_t cseq_of(const ss_msg *msg)
{
    ss_cseq cseq;
    CHECK_OK(ss_msg_cseq(msg, &cseq));
    return cseq.number;
}

static void hang_up_and_end(ua_rig *rig)
{
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* ---- what goes well ---- */

static void reinvite(int caller)
{
    const int callee = 1 - caller;
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, caller, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(50));
    const ss_msg *request = ua_sent_msg(rig, caller, "INVITE", caller == ALICE ? 1 : 0);
    CHECK_SLICE_EQ(request->body, OFFER);
    CHECK_EQ(ss_msg_count(request, SS_HDR_CONTACT), 1);
    const ua_event *offer = ua_last_event(rig, callee, SS_EVENT_OFFER);
    CHECK_EQ(offer->event.method, SS_METHOD_INVITE);
    CHECK_EQ(offer->event.asks, SS_ASKS_RESPONSE);
    CHECK_EQ(ua_event_count(rig, callee, SS_EVENT_INCOMING), callee == BOB);
    CHECK_OK(ua_say(rig, callee, SS_CMD_ANSWER, ANSWER));
    CHECK_STATUS(ua_say(rig, callee, SS_CMD_ANSWER, ANSWER), SS_ERR_STATE);
    ua_run(rig, SS_MS(70));
    CHECK_EQ(ua_event_count(rig, caller, SS_EVENT_CHANGED), 1);
    CHECK_EQ(ua_event_count(rig, callee, SS_EVENT_CHANGED), 1);
    CHECK_EQ(ua_last_event(rig, callee, SS_EVENT_CHANGED)->event.method, SS_METHOD_ACK);
    const ss_msg *ack = ua_sent_msg(rig, caller, "ACK", caller == ALICE ? 1 : 0);
    CHECK_EQ(cseq_of(ack), cseq_of(request));
    CHECK_EQ(ack->body.len, 0);
    CHECK_EQ(ua_sent_count(rig, callee, "200 INVITE"), callee == BOB ? 2 : 1);
    hang_up_and_end(rig);
}

TEST(rfc3261_14_1_the_caller_changes_the_session)
{
    reinvite(ALICE);
}

TEST(rfc3261_14_1_the_callee_changes_the_session)
{
    reinvite(BOB);
}

/* RFC3665:3.7 RFC3261:14.1 RFC3261:12.2.2 Bob is at another port from now on: his re-INVITE says so, and what follows finds him there. */
TEST(rfc3665_3_7_who_moved_is_found_at_the_contact_of_his_reinvite)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    rig->identities[BOB].local.local.port = 5070;
    CHECK_OK(ua_say(rig, BOB, SS_CMD_REINVITE, OFFER));
    const ss_msg *request = ua_sent_msg(rig, BOB, "INVITE", 0);
    CHECK_SLICE(ss_msg_value(request, SS_HDR_CONTACT, 0), "<sip:bob@10.0.0.2:5070>");
    CHECK_EQ(request->top_via.port, 5070);
    CHECK_SLICE(request->request_uri, "sip:alice@10.0.0.1:5060");
    ua_run(rig, SS_MS(50));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_ANSWER, ANSWER));
    ua_run(rig, SS_MS(70));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CHANGED), 1);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_SLICE(ua_sent_msg(rig, ALICE, "BYE", 0)->request_uri, "sip:bob@10.0.0.2:5070");
}

/* RFC6337:2.2 pattern 2 */
TEST(rfc3261_14_1_without_an_offer_the_2xx_has_it_and_the_ack_the_answer)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_REINVITE, SS_EMPTY));
    ua_run(rig, SS_MS(50));
    CHECK_STATUS(ua_say(rig, ALICE, SS_CMD_ANSWER, SS_EMPTY), SS_ERR_STATE); /* the offer is due */
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_ANSWER, OFFER));
    ua_run(rig, SS_MS(60));
    CHECK_EQ(ua_last_event(rig, BOB, SS_EVENT_CHANGED)->event.asks, SS_ASKS_ACK);
    CHECK_EQ(ua_sent_count(rig, BOB, "ACK"), 0);
    ua_run(rig, SS_MS(600)); /* a copy of the 2xx does not hurry the application */
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 INVITE"), 2);
    CHECK_EQ(ua_sent_count(rig, BOB, "ACK"), 0);
    CHECK_STATUS(ua_say(rig, BOB, SS_CMD_ACK, SS_EMPTY), SS_ERR_STATE);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ACK, ANSWER));
    CHECK_STATUS(ua_say(rig, BOB, SS_CMD_ACK, ANSWER), SS_ERR_STATE);
    CHECK_SLICE_EQ(ua_sent_msg(rig, BOB, "ACK", 0)->body, ANSWER);
    ua_run(rig, SS_MS(700));
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_CHANGED)->event.verdict, 3 /* an answer */);
    hang_up_and_end(rig);
}

/* RFC6141:4.3 */
TEST(rfc3261_14_1_target_is_refreshed_by_the_request_and_by_its_2xx)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 1), 200, "c",
                              "Contact: <sip:elsewhere@10.0.0.9>\r\n"));
    CHECK_SLICE(ua_sent_msg(rig, ALICE, "ACK", 1)->request_uri, "sip:elsewhere@10.0.0.9");
    CHECK_OK(ua_carol_requests(rig, invite, "c", "INVITE", 1)); /* says carol again */
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_ANSWER, OFFER));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_SLICE(ua_sent_msg(rig, ALICE, "BYE", 0)->request_uri, "sip:carol@10.0.0.9");
}

/* ---- refusals: RFC6141:3.4 ---- */

TEST(rfc3261_14_1_a_refused_reinvite_changes_nothing)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(50));
    CHECK_STATUS(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 200), SS_ERR_SEMANTIC);
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 488));
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, BOB, "488 INVITE", 0), SS_HDR_WARNING), 1);
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_REFUSED)->event.status, 488);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 0);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER)); /* nothing is under way any more */
    ua_run(rig, SS_MS(150));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, ANSWER));
    ua_run(rig, SS_MS(200));
    hang_up_and_end(rig);
}

/* RFC3261:12.2.1.2 */
static void ends_by(unsigned status)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c", CONTACT));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 1), status, "c", ""));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REFUSED), 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), status == 408 || status == 481);
}

TEST(rfc3261_14_1_408_and_481_end_the_dialog_and_nothing_else_does)
{
    static const unsigned statuses[] = { 408, 481, 400, 486, 488, 500, 503, 603 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        ends_by(statuses[i]);
    }
}

TEST(rfc3261_14_1_a_reinvite_that_nobody_answers_ends_the_dialog)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    ua_drop_all(rig, ALICE, "INVITE");
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(40) + SS_S(32));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REFUSED), 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:17.1.1.2 RFC3261:9.1 The peer said 100 and is gone: after twice the ring limit the re-INVITE is cancelled, and given up 64*T1 later. */
TEST(rfc3261_14_1_a_reinvite_whose_peer_is_gone_after_a_1xx_is_given_up)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(500));
    CHECK_EQ(ua_sent_count(rig, BOB, "100 INVITE"), 1);
    ss_engine_reset(&rig->engines[BOB]);
    ua_run(rig, SS_S(59));
    CHECK_EQ(ua_sent_count(rig, ALICE, "CANCEL"), 0);
    ua_run(rig, SS_S(61));
    CHECK_EQ(ua_sent_count(rig, ALICE, "CANCEL"), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REFUSED), 0);
    ua_run(rig, SS_S(94));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REFUSED), 1);
    ua_run_out(rig);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* ---- one at a time ---- */

TEST(rfc3261_14_1_no_invite_while_another_is_under_way)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    ua_run(rig, SS_MS(20));
    CHECK_STATUS(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER), SS_ERR_STATE);
    CHECK_STATUS(ua_say(rig, BOB, SS_CMD_REINVITE, OFFER), SS_ERR_STATE);
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    CHECK_STATUS(ua_say(rig, BOB, SS_CMD_REINVITE, OFFER), SS_ERR_STATE); /* not confirmed yet */
    ua_run(rig, SS_MS(40));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_STATUS(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER), SS_ERR_STATE);
    ua_run(rig, SS_MS(50));
    CHECK_STATUS(ua_say(rig, BOB, SS_CMD_REINVITE, OFFER), SS_ERR_STATE);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, ANSWER));
    CHECK_STATUS(ua_say(rig, BOB, SS_CMD_REINVITE, OFFER), SS_ERR_STATE);
    ua_run(rig, SS_MS(100));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(110));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_ANSWER, ANSWER));
    ua_run(rig, SS_MS(150));
    hang_up_and_end(rig);
}

TEST(rfc3261_14_2_a_second_reinvite_gets_500_with_retry_after_and_one_against_ours_491)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", CONTACT));
    CHECK_OK(ua_carol_requests(rig, invite, "c", "INVITE", 1));
    CHECK_EQ(ua_sent_count(rig, ALICE, "491 INVITE"), 1); /* ours is unanswered */
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_OK(ua_carol_requests(rig, invite, "c", "INVITE", 2));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_OFFER), 1);
    CHECK_OK(ua_carol_requests(rig, invite, "c", "INVITE", 3));
    uint32_t seconds = 99;
    CHECK_OK(ss_msg_number(ua_sent_msg(rig, ALICE, "500 INVITE", 0), SS_HDR_RETRY_AFTER, &seconds));
    CHECK(seconds <= 10);
    CHECK_OK(ua_do_status(rig, ALICE, SS_CMD_REJECT, 1, 488));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_OK(ua_carol_requests(rig, invite, "c", "INVITE", 4));
    CHECK_EQ(ua_sent_count(rig, ALICE, "491 INVITE"), 2);
}

/* RFC5407:3.1.4 the ACK of the first INVITE is lost, and its sender goes on. */
TEST(rfc3261_14_2_a_reinvite_before_the_ack_is_served_when_the_first_exchange_is_done)
{
    ua_rig *rig = ua_start();
    ua_drop(rig, ALICE, "ACK", 0);
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    ua_run(rig, SS_MS(20));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(30));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_OFFER), 1);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, ANSWER));
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CHANGED), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 0); /* that ACK is still awaited */
    ua_run(rig, SS_MS(600));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 1);
    hang_up_and_end(rig);
}

/* ---- glare ---- */

static void meet(ua_rig *rig, unsigned nth)
{
    ua_set_up(rig);
    rig->engines[ALICE].core.entropy.key += nth;
    rig->engines[BOB].core.entropy.key += nth;
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_REINVITE, OFFER));
}

TEST(rfc3261_14_1_after_491_the_owner_of_the_call_id_waits_2100_to_4000_ms_the_other_up_to_2000)
{
    ss_time least[2] = { SS_TIME_NEVER, SS_TIME_NEVER }, most[2] = { 0, 0 };
    for (unsigned nth = 0; nth < 300; nth++) {
        ua_rig *rig = ua_start();
        meet(rig, nth);
        ua_run(rig, SS_S(5));
        for (int node = 0; node < 2; node++) {
            CHECK_EQ(ua_sent_count(rig, node, "491 INVITE"), 1);
            CHECK_EQ(ua_last_event(rig, node, SS_EVENT_REFUSED)->event.status, 491);
            const ua_event *again = ua_last_event(rig, node, SS_EVENT_AGAIN);
            CHECK_EQ(again->event.method, SS_METHOD_INVITE);
            const ss_time waited = again->at - ua_last_event(rig, node, SS_EVENT_REFUSED)->at;
            CHECK_EQ(waited % SS_MS(10), 0);
            least[node] = waited < least[node] ? waited : least[node];
            most[node] = waited > most[node] ? waited : most[node];
        }
    }
    CHECK(least[ALICE] >= SS_MS(2100) && least[ALICE] <= SS_MS(2150));
    CHECK(most[ALICE] <= SS_MS(4000) && most[ALICE] >= SS_MS(3950));
    CHECK(least[BOB] <= SS_MS(50));
    CHECK(most[BOB] <= SS_MS(2000) && most[BOB] >= SS_MS(1950));
}

TEST(rfc3261_14_1_no_reinvite_leaves_during_the_wait_after_a_491)
{
    ua_rig *rig = ua_start();
    meet(rig, 0);
    ua_run(rig, SS_MS(100));
    CHECK_STATUS(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER), SS_ERR_STATE);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1)); /* a BYE makes it pointless */
    ua_run_out(rig);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_AGAIN), 0);
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 2);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* ---- copies ---- */

/* RFC3261:13.3.1.4 */
TEST(rfc3261_14_2_the_2xx_of_a_reinvite_is_repeated_until_its_ack)
{
    static const uint64_t after_ms[] = { 0,     500,   1500,  3500,  7500, 11500,
                                         15500, 19500, 23500, 27500, 31500 };
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    ua_drop_all(rig, ALICE, "ACK");
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(50));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, ANSWER));
    ua_run(rig, SS_MS(50) + SS_S(32));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 1 + SS_COUNT(after_ms));
    for (unsigned i = 0; i < SS_COUNT(after_ms); i++) {
        const ua_message *copy = ua_sent(rig, BOB, "200 INVITE", 1 + i);
        CHECK_EQ(copy->at, SS_MS(50 + after_ms[i]));
        CHECK_SLICE_EQ(copy->bytes, ua_sent(rig, BOB, "200 INVITE", 1)->bytes);
    }
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_NOT_ACKED), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* A re-INVITE with an offer. */
static ss_status carol_offers(ua_rig *rig, const ua_message *invite, const char *branch)
{
    static char text[1000];
    ss_name_addr from;
    const ss_msg *msg = ua_parse(invite);
    CHECK_OK(ss_msg_from(msg, &from));
    const ss_slice tag = ss_name_addr_tag(&from);
    const ss_slice call_id = ss_msg_call_id(msg);
    const int length = snprintf(
        text, sizeof text,
        "INVITE sip:alice@10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP "
        "10.0.0.9:5060;branch=z9hG4bK%s\r\nMax-Forwards: 70\r\nFrom: "
        "<sip:carol@example.com>;tag=c\r\nTo: <sip:x@example.com>;tag=%.*s\r\n"
        "Call-ID: %.*s\r\nCSeq: 1 INVITE\r\n" CONTACT
        "Content-Type: application/sdp\r\nContent-Length: %u\r\n\r\n%s",
        branch, (int)tag.len, tag.at, (int)call_id.len, call_id.at, (unsigned)OFFER.len, OFFER.at);
    return ua_inject(rig, invite->from, (ss_slice){ text, (size_t)length });
}

/* RFC3261:13.3.1.4 A proxy that forgot the INVITE forwards a copy of it under another branch: with the same number it is answered twice,
 * and acknowledged once. */
TEST(rfc3261_13_3_1_4_an_ack_is_for_the_2xx_of_each_invite_with_its_number)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_OK(carol_offers(rig, invite, "one"));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_ANSWER, ANSWER));
    CHECK_OK(carol_offers(rig, invite, "other"));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_ANSWER, ANSWER));
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 INVITE"), 2);
    CHECK_OK(ua_carol_requests(rig, invite, "c", "ACK", 1));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_CHANGED), 1);
    ua_run(rig, SS_S(40));
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 INVITE"), 2);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_NOT_ACKED), 0);
}

/* RFC3261:13.2.2.4 */
TEST(rfc3261_14_1_each_copy_of_the_2xx_is_acknowledged_with_the_same_bytes)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    ua_drop(rig, ALICE, "ACK", 0);
    ua_drop(rig, ALICE, "ACK", 0);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(50));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, ANSWER));
    ua_run(rig, SS_S(3));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 4);
    CHECK_SLICE_EQ(ua_sent(rig, ALICE, "ACK", 3)->bytes, ua_sent(rig, ALICE, "ACK", 1)->bytes);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_CHANGED), 1);
    hang_up_and_end(rig);
}

TEST(rfc3261_13_2_2_4_a_2xx_that_comes_when_the_dialog_is_gone_is_acknowledged)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    const ua_message *again = ua_sent(rig, ALICE, "INVITE", 1);
    CHECK_OK(ua_carol_requests(rig, invite, "c", "BYE", 1));
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 BYE"), 1);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 0);
    CHECK_OK(ua_carol_answers(rig, again, 200, "c", CONTACT));
    CHECK_OK(ua_carol_answers(rig, again, 200, "c", CONTACT));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 3);
    CHECK_EQ(cseq_of(ua_sent_msg(rig, ALICE, "ACK", 2)), cseq_of(ua_parse(again)));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* ---- CANCEL, BYE ---- */

/* RFC3261:15.1.2 */
TEST(rfc3261_15_1_2_a_bye_answers_the_reinvite_that_waits_487)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(50));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 BYE"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC5407:3.2.2 */
TEST(rfc3261_15_1_1_a_reinvite_that_crosses_our_bye_gets_481)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_sent_count(rig, BOB, "481 INVITE"), 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 BYE"), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_BYE), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REFUSED), 0); /* the call is over already */
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 0);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC5407:3.2.3 */
TEST(rfc3261_13_2_2_4_a_2xx_of_a_reinvite_that_crosses_our_bye_is_acknowledged)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(50));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, ANSWER));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run(rig, SS_MS(60));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:9.1 what nobody answers is not waited for either when its dialog is gone */
static void end_without_an_answer(bool is_cancelled)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c", CONTACT));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 1), 180, "c", CONTACT));
    if (is_cancelled) {
        CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "CANCEL", 0), 200, "c", ""));
    }
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "c", ""));
    ua_run(rig, SS_S(31));
    CHECK(!ua_is_empty(rig, ALICE)); /* its 2xx may come: 13.2.2.4 */
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(rfc3261_15_1_1_a_reinvite_that_is_never_answered_ends_64_t1_after_its_dialog)
{
    end_without_an_answer(false);
    end_without_an_answer(true);
}

/* The same where its 2xx could not be acknowledged, as nobody knows the address any more. */
TEST(rfc3261_15_1_2_a_reinvite_to_a_name_ends_with_its_dialog)
{
    const ss_address carol = ss_address_v4(0x0a000009u, 5060);
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", "Contact: <sip:carol@pc.example.com>\r\n"));
    CHECK_OK(ua_answer_query(rig, 0, &carol));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_OK(ua_answer_query(rig, 1, &carol));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 1), 180, "c", ""));
    CHECK_OK(ua_carol_requests(rig, invite, "c", "BYE", 1));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:13.2.2.4 the application hangs up before it says the answer */
TEST(rfc3261_13_2_2_4_a_2xx_with_an_offer_is_acknowledged_before_the_bye)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_REINVITE, SS_EMPTY));
    ua_run(rig, SS_MS(50));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_ANSWER, OFFER));
    ua_run(rig, SS_MS(60));
    CHECK_EQ(ua_sent_count(rig, BOB, "ACK"), 0);
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    CHECK_EQ(ua_sent_count(rig, BOB, "ACK"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 1);
    ua_run_out(rig);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_NOT_ACKED), 0);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

static bool has_text(ss_slice text, const char *what)
{
    const ss_slice wanted = ss_slice_from(what);
    for (size_t i = 0; i + wanted.len <= text.len; i++) {
        if (ss_slice_eq(ss_slice_cut(text, i, i + wanted.len), wanted)) {
            return true;
        }
    }
    return false;
}

/* Bob asks for an offer and hangs up, before or after it is there: what his ACK answers is not the application's. */
static ss_slice rejection_of(const char *origin, bool bye_first)
{
    static const ss_slice description =
        SS_LIT_INIT("v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
                    "m=audio 4000 RTP/AVP 0\r\n");
    ss_command ask = { .kind = SS_CMD_REINVITE, .call = 1, .origin = ss_slice_from(origin) };
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_command(rig, BOB, &ask));
    ua_run(rig, SS_MS(50));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_ANSWER, description));
    if (bye_first) {
        CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    }
    ua_run(rig, SS_MS(60));
    if (!bye_first) {
        CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    }
    const ss_slice body = ua_sent_msg(rig, BOB, "ACK", 0)->body;
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
    return body;
}

/* RFC3264:8 RFC3261:13.2.2.4 */
TEST(rfc3264_8_what_the_engine_rejects_itself_is_the_next_version_of_the_session)
{
    static const char *const no_origins[] = { "",
                                              "-",
                                              "- 7",
                                              "- 7 41",
                                              "- 7 forty IN IP4 10.0.0.2",
                                              "- 7 41 on IP4 10.0.0.2",
                                              "- 7 18446744073709551615 IN IP4 10.0.0.2" };
    for (int i = 0; i < 2; i++) {
        const ss_slice body = rejection_of("bob 7 41 IN IP4 10.0.0.2", i == 1);
        CHECK(has_text(body, "o=bob 7 42 IN IP4 10.0.0.2\r\n"));
        CHECK(has_text(body, "m=audio 0 RTP/AVP 0\r\n"));
    }
    for (size_t i = 0; i < SS_COUNT(no_origins); i++) {
        const ss_slice body = rejection_of(no_origins[i], false);
        CHECK(has_text(body, " 1 IN IP4 0.0.0.0\r\n"));
        CHECK(has_text(body, "m=audio 0 RTP/AVP 0\r\n"));
    }
}

TEST(rfc3261_14_2_a_reinvite_that_the_application_leaves_is_answered_480)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(50) + rig->settings.ring_limit);
    CHECK_EQ(ua_sent_count(rig, BOB, "480 INVITE"), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REFUSED), 1);
    hang_up_and_end(rig);
}

TEST(a_crash_in_the_middle_of_changes_leaves_nothing)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(50));
    ss_engine_reset(&rig->engines[ALICE]);
    ss_engine_reset(&rig->engines[BOB]);
    CHECK_EQ(rig->pools.store.live_blocks, 0);
}
