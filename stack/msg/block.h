/* Sixteen bytes at a time, where the processor can: which of them are of some kind, as 16 bits, the first byte lowest. SSE2
 * is part of every x86-64. Everywhere else, and with SS_LEX_SCALAR, LEX_BLOCK is 0 and the scanners of lex.h go byte by byte;
 * both give the same results, which a test holds. A block is loaded only where 16 bytes may be (lex_text). Private to
 * stack/msg. */
#ifndef SS_MSG_BLOCK_H
#define SS_MSG_BLOCK_H

#include "ss/base.h"

#if defined(__SSE2__) && !defined(SS_LEX_SCALAR)
#define LEX_BLOCK 16u
#include <emmintrin.h>

typedef __m128i lex_block;

static inline lex_block lex_block_load(const char *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static inline unsigned lex_block_bits(lex_block truth)
{
    return (unsigned)_mm_movemask_epi8(truth);
}

static inline lex_block lex_block_equal(lex_block x, char c)
{
    return _mm_cmpeq_epi8(x, _mm_set1_epi8(c));
}

/* from <= byte <= from + span, without sign */
static inline lex_block lex_block_within(lex_block x, char from, char span)
{
    const lex_block above = from == 0 ? x : _mm_sub_epi8(x, _mm_set1_epi8(from));
    return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(span)), above);
}

static inline unsigned lex_block_finds(const char *at, char c)
{
    return lex_block_bits(lex_block_equal(lex_block_load(at), c));
}

/* Control characters but HTAB. */
static inline unsigned lex_block_controls(const char *at)
{
    const lex_block x = lex_block_load(at);
    const lex_block low = _mm_andnot_si128(lex_block_equal(x, '\t'), lex_block_within(x, 0, 0x1f));
    return lex_block_bits(_mm_or_si128(low, lex_block_equal(x, 0x7f)));
}

/* Control characters, HTAB among them: what the end of a line is looked for among. */
static inline unsigned lex_block_odd(const char *at)
{
    const lex_block x = lex_block_load(at);
    return lex_block_bits(_mm_or_si128(lex_block_within(x, 0, 0x1f), lex_block_equal(x, 0x7f)));
}

/* Letters, digits, '-' and '.': the bytes of nearly every name, number, tag and branch. */
static inline lex_block lex_block_names(lex_block x)
{
    const lex_block letters = lex_block_within(_mm_or_si128(x, _mm_set1_epi8(0x20)), 'a', 25);
    const lex_block digits =
        _mm_andnot_si128(lex_block_equal(x, '/'), lex_block_within(x, '-', '9' - '-'));
    return _mm_or_si128(letters, digits);
}

static inline unsigned lex_block_not_names(const char *at)
{
    return lex_block_bits(lex_block_names(lex_block_load(at))) ^ 0xffffu;
}

/* '-' and '.' */
static inline unsigned lex_block_label_marks(const char *at)
{
    return lex_block_bits(lex_block_within(lex_block_load(at), '-', 1));
}

static inline unsigned lex_block_digits(const char *at)
{
    return lex_block_bits(lex_block_within(lex_block_load(at), '0', 9));
}

/* Quotes, backslashes and control characters. */
static inline unsigned lex_block_ends_of_text(const char *at)
{
    const lex_block x = lex_block_load(at);
    return lex_block_bits(_mm_or_si128(lex_block_equal(x, '"'), lex_block_equal(x, '\\'))) |
           lex_block_odd(at);
}

/* What a walk along a comma list stops at. */
static inline unsigned lex_block_list_marks(const char *at)
{
    const lex_block x = lex_block_load(at);
    return lex_block_bits(_mm_or_si128(
        lex_block_equal(x, ','), _mm_or_si128(lex_block_equal(x, '"'), lex_block_equal(x, '<'))));
}

/* The first `len` bytes (16 at most) of two words in letters and hyphens are the same but for case. Of the first, a byte that is
 * no letter is no control character. */
static inline bool lex_block_says(const char *at, const char *word, size_t len)
{
    const lex_block fold = _mm_set1_epi8(0x20);
    const lex_block same = _mm_cmpeq_epi8(_mm_or_si128(lex_block_load(at), fold),
                                          _mm_or_si128(lex_block_load(word), fold));
    return (~lex_block_bits(same) & ((1u << len) - 1)) == 0;
}
#else
#define LEX_BLOCK 0u
#endif

#endif
