/* The pass behind an edit: what contradicts itself is refused by the first check that a stack makes, and nothing behind that
 * check is ever tried. So fields that every message needs (RFC 3261 8.1.1) come back, CSeq names the method (8.1.1.5), and
 * Content-Length is right (20.14). It works in the buffer, one place at a time. Where the lines are is found again only after a
 * change, as mostly nothing is missing.
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

typedef struct repairing {
    ss_slice message; /* before the edit */
    ss_buffer *out;
    bool is_known, is_message_known; /* of the two shapes */
    sn_shape now, before;
} repairing;

static const sn_shape *shape_now(repairing *r)
{
    if (!r->is_known) {
        sn_shape_find(&r->now, ss_buffer_slice(r->out));
        r->is_known = true;
    }
    return &r->now;
}

static const sn_shape *shape_before(repairing *r)
{
    if (!r->is_message_known) {
        sn_shape_find(&r->before, r->message);
        r->is_message_known = true;
    }
    return &r->before;
}

static void change(repairing *r, sn_span old, ss_slice text)
{
    replace(r->out, old, text);
    r->is_known = false;
}

/* At the end of the header goes the first of a field that the message had and the edited one has not. */
static void put_back(repairing *r, ss_hdr id)
{
    const sn_shape *now = shape_now(r);
    if (find(now, id) != NULL) {
        return;
    }
    const sn_line *line = find(shape_before(r), id);
    if (line == NULL) {
        return;
    }
    const sn_span here = { now->fields_end, now->fields_end };
    const bool is_open = here.at > 0 && r->out->at[here.at - 1] != '\n';
    change(r, here, SS_LIT("\r\n"));
    change(r, here, ss_slice_cut(r->message, line->whole.at, line->text_end));
    change(r, here, is_open ? SS_LIT("\r\n") : SS_EMPTY);
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
static void repair_cseq(repairing *r)
{
    char text[64] = " ";
    const sn_shape *s = shape_now(r);
    const sn_line *line = find(s, SS_HDR_CSEQ);
    const ss_slice method = method_of(s);
    if (line == NULL || method.len == 0 || method.len >= sizeof text) {
        return;
    }
    sn_span named = line->value;
    while (named.at < named.end && s->bytes.at[named.at] >= '0' && s->bytes.at[named.at] <= '9') {
        named.at++;
    }
    if (!ss_slice_eq(ss_slice_trim(sn_shape_text(s, named)), method)) {
        memcpy(text + 1, method.at, method.len);
        change(r, named, (ss_slice){ text, method.len + 1 });
    }
}

static void repair_length(repairing *r)
{
    char text[24];
    ss_buffer number = ss_buffer_on(text, sizeof text);
    const sn_shape *s = shape_now(r);
    const sn_line *line = find(s, SS_HDR_CONTENT_LENGTH);
    if (line != NULL) {
        ss_put_u64(&number, s->body.end - s->body.at);
        change(r, line->value, ss_buffer_slice(&number));
    }
}

void sn_repair(ss_slice message, unsigned repair, ss_buffer *out)
{
    static const ss_hdr needed[] = { SS_HDR_VIA, SS_HDR_FROM, SS_HDR_TO, SS_HDR_CALL_ID,
                                     SS_HDR_CSEQ };
    repairing r; /* the shapes are large, and found before they are read */
    r.message = message;
    r.out = out;
    r.is_known = false;
    r.is_message_known = false;
    if ((repair & SN_REPAIR_FIELDS) != 0) {
        for (size_t i = 0; i < SS_COUNT(needed); i++) {
            put_back(&r, needed[i]);
        }
        repair_cseq(&r);
    }
    if ((repair & SN_REPAIR_LENGTH) != 0) {
        repair_length(&r);
    }
}
