/* The edit that changes nothing but the spelling: case of header names, compact and long ones, white space around the colon, folds, and
 * the order of differently named fields (RFC 3261 7.3.1, 7.3.3). Fields of one name keep their order, and no quoted string is touched:
 * what is in it may be hashed. */
#include "cut.h"

enum { NAMES = 4, FOLDS = 3 };

static char flip(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : ss_lower(c);
}

static void put_name(sn_cut *c, const sn_line *line)
{
    ss_slice longer = SS_EMPTY, compact = SS_EMPTY;
    const ss_slice name = sn_shape_text(&c->shape, line->name);
    const bool has_two = sn_shape_names((ss_hdr)line->id, &longer, &compact);
    const uint32_t how = sn_choose(c->choices, NAMES);
    if (how == 0 && has_two) {
        ss_put(c->out, compact);
    } else if (how == 1 && has_two) {
        ss_put(c->out, longer);
    } else {
        for (size_t i = 0; i < name.len; i++) {
            ss_put_char(c->out, how == 2 ? flip(name.at[i]) : name.at[i]);
        }
    }
}

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A single space between two words. */
static bool may_fold(ss_slice value, size_t at)
{
    return value.at[at] == ' ' && at > 0 && at + 1 < value.len && !is_white(value.at[at - 1]) &&
           value.at[at - 1] != '\\' && !is_white(value.at[at + 1]);
}

static void put_value(sn_cut *c, ss_slice value)
{
    static const ss_slice folds[FOLDS] = { SS_LIT_INIT(" "), SS_LIT_INIT("\r\n "),
                                           SS_LIT_INIT("\r\n\t") };
    const ss_slice fold = SN_CUT_ONE_OF(c, folds);
    bool is_quoted = false;
    for (size_t i = 0; i < value.len; i++) {
        is_quoted = is_quoted != (value.at[i] == '"' && (i == 0 || value.at[i - 1] != '\\'));
        if (!is_quoted && may_fold(value, i)) {
            ss_put(c->out, fold);
        } else {
            ss_put_char(c->out, value.at[i]);
        }
    }
}

static void put_line(sn_cut *c, const sn_line *line)
{
    static const ss_slice colons[] = { SS_LIT_INIT(": "), SS_LIT_INIT(":"), SS_LIT_INIT(" \t: "),
                                       SS_LIT_INIT(":\r\n  ") };
    put_name(c, line);
    ss_put(c->out, SN_CUT_ONE_OF(c, colons));
    put_value(c, sn_shape_text(&c->shape, line->value));
    ss_put(c->out, SS_LIT("\r\n"));
}

/* A bare CR or LF is no end of a line (RFC3261:25.1), and would be one when the line is written again. */
static bool has_whole_ends(ss_slice head)
{
    for (size_t i = 0; i < head.len; i++) {
        const bool is_cr = head.at[i] == '\r', is_lf = head.at[i] == '\n';
        if ((is_cr && (i + 1 == head.len || head.at[i + 1] != '\n')) ||
            (is_lf && (i == 0 || head.at[i - 1] != '\r'))) {
            return false;
        }
    }
    return true;
}

/* Of what is broken nobody can say what it means. */
static bool is_sound(const sn_shape *s)
{
    bool is = s->count > 0 && s->count < SHAPE_FIELDS_MAX &&
              has_whole_ends(ss_slice_cut(s->bytes, 0, s->fields_end));
    for (unsigned i = 0; i < s->count; i++) {
        const sn_line *line = &s->fields[i];
        is = is && line->has_colon && line->is_closed && line->value.end > line->value.at;
    }
    return is;
}

bool sn_edit_rewrite(sn_cut *c)
{
    const sn_shape *s = &c->shape;
    if (!is_sound(s)) {
        return false;
    }
    const uint32_t start = sn_choose(c->choices, SS_HDR_COUNT);
    const bool is_backwards = sn_choose(c->choices, 2) == 1;
    sn_cut_keep(c, s->first_line);
    for (uint32_t i = 0; i < SS_HDR_COUNT; i++) {
        const uint32_t id = (start + (is_backwards ? SS_HDR_COUNT - i : i)) % SS_HDR_COUNT;
        for (unsigned f = 0; f < s->count; f++) {
            if (s->fields[f].id == id) {
                put_line(c, &s->fields[f]);
            }
        }
    }
    sn_cut_skip(c, s->fields_end);
    return true;
}
