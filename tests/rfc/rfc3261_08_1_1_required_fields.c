/* RFC 3261 8.1.1: the fields that every request holds, and that a response repeats (8.2.6.2). */
#include "check.h"
#include "messages.h"

TEST(rfc3261_8_1_1_a_request_without_a_needed_field_is_answered_400)
{
    static const char *const needed[] = { "-To", "-From", "-CSeq", "-Call-ID" };
    unsigned response = 0;
    for (size_t i = 0; i < SS_COUNT(needed); i++) {
        CHECK_STATUS(test_verdict(needed[i], &response), SS_ERR_SEMANTIC);
        CHECK_EQ(response, 400);
    }
    CHECK_STATUS(test_verdict("-Via", &response), SS_ERR_SEMANTIC);
    CHECK_EQ(response, 0); /* there is nowhere to answer to */
}

TEST(rfc3261_16_3_a_request_without_max_forwards_passes)
{
    unsigned response = 0;
    CHECK_OK(test_verdict("-Max-Forwards", &response));
}

TEST(rfc3261_8_1_1_5_the_method_of_cseq_is_that_of_the_request)
{
    unsigned response = 0;
    CHECK_STATUS(test_verdict("CSeq: 1 BYE", &response), SS_ERR_SEMANTIC);
    CHECK_EQ(response, 400);
    CHECK_STATUS(test_verdict("CSeq: 1 invite", &response), SS_ERR_SEMANTIC);
}

TEST(rfc3261_8_1_1_5_the_number_of_cseq_is_below_two_to_the_31)
{
    unsigned response = 0;
    CHECK_OK(test_verdict("CSeq: 2147483647 INVITE", &response));
    CHECK_STATUS(test_verdict("CSeq: 2147483648 INVITE", &response), SS_ERR_SYNTAX);
    CHECK_EQ(response, 400);
    CHECK_STATUS(test_verdict("CSeq: 36893488147419103232 INVITE", &response), SS_ERR_SYNTAX);
    CHECK_STATUS(test_verdict("CSeq: -1 INVITE", &response), SS_ERR_SYNTAX);
    CHECK_STATUS(test_verdict("CSeq: 1INVITE", &response), SS_ERR_SYNTAX);
    CHECK_STATUS(test_verdict("CSeq: 1 INVITE x", &response), SS_ERR_SYNTAX);
    CHECK_STATUS(test_verdict("CSeq: INVITE", &response), SS_ERR_SYNTAX);
    CHECK_STATUS(test_verdict("CSeq:", &response), SS_ERR_SYNTAX);
}

TEST(rfc3261_17_1_1_3_a_malformed_ack_is_not_answered)
{
    ss_msg msg;
    ss_diag diag;
    const ss_slice ack = test_message_named("ack");
    CHECK_STATUS(test_parse(ss_slice_cut(ack, 0, ack.len - 2), &msg, &diag), SS_ERR_SYNTAX);
    CHECK_EQ(diag.response, 0);
}

TEST(rfc3261_8_2_6_2_a_response_repeats_vias_from_to_call_id_and_cseq)
{
    char memory[1024];
    ss_msg request;
    test_parse_ok(test_request("+Via: SIP/2.0/UDP second.example"), &request);
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_put_response_head(&b, &request, 200, SS_EMPTY, SS_LIT("314"));
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    CHECK_SLICE(ss_buffer_slice(&b), "SIP/2.0 200 OK\r\n"
                                     "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r\n"
                                     "Via: SIP/2.0/UDP second.example\r\n"
                                     "From: <sip:alice@atlanta.example>;tag=1\r\n"
                                     "To: <sip:bob@biloxi.example>;tag=314\r\n"
                                     "Call-ID: 1@10.0.0.1\r\n"
                                     "CSeq: 1 INVITE\r\n"
                                     "Content-Length: 0\r\n\r\n");
}

TEST(rfc3261_8_2_6_2_a_to_tag_that_was_there_stays)
{
    char memory[1024];
    ss_msg request;
    ss_msg response;
    ss_name_addr to;
    test_parse_ok(test_request("To: <sip:bob@biloxi.example>;tag=a"), &request);
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_put_response_head(&b, &request, 481, SS_EMPTY, SS_LIT("b"));
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    test_parse_ok(ss_buffer_slice(&b), &response);
    CHECK_OK(ss_msg_to(&response, &to));
    CHECK_SLICE(ss_name_addr_tag(&to), "a");
}

TEST(rfc3261_8_2_6_1_a_100_has_no_tag_added_and_repeats_timestamp)
{
    char memory[1024];
    ss_msg request;
    ss_msg response;
    ss_name_addr to;
    test_parse_ok(test_request("+Timestamp: 54"), &request);
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_put_response_head(&b, &request, 100, SS_EMPTY, SS_LIT("b"));
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    test_parse_ok(ss_buffer_slice(&b), &response);
    CHECK_OK(ss_msg_to(&response, &to));
    CHECK_EQ(ss_name_addr_tag(&to).len, 0);
    CHECK_SLICE(ss_msg_value(&response, SS_HDR_TIMESTAMP, 0), "54");
}
