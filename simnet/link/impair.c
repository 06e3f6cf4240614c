/* Impairments, in the order of the design (5): per fragment duplicate, then each copy goes through the stages by itself.
 * The MTU comes before, in the transmitting node.
 *
 * What has no memory is a draw under the key (link direction, origin, its ordinal, fragment, copy), so that turning one
 * impairment on shifts no other. What has one, a correlation, a chain, the rate and its queue, couples the flows that share
 * the direction. Its memory is taken from the store when the first packet comes. A packet never arrives sooner than the
 * floor.
 */
#include "link/stages.h"

#include <limits.h>

static sn_stage_act *const stages[SN_STAGES] = {
    [SN_STAGE_LOSS] = sn_stage_loss,   [SN_STAGE_CORRUPT] = sn_stage_corrupt,
    [SN_STAGE_QUEUE] = sn_stage_queue, [SN_STAGE_DELAY] = sn_stage_delay,
    [SN_STAGE_ORDER] = sn_stage_order, [SN_STAGE_SLOT] = sn_stage_slot,
};

sn_link_params sn_link_params_default(void)
{
    return (sn_link_params){ .mtu = 1500, .delay_floor = 1 };
}

/* A tunnel that is wider than what it leads through carries the least. */
static uint32_t narrow_of(const sn_link_params *p)
{
    const uint32_t mtu = p->mtu == 0 ? 65535 : p->mtu;
    const uint32_t real = p->hidden_mtu == 0 ? mtu : p->hidden_mtu;
    return p->hidden_mtu == 0 && p->tunnel == 0    ? 0
           : real < p->tunnel + SN_MTU_LEAST_BYTES ? SN_MTU_LEAST_BYTES
                                                   : real - p->tunnel;
}

void sn_link_settle(sn_link_params *p)
{
    p->narrow = narrow_of(p);
    p->loss.as_netem = p->compat == SN_COMPAT_NETEM;
    p->stages = (p->duplicate.p != 0 ? SN_DUPLICATES : 0) |
                (unsigned)sn_loss_is_set(&p->loss) << SN_STAGE_LOSS |
                (unsigned)(p->rate.bps != 0) << SN_STAGE_QUEUE |
                (unsigned)(p->jitter.spread != 0 || p->reorder.p != 0 || p->bad_delay != 0 ||
                           p->duplicate_delay != 0)
                    << SN_STAGE_DELAY |
                (unsigned)(p->corrupt.chance.p != 0) << SN_STAGE_CORRUPT |
                (unsigned)(p->slot.max != 0) << SN_STAGE_SLOT |
                (unsigned)p->keep_order << SN_STAGE_ORDER;
    p->remembers = sn_chance_remembers(&p->duplicate) || sn_loss_remembers(&p->loss) ||
                   p->rate.bps != 0 || p->jitter.corr != 0 || sn_chance_remembers(&p->reorder) ||
                   sn_chance_remembers(&p->corrupt.chance) || p->slot.max != 0 ||
                   p->reorder_gap > 1 || p->keep_order || p->jump.packets != 0;
}

bool sn_link_happens(const sn_link_params *params, const sn_chance *chance,
                     sn_chance_memory *memory, uint64_t draw)
{
    return params->compat == SN_COMPAT_NETEM ? sn_chance_as_netem(chance, memory, draw)
                                             : sn_chance_happens(chance, memory, draw);
}

bool sn_link_chance(const sn_transmission *t, const sn_point *point, sn_decision_kind kind,
                    const sn_chance *chance, sn_chance_memory *memory)
{
    bool happens = false;
    if (chance->p != 0 && !sn_decisions_are_played(t->decisions)) {
        const uint64_t draw = sn_decide_draw(t->decisions, sn_decision_purpose(kind), point);
        happens = sn_link_happens(t->params, chance, memory, draw);
    }
    return sn_decide_settled(t->decisions, kind, point, happens) != 0;
}

static bool is_lost(sn_crossing *c)
{
    const sn_loss *loss = &c->t->params->loss;
    bool lost = false;
    c->is_bad = c->memory != NULL && sn_loss_is_bad(loss, &c->memory->loss);
    if (sn_loss_is_set(loss) && !sn_decisions_are_played(c->t->decisions)) {
        lost = sn_loss_happens(loss, c->memory == NULL ? NULL : &c->memory->loss,
                               sn_decide_draw(c->t->decisions, SN_PURPOSE_LOSS, c->point));
    }
    return sn_decide_settled(c->t->decisions, SN_DECISION_DROP, c->point, lost) != 0;
}

void sn_stage_loss(sn_crossing *c)
{
    if (is_lost(c)) {
        c->copy->cause = SN_CAUSE_LOSS;
    }
}

/* ---- copies ---- */

/* True when there is nothing to remember, or room for it. */
static bool find_memory(const sn_transmission *t, bool remembers, sn_link_memory **memory)
{
    *memory = NULL;
    if (!remembers) {
        return true;
    }
    if (t->link->memory == 0) {
        t->link->memory = ss_store_take(t->store, sizeof **memory);
    }
    if (t->link->memory != 0) {
        *memory = ss_store_at(t->store, t->link->memory);
    }
    return *memory != NULL;
}

/* A tape may have something for any stage. */
static unsigned stages_of(const sn_transmission *t)
{
    return sn_decisions_are_played(t->decisions) ? UINT_MAX : t->params->stages;
}

static ss_span plain_delay(const sn_link_params *params)
{
    const ss_span floor = sn_link_floor(params);
    return params->delay > floor ? params->delay : floor;
}

/* Through the stages of the set from one on, until it is lost or has to wait. */
static void go_on(sn_crossing *c, unsigned set, unsigned from)
{
    for (unsigned i = from; i < SN_STAGES && c->copy->cause == SN_CAUSE_NONE && !c->waits; i++) {
        if ((set >> i & 1u) != 0) {
            stages[i](c);
        }
    }
    const bool arrives = c->copy->cause == SN_CAUSE_NONE && !c->waits;
    c->copy->arrives = arrives ? ss_time_after(c->leaves, c->delay) : 0;
    if (arrives && c->t->params->jump.packets != 0 && c->memory != NULL) {
        sn_remember_arrival(c);
    }
}

/* True when memory ran out on the way. */
static bool cross(const sn_transmission *t, const sn_point *point, sn_link_memory *memory,
                  unsigned decided, bool is_second, sn_copy *copy)
{
    sn_crossing c = { .t = t,
                      .point = point,
                      .memory = memory,
                      .copy = copy,
                      .leaves = t->now,
                      .delay = plain_delay(t->params),
                      .is_second = is_second };
    *copy = (sn_copy){ .number = point->copy };
    go_on(&c, stages_of(t) & ~decided, 0);
    return c.out_of_memory;
}

void sn_cross_on(const sn_transmission *t, sn_held *held)
{
    sn_link_memory *memory = ss_store_at(t->store, t->link->memory);
    sn_crossing c = { .t = t,
                      .point = &held->point,
                      .memory = memory,
                      .copy = &held->copy,
                      .leaves = memory->queue.busy_until,
                      .delay = plain_delay(t->params),
                      .is_bad = held->is_bad,
                      .is_second = held->is_second };
    go_on(&c, stages_of(t), SN_STAGE_QUEUE + 1);
}

/* netem: loss takes one copy of the packet, whether it was duplicated or not. True when none is left. */
static bool lose_one(const sn_transmission *t, const sn_point *point, sn_link_memory *memory,
                     sn_passage *passage)
{
    sn_crossing c = { .t = t, .point = point, .memory = memory };
    if (!is_lost(&c)) {
        return false;
    }
    if (passage->copies == 2) {
        passage->copies = 1;
        return false;
    }
    passage->copy[0] = (sn_copy){ .number = point->copy, .cause = SN_CAUSE_LOSS };
    return true;
}

sn_passage sn_impair(const sn_transmission *t, sn_point *point)
{
    sn_passage passage = { .copies = 1 };
    sn_link_memory *memory;
    SS_ASSERT(t->hops < SN_HOPS_MAX);
    if (!find_memory(t, t->params->remembers, &memory)) {
        passage = sn_pass_nothing(point->copy);
        passage.out_of_memory = true;
        return passage;
    }
    sn_decide_at(t->decisions, point);
    const bool happens = (stages_of(t) & SN_DUPLICATES) != 0 &&
                         sn_link_chance(t, point, SN_DECISION_DUPLICATE, &t->params->duplicate,
                                        memory == NULL ? NULL : &memory->duplicate);
    passage.copies = happens || t->doubled ? 2 : 1;
    const unsigned decided = t->params->compat == SN_COMPAT_NETEM ? 1u << SN_STAGE_LOSS : 0;
    if (decided != 0 && lose_one(t, point, memory, &passage)) {
        return passage;
    }
    for (unsigned i = 0; i < passage.copies; i++) {
        sn_point of_copy = *point;
        of_copy.copy =
            (uint16_t)(point->copy | i << t->hops); /* one bit per link: no two copies are alike */
        of_copy.key[SN_POINT_KEY_MAX - 1] = of_copy.copy;
        passage.out_of_memory |= cross(t, &of_copy, memory, decided, i == 1, &passage.copy[i]);
    }
    return passage;
}

sn_passage sn_pass_whole(const sn_transmission *t, uint16_t copy)
{
    const ss_time arrives = ss_time_after(t->now, plain_delay(t->params));
    return (sn_passage){ .copies = 1, .copy[0] = { .number = copy, .arrives = arrives } };
}

sn_passage sn_pass_stream(const sn_transmission *t, uint16_t copy)
{
    sn_passage passage = sn_pass_whole(t, copy);
    sn_link_memory *memory;
    passage.out_of_memory = !find_memory(t, t->is_changing, &memory);
    if (memory != NULL) {
        ss_time *arrives = &passage.copy[0].arrives;
        *arrives = *arrives > memory->last_segment ? *arrives : memory->last_segment;
        memory->last_segment = *arrives;
    }
    return passage;
}

sn_passage sn_pass_nothing(uint16_t copy)
{
    return (sn_passage){ .copies = 1, .copy[0] = { .number = copy, .cause = SN_CAUSE_DOWN } };
}
