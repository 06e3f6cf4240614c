/* The arena: alignment, zeroing, and the same answer at every size, full included. */
#include "check.h"

#include <string.h>

enum { ARENA_BYTES = 256 };

TEST(arena_takes_are_aligned_zeroed_and_inside_at_every_size)
{
    _Alignas(16) static unsigned char memory[ARENA_BYTES];
    for (size_t cap = 0; cap <= ARENA_BYTES; cap++) {
        memset(memory, 0xaa, sizeof memory);
        ss_arena a = { memory, cap, 0 };
        size_t end = 0;
        for (size_t size = 1; size < 40; size++) {
            const size_t align = (size_t)1 << (size % 5);
            const size_t used = a.used;
            unsigned char *p = ss_arena_take(&a, size, align);
            if (p == NULL) {
                CHECK_EQ(a.used, used);
                break;
            }
            CHECK_EQ((uintptr_t)p % align, 0);
            CHECK(p >= memory + end);
            end = (size_t)(p - memory) + size;
            CHECK(end <= cap);
            for (size_t i = 0; i < size; i++) {
                CHECK_EQ(p[i], 0);
            }
            memset(p, 0xff, size);
        }
        for (size_t i = cap; i < ARENA_BYTES; i++) {
            CHECK_EQ(memory[i], 0xaa);
        }
    }
}

TEST(arena_full_takes_nothing_and_a_smaller_take_still_fits)
{
    _Alignas(16) unsigned char memory[32];
    ss_arena a = { memory, sizeof memory, 0 };
    CHECK_NOT_NULL(ss_arena_take(&a, 20, 1));
    CHECK_NULL(ss_arena_take(&a, 13, 1));
    CHECK_NULL(ss_arena_take(&a, SIZE_MAX, 16));
    CHECK_NOT_NULL(ss_arena_take(&a, 12, 1));
    CHECK_EQ(a.used, 32);
}

TEST(arena_copy_is_exact_and_empty_when_it_does_not_fit)
{
    unsigned char memory[8];
    ss_arena a = { memory, sizeof memory, 0 };
    CHECK_SLICE(ss_arena_copy(&a, SS_LIT("hello")), "hello");
    CHECK_EQ(a.used, 5);
    CHECK_NULL(ss_arena_copy(&a, SS_LIT("four")).at);
    CHECK_EQ(ss_arena_copy(&a, SS_EMPTY).len, 0);
    CHECK_SLICE(ss_arena_copy(&a, SS_LIT("abc")), "abc");
    CHECK_EQ(a.used, 8);
}

TEST(arena_alignment_must_be_a_power_of_two)
{
    unsigned char memory[8];
    ss_arena a = { memory, sizeof memory, 0 };
    CHECK_ASSERTS((void)ss_arena_take(&a, 1, 3));
    CHECK_ASSERTS((void)ss_arena_take(&a, 1, 0));
}
