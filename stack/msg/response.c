/* What every response repeats of its request (RFC 3261 8.2.6). */
#include "ss/msg.h"

/* RFC3261:8.2.6.2 To goes back as it came, with a tag when it had none; a 100 may do without. */
static void put_to(ss_buffer *b, const ss_msg *request, unsigned status, ss_slice to_tag)
{
    ss_name_addr to;
    if (to_tag.len == 0 || status == 100 || ss_msg_to(request, &to) != SS_OK ||
        ss_name_addr_tag(&to).len > 0) {
        ss_put_header_from(b, request, SS_HDR_TO);
        return;
    }
    const ss_field *field = &request->fields[request->first[SS_HDR_TO] - 1];
    ss_put(b, ss_slice_cut(request->bytes, field->at, (size_t)field->value_at + field->value_len));
    ss_put(b, SS_LIT(";tag="));
    ss_put(b, to_tag);
    ss_put(b, SS_LIT("\r\n"));
}

static void put_head(ss_buffer *b, const ss_msg *request, unsigned status, ss_slice reason,
                     ss_slice to_tag)
{
    ss_put_status_line(b, status, reason);
    ss_put_header_from(b, request, SS_HDR_VIA);
    ss_put_header_from(b, request, SS_HDR_FROM);
    put_to(b, request, status, to_tag);
    ss_put_header_from(b, request, SS_HDR_CALL_ID);
    ss_put_header_from(b, request, SS_HDR_CSEQ);
}

void ss_put_response_head(ss_buffer *b, const ss_msg *request, unsigned status, ss_slice reason,
                          ss_slice to_tag)
{
    put_head(b, request, status, reason, to_tag);
    if (status == 100) { /* RFC3261:8.2.6.1 */
        ss_put_header_from(b, request, SS_HDR_TIMESTAMP);
    }
}

/* "0.2": as many digits as it takes. */
static void put_seconds(ss_buffer *b, ss_span span)
{
    ss_put_u64(b, span / SS_S(1));
    ss_put_char(b, '.');
    for (ss_span rest = span % SS_S(1), unit = SS_S(1) / 10; rest != 0; unit /= 10) {
        ss_put_char(b, (char)('0' + rest / unit));
        rest %= unit;
    }
}

/* RFC3261:8.2.6.1 RFC3261:20.38 A value that has a delay already is none of a request's, and goes back as it came. */
void ss_put_late_100_head(ss_buffer *b, const ss_msg *request, ss_span delay)
{
    const ss_slice value = ss_msg_value(request, SS_HDR_TIMESTAMP, 0);
    put_head(b, request, 100, SS_EMPTY, SS_EMPTY);
    if (value.len == 0 || ss_slice_find(value, ' ') < value.len ||
        ss_slice_find(value, '\t') < value.len) {
        ss_put_header_from(b, request, SS_HDR_TIMESTAMP);
        return;
    }
    ss_put_text(b, "Timestamp: ");
    ss_put(b, value);
    ss_put_char(b, ' ');
    put_seconds(b, delay);
    ss_put_text(b, "\r\n");
}
