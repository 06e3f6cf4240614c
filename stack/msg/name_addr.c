/* name-addr and addr-spec with header parameters (RFC 3261 20.10, 25.1): From, To, Contact, Route, Record-Route. */
#include "lex.h"
#include "params.h"

/* Display name: a quoted string, or tokens and white space; gives the place of '<', or SS_LEX_BAD when this is no
 * name-addr. White space before '<' may be missing after a token, as every peer does (RFC 4475 3.1.1.6). */
static size_t scan_display(ss_slice s)
{
    size_t at = 0;
    if (lex_at(s, 0, '"')) {
        at = ss_lex_quoted(s, 0);
        if (at == SS_LEX_BAD) {
            return SS_LEX_BAD;
        }
        at = ss_lex_lws(s, at);
    } else {
        size_t before;
        do {
            before = at;
            at = ss_lex_lws(s, ss_lex_run(s, at, LEX_TOKEN));
        } while (at != before);
    }
    return lex_at(s, at, '<') ? at : SS_LEX_BAD;
}

/* The parameters behind an address; nothing but white space may come before the first. */
static ss_status take_params(ss_name_addr *out, size_t at)
{
    const size_t semicolon = ss_lex_lws(out->whole, at);
    if (semicolon == out->whole.len) {
        return SS_OK;
    }
    if (out->whole.at[semicolon] != ';') {
        return SS_ERR_SYNTAX;
    }
    out->params.bytes = ss_slice_cut(out->whole, semicolon, out->whole.len);
    return ss_params_check(out->params);
}

static ss_status parse_bracketed(ss_name_addr *out, ss_uri *uri, size_t bracket)
{
    const ss_slice s = out->whole;
    const size_t end = ss_lex_find(s, bracket + 1, '>');
    if (end == s.len || ss_uri_parse(ss_slice_cut(s, bracket + 1, end), uri) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    out->display = ss_slice_trim(ss_slice_cut(s, 0, bracket));
    out->uri = uri->whole;
    return take_params(out, end + 1);
}

/* RFC3261:20.10 without angle brackets the address ends at the first semicolon, and holds no comma and no '?'. */
static ss_status parse_bare(ss_name_addr *out, ss_uri *uri)
{
    const ss_slice s = out->whole;
    size_t end = 0;
    while (end < s.len && s.at[end] != ';' && !lex_is(s.at[end], LEX_WSP) && s.at[end] != '\r') {
        if (s.at[end] == ',' || s.at[end] == '?') {
            return SS_ERR_SYNTAX;
        }
        end++;
    }
    if (ss_uri_parse(ss_slice_cut(s, 0, end), uri) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    out->uri = uri->whole;
    return take_params(out, end);
}

ss_status ss_name_addr_parse_uri(ss_slice value, ss_name_addr *out, ss_uri *uri)
{
    *out = (ss_name_addr){ .whole = lex_trim(value) };
    if (LEX_SAYS(out->whole, "*")) {
        out->is_star = true;
        return SS_OK;
    }
    const size_t bracket = scan_display(out->whole);
    return bracket == SS_LEX_BAD ? parse_bare(out, uri) : parse_bracketed(out, uri, bracket);
}

ss_status ss_name_addr_parse(ss_slice value, ss_name_addr *out)
{
    ss_uri uri;
    return ss_name_addr_parse_uri(value, out, &uri);
}

ss_slice ss_name_addr_tag(const ss_name_addr *na)
{
    ss_slice tag = SS_EMPTY;
    return ss_params_get(na->params, SS_LIT("tag"), &tag) == SS_OK ? tag : SS_EMPTY;
}

ss_status ss_msg_from(const ss_msg *msg, ss_name_addr *out)
{
    *out = msg->from;
    return msg->first[SS_HDR_FROM] == 0 ? SS_NONE : msg->from_status;
}

ss_status ss_msg_to(const ss_msg *msg, ss_name_addr *out)
{
    *out = msg->to;
    return msg->first[SS_HDR_TO] == 0 ? SS_NONE : msg->to_status;
}

ss_status ss_msg_next_addr_uri(const ss_msg *msg, ss_hdr id, ss_value_iter *it, ss_name_addr *out,
                               ss_uri *uri)
{
    ss_slice value;
    const ss_status status = ss_msg_next_value(msg, id, it, &value);
    if (status != SS_OK) {
        *out = (ss_name_addr){ .is_star = false };
        return status;
    }
    return ss_name_addr_parse_uri(value, out, uri);
}

ss_status ss_msg_next_addr(const ss_msg *msg, ss_hdr id, ss_value_iter *it, ss_name_addr *out)
{
    ss_uri uri;
    return ss_msg_next_addr_uri(msg, id, it, out, &uri);
}
