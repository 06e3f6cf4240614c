/* RFC 3903: PUBLISH. Alice publishes at Bob, who is a compositor and tells the watchers; Carol is either by hand. */
#include "events_rig.h"

#include <stdio.h>
#include <string.h>

#include "stack/ua/published.h"

#define OPEN                                                         \
    "<presence><tuple id=\"x\"><status><basic>open</basic></status>" \
    "<note>A &amp; B</note></tuple></presence>"
#define CLOSED \
    "<p:presence xmlns:p=\"urn:x\"><p:status><p:basic> closed </p:basic></p:status></p:presence>"
#define PIDF  "application/pidf+xml"
#define EVENT "Event: presence\r\n"

static const ss_slice packages[] = { SS_LIT_INIT("presence") };
static const ss_ua_profile compositor = { .methods = SS_METHOD_BIT(PUBLISH),
                                          .package_count = 1,
                                          .packages = packages,
                                          .is_compositor = true,
                                          .min_expires_s = 60 };

static ua_rig *start(void)
{
    ua_rig *rig = ua_start();
    rig->identities[BOB].profile = &compositor;
    return rig;
}

static ss_status publish(ua_rig *rig, const char *target, unsigned is_open, uint32_t expires_s)
{
    ss_command command = { .kind = SS_CMD_PUBLISH,
                           .target = ss_slice_from(target),
                           .event = SS_LIT("presence"),
                           .status = is_open,
                           .body = SS_LIT("here & there"),
                           .expires_s = expires_s };
    return ua_command(rig, ALICE, &command);
}

/* Carol's PUBLISH to Bob; the status that he answered. */
static unsigned carol_publishes(ua_rig *rig, const char *more, const char *type, const char *body)
{
    static unsigned count;
    ev_carol_sends(rig, BOB, "PUBLISH", "p", ++count, more, type, body);
    return ua_parse(&rig->messages[rig->message_count - 1])->status;
}

static const char *etag_line(ua_rig *rig)
{
    static char line[64];
    const ss_slice etag =
        ss_msg_value(ua_parse(&rig->messages[rig->message_count - 1]), SS_HDR_SIP_ETAG, 0);
    snprintf(line, sizeof line, EVENT "SIP-If-Match: %.*s\r\n", (int)etag.len, etag.at);
    return line;
}

static unsigned published(const ua_rig *rig)
{
    unsigned count = 0;
    for (ss_ref at = rig->engines[BOB].ua.first_published; at != 0; count++) {
        at = ((const ss_published *)ss_store_at(&rig->pools.store, at))->next;
    }
    return count;
}

/* RFC3903:4.1 RFC3903:4.2 RFC3903:6 */
TEST(rfc3903_4_2_a_publication_is_made_refreshed_modified_and_removed)
{
    ua_rig *rig = start();
    CHECK_OK(publish(rig, "sip:alice@10.0.0.2", 1, 600));
    const ua_message *first = ua_sent(rig, ALICE, "PUBLISH", 0);
    CHECK(ev_has(first, "\r\nEvent: presence\r\n"));
    CHECK(ev_has(first, "<basic>open</basic></status><note>here &amp; there</note>"));
    CHECK(!ev_has(first, "SIP-If-Match"));
    CHECK_EQ(publish(rig, "sip:alice@10.0.0.2", 0, 600),
             SS_ERR_STATE); /* RFC3903:4 one at a time */
    ua_run(rig, SS_S(1));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_PUBLISHED, 0)->event.expires_s, 600);
    CHECK_EQ(published(rig), 1);
    ua_run(rig, SS_S(541)); /* RFC3903:4.3 */
    const ua_message *refresh = ua_sent(rig, ALICE, "PUBLISH", 1);
    CHECK(ev_has(refresh, "\r\nSIP-If-Match: ") && ev_has(refresh, "\r\nContent-Length: 0\r\n"));
    CHECK_OK(publish(rig, "sip:alice@10.0.0.2", 0, 600)); /* RFC3903:4.4 */
    ua_run(rig, SS_S(542));
    CHECK(ev_has(ua_sent(rig, ALICE, "PUBLISH", 2), "\r\nSIP-If-Match: "));
    CHECK(ev_has(ua_sent(rig, ALICE, "PUBLISH", 2), "<basic>closed</basic>"));
    CHECK_EQ(published(rig), 1);
    CHECK_OK(publish(rig, "", 0, 0)); /* RFC3903:4.5 */
    ua_run(rig, SS_S(543));
    CHECK(ev_has(ua_sent(rig, ALICE, "PUBLISH", 3), "\r\nExpires: 0\r\n"));
    CHECK_EQ(published(rig), 0);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_PUBLISHED), 4);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3903:6 steps 2 to 5 */
TEST(rfc3903_6_what_cannot_be_stored_is_refused)
{
    ua_rig *rig = start();
    CHECK_EQ(carol_publishes(rig, "", PIDF, OPEN), 489);
    CHECK_EQ(carol_publishes(rig, "Event: tides\r\n", PIDF, OPEN), 489);
    CHECK_EQ(carol_publishes(rig, EVENT "SIP-If-Match: 0123456789abcdef\r\n", PIDF, OPEN), 412);
    CHECK_EQ(carol_publishes(rig, EVENT "SIP-If-Match: 0000000000000000\r\n", PIDF, OPEN), 412);
    CHECK_EQ(carol_publishes(rig, EVENT "SIP-If-Match: x\r\n", NULL, ""), 412);
    CHECK_EQ(carol_publishes(rig, EVENT "Expires: 59\r\n", PIDF, OPEN), 423);
    CHECK(ev_has(&rig->messages[rig->message_count - 1], "\r\nMin-Expires: 60\r\n"));
    CHECK_EQ(carol_publishes(rig, EVENT, NULL, ""), 400); /* nothing to store, nothing to refresh */
    CHECK_EQ(carol_publishes(rig, EVENT, PIDF, "<presence/>"), 400);
    CHECK_EQ(carol_publishes(rig, EVENT, PIDF, "<basic>perhaps</basic>"), 400);
    CHECK_EQ(carol_publishes(rig, EVENT, PIDF, "<basic"), 400);
    CHECK_EQ(carol_publishes(rig, EVENT, "text/plain", OPEN), 415);
    CHECK_EQ(published(rig), 0);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3903:6 step 6: a new entity-tag each time, and the old one is dead */
TEST(rfc3903_6_each_answer_has_a_new_entity_tag)
{
    ua_rig *rig = start();
    char first[64];
    CHECK_EQ(carol_publishes(rig, EVENT, PIDF, CLOSED), 200);
    snprintf(first, sizeof first, "%s", etag_line(rig));
    CHECK_EQ(carol_publishes(rig, first, NULL, ""), 200);
    CHECK(strcmp(first, etag_line(rig)) != 0);
    CHECK_EQ(carol_publishes(rig, first, NULL, ""), 412);
    CHECK_EQ(carol_publishes(rig, EVENT, PIDF, OPEN), 200); /* another publication beside it */
    CHECK_EQ(published(rig), 2);
    CHECK(ev_has(&rig->messages[rig->message_count - 1], "\r\nExpires: 3600\r\n"));
    ua_run(rig, SS_S(3600));
    CHECK_EQ(published(rig), 0); /* neither was refreshed */
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3903:6 RFC6665:4.2.2: what is published reaches who watches */
TEST(rfc3903_6_a_publication_is_told_to_the_watchers_of_its_resource)
{
    ua_rig *rig = start();
    static const char *const who[] = { "alice", "dave" };
    for (unsigned i = 0; i < 2; i++) {
        char target[64];
        snprintf(target, sizeof target, "sip:%s@10.0.0.2:5060", who[i]);
        ss_command watch = { .kind = SS_CMD_SUBSCRIBE,
                             .target = ss_slice_from(target),
                             .event = SS_LIT("presence"),
                             .expires_s = 600 };
        CHECK_OK(ua_command(rig, ALICE, &watch));
    }
    ua_run(rig, SS_S(1));
    CHECK(!ev_has(ua_sent(rig, BOB, "NOTIFY", 0), "<tuple")); /* nothing is known */
    CHECK_OK(publish(rig, "sip:alice@10.0.0.2:5060", 1, 600));
    ua_run(rig, SS_S(2));
    CHECK_EQ(ua_sent_count(rig, BOB, "NOTIFY"), 3);
    CHECK(ev_has(ua_sent(rig, BOB, "NOTIFY", 2), "<note>here &amp; there</note>"));
    CHECK(ev_has(ua_sent(rig, BOB, "NOTIFY", 2), "entity=\"sip:alice@10.0.0.2:5060\""));
    CHECK_OK(publish(rig, "", 0, 0));
    ua_run(rig, SS_S(3));
    CHECK_EQ(ua_sent_count(rig, BOB, "NOTIFY"), 4);
    CHECK(!ev_has(ua_sent(rig, BOB, "NOTIFY", 3), "<tuple"));
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_QUIET, 0));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
}

/* RFC3903:4.1 RFC3903:4.2 RFC3903:4.3 */
TEST(rfc3903_4_3_what_a_publisher_makes_of_failures)
{
    ua_rig *rig = ua_start();
    CHECK_OK(publish(rig, "sip:carol@10.0.0.9", 1, 30));
    CHECK_OK(
        ua_carol_answers(rig, ua_sent(rig, ALICE, "PUBLISH", 0), 423, "c", "Min-Expires: 90\r\n"));
    const ua_message *again = ua_sent(rig, ALICE, "PUBLISH", 1);
    CHECK(ev_has(again, "\r\nExpires: 90\r\n") && ev_has(again, "<basic>open"));
    CHECK_OK(ua_carol_answers(rig, again, 200, "c", "SIP-ETag: one\r\nExpires: 50\r\n"));
    ua_run(rig, SS_S(45));
    const ua_message *refresh = ua_sent(rig, ALICE, "PUBLISH", 2);
    CHECK_EQ(refresh->at, SS_S(45));
    CHECK(ev_has(refresh, "\r\nSIP-If-Match: one\r\n"));
    CHECK_OK(ua_carol_answers(rig, refresh, 412, "c", ""));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_PUBLISH_FAILED, 0)->event.status, 412);
    CHECK_OK(publish(rig, "sip:carol@10.0.0.9", 1, 60)); /* anew, without the dead tag */
    CHECK(!ev_has(ua_sent(rig, ALICE, "PUBLISH", 3), "SIP-If-Match"));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "PUBLISH", 3), 200, "c", ""));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_PUBLISH_FAILED, 1)->event.status, 503); /* no tag */
    CHECK_OK(publish(rig, "sip:carol@10.0.0.9", 1, 60));
    ua_run_out(rig);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_PUBLISH_FAILED, 2)->event.status, 408);
    CHECK(ua_is_empty(rig, ALICE));
}
