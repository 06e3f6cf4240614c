/* Forwarding without a transaction: RFC 3261 16.11, for an ACK to a 2xx and for a CANCEL of nothing we know (16.10); in a stateless
 * proxy for everything.
 *
 * The branch parameter is a hash of what is invariant on retransmission, and a response finds its way by the Vias alone. What cannot
 * be forwarded is dropped if it is an ACK, which has no answer, or a CANCEL, whose sender falls back on its own timers (9.1); a
 * stateless proxy refuses it without a transaction. While a query is out, a context without transactions keeps the bytes.
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
static void ask_next_hop(const ss_visit *v, ss_context *c, const ss_outgoing *out,
                         const ss_target *target)
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
        ask_next_hop(v, c, &out, target);
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
    const ss_target target = ss_candidate_target(v, c->first_candidate);
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

void ss_stateless_refuse(const ss_visit *v, const ss_context *c, ss_proxy_verdict verdict)
{
    ss_msg request;
    if (!c->is_stateless || c->came_by.ref == 0 || ss_context_request(v, c, &request) != SS_OK) {
        return;
    }
    const ss_path *came_by = ss_store_at(ss_visit_store(v), c->came_by.ref);
    ss_proxy_refuse_alone(v, &request, came_by, verdict);
}

static void locate(const ss_visit *v, const ss_msg *request, const ss_routing *routing,
                   const ss_path *came_by)
{
    ss_context *c = new_context(v, request);
    if (c == NULL) {
        return;
    }
    const ss_slice path = { (const char *)came_by, came_by == NULL ? 0 : sizeof *came_by };
    if (ss_core_keep(v->core, path, &c->came_by) != SS_OK) {
        c->came_by = (ss_blob){ 0 }; /* at the quota nobody is told */
    }
    ss_proxy_locate(v, c, routing);
}

static void route(const ss_visit *v, const ss_msg *request, const ss_routing *routing,
                  const ss_path *came_by)
{
    if (ss_proxy_is_predetermined(v->proxy, routing)) {
        ss_stateless_send(v, NULL, request, routing, &(ss_target){ .uri = routing->request_uri });
    } else if (came_by != NULL && ss_proxy_asks_us(request, routing)) {
        ss_proxy_refuse_alone(v, request, came_by, (ss_proxy_verdict){ .status = 200 });
    } else {
        locate(v, request, routing, came_by);
    }
}

void ss_proxy_stateless(const ss_visit *v, const ss_msg *request, const ss_path *came_by)
{
    ss_routing routing;
    ss_proxy_verdict verdict = ss_proxy_validate(v, request);
    if (verdict.status == 0) {
        verdict = ss_proxy_preroute(v, request, &routing);
    }
    if (verdict.status == 0) {
        route(v, request, &routing, came_by);
    } else if (came_by != NULL && !v->turn->failed) {
        ss_proxy_refuse_alone(v, request, came_by, verdict);
        ss_defence_refused(v, ss_defence_origin(v, came_by), verdict.status);
    }
}

/* ---- responses ------------------------------------------------------------------------------------------------ */

/* To where the Via below ours says. RFC3261:16.11 RFC3261:18.2.2 */
static bool next_place(const ss_proxy *proxy, const ss_msg *passed, ss_path *path)
{
    ss_via via;
    *path = proxy->config->local;
    if (ss_msg_top_via(passed, &via) != SS_OK ||
        ss_transport_from(via.transport, &path->transport) != SS_OK) {
        return false;
    }
    const ss_path ours = *path;
    const ss_status status =
        ss_transport_is_reliable(path->transport)
            ? ss_transport_response_address(passed, path->transport, &path->remote)
            : ss_transport_response_path(passed, &ours, path);
    path->local = *ss_proxy_local(proxy, path->remote.family);
    return status == SS_OK;
}

/* That its Via is ours was seen to before. RFC3261:16.11 */
bool ss_proxy_pass_response(const ss_proxy *proxy, ss_turn *turn, const ss_msg *response)
{
    if (proxy->config->mode != SS_PROXY_STATELESS) {
        return false;
    }
    ss_msg passed;
    ss_diag diag;
    ss_path path;
    ss_splice s = ss_splice_begin(response, turn->arena);
    ss_splice_version(&s);
    ss_splice_pop(&s, SS_HDR_VIA);
    ss_buffer b = ss_buffer_open(turn->arena);
    const bool is_whole = ss_splice_print(&s, &b) == SS_OK;
    const ss_slice bytes = ss_buffer_keep(turn->arena, &b);
    turn->failed |= !is_whole;
    if (is_whole && ss_msg_parse(&passed, turn->arena, bytes, &diag) == SS_OK &&
        next_place(proxy, &passed, &path)) {
        ss_turn_send(turn, &path, bytes);
    }
    return true;
}
