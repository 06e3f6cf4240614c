/* One end of each dialog, as the wire shows it (RFC 3261 12.1, 15): what laws about dialogs need to remember of it. Those that a
 * SUBSCRIBE or REFER makes are in event_dialogs.c. One that an INVITE makes begins with the first 101 to 299 that has a To tag, and
 * ends with a BYE of either side, or with its INVITE when that brought no 2xx; it is known a while longer, so that what is late is
 * still told. Here is also said which law file hears of which message. */
#include "laws.h"

#include <stdlib.h>

void sn_dialogs_begin(sn_judge *j)
{
    dialogs_view *v = &j->dialogs;
    v->first_free = v->first_over = v->last_over = NO_END;
    for (uint32_t i = 0; i < j->cast->node_count; i++) {
        const ss_span span = 64 * j->cast->nodes[i].spans->t1;
        v->linger = span > v->linger ? span : v->linger;
    }
}

void sn_dialogs_free(sn_judge *j)
{
    sn_map_free(&j->dialogs.index);
    sn_map_free(&j->dialogs.asked);
    free(j->dialogs.all);
}

/* ---- ends ---- */

static uint64_t at_node(uint32_t node, uint64_t identity)
{
    const uint64_t key = ss_mix_absorb(identity, node);
    return key == 0 ? 1 : key;
}

/* The node's own tag comes first: From of what it sends as a request, To of what it answers. */
static uint64_t key_of(const sn_fact *f)
{
    const bool is_from = (f->sip.is_request != 0) == sn_fact_is_sent(f);
    const uint64_t own = is_from ? f->sip.from_tag : f->sip.to_tag;
    const uint64_t other = is_from ? f->sip.to_tag : f->sip.from_tag;
    return at_node(f->entity, ss_mix_absorb(ss_mix_absorb(f->sip.call_id, own), other));
}

static dialog_end *find(const sn_judge *j, uint64_t key)
{
    const uint64_t *at = sn_map_find(&j->dialogs.index, key);
    return at == NULL ? NULL : &j->dialogs.all[*at];
}

static uint32_t take_slot(dialogs_view *v)
{
    if (v->first_free != NO_END) {
        const uint32_t index = v->first_free;
        v->first_free = v->all[index].next;
        return index;
    }
    void *all = v->all;
    const bool has_room = sn_grow_array(&all, v->count, &v->room, sizeof(dialog_end));
    v->all = all;
    return has_room ? v->count++ : NO_END;
}

static uint32_t higher(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* RFC3261:12.1.1 RFC3261:12.1.2 */
static void begin(dialog_end *d, const sn_fact *f, const txn *invite)
{
    sn_offer_begin(d, f, invite);
    if (d->is_uac) {
        d->last_invite = f->sip.branch;
        d->sent_cseq = invite->cseq;
        sn_route_of_response(d, f);
    } else {
        d->last_peers_invite = f->sip.branch;
        d->got_cseq = d->accepted_cseq = invite->cseq;
        sn_route_of_request(d, invite);
    }
}

dialog_end *sn_dialog_of(const sn_judge *j, const sn_fact *f)
{
    return find(j, key_of(f));
}

dialog_end *sn_dialog_add(sn_judge *j, const sn_fact *f)
{
    const uint64_t key = key_of(f);
    const uint32_t index = take_slot(&j->dialogs);
    if (index == NO_END || !sn_map_put(&j->dialogs.index, key, index)) {
        j->out_of_memory = true;
        return NULL;
    }
    dialog_end *d = &j->dialogs.all[index];
    *d = (dialog_end){ .key = key,
                       .call_id = f->sip.call_id,
                       .node = f->entity,
                       .next = NO_END,
                       .next_of_invite = NO_END,
                       .by_tls = f->transport == SS_TRANSPORT_TLS,
                       .expires = SS_TIME_NEVER };
    return d;
}

/* RFC3261:12.1 found, or made by a response to the INVITE outside a dialog. */
static dialog_end *obtain(sn_judge *j, const sn_fact *f, txn *invite)
{
    dialog_end *d = find(j, key_of(f));
    if (d != NULL || !invite->is_initial) {
        return d;
    }
    d = sn_dialog_add(j, f);
    if (d == NULL) {
        return NULL;
    }
    d->next_of_invite = invite->ends;
    d->is_of_invite = true;
    invite->ends = (uint32_t)(d - j->dialogs.all);
    begin(d, f, invite);
    return d;
}

static void end(sn_judge *j, dialog_end *d)
{
    dialogs_view *v = &j->dialogs;
    const uint32_t index = (uint32_t)(d - v->all);
    if (d->is_over) {
        return;
    }
    d->is_over = true;
    d->until = ss_time_after(j->now, v->linger);
    d->next = NO_END;
    if (v->last_over == NO_END) {
        v->first_over = index;
    } else {
        v->all[v->last_over].next = index;
    }
    v->last_over = index;
}

static void give_slot(dialogs_view *v, dialog_end *d)
{
    d->next = v->first_free;
    v->first_free = (uint32_t)(d - v->all);
}

/* The slot of one that its INVITE still names is given back when that is over: until then it names no other. */
void sn_dialogs_pass(sn_judge *j, ss_time now)
{
    dialogs_view *v = &j->dialogs;
    while (v->first_over != NO_END && v->all[v->first_over].until < now) {
        dialog_end *d = &v->all[v->first_over];
        v->first_over = d->next;
        v->last_over = d->next == NO_END ? NO_END : v->last_over;
        sn_map_remove(&v->index, d->key);
        d->key = 0;
        if (!d->is_of_invite) {
            give_slot(v, d);
        }
    }
}

bool sn_dialogs_up(const sn_judge *j, map *call_ids)
{
    for (uint32_t i = 0; i < j->dialogs.count; i++) {
        const dialog_end *d = &j->dialogs.all[i];
        const bool is_up = d->key != 0 && d->is_confirmed && !d->is_over && d->call_id != 0;
        if (is_up && !sn_map_put(call_ids, d->call_id, 1)) {
            return false;
        }
    }
    return true;
}

void sn_dialogs_finish(sn_judge *j, ss_time end)
{
    for (uint32_t i = 0; i < j->dialogs.count; i++) {
        dialog_end *d = &j->dialogs.all[i];
        if (d->key != 0) {
            sn_expiry_judge(j, d, end);
        }
    }
}

void sn_dialogs_crash(sn_judge *j, uint32_t node)
{
    for (uint32_t i = 0; i < j->dialogs.count; i++) {
        dialog_end *d = &j->dialogs.all[i];
        if (d->key != 0 && d->node == node) {
            end(j, d);
        }
    }
}

void sn_dialogs_invite_over(sn_judge *j, txn *invite)
{
    for (uint32_t at = invite->ends; at != NO_END;) {
        dialog_end *d = &j->dialogs.all[at];
        at = d->next_of_invite;
        d->is_of_invite = false;
        if (d->key == 0) {
            give_slot(&j->dialogs, d);
        } else if (!d->is_confirmed) {
            end(j, d);
        }
    }
    invite->ends = NO_END;
}

/* ---- messages ---- */

static bool concerns(const sn_judge *j, const sn_fact *f)
{
    return f->sip.to_tag != 0 && member(j, f->entity)->role == SN_ROLE_UA;
}

/* An INVITE outside a dialog may have an offer, for each dialog that it makes. */
static void note_first_offer(sn_judge *j, const sn_fact *f, txn *t)
{
    if (f->sip.method == SS_METHOD_INVITE && f->sip.to_tag == 0 &&
        (f->sip.says & SS_SAYS_SESSION) != 0 && member(j, f->entity)->role == SN_ROLE_UA) {
        t->session = sn_session_read(j, &f->sip);
    }
}

static bool may_change_session(uint8_t method)
{
    return method == SS_METHOD_INVITE || method == SS_METHOD_UPDATE || method == SS_METHOD_PRACK;
}

/* By a BYE, of either side. */
static void ended(sn_judge *j, const sn_fact *f, dialog_end *d)
{
    sn_expiry_judge(j, d, f->key.at);
    if (!d->is_over) {
        sn_offer_dialog_ended(j, d);
    }
    end(j, d);
}

/* RFC3261:12.1.1 The dialog with a peer of RFC 2543, which gave no tag, ends by a BYE without one; more is not asked of it. */
static void untagged_bye_sent(sn_judge *j, const sn_fact *f)
{
    const bool is_one = f->sip.method == SS_METHOD_BYE && f->sip.to_tag == 0;
    dialog_end *d = is_one ? find(j, key_of(f)) : NULL;
    if (d != NULL && !d->is_over) {
        ended(j, f, d);
    }
}

void sn_dialogs_request_sent(sn_judge *j, const sn_fact *f, txn *t)
{
    untagged_bye_sent(j, f);
    note_first_offer(j, f, t);
    sn_event_dialog_asked(j, f);
    dialog_end *d = concerns(j, f) ? find(j, key_of(f)) : NULL;
    if (d == NULL) {
        return;
    }
    if (f->sip.method != SS_METHOD_CANCEL) {
        d->sent_cseq = higher(d->sent_cseq, f->sip.cseq);
    }
    if (d->is_over) {
        return;
    }
    sn_route_judge(j, f, d);
    if (f->sip.method == SS_METHOD_BYE) {
        ended(j, f, d);
        return;
    }
    if (f->sip.method == SS_METHOD_INVITE) {
        sn_dialog_invite_sent(j, f, d);
    }
    if (may_change_session(f->sip.method)) {
        sn_offer_request_sent(j, f, d);
    }
    if (f->sip.method == SS_METHOD_PRACK) {
        sn_prack_sent(j, f, d);
    }
}

/* The end of the dialog that a request came to; NULL: there is none, or it is over with that. */
static dialog_end *came_to(sn_judge *j, const sn_fact *f)
{
    dialog_end *d = concerns(j, f) ? find(j, key_of(f)) : NULL;
    if (d == NULL) {
        return NULL;
    }
    if (f->sip.method != SS_METHOD_CANCEL) {
        d->got_cseq = higher(d->got_cseq, f->sip.cseq);
    }
    if (f->sip.method == SS_METHOD_BYE) {
        ended(j, f, d);
        return NULL;
    }
    sn_route_refreshed(d, f);
    return d;
}

void sn_dialogs_unknown_received(sn_judge *j, const sn_fact *f)
{
    (void)came_to(j, f);
}

void sn_dialogs_request_received(sn_judge *j, const sn_fact *f, txn *t)
{
    note_first_offer(j, f, t);
    dialog_end *d = came_to(j, f);
    if (d == NULL) {
        return;
    }
    if (f->sip.method == SS_METHOD_PRACK) {
        sn_prack_received(j, f, d);
    }
    if (d->is_over) {
        return;
    }
    if (f->sip.method == SS_METHOD_INVITE) {
        sn_dialog_invite_received(j, f, d);
    }
    if (may_change_session(f->sip.method)) {
        sn_offer_request_received(j, f, d);
    }
}

void sn_dialogs_ack_seen(sn_judge *j, const sn_fact *f)
{
    dialog_end *d = concerns(j, f) ? find(j, key_of(f)) : NULL;
    if (d == NULL || d->is_over) {
        return;
    }
    if (sn_fact_is_sent(f)) {
        sn_route_judge(j, f, d);
        sn_offer_ack_sent(j, f, d);
    } else {
        sn_offer_ack_received(j, f, d);
    }
}

static void invite_answered(sn_judge *j, const sn_fact *f, txn *t)
{
    dialog_end *d = t->final_at == SS_TIME_NEVER ? obtain(j, f, t) : NULL;
    if (d == NULL) {
        return; /* a copy of the 2xx says nothing new */
    }
    if (f->sip.status >= 200) {
        sn_answer_sent(j, f);
        sn_success_waits(j, f, d);
        sn_expiry_negotiated(j, f, t, d);
        d->is_confirmed = true;
        d->accepted_cseq = higher(d->accepted_cseq, f->sip.cseq);
    }
    const bool is_new = f->sip.status >= 200 || sn_reliable_sent(j, f, t, d);
    if (is_new && !d->is_over) {
        sn_offer_response_sent(j, f, t, d);
    }
}

static void change_agreed(sn_judge *j, const sn_fact *f, const txn *t, dialog_end *d)
{
    if (t->method == SS_METHOD_UPDATE && d->is_confirmed) {
        sn_expiry_negotiated(j, f, t, d);
    }
}

static bool is_change(const txn *t)
{
    return t->method == SS_METHOD_PRACK || t->method == SS_METHOD_UPDATE;
}

/* The first 2xx to another request than INVITE. RFC3261:12.2.2 */
static void accepted(sn_judge *j, const sn_fact *f, const txn *t)
{
    dialog_end *d = find(j, key_of(f));
    if (d == NULL) {
        sn_event_dialog_made(j, f, t);
        return;
    }
    if (t->method != SS_METHOD_CANCEL) {
        d->accepted_cseq = higher(d->accepted_cseq, f->sip.cseq);
    }
    if (t->method == SS_METHOD_PRACK) {
        sn_prack_answered(j, f, t, d);
    }
    if (is_change(t) && !d->is_over) {
        change_agreed(j, f, t, d);
        sn_offer_success_sent(j, f, d);
    }
}

/* RFC3261:12.3 the early dialogs of an INVITE that failed are no more. */
static void failed(sn_judge *j, txn *t)
{
    if (t->final_at == SS_TIME_NEVER) {
        sn_dialogs_invite_over(j, t);
    }
}

void sn_dialogs_response_sent(sn_judge *j, const sn_fact *f, txn *t)
{
    if (f->sip.status <= 100 || !concerns(j, f)) {
        return;
    }
    if (f->sip.status >= 300) {
        failed(j, t);
    } else if (t->method == SS_METHOD_INVITE) {
        invite_answered(j, f, t);
    } else if (f->sip.status >= 200 && t->final_at == SS_TIME_NEVER) {
        accepted(j, f, t);
    }
}

static bool is_open(const txn *t)
{
    return t->phase == PHASE_WAITING || t->phase == PHASE_PROCEEDING;
}

/* What was accepted may be so by another branch of a fork too. */
static void answer_came(sn_judge *j, const sn_fact *f, txn *t)
{
    const bool may_be_new = t->phase == PHASE_ACCEPTED && t->is_initial && f->sip.status >= 200;
    dialog_end *d = is_open(t) || may_be_new ? obtain(j, f, t) : NULL;
    if (d == NULL || d->is_over || (!is_open(t) && d->is_confirmed)) {
        return;
    }
    if (f->sip.status >= 200 && !d->is_confirmed) {
        sn_route_of_response(d, f);
    } else {
        sn_route_refreshed(d, f);
    }
    if (f->sip.status >= 200 || sn_reliable_received(f, d)) {
        sn_offer_response_received(j, f, t, d);
    }
    if (f->sip.status >= 200) {
        sn_expiry_negotiated(j, f, t, d);
        d->is_confirmed = true;
    }
}

/* RFC3261:8.1.3.4 where a request in a dialog goes on to is the peer's to say. */
static void redirected(sn_judge *j, const sn_fact *f)
{
    dialog_end *d = f->sip.status < 400 ? find(j, key_of(f)) : NULL;
    if (d != NULL) {
        d->route.target = d->route.next = 0;
    }
}

/* The 2xx to another request than INVITE: each Contact in one is a target. RFC3261:12.2.1.2 RFC6665:4.4.1 */
static void confirmed(sn_judge *j, const sn_fact *f, const txn *t)
{
    dialog_end *d = find(j, key_of(f));
    if (d == NULL || d->is_over) {
        return;
    }
    sn_route_refreshed(d, f);
    if (is_change(t)) {
        change_agreed(j, f, t, d);
        sn_offer_success_received(j, f, d);
    }
}

void sn_dialogs_response_received(sn_judge *j, const sn_fact *f, txn *t)
{
    if (f->sip.status <= 100 || !concerns(j, f)) {
        return;
    }
    if (f->sip.status >= 200 && f->sip.status < 300) {
        sn_answer_received(j, f);
    }
    if (f->sip.status >= 300) {
        failed(j, t);
        redirected(j, f);
    } else if (t->method == SS_METHOD_INVITE) {
        answer_came(j, f, t);
    } else if (is_open(t) && f->sip.status >= 200) {
        confirmed(j, f, t);
    }
}

/* ---- DLG7 ---- */

/* A number may have been taken for what could not be sent, and one of the peer's may have been refused: between what got a 2xx and
 * what came it is. RFC3261:12.2.1.1 RFC3261:12.2.2 */
void sn_dialogs_noted(sn_judge *j, const sn_fact *f)
{
    const ss_note *n = &f->note;
    const bool is_settled = n->to == 2 || n->to == 3; /* confirmed, terminated */
    dialog_end *d = is_settled ? find(j, at_node(f->entity, n->identity)) : NULL;
    if (d == NULL) {
        return;
    }
    if (n->local_cseq < d->sent_cseq) {
        sn_judge_broken(j, LAW_DLG7, f->key.at, f->entity, n->call_id,
                        "a dialog's last number of its own is %u, and %u was sent",
                        (unsigned)n->local_cseq, (unsigned)d->sent_cseq);
    }
    if (n->remote_cseq > d->got_cseq || n->remote_cseq < d->accepted_cseq) {
        sn_judge_broken(j, LAW_DLG7, f->key.at, f->entity, n->call_id,
                        "a dialog's last number of the peer's is %u; %u was accepted, %u came",
                        (unsigned)n->remote_cseq, (unsigned)d->accepted_cseq,
                        (unsigned)d->got_cseq);
    }
    if (n->secure && !d->by_tls) {
        sn_judge_broken(j, LAW_DLG7, f->key.at, f->entity, n->call_id,
                        "a dialog that did not come by TLS is held for secure");
    }
    if (n->to == 3 && d->is_of_events) {
        end(j, d);
    }
}
