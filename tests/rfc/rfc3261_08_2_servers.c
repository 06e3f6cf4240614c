/* RFC 3261 8.2: what a server takes no notice of, what it cannot read, and how long it says that it took. */
#include "ua_rig.h"

#include "messages.h"
#include "txn_rig.h"

#include <stdio.h>
#include <string.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

/* An INVITE of Carol's with a body. */
static void invite_bob(ua_rig *rig, const char *branch, const char *lines)
{
    char text[1024];
    snprintf(
        text, sizeof text,
        "INVITE sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK%s\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\n"
        "To: <sip:bob@example.com>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\n" CONTACT
        "Content-Type: application/sdp\r\n%sContent-Length: 5\r\n\r\nv=0\r\n",
        branch, branch, lines);
    CHECK_OK(ua_inject_text(rig, BOB, text));
}

/* RFC3261:8.2.3 RFC3261:20.13 */
TEST(rfc3261_8_2_3_a_body_in_a_language_that_is_not_understood_gets_415_with_accept_language)
{
    static const char *const foreign[] = { "Content-Language: fr\r\n", "Content-Language: e\r\n",
                                           "Content-Language: english, de-en\r\n" };
    static const char *const ours[] = { "", "Content-Language: EN-gb\r\n",
                                        "Content-Language: fr, en\r\n",
                                        "Content-Disposition: x;handling=optional\r\n"
                                        "Content-Language: fr\r\n" };
    ua_rig *rig = ua_start();
    for (unsigned i = 0; i < SS_COUNT(foreign); i++) {
        char branch[8];
        snprintf(branch, sizeof branch, "f%u", i);
        invite_bob(rig, branch, foreign[i]);
        const ss_msg *refusal = ua_sent_msg(rig, BOB, "415 INVITE", i);
        CHECK_SLICE(ss_msg_value(refusal, SS_HDR_ACCEPT_LANGUAGE, 0), "en");
        CHECK_EQ(ss_msg_count(refusal, SS_HDR_ACCEPT), 0); /* it is not the type */
    }
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), 0);
    for (unsigned i = 0; i < SS_COUNT(ours); i++) {
        char branch[8];
        snprintf(branch, sizeof branch, "o%u", i);
        invite_bob(rig, branch, ours[i]);
        CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_INCOMING), i + 1);
    }
}

/* An ACK of Carol's for Bob's answer to her INVITE. */
static void acknowledge(ua_rig *rig, const char *answer, const char *branch)
{
    char text[1024];
    ss_name_addr to;
    CHECK_OK(ss_msg_to(ua_sent_msg(rig, BOB, answer, 0), &to));
    snprintf(
        text, sizeof text,
        "ACK sip:bob@10.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK%s\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=carol\r\nTo: %.*s\r\n"
        "Call-ID: carols\r\nCSeq: 10 ACK\r\nRequire: what-nobody-has\r\n"
        "Proxy-Require: nor-this\r\nContent-Length: 0\r\n\r\n",
        branch, (int)to.whole.len, to.whole.at);
    CHECK_OK(ua_inject_text(rig, BOB, text));
}

/* RFC3261:8.2.2.3 */
TEST(rfc3261_8_2_2_3_require_in_an_ack_is_ignored)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 486));
    acknowledge(rig, "486 INVITE", "i");
    ua_run(rig, SS_S(5)); /* Timer I */
    CHECK_EQ(ua_sent_count(rig, BOB, "486 INVITE"), 1);
    CHECK(ua_is_empty(rig, BOB));
    rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    acknowledge(rig, "200 INVITE", "a");
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 1);
    CHECK_EQ(rig->message_count, 1); /* nothing answers an ACK */
}

/* RFC3261:8.1.1.7 RFC3261:13.2.2.4 A refusal that left no state had an ACK with the branch of its INVITE; it comes when a copy of that
 * has made a call, whose To tag is the same (8.2.6.2). The 2xx still waits for its own. */
TEST(rfc3261_13_2_2_4_an_ack_with_the_branch_of_its_invite_is_not_of_a_2xx)
{
    ua_rig *rig = ua_start();
    CHECK_OK(ua_carol_invites(rig, BOB, "i", CONTACT));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    acknowledge(rig, "200 INVITE", "i");
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 0);
    ua_run(rig, SS_MS(500));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 2);
    acknowledge(rig, "200 INVITE", "a");
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 1);
    ua_run(rig, SS_S(20));
    CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), 2);
}

/* An INVITE that requires things of servers and of proxies. */
static ua_rig *require_things(void)
{
    static const ss_extra_header wants[] = {
        { SS_LIT_INIT("Require"), SS_LIT_INIT("one"), SS_METHOD_BIT(INVITE) },
        { SS_LIT_INIT("Proxy-Require"), SS_LIT_INIT("two"), SS_METHOD_BIT(INVITE) },
    };
    static const ss_ua_profile profile = { .extra_headers = wants, .extra_header_count = 2 };
    ua_rig *rig = ua_start();
    rig->identities[ALICE].profile = &profile;
    rig->identities[ALICE].outbound = SS_LIT("sip:10.0.0.9;lr");
    ua_call(rig, ALICE, "sip:carol@example.com");
    const ss_msg *invite = ua_sent_msg(rig, ALICE, "INVITE", 0);
    CHECK_SLICE(ss_msg_value(invite, SS_HDR_REQUIRE, 0), "one");
    CHECK_SLICE(ss_msg_value(invite, SS_HDR_PROXY_REQUIRE, 0), "two");
    return rig;
}

static void check_requires_nothing(const ss_msg *msg)
{
    CHECK_EQ(ss_msg_count(msg, SS_HDR_REQUIRE), 0);
    CHECK_EQ(ss_msg_count(msg, SS_HDR_PROXY_REQUIRE), 0);
}

/* RFC3261:8.2.2.3 RFC3261:9.1 */
TEST(rfc3261_8_2_2_3_a_cancel_and_the_ack_of_a_failure_require_nothing)
{
    ua_rig *rig = require_things();
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 180, "c", ""));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
    const ss_msg *cancel = ua_sent_msg(rig, ALICE, "CANCEL", 0);
    check_requires_nothing(cancel);
    CHECK_SLICE(ss_msg_value(cancel, SS_HDR_ROUTE, 0), "<sip:10.0.0.9;lr>");
    CHECK_EQ(ua_sent(rig, ALICE, "CANCEL", 0)->to, invite->to);
    CHECK_OK(ua_carol_answers(rig, invite, 487, "c", ""));
    check_requires_nothing(ua_sent_msg(rig, ALICE, "ACK", 0));
}

/* RFC3261:8.2.2.3 RFC3261:13.2.2.4 */
TEST(rfc3261_8_2_2_3_the_ack_of_a_2xx_requires_no_more_than_its_invite)
{
    ua_rig *rig = require_things();
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c", CONTACT));
    check_requires_nothing(ua_sent_msg(rig, ALICE, "ACK", 0));
}

static void check_timestamp(const char *method, const char *line, ss_time at, const char *said)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_ref txn = 0;
    ss_msg msg;
    ss_diag diag;
    char text[1024];
    snprintf(text, sizeof text,
             "%s sip:bob@biloxi.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKt\r\n"
             "From: <sip:alice@atlanta.com>;tag=1\r\nTo: <sip:bob@biloxi.com>\r\n"
             "Call-ID: t\r\nCSeq: 1 %s\r\n%sContent-Length: 0\r\n\r\n",
             method, method, line);
    CHECK_OK(ss_msg_parse(&msg, &rig->arena, ss_slice_from(text), &diag));
    CHECK_OK(ss_txn_serve(&rig->core, &rig->turn, &msg, &rig->path,
                          (ss_owner){ .kind = SS_OWNER_NONE }, &txn));
    CHECK_EQ(rig_next_send(rig), at);
    ss_msg trying;
    CHECK_OK(ss_msg_parse(&trying, &rig->arena, rig_sent(rig, 0), &diag));
    CHECK_EQ(trying.status, 100);
    CHECK_SLICE_EQ(ss_msg_value(&trying, SS_HDR_TIMESTAMP, 0), ss_slice_from(said));
}

/* RFC3261:8.2.6.1 RFC3261:20.38 The 100 that nobody asked for goes out 200 ms after its INVITE, and 3.5 s after another request. */
TEST(rfc3261_8_2_6_1_the_timestamp_of_a_late_100_says_how_late)
{
    check_timestamp("INVITE", "Timestamp: 54.321\r\n", SS_MS(200), "54.321 0.2");
    check_timestamp("OPTIONS", "Timestamp:  7 \r\n", SS_MS(3500), "7 3.5");
    check_timestamp("INVITE", "Timestamp: 7 0.1\r\n", SS_MS(200), "7 0.1"); /* not a request's */
    check_timestamp("INVITE", "", SS_MS(200), "");
}
