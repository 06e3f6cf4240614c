/* How long a copy is on its way once it has left: the delay with its jitter, never less than the floor; the floor alone when
 * it jumps the queue; and no sooner than what left before it, where the order is kept.
 */
#include "link/stages.h"

/* A gap makes the others no candidates, even for a tape. */
static bool is_candidate(const sn_link_params *params, sn_link_memory *memory)
{
    if (params->reorder_gap <= 1) {
        return true;
    }
    memory->since_reorder = (memory->since_reorder + 1) % params->reorder_gap;
    return memory->since_reorder == 0;
}

static bool jumps(const sn_crossing *c)
{
    const sn_link_params *params = c->t->params;
    return is_candidate(params, c->memory) &&
           sn_link_chance(c->t, c->point, SN_DECISION_REORDER, &params->reorder,
                          c->memory == NULL ? NULL : &c->memory->reorder);
}

static int64_t draw_jitter(const sn_crossing *c)
{
    const sn_jitter *jitter = &c->t->params->jitter;
    const sn_decisions *d = c->t->decisions;
    if (jitter->spread == 0) {
        return 0;
    }
    const uint64_t draw = sn_decide_draw(d, SN_PURPOSE_DELAY, c->point);
    if (jitter->corr == 0 || c->t->params->compat == SN_COMPAT_NETEM) {
        return sn_jitter_offset(jitter, draw);
    }
    const uint64_t again = sn_decide_draw(d, SN_PURPOSE_DELAY_AGAIN, c->point);
    return sn_jitter_next(jitter, &c->memory->jitter, again, draw);
}

/* What is added to the delay, or taken from it. */
static int64_t draw_offset(const sn_crossing *c)
{
    if (sn_decisions_are_played(c->t->decisions)) {
        return 0;
    }
    return draw_jitter(c) + (c->is_bad ? (int64_t)c->t->params->bad_delay : 0);
}

static ss_span delay_with(const sn_link_params *params, int64_t offset)
{
    const ss_span floor = sn_link_floor(params), delay = params->delay;
    if (offset < 0) {
        const ss_span less = (ss_span)-offset;
        return delay > floor && less < delay - floor ? delay - less : floor;
    }
    const ss_span sum = ss_time_after(delay, (ss_span)offset);
    return sum < floor ? floor : sum;
}

void sn_stage_delay(sn_crossing *c)
{
    const sn_link_params *params = c->t->params;
    c->copy->reordered = jumps(c);
    if (c->copy->reordered) {
        c->delay = sn_link_floor(params);
    } else {
        const int64_t offset =
            sn_decide_settled(c->t->decisions, SN_DECISION_DELAY, c->point, draw_offset(c));
        c->delay = delay_with(params, offset);
    }
}

void sn_stage_order(sn_crossing *c)
{
    if (!c->t->params->keep_order || c->copy->reordered) {
        return;
    }
    ss_time *last = &c->memory->last_arrival;
    if (ss_time_after(c->leaves, c->delay) < *last) {
        c->delay = *last - c->leaves;
    }
    *last = ss_time_after(c->leaves, c->delay);
}
