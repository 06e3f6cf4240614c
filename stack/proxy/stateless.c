/* Forwarding without a transaction: RFC 3261 16.11, for an ACK to a 2xx and for a CANCEL of nothing we know (16.10).
 *
 * The branch parameter is a hash of what is invariant on retransmission. A request that cannot be forwarded is dropped:
 * an ACK has no answer, and a CANCEL's sender falls back on its own timers (9.1). While a query is out, a context without
 * transactions keeps the bytes.
 */
#include "context.h"

/* The received branch when it has the cookie, else the fields that 16.11 names. RFC3261:16.11 */
static uint64_t identity_of(const ss_msg *request)
{
    ss_via via;
    if (ss_msg_top_via(request, &via) != SS_OK) {
        return 0;
    }
    if (ss_via_has_cookie(&via)) {
        return ss_via_identity(&via);
    }
    ss_name_addr na;
    ss_cseq cseq;
    uint64_t hash = ss_hash64(1, via.whole);
    if (ss_msg_to(request, &na) == SS_OK) {
        hash = ss_mix_absorb(hash, ss_hash64(2, ss_name_addr_tag(&na)));
    }
    if (ss_msg_from(request, &na) == SS_OK) {
        hash = ss_mix_absorb(hash, ss_hash64(3, ss_name_addr_tag(&na)));
    }
    if (ss_msg_cseq(request, &cseq) == SS_OK) {
        hash = ss_mix_absorb(hash, cseq.number);
    }
    hash = ss_mix_absorb(hash, ss_hash64(4, ss_msg_call_id(request)));
    return ss_mix_absorb(hash, ss_hash64(5, request->request_uri));
}

void ss_put_stateless_branch(const ss_core *core, ss_buffer *b, const ss_msg *request)
{
    ss_put_text(b, "z9hG4bK");
    ss_put_hex(b, ss_mix_absorb(core->entropy.key, identity_of(request)), 16);
    ss_put_char(b, '.');
    ss_put_hex(b, ss_proxy_loop_hash(request), 16);
}

static void send_to(const ss_visit *v, ss_outgoing *out, const ss_address *address)
{
    if (out->request->method != SS_METHOD_CANCEL) { /* RFC5393:5.4.1 */
        out->breadth = ss_proxy_breadth(v->proxy, out->request);
    }
    char memory[64];
    ss_buffer branch = ss_buffer_on(memory, sizeof memory);
    ss_put_stateless_branch(v->core, &branch, out->request);
    const ss_path path = ss_proxy_path_to(v->proxy, out, address);
    const ss_slice bytes = ss_outgoing_print(v, out, &path, ss_buffer_slice(&branch));
    if (bytes.len != 0 && bytes.len <= SS_MESSAGE_BYTES_MAX) {
        ss_txn_send_alone(v->core, v->turn, &path, bytes);
    }
}

static ss_context *new_context(const ss_visit *v, const ss_msg *request)
{
    ss_context *c = ss_context_new(v, request);
    if (c != NULL) {
        c->is_stateless = true;
    } else if (!v->core->out_of_memory) {
        ss_turn_event(v->turn, &(ss_event){ .kind = SS_EVENT_FULL });
    }
    return c;
}

/* The target is the context's only candidate. */
static void ask_next_hop(const ss_visit *v, ss_context *c, const ss_outgoing *out, ss_slice target)
{
    ss_context *waiting = c == NULL ? new_context(v, out->request) : c;
    ss_query resolve = ss_outgoing_query(out);
    resolve.is_fixed = true; /* RFC3263:4.4 copies go the same way */
    if (waiting != NULL && (ss_candidate_add(v, waiting, target, 0, false) == 0 ||
                            !ss_park(v, waiting, NULL, SS_STAGE_RESOLVE, &resolve))) {
        ss_context_overloaded(v, waiting);
    }
}

void ss_stateless_send(const ss_visit *v, ss_context *c, const ss_msg *request,
                       const ss_routing *routing, const ss_target *target)
{
    ss_outgoing out;
    const bool planned = ss_outgoing_plan(v, request, routing, target, &out) == SS_OK;
    if (planned && !out.hop.is_numeric) {
        ask_next_hop(v, c, &out, target->uri);
        return;
    }
    if (planned) {
        send_to(v, &out, &out.hop.address);
    }
    if (c != NULL) {
        ss_context_release(v, c);
    }
}

/* One and only one target: the first address. RFC3261:16.11 */
void ss_stateless_resolved(const ss_visit *v, ss_context *c, const ss_answer *answer)
{
    const ss_target target = { .uri = ss_candidate_uri(ss_candidate_at(v, c->first_candidate)),
                               .candidate = c->first_candidate };
    ss_msg request;
    ss_routing routing;
    ss_outgoing out;
    if (answer->status == SS_OK && answer->address_count != 0 &&
        ss_context_request(v, c, &request) == SS_OK &&
        ss_proxy_preroute(v, &request, &routing).status == 0 &&
        ss_outgoing_plan(v, &request, &routing, &target, &out) == SS_OK &&
        ss_outgoing_by(v, &out, answer)) {
        send_to(v, &out, &answer->addresses[0]);
    }
    ss_context_release(v, c);
}

void ss_proxy_stateless(const ss_visit *v, const ss_msg *request)
{
    ss_routing routing;
    if (ss_proxy_validate(v, request).status != 0 ||
        ss_proxy_preroute(v, request, &routing).status != 0) {
        return;
    }
    if (ss_proxy_is_predetermined(v->proxy, &routing)) {
        ss_stateless_send(v, NULL, request, &routing, &(ss_target){ .uri = routing.request_uri });
        return;
    }
    ss_context *c = new_context(v, request);
    if (c != NULL) {
        const ss_query locate = { .kind = SS_QUERY_LOCATE };
        ss_proxy_ask_bindings(v, c, &routing.uri, SS_STAGE_LOCATE, locate);
    }
}
