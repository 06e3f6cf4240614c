/* The basic rules of RFC 3261 section 25.1 as character classes, and scanners for what several header fields share.
 * A scanner takes a text and a place in it and gives the place after what it read; SS_LEX_BAD when it does not match.
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

/* What few messages need is kept out of line, so that what all need is short. */
#if defined(__GNUC__)
#define LEX_RARE  __attribute__((noinline, cold))
#define LEX_APART __attribute__((noinline))
#define LEX_CLOSE inline __attribute__((always_inline)) /* in each of its callers */
#else
#define LEX_RARE
#define LEX_APART
#define LEX_CLOSE inline
#endif

extern const uint16_t ss_lex_classes[256];

static inline bool lex_is(char c, unsigned classes)
{
    return (ss_lex_classes[(unsigned char)c] & classes) != 0;
}

static inline bool lex_at(ss_slice s, size_t at, char c)
{
    return at < s.len && s.at[at] == c;
}

/* ---- texts ----------------------------------------------------------------------------------------------------------- */

/** What is read: `len` bytes, after which `room` - `len` more may be loaded, as what follows a value is the rest of its message:
 *  so a run of any length is seen in one block, and only the end of a message is gone through byte by byte. */
typedef struct lex_text {
    const char *at;
    size_t len, room;
} lex_text;

static inline lex_text lex_text_of(ss_slice s)
{
    return (lex_text){ s.at, s.len, s.len };
}

/** Bytes [from, to) of a text; from <= to <= len. */
static inline ss_slice lex_cut(const lex_text *t, size_t from, size_t to)
{
    return (ss_slice){ t->at + from, to - from };
}

static inline bool lex_has(const lex_text *t, size_t at, char c)
{
    return at < t->len && t->at[at] == c;
}

/* The classes that letters, digits, '-' and '.' all belong to. */
#define LEX_WITH_NAMES                                                                       \
    (LEX_TOKEN | LEX_WORD | LEX_UNRESERVED | LEX_USER | LEX_PASSWORD | LEX_PARAM | LEX_HNV | \
     LEX_URIC | LEX_REASON | LEX_QDTEXT)

/** lex_run of what is longer than it is usual, or stands where less than a block may be loaded. */
size_t ss_lex_run_on(const lex_text *t, size_t at, unsigned classes);

/** The end of the run of bytes of the classes that begins at `at`; `at` itself when there is none. The classes are of
 *  LEX_WITH_NAMES: blocks stop at what is no letter, digit, '-' or '.', and the classes say of it whether the run goes on. */
static inline size_t lex_run(const lex_text *t, size_t at, unsigned classes)
{
#if LEX_BLOCK > 0
    if (at + LEX_BLOCK <= t->room) {
        const unsigned stops = lex_block_not_names(t->at + at);
        const size_t stop = at + (unsigned)__builtin_ctz(stops | 1u << LEX_BLOCK);
        if (stop >= t->len) {
            return t->len;
        }
        if (stops != 0 && !lex_is(t->at[stop], classes)) {
            return stop;
        }
        at = stop;
    }
#endif
    return ss_lex_run_on(t, at, classes);
}

/** lex_run for any classes, byte by byte: for what is short. */
static inline size_t lex_run_short(const lex_text *t, size_t at, unsigned classes)
{
    while (at < t->len && lex_is(t->at[at], classes)) {
        at++;
    }
    return at;
}

/** lex_run, where %HH counts as one of the classes. */
static inline size_t lex_run_escaped(const lex_text *t, size_t at, unsigned classes)
{
    while ((at = lex_run(t, at, classes)) < t->len && t->at[at] == '%' && t->len - at >= 3 &&
           lex_is(t->at[at + 1], LEX_HEX) && lex_is(t->at[at + 2], LEX_HEX)) {
        at += 3;
    }
    return at;
}

/** Past any linear white space: WSP, or CRLF followed by WSP. */
size_t ss_lex_lws_some(ss_slice s, size_t at);
static inline size_t lex_lws(const lex_text *t, size_t at)
{
    if (at >= t->len || (unsigned char)t->at[at] > ' ') {
        return at;
    }
    if (t->at[at] == ' ' && at + 1 < t->len && (unsigned char)t->at[at + 1] > ' ') {
        return at + 1; /* nearly always */
    }
    return ss_lex_lws_some((ss_slice){ t->at, t->len }, at);
}

/** Past SWS, one character, SWS. */
static inline size_t lex_separator(const lex_text *t, size_t at, char separator)
{
    at = lex_lws(t, at);
    return lex_has(t, at, separator) ? lex_lws(t, at + 1) : SS_LEX_BAD;
}

/** Past a quoted string; its opening quote is at `at`. */
size_t ss_lex_quoted_text(const lex_text *t, size_t at);
/** Past a host: hostname, IPv4address or IPv6reference. */
size_t ss_lex_host_text(const lex_text *t, size_t at);
/** Past the digits of a port, 1..65535. */
size_t ss_lex_port_text(const lex_text *t, size_t at, uint16_t *port);

/** True when `a` is seen within two blocks from `at`, and no `b` before it. */
static inline bool lex_is_closed_before(const lex_text *t, size_t at, char a, char b)
{
#if LEX_BLOCK > 0
    if (at + 2 * LEX_BLOCK <= t->room) {
        const char *c = t->at + at;
        const unsigned closes = lex_block_finds(c, a) | lex_block_finds(c + LEX_BLOCK, a)
                                                            << LEX_BLOCK;
        const unsigned others = lex_block_finds(c, b) | lex_block_finds(c + LEX_BLOCK, b)
                                                            << LEX_BLOCK;
        return closes != 0 && (others & (closes ^ (closes - 1))) == 0;
    }
#endif
    (void)t;
    (void)at;
    (void)a;
    (void)b;
    return false;
}

/** What a walk along a comma list stops at, from `at`: a comma, a quote or an angle bracket; t->len when there is none. */
static inline size_t lex_next_mark(const lex_text *t, size_t at)
{
#if LEX_BLOCK > 0
    for (; at + LEX_BLOCK <= t->room && at < t->len; at += LEX_BLOCK) {
        const unsigned bits = lex_block_list_marks(t->at + at);
        if (bits != 0) {
            const size_t mark = at + (size_t)__builtin_ctz(bits);
            return mark < t->len ? mark : t->len;
        }
    }
#endif
    while (at < t->len && t->at[at] != ',' && t->at[at] != '"' && t->at[at] != '<') {
        at++;
    }
    return at < t->len ? at : t->len;
}

enum { LEX_CHUNK = 64 };

/** Of the LEX_CHUNK bytes from `at`, the first the lowest bit: those that may be the end of a line or what no line may hold:
 *  control characters, HTAB among them. No bit is set for what is past the end. */
uint64_t ss_lex_odd_at_end(ss_slice s, size_t at);
static inline uint64_t lex_odd(ss_slice s, size_t at)
{
#if LEX_BLOCK > 0
    if (s.len - at >= LEX_CHUNK) {
        const char *c = s.at + at;
        const unsigned low = lex_block_odd(c) | lex_block_odd(c + LEX_BLOCK) << LEX_BLOCK;
        const unsigned high = lex_block_odd(c + 2 * LEX_BLOCK) | lex_block_odd(c + 3 * LEX_BLOCK)
                                                                     << LEX_BLOCK;
        return low | (uint64_t)high << 32;
    }
#endif
    return ss_lex_odd_at_end(s, at);
}

/* ---- words ----------------------------------------------------------------------------------------------------------- */

/* Of a word in letters and hyphens, `known`: only letters (bit 6) may differ, and only in their case (bit 5). */
static inline bool lex_differs_in_case_only(uint64_t known, uint64_t word)
{
    const uint64_t letters = (known >> 1) & UINT64_C(0x2020202020202020);
    return ((known ^ word) & ~letters) == 0;
}

/** The first bytes of a word and its last, eight at most of each, overlapping: words of 2 to 16 bytes are told by them. */
typedef struct lex_word {
    uint64_t head, tail;
} lex_word;

static inline lex_word lex_word_of(const char *at, size_t len)
{
    lex_word word = { 0, 0 };
    if (len >= 8) {
        memcpy(&word.head, at, 8);
        memcpy(&word.tail, at + len - 8, 8);
    } else if (len >= 4) {
        memcpy(&word.head, at, 4);
        memcpy(&word.tail, at + len - 4, 4);
    } else if (len >= 2) {
        memcpy(&word.head, at, 2);
        memcpy(&word.tail, at + len - 2, 2);
    } else if (len == 1) {
        word.head = (unsigned char)at[0];
    }
    return word;
}

/** True when the slice is the text, a literal of letters, hyphens and what is no letter in any case, but for the case of
 *  letters. */
#define LEX_SAYS(s, text) \
    ((s).len == sizeof(text) - 1 && lex_same((s).at, (text), sizeof(text) - 1))
static inline bool lex_same(const char *at, const char *text, size_t len)
{
    if (len > 16) {
        return ss_slice_eq_nocase((ss_slice){ at, len }, (ss_slice){ text, len });
    }
    const lex_word known = lex_word_of(text, len);
    const lex_word word = lex_word_of(at, len);
    return lex_differs_in_case_only(known.head, word.head) &&
           lex_differs_in_case_only(known.tail, word.tail);
}

/* ---- slices: the same scanners where nothing is known of what follows ------------------------------------------------- */

static inline size_t ss_lex_run(ss_slice s, size_t at, unsigned classes)
{
    const lex_text t = lex_text_of(s);
    return (classes & LEX_WITH_NAMES) != 0 ? lex_run(&t, at, classes)
                                           : lex_run_short(&t, at, classes);
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
#endif
    while (at < s.len && s.at[at] != c) {
        at++;
    }
    return at;
}

/** ss_slice_trim, which nearly always has nothing to do. */
static inline ss_slice lex_trim(ss_slice s)
{
    const bool is_bare =
        s.len > 0 && (unsigned char)s.at[0] > ' ' && (unsigned char)s.at[s.len - 1] > ' ';
    return is_bare ? s : ss_slice_trim(s);
}

/** ss_lex_run, where %HH counts as one of the classes. */
size_t ss_lex_run_escaped(ss_slice s, size_t at, unsigned classes);
/** True for a slice of one or more bytes, all of the classes. */
bool ss_lex_all(ss_slice s, unsigned classes);
/** True for a slice of zero or more bytes of the classes or %HH. */
bool ss_lex_all_escaped(ss_slice s, unsigned classes);
static inline size_t ss_lex_lws(ss_slice s, size_t at)
{
    return at < s.len && (unsigned char)s.at[at] <= ' ' ? ss_lex_lws_some(s, at) : at;
}
static inline size_t ss_lex_separator(ss_slice s, size_t at, char separator)
{
    const lex_text t = lex_text_of(s);
    return lex_separator(&t, at, separator);
}
static inline size_t ss_lex_quoted(ss_slice s, size_t at)
{
    const lex_text t = lex_text_of(s);
    return ss_lex_quoted_text(&t, at);
}
static inline size_t ss_lex_host(ss_slice s, size_t at)
{
    const lex_text t = lex_text_of(s);
    return ss_lex_host_text(&t, at);
}
/** The whole slice is an IPv4address, or an IPv6address without brackets. */
bool ss_lex_is_ipv4(ss_slice s);
bool ss_lex_is_ipv6(ss_slice s);
/** The whole slice is a port, 1..65535. */
SS_MUST_USE ss_status ss_lex_port(ss_slice digits, uint16_t *port);
/** The first byte from `at` that no line may hold bare: a control character but HTAB; s.len when there is none. */
size_t ss_lex_control(ss_slice s, size_t at);

#endif
