/* The subscriber (RFC 6665 4.1): a SUBSCRIBE, or a REFER, makes a subscription that the first NOTIFY brings to life, before or
 * after the 2xx; Timer N ends one that no NOTIFY confirms, also after each refresh. It is refreshed when nine tenths of its time
 * have passed, and ends with the NOTIFY that says so. A dialog of its own is made by that first NOTIFY, a further one by each
 * other fork until Timer N would fire. */
#include "events.h"

static ss_span wait_n(const ss_visit *v)
{
    return 64 * v->core->settings->t1;
}

/* ---- asking ---- */

/* RFC6665:3.1.1 RFC6665:4.1.2.1 RFC3515:2.4.6 */
static ss_status ask(const ss_visit *v, ss_subscription *sub, uint32_t expires_s)
{
    ss_draft d;
    const ss_status status = ss_subscription_draft(v, sub, SS_METHOD_SUBSCRIBE, &d);
    if (status != SS_OK) {
        return status;
    }
    if (sub->is_refer) {
        ss_put_text(&d.b, "Event: refer;id=");
        ss_put_u64(&d.b, sub->cseq);
        ss_put_text(&d.b, "\r\n");
    } else {
        ss_put_header(&d.b, SS_HDR_EVENT, ss_subscription_text(v, sub, SS_SUB_EVENT));
    }
    ss_put_header_u64(&d.b, SS_HDR_EXPIRES, expires_s);
    if (ss_package_type(sub->package).len > 0) {
        ss_put_header(&d.b, SS_HDR_ACCEPT, ss_package_type(sub->package));
    }
    ss_ua_put_abilities(v, &d.b);
    const ss_errand errand = { SS_ERRAND_SUBSCRIPTION, ss_subscription_ref(v->core, sub) };
    sub->is_busy = true; /* also while its address is looked for */
    const ss_status sent = ss_draft_send(v, &d, errand, SS_EMPTY, SS_EMPTY);
    sub->is_busy = sent == SS_OK;
    return sent;
}

/* RFC6665:4.1.2.4 */
void ss_sub_expect_notify(const ss_visit *v, ss_subscription *sub)
{
    ss_subscription_arm(v, sub, SS_CLOCK_N, ss_time_after(v->turn->now, wait_n(v)));
}

/* RFC6665:4.1.2.4 RFC3261:8.1.3.4 */
void ss_sub_sent_elsewhere(const ss_visit *v, ss_subscription *sub)
{
    if (sub->role == SS_SUBSCRIBER) {
        sub->window = ss_time_after(v->turn->now, wait_n(v));
        ss_sub_expect_notify(v, sub);
    }
}

void ss_sub_asked(const ss_visit *v, ss_subscription *sub)
{
    sub->window = ss_time_after(v->turn->now, wait_n(v));
    ss_subscription_set(v, sub, SS_SUB_WAITING);
    ss_sub_expect_notify(v, sub);
}

static ss_status ask_first(const ss_visit *v, ss_subscription *sub)
{
    const ss_status status = ask(v, sub, sub->expires_s);
    if (status == SS_OK) {
        ss_sub_asked(v, sub);
    }
    return status;
}

/* Again inside its dialog. RFC6665:4.1.2.2 RFC6665:4.1.2.3 */
static ss_status ask_again(const ss_visit *v, ss_subscription *sub, uint32_t expires_s)
{
    const ss_status status = ask(v, sub, expires_s);
    if (status == SS_OK) {
        sub->is_ending = expires_s == 0;
        ss_sub_expect_notify(v, sub);
    }
    return status;
}

/* ---- commands ---- */

/* Its strings: a call's dialog needs but the event. */
static ss_status describe(const ss_visit *v, const ss_command *command, ss_slice *texts, char *tag)
{
    ss_journey j;
    ss_buffer tag_text = ss_buffer_on(tag, SS_TAG_BYTES);
    texts[SS_SUB_EVENT] = command->event;
    if (command->call != 0) {
        return SS_OK;
    }
    const ss_status status = ss_ua_plan_journey(v, command->target, &j);
    if (status != SS_OK) {
        return status;
    }
    ss_put_new_tag(v->core, &tag_text);
    texts[SS_SUB_TAG] = ss_buffer_slice(&tag_text);
    texts[SS_SUB_TO] = ss_ua_logical_uri(v, &j.target);
    texts[SS_SUB_TARGET] = command->target;
    texts[SS_SUB_CALL_ID] = command->call_id.len > 0 ? command->call_id : ss_ua_new_call_id(v);
    return texts[SS_SUB_TO].len > 0 && texts[SS_SUB_CALL_ID].len > 0 ? SS_OK : SS_ERR_FULL;
}

ss_ref ss_call_dialog(const ss_visit *v, uint32_t number)
{
    const ss_call *call = ss_call_find(v, number);
    const bool is_up =
        call != NULL && call->wanted != 0 && ss_leg_at(v->core, call->wanted)->state == SS_LEG_UP;
    return is_up ? ss_leg_at(v->core, call->wanted)->dialog : 0;
}

static ss_status refresh(const ss_visit *v, const ss_command *command)
{
    ss_subscription *sub = ss_subscription_find(v, command->subscription);
    if (sub == NULL || sub->role != SS_SUBSCRIBER || sub->dialog == 0 || sub->is_busy ||
        sub->is_ending) {
        return SS_ERR_STATE;
    }
    const ss_status status = ask_again(v, sub, command->expires_s);
    if (status == SS_OK && command->expires_s > 0) {
        sub->expires_s = command->expires_s;
    }
    return status;
}

ss_status ss_sub_new(const ss_visit *v, const ss_command *command, uint8_t package,
                     ss_subscription **out)
{
    char tag[SS_TAG_BYTES];
    ss_slice texts[SS_SUB_STRINGS] = { 0 };
    const ss_ref dialog = command->call == 0 ? 0 : ss_call_dialog(v, command->call);
    if (command->call != 0 && dialog == 0) {
        return SS_ERR_STATE;
    }
    const ss_status status = describe(v, command, texts, tag);
    if (status != SS_OK) {
        return status;
    }
    ss_subscription *sub = ss_subscription_new(v, SS_SUBSCRIBER, package, texts);
    if (sub == NULL) {
        return SS_ERR_FULL;
    }
    const ss_slice call_id =
        dialog == 0 ? texts[SS_SUB_CALL_ID]
                    : ss_dialog_text_of(v->core, ss_dialog_at(v->core, dialog)).call_id;
    sub->cookie = command->cookie;
    sub->call_id = ss_hash64(0, call_id);
    sub->expires_s = command->expires_s;
    sub->is_ending = command->expires_s == 0 && package != SS_PACKAGE_REFER;
    sub->cseq = ss_cseq_initial(v->core);
    if (dialog != 0) {
        ss_usage_add(v, sub, dialog);
    }
    *out = sub;
    return SS_OK;
}

/* RFC6665:4.5.2 RFC6665:4.5.1 No dialog is shared whose remote target is a GRUU: that leads to the same device by itself. */
static ss_status leave_dialog(const ss_visit *v, ss_command *how)
{
    ss_uri uri;
    ss_slice gr;
    const ss_ref dialog = how->call == 0 ? 0 : ss_call_dialog(v, how->call);
    if (dialog == 0) {
        return SS_OK;
    }
    const ss_slice target = ss_dialog_text_of(v->core, ss_dialog_at(v->core, dialog)).target;
    if (ss_uri_parse(target, &uri) != SS_OK ||
        ss_params_get(uri.params, SS_LIT("gr"), &gr) == SS_NONE) {
        return SS_OK;
    }
    how->call = 0;
    how->target = ss_arena_copy(v->turn->arena, target);
    return how->target.len > 0 ? SS_OK : SS_ERR_FULL;
}

/* RFC6665:4.1.2.1 RFC6665:4.4.3 */
ss_status ss_sub_subscribe(const ss_visit *v, ss_command *command)
{
    ss_subscription *sub;
    ss_command how = *command;
    if (command->subscription != 0) {
        return refresh(v, command);
    }
    const uint8_t package = ss_package_find(v->ua, ss_event_read(command->event).package);
    if (package == SS_PACKAGE_NONE || package == SS_PACKAGE_REFER) { /* REFER makes those */
        return SS_ERR_SEMANTIC;
    }
    ss_status status = leave_dialog(v, &how);
    if (status == SS_OK) {
        status = ss_sub_new(v, &how, package, &sub);
    }
    if (status != SS_OK) {
        return status;
    }
    status = ask_first(v, sub);
    if (status != SS_OK) {
        ss_subscription_undo(v, sub);
        return status;
    }
    command->subscription = sub->number;
    return SS_OK;
}

/* Said now, or when a dialog is there and the last request is answered. */
static ss_status end_it(const ss_visit *v, ss_subscription *sub)
{
    if (sub->is_ending) {
        return SS_OK;
    }
    if (sub->dialog == 0 || sub->is_busy) {
        sub->wants_end = true;
        return SS_OK;
    }
    sub->wants_end = false;
    return ask_again(v, sub, 0);
}

static bool can_end(const ss_subscription *sub)
{
    return sub->role == SS_SUBSCRIBER && !sub->is_ending && !sub->wants_end;
}

/* All that came of one SUBSCRIBE: its forks have its cookie. */
static ss_status end_forks(const ss_visit *v, uint64_t cookie)
{
    ss_status status = SS_ERR_STATE;
    for (ss_ref at = v->ua->first_subscription; at != 0;) {
        ss_subscription *sub = ss_subscription_at(v->core, at);
        at = sub->next;
        if (sub->cookie == cookie && can_end(sub)) {
            status = end_it(v, sub);
        }
    }
    return status;
}

ss_status ss_sub_unsubscribe(const ss_visit *v, const ss_command *command)
{
    if (command->subscription == 0) {
        return command->cookie == 0 ? SS_ERR_STATE : end_forks(v, command->cookie);
    }
    ss_subscription *sub = ss_subscription_find(v, command->subscription);
    return sub == NULL || !can_end(sub) ? SS_ERR_STATE : end_it(v, sub);
}

/* The run drains: what is there ends in order. */
void ss_sub_quiet(const ss_visit *v, ss_subscription *sub)
{
    const bool asks = sub->dialog != 0 && !sub->is_busy && !sub->is_ending;
    if (asks && !ss_turn_has_room(v->turn)) {
        ss_subscription_arm(v, sub, SS_CLOCK_TURN, v->turn->now);
    } else if (end_it(v, sub) != SS_OK) {
        ss_subscription_over(v, sub, &(ss_outcome){ .status = 503, .synthetic = true });
    }
}

/* ---- answers ---- */

static void over(const ss_visit *v, ss_subscription *sub, unsigned status, const ss_msg *response)
{
    ss_subscription_over(
        v, sub, &(ss_outcome){ .status = status, .synthetic = response == NULL, .msg = response });
}

/* What it lasts from now: at nine tenths it is refreshed, unless nobody may. */
static void lasts(const ss_visit *v, ss_subscription *sub, uint32_t seconds)
{
    sub->ends = ss_time_after(v->turn->now, SS_S(seconds));
    if (sub->clock == SS_CLOCK_N || sub->is_ending) {
        return;
    }
    if (sub->is_refer || v->ua->quiet) {
        ss_subscription_arm(v, sub, SS_CLOCK_EXPIRY, sub->ends);
    } else {
        ss_subscription_arm(v, sub, SS_CLOCK_REFRESH,
                            ss_time_after(v->turn->now, SS_S(seconds) / 10 * 9));
    }
}

/* RFC6665:4.1.2.1 the answer may shorten, and a longer time is taken for what was asked */
static void granted(const ss_visit *v, ss_subscription *sub, const ss_msg *response)
{
    uint32_t seconds = sub->expires_s;
    if (!sub->is_refer && ss_msg_number(response, SS_HDR_EXPIRES, &seconds) == SS_OK &&
        seconds > sub->expires_s) {
        seconds = sub->expires_s;
    }
    if (sub->dialog != 0) {
        ss_usage_retarget(v, sub->dialog, response);
    }
    ss_subscription_tell(v, sub, SS_EVENT_SUBSCRIBED,
                         &(ss_outcome){ .status = response->status, .msg = response });
    if (seconds > 0 && !sub->is_refer) {
        lasts(v, sub, seconds);
    }
    if (sub->wants_end && sub->dialog != 0 && end_it(v, sub) != SS_OK) {
        over(v, sub, 503, NULL);
    }
}

/* RFC6665:4.2.1.1 RFC3261:10.2.8 */
static bool follow_423(const ss_visit *v, ss_subscription *sub, const ss_msg *response)
{
    uint32_t least;
    if (response == NULL || response->status != 423 || sub->retried || sub->dialog != 0 ||
        ss_msg_number(response, SS_HDR_MIN_EXPIRES, &least) != SS_OK || least <= sub->expires_s) {
        return false;
    }
    sub->retried = true;
    sub->expires_s = least;
    sub->cseq++;
    return ask_first(v, sub) == SS_OK;
}

/* A refresh failed: some failures end the subscription, some all of the dialog; after the others it is what it was, for as long
 * as it was granted. RFC6665:4.1.2.2 RFC5057:5.1 */
static void refused(const ss_visit *v, ss_subscription *sub, unsigned status,
                    const ss_msg *response)
{
    const ss_effect effect = ss_effect_of(status);
    if (follow_423(v, sub, response)) {
        return;
    }
    if (effect == SS_EFFECT_DIALOG && sub->dialog != 0) {
        ss_usage_dialog_lost(
            v, sub->dialog,
            &(ss_outcome){ .status = status, .synthetic = response == NULL, .msg = response });
        return;
    }
    if (!sub->is_known || effect == SS_EFFECT_USAGE || sub->is_ending || sub->wants_end ||
        sub->ends == SS_TIME_NEVER) {
        over(v, sub, status, response);
        return;
    }
    if (response != NULL) { /* a timeout leaves Timer N, which ends it now */
        ss_subscription_arm(v, sub, SS_CLOCK_EXPIRY, sub->ends);
    }
}

void ss_sub_up(const ss_visit *v, ss_subscription *sub, const ss_up *up, const ss_msg *response)
{
    if (up->kind != SS_UP_RESPONSE) {
        refused(v, sub, up->kind == SS_UP_TIMEOUT ? 408 : 503, NULL);
    } else if (response->status < 300) {
        granted(v, sub, response);
    } else {
        refused(v, sub, response->status, response);
    }
}

void ss_sub_failed(const ss_visit *v, ss_subscription *sub, const ss_outcome *outcome)
{
    refused(v, sub, outcome->status, outcome->msg);
}

void ss_sub_timer(const ss_visit *v, ss_subscription *sub)
{
    if (sub->clock == SS_CLOCK_REFRESH && !sub->is_busy) {
        if (ask_again(v, sub, sub->expires_s) != SS_OK) {
            ss_subscription_arm(v, sub, SS_CLOCK_EXPIRY, sub->ends);
        }
        return;
    }
    if (sub->clock == SS_CLOCK_TURN) {
        ss_sub_quiet(v, sub);
        return;
    }
    over(v, sub, 408,
         NULL); /* RFC6665:4.1.2.4 RFC6665:4.1.2.2 no NOTIFY came, or nobody refreshed */
}

/* ---- NOTIFY: 4.1.3 ---- */

typedef struct said_state {
    ss_sub_state state;
    uint32_t expires_s;
    bool has_expires;
} said_state;

/* SS_ERR_SYNTAX: missing, or no state that we know. RFC6665:4.1.3 */
static ss_status read_state(const ss_msg *notify, said_state *out)
{
    ss_params params;
    const ss_slice word =
        ss_value_head(ss_msg_value(notify, SS_HDR_SUBSCRIPTION_STATE, 0), &params);
    ss_slice text;
    uint64_t seconds;
    *out = (said_state){ .state = SS_SUB_NONE };
    if (ss_slice_eq_nocase(word, SS_LIT("active"))) {
        out->state = SS_SUB_ACTIVE;
    } else if (ss_slice_eq_nocase(word, SS_LIT("pending"))) {
        out->state = SS_SUB_PENDING;
    } else if (ss_slice_eq_nocase(word, SS_LIT("terminated"))) {
        out->state = SS_SUB_TERMINATED;
    }
    if (out->state != SS_SUB_TERMINATED &&
        ss_params_get(params, SS_LIT("expires"), &text) == SS_OK &&
        ss_slice_to_u64(text, UINT32_MAX, &seconds) == SS_OK) {
        out->has_expires = true;
        out->expires_s = (uint32_t)seconds;
    }
    return out->state == SS_SUB_NONE ? SS_ERR_SYNTAX : SS_OK;
}

static bool answer(const ss_visit *v, const ss_incoming *in)
{
    ss_slice contact;
    if (ss_ua_contact(v, &contact) != SS_OK) {
        return false;
    }
    ss_buffer b = ss_ua_reply_begin(v, in->msg, 200, SS_EMPTY);
    ss_put_header_from(&b, in->msg, SS_HDR_RECORD_ROUTE);
    ss_put_header(&b, SS_HDR_CONTACT, contact);
    return ss_ua_reply_ending(v, in, ss_ua_reply_end(v, &b, SS_EMPTY, SS_EMPTY));
}

/* What a NOTIFY says holds, whatever else is under way; only the one that ends answers an Expires: 0. RFC6665:4.1.3 */
static void take_state(const ss_visit *v, ss_subscription *sub, const said_state *said,
                       const ss_msg *notify)
{
    const ss_outcome outcome = { .msg = notify };
    ss_subscription_tell(v, sub, SS_EVENT_NOTIFIED, &outcome);
    if (said->state == SS_SUB_TERMINATED) {
        ss_subscription_over(v, sub, &outcome);
        return;
    }
    sub->is_known = true;
    if (sub->state != SS_SUB_ACTIVE) { /* never back to pending: figure 1 */
        ss_subscription_set(v, sub, said->state);
    }
    if (sub->clock == SS_CLOCK_N && !sub->is_ending) {
        ss_subscription_arm(v, sub, SS_CLOCK_OFF, SS_TIME_NEVER);
    }
    if (said->has_expires) {
        lasts(v, sub, said->expires_s);
    } else if (sub->clock == SS_CLOCK_OFF &&
               (sub->ends == SS_TIME_NEVER || sub->ends <= v->turn->now)) {
        lasts(v, sub, sub->is_refer ? ss_package_expires(sub->package) : sub->expires_s);
    } else if (sub->clock == SS_CLOCK_OFF) {
        lasts(v, sub, (uint32_t)((sub->ends - v->turn->now) / SS_S(1)));
    }
    if (sub->wants_end && !sub->is_busy && end_it(v, sub) != SS_OK) {
        over(v, sub, 503, NULL);
    }
}

void ss_sub_notify_inside(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog)
{
    said_state said;
    ss_subscription *sub =
        ss_usage_find(v, dialog, SS_SUBSCRIBER, ss_msg_value(in->msg, SS_HDR_EVENT, 0));
    if (sub == NULL) {
        ss_ua_refuse(v, in, 481, SS_HDR_OTHER, SS_EMPTY);
        return;
    }
    if (read_state(in->msg, &said) != SS_OK) {
        ss_ua_refuse(v, in, 400, SS_HDR_OTHER, SS_EMPTY);
        return;
    }
    if (ss_ua_refresh_target(v, in, dialog) != SS_OK) {
        ss_ua_refuse_full(v, in);
    } else if (answer(v, in)) {
        take_state(v, sub, &said, in->msg);
    }
}

/* The subscription that a NOTIFY of no dialog may bring to life, or make again for another fork. RFC6665:4.4.1 */
static ss_subscription *find_asked(const ss_visit *v, const ss_msg *notify)
{
    ss_name_addr to;
    const ss_slice event = ss_msg_value(notify, SS_HDR_EVENT, 0);
    const ss_slice tag = ss_msg_to(notify, &to) == SS_OK ? ss_name_addr_tag(&to) : SS_EMPTY;
    for (ss_ref at = v->ua->first_subscription; at != 0;) {
        ss_subscription *sub = ss_subscription_at(v->core, at);
        if (sub->role == SS_SUBSCRIBER && v->turn->now < sub->window &&
            ss_slice_eq(ss_subscription_text(v, sub, SS_SUB_TAG), tag) &&
            ss_slice_eq(ss_subscription_text(v, sub, SS_SUB_CALL_ID), ss_msg_call_id(notify)) &&
            ss_subscription_is(v, sub, event)) {
            return sub;
        }
        at = sub->next;
    }
    return NULL;
}

/* Another fork's: like the first, in a dialog and with a state of its own. RFC6665:4.1.2.4 */
static ss_subscription *fork_of(const ss_visit *v, const ss_subscription *first)
{
    ss_slice texts[SS_SUB_STRINGS];
    for (unsigned i = 0; i < SS_SUB_STRINGS; i++) {
        texts[i] = ss_subscription_text(v, first, i);
    }
    ss_subscription *sub = ss_subscription_new(v, SS_SUBSCRIBER, first->package, texts);
    if (sub != NULL) {
        sub->cookie = first->cookie;
        sub->call_id = first->call_id;
        sub->expires_s = first->expires_s;
        sub->cseq = first->cseq;
        sub->is_refer = first->is_refer;
        sub->is_ending = first->is_ending;
    }
    return sub;
}

/* The route set is the NOTIFY's. RFC6665:4.4.1 */
static ss_status make_dialog(const ss_visit *v, ss_subscription *sub, const ss_msg *notify)
{
    const ss_dialog_options options = { .local_cseq = sub->cseq, .has_local_cseq = true };
    return ss_usage_make_dialog(v, sub, notify, ss_subscription_text(v, sub, SS_SUB_TAG), options);
}

static void refuse(const ss_visit *v, const ss_incoming *in, ss_status status)
{
    if (status == SS_ERR_FULL) {
        ss_ua_refuse_full(v, in);
    } else {
        ss_ua_refuse(v, in, 400, SS_HDR_OTHER, SS_EMPTY);
    }
}

/* Its dialog is made before it is answered, and goes when the answer cannot. */
static void begin_dialog(const ss_visit *v, const ss_incoming *in, ss_subscription *sub,
                         const said_state *said)
{
    const bool is_fork = sub->dialog != 0;
    ss_subscription *born = is_fork ? fork_of(v, sub) : sub;
    ss_status status = born == NULL ? SS_ERR_FULL : SS_OK;
    if (status == SS_OK && said->state != SS_SUB_TERMINATED) {
        status = make_dialog(v, born, in->msg);
    }
    if (status == SS_OK && answer(v, in)) {
        take_state(v, born, said, in->msg);
        return;
    }
    if (status != SS_OK) {
        refuse(v, in, status);
    }
    if (is_fork && born != NULL) {
        ss_subscription_undo(v, born);
    } else if (born != NULL) {
        ss_usage_remove(v, born);
    }
}

/* RFC6665:4.1.2.4 RFC6665:4.4.1 RFC6665:4.1.3 */
void ss_sub_notify(const ss_visit *v, const ss_incoming *in)
{
    said_state said;
    const ss_ua_profile *profile = v->ua->identity->profile;
    ss_subscription *sub = find_asked(v, in->msg);
    if (sub == NULL || (sub->dialog != 0 && profile != NULL && profile->refuses_forks)) {
        ss_ua_refuse(v, in, 481, SS_HDR_OTHER, SS_EMPTY);
        return;
    }
    if (read_state(in->msg, &said) != SS_OK) {
        ss_ua_refuse(v, in, 400, SS_HDR_OTHER, SS_EMPTY);
        return;
    }
    begin_dialog(v, in, sub, &said);
}
