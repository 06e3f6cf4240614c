/* Determining request targets: RFC 3261 16.5.
 *
 * The Request-URI itself when another domain's, else what the location service knows for it, in groups by q (16.6). A user it
 * never heard of is 404 (16.5, 21.4.5), one who is bound nowhere now 480 (16.5), or bound only by the other one of sip and sips: what
 * was asked for by sips goes on by nothing less, and what was not is kept from who wants nothing less (RFC 5630 5.3).
 */
#include "context.h"

static bool is_responsible(const ss_proxy *proxy, const ss_uri *uri)
{
    return ss_proxy_is_our_domain(proxy, uri->host) || ss_proxy_is_us(proxy, uri);
}

/* RFC3261:16.5, second and third paragraph. */
bool ss_proxy_is_predetermined(const ss_proxy *proxy, const ss_routing *routing)
{
    ss_slice maddr;
    return routing->has_flow ||
           ss_params_get(routing->uri.params, SS_LIT("maddr"), &maddr) == SS_OK ||
           !is_responsible(proxy, &routing->uri);
}

void ss_proxy_ask_bindings(const ss_visit *v, ss_context *c, const ss_uri *aor, ss_stage stage,
                           ss_query query)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_uri plain = *aor; /* RFC5630:5.2 sip and sips name one resource */
    plain.scheme = plain.scheme == SS_SCHEME_SIPS ? SS_SCHEME_SIP : plain.scheme;
    ss_uri_put_canonical_aor(&b, &plain);
    v->turn->failed |= b.overflow;
    query.name = ss_buffer_keep(v->turn->arena, &b);
    if (v->turn->failed || !ss_park(v, c, NULL, stage, &query)) {
        ss_context_overloaded(v, c);
    }
}

bool ss_proxy_asks_us(const ss_msg *request, const ss_routing *routing)
{
    return request->method == SS_METHOD_OPTIONS && routing->uri.user.at == NULL;
}

/* RFC3261:8.2.1 RFC3261:21.4.6 */
static void refuse_method(const ss_visit *v, ss_context *c)
{
    ss_context_refuse(v, c,
                      (ss_proxy_verdict){ .status = 405,
                                          .header = SS_HDR_ALLOW,
                                          .value = SS_LIT("REGISTER, OPTIONS") });
}

/* RFC3261:16.5, by what the URI names: RFC5627:6.1 of a GRUU that is none of ours, or not any more, nobody is known. */
void ss_proxy_locate(const ss_visit *v, ss_context *c, const ss_routing *routing)
{
    const ss_gruu_name name = ss_gruu_read(v, &routing->uri);
    ss_query query = { .kind = SS_QUERY_LOCATE };
    if (name.kind == SS_GRUU_WRONG) {
        ss_context_refuse(v, c, (ss_proxy_verdict){ .status = 404 });
        return;
    }
    if (name.kind == SS_GRUU_TEMPORARY) {
        query.gruu = name.gruu;
    }
    c->is_sips = routing->uri.scheme == SS_SCHEME_SIPS;
    c->is_gruu = name.kind != SS_GRUU_NONE;
    ss_proxy_ask_bindings(v, c, &routing->uri, SS_STAGE_LOCATE, query);
}

/* A user of ours who is known begins a dialog that would be led to another's instance. RFC5627:6.2 */
static bool is_of_another(const ss_visit *v, const ss_context *c, const ss_msg *request)
{
    if (!c->is_known || ss_msg_count(request, SS_HDR_RECORD_ROUTE) == 0 ||
        ss_name_addr_tag(&request->to).len != 0 || request->method == SS_METHOD_REGISTER) {
        return false;
    }
    const ss_gruu_name name = ss_gruu_of_contact(v, request);
    return (name.kind == SS_GRUU_PUBLIC || name.kind == SS_GRUU_TEMPORARY) &&
           !ss_gruu_is_of(v, &name, &request->from_uri);
}

void ss_proxy_target(const ss_visit *v, ss_context *c, const ss_msg *request,
                     const ss_routing *routing)
{
    if (is_of_another(v, c, request)) {
        ss_context_refuse(v, c, (ss_proxy_verdict){ .status = 403 });
        return;
    }
    const ss_proxy_mode mode = v->proxy->config->mode;
    const bool forwards = mode == SS_PROXY_STATEFUL || mode == SS_PROXY_STATELESS;
    if (ss_proxy_is_predetermined(v->proxy, routing) && !forwards) {
        ss_context_refuse(v, c, (ss_proxy_verdict){ .status = 404 }); /* 21.4.5: not our domain */
    } else if (ss_proxy_is_predetermined(v->proxy, routing) &&
               !ss_proxy_say_trying(v, c, request)) {
        ss_context_drop(v, c);
    } else if (ss_proxy_is_predetermined(v->proxy, routing)) {
        ss_proxy_forward(v, c, request, routing, &(ss_target){ .uri = routing->request_uri },
                         c->breadth);
    } else if (request->method == SS_METHOD_REGISTER && v->proxy->config->registrar) {
        ss_registrar_serve(v, c, request, routing);
    } else if (ss_proxy_asks_us(request, routing)) {
        ss_context_finish(v, c, (ss_proxy_verdict){ .status = 200 }); /* 11 */
    } else if (mode == SS_PROXY_REGISTERS) {
        refuse_method(v, c);
    } else {
        ss_proxy_locate(v, c, routing);
    }
}

/* ---- what the location service knows ------------------------------------------------------------------------- */

/* SS_SCHEME_OTHER: none of both. */
static ss_scheme scheme_of(const ss_binding *b)
{
    ss_uri uri;
    const bool is_one = ss_uri_parse(b->contact, &uri) == SS_OK &&
                        (uri.scheme == SS_SCHEME_SIP || uri.scheme == SS_SCHEME_SIPS);
    return is_one ? uri.scheme : SS_SCHEME_OTHER;
}

/* RFC5630:5.3 RFC5630:5.4 a redirect server names both: the caller chooses. */
static bool is_usable(const ss_visit *v, const ss_context *c, const ss_binding *b)
{
    const ss_scheme scheme = scheme_of(b);
    return v->proxy->config->mode == SS_PROXY_REDIRECTS
               ? scheme != SS_SCHEME_OTHER
               : scheme == (c->is_sips ? SS_SCHEME_SIPS : SS_SCHEME_SIP);
}

/* Of one instance only the time counts: RFC5627:6.1 the one refreshed last is tried */
static bool is_before(const ss_context *c, const ss_binding *a, const ss_binding *b)
{
    return c->is_gruu || a->q == b->q ? a > b : a->q > b->q;
}

/* 16.6: from highest q to lowest. Among equals the one that registered last, for a phone that came back from a restart is where
 * it says now (the location service answers in order of registration). The one after `last`, or the first; NULL at the end. */
static const ss_binding *next_binding(const ss_visit *v, const ss_context *c,
                                      const ss_answer *answer, const ss_binding *last)
{
    const ss_binding *best = NULL;
    for (uint16_t i = 0; i < answer->binding_count; i++) {
        const ss_binding *b = &answer->bindings[i];
        if ((last == NULL || is_before(c, last, b)) && (best == NULL || is_before(c, b, best)) &&
            is_usable(v, c, b)) {
            best = b;
        }
    }
    return best;
}

static bool is_new_group(const ss_proxy *proxy, const ss_binding *b, const ss_binding *last)
{
    switch (proxy->config->fork) {
    case SS_FORK_BY_Q:
        return last == NULL || b->q != last->q;
    case SS_FORK_PARALLEL:
        return last == NULL;
    default:
        return true;
    }
}

/* One flow of an instance at a time. RFC5626:7 One contact of what a GRUU names, with flows or without. RFC5627:6.1 */
static void mark_instance(const ss_visit *v, const ss_context *c, ss_ref added, const ss_binding *b)
{
    if (b->reg_id == 0 && !c->is_gruu) {
        return;
    }
    ss_candidate *mine = ss_candidate_at(v, added);
    mine->instance = (uint32_t)ss_hash64(5, b->instance) | 1;
    for (ss_ref at = c->first_candidate; at != added; at = ss_candidate_at(v, at)->next) {
        mine->spare = mine->spare || ss_candidate_at(v, at)->instance == mine->instance;
    }
}

/* Who is reached by a path stays reachable by it, though his Contact leads here: RFC5627:6.2 */
static ss_target target_of(const ss_binding *b)
{
    return (ss_target){ .uri = b->contact,
                        .path = b->path,
                        .is_recorded = b->gruu.since != 0 && b->path.len != 0 && !b->is_by_flow };
}

/* False at the quota. */
static bool add_bindings(const ss_visit *v, ss_context *c, const ss_answer *answer)
{
    const unsigned most = v->proxy->config->fork == SS_FORK_NEVER ? 1 : SS_CANDIDATES_MAX;
    const ss_binding *last = NULL;
    uint16_t group = 0;
    for (unsigned i = 0; i < most; i++) {
        const ss_binding *b = next_binding(v, c, answer, last);
        if (b == NULL) {
            return true;
        }
        group = is_new_group(v->proxy, b, last) ? ss_candidate_group(c) : group;
        const ss_target target = target_of(b);
        const ss_ref added = ss_candidate_add(v, c, &target, group, false);
        if (added == 0) {
            return false;
        }
        mark_instance(v, c, added, b);
        last = b;
    }
    return true;
}

/* RFC3261:16.5, last two paragraphs. */
static unsigned why_not_found(const ss_visit *v, const ss_context *c, const ss_answer *answer)
{
    switch (answer->status) {
    case SS_OK:
        return 480;
    case SS_NONE:
        return v->proxy->config->hides_users && !c->is_known ? 480 : 404;
    default:
        return 500;
    }
}

/* RFC5630:5.3 Bound, but not for requests of this scheme. */
static ss_proxy_verdict not_by_this_scheme(const ss_visit *v, const ss_context *c)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_text(&b, c->is_sips ? "380 " : "381 ");
    ss_put_host_port(&b, &v->proxy->config->local.local);
    ss_put_text(&b, c->is_sips ? " \"SIPS Not Allowed\"" : " \"SIPS Required\"");
    v->turn->failed |= b.overflow;
    return (ss_proxy_verdict){ .status = 480,
                               .header = SS_HDR_WARNING,
                               .value = ss_buffer_keep(v->turn->arena, &b) };
}

static ss_proxy_verdict not_found(const ss_visit *v, const ss_context *c, const ss_answer *answer)
{
    for (uint16_t i = 0; answer->status == SS_OK && i < answer->binding_count; i++) {
        if (scheme_of(&answer->bindings[i]) != SS_SCHEME_OTHER) {
            return not_by_this_scheme(v, c);
        }
    }
    return (ss_proxy_verdict){ .status = why_not_found(v, c, answer) };
}

static bool is_only_target(const ss_visit *v, const ss_context *c, const ss_answer *answer,
                           const ss_binding *first)
{
    return !v->proxy->config->recurses &&
           (v->proxy->config->fork == SS_FORK_NEVER || next_binding(v, c, answer, first) == NULL);
}

static void go_to(const ss_visit *v, ss_context *c, const ss_target *target)
{
    ss_msg request;
    ss_routing routing;
    if (!ss_context_reread(v, c, &request, &routing)) {
        return;
    }
    if (c->is_stateless) {
        ss_stateless_send(v, c, &request, &routing, target);
    } else {
        ss_proxy_forward(v, c, &request, &routing, target, c->breadth);
    }
}

/* Its targets are known: who sent it may wait. False: the arena is too small, and `c` is gone. */
static bool tell_to_wait(const ss_visit *v, ss_context *c)
{
    ss_msg request;
    if (c->is_stateless || v->proxy->config->mode != SS_PROXY_STATEFUL) {
        return true;
    }
    if (ss_context_request(v, c, &request) == SS_OK && ss_proxy_say_trying(v, c, &request)) {
        return true;
    }
    v->turn->failed = true;
    ss_context_drop(v, c);
    return false;
}

/* Those of the instance that the Request-URI names; without their Path for a request that goes on by Route, as one inside a dialog
 * does: RFC5627:6.1 then its Path is not used. False: the arena is too small, and `c` is gone. */
static bool keep_instance(const ss_visit *v, ss_context *c, ss_answer *answer)
{
    ss_msg request;
    ss_routing routing;
    if (!c->is_gruu || answer->binding_count == 0) {
        return true;
    }
    ss_binding *kept = SS_ARENA_ARRAY(v->turn->arena, ss_binding, answer->binding_count);
    if (kept == NULL) {
        v->turn->failed = true;
        ss_context_drop(v, c);
        return false;
    }
    if (!ss_context_reread(v, c, &request, &routing)) {
        return false;
    }
    const ss_gruu_name name = ss_gruu_read(v, &routing.uri);
    uint16_t count = 0;
    for (uint16_t i = 0; i < answer->binding_count; i++) {
        if (ss_gruu_leads_to(&name, &answer->bindings[i])) {
            kept[count] = answer->bindings[i];
            if (routing.first != routing.last && !kept[count].is_by_flow) {
                kept[count].path = SS_EMPTY;
            }
            count++;
        }
    }
    answer->bindings = kept;
    answer->binding_count = count;
    return true;
}

void ss_proxy_located(const ss_visit *v, ss_context *c, const ss_answer *told)
{
    ss_answer of_instance = *told;
    const ss_answer *answer = &of_instance;
    if (!keep_instance(v, c, &of_instance)) {
        return;
    }
    const ss_binding *first = answer->status == SS_OK ? next_binding(v, c, answer, NULL) : NULL;
    c->is_ours = true;
    if (first == NULL) {
        ss_context_refuse(v, c, not_found(v, c, answer));
    } else if (!tell_to_wait(v, c)) {
        return;
    } else if (v->proxy->config->mode == SS_PROXY_REDIRECTS) {
        ss_redirect_located(v, c, answer);
    } else if (c->is_stateless || is_only_target(v, c, answer, first)) {
        const ss_target target = target_of(first);
        go_to(v, c, &target);
    } else if (!add_bindings(v, c, answer)) {
        ss_context_overloaded(v, c);
    } else {
        ss_context_settle(v, c);
    }
}
