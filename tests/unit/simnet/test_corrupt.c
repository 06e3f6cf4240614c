/* Damage: what a number does to bytes, and that all of it is done to the packet alone. */
#include "check.h"

#include "simnet/link/corrupt.h"
#include "sn/draw.h"

enum { BYTES = 100 };

static uint64_t where_of(uint64_t i)
{
    return SN_DRAW(5, SN_PURPOSE_CORRUPT_WHERE, i) >> 8;
}

/* The first and the last bit that differ from all zeros, and how many do. */
typedef struct damaged {
    unsigned first, last, count;
} damaged;

static damaged look(const unsigned char *bytes, uint32_t len)
{
    damaged d = { 0 };
    for (unsigned i = 0; i < 8 * len; i++) {
        if ((bytes[i / 8] >> (7 - i % 8) & 1) != 0) {
            d.first = d.count == 0 ? i : d.first;
            d.last = i;
            d.count++;
        }
    }
    return d;
}

TEST(a_bit_is_one_bit_anywhere)
{
    const sn_damage bit = { .kind = SN_DAMAGE_BIT };
    unsigned front = 0;
    for (uint64_t i = 0; i < 2000; i++) {
        unsigned char bytes[BYTES] = { 0 };
        CHECK_EQ(sn_corrupt(&bit, where_of(i), bytes, BYTES), BYTES);
        const damaged d = look(bytes, BYTES);
        CHECK_EQ(d.count, 1);
        front += d.first < 4 * BYTES;
    }
    CHECK(front > 1000 - 112 && front < 1000 + 112);
}

TEST(a_byte_is_always_another)
{
    const sn_damage byte = { .kind = SN_DAMAGE_BYTE };
    for (uint64_t i = 0; i < 2000; i++) {
        unsigned char bytes[BYTES] = { 0 };
        CHECK_EQ(sn_corrupt(&byte, where_of(i), bytes, BYTES), BYTES);
        const damaged d = look(bytes, BYTES);
        CHECK(d.count >= 1);
        CHECK_EQ(d.first / 8, d.last / 8);
    }
}

TEST(a_burst_begins_and_ends_with_a_bit_that_is_wrong)
{
    for (uint32_t length = 2; length <= SN_BURST_MAX; length++) {
        const sn_damage burst = { .kind = SN_DAMAGE_BURST, .burst = length };
        for (uint64_t i = 0; i < 200; i++) {
            unsigned char bytes[BYTES] = { 0 };
            CHECK_EQ(sn_corrupt(&burst, where_of(i), bytes, BYTES), BYTES);
            const damaged d = look(bytes, BYTES);
            const bool is_whole = d.first + length <= 8 * BYTES;
            CHECK(d.count >= 1);
            CHECK(is_whole ? d.last - d.first == length - 1 : d.last < 8 * BYTES);
        }
    }
}

TEST(what_is_cut_off_leaves_less_than_there_was)
{
    const sn_damage cut = { .kind = SN_DAMAGE_TRUNCATE };
    uint32_t least = BYTES, most = 0;
    for (uint64_t i = 0; i < 2000; i++) {
        unsigned char bytes[BYTES] = { 0 };
        const uint32_t left = sn_corrupt(&cut, where_of(i), bytes, BYTES);
        least = left < least ? left : least;
        most = left > most ? left : most;
        CHECK_EQ(look(bytes, BYTES).count, 0);
    }
    CHECK_EQ(least, 0);
    CHECK_EQ(most, BYTES - 1);
}

TEST(a_packet_of_one_byte_is_damaged_inside_it)
{
    for (unsigned kind = 0; kind < SN_DAMAGES; kind++) {
        const sn_damage damage = { .kind = (sn_damage_kind)kind, .burst = SN_BURST_MAX };
        for (uint64_t i = 0; i < 100; i++) {
            unsigned char bytes[3] = { 0 };
            CHECK(sn_corrupt(&damage, where_of(i), bytes + 1, 1) <= 1);
            CHECK_EQ(bytes[0] + bytes[2], 0);
        }
    }
}
