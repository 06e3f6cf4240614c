/* RFC 5626 5 to 7 at edge proxies and registrars, RFC 3327 beneath it, and RFC 3608: by which way a user agent is reached. */
#include "proxy_rig.h"

#include <stdio.h>
#include <string.h>

#define REGISTRAR "10.0.0.9"
#define INSTANCE  "+sip.instance=\"<urn:uuid:1>\""

static proxy_rig *px_edge(void)
{
    proxy_rig *rig = px_new();
    rig->config.edge = true;
    px_go(rig);
    return rig;
}

/* Bob's REGISTER at `where`: with these header lines. */
static ss_slice enrols(proxy_rig *rig, const char *where, unsigned cseq, const char *lines)
{
    return px_printf(rig,
                     "REGISTER sip:%s SIP/2.0\nVia: SIP/2.0/UDP " BOB ":5060;branch=z9hG4bKr%u\n"
                     "Max-Forwards: 70\nFrom: <sip:bob@%s>;tag=b\nTo: <sip:bob@%s>\nCall-ID: r\n"
                     "CSeq: %u REGISTER\n%sContent-Length: 0\n\n",
                     where, cseq, where, where, cseq, lines);
}

/* ---- RFC3327 ------------------------------------------------------------------------------------------------- */

TEST(rfc3327_5_2_an_edge_proxy_puts_itself_into_path_when_the_user_agent_supports_it)
{
    proxy_rig *rig = px_edge();
    px_send(rig, BOB,
            enrols(rig, REGISTRAR, 1, "Contact: <sip:bob@10.0.0.3>\nSupported: path, gruu\n"));
    px_sent *out = px_expect(rig, REGISTRAR, "REGISTER sip:10.0.0.9 SIP/2.0");
    CHECK_SLICE(px_field(rig, out, SS_HDR_PATH, 0), "<sip:10.0.0.1:5060;lr>");
    px_send(rig, BOB, enrols(rig, REGISTRAR, 2, "Contact: <sip:bob@10.0.0.3>\n"));
    out = px_expect(rig, REGISTRAR, "REGISTER sip:10.0.0.9 SIP/2.0");
    CHECK_EQ(px_field_count(rig, out, SS_HDR_PATH), 0);
    px_stop(rig);
}

TEST(rfc3327_5_2_it_comes_before_those_that_are_there)
{
    proxy_rig *rig = px_edge();
    px_send(rig, BOB,
            enrols(rig, REGISTRAR, 1,
                   "Contact: <sip:bob@10.0.0.3>\nSupported: path\nPath: <sip:10.0.0.7;lr>\n"));
    px_sent *out = px_expect(rig, REGISTRAR, "REGISTER sip:10.0.0.9 SIP/2.0");
    CHECK_SLICE(px_field(rig, out, SS_HDR_PATH, 0), "<sip:10.0.0.1:5060;lr>");
    CHECK_SLICE(px_field(rig, out, SS_HDR_PATH, 1), "<sip:10.0.0.7;lr>");
    px_stop(rig);
}

TEST(rfc3327_5_3_a_path_is_told_back_and_5_4_is_the_way_to_the_contact)
{
    proxy_rig *rig = px_start();
    px_send(rig, BOB,
            enrols(rig, "example.com", 1,
                   "Contact: <sip:bob@192.0.2.3>\nSupported: path\n"
                   "Path: \"a, b\" <sip:e,1@10.0.0.7;lr>;x=1, <sip:10.0.0.8;lr>\n"));
    px_sent *ok = px_expect(rig, BOB, "SIP/2.0 200 OK");
    CHECK_SLICE(px_field(rig, ok, SS_HDR_PATH, 0),
                "\"a, b\" <sip:e,1@10.0.0.7;lr>;x=1, <sip:10.0.0.8;lr>");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    px_sent *out = px_expect(rig, "10.0.0.7", "MESSAGE sip:bob@192.0.2.3 SIP/2.0");
    CHECK_SLICE(px_field(rig, out, SS_HDR_ROUTE, 0), "<sip:e,1@10.0.0.7;lr>, <sip:10.0.0.8;lr>");
    px_stop(rig);
}

TEST(rfc3327_5_4_a_path_comes_before_the_routes_of_the_request)
{
    proxy_rig *rig = px_start();
    px_send(rig, BOB,
            enrols(rig, "example.com", 1,
                   "Contact: <sip:bob@192.0.2.3>\nSupported: path\nPath: <sip:10.0.0.7;lr>\n"));
    px_expect(rig, BOB, "SIP/2.0 200 OK");
    px_send(rig, ALICE,
            px_request(rig, "MESSAGE sip:bob@example.com", "a1",
                       "Route: <sip:10.0.0.1;lr>, <sip:10.0.0.8;lr>\n"));
    px_sent *out = px_expect(rig, "10.0.0.7", "MESSAGE sip:bob@192.0.2.3 SIP/2.0");
    CHECK_EQ(px_field_count(rig, out, SS_HDR_ROUTE), 1);
    CHECK_SLICE(px_field(rig, out, SS_HDR_ROUTE, 0), "<sip:10.0.0.7;lr>, <sip:10.0.0.8;lr>");
    px_stop(rig);
}

TEST(rfc3327_5_3_a_path_that_the_user_agent_does_not_support_is_420)
{
    proxy_rig *rig = px_start();
    px_send(
        rig, BOB,
        enrols(rig, "example.com", 1, "Contact: <sip:bob@192.0.2.3>\nPath: <sip:10.0.0.7;lr>\n"));
    px_sent *no = px_expect(rig, BOB, "SIP/2.0 420 Bad Extension");
    CHECK_SLICE(px_field(rig, no, SS_HDR_UNSUPPORTED, 0), "path");
    CHECK_EQ(rig->location.bindings, 0);
    px_stop(rig);
}

TEST(rfc3327_4_a_path_that_is_none_is_400)
{
    static const char *const paths[] = { "garbage <", "<sip:10.0.0.7;lr", "<>", "," };
    proxy_rig *rig = px_start();
    for (unsigned i = 0; i < SS_COUNT(paths); i++) {
        char lines[128] = "Contact: <sip:bob@192.0.2.3>\nSupported: path\nPath: ";
        strcat(lines, paths[i]);
        strcat(lines, "\n");
        px_send(rig, BOB, enrols(rig, "example.com", 1 + i, lines));
        px_expect(rig, BOB, "SIP/2.0 400 Bad Request");
    }
    px_stop(rig);
}

/* A way of several hops to a name: the candidate keeps it while the name is resolved. */
TEST(rfc3327_5_4_a_path_may_begin_with_a_name)
{
    proxy_rig *rig = px_start();
    rig->names[0] = ss_address_v4(0x0a000007, 5060);
    rig->name_count = 1;
    px_send(rig, BOB,
            enrols(rig, "example.com", 1,
                   "Contact: <sip:bob@192.0.2.3>\nSupported: path\n"
                   "Path: <sip:edge.example.net;lr>\n"));
    px_expect(rig, BOB, "SIP/2.0 200 OK");
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_sent *out = px_expect(rig, "10.0.0.7", "INVITE sip:bob@192.0.2.3 SIP/2.0");
    CHECK_SLICE(px_field(rig, out, SS_HDR_ROUTE, 0), "<sip:edge.example.net;lr>");
    px_send(rig, ALICE, px_request(rig, "ACK sip:bob@example.com", "a2", ""));
    out = px_expect(rig, "10.0.0.7", "ACK sip:bob@192.0.2.3 SIP/2.0");
    CHECK_SLICE(px_field(rig, out, SS_HDR_ROUTE, 0), "<sip:edge.example.net;lr>");
    px_stop(rig);
}

/* ---- RFC3608:5 ------------------------------------------------------------------------------------------------- */

TEST(rfc3608_5_a_registrar_says_which_way_requests_are_to_go)
{
    proxy_rig *rig = px_new();
    rig->config.services = true;
    px_go(rig);
    px_send(rig, BOB, enrols(rig, "example.com", 1, "Contact: <sip:bob@10.0.0.3>\n"));
    px_sent *ok = px_expect(rig, BOB, "SIP/2.0 200 OK");
    CHECK_SLICE(px_field(rig, ok, SS_HDR_SERVICE_ROUTE, 0), "<sip:10.0.0.1:5060;lr>");
    px_send(rig, BOB, enrols(rig, "example.com", 2, "Contact: *\n"));
    px_sent *no = px_expect(rig, BOB, "SIP/2.0 400 Bad Request");
    CHECK_EQ(px_field_count(rig, no, SS_HDR_SERVICE_ROUTE), 0);
    px_stop(rig);
}

/* ---- RFC5626: the registrar ------------------------------------------------------------------------------------ */

TEST(rfc5626_6_a_binding_is_of_an_instance_and_its_flow)
{
    proxy_rig *rig = px_edge();
    px_send(rig, BOB,
            enrols(rig, "example.com", 1,
                   "Supported: path, outbound\n"
                   "Contact: <sip:bob@192.0.2.3;ob>;reg-id=1;" INSTANCE "\n"));
    px_sent *ok = px_expect(rig, BOB, "SIP/2.0 200 OK");
    CHECK_SLICE(px_field(rig, ok, SS_HDR_REQUIRE, 0), "outbound");
    CHECK_SLICE(px_field(rig, ok, SS_HDR_CONTACT, 0),
                "<sip:bob@192.0.2.3;ob>;expires=3600;" INSTANCE ";reg-id=1");
    px_send(rig, BOB,
            enrols(rig, "example.com", 2,
                   "Supported: path, outbound\n"
                   "Contact: <sip:bob@192.0.2.77;ob>;reg-id=1;" INSTANCE "\n")); /* the same one */
    ok = px_expect(rig, BOB, "SIP/2.0 200 OK");
    CHECK_SLICE(px_field(rig, ok, SS_HDR_CONTACT, 0),
                "<sip:bob@192.0.2.77;ob>;expires=3600;" INSTANCE ";reg-id=1");
    px_send(rig, BOB,
            enrols(rig, "example.com", 3,
                   "Supported: path, outbound\n"
                   "Contact: <sip:bob@192.0.2.77;ob>;reg-id=2;" INSTANCE "\n"));
    px_expect(rig, BOB, "SIP/2.0 200 OK");
    CHECK_EQ(rig->location.bindings, 2);
    px_stop(rig);
}

TEST(rfc5626_6_a_first_hop_that_keeps_no_flows_is_439)
{
    proxy_rig *rig = px_start(); /* no edge itself */
    px_send(rig, BOB,
            enrols(rig, "example.com", 1,
                   "Supported: path, outbound\nPath: <sip:10.0.0.7;lr>\n"
                   "Contact: <sip:bob@192.0.2.3>;reg-id=1;" INSTANCE "\n"));
    px_expect(rig, BOB, "SIP/2.0 439 First Hop Lacks Outbound Support");
    px_send(rig, BOB,
            enrols(rig, "example.com", 2,
                   "Contact: <sip:bob@192.0.2.3>;reg-id=1;" INSTANCE
                   "\n")); /* it is not asked for */
    px_sent *ok = px_expect(rig, BOB, "SIP/2.0 200 OK");
    CHECK_SLICE(px_field(rig, ok, SS_HDR_CONTACT, 0), "<sip:bob@192.0.2.3>;expires=3600;" INSTANCE);
    CHECK_EQ(px_field_count(rig, ok, SS_HDR_REQUIRE), 0);
    px_stop(rig);
}

TEST(rfc5626_6_a_reg_id_without_an_instance_is_ignored_and_several_with_one_are_400)
{
    proxy_rig *rig = px_edge();
    px_send(rig, BOB,
            enrols(rig, "example.com", 1,
                   "Supported: path, outbound\nContact: <sip:bob@192.0.2.3>;reg-id=1\n"));
    px_sent *ok = px_expect(rig, BOB, "SIP/2.0 200 OK");
    CHECK_SLICE(px_field(rig, ok, SS_HDR_CONTACT, 0), "<sip:bob@192.0.2.3>;expires=3600");
    px_send(rig, BOB,
            enrols(rig, "example.com", 2,
                   "Supported: path, outbound\nContact: <sip:bob@192.0.2.3>;reg-id=1;" INSTANCE
                   ", <sip:bob@192.0.2.4>\n"));
    px_expect(rig, BOB, "SIP/2.0 400 Bad Request");
    px_stop(rig);
}

/* ---- RFC5626: edge proxies -------------------------------------------------------------------------------------- */

/* RFC5626:4.1 RFC5626:5.2 The flow token that this edge gave to Bob: the Path value of his REGISTER as it went out. */
static ss_slice path_of_bob(proxy_rig *rig)
{
    px_send(rig, BOB,
            enrols(rig, REGISTRAR, 1,
                   "Supported: path, outbound\n"
                   "Contact: <sip:bob@192.0.2.3;ob>;reg-id=1;" INSTANCE "\n"));
    px_sent *out = px_expect(rig, REGISTRAR, "REGISTER sip:10.0.0.9 SIP/2.0");
    px_send(rig, REGISTRAR, px_reply(rig, out, 200, ""));
    px_expect(rig, BOB, "SIP/2.0 200 OK");
    const ss_slice path = px_field(rig, out, SS_HDR_PATH, 0);
    return px_printf(rig, "%.*s", (int)path.len, path.at);
}

static const char *route_line(ss_slice path, const char *more)
{
    static char line[400];
    memcpy(line, "Route: ", 7);
    memcpy(line + 7, path.at, path.len);
    line[7 + path.len] = '\0';
    strcat(line, more);
    strcat(line, "\n");
    return line;
}

TEST(rfc5626_5_1_the_first_hop_names_the_flow_and_says_ob)
{
    proxy_rig *rig = px_edge();
    const ss_slice path = path_of_bob(rig);
    static const char end[] = "@10.0.0.1:5060;lr;ob>";
    CHECK(ss_slice_starts(path, SS_LIT("<sip:")));
    CHECK(path.len > sizeof end + 20);
    CHECK_SLICE_EQ(ss_slice_cut(path, path.len - (sizeof end - 1), path.len), ss_slice_from(end));
    px_stop(rig);
}

TEST(rfc5626_5_1_one_that_is_not_the_first_hop_names_none)
{
    proxy_rig *rig = px_edge();
    px_send(rig, BOB,
            px_printf(rig,
                      "REGISTER sip:" REGISTRAR " SIP/2.0\n"
                      "Via: SIP/2.0/UDP " BOB ":5060;branch=z9hG4bKr1\n"
                      "Via: SIP/2.0/UDP 10.0.0.77:5060;branch=z9hG4bKr0\nMax-Forwards: 70\n"
                      "From: <sip:bob@x>;tag=b\nTo: <sip:bob@x>\nCall-ID: r\nCSeq: 1 REGISTER\n"
                      "Supported: path, outbound\n"
                      "Contact: <sip:bob@192.0.2.3;ob>;reg-id=1;" INSTANCE
                      "\nContent-Length: 0\n\n"));
    px_sent *out = px_expect(rig, REGISTRAR, "REGISTER sip:10.0.0.9 SIP/2.0");
    CHECK_SLICE(px_field(rig, out, SS_HDR_PATH, 0), "<sip:10.0.0.1:5060;lr>");
    px_stop(rig);
}

TEST(rfc5626_5_3_1_an_incoming_request_goes_over_the_flow_whatever_its_request_uri_says)
{
    proxy_rig *rig = px_edge();
    const ss_slice path = path_of_bob(rig);
    px_send(rig, REGISTRAR,
            px_request(rig, "INVITE sip:bob@192.0.2.3", "a1", route_line(path, "")));
    px_expect(rig, REGISTRAR, "SIP/2.0 100 Trying");
    px_sent *out = px_expect(rig, BOB, "INVITE sip:bob@192.0.2.3 SIP/2.0");
    CHECK_EQ(px_field_count(rig, out, SS_HDR_ROUTE), 0);
    const ss_slice rr = px_field(rig, out, SS_HDR_RECORD_ROUTE, 0); /* the same flow, without ob */
    CHECK_SLICE_EQ(ss_slice_cut(rr, 0, ss_slice_find(rr, '@')),
                   ss_slice_cut(path, 0, ss_slice_find(path, '@')));
    CHECK_SLICE(ss_slice_cut(rr, ss_slice_find(rr, '@'), rr.len), "@10.0.0.1:5060;lr>");
    px_stop(rig);
}

/* RFC3261:16.4 RFC5626:5.3 The token is in the Request-URI, where a strict router put our value. */
TEST(rfc3261_16_4_a_strict_router_gives_a_flow_token_back)
{
    proxy_rig *rig = px_edge();
    const ss_slice path = path_of_bob(rig);
    const ss_slice start =
        px_printf(rig, "MESSAGE %.*s", (int)path.len - 2, path.at + 1); /* without brackets */
    char line[400];
    CHECK(start.len < sizeof line);
    memcpy(line, start.at, start.len);
    line[start.len] = '\0';
    px_send(rig, REGISTRAR, px_request(rig, line, "a1", "Route: <sip:bob@192.0.2.3>\n"));
    px_sent *out = px_expect(rig, BOB, "MESSAGE sip:bob@192.0.2.3 SIP/2.0");
    CHECK_EQ(px_field_count(rig, out, SS_HDR_ROUTE), 0);
    px_send(rig, BOB, px_reply(rig, out, 200, ""));
    px_stop(rig);
}

TEST(rfc5626_5_3_an_outgoing_request_is_routed_as_any_other)
{
    proxy_rig *rig = px_edge();
    const ss_slice path = path_of_bob(rig);
    px_send(rig, BOB,
            px_printf(rig,
                      "MESSAGE sip:alice@10.0.0.2 SIP/2.0\n"
                      "Via: SIP/2.0/UDP " BOB ":5060;branch=z9hG4bKb1\nMax-Forwards: 70\n"
                      "From: <sip:bob@x>;tag=b\nTo: <sip:alice@x>\nCall-ID: c\nCSeq: 1 MESSAGE\n"
                      "%sContent-Length: 0\n\n",
                      route_line(path, "")));
    px_expect(rig, ALICE, "MESSAGE sip:alice@10.0.0.2 SIP/2.0");
    px_stop(rig);
}

TEST(rfc5626_5_3_2_a_contact_with_ob_gets_a_record_route_with_its_flow)
{
    proxy_rig *rig = px_edge();
    const ss_slice path = path_of_bob(rig);
    px_send(rig, BOB,
            px_printf(rig,
                      "INVITE sip:alice@10.0.0.2 SIP/2.0\n"
                      "Via: SIP/2.0/UDP " BOB ":5060;branch=z9hG4bKb1\nMax-Forwards: 70\n"
                      "From: <sip:bob@x>;tag=b\nTo: <sip:alice@x>\nCall-ID: c\nCSeq: 1 INVITE\n"
                      "Contact: <sip:bob@192.0.2.3;ob>\nContent-Length: 0\n\n"));
    px_expect(rig, BOB, "SIP/2.0 100 Trying");
    px_sent *out = px_expect(rig, ALICE, "INVITE sip:alice@10.0.0.2 SIP/2.0");
    const ss_slice rr = px_field(rig, out, SS_HDR_RECORD_ROUTE, 0);
    CHECK_SLICE_EQ(ss_slice_cut(rr, 0, ss_slice_find(rr, '@')),
                   ss_slice_cut(path, 0, ss_slice_find(path, '@')));
    px_send(rig, ALICE, px_reply(rig, out, 486, ""));
    px_stop(rig);
}

TEST(rfc5626_5_3_1_a_token_that_somebody_made_up_is_403)
{
    proxy_rig *rig = px_edge();
    const ss_slice path = path_of_bob(rig);
    char forged[200];
    memcpy(forged, path.at, path.len);
    for (size_t at = 5; forged[at] != '@'; at++) { /* every digit of it counts */
        const char was = forged[at];
        forged[at] = was == '0' ? '1' : '0';
        char branch[16];
        snprintf(branch, sizeof branch, "f%zu", at);
        px_send(rig, ALICE,
                px_request(rig, "MESSAGE sip:bob@192.0.2.3", branch,
                           route_line((ss_slice){ forged, path.len }, "")));
        px_expect(rig, ALICE, "SIP/2.0 403 Forbidden");
        forged[at] = was;
    }
    static const char *const users[] = { "x", "0123456789abcdef", "0123456789abcdef04", "%30%31",
                                         "" };
    for (unsigned i = 0; i < SS_COUNT(users); i++) {
        char line[128], branch[16];
        snprintf(line, sizeof line, "Route: <sip:%s@10.0.0.1;lr>\n", users[i]);
        snprintf(branch, sizeof branch, "g%u", i);
        px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@192.0.2.3", branch, line));
        const px_sent *no = px_take(rig);
        CHECK_NOT_NULL(no);
        CHECK(ss_slice_starts(no->bytes, SS_LIT("SIP/2.0 40")));
    }
    px_stop(rig);
}

TEST(rfc5626_5_3_1_a_flow_that_is_no_more_is_430)
{
    proxy_rig *rig = px_edge();
    const ss_slice path = path_of_bob(rig);
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@192.0.2.3", "a1", route_line(path, "")));
    px_expect(rig, BOB, "MESSAGE sip:bob@192.0.2.3 SIP/2.0");
    px_fail_path(rig, BOB);
    px_expect(rig, ALICE, "SIP/2.0 430 Flow Failed");
    px_stop(rig);
}

/* Bob registers over a connection of his own: the Path that the registrar hears of. */
static ss_slice path_over(proxy_rig *rig, const ss_path *connection)
{
    static char kept[200];
    px_write(rig, connection,
             px_printf(rig, "REGISTER sip:" REGISTRAR " SIP/2.0\n"
                            "Via: SIP/2.0/TCP 192.0.2.3:5060;branch=z9hG4bKr1;rport\n"
                            "Max-Forwards: 70\nFrom: <sip:bob@x>;tag=b\nTo: <sip:bob@x>\n"
                            "Call-ID: r\nCSeq: 1 REGISTER\nSupported: path, outbound\n"
                            "Contact: <sip:bob@192.0.2.3;ob>;reg-id=1;" INSTANCE "\n"
                            "Content-Length: 0\n\n"));
    px_sent *out = px_expect(rig, REGISTRAR, "REGISTER sip:10.0.0.9 SIP/2.0");
    const ss_slice path = px_field(rig, out, SS_HDR_PATH, 0);
    CHECK(path.len < sizeof kept);
    memcpy(kept, path.at, path.len);
    px_send(rig, REGISTRAR, px_reply(rig, out, 200, ""));
    px_expect(rig, BOB, "SIP/2.0 200 OK");
    return (ss_slice){ kept, path.len };
}

/* 430 when the flow is gone: no other connection is opened to where it came from. */
TEST(rfc5626_5_3_1_a_flow_over_a_connection_ends_with_it)
{
    static _Alignas(16) unsigned char memory[1 << 16];
    proxy_rig *rig = px_new();
    rig->config.edge = true;
    rig->config.transports = 1u << SS_TRANSPORT_TCP;
    px_go(rig);
    const ss_path connection = px_open(rig, BOB, 1);
    const ss_slice path = path_over(rig, &connection);
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@192.0.2.3", "a1", route_line(path, "")));
    px_sent *sent = px_expect(rig, BOB, "MESSAGE sip:bob@192.0.2.3 SIP/2.0");
    CHECK_EQ(sent->to.port, 40001); /* by the connection that is there */
    px_write(rig, &connection, px_reply(rig, sent, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_turn turn = ss_turn_begin(rig->now, &arena);
    CHECK_OK(ss_engine_path_lost(&rig->engine, &turn, &connection, false));
    px_drain(rig, &turn);
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@192.0.2.3", "a2", route_line(path, "")));
    px_expect(rig, ALICE, "SIP/2.0 430 Flow Failed");
    CHECK_EQ(rig->connect_count, 0);
    px_expect_nothing(rig);
    px_stop(rig);
}

/* ---- RFC5626: the authoritative proxy ------------------------------------------------------------------------------ */

/* Two flows of one phone: by the edges at .7, the older, and at .8. */
static proxy_rig *px_two_flows(void)
{
    proxy_rig *rig = px_start();
    for (unsigned i = 1; i <= 2; i++) {
        char lines[300];
        snprintf(lines, sizeof lines,
                 "Supported: path, outbound\nPath: <sip:10.0.0.%u;lr;ob>\n"
                 "Contact: <sip:bob@192.0.2.3;ob>;reg-id=%u;" INSTANCE "\n",
                 6 + i, i);
        px_send(rig, BOB, enrols(rig, "example.com", i, lines));
        px_expect(rig, BOB, "SIP/2.0 200 OK");
    }
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
    return rig;
}

TEST(rfc5626_7_one_flow_of_an_instance_at_a_time_and_another_when_it_failed)
{
    proxy_rig *rig = px_two_flows();
    px_sent *out = px_expect(rig, "10.0.0.8", "MESSAGE sip:bob@192.0.2.3;ob SIP/2.0");
    px_expect_nothing(rig);
    px_send(rig, "10.0.0.8", px_reply(rig, out, 430, ""));
    out = px_expect(rig, "10.0.0.7", "MESSAGE sip:bob@192.0.2.3;ob SIP/2.0");
    px_send(rig, "10.0.0.7", px_reply(rig, out, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    px_stop(rig);
}

TEST(rfc5626_7_an_instance_that_answered_is_not_asked_by_another_flow)
{
    proxy_rig *rig = px_two_flows();
    px_sent *out = px_expect(rig, "10.0.0.8", "MESSAGE sip:bob@192.0.2.3;ob SIP/2.0");
    px_send(rig, "10.0.0.8", px_reply(rig, out, 486, ""));
    px_expect(rig, ALICE, "SIP/2.0 486 Busy Here");
    px_expect_nothing(rig);
    px_stop(rig);
}

TEST(rfc5626_7_when_all_flows_failed_the_last_word_is_430)
{
    proxy_rig *rig = px_two_flows();
    px_send(
        rig, "10.0.0.8",
        px_reply(rig, px_expect(rig, "10.0.0.8", "MESSAGE sip:bob@192.0.2.3;ob SIP/2.0"), 430, ""));
    px_send(
        rig, "10.0.0.7",
        px_reply(rig, px_expect(rig, "10.0.0.7", "MESSAGE sip:bob@192.0.2.3;ob SIP/2.0"), 430, ""));
    px_expect(rig, ALICE, "SIP/2.0 430 Flow Failed");
    px_stop(rig);
}

TEST(rfc5626_7_who_registered_directly_is_reached_over_that_flow)
{
    proxy_rig *rig = px_edge();
    px_send(rig, BOB,
            enrols(rig, "example.com", 1,
                   "Supported: path, outbound\n"
                   "Contact: <sip:bob@192.0.2.3;ob>;reg-id=1;" INSTANCE "\n"));
    px_expect(rig, BOB, "SIP/2.0 200 OK");
    px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@example.com", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_sent *out = px_expect(rig, BOB, "INVITE sip:bob@192.0.2.3;ob SIP/2.0");
    CHECK_EQ(px_field_count(rig, out, SS_HDR_ROUTE), 0);
    px_fail_path(rig, BOB);
    px_expect(rig, ALICE, "SIP/2.0 430 Flow Failed");
    px_stop(rig);
}

/* ---- RFC5626:7 flows that are gone -------------------------------------------------------------------------------- */

static ss_slice enrols_by_tcp(proxy_rig *rig, const char *user, unsigned reg_id)
{
    return px_printf(rig,
                     "REGISTER sip:example.com SIP/2.0\n"
                     "Via: SIP/2.0/TCP 192.0.2.3:5060;branch=z9hG4bKr%s%u;rport\n"
                     "Max-Forwards: 70\nFrom: <sip:%s@example.com>;tag=b\n"
                     "To: <sip:%s@example.com>\nCall-ID: %s%u\nCSeq: 1 REGISTER\n"
                     "Supported: path, outbound\n"
                     "Contact: <sip:%s@192.0.2.3;ob>;reg-id=%u;" INSTANCE "\n"
                     "Content-Length: 0\n\n",
                     user, reg_id, user, user, user, reg_id, user, reg_id);
}

static proxy_rig *px_edge_by_tcp(uint32_t flow_timer_s)
{
    proxy_rig *rig = px_new();
    rig->config.edge = true;
    rig->config.flow_timer_s = flow_timer_s;
    rig->config.transports = 1u << SS_TRANSPORT_TCP;
    px_go(rig);
    return rig;
}

static void lose(proxy_rig *rig, const ss_path *connection, bool failed)
{
    static _Alignas(16) unsigned char memory[1 << 16];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_turn turn = ss_turn_begin(rig->now, &arena);
    CHECK_OK(ss_engine_path_lost(&rig->engine, &turn, connection, failed));
    px_drain(rig, &turn);
}

/* All that is bound by the flow, of whatever address-of-record. */
TEST(rfc5626_7_when_a_connection_ends_all_that_is_bound_by_it_is_unbound)
{
    proxy_rig *rig = px_edge_by_tcp(0);
    const ss_path first = px_open(rig, BOB, 1), second = px_open(rig, BOB, 2);
    px_write(rig, &first, enrols_by_tcp(rig, "bob", 1));
    px_write(rig, &first, enrols_by_tcp(rig, "carol", 1));
    px_write(rig, &second, enrols_by_tcp(rig, "bob", 2));
    for (unsigned i = 0; i < 3; i++) {
        px_expect(rig, BOB, "SIP/2.0 200 OK");
    }
    CHECK_EQ(rig->location.bindings, 3);
    lose(rig, &first, false);
    CHECK_EQ(rig->location.bindings, 1);
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:carol@example.com", "a1", ""));
    px_expect(rig, ALICE, "SIP/2.0 480 Temporarily Unavailable");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a2", ""));
    px_sent *out = px_expect(rig, BOB, "MESSAGE sip:bob@192.0.2.3;ob SIP/2.0");
    CHECK_EQ(out->to.port, 40002);
    px_write(rig, &second, px_reply(rig, out, 200, ""));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    lose(rig, &second, true);
    CHECK_EQ(rig->location.bindings, 0);
    px_stop(rig);
}

TEST(rfc5626_7_a_destination_unreachable_unbinds_a_udp_flow_that_was_in_use)
{
    proxy_rig *rig = px_edge();
    px_send(rig, BOB,
            enrols(rig, "example.com", 1,
                   "Supported: path, outbound\n"
                   "Contact: <sip:bob@192.0.2.3;ob>;reg-id=1;" INSTANCE "\n"));
    px_expect(rig, BOB, "SIP/2.0 200 OK");
    ss_path path = rig->config.local;
    CHECK_OK(ss_address_from(SS_LIT(BOB), 5060, &path.remote));
    for (unsigned sent = 0; sent < 2; sent++) {
        static _Alignas(16) unsigned char memory[1 << 16];
        ss_arena arena = { .base = memory, .cap = sizeof memory };
        px_sent *out = NULL;
        if (sent == 1) {
            px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "a1", ""));
            out = px_expect(rig, BOB, "MESSAGE sip:bob@192.0.2.3;ob SIP/2.0");
        }
        const ss_slice bytes = out == NULL ? SS_LIT("OPTIONS sip:x SIP/2.0\r\n") : out->bytes;
        const ss_quote quote = { .bytes = bytes, .whole = bytes.len };
        ss_turn turn = ss_turn_begin(rig->now, &arena);
        CHECK_OK(ss_engine_unreachable(&rig->engine, &turn, &path, &quote));
        px_drain(rig, &turn);
        CHECK_EQ(rig->location.bindings, 1 - sent); /* nothing of what nobody sent */
    }
    px_expect(rig, ALICE, "SIP/2.0 430 Flow Failed");
    px_stop(rig);
}

TEST(rfc5626_6_a_flow_that_is_registered_again_by_another_connection_is_that_ones)
{
    proxy_rig *rig = px_edge_by_tcp(0);
    const ss_path first = px_open(rig, BOB, 1), second = px_open(rig, BOB, 2);
    px_write(rig, &first, enrols_by_tcp(rig, "bob", 1));
    px_expect(rig, BOB, "SIP/2.0 200 OK");
    px_write(rig, &second,
             px_printf(rig, "REGISTER sip:example.com SIP/2.0\n"
                            "Via: SIP/2.0/TCP 192.0.2.3:5060;branch=z9hG4bKagain;rport\n"
                            "Max-Forwards: 70\nFrom: <sip:bob@example.com>;tag=b\n"
                            "To: <sip:bob@example.com>\nCall-ID: bob1\nCSeq: 2 REGISTER\n"
                            "Supported: path, outbound\n"
                            "Contact: <sip:bob@192.0.2.3;ob>;reg-id=1;" INSTANCE "\n"
                            "Content-Length: 0\n\n"));
    px_expect(rig, BOB, "SIP/2.0 200 OK");
    lose(rig, &first, true);
    CHECK_EQ(rig->location.bindings, 1);
    lose(rig, &second, true);
    CHECK_EQ(rig->location.bindings, 0);
    px_stop(rig);
}

/* ---- RFC5626:5.4 --------------------------------------------------------------------------------------------------- */

TEST(rfc5626_5_4_a_double_crlf_is_answered_by_a_single_one)
{
    proxy_rig *rig = px_edge_by_tcp(0);
    const ss_path connection = px_open(rig, BOB, 1);
    px_write(rig, &connection, SS_LIT("\r\n\r\n"));
    px_sent *pong = px_take(rig);
    CHECK_NOT_NULL(pong);
    CHECK_SLICE(pong->bytes, "\r\n");
    px_write(rig, &connection, SS_LIT("\r\n")); /* no question yet */
    px_expect_nothing(rig);
    px_write(rig, &connection, SS_LIT("\r\n"));
    CHECK_NOT_NULL(px_take(rig));
    px_write(rig, &connection, SS_LIT("\r\n\r\n\r\n\r\n\r\n"));
    CHECK_NOT_NULL(px_take(rig));
    CHECK_NOT_NULL(px_take(rig));
    px_expect_nothing(rig);
    lose(rig, &connection, true);
    px_stop(rig);
}

TEST(rfc5626_6_a_registrar_tells_who_comes_directly_how_long_it_waits_for_keep_alives)
{
    proxy_rig *rig = px_edge_by_tcp(20);
    const ss_path connection = px_open(rig, BOB, 1);
    px_write(rig, &connection, enrols_by_tcp(rig, "bob", 1));
    px_sent *ok = px_expect(rig, BOB, "SIP/2.0 200 OK");
    CHECK_SLICE(px_field(rig, ok, SS_HDR_FLOW_TIMER, 0), "20");
    px_send(rig, BOB,
            enrols(rig, "example.com", 1,
                   "Supported: path, outbound\n"
                   "Contact: <sip:bob@192.0.2.3;ob>;reg-id=2;" INSTANCE "\n"));
    ok = px_expect(rig, BOB, "SIP/2.0 200 OK");
    CHECK_SLICE(px_field(rig, ok, SS_HDR_FLOW_TIMER, 0), "20"); /* over UDP he asks by STUN */
    lose(rig, &connection, true);
    px_stop(rig);
}

TEST(rfc5626_5_4_the_last_proxy_says_flow_timer_to_who_gets_outbound)
{
    proxy_rig *rig = px_edge_by_tcp(20);
    const ss_path connection = px_open(rig, BOB, 1);
    static const char *const require[] = { "", "Require: outbound\n" };
    for (unsigned i = 0; i < 2; i++) {
        px_write(rig, &connection,
                 px_printf(rig,
                           "REGISTER sip:" REGISTRAR " SIP/2.0\n"
                           "Via: SIP/2.0/TCP 192.0.2.3:5060;branch=z9hG4bKr%u;rport\n"
                           "Max-Forwards: 70\nFrom: <sip:bob@x>;tag=b\nTo: <sip:bob@x>\n"
                           "Call-ID: r\nCSeq: %u REGISTER\nSupported: path, outbound\n"
                           "Contact: <sip:bob@192.0.2.3;ob>;reg-id=1;" INSTANCE "\n"
                           "Content-Length: 0\n\n",
                           i, i + 1));
        px_sent *out = px_expect(rig, REGISTRAR, "REGISTER sip:10.0.0.9 SIP/2.0");
        px_send(rig, REGISTRAR, px_reply(rig, out, 200, require[i]));
        px_sent *ok = px_expect(rig, BOB, "SIP/2.0 200 OK");
        CHECK_EQ(px_field_count(rig, ok, SS_HDR_FLOW_TIMER), i);
    }
    lose(rig, &connection, true);
    px_stop(rig);
}

TEST(rfc5626_5_4_who_says_nothing_for_longer_is_given_up_and_unbound)
{
    proxy_rig *rig = px_edge_by_tcp(20);
    const ss_path connection = px_open(rig, BOB, 1);
    px_write(rig, &connection, enrols_by_tcp(rig, "bob", 1));
    px_expect(rig, BOB, "SIP/2.0 200 OK");
    for (unsigned i = 1; i <= 5; i++) {
        px_run_to(rig, i * SS_S(29));
        px_write(rig, &connection, SS_LIT("\r\n\r\n"));
        CHECK_NOT_NULL(px_take(rig));
        CHECK_EQ(rig->location.bindings, 1);
    }
    px_run_to(rig, 5 * SS_S(29) + SS_S(30) - 1);
    CHECK_EQ(rig->location.bindings, 1);
    px_run_to(rig, 5 * SS_S(29) + SS_S(30));
    CHECK_EQ(rig->location.bindings, 0);
    CHECK_EQ(rig->engine.connections.count, 0);
    px_stop(rig);
}

/* ---- RFC5626:8 --------------------------------------------------------------------------------------------------- */

#define BINDING_REQUEST                       \
    SS_LIT("\x00\x01\x00\x00\x21\x12\xa4\x42" \
           "abcdefghijkl")

static ss_queue_config one_worker(void)
{
    ss_queue_config queue = { .workers = 1, .bytes_max = 1u << 20 };
    for (size_t i = 0; i < SS_CLASS_COUNT; i++) {
        queue.classes[i].service = SS_MS(10);
        queue.classes[i].limit = 10;
    }
    return queue;
}

TEST(rfc5626_8_a_proxy_answers_a_binding_request_which_waits_in_no_queue)
{
    const ss_queue_config queue = one_worker();
    for (unsigned i = 0; i < 2; i++) {
        proxy_rig *rig = px_new();
        rig->config.queue = i == 0 ? NULL : &queue;
        px_go(rig);
        px_send(rig, CAROL, BINDING_REQUEST);
        const px_sent *out = px_take(rig);
        ss_stun answer;
        ss_address mapped;
        CHECK_NOT_NULL(out);
        CHECK_OK(ss_stun_parse(out->bytes, &answer));
        CHECK_EQ(answer.class, SS_STUN_SUCCESS);
        CHECK(memcmp(answer.id.bytes, "abcdefghijkl", sizeof answer.id.bytes) == 0);
        CHECK_OK(ss_stun_mapped(&answer, &mapped));
        CHECK(ss_address_equal(&mapped, &out->to));
        CHECK_EQ(out->to.ip[3], 4);
        px_expect_nothing(rig);
        px_stop(rig);
    }
}

TEST(rfc5626_8_a_source_over_its_rate_gets_no_answer_of_stun_either)
{
    static const ss_defence_config defence = { .source = { .interval = SS_MS(500), .burst = 2 },
                                               .proof = SS_S(3600),
                                               .slots = 64 };
    proxy_rig *rig = px_new();
    rig->config.defence = &defence;
    px_go(rig);
    for (unsigned i = 0; i < 5; i++) {
        px_send(rig, CAROL, BINDING_REQUEST);
    }
    CHECK_NOT_NULL(px_take(rig));
    CHECK_NOT_NULL(px_take(rig));
    px_expect_nothing(rig);
    px_stop(rig);
}
