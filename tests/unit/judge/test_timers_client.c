/* TX1 to TX4, TX14, TX16: each fired once, and its legal neighbour let pass. RFC3261:17.1.1.2, 17.1.2.2, 9.1. */
#include "check.h"
#include "court.h"

static const uint64_t invite_ms[] = { 0, 500, 1500, 3500, 7500, 15500, 31500 };
static const uint64_t other_ms[] = { 0,     500,   1500,  3500,  7500, 11500,
                                     15500, 19500, 23500, 27500, 31500 };

/* Alice sends a request the first `count` times of a list. */
static void send_copies(court *rig, ss_method method, const uint64_t *ms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        court_at(rig, SS_MS(ms[i]));
        court_sends(rig, COURT_ALICE, court_request(method, COURT_OURS));
        if (i == 0) {
            const bool invite = method == SS_METHOD_INVITE;
            const ss_txn_state state = invite ? SS_TXN_CALLING : SS_TXN_TRYING;
            court_notes_txn(rig, COURT_ALICE, invite ? SS_ICT : SS_NICT, method, COURT_OURS, state,
                            state);
        }
    }
}

static void time_out(court *rig, ss_method method, ss_time at)
{
    const bool invite = method == SS_METHOD_INVITE;
    court_at(rig, at);
    court_notes_timer(rig, COURT_ALICE, invite ? SS_ICT : SS_NICT, method, COURT_OURS,
                      invite ? SS_TIMER_B : SS_TIMER_F);
    court_notes_txn(rig, COURT_ALICE, invite ? SS_ICT : SS_NICT, method, COURT_OURS,
                    invite ? SS_TXN_CALLING : SS_TXN_TRYING, SS_TXN_TERMINATED);
}

TEST(an_invite_that_nothing_answers_breaks_no_law)
{
    court rig;
    court_open(&rig);
    send_copies(&rig, SS_METHOD_INVITE, invite_ms, SS_COUNT(invite_ms));
    time_out(&rig, SS_METHOD_INVITE, SS_S(32));
    court_finish(&rig, SS_S(200));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(tx1_sees_a_copy_that_is_missing_when_time_passes_it)
{
    for (size_t count = 1; count < SS_COUNT(invite_ms); count++) {
        court rig;
        court_open(&rig);
        send_copies(&rig, SS_METHOD_INVITE, invite_ms, count);
        time_out(&rig, SS_METHOD_INVITE, SS_S(32));
        court_finish(&rig, SS_S(200));
        CHECK_EQ(court_broken(&rig, "TX1"), 1);
        CHECK_EQ(court_broken_any(&rig), 1);
        CHECK_EQ(sn_judge_violation(rig.judge, 0)->at, SS_MS(invite_ms[count]));
        court_close(&rig);
    }
}

TEST(tx1_sees_a_copy_that_is_early_late_or_capped_at_t2)
{
    static const uint64_t wrong_ms[][7] = {
        { 0, 499 }, { 0, 501 }, { 0, 500, 1000 }, { 0, 500, 1500, 3500, 7500, 11500 }
    };
    static const size_t counts[] = { 2, 2, 3, 6 };
    for (size_t i = 0; i < SS_COUNT(counts); i++) {
        court rig;
        court_open(&rig);
        send_copies(&rig, SS_METHOD_INVITE, wrong_ms[i], counts[i]);
        CHECK_EQ(court_broken(&rig, "TX1"), 1);
        court_close(&rig);
    }
}

TEST(tx1_sees_a_copy_after_a_response)
{
    static const unsigned statuses[] = { 100, 180 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        court rig;
        court_open(&rig);
        send_copies(&rig, SS_METHOD_INVITE, invite_ms, 1);
        court_at(&rig, SS_MS(40));
        court_gets(&rig, COURT_ALICE, court_response(statuses[i], SS_METHOD_INVITE, COURT_OURS));
        court_at(&rig, SS_MS(500));
        court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
        CHECK_EQ(court_broken(&rig, "TX1"), 1);
        court_close(&rig);
    }
}

TEST(tx1_lets_a_response_win_or_lose_against_the_copy_of_its_instant)
{
    for (int copy_first = 0; copy_first < 2; copy_first++) {
        court rig;
        court_open(&rig);
        send_copies(&rig, SS_METHOD_INVITE, invite_ms, copy_first ? 2 : 1);
        court_at(&rig, SS_MS(500));
        court_gets(&rig, COURT_ALICE, court_response(180, SS_METHOD_INVITE, COURT_OURS));
        court_finish(&rig, SS_S(100));
        CHECK_EQ(court_broken(&rig, "TX1"), 0);
        court_close(&rig);
    }
}

TEST(tx1_sees_a_copy_with_other_bytes)
{
    court rig;
    court_open(&rig);
    send_copies(&rig, SS_METHOD_INVITE, invite_ms, 1);
    ss_summary other = court_request(SS_METHOD_INVITE, COURT_OURS);
    other.body_bytes = 1;
    court_at(&rig, SS_MS(500));
    court_sends(&rig, COURT_ALICE, other);
    CHECK_EQ(court_broken(&rig, "TX1"), 1);
    court_close(&rig);
}

TEST(tx1_takes_a_new_branch_for_a_new_transaction)
{
    court rig;
    court_open(&rig);
    send_copies(&rig, SS_METHOD_INVITE, invite_ms, 1);
    court_at(&rig, SS_MS(100));
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS + 1));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(tx1_does_not_judge_after_the_stack_refused_the_response)
{
    court rig;
    court_open(&rig);
    send_copies(&rig, SS_METHOD_INVITE, invite_ms, 1);
    court_at(&rig, SS_MS(40));
    court_gets(&rig, COURT_ALICE, court_response(180, SS_METHOD_INVITE, COURT_OURS));
    court_notes(&rig, COURT_ALICE, (ss_note){ .kind = SS_NOTE_REFUSED });
    court_at(&rig, SS_MS(500));
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(tx2_sees_timer_b_early_late_and_never)
{
    static const ss_time at[] = { SS_S(31) + 1, SS_S(33), SS_TIME_NEVER };
    for (size_t i = 0; i < SS_COUNT(at); i++) {
        court rig;
        court_open(&rig);
        send_copies(&rig, SS_METHOD_INVITE, invite_ms, i == 0 ? 6 : 7);
        if (at[i] != SS_TIME_NEVER) {
            time_out(&rig, SS_METHOD_INVITE, at[i]);
        }
        court_finish(&rig, SS_S(64));
        CHECK(court_broken(&rig, "TX2") >= 1);
        CHECK_EQ(court_broken_any(&rig), court_broken(&rig, "TX2"));
        court_close(&rig);
    }
}

TEST(tx2_sees_timer_b_although_a_response_came)
{
    court rig;
    court_open(&rig);
    send_copies(&rig, SS_METHOD_INVITE, invite_ms, 1);
    court_at(&rig, SS_MS(1));
    court_gets(&rig, COURT_ALICE, court_response(180, SS_METHOD_INVITE, COURT_OURS));
    time_out(&rig, SS_METHOD_INVITE, SS_S(32));
    CHECK_EQ(court_broken(&rig, "TX2"), 1);
    court_close(&rig);
}

TEST(a_bye_that_nothing_answers_breaks_no_law)
{
    court rig;
    court_open(&rig);
    send_copies(&rig, SS_METHOD_BYE, other_ms, SS_COUNT(other_ms));
    time_out(&rig, SS_METHOD_BYE, SS_S(32));
    court_finish(&rig, SS_S(100));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(tx3_sees_a_missing_copy_and_one_that_is_not_capped_at_t2)
{
    static const uint64_t uncapped_ms[] = { 0, 500, 1500, 3500, 7500, 15500 };
    court rig;
    court_open(&rig);
    send_copies(&rig, SS_METHOD_BYE, uncapped_ms, SS_COUNT(uncapped_ms));
    CHECK_EQ(court_broken(&rig, "TX3"), 1);
    court_close(&rig);
    court_open(&rig);
    send_copies(&rig, SS_METHOD_BYE, other_ms, 3);
    court_finish(&rig, SS_S(10));
    CHECK_EQ(court_broken(&rig, "TX3"), 1);
    court_close(&rig);
}

TEST(tx3_wants_t2_once_a_provisional_response_came)
{
    static const uint64_t then_ms[] = { 500, 4500, 8500 };
    court rig;
    court_open(&rig);
    send_copies(&rig, SS_METHOD_BYE, other_ms, 1);
    court_at(&rig, SS_MS(40));
    court_gets(&rig, COURT_ALICE, court_response(100, SS_METHOD_BYE, COURT_OURS));
    for (size_t i = 0; i < SS_COUNT(then_ms); i++) {
        court_at(&rig, SS_MS(then_ms[i]));
        court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_BYE, COURT_OURS));
    }
    CHECK_EQ(court_broken_any(&rig), 0);
    court_at(&rig, SS_MS(12000));
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_BYE, COURT_OURS));
    CHECK_EQ(court_broken(&rig, "TX3"), 1);
    court_close(&rig);
}

TEST(tx3_sees_a_copy_after_the_final_response)
{
    court rig;
    court_open(&rig);
    send_copies(&rig, SS_METHOD_BYE, other_ms, 1);
    court_at(&rig, SS_MS(40));
    court_gets(&rig, COURT_ALICE, court_response(200, SS_METHOD_BYE, COURT_OURS));
    court_at(&rig, SS_MS(500));
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_BYE, COURT_OURS));
    CHECK_EQ(court_broken(&rig, "TX3"), 1);
    court_close(&rig);
}

TEST(tx4_sees_timer_f_early_and_never)
{
    court rig;
    court_open(&rig);
    send_copies(&rig, SS_METHOD_BYE, other_ms, 9);
    time_out(&rig, SS_METHOD_BYE, SS_S(24));
    CHECK(court_broken(&rig, "TX4") >= 1);
    CHECK_EQ(court_broken_any(&rig), court_broken(&rig, "TX4"));
    court_close(&rig);
    court_open(&rig);
    send_copies(&rig, SS_METHOD_BYE, other_ms, SS_COUNT(other_ms));
    court_finish(&rig, SS_S(64));
    CHECK_EQ(court_broken(&rig, "TX4"), 1);
    court_close(&rig);
}

TEST(tx14_sees_a_cancel_before_a_provisional_response_or_with_another_branch)
{
    for (int case_of = 0; case_of < 3; case_of++) {
        court rig;
        court_open(&rig);
        send_copies(&rig, SS_METHOD_INVITE, invite_ms, 1);
        court_at(&rig, SS_MS(40));
        if (case_of > 0) {
            court_gets(&rig, COURT_ALICE, court_response(180, SS_METHOD_INVITE, COURT_OURS));
        }
        court_sends(&rig, COURT_ALICE,
                    court_request(SS_METHOD_CANCEL, case_of == 1 ? COURT_OURS + 1 : COURT_OURS));
        CHECK_EQ(court_broken(&rig, "TX14"), case_of < 2 ? 1 : 0);
        court_close(&rig);
    }
}

static void cancel_at_40_ms(court *rig)
{
    court_open(rig);
    send_copies(rig, SS_METHOD_INVITE, invite_ms, 1);
    court_at(rig, SS_MS(40));
    court_gets(rig, COURT_ALICE, court_response(180, SS_METHOD_INVITE, COURT_OURS));
    court_notes_txn(rig, COURT_ALICE, SS_ICT, SS_METHOD_INVITE, COURT_OURS, SS_TXN_CALLING,
                    SS_TXN_PROCEEDING);
    court_sends(rig, COURT_ALICE, court_request(SS_METHOD_CANCEL, COURT_OURS));
    court_gets(rig, COURT_ALICE, court_response(200, SS_METHOD_CANCEL, COURT_OURS));
}

TEST(tx16_sees_an_invite_that_outlives_its_cancel)
{
    court rig;
    cancel_at_40_ms(&rig);
    court_finish(&rig, SS_S(40));
    CHECK_EQ(court_broken(&rig, "TX16"), 1);
    CHECK_EQ(court_broken_any(&rig), 1);
    court_close(&rig);
}

TEST(tx16_is_content_when_it_is_given_up_or_answered)
{
    for (int answered = 0; answered < 2; answered++) {
        court rig;
        cancel_at_40_ms(&rig);
        if (answered) {
            court_at(&rig, SS_S(1));
            court_gets(&rig, COURT_ALICE, court_response(487, SS_METHOD_INVITE, COURT_OURS));
            court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS));
        } else {
            court_at(&rig, SS_MS(32040));
            court_notes_txn(&rig, COURT_ALICE, SS_ICT, SS_METHOD_INVITE, COURT_OURS,
                            SS_TXN_PROCEEDING, SS_TXN_TERMINATED);
        }
        court_finish(&rig, SS_S(60));
        CHECK_EQ(court_broken_any(&rig), 0);
        court_close(&rig);
    }
}
