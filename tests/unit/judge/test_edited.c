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

/* ---- strangers ---- */

static void call_event(court *rig, uint32_t node, sn_call_event event, uint64_t session)
{
    sn_fact fact = { .kind = SN_FACT_CALL, .entity = node, .peer = SN_NOBODY };
    fact.call = (sn_call_fact){ .event = (uint16_t)event,
                                .number = 1,
                                .source = SN_NOBODY,
                                .status = 200,
                                .call_id = ITS,
                                .session = session };
    court_give(rig, fact);
}

/* Bob gets a BYE that Alice never sent, and so their sessions differ as well. */
static void one_end_is_told(court *rig, uint64_t call_id)
{
    court_open(rig);
    court_at(rig, 0);
    call_event(rig, COURT_ALICE, SN_CALL_PLACED, 0);
    call_event(rig, COURT_BOB, SN_CALL_INCOMING, 0);
    call_event(rig, COURT_BOB, SN_CALL_ACCEPTED, 0);
    call_event(rig, COURT_ALICE, SN_CALL_ANSWERED, 0);
    call_event(rig, COURT_ALICE, SN_CALL_HANGUP, 0x7000000080000001);
    ss_summary bye = court_request(SS_METHOD_BYE, 77);
    bye.call_id = call_id;
    court_gets(rig, COURT_BOB, bye); /* the router says it */
    call_event(rig, COURT_BOB, SN_CALL_BYE, 0x7000000080000002);
    court_finish(rig, SS_S(100));
}

TEST(the_ends_of_a_call_that_a_stranger_spoke_into_need_not_agree)
{
    court rig;
    one_end_is_told(&rig, ITS);
    CHECK_EQ(court_broken(&rig, "DLG1"), 0);
    CHECK_EQ(court_broken(&rig, "OFF5"), 0);
    court_close(&rig);
    one_end_is_told(&rig, OTHERS);
    CHECK_EQ(court_broken(&rig, "DLG1"), 1);
    CHECK_EQ(court_broken(&rig, "OFF5"), 1);
    court_close(&rig);
}

TEST(laws_of_one_end_hold_of_what_a_stranger_says)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_MESSAGE, COURT_THEIRS));
    court_notes_txn(&rig, COURT_BOB, SS_NIST, SS_METHOD_MESSAGE, COURT_THEIRS, SS_TXN_TRYING,
                    SS_TXN_TRYING);
    court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_MESSAGE, COURT_THEIRS));
    court_sends(&rig, COURT_BOB, court_response(486, SS_METHOD_MESSAGE, COURT_THEIRS));
    CHECK_EQ(court_broken(&rig, "TX10"), 1);
    court_close(&rig);
}

/* A tap that passes on what it got is no stranger; one that says it again is. */
TEST(a_tap_that_passes_on_what_it_gets_speaks_into_no_call)
{
    for (unsigned again = 0; again < 2; again++) {
        court rig;
        court_open(&rig);
        rig.nodes[COURT_PROXY].role = SN_ROLE_TAP;
        court_at(&rig, 0);
        call_event(&rig, COURT_ALICE, SN_CALL_PLACED, 0);
        call_event(&rig, COURT_BOB, SN_CALL_INCOMING, 0);
        call_event(&rig, COURT_BOB, SN_CALL_ACCEPTED, 0);
        call_event(&rig, COURT_ALICE, SN_CALL_ANSWERED, 0);
        ss_summary info = court_request(SS_METHOD_INFO, 77);
        info.call_id = ITS;
        rig.nodes[COURT_ROUTER].role = SN_ROLE_UA; /* that it comes from is of no matter here */
        court_gets(&rig, COURT_PROXY, info);
        court_sends(&rig, COURT_PROXY, info);
        if (again) {
            court_at(&rig, SS_MS(10));
            court_sends(&rig, COURT_PROXY, info);
        }
        call_event(&rig, COURT_BOB, SN_CALL_BYE, 0);
        court_finish(&rig, SS_S(100));
        CHECK_EQ(court_broken(&rig, "DLG1"), again ? 0 : 1);
        court_close(&rig);
    }
}
