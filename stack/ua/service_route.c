/* Service routes at the user agent (RFC 3608 6.1): what the latest 2xx to a REGISTER says in Service-Route, in its order, is the preloaded
 * Route of requests outside dialogs, behind the outbound proxy that leads out of the access network. There is one for the
 * address-of-record, whatever flow it was learnt by; it is gone with the registration. A value that is no loose route makes the
 * whole of it worthless, and without room to keep it there is none. */
#include "usage.h"

static bool is_loose(const ss_name_addr *value)
{
    ss_uri uri;
    ss_slice lr;
    return !value->is_star && ss_uri_parse(value->uri, &uri) == SS_OK &&
           (uri.scheme == SS_SCHEME_SIP || uri.scheme == SS_SCHEME_SIPS) &&
           ss_params_get(uri.params, SS_LIT("lr"), &lr) == SS_OK;
}

/* "<uri>, <uri>" in the arena; empty when there are none, or one is no Route. RFC3608:6.1 RFC3608:6.3 */
static ss_slice routes_from(const ss_visit *v, const ss_msg *response)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_value_iter it = { 0 };
    ss_name_addr value;
    ss_status status;
    while ((status = ss_msg_next_addr(response, SS_HDR_SERVICE_ROUTE, &it, &value)) == SS_OK &&
           is_loose(&value)) {
        ss_put_text(&b, b.len == 0 ? "<" : ", <");
        ss_put(&b, value.uri);
        ss_put_char(&b, '>');
    }
    const ss_slice routes = ss_buffer_keep(v->turn->arena, &b);
    return status == SS_NONE ? routes : SS_EMPTY;
}

void ss_ua_services_forget(const ss_visit *v)
{
    ss_core_drop(v->core, &v->ua->services);
}

void ss_ua_services_learn(const ss_visit *v, const ss_msg *response)
{
    const ss_slice routes = routes_from(v, response);
    if (ss_slice_eq(routes, ss_blob_slice(&v->core->pools->store, v->ua->services))) {
        return;
    }
    ss_ua_services_forget(v);
    if (routes.len > 0 && ss_core_keep(v->core, routes, &v->ua->services) != SS_OK) {
        v->ua->services = (ss_blob){ 0 };
    }
}

/* Of a route set: its first URI. */
static ss_slice first_of(ss_slice routes)
{
    return ss_slice_cut(routes, 1, ss_slice_find(routes, '>'));
}

static bool is_same(ss_slice one, ss_slice other)
{
    ss_uri a, b;
    return ss_uri_parse(one, &a) == SS_OK && ss_uri_parse(other, &b) == SS_OK &&
           ss_uri_equal(&a, &b);
}

/* The proxy that is the way out may be the first of the service route: it is visited once. RFC3608:6.1 */
ss_status ss_ua_preloaded(const ss_visit *v, ss_slice *routes)
{
    const ss_slice outbound = ss_ua_outbound(v);
    const ss_slice services = ss_blob_slice(&v->core->pools->store, v->ua->services);
    const bool has_brackets = outbound.len > 0 && outbound.at[0] == '<';
    if (services.len == 0 || outbound.len == 0 ||
        is_same(has_brackets ? first_of(outbound) : outbound, first_of(services))) {
        *routes = services.len == 0 ? outbound : services;
        return SS_OK;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_text(&b, has_brackets ? "" : "<");
    ss_put(&b, outbound);
    ss_put_text(&b, has_brackets ? ", " : ">, ");
    ss_put(&b, services);
    *routes = ss_buffer_keep(v->turn->arena, &b);
    return b.overflow ? SS_ERR_FULL : SS_OK;
}
