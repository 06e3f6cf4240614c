/* The redirect server: RFC 3261 8.3. It issues no requests; whoever asks is told where the bindings are, and goes there itself.
 *
 * What it does not understand it ignores, option tags and methods too. A place that is the Request-URI itself is no answer: its
 * sender comes from there.
 */
#include "context.h"

static bool is_request_uri(const ss_routing *routing, ss_slice contact)
{
    ss_uri uri;
    return ss_uri_parse(contact, &uri) == SS_OK && ss_uri_equal(&uri, &routing->uri);
}

static void put_contact(ss_buffer *b, const ss_binding *bound)
{
    ss_put_text(b, b->len == 0 ? "<" : ", <");
    ss_put(b, bound->contact);
    ss_put_text(b, ">;expires=");
    ss_put_u64(b, bound->expires_s);
    ss_proxy_put_q(b, bound->q);
}

/* Nobody is sent to where he asked already. RFC3261:8.3 */
static ss_slice print_places(const ss_visit *v, const ss_routing *routing, const ss_answer *answer)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    for (uint16_t i = 0; i < answer->binding_count; i++) {
        if (!is_request_uri(routing, answer->bindings[i].contact)) {
            put_contact(&b, &answer->bindings[i]);
        }
    }
    v->turn->failed |= b.overflow;
    return ss_buffer_keep(v->turn->arena, &b);
}

/* RFC3261:8.3 RFC3261:21.3.3 */
void ss_redirect_located(const ss_visit *v, ss_context *c, const ss_answer *answer)
{
    ss_msg request;
    ss_routing routing;
    if (!ss_context_reread(v, c, &request, &routing)) {
        return;
    }
    const ss_slice places = print_places(v, &routing, answer);
    ss_proxy_verdict verdict = { .status = 302, .header = SS_HDR_CONTACT, .value = places };
    if (places.len == 0) {
        verdict = (ss_proxy_verdict){ .status = 404 };
    }
    if (v->turn->failed) {
        ss_context_drop(v, c);
    } else {
        ss_context_finish(v, c, verdict);
    }
}
