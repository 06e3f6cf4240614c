/* A host: an app, its deadline, and what it may ask for.
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
    sn_host host = { p, event->receiver };
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
    sn_host host = { p, node };
    const ss_status status = n->class->start == NULL ? SS_OK : n->class->start(n->app, &host);
    settle(p, node);
    return status;
}

void sn_app_input(sn_partition *p, uint32_t node, const ss_path *path, ss_slice payload)
{
    sn_node_state *n = &p->world->nodes[node];
    sn_host host = { p, node };
    n->class->input(n->app, &host, path, payload);
    settle(p, node);
}

void sn_app_unreachable(sn_partition *p, uint32_t node, const ss_path *path, const ss_quote *quote)
{
    sn_node_state *n = &p->world->nodes[node];
    sn_host host = { p, node };
    if (n->class->unreachable != NULL) {
        n->class->unreachable(n->app, &host, path, quote);
        settle(p, node);
    }
}

void sn_app_resolved(sn_partition *p, uint32_t node, const ss_answer *answer)
{
    sn_node_state *n = &p->world->nodes[node];
    sn_host host = { p, node };
    if (n->class->resolved != NULL) {
        n->class->resolved(n->app, &host, answer);
        settle(p, node);
    }
}

bool sn_app_stream(sn_partition *p, uint32_t node, const ss_path *path, sn_stream_event event)
{
    sn_node_state *n = &p->world->nodes[node];
    sn_host host = { p, node };
    const bool is_welcome = n->class->stream(n->app, &host, path, event);
    settle(p, node);
    return is_welcome;
}

size_t sn_app_bytes(sn_partition *p, uint32_t node, const ss_path *path, ss_slice bytes)
{
    sn_node_state *n = &p->world->nodes[node];
    sn_host host = { p, node };
    const size_t taken = n->class->stream_bytes(n->app, &host, path, bytes);
    settle(p, node);
    return taken;
}

bool sn_app_wake(sn_partition *p, const sn_event *event)
{
    sn_node_state *n = &p->world->nodes[event->receiver];
    sn_host host = { p, event->receiver };
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

/* ---- what a host does for its app ---- */

const sn_plan *sn_host_plan(const sn_host *host)
{
    return host->partition->world->plan;
}

uint32_t sn_host_node(const sn_host *host)
{
    return host->node;
}

ss_time sn_host_now(const sn_host *host)
{
    return host->partition->key.at;
}

ss_arena *sn_host_arena(sn_host *host)
{
    return &host->partition->world->arena;
}

ss_msg *sn_host_reading(sn_host *host)
{
    return host->partition->read;
}

ss_pools *sn_host_pools(sn_host *host)
{
    return &host->partition->pools;
}

ss_store *sn_host_store(sn_host *host)
{
    return &host->partition->store;
}

sn_decisions *sn_host_decisions(sn_host *host)
{
    return host->partition->world->decisions;
}

bool sn_host_resolve(sn_host *host, const ss_query *query, ss_answer *answer)
{
    return sn_resolver_ask(host->partition, host->node, query, answer);
}

void sn_host_avoid(sn_host *host, const ss_output *out)
{
    sn_resolver_avoid(host->partition, host->node, out);
}

void sn_host_send(sn_host *host, const ss_path *path, ss_slice bytes, const ss_msg *read)
{
    sn_node_send(host->partition, host->node, path, bytes, read);
}

ss_status sn_host_connect(sn_host *host, const ss_path *path)
{
    return sn_stream_connect(host->partition, host->node, path);
}

ss_status sn_host_write(sn_host *host, const ss_path *path, ss_slice bytes)
{
    return sn_stream_write(host->partition, host->node, path, bytes);
}

void sn_host_close(sn_host *host, const ss_path *path)
{
    sn_stream_close(host->partition, host->node, path);
}

void sn_host_reset(sn_host *host, const ss_path *path)
{
    sn_stream_reset(host->partition, host->node, path);
}

bool sn_host_find_stream(const sn_host *host, uint32_t peer, ss_path *path)
{
    return sn_stream_find(host->partition, host->node, peer, path);
}

void sn_host_crash(sn_host *host)
{
    host->partition->world->nodes[host->node].is_dead = 1;
    sn_streams_forget_all(host->partition, host->node);
    sn_resolver_forget(host->partition, host->node);
}

void sn_host_restart(sn_host *host)
{
    host->partition->world->nodes[host->node].is_dead = 0;
}

void sn_host_cut(sn_host *host, const ss_path *path, size_t at, ss_slice message)
{
    sn_stream_cut(host->partition, host->node, path, at, message);
}

void sn_host_wake(sn_host *host, ss_time at, uint16_t what, uint32_t arg, uint32_t arg2)
{
    SS_ASSERT(what <= 0xff);
    if (at == SS_TIME_NEVER) {
        return;
    }
    const sn_event event = {
        .kind = SN_EVENT_WAKE, .what = (uint16_t)(what << 8 | SN_WAKE_OWN), .arg = arg, .arg2 = arg2
    };
    sn_post_self(host->partition, host->node, at, event);
}

void sn_host_note(sn_host *host, const ss_note *note)
{
    sn_fact fact = {
        .kind = SN_FACT_NOTE, .entity = host->node, .peer = SN_NOBODY, .packet.origin = SN_NOBODY
    };
    fact.note = *note;
    sn_emit(host->partition, &fact, SS_EMPTY);
}

void sn_host_served(sn_host *host, const ss_output *out)
{
    const ss_path *path = &out->path;
    const uint8_t *ip = path->remote.ip;
    const uint32_t from =
        (uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 | (uint32_t)ip[2] << 8 | ip[3];
    sn_fact fact = { .kind = SN_FACT_SERVED,
                     .entity = host->node,
                     .peer = sn_plan_find_address(sn_host_plan(host), from),
                     .packet.origin = SN_NOBODY,
                     .hash = ss_hash64(0, out->bytes),
                     .value = out->bytes.len,
                     .local_port = path->local.port,
                     .peer_port = path->remote.port,
                     .transport = (uint8_t)path->transport };
    ss_summarise_bytes(out->bytes, sn_host_arena(host), &fact.sip);
    sn_emit(host->partition, &fact, out->bytes);
}

static void emit_call(sn_host *host, sn_fact_kind kind, const sn_call_fact *call)
{
    sn_fact fact = {
        .kind = (uint16_t)kind, .entity = host->node, .peer = SN_NOBODY, .packet.origin = SN_NOBODY
    };
    fact.call = *call;
    sn_emit(host->partition, &fact, SS_EMPTY);
}

void sn_host_call(sn_host *host, const sn_call_fact *call)
{
    emit_call(host, SN_FACT_CALL, call);
}

void sn_host_registration(sn_host *host, const sn_call_fact *call)
{
    emit_call(host, SN_FACT_REGISTRATION, call);
}

void sn_host_out_of_memory(sn_host *host)
{
    host->partition->out_of_memory = true;
}
