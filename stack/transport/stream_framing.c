/* Messages out of a stream (RFC 3261 18.3): the header section ends with an empty line, and Content-Length, which must be
 * there, says how much body follows. Linear in the bytes of the stream, in however many pieces they come: one pass to the empty
 * line, which goes on where it stopped, and one over the lines before it. */
#include "ss/transport.h"

#include <string.h>

/* Leading CRLFs: 7.5, and the keep-alives of RFC 5626. A CR that waits for its LF is not counted. */
static size_t leading_crlfs(ss_slice bytes)
{
    size_t at = 0;
    while (at + 1 < bytes.len && bytes.at[at] == '\r' && bytes.at[at + 1] == '\n') {
        at += 2;
    }
    return at;
}

/* The offset behind the first LF at or after `at`, or bytes.len + 1 when there is none. */
static size_t line_end(ss_slice bytes, size_t at)
{
    const char *lf = at < bytes.len ? memchr(bytes.at + at, '\n', bytes.len - at) : NULL;
    return lf == NULL ? bytes.len + 1 : (size_t)(lf - bytes.at) + 1;
}

/* The offset behind the empty line, 0 when it is not there. None ends within the first `seen` bytes. */
static size_t headers_end(ss_slice bytes, size_t seen)
{
    for (size_t end = line_end(bytes, seen); end <= bytes.len; end = line_end(bytes, end)) {
        if (end >= 3 && bytes.at[end - 3] == '\n' && bytes.at[end - 2] == '\r') {
            return end;
        }
    }
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The header field from `at`: its folded lines (7.3.1) included. */
static size_t field_end(ss_slice headers, size_t at)
{
    size_t end = line_end(headers, at);
    while (end < headers.len && is_blank(headers.at[end])) {
        end = line_end(headers, end);
    }
    return end < headers.len ? end : headers.len;
}

static bool is_content_length(ss_slice field, ss_slice *value)
{
    const size_t colon = ss_slice_find(field, ':');
    if (colon == field.len) {
        return false;
    }
    *value = ss_slice_trim(ss_slice_cut(field, colon + 1, field.len));
    const ss_slice name = ss_slice_trim(ss_slice_cut(field, 0, colon));
    return ss_slice_eq_nocase(name, SS_LIT("Content-Length")) ||
           ss_slice_eq_nocase(name, SS_LIT("l"));
}

/* RFC3261:18.3 Content-Length must be used with stream transports. */
static ss_status body_length(ss_slice headers, uint64_t *length)
{
    bool is_known = false;
    for (size_t at = field_end(headers, 0); at < headers.len;) {
        const size_t end = field_end(headers, at);
        ss_slice value;
        uint64_t number = 0;
        if (is_content_length(ss_slice_cut(headers, at, end), &value)) {
            if (ss_slice_to_u64(value, UINT32_MAX, &number) != SS_OK ||
                (is_known && number != *length)) {
                return SS_ERR_SYNTAX;
            }
            is_known = true;
            *length = number;
        }
        at = end;
    }
    return is_known ? SS_OK : SS_ERR_SYNTAX;
}

/* How long the message is. `message` is cut at the limit. */
static ss_status read_length(ss_framing *framing, ss_slice message)
{
    const size_t headers = headers_end(message, framing->seen);
    framing->seen = (uint16_t)message.len;
    if (headers == 0) {
        return message.len == SS_MESSAGE_BYTES_MAX ? SS_ERR_FULL : SS_MORE;
    }
    uint64_t body = 0;
    const ss_status status = body_length(ss_slice_cut(message, 0, headers), &body);
    if (status != SS_OK) {
        return status;
    }
    if (body > SS_MESSAGE_BYTES_MAX - headers) {
        return SS_ERR_FULL;
    }
    framing->length = (uint16_t)(headers + body);
    return SS_OK;
}

_Static_assert(SS_MESSAGE_BYTES_MAX <= UINT16_MAX, "the counts of ss_framing are 16 bits");

ss_status ss_stream_frame(ss_framing *framing, ss_slice bytes, size_t *skip, size_t *length)
{
    *skip = leading_crlfs(bytes);
    *length = 0;
    if (*skip > 0) {
        *framing = (ss_framing){ .seen = 0 }; /* a CR that waited for its LF was no message */
    }
    const size_t rest = bytes.len - *skip;
    const size_t end = rest < SS_MESSAGE_BYTES_MAX ? bytes.len : *skip + SS_MESSAGE_BYTES_MAX;
    const ss_slice message = ss_slice_cut(bytes, *skip, end);
    const ss_status status = framing->length == 0 ? read_length(framing, message) : SS_OK;
    if (status != SS_OK) {
        return status;
    }
    if (framing->length > message.len) {
        return SS_MORE;
    }
    *length = framing->length;
    *framing = (ss_framing){ .seen = 0 };
    return SS_OK;
}
