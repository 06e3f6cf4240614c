/* The store: size classes, blocks that come back, exhaustion. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

enum { STORE_BYTES = 1 << 20 };

static ss_store fresh(void)
{
    _Alignas(16) static unsigned char memory[STORE_BYTES];
    ss_store s;
    ss_store_init(&s, memory, sizeof memory);
    return s;
}

TEST(store_rounding_wastes_at_most_a_fifth_beyond_256_bytes_and_15_below)
{
    size_t last = 0;
    for (size_t size = 1; size <= SS_STORE_BLOCK_MAX; size++) {
        const size_t rounded = ss_store_rounded(size);
        CHECK(rounded >= size);
        CHECK(rounded >= last);
        CHECK_EQ(rounded % 16, 0);
        CHECK_EQ(ss_store_rounded(rounded), rounded);
        CHECK(size <= 256 ? rounded - size < 16 : (rounded - size) * 5 <= rounded);
        last = rounded;
    }
    CHECK_EQ(last, SS_STORE_BLOCK_MAX);
}

TEST(store_a_block_of_every_class_comes_back_zeroed_and_in_place)
{
    static const size_t sizes[] = { 1,    16,    17,    256,    257,
                                    5000, 32769, 65537, 100000, SS_STORE_BLOCK_MAX };
    ss_store s = fresh();
    ss_ref refs[SS_COUNT(sizes)];
    for (size_t i = 0; i < SS_COUNT(sizes); i++) {
        refs[i] = ss_store_take(&s, sizes[i]);
        CHECK(refs[i] != 0);
        memset(ss_store_at(&s, refs[i]), 0xee, sizes[i]);
    }
    const uint64_t used = s.used;
    for (size_t i = 0; i < SS_COUNT(sizes); i++) {
        ss_store_give(&s, refs[i], sizes[i]);
    }
    CHECK_EQ(s.live_blocks, 0);
    CHECK_EQ(s.live_bytes, 0);
    for (size_t i = SS_COUNT(sizes); i-- > 0;) {
        const ss_ref again = ss_store_take(&s, sizes[i]);
        CHECK(again != 0);
        const unsigned char *block = ss_store_at(&s, again);
        for (size_t at = 0; at < sizes[i]; at++) {
            CHECK_EQ(block[at], 0);
        }
    }
    CHECK_EQ(s.used, used);
}

TEST(store_blocks_do_not_overlap_and_are_16_byte_aligned)
{
    enum { BLOCKS = 200 };
    static ss_ref refs[BLOCKS];
    static size_t sizes[BLOCKS];
    ss_store s = fresh();
    ss_entropy draws = { .key = 1 };
    for (size_t round = 0; round < 20; round++) {
        for (size_t i = 0; i < BLOCKS; i++) {
            if (refs[i] != 0) {
                const unsigned char *block = ss_store_at(&s, refs[i]);
                CHECK_EQ(block[0], (unsigned char)i);
                CHECK_EQ(block[sizes[i] - 1], (unsigned char)i);
                ss_store_give(&s, refs[i], sizes[i]);
                refs[i] = 0;
            }
            if (ss_entropy_next(&draws) % 4 != 0) {
                sizes[i] = 1 + ss_entropy_next(&draws) % 3000;
                refs[i] = ss_store_take(&s, sizes[i]);
                CHECK(refs[i] != 0);
                CHECK_EQ((uintptr_t)ss_store_at(&s, refs[i]) % 16, 0);
                memset(ss_store_at(&s, refs[i]), (int)i, sizes[i]);
            }
        }
    }
    memset(refs, 0, sizeof refs);
}

TEST(store_exhausted_gives_none_and_recovers_when_a_block_comes_back)
{
    _Alignas(16) unsigned char memory[256];
    ss_store s;
    ss_store_init(&s, memory, sizeof memory);
    ss_ref refs[16];
    size_t count = 0;
    while ((refs[count] = ss_store_take(&s, 48)) != 0) {
        count++;
    }
    CHECK_EQ(count, 5);
    CHECK_EQ(ss_store_take(&s, 48), 0);
    CHECK_EQ(s.live_blocks, 5);
    ss_store_give(&s, refs[2], 48);
    CHECK_EQ(ss_store_take(&s, 40), refs[2]);
    ss_store_init(&s, memory, 0);
    CHECK_EQ(ss_store_take(&s, 1), 0);
}

TEST(store_a_blob_of_none_is_the_empty_slice)
{
    ss_store s = fresh();
    CHECK_NULL(ss_blob_slice(&s, (ss_blob){ 0, 0 }).at);
    const ss_ref ref = ss_store_take(&s, 3);
    memcpy(ss_store_at(&s, ref), "abc", 3);
    CHECK_SLICE(ss_blob_slice(&s, (ss_blob){ ref, 3 }), "abc");
    CHECK_EQ(ss_store_ref(&s, ss_store_at(&s, ref)), ref);
}

TEST(store_a_region_serves_a_second_life)
{
    ss_store s = fresh();
    const ss_ref first = ss_store_take(&s, 100);
    ss_store_give(&s, first, 100);
    s = fresh();
    CHECK_EQ(ss_store_take(&s, 100), first);
    s = fresh();
    const ss_ref carved = ss_store_carve(&s, 100000);
    CHECK(carved != 0);
    memset(ss_store_at(&s, carved), 1, 100000);
    CHECK_EQ(ss_store_take(&s, 1), carved + 100000 / 8);
    CHECK_EQ(ss_store_carve(&s, STORE_BYTES), 0);
}

TEST(store_sizes_out_of_bounds_are_the_callers_fault)
{
    ss_store s = fresh();
    CHECK_ASSERTS((void)ss_store_take(&s, 0));
    CHECK_ASSERTS((void)ss_store_take(&s, SS_STORE_BLOCK_MAX + 1));
    CHECK_ASSERTS((void)ss_store_at(&s, 0));
}
