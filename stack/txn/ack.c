/* The ACK of a non-2xx final response (RFC 3261 17.1.1.3), and what it has in common with a CANCEL (9.1): both are hop-by-hop,
 * carry one Via, equal to the request's top one, and follow the request's Route. */
#include "machine.h"

static void put_cseq(ss_buffer *b, uint32_t number, ss_slice method)
{
    ss_put_text(b, "CSeq: ");
    ss_put_u64(b, number);
    ss_put_char(b, ' ');
    ss_put(b, method);
    ss_put_text(b, "\r\n");
}

void ss_txn_put_hop_request(ss_buffer *b, const ss_msg *request, ss_slice method,
                            const ss_msg *to_of)
{
    ss_via via;
    ss_cseq cseq;
    if (ss_msg_top_via(request, &via) != SS_OK || ss_msg_cseq(request, &cseq) != SS_OK) {
        b->overflow = true; /* not a request that ss_txn_request takes */
        return;
    }
    ss_put_request_line(b, method, request->request_uri);
    ss_put_header(b, SS_HDR_VIA, via.whole);
    ss_put_header_u64(b, SS_HDR_MAX_FORWARDS, 70);
    ss_put_header_from(b, request, SS_HDR_FROM);
    ss_put_header_from(b, to_of, SS_HDR_TO);
    ss_put_header_from(b, request, SS_HDR_CALL_ID);
    put_cseq(b, cseq.number, method);
    ss_put_header_from(b, request, SS_HDR_ROUTE);
    if (to_of !=
        request) { /* RFC3261:22.1 an ACK has the credentials of its INVITE, a CANCEL needs none */
        ss_put_header_from(b, request, SS_HDR_AUTHORIZATION);
        ss_put_header_from(b, request, SS_HDR_PROXY_AUTHORIZATION);
    }
    ss_put_body(b, SS_EMPTY, SS_EMPTY);
}

ss_slice ss_txn_put_ack(const ss_core *core, const ss_txn *t, const ss_msg *response,
                        ss_arena *arena)
{
    ss_msg request;
    ss_diag diag;
    if (ss_msg_parse(&request, arena, ss_txn_kept(core, t), &diag) != SS_OK) {
        return SS_EMPTY; /* the arena is full: it parsed when it was sent */
    }
    ss_buffer b = ss_buffer_open(arena);
    ss_txn_put_hop_request(&b, &request, ss_method_name(SS_METHOD_ACK), response);
    if (b.len > SS_MESSAGE_BYTES_MAX) {
        return SS_EMPTY; /* a To that fits a response alone: no ACK can carry it */
    }
    return ss_buffer_keep(arena, &b);
}
