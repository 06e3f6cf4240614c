/* Scanners that go by blocks and scanners that go byte by byte give the same: every length around a block, every place, on
 * copies of exactly their size, so that a byte read outside is seen by the sanitizer. */
#include "check.h"
#include "scalar_scanners.h"

#include "stack/msg/lex.h"

#include <stdlib.h>
#include <string.h>

enum { LENGTH_MAX = 90, ROUNDS = 5 };

static void check_same(ss_slice s, size_t at)
{
    static const unsigned classes[] = { LEX_TOKEN, LEX_WORD,   LEX_USER,  LEX_PARAM,
                                        LEX_URIC,  LEX_QDTEXT, LEX_DIGIT, LEX_WSP };
    for (size_t i = 0; i < SS_COUNT(classes); i++) {
        CHECK_EQ(ss_lex_run(s, at, classes[i]), scalar_run(s, at, classes[i]));
        CHECK_EQ(ss_lex_run_escaped(s, at, classes[i]), scalar_run_escaped(s, at, classes[i]));
    }
    CHECK_EQ(ss_lex_host(s, at), scalar_host(s, at));
    CHECK_EQ(ss_lex_control(s, at), scalar_control(s, at));
    CHECK_EQ(ss_lex_find(s, at, '@'), scalar_find(s, at, '@'));
    CHECK_EQ(ss_lex_find(s, at, '.'), scalar_find(s, at, '.'));
}

/* The same text as a message has it: with bytes behind it that may be loaded. */
static void check_same_in_message(ss_slice s, size_t at)
{
    static const unsigned classes[] = { LEX_TOKEN, LEX_WORD, LEX_USER, LEX_PARAM, LEX_URIC };
    char memory[2 * LENGTH_MAX];
    memset(memory, 'x', sizeof memory);
    memcpy(memory, s.at, s.len);
    const lex_text t = { memory, s.len, s.len + LENGTH_MAX / 2 };
    for (size_t i = 0; i < SS_COUNT(classes); i++) {
        CHECK_EQ(lex_run(&t, at, classes[i]), scalar_run(s, at, classes[i]));
        CHECK_EQ(lex_run_escaped(&t, at, classes[i]), scalar_run_escaped(s, at, classes[i]));
    }
    CHECK_EQ(ss_lex_host_text(&t, at), scalar_host(s, at));
    CHECK_EQ(ss_lex_quoted_text(&t, at), scalar_quoted(s, at));
    CHECK_EQ(lex_next_mark(&t, at), scalar_next_mark(s, at));
    CHECK_EQ(lex_odd(s, at), scalar_odd(s, at));
}

static void check_at_every_place(const char *bytes, size_t len)
{
    char *exact = malloc(len == 0 ? 1 : len);
    CHECK(exact != NULL);
    memcpy(exact, bytes, len);
    for (size_t at = 0; at <= len; at++) {
        check_same((ss_slice){ exact, len }, at);
        check_same_in_message((ss_slice){ exact, len }, at);
    }
    free(exact);
}

/* Mostly letters; a few marks, so that runs and hosts are long, and end everywhere. */
static char any_byte(ss_entropy *entropy)
{
    static const char marks[] = "..--09@%;:[]/_\t\r\n\x7f\x80\xff ,<\"";
    const uint64_t draw = ss_entropy_next(entropy);
    return draw % 16 == 0 ? marks[(draw >> 8) % (sizeof marks - 1)]
                          : (char)('a' + (draw >> 8) % 26);
}

TEST(blocks_and_bytes_agree_on_text_of_every_length)
{
    ss_entropy entropy = { .key = 2026 };
    char bytes[LENGTH_MAX];
    for (size_t len = 0; len <= LENGTH_MAX; len++) {
        for (int round = 0; round < ROUNDS; round++) {
            for (size_t i = 0; i < len; i++) {
                bytes[i] = any_byte(&entropy);
            }
            check_at_every_place(bytes, len);
        }
    }
}

TEST(blocks_and_bytes_agree_on_every_byte_at_every_place_of_a_block)
{
    char bytes[40];
    for (int c = 0; c < 256; c++) {
        for (size_t place = 0; place < sizeof bytes; place += 3) {
            memset(bytes, 'x', sizeof bytes);
            bytes[place] = (char)c;
            check_same((ss_slice){ bytes, sizeof bytes }, 0);
            check_same((ss_slice){ bytes, sizeof bytes }, place);
        }
    }
}

TEST(blocks_and_bytes_agree_on_hosts_with_a_mark_anywhere)
{
    static const char marks[] = ".-1[";
    char bytes[70];
    for (size_t len = 1; len <= sizeof bytes; len++) {
        for (size_t place = 0; place < len; place++) {
            for (size_t m = 0; m < sizeof marks - 1; m++) {
                memset(bytes, 'h', len);
                bytes[len / 2] = '.';
                bytes[place] = marks[m];
                check_same((ss_slice){ bytes, len }, 0);
            }
        }
    }
}
