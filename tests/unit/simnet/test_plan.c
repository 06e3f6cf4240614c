/* The builder and the finishing of plans: order, ids, the tree, what is refused. */
#include "check.h"

#include <string.h>

#include "small_world.h"

static sn_plan *two_groups(bool reversed)
{
    sn_plan *plan = small_plan(1);
    const sn_link_kind kind = small_link("wire", SS_MS(1));
    const uint32_t wire = sn_plan_add_link(plan, &kind);
    static const char *const names[] = { "alice", "bob" };
    (void)small_uas(plan, names[reversed], 3, 0, wire);
    (void)small_uas(plan, names[!reversed], 1, 0, wire);
    return plan;
}

/* Texts small and large, in whatever order, so that those of one chunk stand between those of others. */
TEST(what_is_put_into_a_plan_stays_as_it_was)
{
    enum { TEXTS = 300, LONGEST = 3000 };
    static char text[LONGEST];
    const char *kept[TEXTS];
    sn_plan *plan = sn_plan_new();
    for (size_t i = 0; i < TEXTS; i++) {
        const size_t len = i % 7 == 0 ? i * 10 : i % 50;
        memset(text, 'a' + (int)(i % 26), len);
        kept[i] = sn_plan_text(plan, (ss_slice){ text, len });
        CHECK_NOT_NULL(kept[i]);
        CHECK_EQ((uintptr_t)kept[i] % 16, 0);
    }
    for (size_t i = 0; i < TEXTS; i++) {
        const size_t len = i % 7 == 0 ? i * 10 : i % 50;
        CHECK_EQ(strlen(kept[i]), len);
        CHECK(len == 0 || (kept[i][0] == 'a' + (char)(i % 26) && kept[i][len - 1] == kept[i][0]));
    }
    sn_plan_free(plan);
}

TEST(nodes_are_sorted_by_group_name_and_index)
{
    sn_plan *plan = two_groups(true);
    small_finish(plan);
    CHECK_EQ(plan->cast.node_count, 5);
    CHECK_STR(plan->cast.nodes[0].name, "alice");
    CHECK_STR(plan->cast.nodes[1].name, "bob[0]");
    CHECK_STR(plan->cast.nodes[3].name, "bob[2]");
    CHECK_STR(plan->cast.nodes[4].name, "core");
    CHECK_EQ(plan->root, 4);
    CHECK_EQ(sn_plan_node(plan, 1, 2), 3);
    CHECK_EQ(plan->cast.nodes[3].router, 4);
    CHECK_EQ(plan->cast.nodes[4].router, SN_NOBODY);
    CHECK_EQ(plan->nodes[3].depth, 1);
    CHECK_EQ(plan->cast.nodes[0].id, sn_name_id(SS_LIT("alice"), 0));
    CHECK_EQ(plan->cast.nodes[0].spans->t1, SS_MS(500));
    sn_plan_free(plan);
}

TEST(an_indexed_group_of_one_carries_its_index)
{
    sn_plan *plan = two_groups(false);
    small_spec(plan, 2)->indexed = true;
    small_finish(plan);
    CHECK_STR(plan->cast.nodes[3].name, "bob[0]");
    sn_plan_free(plan);
}

TEST(specs_are_copied)
{
    sn_plan *plan = small_plan(1);
    char name[] = "alice", aor[] = "sip:a@b";
    const sn_link_kind kind = small_link("wire", SS_MS(1));
    const uint32_t wire = sn_plan_add_link(plan, &kind);
    (void)sn_plan_add_group(
        plan,
        &(sn_group_spec){ .name = name,
                          .role = SN_ROLE_UA,
                          .count = 1,
                          .link = wire,
                          .settings = ss_settings_default(),
                          .ua = { .aor = aor, .outbound = SN_NOBODY, .behaviour = SN_NOBODY } });
    memset(name, 'x', 5);
    memset(aor, 'x', 5);
    small_finish(plan);
    CHECK_STR(plan->groups[1].name, "alice");
    CHECK_STR(plan->groups[1].ua.aor, "sip:a@b");
    sn_plan_free(plan);
}

TEST(nodes_are_dealt_out_to_many_routers)
{
    sn_plan *plan = small_plan(1);
    const sn_link_kind kind = small_link("wire", SS_MS(1));
    const uint32_t wire = sn_plan_add_link(plan, &kind);
    const uint32_t site = small_router(plan, "site", 0, wire);
    small_spec(plan, site)->count = 3;
    const uint32_t phones = small_uas(plan, "phone", 8, site, wire);
    small_spec(plan, phones)->per_router = 3;
    small_finish(plan);
    for (uint32_t i = 0; i < 8; i++) {
        CHECK_EQ(plan->cast.nodes[sn_plan_node(plan, phones, i)].router,
                 sn_plan_node(plan, site, i / 3));
        CHECK_EQ(plan->nodes[sn_plan_node(plan, phones, i)].depth, 2);
    }
    sn_plan_free(plan);
}

static void check_refused(sn_plan *plan, ss_status status, const char *why)
{
    const char *said;
    CHECK_STATUS(sn_plan_finish(plan, &said), status);
    CHECK_STR(said, why);
    sn_plan_free(plan);
}

TEST(plans_that_make_no_sense_are_refused)
{
    sn_plan *plan = two_groups(false);
    small_spec(plan, 1)->name = "Alice";
    check_refused(plan, SS_ERR_SEMANTIC, "a group's name is not [a-z][a-z0-9_]*, at most 36 long");
    plan = two_groups(false);
    small_spec(plan, 1)->name = "bob";
    check_refused(plan, SS_ERR_SEMANTIC, "two groups have one name");
    plan = two_groups(false);
    small_spec(plan, 1)->count = 0;
    check_refused(plan, SS_ERR_SEMANTIC, "a group has no nodes");
    plan = two_groups(false);
    small_spec(plan, 1)->via = 2;
    check_refused(plan, SS_ERR_SEMANTIC, "a group's uplink leads to no router");
    plan = two_groups(false);
    small_spec(plan, 1)->via = SN_NOBODY;
    check_refused(plan, SS_ERR_SEMANTIC, "only one router may stand without an uplink");
    plan = two_groups(false);
    small_spec(plan, 1)->link = 1;
    check_refused(plan, SS_ERR_SEMANTIC, "a group's link is of no kind");
    plan = two_groups(false);
    small_spec(plan, 1)->per_router = 2;
    check_refused(plan, SS_ERR_SEMANTIC, "a group has more nodes than its routers take");
    plan = two_groups(false);
    small_spec(plan, 1)->ua.outbound = 2;
    check_refused(plan, SS_ERR_SEMANTIC, "a user agent's outbound proxy is no proxy");
    plan = two_groups(false);
    small_spec(plan, 1)->ua.behaviour = 0;
    check_refused(plan, SS_ERR_SEMANTIC, "a user agent's behaviour does not exist");
    plan = two_groups(false);
    plan->links[0].up.mtu = 67;
    check_refused(plan, SS_ERR_SEMANTIC, "an MTU is below 68 bytes, the least of RFC 791");
    check_refused(sn_plan_new(), SS_ERR_SEMANTIC, "no router is the root");
    plan = two_groups(false);
    (void)small_router(plan, "other", SN_NOBODY, 0);
    check_refused(plan, SS_ERR_SEMANTIC, "more than one router is the root");
}

TEST(circles_and_towers_of_routers_are_refused)
{
    sn_plan *plan = two_groups(false);
    const uint32_t a = small_router(plan, "a", 0, 0), b = small_router(plan, "b", a, 0);
    small_spec(plan, a)->via = b;
    check_refused(plan, SS_ERR_SEMANTIC, "routers form a circle, or stand more than 8 deep");
    static const char *const names[] = { "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9" };
    for (unsigned depth = 8; depth <= 9; depth++) {
        uint32_t above = 0;
        plan = two_groups(false);
        for (unsigned i = 0; i < depth; i++) {
            above = small_router(plan, names[i], above, 0);
        }
        if (depth == 8) {
            small_finish(plan);
            sn_plan_free(plan);
        } else {
            check_refused(plan, SS_ERR_SEMANTIC,
                          "routers form a circle, or stand more than 8 deep");
        }
    }
}

TEST(behaviours_own_their_choices_and_rows)
{
    sn_plan *plan = two_groups(false);
    const uint32_t first = sn_plan_add_behaviour(plan, "busy");
    (void)sn_plan_add_choice(plan, 5);
    (void)sn_plan_add_row(plan, &(sn_row){ .op = SN_OP_REJECT, .status = 486 });
    const uint32_t second = sn_plan_add_behaviour(plan, "human");
    for (uint32_t i = 0; i < 40; i++) {
        (void)sn_plan_add_choice(plan, 2);
        (void)sn_plan_add_row(plan, &(sn_row){ .op = SN_OP_PROGRESS, .status = 180 });
        (void)sn_plan_add_row(plan, &(sn_row){ .op = SN_OP_ANSWER });
    }
    CHECK_EQ(plan->behaviours[first].choice_count, 1);
    CHECK_EQ(plan->behaviours[second].first_choice, 1);
    CHECK_EQ(plan->behaviours[second].choice_count, 40);
    CHECK_EQ(plan->behaviours[second].weight_sum, 80);
    CHECK_EQ(plan->choices[40].first_row, 79);
    CHECK_EQ(plan->choices[40].row_count, 2);
    sn_plan_free(plan);
}

TEST(acts_are_sorted_by_instant_and_keep_their_order_within)
{
    sn_plan *plan = two_groups(false);
    static const ss_time at[] = { 9, 3, 9, 3, 1 };
    for (uint32_t i = 0; i < SS_COUNT(at); i++) {
        (void)sn_plan_add_act(
            plan,
            &(sn_act){ .at = at[i], .group = 1, .index = 1, .row.op = SN_OP_REGISTER, .line = i });
    }
    small_finish(plan);
    static const uint32_t lines[] = { 4, 1, 3, 0, 2 };
    for (uint32_t i = 0; i < SS_COUNT(lines); i++) {
        CHECK_EQ(plan->acts[i].line, lines[i]);
        CHECK_EQ(plan->acts[i].node, sn_plan_node(plan, 1, 1));
    }
    sn_plan_free(plan);
}

TEST(a_storys_calls_come_first_and_are_made_once)
{
    sn_plan *plan = two_groups(false);
    (void)sn_plan_add_act(
        plan,
        &(sn_act){ .at = 5, .group = 1, .row = { .op = SN_OP_CALL, .target = 2 }, .call = 1 });
    (void)sn_plan_add_act(plan,
                          &(sn_act){ .at = 9, .group = 2, .row.op = SN_OP_ANSWER, .call = 1 });
    const sn_check any = { .never = true }, one = { .never = true };
    (void)sn_plan_add_check(plan, &any, SN_NOBODY, 0);
    (void)sn_plan_add_check(plan, &one, 1, 2);
    small_finish(plan);
    CHECK_EQ(plan->call_count, 1);
    CHECK(plan->calls[0].scripted);
    CHECK_EQ(plan->calls[0].caller, sn_plan_node(plan, 1, 0));
    CHECK_EQ(plan->calls[0].callee, sn_plan_node(plan, 2, 0));
    CHECK_EQ(plan->calls[0].source, SN_NOBODY);
    CHECK_EQ(plan->checks[0].node, SN_NOBODY);
    CHECK_EQ(plan->checks[1].node, sn_plan_node(plan, 1, 2));
    sn_plan_free(plan);

    plan = two_groups(false);
    (void)sn_plan_add_act(plan, &(sn_act){ .group = 1, .row.op = SN_OP_ANSWER, .call = 1 });
    check_refused(plan, SS_ERR_SEMANTIC, "a story speaks of a call that nobody makes");
    plan = two_groups(false);
    (void)sn_plan_add_act(
        plan, &(sn_act){ .group = 1, .row = { .op = SN_OP_CALL, .target = 2 }, .call = 1 });
    (void)sn_plan_add_act(
        plan, &(sn_act){ .group = 1, .row = { .op = SN_OP_CALL, .target = 2 }, .call = 1 });
    check_refused(plan, SS_ERR_SEMANTIC, "a story makes a call twice");
    plan = two_groups(false);
    (void)sn_plan_add_act(plan, &(sn_act){ .group = 0, .row.op = SN_OP_ANSWER, .call = 1 });
    check_refused(plan, SS_ERR_SEMANTIC, "an act of the story names nobody who can do it");
    plan = two_groups(false);
    (void)sn_plan_add_check(plan, &any, 9, 0);
    check_refused(plan, SS_ERR_SEMANTIC, "a check of the story names no node");
}
