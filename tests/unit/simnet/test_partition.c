/* Partitions of a plan: who is parted from whom, when, and which way. */
#include "check.h"
#include "small_world.h"

static sn_plan *plan_with(const sn_rift *rifts, size_t count)
{
    sn_plan *plan = small_plan(3);
    const sn_link_kind kind = small_link("one", SS_MS(1));
    const uint32_t link = sn_plan_add_link(plan, &kind);
    CHECK_EQ(small_uas(plan, "a", 4, 0, link), 1);
    CHECK_EQ(small_uas(plan, "b", 2, 0, link), 2);
    for (size_t i = 0; i < count; i++) {
        CHECK(sn_plan_add_rift(plan, &rifts[i]) == i);
    }
    return plan;
}

static sn_rift rift_of(bool is_mutual)
{
    return (sn_rift){ .from = { .group = 1, .first = 1, .last = 2 },
                      .to = { .group = 2, .first = 0, .last = 0 },
                      .is_mutual = is_mutual,
                      .since = SS_S(10),
                      .until = SS_S(20) };
}

TEST(a_partition_parts_whom_it_names_while_it_lasts_and_the_other_way_if_it_says_so)
{
    for (unsigned is_mutual = 0; is_mutual < 2; is_mutual++) {
        const sn_rift rift = rift_of(is_mutual == 1);
        sn_plan *plan = plan_with(&rift, 1);
        small_finish(plan);
        const uint32_t b = sn_plan_node(plan, 2, 0), other = sn_plan_node(plan, 2, 1);
        for (uint32_t i = 0; i < 4; i++) {
            const uint32_t a = sn_plan_node(plan, 1, i);
            const bool is_in = i == 1 || i == 2;
            CHECK_EQ(sn_plan_is_parted(plan, a, b, SS_S(10)), is_in);
            CHECK_EQ(sn_plan_is_parted(plan, b, a, SS_S(10)), is_in && is_mutual);
            CHECK(!sn_plan_is_parted(plan, a, other, SS_S(10)));
            CHECK(!sn_plan_is_parted(plan, a, b, SS_S(10) - 1));
            CHECK_EQ(sn_plan_is_parted(plan, a, b, SS_S(20) - 1), is_in);
            CHECK(!sn_plan_is_parted(plan, a, b, SS_S(20)));
            CHECK(!sn_plan_is_parted(plan, a, SN_NOBODY, SS_S(10)));
        }
        sn_plan_free(plan);
    }
}

TEST(any_node_is_also_one_that_nobody_knows)
{
    sn_rift rift = rift_of(false);
    rift.to.group = SN_NOBODY;
    sn_plan *plan = plan_with(&rift, 1);
    small_finish(plan);
    CHECK(sn_plan_is_parted(plan, sn_plan_node(plan, 1, 1), SN_NOBODY, SS_S(15)));
    CHECK(!sn_plan_is_parted(plan, sn_plan_node(plan, 1, 0), SN_NOBODY, SS_S(15)));
    sn_plan_free(plan);
}

TEST(a_partition_of_nodes_that_are_not_there_is_refused)
{
    sn_rift rift = rift_of(false);
    rift.from.last = 4;
    sn_plan *plan = plan_with(&rift, 1);
    const char *why = NULL;
    CHECK_STATUS(sn_plan_finish(plan, &why), SS_ERR_SEMANTIC);
    CHECK_STR(why, "a partition names no node");
    sn_plan_free(plan);
}

/* What is lost for it is lost as on a link that is down; a partition that touches nobody changes nothing of a run, byte for byte. */
TEST(who_is_parted_loses_datagrams_and_nobody_else_notices)
{
    static const sn_rift none[] = { { .from = { 1, 0, 0 }, .to = { 2, 0, 0 }, .until = 1 } };
    uint64_t digests[2];
    for (unsigned i = 0; i < 2; i++) {
        sn_plan *plan = plan_with(none, i);
        plan->duration = SS_S(5);
        small_finish(plan);
        const small_run run = small_run_plan(plan, &(small_options){ .app = &small_chatter });
        digests[i] = run.stream;
        CHECK_EQ(run.causes[SN_CAUSE_DOWN], 0);
        sn_plan_free(plan);
    }
    CHECK_EQ(digests[0], digests[1]);
    sn_rift all = { .from = { .group = SN_NOBODY },
                    .to = { .group = SN_NOBODY },
                    .until = SS_S(9) };
    sn_plan *plan = plan_with(&all, 1);
    plan->duration = SS_S(5);
    small_finish(plan);
    const small_run run = small_run_plan(plan, &(small_options){ .app = &small_chatter });
    CHECK(run.causes[SN_CAUSE_DOWN] > 0);
    CHECK_EQ(run.kinds[SN_FACT_LINK_ARRIVED], 0);
    sn_plan_free(plan);
}
