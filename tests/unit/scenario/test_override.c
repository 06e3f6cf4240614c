/* Overrides: what a path reaches, and how a wrong one is refused. */
#include "rig.h"

#include <string.h>

#define TEXT TWO "domains: {}\ncalls:\n  - {name: mix, from: alice, to: bob, rate: 1/s}\n"

static sn_scenario *with(const char *override)
{
    const char *const overrides[] = { override, NULL };
    return rig_load(SS_LIT(TEXT), overrides);
}

TEST(a_path_reaches_keys_entries_and_what_is_not_written_yet)
{
    const char *const overrides[] = { "links.wire.loss=50%",
                                      "seed=9",
                                      "calls[0].limit=3",
                                      "calls.mix.hold=exp 2s",
                                      "links.wire.up.delay=6ms",
                                      "nodes.carol={role: ua}",
                                      "order.mode=seeded",
                                      "duration=2min",
                                      NULL };
    sn_scenario *s = rig_load(SS_LIT(TEXT), overrides);
    CHECK_EQ(sn_scenario_mistake_count(s), 0);
    const sn_plan *plan = sn_scenario_plan(s);
    CHECK_EQ(plan->links[0].up.loss.random.p, SN_ALWAYS / 2);
    CHECK_EQ(plan->links[0].up.delay, SS_MS(6));
    CHECK_EQ(plan->links[0].down.delay, SS_MS(5));
    CHECK_EQ(plan->seed, 9);
    CHECK_EQ(plan->order, SN_ORDER_SEEDED);
    CHECK_EQ(plan->duration, SS_S(120));
    CHECK_EQ(plan->call_specs[0].limit, 3);
    CHECK_EQ(plan->call_specs[0].hold.a, SS_S(2));
    rig_group(s, "carol");
    sn_scenario_free(s);
}

TEST(a_key_with_dots_in_it_is_found_as_it_stands)
{
    static const char text[] =
        "sipsim: 1\nlinks: {w: {}}\nnodes: {p: {roles: [proxy, registrar]}, q: {roles: [proxy, "
        "registrar]}}\n"
        "domains: {example.com: {registrar: p}, b.example.com: {registrar: q}}\n";
    const char *const overrides[] = { "domains.example.com.users=u{n}", NULL };
    sn_scenario *s = rig_load(SS_LIT(text), overrides);
    CHECK_EQ(sn_scenario_mistake_count(s), 0);
    sn_scenario_free(s);
}

TEST(a_wrong_path_or_value_is_refused_at_its_part)
{
    static const struct {
        const char *override;
        unsigned column, length;
        const char *message, *suggestion;
    } rows[] = {
        { "seed", 1, 4, "write path=value", NULL },
        { "seed=", 1, 5, "write path=value", NULL },
        { "links.wir.loss=5%", 7, 3, "no 'wir' in links, only wire", "wire" },
        { "linkz.wire.loss=5%", 1, 5, "unknown key 'linkz'", "links" },
        { "links..loss=5%", 7, 1, "a key is missing", NULL },
        { "links.wire.=5%", 11, 1, "a key is missing", NULL },
        { "links.wire.delay.x=5%", 18, 1, "has no keys", NULL },
        { "calls[1].limit=5", 6, 3, "index out of range", NULL },
        { "calls[x].limit=5", 6, 9, "an index is [0]", NULL },
        { "calls[0.limit=5", 6, 8, "an index is [0]", NULL },
        { "calls.mixx.limit=5", 7, 4, "no entry of that name", NULL },
        { "links[0]=5", 6, 3, "an index into what is no list", NULL },
        { "links.wire.loss=5", 17, 1, "missing unit", NULL },
        { "links.wire.loss=[5%", 17, 1, "YAML", NULL },
        { "links.wire.loss=*x", 18, 1, "aliases", NULL },
        { "links.wire.loss=\xff", 17, 1, "not UTF-8", NULL },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        sn_scenario *s = with(rows[i].override);
        CHECK_EQ(sn_scenario_mistake_count(s), 1);
        const sn_mistake *m = sn_scenario_mistake(s, 0);
        CHECK_STR(m->file, "--set");
        CHECK_NOT_NULL(strstr(m->message, rows[i].message));
        CHECK_EQ(m->column, rows[i].column);
        CHECK_EQ(m->length, rows[i].length);
        CHECK_STR(m->suggestion, rows[i].suggestion);
        sn_scenario_free(s);
    }
}
