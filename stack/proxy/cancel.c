/* CANCEL at a proxy: RFC 3261 16.10, and 9.1 for those it sends.
 *
 * A CANCEL is answered here, hop by hop, when the request it cancels is known; its effect is a CANCEL on every branch
 * that has a provisional response. One that has none yet gets its CANCEL with the first (9.1).
 */
#include "context.h"

/* The Reason of a CANCEL goes on with it; and who lost hears why. RFC3326:2 */
static void put_reason(const ss_visit *v, const ss_context *c, ss_buffer *b)
{
    if (c->cancel_reason.len != 0) {
        ss_put(b, ss_blob_slice(ss_visit_store(v), c->cancel_reason));
    } else if (c->cancel_cause != 0) {
        ss_put_text(b, "Reason: SIP ;cause=");
        ss_put_u64(b, c->cancel_cause);
        ss_put_text(b, c->cancel_cause < 300 ? " ;text=\"Call completed elsewhere\"\r\n"
                                             : " ;text=\"Declined elsewhere\"\r\n");
    }
}

/* Behind the last field. Where it does not fit the CANCEL goes without. */
static void add_reason(const ss_visit *v, const ss_context *c, ss_buffer *b)
{
    const size_t end = b->len;
    b->len -= 2; /* the empty line's */
    put_reason(v, c, b);
    ss_put_text(b, "\r\n");
    if (b->overflow || b->len > SS_MESSAGE_BYTES_MAX) {
        b->len = end - 2;
        b->overflow = false;
        ss_put_text(b, "\r\n");
    }
}

/* Its answers are this proxy's own business and go no further: nobody owns the transaction. */
static void send_cancel(const ss_visit *v, const ss_branch *b)
{
    const ss_txn *t = ss_txn_at(v->core, b->txn);
    ss_buffer buffer = ss_buffer_open(v->turn->arena);
    if (ss_txn_put_cancel(v->core, t, v->turn->arena, &buffer) != SS_OK) {
        v->turn->failed |= buffer.overflow;
        return;
    }
    add_reason(v, ss_context_at(v, b->context), &buffer);
    const ss_slice bytes = ss_buffer_keep(v->turn->arena, &buffer);
    const ss_path path = ss_txn_path(v->core, t);
    const ss_owner nobody = { .kind = SS_OWNER_NONE };
    ss_ref txn = 0;
    if (ss_txn_request(v->core, v->turn, &path, bytes, nobody, &txn) == SS_ERR_FULL) {
        ss_turn_event(v->turn, &(ss_event){ .kind = SS_EVENT_FULL });
    }
}

/* From here on Timer C runs the 64*T1 of 9.1: with or without a CANCEL on the wire, the branch comes to an end.
 * RFC3261:9.1 RFC3261:16.10 */
void ss_branch_cancel(const ss_visit *v, ss_branch *b)
{
    if (b->final || b->cancel_sent || b->txn == 0) {
        return;
    }
    b->cancel_wanted = true;
    if (!b->proceeding) {
        return;
    }
    b->cancel_sent = true;
    send_cancel(v, b);
    const ss_time at = ss_time_after(v->turn->now, 64 * v->core->settings->t1);
    ss_timer_set(&v->core->timers, ss_visit_store(v), &b->timer_c, at);
}

void ss_context_cancel(const ss_visit *v, ss_context *c)
{
    for (ss_ref at = c->first_branch; at != 0; at = ss_branch_at(v, at)->next) {
        ss_branch_cancel(v, ss_branch_at(v, at));
    }
}

/* For branches that cannot be cancelled yet too. At the quota it is left out. */
static void keep_reason(const ss_visit *v, ss_context *c, const ss_msg *cancel)
{
    if (ss_msg_count(cancel, SS_HDR_REASON) == 0) {
        return;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_header_from(&b, cancel, SS_HDR_REASON);
    const ss_slice lines = ss_buffer_keep(v->turn->arena, &b);
    ss_core_drop(v->core, &c->cancel_reason);
    if (ss_core_keep(v->core, lines, &c->cancel_reason) != SS_OK) {
        c->cancel_reason = (ss_blob){ 0 };
    }
}

/* 9.2: CANCEL has no effect on other methods, nor after a final response. While a query is still out there is nobody to
 * cancel, so the request ends here as a user agent server ends it. */
static void cancel_context(const ss_visit *v, ss_context *c, const ss_msg *cancel)
{
    if (c->method != SS_METHOD_INVITE || c->final_sent) {
        return;
    }
    ss_context_close(v, c);
    if (ss_context_has_pending(v, c)) {
        keep_reason(v, c, cancel);
        ss_context_cancel(v, c);
    } else {
        ss_context_finish(v, c, (ss_proxy_verdict){ .status = 487 });
    }
}

/* RFC3261:16.10 */
void ss_proxy_cancel(const ss_visit *v, const ss_msg *cancel, const ss_path *came_by)
{
    const ss_ref cancelled = ss_txn_find_cancelled(v->core, cancel);
    const ss_proxy_mode mode = v->proxy->config->mode;
    if (cancelled == 0 && (mode == SS_PROXY_REDIRECTS || mode == SS_PROXY_REGISTERS)) {
        ss_proxy_refuse_alone(v, cancel, came_by, (ss_proxy_verdict){ .status = 481 }); /* 9.2 */
        return;
    }
    if (cancelled == 0) {
        ss_proxy_stateless(v, cancel, NULL);
        return;
    }
    const ss_owner owner = ss_txn_owner(ss_txn_at(v->core, cancelled));
    ss_proxy_reply(v, cancel, came_by, (ss_proxy_verdict){ .status = 200 });
    if (owner.kind == SS_OWNER_CONTEXT) {
        cancel_context(v, ss_context_at(v, owner.ref), cancel);
    }
}
