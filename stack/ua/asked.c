/* Requests of ours inside a leg that wait for an answer: printed by the dialog (RFC 3261 12.2.1), sent, and taken leave of
 * when the dialog ends. What a final response means is in the file of each method.
 *
 * Invariant: a leg whose dialog is gone keeps an INVITE of ours only, and its ACK was printed while there was a dialog.
 */
#include "changes.h"

/* ---- finding ---- */

ss_leg_more *ss_leg_more_of(const ss_core *core, const ss_leg *leg)
{
    return leg->more == 0 ? NULL : ss_store_at(&core->pools->store, leg->more);
}

ss_leg_more *ss_leg_need_more(const ss_visit *v, ss_leg *leg)
{
    if (leg->more == 0) {
        leg->more = ss_core_take(v->core, sizeof(ss_leg_more));
    }
    return ss_leg_more_of(v->core, leg);
}

/* RFC6086:5.2.2 a set is valid until the next; without room the old one stays. */
void ss_leg_learn_packages(const ss_visit *v, ss_leg *leg, const ss_msg *msg)
{
    ss_value_iter it = { 0 };
    ss_slice package;
    ss_blob kept;
    ss_leg_more *more = ss_msg_count(msg, SS_HDR_RECV_INFO) == 0 ? NULL : ss_leg_need_more(v, leg);
    if (more == NULL) {
        return;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    while (ss_msg_next_value(msg, SS_HDR_RECV_INFO, &it, &package) == SS_OK) {
        ss_put_text(&b, b.len == 0 ? "" : ",");
        ss_put(&b, ss_value_head(package, NULL));
    }
    const ss_slice packages = ss_buffer_keep(v->turn->arena, &b);
    if (!b.overflow && ss_core_keep(v->core, packages, &kept) == SS_OK) {
        ss_core_drop(v->core, &more->packages);
        more->packages = kept;
    }
}

bool ss_leg_takes_info(const ss_visit *v, const ss_leg *leg, ss_slice package)
{
    const ss_leg_more *more = ss_leg_more_of(v->core, leg);
    return more != NULL &&
           ss_ua_lists(ss_blob_slice(&v->core->pools->store, more->packages), package);
}

ss_asked *ss_asked_at(const ss_core *core, ss_ref asked)
{
    return ss_store_at(&core->pools->store, asked);
}

ss_asked *ss_asked_find(const ss_visit *v, const ss_leg *leg, ss_method method)
{
    const ss_leg_more *more = ss_leg_more_of(v->core, leg);
    for (ss_ref at = more == NULL ? 0 : more->first_asked; at != 0;) {
        ss_asked *asked = ss_asked_at(v->core, at);
        if (asked->method == method && asked->state != SS_ASKED_ANSWERED) {
            return asked;
        }
        at = asked->next;
    }
    return NULL;
}

bool ss_leg_lingers(const ss_visit *v, const ss_leg *leg)
{
    const ss_leg_more *more = ss_leg_more_of(v->core, leg);
    return more != NULL && (more->first_asked != 0 || more->reliable != 0);
}

/* ---- making ---- */

static ss_asked *add(const ss_visit *v, ss_leg *leg, const ss_change *change)
{
    ss_leg_more *more = ss_leg_need_more(v, leg);
    const ss_ref ref = more == NULL ? 0 : ss_core_take(v->core, sizeof(ss_asked));
    if (ref == 0) {
        return NULL;
    }
    ss_asked *asked = ss_asked_at(v->core, ref);
    ss_timer_init(&asked->timer, SS_TIMER_OF_ASKED);
    asked->leg = ss_leg_ref(v->core, leg);
    asked->method = (uint8_t)change->method;
    asked->is_offer = change->is_offer;
    asked->next = more->first_asked;
    more->first_asked = ref;
    return asked;
}

void ss_asked_give(const ss_visit *v, ss_asked *asked)
{
    const ss_ref ref = ss_store_ref(&v->core->pools->store, asked);
    ss_leg_more *more = ss_leg_more_of(v->core, ss_leg_at(v->core, asked->leg));
    ss_ref *at = &more->first_asked;
    while (*at != ref) {
        SS_ASSERT(*at != 0);
        at = &ss_asked_at(v->core, *at)->next;
    }
    *at = asked->next;
    ss_timer_set(&v->core->timers, &v->core->pools->store, &asked->timer, SS_TIME_NEVER);
    ss_ua_drop_pending(v, ref);
    if (asked->txn != 0) {
        ss_txn_disown(v->core, asked->txn);
    }
    ss_core_drop(v->core, &asked->ack.bytes);
    ss_core_drop(v->core, &asked->targets);
    ss_core_drop(v->core, &asked->kept);
    ss_core_drop(v->core, &asked->origin);
    ss_core_give(v->core, ref, sizeof(ss_asked));
}

static void put_what_is_asked(const ss_visit *v, const ss_leg *leg, ss_buffer *b,
                              const ss_change *change)
{
    switch (change->method) {
    case SS_METHOD_PRACK:
        ss_put_header(b, SS_HDR_RACK, change->rack);
        break;
    default:
        ss_ua_put_abilities(v, b);
        ss_session_timer_put_again(v, leg, b);
        break;
    }
}

static ss_slice print(const ss_visit *v, const ss_leg *leg, const ss_change *change,
                      const ss_leg_journey *j, uint32_t cseq)
{
    char branch[32];
    ss_slice contact = SS_EMPTY;
    ss_buffer branch_text = ss_buffer_on(branch, sizeof branch);
    ss_put_new_branch(v->core, &branch_text);
    const bool refreshes = change->method != SS_METHOD_PRACK; /* RFC3261:12.2.1.1 RFC3311:5.1 */
    if (refreshes && ss_ua_contact_for(v, leg->is_sips, &contact) != SS_OK) {
        return SS_EMPTY;
    }
    const ss_dialog_request request = { .method = change->method,
                                        .cseq = cseq,
                                        .path = &j->path,
                                        .branch = ss_buffer_slice(&branch_text),
                                        .contact = contact,
                                        .is_relayed = v->is_relaying,
                                        .hops = v->hops };
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_dialog_put_request(&b, &j->text, &j->route, &request);
    put_what_is_asked(v, leg, &b, change);
    ss_ua_put_tail(v, &b, change->method);
    ss_put_body(&b, change->type, change->body);
    return ss_buffer_keep(v->turn->arena, &b);
}

/* RFC3261:12.2.1.1 */
ss_status ss_leg_send(const ss_visit *v, ss_leg *leg, const ss_change *change)
{
    ss_leg_journey j;
    ss_status status = ss_leg_plan(v, leg, &j);
    if (status != SS_OK) {
        return status;
    }
    ss_asked *asked = add(v, leg, change);
    if (asked == NULL) {
        return SS_ERR_FULL;
    }
    const ss_ref ref = ss_store_ref(&v->core->pools->store, asked);
    asked->cseq = ss_dialog_next_cseq(v->core, ss_dialog_at(v->core, leg->dialog));
    const ss_slice bytes = print(v, leg, change, &j, asked->cseq);
    status = bytes.len == 0
                 ? SS_ERR_FULL
                 : ss_ua_send(v, (ss_errand){ SS_ERRAND_ASKED, ref }, &j.hop, &j.path, bytes);
    if (status != SS_OK) {
        ss_asked_give(v, asked);
    }
    return status;
}

void ss_asked_started(const ss_visit *v, ss_asked *asked, ss_ref txn)
{
    asked->txn = txn;
    if (asked
            ->wants_cancel) { /* of an INVITE that had no address yet: nothing waits for a 1xx but us */
        const ss_status status = ss_reinvite_cancel(v, asked);
        SS_ASSERT(status == SS_OK);
    }
}

/* ---- answers ---- */

void ss_leg_tell_change(const ss_visit *v, const ss_leg *leg, ss_told told,
                        const ss_outcome *outcome)
{
    ss_leg_tell(v, leg,
                (ss_event){ .kind = told.kind,
                            .method = told.method,
                            .status = outcome->status,
                            .synthetic = outcome->synthetic,
                            .verdict = told.verdict,
                            .asks = told.waits ? SS_ASKS_ACK : SS_ASKS_NOTHING,
                            .msg = outcome->msg });
}

static void done(const ss_visit *v, ss_asked *asked, const ss_outcome *outcome)
{
    switch (asked->method) {
    case SS_METHOD_PRACK:
        ss_prack_done(v, asked, outcome);
        break;
    case SS_METHOD_UPDATE:
        ss_update_done(v, asked, outcome);
        break;
    default:
        ss_change_failed(v, asked, outcome);
        break;
    }
}

void ss_asked_failed(const ss_visit *v, ss_asked *asked, const ss_outcome *outcome)
{
    if (ss_leg_at(v->core, asked->leg)->dialog == 0) {
        ss_asked_give(v, asked); /* nobody is left to be told */
    } else if (asked->state == SS_ASKED_WAITING) {
        done(v, asked, outcome);
    }
}

/* What is to be cancelled, or has no dialog any more, is not begun again. */
static bool is_repeated(const ss_visit *v, ss_asked *asked, const ss_up *up, const ss_msg *response)
{
    const ss_errand errand = { SS_ERRAND_ASKED, ss_store_ref(&v->core->pools->store, asked) };
    return (response == NULL || response->status >= 300) && asked->state == SS_ASKED_WAITING &&
           !asked->wants_cancel && ss_leg_at(v->core, asked->leg)->dialog != 0 &&
           ss_ua_repeat(v, errand, up, response, &asked->repeats);
}

/* RFC3261:8.1.3.1 */
void ss_asked_up(const ss_visit *v, ss_asked *asked, const ss_up *up, const ss_msg *response)
{
    if (up->ended) {
        asked->txn = 0;
    }
    switch (up->kind) {
    case SS_UP_RESPONSE:
        if (is_repeated(v, asked, up, response)) {
            break;
        }
        if (asked->method == SS_METHOD_INVITE) {
            ss_reinvite_response(v, asked, response);
        } else if (response->status >= 200) {
            done(v, asked, &(ss_outcome){ .status = response->status, .msg = response });
        }
        break;
    case SS_UP_TIMEOUT:
    case SS_UP_TRANSPORT_ERROR:
        if (!is_repeated(v, asked, up, NULL)) {
            const unsigned status = up->kind == SS_UP_TIMEOUT ? 408 : 503;
            ss_asked_failed(v, asked, &(ss_outcome){ .status = status, .synthetic = true });
        }
        break;
    case SS_UP_ENDED:
        ss_reinvite_ended(v, asked);
        break;
    default:
        break;
    }
}

/* ---- the end of the dialog ---- */

/* As if its 2xx were lost: there is no room for the ACK, or no address. Nothing would end it in Proceeding. */
static void give_up(const ss_visit *v, ss_asked *asked)
{
    ss_txn_disown(v->core, asked->txn);
    (void)ss_txn_abandon(v->core, v->turn, asked->txn);
    asked->txn = 0;
    ss_asked_give(v, asked);
}

/* A 2xx may still come for an INVITE, and must be acknowledged when there is no dialog any more: RFC3261:13.2.2.4 One that
 * nobody answers at all is given up as if it were cancelled, as Proceeding has no end of its own: RFC3261:9.1 */
static void quiet_asked(const ss_visit *v, ss_leg *leg, ss_asked *asked)
{
    const bool may_come = asked->method == SS_METHOD_INVITE && asked->txn != 0;
    if (!may_come) {
        ss_asked_give(v, asked);
        return;
    }
    asked->interval = 64 * v->core->settings->t1;
    ss_timer_set(&v->core->timers, &v->core->pools->store, &asked->timer,
                 asked->state == SS_ASKED_WAITING ? ss_time_after(v->turn->now, asked->interval)
                                                  : SS_TIME_NEVER);
    const bool is_unwritten = asked->ack.bytes.len == 0 || asked->ack.waits;
    if (is_unwritten && leg->dialog != 0 && !ss_asked_write_ack(v, leg, asked)) {
        give_up(v, asked);
    }
}

void ss_leg_quiet(const ss_visit *v, ss_leg *leg)
{
    ss_leg_more *more = ss_leg_more_of(v->core, leg);
    if (more == NULL) {
        return;
    }
    ss_leg_stop_serving(v, leg);
    ss_session_timer_give(v, leg);
    for (ss_ref at = more->first_asked; at != 0;) {
        ss_asked *asked = ss_asked_at(v->core, at);
        at = asked->next;
        quiet_asked(v, leg, asked);
    }
}

void ss_leg_forget_more(const ss_visit *v, ss_leg *leg)
{
    ss_leg_more *more = ss_leg_more_of(v->core, leg);
    if (more == NULL) {
        return;
    }
    while (more->first_served != 0) {
        ss_served_give(v, ss_served_at(v->core, more->first_served));
    }
    ss_reliable_give(v, leg);
    ss_session_timer_give(v, leg);
    while (more->first_asked != 0) {
        ss_asked_give(v, ss_asked_at(v->core, more->first_asked));
    }
    ss_core_drop(v->core, &more->packages);
    ss_core_give(v->core, leg->more, sizeof(ss_leg_more));
    leg->more = 0;
}
