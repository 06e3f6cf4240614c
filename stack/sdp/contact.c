/* Whom to ask (RFC 8866 sections 5.5 and 5.6): the URI of u=, the addresses of e= and p=, each alone, before a comment in
 * round brackets, or in angle brackets after a name. */
#include "scan.h"

/* ---- u= ---------------------------------------------------------------------------------------------------------- */

static bool is_uri_char(char c)
{
    return ss_sdp_is_alpha_numeric(c) || ss_sdp_is_among(SS_LIT("-._~:/?#[]@!$&'()*+,;=%"), c);
}

/* A '%' has two hexadecimal digits after it, '#' stands once. */
static bool is_uri_text(ss_slice s)
{
    unsigned fragments = 0;
    for (size_t i = 0; i < s.len; i++) {
        fragments += s.at[i] == '#';
        if (!is_uri_char(s.at[i]) || fragments > 1) {
            return false;
        }
        if (s.at[i] == '%' &&
            (s.len - i < 3 || !ss_sdp_is_hex(s.at[i + 1]) || !ss_sdp_is_hex(s.at[i + 2]))) {
            return false;
        }
    }
    return true;
}

static bool is_scheme_char(char c)
{
    return ss_sdp_is_alpha_numeric(c) || c == '+' || c == '-' || c == '.';
}

static bool has_bracket(ss_slice s)
{
    return ss_sdp_is_among(s, '[') || ss_sdp_is_among(s, ']');
}

static size_t find_any(ss_slice s, ss_slice letters)
{
    size_t at = 0;
    while (at < s.len && !ss_sdp_is_among(letters, s.at[at])) {
        at++;
    }
    return at;
}

/* What stands in brackets: IPv6, or a later version. */
static bool is_literal(ss_slice s)
{
    return s.len > 0 &&
           (ss_lower(s.at[0]) == 'v' || (ss_sdp_is_host(s) && ss_sdp_is_among(s, ':')));
}

/* [ userinfo "@" ] host [ ":" port ]: brackets only around the whole of an address. */
static bool is_authority(ss_slice s)
{
    const size_t user = ss_slice_find(s, '@');
    if (user < s.len) {
        if (has_bracket(ss_slice_cut(s, 0, user))) {
            return false;
        }
        s = ss_slice_cut(s, user + 1, s.len);
    }
    size_t end = ss_slice_find(s, ':');
    if (s.len > 0 && s.at[0] == '[') {
        end = ss_slice_find(s, ']') + 1;
        if (end > s.len || !is_literal(ss_slice_cut(s, 1, end - 1))) {
            return false;
        }
    } else if (has_bracket(s)) {
        return false;
    }
    const ss_slice port = ss_slice_cut(s, end, s.len);
    return port.len == 0 ||
           (port.at[0] == ':' && ss_sdp_all(ss_slice_cut(port, 1, port.len), ss_sdp_is_digit));
}

/* RFC3986:4.1 a relative one has no colon in its first segment, which would be a scheme. */
bool ss_sdp_is_uri(ss_slice s)
{
    if (!is_uri_text(s)) {
        return false;
    }
    const size_t colon = find_any(s, SS_LIT(":/?#"));
    if (colon < s.len && s.at[colon] == ':') {
        const ss_slice scheme = ss_slice_cut(s, 0, colon);
        if (!ss_sdp_some(scheme, is_scheme_char) || !ss_sdp_is_alpha_numeric(scheme.at[0]) ||
            ss_sdp_is_digit(scheme.at[0])) {
            return false;
        }
        s = ss_slice_cut(s, colon + 1, s.len);
    }
    if (ss_slice_starts(s, SS_LIT("//"))) {
        s = ss_slice_cut(s, 2, s.len);
        const size_t end = find_any(s, SS_LIT("/?#"));
        if (!is_authority(ss_slice_cut(s, 0, end))) {
            return false;
        }
        s = ss_slice_cut(s, end, s.len);
    }
    return !has_bracket(s);
}

/* ---- e= ---------------------------------------------------------------------------------------------------------- */

static bool is_atext(char c)
{
    return ss_sdp_is_alpha_numeric(c) || ss_sdp_is_among(SS_LIT("!#$%&'*+-/=?^_`{|}~"), c);
}

static bool is_dot_atom(ss_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        const bool is_dot = s.at[i] == '.';
        if (!(is_dot ? i > 0 && i + 1 < s.len && s.at[i - 1] != '.' : is_atext(s.at[i]))) {
            return false;
        }
    }
    return s.len > 0;
}

/* Past the closing quote; 0 when there is none. */
static size_t quoted_end(ss_slice s)
{
    for (size_t i = 1; i < s.len; i++) {
        if (s.at[i] == '"') {
            return i + 1;
        }
        i += s.at[i] == '\\';
    }
    return 0;
}

static bool is_dtext(char c)
{
    return ss_sdp_visible_char(c) && !ss_sdp_is_among(SS_LIT("[]\\"), c);
}

static bool is_domain(ss_slice s)
{
    if (s.len >= 2 && s.at[0] == '[' && s.at[s.len - 1] == ']') {
        return ss_sdp_all(ss_slice_cut(s, 1, s.len - 1), is_dtext);
    }
    return is_dot_atom(s);
}

/* RFC 5322 addr-spec, without comments and folding: local part, "@", domain. */
static bool is_addr_spec(ss_slice s)
{
    const bool is_quoted = s.len > 0 && s.at[0] == '"';
    const size_t end = is_quoted ? quoted_end(s) : ss_slice_find(s, '@');
    if (end == 0 || end >= s.len || s.at[end] != '@') {
        return false;
    }
    return (is_quoted || is_dot_atom(ss_slice_cut(s, 0, end))) &&
           is_domain(ss_slice_cut(s, end + 1, s.len));
}

/* ---- p= ---------------------------------------------------------------------------------------------------------- */

static bool is_phone_char(char c)
{
    return ss_sdp_is_digit(c) || c == ' ' || c == '-';
}

static bool is_phone(ss_slice s)
{
    if (s.len > 0 && s.at[0] == '+') {
        s = ss_slice_cut(s, 1, s.len);
    }
    return s.len >= 2 && ss_sdp_is_digit(s.at[0]) && ss_sdp_all(s, is_phone_char);
}

/* ---- the three forms --------------------------------------------------------------------------------------------- */

static ss_slice without_trailing_spaces(ss_slice s)
{
    while (s.len > 0 && s.at[s.len - 1] == ' ') {
        s.len--;
    }
    return s;
}

/* "name <address>" */
static bool split_angle(ss_slice s, ss_sdp_contact *out)
{
    const size_t open = ss_slice_find(s, '<');
    if (open == s.len || s.at[s.len - 1] != '>') {
        return false;
    }
    out->address = ss_slice_cut(s, open + 1, s.len - 1);
    out->name = ss_slice_cut(s, 0, open);
    return ss_sdp_some(out->name, ss_sdp_email_safe);
}

/* "address (name)" */
static bool split_round(ss_slice s, ss_sdp_contact *out)
{
    size_t open = s.len;
    while (open > 0 && s.at[open - 1] != '(') {
        open--;
    }
    if (open-- == 0 || s.at[s.len - 1] != ')') {
        return false;
    }
    out->address = ss_slice_cut(s, 0, open);
    out->name = ss_slice_cut(s, open + 1, s.len - 1);
    return ss_sdp_some(out->name, ss_sdp_email_safe);
}

ss_status ss_sdp_read_email(ss_slice value, ss_sdp_contact *out)
{
    *out = (ss_sdp_contact){ .address = value };
    if (value.len == 0) {
        return SS_ERR_SYNTAX;
    }
    if (is_addr_spec(value)) {
        return SS_OK;
    }
    if (split_round(value, out)) {
        const ss_slice address = without_trailing_spaces(out->address);
        const bool has_space = address.len < out->address.len;
        out->address = address;
        return has_space && is_addr_spec(address) ? SS_OK : SS_ERR_SYNTAX;
    }
    if (!split_angle(value, out)) {
        return SS_ERR_SYNTAX;
    }
    const bool is_apart = out->name.len >= 2 && out->name.at[out->name.len - 1] == ' ';
    out->name = without_trailing_spaces(out->name);
    return is_apart && is_addr_spec(out->address) ? SS_OK : SS_ERR_SYNTAX;
}

ss_status ss_sdp_read_phone(ss_slice value, ss_sdp_contact *out)
{
    *out = (ss_sdp_contact){ .address = value };
    if (value.len == 0) {
        return SS_ERR_SYNTAX;
    }
    if (is_phone(value)) {
        return SS_OK;
    }
    const bool is_split = split_round(value, out) || split_angle(value, out);
    if (!is_split || !is_phone(out->address)) {
        return SS_ERR_SYNTAX;
    }
    out->address = without_trailing_spaces(out->address);
    out->name = without_trailing_spaces(out->name);
    return SS_OK;
}
