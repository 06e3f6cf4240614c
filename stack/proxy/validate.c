/* Request validation: RFC 3261 16.3, with loop detection as RFC 5393 4.2 corrects it.
 *
 * What the parser refused never comes here; this looks at what a proxy alone must understand. Everything else in a
 * message, well formed or not, is passed on untouched.
 */
#include "context.h"

static const ss_proxy_verdict passed = { .status = 0 };

/* 16.3 steps 1 and 2, for the Request-URI. SIPS needs TLS on every hop (26.2.2), so without it the scheme is one that
 * this proxy does not understand. RFC3261:16.3 */
static ss_proxy_verdict check_uri(const ss_proxy *proxy, const ss_msg *request)
{
    ss_uri uri;
    if (ss_uri_parse(request->request_uri, &uri) != SS_OK) {
        return (ss_proxy_verdict){ .status = 400 };
    }
    const uint32_t ours = proxy->config->transports | 1u << proxy->config->local.transport;
    const bool secure = (ours & (1u << SS_TRANSPORT_TLS | 1u << SS_TRANSPORT_WSS)) != 0;
    if (uri.scheme == SS_SCHEME_SIP || (uri.scheme == SS_SCHEME_SIPS && secure)) {
        return passed;
    }
    return (ss_proxy_verdict){ .status = 416 };
}

/* 16.3 step 3; an OPTIONS that may go no further is answered here (section 11). RFC3261:16.3 */
static ss_proxy_verdict check_max_forwards(const ss_msg *request)
{
    uint32_t hops;
    const ss_status status = ss_msg_number(request, SS_HDR_MAX_FORWARDS, &hops);
    if (status == SS_NONE || (status == SS_OK && hops > 0)) {
        return passed;
    }
    if (status != SS_OK) {
        return (ss_proxy_verdict){ .status = 400 };
    }
    return (ss_proxy_verdict){ .status = request->method == SS_METHOD_OPTIONS ? 200 : 483 };
}

/* What decides where a request goes, and what tells transactions apart (RFC 5393 4.2.1, 4.2.4). The method is left out on purpose, and
 * so is what a CANCEL does not have (9.1): a CANCEL or an ACK has its INVITE's branch (16.6 step 8). */
uint64_t ss_proxy_loop_hash(const ss_msg *request)
{
    static const ss_hdr deciding[] = { SS_HDR_ROUTE, SS_HDR_CALL_ID };
    uint64_t hash = ss_hash64(0, request->request_uri);
    for (size_t i = 0; i < SS_COUNT(deciding); i++) {
        for (uint16_t at = request->first[deciding[i]]; at != 0;) {
            const ss_field *line = &request->fields[at - 1];
            const ss_slice value = { request->bytes.at + line->value_at, line->value_len };
            hash = ss_mix_absorb(hash, ss_hash64(i + 1, value));
            at = line->next;
        }
    }
    ss_cseq cseq;
    if (ss_msg_cseq(request, &cseq) == SS_OK) {
        hash = ss_mix_absorb(hash, cseq.number);
    }
    return hash;
}

static bool branch_ends_with(ss_slice branch, ss_slice end)
{
    return branch.len >= end.len &&
           ss_slice_eq(ss_slice_cut(branch, branch.len - end.len, branch.len), end);
}

static bool is_our_via(const ss_proxy *proxy, const ss_via *via)
{
    const ss_proxy_config *config = proxy->config;
    return ss_proxy_is_our_via(proxy, via, &config->local.local) ||
           (config->other.family != 0 && ss_proxy_is_our_via(proxy, via, &config->other));
}

/* 16.3 step 4 as RFC 5393 4.2.2 replaces it. RFC3261:16.3 RFC5393:4.1 RFC5393:4.2.2 */
static ss_proxy_verdict check_loop(const ss_proxy *proxy, const ss_msg *request)
{
    if (proxy->config->lets_loop) {
        return passed;
    }
    char memory[16];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    bool hashed = false;
    ss_value_iter it = { 0 };
    ss_via via;
    ss_status status;
    while ((status = ss_msg_next_via(request, &it, &via)) != SS_NONE) {
        if (status != SS_OK || !is_our_via(proxy, &via)) {
            continue;
        }
        if (!hashed) {
            ss_put_hex(&b, ss_proxy_loop_hash(request), 16);
            hashed = true;
        }
        if (branch_ends_with(via.branch, ss_buffer_slice(&b))) {
            return (ss_proxy_verdict){ .status = 482 };
        }
    }
    return passed;
}

/* Nobody may be sent a request with none left, so that it may go to nobody. RFC5393:5.3.3 */
static ss_proxy_verdict check_breadth(const ss_proxy *proxy, const ss_msg *request)
{
    const bool is_used_up =
        proxy->config->breadth_max != 0 && ss_proxy_breadth(proxy, request) == 0;
    return (ss_proxy_verdict){ .status = is_used_up ? 440 : 0 };
}

ss_slice ss_proxy_join_values(ss_turn *turn, const ss_msg *request, ss_hdr id)
{
    ss_buffer b = ss_buffer_open(turn->arena);
    ss_value_iter it = { 0 };
    ss_slice value;
    while (ss_msg_next_value(request, id, &it, &value) == SS_OK) {
        if (b.len != 0) {
            ss_put_text(&b, ", ");
        }
        ss_put(&b, value);
    }
    turn->failed |= b.overflow;
    return ss_buffer_keep(turn->arena, &b);
}

/* 16.3 step 5: this proxy understands no extension. 8.2.2.3: not looked at in CANCEL and ACK. RFC3261:16.3 */
static ss_proxy_verdict check_proxy_require(const ss_visit *v, const ss_msg *request)
{
    if (ss_msg_count(request, SS_HDR_PROXY_REQUIRE) == 0 || request->method == SS_METHOD_ACK ||
        request->method == SS_METHOD_CANCEL) {
        return passed;
    }
    const ss_slice unsupported = ss_proxy_join_values(v->turn, request, SS_HDR_PROXY_REQUIRE);
    if (unsupported.len == 0) {
        return passed; /* the field is there, but names nothing */
    }
    return (ss_proxy_verdict){ .status = 420, .header = SS_HDR_UNSUPPORTED, .value = unsupported };
}

/* Step 6, Proxy-Authorization: this proxy asks for no credentials. */
ss_proxy_verdict ss_proxy_validate(const ss_visit *v, const ss_msg *request)
{
    ss_proxy_verdict verdict = check_uri(v->proxy, request);
    const ss_proxy_mode mode = v->proxy->config->mode;
    if (mode == SS_PROXY_REDIRECTS || mode == SS_PROXY_REGISTERS) {
        return verdict; /* it forwards nothing; 8.3: what is not understood is ignored */
    }
    if (verdict.status == 0) {
        verdict = check_max_forwards(request);
    }
    if (verdict.status == 0) {
        verdict = check_loop(v->proxy, request);
    }
    if (verdict.status == 0) {
        verdict = check_breadth(v->proxy, request);
    }
    if (verdict.status == 0) {
        verdict = check_proxy_require(v, request);
    }
    return verdict;
}
