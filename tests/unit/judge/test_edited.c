/* What the laws leave out of a call whose messages became others: that call, and the one that a B2BUA joined to it, no other. */
#include "check.h"
#include "court.h"

enum { OTHERS = 1, ITS = 5, JOINED = 9 };

static void place(court *rig, uint32_t number, uint64_t call_id)
{
    sn_fact placed = { .kind = SN_FACT_CALL, .entity = COURT_ALICE, .peer = SN_NOBODY };
    placed.call = (sn_call_fact){
        .event = SN_CALL_PLACED, .number = number, .source = SN_NOBODY, .call_id = call_id
    };
    court_give(rig, placed);
}

static void edit(court *rig, uint64_t call_id)
{
    sn_fact edited = { .kind = SN_FACT_EDITED, .entity = COURT_ALICE, .peer = COURT_BOB };
    edited.sip = court_request(SS_METHOD_INVITE, 77);
    edited.sip.call_id = call_id;
    court_give(rig, edited);
}

TEST(an_edited_call_may_come_to_nothing_and_others_may_not)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    place(&rig, 1, OTHERS);
    place(&rig, 2, ITS);
    edit(&rig, ITS);
    court_finish(&rig, SS_S(100));
    CHECK_EQ(court_broken(&rig, "LIVE1"), 1);
    court_close(&rig);
}

TEST(the_call_that_was_joined_to_an_edited_one_is_as_excused)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    place(&rig, 1, JOINED);
    sn_fact joined = { .kind = SN_FACT_CALL, .entity = COURT_PROXY, .peer = SN_NOBODY };
    joined.call = (sn_call_fact){
        .event = SN_CALL_JOINED, .source = SN_NOBODY, .call_id = JOINED, .because = ITS
    };
    court_give(&rig, joined);
    edit(&rig, ITS);
    court_finish(&rig, SS_S(100));
    CHECK_EQ(court_broken(&rig, "LIVE1"), 0);
    court_close(&rig);
}

static void leave(court *rig, uint32_t node, uint32_t calls)
{
    court_give(rig, (sn_fact){ .kind = SN_FACT_LEFT,
                               .entity = node,
                               .peer = SN_NOBODY,
                               .left = { .calls = calls, .dialogs = calls } });
}

TEST(an_invite_of_an_edited_call_may_leave_one_that_nobody_ends)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    edit(&rig, ITS);
    ss_summary invite = court_request(SS_METHOD_INVITE, 77);
    invite.call_id = ITS;
    court_gets(&rig, COURT_BOB, invite);
    leave(&rig, COURT_BOB, 1);
    leave(&rig, COURT_ALICE, 1);
    court_finish(&rig, SS_S(100));
    CHECK_EQ(court_broken(&rig, "LEFT1"), 1); /* alice's */
    court_close(&rig);
}
