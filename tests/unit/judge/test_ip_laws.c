/* NET6 and NET7: who cuts what, and what goes onto a link. */
#include "check.h"
#include "court.h"

typedef struct packet {
    unsigned char bytes[40];
} packet;

static packet of_v4(unsigned flags)
{
    packet p = { { 0x45 } };
    p.bytes[6] = (unsigned char)flags;
    return p;
}

/* A packet of alice's was cut at a node. */
static unsigned cut_breaks(const packet *p, size_t length, uint32_t node, sn_cause cause)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 5);
    sn_fact fact = { .kind = SN_FACT_FRAGMENTED,
                     .entity = node,
                     .packet = { .ordinal = 0, .origin = COURT_ALICE },
                     .cause = (uint16_t)cause,
                     .value = 2 };
    fact.key = rig.key;
    fact.index = rig.index++;
    sn_judge_fact(rig.judge, &fact, (ss_slice){ (const char *)p->bytes, length });
    const unsigned broken = (unsigned)court_broken(&rig, "NET6");
    CHECK_EQ(court_broken_any(&rig), broken);
    court_close(&rig);
    return broken;
}

TEST(net6_a_router_cuts_nothing_that_may_not_be_cut)
{
    const packet marked = of_v4(0x40), plain = of_v4(0), piece = of_v4(0x20), both = of_v4(0x60);
    packet v6 = { { 0x60 } };
    v6.bytes[6] = 17; /* the next header, and no flags */
    CHECK_EQ(cut_breaks(&marked, 40, COURT_ROUTER, SN_CAUSE_NONE), 1);
    CHECK_EQ(cut_breaks(&both, 40, COURT_ROUTER, SN_CAUSE_NONE), 1);
    CHECK_EQ(cut_breaks(&v6, 40, COURT_ROUTER, SN_CAUSE_NONE), 1);
    CHECK_EQ(cut_breaks(&v6, 40, COURT_ROUTER, SN_CAUSE_MTU), 1);
    CHECK_EQ(cut_breaks(&plain, 40, COURT_ROUTER, SN_CAUSE_NONE), 0);
    CHECK_EQ(cut_breaks(&piece, 40, COURT_ROUTER, SN_CAUSE_NONE), 0);
}

TEST(net6_lets_the_sender_cut_and_a_link_that_takes_no_notice)
{
    const packet marked = of_v4(0x40);
    const packet v6 = { { 0x60 } };
    CHECK_EQ(cut_breaks(&marked, 40, COURT_ALICE, SN_CAUSE_NONE), 0);
    CHECK_EQ(cut_breaks(&v6, 40, COURT_ALICE, SN_CAUSE_NONE), 0);
    CHECK_EQ(cut_breaks(&marked, 40, COURT_ROUTER, SN_CAUSE_MTU), 0);
    CHECK_EQ(cut_breaks(&marked, 6, COURT_ROUTER, SN_CAUSE_NONE), 0); /* nobody kept its bytes */
}

TEST(net7_what_is_longer_than_a_link_carries_does_not_go_onto_it)
{
    court rig;
    court_open(&rig);
    sn_fact fact = { .kind = SN_FACT_LINK_SENT,
                     .entity = SN_UP(COURT_ALICE),
                     .peer = COURT_ROUTER,
                     .packet = { .ordinal = 0, .origin = COURT_ALICE },
                     .due = SS_TIME_NEVER };
    court_at(&rig, 5);
    court_give(&rig, fact);
    CHECK_EQ(court_broken_any(&rig), 0);
    fact.cause = SN_CAUSE_MTU;
    court_give(&rig, fact);
    CHECK_EQ(court_broken(&rig, "NET7"), 1);
    CHECK_EQ(court_broken_any(&rig), 1);
    court_close(&rig);
}
