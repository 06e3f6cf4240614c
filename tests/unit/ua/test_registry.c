/* The extension points: a made-up method, header field, option tag and event package are one row of a profile each, and what
 * follows from the rows is said and done everywhere. */
#include "ua_rig.h"

#include <stdio.h>
#include <string.h>

static const ss_extra_method made_up_methods[] = {
    { .name = SS_LIT_INIT("GREET"), .outside = true, .inside = true, .refreshes_target = true },
    { .name = SS_LIT_INIT("NUDGE"), .inside = true },
};
static const ss_extra_header made_up_headers[] = {
    { .name = SS_LIT_INIT("Mood"),
      .value = SS_LIT_INIT("sunny"),
      .methods = SS_METHOD_BIT(INVITE) | SS_METHOD_BIT(BYE) },
};
static const ss_slice made_up_options[] = { SS_LIT_INIT("glow") };
static const ss_slice made_up_packages[] = { SS_LIT_INIT("weather") };
static const ss_ua_profile made_up = {
    .extra_method_count = 2,
    .extra_header_count = 1,
    .option_count = 1,
    .package_count = 1,
    .extra_methods = made_up_methods,
    .extra_headers = made_up_headers,
    .options = made_up_options,
    .packages = made_up_packages,
};

static ua_rig *start(void)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].profile = &made_up;
    return rig;
}

/* Carol's request to alice outside dialogs. */
static void send(ua_rig *rig, const char *method, const char *more)
{
    static unsigned branch;
    char bytes[1024];
    snprintf(
        bytes, sizeof bytes,
        "%s sip:alice@10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKx%u\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\nTo: <sip:alice@example.com>\r\n"
        "Call-ID: x%u\r\nCSeq: 1 %s\r\n%sContent-Length: 0\r\n\r\n",
        method, branch, branch, method, more);
    branch++;
    CHECK_OK(ua_inject_text(rig, ALICE, bytes));
}

static const ss_msg *last_answer(const ua_rig *rig)
{
    CHECK(rig->message_count > 0);
    return ua_parse(&rig->messages[rig->message_count - 1]);
}

static bool says(const ss_msg *msg, ss_hdr id, const char *value)
{
    return ss_slice_eq(ss_msg_value(msg, id, 0), ss_slice_from(value));
}

TEST(a_made_up_method_is_answered_and_told_outside_a_dialog)
{
    ua_rig *rig = start();
    send(rig, "GREET", "");
    CHECK_EQ(last_answer(rig)->status, 200);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REQUEST), 1);
    CHECK(ua_event_of(rig, ALICE, SS_EVENT_REQUEST, 0)->has_msg);
    send(rig, "NUDGE", ""); /* which is for dialogs only */
    CHECK_EQ(last_answer(rig)->status, 481);
    send(rig, "WAVE", "");
    CHECK_EQ(last_answer(rig)->status, 501);
    CHECK(says(last_answer(rig), SS_HDR_ALLOW, UA_ALLOW ", GREET, NUDGE"));
    send(rig, "PUBLISH", "");
    CHECK_EQ(last_answer(rig)->status, 405);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REQUEST), 1);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(a_made_up_method_refreshes_the_target_of_its_dialog_when_its_row_says_so)
{
    static const char *const methods[] = { "NUDGE", "GREET" };
    static const char *const targets[] = { "sip:bob@10.0.0.2:5060", "sip:carol@10.0.0.9" };
    for (size_t i = 0; i < 2; i++) {
        ua_rig *rig = start();
        ua_set_up(rig);
        const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
        ss_name_addr to;
        CHECK_OK(ss_msg_to(ua_parse(ua_sent(rig, BOB, "200 INVITE", 0)), &to));
        char tag[32];
        snprintf(tag, sizeof tag, "%.*s", (int)ss_name_addr_tag(&to).len, ss_name_addr_tag(&to).at);
        CHECK_OK(ua_carol_requests(rig, invite, tag, methods[i], 5));
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REQUEST), 1);
        CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REQUEST, 0)->event.call, 1);
        CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
        const ss_msg *bye = ua_parse(ua_sent(rig, ALICE, "BYE", 0));
        CHECK(ss_slice_eq(bye->request_uri, ss_slice_from(targets[i])));
        ua_run_out(rig);
        CHECK(ua_is_empty(rig, ALICE));
    }
}

TEST(a_made_up_option_tag_is_supported_and_may_be_required)
{
    ua_rig *rig = start();
    send(rig, "OPTIONS", "Require: glow\r\n");
    CHECK_EQ(last_answer(rig)->status, 200);
    CHECK(says(last_answer(rig), SS_HDR_SUPPORTED, "replaces, 100rel, glow"));
    send(rig, "OPTIONS", "Require: hum, GLOW\r\nRequire: buzz\r\n");
    CHECK_EQ(last_answer(rig)->status, 420);
    CHECK(says(last_answer(rig), SS_HDR_UNSUPPORTED, "hum, buzz"));
}

/* RFC6665:4.1.3 RFC6665:4.2.1.1 RFC6665:8.2.2 RFC6665:8.3.2 RFC6665:8.4 */
TEST(a_made_up_event_package_is_allowed_and_the_rest_are_bad_events)
{
    ua_rig *rig = start();
    send(rig, "SUBSCRIBE", "Event: weather;id=3\r\nContact: <sip:carol@10.0.0.9>\r\n");
    CHECK_EQ(ua_sent_count(rig, ALICE, "200 SUBSCRIBE"), 1);
    CHECK(says(last_answer(rig), SS_HDR_EVENT, "weather;id=3")); /* the NOTIFY */
    send(rig, "SUBSCRIBE", "Event: Weather\r\nContact: <sip:carol@10.0.0.9>\r\n");
    CHECK_EQ(last_answer(rig)->status, 489);
    CHECK(says(last_answer(rig), SS_HDR_ALLOW_EVENTS, "weather, refer"));
    send(rig, "SUBSCRIBE", "Contact: <sip:carol@10.0.0.9>\r\n");
    CHECK_EQ(last_answer(rig)->status, 489);
    send(rig, "OPTIONS", "");
    CHECK(says(last_answer(rig), SS_HDR_ALLOW_EVENTS, "weather, refer"));
}

TEST(a_made_up_header_field_goes_into_the_requests_of_its_methods)
{
    ua_rig *rig = start();
    ua_set_up(rig);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    static const char *const with[] = { "INVITE", "BYE" };
    for (size_t i = 0; i < 2; i++) {
        CHECK_NOT_NULL(strstr(ua_sent(rig, ALICE, with[i], 0)->bytes.at, "\r\nMood: sunny\r\n"));
    }
    char ack[2048];
    const ss_slice bytes = ua_sent(rig, ALICE, "ACK", 0)->bytes;
    snprintf(ack, sizeof ack, "%.*s", (int)bytes.len, bytes.at);
    CHECK(strstr(ack, "Mood") == NULL);
    const ss_msg *invite = ua_parse(ua_sent(rig, ALICE, "INVITE", 0));
    CHECK(says(invite, SS_HDR_SUPPORTED, "replaces, 100rel, glow"));
    CHECK(says(invite, SS_HDR_ALLOW_EVENTS, "weather, refer"));
}

TEST(a_profile_with_nothing_in_it_is_no_profile)
{
    static const ss_ua_profile nothing = { .methods = 0 };
    ua_rig *rig = ua_start();
    rig->identities[ALICE].profile = &nothing;
    send(rig, "GREET", "");
    CHECK_EQ(last_answer(rig)->status, 501);
    CHECK(says(last_answer(rig), SS_HDR_ALLOW, UA_ALLOW));
    send(rig, "SUBSCRIBE", "Event: weather\r\nContact: <sip:carol@10.0.0.9>\r\n");
    CHECK_EQ(last_answer(rig)->status, 489);
    send(rig, "OPTIONS", "");
    CHECK(says(last_answer(rig), SS_HDR_ALLOW_EVENTS, "refer"));
    CHECK(says(last_answer(rig), SS_HDR_SUPPORTED, "replaces, 100rel"));
}
