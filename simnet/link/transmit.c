/* A packet goes onto a link: what the link makes of it is decided, told, and its copies are on their way to the far end. */
#include "world_state.h"

const sn_link_params *sn_link_now(const sn_world *w, uint32_t link, ss_time now)
{
    const sn_plan *plan = w->plan;
    if (plan->change_count > 0) {
        return sn_plan_link_set(plan, w->courses, link, now);
    }
    const sn_link_kind *kind = &plan->links[plan->groups[plan->nodes[link / 2].group].link];
    return (link & 1) == 0 ? &kind->up : &kind->down;
}

static uint32_t far_end(const sn_plan *plan, uint32_t link)
{
    return (link & 1) == 0 ? plan->cast.nodes[link / 2].router : link / 2;
}

static uint32_t near_end(const sn_plan *plan, uint32_t link)
{
    return (link & 1) == 0 ? link / 2 : plan->cast.nodes[link / 2].router;
}

static sn_point point_of(const sn_partition *p, uint32_t link, const sn_about *about)
{
    const sn_cast *cast = &p->world->plan->cast;
    const uint64_t place = sn_link_id(cast, link);
    const ss_summary *sip = &about->sip;
    return (sn_point){
        .place = place,
        .call = sip->call_id,
        .cseq = sip->cseq,
        .status = sip->status,
        .method = sip->method,
        .is_sip = sip->is_sip,
        .fragment = about->id.fragment,
        .copy = about->id.copy,
        .at = p->key.at,
        .print = about->hash,
        .entity = link,
        .key = { place, cast->nodes[about->id.origin].id, about->id.ordinal, about->id.fragment,
                 about->id.copy },
        .key_words = SN_POINT_KEY_MAX,
    };
}

/* A copy that will arrive is told when; the others, and what happened to it, by facts of their own. */
static void emit_copy(sn_partition *p, uint32_t link, const sn_packet *packet, const sn_copy *copy)
{
    sn_fact fact = sn_packet_fact(SN_FACT_LINK_REORDERED, link, &packet->about,
                                  far_end(p->world->plan, link), packet->len);
    fact.packet.copy = copy->number;
    if (!copy->reordered) {
        fact.kind = SN_FACT_LINK_DROPPED;
        fact.cause = (uint16_t)copy->cause;
    }
    if (copy->reordered || copy->cause != SN_CAUSE_NONE) {
        sn_emit(p, &fact, SS_EMPTY);
    }
}

static bool arrives(const sn_copy *copy)
{
    return copy->cause == SN_CAUSE_NONE && copy->held == 0;
}

/* Whoever put it there should have cut or dropped it. */
static bool is_too_long(const sn_packet *packet, const sn_link_params *params)
{
    return params->mtu != 0 && packet->len > params->mtu && !packet->about.is_stream;
}

/* What waits is told of when it is taken up. */
static void emit_passage(sn_partition *p, uint32_t link, const sn_packet *packet,
                         const sn_passage *passage, const sn_link_params *params)
{
    const uint32_t far = far_end(p->world->plan, link);
    sn_fact sent = sn_packet_fact(SN_FACT_LINK_SENT, link, &packet->about, far, 0);
    sent.due = SS_TIME_NEVER;
    sent.cause = is_too_long(packet, params) ? SN_CAUSE_MTU : SN_CAUSE_NONE;
    for (unsigned i = 0; i < passage->copies; i++) {
        if (arrives(&passage->copy[i])) {
            sent.value++;
            sent.due = ss_time_earlier(sent.due, passage->copy[i].arrives);
        }
    }
    if (passage->copy[0].held == 0) {
        sent.queued = passage->copy[0].queued;
        sn_emit(p, &sent, sn_packet_slice(packet));
    }
    for (unsigned i = 0; i < passage->copies; i++) {
        sn_fact fact =
            sn_packet_fact(SN_FACT_LINK_DUPLICATED, link, &packet->about, far, packet->len);
        fact.packet.copy = passage->copy[i].number;
        if (i > 0 && passage->copy[i].held == 0) {
            sn_emit(p, &fact, SS_EMPTY);
        }
        emit_copy(p, link, packet, &passage->copy[i]);
    }
}

/* It waited, and is on its way or was dropped. */
static void emit_served(sn_partition *p, uint32_t link, const sn_held *held)
{
    const sn_packet *packet = sn_packet_at(p, held->packet);
    const uint32_t far = far_end(p->world->plan, link);
    const bool is_first = !held->is_second;
    const bool is_dropped = held->copy.cause != SN_CAUSE_NONE;
    sn_fact fact = sn_packet_fact(is_first ? SN_FACT_LINK_SENT : SN_FACT_LINK_DUPLICATED, link,
                                  &packet->about, far, is_first ? !is_dropped : packet->len);
    fact.packet.copy = held->copy.number;
    fact.due = is_dropped ? (is_first ? SS_TIME_NEVER : 0) : held->copy.arrives;
    fact.queued = held->copy.queued;
    sn_emit(p, &fact, sn_packet_slice(packet));
    emit_copy(p, link, packet, &held->copy);
}

static void post_arrival(sn_partition *p, uint32_t link, ss_ref ref, const sn_copy *copy)
{
    const sn_world *w = p->world;
    sn_event event = { .at = copy->arrives, .kind = SN_EVENT_PACKET, .step = 1, .arg = ref };
    event.receiver = far_end(w->plan, link);
    event.sender = near_end(w->plan, link);
    event.counter = w->links[link].counter++;
    event.tie = sn_tie(w, event.at, event.receiver, event.sender);
    sn_packet_at(p, ref)->about.id.copy = copy->number;
    sn_post(p, &event);
}

static bool is_down(const sn_partition *p, uint32_t link)
{
    const sn_plan *plan = p->world->plan;
    ss_time until;
    return (plan->spell_count > 0 && sn_plan_has_spell(plan, link / 2, SN_SPELL_DOWN, p->key.at)) ||
           (plan->change_count > 0 &&
            sn_plan_link_is(plan, p->world->courses, link, SN_CHANGE_DOWN, p->key.at, &until));
}

/* Where it sets out, as nobody else is to know of it. */
static bool is_parted(const sn_partition *p, const sn_about *about)
{
    const sn_plan *plan = p->world->plan;
    return plan->rift_count > 0 && about->hops == 0 &&
           sn_plan_is_parted(plan, about->id.origin, about->target, p->key.at);
}

/* RFC791:3.1 RFC8200:3 the version is the first half byte of either header. */
static bool is_of_other_version(const sn_packet *packet, const sn_link_params *params)
{
    const bool is_v6 = packet->bytes[0] >> 4 == 6;
    return params->carries != SN_CARRIES_BOTH && is_v6 != (params->carries == SN_CARRIES_V6);
}

static sn_passage passage_of(const sn_partition *p, uint32_t link, const sn_packet *packet,
                             const sn_transmission *t)
{
    const sn_about *about = &packet->about;
    if (about->is_stream) {
        return sn_pass_stream(t, about->id.copy);
    }
    if (is_down(p, link) || is_parted(p, about) || is_of_other_version(packet, t->params)) {
        return sn_pass_nothing(about->id.copy);
    }
    if (!t->doubled && sn_link_is_plain(t->params, t->decisions)) {
        return sn_pass_whole(t, about->id.copy);
    }
    sn_point point = point_of(p, link, about);
    return sn_impair(t, &point);
}

/* When a link takes up what it is given: at once, or when it is clogged no more. */
static ss_time taken_up(const sn_world *w, uint32_t link, ss_time now)
{
    ss_time until = now;
    if (w->plan->change_count > 0) {
        (void)sn_plan_link_is(w->plan, w->courses, link, SN_CHANGE_CLOGGED, now, &until);
    }
    return until;
}

/* Ours; damaged as the link damages this copy. 0 without memory. */
static ss_ref damaged(sn_partition *p, uint32_t link, ss_ref ref, const sn_copy *copy,
                      const sn_link_params *params)
{
    const sn_damage *how = &params->corrupt;
    if (ref == 0 || !copy->corrupted) {
        return ref;
    }
    if (!how->is_read) {
        return sn_damage_packet(p, ref, copy, how);
    }
    const uint32_t mtu = params->mtu == 0 ? SN_IP_BYTES_MAX : params->mtu;
    const bool is_narrow = params->narrow != 0 && params->narrow < mtu;
    return sn_edit_packet(p, near_end(p->world->plan, link), far_end(p->world->plan, link), ref,
                          copy, how, is_narrow ? params->narrow : mtu);
}

static sn_transmission transmission_on(sn_partition *p, uint32_t link)
{
    sn_world *w = p->world;
    return (sn_transmission){ .params = sn_link_now(w, link, p->key.at),
                              .link = &w->links[link],
                              .store = &p->store,
                              .decisions = w->decisions,
                              .now = taken_up(w, link, p->key.at),
                              .is_changing = w->plan->change_count > 0 };
}

/* ---- what waits on the link ---- */

static void come_back(sn_partition *p, uint32_t link, const sn_transmission *t)
{
    const ss_time at = sn_queue_served_at(t);
    if (at != SS_TIME_NEVER) {
        const sn_event event = { .kind = SN_EVENT_SERVE, .arg = link };
        sn_post_self(p, near_end(p->world->plan, link), at, event);
    }
}

static void drop_surplus(sn_partition *p, uint32_t link, const sn_transmission *t)
{
    sn_held gone;
    while (sn_queue_surplus(t, &gone)) {
        if (gone.packet != 0) {
            emit_served(p, link, &gone);
            sn_packet_give(p, gone.packet);
        }
    }
}

void sn_link_serve(sn_partition *p, const sn_event *event)
{
    const uint32_t link = event->arg;
    const sn_transmission t = transmission_on(p, link);
    sn_held next;
    bool was_dropped = true;
    while (was_dropped && sn_queue_next(&t, &next)) {
        was_dropped = next.copy.cause != SN_CAUSE_NONE;
        if (next.packet == 0) { /* there was no memory for it: the run ends */
            continue;
        }
        emit_served(p, link, &next);
        if (was_dropped) {
            sn_packet_give(p, next.packet);
        } else {
            post_arrival(p, link, next.packet, &next.copy);
        }
    }
    come_back(p, link, &t);
}

/* ---- onto the link ---- */

/* The last copy that the packet is needed for; as many as there are copies when it is for none. */
static unsigned last_kept(const sn_passage *passage)
{
    unsigned last = passage->copies;
    for (unsigned i = 0; i < passage->copies; i++) {
        last = passage->copy[i].cause == SN_CAUSE_NONE ? i : last;
    }
    return last;
}

void sn_link_take(sn_partition *p, uint32_t link, ss_ref ref)
{
    sn_packet *packet = sn_packet_at(p, ref);
    sn_transmission t = transmission_on(p, link);
    t.bytes = packet->len + t.params->tunnel;
    t.hops = packet->about.hops;
    t.doubled = packet->about.is_doubled && packet->about.hops == 0;
    const sn_passage passage = passage_of(p, link, packet, &t);
    p->out_of_memory |= passage.out_of_memory;
    emit_passage(p, link, packet, &passage, t.params);
    packet->about.hops++;
    const unsigned last = last_kept(&passage); /* gets the block itself */
    for (unsigned i = 0; i <= last && i < passage.copies; i++) {
        const sn_copy *copy = &passage.copy[i];
        if (copy->cause != SN_CAUSE_NONE) {
            continue;
        }
        const ss_ref own =
            damaged(p, link, i == last ? ref : sn_packet_clone(p, ref), copy, t.params);
        if (copy->held != 0) {
            sn_queue_hold(&t, copy->held, own, i > 0);
        } else if (own != 0) {
            post_arrival(p, link, own, copy);
        }
    }
    if (last == passage.copies) {
        sn_packet_give(p, ref);
    }
    drop_surplus(p, link, &t);
    come_back(p, link, &t);
}
