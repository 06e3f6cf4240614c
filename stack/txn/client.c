/* The transaction user starts a client transaction (RFC 3261 17.1). */
#include "machine.h"

static void start(ss_txn_step *step, ss_slice request)
{
    ss_txn *t = step->txn;
    const ss_txn_letters letters = ss_txn_letters_of(ss_txn_machine(t), ss_txn_state_of(t));
    t->has_message = true;
    ss_txn_note(step, SS_NOTE_TXN,
                (ss_note){ .from = t->state, .to = t->state, .letter = SS_LETTER_COUNT });
    ss_txn_send(step, request);
    ss_txn_start_expire(step, letters.expire);
    if (!t->is_reliable) { /* RFC3261:17.1.1.2, 17.1.2.2 A and E on unreliable ones only */
        ss_txn_start_resend(step, 0);
    }
    ss_txn_arm(step->core, t);
}

ss_status ss_txn_request(ss_core *core, ss_turn *turn, const ss_path *path, ss_slice request,
                         ss_owner owner, ss_ref *txn)
{
    ss_arena scratch = *turn->arena; /* the index is needed here only */
    ss_msg msg;
    ss_diag diag = { 0 };
    ss_via via;
    *txn = 0;
    const ss_status status = ss_msg_parse(&msg, &scratch, request, &diag);
    if (status == SS_ERR_FULL && diag.response == 0) {
        turn->failed = true; /* the arena, not the quota */
        return SS_ERR_FULL;
    }
    if (status != SS_OK) {
        return SS_ERR_SEMANTIC;
    }
    if (!msg.is_request || msg.method == SS_METHOD_ACK || ss_msg_top_via(&msg, &via) != SS_OK ||
        via.branch.len == 0) {
        return SS_ERR_SEMANTIC;
    }
    const bool is_invite = msg.method == SS_METHOD_INVITE;
    const ss_txn_birth birth = {
        .machine = is_invite ? SS_ICT : SS_NICT,
        .state = is_invite ? SS_TXN_CALLING : SS_TXN_TRYING,
        .key = ss_txn_client_key(via.branch),
        .request = &msg,
        .via = &via,
        .path = path,
        .message = request,
        .owner = owner,
    };
    ss_txn_step step = { .core = core, .turn = turn, .txn = ss_txn_make(core, &birth) };
    if (step.txn == NULL) {
        return SS_ERR_FULL;
    }
    start(&step, request);
    *txn = ss_txn_ref(core, step.txn);
    return SS_OK;
}
