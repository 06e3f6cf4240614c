/* RFC 5057: several usages of one dialog. Alice subscribes to Bob's presence inside their call. */
#include "events_rig.h"

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
