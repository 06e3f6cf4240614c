/* PRX8: a proxy that sent a final response upstream cancels every branch that is still ringing, at once (RFC 3261 16.7 step 10). The
 * branches of a request are known by its received top Via, their second one. Only a request that was forked is looked at, so that
 * others cost nothing. A proxy at its quota is excused: it had no room for the CANCEL.
 */
#include "laws.h"

void sn_proxy_branch_sent(sn_judge *j, const sn_fact *f, txn *server)
{
    txn *branch = sn_txn_find(j, f->entity, CLIENT, f->sip.branch, f->sip.method);
    if (f->sip.method != SS_METHOD_INVITE || branch == NULL || branch->second_branch != 0) {
        return; /* a copy */
    }
    branch->second_branch = f->sip.second_branch;
    server->forks = (uint8_t)(server->forks + (server->forks < UINT8_MAX ? 1 : 0));
}

static bool is_ringing(const txn *t, const sn_fact *f)
{
    return t->key != 0 && t->side == CLIENT && t->node == f->entity &&
           t->method == SS_METHOD_INVITE && t->second_branch == f->sip.branch &&
           t->phase == PHASE_PROCEEDING && t->cancel_end == SS_TIME_NEVER;
}

/* RFC3261:16.7 step 10 */
void sn_proxy_final_sent(sn_judge *j, const sn_fact *f, const txn *server)
{
    if (server->forks < 2) {
        return;
    }
    for (uint32_t i = 0; i < j->txn_count; i++) {
        if (is_ringing(&j->all[i], f)) {
            sn_owed_add(j, (owed){ .law = LAW_PRX8,
                                   .node = f->entity,
                                   .a = i,
                                   .b = j->all[i].generation,
                                   .call_id = f->sip.call_id });
        }
    }
}

void sn_proxy_cancel_sent(sn_judge *j, const txn *branch)
{
    (void)sn_owed_pay(j, branch->node, LAW_PRX8, (uint64_t)(branch - j->all), branch->generation);
}
