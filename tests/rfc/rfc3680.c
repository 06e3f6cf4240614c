/* RFC 3680 in shape: a registrar notifies of registrations. Alice watches what is bound to Bob's address-of-record. */
#include <stdio.h>
#include <string.h>

#include "proxy_rig.h"

#define HERE "<sip:bob@10.0.0.3>"

static bool has(const px_sent *sent, const char *piece)
{
    static char text[8192];
    CHECK(sent->bytes.len < sizeof text);
    memcpy(text, sent->bytes.at, sent->bytes.len);
    text[sent->bytes.len] = '\0';
    return strstr(text, piece) != NULL;
}

static px_sent *watch(proxy_rig *rig, const char *lines)
{
    char all[256];
    snprintf(all, sizeof all, "Event: reg\nContact: <sip:alice@10.0.0.2>\n%s", lines);
    px_send(rig, ALICE, px_request(rig, "SUBSCRIBE sip:bob@example.com", "w", all));
    px_sent *ok = px_expect(rig, ALICE, "SIP/2.0 200 OK");
    CHECK(has(ok, "\r\nContact: <sip:10.0.0.1:5060>\r\n"));
    return ok;
}

/* The next NOTIFY, which is answered. */
static px_sent *notified(proxy_rig *rig)
{
    px_sent *notify = px_expect(rig, ALICE, "NOTIFY sip:alice@10.0.0.2 SIP/2.0");
    CHECK(has(notify, "\r\nEvent: reg\r\n"));
    px_send(rig, ALICE, px_reply(rig, notify, 200, ""));
    return notify;
}

static void registers(proxy_rig *rig, unsigned cseq, unsigned expires)
{
    px_send(
        rig, BOB,
        px_printf(rig,
                  "REGISTER sip:example.com SIP/2.0\nVia: SIP/2.0/UDP " BOB
                  ":5060;branch=z9hG4bKr%u\nMax-Forwards: 70\nFrom: <sip:bob@example.com>;tag=b\n"
                  "To: <sip:bob@example.com>\nCall-ID: r\nCSeq: %u REGISTER\nContact: " HERE
                  "\nExpires: %u\nContent-Length: 0\n\n",
                  cseq, cseq, expires));
    px_expect(rig, BOB, "SIP/2.0 200 OK");
}

/* RFC3680:4.1 RFC3680:4.7 RFC3680:5 */
TEST(rfc3680_4_7_the_registrar_tells_what_is_bound_and_each_change)
{
    proxy_rig *rig = px_start();
    watch(rig, "Expires: 600\n");
    px_sent *notify = notified(rig);
    CHECK(has(notify, "\r\nContent-Type: application/reginfo+xml\r\n"));
    CHECK(has(notify, "<registration aor=\"sip:bob@example.com\" id=\"r\" state=\"terminated\">"));
    registers(rig, 1, 300);
    notify = notified(rig);
    CHECK(has(notify, "version=\"1\" state=\"full\""));
    CHECK(has(notify,
              "state=\"active\" event=\"registered\" expires=\"300\"><uri>sip:bob@10.0.0.3</uri>"));
    registers(rig, 2, 0);
    CHECK(has(notified(rig), "state=\"terminated\">\r\n</registration>"));
    px_run_to(rig, SS_S(600));
    CHECK(has(notified(rig), "Subscription-State: terminated;reason=timeout"));
    px_stop(rig); /* nothing is left of it */
}

/* RFC3680:4.1 a fetch, and another package goes on to whom it is for */
TEST(rfc3680_4_1_only_reg_of_a_domain_of_ours_stays_here)
{
    proxy_rig *rig = px_start();
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    watch(rig, "Expires: 0\n");
    px_sent *notify = notified(rig);
    CHECK(has(notify, "terminated;reason=timeout") && has(notify, "<uri>sip:bob@10.0.0.3</uri>"));
    px_send(rig, ALICE,
            px_request(rig, "SUBSCRIBE sip:bob@example.com", "p",
                       "Event: presence\nContact: <sip:alice@10.0.0.2>\n"));
    px_expect(rig, BOB, "SUBSCRIBE sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, ALICE,
            px_request(rig, "SUBSCRIBE sip:x@10.0.0.4", "q",
                       "Event: reg\nContact: <sip:alice@10.0.0.2>\n"));
    px_expect(rig, CAROL, "SUBSCRIBE sip:x@10.0.0.4 SIP/2.0");
    px_run_to(rig, SS_S(100));
    px_free(rig);
}

/* The host answers late: the NOTIFY waits, and a change meanwhile is told after it. */
TEST(rfc3680_4_7_a_notify_waits_for_what_it_is_about)
{
    proxy_rig *rig = px_start();
    rig->hold_queries = true;
    watch(rig, "Expires: 600\n");
    px_expect_nothing(rig);
    const ss_answer nothing = { .token = rig->held.token, .status = SS_NONE };
    CHECK_EQ(rig->held.kind, SS_QUERY_LOCATE);
    rig->hold_queries = false;
    registers(rig, 1, 300);
    px_answer(rig, &nothing);
    CHECK(has(notified(rig), "state=\"terminated\">\r\n</registration>"));
    CHECK(has(notified(rig), "<uri>sip:bob@10.0.0.3</uri>"));
    px_run_to(rig, SS_S(600));
    notified(rig);
    px_stop(rig);
}

/* A crash forgets who watched. */
TEST(rfc3680_4_7_a_registrar_that_crashes_forgets_its_watchers)
{
    proxy_rig *rig = px_start();
    watch(rig, "");
    ss_engine_reset(&rig->engine);
    CHECK_EQ(rig->engine.core.bytes, 0);
    px_free(rig);
}

/* RFC6665:4.2.1.3 what needs credentials elsewhere is not told here without them */
TEST(rfc3680_4_7_a_registrar_that_wants_credentials_keeps_its_registrations_to_itself)
{
    static const ss_protection protection = { .domain = SS_LIT_INIT("example.com"),
                                              .realm = SS_LIT_INIT("example.com") };
    proxy_rig *rig = px_new();
    rig->config.protections = &protection;
    rig->config.protection_count = 1;
    px_go(rig);
    CHECK(!ss_proxy_registers(&rig->engine.proxy, SS_LIT("sip:bob@example.com")));
    px_free(rig);
}
