/* Requests that make nothing last: MESSAGE (RFC 3428), OPTIONS (RFC 3261 11.1), INFO (RFC 6086), outside dialogs or inside a
 * call's. The transaction is all there is of one: who it is for is the request's number, and above it how often it was sent
 * again. Those of a peer are answered at once. */
#include "events.h"
#include "ss/tag.h"

enum { NUMBER_BITS = 28 };

uint32_t ss_request_number(uint32_t who)
{
    return who & ((1u << NUMBER_BITS) - 1);
}

/* ---- ours ---- */

/* RFC6086:4.2.1 INFO goes inside a call's dialog only. RFC3428:4 a MESSAGE has no Contact; RFC3261:11.1 OPTIONS may have none. */
static ss_status draft(const ss_visit *v, const ss_command *command, ss_draft *d)
{
    char tag[SS_TAG_BYTES];
    const ss_ref dialog = command->call == 0 ? 0 : ss_call_dialog(v, command->call);
    if (dialog != 0) {
        return ss_draft_inside(v, ss_dialog_at(v->core, dialog), (ss_method)command->method,
                               SS_EMPTY, d);
    }
    if (command->call != 0 || command->method == SS_METHOD_INFO) {
        return SS_ERR_STATE;
    }
    ss_buffer tag_text = ss_buffer_on(tag, sizeof tag);
    ss_put_new_tag(v->core, &tag_text);
    const ss_new_request request = { .method = (ss_method)command->method,
                                     .call_id = command->call_id.len > 0 ? command->call_id
                                                                         : ss_ua_new_call_id(v),
                                     .tag = ss_buffer_slice(&tag_text),
                                     .cseq = ss_cseq_initial(v->core) };
    return request.call_id.len == 0 ? SS_ERR_FULL
                                    : ss_draft_outside(v, command->target, &request, SS_EMPTY, d);
}

/* RFC6086:4.2.1 RFC6086:5.2.2 not before the peer said that it takes the package, nor after it said that it does not. */
static bool is_welcome(const ss_visit *v, const ss_command *command)
{
    const ss_call *call = ss_call_find(v, command->call);
    const ss_leg *leg = call == NULL ? NULL : ss_call_leg(v, call, 0);
    return leg == NULL || ss_leg_takes_info(v, leg, command->event);
}

ss_status ss_request_send(const ss_visit *v, ss_command *command)
{
    ss_draft d;
    if (command->method != SS_METHOD_MESSAGE && command->method != SS_METHOD_OPTIONS &&
        command->method != SS_METHOD_INFO) {
        return SS_ERR_SEMANTIC;
    }
    if (command->method == SS_METHOD_INFO && command->event.len > 0 && !is_welcome(v, command)) {
        return SS_ERR_SEMANTIC;
    }
    const ss_status status = draft(v, command, &d);
    if (status != SS_OK) {
        return status;
    }
    if (command->method == SS_METHOD_OPTIONS) { /* RFC3261:11.1 */
        ss_ua_put_ability(v, &d.b, SS_HDR_ACCEPT);
    }
    if (command->method == SS_METHOD_INFO && command->event.len > 0) { /* RFC6086:4.2.1 */
        ss_put_header(&d.b, SS_HDR_INFO_PACKAGE, command->event);
        if (command->body.len > 0) { /* RFC6086:4.3.1 */
            ss_put_header(&d.b, SS_HDR_CONTENT_DISPOSITION, SS_LIT("Info-Package"));
        }
    }
    const ss_errand errand = { SS_ERRAND_REQUEST, ss_request_number(v->ua->next_usage + 1) };
    const ss_status sent = ss_draft_send(v, &d, errand, command->body_type, command->body);
    if (sent == SS_OK) {
        command->request = ss_request_number(++v->ua->next_usage);
    }
    return sent;
}

void ss_request_done(const ss_visit *v, uint32_t who, const ss_outcome *outcome)
{
    ss_targets_drop(v, (ss_errand){ SS_ERRAND_REQUEST, who });
    ss_turn_event(v->turn, &(ss_event){ .kind = SS_EVENT_RESPONSE,
                                        .request = ss_request_number(who),
                                        .status = outcome->status,
                                        .synthetic = outcome->synthetic,
                                        .msg = outcome->msg });
}

/* A dialog in which it was sent may be gone by what it was answered. RFC5057:5.1 RFC3261:12.2.1.2 */
static void judge_dialog(const ss_visit *v, const ss_msg *response)
{
    ss_dialog_text text;
    const ss_effect effect = ss_effect_of(response->status);
    if (effect == SS_EFFECT_TRANSACTION ||
        ss_dialog_text_uac(response, v->turn->arena, &text) != SS_OK) {
        return;
    }
    const ss_ref dialog =
        ss_dialog_find(v->core, ss_dialog_key(text.call_id, text.local_tag, text.remote_tag));
    const ss_outcome outcome = { .status = response->status, .msg = response };
    if (dialog != 0 && effect == SS_EFFECT_DIALOG) {
        ss_usage_dialog_lost(v, dialog, &outcome);
    } else if (dialog != 0 && response->status == 481 &&
               ss_dialog_at(v->core, dialog)->owner_kind == SS_DIALOG_OF_LEG) {
        ss_leg_lost(v, ss_leg_at(v->core, ss_dialog_at(v->core, dialog)->owner), &outcome);
    }
}

void ss_request_up(const ss_visit *v, const ss_up *up, const ss_msg *response)
{
    if (up->kind == SS_UP_ENDED || (up->kind == SS_UP_RESPONSE && response->status < 200)) {
        return;
    }
    uint8_t repeats = (uint8_t)(up->owner.ref >> NUMBER_BITS);
    const ss_errand again = { SS_ERRAND_REQUEST,
                              ss_request_number(up->owner.ref) | (repeats + 1u) << NUMBER_BITS };
    const ss_errand same = { SS_ERRAND_REQUEST, up->owner.ref };
    if (ss_ua_fail_over(v, same, up)) {
        return;
    }
    if ((response == NULL || response->status >= 300) &&
        ss_ua_repeat(v, again, up, response, &repeats)) {
        return;
    }
    ss_outcome outcome = { .status = up->kind == SS_UP_TIMEOUT ? 408 : 503, .synthetic = true };
    if (up->kind == SS_UP_RESPONSE) {
        outcome = (ss_outcome){ .status = response->status, .msg = response };
    }
    if (!up->ended && up->txn != 0) {
        ss_txn_disown(v->core, up->txn);
    }
    ss_request_done(v, up->owner.ref, &outcome);
    if (response != NULL) {
        judge_dialog(v, response);
    }
}

/* ---- a peer's ---- */

static void take(const ss_visit *v, const ss_incoming *in, const ss_dialog *dialog)
{
    char tag[SS_TAG_BYTES];
    ss_buffer tag_text = ss_buffer_on(tag, sizeof tag);
    const bool is_in_call = dialog != NULL && dialog->owner_kind == SS_DIALOG_OF_LEG;
    const uint32_t call =
        is_in_call ? ss_call_at(v->core, ss_leg_at(v->core, dialog->owner)->call)->number : 0;
    ss_put_response_tag(v->core, &tag_text, in->msg);
    ss_buffer b = ss_ua_reply_begin(v, in->msg, 200, ss_buffer_slice(&tag_text));
    if (ss_ua_reply(v, in, ss_ua_reply_end(v, &b, SS_EMPTY, SS_EMPTY))) {
        ss_turn_event(v->turn,
                      &(ss_event){ .kind = SS_EVENT_REQUEST, .call = call, .msg = in->msg });
    }
}

/* RFC3428:7 */
void ss_uas_message(const ss_visit *v, const ss_incoming *in)
{
    take(v, in, NULL);
}

void ss_uas_message_inside(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog)
{
    take(v, in, dialog);
}

/* Without a package it is of RFC 2976's kind, and taken. RFC6086:4.2.2 RFC6086:5.1 */
void ss_uas_info(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    const ss_slice value = ss_msg_value(in->msg, SS_HDR_INFO_PACKAGE, 0);
    const ss_slice name = ss_value_head(value, NULL);
    bool is_known = value.at == NULL;
    for (unsigned i = 0; profile != NULL && i < profile->info_package_count; i++) {
        is_known = is_known || ss_slice_eq_nocase(profile->info_packages[i], name);
    }
    if (is_known) {
        take(v, in, dialog);
    } else {
        ss_ua_refuse(v, in, 469, SS_HDR_RECV_INFO, SS_EMPTY);
    }
}
