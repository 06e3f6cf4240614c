/* Route sets (RFC 3261 sections 12.1.1, 12.1.2, 12.2.1.1): kept as the value of a Route header field, in the order in
 * which requests will travel. Only URIs are kept, with all their parameters; display names and the parameters of the
 * Record-Route value itself are not part of the set. */
#include "ss/dialog.h"

/* Records the URIs in order: the array is in the arena. */
static ss_status collect(const ss_msg *msg, ss_arena *arena, ss_slice **uris, size_t *count)
{
    ss_value_iter it = { 0 };
    ss_name_addr route;
    ss_status status;
    size_t n = 0;
    while ((status = ss_msg_next_addr(msg, SS_HDR_RECORD_ROUTE, &it, &route)) == SS_OK) {
        n++;
    }
    if (status != SS_NONE) {
        return status;
    }
    *count = n;
    *uris = n == 0 ? NULL : SS_ARENA_ARRAY(arena, ss_slice, n);
    if (n == 0 || *uris == NULL) {
        return n == 0 ? SS_OK : SS_ERR_FULL;
    }
    it = (ss_value_iter){ 0 };
    for (size_t i = 0; i < n; i++) {
        status = ss_msg_next_addr(msg, SS_HDR_RECORD_ROUTE, &it, &route);
        if (status != SS_OK) {
            return status;
        }
        (*uris)[i] = route.uri;
    }
    return SS_OK;
}

static void put_in_brackets(ss_buffer *b, ss_slice uri)
{
    ss_put_char(b, '<');
    ss_put(b, uri);
    ss_put_char(b, '>');
}

/* In order for the UAS, RFC3261:12.1.1; in reverse for the UAC, RFC3261:12.1.2 */
ss_status ss_route_set_from(const ss_msg *msg, bool reversed, ss_arena *arena, ss_slice *routes)
{
    ss_slice *uris = NULL;
    size_t count = 0;
    *routes = SS_EMPTY;
    const ss_status status = collect(msg, arena, &uris, &count);
    if (status != SS_OK || count == 0) {
        return status;
    }
    ss_buffer b = ss_buffer_open(arena);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            ss_put_text(&b, ", ");
        }
        put_in_brackets(&b, uris[reversed ? count - 1 - i : i]);
    }
    *routes = ss_buffer_keep(arena, &b);
    return b.overflow ? SS_ERR_FULL : SS_OK;
}

/* The first "<uri>" of a route set and what follows its comma. A host may have written a lone URI without brackets. */
static ss_slice first_route(ss_slice routes, ss_slice *rest)
{
    *rest = SS_EMPTY;
    if (routes.len == 0 || routes.at[0] != '<') {
        return routes;
    }
    const size_t end = ss_slice_find(routes, '>');
    if (end == routes.len) {
        return SS_EMPTY;
    }
    const ss_slice after = ss_slice_cut(routes, end + 1, routes.len);
    const size_t comma = ss_slice_find(after, ',');
    if (comma < after.len) {
        *rest = ss_slice_trim(ss_slice_cut(after, comma + 1, after.len));
    }
    return ss_slice_cut(routes, 1, end);
}

/* A Request-URI has neither method parameter nor headers (19.1.1, table 1); everything else stays byte for byte. */
void ss_put_request_uri(ss_buffer *b, const ss_uri *uri)
{
    ss_slice text = uri->whole;
    if (uri->headers.len > 0) { /* a '?' may stand in the user part as well */
        text = ss_slice_cut(text, 0, (size_t)(uri->headers.at - text.at) - 1);
    }
    const size_t params =
        uri->params.bytes.len == 0 ? text.len : (size_t)(uri->params.bytes.at - text.at);
    ss_put(b, ss_slice_cut(text, 0, params));
    size_t at = params;
    while (at < text.len) { /* text.at[at] is ';' */
        const ss_slice next = ss_slice_cut(text, at + 1, text.len);
        const ss_slice param = ss_slice_cut(next, 0, ss_slice_find(next, ';'));
        const ss_slice name = ss_slice_cut(param, 0, ss_slice_find(param, '='));
        if (!ss_slice_eq_nocase(name, SS_LIT("method"))) {
            ss_put_char(b, ';');
            ss_put(b, param);
        }
        at += 1 + param.len;
    }
}

/* The strict router takes the Request-URI, the target goes last. RFC3261:12.2.1.1 */
static ss_status make_strict(ss_slice target, const ss_uri *first, ss_slice rest, ss_arena *arena,
                             ss_route *out)
{
    ss_buffer b = ss_buffer_open(arena);
    ss_put_request_uri(&b, first);
    out->request_uri = ss_buffer_keep(arena, &b);
    if (b.overflow) {
        return SS_ERR_FULL;
    }
    b = ss_buffer_open(arena);
    if (rest.len > 0) {
        ss_put(&b, rest);
        ss_put_text(&b, ", ");
    }
    put_in_brackets(&b, target);
    out->routes = ss_buffer_keep(arena, &b);
    out->next_hop = out->request_uri;
    return b.overflow ? SS_ERR_FULL : SS_OK;
}

/* A loose router stays in Route and is where the request goes. RFC3261:12.2.1.1 RFC3261:8.1.2 */
static ss_status make_loose(ss_slice target, ss_slice first, ss_slice routes, ss_arena *arena,
                            ss_route *out)
{
    *out = (ss_route){ .request_uri = target, .routes = routes, .next_hop = first };
    if (routes.at[0] == '<') {
        return SS_OK;
    }
    ss_buffer b = ss_buffer_open(arena);
    put_in_brackets(&b, routes);
    out->routes = ss_buffer_keep(arena, &b);
    return b.overflow ? SS_ERR_FULL : SS_OK;
}

ss_status ss_route_make(ss_slice target, ss_slice routes, ss_arena *arena, ss_route *out)
{
    *out = (ss_route){ .request_uri = target, .next_hop = target };
    if (routes.len == 0) {
        return SS_OK;
    }
    ss_slice rest;
    const ss_slice first = first_route(routes, &rest);
    ss_uri uri;
    if (ss_uri_parse(first, &uri) != SS_OK) {
        return SS_ERR_SYNTAX;
    }
    ss_slice lr;
    if (ss_params_get(uri.params, SS_LIT("lr"), &lr) == SS_OK) {
        return make_loose(target, first, routes, arena, out);
    }
    return make_strict(target, &uri, rest, arena, out);
}
