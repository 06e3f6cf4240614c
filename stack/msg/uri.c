/* SIP and SIPS URIs (RFC 3261 19.1, 25.1): reading, the address-of-record form (10.3), equality (19.1.4). Any other
 * absolute URI is kept whole. Nothing is unescaped in place: comparison and printing look through %HH. */
#include "read.h"

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ); gives the place of the colon. */
static size_t scan_scheme(const lex_text *t, size_t at)
{
    size_t end = at;
    while (end < t->len &&
           (lex_is(t->at[end], LEX_LABEL) || t->at[end] == '+' || t->at[end] == '.')) {
        end++;
    }
    return end > at && lex_is(t->at[at], LEX_ALPHA) && lex_has(t, end, ':') ? end : SS_LEX_BAD;
}

static LEX_RARE size_t read_odd_userinfo(const lex_text *t, size_t at, ss_uri *uri)
{
    const size_t user_end = lex_run_escaped(t, at, LEX_USER);
    const size_t end =
        lex_has(t, user_end, ':') ? lex_run_escaped(t, user_end + 1, LEX_PASSWORD) : user_end;
    if (user_end == at || !lex_has(t, end, '@')) {
        return at;
    }
    uri->user = lex_cut(t, at, user_end);
    uri->password = end == user_end ? SS_EMPTY : lex_cut(t, user_end + 1, end);
    return end + 1;
}

/* userinfo = user [ ":" password ] "@"; gives the place after it, which is `at` when there is none. What looks like a user and
 * has no '@' behind it is a host, its port, its parameters: nearly always it is seen by the bracket that closes it. */
static inline size_t read_userinfo(const lex_text *t, size_t at, ss_uri *uri)
{
    const size_t stop = lex_run(t, at, LEX_LABEL);
    if (lex_has(t, stop, '@') && stop > at) {
        uri->user = lex_cut(t, at, stop);
        return stop + 1;
    }
    return lex_is_closed_before(t, stop, '>', '@') ? at : read_odd_userinfo(t, at, uri);
}

/* *( ";" pname [ "=" pvalue ] ), no white space */
static size_t read_uri_params(const lex_text *t, size_t at)
{
    while (lex_has(t, at, ';')) {
        const size_t name_end = lex_run_escaped(t, at + 1, LEX_PARAM);
        if (name_end == at + 1) {
            return SS_LEX_BAD;
        }
        at = name_end;
        if (lex_has(t, at, '=')) {
            at = lex_run_escaped(t, name_end + 1, LEX_PARAM);
            if (at == name_end + 1) {
                return SS_LEX_BAD;
            }
        }
    }
    return at;
}

/* header *( "&" header ), header = hname "=" hvalue */
static LEX_RARE size_t read_uri_headers(const lex_text *t, size_t at)
{
    for (;;) {
        const size_t name_end = lex_run_escaped(t, at, LEX_HNV);
        if (name_end == at || !lex_has(t, name_end, '=')) {
            return SS_LEX_BAD;
        }
        at = lex_run_escaped(t, name_end + 1, LEX_HNV);
        if (!lex_has(t, at, '&')) {
            return at;
        }
        at++;
    }
}

/* hostport uri-parameters [ headers ] */
static size_t read_after_userinfo(const lex_text *t, size_t from, ss_uri *uri)
{
    size_t at = ss_lex_host_text(t, from);
    if (at == SS_LEX_BAD) {
        return SS_LEX_BAD;
    }
    uri->host = lex_cut(t, from, at);
    if (lex_has(t, at, ':')) {
        at = ss_lex_port_text(t, at + 1, &uri->port);
        if (at == SS_LEX_BAD) {
            return SS_LEX_BAD;
        }
    }
    const size_t params_end = read_uri_params(t, at);
    if (params_end == SS_LEX_BAD) {
        return SS_LEX_BAD;
    }
    uri->params.bytes = lex_cut(t, at, params_end);
    if (!lex_has(t, params_end, '?')) {
        return params_end;
    }
    const size_t end = read_uri_headers(t, params_end + 1);
    if (end != SS_LEX_BAD) {
        uri->headers = lex_cut(t, params_end + 1, end);
    }
    return end;
}

/* absoluteURI, and a tel URI (RFC 3966), which are kept whole */
static LEX_RARE size_t read_opaque(const lex_text *t, size_t from, ss_uri *uri)
{
    const size_t colon = scan_scheme(t, from);
    if (colon == SS_LEX_BAD) {
        return SS_LEX_BAD;
    }
    uri->scheme = LEX_SAYS(lex_cut(t, from, colon), "tel") ? SS_SCHEME_TEL : SS_SCHEME_OTHER;
    uri->host = SS_EMPTY;
    uri->params.bytes = SS_EMPTY;
    const size_t end = lex_run_escaped(t, colon + 1, LEX_URIC);
    return end > colon + 1 ? end : SS_LEX_BAD;
}

/* "sip:" or "sips:" */
static inline size_t read_sip_scheme(const lex_text *t, size_t at, ss_scheme *scheme)
{
    if (t->len - at >= 5 && lex_same(t->at + at, "sip:", 4)) {
        *scheme = SS_SCHEME_SIP;
        return at + 4;
    }
    if (t->len - at >= 6 && lex_same(t->at + at, "sips:", 5)) {
        *scheme = SS_SCHEME_SIPS;
        return at + 5;
    }
    return SS_LEX_BAD;
}

void ss_uri_clear(ss_uri *uri)
{
    *uri = (ss_uri){ .scheme = SS_SCHEME_OTHER };
}

static LEX_RARE size_t refuse(ss_uri *uri)
{
    ss_uri_clear(uri);
    return SS_LEX_BAD;
}

_Static_assert(offsetof(ss_uri, headers) + sizeof(ss_slice) == sizeof(ss_uri),
               "what may be absent is at the end");

size_t ss_uri_read(const lex_text *t, size_t at, ss_uri *uri)
{
    uri->port = 0;
    memset(&uri->user, 0, sizeof *uri - offsetof(ss_uri, user));
    const size_t from = read_sip_scheme(t, at, &uri->scheme);
    const size_t end = from == SS_LEX_BAD
                           ? read_opaque(t, at, uri)
                           : read_after_userinfo(t, read_userinfo(t, from, uri), uri);
    if (end == SS_LEX_BAD) {
        return refuse(uri);
    }
    uri->whole = lex_cut(t, at, end);
    return end;
}

ss_status ss_uri_parse(ss_slice text, ss_uri *uri)
{
    const lex_text t = lex_text_of(text);
    const bool is_uri = text.len > 0 && ss_uri_read(&t, 0, uri) == text.len;
    uri->whole = text;
    return is_uri ? SS_OK : SS_ERR_SYNTAX;
}

/* ---- the address-of-record --------------------------------------------------------------------------------------- */

static void put_unescaped(ss_buffer *b, ss_slice s)
{
    for (size_t at = 0; at < s.len; at++) {
        const int octet = ss_slice_escape(s, at);
        ss_put_char(b, octet < 0 ? s.at[at] : (char)octet);
        at += octet < 0 ? 0 : 2;
    }
}

static void put_lower(ss_buffer *b, ss_slice s)
{
    for (size_t at = 0; at < s.len; at++) {
        ss_put_char(b, ss_lower(s.at[at]));
    }
}

/* RFC3261:10.3 step 5 */
void ss_uri_put_canonical_aor(ss_buffer *b, const ss_uri *uri)
{
    if (uri->scheme != SS_SCHEME_SIP && uri->scheme != SS_SCHEME_SIPS) {
        const size_t colon = ss_slice_find(uri->whole, ':');
        put_lower(b, ss_slice_cut(uri->whole, 0, colon));
        ss_put(b, ss_slice_cut(uri->whole, colon, uri->whole.len));
        return;
    }
    ss_put_text(b, uri->scheme == SS_SCHEME_SIP ? "sip:" : "sips:");
    if (uri->user.at != NULL) {
        put_unescaped(b, uri->user);
        ss_put_char(b, '@');
    }
    put_lower(b, uri->host);
    if (uri->port != 0) {
        ss_put_char(b, ':');
        ss_put_u64(b, uri->port);
    }
}

/* ---- equality ---------------------------------------------------------------------------------------------------- */

/* Parts of one URI compared at most: what has more is equal to its own bytes only, so that work stays bounded. */
enum { COMPARED_PARTS_MAX = 32 };

static bool is_reserved(char c)
{
    return lex_is(c, LEX_URIC) && !lex_is(c, LEX_UNRESERVED);
}

/* One character of a component, whatever its spelling: RFC3261:19.1.2 RFC3261:19.1.4, an escaped reserved one is a character of its
 * own (above 255). */
static unsigned next_char(ss_slice s, size_t *at, bool fold_case)
{
    const int octet = ss_slice_escape(s, *at);
    if (octet >= 0) {
        const char c = (char)octet;
        *at += 3;
        return is_reserved(c) ? 256u + (unsigned char)c
                              : (unsigned char)(fold_case ? ss_lower(c) : c);
    }
    const char c = s.at[(*at)++];
    return (unsigned char)(fold_case ? ss_lower(c) : c);
}

static bool same_component(ss_slice a, ss_slice b, bool fold_case)
{
    size_t i = 0;
    size_t j = 0;
    if ((a.at == NULL) !=
        (b.at == NULL)) { /* absent and present differ, even when present is empty */
        return false;
    }
    while (i < a.len && j < b.len) {
        if (next_char(a, &i, fold_case) != next_char(b, &j, fold_case)) {
            return false;
        }
    }
    return i == a.len && j == b.len;
}

typedef struct part {
    ss_slice name, value; /* value.at == NULL without '=' */
} part;

typedef struct part_list {
    part parts[COMPARED_PARTS_MAX];
    size_t count;
} part_list;

/* Splits parameters (at ';') or headers (at '&'); false when there are too many. */
static bool split_parts(part_list *list, ss_slice s, char separator)
{
    list->count = 0;
    while (s.len > 0) {
        const size_t end = ss_slice_find(s, separator);
        const ss_slice one = ss_slice_cut(s, 0, end);
        const size_t equal = ss_slice_find(one, '=');
        if (list->count == COMPARED_PARTS_MAX) {
            return false;
        }
        list->parts[list->count++] = (part){
            .name = ss_slice_cut(one, 0, equal),
            .value = equal == one.len ? SS_EMPTY : ss_slice_cut(one, equal + 1, one.len),
        };
        s = end == s.len ? SS_EMPTY : ss_slice_cut(s, end + 1, s.len);
    }
    return true;
}

static const part *find_part(const part_list *list, ss_slice name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (same_component(list->parts[i].name, name, true)) {
            return &list->parts[i];
        }
    }
    return NULL;
}

/* RFC3261:19.1.4 these never match a URI that lacks them. */
static bool must_be_in_both(ss_slice name)
{
    static const char *const names[] = { "user", "ttl", "method", "maddr", "transport" };
    for (size_t i = 0; i < SS_COUNT(names); i++) {
        if (same_component(ss_slice_from(names[i]), name, true)) {
            return true;
        }
    }
    return false;
}

static bool params_of_a_match(const part_list *a, const part_list *b)
{
    for (size_t i = 0; i < a->count; i++) {
        const part *other = find_part(b, a->parts[i].name);
        if (other == NULL ? must_be_in_both(a->parts[i].name)
                          : !same_component(a->parts[i].value, other->value, true)) {
            return false;
        }
    }
    return true;
}

/* Each header of `a` has a partner of its own in `b`. */
static bool headers_match(const part_list *a, const part_list *b)
{
    bool taken[COMPARED_PARTS_MAX] = { false };
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        size_t j = 0;
        while (j < b->count &&
               (taken[j] || !same_component(a->parts[i].name, b->parts[j].name, true) ||
                !same_component(a->parts[i].value, b->parts[j].value, true))) {
            j++;
        }
        if (j == b->count) {
            return false;
        }
        taken[j] = true;
    }
    return true;
}

static ss_slice after_first(ss_slice s)
{
    return s.len == 0 ? s : ss_slice_cut(s, 1, s.len);
}

static bool same_parts(const ss_uri *a, const ss_uri *b)
{
    part_list of_a;
    part_list of_b;
    if (!split_parts(&of_a, after_first(a->params.bytes), ';') ||
        !split_parts(&of_b, after_first(b->params.bytes), ';')) {
        return ss_slice_eq(a->whole, b->whole);
    }
    if (!params_of_a_match(&of_a, &of_b) || !params_of_a_match(&of_b, &of_a)) {
        return false;
    }
    if (!split_parts(&of_a, a->headers, '&') || !split_parts(&of_b, b->headers, '&')) {
        return ss_slice_eq(a->whole, b->whole);
    }
    return headers_match(&of_a, &of_b);
}

/* RFC3261:19.1.4. The same bytes are the same URI, also when 19.1.1 forbids them (a parameter that stands twice). */
bool ss_uri_equal(const ss_uri *a, const ss_uri *b)
{
    if (a->scheme != b->scheme) {
        return false;
    }
    if (ss_slice_eq(a->whole, b->whole)) {
        return true;
    }
    if (a->scheme == SS_SCHEME_OTHER || a->scheme == SS_SCHEME_TEL) {
        const size_t colon = ss_slice_find(a->whole, ':');
        return a->whole.len == b->whole.len &&
               ss_slice_eq_nocase(ss_slice_cut(a->whole, 0, colon),
                                  ss_slice_cut(b->whole, 0, colon)) &&
               ss_slice_eq(ss_slice_cut(a->whole, colon, a->whole.len),
                           ss_slice_cut(b->whole, colon, b->whole.len));
    }
    return same_component(a->user, b->user, false) &&
           same_component(a->password, b->password, false) &&
           same_component(a->host, b->host, true) && a->port == b->port && same_parts(a, b);
}
