/* The event queue: a 4-ary heap of whole events before slots of those that are farther off. Four children share three cache lines,
 * and half the levels of a binary heap are moved. */
#include "event/queue.h"

/* The heap is filled with so many events at once, a few kilobytes, and has room for so many. */
enum { SOON_EVENTS = 64, HEAP_ROOM = 4 * SOON_EVENTS };

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

size_t sn_event_queue_bytes(uint64_t cap)
{
    return (size_t)(cap * sizeof(sn_event) +
                    sn_event_chunks_for(cap, SN_EVENT_RUNGS) * sizeof(sn_event_chunk));
}

size_t sn_event_queue_used(const sn_event_queue *q)
{
    return (size_t)(q->heap_peak * sizeof(sn_event) + q->chunks.carved * sizeof(sn_event_chunk));
}

void sn_event_queue_init(sn_event_queue *q, void *memory, uint64_t cap)
{
    *q = (sn_event_queue){ .heap = memory, .heap_room = HEAP_ROOM, .cap = cap };
    q->chunks.all = (sn_event_chunk *)((sn_event *)memory + cap);
    q->rungs[0].end = SS_TIME_NEVER;
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

/* ---- soon and far ---- */

static void put_soon(sn_event_queue *q, const sn_event *e)
{
    rise(q->heap, q->heap_count++, e);
    q->heap_peak = q->heap_count > q->heap_peak ? q->heap_count : q->heap_peak;
    q->soon = e->at > q->soon ? e->at : q->soon;
}

static void put_far(sn_event_queue *q, const sn_event *e)
{
    sn_event_slots *rung = &q->rungs[q->last];
    while (e->at >= rung->end && rung > q->rungs) {
        rung--;
    }
    sn_event_slots_put(rung, &q->chunks, e);
}

static void make_room(sn_event_queue *q)
{
    q->heap_room = 2 * q->heap_count > HEAP_ROOM ? 2 * q->heap_count : HEAP_ROOM;
}

/* The earliest slot becomes what is soon. What comes later than its last event is far even then, so that the heap does not grow by
 * what is pushed meanwhile. */
static void come_nearer(sn_event_queue *q)
{
    while (q->rungs[q->last].count == 0) {
        SS_ASSERT(q->last > 0);
        q->last--;
    }
    uint32_t chunk = sn_event_slots_open(&q->rungs[q->last], &q->chunks, SOON_EVENTS);
    while (chunk != 0) {
        const sn_event_chunk *c = sn_event_chunk_at(&q->chunks, chunk);
        for (uint32_t i = 0; i < c->count; i++) {
            put_soon(q, &c->events[i]);
        }
        chunk = sn_event_chunk_give(&q->chunks, chunk);
    }
    make_room(q);
}

/* The second place of the heap has the first events of its four quarters: what comes after all of these is not soon. */
static ss_time latest_of_the_early(const sn_event_queue *q)
{
    ss_time latest = q->heap[0].at;
    for (uint64_t i = 1; i <= 4; i++) {
        latest = q->heap[i].at > latest ? q->heap[i].at : latest;
    }
    return latest;
}

/* The instant until which things are soon from now on, for which there is a rung that takes what is later. */
static ss_time nearer_end(sn_event_queue *q)
{
    const ss_time latest = latest_of_the_early(q), base = q->rungs[q->last].base;
    if (latest >= base) {
        return latest;
    }
    if (q->last + 1 == SN_EVENT_RUNGS) {
        return base;
    }
    sn_event_slots *rung = &q->rungs[++q->last];
    SS_ASSERT(rung->count == 0);
    rung->base = q->heap[0].at;
    rung->end = base;
    return latest;
}

/* Much happens before a thing that was the next one for long: what comes later goes to the slots, so that the heap is small again.
 * Where all is of one instant it stays as large as it is. */
static void go_farther(sn_event_queue *q)
{
    const uint64_t count = q->heap_count;
    const ss_time soon = nearer_end(q);
    if (soon < q->soon) {
        q->soon = soon;
        q->heap_count = 0;
        for (uint64_t i = 0; i < count; i++) {
            const sn_event e = q->heap[i];
            if (e.at <= soon) {
                rise(q->heap, q->heap_count++, &e);
            } else {
                put_far(q, &e);
            }
        }
    }
    make_room(q);
}

bool sn_event_push(sn_event_queue *q, const sn_event *e)
{
    if (q->count == q->cap) {
        return false;
    }
    q->count++;
    if (e->at <= q->soon || (q->heap_count + 1 == q->count && q->heap_count < SOON_EVENTS)) {
        put_soon(q, e); /* few as they are, all are soon */
    } else {
        put_far(q, e);
    }
    if (q->heap_count > q->heap_room) {
        go_farther(q);
    }
    return true;
}

const sn_event *sn_event_each(const sn_event_queue *q, uint64_t *nth)
{
    if (*nth < q->heap_count) {
        return &q->heap[(*nth)++];
    }
    for (;;) {
        const uint64_t i = *nth - q->heap_count, chunk = i / SN_CHUNK_EVENTS;
        if (chunk >= q->chunks.carved) {
            return NULL;
        }
        (*nth)++;
        if (i % SN_CHUNK_EVENTS < q->chunks.all[chunk].count) {
            return &q->chunks.all[chunk].events[i % SN_CHUNK_EVENTS];
        }
    }
}

/* ---- the first ---- */

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
static void take_first(sn_event *heap, uint64_t count)
{
    const sn_event last = heap[count];
    uint64_t at = 0;
    while (4 * at + 4 < count) {
        const uint64_t child = least_of_four(heap, 4 * at + 1);
        heap[at] = heap[child];
        at = child;
    }
    if (4 * at + 1 < count) {
        const uint64_t child = least_of(heap, 4 * at + 1, count);
        heap[at] = heap[child];
        at = child;
    }
    rise(heap, at, &last);
}

sn_event sn_event_pop(sn_event_queue *q)
{
    SS_ASSERT(q->count > 0);
    const sn_event first = q->heap[0];
    q->count--;
    if (--q->heap_count > 0) {
        take_first(q->heap, q->heap_count);
    } else if (q->count > 0) {
        come_nearer(q);
    }
    return first;
}
