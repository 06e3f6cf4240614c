/* A world is made: its region is laid out from the plan, nodes get their apps, and what the plan begins with is put into
 * the queues.
 *
 * The region, front to back: the world, its partitions, nodes, link directions, the apps' states, the calls when they are
 * its own, all of that zero at first; the arena; then per partition the queue, the outbox, the store, the engines' pools and the
 * log of facts, which are as an earlier world left them: each hands out nothing that it did not clear. These are reserved far
 * larger than any plan of this size should need, and cost nothing until they are used; a machine that refuses to reserve so much
 * is asked for less.
 */
#include "world_state.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES \
    (UINT64_C(4) << 20) /* one turn of an engine: a message of 64 KiB and its index */
#define RESERVE_BASE     (UINT64_C(512) << 20) /* of a store, for the smallest plan */
#define RESERVE_PER_NODE (UINT64_C(64) << 10)
#define RESERVE_MAX      ((UINT64_C(32) << 30) - 4096) /* what an ss_store can address, in pages */
#define LOG_BYTES        (UINT64_C(1) << 30)           /* the facts of one window of lookahead */
_Static_assert(RESERVE_MAX / 8 <= UINT32_MAX, "positions are 32 bits, in units of 8 bytes");
enum { RESERVE_TRIES = 6, LINE = 64 };

/* ---- layout ---- */

typedef struct layout {
    size_t used; /* bytes laid out so far */
    size_t partitions, nodes, links, apps, calls, arena, fixed;
    size_t queue_cap, outbox_cap, store_bytes, log_bytes; /* of each partition */
    size_t partition_bytes;
} layout;

static size_t lay(layout *l, size_t bytes)
{
    const size_t at = l->used;
    l->used += (bytes + LINE - 1) / LINE * LINE;
    return at;
}

static const sn_app_class *class_of(const sn_plan *plan, const sn_world_options *options,
                                    uint32_t node)
{
    static const sn_app_class *const own[SN_ROLE_COUNT] = { [SN_ROLE_UA] = &sn_app_ua,
                                                            [SN_ROLE_PROXY] = &sn_app_proxy,
                                                            [SN_ROLE_TAP] = &sn_app_tap,
                                                            [SN_ROLE_DNS] = &sn_app_dns };
    const sn_role role = plan->cast.nodes[node].role;
    if (options->apps != NULL && options->apps[role] != NULL) {
        return options->apps[role];
    }
    if (node == plan->root && plan->message_count > 0) {
        return &sn_app_core;
    }
    return own[role];
}

static size_t app_bytes(const sn_app_class *class)
{
    return class == NULL ? 0 : (class->bytes + 15) / 16 * 16;
}

static size_t page(size_t bytes)
{
    return (bytes + 4095) / 4096 * 4096;
}

static layout lay_out(const sn_plan *plan, const sn_world_options *options, uint32_t partitions,
                      uint32_t calls, unsigned shrink)
{
    layout l = { 0 };
    const uint64_t nodes = plan->cast.node_count;
    size_t apps = 0;
    for (uint32_t i = 0; i < nodes; i++) {
        apps += app_bytes(class_of(plan, options, i));
    }
    lay(&l, sizeof(sn_world));
    l.partitions = lay(&l, partitions * sizeof(sn_partition));
    l.nodes = lay(&l, nodes * sizeof(sn_node_state));
    l.links = lay(&l, 2 * nodes * sizeof(sn_link_state));
    l.apps = lay(&l, apps);
    l.calls = lay(&l, calls * sizeof(sn_call));
    l.arena = lay(&l, ARENA_BYTES);
    l.used = l.fixed = page(l.used);
    const uint64_t store = RESERVE_BASE + nodes * RESERVE_PER_NODE;
    l.store_bytes = page((size_t)(store < RESERVE_MAX ? store : RESERVE_MAX) >> shrink);
    l.queue_cap = (size_t)((UINT64_C(1) << 20) + 64 * nodes) >> shrink;
    l.outbox_cap = partitions > 1 ? l.queue_cap / 4 : 0;
    l.log_bytes = partitions > 1 ? page(LOG_BYTES >> shrink) : 0;
    l.partition_bytes = page(sn_event_queue_bytes(l.queue_cap)) +
                        page(l.outbox_cap * sizeof(sn_event)) + 2 * l.store_bytes + l.log_bytes;
    l.used += partitions * l.partition_bytes;
    return l;
}

/* ---- partitions ---- */

static void *carve(unsigned char **at, size_t bytes)
{
    void *taken = *at;
    *at += page(bytes);
    return taken;
}

static ss_status make_partition(sn_world *w, const layout *l, uint32_t number)
{
    sn_partition *p = &w->partitions[number];
    const uint64_t nodes = w->plan->cast.node_count, count = w->partition_count;
    unsigned char *at = (unsigned char *)w->region + l->fixed + number * l->partition_bytes;
    p->world = w;
    p->number = number;
    p->first =
        (uint32_t)((number * nodes + count - 1) / count); /* the inverse of sn_partition_of */
    p->end = (uint32_t)(((number + 1) * nodes + count - 1) / count);
    sn_event_queue_init(&p->queue, carve(&at, sn_event_queue_bytes(l->queue_cap)), l->queue_cap);
    p->outbox = carve(&at, l->outbox_cap * sizeof(sn_event));
    p->outbox_cap = l->outbox_cap;
    ss_store_init(&p->store, carve(&at, l->store_bytes), l->store_bytes);
    void *pools = carve(&at, l->store_bytes);
    p->log = (sn_facts_log){ .base = carve(&at, l->log_bytes), .cap = l->log_bytes };
    p->hosting = (sn_hosting){ .class = &sn_host_of_world,
                               .self = p,
                               .plan = w->plan,
                               .calls = w->calls,
                               .call_count = w->call_count,
                               .now = &p->key.at,
                               .arena = &w->arena,
                               .pools = &p->pools,
                               .store = &p->store,
                               .decisions = w->decisions,
                               .crypto = w->crypto.hash == NULL ? NULL : &w->crypto };
    const uint64_t live = 1024 + 2 * (uint64_t)(p->end - p->first);
    return ss_pools_init(&p->pools, pools, l->store_bytes, live, live);
}

static ss_span smaller(ss_span a, ss_span b)
{
    return a < b ? a : b;
}

/* What no event makes shorter. */
static ss_span least_of_changes(const sn_plan *plan)
{
    ss_span least = SS_TIME_NEVER;
    for (uint32_t i = 0; i < plan->change_count; i++) {
        const sn_link_change *c = &plan->changes[i];
        if (c->kind == SN_CHANGE_SET && c->course.kind == SN_COURSE_STEADY) {
            least = smaller(least, smaller(sn_link_floor(&c->up), sn_link_floor(&c->down)));
        }
        for (uint32_t k = 0; c->kind == SN_CHANGE_SET && k < c->course.level_count; k++) {
            const sn_level *level = &c->course.levels[k];
            least = smaller(least, smaller(sn_link_floor(&level->up), sn_link_floor(&level->down)));
        }
    }
    return least;
}

/* The least span in which anything crosses from one partition into another. */
static ss_span lookahead(const sn_world *w)
{
    const sn_plan *plan = w->plan;
    ss_span least = least_of_changes(plan);
    for (uint32_t node = 0; node < plan->cast.node_count; node++) {
        const uint32_t router = plan->cast.nodes[node].router;
        if (router != SN_NOBODY && sn_partition_of(w, node) != sn_partition_of(w, router)) {
            const sn_link_kind *kind = &plan->links[plan->groups[plan->nodes[node].group].link];
            least = smaller(least, smaller(sn_link_floor(&kind->up), sn_link_floor(&kind->down)));
        }
    }
    return least;
}

/* ---- nodes ---- */

/* Both may be at one instant, and no two events have one key. */
static void post_start(sn_partition *p, uint32_t node, ss_time at, sn_wake_kind what)
{
    if (at != SS_TIME_NEVER) {
        const bool is_first = what == SN_WAKE_REGISTER;
        const sn_event event = { .at = at,
                                 .tie = sn_tie(p->world, at, node, node),
                                 .receiver = node,
                                 .sender = node,
                                 .counter = is_first ? 0 : ++p->world->nodes[node].counter,
                                 .kind = SN_EVENT_WAKE,
                                 .what = (uint16_t)what };
        sn_post(p, &event);
    }
}

static ss_status make_nodes(sn_world *w, const layout *l, const sn_world_options *options)
{
    unsigned char *app = (unsigned char *)w->region + l->apps;
    for (uint32_t node = 0; node < w->plan->cast.node_count; node++) {
        sn_node_state *n = &w->nodes[node];
        sn_partition *p = &w->partitions[sn_partition_of(w, node)];
        n->class = class_of(w->plan, options, node);
        n->app = app;
        app += app_bytes(n->class);
        p->key = (sn_key){ .receiver = node, .sender = node };
        const ss_status status = sn_app_start(p, node);
        w->arena.used = 0;
        if (status != SS_OK) {
            return status;
        }
        SS_ASSERT(p->index == 0);
        const sn_host host = { &p->hosting, node };
        post_start(p, node, sn_host_registers_at(&host), SN_WAKE_REGISTER);
        post_start(p, node, sn_host_subscribes_at(&host), SN_WAKE_SUBSCRIBE);
    }
    return SS_OK;
}

static ss_status fill_world(sn_world *w, const layout *l, const sn_world_options *options)
{
    unsigned char *base = w->region;
    w->partitions = (sn_partition *)(void *)(base + l->partitions);
    w->nodes = (sn_node_state *)(void *)(base + l->nodes);
    w->links = (sn_link_state *)(void *)(base + l->links);
    w->arena = (ss_arena){ base + l->arena, ARENA_BYTES, 0 };
    w->end = ss_time_after(w->plan->duration, w->plan->drain);
    for (uint32_t i = 0; i < w->partition_count; i++) {
        const ss_status status = make_partition(w, l, i);
        if (status != SS_OK) {
            return status;
        }
    }
    w->lookahead = lookahead(w);
    return make_nodes(w, l, options);
}

/* The ground's region, laid out for this plan; NULL without memory. */
static void *find_ground(sn_ground *ground, const sn_plan *plan, const sn_world_options *options,
                         uint32_t partitions, uint32_t calls, layout *l)
{
    for (unsigned shrink = 0; shrink < RESERVE_TRIES; shrink++) {
        *l = lay_out(plan, options, partitions, calls, shrink);
        void *region = sn_ground_take(ground, l->used, l->arena);
        if (region != NULL) {
            return region;
        }
    }
    return NULL;
}

/* A world with `count` calls of its own, or with the plan's: NULL. */
static sn_world *make_world(const sn_plan *plan, const sn_world_options *options, sn_ground *ground,
                            const sn_call *calls, uint32_t count)
{
    layout l;
    const uint32_t wanted = options->partitions == 0 ? 1 : options->partitions;
    const uint32_t partitions = wanted < plan->cast.node_count ? wanted : plan->cast.node_count;
    SS_ASSERT(plan->cast.node_count > 0);
    void *region = find_ground(ground, plan, options, partitions, count, &l);
    if (region == NULL) {
        return NULL;
    }
    sn_world *w = region;
    *w = (sn_world){ .plan = plan,
                     .sinks = options->sinks,
                     .sink_count = options->sink_count,
                     .decisions = options->decisions,
                     .ground = ground,
                     .calls = plan->calls,
                     .call_count = plan->call_count,
                     .region = region,
                     .zero_bytes = l.arena,
                     .fixed_bytes = l.fixed,
                     .partition_count = partitions,
                     .culprit = SN_NOBODY };
    if (calls != NULL) {
        w->calls = memcpy((unsigned char *)region + l.calls, calls, count * sizeof *calls);
        w->call_count = count;
    }
    if (w->decisions == NULL) {
        w->decisions = w->own_decisions = sn_decisions_new(plan->seed);
    }
    const bool can_hash = !sn_plan_needs_crypto(plan) || sn_ground_crypto(ground, &w->crypto);
    if (w->decisions == NULL || !can_hash ||
        sn_courses_new(plan, w->decisions, &w->courses) != SS_OK ||
        fill_world(w, &l, options) != SS_OK) {
        sn_world_free(w);
        return NULL;
    }
    return w;
}

/* The world that has the ground to itself frees it. */
static sn_world *make_world_and_ground(const sn_plan *plan, const sn_world_options *options,
                                       const sn_call *calls, uint32_t count)
{
    sn_ground *ground = sn_ground_new();
    sn_world *w = ground == NULL ? NULL : make_world(plan, options, ground, calls, count);
    if (w == NULL) {
        sn_ground_free(ground);
        return NULL;
    }
    w->own_ground = ground;
    return w;
}

sn_world *sn_world_new(const sn_plan *plan, const sn_world_options *options)
{
    sn_call *calls = NULL;
    uint32_t count = 0;
    if (options->decisions != NULL &&
        sn_plan_decide_calls(plan, options->decisions, &calls, &count) != SS_OK) {
        return NULL;
    }
    sn_world *w = options->ground == NULL
                      ? make_world_and_ground(plan, options, calls, count)
                      : make_world(plan, options, options->ground, calls, count);
    free(calls);
    return w;
}

static void leave_partition(sn_ground *ground, const sn_partition *p)
{
    sn_ground_leave(ground, p->queue.heap, p->queue.heap_peak * sizeof(sn_event));
    sn_ground_leave(ground, p->queue.chunks.all, p->queue.chunks.carved * sizeof(sn_event_chunk));
    sn_ground_leave(ground, p->store.base, p->store.used);
    sn_ground_leave(ground, p->pools.store.base, p->pools.store.used);
}

void sn_world_free(sn_world *w)
{
    if (w == NULL) {
        return;
    }
    sn_ground *ground = w->ground, *own = w->own_ground;
    for (uint32_t i = 0; w->partitions != NULL && i < w->partition_count; i++) {
        leave_partition(ground, &w->partitions[i]);
    }
    sn_decisions_free(w->own_decisions);
    sn_courses_free(w->courses);
    sn_ground_leave(ground, w, w->zero_bytes);
    sn_ground_give(ground);
    sn_ground_free(own);
}
