/* Service-Route (RFC 3608): what a user agent learns of it from its registrar and does with it (6.1). Bob is the registrar in the test's hands:
 * what the engine sends goes to Carol, who answers by hand. The registrar of ours is in rfc5626_servers.c. */
#include "ua_rig.h"

#define TWO "Service-Route: <sip:a.example;lr>, <sip:b.example;lr>\r\n"

/* Alice's requests go to Carol first, who is her outbound proxy; or nowhere, when `outbound` is empty, but where they are for. */
static ua_rig *start_with(const char *outbound)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].registrar = SS_LIT("sip:10.0.0.9");
    rig->identities[ALICE].outbound = ss_slice_from(outbound);
    return rig;
}

/* The nth REGISTER, answered; `lines` beside the binding. */
static void enrol(ua_rig *rig, unsigned nth, unsigned status, const char *lines)
{
    static char text[1024];
    ss_command c = { .kind = SS_CMD_REGISTER, .expires_s = 3600 };
    CHECK_OK(ua_command(rig, ALICE, &c));
    ss_buffer b = ss_buffer_on(text, sizeof text - 1);
    ss_put_text(&b, lines);
    ss_put_text(&b, status < 300 ? "Contact: <sip:alice@10.0.0.1:5060>;expires=3600\r\n" : "");
    text[b.len] = '\0';
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", nth), status, "r", text));
}

/* The Route of Alice's next MESSAGE; empty: it has none. */
static ss_slice route_of_next(ua_rig *rig)
{
    const unsigned nth = ua_sent_count(rig, ALICE, "MESSAGE");
    ss_command c = { .kind = SS_CMD_REQUEST,
                     .method = SS_METHOD_MESSAGE,
                     .target = SS_LIT("sip:bob@10.0.0.9") };
    CHECK_OK(ua_command(rig, ALICE, &c));
    const ss_msg *msg = ua_sent_msg(rig, ALICE, "MESSAGE", nth);
    return ss_msg_count(msg, SS_HDR_ROUTE) == 0 ? SS_EMPTY : ss_msg_value(msg, SS_HDR_ROUTE, 0);
}

TEST(rfc3608_6_1_a_service_route_goes_behind_the_outbound_proxy_in_its_order)
{
    ua_rig *rig = start_with("sip:10.0.0.9;lr");
    CHECK_SLICE(route_of_next(rig), "<sip:10.0.0.9;lr>");
    enrol(rig, 0, 200, TWO "Service-Route: <sip:c.example;lr>\r\n");
    CHECK_SLICE(route_of_next(rig), "<sip:10.0.0.9;lr>, <sip:a.example;lr>, <sip:b.example;lr>, "
                                    "<sip:c.example;lr>");
    CHECK_EQ(ua_sent(rig, ALICE, "MESSAGE", 1)->to, CAROL);
}

TEST(rfc3608_6_1_an_invite_and_a_subscribe_take_it_too_but_no_register_does)
{
    ua_rig *rig = start_with("");
    enrol(rig, 0, 200, "Service-Route: <sip:10.0.0.9;lr>\r\n");
    (void)ua_call(rig, ALICE, "sip:bob@10.0.0.2");
    CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, ALICE, "INVITE", 0), SS_HDR_ROUTE, 0),
                "<sip:10.0.0.9;lr>");
    CHECK_EQ(ua_sent(rig, ALICE, "INVITE", 0)->to, CAROL);
    ss_command c = { .kind = SS_CMD_SUBSCRIBE,
                     .target = SS_LIT("sip:bob@10.0.0.2"),
                     .event = SS_LIT("dialog"),
                     .expires_s = 60 };
    CHECK_OK(ua_command(rig, ALICE, &c));
    CHECK_SLICE(ss_msg_value(ua_sent_msg(rig, ALICE, "SUBSCRIBE", 0), SS_HDR_ROUTE, 0),
                "<sip:10.0.0.9;lr>");
    enrol(rig, 1, 200, "");
    CHECK_EQ(ss_msg_count(ua_sent_msg(rig, ALICE, "REGISTER", 1), SS_HDR_ROUTE), 0);
}

TEST(rfc3608_6_1_the_latest_2xx_counts_and_one_without_clears_it)
{
    ua_rig *rig = start_with("");
    enrol(rig, 0, 200, "Service-Route: <sip:10.0.0.9;lr>, <sip:b.example;lr>\r\n");
    CHECK_SLICE(route_of_next(rig), "<sip:10.0.0.9;lr>, <sip:b.example;lr>");
    enrol(rig, 1, 200, "Service-Route: <sip:10.0.0.9;lr;x=2>\r\n");
    CHECK_SLICE(route_of_next(rig), "<sip:10.0.0.9;lr;x=2>");
    enrol(rig, 2, 200, "");
    CHECK_EQ(route_of_next(rig).len, 0);
}

TEST(rfc3608_6_1_it_is_gone_with_the_registration)
{
    static const unsigned refusals[] = { 403, 503, 200 };
    for (unsigned i = 0; i < SS_COUNT(refusals); i++) {
        ua_rig *rig = start_with("");
        enrol(rig, 0, 200, "Service-Route: <sip:10.0.0.9;lr>\r\n");
        CHECK(route_of_next(rig).len > 0);
        if (refusals[i] == 200) { /* it unregisters */
            ss_command c = { .kind = SS_CMD_REGISTER, .expires_s = 0 };
            CHECK_OK(ua_command(rig, ALICE, &c));
            CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 1), 200, "r", ""));
        } else {
            enrol(rig, 1, refusals[i], "");
        }
        CHECK_EQ(route_of_next(rig).len, 0);
    }
}

TEST(rfc3608_6_1_the_outbound_proxy_that_is_its_first_is_visited_once)
{
    ua_rig *rig = start_with("sip:10.0.0.9;lr");
    enrol(rig, 0, 200, "Service-Route: <sip:10.0.0.9;lr>, <sip:b.example;lr>\r\n");
    CHECK_SLICE(route_of_next(rig), "<sip:10.0.0.9;lr>, <sip:b.example;lr>");
}

/* "such route elements MUST include the loose-routing indicator" */
TEST(rfc3608_6_3_a_value_that_is_no_loose_route_makes_the_whole_worthless)
{
    static const char *const bad[] = {
        "Service-Route: <sip:10.0.0.9;lr>, <sip:b.example>\r\n",
        "Service-Route: <tel:+1555;lr>\r\n",
        "Service-Route: <sip:;lr>\r\n",
    };
    for (unsigned i = 0; i < SS_COUNT(bad); i++) {
        ua_rig *rig = start_with("");
        enrol(rig, 0, 200, bad[i]);
        CHECK_EQ(route_of_next(rig).len, 0);
    }
}
