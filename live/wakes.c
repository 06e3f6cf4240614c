/* A binary heap of wakes. Invariant: no wake comes before its parent. */
#include "wakes.h"

#include <stdlib.h>

static bool before(const sl_wake *a, const sl_wake *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static bool grow(sl_wakes *w)
{
    const size_t cap = w->cap == 0 ? 64 : 2 * w->cap;
    sl_wake *heap = realloc(w->heap, cap * sizeof *heap);
    if (heap == NULL) {
        return false;
    }
    w->heap = heap;
    w->cap = cap;
    return true;
}

bool sl_wakes_add(sl_wakes *w, ss_time at, uint32_t element, const sn_wake *wake)
{
    if (w->count == w->cap && !grow(w)) {
        return false;
    }
    const sl_wake added = { .at = at, .order = ++w->order, .element = element, .wake = *wake };
    size_t i = w->count++;
    while (i > 0 && before(&added, &w->heap[(i - 1) / 2])) {
        w->heap[i] = w->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    w->heap[i] = added;
    return true;
}

ss_time sl_wakes_next(const sl_wakes *w)
{
    return w->count == 0 ? SS_TIME_NEVER : w->heap[0].at;
}

sl_wake sl_wakes_take(sl_wakes *w)
{
    SS_ASSERT(w->count > 0);
    const sl_wake first = w->heap[0];
    const sl_wake last = w->heap[--w->count];
    size_t i = 0;
    for (size_t child = 1; child < w->count; child = 2 * i + 1) {
        if (child + 1 < w->count && before(&w->heap[child + 1], &w->heap[child])) {
            child++;
        }
        if (!before(&w->heap[child], &last)) {
            break;
        }
        w->heap[i] = w->heap[child];
        i = child;
    }
    if (w->count > 0) {
        w->heap[i] = last;
    }
    return first;
}

void sl_wakes_free(sl_wakes *w)
{
    free(w->heap);
    *w = (sl_wakes){ 0 };
}
