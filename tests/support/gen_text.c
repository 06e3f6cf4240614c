/* The basic rules of RFC 3261 25.1, drawn: white space, tokens, words, strings, comments, numbers, hosts, parameters. */
#include "gen.h"

#include <string.h>

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define TOKENS  LETTERS DIGITS "-.!%*_+`'~"
#define WORDS   TOKENS "()<>:\\\"/[]?{}"

gen gen_start(uint64_t seed, ss_buffer *b)
{
    static const unsigned spacings[] = { 0, 0, 5, 30, 100 };
    static const unsigned breadths[] = { 5, 15, 30, 50 };
    gen g = { .entropy = { .key = ss_mix_absorb(0x67656eu, seed) }, .b = b };
    g.spacing = spacings[gen_pick(&g, SS_COUNT(spacings))];
    g.breadth = breadths[gen_pick(&g, SS_COUNT(breadths))];
    return g;
}

unsigned gen_pick(gen *g, unsigned n)
{
    return (unsigned)(((ss_entropy_next(&g->entropy) >> 32) * n) >> 32);
}

bool gen_chance(gen *g, unsigned percent)
{
    return gen_pick(g, 100) < percent;
}

bool gen_has(gen *g)
{
    return gen_chance(g, g->breadth);
}

void gen_put(gen *g, const char *text)
{
    ss_put_text(g->b, text);
}

void gen_put_cased(gen *g, const char *text)
{
    const unsigned how = gen_pick(g, 4); /* mostly as it stands */
    for (; *text != '\0'; text++) {
        const bool is_lower = *text >= 'a' && *text <= 'z';
        const bool is_raised = how == 0 || (how == 1 && gen_chance(g, 50));
        ss_put_char(g->b, is_lower && is_raised ? (char)(*text - 'a' + 'A') : *text);
    }
}

void gen_one_of(gen *g, const char *const *words, unsigned count)
{
    gen_put(g, words[gen_pick(g, count)]);
}

void gen_run(gen *g, const char *alphabet, unsigned most)
{
    const unsigned size = (unsigned)strlen(alphabet);
    for (unsigned left = 1 + gen_pick(g, most); left > 0; left--) {
        ss_put_char(g->b, alphabet[gen_pick(g, size)]);
    }
}

/* ---- white space ---- */

static void put_space(gen *g)
{
    GEN_ONE_OF(g, " ", "\t", "  ", "\r\n ", " \r\n\t", "\t \r\n  ");
}

void gen_sws(gen *g)
{
    if (gen_chance(g, g->spacing)) {
        put_space(g);
    }
}

void gen_lws(gen *g)
{
    if (gen_chance(g, g->spacing)) {
        put_space(g);
    } else {
        gen_put(g, " ");
    }
}

void gen_mark(gen *g, char c)
{
    gen_sws(g);
    ss_put_char(g->b, c);
    gen_sws(g);
}

/* ---- tokens, words, strings ---- */

void gen_token(gen *g)
{
    gen_run(g, gen_chance(g, 20) ? TOKENS : LETTERS DIGITS, gen_chance(g, 5) ? 60 : 8);
}

void gen_name(gen *g)
{
    gen_run(g, LETTERS, 1);
    gen_run(g, LETTERS DIGITS, 7);
}

void gen_call_id(gen *g)
{
    const char *alphabet = gen_chance(g, 20) ? WORDS : LETTERS DIGITS "-.";
    gen_run(g, alphabet, 20);
    if (gen_has(g)) {
        gen_put(g, "@");
        gen_run(g, alphabet, 12);
    }
}

/* Characters beyond ASCII, of two, three and four bytes. */
static void put_nonascii(gen *g)
{
    GEN_ONE_OF(g, "\xc3\xa9", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xe2\x82\xac",
               "\xed\x9f\xbf", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf0\x9f\x93\x9e",
               "\xf4\x8f\xbf\xbf");
}

static void put_quoted_pair(gen *g)
{
    char c = (char)gen_pick(g, 0x80);
    c = c == '\r' || c == '\n' ? '"' : c;
    ss_put_char(g->b, '\\');
    ss_put_char(g->b, c);
}

void gen_quoted(gen *g)
{
    gen_put(g, "\"");
    for (unsigned left = gen_pick(g, gen_chance(g, 5) ? 80 : 8); left > 0; left--) {
        switch (gen_pick(g, 8)) {
        case 0:
            put_quoted_pair(g);
            break;
        case 1:
            put_nonascii(g);
            break;
        case 2:
            gen_lws(g);
            break;
        case 3:
            gen_run(g, "!#$%&'()*+,-./:;<=>?@[]^_`{|}~", 3);
            break;
        default:
            gen_run(g, LETTERS DIGITS, 4);
            break;
        }
    }
    gen_put(g, "\"");
}

void gen_comment(gen *g)
{
    unsigned depth = 1;
    gen_put(g, "(");
    for (unsigned left = gen_pick(g, 8); left > 0; left--) {
        switch (gen_pick(g, 7)) {
        case 0:
            put_quoted_pair(g);
            break;
        case 1:
            put_nonascii(g);
            break;
        case 2:
            gen_put(g, "(");
            depth++;
            break;
        case 3:
            gen_lws(g);
            break;
        case 4:
            gen_run(g, "!\"#$%&'*+,-./:;<=>?@[]^_`{|}~", 3);
            break;
        default:
            gen_token(g);
            break;
        }
    }
    for (; depth > 0; depth--) {
        gen_put(g, ")");
    }
}

void gen_text(gen *g)
{
    gen_token(g);
    for (unsigned left = gen_pick(g, 6); left > 0; left--) {
        if (gen_chance(g, 50)) {
            gen_lws(g);
        }
        if (gen_chance(g, 25)) {
            put_nonascii(g);
        } else {
            gen_run(g, LETTERS DIGITS "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", 8);
        }
    }
}

/* ---- numbers ---- */

void gen_number(gen *g, uint64_t low, uint64_t high)
{
    const uint64_t edges[] = { low, low + 1, high, high - 1, 2147483647, 2147483648u };
    uint64_t number = edges[gen_pick(g, SS_COUNT(edges))];
    if (number < low || number > high || gen_chance(g, 70)) {
        number = low + ss_entropy_next(&g->entropy) % (high - low + 1);
    }
    for (unsigned zeros = gen_chance(g, 5) ? gen_pick(g, 30) : 0; zeros > 0; zeros--) {
        gen_put(g, "0");
    }
    ss_put_u64(g->b, number);
}

void gen_digits(gen *g, unsigned count)
{
    for (; count > 0; count--) {
        gen_run(g, DIGITS, 1);
    }
}

void gen_hex(gen *g, unsigned count)
{
    for (; count > 0; count--) {
        gen_run(g, "0123456789abcdef", 1);
    }
}

/* ---- hosts ---- */

static void put_ipv4(gen *g)
{
    for (unsigned i = 0; i < 4; i++) {
        static const unsigned edges[] = { 0, 1, 9, 10, 99, 100, 192, 255 };
        ss_put_u64(g->b, edges[gen_pick(g, SS_COUNT(edges))]);
        gen_put(g, i < 3 ? "." : "");
    }
}

static void put_groups(gen *g, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        gen_put(g, i == 0 ? "" : ":");
        gen_run(g, "0123456789abcdefABCDEF", 4);
    }
}

void gen_ipv6(gen *g)
{
    const bool has_ipv4 = gen_chance(g, 25);
    const unsigned room = has_ipv4 ? 6 : 8;
    const bool has_gap = gen_chance(g, 70);
    const unsigned before = has_gap ? gen_pick(g, room) : room;
    const unsigned after = has_gap ? gen_pick(g, room - before) : 0;
    put_groups(g, before);
    gen_put(g, has_gap ? "::" : "");
    put_groups(g, after);
    if (has_ipv4) {
        gen_put(g, has_gap && after == 0 ? "" : ":");
        put_ipv4(g);
    }
}

static void put_hostname(gen *g)
{
    for (unsigned labels = gen_pick(g, 4); labels > 0; labels--) {
        gen_run(g, LETTERS DIGITS, 6);
        if (gen_chance(g, 20)) {
            gen_put(g, "-");
            gen_run(g, LETTERS DIGITS, 3);
        }
        gen_put(g, ".");
    }
    gen_name(g);
    gen_put(g, gen_chance(g, 10) ? "." : "");
}

void gen_host(gen *g)
{
    switch (gen_pick(g, 4)) {
    case 0:
        put_ipv4(g);
        break;
    case 1:
        gen_put(g, "[");
        gen_ipv6(g);
        gen_put(g, "]");
        break;
    default:
        put_hostname(g);
        break;
    }
}

void gen_port(gen *g)
{
    gen_number(g, 1, 65535);
}

/* ---- parameters ---- */

void gen_param(gen *g, const char *name)
{
    gen_mark(g, ';');
    gen_put_cased(g, name);
    gen_mark(g, '=');
}

void gen_params(gen *g)
{
    for (unsigned i = 0; i < 4 && gen_has(g); i++) {
        gen_mark(g, ';');
        gen_put_cased(g, "g");
        ss_put_u64(g->b, i);
        if (gen_chance(g, 30)) {
            gen_put(g, "-");
            gen_token(g);
        }
        switch (gen_pick(g, 4)) {
        case 0:
            continue;
        case 1:
            gen_mark(g, '=');
            gen_quoted(g);
            break;
        case 2:
            gen_mark(g, '=');
            gen_host(g);
            break;
        default:
            gen_mark(g, '=');
            gen_token(g);
            break;
        }
    }
}
