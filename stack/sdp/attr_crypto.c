/* Keys in a=crypto (RFC 4568 section 9): a tag, a suite, keys, session parameters, any blanks between them. For the
 * suites of SRTP the keys and parameters are read by 9.2; for others they stay text. */
#include "scan.h"

static bool is_wsp(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_name_char(char c)
{
    return ss_sdp_is_alpha_numeric(c) || c == '_';
}

static bool is_suite_of_srtp(ss_slice s)
{
    return ss_slice_eq_nocase(s, SS_LIT("AES_CM_128_HMAC_SHA1_80")) ||
           ss_slice_eq_nocase(s, SS_LIT("AES_CM_128_HMAC_SHA1_32")) ||
           ss_slice_eq_nocase(s, SS_LIT("F8_128_HMAC_SHA1_80")) ||
           ss_slice_eq_nocase(s, SS_LIT("F8_128_HMAC_SHA1_32"));
}

/* The next word between blanks; *at ends past the blanks after it, or at the end. */
static ss_slice next_part(ss_slice s, size_t *at)
{
    const size_t from = *at;
    while (*at < s.len && !is_wsp(s.at[*at])) {
        (*at)++;
    }
    const ss_slice part = ss_slice_cut(s, from, *at);
    while (*at < s.len && is_wsp(s.at[*at])) {
        (*at)++;
    }
    return part;
}

/* key-method ":" key-info, with a ';' between one and the next */
static bool are_keys(ss_slice s)
{
    for (size_t at = 0; at <= s.len;) {
        const ss_slice rest = ss_slice_cut(s, at, s.len);
        const ss_slice param = ss_slice_cut(rest, 0, ss_slice_find(rest, ';'));
        const size_t colon = ss_slice_find(param, ':');
        if (!ss_sdp_some(ss_slice_cut(param, 0, colon), is_name_char) ||
            !ss_sdp_some(ss_sdp_rest(param, colon + 1), ss_sdp_visible_char)) {
            return false;
        }
        at += param.len + 1;
    }
    return true;
}

/* RFC4568:6.3.1 and RFC4568:6.3.7 the two parameters that are numbers with a range */
static ss_status check_session_param(ss_slice s)
{
    uint64_t number = 0;
    if (ss_slice_starts(s, SS_LIT("KDR="))) {
        const ss_slice digits = ss_slice_cut(s, 4, s.len);
        const bool is_number = digits.len <= 2 && ss_sdp_zero_based(digits, 99, &number);
        return is_number && number <= 24 ? SS_OK : SS_ERR_SEMANTIC;
    }
    if (ss_slice_starts(s, SS_LIT("WSH="))) {
        const bool is_number = ss_sdp_integer(ss_slice_cut(s, 4, s.len), UINT32_MAX, &number);
        return is_number && number >= 64 ? SS_OK : SS_ERR_SEMANTIC;
    }
    return SS_OK;
}

static ss_status check_session(const ss_sdp_crypto *c)
{
    const bool is_srtp = is_suite_of_srtp(c->suite);
    for (size_t at = 0; at < c->session.len;) {
        const ss_slice param = next_part(c->session, &at);
        const bool is_known = is_srtp && check_session_param(param) != SS_OK;
        if (!ss_sdp_some(param, ss_sdp_visible_char)) {
            return SS_ERR_SYNTAX;
        }
        if (is_known) {
            return SS_ERR_SEMANTIC;
        }
    }
    return SS_OK;
}

/* RFC4568:9.1 */
ss_status ss_sdp_read_crypto(ss_slice value, ss_sdp_crypto *out)
{
    size_t at = 0;
    uint64_t tag = 0;
    *out = (ss_sdp_crypto){ 0 };
    const ss_slice digits = next_part(value, &at);
    out->suite = next_part(value, &at);
    out->keys = next_part(value, &at);
    out->session = ss_sdp_rest(value, at);
    const bool ends_in_blank = value.len > 0 && is_wsp(value.at[value.len - 1]);
    if (digits.len > 9 || !ss_sdp_zero_based(digits, 999999999, &tag) ||
        !ss_sdp_some(out->suite, is_name_char) || !are_keys(out->keys) || ends_in_blank) {
        return SS_ERR_SYNTAX;
    }
    out->tag = (uint32_t)tag;
    ss_status status = check_session(out);
    ss_sdp_srtp_key key;
    for (size_t walk = 0; status == SS_OK && is_suite_of_srtp(out->suite);) {
        status = ss_sdp_next_srtp_key(out, &walk, &key);
    }
    return status == SS_NONE ? SS_OK : status;
}

/* RFC4568:6.1 a decimal number or a power of two, above 0 and at most 2^48. */
static ss_status read_lifetime(ss_slice s, uint64_t *packets)
{
    const uint64_t most = (uint64_t)1 << 48;
    const bool is_power = ss_slice_starts(s, SS_LIT("2^"));
    const ss_slice digits = ss_slice_cut(s, is_power ? 2 : 0, s.len);
    uint64_t number = 0;
    if (!ss_sdp_some(digits, ss_sdp_is_digit)) {
        return SS_ERR_SYNTAX;
    }
    if (!ss_sdp_zero_based(digits, is_power ? 48 : most, &number) || (!is_power && number == 0)) {
        return SS_ERR_SEMANTIC;
    }
    *packets = is_power ? (uint64_t)1 << number : number;
    return SS_OK;
}

/* mki-value ":" mki-length, the length 1 to 128 */
static ss_status read_mki(ss_slice s, ss_sdp_srtp_key *out)
{
    const size_t colon = ss_slice_find(s, ':');
    const ss_slice length = ss_sdp_rest(s, colon + 1);
    uint64_t bytes = 0;
    out->mki = ss_slice_cut(s, 0, colon);
    if (!ss_sdp_some(out->mki, ss_sdp_is_digit) || !ss_sdp_some(length, ss_sdp_is_digit) ||
        length.len > 3) {
        return SS_ERR_SYNTAX;
    }
    if (!ss_sdp_integer(length, 128, &bytes)) {
        return SS_ERR_SEMANTIC;
    }
    out->mki_bytes = (uint8_t)bytes;
    return SS_OK;
}

/* RFC4568:6.1 the key and salt of these suites are 30 bytes, which is 40 characters. */
static ss_status read_key_info(ss_slice info, ss_sdp_srtp_key *out)
{
    const size_t bar = ss_slice_find(info, '|');
    ss_slice rest = ss_sdp_rest(info, bar + 1);
    bool has_more = bar < info.len;
    out->key_salt = ss_slice_cut(info, 0, bar);
    if (!ss_sdp_is_base64(out->key_salt) || out->key_salt.len == 0) {
        return SS_ERR_SYNTAX;
    }
    ss_status status =
        out->key_salt.len == 40 && out->key_salt.at[39] != '=' ? SS_OK : SS_ERR_SEMANTIC;
    const size_t second = ss_slice_find(rest, '|');
    const ss_slice first = ss_slice_cut(rest, 0, second);
    if (has_more && !ss_sdp_is_among(first, ':')) {
        const ss_status lifetime = read_lifetime(first, &out->lifetime);
        status = lifetime == SS_OK ? status : lifetime;
        has_more = second < rest.len;
        rest = ss_sdp_rest(rest, second + 1);
    }
    if (has_more && status != SS_ERR_SYNTAX) {
        const ss_status mki = read_mki(rest, out);
        status = mki == SS_OK ? status : mki;
    }
    return status;
}

ss_status ss_sdp_next_srtp_key(const ss_sdp_crypto *crypto, size_t *at, ss_sdp_srtp_key *out)
{
    *out = (ss_sdp_srtp_key){ 0 };
    if (*at > crypto->keys.len) {
        return SS_NONE;
    }
    const ss_slice rest = ss_sdp_rest(crypto->keys, *at);
    const ss_slice param = ss_slice_cut(rest, 0, ss_slice_find(rest, ';'));
    const size_t colon = ss_slice_find(param, ':');
    *at += param.len + 1;
    if (!ss_slice_eq_nocase(ss_slice_cut(param, 0, colon), SS_LIT("inline"))) {
        return SS_ERR_SYNTAX;
    }
    return read_key_info(ss_sdp_rest(param, colon + 1), out);
}

void ss_sdp_put_crypto(ss_buffer *b, const ss_sdp_crypto *crypto)
{
    ss_put(b, SS_LIT("a=crypto:"));
    ss_put_u64(b, crypto->tag);
    ss_put_char(b, ' ');
    ss_put(b, crypto->suite);
    ss_put_char(b, ' ');
    ss_put(b, crypto->keys);
    if (crypto->session.len > 0) {
        ss_put_char(b, ' ');
        ss_put(b, crypto->session);
    }
    ss_put(b, SS_LIT("\r\n"));
}
