/* Loss by a chain of four states, netem's `loss state`: a gap, in which packets pass (1) or are lost alone (4), and bursts,
 * in which they pass (2) or are lost (3). The chain takes its step, then the state that it is in says what becomes of the
 * packet. It starts in a gap.
 */
#include "link/loss.h"

enum { GAP, BURST_PASSED, BURST_LOST, GAP_LOST };

/* One of three ways: the first with probability `first`, the second with `second`, as far as they leave room. */
static unsigned pick(uint64_t draw, sn_prob first, sn_prob second)
{
    return sn_prob_hit(first, draw) ? 0 : sn_prob_hit(first + second, draw) ? 1 : 2;
}

static uint8_t next(const sn_loss_chain *chain, uint8_t state, uint64_t draw)
{
    static const uint8_t from_gap[] = { GAP_LOST, BURST_LOST, GAP };
    static const uint8_t from_lost[] = { GAP, BURST_PASSED, BURST_LOST };
    switch (state) {
    case GAP:
        return from_gap[pick(draw, chain->p14, chain->p13)];
    case BURST_PASSED:
        return sn_prob_hit(chain->p23, draw) ? BURST_LOST : BURST_PASSED;
    case BURST_LOST:
        return from_lost[pick(draw, chain->p31, chain->p32)];
    default: /* a loss in a gap is alone */
        return GAP;
    }
}

bool sn_loss_state(const sn_loss *loss, sn_loss_memory *memory, uint64_t draw)
{
    memory->state = next(&loss->state, memory->state, draw);
    return memory->state >= BURST_LOST;
}
