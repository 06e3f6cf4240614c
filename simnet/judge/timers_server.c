/* Server transactions of INVITE by what they send again: Timer G with its end H (RFC 3261 17.2.1), and the copies of a
 * 2xx that the core of a UAS makes (13.3.1.4). Copies that answer a copy of the request are told apart by count: each
 * copy that came at an instant allows one to leave at it. */
#include "laws.h"

ss_span sn_until_e_reaches_t2(const sn_member *m)
{
    ss_span sum = 0;
    for (ss_span interval = m->spans->t1; interval != 0 && interval < m->spans->t2; interval *= 2) {
        sum += interval;
    }
    return sum;
}

static law copies_law(const txn *t)
{
    return t->phase == PHASE_ACCEPTED ? LAW_TX9 : LAW_TX5;
}

static void set_due(txn *t, ss_time after)
{
    t->due = ss_time_after(after, t->interval);
    if (t->due >= t->end) {
        t->due = SS_TIME_NEVER; /* at the same instant the end wins */
    }
}

void sn_server_start_copies(sn_judge *j, const sn_fact *f, txn *t)
{
    const sn_member *m = member(j, t->node);
    t->due = SS_TIME_NEVER;
    t->end = ss_time_after(f->key.at, 64 * m->spans->t1);
    if (m->spans->t1 == 0) {
        t->lenient = true;
        return;
    }
    if (t->phase == PHASE_COMPLETED && t->reliable) {
        return; /* RFC3261:17.2.1 no Timer G; but a 2xx is repeated on any transport (13.3.1.4) */
    }
    t->interval = m->spans->t1;
    set_due(t, f->key.at);
}

void sn_server_copy_sent(sn_judge *j, const sn_fact *f, txn *t)
{
    const ss_time at = f->key.at;
    if (t->due == at) {
        const ss_span t2 = member(j, t->node)->spans->t2;
        t->interval = 2 * t->interval > t2 ? t2 : 2 * t->interval;
        set_due(t, at);
        return;
    }
    /* RFC3261:8.2.7 Who keeps no transaction answers the copy that comes behind its ACK, too. */
    const bool may_answer =
        t->phase == PHASE_COMPLETED || (t->phase == PHASE_CONFIRMED && t->noted == NOT_NOTED);
    if (may_answer && t->asked_at == at && t->answers > 0) {
        t->answers--;
        return;
    }
    if (t->lenient || at == t->end || !has_timers(j, t->node)) {
        return;
    }
    sn_judge_broken(
        j, copies_law(t), at, t->node, t->call_id,
        t->due == SS_TIME_NEVER
            ? "a copy of status %u left %s ms after the first, when none was to leave any more"
            : "a copy of status %u left %s ms after the first, not when it was due",
        t->status, sn_ms(at - t->final_at).text);
    t->lenient = true;
    t->due = SS_TIME_NEVER;
}

/* An INVITE, or another request, that was to have some answer by now. */
static void unanswered(sn_judge *j, txn *t)
{
    const bool is_invite = t->method == SS_METHOD_INVITE;
    if (t->noted != NOT_NOTED) {
        sn_judge_broken(j, is_invite ? LAW_TX19 : LAW_TX15, t->due, t->node, t->call_id,
                        "no response left in the %s ms since the request came",
                        sn_ms(t->due - t->first).text);
    }
    t->due = SS_TIME_NEVER;
}

void sn_server_due_passed(sn_judge *j, txn *t)
{
    if (t->phase == PHASE_WAITING) {
        unanswered(j, t);
        return;
    }
    if (t->phase == PHASE_PROCEEDING) {
        sn_reliable_due_passed(j, t);
        return;
    }
    /* Only a noted transaction is one: a stateless answer is sent once (RFC 3261 8.2.7). What the connection failed under did not leave. */
    const bool failed = t->reliable && j->lost[t->node] == t->due;
    if (t->noted != NOT_NOTED && !t->lenient && !failed) {
        sn_judge_broken(j, copies_law(t), t->due, t->node, t->call_id,
                        "the copy of status %u due %s ms after the first did not leave", t->status,
                        sn_ms(t->due - t->final_at).text);
    }
    t->due = SS_TIME_NEVER;
    t->lenient = true;
}

/* What the notes do not end, time does: the RFC's, or long enough for what has no time. */
void sn_server_end_passed(sn_judge *j, txn *t)
{
    t->end = SS_TIME_NEVER;
    if (t->noted == NOT_NOTED) {
        sn_txn_forget(j, t);
    }
}

void sn_server_timer_noted(sn_judge *j, const sn_fact *f, txn *t)
{
    if (f->note.letter != SS_TIMER_H || t->final_at == SS_TIME_NEVER || t->is_several) {
        return;
    }
    if (f->key.at != ss_time_after(t->final_at, 64 * member(j, t->node)->spans->t1)) {
        sn_judge_broken(j, LAW_TX6, f->key.at, t->node, t->call_id,
                        "Timer H fired %s ms after the response left, not at 64*T1",
                        sn_ms(f->key.at - t->final_at).text);
    } else if (t->phase == PHASE_CONFIRMED) {
        sn_judge_broken(j, LAW_TX6, f->key.at, t->node, t->call_id,
                        "Timer H fired although the ACK had come");
    }
}
