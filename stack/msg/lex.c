/* Character classes and scanners of RFC 3261 section 25.1. The class table is written as the grammar is, one predicate
 * per rule, and expanded by the preprocessor for all 256 bytes. No scanner reads outside its slice. */
#include "lex.h"

#include <string.h>

#define IS_DIGIT(c) ((c) >= '0' && (c) <= '9')
#define IS_ALPHA(c) (((c) >= 'a' && (c) <= 'z') || ((c) >= 'A' && (c) <= 'Z'))
#define IS_ALNUM(c) (IS_DIGIT(c) || IS_ALPHA(c))
#define IS_HEX(c)   (IS_DIGIT(c) || ((c) >= 'a' && (c) <= 'f') || ((c) >= 'A' && (c) <= 'F'))
#define IS_MARK(c)                                                                       \
    ((c) == '-' || (c) == '_' || (c) == '.' || (c) == '!' || (c) == '~' || (c) == '*' || \
     (c) == '\'' || (c) == '(' || (c) == ')')
#define IS_UNRESERVED(c) (IS_ALNUM(c) || IS_MARK(c))
#define IS_RESERVED(c)                                                                   \
    ((c) == ';' || (c) == '/' || (c) == '?' || (c) == ':' || (c) == '@' || (c) == '&' || \
     (c) == '=' || (c) == '+' || (c) == '$' || (c) == ',')
#define IS_TOKEN(c)                                                                       \
    (IS_ALNUM(c) || (c) == '-' || (c) == '.' || (c) == '!' || (c) == '%' || (c) == '*' || \
     (c) == '_' || (c) == '+' || (c) == '`' || (c) == '\'' || (c) == '~')
#define IS_WORD(c)                                                                        \
    (IS_TOKEN(c) || (c) == '(' || (c) == ')' || (c) == '<' || (c) == '>' || (c) == ':' || \
     (c) == '\\' || (c) == '"' || (c) == '/' || (c) == '[' || (c) == ']' || (c) == '?' || \
     (c) == '{' || (c) == '}')
#define IS_PASSWORD(c) \
    (IS_UNRESERVED(c) || (c) == '&' || (c) == '=' || (c) == '+' || (c) == '$' || (c) == ',')
#define IS_USER(c) (IS_PASSWORD(c) || (c) == ';' || (c) == '?' || (c) == '/')
#define IS_PARAM(c)                                                                            \
    (IS_UNRESERVED(c) || (c) == '[' || (c) == ']' || (c) == '/' || (c) == ':' || (c) == '&' || \
     (c) == '+' || (c) == '$')
#define IS_HNV(c)                                                                              \
    (IS_UNRESERVED(c) || (c) == '[' || (c) == ']' || (c) == '/' || (c) == '?' || (c) == ':' || \
     (c) == '+' || (c) == '$')
#define IS_WSP(c)    ((c) == ' ' || (c) == '\t')
#define IS_REASON(c) (IS_RESERVED(c) || IS_UNRESERVED(c) || IS_WSP(c) || (c) >= 0x80)
#define IS_QDTEXT(c) \
    (IS_WSP(c) || ((c) >= 0x21 && (c) <= 0x7e && (c) != '"' && (c) != '\\') || (c) >= 0x80)

#define CLASS(c)                                                                         \
    (uint16_t)((IS_ALPHA(c) ? LEX_ALPHA : 0) | (IS_DIGIT(c) ? LEX_DIGIT : 0) |           \
               (IS_HEX(c) ? LEX_HEX : 0) | (IS_TOKEN(c) ? LEX_TOKEN : 0) |               \
               (IS_WORD(c) ? LEX_WORD : 0) | (IS_UNRESERVED(c) ? LEX_UNRESERVED : 0) |   \
               (IS_USER(c) ? LEX_USER : 0) | (IS_PASSWORD(c) ? LEX_PASSWORD : 0) |       \
               (IS_PARAM(c) ? LEX_PARAM : 0) | (IS_HNV(c) ? LEX_HNV : 0) |               \
               (IS_RESERVED(c) || IS_UNRESERVED(c) ? LEX_URIC : 0) |                     \
               (IS_REASON(c) ? LEX_REASON : 0) | (IS_QDTEXT(c) ? LEX_QDTEXT : 0) |       \
               (IS_ALNUM(c) || (c) == '-' ? LEX_LABEL : 0) | (IS_WSP(c) ? LEX_WSP : 0) | \
               (IS_HEX(c) || (c) == ':' || (c) == '.' ? LEX_IPV6 : 0))
#define CLASS4(c)  CLASS((c)), CLASS((c) + 1), CLASS((c) + 2), CLASS((c) + 3)
#define CLASS16(c) CLASS4((c)), CLASS4((c) + 4), CLASS4((c) + 8), CLASS4((c) + 12)
#define CLASS64(c) CLASS16((c)), CLASS16((c) + 16), CLASS16((c) + 32), CLASS16((c) + 48)

const uint16_t ss_lex_classes[256] = { CLASS64(0), CLASS64(64), CLASS64(128), CLASS64(192) };

size_t ss_lex_run_on(const lex_text *t, size_t at, unsigned classes)
{
#if LEX_BLOCK > 0
    while (at + LEX_BLOCK <= t->room) {
        for (unsigned stops = lex_block_not_names(t->at + at); stops != 0; stops &= stops - 1) {
            const size_t stop = at + (unsigned)__builtin_ctz(stops);
            if (stop >= t->len || !lex_is(t->at[stop], classes)) {
                return stop < t->len ? stop : t->len;
            }
        }
        at += LEX_BLOCK;
        if (at >= t->len) {
            return t->len;
        }
    }
#endif
    return lex_run_short(t, at, classes);
}

uint64_t ss_lex_odd_at_end(ss_slice s, size_t at)
{
    char padded[LEX_CHUNK];
    const size_t len = s.len - at < LEX_CHUNK ? s.len - at : LEX_CHUNK;
    memset(padded, ' ', sizeof padded);
    memcpy(padded, s.at + at, len);
#if LEX_BLOCK > 0
    return lex_odd((ss_slice){ padded, sizeof padded }, 0);
#else
    uint64_t bits = 0;
    for (unsigned i = 0; i < LEX_CHUNK; i++) {
        const unsigned char c = (unsigned char)padded[i];
        bits |= (uint64_t)(c < ' ' || c == 0x7f) << i;
    }
    return bits;
#endif
}

size_t ss_lex_run_escaped(ss_slice s, size_t at, unsigned classes)
{
    while ((at = ss_lex_run(s, at, classes)) < s.len && s.at[at] == '%' && s.len - at >= 3 &&
           lex_is(s.at[at + 1], LEX_HEX) && lex_is(s.at[at + 2], LEX_HEX)) {
        at += 3;
    }
    return at;
}

bool ss_lex_all(ss_slice s, unsigned classes)
{
    return s.len > 0 && ss_lex_run(s, 0, classes) == s.len;
}

bool ss_lex_all_escaped(ss_slice s, unsigned classes)
{
    return ss_lex_run_escaped(s, 0, classes) == s.len;
}

size_t ss_lex_lws_some(ss_slice s, size_t at)
{
    for (;;) {
        while (at < s.len && lex_is(s.at[at], LEX_WSP)) {
            at++;
        }
        if (!lex_at(s, at, '\r') || !lex_at(s, at + 1, '\n') || at + 2 >= s.len ||
            !lex_is(s.at[at + 2], LEX_WSP)) {
            return at;
        }
        at += 3;
    }
}

/* A quoted-pair hides any 7-bit character but CR and LF (25.1). */
static bool is_quotable(char c)
{
    return (unsigned char)c < 0x80 && c != '\r' && c != '\n';
}

/* A quoted string is stopped in by few bytes: its end, a backslash, what is no text. */
static inline size_t lex_run_qdtext(const lex_text *t, size_t at)
{
#if LEX_BLOCK > 0
    for (; at + LEX_BLOCK <= t->room && at < t->len; at += LEX_BLOCK) {
        const unsigned stops = lex_block_ends_of_text(t->at + at);
        if (stops != 0) {
            at += (unsigned)__builtin_ctz(stops);
            break;
        }
    }
    at = at < t->len ? at : t->len;
#endif
    return lex_run_short(t, at, LEX_QDTEXT);
}

size_t ss_lex_quoted_text(const lex_text *t, size_t at)
{
    at++;
    while ((at = lex_run_qdtext(t, at)) < t->len) {
        if (t->at[at] == '"') {
            return at + 1;
        }
        if (t->at[at] == '\\') {
            if (at + 1 >= t->len || !is_quotable(t->at[at + 1])) {
                return SS_LEX_BAD;
            }
            at += 2;
            continue;
        }
        const size_t next = lex_lws(t, at);
        if (next == at) {
            return SS_LEX_BAD;
        }
        at = next;
    }
    return SS_LEX_BAD;
}

size_t ss_lex_control(ss_slice s, size_t at)
{
#if LEX_BLOCK > 0
    while (s.len - at >= LEX_BLOCK) {
        const unsigned bits = lex_block_controls(s.at + at);
        if (bits != 0) {
            return at + (size_t)__builtin_ctz(bits);
        }
        at += LEX_BLOCK;
    }
#endif
    while (at < s.len && ((unsigned char)s.at[at] >= 0x20 || s.at[at] == '\t') &&
           s.at[at] != 0x7f) {
        at++;
    }
    return at;
}
