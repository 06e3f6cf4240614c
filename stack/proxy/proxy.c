/* The proxy core's doors: what comes up from the transactions, the timers and the host goes to the file of its section
 * (RFC 3261 16.2). A new request is validated, gets a server transaction and, if INVITE, its 100 once it is let in, and is then
 * routed; a refused one gets its answer instead, and leaves nothing.
 */
#include "context.h"

/* 16.2, 8.2.6.1: the proxy says 100 by itself, as soon as it knows where to: what goes nowhere is refused without. RFC3261:16.2. To anything else it says none before the server
 * transaction does (RFC4320:4.1). */
bool ss_proxy_say_trying(const ss_visit *v, ss_context *c, const ss_msg *request)
{
    return request->method != SS_METHOD_INVITE || v->proxy->config->mode != SS_PROXY_STATEFUL ||
           ss_txn_message(v->core, ss_txn_at(v->core, c->server)).len > 0 ||
           ss_proxy_respond(v, &c->server, request, (ss_proxy_verdict){ .status = 100 });
}

static void route_request(const ss_visit *v, const ss_msg *request, const ss_path *came_by,
                          const ss_routing *routing, const ss_needed *needed)
{
    ss_context *c = ss_context_new(v, request);
    if (c == NULL) {
        ss_proxy_overloaded(v, request, came_by);
        return;
    }
    c->breadth = ss_proxy_breadth(v->proxy, request);
    const ss_origin origin = ss_defence_origin(v, came_by);
    c->source = origin.name;
    c->is_sure = origin.is_sure;
    const ss_slice path = { (const char *)came_by, v->proxy->config->edge ? sizeof *came_by : 0 };
    if (ss_core_keep(v->core, path, &c->came_by) != SS_OK) {
        c->came_by = (ss_blob){ 0 }; /* at the quota: no flow is named */
    }
    const ss_owner owner = { .kind = SS_OWNER_CONTEXT, .ref = ss_context_ref(v, c) };
    const ss_status status = ss_txn_serve(v->core, v->turn, request, came_by, owner, &c->server);
    if (status != SS_OK) {
        c->server = 0;
        ss_context_release(v, c);
        if (status == SS_ERR_FULL) {
            ss_proxy_overloaded(v, request, came_by);
        }
    } else if (needed->hash == SS_HASH_COUNT) {
        ss_proxy_target(v, c, request, routing);
    } else if (!ss_proxy_admit_known(v, c, request, routing, needed)) {
        ss_proxy_ask_credential(v, c, needed);
    }
}

static void serve_request(const ss_visit *v, const ss_msg *request, const ss_path *came_by)
{
    ss_routing routing;
    ss_needed needed = { .hash = SS_HASH_COUNT };
    ss_proxy_verdict verdict = ss_proxy_validate(v, request);
    if (verdict.status == 0) {
        verdict = ss_proxy_preroute(v, request, &routing);
    }
    if (verdict.status == 0 && v->proxy->config->mode == SS_PROXY_STATELESS &&
        ss_proxy_is_predetermined(v->proxy, &routing)) {
        ss_proxy_stateless(v, request, came_by); /* a REGISTER of another's users */
        return;
    }
    if (verdict.status == 0) { /* RFC3261:16.3 step 6; by 16.4 it is known whose request it is */
        verdict = ss_proxy_guard(v, request, &routing, &needed);
    }
    if (v->turn->failed) {
        return; /* the arena was too small: as if it were lost */
    }
    const ss_origin origin = ss_defence_origin(v, came_by);
    if (verdict.status != 0) {
        ss_proxy_refuse_alone(v, request, came_by, verdict);
        ss_defence_refused(v, origin, verdict.status);
    } else if (ss_defence_serves(v, request, &routing, origin)) {
        route_request(v, request, came_by, &routing, &needed);
    }
}

bool ss_proxy_registers(const ss_proxy *proxy, ss_slice request_uri)
{
    ss_uri uri;
    return proxy->config->registrar && proxy->config->protection_count == 0 &&
           proxy->config->mode != SS_PROXY_STATELESS && ss_uri_parse(request_uri, &uri) == SS_OK &&
           (uri.scheme == SS_SCHEME_SIP || uri.scheme == SS_SCHEME_SIPS) &&
           (ss_proxy_is_our_domain(proxy, uri.host) || ss_proxy_is_us(proxy, &uri));
}

/* A registrar is a user agent server (10.3), whatever the proxy beside it is; serve_request tells whose REGISTER it is. RFC3261:16.11 */
static bool is_passed_alone(const ss_proxy *proxy, const ss_msg *request)
{
    return proxy->config->mode == SS_PROXY_STATELESS &&
           !(request->method == SS_METHOD_REGISTER && proxy->config->registrar);
}

void ss_proxy_request(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_up *up,
                      const ss_msg *request, const ss_path *came_by)
{
    const ss_visit v = { .proxy = proxy, .core = core, .turn = turn };
    if (up->kind == SS_UP_ACK || request->method == SS_METHOD_ACK) {
        ss_proxy_ack(&v, request);
    } else if (is_passed_alone(proxy, request)) {
        ss_proxy_stateless(&v, request, request->method == SS_METHOD_CANCEL ? NULL : came_by);
    } else if (request->method == SS_METHOD_CANCEL) {
        ss_proxy_cancel(&v, request, came_by);
    } else {
        serve_request(&v, request, came_by);
    }
}

void ss_proxy_up(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_up *up,
                 const ss_msg *response)
{
    const ss_visit v = { .proxy = proxy, .core = core, .turn = turn };
    if (up->owner.kind == SS_OWNER_BRANCH) {
        ss_proxy_branch_up(&v, up, response);
    } else if (up->owner.kind == SS_OWNER_CONTEXT) {
        ss_proxy_server_up(&v, up);
    }
}

static void on_resolved(const ss_visit *v, ss_context *c, ss_ref branch, const ss_answer *answer)
{
    if (branch == 0) {
        ss_stateless_resolved(v, c, answer);
    } else {
        ss_branch_resolved(v, c, ss_branch_at(v, branch), answer);
    }
}

bool ss_proxy_answer(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_answer *answer)
{
    const ss_visit v = { .proxy = proxy, .core = core, .turn = turn };
    ss_parked *p = ss_parked_find(&v, answer->token);
    if (p == NULL) {
        return false;
    }
    ss_context *c = ss_context_at(&v, p->context);
    const ss_parked kept = *p;
    ss_parked_free(&v, p);
    if (kept.stage == SS_STAGE_LOCATE) {
        ss_proxy_located(&v, c, answer);
    } else if (kept.stage == SS_STAGE_CREDENTIAL) {
        ss_proxy_credential_known(&v, c, answer);
    } else if (kept.stage == SS_STAGE_RESOLVE) {
        on_resolved(&v, c, kept.branch, answer);
    } else {
        ss_registrar_answered(&v, c, answer);
    }
    return true;
}

/* As a crash does: the transactions go another way (ss_txn_forget_all), so nothing here talks to them. */
void ss_proxy_forget_all(ss_proxy *proxy, ss_core *core)
{
    const ss_visit v = { .proxy = proxy, .core = core };
    while (proxy->first_context != 0) {
        ss_context *c = ss_context_at(&v, proxy->first_context);
        ss_parked_forget(&v, c);
        while (c->first_branch != 0) {
            ss_branch *b = ss_branch_at(&v, c->first_branch);
            b->txn = 0;
            ss_branch_free(&v, b);
        }
        c->server = 0;
        ss_context_release(&v, c);
    }
    ss_proxy_forget_nonces(&v);
    ss_admission_forget(&v);
    ss_proxy_forget_refused(&v);
    ss_defence_forget(&v);
}
