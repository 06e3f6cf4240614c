/* The basic rules of RFC 3261 section 25.1 as character classes, and scanners for what several header fields share.
 * A scanner takes a slice and a place in it and gives the place after what it read; SS_LEX_BAD when it does not match.
 * Private to stack/msg. */
#ifndef SS_MSG_LEX_H
#define SS_MSG_LEX_H

#include "block.h"

#include <string.h>

enum {
    LEX_ALPHA = 1u << 0,
    LEX_DIGIT = 1u << 1,
    LEX_HEX = 1u << 2,
    LEX_TOKEN = 1u << 3,
    LEX_WORD = 1u << 4,
    LEX_UNRESERVED = 1u << 5,
    LEX_USER = 1u << 6, /* unreserved and user-unreserved */
    LEX_PASSWORD = 1u << 7,
    LEX_PARAM = 1u << 8,   /* paramchar, of URI parameters */
    LEX_HNV = 1u << 9,     /* of URI headers */
    LEX_URIC = 1u << 10,   /* reserved and unreserved */
    LEX_REASON = 1u << 11, /* of a Reason-Phrase */
    LEX_QDTEXT = 1u << 12, /* without folding */
    LEX_LABEL = 1u << 13,  /* letters, digits, hyphen */
    LEX_WSP = 1u << 14,
    LEX_IPV6 = 1u << 15 /* hexadecimal digits, colon, dot */
};

#define SS_LEX_BAD SIZE_MAX

extern const uint16_t ss_lex_classes[256];

static inline bool lex_is(char c, unsigned classes)
{
    return (ss_lex_classes[(unsigned char)c] & classes) != 0;
}

static inline bool lex_at(ss_slice s, size_t at, char c)
{
    return at < s.len && s.at[at] == c;
}

/* The classes that letters, digits, '-' and '.' all belong to. */
#define LEX_WITH_NAMES                                                                       \
    (LEX_TOKEN | LEX_WORD | LEX_UNRESERVED | LEX_USER | LEX_PASSWORD | LEX_PARAM | LEX_HNV | \
     LEX_URIC | LEX_REASON | LEX_QDTEXT)

/* Go to the first byte from `at` that `stops` gives a bit for, block by block; a slice shorter than a block is left to the
 * caller's loop over bytes. The last block overlaps the one before it, so that nothing outside the slice is read. */
#if LEX_BLOCK > 0
static inline size_t lex_skip(ss_slice s, size_t at, unsigned (*stops)(const char *))
{
    while (s.len - at >= LEX_BLOCK) {
        const unsigned bits = stops(s.at + at);
        if (bits != 0) {
            return at + (size_t)__builtin_ctz(bits);
        }
        at += LEX_BLOCK;
    }
    if (at < s.len && s.len >= LEX_BLOCK) {
        const unsigned bits = stops(s.at + s.len - LEX_BLOCK) >> (LEX_BLOCK - (s.len - at));
        return bits != 0 ? at + (size_t)__builtin_ctz(bits) : s.len;
    }
    return at;
}
#define LEX_SKIP(s, at, stops) lex_skip((s), (at), (stops))
#else
#define LEX_SKIP(s, at, stops) (at)
#endif

/** The end of the run of bytes of the classes that begins at `at`; `at` itself when there is none. */
static inline size_t ss_lex_run(ss_slice s, size_t at, unsigned classes)
{
    if ((classes & LEX_WITH_NAMES) != 0) {
        at = LEX_SKIP(s, at, lex_block_not_names);
    }
    while (at < s.len && lex_is(s.at[at], classes)) {
        at++;
    }
    return at;
}

/** The place of the first such byte from `at`, or s.len. */
static inline size_t ss_lex_find(ss_slice s, size_t at, char c)
{
#if LEX_BLOCK > 0
    while (s.len - at >= LEX_BLOCK) {
        const unsigned bits = lex_block_finds(s.at + at, c);
        if (bits != 0) {
            return at + (size_t)__builtin_ctz(bits);
        }
        at += LEX_BLOCK;
    }
    if (at < s.len && s.len >= LEX_BLOCK) {
        const unsigned bits =
            lex_block_finds(s.at + s.len - LEX_BLOCK, c) >> (LEX_BLOCK - (s.len - at));
        return bits != 0 ? at + (size_t)__builtin_ctz(bits) : s.len;
    }
#endif
    while (at < s.len && s.at[at] != c) {
        at++;
    }
    return at;
}

/** True when the slice is the text, a literal, but for the case of letters. */
#define LEX_SAYS(s, text) \
    ((s).len == sizeof(text) - 1 && lex_same((s).at, (text), sizeof(text) - 1))
static inline bool lex_same(const char *at, const char *text, size_t len)
{
    return memcmp(at, text, len) == 0 ||
           ss_slice_eq_nocase((ss_slice){ at, len }, (ss_slice){ text, len });
}

/** ss_slice_trim, which nearly always has nothing to do. */
static inline ss_slice lex_trim(ss_slice s)
{
    const bool is_bare =
        s.len > 0 && (unsigned char)s.at[0] > ' ' && (unsigned char)s.at[s.len - 1] > ' ';
    return is_bare ? s : ss_slice_trim(s);
}

/** The same, where %HH counts as one of the class. */
size_t ss_lex_run_escaped(ss_slice s, size_t at, unsigned classes);
/** True for a slice of one or more bytes, all of the classes. */
bool ss_lex_all(ss_slice s, unsigned classes);
/** True for a slice of zero or more bytes of the classes or %HH. */
bool ss_lex_all_escaped(ss_slice s, unsigned classes);
/** Past any linear white space: WSP, or CRLF followed by WSP. */
size_t ss_lex_lws_some(ss_slice s, size_t at);
static inline size_t ss_lex_lws(ss_slice s, size_t at)
{
    return at < s.len && (unsigned char)s.at[at] <= ' ' ? ss_lex_lws_some(s, at) : at;
}
/** Past SWS, one character, SWS. */
static inline size_t ss_lex_separator(ss_slice s, size_t at, char separator)
{
    at = ss_lex_lws(s, at);
    return lex_at(s, at, separator) ? ss_lex_lws(s, at + 1) : SS_LEX_BAD;
}
/** Past a quoted string; s.at[at] is its opening quote. */
size_t ss_lex_quoted(ss_slice s, size_t at);
/** Past a host: hostname, IPv4address or IPv6reference. */
size_t ss_lex_host(ss_slice s, size_t at);
/** The whole slice is an IPv4address, or an IPv6address without brackets. */
bool ss_lex_is_ipv4(ss_slice s);
bool ss_lex_is_ipv6(ss_slice s);
/** 1..65535. */
SS_MUST_USE ss_status ss_lex_port(ss_slice digits, uint16_t *port);
/** The value of %HH at `at`, which ss_lex_run_escaped has accepted. */
char ss_lex_unescape(ss_slice s, size_t at);
/** The first byte from `at` that no line may hold bare: a control character but HTAB; s.len when there is none. */
static inline size_t ss_lex_control(ss_slice s, size_t at)
{
    at = LEX_SKIP(s, at, lex_block_controls);
    while (at < s.len && ((unsigned char)s.at[at] >= 0x20 || s.at[at] == '\t') &&
           s.at[at] != 0x7f) {
        at++;
    }
    return at;
}

#endif
