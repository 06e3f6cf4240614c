/* The observers' hash index against a plain array. */
#include "check.h"
#include "sn/capture_index.h"

TEST(index_finds_what_was_put_and_not_what_was_removed)
{
    enum { COUNT = 3000 };
    sn_index x = { 0 };
    CHECK_EQ(sn_index_get(&x, 5), SN_NOBODY);
    for (uint32_t i = 0; i < COUNT; i++) {
        CHECK(sn_index_put(&x, i, i + 1));
    }
    for (uint32_t i = 0; i < COUNT; i += 3) {
        sn_index_remove(&x, i);
        sn_index_remove(&x, i);
    }
    CHECK_EQ(x.count, COUNT - COUNT / 3);
    for (uint32_t i = 0; i < COUNT; i++) {
        CHECK_EQ(sn_index_get(&x, i), i % 3 == 0 ? SN_NOBODY : i + 1);
    }
    sn_index_free(&x);
}

TEST(index_put_again_replaces_the_value)
{
    sn_index x = { 0 };
    CHECK(sn_index_put(&x, 9, 1));
    CHECK(sn_index_put(&x, 9, 2));
    CHECK_EQ(x.count, 1);
    CHECK_EQ(sn_index_get(&x, 9), 2);
    sn_index_free(&x);
}

TEST(index_keys_of_a_datagram_differ_by_origin_and_ordinal_and_fragment_only)
{
    const sn_packet_id a = { .ordinal = 1, .origin = 2, .fragment = 3, .copy = 4 };
    sn_packet_id b = a;
    b.copy = 5;
    CHECK_EQ(sn_index_datagram(&a), sn_index_datagram(&b));
    CHECK_EQ(sn_index_fragment(&a, 3), sn_index_fragment(&b, 3));
    CHECK(sn_index_fragment(&a, 3) != sn_index_fragment(&a, 0));
    b.origin = 3;
    CHECK(sn_index_datagram(&a) != sn_index_datagram(&b));
}
