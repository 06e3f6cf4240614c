/* Grammars of addresses: RFC 3261 19.1, 20.10, 20.20, 20.30, 20.31, 20.34, 20.39, 20.42; tel URIs (RFC 3966 3); RFC 3325 9,
 * RFC 3327 4, RFC 3515 2.1, RFC 3608 5, RFC 3892 3, RFC 5806 4.1, RFC 7044 5; and the references to dialogs of RFC 3891,
 * RFC 3911 and RFC 4538. Any URI that is neither SIP nor tel is kept whole. */
#include "typer.h"

#include "lex.h"

/* ---- URIs ----------------------------------------------------------------------------------------------------------- */

static bool is_visual(char c)
{
    return c == '-' || c == '.' || c == '(' || c == ')';
}

/* RFC3966:3 global-number-digits, or local-number-digits with its hexadecimal digits and stars; one digit at least. */
static bool is_subscriber(ss_slice digits, bool is_global)
{
    bool has_digit = false;
    for (size_t i = is_global ? 1 : 0; i < digits.len; i++) {
        const char c = digits.at[i];
        const bool is_digit =
            lex_is(c, is_global ? LEX_DIGIT : LEX_HEX) || (!is_global && c == '*');
        if (!is_digit && !is_visual(c)) {
            return false;
        }
        has_digit = has_digit || is_digit;
    }
    return has_digit;
}

/* Keeps ";name=value" pairs of a URI; true when one of them is `wanted`. Characters were checked with the URI. */
static bool add_uri_params(ss_typer *t, ss_slice s, const char *name, char separator,
                           const char *wanted)
{
    bool is_found = false;
    while (s.len > 0) {
        const size_t end = ss_slice_find(s, separator);
        const ss_slice one = ss_slice_cut(s, 0, end);
        const size_t equal = ss_slice_find(one, '=');
        const unsigned index = t->out->part_count;
        ss_typer_add(t, name, equal == one.len ? SS_EMPTY : ss_slice_cut(one, equal + 1, one.len));
        if (index < SS_PARTS_MAX) {
            t->out->parts[index].key = ss_slice_cut(one, 0, equal);
        }
        is_found =
            is_found || ss_slice_eq_nocase(ss_slice_cut(one, 0, equal), ss_slice_from(wanted));
        s = end == s.len ? SS_EMPTY : ss_slice_cut(s, end + 1, s.len);
    }
    return is_found;
}

static bool read_tel(ss_typer *t, const ss_uri *uri, size_t from)
{
    const ss_slice rest =
        ss_slice_cut(uri->whole, ss_slice_find(uri->whole, ':') + 1, uri->whole.len);
    const size_t end = ss_slice_find(rest, ';');
    const ss_slice digits = ss_slice_cut(rest, 0, end);
    const bool is_global = lex_at(digits, 0, '+');
    if (!is_subscriber(digits, is_global)) {
        return ss_typer_fail(t, from,
                             "a telephone number has digits, and visual separators between them");
    }
    ss_typer_add(t, "number", digits);
    const ss_slice params = end == rest.len ? SS_EMPTY : ss_slice_cut(rest, end + 1, rest.len);
    const bool has_context = add_uri_params(t, params, "uri-param", ';', "phone-context");
    return is_global || has_context || /* RFC3966:5.1.5 */
           ss_typer_refuse(t, from, "a local telephone number lacks its phone-context");
}

static void add_if(ss_typer *t, const char *name, ss_slice text)
{
    if (text.at != NULL) {
        ss_typer_add(t, name, text);
    }
}

static ss_slice after_first(ss_slice s)
{
    return s.len == 0 ? s : ss_slice_cut(s, 1, s.len);
}

static void add_sip_parts(ss_typer *t, const ss_uri *uri)
{
    add_if(t, "user", uri->user);
    add_if(t, "password", uri->password);
    ss_typer_add(t, "host", uri->host);
    const size_t host_end = (size_t)(uri->host.at - uri->whole.at) + uri->host.len;
    if (uri->port != 0) {
        const size_t digits = ss_lex_run(uri->whole, host_end + 1, LEX_DIGIT);
        ss_typer_add(t, "port", ss_slice_cut(uri->whole, host_end + 1, digits));
    }
    (void)add_uri_params(t, after_first(uri->params.bytes), "uri-param", ';', "");
    (void)add_uri_params(t, uri->headers, "uri-header", '&', "");
}

bool ss_typer_uri(ss_typer *t, size_t end)
{
    const size_t from = t->at;
    ss_uri uri;
    if (ss_uri_parse(ss_slice_cut(t->s, from, end), &uri) != SS_OK) {
        const size_t odd = ss_lex_run_escaped(t->s, from, LEX_URIC);
        return ss_typer_fail(t, odd < end ? odd : from, "an address is no URI");
    }
    t->at = end;
    ss_typer_add(t, "uri", uri.whole);
    ss_typer_add(t, "scheme", ss_slice_cut(uri.whole, 0, ss_slice_find(uri.whole, ':')));
    if (uri.scheme == SS_SCHEME_TEL) {
        return read_tel(t, &uri, from);
    }
    if (uri.scheme != SS_SCHEME_OTHER) {
        add_sip_parts(t, &uri);
    }
    return true;
}

/* ---- name-addr -------------------------------------------------------------------------------------------------------- */

/* A quoted string, or tokens with white space; then '<'. White space before '<' may be missing (RFC 4475 3.1.1.6). */
static bool read_display(ss_typer *t)
{
    const size_t from = t->at;
    if (ss_typer_at(t, '"')) {
        if (!ss_typer_quoted(t, "display")) {
            return false;
        }
        ss_typer_skip(t);
        return ss_typer_at(t, '<') ||
               ss_typer_fail(t, t->at, "a display name is followed by an address in brackets");
    }
    size_t before;
    size_t end = from;
    do {
        before = t->at;
        t->at = ss_lex_run(t->s, before, LEX_TOKEN);
        end = t->at > before ? t->at : end;
        ss_typer_skip(t);
    } while (t->at != before);
    if (end > from) {
        ss_typer_add(t, "display", ss_slice_cut(t->s, from, end));
    }
    return ss_typer_at(t, '<') ||
           ss_typer_fail(t, t->at, "neither a display name nor an address in brackets");
}

static bool read_brackets(ss_typer *t)
{
    const size_t len = ss_slice_find(ss_slice_cut(t->s, t->at, t->s.len), '>');
    if (t->at + len == t->s.len) {
        return ss_typer_fail(t, t->at, "an angle bracket does not close");
    }
    const size_t end = t->at++ + len;
    if (!ss_typer_uri(t, end)) {
        return false;
    }
    t->at = end + 1;
    return true;
}

/* RFC3261:20.10 without brackets a URI ends at the first semicolon, and holds no comma and no question mark. */
static bool read_bare(ss_typer *t)
{
    size_t end = t->at;
    while (end < t->s.len && t->s.at[end] != ';' && !lex_is(t->s.at[end], LEX_WSP) &&
           t->s.at[end] != '\r') {
        if (t->s.at[end] == ',' || t->s.at[end] == '?') {
            return ss_typer_fail(
                t, end, "an address with a comma or a question mark stands in angle brackets");
        }
        end++;
    }
    return ss_typer_uri(t, end);
}

static bool is_bare(const ss_typer *t)
{
    const size_t colon = ss_lex_run(t->s, t->at, LEX_TOKEN);
    return lex_at(t->s, colon, ':') && colon > t->at;
}

static bool read_address(ss_typer *t)
{
    return is_bare(t) ? read_bare(t) : read_display(t) && read_brackets(t);
}

bool ss_grammar_address(ss_typer *t)
{
    static const ss_param_rule rules[] = { { NULL, SS_VALUE_GENERIC, false } };
    return read_address(t) && ss_typer_params(t, rules);
}

bool ss_grammar_party(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "tag", SS_VALUE_TOKEN, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    return read_address(t) && ss_typer_params(t, rules);
}

bool ss_grammar_contact(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "q", SS_VALUE_Q, false },
                                           { "expires", SS_VALUE_NUMBER, false },
                                           { "reg-id", SS_VALUE_REG_ID, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    if (ss_slice_eq(t->s, SS_LIT("*"))) {
        t->at = 1;
        ss_typer_add(t, "star", t->s);
        return true;
    }
    return read_address(t) && ss_typer_params(t, rules);
}

/* RFC3261:20.34 in angle brackets always */
bool ss_grammar_route(ss_typer *t)
{
    static const ss_param_rule rules[] = { { NULL, SS_VALUE_GENERIC, false } };
    return read_display(t) && read_brackets(t) && ss_typer_params(t, rules);
}

/* RFC7044:5 an index is "a mandatory parameter" in 10.3; the grammar leaves it open. */
bool ss_grammar_history(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "index", SS_VALUE_INDEX, false },
                                           { "rc", SS_VALUE_INDEX, false },
                                           { "mp", SS_VALUE_INDEX, false },
                                           { "np", SS_VALUE_INDEX, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    return read_display(t) && read_brackets(t) && ss_typer_params(t, rules);
}

/* RFC5806:4.1 */
bool ss_grammar_diversion(ss_typer *t)
{
    static const ss_param_rule rules[] = {
        { "reason", SS_VALUE_EITHER, false }, { "counter", SS_VALUE_COUNT, false },
        { "limit", SS_VALUE_COUNT, false },   { "privacy", SS_VALUE_EITHER, false },
        { "screen", SS_VALUE_EITHER, false }, { NULL, SS_VALUE_GENERIC, false }
    };
    return read_display(t) && read_brackets(t) && ss_typer_params(t, rules);
}

/* RFC3325:9.1 and RFC3325:9.2: an address and no parameters; its URI is sip, sips or tel. */
bool ss_grammar_identity_uri(ss_typer *t)
{
    ss_name_addr na;
    ss_uri uri;
    if (!read_address(t) || !ss_typer_end(t)) {
        return false;
    }
    const bool is_known =
        ss_name_addr_parse_uri(t->s, &na, &uri) != SS_OK || uri.scheme != SS_SCHEME_OTHER;
    return is_known || ss_typer_refuse(t, (size_t)(na.uri.at - t->s.at),
                                       "an identity is a SIP, SIPS or telephone address");
}

/* RFC3892:3 */
bool ss_grammar_referred_by(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "cid", SS_VALUE_QUOTED, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    return read_address(t) && ss_typer_params(t, rules);
}

/* RFC3261:20.4, 20.9, 20.18; RFC 6442: an absolute URI in angle brackets, no display name */
bool ss_grammar_info(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "purpose", SS_VALUE_TOKEN, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    if (!ss_typer_at(t, '<')) {
        return ss_typer_fail(t, t->at, "a URI in angle brackets is missing");
    }
    return read_brackets(t) && ss_typer_params(t, rules);
}

/* ---- Via ---------------------------------------------------------------------------------------------------------------- */

/* RFC3261:20.42 and RFC3581:3 */
bool ss_grammar_via(ss_typer *t)
{
    static const ss_param_rule rules[] = {
        { "ttl", SS_VALUE_OCTET, false },     { "maddr", SS_VALUE_HOST, false },
        { "received", SS_VALUE_HOST, false }, { "branch", SS_VALUE_TOKEN, false },
        { "rport", SS_VALUE_PORT, false },    { NULL, SS_VALUE_GENERIC, false }
    };
    if (!ss_typer_token(t, "protocol") || !ss_typer_separator(t, '/') ||
        !ss_typer_token(t, "version") || !ss_typer_separator(t, '/') ||
        !ss_typer_token(t, "transport") || !ss_typer_space(t) || !ss_typer_host(t, "host")) {
        return false;
    }
    if (ss_lex_separator(t->s, t->at, ':') != SS_LEX_BAD &&
        (!ss_typer_separator(t, ':') || !ss_typer_port(t))) {
        return false;
    }
    return ss_typer_params(t, rules);
}

/* ---- dialogs ------------------------------------------------------------------------------------------------------------- */

/* RFC3891:6.1 */
bool ss_grammar_replaces(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "to-tag", SS_VALUE_TOKEN, true },
                                           { "from-tag", SS_VALUE_TOKEN, true },
                                           { "early-only", SS_VALUE_NONE, false },
                                           { NULL, SS_VALUE_GENERIC, false } };
    return ss_typer_call_id(t) && ss_typer_params(t, rules);
}

/* RFC3911:7.1 */
bool ss_grammar_join(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "to-tag", SS_VALUE_TOKEN, true },
                                           { "from-tag", SS_VALUE_TOKEN, true },
                                           { NULL, SS_VALUE_GENERIC, false } };
    return ss_typer_call_id(t) && ss_typer_params(t, rules);
}

/* RFC4538:7 */
bool ss_grammar_target_dialog(ss_typer *t)
{
    static const ss_param_rule rules[] = { { "local-tag", SS_VALUE_TOKEN, true },
                                           { "remote-tag", SS_VALUE_TOKEN, true },
                                           { NULL, SS_VALUE_GENERIC, false } };
    return ss_typer_call_id(t) && ss_typer_params(t, rules);
}
