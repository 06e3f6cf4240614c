/* The event queue: a 4-ary heap of whole events. Four children share three cache lines, and half the levels of a
 * binary heap are moved. */
#include "event_queue.h"

static bool is_before_at_its_instant(const sn_event *a, const sn_event *b)
{
    const sn_key left = sn_event_key(a);
    const sn_key right = sn_event_key(b);
    return sn_key_compare(&left, &right) < 0;
}

static inline bool before(const sn_event *a, const sn_event *b)
{
    return a->at != b->at ? a->at < b->at : is_before_at_its_instant(a, b);
}

sn_event_queue sn_event_queue_on(sn_event *memory, uint64_t cap)
{
    return (sn_event_queue){ .heap = memory, .cap = cap };
}

/* `e` takes the hole at `at`, or that of an ancestor. */
static void rise(sn_event *heap, uint64_t at, const sn_event *e)
{
    while (at > 0 && before(e, &heap[(at - 1) / 4])) {
        heap[at] = heap[(at - 1) / 4];
        at = (at - 1) / 4;
    }
    heap[at] = *e;
}

bool sn_event_push(sn_event_queue *q, const sn_event *e)
{
    if (q->count == q->cap) {
        return false;
    }
    rise(q->heap, q->count++, e);
    q->peak = q->count > q->peak ? q->count : q->peak;
    return true;
}

static uint64_t least_of(const sn_event *heap, uint64_t first, uint64_t end)
{
    uint64_t least = first;
    for (uint64_t i = first + 1; i < end; i++) {
        if (before(&heap[i], &heap[least])) {
            least = i;
        }
    }
    return least;
}

/* Four children, all there: which is first is settled by two compares side by side and one. */
static uint64_t least_of_four(const sn_event *heap, uint64_t first)
{
    const uint64_t left = first + before(&heap[first + 1], &heap[first]);
    const uint64_t right = first + 2 + before(&heap[first + 3], &heap[first + 2]);
    return before(&heap[right], &heap[left]) ? right : left;
}

/* The hole sinks to the bottom, where the last event nearly always belongs, and that rises as far as it must: one compare a level
 * less than asking at each whether it belongs there. */
sn_event sn_event_pop(sn_event_queue *q)
{
    SS_ASSERT(q->count > 0);
    sn_event *heap = q->heap;
    const sn_event first = heap[0];
    const sn_event last = heap[--q->count];
    uint64_t at = 0;
    while (4 * at + 4 < q->count) {
        const uint64_t child = least_of_four(heap, 4 * at + 1);
        heap[at] = heap[child];
        at = child;
    }
    if (4 * at + 1 < q->count) {
        const uint64_t child = least_of(heap, 4 * at + 1, q->count);
        heap[at] = heap[child];
        at = child;
    }
    rise(heap, at, &last);
    return first;
}
