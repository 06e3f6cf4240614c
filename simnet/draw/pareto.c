/* The Pareto distribution of shape 3 in integers: u^(-1/3) for u in (0, 1], which has mean 3/2 and variance 3/4, so made
 * that its mean is 0 and its standard deviation 1.
 *
 * u is m * 2^-k with m in [1, 2), and its root m^(-1/3) * 2^(k/3). The first factor is found by Newton's iteration
 * y <- y * (4 - m * y^3) / 3, which doubles the digits that are right; the second is a shift and one of three numbers.
 */
#include "sn/draw.h"

#define MEAN_Q32 \
    INT64_C(7439101574) /* 3/2 over the standard deviation, the root of 3/4: the root of 3 */

/* m^(-1/3), 62 bits behind the point, for m in [1, 2) with 63. */
static uint64_t inverse_cube_root_q62(uint64_t m_q63)
{
    const uint64_t past_one_q62 = (m_q63 - (UINT64_C(1) << 63)) >> 1;
    uint64_t y_q62 = (UINT64_C(1) << 62) - past_one_q62 / 5; /* 0.03 off at most */
    for (unsigned i = 0; i < 5; i++) {
        const uint64_t y2_q60 = sn_multiply_high(y_q62, y_q62);
        const uint64_t y3_q61 = sn_multiply_high(y2_q60 << 3, y_q62);
        const uint64_t left_q60 = (UINT64_C(4) << 60) - sn_multiply_high(m_q63, y3_q61);
        y_q62 = sn_multiply_high(y_q62, left_q60) / 3 << 4;
    }
    return y_q62;
}

int64_t sn_pareto_q32(uint64_t draw)
{
    /* 2^(i/3) over the standard deviation, 62 bits behind the point */
    static const uint64_t thirds[] = { UINT64_C(0x49e69d1640cc7135), UINT64_C(0x5d1bf5a42160dbf0),
                                       UINT64_C(0x754f6d5a956a1570) };
    const uint64_t u = draw | 1; /* never 0; u / 2^64 */
    const unsigned zeros = (unsigned)__builtin_clzll(u), k = zeros + 1;
    const uint64_t root_q60 = sn_multiply_high(inverse_cube_root_q62(u << zeros), thirds[k % 3]);
    return (int64_t)(root_q60 >> (28 - k / 3)) - MEAN_Q32;
}
