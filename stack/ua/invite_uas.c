/* The INVITE that came (RFC 3261 13.3): refused, or handed to the application and answered by its commands. Of the
 * request only what responses repeat is kept, as a message of its own without body. An INVITE that nobody answers ends
 * at the ring limit with 480, or with 487 when its own Expires runs out before. */
#include "changes.h"
#include "events.h"

/* A non-100 provisional response at least this often, so that proxies do not cancel. RFC3261:13.3.1.1 */
static const ss_span progress_every = SS_S(60);

/* ---- a new call ---- */

/* What a 2xx proves of us is kept with it, unless that is of a body that nobody knows yet. RFC7616:3.5 */
static void put_proof(ss_buffer *b, const ss_proof *proof)
{
    if (proof != NULL && proof->credentials->qop != SS_QOP_AUTH_INT) {
        ss_put_proof(b, proof, SS_EMPTY);
    }
}

ss_status ss_uas_keep_request(const ss_visit *v, const ss_incoming *in, ss_blob *kept)
{
    const ss_msg *request = in->msg;
    static const ss_hdr fields[] = { SS_HDR_VIA,       SS_HDR_MAX_FORWARDS, SS_HDR_RECORD_ROUTE,
                                     SS_HDR_FROM,      SS_HDR_TO,           SS_HDR_CALL_ID,
                                     SS_HDR_CSEQ,      SS_HDR_CONTACT,      SS_HDR_REQUIRE,
                                     SS_HDR_SUPPORTED, SS_HDR_ALLOW,        SS_HDR_SESSION_EXPIRES,
                                     SS_HDR_MIN_SE,    SS_HDR_RECV_INFO };
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_request_line(&b, request->method_name, request->request_uri);
    for (size_t i = 0; i < SS_COUNT(fields); i++) {
        ss_put_header_from(&b, request, fields[i]);
    }
    put_proof(&b, in->proof);
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    const ss_slice bytes = ss_buffer_keep(v->turn->arena, &b);
    return bytes.len == 0 ? SS_ERR_FULL : ss_core_keep(v->core, bytes, kept);
}

/* The next time to do something about an unanswered call: progress, or its end. */
static void arm_ring(const ss_visit *v, ss_call *call)
{
    const ss_time now = v->turn->now;
    const ss_span left = call->end > now ? call->end - now : 0;
    ss_call_arm(v, call, left < progress_every ? left : progress_every);
}

/* RFC3261:13.3.1 step 1 */
static void set_ring_end(const ss_visit *v, ss_call *call, const ss_msg *invite)
{
    uint32_t expires;
    call->end = ss_time_after(v->turn->now, v->core->settings->ring_limit);
    call->end_status = 480;
    if (ss_msg_number(invite, SS_HDR_EXPIRES, &expires) == SS_OK) {
        const ss_time expiry = ss_time_after(v->turn->now, SS_S(expires));
        if (expiry < call->end) {
            call->end = expiry;
            call->end_status = 487;
        }
    }
    arm_ring(v, call);
}

static bool is_secure(const ss_incoming *in)
{
    ss_uri uri;
    return in->came_by->transport == SS_TRANSPORT_TLS &&
           ss_uri_parse(in->msg->request_uri, &uri) == SS_OK && uri.scheme == SS_SCHEME_SIPS;
}

static ss_status begin(const ss_visit *v, const ss_incoming *in, ss_call *call)
{
    ss_cseq cseq;
    ss_status status = ss_msg_cseq(in->msg, &cseq);
    if (status == SS_OK) {
        call->cseq = cseq.number;
        call->secure = is_secure(in);
        call->call_id = ss_hash64(0, ss_msg_call_id(in->msg));
        call->offered = ss_ua_has_session(in->msg);
        status = ss_uas_keep_request(v, in, &call->kept);
    }
    if (status == SS_OK) {
        const ss_owner owner = { .kind = SS_OWNER_CALL, .ref = ss_call_ref(v->core, call) };
        status = ss_txn_serve(v->core, v->turn, in->msg, in->came_by, owner, &call->invite);
    }
    if (status == SS_OK) {
        ss_txn_mark(v->core, call->invite, in->msg);
    }
    return status;
}

/* RFC3261:13.3.1 RFC3261:13.3.1.3 */
void ss_uas_invite(const ss_visit *v, const ss_incoming *in)
{
    uint32_t replaced = 0;
    const unsigned refusal = ss_uas_replaces(v, in, &replaced);
    if (refusal != 0) {
        ss_ua_refuse(v, in, refusal, SS_HDR_OTHER, SS_EMPTY);
        return;
    }
    if (replaced == 0 && ss_ua_is_busy(v->ua)) {
        ss_ua_refuse(v, in, 486, SS_HDR_OTHER, SS_EMPTY);
        return;
    }
    if (ss_session_timer_refuses(v, in)) {
        return;
    }
    ss_call *call = ss_call_new(v, SS_CALL_INCOMING);
    if (call == NULL) {
        ss_ua_refuse_full(v, in);
        return;
    }
    const ss_status status = begin(v, in, call);
    if (status != SS_OK) {
        ss_call_undo(v, call);
        if (status == SS_ERR_FULL) {
            ss_ua_refuse_full(v, in);
        }
        return;
    }
    call->replaces = replaced;
    set_ring_end(v, call, in->msg);
    ss_call_tell(v, call, SS_EVENT_INCOMING, &(ss_outcome){ .msg = in->msg });
}

/* ---- answering ---- */

/* What was kept of the INVITE, as a message again; it lives as long as the call keeps it. NULL when the arena is full. */
ss_msg *ss_uas_kept_request(const ss_visit *v, ss_blob kept)
{
    ss_msg *msg = SS_ARENA_NEW(v->turn->arena, ss_msg);
    const ss_slice bytes =
        ss_arena_copy(v->turn->arena, ss_blob_slice(&v->core->pools->store, kept));
    ss_diag diag;
    if (msg == NULL || bytes.len == 0 || ss_msg_parse(msg, v->turn->arena, bytes, &diag) != SS_OK) {
        return NULL;
    }
    return msg;
}

/* The request came by a sips URI: its own, the topmost Record-Route's or, when there is none, its Contact's. RFC3261:12.1.1 */
static bool wants_sips(const ss_msg *invite)
{
    ss_value_iter it = { 0 };
    ss_name_addr first;
    const ss_hdr last_hop =
        ss_msg_count(invite, SS_HDR_RECORD_ROUTE) > 0 ? SS_HDR_RECORD_ROUTE : SS_HDR_CONTACT;
    return ss_ua_is_sips(invite->request_uri) ||
           (ss_msg_next_addr(invite, last_hop, &it, &first) == SS_OK && ss_ua_is_sips(first.uri));
}

/* RFC3261:12.1.1: Record-Route and Contact go into what establishes a dialog. RFC3261:13.3.1.4: a 2xx says what we can. */
static ss_slice print_response(const ss_visit *v, const ss_call *call, const ss_msg *invite,
                               const ss_said *said)
{
    ss_slice contact;
    if (ss_ua_contact_for(v, wants_sips(invite), &contact) != SS_OK) {
        return SS_EMPTY;
    }
    ss_buffer b = ss_ua_reply_begin(v, invite, said->status, ss_call_tag(call));
    ss_put_header_from(&b, invite, SS_HDR_RECORD_ROUTE);
    ss_put_header(&b, SS_HDR_CONTACT, contact);
    if (said->status >= 200 || said->rseq != 0) {
        ss_ua_put_abilities(v, &b);
        if (ss_msg_count(invite, SS_HDR_RECV_INFO) > 0) { /* RFC6086:5.2.3 */
            ss_ua_put_ability(v, &b, SS_HDR_RECV_INFO);
        }
    }
    if (said->rseq != 0) {
        ss_put_reliable(&b, said->rseq);
    }
    if (said->status >= 200) {
        ss_session_timer_put_2xx(v, invite, &b);
        ss_put_header_from(&b, invite, SS_HDR_AUTHENTICATION_INFO); /* put_proof's */
    }
    return ss_ua_reply_end(v, &b, said->type, said->body);
}

/* The one leg of an incoming call, made when it is first needed. RFC3261:12.1.1 */
static ss_status need_leg(const ss_visit *v, ss_call *call, const ss_msg *invite, ss_leg **leg)
{
    if (call->first_leg != 0) {
        *leg = ss_leg_at(v->core, call->first_leg);
        const bool is_over = (*leg)->dialog == 0; /* the peer ended it: there was no room for 487 */
        return is_over ? SS_ERR_STATE : SS_OK;
    }
    ss_dialog_options options = { .remote_cseq = call->cseq,
                                  .has_remote_cseq = true,
                                  .secure = call->secure };
    ss_status status = ss_dialog_text_uas(invite, ss_call_tag(call), v->turn->arena, &options.text);
    if (status == SS_OK) {
        status = ss_leg_new(v, call, &options, leg);
    }
    if (status == SS_OK) {
        (*leg)->is_sips = wants_sips(invite);
        ss_leg_learn(*leg, invite);
        ss_leg_learn_packages(v, *leg, invite);
    }
    return status;
}

/* A reliable one gets its number, and is kept to be sent again; what the model of offer and answer forbids is not sent. */
static ss_status prepare(const ss_visit *v, const ss_call *call, ss_leg *leg, const ss_msg *invite,
                         ss_said *said)
{
    const ss_oa_message message = said->status >= 200 ? SS_OA_2XX
                                  : said->is_reliable ? SS_OA_RELIABLE
                                                      : SS_OA_PREVIEW;
    const ss_oa_verdict verdict = ss_oa_step(&leg->oa, message, said->body.len > 0, true);
    if (!ss_oa_may_send(verdict)) {
        return SS_ERR_STATE;
    }
    if (said->is_reliable) {
        const ss_status status = ss_reliable_next(v, leg, call->cseq, &said->rseq);
        if (status != SS_OK) {
            return status;
        }
    }
    said->bytes = print_response(v, call, invite, said);
    if (said->bytes.len == 0) {
        return SS_ERR_FULL;
    }
    const ss_reliable_options options = {
        .cseq = call->cseq, .rseq = said->rseq, .bytes = said->bytes, .has_sdp = said->body.len > 0
    };
    if (!said->is_reliable) {
        return SS_OK;
    }
    const ss_status started = ss_reliable_start(v, leg, &options);
    said->is_started = started == SS_OK;
    return started;
}

/* As it was before a response that could not be sent. */
static void undo(const ss_visit *v, ss_call *call, ss_leg *leg, ss_oa oa, bool is_started)
{
    leg->oa = oa;
    if (is_started) {
        ss_reliable_give(v, leg);
    }
    if (leg->state == SS_LEG_EARLY && ss_dialog_at(v->core, leg->dialog)->state == SS_DIALOG_NONE) {
        ss_leg_free(v, call, leg);
    }
}

/* Sends a response that establishes or confirms the dialog; all or nothing. `keep`: where the bytes are kept, or NULL. */
static ss_status establish(const ss_visit *v, ss_call *call, const ss_msg *invite, ss_said *said,
                           ss_blob *keep)
{
    ss_leg *leg = NULL;
    bool ended = false;
    ss_status done = need_leg(v, call, invite, &leg);
    if (done != SS_OK) {
        return done;
    }
    const ss_oa before = leg->oa;
    done = prepare(v, call, leg, invite, said);
    if (done == SS_OK && keep != NULL) {
        done = ss_core_keep(v->core, said->bytes, keep);
    }
    if (done == SS_OK) {
        done = ss_txn_respond(v->core, v->turn, call->invite, said->bytes, &ended);
    }
    if (done != SS_OK) {
        if (keep != NULL) {
            ss_core_drop(v->core, keep);
        }
        undo(v, call, leg, before, said->is_started);
        return done;
    }
    v->ua->calls_changed = v->ua->first_subscription != 0;
    leg->state = said->status < 200 ? SS_LEG_EARLY : SS_LEG_UP;
    ss_dialog_set_state(v->core, v->turn, ss_dialog_at(v->core, leg->dialog),
                        said->status < 200 ? SS_DIALOG_EARLY : SS_DIALOG_CONFIRMED);
    if (said->status >= 200) {
        ss_session_timer_served(v, leg, invite);
    }
    return SS_OK;
}

/* RFC3261:13.3.1.1 */
ss_status ss_uas_progress(const ss_visit *v, ss_call *call, const ss_command *command)
{
    if (call->state != SS_CALL_INCOMING) {
        return SS_ERR_STATE;
    }
    if (command->status <= 100 || command->status >= 200) {
        return SS_ERR_SEMANTIC;
    }
    const ss_msg *invite = ss_uas_kept_request(v, call->kept);
    if (invite == NULL) {
        return SS_ERR_FULL;
    }
    const ss_reliability can = ss_reliability_of(v, invite);
    ss_said said = { .status = command->status,
                     .is_reliable = command->reliable || can == SS_RELIABLE_MUST,
                     .type = command->body_type,
                     .body = command->body };
    if (said.is_reliable && can == SS_RELIABLE_NEVER) {
        return SS_ERR_SEMANTIC; /* RFC3262:3 */
    }
    const ss_status status = establish(v, call, invite, &said, NULL);
    if (status == SS_OK) {
        call->progressed = true;
        call->was_reliable = said.is_reliable;
        arm_ring(v, call);
    }
    return status;
}

/* RFC3261:13.3.1.4 */
ss_status ss_uas_answer(const ss_visit *v, ss_call *call, const ss_command *command)
{
    if (call->state != SS_CALL_INCOMING) {
        return SS_ERR_STATE;
    }
    const ss_msg *invite = ss_uas_kept_request(v, call->kept);
    const ss_leg *leg = ss_call_leg(v, call, 0);
    ss_said said = { .status = 200, .type = command->body_type, .body = command->body };
    bool is_held = false;
    ss_status status = invite == NULL ? SS_ERR_FULL : SS_OK;
    if (status == SS_OK && leg != NULL) {
        status = ss_reliable_hold_2xx(v, leg, command, &is_held);
    }
    if (status != SS_OK || is_held) {
        return status;
    }
    status = establish(v, call, invite, &said, &call->answer);
    if (status == SS_OK) {
        (void)ss_reliable_leave(v, ss_leg_at(v->core, call->first_leg));
        call->state = SS_CALL_ANSWERED;
        call->wanted = call->first_leg;
        ss_core_drop(v->core, &call->kept);
        ss_uas_twoxx_start(v, call);
        ss_uas_replaced(v, call);
    }
    return status;
}

/* RFC3261:13.3.1.2 RFC3261:13.3.1.3 */
ss_status ss_uas_reject(const ss_visit *v, ss_call *call, unsigned status, ss_slice contact)
{
    return ss_uas_reject_until(v, call, status, contact, 0);
}

/* RFC3261:20.33 */
ss_status ss_uas_reject_until(const ss_visit *v, ss_call *call, unsigned status, ss_slice contact,
                              uint32_t retry_after_s)
{
    SS_ASSERT(call->state == SS_CALL_INCOMING);
    const ss_msg *invite = ss_uas_kept_request(v, call->kept);
    bool ended = false;
    if (invite == NULL) {
        return SS_ERR_FULL;
    }
    ss_buffer b = ss_ua_reply_begin(v, invite, status, ss_call_tag(call));
    if (contact.len > 0) {
        ss_put(&b, ss_hdr_name(SS_HDR_CONTACT));
        ss_put_text(&b, ": <");
        ss_put(&b, contact);
        ss_put_text(&b, ">\r\n");
    }
    if (retry_after_s != 0) {
        ss_put_header_u64(&b, SS_HDR_RETRY_AFTER, retry_after_s);
    }
    const ss_slice bytes = ss_ua_reply_end(v, &b, SS_EMPTY, SS_EMPTY);
    const ss_status said = bytes.len == 0
                               ? SS_ERR_FULL
                               : ss_txn_respond(v->core, v->turn, call->invite, bytes, &ended);
    if (said == SS_OK) {
        call->invite = ended ? 0 : call->invite;
        ss_call_over(v, call);
    }
    return said;
}

/* ---- nobody answers ---- */

/* The last 1xx again, byte for byte; ringing when the application said nothing yet. Without room for its dialog it is left
 * out: there is another chance a minute later. */
static ss_status repeat_progress(const ss_visit *v, ss_call *call)
{
    const ss_command ringing = {
        .kind = SS_CMD_PROGRESS, .call = call->number, .status = 180, .reliable = call->was_reliable
    };
    if (!call->progressed || call->was_reliable) { /* a copy of a reliable one says nothing */
        return ss_uas_progress(v, call, &ringing);
    }
    const ss_slice last = ss_txn_message(v->core, ss_txn_at(v->core, call->invite));
    const ss_slice copy = ss_arena_copy(v->turn->arena, last);
    bool ended = false;
    return copy.len == 0 ? SS_ERR_FULL
                         : ss_txn_respond(v->core, v->turn, call->invite, copy, &ended);
}

static void expire(const ss_visit *v, ss_call *call)
{
    if (ss_uas_reject(v, call, call->end_status, SS_EMPTY) != SS_OK) {
        ss_call_arm(v, call, v->core->settings->t1); /* no room to say so: again later */
        return;
    }
    ss_call_tell(v, call, SS_EVENT_ENDED,
                 &(ss_outcome){ .status = call->end_status, .synthetic = true });
}

void ss_uas_ring_timer(const ss_visit *v, ss_call *call)
{
    ss_call_note_timer(v, call, SS_TIMER_RING);
    if (v->turn->now >= call->end) {
        expire(v, call);
        return;
    }
    if (repeat_progress(v, call) != SS_OK) {
        ss_call_tell_full(v, call);
    }
    arm_ring(v, call);
}

/* ---- inside a dialog ---- */

/* The ACK of our 2xx. Its copies say nothing new. RFC3261:13.3.1.4 */
void ss_uas_ack(const ss_visit *v, const ss_msg *ack)
{
    const ss_ref ref = ss_dialog_find_request(v->core, ack);
    ss_cseq cseq;
    if (ref == 0 || ss_msg_cseq(ack, &cseq) != SS_OK ||
        ss_dialog_at(v->core, ref)->owner_kind != SS_DIALOG_OF_LEG) {
        ss_ua_note_stray(v, ack);
        return;
    }
    ss_leg *leg = ss_leg_at(v->core, ss_dialog_at(v->core, ref)->owner);
    ss_call *call = ss_call_at(v->core, leg->call);
    const bool is_of_change = ss_served_ack(v, leg, ack, cseq.number);
    if (call->is_uac || cseq.number != call->cseq) {
        if (!is_of_change) {
            ss_ua_note_stray(v, ack);
        }
        return;
    }
    if (call->state != SS_CALL_ANSWERED) {
        return;
    }
    call->state = SS_CALL_UP;
    ss_call_disarm(v, call);
    ss_core_drop(v->core, &call->answer);
    const ss_oa_verdict verdict = ss_oa_step(&leg->oa, SS_OA_ACK, ss_ua_has_session(ack), false);
    ss_leg_tell(v, leg, (ss_event){ .kind = SS_EVENT_CONFIRMED, .verdict = verdict, .msg = ack });
    if (call->wants_bye) { /* it had to wait for this: RFC3261:15 */
        ss_leg_bye(v, leg);
        ss_call_settle(v, call);
    }
}
