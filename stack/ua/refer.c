/* REFER (RFC 3515), with Referred-By (RFC 3892) and, in Refer-To, Replaces (RFC 3891) for an attended transfer. The request
 * makes a subscription without a SUBSCRIBE: who sent it learns by NOTIFYs what became of the call that the other one makes. */
#include "events.h"

/* ---- who sends it ---- */

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.' || c == '!' || c == '~' || c == '*';
}

/* As the value of a header in a URI: RFC3261:19.1.1 */
static void put_escaped(ss_buffer *b, ss_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_plain(text.at[i])) {
            ss_put_char(b, text.at[i]);
        } else {
            ss_put_char(b, '%');
            ss_put_hex(b, (unsigned char)text.at[i], 2);
        }
    }
}

/* The peer of another call of ours, and the dialog that it shall let go: its local tag is our remote one. RFC3891:4 */
static ss_status put_attended(const ss_visit *v, ss_buffer *b, uint32_t call)
{
    const ss_ref dialog = ss_call_dialog(v, call);
    if (dialog == 0) {
        return SS_ERR_STATE;
    }
    const ss_dialog_text text = ss_dialog_text_of(v->core, ss_dialog_at(v->core, dialog));
    ss_put(b, text.target);
    ss_put_text(b, "?Replaces=");
    put_escaped(b, text.call_id);
    ss_put_text(b, "%3Bto-tag%3D");
    put_escaped(b, text.remote_tag);
    ss_put_text(b, "%3Bfrom-tag%3D");
    put_escaped(b, text.local_tag);
    return SS_OK;
}

static ss_status refer_to(const ss_visit *v, const ss_command *command, ss_slice *out)
{
    ss_status status = SS_OK;
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_char(&b, '<');
    if (command->refer_call != 0) {
        status = put_attended(v, &b, command->refer_call);
    } else {
        ss_put(&b, command->refer_to);
    }
    ss_put_char(&b, '>');
    *out = ss_buffer_keep(v->turn->arena, &b);
    return status != SS_OK ? status : out->len == 0 ? SS_ERR_FULL : SS_OK;
}

/* RFC3515:2.4.1 RFC3892:2.1 */
static ss_status send_refer(const ss_visit *v, ss_subscription *sub, ss_slice to)
{
    ss_draft d;
    const ss_status status = ss_subscription_draft(v, sub, SS_METHOD_REFER, &d);
    if (status != SS_OK) {
        return status;
    }
    if (sub->dialog != 0) {
        sub->cseq = ss_dialog_at(v->core, sub->dialog)->local_cseq;
    }
    ss_put_header(&d.b, SS_HDR_REFER_TO, to);
    ss_put(&d.b, ss_hdr_name(SS_HDR_REFERRED_BY));
    ss_put_text(&d.b, ": <");
    ss_put(&d.b, v->ua->identity->aor);
    ss_put_text(&d.b, ">\r\n");
    ss_ua_put_abilities(v, &d.b);
    const ss_errand errand = { SS_ERRAND_SUBSCRIPTION, ss_subscription_ref(v->core, sub) };
    return ss_draft_send(v, &d, errand, SS_EMPTY, SS_EMPTY);
}

static bool has_other(const ss_visit *v, const ss_subscription *sub)
{
    ss_ref at = sub->dialog == 0 ? 0 : ss_usage_first(v, ss_dialog_at(v->core, sub->dialog));
    for (; at != 0; at = ss_subscription_at(v->core, at)->sibling) {
        const ss_subscription *other = ss_subscription_at(v->core, at);
        if (other != sub && other->is_refer && other->role == sub->role) {
            return true;
        }
    }
    return false;
}

ss_status ss_refer_send(const ss_visit *v, ss_command *command)
{
    ss_slice to;
    ss_subscription *sub;
    ss_command how = *command;
    how.event = SS_LIT("refer");
    how.expires_s = 0;
    ss_status status = refer_to(v, command, &to);
    if (status == SS_OK) {
        status = ss_sub_new(v, &how, SS_PACKAGE_REFER, &sub);
    }
    if (status != SS_OK) {
        return status;
    }
    sub->is_refer = true;
    sub->is_busy = true;
    sub->call = command->call;
    status = send_refer(v, sub, to);
    if (status != SS_OK) {
        ss_subscription_undo(v, sub);
        return status;
    }
    sub->has_id = has_other(v, sub);
    ss_sub_asked(v, sub);
    command->subscription = sub->number;
    return SS_OK;
}

/* ---- who gets it ---- */

/* 0, or what it is answered. RFC3515:2.4.2 */
static unsigned examine(const ss_msg *refer, ss_name_addr *to)
{
    ss_uri uri;
    ss_slice method;
    if (ss_msg_count(refer, SS_HDR_REFER_TO) != 1 ||
        ss_name_addr_parse(ss_msg_value(refer, SS_HDR_REFER_TO, 0), to) != SS_OK || to->is_star) {
        return 400;
    }
    if (ss_uri_parse(to->uri, &uri) != SS_OK ||
        (uri.scheme != SS_SCHEME_SIP && uri.scheme != SS_SCHEME_SIPS)) {
        return 416;
    }
    const bool has_method = ss_params_get(uri.params, SS_LIT("method"), &method) == SS_OK;
    return has_method && !ss_slice_eq(method, SS_LIT("INVITE")) ? 603 : 0;
}

/* RFC3515:2.4.2 RFC3892:5 0, or what whoever is not followed here is answered. */
static unsigned judge(const ss_visit *v, const ss_msg *refer, const ss_dialog *dialog)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    const bool is_in_call = dialog != NULL && dialog->owner_kind == SS_DIALOG_OF_LEG;
    switch (profile == NULL ? SS_REFERS_ANYBODY : profile->refers) {
    case SS_REFERS_NOBODY:
        return 603;
    case SS_REFERS_IN_CALL:
        return is_in_call ? 0 : 603;
    case SS_REFERS_NAMED:
        return ss_msg_count(refer, SS_HDR_REFERRED_BY) > 0 ? 0 : 429;
    default:
        return 0;
    }
}

/* RFC3515:2.4.4 RFC3515:2.4.6 inside a dialog the id is always said, as a second REFER could not be told apart else */
static void begin(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog)
{
    ss_name_addr to;
    const unsigned malformed = examine(in->msg, &to);
    const unsigned refusal = malformed != 0 ? malformed : judge(v, in->msg, dialog);
    if (refusal != 0) {
        ss_ua_refuse(v, in, refusal, SS_HDR_OTHER, SS_EMPTY);
        return;
    }
    const ss_slice texts[SS_SUB_STRINGS] = { [SS_SUB_EVENT] = SS_LIT("refer"),
                                             [SS_SUB_REFER_TO] = to.uri,
                                             [SS_SUB_REFERRED_BY] =
                                                 ss_msg_value(in->msg, SS_HDR_REFERRED_BY, 0) };
    const ss_ref shared = dialog == NULL ? 0 : ss_store_ref(&v->core->pools->store, dialog);
    ss_subscription *sub = ss_not_new(v, in, shared, SS_PACKAGE_REFER, texts);
    if (sub == NULL) {
        return;
    }
    sub->is_refer = true;
    sub->has_id = dialog != NULL;
    sub->status = 100;
    ss_not_lasts(v, sub, ss_package_expires(SS_PACKAGE_REFER));
    if (!ss_not_accept(v, in, sub, 202)) {
        ss_subscription_undo(v, sub);
        return;
    }
    ss_subscription_set(v, sub, SS_SUB_ACTIVE);
    const bool is_in_call = dialog != NULL && dialog->owner_kind == SS_DIALOG_OF_LEG;
    const ss_event referred = {
        .kind = SS_EVENT_REFERRED,
        .call =
            is_in_call ? ss_call_at(v->core, ss_leg_at(v->core, dialog->owner)->call)->number : 0,
        .subscription = sub->number,
        .msg = in->msg
    };
    ss_not_notify(
        v,
        sub); /* before what the application sends at once: RFC7616:3.4 nonce counts rise in that order */
    ss_turn_event(v->turn, &referred);
}

void ss_uas_refer(const ss_visit *v, const ss_incoming *in)
{
    begin(v, in, NULL);
}

void ss_uas_refer_inside(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog)
{
    if (ss_ua_refresh_target(v, in, dialog) != SS_OK) {
        ss_ua_refuse_full(v, in);
    } else {
        begin(v, in, dialog);
    }
}

/* ---- the call that is made for it: 2.4.3 ---- */

/* A value of a header in a URI as it stands in a message; SS_EMPTY when it would break one. */
static ss_slice unescaped(const ss_visit *v, ss_slice text)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    for (size_t i = 0; i < text.len; i++) {
        const int octet = ss_slice_escape(text, i);
        const int c = octet < 0 ? (unsigned char)text.at[i] : octet;
        if (c < ' ' || c == 0x7f) {
            return SS_EMPTY;
        }
        ss_put_char(&b, (char)c);
        i += octet < 0 ? 0 : 2;
    }
    return ss_buffer_keep(v->turn->arena, &b);
}

/* Of the headers in the URI only Replaces is taken: the rest is not the referrer's to say. RFC3261:19.1.5 */
static ss_slice replaces_of(ss_slice headers)
{
    while (headers.len > 0) {
        const size_t end = ss_slice_find(headers, '&');
        const ss_slice one = ss_slice_cut(headers, 0, end);
        const size_t equals = ss_slice_find(one, '=');
        if (equals < one.len &&
            ss_slice_eq_nocase(ss_slice_cut(one, 0, equals), SS_LIT("Replaces"))) {
            return ss_slice_cut(one, equals + 1, one.len);
        }
        headers = ss_slice_cut(headers, end < headers.len ? end + 1 : end, headers.len);
    }
    return SS_EMPTY;
}

ss_status ss_refer_read(const ss_visit *v, uint32_t subscription, ss_reference *out)
{
    const ss_subscription *sub = ss_subscription_find(v, subscription);
    ss_uri uri;
    if (sub == NULL || !sub->is_refer || sub->role != SS_NOTIFIER || sub->call != 0 ||
        ss_uri_parse(ss_subscription_text(v, sub, SS_SUB_REFER_TO), &uri) != SS_OK) {
        return SS_ERR_STATE;
    }
    const size_t end = uri.headers.len == 0 ? uri.whole.len : ss_slice_find(uri.whole, '?');
    const ss_slice escaped = replaces_of(uri.headers);
    *out = (ss_reference){
        .target = ss_arena_copy(v->turn->arena, ss_slice_cut(uri.whole, 0, end)),
        .replaces = unescaped(v, escaped),
        .referred_by =
            ss_arena_copy(v->turn->arena, ss_subscription_text(v, sub, SS_SUB_REFERRED_BY)),
    };
    if (out->target.len == 0 || v->turn->failed) {
        return SS_ERR_FULL;
    }
    return escaped.len > 0 && out->replaces.len == 0 ? SS_ERR_SYNTAX : SS_OK;
}

void ss_refer_bind(const ss_visit *v, uint32_t subscription, ss_call *call)
{
    ss_subscription_find(v, subscription)->call = call->number;
    call->is_referred = true;
}

static ss_subscription *reference_of(const ss_visit *v, uint32_t call)
{
    for (ss_ref at = v->ua->first_subscription; at != 0;) {
        ss_subscription *sub = ss_subscription_at(v->core, at);
        if (sub->role == SS_NOTIFIER && sub->is_refer && sub->call == call) {
            return sub;
        }
        at = sub->next;
    }
    return NULL;
}

/* RFC3515:2.4.4 RFC3515:2.4.5 RFC3515:2.4.7; a referrer who is gone changes nothing for the call */
void ss_refer_progress(const ss_visit *v, ss_call *call, ss_event_kind kind,
                       const ss_outcome *outcome)
{
    ss_subscription *sub = reference_of(v, call->number);
    if (kind == SS_EVENT_FULL) {
        return;
    }
    call->is_referred = kind == SS_EVENT_PROVISIONAL;
    if (sub == NULL || sub->state == SS_SUB_TERMINATED) {
        return;
    }
    sub->status = (uint16_t)(outcome->status >= 100 ? outcome->status : 503);
    if (kind == SS_EVENT_PROVISIONAL) {
        ss_not_notify(v, sub);
    } else {
        ss_not_terminate(v, sub, SS_REASON_NORESOURCE);
    }
}
