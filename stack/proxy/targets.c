/* Determining request targets: RFC 3261 16.5.
 *
 * One target per request: the Request-URI itself when another domain's, else the best binding that the location
 * service knows for it. A user it never heard of is 404 (16.5, 21.4.5), one who is bound nowhere now 480 (16.5).
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
    return ss_params_get(routing->uri.params, SS_LIT("maddr"), &maddr) == SS_OK ||
           !is_responsible(proxy, &routing->uri);
}

void ss_proxy_ask_bindings(const ss_visit *v, ss_context *c, const ss_uri *aor, ss_stage stage,
                           ss_query query)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_uri_put_canonical_aor(&b, aor);
    v->turn->failed |= b.overflow;
    query.name = ss_buffer_keep(v->turn->arena, &b);
    if (v->turn->failed || !ss_park(v, c, NULL, stage, &query, SS_EMPTY)) {
        ss_context_overloaded(v, c);
    }
}

void ss_proxy_target(const ss_visit *v, ss_context *c, const ss_msg *request,
                     const ss_routing *routing)
{
    if (ss_proxy_is_predetermined(v->proxy, routing)) {
        ss_proxy_forward(v, c, request, routing, routing->request_uri);
    } else if (request->method == SS_METHOD_REGISTER && v->proxy->config->registrar) {
        ss_registrar_serve(v, c, request, routing);
    } else if (request->method == SS_METHOD_OPTIONS && routing->uri.user.at == NULL) {
        ss_context_finish(v, c, (ss_proxy_verdict){ .status = 200 }); /* 11: it asks about us */
    } else {
        const ss_query locate = { .kind = SS_QUERY_LOCATE };
        ss_proxy_ask_bindings(v, c, &routing->uri, SS_STAGE_LOCATE, locate);
    }
}

/* 16.6: from highest q to lowest. Among equals the one that registered last, for a phone that came back from a restart
 * is where it says now (the location service answers in order of registration). */
static const ss_binding *best_binding(const ss_answer *answer)
{
    const ss_binding *best = NULL;
    for (uint16_t i = 0; i < answer->binding_count; i++) {
        const ss_binding *b = &answer->bindings[i];
        ss_uri uri;
        const bool usable = ss_uri_parse(b->contact, &uri) == SS_OK &&
                            (uri.scheme == SS_SCHEME_SIP || uri.scheme == SS_SCHEME_SIPS);
        if (usable && (best == NULL || b->q >= best->q)) {
            best = b;
        }
    }
    return best;
}

/* RFC3261:16.5, last two paragraphs. */
static unsigned why_not_found(const ss_answer *answer)
{
    switch (answer->status) {
    case SS_OK:
        return 480;
    case SS_NONE:
        return 404;
    default:
        return 500;
    }
}

void ss_proxy_located(const ss_visit *v, ss_context *c, const ss_answer *answer)
{
    const ss_binding *found = answer->status == SS_OK ? best_binding(answer) : NULL;
    if (found == NULL) {
        ss_context_finish(v, c, (ss_proxy_verdict){ .status = why_not_found(answer) });
        return;
    }
    ss_msg request;
    ss_routing routing;
    if (ss_context_request(v, c, &request) != SS_OK ||
        ss_proxy_preroute(v, &request, &routing).status != 0) {
        v->turn->failed = true; /* it passed before: only the arena can be the reason */
        ss_context_drop(v, c);
    } else if (c->is_stateless) {
        ss_stateless_send(v, c, &request, &routing, found->contact);
    } else {
        ss_proxy_forward(v, c, &request, &routing, found->contact);
    }
}
