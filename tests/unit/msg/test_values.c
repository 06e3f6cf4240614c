/* Typed values: lists, parameters, addresses, Via, numbers. */
#include "check.h"
#include "messages.h"

TEST(values_a_list_is_walked_across_lines_and_commas)
{
    ss_msg msg;
    ss_value_iter it = { 0 };
    ss_name_addr na;
    test_parse_ok(test_message_named("invite_compact"), &msg);
    CHECK_OK(ss_msg_next_addr(&msg, SS_HDR_ROUTE, &it, &na));
    CHECK_SLICE(na.uri, "sip:p1.example;lr");
    CHECK_OK(ss_msg_next_addr(&msg, SS_HDR_ROUTE, &it, &na));
    CHECK_SLICE(na.uri, "sip:p2.example;lr");
    CHECK_OK(ss_msg_next_addr(&msg, SS_HDR_ROUTE, &it, &na));
    CHECK_SLICE(na.uri, "sip:p3.example;lr");
    CHECK_STATUS(ss_msg_next_addr(&msg, SS_HDR_ROUTE, &it, &na), SS_NONE);
    CHECK_STATUS(ss_msg_next_addr(&msg, SS_HDR_ROUTE, &it, &na), SS_NONE);
    it = (ss_value_iter){ 0 };
    CHECK_STATUS(ss_msg_next_addr(&msg, SS_HDR_RECORD_ROUTE, &it, &na), SS_NONE);
}

TEST(values_commas_in_quotes_and_brackets_do_not_split)
{
    ss_msg msg;
    ss_value_iter it = { 0 };
    ss_name_addr na;
    ss_slice value;
    test_parse_ok(test_message_named("invite_compact"), &msg);
    CHECK_OK(ss_msg_next_addr(&msg, SS_HDR_CONTACT, &it, &na));
    CHECK_SLICE(na.display, "\"Q, <z>\"");
    CHECK_SLICE(na.uri, "sip:alice@10.0.0.1;ob");
    CHECK_OK(ss_params_get(na.params, SS_LIT("EXPIRES"), &value));
    CHECK_SLICE(value, "60");
    CHECK_OK(ss_msg_next_addr(&msg, SS_HDR_CONTACT, &it, &na));
    CHECK_SLICE(na.uri, "sip:a@[::1]");
    CHECK_STATUS(ss_msg_next_addr(&msg, SS_HDR_CONTACT, &it, &na), SS_NONE);
}

TEST(values_fields_that_do_not_join_are_one_value_per_line)
{
    ss_msg msg;
    ss_value_iter it = { 0 };
    ss_slice value;
    test_parse_ok(test_message_named("unauthorized"), &msg);
    CHECK_EQ(ss_msg_count(&msg, SS_HDR_WWW_AUTHENTICATE), 2);
    CHECK_OK(ss_msg_next_value(&msg, SS_HDR_WWW_AUTHENTICATE, &it, &value));
    CHECK_SLICE(value, "Digest realm=\"a\", nonce=\"1\"");
    CHECK_OK(ss_msg_next_value(&msg, SS_HDR_WWW_AUTHENTICATE, &it, &value));
    CHECK_SLICE(value, "Digest realm=\"b\", nonce=\"2\"");
    CHECK_STATUS(ss_msg_next_value(&msg, SS_HDR_WWW_AUTHENTICATE, &it, &value), SS_NONE);
    CHECK_SLICE(ss_msg_value(&msg, SS_HDR_WWW_AUTHENTICATE, 1), "Digest realm=\"b\", nonce=\"2\"");
}

TEST(values_a_walk_ends_at_an_open_quote_or_an_empty_value)
{
    static const char *const bad[] = { "+Route: \"x <sip:a>", "+Route: <sip:a", "+Route: ,<sip:a>",
                                       "+Route: ,", "+Allow: ,A" };
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        ss_msg msg;
        ss_value_iter it = { 0 };
        ss_slice value;
        const ss_hdr id = i == 4 ? SS_HDR_ALLOW : SS_HDR_ROUTE;
        test_parse_ok(test_request(bad[i]), &msg);
        CHECK_STATUS(ss_msg_next_value(&msg, id, &it, &value), SS_ERR_SYNTAX);
        CHECK_STATUS(ss_msg_next_value(&msg, id, &it, &value), SS_NONE);
    }
}

TEST(values_tokens_are_listed_without_case_but_methods_with)
{
    ss_msg msg;
    test_parse_ok(test_message_named("invite_compact"), &msg);
    CHECK(ss_msg_lists_token(&msg, SS_HDR_SUPPORTED, SS_LIT("TIMER")));
    CHECK(!ss_msg_lists_token(&msg, SS_HDR_SUPPORTED, SS_LIT("100")));
    test_parse_ok(test_request("+Allow: INVITE, ACK"), &msg);
    CHECK(ss_msg_lists_token(&msg, SS_HDR_ALLOW, SS_LIT("ACK")));
    CHECK(!ss_msg_lists_token(&msg, SS_HDR_ALLOW, SS_LIT("ack")));
}

TEST(values_parameters_are_found_with_white_space_quotes_and_without_value)
{
    const ss_params p = { SS_LIT(";a=1 ; B = \"x;c=3\" ;\r\n lr;d=[::1];e") };
    ss_slice value;
    CHECK_OK(ss_params_get(p, SS_LIT("a"), &value));
    CHECK_SLICE(value, "1");
    CHECK_OK(ss_params_get(p, SS_LIT("b"), &value));
    CHECK_SLICE(value, "\"x;c=3\"");
    CHECK_STATUS(ss_params_get(p, SS_LIT("c"), &value), SS_NONE);
    CHECK_OK(ss_params_get(p, SS_LIT("LR"), &value));
    CHECK_EQ(value.len, 0);
    CHECK_OK(ss_params_get(p, SS_LIT("d"), &value));
    CHECK_SLICE(value, "[::1]");
    CHECK_OK(ss_params_get(p, SS_LIT("e"), &value));
    CHECK_STATUS(ss_params_get((ss_params){ SS_EMPTY }, SS_LIT("a"), &value), SS_NONE);
    CHECK_STATUS(ss_params_get((ss_params){ SS_LIT(";x=\"") }, SS_LIT("a"), &value), SS_ERR_SYNTAX);
}

TEST(values_uri_parameters_are_found_too)
{
    ss_uri uri;
    ss_slice value;
    CHECK_OK(ss_uri_parse(SS_LIT("sip:a@b;x=c/d:e&f;Transport=tcp;lr"), &uri));
    CHECK_OK(ss_params_get(uri.params, SS_LIT("transport"), &value));
    CHECK_SLICE(value, "tcp");
    CHECK_OK(ss_params_get(uri.params, SS_LIT("lr"), &value));
}

TEST(values_name_addr_takes_every_form_of_20_10)
{
    static const struct {
        const char *text, *display, *uri, *params;
    } rows[] = {
        { "<sip:a@b>", "", "sip:a@b", "" },
        { "  Bob B. <sip:a@b> ;tag=1", "Bob B.", "sip:a@b", ";tag=1" },
        { "\"B <x>, \\\"c\" <sip:a@b;lr>;tag=1", "\"B <x>, \\\"c\"", "sip:a@b;lr", ";tag=1" },
        { "caller<sip:a@b>", "caller", "sip:a@b", "" },
        { "sip:a@b;tag=1", "", "sip:a@b", ";tag=1" },
        { "sip:a@b\r\n ;tag=1", "", "sip:a@b", ";tag=1" },
        { "tel:+1-2", "", "tel:+1-2", "" },
        { "<http://x/?y=z>;q", "", "http://x/?y=z", ";q" },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        ss_name_addr na;
        CHECK_OK(ss_name_addr_parse(ss_slice_from(rows[i].text), &na));
        CHECK(ss_slice_eq(na.display, ss_slice_from(rows[i].display)));
        CHECK(ss_slice_eq(na.uri, ss_slice_from(rows[i].uri)));
        CHECK(ss_slice_eq(na.params.bytes, ss_slice_from(rows[i].params)));
        CHECK(!na.is_star);
    }
}

TEST(values_name_addr_refuses_what_is_none)
{
    static const char *const rows[] = { "",
                                        "<>",
                                        "<sip:a@b",
                                        "sip:a@b>",
                                        "\"Bob <sip:a@b>",
                                        "< sip:a@b>",
                                        "<sip:a@b >",
                                        "Bob, C <sip:a@b>",
                                        "<sip:a@b> x",
                                        "<sip:a@b>;",
                                        "<sip:a@b>;;tag=1",
                                        "<sip:a@b>;tag=",
                                        "<sip:a@b>;tag=a b",
                                        "sip:a@b?x=y",
                                        "sip:a,b@c",
                                        "**" };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        ss_name_addr na;
        CHECK_STATUS(ss_name_addr_parse(ss_slice_from(rows[i]), &na), SS_ERR_SYNTAX);
    }
}

TEST(values_via_gives_its_parts)
{
    ss_via via;
    CHECK_OK(ss_via_parse(SS_LIT("SIP / 2.0 / UDP first.example: 4000;ttl=16\r\n ;maddr=224.2.0.1 "
                                 ";branch=z9hG4bKa7c6a8dlze.1;"
                                 "Received=::1;rport=99;x"),
                          &via));
    CHECK_SLICE(via.transport, "UDP");
    CHECK_SLICE(via.host, "first.example");
    CHECK_SLICE(via.sent_by, "first.example: 4000");
    CHECK_EQ(via.port, 4000);
    CHECK_SLICE(via.maddr, "224.2.0.1");
    CHECK_SLICE(via.received, "::1");
    CHECK_SLICE(via.branch, "z9hG4bKa7c6a8dlze.1");
    CHECK(via.has_rport);
    CHECK_EQ(via.rport, 99);
    CHECK(ss_via_has_cookie(&via));
    CHECK_OK(ss_via_parse(SS_LIT("SIP/2.0/TCP [::1];rport"), &via));
    CHECK(via.has_rport);
    CHECK_EQ(via.rport, 0);
    CHECK_EQ(via.port, 0);
    CHECK_NULL(via.branch.at);
    CHECK(!ss_via_has_cookie(&via));
    CHECK_OK(ss_via_parse(SS_LIT("SIP/2.0/TCP a;branch=z9hG4bK"), &via));
    CHECK(!ss_via_has_cookie(&via));
}

TEST(values_via_refuses_what_is_none)
{
    static const char *const rows[] = { "",
                                        "SIP/2.0/UDP",
                                        "SIP/2.0 UDP a",
                                        "SIP/2.0/UDP a:0",
                                        "SIP/2.0/UDP a:",
                                        "SIP/2.0/UDP a:65536",
                                        "SIP/2.0/UDP a b",
                                        "SIP/2.0/UDP ::1",
                                        "SIP/2.0/UDP a;;",
                                        "SIP/2.0/UDP a;branch",
                                        "SIP/2.0/UDP a;branch=",
                                        "SIP/2.0/UDP a;branch=\"x\"",
                                        "SIP/2.0/UDP a;branch=x;branch=y",
                                        "SIP/2.0/UDP a;ttl=256",
                                        "SIP/2.0/UDP a;ttl",
                                        "SIP/2.0/UDP a;rport=x",
                                        "SIP/2.0/UDP a;rport;rport",
                                        "SIP/2.0/UDP a;received=-",
                                        "SIP/2.0/UDP a;maddr=a..b",
                                        "/2.0/UDP a" };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        ss_via via;
        CHECK_STATUS(ss_via_parse(ss_slice_from(rows[i]), &via), SS_ERR_SYNTAX);
    }
}

TEST(values_via_parameters_stand_once_and_have_no_bare_ipv6_but_where_it_may_be)
{
    ss_via via;
    CHECK_OK(ss_via_parse(SS_LIT("SIP/2.0/UDP h;received=::1;maddr=1::2;x=[::1];y"), &via));
    CHECK_STATUS(ss_via_parse(SS_LIT("SIP/2.0/UDP h;x=::1"), &via), SS_ERR_SYNTAX);
    CHECK_STATUS(ss_via_parse(SS_LIT("SIP/2.0/UDP h;x;X=1"), &via), SS_ERR_SYNTAX);
    CHECK_STATUS(ss_via_parse(SS_LIT("SIP/2.0/UDP h;ttl=1;TTL=1"), &via), SS_ERR_SYNTAX);
}

/* RFC3261:7.3.1 a second tag would be for each reader to choose. */
TEST(values_name_addr_parameters_stand_once)
{
    ss_name_addr na;
    CHECK_OK(ss_name_addr_parse(SS_LIT("<sip:a@b>;tag=1;x=[::1]"), &na));
    CHECK_STATUS(ss_name_addr_parse(SS_LIT("<sip:a@b>;tag=1;Tag=2"), &na), SS_ERR_SYNTAX);
    CHECK_STATUS(ss_name_addr_parse(SS_LIT("<sip:a@b>;x;tag=1;x"), &na), SS_ERR_SYNTAX);
    CHECK_STATUS(ss_name_addr_parse(SS_LIT("<sip:a@b>;x=1::2"), &na), SS_ERR_SYNTAX);
    unsigned response = 0;
    CHECK_STATUS(test_verdict("From: <sip:a@b>;tag=1;tag=2", &response), SS_ERR_SYNTAX);
    CHECK_EQ(response, 400);
}

/* RFC3261:25.1 words hold quotes and brackets. */
TEST(values_in_reply_to_splits_at_every_comma)
{
    ss_msg msg;
    ss_value_iter it = { 0 };
    ss_slice value;
    test_parse_ok(test_request("+In-Reply-To: a\"b, <c@d"), &msg);
    CHECK_OK(ss_msg_next_value(&msg, SS_HDR_IN_REPLY_TO, &it, &value));
    CHECK_SLICE(value, "a\"b");
    CHECK_OK(ss_msg_next_value(&msg, SS_HDR_IN_REPLY_TO, &it, &value));
    CHECK_SLICE(value, "<c@d");
    CHECK_STATUS(ss_msg_next_value(&msg, SS_HDR_IN_REPLY_TO, &it, &value), SS_NONE);
}

TEST(values_numbers_too_large_are_for_ever_in_seconds_and_refused_elsewhere)
{
    ss_msg msg;
    uint32_t value = 0;
    test_parse_ok(test_request("+Expires: 99999999999999999999"), &msg);
    CHECK_OK(ss_msg_number(&msg, SS_HDR_EXPIRES, &value));
    CHECK_EQ(value, UINT32_MAX);
    CHECK_STATUS(ss_msg_number(&msg, SS_HDR_RSEQ, &value), SS_NONE);
    test_parse_ok(test_request("+RSeq: 4294967296"), &msg);
    CHECK_STATUS(ss_msg_number(&msg, SS_HDR_RSEQ, &value), SS_ERR_SYNTAX);
    test_parse_ok(test_request("+Expires: 1 2"), &msg);
    CHECK_STATUS(ss_msg_number(&msg, SS_HDR_EXPIRES, &value), SS_ERR_SYNTAX);
    test_parse_ok(test_message_named("unauthorized"), &msg);
    CHECK_OK(ss_msg_number(&msg, SS_HDR_RETRY_AFTER, &value));
    CHECK_EQ(value, 18000);
}
