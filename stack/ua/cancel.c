/* CANCEL (RFC 3261 section 9): sent only after a 1xx, at once or as soon as one comes; answered 200, and the INVITE it
 * names 487. A 2xx that crosses it is acknowledged and released (twoxx.c). */
#include "changes.h"
#include "ss/tag.h"

/* ---- client: 9.1 ---- */

/* RFC4028:7.1 a CANCEL says it as well. SS_EMPTY: the arena is full. */
static ss_slice say_supported(const ss_visit *v, ss_slice cancel)
{
    ss_msg msg;
    ss_diag diag;
    if (!ss_ua_has_option(v->ua, SS_LIT("timer"))) {
        return cancel;
    }
    if (ss_msg_parse(&msg, v->turn->arena, cancel, &diag) != SS_OK) {
        return SS_EMPTY;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put(&b, ss_slice_cut(cancel, 0, msg.headers_end));
    ss_ua_put_ability(v, &b, SS_HDR_SUPPORTED);
    ss_put(&b, ss_slice_cut(cancel, msg.headers_end, cancel.len));
    return ss_buffer_keep(v->turn->arena, &b);
}

/* By the path of the INVITE. What the CANCEL is answered matters to nobody: 64*T1 decide. */
ss_status ss_uac_start_cancel(const ss_visit *v, ss_ref invite_ref)
{
    static const ss_owner nobody = { .kind = SS_OWNER_NONE };
    const ss_txn *invite = ss_txn_at(v->core, invite_ref);
    const ss_path path = ss_txn_path(v->core, invite);
    ss_buffer b = ss_buffer_open(v->turn->arena);
    const ss_status status = ss_txn_put_cancel(v->core, invite, v->turn->arena, &b);
    const ss_slice bytes = ss_buffer_keep(v->turn->arena, &b);
    if (status != SS_OK || bytes.len == 0) {
        return status != SS_OK ? status : SS_ERR_FULL;
    }
    ss_ref txn;
    const ss_slice cancel = say_supported(v, bytes);
    return cancel.len == 0 ? SS_ERR_FULL
                           : ss_txn_request(v->core, v->turn, &path, cancel, nobody, &txn);
}

/* RFC3261:9.1 When there is no room for a CANCEL, the next 1xx brings another try; the end is the same. */
void ss_uac_send_cancel(const ss_visit *v, ss_call *call)
{
    if (call->cancel_sent || call->invite == 0 ||
        ss_txn_state_of(ss_txn_at(v->core, call->invite)) != SS_TXN_PROCEEDING) {
        return;
    }
    if (ss_uac_start_cancel(v, call->invite) == SS_OK) {
        call->cancel_sent = true;
    } else {
        ss_call_tell_full(v, call);
    }
    if (call->cancel_sent || call->timer.at == SS_TIME_NEVER) {
        ss_call_arm(v, call, 64 * v->core->settings->t1);
    }
}

ss_status ss_uac_cancel(const ss_visit *v, ss_call *call)
{
    switch (call->state) {
    case SS_CALL_RESOLVING: /* nothing was sent: nothing is to be cancelled */
        ss_uac_refused(v, call, &(ss_outcome){ .status = 487, .synthetic = true });
        return SS_OK;
    case SS_CALL_INVITING:
        call->wants_cancel = true;
        ss_uac_send_cancel(v, call);
        return SS_OK;
    case SS_CALL_UP: {
        ss_asked *asked = ss_asked_find(v, ss_leg_at(v->core, call->wanted), SS_METHOD_INVITE);
        const bool is_open = asked != NULL && asked->state == SS_ASKED_WAITING;
        return is_open ? ss_reinvite_cancel(v, asked) : SS_ERR_STATE; /* RFC6141:3.8 */
    }
    default:
        return SS_ERR_STATE;
    }
}

/* 64*T1 after the CANCEL: the INVITE is taken for cancelled. RFC3261:9.1 */
void ss_uac_cancel_timer(const ss_visit *v, ss_call *call)
{
    ss_call_note_timer(v, call, SS_TIMER_CANCEL);
    if (!call->cancel_sent) { /* there was no room for it: the peer is still to be told */
        ss_uac_send_cancel(v, call);
        if (call->cancel_sent) {
            return;
        }
    }
    if (call->invite == 0 || ss_txn_abandon(v->core, v->turn, call->invite).kind == SS_UP_NOTHING) {
        return; /* a 2xx came for which there is no room yet */
    }
    call->invite = 0;
    ss_uac_refused(v, call, &(ss_outcome){ .status = 487, .synthetic = true });
}

/* ---- server: 9.2 ---- */

/* The To tag that the INVITE was answered with, or will be. */
static ss_slice tag_of_invite(const ss_visit *v, ss_ref invite, const ss_call *call)
{
    ss_msg *last = SS_ARENA_NEW(v->turn->arena, ss_msg);
    ss_diag diag;
    ss_name_addr to;
    if (call != NULL || last == NULL) {
        return call != NULL ? ss_call_tag(call) : SS_EMPTY;
    }
    const ss_slice bytes =
        ss_arena_copy(v->turn->arena, ss_txn_message(v->core, ss_txn_at(v->core, invite)));
    if (bytes.len > 0 && ss_msg_parse(last, v->turn->arena, bytes, &diag) == SS_OK &&
        ss_msg_to(last, &to) == SS_OK) {
        return ss_name_addr_tag(&to);
    }
    return SS_EMPTY;
}

static ss_call *call_of(const ss_visit *v, ss_ref invite)
{
    const ss_owner owner = ss_txn_owner(ss_txn_at(v->core, invite));
    return owner.kind == SS_OWNER_CALL ? ss_call_at(v->core, owner.ref) : NULL;
}

/* A re-INVITE is cancelled: the session is as before, or as it was made meanwhile, which a 2xx says. RFC6141:3.8 */
static void cancel_served(const ss_visit *v, ss_ref invite)
{
    const ss_owner owner = ss_txn_owner(ss_txn_at(v->core, invite));
    if (owner.kind != SS_OWNER_SERVED) {
        return;
    }
    ss_served *served = ss_served_at(v->core, owner.ref);
    const ss_leg *leg = ss_leg_at(v->core, served->leg);
    const unsigned status = leg->oa.is_executed ? 200 : 487;
    if (!served->is_answered && ss_served_respond(v, served, status, NULL) == SS_OK &&
        status != 200) {
        ss_leg_tell(
            v, leg,
            (ss_event){ .kind = SS_EVENT_REFUSED, .method = SS_METHOD_INVITE, .status = 487 });
    }
}

/* RFC3261:9.2 */
void ss_uas_cancel(const ss_visit *v, const ss_incoming *in)
{
    const ss_ref invite = ss_txn_find_cancelled(v->core, in->msg);
    if (invite == 0) {
        ss_ua_refuse(v, in, 481, SS_HDR_OTHER, SS_EMPTY);
        return;
    }
    ss_call *call = call_of(v, invite);
    char tag[SS_TAG_BYTES];
    ss_buffer tag_text = ss_buffer_on(tag, sizeof tag);
    ss_slice to_tag = tag_of_invite(v, invite, call);
    if (to_tag.len == 0) {
        ss_put_response_tag(v->core, &tag_text, in->msg);
        to_tag = ss_buffer_slice(&tag_text);
    }
    ss_buffer b = ss_ua_reply_begin(v, in->msg, 200, to_tag);
    const bool said = ss_ua_reply_ending(v, in, ss_ua_reply_end(v, &b, SS_EMPTY, SS_EMPTY));
    if (said && call == NULL) {
        cancel_served(v, invite);
    }
    if (!said || call == NULL || call->state != SS_CALL_INCOMING) {
        return; /* already answered finally: no effect */
    }
    if (ss_uas_reject(v, call, 487, SS_EMPTY) == SS_OK) {
        ss_call_tell(v, call, SS_EVENT_CANCELLED, &(ss_outcome){ .status = 487, .msg = in->msg });
        ss_call_settle(v, call);
    }
}
