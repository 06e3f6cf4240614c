/* One step of a machine: the cell of (state, event) is looked up, the state changes, the act runs, the invariants are checked,
 * the timer is armed. This is the only place where a state changes. */
#include "machine.h"

static const ss_txn_machine_table *const tables[SS_MACHINE_COUNT] = { [SS_ICT] = &ss_txn_ict,
                                                                      [SS_NICT] = &ss_txn_nict,
                                                                      [SS_IST] = &ss_txn_ist,
                                                                      [SS_NIST] = &ss_txn_nist };

unsigned ss_txn_event_count(ss_machine machine)
{
    return tables[machine]->event_count;
}

static const ss_txn_edge *edge_at(ss_machine machine, ss_txn_state state, unsigned event)
{
    const ss_txn_machine_table *table = tables[machine];
    SS_ASSERT(event < table->event_count);
    return &table->edges[(unsigned)state * table->event_count + event];
}

ss_txn_cell ss_txn_table(ss_machine machine, ss_txn_state state, unsigned event)
{
    const ss_txn_edge *edge = edge_at(machine, state, event);
    return (ss_txn_cell){ .event = tables[machine]->event_names[event],
                          .next = edge->act == NULL ? state : edge->next,
                          .act = edge->name };
}

ss_txn_edge ss_txn_edge_of(const ss_txn *t, unsigned event)
{
    return *edge_at(ss_txn_machine(t), ss_txn_state_of(t), event);
}

/* ---- notes and outputs ---- */

void ss_txn_note(ss_txn_step *step, ss_note_kind kind, ss_note note)
{
    const ss_txn *t = step->txn;
    note.kind = (uint8_t)kind;
    note.machine = t->machine;
    note.method = t->method;
    note.status = t->status;
    note.reliable = t->is_reliable;
    note.branch = t->branch;
    note.call_id = t->call_id;
    ss_turn_note(step->turn, &note);
}

void ss_txn_note_switch(ss_txn_step *step, ss_transport from, ss_transport to, size_t bytes)
{
    ss_txn_note(
        step, SS_NOTE_SWITCH,
        (ss_note){
            .from = (uint8_t)from, .to = (uint8_t)to, .letter = SS_LETTER_COUNT, .value = bytes });
}

void ss_txn_tell(ss_txn_step *step, ss_up_kind kind)
{
    step->up.kind = kind;
}

static bool is_in_arena(const ss_arena *a, ss_slice bytes)
{
    const uintptr_t at = (uintptr_t)bytes.at;
    const uintptr_t base = (uintptr_t)a->base;
    SS_ASSERT(at < base + a->used ||
              at >= base + a->cap); /* printed there, but not kept: ss_buffer_keep */
    return at >= base && at < base + a->used;
}

static bool is_same(ss_slice a, ss_slice b)
{
    return a.at == b.at && a.len == b.len;
}

/* An output lives until the turn ends, a kept message perhaps not: it may be replaced by the next step of the same turn. */
void ss_txn_send(ss_txn_step *step, ss_slice bytes)
{
    ss_turn *turn = step->turn;
    const ss_path path = ss_txn_path(step->core, step->txn);
    const ss_slice lasting =
        is_in_arena(turn->arena, bytes) ? bytes : ss_arena_copy(turn->arena, bytes);
    if (lasting.len == 0) {
        turn->failed = true;
        return;
    }
    ss_turn_send(turn, &path, lasting);
    const ss_msg *read = step->request;
    if (read != NULL && is_same(read->bytes, lasting) && turn->last != NULL &&
        is_same(turn->last->bytes, lasting)) { /* else there was no room for an output */
        turn->last->msg = read;
    }
}

void ss_txn_resend(ss_txn_step *step, ss_letter letter)
{
    const ss_txn *t = step->txn;
    const ss_slice message = ss_txn_message(step->core, t);
    if (message.len > 0) {
        ss_txn_note(step, SS_NOTE_RESEND,
                    (ss_note){ .from = t->state, .to = t->state, .letter = (uint8_t)letter });
        ss_txn_send(step, message);
    }
}

void ss_txn_forget_message(ss_txn_step *step)
{
    const ss_path path = ss_txn_path(step->core, step->txn);
    step->txn->has_message = false;
    if (ss_txn_keep(step->core, step->txn, &path, SS_EMPTY) != SS_OK) {
        return; /* the old bytes stay, unused */
    }
}

/* ---- the step ---- */

/* A state's timers end with it; but E and F of a non-INVITE client run on from Trying to Proceeding (17.1.2.2). */
static bool keeps_timers(const ss_txn *t, ss_txn_state next)
{
    return t->state == next || (t->machine == SS_NICT && next == SS_TXN_PROCEEDING);
}

static void enter(ss_txn_step *step, ss_txn_state next)
{
    ss_txn *t = step->txn;
    if (!keeps_timers(t, next)) {
        t->resend_at = t->expire_at = SS_TIME_NEVER;
    }
    if (t->state != next) {
        const uint8_t from = t->state;
        t->state = (uint8_t)next;
        if (!t->is_held) { /* else there was never anything to see of it */
            ss_txn_note(step, SS_NOTE_TXN,
                        (ss_note){ .from = from, .to = (uint8_t)next, .letter = SS_LETTER_COUNT });
        }
    }
}

/* Timers run only in the states that have them, and a state that must end by a timer has it running. */
static void check(const ss_txn *t)
{
    const ss_txn_letters of_state = ss_txn_letters_of(ss_txn_machine(t), ss_txn_state_of(t));
    SS_ASSERT(t->resend_at == SS_TIME_NEVER || of_state.resend != SS_LETTER_COUNT);
    SS_ASSERT(t->resend_at == SS_TIME_NEVER || of_state.resend == SS_TIMER_TRYING ||
              !t->is_reliable);
    SS_ASSERT((t->expire_at == SS_TIME_NEVER) == (of_state.expire == SS_LETTER_COUNT));
}

static void drop(ss_txn_step *step)
{
    const ss_txn *t = step->txn;
    if (step->msg != NULL) {
        ss_txn_note(step, SS_NOTE_STRAY,
                    (ss_note){ .from = t->state, .to = t->state, .letter = SS_LETTER_COUNT });
    }
}

static void finish(ss_txn_step *step)
{
    ss_txn *t = step->txn;
    if (t->state != SS_TXN_TERMINATED) {
        step->up.txn = ss_txn_ref(step->core, t);
        ss_txn_arm(step->core, t);
        return;
    }
    step->up.ended = true; /* RFC3261:17.1.1.2, 17.2.1 destroyed the instant it ends */
    if (step->up.kind == SS_UP_NOTHING) {
        step->up.kind = SS_UP_ENDED;
    }
    ss_txn_destroy(step->core, t);
    step->txn = NULL;
}

void ss_txn_take_step(ss_txn_step *step, unsigned event)
{
    ss_txn *t = step->txn;
    const ss_txn_edge edge = ss_txn_edge_of(t, event);
    step->up =
        (ss_up){ .machine = ss_txn_machine(t), .method = ss_txn_method(t), .owner = t->owner };
    step->is_drawn = edge.act != NULL;
    if (!step->is_drawn) {
        drop(step);
        step->up.txn = ss_txn_ref(step->core, t);
        return;
    }
    if (step->status != 0) {
        t->status = step->status;
    }
    enter(step, edge.next);
    edge.act(step);
    if (step->ends) {
        enter(step, SS_TXN_TERMINATED);
    }
    check(t);
    finish(step);
}

void ss_txn_take_timer_step(ss_txn_step *step, ss_letter letter)
{
    const unsigned event_and_1 = tables[step->txn->machine]->timer_events[letter];
    SS_ASSERT(event_and_1 != 0);
    const unsigned event = event_and_1 - 1;
    SS_ASSERT(ss_txn_edge_of(step->txn, event).act != NULL); /* leaving a state stops its timers */
    ss_txn_take_step(step, event);
}
