/* What a scenario may ask to have been reached. */
#include <string.h>

#include "check.h"
#include "court.h"

static bool reached(const court *rig, const char *name)
{
    unsigned nth = 0;
    CHECK(sn_reach_find((ss_slice){ name, strlen(name) }, &nth));
    return sn_meter_reached(rig->meter, nth);
}

static void begin(court *rig)
{
    court_open(rig);
    rig->meter = sn_meter_new(&rig->cast);
    court_at(rig, 0);
}

TEST(each_reach_is_found_by_its_name)
{
    unsigned count = 0;
    for (const char *name = sn_reach_name(0); name != NULL; name = sn_reach_name(++count)) {
        unsigned nth = UINT32_MAX;
        CHECK(sn_reach_find((ss_slice){ name, strlen(name) }, &nth));
        CHECK_EQ(nth, count);
    }
    CHECK(count > 40);
    unsigned nth = 0;
    CHECK(!sn_reach_find(SS_LIT("timer_z"), &nth));
    CHECK(!sn_reach_find(SS_LIT("timer"), &nth));
}

TEST(nothing_is_reached_in_a_run_without_facts)
{
    court rig;
    begin(&rig);
    for (unsigned nth = 0; sn_reach_name(nth) != NULL; nth++) {
        CHECK(!sn_meter_reached(rig.meter, nth));
    }
    court_close(&rig);
}

TEST(timers_and_copies_are_reached_by_their_notes)
{
    court rig;
    begin(&rig);
    court_notes_timer(&rig, COURT_ALICE, SS_ICT, SS_METHOD_INVITE, 0, SS_TIMER_B);
    CHECK(reached(&rig, "timer_b"));
    CHECK(!reached(&rig, "timer_a"));
    court_notes(&rig, COURT_ALICE, (ss_note){ .kind = SS_NOTE_RESEND, .letter = SS_TIMER_TWOXX });
    CHECK(reached(&rig, "twoxx_copy"));
    court_notes(&rig, COURT_ALICE,
                (ss_note){ .kind = SS_NOTE_RESEND, .letter = SS_LETTER_COUNT, .machine = SS_ICT });
    CHECK(reached(&rig, "ack_copy"));
    CHECK(!reached(&rig, "answered_copy"));
    court_close(&rig);
}

TEST(a_200_after_a_cancel_is_a_crossing)
{
    court rig;
    begin(&rig);
    court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
    court_call(&rig, COURT_ALICE, SN_CALL_CANCELLING, 1, 0);
    CHECK(!reached(&rig, "cancel_crosses_200"));
    court_call(&rig, COURT_ALICE, SN_CALL_ENDED, 1,
               200); /* acknowledged and released: it was never up for the caller */
    CHECK(reached(&rig, "cancel_crosses_200"));
    CHECK(!reached(&rig, "call_established"));
    CHECK_EQ(sn_meter_read(rig.meter, 0)->cancelled, 1);
    court_close(&rig);
}

TEST(byes_cross_when_both_ends_hang_up_and_neither_heard_of_it)
{
    court rig;
    begin(&rig);
    court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
    court_call(&rig, COURT_ALICE, SN_CALL_ANSWERED, 1, 200);
    court_call(&rig, COURT_BOB, SN_CALL_HANGUP, 1, 0);
    court_call(&rig, COURT_ALICE, SN_CALL_BYE, 1, 0);
    CHECK(!reached(&rig, "byes_cross"));
    court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 2, 0);
    court_call(&rig, COURT_ALICE, SN_CALL_ANSWERED, 2, 200);
    court_call(&rig, COURT_ALICE, SN_CALL_HANGUP, 2, 0);
    CHECK(!reached(&rig, "byes_cross"));
    court_call(&rig, COURT_BOB, SN_CALL_HANGUP, 2, 0);
    CHECK(reached(&rig, "byes_cross"));
    court_close(&rig);
}

TEST(the_network_is_reached_by_its_facts)
{
    court rig;
    begin(&rig);
    court_give(&rig, (sn_fact){ .kind = SN_FACT_FRAGMENTED, .entity = COURT_ALICE });
    CHECK(reached(&rig, "fragment"));
    court_give(&rig, (sn_fact){ .kind = SN_FACT_NODE_DROPPED,
                                .cause = SN_CAUSE_REASSEMBLY_TIMEOUT,
                                .entity = COURT_ALICE });
    CHECK(reached(&rig, "reassembly_timeout"));
    CHECK(!reached(&rig, "loss"));
    court_close(&rig);
}

TEST(each_thing_that_can_be_reached_has_a_sentence_of_its_own)
{
    for (unsigned nth = 0; sn_reach_name(nth) != NULL; nth++) {
        CHECK_NOT_NULL(sn_reach_sentence(nth));
        for (unsigned other = 0; other < nth; other++) {
            CHECK(strcmp(sn_reach_sentence(nth), sn_reach_sentence(other)) != 0);
        }
    }
    CHECK_NULL(sn_reach_sentence(UINT32_MAX));
}
