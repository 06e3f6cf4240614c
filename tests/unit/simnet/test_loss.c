/* Models of loss: their steps, their rates, what they remember, and the cap. That rates, correlations and bursts are those
 * of the closed forms to 5 sigma is shown by `sipsim selftest impairments`. */
#include "check.h"

#include "simnet/link/loss.h"

enum { STEPS = 200000 };

static uint64_t draw_of(uint64_t i)
{
    return SN_DRAW(5, SN_PURPOSE_LOSS, i);
}

/* A probability in thousandths. */
static sn_prob per_mille(uint64_t n)
{
    return SN_ALWAYS * n / 1000;
}

/* How many of STEPS are lost, and how many of those after a loss; in hundredths of a percent. */
typedef struct rates {
    uint64_t lost, after_loss;
} rates;

static rates rates_of(const sn_loss *loss)
{
    sn_loss_memory memory = { 0 };
    uint64_t lost = 0, pairs = 0;
    bool before = false;
    for (uint64_t i = 0; i < STEPS; i++) {
        const bool is_lost = sn_loss_happens(loss, &memory, draw_of(i));
        lost += is_lost;
        pairs += is_lost && before;
        before = is_lost;
    }
    return (rates){ lost * 10000 / STEPS, lost == 0 ? 0 : pairs * 10000 / lost };
}

static bool is_near(uint64_t value, uint64_t expected, uint64_t room)
{
    return value + room >= expected && value <= expected + room;
}

TEST(correlated_loss_keeps_its_rate)
{
    static const uint64_t corr[] = { 0, 250, 500, 900 };
    for (size_t i = 0; i < SS_COUNT(corr); i++) {
        const sn_loss loss = { .random = { per_mille(100), per_mille(corr[i]) } };
        const rates r = rates_of(&loss);
        CHECK(is_near(r.lost, 1000, 130));                     /* 10 % */
        CHECK(is_near(r.after_loss, 1000 + 9 * corr[i], 160)); /* p + c(1 - p) */
    }
}

TEST(a_correlation_of_one_repeats_the_first)
{
    const sn_loss loss = { .random = { SN_ALWAYS / 2, SN_ALWAYS } };
    sn_loss_memory memory = { 0 };
    const bool first = sn_loss_happens(&loss, &memory, 0);
    CHECK(first);
    for (uint64_t i = 0; i < 1000; i++) {
        CHECK(sn_loss_happens(&loss, &memory, UINT64_MAX - i));
    }
}

TEST(never_and_always_do_not_depend_on_the_correlation)
{
    const sn_loss never = { .random = { 0, SN_ALWAYS / 2 } },
                  always = { .random = { SN_ALWAYS, SN_ALWAYS / 2 } };
    sn_loss_memory of_never = { 0 }, of_always = { 0 };
    for (uint64_t i = 0; i < 1000; i++) {
        CHECK(!sn_loss_happens(&never, &of_never, draw_of(i)));
        CHECK(sn_loss_happens(&always, &of_always, draw_of(i)));
    }
    CHECK(!sn_loss_is_set(&never));
    CHECK(sn_loss_is_set(&always));
}

TEST(gemodel_is_judged_by_the_state_that_a_packet_finds)
{
    const sn_loss loss = { .kind = SN_LOSS_GEMODEL,
                           .ge = { .p = SN_ALWAYS, .r = SN_ALWAYS, .bad = SN_ALWAYS } };
    sn_loss_memory memory = { 0 };
    for (unsigned i = 0; i < 10; i++) { /* good at first; every packet changes the state */
        CHECK_EQ(sn_loss_happens(&loss, &memory, draw_of(i)), i % 2 == 1);
    }
}

TEST(gemodel_loses_in_both_states)
{
    const sn_loss loss = { .kind = SN_LOSS_GEMODEL,
                           .ge = { per_mille(10), per_mille(200), per_mille(700), per_mille(5) } };
    /* bad: 10 / 210; 0.7 * 4.762 % + 0.005 * 95.238 % = 3.81 % */
    CHECK(is_near(rates_of(&loss).lost, 381, 40));
}

TEST(state_goes_through_its_four_states)
{
    const sn_loss loss = { .kind = SN_LOSS_STATE,
                           .state = { .p13 = SN_ALWAYS / 2,
                                      .p14 = SN_ALWAYS / 4,
                                      .p31 = SN_ALWAYS / 4,
                                      .p32 = SN_ALWAYS / 4,
                                      .p23 = SN_ALWAYS / 2 } };
    static const struct {
        unsigned sixteenths; /* the draw */
        bool lost;
    } steps[] = {
        { 15, false }, /* stays in the gap */
        { 0, true },   /* p14: alone */
        { 0, false },  /* back into the gap, whatever is drawn */
        { 4, true },   /* p13, behind p14 */
        { 15, true },  /* the burst goes on */
        { 4, false },  /* p32, behind p31: a packet of the burst passes */
        { 15, false }, /* … and another */
        { 0, true },   /* p23 */
        { 0, false },  /* p31: the gap */
        { 11, true },  /* p13 */
    };
    sn_loss_memory memory = { 0 };
    for (size_t i = 0; i < SS_COUNT(steps); i++) {
        CHECK_EQ(sn_loss_happens(&loss, &memory, (uint64_t)steps[i].sixteenths << 60),
                 steps[i].lost);
    }
}

TEST(a_mask_is_gone_through_around_and_around)
{
    const sn_loss loss = { .kind = SN_LOSS_MASK, .mask = { 0x5, 4 } }; /* 1010 */
    sn_loss_memory memory = { 0 };
    for (unsigned i = 0; i < 40; i++) {
        CHECK_EQ(sn_loss_happens(&loss, &memory, draw_of(i)), i % 4 == 0 || i % 4 == 2);
    }
    const sn_loss whole = { .kind = SN_LOSS_MASK, .mask = { UINT64_C(1) << 63, 64 } };
    memory = (sn_loss_memory){ 0 };
    for (unsigned i = 0; i < 200; i++) {
        CHECK_EQ(sn_loss_happens(&whole, &memory, draw_of(i)), i % 64 == 63);
    }
}

TEST(an_index_names_packets_from_one_and_once)
{
    static const uint32_t at[] = { 1, 3, 4, 10 };
    const sn_loss loss = { .kind = SN_LOSS_INDEX, .index = { at, SS_COUNT(at) } };
    sn_loss_memory memory = { 0 };
    for (unsigned i = 1; i <= 100; i++) {
        const bool named = i == 1 || i == 3 || i == 4 || i == 10;
        CHECK_EQ(sn_loss_happens(&loss, &memory, draw_of(i)), named);
    }
}

TEST(a_cap_bounds_the_losses_in_a_row_of_any_model)
{
    const sn_loss always = { .random = { SN_ALWAYS, 0 }, .cap = 3 };
    const sn_loss bursts = { .kind = SN_LOSS_GEMODEL,
                             .cap = 2,
                             .ge = { per_mille(50), per_mille(50), SN_ALWAYS, 0 } };
    sn_loss_memory of_always = { 0 }, of_bursts = { 0 };
    unsigned in_a_row = 0, most = 0;
    for (unsigned i = 0; i < 10000; i++) {
        CHECK_EQ(sn_loss_happens(&always, &of_always, draw_of(i)), i % 4 != 3);
        in_a_row = sn_loss_happens(&bursts, &of_bursts, draw_of(i)) ? in_a_row + 1 : 0;
        most = in_a_row > most ? in_a_row : most;
    }
    CHECK_EQ(most, 2);
}

TEST(what_passes_ends_a_row_of_losses_and_the_cap_counts_anew)
{
    const sn_loss two = { .kind = SN_LOSS_MASK, .cap = 2, .mask = { .bits = 0xeb, .count = 8 } }; /* 11010111 */
    static const bool lost[] = { true, true, false, true, false, true, true, false };
    sn_loss_memory memory = { 0 };
    for (unsigned i = 0; i < SS_COUNT(lost); i++) {
        CHECK_EQ(sn_loss_happens(&two, &memory, draw_of(i)), lost[i]);
    }
}

TEST(only_what_has_a_memory_asks_for_one)
{
    const sn_loss plain = { .random = { SN_ALWAYS / 2, 0 } };
    sn_loss correlated = plain, capped = plain;
    correlated.random.corr = 1;
    capped.cap = 1;
    CHECK(!sn_loss_remembers(&plain));
    CHECK(sn_loss_remembers(&correlated));
    CHECK(sn_loss_remembers(&capped));
    for (unsigned kind = SN_LOSS_STATE; kind < SN_LOSS_KINDS; kind++) {
        CHECK(sn_loss_remembers(&(sn_loss){ .kind = (sn_loss_kind)kind }));
    }
}

/* By hand, in units of 2^-32: 25 % of the one before and 75 % of the new one. */
TEST(netem_averages_each_number_with_the_one_before)
{
    const sn_loss loss = { .as_netem = true, .random = { SN_ALWAYS / 2, SN_ALWAYS / 4 } };
    static const struct {
        uint64_t sixteenths; /* the fresh number */
        bool lost;
    } steps[] = {
        { 7, true },  /* the first: as it is */
        { 8, true },  /* 7.75 */
        { 9, false }, /* 8.6875 */
        { 8, false }, /* 8.17 */
        { 0, true },  /* 2.04 */
        { 10, false } /* 8.01 */
    };
    sn_loss_memory memory = { 0 };
    for (size_t i = 0; i < SS_COUNT(steps); i++) {
        CHECK_EQ(sn_loss_happens(&loss, &memory, steps[i].sixteenths << 60), steps[i].lost);
    }
}
