/* Printing: exact bytes, every buffer size, and what is printed parses to itself. */
#include "check.h"
#include "messages.h"

#include <string.h>

static void print_invite(ss_buffer *b)
{
    ss_put_request_line(b, ss_method_name(SS_METHOD_INVITE), SS_LIT("sip:bob@b.example"));
    ss_put_header(b, SS_HDR_VIA, SS_LIT("SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1"));
    ss_put_header(b, SS_HDR_FROM, SS_LIT("<sip:a@a.example>;tag=1"));
    ss_put_header(b, SS_HDR_TO, SS_LIT("<sip:bob@b.example>"));
    ss_put_header(b, SS_HDR_CALL_ID, SS_LIT("1"));
    ss_put_header(b, SS_HDR_CSEQ, SS_LIT("1 INVITE"));
    ss_put_header_u64(b, SS_HDR_MAX_FORWARDS, 70);
    ss_put_body(b, SS_LIT("text/plain"), SS_LIT("hello"));
}

TEST(print_a_request_has_these_bytes)
{
    char memory[512];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    print_invite(&b);
    CHECK_SLICE(ss_buffer_slice(&b), "INVITE sip:bob@b.example SIP/2.0\r\n"
                                     "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\n"
                                     "From: <sip:a@a.example>;tag=1\r\n"
                                     "To: <sip:bob@b.example>\r\n"
                                     "Call-ID: 1\r\n"
                                     "CSeq: 1 INVITE\r\n"
                                     "Max-Forwards: 70\r\n"
                                     "Content-Type: text/plain\r\n"
                                     "Content-Length: 5\r\n"
                                     "\r\n"
                                     "hello");
    ss_msg msg;
    test_parse_ok(ss_buffer_slice(&b), &msg);
    CHECK_SLICE(msg.body, "hello");
}

TEST(print_every_buffer_size_is_respected)
{
    char memory[512];
    ss_buffer whole = ss_buffer_on(memory, sizeof memory);
    print_invite(&whole);
    for (size_t cap = 0; cap <= whole.len; cap++) {
        const ss_slice exact = test_exact((ss_slice){ memory, cap });
        ss_buffer b = ss_buffer_on((void *)(uintptr_t)exact.at, cap);
        print_invite(&b);
        CHECK_EQ(b.overflow, cap < whole.len);
    }
    (void)test_exact(SS_EMPTY);
}

TEST(print_a_status_line_takes_the_default_phrase_unless_told)
{
    char memory[64];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_put_status_line(&b, 486, SS_EMPTY);
    ss_put_status_line(&b, 200, SS_LIT("Fine"));
    CHECK_SLICE(ss_buffer_slice(&b), "SIP/2.0 486 Busy Here\r\nSIP/2.0 200 Fine\r\n");
}

static ss_slice respond(const ss_msg *request, unsigned status, const char *tag)
{
    static char memory[4096];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_put_response_head(&b, request, status, SS_EMPTY, ss_slice_from(tag));
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    CHECK(!b.overflow);
    return ss_buffer_slice(&b);
}

TEST(print_a_response_to_every_sample_request_is_whole)
{
    for (size_t i = 0; i < test_message_count; i++) {
        ss_msg request;
        test_parse_ok(test_messages[i].bytes, &request);
        if (!request.is_request) {
            continue;
        }
        const uint64_t call_id = ss_hash64(0, ss_msg_call_id(&request));
        const unsigned vias = ss_msg_count(&request, SS_HDR_VIA);
        ss_msg response;
        test_parse_ok(respond(&request, 200, "mine"), &response);
        CHECK_EQ(ss_hash64(0, ss_msg_call_id(&response)), call_id);
        CHECK_EQ(ss_msg_count(&response, SS_HDR_VIA), vias);
        ss_name_addr to;
        CHECK_OK(ss_msg_to(&response, &to));
        CHECK(ss_name_addr_tag(&to).len > 0);
    }
}

TEST(print_a_response_head_of_a_half_read_request_repeats_what_there_is)
{
    ss_msg request;
    ss_diag diag;
    CHECK(test_parse(test_request("-CSeq"), &request, &diag) != SS_OK);
    CHECK_SLICE(respond(&request, 400, "x"), "SIP/2.0 400 Bad Request\r\n"
                                             "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r\n"
                                             "From: <sip:alice@atlanta.example>;tag=1\r\n"
                                             "To: <sip:bob@biloxi.example>;tag=x\r\n"
                                             "Call-ID: 1@10.0.0.1\r\n"
                                             "Content-Length: 0\r\n\r\n");
}
