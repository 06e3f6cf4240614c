/* Token buckets in whole numbers: what is admitted does not depend on how often it is asked, and no fraction is ever lost or made.
 *
 * Invariant: `used` tokens are out, and the next comes back one interval after `at`, while any is out. */
#include "ss/base.h"

/* What came back until `now`. An instant before the last one is that one. */
static void refill(ss_bucket *b, ss_rate rate, ss_time now)
{
    const ss_span passed = now > b->at ? now - b->at : 0;
    const uint64_t back = passed / rate.interval;
    if (b->used == 0 || back >= b->used) {
        b->used = 0;
        b->at = now > b->at ? now : b->at;
        return;
    }
    b->used -= (uint32_t)back;
    b->at += back * rate.interval;
}

bool ss_bucket_take(ss_bucket *b, ss_rate rate, ss_time now)
{
    if (rate.interval == 0) {
        return true;
    }
    refill(b, rate, now);
    if (b->used >= rate.burst) {
        return false;
    }
    b->used++;
    return true;
}

bool ss_bucket_is_full(const ss_bucket *b, ss_rate rate, ss_time now)
{
    ss_bucket copy = *b;
    if (rate.interval != 0) {
        refill(&copy, rate, now);
    }
    return copy.used == 0;
}
