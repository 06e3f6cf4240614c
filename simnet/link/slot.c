/* Slots: what is ready waits for the next one, which takes so many packets and bytes, as on links that are polled. From one slot to
 * the next passes a time between two bounds; it runs from when the slot was filled, or from when something was ready again.
 */
#include "link/stages.h"

static ss_span gap_between(const sn_crossing *c)
{
    const sn_slot *slot = &c->t->params->slot;
    const ss_span width = slot->max > slot->min ? slot->max - slot->min : 0;
    sn_decisions *d = c->t->decisions;
    int64_t more = 0;
    if (width > 0 && !sn_decisions_are_played(d)) {
        more = (int64_t)sn_draw_below(sn_decide_draw(d, SN_PURPOSE_SLOT, c->point), width + 1);
    }
    more = sn_decide_settled(d, SN_DECISION_SLOT, c->point, more);
    return slot->min + (more > 0 ? (ss_span)more : 0);
}

static void begin_next(const sn_slot *slot, sn_slot_memory *m, ss_time after, ss_span gap)
{
    m->at = ss_time_after(after, gap);
    m->packets = slot->packets == 0 ? UINT32_MAX : slot->packets;
    m->bytes = slot->bytes == 0 ? UINT32_MAX : slot->bytes;
}

/* A slot that is full, or that began before the packet was ready, is over. */
void sn_stage_slot(sn_crossing *c)
{
    const sn_slot *slot = &c->t->params->slot;
    if (slot->max == 0) {
        return;
    }
    sn_slot_memory *m = &c->memory->slot;
    const ss_time ready = ss_time_after(c->leaves, c->delay);
    const bool is_full = m->packets == 0 || m->bytes == 0;
    if (is_full || m->at < ready) {
        begin_next(slot, m, is_full && m->at > ready ? m->at : ready, gap_between(c));
    }
    m->packets--;
    m->bytes -= c->t->bytes < m->bytes ? c->t->bytes : m->bytes;
    c->delay = m->at - c->leaves;
}
