/* The proxy as a user agent server: responses of its own (RFC 3261 8.2.6, 8.2.7, 16.3).
 *
 * A request that is refused before anything was done for it is answered once, without a transaction (8.2.7): its sender may have
 * forged where it comes from, and whoever is there gets one message for each that came in his name and no copies by a timer (26.3.2.4:
 * "forgoing the normal response retransmission algorithm"), and nothing of it stays here. The To tag is computed from the request, so
 * that copies get the same one and the ACK is known when it comes. Who sent it asks again if the answer is lost. RFC3261:26.3.2.4
 */
#include "context.h"
#include "ss/tag.h"

/* 11.2: what a proxy answers an OPTIONS with. Allow is left out: a proxy is method agnostic. */
static void put_capabilities(ss_buffer *b)
{
    ss_put_header(b, SS_HDR_ACCEPT, SS_EMPTY);
    ss_put_header(b, SS_HDR_ACCEPT_ENCODING, SS_LIT("identity"));
    ss_put_header(b, SS_HDR_ACCEPT_LANGUAGE, SS_LIT("en"));
    ss_put_header(b, SS_HDR_SUPPORTED, SS_EMPTY);
}

static ss_slice print_response(const ss_visit *v, const ss_msg *request, ss_proxy_verdict verdict,
                               ss_slice tag)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_response_head(&b, request, verdict.status, SS_EMPTY, tag);
    if (verdict.value.at != NULL) {
        ss_put_header(&b, verdict.header, verdict.value);
    }
    ss_put(&b, verdict.lines);
    if (verdict.status == 200 && request->method == SS_METHOD_OPTIONS) {
        put_capabilities(&b);
    }
    if (verdict.status != 100 && v->core->settings->product.len != 0) {
        ss_put_header(&b, SS_HDR_SERVER, v->core->settings->product);
    }
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    v->turn->failed |= b.overflow;
    return ss_buffer_keep(v->turn->arena, &b);
}

bool ss_proxy_respond(const ss_visit *v, ss_ref *server, const ss_msg *request,
                      ss_proxy_verdict verdict)
{
    char memory[16];
    ss_buffer tag = ss_buffer_on(memory, sizeof memory);
    if (verdict.status != 100) {
        ss_put_response_tag(v->core, &tag, request);
    }
    const ss_slice response = print_response(v, request, verdict, ss_buffer_slice(&tag));
    if (response.len == 0) {
        return false;
    }
    bool ended = false;
    const ss_status status = ss_txn_respond(v->core, v->turn, *server, response, &ended);
    if (ended) {
        *server = 0;
    }
    return status == SS_OK;
}

/* As a user agent server would. RFC3261:16.1 */
void ss_proxy_reply(const ss_visit *v, const ss_msg *request, const ss_path *came_by,
                    ss_proxy_verdict verdict)
{
    const ss_owner nobody = { .kind = SS_OWNER_NONE };
    ss_ref server = 0;
    const ss_status status = ss_txn_serve(v->core, v->turn, request, came_by, nobody, &server);
    if (status == SS_ERR_FULL) {
        ss_proxy_overloaded(v, request, came_by);
    }
    if (status != SS_OK) {
        return;
    }
    if (!ss_proxy_respond(v, &server, request, verdict) && server != 0) {
        (void)ss_txn_abandon(v->core, v->turn, server);
    }
}

/* ---- without a transaction ----------------------------------------------------------------------------------- */

/* In a dialog the To tag is not ours to choose. Who was refused there of late is remembered in a few words, each of which gives way
 * to another: what is forgotten costs its callee an ACK that he does not wait for. */
enum { REFUSED_SLOTS = 256 };

static uint64_t *refused_slot(const ss_visit *v, uint64_t identity)
{
    const uint64_t mixed = ss_mix_absorb(v->core->entropy.key, identity);
    uint64_t *slots = ss_store_at(ss_visit_store(v), v->proxy->refused);
    return &slots[mixed % REFUSED_SLOTS];
}

static void remember_refusal(const ss_visit *v, const ss_msg *request, const ss_via *via)
{
    ss_name_addr to;
    if (request->method != SS_METHOD_INVITE || ss_msg_to(request, &to) != SS_OK ||
        ss_name_addr_tag(&to).len == 0) {
        return;
    }
    if (v->proxy->refused == 0) {
        v->proxy->refused = ss_core_take(v->core, REFUSED_SLOTS * sizeof(uint64_t));
    }
    if (v->proxy->refused != 0) {
        *refused_slot(v, ss_via_identity(via)) = ss_via_identity(via);
    }
}

size_t ss_proxy_refused_bytes(const ss_proxy *proxy)
{
    return proxy->refused == 0 ? 0 : ss_store_rounded(REFUSED_SLOTS * sizeof(uint64_t));
}

void ss_proxy_forget_refused(const ss_visit *v)
{
    if (v->proxy->refused != 0) {
        ss_core_give(v->core, v->proxy->refused, REFUSED_SLOTS * sizeof(uint64_t));
        v->proxy->refused = 0;
    }
}

void ss_proxy_refuse_alone(const ss_visit *v, const ss_msg *request, const ss_path *came_by,
                           ss_proxy_verdict verdict)
{
    ss_via via;
    if (ss_msg_top_via(request, &via) != SS_OK) {
        return;
    }
    char memory[16];
    ss_buffer tag = ss_buffer_on(memory, sizeof memory);
    ss_put_response_tag(v->core, &tag, request);
    const ss_slice response = ss_overload_stamp(
        v->core, v->turn->arena, &via, print_response(v, request, verdict, ss_buffer_slice(&tag)));
    if (response.len == 0 ||
        ss_txn_respond_stateless(v->turn, request, came_by, response) != SS_OK) {
        return; /* a Via that no response can follow: a drop */
    }
    remember_refusal(v, request, &via);
}

void ss_proxy_overloaded(const ss_visit *v, const ss_msg *request, const ss_path *came_by)
{
    if (v->core->out_of_memory || v->turn->failed) {
        return; /* the host's trouble is no protocol answer */
    }
    ss_turn_event(v->turn, &(ss_event){ .kind = SS_EVENT_FULL, .status = 503, .msg = request });
    char memory[24];
    ss_buffer seconds = ss_buffer_on(memory, sizeof memory);
    ss_proxy_verdict verdict = { .status = 503 };
    if (v->proxy->config->queue != NULL && v->proxy->config->queue->retry_after_s != 0) {
        ss_put_u64(&seconds, v->proxy->config->queue->retry_after_s); /* RFC3261:21.5.4 */
        verdict.header = SS_HDR_RETRY_AFTER;
        verdict.value = ss_buffer_slice(&seconds);
    }
    ss_proxy_refuse_alone(v, request, came_by, verdict);
}

bool ss_proxy_is_ack_of_refusal(const ss_visit *v, const ss_msg *ack)
{
    ss_via via;
    ss_name_addr to;
    if (ss_msg_top_via(ack, &via) != SS_OK || ss_msg_to(ack, &to) != SS_OK) {
        return false;
    }
    const uint64_t identity = ss_via_identity(&via);
    if (v->proxy->refused != 0 && *refused_slot(v, identity) == identity) {
        return true;
    }
    char memory[16];
    ss_buffer tag = ss_buffer_on(memory, sizeof memory);
    ss_put_response_tag(v->core, &tag, ack);
    return ss_slice_eq(ss_name_addr_tag(&to), ss_buffer_slice(&tag));
}
