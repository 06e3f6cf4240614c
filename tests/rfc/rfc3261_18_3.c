/* RFC 3261 18.3: where the body of a datagram's message ends. */
#include "check.h"
#include "messages.h"

#include <string.h>

TEST(rfc3261_18_3_bytes_beyond_content_length_are_discarded)
{
    ss_msg msg;
    test_parse_ok(test_message_named("reg"), &msg);
    CHECK_EQ(msg.body.len, 0);
    CHECK_EQ(msg.bytes.len + strlen("trailing bytes of the datagram"),
             test_message_named("reg").len);
}

TEST(rfc3261_18_3_without_content_length_the_body_ends_with_the_datagram)
{
    ss_msg msg;
    test_parse_ok(test_message_named("message"), &msg);
    CHECK_SLICE(msg.body, "no Content-Length: the datagram ends it\r\n\r\n");
}

TEST(rfc3261_18_3_a_request_shorter_than_its_content_length_is_answered_400)
{
    unsigned response = 0;
    CHECK_STATUS(test_verdict("Content-Length: 1", &response), SS_ERR_SEMANTIC);
    CHECK_EQ(response, 400);
    CHECK_OK(test_verdict("@body", &response));
}

TEST(rfc3261_18_3_a_response_shorter_than_its_content_length_is_discarded)
{
    ss_msg msg;
    ss_diag diag;
    const ss_slice whole = SS_LIT(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>;tag=2\r\n"
        "Call-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 4\r\n\r\nbody");
    test_parse_ok(whole, &msg);
    CHECK_STATUS(test_parse(ss_slice_cut(whole, 0, whole.len - 1), &msg, &diag), SS_ERR_SEMANTIC);
    CHECK_EQ(diag.response, 0);
}

TEST(rfc3261_20_14_content_length_is_a_number)
{
    static const char *const bad[] = { "Content-Length: -1",
                                       "Content-Length: 0x0",
                                       "Content-Length:",
                                       "Content-Length: 0 0",
                                       "Content-Length: 4294967296",
                                       "Content-Length: 99999999999999999999999" };
    unsigned response = 0;
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        CHECK_STATUS(test_verdict(bad[i], &response), SS_ERR_SYNTAX);
        CHECK_EQ(response, 400);
    }
    CHECK_OK(test_verdict("Content-Length: 000", &response));
}
