/* Character classes and scanners of RFC 3261 section 25.1. The class table is written as the grammar is, one predicate
 * per rule, and expanded by the preprocessor for all 256 bytes. No scanner reads outside its slice. */
#include "lex.h"

#include <string.h>

#define IS_DIGIT(c) ((c) >= '0' && (c) <= '9')
#define IS_ALPHA(c) (((c) >= 'a' && (c) <= 'z') || ((c) >= 'A' && (c) <= 'Z'))
#define IS_ALNUM(c) (IS_DIGIT(c) || IS_ALPHA(c))
#define IS_HEX(c) (IS_DIGIT(c) || ((c) >= 'a' && (c) <= 'f') || ((c) >= 'A' && (c) <= 'F'))
#define IS_MARK(c)                                                                                                \
    ((c) == '-' || (c) == '_' || (c) == '.' || (c) == '!' || (c) == '~' || (c) == '*' || (c) == '\'' ||           \
     (c) == '(' || (c) == ')')
#define IS_UNRESERVED(c) (IS_ALNUM(c) || IS_MARK(c))
#define IS_RESERVED(c)                                                                                            \
    ((c) == ';' || (c) == '/' || (c) == '?' || (c) == ':' || (c) == '@' || (c) == '&' || (c) == '=' ||            \
     (c) == '+' || (c) == '$' || (c) == ',')
#define IS_TOKEN(c)                                                                                               \
    (IS_ALNUM(c) || (c) == '-' || (c) == '.' || (c) == '!' || (c) == '%' || (c) == '*' || (c) == '_' ||           \
     (c) == '+' || (c) == '`' || (c) == '\'' || (c) == '~')
#define IS_WORD(c)                                                                                                \
    (IS_TOKEN(c) || (c) == '(' || (c) == ')' || (c) == '<' || (c) == '>' || (c) == ':' || (c) == '\\' ||          \
     (c) == '"' || (c) == '/' || (c) == '[' || (c) == ']' || (c) == '?' || (c) == '{' || (c) == '}')
#define IS_PASSWORD(c)                                                                                            \
    (IS_UNRESERVED(c) || (c) == '&' || (c) == '=' || (c) == '+' || (c) == '$' || (c) == ',')
#define IS_USER(c) (IS_PASSWORD(c) || (c) == ';' || (c) == '?' || (c) == '/')
#define IS_PARAM(c)                                                                                               \
    (IS_UNRESERVED(c) || (c) == '[' || (c) == ']' || (c) == '/' || (c) == ':' || (c) == '&' || (c) == '+' ||      \
     (c) == '$')
#define IS_HNV(c)                                                                                                 \
    (IS_UNRESERVED(c) || (c) == '[' || (c) == ']' || (c) == '/' || (c) == '?' || (c) == ':' || (c) == '+' ||      \
     (c) == '$')
#define IS_WSP(c) ((c) == ' ' || (c) == '\t')
#define IS_REASON(c) (IS_RESERVED(c) || IS_UNRESERVED(c) || IS_WSP(c) || (c) >= 0x80)
#define IS_QDTEXT(c) (IS_WSP(c) || ((c) >= 0x21 && (c) <= 0x7e && (c) != '"' && (c) != '\\') || (c) >= 0x80)

#define CLASS(c)                                                                                                  \
    (uint16_t)((IS_ALPHA(c) ? LEX_ALPHA : 0) | (IS_DIGIT(c) ? LEX_DIGIT : 0) | (IS_HEX(c) ? LEX_HEX : 0) |        \
               (IS_TOKEN(c) ? LEX_TOKEN : 0) | (IS_WORD(c) ? LEX_WORD : 0) |                                      \
               (IS_UNRESERVED(c) ? LEX_UNRESERVED : 0) | (IS_USER(c) ? LEX_USER : 0) |                            \
               (IS_PASSWORD(c) ? LEX_PASSWORD : 0) | (IS_PARAM(c) ? LEX_PARAM : 0) | (IS_HNV(c) ? LEX_HNV : 0) |  \
               (IS_RESERVED(c) || IS_UNRESERVED(c) ? LEX_URIC : 0) | (IS_REASON(c) ? LEX_REASON : 0) |            \
               (IS_QDTEXT(c) ? LEX_QDTEXT : 0) | (IS_ALNUM(c) || (c) == '-' ? LEX_LABEL : 0) |                    \
               (IS_WSP(c) ? LEX_WSP : 0) | (IS_HEX(c) || (c) == ':' || (c) == '.' ? LEX_IPV6 : 0))
#define CLASS4(c) CLASS((c)), CLASS((c) + 1), CLASS((c) + 2), CLASS((c) + 3)
#define CLASS16(c) CLASS4((c)), CLASS4((c) + 4), CLASS4((c) + 8), CLASS4((c) + 12)
#define CLASS64(c) CLASS16((c)), CLASS16((c) + 16), CLASS16((c) + 32), CLASS16((c) + 48)

const uint16_t ss_lex_classes[256] = { CLASS64(0), CLASS64(64), CLASS64(128), CLASS64(192) };

size_t ss_lex_run(ss_slice s, size_t at, unsigned classes)
{
    while (at < s.len && lex_is(s.at[at], classes)) {
        at++;
    }
    return at;
}

size_t ss_lex_run_escaped(ss_slice s, size_t at, unsigned classes)
{
    for (;;) {
        at = ss_lex_run(s, at, classes);
        if (!lex_at(s, at, '%') || s.len - at < 3 || !lex_is(s.at[at + 1], LEX_HEX) || !lex_is(s.at[at + 2], LEX_HEX)) {
            return at;
        }
        at += 3;
    }
}

bool ss_lex_all(ss_slice s, unsigned classes)
{
    return s.len > 0 && ss_lex_run(s, 0, classes) == s.len;
}

bool ss_lex_all_escaped(ss_slice s, unsigned classes)
{
    return ss_lex_run_escaped(s, 0, classes) == s.len;
}

size_t ss_lex_lws(ss_slice s, size_t at)
{
    for (;;) {
        at = ss_lex_run(s, at, LEX_WSP);
        if (!lex_at(s, at, '\r') || !lex_at(s, at + 1, '\n') || at + 2 >= s.len || !lex_is(s.at[at + 2], LEX_WSP)) {
            return at;
        }
        at += 3;
    }
}

size_t ss_lex_separator(ss_slice s, size_t at, char separator)
{
    at = ss_lex_lws(s, at);
    return lex_at(s, at, separator) ? ss_lex_lws(s, at + 1) : SS_LEX_BAD;
}

/* A quoted-pair hides any 7-bit character but CR and LF (25.1). */
static bool is_quotable(char c)
{
    return (unsigned char)c < 0x80 && c != '\r' && c != '\n';
}

size_t ss_lex_quoted(ss_slice s, size_t at)
{
    at++;
    while (at < s.len) {
        if (s.at[at] == '"') {
            return at + 1;
        }
        if (s.at[at] == '\\') {
            if (at + 1 >= s.len || !is_quotable(s.at[at + 1])) {
                return SS_LEX_BAD;
            }
            at += 2;
            continue;
        }
        size_t next = ss_lex_run(s, at, LEX_QDTEXT);
        next = next == at ? ss_lex_lws(s, at) : next;
        if (next == at) {
            return SS_LEX_BAD;
        }
        at = next;
    }
    return SS_LEX_BAD;
}

bool ss_lex_is_ipv4(ss_slice s)
{
    size_t at = 0;
    for (unsigned part = 0; part < 4; part++) {
        if (part > 0 && !lex_at(s, at++, '.')) {
            return false;
        }
        const size_t end = ss_lex_run(s, at, LEX_DIGIT);
        uint64_t value = 0;
        if (end - at > 3 || ss_slice_to_u64(ss_slice_cut(s, at, end), 255, &value) != SS_OK) {
            return false;
        }
        at = end;
    }
    return at == s.len;
}

/* Groups of 16 bits, one "::" at most, the last two perhaps in dotted form. */
bool ss_lex_is_ipv6(ss_slice s)
{
    unsigned groups = 0;
    bool gap = false;
    size_t at = 0;
    if (lex_at(s, 0, ':') && lex_at(s, 1, ':')) {
        gap = true;
        at = 2;
    }
    while (at < s.len) {
        const size_t end = ss_lex_run(s, at, LEX_HEX);
        if (lex_at(s, end, '.')) {
            groups += 2;
            return ss_lex_is_ipv4(ss_slice_cut(s, at, s.len)) && (gap ? groups < 8 : groups == 8);
        }
        if (end == at || end - at > 4 || ++groups > 8) {
            return false;
        }
        if (end == s.len) {
            at = end;
            break;
        }
        if (s.at[end] != ':' || end + 1 == s.len) {
            return false;
        }
        at = end + 1;
        if (s.at[at] == ':') {
            if (gap) {
                return false;
            }
            gap = true;
            at++;
        }
    }
    return gap ? groups < 8 : groups == 8;
}

/* Labels of letters, digits and inner hyphens; a last label that begins with a digit makes it an address. */
static bool is_hostname(ss_slice s)
{
    size_t at = 0;
    size_t last = 0;
    while (at < s.len) {
        const size_t end = ss_lex_run(s, at, LEX_LABEL);
        if (end == at || s.at[at] == '-' || s.at[end - 1] == '-') {
            return false;
        }
        last = at;
        at = end;
        if (at < s.len && s.at[at++] != '.') {
            return false;
        }
    }
    return s.len > 0 && (lex_is(s.at[last], LEX_ALPHA) || ss_lex_is_ipv4(s));
}

size_t ss_lex_host(ss_slice s, size_t at)
{
    if (lex_at(s, at, '[')) {
        const size_t end = ss_lex_run(s, at + 1, LEX_IPV6);
        return lex_at(s, end, ']') && ss_lex_is_ipv6(ss_slice_cut(s, at + 1, end)) ? end + 1 : SS_LEX_BAD;
    }
    size_t end = at;
    while (end < s.len && (lex_is(s.at[end], LEX_LABEL) || s.at[end] == '.')) {
        end++;
    }
    return end > at && is_hostname(ss_slice_cut(s, at, end)) ? end : SS_LEX_BAD;
}

ss_status ss_lex_port(ss_slice digits, uint16_t *port)
{
    uint64_t value = 0;
    if (ss_slice_to_u64(digits, UINT16_MAX, &value) != SS_OK || value == 0) {
        return SS_ERR_SYNTAX;
    }
    *port = (uint16_t)value;
    return SS_OK;
}

static unsigned hex_value(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : ss_lower(c) - 'a' + 10);
}

char ss_lex_unescape(ss_slice s, size_t at)
{
    SS_ASSERT(s.len - at >= 3);
    return (char)(unsigned char)(hex_value(s.at[at + 1]) << 4 | hex_value(s.at[at + 2]));
}

/* Eight bytes at a time: the high bit of each byte below 0x20, or equal to 0x7f. The lowest set bit is exact; those
 * above it may come from a borrow, which does no harm, because only the lowest is used. */
static uint64_t control_bits(const char *at)
{
    const unsigned char *p = (const unsigned char *)at;
    const uint64_t x = (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
                       (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t high = UINT64_C(0x8080808080808080);
    const uint64_t del = x ^ (ones * 0x7f);
    return (((x - ones * 0x20) & ~x) | ((del - ones) & ~del)) & high;
}

size_t ss_lex_control(ss_slice s, size_t at)
{
    while (at < s.len) {
        if (s.len - at >= 8) {
            const uint64_t bits = control_bits(s.at + at);
            if (bits == 0) {
                at += 8;
                continue;
            }
            at += (size_t)__builtin_ctzll(bits) / 8;
        }
        const unsigned char c = (unsigned char)s.at[at];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return at;
        }
        at++;
    }
    return s.len;
}
