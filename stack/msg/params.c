/* Parameters of header fields, walked as they stand, and their values that are no tokens (RFC 3261 25.1 generic-param). */
#include "read.h"

/* gen-value = token / host / quoted-string; and, in a Via, an IPv6 address without brackets (25.1 via-received). */
LEX_RARE size_t ss_param_read_value(const lex_text *t, size_t at, size_t end, ss_param *out)
{
    if (lex_has(t, at, '"')) {
        return ss_lex_quoted_text(t, at);
    }
    if (lex_has(t, at, '[')) {
        return ss_lex_host_text(t, at);
    }
    if (lex_has(t, end, ':')) {
        end = lex_run_short(t, at, LEX_IPV6);
        out->is_bare_ipv6 = true;
        return ss_lex_is_ipv6(lex_cut(t, at, end)) ? end : SS_LEX_BAD;
    }
    return SS_LEX_BAD;
}

/* The place of the quote that ends what a quote before `at` began. */
static size_t quote_end(ss_slice params, size_t at)
{
    while (at < params.len && params.at[at] != '"') {
        at += params.at[at] == '\\' ? 2 : 1;
    }
    return at;
}

/* Quoted strings may hold semicolons. */
static size_t piece_end(ss_slice params, size_t at)
{
    for (at++; at < params.len && params.at[at] != ';'; at++) {
        if (params.at[at] == '"') {
            at = quote_end(params, at + 1);
        }
    }
    return at < params.len ? at : params.len;
}

bool ss_params_next(ss_params p, size_t *at, ss_slice *piece, ss_slice *name)
{
    if (*at >= p.bytes.len) {
        return false;
    }
    const size_t end = piece_end(p.bytes, *at);
    *piece = ss_slice_cut(p.bytes, *at, end);
    const ss_slice after = ss_slice_cut(*piece, 1, piece->len);
    *name = ss_slice_trim(ss_slice_cut(after, 0, ss_slice_find(after, '=')));
    *at = end;
    return true;
}
