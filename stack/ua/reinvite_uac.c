/* The re-INVITE that we send (RFC 3261 14.1, RFC 6141): one at a time in a dialog; its 2xx is acknowledged copy by copy, any
 * failure leaves the session as it was, a 491 is waited out, and 408 or 481 end the dialog (12.2.1.2). */
#include "changes.h"

/* ---- sending ---- */

/* RFC3261:14.1 no INVITE of either side is under way, but for one of the peer's first that waits for its ACK. */
static bool may_invite(const ss_visit *v, const ss_leg *leg)
{
    const ss_call *call = ss_call_at(v->core, leg->call);
    const ss_leg_more *more = ss_leg_more_of(v->core, leg);
    for (ss_ref at = more == NULL ? 0 : more->first_served; at != 0;) {
        const ss_served *served = ss_served_at(v->core, at);
        if (served->method == SS_METHOD_INVITE) {
            return false; /* answered or not: it is to be confirmed */
        }
        at = served->next;
    }
    return call->state == SS_CALL_UP && leg->state == SS_LEG_UP && !leg->ack.waits &&
           ss_asked_find(v, leg, SS_METHOD_INVITE) == NULL;
}

/* Without room an answer of ours begins a description of its own. */
static void keep_origin(const ss_visit *v, const ss_leg *leg, ss_slice origin)
{
    ss_asked *asked = ss_asked_find(v, leg, SS_METHOD_INVITE);
    if (asked != NULL && origin.len > 0 && ss_core_keep(v->core, origin, &asked->origin) != SS_OK) {
        asked->origin = (ss_blob){ 0 };
    }
}

ss_status ss_leg_reinvite(const ss_visit *v, ss_leg *leg, const ss_command *command)
{
    const bool has_sdp = command->body.len > 0;
    ss_oa oa = leg->oa;
    if (!may_invite(v, leg) || !ss_oa_may_send(ss_oa_step(&oa, SS_OA_INVITE, has_sdp, true))) {
        return SS_ERR_STATE;
    }
    const ss_change change = { .method = SS_METHOD_INVITE,
                               .type = command->body_type,
                               .body = command->body };
    const ss_status status = ss_leg_send(v, leg, &change);
    if (status == SS_OK) {
        leg->oa = oa;
        keep_origin(v, leg, has_sdp ? SS_EMPTY : command->origin);
    }
    return status;
}

/* ---- ACK ---- */

static ss_ack_of ack_of(const ss_visit *v, const ss_leg *leg, ss_asked *asked)
{
    const ss_ref ref = ss_store_ref(&v->core->pools->store, asked);
    return (ss_ack_of){ leg, &asked->ack, { SS_ERRAND_ASKED_ACK, ref }, asked->cseq, asked->kept };
}

ss_status ss_asked_acknowledge(const ss_visit *v, const ss_leg *leg, ss_asked *asked)
{
    const ss_ack_of of = ack_of(v, leg, asked);
    return ss_ack_say(v, &of, SS_EMPTY, SS_EMPTY);
}

bool ss_asked_write_ack(const ss_visit *v, const ss_leg *leg, ss_asked *asked)
{
    const ss_ack_of of = ack_of(v, leg, asked);
    return ss_ack_write(v, &of);
}

/* One that found no room when the first 2xx came has another chance with each copy. */
void ss_asked_repeat_ack(const ss_visit *v, const ss_leg *leg, ss_asked *asked)
{
    const ss_ack_of of = ack_of(v, leg, asked);
    if (asked->ack.bytes.len > 0) {
        ss_ack_repeat(v, &of);
    } else if (!asked->ack.waits && leg->dialog != 0 &&
               ss_ack_say(v, &of, SS_EMPTY, SS_EMPTY) != SS_OK) {
        ss_call_tell_full(v, ss_call_at(v->core, leg->call));
    }
}

bool ss_asked_ack_waits(const ss_visit *v, const ss_leg *leg, ss_ack_of *of)
{
    const ss_leg_more *more = ss_leg_more_of(v->core, leg);
    for (ss_ref at = more == NULL ? 0 : more->first_asked; at != 0;) {
        ss_asked *asked = ss_asked_at(v->core, at);
        if (asked->ack.waits) {
            *of = ack_of(v, leg, asked);
            return true;
        }
        at = asked->next;
    }
    return false;
}

/* ---- CANCEL: 9.1, RFC6141:3.8 ---- */

ss_status ss_reinvite_cancel(const ss_visit *v, ss_asked *asked)
{
    asked->wants_cancel = true;
    if (asked->cancel_sent || asked->txn == 0 ||
        ss_txn_state_of(ss_txn_at(v->core, asked->txn)) != SS_TXN_PROCEEDING) {
        return SS_OK; /* as soon as a 1xx comes */
    }
    if (ss_uac_start_cancel(v, asked->txn) == SS_OK) {
        asked->cancel_sent = true;
        asked->interval = 64 * v->core->settings->t1;
        ss_timer_set(&v->core->timers, &v->core->pools->store, &asked->timer,
                     ss_time_after(v->turn->now, asked->interval));
    }
    return SS_OK;
}

/* ---- responses ---- */

void ss_leg_refresh(const ss_visit *v, ss_leg *leg, const ss_msg *response)
{
    ss_dialog_text text;
    if (ss_msg_count(response, SS_HDR_CONTACT) > 0 &&
        ss_dialog_text_uac(response, v->turn->arena, &text) == SS_OK &&
        ss_dialog_set_target(v->core, ss_dialog_at(v->core, leg->dialog), text.target) != SS_OK) {
        ss_call_tell_full(v, ss_call_at(v->core, leg->call)); /* the old target stays */
    }
    ss_leg_learn(leg, response);
}

/* RFC3261:13.2.2.4 the ACK has an answer when the 2xx had the offer: the application says it. */
static void twoxx(const ss_visit *v, ss_leg *leg, ss_asked *asked, const ss_msg *response)
{
    const ss_oa_verdict verdict =
        ss_oa_step(&leg->oa, SS_OA_2XX, ss_ua_has_session(response), false);
    const bool is_wanted = leg->state == SS_LEG_UP;
    ss_timer_set(&v->core->timers, &v->core->pools->store, &asked->timer, SS_TIME_NEVER);
    asked->state = SS_ASKED_ANSWERED;
    leg->is_resyncing = false;
    ss_leg_refresh(v, leg, response);
    ss_leg_learn_packages(v, leg, response);
    if (is_wanted) {
        ss_session_timer_2xx(v, leg, response);
    }
    if (verdict == SS_OA_IS_OFFER) {
        ss_ack_wait(v, &asked->ack, response, ss_blob_slice(&v->core->pools->store, asked->origin));
    }
    const bool is_deferred = is_wanted && asked->ack.waits && !v->is_unproved;
    if (!is_deferred && ss_asked_acknowledge(v, leg, asked) != SS_OK) {
        ss_ack_forget(v, &asked->ack);
        ss_call_tell_full(v, ss_call_at(v->core, leg->call)); /* a copy of the 2xx asks again */
    }
    if (is_wanted && v->is_unproved) {
        ss_leg_bye(v, leg); /* RFC7616:3.5 RFC3261:13.2.2.4 acknowledged, and ended */
    } else if (is_wanted) {
        ss_leg_tell_change(
            v, leg, (ss_told){ SS_EVENT_CHANGED, SS_METHOD_INVITE, verdict, asked->ack.waits },
            &(ss_outcome){ .status = response->status, .msg = response });
    }
}

/* Proceeding has no end of its own (RFC3261:17.1.1.2): who is told to wait by one that is gone then gives up as a caller does. */
static void limit(const ss_visit *v, ss_asked *asked)
{
    const ss_span patience = 2 * v->core->settings->ring_limit;
    if (asked->interval == 0 && patience != 0) {
        asked->interval = patience;
        ss_timer_set(&v->core->timers, &v->core->pools->store, &asked->timer,
                     ss_time_after(v->turn->now, patience));
    }
}

static void provisional(const ss_visit *v, ss_leg *leg, ss_asked *asked, const ss_msg *response)
{
    limit(v, asked);
    if (response->status > 100 && leg->state == SS_LEG_UP) {
        ss_leg_provisional(v, leg, response);
    }
    if (asked->wants_cancel) {
        const ss_status status = ss_reinvite_cancel(v, asked);
        SS_ASSERT(status == SS_OK);
    }
}

/* Without a dialog there is nothing to change; what must be acknowledged was printed before. */
void ss_reinvite_response(const ss_visit *v, ss_asked *asked, const ss_msg *response)
{
    ss_leg *leg = ss_leg_at(v->core, asked->leg);
    const bool is_2xx = response->status >= 200 && response->status < 300;
    if (is_2xx && (asked->state == SS_ASKED_ANSWERED || leg->dialog == 0)) {
        ss_timer_set(&v->core->timers, &v->core->pools->store, &asked->timer, SS_TIME_NEVER);
        asked->state = SS_ASKED_ANSWERED;
        ss_asked_repeat_ack(v, leg, asked);
    } else if (asked->state != SS_ASKED_WAITING) {
        ss_ua_note_stray(v, response);
    } else if (is_2xx) {
        twoxx(v, leg, asked, response);
    } else if (response->status >= 300) {
        ss_asked_failed(v, asked, &(ss_outcome){ .status = response->status, .msg = response });
    } else if (leg->dialog != 0) {
        provisional(v, leg, asked, response);
    }
}

/* Timer M: no more copies come. One that could not be taken in has failed. */
void ss_reinvite_ended(const ss_visit *v, ss_asked *asked)
{
    if (asked->state == SS_ASKED_WAITING) {
        ss_asked_failed(v, asked, &(ss_outcome){ .status = 503, .synthetic = true });
    } else if (asked->state == SS_ASKED_ANSWERED) {
        ss_asked_give(v, asked);
    }
}

/* ---- failures of what changes a session: re-INVITE and UPDATE ---- */

/* RFC3261:14.1 RFC3311:5.3 in units of 10 ms: 2.1 to 4 s for who made the Call-ID, 0 to 2 s for the other. */
static ss_span back_off(const ss_visit *v, const ss_leg *leg)
{
    const bool is_owner = ss_call_at(v->core, leg->call)->is_uac;
    const uint64_t draw = ss_entropy_next(&v->core->entropy);
    return SS_MS(10) * (is_owner ? 210 + draw % 191 : draw % 201);
}

static void wait_out(const ss_visit *v, const ss_leg *leg, ss_asked *asked)
{
    if (asked->txn != 0) {
        ss_txn_disown(v->core, asked->txn);
        asked->txn = 0;
    }
    asked->state = SS_ASKED_BACKING_OFF;
    asked->interval = back_off(v, leg);
    ss_timer_set(&v->core->timers, &v->core->pools->store, &asked->timer,
                 ss_time_after(v->turn->now, asked->interval));
}

/* RFC6141:3.4 The peer undid by a failure what was done already, and may think otherwise: the application is asked to offer the
 * session as it stands. Once: who undoes that too is not asked again. */
static void resynchronise(const ss_visit *v, ss_leg *leg)
{
    if (!leg->is_resyncing) {
        leg->is_resyncing = true;
        ss_leg_tell(v, leg, (ss_event){ .kind = SS_EVENT_REFRESH, .method = SS_METHOD_INVITE });
    }
}

/* RFC3261:14.1 RFC3311:5.3 the session is as before; whether to ask again is the application's to say. */
void ss_change_failed(const ss_visit *v, ss_asked *asked, const ss_outcome *outcome)
{
    ss_leg *leg = ss_leg_at(v->core, asked->leg);
    const bool is_invite = asked->method == SS_METHOD_INVITE;
    const ss_method method = (ss_method)asked->method;
    const ss_oa_verdict verdict = is_invite ? ss_oa_step(&leg->oa, SS_OA_FAILED, false, false)
                                  : asked->is_offer
                                      ? ss_oa_step(&leg->oa, SS_OA_UPDATE_FAILED, false, false)
                                      : SS_OA_IS_NOTHING;
    const bool is_up = leg->state == SS_LEG_UP || leg->state == SS_LEG_EARLY;
    const bool is_gone = outcome->status == 408 || outcome->status == 481;
    const bool is_undone = is_invite && leg->oa.is_executed && outcome->status != 491;
    if (outcome->status == 491 && is_up) {
        wait_out(v, leg, asked);
    } else {
        ss_asked_give(v, asked);
    }
    ss_leg_tell_change(v, leg, (ss_told){ SS_EVENT_REFUSED, method, verdict, false }, outcome);
    if (is_gone && leg->state == SS_LEG_UP) {
        ss_leg_bye_in_time(v, leg);
    } else if (is_undone && leg->state == SS_LEG_UP) {
        resynchronise(v, leg);
    }
}

/* ---- time ---- */

static void abandon(const ss_visit *v, ss_asked *asked)
{
    if (asked->txn == 0 || ss_txn_abandon(v->core, v->turn, asked->txn).kind == SS_UP_NOTHING) {
        return;
    }
    asked->txn = 0;
    ss_asked_failed(v, asked, &(ss_outcome){ .status = 487, .synthetic = true });
}

void ss_asked_timer(const ss_visit *v, ss_asked *asked)
{
    const ss_leg *leg = ss_leg_at(v->core, asked->leg);
    const ss_method method = (ss_method)asked->method;
    const bool is_glare = asked->state == SS_ASKED_BACKING_OFF;
    const bool is_patience = !is_glare && !asked->cancel_sent && leg->dialog != 0;
    const ss_letter letter = is_glare      ? SS_TIMER_GLARE
                             : is_patience ? SS_TIMER_RING
                                           : SS_TIMER_CANCEL;
    ss_turn_note(v->turn,
                 &(ss_note){ .kind = SS_NOTE_TIMER,
                             .machine = asked->method == SS_METHOD_INVITE ? SS_ICT : SS_NICT,
                             .letter = (uint8_t)letter,
                             .method = asked->method,
                             .call_id = ss_call_at(v->core, leg->call)->call_id,
                             .value = asked->interval });
    if (is_patience && ss_reinvite_cancel(v, asked) == SS_OK && asked->cancel_sent) {
        return;
    }
    if (!is_glare) { /* RFC3261:9.1 */
        abandon(v, asked);
        return;
    }
    ss_asked_give(v, asked);
    ss_leg_tell(v, leg, (ss_event){ .kind = SS_EVENT_AGAIN, .method = method });
}
