/* Timer C: RFC 3261 16.8, and the 64*T1 that 9.1 gives an INVITE after its CANCEL.
 *
 * The timer runs from 16.6 step 11, again from each 101 to 199 (16.7 step 2), and is of no more use after a final
 * response. A proxy that hunts is less patient as long as there is somebody else to try.
 */
#include "context.h"

/* The client transaction is given up, and the branch is as if 408 had come. One that cannot be given up any more, or
 * not yet, ends by its own Timer B. */
static void give_up(const ss_visit *v, ss_branch *b)
{
    if (b->txn != 0) {
        const ss_ref txn = b->txn;
        ss_txn_disown(v->core, txn);
        b->txn = 0;
        (void)ss_txn_abandon(v->core, v->turn, txn);
    }
    ss_branch_fail(v, ss_context_at(v, b->context), b, 408);
}

/* What fired, for who watches. */
static void note_timer(const ss_visit *v, const ss_branch *b, ss_letter letter, ss_span ran)
{
    ss_summary request = { 0 };
    if (b->txn != 0) {
        ss_summarise_bytes(ss_txn_message(v->core, ss_txn_at(v->core, b->txn)), v->turn->arena,
                           &request);
    }
    ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_TIMER,
                                      .machine = SS_ICT,
                                      .letter = (uint8_t)letter,
                                      .method = SS_METHOD_INVITE,
                                      .call_id = request.call_id,
                                      .value = ran });
}

/* The next group is tried. It cannot be cancelled before it says anything (9.1), and a 2xx of its would still be forwarded. */
static void let_lag(const ss_visit *v, ss_branch *b)
{
    b->hunt_at = SS_TIME_NEVER;
    b->cancel_wanted = true;
    ss_branch_start_timer_c(v, b);
    ss_branch_overdue(v, ss_context_at(v, b->context), b);
}

void ss_proxy_timer(ss_proxy *proxy, ss_core *core, ss_turn *turn, ss_timer *timer)
{
    const ss_visit v = { .proxy = proxy, .core = core, .turn = turn };
    ss_branch *b = SS_OWNER(timer, ss_branch, timer_c);
    const bool is_hunt = b->hunt_at <= turn->now && !b->cancel_sent;
    if (b->cancel_sent) {
        note_timer(&v, b, SS_TIMER_CANCEL, 64 * core->settings->t1);
    } else if (!is_hunt) {
        note_timer(&v, b, SS_TIMER_C, core->settings->timer_c);
    }
    if (b->proceeding && !b->cancel_sent) {
        ss_branch_cancel(&v, b); /* RFC3261:16.8 */
    } else if (is_hunt) {        /* even when it lost meanwhile: its 2xx must go on. RFC3261:16.7 */
        let_lag(&v, b);
    } else {
        give_up(&v, b); /* RFC3261:16.8 RFC3261:9.1 */
    }
}
