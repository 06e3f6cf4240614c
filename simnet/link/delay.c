/* How long a copy is on its way once it has left: the delay with its jitter, never less than the floor; the floor alone when
 * it jumps the queue, or so much less; and no sooner than what left before it, where the order is kept.
 */
#include "link/stages.h"

/* A gap makes the others no candidates, even for a tape. */
static bool is_candidate(const sn_link_params *params, sn_link_memory *memory)
{
    if (params->reorder_gap <= 1) {
        return true;
    }
    if (params->compat ==
        SN_COMPAT_NETEM) { /* so many after one that jumped are none, all others are */
        memory->since_reorder++;
        return memory->since_reorder >= params->reorder_gap;
    }
    memory->since_reorder = (memory->since_reorder + 1) % params->reorder_gap;
    return memory->since_reorder == 0;
}

static bool jumps(const sn_crossing *c)
{
    const sn_link_params *params = c->t->params;
    const bool does = is_candidate(params, c->memory) &&
                      sn_link_chance(c->t, c->point, SN_DECISION_REORDER, &params->reorder,
                                     c->memory == NULL ? NULL : &c->memory->reorder);
    if (does && c->memory != NULL && params->compat == SN_COMPAT_NETEM) {
        c->memory->since_reorder = 0;
    }
    return does;
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
    return draw_jitter(c) + (c->is_bad ? (int64_t)c->t->params->bad_delay : 0) +
           (c->is_second ? (int64_t)c->t->params->duplicate_delay : 0);
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

static ss_span own_delay(const sn_crossing *c)
{
    const int64_t offset =
        sn_decide_settled(c->t->decisions, SN_DECISION_DELAY, c->point, draw_offset(c));
    return delay_with(c->t->params, offset);
}

/* ---- jumps ---- */

static const sn_recent *recent_of(const sn_crossing *c)
{
    return c->memory == NULL || c->memory->recent == 0
               ? NULL
               : ss_store_at(c->t->store, c->memory->recent);
}

/* Just before the packet that left so many before it; the own delay when that one came long ago, or comes later anyway. */
static ss_span before_another(const sn_crossing *c, ss_span own)
{
    const uint32_t packets = c->t->params->jump.packets;
    const sn_recent *recent = recent_of(c);
    const ss_span floor = sn_link_floor(c->t->params);
    if (recent == NULL || recent->count < packets) {
        return floor;
    }
    const ss_time at = recent->at[(recent->count - packets) % SN_REORDER_PACKETS_MAX];
    const ss_span wanted = at > c->leaves ? at - c->leaves - 1 : 0;
    return wanted < floor ? floor : wanted < own ? wanted : own;
}

static ss_span jumped_delay(const sn_crossing *c)
{
    const sn_jump *jump = &c->t->params->jump;
    const ss_span floor = sn_link_floor(c->t->params);
    if (jump->packets == 0 && jump->time == 0) {
        return floor;
    }
    const ss_span own = own_delay(c);
    if (jump->packets != 0) {
        return before_another(c, own);
    }
    return own > floor && own - floor > jump->time ? own - jump->time : floor;
}

void sn_remember_arrival(sn_crossing *c)
{
    sn_link_memory *memory = c->memory;
    if (memory->recent == 0) {
        memory->recent = ss_store_take(c->t->store, sizeof(sn_recent));
    }
    if (memory->recent == 0) {
        c->out_of_memory = true;
        return;
    }
    sn_recent *recent = ss_store_at(c->t->store, memory->recent);
    recent->at[recent->count++ % SN_REORDER_PACKETS_MAX] = c->copy->arrives;
}

void sn_stage_delay(sn_crossing *c)
{
    c->copy->reordered = jumps(c);
    c->delay = c->copy->reordered ? jumped_delay(c) : own_delay(c);
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
