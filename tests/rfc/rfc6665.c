/* RFC 6665: event notification. Alice subscribes; Bob notifies of his presence; Carol is a notifier or a watcher made by hand. */
#include "events_rig.h"

#include <stdio.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

static const ss_slice packages[] = { SS_LIT_INIT("presence"), SS_LIT_INIT("dialog"),
                                     SS_LIT_INIT("weather") };
static const ss_ua_profile notifier = { .package_count = 3, .packages = packages };
static const ss_ua_profile careful = {
    .package_count = 3, .packages = packages, .watchers = SS_WATCHERS_PENDING, .min_expires_s = 60
};
static const ss_ua_profile closed = { .package_count = 3,
                                      .packages = packages,
                                      .watchers = SS_WATCHERS_REFUSED };
static const ss_ua_profile no_forks = { .package_count = 3,
                                        .packages = packages,
                                        .refuses_forks = true };

static ua_rig *start(void)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].profile = &notifier;
    rig->identities[BOB].profile = &notifier;
    return rig;
}

static uint32_t subscribe(ua_rig *rig, const char *target, const char *event, uint32_t expires_s)
{
    ss_command command = { .kind = SS_CMD_SUBSCRIBE,
                           .cookie = 5,
                           .target = ss_slice_from(target),
                           .event = ss_slice_from(event),
                           .expires_s = expires_s };
    CHECK_OK(ua_command(rig, ALICE, &command));
    return command.subscription;
}

static ss_status unsubscribe(ua_rig *rig, uint32_t subscription)
{
    ss_command command = { .kind = SS_CMD_UNSUBSCRIBE, .subscription = subscription };
    return ua_command(rig, ALICE, &command);
}

static ss_status decide(ua_rig *rig, uint32_t subscription, ss_sub_state state, const char *reason)
{
    ss_command command = { .kind = SS_CMD_NOTIFY,
                           .subscription = subscription,
                           .state = (uint8_t)state,
                           .reason = ss_slice_from(reason) };
    return ua_command(rig, BOB, &command);
}

static bool has(const ua_message *message, const char *piece)
{
    return ev_has(message, piece);
}

static void carol_notifies(ua_rig *rig, const ua_message *made_by, const char *tag, unsigned cseq,
                           const char *more)
{
    ev_carol_notifies(rig, made_by, tag, cseq, more, "");
}

#define PRESENCE "Event: presence\r\n"
#define ACTIVE   PRESENCE "Subscription-State: active;expires=600\r\n"

/* RFC6665:4.1.2.1 RFC6665:4.2.1.2 RFC6665:4.2.2 RFC6665:3.1.1 */
TEST(rfc6665_4_2_1_2_a_subscribe_is_answered_and_followed_by_a_notify_at_once)
{
    ua_rig *rig = start();
    CHECK_EQ(subscribe(rig, "sip:bob@10.0.0.2", "presence", 600), 1);
    const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
    CHECK(has(ask, "\r\nEvent: presence\r\n"));
    CHECK(has(ask, "\r\nExpires: 600\r\n"));
    CHECK(has(ask, "\r\nAccept: application/pidf+xml\r\n"));
    CHECK(has(ask, "\r\nContact: <sip:alice@10.0.0.1:5060>\r\n"));
    ua_run(rig, SS_MS(30));
    CHECK(has(ua_sent(rig, BOB, "200 SUBSCRIBE", 0), "\r\nExpires: 600\r\n"));
    const ua_message *notify = ua_sent(rig, BOB, "NOTIFY", 0);
    CHECK_EQ(notify->at, SS_MS(10));
    CHECK(has(notify, "\r\nSubscription-State: active;expires=600\r\n"));
    CHECK(has(notify, "\r\nContent-Type: application/pidf+xml\r\n"));
    CHECK(has(notify, "<basic>open</basic>"));
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_WATCHED), 1);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIBED), 1);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_NOTIFIED, 0)->event.cookie, 5);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
}

/* RFC6665:4.1.2.2 RFC6665:4.2.1.4 */
TEST(rfc6665_4_1_2_2_a_subscription_is_refreshed_at_nine_tenths)
{
    ua_rig *rig = start();
    subscribe(rig, "sip:bob@10.0.0.2", "presence", 600);
    ua_run(rig, SS_S(541));
    CHECK_EQ(ua_sent_count(rig, ALICE, "SUBSCRIBE"), 2);
    const ua_message *again = ua_sent(rig, ALICE, "SUBSCRIBE", 1);
    CHECK(again->at >= SS_S(540) && again->at < SS_MS(540100));
    CHECK_EQ(ua_sent_count(rig, BOB, "NOTIFY"), 2);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
    const ss_slice call_id = ss_msg_call_id(ua_parse(ua_sent(rig, ALICE, "SUBSCRIBE", 0)));
    CHECK(ss_slice_eq(ss_msg_call_id(ua_parse(again)), call_id));
}

/* At every quota: what was taken and cannot be told of now is tried again, and that there was no room is said once. RFC6665:4.2.1.2 */
TEST(rfc6665_4_2_1_2_a_notify_that_finds_no_room_waits_for_some_and_is_told_of_once)
{
    unsigned waits = 0;
    for (uint32_t quota = 256; quota < 3000; quota += 128) {
        ua_rig *rig = start();
        (void)subscribe(rig, "sip:bob@10.0.0.2", "presence", 600);
        rig->settings.bytes_max = quota;
        ua_run(rig, SS_S(3));
        if (ua_sent_count(rig, BOB, "200 SUBSCRIBE") > 0 &&
            ua_sent_count(rig, BOB, "NOTIFY") == 0) {
            CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_FULL), 1);
            rig->settings.bytes_max = 1 << 20;
            ua_run(rig, SS_S(4));
            CHECK_EQ(ua_sent_count(rig, BOB, "NOTIFY"), 1);
            waits++;
        }
    }
    CHECK(waits > 0);
}

/* RFC6665:4.1.2.3 RFC6665:4.4.1 */
TEST(rfc6665_4_1_2_3_expires_0_brings_a_last_notify_and_both_sides_are_empty)
{
    ua_rig *rig = start();
    const uint32_t sub = subscribe(rig, "sip:bob@10.0.0.2", "presence", 600);
    ua_run(rig, SS_S(1));
    CHECK_OK(unsubscribe(rig, sub));
    ua_run(rig, SS_S(2));
    CHECK(has(ua_sent(rig, ALICE, "SUBSCRIBE", 1), "\r\nExpires: 0\r\n"));
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 1), "Subscription-State: terminated;reason=timeout\r\n"));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_SUBSCRIPTION_ENDED), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
    CHECK_EQ(unsubscribe(rig, sub), SS_ERR_STATE);
}

/* RFC6665:4.4.3 */
TEST(rfc6665_4_4_3_a_fetch_is_one_notify_that_says_terminated)
{
    ua_rig *rig = start();
    subscribe(rig, "sip:bob@10.0.0.2", "presence", 0);
    ua_run(rig, SS_S(1));
    CHECK_EQ(ua_sent_count(rig, BOB, "NOTIFY"), 1);
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 0), "terminated;reason=timeout"));
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 0), "<basic>open</basic>"));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC6665:4.1.2.4 the NOTIFY makes the dialog, with the route set of its own. RFC6665:4.4.1 */
TEST(rfc6665_4_1_2_4_a_notify_before_the_2xx_makes_the_dialog)
{
    ua_rig *rig = start();
    const uint32_t sub = subscribe(rig, "sip:carol@10.0.0.9", "presence", 600);
    const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
    carol_notifies(rig, ask, "c", 7, "Record-Route: <sip:10.0.0.9:5070;lr>\r\n" ACTIVE);
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 NOTIFY"), 1);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_OK(ua_carol_answers(rig, ask, 200, "c", CONTACT "Expires: 600\r\n"));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_OK(unsubscribe(rig, sub));
    CHECK(has(ua_sent(rig, ALICE, "SUBSCRIBE", 1), "\r\nRoute: <sip:10.0.0.9:5070;lr>\r\n"));
    CHECK(has(ua_sent(rig, ALICE, "SUBSCRIBE", 1), "SUBSCRIBE sip:carol@10.0.0.9 SIP/2.0\r\n"));
    carol_notifies(rig, ask, "c", 8, PRESENCE "Subscription-State: terminated\r\n");
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC6665:4.1.2.4 64*T1 without a NOTIFY */
TEST(rfc6665_4_1_2_4_timer_n_ends_a_subscription_that_nobody_confirms)
{
    ua_rig *rig = start();
    subscribe(rig, "sip:carol@10.0.0.9", "presence", 600);
    const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
    CHECK_OK(ua_carol_answers(rig, ask, 200, "c", CONTACT "Expires: 600\r\n"));
    ua_run(rig, SS_MS(31999));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 0);
    ua_run(rig, SS_S(32));
    const ua_event *end = ua_event_of(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED, 0);
    CHECK_EQ(end->event.status, 408);
    CHECK(end->event.synthetic);
    carol_notifies(rig, ask, "c", 1, ACTIVE); /* too late */
    CHECK_EQ(ua_sent_count(rig, ALICE, "481 NOTIFY"), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC6665:4.1.2.2 also after a refresh */
TEST(rfc6665_4_1_2_2_timer_n_ends_a_refresh_that_brings_no_notify)
{
    ua_rig *rig = start();
    subscribe(rig, "sip:carol@10.0.0.9", "presence", 100);
    const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
    carol_notifies(rig, ask, "c", 1, PRESENCE "Subscription-State: active;expires=100\r\n");
    CHECK_OK(ua_carol_answers(rig, ask, 200, "c", CONTACT "Expires: 100\r\n"));
    ua_run(rig, SS_S(90));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "SUBSCRIBE", 1), 200, "c",
                              CONTACT "Expires: 100\r\n"));
    ua_run(rig, SS_MS(121999));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 0);
    ua_run(rig, SS_S(122));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC6665:4.1.3 one that says no time is for what was asked */
TEST(rfc6665_4_1_2_2_a_notify_behind_the_end_of_the_last_time_begins_another)
{
    ua_rig *rig = start();
    subscribe(rig, "sip:carol@10.0.0.9", "presence", 30);
    const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
    carol_notifies(rig, ask, "c", 1, PRESENCE "Subscription-State: active;expires=30\r\n");
    CHECK_OK(ua_carol_answers(rig, ask, 200, "c", CONTACT "Expires: 30\r\n"));
    ua_run(rig, SS_S(40)); /* the refresh is out since 27 s, and its answer is lost */
    carol_notifies(rig, ask, "c", 2, PRESENCE "Subscription-State: active\r\n");
    ua_run(rig, SS_S(66));
    const unsigned before = ua_sent_count(rig, ALICE, "SUBSCRIBE");
    ua_run(rig, SS_S(67));
    CHECK_EQ(ua_sent_count(rig, ALICE, "SUBSCRIBE"), before + 1);
}

/* RFC6665:4.1.2.2 which failures of a refresh end it; RFC5057:5.1 */
TEST(rfc6665_4_1_2_2_some_failures_of_a_refresh_end_it_and_after_others_it_lasts)
{
    static const struct {
        unsigned status;
        ss_time ends;
    } rows[] = { { 404, SS_S(90) },  { 405, SS_S(90) },  { 410, SS_S(90) },  { 416, SS_S(90) },
                 { 480, SS_S(90) },  { 481, SS_S(90) },  { 482, SS_S(90) },  { 485, SS_S(90) },
                 { 489, SS_S(90) },  { 501, SS_S(90) },  { 604, SS_S(90) },  { 403, SS_S(100) },
                 { 486, SS_S(100) }, { 500, SS_S(100) }, { 503, SS_S(100) }, { 603, SS_S(100) } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        ua_rig *rig = start();
        subscribe(rig, "sip:carol@10.0.0.9", "presence", 100);
        const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
        carol_notifies(rig, ask, "c", 1, PRESENCE "Subscription-State: active;expires=100\r\n");
        CHECK_OK(ua_carol_answers(rig, ask, 200, "c", CONTACT "Expires: 100\r\n"));
        ua_run(rig, SS_S(90));
        CHECK_OK(
            ua_carol_answers(rig, ua_sent(rig, ALICE, "SUBSCRIBE", 1), rows[i].status, "c", ""));
        ua_run_out(rig);
        CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED, 0)->at, rows[i].ends);
        CHECK(ua_is_empty(rig, ALICE));
    }
}

/* RFC6665:4.1.2.1 */
TEST(rfc6665_4_1_2_1_a_failure_makes_no_subscription_and_423_is_followed_once)
{
    ua_rig *rig = start();
    rig->identities[BOB].profile = &careful;
    subscribe(rig, "sip:bob@10.0.0.2", "presence", 5);
    ua_run(rig, SS_S(1));
    CHECK(has(ua_sent(rig, BOB, "423 SUBSCRIBE", 0), "\r\nMin-Expires: 60\r\n"));
    CHECK(has(ua_sent(rig, ALICE, "SUBSCRIBE", 1), "\r\nExpires: 60\r\n"));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 SUBSCRIBE"), 1);
    rig = start();
    subscribe(rig, "sip:carol@10.0.0.9", "presence", 5);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "SUBSCRIBE", i), 423, "c",
                                  i == 0 ? "Min-Expires: 60\r\n" : "Min-Expires: 90\r\n"));
    }
    CHECK_EQ(ua_sent_count(rig, ALICE, "SUBSCRIBE"), 2);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED, 0)->event.status, 423);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC6665:4.2.1.1 RFC6665:8.3.2 RFC6665:4.4.4 */
TEST(rfc6665_4_2_1_1_an_unknown_package_gets_489_with_allow_events)
{
    ua_rig *rig = start();
    rig->identities[BOB].profile = NULL;
    subscribe(rig, "sip:bob@10.0.0.2", "presence", 60);
    ua_run(rig, SS_S(1));
    CHECK(has(ua_sent(rig, BOB, "489 SUBSCRIBE", 0), "\r\nAllow-Events: refer\r\n"));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED, 0)->event.status, 489);
    ss_command unknown = { .kind = SS_CMD_SUBSCRIBE,
                           .target = SS_LIT("sip:bob@10.0.0.2"),
                           .event = SS_LIT("tides") };
    CHECK_EQ(ua_command(rig, ALICE, &unknown), SS_ERR_SEMANTIC);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

static void carol_subscribes(ua_rig *rig, const char *call_id, const char *more)
{
    ev_carol_sends(rig, BOB, "SUBSCRIBE", call_id, 1, more, NULL, "");
}

/* RFC6665:4.2.1.1 RFC6665:4.2.1.3 RFC6665:4.1.2.1 RFC6665:4.2.3 RFC6665:3.1.2 */
TEST(rfc6665_4_2_1_1_what_cannot_be_taken_is_refused)
{
    ua_rig *rig = start();
    carol_subscribes(rig, "a", CONTACT);
    CHECK_EQ(ua_sent_count(rig, BOB, "489 SUBSCRIBE"), 1); /* no Event at all */
    carol_subscribes(rig, "b", PRESENCE);
    CHECK_EQ(ua_sent_count(rig, BOB, "400 SUBSCRIBE"), 1); /* nowhere to notify */
    carol_subscribes(rig, "c", PRESENCE CONTACT "Accept: text/plain\r\n");
    CHECK_EQ(ua_sent_count(rig, BOB, "406 SUBSCRIBE"), 1);
    carol_subscribes(rig, "d", "Event: refer\r\n" CONTACT);
    CHECK_EQ(ua_sent_count(rig, BOB, "403 SUBSCRIBE"), 1); /* RFC3515:2.4.4 */
    rig->identities[BOB].profile = &closed;
    carol_subscribes(rig, "e", PRESENCE CONTACT);
    CHECK_EQ(ua_sent_count(rig, BOB, "403 SUBSCRIBE"), 2);
    CHECK_EQ(ua_sent_count(rig, BOB, "NOTIFY"), 0);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 0);
    rig->identities[BOB].profile = &careful;
    carol_subscribes(rig, "f", PRESENCE CONTACT "Expires: 59\r\n");
    CHECK_EQ(ua_sent_count(rig, BOB, "423 SUBSCRIBE"), 1);
    carol_subscribes(rig, "g", PRESENCE CONTACT "Expires: 0\r\n"); /* a fetch is never too short */
    CHECK_EQ(ua_sent_count(rig, BOB, "200 SUBSCRIBE"), 1);
    carol_subscribes(rig, "h", PRESENCE CONTACT);
    CHECK(has(ua_sent(rig, BOB, "200 SUBSCRIBE", 1), "\r\nExpires: 3600\r\n"));
}

/* RFC6665:4.6 A CANCEL is answered, and nothing else becomes of it. */
TEST(rfc6665_4_6_a_cancel_of_a_subscribe_or_notify_has_no_effect)
{
    static const char *const methods[] = { "SUBSCRIBE", "CANCEL" };
    ua_rig *rig = start();
    for (unsigned i = 0; i < 2; i++) { /* ev_carol_sends would make another branch */
        char text[512];
        snprintf(
            text, sizeof text,
            "%s sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKs\r\n"
            "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\n"
            "To: <sip:bob@example.com>\r\nCall-ID: s\r\nCSeq: 1 %s\r\n%sContent-Length: 0\r\n\r\n",
            methods[i], methods[i], i == 0 ? CONTACT PRESENCE "Expires: 600\r\n" : "");
        CHECK_OK(ua_inject_text(rig, BOB, text));
    }
    CHECK_EQ(ua_sent_count(rig, BOB, "200 SUBSCRIBE"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "200 CANCEL"), 1);
    CHECK_EQ(ua_sent_count(rig, BOB, "NOTIFY"), 1);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, BOB, "NOTIFY", 0), 200, "c", ""));
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_SUBSCRIPTION_ENDED), 0);
}

/* RFC6665:8.3.1 We never say it to a SUBSCRIBE, and take it for a 200. */
TEST(rfc6665_8_3_1_a_202_is_a_200)
{
    ua_rig *rig = start();
    CHECK_EQ(subscribe(rig, "sip:carol@10.0.0.9", "presence", 600), 1);
    const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
    CHECK_OK(ua_carol_answers(rig, ask, 202, "c", CONTACT "Expires: 600\r\n"));
    carol_notifies(rig, ask, "c", 1, ACTIVE);
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 NOTIFY"), 1);
    ua_run(rig, SS_S(540));
    CHECK_EQ(ua_sent_count(rig, ALICE, "SUBSCRIBE"), 2); /* it is refreshed as any */
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 0);
}

/* RFC6665:4.1.3 "expires" means nothing where there is nothing left. */
TEST(rfc6665_4_1_3_what_is_terminated_does_not_expire)
{
    ua_rig *rig = start();
    CHECK_EQ(subscribe(rig, "sip:carol@10.0.0.9", "presence", 600), 1);
    const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
    CHECK_OK(ua_carol_answers(rig, ask, 200, "c", CONTACT "Expires: 600\r\n"));
    carol_notifies(rig, ask, "c", 1,
                   PRESENCE "Subscription-State: terminated;expires=600;reason=noresource\r\n");
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 1);
    ua_run_out(rig);
    CHECK_EQ(ua_sent_count(rig, ALICE, "SUBSCRIBE"), 1);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC6665:4.2.2 figure 2; RFC6665:4.1.2 figure 1 */
TEST(rfc6665_4_2_2_pending_then_active_then_terminated_by_policy)
{
    ua_rig *rig = start();
    rig->identities[BOB].profile = &careful;
    subscribe(rig, "sip:bob@10.0.0.2", "presence", 600);
    ua_run(rig, SS_S(1));
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 0), "Subscription-State: pending;expires=600\r\n"));
    CHECK(!has(ua_sent(rig, BOB, "NOTIFY", 0), "<basic>")); /* nothing is told yet */
    const uint32_t watcher = ua_event_of(rig, BOB, SS_EVENT_WATCHED, 0)->event.subscription;
    CHECK_OK(decide(rig, watcher, SS_SUB_ACTIVE, ""));
    ua_run(rig, SS_S(2));
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 1), "Subscription-State: active;expires=599\r\n"));
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 1), "<basic>open</basic>"));
    CHECK_EQ(decide(rig, watcher, SS_SUB_PENDING, ""), SS_ERR_STATE);
    CHECK_OK(decide(rig, watcher, SS_SUB_TERMINATED, "rejected"));
    ua_run(rig, SS_S(3));
    CHECK(
        has(ua_sent(rig, BOB, "NOTIFY", 2), "Subscription-State: terminated;reason=rejected\r\n"));
    CHECK_EQ(decide(rig, watcher, SS_SUB_ACTIVE, ""), SS_ERR_STATE);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC6665:4.1.3 every reason and retry-after as they are said */
TEST(rfc6665_4_1_3_reason_and_retry_after_are_said)
{
    static const char *const reasons[] = { "deactivated", "probation",  "rejected", "timeout",
                                           "giveup",      "noresource", "invariant" };
    for (size_t i = 0; i < SS_COUNT(reasons); i++) {
        ua_rig *rig = start();
        char line[96];
        subscribe(rig, "sip:bob@10.0.0.2", "presence", 600);
        ua_run(rig, SS_S(1));
        ss_command end = { .kind = SS_CMD_NOTIFY,
                           .subscription = 1,
                           .state = SS_SUB_TERMINATED,
                           .reason = ss_slice_from(reasons[i]),
                           .retry_after_s = 30 };
        CHECK_OK(ua_command(rig, BOB, &end));
        ua_run(rig, SS_S(2));
        snprintf(line, sizeof line, "terminated;reason=%s;retry-after=30\r\n", reasons[i]);
        CHECK(has(ua_sent(rig, BOB, "NOTIFY", 1), line));
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 1);
    }
}

/* RFC6665:4.2.1.4 */
TEST(rfc6665_4_2_1_4_a_subscription_that_is_not_refreshed_ends_with_reason_timeout)
{
    ua_rig *rig = start();
    carol_subscribes(rig, "a", PRESENCE CONTACT "Expires: 100\r\n");
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, BOB, "NOTIFY", 0), 200, "", ""));
    ua_run(rig, SS_S(99));
    CHECK_EQ(ua_sent_count(rig, BOB, "NOTIFY"), 1);
    ua_run(rig, SS_S(100));
    const ua_message *last = ua_sent(rig, BOB, "NOTIFY", 1);
    CHECK_EQ(last->at, SS_S(100));
    CHECK(has(last, "terminated;reason=timeout"));
    CHECK_OK(ua_carol_answers(rig, last, 200, "", ""));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC6665:4.2.2 which failures of a NOTIFY end the subscription; RFC5057:5.1 */
TEST(rfc6665_4_2_2_a_notify_that_fails_ends_the_subscription)
{
    static const unsigned ends[] = {
        404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604
    };
    static const unsigned stays[] = { 400, 403, 406, 413, 486, 500, 503, 600, 603 };
    for (size_t i = 0; i < SS_COUNT(ends) + SS_COUNT(stays); i++) {
        const bool is_end = i < SS_COUNT(ends);
        ua_rig *rig = start();
        carol_subscribes(rig, "a", PRESENCE CONTACT "Expires: 100\r\n");
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, BOB, "NOTIFY", 0),
                                  is_end ? ends[i] : stays[i - SS_COUNT(ends)], "", ""));
        CHECK_EQ(rig->engines[BOB].core.dialogs, is_end ? 0 : 1);
        CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_SUBSCRIPTION_ENDED), is_end ? 1 : 0);
    }
}

/* RFC6665:4.2.2 Timer F; a watcher that crashed */
TEST(rfc6665_4_2_2_a_notify_that_nobody_answers_ends_the_subscription)
{
    ua_rig *rig = start();
    carol_subscribes(rig, "a", PRESENCE CONTACT "Expires: 100\r\n");
    ua_run_out(rig);
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_SUBSCRIPTION_ENDED, 0)->at, SS_S(32));
    CHECK_EQ(ua_event_of(rig, BOB, SS_EVENT_SUBSCRIPTION_ENDED, 0)->event.status, 408);
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC6665:4.1.3 RFC6665:8.2.3 RFC6665:3.2.1 */
TEST(rfc6665_4_1_3_a_notify_of_no_subscription_gets_481_and_one_without_state_400)
{
    ua_rig *rig = start();
    subscribe(rig, "sip:carol@10.0.0.9", "presence", 600);
    const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
    carol_notifies(rig, ask, "c", 1, "Event: dialog\r\nSubscription-State: active\r\n");
    CHECK_EQ(ua_sent_count(rig, ALICE, "481 NOTIFY"), 1);
    carol_notifies(rig, ask, "c", 2, "Event: presence;id=9\r\nSubscription-State: active\r\n");
    CHECK_EQ(ua_sent_count(rig, ALICE, "481 NOTIFY"), 2);
    carol_notifies(rig, ask, "c", 3, "Event: tides\r\nSubscription-State: active\r\n");
    CHECK_EQ(ua_sent_count(rig, ALICE, "489 NOTIFY"), 1);
    carol_notifies(rig, ask, "c", 4, PRESENCE);
    carol_notifies(rig, ask, "c", 5, PRESENCE "Subscription-State: happy\r\n");
    CHECK_EQ(ua_sent_count(rig, ALICE, "400 NOTIFY"), 2);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 0);
    carol_notifies(rig, ask, "c", 60, ACTIVE);
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 NOTIFY"), 1);
    carol_notifies(rig, ask, "c", 50, ACTIVE); /* RFC3261:12.2.2 */
    CHECK_EQ(ua_sent_count(rig, ALICE, "500 NOTIFY"), 1);
    carol_notifies(rig, ask, "c", 70, PRESENCE);
    CHECK_EQ(ua_sent_count(rig, ALICE, "400 NOTIFY"), 3);
}

/* RFC6665:4.1.2.3 an active NOTIFY that crosses Expires: 0 neither ends it nor stops Timer N */
TEST(rfc6665_4_1_2_3_a_notify_that_crosses_the_end_is_taken_and_timer_n_runs_on)
{
    ua_rig *rig = start();
    const uint32_t sub = subscribe(rig, "sip:carol@10.0.0.9", "presence", 600);
    const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
    carol_notifies(rig, ask, "c", 1, ACTIVE);
    CHECK_OK(ua_carol_answers(rig, ask, 200, "c", CONTACT "Expires: 600\r\n"));
    ua_run(rig, SS_S(10));
    CHECK_OK(unsubscribe(rig, sub));
    carol_notifies(rig, ask, "c", 2, ACTIVE);
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 NOTIFY"), 2);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "SUBSCRIBE", 1), 200, "c",
                              CONTACT "Expires: 0\r\n"));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 0);
    ua_run(rig, SS_S(42)); /* the last NOTIFY is lost for good */
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC6665:4.1.2.3 asked for before there is a dialog to say it in */
TEST(rfc6665_4_1_2_3_an_end_that_comes_too_soon_waits_for_the_dialog)
{
    ua_rig *rig = start();
    const uint32_t sub = subscribe(rig, "sip:bob@10.0.0.2", "presence", 600);
    CHECK_OK(unsubscribe(rig, sub));
    CHECK_EQ(ua_sent_count(rig, ALICE, "SUBSCRIBE"), 1);
    ua_run_out(rig);
    CHECK(has(ua_sent(rig, ALICE, "SUBSCRIBE", 1), "\r\nExpires: 0\r\n"));
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC6665:4.1.2.4 RFC6665:4.4.1 */
TEST(rfc6665_4_4_1_each_fork_is_a_subscription_of_its_own)
{
    ua_rig *rig = start();
    subscribe(rig, "sip:carol@10.0.0.9", "presence", 600);
    const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
    carol_notifies(rig, ask, "one", 1, ACTIVE);
    carol_notifies(rig, ask, "two", 1, ACTIVE);
    CHECK_OK(ua_carol_answers(rig, ask, 200, "one", CONTACT "Expires: 600\r\n"));
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 2);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_NOTIFIED, 1)->event.subscription, 2);
    carol_notifies(rig, ask, "one", 2, PRESENCE "Subscription-State: terminated\r\n");
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    carol_notifies(rig, ask, "two", 2, ACTIVE);
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 NOTIFY"), 4);
    ua_run(rig, SS_S(33)); /* a third comes after Timer N's time */
    carol_notifies(rig, ask, "three", 1, ACTIVE);
    CHECK_EQ(ua_sent_count(rig, ALICE, "481 NOTIFY"), 1);
    rig = start();
    rig->identities[ALICE].profile = &no_forks;
    subscribe(rig, "sip:carol@10.0.0.9", "presence", 600);
    ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
    carol_notifies(rig, ask, "one", 1, ACTIVE);
    carol_notifies(rig, ask, "two", 1, ACTIVE);
    CHECK_EQ(ua_sent_count(rig, ALICE, "481 NOTIFY"), 1);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
}

/* RFC6665:8.2.1 several subscriptions are told apart by id */
TEST(rfc6665_8_2_1_subscriptions_of_one_dialog_are_told_apart_by_id)
{
    ua_rig *rig = start();
    ua_set_up(rig);
    ss_command command = {
        .kind = SS_CMD_SUBSCRIBE, .call = 1, .event = SS_LIT("presence;id=a"), .expires_s = 600
    };
    CHECK_OK(ua_command(rig, ALICE, &command));
    ua_run(rig, SS_S(1));
    command.event = SS_LIT("presence;id=b");
    command.subscription = 0;
    CHECK_OK(ua_command(rig, ALICE, &command));
    ua_run(rig, SS_S(2));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 SUBSCRIBE"), 2);
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 NOTIFY"), 2);
    CHECK_EQ(rig->engines[BOB].core.dialogs, 1);
    CHECK_OK(unsubscribe(rig, 1));
    ua_run(rig, SS_S(3));
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 2), "\r\nEvent: presence;id=a\r\n"));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 1);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED, 0)->event.subscription, 1);
}

/* RFC6665:4.5.1 RFC6665:4.5.2 beside it the dialog of a call whose peer has no GRUU */
TEST(rfc6665_4_5_2_no_dialog_is_shared_whose_remote_target_is_a_gruu)
{
    static const struct {
        const char *contact, *uri; /* of the 200; of the SUBSCRIBE */
        bool is_shared;
    } rows[] = {
        { "Contact: <sip:carol@10.0.0.9;gr=urn:uuid:1>\r\n", "sip:carol@10.0.0.9;gr=urn:uuid:1",
          false },
        { "Contact: <sip:x7@10.0.0.9;gr>\r\n", "sip:x7@10.0.0.9;gr", false },
        { "Contact: <sip:carol@10.0.0.9;grr=1>\r\n", "sip:carol@10.0.0.9;grr=1", true },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        ua_rig *rig = start();
        ua_call(rig, ALICE, "sip:carol@10.0.0.9");
        const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
        CHECK_OK(ua_carol_answers(rig, invite, 200, "c", rows[i].contact));
        ss_command ask = {
            .kind = SS_CMD_SUBSCRIBE, .call = 1, .event = SS_LIT("presence"), .expires_s = 600
        };
        CHECK_OK(ua_command(rig, ALICE, &ask));
        const ss_msg *subscribed = ua_sent_msg(rig, ALICE, "SUBSCRIBE", 0);
        CHECK(ss_slice_eq(subscribed->request_uri, ss_slice_from(rows[i].uri)));
        CHECK_EQ(ss_slice_eq(ss_msg_call_id(subscribed), ss_msg_call_id(ua_parse(invite))),
                 rows[i].is_shared);
    }
}

/* RFC6665:4.2.2 one at a time, and the last one says what holds */
TEST(rfc6665_4_2_2_changes_while_a_notify_is_under_way_are_told_in_one_more)
{
    ua_rig *rig = start();
    subscribe(rig, "sip:bob@10.0.0.2", "presence", 600);
    ua_run(rig, SS_S(1));
    static const char *const notes[] = { "lunch", "still lunch", "at <work> & \"busy\"" };
    for (size_t i = 0; i < 3; i++) {
        ss_command say = { .kind = SS_CMD_STATE,
                           .event = SS_LIT("presence"),
                           .status = i == 2,
                           .body = ss_slice_from(notes[i]) };
        CHECK_OK(ua_command(rig, BOB, &say));
    }
    CHECK_EQ(ua_sent_count(rig, BOB, "NOTIFY"), 2);
    ua_run(rig, SS_S(2));
    CHECK_EQ(ua_sent_count(rig, BOB, "NOTIFY"), 3);
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 1), "<basic>closed</basic></status><note>lunch</note>"));
    CHECK(
        has(ua_sent(rig, BOB, "NOTIFY", 2), "<note>at &lt;work&gt; &amp; &quot;busy&quot;</note>"));
}

/* RFC6665:5.4.5 a document of the application's for a package of its own */
TEST(rfc6665_7_2_a_package_of_the_profile_notifies_what_the_application_says)
{
    ua_rig *rig = start();
    subscribe(rig, "sip:bob@10.0.0.2", "weather", 600);
    ua_run(rig, SS_S(1));
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 0), "\r\nContent-Length: 0\r\n"));
    ss_command say = { .kind = SS_CMD_NOTIFY,
                       .subscription = 1,
                       .body_type = SS_LIT("text/plain"),
                       .body = SS_LIT("rain") };
    CHECK_OK(ua_command(rig, BOB, &say));
    ua_run(rig, SS_S(2));
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 1),
              "Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nrain"));
    CHECK_OK(unsubscribe(rig, 1));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC4235:4.1 RFC4235:3.7.1 */
TEST(rfc4235_3_7_1_who_watches_the_dialogs_of_another_is_told_each_change)
{
    ua_rig *rig = start();
    subscribe(rig, "sip:bob@10.0.0.2", "dialog", 600);
    ua_run(rig, SS_S(1));
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 0), "state=\"full\" version=\"0\">\r\n</dialog-info>"));
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    ua_run(rig, SS_S(2));
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 2), "direction=\"recipient\"><state>early</state>"));
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 2), "call-id=\"carols\""));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    ua_run(rig, SS_S(3));
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 3), "<state>confirmed</state>"));
    CHECK(has(ua_sent(rig, BOB, "NOTIFY", 3), "version=\"3\""));
}

/* The notifier forgot everything: the refresh is answered 481 and that is the end. */
TEST(rfc6665_4_1_2_2_a_notifier_that_crashed_answers_the_refresh_with_481)
{
    ua_rig *rig = start();
    subscribe(rig, "sip:bob@10.0.0.2", "presence", 100);
    ua_run(rig, SS_S(10));
    ss_engine_reset(&rig->engines[BOB]);
    ua_run(rig, SS_S(95));
    CHECK_EQ(ua_sent_count(rig, BOB, "481 SUBSCRIBE"), 1);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED, 0)->event.status, 481);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* The run drains: both sides come to rest long before the subscription would. */
TEST(rfc6665_4_1_2_3_who_falls_quiet_ends_its_subscriptions)
{
    ua_rig *rig = start();
    subscribe(rig, "sip:bob@10.0.0.2", "presence", 36000);
    ua_run(rig, SS_S(10));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_QUIET, 0));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_QUIET, 0));
    ua_run(rig, SS_S(80));
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
    rig = start();
    carol_subscribes(rig, "a", PRESENCE CONTACT "Expires: 36000\r\n"); /* she says nothing more */
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, BOB, "NOTIFY", 0), 200, "", ""));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_QUIET, 0));
    ua_run_out(rig);
    CHECK(rig->now < SS_S(100));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3261:12.2.1.2 SUBSCRIBE and NOTIFY refresh the target, at both ends */
TEST(rfc6665_4_4_1_the_contact_of_an_answer_is_where_the_next_request_goes)
{
    ua_rig *rig = start();
    subscribe(rig, "sip:carol@10.0.0.9", "presence", 100);
    const ua_message *ask = ua_sent(rig, ALICE, "SUBSCRIBE", 0);
    carol_notifies(rig, ask, "c", 1, PRESENCE "Subscription-State: active;expires=100\r\n");
    CHECK_OK(ua_carol_answers(rig, ask, 200, "c", CONTACT "Expires: 100\r\n"));
    ua_run(rig, SS_S(90));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "SUBSCRIBE", 1), 200, "c",
                              "Contact: <sip:moved@10.0.0.9>\r\nExpires: 100\r\n"));
    CHECK_OK(unsubscribe(rig, 1));
    CHECK(has(ua_sent(rig, ALICE, "SUBSCRIBE", 2), "SUBSCRIBE sip:moved@10.0.0.9 SIP/2.0\r\n"));
}
