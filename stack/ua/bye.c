/* BYE (RFC 3261 section 15): ours ends a leg when it is answered, whatever the answer; a peer's is answered 200 and ends
 * the leg, with 487 to the INVITE that still waits. When both cross, each is answered 200 and each side ends by the
 * answer to its own. */
#include "changes.h"

/* ---- client: 15.1.1 ---- */

static ss_slice print_bye(const ss_visit *v, ss_dialog *dialog, const ss_leg_journey *j)
{
    char branch[32];
    ss_buffer branch_text = ss_buffer_on(branch, sizeof branch);
    ss_put_new_branch(v->core, &branch_text);
    const ss_dialog_request request = { .method = SS_METHOD_BYE,
                                        .cseq = ss_dialog_next_cseq(v->core, dialog),
                                        .path = &j->path,
                                        .branch = ss_buffer_slice(&branch_text),
                                        .is_relayed = v->is_relaying,
                                        .hops = v->hops };
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_dialog_put_request(&b, &j->text, &j->route, &request);
    ss_ua_put_tail(v, &b, SS_METHOD_BYE);
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    return ss_buffer_keep(v->turn->arena, &b);
}

static ss_status send_bye(const ss_visit *v, ss_leg *leg)
{
    ss_leg_journey j;
    const ss_status status = ss_leg_plan(v, leg, &j);
    if (status != SS_OK) {
        return status;
    }
    const ss_slice bye = print_bye(v, ss_dialog_at(v->core, leg->dialog), &j);
    if (bye.len == 0) {
        return SS_ERR_FULL;
    }
    const ss_errand errand = { SS_ERRAND_BYE, ss_leg_ref(v->core, leg) };
    return ss_ua_send(v, errand, &j.hop, &j.path, bye);
}

/* A 2xx whose answer the application never said is acknowledged before the BYE all the same. RFC3261:13.2.2.4 */
static void acknowledge_first(const ss_visit *v, ss_leg *leg)
{
    ss_ack_of of = ss_leg_ack_of(v, leg);
    const bool waits = leg->ack.waits || ss_asked_ack_waits(v, leg, &of);
    if (waits && ss_ack_say(v, &of, SS_EMPTY, SS_EMPTY) != SS_OK) {
        ss_call_tell_full(v, ss_call_at(v->core, leg->call));
    }
}

/* RFC3261:15.1.1 When the BYE cannot be sent, the leg is over all the same. What the peer asked before is answered. */
void ss_leg_bye(const ss_visit *v, ss_leg *leg)
{
    SS_ASSERT(leg->state == SS_LEG_UP);
    ss_call *call = ss_call_at(v->core, leg->call);
    acknowledge_first(v, leg);
    ss_leg_stop_serving(v, leg);
    ss_session_timer_give(v, leg);
    leg->state = SS_LEG_ENDING;
    if (call->wanted == ss_leg_ref(v->core, leg) && call->state != SS_CALL_OVER) {
        call->state = SS_CALL_ENDING;
        ss_call_disarm(v, call);
    }
    const ss_status status = send_bye(v, leg);
    if (status == SS_ERR_FULL) {
        ss_call_tell_full(v, call);
    }
    if (status != SS_OK) {
        ss_leg_bye_done(v, leg, &(ss_outcome){ .status = 503, .synthetic = true });
    }
}

void ss_leg_bye_in_time(const ss_visit *v, ss_leg *leg)
{
    ss_call *call = ss_call_at(v->core, leg->call);
    if (call->state == SS_CALL_ANSWERED) {
        call->wants_bye = true;
    } else {
        ss_leg_bye(v, leg);
    }
}

/* RFC3261:15 The caller may, the callee must not. What its INVITE is answered decides what becomes of the call. RFC5407:A */
ss_status ss_leg_bye_early(const ss_visit *v, ss_leg *leg)
{
    SS_ASSERT(leg->state == SS_LEG_EARLY);
    const ss_status status = send_bye(v, leg);
    if (status == SS_OK) {
        ss_leg_stop_serving(v, leg);
        leg->state = SS_LEG_ENDING;
    }
    return status;
}

/* The 2xx of a dialog that our BYE ended before it came is acknowledged all the same, and begins nothing. RFC5407:3.1.3 */
void ss_leg_left_early(const ss_visit *v, ss_leg *leg)
{
    ss_call *call = ss_call_at(v->core, leg->call);
    if (call->state != SS_CALL_INVITING) {
        return;
    }
    ss_call_disarm(v, call);
    call->wanted = ss_leg_ref(v->core, leg);
    call->state = SS_CALL_ENDING;
    if (leg->state == SS_LEG_OVER) { /* the BYE is answered already */
        ss_call_tell(v, call, SS_EVENT_ENDED, &(ss_outcome){ .status = 200 });
        ss_call_over(v, call);
    }
}

void ss_leg_bye_done(const ss_visit *v, ss_leg *leg, const ss_outcome *outcome)
{
    ss_call *call = ss_call_at(v->core, leg->call);
    const ss_ack_of of = ss_leg_ack_of(v, leg);
    if (call->state == SS_CALL_INVITING &&
        leg->dialog != 0) { /* while there is a dialog to write it from */
        (void)ss_ack_write(v, &of);
    }
    ss_leg_over(v, leg);
    if (call->state == SS_CALL_ENDING && call->wanted == ss_leg_ref(v->core, leg)) {
        ss_call_tell(v, call, SS_EVENT_ENDED, outcome);
        ss_call_over(v, call);
    }
}

/* Any final response ends the dialog: 2xx, 481, 408, none at all (15.1.1), and what else a broken peer says. */
void ss_leg_bye_up(const ss_visit *v, ss_leg *leg, const ss_up *up, const ss_msg *response)
{
    ss_outcome outcome = { .synthetic = true };
    switch (up->kind) {
    case SS_UP_RESPONSE:
        outcome = (ss_outcome){ .status = response->status, .msg = response };
        break;
    case SS_UP_TIMEOUT:
        outcome.status = 408;
        break;
    case SS_UP_TRANSPORT_ERROR:
        outcome.status = 503;
        break;
    default:
        return;
    }
    if (outcome.status < 200) {
        return;
    }
    const ss_errand errand = { SS_ERRAND_BYE, ss_leg_ref(v->core, leg) };
    if (outcome.status >= 300 &&
        ss_ua_repeat(v, errand, up, response, &ss_call_at(v->core, leg->call)->bye_repeats)) {
        return;
    }
    if (!up->ended && up->txn != 0) {
        ss_txn_disown(v->core, up->txn); /* Timer K is not our business */
    }
    ss_leg_bye_done(v, leg, &outcome);
}

/* ---- server: 15.1.2 ---- */

/* The application's call ends with its leg, or with the INVITE that was still unanswered. */
static void peer_ended(const ss_visit *v, const ss_incoming *in, ss_call *call)
{
    const ss_outcome outcome = { .status = 200, .msg = in->msg };
    if (call->state == SS_CALL_INCOMING) { /* RFC3261:15.1.2 pending requests get 487 */
        if (ss_uas_reject(v, call, 487, SS_EMPTY) == SS_OK) {
            ss_call_tell(v, call, SS_EVENT_BYE, &outcome);
        }
        return;
    }
    ss_call_tell(v, call, SS_EVENT_BYE, &outcome);
    ss_call_over(v, call);
}

/* RFC3261:15.1.2 */
void ss_uas_bye(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog)
{
    ss_leg *leg = ss_leg_at(v->core, dialog->owner);
    ss_call *call = ss_call_at(v->core, leg->call);
    ss_buffer b = ss_ua_reply_begin(v, in->msg, 200, SS_EMPTY);
    if (!ss_ua_reply_ending(v, in, ss_ua_reply_end(v, &b, SS_EMPTY, SS_EMPTY))) {
        return;
    }
    const bool is_the_call =
        call->state == SS_CALL_INCOMING || call->wanted == ss_leg_ref(v->core, leg);
    if (leg->state == SS_LEG_ENDING) {
        return; /* ours is out: its answer ends the leg */
    }
    if (is_the_call) {
        peer_ended(v, in, call);
    } else {
        ss_leg_over(v, leg); /* a callee's BYE on an early dialog: that branch is gone */
    }
    ss_call_settle(v, call);
}
