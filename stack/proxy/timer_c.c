/* Timer C: RFC 3261 16.8, and the 64*T1 that 9.1 gives an INVITE after its CANCEL.
 *
 * The timer runs from 16.6 step 11, again from each 101 to 199 (16.7 step 2), and is of no more use after a final
 * response.
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

void ss_proxy_timer(ss_proxy *proxy, ss_core *core, ss_turn *turn, ss_timer *timer)
{
    const ss_visit v = { .proxy = proxy, .core = core, .turn = turn };
    ss_branch *b = SS_OWNER(timer, ss_branch, timer_c);
    if (b->proceeding && !b->cancel_sent) {
        ss_branch_cancel(&v, b); /* RFC3261:16.8 */
    } else {
        give_up(&v, b); /* RFC3261:16.8 RFC3261:9.1 */
    }
}
