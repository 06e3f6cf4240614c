/* Rewrites that change no meaning (RFC 3261 7.3.1, 7.3.3): case of names, compact and long names, white space around the
 * colon, folds, list values on one line or on several, the order of differently named fields. */
#include "fuzz.h"

#include <string.h>

/* Of headers.def: which fields are lists, and which have a compact letter. */
static const struct {
    char compact;
    bool is_list;
} rows[] = {
#define HEADER(id, name, compact, repetition, grammar, methods, section) \
    { compact, IS_##repetition },
#define IS_ONE  false
#define IS_LIST true
#define IS_MANY false
#include "ss/headers.def"
#undef HEADER
};

static ss_slice name_of(const ss_msg *msg, const ss_field *field)
{
    return ss_slice_cut(msg->bytes, field->at, (size_t)field->at + field->name_len);
}

static char flip(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : ss_lower(c);
}

static void put_name(ss_buffer *b, const ss_msg *msg, const ss_field *field, fz_tape *tape)
{
    const bool is_known = field->id != SS_HDR_OTHER;
    const unsigned how = fz_tape_pick(tape, 4);
    if (how == 1 && is_known && rows[field->id].compact != 0) {
        ss_put_char(b, rows[field->id].compact);
    } else if (how == 2 && is_known) {
        ss_put(b, ss_hdr_name((ss_hdr)field->id));
    } else {
        const ss_slice name = name_of(msg, field);
        for (size_t i = 0; i < name.len; i++) {
            ss_put_char(b, how == 3 ? flip(name.at[i]) : name.at[i]);
        }
    }
    static const char *const colons[] = { ": ", ":", " \t:\t ", ":\r\n  " };
    ss_put_text(b, colons[fz_tape_pick(tape, SS_COUNT(colons))]);
}

/* A space that may become a fold: no backslash made it part of a word, and no fold is beside it, since white space holds
 * one at most (25.1 LWS). */
static bool may_fold(ss_slice value, size_t at)
{
    static const char beside[] = "\\ \t\r\n";
    return value.at[at] == ' ' && at > 0 && at + 1 < value.len &&
           memchr(beside, value.at[at - 1], 5) == NULL &&
           memchr(beside + 1, value.at[at + 1], 4) == NULL;
}

static void put_folded(ss_buffer *b, ss_slice value, fz_tape *tape)
{
    const unsigned how = fz_tape_pick(tape, 3);
    for (size_t i = 0; i < value.len; i++) {
        if (how != 0 && may_fold(value, i)) {
            ss_put(b, how == 1 ? SS_LIT("\r\n ") : SS_LIT("\r\n\t "));
        } else {
            ss_put_char(b, value.at[i]);
        }
    }
}

/* The values of a list: each on its line, all on one, or as the tape says. */
static void put_list(ss_buffer *b, const ss_msg *msg, const ss_field *first, fz_tape *tape)
{
    const ss_hdr id = (ss_hdr)first->id;
    ss_value_iter it = { 0 };
    ss_slice value;
    bool is_open = false;
    while (ss_msg_next_value(msg, id, &it, &value) == SS_OK) {
        if (is_open && fz_tape_pick(tape, 2) == 0) {
            ss_put(b, SS_LIT(" , "));
        } else {
            if (is_open) {
                ss_put(b, SS_LIT("\r\n"));
            }
            put_name(b, msg, first, tape);
        }
        put_folded(b, value, tape);
        is_open = true;
    }
    if (is_open) {
        ss_put(b, SS_LIT("\r\n"));
    }
}

/* A list that can be read, and has no line without a value: what such a line means is its field's to say. */
static bool is_rewritable_list(const ss_msg *msg, ss_hdr id)
{
    if (id == SS_HDR_OTHER || !rows[id].is_list || !fz_is_sound_list(msg, id)) {
        return false;
    }
    for (uint16_t at = msg->first[id]; at != 0; at = msg->fields[at - 1].next) {
        if (msg->fields[at - 1].value_len == 0) {
            return false;
        }
    }
    return true;
}

static void put_fields_of(ss_buffer *b, const ss_msg *msg, ss_hdr id, fz_tape *tape)
{
    const uint16_t first = msg->first[id];
    if (first != 0 && is_rewritable_list(msg, id)) {
        put_list(b, msg, &msg->fields[first - 1], tape);
        return;
    }
    for (uint16_t at = first; at != 0; at = msg->fields[at - 1].next) {
        const ss_field *field = &msg->fields[at - 1];
        put_name(b, msg, field, tape);
        put_folded(
            b,
            ss_slice_cut(msg->bytes, field->value_at, (size_t)field->value_at + field->value_len),
            tape);
        ss_put(b, SS_LIT("\r\n"));
    }
}

/* RFC3261:7.3.1 the order of differently named fields has no meaning: the ids round from where the tape says. */
void fz_put_rewritten(ss_buffer *b, const ss_msg *msg, fz_tape *tape)
{
    const size_t line_end = ss_slice_find(msg->bytes, '\n') + 1;
    ss_put(b, ss_slice_cut(msg->bytes, 0, line_end));
    const unsigned start = fz_tape_pick(tape, SS_HDR_COUNT);
    const bool is_backwards = fz_tape_pick(tape, 2) == 1;
    for (unsigned i = 0; i < SS_HDR_COUNT; i++) {
        const unsigned step = is_backwards ? SS_HDR_COUNT - i : i;
        put_fields_of(b, msg, (ss_hdr)((start + step) % SS_HDR_COUNT), tape);
    }
    ss_put(b, SS_LIT("\r\n"));
    ss_put(b, msg->body);
}
