/* 2xx responses to INVITE, which the two cores carry end to end themselves: the client acknowledges every copy (RFC 3261
 * 13.2.2.4), the server repeats its response until the ACK comes (13.3.1.4).
 *
 * A 2xx for which there is no room is treated as lost: it is not acknowledged, so its server sends it again, and releases
 * the dialog if we never take it. */
#include "changes.h"

/* ---- client ---- */

void ss_ack_send(const ss_visit *v, const ss_ack *ack)
{
    const ss_slice kept = ss_blob_slice(&v->core->pools->store, ack->bytes);
    const ss_slice bytes = ss_arena_copy(v->turn->arena, kept);
    if (!ack->path_known || bytes.len == 0) {
        return; /* lost: the next copy of the 2xx asks again */
    }
    ss_txn_send_alone(v->core, v->turn, &ack->path, bytes);
}

/* The dialog of a 2xx: confirmed, or made anew; its route set is the 2xx's. RFC3261:13.2.2.4 */
static ss_status establish(const ss_visit *v, ss_call *call, const ss_dialog_text *text,
                           ss_leg **leg)
{
    if (*leg == NULL) {
        const ss_dialog_options options = {
            .text = *text, .local_cseq = call->cseq, .has_local_cseq = true, .secure = call->secure
        };
        const ss_status made = ss_leg_new(v, call, &options, leg);
        if (made != SS_OK) {
            return made;
        }
    } else if ((*leg)->dialog == 0) {
        return SS_ERR_STATE; /* a peer's BYE came before its 2xx */
    }
    ss_dialog *dialog = ss_dialog_at(v->core, (*leg)->dialog);
    const ss_status status = ss_dialog_set_route(v->core, dialog, text->target, text->routes);
    if (status == SS_OK && (*leg)->state != SS_LEG_ENDING) { /* our BYE is out: RFC5407:3.1.3 */
        ss_dialog_set_state(v->core, v->turn, dialog, SS_DIALOG_CONFIRMED);
        (*leg)->state = SS_LEG_UP;
    }
    return status;
}

static ss_slice print_ack(const ss_visit *v, const ss_ack_of *of, const ss_leg_journey *j,
                          ss_slice type, ss_slice body)
{
    char branch[32];
    ss_buffer branch_text = ss_buffer_on(branch, sizeof branch);
    ss_put_new_branch(v->core, &branch_text);
    const ss_dialog_request request = { .method = SS_METHOD_ACK,
                                        .cseq = of->cseq,
                                        .path = &j->path,
                                        .branch = ss_buffer_slice(&branch_text) };
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_dialog_put_request(&b, &j->text, &j->route, &request);
    ss_put(&b, ss_blob_slice(&v->core->pools->store, of->kept)); /* RFC3261:22.1 */
    ss_ua_put_tail(v, &b, SS_METHOD_ACK);
    ss_put_body(&b, type, body);
    ss_path way = j->path; /* it may be known already, and nobody else asks: ss_ack_write */
    return ss_ua_from_here(v, ss_buffer_keep(v->turn->arena, &b), &way);
}

ss_status ss_leg_plan(const ss_visit *v, const ss_leg *leg, ss_leg_journey *j)
{
    j->text = ss_dialog_text_of(v->core, ss_dialog_at(v->core, leg->dialog));
    ss_status status = ss_route_make(j->text.target, j->text.routes, v->turn->arena, &j->route);
    if (status == SS_OK) {
        status = ss_transport_hop(j->route.next_hop, &j->hop);
    }
    if (status == SS_OK) {
        j->path = ss_ua_path_to(v, &j->hop);
    }
    return status;
}

static ss_status dispatch(const ss_visit *v, const ss_ack_of *of, const ss_leg_journey *j)
{
    of->ack->unsent = false;
    return ss_ua_send(v, of->errand, &j->hop, &j->path,
                      ss_blob_slice(&v->core->pools->store, of->ack->bytes));
}

/* It is kept before it goes out: the same bytes answer every copy. One that waits and is said without an answer has the one
 * that was kept for it. */
static ss_status keep_ack(const ss_visit *v, const ss_ack_of *of, const ss_leg_journey *j,
                          ss_slice type, ss_slice body)
{
    ss_blob printed;
    if (of->ack->waits && body.len == 0) {
        const ss_slice kept = ss_blob_slice(&v->core->pools->store, of->ack->bytes);
        body = ss_arena_copy(v->turn->arena, kept);
        type = body.len > 0 ? SS_LIT("application/sdp") : SS_EMPTY;
    }
    const ss_slice ack = print_ack(v, of, j, type, body);
    const ss_status status = ack.len == 0 ? SS_ERR_FULL : ss_core_keep(v->core, ack, &printed);
    if (status == SS_OK) {
        ss_core_drop(v->core, &of->ack->bytes);
        of->ack->bytes = printed;
    }
    return status;
}

ss_ack_of ss_leg_ack_of(const ss_visit *v, ss_leg *leg)
{
    const ss_call *call = ss_call_at(v->core, leg->call);
    return (ss_ack_of){ .leg = leg,
                        .ack = &leg->ack,
                        .errand = { SS_ERRAND_ACK, ss_leg_ref(v->core, leg) },
                        .cseq = call->cseq,
                        .kept = call->kept };
}

ss_status ss_ack_say(const ss_visit *v, const ss_ack_of *of, ss_slice type, ss_slice body)
{
    ss_leg_journey j;
    ss_status status = ss_leg_plan(v, of->leg, &j);
    if (status == SS_OK) {
        status = keep_ack(v, of, &j, type, body);
    }
    if (status != SS_OK) {
        return status;
    }
    status = dispatch(v, of, &j);
    if (status != SS_OK) {
        ss_core_drop(v->core, &of->ack->bytes);
        return status;
    }
    of->ack->waits = false;
    return SS_OK;
}

bool ss_ack_write(const ss_visit *v, const ss_ack_of *of)
{
    ss_leg_journey j;
    if (ss_leg_plan(v, of->leg, &j) != SS_OK || !j.hop.is_numeric ||
        keep_ack(v, of, &j, SS_EMPTY, SS_EMPTY) != SS_OK) {
        return false;
    }
    of->ack->path = j.path;
    of->ack->path_known = true;
    of->ack->waits = false;
    return true;
}

/* A copy of a 2xx that was taken in. An address that was not found is asked for again. */
void ss_ack_repeat(const ss_visit *v, const ss_ack_of *of)
{
    ss_leg_journey j;
    if (of->ack->path_known) {
        ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_RESEND,
                                          .letter = SS_LETTER_COUNT,
                                          .method = SS_METHOD_ACK,
                                          .call_id = ss_call_at(v->core, of->leg->call)->call_id });
        ss_ack_send(v, of->ack);
    } else if (of->ack->unsent && of->leg->dialog != 0 && ss_leg_plan(v, of->leg, &j) == SS_OK) {
        of->ack->unsent = dispatch(v, of, &j) != SS_OK;
    }
}

/* SS_CMD_ACK: of a re-INVITE, or of the first INVITE. */
ss_status ss_leg_ack(const ss_visit *v, ss_leg *leg, const ss_command *command)
{
    ss_ack_of of = ss_leg_ack_of(v, leg);
    ss_oa oa = leg->oa;
    if (!leg->ack.waits && !ss_asked_ack_waits(v, leg, &of)) {
        return SS_ERR_STATE;
    }
    if (!ss_oa_may_send(ss_oa_step(&oa, SS_OA_ACK, command->body.len > 0, true))) {
        return SS_ERR_STATE;
    }
    const ss_status status = ss_ack_say(v, &of, command->body_type, command->body);
    if (status == SS_OK) {
        leg->oa = oa;
    }
    return status;
}

/* The first 2xx is the application's call, unless it asked to cancel, or who answered is not who it wanted (RFC7616:3.5); any other
 * is released. RFC3261:13.2.2.4 */
static void use_leg(const ss_visit *v, ss_call *call, ss_leg *leg, const ss_msg *response,
                    ss_oa_verdict verdict)
{
    const bool is_first = call->state == SS_CALL_INVITING;
    if (is_first) {
        ss_call_disarm(v, call);
        call->wanted = ss_leg_ref(v->core, leg);
    }
    if (is_first && !call->wants_cancel && !v->is_unproved) {
        call->state = SS_CALL_UP;
        ss_leg_tell_change(
            v, leg, (ss_told){ SS_EVENT_ANSWERED, SS_METHOD_INVITE, verdict, leg->ack.waits },
            &(ss_outcome){ .status = response->status, .msg = response });
    } else {
        ss_leg_bye(v, leg);
    }
}

/* The next version of a description whose o= says so, but for its user and its address, which stay. RFC3264:8 False: it is none. */
static bool go_on_from(ss_slice origin, ss_session *session, ss_sdp_local *local)
{
    uint64_t numbers[2];
    size_t at = ss_slice_find(origin, ' ');
    local->user = ss_slice_cut(origin, 0, at);
    for (size_t i = 0; i < SS_COUNT(numbers); i++) {
        const ss_slice rest = ss_slice_cut(origin, at < origin.len ? at + 1 : at, origin.len);
        const size_t end = ss_slice_find(rest, ' ');
        if (ss_slice_to_u64(ss_slice_cut(rest, 0, end), UINT64_MAX - 1, &numbers[i]) != SS_OK) {
            return false;
        }
        at += 1 + end;
    }
    const ss_slice rest = ss_slice_cut(origin, at < origin.len ? at + 1 : at, origin.len);
    if (!ss_slice_starts(rest, SS_LIT("IN "))) {
        return false;
    }
    local->address = ss_slice_cut(rest, 3, rest.len);
    ss_session_start(session, numbers[0], numbers[1] + 1, 0);
    return true;
}

/* An offer is answered even when nobody will talk: all of it is rejected. */
static ss_slice reject_all(const ss_visit *v, const ss_msg *response, ss_slice origin)
{
    ss_sdp offer;
    ss_diag diag;
    ss_session session;
    ss_sdp_local local = { .port = 0 };
    if (ss_sdp_parse(&offer, v->turn->arena, response->body, &diag) != SS_OK) {
        return SS_EMPTY;
    }
    if (!go_on_from(origin, &session,
                    &local)) { /* the first that is said, and nothing is received */
        const uint64_t id = ss_hash64(v->core->entropy.key, ss_msg_call_id(response)) >> 33;
        ss_session_start(&session, id, 1, 0);
        local = (ss_sdp_local){ .address = SS_LIT("IP4 0.0.0.0") };
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    const ss_status status = ss_session_answer(&session, &offer, &local, &b);
    return status == SS_ERR_FULL ? SS_EMPTY : ss_buffer_keep(v->turn->arena, &b);
}

/* RFC3261:13.2.2.4 Without room for the answer the ACK has none. */
void ss_ack_wait(const ss_visit *v, ss_ack *ack, const ss_msg *response, ss_slice origin)
{
    const ss_slice answer = reject_all(v, response, origin);
    ack->waits = true;
    if (answer.len == 0 || ss_core_keep(v->core, answer, &ack->bytes) != SS_OK) {
        ack->bytes = (ss_blob){ 0 };
    }
}

void ss_ack_forget(const ss_visit *v, ss_ack *ack)
{
    ss_core_drop(v->core, &ack->bytes);
    ack->waits = false;
}

/* The answer to a late offer is the application's, when it gets this call. */
static ss_status acknowledge(const ss_visit *v, const ss_call *call, ss_leg *leg,
                             const ss_msg *response, ss_oa_verdict verdict)
{
    const ss_ack_of of = ss_leg_ack_of(v, leg);
    const bool is_wanted = call->state == SS_CALL_INVITING && !call->wants_cancel &&
                           !v->is_unproved && leg->state == SS_LEG_UP;
    if (verdict == SS_OA_IS_OFFER) {
        ss_ack_wait(v, &leg->ack, response, SS_EMPTY);
    }
    if (verdict == SS_OA_IS_OFFER && is_wanted) {
        return SS_OK;
    }
    const ss_status status = ss_ack_say(v, &of, SS_EMPTY, SS_EMPTY);
    if (status != SS_OK) {
        ss_ack_forget(v, &leg->ack); /* a copy of the 2xx asks again */
    }
    return status;
}

/* A 2xx of a leg that has its ACK: a copy, or the first of a dialog that our BYE ended. */
static void acknowledge_again(const ss_visit *v, const ss_call *call, ss_leg *leg)
{
    const ss_ack_of of = ss_leg_ack_of(v, leg);
    if (call->state == SS_CALL_INVITING && leg->state == SS_LEG_OVER) {
        ss_ack_send(v, &leg->ack);
        ss_leg_left_early(v, leg);
    } else {
        ss_ack_repeat(v, &of);
    }
}

/* A 2xx whose early dialog the peer's BYE had ended, as one that waits for 64*T1 for an ACK sends it: acknowledged as any other, from
 * itself alone and each copy anew, as it begins nothing. False: lost. RFC3261:13.2.2.4 */
static bool acknowledge_ended(const ss_visit *v, ss_leg *leg, const ss_dialog_text *text,
                              const ss_msg *response)
{
    const ss_ack_of of = ss_leg_ack_of(v, leg);
    const bool is_offer =
        ss_oa_judge(&leg->oa, SS_OA_2XX, ss_ua_has_session(response), false) == SS_OA_IS_OFFER;
    const ss_slice answer = is_offer ? reject_all(v, response, SS_EMPTY) : SS_EMPTY;
    ss_leg_journey j = { .text = *text };
    if (ss_route_make(text->target, text->routes, v->turn->arena, &j.route) != SS_OK ||
        ss_transport_hop(j.route.next_hop, &j.hop) != SS_OK || !j.hop.is_numeric) {
        return false;
    }
    j.path = ss_ua_path_to(v, &j.hop);
    const ss_slice type = answer.len > 0 ? SS_LIT("application/sdp") : SS_EMPTY;
    const ss_slice ack = print_ack(v, &of, &j, type, answer);
    if (ack.len > 0) {
        ss_txn_send_alone(v->core, v->turn, &j.path, ack);
    }
    return ack.len > 0;
}

void ss_uac_twoxx(const ss_visit *v, ss_call *call, const ss_msg *response)
{
    ss_dialog_text text;
    ss_status status = ss_dialog_text_uac(response, v->turn->arena, &text);
    if (status == SS_OK) {
        ss_leg *leg =
            ss_leg_find(v, call, ss_dialog_key(text.call_id, text.local_tag, text.remote_tag));
        if (leg != NULL && (leg->ack.bytes.len > 0 || leg->ack.waits)) {
            acknowledge_again(v, call, leg);
            return;
        }
        if (leg != NULL && leg->dialog == 0 && acknowledge_ended(v, leg, &text, response)) {
            return; /* another branch may answer yet */
        }
        status = establish(v, call, &text, &leg);
        ss_oa oa = leg == NULL ? (ss_oa){ 0 } : leg->oa;
        const ss_oa_verdict verdict =
            ss_oa_step(&oa, SS_OA_2XX, ss_ua_has_session(response), false);
        if (status == SS_OK) {
            ss_leg_learn(leg, response);
            ss_leg_learn_packages(v, leg, response);
            status = acknowledge(v, call, leg, response, verdict);
        }
        if (status == SS_OK && leg->state == SS_LEG_ENDING) {
            ss_leg_left_early(v, leg);
            return;
        }
        if (status == SS_OK) {
            leg->oa = oa;
            ss_session_timer_2xx(v, leg, response);
            use_leg(v, call, leg, response, verdict);
            return;
        }
    }
    if (status == SS_ERR_FULL) {
        ss_call_tell_full(v, call);
    } else {
        ss_ua_note_stray(v, response);
    }
}

/* ---- server ---- */

ss_span ss_twoxx_interval(const ss_visit *v, ss_span last, ss_time end)
{
    const ss_span t2 = v->core->settings->t2;
    const ss_span next = 2 * last < t2 ? 2 * last : t2;
    const ss_time now = v->turn->now;
    return now + next < end ? next : end - now;
}

/* RFC3261:13.3.1.4 */
void ss_uas_twoxx_start(const ss_visit *v, ss_call *call)
{
    const ss_settings *settings = v->core->settings;
    call->end = ss_time_after(v->turn->now, 64 * settings->t1);
    ss_call_arm(v, call, settings->t1);
}

void ss_uas_repeat_twoxx(const ss_visit *v, ss_ref invite, ss_slice copy, uint64_t call_id)
{
    bool ended = false;
    ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_RESEND,
                                      .machine = SS_IST,
                                      .letter = SS_TIMER_TWOXX,
                                      .method = SS_METHOD_INVITE,
                                      .status = 200,
                                      .call_id = call_id });
    const ss_status status = ss_txn_respond(v->core, v->turn, invite, copy, &ended);
    SS_ASSERT(status != SS_ERR_STATE);
    SS_ASSERT(!ended);
}

static void give_up(const ss_visit *v, ss_call *call)
{
    ss_leg *leg = ss_leg_at(v->core, call->wanted);
    call->interval = 64 * v->core->settings->t1;
    ss_call_note_timer(v, call, SS_TIMER_TWOXX_END);
    ss_core_drop(v->core, &call->answer);
    ss_call_tell(v, call, SS_EVENT_NOT_ACKED, &(ss_outcome){ .status = 0 });
    ss_leg_bye(v, leg);
}

/* Copies at T1, doubling to T2, on every transport, until 64*T1. RFC3261:13.3.1.4 */
void ss_uas_twoxx_timer(const ss_visit *v, ss_call *call)
{
    const ss_time now = v->turn->now;
    if (now >= call->end) {
        give_up(v, call);
        return;
    }
    ss_call_note_timer(v, call, SS_TIMER_TWOXX);
    const ss_slice copy =
        ss_arena_copy(v->turn->arena, ss_blob_slice(&v->core->pools->store, call->answer));
    if (call->invite != 0 && copy.len > 0) {
        ss_uas_repeat_twoxx(v, call->invite, copy, call->call_id);
    }
    ss_call_arm(v, call, ss_twoxx_interval(v, call->interval, call->end));
}
