/* Strings of tc netem and profiles: what they come to, what goes over what, and what is wrong in them. */
#include "rig.h"

#include <stdio.h>

#define LINK(inside)  "sipsim: 1\nlinks: {wire: {" inside "}}\nnodes: {a: {role: ua}}\n"
#define NETEM(string) LINK("netem: \"" string "\"")

static sn_scenario *loaded;

/* The upward direction of the only link. */
static const sn_link_params *read(const char *text)
{
    sn_scenario_free(loaded);
    loaded = rig_load_fine(text);
    return &sn_scenario_plan(loaded)->links[0].up;
}

static void end(void)
{
    sn_scenario_free(loaded);
    loaded = NULL;
}

TEST(netem_s_delay_has_jitter_correlation_and_distribution)
{
    const sn_link_params *p = read(NETEM("delay 40ms 8ms 25% distribution paretonormal"));
    CHECK_EQ(p->delay, SS_MS(40));
    CHECK_EQ(p->delay_floor, SS_MS(10));
    CHECK_EQ(p->jitter.spread, SS_MS(8));
    CHECK_EQ(p->jitter.corr, SN_ALWAYS / 4);
    CHECK_EQ(p->jitter.shape, SN_SHAPE_PARETONORMAL);
    p = read(NETEM("latency 1500"));
    CHECK_EQ(p->delay, SS_US(1500)); /* tc: microseconds */
    CHECK_EQ(p->jitter.spread, 0);
    p = read(NETEM("  delay  10ms   distribution normal\tdelay 20ms 1ms "));
    CHECK_EQ(p->delay, SS_MS(20)); /* said again, it is said anew */
    CHECK_EQ(p->jitter.shape, SN_SHAPE_UNIFORM);
    end();
}

TEST(netem_s_loss_has_three_models)
{
    const sn_link_params *p = read(NETEM("loss 2 25 ecn"));
    CHECK_EQ(p->loss.kind, SN_LOSS_RANDOM);
    CHECK_EQ(p->loss.random.p, (SN_ALWAYS * 2 + 50) / 100);
    CHECK_EQ(p->loss.random.corr, SN_ALWAYS / 4);
    p = read(NETEM("loss random 50%"));
    CHECK_EQ(p->loss.random.p, SN_ALWAYS / 2);
    p = read(NETEM("loss gemodel 25%"));
    CHECK_EQ(p->loss.kind, SN_LOSS_GEMODEL);
    CHECK_EQ(p->loss.ge.r, SN_ALWAYS / 4 * 3);
    CHECK_EQ(p->loss.ge.bad, SN_ALWAYS);
    CHECK_EQ(p->loss.ge.good, 0);
    p = read(NETEM("loss gemodel 25% 50% 75% 12.5%"));
    CHECK_EQ(p->loss.ge.r, SN_ALWAYS / 2);
    CHECK_EQ(p->loss.ge.bad, SN_ALWAYS / 4 * 3);
    CHECK_EQ(p->loss.ge.good, SN_ALWAYS / 8);
    p = read(NETEM("loss state 25%"));
    CHECK_EQ(p->loss.kind, SN_LOSS_STATE);
    CHECK_EQ(p->loss.state.p31, SN_ALWAYS / 4 * 3);
    CHECK_EQ(p->loss.state.p23, SN_ALWAYS);
    p = read(NETEM("loss state 25% 50% 12.5% 75% 6.25%"));
    CHECK_EQ(p->loss.state.p32, SN_ALWAYS / 8);
    CHECK_EQ(p->loss.state.p23, SN_ALWAYS / 4 * 3);
    CHECK_EQ(p->loss.state.p14, SN_ALWAYS / 16);
    end();
}

TEST(netem_s_slots_may_be_distributed_and_its_seed_is_read)
{
    const sn_link_params *p =
        read(NETEM("seed 12345 slot distribution pareto 5ms 1ms packets 7 bytes 9000"));
    CHECK_EQ(p->slot.min, SS_MS(5));
    CHECK_EQ(p->slot.max, SS_MS(5));
    CHECK_EQ(p->slot.jitter.shape, SN_SHAPE_PARETO);
    CHECK_EQ(p->slot.jitter.spread, SS_MS(1));
    CHECK_EQ(p->slot.packets, 7);
    CHECK_EQ(p->slot.bytes, 9000);
    end();
}

TEST(netem_s_other_words_are_read)
{
    const sn_link_params *p = read(NETEM("duplicate 1% 50% corrupt 0.5% reorder 25% 50% gap 5 "
                                         "delay 10ms limit 100 rate 1mbit slot 2ms 4ms packets 3 bytes 5000"));
    CHECK_EQ(p->duplicate.corr, SN_ALWAYS / 2);
    CHECK(p->corrupt.chance.p != 0);
    CHECK_EQ(p->reorder.p, SN_ALWAYS / 4);
    CHECK_EQ(p->reorder_gap, 5);
    CHECK_EQ(p->queue.packets, 100);
    CHECK_EQ(p->slot.min, SS_MS(2));
    CHECK_EQ(p->slot.max, SS_MS(4));
    CHECK_EQ(p->slot.packets, 3);
    CHECK_EQ(p->slot.bytes, 5000);
    p = read(NETEM("delay 10ms gap 7"));
    CHECK_EQ(p->reorder.p, SN_ALWAYS);
    CHECK_EQ(p->reorder_gap, 7);
    p = read(NETEM("rate 100kbps 20 48 5"));
    CHECK_EQ(p->rate.bps, 800000); /* tc's bps are bytes */
    CHECK_EQ(p->rate.overhead, 20);
    CHECK_EQ(p->rate.cell, 48);
    CHECK_EQ(p->rate.cell_overhead, 5);
    p = read(NETEM("rate 2mbit -14 delay 1ms"));
    CHECK_EQ(p->rate.overhead, -14);
    CHECK_EQ(p->delay, SS_MS(1));
    end();
}

TEST(what_is_nearer_goes_over_what_is_farther)
{
    const sn_link_params *p =
        read(LINK("delay: 7ms, netem: \"delay 40ms loss 1%\", profile: geo, down: {delay: 9ms}"));
    CHECK_EQ(p->delay, SS_MS(7));
    CHECK_EQ(p->loss.random.p, (SN_ALWAYS + 50) / 100);
    CHECK_EQ(p->rate.bps, 3000000);
    CHECK_EQ(p->delay_floor, SS_US(1750));
    const sn_link_params *down = p + 1;
    CHECK_EQ(down->delay, SS_MS(9));
    CHECK_EQ(down->rate.bps, 25000000);
    end();
}

TEST(every_profile_can_be_had_whole_or_one_way)
{
    static const char *const names[] = { "lan", "dsl", "wifi_good", "wifi_bad", "umts",
                                         "lte", "leo", "geo",       "tunnel" };
    for (size_t i = 0; i < SS_COUNT(names); i++) {
        char text[200];
        snprintf(text, sizeof text, LINK("profile: %s, down: {profile: lan}"), names[i]);
        const sn_link_params *up = read(text), *down = up + 1;
        CHECK(up->delay > 0);
        CHECK_EQ(down->delay, SS_US(200));
    }
    CHECK_EQ(read(LINK("profile: tunnel"))->mtu, 1280);
    end();
}

TEST(compat_is_a_word_and_has_no_floor_of_its_own)
{
    const sn_link_params *p = read(LINK("compat: netem, delay: 40ms, loss: {p: 10%, corr: 25%}"));
    CHECK_EQ(p->compat, SN_COMPAT_NETEM);
    CHECK(p->loss.as_netem);
    CHECK_EQ(p->delay_floor, 1);
    CHECK_EQ(read(LINK("compat: native, delay: 40ms"))->delay_floor, SS_MS(10));
    end();
}

TEST(a_string_is_refused_where_it_goes_wrong)
{
    static const rig_mistake rows[] = {
        { NETEM("«dely» 3ms"), "netem: unknown word 'dely': delay, distribution, loss", "delay" },
        { NETEM("delay «fast»"), "a number is wanted here", NULL },
        { NETEM("delay 3ms 1ms 25% «7»"), "unknown word '7'", NULL },
        { NETEM("delay «3kg»"), "netem: '3kg'", NULL },
        { NETEM("delay 3ms distribution «gauss»"), "unknown distribution 'gauss'", NULL },
        { NETEM("loss «120%»"), "netem: '120%'", NULL },
        { LINK("netem: «\"loss gemodel\"»"), "a number is wanted here", NULL },
        { NETEM("rate «quick»"), "", NULL },
        { NETEM("limit «0»"), "out of range", NULL },
        { NETEM("delay 3ms gap «x»"), "a number is wanted here", NULL },
        { LINK("netem: «[»]"), "wrong type", NULL },
        { LINK("profile: «dial_up»"), "unknown word 'dial_up': lan, dsl", NULL },
        { LINK("compat: «linux»"), "native or netem", NULL },
        { "sipsim: 1\nlinks: {w: {}}\nnodes: {a: {role: ua}}\nevents: [{at: 1s, link: a, set: "
          "{«netem»: \"loss "
          "1%\"}}]\n",
          "'netem' is of kinds of links", NULL },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        rig_check_mistakes(&rows[i], 1);
    }
}

TEST(hostile_strings_are_refused_and_nothing_else)
{
    static const char *const strings[] = {
        "delay 99999999999999999999s",  "loss -1%",     "loss 1% -1%",  "rate -",
        "rate 1bps 99999999999",        "rate 1kbit -", "slot 5ms 1ms", "gap 4294967295",
        "delay 1ms 1ms 1% 1%",          "\\x00",        "loss state",   "distribution",
        "rate 99999999999999999999bps", "limit -5",     "delay 1ms.5",  "corrupt",
    };
    for (size_t i = 0; i < SS_COUNT(strings); i++) {
        char text[300];
        snprintf(text, sizeof text, NETEM("%s"), strings[i]);
        sn_scenario *s = rig_load(ss_slice_from(text), NULL);
        CHECK(sn_scenario_mistake_count(s) > 0);
        sn_scenario_free(s);
    }
}
