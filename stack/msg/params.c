/* Walking the parameters of a header field value (RFC 3261 25.1 generic-param). */
#include "params.h"

#include "lex.h"
#include "param_names.h"

/* gen-value = token / host / quoted-string; and, in a Via, an IPv6 address without brackets (25.1 via-received). */
static size_t scan_value(ss_slice s, size_t at, bool *is_bare_ipv6)
{
    if (lex_at(s, at, '"')) {
        return ss_lex_quoted(s, at);
    }
    if (lex_at(s, at, '[')) {
        return ss_lex_host(s, at);
    }
    size_t end = ss_lex_run(s, at, LEX_TOKEN);
    if (lex_at(s, end, ':')) {
        end = ss_lex_run(s, at, LEX_IPV6);
        *is_bare_ipv6 = true;
        return ss_lex_is_ipv6(ss_slice_cut(s, at, end)) ? end : SS_LEX_BAD;
    }
    return end > at ? end : SS_LEX_BAD;
}

ss_status ss_param_next(ss_params p, size_t *at, ss_param *out)
{
    const ss_slice s = p.bytes;
    size_t from = ss_lex_lws(s, *at);
    if (from >= s.len) {
        return SS_NONE;
    }
    from = ss_lex_separator(s, from, ';');
    if (from == SS_LEX_BAD) {
        return SS_ERR_SYNTAX;
    }
    const size_t name_end = ss_lex_run(s, from, LEX_TOKEN);
    if (name_end == from) {
        return SS_ERR_SYNTAX;
    }
    *out = (ss_param){ .name = ss_slice_cut(s, from, name_end) };
    const size_t value_at = ss_lex_separator(s, name_end, '=');
    if (value_at == SS_LEX_BAD) {
        *at = name_end;
        return SS_OK;
    }
    const size_t end = scan_value(s, value_at, &out->is_bare_ipv6);
    if (end == SS_LEX_BAD) {
        return SS_ERR_SYNTAX;
    }
    out->value = ss_slice_cut(s, value_at, end);
    *at = end;
    return SS_OK;
}

ss_status ss_params_check(ss_params p)
{
    size_t at = 0;
    ss_param param;
    ss_param_names seen;
    ss_param_names_begin(&seen);
    ss_status status = ss_param_next(p, &at, &param);
    while (status == SS_OK) {
        if (param.is_bare_ipv6 || !ss_param_names_take(&seen, param.name)) {
            return SS_ERR_SYNTAX;
        }
        status = ss_param_next(p, &at, &param);
    }
    return status == SS_NONE ? SS_OK : status;
}
