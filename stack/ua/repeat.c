/* A request that is sent again because its answer asks for another one (RFC 3261 8.1.3.5, 22.2, 22.3), or because the server did
 * not give one and there are others (RFC 3263 4.3): kept by its transaction until then, told back with the response (ss_up.sent), changed by the rule of the status, numbered anew and sent as the same errand.
 *
 * A rule says what to change and nothing else. A request is repeated SS_REPEATS_MAX times at most, whoever asks and for whatever:
 * a peer that challenges for ever gets an end. */
#include "changes.h"
#include "events.h"

static bool is_listed(const ss_msg *msg, ss_hdr id, ss_slice tag)
{
    ss_value_iter it = { 0 };
    ss_slice value;
    while (ss_msg_next_value(msg, id, &it, &value) == SS_OK) {
        if (ss_slice_eq_nocase(value, tag)) {
            return true;
        }
    }
    return false;
}

/* RFC3261:8.1.3.5 What the server does not have is not asked for again. */
static bool omit_from(const ss_visit *v, const ss_msg *response, ss_hdr id, ss_repeat *r)
{
    ss_value_iter it = { 0 };
    ss_slice tag;
    bool omitted = false;
    ss_buffer b = ss_buffer_open(v->turn->arena);
    while (ss_msg_next_value(&r->request, id, &it, &tag) == SS_OK) {
        if (is_listed(response, SS_HDR_UNSUPPORTED, tag)) {
            omitted = true;
            continue;
        }
        ss_put_text(&b, b.len == 0 ? "" : ", ");
        ss_put(&b, tag);
    }
    const ss_slice rest = ss_buffer_keep(v->turn->arena, &b);
    if (omitted) {
        ss_splice_remove(&r->edits, id);
    }
    if (omitted && rest.len > 0) {
        ss_splice_append(&r->edits, id, rest);
    }
    return omitted;
}

static bool omit_extensions(const ss_visit *v, const ss_msg *response, ss_repeat *r)
{
    const bool of_user = omit_from(v, response, SS_HDR_REQUIRE, r);
    return omit_from(v, response, SS_HDR_PROXY_REQUIRE, r) || of_user;
}

/* RFC3261:8.1.3.5 An INVITE that is too large, or has a body that is not understood, is one without an offer the next time: the 2xx
 * has it then (13.2.1). Nothing else that we send means anything without its body. */
static bool omit_offer(const ss_visit *v, const ss_msg *response, ss_repeat *r)
{
    static const ss_hdr fields[] = { SS_HDR_CONTENT_TYPE, SS_HDR_CONTENT_DISPOSITION,
                                     SS_HDR_CONTENT_ENCODING, SS_HDR_CONTENT_LANGUAGE };
    (void)response;
    if (r->errand.kind != SS_ERRAND_INVITE || r->request.body.len == 0) {
        return false;
    }
    for (size_t i = 0; i < SS_COUNT(fields); i++) {
        ss_splice_remove(&r->edits, fields[i]);
    }
    ss_splice_set(&r->edits, SS_HDR_CONTENT_LENGTH, SS_LIT("0"));
    ss_splice_replace(&r->edits, r->request.body, SS_EMPTY);
    ss_call_at(v->core, r->errand.who)->offered = false;
    return true;
}

/* RFC3261:8.1.3.5 What the server understands may be what we said: then there is nothing to change. */
static bool omit_type(const ss_visit *v, const ss_msg *response, ss_repeat *r)
{
    const ss_slice type = ss_value_head(ss_msg_value(&r->request, SS_HDR_CONTENT_TYPE, 0), NULL);
    ss_value_iter it = { 0 };
    ss_slice accepted;
    while (ss_msg_next_value(response, SS_HDR_ACCEPT, &it, &accepted) == SS_OK) {
        if (ss_slice_eq_nocase(ss_value_head(accepted, NULL), type)) {
            return false;
        }
    }
    return ss_msg_count(response, SS_HDR_ACCEPT) > 0 && omit_offer(v, response, r);
}

static const struct {
    uint16_t status;
    ss_repeat_rule *rule;
} rules[] = {
    { 401, ss_ua_answer_challenge },
    { 407, ss_ua_answer_challenge },
    { 413, omit_offer },
    { 415, omit_type },
    { 416, ss_ua_use_sip_uri },
    { 420, omit_extensions },
    { 422, ss_ua_raise_interval },
};

static ss_repeat_rule *rule_of(unsigned status)
{
    for (size_t i = 0; i < SS_COUNT(rules); i++) {
        if (rules[i].status == status) {
            return rules[i].rule;
        }
    }
    return NULL;
}

/* ---- what changes with every request ---- */

/* RFC3261:22.2 RFC3261:8.1.3.5 One more than the last: of the dialog, of the registration, of the request itself. 0: none is left. */
static uint32_t next_number(const ss_visit *v, ss_errand errand, const ss_msg *request)
{
    const uint32_t own = request->cseq.number;
    switch (errand.kind) {
    case SS_ERRAND_BYE: {
        const ss_ref dialog = ss_leg_at(v->core, errand.who)->dialog;
        return dialog == 0 ? 0 : ss_dialog_next_cseq(v->core, ss_dialog_at(v->core, dialog));
    }
    case SS_ERRAND_ASKED: {
        ss_asked *asked = ss_asked_at(v->core, errand.who);
        const ss_ref dialog = ss_leg_at(v->core, asked->leg)->dialog;
        asked->cseq = ss_dialog_next_cseq(v->core, ss_dialog_at(v->core, dialog));
        return asked->cseq;
    }
    case SS_ERRAND_REGISTER:
        return ++*ss_ua_register_cseq(v, errand.who);
    case SS_ERRAND_INVITE:
        if (own < INT32_MAX) {
            ss_call_at(v->core, errand.who)->cseq = own + 1;
        }
        break;
    case SS_ERRAND_SUBSCRIPTION:
        return ss_subscription_next_number(v, ss_subscription_at(v->core, errand.who));
    case SS_ERRAND_PUBLICATION:
    case SS_ERRAND_REQUEST:
    case SS_ERRAND_ACK:
    case SS_ERRAND_ASKED_ACK:
    case SS_ERRAND_GUEST:
        break;
    }
    return own < INT32_MAX ? own + 1 : 0;
}

static bool renumber(const ss_visit *v, ss_errand errand, ss_repeat *r)
{
    const uint32_t number = next_number(v, errand, &r->request);
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_u64(&b, number);
    ss_put_char(&b, ' ');
    ss_put(&b, r->request.method_name);
    const ss_slice cseq = ss_buffer_keep(v->turn->arena, &b);
    ss_splice_set(&r->edits, SS_HDR_CSEQ, cseq);
    return number != 0 && cseq.len > 0;
}

/* A new transaction has a new branch (8.1.1.7). */
static bool rebranch(const ss_visit *v, ss_repeat *r, const ss_path *path)
{
    char branch[32];
    ss_buffer branch_text = ss_buffer_on(branch, sizeof branch);
    ss_put_new_branch(v->core, &branch_text);
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_via(&b, path, ss_buffer_slice(&branch_text));
    const ss_slice via = ss_buffer_keep(v->turn->arena, &b);
    ss_splice_replace(&r->edits, r->request.top_via.whole, via);
    return via.len > 0;
}

/* ---- where it goes ---- */

ss_slice ss_ua_next_hop(const ss_repeat *r)
{
    ss_value_iter it = { 0 };
    ss_name_addr route;
    if (ss_msg_next_addr(&r->request, SS_HDR_ROUTE, &it, &route) == SS_OK) {
        return route.uri;
    }
    return r->uri.at != NULL ? r->uri : r->request.request_uri;
}

/* Where it went before, unless it has another target now. */
static bool find_way(const ss_visit *v, const ss_repeat *r, const ss_path *before, ss_hop *hop,
                     ss_path *path)
{
    if (ss_transport_hop(ss_ua_next_hop(r), hop) != SS_OK) {
        return false;
    }
    if (r->uri.at != NULL) {
        *path = ss_ua_path_to(v, hop);
        return true;
    }
    *path = *before;
    path->connection = 0;
    hop->is_numeric = true;
    hop->transport = before->transport;
    hop->address = before->remote;
    return true;
}

/* ---- sending ---- */

/* What the owner has of the request that was refused: its transaction goes on alone. RFC3261:13.2.2.3 early dialogs are over. */
static void let_go(const ss_visit *v, ss_errand errand, const ss_up *up)
{
    if (!up->ended && up->txn != 0) {
        ss_txn_disown(v->core, up->txn);
    }
    if (errand.kind == SS_ERRAND_INVITE) {
        ss_call *call = ss_call_at(v->core, errand.who);
        call->invite = 0;
        call->state = SS_CALL_RESOLVING;
        ss_call_disarm(v, call);
        ss_leg_end_early(v, call);
    } else if (errand.kind == SS_ERRAND_SUBSCRIPTION) {
        ss_subscription_at(v->core, errand.who)->txn = 0;
    } else if (errand.kind == SS_ERRAND_PUBLICATION) {
        ss_publication_sent(v, errand.who, 0);
    } else if (errand.kind == SS_ERRAND_ASKED) {
        ss_asked_at(v->core, errand.who)->txn = 0;
    }
}

/* SS_EMPTY: the arena is full. */
static ss_slice print_edited(const ss_visit *v, const ss_repeat *r)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    const ss_status printed = ss_splice_print(&r->edits, &b);
    return printed == SS_OK ? ss_buffer_keep(v->turn->arena, &b) : SS_EMPTY;
}

static bool send_again(const ss_visit *v, ss_errand errand, const ss_up *up, ss_repeat *r)
{
    ss_hop hop;
    ss_path path;
    if (!find_way(v, r, &up->sent->path, &hop, &path) || !renumber(v, errand, r) ||
        !rebranch(v, r, &path)) {
        return false;
    }
    if (r->uri.at != NULL) {
        ss_splice_request_uri(&r->edits, r->uri);
    }
    ss_splice_remove(&r->edits, SS_HDR_AUTHORIZATION); /* they are made anew: login.c */
    ss_splice_remove(&r->edits, SS_HDR_PROXY_AUTHORIZATION);
    const ss_slice bytes = print_edited(v, r);
    if (bytes.len == 0) {
        return false;
    }
    let_go(v, errand, up);
    return ss_ua_send(v, errand, &hop, &path, bytes) == SS_OK;
}

/* The request that was sent, to be changed. */
static ss_repeat *begin(const ss_visit *v, ss_errand errand, const ss_up *up)
{
    ss_diag diag;
    ss_repeat *r = SS_ARENA_NEW(v->turn->arena, ss_repeat);
    if (r == NULL || ss_msg_parse(&r->request, v->turn->arena, up->sent->bytes, &diag) != SS_OK) {
        return NULL;
    }
    r->errand = errand;
    r->edits = ss_splice_begin(&r->request, v->turn->arena);
    return r;
}

static bool asks_for_more(const ss_visit *v, ss_errand errand, const ss_up *up,
                          const ss_msg *response, uint8_t *repeats)
{
    ss_repeat_rule *rule = response == NULL ? NULL : rule_of(response->status);
    ss_repeat *r = rule == NULL || *repeats >= SS_REPEATS_MAX ? NULL : begin(v, errand, up);
    if (r == NULL || !rule(v, response, r)) {
        return false;
    }
    ++*repeats;
    return send_again(v, errand, up, r);
}

/* RFC3261:8.1.3.4 Each target is a request of its own; there are not many. */
static bool goes_elsewhere(const ss_visit *v, ss_errand errand, const ss_up *up,
                           const ss_msg *response, uint8_t *repeats)
{
    const bool is_redirected = response != NULL && response->status < 400;
    ss_repeat *r = begin(v, errand, up);
    if (r == NULL ||
        !(is_redirected ? ss_ua_follow_redirect(v, response, r) : ss_ua_try_next_target(v, r))) {
        return false;
    }
    *repeats = 0;
    if (!send_again(v, ss_errand_anew(errand), up, r)) {
        return false;
    }
    if (errand.kind == SS_ERRAND_SUBSCRIPTION) {
        ss_sub_sent_elsewhere(v, ss_subscription_at(v->core, errand.who));
    }
    return true;
}

/* RFC3263:4.3 the same request, under another branch. */
bool ss_ua_fail_over(const ss_visit *v, ss_errand errand, const ss_up *up)
{
    if (up->sent == NULL || up->sent->other_count == 0) {
        return false;
    }
    ss_path path = up->sent->path;
    const ss_places others = { up->sent->others + 1, (uint16_t)(up->sent->other_count - 1) };
    ss_repeat *r = begin(v, errand, up);
    path.remote = up->sent->others[0];
    path.connection = 0;
    if (r == NULL || !rebranch(v, r, &path)) {
        return false;
    }
    const ss_slice bytes = print_edited(v, r);
    if (bytes.len == 0) {
        return false;
    }
    let_go(v, errand, up);
    return ss_ua_send_by(v, errand, &path, bytes, others) == SS_OK;
}

bool ss_ua_repeat(const ss_visit *v, ss_errand errand, const ss_up *up, const ss_msg *response,
                  uint8_t *repeats)
{
    return up->sent != NULL &&
           (ss_ua_fail_over(v, errand, up) || asks_for_more(v, errand, up, response, repeats) ||
            goes_elsewhere(v, errand, up, response, repeats));
}
