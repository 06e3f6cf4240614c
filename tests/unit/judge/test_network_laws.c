/* NET1 to NET4: what a link promises, order, and that nothing comes from nowhere. */
#include "check.h"
#include "court.h"

static sn_fact on_link(sn_fact_kind kind, uint64_t ordinal, uint64_t copies, ss_time due)
{
    return (sn_fact){ .kind = (uint16_t)kind,
                      .entity = SN_UP(COURT_ALICE),
                      .peer = COURT_ROUTER,
                      .packet = { .ordinal = ordinal, .origin = COURT_ALICE },
                      .value = copies,
                      .due = due };
}

static void promise(court *rig, ss_time at, uint64_t ordinal, uint64_t copies, ss_time due)
{
    court_at(rig, at);
    court_give(rig, on_link(SN_FACT_LINK_SENT, ordinal, copies, due));
}

static void arrive(court *rig, ss_time at, uint64_t ordinal)
{
    court_at(rig, at);
    court_give(rig, on_link(SN_FACT_LINK_ARRIVED, ordinal, 0, 0));
}

TEST(packets_that_arrive_as_promised_break_no_law)
{
    court rig;
    court_open(&rig);
    promise(&rig, 0, 0, 1, 20);
    promise(&rig, 1, 1, 2, 10);
    promise(&rig, 2, 2, 0, SS_TIME_NEVER);
    arrive(&rig, 10, 1);
    arrive(&rig, 15, 1);
    arrive(&rig, 20, 0);
    promise(&rig, 30, 3, 1, 100);
    court_finish(&rig, 50);
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(net1_lets_a_copy_that_waited_be_promised_by_itself_and_wants_it_then)
{
    court rig;
    court_open(&rig);
    promise(&rig, 0, 0, 1, 20);
    court_at(&rig, 5);
    court_give(&rig, on_link(SN_FACT_LINK_DUPLICATED, 0, 800, 30));
    arrive(&rig, 20, 0);
    arrive(&rig, 30, 0);
    CHECK_EQ(court_broken_any(&rig), 0);
    court_at(&rig, 31);
    court_give(&rig, on_link(SN_FACT_LINK_DUPLICATED, 1, 800, 40));
    court_finish(&rig, 50);
    CHECK_EQ(court_broken(&rig, "NET1"), 1);
    court_close(&rig);
}

TEST(net1_sees_a_packet_too_many)
{
    court rig;
    court_open(&rig);
    promise(&rig, 0, 0, 1, 20);
    arrive(&rig, 20, 0);
    arrive(&rig, 20, 0);
    CHECK_EQ(court_broken(&rig, "NET1"), 1);
    arrive(&rig, 21, 7);
    CHECK_EQ(court_broken(&rig, "NET1"), 2);
    court_close(&rig);
}

TEST(net1_sees_a_packet_that_never_arrives)
{
    court rig;
    court_open(&rig);
    promise(&rig, 0, 0, 1, 20);
    court_finish(&rig, 50);
    CHECK_EQ(court_broken(&rig, "NET1"), 1);
    court_close(&rig);
}

TEST(net2_sees_another_instant_and_no_delay_at_all)
{
    court rig;
    court_open(&rig);
    promise(&rig, 0, 0, 1, 20);
    arrive(&rig, 21, 0);
    CHECK_EQ(court_broken(&rig, "NET2"), 1);
    promise(&rig, 30, 1, 1, 30);
    CHECK_EQ(court_broken(&rig, "NET2"), 2);
    promise(&rig, 40, 2, 2, 50);
    arrive(&rig, 51, 2);
    arrive(&rig, 52, 2);
    CHECK_EQ(court_broken(&rig, "NET2"), 3);
    court_close(&rig);
}

TEST(net3_sees_time_and_keys_that_run_backwards)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 20);
    court_notes(&rig, COURT_ALICE, (ss_note){ .kind = SS_NOTE_STRAY });
    court_notes(&rig, COURT_ALICE, (ss_note){ .kind = SS_NOTE_STRAY });
    CHECK_EQ(court_broken(&rig, "NET3"), 0);
    rig.index = 1;
    court_notes(&rig, COURT_ALICE, (ss_note){ .kind = SS_NOTE_STRAY });
    CHECK_EQ(court_broken(&rig, "NET3"), 1);
    court_at(&rig, 19);
    court_notes(&rig, COURT_ALICE, (ss_note){ .kind = SS_NOTE_STRAY });
    CHECK_EQ(court_broken(&rig, "NET3"), 2);
    court_close(&rig);
}

static sn_fact datagram(sn_fact_kind kind, uint64_t ordinal, uint64_t hash)
{
    return (sn_fact){ .kind = (uint16_t)kind,
                      .entity = kind == SN_FACT_DATAGRAM_SENT ? COURT_ALICE : COURT_BOB,
                      .peer = SN_NOBODY,
                      .packet = { .ordinal = ordinal, .origin = COURT_ALICE },
                      .hash = hash };
}

TEST(net4_sees_a_datagram_that_was_not_sent_or_was_changed_or_comes_too_often)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_give(&rig, datagram(SN_FACT_DATAGRAM_SENT, 0, 77));
    court_give(&rig, datagram(SN_FACT_DATAGRAM_SENT, 1, 78));
    court_at(&rig, 10);
    court_give(&rig, datagram(SN_FACT_DATAGRAM_RECEIVED, 0, 77));
    CHECK_EQ(court_broken(&rig, "NET4"), 0);
    court_give(&rig, datagram(SN_FACT_DATAGRAM_RECEIVED, 0, 77));
    CHECK_EQ(court_broken(&rig, "NET4"), 1);
    court_give(&rig, datagram(SN_FACT_DATAGRAM_RECEIVED, 1, 79));
    CHECK_EQ(court_broken(&rig, "NET4"), 2);
    court_give(&rig, datagram(SN_FACT_DATAGRAM_RECEIVED, 2, 80));
    CHECK_EQ(court_broken(&rig, "NET4"), 3);
    court_close(&rig);
}

TEST(net4_allows_what_was_edited_on_its_way_but_not_more_often)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_give(&rig, datagram(SN_FACT_DATAGRAM_SENT, 0, 77));
    sn_fact edited = datagram(SN_FACT_EDITED, 0, 79);
    edited.value = 3;
    court_give(&rig, edited);
    court_at(&rig, 10);
    court_give(&rig, datagram(SN_FACT_DATAGRAM_RECEIVED, 0, 79));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_give(&rig, datagram(SN_FACT_DATAGRAM_RECEIVED, 0, 79));
    CHECK_EQ(court_broken(&rig, "NET4"), 1);
    court_close(&rig);
}

TEST(net4_allows_what_was_duplicated_and_forgets_what_is_old)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_give(&rig, datagram(SN_FACT_DATAGRAM_SENT, 0, 77));
    court_give(&rig, on_link(SN_FACT_LINK_DUPLICATED, 0, 0, 0));
    court_at(&rig, 10);
    court_give(&rig, datagram(SN_FACT_DATAGRAM_RECEIVED, 0, 77));
    court_give(&rig, datagram(SN_FACT_DATAGRAM_RECEIVED, 0, 77));
    for (uint64_t i = 1; i < 1000; i++) {
        court_at(&rig, SS_MS(100 * i));
        court_give(&rig, datagram(SN_FACT_DATAGRAM_SENT, i, i));
    }
    court_give(&rig, datagram(SN_FACT_DATAGRAM_RECEIVED, 1, 1));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}
