/* Bugs that other stacks shipped, of user agents, dialogs and digest: each as the order of events, or the message, that brought it
 * out. What such a bug would do here shows as a sanitizer's report, an assertion, or something left at the end. */
#include "events_rig.h"
#include "login_rig.h"

#include <stdio.h>
#include <string.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"
#define OFFER   SS_LIT("v=0\r\ns=offer\r\n")

static void nothing_is_left(ua_rig *rig)
{
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* ---- forks: a use after free when the dialog that owned the hash key ended first ---- */

static void tag_of(unsigned fork, char tag[16])
{
    snprintf(tag, 16, "f%u", fork);
}

/* All forks ring and answer; Alice talks to the first and releases the others, whose BYEs Carol answers in the order given. */
static void fork_into(unsigned forks, const unsigned *order)
{
    char tag[16];
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    for (unsigned i = 0; i < forks; i++) {
        tag_of(i, tag);
        CHECK_OK(ua_carol_answers(rig, invite, 180, tag, CONTACT));
    }
    for (unsigned i = 0; i < forks; i++) {
        tag_of(order[i], tag);
        CHECK_OK(ua_carol_answers(rig, invite, 200, tag, CONTACT));
    }
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), forks);
    CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), forks - 1);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    for (unsigned i = 0; i < forks; i++) {
        const ua_message *bye = ua_sent(rig, ALICE, "BYE", order[i]);
        CHECK_OK(ua_carol_answers(rig, bye, 200, "", ""));
    }
    nothing_is_left(rig);
}

static void permute(unsigned *order, unsigned from, unsigned count)
{
    if (from + 1 == count) {
        fork_into(count, order);
        return;
    }
    for (unsigned i = from; i < count; i++) {
        const unsigned kept = order[from];
        order[from] = order[i];
        order[i] = kept;
        permute(order, from + 1, count);
        order[i] = order[from];
        order[from] = kept;
    }
}

TEST(known_bug_of_forked_dialogs_any_of_them_ends_first)
{
    unsigned order[8];
    for (unsigned forks = 2; forks <= 4; forks++) {
        for (unsigned i = 0; i < forks; i++) {
            order[i] = i;
        }
        permute(order, 0, forks);
    }
    for (unsigned turn = 0; turn < 8; turn++) {
        for (unsigned i = 0; i < 8; i++) {
            order[i] = (i * 3 + turn) % 8;
        }
        fork_into(8, order);
    }
}

/* ---- CANCEL and what it meets ---- */

/* A CANCEL while a reliable response waits for its PRACK; the PRACK comes after the 487, or not at all. */
TEST(known_bug_of_cancelled_invites_a_reliable_response_is_under_way)
{
    for (unsigned has_prack = 0; has_prack < 2; has_prack++) {
        ua_rig *rig = ua_start();
        ua_call(rig, ALICE, "sip:bob@10.0.0.2");
        ua_run(rig, SS_MS(10));
        ss_command progress = {
            .kind = SS_CMD_PROGRESS, .call = 1, .status = 183, .reliable = true
        };
        CHECK_OK(ua_command(rig, BOB, &progress));
        ua_run(rig, SS_MS(20));
        CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
        if (has_prack == 1) {
            CHECK_OK(ua_say(rig, ALICE, SS_CMD_PRACK, SS_EMPTY));
        }
        ua_run(rig, SS_MS(100));
        CHECK_EQ(ua_sent_count(rig, BOB, "487 INVITE"), 1);
        nothing_is_left(rig);
    }
}

/* The application answers, rejects and rings what was cancelled already. */
TEST(known_bug_of_cancelled_invites_a_response_comes_after_the_cancel)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    ua_run(rig, SS_MS(20));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
    ua_run(rig, SS_MS(30));
    CHECK_STATUS(ua_do(rig, BOB, SS_CMD_ANSWER, 1), SS_ERR_STATE);
    CHECK_STATUS(ua_do_status(rig, BOB, SS_CMD_REJECT, 1, 486), SS_ERR_STATE);
    CHECK_STATUS(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 183), SS_ERR_STATE);
    CHECK_STATUS(ua_do(rig, BOB, SS_CMD_HANGUP, 1), SS_ERR_STATE);
    nothing_is_left(rig);
}

/* ---- ends that come twice ---- */

TEST(known_bug_of_calls_that_end_twice)
{
    ua_rig *rig = ua_start();
    ua_set_up(rig);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_STATUS(ua_do(rig, ALICE, SS_CMD_HANGUP, 1), SS_ERR_STATE);
    CHECK_OK(ua_do(rig, BOB, SS_CMD_HANGUP, 1)); /* both BYEs are under way */
    CHECK_STATUS(ua_do(rig, ALICE, SS_CMD_CANCEL, 1), SS_ERR_STATE);
    CHECK_OK(ua_lose_path(rig, ALICE, BOB));
    nothing_is_left(rig);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED) + ua_event_count(rig, ALICE, SS_EVENT_BYE),
             1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_ENDED) + ua_event_count(rig, BOB, SS_EVENT_BYE), 1);
}

/* ---- re-INVITEs where none is expected ---- */

/* Without a description, when our BYE is out. */
TEST(known_bug_of_sessions_a_reinvite_without_an_offer_after_our_bye)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ua_message *invite = ua_sent(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, invite, 200, "c", CONTACT));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_OK(ua_carol_requests(rig, invite, "c", "INVITE", 1));
    CHECK_EQ(ua_sent_count(rig, ALICE, "481 INVITE"), 1);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "c", ""));
    CHECK_OK(ua_carol_requests(rig, invite, "c", "INVITE", 2)); /* and when all is over */
    CHECK_EQ(ua_sent_count(rig, ALICE, "481 INVITE"), 2);
    nothing_is_left(rig);
}

/* Its own dialog in Replaces. */
TEST(known_bug_of_replaces_a_reinvite_that_replaces_its_own_dialog)
{
    char text[1024];
    ss_name_addr from;
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    const ss_msg *invite = ua_sent_msg(rig, ALICE, "INVITE", 0);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "c", CONTACT));
    CHECK_OK(ss_msg_from(invite, &from));
    const ss_slice tag = ss_name_addr_tag(&from), id = ss_msg_call_id(invite);
    const int length = snprintf(
        text, sizeof text,
        "INVITE sip:alice@10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKr\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\nTo: "
        "<sip:x@example.com>;tag=%.*s\r\n"
        "Call-ID: %.*s\r\nCSeq: 1 INVITE\r\n" CONTACT
        "Replaces: %.*s;to-tag=%.*s;from-tag=c\r\nContent-Length: 0\r\n\r\n",
        (int)tag.len, tag.at, (int)id.len, id.at, (int)id.len, id.at, (int)tag.len, tag.at);
    CHECK_OK(ua_inject(rig, ALICE, (ss_slice){ text, (size_t)length }));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_INCOMING), 0);
    CHECK_EQ(rig->engines[ALICE].core.dialogs, 1);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "c", ""));
    nothing_is_left(rig);
}

/* Copies of two 2xx are under way; each ACK stops those of its own INVITE, whatever the order. */
TEST(known_bug_of_acks_each_is_of_the_invite_with_its_number)
{
    for (unsigned first = 0; first < 2; first++) {
        ua_rig *rig = ua_start();
        ua_drop_all(rig, ALICE, "ACK");
        ua_call(rig, ALICE, "sip:bob@10.0.0.2");
        ua_run(rig, SS_MS(10));
        CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
        ua_run(rig, SS_MS(20));
        CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
        ua_run(rig, SS_MS(30));
        CHECK_OK(ua_say(rig, BOB, SS_CMD_ANSWER, OFFER));
        ua_run(rig, SS_MS(50));
        const ua_message *ack = ua_sent(rig, ALICE, "ACK", first);
        CHECK_OK(ua_inject(rig, BOB, ack->bytes));
        CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), first == 0);
        CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CHANGED), first == 1);
        CHECK_OK(ua_inject(rig, BOB, ua_sent(rig, ALICE, "ACK", 1 - first)->bytes));
        const unsigned copies = ua_sent_count(rig, BOB, "200 INVITE");
        ua_run(rig, SS_S(10));
        CHECK_EQ(ua_sent_count(rig, BOB, "200 INVITE"), copies);
    }
}

/* ---- events ---- */

TEST(known_bug_of_subscriptions_more_accept_values_than_any_array)
{
    static char lines[8192];
    static const ss_slice packages[] = { SS_LIT_INIT("presence") };
    static const ss_ua_profile watched = { .packages = packages, .package_count = 1 };
    ss_buffer b = ss_buffer_on(lines, sizeof lines - 1);
    ua_rig *rig = ua_start();
    rig->identities[BOB].profile = &watched;
    ss_put_text(&b, CONTACT "Event: presence\r\nExpires: 0\r\nAccept: a/b");
    for (unsigned i = 0; i < 70; i++) {
        ss_put_text(&b, ", application/x");
        ss_put_u64(&b, i);
    }
    ss_put_text(&b, ", application/pidf+xml\r\n");
    CHECK(!b.overflow);
    lines[b.len] = '\0';
    ev_carol_sends(rig, BOB, "SUBSCRIBE", "s", 1, lines, NULL, "");
    CHECK_EQ(ua_sent_count(rig, BOB, "200 SUBSCRIBE"), 1);
    nothing_is_left(rig); /* Expires 0: refresh and end are one */
}

/* A message waiting indication that nobody asked for, with a line longer than any array. */
TEST(known_bug_of_unsolicited_notifies_a_very_long_line)
{
    static char body[4096];
    ua_rig *rig = ua_start();
    memset(body, 'x', sizeof body - 1);
    memcpy(body, "Message-Account: sip:", 21);
    ev_carol_sends(rig, BOB, "NOTIFY", "n", 1,
                   CONTACT "Event: message-summary\r\nSubscription-State: active\r\n",
                   "application/simple-message-summary", body);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_NOTIFIED), 0);
    nothing_is_left(rig);
}

TEST(known_bug_of_registrations_many_service_routes)
{
    static char lines[16384];
    ss_buffer b = ss_buffer_on(lines, sizeof lines - 1);
    ua_rig *rig = ua_start();
    rig->identities[ALICE].registrar = SS_LIT("sip:10.0.0.9");
    for (unsigned i = 0; i < 70; i++) {
        ss_put_text(&b, i % 3 == 0 ? "Service-Route: <sip:a;lr>, <sip:b;lr>\r\n"
                                   : "Service-Route: <sip:c;lr>\r\n");
    }
    CHECK(!b.overflow);
    lines[b.len] = '\0';
    login_register(rig, 60);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 200, "r", lines));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTERED), 1);
}

/* ---- credentials ---- */

/* Every method that may come from outside is asked for them, and nothing happens before they are right. */
TEST(known_bug_of_servers_a_method_that_nobody_thought_of_needs_no_credentials)
{
    static const char *const methods[] = { "INVITE",  "MESSAGE", "SUBSCRIBE", "REFER",
                                           "OPTIONS", "PUBLISH", "INFO",      "NOTIFY" };
    static const char *const shown[] = {
        "",
        "Authorization: Digest username=\"carol\", realm=\"other\", nonce=\"n\", uri=\"u\", "
        "response=\"0\"\r\n",
        "Authorization: Basic Y2Fyb2w6cHc=\r\n",
        "Proxy-Authorization: Digest username=\"carol\", "
        "realm=\"example.com\", nonce=\"n\", uri=\"sip:bob@10.0.0.2\", response=\"0\"\r\n"
    };
    static const ss_slice packages[] = { SS_LIT_INIT("presence") };
    const ss_protection door = { .realm = SS_LIT("example.com"),
                                 .domain = SS_LIT("example.com"),
                                 .algorithms = { SS_ALGORITHM_MD5 },
                                 .algorithm_count = 1,
                                 .offers = SS_OFFERS_AUTH,
                                 .methods = UINT32_MAX,
                                 .nonce_lifetime = SS_S(300) };
    const ss_ua_profile guarded = { .protection = &door,
                                    .crypto = test_crypto(),
                                    .methods = SS_METHOD_BIT(PUBLISH),
                                    .packages = packages,
                                    .package_count = 1 };
    for (size_t m = 0; m < SS_COUNT(methods); m++) {
        for (size_t i = 0; i < SS_COUNT(shown); i++) {
            char lines[512], name[32];
            ua_rig *rig = ua_start();
            rig->identities[BOB].profile = &guarded;
            snprintf(lines, sizeof lines,
                     CONTACT "Event: presence\r\nRefer-To: <sip:d@10.0.0.9>\r\n%s", shown[i]);
            snprintf(name, sizeof name, "401 %s", methods[m]);
            ev_carol_sends(rig, BOB, methods[m], "x", 1, lines, NULL, "");
            CHECK_EQ(ua_sent_count(rig, BOB, name), 1);
            CHECK_EQ(rig->event_count, 0);
            CHECK_EQ(rig->query_count, 0);
            nothing_is_left(rig);
        }
    }
}
