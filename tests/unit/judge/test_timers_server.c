/* TX5, TX6, TX9, TX19: copies of final responses and how they end. RFC3261:17.2.1, 13.3.1.4. */
#include "check.h"
#include "court.h"

static const uint64_t copies_ms[] = { 0,     500,   1500,  3500,  7500, 11500,
                                      15500, 19500, 23500, 27500, 31500 };

static void invite_comes(court *rig)
{
    court_open(rig);
    court_at(rig, 0);
    court_gets(rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    court_notes_txn(rig, COURT_BOB, SS_IST, SS_METHOD_INVITE, COURT_THEIRS, SS_TXN_PROCEEDING,
                    SS_TXN_PROCEEDING);
}

static void answer_with_copies(court *rig, unsigned status, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            court_at(rig, SS_MS(copies_ms[i]));
        }
        court_sends(rig, COURT_BOB, court_response(status, SS_METHOD_INVITE, COURT_THEIRS));
        if (i == 0) {
            court_notes_txn(rig, COURT_BOB, SS_IST, SS_METHOD_INVITE, COURT_THEIRS,
                            SS_TXN_PROCEEDING, status >= 300 ? SS_TXN_COMPLETED : SS_TXN_ACCEPTED);
        }
    }
}

static void ends(court *rig, ss_time at, ss_letter letter, ss_txn_state from)
{
    court_at(rig, at);
    court_notes_timer(rig, COURT_BOB, SS_IST, SS_METHOD_INVITE, COURT_THEIRS, letter);
    court_notes_txn(rig, COURT_BOB, SS_IST, SS_METHOD_INVITE, COURT_THEIRS, from,
                    SS_TXN_TERMINATED);
}

static ss_summary ack_to_2xx(void)
{
    ss_summary ack = court_request(SS_METHOD_ACK, COURT_THEIRS + 9);
    ack.to_tag = COURT_TO_TAG;
    return ack;
}

TEST(a_rejection_without_ack_breaks_no_law)
{
    court rig;
    invite_comes(&rig);
    answer_with_copies(&rig, 486, SS_COUNT(copies_ms));
    ends(&rig, SS_S(32), SS_TIMER_H, SS_TXN_COMPLETED);
    court_finish(&rig, SS_S(100));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(tx5_sees_a_missing_copy_of_a_rejection)
{
    court rig;
    invite_comes(&rig);
    answer_with_copies(&rig, 486, 2);
    court_finish(&rig, SS_S(2));
    CHECK_EQ(court_broken(&rig, "TX5"), 1);
    court_close(&rig);
}

TEST(tx5_sees_a_copy_after_the_ack)
{
    court rig;
    invite_comes(&rig);
    answer_with_copies(&rig, 486, 1);
    court_at(&rig, SS_MS(100));
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_ACK, COURT_THEIRS));
    court_notes_txn(&rig, COURT_BOB, SS_IST, SS_METHOD_INVITE, COURT_THEIRS, SS_TXN_COMPLETED,
                    SS_TXN_CONFIRMED);
    CHECK_EQ(court_broken_any(&rig), 0);
    court_at(&rig, SS_MS(500));
    court_sends(&rig, COURT_BOB, court_response(486, SS_METHOD_INVITE, COURT_THEIRS));
    CHECK_EQ(court_broken(&rig, "TX5"), 1);
    court_close(&rig);
}

/* RFC5057:5.1 The peer has no such dialog; what only one request is told leaves it be. */
TEST(tx9_asks_for_no_copy_once_the_dialog_is_known_to_be_lost)
{
    static const struct {
        unsigned status, broken;
    } rows[] = { { 481, 0 }, { 404, 0 }, { 486, 1 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        invite_comes(&rig);
        answer_with_copies(&rig, 200, 1);
        court_at(&rig, SS_MS(10));
        ss_summary info = court_request(SS_METHOD_INFO, COURT_OURS);
        info.from_tag = COURT_TO_TAG;
        info.to_tag = COURT_FROM_TAG;
        court_sends(&rig, COURT_BOB, info);
        ss_summary answer = court_response(rows[i].status, SS_METHOD_INFO, COURT_OURS);
        answer.from_tag = COURT_TO_TAG;
        answer.to_tag = COURT_FROM_TAG;
        court_gets(&rig, COURT_BOB, answer);
        court_finish(&rig, SS_S(2));
        CHECK_EQ(court_broken(&rig, "TX9"), rows[i].broken);
        court_close(&rig);
    }
}

/* RFC3261:13.3.1.4 An ACK is for every 2xx of its dialog and number; one that the stack refused is for none. */
TEST(tx9_takes_an_ack_for_that_of_each_invite_with_its_number)
{
    static const struct {
        uint32_t number;
        bool is_refused;
        unsigned broken;
    } rows[] = { { 1, false, 0 }, { 1, true, 2 }, { 2, false, 1 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        invite_comes(&rig);
        answer_with_copies(&rig, 200, 1);
        court_at(&rig, SS_MS(100));
        ss_summary again = court_request(SS_METHOD_INVITE, COURT_THEIRS + 1);
        again.to_tag = COURT_TO_TAG;
        again.cseq = rows[i].number;
        court_gets(&rig, COURT_BOB, again);
        court_notes_txn(&rig, COURT_BOB, SS_IST, SS_METHOD_INVITE, COURT_THEIRS + 1,
                        SS_TXN_PROCEEDING, SS_TXN_PROCEEDING);
        ss_summary answer = court_response(200, SS_METHOD_INVITE, COURT_THEIRS + 1);
        answer.cseq = rows[i].number;
        court_sends(&rig, COURT_BOB, answer);
        court_notes_txn(&rig, COURT_BOB, SS_IST, SS_METHOD_INVITE, COURT_THEIRS + 1,
                        SS_TXN_PROCEEDING, SS_TXN_ACCEPTED);
        court_at(&rig, SS_MS(200));
        court_gets(&rig, COURT_BOB, ack_to_2xx());
        if (rows[i].is_refused) {
            court_notes(&rig, COURT_BOB, (ss_note){ .kind = SS_NOTE_REFUSED });
        }
        court_finish(&rig, SS_S(2));
        CHECK_EQ(court_broken(&rig, "TX9"), rows[i].broken);
        court_close(&rig);
    }
}

/* RFC3261:17.2.3 */
TEST(tx5_takes_an_ack_without_a_cookie_for_that_of_its_own_call_and_number)
{
    for (unsigned which = 0; which < 3; which++) {
        court rig;
        invite_comes(&rig);
        answer_with_copies(&rig, 486, 1);
        court_at(&rig, SS_MS(100));
        ss_summary ack = court_request(SS_METHOD_ACK, COURT_THEIRS);
        ack.says |= SS_SAYS_NO_COOKIE;
        ack.call_id += which == 1;
        ack.cseq += which == 2;
        court_gets(&rig, COURT_BOB, ack);
        court_at(&rig, SS_MS(500));
        court_sends(&rig, COURT_BOB, court_response(486, SS_METHOD_INVITE, COURT_THEIRS));
        CHECK_EQ(court_broken(&rig, "TX5"), which == 0 ? 1 : 0);
        court_close(&rig);
    }
}

TEST(tx5_allows_one_answer_for_each_copy_of_the_invite)
{
    court rig;
    invite_comes(&rig);
    answer_with_copies(&rig, 486, 1);
    court_at(&rig, SS_MS(200));
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    court_sends(&rig, COURT_BOB, court_response(486, SS_METHOD_INVITE, COURT_THEIRS));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_sends(&rig, COURT_BOB, court_response(486, SS_METHOD_INVITE, COURT_THEIRS));
    CHECK_EQ(court_broken(&rig, "TX5"), 1);
    court_close(&rig);
}

TEST(tx5_asks_no_copies_of_a_stateless_answer)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    court_sends(&rig, COURT_BOB, court_response(503, SS_METHOD_INVITE, COURT_THEIRS));
    court_finish(&rig, SS_S(100));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

/* RFC3261:8.2.7 The ACK overtook a copy of the INVITE, whose answer knows of no ACK; without such a copy nothing leaves. */
TEST(tx5_lets_a_stateless_answer_follow_its_ack)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    court_sends(&rig, COURT_BOB, court_response(503, SS_METHOD_INVITE, COURT_THEIRS));
    court_at(&rig, SS_MS(100));
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_ACK, COURT_THEIRS));
    court_at(&rig, SS_MS(200));
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    court_sends(&rig, COURT_BOB, court_response(503, SS_METHOD_INVITE, COURT_THEIRS));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_sends(&rig, COURT_BOB, court_response(503, SS_METHOD_INVITE, COURT_THEIRS));
    CHECK_EQ(court_broken(&rig, "TX5"), 1);
    court_close(&rig);
}

TEST(tx6_sees_timer_h_early_and_never)
{
    court rig;
    invite_comes(&rig);
    answer_with_copies(&rig, 486, 6);
    ends(&rig, SS_S(15), SS_TIMER_H, SS_TXN_COMPLETED);
    CHECK(court_broken(&rig, "TX6") >= 1);
    CHECK_EQ(court_broken_any(&rig), court_broken(&rig, "TX6"));
    court_close(&rig);
    invite_comes(&rig);
    answer_with_copies(&rig, 486, SS_COUNT(copies_ms));
    court_finish(&rig, SS_S(40));
    CHECK_EQ(court_broken(&rig, "TX6"), 1);
    court_close(&rig);
}

TEST(an_answer_without_ack_breaks_no_law)
{
    court rig;
    invite_comes(&rig);
    answer_with_copies(&rig, 200, SS_COUNT(copies_ms));
    ends(&rig, SS_S(32), SS_TIMER_L, SS_TXN_ACCEPTED);
    court_finish(&rig, SS_S(100));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(tx9_sees_a_missing_copy_of_a_2xx_and_one_after_the_ack)
{
    court rig;
    invite_comes(&rig);
    answer_with_copies(&rig, 200, 1);
    court_finish(&rig, SS_S(1));
    CHECK_EQ(court_broken(&rig, "TX9"), 1);
    court_close(&rig);
    invite_comes(&rig);
    answer_with_copies(&rig, 200, 2);
    court_at(&rig, SS_MS(600));
    court_gets(&rig, COURT_BOB, ack_to_2xx());
    court_at(&rig, SS_MS(1400));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_at(&rig, SS_MS(1500));
    court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
    CHECK_EQ(court_broken(&rig, "TX9"), 1);
    court_close(&rig);
}

TEST(tx9_is_not_stopped_by_the_ack_of_another_request)
{
    court rig;
    invite_comes(&rig);
    answer_with_copies(&rig, 200, 1);
    ss_summary other = ack_to_2xx();
    other.cseq = 2;
    court_at(&rig, SS_MS(100));
    court_gets(&rig, COURT_BOB, other);
    court_finish(&rig, SS_S(1));
    CHECK_EQ(court_broken(&rig, "TX9"), 1);
    court_close(&rig);
}

TEST(tx9_asks_nothing_after_a_bye)
{
    court rig;
    invite_comes(&rig);
    answer_with_copies(&rig, 200, 1);
    court_at(&rig, SS_MS(100));
    ss_summary bye = court_request(SS_METHOD_BYE, COURT_THEIRS + 1);
    bye.to_tag = COURT_TO_TAG;
    court_gets(&rig, COURT_BOB, bye);
    court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_BYE, COURT_THEIRS + 1));
    court_finish(&rig, SS_S(10));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(tx19_sees_an_invite_without_any_response_for_200_ms)
{
    for (int at_200 = 0; at_200 < 2; at_200++) {
        court rig;
        invite_comes(&rig);
        if (at_200) {
            court_at(&rig, SS_MS(200));
            court_sends(&rig, COURT_BOB, court_response(100, SS_METHOD_INVITE, COURT_THEIRS));
        }
        court_finish(&rig, SS_S(1));
        CHECK_EQ(court_broken(&rig, "TX19"), at_200 ? 0 : 1);
        court_close(&rig);
    }
}

/* RFC3263:5 the connection is gone: a copy goes to where the Via says, at its instant all the same. */
TEST(tx9_takes_a_copy_that_goes_elsewhere_for_one)
{
    for (unsigned copy = 0; copy < 2; copy++) {
        court rig;
        invite_comes(&rig);
        court_at(&rig, 0);
        rig.peer = COURT_ALICE;
        rig.peer_port = 40001;
        court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
        court_at(&rig, SS_MS(500));
        rig.peer_port = 5060;
        if (copy) {
            court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
        }
        court_at(&rig, SS_MS(1400));
        court_finish(&rig, SS_MS(1400));
        CHECK_EQ(court_broken(&rig, "TX9"), copy ? 0 : 1);
        court_close(&rig);
    }
}
