/* BTB1: what a B2BUA sends because of what came. RFC3261:16.6. And that the ACK of an offer may wait there: TX12. */
#include "check.h"
#include "court.h"

enum { MADE = 0x77 };

/* Bob is a B2BUA, and the INVITE of a call came to him. */
static void invite_comes(court *rig, unsigned hops)
{
    court_open(rig);
    rig->nodes[COURT_BOB].joins = true;
    court_at(rig, SS_MS(10));
    ss_summary invite = court_request(SS_METHOD_INVITE, COURT_THEIRS);
    invite.max_forwards = (uint16_t)hops;
    court_gets(rig, COURT_BOB, invite);
}

static void joins(court *rig)
{
    court_give(rig, (sn_fact){ .kind = SN_FACT_CALL,
                               .entity = COURT_BOB,
                               .peer = SN_NOBODY,
                               .call = { .source = SN_NOBODY,
                                         .event = SN_CALL_JOINED,
                                         .call_id = MADE,
                                         .because = COURT_CALL_ID } });
}

static ss_summary made(unsigned hops, bool has_offer)
{
    ss_summary invite = court_request(SS_METHOD_INVITE, COURT_OURS);
    invite.call_id = MADE;
    invite.max_forwards = (uint16_t)hops;
    if (!has_offer) {
        invite.says &= (uint8_t)~SS_SAYS_SESSION;
    }
    return invite;
}

static uint64_t broken_by(unsigned came, unsigned left)
{
    court rig;
    invite_comes(&rig, came);
    joins(&rig);
    court_sends(&rig, COURT_BOB, made(left, true));
    const uint64_t broken = court_broken(&rig, "BTB1");
    court_close(&rig);
    return broken;
}

/* RFC3261:16.6 */
TEST(btb1_sees_an_invite_that_goes_as_far_as_the_one_it_was_made_for)
{
    CHECK_EQ(broken_by(70, 70), 1);
    CHECK_EQ(broken_by(5, 70), 1);
    CHECK_EQ(broken_by(0, 0), 1);
    CHECK_EQ(broken_by(0xffff, 71), 1);
}

TEST(btb1_lets_any_lower_number_pass_and_seventy_where_none_was_said)
{
    CHECK_EQ(broken_by(70, 69), 0);
    CHECK_EQ(broken_by(1, 0), 0);
    CHECK_EQ(broken_by(70, 10), 0);
    CHECK_EQ(broken_by(0xffff, 70), 0);
}

TEST(btb1_sees_an_invite_that_none_was_the_cause_of)
{
    court rig;
    invite_comes(&rig, 70);
    court_sends(&rig, COURT_BOB, made(69, true));
    CHECK_EQ(court_broken(&rig, "BTB1"), 1);
    court_close(&rig);
}

TEST(btb1_is_no_law_for_a_user_agent)
{
    court rig;
    court_open(&rig);
    court_at(&rig, SS_MS(10));
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
    CHECK_EQ(court_broken(&rig, "BTB1"), 0);
    court_close(&rig);
}

/* A 200 comes for an INVITE with or without an offer, and its ACK leaves 20 ms later. */
static uint64_t tx12_by_late_ack(bool has_offer, bool is_b2bua)
{
    court rig;
    invite_comes(&rig, 70);
    rig.nodes[COURT_BOB].joins = is_b2bua;
    joins(&rig);
    court_sends(&rig, COURT_BOB, made(69, has_offer));
    court_at(&rig, SS_MS(30));
    ss_summary ok = court_response(200, SS_METHOD_INVITE, COURT_OURS);
    ok.call_id = MADE;
    ok.contact = 1;
    court_gets(&rig, COURT_BOB, ok);
    court_at(&rig, SS_MS(50));
    ss_summary ack = court_request(SS_METHOD_ACK, COURT_OURS + 1);
    ack.call_id = MADE;
    ack.to_tag = ok.to_tag;
    court_sends(&rig, COURT_BOB, ack);
    court_finish(&rig, SS_MS(60));
    const uint64_t broken = court_broken(&rig, "TX12");
    court_close(&rig);
    return broken;
}

/* RFC3261:13.2.2.4 */
TEST(tx12_lets_a_b2bua_wait_for_the_answer_that_its_ack_is_to_have)
{
    CHECK_EQ(tx12_by_late_ack(false, true), 0);
    CHECK_EQ(tx12_by_late_ack(true, true), 2);
    CHECK_EQ(tx12_by_late_ack(false, false), 2);
}
