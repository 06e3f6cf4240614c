/* The pass behind an edit: what contradicts itself is refused by the first check that a stack makes, and nothing behind that
 * check is ever tried. So fields that every message needs (RFC 3261 8.1.1) come back, CSeq names the method (8.1.1.5), and
 * Content-Length is right (20.14). It works in the buffer, one place at a time.
 */
#include "cut.h"

#include <string.h>

static void replace(ss_buffer *b, sn_span old, ss_slice text)
{
    const size_t gone = old.end - old.at;
    const size_t behind = b->len - old.end;
    SS_ASSERT(old.end <= b->len);
    if (b->overflow || text.len > b->cap - (b->len - gone)) {
        b->overflow = true;
        return;
    }
    memmove(b->at + old.at + text.len, b->at + old.end, behind);
    if (text.len != 0) {
        memcpy(b->at + old.at, text.at, text.len);
    }
    b->len += text.len - gone;
}

static const sn_line *find(const sn_shape *s, ss_hdr id)
{
    for (unsigned i = 0; i < s->count; i++) {
        if (s->fields[i].id == id && s->fields[i].has_colon) {
            return &s->fields[i];
        }
    }
    return NULL;
}

/* At the end of the header goes the first of a field that the message had and the edited one has not. */
static void put_back(ss_slice message, ss_hdr id, ss_buffer *out)
{
    sn_shape s;
    sn_shape_find(&s, message);
    const sn_line *line = find(&s, id);
    if (line == NULL) {
        return;
    }
    const ss_slice text = ss_slice_cut(message, line->whole.at, line->text_end);
    sn_shape_find(&s, ss_buffer_slice(out));
    if (find(&s, id) == NULL) {
        const sn_span here = { s.fields_end, s.fields_end };
        const bool is_open = here.at > 0 && out->at[here.at - 1] != '\n';
        replace(out, here, SS_LIT("\r\n"));
        replace(out, here, text);
        replace(out, here, is_open ? SS_LIT("\r\n") : SS_EMPTY);
    }
}

/* The method of a request line, empty in any other start line. */
static ss_slice method_of(const sn_shape *s)
{
    const ss_slice start = sn_shape_text(s, s->start);
    const size_t len = ss_slice_find(start, ' ');
    const bool is_request = len < start.len && !ss_slice_starts(start, SS_LIT("SIP/"));
    return ss_slice_cut(start, 0, is_request ? len : 0);
}

/* The CSeq keeps its number and gets the method of the request line. Not one longer than this: that is the edit's point. */
static void repair_cseq(ss_buffer *out)
{
    char text[64] = " ";
    sn_shape s;
    sn_shape_find(&s, ss_buffer_slice(out));
    const sn_line *line = find(&s, SS_HDR_CSEQ);
    const ss_slice method = method_of(&s);
    if (line == NULL || method.len == 0 || method.len >= sizeof text) {
        return;
    }
    sn_span named = line->value;
    while (named.at < named.end && s.bytes.at[named.at] >= '0' && s.bytes.at[named.at] <= '9') {
        named.at++;
    }
    if (!ss_slice_eq(ss_slice_trim(sn_shape_text(&s, named)), method)) {
        memcpy(text + 1, method.at, method.len);
        replace(out, named, (ss_slice){ text, method.len + 1 });
    }
}

static void repair_length(ss_buffer *out)
{
    char text[24];
    ss_buffer number = ss_buffer_on(text, sizeof text);
    sn_shape s;
    sn_shape_find(&s, ss_buffer_slice(out));
    const sn_line *line = find(&s, SS_HDR_CONTENT_LENGTH);
    if (line != NULL) {
        ss_put_u64(&number, s.body.end - s.body.at);
        replace(out, line->value, ss_buffer_slice(&number));
    }
}

void sn_repair(ss_slice message, unsigned repair, ss_buffer *out)
{
    static const ss_hdr needed[] = { SS_HDR_VIA, SS_HDR_FROM, SS_HDR_TO, SS_HDR_CALL_ID,
                                     SS_HDR_CSEQ };
    if ((repair & SN_REPAIR_FIELDS) != 0) {
        for (size_t i = 0; i < SS_COUNT(needed); i++) {
            put_back(message, needed[i], out);
        }
        repair_cseq(out);
    }
    if ((repair & SN_REPAIR_LENGTH) != 0) {
        repair_length(out);
    }
}
