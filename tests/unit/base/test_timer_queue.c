/* The timer queue against a model that searches an array: instants, then the order of arming. */
#include "check.h"

#include <string.h>

enum { TIMERS = 64, STEPS = 20000 };

typedef struct object {
    uint64_t pad;
    ss_timer timer;
} object;

typedef struct model {
    ss_time at[TIMERS];
    uint64_t armed[TIMERS];
    uint64_t next;
} model;

typedef struct rig {
    ss_store store;
    ss_timer_queue queue;
    object *objects[TIMERS];
    model m;
} rig;

static void start(rig *r)
{
    _Alignas(16) static unsigned char memory[1 << 16];
    memset(r, 0, sizeof *r);
    ss_store_init(&r->store, memory, sizeof memory);
    for (uint32_t i = 0; i < TIMERS; i++) {
        r->objects[i] = ss_store_at(&r->store, ss_store_take(&r->store, sizeof(object)));
        ss_timer_init(&r->objects[i]->timer, i);
        r->m.at[i] = SS_TIME_NEVER;
    }
}

static void set(rig *r, size_t i, ss_time at)
{
    ss_timer_set(&r->queue, &r->store, &r->objects[i]->timer, at);
    r->m.at[i] = at;
    r->m.armed[i] = r->m.next++;
}

/* The index of the earliest armed timer, TIMERS when there is none. */
static size_t earliest(const model *m)
{
    size_t best = TIMERS;
    for (size_t i = 0; i < TIMERS; i++) {
        if (m->at[i] != SS_TIME_NEVER &&
            (best == TIMERS || m->at[i] < m->at[best] ||
             (m->at[i] == m->at[best] && m->armed[i] < m->armed[best]))) {
            best = i;
        }
    }
    return best;
}

static void check_pop(rig *r, ss_time now)
{
    const size_t expected = earliest(&r->m);
    CHECK_EQ(ss_timer_next(&r->queue, &r->store),
             expected == TIMERS ? SS_TIME_NEVER : r->m.at[expected]);
    ss_timer *popped = ss_timer_pop(&r->queue, &r->store, now);
    if (expected == TIMERS || r->m.at[expected] > now) {
        CHECK_NULL(popped);
        return;
    }
    CHECK_NOT_NULL(popped);
    CHECK_EQ(popped->kind, expected);
    CHECK(SS_OWNER(popped, object, timer) == r->objects[expected]);
    CHECK_EQ(popped->at, SS_TIME_NEVER);
    r->m.at[expected] = SS_TIME_NEVER;
}

TEST(timer_queue_agrees_with_a_linear_search_over_random_sets_and_pops)
{
    static rig r;
    for (uint64_t seed = 0; seed < 5; seed++) {
        ss_entropy draws = { .key = seed };
        start(&r);
        for (size_t step = 0; step < STEPS; step++) {
            const uint64_t draw = ss_entropy_next(&draws);
            const size_t i = (size_t)(draw % TIMERS);
            const uint64_t what = draw >> 32 & 7;
            if (what < 4) {
                set(&r, i, draw >> 40 & 31); /* few instants, so that ties are many */
            } else if (what == 4) {
                set(&r, i, SS_TIME_NEVER);
            } else {
                check_pop(&r, draw >> 40 & 31);
            }
        }
        while (r.queue.count > 0) {
            check_pop(&r, SS_TIME_NEVER - 1);
        }
        CHECK_EQ(earliest(&r.m), TIMERS);
    }
}

TEST(timer_queue_equal_instants_fire_in_the_order_they_were_armed)
{
    static rig r;
    start(&r);
    set(&r, 3, 10);
    set(&r, 1, 10);
    set(&r, 2, 10);
    set(&r, 3, 10); /* armed again: now the last */
    CHECK_NULL(ss_timer_pop(&r.queue, &r.store, 9));
    CHECK_EQ(ss_timer_pop(&r.queue, &r.store, 10)->kind, 1);
    CHECK_EQ(ss_timer_pop(&r.queue, &r.store, 10)->kind, 2);
    CHECK_EQ(ss_timer_pop(&r.queue, &r.store, 10)->kind, 3);
    CHECK_EQ(r.queue.count, 0);
    CHECK_EQ(ss_timer_next(&r.queue, &r.store), SS_TIME_NEVER);
}
