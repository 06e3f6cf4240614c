/* Two bars touch when somewhere along the x that they share their middles are nearer to each other than both are thick: how far apart they
 * are is a linear function of x, so its ends say it. */
#include "ladder/places.h"

static int32_t middle_at(const ladder_bar *bar, int32_t x)
{
    const int32_t length = bar->x2 - bar->x1;
    return length == 0 ? bar->y1 : bar->y1 + (bar->y2 - bar->y1) * (x - bar->x1) / length;
}

bool rp_bars_touch(const ladder_bar *a, const ladder_bar *b)
{
    const int32_t from = a->x1 > b->x1 ? a->x1 : b->x1;
    const int32_t to = a->x2 < b->x2 ? a->x2 : b->x2;
    if (from > to || a->half == 0 || b->half == 0) {
        return false;
    }
    const int32_t before = middle_at(a, from) - middle_at(b, from);
    const int32_t after = middle_at(a, to) - middle_at(b, to);
    const int32_t reach = a->half + b->half;
    const bool is_above = before <= -reach && after <= -reach;
    const bool is_below = before >= reach && after >= reach;
    return !is_above && !is_below;
}

uint32_t rp_bar_touches(const ladder_bar *bar, const ladder_bar *others, uint32_t count)
{
    uint32_t touched = 0;
    for (uint32_t i = 0; i < count; i++) {
        touched += rp_bars_touch(bar, &others[i]);
    }
    return touched;
}
