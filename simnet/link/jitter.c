/* Jitter: one function a shape, from a draw to so many spreads, in integers. All but the uniform one have mean 0 and
 * standard deviation 1.
 */
#include "link/jitter.h"

#define ONE_Q32 ((int64_t)1 << 32)
#define ROOT_TENTH_Q32 \
    INT64_C(1358187913) /* 1 / sqrt(10): of one part normal, three parts Pareto */
#define MIX_OF_SECOND_DRAW UINT64_C(0x7061726574)

static int64_t saturated(ss_span magnitude, bool negative)
{
    const int64_t value = magnitude < SN_SPAN_MAX ? (int64_t)magnitude : (int64_t)SN_SPAN_MAX;
    return negative ? -value : value;
}

static int64_t spreads(ss_span spread, int64_t z_q32)
{
    return z_q32 < 0 ? saturated(sn_scale(spread, (uint64_t)-z_q32), true)
                     : saturated(sn_scale(spread, (uint64_t)z_q32), false);
}

/* Both ends included. */
static int64_t uniform(ss_span spread, uint64_t draw)
{
    const int64_t half = saturated(spread, false);
    return (int64_t)sn_draw_below(draw, 2 * (uint64_t)half + 1) - half;
}

static int64_t normal(ss_span spread, uint64_t draw)
{
    return spreads(spread, sn_normal_q24(draw) * 256);
}

static int64_t pareto(ss_span spread, uint64_t draw)
{
    return spreads(spread, sn_pareto_q32(draw));
}

/* The two are drawn apart: a mixed number tells nothing of the one it was mixed from. */
static int64_t paretonormal(ss_span spread, uint64_t draw)
{
    const int64_t sum =
        sn_normal_q24(draw) * 256 + 3 * sn_pareto_q32(ss_mix_absorb(MIX_OF_SECOND_DRAW, draw));
    const uint64_t size = (uint64_t)(sum < 0 ? -sum : sum);
    const int64_t z = (int64_t)sn_scale(size, (uint64_t)ROOT_TENTH_Q32);
    return spreads(spread, sum < 0 ? -z : z);
}

static int64_t exponential(ss_span spread, uint64_t draw)
{
    return spreads(spread, (int64_t)sn_exponential_q32(draw) - ONE_Q32);
}

int64_t sn_jitter_offset(const sn_jitter *jitter, uint64_t draw)
{
    static int64_t (*const shapes[SN_SHAPE_TABLE])(ss_span spread, uint64_t draw) = {
        [SN_SHAPE_UNIFORM] = uniform, [SN_SHAPE_NORMAL] = normal,
        [SN_SHAPE_PARETO] = pareto,   [SN_SHAPE_PARETONORMAL] = paretonormal,
        [SN_SHAPE_EXP] = exponential,
    };
    SS_ASSERT(jitter->shape < SN_SHAPES);
    if (jitter->shape == SN_SHAPE_TABLE) {
        return jitter->table[sn_draw_below(draw, jitter->table_count)];
    }
    return shapes[jitter->shape](jitter->spread, draw);
}

int64_t sn_jitter_next(const sn_jitter *jitter, sn_jitter_memory *memory, uint64_t again,
                       uint64_t draw)
{
    if (!memory->is_set || !sn_prob_hit(jitter->corr, again)) {
        memory->draw = draw;
        memory->is_set = true;
    }
    return sn_jitter_offset(jitter, memory->draw);
}
