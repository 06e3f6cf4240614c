/* PRX1 to PRX5, PRX7 to PRX9: what a proxy makes of what it got. RFC3261:16.6, 16.7. RFC5393:5.3.3 */
#include "check.h"
#include "court.h"

static ss_summary forwarded(ss_method method)
{
    ss_summary request = court_request(method, COURT_OURS);
    request.via_count = 2;
    request.second_branch = COURT_THEIRS;
    request.max_forwards = 69;
    return request;
}

static void request_comes(court *rig, ss_method method)
{
    court_open(rig);
    court_at(rig, 0);
    court_gets(rig, COURT_PROXY, court_request(method, COURT_THEIRS));
}

static ss_summary from_below(unsigned status)
{
    ss_summary response = court_response(status, SS_METHOD_INVITE, COURT_OURS);
    response.via_count = 2;
    response.second_branch = COURT_THEIRS;
    return response;
}

static void invite_passes(court *rig)
{
    request_comes(rig, SS_METHOD_INVITE);
    court_sends(rig, COURT_PROXY, court_response(100, SS_METHOD_INVITE, COURT_THEIRS));
    court_sends(rig, COURT_PROXY, forwarded(SS_METHOD_INVITE));
}

TEST(a_call_through_a_proxy_breaks_no_law)
{
    court rig;
    invite_passes(&rig);
    court_at(&rig, SS_MS(20));
    court_gets(&rig, COURT_PROXY, from_below(100));
    court_at(&rig, SS_MS(30));
    court_gets(&rig, COURT_PROXY, from_below(180));
    court_sends(&rig, COURT_PROXY, court_response(180, SS_METHOD_INVITE, COURT_THEIRS));
    for (unsigned ms = 40; ms < 2000; ms += 500) {
        court_at(&rig, SS_MS(ms));
        court_gets(&rig, COURT_PROXY, from_below(200));
        court_sends(&rig, COURT_PROXY, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
    }
    court_at(&rig, SS_S(3));
    court_gets(&rig, COURT_PROXY, court_request(SS_METHOD_ACK, COURT_THEIRS + 1));
    ss_summary ack = forwarded(SS_METHOD_ACK);
    ack.branch = COURT_OURS + 1;
    ack.second_branch = COURT_THEIRS + 1;
    court_sends(&rig, COURT_PROXY, ack);
    court_finish(&rig, SS_S(4));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(prx1_sees_a_request_without_the_received_via_or_with_two_more)
{
    for (unsigned case_of = 0; case_of < 3; case_of++) {
        court rig;
        request_comes(&rig, SS_METHOD_INVITE);
        ss_summary request = forwarded(SS_METHOD_INVITE);
        request.via_count = case_of == 0 ? 1 : case_of == 1 ? 3 : 2;
        request.second_branch = case_of == 2 ? COURT_THEIRS + 1 : COURT_THEIRS;
        court_sends(&rig, COURT_PROXY, request);
        CHECK_EQ(court_broken(&rig, "PRX1"), 1);
        CHECK_EQ(court_broken_any(&rig), 1);
        court_close(&rig);
    }
}

TEST(prx1_leaves_a_cancel_and_a_hop_ack_alone)
{
    court rig;
    invite_passes(&rig);
    court_at(&rig, SS_MS(20));
    court_gets(&rig, COURT_PROXY, from_below(180));
    court_sends(&rig, COURT_PROXY, court_response(180, SS_METHOD_INVITE, COURT_THEIRS));
    court_sends(&rig, COURT_PROXY, court_request(SS_METHOD_CANCEL, COURT_OURS));
    court_at(&rig, SS_MS(40));
    court_gets(&rig, COURT_PROXY, from_below(487));
    court_sends(&rig, COURT_PROXY, court_request(SS_METHOD_ACK, COURT_OURS));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(prx1_lets_a_cancel_for_nothing_be_passed_on_without_state)
{
    court rig;
    request_comes(&rig, SS_METHOD_CANCEL);
    court_sends(&rig, COURT_PROXY, forwarded(SS_METHOD_CANCEL));
    court_finish(&rig, SS_S(5));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(prx2_sees_max_forwards_that_is_not_one_less)
{
    static const uint16_t came[] = { 70, 70, 0xffff, 0xffff, 10 };
    static const uint16_t left[] = { 70, 68, 70, 69, 9 };
    static const uint64_t broken[] = { 1, 1, 0, 1, 0 };
    for (size_t i = 0; i < SS_COUNT(came); i++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        ss_summary request = court_request(SS_METHOD_INVITE, COURT_THEIRS);
        request.max_forwards = came[i];
        court_gets(&rig, COURT_PROXY, request);
        request = forwarded(SS_METHOD_INVITE);
        request.max_forwards = left[i];
        court_sends(&rig, COURT_PROXY, request);
        CHECK_EQ(court_broken(&rig, "PRX2"), broken[i]);
        court_close(&rig);
    }
}

TEST(prx3_sees_a_via_too_many_and_its_own_via)
{
    court rig;
    invite_passes(&rig);
    court_at(&rig, SS_MS(20));
    court_gets(&rig, COURT_PROXY, from_below(486));
    court_sends(&rig, COURT_PROXY, court_request(SS_METHOD_ACK, COURT_OURS));
    ss_summary response = court_response(486, SS_METHOD_INVITE, COURT_THEIRS);
    response.via_count = 2;
    court_sends(&rig, COURT_PROXY, response);
    CHECK_EQ(court_broken(&rig, "PRX3"), 1);
    court_sends(&rig, COURT_PROXY, from_below(486));
    CHECK_EQ(court_broken(&rig, "PRX3"), 2);
    CHECK_EQ(court_broken_any(&rig), 2);
    court_close(&rig);
}

TEST(prx4_sees_a_100_passed_on)
{
    court rig;
    invite_passes(&rig);
    court_at(&rig, SS_MS(20));
    court_gets(&rig, COURT_PROXY, from_below(100));
    court_sends(&rig, COURT_PROXY, court_response(100, SS_METHOD_INVITE, COURT_THEIRS));
    CHECK_EQ(court_broken(&rig, "PRX4"), 1);
    court_close(&rig);
}

/* RFC3261:17.2.3 Without the cookie two requests may look like one; with it the second is a copy. */
TEST(prx2_asks_nothing_when_two_transactions_look_like_one)
{
    for (unsigned has_cookie = 0; has_cookie < 2; has_cookie++) {
        court rig;
        court_open(&rig);
        ss_summary first = court_request(SS_METHOD_INVITE, COURT_THEIRS);
        first.says |= has_cookie != 0 ? 0 : SS_SAYS_NO_COOKIE;
        first.max_forwards = 7;
        ss_summary second = first;
        second.max_forwards = 0xffff;
        court_at(&rig, 0);
        court_give(&rig, (sn_fact){ .kind = SN_FACT_DATAGRAM_RECEIVED,
                                    .entity = COURT_PROXY,
                                    .peer = COURT_ALICE,
                                    .hash = 1,
                                    .sip = second });
        court_give(&rig, (sn_fact){ .kind = SN_FACT_DATAGRAM_RECEIVED,
                                    .entity = COURT_PROXY,
                                    .peer = COURT_ALICE,
                                    .hash = 2,
                                    .sip = first });
        ss_summary left = court_request(SS_METHOD_INVITE, COURT_OURS);
        left.via_count = 2;
        left.second_branch = COURT_THEIRS;
        left.max_forwards = 6;
        court_sends(&rig, COURT_PROXY, left);
        CHECK_EQ(court_broken(&rig, "PRX2"), has_cookie);
        court_close(&rig);
    }
}

TEST(prx5_sees_a_2xx_that_stays_and_one_that_nobody_sent)
{
    court rig;
    invite_passes(&rig);
    court_at(&rig, SS_MS(20));
    court_gets(&rig, COURT_PROXY, from_below(200));
    court_sends(&rig, COURT_PROXY, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
    court_at(&rig, SS_MS(520));
    court_gets(&rig, COURT_PROXY, from_below(200));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_at(&rig, SS_MS(521));
    court_sends(&rig, COURT_PROXY, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
    CHECK_EQ(court_broken(&rig, "PRX5"), 2);
    court_close(&rig);
}

TEST(prx5_asks_nothing_after_a_final_response_or_timer_m)
{
    court rig;
    invite_passes(&rig);
    court_at(&rig, SS_MS(20));
    court_gets(&rig, COURT_PROXY, from_below(200));
    court_sends(&rig, COURT_PROXY, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
    court_at(&rig, SS_MS(32020));
    court_gets(&rig, COURT_PROXY, from_below(200));
    court_finish(&rig, SS_S(60));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(prx7_sees_a_ringing_that_stays)
{
    court rig;
    invite_passes(&rig);
    court_at(&rig, SS_MS(20));
    court_gets(&rig, COURT_PROXY, from_below(180));
    court_finish(&rig, SS_MS(30));
    CHECK_EQ(court_broken(&rig, "PRX7"), 1);
    CHECK_EQ(court_broken_any(&rig), 1);
    court_close(&rig);
}

/* A second branch of the same INVITE, and what comes back by it. */
static ss_summary by_second(ss_summary message)
{
    message.branch = COURT_OURS + 7;
    return message;
}

static void forks_and_both_ring(court *rig)
{
    invite_passes(rig);
    court_sends(rig, COURT_PROXY, by_second(forwarded(SS_METHOD_INVITE)));
    court_at(rig, SS_MS(30));
    court_gets(rig, COURT_PROXY, from_below(180));
    court_sends(rig, COURT_PROXY, court_response(180, SS_METHOD_INVITE, COURT_THEIRS));
    court_at(rig, SS_MS(31));
    court_gets(rig, COURT_PROXY, by_second(from_below(180)));
    court_sends(rig, COURT_PROXY, court_response(180, SS_METHOD_INVITE, COURT_THEIRS));
    court_at(rig, SS_MS(60));
    court_gets(rig, COURT_PROXY, from_below(200));
    court_sends(rig, COURT_PROXY, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
}

TEST(prx8_sees_a_branch_that_rings_on_after_the_final_response)
{
    court rig;
    forks_and_both_ring(&rig);
    court_finish(&rig, SS_S(1));
    CHECK_EQ(court_broken(&rig, "PRX8"), 1);
    court_close(&rig);
}

TEST(prx8_asks_for_one_cancel_at_the_instant_and_for_none_where_nothing_rings)
{
    court rig;
    forks_and_both_ring(&rig);
    ss_summary cancel = court_request(SS_METHOD_CANCEL, COURT_OURS + 7);
    court_sends(&rig, COURT_PROXY, cancel);
    court_finish(&rig, SS_MS(400));
    CHECK_EQ(court_broken(&rig, "PRX8"), 0);
    court_close(&rig);

    invite_passes(&rig); /* a branch that has said nothing yet cannot be cancelled: RFC3261:9.1 */
    court_sends(&rig, COURT_PROXY, by_second(forwarded(SS_METHOD_INVITE)));
    court_at(&rig, SS_MS(60));
    court_gets(&rig, COURT_PROXY, from_below(200));
    court_sends(&rig, COURT_PROXY, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
    court_finish(&rig, SS_MS(400));
    CHECK_EQ(court_broken(&rig, "PRX8"), 0);
    court_close(&rig);
}

TEST(prx8_excuses_a_proxy_at_its_quota)
{
    court rig;
    forks_and_both_ring(&rig);
    court_call(&rig, COURT_PROXY, SN_CALL_OVERLOADED, 0, 0);
    court_finish(&rig, SS_S(1));
    CHECK_EQ(court_broken(&rig, "PRX8"), 0);
    court_close(&rig);
}

static void branch_leaves(court *rig, uint64_t branch, uint16_t breadth)
{
    ss_summary request = forwarded(SS_METHOD_MESSAGE);
    request.branch = branch;
    request.max_breadth = breadth;
    court_sends(rig, COURT_PROXY, request);
}

/* A request that came with Max-Breadth 3, or without one, leaves by two branches. */
static uint64_t broken_by(uint16_t came, uint16_t first, uint16_t second, bool has_ended)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    ss_summary request = court_request(SS_METHOD_MESSAGE, COURT_THEIRS);
    request.max_breadth = came;
    court_gets(&rig, COURT_PROXY, request);
    branch_leaves(&rig, COURT_OURS, first);
    court_at(&rig, SS_MS(20));
    if (has_ended) {
        ss_summary response = court_response(404, SS_METHOD_MESSAGE, COURT_OURS);
        response.via_count = 2;
        response.second_branch = COURT_THEIRS;
        court_gets(&rig, COURT_PROXY, response);
    }
    branch_leaves(&rig, COURT_OURS + 1, second);
    const uint64_t broken = court_broken(&rig, "PRX9");
    CHECK_EQ(court_broken_any(&rig), broken);
    court_close(&rig);
    return broken;
}

TEST(prx9_sees_branches_that_are_wider_together_than_their_request)
{
    CHECK_EQ(broken_by(3, 2, 2, false), 1);
    CHECK_EQ(broken_by(3, 2, 1, false), 0);
    CHECK_EQ(broken_by(3, 1, 3, false), 1);
}

TEST(prx9_lets_what_a_branch_had_be_used_again_when_it_ended)
{
    CHECK_EQ(broken_by(3, 3, 3, true), 0);
    CHECK_EQ(broken_by(3, 3, 3, false), 1);
}

TEST(prx9_says_nothing_of_a_request_without_max_breadth)
{
    CHECK_EQ(broken_by(0, 60, 60, false), 0);
}

/* A copy of the INVITE comes when Timer L has fired, and is another one to the proxy; the branches of the first are not its. */
TEST(prx5_does_not_want_a_2xx_passed_on_to_another_life_of_its_invite)
{
    court rig;
    invite_passes(&rig);
    court_at(&rig, SS_MS(20));
    court_gets(&rig, COURT_PROXY, from_below(200));
    court_sends(&rig, COURT_PROXY, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
    court_notes_txn(&rig, COURT_PROXY, SS_IST, SS_METHOD_INVITE, COURT_THEIRS, SS_TXN_ACCEPTED,
                    SS_TXN_ACCEPTED);
    court_at(&rig, SS_MS(32020));
    court_notes_txn(&rig, COURT_PROXY, SS_IST, SS_METHOD_INVITE, COURT_THEIRS, SS_TXN_ACCEPTED,
                    SS_TXN_TERMINATED);
    court_gets(&rig, COURT_PROXY, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    court_notes_txn(&rig, COURT_PROXY, SS_IST, SS_METHOD_INVITE, COURT_THEIRS, SS_TXN_PROCEEDING,
                    SS_TXN_PROCEEDING);
    court_gets(&rig, COURT_PROXY, from_below(200));
    court_at(&rig, SS_MS(32100));
    CHECK_EQ(court_broken(&rig, "PRX5"), 0);
    court_close(&rig);
}
