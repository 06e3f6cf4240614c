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

bool ss_context_has_pending(const ss_visit *v, const ss_context *c)
{
    for (ss_ref at = c->first_branch; at != 0; at = ss_branch_at(v, at)->next) {
        const ss_branch *b = ss_branch_at(v, at);
        if (!b->final && !b->overdue) {
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
        c->cancel_cause = status < 300 ? 200 : c->cancel_cause;
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
        ss_stateless_refuse(v, c, verdict);
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

/* RFC3261:26.3.2.4 A copy of the request fetches another answer, as long as no 100 told its sender to wait. */
void ss_context_refuse(const ss_visit *v, ss_context *c, ss_proxy_verdict verdict)
{
    ss_msg request;
    ss_defence_refused(v, ss_context_origin(c), verdict.status);
    const ss_txn *t = c->server == 0 ? NULL : ss_txn_at(v->core, c->server);
    if (c->is_stateless || t == NULL || ss_txn_message(v->core, t).len > 0) {
        ss_context_finish(v, c, verdict);
        return;
    }
    if (ss_context_request(v, c, &request) == SS_OK) {
        const ss_path came_by = ss_txn_path(v->core, t);
        ss_proxy_refuse_alone(v, &request, &came_by, verdict);
    } else {
        v->turn->failed = true;
    }
    ss_context_drop(v, c);
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

/* It is the edge that says so, as the last one on the way. RFC5626:5.4 */
static void edit_flow_timer(const ss_visit *v, const ss_context *c, ss_splice *s)
{
    ss_via via;
    ss_value_iter it = ss_msg_after_top_via(s->msg);
    const bool is_last = s->msg->status / 100 == 2 && v->proxy->config->edge && c->server != 0 &&
                         ss_msg_next_via(s->msg, &it, &via) == SS_OK &&
                         ss_msg_next_via(s->msg, &it, &via) == SS_NONE &&
                         ss_msg_lists_token(s->msg, SS_HDR_REQUIRE, SS_LIT("outbound"));
    if (!is_last) {
        return;
    }
    const ss_path flow = ss_txn_path(v->core, ss_txn_at(v->core, c->server));
    char memory[20];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    if (ss_proxy_watch_flow(v, &flow)) {
        ss_put_u64(&b, v->proxy->config->flow_timer_s);
        ss_splice_set(s, SS_HDR_FLOW_TIMER, ss_buffer_slice(&b));
    }
}

/* Also step 9's "MUST NOT remove": nothing but the Via is touched, and a version in lower case (7.1). Step 8: Record-Route is not rewritten, since what
 * we put there holds toward both sides. RFC3261:16.7 */
static ss_slice print_without_via(const ss_visit *v, const ss_context *c, const ss_msg *response)
{
    ss_splice s = ss_splice_begin(response, v->turn->arena);
    ss_splice_version(&s);
    ss_splice_pop(&s, SS_HDR_VIA);
    ss_overload_strip_response(v, &s);
    if (c->method == SS_METHOD_REGISTER) {
        edit_flow_timer(v, c, &s);
    }
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

/* Step 6: 6xx first, then the lowest class; inside it those that say how to try again, and last what only says that a branch
 * came to nothing. Lower is better. */
static unsigned rank(unsigned status)
{
    switch (status) {
    case 401:
    case 407:
        return 400;
    case 415:
    case 420:
    case 484:
        return 401;
    case 408:
    case 430:
    case 487:
        return 403;
    case 503:
        return 599; /* only when nothing else came */
    default:
        return status >= 600 ? 0 : status / 100 * 100 + 2;
    }
}

static bool is_challenge(unsigned status)
{
    return status == 401 || status == 407;
}

/* Step 7: what each of several places asked for, in one response. RFC3261:16.7. Where that is too long, or at the quota, the
 * first to ask is answered first. */
static void add_challenges(const ss_visit *v, ss_context *c, const ss_msg *response)
{
    static const ss_hdr fields[] = { SS_HDR_WWW_AUTHENTICATE, SS_HDR_PROXY_AUTHENTICATE };
    ss_msg best;
    ss_diag diag;
    ss_blob kept;
    const ss_slice bytes = ss_blob_slice(ss_visit_store(v), c->best);
    if (ss_msg_parse(&best, v->turn->arena, bytes, &diag) != SS_OK) {
        return;
    }
    ss_splice s = ss_splice_begin(&best, v->turn->arena);
    for (size_t i = 0; i < SS_COUNT(fields); i++) {
        for (unsigned nth = 0; nth < ss_msg_count(response, fields[i]); nth++) {
            ss_splice_append(&s, fields[i], ss_msg_value(response, fields[i], nth));
        }
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    const bool is_whole = ss_splice_print(&s, &b) == SS_OK && b.len <= SS_MESSAGE_BYTES_MAX;
    const ss_slice all = is_whole ? ss_buffer_keep(v->turn->arena, &b) : SS_EMPTY;
    if (all.len != 0 && ss_core_keep(v->core, all, &kept) == SS_OK) {
        ss_core_drop(v->core, &c->best);
        c->best = kept;
    }
}

/* Step 4. RFC3261:16.7. `response` NULL: what a branch came to without one. */
static void add_to_context(const ss_visit *v, ss_context *c, unsigned status,
                           const ss_msg *response, ss_slice bytes)
{
    if (response != NULL && c->best.ref != 0 && is_challenge(status) &&
        is_challenge(c->best_status)) {
        add_challenges(v, c, response);
        return;
    }
    if (c->best_status != 0 && rank(c->best_status) <= rank(status)) {
        return;
    }
    ss_core_drop(v->core, &c->best);
    c->best_status = (uint16_t)status;
    if (bytes.len != 0 && ss_core_keep(v->core, bytes, &c->best) != SS_OK) {
        c->best = (ss_blob){ 0 }; /* at the quota: our own response with that status */
    }
}

/* A 503 that is all there is goes up as a 500: the same but for its first line. */
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

/* Owns `c`. */
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
static void pass_best(const ss_visit *v, ss_context *c)
{
    const unsigned status = c->best_status == 0 ? 408 : c->best_status;
    if (c->best.ref != 0) {
        const ss_slice kept =
            ss_arena_copy(v->turn->arena, ss_blob_slice(ss_visit_store(v), c->best));
        v->turn->failed |= kept.len == 0;
        pass_final(v, c, status, kept);
    } else {
        /* RFC7339:5.10 but a request that was held back is answered 503 by us, and says no Retry-After */
        const bool is_503 = status == 503 && !c->held_back;
        ss_context_finish(v, c, (ss_proxy_verdict){ .status = is_503 ? 500 : status });
    }
}

void ss_context_settle(const ss_visit *v, ss_context *c)
{
    while (!c->held && !c->final_sent && ss_fork_may_start(v, c)) {
        if (!ss_fork_start(v, c)) {
            return;
        }
    }
    const bool waits_for_room = ss_candidate_next(v, c) != NULL && c->first_branch != 0;
    if (c->held) {
        return;
    }
    if (c->final_sent) {
        ss_context_release(v, c);
    } else if (c->parked == 0 && !waits_for_room && !ss_context_has_pending(v, c)) {
        pass_best(v, c);
    }
}

void ss_branch_fail(const ss_visit *v, ss_context *c, ss_branch *b, unsigned status)
{
    ss_branch_free(v, b);
    add_to_context(v, c, status, NULL, SS_EMPTY);
    ss_context_settle(v, c);
}

void ss_branch_overdue(const ss_visit *v, ss_context *c, ss_branch *b)
{
    b->overdue = true;
    add_to_context(v, c, 408, NULL, SS_EMPTY);
    ss_context_settle(v, c);
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
        ss_branch_start_timer_c(v, b);
    }
    if (b->cancel_wanted) {
        ss_branch_cancel(v, b);
    }
    if (response->status > 100 && !c->final_sent && has_second_via(response)) {
        const ss_slice bytes = print_without_via(v, c, response);
        if (bytes.len != 0) {
            (void)pass_upstream(v, c, bytes); /* one that cannot go up is as if lost */
        }
    }
}

/* Step 5: at once, and every one. RFC3261:16.7 RFC6026:8.3. Without room to print it, it is as if lost: a copy will come,
 * or the end of the client transaction. Owns `c`. */
static void on_invite_2xx(const ss_visit *v, ss_context *c, ss_branch *b, const ss_msg *response)
{
    const ss_slice bytes = print_without_via(v, c, response);
    if (bytes.len == 0) {
        return;
    }
    b->final = true;
    ss_timer_set(&v->core->timers, ss_visit_store(v), &b->timer_c, SS_TIME_NEVER);
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

/* Step 5: a 6xx ends the search. RFC3261:16.7 */
static void end_search(const ss_visit *v, ss_context *c, unsigned status)
{
    ss_context_close(v, c);
    if (is_invite(c)) {
        c->cancel_cause = (uint16_t)status;
        ss_context_cancel(v, c);
    }
}

/* Owns `c`. */
static void on_final(const ss_visit *v, ss_context *c, ss_branch *b, const ss_msg *response)
{
    const unsigned status = response->status;
    if (status == 503 && ss_branch_retry(v, c, b)) {
        return; /* RFC 3263 4.3: a 503 is a failed delivery */
    }
    if (status == 430 ||
        (status == 408 && c->is_gruu)) { /* RFC5627:6.1 no other failure leads on */
        ss_candidate_replace(v, c, b->candidate);
    }
    ss_branch_free(v, b);
    if (c->final_sent || !has_second_via(response)) {
        ss_context_settle(v, c);
        return;
    }
    if (status >= 600) {
        end_search(v, c, status);
    }
    ss_slice bytes = print_without_via(v, c, response);
    if (ss_recurse(v, c, response, bytes, &bytes) && bytes.len == 0) {
        ss_context_settle(v, c);
        return;
    }
    const bool alone = c->best_status == 0 && c->parked == 0 && !ss_context_has_pending(v, c) &&
                       ss_candidate_next(v, c) == NULL;
    if (alone || status < 300) {
        pass_final(v, c, status, bytes); /* no need to keep a copy */
    } else {
        add_to_context(v, c, status, response, bytes);
        ss_context_settle(v, c);
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
    } else if (b->by_flow && status == 503) {
        ss_candidate_replace(v, c, b->candidate);
        ss_branch_fail(v, c, b, 430); /* RFC5626:5.3.1 */
    } else if (!ss_branch_retry(v, c, b)) {
        ss_candidate_replace(v, c, b->candidate); /* RFC5626:7, which leaves it open for a 408 */
        ss_branch_fail(v, c, b, status);
    }
}

/* Step 1: the context is that of the branch whose client transaction it met. RFC3261:16.7 */
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
        c->held_back = c->held_back || up->is_held;
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
