/* Printing a message from scratch, line by line (RFC 3261 7.1 to 7.4). Overflow is the buffer's to remember. */
#include "ss/msg.h"

static void put_crlf(ss_buffer *b)
{
    ss_put(b, SS_LIT("\r\n"));
}

void ss_put_request_line(ss_buffer *b, ss_slice method, ss_slice uri)
{
    ss_put(b, method);
    ss_put_char(b, ' ');
    ss_put(b, uri);
    ss_put(b, SS_LIT(" SIP/2.0\r\n"));
}

void ss_put_status_line(ss_buffer *b, unsigned status, ss_slice reason)
{
    ss_put(b, SS_LIT("SIP/2.0 "));
    ss_put_u64(b, status);
    ss_put_char(b, ' ');
    ss_put(b, reason.len == 0 ? ss_reason_phrase(status) : reason);
    put_crlf(b);
}

static void put_name(ss_buffer *b, ss_hdr id)
{
    SS_ASSERT(id != SS_HDR_OTHER);
    ss_put(b, ss_hdr_name(id));
    ss_put(b, SS_LIT(": "));
}

void ss_put_header(ss_buffer *b, ss_hdr id, ss_slice value)
{
    put_name(b, id);
    ss_put(b, value);
    put_crlf(b);
}

void ss_put_header_u64(ss_buffer *b, ss_hdr id, uint64_t value)
{
    put_name(b, id);
    ss_put_u64(b, value);
    put_crlf(b);
}

void ss_put_header_from(ss_buffer *b, const ss_msg *msg, ss_hdr id)
{
    SS_ASSERT((unsigned)id < SS_HDR_COUNT);
    for (uint16_t at = msg->first[id]; at != 0; at = msg->fields[at - 1].next) {
        const ss_field *field = &msg->fields[at - 1];
        ss_put(b, ss_slice_cut(msg->bytes, field->at, field->end));
    }
}

void ss_put_body(ss_buffer *b, ss_slice type, ss_slice body)
{
    if (body.len > 0) {
        ss_put_header(b, SS_HDR_CONTENT_TYPE, type);
    }
    ss_put_header_u64(b, SS_HDR_CONTENT_LENGTH, body.len);
    put_crlf(b);
    ss_put(b, body);
}
