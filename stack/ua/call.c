/* Calls and their legs: made, found, ended, given back (RFC 3261 section 13). The list is in order of number.
 * Invariant: ua->calls counts the calls that are not over; an over call has no timer armed. */
#include "changes.h"
#include "events.h"

ss_call *ss_call_at(const ss_core *core, ss_ref call)
{
    return ss_store_at(&core->pools->store, call);
}

ss_leg *ss_leg_at(const ss_core *core, ss_ref leg)
{
    return ss_store_at(&core->pools->store, leg);
}

ss_ref ss_call_ref(const ss_core *core, const ss_call *call)
{
    return ss_store_ref(&core->pools->store, call);
}

ss_ref ss_leg_ref(const ss_core *core, const ss_leg *leg)
{
    return ss_store_ref(&core->pools->store, leg);
}

/* ---- calls ---- */

#define CALL_NUMBERS 0x63616c6c00000001u /* no key of a dialog: those are hashes */

static ss_key128 key_of(uint32_t number)
{
    return (ss_key128){ number, CALL_NUMBERS };
}

static ss_call *find(const ss_core *core, uint32_t number)
{
    ss_table_link *link =
        ss_table_find(&core->pools->dialogs, &core->pools->store, core->engine, key_of(number));
    ss_call *call = link == NULL ? NULL : SS_OWNER(link, ss_call, by_number);
    return call == NULL || call->state == SS_CALL_OVER ? NULL : call;
}

ss_call *ss_call_find(const ss_visit *v, uint32_t number)
{
    return find(v->core, number);
}

bool ss_ua_has_call(const ss_core *core, uint32_t call)
{
    return find(core, call) != NULL;
}

ss_call *ss_call_new(const ss_visit *v, ss_call_state state)
{
    const ss_ref ref = ss_core_take(v->core, sizeof(ss_call));
    if (ref == 0) {
        return NULL;
    }
    ss_call *call = ss_call_at(v->core, ref);
    ss_timer_init(&call->timer, SS_TIMER_OF_CALL);
    call->state = (uint8_t)state;
    call->number = ++v->ua->next_call;
    call->by_number = (ss_table_link){ .key = key_of(call->number), .engine = v->core->engine };
    ss_table_add(&v->core->pools->dialogs, &v->core->pools->store, &call->by_number);
    call->prev = v->ua->last_call;
    if (call->prev == 0) {
        v->ua->first_call = ref;
    } else {
        ss_call_at(v->core, call->prev)->next = ref;
    }
    v->ua->last_call = ref;
    v->ua->calls++;
    ss_buffer tag = ss_buffer_on(call->tag, SS_TAG_BYTES);
    ss_put_new_tag(v->core, &tag);
    SS_ASSERT(tag.len == SS_TAG_BYTES);
    return call;
}

static void unlink_call(const ss_visit *v, ss_call *call)
{
    ss_table_remove(&v->core->pools->dialogs, &v->core->pools->store, &call->by_number);
    if (call->prev == 0) {
        v->ua->first_call = call->next;
    } else {
        ss_call_at(v->core, call->prev)->next = call->next;
    }
    if (call->next == 0) {
        v->ua->last_call = call->prev;
    } else {
        ss_call_at(v->core, call->next)->prev = call->prev;
    }
}

/* Everything of the call but its transactions. */
static void free_call(const ss_visit *v, ss_call *call)
{
    const ss_ref ref = ss_call_ref(v->core, call);
    ss_call_disarm(v, call);
    ss_ua_drop_pending(v, ref);
    while (call->first_leg != 0) {
        ss_leg_free(v, call, ss_leg_at(v->core, call->first_leg));
    }
    ss_core_drop(v->core, &call->kept);
    ss_core_drop(v->core, &call->answer); /* or the targets */
    unlink_call(v, call);
    ss_core_give(v->core, ref, sizeof(ss_call));
}

void ss_call_forget_all(const ss_visit *v)
{
    while (v->ua->first_call != 0) {
        free_call(v, ss_call_at(v->core, v->ua->first_call));
    }
    v->ua->calls = 0;
}

void ss_call_undo(const ss_visit *v, ss_call *call)
{
    SS_ASSERT(call->number == v->ua->next_call);
    SS_ASSERT(call->invite == 0);
    v->ua->calls--;
    v->ua->next_call--;
    free_call(v, call);
}

ss_slice ss_call_tag(const ss_call *call)
{
    return (ss_slice){ call->tag, SS_TAG_BYTES };
}

void ss_call_arm(const ss_visit *v, ss_call *call, ss_span span)
{
    call->interval = span;
    ss_timer_set(&v->core->timers, &v->core->pools->store, &call->timer,
                 ss_time_after(v->turn->now, span));
}

void ss_call_disarm(const ss_visit *v, ss_call *call)
{
    ss_timer_set(&v->core->timers, &v->core->pools->store, &call->timer, SS_TIME_NEVER);
}

void ss_call_note_timer(const ss_visit *v, const ss_call *call, ss_letter letter)
{
    ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_TIMER,
                                      .machine = call->is_uac ? SS_ICT : SS_IST,
                                      .letter = (uint8_t)letter,
                                      .method = SS_METHOD_INVITE,
                                      .call_id = call->call_id,
                                      .value = call->interval });
}

void ss_call_tell(const ss_visit *v, ss_call *call, ss_event_kind kind, const ss_outcome *outcome)
{
    v->ua->calls_changed = v->ua->first_subscription != 0;
    ss_turn_event(v->turn, &(ss_event){ .kind = kind,
                                        .call = call->number,
                                        .replaces = kind == SS_EVENT_INCOMING ? call->replaces : 0,
                                        .cookie = call->cookie,
                                        .status = outcome->status,
                                        .synthetic = outcome->synthetic,
                                        .msg = outcome->msg });
    if (call->is_referred) {
        ss_refer_progress(v, call, kind, outcome);
    }
}

void ss_call_tell_full(const ss_visit *v, ss_call *call)
{
    if (!call->full_told) {
        call->full_told = true;
        ss_call_tell(v, call, SS_EVENT_FULL, &(ss_outcome){ .status = 0 });
    }
}

/* RFC3261:13.2.2.4 Its 2xx may come yet, and makes it anew when no request went either way in it, whose numbers would come again.
 * RFC3261:12.2.1.1 */
static void leave_early(const ss_visit *v, ss_call *call, ss_leg *leg)
{
    const ss_dialog *dialog = ss_dialog_at(v->core, leg->dialog);
    const bool has_numbers = dialog->has_remote_cseq || dialog->local_cseq != call->cseq;
    if (call->invite != 0 && has_numbers) {
        ss_leg_stop_serving(v, leg);
    } else {
        ss_leg_free(v, call, leg);
    }
}

/* A server transaction goes on by itself; a client's stays ours, as further 2xx may come (13.2.2.4). */
void ss_call_over(const ss_visit *v, ss_call *call)
{
    SS_ASSERT(call->state != SS_CALL_OVER);
    SS_ASSERT(v->ua->calls > 0);
    call->state = SS_CALL_OVER;
    v->ua->calls--;
    ss_call_disarm(v, call);
    if (!call->is_uac) { /* a 2xx may come yet, and its ACK needs them */
        ss_core_drop(v->core, &call->kept);
    }
    ss_core_drop(v->core, &call->answer); /* or the targets */
    if (!call->is_uac && call->invite != 0) {
        ss_txn_disown(v->core, call->invite);
        call->invite = 0;
    }
    for (ss_ref at = call->first_leg; at != 0;) {
        ss_leg *leg = ss_leg_at(v->core, at);
        at = leg->next;
        if (call->is_uac && leg->state == SS_LEG_EARLY) {
            leave_early(v, call, leg);
        } else if (leg->state == SS_LEG_EARLY && ss_reliable_leave(v, leg)) {
            leg->state = SS_LEG_FADING; /* RFC3262:3 */
        } else if (leg->state != SS_LEG_ENDING) {
            ss_leg_over(v, leg);
        }
    }
}

void ss_call_settle(const ss_visit *v, ss_call *call)
{
    if (call->state != SS_CALL_OVER || call->invite != 0) {
        return;
    }
    for (ss_ref at = call->first_leg; at != 0;) {
        const ss_leg *leg = ss_leg_at(v->core, at);
        if (leg->state == SS_LEG_ENDING || ss_leg_lingers(v, leg)) {
            return;
        }
        at = leg->next;
    }
    free_call(v, call);
}

/* ---- legs ---- */

/* RFC5057:4.1 An early dialog that a subscription kept is the leg's again when an INVITE goes on in it. 0: there is none. */
static ss_ref take_back(const ss_visit *v, const ss_dialog_options *options, ss_leg *leg)
{
    const ss_dialog_text *text = &options->text;
    const ss_ref ref =
        ss_dialog_find(v->core, ss_dialog_key(text->call_id, text->local_tag, text->remote_tag));
    ss_dialog *dialog = ref == 0 ? NULL : ss_dialog_at(v->core, ref);
    if (dialog == NULL || dialog->owner_kind != SS_DIALOG_OF_SUBSCRIPTION ||
        dialog->state != SS_DIALOG_EARLY) {
        return 0;
    }
    leg->first_subscription = dialog->owner;
    dialog->owner = ss_leg_ref(v->core, leg);
    dialog->owner_kind = SS_DIALOG_OF_LEG;
    if (dialog->local_cseq < options->local_cseq) { /* the INVITE was sent again */
        dialog->local_cseq = options->local_cseq;
        dialog->has_local_cseq = options->has_local_cseq;
    }
    return ref;
}

ss_status ss_leg_new(const ss_visit *v, ss_call *call, const ss_dialog_options *options,
                     ss_leg **leg)
{
    const ss_ref ref = ss_core_take(v->core, sizeof(ss_leg));
    if (ref == 0) {
        return SS_ERR_FULL;
    }
    ss_leg *made = ss_leg_at(v->core, ref);
    ss_dialog_options with_owner = *options;
    with_owner.owner = ref;
    made->dialog = take_back(v, options, made);
    const ss_status status =
        made->dialog != 0 ? SS_OK : ss_dialog_create(v->core, &with_owner, &made->dialog);
    if (status != SS_OK) {
        ss_core_give(v->core, ref, sizeof(ss_leg));
        return status;
    }
    made->key = ss_dialog_at(v->core, made->dialog)->link.key.lo;
    made->call = ss_call_ref(v->core, call);
    made->is_sips = call->secure;
    (void)ss_oa_step(&made->oa, SS_OA_INVITE, call->offered, call->is_uac);
    ss_ref *end = &call->first_leg;
    while (*end != 0) {
        end = &ss_leg_at(v->core, *end)->next;
    }
    *end = ref;
    *leg = made;
    return SS_OK;
}

ss_leg *ss_leg_find(const ss_visit *v, const ss_call *call, ss_key128 key)
{
    for (ss_ref at = call->first_leg; at != 0;) {
        ss_leg *leg = ss_leg_at(v->core, at);
        if (leg->key == key.lo) {
            return leg;
        }
        at = leg->next;
    }
    return NULL;
}

void ss_leg_over(const ss_visit *v, ss_leg *leg)
{
    ss_leg_leave_dialog(v, leg);
    leg->state = SS_LEG_OVER;
}

void ss_leg_lost(const ss_visit *v, ss_leg *leg, const ss_outcome *outcome)
{
    ss_call *call = ss_call_at(v->core, leg->call);
    if (leg->state == SS_LEG_ENDING) {
        return; /* its BYE is out: the answer ends it */
    }
    const bool is_the_call = call->wanted == ss_leg_ref(v->core, leg);
    ss_leg_over(v, leg);
    if (call->state == SS_CALL_INCOMING) { /* as after a BYE: RFC3261:15.1.2 */
        if (ss_uas_reject(v, call, 487, SS_EMPTY) == SS_OK) {
            ss_call_tell(v, call, SS_EVENT_ENDED, outcome);
        }
    } else if (is_the_call && call->state != SS_CALL_OVER) {
        ss_call_tell(v, call, SS_EVENT_ENDED, outcome);
        ss_call_over(v, call);
    }
    ss_call_settle(v, call);
}

void ss_leg_free(const ss_visit *v, ss_call *call, ss_leg *leg)
{
    const ss_ref ref = ss_leg_ref(v->core, leg);
    ss_ref *at = &call->first_leg;
    while (*at != ref) {
        SS_ASSERT(*at != 0);
        at = &ss_leg_at(v->core, *at)->next;
    }
    *at = leg->next;
    if (call->wanted == ref) {
        call->wanted = 0;
    }
    ss_ua_drop_pending(v, ref);
    ss_targets_drop(v, (ss_errand){ SS_ERRAND_BYE, ref });
    ss_leg_forget_more(v, leg);
    ss_leg_leave_dialog(v, leg);
    ss_core_drop(v->core, &leg->ack.bytes);
    ss_core_give(v->core, ref, sizeof(ss_leg));
}

ss_leg *ss_call_leg(const ss_visit *v, const ss_call *call, uint32_t number)
{
    if (number == 0) {
        const ss_ref usual = call->wanted != 0 ? call->wanted : call->first_leg;
        return usual == 0 ? NULL : ss_leg_at(v->core, usual);
    }
    for (ss_ref at = call->first_leg; at != 0; at = ss_leg_at(v->core, at)->next) {
        if (at == number) {
            return ss_leg_at(v->core, at);
        }
    }
    return NULL;
}

void ss_leg_tell(const ss_visit *v, const ss_leg *leg, ss_event event)
{
    ss_call *call = ss_call_at(v->core, leg->call);
    event.call = call->number;
    event.cookie = call->cookie;
    event.leg = ss_leg_ref(v->core, leg);
    if (call->state == SS_CALL_OVER || call->state == SS_CALL_ENDING) {
        return;
    }
    v->ua->calls_changed = v->ua->first_subscription != 0;
    ss_turn_event(v->turn, &event);
    if (call->is_referred &&
        (event.kind == SS_EVENT_PROVISIONAL || event.kind == SS_EVENT_ANSWERED)) {
        ss_refer_progress(v, call, event.kind, &(ss_outcome){ event.status, false, event.msg });
    }
}

/* RFC3311:4 */
void ss_leg_learn(ss_leg *leg, const ss_msg *msg)
{
    if (ss_msg_count(msg, SS_HDR_ALLOW) > 0) {
        leg->peer_updates = ss_msg_lists_token(msg, SS_HDR_ALLOW, SS_LIT("UPDATE"));
    }
}

/* RFC3261:13.2.1 the disposition of a description is session, when none is said. */
bool ss_ua_has_session(const ss_msg *msg)
{
    const ss_slice type = ss_value_head(ss_msg_value(msg, SS_HDR_CONTENT_TYPE, 0), NULL);
    const ss_slice word = ss_value_head(ss_msg_value(msg, SS_HDR_CONTENT_DISPOSITION, 0), NULL);
    return msg->body.len > 0 && ss_slice_eq_nocase(type, SS_LIT("application/sdp")) &&
           (word.len == 0 || ss_slice_eq_nocase(word, SS_LIT("session")));
}

/* RFC3261:13.2.2.3 RFC3261:13.2.2.4 */
void ss_leg_end_early(const ss_visit *v, ss_call *call)
{
    for (ss_ref at = call->first_leg; at != 0;) {
        ss_leg *leg = ss_leg_at(v->core, at);
        at = leg->next;
        if (leg->state == SS_LEG_EARLY) {
            ss_leg_free(v, call, leg);
        }
    }
}
