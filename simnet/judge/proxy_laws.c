/* Proxies: what they forward is what they received, but for their own Via and Max-Forwards (RFC 3261 16.6), and what
 * comes back goes on or stays (16.7). A forwarded request is known by its second Via, which is the received top one; so is
 * a response by the Via below the proxy's own. */
#include "laws.h"

static uint64_t answer_of(const sn_fact *f)
{
    return ss_mix_absorb(f->sip.to_tag, f->sip.status);
}

static bool is_live(const txn *t)
{
    return t != NULL && t->phase != PHASE_OVER && t->phase != PHASE_NONE;
}

/* ---- requests ---- */

static void judge_max_forwards(sn_judge *j, const sn_fact *f, const txn *received)
{
    const unsigned came = received->max_forwards, left = f->sip.max_forwards;
    if (came == 0xfffe || (came == 0xffff ? left == 70 : left + 1 == came)) {
        return;
    }
    if (came == 0xffff) {
        sn_judge_broken(j, LAW_PRX2, f->key.at, f->entity, f->sip.call_id,
                        "Max-Forwards was absent and left as %u, not as 70", left);
    } else {
        sn_judge_broken(j, LAW_PRX2, f->key.at, f->entity, f->sip.call_id,
                        "Max-Forwards came as %u and left as %u", came, left);
    }
}

void sn_proxy_request_sent(sn_judge *j, const sn_fact *f)
{
    txn *received = sn_txn_find(j, f->entity, SERVER, f->sip.second_branch, f->sip.method);
    if (sn_sub_is_own(j, f)) {
        return; /* a registrar's NOTIFY: RFC 3680 */
    }
    if (received == NULL || f->sip.via_count < 2) {
        sn_judge_broken(j, LAW_PRX1, f->key.at, f->entity, f->sip.call_id,
                        "a request left with %u Via, and none came whose top Via is its second one",
                        f->sip.via_count);
        return;
    }
    if (received->is_several) {
        return; /* RFC3261:17.2.3 without the cookie: which of them it was, the summary does not tell */
    }
    if (received->via_count < 254 && f->sip.via_count != received->via_count + 1) {
        sn_judge_broken(j, LAW_PRX1, f->key.at, f->entity, f->sip.call_id,
                        "a request came with %u Via and left with %u", received->via_count,
                        f->sip.via_count);
    }
    judge_max_forwards(j, f, received);
    sn_proxy_branch_sent(j, f, received);
}

/* ---- responses ---- */

static void success_came(sn_judge *j, const sn_fact *f, const txn *client, const txn *server)
{
    const bool client_takes = client->phase == PHASE_WAITING || client->phase == PHASE_PROCEEDING ||
                              client->phase == PHASE_ACCEPTED;
    const bool server_takes = server->phase == PHASE_WAITING || server->phase == PHASE_PROCEEDING ||
                              server->phase == PHASE_ACCEPTED;
    if (!client_takes || !server_takes) {
        return;
    }
    const bool late = (client->phase == PHASE_ACCEPTED && f->key.at >= client->end) ||
                      (server->phase == PHASE_ACCEPTED && f->key.at >= server->end);
    sn_owed_add(j, (owed){ .law = LAW_PRX5,
                           .node = f->entity,
                           .a = f->sip.second_branch,
                           .b = answer_of(f),
                           .call_id = f->sip.call_id,
                           .optional = late });
}

static void provisional_came(sn_judge *j, const sn_fact *f, const txn *client, const txn *server)
{
    const bool client_takes = client->phase == PHASE_WAITING || client->phase == PHASE_PROCEEDING;
    const bool server_takes = server->phase == PHASE_WAITING || server->phase == PHASE_PROCEEDING;
    if (client_takes && server_takes) {
        sn_owed_add(j, (owed){ .law = LAW_PRX7,
                               .node = f->entity,
                               .a = f->sip.second_branch,
                               .b = answer_of(f),
                               .call_id = f->sip.call_id });
    }
}

void sn_proxy_response_received(sn_judge *j, const sn_fact *f, const txn *client)
{
    if (f->sip.status == 100) {
        j->hundred_event = j->event;
        j->hundred_node = f->entity;
        j->hundred_branch = f->sip.second_branch;
        return;
    }
    const txn *server = sn_txn_find(j, f->entity, SERVER, f->sip.second_branch, SS_METHOD_INVITE);
    if (f->sip.method != SS_METHOD_INVITE || !is_live(server) || client->first < server->first) {
        return; /* or its context is over, and a late copy of the INVITE began another */
    }
    if (f->sip.status < 200) {
        provisional_came(j, f, client, server);
    } else if (f->sip.status < 300) {
        success_came(j, f, client, server);
    }
}

bool sn_proxy_owes(const sn_judge *j, const sn_fact *f)
{
    return sn_owed_has(j, f->entity, LAW_PRX5, f->sip.branch, answer_of(f)) ||
           sn_owed_has(j, f->entity, LAW_PRX7, f->sip.branch, answer_of(f));
}

void sn_proxy_response_sent(sn_judge *j, const sn_fact *f, const txn *server)
{
    const unsigned status = f->sip.status;
    if (status == 100) {
        if (j->hundred_event == j->event && j->hundred_node == f->entity &&
            j->hundred_branch == f->sip.branch) {
            sn_judge_broken(j, LAW_PRX4, f->key.at, f->entity, f->sip.call_id,
                            "a 100 came and a 100 left");
        }
    } else if (server->method == SS_METHOD_INVITE && status < 200) {
        (void)sn_owed_pay(j, f->entity, LAW_PRX7, f->sip.branch, answer_of(f));
    } else if (server->method == SS_METHOD_INVITE && status < 300) {
        if (!sn_owed_pay(j, f->entity, LAW_PRX5, f->sip.branch, answer_of(f))) {
            sn_judge_broken(j, LAW_PRX5, f->key.at, f->entity, f->sip.call_id,
                            "a 2xx left that did not come at this instant");
        }
    }
    if (server->method == SS_METHOD_INVITE && status >= 200) {
        sn_proxy_final_sent(j, f, server);
    }
}

bool sn_proxy_own_via_on_top(sn_judge *j, const sn_fact *f)
{
    if (member(j, f->entity)->role != SN_ROLE_PROXY ||
        sn_txn_find(j, f->entity, CLIENT, f->sip.branch, f->sip.method) == NULL) {
        return false;
    }
    sn_judge_broken(j, LAW_PRX3, f->key.at, f->entity, f->sip.call_id,
                    "status %u left with the proxy's own Via on top", f->sip.status);
    return true;
}
