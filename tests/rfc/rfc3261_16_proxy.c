/* RFC 3261 16.3 to 16.6: what a proxy does to a request, step by step. */
#include "proxy_rig.h"

#include <string.h>

static proxy_rig *px_with_bob(void)
{
    proxy_rig *rig = px_start();
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    return rig;
}

/* The answer to a request that is refused: it goes to Alice and nothing goes elsewhere. */
static px_sent *refused(proxy_rig *rig, ss_slice request, const char *start_line)
{
    px_send(rig, ALICE, request);
    px_sent *sent = px_expect(rig, ALICE, start_line);
    px_expect_nothing(rig);
    return sent;
}

static bool holds(const px_sent *sent, const char *text)
{
    const size_t len = strlen(text);
    for (size_t i = 0; i + len <= sent->bytes.len; i++) {
        if (memcmp(sent->bytes.at + i, text, len) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- RFC3261:16.2, RFC3261:8.2.6.1, RFC4320:4.1 -------------------------------------------------------------- */

TEST(rfc3261_16_2_an_invite_gets_100_at_once_and_other_requests_do_not)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    const px_sent *trying = px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    CHECK_EQ(trying->at, 0);
    CHECK_SLICE(px_field(rig, trying, SS_HDR_TO, 0), "<sip:bob@example.com>");
    px_sent *invite = px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    CHECK_EQ(invite->at, 0);
    px_send(rig, BOB, px_reply(rig, invite, 486, ""));
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a2", ""));
    px_sent *message = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_expect_nothing(rig);
    px_send(rig, BOB, px_reply(rig, message, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

TEST(rfc3261_16_2_copies_of_a_request_are_absorbed)
{
    proxy_rig *rig = px_with_bob();
    const ss_slice request = px_request(rig, "INVITE sip:bob@example.com", "a1", "");
    px_send(rig, ALICE, request);
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_sent *invite = px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, ALICE, request);
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_expect_nothing(rig);
    px_send(rig, BOB, px_reply(rig, invite, 180, ""));
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    px_send(rig, ALICE, request);
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    CHECK_EQ(rig->engine.proxy.contexts, 1);
    px_send(rig, BOB, px_reply(rig, invite, 486, ""));
    px_stop(rig);
}

TEST(rfc4320_4_1_a_slow_non_invite_gets_100_after_three_and_a_half_seconds)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_sent *message = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_run_to(rig, SS_MS(3499));
    px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_expect_nothing(rig);
    px_run_to(rig, SS_MS(3500));
    bool trying = false;
    for (const px_sent *sent; (sent = px_take(rig)) != NULL;) {
        trying = trying || holds(sent, "SIP/2.0 100 Trying");
    }
    CHECK(trying);
    px_send(rig, BOB, px_reply(rig, message, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

/* ---- RFC3261:16.3, RFC5393:4.2.2 ----------------------------------------------------------------------------- */

TEST(rfc3261_16_3_step_1_unknown_methods_and_malformed_other_fields_pass_untouched)
{
    proxy_rig *rig = px_with_bob();
    static const char odd[] =
        "X-Odd:   spaces , \"quoted\" ;x\nDate: not a date at all\ns:compact\nWarning: ???\n";
    px_send(rig, ALICE, px_request(rig, "FROBNICATE sip:bob@example.com", "a1", odd));
    px_sent *sent = px_expect(rig, BOB, "FROBNICATE sip:bob@10.0.0.3 SIP/2.0");
    CHECK(holds(sent, "X-Odd:   spaces , \"quoted\" ;x\r\nDate: not a date at "
                      "all\r\ns:compact\r\nWarning: ???\r\n"));
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

TEST(rfc3261_16_3_step_1_a_malformed_route_is_400)
{
    proxy_rig *rig = px_with_bob();
    refused(rig,
            px_request(rig, "MESSAGE sip:bob@example.com", "a1", "Route: <sip:p1.example.com;lr\n"),
            "SIP/2.0 400 Bad Request");
    px_stop(rig);
}

TEST(rfc3261_16_3_step_2_a_scheme_it_does_not_understand_is_416)
{
    proxy_rig *rig = px_with_bob();
    refused(rig, px_request(rig, "MESSAGE mailto:bob@example.com", "a1", ""),
            "SIP/2.0 416 Unsupported URI Scheme");
    refused(rig, px_request(rig, "MESSAGE sips:bob@example.com", "a2", ""),
            "SIP/2.0 416 Unsupported URI Scheme");
    px_stop(rig);
}

static ss_slice without_hops(proxy_rig *rig, const char *method)
{
    return px_printf(
        rig,
        "%s sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP " ALICE ";branch=z9hG4bK%s\n"
        "Max-Forwards: 0\nFrom: <sip:alice@example.com>;tag=a\nTo: <sip:bob@example.com>\n"
        "Call-ID: call\nCSeq: 1 %s\nContent-Length: 0\n\n",
        method, method, method);
}

TEST(rfc3261_16_3_step_3_max_forwards_0_is_483)
{
    proxy_rig *rig = px_with_bob();
    const px_sent *sent = refused(rig, without_hops(rig, "MESSAGE"), "SIP/2.0 483 Too Many Hops");
    CHECK(holds(sent, "To: <sip:bob@example.com>;tag="));
    refused(rig, without_hops(rig, "INVITE"), "SIP/2.0 483 Too Many Hops");
    px_stop(rig);
}

TEST(rfc3261_16_3_step_3_an_options_at_max_forwards_0_is_answered)
{
    proxy_rig *rig = px_with_bob();
    const px_sent *sent = refused(rig, without_hops(rig, "OPTIONS"), "SIP/2.0 200 OK");
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_SUPPORTED), 1);
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_ALLOW), 0);
    px_stop(rig);
}

TEST(rfc3261_16_3_step_3_an_ack_at_max_forwards_0_is_dropped)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE, without_hops(rig, "ACK"));
    px_expect_nothing(rig);
    px_stop(rig);
}

/* The request comes back as it went out, but for one more Via of a neighbour's. */
static ss_slice bounced(proxy_rig *rig, const px_sent *sent, const char *request_uri,
                        const char *branch)
{
    const size_t line = ss_slice_find(sent->bytes, '\n') + 1;
    const ss_slice rest = ss_slice_cut(sent->bytes, line, sent->bytes.len);
    const ss_slice head =
        px_printf(rig, "MESSAGE %s SIP/2.0\nVia: SIP/2.0/UDP " CAROL ";branch=z9hG4bK%s\n",
                  request_uri, branch);
    ss_buffer b = ss_buffer_on(rig->text_memory + rig->text_used, 4096);
    ss_put(&b, head);
    ss_put(&b, rest);
    rig->text_used += b.len;
    return ss_buffer_slice(&b);
}

TEST(rfc3261_16_3_step_4_a_loop_is_482_and_a_spiral_goes_on)
{
    proxy_rig *rig = px_with_bob();
    px_bind(rig, "sip:carol@example.com", "sip:carol@10.0.0.4");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:carol@example.com", "a1", ""));
    const px_sent *out = px_expect(rig, CAROL, "MESSAGE sip:carol@10.0.0.4 SIP/2.0");
    px_send(rig, CAROL, bounced(rig, out, "sip:bob@example.com", "c1"));
    px_sent *spiral = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, spiral, 200, ""));
    px_expect(rig, CAROL, "SIP/2.0 200 OK");
    px_send(rig, CAROL, bounced(rig, spiral, "sip:carol@example.com", "c2"));
    px_expect(rig, CAROL, "SIP/2.0 482 Loop Detected");
    px_stop(rig);
}

TEST(rfc3261_16_3_step_5_proxy_require_is_420_with_what_is_unsupported)
{
    proxy_rig *rig = px_with_bob();
    const px_sent *sent = refused(rig,
                                  px_request(rig, "MESSAGE sip:bob@example.com", "a1",
                                             "Proxy-Require: foo\nProxy-Require: bar, baz\n"),
                                  "SIP/2.0 420 Bad Extension");
    CHECK_SLICE(px_field(rig, sent, SS_HDR_UNSUPPORTED, 0), "foo, bar, baz");
    px_stop(rig);
}

/* RFC3261:8.2.7 RFC3261:26.3.2.4 its sender asks again if it is lost; its ACK goes no further */
TEST(rfc3261_16_3_a_refused_invite_is_answered_once_and_leaves_nothing)
{
    proxy_rig *rig = px_with_bob();
    const ss_slice invite = without_hops(rig, "INVITE");
    const px_sent *sent = refused(rig, invite, "SIP/2.0 483 Too Many Hops");
    px_check_empty(rig);
    px_run_to(rig, SS_MS(500));
    px_expect_nothing(rig);
    const px_sent *again = refused(rig, invite, "SIP/2.0 483 Too Many Hops");
    CHECK_SLICE_EQ(again->bytes, sent->bytes);
    const ss_slice to = px_field(rig, sent, SS_HDR_TO, 0);
    px_send(rig, ALICE,
            px_printf(rig,
                      "ACK sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP " ALICE
                      ";branch=z9hG4bKINVITE\n"
                      "Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=a\nTo: %.*s\n"
                      "Call-ID: call\nCSeq: 1 ACK\nContent-Length: 0\n\n",
                      (int)to.len, to.at));
    px_run_to(rig, SS_S(40));
    px_expect_nothing(rig);
    px_stop(rig);
}

/* ---- RFC3261:16.4 -------------------------------------------------------------------------------------------- */

static void goes_to_carol(const char *lines, const char *start_line)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:x@10.0.0.4", "a1", lines));
    px_sent *sent = px_expect(rig, CAROL, start_line);
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_ROUTE), 0);
    px_send(rig, CAROL, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

TEST(rfc3261_16_4_a_first_route_that_names_this_proxy_is_popped)
{
    goes_to_carol("Route: <sip:10.0.0.1:5060;lr>\n", "MESSAGE sip:x@10.0.0.4 SIP/2.0");
    goes_to_carol("Route: <sip:10.0.0.1;lr>\n", "MESSAGE sip:x@10.0.0.4 SIP/2.0");
    goes_to_carol("Route: \"P\" <sip:P1.example.com;lr>;x=y\n", "MESSAGE sip:x@10.0.0.4 SIP/2.0");
    goes_to_carol("Route: <sip:example.com;lr>\n", "MESSAGE sip:x@10.0.0.4 SIP/2.0");
}

TEST(rfc3261_16_4_only_the_first_route_is_popped)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE,
            px_request(rig, "MESSAGE sip:x@10.9.9.9", "a1",
                       "Route: <sip:10.0.0.1;lr>, <sip:10.0.0.4;lr>\nRoute: <sip:10.0.0.5;lr>\n"));
    px_sent *sent = px_expect(rig, CAROL, "MESSAGE sip:x@10.9.9.9 SIP/2.0");
    CHECK_SLICE(px_field(rig, sent, SS_HDR_ROUTE, 0), "<sip:10.0.0.4;lr>");
    CHECK_SLICE(px_field(rig, sent, SS_HDR_ROUTE, 1), "<sip:10.0.0.5;lr>");
    px_send(rig, CAROL, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

/* RFC3261:16.4 RFC3261:16.6 What step 4 put for both sides of a change of transport goes at once; what says the same twice does not, as
 * then somebody wants to come by here twice. */
TEST(rfc3261_16_4_both_values_of_a_double_record_route_are_popped)
{
    static const char both[] =
        "Route: <sip:10.0.0.1:5060;transport=tcp;lr>, <sip:10.0.0.1:5060;lr>\n";
    goes_to_carol(both, "MESSAGE sip:x@10.0.0.4 SIP/2.0");
    goes_to_carol("Route: <sip:10.0.0.1:5060;lr>\nRoute: <sip:10.0.0.1:5060;transport=tcp;lr>\n",
                  "MESSAGE sip:x@10.0.0.4 SIP/2.0");
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE,
            px_request(rig, "MESSAGE sip:10.0.0.1:5060;transport=tcp;lr", "a1",
                       "Route: <sip:10.0.0.1:5060;lr>, <sip:x@10.0.0.4>\n"));
    px_sent *sent = px_expect(rig, CAROL, "MESSAGE sip:x@10.0.0.4 SIP/2.0");
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_ROUTE), 0);
    px_send(rig, CAROL, px_reply(rig, sent, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, ALICE,
            px_request(rig, "MESSAGE sip:x@10.0.0.4", "a2",
                       "Route: <sip:10.0.0.1:5060;lr>, <sip:10.0.0.1:5060;lr>\n"));
    sent = px_expect(rig, "10.0.0.1", "MESSAGE sip:x@10.0.0.4 SIP/2.0");
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_ROUTE), 1);
    px_stop(rig);
}

TEST(rfc3261_16_4_a_route_to_another_port_of_this_host_is_not_ours)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE,
            px_request(rig, "MESSAGE sip:x@10.9.9.9", "a1", "Route: <sip:10.0.0.1:5070;lr>\n"));
    px_sent *sent = px_expect(rig, "10.0.0.1", "MESSAGE sip:x@10.9.9.9 SIP/2.0");
    CHECK_EQ(sent->to.port, 5070);
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_ROUTE), 1);
    px_stop(rig);
}

TEST(rfc3261_16_4_a_strict_router_upstream_is_undone)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE,
            px_request(rig, "MESSAGE sip:10.0.0.1:5060;lr", "a1",
                       "Route: <sip:10.0.0.4;lr>, <sip:x@10.9.9.9>\n"));
    px_sent *sent = px_expect(rig, CAROL, "MESSAGE sip:x@10.9.9.9 SIP/2.0");
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_ROUTE), 1);
    CHECK_SLICE(px_field(rig, sent, SS_HDR_ROUTE, 0), "<sip:10.0.0.4;lr>");
    px_send(rig, CAROL, px_reply(rig, sent, 200, ""));
    px_send(rig, ALICE,
            px_request(rig, "BYE sip:10.0.0.1:5060;lr", "a2", "Route: <sip:x@10.0.0.4>\n"));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    sent = px_expect(rig, CAROL, "BYE sip:x@10.0.0.4 SIP/2.0");
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_ROUTE), 0);
    px_send(rig, CAROL, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

TEST(rfc3261_16_4_a_maddr_that_is_ours_is_stripped_with_port_and_transport)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE,
            px_request(rig,
                       "MESSAGE sip:bob@example.com:5060;maddr=10.0.0.1;transport=udp;user=phone",
                       "a1", ""));
    CHECK_EQ(rig->queries, 1);
    px_sent *sent = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:x@10.0.0.4;maddr=10.0.0.1;q=1", "a2", ""));
    sent = px_expect(rig, CAROL, "MESSAGE sip:x@10.0.0.4;q=1 SIP/2.0");
    px_send(rig, CAROL, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

/* ---- RFC3261:16.5 -------------------------------------------------------------------------------------------- */

TEST(rfc3261_16_5_a_foreign_maddr_or_domain_makes_the_request_uri_the_only_target)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com;maddr=10.0.0.4", "a1", ""));
    px_sent *sent = px_expect(rig, CAROL, "MESSAGE sip:bob@example.com;maddr=10.0.0.4 SIP/2.0");
    px_send(rig, CAROL, px_reply(rig, sent, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:x@10.0.0.4:5062", "a2", ""));
    sent = px_expect(rig, CAROL, "MESSAGE sip:x@10.0.0.4:5062 SIP/2.0");
    CHECK_EQ(sent->to.port, 5062);
    CHECK_EQ(rig->queries, 0);
    px_send(rig, CAROL, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

TEST(rfc3261_16_5_the_location_service_is_asked_by_the_canonical_address_of_record)
{
    proxy_rig *rig = px_with_bob();
    rig->hold_queries = true;
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:b%6Fb@EXAMPLE.com;user=phone", "a1", ""));
    CHECK_EQ(rig->held.kind, SS_QUERY_LOCATE);
    CHECK_SLICE(rig->held.name, "sip:bob@example.com");
    px_expect_nothing(rig);
    const ss_binding at_bob = { .contact = SS_LIT("sip:bob@10.0.0.3:5066"),
                                .q = 1000,
                                .expires_s = 9 };
    px_answer(rig,
              &(ss_answer){ .token = rig->held.token, .bindings = &at_bob, .binding_count = 1 });
    px_sent *sent = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3:5066 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_answer(rig,
              &(ss_answer){ .token = rig->held.token, .bindings = &at_bob, .binding_count = 1 });
    CHECK_STATUS(rig->last_status, SS_NONE);
    px_stop(rig);
}

TEST(rfc3261_16_5_the_binding_with_the_highest_q_comes_first_and_the_latest_among_equals)
{
    proxy_rig *rig = px_with_bob();
    rig->hold_queries = true;
    const ss_binding bound[] = {
        { .contact = SS_LIT("sip:a@10.0.0.2"), .q = 300 },
        { .contact = SS_LIT("sip:b@10.0.0.3"), .q = 700 },
        { .contact = SS_LIT("sip:c@10.0.0.4"), .q = 700 },
        { .contact = SS_LIT("mailto:x@y"), .q = 1000 },
        { .contact = SS_LIT("sip:d@10.0.0.5"), .q = 100 },
    };
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_answer(rig, &(ss_answer){ .token = rig->held.token,
                                 .bindings = bound,
                                 .binding_count = SS_COUNT(bound) });
    px_sent *sent = px_expect(rig, CAROL, "MESSAGE sip:c@10.0.0.4 SIP/2.0");
    px_send(rig, CAROL, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

TEST(rfc3261_16_5_an_unknown_user_is_404_and_one_who_is_bound_nowhere_480)
{
    proxy_rig *rig = px_with_bob();
    refused(rig, px_request(rig, "MESSAGE sip:nobody@example.com", "a1", ""),
            "SIP/2.0 404 Not Found");
    px_run_to(rig, SS_S(3600));
    refused(rig, px_request(rig, "MESSAGE sip:bob@example.com", "a2", ""),
            "SIP/2.0 480 Temporarily Unavailable");
    refused(rig, px_request(rig, "MESSAGE sip:bob@10.0.0.1", "a3", ""), "SIP/2.0 404 Not Found");
    px_stop(rig);
}

TEST(rfc3261_16_5_a_location_service_that_fails_is_500)
{
    proxy_rig *rig = px_with_bob();
    rig->hold_queries = true;
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_answer(rig, &(ss_answer){ .token = rig->held.token, .status = SS_ERR_FULL });
    px_expect(rig, ALICE, "SIP/2.0 500 Server Internal Error");
    px_stop(rig);
}

TEST(rfc3261_16_5_an_options_for_the_proxy_itself_is_answered)
{
    proxy_rig *rig = px_with_bob();
    refused(rig, px_request(rig, "OPTIONS sip:example.com", "a1", ""), "SIP/2.0 200 OK");
    refused(rig, px_request(rig, "OPTIONS sip:10.0.0.1", "a2", ""), "SIP/2.0 200 OK");
    px_stop(rig);
}

/* ---- RFC3261:16.6 -------------------------------------------------------------------------------------------- */

TEST(rfc3261_16_6_step_1_what_no_step_names_goes_out_byte_for_byte)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE,
            px_printf(rig, "INVITE sip:bob@example.com SIP/2.0\n"
                           "v:SIP/2.0/UDP " ALICE ":5060 ; branch = z9hG4bKa1\n"
                           "X-First:  1\n"
                           "MAX-FORWARDS : 10\n"
                           "f:\"Al \\\" ice\"  <sip:alice@example.com> ; tag=1\n"
                           "t: <sip:bob@example.com>\n"
                           "i:abc\n"
                           "CSeq:   7    INVITE\n"
                           "X-Fold: a\n\tb\n"
                           "Record-Route: <sip:10.7.7.7;lr>\n"
                           "m:<sip:alice@" ALICE ">\n"
                           "X-Last:\n"
                           "l: 4\n"
                           "\n"
                           "a\nb"));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_sent *sent = px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    CHECK(holds(sent, "v:SIP/2.0/UDP " ALICE ":5060 ; branch = z9hG4bKa1\r\nX-First:  1\r\n"));
    CHECK(holds(sent, "f:\"Al \\\" ice\"  <sip:alice@example.com> ; tag=1\r\nt: "
                      "<sip:bob@example.com>\r\ni:abc\r\n"
                      "CSeq:   7    INVITE\r\nX-Fold: a\r\n\tb\r\n"));
    CHECK(holds(sent, "Record-Route: <sip:10.7.7.7;lr>\r\nm:<sip:alice@" ALICE
                      ">\r\nX-Last:\r\nl: 4\r\n\r\na\r\nb"));
    px_send(rig, BOB, px_reply(rig, sent, 486, ""));
    px_stop(rig);
}

TEST(rfc3261_16_6_step_2_what_a_request_uri_may_not_hold_is_removed_from_the_target)
{
    proxy_rig *rig = px_start();
    px_bind(rig, "sip:bob@example.com",
            "sip:bob@10.0.0.3;method=INVITE;x=y?Subject=hello&Priority=urgent");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_sent *sent = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3;x=y SIP/2.0");
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

TEST(rfc3261_16_6_step_3_max_forwards_is_decremented_or_added_as_70)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_sent *sent = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    CHECK_SLICE(px_field(rig, sent, SS_HDR_MAX_FORWARDS, 0), "69");
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, ALICE,
            px_printf(rig, "MESSAGE sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP " ALICE
                           ";branch=z9hG4bKa2\n"
                           "From: <sip:alice@example.com>;tag=a\nTo: <sip:bob@example.com>\n"
                           "Call-ID: call\nCSeq: 1 MESSAGE\nContent-Length: 0\n\n"));
    sent = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    CHECK_SLICE(px_field(rig, sent, SS_HDR_MAX_FORWARDS, 0), "70");
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

TEST(rfc3261_16_6_step_4_record_route_comes_before_those_of_others)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE,
            px_request(rig, "SUBSCRIBE sip:bob@example.com", "a1",
                       "Record-Route: <sip:10.7.7.7;lr>\n"));
    px_sent *sent = px_expect(rig, BOB, "SUBSCRIBE sip:bob@10.0.0.3 SIP/2.0");
    CHECK_SLICE(px_field(rig, sent, SS_HDR_RECORD_ROUTE, 0), "<sip:10.0.0.1:5060;lr>");
    CHECK_SLICE(px_field(rig, sent, SS_HDR_RECORD_ROUTE, 1), "<sip:10.7.7.7;lr>");
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

TEST(rfc3261_16_6_step_4_a_proxy_that_does_not_want_to_stay_adds_none)
{
    proxy_rig *rig = px_new();
    rig->config.record_route = false;
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    px_send(rig, ALICE, px_request(rig, "SUBSCRIBE sip:bob@example.com", "a1", ""));
    px_sent *sent = px_expect(rig, BOB, "SUBSCRIBE sip:bob@10.0.0.3 SIP/2.0");
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_RECORD_ROUTE), 0);
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

/* RFC3261:16.6 for what leads out of its domains and has no way of its own, outside dialogs */
TEST(rfc3261_16_6_step_6_a_proxy_may_have_an_outbound_proxy)
{
    proxy_rig *rig = px_new();
    rig->config.outbound = SS_LIT("<sip:10.0.0.4;lr>");
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:x@10.9.9.9", "a1", ""));
    px_sent *sent = px_expect(rig, CAROL, "MESSAGE sip:x@10.9.9.9 SIP/2.0");
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_ROUTE), 1);
    CHECK_SLICE(px_field(rig, sent, SS_HDR_ROUTE, 0), "<sip:10.0.0.4;lr>");
    px_send(rig, CAROL, px_reply(rig, sent, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a2", ""));
    sent = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_ROUTE), 0);
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, ALICE,
            px_request(rig, "MESSAGE sip:x@10.9.9.9", "a3", "Route: <sip:10.0.0.3;lr>\n"));
    sent = px_expect(rig, BOB, "MESSAGE sip:x@10.9.9.9 SIP/2.0");
    CHECK_SLICE(px_field(rig, sent, SS_HDR_ROUTE, 0), "<sip:10.0.0.3;lr>");
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

TEST(rfc3261_16_6_step_6_a_strict_router_downstream_gets_its_own_uri)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE,
            px_request(rig, "MESSAGE sip:x@10.9.9.9", "a1",
                       "Route: <sip:10.0.0.1;lr>, <sip:10.0.0.4>\nRoute: <sip:10.0.0.5;lr>\n"));
    px_sent *sent = px_expect(rig, CAROL, "MESSAGE sip:10.0.0.4 SIP/2.0");
    CHECK_EQ(px_field_count(rig, sent, SS_HDR_ROUTE), 1);
    CHECK_SLICE(px_field(rig, sent, SS_HDR_ROUTE, 0), "<sip:10.0.0.5;lr>, <sip:x@10.9.9.9>");
    px_send(rig, CAROL, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

TEST(rfc3261_16_6_step_7_a_name_is_resolved_and_its_addresses_are_tried_in_order)
{
    proxy_rig *rig = px_with_bob();
    rig->names[0] = ss_address_v4(0x0a000003, 5060);
    rig->names[1] = ss_address_v4(0x0a000004, 5080);
    rig->name_count = 2;
    px_send(rig, ALICE, px_request(rig, "INVITE sip:x@far.example.net", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    const px_sent *first = px_expect(rig, BOB, "INVITE sip:x@far.example.net SIP/2.0");
    px_fail_path(rig, BOB);
    px_sent *second = px_expect(rig, CAROL, "INVITE sip:x@far.example.net SIP/2.0");
    CHECK_EQ(second->to.port, 5080);
    const ss_slice first_via = px_field(rig, first, SS_HDR_VIA, 0);
    char via[128];
    ss_buffer b = ss_buffer_on(via, sizeof via);
    ss_put(&b, first_via);
    CHECK(!ss_slice_eq(ss_buffer_slice(&b), px_field(rig, second, SS_HDR_VIA, 0)));
    px_send(rig, CAROL, px_reply(rig, second, 486, ""));
    px_expect(rig, CAROL, "ACK sip:x@far.example.net SIP/2.0");
    px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
    px_stop(rig);
}

TEST(rfc3263_4_3_a_proxy_does_not_leave_a_server_that_said_1xx)
{
    proxy_rig *rig = px_with_bob();
    rig->names[0] = ss_address_v4(0x0a000003, 5060);
    rig->names[1] = ss_address_v4(0x0a000004, 5060);
    rig->name_count = 2;
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:x@far.example.net", "a1", ""));
    px_sent *first = px_expect(rig, BOB, "MESSAGE sip:x@far.example.net SIP/2.0");
    px_send(rig, BOB, px_reply(rig, first, 100, ""));
    px_run_to(rig, SS_S(40));
    for (px_sent *sent; (sent = px_take(rig)) != NULL;) {
        CHECK(sent->to.ip[3] != 4);
    }
    px_stop(rig);
}

TEST(rfc3263_4_1_a_proxy_goes_by_the_transport_that_the_zone_wants)
{
    proxy_rig *rig = px_with_bob();
    const ss_address bob = ss_address_v4(0x0a000003, 5060);
    const ss_transport ways[] = { SS_TRANSPORT_UDP, SS_TRANSPORT_TLS };
    rig->hold_queries = true;
    for (size_t i = 0; i < SS_COUNT(ways); i++) {
        px_send(rig, ALICE,
                px_request(rig, "INVITE sip:x@far.example.net", i == 0 ? "a1" : "a2", ""));
        px_expect(rig, ALICE, "SIP/2.0 100 Trying");
        CHECK(rig->held.is_open);
        px_answer(rig, &(ss_answer){ .token = rig->held.token,
                                     .status = SS_OK,
                                     .addresses = &bob,
                                     .address_count = 1,
                                     .has_transport = true,
                                     .transport = ways[i] });
        if (ways[i] == SS_TRANSPORT_UDP) {
            px_sent *invite = px_expect(rig, BOB, "INVITE sip:x@far.example.net SIP/2.0");
            px_send(rig, BOB, px_reply(rig, invite, 486, ""));
            px_expect(rig, BOB, "ACK sip:x@far.example.net SIP/2.0");
            px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
        } else { /* we have no TLS: 16.9 */
            px_expect(rig, ALICE, "SIP/2.0 500 Server Internal Error");
        }
    }
    px_stop(rig);
}

TEST(rfc3261_16_6_step_7_a_503_and_a_timeout_try_the_next_address)
{
    proxy_rig *rig = px_with_bob();
    rig->names[0] = ss_address_v4(0x0a000003, 5060);
    rig->names[1] = ss_address_v4(0x0a000004, 5060);
    rig->names[2] = ss_address_v4(0x0a000005, 5060);
    rig->name_count = 3;
    px_send(rig, ALICE, px_request(rig, "INVITE sip:x@far.example.net", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_sent *first = px_expect(rig, BOB, "INVITE sip:x@far.example.net SIP/2.0");
    px_send(rig, BOB, px_reply(rig, first, 503, ""));
    px_expect(rig, BOB, "ACK sip:x@far.example.net SIP/2.0");
    px_expect(rig, CAROL, "INVITE sip:x@far.example.net SIP/2.0");
    px_run_to(rig, SS_S(32) - 1);
    while (px_take(rig) != NULL) {
    }
    px_run_to(rig, SS_S(32));
    px_expect(rig, "10.0.0.5", "INVITE sip:x@far.example.net SIP/2.0");
    px_run_to(rig, SS_S(64));
    px_sent *last = NULL;
    for (px_sent *sent; (sent = px_take(rig)) != NULL;) {
        last = sent;
    }
    CHECK_EQ(last->at, SS_S(64));
    CHECK(holds(last, "SIP/2.0 408 Request Timeout"));
    px_stop(rig);
}

TEST(rfc3261_16_6_step_7_a_next_hop_that_nobody_can_reach_is_as_if_503_and_so_500)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:x@no.example.net", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 500 Server Internal Error");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:x@10.0.0.4;transport=tcp", "a2", ""));
    px_expect(rig, ALICE, "SIP/2.0 500 Server Internal Error");
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_6_step_8_our_via_is_on_top_with_a_branch_of_its_own)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_sent *sent = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    CHECK(ss_slice_starts(px_field(rig, sent, SS_HDR_VIA, 0),
                          SS_LIT("SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK")));
    CHECK_SLICE(px_field(rig, sent, SS_HDR_VIA, 1), "SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKa1");
    px_send(rig, BOB, px_reply(rig, sent, 200, ""));
    px_stop(rig);
}

TEST(rfc3261_16_6_step_10_the_copy_is_sent_again_by_its_own_client_transaction)
{
    static const uint64_t sent_ms[] = { 0, 500, 1500, 3500, 7500, 15500, 31500 };
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_run_to(rig, SS_MS(31999));
    for (size_t i = 0; i < SS_COUNT(sent_ms); i++) {
        CHECK_EQ(px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0")->at, SS_MS(sent_ms[i]));
    }
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_6_step_11_timer_c_runs_from_the_forwarding_of_an_invite)
{
    proxy_rig *rig = px_with_bob();
    CHECK(rig->settings.timer_c > SS_S(180));
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    px_sent *invite = (px_take(rig), px_take(rig));
    px_send(rig, BOB, px_reply(rig, invite, 100, ""));
    px_run_to(rig, rig->settings.timer_c - 1);
    px_expect_nothing(rig);
    px_run_to(rig, rig->settings.timer_c);
    px_expect(rig, BOB, "CANCEL sip:bob@10.0.0.3 SIP/2.0");
    px_stop(rig);
}

/* RFC3261:8.2.6.2 RFC3261:8.2.7 */
TEST(rfc3261_8_2_6_2_a_503_without_state_has_the_tag_of_the_response_to_a_copy)
{
    proxy_rig *rig = px_start();
    const uint32_t txns = rig->settings.txns_max;
    const ss_slice request =
        px_printf(rig, "REGISTER sip:example.com SIP/2.0\nVia: SIP/2.0/UDP " BOB
                       ":5060;branch=z9hG4bKtag\nMax-Forwards: 70\nFrom: <sip:bob@example.com>;"
                       "tag=b\nTo: <sip:bob@example.com>\nCall-ID: r\nCSeq: 1 REGISTER\n"
                       "Contact: <sip:bob@10.0.0.3>\nContent-Length: 0\n\n");
    ss_slice tags[2];
    for (unsigned i = 0; i < 2; i++) {
        rig->settings.txns_max = i == 0 ? 0 : txns;
        px_send(rig, BOB, request);
        px_sent *said =
            px_expect(rig, BOB, i == 0 ? "SIP/2.0 503 Service Unavailable" : "SIP/2.0 200 OK");
        tags[i] = px_field(rig, said, SS_HDR_TO, 0);
        tags[i] = px_printf(rig, "%.*s", (int)tags[i].len, tags[i].at);
    }
    CHECK(ss_slice_eq(tags[0], tags[1]));
    px_stop(rig);
}

/* RFC3261:16.3 RFC3261:26.2.2 TLS need not be the transport that it prefers. */
TEST(rfc3261_16_3_sips_is_understood_by_who_can_send_by_tls_too)
{
    proxy_rig *rig = px_new();
    rig->config.transports = 1u << SS_TRANSPORT_TLS;
    px_go(rig);
    px_send(rig, ALICE, px_request(rig, "MESSAGE sips:bob@10.0.0.3", "a1", ""));
    px_expect(rig, BOB, "MESSAGE sips:bob@10.0.0.3 SIP/2.0");
    CHECK_EQ(rig->connect.transport, SS_TRANSPORT_TLS);
    static _Alignas(16) unsigned char memory[1 << 16];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_turn turn = ss_turn_begin(rig->now, &arena);
    const ss_path lost = rig->connect;
    CHECK_OK(ss_engine_path_lost(&rig->engine, &turn, &lost, true));
    px_drain(rig, &turn);
    px_stop(rig);
}
