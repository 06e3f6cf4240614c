/* Numeric hosts: IPv4 and IPv6 literals as RFC 3261 25.1 spells them, read and printed (RFC 5952 for IPv6, so that one address
 * has one text). Names are not resolved here, nor anywhere in the stack. */
#include "ss/transport.h"

#include <string.h>

enum { IPV6_WORDS = 8 };

static size_t ip_len(const ss_address *a)
{
    return a->family == 4 ? 4 : 16;
}

bool ss_address_same_host(const ss_address *a, const ss_address *b)
{
    return a->family == b->family && a->family != 0 && memcmp(a->ip, b->ip, ip_len(a)) == 0;
}

bool ss_address_equal(const ss_address *a, const ss_address *b)
{
    return ss_address_same_host(a, b) && a->port == b->port;
}

uint32_t ss_address_hash(const ss_address *a)
{
    const size_t length = a->family == 4 ? 4 : sizeof a->ip;
    uint64_t h = (uint64_t)a->family << 16 | a->port;
    for (size_t i = 0; i < length; i++) {
        h = ss_mix_absorb(h, a->ip[i]);
    }
    return (uint32_t)h == 0 ? 1 : (uint32_t)h;
}

/* ---- reading ---- */

/* IPv4address = 1*3DIGIT "." 1*3DIGIT "." 1*3DIGIT "." 1*3DIGIT */
static bool read_v4(ss_slice text, uint8_t ip[4])
{
    size_t at = 0;
    for (unsigned i = 0; i < 4; i++) {
        const size_t from = at;
        unsigned byte = 0, digit;
        while (at < text.len && at < from + 3 &&
               (digit = (unsigned char)(text.at[at] - '0')) <= 9) {
            byte = byte * 10 + digit;
            at++;
        }
        if (at == from || byte > 255 || (i < 3 && (at == text.len || text.at[at++] != '.'))) {
            return false;
        }
        ip[i] = (uint8_t)byte;
    }
    return at == text.len;
}

/* hex4 = 1*4HEXDIG */
static bool read_hex4(ss_slice text, uint16_t *word)
{
    unsigned value = 0;
    for (size_t i = 0; i < text.len; i++) {
        const int digit = ss_hex_digit(text.at[i]);
        if (digit < 0) {
            return false;
        }
        value = value << 4 | (unsigned)digit;
    }
    *word = (uint16_t)value;
    return text.len >= 1 && text.len <= 4;
}

/* hexseq, its last piece possibly an IPv4 address when it ends the literal: at most `max` words. -1 when malformed, else the
 * count. */
static int read_words(ss_slice text, bool is_end, uint16_t *words, int max)
{
    int count = 0;
    while (text.len > 0) {
        const size_t colon = ss_slice_find(text, ':');
        const ss_slice piece = ss_slice_cut(text, 0, colon);
        uint8_t v4[4];
        if (is_end && colon == text.len && count + 2 <= max && read_v4(piece, v4)) {
            words[count] = (uint16_t)(v4[0] << 8 | v4[1]);
            words[count + 1] = (uint16_t)(v4[2] << 8 | v4[3]);
            return count + 2;
        }
        if (count == max || !read_hex4(piece, &words[count])) {
            return -1;
        }
        count++;
        if (colon + 1 == text.len) {
            return -1; /* ends with a single colon */
        }
        text = ss_slice_cut(text, colon == text.len ? colon : colon + 1, text.len);
    }
    return count;
}

static size_t find_double_colon(ss_slice text)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.at[i] == ':' && text.at[i + 1] == ':') {
            return i;
        }
    }
    return text.len;
}

/* What stands behind a "::". RFC5118:4.10 a third colon is tolerated before an IPv4 address. */
static ss_slice behind_gap(ss_slice text, size_t gap)
{
    const ss_slice behind = ss_slice_cut(text, gap + 2, text.len);
    uint8_t v4[4];
    const bool is_third =
        behind.len > 0 && behind.at[0] == ':' && read_v4(ss_slice_cut(behind, 1, behind.len), v4);
    return is_third ? ss_slice_cut(behind, 1, behind.len) : behind;
}

static bool read_v6(ss_slice text, uint8_t ip[16])
{
    uint16_t words[IPV6_WORDS] = { 0 };
    const size_t gap = find_double_colon(text);
    const int head = read_words(ss_slice_cut(text, 0, gap), gap == text.len, words, IPV6_WORDS);
    if (head < 0 || (gap == text.len && head != IPV6_WORDS)) {
        return false;
    }
    if (gap < text.len) {
        uint16_t tail_words[IPV6_WORDS] = { 0 };
        const int room = IPV6_WORDS - 1 - head; /* "::" stands for one word at least */
        const int tail = read_words(behind_gap(text, gap), true, tail_words, room < 0 ? 0 : room);
        if (tail < 0 || room < 0) {
            return false;
        }
        for (int i = 0; i < tail; i++) {
            words[IPV6_WORDS - tail + i] = tail_words[i];
        }
    }
    for (unsigned i = 0; i < IPV6_WORDS; i++) {
        ip[2 * i] = (uint8_t)(words[i] >> 8);
        ip[2 * i + 1] = (uint8_t)words[i];
    }
    return true;
}

ss_status ss_address_from(ss_slice host, uint16_t port, ss_address *out)
{
    *out = (ss_address){ .port = port };
    if (read_v4(host, out->ip)) {
        out->family = 4;
        return SS_OK;
    }
    if (host.len >= 2 && host.at[0] == '[' && host.at[host.len - 1] == ']') {
        host = ss_slice_cut(host, 1, host.len - 1);
    }
    if (host.len > 0 && read_v6(host, out->ip)) {
        out->family = 6;
        return SS_OK;
    }
    *out = (ss_address){ .port = 0 };
    return SS_NONE;
}

/* ---- printing ---- */

static uint16_t word_of(const ss_address *a, unsigned i)
{
    return (uint16_t)(a->ip[2 * i] << 8 | a->ip[2 * i + 1]);
}

/* RFC5952:4.2 the longest run of at least two zero words, the first of equals: [*from, *to). */
static void find_zero_run(const ss_address *a, unsigned *from, unsigned *to)
{
    *from = *to = IPV6_WORDS;
    unsigned start = 0;
    for (unsigned i = 0; i < IPV6_WORDS; i++) {
        if (word_of(a, i) != 0) {
            start = i + 1;
        } else if (i + 1 - start >= 2 && i + 1 - start > *to - *from) {
            *from = start;
            *to = i + 1;
        }
    }
}

static void put_word(ss_buffer *b, uint16_t word)
{
    unsigned digits = 1;
    while (digits < 4 && word >> (4 * digits) != 0) {
        digits++;
    }
    ss_put_hex(b, word, digits);
}

static void put_v6(ss_buffer *b, const ss_address *a)
{
    unsigned from, to;
    find_zero_run(a, &from, &to);
    ss_put_char(b, '[');
    for (unsigned i = 0; i < IPV6_WORDS; i++) {
        if (i == from) {
            ss_put_text(b, "::");
            i = to - 1;
            continue;
        }
        if (i != 0 && i != to) {
            ss_put_char(b, ':');
        }
        put_word(b, word_of(a, i));
    }
    ss_put_char(b, ']');
}

static char *write_octet(char *at, unsigned octet)
{
    if (octet >= 100) {
        *at++ = (char)('0' + octet / 100);
    }
    if (octet >= 10) {
        *at++ = (char)('0' + octet / 10 % 10);
    }
    *at++ = (char)('0' + octet % 10);
    return at;
}

/* By hand, as most messages have a dozen of them. */
static void put_v4(ss_buffer *b, const ss_address *a)
{
    char text[sizeof "255.255.255.255"];
    char *at = write_octet(text, a->ip[0]);
    for (unsigned i = 1; i < 4; i++) {
        *at++ = '.';
        at = write_octet(at, a->ip[i]);
    }
    ss_put(b, (ss_slice){ text, (size_t)(at - text) });
}

void ss_put_host(ss_buffer *b, const ss_address *a)
{
    SS_ASSERT(a->family == 4 || a->family == 6);
    if (a->family == 6) {
        put_v6(b, a);
    } else {
        put_v4(b, a);
    }
}

void ss_put_host_port(ss_buffer *b, const ss_address *a)
{
    ss_put_host(b, a);
    ss_put_char(b, ':');
    ss_put_u64(b, a->port);
}
