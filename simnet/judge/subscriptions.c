/* SUB1 to SUB5: event notification as RFC 6665 and RFC 3515 have it. What a notifier owes is seen on the wire; how a
 * subscription lives, and Timer N, by the stack's notes. A node whose transport failed or that was overloaded owes nothing. */
#include <stdlib.h>

#include "laws.h"

enum { ASKED_KEPT = 4, ENDED_KEPT = 4 };

/* A notifier's side of a dialog, from its first 2xx to a SUBSCRIBE or REFER. */
typedef struct sub_dialog {
    uint64_t call_id, tag, branch; /* branch: of the last NOTIFY */
    ss_time owed;                  /* a NOTIFY, since then; SS_TIME_NEVER: none */
    uint32_t node, cseq;
    uint32_t ended[ENDED_KEPT]; /* Events of the subscriptions that ended last; 0: none */
    uint32_t next_ended;
} sub_dialog;

/* A subscription that the stack noted. */
typedef struct sub_view {
    uint64_t call_id, number;
    ss_time asked[ASKED_KEPT]; /* subscriber: when its last requests left; the newest at `newest` */
    uint32_t node;
    uint32_t older; /* another of that node and Call-ID, + 1; 0: none */
    uint8_t role, state, method, newest;
    uint8_t asks; /* of its requests that left, ASKED_KEPT at most: then an older one may be forgotten */
} sub_view;

static uint64_t key_of(uint32_t node, uint64_t a, uint64_t b)
{
    const uint64_t key = ss_mix_absorb(ss_mix_absorb(ss_mix64(node + 1u), a), b);
    return key == 0 ? 1 : key;
}

static ss_span wait_of(const sn_judge *j, uint32_t node)
{
    return 64 * member(j, node)->spans->t1;
}

/* ---- the wire: SUB1, SUB2 ---- */

static sub_dialog *find_dialog(const sn_judge *j, uint32_t node, uint64_t call_id, uint64_t tag)
{
    const uint64_t *at = sn_map_find(&j->sub_dialog_index, key_of(node, call_id, tag));
    return at == NULL ? NULL : &j->sub_dialogs[*at];
}

static sub_dialog *obtain_dialog(sn_judge *j, uint32_t node, uint64_t call_id, uint64_t tag)
{
    sub_dialog *d = find_dialog(j, node, call_id, tag);
    if (d != NULL) {
        return d;
    }
    void *all = j->sub_dialogs;
    const bool has_room =
        sn_grow_array(&all, j->sub_dialog_count, &j->sub_dialog_room, sizeof(sub_dialog));
    j->sub_dialogs = all;
    if (!has_room ||
        !sn_map_put(&j->sub_dialog_index, key_of(node, call_id, tag), j->sub_dialog_count)) {
        j->out_of_memory = true;
        return NULL;
    }
    d = &j->sub_dialogs[j->sub_dialog_count++];
    *d = (sub_dialog){ .call_id = call_id, .tag = tag, .owed = SS_TIME_NEVER, .node = node };
    return d;
}

/* ---- SUB5 ---- */

/* What is accepted lives; a REFER is a subscription of its own, whatever it is called. RFC3515:2.4.6 */
static void begin_again(sub_dialog *d, uint32_t event)
{
    for (unsigned i = 0; i < ENDED_KEPT; i++) {
        d->ended[i] = event == 0 || d->ended[i] == event ? 0 : d->ended[i];
    }
}

/* RFC6665:4.4.1 a subscription is destroyed with the NOTIFY that says "terminated"; one that was challenged may say so again. */
static void judge_end(sn_judge *j, const sn_fact *f, sub_dialog *d)
{
    const txn *last = sn_txn_find(j, f->entity, CLIENT, d->branch, SS_METHOD_NOTIFY);
    const bool is_again = last != NULL && (last->status == 401 || last->status == 407);
    for (unsigned i = 0; i < ENDED_KEPT && f->sip.event != 0; i++) {
        if (d->ended[i] == f->sip.event && !is_again) {
            sn_judge_broken(j, LAW_SUB5, f->key.at, f->entity, f->sip.call_id,
                            "a NOTIFY left for a subscription that ended with an earlier one");
        }
    }
    if ((f->sip.says & SS_SAYS_TERMINATED) != 0) {
        d->ended[d->next_ended++ % ENDED_KEPT] = f->sip.event;
    }
}

/* ---- SUB1, SUB2 ---- */

/* RFC6665:4.2.1.2 RFC3515:2.4.4 a copy of the 2xx asks for nothing new */
void sn_sub_response_sent(sn_judge *j, const sn_fact *f)
{
    const bool makes = f->sip.method == SS_METHOD_SUBSCRIBE || f->sip.method == SS_METHOD_REFER;
    const bool is_ua = member(j, f->entity)->role == SN_ROLE_UA;
    if (!makes || f->sip.status < 200 || f->sip.status >= 300) {
        return;
    }
    const txn *t = sn_txn_find(j, f->entity, SERVER, f->sip.branch, f->sip.method);
    if (t != NULL && t->phase >= PHASE_COMPLETED) {
        return;
    }
    sub_dialog *d = obtain_dialog(j, f->entity, f->sip.call_id, f->sip.to_tag);
    if (d != NULL && t != NULL) {
        begin_again(d, t->method == SS_METHOD_SUBSCRIBE ? t->event : 0);
    }
    if (d != NULL && d->owed == SS_TIME_NEVER && is_ua) { /* a proxy may have passed it on */
        d->owed = f->key.at;
    }
}

/* A copy of an earlier NOTIFY may follow a newer one: the subscriptions of a dialog do not wait for each other. */
static void notify_sent(sn_judge *j, const sn_fact *f)
{
    const txn *t = sn_txn_find(j, f->entity, CLIENT, f->sip.branch, SS_METHOD_NOTIFY);
    const bool is_copy = t != NULL && t->phase != PHASE_NONE;
    sub_dialog *d = find_dialog(j, f->entity, f->sip.call_id, f->sip.from_tag);
    if (d == NULL) {
        sn_judge_broken(j, LAW_SUB2, f->key.at, f->entity, f->sip.call_id,
                        "a NOTIFY left, but no SUBSCRIBE or REFER of that dialog was accepted");
        return;
    }
    d->owed = SS_TIME_NEVER;
    if (is_copy) {
        return;
    }
    if (d->branch != 0 && f->sip.cseq <= d->cseq) {
        sn_judge_broken(j, LAW_SUB2, f->key.at, f->entity, f->sip.call_id,
                        "a new NOTIFY has CSeq %u after %u", (unsigned)f->sip.cseq,
                        (unsigned)d->cseq);
    }
    judge_end(j, f, d);
    sn_map_remove(&j->sub_notifies, key_of(f->entity, d->branch, 2));
    if (!sn_map_put(&j->sub_notifies, key_of(f->entity, f->sip.branch, 2),
                    (uint64_t)(d - j->sub_dialogs))) {
        j->out_of_memory = true;
    }
    d->branch = f->sip.branch;
    d->cseq = f->sip.cseq;
}

/* RFC6665:4.2.2 a NOTIFY that nobody answers ends the subscription: what was to be said behind it is owed no more. */
void sn_sub_notify_timed_out(sn_judge *j, const sn_fact *f)
{
    const uint64_t *at = sn_map_find(&j->sub_notifies, key_of(f->entity, f->note.branch, 2));
    if (at != NULL) {
        j->sub_dialogs[*at].owed = SS_TIME_NEVER;
    }
}

/* The newest subscription of a node with a Call-ID, + 1. */
static uint32_t newest_of(const sn_judge *j, uint32_t node, uint64_t call_id)
{
    const uint64_t *at = sn_map_find(&j->sub_chains, key_of(node, call_id, 0));
    return at == NULL ? 0 : (uint32_t)*at;
}

/* RFC6665:4.1.2.4 when the requests that Timer N waits for left; a copy is not one */
static void asked(sn_judge *j, const sn_fact *f)
{
    const txn *t = sn_txn_find(j, f->entity, CLIENT, f->sip.branch, f->sip.method);
    if (t != NULL && t->phase != PHASE_NONE) {
        return;
    }
    uint32_t at = newest_of(j, f->entity, f->sip.call_id);
    for (; at != 0; at = j->subs[at - 1].older) {
        sub_view *s = &j->subs[at - 1];
        if (s->role == 0) {
            s->newest = (uint8_t)((s->newest + 1) % ASKED_KEPT);
            s->asked[s->newest] = f->key.at;
            s->asks = (uint8_t)(s->asks + (s->asks < ASKED_KEPT));
        }
    }
}

bool sn_sub_is_own(const sn_judge *j, const sn_fact *f)
{
    return f->sip.method == SS_METHOD_NOTIFY && f->sip.via_count == 1 &&
           find_dialog(j, f->entity, f->sip.call_id, f->sip.from_tag) != NULL;
}

void sn_sub_request_sent(sn_judge *j, const sn_fact *f)
{
    if (member(j, f->entity)->role != SN_ROLE_UA && !sn_sub_is_own(j, f)) {
        return;
    }
    if (f->sip.method == SS_METHOD_NOTIFY) {
        notify_sent(j, f);
    } else if (f->sip.method == SS_METHOD_SUBSCRIBE || f->sip.method == SS_METHOD_REFER) {
        asked(j, f);
    }
}

/* ---- the notes: SUB3 ---- */

static sub_view *find_sub(const sn_judge *j, uint32_t node, uint64_t number)
{
    const uint64_t *at = sn_map_find(&j->sub_index, key_of(node, number, 1));
    return at == NULL ? NULL : &j->subs[*at];
}

static sub_view *add_sub(sn_judge *j, const sn_fact *f)
{
    void *all = j->subs;
    const bool has_room = sn_grow_array(&all, j->sub_count, &j->sub_room, sizeof(sub_view));
    const uint32_t older = newest_of(j, f->entity, f->note.call_id);
    j->subs = all;
    if (!has_room ||
        !sn_map_put(&j->sub_index, key_of(f->entity, f->note.value, 1), j->sub_count) ||
        !sn_map_put(&j->sub_chains, key_of(f->entity, f->note.call_id, 0), j->sub_count + 1u)) {
        j->out_of_memory = true;
        return NULL;
    }
    sub_view *s = &j->subs[j->sub_count++];
    *s = (sub_view){ .call_id = f->note.call_id,
                     .number = f->note.value,
                     .node = f->entity,
                     .older = older,
                     .role = f->note.machine,
                     .method = f->note.method };
    for (unsigned i = 0; i < ASKED_KEPT; i++) {
        s->asked[i] = f->key.at; /* the note and the request are of one instant */
    }
    return s;
}

/* RFC 6665 figures 1 and 2: on, never back, and nothing after the end. */
static bool may_go(uint8_t from, uint8_t to)
{
    return from != SS_SUB_TERMINATED && to > from && to <= SS_SUB_TERMINATED;
}

void sn_sub_noted(sn_judge *j, const sn_fact *f)
{
    sub_view *s = find_sub(j, f->entity, f->note.value);
    s = s == NULL ? add_sub(j, f) : s;
    if (s == NULL) {
        return;
    }
    if (f->note.from != s->state || !may_go(s->state, f->note.to)) {
        sn_judge_broken(j, LAW_SUB3, f->key.at, f->entity, f->note.call_id,
                        "a subscription in state %u was noted to go from %u to %u",
                        (unsigned)s->state, (unsigned)f->note.from, (unsigned)f->note.to);
    }
    s->state = f->note.to;
}

/* A request of its that left `wait` before `now`, as far as that is still known: the dialogs of a fork share a Call-ID. */
static bool may_be_due(const sub_view *s, ss_span wait, ss_time now)
{
    bool found = false;
    for (unsigned k = 0; k < ASKED_KEPT; k++) {
        found = found || ss_time_after(s->asked[k], wait) == now;
    }
    const ss_time oldest = s->asked[(s->newest + 1) % ASKED_KEPT];
    return found || (s->asks == ASKED_KEPT && ss_time_after(oldest, wait) > now);
}

/* RFC6665:4.1.2.4 RFC6665:4.1.2.2 */
void sn_sub_timer_noted(sn_judge *j, const sn_fact *f)
{
    if (f->note.letter != SS_TIMER_N || !has_timers(j, f->entity)) {
        return;
    }
    uint32_t at = newest_of(j, f->entity, f->note.call_id);
    for (; at != 0; at = j->subs[at - 1].older) {
        const sub_view *s = &j->subs[at - 1];
        if (s->role == 0 && may_be_due(s, wait_of(j, s->node), f->key.at)) {
            return;
        }
    }
    sn_judge_broken(j, LAW_SUB3, f->key.at, f->entity, f->note.call_id,
                    "Timer N fired, but no SUBSCRIBE or REFER left 64*T1 before");
}

/* ---- the end ---- */

/* What is long overdue when the run ends, or never ended. A REFER is told to its end: RFC3515:2.4.7 */
void sn_subs_finish(sn_judge *j, ss_time end)
{
    for (uint32_t i = 0; i < j->sub_dialog_count; i++) {
        const sub_dialog *d = &j->sub_dialogs[i];
        if (d->owed != SS_TIME_NEVER && j->excused[d->node] == 0 && !j->crashed[d->node] &&
            has_timers(j, d->node) && end > ss_time_after(d->owed, wait_of(j, d->node))) {
            sn_judge_broken(j, LAW_SUB1, d->owed, d->node, d->call_id,
                            "a SUBSCRIBE or REFER was accepted, and no NOTIFY followed");
        }
    }
    for (uint32_t i = 0; i < j->sub_count; i++) {
        const sub_view *s = &j->subs[i];
        if (j->crashed[s->node]) {
            continue;
        }
        if (s->role != 0 && s->method == SS_METHOD_REFER && s->state != SS_SUB_TERMINATED) {
            sn_judge_broken(j, LAW_SUB4, end, s->node, s->call_id,
                            "what became of a REFER was not told to its end");
        } else if (s->role == 0 && s->state == SS_SUB_WAITING && has_timers(j, s->node) &&
                   end > ss_time_after(s->asked[s->newest], wait_of(j, s->node))) {
            sn_judge_broken(j, LAW_SUB3, end, s->node, s->call_id,
                            "a subscription waits for a NOTIFY for longer than Timer N");
        }
    }
}

/* Overloaded: it may have had no room for what it owed. */
void sn_subs_excuse(sn_judge *j, uint32_t node)
{
    for (uint32_t i = 0; i < j->sub_dialog_count; i++) {
        if (j->sub_dialogs[i].node == node) {
            j->sub_dialogs[i].owed = SS_TIME_NEVER;
        }
    }
}

void sn_subs_free(sn_judge *j)
{
    sn_map_free(&j->sub_dialog_index);
    sn_map_free(&j->sub_notifies);
    sn_map_free(&j->sub_index);
    sn_map_free(&j->sub_chains);
    free(j->sub_dialogs);
    free(j->subs);
}
