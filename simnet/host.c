/* A host of the simulated world: an app, its deadline, and what it may ask for.
 *
 * The deadline of an app moves with every message; the queue is not searched for it. One tick is in the queue at the
 * earliest instant ever asked for, and when it comes too early it is put in again. A tick that means nothing leaves no
 * trace, and ticks have no counter, so that none of this shows in a run.
 */
#include "world_state.h"

/* ---- events of a node for itself ---- */

uint64_t sn_tie(const sn_world *w, ss_time at, uint32_t receiver, uint32_t sender)
{
    if (w->plan->order == SN_ORDER_FIFO) {
        return 0;
    }
    const sn_member *nodes = w->plan->cast.nodes;
    return SN_DRAW(w->plan->order_seed, SN_PURPOSE_TIE, at, nodes[receiver].id, nodes[sender].id);
}

static uint32_t step_at(const sn_partition *p, ss_time at)
{
    SS_ASSERT(at >= p->key.at);
    return at == p->key.at ? p->key.step + 1 : 1;
}

static void post_self(sn_partition *p, uint32_t node, ss_time at, uint32_t step, sn_event event)
{
    event.at = at;
    event.step = step;
    event.receiver = event.sender = node;
    event.tie = sn_tie(p->world, at, node, node);
    sn_post(p, &event);
}

void sn_post_self(sn_partition *p, uint32_t node, ss_time at, sn_event event)
{
    event.counter = ++p->world->nodes[node].counter;
    post_self(p, node, at, step_at(p, at), event);
}

/* ---- the own link ---- */

/* What its link carries may be set in time, and a host knows its own link. RFC3261:18.1.1 */
static void tell_of_link(sn_partition *p, uint32_t node)
{
    static const ss_address any;
    sn_node_state *n = &p->world->nodes[node];
    const sn_plan *plan = p->world->plan;
    const uint32_t planned = plan->groups[plan->nodes[node].group].settings.path_mtu;
    if (n->is_dead || planned == 0 || n->class->path_mtu == NULL) {
        return; /* it does not go by what it knows of its link */
    }
    const uint32_t link = sn_plan_own_mtu(plan, p->world->courses, node, p->key.at);
    const uint32_t mtu = link == 0 || link > UINT16_MAX ? UINT16_MAX : link;
    if (mtu != (n->told_mtu == 0 ? planned : n->told_mtu)) {
        sn_host host = { &p->hosting, node };
        n->told_mtu = (uint16_t)mtu;
        n->class->path_mtu(n->app, &host, &any, mtu, SS_TIME_NEVER);
    }
}

/* Before its app is called. */
static sn_host enter(sn_partition *p, uint32_t node)
{
    if (p->world->plan->mtu_varies) {
        tell_of_link(p, node);
    }
    return (sn_host){ &p->hosting, node };
}

/* ---- the deadline ---- */

static bool earlier(ss_time at, uint32_t step, ss_time than, uint32_t than_step)
{
    return at != than ? at < than : at != SS_TIME_NEVER && step < than_step;
}

static void arm(sn_partition *p, uint32_t node)
{
    sn_node_state *n = &p->world->nodes[node];
    if (earlier(n->deadline, n->deadline_step, n->armed, n->armed_step)) {
        n->armed = n->deadline;
        n->armed_step = n->deadline_step;
        post_self(p, node, n->deadline, n->deadline_step, (sn_event){ .kind = SN_EVENT_TICK });
    }
}

/* After each call of the app. */
static void settle(sn_partition *p, uint32_t node)
{
    sn_node_state *n = &p->world->nodes[node];
    const ss_time asked = n->class->deadline == NULL ? SS_TIME_NEVER : n->class->deadline(n->app);
    const ss_time deadline = asked < p->key.at ? p->key.at : asked;
    if (deadline != n->deadline) {
        n->deadline = deadline;
        n->deadline_step = deadline == SS_TIME_NEVER ? 0 : step_at(p, deadline);
    }
    arm(p, node);
}

bool sn_app_tick(sn_partition *p, const sn_event *event)
{
    sn_node_state *n = &p->world->nodes[event->receiver];
    if (event->at == n->armed && event->step == n->armed_step) {
        n->armed = SS_TIME_NEVER;
    }
    if (event->at != n->deadline || event->step != n->deadline_step) {
        arm(p, event->receiver);
        return false;
    }
    sn_host host = enter(p, event->receiver);
    n->deadline = SS_TIME_NEVER;
    n->class->tick(n->app, &host);
    settle(p, event->receiver);
    return true;
}

/* ---- other events ---- */

ss_status sn_app_start(sn_partition *p, uint32_t node)
{
    sn_node_state *n = &p->world->nodes[node];
    n->deadline = n->armed = SS_TIME_NEVER;
    if (n->class == NULL) {
        return SS_OK;
    }
    sn_host host = { &p->hosting, node };
    const ss_status status = n->class->start == NULL ? SS_OK : n->class->start(n->app, &host);
    settle(p, node);
    return status;
}

void sn_app_input(sn_partition *p, uint32_t node, const ss_path *path, ss_slice payload)
{
    sn_node_state *n = &p->world->nodes[node];
    if (n->is_dead) {
        return;
    }
    sn_host host = enter(p, node);
    n->class->input(n->app, &host, path, payload);
    settle(p, node);
}

void sn_app_unreachable(sn_partition *p, uint32_t node, const ss_path *path, const ss_quote *quote)
{
    sn_node_state *n = &p->world->nodes[node];
    sn_host host = enter(p, node);
    if (n->class->unreachable != NULL && !n->is_dead) {
        n->class->unreachable(n->app, &host, path, quote);
        settle(p, node);
    }
}

void sn_app_path_mtu(sn_partition *p, uint32_t node, sn_address to, uint32_t mtu, ss_time until)
{
    sn_node_state *n = &p->world->nodes[node];
    sn_host host = { &p->hosting, node };
    const ss_address address = sn_address_with_port(to, 0);
    if (n->class->path_mtu != NULL && !n->is_dead) {
        n->class->path_mtu(n->app, &host, &address, mtu, until);
    }
}

void sn_app_passing(sn_partition *p, uint32_t node, const ss_path *path, ss_slice payload,
                    const ss_msg *read)
{
    sn_node_state *n = &p->world->nodes[node];
    sn_host host = enter(p, node);
    const size_t mark = p->world->arena.used;
    if (n->class->passing != NULL) {
        n->class->passing(n->app, &host, path, payload, read);
        settle(p, node);
    }
    p->world->arena.used = mark;
}

void sn_app_resolved(sn_partition *p, uint32_t node, const ss_answer *answer)
{
    sn_node_state *n = &p->world->nodes[node];
    sn_host host = enter(p, node);
    if (n->class->resolved != NULL) {
        n->class->resolved(n->app, &host, answer);
        settle(p, node);
    }
}

bool sn_app_stream(sn_partition *p, uint32_t node, const ss_path *path, sn_stream_event event)
{
    sn_node_state *n = &p->world->nodes[node];
    sn_host host = enter(p, node);
    const bool is_welcome = n->class->stream(n->app, &host, path, event);
    settle(p, node);
    return is_welcome;
}

size_t sn_app_bytes(sn_partition *p, uint32_t node, const ss_path *path, ss_slice bytes)
{
    sn_node_state *n = &p->world->nodes[node];
    sn_host host = enter(p, node);
    const size_t taken = n->class->stream_bytes(n->app, &host, path, bytes);
    settle(p, node);
    return taken;
}

bool sn_app_wake(sn_partition *p, const sn_event *event)
{
    sn_node_state *n = &p->world->nodes[event->receiver];
    sn_host host = enter(p, event->receiver);
    const sn_wake wake = { .kind = (sn_wake_kind)(event->what & 0xff),
                           .what = event->what >> 8,
                           .arg = event->arg,
                           .arg2 = event->arg2 };
    const bool had_effect = n->class->wake != NULL && n->class->wake(n->app, &host, &wake);
    if (had_effect) {
        settle(p, event->receiver);
    }
    return had_effect;
}

/* ---- what the world does for an app ---- */

static ss_path path_of(void *self, uint32_t node)
{
    const sn_partition *p = self;
    const sn_plan *plan = p->world->plan;
    return (ss_path){ .transport = plan->groups[plan->nodes[node].group].transport,
                      .local = sn_address_with_port(sn_member_address(&plan->cast.nodes[node]),
                                                    SN_SIP_PORT) };
}

static void send_datagram(void *self, uint32_t node, const ss_path *path, ss_slice bytes,
                          const ss_msg *read)
{
    sn_node_send(self, node, path, bytes, read);
}

static ss_status connect_stream(void *self, uint32_t node, const ss_path *path)
{
    return sn_stream_connect(self, node, path);
}

static ss_status write_stream(void *self, uint32_t node, const ss_path *path, ss_slice bytes)
{
    return sn_stream_write(self, node, path, bytes);
}

static void close_stream(void *self, uint32_t node, const ss_path *path)
{
    sn_stream_close(self, node, path);
}

static void reset_stream(void *self, uint32_t node, const ss_path *path)
{
    sn_stream_reset(self, node, path);
}

static bool mute(void *self, uint32_t node, uint32_t peer)
{
    return sn_stream_mute(self, node, peer);
}

static bool find_stream(void *self, uint32_t node, uint32_t peer, ss_path *path)
{
    return sn_stream_find(self, node, peer, path);
}

static void cut(void *self, uint32_t node, const ss_path *path, size_t at, ss_slice message)
{
    sn_stream_cut(self, node, path, at, message);
}

/* The addresses of a node that another one can reach, the one that is preferred first; how many. RFC3263:4.2 */
static uint16_t put_places(const sn_member *of, const sn_member *asker, uint16_t port,
                           ss_address places[2])
{
    const sn_address first = sn_member_address_for(of, asker);
    uint16_t count = 0;
    if (!sn_address_is_none(first)) {
        const bool is_v6 = !sn_address_is_v4(first);
        const bool has_both = !sn_address_is_none(sn_member_address_of(of, !is_v6)) &&
                              !sn_address_is_none(sn_member_address_of(asker, !is_v6));
        places[count++] = sn_address_with_port(first, port);
        if (has_both) {
            places[count++] = sn_address_with_port(sn_member_address_of(of, !is_v6), port);
        }
    }
    return count;
}

/* With a DNS as that says, perhaps later; else as a DNS that knows the plan would. */
static bool resolve(void *self, uint32_t node, const ss_query *query, ss_answer *answer)
{
    sn_partition *p = self;
    const sn_plan *plan = p->world->plan;
    if (plan->dns.server_count > 0) {
        return sn_resolver_ask(p, node, query, answer);
    }
    const uint32_t found = sn_resolve(plan, query->name);
    *answer = (ss_answer){ .token = query->token, .status = SS_NONE };
    ss_address *places = found == SN_NOBODY ? NULL
                                            : ss_arena_take(&p->world->arena, 2 * sizeof *places,
                                                            _Alignof(ss_address));
    if (places == NULL) {
        p->out_of_memory |= found != SN_NOBODY;
        return true;
    }
    answer->address_count = put_places(&plan->cast.nodes[found], &plan->cast.nodes[node],
                                       query->port == 0 ? SN_SIP_PORT : query->port, places);
    answer->addresses = places;
    answer->status = answer->address_count > 0 ? SS_OK : SS_NONE;
    return true;
}

static void avoid(void *self, uint32_t node, const ss_output *out)
{
    sn_resolver_avoid(self, node, out);
}

static void wake_later(void *self, uint32_t node, ss_time at, const sn_wake *wake)
{
    const sn_event event = { .kind = SN_EVENT_WAKE,
                             .what = (uint16_t)(wake->what << 8 | wake->kind),
                             .arg = wake->arg,
                             .arg2 = wake->arg2 };
    sn_post_self(self, node, at, event);
}

static void crash(void *self, uint32_t node)
{
    sn_partition *p = self;
    p->world->nodes[node].is_dead = 1;
    p->world->nodes[node].told_mtu = 0; /* its next life knows what it was planned with */
    sn_streams_forget_all(p, node);
    sn_resolver_forget(p, node);
    sn_path_probes_forget(p, node);
}

static void restart(void *self, uint32_t node)
{
    const sn_partition *p = self;
    p->world->nodes[node].is_dead = 0;
}

static uint32_t who(void *self, const ss_address *address)
{
    const sn_partition *p = self;
    return sn_plan_find_address(p->world->plan, sn_address_from(address));
}

static void emit(void *self, sn_fact *fact, ss_slice packet)
{
    sn_emit(self, fact, packet);
}

static void out_of_memory(void *self)
{
    sn_partition *p = self;
    p->out_of_memory = true;
}

const sn_host_class sn_host_of_world = {
    .path = path_of,
    .send = send_datagram,
    .connect = connect_stream,
    .write = write_stream,
    .close = close_stream,
    .reset = reset_stream,
    .mute = mute,
    .find_stream = find_stream,
    .cut = cut,
    .resolve = resolve,
    .avoid = avoid,
    .wake = wake_later,
    .crash = crash,
    .restart = restart,
    .who = who,
    .emit = emit,
    .out_of_memory = out_of_memory,
};
