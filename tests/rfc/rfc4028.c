/* Session timers (RFC 4028), both roles: negotiated by the 2xx, refreshed at half the interval by UPDATE or re-INVITE, ended by a
 * BYE when nobody refreshes; an interval that is too small is refused with 422 and asked for again. */
#include "ua_rig.h"

#include <stdio.h>

#define OFFER   SS_LIT("v=0\r\ns=offer\r\n")
#define ANSWER  SS_LIT("v=0\r\ns=answer\r\n")
#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

static ua_rig *start(uint32_t alice_s, uint32_t bob_min_s, uint8_t refresher)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].session_timers = (ss_session_timers){ 90, alice_s, refresher };
    rig->identities[BOB].session_timers = (ss_session_timers){ bob_min_s, 0, SS_REFRESHER_ANY };
    return rig;
}

static ss_slice value(const ss_msg *msg, ss_hdr id)
{
    return ss_msg_value(msg, id, 0);
}

static void end(ua_rig *rig)
{
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* ---- 7, 9: what is said ---- */

TEST(rfc4028_7_1_an_invite_asks_and_its_2xx_says)
{
    ua_rig *rig = start(120, 90, SS_REFRESHER_ANY);
    ua_set_up(rig);
    const ss_msg *invite = ua_sent_msg(rig, ALICE, "INVITE", 0);
    CHECK(ss_msg_lists_token(invite, SS_HDR_SUPPORTED, SS_LIT("timer")));
    CHECK_SLICE(value(invite, SS_HDR_SESSION_EXPIRES), "120");
    CHECK_EQ(ss_msg_count(invite, SS_HDR_MIN_SE), 0);
    const ss_msg *ok = ua_sent_msg(rig, BOB, "200 INVITE", 0);
    CHECK_SLICE(value(ok, SS_HDR_SESSION_EXPIRES), "120;refresher=uac");
    CHECK_SLICE(value(ok, SS_HDR_REQUIRE), "timer");
}

TEST(rfc4028_7_1_every_request_but_ack_says_that_it_is_supported)
{
    static const char *const names[] = { "INVITE", "UPDATE", "BYE" };
    ua_rig *rig = start(120, 90, SS_REFRESHER_UAC);
    ua_set_up(rig);
    ua_run(rig, SS_S(61)); /* a refresh */
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    for (size_t i = 0; i < SS_COUNT(names); i++) {
        CHECK_SLICE(value(ua_sent_msg(rig, ALICE, names[i], 0), SS_HDR_SUPPORTED),
                    "replaces, 100rel, timer");
        CHECK_EQ(ss_msg_count(ua_sent_msg(rig, ALICE, names[i], 0), SS_HDR_SUPPORTED), 1);
    }
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, ALICE, "ACK", 0), SS_HDR_SUPPORTED), 0);
    ss_command options = { .kind = SS_CMD_REQUEST,
                           .method = SS_METHOD_OPTIONS,
                           .target = SS_LIT("sip:carol@10.0.0.9") };
    CHECK_OK(ua_command(rig, ALICE, &options));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_REGISTER, 0));
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 1);
    CHECK_OK(ua_carol_answers(rig, invite, 183, "c", CONTACT "Require: 100rel\r\nRSeq: 1\r\n"));
    ss_command prack = { .kind = SS_CMD_PRACK, .call = 2 };
    CHECK_OK(ua_command(rig, ALICE, &prack));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 2));
    static const char *const others[] = { "OPTIONS", "REGISTER", "PRACK", "CANCEL" };
    for (size_t i = 0; i < SS_COUNT(others); i++) {
        CHECK(ss_msg_lists_token(ua_sent_msg(rig, ALICE, others[i], 0), SS_HDR_SUPPORTED,
                                 SS_LIT("timer")));
    }
}

/* RFC4028:9 table 2 */
TEST(rfc4028_9_the_refresher_is_the_uacs_choice_if_it_made_one)
{
    ua_rig *rig = start(120, 90, SS_REFRESHER_UAS);
    ua_set_up(rig);
    CHECK_SLICE(value(ua_sent_msg(rig, BOB, "200 INVITE", 0), SS_HDR_SESSION_EXPIRES),
                "120;refresher=uas");
}

/* RFC4028:9 The server may shorten the interval, and never below Min-SE or 90 s; its own Min-SE is said in a 422 alone: RFC4028:5 */
TEST(rfc4028_9_the_interval_of_a_2xx_is_between_min_se_and_what_was_asked_for)
{
    static const struct {
        const char *lines, *said;
    } cases[] = {
        { "Session-Expires: 200\r\n", "200;refresher=uac" },
        { "Session-Expires: 90\r\n", "90;refresher=uac" },
        { "Session-Expires: 3600\r\nMin-SE: 1800\r\n", "3600;refresher=uac" },
        { "Min-SE: 1800\r\n", "1800;refresher=uac" }, /* we want 120 ourselves */
        { "", "120;refresher=uac" },
    };
    for (unsigned i = 0; i < SS_COUNT(cases); i++) {
        char lines[256];
        ua_rig *rig = ua_start();
        rig->identities[BOB].session_timers = (ss_session_timers){ 90, 120, SS_REFRESHER_UAC };
        snprintf(lines, sizeof lines, CONTACT "Supported: timer\r\n%s", cases[i].lines);
        CHECK_OK(ua_carol_invites(rig, BOB, "i", lines));
        CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
        const ss_msg *ok = ua_sent_msg(rig, BOB, "200 INVITE", 0);
        CHECK_SLICE_EQ(value(ok, SS_HDR_SESSION_EXPIRES), ss_slice_from(cases[i].said));
        CHECK_EQ(ss_msg_count(ok, SS_HDR_MIN_SE), 0);
    }
}

TEST(rfc4028_9_who_does_not_know_the_extension_is_not_asked)
{
    ua_rig *rig = ua_start();
    rig->identities[BOB].session_timers = (ss_session_timers){ 90, 120, SS_REFRESHER_ANY };
    ua_set_up(rig);
    const ss_msg *ok = ua_sent_msg(rig, BOB, "200 INVITE", 0);
    CHECK_SLICE(value(ok, SS_HDR_SESSION_EXPIRES), "120;refresher=uas"); /* for its own benefit */
    CHECK_EQ(ss_msg_count(ok, SS_HDR_REQUIRE), 0);
}

TEST(rfc4028_7_2_a_peer_without_it_leaves_the_work_to_us)
{
    ua_rig *rig = start(120, 0, SS_REFRESHER_ANY);
    ua_set_up(rig);
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, BOB, "200 INVITE", 0), SS_HDR_SESSION_EXPIRES), 0);
    ua_run(rig, SS_MS(30) + SS_S(61));
    CHECK_EQ(ua_sent_count(rig, ALICE, "UPDATE"), 1);
    CHECK_SLICE(value(ua_sent_msg(rig, ALICE, "UPDATE", 0), SS_HDR_SESSION_EXPIRES),
                "120;refresher=uac");
}

TEST(rfc4028_6_an_interval_that_is_too_small_gets_422_and_is_asked_for_again)
{
    ua_rig *rig = start(100, 150, SS_REFRESHER_UAC);
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(100));
    CHECK_SLICE(value(ua_sent_msg(rig, BOB, "422 INVITE", 0), SS_HDR_MIN_SE), "150");
    const ss_msg *first = ua_sent_msg(rig, ALICE, "INVITE", 0);
    const ss_msg *again = ua_sent_msg(rig, ALICE, "INVITE", 1);
    CHECK_EQ(again->cseq.number, first->cseq.number + 1);
    CHECK_SLICE_EQ(ss_msg_call_id(again), ss_msg_call_id(first));
    CHECK_SLICE(value(again, SS_HDR_SESSION_EXPIRES), "150;refresher=uac"); /* RFC4028:7.4 */
    CHECK_SLICE(value(again, SS_HDR_MIN_SE), "150");
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 0);
}

TEST(rfc4028_7_4_what_a_422_asked_for_in_a_dialog_is_said_in_every_later_refresh)
{
    ua_rig *rig = start(100, 90, SS_REFRESHER_UAC);
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    static const char ok[] = CONTACT "Session-Expires: 100;refresher=uac\r\nRequire: timer\r\n";
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c", ok));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, ALICE, "INVITE", 1), SS_HDR_MIN_SE), 0);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 1), 422, "c", "Min-SE: 150\r\n"));
    CHECK_SLICE(value(ua_sent_msg(rig, ALICE, "INVITE", 2), SS_HDR_MIN_SE), "150");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 2), 200, "c", ok));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_SLICE(value(ua_sent_msg(rig, ALICE, "INVITE", 3), SS_HDR_MIN_SE), "150");
    CHECK_SLICE(value(ua_sent_msg(rig, ALICE, "INVITE", 3), SS_HDR_SESSION_EXPIRES),
                "150;refresher=uac");
}

TEST(rfc4028_7_3_a_422_that_asks_for_nothing_new_is_a_refusal)
{
    static const char *const more[] = { "", "Min-SE: 90\r\n", "Min-SE: x\r\n" };
    for (size_t i = 0; i < SS_COUNT(more); i++) {
        ua_rig *rig = start(100, 90, SS_REFRESHER_ANY);
        ua_call(rig, ALICE, "sip:carol@10.0.0.9");
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 422, "c", more[i]));
        CHECK_EQ(ua_last_event(rig, ALICE, SS_EVENT_REJECTED)->event.status, 422);
    }
}

/* ---- 10: refreshes ---- */

static void refreshes(uint8_t refresher, int who)
{
    ua_rig *rig = start(120, 90, refresher);
    ua_set_up(rig);
    ua_run(rig, SS_S(200));
    CHECK_EQ(ua_sent_count(rig, who, "UPDATE"), 3);
    CHECK_EQ(ua_sent_count(rig, 1 - who, "UPDATE"), 0);
    const ss_time first = ua_sent(rig, who, "UPDATE", 0)->at;
    CHECK_EQ(first, (who == ALICE ? SS_MS(30) : SS_MS(20)) + SS_S(60));
    CHECK_EQ(ua_sent(rig, who, "UPDATE", 1)->at, first + SS_MS(20) + SS_S(60));
    CHECK_EQ(ua_sent_msg(rig, who, "UPDATE", 0)->body.len, 0);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE") + ua_sent_count(rig, BOB, "BYE"), 0);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    end(rig);
}

TEST(rfc4028_10_the_caller_refreshes_at_half_the_interval)
{
    refreshes(SS_REFRESHER_UAC, ALICE);
}

TEST(rfc4028_10_the_callee_refreshes_at_half_the_interval)
{
    refreshes(SS_REFRESHER_UAS, BOB);
}

TEST(rfc4028_10_without_update_the_application_is_asked_for_a_reinvite)
{
    ua_rig *rig = start(120, 90, SS_REFRESHER_UAC);
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c",
                              CONTACT "Session-Expires: 100;refresher=uac\r\nRequire: timer\r\n"));
    ua_run(rig, SS_S(50));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REFRESH), 1);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_SLICE(value(ua_sent_msg(rig, ALICE, "INVITE", 1), SS_HDR_SESSION_EXPIRES),
                "100;refresher=uac");
}

TEST(rfc4028_7_2_any_2xx_to_a_change_refreshes_and_one_without_the_field_ends_the_timer)
{
    ua_rig *rig = start(120, 90, SS_REFRESHER_UAC);
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c",
                              CONTACT "Session-Expires: 100;refresher=uac\r\nRequire: timer\r\n"));
    ua_run(rig, SS_S(40));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 1), 200, "c",
                              CONTACT "Supported: timer\r\n"));
    ua_run(rig, SS_S(300));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REFRESH), 0);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 0);
}

TEST(rfc4028_10_who_waits_says_bye_slightly_before_the_end)
{
    static const struct {
        uint32_t interval, bye_s;
    } rows[] = { { 90, 60 }, { 96, 64 }, { 120, 88 }, { 1800, 1768 } }; /* a third, or 32 s */
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        ua_rig *rig = start(rows[i].interval, 90, SS_REFRESHER_UAC);
        ua_set_up(rig);
        ss_engine_reset(&rig->engines[ALICE]); /* it crashed */
        ua_run(rig, SS_MS(19) + SS_S(rows[i].bye_s));
        CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 0);
        ua_run(rig, SS_MS(20) + SS_S(rows[i].bye_s));
        CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 1);
        CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_EXPIRED), 1);
        end(rig);
    }
}

/* RFC3261:15 With a T1 of a second the ACK may come 64 s after the 2xx; until then the callee says no BYE, whatever its timer says. */
TEST(rfc4028_10_who_waits_for_the_ack_says_no_bye)
{
    ua_rig *rig = ua_start();
    rig->settings.t1 = SS_S(1);
    rig->identities[BOB].session_timers = (ss_session_timers){ 90, 0, SS_REFRESHER_ANY };
    CHECK_OK(
        ua_carol_invites(rig, BOB, "i",
                         CONTACT "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n"));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    ua_run(rig, SS_S(63));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_EXPIRED), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 0);
    ua_run(rig, SS_MS(64500));
    CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 1);
    end(rig);
}

TEST(rfc4028_10_a_refresh_that_nobody_answers_ends_the_session)
{
    ua_rig *rig = start(120, 90, SS_REFRESHER_UAC);
    ua_set_up(rig);
    ss_engine_reset(&rig->engines[BOB]);
    ua_drop_all(rig, BOB, "481 UPDATE"); /* what a restarted one would say */
    ua_run(rig, SS_MS(30) + SS_S(60 + 31));
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 1);
    end(rig);
}

/* RFC4028:11.1 */
TEST(rfc4028_4_no_interval_is_below_90_s)
{
    ua_rig *rig = start(120, 90, SS_REFRESHER_ANY);
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c",
                              CONTACT "Allow: UPDATE\r\nSession-Expires: 1;refresher=uac\r\n"));
    ua_run(rig, SS_S(44));
    CHECK_EQ(ua_sent_count(rig, ALICE, "UPDATE"), 0); /* 11.1: no rapid refreshes */
    ua_run(rig, SS_S(45));
    CHECK_EQ(ua_sent_count(rig, ALICE, "UPDATE"), 1);
    rig = start(120, 90, SS_REFRESHER_ANY);
    CHECK_OK(
        ua_carol_invites(rig, BOB, "i", CONTACT "Supported: timer\r\nSession-Expires: 89\r\n"));
    CHECK_EQ(ua_sent_count(rig, BOB, "422 INVITE"), 1); /* RFC4028:9 */
}

/* RFC4028:7.1 RFC4028:7.2 A call asks for an interval of its own, which a UAS that knows of none leaves to us as well. */
TEST(rfc4028_7_1_a_call_asks_for_an_interval_of_its_own)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].session_timers = (ss_session_timers){ 100, 0, SS_REFRESHER_ANY };
    ss_command call = { .kind = SS_CMD_CALL,
                        .target = SS_LIT("sip:carol@10.0.0.9"),
                        .expires_s = 99 };
    CHECK_EQ(ua_command(rig, ALICE, &call), SS_ERR_SEMANTIC); /* below what we take ourselves */
    call.expires_s = UINT32_MAX;
    CHECK_EQ(ua_command(rig, ALICE, &call), SS_ERR_SEMANTIC);
    call.expires_s = 120;
    CHECK_OK(ua_command(rig, ALICE, &call));
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_SLICE(value(ua_parse(invite), SS_HDR_SESSION_EXPIRES), "120");
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT "Allow: UPDATE\r\n"));
    ua_run(rig, SS_S(60));
    CHECK_SLICE(value(ua_sent_msg(rig, ALICE, "UPDATE", 0), SS_HDR_SESSION_EXPIRES),
                "120;refresher=uac");
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    rig = ua_start();
    CHECK_EQ(ua_command(rig, ALICE, &call), SS_ERR_SEMANTIC); /* the extension is unknown here */
}
