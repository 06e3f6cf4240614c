/* Reliable provisional responses and PRACK (RFC 3262), both sides. Ours goes out again, at intervals that double without a
 * limit, until its PRACK comes or 64*T1 passed; only then may the next one go, and a 2xx when it had a session description.
 * The peer's are taken in order; the application says what goes into each PRACK.
 */
#include "changes.h"

/* ---- server: 3 ---- */

static bool lists(const ss_msg *msg, ss_hdr id)
{
    return ss_msg_lists_token(msg, id, SS_LIT("100rel"));
}

ss_reliability ss_reliability_of(const ss_visit *v, const ss_msg *invite)
{
    if (!ss_ua_has_option(v->ua, SS_LIT("100rel"))) {
        return SS_RELIABLE_NEVER;
    }
    return lists(invite, SS_HDR_REQUIRE)     ? SS_RELIABLE_MUST
           : lists(invite, SS_HDR_SUPPORTED) ? SS_RELIABLE_CAN
                                             : SS_RELIABLE_NEVER;
}

void ss_put_reliable(ss_buffer *b, uint32_t rseq)
{
    ss_put_header(b, SS_HDR_REQUIRE, SS_LIT("100rel"));
    ss_put_header_u64(b, SS_HDR_RSEQ, rseq);
}

static ss_reliable *reliable_of(const ss_visit *v, const ss_leg *leg)
{
    const ss_leg_more *more = ss_leg_more_of(v->core, leg);
    return more == NULL || more->reliable == 0
               ? NULL
               : ss_store_at(&v->core->pools->store, more->reliable);
}

/* RFC3262:3 not before the one before it is acknowledged. */
ss_status ss_reliable_next(const ss_visit *v, ss_leg *leg, uint32_t cseq, uint32_t *rseq)
{
    ss_leg_more *more = ss_leg_need_more(v, leg);
    if (more == NULL) {
        return SS_ERR_FULL;
    }
    if (more->reliable != 0) {
        return SS_ERR_STATE;
    }
    *rseq = ss_rseq_next(v->core, &more->given, cseq);
    return SS_OK;
}

static void arm(const ss_visit *v, ss_reliable *r, ss_time at)
{
    ss_timer_set(&v->core->timers, &v->core->pools->store, &r->timer, at);
}

ss_status ss_reliable_start(const ss_visit *v, ss_leg *leg, const ss_reliable_options *options)
{
    ss_leg_more *more = ss_leg_more_of(v->core, leg);
    const ss_span t1 = v->core->settings->t1;
    const ss_ref ref = ss_core_take(v->core, sizeof(ss_reliable));
    if (ref == 0) {
        return SS_ERR_FULL;
    }
    ss_reliable *r = ss_store_at(&v->core->pools->store, ref);
    if (ss_core_keep(v->core, options->bytes, &r->bytes) != SS_OK) {
        ss_core_give(v->core, ref, sizeof(ss_reliable));
        return SS_ERR_FULL;
    }
    ss_timer_init(&r->timer, SS_TIMER_OF_RELIABLE);
    r->leg = ss_leg_ref(v->core, leg);
    r->served = options->served == NULL ? 0 : ss_store_ref(&v->core->pools->store, options->served);
    r->cseq = options->cseq;
    r->rseq = options->rseq;
    r->has_sdp = options->has_sdp;
    r->end = ss_time_after(v->turn->now, 64 * t1);
    r->interval = t1;
    more->reliable = ref;
    arm(v, r, ss_time_after(v->turn->now, t1));
    return SS_OK;
}

void ss_reliable_give(const ss_visit *v, const ss_leg *leg)
{
    ss_reliable *r = reliable_of(v, leg);
    if (r == NULL) {
        return;
    }
    ss_leg_more *more = ss_leg_more_of(v->core, leg);
    arm(v, r, SS_TIME_NEVER);
    ss_core_drop(v->core, &r->bytes);
    ss_core_drop(v->core, &r->held_type);
    ss_core_drop(v->core, &r->held_body);
    ss_core_give(v->core, more->reliable, sizeof(ss_reliable));
    more->reliable = 0;
}

bool ss_reliable_waits(const ss_visit *v, const ss_leg *leg)
{
    const ss_reliable *r = reliable_of(v, leg);
    return r != NULL && r->has_sdp && !r->is_left;
}

ss_status ss_reliable_hold_2xx(const ss_visit *v, const ss_leg *leg, const ss_command *command,
                               bool *is_held)
{
    ss_reliable *r = reliable_of(v, leg);
    *is_held = ss_reliable_waits(v, leg);
    if (!*is_held) {
        return SS_OK;
    }
    if (r->is_2xx_held) {
        return SS_ERR_STATE;
    }
    ss_status status = ss_core_keep(v->core, command->body_type, &r->held_type);
    if (status == SS_OK) {
        status = ss_core_keep(v->core, command->body, &r->held_body);
    }
    if (status != SS_OK) {
        ss_core_drop(v->core, &r->held_type);
        return status;
    }
    r->is_2xx_held = true;
    return SS_OK;
}

/* RFC3262:3 it must be prepared to process PRACK requests for those outstanding responses. What they acknowledge is answered:
 * a 2xx that waited is not sent any more, and the INVITE may be gone. */
bool ss_reliable_leave(const ss_visit *v, const ss_leg *leg)
{
    ss_reliable *r = reliable_of(v, leg);
    if (r == NULL) {
        return false;
    }
    if (!r->is_left) {
        r->is_left = true;
        r->is_2xx_held = false;
        r->served = 0;
        ss_core_drop(v->core, &r->bytes);
        ss_core_drop(v->core, &r->held_type);
        ss_core_drop(v->core, &r->held_body);
        arm(v, r, ss_time_after(v->turn->now, 64 * v->core->settings->t1));
    }
    return true;
}

/* The INVITE that it answers: its transaction. */
static ss_ref invite_of(const ss_visit *v, const ss_reliable *r)
{
    const ss_leg *leg = ss_leg_at(v->core, r->leg);
    return r->served != 0 ? ss_served_at(v->core, r->served)->txn
                          : ss_call_at(v->core, leg->call)->invite;
}

static void note(const ss_visit *v, const ss_reliable *r, ss_note_kind kind, ss_letter letter)
{
    const ss_leg *leg = ss_leg_at(v->core, r->leg);
    ss_turn_note(v->turn, &(ss_note){ .kind = (uint8_t)kind,
                                      .machine = SS_IST,
                                      .letter = (uint8_t)letter,
                                      .method = SS_METHOD_INVITE,
                                      .call_id = ss_call_at(v->core, leg->call)->call_id,
                                      .value = r->interval });
}

static void repeat(const ss_visit *v, ss_reliable *r)
{
    const ss_slice copy =
        ss_arena_copy(v->turn->arena, ss_blob_slice(&v->core->pools->store, r->bytes));
    const ss_ref invite = invite_of(v, r);
    bool ended = false;
    note(v, r, SS_NOTE_TIMER, SS_TIMER_RELIABLE);
    if (copy.len > 0 && invite != 0) {
        note(v, r, SS_NOTE_RESEND, SS_TIMER_RELIABLE);
        const ss_status status = ss_txn_respond(v->core, v->turn, invite, copy, &ended);
        SS_ASSERT(status != SS_ERR_STATE);
        SS_ASSERT(!ended);
        if (r->served == 0) { /* it is what the transaction has now */
            ss_call_at(v->core, ss_leg_at(v->core, r->leg)->call)->was_reliable = true;
        }
    }
    r->interval *= 2;
    const ss_time next = ss_time_after(v->turn->now, r->interval);
    arm(v, r, ss_time_earlier(next, r->end));
}

/* RFC3262:3 64*T1 without a PRACK: the INVITE is rejected. */
static void give_up(const ss_visit *v, ss_reliable *r)
{
    ss_leg *leg = ss_leg_at(v->core, r->leg);
    ss_call *call = ss_call_at(v->core, leg->call);
    const bool is_first = r->served == 0;
    const ss_outcome outcome = { .status = 504, .synthetic = true };
    r->interval = 64 * v->core->settings->t1;
    note(v, r, SS_NOTE_TIMER, SS_TIMER_RELIABLE_END);
    const ss_status said = is_first
                               ? ss_uas_reject(v, call, 504, SS_EMPTY)
                               : ss_served_respond(v, ss_served_at(v->core, r->served), 504, NULL);
    if (said != SS_OK) {
        arm(v, r, ss_time_after(v->turn->now, v->core->settings->t1)); /* no room: again later */
    } else if (is_first) {
        ss_call_tell(v, call, SS_EVENT_ENDED, &outcome);
    } else {
        ss_leg_tell(v, leg,
                    (ss_event){ .kind = SS_EVENT_REFUSED,
                                .method = SS_METHOD_INVITE,
                                .status = 504,
                                .synthetic = true });
    }
}

/* Of a call that is over the dialog stayed for the PRACK alone. */
static void forget(const ss_visit *v, ss_leg *leg)
{
    ss_reliable_give(v, leg);
    if (leg->state == SS_LEG_FADING) {
        ss_leg_over(v, leg);
    }
}

void ss_reliable_timer(const ss_visit *v, ss_reliable *r)
{
    if (r->is_left) {
        forget(v, ss_leg_at(v->core, r->leg));
    } else if (v->turn->now >= r->end) {
        give_up(v, r);
    } else {
        repeat(v, r);
    }
}

/* ---- PRACK: 3, 5 ---- */

static bool matches(const ss_reliable *r, const ss_msg *prack)
{
    ss_rack rack;
    return r != NULL && ss_rack_parse(ss_msg_value(prack, SS_HDR_RACK, 0), &rack) == SS_OK &&
           rack.rseq == r->rseq && rack.cseq == r->cseq &&
           ss_slice_eq(rack.method, SS_LIT("INVITE"));
}

/* The 2xx that waited for this. */
static void answer_held(const ss_visit *v, ss_leg *leg, const ss_reliable *r)
{
    const ss_store *store = &v->core->pools->store;
    ss_call *call = ss_call_at(v->core, leg->call);
    const ss_command answer = {
        .kind = SS_CMD_ANSWER,
        .call = call->number,
        .body_type = ss_arena_copy(v->turn->arena, ss_blob_slice(store, r->held_type)),
        .body = ss_arena_copy(v->turn->arena, ss_blob_slice(store, r->held_body))
    };
    const ss_ref served = r->served;
    ss_reliable_give(v, leg);
    const ss_status status =
        served == 0 ? ss_uas_answer(v, call, &answer)
                    : ss_served_respond(v, ss_served_at(v->core, served), 200, &answer);
    if (status != SS_OK) {
        ss_call_tell_full(v, call); /* the ring limit ends it */
    }
}

static void acknowledged(const ss_visit *v, ss_leg *leg, const ss_msg *prack, ss_oa_verdict verdict)
{
    const ss_reliable *r = reliable_of(v, leg);
    const bool is_held = r->is_2xx_held;
    ss_leg_tell(v, leg,
                (ss_event){ .kind = SS_EVENT_PRACKED,
                            .method = SS_METHOD_PRACK,
                            .verdict = verdict,
                            .asks = verdict == SS_OA_IS_OFFER ? SS_ASKS_RESPONSE : SS_ASKS_NOTHING,
                            .msg = prack });
    if (is_held) {
        answer_held(v, leg, r);
    } else {
        forget(v, leg);
    }
}

void ss_uas_prack(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog)
{
    static const ss_said ok = { .status = 200 };
    ss_leg *leg = ss_leg_at(v->core, dialog->owner);
    const ss_reliable *r = reliable_of(v, leg);
    if (!matches(r, in->msg)) { /* RFC3262:3 */
        ss_ua_refuse(v, in, 481, SS_HDR_OTHER, SS_EMPTY);
        return;
    }
    ss_oa oa = leg->oa;
    ss_oa_verdict verdict = ss_oa_step(&oa, SS_OA_PRACK, ss_ua_has_session(in->msg), false);
    if (verdict == SS_OA_IS_REFUSED && r->is_left) {
        verdict = SS_OA_IS_IGNORED; /* it answers an offer that the final response took back */
    }
    if (verdict == SS_OA_IS_MISSING) {
        ss_ua_refuse(v, in, 400, SS_HDR_OTHER, SS_EMPTY); /* the answer was to be in it */
    } else if (verdict == SS_OA_IS_REFUSED) {
        ss_ua_refuse_offer(v, in, verdict);
    } else if (verdict == SS_OA_IS_OFFER && leg->state != SS_LEG_FADING
                   ? ss_served_new(v, in, leg) != NULL
                   : ss_ua_reply(v, in, ss_leg_print_response(v, leg, in->msg, &ok))) {
        leg->oa = oa;
        acknowledged(v, leg, in->msg, verdict);
        ss_call_settle(v, ss_call_at(v->core, leg->call));
    }
}

/* ---- client: 4 ---- */

static bool is_reliable(const ss_msg *response, uint32_t *rseq)
{
    return response->status > 100 && response->status < 200 && lists(response, SS_HDR_REQUIRE) &&
           ss_msg_number(response, SS_HDR_RSEQ, rseq) == SS_OK && *rseq != 0;
}

/* RFC3262:4 */
void ss_leg_provisional(const ss_visit *v, ss_leg *leg, const ss_msg *response)
{
    uint32_t rseq = 0;
    ss_cseq cseq;
    const bool is_rel = is_reliable(response, &rseq);
    if (is_rel) {
        ss_leg_more *more = ss_leg_need_more(v, leg);
        if (more == NULL || ss_msg_cseq(response, &cseq) != SS_OK) {
            ss_call_tell_full(v, ss_call_at(v->core, leg->call)); /* as if lost: a copy comes */
            return;
        }
        if (!ss_rseq_take(&more->taken, cseq.number, rseq)) {
            return;
        }
        more->prack_owed_to = cseq.number;
    }
    const ss_oa_verdict verdict = ss_oa_step(&leg->oa, is_rel ? SS_OA_RELIABLE : SS_OA_PREVIEW,
                                             ss_ua_has_session(response), false);
    if (is_rel) {
        ss_leg_refresh(v, leg, response); /* RFC6141:4.7 one that may be lost refreshes nothing */
        if (leg->state ==
            SS_LEG_EARLY) { /* of a re-INVITE, a failure would take it back: RFC6086:5.2.4 */
            ss_leg_learn_packages(v, leg, response);
        }
    } else {
        ss_leg_learn(leg, response);
    }
    ss_leg_tell(v, leg,
                (ss_event){ .kind = SS_EVENT_PROVISIONAL,
                            .method = SS_METHOD_INVITE,
                            .status = response->status,
                            .verdict = verdict,
                            .asks = is_rel ? SS_ASKS_PRACK : SS_ASKS_NOTHING,
                            .msg = response });
}

ss_status ss_leg_prack(const ss_visit *v, ss_leg *leg, const ss_command *command)
{
    char text[48];
    ss_leg_more *more = ss_leg_more_of(v->core, leg);
    if (more == NULL || more->prack_owed_to == 0 || leg->dialog == 0 ||
        leg->state == SS_LEG_ENDING) {
        return SS_ERR_STATE;
    }
    ss_oa oa = leg->oa;
    const ss_oa_verdict verdict = ss_oa_step(&oa, SS_OA_PRACK, command->body.len > 0, true);
    if (!ss_oa_may_send(verdict)) {
        return SS_ERR_STATE;
    }
    ss_buffer rack = ss_buffer_on(text, sizeof text);
    ss_rack_put(&rack, more->taken.rseq, more->prack_owed_to);
    const ss_change change = { .method = SS_METHOD_PRACK,
                               .type = command->body_type,
                               .body = command->body,
                               .rack = ss_buffer_slice(&rack),
                               .is_offer = verdict == SS_OA_IS_OFFER };
    const ss_status status = ss_leg_send(v, leg, &change);
    if (status == SS_OK) {
        leg->oa = oa;
        more->prack_owed_to = 0;
    }
    return status;
}

/* RFC3262:5 an offer in it is answered in its 2xx. */
void ss_prack_done(const ss_visit *v, ss_asked *asked, const ss_outcome *outcome)
{
    ss_leg *leg = ss_leg_at(v->core, asked->leg);
    const bool is_offer = asked->is_offer;
    const bool is_2xx = outcome->status < 300;
    ss_asked_give(v, asked);
    if (!is_offer) {
        return;
    }
    const ss_oa_verdict verdict =
        ss_oa_step(&leg->oa, is_2xx ? SS_OA_PRACK_2XX : SS_OA_PRACK_FAILED,
                   is_2xx && ss_ua_has_session(outcome->msg), false);
    ss_leg_tell_change(
        v, leg,
        (ss_told){ is_2xx ? SS_EVENT_CHANGED : SS_EVENT_REFUSED, SS_METHOD_PRACK, verdict, false },
        outcome);
}
