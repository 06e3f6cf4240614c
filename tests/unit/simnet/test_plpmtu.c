/* The machine of RFC 8899 5.2, edge by edge, and the sizes that it asks about. */
#include "check.h"

#include "simnet/path/plpmtu.h"
#include "sn/ip.h"

static const sn_probing_spec spec = {
    .timer = SS_S(1), .confirm = SS_S(60), .raise = SS_S(600), .base = 1200, .probes_max = 3
};

/* A way that carries so much; the machine is asked at each instant that it names, and every probe is answered 20 ms later or never. */
typedef struct way {
    sn_plpmtu m;
    ss_time now;
    uint32_t carries;
    unsigned probes;
    uint32_t sizes[64];
} way;

static way way_of(uint32_t own, uint32_t carries)
{
    way w = { .carries = carries };
    sn_plpmtu_begin(&w.m, &spec, false, own);
    CHECK_EQ(w.m.state, SN_PLPMTU_DISABLED);
    CHECK_EQ(w.m.size, 0);
    return w;
}

/* What is due is sent, until nothing is. */
static void answer(way *w)
{
    while (w->m.now != 0) {
        CHECK(w->probes < SS_COUNT(w->sizes));
        w->sizes[w->probes++] = w->m.now;
        const bool arrives = w->m.now <= w->carries;
        w->m.now = 0;
        if (arrives) {
            w->now += SS_MS(20);
            sn_plpmtu_acked(&w->m, &spec, w->now);
        }
    }
}

static void use(way *w, uint32_t size, bool is_copy)
{
    sn_plpmtu_sent(&w->m, &spec, w->now, size, is_copy);
    answer(w);
}

/* The next instant that it waits for. */
static void pass(way *w)
{
    CHECK(!w->m.rests);
    CHECK(w->m.due >= w->now);
    w->now = w->m.due;
    sn_plpmtu_expired(&w->m, &spec, w->now);
    answer(w);
}

static void check_sizes(const way *w, const uint32_t *sizes, unsigned count)
{
    CHECK_EQ(w->probes, count);
    for (unsigned i = 0; i < count; i++) {
        CHECK_EQ(w->sizes[i], sizes[i]);
    }
}

TEST(rfc8899_5_2_an_open_way_is_searched_up_to_what_the_own_link_carries)
{
    static const uint32_t sizes[] = { 576, 1200, 1280, 1400, 1492, 1500 };
    way w = way_of(1500, 9000);
    use(&w, 400, false);
    check_sizes(&w, sizes, SS_COUNT(sizes));
    CHECK_EQ(w.m.state, SN_PLPMTU_COMPLETE);
    CHECK_EQ(w.m.size, 1500);
    CHECK_EQ(w.m.due, w.now + SS_S(60));
}

TEST(rfc8899_5_3_1_a_size_that_is_not_answered_three_times_ends_the_search)
{
    static const uint32_t sizes[] = { 576, 1200, 1280, 1400, 1400, 1400 };
    way w = way_of(1500, 1399);
    use(&w, 400, false);
    CHECK_EQ(w.m.state, SN_PLPMTU_SEARCHING);
    CHECK_EQ(w.m.size, 1280);
    const ss_time sent = w.now;
    pass(&w);
    CHECK_EQ(w.now, sent + SS_S(1));
    CHECK(w.m.is_repeated);
    pass(&w);
    CHECK_EQ(w.m.state, SN_PLPMTU_SEARCHING);
    pass(&w);
    check_sizes(&w, sizes, SS_COUNT(sizes));
    CHECK_EQ(w.m.state, SN_PLPMTU_COMPLETE);
    CHECK_EQ(w.m.size, 1280);
}

TEST(rfc8899_5_4_without_the_base_size_the_least_is_kept_to_until_the_base_is_answered)
{
    way w = way_of(1500, 700);
    use(&w, 400, false);
    CHECK_EQ(w.m.state, SN_PLPMTU_BASE);
    CHECK_EQ(w.m.size, 1200);
    pass(&w);
    pass(&w);
    pass(&w);
    CHECK_EQ(w.m.state, SN_PLPMTU_ERROR);
    CHECK_EQ(w.m.size, SN_PLPMTU_MIN);
    CHECK(!w.m.is_out); /* the least one was answered */
    use(&w, 400, false);
    pass(&w); /* PMTU_RAISE_TIMER: the base size again, in vain */
    CHECK_EQ(w.sizes[w.probes - 1], 1200);
    pass(&w);
    pass(&w);
    pass(&w);
    CHECK_EQ(w.m.state, SN_PLPMTU_ERROR);
    w.carries = 1500;
    use(&w, 400, false);
    pass(&w);
    CHECK_EQ(w.m.state, SN_PLPMTU_COMPLETE);
    CHECK_EQ(w.m.size, 1500);
}

TEST(rfc8899_5_2_where_nothing_is_answered_nothing_is_known_and_later_it_is_tried_again)
{
    way w = way_of(1500, 100);
    use(&w, 400, false);
    pass(&w);
    pass(&w);
    pass(&w);
    CHECK_EQ(w.m.state, SN_PLPMTU_DISABLED);
    CHECK_EQ(w.m.size, 0);
    CHECK_EQ(w.probes, 3);
    CHECK(w.m.rests);
    w.now += SS_S(59);
    use(&w, 400, false);
    CHECK_EQ(w.probes, 3);
    w.carries = 1500;
    w.now += SS_S(1);
    use(&w, 400, false);
    CHECK_EQ(w.m.size, 1500);
}

TEST(rfc8899_5_1_1_what_nobody_uses_is_not_confirmed_until_somebody_does)
{
    way w = way_of(1500, 1500);
    use(&w, 400, false);
    const unsigned before = w.probes;
    pass(&w);
    CHECK_EQ(w.probes, before);
    CHECK(w.m.rests);
    w.now += SS_S(1000);
    use(&w, 400, false);
    CHECK_EQ(w.probes, before + 1);
    CHECK_EQ(w.sizes[before], 1500);
    CHECK(!w.m.rests);
}

TEST(rfc8899_4_3_a_black_hole_is_found_by_confirming_and_after_a_copy_at_once)
{
    for (unsigned by_copy = 0; by_copy < 2; by_copy++) {
        way w = way_of(1500, 1500);
        use(&w, 400, false);
        w.carries = 700;
        w.now += SS_S(10);
        use(&w, 800, false);
        const ss_time began = w.now;
        const unsigned before = w.probes;
        if (by_copy) {
            use(&w, 500, true); /* nothing that the size could be the fault of */
            CHECK_EQ(w.probes, before);
            use(&w, 800, true);
        } else {
            pass(&w);
        }
        CHECK_EQ(w.sizes[before], 1500);
        CHECK_EQ(w.now - began, by_copy ? 0 : SS_S(50));
        pass(&w);
        pass(&w);
        CHECK_EQ(w.m.size, 1500);
        pass(&w);
        CHECK_EQ(w.m.state, SN_PLPMTU_BASE);
        CHECK_EQ(w.m.size, 1200);
        pass(&w);
        pass(&w);
        pass(&w);
        CHECK_EQ(w.m.size, SN_PLPMTU_MIN);
    }
}

TEST(rfc8899_5_1_1_a_way_that_widened_is_found_when_it_is_raised)
{
    way w = way_of(1500, 1300);
    use(&w, 400, false);
    while (w.m.state != SN_PLPMTU_COMPLETE) {
        pass(&w);
    }
    CHECK_EQ(w.m.size, 1280);
    const ss_time raises = w.m.raise_at;
    w.carries = 1500;
    while (w.now < raises) {
        use(&w, 400, false);
        CHECK_EQ(w.m.size, 1280);
        pass(&w);
    }
    CHECK_EQ(w.m.size, 1500);
}

/* ---- RFC 8899 4.6.2 ---- */

typedef struct word {
    uint32_t said;
    sn_plpmtu_state then;
    uint32_t size, asks; /* 0: nothing */
} word;

static void judge_words(const way *at, const word *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        way w = *at;
        sn_plpmtu_too_big(&w.m, &spec, w.now, words[i].said);
        CHECK_EQ(w.m.state, words[i].then);
        CHECK_EQ(w.m.size, words[i].size);
        CHECK_EQ(w.m.now, words[i].asks);
    }
}

TEST(rfc8899_4_6_2_a_routers_word_hurries_the_search_and_sets_nothing)
{
    static const word while_searching[] = {
        { 575, SN_PLPMTU_SEARCHING, 1280, 0 },     { 576, SN_PLPMTU_BASE, 1200, 1200 },
        { 1279, SN_PLPMTU_BASE, 1200, 1200 },      { 1280, SN_PLPMTU_COMPLETE, 1280, 0 },
        { 1350, SN_PLPMTU_SEARCHING, 1280, 1350 }, { 1400, SN_PLPMTU_SEARCHING, 1280, 0 },
        { 65535, SN_PLPMTU_SEARCHING, 1280, 0 },   { 0, SN_PLPMTU_SEARCHING, 1280, 0 },
    };
    static const word when_complete[] = {
        { 1499, SN_PLPMTU_BASE, 1200, 1200 },
        { 1500, SN_PLPMTU_COMPLETE, 1500, 0 },
        { 576, SN_PLPMTU_BASE, 1200, 1200 },
        { 68, SN_PLPMTU_COMPLETE, 1500, 0 },
    };
    static const word in_base[] = {
        { 700, SN_PLPMTU_ERROR, 576, 576 },
        { 1200, SN_PLPMTU_BASE, 1200, 0 },
        { 1300, SN_PLPMTU_BASE, 1200, 0 },
    };
    way w = way_of(1500, 1399);
    use(&w, 400, false);
    judge_words(&w, while_searching, SS_COUNT(while_searching));
    w = way_of(1500, 1500);
    use(&w, 400, false);
    judge_words(&w, when_complete, SS_COUNT(when_complete));
    w = way_of(1500, 700);
    use(&w, 400, false);
    judge_words(&w, in_base, SS_COUNT(in_base));
}

TEST(rfc8899_5_1_2_of_ipv6_nothing_below_1280_and_nothing_above_the_own_link)
{
    static const struct {
        uint32_t own, min, base;
        bool is_v6;
    } rows[] = { { 9000, 1280, 1280, true },
                 { 9000, 576, 1200, false },
                 { 900, 576, 900, false },
                 { 300, 300, 300, false },
                 { 1280, 1280, 1280, true } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        sn_plpmtu m;
        sn_plpmtu_begin(&m, &spec, rows[i].is_v6, rows[i].own);
        CHECK_EQ(m.min, rows[i].min);
        CHECK_EQ(m.base, rows[i].base);
        CHECK_EQ(m.max, rows[i].own);
    }
    way w = way_of(1500, 1500);
    use(&w, 400, false);
    sn_plpmtu_limit(&w.m, &spec, false, 800);
    CHECK_EQ(w.m.size, 800);
    sn_plpmtu_limit(&w.m, &spec, false, 9000);
    CHECK_EQ(w.m.size, 800);
}

/* The own link becomes narrower than the probe that is out: its copies could not leave, so there are none. */
TEST(rfc8899_5_1_2_what_the_own_link_carries_no_more_is_asked_no_more)
{
    way w = way_of(1500, 1300);
    use(&w, 600, false);
    CHECK(w.sizes[w.probes - 1] > 1300);
    const unsigned probes = w.probes;
    sn_plpmtu_limit(&w.m, &spec, false, 1280);
    pass(&w);
    for (unsigned i = probes; i < w.probes; i++) {
        CHECK(w.sizes[i] <= 1280);
    }
    CHECK(w.m.size <= 1280);
    CHECK_EQ(w.m.state, SN_PLPMTU_COMPLETE);
}
