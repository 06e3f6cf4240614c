/* 2xx responses to INVITE, which the two cores carry end to end themselves: the client acknowledges every copy (RFC 3261
 * 13.2.2.4), the server repeats its response until the ACK comes (13.3.1.4).
 *
 * A 2xx for which there is no room is treated as lost: it is not acknowledged, so its server sends it again, and releases
 * the dialog if we never take it. */
#include "usage.h"

/* ---- client ---- */

void ss_uac_send_ack(const ss_visit *v, ss_leg *leg)
{
    const ss_slice kept = ss_blob_slice(&v->core->pools->store, leg->ack);
    const ss_slice bytes = ss_arena_copy(v->turn->arena, kept);
    if (!leg->path_known || bytes.len == 0) {
        return; /* lost: the next copy of the 2xx asks again */
    }
    ss_txn_send_alone(v->core, v->turn, &leg->path, bytes);
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
    if (status == SS_OK) {
        ss_dialog_set_state(v->core, v->turn, dialog, SS_DIALOG_CONFIRMED);
        (*leg)->state = SS_LEG_UP;
    }
    return status;
}

static ss_slice print_ack(const ss_visit *v, const ss_call *call, const ss_dialog_text *text,
                          const ss_route *route, const ss_path *path)
{
    char branch[32];
    ss_buffer branch_text = ss_buffer_on(branch, sizeof branch);
    ss_put_new_branch(v->core, &branch_text);
    const ss_dialog_request request = { .method = SS_METHOD_ACK,
                                        .cseq = call->cseq,
                                        .path = path,
                                        .branch = ss_buffer_slice(&branch_text) };
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_dialog_put_request(&b, text, route, &request);
    ss_put(&b, ss_blob_slice(&v->core->pools->store, call->kept)); /* RFC3261:22.1 */
    ss_ua_put_tail(v, &b, SS_METHOD_ACK);
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    return ss_buffer_keep(v->turn->arena, &b);
}

typedef struct ack_journey {
    ss_dialog_text text;
    ss_route route;
    ss_hop hop;
    ss_path path;
} ack_journey;

static ss_status plan_ack(const ss_visit *v, const ss_leg *leg, ack_journey *j)
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

static ss_status dispatch_ack(const ss_visit *v, ss_leg *leg, const ack_journey *j)
{
    const ss_errand errand = { SS_ERRAND_ACK, ss_leg_ref(v->core, leg) };
    leg->ack_unsent = false;
    return ss_ua_send(v, errand, &j->hop, &j->path,
                      ss_blob_slice(&v->core->pools->store, leg->ack));
}

/* The ACK is kept before it goes out: the same bytes answer every copy. */
static ss_status acknowledge(const ss_visit *v, const ss_call *call, ss_leg *leg)
{
    ack_journey j;
    ss_status status = plan_ack(v, leg, &j);
    if (status != SS_OK) {
        return status;
    }
    const ss_slice ack = print_ack(v, call, &j.text, &j.route, &j.path);
    status = ack.len == 0 ? SS_ERR_FULL : ss_core_keep(v->core, ack, &leg->ack);
    if (status == SS_OK) {
        status = dispatch_ack(v, leg, &j);
    }
    if (status != SS_OK) {
        ss_core_drop(v->core, &leg->ack);
    }
    return status;
}

/* A copy of a 2xx that was taken in. An address that was not found is asked for again. */
static void repeat_ack(const ss_visit *v, const ss_call *call, ss_leg *leg)
{
    ack_journey j;
    if (leg->path_known) {
        ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_RESEND,
                                          .letter = SS_LETTER_COUNT,
                                          .method = SS_METHOD_ACK,
                                          .call_id = call->call_id });
        ss_uac_send_ack(v, leg);
    } else if (leg->ack_unsent && leg->dialog != 0 && plan_ack(v, leg, &j) == SS_OK) {
        leg->ack_unsent = dispatch_ack(v, leg, &j) != SS_OK;
    }
}

/* The first 2xx is the application's call, unless it asked to cancel; any other is released. RFC3261:13.2.2.4 */
static void use_leg(const ss_visit *v, ss_call *call, ss_leg *leg, const ss_msg *response)
{
    const bool is_first = call->state == SS_CALL_INVITING;
    if (is_first) {
        ss_call_disarm(v, call);
        call->wanted = ss_leg_ref(v->core, leg);
    }
    if (is_first && !call->wants_cancel) {
        call->state = SS_CALL_UP;
        ss_call_tell(v, call, SS_EVENT_ANSWERED,
                     &(ss_outcome){ .status = response->status, .msg = response });
    } else {
        ss_leg_bye(v, leg);
    }
}

void ss_uac_twoxx(const ss_visit *v, ss_call *call, const ss_msg *response)
{
    ss_dialog_text text;
    ss_status status = ss_dialog_text_uac(response, v->turn->arena, &text);
    if (status == SS_OK) {
        ss_leg *leg =
            ss_leg_find(v, call, ss_dialog_key(text.call_id, text.local_tag, text.remote_tag));
        if (leg != NULL && leg->ack.len > 0) {
            repeat_ack(v, call, leg);
            return;
        }
        status = establish(v, call, &text, &leg);
        if (status == SS_OK) {
            status = acknowledge(v, call, leg);
        }
        if (status == SS_OK) {
            use_leg(v, call, leg, response);
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

static ss_span earlier_span(ss_span a, ss_span b)
{
    return a < b ? a : b;
}

/* RFC3261:13.3.1.4 */
void ss_uas_twoxx_start(const ss_visit *v, ss_call *call)
{
    const ss_settings *settings = v->core->settings;
    call->end = ss_time_after(v->turn->now, 64 * settings->t1);
    ss_call_arm(v, call, settings->t1);
}

static void repeat_twoxx(const ss_visit *v, ss_call *call)
{
    const ss_slice copy =
        ss_arena_copy(v->turn->arena, ss_blob_slice(&v->core->pools->store, call->answer));
    bool ended = false;
    if (call->invite == 0 || copy.len == 0) {
        return;
    }
    ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_RESEND,
                                      .machine = SS_IST,
                                      .letter = SS_TIMER_TWOXX,
                                      .method = SS_METHOD_INVITE,
                                      .status = 200,
                                      .call_id = call->call_id });
    const ss_status status = ss_txn_respond(v->core, v->turn, call->invite, copy, &ended);
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
    repeat_twoxx(v, call);
    const ss_span next = earlier_span(2 * call->interval, v->core->settings->t2);
    if (now + next < call->end) {
        ss_call_arm(v, call, next);
    } else {
        ss_call_arm(v, call, call->end - now);
    }
}
