/* A telephone number as a SIP URI (RFC 3261 19.1.6): what a request to a tel URI becomes when it is answered 416 (8.1.3.5,
 * 21.4.14). The number goes to the domain of whoever calls. A tel URI says no host, so only who has an outbound proxy can send
 * to one at all. A sips URI is never made a sip one: RFC 5630 5.1.1. */
#include "usage.h"

enum { PARAMS_MAX = 16 }; /* more than these keep their order */

/* RFC3261:25.1 user: what may stand there as it is; everything else is escaped. */
static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           ss_slice_find(SS_LIT("-_.!~*'()&=+$,;?/%"), c) < 18;
}

/* Case is of no meaning in a number. */
static void put_folded(ss_buffer *b, ss_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = ss_lower(text.at[i]);
        if (is_plain(c)) {
            ss_put_char(b, c);
        } else {
            ss_put_char(b, '%');
            ss_put_hex(b, (unsigned char)c, 2);
        }
    }
}

/* ---- parameters ---- */

static ss_slice name_of(ss_slice param)
{
    return ss_slice_cut(param, 0, ss_slice_find(param, '='));
}

/* The sub-address comes first, then what is dialled after the answer. */
static unsigned rank_of(ss_slice name)
{
    return ss_slice_eq_nocase(name, SS_LIT("isub"))    ? 0
           : ss_slice_eq_nocase(name, SS_LIT("postd")) ? 1
                                                       : 2;
}

static bool is_before(ss_slice a, ss_slice b)
{
    const ss_slice x = name_of(a);
    const ss_slice y = name_of(b);
    if (rank_of(x) != rank_of(y)) {
        return rank_of(x) < rank_of(y);
    }
    for (size_t i = 0; i < x.len && i < y.len; i++) {
        if (ss_lower(x.at[i]) != ss_lower(y.at[i])) {
            return ss_lower(x.at[i]) < ss_lower(y.at[i]);
        }
    }
    return x.len < y.len;
}

static void put_params(ss_buffer *b, ss_slice rest)
{
    ss_slice params[PARAMS_MAX];
    size_t count = 0;
    while (rest.len > 0 && count < PARAMS_MAX) {
        const ss_slice param = ss_slice_cut(rest, 0, ss_slice_find(rest, ';'));
        size_t at = count++;
        for (; at > 0 && is_before(param, params[at - 1]); at--) {
            params[at] = params[at - 1];
        }
        params[at] = param;
        rest = param.len < rest.len ? ss_slice_cut(rest, param.len + 1, rest.len) : SS_EMPTY;
    }
    for (size_t i = 0; i < count; i++) {
        ss_put_char(b, ';');
        put_folded(b, params[i]);
    }
    if (rest.len > 0) {
        ss_put_char(b, ';');
        put_folded(b, rest);
    }
}

/* ---- 416 ---- */

/* RFC3261:8.1.3.5 RFC3261:21.4.14 RFC3261:19.1.6 */
bool ss_ua_use_sip_uri(const ss_visit *v, const ss_msg *response, ss_repeat *r)
{
    ss_uri aor;
    (void)response;
    if (r->request.target.scheme != SS_SCHEME_TEL ||
        ss_uri_parse(v->ua->identity->aor, &aor) != SS_OK) {
        return false;
    }
    const ss_slice whole = r->request.request_uri;
    const ss_slice number = ss_slice_cut(whole, SS_LIT("tel:").len, whole.len);
    const size_t end = ss_slice_find(number, ';');
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_text(&b, "sip:");
    put_folded(&b, ss_slice_cut(number, 0, end));
    put_params(&b, end < number.len ? ss_slice_cut(number, end + 1, number.len) : SS_EMPTY);
    ss_put_char(&b, '@');
    ss_put(&b, aor.host);
    ss_put_text(&b, ";user=phone");
    r->uri = ss_buffer_keep(v->turn->arena, &b);
    return r->uri.len > 0;
}
