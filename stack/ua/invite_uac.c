/* The INVITE that we sent (RFC 3261 13.2.2): what its transaction brings up. A 2xx goes to twoxx.c; any other final
 * response, a timeout and a failure of the transport end the call. */
#include "changes.h"

/* The INVITE transaction completes for us here; its own lingering is not ours. RFC3261:13.2.2.3 */
void ss_uac_refused(const ss_visit *v, ss_call *call, const ss_outcome *outcome)
{
    if (call->invite != 0) {
        ss_txn_disown(v->core, call->invite);
        call->invite = 0;
    }
    ss_ua_drop_pending(v, ss_call_ref(v->core, call));
    ss_leg_end_early(v, call);
    ss_call_tell(v, call, SS_EVENT_REJECTED, outcome);
    ss_call_over(v, call);
}

/* RFC3261:13.2.2.1 A quota that leaves no room for an early dialog costs nothing but the dialog. */
static ss_leg *need_early_leg(const ss_visit *v, ss_call *call, const ss_msg *response)
{
    ss_dialog_options options = { .local_cseq = call->cseq,
                                  .has_local_cseq = true,
                                  .secure = call->secure };
    if (ss_dialog_text_uac(response, v->turn->arena, &options.text) != SS_OK ||
        options.text.remote_tag.len == 0) {
        return NULL;
    }
    const ss_dialog_text *text = &options.text;
    ss_leg *leg =
        ss_leg_find(v, call, ss_dialog_key(text->call_id, text->local_tag, text->remote_tag));
    if (leg != NULL) {
        return leg;
    }
    if (ss_leg_new(v, call, &options, &leg) != SS_OK) {
        ss_call_tell_full(v, call);
        return NULL;
    }
    leg->state = SS_LEG_EARLY;
    ss_dialog_set_state(v->core, v->turn, ss_dialog_at(v->core, leg->dialog), SS_DIALOG_EARLY);
    return leg;
}

/* One that has no dialog is progress all the same, but cannot be acknowledged. */
static void tell_progress(const ss_visit *v, ss_call *call, const ss_msg *response)
{
    ss_leg *leg = need_early_leg(v, call, response);
    if (leg != NULL && leg->state == SS_LEG_ENDING) {
        return; /* our BYE is out: it is nothing to the application any more */
    }
    if (leg != NULL && leg->dialog != 0) {
        ss_leg_provisional(v, leg, response);
    } else {
        ss_call_tell(v, call, SS_EVENT_PROVISIONAL,
                     &(ss_outcome){ .status = response->status, .msg = response });
    }
}

/* Proceeding has no timer of its own (RFC3261:17.1.1.2), and the callee may be gone: the limit is ours. Twice the ring limit, so
 * that a callee who lives ends the call first. */
static void start_patience(const ss_visit *v, ss_call *call)
{
    if (call->timer.at == SS_TIME_NEVER && !call->wants_cancel) {
        ss_call_arm(v, call, 2 * v->core->settings->ring_limit);
    }
}

void ss_uac_timer(const ss_visit *v, ss_call *call)
{
    if (call->wants_cancel) {
        ss_uac_cancel_timer(v, call);
        return;
    }
    ss_call_note_timer(v, call, SS_TIMER_RING);
    call->wants_cancel = true;
    ss_uac_send_cancel(v, call);
}

static void provisional(const ss_visit *v, ss_call *call, const ss_msg *response)
{
    start_patience(v, call);
    if (response->status > 100) {
        tell_progress(v, call, response);
    }
    if (call->wants_cancel) { /* it had to wait for this: RFC3261:9.1 */
        ss_uac_send_cancel(v, call);
    }
}

/* A call that is to be cancelled is not begun again. */
static bool is_repeated(const ss_visit *v, ss_call *call, const ss_up *up, const ss_msg *response)
{
    const ss_errand errand = { SS_ERRAND_INVITE, ss_call_ref(v->core, call) };
    return !call->wants_cancel && ss_ua_repeat(v, errand, up, response, &call->repeats);
}

/* Only the class of a status matters here, so that an unknown one is as the x00 of its class, a provisional one as 183.
 * RFC3261:8.1.3.2 */
static void take_response(const ss_visit *v, ss_call *call, const ss_up *up, const ss_msg *response)
{
    if (response->status >= 200 && response->status < 300) {
        ss_uac_twoxx(v, call, response);
    } else if (call->state != SS_CALL_INVITING) {
        ss_ua_note_stray(v, response);
    } else if (response->status < 200) {
        provisional(v, call, response);
    } else if (!is_repeated(v, call, up, response)) {
        ss_uac_refused(v, call, &(ss_outcome){ .status = response->status, .msg = response });
    }
}

/* 64*T1 after the first 2xx: no more will come, early dialogs end, and nothing is left to be acknowledged again. When no
 * 2xx could be taken in, the call has failed. RFC3261:13.2.2.4 RFC6026:7.2 */
static void completed(const ss_visit *v, ss_call *call)
{
    if (call->state == SS_CALL_INVITING) {
        ss_uac_refused(v, call, &(ss_outcome){ .status = 503, .synthetic = true });
        return;
    }
    ss_leg_end_early(v, call);
    for (ss_ref at = call->first_leg; at != 0;) {
        ss_leg *leg = ss_leg_at(v->core, at);
        at = leg->next;
        if (!leg->ack.waits) { /* else it is the answer that the ACK will have */
            ss_core_drop(v->core, &leg->ack.bytes);
        }
        if (leg->state == SS_LEG_OVER && !ss_leg_lingers(v, leg)) {
            ss_leg_free(v, call, leg);
        }
    }
}

/* RFC3261:8.1.3.1 RFC3261:13.2.2 */
static void failed(const ss_visit *v, ss_call *call, const ss_up *up, unsigned status)
{
    if (call->state == SS_CALL_INVITING && !is_repeated(v, call, up, NULL)) {
        ss_uac_refused(v, call, &(ss_outcome){ .status = status, .synthetic = true });
    }
}

void ss_uac_invite_up(const ss_visit *v, ss_call *call, const ss_up *up, const ss_msg *response)
{
    if (up->ended) {
        call->invite = 0;
    }
    switch (up->kind) {
    case SS_UP_RESPONSE:
        take_response(v, call, up, response);
        break;
    case SS_UP_TIMEOUT:
        failed(v, call, up, 408);
        break;
    case SS_UP_TRANSPORT_ERROR:
        failed(v, call, up, 503);
        break;
    case SS_UP_ENDED:
        completed(v, call);
        break;
    default:
        break;
    }
}
