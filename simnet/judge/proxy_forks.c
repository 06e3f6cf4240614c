/* What a proxy that forks owes. PRX8: when it sent a final response upstream it cancels every branch that is still ringing, at once (RFC
 * 3261 16.7 step 10). A proxy at its quota is excused: it had no room for the CANCEL. PRX9: the branches that are under way at once share
 * the Max-Breadth that the request came with (RFC 5393 5.3.3); what a branch had may be used again when it ended (5.3.3.1).
 *
 * The branches of a request are known by its received top Via, their second one. Only a request that was forked is looked at, so that
 * others cost nothing.
 */
#include "laws.h"

static bool is_under_way(const txn *t, const txn *server)
{
    return t->key != 0 && t->side == CLIENT && t->node == server->node &&
           t->method == server->method && t->phase <= PHASE_PROCEEDING;
}

/* Those that wait for nothing any more count no more: their final response came, or a timer ended them. */
static void judge_breadth(sn_judge *j, const sn_fact *f, const txn *server)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < j->txn_count; i++) {
        const txn *t = &j->all[i];
        if (is_under_way(t, server) && t->second_branch == f->sip.second_branch) {
            sum += t->max_breadth;
        }
    }
    if (sum > server->max_breadth) {
        sn_judge_broken(j, LAW_PRX9, f->key.at, f->entity, f->sip.call_id,
                        "branches of Max-Breadth %u together are under way, of a request with %u",
                        sum, server->max_breadth);
    }
}

void sn_proxy_branch_sent(sn_judge *j, const sn_fact *f, txn *server)
{
    txn *branch = sn_txn_find(j, f->entity, CLIENT, f->sip.branch, f->sip.method);
    if (branch == NULL || branch->second_branch != 0) {
        return; /* a copy */
    }
    branch->second_branch = f->sip.second_branch;
    branch->max_breadth = f->sip.max_breadth;
    server->forks = (uint8_t)(server->forks + (server->forks < UINT8_MAX ? 1 : 0));
    if (server->forks > 1 && server->max_breadth != 0 && has_timers(j, server->node)) {
        judge_breadth(j, f, server);
    }
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
