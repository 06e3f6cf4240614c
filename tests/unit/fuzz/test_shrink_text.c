/* What of a scenario's text may be left out. */
#include "campaign/shrink_text.h"
#include "check.h"

static const char text[] = "a: {b: [1, 2], c: \"x, y}\"}\n"
                           "list:\n"
                           "  - {d: 5ms}\n"
                           "  - 'call from=7'\n"
                           "    more: p1\n"
                           "last: 2.5\n";

static ss_slice item(unsigned nth, size_t at)
{
    text_span items[8];
    const size_t count = fz_text_items(ss_slice_from(text), nth, items, SS_COUNT(items));
    CHECK(at < count);
    return ss_slice_cut(ss_slice_from(text), items[at].from, items[at].to);
}

static size_t count_of(unsigned nth)
{
    text_span items[8];
    return fz_text_items(ss_slice_from(text), nth, items, SS_COUNT(items));
}

TEST(items_are_lines_with_what_is_below_them_and_what_stands_between_commas)
{
    CHECK_EQ(count_of(0), 3); /* the whole: a, list, last */
    CHECK_SLICE_EQ(item(0, 2), SS_LIT("last: 2.5\n"));
    CHECK_EQ(item(0, 1).len, sizeof "list:\n  - {d: 5ms}\n  - 'call from=7'\n    more: p1\n" - 1);
    CHECK_EQ(count_of(1), 2); /* {b, c} */
    CHECK_SLICE_EQ(item(1, 0), SS_LIT("b: [1, 2],"));
    CHECK_SLICE_EQ(item(1, 1),
                   SS_LIT(", c: \"x, y}\"")); /* the last goes with the comma before it */
    CHECK_EQ(count_of(2), 2);
    CHECK_SLICE_EQ(item(2, 0), SS_LIT("1,"));
    CHECK_EQ(count_of(3), 2); /* the list */
    CHECK_SLICE_EQ(item(3, 1), SS_LIT("  - 'call from=7'\n    more: p1\n"));
    CHECK_EQ(count_of(4), 1);
    CHECK_EQ(count_of(5), 1); /* below the second item */
    CHECK_EQ(count_of(6), 0);
}

TEST(numbers_are_those_that_no_letter_is_before)
{
    static const char *const wanted[] = { "1", "2", "5", "7", "2" };
    text_span at;
    unsigned nth = 0;
    for (; fz_text_number(ss_slice_from(text), nth, &at); nth++) {
        CHECK(nth < SS_COUNT(wanted));
        CHECK_SLICE_EQ(ss_slice_cut(ss_slice_from(text), at.from, at.to),
                       ss_slice_from(wanted[nth]));
    }
    CHECK_EQ(nth, SS_COUNT(wanted));
    CHECK(fz_text_number(SS_LIT("1s..20s"), 1, &at));
    CHECK_EQ(at.from, 4);
}

/* Whatever the bytes are, items and numbers lie inside them, in their order. */
TEST(any_bytes_have_items)
{
    static const char bytes[] = "{}[],\"'\\ :\n-a1.";
    char random[64];
    uint64_t state = 1;
    for (unsigned round = 0; round < 20000; round++) {
        const size_t len = round % sizeof random;
        for (size_t i = 0; i < len; i++) {
            state = ss_mix_absorb(state, i);
            random[i] = bytes[state % (sizeof bytes - 1)];
        }
        const ss_slice all = { random, len };
        text_span items[8];
        size_t count;
        for (unsigned nth = 0; (count = fz_text_items(all, nth, items, SS_COUNT(items))) > 0;
             nth++) {
            for (size_t i = 0; i < count; i++) {
                CHECK(items[i].from <= items[i].to && items[i].to <= len);
            }
        }
        for (unsigned nth = 0; fz_text_number(all, nth, items); nth++) {
            CHECK(items[0].from < items[0].to && items[0].to <= len);
        }
    }
}
