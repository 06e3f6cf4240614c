/* Edits of whole header fields, their names and their line ends: order, number, spelling (RFC 3261 7.3.1, 7.3.3). */
#include "cut.h"

static bool is_closed(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    (void)c, (void)next;
    return line->is_closed;
}

static bool has_colon(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    (void)c, (void)next;
    return line->has_colon;
}

bool sn_edit_drop_field(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, NULL);
    if (line == NULL) {
        return false;
    }
    sn_cut_replace(c, line->whole, SS_EMPTY);
    return true;
}

/* As many more copies of a field at `at`, which is 0 for right behind it. */
static bool repeat(sn_cut *c, uint32_t at, uint32_t times)
{
    const sn_line *line = sn_cut_field(c, is_closed);
    if (line == NULL) {
        return false;
    }
    sn_cut_keep(c, at == 0 ? line->whole.end : at);
    sn_cut_run(c, sn_shape_text(&c->shape, line->whole), times);
    return true;
}

bool sn_edit_repeat_field(sn_cut *c)
{
    return repeat(c, 0, 1);
}

bool sn_edit_repeat_field_last(sn_cut *c)
{
    return repeat(c, c->shape.fields_end, 1);
}

bool sn_edit_repeat_field_many(sn_cut *c)
{
    static const uint32_t times[] = { 2, 7, 11, 64, 300 };
    return repeat(c, 0, times[sn_choose(c->choices, SS_COUNT(times))]);
}

static bool has_closed_next(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    (void)c;
    return line->is_closed && next != NULL && next->is_closed;
}

bool sn_edit_swap_fields(sn_cut *c)
{
    const sn_line *line = c->wish->field.len == 0 ? sn_cut_field(c, has_closed_next) : NULL;
    if (line == NULL) {
        return false;
    }
    sn_cut_keep(c, line->whole.at);
    sn_cut_again(c, line[1].whole);
    sn_cut_again(c, line->whole);
    sn_cut_skip(c, line[1].whole.end);
    return true;
}

bool sn_edit_move_field_first(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, is_closed);
    if (line == NULL) {
        return false;
    }
    sn_cut_keep(c, c->shape.first_line);
    sn_cut_again(c, line->whole);
    sn_cut_replace(c, line->whole, SS_EMPTY);
    return true;
}

bool sn_edit_move_field_last(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, is_closed);
    if (line == NULL) {
        return false;
    }
    sn_cut_replace(c, line->whole, SS_EMPTY);
    sn_cut_keep(c, c->shape.fields_end);
    sn_cut_again(c, line->whole);
    return true;
}

/* ---- names ---- */

static bool is_letter(char c)
{
    return ss_lower(c) >= 'a' && ss_lower(c) <= 'z';
}

static bool has_letters(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    (void)next;
    bool has = false;
    for (uint32_t i = line->name.at; i < line->name.end; i++) {
        has = has || is_letter(c->shape.bytes.at[i]);
    }
    return has && line->has_colon;
}

bool sn_edit_case_name(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, has_letters);
    if (line == NULL) {
        return false;
    }
    sn_cut_keep(c, line->name.at);
    for (uint32_t i = line->name.at; i < line->name.end; i++) {
        const char letter = c->shape.bytes.at[i];
        ss_put_char(c->out, is_letter(letter) ? (char)(letter ^ ('a' ^ 'A')) : letter);
    }
    sn_cut_skip(c, line->name.end);
    return true;
}

/* Spelled as headers.def has it, in one of two ways. */
static bool has_other_name(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    ss_slice longer, compact;
    const ss_slice name = sn_shape_text(&c->shape, line->name);
    (void)next;
    return line->has_colon && sn_shape_names((ss_hdr)line->id, &longer, &compact) &&
           (ss_slice_eq(name, longer) || ss_slice_eq(name, compact));
}

bool sn_edit_other_name(sn_cut *c)
{
    ss_slice longer, compact;
    const sn_line *line = sn_cut_field(c, has_other_name);
    if (line == NULL || !sn_shape_names((ss_hdr)line->id, &longer, &compact)) {
        return false;
    }
    const bool is_compact = line->name.end - line->name.at == 1;
    sn_cut_replace(c, line->name, is_compact ? longer : compact);
    return true;
}

bool sn_edit_unknown_name(sn_cut *c)
{
    static const ss_slice names[] = { SS_LIT_INIT("X-Unknown"),
                                      SS_LIT_INIT("z"),
                                      SS_LIT_INIT(""),
                                      SS_LIT_INIT("Via "),
                                      SS_LIT_INIT("Content-Lengt"),
                                      SS_LIT_INIT("To\x80"),
                                      SS_LIT_INIT("\"Via\""),
                                      SS_LIT_INIT("From From"),
                                      SS_LIT_INIT("Call_ID"),
                                      SS_LIT_INIT("Contactt") };
    const sn_line *line = sn_cut_field(c, has_colon);
    if (line == NULL) {
        return false;
    }
    sn_cut_replace(c, line->name, SN_CUT_ONE_OF(c, names));
    return true;
}

/* ---- white space, colons, values ---- */

static const ss_slice folds[] = { SS_LIT_INIT("\r\n "), SS_LIT_INIT("\r\n\t"), SS_LIT_INIT("\n "),
                                  SS_LIT_INIT("  \r\n  "), SS_LIT_INIT("\r\n \r\n ") };

bool sn_edit_fold(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, has_colon);
    if (line == NULL) {
        return false;
    }
    uint32_t spaces = 0, chosen = line->value.at; /* before the value, unless there is one in it */
    for (uint32_t i = line->value.at; i < line->value.end; i++) {
        if (c->shape.bytes.at[i] == ' ' && sn_choose(c->choices, ++spaces) == 0) {
            chosen = i;
        }
    }
    sn_cut_replace(c, (sn_span){ chosen, chosen + (spaces != 0) }, SN_CUT_ONE_OF(c, folds));
    return true;
}

bool sn_edit_space_colon(sn_cut *c)
{
    static const ss_slice spaces[] = { SS_LIT_INIT(" "), SS_LIT_INIT("\t"), SS_LIT_INIT("    "),
                                       SS_LIT_INIT("\r\n ") };
    const sn_line *line = sn_cut_field(c, has_colon);
    if (line == NULL) {
        return false;
    }
    sn_cut_keep(c, line->name.end);
    ss_put(c->out, SN_CUT_ONE_OF(c, spaces));
    return true;
}

bool sn_edit_drop_colon(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, has_colon);
    if (line == NULL) {
        return false;
    }
    const ss_slice behind = ss_slice_cut(c->shape.bytes, line->name.end, line->text_end);
    const uint32_t colon = line->name.end + (uint32_t)ss_slice_find(behind, ':');
    sn_cut_replace(c, (sn_span){ colon, colon + 1 }, SS_EMPTY);
    return true;
}

static bool has_value(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    (void)c, (void)next;
    return line->value.end > line->value.at;
}

bool sn_edit_empty_value(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, has_value);
    if (line == NULL) {
        return false;
    }
    sn_cut_replace(c, line->value, SS_EMPTY);
    return true;
}

bool sn_edit_insert_field(sn_cut *c)
{
    static const ss_slice lines[] = {
        SS_LIT_INIT("X-Odd: 1\r\n"),
        SS_LIT_INIT(": nameless\r\n"),
        SS_LIT_INIT("Odd\r\n"),
        SS_LIT_INIT("\x80\xff: \xfe\r\n"),
        SS_LIT_INIT("Via:\r\n"),
        SS_LIT_INIT("Via: SIP/2.0/UDP odd.invalid\r\n"),
        SS_LIT_INIT("Require: odd\r\n"),
        SS_LIT_INIT("Proxy-Require: odd, , odd\r\n"),
        SS_LIT_INIT("Content-Length: 0\r\n"),
        SS_LIT_INIT("l: 65536\r\n"),
        SS_LIT_INIT("Max-Forwards: 1\r\n"),
        SS_LIT_INIT("Max-Breadth: 0\r\n"),
        SS_LIT_INIT("Contact: *\r\n"),
        SS_LIT_INIT("Content-Encoding: gzip\r\n"),
        SS_LIT_INIT("Expires: 0\r\n"),
        SS_LIT_INIT("Session-Expires: 1\r\n"),
        SS_LIT_INIT("Replaces: a;to-tag=b;from-tag=c\r\n"),
        SS_LIT_INIT("RAck: 1 1 INVITE\r\n"),
        SS_LIT_INIT("RSeq: 0\r\n"),
        SS_LIT_INIT("Authorization: Digest realm=\"\"\r\n"),
        SS_LIT_INIT("Event: odd;id=1\r\n"),
        SS_LIT_INIT("Subscription-State: terminated\r\n"),
    };
    if (c->wish->field.len != 0) {
        return false;
    }
    const uint32_t where = sn_choose(c->choices, c->shape.count + 1);
    sn_cut_keep(c, where == c->shape.count ? c->shape.fields_end : c->shape.fields[where].whole.at);
    ss_put(c->out, SN_CUT_ONE_OF(c, lines));
    return true;
}

/* ---- lists ---- */

static bool has_same_next(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    return next != NULL && line->has_colon && next->has_colon && next->id == line->id &&
           (line->id != SS_HDR_OTHER || ss_slice_eq_nocase(sn_shape_text(&c->shape, line->name),
                                                           sn_shape_text(&c->shape, next->name)));
}

bool sn_edit_join_fields(sn_cut *c)
{
    static const ss_slice commas[] = { SS_LIT_INIT(","), SS_LIT_INIT(", "), SS_LIT_INIT(",,"),
                                       SS_LIT_INIT(" ,\r\n ") };
    const sn_line *line = sn_cut_field(c, has_same_next);
    if (line == NULL) {
        return false;
    }
    sn_cut_replace(c, (sn_span){ line->value.end, line[1].value.at }, SN_CUT_ONE_OF(c, commas));
    return true;
}

static bool has_comma(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    (void)next;
    return line->has_colon && sn_shape_mark(&c->shape, line->value, ',') < line->value.end;
}

bool sn_edit_split_field(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, has_comma);
    if (line == NULL) {
        return false;
    }
    sn_cut_keep(c, sn_shape_mark(&c->shape, line->value, ','));
    sn_cut_skip(c, c->at + 1);
    ss_put(c->out, SS_LIT("\r\n"));
    sn_cut_again(c, line->name);
    ss_put(c->out, SS_LIT(":"));
    return true;
}

/* ---- line ends ---- */

bool sn_edit_glue_lines(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, is_closed);
    if (line == NULL) {
        return false;
    }
    sn_cut_replace(c, (sn_span){ line->text_end, line->whole.end }, SS_EMPTY);
    return true;
}

bool sn_edit_line_end(sn_cut *c)
{
    static const ss_slice ends[] = { SS_LIT_INIT("\n"),     SS_LIT_INIT("\r"),
                                     SS_LIT_INIT("\r\r\n"), SS_LIT_INIT("\n\r"),
                                     SS_LIT_INIT(" \r\n"),  SS_LIT_INIT("\0\r\n") };
    const sn_line *line = sn_cut_field(c, is_closed);
    if (line == NULL) {
        return false;
    }
    sn_cut_replace(c, (sn_span){ line->text_end, line->whole.end }, SN_CUT_ONE_OF(c, ends));
    return true;
}

bool sn_edit_end_early(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, NULL);
    if (line == NULL) {
        return false;
    }
    sn_cut_keep(c, line->whole.at);
    ss_put(c->out, SS_LIT("\r\n"));
    return true;
}

bool sn_edit_drop_end(sn_cut *c)
{
    const sn_span end = { c->shape.fields_end, c->shape.body.at };
    if (end.at == end.end || c->wish->field.len != 0) {
        return false;
    }
    sn_cut_replace(c, end, SS_EMPTY);
    return true;
}
