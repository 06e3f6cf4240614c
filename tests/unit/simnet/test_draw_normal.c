/* The table of the normal distribution: frozen by its hash, and near the true values. */
#include "check.h"

#include "sn/draw.h"

/* The draw that lies on entry 16*j + i of the table, sign aside. */
static uint64_t knot(unsigned j, uint64_t i)
{
    return (((UINT64_C(1) << 63) - 1 - (i << 58)) >> j) << 1;
}

TEST(the_table_is_the_one_that_was_frozen)
{
    unsigned char bytes[513 * 4];
    for (unsigned n = 0; n < 513; n++) {
        const uint64_t z = (uint64_t)sn_normal_q24(n < 512 ? knot(n / 16, n % 16) : 0);
        for (unsigned i = 0; i < 4; i++) {
            bytes[4 * n + i] = (unsigned char)(z >> 8 * i);
        }
    }
    CHECK_EQ(ss_hash64(0, (ss_slice){ (const char *)bytes, sizeof bytes }),
             UINT64_C(0x981df040c8db57ad));
}

TEST(quantiles_are_right_to_four_digits)
{
    static const struct {
        uint64_t draw;
        int64_t q24; /* of Python's statistics.NormalDist().inv_cdf */
    } answers[] = {
        { UINT64_C(0x8000000000000000), 11316060 }, /* p = 1/4: 0.67449 */
        { UINT64_C(0x4000000000000000), 19299660 }, /* p = 1/8: 1.15035 */
        { UINT64_C(0x0123456789abcdef), -47727207 }, { UINT64_C(0xdeadbeefcafef00d), -2749172 },
        { UINT64_C(0x0000000123456788), 105999043 },
    };
    for (size_t i = 0; i < SS_COUNT(answers); i++) {
        const int64_t off = sn_normal_q24(answers[i].draw) - answers[i].q24;
        CHECK(off < 1700 && off > -1700); /* 1e-4 */
    }
    CHECK_EQ(sn_normal_q24(UINT64_MAX), 0);
}

TEST(it_is_symmetric_and_grows_toward_the_tail)
{
    int64_t before = 0;
    for (unsigned j = 0; j < 63; j++) {
        const int64_t z = sn_normal_q24(UINT64_MAX >> 1 >> j << 1);
        CHECK_EQ(sn_normal_q24(UINT64_MAX >> 1 >> j << 1 | 1), -z);
        CHECK(z >= before);
        before = z;
    }
    CHECK(before < INT64_C(13) << 23); /* 6.5 */
}
