/* Server transactions: which responses may leave, how often, and that copies of requests are answered (RFC 3261 17.2,
 * RFC 6026 7.1, RFC 4320 4). */
#include "laws.h"

/* ---- requests ---- */

static ss_span unnoted_life(const sn_judge *j, const sn_fact *f)
{
    const sn_member *m = member(j, f->entity);
    if (f->sip.method == SS_METHOD_ACK) {
        return m->spans->t4;
    }
    return f->sip.method == SS_METHOD_INVITE && !j->notes[f->entity] ? SS_TIME_NEVER
                                                                     : 128 * m->spans->t1;
}

/* Until when it must have some answer. */
static void expect_answer(const sn_judge *j, ss_time came, txn *t)
{
    const sn_member *m = member(j, t->node);
    t->due = SS_TIME_NEVER;
    if (m->spans->t1 != 0 && t->method != SS_METHOD_ACK) {
        const ss_span within =
            t->method == SS_METHOD_INVITE ? SS_MS(200) : sn_until_e_reaches_t2(m);
        t->due = within == 0 ? SS_TIME_NEVER : ss_time_after(came, within);
    }
}

void sn_server_begin_again(sn_judge *j, const sn_fact *f, txn *t)
{
    t->first = f->key.at;
    t->phase = PHASE_WAITING;
    t->acked = t->lenient = false;
    t->status = 0;
    t->final_at = SS_TIME_NEVER;
    t->said = 0;
    t->own_tag = t->is_initial ? 0 : t->own_tag; /* a tag of its own, as it knows of no other */
    expect_answer(j, f->key.at, t);
}

static void begin(sn_judge *j, const sn_fact *f, txn *t)
{
    t->first = f->key.at;
    t->request = f->hash;
    t->phase = PHASE_WAITING;
    t->noted = t->noted == SS_TXN_TERMINATED ? NOT_NOTED : t->noted;
    t->acked = t->lenient = false;
    t->is_initial = f->sip.to_tag == 0;
    t->own_tag = f->sip.to_tag;
    t->status = 0;
    t->final_at = t->noted_end = SS_TIME_NEVER;
    t->call_id = f->sip.call_id;
    t->cseq = f->sip.cseq;
    t->rseq = f->sip.rseq;
    t->rack_cseq = f->sip.rack_cseq; /* or what else its method has there */
    t->contact = f->sip.contact;
    t->routes = f->sip.routes;
    t->route_count = f->sip.route_count;
    t->says = f->sip.says;
    t->reliable = f->transport != SS_TRANSPORT_UDP;
    t->second_branch = f->sip.second_branch;
    t->via_count = f->sip.via_count;
    t->max_forwards = f->sip.max_forwards;
    t->max_breadth = f->sip.max_breadth;
    t->asked_at = f->key.at;
    t->from = f->peer;
    t->from_port = f->peer_port;
    t->said = 0;
    t->has_moved = false;
    t->answers = 0;
    t->forks = 0;
    t->end = ss_time_after(f->key.at, unnoted_life(j, f));
    expect_answer(j, f->key.at, t);
    sn_txn_schedule(j, t);
}

static void copy_came(sn_judge *j, const sn_fact *f, txn *t)
{
    if (t->asked_at != f->key.at) {
        t->asked_at = f->key.at;
        t->answers = 0;
    }
    t->answers++;
    const bool has_answer = t->phase == PHASE_PROCEEDING || t->phase == PHASE_COMPLETED;
    if (has_answer && t->noted != NOT_NOTED && t->noted != SS_TXN_TERMINATED &&
        t->method != SS_METHOD_ACK) {
        sn_owed_add(j,
                    (owed){ .law = LAW_TX17, .node = t->node, .a = t->key, .call_id = t->call_id });
    }
}

/* RFC3261:8.2.7 Who keeps no transaction answers each request for what it is itself: one may have the branch of another. */
static bool is_another(const sn_fact *f, const txn *t)
{
    return t->noted == NOT_NOTED && t->final_at != SS_TIME_NEVER &&
           (t->request != f->hash || t->from != f->peer || t->from_port != f->peer_port);
}

/* RFC3261:17.2.3 Without the cookie a request is told apart by more than facts know, and by where it came from: another one under its branch may be another
 * transaction. Which of them a response belongs to does not show, so no more is judged of any. */
static bool is_one_of_several(const sn_fact *f, txn *t)
{
    if (!t->is_several && (f->sip.says & SS_SAYS_NO_COOKIE) != 0 && t->phase != PHASE_NONE &&
        (t->request != f->hash || t->from != f->peer || t->from_port != f->peer_port)) {
        t->is_several = true;
        t->due = t->end = t->noted_end = SS_TIME_NEVER;
    }
    return t->is_several;
}

void sn_server_request_received(sn_judge *j, const sn_fact *f)
{
    txn *t = sn_txn_obtain(j, f->entity, SERVER, f->sip.branch, f->sip.method);
    if (t == NULL) {
        return;
    }
    if (is_one_of_several(f, t)) {
        sn_dialogs_unknown_received(j, f);
        return;
    }
    if (t->phase == PHASE_NONE || t->phase == PHASE_OVER || is_another(f, t)) {
        begin(j, f, t);
        sn_dialogs_request_received(j, f, t);
    } else {
        copy_came(j, f, t);
    }
}

/* ---- responses to INVITE ---- */

static law finals_law(const sn_judge *j, const txn *t)
{
    return member(j, t->node)->role == SN_ROLE_PROXY ? LAW_PRX6 : LAW_TX10;
}

static void first_final(sn_judge *j, const sn_fact *f, txn *t)
{
    t->final_at = f->key.at;
    t->status = f->sip.status;
    t->hash = f->hash;
    t->to_tag = f->sip.to_tag;
    const bool is_proxy = member(j, t->node)->role == SN_ROLE_PROXY;
    if (f->sip.status >= 300) {
        t->phase = PHASE_COMPLETED;
        sn_server_start_copies(j, f, t);
        return;
    }
    sn_server_start_copies(j, f, t);
    if (is_proxy) {
        t->phase = PHASE_ACCEPTED;
        t->due = SS_TIME_NEVER; /* the UAS makes the copies (RFC3261:16.7) */
    } else {
        sn_txn_accept(j, t);
    }
}

static void success_to_invite(sn_judge *j, const sn_fact *f, txn *t)
{
    if (t->phase == PHASE_WAITING || t->phase == PHASE_PROCEEDING) {
        first_final(j, f, t);
        return;
    }
    if (t->phase != PHASE_ACCEPTED) {
        sn_judge_broken(j, finals_law(j, t), f->key.at, t->node, t->call_id,
                        "status %u left after status %u", f->sip.status, t->status);
        return;
    }
    if (member(j, t->node)->role != SN_ROLE_UA) {
        return;
    }
    if (f->sip.to_tag != t->to_tag || f->hash != t->hash) {
        sn_judge_broken(j, LAW_TX10, f->key.at, t->node, t->call_id,
                        f->sip.to_tag != t->to_tag ? "a second 2xx left, with another To tag"
                                                   : "a copy of the 2xx differs from the first");
    }
    sn_server_copy_sent(j, f, t);
}

/* RFC3261:8.2.7 A node that was at its quota had no room for a transaction that would know a copy: it refuses one of a request that it
 * took in before, a BYE say, or one of an INVITE that it challenged without one. */
static bool is_anew(const sn_judge *j, const sn_fact *f, const txn *t)
{
    return t->final_at != SS_TIME_NEVER && t->phase != PHASE_ACCEPTED && t->noted == NOT_NOTED &&
           j->excused[t->node] != 0 && t->asked_at == f->key.at && t->answers > 0 &&
           (f->sip.status >= 300 || t->method == SS_METHOD_CANCEL);
}

static void answer_anew(const sn_fact *f, txn *t)
{
    t->status = f->sip.status;
    t->hash = f->hash;
    t->answers--;
}

static void failure_to_invite(sn_judge *j, const sn_fact *f, txn *t)
{
    if (t->phase == PHASE_WAITING || t->phase == PHASE_PROCEEDING) {
        first_final(j, f, t);
        return;
    }
    if (f->sip.status != t->status && is_anew(j, f, t)) {
        answer_anew(f, t);
        return;
    }
    if (t->phase == PHASE_ACCEPTED || f->sip.status != t->status ||
        (f->hash != t->hash && t->noted != NOT_NOTED)) {
        sn_judge_broken(j, finals_law(j, t), f->key.at, t->node, t->call_id,
                        f->sip.status != t->status
                            ? "status %u left after status %u"
                            : "a copy of status %u differs from the first, of status %u",
                        f->sip.status, t->status);
        return;
    }
    sn_server_copy_sent(j, f, t);
}

static void provisional_to(sn_judge *j, const sn_fact *f, txn *t)
{
    if (t->final_at != SS_TIME_NEVER) {
        sn_judge_broken(j, LAW_TX10, f->key.at, t->node, t->call_id,
                        "status %u left after the final status %u", f->sip.status, t->status);
        return;
    }
    if (t->phase == PHASE_WAITING) {
        t->due = SS_TIME_NEVER; /* later it is that of a reliable one's copy */
    }
    t->phase = PHASE_PROCEEDING;
    t->status = f->sip.status;
    t->end = t->noted == NOT_NOTED && j->notes[t->node] ? t->end : SS_TIME_NEVER;
}

/* ---- responses to the others ---- */

static void judge_4320(sn_judge *j, const sn_fact *f, const txn *t)
{
    const unsigned status = f->sip.status;
    const sn_member *m = member(j, t->node);
    if (status == 408 || (status > 100 && status < 200)) {
        sn_judge_broken(j, LAW_TX15, f->key.at, t->node, t->call_id,
                        "status %u answers a request that is no INVITE", status);
    } else if (status == 100 && !t->reliable &&
               f->key.at < ss_time_after(t->first, sn_until_e_reaches_t2(m))) {
        sn_judge_broken(j, LAW_TX15, f->key.at, t->node, t->call_id,
                        "a 100 left %s ms after the request came, which is too soon",
                        sn_ms(f->key.at - t->first).text);
    }
}

static void final_to_other(sn_judge *j, const sn_fact *f, txn *t)
{
    if (t->final_at == SS_TIME_NEVER) {
        t->final_at = f->key.at;
        t->status = f->sip.status;
        t->hash = f->hash;
        t->phase = PHASE_COMPLETED;
        t->due = SS_TIME_NEVER;
        t->end = ss_time_after(f->key.at, t->reliable ? 0 : 64 * member(j, t->node)->spans->t1);
        return;
    }
    if (is_anew(j, f, t)) {
        answer_anew(f, t);
        t->own_tag =
            f->sip
                .to_tag; /* that of the INVITE is known no more to who answers its CANCEL: RFC3261:9.2 */
    } else if (f->sip.status != t->status || (f->hash != t->hash && t->noted != NOT_NOTED)) {
        sn_judge_broken(j, LAW_TX10, f->key.at, t->node, t->call_id,
                        "a final status %u left after another, %u", f->sip.status, t->status);
    } else if (t->asked_at != f->key.at || t->answers == 0) {
        sn_judge_broken(j, LAW_TX10, f->key.at, t->node, t->call_id,
                        "a copy of status %u left that no copy of the request asked for",
                        t->status);
    } else {
        t->answers--;
    }
}

static void response_from(sn_judge *j, const sn_fact *f, txn *t)
{
    if (t->method != SS_METHOD_INVITE) {
        judge_4320(j, f, t);
    }
    if (f->sip.status < 200) {
        provisional_to(j, f, t);
    } else if (t->method != SS_METHOD_INVITE) {
        final_to_other(j, f, t);
    } else if (f->sip.status < 300) {
        success_to_invite(j, f, t);
    } else {
        failure_to_invite(j, f, t);
    }
    sn_txn_schedule(j, t);
}

/* What the stack says that it refuses gets its one answer without a transaction, though nobody else could read the request, and though
 * it may carry the branch of one that lives: it is none of that one's. RFC3261:8.2.7 */
static bool is_refusal(sn_judge *j, const sn_fact *f)
{
    const bool is_answer = j->refusal_event == j->event && j->refusal_node == f->entity &&
                           j->refusal_status == f->sip.status && f->sip.status != 0;
    j->refusal_status = is_answer ? 0 : j->refusal_status;
    return is_answer;
}

/* Something that came at this instant asks for it: it is not what was sent before, and failed, though it may have the same bytes. */
static bool is_owed(const sn_judge *j, const sn_fact *f, const txn *t)
{
    return sn_owed_has(j, t->node, LAW_TX17, t->key, 0) || sn_proxy_owes(j, f);
}

void sn_server_response_sent(sn_judge *j, const sn_fact *f)
{
    if (f->sip.method == SS_METHOD_ACK) {
        sn_judge_broken(j, LAW_TX13, f->key.at, f->entity, f->sip.call_id,
                        "status %u answers an ACK", f->sip.status);
        return;
    }
    txn *t = sn_txn_find(j, f->entity, SERVER, f->sip.branch, f->sip.method);
    if (is_refusal(j, f) || (t == NULL ? sn_proxy_own_via_on_top(j, f) : t->is_several)) {
        return;
    }
    if (t != NULL && sn_response_goes_on(j, f, t) && t->due != f->key.at && !is_owed(j, f, t)) {
        return;
    }
    if (t == NULL || t->phase == PHASE_OVER || t->phase == PHASE_NONE) {
        sn_judge_broken(j, LAW_TX18, f->key.at, f->entity, f->sip.call_id,
                        t == NULL ? "status %u left, but no request with its branch came"
                                  : "status %u left after its transaction ended",
                        f->sip.status);
        return;
    }
    if (f->sip.via_count != t->via_count || f->sip.second_branch != t->second_branch) {
        sn_judge_broken(j, LAW_PRX3, f->key.at, f->entity, f->sip.call_id,
                        "status %u left with %u Via, its request came with %u", f->sip.status,
                        f->sip.via_count, t->via_count);
    }
    if (!is_anew(j, f, t)) {
        sn_tag_judge(j, f, t);
    }
    (void)sn_owed_pay(j, t->node, LAW_TX17, t->key, 0);
    if (member(j, t->node)->role == SN_ROLE_PROXY) {
        sn_proxy_response_sent(j, f, t);
    }
    sn_dialogs_response_sent(j, f, t);
    const bool had_final = t->final_at != SS_TIME_NEVER;
    response_from(j, f, t);
    if (!had_final && t->final_at != SS_TIME_NEVER) {
        sn_auth_kept(j, t, f->sip.branch);
    }
}
