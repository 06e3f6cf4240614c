/* Two streams of facts side by side. */
#include "check.h"
#include "cli/verify.h"
#include "facts_rig.h"

static void show(cli_verify *v, unsigned side, ss_time at, ss_slice packet)
{
    const sn_sink sink = cli_verify_sink(v, side);
    const sn_fact fact = facts_fact(at, 1, SN_FACT_PACKET, FACTS_ALICE);
    sink.fact(sink.self, &fact, packet);
}

TEST(verify_equal_facts_are_equal_whoever_is_ahead)
{
    const sn_cast cast = facts_cast();
    cli_verify v;
    cli_verify_init(&v, &cast);
    for (ss_time at = 0; at < 100; at++) {
        show(&v, 0, at, SS_EMPTY);
        CHECK(cli_verify_compare(&v, false));
    }
    for (ss_time at = 0; at < 100; at++) {
        show(&v, 1, at, SS_EMPTY);
        CHECK(cli_verify_compare(&v, at == 99));
    }
    CHECK_EQ(v.side[0].len, 0);
    cli_verify_free(&v);
}

TEST(verify_names_the_first_line_that_differs)
{
    const sn_cast cast = facts_cast();
    cli_verify v;
    cli_verify_init(&v, &cast);
    show(&v, 0, 1, SS_EMPTY);
    show(&v, 1, 1, SS_EMPTY);
    show(&v, 0, 25, SS_EMPTY);
    show(&v, 1, 26, SS_EMPTY);
    CHECK(!cli_verify_compare(&v, false));
    CHECK_SLICE(ss_slice_cut(ss_slice_from(v.first[0]), 0, 10), "{\"t_ns\":25");
    CHECK_SLICE(ss_slice_cut(ss_slice_from(v.first[1]), 0, 10), "{\"t_ns\":26");
    cli_verify_free(&v);
}

TEST(verify_sees_different_bytes_of_a_packet)
{
    const sn_cast cast = facts_cast();
    cli_verify v;
    cli_verify_init(&v, &cast);
    show(&v, 0, 1, SS_LIT("abc"));
    show(&v, 1, 1, SS_LIT("abd"));
    CHECK(!cli_verify_compare(&v, false));
    cli_verify_free(&v);
}

TEST(verify_sees_a_world_that_ends_early)
{
    const sn_cast cast = facts_cast();
    cli_verify v;
    cli_verify_init(&v, &cast);
    show(&v, 0, 1, SS_EMPTY);
    CHECK(cli_verify_compare(&v, false));
    CHECK(!cli_verify_compare(&v, true));
    CHECK_NOT_NULL(v.first[0]);
    CHECK_NULL(v.first[1]);
    cli_verify_free(&v);
}
