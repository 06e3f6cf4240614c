/* RFC 3261 8.3: a redirect server; and a registrar that is no proxy. */
#include "proxy_rig.h"

#define RECORD "sip:bob@example.com"

static proxy_rig *px_of_mode(ss_proxy_mode mode)
{
    proxy_rig *rig = px_new();
    rig->config.mode = mode;
    px_go(rig);
    px_bind(rig, RECORD, "sip:bob@" BOB);
    px_bind_q(rig, RECORD, "sip:bob@" CAROL ";transport=tcp", 250);
    return rig;
}

static px_sent *answered(proxy_rig *rig, const char *start, const char *lines, const char *status)
{
    px_send(rig, ALICE, px_request(rig, start, "a1", lines));
    px_sent *sent = px_expect(rig, ALICE, status);
    px_expect_nothing(rig);
    return sent;
}

static ss_slice ack_or_cancel(proxy_rig *rig, const char *method)
{
    return px_printf(rig,
                     "%s sip:bob@example.com SIP/2.0\n"
                     "Via: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKa1\nMax-Forwards: 70\n"
                     "From: <sip:alice@example.com>;tag=alice\nTo: <sip:bob@example.com>\n"
                     "Call-ID: call\nCSeq: 1 %s\nContent-Length: 0\n\n",
                     method, method);
}

/* RFC3261:8.3 RFC3261:21.3.3 */
TEST(rfc3261_8_3_the_bindings_are_the_answer)
{
    proxy_rig *rig = px_of_mode(SS_PROXY_REDIRECTS);
    px_sent *sent =
        answered(rig, "INVITE sip:bob@example.com", "", "SIP/2.0 302 Moved Temporarily");
    CHECK_SLICE(px_field(rig, sent, SS_HDR_CONTACT, 0),
                "<sip:bob@10.0.0.3>;expires=3600, "
                "<sip:bob@10.0.0.4;transport=tcp>;expires=3600;q=0.250");
    px_send(rig, ALICE, ack_or_cancel(rig, "ACK"));
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_8_3_what_is_not_understood_is_ignored)
{
    proxy_rig *rig = px_of_mode(SS_PROXY_REDIRECTS);
    answered(rig, "FETCH sip:bob@example.com", "Require: gold\nProxy-Require: silver\n",
             "SIP/2.0 302 Moved Temporarily");
    px_stop(rig);
}

TEST(rfc3261_8_3_a_request_is_not_redirected_to_its_own_request_uri)
{
    proxy_rig *rig = px_of_mode(SS_PROXY_REDIRECTS);
    px_bind(rig, "sip:ann@example.com", "sip:ann@example.com");
    answered(rig, "INVITE sip:ann@example.com", "", "SIP/2.0 404 Not Found");
    px_stop(rig);
}

TEST(rfc3261_8_3_who_is_unknown_is_404_who_is_nowhere_480_and_other_domains_are_not_its_own)
{
    proxy_rig *rig = px_of_mode(SS_PROXY_REDIRECTS);
    px_send(rig, ALICE, px_request(rig, "INVITE sip:nobody@example.com", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 404 Not Found");
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.net", "a2", ""));
    px_expect(rig, ALICE, "SIP/2.0 404 Not Found");
    px_send(rig, ALICE, px_request(rig, "INVITE tel:+4930", "a3", ""));
    px_expect(rig, ALICE, "SIP/2.0 416 Unsupported URI Scheme");
    px_run_to(rig, SS_S(4000));
    while (px_take(rig) != NULL) {
    }
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a4", ""));
    px_expect(rig, ALICE, "SIP/2.0 480 Temporarily Unavailable");
    px_stop(rig);
}

TEST(rfc3261_8_3_a_cancel_gets_200_and_one_of_nothing_481)
{
    proxy_rig *rig = px_of_mode(SS_PROXY_REDIRECTS);
    answered(rig, "INVITE sip:bob@example.com", "", "SIP/2.0 302 Moved Temporarily");
    px_send(rig, ALICE, ack_or_cancel(rig, "CANCEL"));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_run_to(rig, SS_S(100));
    while (px_take(rig) != NULL) {
    }
    px_send(rig, ALICE, ack_or_cancel(rig, "CANCEL"));
    px_expect(rig, ALICE, "SIP/2.0 481 Call/Transaction Does Not Exist");
    px_stop(rig);
}

TEST(rfc3261_8_3_an_invite_cancelled_while_the_location_is_asked_for_is_487)
{
    proxy_rig *rig = px_of_mode(SS_PROXY_REDIRECTS);
    rig->hold_queries = true;
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    px_expect_nothing(rig); /* no 100 at once: the answer is not far */
    px_send(rig, ALICE, ack_or_cancel(rig, "CANCEL"));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_expect(rig, ALICE, "SIP/2.0 487 Request Terminated");
    px_stop(rig);
}

/* RFC3261:10.3 RFC3261:8.2.1 RFC3261:21.4.6 */
TEST(rfc3261_10_3_a_registrar_that_is_no_proxy_takes_a_register_and_refuses_the_rest)
{
    proxy_rig *rig = px_of_mode(SS_PROXY_REGISTERS);
    px_send(rig, BOB,
            px_printf(rig,
                      "REGISTER sip:example.com SIP/2.0\n"
                      "Via: SIP/2.0/UDP " BOB ":5060;branch=z9hG4bKr1\nMax-Forwards: 70\n"
                      "From: <sip:bob@example.com>;tag=b\nTo: <sip:bob@example.com>\nCall-ID: r\n"
                      "CSeq: 1 REGISTER\nContact: <sip:bob@10.0.0.9>\nContent-Length: 0\n\n"));
    px_expect(rig, BOB, "SIP/2.0 200 OK");
    px_sent *sent =
        answered(rig, "INVITE sip:bob@example.com", "", "SIP/2.0 405 Method Not Allowed");
    CHECK_SLICE(px_field(rig, sent, SS_HDR_ALLOW, 0), "REGISTER, OPTIONS");
    px_run_to(
        rig,
        SS_S(40)); /* said once, without a transaction that would say it again: RFC3261:26.3.2.4 */
    px_expect_nothing(rig);
    px_send(rig, ALICE, px_request(rig, "OPTIONS sip:example.com", "a2", ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.net", "a3", ""));
    px_expect(rig, ALICE, "SIP/2.0 404 Not Found");
    px_stop(rig);
}
