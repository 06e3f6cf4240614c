/* RFC 5407: races of the INVITE usage where a dialog ends. The flows of its examples are in tests/scenario/flows/rfc5407; here is
 * what they have no room for. Carol answers and asks by hand. */
#include "events_rig.h"

#include <stdio.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

/* Alice calls Carol, who rings. */
static const ua_message *ringing(ua_rig *rig)
{
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", CONTACT));
    return invite;
}

/* RFC5407:3.1.3 RFC3261:15 */
TEST(rfc5407_3_1_3_the_2xx_of_a_dialog_that_a_bye_ended_is_acknowledged)
{
    ua_rig *rig = ua_start();
    const ua_message *invite = ringing(rig);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_BYE, 1));
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 1);
    CHECK_EQ(ua_do(rig, ALICE, SS_CMD_BYE, 1), SS_ERR_STATE); /* none is left */
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 0);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 0);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "c", ""));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 1);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT)); /* a copy */
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC5407:3.1.3 The answer to the BYE overtakes the 2xx: no dialog is left, its ACK is. */
TEST(rfc5407_3_1_3_so_is_one_that_comes_after_the_answer_to_the_bye)
{
    ua_rig *rig = ua_start();
    const ua_message *invite = ringing(rig);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_BYE, 1));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "c", ""));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 0);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 0); /* others may answer yet */
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 1);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.status, 200);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT)); /* a copy */
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC5407:A RFC3261:15 */
TEST(rfc5407_a_a_bye_ends_one_early_dialog_and_another_is_answered)
{
    ua_rig *rig = ua_start();
    const ua_message *invite = ringing(rig);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_BYE, 1));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "c", ""));
    CHECK_OK(ua_carol_answers(rig, invite, 180, "d", CONTACT));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "d", CONTACT));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    const ua_message *bye = ua_sent(rig, ALICE, "BYE", 1);
    CHECK_STR(ev_to_tag(bye), "d");
    CHECK_OK(ua_carol_answers(rig, bye, 200, "d", ""));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC5407:A RFC3261:15.1.2 */
TEST(rfc5407_a_the_487_ends_the_call_whenever_it_comes)
{
    for (int is_487_first = 0; is_487_first < 2; is_487_first++) {
        ua_rig *rig = ua_start();
        const ua_message *invite = ringing(rig);
        CHECK_OK(ua_do(rig, ALICE, SS_CMD_BYE, 1));
        if (is_487_first) {
            CHECK_OK(ua_carol_answers(rig, invite, 487, "c", ""));
        }
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "c", ""));
        if (!is_487_first) {
            CHECK_OK(ua_carol_answers(rig, invite, 487, "c", ""));
        }
        CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 487);
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 0);
        ua_run_out(rig);
        CHECK(ua_is_empty(rig, ALICE));
    }
}

/* RFC3261:15 A BYE needs a dialog, and the callee's a confirmed one. */
TEST(rfc3261_15_no_bye_without_an_early_dialog_nor_by_the_callee)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_EQ(ua_do(rig, ALICE, SS_CMD_BYE, 1), SS_ERR_STATE);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 100, "", ""));
    CHECK_EQ(ua_do(rig, ALICE, SS_CMD_BYE, 1), SS_ERR_STATE);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c", CONTACT));
    CHECK_EQ(ua_do(rig, ALICE, SS_CMD_BYE, 1), SS_ERR_STATE); /* HANGUP ends what is confirmed */
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 0);
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    CHECK_EQ(ua_do(rig, BOB, SS_CMD_BYE, 1), SS_ERR_STATE);
    CHECK_EQ(ua_sent_count(rig, BOB, "BYE"), 0);
}

/* RFC5407:3.2 What comes in a dialog whose BYE is out gets 481, a BYE 200. */
TEST(rfc5407_3_2_requests_of_a_dialog_that_is_ending_get_481)
{
    static const char *const methods[] = { "INVITE", "UPDATE",    "INFO",   "MESSAGE",
                                           "REFER",  "SUBSCRIBE", "OPTIONS" };
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    for (size_t i = 0; i < SS_COUNT(methods); i++) {
        char answer[32];
        /* SUBSCRIBE names no event that Alice serves, which is looked at before: RFC6665:8.3.2 */
        const char *status = i == 5 ? "489" : "481";
        snprintf(answer, sizeof answer, "%s %s", status, methods[i]);
        CHECK_OK(ua_carol_requests(rig, invite, "c", methods[i], 10 + (unsigned)i));
        CHECK_EQ(ua_sent_count(rig, ALICE, answer), 1);
    }
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REFERRED), 0);
    CHECK_OK(ua_carol_requests(rig, invite, "c", "BYE", 20));
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 BYE"), 1);
}

/* RFC5407:3.3.3 RFC5057:4.1 Bob's subscription keeps the dialog of the call that he ended: a REFER in it is served. */
TEST(rfc5407_3_3_3_a_dialog_that_has_another_usage_goes_on)
{
    static const ss_slice packages[] = { SS_LIT_INIT("presence") };
    static const ss_ua_profile profile = { .package_count = 1, .packages = packages };
    ua_rig *rig = ua_start();
    rig->identities[BOB].profile = &profile;
    ua_set_up(rig);
    ss_command subscribe = {
        .kind = SS_CMD_SUBSCRIBE, .call = 1, .event = SS_LIT("presence"), .expires_s = 600
    };
    CHECK_OK(ua_command(rig, ALICE, &subscribe));
    ua_run(rig, SS_S(1));
    ss_command refer = { .kind = SS_CMD_REFER,
                         .call = 1,
                         .refer_to = SS_LIT("sip:carol@10.0.0.9") };
    CHECK_OK(ua_command(rig, ALICE, &refer));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    ua_run(rig, SS_S(2));
    CHECK_EQ(ua_sent_count(rig, BOB, "202 REFER"), 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 BYE"), 1);
}

/* RFC5407:E RFC3262:4 Each fork's early dialog has a PRACK of its own, and ends with the INVITE when another is answered. */
TEST(rfc5407_e_reliable_responses_of_forks_are_acknowledged_each_in_its_dialog)
{
    static const char *const tags[] = { "a", "b" };
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    for (unsigned i = 0; i < SS_COUNT(tags); i++) {
        CHECK_OK(
            ua_carol_answers(rig, invite, 180, tags[i], CONTACT "Require: 100rel\r\nRSeq: 7\r\n"));
        const ss_event *event = &ua_last_event(rig, ALICE, SS_EVENT_PROVISIONAL)->event;
        CHECK_EQ(event->asks, SS_ASKS_PRACK);
        ss_command prack = { .kind = SS_CMD_PRACK, .call = 1, .leg = event->leg };
        CHECK_OK(ua_command(rig, ALICE, &prack));
        CHECK_STR(ev_to_tag(ua_sent(rig, ALICE, "PRACK", i)), tags[i]);
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "PRACK", i), 200, tags[i], ""));
    }
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 2);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "a", CONTACT));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    ua_run(rig, SS_S(33)); /* 64*T1 after the 2xx */
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 0);
}

/* RFC5407:E figures 5 and 6: with and without a provisional response before */
TEST(rfc5407_e_a_second_fork_that_answers_is_acknowledged_and_released)
{
    for (int has_rung = 0; has_rung < 2; has_rung++) {
        ua_rig *rig = ua_start();
        ua_call(rig, ALICE, "sip:carol@10.0.0.9");
        const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
        CHECK_OK(ua_carol_answers(rig, invite, 180, "a", CONTACT));
        if (has_rung) {
            CHECK_OK(ua_carol_answers(rig, invite, 180, "b", CONTACT));
        }
        CHECK_OK(ua_carol_answers(rig, invite, 200, "a", CONTACT));
        CHECK_OK(ua_carol_answers(rig, invite, 200, "b", CONTACT));
        CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 2);
        CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 1);
        CHECK_STR(ev_to_tag(ua_sent(rig, ALICE, "BYE", 0)), "b");
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "b", ""));
        ua_run(rig, SS_S(33));
        CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 0); /* the first goes on */
    }
}
