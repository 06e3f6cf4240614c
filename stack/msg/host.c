/* Hosts and ports (RFC 3261 25.1: hostname, IPv4address, IPv6reference, port). A name is read in blocks: where its dots and
 * hyphens are says whether its labels are labels, so that no label is walked. */
#include "lex.h"

static size_t run_of(ss_slice s, size_t at, unsigned classes)
{
    const lex_text t = lex_text_of(s);
    return lex_run_short(&t, at, classes);
}

/* ---- addresses -------------------------------------------------------------------------------------------------------- */

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
        const size_t end = run_of(s, at, LEX_HEX);
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

/* ---- names ------------------------------------------------------------------------------------------------------------ */

/* Labels of letters, digits and inner hyphens; a last label that begins with a digit makes it an address. */
static bool is_hostname(ss_slice s)
{
    size_t at = 0;
    size_t last = 0;
    while (at < s.len) {
        const size_t end = run_of(s, at, LEX_LABEL);
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

/* The end of the run of letters, digits, '-' and '.' */
static size_t run_of_name(const lex_text *t, size_t at)
{
    while (at < t->len && (lex_is(t->at[at], LEX_LABEL) || t->at[at] == '.')) {
        at++;
    }
    return at;
}

/* IPv6reference = "[" IPv6address "]" */
static size_t read_reference(const lex_text *t, size_t at)
{
    const size_t end = lex_run_short(t, at + 1, LEX_IPV6);
    return lex_has(t, end, ']') && ss_lex_is_ipv6(lex_cut(t, at + 1, end)) ? end + 1 : SS_LEX_BAD;
}

static LEX_RARE size_t read_any_host(const lex_text *t, size_t at)
{
    if (lex_has(t, at, '[')) {
        return read_reference(t, at);
    }
    const size_t end = at < t->len ? run_of_name(t, at) : at;
    return end > at && is_hostname(lex_cut(t, at, end)) ? end : SS_LEX_BAD;
}

#if LEX_BLOCK > 0
/* Four numbers to 255 and the three dots between them, which `marks` are; no mark stands at an end or beside another. `len` is
 * below a block. */
static bool is_marked_ipv4(const char *at, size_t len, unsigned marks)
{
    const unsigned all = (1u << len) - 1;
    const unsigned digits = lex_block_digits(at) & all;
    const unsigned but_one = marks & (marks - 1), third = but_one & (but_one - 1);
    const unsigned threes = digits & digits >> 1 & digits >> 2; /* where three digits begin */
    if ((lex_block_finds(at, '.') & all) != marks || (digits | marks) != all || third == 0 ||
        (third & (third - 1)) != 0 || (threes & threes >> 1) != 0) {
        return false;
    }
    for (unsigned left = threes; left != 0; left &= left - 1) {
        const char *part = at + (unsigned)__builtin_ctz(left);
        if (part[0] * 100 + part[1] * 10 + part[2] > 255 + '0' * 111) {
            return false;
        }
    }
    return true;
}

/* The usual name, of two blocks at most: marks apart from each other and inside, the last one a dot. All others are read label
 * by label. */
size_t ss_lex_host_text(const lex_text *t, size_t at)
{
    char ending[2 * LEX_BLOCK] = { 0 };
    const char *name = t->at + at;
    if (at >= t->len) {
        return SS_LEX_BAD;
    }
    if (at + 2 * LEX_BLOCK > t->room) { /* two blocks may not be loaded there */
        memcpy(ending, name, t->room - at);
        name = ending;
    }
    unsigned stops = lex_block_not_names(name);
    unsigned marks = lex_block_label_marks(name);
    if (stops == 0) {
        stops = lex_block_not_names(name + LEX_BLOCK) << LEX_BLOCK;
        marks |= lex_block_label_marks(name + LEX_BLOCK) << LEX_BLOCK;
    }
    const unsigned len = stops == 0 ? 2 * LEX_BLOCK : (unsigned)__builtin_ctz(stops);
    if (len - 1 >= 2 * LEX_BLOCK - 1 || at + len > t->len) {
        return read_any_host(t, at);
    }
    marks &= (1u << len) - 1;
    if ((marks & (marks >> 1 | 1u << (len - 1) | 1u)) != 0) {
        return read_any_host(t, at);
    }
    const unsigned last = marks == 0 ? 0 : 32 - (unsigned)__builtin_clz(marks);
    if ((unsigned char)((name[last] | 0x20) - 'a') <= 'z' - 'a') {
        return last > 0 && name[last - 1] == '-' ? read_any_host(t, at) : at + len;
    }
    return len < LEX_BLOCK && is_marked_ipv4(name, len, marks) ? at + len : read_any_host(t, at);
}
#else
size_t ss_lex_host_text(const lex_text *t, size_t at)
{
    return read_any_host(t, at);
}
#endif

/* ---- ports ------------------------------------------------------------------------------------------------------------ */

size_t ss_lex_port_text(const lex_text *t, size_t at, uint16_t *port)
{
    uint32_t value = 0, digit;
    const char *c = t->at + at;
    const char *const end = t->at + t->len;
    for (; c < end && (digit = (unsigned char)(*c - '0')) <= 9; c++) {
        value = value * 10 + digit;
        if (value > UINT16_MAX) {
            return SS_LEX_BAD;
        }
    }
    at = (size_t)(c - t->at);
    *port = (uint16_t)value;
    return value == 0 ? SS_LEX_BAD : at;
}

ss_status ss_lex_port(ss_slice digits, uint16_t *port)
{
    const lex_text t = lex_text_of(digits);
    uint16_t value = 0;
    if (ss_lex_port_text(&t, 0, &value) != digits.len) {
        return SS_ERR_SYNTAX;
    }
    *port = value;
    return SS_OK;
}
