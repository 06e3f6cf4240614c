/* The engine joins the layers: an input is parsed once, stamped, matched to a transaction, and what that means goes to
 * the user agent or the proxy; timers go to whoever owns them. RFC 3261 sections 8, 16, 17, 18.
 *
 * Invariant: between turns nothing of the engine lives in the scratch arena, and its deadline is that of its earliest
 * timer.
 */
#include "connections.h"
#include "desk.h"
#include "flows.h"
#include "losses.h"
#include "returns.h"
#include "ss/tag.h"

#include <string.h>

/* ---- making and forgetting ------------------------------------------------------------------------------------------- */

ss_status ss_pools_init(ss_pools *pools, void *base, uint64_t cap, uint64_t expected_txns,
                        uint64_t expected_dialogs)
{
    ss_store_init(&pools->store, base, cap);
    const ss_status status = ss_table_init(&pools->txns, &pools->store, expected_txns);
    if (status != SS_OK) {
        return status;
    }
    return ss_table_init(&pools->dialogs, &pools->store, expected_dialogs);
}

void ss_engine_init(ss_engine *e, const ss_engine_options *options)
{
    SS_ASSERT(options->pools != NULL);
    SS_ASSERT(options->settings != NULL);
    memset(e, 0, sizeof *e);
    e->core.pools = options->pools;
    e->core.settings = options->settings;
    e->core.engine = options->engine;
    e->core.entropy.key = options->entropy_key;
    e->role = options->role;
    if (e->role == SS_ROLE_UA) {
        SS_ASSERT(options->identity != NULL);
        e->ua.identity = options->identity;
    } else {
        SS_ASSERT(options->proxy != NULL);
        e->proxy.config = options->proxy;
    }
}

void ss_engine_reset(ss_engine *e)
{
    if (e->role == SS_ROLE_UA) {
        ss_ua_forget_all(&e->ua, &e->core);
    } else {
        ss_desk_forget(e);
        ss_proxy_forget_all(&e->proxy, &e->core);
    }
    ss_txn_forget_all(&e->core);
    ss_returns_forget_all(e);
    ss_connections_forget_all(e);
    ss_overload_forget(&e->core);
    ss_losses_forget_all(e);
    SS_ASSERT(e->core.txns == 0);
    SS_ASSERT(e->core.dialogs == 0);
    SS_ASSERT(e->core.bytes == 0);
    SS_ASSERT(e->core.timers.count == 0);
}

/* ---- turns ------------------------------------------------------------------------------------------------------------- */

ss_turn ss_turn_begin(ss_time now, ss_arena *arena)
{
    return (ss_turn){ .now = now, .arena = arena, .begun = arena->used };
}

const ss_output *ss_turn_take(ss_turn *turn)
{
    const ss_output *out = turn->first;
    if (out != NULL) {
        turn->first = out->next;
        if (turn->first == NULL) {
            turn->last = NULL;
        }
    }
    return out;
}

/* ---- dispatch: who a thing that came up belongs to ------------------------------------------------------------------------ */

static void pass_up(ss_engine *e, ss_turn *turn, const ss_up *up, const ss_msg *msg,
                    const ss_path *came_by)
{
    const bool is_for_core = up->kind == SS_UP_REQUEST || up->kind == SS_UP_ACK;
    if (up->kind == SS_UP_NOTHING) {
        return;
    }
    if (e->role == SS_ROLE_UA && is_for_core) {
        ss_ua_request(&e->ua, &e->core, turn, up, msg, came_by);
    } else if (e->role == SS_ROLE_UA) {
        ss_ua_up(&e->ua, &e->core, turn, up, msg);
    } else if (up->owner.kind == SS_OWNER_SUBSCRIPTION) {
        ss_desk_up(e, turn, up, msg);
    } else if (is_for_core && ss_desk_takes(e, up, msg)) {
        ss_desk_request(e, turn, up, msg, came_by);
    } else if (is_for_core) {
        ss_proxy_request(&e->proxy, &e->core, turn, up, msg, came_by);
    } else {
        ss_proxy_up(&e->proxy, &e->core, turn, up, msg);
    }
}

/* ---- the end of a turn ----------------------------------------------------------------------------------------------- */

static bool is_of_server(const ss_up *up)
{
    return up->txn != 0 && (up->machine == SS_IST || up->machine == SS_NIST);
}

/* RFC3261:17.1.4, 18.4, RFC6026:8.8 every transaction on the path hears of it, or whoever sent what is quoted. A response over UDP
 * goes where RFC 3263 5 says: RFC3261:18.2.2. Those for which this turn has no room hear of it in the next. */
static bool fail_from(ss_engine *e, ss_turn *turn, const ss_path *path, const ss_quote *quote,
                      uint32_t cursor)
{
    bool is_any = false;
    do {
        const ss_up up = ss_txn_transport_error(&e->core, turn, path, quote, &cursor);
        if (up.kind == SS_UP_NOTHING) {
            return is_any;
        }
        is_any = true;
        if (is_of_server(&up) && !ss_transport_is_reliable(path->transport)) {
            ss_returns_begin(e, turn, up.txn);
        }
        pass_up(e, turn, &up, NULL, NULL);
    } while (quote != NULL || ss_turn_has_room(turn) || !ss_losses_keep(e, turn, path, cursor));
    return true;
}

static bool fail_quoted(ss_engine *e, ss_turn *turn, const ss_path *path, const ss_quote *quote)
{
    ss_returns_failed(e, turn, path, quote);
    return fail_from(e, turn, path, quote, 0);
}

static void fail_path(ss_engine *e, ss_turn *turn, const ss_path *path)
{
    (void)fail_quoted(e, turn, path, NULL);
}

static void go_on_failing(ss_engine *e, ss_turn *turn, ss_timer *timer)
{
    ss_path path;
    const uint32_t cursor = ss_losses_take(e, timer, &path);
    (void)fail_from(e, turn, &path, NULL, cursor);
}

/* What the host is told when all went well so far but memory may have run out on the way. */
static ss_status turn_status(const ss_engine *e, const ss_turn *turn)
{
    if (e->core.out_of_memory) {
        return SS_ERR_MEMORY;
    }
    return turn->failed ? SS_ERR_FULL : SS_OK;
}

/* Every input ends here: what goes out by streams gets its connections, and what gets none has failed. */
static ss_status end_turn(ss_engine *e, ss_turn *turn)
{
    ss_path unsent;
    for (;;) {
        const ss_up held = ss_txn_held(&e->core, turn);
        if (held.kind != SS_UP_NOTHING) {
            pass_up(e, turn, &held, NULL, NULL);
        } else if (ss_returns_take(e, turn)) {
            continue;
        } else if (ss_connections_assign(e, turn, &unsent)) {
            fail_path(e, turn, &unsent);
        } else {
            break;
        }
    }
    ss_flows_watch(e, turn);
    ss_returns_keep(e, turn);
    return turn_status(e, turn);
}

/* ---- connections that end, and timers ------------------------------------------------------------------------------------ */

/* Ours to end: nothing more is said or heard there. */
static void give_up(ss_engine *e, ss_turn *turn, ss_connection *c)
{
    const ss_path path = c->path;
    ss_output *out = ss_turn_add(turn, SS_OUT_CLOSE);
    if (out != NULL) {
        out->path = path;
    }
    ss_connection_forget(e, c);
    fail_path(e, turn, &path);
    ss_flows_lost(e, turn, &path);
}

/* RFC5626:4.4.1 of the user agent's, whose keep-alive nobody answered. */
static void give_silent_up(ss_engine *e, ss_turn *turn)
{
    ss_connection *c = turn->silent == NULL ? NULL : ss_connection_find(e, turn->silent);
    turn->silent = NULL;
    if (c != NULL) {
        give_up(e, turn, c);
    }
}

static void pass_timer(ss_engine *e, ss_turn *turn, ss_timer *timer)
{
    if (timer->kind == SS_TIMER_OF_TXN) {
        const ss_up up = ss_txn_timer(&e->core, turn, timer);
        pass_up(e, turn, &up, NULL, NULL);
    } else if (timer->kind == SS_TIMER_OF_RETURN) {
        ss_returns_timer(e, timer);
    } else if (timer->kind == SS_TIMER_OF_LOSS) {
        go_on_failing(e, turn, timer);
    } else if (e->role == SS_ROLE_UA) {
        ss_ua_timer(&e->ua, &e->core, turn, timer);
        give_silent_up(e, turn);
    } else if (timer->kind == SS_TIMER_OF_FLOW) {
        ss_connection *c = ss_flows_timer(e, turn, timer);
        if (c != NULL) {
            give_up(e, turn, c);
        }
    } else if (timer->kind == SS_TIMER_OF_SUBSCRIPTION) {
        ss_desk_timer(e, turn, timer);
    } else {
        ss_proxy_timer(&e->proxy, &e->core, turn, timer);
    }
}

/* ---- messages ---------------------------------------------------------------------------------------------------------------- */

static void note_refused(ss_turn *turn, const ss_diag *diag)
{
    ss_turn_note(turn, &(ss_note){ .kind = SS_NOTE_REFUSED,
                                   .letter = SS_LETTER_COUNT,
                                   .status = (uint16_t)diag->response,
                                   .value = diag->offset });
}

/* RFC3261:18.2.2; a top Via that cannot be read names no place but the one the request came from. */
static bool send_refusal(ss_turn *turn, const ss_msg *request, const ss_path *came_by,
                         ss_slice response)
{
    ss_via via;
    if (ss_msg_top_via(request, &via) == SS_OK) {
        return ss_txn_respond_stateless(turn, request, came_by, response) == SS_OK;
    }
    if (response.len > SS_MESSAGE_BYTES_MAX) {
        return false;
    }
    ss_turn_send(turn, came_by, response);
    return true;
}

static void drop_unread(ss_engine *e, ss_turn *turn, const ss_path *path, const ss_diag *diag)
{
    e->counts.refused++;
    note_refused(turn, diag);
    if (e->role == SS_ROLE_PROXY) {
        ss_defence_unread(&e->proxy, &e->core, turn, path);
    }
}

/* A request that cannot be accepted as it stands: answered without state from what could be read of it (8.2.6.2, 16.3). */
static ss_status refuse(ss_engine *e, ss_turn *turn, const ss_msg *msg, const ss_path *path,
                        const ss_diag *diag)
{
    drop_unread(e, turn, path, diag);
    if (diag->response == 0 || !msg->is_request || msg->method == SS_METHOD_ACK) {
        return SS_ERR_SYNTAX; /* nothing answers an ACK or a response (17.1.1.3, 18.1.2) */
    }
    char tag[16];
    ss_buffer tag_text = ss_buffer_on(tag, sizeof tag);
    ss_put_response_tag(&e->core, &tag_text, msg);
    ss_buffer b = ss_buffer_open(turn->arena);
    ss_put_response_head(&b, msg, diag->response, SS_EMPTY, ss_buffer_slice(&tag_text));
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    const ss_slice response = ss_buffer_keep(turn->arena, &b);
    if (response.len == 0) {
        return SS_ERR_FULL;
    }
    return send_refusal(turn, msg, path, response) ? end_turn(e, turn) : SS_ERR_SYNTAX;
}

/* 18.1.2: the response must be to something we sent. The branch decides; a foreign sent-by is dropped before. */
static bool is_for_us(const ss_engine *e, const ss_msg *response, const ss_path *path)
{
    ss_via via;
    if (ss_msg_top_via(response, &via) != SS_OK) {
        return false;
    }
    return e->role == SS_ROLE_PROXY ? ss_proxy_is_our_via(&e->proxy, &via, &path->local)
                                    : ss_transport_is_our_via(&via, &path->local);
}

/* RFC3261:8.1.3.3 More than one Via: not for a user agent. Before the transaction sees it, as that would end by it. */
static bool was_misrouted(const ss_msg *response)
{
    ss_value_iter it = { 0 };
    ss_slice via;
    unsigned count = 0;
    while (count < 2 && ss_msg_next_value(response, SS_HDR_VIA, &it, &via) == SS_OK) {
        count++;
    }
    return count != 1;
}

static void note_stray(ss_engine *e, ss_turn *turn, const ss_msg *msg)
{
    e->counts.strays++;
    ss_turn_note(turn, &(ss_note){ .kind = SS_NOTE_STRAY,
                                   .letter = SS_LETTER_COUNT,
                                   .method = (uint8_t)msg->method,
                                   .status = (uint16_t)msg->status,
                                   .call_id = ss_hash64(0, ss_msg_call_id(msg)) });
}

/* 18.2.1. SS_ERR_FULL: the message is as if lost. */
static ss_status stamp(ss_turn *turn, const ss_path *path, ss_msg *msg)
{
    if (!msg->is_request || msg->bytes.len == 0) {
        return SS_OK;
    }
    return ss_transport_stamp(msg, path, turn->arena) == SS_ERR_FULL ? SS_ERR_FULL : SS_OK;
}

/* A message that could be read. */
static ss_status take_message(ss_engine *e, ss_turn *turn, const ss_path *path, ss_msg *msg,
                              bool is_refused)
{
    if (!msg->is_request &&
        (!is_for_us(e, msg, path) || (e->role == SS_ROLE_UA && was_misrouted(msg)))) {
        note_stray(e, turn, msg);
        return SS_OK;
    }
    if (is_refused) {
        ss_admission_refuse(&e->proxy, &e->core, turn, msg, path);
    } else if (msg->is_request || e->role == SS_ROLE_UA ||
               !ss_proxy_pass_response(&e->proxy, turn, msg)) {
        const ss_up up = ss_txn_receive(&e->core, turn, msg, path);
        if (e->role == SS_ROLE_PROXY && up.kind == SS_UP_RESPONSE) {
            ss_defence_answered(&e->proxy, &e->core, turn, path);
        }
        pass_up(e, turn, &up, msg, path);
    }
    return end_turn(e, turn);
}

/* One whole message, from a datagram or cut from a stream, whose turn it is. */
static ss_status process(ss_engine *e, ss_turn *turn, const ss_path *path, ss_slice bytes,
                         bool is_refused)
{
    ss_msg *msg = SS_ARENA_NEW(turn->arena, ss_msg);
    ss_diag diag = { 0 };
    if (msg == NULL) {
        return SS_ERR_FULL;
    }
    e->counts.received++;
    const ss_status parsed = ss_msg_parse(msg, turn->arena, bytes, &diag);
    if ((parsed == SS_ERR_FULL && diag.response == 0) || stamp(turn, path, msg) != SS_OK) {
        return SS_ERR_FULL;
    }
    return parsed == SS_OK ? take_message(e, turn, path, msg, is_refused)
                           : refuse(e, turn, msg, path, &diag);
}

static bool has_queue(const ss_engine *e)
{
    return e->role == SS_ROLE_PROXY && e->proxy.config->queue != NULL;
}

/* Before it costs anything. */
static bool hears(ss_engine *e, ss_turn *turn, const ss_path *path, ss_slice bytes)
{
    return e->role != SS_ROLE_PROXY || e->proxy.config->defence == NULL ||
           ss_defence_hears(&e->proxy, &e->core, turn, path, bytes);
}

static ss_status message_in(ss_engine *e, ss_turn *turn, const ss_path *path, ss_slice bytes)
{
    if (!hears(e, turn, path, bytes)) {
        return turn_status(e, turn);
    }
    if (!has_queue(e)) {
        return process(e, turn, path, bytes, false);
    }
    ss_admission_offer(&e->proxy, &e->core, turn, path, bytes);
    return turn_status(e, turn);
}

ss_status ss_engine_input_read(ss_engine *e, ss_turn *turn, const ss_path *path, ss_msg *msg)
{
    if (has_queue(e)) { /* it waits as bytes, and is read again when its turn comes */
        return message_in(e, turn, path, msg->bytes);
    }
    if (!hears(e, turn, path, msg->bytes)) {
        return turn_status(e, turn);
    }
    e->counts.received++;
    const ss_status stamped = stamp(turn, path, msg);
    return stamped == SS_OK ? take_message(e, turn, path, msg, false) : stamped;
}

/* RFC5626:8 It waits in no queue, as it costs next to nothing; what is neither STUN nor SIP is dropped. */
static ss_status stun_in(ss_engine *e, ss_turn *turn, const ss_path *path, ss_slice dgram)
{
    if (!hears(e, turn, path, dgram)) {
        return turn_status(e, turn);
    }
    const ss_status status = ss_flows_stun(e, turn, path, dgram);
    if (status == SS_ERR_SYNTAX) {
        drop_unread(e, turn, path, &(ss_diag){ 0 });
    }
    const ss_status ended = end_turn(e, turn);
    return status == SS_OK ? ended : status;
}

ss_status ss_engine_input(ss_engine *e, ss_turn *turn, const ss_path *path, ss_slice dgram)
{
    SS_ASSERT(dgram.len <= SS_DATAGRAM_BYTES_MAX);
    bool is_keep_alive = true;
    for (size_t i = 0; i < dgram.len && is_keep_alive; i++) {
        is_keep_alive = dgram.at[i] == '\r' || dgram.at[i] == '\n' || dgram.at[i] == '\0';
    }
    if (is_keep_alive) {
        return SS_OK; /* line ends keep a NAT's mapping alive; they are no message */
    }
    return ss_stun_is(dgram) ? stun_in(e, turn, path, dgram) : message_in(e, turn, path, dgram);
}

ss_status ss_engine_unreachable(ss_engine *e, ss_turn *turn, const ss_path *path,
                                const ss_quote *quote)
{
    SS_ASSERT(path->transport == SS_TRANSPORT_UDP);
    if (fail_quoted(e, turn, path, quote)) { /* RFC5626:7 */
        ss_flows_lost(e, turn, path);
    } else if (e->role == SS_ROLE_UA) {
        ss_ua_flow_unreachable(&e->ua, &e->core, turn, path, quote);
    }
    return end_turn(e, turn);
}

void ss_engine_path_mtu(ss_engine *e, const ss_address *to, uint32_t mtu, ss_time until)
{
    ss_path_mtu_learn(&e->core, to, mtu, until);
}

/* ---- streams (18.3) ---------------------------------------------------------------------------------------------------------- */

ss_status ss_engine_stream_opened(ss_engine *e, ss_turn *turn, const ss_path *path)
{
    SS_ASSERT(ss_transport_is_reliable(path->transport));
    SS_ASSERT(path->connection != 0);
    ss_connection *c = ss_connection_find(e, path);
    if (c == NULL && path->connection >= SS_CONNECTION_OURS) {
        return SS_ERR_STATE;
    }
    if (c == NULL) {
        c = ss_connection_new(e, path);
    }
    if (c == NULL) {
        return e->core.out_of_memory ? SS_ERR_MEMORY : SS_ERR_FULL;
    }
    c->is_open = true;
    ss_returns_arrived(e, &c->path);
    return end_turn(e, turn);
}

/* RFC3261:18.3 where the next message starts cannot be known: nothing more can be said or heard here. */
static ss_status give_stream_up(ss_engine *e, ss_turn *turn, ss_connection *c)
{
    e->counts.refused++;
    give_up(e, turn, c);
    const ss_status status = end_turn(e, turn);
    return status == SS_OK ? SS_ERR_SYNTAX : status;
}

/* One message a call: each has the whole arena, and one that does not fit is as if lost, as a datagram would be. */
ss_status ss_engine_stream_input(ss_engine *e, ss_turn *turn, const ss_path *path, ss_slice bytes,
                                 ss_taken *taken)
{
    size_t skip = 0;
    size_t length = 0;
    ss_connection *c = ss_connection_find(e, path);
    *taken = (ss_taken){ .count = bytes.len };
    if (c == NULL || !c->is_open) {
        return SS_ERR_STATE;
    }
    const ss_status framed = ss_stream_frame(&c->framing, bytes, &skip, &length);
    if (framed != SS_OK && framed != SS_MORE) {
        return give_stream_up(e, turn, c);
    }
    *taken = (ss_taken){ .count = skip + length, .message = length };
    ss_flows_heard(e, turn, c, skip / 2, length > 0);
    if (framed == SS_MORE) {
        const ss_status status = end_turn(e, turn);
        return status == SS_OK ? SS_MORE : status;
    }
    const ss_path known = c->path; /* `local` of one of ours is what Via says, not the socket's */
    return message_in(e, turn, &known, ss_slice_cut(bytes, skip, taken->count));
}

ss_status ss_engine_stream_stuck(ss_engine *e, const ss_path *path, bool is_stuck)
{
    ss_connection *c = ss_connection_find(e, path);
    if (c == NULL) {
        return SS_NONE;
    }
    c->is_stuck = is_stuck;
    return SS_OK;
}

ss_status ss_engine_path_refused(ss_engine *e, ss_turn *turn, const ss_path *path)
{
    ss_connection *c = ss_connection_find(e, path);
    if (c == NULL || c->is_open) {
        return ss_engine_path_lost(e, turn, path, true);
    }
    const ss_path refused = c->path;
    ss_connections_silence(turn, &refused);
    ss_connection_forget(e, c);
    ss_txn_fall_back(&e->core, turn, &refused); /* RFC3261:18.1.1 */
    fail_path(e, turn, &refused);
    ss_flows_lost(e, turn, &refused);
    return end_turn(e, turn);
}

ss_status ss_engine_path_lost(ss_engine *e, ss_turn *turn, const ss_path *path, bool failed)
{
    ss_path lost = *path;
    ss_connection *c = ss_connection_find(e, path);
    if (c != NULL) {
        failed = failed || !c->is_open; /* refused */
        lost = c->path;
        ss_connection_forget(e, c);
    }
    if (failed) {
        ss_connections_silence(turn, &lost);
        fail_path(e, turn, &lost);
    }
    ss_flows_lost(e, turn, &lost);
    return end_turn(e, turn);
}

/* ---- the application, answers, time ---------------------------------------------------------------------------------------------- */

ss_status ss_engine_command(ss_engine *e, ss_turn *turn, ss_command *command)
{
    SS_ASSERT(e->role == SS_ROLE_UA);
    const ss_status status = ss_ua_command(&e->ua, &e->core, turn, command);
    const ss_status ended = end_turn(e, turn);
    return ended == SS_ERR_MEMORY ? ended : status;
}

bool ss_engine_quiet(ss_engine *e, ss_turn *turn)
{
    SS_ASSERT(e->role == SS_ROLE_PROXY);
    return ss_desk_quiet(e, turn);
}

/* What came of SS_QUERY_UNBIND. RFC3680:4.7 */
static ss_status take_unbound(ss_engine *e, ss_turn *turn, const ss_answer *answer)
{
    for (uint16_t i = 0; i < answer->aor_count && e->role == SS_ROLE_PROXY; i++) {
        e->proxy.changed = &answer->aors[i];
        ss_desk_look(e, turn);
    }
    return end_turn(e, turn);
}

ss_status ss_engine_answer(ss_engine *e, ss_turn *turn, const ss_answer *answer)
{
    if (answer->token == 0) {
        return take_unbound(e, turn, answer);
    }
    bool known = ss_returns_answer(e, turn, answer);
    if (known) {
        return end_turn(e, turn);
    }
    if (e->role == SS_ROLE_UA) {
        known = ss_ua_answer(&e->ua, &e->core, turn, answer);
    } else {
        known =
            ss_proxy_answer(&e->proxy, &e->core, turn, answer) || ss_desk_answer(e, turn, answer);
        ss_desk_look(e, turn);
    }
    const ss_status status = end_turn(e, turn);
    return status == SS_OK && !known ? SS_NONE : status;
}

/* One message a turn: each has the whole arena, as when it comes. */
static ss_status serve(ss_engine *e, ss_turn *turn)
{
    ss_served served;
    const bool is_there = ss_admission_serve(&e->proxy, &e->core, turn, &served);
    const ss_status status =
        is_there ? process(e, turn, &served.path, served.bytes, served.is_refused) : SS_ERR_FULL;
    ss_admission_resume(&e->proxy, &e->core, turn);
    return e->core.out_of_memory ? SS_ERR_MEMORY : status;
}

/* Timers of one instant may be very many: those for which there is no room wait for the next tick, which is due at once. */
ss_status ss_engine_tick(ss_engine *e, ss_turn *turn)
{
    ss_timer *timer;
    if (has_queue(e) && ss_admission_deadline(&e->proxy, &e->core) <= turn->now) {
        return serve(e, turn);
    }
    while (ss_turn_has_room(turn) &&
           (timer = ss_timer_pop(&e->core.timers, &e->core.pools->store, turn->now)) != NULL) {
        pass_timer(e, turn, timer);
    }
    return end_turn(e, turn);
}

ss_time ss_engine_deadline(const ss_engine *e)
{
    const ss_time timer = ss_timer_next(&e->core.timers, &e->core.pools->store);
    return has_queue(e) ? ss_time_earlier(timer, ss_admission_deadline(&e->proxy, &e->core))
                        : timer;
}
