/* CoDel against a table worked out by hand from RFC 8289 5: when it drops, and when it lets go. */
#include "check.h"

#include "simnet/link/codel.h"

enum { MTU = 1500, MUCH = 100000 };

static const sn_codel usual = { .target = SS_MS(5), .interval = SS_MS(100) };

/* One taking up at `now`, where all have waited so long: how many are dropped before one passes. */
static unsigned drops_at(sn_codel_memory *m, ss_time now, ss_span waited)
{
    unsigned drops = 0;
    while (sn_codel_drops(&usual, m, now, waited, MUCH, MTU)) {
        drops++;
    }
    return drops;
}

/* Every ms one is taken up that waited 50 ms, from 1 s on: above at 1.1 s, then after 100 ms / sqrt(n). */
TEST(rfc8289_5_drops_come_after_an_interval_and_then_by_the_root_of_their_number)
{
    static const uint64_t at_ms[] = { 1100, 1200, 1271, 1329, 1379, 1424, 1464, 1502, 1538, 1571 };
    sn_codel_memory m = { 0 };
    size_t next = 0;
    for (uint64_t ms = 1000; ms < 1572; ms++) {
        const unsigned drops = drops_at(&m, SS_MS(ms), SS_MS(50));
        const bool is_due = next < SS_COUNT(at_ms) && at_ms[next] == ms;
        CHECK_EQ(drops, is_due ? 1 : 0);
        next += is_due;
    }
    CHECK_EQ(next, SS_COUNT(at_ms));
    CHECK_EQ(m.count, 10);
}

TEST(rfc8289_5_one_packet_below_the_target_ends_it)
{
    sn_codel_memory m = { 0 };
    CHECK_EQ(drops_at(&m, SS_MS(1000), SS_MS(50)), 0);
    CHECK_EQ(drops_at(&m, SS_MS(1100), SS_MS(50)), 1);
    CHECK_EQ(drops_at(&m, SS_MS(1150), SS_MS(5) - 1), 0);
    CHECK_EQ(drops_at(&m, SS_MS(1201), SS_MS(50)), 0); /* above again: for an interval */
    CHECK_EQ(drops_at(&m, SS_MS(1300), SS_MS(50)), 0);
    CHECK_EQ(drops_at(&m, SS_MS(1301), SS_MS(50)), 1);
}

TEST(rfc8289_5_a_packet_or_less_behind_is_no_queue)
{
    sn_codel_memory m = { 0 };
    for (uint64_t ms = 0; ms < 1000; ms += 10) {
        CHECK(!sn_codel_drops(&usual, &m, SS_MS(ms), SS_MS(500), MTU, MTU));
    }
    CHECK(!m.drops);
}

TEST(rfc8289_5_what_begins_again_soon_goes_on_where_it_was)
{
    sn_codel_memory m = { 0 };
    for (uint64_t ms = 1000; ms <= 1571; ms++) {
        (void)drops_at(&m, SS_MS(ms), SS_MS(50));
    }
    CHECK_EQ(m.count, 10);
    (void)drops_at(&m, SS_MS(1572), 0);
    CHECK_EQ(drops_at(&m, SS_MS(1600), SS_MS(50)), 0);
    CHECK_EQ(drops_at(&m, SS_MS(1700), SS_MS(50)), 1);
    CHECK_EQ(m.count, 9); /* ten less the one that it began with */
    CHECK_EQ(m.next, SS_MS(1700) + 33333333);
    /* and late: from the start */
    (void)drops_at(&m, SS_MS(1701), 0);
    (void)drops_at(&m, SS_MS(5000), SS_MS(50));
    CHECK_EQ(drops_at(&m, SS_MS(5100), SS_MS(50)), 1);
    CHECK_EQ(m.count, 1);
}

/* A gap in which nothing was taken up: those that are due come at once, until the next is due later. */
TEST(rfc8289_5_drops_that_are_due_come_at_once)
{
    sn_codel_memory m = { 0 };
    (void)drops_at(&m, SS_MS(1000), SS_MS(50));
    (void)drops_at(&m, SS_MS(1100), SS_MS(50));
    CHECK_EQ(drops_at(&m, SS_MS(1380), SS_MS(300)), 4); /* 1200, 1271, 1329, 1379 */
    CHECK_EQ(m.count, 5);
}

TEST(rfc8289_5_an_empty_queue_ends_it_but_not_right_after_it_began)
{
    sn_codel_memory m = { 0 };
    (void)drops_at(&m, SS_MS(1000), SS_MS(50));
    CHECK(sn_codel_drops(&usual, &m, SS_MS(1100), SS_MS(50), MUCH, MTU));
    sn_codel_is_empty(&m);
    CHECK(m.drops);
    CHECK_EQ(m.above, 0);
    sn_codel_is_empty(&m);
    CHECK(!m.drops);
}
