/* Where the user agent is entered: commands of the application, what the transactions bring up, timers. (Requests enter in
 * uas.c, answers in resolve.c.) Each visit ends by giving back the call that it left with nothing to do. */
#include "usage.h"

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

static ss_status reject(const ss_visit *v, ss_call *call, const ss_command *command)
{
    if (call->state != SS_CALL_INCOMING) {
        return SS_ERR_STATE;
    }
    if (command->status < 300 || command->status > 699) {
        return SS_ERR_SEMANTIC;
    }
    return ss_uas_reject(v, call, command->status,
                         command->status < 400 ? command->target : SS_EMPTY);
}

static ss_status command_call(const ss_visit *v, ss_call *call, const ss_command *command)
{
    switch (command->kind) {
    case SS_CMD_PROGRESS:
        return ss_uas_progress(v, call, command);
    case SS_CMD_ANSWER:
        return ss_uas_answer(v, call, command);
    case SS_CMD_REJECT:
        return reject(v, call, command);
    case SS_CMD_CANCEL:
        return ss_uac_cancel(v, call);
    default:
        return hang_up(v, call);
    }
}

ss_status ss_ua_command(ss_ua *ua, ss_core *core, ss_turn *turn, ss_command *command)
{
    const ss_visit v = { ua, core, turn };
    switch (command->kind) {
    case SS_CMD_REGISTER:
        return ss_ua_register(&v, command);
    case SS_CMD_CALL:
        return ss_ua_call(&v, command);
    case SS_CMD_QUIET:
        ss_ua_register_quiet(&v);
        return SS_OK;
    default:
        break;
    }
    ss_call *call = ss_call_find(&v, command->call);
    if (call == NULL) {
        return SS_ERR_STATE;
    }
    const ss_status status = command_call(&v, call, command);
    ss_call_settle(&v, call);
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
    const ss_visit v = { ua, core, turn };
    ss_call *call = NULL;
    if (up->kind == SS_UP_RESPONSE && up->sent != NULL && response->status < 300) {
        ss_ua_logged_in(&v, up, response);
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
    case SS_OWNER_REGISTRATION:
        ss_ua_register_up(&v, up, response);
        break;
    default:
        break;
    }
    if (call != NULL) {
        ss_call_settle(&v, call);
    }
}

void ss_ua_timer(ss_ua *ua, ss_core *core, ss_turn *turn, ss_timer *timer)
{
    const ss_visit v = { ua, core, turn };
    if (timer->kind == SS_TIMER_OF_REGISTRATION) {
        ss_ua_register_timer(&v, timer);
        return;
    }
    SS_ASSERT(timer->kind == SS_TIMER_OF_CALL);
    ss_call *call = SS_OWNER(timer, ss_call, timer);
    if (call->is_uac) {
        ss_uac_timer(&v, call);
    } else if (call->state == SS_CALL_INCOMING) {
        ss_uas_ring_timer(&v, call);
    } else {
        SS_ASSERT(call->state == SS_CALL_ANSWERED);
        ss_uas_twoxx_timer(&v, call);
    }
    ss_call_settle(&v, call);
}

void ss_ua_forget_all(ss_ua *ua, ss_core *core)
{
    const ss_visit v = { ua, core, NULL };
    ss_ua_register_forget(&v);
    ss_call_forget_all(&v);
    ss_ua_drop_all_pending(&v);
    ss_ua_forget_logins(&v);
}
