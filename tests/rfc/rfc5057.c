/* RFC 5057: several usages of one dialog. Alice subscribes to Bob's presence inside their call. */
#include "events_rig.h"

#include <stdio.h>

static const ss_slice packages[] = { SS_LIT_INIT("presence") };
static const ss_ua_profile profile = { .package_count = 1, .packages = packages };

static ua_rig *shared(void)
{
    ua_rig *rig = ua_start();
    rig->identities[BOB].profile = &profile;
    ua_set_up(rig);
    ss_command command = {
        .kind = SS_CMD_SUBSCRIBE, .call = 1, .event = SS_LIT("presence"), .expires_s = 600
    };
    CHECK_OK(ua_command(rig, ALICE, &command));
    ua_run(rig, SS_S(1));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_NOTIFIED), 1);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
    return rig;
}

/* RFC5057:4.1 a BYE ends the call's usage only */
TEST(rfc5057_4_1_a_bye_leaves_the_subscription_of_the_same_dialog)
{
    ua_rig *rig = shared();
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run(rig, SS_S(2));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_BYE), 1);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
    ss_command say = { .kind = SS_CMD_STATE, .event = SS_LIT("presence"), .status = 0 };
    CHECK_OK(ua_command(rig, BOB, &say));
    ua_run(rig, SS_S(3));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_NOTIFIED), 2);
    ss_command end = { .kind = SS_CMD_UNSUBSCRIBE, .subscription = 1 };
    CHECK_OK(ua_command(rig, ALICE, &end));
    ua_run(rig, SS_S(4));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 0); /* RFC5057:4.1 with its last usage */
    CHECK_EQ(rig->engines[BOB].core.dialogs, 0);
}

/* Who hung up, and who asks: Alice subscribed. */
static void refresh_after_bye(int who_hangs_up)
{
    ua_rig *rig = shared();
    CHECK_OK(ua_do(rig, who_hangs_up, SS_CMD_HANGUP, 1));
    ua_run(rig, SS_S(2));
    const ss_msg *first = ua_sent_msg(rig, ALICE, "SUBSCRIBE", 0);
    const uint32_t last_cseq =
        who_hangs_up == ALICE ? ua_sent_msg(rig, ALICE, "BYE", 0)->cseq.number : first->cseq.number;
    /* at nine tenths, by itself; and then because it is told to */
    ua_run(rig, SS_S(545));
    ss_command again = { .kind = SS_CMD_SUBSCRIBE, .subscription = 1, .expires_s = 300 };
    CHECK_OK(ua_command(rig, ALICE, &again));
    ua_run(rig, SS_S(546));
    CHECK_EQ(ua_sent_count(rig, ALICE, "SUBSCRIBE"), 3);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 SUBSCRIBE"), 3);
    for (unsigned i = 1; i < 3; i++) {
        const ss_msg *refresh = ua_sent_msg(rig, ALICE, "SUBSCRIBE", i);
        CHECK(ss_slice_eq(ss_msg_value(refresh, SS_HDR_TO, 0), ss_msg_value(first, SS_HDR_TO, 0)));
        CHECK(ss_slice_eq(ss_msg_value(refresh, SS_HDR_FROM, 0),
                          ss_msg_value(first, SS_HDR_FROM, 0)));
        CHECK(ss_slice_eq(ss_msg_call_id(refresh), ss_msg_call_id(first)));
        CHECK(ss_slice_eq(refresh->request_uri, first->request_uri));
        CHECK_EQ(refresh->cseq.number, last_cseq + i);
    }
    CHECK_EQ(ua_sent_count(rig, BOB, "NOTIFY"), 3); /* RFC6665:4.2.1.2 for each of them one */
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 0);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
    ss_command end = { .kind = SS_CMD_UNSUBSCRIBE, .subscription = 1 };
    CHECK_OK(ua_command(rig, ALICE, &end));
    ua_run_out(rig);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 1);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC5057:4.1 RFC6665:4.5.2 */
TEST(rfc5057_4_1_a_subscription_is_refreshed_after_the_bye_in_the_same_dialog)
{
    refresh_after_bye(ALICE);
    refresh_after_bye(BOB);
}

/* The dialog, its route set with it, is the INVITE's still. RFC3261:12.2.1.1 */
TEST(rfc5057_4_1_a_refresh_after_the_bye_goes_by_the_route_set_of_the_invite)
{
    static const char *const enders[] = { "Carol", "Alice" };
    for (size_t i = 0; i < SS_COUNT(enders); i++) {
        ua_rig *rig = ua_start();
        ua_call(rig, ALICE, "sip:carol@10.0.0.9");
        const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
        CHECK_OK(ua_carol_answers(rig, invite, 200, "c",
                                  "Record-Route: <sip:p2.example.com;lr>, <sip:10.0.0.9;lr>\r\n"
                                  "Contact: <sip:carol@10.0.0.99>\r\n"));
        ss_command subscribe = {
            .kind = SS_CMD_SUBSCRIBE, .call = 1, .event = SS_LIT("presence"), .expires_s = 600
        };
        CHECK_OK(ua_command(rig, ALICE, &subscribe));
        const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
        CHECK_OK(ua_carol_answers(rig, ask, 200, "c",
                                  "Expires: 600\r\nContact: <sip:carol@10.0.0.99>\r\n"));
        ev_carol_notifies(rig, ask, "c", 20,
                          "Event: presence\r\nSubscription-State: active;expires=600\r\n", "");
        if (i == 0) {
            CHECK_OK(ua_carol_requests(rig, invite, "c", "BYE", 21));
        } else {
            CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
            CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "c", ""));
        }
        ua_run(rig, SS_S(545));
        CHECK_EQ(ua_sent_count(rig, ALICE, "SUBSCRIBE") >= 2, 1);
        const ss_msg *refresh = ua_sent_msg(rig, ALICE, "SUBSCRIBE", 1);
        CHECK_SLICE(refresh->request_uri, "sip:carol@10.0.0.9"); /* by the NOTIFY */
        CHECK(ss_slice_eq(ss_msg_value(refresh, SS_HDR_ROUTE, 0),
                          ss_msg_value(ua_parse(ask), SS_HDR_ROUTE, 0)));
        CHECK(ev_has(ua_sent(rig, ALICE, "SUBSCRIBE", 1), "Route: <sip:10.0.0.9;lr>"));
        CHECK(ev_has(ua_sent(rig, ALICE, "SUBSCRIBE", 1), "<sip:p2.example.com;lr>\r\n"));
        CHECK_EQ(refresh->cseq.number, ua_parse(ask)->cseq.number + 1 + (i == 1 ? 1 : 0));
    }
}

/* RFC5057:4.1 */
TEST(rfc5057_4_1_a_subscription_that_ends_leaves_the_call)
{
    ua_rig *rig = shared();
    ss_command end = { .kind = SS_CMD_UNSUBSCRIBE, .subscription = 1 };
    CHECK_OK(ua_command(rig, ALICE, &end));
    ua_run(rig, SS_S(2));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 1);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* A REFER of Carol's; `message` INVITE or response says the dialog: To and From as she says them. */
static const char *refer(int to, const char *from_line, ss_slice to_line, const ss_msg *message)
{
    static char text[1024];
    const ss_slice call_id = ss_msg_call_id(message);
    snprintf(text, sizeof text,
             "REFER sip:%s SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKr\r\n"
             "From: %s\r\nTo: %.*s\r\nMax-Forwards: 70\r\n"
             "Call-ID: %.*s\r\nCSeq: 11 REFER\r\nContact: <sip:carol@10.0.0.9>\r\n"
             "Refer-To: <sip:dave@10.0.0.9>\r\nContent-Length: 0\r\n\r\n",
             to == ALICE ? "alice@10.0.0.1" : "bob@10.0.0.2", from_line, (int)to_line.len,
             to_line.at, (int)call_id.len, call_id.at);
    return text;
}

/* In the dialog that an answer of hers, with tag c, made of Alice's INVITE. */
static const char *refer_to_alice(const ua_message *invite)
{
    const ss_msg *msg = ua_parse(invite);
    return refer(ALICE, "<sip:carol@10.0.0.9>;tag=c", ss_msg_value(msg, SS_HDR_FROM, 0), msg);
}

/* In the dialog that Bob's response made of hers. */
static const char *refer_to_bob(const ua_message *response)
{
    const ss_msg *msg = ua_parse(response);
    return refer(BOB, "<sip:carol@example.com>;tag=carol", ss_msg_value(msg, SS_HDR_TO, 0), msg);
}

/* A redirection ends early dialogs, but one that a reference uses stays: the 2xx with the same tag confirms it. RFC3261:13.2.2.4 */
TEST(rfc5057_4_1_a_2xx_takes_back_the_early_dialog_that_a_subscription_kept)
{
    static const char contact[] = "Contact: <sip:carol@10.0.0.9>\r\n";
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", contact));
    CHECK_OK(ua_inject_text(rig, ALICE, refer_to_alice(invite)));
    CHECK_EQ(ua_sent_count(rig, ALICE, "202 REFER"), 1);
    CHECK_OK(ua_carol_answers(rig, invite, 302, "c", "Contact: <sip:other@10.0.0.9>\r\n"));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 1), 200, "c", contact));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_OK(ua_carol_requests(rig, invite, "c", "BYE", 12));
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 BYE"), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_BYE), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:15.1.2 the INVITE that waits is answered; who answers it afterwards is too late */
TEST(rfc5057_5_1_an_answer_that_ends_an_early_dialog_ends_the_call_that_rings)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", "Contact: <sip:carol@10.0.0.9>\r\n"));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    CHECK_OK(ua_inject_text(rig, BOB, refer_to_bob(ua_sent(rig, BOB, "180 INVITE", 0))));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, BOB, "NOTIFY", 0), 404, "", ""));
    CHECK_EQ(rig->engines[BOB].core.dialogs, 0);
    CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_ENDED), 1);
    CHECK_STATUS(ua_say(rig, BOB, SS_CMD_ANSWER, SS_LIT("v=0\r\n")), SS_ERR_STATE);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC5057:5.1 which answers to a NOTIFY end its usage, and which the call beside it as well */
TEST(rfc5057_5_1_some_answers_end_the_usage_and_some_the_dialog)
{
    static const struct {
        unsigned status;
        unsigned usages_left; /* of the call and the subscription */
    } rows[] = {
        { 404, 0 }, { 410, 0 }, { 416, 0 }, { 482, 0 }, { 483, 0 }, { 484, 0 }, { 485, 0 },
        { 502, 0 }, { 604, 0 }, { 405, 1 }, { 480, 1 }, { 481, 1 }, { 489, 1 }, { 501, 1 },
        { 400, 2 }, { 403, 2 }, { 486, 2 }, { 500, 2 }, { 503, 2 }, { 600, 2 }, { 603, 2 }
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        ua_rig *rig = shared();
        ua_drop_all(rig, BOB, "NOTIFY");
        ss_command say = { .kind = SS_CMD_STATE, .event = SS_LIT("presence"), .status = 0 };
        CHECK_OK(ua_command(rig, BOB, &say));
        ua_message notify = *ua_sent(rig, BOB, "NOTIFY", 1);
        CHECK_OK(ua_carol_answers(rig, &notify, rows[i].status, "", ""));
        const ss_ua *bob = &rig->engines[BOB].ua;
        CHECK_EQ(bob->calls + (bob->first_subscription != 0 ? 1u : 0u), rows[i].usages_left);
        CHECK_EQ(rig->engines[BOB].core.dialogs, rows[i].usages_left > 0 ? 1 : 0);
    }
}

/* RFC5057:5.3 no usage of this kind: 481, and the others do not mind */
TEST(rfc5057_5_3_a_request_of_a_usage_that_there_is_not_gets_481)
{
    ua_rig *rig = ua_start();
    rig->identities[BOB].profile = &profile;
    ss_command command = { .kind = SS_CMD_SUBSCRIBE,
                           .target = SS_LIT("sip:bob@10.0.0.2"),
                           .event = SS_LIT("presence"),
                           .expires_s = 600 };
    CHECK_OK(ua_command(rig, ALICE, &command));
    ua_run(rig, SS_S(1));
    const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
    static const char *const methods[] = { "BYE", "INVITE", "INFO" };
    static const char *const answers[] = { "481 BYE", "481 INVITE", "481 INFO" };
    for (unsigned i = 0; i < 3; i++) {
        CHECK_OK(ua_carol_requests(rig, ask, ev_to_tag(ua_sent(rig, BOB, "200 SUBSCRIBE", 0)),
                                   methods[i], 1000000 + i));
        CHECK_EQ(ua_sent_count(rig, ALICE, answers[i]), 1);
    }
    CHECK_OK(ua_carol_requests(rig, ask, ev_to_tag(ua_sent(rig, BOB, "200 SUBSCRIBE", 0)), "ACK",
                               1000010));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
}
