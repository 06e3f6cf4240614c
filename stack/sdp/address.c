/* Addresses (RFC 8866 sections 5.2, 5.7 and 9): IPv4, IPv6, names, and multicast groups with their scope and count.
 *
 * The grammar's last alternative, extn-addr, takes any visible bytes; it is for address types that are not IP4 and IP6.
 * Those two are read strictly: what has a colon is IPv6, what is digits and dots is IPv4, and the rest is a name, which
 * may be shorter than the four characters that FQDN asks for ("a", "lan"). */
#include "scan.h"

static bool is_name_char(char c)
{
    return ss_sdp_is_alpha_numeric(c) || c == '-' || c == '.' || c == '_';
}

/* Four numbers below 256 without leading zeros; *first is the first. */
static bool is_ip4(ss_slice s, uint64_t *first)
{
    size_t at = 0;
    for (unsigned i = 0; i < 4; i++) {
        const size_t from = at;
        unsigned part = 0;
        while (at < s.len && at - from < 3 && ss_sdp_is_digit(s.at[at])) {
            part = part * 10 + (unsigned)(s.at[at++] - '0');
        }
        const bool is_number = at > from && part <= 255 && (s.at[from] != '0' || at == from + 1);
        const bool is_over = at == s.len;
        if (!is_number || is_over != (i == 3) || (!is_over && s.at[at++] != '.')) {
            return false;
        }
        *first = i == 0 ? part : *first;
    }
    return true;
}

/* RFC5954:4.1 groups of 1 to 4 hexadecimal digits, at most one "::", the last 32 bits may be written as IPv4. */
static bool is_ip6(ss_slice s)
{
    unsigned groups = 0;
    bool has_gap = false;
    size_t at = 0;
    if (ss_slice_starts(s, SS_LIT("::"))) {
        has_gap = true;
        at = 2;
    }
    while (at < s.len) {
        const ss_slice rest = ss_slice_cut(s, at, s.len);
        const size_t len = ss_slice_find(rest, ':');
        const ss_slice group = ss_slice_cut(rest, 0, len);
        uint64_t first = 0;
        if (len == rest.len && is_ip4(group, &first)) {
            groups += 2;
            break;
        }
        if (len > 4 || !ss_sdp_some(group, ss_sdp_is_hex) || ++groups > 8) {
            return false;
        }
        at += len + 1;
        if (at > s.len) {
            break;
        }
        if (at == s.len) {
            return false; /* ends in one colon */
        }
        if (s.at[at] == ':') {
            if (has_gap) {
                return false;
            }
            has_gap = true;
            at++;
        }
    }
    return has_gap ? groups <= 7 : groups == 8;
}

static bool is_number_like(ss_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!ss_sdp_is_digit(s.at[i]) && s.at[i] != '.') {
            return false;
        }
    }
    return s.len > 0;
}

static bool is_name(ss_slice s)
{
    return ss_sdp_some(s, is_name_char) && !is_number_like(s);
}

bool ss_sdp_is_host(ss_slice s)
{
    uint64_t first = 0;
    return is_ip4(s, &first) || is_ip6(s) || is_name(s);
}

static bool is_ip(const ss_sdp_address *a, ss_slice addrtype)
{
    return ss_slice_eq_nocase(a->nettype, SS_LIT("IN")) &&
           ss_slice_eq_nocase(a->addrtype, addrtype);
}

ss_status ss_sdp_read_triple(ss_slice value, size_t *at, ss_sdp_address *out)
{
    out->nettype = ss_sdp_word(value, at);
    out->addrtype = ss_sdp_word(value, at);
    out->address = ss_sdp_word(value, at);
    const bool is_whole = ss_sdp_is_token(out->nettype) && ss_sdp_is_token(out->addrtype) &&
                          ss_sdp_some(out->address, ss_sdp_non_ws_char) && *at > value.len;
    return is_whole ? SS_OK : SS_ERR_SYNTAX;
}

/* RFC8866:5.7 an IPv4 group has a TTL, and may have a count; a unicast address has neither. */
static ss_status read_ip4(ss_slice s, ss_sdp_connection *out)
{
    const size_t slash = ss_slice_find(s, '/');
    uint64_t first = 0;
    out->base = ss_slice_cut(s, 0, slash);
    if (!is_ip4(out->base, &first)) {
        return slash == s.len && is_name(s) ? SS_OK : SS_ERR_SYNTAX;
    }
    out->is_multicast = first >= 224 && first <= 239;
    if (!out->is_multicast || slash == s.len) {
        return slash == s.len && first < 224 ? SS_OK : SS_ERR_SYNTAX;
    }
    const ss_slice scope = ss_slice_cut(s, slash + 1, s.len);
    const size_t second = ss_slice_find(scope, '/');
    uint64_t ttl = 0;
    uint64_t count = 1;
    if (!ss_sdp_zero_based(ss_slice_cut(scope, 0, second), 255, &ttl) ||
        (second < scope.len &&
         !ss_sdp_integer(ss_slice_cut(scope, second + 1, scope.len), UINT32_MAX, &count))) {
        return SS_ERR_SYNTAX;
    }
    out->ttl = (uint8_t)ttl;
    out->count = (uint32_t)count;
    return SS_OK;
}

/* RFC8866:5.7 an IPv6 group begins with FF, has no TTL, and may have a count. */
static ss_status read_ip6(ss_slice s, ss_sdp_connection *out)
{
    const size_t slash = ss_slice_find(s, '/');
    uint64_t count = 1;
    out->base = ss_slice_cut(s, 0, slash);
    if (!is_ip6(out->base)) {
        return slash == s.len && is_name(s) ? SS_OK : SS_ERR_SYNTAX;
    }
    out->is_multicast = ss_slice_find(out->base, ':') == 4 &&
                        ss_slice_eq_nocase(ss_slice_cut(out->base, 0, 2), SS_LIT("ff"));
    if (slash < s.len && (!out->is_multicast ||
                          !ss_sdp_integer(ss_slice_cut(s, slash + 1, s.len), UINT32_MAX, &count))) {
        return SS_ERR_SYNTAX;
    }
    out->count = (uint32_t)count;
    return SS_OK;
}

ss_status ss_sdp_read_connection(const ss_sdp_address *address, ss_sdp_connection *out)
{
    *out = (ss_sdp_connection){ .base = address->address, .count = 1 };
    if (is_ip(address, SS_LIT("IP4"))) {
        return read_ip4(address->address, out);
    }
    if (is_ip(address, SS_LIT("IP6"))) {
        return read_ip6(address->address, out);
    }
    return SS_OK;
}

/* RFC8866:5.2 the origin is a machine. */
ss_status ss_sdp_check_unicast(const ss_sdp_address *address)
{
    ss_sdp_connection found;
    const ss_status status = ss_sdp_read_connection(address, &found);
    return status == SS_OK && found.is_multicast ? SS_ERR_SYNTAX : status;
}
