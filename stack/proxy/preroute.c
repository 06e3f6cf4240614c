/* Route information preprocessing: RFC 3261 16.4.
 *
 * Nothing is edited here: what the request would be after this step is written into an ss_routing, and step 6 of 16.6
 * prints it. The same request gives the same ss_routing whenever it is asked, so a parked request need not keep it.
 */
#include "context.h"

/* ---- what is ours -------------------------------------------------------------------------------------------- */

static uint16_t port_or_default(const ss_uri *uri, ss_transport transport)
{
    if (uri->port != 0) {
        return uri->port;
    }
    return transport == SS_TRANSPORT_TLS || uri->scheme == SS_SCHEME_SIPS ? 5061 : 5060;
}

bool ss_proxy_is_our_domain(const ss_proxy *proxy, ss_slice host)
{
    for (uint16_t i = 0; i < proxy->config->domain_count; i++) {
        if (ss_slice_eq_nocase(host, proxy->config->domains[i])) {
            return true;
        }
    }
    return false;
}

static bool is_our_name(const ss_proxy *proxy, ss_slice host)
{
    return proxy->config->host.len != 0 && ss_slice_eq_nocase(host, proxy->config->host);
}

static bool is_our_address(const ss_proxy *proxy, ss_slice host)
{
    ss_address address;
    return ss_address_from(host, 0, &address) == SS_OK &&
           ss_address_same_host(&address, ss_proxy_local(proxy, address.family));
}

/* RFC3261:18.1.2 */
bool ss_proxy_is_our_via(const ss_proxy *proxy, const ss_via *via, const ss_address *local)
{
    const bool is_named = proxy->config->sent_by_host && is_our_name(proxy, via->host);
    return is_named ? via->port == 0 || via->port == local->port
                    : ss_transport_is_our_via(via, local);
}

/* A name without a port may have got any port from DNS (RFC 3263 4.2), so ours is as good as another. */
bool ss_proxy_is_us(const ss_proxy *proxy, const ss_uri *uri)
{
    const uint16_t port = proxy->config->local.local.port;
    if (is_our_name(proxy, uri->host)) {
        return uri->port == 0 || uri->port == port;
    }
    return is_our_address(proxy, uri->host) &&
           port_or_default(uri, proxy->config->local.transport) == port;
}

/* A Route may name this proxy by a domain it serves, as a pre-loaded one does (8.1.2). */
static bool is_our_route(const ss_proxy *proxy, const ss_uri *uri)
{
    if (ss_proxy_is_us(proxy, uri)) {
        return true;
    }
    return ss_proxy_is_our_domain(proxy, uri->host) && uri->user.at == NULL &&
           (uri->port == 0 || uri->port == proxy->config->local.local.port);
}

static bool has_param(const ss_uri *uri, ss_slice name)
{
    ss_slice value;
    return ss_params_get(uri->params, name, &value) == SS_OK;
}

/* What 16.6 step 4 puts into Record-Route, and nobody else would send to us: our address, lr, and no user but a token of ours. */
static bool is_our_record_route(const ss_visit *v, const ss_uri *uri)
{
    ss_path flow;
    return has_param(uri, SS_LIT("lr")) && ss_proxy_is_us(v->proxy, uri) &&
           (uri->user.at == NULL || ss_flow_from_token(v, uri->user, &flow));
}

/* ---- Route --------------------------------------------------------------------------------------------------- */

static ss_status count_routes(const ss_msg *request, uint32_t *count)
{
    ss_value_iter it = { 0 };
    ss_slice value;
    ss_status status = ss_msg_next_value(request, SS_HDR_ROUTE, &it, &value);
    *count = 0;
    while (status == SS_OK) {
        ++*count;
        status = ss_msg_next_value(request, SS_HDR_ROUTE, &it, &value);
    }
    return status == SS_NONE ? SS_OK : SS_ERR_SYNTAX;
}

static ss_status read_routes(ss_arena *arena, const ss_msg *request, ss_routing *out)
{
    const ss_status status = count_routes(request, &out->count);
    if (status != SS_OK || out->count == 0) {
        return status;
    }
    out->routes = SS_ARENA_ARRAY(arena, ss_slice, out->count);
    if (out->routes == NULL) {
        return SS_ERR_FULL;
    }
    ss_value_iter it = { 0 };
    for (uint32_t i = 0; i < out->count; i++) {
        if (ss_msg_next_value(request, SS_HDR_ROUTE, &it, &out->routes[i]) != SS_OK) {
            return SS_ERR_SYNTAX;
        }
    }
    out->last = out->count;
    return SS_OK;
}

static ss_status route_uri(ss_slice route, ss_name_addr *na, ss_uri *uri)
{
    const ss_status status = ss_name_addr_parse(route, na);
    return status == SS_OK ? ss_uri_parse(na->uri, uri) : status;
}

/* ---- the three rules ----------------------------------------------------------------------------------------- */

/* A strict router put our Record-Route value where the Request-URI was, and that at the end. A flow that it names is the request's
 * all the same. RFC3261:16.4 RFC5626:5.3 */
static ss_status undo_strict_route(const ss_visit *v, const ss_msg *request, ss_routing *r,
                                   unsigned *refusal)
{
    if (r->first == r->last || !is_our_record_route(v, &r->uri)) {
        return SS_OK;
    }
    ss_name_addr na;
    *refusal = ss_proxy_read_flow(v, request, &r->uri, r).status;
    const ss_status status = route_uri(r->routes[r->last - 1], &na, &r->uri);
    r->request_uri = na.uri;
    r->last--;
    return status;
}

static bool is_named(ss_slice name, const ss_slice *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ss_slice_eq_nocase(name, names[i])) {
            return true;
        }
    }
    return false;
}

static void put_params_without(ss_buffer *b, ss_slice params, const ss_slice *drop, size_t count)
{
    size_t at = 0;
    while (at < params.len) {
        const ss_slice rest = ss_slice_cut(params, at + 1, params.len); /* behind the ';' */
        const ss_slice param = ss_slice_cut(rest, 0, ss_slice_find(rest, ';'));
        const ss_slice name = ss_slice_cut(param, 0, ss_slice_find(param, '='));
        if (!is_named(name, drop, count)) {
            ss_put_char(b, ';');
            ss_put(b, param);
        }
        at += 1 + param.len;
    }
}

void ss_put_uri_without(ss_buffer *b, const ss_uri *uri, const ss_slice *drop, size_t drop_count,
                        bool keep_headers)
{
    const ss_slice params = uri->params.bytes;
    size_t before = uri->whole.len;
    if (params.len != 0) {
        before = (size_t)(params.at - uri->whole.at);
    } else if (uri->headers.len != 0) {
        before = (size_t)(uri->headers.at - uri->whole.at) - 1; /* the '?' */
    }
    ss_put(b, ss_slice_cut(uri->whole, 0, before));
    put_params_without(b, params, drop, drop_count);
    if (keep_headers && uri->headers.len != 0) {
        ss_put_char(b, '?');
        ss_put(b, uri->headers);
    }
}

/* Scheme, user and host without port: what is left of a URI whose maddr is us. */
static void put_without_maddr(ss_buffer *b, const ss_uri *uri)
{
    static const ss_slice drop[] = { SS_LIT_INIT("maddr"), SS_LIT_INIT("transport") };
    const size_t host_end = (size_t)(uri->host.at + uri->host.len - uri->whole.at);
    ss_put(b, ss_slice_cut(uri->whole, 0, host_end));
    put_params_without(b, uri->params.bytes, drop, SS_COUNT(drop));
    if (uri->headers.len != 0) {
        ss_put_char(b, '?');
        ss_put(b, uri->headers);
    }
}

static bool is_maddr_ours(const ss_proxy *proxy, const ss_uri *uri)
{
    ss_slice maddr;
    if (ss_params_get(uri->params, SS_LIT("maddr"), &maddr) != SS_OK) {
        return false;
    }
    ss_slice name = SS_EMPTY;
    ss_transport transport = uri->scheme == SS_SCHEME_SIPS ? SS_TRANSPORT_TLS : SS_TRANSPORT_UDP;
    if (ss_params_get(uri->params, SS_LIT("transport"), &name) == SS_OK &&
        ss_transport_from(name, &transport) != SS_OK) {
        return false;
    }
    const ss_path *local = &proxy->config->local;
    return transport == local->transport && port_or_default(uri, transport) == local->local.port &&
           (is_our_address(proxy, maddr) || is_our_name(proxy, maddr) ||
            ss_proxy_is_our_domain(proxy, maddr));
}

/* RFC3261:16.4 */
static ss_status strip_our_maddr(const ss_proxy *proxy, ss_arena *arena, ss_routing *r)
{
    if (!is_maddr_ours(proxy, &r->uri)) {
        return SS_OK;
    }
    ss_buffer b = ss_buffer_open(arena);
    put_without_maddr(&b, &r->uri);
    r->request_uri = ss_buffer_keep(arena, &b);
    return r->request_uri.len == 0 ? SS_ERR_FULL : ss_uri_parse(r->request_uri, &r->uri);
}

/* Our value for the other side, which a request that goes on along the dialog has behind the first: 16.6 step 4 put both. */
static ss_status pop_other_side(const ss_visit *v, const ss_msg *request, ss_slice first,
                                ss_routing *r, unsigned *refusal)
{
    ss_name_addr na;
    ss_uri uri;
    const ss_status status =
        r->first == r->last ? SS_NONE : route_uri(r->routes[r->first], &na, &uri);
    if (status == SS_OK && *refusal == 0 && is_our_record_route(v, &uri) &&
        !ss_slice_eq(na.uri, first)) {
        r->first++;
        *refusal = ss_proxy_read_flow(v, request, &uri, r).status;
    }
    return status == SS_NONE ? SS_OK : status;
}

/* RFC3261:16.4 */
static ss_status pop_our_route(const ss_visit *v, const ss_msg *request, ss_routing *r,
                               unsigned *refusal)
{
    if (r->first == r->last) {
        return SS_OK;
    }
    ss_name_addr na;
    ss_uri uri;
    const ss_status status = route_uri(r->routes[r->first], &na, &uri);
    if (status != SS_OK || !is_our_route(v->proxy, &uri)) {
        return status;
    }
    r->first++;
    if (*refusal == 0) {
        *refusal = ss_proxy_read_flow(v, request, &uri, r).status;
    }
    return is_our_record_route(v, &uri) ? pop_other_side(v, request, na.uri, r, refusal) : SS_OK;
}

static ss_status preroute(const ss_visit *v, const ss_msg *request, ss_routing *r,
                          unsigned *refusal)
{
    ss_status status = ss_uri_parse(r->request_uri, &r->uri);
    if (status == SS_OK) {
        status = read_routes(v->turn->arena, request, r);
    }
    if (status == SS_OK) {
        status = undo_strict_route(v, request, r, refusal);
    }
    if (status == SS_OK) {
        status = strip_our_maddr(v->proxy, v->turn->arena, r);
    }
    return status == SS_OK ? pop_our_route(v, request, r, refusal) : status;
}

ss_proxy_verdict ss_proxy_preroute(const ss_visit *v, const ss_msg *request, ss_routing *out)
{
    *out = (ss_routing){ .request_uri = request->request_uri };
    unsigned refusal = 0;
    const ss_status status = preroute(v, request, out, &refusal);
    if (status == SS_ERR_FULL) {
        v->turn->failed = true;
    }
    return (ss_proxy_verdict){ .status = status == SS_OK ? refusal : 400 };
}
