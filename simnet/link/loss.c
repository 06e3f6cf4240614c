/* Loss: the table of its models, and the cap that holds for all of them. */
#include "link/loss.h"

static bool by_chance(const sn_loss *loss, sn_loss_memory *memory, uint64_t draw)
{
    sn_chance_memory *before = memory == NULL ? NULL : &memory->chance;
    return loss->as_netem ? sn_chance_as_netem(&loss->random, before, draw)
                          : sn_chance_happens(&loss->random, before, draw);
}

static sn_loss_step *const models[SN_LOSS_KINDS] = {
    [SN_LOSS_RANDOM] = by_chance,        [SN_LOSS_STATE] = sn_loss_state,
    [SN_LOSS_GEMODEL] = sn_loss_gemodel, [SN_LOSS_MASK] = sn_loss_masked,
    [SN_LOSS_INDEX] = sn_loss_indexed,
};

bool sn_loss_is_set(const sn_loss *loss)
{
    return loss->kind != SN_LOSS_RANDOM || loss->random.p != 0;
}

bool sn_loss_remembers(const sn_loss *loss)
{
    return loss->cap != 0 || loss->kind != SN_LOSS_RANDOM || sn_chance_remembers(&loss->random);
}

/* 1 is bad, and passed in a burst; 2 is lost in a burst. */
bool sn_loss_is_bad(const sn_loss *loss, const sn_loss_memory *memory)
{
    return (loss->kind == SN_LOSS_GEMODEL || loss->kind == SN_LOSS_STATE) &&
           (memory->state == 1 || memory->state == 2);
}

/* The model goes on as if the copy that the cap saves had been lost. What passes, whatever let it, ends the row. */
static bool is_lost_under_cap(const sn_loss *loss, sn_loss_memory *memory, bool lost)
{
    const bool is_lost = lost && memory->in_a_row < loss->cap;
    memory->in_a_row = is_lost ? memory->in_a_row + 1 : 0;
    return is_lost;
}

bool sn_loss_happens(const sn_loss *loss, sn_loss_memory *memory, uint64_t draw)
{
    SS_ASSERT(loss->kind < SN_LOSS_KINDS);
    const bool lost = models[loss->kind](loss, memory, draw);
    return loss->cap == 0 ? lost : is_lost_under_cap(loss, memory, lost);
}
