/* The user agent server's method-independent half (RFC 3261 8.2): what a request must be before its method is looked at,
 * in the order of the section, and how responses are built. */
#include "events.h"
#include "ss/tag.h"

#include <string.h>

/* ---- responses: 8.2.6. RFC3261:8.2.4 no extension is applied, so none is in Require ---- */

ss_buffer ss_ua_reply_begin(const ss_visit *v, const ss_msg *request, unsigned status,
                            ss_slice to_tag)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_response_head(&b, request, status, SS_EMPTY, to_tag);
    return b;
}

ss_slice ss_ua_reply_end(const ss_visit *v, ss_buffer *b, ss_slice type, ss_slice body)
{
    if (v->core->settings->product.len > 0) {
        ss_put_header(b, SS_HDR_SERVER, v->core->settings->product);
    }
    ss_put_body(b, type, body);
    return ss_ua_back_from_here(v, ss_buffer_keep(v->turn->arena, b));
}

static void tell_full(const ss_visit *v, unsigned status, const ss_msg *request)
{
    ss_turn_event(v->turn, &(ss_event){ .kind = SS_EVENT_FULL, .status = status, .msg = request });
}

/* The To tag is the same for every copy of the request, as it is made from what stays the same. RFC3261:8.2.7 */
bool ss_ua_refuse_alone(const ss_visit *v, const ss_incoming *in, unsigned status, ss_slice lines)
{
    char tag[SS_TAG_BYTES];
    ss_buffer tag_text = ss_buffer_on(tag, sizeof tag);
    ss_put_response_tag(v->core, &tag_text, in->msg);
    ss_buffer b = ss_ua_reply_begin(v, in->msg, status, ss_buffer_slice(&tag_text));
    ss_put(&b, lines);
    const ss_slice response = ss_ua_reply_end(v, &b, SS_EMPTY, SS_EMPTY);
    return response.len > 0 &&
           ss_txn_respond_stateless(v->turn, in->msg, in->came_by, response) == SS_OK;
}

/* The quota leaves no room for a transaction: 503 and no memory of it. */
void ss_ua_refuse_full(const ss_visit *v, const ss_incoming *in)
{
    if (ss_ua_refuse_alone(v, in, 503, SS_EMPTY)) {
        tell_full(v, 503, in->msg);
    }
}

static bool has_to_tag(const ss_msg *request)
{
    ss_name_addr to;
    return ss_msg_to(request, &to) == SS_OK && ss_name_addr_tag(&to).len > 0;
}

/* With a transaction: SS_ERR_FULL when there is no room for one. */
static ss_status reply(const ss_visit *v, const ss_incoming *in, ss_slice response)
{
    const ss_owner nobody = { .kind = SS_OWNER_NONE };
    ss_ref txn = 0;
    bool ended = false;
    const ss_status served = ss_txn_serve(v->core, v->turn, in->msg, in->came_by, nobody, &txn);
    if (served != SS_OK) {
        return served;
    }
    if (!has_to_tag(in->msg)) {
        ss_txn_mark(v->core, txn, in->msg);
    }
    const ss_status said = ss_txn_respond(v->core, v->turn, txn, response, &ended);
    if (said != SS_OK && !ended) {
        (void)ss_txn_abandon(v->core, v->turn, txn); /* the host's store is exhausted */
    }
    return said;
}

/* A 2xx to who showed credentials proves that we know them too. RFC7616:3.5 */
static ss_slice with_proof(const ss_visit *v, const ss_incoming *in, ss_slice response)
{
    const bool is_2xx = response.len > 8 && response.at[8] == '2'; /* behind "SIP/2.0 " */
    if (in->proof == NULL || !is_2xx) {
        return response;
    }
    const size_t head = ss_slice_find(response, '\n') + 1;
    size_t body = head;
    while (body + 4 <= response.len && memcmp(response.at + body, "\r\n\r\n", 4) != 0) {
        body++;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put(&b, ss_slice_cut(response, 0, head));
    ss_put_proof(&b, in->proof, ss_slice_cut(response, body + 4, response.len));
    ss_put(&b, ss_slice_cut(response, head, response.len));
    return ss_buffer_keep(v->turn->arena, &b);
}

bool ss_ua_reply(const ss_visit *v, const ss_incoming *in, ss_slice response)
{
    response = with_proof(v, in, response);
    const ss_status status = response.len == 0 ? SS_ERR_SEMANTIC : reply(v, in, response);
    if (status == SS_ERR_FULL) {
        ss_ua_refuse_full(v, in);
    }
    return status == SS_OK;
}

bool ss_ua_reply_ending(const ss_visit *v, const ss_incoming *in, ss_slice response)
{
    const ss_status status = response.len == 0 ? SS_ERR_SEMANTIC : reply(v, in, response);
    if (status != SS_ERR_FULL) {
        return status == SS_OK;
    }
    if (ss_txn_respond_stateless(v->turn, in->msg, in->came_by, response) != SS_OK) {
        return false;
    }
    tell_full(v, 200, in->msg);
    return true;
}

void ss_ua_refuse(const ss_visit *v, const ss_incoming *in, unsigned status, ss_hdr extra,
                  ss_slice value)
{
    char tag[SS_TAG_BYTES];
    ss_buffer tag_text = ss_buffer_on(tag, sizeof tag);
    ss_put_response_tag(v->core, &tag_text, in->msg);
    ss_buffer b = ss_ua_reply_begin(v, in->msg, status, ss_buffer_slice(&tag_text));
    if (value.at == NULL && extra != SS_HDR_OTHER) {
        ss_ua_put_ability(v, &b, extra);
    } else if (extra != SS_HDR_OTHER) {
        ss_put_header(&b, extra, value);
    }
    (void)ss_ua_reply(v, in, ss_ua_reply_end(v, &b, SS_EMPTY, SS_EMPTY));
}

void ss_ua_note_stray(const ss_visit *v, const ss_msg *msg)
{
    ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_STRAY,
                                      .from = SS_TXN_STATE_COUNT,
                                      .to = SS_TXN_STATE_COUNT,
                                      .letter = SS_LETTER_COUNT,
                                      .method = (uint8_t)msg->method,
                                      .call_id = ss_hash64(0, ss_msg_call_id(msg)) });
}

/* ---- method, header and content inspection: each true when the request was refused ---- */

/* RFC3261:8.2.1 RFC3261:21.5.2 */
static bool refuse_method(const ss_visit *v, const ss_incoming *in, ss_method_row *row)
{
    bool is_known;
    if (ss_ua_find_method(v->ua, in->msg, row, &is_known)) {
        return false;
    }
    ss_ua_refuse(v, in, is_known ? 405 : 501, SS_HDR_ALLOW, SS_EMPTY);
    return true;
}

/* True when both have the same user, whatever is escaped in them. */
static bool same_user(ss_uri a, ss_uri b)
{
    char room[2][256];
    ss_slice canonical[2];
    ss_uri *const uris[2] = { &a, &b };
    for (size_t i = 0; i < 2; i++) {
        uris[i]->scheme = SS_SCHEME_SIP;
        uris[i]->host = SS_LIT("h");
        uris[i]->port = 0;
        ss_buffer text = ss_buffer_on(room[i], sizeof room[i]);
        ss_uri_put_canonical_aor(&text, uris[i]);
        if (text.overflow) {
            return false;
        }
        canonical[i] = ss_buffer_slice(&text);
    }
    return ss_slice_eq(canonical[0], canonical[1]);
}

/* A Request-URI is ours when it has no user, or the user of our Contact or address-of-record. */
static bool is_for_us(const ss_visit *v, const ss_uri *uri)
{
    const ss_ua_identity *me = v->ua->identity;
    ss_uri aor;
    if (uri->user.at == NULL || me->user.len == 0 || ss_slice_eq(uri->user, me->user)) {
        return true;
    }
    ss_uri contact = *uri;
    contact.user = me->user;
    return same_user(*uri, contact) ||
           (ss_uri_parse(me->aor, &aor) == SS_OK && same_user(*uri, aor));
}

/* A compositor keeps the state of many; a B2BUA calls whoever is meant. */
static bool speaks_for_others(const ss_visit *v, const ss_msg *request)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    if (profile == NULL) {
        return false;
    }
    return (profile->takes_any_call && request->method == SS_METHOD_INVITE) ||
           (profile->is_compositor &&
            (request->method == SS_METHOD_SUBSCRIBE || request->method == SS_METHOD_PUBLISH));
}

/* RFC3261:8.2.2.1 */
static bool refuse_request_uri(const ss_visit *v, const ss_incoming *in)
{
    ss_uri uri;
    if (ss_uri_parse(in->msg->request_uri, &uri) != SS_OK) {
        ss_ua_refuse(v, in, 400, SS_HDR_OTHER, SS_EMPTY);
        return true;
    }
    if (uri.scheme != SS_SCHEME_SIP && uri.scheme != SS_SCHEME_SIPS) {
        ss_ua_refuse(v, in, 416, SS_HDR_OTHER, SS_EMPTY);
        return true;
    }
    if (!is_for_us(v, &uri) && !speaks_for_others(v, in->msg)) {
        ss_ua_refuse(v, in, 404, SS_HDR_OTHER, SS_EMPTY);
        return true;
    }
    return false;
}

/* Every option tag of Require that we do not understand, in one field: a line for each would make the answer many times as
 * long as the request. */
static ss_slice not_understood(const ss_visit *v, const ss_msg *request)
{
    ss_value_iter it = { 0 };
    ss_slice option;
    ss_buffer b = ss_buffer_open(v->turn->arena);
    while (ss_msg_next_value(request, SS_HDR_REQUIRE, &it, &option) == SS_OK) {
        if (!ss_ua_has_option(v->ua, option)) {
            ss_put_text(&b, b.len == 0 ? "" : ", ");
            ss_put(&b, option);
        }
    }
    v->turn->failed |= b.overflow;
    return ss_buffer_keep(v->turn->arena, &b);
}

/* RFC4412:4.6.2 Whoever requires a priority wants one that is known. */
static bool refuse_priority(const ss_visit *v, const ss_incoming *in)
{
    if (!ss_msg_lists_token(in->msg, SS_HDR_REQUIRE, SS_LIT("resource-priority")) ||
        ss_msg_knows_priority(in->msg)) {
        return false;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_priorities(&b);
    const ss_slice all = ss_buffer_keep(v->turn->arena, &b);
    v->turn->failed |= b.overflow;
    ss_ua_refuse(v, in, 417, SS_HDR_ACCEPT_RESOURCE_PRIORITY, all);
    return true;
}

/* RFC3261:8.2.2.3 */
static bool refuse_extension(const ss_visit *v, const ss_incoming *in)
{
    if (ss_msg_count(in->msg, SS_HDR_REQUIRE) == 0) {
        return false;
    }
    const ss_slice unsupported = not_understood(v, in->msg);
    if (unsupported.len > 0) {
        ss_ua_refuse(v, in, 420, SS_HDR_UNSUPPORTED, unsupported);
    }
    return unsupported.len > 0 || v->turn->failed || /* in an arena that is full it is as if lost */
           refuse_priority(v, in);
}

static bool is_optional(const ss_msg *request)
{
    ss_params params;
    ss_slice handling;
    (void)ss_value_head(ss_msg_value(request, SS_HDR_CONTENT_DISPOSITION, 0), &params);
    return ss_params_get(params, SS_LIT("handling"), &handling) == SS_OK &&
           ss_slice_eq_nocase(handling, SS_LIT("optional"));
}

static bool has_coding(const ss_msg *request)
{
    ss_value_iter it = { 0 };
    ss_slice coding;
    while (ss_msg_next_value(request, SS_HDR_CONTENT_ENCODING, &it, &coding) == SS_OK) {
        if (!ss_slice_eq_nocase(coding, SS_LIT("identity"))) {
            return true;
        }
    }
    return false;
}

/* Our language, or a kind of it: "en-GB". A body for readers of several is for us when one of them is ours. RFC3261:20.13 */
static bool is_readable(const ss_msg *request)
{
    ss_value_iter it = { 0 };
    ss_slice language;
    bool is_said = false;
    const ss_slice ours = SS_UA_LANGUAGE;
    while (ss_msg_next_value(request, SS_HDR_CONTENT_LANGUAGE, &it, &language) == SS_OK) {
        is_said = true;
        if (ss_slice_eq_nocase(ss_slice_cut(language, 0, ss_slice_find(language, '-')), ours)) {
            return true;
        }
    }
    return !is_said;
}

/* RFC3261:8.2.3 */
static bool refuse_content(const ss_visit *v, const ss_incoming *in, const ss_method_row *row)
{
    if (in->msg->body.len == 0 || row->accepts.at == NULL || is_optional(in->msg)) {
        return false;
    }
    if (has_coding(in->msg)) {
        ss_ua_refuse(v, in, 415, SS_HDR_ACCEPT_ENCODING, SS_LIT("identity"));
        return true;
    }
    const ss_slice type = ss_value_head(ss_msg_value(in->msg, SS_HDR_CONTENT_TYPE, 0), NULL);
    if (!ss_ua_lists(row->accepts, type)) {
        ss_ua_refuse(v, in, 415, SS_HDR_ACCEPT, row->accepts);
        return true;
    }
    if (!is_readable(in->msg)) {
        ss_ua_refuse(v, in, 415, SS_HDR_ACCEPT_LANGUAGE, SS_UA_LANGUAGE);
        return true;
    }
    return false;
}

/* 489 for an Event that is missing as well: it cannot be understood. RFC6665:4.2.1.1 RFC6665:8.3.2 */
static bool refuse_event(const ss_visit *v, const ss_incoming *in, const ss_method_row *row)
{
    const ss_event_name event = ss_event_read(ss_msg_value(in->msg, SS_HDR_EVENT, 0));
    const uint8_t package = ss_package_find(v->ua, event.package);
    if (row->event == SS_EVENT_ANY ||
        (row->event == SS_EVENT_KNOWN && package != SS_PACKAGE_NONE) ||
        (row->event == SS_EVENT_SERVED && ss_package_is_served(v->ua, package))) {
        return false;
    }
    ss_ua_refuse(v, in, 489, SS_HDR_ALLOW_EVENTS, SS_EMPTY);
    return true;
}

/* ---- inside dialogs: 12.2.2 ---- */

/* 14.2 asks for Retry-After when it is an INVITE that waits, RFC 3311 5.2 when an UPDATE. RFC3261:14.2 RFC3311:5.2 */
void ss_ua_refuse_order(const ss_visit *v, const ss_incoming *in)
{
    char seconds[4];
    ss_buffer text = ss_buffer_on(seconds, sizeof seconds);
    ss_put_u64(&text, ss_entropy_next(&v->core->entropy) % 11);
    const bool is_change =
        in->msg->method == SS_METHOD_INVITE || in->msg->method == SS_METHOD_UPDATE;
    ss_ua_refuse(v, in, 500, is_change ? SS_HDR_RETRY_AFTER : SS_HDR_OTHER, ss_buffer_slice(&text));
}

/* Our BYE is out, or will be when the 2xx of this branch comes to a call that is over: of the dialog nothing is left but what
 * subscriptions have of it, the peer's BYE, and the PRACK of what went before.
 * RFC5407:3.2 RFC5057:4.1 */
static bool is_mortal(const ss_visit *v, const ss_dialog *dialog, const ss_method_row *row)
{
    if (dialog->owner_kind != SS_DIALOG_OF_LEG || row->method == SS_METHOD_BYE ||
        row->method == SS_METHOD_PRACK) {
        return false;
    }
    const ss_leg *leg = ss_leg_at(v->core, dialog->owner);
    const bool is_left =
        leg->state == SS_LEG_EARLY && ss_call_at(v->core, leg->call)->state == SS_CALL_OVER;
    return (leg->state == SS_LEG_ENDING || is_left) &&
           (!row->any_usage || leg->first_subscription == 0);
}

/* RFC3261:12.2.2 */
static void serve_in_dialog(const ss_visit *v, const ss_incoming *in, const ss_method_row *row)
{
    const ss_ref ref = ss_dialog_find_request(v->core, in->msg);
    ss_cseq cseq;
    if (ref == 0 && row->unknown != NULL) {
        row->unknown(v, in);
        return;
    }
    if (ref == 0 ||
        (!row->any_usage && ss_dialog_at(v->core, ref)->owner_kind != SS_DIALOG_OF_LEG)) {
        ss_ua_refuse(v, in, 481, SS_HDR_OTHER,
                     SS_EMPTY); /* no such dialog, or no such usage of it */
        return;
    }
    ss_dialog *dialog = ss_dialog_at(v->core, ref);
    if (ss_msg_cseq(in->msg, &cseq) != SS_OK || ss_dialog_take_cseq(dialog, cseq.number) != SS_OK) {
        ss_ua_refuse_order(v, in);
    } else if (is_mortal(v, dialog, row)) {
        ss_ua_refuse(v, in, 481, SS_HDR_OTHER, SS_EMPTY);
    } else if (row->inside == NULL) {
        ss_ua_refuse(v, in, 405, SS_HDR_ALLOW, SS_EMPTY);
    } else {
        row->inside(v, in, dialog);
    }
}

/* ---- outside dialogs ---- */

static void serve_outside(const ss_visit *v, const ss_incoming *in, const ss_method_row *row)
{
    ss_dialog_text text;
    if (row->outside == NULL) { /* for no dialog: 12.2.2, 15.1.2 */
        ss_ua_refuse(v, in, 481, SS_HDR_OTHER, SS_EMPTY);
        return;
    }
    const ss_status can_talk = row->creates_dialog
                                   ? ss_dialog_text_uas(in->msg, SS_LIT("-"), v->turn->arena, &text)
                                   : SS_OK;
    if (can_talk == SS_ERR_FULL) {
        return; /* the arena: as if lost */
    }
    if (can_talk != SS_OK) { /* no Contact to talk to: RFC3261:8.1.1.8 */
        ss_ua_refuse(v, in, 400, SS_HDR_OTHER, SS_EMPTY);
        return;
    }
    row->outside(v, in);
}

static void serve(const ss_visit *v, const ss_incoming *in, bool in_dialog)
{
    ss_method_row row;
    if (refuse_method(v, in, &row) || (!in_dialog && refuse_request_uri(v, in))) {
        return;
    }
    if (!in_dialog && ss_txn_is_merged(v->core, in->msg)) { /* RFC3261:8.2.2.2 */
        ss_ua_refuse(v, in, 482, SS_HDR_OTHER, SS_EMPTY);
        return;
    }
    if (in->msg->method != SS_METHOD_INVITE && ss_msg_count(in->msg, SS_HDR_REPLACES) > 0) {
        ss_ua_refuse(v, in, 400, SS_HDR_OTHER, SS_EMPTY); /* RFC3891:3 */
        return;
    }
    if (refuse_extension(v, in) || refuse_event(v, in, &row) || refuse_content(v, in, &row)) {
        return;
    }
    if (in_dialog) {
        serve_in_dialog(v, in, &row);
    } else {
        serve_outside(v, in, &row);
    }
}

void ss_uas_admit(const ss_visit *v, const ss_incoming *in)
{
    serve(v, in, false);
}

/* The ACK of a 2xx has a branch of its own. One with the branch of its INVITE is for a refusal, which left before there was room for what a
 * copy of the INVITE made. RFC3261:8.1.1.7 RFC3261:13.2.2.4 */
static bool is_for_refusal(const ss_up *up, const ss_msg *request)
{
    ss_via via;
    return up->kind == SS_UP_ACK && up->txn != 0 && ss_msg_top_via(request, &via) == SS_OK &&
           ss_via_has_cookie(&via);
}

void ss_ua_request(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_up *up, const ss_msg *request,
                   const ss_path *came_by)
{
    const ss_visit v = { .ua = ua, .core = core, .turn = turn };
    const ss_incoming in = { request, came_by, NULL };
    const bool in_dialog = has_to_tag(request);
    if (is_for_refusal(up, request)) {
        ss_ua_note_stray(&v, request);
    } else if (request->method == SS_METHOD_ACK || up->kind == SS_UP_ACK) {
        ss_uas_ack(&v, request);
    } else if (request->method == SS_METHOD_CANCEL) {
        ss_uas_cancel(&v, &in);
    } else if (in_dialog || !ss_ua_stops(&v, &in)) { /* RFC3261:8.2 before all else */
        serve(&v, &in, in_dialog);
    }
    ss_ua_leave(&v);
}
