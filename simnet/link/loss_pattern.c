/* Loss by number: a pattern that is gone through around and around, or a list of numbers, the first packet being 1. Copies
 * and fragments count as packets. Nothing is drawn.
 */
#include "link/loss.h"

bool sn_loss_masked(const sn_loss *loss, sn_loss_memory *memory, uint64_t draw)
{
    (void)draw;
    return (loss->mask.bits >> memory->count++ % loss->mask.count & 1u) != 0;
}

bool sn_loss_indexed(const sn_loss *loss, sn_loss_memory *memory, uint64_t draw)
{
    (void)draw;
    const sn_loss_index *index = &loss->index;
    const bool is_next =
        memory->passed < index->count && index->at[memory->passed] == ++memory->count;
    memory->passed += is_next;
    return is_next;
}
