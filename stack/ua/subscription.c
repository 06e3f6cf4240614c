/* Subscriptions as things: made, found, ended, given back; their one timer; and where what comes up for them goes. What they
 * mean is in subscriber.c and notifier.c. The list is in order of number. */
#include "events.h"

#include <string.h>

ss_subscription *ss_subscription_at(const ss_core *core, ss_ref ref)
{
    return ss_store_at(&core->pools->store, ref);
}

ss_ref ss_subscription_ref(const ss_core *core, const ss_subscription *sub)
{
    return ss_store_ref(&core->pools->store, sub);
}

ss_slice ss_subscription_text(const ss_visit *v, const ss_subscription *sub, unsigned which)
{
    const ss_slice whole = ss_blob_slice(&v->core->pools->store, sub->text);
    size_t at = 0;
    for (unsigned i = 0; i < which; i++) {
        at += sub->lengths[i];
    }
    return ss_slice_cut(whole, at, at + sub->lengths[which]);
}

ss_subscription *ss_subscription_find(const ss_visit *v, uint32_t number)
{
    for (ss_ref at = v->ua->first_subscription; at != 0;) {
        ss_subscription *sub = ss_subscription_at(v->core, at);
        if (sub->number == number) {
            return sub;
        }
        at = sub->next;
    }
    return NULL;
}

/* RFC3261:8.1.1.8 the Request-URI, or the topmost Route, is a SIPS URI. */
static bool is_secure(const ss_visit *v, const ss_subscription *sub)
{
    ss_slice target, routes;
    if (sub->dialog != 0) {
        const ss_dialog_text text = ss_dialog_text_of(v->core, ss_dialog_at(v->core, sub->dialog));
        target = text.target;
        routes = text.routes;
    } else {
        target = ss_subscription_text(v, sub, SS_SUB_TARGET);
        if (ss_ua_preloaded(v, &routes) != SS_OK) {
            routes = SS_EMPTY; /* the request itself fails by that */
        }
    }
    const bool is_bracketed = routes.len > 0 && routes.at[0] == '<';
    return ss_ua_is_sips(target) ||
           ss_ua_is_sips(ss_slice_cut(routes, is_bracketed ? 1 : 0, routes.len));
}

ss_status ss_subscription_draft(const ss_visit *v, const ss_subscription *sub, ss_method method,
                                ss_draft *d)
{
    ss_slice contact;
    if (ss_ua_contact_for(v, is_secure(v, sub), &contact) != SS_OK) {
        return SS_ERR_FULL;
    }
    if (sub->dialog != 0) {
        return ss_draft_inside(v, ss_dialog_at(v->core, sub->dialog), method, contact, d);
    }
    const ss_new_request request = { .method = method,
                                     .to = ss_subscription_text(v, sub, SS_SUB_TO),
                                     .call_id = ss_subscription_text(v, sub, SS_SUB_CALL_ID),
                                     .tag = ss_subscription_text(v, sub, SS_SUB_TAG),
                                     .cseq = sub->cseq };
    return ss_draft_outside(v, ss_subscription_text(v, sub, SS_SUB_TARGET), &request, contact, d);
}

ss_status ss_subscription_keep_body(const ss_visit *v, ss_subscription *sub, ss_buffer *b)
{
    ss_blob kept;
    const ss_slice bytes = ss_buffer_keep(v->turn->arena, b);
    if (bytes.len == 0 || ss_core_keep(v->core, bytes, &kept) != SS_OK) {
        return SS_ERR_FULL;
    }
    ss_core_drop(v->core, &sub->body);
    sub->body = kept;
    return SS_OK;
}

/* RFC6665:8.2.1 */
bool ss_subscription_is(const ss_visit *v, const ss_subscription *sub, ss_slice event)
{
    const ss_event_name name = ss_event_read(event);
    if (ss_package_find(v->ua, name.package) != sub->package) {
        return false;
    }
    if (!sub->is_refer) {
        const ss_event_name own = ss_event_read(ss_subscription_text(v, sub, SS_SUB_EVENT));
        return (own.id.at == NULL) == (name.id.at == NULL) && ss_slice_eq(own.id, name.id);
    }
    uint64_t number; /* RFC3515:2.4.6 the first of a dialog needs no id */
    if (name.id.at == NULL) {
        return !sub->has_id;
    }
    return ss_slice_to_u64(name.id, UINT32_MAX, &number) == SS_OK && number == sub->cseq;
}

/* ---- made and given back ---- */

static ss_status keep_texts(const ss_visit *v, ss_subscription *sub, const ss_slice *texts)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    for (size_t i = 0; i < SS_SUB_STRINGS; i++) {
        if (texts[i].len > UINT16_MAX) {
            return SS_ERR_FULL;
        }
        sub->lengths[i] = (uint16_t)texts[i].len;
        ss_put(&b, texts[i]);
    }
    const ss_slice whole = ss_buffer_keep(v->turn->arena, &b);
    return whole.len == 0 ? SS_ERR_FULL : ss_core_keep(v->core, whole, &sub->text);
}

static void link_last(const ss_visit *v, ss_subscription *sub)
{
    const ss_ref ref = ss_subscription_ref(v->core, sub);
    sub->prev = v->ua->last_subscription;
    if (sub->prev == 0) {
        v->ua->first_subscription = ref;
    } else {
        ss_subscription_at(v->core, sub->prev)->next = ref;
    }
    v->ua->last_subscription = ref;
}

static void unlink_it(const ss_visit *v, const ss_subscription *sub)
{
    if (sub->prev == 0) {
        v->ua->first_subscription = sub->next;
    } else {
        ss_subscription_at(v->core, sub->prev)->next = sub->next;
    }
    if (sub->next == 0) {
        v->ua->last_subscription = sub->prev;
    } else {
        ss_subscription_at(v->core, sub->next)->prev = sub->prev;
    }
}

ss_subscription *ss_subscription_new(const ss_visit *v, ss_sub_role role, uint8_t package,
                                     const ss_slice *texts)
{
    const ss_ref ref = ss_core_take(v->core, sizeof(ss_subscription));
    if (ref == 0) {
        return NULL;
    }
    ss_subscription *sub = ss_subscription_at(v->core, ref);
    if (keep_texts(v, sub, texts) != SS_OK) {
        ss_core_give(v->core, ref, sizeof *sub);
        return NULL;
    }
    ss_timer_init(&sub->timer, SS_TIMER_OF_SUBSCRIPTION);
    sub->role = (uint8_t)role;
    sub->package = package;
    sub->ends = SS_TIME_NEVER;
    sub->number = ++v->ua->next_usage;
    link_last(v, sub);
    return sub;
}

static void free_it(const ss_visit *v, ss_subscription *sub)
{
    const ss_ref ref = ss_subscription_ref(v->core, sub);
    ss_timer_set(&v->core->timers, &v->core->pools->store, &sub->timer, SS_TIME_NEVER);
    if (sub->txn != 0 && v->turn != NULL) {
        ss_txn_disown(v->core, sub->txn);
    }
    ss_ua_drop_pending(v, ref);
    ss_targets_drop(v, (ss_errand){ SS_ERRAND_SUBSCRIPTION, ref });
    ss_usage_remove(v, sub);
    ss_watched_leave(v, sub);
    ss_reg_forget(v, sub);
    unlink_it(v, sub);
    ss_core_drop(v->core, &sub->text);
    ss_core_drop(v->core, &sub->body);
    ss_core_give(v->core, ref, sizeof *sub);
}

void ss_subscription_over(const ss_visit *v, ss_subscription *sub, const ss_outcome *outcome)
{
    ss_subscription_set(v, sub, SS_SUB_TERMINATED);
    if (outcome != NULL) {
        ss_subscription_tell(v, sub, SS_EVENT_SUBSCRIPTION_ENDED, outcome);
    }
    free_it(v, sub);
}

void ss_subscription_undo(const ss_visit *v, ss_subscription *sub)
{
    SS_ASSERT(sub->number == v->ua->next_usage);
    SS_ASSERT(sub->txn == 0);
    v->ua->next_usage--;
    free_it(v, sub);
}

void ss_subscription_forget_all(const ss_visit *v)
{
    while (v->ua->first_subscription != 0) {
        free_it(v, ss_subscription_at(v->core, v->ua->first_subscription));
    }
}

/* ---- changes, as onlookers see them ---- */

void ss_subscription_set(const ss_visit *v, ss_subscription *sub, ss_sub_state state)
{
    if (sub->state == (uint8_t)state) {
        return;
    }
    ss_turn_note(v->turn,
                 &(ss_note){ .kind = SS_NOTE_SUBSCRIPTION,
                             .machine = sub->role,
                             .from = sub->state,
                             .to = (uint8_t)state,
                             .letter = SS_LETTER_COUNT,
                             .method = sub->is_refer ? SS_METHOD_REFER : SS_METHOD_SUBSCRIBE,
                             .call_id = sub->call_id,
                             .value = sub->number });
    sub->state = (uint8_t)state;
}

void ss_subscription_arm(const ss_visit *v, ss_subscription *sub, ss_sub_clock clock, ss_time at)
{
    sub->clock = (uint8_t)(at == SS_TIME_NEVER ? SS_CLOCK_OFF : clock);
    ss_timer_set(&v->core->timers, &v->core->pools->store, &sub->timer, at);
}

void ss_subscription_tell(const ss_visit *v, const ss_subscription *sub, ss_event_kind kind,
                          const ss_outcome *outcome)
{
    ss_turn_event(v->turn, &(ss_event){ .kind = kind,
                                        .call = sub->call,
                                        .subscription = sub->number,
                                        .cookie = sub->cookie,
                                        .status = outcome->status,
                                        .expires_s = sub->expires_s,
                                        .synthetic = outcome->synthetic,
                                        .msg = outcome->msg });
}

/* A reference inside a dialog is known by the number of the REFER that was taken: RFC3515:2.4.6 */
uint32_t ss_subscription_next_number(const ss_visit *v, ss_subscription *sub)
{
    if (sub->dialog == 0) {
        return ++sub->cseq;
    }
    const uint32_t number = ss_dialog_next_cseq(v->core, ss_dialog_at(v->core, sub->dialog));
    if (sub->is_refer && sub->role == SS_SUBSCRIBER && !sub->is_known) {
        sub->cseq = number;
    }
    return number;
}

/* ---- from below ---- */

void ss_subscription_up(const ss_visit *v, ss_subscription *sub, const ss_up *up,
                        const ss_msg *response)
{
    if (up->kind == SS_UP_RESPONSE && response->status < 200) {
        return;
    }
    if (up->kind == SS_UP_ENDED) {
        sub->txn = 0;
        return;
    }
    const ss_errand errand = { SS_ERRAND_SUBSCRIPTION, ss_subscription_ref(v->core, sub) };
    if ((response == NULL || response->status >= 300) &&
        ss_ua_repeat(v, errand, up, response, &sub->repeats)) {
        return;
    }
    sub->repeats = 0;
    ss_targets_drop(v, errand);
    if (!up->ended && up->txn != 0) {
        ss_txn_disown(v->core, up->txn); /* Timer K is not our business */
    }
    sub->txn = 0;
    sub->is_busy = false;
    if (sub->role == SS_SUBSCRIBER) {
        ss_sub_up(v, sub, up, response);
    } else {
        ss_not_up(v, sub, up, response);
    }
}

void ss_subscription_failed(const ss_visit *v, ss_subscription *sub, const ss_outcome *outcome)
{
    sub->is_busy = false;
    ss_targets_drop(v, (ss_errand){ SS_ERRAND_SUBSCRIPTION, ss_subscription_ref(v->core, sub) });
    if (sub->role == SS_SUBSCRIBER) {
        ss_sub_failed(v, sub, outcome);
    } else {
        ss_not_failed(v, sub, outcome);
    }
}

static const uint8_t letters[] = { [SS_CLOCK_N] = SS_TIMER_N,
                                   [SS_CLOCK_REFRESH] = SS_TIMER_REFRESH,
                                   [SS_CLOCK_EXPIRY] = SS_TIMER_EXPIRY,
                                   [SS_CLOCK_AGAIN] = SS_TIMER_EXPIRY };

static void note_timer(const ss_visit *v, const ss_subscription *sub)
{
    ss_turn_note(v->turn,
                 &(ss_note){ .kind = SS_NOTE_TIMER,
                             .machine = sub->role == SS_SUBSCRIBER ? SS_NICT : SS_NIST,
                             .letter = letters[sub->clock],
                             .method = sub->is_refer ? SS_METHOD_REFER : SS_METHOD_SUBSCRIBE,
                             .call_id = sub->call_id,
                             .value = sub->clock == SS_CLOCK_N ? 64 * v->core->settings->t1 : 0 });
}

void ss_subscription_timer(const ss_visit *v, ss_subscription *sub)
{
    if (sub->clock != SS_CLOCK_TURN) {
        note_timer(v, sub);
    }
    if (sub->role == SS_SUBSCRIBER) {
        ss_sub_timer(v, sub);
    } else {
        ss_not_timer(v, sub);
    }
}

void ss_subscription_quiet(const ss_visit *v)
{
    for (ss_ref at = v->ua->first_subscription; at != 0;) {
        ss_subscription *sub = ss_subscription_at(v->core, at);
        at = sub->next;
        if (sub->role == SS_SUBSCRIBER) {
            ss_sub_quiet(v, sub);
        } else {
            ss_not_quiet(v, sub);
        }
    }
}
