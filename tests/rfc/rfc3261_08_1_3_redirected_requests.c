/* RFC 3261 8.1.3.4, 12.2.1.2 and 8.1.3.5: 3xx for requests that are no INVITE, outside dialogs and inside them; 416, and what a
 * telephone number becomes then (19.1.6). Alice asks, Carol answers by hand; Carol has every user at 10.0.0.9. */
#include "events_rig.h"

#include <stdio.h>

#define CONTACT   "Contact: <sip:carol@10.0.0.9>\r\n"
#define ELSEWHERE "Contact: <sip:best@10.0.0.9>, <sip:next@10.0.0.9>;q=0.5\r\n"

static const ss_slice packages[] = { SS_LIT_INIT("presence") };
static const ss_ua_profile presence = { .package_count = 1, .packages = packages };

static void ask(ua_rig *rig, ss_command command)
{
    CHECK_OK(ua_command(rig, ALICE, &command));
}

static void answer(ua_rig *rig, const char *method, unsigned nth, unsigned status,
                   const char *lines)
{
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, method, nth), status, "c", lines));
}

static void check_target(ua_rig *rig, const char *method, unsigned nth, const char *uri)
{
    CHECK_SLICE_EQ(ua_sent_msg(rig, ALICE, method, nth)->request_uri, ss_slice_from(uri));
}

static void check_empty(ua_rig *rig)
{
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
}

/* ---- outside dialogs ---- */

static ua_rig *message_to(const char *target)
{
    ua_rig *rig = ua_start();
    ask(rig, (ss_command){ .kind = SS_CMD_REQUEST,
                           .method = SS_METHOD_MESSAGE,
                           .target = ss_slice_from(target),
                           .body_type = SS_LIT("text/plain"),
                           .body = SS_LIT("hello") });
    return rig;
}

/* RFC3261:8.1.3.4 */
TEST(rfc3261_8_1_3_4_a_redirected_message_goes_to_its_contacts_in_turn)
{
    ua_rig *rig = message_to("sip:carol@10.0.0.9");
    answer(rig, "MESSAGE", 0, 302, ELSEWHERE);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_RESPONSE), 0);
    const ss_msg *first = ua_sent_msg(rig, ALICE, "MESSAGE", 0);
    const ss_msg *second = ua_sent_msg(rig, ALICE, "MESSAGE", 1);
    check_target(rig, "MESSAGE", 1, "sip:best@10.0.0.9");
    CHECK_EQ(second->cseq.number, first->cseq.number + 1);
    CHECK_SLICE_EQ(ss_msg_call_id(second), ss_msg_call_id(first));
    CHECK_SLICE_EQ(second->body, first->body);
    CHECK(!ss_slice_eq(second->top_via.branch, first->top_via.branch));
    answer(rig, "MESSAGE", 1, 404, "");
    check_target(rig, "MESSAGE", 2, "sip:next@10.0.0.9");
    answer(rig, "MESSAGE", 2, 200, "");
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_RESPONSE, 0)->event.status, 200);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_RESPONSE, 0)->event.request, 1);
    check_empty(rig);
}

/* RFC3261:8.1.3.4 */
TEST(rfc3261_8_1_3_4_a_message_that_is_redirected_for_ever_comes_to_an_end)
{
    ua_rig *rig = message_to("sip:carol@10.0.0.9");
    unsigned count = 0;
    for (; ua_sent_count(rig, ALICE, "MESSAGE") > count; count++) {
        char lines[64];
        snprintf(lines, sizeof lines, "Contact: <sip:n%u@10.0.0.9>, <sip:carol@10.0.0.9>\r\n",
                 count);
        CHECK(count < 20);
        answer(rig, "MESSAGE", count, 302, lines);
    }
    CHECK_EQ(count, 8);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_RESPONSE, 0)->event.status, 302);
    check_empty(rig);
}

/* RFC3261:8.1.3.4 RFC3261:8.1.3.1 */
TEST(rfc3261_8_1_3_4_a_target_of_a_message_that_is_not_found_or_silent_gives_way_to_the_next)
{
    ua_rig *rig = message_to("sip:carol@10.0.0.9");
    answer(rig, "MESSAGE", 0, 302,
           "Contact: <sip:one@nowhere.example.com>, <sip:two@10.0.0.9>;q=0.5\r\n"
           "Contact: <sip:three@10.0.0.9>;q=0.3\r\n");
    CHECK_OK(ua_answer_query(rig, 0, NULL));
    check_target(rig, "MESSAGE", 1, "sip:two@10.0.0.9");
    ua_run(rig, SS_S(32));
    const unsigned last = ua_sent_count(rig, ALICE, "MESSAGE") - 1;
    check_target(rig, "MESSAGE", last, "sip:three@10.0.0.9");
    answer(rig, "MESSAGE", last, 486, "");
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_RESPONSE, 0)->event.status, 486);
    check_empty(rig);
}

/* RFC3261:8.1.3.4 Two requests under way have a target set each. */
TEST(rfc3261_8_1_3_4_the_target_sets_of_two_requests_are_their_own)
{
    ua_rig *rig = message_to("sip:carol@10.0.0.9");
    ask(rig, (ss_command){ .kind = SS_CMD_REQUEST,
                           .method = SS_METHOD_OPTIONS,
                           .target = SS_LIT("sip:carol@10.0.0.9") });
    answer(rig, "MESSAGE", 0, 302, ELSEWHERE);
    answer(rig, "OPTIONS", 0, 302, ELSEWHERE);
    answer(rig, "MESSAGE", 1, 200, "");
    answer(rig, "OPTIONS", 1, 404, "");
    check_target(rig, "OPTIONS", 2, "sip:next@10.0.0.9");
    answer(rig, "OPTIONS", 2, 200, "");
    CHECK_EQ(ua_sent_count(rig, ALICE, "MESSAGE"), 2);
    check_empty(rig);
}

TEST(a_crash_forgets_the_target_sets)
{
    ua_rig *rig = message_to("sip:carol@10.0.0.9");
    answer(rig, "MESSAGE", 0, 302, ELSEWHERE);
    ss_engine_reset(&rig->engines[ALICE]);
    CHECK_EQ(rig->engines[ALICE].core.bytes, 0);
}

/* RFC3261:8.1.3.4 */
TEST(rfc3903_4_a_redirected_publication_keeps_its_document)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].profile = &presence;
    ask(rig, (ss_command){ .kind = SS_CMD_PUBLISH,
                           .target = SS_LIT("sip:carol@10.0.0.9"),
                           .event = SS_LIT("presence"),
                           .status = 1,
                           .expires_s = 600 });
    answer(rig, "PUBLISH", 0, 302, ELSEWHERE);
    check_target(rig, "PUBLISH", 1, "sip:best@10.0.0.9");
    CHECK_SLICE_EQ(ua_sent_msg(rig, ALICE, "PUBLISH", 1)->body,
                   ua_sent_msg(rig, ALICE, "PUBLISH", 0)->body);
    answer(rig, "PUBLISH", 1, 200, "SIP-ETag: x\r\nExpires: 600\r\n");
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_PUBLISHED), 1);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_QUIET, 0));
    const unsigned last = ua_sent_count(rig, ALICE, "PUBLISH") - 1;
    answer(rig, "PUBLISH", last, 302, CONTACT); /* where it was */
    check_empty(rig);
}

/* ---- subscriptions ---- */

static ua_rig *subscribe_to(const char *target)
{
    ua_rig *rig = ua_start();
    ask(rig, (ss_command){ .kind = SS_CMD_SUBSCRIBE,
                           .target = ss_slice_from(target),
                           .event = SS_LIT("presence"),
                           .expires_s = 600 });
    return rig;
}

static void notify(ua_rig *rig, unsigned made_by, const char *tag, unsigned cseq)
{
    ev_carol_notifies(rig, ua_sent(rig, ALICE, "SUBSCRIBE", made_by), tag, cseq,
                      "Event: presence\r\nSubscription-State: active;expires=600\r\n", "");
}

/* RFC3261:8.1.3.4 RFC6665:4.1.2.4 Timer N is that of the SUBSCRIBE that went last. */
TEST(rfc3261_8_1_3_4_a_redirected_subscribe_waits_for_its_notify_anew)
{
    ua_rig *rig = subscribe_to("sip:carol@10.0.0.9");
    ua_run(rig, SS_S(20));
    answer(rig, "SUBSCRIBE", 0, 302, ELSEWHERE);
    const unsigned last = ua_sent_count(rig, ALICE, "SUBSCRIBE") - 1;
    check_target(rig, "SUBSCRIBE", last, "sip:best@10.0.0.9");
    answer(rig, "SUBSCRIBE", last, 200, CONTACT "Expires: 600\r\n");
    ua_run(rig, SS_S(51));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 0);
    ua_run(rig, SS_S(52));
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED, 0)->event.status, 408);
    check_empty(rig);
}

/* RFC3261:12.2.1.2 The refresh goes by the route set to the Contact; the subscription is what it was. */
TEST(rfc3261_12_2_1_2_a_redirected_refresh_goes_by_the_route_set)
{
    ua_rig *rig = subscribe_to("sip:carol@10.0.0.9");
    ev_carol_notifies(rig, ua_sent(rig, ALICE, "SUBSCRIBE", 0), "c", 1,
                      "Record-Route: <sip:10.0.0.9;lr>\r\nEvent: presence\r\n"
                      "Subscription-State: active;expires=600\r\n",
                      "");
    answer(rig, "SUBSCRIBE", 0, 200, CONTACT "Expires: 600\r\n");
    ua_run(rig, SS_MS(540100));
    answer(rig, "SUBSCRIBE", 1, 302, "Contact: <sip:moved@10.7.7.7>\r\n");
    const ss_msg *again = ua_sent_msg(rig, ALICE, "SUBSCRIBE", 2);
    CHECK_SLICE(again->request_uri, "sip:moved@10.7.7.7");
    CHECK_SLICE(ss_msg_value(again, SS_HDR_ROUTE, 0), "<sip:10.0.0.9;lr>");
    CHECK_EQ(again->cseq.number, ua_sent_msg(rig, ALICE, "SUBSCRIBE", 1)->cseq.number + 1);
    answer(rig, "SUBSCRIBE", 2, 200, "Contact: <sip:moved@10.7.7.7>\r\nExpires: 600\r\n");
    notify(rig, 0, "c", 2);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 0);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_NOTIFIED), 2);
}

/* RFC3261:8.1.1.8 RFC3261:8.1.3.4 */
TEST(rfc3261_8_1_1_8_a_subscribe_to_a_sips_uri_has_a_sips_contact)
{
    ua_rig *rig = subscribe_to("sips:carol@10.0.0.9");
    CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, ALICE, "SUBSCRIBE", 0), SS_HDR_CONTACT, 0),
                "<sips:alice@10.0.0.1:5060>");
    rig = subscribe_to("sip:carol@10.0.0.9");
    CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, ALICE, "SUBSCRIBE", 0), SS_HDR_CONTACT, 0),
                "<sip:alice@10.0.0.1:5060>");
    answer(rig, "SUBSCRIBE", 0, 302, "Contact: <sips:carol@10.0.0.9>\r\n");
    CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, ALICE, "SUBSCRIBE", 1), SS_HDR_CONTACT, 0),
                "<sips:alice@10.0.0.1:5060>");
}

/* RFC3515 2.4.1 puts no limit on it: RFC3261:8.1.3.4 */
TEST(rfc3515_2_5_a_refer_may_be_redirected)
{
    ua_rig *rig = ua_start();
    ask(rig, (ss_command){ .kind = SS_CMD_REFER,
                           .target = SS_LIT("sip:carol@10.0.0.9"),
                           .refer_to = SS_LIT("sip:bob@10.0.0.2") });
    answer(rig, "REFER", 0, 302, ELSEWHERE);
    check_target(rig, "REFER", 1, "sip:best@10.0.0.9");
    CHECK(ev_has(ua_sent(rig, ALICE, "REFER", 1), "\r\nRefer-To: <sip:bob@10.0.0.2>\r\n"));
    answer(rig, "REFER", 1, 603, "");
    answer(rig, "REFER", 2, 603, "");
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED, 0)->event.status, 603);
    check_empty(rig);
}

/* RFC3261:12.2.1.2 A NOTIFY is a request inside a dialog like any other. */
TEST(rfc3261_12_2_1_2_a_redirected_notify_goes_to_the_contact)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].profile = &presence;
    ev_carol_sends(rig, ALICE, "SUBSCRIBE", "s", 1, CONTACT "Event: presence\r\nExpires: 600\r\n",
                   NULL, "");
    answer(rig, "NOTIFY", 0, 302, "Contact: <sip:moved@10.0.0.9>\r\n");
    check_target(rig, "NOTIFY", 1, "sip:moved@10.0.0.9");
    CHECK_EQ(ua_sent_msg(rig, ALICE, "NOTIFY", 1)->cseq.number,
             ua_sent_msg(rig, ALICE, "NOTIFY", 0)->cseq.number + 1);
    answer(rig, "NOTIFY", 1, 481, "");
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_SUBSCRIPTION_ENDED), 1);
    check_empty(rig);
}

/* ---- inside a call ---- */

static ua_rig *call_carol(const char *routes)
{
    char lines[256];
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    snprintf(lines, sizeof lines, "%s" CONTACT, routes);
    answer(rig, "INVITE", 0, 200, lines);
    return rig;
}

/* RFC3261:12.2.1.2 RFC3261:15.1.1 */
TEST(rfc3261_12_2_1_2_a_redirected_bye_follows_its_peer)
{
    ua_rig *rig = call_carol("Record-Route: <sip:10.0.0.9;lr>\r\n");
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    answer(rig, "BYE", 0, 302, "Contact: <sip:moved@10.7.7.7>\r\n");
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ENDED), 0);
    check_target(rig, "BYE", 1, "sip:moved@10.7.7.7");
    CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, ALICE, "BYE", 1), SS_HDR_ROUTE, 0),
                "<sip:10.0.0.9;lr>");
    CHECK_EQ(ua_sent_msg(rig, ALICE, "BYE", 1)->cseq.number,
             ua_sent_msg(rig, ALICE, "BYE", 0)->cseq.number + 1);
    answer(rig, "BYE", 1, 200, "");
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.status, 200);
    check_empty(rig);
}

/* RFC3261:15.1.1 any answer ends the session when there is nowhere else to say it. */
TEST(rfc3261_15_1_1_a_bye_that_is_redirected_nowhere_ends_the_call)
{
    static const char *const routes[] = { "", "Record-Route: <sip:10.0.0.9>\r\n" };
    static const char *const contacts[] = { CONTACT, "Contact: <sip:moved@10.7.7.7>\r\n" };
    for (size_t i = 0; i < SS_COUNT(routes); i++) { /* the second: behind a strict router */
        ua_rig *rig = call_carol(routes[i]);
        CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
        answer(rig, "BYE", 0, 302, contacts[i]);
        CHECK_EQ(ua_sent_count(rig, ALICE, "BYE"), 1);
        CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_ENDED, 0)->event.status, 302);
        check_empty(rig);
    }
}

/* RFC3261:12.2.1.2 */
TEST(rfc3261_12_2_1_2_a_redirected_info_and_message_stay_in_their_dialog)
{
    static const uint8_t methods[] = { SS_METHOD_INFO, SS_METHOD_MESSAGE };
    static const char *const names[] = { "INFO", "MESSAGE" };
    for (size_t i = 0; i < SS_COUNT(methods); i++) {
        ua_rig *rig = call_carol("");
        ask(rig, (ss_command){ .kind = SS_CMD_REQUEST,
                               .method = methods[i],
                               .call = 1,
                               .body_type = SS_LIT("text/plain"),
                               .body = SS_LIT("x") });
        answer(rig, names[i], 0, 301, "Contact: <sip:moved@10.0.0.9>\r\n");
        check_target(rig, names[i], 1, "sip:moved@10.0.0.9");
        CHECK_SLICE_EQ(ss_msg_value(ua_sent_msg(rig, ALICE, names[i], 1), SS_HDR_TO, 0),
                       ss_msg_value(ua_sent_msg(rig, ALICE, names[i], 0), SS_HDR_TO, 0));
        answer(rig, names[i], 1, 200, "");
        CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_RESPONSE, 0)->event.status, 200);
        CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
        check_target(rig, "BYE", 0, "sip:carol@10.0.0.9"); /* it refreshed no target */
        answer(rig, "BYE", 0, 200, "");
        check_empty(rig);
    }
}

/* RFC3261:9.1 A CANCEL goes where its INVITE went, and its answer says nothing of the INVITE. */
TEST(rfc3261_9_1_a_cancel_is_never_redirected)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    answer(rig, "INVITE", 0, 180, "");
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_CANCEL, 1));
    answer(rig, "CANCEL", 0, 302, ELSEWHERE);
    CHECK_EQ(ua_sent_count(rig, ALICE, "CANCEL"), 1);
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 1);
    answer(rig, "INVITE", 0, 487, "");
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 487);
    check_empty(rig);
}

/* ---- 416 ---- */

static ua_rig *call_number(const char *number)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].outbound = SS_LIT("sip:10.0.0.9;lr");
    ua_call(rig, ALICE, number);
    return rig;
}

/* RFC3261:8.1.3.5 RFC3261:21.4.14 RFC3261:19.1.6 */
TEST(rfc3261_8_1_3_5_a_number_that_is_refused_is_called_again_by_a_sip_uri)
{
    ua_rig *rig = call_number("tel:+358-555-1234567");
    const ss_msg *first = ua_sent_msg(rig, ALICE, "INVITE", 0);
    CHECK_SLICE(first->request_uri, "tel:+358-555-1234567");
    CHECK_SLICE(ss_msg_value(first, SS_HDR_TO, 0), "<tel:+358-555-1234567>");
    answer(rig, "INVITE", 0, 416, "");
    const ss_msg *again = ua_sent_msg(rig, ALICE, "INVITE", 1);
    CHECK_SLICE(again->request_uri, "sip:+358-555-1234567@example.com;user=phone");
    CHECK_EQ(ua_sent(rig, ALICE, "INVITE", 1)->to, CAROL);
    CHECK_EQ(again->cseq.number, first->cseq.number + 1);
    CHECK_SLICE_EQ(ss_msg_call_id(again), ss_msg_call_id(first));
    CHECK_SLICE_EQ(ss_msg_value(again, SS_HDR_TO, 0), ss_msg_value(first, SS_HDR_TO, 0));
    CHECK_SLICE_EQ(ss_msg_value(again, SS_HDR_FROM, 0), ss_msg_value(first, SS_HDR_FROM, 0));
    CHECK_SLICE_EQ(again->body, first->body);
    answer(rig, "INVITE", 1, 200, CONTACT);
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_OK(ua_do(rig, ALICE, SS_CMD_HANGUP, 1));
    answer(rig, "BYE", 0, 200, "");
    check_empty(rig);
}

/* RFC3261:8.1.3.5 There is nothing to change in a SIP URI: a second 416 is the answer. */
TEST(rfc3261_8_1_3_5_a_416_to_a_sip_uri_is_the_answer)
{
    ua_rig *rig = call_number("tel:112");
    answer(rig, "INVITE", 0, 416, "");
    answer(rig, "INVITE", 1, 416, "");
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 2);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 416);
    check_empty(rig);
}

/* RFC5630:5.1.1 What was to be secret is not said in the open, whoever asks for it. */
TEST(rfc5630_5_1_1_a_sips_uri_is_never_made_a_sip_uri_after_416)
{
    ua_rig *rig = ua_start();
    ua_call(rig, ALICE, "sips:carol@10.0.0.9");
    answer(rig, "INVITE", 0, 416, "");
    CHECK_EQ(ua_sent_count(rig, ALICE, "INVITE"), 1);
    CHECK_EQ(ua_event_of(rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 416);
}

/* RFC3261:19.1.6 Equal numbers become equal URIs, whatever their case and the order of their parameters. */
TEST(rfc3261_19_1_6_equal_numbers_become_equal_sip_uris)
{
    static const struct {
        const char *number, *uri;
    } cases[] = {
        { "tel:+1-555;POSTD=PP22", "sip:+1-555;postd=pp22@example.com;user=phone" },
        { "TEL:+1-555;postd=pp22;isub=1411",
          "sip:+1-555;isub=1411;postd=pp22@example.com;user=phone" },
        { "tel:+1-555;tsp=a.b;phone-context=5",
          "sip:+1-555;phone-context=5;tsp=a.b@example.com;user=phone" },
        { "tel:+1-555;z;ab=1;a=2;isub=3", "sip:+1-555;isub=3;a=2;ab=1;z@example.com;user=phone" },
        { "tel:7042;phone-context=x:y@z",
          "sip:7042;phone-context=x%3ay%40z@example.com;user=phone" },
        { "tel:1;a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;r;q;p",
          "sip:1;a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;r;q;p@example.com;user=phone" },
        { "tel:1;;", "sip:1;@example.com;user=phone" },
    };
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        ua_rig *rig = call_number(cases[i].number);
        answer(rig, "INVITE", 0, 416, "");
        check_target(rig, "INVITE", 1, cases[i].uri);
    }
}

/* RFC3261:8.1.2 A number says no host: without a proxy to ask, nothing can be sent to it; and no other scheme leads anywhere. */
TEST(rfc3261_8_1_2_a_number_needs_an_outbound_proxy)
{
    ua_rig *rig = ua_start();
    ss_command command = { .kind = SS_CMD_CALL, .target = SS_LIT("tel:112") };
    CHECK_STATUS(ua_command(rig, ALICE, &command), SS_ERR_SYNTAX);
    rig->identities[ALICE].outbound = SS_LIT("sip:10.0.0.9;lr");
    command.target = SS_LIT("urn:service:sos");
    CHECK_STATUS(ua_command(rig, ALICE, &command), SS_ERR_SYNTAX);
    CHECK(ua_is_empty(rig, ALICE));
}
