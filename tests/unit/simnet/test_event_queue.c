/* The event queue against a sorted list. */
#include "check.h"

#include <stdlib.h>

#include "simnet/event_queue.h"
#include "sn/draw.h"

enum { EVENTS = 2000 };

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
    static sn_event memory[EVENTS], sorted[EVENTS];
    for (uint64_t seed = 0; seed < 20; seed++) {
        sn_event_queue q = sn_event_queue_on(memory, EVENTS);
        for (uint64_t i = 0; i < EVENTS; i++) {
            sorted[i] = random_event(seed, i);
            CHECK(sn_event_push(&q, &sorted[i]));
        }
        qsort(sorted, EVENTS, sizeof *sorted, by_key);
        for (uint64_t i = 0; i < EVENTS; i++) {
            CHECK_EQ(sn_event_first(&q)->arg, sorted[i].arg);
            CHECK_EQ(sn_event_pop(&q).arg, sorted[i].arg);
        }
        CHECK_NULL(sn_event_first(&q));
    }
}

/* The model: an array that is searched for its least. */
TEST(pushes_and_pops_may_mix)
{
    static sn_event memory[EVENTS], model[EVENTS];
    sn_event_queue q = sn_event_queue_on(memory, EVENTS);
    size_t count = 0;
    for (uint64_t i = 0; i < 4 * EVENTS; i++) {
        if (count == 0 || (count < 200 && SN_DRAW(9, SN_PURPOSE_LOSS, i) % 5 < 3)) {
            model[count] = random_event(3, i);
            CHECK(sn_event_push(&q, &model[count++]));
            continue;
        }
        size_t least = 0;
        for (size_t j = 1; j < count; j++) {
            least = by_key(&model[j], &model[least]) < 0 ? j : least;
        }
        CHECK_EQ(sn_event_pop(&q).arg, model[least].arg);
        model[least] = model[--count];
    }
    CHECK_EQ(q.count, count);
}

TEST(a_full_queue_says_so_and_stays_as_it_was)
{
    sn_event memory[2];
    sn_event_queue q = sn_event_queue_on(memory, 2);
    const sn_event late = { .at = 9 }, early = { .at = 3 };
    CHECK(sn_event_push(&q, &late));
    CHECK(sn_event_push(&q, &early));
    CHECK(!sn_event_push(&q, &early));
    CHECK_EQ(q.peak, 2);
    CHECK_EQ(sn_event_pop(&q).at, 3);
    CHECK_EQ(sn_event_pop(&q).at, 9);
    CHECK_ASSERTS((void)sn_event_pop(&q));
}
