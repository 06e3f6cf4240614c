/* Attributes of ICE (RFC 8839 section 5): candidates, the pair's own remote candidates, credentials and options. */
#include "scan.h"

static bool read_port(ss_slice s, uint16_t *port)
{
    uint64_t number = 0;
    const bool is_good = ss_slice_to_u64(s, UINT16_MAX, &number) == SS_OK;
    *port = (uint16_t)number;
    return is_good;
}

/* RFC8839:5.1 one to three digits, 1 to 256. */
static ss_status read_component(ss_slice s, uint16_t *component)
{
    uint64_t number = 0;
    if (s.len > 3 || ss_slice_to_u64(s, 999, &number) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    *component = (uint16_t)number;
    return number >= 1 && number <= 256 ? SS_OK : SS_ERR_SEMANTIC;
}

/* The word after a keyword that stands next; nothing is taken when another stands there. */
static bool take_keyed(ss_slice value, size_t *at, ss_slice keyword, ss_slice *word)
{
    size_t next = *at;
    if (!ss_slice_eq_nocase(ss_sdp_word(value, &next), keyword)) {
        return false;
    }
    *word = ss_sdp_word(value, &next);
    *at = next;
    return true;
}

static bool read_related(ss_slice value, size_t *at, ss_sdp_candidate *out)
{
    ss_slice port = SS_EMPTY;
    if (take_keyed(value, at, SS_LIT("raddr"), &out->related) && !ss_sdp_is_host(out->related)) {
        return false;
    }
    out->has_related_port = take_keyed(value, at, SS_LIT("rport"), &port);
    return !out->has_related_port || read_port(port, &out->related_port);
}

/* RFC8839:5.1 pairs of a name and a value, which may be empty. */
static bool are_extensions(ss_slice value, size_t at)
{
    while (at <= value.len) {
        const bool has_name = ss_sdp_is_token(ss_sdp_word(value, &at));
        if (!has_name || at > value.len ||
            !ss_sdp_all(ss_sdp_word(value, &at), ss_sdp_visible_char)) {
            return false;
        }
    }
    return true;
}

/* RFC8839:5.1 a host candidate has no related address, the other known types have one. */
static ss_status check_ranges(const ss_sdp_candidate *c, ss_status component)
{
    const bool is_host = ss_slice_eq_nocase(c->type, SS_LIT("host"));
    const bool is_derived = ss_slice_eq_nocase(c->type, SS_LIT("srflx")) ||
                            ss_slice_eq_nocase(c->type, SS_LIT("prflx")) ||
                            ss_slice_eq_nocase(c->type, SS_LIT("relay"));
    const bool has_address = c->related.len > 0;
    if ((is_host && (has_address || c->has_related_port)) ||
        (is_derived && !(has_address && c->has_related_port))) {
        return SS_ERR_SEMANTIC;
    }
    return c->priority >= 1 && c->priority <= INT32_MAX ? component : SS_ERR_SEMANTIC;
}

ss_status ss_sdp_read_candidate(ss_slice value, ss_sdp_candidate *out)
{
    size_t at = 0;
    uint64_t priority = 0;
    *out = (ss_sdp_candidate){ 0 };
    out->foundation = ss_sdp_word(value, &at);
    const ss_status component = read_component(ss_sdp_word(value, &at), &out->component);
    out->transport = ss_sdp_word(value, &at);
    const ss_slice digits = ss_sdp_word(value, &at);
    out->address = ss_sdp_word(value, &at);
    const ss_slice port = ss_sdp_word(value, &at);
    if (!ss_sdp_some(out->foundation, ss_sdp_ice_char) || out->foundation.len > 32 ||
        component == SS_ERR_SYNTAX || !ss_sdp_is_token(out->transport) || digits.len > 10 ||
        ss_slice_to_u64(digits, UINT64_MAX, &priority) != SS_OK || !ss_sdp_is_host(out->address) ||
        !read_port(port, &out->port)) {
        return SS_ERR_SYNTAX;
    }
    out->priority = priority > UINT32_MAX ? UINT32_MAX : (uint32_t)priority;
    if (!take_keyed(value, &at, SS_LIT("typ"), &out->type) || !ss_sdp_is_token(out->type) ||
        !read_related(value, &at, out)) {
        return SS_ERR_SYNTAX;
    }
    out->extensions = ss_sdp_rest(value, at);
    return are_extensions(value, at) ? check_ranges(out, component) : SS_ERR_SYNTAX;
}

/* RFC8839:5.2 */
ss_status ss_sdp_next_remote_candidate(ss_slice value, size_t *at, ss_sdp_remote_candidate *out)
{
    if (*at > value.len) {
        return SS_NONE;
    }
    const ss_status component = read_component(ss_sdp_word(value, at), &out->component);
    out->address = ss_sdp_word(value, at);
    return ss_sdp_is_host(out->address) && read_port(ss_sdp_word(value, at), &out->port)
               ? component
               : SS_ERR_SYNTAX;
}

/* RFC8839:5.4 */
ss_status ss_sdp_read_ice_ufrag(ss_slice value)
{
    return value.len >= 4 && value.len <= 256 && ss_sdp_all(value, ss_sdp_ice_char) ? SS_OK
                                                                                    : SS_ERR_SYNTAX;
}

ss_status ss_sdp_read_ice_pwd(ss_slice value)
{
    return value.len >= 22 && value.len <= 256 && ss_sdp_all(value, ss_sdp_ice_char)
               ? SS_OK
               : SS_ERR_SYNTAX;
}

/* RFC8839:5.6 */
ss_status ss_sdp_next_ice_option(ss_slice value, size_t *at, ss_slice *tag)
{
    if (*at > value.len) {
        return SS_NONE;
    }
    *tag = ss_sdp_word(value, at);
    return ss_sdp_some(*tag, ss_sdp_ice_char) ? SS_OK : SS_ERR_SYNTAX;
}

/* RFC8839:5.5 */
ss_status ss_sdp_read_ice_pacing(ss_slice value, uint64_t *ms)
{
    return value.len <= 10 ? ss_slice_to_u64(value, UINT64_MAX, ms) : SS_ERR_SYNTAX;
}

void ss_sdp_put_candidate(ss_buffer *b, const ss_sdp_candidate *c)
{
    ss_put(b, SS_LIT("a=candidate:"));
    ss_put(b, c->foundation);
    ss_put_char(b, ' ');
    ss_put_u64(b, c->component);
    ss_put_char(b, ' ');
    ss_put(b, c->transport);
    ss_put_char(b, ' ');
    ss_put_u64(b, c->priority);
    ss_put_char(b, ' ');
    ss_put(b, c->address);
    ss_put_char(b, ' ');
    ss_put_u64(b, c->port);
    ss_put(b, SS_LIT(" typ "));
    ss_put(b, c->type);
    if (c->related.len > 0) {
        ss_put(b, SS_LIT(" raddr "));
        ss_put(b, c->related);
    }
    if (c->has_related_port) {
        ss_put(b, SS_LIT(" rport "));
        ss_put_u64(b, c->related_port);
    }
    if (c->extensions.len > 0) {
        ss_put_char(b, ' ');
        ss_put(b, c->extensions);
    }
    ss_put(b, SS_LIT("\r\n"));
}
