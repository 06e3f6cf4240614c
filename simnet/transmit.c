/* A packet goes onto a link: what the link makes of it is decided, told, and its copies are on their way to the far end. */
#include "world_state.h"

const sn_link_params *sn_link_now(const sn_plan *plan, uint32_t link, ss_time now)
{
    if (plan->change_count > 0) {
        return sn_plan_link_set(plan, link, now);
    }
    const sn_link_kind *kind = &plan->links[plan->groups[plan->nodes[link / 2].group].link];
    return (link & 1) == 0 ? &kind->up : &kind->down;
}

static uint32_t far_end(const sn_plan *plan, uint32_t link)
{
    return (link & 1) == 0 ? plan->cast.nodes[link / 2].router : link / 2;
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

static void emit_passage(sn_partition *p, uint32_t link, const sn_packet *packet,
                         const sn_passage *passage)
{
    const uint32_t far = far_end(p->world->plan, link);
    sn_fact sent = sn_packet_fact(SN_FACT_LINK_SENT, link, &packet->about, far, 0);
    sent.due = SS_TIME_NEVER;
    for (unsigned i = 0; i < passage->copies; i++) {
        if (passage->copy[i].cause == SN_CAUSE_NONE) {
            sent.value++;
            sent.due = ss_time_earlier(sent.due, passage->copy[i].arrives);
        }
    }
    sn_emit(p, &sent, SS_EMPTY);
    for (unsigned i = 0; i < passage->copies; i++) {
        sn_fact fact =
            sn_packet_fact(SN_FACT_LINK_DUPLICATED, link, &packet->about, far, packet->len);
        fact.packet.copy = passage->copy[i].number;
        if (i > 0) {
            sn_emit(p, &fact, SS_EMPTY);
        }
        fact.kind = passage->copy[i].reordered ? SN_FACT_LINK_REORDERED : SN_FACT_LINK_DROPPED;
        fact.cause = (uint16_t)passage->copy[i].cause;
        if (passage->copy[i].reordered || fact.cause != SN_CAUSE_NONE) {
            sn_emit(p, &fact, SS_EMPTY);
        }
    }
}

static void post_arrival(sn_partition *p, uint32_t link, ss_ref ref, const sn_copy *copy)
{
    const sn_world *w = p->world;
    sn_event event = { .at = copy->arrives, .kind = SN_EVENT_PACKET, .step = 1, .arg = ref };
    event.receiver = far_end(w->plan, link);
    event.sender = (link & 1) == 0 ? link / 2 : w->plan->cast.nodes[link / 2].router;
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
            sn_plan_link_is(plan, link, SN_CHANGE_DOWN, p->key.at, &until));
}

static sn_passage passage_of(const sn_partition *p, uint32_t link, const sn_about *about,
                             const sn_transmission *t)
{
    if (about->is_stream) {
        return sn_pass_stream(t, about->id.copy);
    }
    if (is_down(p, link)) {
        return sn_pass_nothing(about->id.copy);
    }
    if (!t->doubled && sn_link_is_plain(t->params, t->decisions)) {
        return sn_pass_whole(t, about->id.copy);
    }
    sn_point point = point_of(p, link, about);
    return sn_impair(t, &point);
}

/* When a link takes up what it is given: at once, or when it is clogged no more. */
static ss_time taken_up(const sn_plan *plan, uint32_t link, ss_time now)
{
    ss_time until = now;
    if (plan->change_count > 0) {
        (void)sn_plan_link_is(plan, link, SN_CHANGE_CLOGGED, now, &until);
    }
    return until;
}

/* The last copy that arrives; as many as there are copies when none does. */
static unsigned last_arriving(const sn_passage *passage)
{
    unsigned last = passage->copies;
    for (unsigned i = 0; i < passage->copies; i++) {
        last = passage->copy[i].cause == SN_CAUSE_NONE ? i : last;
    }
    return last;
}

static void deliver(sn_partition *p, uint32_t link, ss_ref ref, const sn_copy *copy,
                    const sn_link_params *params)
{
    const sn_damage *how = &params->corrupt;
    const sn_cast *cast = &p->world->plan->cast;
    if (ref != 0 && copy->corrupted && how->is_read) {
        const uint32_t near = (link & 1) == 0 ? link / 2 : cast->nodes[link / 2].router;
        const uint32_t mtu = params->mtu == 0 ? SN_IP_BYTES_MAX : params->mtu;
        const bool is_narrow = params->narrow != 0 && params->narrow < mtu;
        ref = sn_edit_packet(p, near, far_end(p->world->plan, link), ref, copy, how,
                             is_narrow ? params->narrow : mtu);
    } else if (ref != 0 && copy->corrupted) {
        ref = sn_damage_packet(p, ref, copy, how);
    }
    if (ref != 0) {
        post_arrival(p, link, ref, copy);
    }
}

void sn_link_take(sn_partition *p, uint32_t link, ss_ref ref)
{
    sn_world *w = p->world;
    sn_packet *packet = sn_packet_at(p, ref);
    const sn_link_params *params = sn_link_now(w->plan, link, p->key.at);
    const sn_transmission t = { .params = params,
                                .link = &w->links[link],
                                .store = &p->store,
                                .decisions = w->decisions,
                                .now = taken_up(w->plan, link, p->key.at),
                                .is_changing = w->plan->change_count > 0,
                                .bytes = packet->len + params->tunnel,
                                .hops = packet->about.hops,
                                .doubled = packet->about.is_doubled && packet->about.hops == 0 };
    const sn_passage passage = passage_of(p, link, &packet->about, &t);
    p->out_of_memory |= passage.out_of_memory;
    emit_passage(p, link, packet, &passage);
    packet->about.hops++;
    const unsigned last = last_arriving(&passage); /* gets the block itself */
    for (unsigned i = 0; i <= last && i < passage.copies; i++) {
        const sn_copy *copy = &passage.copy[i];
        if (copy->cause == SN_CAUSE_NONE) {
            deliver(p, link, i == last ? ref : sn_packet_clone(p, ref), copy, t.params);
        }
    }
    if (last == passage.copies) {
        sn_packet_give(p, ref);
    }
}
