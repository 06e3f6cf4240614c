/* Via (RFC 3261 20.42, 25.1; RFC 3581 for rport). */
#include "lex.h"
#include "param_names.h"
#include "params.h"

static size_t scan_token(ss_slice s, size_t at)
{
    const size_t end = ss_lex_run(s, at, LEX_TOKEN);
    return end > at ? end : SS_LEX_BAD;
}

/* protocol-name SLASH protocol-version SLASH; nearly always these eight bytes. */
static size_t scan_protocol_version(ss_slice s)
{
    if (s.len > 8 && memcmp(s.at, "SIP/2.0/", 8) == 0) {
        return ss_lex_lws(s, 8);
    }
    size_t at = 0;
    for (int part = 0; part < 2; part++) {
        at = scan_token(s, at);
        at = at == SS_LEX_BAD ? at : ss_lex_separator(s, at, '/');
        if (at == SS_LEX_BAD) {
            return SS_LEX_BAD;
        }
    }
    return at;
}

/* sent-protocol = protocol-name SLASH protocol-version SLASH transport, then LWS. */
static size_t parse_protocol(ss_via *via)
{
    const ss_slice s = via->whole;
    const size_t from = scan_protocol_version(s);
    const size_t at = from == SS_LEX_BAD ? SS_LEX_BAD : scan_token(s, from);
    if (at == SS_LEX_BAD) {
        return SS_LEX_BAD;
    }
    via->transport = ss_slice_cut(s, from, at);
    const size_t end = ss_lex_lws(s, at);
    return end > at ? end : SS_LEX_BAD;
}

/* sent-by = host [ COLON port ] */
static size_t parse_sent_by(ss_via *via, size_t at)
{
    const ss_slice s = via->whole;
    const size_t host_end = ss_lex_host(s, at);
    if (host_end == SS_LEX_BAD) {
        return SS_LEX_BAD;
    }
    via->host = ss_slice_cut(s, at, host_end);
    size_t end = host_end;
    const size_t port_at = ss_lex_separator(s, host_end, ':');
    if (port_at != SS_LEX_BAD) {
        end = ss_lex_run(s, port_at, LEX_DIGIT);
        if (ss_lex_port(ss_slice_cut(s, port_at, end), &via->port) != SS_OK) {
            return SS_LEX_BAD;
        }
    }
    via->sent_by = ss_slice_cut(s, at, end);
    return end;
}

/* RFC3581:3 present without a value in a request, with one in a response. */
static ss_status take_rport(ss_via *via, ss_slice value)
{
    if (via->has_rport) {
        return SS_ERR_SYNTAX;
    }
    via->has_rport = true;
    return value.at == NULL ? SS_OK : ss_lex_port(value, &via->rport);
}

static ss_status take_once(ss_slice *field, ss_slice value)
{
    if (field->at != NULL || value.at == NULL) { /* RFC3261:7.3.1 no parameter stands twice */
        return SS_ERR_SYNTAX;
    }
    *field = value;
    return SS_OK;
}

/* A host, or an IPv6 address without brackets. The host is looked for in the whole Via, which holds a block of bytes. */
static bool is_address(const ss_via *via, ss_slice value)
{
    const size_t at = (size_t)(value.at - via->whole.at);
    return ss_lex_host(via->whole, at) == at + value.len || ss_lex_is_ipv6(value);
}

static ss_status take_address(const ss_via *via, ss_slice *field, ss_slice value)
{
    const ss_status status = take_once(field, value);
    return status != SS_OK || is_address(via, value) ? status : SS_ERR_SYNTAX;
}

/* ttl, and what has no rule here. */
static ss_status take_other(const ss_param *param, ss_param_names *seen)
{
    uint64_t ttl = 0;
    if (param->is_bare_ipv6 || !ss_param_names_take(seen, param->name)) {
        return SS_ERR_SYNTAX;
    }
    if (!LEX_SAYS(param->name, "ttl")) {
        return SS_OK;
    }
    return param->value.len > 3 ? SS_ERR_SYNTAX : ss_slice_to_u64(param->value, 255, &ttl);
}

static ss_status take_param(ss_via *via, const ss_param *param, ss_param_names *seen)
{
    if (LEX_SAYS(param->name, "branch")) {
        const ss_status status = take_once(&via->branch, param->value);
        return status != SS_OK || ss_lex_all(via->branch, LEX_TOKEN) ? status : SS_ERR_SYNTAX;
    }
    if (LEX_SAYS(param->name, "received")) {
        return take_address(via, &via->received, param->value);
    }
    if (LEX_SAYS(param->name, "maddr")) {
        return take_address(via, &via->maddr, param->value);
    }
    return LEX_SAYS(param->name, "rport") ? take_rport(via, param->value) : take_other(param, seen);
}

ss_status ss_via_parse(ss_slice value, ss_via *via)
{
    *via = (ss_via){ .whole = lex_trim(value) };
    size_t at = parse_protocol(via);
    at = at == SS_LEX_BAD ? at : parse_sent_by(via, at);
    if (at == SS_LEX_BAD) {
        return SS_ERR_SYNTAX;
    }
    at = ss_lex_lws(via->whole, at);
    via->params.bytes = ss_slice_cut(via->whole, at, via->whole.len);
    size_t cursor = 0;
    ss_param param;
    ss_param_names seen;
    ss_param_names_begin(&seen);
    ss_status status = ss_param_next(via->params, &cursor, &param);
    while (status == SS_OK) {
        status = take_param(via, &param, &seen);
        status = status == SS_OK ? ss_param_next(via->params, &cursor, &param) : status;
    }
    return status == SS_NONE ? SS_OK : status;
}

ss_status ss_msg_top_via(const ss_msg *msg, ss_via *via)
{
    *via = msg->top_via;
    return msg->first[SS_HDR_VIA] == 0 ? SS_NONE : msg->top_via_status;
}

bool ss_via_has_cookie(const ss_via *via)
{
    return ss_slice_starts(via->branch, SS_LIT("z9hG4bK"));
}
