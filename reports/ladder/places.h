/* Where words stand in a picture. A bar is what lies along a way, so thick: a word, level or leaning, or the line of an arrow. Integers
 * only. */
#ifndef LADDER_PLACES_H
#define LADDER_PLACES_H

#include <stdbool.h>
#include <stdint.h>

/** From (x1, y1) to (x2, y2), x1 <= x2, and `half` above and below. All zero: nothing is there. */
typedef struct ladder_bar {
    int32_t x1, y1, x2, y2, half;
} ladder_bar;

/** Nothing touches what is not there. */
bool rp_bars_touch(const ladder_bar *a, const ladder_bar *b);
/** How many of `count` bars it touches. */
uint32_t rp_bar_touches(const ladder_bar *bar, const ladder_bar *others, uint32_t count);

#endif
