/* REL1 to REL5: reliable provisional responses and PRACK. RFC3262:3, RFC3262:4. */
#include "check.h"
#include "court.h"
#include "simnet/judge/laws.h"

/* An INVITE whose sender takes reliable responses came to Bob. */
static void invite_comes(court *rig)
{
    ss_summary invite = court_request(SS_METHOD_INVITE, COURT_THEIRS);
    invite.says |= SS_SAYS_100REL;
    court_open(rig);
    court_at(rig, 0);
    court_gets(rig, COURT_BOB, invite);
    court_notes_txn(rig, COURT_BOB, SS_IST, SS_METHOD_INVITE, COURT_THEIRS, SS_TXN_PROCEEDING,
                    SS_TXN_PROCEEDING);
}

static ss_summary reliable(uint64_t branch, uint32_t rseq)
{
    ss_summary response = court_response(183, SS_METHOD_INVITE, branch);
    response.rseq = rseq;
    response.says = SS_SAYS_100REL;
    return response;
}

static void says(court *rig, ss_time at, ss_summary response)
{
    court_at(rig, at);
    court_sends(rig, COURT_BOB, response);
}

static ss_summary prack(uint64_t branch, uint32_t rseq)
{
    ss_summary request = court_request(SS_METHOD_PRACK, branch);
    request.to_tag = COURT_TO_TAG;
    request.cseq = 2;
    request.rseq = rseq;
    request.rack_cseq = 1;
    return request;
}

static void acknowledges(court *rig, ss_time at, uint64_t branch, uint32_t rseq)
{
    ss_summary ok = court_response(200, SS_METHOD_PRACK, branch);
    ok.cseq = 2;
    court_at(rig, at);
    court_gets(rig, COURT_BOB, prack(branch, rseq));
    court_sends(rig, COURT_BOB, ok);
}

TEST(rel1_sees_numbers_that_do_not_rise_by_one)
{
    static const uint32_t seconds[] = { 12, 9, 1 };
    for (size_t i = 0; i < SS_COUNT(seconds); i++) {
        court rig;
        invite_comes(&rig);
        says(&rig, 0, reliable(COURT_THEIRS, 10));
        acknowledges(&rig, SS_MS(10), 0x21, 10);
        CHECK_EQ(court_broken_any(&rig), 0);
        says(&rig, SS_MS(20), reliable(COURT_THEIRS, seconds[i]));
        CHECK_EQ(court_broken(&rig, "REL1"), 1);
        court_close(&rig);
    }
}

TEST(rel1_sees_a_first_number_that_is_too_high)
{
    court rig;
    invite_comes(&rig);
    says(&rig, 0, reliable(COURT_THEIRS, 0x80000000u));
    CHECK_EQ(court_broken(&rig, "REL1"), 1);
    court_close(&rig);
}

/* Only the first is told so: later ones are advised to wait. */
TEST(rel1_sees_a_second_one_before_the_prack_of_the_first)
{
    court rig;
    invite_comes(&rig);
    says(&rig, 0, reliable(COURT_THEIRS, 10));
    says(&rig, SS_MS(10), reliable(COURT_THEIRS, 11));
    CHECK_EQ(court_broken(&rig, "REL1"), 1);
    says(&rig, SS_MS(20), reliable(COURT_THEIRS, 12));
    CHECK_EQ(court_broken_any(&rig), 1);
    court_close(&rig);
}

TEST(rel1_sees_one_that_the_invite_did_not_ask_for)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    says(&rig, 0, reliable(COURT_THEIRS, 10));
    CHECK_EQ(court_broken(&rig, "REL1"), 1);
    court_close(&rig);
}

TEST(rel1_lets_numbers_begin_anywhere_for_each_invite)
{
    court rig;
    invite_comes(&rig);
    says(&rig, 0, reliable(COURT_THEIRS, 0x7fffffffu));
    acknowledges(&rig, SS_MS(10), 0x21, 0x7fffffffu);
    says(&rig, SS_MS(20), reliable(COURT_THEIRS, 0x80000000u));
    acknowledges(&rig, SS_MS(30), 0x22, 0x80000000u);
    says(&rig, SS_MS(40), court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
    ss_summary again = court_request(SS_METHOD_INVITE, COURT_THEIRS + 1);
    again.says |= SS_SAYS_100REL;
    again.to_tag = COURT_TO_TAG;
    again.cseq = 3;
    court_at(&rig, SS_MS(50));
    court_gets(&rig, COURT_BOB, again);
    ss_summary first = reliable(COURT_THEIRS + 1, 5);
    first.cseq = 3;
    says(&rig, SS_MS(60), first);
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(rel2_sees_copies_that_are_missing_early_or_different)
{
    static const uint64_t second_ms[] = { 1400, 1600, 0, 1500 };
    for (size_t i = 0; i < SS_COUNT(second_ms); i++) {
        court rig;
        ss_summary copy = reliable(COURT_THEIRS, 10);
        invite_comes(&rig);
        says(&rig, 0, copy);
        says(&rig, SS_MS(500), copy);
        CHECK_EQ(court_broken_any(&rig), 0);
        if (second_ms[i] != 0) {
            copy.body_bytes = i == 3;
            says(&rig, SS_MS(second_ms[i]), copy);
        }
        court_at(&rig, SS_MS(1700));
        court_gets(&rig, COURT_BOB, prack(0x21, 10));
        CHECK(court_broken(&rig, "REL2") > 0);
        court_close(&rig);
    }
}

/* 500 ms, then twice as long each time; at 64*T1 the INVITE is rejected, or it should have been. */
TEST(rel2_lets_copies_double_until_64_t1_and_wants_a_rejection_then)
{
    static const uint64_t sent_ms[] = { 0, 500, 1500, 3500, 7500, 15500, 31500 };
    for (int rejects = 0; rejects < 2; rejects++) {
        court rig;
        invite_comes(&rig);
        for (size_t i = 0; i < SS_COUNT(sent_ms); i++) {
            says(&rig, SS_MS(sent_ms[i]), reliable(COURT_THEIRS, 10));
        }
        if (rejects) {
            says(&rig, SS_S(32), court_response(504, SS_METHOD_INVITE, COURT_THEIRS));
        }
        CHECK_EQ(court_broken_any(&rig), 0);
        court_at(&rig, SS_S(32) + 1);
        court_gets(&rig, COURT_ALICE, court_request(SS_METHOD_OPTIONS, 0x99));
        CHECK_EQ(court_broken(&rig, "REL2"), rejects ? 0 : 1);
        court_close(&rig);
    }
}

TEST(rel2_sees_a_copy_behind_the_prack_but_not_one_that_a_copy_of_the_invite_asks_for)
{
    for (int asked = 0; asked < 2; asked++) {
        court rig;
        invite_comes(&rig);
        says(&rig, 0, reliable(COURT_THEIRS, 10));
        acknowledges(&rig, SS_MS(100), 0x21, 10);
        court_at(&rig, SS_MS(500));
        if (asked) {
            ss_summary invite = court_request(SS_METHOD_INVITE, COURT_THEIRS);
            invite.says |= SS_SAYS_100REL;
            court_gets(&rig, COURT_BOB, invite);
        }
        court_sends(&rig, COURT_BOB, reliable(COURT_THEIRS, 10));
        CHECK_EQ(court_broken(&rig, "REL2"), asked ? 0 : 1);
        court_close(&rig);
    }
}

TEST(rel2_leaves_open_whether_copies_go_on_while_a_prack_waits)
{
    court rig;
    invite_comes(&rig);
    says(&rig, 0, reliable(COURT_THEIRS, 10));
    court_at(&rig, SS_MS(100));
    court_gets(&rig, COURT_BOB, prack(0x21, 10));
    says(&rig, SS_MS(700), reliable(COURT_THEIRS, 10));
    court_at(&rig, SS_S(3));
    court_gets(&rig, COURT_BOB, prack(0x21, 10));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

/* Alice's INVITE is answered reliably, once or twice. */
static void responses_come(court *rig, uint32_t first, uint32_t last)
{
    court_open(rig);
    court_at(rig, 0);
    court_sends(rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
    court_at(rig, SS_MS(10));
    court_gets(rig, COURT_ALICE, reliable(COURT_OURS, first));
    court_gets(rig, COURT_ALICE, reliable(COURT_OURS, last));
}

TEST(rel3_sees_a_prack_of_what_did_not_come_in_order)
{
    static const uint32_t numbers[] = { 6, 8, 9, 0 };
    for (size_t i = 0; i < SS_COUNT(numbers); i++) {
        court rig;
        responses_come(&rig, 7, 9);
        court_sends(&rig, COURT_ALICE, prack(0x31, numbers[i]));
        CHECK_EQ(court_broken(&rig, "REL3"), 1);
        court_close(&rig);
    }
}

TEST(rel3_sees_a_second_prack_unless_the_first_was_refused)
{
    for (int refused = 0; refused < 2; refused++) {
        court rig;
        responses_come(&rig, 7, 7);
        court_sends(&rig, COURT_ALICE, prack(0x31, 7));
        court_at(&rig, SS_MS(30));
        if (refused) {
            court_gets(&rig, COURT_ALICE, court_response(407, SS_METHOD_PRACK, 0x31));
        }
        ss_summary second = prack(0x32, 7);
        second.cseq = 3;
        court_sends(&rig, COURT_ALICE, second);
        CHECK_EQ(court_broken(&rig, "REL3"), refused ? 0 : 1);
        court_close(&rig);
    }
}

TEST(rel3_lets_each_be_acknowledged_in_turn)
{
    court rig;
    responses_come(&rig, 7, 8);
    court_sends(&rig, COURT_ALICE, prack(0x31, 7));
    ss_summary second = prack(0x32, 8);
    second.cseq = 3;
    court_sends(&rig, COURT_ALICE, second);
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(rel4_sees_a_2xx_to_a_prack_of_nothing_and_to_a_second_one)
{
    court rig;
    invite_comes(&rig);
    says(&rig, 0, reliable(COURT_THEIRS, 10));
    acknowledges(&rig, SS_MS(100), 0x21, 11);
    CHECK_EQ(court_broken(&rig, "REL4"), 1);
    acknowledges(&rig, SS_MS(110), 0x22, 10);
    CHECK_EQ(court_broken(&rig, "REL4"), 1);
    acknowledges(&rig, SS_MS(120), 0x23, 10);
    CHECK_EQ(court_broken(&rig, "REL4"), 2);
    court_close(&rig);
}

/* RFC3262:3 it MUST be prepared to process PRACK requests behind the final response. */
TEST(rel4_lets_a_prack_come_after_the_final_response)
{
    court rig;
    invite_comes(&rig);
    says(&rig, 0, reliable(COURT_THEIRS, 10));
    says(&rig, SS_MS(50), court_response(487, SS_METHOD_INVITE, COURT_THEIRS));
    acknowledges(&rig, SS_MS(100), 0x21, 10);
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(rel5_sees_a_2xx_that_does_not_wait_for_the_prack_of_a_session_description)
{
    for (int session = 0; session < 2; session++) {
        for (int acknowledged = 0; acknowledged < 2; acknowledged++) {
            court rig;
            ss_summary first = reliable(COURT_THEIRS, 10);
            first.says |= session ? SS_SAYS_SESSION : 0;
            invite_comes(&rig);
            says(&rig, 0, first);
            if (acknowledged) {
                acknowledges(&rig, SS_MS(100), 0x21, 10);
            }
            says(&rig, SS_MS(200), court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
            CHECK_EQ(court_broken(&rig, "REL5"), session && !acknowledged ? 1 : 0);
            court_close(&rig);
        }
    }
}

TEST(what_is_known_of_a_dialog_ends_with_it)
{
    court rig;
    court_open(&rig);
    for (uint64_t i = 0; i < 3000; i++) {
        ss_summary invite = court_request(SS_METHOD_INVITE, 0x1000 + i);
        ss_summary ringing = court_response(180, SS_METHOD_INVITE, 0x1000 + i);
        invite.call_id = ringing.call_id = 0x9000 + i;
        court_at(&rig, SS_S(40 * i));
        court_gets(&rig, COURT_BOB, invite);
        court_sends(&rig, COURT_BOB, ringing);
        ringing.status = 486;
        court_sends(&rig, COURT_BOB, ringing);
    }
    CHECK_EQ(court_broken_any(&rig), 0);
    CHECK(rig.judge->dialogs.count < 10);
    court_close(&rig);
}
