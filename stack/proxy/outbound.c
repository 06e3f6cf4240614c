/* By which way a binding is reached: Path (RFC 3327 5.3), flows (RFC 5626 6) and Service-Route (RFC 3608 5) at the registrar.
 *
 * A flow counts when whoever is next to the user agent keeps it: an edge proxy that said so by `ob` in its Path value, or this
 * element itself, which then keeps the flow in a path of its own.
 */
#include "context.h"

static const ss_proxy_verdict go_on = { .status = 0 };

static bool is_first_hop(const ss_msg *request)
{
    ss_via via;
    ss_value_iter it = ss_msg_after_top_via(request);
    return ss_msg_next_via(request, &it, &via) == SS_NONE;
}

static bool has_uri_param(ss_slice text, ss_slice name)
{
    ss_uri uri;
    ss_slice value;
    return ss_uri_parse(text, &uri) == SS_OK && ss_params_get(uri.params, name, &value) == SS_OK;
}

static bool is_sips(ss_slice text)
{
    ss_uri uri;
    return ss_uri_parse(text, &uri) == SS_OK && uri.scheme == SS_SCHEME_SIPS;
}

/* The path as it is stored, and whether its value nearest to the user agent, the last one, keeps flows. RFC3327:5.3 */
static ss_status read_path(const ss_visit *v, const ss_msg *request, ss_way *way, bool *keeps)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_value_iter it = { 0 };
    ss_name_addr value;
    ss_status status;
    *keeps = false;
    while ((status = ss_msg_next_addr(request, SS_HDR_PATH, &it, &value)) == SS_OK) {
        ss_put_text(&b, b.len == 0 ? "<" : ",<");
        ss_put(&b, value.uri);
        ss_put_char(&b, '>');
        *keeps = has_uri_param(value.uri, SS_LIT("ob"));
        way->is_insecure = way->is_insecure || !is_sips(value.uri);
    }
    v->turn->failed |= b.overflow;
    way->path = ss_buffer_keep(v->turn->arena, &b);
    return status == SS_NONE ? SS_OK : status;
}

static ss_slice path_of_flow(const ss_visit *v, const ss_path *flow)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_text(&b, "<sip:");
    ss_put_flow_token(v, &b, flow);
    ss_put_char(&b, '@');
    ss_put_host_port(&b, &v->proxy->config->local.local);
    ss_put_text(&b, ";lr;ob>");
    v->turn->failed |= b.overflow;
    return ss_buffer_keep(v->turn->arena, &b);
}

/* RFC5626:6 who comes directly: a path that begins and ends here. */
static ss_slice own_flow(const ss_visit *v, const ss_context *c)
{
    return c->came_by.ref == 0 ? SS_EMPTY
                               : path_of_flow(v, ss_store_at(ss_visit_store(v), c->came_by.ref));
}

/* Whatever else that flow carries, and whoever registered by it. RFC5626:7 */
void ss_proxy_flow_lost(ss_proxy *proxy, ss_core *core, ss_turn *turn, const ss_path *flow)
{
    const ss_visit v = { .proxy = proxy, .core = core, .turn = turn };
    if (!proxy->config->edge || !proxy->config->registrar) {
        return;
    }
    const ss_slice path = path_of_flow(&v, flow);
    ss_output *out = path.len == 0 ? NULL : ss_turn_add(turn, SS_OUT_QUERY);
    if (out != NULL) {
        out->query = (ss_query){ .kind = SS_QUERY_UNBIND, .name = path };
    }
}

ss_proxy_verdict ss_registrar_read_way(const ss_visit *v, ss_context *c, const ss_msg *request,
                                       ss_way *way)
{
    bool keeps = false;
    *way = (ss_way){ 0 };
    if (ss_msg_count(request, SS_HDR_PATH) != 0) {
        if (!ss_msg_lists_token(request, SS_HDR_SUPPORTED, SS_LIT("path"))) {
            return (ss_proxy_verdict){ .status = 420, /* RFC3327:5.3, the recommended policy */
                                       .header = SS_HDR_UNSUPPORTED,
                                       .value = SS_LIT("path") };
        }
        if (read_path(v, request, way, &keeps) != SS_OK) {
            return (ss_proxy_verdict){ .status = 400 };
        }
        c->says_way = true;
    } else if (v->proxy->config->edge && is_first_hop(request)) {
        way->flow = own_flow(v, c);
        keeps = way->flow.len != 0;
    }
    way->keeps_flows = keeps;
    way->asks = ss_msg_lists_token(request, SS_HDR_SUPPORTED, SS_LIT("outbound"));
    return go_on;
}

static ss_slice unquoted(ss_slice s)
{
    return s.len >= 2 && s.at[0] == '"' ? ss_slice_cut(s, 1, s.len - 1) : s;
}

/* RFC5626:6: a reg-id without an instance says nothing. */
ss_proxy_verdict ss_registrar_read_flow(ss_context *c, const ss_way *way,
                                        const ss_name_addr *contact, ss_binding *change)
{
    ss_slice instance = SS_EMPTY, reg_id;
    uint64_t number = 0;
    change->path = way->path;
    if (ss_params_get(contact->params, SS_LIT("+sip.instance"), &instance) == SS_OK) {
        change->instance = unquoted(instance);
    }
    if (ss_params_get(contact->params, SS_LIT("reg-id"), &reg_id) != SS_OK ||
        change->instance.len == 0 || ss_slice_to_u64(reg_id, INT32_MAX, &number) != SS_OK) {
        return go_on;
    }
    if (!way->keeps_flows) {
        return (ss_proxy_verdict){ .status = way->asks ? 439 : 0 };
    }
    change->reg_id = (uint32_t)number;
    change->path = way->flow.len != 0 ? way->flow : way->path;
    c->says_way = true;
    change->is_by_flow = way->flow.len != 0;
    c->by_flow = way->asks && number != 0;
    c->own_flow = c->by_flow && change->is_by_flow;
    return go_on;
}

/* "if the Contact header field contains more than one header field value with a non-zero expiration and any of these … contain a
 * reg-id". RFC5626:6 */
bool ss_registrar_is_one_flow(const ss_binding *changes, uint32_t count)
{
    uint32_t lasting = 0;
    bool has_flow = false;
    for (uint32_t i = 0; i < count; i++) {
        lasting += changes[i].expires_s != 0 ? 1 : 0;
        has_flow = has_flow || (changes[i].reg_id != 0 && changes[i].expires_s != 0);
    }
    return !has_flow || lasting == 1;
}

/* Silence may last longer than the Flow-Timer: by as much as a keep-alive has for its answer (4.4.1). A flow of datagrams costs
 * nothing, so that nobody has to be given up: how often to ask is said all the same. RFC5626:5.4 RFC5626:6 */
bool ss_proxy_watch_flow(const ss_visit *v, const ss_path *flow)
{
    const uint32_t seconds = v->proxy->config->flow_timer_s;
    if (seconds == 0 || !ss_transport_is_reliable(flow->transport)) {
        return seconds != 0;
    }
    ss_path *watched = SS_ARENA_NEW(v->turn->arena, ss_path);
    if (watched == NULL) {
        v->turn->failed = true;
        return false;
    }
    *watched = *flow;
    v->turn->watched = watched;
    v->turn->patience = SS_S(seconds) + SS_S(10);
    return true;
}

/* What a 2xx says beside the bindings. RFC3327:5.3 RFC5626:6 RFC3608:5 */
ss_slice ss_registrar_put_way(const ss_visit *v, const ss_context *c)
{
    ss_msg request;
    const ss_proxy_config *config = v->proxy->config;
    const bool is_watched =
        c->own_flow && ss_proxy_watch_flow(v, ss_store_at(ss_visit_store(v), c->came_by.ref));
    ss_buffer b = ss_buffer_open(v->turn->arena);
    if (config->services) {
        ss_put_text(&b, "Service-Route: <sip:");
        ss_put_host_port(&b, &config->local.local);
        ss_put_text(&b, ";lr>\r\n");
    }
    if (c->by_flow) {
        ss_put_header(&b, SS_HDR_REQUIRE, SS_LIT("outbound"));
    }
    if (is_watched) {
        ss_put_header_u64(&b, SS_HDR_FLOW_TIMER, config->flow_timer_s);
    }
    const ss_slice lines = ss_buffer_keep(v->turn->arena, &b);
    v->turn->failed |= b.overflow;
    if (!c->says_way || ss_context_request(v, c, &request) != SS_OK) {
        return lines;
    }
    ss_buffer all = ss_buffer_open(v->turn->arena);
    ss_put(&all, lines);
    ss_put_header_from(&all, &request, SS_HDR_PATH);
    v->turn->failed |= all.overflow;
    return ss_buffer_keep(v->turn->arena, &all);
}

void ss_put_flow_params(ss_buffer *b, const ss_binding *bound)
{
    if (bound->instance.len != 0) {
        ss_put_text(b, ";+sip.instance=\"");
        ss_put(b, bound->instance);
        ss_put_char(b, '"');
    }
    if (bound->reg_id != 0) {
        ss_put_text(b, ";reg-id=");
        ss_put_u64(b, bound->reg_id);
    }
}
