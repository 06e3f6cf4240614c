/* The event queue against a sorted list. */
#include "check.h"

#include <stdlib.h>

#include "simnet/event/queue.h"
#include "sn/draw.h"

enum { EVENTS = 2000 };

static sn_event_queue queue; /* too large for a stack */

static sn_event_queue *new_queue(uint64_t cap)
{
    static uint64_t memory[(9 << 20) / 8];
    CHECK(sn_event_queue_bytes(cap) <= sizeof memory);
    sn_event_queue_init(&queue, memory, cap);
    return &queue;
}

static sn_event random_event(uint64_t seed, uint64_t i)
{
    const uint64_t r = SN_DRAW(seed, SN_PURPOSE_WAIT, i);
    return (sn_event){ .at = r & 7,
                       .step = r >> 8 & 1,
                       .tie = r >> 16 & 1,
                       .receiver = r >> 24 & 3,
                       .sender = r >> 32 & 3,
                       .counter = i,
                       .arg = (uint32_t)i };
}

static int by_key(const void *left, const void *right)
{
    const sn_key a = sn_event_key(left), b = sn_event_key(right);
    return sn_key_compare(&a, &b);
}

TEST(events_come_out_in_the_total_order)
{
    static sn_event sorted[EVENTS];
    for (uint64_t seed = 0; seed < 20; seed++) {
        sn_event_queue *q = new_queue(EVENTS);
        for (uint64_t i = 0; i < EVENTS; i++) {
            sorted[i] = random_event(seed, i);
            CHECK(sn_event_push(q, &sorted[i]));
        }
        qsort(sorted, EVENTS, sizeof *sorted, by_key);
        for (uint64_t i = 0; i < EVENTS; i++) {
            CHECK_EQ(sn_event_first(q)->arg, sorted[i].arg);
            CHECK_EQ(sn_event_pop(q).arg, sorted[i].arg);
        }
        CHECK_NULL(sn_event_first(q));
    }
}

/* ---- against a model: an array that is searched for its least ---- */

typedef struct model {
    sn_event events[EVENTS];
    size_t count;
    uint64_t made;
    ss_time now;
} model;

static void push_both(sn_event_queue *q, model *m, ss_time at)
{
    sn_event e = random_event(3, m->made++);
    e.at = at;
    m->events[m->count++] = e;
    CHECK(sn_event_push(q, &e));
}

static void pop_both(sn_event_queue *q, model *m)
{
    size_t least = 0;
    for (size_t j = 1; j < m->count; j++) {
        least = by_key(&m->events[j], &m->events[least]) < 0 ? j : least;
    }
    m->now = m->events[least].at;
    CHECK_EQ(sn_event_first(q)->arg, m->events[least].arg);
    CHECK_EQ(sn_event_pop(q).arg, m->events[least].arg);
    m->events[least] = m->events[--m->count];
    CHECK_EQ(q->count, m->count);
    CHECK(q->chunks.carved <= sn_event_chunks_for(EVENTS, SN_EVENT_RUNGS));
}

TEST(pushes_and_pops_may_mix)
{
    static model m;
    sn_event_queue *q = new_queue(EVENTS);
    for (uint64_t i = 0; i < 4 * EVENTS; i++) {
        if (m.count == 0 || (m.count < 200 && SN_DRAW(9, SN_PURPOSE_LOSS, i) % 5 < 3)) {
            push_both(q, &m, SN_DRAW(4, SN_PURPOSE_WAIT, i) & 7);
        } else {
            pop_both(q, &m);
        }
    }
}

/* Waits of nothing, of nanoseconds, of milliseconds, of hours and for ever, in a mix that changes all the time: what is pushed comes
 * before, among and after what waits in the heap and in every rung. */
TEST(any_mix_of_waits_comes_out_in_order)
{
    static const unsigned bits[] = { 0, 3, 8, 20, 25, 31, 36, 42, 52, 62 };
    unsigned deepest = 0;
    for (uint64_t seed = 0; seed < 12; seed++) {
        static model m;
        m = (model){ .now = 0 };
        sn_event_queue *q = new_queue(EVENTS);
        for (uint64_t i = 0; i < 6 * EVENTS; i++) {
            const uint64_t r = SN_DRAW(seed, SN_PURPOSE_LOSS, i);
            const unsigned phase = (unsigned)(i / 500 + seed) % 5;
            const unsigned kind = (unsigned)(r >> 8) % (2 * phase + 2);
            const uint64_t wait = SN_DRAW(seed, SN_PURPOSE_WAIT, i) >> (64 - bits[kind] - 1);
            if (m.count == 0 || (m.count < EVENTS && r % 8 < (phase < 3 ? 5u : 3u))) {
                push_both(q, &m, ss_time_after(m.now, wait >> 1));
            } else {
                pop_both(q, &m);
            }
            deepest = q->last > deepest ? q->last : deepest;
        }
        while (m.count > 0) {
            pop_both(q, &m);
        }
        CHECK_NULL(sn_event_first(q));
    }
    CHECK(deepest > 0);
}

static void push_burst(sn_event_queue *q, model *m, unsigned bits)
{
    for (uint64_t i = 0; i < 280; i++) {
        const uint64_t more = SN_DRAW(bits, SN_PURPOSE_WAIT, i) >> (64 - bits + 2);
        push_both(q, m, (UINT64_C(1) << bits) + more);
    }
}

/* Bursts before what is parked, each nearer than the one before, until there is no rung left for more. */
TEST(bursts_before_bursts_come_out_in_order)
{
    static model m;
    m = (model){ .now = 0 };
    sn_event_queue *q = new_queue(EVENTS + EVENTS / 2);
    for (unsigned i = 0; i < 70; i++) {
        push_both(q, &m, i);
    }
    push_burst(q, &m, 60);
    while (m.now < 69) {
        pop_both(q, &m);
    }
    for (unsigned bits = 52; bits > 12; bits -= 8) {
        CHECK_EQ(q->last, bits > 28 ? (52 - bits) / 8 : SN_EVENT_RUNGS - 1);
        push_burst(q, &m, bits);
    }
    while (m.count > 0) {
        pop_both(q, &m);
    }
}

TEST(many_events_of_one_instant_come_out_in_order)
{
    static model m;
    m = (model){ .now = 0 };
    sn_event_queue *q = new_queue(EVENTS);
    push_both(q, &m, 1);
    while (m.count < EVENTS) {
        push_both(q, &m, m.count % 3 == 0 ? 1u << 20 : 5);
    }
    while (m.count > 0) {
        pop_both(q, &m);
    }
}

/* Among so many that wait far off, what comes soon is in a small heap. */
TEST(the_heap_stays_small_beside_what_is_parked)
{
    sn_event_queue *q = new_queue(60000);
    for (uint64_t i = 0; i < 50000; i++) {
        const sn_event e = { .at = SS_S(3600) + SN_DRAW(1, SN_PURPOSE_WAIT, i) % SS_S(60),
                             .counter = i };
        CHECK(sn_event_push(q, &e));
    }
    for (uint64_t i = 0; i < 5000; i++) {
        const sn_event e = { .at = SN_DRAW(2, SN_PURPOSE_WAIT, i) % SS_MS(20), .counter = i };
        CHECK(sn_event_push(q, &e));
    }
    for (uint64_t i = 0; i < 50000; i++) {
        sn_event e = sn_event_pop(q);
        CHECK(e.at < SS_S(10));
        e.at += 1 + SN_DRAW(3, SN_PURPOSE_WAIT, i) % SS_MS(20);
        CHECK(sn_event_push(q, &e));
    }
    CHECK(q->heap_peak < 1000);
}

TEST(each_event_is_seen_once_wherever_it_waits)
{
    static unsigned char seen[EVENTS];
    static model m;
    m = (model){ .now = 0 };
    sn_event_queue *q = new_queue(EVENTS);
    for (uint64_t i = 0; i < EVENTS; i++) {
        push_both(q, &m, SN_DRAW(1, SN_PURPOSE_WAIT, i) >> (i % 60));
    }
    for (uint64_t i = 0; i < EVENTS / 2; i++) {
        pop_both(q, &m);
    }
    uint64_t nth = 0, count = 0;
    const sn_event *e;
    while ((e = sn_event_each(q, &nth)) != NULL) {
        seen[e->arg]++;
        count++;
    }
    CHECK_EQ(count, m.count);
    for (size_t i = 0; i < m.count; i++) {
        CHECK_EQ(seen[m.events[i].arg], 1);
    }
    CHECK_NULL(sn_event_each(q, &nth));
}

TEST(a_full_queue_says_so_and_stays_as_it_was)
{
    sn_event_queue *q = new_queue(2);
    const sn_event late = { .at = 9 }, early = { .at = 3 };
    CHECK(sn_event_push(q, &late));
    CHECK(sn_event_push(q, &early));
    CHECK(!sn_event_push(q, &early));
    CHECK_EQ(sn_event_queue_used(q), 2 * sizeof(sn_event));
    CHECK_EQ(sn_event_pop(q).at, 3);
    CHECK_EQ(sn_event_pop(q).at, 9);
    CHECK_ASSERTS((void)sn_event_pop(q));
}
