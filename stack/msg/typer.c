/* The readers that the grammars share: tokens, numbers, strings, comments, addresses (RFC 3261 25.1). Each is linear in what
 * it passes. */
#include "typer.h"

#include "lex.h"

bool ss_typer_fail(ss_typer *t, size_t at, const char *sentence)
{
    if (t->status == SS_OK) {
        t->status = SS_ERR_SYNTAX;
        *t->flaw = (ss_flaw){ .offset = at < t->s.len ? at : t->s.len,
                              .section = t->section,
                              .sentence = sentence };
    }
    return false;
}

bool ss_typer_refuse(ss_typer *t, size_t at, const char *sentence)
{
    const bool is_first = t->status == SS_OK;
    (void)ss_typer_fail(t, at, sentence);
    t->status = is_first ? SS_ERR_SEMANTIC : t->status;
    return false;
}

void ss_typer_add(ss_typer *t, const char *name, ss_slice text)
{
    if (t->out->part_count < SS_PARTS_MAX) {
        t->out->parts[t->out->part_count] = (ss_part){ .name = name, .text = text };
    }
    t->out->part_count++;
}

static void add_cut(ss_typer *t, const char *name, size_t from)
{
    ss_typer_add(t, name, ss_slice_cut(t->s, from, t->at));
}

bool ss_typer_at(const ss_typer *t, char c)
{
    return lex_at(t->s, t->at, c);
}

void ss_typer_skip(ss_typer *t)
{
    t->at = ss_lex_lws(t->s, t->at);
}

bool ss_typer_space(ss_typer *t)
{
    const size_t from = t->at;
    ss_typer_skip(t);
    return t->at > from || ss_typer_fail(t, from, "white space is missing");
}

bool ss_typer_separator(ss_typer *t, char c)
{
    const size_t next = ss_lex_separator(t->s, t->at, c);
    if (next == SS_LEX_BAD) {
        return ss_typer_fail(t, ss_lex_lws(t->s, t->at), "a separator is missing");
    }
    t->at = next;
    return true;
}

bool ss_typer_end(ss_typer *t)
{
    ss_typer_skip(t);
    return t->at == t->s.len || ss_typer_fail(t, t->at, "more than the field may hold");
}

bool ss_typer_run(ss_typer *t, const char *name, unsigned classes, const char *sentence)
{
    const size_t from = t->at;
    t->at = ss_lex_run(t->s, from, classes);
    if (t->at == from) {
        return ss_typer_fail(t, from, sentence);
    }
    add_cut(t, name, from);
    return true;
}

bool ss_typer_token(ss_typer *t, const char *name)
{
    return ss_typer_run(t, name, LEX_TOKEN, "a token is missing");
}

bool ss_typer_number(ss_typer *t, const char *name, uint64_t low, uint64_t high)
{
    const size_t from = t->at;
    uint64_t value = 0;
    if (!ss_typer_run(t, name, LEX_DIGIT, "a number is missing")) {
        return false;
    }
    if (ss_slice_to_u64(ss_slice_cut(t->s, from, t->at), high, &value) != SS_OK || value < low) {
        return ss_typer_refuse(t, from, "a number out of its range");
    }
    return true;
}

bool ss_typer_quoted(ss_typer *t, const char *name)
{
    const size_t from = t->at;
    if (!ss_typer_at(t, '"')) {
        return ss_typer_fail(t, from, "a quoted string is missing");
    }
    const size_t end = ss_lex_quoted(t->s, from);
    if (end == SS_LEX_BAD) {
        return ss_typer_fail(t, from, "a quoted string does not end, or holds what it may not");
    }
    t->at = end;
    add_cut(t, name, from);
    return true;
}

bool ss_typer_host(ss_typer *t, const char *name)
{
    const size_t from = t->at;
    const size_t end = ss_lex_host(t->s, from);
    if (end == SS_LEX_BAD) {
        return ss_typer_fail(t, from, "a host is missing, or is no host");
    }
    t->at = end;
    add_cut(t, name, from);
    return true;
}

bool ss_typer_port(ss_typer *t)
{
    const size_t from = t->at;
    uint16_t port = 0;
    if (!ss_typer_run(t, "port", LEX_DIGIT, "a port is missing")) {
        return false;
    }
    if (ss_lex_port(ss_slice_cut(t->s, from, t->at), &port) != SS_OK) {
        return ss_typer_refuse(t, from, "a port is a number from 1 to 65535");
    }
    return true;
}

/* ctext, without parentheses and backslash */
static bool is_ctext(char c)
{
    return lex_is(c, LEX_QDTEXT | LEX_WSP) ? c != '(' && c != ')' : c == '"';
}

/* comment = LPAREN *( ctext / quoted-pair / comment ) RPAREN: nested ones are counted, not called. */
bool ss_typer_comment(ss_typer *t)
{
    const size_t from = t->at;
    size_t depth = 0;
    do {
        const char c = t->at < t->s.len ? t->s.at[t->at] : '\0';
        if (c == '(' || c == ')') {
            depth = c == '(' ? depth + 1 : depth - 1;
            t->at++;
        } else if (c == '\\' && t->at + 1 < t->s.len && (unsigned char)t->s.at[t->at + 1] < 0x80 &&
                   t->s.at[t->at + 1] != '\r' && t->s.at[t->at + 1] != '\n') {
            t->at += 2;
        } else if (t->at < t->s.len && is_ctext(c)) {
            t->at++;
        } else if (c == '\r' && ss_lex_lws(t->s, t->at) > t->at) {
            ss_typer_skip(t);
        } else {
            return ss_typer_fail(t, t->at, "a comment does not end, or holds what it may not");
        }
    } while (depth > 0);
    add_cut(t, "comment", from);
    return true;
}

/* callid = word [ "@" word ] */
bool ss_typer_call_id(ss_typer *t)
{
    const size_t from = t->at;
    t->at = ss_lex_run(t->s, from, LEX_WORD);
    bool is_good = t->at > from;
    if (is_good && ss_typer_at(t, '@')) {
        const size_t second = t->at + 1;
        t->at = ss_lex_run(t->s, second, LEX_WORD);
        is_good = t->at > second;
    }
    if (!is_good) {
        return ss_typer_fail(t, t->at, "a Call-ID is a word, or two joined by @");
    }
    add_cut(t, "call-id", from);
    return true;
}

static size_t utf8_length(unsigned char lead)
{
    return lead < 0x80   ? 1
           : lead < 0xc2 ? 0
           : lead < 0xe0 ? 2
           : lead < 0xf0 ? 3
           : lead < 0xf5 ? 4
                         : 0;
}

/* Over-long forms, surrogates and what lies beyond U+10FFFF are seen in the second byte. */
static bool is_second_byte(unsigned char lead, unsigned char c)
{
    const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    return c >= low && c <= high;
}

size_t ss_utf8_check(ss_slice s)
{
    size_t at = 0;
    while (at < s.len) {
        const unsigned char lead = (unsigned char)s.at[at];
        const size_t len = utf8_length(lead);
        if (len == 0 || len > s.len - at ||
            (len > 1 && !is_second_byte(lead, (unsigned char)s.at[at + 1]))) {
            return at;
        }
        for (size_t i = 2; i < len; i++) {
            if (((unsigned char)s.at[at + i] & 0xc0) != 0x80) {
                return at;
            }
        }
        at += len;
    }
    return s.len;
}
