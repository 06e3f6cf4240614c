/* Addresses from names: stable when others come, found again, by hand, at the edges. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "small_world.h"

static sn_plan *plan_of(const char *const *names, const uint32_t *counts, uint32_t groups)
{
    sn_plan *plan = small_plan(1);
    const sn_link_kind kind = small_link("wire", SS_MS(1));
    const uint32_t wire = sn_plan_add_link(plan, &kind);
    for (uint32_t i = 0; i < groups; i++) {
        (void)small_uas(plan, names[i], counts[i], 0, wire);
    }
    return plan;
}

static void finish(sn_plan *plan)
{
    const char *why;
    CHECK_OK(sn_plan_finish(plan, &why));
}

static uint32_t address_of(const sn_plan *plan, const char *name)
{
    for (uint32_t i = 0; i < plan->cast.node_count; i++) {
        if (strcmp(plan->cast.nodes[i].name, name) == 0) {
            return sn_address_number(sn_member_address(&plan->cast.nodes[i]));
        }
    }
    return 0;
}

TEST(addresses_do_not_change_when_a_group_is_added_or_moved)
{
    static const char *const few[] = { "alice", "bob" }, *const more[] = { "mike", "bob", "alice" };
    static const uint32_t counts[] = { 3, 3, 3 };
    sn_plan *a = plan_of(few, counts, 2), *b = plan_of(more, counts, 3);
    finish(a);
    finish(b);
    CHECK_EQ(address_of(a, "alice[2]"), address_of(b, "alice[2]"));
    CHECK_EQ(address_of(a, "bob[0]"), address_of(b, "bob[0]"));
    CHECK_EQ(address_of(a, "core"), address_of(b, "core"));
    CHECK_EQ(address_of(a, "core") >> 24, 10);
    sn_plan_free(a);
    sn_plan_free(b);
}

TEST(every_address_leads_back_to_its_node_and_no_other_does)
{
    static const char *const names[] = { "alice", "bob", "carol" };
    static const uint32_t counts[] = { 1, 70000, 300 }; /* bob needs two blocks */
    sn_plan *plan = plan_of(names, counts, 3);
    finish(plan);
    for (uint32_t i = 0; i < plan->cast.node_count; i++) {
        const uint32_t address = sn_address_number(sn_member_address(&plan->cast.nodes[i]));
        CHECK_EQ(sn_plan_find_address(plan, sn_address_v4(address)), i);
        CHECK((address & 255) != 0 && (address & 255) != 255);
    }
    CHECK_EQ(sn_plan_find_address(plan, sn_address_v4(address_of(plan, "bob[253]") + 1)),
             SN_NOBODY); /* .255 */
    CHECK_EQ(sn_plan_find_address(plan, sn_address_v4(address_of(plan, "bob[0]") - 1)),
             SN_NOBODY); /* .0 */
    CHECK_EQ(sn_plan_find_address(plan, sn_address_v4(address_of(plan, "bob[69999]") + 1)),
             SN_NOBODY);
    CHECK_EQ(sn_plan_find_address(plan, sn_address_v4(0)), SN_NOBODY);
    CHECK_EQ(sn_plan_find_address(plan, sn_address_v4(UINT32_MAX)), SN_NOBODY);
    sn_plan_free(plan);
}

/* Two names of one start: the one with the lower (hash, name) keeps its place, in whatever order they are added. */
TEST(a_collision_moves_the_same_group_whatever_the_order)
{
    char names[2][16];
    const uint64_t start = ss_hash64(0, SS_LIT("alice")) % 256;
    unsigned found = 0;
    for (unsigned i = 0; found < 1; i++) {
        snprintf(names[0], sizeof names[0], "x%u", i);
        found += ss_hash64(0, ss_slice_from(names[0])) % 256 == start;
    }
    const char *const one[] = { "alice", names[0] }, *const other[] = { names[0], "alice" };
    static const uint32_t counts[] = { 1, 1 };
    sn_plan *a = plan_of(one, counts, 2), *b = plan_of(other, counts, 2);
    finish(a);
    finish(b);
    CHECK_EQ(address_of(a, "alice"), address_of(b, "alice"));
    CHECK_EQ(address_of(a, names[0]), address_of(b, names[0]));
    CHECK(address_of(a, "alice") != address_of(a, names[0]));
    const bool alice_first = ss_hash64(0, SS_LIT("alice")) < ss_hash64(0, ss_slice_from(names[0]));
    CHECK_EQ(address_of(a, alice_first ? "alice" : names[0]) >> 16 & 255, start);
    sn_plan_free(a);
    sn_plan_free(b);
}

TEST(a_net_may_be_chosen_by_hand)
{
    static const char *const names[] = { "alice", "bob" };
    static const uint32_t counts[] = { 2, 2 };
    sn_plan *plan = plan_of(names, counts, 2);
    small_spec(plan, 1)->net = 0xc0000200; /* 192.0.2.0/30 */
    small_spec(plan, 1)->net_bits = 30;
    finish(plan);
    CHECK_EQ(address_of(plan, "alice[0]"), 0xc0000201);
    CHECK_EQ(address_of(plan, "alice[1]"), 0xc0000202);
    CHECK_EQ(sn_plan_find_address(plan, sn_address_v4(0xc0000202)), sn_plan_node(plan, 1, 1));
    CHECK_EQ(sn_plan_find_address(plan, sn_address_v4(0xc0000203)), SN_NOBODY);
    sn_plan_free(plan);
}

TEST(nets_too_small_overlapping_or_exhausted_are_refused)
{
    static const char *const names[] = { "alice", "bob" };
    static const uint32_t counts[] = { 3, 2 };
    const char *why;
    sn_plan *plan = plan_of(names, counts, 2);
    small_spec(plan, 1)->net = 0xc0000200;
    small_spec(plan, 1)->net_bits = 30;
    CHECK_STATUS(sn_plan_finish(plan, &why), SS_ERR_FULL);
    CHECK_STR(why, "a net is too small for its group");
    sn_plan_free(plan);
    plan = plan_of(names, counts, 2);
    small_spec(plan, 1)->net = small_spec(plan, 2)->net = 0xc0000200;
    small_spec(plan, 1)->net_bits = 24;
    small_spec(plan, 2)->net_bits = 29;
    CHECK_STATUS(sn_plan_finish(plan, &why), SS_ERR_FULL);
    CHECK_STR(why, "two nets overlap");
    sn_plan_free(plan);
    plan = plan_of(names, counts, 2);
    small_spec(plan, 1)->net = 0x0a000000; /* 10.0.0.0/8 as a whole */
    small_spec(plan, 1)->net_bits = 8;
    CHECK_STATUS(sn_plan_finish(plan, &why), SS_ERR_FULL);
    CHECK_STR(why, "10.0.0.0/8 has no room left for a group");
    sn_plan_free(plan);
}
