/* How long states last, by the stack's own notes: what a timer does that nobody sees on the wire (D, H, I, J, K, L, M of
 * RFC 3261 table 4 and RFC 6026). A state that outstays its span is seen when time passes its end; one that ends early is
 * seen at once, unless the node's transport failed. */
#include "laws.h"

typedef struct span_rule {
    bool applies;
    law law;
    ss_span least, most; /* of the state, when it ends by itself */
    bool may_be_left;    /* for another state, at any time */
} span_rule;

static span_rule exactly(law l, ss_span span, bool may_be_left)
{
    return (span_rule){ true, l, span, span, may_be_left };
}

/* RFC3261:17.1.1.2, 17.1.2.2, 17.2.1, 17.2.2; RFC6026:7.1, 7.2. */
static span_rule rule_of(const sn_member *m, uint8_t machine, uint8_t state, bool reliable)
{
    const ss_span linger = reliable ? 0 : m->spans->t4;
    const ss_span long_linger = reliable ? 0 : 64 * m->spans->t1;
    const span_rule none = { 0 };
    switch (machine) {
    case SS_ICT:
        return state == SS_TXN_CALLING     ? exactly(LAW_TX2, 64 * m->spans->t1, true)
               : state == SS_TXN_ACCEPTED  ? exactly(LAW_TX8, 64 * m->spans->t1, false)
               : state != SS_TXN_COMPLETED ? none
               : reliable                  ? exactly(LAW_TX7, 0, false)
                          : (span_rule){ true, LAW_TX7, SS_S(32), SS_TIME_NEVER, false };
    case SS_NICT:
        return state == SS_TXN_TRYING      ? exactly(LAW_TX4, 64 * m->spans->t1, true)
               : state == SS_TXN_COMPLETED ? exactly(LAW_TX8, linger, false)
                                           : none;
    case SS_IST:
        return state == SS_TXN_COMPLETED   ? exactly(LAW_TX6, 64 * m->spans->t1, true)
               : state == SS_TXN_CONFIRMED ? exactly(LAW_TX8, linger, false)
               : state == SS_TXN_ACCEPTED  ? exactly(LAW_TX8, 64 * m->spans->t1, false)
                                           : none;
    default:
        return state == SS_TXN_COMPLETED ? exactly(LAW_TX8, long_linger, false) : none;
    }
}

static const char *state_name(uint8_t state)
{
#define STATE_NAME(name) #name,
    static const char *const names[] = { SS_TXN_STATE_LIST(STATE_NAME) };
    return state < SS_COUNT(names) ? names[state] : "?";
}

/* RFC5626:5.3.1 What is for a flow that was closed before never leaves, and is over as soon as it began. */
static bool found_no_flow(const sn_judge *j, const sn_fact *f, const txn *t)
{
    return t->side == CLIENT && t->reliable && t->first == SS_TIME_NEVER &&
           t->entered == f->key.at && j->closed[t->node] != 0;
}

static void judge_leaving(sn_judge *j, const sn_fact *f, const txn *t)
{
    const sn_member *m = member(j, t->node);
    const span_rule rule = rule_of(m, f->note.machine, t->noted, t->reliable);
    if (!rule.applies || m->spans->t1 == 0 ||
        (rule.may_be_left && f->note.to != SS_TXN_TERMINATED)) {
        return;
    }
    if (rule.most != SS_TIME_NEVER && t->noted_end == SS_TIME_NEVER) {
        return; /* told already, or judged by its timer */
    }
    const ss_span lasted = f->key.at - t->entered;
    if (lasted > rule.most ||
        (lasted < rule.least && !j->excused[t->node] && !found_no_flow(j, f, t))) {
        sn_judge_broken(j, rule.law, f->key.at, t->node, t->call_id,
                        "the state %s lasted %s ms, not %s%s ms", state_name(t->noted),
                        sn_ms(lasted).text, rule.most == SS_TIME_NEVER ? "at least " : "",
                        sn_ms(rule.least).text);
    }
}

/* RFC3261:8.2.7 Who answers without a transaction does not know it for a copy: a stack at its quota refuses a request, and serves its
 * copy when there is room again, even behind the ACK. Nor does one that did not hear the earlier copies, as it had heard too much from there. */
static bool is_forgotten(const sn_fact *f, const txn *t)
{
    const bool was_unheard =
        t->phase == PHASE_WAITING && t->first < f->key.at && t->asked_at == f->key.at;
    return t->side == SERVER && t->noted == NOT_NOTED && f->note.from == f->note.to &&
           (t->phase == PHASE_COMPLETED || t->phase == PHASE_CONFIRMED || was_unheard);
}

static void enter(sn_judge *j, const sn_fact *f, txn *t)
{
    const sn_member *m = member(j, t->node);
    if (is_forgotten(f, t)) {
        sn_server_begin_again(j, f, t);
    }
    t->noted = f->note.to;
    t->entered = f->key.at;
    t->reliable = f->note.reliable;
    if (t->side == SERVER && t->final_at != SS_TIME_NEVER) {
        sn_auth_kept(j, t, f->note.branch);
    }
    const span_rule rule = rule_of(m, f->note.machine, t->noted, t->reliable);
    t->noted_end =
        rule.applies && m->spans->t1 != 0 ? ss_time_after(f->key.at, rule.most) : SS_TIME_NEVER;
    if (t->noted != SS_TXN_TERMINATED) {
        if (t->side == SERVER && t->phase <= PHASE_PROCEEDING) {
            t->end = SS_TIME_NEVER; /* its end will be noted */
        }
        sn_txn_schedule(j, t);
        return;
    }
    if (t->side == SERVER) {
        sn_txn_over(j, t, t->reliable ? 64 * m->spans->t1 : m->spans->t4); /* RFC3263:5 */
    } else if (t->phase != PHASE_OVER) {
        const bool had_final = t->final_at != SS_TIME_NEVER;
        if (!had_final) {
            sn_servers_gave_nothing(j, t);
        }
        sn_txn_over(j, t, had_final ? 0 : 64 * m->spans->t1);
    }
}

static void txn_noted(sn_judge *j, const sn_fact *f, side s)
{
    txn *t = sn_txn_obtain(j, f->entity, s, f->note.branch, f->note.method);
    if (t == NULL || t->is_several) {
        return;
    }
    j->notes[f->entity] = 1;
    if (t->call_id == 0) {
        t->call_id = f->note.call_id;
    }
    if (f->note.from != f->note.to && t->noted == f->note.from) {
        judge_leaving(j, f, t);
    }
    enter(j, f, t);
}

static void restore(sn_judge *j, const txn *before)
{
    const uint64_t *index = sn_map_find(&j->txns, before->key);
    txn *t = index == NULL ? NULL : &j->all[*index];
    if (t != NULL && t->generation == before->generation) {
        const ss_time queued = t->queued;
        const uint32_t ends = t->ends;
        *t = *before;
        t->queued = queued;
        t->ends = ends;
        sn_txn_schedule(j, t);
    }
}

static void refused(sn_judge *j, uint32_t node)
{
    sn_owed_forgive(j, node);
    while (j->undo_event == j->event && j->undo_count > 0) {
        j->undo_count--;
        if (j->undo[j->undo_count].node == node) {
            restore(j, &j->undo[j->undo_count]);
        }
    }
}

void sn_note_judge(sn_judge *j, const sn_fact *f)
{
    const ss_note *n = &f->note;
    const side s = n->machine == SS_ICT || n->machine == SS_NICT ? CLIENT : SERVER;
    if (n->kind == SS_NOTE_REFUSED) {
        j->refusal_event = j->event;
        j->refusal_node = f->entity;
        j->refusal_status = n->status;
    }
    if (n->kind == SS_NOTE_REFUSED ||
        (n->kind == SS_NOTE_DEFENCE && n->from != SS_DEFENCE_BLOCKS)) {
        refused(j, f->entity);
    } else if (n->kind == SS_NOTE_HELD) {
        sn_servers_held(j, f);
    } else if (n->kind == SS_NOTE_QUEUE) {
        sn_queue_noted(j, f);
    } else if (n->kind == SS_NOTE_DIALOG) {
        sn_dialogs_noted(j, f);
    } else if (n->kind == SS_NOTE_SUBSCRIPTION) {
        sn_sub_noted(j, f);
    } else if (n->kind == SS_NOTE_TIMER && n->branch == 0) {
        sn_sub_timer_noted(j, f);
    } else if (n->kind == SS_NOTE_TXN && n->branch != 0) {
        txn_noted(j, f, s);
    } else if (n->kind == SS_NOTE_TIMER && n->branch != 0) {
        if (n->letter == SS_TIMER_F && n->method == SS_METHOD_NOTIFY) {
            sn_sub_notify_timed_out(j, f);
        }
        txn *t = sn_txn_find(j, f->entity, s, n->branch, n->method);
        if (t != NULL && s == CLIENT) {
            sn_client_timer_noted(j, f, t);
        } else if (t != NULL) {
            sn_server_timer_noted(j, f, t);
        }
    }
}

void sn_noted_end_passed(sn_judge *j, txn *t)
{
    const ss_time until = t->noted_end;
    const uint8_t machine =
        (uint8_t)(t->side == CLIENT ? (t->method == SS_METHOD_INVITE ? SS_ICT : SS_NICT)
                                    : (t->method == SS_METHOD_INVITE ? SS_IST : SS_NIST));
    t->noted_end = SS_TIME_NEVER;
    const span_rule rule = rule_of(member(j, t->node), machine, t->noted, t->reliable);
    sn_judge_broken(j, rule.law, until, t->node, t->call_id,
                    "the state %s was to end after %s ms and did not", state_name(t->noted),
                    sn_ms(rule.most).text);
    if (rule.law == LAW_TX2 || rule.law == LAW_TX4) {
        t->end = SS_TIME_NEVER; /* told once */
        t->due = SS_TIME_NEVER;
        t->lenient = true;
    }
}
