/* RFC 3261 8.1.3.4, 8.1.3.5 and 19.1.5: what a caller does with 3xx, and with answers that ask for a changed request. */
#include "ua_rig.h"

#include <stdio.h>
#include <string.h>

#define CONTACT "Contact: <sip:carol@10.0.0.9>\r\n"

static const ua_message *invite_of(ua_rig *rig, unsigned nth)
{
    return ua_sent(rig, ALICE, "INVITE", nth);
}

static void redirect(ua_rig *rig, unsigned nth, const char *lines)
{
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, nth), 302, "r", lines));
}

static void check_target(ua_rig *rig, unsigned nth, const char *uri)
{
    CHECK_SLICE_EQ(ua_parse(invite_of(rig, nth))->request_uri, ss_slice_from(uri));
}

static void check_rejected(ua_rig *rig, unsigned status)
{
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, status);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* RFC3261:8.1.3.4 RFC3261:8.1.1.7 */
TEST(rfc3261_8_1_3_4_a_redirected_call_has_a_new_branch_and_the_next_number)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.9");
    redirect(rig, 0, CONTACT);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REJECTED), 0);
    const ss_msg *first = ua_parse(invite_of(rig, 0));
    const ss_msg *second = ua_parse(invite_of(rig, 1));
    CHECK_SLICE(second->request_uri, "sip:carol@10.0.0.9");
    CHECK_EQ(second->cseq.number, first->cseq.number + 1);
    CHECK(!ss_slice_eq(second->top_via.branch, first->top_via.branch));
    CHECK_SLICE_EQ(ss_msg_call_id(second), ss_msg_call_id(first));
    CHECK_SLICE_EQ(ss_msg_value(second, SS_HDR_FROM, 0), ss_msg_value(first, SS_HDR_FROM, 0));
    CHECK_SLICE_EQ(ss_msg_value(second, SS_HDR_TO, 0), ss_msg_value(first, SS_HDR_TO, 0));
    CHECK_SLICE_EQ(second->body, first->body);
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 1), 200, "c", CONTACT));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_EQ(ua_parse(ua_sent(rig, ALICE, "ACK", 1))->cseq.number, second->cseq.number);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    CHECK_EQ(ua_parse(ua_sent(rig, ALICE, "BYE", 0))->cseq.number, second->cseq.number + 1);
}

/* RFC3261:8.1.3.4 RFC3261:19.1.5 */
TEST(rfc3261_8_1_3_4_the_contact_becomes_the_request_uri_without_method_and_headers)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.9");
    redirect(
        rig, 0,
        "Contact: "
        "<sip:carol@h;transport=udp;method=INVITE;maddr=10.0.0.9;ttl=1;user=phone;x=y?Subject=a%20b"
        "&Call-Info=%3Chttp%3A%2F%2Fx%3E>\r\n");
    const ss_msg *again = ua_parse(invite_of(rig, 1));
    CHECK_SLICE(again->request_uri,
                "sip:carol@h;transport=udp;maddr=10.0.0.9;ttl=1;user=phone;x=y");
    CHECK_SLICE(ss_msg_value(again, SS_HDR_SUBJECT, 0), "a b");
    CHECK_SLICE(ss_msg_value(again, SS_HDR_CALL_INFO, 0), "<http://x>");
}

/* RFC3261:19.1.5 */
TEST(rfc3261_19_1_5_headers_that_would_lie_or_harm_are_left_out)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.9");
    redirect(
        rig, 0,
        "Contact: <sip:carol@10.0.0.9?From=%3Csip%3Aeve%40x%3E&Call-ID=x&Route=%3Csip%3A10.0.0.7"
        "%3E&Contact=%3Csip%3Aeve%40x%3E&Content-Type=text%2Fplain&body=x&Nobody-Knows=x>\r\n");
    const ss_msg *again = ua_parse(invite_of(rig, 1));
    const ss_msg *first = ua_parse(invite_of(rig, 0));
    CHECK_SLICE_EQ(ss_msg_value(again, SS_HDR_FROM, 0), ss_msg_value(first, SS_HDR_FROM, 0));
    CHECK_SLICE_EQ(ss_msg_call_id(again), ss_msg_call_id(first));
    CHECK_SLICE_EQ(ss_msg_value(again, SS_HDR_CONTACT, 0), ss_msg_value(first, SS_HDR_CONTACT, 0));
    CHECK_EQ(ss_msg_count(again, SS_HDR_ROUTE), 0);
    CHECK_SLICE_EQ(again->body, first->body);
}

/* RFC3261:19.1.5 Another method, an extension that we lack, a line break in a header, an escape that is none. */
TEST(rfc3261_19_1_5_a_contact_with_a_method_that_is_no_invite_is_not_called)
{
    static const char *const contacts[] = {
        "Contact: <sip:carol@10.0.0.9;method=BYE>\r\n",
        "Contact: <sip:carol@10.0.0.9?Require=what-nobody-has>\r\n",
        "Contact: <sip:carol@10.0.0.9?Subject=x%0d%0aTo%3a%20eve>\r\n",
        "Contact: <sip:carol@10.0.0.9?Subject=x%00>\r\n",
        "Contact: <tel:+1555>\r\n",
        "Contact: *\r\n",
        "",
    };
    for (size_t i = 0; i < SS_COUNT(contacts); i++) {
        ua_rig *rig = ua_start();
        ua_call(rig, ALICE, "sip:bob@10.0.0.9");
        redirect(rig, 0, contacts[i]);
        CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 1);
        check_rejected(rig, 302);
    }
}

/* RFC3261:8.1.3.4 */
TEST(rfc3261_8_1_3_4_contacts_are_tried_in_the_order_of_q_until_one_answers)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.9");
    redirect(rig, 0,
             "Contact: <sip:one@10.0.0.9>;q=0.2, <sip:two@10.0.0.9>;q=0.9\r\n"
             "Contact: <sip:three@10.0.0.9>;q=0.5\r\n");
    check_target(rig, 1, "sip:two@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 1), 486, "x", ""));
    check_target(rig, 2, "sip:three@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 2), 603, "y", ""));
    check_target(rig, 3, "sip:one@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 3), 404, "z", ""));
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 4);
    CHECK_EQ(ua_sent_count(rig, ALICE, "ACK"), 4);
    check_rejected(rig, 404);
}

/* RFC3261:8.1.3.4 Two that point to each other, each under another spelling. */
TEST(rfc3261_8_1_3_4_no_contact_is_tried_twice)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.9");
    redirect(rig, 0, "Contact: <sip:%62ob@10.0.0.9>, <sip:carol@10.0.0.9>\r\n");
    check_target(rig, 1, "sip:carol@10.0.0.9");
    redirect(rig, 1, "Contact: <sip:bob@10.0.0.9>, <SIP:carol@10.0.0.9>\r\n");
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 2);
    check_rejected(rig, 302);
}

/* RFC3261:8.1.3.4 */
TEST(rfc3261_8_1_3_4_endless_redirections_come_to_an_end)
{
    ua_rig *rig = ua_start();
    unsigned count = 0;
    ua_call(rig, ALICE, "sip:bob@10.0.0.9");
    while (ua_sent_count(rig, ALICE, "INVITE") > count) {
        char lines[256];
        snprintf(lines, sizeof lines, "Contact: <sip:n%u@10.0.0.9>, <sip:m%u@10.0.0.9>\r\n", count,
                 count);
        redirect(rig, count++, lines);
        CHECK(count < 20);
    }
    CHECK_EQ(count, 8);
    check_rejected(rig, 302);
}

/* RFC3261:8.1.3.4 RFC3261:8.1.3.1 */
TEST(rfc3261_8_1_3_4_a_target_that_is_silent_or_not_found_gives_way_to_the_next)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.9");
    redirect(rig, 0,
             "Contact: <sip:one@10.0.0.9>, <sip:two@nowhere.example.com>;q=0.9\r\n"
             "Contact: <sip:three@10.0.0.9>;q=0.8\r\n");
    ua_run(rig, SS_S(32));
    CHECK_OK(ua_answer_query(rig, 0, NULL));
    check_target(rig, ua_sent_count(rig, ALICE, "INVITE") - 1, "sip:three@10.0.0.9");
    CHECK_EQ(rig->messages[rig->message_count - 1].at, SS_S(32));
    CHECK_OK(ua_lose_path(rig, ALICE, CAROL));
    check_rejected(rig, 503);
}

/* RFC3261:8.1.3.4 What was asked for in secret is not asked for in the open. */
TEST(rfc3261_8_1_3_4_from_sips_nothing_leads_to_sip)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sips:bob@10.0.0.9");
    redirect(rig, 0, "Contact: <sip:carol@10.0.0.9>\r\n");
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 1);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 302);
}

/* RFC3261:8.1.1.8 RFC3261:8.1.3.4 */
TEST(rfc3261_8_1_3_4_a_redirection_to_sips_makes_the_contact_secure)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.9");
    redirect(rig, 0, "Contact: <sips:carol@10.0.0.9>\r\n");
    const ss_msg *again = ua_parse(invite_of(rig, 1));
    CHECK_SLICE(ss_msg_value(again, SS_HDR_CONTACT, 0), "<sips:alice@10.0.0.1:5060>");
    CHECK_SLICE(again->top_via.transport, "TLS");
}

/* RFC3261:8.1.3.4 RFC3261:8.1.2 The pre-loaded route stays. */
TEST(rfc3261_8_1_3_4_a_redirected_call_goes_by_the_outbound_proxy)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].outbound = SS_LIT("sip:10.0.0.9;lr");
    ua_call(rig, ALICE, "sip:bob@example.com");
    redirect(rig, 0, "Contact: <sip:bob@elsewhere.example.net>\r\n");
    CHECK_EQ(invite_of(rig, 1)->to, CAROL);
    check_target(rig, 1, "sip:bob@elsewhere.example.net");
    CHECK_SLICE(ss_msg_value(ua_parse(invite_of(rig, 1)), SS_HDR_ROUTE, 0), "<sip:10.0.0.9;lr>");
}

/* RFC3261:8.1.3.4 RFC3261:9.1 */
TEST(rfc3261_8_1_3_4_a_call_that_was_cancelled_follows_no_redirection)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.9");
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
    redirect(rig, 0, CONTACT);
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 1);
    check_rejected(rig, 302);
}

/* RFC3261:8.1.3.5 */
TEST(rfc3261_8_1_3_5_a_420_is_followed_without_what_is_not_supported)
{
    static const ss_extra_header wants[] = {
        { SS_LIT_INIT("Require"), SS_LIT_INIT("one, two"), SS_METHOD_BIT(INVITE) },
        { SS_LIT_INIT("Proxy-Require"), SS_LIT_INIT("three"), SS_METHOD_BIT(INVITE) },
    };
    static const ss_ua_profile profile = { .extra_headers = wants, .extra_header_count = 2 };
    ua_rig *rig = ua_start();
    rig->identities[ALICE].profile = &profile;
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 0), 420, "r", "Unsupported: Two, three\r\n"));
    const ss_msg *again = ua_parse(invite_of(rig, 1));
    CHECK_SLICE(ss_msg_value(again, SS_HDR_REQUIRE, 0), "one");
    CHECK_EQ(ss_msg_count(again, SS_HDR_PROXY_REQUIRE), 0);
    CHECK_EQ(again->cseq.number, ua_parse(invite_of(rig, 0))->cseq.number + 1);
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 1), 420, "r", "Unsupported: four\r\n"));
    check_rejected(rig, 420);
}

/* ---- inside a dialog: 12.2.1.2 ---- */

#define OFFER SS_LIT("v=0\r\ns=offer\r\n")

/* A call to Carol whose route set is `routes`, and a re-INVITE in it. */
static ua_rig *reinvite_carol(const char *routes)
{
    char lines[256];
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    snprintf(lines, sizeof lines, "%s" CONTACT "Allow: UPDATE\r\n", routes);
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 0), 200, "c", lines));
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_REINVITE, OFFER));
    return rig;
}

/* RFC3261:12.2.1.2 as outside one, but by the route set of the dialog. */
TEST(rfc3261_12_2_1_2_a_redirected_reinvite_goes_by_the_route_set_to_the_contact)
{
    ua_rig *rig = reinvite_carol("Record-Route: <sip:10.0.0.9;lr>\r\n");
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 1), 302, "c",
                              "Contact: <sip:moved@10.7.7.7>;q=0.5, <sip:best@10.7.7.8>\r\n"));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REFUSED), 0);
    check_target(rig, 2, "sip:best@10.7.7.8");
    const ss_msg *again = ua_parse(invite_of(rig, 2));
    CHECK_SLICE(ss_msg_value(again, SS_HDR_ROUTE, 0), "<sip:10.0.0.9;lr>");
    CHECK_EQ(invite_of(rig, 2)->to, CAROL);
    CHECK_SLICE_EQ(again->body, OFFER);
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 2), 480, "c", ""));
    check_target(rig, 3, "sip:moved@10.7.7.7");
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 3), 200, "c", CONTACT));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_CHANGED), 1);
    CHECK_SLICE(ua_sent_msg(rig, ALICE, "ACK", 3)->request_uri, "sip:carol@10.0.0.9");
}

TEST(rfc3261_12_2_1_2_what_is_redirected_nowhere_is_refused_and_the_dialog_goes_on)
{
    ua_rig *rig = reinvite_carol("");
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 1), 302, "c", CONTACT)); /* where it was */
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REFUSED, 0)->event.status, 302);
    CHECK_OK(ua_say(rig, ALICE, SS_CMD_UPDATE, OFFER));
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "UPDATE", 0), 301, "c",
                              "Contact: <sip:moved@10.0.0.9>\r\n"));
    CHECK_SLICE(ua_sent_msg(rig, ALICE, "UPDATE", 1)->request_uri, "sip:moved@10.0.0.9");
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1)); /* while it is under way */
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "BYE", 0), 200, "c", ""));
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* A strict router stands in the Request-URI, where no target may be put. */
TEST(rfc3261_12_2_1_2_behind_a_strict_router_nothing_is_redirected)
{
    ua_rig *rig = reinvite_carol("Record-Route: <sip:10.0.0.9>\r\n");
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 1), 302, "c", "Contact: <sip:x@10.0.0.9>\r\n"));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REFUSED, 0)->event.status, 302);
}

/* ---- bodies that are too large, or not understood: 8.1.3.5 ---- */

/* RFC3261:13.2.1 the 2xx has the offer then */
static void check_without_offer(unsigned status, const char *lines)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 0), status, "c", lines));
    const ss_msg *again = ua_parse(invite_of(rig, 1));
    CHECK_EQ(again->body.len, 0);
    CHECK_EQ(ss_msg_count(again, SS_HDR_CONTENT_TYPE), 0);
    CHECK_SLICE(ss_msg_value(again, SS_HDR_CONTENT_LENGTH, 0), "0");
    CHECK_OK(ua_carol_answers(rig, invite_of(rig, 1), status, "c", lines));
    check_rejected(rig, status); /* there is nothing more to leave out */
}

TEST(rfc3261_8_1_3_5_an_invite_that_is_too_large_goes_again_without_its_offer)
{
    check_without_offer(413, "");
}

TEST(rfc3261_8_1_3_5_a_description_that_is_not_understood_is_left_out)
{
    check_without_offer(415, "Accept: text/plain, application/x\r\n");
}

TEST(rfc3261_8_1_3_5_a_415_that_names_what_was_sent_asks_for_nothing)
{
    static const char *const lines[] = { "", "Accept: text/plain, application/SDP;x=y\r\n",
                                         "Accept-Encoding: identity\r\n" };
    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        ua_rig *rig = ua_start();
        ua_call(rig, ALICE, "sip:carol@10.0.0.9");
        CHECK_OK(ua_carol_answers(rig, invite_of(rig, 0), 415, "c", lines[i]));
        check_rejected(rig, 415);
    }
}

/* RFC3261:20.33 */
TEST(rfc3261_20_33_a_rejection_says_when_to_try_again)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    ss_command reject = { .kind = SS_CMD_REJECT, .call = 1, .status = 486, .retry_after_s = 30 };
    CHECK_OK(ua_command(rig, BOB, &reject));
    CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, BOB, "486 INVITE", 0), SS_HDR_RETRY_AFTER, 0), "30");
    ua_run(rig, SS_MS(20));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->msg_status, 486);
}
