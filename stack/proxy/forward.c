/* Request forwarding: RFC 3261 16.6, step by step.
 *
 * The copy is made by splicing: what no step names goes out byte for byte. Step 7 may have to ask for the address of
 * the next hop; the branch then waits, and steps 8 to 11 follow when the answer is there. When a branch fails and its
 * next hop has more addresses, the next is tried as a new client transaction with a new branch parameter.
 */
#include "context.h"

/* ---- steps 2, 6, 7: where to --------------------------------------------------------------------------------- */

/* Step 2: the target without what a Request-URI may not have (19.1.1, table 1). RFC3261:16.6 */
static ss_status clean_target(ss_arena *arena, ss_slice target, ss_slice *out)
{
    static const ss_slice method[] = { SS_LIT_INIT("method") };
    ss_uri uri;
    const ss_status status = ss_uri_parse(target, &uri);
    if (status != SS_OK) {
        return status;
    }
    ss_slice value;
    *out = target;
    if (uri.headers.len == 0 && ss_params_get(uri.params, method[0], &value) != SS_OK) {
        return SS_OK;
    }
    ss_buffer b = ss_buffer_open(arena);
    ss_put_uri_without(&b, &uri, method, SS_COUNT(method), false);
    *out = ss_buffer_keep(arena, &b);
    return out->len == 0 ? SS_ERR_FULL : SS_OK;
}

/* Step 6: a first Route without lr is a strict router's: its URI becomes the Request-URI, and the target goes to the end
 * of Route. The next hop's URI. RFC3261:16.6 */
static ss_status postprocess_routes(ss_outgoing *out, ss_slice target, ss_slice *next_hop)
{
    out->request_uri = target;
    *next_hop = target;
    if (out->route_count == 0) {
        return SS_OK;
    }
    ss_name_addr na;
    ss_uri uri;
    ss_status status = ss_name_addr_parse(out->routes[0], &na);
    if (status == SS_OK) {
        status = ss_uri_parse(na.uri, &uri);
    }
    if (status != SS_OK) {
        return status;
    }
    ss_slice value;
    *next_hop = na.uri;
    if (ss_params_get(uri.params, SS_LIT("lr"), &value) != SS_OK) {
        out->appended_route = target;
        out->request_uri = na.uri;
        out->routes++;
        out->route_count--;
    }
    return SS_OK;
}

/* RFC3327:5.4 the Path of the binding goes before what is in Route. One that begins with ourselves says the flow
 * to whoever registered here: RFC5626:7 */
static ss_status take_path(const ss_visit *v, ss_outgoing *out, ss_slice path)
{
    const ss_routing *r = out->routing;
    uint32_t count = 0;
    ss_slice uri;
    for (ss_slice rest = path; ss_path_next(&rest, &uri);) {
        count++;
    }
    ss_slice *all = SS_ARENA_ARRAY(v->turn->arena, ss_slice, count + r->last - r->first);
    ss_path *flow = SS_ARENA_NEW(v->turn->arena, ss_path);
    if (all == NULL || flow == NULL) {
        return SS_ERR_FULL;
    }
    uint32_t used = 0;
    for (ss_slice rest = path; ss_path_next(&rest, &uri);) {
        ss_uri parsed;
        if (used == 0 && ss_uri_parse(uri, &parsed) == SS_OK && ss_proxy_is_us(v->proxy, &parsed) &&
            ss_flow_from_token(v, parsed.user, flow)) {
            out->flow = flow;
        } else {
            all[used] = (ss_slice){ uri.at - 1, uri.len + 2 }; /* its brackets too */
            used++;
        }
    }
    for (uint32_t i = r->first; i < r->last; i++, used++) {
        all[used] = r->routes[i];
    }
    out->routes = all;
    out->route_count = used;
    out->is_path = true;
    return SS_OK;
}

/* "A proxy MAY have a local policy that mandates that a request visit a specific set of proxies": a chain of them, for what leads out
 * of our domains and is of no dialog yet. RFC3261:16.6 */
static bool goes_by_outbound(const ss_visit *v, const ss_outgoing *out)
{
    return v->proxy->config->outbound.len > 0 && out->route_count == 0 && out->flow == NULL &&
           ss_name_addr_tag(&out->request->to).len == 0 &&
           ss_proxy_is_predetermined(v->proxy, out->routing);
}

static ss_status take_routes(const ss_visit *v, ss_outgoing *out, ss_slice path)
{
    const ss_routing *r = out->routing;
    out->flow = r->has_flow ? &r->flow : NULL;
    out->routes = r->routes == NULL ? NULL : r->routes + r->first;
    out->route_count = r->last - r->first;
    if (path.len > 0) {
        return take_path(v, out, path);
    }
    if (goes_by_outbound(v, out)) {
        out->routes = &v->proxy->config->outbound;
        out->route_count = 1;
        out->is_path = true;
    }
    return SS_OK;
}

/* A flow is where the request goes, whatever its Request-URI says: RFC5626:5.3.1 */
static void plan_flow(ss_outgoing *out)
{
    if (out->flow != NULL && out->route_count == 0) {
        out->hop = (ss_hop){ .transport = out->flow->transport,
                             .is_numeric = true,
                             .address = out->flow->remote };
    } else {
        out->flow = NULL;
    }
}

static bool has_transport(const ss_proxy *proxy, ss_transport transport)
{
    return transport == proxy->config->local.transport ||
           (proxy->config->transports >> transport & 1) != 0;
}

/* Whoever sent it is to be reached by a URI that leads here, past proxies that are in the dialog: the dialog comes by here then as it
 * is. RFC5627:6.2 */
static bool is_of_gruu(const ss_visit *v, const ss_msg *request)
{
    if (v->proxy->config->record_route || ss_msg_count(request, SS_HDR_RECORD_ROUTE) == 0 ||
        ss_name_addr_tag(&request->to).len != 0) {
        return false;
    }
    const ss_gruu_kind kind = ss_gruu_of_contact(v, request).kind;
    return kind == SS_GRUU_PUBLIC || kind == SS_GRUU_TEMPORARY;
}

ss_status ss_outgoing_plan(const ss_visit *v, const ss_msg *request, const ss_routing *routing,
                           const ss_target *target, ss_outgoing *out)
{
    *out = (ss_outgoing){ .request = request,
                          .routing = routing,
                          .is_recorded = target->is_recorded || is_of_gruu(v, request) };
    ss_slice cleaned, next_hop;
    ss_status status = clean_target(v->turn->arena, target->uri, &cleaned);
    if (status == SS_OK) {
        status = take_routes(v, out, target->path);
    }
    if (status == SS_OK) {
        status = postprocess_routes(out, cleaned, &next_hop);
        plan_flow(out);
    }
    if (status == SS_OK && out->flow == NULL) {
        status = ss_transport_hop(next_hop, &out->hop); /* step 7, as far as it needs no DNS */
    }
    if (status == SS_OK) {
        out->hop.transport = out->flow != NULL
                                 ? out->flow->transport
                                 : ss_hop_transport(&out->hop, v->proxy->config->local.transport);
        status = has_transport(v->proxy, out->hop.transport) ? SS_OK : SS_ERR_SEMANTIC;
    }
    v->turn->failed |= status == SS_ERR_FULL;
    return status;
}

ss_query ss_outgoing_query(const ss_outgoing *out)
{
    return (ss_query){ .kind = SS_QUERY_RESOLVE,
                       .name = out->hop.host,
                       .port = out->hop.port,
                       .transport = out->hop.transport,
                       .is_open = out->hop.is_open,
                       .is_sips = out->hop.is_sips };
}

/* RFC3263:4.1 a zone chose it. */
bool ss_outgoing_by(const ss_visit *v, ss_outgoing *out, const ss_answer *answer)
{
    if (answer->has_transport) {
        out->hop.transport = answer->transport;
    }
    return has_transport(v->proxy, out->hop.transport);
}

ss_path ss_proxy_path_to(const ss_proxy *proxy, const ss_outgoing *out, const ss_address *remote)
{
    ss_path path = proxy->config->local;
    path.local = *ss_proxy_local(proxy, remote->family);
    path.transport = out->hop.transport;
    path.remote = *remote;
    if (out->flow != NULL && out->flow->connection != 0) {
        path.connection = out->flow->connection | SS_CONNECTION_ONLY; /* RFC5626:5.3.1 */
    }
    return path;
}

/* ---- steps 1 to 6, 8, 9: the copy ---------------------------------------------------------------------------- */

/* One Max-Breadth, with one value. RFC5393:5.3.3 */
static void edit_max_breadth(ss_splice *s, const ss_outgoing *out)
{
    uint32_t came;
    const unsigned lines = ss_msg_count(out->request, SS_HDR_MAX_BREADTH);
    if (lines == 1 && ss_msg_number(out->request, SS_HDR_MAX_BREADTH, &came) == SS_OK &&
        came == out->breadth) {
        return;
    }
    if (lines > 1) {
        ss_splice_remove(s, SS_HDR_MAX_BREADTH);
    }
    ss_splice_set_u64(s, SS_HDR_MAX_BREADTH, out->breadth);
}

/* Step 3. RFC3261:16.6. A Max-Breadth that is missing comes in by the same edit. */
static void edit_limits(ss_splice *s, const ss_outgoing *out)
{
    const ss_msg *request = out->request;
    uint32_t hops = 71;
    if (ss_msg_number(request, SS_HDR_MAX_FORWARDS, &hops) == SS_OK && hops == 0) {
        return; /* 16.3 step 3 let none pass */
    }
    char memory[64];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_put_u64(&b, hops - 1);
    const bool has_breadth = ss_msg_count(request, SS_HDR_MAX_BREADTH) != 0;
    if (out->breadth != 0 && !has_breadth) {
        ss_put_text(&b, "\r\nMax-Breadth: ");
        ss_put_u64(&b, out->breadth);
    }
    ss_splice_set(s, SS_HDR_MAX_FORWARDS, ss_buffer_slice(&b));
    if (out->breadth != 0 && has_breadth) {
        edit_max_breadth(s, out);
    }
}

static bool is_sips(ss_slice uri)
{
    return uri.len >= 5 && ss_slice_eq_nocase(ss_slice_cut(uri, 0, 5), SS_LIT("sips:"));
}

/* "If the Request-URI contains a SIPS URI, or the topmost Route header field value (after the post processing of bullet
 * 6) contains a SIPS URI": then ours is one, and else it is not, over TLS neither. RFC3261:16.6 */
static bool must_be_sips(const ss_outgoing *out)
{
    ss_slice top_route = out->appended_route;
    ss_name_addr na;
    if (out->route_count != 0 && ss_name_addr_parse(out->routes[0], &na) == SS_OK) {
        top_route = na.uri;
    }
    return is_sips(out->request_uri) || is_sips(top_route);
}

/* Record-Route leads back to us: we listen on one transport, which RFC 3263 4.1 would not choose for a URI
 * that does not name it, unless it is UDP, or TLS for SIPS. RFC3261:16.6 */
static void put_own_transport(ss_buffer *b, ss_transport transport, bool sips)
{
    static const char *const params[SS_TRANSPORT_COUNT] = {
        [SS_TRANSPORT_UDP] = "",
        [SS_TRANSPORT_TCP] = ";transport=tcp",
        [SS_TRANSPORT_TLS] = ";transport=tls",
        [SS_TRANSPORT_SCTP] = ";transport=sctp",
        [SS_TRANSPORT_WS] = ";transport=ws",
        [SS_TRANSPORT_WSS] = ";transport=wss",
    };
    if (!sips || transport != SS_TRANSPORT_TLS) {
        ss_put_text(b, params[transport]);
    }
}

static bool has_ob(const ss_msg *request)
{
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    ss_uri uri;
    ss_slice value;
    return ss_msg_next_addr(request, SS_HDR_CONTACT, &it, &contact) == SS_OK &&
           ss_uri_parse(contact.uri, &uri) == SS_OK &&
           ss_params_get(uri.params, SS_LIT("ob"), &value) == SS_OK;
}

/* An edge stays in the dialog, by a Record-Route with the token. RFC5626:5.3.1 RFC5626:5.3.2 */
static void put_own_flow(const ss_visit *v, ss_buffer *b, const ss_outgoing *out)
{
    if (!v->proxy->config->edge) {
        return;
    }
    const ss_path *flow = out->flow;
    if (flow == NULL && out->came_by != NULL && has_ob(out->request)) {
        flow = out->came_by;
    }
    if (flow != NULL) {
        ss_put_flow_token(v, b, flow);
        ss_put_char(b, '@');
    }
}

static bool has_reg_id(const ss_msg *request)
{
    ss_value_iter it = { 0 };
    ss_name_addr contact;
    ss_slice value;
    while (ss_msg_next_addr(request, SS_HDR_CONTACT, &it, &contact) == SS_OK) {
        if (!contact.is_star && ss_params_get(contact.params, SS_LIT("reg-id"), &value) == SS_OK) {
            return true;
        }
    }
    return false;
}

/* RFC3327:5.2 for who supports it; RFC5626:5.1 with the flow, when we are its first hop. */
static void edit_path(const ss_visit *v, ss_splice *s, const ss_outgoing *out,
                      const ss_address *own)
{
    if (!v->proxy->config->edge || s->msg->method != SS_METHOD_REGISTER ||
        !ss_msg_lists_token(s->msg, SS_HDR_SUPPORTED, SS_LIT("path"))) {
        return;
    }
    char memory[192];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_via via;
    ss_value_iter it = ss_msg_after_top_via(s->msg);
    const bool is_first = ss_msg_next_via(s->msg, &it, &via) == SS_NONE;
    const bool names_flow = is_first && out->came_by != NULL && has_reg_id(s->msg);
    ss_put_text(&b, "<sip:");
    if (names_flow) {
        ss_put_flow_token(v, &b, out->came_by);
        ss_put_char(&b, '@');
    }
    ss_put_host_port(&b, own);
    put_own_transport(&b, v->proxy->config->local.transport, false);
    ss_put_text(&b, names_flow ? ";lr;ob>" : ";lr>");
    ss_splice_push(s, SS_HDR_PATH, ss_buffer_slice(&b));
}

/* One value of ours, by which a neighbour reaches us. */
static void put_record(const ss_visit *v, ss_buffer *b, const ss_outgoing *out, bool has_flow,
                       const ss_address *own, ss_transport transport)
{
    const bool sips = must_be_sips(out);
    ss_put_text(b, sips ? "<sips:" : "<sip:");
    if (has_flow) {
        put_own_flow(v, b, out);
    }
    ss_put_host_port(b, own);
    put_own_transport(b, transport, sips);
    ss_put_text(b, ";lr>");
}

/* The transport that a request came by: 18.2.1 holds its Via to it. */
static ss_transport came_by_transport(const ss_visit *v, const ss_msg *request)
{
    ss_via via;
    ss_transport transport;
    return ss_msg_top_via(request, &via) == SS_OK &&
                   ss_transport_from(via.transport, &transport) == SS_OK &&
                   has_transport(v->proxy, transport)
               ? transport
               : v->proxy->config->local.transport;
}

/* Our address toward where a request came from, as its stamped Via says. */
static const ss_address *came_by_address(const ss_visit *v, const ss_msg *request)
{
    ss_via via;
    ss_address from = { .family = 0 };
    if (ss_msg_top_via(request, &via) != SS_OK ||
        ss_address_from(via.received.at != NULL ? via.received : via.host, 0, &from) != SS_OK) {
        from.family = 0;
    }
    return ss_proxy_local(v->proxy, from.family);
}

/* Step 4: into every request that could be of a dialog; a REGISTER, an ACK or a CANCEL makes none. Where the transport changes, or the
 * version of IP, each side
 * gets a value that it can use, that of the next hop on top: neither may speak the other's. RFC3261:16.6 RFC3261:16.7 (RFC 5658, whose
 * text was not at hand, calls it double Record-Route) */
static void edit_record_route(const ss_visit *v, ss_splice *s, const ss_outgoing *out,
                              const ss_address *own)
{
    const ss_method method = s->msg->method;
    if ((!v->proxy->config->record_route && !out->is_recorded) || method == SS_METHOD_REGISTER ||
        method == SS_METHOD_ACK || method == SS_METHOD_CANCEL) {
        return;
    }
    char memory[384];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    const ss_transport came = came_by_transport(v, s->msg);
    const ss_address *came_to = came_by_address(v, s->msg);
    if (came == out->hop.transport && came_to->family == own->family) {
        put_record(v, &b, out, true, own, v->proxy->config->local.transport);
    } else {
        put_record(v, &b, out, true, own, out->hop.transport);
        ss_put_text(&b, ", ");
        put_record(v, &b, out, false, came_to, came);
    }
    ss_splice_push(s, SS_HDR_RECORD_ROUTE, ss_buffer_slice(&b));
}

static ss_slice print_routes(ss_arena *arena, const ss_outgoing *out)
{
    ss_buffer b = ss_buffer_open(arena);
    for (uint32_t i = 0; i < out->route_count; i++) {
        ss_put_text(&b, i == 0 ? "" : ", ");
        ss_put(&b, out->routes[i]);
    }
    if (out->appended_route.at != NULL) {
        ss_put_text(&b, b.len == 0 ? "<" : ", <");
        ss_put(&b, out->appended_route);
        ss_put_char(&b, '>');
    }
    return ss_buffer_keep(arena, &b);
}

/* Steps of 16.4 and step 6, on the Route fields. Popping our own value is the only edit of an ordinary day. */
static void edit_routes(const ss_visit *v, ss_splice *s, const ss_outgoing *out)
{
    const ss_routing *r = out->routing;
    const bool tail_kept = out->appended_route.at == NULL && r->last == r->count && !out->is_path;
    const uint32_t popped = tail_kept ? r->count - out->route_count : 0;
    if (tail_kept && popped == 0) {
        return;
    }
    if (popped == 1) {
        ss_splice_pop(s, SS_HDR_ROUTE);
        return;
    }
    const ss_slice routes = print_routes(v->turn->arena, out);
    ss_splice_remove(s, SS_HDR_ROUTE);
    if (routes.len != 0) {
        ss_splice_push(s, SS_HDR_ROUTE, routes);
    }
}

/* A name rather than an address: for a proxy that others can stand in for. RFC3261:18.1.1 */
static void put_named_via(ss_buffer *b, ss_transport transport, ss_slice host, ss_slice branch)
{
    ss_put_text(b, "SIP/2.0/");
    ss_put(b, ss_transport_name(transport));
    ss_put_char(b, ' ');
    ss_put(b, host);
    ss_put_text(b, ";branch=");
    ss_put(b, branch);
    ss_put_text(b, ";rport");
}

static void edit_via(const ss_visit *v, ss_splice *s, const ss_path *path, ss_slice branch)
{
    const ss_proxy_config *config = v->proxy->config;
    char memory[448];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    if (config->sent_by_host) {
        put_named_via(&b, path->transport, config->host, branch);
    } else {
        ss_put_via(&b, path, branch);
    }
    ss_splice_push(s, SS_HDR_VIA, ss_buffer_slice(&b));
}

ss_slice ss_outgoing_print(const ss_visit *v, const ss_outgoing *out, const ss_path *path,
                           ss_slice branch)
{
    const ss_msg *request = out->request;
    ss_splice s = ss_splice_begin(request, v->turn->arena); /* step 1. RFC3261:16.6 */
    ss_splice_version(&s);
    if (!ss_slice_eq(out->request_uri, request->request_uri)) {
        ss_splice_request_uri(&s, out->request_uri); /* step 2 */
    }
    edit_limits(&s, out);                        /* step 3 */
    edit_record_route(v, &s, out, &path->local); /* step 4 */
    edit_path(v, &s, out, &path->local);         /* step 5 */
    edit_routes(v, &s, out);                     /* step 6 */
    ss_overload_strip_request(v, &s);
    edit_via(v, &s, path, branch); /* step 8 */
    if (ss_transport_is_reliable(path->transport) &&
        ss_msg_count(request, SS_HDR_CONTENT_LENGTH) == 0) {
        ss_splice_set_u64(&s, SS_HDR_CONTENT_LENGTH, request->body.len); /* step 9 */
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    if (ss_splice_print(&s, &b) != SS_OK) {
        v->turn->failed = true;
        return SS_EMPTY;
    }
    return ss_buffer_keep(v->turn->arena, &b);
}

/* ---- steps 8, 10, 11: a branch goes out ---------------------------------------------------------------------- */

/* Step 8: unique, and behind the dot what loop detection compares. RFC3261:16.6 RFC5393:4.2.1 */
static void put_branch(ss_core *core, ss_buffer *b, const ss_msg *request)
{
    ss_put_new_branch(core, b);
    ss_put_char(b, '.');
    ss_put_hex(b, ss_proxy_loop_hash(request), 16);
}

void ss_branch_start_timer_c(const ss_visit *v, ss_branch *b)
{
    const ss_time at = ss_time_after(v->turn->now, v->core->settings->timer_c);
    ss_timer_set(&v->core->timers, ss_visit_store(v), &b->timer_c,
                 at < b->hunt_at ? at : b->hunt_at);
}

/* Steps 8 to 11 toward one address. Owns `c`. */
static void send_branch(const ss_visit *v, ss_context *c, ss_branch *b, ss_outgoing *out,
                        const ss_address *address)
{
    if (c->came_by.ref != 0) {
        out->came_by = ss_store_at(ss_visit_store(v), c->came_by.ref);
    }
    b->by_flow = out->flow != NULL;
    char memory[64];
    ss_buffer branch = ss_buffer_on(memory, sizeof memory);
    put_branch(v->core, &branch, out->request);
    const ss_path path = ss_proxy_path_to(v->proxy, out, address);
    const ss_slice bytes = ss_outgoing_print(v, out, &path, ss_buffer_slice(&branch));
    if (bytes.len == 0) {
        ss_context_drop(v, c);
        return;
    }
    if (bytes.len > SS_MESSAGE_BYTES_MAX) {
        ss_branch_fail(v, c, b, 513); /* 21.5.14 */
        return;
    }
    const ss_owner owner = { .kind = SS_OWNER_BRANCH, .ref = ss_store_ref(ss_visit_store(v), b) };
    const ss_status status =
        ss_txn_request(v->core, v->turn, &path, bytes, owner, &b->txn); /* step 10 */
    if (status == SS_ERR_FULL) {
        ss_context_overloaded(v, c);
    } else if (status != SS_OK) {
        ss_branch_fail(v, c, b, 500); /* the copy is no request any more: a target gone wrong */
    } else if (c->method == SS_METHOD_INVITE) {
        ss_branch_start_timer_c(v, b); /* step 11. RFC3261:16.6 */
    }
}

/* Step 7 when the next hop is a name. The answer finds the target among the candidates. */
static void ask_next_hop(const ss_visit *v, ss_context *c, ss_branch *b, const ss_outgoing *out,
                         const ss_target *target)
{
    const ss_query resolve = ss_outgoing_query(out);
    if (b->candidate == 0) {
        b->candidate = ss_candidate_add(v, c, target, ss_candidate_group(c), true);
        if (b->candidate != 0) {
            ss_candidate_at(v, b->candidate)->taken = true;
        }
    }
    if (b->candidate == 0 || !ss_park(v, c, b, SS_STAGE_RESOLVE, &resolve)) {
        ss_context_overloaded(v, c);
    }
}

/* Others are tried when it has not answered by then: 16.10, "MAY generate a CANCEL … at any time". */
static void set_hunt(const ss_visit *v, const ss_context *c, ss_branch *b)
{
    const ss_candidate *next = ss_candidate_next(v, c);
    if (v->proxy->config->hunt != 0 && c->method == SS_METHOD_INVITE && next != NULL) {
        b->hunt_at = ss_time_after(v->turn->now, v->proxy->config->hunt);
    }
}

void ss_proxy_forward(const ss_visit *v, ss_context *c, const ss_msg *request,
                      const ss_routing *routing, const ss_target *target, uint16_t breadth)
{
    ss_branch *b = ss_branch_new(v, c);
    if (b == NULL) {
        ss_context_overloaded(v, c);
        return;
    }
    b->candidate = target->candidate;
    b->breadth = breadth;
    c->breadth_used = (uint16_t)(c->breadth_used + breadth);
    set_hunt(v, c, b);
    ss_outgoing out;
    const ss_status status = ss_outgoing_plan(v, request, routing, target, &out);
    out.breadth = breadth;
    if (status == SS_ERR_FULL) {
        ss_context_drop(v, c);
    } else if (status != SS_OK) {
        ss_branch_fail(v, c, b, 503); /* 16.9: it cannot be forwarded */
    } else if (out.hop.is_numeric) {
        send_branch(v, c, b, &out, &out.hop.address);
    } else {
        ask_next_hop(v, c, b, &out, target);
    }
}

/* ---- step 7: the ordered set of addresses -------------------------------------------------------------------- */

void ss_branch_resolved(const ss_visit *v, ss_context *c, ss_branch *b, const ss_answer *answer)
{
    const size_t count = answer->status == SS_OK ? answer->address_count : 0;
    const ss_slice addresses = { (const char *)answer->addresses, count * sizeof(ss_address) };
    const ss_transport by = answer->transport;
    b->transport = answer->has_transport ? (uint8_t)(by + 1u) : 0;
    if (count == 0 || (answer->has_transport && !has_transport(v->proxy, by))) {
        ss_branch_fail(v, c, b, 503);
    } else if (ss_core_keep(v->core, addresses, &b->addresses) != SS_OK) {
        ss_context_overloaded(v, c);
    } else if (!ss_branch_retry(v, c, b)) {
        ss_branch_fail(v, c, b, 408); /* it is too late */
    }
}

static bool take_next_address(const ss_visit *v, ss_branch *b, ss_address *address)
{
    if (b->next_address >= b->addresses.len / sizeof(ss_address)) {
        return false;
    }
    const ss_address *all = ss_store_at(ss_visit_store(v), b->addresses.ref);
    *address = all[b->next_address];
    b->next_address++;
    return true;
}

/* RFC3261:16.6 step 7: one place after the other, until one takes it. */
bool ss_branch_retry(const ss_visit *v, ss_context *c, ss_branch *b)
{
    ss_address address;
    if (c->closed || b->cancel_wanted || c->final_sent || !take_next_address(v, b, &address)) {
        return false;
    }
    ss_msg request;
    ss_routing routing;
    ss_outgoing out;
    const ss_target target = ss_candidate_target(v, b->candidate);
    if (ss_context_request(v, c, &request) != SS_OK ||
        ss_proxy_preroute(v, &request, &routing).status != 0 ||
        ss_outgoing_plan(v, &request, &routing, &target, &out) != SS_OK) {
        v->turn->failed = true; /* it passed before: only the arena can be the reason */
        ss_context_drop(v, c);
        return true;
    }
    if (b->txn != 0) {
        ss_txn_disown(v->core, b->txn); /* it got a 503 and lingers alone */
        b->txn = 0;
    }
    out.breadth = b->breadth;
    b->proceeding = false;
    if (b->transport != 0) {
        out.hop.transport = (ss_transport)(b->transport - 1u);
    }
    send_branch(v, c, b, &out, &address); /* RFC3263:4.3 a new branch, a new transaction */
    return true;
}
