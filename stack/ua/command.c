/* Where the user agent is entered: commands of the application, what the transactions bring up, timers. (Requests enter in
 * uas.c, answers in resolve.c.) Each visit ends by giving back the call that it left with nothing to do. */
#include "changes.h"
#include "published.h"

/* Each visit ends here: who watches our calls is told once of all that changed. */
void ss_ua_leave(const ss_visit *v)
{
    if (v->ua->calls_changed) {
        v->ua->calls_changed = false;
        ss_not_changed(v, SS_PACKAGE_DIALOG, 0);
    }
}

/* ---- commands ---- */

/* RFC3261:15 The callee's BYE waits for the ACK. */
static ss_status hang_up(const ss_visit *v, ss_call *call)
{
    switch (call->state) {
    case SS_CALL_RESOLVING:
    case SS_CALL_INVITING:
        return ss_uac_cancel(v, call);
    case SS_CALL_INCOMING:
        return ss_uas_reject(v, call, 480, SS_EMPTY);
    case SS_CALL_ANSWERED:
        call->wants_bye = true;
        return SS_OK;
    case SS_CALL_UP:
        ss_leg_bye(v, ss_leg_at(v->core, call->wanted));
        return SS_OK;
    default:
        return SS_ERR_STATE;
    }
}

/* RFC3261:15 by the caller alone. */
static ss_status bye_early(const ss_visit *v, const ss_call *call, const ss_command *command)
{
    ss_ref at = call->first_leg;
    while (at != 0) {
        ss_leg *leg = ss_leg_at(v->core, at);
        if (leg->state == SS_LEG_EARLY && (command->leg == 0 || command->leg == at)) {
            return call->state == SS_CALL_INVITING ? ss_leg_bye_early(v, leg) : SS_ERR_STATE;
        }
        at = leg->next;
    }
    return SS_ERR_STATE;
}

static ss_status reject(const ss_visit *v, ss_call *call, const ss_command *command)
{
    if (call->state != SS_CALL_INCOMING) {
        return SS_ERR_STATE;
    }
    if (command->status < 300 || command->status > 699) {
        return SS_ERR_SEMANTIC;
    }
    return ss_uas_reject_until(v, call, command->status,
                               command->status < 400 ? command->target : SS_EMPTY,
                               command->retry_after_s);
}

/* ---- the re-INVITE, UPDATE or PRACK that waits for the application ---- */

static ss_status respond(const ss_visit *v, const ss_call *call, const ss_command *command,
                         unsigned status)
{
    static const ss_method methods[] = { SS_METHOD_PRACK, SS_METHOD_UPDATE, SS_METHOD_INVITE };
    const ss_leg *leg = ss_call_leg(v, call, command->leg);
    const bool is_any = command->kind == SS_CMD_RESPOND;
    if (status <= 100 || status > 699) {
        return SS_ERR_SEMANTIC;
    }
    for (size_t i = is_any ? 0 : 2; leg != NULL && i < SS_COUNT(methods); i++) {
        ss_served *served = ss_served_find(v, leg, methods[i]);
        if (served != NULL) {
            return ss_served_respond(v, served, status, command);
        }
    }
    return SS_ERR_STATE;
}

static ss_status answer_reinvite(const ss_visit *v, const ss_call *call, const ss_command *command)
{
    const unsigned status = command->kind == SS_CMD_ANSWER ? 200 : command->status;
    const bool is_provisional = status > 100 && status < 200;
    const bool is_failure = status >= 300 && status < 700;
    if (command->kind == SS_CMD_ANSWER   ? false
        : command->kind == SS_CMD_REJECT ? !is_failure
                                         : !is_provisional) {
        return SS_ERR_SEMANTIC;
    }
    return respond(v, call, command, status);
}

/* Of a leg: what changes it, and what an event asked for. */
static ss_status command_leg(const ss_visit *v, ss_call *call, const ss_command *command)
{
    ss_leg *leg = ss_call_leg(v, call, command->leg);
    if (leg == NULL || leg->dialog == 0) {
        return SS_ERR_STATE;
    }
    switch (command->kind) {
    case SS_CMD_REINVITE:
        return ss_leg_reinvite(v, leg, command);
    case SS_CMD_UPDATE:
        return ss_leg_update(v, leg, command);
    case SS_CMD_PRACK:
        return ss_leg_prack(v, leg, command);
    case SS_CMD_ACK:
        return ss_leg_ack(v, leg, command);
    default:
        return respond(v, call, command, command->status == 0 ? 200 : command->status);
    }
}

static ss_status command_call(const ss_visit *v, ss_call *call, const ss_command *command)
{
    const bool is_first = call->state == SS_CALL_INCOMING;
    switch (command->kind) {
    case SS_CMD_PROGRESS:
        return is_first ? ss_uas_progress(v, call, command) : answer_reinvite(v, call, command);
    case SS_CMD_ANSWER:
        return is_first ? ss_uas_answer(v, call, command) : answer_reinvite(v, call, command);
    case SS_CMD_REJECT:
        return is_first ? reject(v, call, command) : answer_reinvite(v, call, command);
    case SS_CMD_CANCEL:
        return ss_uac_cancel(v, call);
    case SS_CMD_HANGUP:
        return hang_up(v, call);
    case SS_CMD_BYE:
        return bye_early(v, call, command);
    default:
        return command_leg(v, call, command);
    }
}

static ss_status obey(const ss_visit *v, ss_command *command)
{
    switch (command->kind) {
    case SS_CMD_REGISTER:
        return ss_ua_register(v, command);
    case SS_CMD_CALL:
        return ss_ua_call(v, command);
    case SS_CMD_QUIET:
        ss_ua_register_quiet(v);
        ss_subscription_quiet(v);
        ss_publication_quiet(v);
        ss_published_quiet(v);
        return SS_OK;
    case SS_CMD_SUBSCRIBE:
        return ss_sub_subscribe(v, command);
    case SS_CMD_UNSUBSCRIBE:
        return ss_sub_unsubscribe(v, command);
    case SS_CMD_NOTIFY:
        return ss_not_command(v, command);
    case SS_CMD_STATE:
        return ss_published_set_own(v, command);
    case SS_CMD_REFER:
        return ss_refer_send(v, command);
    case SS_CMD_REQUEST:
        return ss_request_send(v, command);
    case SS_CMD_PUBLISH:
        return ss_publish(v, command);
    default:
        break;
    }
    ss_call *call = ss_call_find(v, command->call);
    if (call == NULL) {
        return SS_ERR_STATE;
    }
    const ss_status status = command_call(v, call, command);
    ss_call_settle(v, call);
    return status;
}

ss_status ss_ua_command(ss_ua *ua, ss_core *core, ss_turn *turn, ss_command *command)
{
    const ss_visit v = { .ua = ua,
                         .core = core,
                         .turn = turn,
                         .is_relaying = command->is_relayed,
                         .hops = command->hops,
                         .is_unreliable = command->is_unreliable };
    const ss_status status = obey(&v, command);
    ss_ua_leave(&v);
    return status;
}

/* ---- from below ---- */

/* The server transaction of an INVITE: all that matters is that it is gone. RFC 6026 8.8: it outlives transport errors. */
static void uas_invite_up(ss_call *call, const ss_up *up)
{
    if (up->ended) {
        call->invite = 0;
    }
}

void ss_ua_up(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_up *up, const ss_msg *response)
{
    ss_visit v = { .ua = ua, .core = core, .turn = turn };
    ss_call *call = NULL;
    ss_up unanswered;
    if (up->kind == SS_UP_RESPONSE && response->status < 300 &&
        !ss_ua_logged_in(&v, up, response)) {
        v.is_unproved = response->method == SS_METHOD_INVITE;
        if (!v.is_unproved) { /* RFC7616:3.5 nobody who knows us said so */
            unanswered = *up;
            unanswered.kind = SS_UP_TRANSPORT_ERROR;
            up = &unanswered;
            response = NULL;
        }
    }
    switch (up->owner.kind) {
    case SS_OWNER_CALL:
        call = ss_call_at(core, up->owner.ref);
        if (call->is_uac) {
            ss_uac_invite_up(&v, call, up, response);
        } else {
            uas_invite_up(call, up);
        }
        break;
    case SS_OWNER_IN_CALL: {
        ss_leg *leg = ss_leg_at(core, up->owner.ref);
        call = ss_call_at(core, leg->call);
        ss_leg_bye_up(&v, leg, up, response);
        break;
    }
    case SS_OWNER_ASKED: {
        ss_asked *asked = ss_asked_at(core, up->owner.ref);
        call = ss_call_at(core, ss_leg_at(core, asked->leg)->call);
        ss_asked_up(&v, asked, up, response);
        break;
    }
    case SS_OWNER_SERVED:
        ss_served_up(&v, ss_served_at(core, up->owner.ref), up);
        break;
    case SS_OWNER_REGISTRATION:
        ss_ua_register_up(&v, up, response);
        break;
    case SS_OWNER_SUBSCRIPTION:
        ss_subscription_up(&v, ss_subscription_at(core, up->owner.ref), up, response);
        break;
    case SS_OWNER_PUBLICATION:
        ss_publication_up(&v, up->owner.ref, up, response);
        break;
    case SS_OWNER_REQUEST:
        ss_request_up(&v, up, response);
        break;
    default:
        break;
    }
    if (call != NULL) {
        ss_call_settle(&v, call);
    }
    ss_ua_leave(&v);
}

static void call_timer(const ss_visit *v, ss_call *call)
{
    if (call->is_uac) {
        ss_uac_timer(v, call);
    } else if (call->state == SS_CALL_INCOMING) {
        ss_uas_ring_timer(v, call);
    } else {
        SS_ASSERT(call->state == SS_CALL_ANSWERED);
        ss_uas_twoxx_timer(v, call);
    }
    ss_call_settle(v, call);
}

/* Of something inside a leg; gives the call that it is of. */
static ss_call *leg_timer(const ss_visit *v, ss_timer *timer)
{
    ss_ref leg = 0;
    if (timer->kind == SS_TIMER_OF_ASKED) {
        ss_asked *asked = SS_OWNER(timer, ss_asked, timer);
        leg = asked->leg;
        ss_asked_timer(v, asked);
    } else if (timer->kind == SS_TIMER_OF_SERVED) {
        ss_served *served = SS_OWNER(timer, ss_served, timer);
        leg = served->leg;
        ss_served_timer(v, served);
    } else if (timer->kind == SS_TIMER_OF_SESSION) {
        ss_session_timer *session = SS_OWNER(timer, ss_session_timer, timer);
        leg = session->leg;
        ss_session_timer_fired(v, session);
    } else {
        SS_ASSERT(timer->kind == SS_TIMER_OF_RELIABLE);
        ss_reliable *r = SS_OWNER(timer, ss_reliable, timer);
        leg = r->leg;
        ss_reliable_timer(v, r);
    }
    return ss_call_at(v->core, ss_leg_at(v->core, leg)->call);
}

void ss_ua_timer(ss_ua *ua, ss_core *core, ss_turn *turn, ss_timer *timer)
{
    const ss_visit v = { .ua = ua, .core = core, .turn = turn };
    switch (timer->kind) {
    case SS_TIMER_OF_REGISTRATION:
        ss_ua_register_timer(&v, timer);
        break;
    case SS_TIMER_OF_FLOW:
        ss_flow_timer(&v, SS_OWNER(timer, ss_flow, timer));
        break;
    case SS_TIMER_OF_SUBSCRIPTION:
        ss_subscription_timer(&v, SS_OWNER(timer, ss_subscription, timer));
        break;
    case SS_TIMER_OF_PUBLICATION:
        ss_publication_timer(&v, timer);
        break;
    case SS_TIMER_OF_PUBLISHED:
        ss_published_timer(&v, timer);
        break;
    case SS_TIMER_OF_CALL:
        call_timer(&v, SS_OWNER(timer, ss_call, timer));
        break;
    default:
        ss_call_settle(&v, leg_timer(&v, timer));
        break;
    }
    ss_ua_leave(&v);
}

void ss_ua_forget_all(ss_ua *ua, ss_core *core)
{
    const ss_visit v = { .ua = ua, .core = core };
    ss_ua_register_forget(&v);
    ss_subscription_forget_all(&v);
    ss_publication_forget_all(&v);
    ss_published_forget_all(&v);
    ss_call_forget_all(&v);
    ss_ua_drop_all_pending(&v);
    ss_targets_forget_all(&v);
    ss_ua_forget_logins(&v);
    ss_ua_forget_nonces(&v);
}
