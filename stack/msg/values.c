/* The values of a list header, across its lines and commas (RFC 3261 7.3.1), and parameters by name. A comma inside a
 * quoted string or inside angle brackets does not split. */
#include "read.h"
#include "repetition.h"

/* The end of the value that begins at `at`: its comma, or the end; SS_LEX_BAD when a quote or bracket stays open. */
static size_t find_value_end(const lex_text *t, size_t at)
{
    while ((at = lex_next_mark(t, at)) < t->len && t->at[at] != ',') {
        if (t->at[at] == '"') {
            at = ss_lex_quoted_text(t, at);
            if (at == SS_LEX_BAD) {
                return SS_LEX_BAD;
            }
            continue;
        }
        at = ss_lex_find((ss_slice){ t->at, t->len }, at, '>');
        if (at == t->len) {
            return SS_LEX_BAD;
        }
        at++;
    }
    return at;
}

static inline void go_to_field(const ss_msg *msg, ss_value_iter *it, uint16_t field)
{
    it->started = true;
    it->field = field;
    it->at = field == 0 ? 0 : msg->fields[field - 1].value_at;
}

/* To the line of the next value; false at the end. Past the last value of a line, and past an empty one, as in Supported,
 * the walk goes on with the next. */
static inline bool go_to_value(const ss_msg *msg, ss_hdr id, ss_value_iter *it, lex_text *t)
{
    SS_ASSERT((unsigned)id < SS_HDR_COUNT);
    if (!it->started) {
        go_to_field(msg, it, msg->first[id]);
    }
    while (it->field != 0) {
        const ss_field *field = &msg->fields[it->field - 1];
        const size_t end = (size_t)field->value_at + field->value_len;
        if (it->at <= end && field->value_len > 0) {
            *t = ss_text_of(msg, end);
            return true;
        }
        go_to_field(msg, it, field->next);
    }
    return false;
}

static ss_status end_walk(ss_value_iter *it)
{
    it->field = 0;
    return SS_ERR_SYNTAX;
}

/* RFC3261:25.1 the words of a Call-ID hold quotes and brackets, but no comma: In-Reply-To splits at each. */
ss_status ss_msg_next_value(const ss_msg *msg, ss_hdr id, ss_value_iter *it, ss_slice *value)
{
    lex_text t;
    if (!go_to_value(msg, id, it, &t)) {
        return SS_NONE;
    }
    const bool is_list = ss_hdr_repetition(id) == SS_REPEAT_LIST;
    const size_t stop = !is_list                   ? t.len
                        : id == SS_HDR_IN_REPLY_TO ? ss_lex_find(lex_cut(&t, 0, t.len), it->at, ',')
                                                   : find_value_end(&t, it->at);
    if (stop == SS_LEX_BAD) {
        return end_walk(it);
    }
    *value = lex_trim(lex_cut(&t, it->at, stop));
    it->at = (uint32_t)stop + 1;
    return value->len == 0 ? end_walk(it) : SS_OK;
}

/* ---- values that are read as they are walked ---------------------------------------------------------------------------- */

static LEX_RARE ss_status pass_value(const ss_msg *msg, ss_hdr id, ss_value_iter *it)
{
    ss_slice value;
    const ss_status passed = ss_msg_next_value(msg, id, it, &value);
    return passed == SS_OK ? SS_ERR_SYNTAX : passed;
}

/* A reader went to `end`: SS_OK when the value ends there. Else where it ends is for the marks to say, so that the walk can
 * go on behind what could not be read. */
static inline ss_status finish_value(const ss_msg *msg, ss_hdr id, ss_value_iter *it,
                                     const lex_text *t, size_t end)
{
    const size_t next = end == SS_LEX_BAD ? end : lex_lws(t, end);
    const bool is_end = next == t->len || (next != SS_LEX_BAD && t->at[next] == ',' &&
                                           ss_hdr_repetition(id) == SS_REPEAT_LIST);
    if (is_end) {
        it->at = (uint32_t)next + 1;
        return SS_OK;
    }
    return pass_value(msg, id, it);
}

ss_status ss_msg_next_addr_uri(const ss_msg *msg, ss_hdr id, ss_value_iter *it, ss_name_addr *out,
                               ss_uri *uri)
{
    lex_text t;
    if (!go_to_value(msg, id, it, &t)) {
        ss_addr_clear(out);
        return SS_NONE;
    }
    return finish_value(msg, id, it, &t, ss_addr_read(&t, lex_lws(&t, it->at), out, uri));
}

ss_status ss_msg_next_addr(const ss_msg *msg, ss_hdr id, ss_value_iter *it, ss_name_addr *out)
{
    ss_uri uri;
    return ss_msg_next_addr_uri(msg, id, it, out, &uri);
}

ss_status ss_msg_next_via(const ss_msg *msg, ss_value_iter *it, ss_via *out)
{
    lex_text t;
    if (!go_to_value(msg, SS_HDR_VIA, it, &t)) {
        return SS_NONE;
    }
    return finish_value(msg, SS_HDR_VIA, it, &t, ss_via_read(&t, lex_lws(&t, it->at), out));
}

ss_value_iter ss_msg_after_top_via(const ss_msg *msg)
{
    SS_ASSERT(msg->top_via_status == SS_OK);
    return (ss_value_iter){ .field = msg->top_via_field, .at = msg->top_via_end, .started = true };
}

/* ---- tokens and parameters by name -------------------------------------------------------------------------------------- */

/* RFC3261:7.3.1 tokens compare without case; RFC3261:7.1 methods with. */
bool ss_msg_lists_token(const ss_msg *msg, ss_hdr id, ss_slice token)
{
    ss_value_iter it = { 0 };
    ss_slice value;
    while (ss_msg_next_value(msg, id, &it, &value) == SS_OK) {
        if (id == SS_HDR_ALLOW ? ss_slice_eq(value, token) : ss_slice_eq_nocase(value, token)) {
            return true;
        }
    }
    return false;
}

/* The end of the parameter that begins at `at`: its semicolon, or the end. */
static size_t find_param_end(ss_slice s, size_t at)
{
    while (at < s.len && s.at[at] != ';') {
        at = s.at[at] == '"' ? ss_lex_quoted(s, at) : at + 1;
        if (at == SS_LEX_BAD) {
            return SS_LEX_BAD;
        }
    }
    return at;
}

ss_slice ss_value_head(ss_slice value, ss_params *params)
{
    const size_t semicolon = ss_slice_find(value, ';');
    if (params != NULL) {
        *params = (ss_params){ ss_slice_cut(value, semicolon, value.len) };
    }
    return ss_slice_trim(ss_slice_cut(value, 0, semicolon));
}

/* Serves header parameters and URI parameters alike: both were checked by their own grammar when they were parsed. */
ss_status ss_params_get(ss_params p, ss_slice name, ss_slice *value)
{
    size_t at = ss_slice_find(p.bytes, ';') + 1;
    while (at <= p.bytes.len) {
        const size_t end = find_param_end(p.bytes, at);
        if (end == SS_LEX_BAD) {
            return SS_ERR_SYNTAX;
        }
        const ss_slice param = ss_slice_cut(p.bytes, at, end);
        const size_t equal = ss_slice_find(param, '=');
        if (ss_slice_eq_nocase(ss_slice_trim(ss_slice_cut(param, 0, equal)), name)) {
            *value = equal == param.len ? SS_EMPTY
                                        : ss_slice_trim(ss_slice_cut(param, equal + 1, param.len));
            return SS_OK;
        }
        at = end + 1;
    }
    return SS_NONE;
}
