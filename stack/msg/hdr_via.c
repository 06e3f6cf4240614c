/* Via (RFC 3261 20.42, 25.1; RFC 3581 for rport). */
#include "param_names.h"
#include "read.h"

static size_t read_token(const lex_text *t, size_t at)
{
    const size_t end = lex_run(t, at, LEX_TOKEN);
    return end > at ? end : SS_LEX_BAD;
}

/* protocol-name SLASH protocol-version SLASH; nearly always these eight bytes. */
static size_t read_protocol_version(const lex_text *t, size_t at)
{
    if (t->len - at > 8 && memcmp(t->at + at, "SIP/2.0/", 8) == 0) {
        return lex_lws(t, at + 8);
    }
    for (int part = 0; part < 2; part++) {
        at = read_token(t, at);
        at = at == SS_LEX_BAD ? at : lex_separator(t, at, '/');
        if (at == SS_LEX_BAD) {
            return SS_LEX_BAD;
        }
    }
    return at;
}

/* sent-protocol = protocol-name SLASH protocol-version SLASH transport, then LWS. */
static size_t read_protocol(const lex_text *t, size_t at, ss_via *via)
{
    const size_t from = read_protocol_version(t, at);
    const size_t end = from == SS_LEX_BAD ? SS_LEX_BAD : read_token(t, from);
    if (end == SS_LEX_BAD) {
        return SS_LEX_BAD;
    }
    via->transport = lex_cut(t, from, end);
    const size_t next = lex_lws(t, end);
    return next > end ? next : SS_LEX_BAD;
}

/* sent-by = host [ COLON port ] */
static size_t read_sent_by(const lex_text *t, size_t at, ss_via *via)
{
    const size_t host_end = ss_lex_host_text(t, at);
    if (host_end == SS_LEX_BAD) {
        return SS_LEX_BAD;
    }
    via->host = lex_cut(t, at, host_end);
    const size_t port_at = lex_separator(t, host_end, ':');
    const size_t end = port_at == SS_LEX_BAD ? host_end : ss_lex_port_text(t, port_at, &via->port);
    if (end != SS_LEX_BAD) {
        via->sent_by = lex_cut(t, at, end);
    }
    return end;
}

/* RFC3581:3 present without a value in a request, with one in a response. */
static bool take_rport(ss_via *via, ss_slice value)
{
    if (via->has_rport) {
        return false;
    }
    via->has_rport = true;
    return value.at == NULL || ss_lex_port(value, &via->rport) == SS_OK;
}

/* RFC3261:7.3.1 no parameter stands twice */
static bool take_once(ss_slice *field, ss_slice value)
{
    const bool is_first = field->at == NULL && value.at != NULL;
    *field = is_first ? value : *field;
    return is_first;
}

/* A host, or an IPv6 address without brackets. */
static bool take_address(const lex_text *t, ss_slice *field, ss_slice value)
{
    if (!take_once(field, value)) {
        return false;
    }
    const size_t at = (size_t)(value.at - t->at);
    return ss_lex_host_text(t, at) == at + value.len || ss_lex_is_ipv6(value);
}

static bool is_ttl(ss_slice value)
{
    uint64_t ttl = 0;
    return value.len <= 3 && ss_slice_to_u64(value, 255, &ttl) == SS_OK;
}

/* ttl, and what has no rule here. */
static bool take_other(const ss_param *param, ss_param_names *seen)
{
    return !param->is_bare_ipv6 && ss_param_names_take(seen, param->name) &&
           (!LEX_SAYS(param->name, "ttl") || is_ttl(param->value));
}

static LEX_RARE bool take_rare_param(const lex_text *t, ss_via *via, const ss_param *param,
                                     ss_param_names *seen)
{
    if (LEX_SAYS(param->name, "maddr")) {
        return take_address(t, &via->maddr, param->value);
    }
    return take_other(param, seen);
}

static inline bool take_param(const lex_text *t, ss_via *via, const ss_param *param,
                              ss_param_names *seen)
{
    if (LEX_SAYS(param->name, "branch")) {
        return take_once(&via->branch, param->value) && param->is_token;
    }
    if (LEX_SAYS(param->name, "rport")) {
        return take_rport(via, param->value);
    }
    if (LEX_SAYS(param->name, "received")) {
        return take_address(t, &via->received, param->value);
    }
    return take_rare_param(t, via, param, seen);
}

void ss_via_clear(ss_via *via)
{
    *via = (ss_via){ .port = 0 };
}

static LEX_RARE size_t refuse(ss_via *via)
{
    ss_via_clear(via);
    return SS_LEX_BAD;
}

size_t ss_via_read(const lex_text *t, size_t at, ss_via *via)
{
    memset(&via->branch, 0, sizeof *via - offsetof(ss_via, branch)); /* what may be absent */
    size_t end = read_protocol(t, at, via);
    end = end == SS_LEX_BAD ? end : read_sent_by(t, end, via);
    if (end == SS_LEX_BAD) {
        return refuse(via);
    }
    const size_t params_at = lex_lws(t, end);
    ss_param param;
    ss_param_names seen;
    ss_param_names_begin(&seen);
    for (size_t next = params_at; lex_has(t, next, ';'); next = lex_lws(t, end)) {
        end = ss_param_read(t, next, &param);
        if (end == SS_LEX_BAD || !take_param(t, via, &param, &seen)) {
            return refuse(via);
        }
    }
    via->params.bytes = end > params_at ? lex_cut(t, params_at, end) : lex_cut(t, end, end);
    via->whole = lex_cut(t, at, end);
    return end;
}

ss_status ss_via_parse(ss_slice value, ss_via *via)
{
    const lex_text t = lex_text_of(lex_trim(value));
    return t.len > 0 && ss_via_read(&t, 0, via) == t.len ? SS_OK : SS_ERR_SYNTAX;
}

ss_status ss_msg_top_via(const ss_msg *msg, ss_via *via)
{
    *via = msg->top_via;
    return msg->first[SS_HDR_VIA] == 0 ? SS_NONE : msg->top_via_status;
}

/* A cookie with nothing behind it identifies nothing: RFC 4475 3.2.1 lets it be matched as RFC 2543 did.
 * RFC3261:8.1.1.7 RFC3261:17.2.3 */
bool ss_via_has_cookie(const ss_via *via)
{
    static const ss_slice cookie = SS_LIT_INIT("z9hG4bK");
    return via->branch.len > cookie.len && ss_slice_starts(via->branch, cookie);
}
