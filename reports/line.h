/* A line of text in memory that is known to be large enough: each function writes at `p` and returns where it ended. For files of
 * millions of lines, where nothing is to be asked twice. Keys are literals, so that their length is known.
 */
#ifndef LINE_H
#define LINE_H

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "ss/base.h"

/* The most of a name that is written: the names that there are are shorter. */
#define LINE_NAME_MAX 96u

static const char line_hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202"
                               "122232425262728292a2b2c2d2e2f"
                               "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505"
                               "152535455565758595a5b5c5d5e5f"
                               "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808"
                               "182838485868788898a8b8c8d8e8f"
                               "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b"
                               "1b2b3b4b5b6b7b8b9babbbcbdbebf"
                               "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e"
                               "1e2e3e4e5e6e7e8e9eaebecedeeef"
                               "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";
static const char line_decimal[] = "000102030405060708091011121314151617181920212223242526272829303"
                                   "132333435363738394041424344454647"
                                   "484950515253545556575859606162636465666768697071727374757677787"
                                   "980818283848586878889909192939495"
                                   "96979899";

static inline char *line_bytes(char *p, const char *text, size_t len)
{
    memcpy(p, text, len);
    return p + len;
}

/** A string literal. */
#define LINE_PUT(p, literal) line_bytes(p, "" literal, sizeof(literal) - 1)

static inline char *line_slice(char *p, ss_slice s)
{
    return line_bytes(p, s.at, s.len < LINE_NAME_MAX ? s.len : LINE_NAME_MAX);
}

static inline char *line_text(char *p, const char *text)
{
    return line_slice(p, (ss_slice){ text, strlen(text) });
}

/* Two digits, of a number below 100. */
static inline char *line_pair(char *p, uint64_t value)
{
    memcpy(p, line_decimal + 2 * value, 2);
    return p + 2;
}

/* At most 20 digits; 20 bytes are written in any case. */
static inline char *line_long(char *p, uint64_t value)
{
    char digits[40] = { 0 }; /* the second half is copied, and written over later */
    size_t at = 20;
    while (value >= 100) {
        at -= 2;
        (void)line_pair(digits + at, value % 100);
        value /= 100;
    }
    at -= 2;
    (void)line_pair(digits + at, value);
    at += value < 10;
    memcpy(p, digits + at, 20);
    return p + (20 - at);
}

/* From 10. */
static inline char *line_more(char *p, uint64_t value)
{
    if (value >= 10000) {
        return line_long(p, value);
    }
    const uint32_t below = (uint32_t)value, high = below / 100;
    if (below >= 1000) {
        return line_pair(line_pair(p, high), below % 100);
    }
    if (below >= 100) {
        *p = (char)('0' + high);
        return line_pair(p + 1, below % 100);
    }
    return line_pair(p, below);
}

/** At most 20 digits, mostly one, and seldom more than four; 20 bytes may be written. */
static inline char *line_u64(char *p, uint64_t value)
{
    if (value >= 10) {
        return line_more(p, value);
    }
    *p = (char)('0' + value);
    return p + 1;
}

/** 16 digits. */
static inline char *line_hex64_by_pairs(char *p, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++) {
        memcpy(p + 2 * i, line_hex + 2 * (value >> (56 - 8 * i) & 255u), 2);
    }
    return p + 16;
}

#if defined(__SSE2__)
/* All at once: nibbles apart to a byte each, high before low; those above 9 are letters. */
static inline char *line_hex64(char *p, uint64_t value)
{
    const __m128i bytes = _mm_cvtsi64_si128((long long)__builtin_bswap64(value));
    const __m128i nibble = _mm_set1_epi8(15);
    const __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), nibble);
    const __m128i all = _mm_unpacklo_epi8(high, _mm_and_si128(bytes, nibble));
    const __m128i letters =
        _mm_and_si128(_mm_cmpgt_epi8(all, _mm_set1_epi8(9)), _mm_set1_epi8('a' - '0' - 10));
    const __m128i text = _mm_add_epi8(_mm_add_epi8(all, _mm_set1_epi8('0')), letters);
    _mm_storeu_si128((__m128i *)(void *)p, text);
    return p + 16;
}
#else
static inline char *line_hex64(char *p, uint64_t value)
{
    return line_hex64_by_pairs(p, value);
}
#endif

/* Members of an object behind the first one. */
#define LINE_KEY(p, key)           LINE_PUT(p, ",\"" key "\":")
#define LINE_NUMBER(p, key, value) line_u64(LINE_KEY(p, key), value)
#define LINE_TEXT(p, key, value) \
    line_bytes(line_text(LINE_PUT(p, ",\"" key "\":\""), value), "\"", 1)
#define LINE_SLICE(p, key, value) \
    line_bytes(line_slice(LINE_PUT(p, ",\"" key "\":\""), value), "\"", 1)
#define LINE_HASH(p, key, value) \
    line_bytes(line_hex64(LINE_PUT(p, ",\"" key "\":\""), value), "\"", 1)
#define LINE_TRUTH(p, key, value) \
    ((value) ? LINE_PUT(p, ",\"" key "\":true") : LINE_PUT(p, ",\"" key "\":false"))

#endif
