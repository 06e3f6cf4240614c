/* name-addr and addr-spec with header parameters (RFC 3261 20.10, 25.1): From, To, Contact, Route, Record-Route. */
#include "param_names.h"
#include "read.h"

/* Display name: a quoted string, or tokens and white space; gives the place of '<', or SS_LEX_BAD when this is no
 * name-addr. White space before '<' may be missing after a token, as every peer does (RFC 4475 3.1.1.6). */
static size_t read_display(const lex_text *t, size_t at, ss_slice *display)
{
    size_t end = at;
    size_t next = at;
    if (lex_has(t, at, '"')) {
        end = ss_lex_quoted_text(t, at);
        if (end == SS_LEX_BAD) {
            return SS_LEX_BAD;
        }
        next = lex_lws(t, end);
    } else {
        for (size_t token = lex_run(t, next, LEX_TOKEN); token != next;
             token = lex_run(t, next, LEX_TOKEN)) {
            end = token;
            next = lex_lws(t, end);
        }
    }
    *display = end > at ? lex_cut(t, at, end) : SS_EMPTY;
    return lex_has(t, next, '<') ? next : SS_LEX_BAD;
}

static inline size_t read_bracketed(const lex_text *t, size_t bracket, ss_name_addr *out,
                                    ss_uri *uri)
{
    const size_t end = ss_uri_read(t, bracket + 1, uri);
    if (end == SS_LEX_BAD || !lex_has(t, end, '>')) {
        return SS_LEX_BAD;
    }
    out->uri = uri->whole;
    return end + 1;
}

/* RFC3261:20.10 without angle brackets the address ends at the first semicolon, and holds no comma and no '?'. */
static LEX_RARE size_t read_bare(const lex_text *t, size_t at, ss_name_addr *out, ss_uri *uri)
{
    lex_text bare = *t;
    size_t end = at;
    while (end < t->len && t->at[end] != ';' && t->at[end] != ',' && t->at[end] != '?' &&
           (unsigned char)t->at[end] > ' ') {
        end++;
    }
    bare.len = end;
    out->display = SS_EMPTY;
    if (lex_has(t, end, '?') || ss_uri_read(&bare, at, uri) != end) {
        return SS_LEX_BAD;
    }
    out->uri = uri->whole;
    return end;
}

/* The first tag is kept (19.3). False for a second one (RFC3261:7.3.1), or an odd one. */
static inline bool take_tag(ss_name_addr *out, const ss_param *param)
{
    const bool is_first = out->tag.at == NULL;
    out->tag = param->value.at == NULL ? ss_slice_cut(param->name, 3, 3) : param->value;
    out->has_odd_tag = !param->is_token;
    return is_first;
}

/* Behind the first parameter, which is given: no other may be the same. Gives the place after the last one. */
static LEX_APART size_t read_more_params(const lex_text *t, size_t next, ss_name_addr *out,
                                         const ss_param *first)
{
    size_t end = next;
    ss_param param;
    ss_param_names seen;
    ss_param_names_begin(&seen);
    bool is_good = ss_param_names_take(&seen, first->name);
    for (; is_good && lex_has(t, next, ';'); next = lex_lws(t, end)) {
        end = ss_param_read(t, next, &param);
        is_good = end != SS_LEX_BAD && !param.is_bare_ipv6 &&
                  ss_param_names_take(&seen, param.name) &&
                  (!LEX_SAYS(param.name, "tag") || take_tag(out, &param));
    }
    return is_good ? end : SS_LEX_BAD;
}

/* The parameters behind an address, nearly always one at most; nothing but white space may come before the first. */
static inline size_t read_params(const lex_text *t, size_t at, ss_name_addr *out)
{
    const size_t from = lex_lws(t, at);
    if (!lex_has(t, from, ';')) {
        return at;
    }
    ss_param param;
    size_t end = ss_param_read(t, from, &param);
    if (end == SS_LEX_BAD || param.is_bare_ipv6) {
        return SS_LEX_BAD;
    }
    if (LEX_SAYS(param.name, "tag")) {
        (void)take_tag(out, &param);
    }
    const size_t next = lex_lws(t, end);
    end = lex_has(t, next, ';') ? read_more_params(t, next, out, &param) : end;
    if (end != SS_LEX_BAD) {
        out->params.bytes = lex_cut(t, from, end);
    }
    return end;
}

static bool is_star(const lex_text *t, size_t at)
{
    if (!lex_has(t, at, '*')) {
        return false;
    }
    const size_t next = lex_lws(t, at + 1);
    return next == t->len || t->at[next] == ',';
}

void ss_addr_clear(ss_name_addr *na)
{
    *na = (ss_name_addr){ .is_star = false };
}

static LEX_RARE size_t refuse(ss_name_addr *na)
{
    ss_addr_clear(na);
    return SS_LEX_BAD;
}

static LEX_RARE size_t take_star(const lex_text *t, size_t at, ss_name_addr *out)
{
    ss_addr_clear(out);
    out->is_star = true;
    out->whole = lex_cut(t, at, at + 1);
    return at + 1;
}

size_t ss_addr_read(const lex_text *t, size_t at, ss_name_addr *out, ss_uri *uri)
{
    memset(&out->display, 0,
           sizeof *out - offsetof(ss_name_addr, display)); /* what may be absent */
    if (is_star(t, at)) {
        return take_star(t, at, out);
    }
    const size_t bracket = lex_has(t, at, '<') ? at : read_display(t, at, &out->display);
    size_t end =
        bracket == SS_LEX_BAD ? read_bare(t, at, out, uri) : read_bracketed(t, bracket, out, uri);
    end = end == SS_LEX_BAD ? end : read_params(t, end, out);
    if (end == SS_LEX_BAD) {
        return refuse(out);
    }
    out->whole = lex_cut(t, at, end);
    return end;
}

ss_status ss_name_addr_parse_uri(ss_slice value, ss_name_addr *out, ss_uri *uri)
{
    const lex_text t = lex_text_of(lex_trim(value));
    return ss_addr_read(&t, 0, out, uri) == t.len ? SS_OK : SS_ERR_SYNTAX;
}

ss_status ss_name_addr_parse(ss_slice value, ss_name_addr *out)
{
    ss_uri uri;
    return ss_name_addr_parse_uri(value, out, &uri);
}

ss_slice ss_name_addr_tag(const ss_name_addr *na)
{
    return na->tag.len == 0 ? SS_EMPTY : na->tag;
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

/* qvalue (25.1) in thousandths: "0", "1", each with at most three decimals. 1000 when absent. */
ss_status ss_name_addr_q(const ss_name_addr *contact, uint16_t *q)
{
    ss_slice text;
    *q = 1000;
    if (ss_params_get(contact->params, SS_LIT("q"), &text) != SS_OK) {
        return SS_OK;
    }
    if (text.len == 0 || text.len > 5 || (text.at[0] != '0' && text.at[0] != '1') ||
        (text.len > 1 && text.at[1] != '.')) {
        return SS_ERR_SYNTAX;
    }
    unsigned value = text.at[0] == '1' ? 1000 : 0;
    unsigned weight = 100;
    for (size_t i = 2; i < text.len; i++, weight /= 10) {
        if (text.at[i] < '0' || text.at[i] > '9') {
            return SS_ERR_SYNTAX;
        }
        value += (unsigned)(text.at[i] - '0') * weight;
    }
    *q = (uint16_t)value;
    return value > 1000 ? SS_ERR_SYNTAX : SS_OK;
}
