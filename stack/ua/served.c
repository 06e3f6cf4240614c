/* Requests of the peer's inside a leg that wait for the application: a re-INVITE (RFC 3261 14.2), an UPDATE or PRACK with an
 * offer. Of each is kept what responses repeat. A re-INVITE's 2xx goes out again until its ACK comes (13.3.1.4), as the first
 * INVITE's does; what the application leaves unanswered is answered for it. */
#include "changes.h"

/* An UPDATE is answered promptly or 504: RFC3311:5.2; no request but INVITE may wait for long (RFC 4320). */
static const ss_span patience = SS_S(5);

ss_served *ss_served_at(const ss_core *core, ss_ref served)
{
    return ss_store_at(&core->pools->store, served);
}

ss_served *ss_served_find(const ss_visit *v, const ss_leg *leg, ss_method method)
{
    const ss_leg_more *more = ss_leg_more_of(v->core, leg);
    for (ss_ref at = more == NULL ? 0 : more->first_served; at != 0;) {
        ss_served *served = ss_served_at(v->core, at);
        if (served->method == method && !served->is_answered) {
            return served;
        }
        at = served->next;
    }
    return NULL;
}

static void arm(const ss_visit *v, ss_served *served, ss_span span)
{
    served->interval = span;
    ss_timer_set(&v->core->timers, &v->core->pools->store, &served->timer,
                 ss_time_after(v->turn->now, span));
}

/* ---- a new one ---- */

static ss_status begin(const ss_visit *v, const ss_incoming *in, ss_served *served, ss_ref ref)
{
    ss_cseq cseq;
    ss_status status = ss_msg_cseq(in->msg, &cseq);
    if (status == SS_OK) {
        served->cseq = cseq.number;
        status = ss_uas_keep_request(v, in, &served->request);
    }
    if (status == SS_OK) {
        const ss_owner owner = { .kind = SS_OWNER_SERVED, .ref = ref };
        status = ss_txn_serve(v->core, v->turn, in->msg, in->came_by, owner, &served->txn);
    }
    return status;
}

ss_served *ss_served_new(const ss_visit *v, const ss_incoming *in, ss_leg *leg)
{
    ss_leg_more *more = ss_leg_need_more(v, leg);
    const ss_ref ref = more == NULL ? 0 : ss_core_take(v->core, sizeof(ss_served));
    if (ref == 0) {
        ss_ua_refuse_full(v, in);
        return NULL;
    }
    ss_served *served = ss_served_at(v->core, ref);
    ss_timer_init(&served->timer, SS_TIMER_OF_SERVED);
    served->leg = ss_leg_ref(v->core, leg);
    served->method = (uint8_t)in->msg->method;
    const ss_status status = begin(v, in, served, ref);
    if (status != SS_OK) {
        ss_core_drop(v->core, &served->request);
        ss_core_give(v->core, ref, sizeof(ss_served));
        if (status == SS_ERR_FULL) {
            ss_ua_refuse_full(v, in);
        }
        return NULL;
    }
    served->next = more->first_served;
    more->first_served = ref;
    arm(v, served, served->method == SS_METHOD_INVITE ? v->core->settings->ring_limit : patience);
    return served;
}

/* A transaction that will never be answered is given up: RFC 4320 4.2. */
static void leave_txn(const ss_visit *v, ss_served *served)
{
    if (served->txn == 0) {
        return;
    }
    ss_txn_set_owner(v->core, served->txn, (ss_owner){ .kind = SS_OWNER_NONE });
    if (!served->is_answered && v->turn != NULL) {
        (void)ss_txn_abandon(v->core, v->turn, served->txn);
    }
    served->txn = 0;
}

void ss_served_give(const ss_visit *v, ss_served *served)
{
    const ss_ref ref = ss_store_ref(&v->core->pools->store, served);
    ss_leg_more *more = ss_leg_more_of(v->core, ss_leg_at(v->core, served->leg));
    ss_ref *at = &more->first_served;
    while (*at != ref) {
        SS_ASSERT(*at != 0);
        at = &ss_served_at(v->core, *at)->next;
    }
    *at = served->next;
    ss_timer_set(&v->core->timers, &v->core->pools->store, &served->timer, SS_TIME_NEVER);
    leave_txn(v, served);
    ss_core_drop(v->core, &served->request);
    ss_core_drop(v->core, &served->answer);
    ss_core_give(v->core, ref, sizeof(ss_served));
}

/* ---- responses ---- */

/* What a 2xx to a target refresh has: RFC3261:12.2.2 RFC3311:4. A failure that the model asks for has a Warning. */
ss_slice ss_leg_print_response(const ss_visit *v, const ss_leg *leg, const ss_msg *request,
                               const ss_said *said)
{
    const unsigned status = said->status;
    const bool has_contact = status < 300 && request->method != SS_METHOD_PRACK;
    ss_slice contact = SS_EMPTY;
    ss_slice warning = SS_EMPTY;
    if (has_contact && ss_ua_contact_for(v, leg->is_sips, &contact) != SS_OK) {
        return SS_EMPTY;
    }
    if (status == 488 && !ss_ua_warning(v, &warning)) {
        return SS_EMPTY;
    }
    ss_buffer b = ss_ua_reply_begin(v, request, status, SS_EMPTY);
    if (has_contact) {
        ss_put_header(&b, SS_HDR_CONTACT, contact);
    }
    if (status >= 200 && has_contact) {
        ss_ua_put_abilities(v, &b);
        if (ss_msg_count(request, SS_HDR_RECV_INFO) > 0) { /* RFC6086:5.2.3 */
            ss_ua_put_ability(v, &b, SS_HDR_RECV_INFO);
        }
        if (leg->state == SS_LEG_UP) {
            ss_session_timer_put_2xx(v, request, &b);
        }
    }
    if (warning.len > 0) {
        ss_put_header(&b, SS_HDR_WARNING, warning);
    }
    if (said->rseq != 0) {
        ss_put_reliable(&b, said->rseq);
    }
    return ss_ua_reply_end(v, &b, said->type, said->body);
}

static ss_oa_message message_of(const ss_served *served, unsigned status, bool is_reliable)
{
    switch (served->method) {
    case SS_METHOD_PRACK:
        return status < 300 ? SS_OA_PRACK_2XX : SS_OA_PRACK_FAILED;
    case SS_METHOD_UPDATE:
        return status < 300 ? SS_OA_UPDATE_2XX : SS_OA_UPDATE_FAILED;
    default:
        return status >= 300   ? SS_OA_FAILED
               : status >= 200 ? SS_OA_2XX
               : is_reliable   ? SS_OA_RELIABLE
                               : SS_OA_PREVIEW;
    }
}

static bool names_another_target(const ss_visit *v, const ss_leg *leg, const ss_msg *request)
{
    const ss_dialog_text now = ss_dialog_text_of(v->core, ss_dialog_at(v->core, leg->dialog));
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    return ss_msg_next_addr(request, SS_HDR_CONTACT, &it, &contact) == SS_OK &&
           !ss_slice_eq(contact.uri, now.target);
}

/* RFC3261:12.2.2 RFC6141:4.6 the target is refreshed by what cannot be undone, and by no failure. */
static ss_status refresh(const ss_visit *v, ss_leg *leg, ss_served *served, const ss_msg *request)
{
    const ss_incoming in = { .msg = request };
    if (request->method == SS_METHOD_PRACK) {
        return SS_OK;
    }
    served->is_refresh = served->is_refresh || names_another_target(v, leg, request);
    return ss_ua_refresh_target(v, &in, ss_dialog_at(v->core, leg->dialog));
}

/* RFC6141:4.6 Nothing reliable can be said yet: a request to the new target says that it is known. */
static void go_to_new_target(const ss_visit *v, ss_leg *leg, ss_served *served,
                             const ss_msg *request)
{
    static const ss_command nothing = { .kind = SS_CMD_UPDATE };
    if (leg->peer_updates && names_another_target(v, leg, request) &&
        refresh(v, leg, served, request) == SS_OK && ss_leg_update(v, leg, &nothing) != SS_OK) {
        ss_call_tell_full(v, ss_call_at(v->core, leg->call)); /* the final response will say it */
    }
}

/* RFC3261:13.3.1.4 */
static void start_copies(const ss_visit *v, ss_served *served)
{
    served->is_answered = true;
    served->end = ss_time_after(v->turn->now, 64 * v->core->settings->t1);
    ss_core_drop(v->core, &served->request);
    arm(v, served, v->core->settings->t1);
}

static ss_status say(const ss_visit *v, const ss_leg *leg, ss_served *served, const ss_said *said)
{
    const bool is_kept =
        served->method == SS_METHOD_INVITE && said->status >= 200 && said->status < 300;
    bool ended = false;
    ss_status done = is_kept ? ss_core_keep(v->core, said->bytes, &served->answer) : SS_OK;
    if (done == SS_OK) {
        done = ss_txn_respond(v->core, v->turn, served->txn, said->bytes, &ended);
    }
    if (done != SS_OK) {
        ss_core_drop(v->core, &served->answer);
        return done;
    }
    served->txn = ended ? 0 : served->txn;
    if (said->status >= 200 && served->method == SS_METHOD_INVITE) {
        (void)ss_reliable_leave(v, leg);
    }
    if (is_kept) {
        start_copies(v, served);
    } else if (said->status >= 200) {
        served->is_answered = true; /* its transaction is not to be given up */
        ss_served_give(v, served);
    }
    return SS_OK;
}

/* A 1xx that the INVITE lets us, and the application or the peer wants us to, send reliably. */
static ss_status number_reliable(const ss_visit *v, ss_leg *leg, const ss_served *served,
                                 const ss_msg *request, ss_said *said)
{
    const ss_reliability can = ss_reliability_of(v, request);
    said->is_reliable = said->status < 200 && (said->is_reliable || can == SS_RELIABLE_MUST);
    if (!said->is_reliable) {
        return SS_OK;
    }
    return served->method != SS_METHOD_INVITE || can == SS_RELIABLE_NEVER
               ? SS_ERR_SEMANTIC
               : ss_reliable_next(v, leg, served->cseq, &said->rseq);
}

static ss_status print_and_say(const ss_visit *v, ss_leg *leg, ss_served *served,
                               const ss_msg *request, ss_said *said)
{
    said->bytes = ss_leg_print_response(v, leg, request, said);
    if (said->bytes.len == 0) {
        return SS_ERR_FULL;
    }
    const ss_reliable_options options = { .served = served,
                                          .cseq = served->cseq,
                                          .rseq = said->rseq,
                                          .bytes = said->bytes,
                                          .has_sdp = said->body.len > 0 };
    if (said->is_reliable && ss_reliable_start(v, leg, &options) != SS_OK) {
        return SS_ERR_FULL;
    }
    const ss_status done = say(v, leg, served, said);
    if (done != SS_OK && said->is_reliable) {
        ss_reliable_give(v, leg);
    }
    return done;
}

static ss_status respond(const ss_visit *v, ss_leg *leg, ss_served *served, ss_said *said)
{
    const ss_msg *request = ss_uas_kept_request(v, served->request);
    ss_oa oa = leg->oa;
    ss_status done = request == NULL ? SS_ERR_FULL : number_reliable(v, leg, served, request, said);
    if (done != SS_OK) {
        return done;
    }
    const ss_oa_verdict verdict = ss_oa_step(
        &oa, message_of(served, said->status, said->is_reliable), said->body.len > 0, true);
    if (said->status < 300 && !ss_oa_may_send(verdict)) {
        return SS_ERR_STATE;
    }
    const bool is_for_good = said->is_reliable || (said->status >= 200 && said->status < 300);
    if (is_for_good && refresh(v, leg, served, request) != SS_OK) {
        return SS_ERR_FULL;
    }
    const bool is_refresh = request->method != SS_METHOD_PRACK && leg->state == SS_LEG_UP &&
                            said->status >= 200 && said->status < 300;
    done = print_and_say(v, leg, served, request, said);
    if (done == SS_OK) {
        leg->oa = oa;
    }
    if (done == SS_OK && said->status >= 200 && said->status < 300) {
        ss_leg_learn_packages(v, leg, request);
    }
    if (done == SS_OK && is_refresh) {
        ss_session_timer_served(v, leg, request);
    }
    if (done == SS_OK && said->status < 200 && !said->is_reliable) {
        go_to_new_target(v, leg, served, request);
    }
    return done;
}

ss_status ss_served_respond(const ss_visit *v, ss_served *served, unsigned status,
                            const ss_command *command)
{
    static const ss_command nothing = { .kind = SS_CMD_RESPOND };
    const bool is_of_application = command != NULL;
    ss_leg *leg = ss_leg_at(v->core, served->leg);
    bool is_held = false;
    command = is_of_application ? command : &nothing;
    if (served->txn == 0) {
        return SS_ERR_STATE;
    }
    if (is_of_application && status >= 300 && served->method == SS_METHOD_INVITE &&
        leg->oa.is_executed) {
        return SS_ERR_STATE; /* RFC6141:3.3 what was done is undone by an UPDATE, not by a failure */
    }
    if (status < 200 && served->method != SS_METHOD_INVITE) {
        return SS_ERR_SEMANTIC; /* RFC4320:4.1 */
    }
    if (status >= 200 && status < 300 && served->method == SS_METHOD_INVITE) {
        const ss_status held = ss_reliable_hold_2xx(v, leg, command, &is_held);
        if (held != SS_OK || is_held) {
            return held;
        }
    }
    ss_said said = { .status = status };
    if (status < 300) {
        said.is_reliable = command->reliable;
        said.type = command->body_type;
        said.body = command->body;
    }
    return respond(v, leg, served, &said);
}

void ss_leg_stop_serving(const ss_visit *v, ss_leg *leg)
{
    const ss_leg_more *more = ss_leg_more_of(v->core, leg);
    while (more != NULL && more->first_served != 0) {
        ss_served *served = ss_served_at(v->core, more->first_served);
        const bool is_said =
            !served->is_answered && ss_served_respond(v, served, 487, NULL) == SS_OK;
        if (!is_said) {
            ss_served_give(v, served);
        }
    }
    ss_reliable_give(v, leg);
}

/* ---- re-INVITE: RFC3261:14.2 ---- */

/* An INVITE of ours in the dialog, or of the peer's that is not finally answered. */
static ss_oa_verdict is_pending(const ss_visit *v, const ss_leg *leg)
{
    const ss_call *call = ss_call_at(v->core, leg->call);
    const ss_asked *ours = ss_asked_find(v, leg, SS_METHOD_INVITE);
    if ((call->is_uac && leg->state == SS_LEG_EARLY) ||
        (ours != NULL && ours->state == SS_ASKED_WAITING)) {
        return SS_OA_IS_GLARE;
    }
    const bool is_first_open = !call->is_uac && call->state == SS_CALL_INCOMING;
    return is_first_open || ss_served_find(v, leg, SS_METHOD_INVITE) != NULL ? SS_OA_IS_TOO_SOON
                                                                             : SS_OA_IS_NOTHING;
}

void ss_uas_reinvite(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog)
{
    ss_leg *leg = ss_leg_at(v->core, dialog->owner);
    const ss_oa_verdict pending = is_pending(v, leg);
    if (pending != SS_OA_IS_NOTHING) {
        ss_ua_refuse_offer(v, in, pending);
        return;
    }
    if (leg->state != SS_LEG_UP) {
        ss_ua_refuse(v, in, 481, SS_HDR_OTHER, SS_EMPTY); /* our BYE is out: RFC5407:3.2.2 */
        return;
    }
    if (ss_session_timer_refuses(v, in)) {
        return;
    }
    ss_leg_learn(leg, in->msg);
    ss_oa oa = leg->oa;
    const ss_oa_verdict verdict = ss_oa_step(&oa, SS_OA_INVITE, ss_ua_has_session(in->msg), false);
    if (verdict != SS_OA_IS_OFFER && verdict != SS_OA_IS_NOTHING) {
        ss_ua_refuse_offer(v, in, verdict);
    } else if (ss_served_new(v, in, leg) != NULL) {
        leg->oa = oa;
        ss_leg_more_of(v->core, leg)->last_invite = in->msg->cseq.number;
        ss_leg_tell(v, leg,
                    (ss_event){ .kind = SS_EVENT_OFFER,
                                .method = SS_METHOD_INVITE,
                                .asks = SS_ASKS_RESPONSE,
                                .verdict = verdict,
                                .msg = in->msg });
    }
}

/* The dialog and the number alone tell what an ACK is for: where several INVITEs have that number, it is for all of them. Its copies say
 * nothing new. RFC3261:13.3.1.4 */
bool ss_served_ack(const ss_visit *v, ss_leg *leg, const ss_msg *ack, uint32_t cseq)
{
    const ss_leg_more *more = ss_leg_more_of(v->core, leg);
    bool is_its = false;
    for (ss_ref at = more == NULL ? 0 : more->first_served; at != 0;) {
        ss_served *served = ss_served_at(v->core, at);
        at = served->next;
        if (served->method == SS_METHOD_INVITE && served->is_answered && served->cseq == cseq) {
            ss_served_give(v, served);
            is_its = true;
        }
    }
    if (is_its) {
        const ss_oa_verdict verdict =
            ss_oa_step(&leg->oa, SS_OA_ACK, ss_ua_has_session(ack), false);
        ss_leg_tell(v, leg,
                    (ss_event){ .kind = SS_EVENT_CHANGED,
                                .method = SS_METHOD_ACK,
                                .verdict = verdict,
                                .msg = ack });
    }
    return is_its;
}

/* ---- time ---- */

static void note_timer(const ss_visit *v, const ss_served *served, ss_letter letter)
{
    const ss_call *call = ss_call_at(v->core, ss_leg_at(v->core, served->leg)->call);
    ss_turn_note(v->turn,
                 &(ss_note){ .kind = SS_NOTE_TIMER,
                             .machine = served->method == SS_METHOD_INVITE ? SS_IST : SS_NIST,
                             .letter = (uint8_t)letter,
                             .method = served->method,
                             .call_id = call->call_id,
                             .value = served->interval });
}

/* RFC3261:14.2 no ACK came: the dialog is ended, unless its peer moved and has sent another INVITE since: RFC6141:5.4 */
static void give_up(const ss_visit *v, ss_served *served)
{
    ss_leg *leg = ss_leg_at(v->core, served->leg);
    const bool goes_on =
        served->is_refresh && ss_leg_more_of(v->core, leg)->last_invite > served->cseq;
    served->interval = 64 * v->core->settings->t1;
    note_timer(v, served, SS_TIMER_TWOXX_END);
    ss_served_give(v, served);
    ss_leg_tell(v, leg, (ss_event){ .kind = SS_EVENT_NOT_ACKED, .method = SS_METHOD_INVITE });
    if (leg->state == SS_LEG_UP && !goes_on) {
        ss_leg_bye(v, leg);
    }
}

static void repeat(const ss_visit *v, ss_served *served)
{
    const ss_slice copy =
        ss_arena_copy(v->turn->arena, ss_blob_slice(&v->core->pools->store, served->answer));
    note_timer(v, served, SS_TIMER_TWOXX);
    if (copy.len > 0 && served->txn != 0) {
        ss_uas_repeat_twoxx(v, served->txn, copy,
                            ss_call_at(v->core, ss_leg_at(v->core, served->leg)->call)->call_id);
    }
    arm(v, served, ss_twoxx_interval(v, served->interval, served->end));
}

/* The application says nothing. */
static void answer_for_it(const ss_visit *v, ss_served *served)
{
    ss_leg *leg = ss_leg_at(v->core, served->leg);
    const ss_method method = (ss_method)served->method;
    const unsigned status = method != SS_METHOD_INVITE ? 504 : leg->oa.is_executed ? 200 : 480;
    note_timer(v, served, SS_TIMER_RING);
    if (ss_served_respond(v, served, status, NULL) != SS_OK) {
        arm(v, served, v->core->settings->t1); /* no room to say so: again later */
        return;
    }
    if (status >= 300) {
        ss_leg_tell(
            v, leg,
            (ss_event){
                .kind = SS_EVENT_REFUSED, .method = method, .status = status, .synthetic = true });
    }
}

void ss_served_timer(const ss_visit *v, ss_served *served)
{
    if (!served->is_answered) {
        answer_for_it(v, served);
    } else if (v->turn->now >= served->end) {
        give_up(v, served);
    } else {
        repeat(v, served);
    }
}

void ss_served_up(const ss_visit *v, ss_served *served, const ss_up *up)
{
    if (!up->ended) {
        return;
    }
    served->txn = 0;
    if (!served->is_answered) {
        ss_served_give(v, served); /* abandoned below us */
    }
}

/* ---- refusals ---- */

bool ss_ua_warning(const ss_visit *v, ss_slice *warning)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_text(&b, "399 ");
    ss_put_host_port(&b, &v->ua->identity->local.local);
    ss_put_text(&b, " \"the session is not changed\"");
    *warning = ss_buffer_keep(v->turn->arena, &b);
    return warning->len > 0;
}

/* RFC3261:14.2 RFC3311:5.2 RFC6337:2.3 */
void ss_ua_refuse_offer(const ss_visit *v, const ss_incoming *in, ss_oa_verdict verdict)
{
    ss_slice warning;
    switch (verdict) {
    case SS_OA_IS_GLARE:
        ss_ua_refuse(v, in, 491, SS_HDR_OTHER, SS_EMPTY);
        break;
    case SS_OA_IS_TOO_SOON:
        ss_ua_refuse_order(v, in);
        break;
    default:
        if (ss_ua_warning(v, &warning)) {
            ss_ua_refuse(v, in, 488, SS_HDR_WARNING, warning);
        }
        break;
    }
}
