/* RFC 3515: REFER. Alice refers Bob to Carol; Bob places the call and Alice is told what became of it. */
#include "events_rig.h"

#include <stdio.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

static uint32_t refer(ua_rig *rig, uint32_t call, const char *target, const char *to)
{
    ss_command command = { .kind = SS_CMD_REFER,
                           .call = call,
                           .target = ss_slice_from(target),
                           .refer_to = ss_slice_from(to) };
    CHECK_OK(ua_command(rig, ALICE, &command));
    return command.subscription;
}

/* Bob follows the nth REFER that he was told of. */
static uint32_t follow(ua_rig *rig, unsigned nth)
{
    ss_command command = { .kind = SS_CMD_CALL,
                           .subscription =
                               ua_event_of(rig, BOB, SS_EVENT_REFERRED, nth)->event.subscription,
                           .body_type = SS_LIT("application/sdp"),
                           .body = SS_LIT("v=0\r\n") };
    CHECK_OK(ua_command(rig, BOB, &command));
    return command.call;
}

/* RFC3515:2.4.1 RFC3515:2.4.4 RFC3515:2.4.5 RFC3515:2.4.7 RFC3892:2.1 RFC3892:2.2 */
TEST(rfc3515_2_4_4_a_blind_transfer_is_told_from_100_to_the_final_response)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    refer(rig, 1, "", "sip:carol@10.0.0.9");
    const ua_message *ask = ua_sent(rig, ALICE, "REFER", 0);
    CHECK(ev_has(ask, "\r\nRefer-To: <sip:carol@10.0.0.9>\r\n"));
    CHECK(ev_has(ask, "\r\nReferred-By: <sip:alice@example.com>\r\n"));
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_sent_count(rig, BOB, "202 REFER"), 1);
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_REFERRED, 0)->event.call, 1);
    const ua_message *first = ua_sent(rig, BOB, "NOTIFY", 0);
    CHECK(ev_has(first, "\r\nEvent: refer;id="));
    CHECK(ev_has(first, "\r\nSubscription-State: active;expires=300\r\n"));
    CHECK(ev_has(first, "\r\nContent-Type: message/sipfrag\r\n"));
    CHECK(ev_has(first, "\r\n\r\nSIP/2.0 100 Trying\r\n"));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1); /* the call's own */
    CHECK_EQ(follow(rig, 0), 2);
    const ua_message *invite = ua_sent(rig, BOB, "INVITE", 0);
    CHECK(ev_has(invite, "\r\nReferred-By: <sip:alice@example.com>\r\n"));
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", CONTACT));
    ua_run(rig, SS_MS(200));
    CHECK(ev_has(ua_sent(rig, BOB, "NOTIFY", 1), "\r\n\r\nSIP/2.0 180 Ringing\r\n"));
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    ua_run(rig, SS_MS(300));
    const ua_message *last = ua_sent(rig, BOB, "NOTIFY", 2);
    CHECK(ev_has(last, "\r\nSubscription-State: terminated;reason=noresource\r\n"));
    CHECK(ev_has(last, "\r\n\r\nSIP/2.0 200 OK\r\n"));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 1);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run(rig, SS_MS(400));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_BYE), 1);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1); /* with Carol */
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 2));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, BOB, "BYE", 0), 200, "", ""));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3515:2.4.5 */
TEST(rfc3515_2_4_5_a_reference_that_fails_is_told_with_its_status)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    refer(rig, 1, "", "sip:carol@10.0.0.9");
    ua_run(rig, SS_MS(100));
    follow(rig, 0);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, BOB, "INVITE", 0), 486, "c", ""));
    ua_run(rig, SS_MS(200));
    CHECK(ev_has(ua_sent(rig, BOB, "NOTIFY", 1), "\r\n\r\nSIP/2.0 486 Busy Here\r\n"));
    CHECK(ev_has(ua_sent(rig, BOB, "NOTIFY", 1), "terminated;reason=noresource"));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3515:2.4.4 the dialog of a REFER outside is made by the NOTIFY, as a SUBSCRIBE's. RFC3515:2.4.2 */
TEST(rfc3515_2_4_4_outside_a_dialog_the_first_notify_makes_one)
{
    ua_rig *rig = ua_start();
    refer(rig, 0, "sip:bob@10.0.0.2", "sip:carol@10.0.0.9");
    ua_run(rig, SS_MS(100));
    CHECK_EQ(ua_sent_count(rig, BOB, "202 REFER"), 1);
    CHECK(ev_has(ua_sent(rig, BOB, "NOTIFY", 0), "\r\nEvent: refer\r\n"));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    ss_command decline = { .kind = SS_CMD_NOTIFY,
                           .subscription = 1,
                           .status = 603,
                           .state = SS_SUB_TERMINATED,
                           .reason = SS_LIT("noresource") };
    CHECK_OK(ua_command(rig, BOB, &decline)); /* RFC3515:2.4.7 */
    ua_run(rig, SS_MS(200));
    CHECK(ev_has(ua_sent(rig, BOB, "NOTIFY", 1), "SIP/2.0 603 Decline"));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3515:2.4.4 */
TEST(rfc3515_2_4_4_a_notify_before_the_202_is_taken)
{
    ua_rig *rig = ua_start();
    refer(rig, 0, "sip:carol@10.0.0.9", "sip:bob@10.0.0.2");
    const ua_message *ask = ua_sent(rig, ALICE, "REFER", 0);
    ev_carol_notifies(rig, ask, "c", 1, "Event: refer\r\nSubscription-State: active;expires=60\r\n",
                      "SIP/2.0 100 Trying\r\n");
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 NOTIFY"), 1);
    CHECK_OK(ua_carol_answers(rig, ask, 202, "c", CONTACT));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIBED), 1);
    ua_run(rig, SS_S(61)); /* RFC3515:3.4 the last NOTIFY never comes */
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3515:2.4.2 */
TEST(rfc3515_2_4_2_what_cannot_be_followed_is_refused)
{
    static const struct {
        const char *lines;
        const char *name;
    } rows[] = {
        { CONTACT, "400 REFER" },
        { CONTACT "Refer-To: <sip:a@h>\r\nRefer-To: <sip:b@h>\r\n", "400 REFER" },
        { CONTACT "Refer-To: <http://example.com/>\r\n", "416 REFER" },
        { CONTACT "Refer-To: <sip:x@h;method=BYE>\r\n", "603 REFER" },
        { "Refer-To: <sip:x@h>\r\n", "400 REFER" },
    };
    for (unsigned i = 0; i < SS_COUNT(rows); i++) {
        ua_rig *rig = ua_start();
        ev_carol_sends(rig, BOB, "REFER", "r", i + 1, rows[i].lines, NULL, "");
        CHECK(ua_sent_count(rig, BOB, rows[i].name) == 1 || rig->message_count == 1);
        CHECK_EQ(ua_sent_count(rig, BOB, "NOTIFY"), 0);
        CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REFERRED), 0);
        ua_run_out(rig);
        CHECK(ua_is_empty(rig, BOB));
    }
}

/* RFC3515:2.4.6 */
TEST(rfc3515_2_4_6_two_references_of_one_dialog_are_told_apart_by_id)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    refer(rig, 1, "", "sip:carol@10.0.0.9");
    ua_run(rig, SS_MS(100));
    refer(rig, 1, "", "sip:dave@10.0.0.9");
    ua_run(rig, SS_MS(200));
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 NOTIFY"), 2);
    follow(rig, 1);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, BOB, "INVITE", 0), 404, "c", ""));
    ua_run(rig, SS_MS(300));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED, 0)->event.subscription, 2);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 1);
}

/* RFC3515:2.4.4 ending the subscription does not end the call that is made for it */
TEST(rfc3515_2_4_4_who_unsubscribes_does_not_stop_the_call)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    const uint32_t sub = refer(rig, 1, "", "sip:carol@10.0.0.9");
    ua_run(rig, SS_MS(100));
    follow(rig, 0);
    ss_command end = { .kind = SS_CMD_UNSUBSCRIBE, .subscription = sub };
    CHECK_OK(ua_command(rig, ALICE, &end));
    ua_run(rig, SS_MS(200));
    CHECK(ev_has(ua_sent(rig, ALICE, "SUBSCRIBE", 0), "\r\nEvent: refer;id="));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "CANCEL"), 0);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, BOB, "INVITE", 0), 200, "c", CONTACT));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_ANSWERED), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "NOTIFY"), 2);
}

/* RFC3261:19.1.5 what a Refer-To says beside Replaces is not put into the INVITE */
TEST(rfc3515_2_4_3_only_replaces_is_taken_from_the_headers_of_the_uri)
{
    static const char *const hostile[] = {
        "?Route=%3Csip%3Aevil.example%3E&From=%3Csip%3Ax%40y%3E",
        "?Subject=a%0D%0AVia%3A%20x&body=hello",
    };
    for (size_t i = 0; i < 2; i++) {
        char lines[256];
        ua_rig *rig = ua_start();
        snprintf(lines, sizeof lines, CONTACT "Refer-To: <sip:carol@10.0.0.9%s>\r\n", hostile[i]);
        ev_carol_sends(rig, BOB, "REFER", "h", 1, lines, NULL, "");
        follow(rig, 0);
        const ss_msg *invite = ua_parse(ua_sent(rig, BOB, "INVITE", 0));
        CHECK_SLICE(invite->request_uri, "sip:carol@10.0.0.9");
        CHECK_EQ(ss_msg_count(invite, SS_HDR_ROUTE), 0);
        CHECK_EQ(ss_msg_count(invite, SS_HDR_SUBJECT), 0);
    }
    ua_rig *rig = ua_start();
    ev_carol_sends(rig, BOB, "REFER", "h", 1,
                   CONTACT "Refer-To: <sip:carol@10.0.0.9?Replaces=a%0D%0AVia:x>\r\n", NULL, "");
    ss_command command = { .kind = SS_CMD_CALL, .subscription = 1 };
    CHECK_EQ(ua_command(rig, BOB, &command), SS_ERR_SYNTAX);
}

/* ---- policies ---- */

static ss_ua_profile profile;

static unsigned refer_outside(ss_refer_policy policy, const char *more)
{
    char lines[256];
    static const unsigned statuses[] = { 202, 429, 603 };
    ua_rig *rig = ua_start();
    profile = (ss_ua_profile){ .refers = (uint8_t)policy };
    rig->identities[BOB].profile = &profile;
    snprintf(lines, sizeof lines,
             "Contact: <sip:carol@10.0.0.9>\r\nRefer-To: <sip:dave@10.0.0.9>\r\n%s", more);
    ev_carol_sends(rig, BOB, "REFER", "r", 1, lines, NULL, "");
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        char name[16];
        snprintf(name, sizeof name, "%u REFER", statuses[i]);
        if (ua_sent_count(rig, BOB, name) == 1) {
            CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_REFERRED), statuses[i] == 202);
            return statuses[i];
        }
    }
    return 0;
}

/* RFC3892:5 429 asks who sends it. */
TEST(rfc3515_2_4_2_whom_it_follows_is_a_matter_of_policy)
{
    static const char by[] = "Referred-By: <sip:carol@example.com>\r\n";
    CHECK_EQ(refer_outside(SS_REFERS_ANYBODY, ""), 202);
    CHECK_EQ(refer_outside(SS_REFERS_NAMED, ""), 429);
    CHECK_EQ(refer_outside(SS_REFERS_NAMED, by), 202);
    CHECK_EQ(refer_outside(SS_REFERS_IN_CALL, by), 603);
    CHECK_EQ(refer_outside(SS_REFERS_NOBODY, by), 603);
}

TEST(rfc3515_2_4_2_within_a_call_its_peer_is_followed)
{
    ua_rig *rig = ua_start();
    profile = (ss_ua_profile){ .refers = SS_REFERS_IN_CALL };
    rig->identities[BOB].profile = &profile;
    ua_set_up(rig);
    ss_command refer = { .kind = SS_CMD_REFER, .call = 1, .refer_to = SS_LIT("sip:dave@10.0.0.9") };
    CHECK_OK(ua_command(rig, ALICE, &refer));
    ua_run(rig, rig->now + SS_MS(10));
    CHECK_EQ(ua_sent_count(rig, BOB, "202 REFER"), 1);
}
