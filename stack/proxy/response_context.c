/* Response processing: RFC 3261 16.7, with RFC 6026 7.3 and 8.2 to 8.3 and RFC 4320.
 *
 * Responses come up for the branch whose client transaction they met; strays never come here and are not forwarded
 * (RFC6026:7.3 RFC6026:8.9). A branch whose result is in the context is given back at once and its transaction lingers alone, since
 * all it could still do is absorb copies; only a branch with a 2xx to INVITE stays, because every 2xx is forwarded. The
 * same holds for the server transaction once it has a final response other than 2xx to INVITE.
 */
#include "context.h"

static bool is_invite(const ss_context *c)
{
    return c->method == SS_METHOD_INVITE;
}

/* ---- the end of a context ------------------------------------------------------------------------------------ */

static bool has_pending_branch(const ss_visit *v, const ss_context *c)
{
    for (ss_ref at = c->first_branch; at != 0; at = ss_branch_at(v, at)->next) {
        if (!ss_branch_at(v, at)->final) {
            return true;
        }
    }
    return false;
}

/* Nobody waits for what a non-INVITE branch, or one that was never sent, would still bring. */
static void free_idle_branches(const ss_visit *v, ss_context *c)
{
    ss_ref at = c->first_branch;
    while (at != 0) {
        ss_branch *b = ss_branch_at(v, at);
        at = b->next;
        if (!b->final && (b->txn == 0 || !is_invite(c))) {
            ss_branch_free(v, b);
        }
    }
}

/* A final response went upstream, or never will. Owns `c`. */
static void context_over(const ss_visit *v, ss_context *c, unsigned status)
{
    c->final_sent = true;
    ss_core_drop(v->core, &c->request);
    ss_core_drop(v->core, &c->best);
    if (is_invite(c)) {
        ss_context_cancel(v, c); /* step 10. RFC3261:16.7 */
    }
    ss_parked_forget(v, c);
    free_idle_branches(v, c);
    if (c->server != 0 && !(is_invite(c) && status < 300)) {
        ss_txn_disown(v->core, c->server);
        c->server = 0;
    }
    ss_context_release(v, c);
}

void ss_context_finish(const ss_visit *v, ss_context *c, ss_proxy_verdict verdict)
{
    ss_msg request;
    const bool nothing_to_say = c->is_stateless || c->server == 0 || c->final_sent ||
                                (verdict.status == 408 && !is_invite(c)); /* RFC4320:4.2 */
    if (nothing_to_say) {
        ss_context_drop(v, c);
    } else if (ss_context_request(v, c, &request) != SS_OK) {
        v->turn->failed = true;
        ss_context_drop(v, c);
    } else if (!ss_proxy_respond(v, &c->server, &request, verdict)) {
        ss_context_drop(v, c);
    } else {
        context_over(v, c, verdict.status);
    }
}

void ss_context_overloaded(const ss_visit *v, ss_context *c)
{
    if (v->core->out_of_memory || v->turn->failed) {
        ss_context_drop(v, c); /* the host's trouble: as if the request were lost */
        return;
    }
    ss_turn_event(v->turn,
                  &(ss_event){ .kind = SS_EVENT_FULL, .status = c->is_stateless ? 0 : 503 });
    ss_context_finish(v, c, (ss_proxy_verdict){ .status = 503 });
}

/* ---- step 3: the copy without our Via ------------------------------------------------------------------------ */

static bool has_second_via(const ss_msg *response)
{
    ss_value_iter it = { 0 };
    ss_slice value;
    return ss_msg_next_value(response, SS_HDR_VIA, &it, &value) == SS_OK &&
           ss_msg_next_value(response, SS_HDR_VIA, &it, &value) == SS_OK;
}

/* Also step 9's "MUST NOT remove": nothing but the Via is touched, and a version in lower case (7.1). Step 8: Record-Route is not rewritten, since what
 * we put there holds toward both sides. RFC3261:16.7 */
static ss_slice print_without_via(const ss_visit *v, const ss_msg *response)
{
    ss_splice s = ss_splice_begin(response, v->turn->arena);
    ss_splice_version(&s);
    ss_splice_pop(&s, SS_HDR_VIA);
    ss_buffer b = ss_buffer_open(v->turn->arena);
    if (ss_splice_print(&s, &b) != SS_OK) {
        v->turn->failed = true;
        return SS_EMPTY;
    }
    return ss_buffer_keep(v->turn->arena, &b);
}

/* Step 9. When the server transaction is gone, the response is discarded (RFC6026:8.3). False when it is there and does
 * not take the response: it may still wait for another. */
static bool pass_upstream(const ss_visit *v, ss_context *c, ss_slice bytes)
{
    if (c->server == 0) {
        return true;
    }
    bool ended = false;
    const ss_status status = ss_txn_respond(v->core, v->turn, c->server, bytes, &ended);
    if (ended) {
        c->server = 0;
    }
    return status == SS_OK;
}

/* ---- steps 4 to 6: the best final response ------------------------------------------------------------------- */

/* Step 6: 6xx first, then the lowest class; inside it those that say how to try again. Lower is better. */
static unsigned rank(unsigned status)
{
    switch (status) {
    case 401:
    case 407:
    case 415:
    case 420:
    case 484:
        return 400;
    case 503:
        return 599; /* only when nothing else came */
    default:
        return status >= 600 ? 0 : status / 100 * 100 + 1;
    }
}

/* Step 4. RFC3261:16.7 */
static void add_to_context(const ss_visit *v, ss_context *c, unsigned status, ss_slice bytes)
{
    if (c->best_status != 0 && rank(c->best_status) <= rank(status)) {
        return;
    }
    ss_core_drop(v->core, &c->best);
    c->best_status = (uint16_t)status;
    if (bytes.len != 0 && ss_core_keep(v->core, bytes, &c->best) != SS_OK) {
        c->best = (ss_blob){ 0 }; /* at the quota: our own response with that status */
    }
}

/* "If the only response that was received is a 503, the proxy SHOULD generate a 500": the same but for its first line. */
static ss_slice as_500(const ss_visit *v, ss_slice bytes)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put_status_line(&b, 500, SS_EMPTY);
    const size_t line = ss_slice_find(bytes, '\n');
    SS_ASSERT(line < bytes.len);
    ss_put(&b, ss_slice_cut(bytes, line + 1, bytes.len));
    v->turn->failed |= b.overflow;
    return ss_buffer_keep(v->turn->arena, &b);
}

/* Step 7, aggregating challenges: with one target at a time there is never a second one to add. Owns `c`. */
static void pass_final(const ss_visit *v, ss_context *c, unsigned status, ss_slice bytes)
{
    const ss_slice out = status == 503 && bytes.len != 0 ? as_500(v, bytes) : bytes;
    const bool is_lost = out.len == 0 || (status == 408 && !is_invite(c)); /* RFC4320:4.2 */
    if (is_lost || !pass_upstream(v, c, out)) {
        ss_context_drop(v, c);
    } else {
        context_over(v, c, status);
    }
}

/* Step 6. RFC3261:16.7. Owns `c`. */
static void settle(const ss_visit *v, ss_context *c)
{
    if (c->final_sent) {
        ss_context_release(v, c);
        return;
    }
    if (c->parked != 0 || has_pending_branch(v, c)) {
        return;
    }
    const unsigned status = c->best_status == 0 ? 408 : c->best_status;
    if (c->best.ref != 0) {
        const ss_slice kept =
            ss_arena_copy(v->turn->arena, ss_blob_slice(ss_visit_store(v), c->best));
        v->turn->failed |= kept.len == 0;
        pass_final(v, c, status, kept);
    } else {
        ss_context_finish(v, c, (ss_proxy_verdict){ .status = status == 503 ? 500 : status });
    }
}

void ss_branch_fail(const ss_visit *v, ss_context *c, ss_branch *b, unsigned status)
{
    ss_branch_free(v, b);
    add_to_context(v, c, status, SS_EMPTY);
    settle(v, c);
}

/* ---- a response ---------------------------------------------------------------------------------------------- */

/* Steps 2 and 5 for 1xx. RFC3261:16.7; RFC4320:4.1 for what a non-INVITE may get. */
static void on_provisional(const ss_visit *v, ss_context *c, ss_branch *b, const ss_msg *response)
{
    b->proceeding = true;
    if (!is_invite(c)) {
        return;
    }
    if (response->status > 100 && !b->cancel_sent) {
        const ss_time at = ss_time_after(v->turn->now, v->core->settings->timer_c);
        ss_timer_set(&v->core->timers, ss_visit_store(v), &b->timer_c, at);
    }
    if (b->cancel_wanted) {
        ss_branch_cancel(v, b);
    }
    if (response->status > 100 && !c->final_sent && has_second_via(response)) {
        const ss_slice bytes = print_without_via(v, response);
        if (bytes.len != 0) {
            (void)pass_upstream(v, c, bytes); /* one that cannot go up is as if lost */
        }
    }
}

/* Step 5: at once, and every one. RFC3261:16.7 RFC6026:8.3. Without room to print it, it is as if lost: a copy will come,
 * or the end of the client transaction. Owns `c`. */
static void on_invite_2xx(const ss_visit *v, ss_context *c, ss_branch *b, const ss_msg *response)
{
    const ss_slice bytes = print_without_via(v, response);
    if (bytes.len == 0) {
        return;
    }
    b->final = true;
    ss_timer_set(&v->core->timers, ss_visit_store(v), &b->timer_c, SS_TIME_NEVER);
    ss_core_drop(v->core, &b->target);
    ss_core_drop(v->core, &b->addresses);
    const bool is_taken = pass_upstream(v, c, bytes);
    if (b->txn == 0) {
        ss_branch_free(v, b);
    }
    if (c->final_sent) {
        ss_context_release(v, c);
    } else if (!is_taken) {
        ss_context_drop(v, c);
    } else {
        context_over(v, c, response->status);
    }
}

/* Owns `c`. */
static void on_final(const ss_visit *v, ss_context *c, ss_branch *b, const ss_msg *response)
{
    const unsigned status = response->status;
    if (status == 503 && ss_branch_retry(v, c, b)) {
        return; /* RFC 3263 4.3: a 503 is a failed delivery */
    }
    ss_branch_free(v, b);
    if (c->final_sent || !has_second_via(response)) {
        settle(v, c);
        return;
    }
    if (status >= 600 && is_invite(c)) {
        ss_context_cancel(v, c); /* step 5: 6xx cancels the rest */
    }
    const ss_slice bytes = print_without_via(v, response);
    const bool alone = c->best_status == 0 && c->parked == 0 && !has_pending_branch(v, c);
    if (alone || status < 300) {
        pass_final(v, c, status, bytes); /* no need to keep a copy */
    } else {
        add_to_context(v, c, status, bytes);
        settle(v, c);
    }
}

/* A 2xx that would go no further than here leaves the branch as if nothing had come (step 3), unless one did before. */
static void on_response(const ss_visit *v, ss_context *c, ss_branch *b, const ss_msg *response)
{
    const bool is_2xx = response->status >= 200 && response->status < 300;
    if (response->status < 200) {
        on_provisional(v, c, b, response);
    } else if (is_2xx && is_invite(c) && has_second_via(response)) {
        on_invite_2xx(v, c, b, response);
    } else if (!b->final) {
        on_final(v, c, b, response);
    }
}

/* ---- what came up -------------------------------------------------------------------------------------------- */

/* The client transaction is gone. A 2xx had its day; else it failed, with `status` as if it had come. Owns `c`. */
static void on_branch_end(const ss_visit *v, ss_context *c, ss_branch *b, unsigned status)
{
    if (b->final) {
        ss_branch_free(v, b);
        ss_context_release(v, c);
    } else if (!ss_branch_retry(v, c, b)) {
        ss_branch_fail(v, c, b, status);
    }
}

void ss_proxy_branch_up(const ss_visit *v, const ss_up *up, const ss_msg *response)
{
    ss_branch *b = ss_branch_at(v, up->owner.ref);
    ss_context *c = ss_context_at(v, b->context);
    if (up->ended) {
        b->txn = 0;
    }
    switch (up->kind) {
    case SS_UP_RESPONSE:
        on_response(v, c, b, response);
        break;
    case SS_UP_TRANSPORT_ERROR:
        on_branch_end(v, c, b, 503); /* RFC3261:16.9 */
        break;
    case SS_UP_TIMEOUT:
    case SS_UP_ENDED:
        if (b->proceeding) { /* RFC3263:4.3 whoever said 1xx is there */
            b->next_address = UINT16_MAX;
        }
        on_branch_end(v, c, b, 408); /* RFC3261:16.7 step 6 */
        break;
    default:
        break;
    }
}

/* 16.9: an error while a response goes upstream cancels nothing. */
void ss_proxy_server_up(const ss_visit *v, const ss_up *up)
{
    ss_context *c = ss_context_at(v, up->owner.ref);
    if (up->ended) {
        c->server = 0;
        ss_context_release(v, c);
    }
}
