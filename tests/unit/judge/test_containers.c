/* The judge's containers against plain arrays. */
#include <stdlib.h>

#include "check.h"
#include "simnet/judge/containers.h"

enum { KEYS = 600 };

TEST(a_map_finds_what_was_put_and_not_what_was_removed)
{
    map m = { 0 };
    uint64_t expected[KEYS] = { 0 };
    uint64_t draw = 1;
    for (unsigned i = 0; i < 20000; i++) {
        draw = ss_mix64(draw + i);
        const unsigned k = (unsigned)(draw % KEYS);
        const uint64_t key = ((uint64_t)k + 1) * 64; /* many share a home */
        if (draw >> 40 & 1) {
            CHECK(sn_map_put(&m, key, i + 1));
            expected[k] = i + 1;
        } else {
            sn_map_remove(&m, key);
            expected[k] = 0;
        }
    }
    unsigned count = 0;
    for (unsigned k = 0; k < KEYS; k++) {
        const uint64_t *found = sn_map_find(&m, ((uint64_t)k + 1) * 64);
        CHECK_EQ(found == NULL ? 0 : *found, expected[k]);
        count += expected[k] != 0;
    }
    CHECK_EQ(m.count, count);
    sn_map_free(&m);
}

TEST(an_agenda_gives_the_earliest_first_and_equals_in_order)
{
    agenda a = { 0 };
    uint64_t draw = 7;
    for (uint32_t i = 0; i < 3000; i++) {
        draw = ss_mix64(draw + i);
        CHECK(sn_agenda_put(&a, (agenda_entry){ .at = draw % 50, .index = i }));
    }
    agenda_entry last = sn_agenda_take(&a);
    while (a.count > 0) {
        const agenda_entry next = sn_agenda_take(&a);
        CHECK(next.at > last.at || (next.at == last.at && next.index > last.index));
        last = next;
    }
    free(a.entries);
}
