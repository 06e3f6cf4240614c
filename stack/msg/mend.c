/* Mending: what RFC 4475 3.1 lets a generous element do, where there is one way to read
 * what was meant. First the start line, because without it no field is found; then the values of fields that hold addresses
 * and numbers. Each value is mended only when it does not match its grammar as it stands. One pass each. */
#include "mend.h"

#include "lex.h"
#include "ss/grammar.h"

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void put_without_white(ss_buffer *b, ss_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_white(s.at[i])) {
            ss_put_char(b, s.at[i]);
        }
    }
}

/* ---- the start line ------------------------------------------------------------------------------------------------ */

/* RFC4475:3.1.2.8 blanks within are ignored where they cannot mean two things, as in SIP. */
static bool is_sip(ss_slice uri)
{
    return (uri.len >= 4 && LEX_SAYS(ss_slice_cut(uri, 0, 4), "sip:")) ||
           (uri.len >= 5 && LEX_SAYS(ss_slice_cut(uri, 0, 5), "sips:"));
}

/* RFC4475:3.1.2.7 and RFC4475:3.1.2.8 */
static void put_request_uri(ss_buffer *b, ss_slice uri)
{
    if (uri.len >= 2 && uri.at[0] == '<' && uri.at[uri.len - 1] == '>') {
        uri = ss_slice_trim(ss_slice_cut(uri, 1, uri.len - 1));
    }
    if (is_sip(uri)) {
        put_without_white(b, uri);
    } else {
        ss_put(b, uri);
    }
}

/* RFC4475:3.1.2.9 and RFC4475:3.1.2.10: method, Request-URI and version, whatever blanks are about them. */
static void put_request_line(ss_buffer *b, ss_slice line)
{
    const ss_slice trimmed = ss_slice_trim(line);
    const size_t method_end = ss_slice_find(trimmed, ' ');
    size_t version_at = trimmed.len;
    while (version_at > method_end && trimmed.at[version_at - 1] != ' ') {
        version_at--;
    }
    if (version_at <= method_end + 1) {
        ss_put(b, line);
        return;
    }
    ss_put(b, ss_slice_cut(trimmed, 0, method_end));
    ss_put_char(b, ' ');
    put_request_uri(b, ss_slice_trim(ss_slice_cut(trimmed, method_end, version_at)));
    ss_put_char(b, ' ');
    ss_put(b, ss_slice_cut(trimmed, version_at, trimmed.len));
}

/* RFC4475:3.1.1.13 the blank before an empty reason phrase may be missing for who is generous. */
static void put_status_line(ss_buffer *b, ss_slice line)
{
    const size_t blank = ss_slice_find(line, ' ');
    ss_put(b, line);
    if (line.len == blank + 4 && ss_lex_run(line, blank + 1, LEX_DIGIT) == line.len) {
        ss_put_char(b, ' ');
    }
}

/* CRLFs before a message are none of it (7.5). */
static ss_slice without_empty_lines(ss_slice bytes)
{
    size_t at = 0;
    while (at + 1 < bytes.len && bytes.at[at] == '\r' && bytes.at[at + 1] == '\n') {
        at += 2;
    }
    return ss_slice_cut(bytes, at, bytes.len);
}

/* The whole message with its start line mended. */
static void put_line_mended(ss_buffer *b, ss_slice bytes)
{
    const size_t lf = ss_slice_find(bytes, '\n');
    const size_t end = lf > 0 && lf < bytes.len && bytes.at[lf - 1] == '\r' ? lf - 1 : 0;
    const ss_slice line = ss_slice_cut(bytes, 0, end);
    if (line.len >= 4 && LEX_SAYS(ss_slice_cut(line, 0, 4), "SIP/")) {
        put_status_line(b, line);
    } else {
        put_request_line(b, line);
    }
    ss_put(b, ss_slice_cut(bytes, end, bytes.len));
}

/* ---- addresses ------------------------------------------------------------------------------------------------------ */

static bool is_good(ss_hdr id, ss_slice value)
{
    ss_typed typed;
    ss_flaw flaw;
    return ss_typed_parse(id, value, &typed, &flaw) == SS_OK;
}

/* RFC4475:3.1.2.15 and RFC4475:3.1.2.6: a display name that is no row of tokens, and one whose quote is never closed, in
 * quotes. */
static void put_display(ss_buffer *b, ss_slice display)
{
    const bool is_quoted = lex_at(display, 0, '"');
    if (display.len == 0 || (is_quoted && ss_lex_quoted(display, 0) != SS_LEX_BAD)) {
        ss_put(b, display);
        return;
    }
    const ss_slice text = is_quoted ? ss_slice_cut(display, 1, display.len) : display;
    bool is_tokens = !is_quoted;
    for (size_t i = 0; i < text.len; i++) {
        is_tokens = is_tokens && lex_is(text.at[i], LEX_TOKEN | LEX_WSP);
    }
    ss_put(b, is_tokens ? SS_EMPTY : SS_LIT("\""));
    for (size_t i = 0; i < text.len; i++) {
        if (!is_tokens && (text.at[i] == '"' || text.at[i] == '\\')) {
            ss_put_char(b, '\\');
        }
        ss_put_char(b, text.at[i]);
    }
    ss_put(b, is_tokens ? SS_EMPTY : SS_LIT("\" "));
}

/* RFC4475:3.1.2.14 blanks in the brackets are ignored. */
static void put_bracketed(ss_buffer *b, ss_slice value, size_t open)
{
    const size_t len = ss_slice_find(ss_slice_cut(value, open, value.len), '>');
    const size_t close = open + len;
    put_display(b, ss_slice_trim(ss_slice_cut(value, 0, open)));
    if (close == value.len || !is_sip(ss_slice_trim(ss_slice_cut(value, open + 1, close)))) {
        ss_put(b, ss_slice_cut(value, open, value.len));
        return;
    }
    ss_put_char(b, '<');
    put_without_white(b, ss_slice_cut(value, open + 1, close));
    ss_put(b, ss_slice_cut(value, close, value.len));
}

/* RFC4475:3.1.2.13 an address with header fields in it, and nothing behind it that could be the field's own. */
static void put_bare(ss_buffer *b, ss_slice value)
{
    const bool is_one = ss_slice_find(value, '?') < value.len &&
                        ss_slice_find(value, ';') == value.len && is_sip(value);
    ss_put(b, is_one ? SS_LIT("<") : SS_EMPTY);
    ss_put(b, value);
    ss_put(b, is_one ? SS_LIT(">") : SS_EMPTY);
}

/* RFC4475:3.1.2.4 an expiry that no 32 bits hold counts as the default. */
static bool is_overlarge(ss_slice digits)
{
    uint64_t number = 0;
    return ss_lex_all(digits, LEX_DIGIT) && ss_slice_to_u64(digits, UINT32_MAX, &number) != SS_OK;
}

static const ss_slice default_expiry = SS_LIT_INIT("3600");

static void put_address(ss_buffer *b, ss_slice value)
{
    ss_name_addr na;
    ss_slice expires = SS_EMPTY;
    if (ss_name_addr_parse(value, &na) == SS_OK &&
        ss_params_get(na.params, SS_LIT("expires"), &expires) == SS_OK && is_overlarge(expires)) {
        const size_t at = (size_t)(expires.at - value.at);
        ss_put(b, ss_slice_cut(value, 0, at));
        ss_put(b, default_expiry);
        ss_put(b, ss_slice_cut(value, at + expires.len, value.len));
        return;
    }
    const size_t open = ss_slice_find(value, '<');
    if (open < value.len) {
        put_bracketed(b, value, open);
    } else {
        put_bare(b, value);
    }
}

/* ---- fields --------------------------------------------------------------------------------------------------------- */

static bool holds_addresses(ss_hdr id)
{
    static const ss_hdr ids[] = { SS_HDR_FROM,     SS_HDR_TO,          SS_HDR_CONTACT,
                                  SS_HDR_REPLY_TO, SS_HDR_REFERRED_BY, SS_HDR_REFER_TO,
                                  SS_HDR_ROUTE,    SS_HDR_RECORD_ROUTE };
    for (size_t i = 0; i < SS_COUNT(ids); i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

typedef struct mender {
    const ss_msg *msg;
    ss_buffer b;
    size_t at; /* bytes of the message before it are printed */
} mender;

static void put_up_to(mender *m, size_t end)
{
    ss_put(&m->b, ss_slice_cut(m->msg->bytes, m->at, end));
    m->at = end;
}

/* Each value of a line; one that cannot be told from the next is taken with all behind it. */
static void mend_addresses(mender *m, uint16_t index)
{
    const ss_msg *msg = m->msg;
    const ss_field *field = &msg->fields[index];
    const size_t end = (size_t)field->value_at + field->value_len;
    ss_value_iter it = { .field = (uint16_t)(index + 1), .at = field->value_at, .started = true };
    while (m->at < end && it.at < end) {
        const size_t from = it.at;
        ss_slice value;
        if (ss_msg_next_value(msg, (ss_hdr)field->id, &it, &value) != SS_OK) {
            value = ss_slice_trim(ss_slice_cut(msg->bytes, from, end));
            it.at = (uint32_t)end + 1;
        }
        if (value.len > 0 && !is_good((ss_hdr)field->id, value)) {
            put_up_to(m, (size_t)(value.at - msg->bytes.at));
            put_address(&m->b, value);
            m->at += value.len;
        }
    }
}

/* RFC4475:3.1.2.4 as if there were none, and the default of an expiry. */
static void mend_number(mender *m, const ss_field *field)
{
    const ss_slice value = { m->msg->bytes.at + field->value_at, field->value_len };
    if (is_good((ss_hdr)field->id, value) || !ss_lex_all(value, LEX_DIGIT)) {
        return;
    }
    if (field->id == SS_HDR_MAX_FORWARDS) {
        put_up_to(m, field->at);
        m->at = field->end;
    } else {
        put_up_to(m, field->value_at);
        ss_put(&m->b, default_expiry);
        m->at = (size_t)field->value_at + field->value_len;
    }
}

static void put_fields_mended(mender *m)
{
    const ss_msg *msg = m->msg;
    for (uint16_t i = 0; i < msg->field_count; i++) {
        const ss_hdr id = (ss_hdr)msg->fields[i].id;
        if (holds_addresses(id)) {
            mend_addresses(m, i);
        } else if (id == SS_HDR_MAX_FORWARDS || id == SS_HDR_EXPIRES) {
            mend_number(m, &msg->fields[i]);
        }
    }
    put_up_to(m, msg->bytes.len);
}

/* ---- the message ---------------------------------------------------------------------------------------------------- */

ss_status ss_mend(ss_slice message, ss_arena *arena, ss_slice *mended)
{
    const ss_slice bytes = without_empty_lines(message);
    ss_msg msg;
    ss_diag diag;
    ss_buffer line = ss_buffer_open(arena);
    put_line_mended(&line, bytes);
    const ss_slice with_line = ss_buffer_keep(arena, &line);
    if (with_line.len == 0) {
        return bytes.len == 0 ? SS_NONE : SS_ERR_FULL;
    }
    if (ss_msg_parse(&msg, arena, with_line, &diag) == SS_ERR_FULL) {
        return SS_ERR_FULL;
    }
    mender m = { .msg = &msg, .b = ss_buffer_open(arena) };
    put_fields_mended(&m);
    *mended = ss_buffer_keep(arena, &m.b);
    if (mended->len == 0) {
        return SS_ERR_FULL;
    }
    return ss_slice_eq(*mended, bytes) ? SS_NONE : SS_OK;
}
