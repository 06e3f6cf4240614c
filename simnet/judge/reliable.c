/* REL1 to REL5: reliable provisional responses and their PRACKs (RFC 3262 3, 4), as the wire shows them. The UAS's side hangs on
 * its INVITE's server transaction, whose `due` is that of the next copy, and on the dialog, where what is known of the last one
 * outlives the transaction: a PRACK may come after the final response. */
#include "laws.h"

/* ---- UAS: REL1, REL2, REL5 ---- */

static bool is_reliable(const sn_fact *f)
{
    return f->sip.rseq != 0 && (f->sip.says & SS_SAYS_100REL) != 0;
}

/* RFC3262:3 doubled without a cap; at the same instant the end wins. */
static void set_due(sn_judge *j, txn *t, const reliable_given *g, ss_time now)
{
    t->due = ss_time_earlier(ss_time_after(now, t->interval), g->end);
    sn_txn_schedule(j, t);
}

static void judge_number(sn_judge *j, const sn_fact *f, const txn *t, const reliable_given *g)
{
    const bool is_first = g->rseq == 0 || g->cseq != f->sip.cseq;
    const char *why = NULL;
    if ((t->says & SS_SAYS_100REL) == 0) {
        why = "RSeq %u left after %u, and the INVITE does not say that its sender takes such";
    } else if (is_first && f->sip.rseq > 0x7fffffffu) {
        why = "the first RSeq is %u (before: %u), more than 2^31 - 1";
    } else if (!is_first && f->sip.rseq != g->rseq + 1) {
        why = "RSeq %u follows RSeq %u";
    } else if (!is_first && g->is_first && g->state == RELIABLE_WAITS) {
        why = "RSeq %u left before a PRACK of the first, %u, came";
    }
    if (why != NULL) {
        sn_judge_broken(j, LAW_REL1, f->key.at, f->entity, f->sip.call_id, why,
                        (unsigned)f->sip.rseq, (unsigned)g->rseq);
    }
}

static void new_one(sn_judge *j, const sn_fact *f, txn *t, dialog_end *d)
{
    reliable_given *g = &d->given;
    const ss_span t1 = member(j, t->node)->spans->t1;
    judge_number(j, f, t, g);
    *g = (reliable_given){ .hash = f->hash,
                           .first = f->key.at,
                           .end = ss_time_after(f->key.at, 64 * t1),
                           .branch = f->sip.branch,
                           .cseq = f->sip.cseq,
                           .rseq = f->sip.rseq,
                           .state = RELIABLE_WAITS,
                           .is_first = g->rseq == 0 || g->cseq != f->sip.cseq,
                           .has_session = (f->sip.says & SS_SAYS_SESSION) != 0 };
    t->phase = PHASE_PROCEEDING;
    t->interval = t1;
    t->due = SS_TIME_NEVER;
    if (t1 != 0) {
        set_due(j, t, g, f->key.at);
    }
}

/* A copy of the INVITE has the last response sent again: RFC3261:17.2.1 */
static void copy(sn_judge *j, const sn_fact *f, txn *t, const reliable_given *g)
{
    const ss_time at = f->key.at;
    const bool is_due = t->due == at && at != g->end;
    if (f->hash != g->hash) {
        sn_judge_broken(j, LAW_REL2, at, t->node, t->call_id,
                        "a copy of the response with RSeq %u differs from the first",
                        (unsigned)g->rseq);
    }
    if (is_due) {
        t->interval *= 2;
        set_due(j, t, g, at);
    } else if (t->asked_at != at && g->state != RELIABLE_ASKED && has_timers(j, t->node)) {
        sn_judge_broken(j, LAW_REL2, at, t->node, t->call_id,
                        g->state == RELIABLE_ACKNOWLEDGED
                            ? "a copy left %s ms after the first, but its PRACK had come"
                            : "a copy left %s ms after the first, not when it was due",
                        sn_ms(at - g->first).text);
    }
}

bool sn_reliable_sent(sn_judge *j, const sn_fact *f, txn *t, dialog_end *d)
{
    if (!is_reliable(f)) {
        return true;
    }
    if (d->given.rseq == f->sip.rseq && d->given.cseq == f->sip.cseq) {
        copy(j, f, t, &d->given);
        return false;
    }
    new_one(j, f, t, d);
    return true;
}

void sn_reliable_due_passed(sn_judge *j, txn *t)
{
    if (t->noted != NOT_NOTED && j->excused[t->node] == 0) {
        sn_judge_broken(j, LAW_REL2, t->due, t->node, t->call_id,
                        "a copy of a reliable response, or after 64*T1 the INVITE's rejection, was "
                        "due and did not leave");
    }
    t->due = SS_TIME_NEVER;
}

void sn_success_waits(sn_judge *j, const sn_fact *f, const dialog_end *d)
{
    const reliable_given *g = &d->given;
    if (g->state == RELIABLE_WAITS && g->cseq == f->sip.cseq && g->has_session) {
        sn_judge_broken(j, LAW_REL5, f->key.at, f->entity, f->sip.call_id,
                        "status %u left before a PRACK of RSeq %u came, which had a session "
                        "description",
                        f->sip.status, (unsigned)g->rseq);
    }
}

/* ---- UAS: PRACK ---- */

static bool names(const reliable_given *g, uint32_t cseq, uint32_t rseq)
{
    return g->state != RELIABLE_NONE && g->cseq == cseq && g->rseq == rseq;
}

/* RFC3262:3 the copies cease, if the PRACK is accepted: until that is known, none is asked for or forbidden. */
void sn_prack_received(sn_judge *j, const sn_fact *f, dialog_end *d)
{
    reliable_given *g = &d->given;
    if (g->state != RELIABLE_WAITS || !names(g, f->sip.rack_cseq, f->sip.rseq)) {
        return;
    }
    g->state = RELIABLE_ASKED;
    txn *invite = sn_txn_find(j, f->entity, SERVER, g->branch, SS_METHOD_INVITE);
    if (invite != NULL && invite->phase == PHASE_PROCEEDING) {
        invite->due = SS_TIME_NEVER;
    }
}

void sn_prack_answered(sn_judge *j, const sn_fact *f, const txn *t, dialog_end *d)
{
    reliable_given *g = &d->given;
    const bool is_named = names(g, t->rack_cseq, t->rseq);
    if (!is_named || g->state == RELIABLE_ACKNOWLEDGED) {
        sn_judge_broken(j, LAW_REL4, f->key.at, f->entity, f->sip.call_id,
                        is_named ? "a second PRACK of RSeq %u got status %u"
                                 : "a PRACK of RSeq %u, which is not what waits, got status %u",
                        (unsigned)t->rseq, f->sip.status);
    }
    if (is_named) {
        g->state = RELIABLE_ACKNOWLEDGED;
    }
}

/* ---- UAC: REL3 ---- */

/* RFC3262:4 the first counts as it comes, then each that is one higher than the last. */
bool sn_reliable_received(const sn_fact *f, dialog_end *d)
{
    reliable_taken *taken = &d->taken;
    if (!is_reliable(f)) {
        return false;
    }
    if (taken->first == 0 || taken->cseq != f->sip.cseq) {
        *taken = (reliable_taken){ .cseq = f->sip.cseq, .first = f->sip.rseq, .last = f->sip.rseq };
        return true;
    }
    if (f->sip.rseq != taken->last + 1) {
        return false;
    }
    taken->last = f->sip.rseq;
    return true;
}

/* A PRACK that was refused may be sent anew, with credentials say. */
void sn_prack_sent(sn_judge *j, const sn_fact *f, dialog_end *d)
{
    reliable_taken *taken = &d->taken;
    const uint32_t rseq = f->sip.rseq;
    const bool came = taken->first != 0 && taken->cseq == f->sip.rack_cseq &&
                      rseq >= taken->first && rseq <= taken->last;
    const txn *before = taken->prack == 0 || taken->acknowledged != rseq
                            ? NULL
                            : sn_txn_find(j, f->entity, CLIENT, taken->prack, SS_METHOD_PRACK);
    if (!came ||
        (before != NULL && before->final_at == SS_TIME_NEVER && before->phase != PHASE_OVER)) {
        sn_judge_broken(j, LAW_REL3, f->key.at, f->entity, f->sip.call_id,
                        came ? "a second PRACK of RSeq %u left while the first waits for its "
                               "response"
                             : "a PRACK of RSeq %u left, and no such response had come in order",
                        (unsigned)rseq);
    }
    taken->prack = f->sip.branch;
    taken->acknowledged = rseq;
}
