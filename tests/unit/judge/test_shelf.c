/* The shelf against a plain array: what has settled is forgotten after some minutes, and nothing else is. */
#include "check.h"
#include "simnet/judge/shelf.h"

enum { NUMBERS = 5000 };

static const uint64_t blank = 77;

TEST(a_shelf_keeps_what_has_not_settled_and_what_settled_of_late)
{
    shelf s;
    sn_shelf_begin(&s, sizeof blank, &blank);
    ss_time now = 0;
    for (uint32_t n = 0; n < NUMBERS; n++) {
        now += SS_S(1);
        uint64_t *it = sn_shelf_open(&s, n, now);
        CHECK(it != NULL && *it == blank);
        *it = n;
        sn_shelf_settle(&s, n, n % 1000 != 0); /* five of them never */
    }
    for (uint32_t n = 0; n < NUMBERS; n++) {
        const uint32_t last = n / SHELF_PAGE * SHELF_PAGE + SHELF_PAGE - 1;
        const bool is_beside = last / 1000 * 1000 + SHELF_PAGE > last; /* one that never settles */
        if (n % 1000 == 0 || n + 300 > NUMBERS) {
            const uint64_t *it = sn_shelf_open(&s, n, now);
            CHECK(it != NULL && *it == n);
        } else if (!is_beside && n + 500 < NUMBERS) { /* its page had rested long enough */
            const uint64_t *it = sn_shelf_open(&s, n, now);
            CHECK(it != NULL && *it == blank);
        }
    }
    sn_shelf_free(&s);
}

TEST(a_shelf_has_as_many_pages_as_are_under_way)
{
    shelf s;
    sn_shelf_begin(&s, sizeof blank, &blank);
    for (uint32_t n = 0; n < 200000; n++) {
        CHECK(sn_shelf_open(&s, n, n * SS_S(1)) != NULL);
        sn_shelf_settle(&s, n, true);
    }
    CHECK(s.page_count <= 300 / SHELF_PAGE + 3);
    sn_shelf_free(&s);
}

TEST(a_record_that_comes_to_life_again_keeps_its_page)
{
    shelf s;
    sn_shelf_begin(&s, sizeof blank, &blank);
    *(uint64_t *)sn_shelf_open(&s, 3, 0) = 5;
    sn_shelf_settle(&s, 3, true);
    CHECK_EQ(*(uint64_t *)sn_shelf_open(&s, 3, SS_S(299)), 5);
    sn_shelf_settle(&s, 3, false);
    CHECK(sn_shelf_open(&s, 10 * SHELF_PAGE, SS_S(1000)) != NULL);
    CHECK_EQ(*(uint64_t *)sn_shelf_open(&s, 3, SS_S(1000)), 5);
    sn_shelf_settle(&s, 3, true);
    CHECK(sn_shelf_open(&s, 20 * SHELF_PAGE, SS_S(1299)) != NULL);
    CHECK_EQ(*(uint64_t *)sn_shelf_open(&s, 3, SS_S(1299)), 5); /* opened 299 s ago */
    CHECK(sn_shelf_open(&s, 30 * SHELF_PAGE, SS_S(1599)) != NULL);
    CHECK_EQ(*(uint64_t *)sn_shelf_open(&s, 3, SS_S(1599)), blank);
    sn_shelf_free(&s);
}

TEST(a_shelf_is_walked_in_the_order_of_numbers)
{
    static const uint32_t numbers[] = { 0, 1, 63, 64, 200, 4095, 4096 };
    shelf s;
    sn_shelf_begin(&s, sizeof blank, &blank);
    for (size_t i = SS_COUNT(numbers); i > 0; i--) {
        *(uint64_t *)sn_shelf_open(&s, numbers[i - 1], 0) = numbers[i - 1];
    }
    size_t seen = 0;
    const uint64_t *it = NULL;
    for (uint32_t n = 0; (it = sn_shelf_next(&s, &n)) != NULL; n++) {
        CHECK(seen < SS_COUNT(numbers) && n == numbers[seen] && *it == n);
        seen++;
    }
    CHECK_EQ(seen, SS_COUNT(numbers));
    uint32_t from = 4097;
    CHECK(sn_shelf_next(&s, &from) == NULL);
    sn_shelf_free(&s);
}
