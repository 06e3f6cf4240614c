/* Names and records as people write them: the master-file form of RFC 1035 5.1, one record a line, whole names only. */
#include "sn/dns.h"

#include <string.h>

static const struct {
    const char *name;
    uint16_t number;
} types[] = {
#define TYPE_ROW(name, number) { #name, number },
    SN_DNS_TYPE_LIST(TYPE_ROW)
};

const char *sn_dns_type_name(unsigned type)
{
    for (size_t i = 0; i < SS_COUNT(types); i++) {
        if (types[i].number == type) {
            return types[i].name;
        }
    }
    return NULL;
}

/* ---- names ---- */

static bool is_letter_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

ss_status sn_dns_name_from(ss_slice text, ss_buffer *b)
{
    const size_t start = b->len;
    if (ss_slice_eq(text, SS_LIT("."))) {
        ss_put_char(b, 0);
        return SS_OK;
    }
    while (text.len > 0) {
        const size_t dot = ss_slice_find(text, '.');
        if (dot == 0 || dot > 63) {
            return SS_ERR_SYNTAX;
        }
        ss_put_char(b, (char)dot);
        for (size_t i = 0; i < dot; i++) {
            if (!is_letter_digit(text.at[i])) {
                return SS_ERR_SYNTAX;
            }
            const char c = text.at[i];
            ss_put_char(b, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
        }
        text = dot < text.len ? ss_slice_cut(text, dot + 1, text.len) : SS_EMPTY;
    }
    ss_put_char(b, 0);
    const size_t len = b->len - start;
    return len < 2 || len > SN_DNS_NAME_MAX ? SS_ERR_SYNTAX : SS_OK;
}

static void put_label_byte(ss_buffer *b, char c)
{
    const unsigned value = (unsigned char)c;
    if (is_letter_digit(c)) {
        ss_put_char(b, c);
        return;
    }
    ss_put_char(b, '\\');
    ss_put_char(b, (char)('0' + value / 100));
    ss_put_char(b, (char)('0' + value / 10 % 10));
    ss_put_char(b, (char)('0' + value % 10));
}

void sn_dns_put_name(ss_buffer *b, ss_slice name)
{
    if (name.len <= 1) {
        ss_put_char(b, '.');
        return;
    }
    for (size_t at = 0; at < name.len && name.at[at] != 0;) {
        const size_t label = (unsigned char)name.at[at];
        ss_put_text(b, at == 0 ? "" : ".");
        for (size_t i = 1; i <= label; i++) {
            put_label_byte(b, name.at[at + i]);
        }
        at += label + 1;
    }
}

/* ---- a line, word by word ---- */

typedef struct words {
    ss_slice line;
    size_t at;
    ss_arena *arena;
    sn_dns_flaw flaw; /* message NULL: none so far */
} words;

static void flaw_at(words *w, size_t from, size_t length, const char *message)
{
    if (w->flaw.message == NULL) {
        w->flaw = (sn_dns_flaw){ from, length, message };
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static size_t skip_blanks(words *w)
{
    while (w->at < w->line.len && is_blank(w->line.at[w->at])) {
        w->at++;
    }
    return w->at;
}

/* The next word, empty behind the last. */
static ss_slice next_word(words *w)
{
    const size_t from = skip_blanks(w);
    while (w->at < w->line.len && !is_blank(w->line.at[w->at])) {
        w->at++;
    }
    return ss_slice_cut(w->line, from, w->at);
}

static uint32_t take_number(words *w, uint64_t max, const char *message)
{
    uint64_t value = 0;
    const ss_slice word = next_word(w);
    if (ss_slice_to_u64(word, max, &value) != SS_OK) {
        flaw_at(w, w->at - word.len, word.len, message);
    }
    return (uint32_t)value;
}

static ss_slice take_name(words *w)
{
    const ss_slice word = next_word(w);
    ss_buffer b = ss_buffer_open(w->arena);
    if (sn_dns_name_from(word, &b) != SS_OK || b.overflow) {
        flaw_at(
            w, w->at - word.len, word.len,
            "a whole name is wanted here: labels of letters, digits, - and _, with dots between");
        return SS_EMPTY;
    }
    return ss_buffer_keep(w->arena, &b);
}

/* RFC 1035 5.1 in quotes, or a word. */
static ss_slice take_string(words *w)
{
    static const char message[] = "a text in quotes is wanted here, of 255 bytes at most";
    const size_t from = skip_blanks(w);
    ss_slice text;
    if (from < w->line.len && w->line.at[from] == '"') {
        const ss_slice rest = ss_slice_cut(w->line, from + 1, w->line.len);
        const size_t end = ss_slice_find(rest, '"');
        w->at = end < rest.len ? from + end + 2 : w->line.len;
        if (end == rest.len) {
            flaw_at(w, from, w->line.len - from, message);
        }
        text = ss_slice_cut(rest, 0, end);
    } else {
        text = next_word(w);
        if (text.len == 0 || ss_slice_find(text, '"') < text.len) {
            flaw_at(w, from, w->at - from, message);
        }
    }
    if (text.len > 255) {
        flaw_at(w, from, w->at - from, message);
    }
    return text.len == 0 ? SS_EMPTY : ss_arena_copy(w->arena, text);
}

/* ---- addresses ---- */

static bool read_ipv4(ss_slice word, uint8_t *out)
{
    for (unsigned i = 0; i < 4; i++) {
        const size_t dot = ss_slice_find(word, '.');
        uint64_t value = 0;
        if ((i < 3) == (dot == word.len) ||
            ss_slice_to_u64(ss_slice_cut(word, 0, dot), 255, &value) != SS_OK) {
            return false;
        }
        out[i] = (uint8_t)value;
        word = dot < word.len ? ss_slice_cut(word, dot + 1, word.len) : SS_EMPTY;
    }
    return true;
}

static int hex_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Groups of hexadecimal digits up to a "::" or the end; how many, or -1. */
static int read_groups(ss_slice word, uint8_t *out)
{
    int groups = 0;
    while (word.len > 0 && groups < 8) {
        const size_t colon = ss_slice_find(word, ':');
        unsigned value = 0;
        if (colon == 0 || colon > 4 || colon + 1 == word.len) {
            return -1;
        }
        for (size_t i = 0; i < colon; i++) {
            const int digit = hex_of(word.at[i]);
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | (unsigned)digit;
        }
        out[2 * groups] = (uint8_t)(value >> 8);
        out[2 * groups + 1] = (uint8_t)value;
        groups++;
        word = colon < word.len ? ss_slice_cut(word, colon + 1, word.len) : SS_EMPTY;
    }
    return word.len == 0 ? groups : -1;
}

static bool read_ipv6(ss_slice word, uint8_t *out)
{
    uint8_t tail[16] = { 0 };
    size_t gap = 0;
    while (gap + 1 < word.len && (word.at[gap] != ':' || word.at[gap + 1] != ':')) {
        gap++;
    }
    memset(out, 0, 16);
    if (gap + 1 >= word.len) {
        return read_groups(word, out) == 8;
    }
    const int before = read_groups(ss_slice_cut(word, 0, gap), out);
    const int after = read_groups(ss_slice_cut(word, gap + 2, word.len), tail);
    if (before < 0 || after < 0 || before + after > 7) {
        return false;
    }
    memcpy(out + 16 - 2 * after, tail, 2 * (size_t)after);
    return true;
}

static void take_address(words *w, sn_dns_record *r)
{
    const ss_slice word = next_word(w);
    if (r->type == SN_DNS_A ? !read_ipv4(word, r->a) : !read_ipv6(word, r->aaaa)) {
        flaw_at(w, w->at - word.len, word.len,
                r->type == SN_DNS_A ? "an IPv4 address is wanted here"
                                    : "an IPv6 address is wanted here, in hexadecimal");
    }
}

/* ---- records ---- */

#define NUMBER_16 "a number of 0 to 65535 is wanted here"
#define NUMBER_32 "a number of 32 bits is wanted here"

static void take_data(words *w, sn_dns_record *r)
{
    switch (r->type) {
    case SN_DNS_A:
    case SN_DNS_AAAA:
        take_address(w, r);
        break;
    case SN_DNS_SRV:
        r->srv.priority = (uint16_t)take_number(w, 65535, NUMBER_16);
        r->srv.weight = (uint16_t)take_number(w, 65535, NUMBER_16);
        r->srv.port = (uint16_t)take_number(w, 65535, NUMBER_16);
        r->srv.target = take_name(w);
        break;
    case SN_DNS_NAPTR:
        r->naptr.order = (uint16_t)take_number(w, 65535, NUMBER_16);
        r->naptr.preference = (uint16_t)take_number(w, 65535, NUMBER_16);
        r->naptr.flags = take_string(w);
        r->naptr.service = take_string(w);
        r->naptr.regexp = take_string(w);
        r->naptr.replacement = take_name(w);
        break;
    case SN_DNS_SOA:
        r->soa.server = take_name(w);
        r->soa.mailbox = take_name(w);
        r->soa.serial = take_number(w, UINT32_MAX, NUMBER_32);
        r->soa.refresh = take_number(w, UINT32_MAX, NUMBER_32);
        r->soa.retry = take_number(w, UINT32_MAX, NUMBER_32);
        r->soa.expire = take_number(w, UINT32_MAX, NUMBER_32);
        r->soa.minimum = take_number(w, UINT32_MAX, NUMBER_32);
        break;
    default:
        r->target = take_name(w);
        break;
    }
}

static void take_type(words *w, sn_dns_record *r)
{
    ss_slice word = next_word(w);
    if (ss_slice_eq_nocase(word, SS_LIT("IN"))) {
        word = next_word(w);
    }
    for (size_t i = 0; i < SS_COUNT(types); i++) {
        if (ss_slice_eq_nocase(word, ss_slice_from(types[i].name))) {
            r->type = types[i].number;
            return;
        }
    }
    flaw_at(w, w->at - word.len, word.len,
            "a type is wanted here: A, AAAA, SRV, NAPTR, CNAME, NS or SOA");
}

bool sn_dns_record_from(ss_slice line, ss_arena *arena, sn_dns_record *r, sn_dns_flaw *flaw)
{
    words w = { .line = line, .arena = arena };
    *r = (sn_dns_record){ .class = SN_DNS_CLASS_IN };
    r->name = take_name(&w);
    r->ttl = take_number(&w, INT32_MAX, "how long it may be kept is wanted here, in seconds");
    take_type(&w, r);
    if (w.flaw.message == NULL) {
        take_data(&w, r);
    }
    const ss_slice more = next_word(&w);
    if (more.len > 0) {
        flaw_at(&w, w.at - more.len, line.len - (w.at - more.len), "nothing more is wanted here");
    }
    *flaw = w.flaw;
    return w.flaw.message == NULL;
}

static void put_address(ss_buffer *b, const sn_dns_record *r)
{
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < 4 && r->type == SN_DNS_A; i++) {
        ss_put_text(b, i == 0 ? "" : ".");
        ss_put_u64(b, r->a[i]);
    }
    for (unsigned i = 0; i < 8 && r->type == SN_DNS_AAAA; i++) {
        const unsigned group = (unsigned)r->aaaa[2 * i] << 8 | r->aaaa[2 * i + 1];
        ss_put_text(b, i == 0 ? "" : ":");
        for (unsigned shift = 16; shift > 0; shift -= 4) {
            ss_put_char(b, digits[group >> (shift - 4) & 15]);
        }
    }
}

static void put_number(ss_buffer *b, uint64_t value)
{
    ss_put_u64(b, value);
    ss_put_char(b, ' ');
}

static void put_quoted(ss_buffer *b, ss_slice text)
{
    ss_put_char(b, '"');
    ss_put(b, text);
    ss_put_text(b, "\" ");
}

static void put_whole(ss_buffer *b, ss_slice name)
{
    sn_dns_put_name(b, name);
    ss_put_text(b, name.len > 1 ? "." : "");
}

void sn_dns_put_record(ss_buffer *b, const sn_dns_record *r)
{
    put_whole(b, r->name);
    ss_put_char(b, ' ');
    put_number(b, r->ttl);
    ss_put_text(b, sn_dns_type_name(r->type) == NULL ? "OTHER" : sn_dns_type_name(r->type));
    ss_put_char(b, ' ');
    if (r->type == SN_DNS_A || r->type == SN_DNS_AAAA) {
        put_address(b, r);
    } else if (r->type == SN_DNS_SRV) {
        put_number(b, r->srv.priority);
        put_number(b, r->srv.weight);
        put_number(b, r->srv.port);
        put_whole(b, r->srv.target);
    } else if (r->type == SN_DNS_NAPTR) {
        put_number(b, r->naptr.order);
        put_number(b, r->naptr.preference);
        put_quoted(b, r->naptr.flags);
        put_quoted(b, r->naptr.service);
        put_quoted(b, r->naptr.regexp);
        put_whole(b, r->naptr.replacement);
    } else if (r->type == SN_DNS_SOA) {
        put_whole(b, r->soa.server);
        ss_put_char(b, ' ');
        put_whole(b, r->soa.mailbox);
        ss_put_char(b, ' ');
        put_number(b, r->soa.serial);
        put_number(b, r->soa.refresh);
        put_number(b, r->soa.retry);
        put_number(b, r->soa.expire);
        ss_put_u64(b, r->soa.minimum);
    } else if (r->type == SN_DNS_NS || r->type == SN_DNS_CNAME) {
        put_whole(b, r->target);
    }
}
