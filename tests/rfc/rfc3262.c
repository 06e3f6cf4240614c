/* Reliable provisional responses (RFC 3262): a 1xx goes out again until its PRACK comes, numbers rise by one, offers and
 * answers travel in both, and what comes too late, twice or out of order is told apart. */
#include "ua_rig.h"

#include <stdio.h>
#include <string.h>

#define OFFER          SS_LIT("v=0\r\ns=offer\r\n")
#define ANSWER         SS_LIT("v=0\r\ns=answer\r\n")
#define CONTACT        "Contact: <sip:carol@10.0.0.9>\r\n"
#define RELIABLE(rseq) CONTACT "Require: 100rel\r\nRSeq: " #rseq "\r\n"

static ss_status progress(ua_rig *rig, unsigned status, ss_slice sdp)
{
    ss_command command = {
        .kind = SS_CMD_PROGRESS, .call = 1, .status = status, .reliable = true, .body = sdp
    };
    command.body_type = sdp.len > 0 ? SS_LIT("application/sdp") : SS_EMPTY;
    return ua_command(rig, BOB, &command);
}

/* Alice has called Bob, with an offer or without one, at 10 ms. */
static ua_rig *call_bob(bool has_offer)
{
    ua_rig *rig = ua_start();
    ss_command command = { .kind = SS_CMD_CALL, .target = SS_LIT("sip:bob@10.0.0.2") };
    command.body_type = has_offer ? SS_LIT("application/sdp") : SS_EMPTY;
    command.body = has_offer ? OFFER : SS_EMPTY;
    CHECK_OK(ua_command(rig, ALICE, &command));
    ua_run(rig, SS_MS(10));
    return rig;
}

static uint32_t rseq_of(const ss_msg *msg)
{
    uint32_t rseq = 0;
    CHECK_OK(ss_msg_number(msg, SS_HDR_RSEQ, &rseq));
    return rseq;
}

static void end(ua_rig *rig)
{
    (void)ua_do(rig, ALICE, SS_CMD_HANGUP, 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3262:4 An INVITE may require reliable responses, and nothing that follows it does. */
TEST(rfc3262_4_no_request_but_invite_requires_it)
{
    static const char *const names[] = { "PRACK", "UPDATE", "ACK", "BYE" };
    ua_rig *rig = ua_start();
    ss_command command = { .kind = SS_CMD_CALL,
                           .target = SS_LIT("sip:bob@10.0.0.2"),
                           .reliable = true,
                           .body_type = SS_LIT("application/sdp"),
                           .body = OFFER };
    CHECK_OK(ua_command(rig, ALICE, &command));
    ua_run(rig, SS_MS(10));
    CHECK_OK(progress(rig, 183, ANSWER));
    ua_run(rig, SS_MS(20));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    ua_run(rig, SS_MS(40));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_UPDATE, OFFER));
    ua_run(rig, SS_MS(50));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_RESPOND, ANSWER));
    ua_run(rig, SS_MS(60));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, SS_EMPTY));
    ua_run(rig, SS_MS(80));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, ALICE, "INVITE", 0), SS_HDR_REQUIRE, 0), "100rel");
    for (size_t i = 0; i < SS_COUNT(names); i++) {
        CHECK_EQ(ss_msg_count(ua_sent_msg(rig, ALICE, names[i], 0), SS_HDR_REQUIRE), 0);
    }
    ua_run_out(rig);
}

/* ---- 3: the server ---- */

TEST(rfc3262_3_a_reliable_1xx_says_so_and_its_prack_names_it)
{
    ua_rig *rig = call_bob(true);
    CHECK_OK(progress(rig, 180, SS_EMPTY));
    const ss_msg *ringing = ua_sent_msg(rig, BOB, "180 INVITE", 0);
    CHECK(ss_msg_lists_token(ringing, SS_HDR_REQUIRE, SS_LIT("100rel")));
    CHECK(rseq_of(ringing) >= 1 && rseq_of(ringing) <= 0x7fffffffu);
    CHECK(ss_msg_lists_token(ringing, SS_HDR_ALLOW, SS_LIT("UPDATE"))); /* RFC3311:4 */
    ua_run(rig, SS_MS(20));
    const ua_event *told = ua_last_event(rig, ALICE, SS_EVENT_PROVISIONAL);
    CHECK_EQ(told->event.asks, SS_ASKS_PRACK);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    CHECK_STATUS(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY), SS_ERR_STATE); /* one for each */
    const ss_msg *prack = ua_sent_msg(rig, ALICE, "PRACK", 0);
    const ss_msg *invite = ua_sent_msg(rig, ALICE, "INVITE", 0);
    char rack[64];
    snprintf(rack, sizeof rack, "%u %u INVITE", rseq_of(ringing), invite->cseq.number);
    CHECK_SLICE_EQ(ss_msg_value(prack, SS_HDR_RACK, 0), ss_slice_from(rack));
    CHECK_EQ(prack->cseq.number, invite->cseq.number + 1);
    CHECK_EQ(ss_msg_count(prack, SS_HDR_CONTACT), 0);
    ua_run(rig, SS_S(2));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 PRACK"), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_PRACKED), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "180 INVITE"), 1); /* no copy after it */
    end(rig);
}

TEST(rfc3262_3_only_who_supports_it_gets_one)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_STATUS(progress(rig, 180, SS_EMPTY), SS_ERR_SEMANTIC);
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, BOB, "180 INVITE", 0), SS_HDR_RSEQ), 0);
}

TEST(rfc3262_3_who_requires_it_gets_no_other)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT "Require: 100rel\r\n"));
    CHECK_STATUS(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 100), SS_ERR_SEMANTIC);
    CHECK_EQ(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180), SS_ERR_STATE); /* the offer is due */
    CHECK_OK(progress(rig, 180, OFFER));
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, BOB, "180 INVITE", 0), SS_HDR_RSEQ), 1);
}

TEST(rfc3262_3_who_does_not_understand_it_answers_420)
{
    ua_rig *rig = ua_start();
    rig->identities[BOB].reliable = SS_RELIABLE_NONE;
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT "Require: 100rel\r\n"));
    CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, BOB, "420 INVITE", 0), SS_HDR_UNSUPPORTED, 0),
                "100rel");
    rig = ua_start();
    rig->identities[ALICE].reliable = SS_RELIABLE_NONE;
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_STATUS(progress(rig, 180, SS_EMPTY), SS_ERR_SEMANTIC);
}

TEST(rfc3262_4_an_invite_that_requires_it_says_so)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].reliable = SS_RELIABLE_REQUIRED;
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    const ss_msg *invite = ua_sent_msg(rig, ALICE, "INVITE", 0);
    CHECK(ss_msg_lists_token(invite, SS_HDR_REQUIRE, SS_LIT("100rel")));
    ua_run(rig, SS_MS(10));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180)); /* reliable without being asked */
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, BOB, "180 INVITE", 0), SS_HDR_RSEQ), 1);
}

TEST(rfc3262_3_copies_double_without_limit_until_64_t1_and_then_5xx)
{
    static const uint64_t after_ms[] = { 0, 500, 1500, 3500, 7500, 15500, 31500 };
    ua_rig *rig = ua_start();
    rig->settings.ring_limit = SS_S(100);
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_OK(progress(rig, 180, SS_EMPTY));
    ua_run(rig, SS_MS(9) + SS_S(32));
    CHECK_EQ(ua_sent_count(rig, BOB, "504 INVITE"), 0);
    ua_run(rig, SS_MS(10) + SS_S(32));
    CHECK_EQ(ua_sent_count(rig, BOB, "180 INVITE"), SS_COUNT(after_ms));
    for (unsigned i = 0; i < SS_COUNT(after_ms); i++) {
        CHECK_EQ(ua_sent(rig, BOB, "180 INVITE", i)->at, SS_MS(10 + after_ms[i]));
    }
    CHECK_EQ(ua_sent(rig, BOB, "504 INVITE", 0)->at, SS_MS(10) + SS_S(32));
    CHECK_EQ(ua_last_event(rig, BOB, SS_EVENT_ENDED)->event.status, 504);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

TEST(rfc3262_3_no_second_before_the_first_is_acknowledged_then_one_more)
{
    ua_rig *rig = call_bob(true);
    CHECK_OK(progress(rig, 180, SS_EMPTY));
    CHECK_STATUS(progress(rig, 183, SS_EMPTY), SS_ERR_STATE);
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 182)); /* an unreliable one may go */
    ua_run(rig, SS_MS(20));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    ua_run(rig, SS_MS(30));
    CHECK_OK(progress(rig, 183, SS_EMPTY));
    CHECK_EQ(rseq_of(ua_sent_msg(rig, BOB, "183 INVITE", 0)),
             rseq_of(ua_sent_msg(rig, BOB, "180 INVITE", 0)) + 1);
    end(rig);
}

/* A copy of the first one left last, behind another response: what goes out every minute is no third copy, as its PRACK came.
 * RFC3262:3 RFC3261:13.3.1.1 */
TEST(rfc3262_3_what_was_acknowledged_does_not_go_out_every_minute)
{
    ua_rig *rig = ua_start();
    rig->settings.ring_limit = SS_S(150);
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_OK(progress(rig, 180, SS_EMPTY));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 182));
    ua_run(rig, SS_MS(600));
    CHECK_EQ(ua_sent_count(rig, BOB, "180 INVITE"), 2);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    ua_run(rig, SS_S(61));
    for (unsigned i = 2; i < ua_sent_count(rig, BOB, "180 INVITE");
         i++) { /* a new one, and its copies */
        CHECK_EQ(rseq_of(ua_sent_msg(rig, BOB, "180 INVITE", i)),
                 rseq_of(ua_sent_msg(rig, BOB, "180 INVITE", 0)) + 1);
    }
    CHECK(ua_sent_count(rig, BOB, "180 INVITE") > 2);
    end(rig);
}

/* RFC6337:2.2 pattern 3, RFC3262:5 */
TEST(rfc3262_3_a_2xx_waits_for_the_prack_of_a_1xx_with_a_description)
{
    ua_rig *rig = call_bob(true);
    CHECK_OK(progress(rig, 183, ANSWER));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, SS_EMPTY));
    CHECK_STATUS(ua_say(rig, BOB, SS_CMD_ANSWER, SS_EMPTY), SS_ERR_STATE);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 0);
    ua_run(rig, SS_MS(20));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    ua_run(rig, SS_MS(30));
    CHECK_EQ(ua_sent(rig, BOB, "200 INVITE", 0)->at, SS_MS(30));
    CHECK_EQ(ua_sent(rig, BOB, "200 PRACK", 0)->at, SS_MS(30));
    CHECK_EQ(ua_sent_msg(rig, BOB, "200 INVITE", 0)->body.len, 0);
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 1);
    end(rig);
}

TEST(rfc3262_3_a_2xx_does_not_wait_for_one_without_and_its_prack_is_known_still)
{
    ua_rig *rig = call_bob(true);
    CHECK_OK(progress(rig, 180, SS_EMPTY));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 1);
    ua_run(rig, SS_MS(20));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    ua_run(rig, SS_S(2));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 PRACK"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "180 INVITE"), 1);
    end(rig);
}

TEST(rfc3262_3_a_prack_after_487_is_answered_200)
{
    ua_rig *rig = call_bob(true);
    CHECK_OK(progress(rig, 180, SS_EMPTY));
    ua_run(rig, SS_MS(20));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY)); /* behind the CANCEL */
    ua_run(rig, SS_MS(30));
    CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 PRACK"), 1);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 0); /* nothing else is awaited */
    end(rig);
}

TEST(rfc3262_3_without_that_prack_the_dialog_stays_64_t1)
{
    ua_rig *rig = call_bob(true);
    CHECK_OK(progress(rig, 180, SS_EMPTY));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 486));
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
    ua_run(rig, SS_S(32));
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "180 INVITE"), 1);
    ua_run(rig, SS_MS(10) + SS_S(32));
    CHECK_EQ(rig->engines[BOB].core.dialogs, 0);
    end(rig);
}

TEST(rfc3262_3_a_prack_that_matches_nothing_gets_481)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT "Supported: 100rel\r\n"));
    CHECK_OK(progress(rig, 180, OFFER));
    const ss_msg *ringing = ua_sent_msg(rig, BOB, "180 INVITE", 0);
    ss_name_addr to;
    CHECK_OK(ss_msg_to(ringing, &to));
    static const struct {
        int rseq_off, cseq_off;
        const char *method, *status;
    } rows[] = { { 1, 0, "INVITE", "481 PRACK" },
                 { 0, 1, "INVITE", "481 PRACK" },
                 { 0, 0, "OPTIONS", "481 PRACK" },
                 { 0, 0, "INVITE", "400 PRACK" } /* its answer is missing */ };
    for (unsigned i = 0; i < SS_COUNT(rows); i++) {
        char text[1024];
        const unsigned before = ua_sent_count(rig, BOB, rows[i].status);
        snprintf(text, sizeof text,
                 "PRACK sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP "
                 "10.0.0.9:5060;branch=z9hG4bKp%u\r\nMax-Forwards: 70\r\nFrom: "
                 "<sip:carol@example.com>;tag=carol\r\nTo: %.*s\r\nCall-ID: carols\r\n"
                 "CSeq: %u PRACK\r\nRAck: %u %d %s\r\nContent-Length: 0\r\n\r\n",
                 i, (int)to.whole.len, to.whole.at, 11 + i,
                 rseq_of(ringing) + (unsigned)rows[i].rseq_off, 10 + rows[i].cseq_off,
                 rows[i].method);
        CHECK_OK(ua_inject_text(rig, BOB, text));
        CHECK_EQ(ua_sent_count(rig, BOB, rows[i].status), before + 1);
    }
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_PRACKED), 0);
}

/* ---- 4: the client ---- */

TEST(rfc3262_4_copies_and_what_is_out_of_order_are_dropped)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", RELIABLE(700)));
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", RELIABLE(700)));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_PROVISIONAL), 1);
    CHECK_OK(ua_carol_answers(rig, invite, 183, "c", RELIABLE(702)));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_PROVISIONAL), 1);
    CHECK_OK(ua_carol_answers(rig, invite, 183, "c", RELIABLE(701)));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_PROVISIONAL), 2);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "d", RELIABLE(5))); /* another dialog's count */
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_PROVISIONAL), 3);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", RELIABLE(700)));
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", RELIABLE(4294967296)));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_PROVISIONAL), 4); /* no number: not reliable */
}

TEST(rfc3262_4_a_100_is_never_reliable)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 100, "c", RELIABLE(7)));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_PROVISIONAL), 0);
    CHECK_STATUS(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY), SS_ERR_STATE);
}

TEST(rfc3262_4_one_without_a_to_tag_makes_no_dialog_and_gets_no_prack)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 180, "", RELIABLE(7)));
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_PROVISIONAL)->event.asks, SS_ASKS_NOTHING);
}

/* ---- 5: offers and answers ---- */

TEST(rfc3262_5_an_offer_in_the_1xx_is_answered_in_the_prack)
{
    ua_rig *rig = call_bob(false);
    CHECK_STATUS(progress(rig, 183, SS_EMPTY), SS_ERR_STATE); /* it must have the offer */
    CHECK_OK(progress(rig, 183, OFFER));
    ua_run(rig, SS_MS(20));
    CHECK_STATUS(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY), SS_ERR_STATE);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, ANSWER));
    CHECK_SLICE_EQ(ua_sent_msg(rig, ALICE, "PRACK", 0)->body, ANSWER);
    ua_run(rig, SS_MS(40));
    CHECK_EQ(ua_last_event(rig, BOB, SS_EVENT_PRACKED)->event.verdict, 3 /* an answer */);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, SS_EMPTY));
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 1);
    end(rig);
}

TEST(rfc3262_5_an_offer_in_the_prack_is_answered_in_its_2xx)
{
    ua_rig *rig = call_bob(true);
    CHECK_OK(progress(rig, 183, ANSWER));
    ua_run(rig, SS_MS(20));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, OFFER));
    ua_run(rig, SS_MS(30));
    CHECK_EQ(ua_last_event(rig, BOB, SS_EVENT_PRACKED)->event.asks, SS_ASKS_RESPONSE);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 PRACK"), 0);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_RESPOND, ANSWER));
    ua_run(rig, SS_MS(50));
    CHECK_SLICE_EQ(ua_sent_msg(rig, BOB, "200 PRACK", 0)->body, ANSWER);
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_CHANGED)->event.method, SS_METHOD_PRACK);
    CHECK_EQ(ua_sent_count(rig, BOB, "183 INVITE"), 1);
    end(rig);
}

TEST(rfc3262_5_an_offer_in_a_prack_that_acknowledges_no_answer_is_refused)
{
    ua_rig *rig = call_bob(true);
    CHECK_OK(progress(rig, 180, SS_EMPTY));
    ua_run(rig, SS_MS(20));
    CHECK_STATUS(ua_say(rig, ALICE, SS_CMD_PRACK, OFFER), SS_ERR_STATE);
    rig->engines[ALICE].core.entropy.key++; /* what a peer would send that does not know */
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    end(rig);
}

TEST(rfc3262_5_a_refused_offer_in_a_prack_leaves_the_exchange_before_it)
{
    ua_rig *rig = call_bob(true);
    CHECK_OK(progress(rig, 183, ANSWER));
    ua_run(rig, SS_MS(20));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, OFFER));
    ua_run(rig, SS_MS(30));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_RESPOND, 1, 488));
    ua_run(rig, SS_MS(50));
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_REFUSED)->event.status, 488);
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, SS_EMPTY));
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 1);
    end(rig);
}

/* RFC6337:2.2 patterns 3 and 4 serve an established dialog as well */
TEST(rfc3262_5_a_reinvite_has_reliable_responses_too)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(50));
    CHECK_OK(progress(rig, 183, ANSWER));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, SS_EMPTY)); /* waits */
    ua_run(rig, SS_MS(60));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 2);
    CHECK_EQ(ua_last_event(rig, BOB, SS_EVENT_CHANGED)->event.method, SS_METHOD_ACK);
    end(rig);
}

TEST(rfc3262_3_a_reinvite_whose_1xx_gets_no_prack_is_refused_5xx)
{
    ua_rig *rig = ua_start();
    rig->settings.ring_limit = SS_S(100);
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    ua_run(rig, SS_MS(50));
    CHECK_OK(progress(rig, 183, SS_EMPTY));
    ua_run(rig, SS_MS(60) + SS_S(32));
    CHECK_EQ(ua_sent_count(rig, BOB, "504 INVITE"), 1);
    CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_REFUSED)->event.status, 504);
    end(rig);
}

/* RFC3261:9.2 the PRACK that it waited for finds an INVITE that is answered 487 */
TEST(rfc3262_3_a_2xx_that_waits_is_forgotten_when_its_reinvite_is_cancelled)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, SS_EMPTY));
    ua_run(rig, SS_MS(50));
    CHECK_OK(progress(rig, 183, OFFER));
    CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, SS_EMPTY)); /* waits */
    ua_run(rig, SS_MS(60));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, ANSWER)); /* behind it */
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 PRACK"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 1); /* of the first INVITE */
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_FULL), 0);
    end(rig);
}

/* ---- 7.2 ---- */

TEST(rfc3262_7_2_rack_is_three_words)
{
    ss_rack rack;
    CHECK_OK(ss_rack_parse(SS_LIT("776656 1 INVITE"), &rack));
    CHECK_EQ(rack.rseq, 776656);
    CHECK_EQ(rack.cseq, 1);
    CHECK_SLICE(rack.method, "INVITE");
    CHECK_OK(ss_rack_parse(SS_LIT("1\r\n  2\t INVITE "), &rack));
    static const char *const bad[] = {
        "",           "1", "1 2", "1 2 INVITE x", "x 2 INVITE", "1 y INVITE", "4294967296 1 INVITE",
        "-1 1 INVITE"
    };
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        CHECK_STATUS(ss_rack_parse(ss_slice_from(bad[i]), &rack), SS_ERR_SYNTAX);
    }
}

TEST(rfc3262_3_numbers_rise_by_one_within_an_invite_and_never_wrap)
{
    ua_rig *rig = ua_start();
    ss_rseq_given given = { 0 };
    ss_rseq_taken taken = { 0 };
    const uint32_t first = ss_rseq_next(&rig->engines[ALICE].core, &given, 1);
    CHECK_EQ(ss_rseq_next(&rig->engines[ALICE].core, &given, 1), first + 1);
    CHECK(ss_rseq_next(&rig->engines[ALICE].core, &given, 2) != first + 2);
    CHECK(ss_rseq_take(&taken, 1, UINT32_MAX));
    CHECK(!ss_rseq_take(&taken, 1, 0));
    CHECK(ss_rseq_take(&taken, 2, 1));
    CHECK(!ss_rseq_take(&taken, 2, 1));
    CHECK(ss_rseq_take(&taken, 2, 2));
}

/* RFC3262:4 */
TEST(rfc3262_4_a_call_requires_reliable_responses_by_itself)
{
    ua_rig *rig = ua_start();
    ss_command call = { .kind = SS_CMD_CALL,
                        .target = SS_LIT("sip:bob@10.0.0.2"),
                        .reliable = true };
    CHECK_OK(ua_command(rig, ALICE, &call));
    CHECK(
        ss_msg_lists_token(ua_sent_msg(rig, ALICE, "INVITE", 0), SS_HDR_REQUIRE, SS_LIT("100rel")));
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, ALICE, "INVITE", 1), SS_HDR_REQUIRE), 0);
    rig = ua_start();
    rig->identities[ALICE].reliable = SS_RELIABLE_NONE;
    CHECK_EQ(ua_command(rig, ALICE, &call), SS_ERR_SEMANTIC);
}
