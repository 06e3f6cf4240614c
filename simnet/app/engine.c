/* Engines on hosts: inputs become turns, outputs become datagrams, facts and answers, all inside one event. Queries are
 * answered at once, from the plan (names) or by the app itself (locations): no other node is looked at. */
#include "app/engine.h"

/* Of a host that starts: only once, so this point needs no count. */
static uint64_t entropy_key(sn_host *host)
{
    const uint64_t id = sn_host_plan(host)->cast.nodes[sn_host_node(host)].id;
    const uint64_t incarnation = 0; /* a host that restarts draws other branches and tags */
    const sn_point point = { .place = id,
                             .row = (uint32_t)incarnation,
                             .entity = sn_host_node(host),
                             .key = { id, incarnation },
                             .key_words = 2 };
    return sn_decide_bits(sn_host_decisions(host), SN_DECISION_ENTROPY, &point);
}

void sn_engine_make(ss_engine *e, sn_host *host, const ss_ua_identity *identity,
                    const ss_proxy_config *proxy)
{
    const sn_plan *plan = sn_host_plan(host);
    const uint32_t node = sn_host_node(host);
    ss_engine_init(e, &(ss_engine_options){
                          .pools = sn_host_pools(host),
                          .settings = &plan->groups[plan->nodes[node].group].settings,
                          .engine = node,
                          .entropy_key = entropy_key(host),
                          .role = proxy == NULL ? SS_ROLE_UA : SS_ROLE_PROXY,
                          .identity = identity,
                          .proxy = proxy,
                      });
}

void sn_engine_status(sn_host *host, ss_status status)
{
    if (status == SS_ERR_MEMORY) {
        sn_host_out_of_memory(host);
    }
}

static const sn_engine_user *user_of(const ss_engine *e)
{
    return e->role == SS_ROLE_UA ? &sn_ua_user : &sn_proxy_user;
}

static void answer(ss_engine *e, sn_host *host, ss_turn *turn, const ss_query *query)
{
    const sn_engine_user *user = user_of(e);
    ss_answer found = { .token = query->token, .status = SS_NONE };
    if (query->kind == SS_QUERY_RESOLVE) {
        if (sn_host_resolve(host, query, &found)) {
            sn_engine_status(host, ss_engine_answer(e, turn, &found));
        }
        return;
    }
    if (user->query == NULL || !user->query(e, host, query, &found)) {
        found = (ss_answer){ .token = query->token, .status = SS_NONE };
    }
    if (found.status == SS_MORE) {
        return;
    }
    sn_engine_status(host, ss_engine_answer(e, turn, &found));
}

/* Of any engine, whatever its user makes of it: what a quota refuses is counted. */
static void tell_full(sn_host *host, const ss_event *event)
{
    const ss_slice call_id = event->msg == NULL ? SS_EMPTY : ss_msg_call_id(event->msg);
    sn_host_call(host, &(sn_call_fact){
                           .source = SN_NOBODY,
                           .event = SN_CALL_OVERLOADED,
                           .status = (uint16_t)event->status,
                           .call_id = call_id.len == 0 ? 0 : ss_hash64(0, call_id),
                       });
}

/* What the connection cannot take any more has failed, as the peer does not read: RFC 3261 18.4. */
static void write_stream(ss_engine *e, sn_host *host, ss_turn *turn, const ss_output *out)
{
    const ss_path path = out->path;
    const ss_status status = sn_host_write(host, &path, out->bytes);
    if (status == SS_MORE) {
        (void)!ss_engine_stream_stuck(e, &path, true);
    } else if (status == SS_ERR_FULL) {
        sn_host_reset(host, &path);
        sn_engine_status(host, ss_engine_path_lost(e, turn, &path, true));
    }
}

/* What is meant for a node that a tap stands before goes to the tap, which passes it on: nobody has to know. */
static ss_path past_tap(const sn_host *host, ss_path path)
{
    const sn_plan *plan = sn_host_plan(host);
    const uint32_t tap = sn_plan_tap(plan, sn_host_node(host));
    if (tap != SN_NOBODY) {
        const uint32_t toward = plan->groups[plan->nodes[tap].group].toward;
        const bool is_v6 = path.remote.family == 6;
        const ss_address meant = sn_address_with_port(
            sn_member_address_of(&plan->cast.nodes[plan->group_first[toward]], is_v6),
            path.remote.port);
        const sn_address at_tap = sn_member_address_of(&plan->cast.nodes[tap], is_v6);
        if (ss_address_equal(&meant, &path.remote) && !sn_address_is_none(at_tap)) {
            path.remote = sn_address_with_port(at_tap, SN_SIP_PORT);
        }
    }
    return path;
}

static void connect_stream(ss_engine *e, sn_host *host, ss_turn *turn, const ss_output *out)
{
    const ss_path path = past_tap(host, out->path);
    if (sn_host_connect(host, &path) != SS_OK) {
        sn_engine_status(host, ss_engine_path_lost(e, turn, &path, true));
    }
}

static void send_datagram(sn_host *host, const ss_output *out)
{
    const ss_path path = past_tap(host, out->path);
    sn_host_send(host, &path, out->bytes, out->msg);
}

static void tell(ss_engine *e, sn_host *host, ss_turn *turn, const ss_event *event)
{
    const sn_engine_user *user = user_of(e);
    if (event->kind == SS_EVENT_FULL) {
        tell_full(host, event);
    }
    if (user->event != NULL) {
        user->event(e, host, turn, event);
    }
}

static void do_output(ss_engine *e, sn_host *host, ss_turn *turn, const ss_output *out)
{
    switch (out->kind) {
    case SS_OUT_DATAGRAM:
        send_datagram(host, out);
        break;
    case SS_OUT_NOTE:
        sn_host_note(host, &out->note);
        break;
    case SS_OUT_EVENT:
        tell(e, host, turn, &out->event);
        break;
    case SS_OUT_QUERY:
        answer(e, host, turn, &out->query);
        break;
    case SS_OUT_CONNECT:
        connect_stream(e, host, turn, out);
        break;
    case SS_OUT_STREAM:
        write_stream(e, host, turn, out);
        break;
    case SS_OUT_CLOSE:
        sn_host_close(host, &out->path);
        break;
    case SS_OUT_AVOID:
        sn_host_avoid(host, out);
        break;
    case SS_OUT_SERVED:
        sn_host_served(host, out);
        break;
    }
}

void sn_engine_drain(ss_engine *e, sn_host *host, ss_turn *turn)
{
    const ss_output *out;
    while ((out = ss_turn_take(turn)) != NULL) {
        do_output(e, host, turn, out);
    }
}

void sn_engine_input(void *self, sn_host *host, const ss_path *path, ss_slice datagram)
{
    ss_engine *e = self;
    ss_turn turn = ss_turn_begin(sn_host_now(host), sn_host_arena(host));
    const bool waits = e->role == SS_ROLE_PROXY && e->proxy.config->queue != NULL;
    ss_msg *read = waits ? NULL : sn_host_reading(host);
    sn_engine_status(host, read != NULL ? ss_engine_input_read(e, &turn, path, read)
                                        : ss_engine_input(e, &turn, path, datagram));
    sn_engine_drain(e, host, &turn);
}

void sn_engine_unreachable(void *self, sn_host *host, const ss_path *path, const ss_quote *quote)
{
    ss_engine *e = self;
    ss_turn turn = ss_turn_begin(sn_host_now(host), sn_host_arena(host));
    sn_engine_status(host, ss_engine_unreachable(e, &turn, path, quote));
    sn_engine_drain(e, host, &turn);
}

void sn_engine_path_mtu(void *self, sn_host *host, const ss_address *to, uint32_t mtu,
                        ss_time until)
{
    (void)host;
    ss_engine_path_mtu(self, to, mtu, until);
}

bool sn_engine_stream(void *self, sn_host *host, const ss_path *path, sn_stream_event event)
{
    ss_engine *e = self;
    ss_turn turn = ss_turn_begin(sn_host_now(host), sn_host_arena(host));
    ss_status status = SS_OK;
    switch (event) {
    case SN_STREAM_OPENED:
        status = ss_engine_stream_opened(e, &turn, path);
        break;
    case SN_STREAM_CLOSED:
    case SN_STREAM_FAILED:
        status = ss_engine_path_lost(e, &turn, path, event == SN_STREAM_FAILED);
        break;
    case SN_STREAM_REFUSED:
        status = ss_engine_path_refused(e, &turn, path);
        break;
    case SN_STREAM_FLOWING:
        (void)!ss_engine_stream_stuck(e, path, false);
        break;
    }
    sn_engine_status(host, status);
    sn_engine_drain(e, host, &turn);
    return event != SN_STREAM_OPENED || status == SS_OK;
}

/* Each is a piece of its own to who looks on: a question has two line ends, an answer one. RFC5626:4.4.1 */
static void cut_keep_alives(sn_host *host, const ss_path *path, ss_slice bytes, size_t count)
{
    const ss_slice one =
        path->connection < SS_CONNECTION_OURS ? SS_LIT("\r\n\r\n") : SS_LIT("\r\n");
    for (size_t at = 0; at + one.len <= count; at += one.len) {
        const ss_slice piece = ss_slice_cut(bytes, at, at + one.len);
        if (!ss_slice_eq(piece, one)) {
            return; /* bytes of which nothing can be made */
        }
        sn_host_cut(host, path, at, piece);
    }
}

/* One message at most, so that each has the whole arena. RFC3261:18.3 */
size_t sn_engine_stream_bytes(void *self, sn_host *host, const ss_path *path, ss_slice bytes)
{
    ss_engine *e = self;
    ss_arena *arena = sn_host_arena(host);
    const size_t used = arena->used;
    ss_taken taken;
    ss_turn turn = ss_turn_begin(sn_host_now(host), arena);
    sn_engine_status(host, ss_engine_stream_input(e, &turn, path, bytes, &taken));
    cut_keep_alives(host, path, bytes, taken.count - taken.message);
    if (taken.message != 0) {
        const size_t at = taken.count - taken.message;
        sn_host_cut(host, path, at, ss_slice_cut(bytes, at, taken.count));
    }
    sn_engine_drain(e, host, &turn);
    arena->used = used;
    return taken.count;
}

void sn_engine_resolved(void *self, sn_host *host, const ss_answer *answer)
{
    ss_engine *e = self;
    ss_turn turn = ss_turn_begin(sn_host_now(host), sn_host_arena(host));
    sn_engine_status(host, ss_engine_answer(e, &turn, answer));
    sn_engine_drain(e, host, &turn);
}

ss_time sn_engine_deadline(const void *self)
{
    return ss_engine_deadline(self);
}

void sn_engine_tick(void *self, sn_host *host)
{
    ss_engine *e = self;
    ss_turn turn = ss_turn_begin(sn_host_now(host), sn_host_arena(host));
    sn_engine_status(host, ss_engine_tick(e, &turn));
    sn_engine_drain(e, host, &turn);
}

void sn_engine_left(const ss_engine *e, sn_left_fact *left)
{
    left->transactions = e->core.txns;
    left->dialogs = e->core.dialogs;
    left->timers = e->core.timers.count;
    left->store_bytes = e->core.bytes - ss_overload_bytes(&e->core);
    if (e->role == SS_ROLE_UA) {
        left->calls = e->ua.calls;
        left->store_bytes -= ss_ua_login_bytes(&e->ua, &e->core) + ss_ua_nonce_bytes(&e->ua);
    } else {
        left->contexts = e->proxy.contexts;
        left->store_bytes -= ss_proxy_kept_bytes(&e->proxy, &e->core);
    }
}
