/* UPDATE (RFC 3311): changes a session or refreshes a dialog, early or confirmed, and is answered at once. One at a time in
 * each direction; whether it may carry an offer is the model's to say. */
#include "changes.h"

/* ---- ours ---- */

/* RFC3311:4 the peer must have said that it takes one. RFC3311:5.1 a callee with an offer waits for the PRACK of its answer, which an
 * UPDATE of the peer's may overtake. */
ss_status ss_leg_update(const ss_visit *v, ss_leg *leg, const ss_command *command)
{
    const bool has_sdp = command->body.len > 0;
    const bool is_alive = leg->state == SS_LEG_UP || leg->state == SS_LEG_EARLY;
    ss_oa oa = leg->oa;
    if (!leg->peer_updates) {
        return SS_ERR_SEMANTIC;
    }
    if (!is_alive || ss_asked_find(v, leg, SS_METHOD_UPDATE) != NULL ||
        (has_sdp && ss_reliable_waits(v, leg)) ||
        !ss_oa_may_send(ss_oa_step(&oa, SS_OA_UPDATE, has_sdp, true))) {
        return SS_ERR_STATE;
    }
    const ss_change change = { .method = SS_METHOD_UPDATE,
                               .type = command->body_type,
                               .body = command->body,
                               .is_offer = has_sdp };
    const ss_status status = ss_leg_send(v, leg, &change);
    if (status == SS_OK) {
        leg->oa = oa;
    }
    return status;
}

/* RFC3311:5.3 */
void ss_update_done(const ss_visit *v, ss_asked *asked, const ss_outcome *outcome)
{
    ss_leg *leg = ss_leg_at(v->core, asked->leg);
    if (outcome->status >= 300) {
        ss_change_failed(v, asked, outcome);
        return;
    }
    const bool has_sdp = ss_ua_has_session(outcome->msg);
    const ss_oa_verdict verdict =
        asked->is_offer ? ss_oa_step(&leg->oa, SS_OA_UPDATE_2XX, has_sdp, false) : SS_OA_IS_NOTHING;
    ss_leg_refresh(v, leg, outcome->msg);
    ss_leg_learn_packages(v, leg, outcome->msg);
    if (leg->state == SS_LEG_UP) {
        ss_session_timer_2xx(v, leg, outcome->msg);
    }
    ss_asked_give(v, asked);
    ss_leg_tell_change(v, leg, (ss_told){ SS_EVENT_CHANGED, SS_METHOD_UPDATE, verdict, false },
                       outcome);
}

/* ---- the peer's: RFC3311:5.2 ---- */

static void accept_at_once(const ss_visit *v, const ss_incoming *in, ss_leg *leg)
{
    static const ss_said ok = { .status = 200 };
    ss_dialog *dialog = ss_dialog_at(v->core, leg->dialog);
    if (ss_ua_refresh_target(v, in, dialog) != SS_OK) {
        ss_ua_refuse_full(v, in);
        return;
    }
    if (!ss_ua_reply(v, in, ss_leg_print_response(v, leg, in->msg, &ok))) {
        return;
    }
    ss_leg_learn_packages(v, leg, in->msg);
    if (leg->state == SS_LEG_UP) {
        ss_session_timer_served(v, leg, in->msg);
    }
}

void ss_uas_update(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog)
{
    ss_leg *leg = ss_leg_at(v->core, dialog->owner);
    if (leg->state != SS_LEG_UP && leg->state != SS_LEG_EARLY) {
        ss_ua_refuse(v, in, 481, SS_HDR_OTHER, SS_EMPTY); /* our BYE is out: RFC5407:3.2 */
        return;
    }
    if (ss_served_find(v, leg, SS_METHOD_UPDATE) != NULL) {
        ss_ua_refuse_offer(v, in, SS_OA_IS_TOO_SOON);
        return;
    }
    if (ss_session_timer_refuses(v, in)) {
        return;
    }
    ss_leg_learn(leg, in->msg);
    ss_oa oa = leg->oa;
    const ss_oa_verdict verdict = ss_oa_step(&oa, SS_OA_UPDATE, ss_ua_has_session(in->msg), false);
    if (verdict == SS_OA_IS_NOTHING) {
        accept_at_once(v, in, leg);
    } else if (verdict != SS_OA_IS_OFFER) {
        ss_ua_refuse_offer(v, in, verdict);
    } else if (ss_served_new(v, in, leg) != NULL) {
        leg->oa = oa;
        ss_leg_tell(v, leg,
                    (ss_event){ .kind = SS_EVENT_OFFER,
                                .method = SS_METHOD_UPDATE,
                                .asks = SS_ASKS_RESPONSE,
                                .verdict = verdict,
                                .msg = in->msg });
    }
}
