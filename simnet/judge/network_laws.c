/* The network: what a link took arrives once, when it said (NET1, NET2); events only go forward (NET3); what is received
 * was sent (NET4). A packet on a link is kept until its last copy came out; a datagram until it is older than any sensible
 * journey, and is judged no more after that. */
#include "laws.h"

#include <stdlib.h>

#define DATAGRAM_REMEMBERED SS_S(8)

/* ---- flights ---- */

flight *sn_flight_find(flights *fs, uint64_t key)
{
    const uint64_t *index = sn_map_find(&fs->index, key);
    return index == NULL ? NULL : &fs->all[*index];
}

flight *sn_flight_add(flights *fs, uint64_t key)
{
    uint32_t index = fs->first_free;
    if (index != NO_TXN) {
        fs->first_free = fs->all[index].next_free;
    } else {
        void *all = fs->all;
        const bool has_room = sn_grow_array(&all, fs->count, &fs->room, sizeof(flight));
        fs->all = all;
        if (!has_room) {
            return NULL;
        }
        index = fs->count++;
    }
    if (!sn_map_put(&fs->index, key, index)) {
        return NULL;
    }
    fs->all[index] = (flight){ .key = key, .next_free = NO_TXN };
    return &fs->all[index];
}

void sn_flight_remove(flights *fs, flight *f)
{
    sn_map_remove(&fs->index, f->key);
    f->key = 0;
    f->next_free = fs->first_free;
    fs->first_free = (uint32_t)(f - fs->all);
}

void sn_flights_free(flights *fs)
{
    sn_map_free(&fs->index);
    free(fs->all);
}

void sn_network_begin(sn_judge *j)
{
    j->net.links.first_free = j->net.datagrams.first_free = NO_TXN;
}

void sn_network_end(sn_judge *j)
{
    sn_flights_free(&j->net.links);
    sn_flights_free(&j->net.datagrams);
    free(j->net.order);
}

/* ---- NET3 ---- */

static int compare_keys(const sn_key *a, const sn_key *b)
{
    if (a->at != b->at) {
        return a->at < b->at ? -1 : 1;
    }
    if (a->step != b->step) {
        return a->step < b->step ? -1 : 1;
    }
    if (a->tie != b->tie) {
        return a->tie < b->tie ? -1 : 1;
    }
    if (a->receiver != b->receiver) {
        return a->receiver < b->receiver ? -1 : 1;
    }
    if (a->sender != b->sender) {
        return a->sender < b->sender ? -1 : 1;
    }
    return a->counter == b->counter ? 0 : a->counter < b->counter ? -1 : 1;
}

/* Most facts are of the event that the one before was of. */
static bool is_same_key(const sn_key *a, const sn_key *b)
{
    return a->at == b->at && a->counter == b->counter && a->receiver == b->receiver &&
           a->sender == b->sender && a->tie == b->tie && a->step == b->step;
}

static void break_order(sn_judge *j, const sn_fact *f)
{
    sn_judge_broken(j, LAW_NET3, f->key.at, SN_NOBODY, 0,
                    f->key.at < j->key.at
                        ? "an instant came after a later one, %s ms"
                        : "two facts at one instant are out of order; the one before was at %s ms",
                    sn_ms(j->key.at).text);
}

static void next_event(sn_judge *j, const sn_fact *f)
{
    if (j->began && compare_keys(&j->key, &f->key) > 0) {
        break_order(j, f);
    }
    j->event++;
    j->began = true;
    j->key = f->key;
    if (f->key.at > j->now) {
        j->now = f->key.at;
        sn_owed_pass(j, j->now);
        sn_txns_pass(j, j->now);
        sn_dialogs_pass(j, j->now);
    }
}

void sn_order_judge(sn_judge *j, const sn_fact *f)
{
    if (!j->began || !is_same_key(&j->key, &f->key)) {
        next_event(j, f);
    } else if (f->index <= j->fact_index) {
        break_order(j, f);
    }
    j->fact_index = f->index;
}

/* ---- NET1, NET2 ---- */

static uint64_t packet_key(const sn_packet_id *id)
{
    const uint64_t who = ((uint64_t)id->origin << 16) | id->fragment;
    return ss_mix_absorb(who, id->ordinal);
}

static uint64_t on_link_key(uint32_t link, const sn_packet_id *id)
{
    const uint64_t key = ss_mix_absorb(packet_key(id), link);
    return key == 0 ? 1 : key;
}

static uint32_t far_end(const sn_judge *j, uint32_t link)
{
    const uint32_t node = link / 2;
    return link % 2 == 0 ? member(j, node)->router : node;
}

static void promised(sn_judge *j, const sn_fact *f, uint32_t copies)
{
    if (copies == 0) {
        return;
    }
    const uint64_t key = on_link_key(f->entity, &f->packet);
    flight *p = sn_flight_find(&j->net.links, key);
    if (f->due <= f->key.at) {
        sn_judge_broken(j, LAW_NET2, f->key.at, far_end(j, f->entity), 0,
                        "a packet is to arrive %s ms after the start, the instant it left",
                        sn_ms(f->due).text);
    }
    if (p == NULL) {
        p = sn_flight_add(&j->net.links, key);
        if (p == NULL) {
            j->out_of_memory = true;
            return;
        }
        p->sent = f->key.at;
        p->due = f->due;
        p->link = f->entity;
    } else {
        p->on_time = true; /* the same packet again: only counted */
    }
    p->copies += copies;
    p->whole += copies;
}

static void judge_instant(sn_judge *j, const sn_fact *f, flight *p)
{
    const ss_time at = f->key.at;
    p->on_time = p->on_time || at == p->due;
    if (at <= p->sent) {
        sn_judge_broken(j, LAW_NET2, at, far_end(j, f->entity), 0,
                        "a packet arrived at the instant at which it left");
    } else if (p->whole == 1 && at != p->due && !p->on_time) {
        sn_judge_broken(j, LAW_NET2, at, far_end(j, f->entity), 0,
                        "a packet was to arrive at %s ms, and came at %s ms", sn_ms(p->due).text,
                        sn_ms(at).text);
    } else if (p->copies == 1 && !p->on_time) {
        sn_judge_broken(j, LAW_NET2, at, far_end(j, f->entity), 0,
                        "no copy of a packet arrived at %s ms, as was promised",
                        sn_ms(p->due).text);
    }
}

static void arrived(sn_judge *j, const sn_fact *f)
{
    flight *p = sn_flight_find(&j->net.links, on_link_key(f->entity, &f->packet));
    if (p == NULL) {
        sn_judge_broken(j, LAW_NET1, f->key.at, far_end(j, f->entity), 0,
                        "a packet arrived that the link had not promised, or not once more");
        return;
    }
    judge_instant(j, f, p);
    if (--p->copies == 0) {
        sn_flight_remove(&j->net.links, p);
    }
}

static void more_copies(sn_judge *j, const sn_packet_id *id)
{
    const sn_packet_id datagram = { .ordinal = id->ordinal, .origin = id->origin };
    flight *d = sn_flight_find(&j->net.datagrams, on_link_key(SN_NOBODY, &datagram));
    if (d != NULL) {
        d->copies++;
    }
}

/* A packet of this node met no way to its end: transactions may hear of it and end early. */
static void excuse(sn_judge *j, const sn_fact *f)
{
    const bool tells = f->cause == SN_CAUSE_NO_ROUTE || f->cause == SN_CAUSE_NO_PORT ||
                       f->cause == SN_CAUSE_MTU || f->cause == SN_CAUSE_TTL ||
                       f->cause == SN_CAUSE_DOWN;
    if (tells && f->packet.origin < j->cast->node_count) {
        j->excused[f->packet.origin] = 1;
    }
}

void sn_link_fact(sn_judge *j, const sn_fact *f)
{
    switch (f->kind) {
    case SN_FACT_LINK_SENT:
        promised(j, f, (uint32_t)f->value);
        break;
    case SN_FACT_LINK_ARRIVED:
        arrived(j, f);
        break;
    case SN_FACT_LINK_DUPLICATED:
        more_copies(j, &f->packet);
        promised(j, f, f->due != 0); /* it waited, and was not promised with the first one */
        break;
    default:
        excuse(j, f);
        break;
    }
}

/* ---- NET4 ---- */

static bool widen_order(net_view *n)
{
    if (n->order_count < n->order_room) {
        return true;
    }
    const uint32_t room = n->order_room == 0 ? 256 : n->order_room * 2;
    uint32_t *order = malloc((size_t)room * sizeof(uint32_t));
    if (order == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < n->order_count; i++) {
        order[i] = n->order[(n->order_first + i) % n->order_room];
    }
    free(n->order);
    n->order = order;
    n->order_first = 0;
    n->order_room = room;
    return true;
}

static void forget_old(net_view *n, ss_time now)
{
    while (n->order_count > 0) {
        flight *oldest = &n->datagrams.all[n->order[n->order_first]];
        if (ss_time_after(oldest->sent, DATAGRAM_REMEMBERED) > now) {
            return;
        }
        sn_flight_remove(&n->datagrams, oldest);
        n->order_first = (n->order_first + 1) % n->order_room;
        n->order_count--;
    }
}

static uint64_t datagram_key(const sn_packet_id *id)
{
    const sn_packet_id whole = { .ordinal = id->ordinal, .origin = id->origin };
    return on_link_key(SN_NOBODY, &whole);
}

void sn_datagram_sent(sn_judge *j, const sn_fact *f)
{
    net_view *n = &j->net;
    forget_old(n, f->key.at);
    if (sn_flight_find(&n->datagrams, datagram_key(&f->packet)) != NULL) {
        sn_judge_broken(j, LAW_NET4, f->key.at, f->entity, 0, "two datagrams left with one number");
        return;
    }
    flight *d = widen_order(n) ? sn_flight_add(&n->datagrams, datagram_key(&f->packet)) : NULL;
    if (d == NULL) {
        j->out_of_memory = true;
        return;
    }
    d->hash = f->hash;
    d->edited = false;
    d->call_id = f->sip.call_id;
    d->sent = f->key.at;
    d->copies = 1;
    n->order[(n->order_first + n->order_count++) % n->order_room] =
        (uint32_t)(d - n->datagrams.all);
    if (f->packet.ordinal >= j->ordinals[f->packet.origin]) {
        j->ordinals[f->packet.origin] = f->packet.ordinal + 1;
    }
}

uint64_t sn_datagram_edited(sn_judge *j, const sn_fact *f)
{
    flight *d = sn_flight_find(&j->net.datagrams, datagram_key(&f->packet));
    if (d == NULL) {
        return 0;
    }
    d->edited = true;
    return d->call_id;
}

void sn_datagram_received(sn_judge *j, const sn_fact *f)
{
    flight *d = sn_flight_find(&j->net.datagrams, datagram_key(&f->packet));
    if (d == NULL) {
        const bool was_sent = f->packet.origin < j->cast->node_count &&
                              f->packet.ordinal < j->ordinals[f->packet.origin];
        if (!was_sent) {
            sn_judge_broken(j, LAW_NET4, f->key.at, f->entity, f->sip.call_id,
                            "a datagram was received that was never sent");
        }
        return;
    }
    if (d->hash != f->hash && !d->edited) {
        sn_judge_broken(j, LAW_NET4, f->key.at, f->entity, f->sip.call_id,
                        "a datagram was received with other bytes than it was sent with");
    } else if (d->copies == 0) {
        sn_judge_broken(j, LAW_NET4, f->key.at, f->entity, f->sip.call_id,
                        "a datagram was received more often than it was sent and duplicated");
    } else {
        d->copies--;
    }
}

/* ---- the end ---- */

/* A packet that is due after the end, or whose second copy is (nobody said when), may still be on its link. */
void sn_network_finish(sn_judge *j, ss_time end)
{
    for (uint32_t i = 0; i < j->net.links.count; i++) {
        const flight *p = &j->net.links.all[i];
        if (p->key != 0 && p->due < end && (p->whole == 1 || !p->on_time)) {
            sn_judge_broken(j, LAW_NET1, p->due, far_end(j, p->link), 0,
                            "a packet sent at %s ms, due at %s ms, never arrived",
                            sn_ms(p->sent).text, sn_ms(p->due).text);
        }
    }
}
