/* Edits of the body: whole, as lines of a session description (RFC 8866 5), as parts of a multipart; and parts of another message.
 */
#include "edit_tables.h"

static bool has_body(const sn_cut *c)
{
    return c->shape.body.end > c->shape.body.at && c->wish->field.len == 0;
}

static uint32_t body_len(const sn_cut *c)
{
    return c->shape.body.end - c->shape.body.at;
}

bool sn_edit_body_cut(sn_cut *c)
{
    if (!has_body(c)) {
        return false;
    }
    sn_cut_keep(c, c->shape.body.at + sn_choose(c->choices, body_len(c)));
    sn_cut_skip(c, c->shape.body.end);
    return true;
}

bool sn_edit_body_twice(sn_cut *c)
{
    if (!has_body(c)) {
        return false;
    }
    const uint32_t times = sn_choose(c->choices, 4) == 0 ? 7 : 1;
    sn_cut_keep(c, c->shape.body.end);
    sn_cut_run(c, sn_shape_text(&c->shape, c->shape.body), times);
    return true;
}

bool sn_edit_body_other(sn_cut *c)
{
    static const ss_slice bodies[] = {
        SS_LIT_INIT("\0\0\0\0"),
        SS_LIT_INIT("v=0\r\n"),
        SS_LIT_INIT("v=1\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"),
        SS_LIT_INIT("v=0\r\no=- 0 0 IN IP6 ::\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 0 "
                    "RTP/AVP\r\n"),
        SS_LIT_INIT("--\r\n\r\n----\r\n"),
        SS_LIT_INIT("Signal=1\r\nDuration=-1\r\n"),
        SS_LIT_INIT("SIP/2.0 200 OK\r\n"),
        SS_LIT_INIT("<?xml version=\"1.0\"?><a>"),
        SS_LIT_INIT("\r\n\r\n"),
    };
    if (c->shape.count == 0 || c->wish->field.len != 0) {
        return false;
    }
    sn_cut_replace(c, c->shape.body, SN_CUT_ONE_OF(c, bodies));
    return true;
}

/* ---- lines ---- */

static uint32_t line_after(const sn_cut *c, uint32_t at)
{
    const ss_slice rest = ss_slice_cut(c->shape.bytes, at, c->shape.body.end);
    const uint32_t lf = at + (uint32_t)ss_slice_find(rest, '\n');
    return lf < c->shape.body.end ? lf + 1 : lf;
}

/* A line of the body that ends in LF, each as likely; with `pair` the next one too. */
static bool find_line(sn_cut *c, bool pair, sn_span *line)
{
    uint32_t seen = 0;
    if (!has_body(c)) {
        return false;
    }
    for (uint32_t at = c->shape.body.at; at < c->shape.body.end;) {
        const uint32_t end = line_after(c, at);
        const uint32_t last = pair ? line_after(c, end) : end;
        const bool fits = last > at && c->shape.bytes.at[last - 1] == '\n' && (!pair || last > end);
        if (fits && sn_choose(c->choices, ++seen) == 0) {
            *line = (sn_span){ at, last };
        }
        at = end;
    }
    return seen != 0;
}

bool sn_edit_body_drop_line(sn_cut *c)
{
    sn_span line;
    if (!find_line(c, false, &line)) {
        return false;
    }
    sn_cut_replace(c, line, SS_EMPTY);
    return true;
}

bool sn_edit_body_repeat_line(sn_cut *c)
{
    sn_span line;
    if (!find_line(c, false, &line)) {
        return false;
    }
    const uint32_t times = sn_choose(c->choices, 4) == 0 ? sn_cut_many(c) : 1;
    sn_cut_keep(c, line.end);
    sn_cut_run(c, sn_shape_text(&c->shape, line), times);
    return true;
}

bool sn_edit_body_swap_lines(sn_cut *c)
{
    sn_span both;
    if (!find_line(c, true, &both)) {
        return false;
    }
    const uint32_t middle = line_after(c, both.at);
    sn_cut_keep(c, both.at);
    sn_cut_again(c, (sn_span){ middle, both.end });
    sn_cut_again(c, (sn_span){ both.at, middle });
    sn_cut_skip(c, both.end);
    return true;
}

bool sn_edit_body_insert_line(sn_cut *c)
{
    static const ss_slice lines[] = {
        SS_LIT_INIT("m=audio 0 RTP/AVP 0\r\n"),
        SS_LIT_INIT("m=audio 65536/0 RTP/SAVP 127 128\r\n"),
        SS_LIT_INIT("m=message 9 TCP/MSRP *\r\n"),
        SS_LIT_INIT("c=IN IP4 224.2.1.1/256/0\r\n"),
        SS_LIT_INIT("c=IN IP6 ::ffff:1.2.3\r\n"),
        SS_LIT_INIT("a=sendonly\r\n"),
        SS_LIT_INIT("a=inactive\r\n"),
        SS_LIT_INIT("a=rtpmap:999 odd/0/0\r\n"),
        SS_LIT_INIT("a=fmtp:\r\n"),
        SS_LIT_INIT("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:\r\n"),
        SS_LIT_INIT("a=candidate:1 0 UDP 4294967296 0.0.0.0 0 typ odd\r\n"),
        SS_LIT_INIT("a=group:BUNDLE 0 0 0\r\n"),
        SS_LIT_INIT("b=AS:18446744073709551616\r\n"),
        SS_LIT_INIT("t=4294967296 0\r\n"),
        SS_LIT_INIT("r=7d 1h 0 25h\r\n"),
        SS_LIT_INIT("z=0 -1h\r\n"),
        SS_LIT_INIT("v=0\r\n"),
        SS_LIT_INIT("x=\r\n"),
        SS_LIT_INIT("=\r\n"),
        SS_LIT_INIT("\r\n"),
    };
    sn_span line;
    if (!find_line(c, false, &line)) {
        return false;
    }
    sn_cut_keep(c, sn_choose(c->choices, 2) == 0 ? line.at : line.end);
    ss_put(c->out, SN_CUT_ONE_OF(c, lines));
    return true;
}

/* ---- the type of it ---- */

bool sn_edit_content_type(sn_cut *c)
{
    static const ss_slice types[] = { SS_LIT_INIT("application/sdp"),
                                      SS_LIT_INIT("text/plain"),
                                      SS_LIT_INIT("message/sipfrag"),
                                      SS_LIT_INIT("message/sip"),
                                      SS_LIT_INIT("multipart/mixed;boundary=-"),
                                      SS_LIT_INIT("multipart/mixed;boundary=\"\""),
                                      SS_LIT_INIT("multipart/mixed"),
                                      SS_LIT_INIT("application/sdp;charset=\"odd"),
                                      SS_LIT_INIT("APPLICATION/SDP"),
                                      SS_LIT_INIT("application"),
                                      SS_LIT_INIT("/"),
                                      SS_LIT_INIT("*/*") };
    const sn_line *line = sn_cut_first(c, SS_HDR_CONTENT_TYPE);
    if (line == NULL || !sn_cut_is_wished(c, line)) {
        return false;
    }
    sn_cut_replace(c, line->value, SN_CUT_ONE_OF(c, types));
    return true;
}

/* ---- parts of the other message ---- */

/* A field of the other message, each as likely; of the wished name, if one is. */
static const sn_line *other_field(sn_cut *c, sn_shape *other)
{
    uint32_t seen = 0;
    const sn_line *chosen = NULL;
    sn_cut there; /* of which the wish and the bytes are asked for */
    there.wish = c->wish;
    there.shape.bytes = c->wish->other;
    sn_shape_find(other, c->wish->other);
    for (unsigned i = 0; i < other->count; i++) {
        const sn_line *line = &other->fields[i];
        if (line->is_closed && sn_cut_is_wished(&there, line) &&
            sn_choose(c->choices, ++seen) == 0) {
            chosen = line;
        }
    }
    return chosen;
}

bool sn_edit_take_field(sn_cut *c)
{
    sn_shape other;
    const sn_line *line = other_field(c, &other);
    if (line == NULL) {
        return false;
    }
    const uint32_t where = sn_choose(c->choices, c->shape.count + 1);
    sn_cut_keep(c, where == c->shape.count ? c->shape.fields_end : c->shape.fields[where].whole.at);
    ss_put(c->out, sn_shape_text(&other, line->whole));
    return true;
}

/* The value that the other message has for a field of both. */
bool sn_edit_take_value(sn_cut *c)
{
    sn_shape other;
    const sn_line *line = other_field(c, &other);
    const sn_line *mine = line == NULL ? NULL : sn_cut_first(c, (ss_hdr)line->id);
    if (mine == NULL || line->id == SS_HDR_OTHER) {
        return false;
    }
    sn_cut_replace(c, mine->value, sn_shape_text(&other, line->value));
    return true;
}

bool sn_edit_take_start(sn_cut *c)
{
    sn_shape other;
    if (c->wish->other.len == 0 || c->wish->field.len != 0) {
        return false;
    }
    sn_shape_find(&other, c->wish->other);
    sn_cut_replace(c, c->shape.start, sn_shape_text(&other, other.start));
    return true;
}

bool sn_edit_take_body(sn_cut *c)
{
    sn_shape other;
    if (c->wish->other.len == 0 || c->wish->field.len != 0) {
        return false;
    }
    sn_shape_find(&other, c->wish->other);
    sn_cut_replace(c, c->shape.body, sn_shape_text(&other, other.body));
    return true;
}
