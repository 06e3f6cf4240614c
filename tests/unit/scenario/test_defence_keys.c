/* defence of proxies and injects of taps: what reaches the plan, and each mistake at its place. */
#include "rig.h"

#include "sn/plan.h"

#define HEAD        "sipsim: 1\nduration: 60s\nlinks: {wire: {delay: 5ms}}\nnodes:\n"
#define PROXY(keys) HEAD "  p: {role: proxy, " keys "}\n"
#define TAP(keys)   HEAD "  p: {role: proxy}\n  m: {role: tap, toward: p, injects: " keys "}\n"

TEST(a_defence_reaches_the_plan_with_its_defaults)
{
    sn_scenario *s = rig_load_fine(
        PROXY("hides_users: true, defence: {source: 10/s, strangers: {rate: every 50ms, burst: "
              "5}, block: {after: 4, within: 8s, counts: [refused]}}"));
    const sn_proxy_spec *spec = &rig_group(s, "p")->proxy;
    CHECK(spec->hides_users);
    CHECK(spec->has_defence);
    CHECK_EQ(spec->defence.source.interval, SS_MS(100));
    CHECK_EQ(spec->defence.source.burst, 10);
    CHECK_EQ(spec->defence.strangers.interval, SS_MS(50));
    CHECK_EQ(spec->defence.strangers.burst, 5);
    CHECK_EQ(spec->defence.aor.interval, 0);
    CHECK_EQ(spec->defence.offences.interval, SS_S(2));
    CHECK_EQ(spec->defence.offences.burst, 3); /* the fourth is too many */
    CHECK_EQ(spec->defence.block, SS_S(300));
    CHECK_EQ(spec->defence.counts, 1u << SS_OFFENCE_REFUSED);
    CHECK_EQ(spec->defence.proof, SS_S(3600));
    CHECK_EQ(spec->defence.slots, 4096);
    sn_scenario_free(s);
}

TEST(a_defence_of_less_than_one_a_second_lets_one_through)
{
    sn_scenario *s = rig_load_fine(PROXY("defence: {aor: every 10s}"));
    const sn_proxy_spec *spec = &rig_group(s, "p")->proxy;
    CHECK_EQ(spec->defence.aor.interval, SS_S(10));
    CHECK_EQ(spec->defence.aor.burst, 1);
    CHECK_EQ(spec->defence.offences.interval, 0);
    CHECK_EQ(spec->defence.block, 0);
    sn_scenario_free(s);
}

TEST(what_a_tap_injects_reaches_the_plan)
{
    sn_scenario *s = rig_load_fine(
        TAP("{rate: 4/s, during: 2s..3s, from: 10.240.0.0/14, limit: 9, message: \"A {k}\\n\"}"));
    const sn_inject_spec *spec = &rig_group(s, "m")->injects;
    CHECK_STR(spec->message, "A {k}\n");
    CHECK_EQ(spec->interval, SS_MS(250));
    CHECK_EQ(spec->start, SS_S(2));
    CHECK_EQ(spec->end, SS_S(3));
    CHECK_EQ(spec->limit, 9);
    CHECK_EQ(spec->net, 0x0af00000);
    CHECK_EQ(spec->net_bits, 14);
    sn_scenario_free(s);
}

TEST(mistakes_in_a_defence_and_in_injects_are_found_where_they_are)
{
    static const rig_mistake rows[] = {
        { PROXY("defence: {«sources»: 10/s}"), "unknown key", "source" },
        { PROXY("defence: {source: «poisson 10/s»}"), "a limit is even", NULL },
        { PROXY("defence: {source: {«brust»: 3, rate: 1/s}}"), "unknown key", "burst" },
        { PROXY("defence: {block: {counts: [«malformd»]}}"), "unknown word", "malformed" },
        { PROXY("defence: {block: {counts: [refused, «refused»]}}"), "given twice", NULL },
        { PROXY("defence: {block: {counts: «refused»}}"), "a list of offences",
          "[malformed, refused, credentials]" },
        { PROXY("defence: {slots: «7»}"), "", NULL },
        { TAP("{rate: 1/s, message: «\"{calid}\"»}"), "no word {calid}", "call_id" },
        { TAP("{rate: «poisson 1/s», message: \"x\"}"), "injects evenly", NULL },
    };
    RIG_CHECK(rows);
}
