/* Edits that know nothing of SIP but which bytes mean something in it. */
#include "cut.h"

/* A place in the field that is wished, or anywhere. False: there is none. */
static bool find_place(sn_cut *c, sn_span *within)
{
    *within = (sn_span){ 0, (uint32_t)c->shape.bytes.len };
    if (c->wish->field.len != 0) {
        const sn_line *line = sn_cut_field(c, NULL);
        if (line == NULL) {
            return false;
        }
        *within = line->whole;
    }
    return within->end > within->at;
}

static uint32_t place_in(sn_cut *c, sn_span within)
{
    return within.at + sn_choose(c->choices, within.end - within.at);
}

static void put_flipped(sn_cut *c, uint32_t at, unsigned char bits)
{
    sn_cut_keep(c, at);
    ss_put_char(c->out, (char)((unsigned char)c->shape.bytes.at[at] ^ bits));
    sn_cut_skip(c, at + 1);
}

bool sn_edit_flip_bit(sn_cut *c)
{
    sn_span within;
    if (!find_place(c, &within)) {
        return false;
    }
    const uint32_t at = place_in(c, within);
    put_flipped(c, at, (unsigned char)(0x80u >> sn_choose(c->choices, 8)));
    return true;
}

bool sn_edit_flip_byte(sn_cut *c)
{
    sn_span within;
    if (!find_place(c, &within)) {
        return false;
    }
    const uint32_t at = place_in(c, within);
    put_flipped(c, at, (unsigned char)(1 + sn_choose(c->choices, 255)));
    return true;
}

bool sn_edit_flip_burst(sn_cut *c)
{
    sn_span within;
    if (!find_place(c, &within)) {
        return false;
    }
    const uint32_t at = place_in(c, within);
    for (uint32_t i = 0; i < 4 && at + i < within.end; i++) {
        const unsigned char bits = (unsigned char)sn_choose(c->choices, 256);
        put_flipped(c, at + i, i == 0 ? bits | 0x80 : bits);
    }
    return true;
}

bool sn_edit_insert_byte(sn_cut *c)
{
    static const char odd[] = "\0\t\n\r \"\\<>,;:=()[]@%*?/&\x7f\x80\xc0\xfe\xff";
    sn_span within = { 0, 0 };
    if (!find_place(c, &within) && c->wish->field.len != 0) {
        return false;
    }
    sn_cut_keep(c, within.at + sn_choose(c->choices, within.end - within.at + 1));
    ss_put_char(c->out, odd[sn_choose(c->choices, sizeof odd - 1)]);
    return true;
}

/* Up to `most` bytes of the message. */
static bool find_bytes(sn_cut *c, uint32_t most, sn_span *span)
{
    sn_span within;
    if (!find_place(c, &within)) {
        return false;
    }
    span->at = place_in(c, within);
    const uint32_t room = within.end - span->at;
    span->end = span->at + 1 + sn_choose(c->choices, room < most ? room : most);
    return true;
}

bool sn_edit_drop_bytes(sn_cut *c)
{
    sn_span span;
    if (!find_bytes(c, 16, &span)) {
        return false;
    }
    sn_cut_replace(c, span, SS_EMPTY);
    return true;
}

bool sn_edit_repeat_bytes(sn_cut *c)
{
    sn_span span;
    if (!find_bytes(c, 64, &span)) {
        return false;
    }
    sn_cut_keep(c, span.end);
    sn_cut_again(c, span);
    return true;
}

bool sn_edit_truncate(sn_cut *c)
{
    const uint32_t len = (uint32_t)c->shape.bytes.len;
    if (len == 0 || c->wish->field.len != 0) {
        return false;
    }
    sn_cut_keep(c, sn_choose(c->choices, len));
    sn_cut_skip(c, len);
    return true;
}

bool sn_edit_append_bytes(sn_cut *c)
{
    static const ss_slice tails[] = { SS_LIT_INIT("\0"),
                                      SS_LIT_INIT("\r\n"),
                                      SS_LIT_INIT("\r\n\r\n"),
                                      SS_LIT_INIT("v=0\r\n"),
                                      SS_LIT_INIT("OPTIONS sip:a SIP/2.0\r\n"),
                                      SS_LIT_INIT("\xff\xff\xff\xff") };
    if (c->wish->field.len != 0) {
        return false;
    }
    sn_cut_keep(c, (uint32_t)c->shape.bytes.len);
    ss_put(c->out, SN_CUT_ONE_OF(c, tails));
    return true;
}
