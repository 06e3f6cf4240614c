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

size_t ss_lex_run_escaped(ss_slice s, size_t at, unsigned classes)
{
    for (;;) {
        at = ss_lex_run(s, at, classes);
        if (!lex_at(s, at, '%') || s.len - at < 3 || !lex_is(s.at[at + 1], LEX_HEX) ||
            !lex_is(s.at[at + 2], LEX_HEX)) {
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

size_t ss_lex_lws_some(ss_slice s, size_t at)
{
    for (;;) {
        at = ss_lex_run(s, at, LEX_WSP);
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
        const size_t begin = at;
        unsigned value = 0;
        while (at < s.len && at < begin + 3 && lex_is(s.at[at], LEX_DIGIT)) {
            value = value * 10 + (unsigned)(s.at[at++] - '0');
        }
        if (at == begin || value > 255) {
            return false;
        }
    }
    return at == s.len;
}

/* Where the groups behind a "::" begin. RFC5118:4.10 a third colon is tolerated before an IPv4 address. */
static size_t skip_third_colon(ss_slice s, size_t at)
{
    return lex_at(s, at, ':') && ss_lex_is_ipv4(ss_slice_cut(s, at + 1, s.len)) ? at + 1 : at;
}

/* Groups of 16 bits, one "::" at most, the last two perhaps in dotted form. */
bool ss_lex_is_ipv6(ss_slice s)
{
    unsigned groups = 0;
    bool gap = false;
    size_t at = 0;
    if (lex_at(s, 0, ':') && lex_at(s, 1, ':')) {
        gap = true;
        at = skip_third_colon(s, 2);
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
            at = skip_third_colon(s, at + 1);
        }
    }
    return gap ? groups < 8 : groups == 8;
}

/* The places of '.' and of '-' in the first 64 bytes of a name, its first byte the lowest bit. */
typedef struct marks {
    uint64_t dots, hyphens;
} marks;

enum { MARKED_MAX = 64 };

static void mark_byte(marks *m, char c, size_t place)
{
    if (place < MARKED_MAX) {
        m->dots |= (uint64_t)(c == '.') << place;
        m->hyphens |= (uint64_t)(c == '-') << place;
    }
}

/* The end of the run of letters, digits, '.' and '-'. */
static size_t scan_name(ss_slice s, size_t at, marks *m)
{
    size_t from = at;
#if LEX_BLOCK > 0
    while (s.len >= LEX_BLOCK && from < s.len && from - at < MARKED_MAX) {
        const size_t block = from < s.len - LEX_BLOCK ? from : s.len - LEX_BLOCK;
        const unsigned stops = lex_block_not_names(s.at + block) >> (from - block);
        m->dots |= (uint64_t)(lex_block_finds(s.at + block, '.') >> (from - block)) << (from - at);
        m->hyphens |= (uint64_t)(lex_block_finds(s.at + block, '-') >> (from - block))
                      << (from - at);
        if (stops != 0) {
            return from + (size_t)__builtin_ctz(stops);
        }
        from = block + LEX_BLOCK;
    }
#endif
    for (; from < s.len && (lex_is(s.at[from], LEX_LABEL) || s.at[from] == '.'); from++) {
        mark_byte(m, s.at[from], from - at);
    }
    return from;
}

/* Labels of letters, digits and inner hyphens; a last label that begins with a digit makes it an address. `name` is one to
 * 64 letters, digits, dots and hyphens; the marks may go on after it. */
static bool is_short_hostname(ss_slice name, const marks *m)
{
    const uint64_t last_bit = UINT64_C(1) << (name.len - 1);
    const uint64_t dots = m->dots & (last_bit | (last_bit - 1));
    const uint64_t hyphens = m->hyphens & (last_bit | (last_bit - 1));
    const uint64_t begins = dots << 1 | 1; /* where labels begin */
    if ((begins & (dots | hyphens)) != 0 || (((hyphens << 1) & dots) | (hyphens & last_bit)) != 0) {
        return false;
    }
    const uint64_t inner = dots & ~last_bit;
    const size_t last = inner == 0 ? 0 : 64 - (size_t)__builtin_clzll(inner);
    return lex_is(name.at[last], LEX_ALPHA) || ss_lex_is_ipv4(name);
}

/* The same for a name of any length. */
static bool is_long_hostname(ss_slice s)
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
        return lex_at(s, end, ']') && ss_lex_is_ipv6(ss_slice_cut(s, at + 1, end)) ? end + 1
                                                                                   : SS_LEX_BAD;
    }
    marks m = { 0, 0 };
    const size_t end = scan_name(s, at, &m);
    if (end == at) {
        return SS_LEX_BAD;
    }
    const ss_slice name = ss_slice_cut(s, at, end);
    return (name.len <= MARKED_MAX ? is_short_hostname(name, &m) : is_long_hostname(name))
               ? end
               : SS_LEX_BAD;
}

ss_status ss_lex_port(ss_slice digits, uint16_t *port)
{
    uint32_t value = 0;
    for (size_t at = 0; at < digits.len; at++) {
        if (!lex_is(digits.at[at], LEX_DIGIT)) {
            return SS_ERR_SYNTAX;
        }
        value = value * 10 + (uint32_t)(digits.at[at] - '0');
        if (value > UINT16_MAX) {
            return SS_ERR_SYNTAX;
        }
    }
    *port = value == 0 ? *port : (uint16_t)value;
    return value == 0 ? SS_ERR_SYNTAX : SS_OK;
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
