/* Characters, words and numbers of descriptions (RFC 8866 section 9, the generic sub-rules). Invariant: every function
 * looks at each byte of its slice a bounded number of times, so that reading a description is linear. */
#include "scan.h"

/* A bit for each of the characters 0 to 63, and 64 to 127. */
#define BIT(c)     (UINT64_C(1) << ((unsigned)(c) % 64))
#define BITS(a, z) (BIT(z) - BIT(a) + BIT(z))
#define TOKEN_LOW \
    (BIT('!') | BITS('#', '\'') | BIT('*') | BIT('+') | BIT('-') | BIT('.') | BITS('0', '9'))
#define TOKEN_HIGH (BITS('A', 'Z') | BITS('^', '~'))

bool ss_sdp_token_char(char c)
{
    const unsigned char u = (unsigned char)c;
    return u < 128 && ((u < 64 ? TOKEN_LOW : TOKEN_HIGH) >> u % 64 & 1) != 0;
}

bool ss_sdp_is_token(ss_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!ss_sdp_token_char(s.at[i])) {
            return false;
        }
    }
    return s.len > 0;
}

bool ss_sdp_non_ws_char(char c)
{
    const unsigned char u = (unsigned char)c;
    return u > 0x20 && u != 0x7f;
}

bool ss_sdp_ice_char(char c)
{
    return ss_sdp_is_alpha_numeric(c) || c == '+' || c == '/';
}

bool ss_sdp_email_safe(char c)
{
    return !ss_sdp_is_among(SS_LIT("\0\r\n()<>"), c);
}

bool ss_sdp_visible_char(char c)
{
    return c > 0x20 && c < 0x7f;
}

bool ss_sdp_all(ss_slice s, ss_sdp_class is_of)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_of(s.at[i])) {
            return false;
        }
    }
    return true;
}

bool ss_sdp_zero_based(ss_slice s, uint64_t max, uint64_t *value)
{
    const bool has_leading_zero = s.len > 1 && s.at[0] == '0';
    return !has_leading_zero && ss_slice_to_u64(s, max, value) == SS_OK;
}

bool ss_sdp_integer(ss_slice s, uint64_t max, uint64_t *value)
{
    return ss_sdp_zero_based(s, max, value) && *value > 0;
}

bool ss_sdp_is_base64(ss_slice s)
{
    size_t pad = 0;
    while (pad < 2 && pad < s.len && s.at[s.len - 1 - pad] == '=') {
        pad++;
    }
    return s.len % 4 == 0 && ss_sdp_all(ss_slice_cut(s, 0, s.len - pad), ss_sdp_ice_char);
}

/* Words are short: a loop finds their ends sooner than a search that is made for long texts. */
ss_slice ss_sdp_word(ss_slice s, size_t *at)
{
    const ss_slice rest = ss_sdp_rest(s, *at);
    size_t len = 0;
    while (len < rest.len && rest.at[len] != ' ') {
        len++;
    }
    *at = *at > s.len ? *at : *at + len + 1;
    return ss_slice_cut(rest, 0, len);
}

ss_slice ss_sdp_rest(ss_slice s, size_t at)
{
    return at > s.len ? SS_EMPTY : ss_slice_cut(s, at, s.len);
}
