/* Loss by Gilbert and Elliott's model: a good and a bad state, each with a loss of its own. A packet's fate is that of the
 * state in which it finds the link; then the state may change. It starts good.
 *
 * The loss takes the upper 32 bits of the draw, the change the lower ones.
 */
#include "link/loss.h"

enum { GOOD, BAD };

bool sn_loss_gemodel(const sn_loss *loss, sn_loss_memory *memory, uint64_t draw)
{
    const sn_loss_ge *ge = &loss->ge;
    const bool is_bad = memory->state == BAD;
    const bool changes = sn_prob_hit(is_bad ? ge->r : ge->p, draw << 32);
    memory->state = is_bad != changes ? BAD : GOOD;
    return sn_prob_hit(is_bad ? ge->bad : ge->good, draw);
}
