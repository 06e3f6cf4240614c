/* What a re-INVITE does, and when (RFC 6141): a failure undoes nothing that was executed already, by the UAS's care or by the
 * UAC's; targets are refreshed by what cannot be undone, one by one, and not by the re-INVITE as a whole. Carol is the peer who
 * keeps to neither. */
#include "ua_rig.h"

#include <stdio.h>
#include <string.h>

#define OFFER   SS_LIT("v=0\r\ns=offer\r\n")
#define ANSWER  SS_LIT("v=0\r\ns=answer\r\n")
#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"
#define MOVED   "Contact: <sip:moved@10.0.0.9>\r\n"

static void end(ua_rig *rig)
{
    (void)ua_do(rig, ALICE, SS_CMD_HANGUP, 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* ---- Alice and Bob ---- */

static ss_status progress(ua_rig *rig, bool is_reliable, ss_slice sdp)
{
    ss_command command = {
        .kind = SS_CMD_PROGRESS, .call = 1, .status = 183, .reliable = is_reliable, .body = sdp
    };
    command.body_type = sdp.len > 0 ? SS_LIT("application/sdp") : SS_EMPTY;
    return ua_command(rig, BOB, &command);
}

/* Alice's re-INVITE was answered in a reliable response, and acknowledged: a change was executed; the final response is open. */
static ua_rig *execute_a_change(void)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(50));
    CHECK_OK(progress(rig, true, ANSWER));
    ua_run(rig, SS_MS(60));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    ua_run(rig, SS_MS(80));
    return rig;
}

/* ---- Alice and Carol ---- */

/* A call from Alice to Carol that is up; what Carol can do is said in her 200. */
static const ua_message *call_carol(ua_rig *rig)
{
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(
        ua_carol_answers(rig, invite, 200, "c", CONTACT "Allow: INVITE, ACK, BYE, UPDATE\r\n"));
    return invite;
}

/* A re-INVITE of Carol's from another place, with more header lines. */
static ss_status carol_moves(ua_rig *rig, const ua_message *invite, unsigned cseq, const char *more)
{
    char text[1024];
    ss_name_addr from;
    const ss_msg *msg = ua_parse(invite);
    CHECK_OK(ss_msg_from(msg, &from));
    const ss_slice tag = ss_name_addr_tag(&from), call_id = ss_msg_call_id(msg);
    const int length =
        snprintf(text, sizeof text,
                 "INVITE sip:alice@10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP "
                 "10.0.0.9:5060;branch=z9hG4bKm%u\r\n"
                 "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\nTo: "
                 "<sip:x@example.com>;tag=%.*s\r\n"
                 "Call-ID: %.*s\r\nCSeq: %u INVITE\r\n" MOVED "%sContent-Type: application/sdp\r\n"
                 "Content-Length: 5\r\n\r\nv=0\r\n",
                 cseq, (int)tag.len, tag.at, (int)call_id.len, call_id.at, cseq, more);
    return ua_inject(rig, ALICE, (ss_slice){ text, (size_t)length });
}

/* The user part of what Alice calls Carol now. */
static void check_target(ua_rig *rig, const char *uri)
{
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_SLICE_EQ(ua_sent_msg(rig, ALICE, "BYE", 0)->request_uri, ss_slice_from(uri));
}

/* A 183 of Carol's with an answer: text of its header lines. */
static ss_status carol_says_183(ua_rig *rig, const ua_message *invite, const char *more)
{
    char text[1024];
    char lines[512];
    const ss_msg *msg = ua_parse(invite);
    ss_buffer b = ss_buffer_on(text, sizeof text);
    (void)snprintf(lines, sizeof lines, "%s", more);
    ss_put_response_head(&b, msg, 183, SS_EMPTY, SS_LIT("c"));
    ss_put_text(&b, lines);
    ss_put_body(&b, SS_LIT("application/sdp"), ANSWER);
    CHECK(!b.overflow);
    return ua_inject(rig, ALICE, ss_buffer_slice(&b));
}

/* ---- 3: changes of the session ---- */

TEST(rfc6141_3_3_what_was_executed_is_not_undone_by_a_failure)
{
    ua_rig *rig = execute_a_change();
    CHECK_STATUS(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 488), SS_ERR_STATE);
    CHECK_EQ(ua_sent_count(rig, BOB, "488 INVITE"), 0);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_UPDATE, OFFER)); /* this undoes it: figure 4 */
    ua_run(rig, SS_MS(90));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_RESPOND, ANSWER));
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_last_event(rig, BOB, SS_EVENT_CHANGED)->event.method, SS_METHOD_UPDATE);
    CHECK_STATUS(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 488), SS_ERR_STATE);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, SS_EMPTY));
    ua_run(rig, SS_MS(120));
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_CHANGED)->event.method, SS_METHOD_INVITE);
    end(rig);
}

TEST(rfc6141_3_3_a_failure_is_free_while_nothing_was_executed)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(50));
    CHECK_OK(progress(rig, true, SS_EMPTY)); /* reliable, but without an answer */
    ua_run(rig, SS_MS(60));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    ua_run(rig, SS_MS(80));
    CHECK_OK(progress(rig, false, ANSWER)); /* no more than a preview */
    ua_run(rig, SS_MS(90));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 488));
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_REFUSED)->event.status, 488);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REFRESH), 0);
    end(rig);
}

/* RFC3261:14.2 the application says nothing; what was done stands. */
TEST(rfc6141_3_3_a_reinvite_that_is_left_is_answered_2xx_when_a_change_was_executed)
{
    ua_rig *rig = execute_a_change();
    ua_run(rig, SS_MS(100) + rig->settings.ring_limit);
    CHECK_EQ(ua_sent_count(rig, BOB, "480 INVITE"), 0);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 2);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REFUSED), 0);
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_CHANGED)->event.method, SS_METHOD_INVITE);
    end(rig);
}

/* A dialog that ends has no session left: its INVITE is refused all the same. RFC3261:15.1.2 */
TEST(rfc6141_3_3_a_bye_is_stronger)
{
    ua_rig *rig = execute_a_change();
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 1);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

TEST(rfc6141_3_4_a_failure_that_undoes_changes_asks_for_another_exchange_once)
{
    ua_rig *rig = ua_start();
    (void)call_carol(rig);
    for (unsigned nth = 1; nth <= 2; nth++) {
        CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
        const ua_message *invite = ua_sent(rig, ALICE, "INVITE", nth);
        CHECK_OK(carol_says_183(rig, invite, CONTACT "Require: 100rel\r\nRSeq: 7\r\n"));
        CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "PRACK", nth - 1), 200, "c", ""));
        CHECK_OK(ua_carol_answers(rig, invite, 488, "c", ""));
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REFUSED), nth);
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REFRESH), 1);
        CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_REFRESH)->event.method, SS_METHOD_INVITE);
    }
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER)); /* one that succeeds makes it good */
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 3), 200, "c", CONTACT));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
}

TEST(rfc6141_3_8_a_cancelled_reinvite_leaves_the_session_as_it_was)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_STATUS(ua_do(rig, ALICE, SS_CMD_CANCEL, 1), SS_ERR_STATE); /* nothing to cancel */
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
    CHECK_EQ(ua_sent_count(rig, ALICE, "CANCEL"), 0); /* before a 1xx: 9.1 */
    ua_run(rig, SS_MS(300));
    CHECK_EQ(ua_sent_count(rig, ALICE, "CANCEL"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 CANCEL"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 1);
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_REFUSED)->event.status, 487);
    CHECK_EQ(ua_last_event(rig, BOB, SS_EVENT_REFUSED)->event.status, 487);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CANCELLED), 0);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
    end(rig);
}

TEST(rfc6141_3_8_a_cancelled_reinvite_with_an_executed_change_is_answered_2xx)
{
    ua_rig *rig = execute_a_change();
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
    ua_run(rig, SS_MS(120));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 CANCEL"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 0);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 2);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REFUSED), 0);
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_CHANGED)->event.method, SS_METHOD_INVITE);
    end(rig);
}

/* RFC3262:3 the answer in the 1xx is done, its PRACK is not: the 2xx follows that. */
TEST(rfc6141_3_8_the_2xx_after_a_cancel_waits_for_the_prack)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(50));
    CHECK_OK(progress(rig, true, ANSWER));
    ua_run(rig, SS_MS(60));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
    ua_run(rig, SS_MS(80));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 CANCEL"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 1);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    ua_run(rig, SS_MS(120));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 2);
    CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 0);
    end(rig);
}

/* ---- 4: targets ---- */

TEST(rfc6141_4_6_a_reliable_response_takes_the_target_and_a_failure_does_not_give_it_back)
{
    ua_rig *rig = ua_start();
    const ua_message *invite = call_carol(rig);
    CHECK_OK(carol_moves(rig, invite, 1, "Supported: 100rel\r\n"));
    ss_command command = { .kind = SS_CMD_PROGRESS, .call = 1, .status = 183, .reliable = true };
    CHECK_OK(ua_command(rig, ALICE, &command));
    CHECK_EQ(ua_sent_count(rig, ALICE, "UPDATE"), 0); /* the response says enough */
    CHECK_OK(ua_do_status(rig, ALICE, SS_CMD_REJECT, 1, 488));
    check_target(rig, "sip:moved@10.0.0.9");
}

TEST(rfc6141_4_6_a_failure_alone_does_not_take_it)
{
    ua_rig *rig = ua_start();
    const ua_message *invite = call_carol(rig);
    CHECK_OK(carol_moves(rig, invite, 1, ""));
    CHECK_OK(ua_do_status(rig, ALICE, SS_CMD_REJECT, 1, 488));
    check_target(rig, "sip:carol@10.0.0.9");
}

/* Nothing reliable can be said: an UPDATE goes to the new target, if Carol takes one. */
TEST(rfc6141_4_6_where_nothing_reliable_can_be_said_a_request_goes_to_the_new_target)
{
    ua_rig *rig = ua_start();
    const ua_message *invite = call_carol(rig);
    CHECK_OK(carol_moves(rig, invite, 1, ""));
    CHECK_OK(ua_do_status(rig, ALICE, SS_CMD_PROGRESS, 1, 180));
    const ss_msg *update = ua_sent_msg(rig, ALICE, "UPDATE", 0);
    CHECK_SLICE(update->request_uri, "sip:moved@10.0.0.9");
    CHECK_EQ(update->body.len, 0);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "UPDATE", 0), 200, "c", MOVED));
    CHECK_OK(ua_do_status(rig, ALICE, SS_CMD_PROGRESS, 1, 180));
    CHECK_EQ(ua_sent_count(rig, ALICE, "UPDATE"), 1); /* it is known now */
    CHECK_OK(ua_do_status(rig, ALICE, SS_CMD_REJECT, 1, 488));
    check_target(rig, "sip:moved@10.0.0.9");
}

TEST(rfc6141_4_6_whoever_takes_no_update_waits_for_the_final_response)
{
    ua_rig *rig = ua_start();
    const ua_message *invite = call_carol(rig);
    CHECK_OK(carol_moves(rig, invite, 1, "Allow: INVITE, ACK, BYE\r\n"));
    CHECK_OK(ua_do_status(rig, ALICE, SS_CMD_PROGRESS, 1, 180));
    CHECK_EQ(ua_sent_count(rig, ALICE, "UPDATE"), 0);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_ANSWER, ANSWER));
    check_target(rig, "sip:moved@10.0.0.9");
}

TEST(rfc6141_4_7_a_reliable_response_takes_the_target_even_if_a_failure_follows)
{
    ua_rig *rig = ua_start();
    (void)call_carol(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    const ua_message *again = ua_sent(rig, ALICE, "INVITE", 1);
    CHECK_OK(ua_carol_answers(rig, again, 183, "c", MOVED "Require: 100rel\r\nRSeq: 7\r\n"));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    CHECK_SLICE(ua_sent_msg(rig, ALICE, "PRACK", 0)->request_uri, "sip:moved@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, again, 488, "c", ""));
    check_target(rig, "sip:moved@10.0.0.9");
}

TEST(rfc6141_4_7_a_response_that_may_be_lost_takes_nothing)
{
    ua_rig *rig = ua_start();
    (void)call_carol(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    const ua_message *again = ua_sent(rig, ALICE, "INVITE", 1);
    CHECK_OK(ua_carol_answers(rig, again, 183, "c", MOVED));
    CHECK_OK(ua_carol_answers(rig, again, 488, "c", MOVED));
    check_target(rig, "sip:carol@10.0.0.9");
}

/* RFC3261:13.2.2.4 */
TEST(rfc6141_4_9_early_dialogs_follow_the_same_rules_and_the_2xx_settles_all)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 183, "c", "Contact: <sip:lost@10.0.0.9>\r\n"));
    CHECK_OK(ua_carol_answers(rig, invite, 183, "c",
                              MOVED "Require: 100rel\r\nRSeq: 7\r\nAllow: PRACK\r\n"));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    CHECK_SLICE(ua_sent_msg(rig, ALICE, "PRACK", 0)->request_uri, "sip:moved@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, invite, 183, "c", "Contact: <sip:lost@10.0.0.9>\r\n"));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_SLICE(ua_sent_msg(rig, ALICE, "ACK", 0)->request_uri, "sip:carol@10.0.0.9");
}

/* ---- 5: contacts that are lost ---- */

/* Carol moved within the re-INVITE and cannot hear the ACK of her failure: the dialog goes on. */
TEST(rfc6141_5_3_an_ack_of_a_failure_that_cannot_be_sent_ends_no_dialog)
{
    ua_rig *rig = ua_start();
    (void)call_carol(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    const ua_message *again = ua_sent(rig, ALICE, "INVITE", 1);
    CHECK_OK(ua_carol_answers(rig, again, 183, "c", MOVED "Require: 100rel\r\nRSeq: 7\r\n"));
    CHECK_OK(ua_carol_answers(rig, again, 488, "c", ""));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
    CHECK_OK(ua_lose_path(rig, ALICE, CAROL));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 0);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 0);
    check_target(rig, "sip:moved@10.0.0.9");
}

static void lose_the_ack(bool moves, bool asks_again)
{
    ua_rig *rig = ua_start();
    rig->settings.ring_limit = SS_S(100);
    const ua_message *invite = call_carol(rig);
    if (moves) {
        CHECK_OK(carol_moves(rig, invite, 1, ""));
    } else {
        CHECK_OK(ua_carol_requests(rig, invite, "c", "INVITE", 1));
    }
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_ANSWER, ANSWER));
    const ss_time answered = rig->now;
    if (asks_again) {
        CHECK_OK(carol_moves(rig, invite, 2, ""));
    }
    ua_run(rig, answered + SS_S(32));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_NOT_ACKED), 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), !(moves && asks_again));
}

TEST(rfc6141_5_4_a_2xx_without_ack_ends_no_dialog_whose_peer_moved_and_asked_again)
{
    lose_the_ack(true, true);
    lose_the_ack(true, false);
    lose_the_ack(false, true);
}
