/* Pieces that the lines and attributes of a description are made of: characters, words, numbers, base64 (RFC 8866 section
 * 9, the generic sub-rules). Nothing here moves past the slice it was given; every function reads its slice once. */
#ifndef SDP_SCAN_H
#define SDP_SCAN_H

#include "ss/sdp.h"

static inline bool ss_sdp_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ss_sdp_is_alpha_numeric(char c)
{
    return ss_sdp_is_digit(c) || (ss_lower(c) >= 'a' && ss_lower(c) <= 'z');
}

static inline bool ss_sdp_is_hex(char c)
{
    return ss_sdp_is_digit(c) || (ss_lower(c) >= 'a' && ss_lower(c) <= 'f');
}

/** A rule of one character. */
typedef bool (*ss_sdp_class)(char c);

/** token-char; VCHAR / %x80-FF; ALPHA / DIGIT / "+" / "/"; email-safe; %x21-7E. */
bool ss_sdp_token_char(char c);
bool ss_sdp_non_ws_char(char c);
bool ss_sdp_ice_char(char c);
bool ss_sdp_email_safe(char c);
bool ss_sdp_visible_char(char c);

/** Every character is of the class; true of the empty slice. */
bool ss_sdp_all(ss_slice s, ss_sdp_class is_of);
/** 1*class. */
static inline bool ss_sdp_some(ss_slice s, ss_sdp_class is_of)
{
    return s.len > 0 && ss_sdp_all(s, is_of);
}
/** token: 1*token-char. */
bool ss_sdp_is_token(ss_slice s);
static inline bool ss_sdp_is_among(ss_slice letters, char c)
{
    return ss_slice_find(letters, c) < letters.len;
}

/** integer: POS-DIGIT *DIGIT, at most `max`. */
bool ss_sdp_integer(ss_slice s, uint64_t max, uint64_t *value);
/** zero-based-integer: "0" / integer, at most `max`. */
bool ss_sdp_zero_based(ss_slice s, uint64_t max, uint64_t *value);
/** *base64-unit [base64-pad]. */
bool ss_sdp_is_base64(ss_slice s);

/** The next word of a value whose words stand single spaces apart; *at passes the end after the last. */
ss_slice ss_sdp_word(ss_slice s, size_t *at);
/** What *at has not reached yet; empty at the end. */
ss_slice ss_sdp_rest(ss_slice s, size_t at);

/** URI-reference of RFC 3986; a name, IPv4 or IPv6 address as a candidate has it; a unicast or multicast address of c=. */
bool ss_sdp_is_uri(ss_slice s);
bool ss_sdp_is_host(ss_slice s);

/** Values of lines: SS_OK, SS_ERR_SYNTAX, SS_ERR_SEMANTIC. */
SS_MUST_USE ss_status ss_sdp_check_unicast(const ss_sdp_address *address);
SS_MUST_USE ss_status ss_sdp_read_triple(ss_slice value, size_t *at, ss_sdp_address *address);
SS_MUST_USE ss_status ss_sdp_check_time(ss_slice value, ss_slice *start, ss_slice *stop);
SS_MUST_USE ss_status ss_sdp_check_zones(ss_slice value);
SS_MUST_USE ss_status ss_sdp_check_key(ss_slice value);

#endif
