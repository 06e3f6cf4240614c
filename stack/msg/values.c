/* The values of a list header, across its lines and commas (RFC 3261 7.3.1), and parameters by name. A comma inside a
 * quoted string or inside angle brackets does not split. */
#include "lex.h"
#include "repetition.h"

/* The end of the value that begins at `at`: its comma, or the end; SS_LEX_BAD when a quote or bracket stays open. */
static size_t find_value_end(ss_slice s, size_t at)
{
    while ((at = LEX_SKIP(s, at, lex_block_list_marks)) < s.len && s.at[at] != ',') {
        if (s.at[at] == '"') {
            at = ss_lex_quoted(s, at);
            if (at == SS_LEX_BAD) {
                return SS_LEX_BAD;
            }
            continue;
        }
        if (s.at[at] == '<') {
            at = ss_lex_find(s, at, '>');
            if (at == s.len) {
                return SS_LEX_BAD;
            }
        }
        at++;
    }
    return at;
}

static void go_to_field(const ss_msg *msg, ss_value_iter *it, uint16_t field)
{
    it->started = true;
    it->field = field;
    it->at = field == 0 ? 0 : msg->fields[field - 1].value_at;
}

static ss_status end_walk(ss_value_iter *it)
{
    it->field = 0;
    return SS_ERR_SYNTAX;
}

/* RFC3261:25.1 the words of a Call-ID hold quotes and brackets, but no comma: In-Reply-To splits at each. */
ss_status ss_msg_next_value(const ss_msg *msg, ss_hdr id, ss_value_iter *it, ss_slice *value)
{
    SS_ASSERT((unsigned)id < SS_HDR_COUNT);
    if (!it->started) {
        go_to_field(msg, it, msg->first[id]);
    }
    while (it->field != 0) {
        const ss_field *field = &msg->fields[it->field - 1];
        const size_t end = (size_t)field->value_at + field->value_len;
        if (it->at > end ||
            field->value_len == 0) { /* past the last value; or an empty list, as in Supported */
            go_to_field(msg, it, field->next);
            continue;
        }
        const ss_slice line = ss_slice_cut(msg->bytes, 0, end);
        const bool is_list = ss_hdr_repetition(id) == SS_REPEAT_LIST;
        const size_t stop = !is_list                   ? end
                            : id == SS_HDR_IN_REPLY_TO ? ss_lex_find(line, it->at, ',')
                                                       : find_value_end(line, it->at);
        if (stop == SS_LEX_BAD) {
            return end_walk(it);
        }
        *value = lex_trim(ss_slice_cut(line, it->at, stop));
        it->at = (uint32_t)stop + 1;
        return value->len == 0 ? end_walk(it) : SS_OK;
    }
    return SS_NONE;
}

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
