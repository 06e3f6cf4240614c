/* The Record-Route of a copy (RFC 3261 16.6 step 4), on every transport: it must lead back here. */
#include "stack/proxy/context.h"

#include "check.h"
#include "messages.h"
#include "ss/engine.h"

static ss_address other; /* of the other version of IP, or none */

static ss_slice record_route(ss_transport transport, const char *start_line, const char *target,
                             const char *route)
{
    const ss_proxy_config config = { .local = { .transport = transport,
                                                .local = ss_address_v4(0x0a000001, 5070) },
                                     .other = other,
                                     .record_route = true };
    ss_proxy proxy = { .config = &config };
    ss_turn turn = ss_turn_begin(0, test_arena());
    const ss_settings settings = ss_settings_default();
    ss_core core = { .settings = &settings };
    const ss_visit v = { .proxy = &proxy, .core = &core, .turn = &turn };
    ss_msg request, copy;
    ss_diag diag;
    ss_slice routes[1] = { ss_slice_from(route) };
    const ss_routing routing = { .routes = routes, .count = 1, .last = route[0] == '\0' ? 0 : 1 };
    ss_outgoing out;
    test_parse_ok(test_request(start_line), &request);
    CHECK_OK(ss_outgoing_plan(&v, &request, &routing, &(ss_target){ .uri = ss_slice_from(target) },
                              &out));
    const ss_path path = ss_proxy_path_to(&proxy, &out, &out.hop.address);
    const ss_slice bytes = ss_outgoing_print(&v, &out, &path, SS_LIT("z9hG4bKx"));
    CHECK_OK(ss_msg_parse(&copy, test_arena(), bytes, &diag));
    return ss_msg_value(&copy, SS_HDR_RECORD_ROUTE, 0);
}

TEST(rfc3261_16_6_step_4_record_route_resolves_to_the_transport_that_it_was_put_on)
{
    static const char line[] = "^INVITE sip:b@x SIP/2.0";
    CHECK_SLICE(record_route(SS_TRANSPORT_UDP, line, "sip:10.0.0.3", ""), "<sip:10.0.0.1:5070;lr>");
    CHECK_SLICE(record_route(SS_TRANSPORT_TCP, line, "sip:10.0.0.3;transport=tcp", ""),
                "<sip:10.0.0.1:5070;transport=tcp;lr>");
    CHECK_SLICE(record_route(SS_TRANSPORT_WS, line, "sip:10.0.0.3;transport=ws", ""),
                "<sip:10.0.0.1:5070;transport=ws;lr>");
}

TEST(rfc3261_16_6_step_4_record_route_is_sips_when_request_uri_or_topmost_route_are_and_only_then)
{
    static const char line[] = "^INVITE sip:b@x SIP/2.0";
    CHECK_SLICE(record_route(SS_TRANSPORT_TLS, line, "sip:10.0.0.3;transport=tls", ""),
                "<sip:10.0.0.1:5070;transport=tls;lr>");
    CHECK_SLICE(record_route(SS_TRANSPORT_TLS, line, "sips:b@10.0.0.3", ""),
                "<sips:10.0.0.1:5070;lr>");
    CHECK_SLICE(record_route(SS_TRANSPORT_TLS, line, "sip:b@x", "<SIPS:10.0.0.3;lr>"),
                "<sips:10.0.0.1:5070;lr>");
    CHECK_SLICE(
        record_route(SS_TRANSPORT_TLS, line, "sips:b@x", "<sip:10.0.0.3;transport=tls>"),
        "<sips:10.0.0.1:5070;lr>"); /* a strict router: the target is the topmost Route now */
}

TEST(rfc3261_16_6_step_4_where_the_version_of_ip_changes_record_route_has_an_address_of_each)
{
    static const char line[] = "^INVITE sip:b@x SIP/2.0";
    CHECK_OK(ss_address_from(SS_LIT("2001:db8::1"), 5070, &other));
    CHECK_SLICE(record_route(SS_TRANSPORT_UDP, line, "sip:[2001:db8::3]", ""),
                "<sip:[2001:db8::1]:5070;lr>, <sip:10.0.0.1:5070;lr>");
    CHECK_SLICE(record_route(SS_TRANSPORT_UDP, line, "sip:10.0.0.3", ""), "<sip:10.0.0.1:5070;lr>");
    other = (ss_address){ .family = 0 };
}
