/* The notifier (RFC 6665 4.2): a SUBSCRIBE that is taken is answered 200 and followed by a NOTIFY at once; then a NOTIFY goes
 * out for each change, one at a time, so that the last one says what holds. A subscription ends when it expires, when the
 * watcher or the application says so, or when a NOTIFY fails: by a NOTIFY that says terminated wherever one can arrive. */
#include "published.h"

/* RFC6665:4.1.3 RFC6665:8.4 */
static const char *const reasons[SS_REASON_COUNT] = { [SS_REASON_NONE] = "",
                                                      [SS_REASON_DEACTIVATED] = "deactivated",
                                                      [SS_REASON_PROBATION] = "probation",
                                                      [SS_REASON_REJECTED] = "rejected",
                                                      [SS_REASON_TIMEOUT] = "timeout",
                                                      [SS_REASON_GIVEUP] = "giveup",
                                                      [SS_REASON_NORESOURCE] = "noresource",
                                                      [SS_REASON_INVARIANT] = "invariant" };

ss_sub_reason ss_reason_find(ss_slice name)
{
    for (unsigned i = SS_REASON_NONE + 1; i < SS_REASON_COUNT; i++) {
        if (ss_slice_eq_nocase(name, ss_slice_from(reasons[i]))) {
            return (ss_sub_reason)i;
        }
    }
    return SS_REASON_NONE;
}

/* ---- NOTIFY ---- */

static uint32_t seconds_left(const ss_visit *v, const ss_subscription *sub)
{
    const ss_span left = sub->ends > v->turn->now ? sub->ends - v->turn->now : 0;
    return (uint32_t)(left / SS_S(1));
}

/* RFC6665:4.2.2 */
static void put_state(const ss_visit *v, ss_buffer *b, const ss_subscription *sub)
{
    ss_put(b, ss_hdr_name(SS_HDR_SUBSCRIPTION_STATE));
    if (sub->state == SS_SUB_TERMINATED) {
        ss_put_text(b, ": terminated");
        if (sub->reason != SS_REASON_NONE) {
            ss_put_text(b, ";reason=");
            ss_put_text(b, reasons[sub->reason]);
        }
        if (sub->retry_after_s > 0) {
            ss_put_text(b, ";retry-after=");
            ss_put_u64(b, sub->retry_after_s);
        }
    } else {
        ss_put_text(b, sub->state == SS_SUB_PENDING ? ": pending;expires=" : ": active;expires=");
        ss_put_u64(b, seconds_left(v, sub));
    }
    ss_put_text(b, "\r\n");
}

/* RFC3515:2.4.6 RFC6665:8.2.1 */
static void put_event(const ss_visit *v, ss_buffer *b, const ss_subscription *sub)
{
    ss_put_text(b, "Event: ");
    ss_put(b, ss_subscription_text(v, sub, SS_SUB_EVENT));
    if (sub->has_id) {
        ss_put_text(b, ";id=");
        ss_put_u64(b, sub->cseq);
    }
    ss_put_text(b, "\r\n");
}

/* The type and the document: the application's, or the stack's as things stand. A watcher that may not know yet, or does not
 * want to know, is told none. */
static void document(const ss_visit *v, const ss_subscription *sub, ss_slice *type, ss_slice *body)
{
    const ss_slice kept = ss_blob_slice(&v->core->pools->store, sub->body);
    const size_t line = ss_slice_find(kept, '\n');
    *type = ss_package_type(sub->package);
    *body = SS_EMPTY;
    if (kept.len > 0) {
        *type = ss_slice_cut(kept, 0, line);
        *body = ss_slice_cut(kept, line + 1, kept.len);
    } else if (sub->is_refer || sub->state == SS_SUB_ACTIVE || sub->reason == SS_REASON_TIMEOUT) {
        *body = ss_package_body(v, sub);
    }
}

static ss_status send_notify(const ss_visit *v, ss_subscription *sub)
{
    ss_slice contact;
    ss_slice type;
    ss_slice body;
    ss_draft d;
    document(v, sub, &type, &body);
    if (v->turn->failed || ss_ua_contact(v, &contact) != SS_OK) {
        return SS_ERR_FULL;
    }
    const ss_status status =
        ss_draft_inside(v, ss_dialog_at(v->core, sub->dialog), SS_METHOD_NOTIFY, contact, &d);
    if (status != SS_OK) {
        return status;
    }
    put_event(v, &d.b, sub);
    put_state(v, &d.b, sub);
    ss_ua_put_abilities(v, &d.b);
    const ss_errand errand = { SS_ERRAND_SUBSCRIPTION, ss_subscription_ref(v->core, sub) };
    return ss_draft_send(v, &d, errand, type, body);
}

static void arm(const ss_visit *v, ss_subscription *sub)
{
    const bool is_over = sub->state == SS_SUB_TERMINATED;
    ss_subscription_arm(v, sub, SS_CLOCK_EXPIRY, is_over ? SS_TIME_NEVER : sub->ends);
}

/* Without room it is tried again a little later; a dialog that leads nowhere ends. */
void ss_not_notify(const ss_visit *v, ss_subscription *sub)
{
    if (sub->is_busy || !ss_turn_has_room(v->turn)) {
        sub->owes_notify = true;
        if (!sub->is_busy) {
            ss_subscription_arm(v, sub, SS_CLOCK_TURN, v->turn->now);
        }
        return;
    }
    sub->owes_notify = sub->owes_notify && sub->is_located; /* a change since it was asked for */
    sub->is_busy = true;
    const bool asks = sub->package == SS_PACKAGE_REG && !sub->is_located;
    const ss_status status = asks ? ss_reg_ask(v, sub) : send_notify(v, sub);
    if (status == SS_OK) {
        sub->version += !asks;
        sub->is_located = false;
        arm(v, sub);
        return;
    }
    sub->is_busy = false;
    if (status != SS_ERR_FULL) {
        ss_subscription_over(v, sub, &(ss_outcome){ .status = 503, .synthetic = true });
        return;
    }
    sub->owes_notify = true;
    if (sub->clock != SS_CLOCK_AGAIN) { /* told once, however often it is tried */
        ss_turn_event(v->turn, &(ss_event){ .kind = SS_EVENT_FULL });
    }
    ss_subscription_arm(v, sub, SS_CLOCK_AGAIN, ss_time_after(v->turn->now, v->core->settings->t1));
}

void ss_not_terminate(const ss_visit *v, ss_subscription *sub, ss_sub_reason reason)
{
    if (sub->state == SS_SUB_TERMINATED) {
        return;
    }
    sub->reason = (uint8_t)reason;
    ss_subscription_set(v, sub, SS_SUB_TERMINATED);
    ss_not_notify(v, sub);
}

void ss_not_changed(const ss_visit *v, uint8_t package, uint64_t resource)
{
    for (ss_ref at = ss_watched_first(v, package, resource); at != 0;) {
        ss_subscription *sub = ss_subscription_at(v->core, at);
        at = sub->behind;
        if (sub->state == SS_SUB_ACTIVE) {
            ss_not_notify(v, sub);
        }
    }
}

/* ---- what became of a NOTIFY ---- */

static void over(const ss_visit *v, ss_subscription *sub, unsigned status, const ss_msg *response)
{
    ss_subscription_over(
        v, sub, &(ss_outcome){ .status = status, .synthetic = response == NULL, .msg = response });
}

static void go_on(const ss_visit *v, ss_subscription *sub, unsigned status, const ss_msg *response)
{
    if (sub->owes_notify) {
        ss_not_notify(v, sub);
    } else if (sub->state == SS_SUB_TERMINATED) {
        over(v, sub, status, response);
    }
}

/* RFC6665:4.2.2 RFC5057:5.1 */
static void notify_failed(const ss_visit *v, ss_subscription *sub, unsigned status,
                          const ss_msg *response)
{
    const ss_effect effect = ss_effect_of(status);
    if (response != NULL && effect == SS_EFFECT_DIALOG) {
        const ss_outcome outcome = { .status = status, .msg = response };
        ss_usage_dialog_lost(v, sub->dialog, &outcome);
    } else if (response == NULL || effect == SS_EFFECT_USAGE) {
        over(v, sub, status, response);
    } else {
        go_on(v, sub, status, response);
    }
}

void ss_not_up(const ss_visit *v, ss_subscription *sub, const ss_up *up, const ss_msg *response)
{
    if (up->kind != SS_UP_RESPONSE) {
        notify_failed(v, sub, up->kind == SS_UP_TIMEOUT ? 408 : 503, NULL);
    } else if (response->status >= 300) {
        notify_failed(v, sub, response->status, response);
    } else {
        ss_usage_retarget(v, sub->dialog, response);
        go_on(v, sub, response->status, response);
    }
}

void ss_not_failed(const ss_visit *v, ss_subscription *sub, const ss_outcome *outcome)
{
    notify_failed(v, sub, outcome->status, outcome->msg);
}

/* RFC6665:4.2.1.4 nobody refreshed it in time; a reference that is not done by then is given up */
void ss_not_timer(const ss_visit *v, ss_subscription *sub)
{
    const bool is_due = sub->clock == SS_CLOCK_AGAIN && v->turn->now < sub->ends;
    if (is_due || sub->clock == SS_CLOCK_TURN) {
        ss_not_notify(v, sub);
    } else if (sub->state == SS_SUB_TERMINATED) {
        over(v, sub, 503, NULL); /* there never was room to say so */
    } else {
        ss_not_terminate(v, sub, SS_REASON_TIMEOUT);
    }
}

/* A watcher that ends its subscriptions as the run drains has done so by then. */
void ss_not_quiet(const ss_visit *v, ss_subscription *sub)
{
    const ss_time last = ss_time_after(v->turn->now, 64 * v->core->settings->t1 + SS_S(1));
    if (sub->state != SS_SUB_TERMINATED && sub->ends > last) {
        sub->ends = last;
        if (sub->clock == SS_CLOCK_EXPIRY) {
            arm(v, sub);
        }
    }
}

/* ---- SUBSCRIBE ---- */

/* 0 when it is to be taken, else what it is answered. RFC6665:4.2.1.1 RFC6665:4.2.1.3 RFC6665:4.1.2.1 */
static unsigned verdict(const ss_visit *v, const ss_msg *subscribe, uint8_t package,
                        uint32_t expires_s)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    const ss_slice type = ss_package_type(package);
    const uint32_t least = profile == NULL ? 0 : profile->min_expires_s;
    if (expires_s > 0 && expires_s < 3600 && expires_s < least) {
        return 423;
    }
    if (type.len > 0 && ss_msg_count(subscribe, SS_HDR_ACCEPT) > 0 &&
        !ss_msg_lists_token(subscribe, SS_HDR_ACCEPT, type)) {
        return 406;
    }
    return profile != NULL && profile->watchers == SS_WATCHERS_REFUSED ? 403 : 0;
}

static uint32_t asked(const ss_msg *subscribe, uint8_t package)
{
    uint32_t seconds;
    return ss_msg_number(subscribe, SS_HDR_EXPIRES, &seconds) == SS_OK
               ? seconds
               : ss_package_expires(package);
}

static void refuse(const ss_visit *v, const ss_incoming *in, unsigned status)
{
    char least[12];
    ss_buffer text = ss_buffer_on(least, sizeof least);
    if (status == 423) { /* RFC6665:4.2.1.1 */
        ss_put_u64(&text, v->ua->identity->profile->min_expires_s);
        ss_ua_refuse(v, in, 423, SS_HDR_MIN_EXPIRES, ss_buffer_slice(&text));
    } else {
        ss_ua_refuse(v, in, status, SS_HDR_OTHER, SS_EMPTY);
    }
}

bool ss_not_accept(const ss_visit *v, const ss_incoming *in, const ss_subscription *sub,
                   unsigned status)
{
    ss_slice contact;
    if (ss_ua_contact(v, &contact) != SS_OK) {
        return false;
    }
    const ss_dialog *dialog = ss_dialog_at(v->core, sub->dialog);
    ss_buffer b =
        ss_ua_reply_begin(v, in->msg, status, ss_dialog_text_of(v->core, dialog).local_tag);
    ss_put_header_from(&b, in->msg, SS_HDR_RECORD_ROUTE);
    ss_put_header(&b, SS_HDR_CONTACT, contact);
    if (!sub->is_refer || in->msg->method == SS_METHOD_SUBSCRIBE) {
        ss_put_header_u64(&b, SS_HDR_EXPIRES, sub->expires_s);
    }
    ss_ua_put_abilities(v, &b);
    return ss_ua_reply(v, in, ss_ua_reply_end(v, &b, SS_EMPTY, SS_EMPTY));
}

/* RFC6665:4.2.1.1 RFC6665:4.4.1 */
static ss_status make_dialog(const ss_visit *v, const ss_incoming *in, ss_subscription *sub)
{
    char tag[SS_TAG_BYTES];
    ss_buffer tag_text = ss_buffer_on(tag, sizeof tag);
    ss_put_new_tag(v->core, &tag_text);
    return ss_usage_make_dialog(v, sub, in->msg, ss_buffer_slice(&tag_text),
                                (ss_dialog_options){ 0 });
}

ss_subscription *ss_not_new(const ss_visit *v, const ss_incoming *in, ss_ref dialog,
                            uint8_t package, const ss_slice *texts)
{
    ss_cseq cseq;
    ss_subscription *sub = ss_subscription_new(v, SS_NOTIFIER, package, texts);
    if (sub == NULL) {
        ss_ua_refuse_full(v, in);
        return NULL;
    }
    SS_ASSERT(ss_msg_cseq(in->msg, &cseq) == SS_OK);
    sub->call_id = ss_hash64(0, ss_msg_call_id(in->msg));
    sub->cseq = cseq.number;
    if (dialog != 0) {
        ss_usage_add(v, sub, dialog);
    } else if (make_dialog(v, in, sub) != SS_OK) {
        ss_subscription_undo(v, sub);
        ss_ua_refuse_full(v, in);
        return NULL;
    }
    return sub;
}

void ss_not_lasts(const ss_visit *v, ss_subscription *sub, uint32_t seconds)
{
    sub->expires_s = seconds;
    sub->ends = ss_time_after(v->turn->now, SS_S(seconds));
}

/* RFC6665:4.2.1.2 RFC6665:4.4.3 */
static void begin(const ss_visit *v, const ss_incoming *in, ss_ref dialog)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    const ss_slice event = ss_msg_value(in->msg, SS_HDR_EVENT, 0);
    const uint8_t package = ss_package_find(v->ua, ss_event_read(event).package);
    const uint32_t expires_s = asked(in->msg, package);
    const unsigned refusal =
        package == SS_PACKAGE_REFER ? 403 : verdict(v, in->msg, package, expires_s);
    ss_slice texts[SS_SUB_STRINGS] = { [SS_SUB_EVENT] = event };
    const uint64_t resource = ss_resource_of(v, in->msg, &texts[SS_SUB_TO]);
    if (refusal != 0) { /* RFC3515:2.4.4 only REFER makes those of refer */
        refuse(v, in, refusal);
        return;
    }
    ss_subscription *sub = ss_not_new(v, in, dialog, package, texts);
    if (sub == NULL) {
        return;
    }
    ss_not_lasts(v, sub, expires_s);
    if (!ss_watched_join(v, sub, package == SS_PACKAGE_DIALOG ? 0 : resource)) {
        ss_subscription_undo(v, sub);
        ss_ua_refuse_full(v, in);
        return;
    }
    if (!ss_not_accept(v, in, sub, 200)) {
        ss_subscription_undo(v, sub);
        return;
    }
    const bool is_pending = profile != NULL && profile->watchers == SS_WATCHERS_PENDING;
    ss_subscription_tell(v, sub, SS_EVENT_WATCHED, &(ss_outcome){ .msg = in->msg });
    ss_subscription_set(v, sub, is_pending ? SS_SUB_PENDING : SS_SUB_ACTIVE);
    if (expires_s == 0) {
        ss_not_terminate(v, sub, SS_REASON_TIMEOUT);
    } else {
        ss_not_notify(v, sub);
    }
}

void ss_not_subscribe(const ss_visit *v, const ss_incoming *in)
{
    begin(v, in, 0);
}

/* RFC6665:4.2.1.4 */
static void renew(const ss_visit *v, const ss_incoming *in, ss_subscription *sub)
{
    const uint32_t expires_s = asked(in->msg, sub->package);
    const unsigned refusal = sub->is_refer ? 0 : verdict(v, in->msg, sub->package, expires_s);
    if (sub->state == SS_SUB_TERMINATED) { /* it ended meanwhile */
        refuse(v, in, 481);
        return;
    }
    if (refusal != 0) {
        refuse(v, in, refusal);
        return;
    }
    const uint32_t before = sub->expires_s;
    sub->expires_s = expires_s;
    if (!ss_not_accept(v, in, sub, 200)) {
        sub->expires_s = before;
        return;
    }
    ss_not_lasts(v, sub, expires_s);
    if (expires_s == 0) {
        ss_not_terminate(v, sub, SS_REASON_TIMEOUT);
    } else {
        ss_not_notify(v, sub);
    }
}

void ss_not_subscribe_inside(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog)
{
    const ss_slice event = ss_msg_value(in->msg, SS_HDR_EVENT, 0);
    ss_subscription *sub = ss_usage_find(v, dialog, SS_NOTIFIER, event);
    if (ss_ua_refresh_target(v, in, dialog) != SS_OK) {
        ss_ua_refuse_full(v, in);
    } else if (sub != NULL) {
        renew(v, in, sub);
    } else {
        begin(v, in, ss_store_ref(&v->core->pools->store, dialog));
    }
}

/* ---- the application decides: SS_CMD_NOTIFY ---- */

static ss_status keep_document(const ss_visit *v, ss_subscription *sub, const ss_command *command)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put(&b, command->body_type);
    ss_put_char(&b, '\n');
    ss_put(&b, command->body);
    return ss_subscription_keep_body(v, sub, &b);
}

ss_status ss_not_command(const ss_visit *v, const ss_command *command)
{
    ss_subscription *sub = ss_subscription_find(v, command->subscription);
    if (sub == NULL || sub->role != SS_NOTIFIER || sub->state == SS_SUB_TERMINATED) {
        return SS_ERR_STATE;
    }
    if (sub->state == SS_SUB_ACTIVE && command->state == SS_SUB_PENDING) {
        return SS_ERR_STATE; /* figure 2 has no way back */
    }
    if (command->body.len > 0 && keep_document(v, sub, command) != SS_OK) {
        return SS_ERR_FULL;
    }
    if (sub->is_refer && command->status >= 100) {
        sub->status = (uint16_t)command->status;
    }
    sub->retry_after_s = command->retry_after_s;
    if (command->state == SS_SUB_TERMINATED) {
        ss_not_terminate(v, sub, ss_reason_find(command->reason));
        return SS_OK;
    }
    if (command->state != SS_SUB_NONE) {
        ss_subscription_set(v, sub, (ss_sub_state)command->state);
    }
    ss_not_notify(v, sub);
    return SS_OK;
}
