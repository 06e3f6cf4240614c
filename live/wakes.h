/* wakes.h: instants that apps asked to be woken at: a binary heap in order of (instant, order of asking). */
#ifndef WAKES_H
#define WAKES_H

#include "sn/app.h"

typedef struct sl_wake {
    ss_time at;
    uint64_t order;
    uint32_t element;
    sn_wake wake;
} sl_wake;

typedef struct sl_wakes {
    sl_wake *heap;
    size_t count, cap;
    uint64_t order;
} sl_wakes;

/** False without memory. */
SS_MUST_USE bool sl_wakes_add(sl_wakes *w, ss_time at, uint32_t element, const sn_wake *wake);
/** SS_TIME_NEVER: none. */
ss_time sl_wakes_next(const sl_wakes *w);
/** There is one. */
sl_wake sl_wakes_take(sl_wakes *w);
void sl_wakes_free(sl_wakes *w);

#endif
