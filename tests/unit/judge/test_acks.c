/* TX11, TX12, DLG2: who acknowledges what, and when. RFC3261:17.1.1.3, 13.2.2.4, 15. */
#include "check.h"
#include "court.h"

/* A 2xx says where its ACK is to go: RFC3261:13.3.1.4 */
static ss_summary answer_to_invite(unsigned status)
{
    ss_summary answer = court_response(status, SS_METHOD_INVITE, COURT_OURS);
    answer.contact = status < 300;
    return answer;
}

static void invite_leaves(court *rig, unsigned status)
{
    court_open(rig);
    court_at(rig, 0);
    court_sends(rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
    court_at(rig, SS_MS(40));
    court_gets(rig, COURT_ALICE, answer_to_invite(status));
}

TEST(tx11_sees_a_rejection_that_is_not_acknowledged)
{
    for (int copy = 0; copy < 2; copy++) {
        court rig;
        invite_leaves(&rig, 486);
        if (copy) {
            court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS));
            court_at(&rig, SS_MS(540));
            court_gets(&rig, COURT_ALICE, court_response(486, SS_METHOD_INVITE, COURT_OURS));
        }
        court_finish(&rig, SS_S(1));
        CHECK_EQ(court_broken(&rig, "TX11"), 1);
        CHECK_EQ(court_broken_any(&rig), 1);
        court_close(&rig);
    }
}

TEST(tx11_wants_one_ack_for_each_copy_and_no_more)
{
    court rig;
    invite_leaves(&rig, 486);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS));
    court_at(&rig, SS_MS(540));
    court_gets(&rig, COURT_ALICE, court_response(486, SS_METHOD_INVITE, COURT_OURS));
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS));
    CHECK_EQ(court_broken(&rig, "TX11"), 1);
    court_close(&rig);
}

/* At that very instant the copy may be before it or behind it. */
TEST(tx11_asks_for_no_ack_once_timer_d_may_have_fired)
{
    for (int acks = 0; acks < 2; acks++) {
        court rig;
        invite_leaves(&rig, 486);
        court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS));
        court_at(&rig, SS_MS(32040));
        court_gets(&rig, COURT_ALICE, court_response(486, SS_METHOD_INVITE, COURT_OURS));
        if (acks) {
            court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS));
        }
        court_finish(&rig, SS_S(40));
        CHECK_EQ(court_broken_any(&rig), 0);
        court_close(&rig);
    }
}

TEST(tx12_sees_a_2xx_copy_that_is_not_acknowledged)
{
    court rig;
    invite_leaves(&rig, 200);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS + 1));
    court_at(&rig, SS_MS(540));
    court_gets(&rig, COURT_ALICE, answer_to_invite(200));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_finish(&rig, SS_S(1));
    CHECK_EQ(court_broken(&rig, "TX12"), 1);
    court_close(&rig);
}

TEST(tx12_asks_for_no_ack_of_a_2xx_that_says_no_place_for_it)
{
    court rig;
    invite_leaves(&rig, 200);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS + 1));
    court_at(&rig, SS_MS(540));
    court_gets(&rig, COURT_ALICE, court_response(200, SS_METHOD_INVITE, COURT_OURS));
    court_finish(&rig, SS_S(1));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

/* RFC3261:8.1.3.3 */
TEST(tx12_asks_for_no_ack_of_a_2xx_with_a_second_via)
{
    for (uint8_t vias = 1; vias <= 2; vias++) {
        court rig;
        ss_summary ok = answer_to_invite(200);
        ok.via_count = vias;
        invite_leaves(&rig, 200);
        court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS + 1));
        court_at(&rig, SS_MS(540));
        court_gets(&rig, COURT_ALICE, ok);
        court_finish(&rig, SS_S(1));
        CHECK_EQ(court_broken_any(&rig), vias == 1);
        court_close(&rig);
    }
}

TEST(tx12_wants_a_branch_of_its_own)
{
    court rig;
    invite_leaves(&rig, 200);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS));
    CHECK_EQ(court_broken(&rig, "TX12"), 1);
    court_close(&rig);
}

TEST(tx12_sees_an_ack_that_nothing_asked_for)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS));
    CHECK_EQ(court_broken(&rig, "TX12"), 1);
    court_close(&rig);
}

TEST(tx12_asks_for_no_ack_after_timer_m)
{
    court rig;
    invite_leaves(&rig, 200);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS + 1));
    court_at(&rig, SS_MS(32040));
    court_gets(&rig, COURT_ALICE, court_response(200, SS_METHOD_INVITE, COURT_OURS));
    court_at(&rig, SS_MS(33040));
    court_gets(&rig, COURT_ALICE, court_response(200, SS_METHOD_INVITE, COURT_OURS));
    court_finish(&rig, SS_S(40));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

static void callee_answers(court *rig)
{
    court_open(rig);
    court_at(rig, 0);
    court_gets(rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    court_sends(rig, COURT_BOB, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
}

static ss_summary callees_bye(void)
{
    ss_summary bye = court_request(SS_METHOD_BYE, COURT_OURS);
    bye.from_tag = COURT_TO_TAG;
    bye.to_tag = COURT_FROM_TAG;
    return bye;
}

TEST(dlg2_sees_the_callees_bye_before_the_ack)
{
    for (int acked = 0; acked < 2; acked++) {
        court rig;
        callee_answers(&rig);
        court_at(&rig, SS_MS(40));
        if (acked) {
            ss_summary ack = court_request(SS_METHOD_ACK, COURT_THEIRS + 1);
            ack.to_tag = COURT_TO_TAG;
            court_gets(&rig, COURT_BOB, ack);
        }
        court_sends(&rig, COURT_BOB, callees_bye());
        CHECK_EQ(court_broken(&rig, "DLG2"), acked ? 0 : 1);
        court_close(&rig);
    }
}

TEST(dlg2_allows_the_bye_when_no_ack_came_in_64_t1)
{
    court rig;
    callee_answers(&rig);
    court_at(&rig, SS_S(32));
    court_sends(&rig, COURT_BOB, callees_bye());
    CHECK_EQ(court_broken(&rig, "DLG2"), 0);
    court_close(&rig);
}

TEST(dlg2_is_not_about_the_bye_of_an_earlier_call)
{
    court rig;
    callee_answers(&rig);
    ss_summary bye = callees_bye();
    bye.from_tag++;
    court_at(&rig, SS_MS(40));
    court_sends(&rig, COURT_BOB, bye);
    CHECK_EQ(court_broken(&rig, "DLG2"), 0);
    court_close(&rig);
}

/* RFC3261:13.2.2.4 the number is the INVITE's, whatever the response says. */
TEST(tx12_wants_the_number_of_the_invite_in_the_ack)
{
    for (uint32_t more = 0; more < 2; more++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        const ss_summary invite = court_request(SS_METHOD_INVITE, COURT_OURS);
        court_sends(&rig, COURT_ALICE, invite);
        court_at(&rig, SS_MS(40));
        ss_summary answer = court_response(200, SS_METHOD_INVITE, COURT_OURS);
        answer.cseq = invite.cseq + 1;
        court_gets(&rig, COURT_ALICE, answer);
        ss_summary ack = court_request(SS_METHOD_ACK, COURT_OURS + 1);
        ack.cseq = invite.cseq + more;
        court_sends(&rig, COURT_ALICE, ack);
        CHECK_EQ(court_broken(&rig, "TX12"), more);
        court_close(&rig);
    }
}
