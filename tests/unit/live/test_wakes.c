/* live/wakes.c: the heap of instants. */
#include "check.h"
#include "live/wakes.h"

TEST(wakes_come_by_instant_and_then_in_the_order_of_asking)
{
    static const ss_time at[] = { 5, 3, 9, 3, 0, 7, 3, 5 };
    sl_wakes w = { 0 };
    for (uint32_t i = 0; i < SS_COUNT(at); i++) {
        CHECK(sl_wakes_add(&w, at[i], i, &(sn_wake){ .kind = SN_WAKE_OWN, .arg = i }));
    }
    static const uint32_t order[] = { 4, 1, 3, 6, 0, 7, 5, 2 };
    for (size_t i = 0; i < SS_COUNT(order); i++) {
        CHECK_EQ(sl_wakes_next(&w), at[order[i]]);
        CHECK_EQ(sl_wakes_take(&w).element, order[i]);
    }
    CHECK_EQ(sl_wakes_next(&w), SS_TIME_NEVER);
    sl_wakes_free(&w);
}

TEST(many_wakes_come_in_order)
{
    enum { MANY = 5000 };
    sl_wakes w = { 0 };
    uint64_t drawn = 1;
    for (uint32_t i = 0; i < MANY; i++) {
        drawn = ss_mix_absorb(drawn, i);
        CHECK(sl_wakes_add(&w, drawn % 1000, i, &(sn_wake){ .kind = SN_WAKE_OWN }));
    }
    sl_wake before = sl_wakes_take(&w);
    for (uint32_t i = 1; i < MANY; i++) {
        const sl_wake next = sl_wakes_take(&w);
        CHECK(next.at > before.at || (next.at == before.at && next.element > before.element));
        before = next;
    }
    sl_wakes_free(&w);
}
