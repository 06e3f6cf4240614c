/* A world runs: events in the total order, one by one, or partition after partition in windows of lookahead.
 *
 * A window begins at the earliest event of all partitions and is as long as nothing can cross from one partition into
 * another. Inside it each partition runs alone; then packets change hands and facts are merged by key. So the facts, and
 * what is decided on them, are the same for any number of partitions.
 */
#include "world_state.h"

#include <string.h>

/* ---- facts ---- */

void sn_give_fact(const sn_world *w, const sn_fact *fact, ss_slice packet)
{
    for (uint32_t i = 0; i < w->sink_count; i++) {
        w->sinks[i].fact(w->sinks[i].self, fact, packet);
    }
}

void sn_emit(sn_partition *p, sn_fact *fact, ss_slice packet)
{
    fact->key = p->key;
    fact->index = p->index++;
    if (p->world->partition_count == 1) {
        sn_give_fact(p->world, fact, packet);
    } else {
        sn_log_append(p, fact, packet);
    }
}

/* ---- events in and out ---- */

void sn_post(sn_partition *p, const sn_event *event)
{
    bool has_room;
    if (event->receiver >= p->first && event->receiver < p->end) {
        has_room = sn_event_push(&p->queue, event);
    } else {
        has_room = p->outbox_count < p->outbox_cap;
        if (has_room) {
            p->outbox[p->outbox_count++] = *event;
        }
    }
    p->out_of_memory |= !has_room;
}

/* Packets change partition: their bytes move into the other store. */
static void exchange(sn_world *w, sn_partition *from)
{
    for (uint64_t i = 0; i < from->outbox_count; i++) {
        sn_event event = from->outbox[i];
        sn_partition *to = &w->partitions[sn_partition_of(w, event.receiver)];
        sn_packet *packet = ss_store_at(&from->store, event.arg);
        const size_t size = sn_packet_size(packet->len);
        SS_ASSERT(event.kind == SN_EVENT_PACKET);
        sn_reading_give(from, packet); /* it points at these bytes */
        const ss_ref moved = ss_store_take(&to->store, size);
        if (moved == 0) {
            to->out_of_memory = true;
            return;
        }
        memcpy(ss_store_at(&to->store, moved), packet, size);
        ss_store_give(&from->store, event.arg, size);
        event.arg = moved;
        sn_post(to, &event);
    }
    from->outbox_count = 0;
}

/* ---- what the plan begins: scripted, so first at its instant ---- */

static void post_wake(sn_partition *p, ss_time at, uint32_t node, sn_wake_kind kind, uint32_t arg)
{
    const sn_event event = { .at = at,
                             .tie = sn_tie(p->world, at, node, node),
                             .counter = (uint64_t)kind << 32 | arg,
                             .receiver = node,
                             .sender = node,
                             .kind = SN_EVENT_WAKE,
                             .what = (uint16_t)kind,
                             .arg = arg };
    sn_post(p, &event);
}

static bool is_mine(const sn_partition *p, uint32_t node)
{
    return node >= p->first && node < p->end;
}

static void post_quiet(sn_partition *p, ss_time at)
{
    for (uint32_t node = p->first; node < p->end; node++) {
        if (p->world->nodes[node].class != NULL && p->world->nodes[node].class->wake != NULL) {
            post_wake(p, at, node, SN_WAKE_QUIET, 0);
        }
    }
    p->quiet_given = true;
}

static ss_time queue_head(const sn_partition *p)
{
    const sn_event *first = sn_event_first(&p->queue);
    return first == NULL ? SS_TIME_NEVER : first->at;
}

/* Put into the queue what the plan begins no later than the queue's head; the instant of the next event then. */
static ss_time next_instant(sn_partition *p)
{
    const sn_plan *plan = p->world->plan;
    const sn_call *calls = p->world->calls;
    while (p->next_call < p->world->call_count &&
           (calls[p->next_call].scripted || calls[p->next_call].at <= queue_head(p))) {
        const sn_call *call = &calls[p->next_call];
        if (!call->scripted && is_mine(p, call->caller)) {
            post_wake(p, call->at, call->caller, SN_WAKE_CALL, p->next_call);
        }
        p->next_call++;
    }
    while (p->next_act < plan->act_count && plan->acts[p->next_act].at <= queue_head(p)) {
        const sn_act *act = &plan->acts[p->next_act];
        if (is_mine(p, act->node)) {
            post_wake(p, act->at, act->node, SN_WAKE_ACT, p->next_act);
        }
        p->next_act++;
    }
    if (!p->quiet_given && plan->duration <= queue_head(p)) {
        post_quiet(p, plan->duration);
    }
    return queue_head(p);
}

/* ---- one event ---- */

static bool dispatch(sn_partition *p, const sn_event *event)
{
    switch ((sn_event_kind)event->kind) {
    case SN_EVENT_TICK:
        return sn_app_tick(p, event);
    case SN_EVENT_PACKET:
        sn_node_packet(p, event);
        return true;
    case SN_EVENT_WAKE:
        return sn_app_wake(p, event);
    case SN_EVENT_PIECES:
        return sn_node_pieces(p, event);
    case SN_EVENT_STREAM:
        return sn_stream_overdue(p, event);
    case SN_EVENT_RESOLVER:
        return sn_resolver_overdue(p, event);
    case SN_EVENT_PROBE:
        return sn_path_probe_due(p, event);
    case SN_EVENT_RELEASE:
        sn_node_release(p, event);
        return true;
    case SN_EVENT_SERVE:
        sn_link_serve(p, event);
        return true;
    }
    return false;
}

static void run_event(sn_partition *p)
{
    const sn_event event = sn_event_pop(&p->queue);
    const bool logs = p->world->partition_count > 1;
    p->key = sn_event_key(&event);
    p->index = 0;
    p->zeno = event.step > p->world->plan->step_max;
    if (logs) {
        sn_log_open(p);
    }
    const bool had_effect = !p->zeno && dispatch(p, &event);
    SS_ASSERT(had_effect || p->index == 0);
    if (logs) {
        sn_log_close(p, had_effect);
    }
    if (had_effect) {
        p->events++;
        p->last = event.at;
    }
    p->world->arena.used = 0;
}

/* ---- the end ---- */

static sn_fact last_fact(const sn_world *w, sn_fact_kind kind, uint32_t node)
{
    return (sn_fact){ .key = { .at = w->now,
                               .tie = kind == SN_FACT_END ? UINT64_MAX : 0,
                               .counter = UINT64_MAX,
                               .step = UINT32_MAX,
                               .receiver = node,
                               .sender = node },
                      .kind = (uint16_t)kind,
                      .peer = SN_NOBODY,
                      .packet.origin = SN_NOBODY };
}

static void give_left(sn_world *w)
{
    for (uint32_t node = 0; node < w->plan->cast.node_count; node++) {
        const sn_node_state *n = &w->nodes[node];
        if (n->class != NULL && n->class->left != NULL) {
            sn_fact fact = last_fact(w, SN_FACT_LEFT, node);
            fact.entity = node;
            n->class->left(n->app, &fact.left);
            fact.left.connections = sn_streams_count(w, node);
            sn_give_fact(w, &fact, SS_EMPTY);
        }
    }
}

static sn_run_state finish(sn_world *w, sn_run_state state)
{
    if (state == SN_RUN_DONE || state == SN_RUN_STOPPED) {
        give_left(w);
    }
    sn_fact fact = last_fact(w, SN_FACT_END, SN_NOBODY);
    fact.value = state != SN_RUN_DONE;
    sn_give_fact(w, &fact, SS_EMPTY);
    w->state = state;
    return state;
}

static bool out_of_memory(const sn_world *w)
{
    bool out = sn_decisions_failed(w->decisions);
    for (uint32_t i = 0; i < w->partition_count; i++) {
        out = out || w->partitions[i].out_of_memory;
    }
    return out;
}

/* A tick in the queue may be a leftover: the app's deadline says; and a connection may long have been answered. */
static bool means_something(const sn_world *w, const sn_partition *p, const sn_event *event)
{
    switch ((sn_event_kind)event->kind) {
    case SN_EVENT_TICK:
        return w->nodes[event->receiver].deadline != SS_TIME_NEVER;
    case SN_EVENT_STREAM:
        return sn_stream_is_waiting(p, event);
    case SN_EVENT_RESOLVER:
        return sn_resolver_is_waiting(p, event);
    case SN_EVENT_PROBE:
        return sn_path_probe_is_waiting(p, event);
    default:
        return true;
    }
}

/* Does anything wait beyond the end of the drain? */
static bool is_waiting(const sn_world *w)
{
    for (uint32_t i = 0; i < w->partition_count; i++) {
        const sn_partition *p = &w->partitions[i];
        uint64_t nth = 0;
        const sn_event *event;
        while ((event = sn_event_each(&p->queue, &nth)) != NULL) {
            if (means_something(w, p, event)) {
                return true;
            }
        }
    }
    return false;
}

/* Nothing is due any more, or not before the drain is over. */
static sn_run_state come_to_rest(sn_world *w)
{
    if (is_waiting(w)) {
        w->now = w->end;
    }
    return finish(w, SN_RUN_DONE);
}

/* ---- one partition: event by event ---- */

static sn_run_state step_alone(sn_world *w)
{
    sn_partition *p = w->partitions;
    const ss_time next = next_instant(p);
    if (next > w->end || next == SS_TIME_NEVER) {
        return come_to_rest(w);
    }
    run_event(p);
    w->events = p->events;
    w->now = p->last;
    if (out_of_memory(w)) {
        return finish(w, SN_RUN_MEMORY);
    }
    if (p->zeno) {
        w->now = p->key.at;
        w->culprit = p->key.receiver;
        return finish(w, SN_RUN_ZENO);
    }
    if (w->plan->event_max != 0 && w->events == w->plan->event_max) {
        return finish(w, SN_RUN_BUDGET);
    }
    return SN_RUN_GOING;
}

/* ---- several partitions: window by window ---- */

static void run_window(sn_partition *p, ss_time limit)
{
    while (!p->zeno && !p->out_of_memory) {
        const ss_time next = next_instant(p);
        if (next >= limit || next > p->world->end) {
            return;
        }
        run_event(p);
    }
}

static sn_run_state step_window(sn_world *w)
{
    ss_time first = SS_TIME_NEVER;
    for (uint32_t i = 0; i < w->partition_count; i++) {
        first = ss_time_earlier(first, next_instant(&w->partitions[i]));
    }
    if (first > w->end || first == SS_TIME_NEVER) {
        return come_to_rest(w);
    }
    const ss_time limit = ss_time_after(first, w->lookahead);
    for (uint32_t i = 0; i < w->partition_count; i++) {
        run_window(&w->partitions[i], limit);
    }
    for (uint32_t i = 0; i < w->partition_count; i++) {
        exchange(w, &w->partitions[i]);
    }
    if (out_of_memory(w)) {
        return finish(w, SN_RUN_MEMORY);
    }
    const sn_run_state state = sn_log_merge(w);
    return state == SN_RUN_GOING ? SN_RUN_GOING : finish(w, state);
}

sn_run_state sn_world_step(sn_world *w)
{
    if (w->state != SN_RUN_GOING) {
        return w->state;
    }
    if (w->stop) {
        return finish(w, SN_RUN_STOPPED);
    }
    return w->partition_count == 1 ? step_alone(w) : step_window(w);
}

sn_run_state sn_world_run(sn_world *w, uint64_t steps)
{
    sn_run_state state = w->state;
    for (uint64_t i = 0; i < steps && state == SN_RUN_GOING; i++) {
        state = sn_world_step(w);
    }
    return state;
}

void sn_world_stop(sn_world *w)
{
    w->stop = true;
}

/* ---- questions ---- */

ss_time sn_world_now(const sn_world *w)
{
    return w->now;
}

ss_time sn_world_next(sn_world *w)
{
    SS_ASSERT(w->partition_count == 1);
    return w->state == SN_RUN_GOING ? next_instant(w->partitions) : SS_TIME_NEVER;
}

uint64_t sn_world_events(const sn_world *w)
{
    return w->events;
}

uint64_t sn_world_bytes(const sn_world *w)
{
    uint64_t bytes = w->fixed_bytes;
    for (uint32_t i = 0; i < w->partition_count; i++) {
        const sn_partition *p = &w->partitions[i];
        bytes += sn_event_queue_used(&p->queue) + p->store.used + p->pools.store.used;
    }
    return bytes;
}

uint64_t sn_world_growths(const sn_world *w)
{
    return sn_decisions_growths(w->decisions);
}

uint32_t sn_world_culprit(const sn_world *w)
{
    return w->culprit;
}
