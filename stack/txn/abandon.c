/* The transaction user gives a transaction up: after a CANCEL that brought no final response (RFC 3261 9.1), instead of a 408
 * that must not be sent (RFC 4320 4.2), or because there is no room to answer. */
#include "machine.h"

ss_up ss_txn_abandon(ss_core *core, ss_turn *turn, ss_ref txn)
{
    ss_txn_step step = { .core = core, .turn = turn, .txn = ss_txn_at(core, txn) };
    switch (ss_txn_machine(step.txn)) {
    case SS_ICT:
        ss_txn_take_step(&step, ICT_ABANDON);
        break;
    case SS_IST:
        ss_txn_take_step(&step, IST_ABANDON);
        break;
    case SS_NIST:
        ss_txn_take_step(&step, NIST_ABANDON);
        break;
    default: /* a non-INVITE client ends by Timer F or K, soon enough */
        break;
    }
    return step.up;
}
