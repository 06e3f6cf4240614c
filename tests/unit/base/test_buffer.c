/* The buffer: what fits is printed, what does not sets a flag, and no byte past the end is ever touched. */
#include "check.h"

#include <string.h>

static void print_all(ss_buffer *b)
{
    ss_put(b, SS_LIT("SIP/2.0"));
    ss_put_char(b, ' ');
    ss_put_u64(b, 0);
    ss_put_u64(b, UINT64_MAX);
    ss_put_hex(b, 0xabc, 6);
    ss_put_text(b, " ok");
    ss_put(b, SS_EMPTY);
}

TEST(buffer_every_size_from_zero_holds_a_prefix_or_all)
{
    static const char whole[] = "SIP/2.0 018446744073709551615000abc ok";
    const size_t len = sizeof whole - 1;
    char memory[sizeof whole + 8];
    for (size_t cap = 0; cap <= len + 4; cap++) {
        memset(memory, '#', sizeof memory);
        ss_buffer b = ss_buffer_on(memory, cap);
        print_all(&b);
        CHECK_EQ(b.overflow, cap < len);
        CHECK(b.len <= cap);
        CHECK_EQ(memcmp(memory, whole, b.len), 0);
        CHECK(b.overflow || b.len == len);
        for (size_t i = cap; i < sizeof memory; i++) {
            CHECK_EQ(memory[i], '#');
        }
    }
}

TEST(buffer_after_an_overflow_nothing_more_is_printed)
{
    char memory[4];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_put(&b, SS_LIT("abcde"));
    CHECK(b.overflow);
    ss_put_char(&b, 'x');
    CHECK_EQ(b.len, 0);
}

TEST(buffer_opened_on_an_arena_keeps_what_was_printed)
{
    unsigned char memory[8];
    ss_arena a = { memory, sizeof memory, 0 };
    ss_buffer b = ss_buffer_open(&a);
    ss_put(&b, SS_LIT("abc"));
    const ss_slice kept = ss_buffer_keep(&a, &b);
    CHECK_SLICE(kept, "abc");
    CHECK_EQ(a.used, 3);
    b = ss_buffer_open(&a);
    ss_put(&b, SS_LIT("abcdef"));
    CHECK_NULL(ss_buffer_keep(&a, &b).at);
    CHECK_EQ(a.used, 3);
    b = ss_buffer_open(&a);
    (void)ss_arena_take(&a, 1, 1);
    CHECK_ASSERTS((void)ss_buffer_keep(&a, &b));
}

TEST(buffer_hex_prints_as_many_digits_as_asked)
{
    char memory[64];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_put_hex(&b, 0x0123456789abcdef, 16);
    ss_put_hex(&b, 0x1f, 1);
    CHECK_SLICE(ss_buffer_slice(&b), "0123456789abcdeff");
    CHECK_ASSERTS(ss_put_hex(&b, 1, 0));
    CHECK_ASSERTS(ss_put_hex(&b, 1, 17));
}
