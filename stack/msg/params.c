/* Values of parameters of a header field that are no tokens (RFC 3261 25.1 generic-param). */
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
