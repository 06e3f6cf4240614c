/* The event queue: a 4-ary heap of whole events. Four children share three cache lines, and half the levels of a
 * binary heap are moved. */
#include "event_queue.h"

static bool before(const sn_event *a, const sn_event *b)
{
    if (a->at != b->at) {
        return a->at < b->at;
    }
    const sn_key left = sn_event_key(a);
    const sn_key right = sn_event_key(b);
    return sn_key_compare(&left, &right) < 0;
}

sn_event_queue sn_event_queue_on(sn_event *memory, uint64_t cap)
{
    return (sn_event_queue){ .heap = memory, .cap = cap };
}

bool sn_event_push(sn_event_queue *q, const sn_event *e)
{
    if (q->count == q->cap) {
        return false;
    }
    uint64_t at = q->count++;
    while (at > 0 && before(e, &q->heap[(at - 1) / 4])) {
        q->heap[at] = q->heap[(at - 1) / 4];
        at = (at - 1) / 4;
    }
    q->heap[at] = *e;
    q->peak = q->count > q->peak ? q->count : q->peak;
    return true;
}

static uint64_t least_child(const sn_event_queue *q, uint64_t parent)
{
    const uint64_t first = 4 * parent + 1;
    const uint64_t end = first + 4 < q->count ? first + 4 : q->count;
    uint64_t least = first;
    for (uint64_t i = first + 1; i < end; i++) {
        if (before(&q->heap[i], &q->heap[least])) {
            least = i;
        }
    }
    return least;
}

sn_event sn_event_pop(sn_event_queue *q)
{
    SS_ASSERT(q->count > 0);
    const sn_event first = q->heap[0];
    const sn_event last = q->heap[--q->count];
    uint64_t at = 0;
    while (4 * at + 1 < q->count) {
        const uint64_t child = least_child(q, at);
        if (!before(&q->heap[child], &last)) {
            break;
        }
        q->heap[at] = q->heap[child];
        at = child;
    }
    if (q->count > 0) {
        q->heap[at] = last;
    }
    return first;
}
