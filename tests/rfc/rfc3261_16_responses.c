/* RFC 3261 16.7 to 16.11, with RFC 6026 and RFC 4320: responses, Timer C, errors, CANCEL and ACK at a proxy. */
#include "proxy_rig.h"

#include <string.h>

#define INVITE_OUT  "INVITE sip:bob@10.0.0.3 SIP/2.0"
#define MESSAGE_OUT "MESSAGE sip:bob@10.0.0.3 SIP/2.0"
#define TO_BOB      "Route: <sip:10.0.0.1:5060;lr>\n"

static proxy_rig *px_with_bob(void)
{
    proxy_rig *rig = px_start();
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    return rig;
}

/* Alice's INVITE, as it reached Bob. */
static px_sent *invite_bob(proxy_rig *rig)
{
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    return px_expect(rig, BOB, INVITE_OUT);
}

static px_sent *message_bob(proxy_rig *rig)
{
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    return px_expect(rig, BOB, MESSAGE_OUT);
}

static ss_slice cancel(proxy_rig *rig)
{
    return px_printf(rig, "CANCEL sip:bob@example.com SIP/2.0\n"
                          "Via: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKa1\nMax-Forwards: 70\n"
                          "From: <sip:alice@example.com>;tag=alice\nTo: <sip:bob@example.com>\n"
                          "Call-ID: call\nCSeq: 1 CANCEL\nContent-Length: 0\n\n");
}

static px_sent *drain_to_last(proxy_rig *rig)
{
    px_sent *last = NULL;
    for (px_sent *sent; (sent = px_take(rig)) != NULL;) {
        last = sent;
    }
    return last;
}

static bool starts(const px_sent *sent, const char *text)
{
    return sent != NULL && ss_slice_starts(sent->bytes, ss_slice_from(text));
}

/* ---- a whole call -------------------------------------------------------------------------------------------- */

TEST(rfc3261_16_12_a_call_goes_through_with_its_ack_and_bye_by_the_route_set)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    px_send(rig, BOB, px_reply(rig, invite, 180, ""));
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    px_send(rig, BOB, px_reply(rig, invite, 200, "Contact: <sip:bob@10.0.0.3>\n"));
    const px_sent *ok = px_expect(rig, ALICE, "SIP/2.0 200 OK");
    CHECK_SLICE(px_field(rig, ok, SS_HDR_RECORD_ROUTE, 0), "<sip:10.0.0.1:5060;lr>");
    px_send(rig, ALICE, px_request(rig, "ACK sip:bob@10.0.0.3", "a2", TO_BOB));
    const px_sent *ack = px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    CHECK_EQ(px_field_count(rig, ack, SS_HDR_ROUTE), 0);
    CHECK_EQ(px_field_count(rig, ack, SS_HDR_VIA), 2);
    px_send(rig, BOB, px_request(rig, "BYE sip:alice@10.0.0.2", "b1", TO_BOB));
    px_sent *bye = px_expect(rig, ALICE, "BYE sip:alice@10.0.0.2 SIP/2.0");
    px_send(rig, ALICE, px_reply(rig, bye, 200, ""));
    px_expect(rig, BOB, "SIP/2.0 200 OK");
    px_expect_nothing(rig);
    px_stop(rig);
}

/* ---- RFC3261:16.7, RFC6026:8.3, RFC4320:4.1, RFC4320:4.2 ----------------------------------------------------- */

TEST(rfc3261_16_7_a_response_that_met_no_transaction_is_not_forwarded)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    const ss_slice busy = px_reply(rig, invite, 486, "");
    px_send(rig, BOB, busy);
    px_run_to(rig, SS_S(100));
    (void)drain_to_last(rig);
    px_send(rig, BOB, busy);
    px_send(rig, BOB, px_reply(rig, invite, 200, ""));
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_18_1_2_a_response_with_a_foreign_top_via_is_dropped)
{
    proxy_rig *rig = px_with_bob();
    px_sent *message = message_bob(rig);
    const ss_slice via = px_field(rig, message, SS_HDR_VIA, 0);
    const size_t port = ss_slice_find(via, '1');
    CHECK(port < via.len);
    const ss_slice branch = ss_slice_cut(via, ss_slice_find(via, ';'), via.len);
    px_send(rig, BOB,
            px_printf(rig,
                      "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 10.0.0.99:5060%.*s\n"
                      "Via: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKa1\n"
                      "From: <sip:alice@example.com>;tag=alice\nTo: <sip:bob@example.com>;tag=b\n"
                      "Call-ID: call\nCSeq: 1 MESSAGE\nContent-Length: 0\n\n",
                      (int)branch.len, branch.at));
    px_expect_nothing(rig);
    px_send(rig, BOB, px_reply(rig, message, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

TEST(rfc3261_16_7_step_2_each_provisional_but_100_restarts_timer_c)
{
    proxy_rig *rig = px_with_bob();
    const ss_span c = rig->settings.timer_c;
    px_sent *invite = invite_bob(rig);
    px_send(rig, BOB, px_reply(rig, invite, 100, ""));
    px_run_to(rig, SS_S(100));
    px_send(rig, BOB, px_reply(rig, invite, 180, ""));
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    px_run_to(rig, SS_S(150));
    px_send(rig, BOB, px_reply(rig, invite, 100, ""));
    px_run_to(rig, SS_S(100) + c - 1);
    px_expect_nothing(rig);
    px_run_to(rig, SS_S(100) + c);
    px_expect(rig, BOB, "CANCEL sip:bob@10.0.0.3 SIP/2.0");
    px_stop(rig);
}

TEST(rfc3261_16_7_step_3_the_top_via_is_removed_and_nothing_else_changes)
{
    proxy_rig *rig = px_with_bob();
    px_sent *message = message_bob(rig);
    const ss_slice via = px_field(rig, message, SS_HDR_VIA, 0);
    px_send(rig, BOB,
            px_printf(rig,
                      "SIP/2.0 200 Fine  by me\nX-A:1\n"
                      "v: %.*s, SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKa1;received=10.0.0.2\n"
                      "f: <sip:alice@example.com>;tag=alice\nTo: <sip:bob@example.com>;tag=b\n"
                      "Call-ID: call\nCSeq:  1 MESSAGE\nX-B:  folded\n\there\nl: 2\n\nhi",
                      (int)via.len, via.at));
    const px_sent *ok = px_expect(rig, ALICE, "SIP/2.0 200 Fine  by me");
    const ss_slice whole =
        px_printf(rig, "SIP/2.0 200 Fine  by me\nX-A:1\n"
                       "v: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKa1;received=10.0.0.2\n"
                       "f: <sip:alice@example.com>;tag=alice\nTo: <sip:bob@example.com>;tag=b\n"
                       "Call-ID: call\nCSeq:  1 MESSAGE\nX-B:  folded\n\there\nl: 2\n\nhi");
    CHECK_SLICE_EQ(ok->bytes, whole);
    px_stop(rig);
}

TEST(rfc3261_16_7_step_3_a_response_without_a_second_via_is_ours_and_goes_no_further)
{
    proxy_rig *rig = px_with_bob();
    px_sent *message = message_bob(rig);
    const ss_slice via = px_field(rig, message, SS_HDR_VIA, 0);
    px_send(rig, BOB,
            px_printf(rig,
                      "SIP/2.0 200 OK\nVia: %.*s\nFrom: <sip:alice@example.com>;tag=alice\n"
                      "To: <sip:bob@example.com>;tag=b\nCall-ID: call\nCSeq: 1 "
                      "MESSAGE\nContent-Length: 0\n\n",
                      (int)via.len, via.at));
    px_run_to(rig, SS_S(100));
    px_expect_nothing(rig);
    px_stop(rig);
}

/* Bob's final response to an INVITE with nothing in Via but what is given. */
static void answer_with_via(proxy_rig *rig, const char *start_line, ss_slice via)
{
    px_send(
        rig, BOB,
        px_printf(
            rig,
            "%s\nVia: %.*s\nFrom: <sip:alice@example.com>;tag=alice\n"
            "To: <sip:bob@example.com>;tag=b\nCall-ID: call\nCSeq: 1 INVITE\nContent-Length: 0\n\n",
            start_line, (int)via.len, via.at));
}

TEST(rfc3261_16_7_step_3_a_2xx_to_an_invite_without_a_second_via_leaves_nothing_behind)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    answer_with_via(rig, "SIP/2.0 200 OK", px_field(rig, invite, SS_HDR_VIA, 0));
    px_expect(rig, ALICE,
              "SIP/2.0 408 Request Timeout"); /* step 6: the context holds no final response */
    px_stop(rig);
}

/* RFC3261:7.1 read in any case, said in capitals. */
TEST(rfc3261_7_1_a_version_in_lower_case_goes_on_in_upper_case)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE,
            px_printf(rig, "INVITE sip:bob@example.com sip/2.0\n"
                           "Via: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKa1\nMax-Forwards: 70\n"
                           "From: <sip:alice@example.com>;tag=alice\nTo: <sip:bob@example.com>\n"
                           "Call-ID: call\nCSeq: 1 INVITE\nContent-Length: 0\n\n"));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_sent *invite = px_expect(rig, BOB, INVITE_OUT);
    const ss_slice first = px_field(rig, invite, SS_HDR_VIA, 0);
    const ss_slice second = px_field(rig, invite, SS_HDR_VIA, 1);
    const ss_slice both =
        px_printf(rig, "%.*s, %.*s", (int)first.len, first.at, (int)second.len, second.at);
    answer_with_via(rig, "sip/2.0 180 Ringing", both);
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    answer_with_via(rig, "Sip/2.0 486 Busy Here", both);
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
    px_stop(rig);
}

TEST(rfc3261_16_7_step_5_a_100_is_not_forwarded_and_other_provisionals_are)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    px_send(rig, BOB, px_reply(rig, invite, 100, ""));
    px_expect_nothing(rig);
    px_send(rig, BOB, px_reply(rig, invite, 183, ""));
    px_expect(rig, ALICE, "SIP/2.0 183 Session Progress");
    px_send(rig, BOB, px_reply(rig, invite, 183, ""));
    px_expect(rig, ALICE, "SIP/2.0 183 Session Progress");
    px_send(rig, BOB, px_reply(rig, invite, 486, ""));
    px_stop(rig);
}

TEST(rfc4320_4_1_a_provisional_to_a_non_invite_is_not_forwarded)
{
    proxy_rig *rig = px_with_bob();
    px_sent *message = message_bob(rig);
    px_send(rig, BOB, px_reply(rig, message, 180, ""));
    px_send(rig, BOB, px_reply(rig, message, 100, ""));
    px_expect_nothing(rig);
    px_send(rig, BOB, px_reply(rig, message, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

TEST(rfc3261_16_7_step_5_every_2xx_to_an_invite_is_forwarded_copies_too)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    const ss_slice ok = px_reply(rig, invite, 200, "");
    for (unsigned i = 0; i < 5; i++) {
        px_run_to(rig, SS_S(i));
        px_send(rig, BOB, ok);
        px_expect(rig, ALICE, "SIP/2.0 200 OK");
    }
    px_send(rig, BOB, px_reply(rig, invite, 180, ""));
    px_send(rig, BOB, px_reply(rig, invite, 486, ""));
    px_expect_nothing(rig);
    px_run_to(rig, SS_S(33));
    px_send(rig, BOB, ok); /* RFC 6026 7.3: a stray by now */
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_7_step_6_one_final_response_goes_up_and_its_copies_do_not)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    const ss_slice busy = px_reply(rig, invite, 486, "X-Kept: yes\n");
    px_send(rig, BOB, busy);
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    const px_sent *up = px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
    CHECK_SLICE(px_field(rig, up, SS_HDR_TO, 0), "<sip:bob@example.com>;tag=bob");
    px_send(rig, BOB, busy);
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_7_step_6_a_non_2xx_ack_is_hop_by_hop)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    px_send(rig, BOB, px_reply(rig, invite, 603, ""));
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    px_expect(rig, ALICE, "SIP/2.0 603 Decline");
    px_run_to(rig, SS_MS(500));
    px_expect(rig, ALICE, "SIP/2.0 603 Decline");
    px_send(rig, ALICE,
            px_printf(rig, "ACK sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP " ALICE
                           ":5060;branch=z9hG4bKa1\n"
                           "Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=alice\n"
                           "To: <sip:bob@example.com>;tag=bob\nCall-ID: call\nCSeq: 1 "
                           "ACK\nContent-Length: 0\n\n"));
    px_run_to(rig, SS_S(60));
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_7_step_6_an_invite_that_nobody_answers_is_408_when_timer_b_fires)
{
    proxy_rig *rig = px_with_bob();
    invite_bob(rig);
    px_run_to(rig, SS_S(32) - 1);
    (void)drain_to_last(rig);
    px_run_to(rig, SS_S(32));
    const px_sent *up = px_expect(rig, ALICE, "SIP/2.0 408 Request Timeout");
    CHECK_EQ(up->at, SS_S(32));
    CHECK_SLICE(px_field(rig, up, SS_HDR_VIA, 0), "SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bKa1");
    px_stop(rig);
}

TEST(rfc4320_4_2_no_408_goes_up_to_a_non_invite)
{
    proxy_rig *rig = px_with_bob();
    message_bob(rig);
    px_run_to(rig, SS_S(40));
    for (const px_sent *sent; (sent = px_take(rig)) != NULL;) {
        CHECK(starts(sent, "MESSAGE") || starts(sent, "SIP/2.0 100"));
    }
    px_check_empty(rig);
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a2", ""));
    px_sent *message = px_expect(rig, BOB, MESSAGE_OUT);
    px_send(rig, BOB, px_reply(rig, message, 408, ""));
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_7_step_6_a_lone_503_becomes_500)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    px_send(rig, BOB, px_reply(rig, invite, 503, "X-Why: overload\n"));
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    const px_sent *up = px_expect(rig, ALICE, "SIP/2.0 500 Server Internal Error");
    CHECK_SLICE(px_field(rig, up, SS_HDR_TO, 0), "<sip:bob@example.com>;tag=bob");
    CHECK_EQ(px_field_count(rig, up, SS_HDR_VIA), 1);
    px_stop(rig);
}

TEST(rfc3261_16_7_step_9_a_final_response_that_meets_a_dead_server_transaction_is_discarded)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    px_run_to(rig, SS_MS(31900));
    (void)drain_to_last(rig);
    px_run_to(rig, SS_S(32));
    px_expect(rig, ALICE, "SIP/2.0 408 Request Timeout");
    px_send(rig, BOB, px_reply(rig, invite, 200, ""));
    px_expect_nothing(rig);
    px_stop(rig);
}

/* ---- RFC3261:16.8, RFC3261:9.1 ------------------------------------------------------------------------------- */

TEST(rfc3261_16_8_timer_c_cancels_a_branch_that_rang_and_its_487_goes_up)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    px_send(rig, BOB, px_reply(rig, invite, 180, ""));
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    px_run_to(rig, rig->settings.timer_c);
    px_sent *cancelled = px_expect(rig, BOB, "CANCEL sip:bob@10.0.0.3 SIP/2.0");
    CHECK_SLICE_EQ(px_field(rig, cancelled, SS_HDR_CALL_ID, 0), SS_LIT("call"));
    px_send(rig, BOB, px_reply(rig, cancelled, 200, ""));
    px_expect_nothing(rig);
    px_send(rig, BOB, px_reply(rig, invite, 487, ""));
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    px_expect(rig, ALICE, "SIP/2.0 487 Request Terminated");
    px_stop(rig);
}

TEST(rfc3261_16_8_a_branch_that_timer_c_cancelled_is_not_tried_at_another_address)
{
    proxy_rig *rig = px_start();
    px_bind(rig, "sip:bob@example.com", "sip:bob@phone.example.net");
    rig->names[0] = ss_address_v4(0x0a000003, 5060);
    rig->names[1] = ss_address_v4(0x0a000004, 5060);
    rig->name_count = 2;
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_sent *invite = px_expect(rig, BOB, "INVITE sip:bob@phone.example.net SIP/2.0");
    px_send(rig, BOB, px_reply(rig, invite, 180, ""));
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    px_run_to(rig, rig->settings.timer_c);
    px_expect(rig, BOB, "CANCEL sip:bob@phone.example.net SIP/2.0");
    px_send(rig, BOB, px_reply(rig, invite, 503, ""));
    px_expect(rig, BOB, "ACK sip:bob@phone.example.net SIP/2.0");
    px_expect(rig, ALICE, "SIP/2.0 500 Server Internal Error");
    px_stop(rig);
}

TEST(rfc3261_9_1_a_cancelled_branch_is_given_up_after_64_t1)
{
    proxy_rig *rig = px_with_bob();
    const ss_time given_up = rig->settings.timer_c + SS_S(32);
    px_sent *invite = invite_bob(rig);
    px_send(rig, BOB, px_reply(rig, invite, 180, ""));
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    px_run_to(rig, given_up - 1);
    for (const px_sent *sent; (sent = px_take(rig)) != NULL;) {
        CHECK(starts(sent, "CANCEL"));
    }
    px_run_to(rig, given_up);
    const px_sent *up = drain_to_last(rig);
    CHECK(starts(up, "SIP/2.0 408"));
    CHECK_EQ(up->at, given_up);
    px_stop(rig);
}

/* ---- RFC3261:16.9 -------------------------------------------------------------------------------------------- */

TEST(rfc3261_16_9_a_transport_error_downstream_is_as_if_503_and_so_500)
{
    proxy_rig *rig = px_with_bob();
    invite_bob(rig);
    px_fail_path(rig, BOB);
    px_expect(rig, ALICE, "SIP/2.0 500 Server Internal Error");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a2", ""));
    px_expect(rig, BOB, MESSAGE_OUT);
    px_fail_path(rig, BOB);
    px_expect(rig, ALICE, "SIP/2.0 500 Server Internal Error");
    px_stop(rig);
}

TEST(rfc3261_16_9_a_transport_error_upstream_cancels_nothing)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    px_send(rig, BOB, px_reply(rig, invite, 180, ""));
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    px_fail_path(rig, ALICE);
    px_expect_nothing(rig);
    px_send(rig, BOB, px_reply(rig, invite, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

/* ---- RFC3261:16.10 ------------------------------------------------------------------------------------------- */

TEST(rfc3261_16_10_a_cancel_is_answered_at_once_and_passed_on_after_a_provisional)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    px_send(rig, BOB, px_reply(rig, invite, 180, ""));
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    px_send(rig, ALICE, cancel(rig));
    const px_sent *ok = px_expect(rig, ALICE, "SIP/2.0 200 OK");
    CHECK_SLICE(px_field(rig, ok, SS_HDR_CSEQ, 0), "1 CANCEL");
    px_sent *down = px_expect(rig, BOB, "CANCEL sip:bob@10.0.0.3 SIP/2.0");
    CHECK_EQ(px_field_count(rig, down, SS_HDR_VIA), 1);
    px_send(rig, BOB, px_reply(rig, down, 200, ""));
    px_expect_nothing(rig);
    px_send(rig, BOB, px_reply(rig, invite, 487, ""));
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    px_expect(rig, ALICE, "SIP/2.0 487 Request Terminated");
    px_stop(rig);
}

TEST(rfc3261_16_10_a_cancel_before_any_provisional_waits_for_one)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    px_send(rig, ALICE, cancel(rig));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_run_to(rig, SS_MS(400));
    px_expect_nothing(rig);
    px_send(rig, BOB, px_reply(rig, invite, 100, ""));
    px_expect(rig, BOB, "CANCEL sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, invite, 487, ""));
    px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    px_expect(rig, ALICE, "SIP/2.0 487 Request Terminated");
    px_stop(rig);
}

TEST(rfc3261_16_10_a_200_that_crosses_the_cancel_is_forwarded)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    px_send(rig, BOB, px_reply(rig, invite, 180, ""));
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    px_send(rig, ALICE, cancel(rig));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_sent *down = px_expect(rig, BOB, "CANCEL sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, invite, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, BOB, px_reply(rig, down, 481, ""));
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_10_a_cancel_after_the_final_response_has_no_effect)
{
    proxy_rig *rig = px_with_bob();
    px_sent *invite = invite_bob(rig);
    px_send(rig, BOB, px_reply(rig, invite, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_send(rig, ALICE, cancel(rig));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_10_a_cancel_while_the_location_is_asked_for_ends_the_invite_with_487)
{
    proxy_rig *rig = px_with_bob();
    rig->hold_queries = true;
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    px_expect_nothing(rig);
    px_run_to(rig, SS_MS(200));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying"); /* RFC3261:17.2.1 */
    px_send(rig, ALICE, cancel(rig));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_expect(rig, ALICE, "SIP/2.0 487 Request Terminated");
    const ss_binding at_bob = { .contact = SS_LIT("sip:bob@10.0.0.3"), .q = 1000 };
    px_answer(rig,
              &(ss_answer){ .token = rig->held.token, .bindings = &at_bob, .binding_count = 1 });
    CHECK_STATUS(rig->last_status, SS_NONE);
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc3261_16_10_a_cancel_of_nothing_known_is_forwarded_statelessly)
{
    proxy_rig *rig = px_with_bob();
    px_send(rig, ALICE, cancel(rig));
    px_sent *first = px_expect(rig, BOB, "CANCEL sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, ALICE, cancel(rig));
    px_sent *second = px_expect(rig, BOB, "CANCEL sip:bob@10.0.0.3 SIP/2.0");
    CHECK_SLICE_EQ(second->bytes, first->bytes);
    px_send(rig, BOB,
            px_reply(rig, first, 481, "")); /* RFC 6026 7.3: no transaction, no forwarding */
    px_expect_nothing(rig);
    px_check_empty(rig);
    px_stop(rig);
}

/* ---- RFC3261:16.11 ------------------------------------------------------------------------------------------- */

TEST(rfc3261_16_11_copies_of_an_ack_go_out_with_the_same_branch)
{
    proxy_rig *rig = px_with_bob();
    const ss_slice ack = px_request(rig, "ACK sip:bob@10.0.0.3", "a2", TO_BOB);
    px_send(rig, ALICE, ack);
    const px_sent *first = px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, ALICE, ack);
    const px_sent *second = px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    CHECK_SLICE_EQ(second->bytes, first->bytes);
    px_send(rig, ALICE, px_request(rig, "ACK sip:bob@10.0.0.3", "a3", TO_BOB));
    const px_sent *other = px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
    CHECK(!ss_slice_eq(other->bytes, first->bytes));
    px_stop(rig);
}

TEST(rfc3261_16_11_an_ack_without_the_cookie_is_told_apart_by_the_fields_that_are_named)
{
    proxy_rig *rig = px_with_bob();
    static const char old[] =
        "ACK sip:bob@10.0.0.3 SIP/2.0\nVia: SIP/2.0/UDP " ALICE ";branch=1\nMax-Forwards: 9\n"
        "From: <sip:alice@example.com>;tag=a\nTo: <sip:bob@example.com>;tag=b\nCall-ID: %s\n"
        "CSeq: 1 ACK\nContent-Length: 0\n\n";
    ss_slice branches[3];
    static const char *const calls[] = { "x", "x", "y" };
    for (size_t i = 0; i < SS_COUNT(calls); i++) {
        char text[512];
        ss_buffer b = ss_buffer_on(text, sizeof text);
        for (const char *at = old; *at != '\0'; at++) {
            if (at[0] == '%' && at[1] == 's') {
                ss_put_text(&b, calls[i]);
                at++;
            } else {
                ss_put_char(&b, *at);
            }
        }
        ss_put_char(&b, '\0');
        px_send(rig, ALICE, px_printf(rig, "%s", text));
        const px_sent *sent = px_expect(rig, BOB, "ACK sip:bob@10.0.0.3 SIP/2.0");
        const ss_slice via = px_field(rig, sent, SS_HDR_VIA, 0);
        branches[i] = px_printf(rig, "%.*s", (int)via.len, via.at);
    }
    CHECK_SLICE_EQ(branches[1], branches[0]);
    CHECK(!ss_slice_eq(branches[2], branches[0]));
    px_stop(rig);
}

TEST(rfc3261_16_11_an_ack_may_need_the_location_service_and_a_name_resolved)
{
    proxy_rig *rig = px_start();
    px_bind(rig, "sip:bob@example.com", "sip:bob@phone.example.net");
    rig->names[0] = ss_address_v4(0x0a000003, 5060);
    rig->name_count = 1;
    px_send(rig, ALICE, px_request(rig, "ACK sip:bob@example.com", "a2", TO_BOB));
    px_expect(rig, BOB, "ACK sip:bob@phone.example.net SIP/2.0");
    CHECK_EQ(rig->queries, 2);
    px_check_empty(rig);
    rig->name_count = 0;
    px_send(rig, ALICE, px_request(rig, "ACK sip:bob@example.com", "a3", TO_BOB));
    px_send(rig, ALICE, px_request(rig, "ACK sip:nobody@example.com", "a4", TO_BOB));
    px_expect_nothing(rig);
    px_check_empty(rig);
    px_stop(rig);
}

/* A response without a tag stays without. */
TEST(rfc3261_16_7_step_6_no_to_tag_is_added_to_what_is_passed_on)
{
    proxy_rig *rig = px_start();
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@10.0.0.3", "a", ""));
    (void)px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    const px_sent *out = px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    const ss_slice top = px_field(rig, out, SS_HDR_VIA, 0);
    const ss_slice first = px_printf(rig, "%.*s", (int)top.len, top.at);
    const ss_slice second = px_field(rig, out, SS_HDR_VIA, 1);
    for (unsigned status = 180; status <= 200; status += 20) {
        px_send(rig, BOB,
                px_printf(rig,
                          "SIP/2.0 %u Word\nVia: %.*s\nVia: %.*s\nFrom: <sip:alice@example.com>;"
                          "tag=alice\nTo: <sip:bob@10.0.0.3>\nCall-ID: call\nCSeq: 1 INVITE\n"
                          "Content-Length: 0\n\n",
                          status, (int)first.len, first.at, (int)second.len, second.at));
        const px_sent *up =
            px_expect(rig, ALICE, status == 180 ? "SIP/2.0 180 Word" : "SIP/2.0 200 Word");
        CHECK_SLICE(px_field(rig, up, SS_HDR_TO, 0), "<sip:bob@10.0.0.3>");
    }
    px_stop(rig);
}
