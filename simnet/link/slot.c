/* Slots: what is ready waits for the next one, which takes so many packets and bytes, as on links that are polled. From one slot to
 * the next passes a time between two bounds, or one about a mean; it runs from when the slot was filled, or from when something was ready again.
 */
#include "link/stages.h"

static int64_t drawn(const sn_crossing *c)
{
    const sn_slot *slot = &c->t->params->slot;
    const uint64_t draw = sn_decide_draw(c->t->decisions, SN_PURPOSE_SLOT, c->point);
    return slot->jitter.spread != 0 ? sn_jitter_offset(&slot->jitter, draw)
           : slot->max > slot->min  ? (int64_t)sn_draw_below(draw, slot->max - slot->min + 1)
                                    : 0;
}

static ss_span gap_between(const sn_crossing *c)
{
    const sn_slot *slot = &c->t->params->slot;
    sn_decisions *d = c->t->decisions;
    int64_t more = sn_decisions_are_played(d) ? 0 : drawn(c);
    more = sn_decide_settled(d, SN_DECISION_SLOT, c->point, more);
    const int64_t gap = (int64_t)slot->min + more;
    return gap < 1 ? 1 : (ss_span)gap;
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
