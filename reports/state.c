/* What is live: a thing comes into being by a fact, is changed by others and goes by one. Facts tell of all of it, so that no world has
 * to be looked into, and the same is seen however it is split.
 */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#include "ss/msg.h"
#include "words.h"

rp_state *rp_state_new(const sn_cast *cast)
{
    rp_state *s = calloc(1, sizeof *s);
    if (s != NULL) {
        s->cast = cast;
        s->left = calloc((size_t)cast->node_count + 1, sizeof *s->left);
        s->waiting = calloc((size_t)cast->node_count + 1, sizeof *s->waiting);
    }
    if (s != NULL && (s->left == NULL || s->waiting == NULL)) {
        rp_state_free(s);
        return NULL;
    }
    return s;
}

void rp_state_free(rp_state *s)
{
    if (s != NULL) {
        sn_index_free(&s->by_key);
        sn_index_free(&s->messages);
        sn_index_free(&s->numbers);
        free(s->things);
        free(s->left);
        free(s->waiting);
        free(s);
    }
}

/* ---- things ---- */

/* Kind and owner are in it, so that two of them never share a key but by chance. */
static uint64_t key_of(state_kind kind, uint32_t node, uint64_t a, uint64_t b)
{
    const uint64_t words[] = { kind, node, a, b };
    const uint64_t hash =
        ss_hash64(7, (ss_slice){ (const char *)(const void *)words, sizeof words });
    return hash == 0 ? 1 : hash;
}

static state_thing *find(rp_state *s, uint64_t key)
{
    const uint32_t at = sn_index_get(&s->by_key, key);
    return at == SN_NOBODY ? NULL : &s->things[at];
}

static bool grow(rp_state *s)
{
    const uint32_t room = s->room == 0 ? 256 : s->room * 2;
    state_thing *things = realloc(s->things, room * sizeof *things);
    if (things == NULL) {
        return false;
    }
    s->things = things;
    s->room = room;
    return true;
}

/* The thing of that key, made when there is none. What is gone leaves its place to the next. NULL without memory. */
static state_thing *make(rp_state *s, state_kind kind, uint32_t node, uint64_t key, ss_time at)
{
    state_thing *t = find(s, key);
    if (t != NULL) {
        return t;
    }
    uint32_t place = s->free_first;
    if (s->free_count == 0) {
        if (s->count == s->room && !grow(s)) {
            s->out_of_memory = true;
            return NULL;
        }
        place = s->count++;
    } else {
        s->free_first = s->things[place].next_free;
        s->free_count--;
    }
    t = &s->things[place];
    *t = (state_thing){ .key = key,
                        .born = s->births++,
                        .kind = kind,
                        .node = node,
                        .since = at,
                        .made = at,
                        .peer = SN_NOBODY,
                        .is_live = true };
    if (!sn_index_put(&s->by_key, key, place)) {
        t->is_live = false;
        s->out_of_memory = true;
        return NULL;
    }
    return t;
}

static void drop(rp_state *s, state_thing *t)
{
    if (t != NULL) {
        sn_index_remove(&s->by_key, t->key);
        t->is_live = false;
        t->next_free = s->free_first;
        s->free_first = (uint32_t)(t - s->things);
        s->free_count++;
    }
}

static void enter(state_thing *t, unsigned state, ss_time at)
{
    t->since = t->state == state && t->made != at ? t->since : at;
    t->state = (uint16_t)state;
}

/* ---- facts ---- */

static void on_transaction(rp_state *s, const sn_fact *f)
{
    const ss_note *n = &f->note;
    const uint64_t key =
        key_of(STATE_TRANSACTION, f->entity, n->branch, (uint64_t)n->machine << 8 | n->method);
    if (n->to == SS_TXN_TERMINATED) {
        drop(s, find(s, key));
        return;
    }
    state_thing *t = make(s, STATE_TRANSACTION, f->entity, key, f->key.at);
    if (t != NULL) {
        t->machine = n->machine;
        t->method = n->method;
        t->call_id = n->call_id;
        enter(t, n->to, f->key.at);
    }
}

static void on_resend(rp_state *s, const sn_fact *f)
{
    const ss_note *n = &f->note;
    state_thing *t = find(
        s, key_of(STATE_TRANSACTION, f->entity, n->branch, (uint64_t)n->machine << 8 | n->method));
    if (t != NULL) {
        t->count++;
    }
}

static void on_dialog(rp_state *s, const sn_fact *f)
{
    const ss_note *n = &f->note;
    const uint64_t key = key_of(STATE_DIALOG, f->entity, n->call_id, n->identity);
    if (n->to == 0 || n->to == 3) {
        drop(s, find(s, key));
        return;
    }
    state_thing *t = make(s, STATE_DIALOG, f->entity, key, f->key.at);
    if (t != NULL) {
        t->call_id = n->call_id;
        enter(t, n->to, f->key.at);
    }
}

static void on_subscription(rp_state *s, const sn_fact *f)
{
    const ss_note *n = &f->note;
    const uint64_t key = key_of(STATE_SUBSCRIPTION, f->entity, n->machine, n->value);
    if (n->to == SS_SUB_TERMINATED || n->to == SS_SUB_NONE) {
        drop(s, find(s, key));
        return;
    }
    state_thing *t = make(s, STATE_SUBSCRIPTION, f->entity, key, f->key.at);
    if (t != NULL) {
        t->machine = n->machine;
        t->method = n->method;
        t->call_id = n->call_id;
        enter(t, n->to, f->key.at);
    }
}

/* What waits to be refused waits, too. */
static void on_queue(rp_state *s, const sn_fact *f)
{
    uint32_t *waiting = &s->waiting[f->entity];
    if (f->note.to == SS_QUEUE_WAITS || f->note.to == SS_QUEUE_REFUSED) {
        ++*waiting;
    } else if (f->note.to == SS_QUEUE_TAKEN && *waiting > 0) {
        --*waiting;
    }
}

static void on_note(rp_state *s, const sn_fact *f)
{
    switch (f->note.kind) {
    case SS_NOTE_TXN:
        on_transaction(s, f);
        break;
    case SS_NOTE_RESEND:
        on_resend(s, f);
        break;
    case SS_NOTE_DIALOG:
        on_dialog(s, f);
        break;
    case SS_NOTE_SUBSCRIPTION:
        on_subscription(s, f);
        break;
    case SS_NOTE_QUEUE:
        on_queue(s, f);
        break;
    default:
        break;
    }
}

static bool is_end(unsigned event)
{
    static const uint16_t ends[] = { SN_CALL_BLOCKED,   SN_CALL_REJECTED, SN_CALL_REFUSED,
                                     SN_CALL_CANCELLED, SN_CALL_BYE,      SN_CALL_ENDED };
    for (size_t i = 0; i < SS_COUNT(ends); i++) {
        if (ends[i] == event) {
            return true;
        }
    }
    return false;
}

static void forget_node(rp_state *s, uint32_t node)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const bool is_packet = s->things[i].kind == STATE_PACKET;
        if (s->things[i].is_live && s->things[i].node == node && !is_packet) {
            drop(s, &s->things[i]);
        }
    }
    s->waiting[node] = 0;
}

static void on_call(rp_state *s, const sn_fact *f)
{
    const sn_call_fact *c = &f->call;
    if (c->event == SN_CALL_CRASHED) {
        forget_node(s, f->entity);
    }
    if (c->call_id == 0) {
        return;
    }
    if (c->number != 0 && !sn_index_put(&s->numbers, c->call_id, c->number)) {
        s->out_of_memory = true;
    }
    const uint64_t key = key_of(STATE_CALL, f->entity, c->call_id, 0);
    if (is_end(c->event)) {
        drop(s, find(s, key));
        return;
    }
    state_thing *t = make(s, STATE_CALL, f->entity, key, f->key.at);
    if (t != NULL) {
        t->call_id = c->call_id;
        enter(t, c->event, f->key.at);
    }
}

static bool is_gone(unsigned event)
{
    return event == SN_CONNECTION_REFUSED || event == SN_CONNECTION_UNREACHABLE ||
           event == SN_CONNECTION_CLOSED || event == SN_CONNECTION_RESET ||
           event == SN_CONNECTION_LOST || event == SN_CONNECTION_CLOSING;
}

static void on_connection(rp_state *s, const sn_fact *f)
{
    const uint64_t ports = (uint64_t)f->local_port << 16 | f->peer_port;
    const uint64_t key = key_of(STATE_CONNECTION, f->entity, f->peer, ports);
    if (is_gone(f->connection.event)) {
        drop(s, find(s, key));
        return;
    }
    state_thing *t = make(s, STATE_CONNECTION, f->entity, key, f->key.at);
    if (t != NULL) {
        t->peer = f->peer;
        t->local_port = f->local_port;
        t->peer_port = f->peer_port;
        t->count = f->value;
        enter(t, f->connection.event, f->key.at);
    }
}

/* A message in 32 bits, never SN_NOBODY: a request or not, method, status, the low end of CSeq. */
static uint32_t pack(const ss_summary *sip)
{
    return (uint32_t)(sip->is_sip != 0) | (uint32_t)(sip->is_request != 0) << 1 |
           (uint32_t)(sip->method & 31u) << 2 | (uint32_t)(sip->status & 1023u) << 7 |
           (sip->cseq & 0x7fffu) << 17;
}

static uint64_t packet_key(const sn_fact *f)
{
    const sn_packet_id *p = &f->packet;
    return key_of(STATE_PACKET, f->entity, p->ordinal, (uint64_t)p->origin << 16 | p->fragment);
}

static void on_link(rp_state *s, const sn_fact *f, uint64_t copies)
{
    state_thing *t =
        copies == 0 ? NULL : make(s, STATE_PACKET, f->entity / 2, packet_key(f), f->key.at);
    if (t != NULL) {
        t->count += copies;
        t->link = f->entity;
        t->due = t->due == 0 ? f->due : t->due;
        t->message = sn_index_get(&s->messages, sn_index_datagram(&f->packet));
    }
}

static void on_arrival(rp_state *s, const sn_fact *f)
{
    state_thing *t = find(s, packet_key(f));
    if (t != NULL && --t->count == 0) {
        drop(s, t);
    }
}

static void on_message(rp_state *s, const sn_fact *f)
{
    if (!sn_index_put(&s->messages, sn_index_datagram(&f->packet), pack(&f->sip))) {
        s->out_of_memory = true;
    }
}

void rp_state_fact(rp_state *s, const sn_fact *f)
{
    switch (f->kind) {
    case SN_FACT_DATAGRAM_SENT:
        on_message(s, f);
        break;
    case SN_FACT_LINK_SENT:
        on_link(s, f, f->value);
        break;
    case SN_FACT_LINK_DUPLICATED:
        on_link(s, f, f->due != 0 ? 1 : 0);
        break;
    case SN_FACT_LINK_ARRIVED:
        on_arrival(s, f);
        break;
    case SN_FACT_NOTE:
        on_note(s, f);
        break;
    case SN_FACT_CALL:
        on_call(s, f);
        break;
    case SN_FACT_CONNECTION:
        on_connection(s, f);
        break;
    case SN_FACT_LEFT:
        s->left[f->entity] = f->left;
        s->has_left = true;
        break;
    case SN_FACT_END:
        break;
    default:
        break;
    }
    if (f->kind != SN_FACT_LEFT && f->kind != SN_FACT_END) {
        s->last = f->key;
        s->has_last = true;
    }
}
