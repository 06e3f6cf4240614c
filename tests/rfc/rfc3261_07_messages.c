/* RFC 3261 section 7: start lines, header field format, folding, compact names, and which lines are no message. */
#include "check.h"
#include "messages.h"

TEST(rfc3261_7_1_a_request_line_is_method_uri_version_with_single_spaces)
{
    static const char *const bad[] = { "^INVITE  sip:bob@b.example SIP/2.0",
                                       "^INVITE sip:bob@b.example  SIP/2.0",
                                       "^INVITE sip:bob@b.example SIP/2.0 ",
                                       "^INVITE <sip:bob@b.example> SIP/2.0",
                                       "^INVITE sip:bob @b.example SIP/2.0",
                                       "^INVITE sip:bob@b.example",
                                       "^INVITE sip:bob@b.example SIP/2",
                                       "^INVITE sip:bob@b.example SIP/2.",
                                       "^INVITE sip:bob@b.example SIP/.0",
                                       "^INVITE sip:bob@b.example HTTP/1.1",
                                       "^INVITE SIP/2.0",
                                       "^INVITE  SIP/2.0",
                                       "^INVITE bob SIP/2.0",
                                       "^INVITE sip:bob@b.example\tSIP/2.0",
                                       "^INVITE sip:bob@b.example SIP/2.0\r" };
    unsigned response = 0;
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        CHECK_STATUS(test_verdict(bad[i], &response), SS_ERR_SYNTAX);
        CHECK_EQ(response, 400); /* RFC3261:7.1 */
    }
    CHECK_OK(test_verdict("^INVITE sip:bob@b.example sip/2.0", &response));
    CHECK_OK(test_verdict("^INVITE soap.beep://192.0.2.103:3002 SIP/2.0", &response));
}

TEST(rfc3261_7_1_what_has_no_method_is_dropped)
{
    static const char *const bad[] = {
        "^",       "^INVITE",        "^ INVITE sip:b@b.example SIP/2.0", "^IN@VITE sip:b SIP/2.0",
        "^GET/ x", "^\x80 x SIP/2.0"
    };
    unsigned response = 1;
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        CHECK(test_verdict(bad[i], &response) != SS_OK);
        CHECK_EQ(response, 0);
    }
}

TEST(rfc3261_7_1_methods_are_case_sensitive_and_extensible)
{
    ss_msg msg;
    test_parse_ok(test_message_named("extension"), &msg);
    CHECK_EQ(msg.method, SS_METHOD_OTHER);
    CHECK_SLICE(msg.method_name, "NEWMETHOD!'~");
    unsigned response = 0;
    CHECK_STATUS(test_verdict("^invite sip:bob@b.example SIP/2.0", &response), SS_ERR_SEMANTIC);
    CHECK_EQ(response, 400); /* CSeq says INVITE: RFC3261:8.1.1.5 */
}

TEST(rfc3261_21_5_6_another_version_of_sip_is_answered_505)
{
    unsigned response = 0;
    CHECK_STATUS(test_verdict("^INVITE sip:bob@b.example SIP/7.0", &response), SS_ERR_SEMANTIC);
    CHECK_EQ(response, 505);
    CHECK_STATUS(test_verdict("^INVITE sip:bob@b.example SIP/2.00", &response), SS_ERR_SEMANTIC);
    CHECK_EQ(response, 505); /* RFC3261:7.1 the version is a literal string */
    CHECK_STATUS(test_verdict("^ACK sip:bob@b.example SIP/3.0", &response), SS_ERR_SEMANTIC);
    CHECK_EQ(response, 0);
}

static ss_status status_line(const char *line, ss_msg *msg)
{
    static char memory[1024];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_diag diag;
    const ss_slice ringing = test_message_named("ringing");
    const size_t first = ss_slice_find(ringing, '\n') + 1;
    ss_put_text(&b, line);
    ss_put(&b, SS_LIT("\r\n"));
    ss_put(&b, ss_slice_cut(ringing, first, ringing.len));
    const ss_status status = test_parse(ss_buffer_slice(&b), msg, &diag);
    CHECK_EQ(diag.response, 0); /* a response is never answered */
    return status;
}

TEST(rfc3261_7_2_a_status_line_is_version_code_phrase)
{
    static const char *const bad[] = {
        "SIP/2.0 99 x",    "SIP/2.0 700 x",    "SIP/2.0 1000 x",      "SIP/2.0 20 OK",
        "SIP/2.0  200 OK", "SIP/2.0 200",      "SIP/2.0 2x0 OK",      "SIP/2.0",
        "SIP/3.0 200 OK",  "SIP/2.0 200 \x01", "SIP/2.0 4294967301 x"
    };
    ss_msg msg;
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        CHECK(status_line(bad[i], &msg) != SS_OK);
    }
    CHECK_OK(status_line("SIP/2.0 200 ", &msg));
    CHECK_EQ(msg.reason.len, 0);
    CHECK_OK(status_line("SIP/2.0 699 \xd0\xbd\xd0\xb5\xd1\x82, 100%25", &msg));
    CHECK_EQ(msg.status, 699);
    CHECK_EQ(msg.method, SS_METHOD_INVITE);
}

TEST(rfc3261_7_3_1_white_space_around_the_colon_and_folding_change_nothing)
{
    static const char *const same[] = { "+Subject: lunch with Bob", "+Subject:lunch with Bob",
                                        "+Subject \t :   lunch with Bob\t",
                                        "+SUBJECT:\r\n lunch with Bob",
                                        "+s: lunch with Bob\r\n  " };
    ss_msg msg;
    for (size_t i = 0; i < SS_COUNT(same); i++) {
        test_parse_ok(test_request(same[i]), &msg);
        CHECK_SLICE(ss_msg_value(&msg, SS_HDR_SUBJECT, 0), "lunch with Bob");
    }
    test_parse_ok(test_request("CSeq:\r\n\t0001\r\n  \r\n INVITE"), &msg);
    ss_cseq cseq;
    CHECK_OK(ss_msg_cseq(&msg, &cseq));
    CHECK_EQ(cseq.number, 1);
}

TEST(rfc3261_7_3_1_a_line_that_is_no_header_field_is_answered_400)
{
    static const char *const bad[] = {
        "+Subject",         "+: x",           "+Sub ject: x",   "+Sub\r\n ject: x",
        "+Subject\r\n : x", "+<>: x",         "+Subject: a\rb", "+Subject: a\nb",
        "+Subject: a\x01z", "+Subject: \x7f", "+Subject: x\n",  "+\x80: x"
    };
    unsigned response = 0;
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        CHECK_STATUS(test_verdict(bad[i], &response), SS_ERR_SYNTAX);
        CHECK_EQ(response, 400); /* RFC3261:25.1 */
    }
}

TEST(rfc3261_7_3_1_a_field_of_one_value_stands_once)
{
    static const char *const twice[] = { "+To: <sip:c@d>",
                                         "+t: <sip:c@d>",
                                         "+From: <sip:c@d>;tag=2",
                                         "+Call-ID: 2",
                                         "+CSeq: 1 INVITE",
                                         "+Max-Forwards: 70",
                                         "+l: 0",
                                         "+Expires: 1\r\nExpires: 2" };
    unsigned response = 0;
    for (size_t i = 0; i < SS_COUNT(twice); i++) {
        CHECK_STATUS(test_verdict(twice[i], &response), SS_ERR_SEMANTIC);
        CHECK_EQ(response, 400);
    }
    CHECK_OK(test_verdict("+Via: SIP/2.0/UDP other.example", &response));
    CHECK_OK(test_verdict("+X-Twice: a\r\nX-Twice: b", &response));
    CHECK_OK(test_verdict("+Subject: a\r\nSubject: b", &response)); /* RFC3261:16.3 step 1 */
    CHECK_OK(test_verdict("+Date: now\r\nDate: then", &response));
    CHECK_OK(test_verdict("+Authorization: Digest a=b\r\nAuthorization: Digest c=d", &response));
}

TEST(rfc3261_7_3_1_the_order_of_different_fields_does_not_matter)
{
    ss_msg msg;
    test_parse_ok(test_message_named("reg"), &msg);
    CHECK_EQ(msg.fields[0].id, SS_HDR_VIA);
    test_parse_ok(SS_LIT("OPTIONS sip:x SIP/2.0\r\nCSeq: 1 OPTIONS\r\nTo: <sip:x>\r\ni: 1\r\nf: "
                         "<sip:y>;tag=1\r\n"
                         "v: SIP/2.0/UDP z\r\n\r\n"),
                  &msg);
}

TEST(rfc3261_7_3_3_compact_names_stand_for_the_long_ones)
{
    ss_msg msg;
    test_parse_ok(test_message_named("invite_compact"), &msg);
    CHECK_EQ(ss_msg_count(&msg, SS_HDR_VIA), 2);
    CHECK_EQ(ss_msg_count(&msg, SS_HDR_SUPPORTED), 2);
    CHECK_SLICE(ss_msg_call_id(&msg), "f0b40bcc-3485@x");
    CHECK_EQ(ss_hdr_from(SS_LIT("E")), SS_HDR_CONTENT_ENCODING);
}

TEST(rfc3261_7_5_empty_lines_before_the_start_line_are_skipped)
{
    ss_msg msg;
    ss_diag diag;
    test_parse_ok(test_message_named("invite_compact"), &msg);
    CHECK_EQ(msg.bytes.at - test_message_named("invite_compact").at, 4);
    CHECK_STATUS(test_parse(SS_LIT("\r\n\r\n"), &msg, &diag), SS_ERR_SYNTAX);
    CHECK_EQ(diag.response, 0);
    CHECK_STATUS(test_parse(SS_LIT("\n\r\nINVITE x"), &msg, &diag), SS_ERR_SYNTAX);
}

TEST(rfc3261_7_the_header_part_ends_with_an_empty_line)
{
    ss_msg msg;
    ss_diag diag;
    const ss_slice whole = test_request("");
    CHECK_STATUS(test_parse(ss_slice_cut(whole, 0, whole.len - 2), &msg, &diag), SS_ERR_SYNTAX);
    CHECK_EQ(diag.response, 400);
    CHECK_EQ(diag.offset, whole.len - 2);
}
