/* Records as lines that people can read and write: "call at=40 from=1 hold=96". Bytes stand in quotes; what is live in them stands in
 * braces, as {call_id}, {via:1} or {from:0:callee}; what is no letter as \x0d, but \r, \n, \" and \\. */
#include "sn/input.h"
#include "sn/say.h"

#include <string.h>

/* ---- names of arguments ---- */

static ss_slice arg_name(const sn_input_kind *kind, unsigned nth)
{
    ss_slice rest = ss_slice_from(kind->args);
    for (; nth > 0 && rest.len > 0; nth--) {
        const size_t comma = ss_slice_find(rest, ',');
        rest = ss_slice_cut(rest, comma < rest.len ? comma + 1 : comma, rest.len);
    }
    return ss_slice_cut(rest, 0, ss_slice_find(rest, ','));
}

/* ---- printing ---- */

static void put_mark(ss_buffer *b, sn_say_mark mark)
{
    const char *word = sn_say_word(mark.field);
    ss_put_char(b, '{');
    ss_put_text(b, word == NULL ? "fd" : word);
    if (mark.call != 0 || mark.is_callee) {
        ss_put_char(b, ':');
        ss_put_u64(b, mark.call);
    }
    ss_put_text(b, mark.is_callee ? ":callee}" : "}");
}

static void put_char(ss_buffer *b, unsigned char c)
{
    if (c == '\r' || c == '\n') {
        ss_put_text(b, c == '\r' ? "\\r" : "\\n");
    } else if (c == '"' || c == '\\') {
        ss_put_char(b, '\\');
        ss_put_char(b, (char)c);
    } else if (c >= ' ' && c < 0x7f && c != '{') {
        ss_put_char(b, (char)c);
    } else {
        ss_put_text(b, "\\x");
        ss_put_hex(b, c, 2);
    }
}

static void put_quoted(ss_buffer *b, ss_slice bytes)
{
    ss_put_text(b, " \"");
    for (size_t i = 0; i < bytes.len; i++) {
        const unsigned char c = (unsigned char)bytes.at[i];
        if (c == SN_SAY_MARK && i + 1 < bytes.len) {
            put_mark(b, sn_say_mark_of((unsigned char)bytes.at[++i]));
        } else {
            put_char(b, c);
        }
    }
    ss_put_char(b, '"');
}

void sn_input_record_put_text(ss_buffer *b, const sn_input_record *record)
{
    if (record->kind == sn_input_kind_count) {
        return;
    }
    const sn_input_kind *kind = &sn_input_kinds[record->kind];
    ss_put_text(b, kind->word);
    for (unsigned i = 0; i < SN_RECORD_ARGS; i++) {
        if (record->args[i] != 0) {
            ss_put_char(b, ' ');
            ss_put(b, arg_name(kind, i));
            ss_put_char(b, '=');
            ss_put_u64(b, record->args[i]);
        }
    }
    if (record->bytes.len > 0) {
        put_quoted(b, record->bytes);
    }
}

/* ---- reading ---- */

static ss_slice next_word(ss_slice *rest)
{
    *rest = ss_slice_trim(*rest);
    const size_t end = ss_slice_find(*rest, ' ');
    const ss_slice word = ss_slice_cut(*rest, 0, end);
    *rest = ss_slice_cut(*rest, end, rest->len);
    return word;
}

static bool read_arg(ss_slice word, const sn_input_kind *kind, sn_input_record *record)
{
    const size_t equals = ss_slice_find(word, '=');
    const ss_slice name = ss_slice_cut(word, 0, equals);
    uint64_t value = 0;
    if (equals == word.len || name.len == 0 ||
        ss_slice_to_u64(ss_slice_cut(word, equals + 1, word.len), UINT8_MAX, &value) != SS_OK) {
        return false;
    }
    for (unsigned i = 0; i < SN_RECORD_ARGS; i++) {
        if (ss_slice_eq(arg_name(kind, i), name)) {
            record->args[i] = (uint8_t)value;
            return true;
        }
    }
    return false;
}

static bool hex_digit(char c, unsigned *value)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    *value = at == NULL ? 0 : (unsigned)(at - digits);
    return at != NULL;
}

/* Behind a backslash; how many characters of the text it took, 0: it is none. */
static size_t read_escape(ss_slice text, ss_buffer *out)
{
    static const char from[] = "rn\"\\", to[] = "\r\n\"\\";
    unsigned high, low;
    const char *at = text.len == 0 || text.at[0] == '\0' ? NULL : strchr(from, text.at[0]);
    if (at != NULL) {
        ss_put_char(out, to[at - from]);
        return 1;
    }
    if (text.len < 3 || text.at[0] != 'x' || !hex_digit(text.at[1], &high) ||
        !hex_digit(text.at[2], &low)) {
        return 0;
    }
    ss_put_char(out, (char)(high << 4 | low));
    return 3;
}

/* Between braces. */
static bool read_mark(ss_slice text, ss_buffer *out)
{
    sn_say_mark mark = { .field = 0 };
    const size_t colon = ss_slice_find(text, ':');
    const ss_slice word = ss_slice_cut(text, 0, colon);
    const ss_slice rest = ss_slice_cut(text, colon < text.len ? colon + 1 : colon, text.len);
    const size_t second = ss_slice_find(rest, ':');
    uint64_t call = 0;
    while (mark.field < SN_SAY_FIELDS &&
           !ss_slice_eq(word, ss_slice_from(sn_say_word(mark.field)))) {
        mark.field++;
    }
    if ((mark.field == SN_SAY_FIELDS && !ss_slice_eq(word, SS_LIT("fd"))) ||
        (colon < text.len &&
         ss_slice_to_u64(ss_slice_cut(rest, 0, second), SN_SAY_CALLS - 1, &call) != SS_OK)) {
        return false;
    }
    mark.call = (unsigned)call;
    mark.is_callee = second < rest.len;
    ss_put_char(out, (char)SN_SAY_MARK);
    ss_put_char(out, (char)sn_say_code(mark));
    return second == rest.len ||
           ss_slice_eq(ss_slice_cut(rest, second, rest.len), SS_LIT(":callee"));
}

/* From behind the opening quote; nothing may follow the closing one. */
static bool read_quoted(ss_slice text, ss_buffer *out)
{
    size_t i = 0;
    while (i < text.len && text.at[i] != '"') {
        const ss_slice behind = ss_slice_cut(text, i + 1, text.len);
        size_t taken = 1;
        if (text.at[i] == '\\') {
            const size_t escape = read_escape(behind, out);
            if (escape == 0) {
                return false;
            }
            taken += escape;
        } else if (text.at[i] == '{') {
            const size_t end = ss_slice_find(behind, '}');
            if (end == behind.len || !read_mark(ss_slice_cut(behind, 0, end), out)) {
                return false;
            }
            taken += end + 1;
        } else {
            ss_put_char(out, text.at[i]);
        }
        i += taken;
    }
    return i + 1 == text.len && !out->overflow;
}

static ss_status refuse(const char **why, const char *reason)
{
    *why = reason;
    return SS_ERR_SYNTAX;
}

ss_status sn_input_record_parse_text(ss_slice line, ss_buffer *b, const char **why)
{
    char bytes[4096];
    ss_buffer said = ss_buffer_on(bytes, sizeof bytes);
    ss_slice rest = ss_slice_trim(line);
    const ss_slice word = next_word(&rest);
    sn_input_record record = { .kind = 0 };
    while (record.kind < sn_input_kind_count &&
           !ss_slice_eq(word, ss_slice_from(sn_input_kinds[record.kind].word))) {
        record.kind++;
    }
    if (record.kind == sn_input_kind_count) {
        return refuse(why, "no record has this word");
    }
    const sn_input_kind *kind = &sn_input_kinds[record.kind];
    for (rest = ss_slice_trim(rest); rest.len > 0 && rest.at[0] != '"';
         rest = ss_slice_trim(rest)) {
        if (!read_arg(next_word(&rest), kind, &record)) {
            return refuse(why, "no such argument, or it is no number up to 255");
        }
    }
    if (rest.len > 0 && !kind->has_bytes) {
        return refuse(why, "this record has no bytes");
    }
    if (rest.len > 0 && !read_quoted(ss_slice_cut(rest, 1, rest.len), &said)) {
        return refuse(why, "its bytes are not well quoted, or more than 4096");
    }
    record.bytes = ss_buffer_slice(&said);
    sn_input_record_put(b, &record);
    return SS_OK;
}
