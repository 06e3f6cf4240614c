/* TX10, TX13, TX15, TX17, TX18, PRX6: which responses may leave. RFC3261:17.2.1, 17.2.2, RFC4320:4.1, RFC4320:4.2. */
#include "check.h"
#include "court.h"

static void request_comes(court *rig, uint32_t node, ss_method method)
{
    const bool invite = method == SS_METHOD_INVITE;
    const ss_txn_state state = invite ? SS_TXN_PROCEEDING : SS_TXN_TRYING;
    court_open(rig);
    court_at(rig, 0);
    court_gets(rig, node, court_request(method, COURT_THEIRS));
    court_notes_txn(rig, node, invite ? SS_IST : SS_NIST, method, COURT_THEIRS, state, state);
}

static void answer(court *rig, uint32_t node, ss_time at, unsigned status, ss_method method)
{
    court_at(rig, at);
    court_sends(rig, node, court_response(status, method, COURT_THEIRS));
}

TEST(tx10_sees_a_second_final_response)
{
    static const unsigned firsts[] = { 486, 486, 200, 200 };
    static const unsigned seconds[] = { 603, 200, 486, 180 };
    for (size_t i = 0; i < SS_COUNT(firsts); i++) {
        court rig;
        request_comes(&rig, COURT_BOB, SS_METHOD_INVITE);
        answer(&rig, COURT_BOB, SS_MS(10), firsts[i], SS_METHOD_INVITE);
        CHECK_EQ(court_broken_any(&rig), 0);
        answer(&rig, COURT_BOB, SS_MS(20), seconds[i], SS_METHOD_INVITE);
        CHECK_EQ(court_broken(&rig, "TX10"), 1);
        court_close(&rig);
    }
}

TEST(tx10_sees_a_2xx_copy_with_another_tag_or_other_bytes)
{
    for (int tag = 0; tag < 2; tag++) {
        court rig;
        request_comes(&rig, COURT_BOB, SS_METHOD_INVITE);
        answer(&rig, COURT_BOB, SS_MS(10), 200, SS_METHOD_INVITE);
        ss_summary copy = court_response(200, SS_METHOD_INVITE, COURT_THEIRS);
        copy.to_tag += tag ? 1 : 0;
        copy.body_bytes = tag ? 0 : 1;
        court_at(&rig, SS_MS(510));
        court_sends(&rig, COURT_BOB, copy);
        CHECK_EQ(court_broken(&rig, "TX10"), 1);
        court_close(&rig);
    }
}

/* 503 without a transaction, at a quota; a copy comes when there is room again, and is served, or is refused likewise. RFC3261:8.2.7 */
static uint64_t broken_after_refusal(ss_method method, bool has_room, unsigned status)
{
    const bool invite = method == SS_METHOD_INVITE;
    const ss_txn_state state = invite ? SS_TXN_PROCEEDING : SS_TXN_TRYING;
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_OPTIONS, COURT_THEIRS + 7));
    court_notes_txn(&rig, COURT_BOB, SS_NIST, SS_METHOD_OPTIONS, COURT_THEIRS + 7, SS_TXN_TRYING,
                    SS_TXN_TRYING);
    court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_OPTIONS, COURT_THEIRS + 7));
    court_gets(&rig, COURT_BOB, court_request(method, COURT_THEIRS));
    court_sends(&rig, COURT_BOB, court_response(503, method, COURT_THEIRS));
    court_at(&rig, SS_MS(500));
    court_gets(&rig, COURT_BOB, court_request(method, COURT_THEIRS));
    if (has_room) {
        court_notes_txn(&rig, COURT_BOB, invite ? SS_IST : SS_NIST, method, COURT_THEIRS, state,
                        state);
    }
    court_sends(&rig, COURT_BOB, court_response(status, method, COURT_THEIRS));
    const uint64_t broken = court_broken(&rig, "TX10");
    CHECK_EQ(court_broken_any(&rig), broken);
    court_close(&rig);
    return broken;
}

/* The ACK of the refusal overtook the copy of the INVITE. */
TEST(tx10_lets_who_kept_nothing_of_a_refusal_serve_a_copy_behind_the_ack)
{
    for (int is_served = 0; is_served < 2; is_served++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_gets(&rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
        court_sends(&rig, COURT_BOB, court_response(503, SS_METHOD_INVITE, COURT_THEIRS));
        court_at(&rig, SS_MS(400));
        court_gets(&rig, COURT_BOB, court_request(SS_METHOD_ACK, COURT_THEIRS));
        court_at(&rig, SS_MS(500));
        court_gets(&rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
        if (is_served) {
            court_notes_txn(&rig, COURT_BOB, SS_IST, SS_METHOD_INVITE, COURT_THEIRS,
                            SS_TXN_PROCEEDING, SS_TXN_PROCEEDING);
        }
        court_sends(&rig, COURT_BOB, court_response(180, SS_METHOD_INVITE, COURT_THEIRS));
        CHECK_EQ(court_broken(&rig, "TX10"), is_served ? 0 : 1);
        court_close(&rig);
    }
}

TEST(tx10_lets_who_kept_nothing_of_a_refusal_serve_a_copy)
{
    CHECK_EQ(broken_after_refusal(SS_METHOD_INVITE, true, 486), 0);
    CHECK_EQ(broken_after_refusal(SS_METHOD_INVITE, true, 200), 0);
    CHECK_EQ(broken_after_refusal(SS_METHOD_INVITE, false, 503), 0);
    CHECK_EQ(broken_after_refusal(SS_METHOD_INVITE, false, 486), 1);
    CHECK_EQ(broken_after_refusal(SS_METHOD_MESSAGE, true, 200), 0);
    CHECK_EQ(broken_after_refusal(SS_METHOD_MESSAGE, false, 200), 1);
}

/* A request that cannot be read carries the branch of one that was answered: its refusal is none of that one's, a second one is. */
TEST(tx10_tag1_and_trn3_are_not_about_a_refusal_under_a_branch_that_lives)
{
    for (unsigned refusals = 1; refusals <= 2; refusals++) {
        court rig;
        request_comes(&rig, COURT_BOB, SS_METHOD_SUBSCRIBE);
        answer(&rig, COURT_BOB, 0, 489, SS_METHOD_SUBSCRIBE);
        court_at(&rig, SS_MS(10));
        court_gets(&rig, COURT_BOB, court_request(SS_METHOD_SUBSCRIBE, COURT_THEIRS));
        court_notes(&rig, COURT_BOB, (ss_note){ .kind = SS_NOTE_REFUSED, .status = 400 });
        for (unsigned i = 0; i < refusals; i++) {
            ss_summary refusal = court_response(400, SS_METHOD_SUBSCRIBE, COURT_THEIRS);
            refusal.to_tag = COURT_TO_TAG + 1;
            court_sends(&rig, COURT_BOB, refusal);
        }
        CHECK_EQ(court_broken(&rig, "TX10"), refusals - 1);
        CHECK_EQ(court_broken(&rig, "TAG1"), refusals - 1);
        court_close(&rig);
    }
}

/* RFC3261:8.2.7 the BYE was taken in when there was no room for its transaction; its copy finds no dialog. */
TEST(tx10_lets_a_node_at_its_quota_refuse_a_copy_of_what_it_took_in)
{
    for (unsigned is_full = 0; is_full < 2; is_full++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_gets(&rig, COURT_BOB, court_request(SS_METHOD_BYE, COURT_THEIRS));
        if (is_full) {
            court_call(&rig, COURT_BOB, SN_CALL_OVERLOADED, 0, 200);
        }
        court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_BYE, COURT_THEIRS));
        court_at(&rig, SS_MS(500));
        court_gets(&rig, COURT_BOB, court_request(SS_METHOD_BYE, COURT_THEIRS));
        court_sends(&rig, COURT_BOB, court_response(503, SS_METHOD_BYE, COURT_THEIRS));
        CHECK_EQ(court_broken(&rig, "TX10"), is_full ? 0 : 1);
        court_sends(&rig, COURT_BOB, court_response(503, SS_METHOD_BYE, COURT_THEIRS));
        CHECK_EQ(court_broken(&rig, "TX10"), is_full ? 1 : 2); /* no other copy came */
        court_close(&rig);
    }
}

/* RFC3261:8.2.7 It was challenged without a transaction; when its copy comes, the proxy is full. */
TEST(prx6_lets_a_full_proxy_refuse_a_copy_of_what_it_challenged)
{
    for (unsigned is_full = 0; is_full < 2; is_full++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_gets(&rig, COURT_PROXY, court_request(SS_METHOD_INVITE, COURT_THEIRS));
        court_sends(&rig, COURT_PROXY, court_response(407, SS_METHOD_INVITE, COURT_THEIRS));
        court_at(&rig, SS_MS(500));
        court_gets(&rig, COURT_PROXY, court_request(SS_METHOD_INVITE, COURT_THEIRS));
        if (is_full) {
            court_call(&rig, COURT_PROXY, SN_CALL_OVERLOADED, 0, 503);
        }
        court_sends(&rig, COURT_PROXY, court_response(503, SS_METHOD_INVITE, COURT_THEIRS));
        CHECK_EQ(court_broken(&rig, "PRX6"), is_full ? 0 : 1);
        court_sends(&rig, COURT_PROXY, court_response(487, SS_METHOD_INVITE, COURT_THEIRS));
        CHECK_EQ(court_broken(&rig, "PRX6"), is_full ? 1 : 2); /* no other copy came */
        court_close(&rig);
    }
}

TEST(tx10_sees_a_copy_that_nobody_asked_for)
{
    court rig;
    request_comes(&rig, COURT_BOB, SS_METHOD_BYE);
    answer(&rig, COURT_BOB, 0, 200, SS_METHOD_BYE);
    court_at(&rig, SS_MS(500));
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_BYE, COURT_THEIRS));
    court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_BYE, COURT_THEIRS));
    CHECK_EQ(court_broken_any(&rig), 0);
    answer(&rig, COURT_BOB, SS_MS(600), 200, SS_METHOD_BYE);
    CHECK_EQ(court_broken(&rig, "TX10"), 1);
    court_close(&rig);
}

TEST(prx6_sees_a_proxys_second_final_response)
{
    court rig;
    request_comes(&rig, COURT_PROXY, SS_METHOD_INVITE);
    answer(&rig, COURT_PROXY, SS_MS(10), 486, SS_METHOD_INVITE);
    CHECK_EQ(court_broken_any(&rig), 0);
    answer(&rig, COURT_PROXY, SS_MS(20), 408, SS_METHOD_INVITE);
    CHECK_EQ(court_broken(&rig, "PRX6"), 1);
    court_close(&rig);
}

TEST(tx13_sees_an_answer_to_an_ack)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_ACK, COURT_THEIRS));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_sends(&rig, COURT_BOB, court_response(481, SS_METHOD_ACK, COURT_THEIRS));
    CHECK_EQ(court_broken(&rig, "TX13"), 1);
    court_close(&rig);
}

TEST(tx15_sees_408_and_101_to_199_and_an_early_100)
{
    static const unsigned statuses[] = { 408, 183, 100 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        court rig;
        request_comes(&rig, COURT_BOB, SS_METHOD_BYE);
        answer(&rig, COURT_BOB, SS_MS(3499), statuses[i], SS_METHOD_BYE);
        CHECK_EQ(court_broken(&rig, "TX15"), 1);
        CHECK_EQ(court_broken_any(&rig), 1);
        court_close(&rig);
    }
}

TEST(tx15_wants_a_100_when_timer_e_reaches_t2_and_no_later)
{
    for (int sent = 0; sent < 2; sent++) {
        court rig;
        request_comes(&rig, COURT_BOB, SS_METHOD_BYE);
        if (sent) {
            answer(&rig, COURT_BOB, SS_MS(3500), 100, SS_METHOD_BYE);
        }
        court_finish(&rig, SS_S(4));
        CHECK_EQ(court_broken(&rig, "TX15"), sent ? 0 : 1);
        court_close(&rig);
    }
}

/* Three copies were not heard; the fourth has a transaction, and the time that the RFC gives it. */
TEST(tx15_counts_from_the_copy_that_was_heard)
{
    for (int sent = 0; sent < 2; sent++) {
        court rig;
        court_open(&rig);
        static const ss_time copies[] = { 0, SS_MS(500), SS_MS(1500), SS_MS(3499) };
        for (size_t i = 0; i < SS_COUNT(copies); i++) {
            court_at(&rig, copies[i]);
            court_gets(&rig, COURT_BOB, court_request(SS_METHOD_BYE, COURT_THEIRS));
        }
        court_notes_txn(&rig, COURT_BOB, SS_NIST, SS_METHOD_BYE, COURT_THEIRS, SS_TXN_TRYING,
                        SS_TXN_TRYING);
        if (sent) {
            answer(&rig, COURT_BOB, SS_MS(3499) + SS_MS(3500), 100, SS_METHOD_BYE);
        }
        court_finish(&rig, SS_S(8));
        CHECK_EQ(court_broken(&rig, "TX15"), sent ? 0 : 1);
        CHECK_EQ(court_broken_any(&rig), sent ? 0 : 1);
        court_close(&rig);
    }
}

TEST(tx17_sees_a_copy_that_is_not_answered)
{
    static const ss_method methods[] = { SS_METHOD_INVITE, SS_METHOD_BYE };
    for (size_t i = 0; i < SS_COUNT(methods); i++) {
        court rig;
        request_comes(&rig, COURT_BOB, methods[i]);
        answer(&rig, COURT_BOB, 0, methods[i] == SS_METHOD_INVITE ? 180 : 200, methods[i]);
        court_at(&rig, SS_MS(500));
        court_gets(&rig, COURT_BOB, court_request(methods[i], COURT_THEIRS));
        court_at(&rig, SS_MS(501));
        court_gets(&rig, COURT_BOB, court_request(SS_METHOD_OPTIONS, COURT_THEIRS + 1));
        CHECK_EQ(court_broken(&rig, "TX17"), 1);
        court_close(&rig);
    }
}

TEST(tx17_asks_for_no_answer_before_there_is_one_nor_after_a_2xx)
{
    court rig;
    request_comes(&rig, COURT_BOB, SS_METHOD_INVITE);
    court_at(&rig, SS_MS(10));
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    answer(&rig, COURT_BOB, SS_MS(20), 200, SS_METHOD_INVITE);
    court_at(&rig, SS_MS(30));
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    court_finish(&rig, SS_MS(40));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(tx18_sees_a_response_to_nothing_and_one_after_the_end)
{
    court rig;
    court_open(&rig);
    answer(&rig, COURT_BOB, 0, 200, SS_METHOD_BYE);
    CHECK_EQ(court_broken(&rig, "TX18"), 1);
    court_close(&rig);
    request_comes(&rig, COURT_PROXY, SS_METHOD_BYE);
    court_at(&rig, SS_S(32));
    court_notes_txn(&rig, COURT_PROXY, SS_NIST, SS_METHOD_BYE, COURT_THEIRS, SS_TXN_TRYING,
                    SS_TXN_TERMINATED);
    answer(&rig, COURT_PROXY, SS_S(33), 200, SS_METHOD_BYE);
    CHECK_EQ(court_broken(&rig, "TX18"), 1);
    court_close(&rig);
}

TEST(tx18_takes_the_answer_to_bytes_that_only_the_stack_could_read)
{
    court rig;
    court_open(&rig);
    court_at(&rig, SS_MS(10));
    court_notes(&rig, COURT_PROXY, (ss_note){ .kind = SS_NOTE_REFUSED, .status = 400 });
    court_sends(&rig, COURT_PROXY, court_response(400, SS_METHOD_BYE, COURT_THEIRS));
    CHECK_EQ(court_broken(&rig, "TX18"), 0);
    court_sends(&rig, COURT_PROXY, court_response(481, SS_METHOD_BYE, COURT_THEIRS));
    CHECK_EQ(court_broken(&rig, "TX18"), 1);
    court_sends(&rig, COURT_BOB, court_response(400, SS_METHOD_BYE, COURT_THEIRS));
    CHECK_EQ(court_broken(&rig, "TX18"), 2);
    court_at(&rig, SS_MS(20));
    court_sends(&rig, COURT_PROXY, court_response(400, SS_METHOD_BYE, COURT_THEIRS));
    CHECK_EQ(court_broken(&rig, "TX18"), 3);
    court_close(&rig);
}

TEST(tx18_takes_a_request_after_the_end_for_a_new_one)
{
    court rig;
    request_comes(&rig, COURT_BOB, SS_METHOD_BYE);
    answer(&rig, COURT_BOB, 0, 200, SS_METHOD_BYE);
    court_notes_txn(&rig, COURT_BOB, SS_NIST, SS_METHOD_BYE, COURT_THEIRS, SS_TXN_TRYING,
                    SS_TXN_COMPLETED);
    court_at(&rig, SS_S(32));
    court_notes_txn(&rig, COURT_BOB, SS_NIST, SS_METHOD_BYE, COURT_THEIRS, SS_TXN_COMPLETED,
                    SS_TXN_TERMINATED);
    court_at(&rig, SS_S(33));
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_BYE, COURT_THEIRS));
    court_sends(&rig, COURT_BOB, court_response(481, SS_METHOD_BYE, COURT_THEIRS));
    court_finish(&rig, SS_S(34));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

/* RFC3261:9.2 the tag of the INVITE is known no more when a copy of its CANCEL comes, which nobody kept. */
TEST(tag1_lets_a_node_at_its_quota_refuse_a_copy_with_another_tag)
{
    for (unsigned is_full = 0; is_full < 2; is_full++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        if (is_full) {
            court_call(&rig, COURT_BOB, SN_CALL_OVERLOADED, 0, 200);
        }
        for (unsigned i = 0; i < 2; i++) {
            court_at(&rig, SS_MS(500 * (1 + i)));
            court_gets(&rig, COURT_BOB, court_request(SS_METHOD_CANCEL, COURT_THEIRS));
            ss_summary answer = court_response(i == 0 ? 200 : 481, SS_METHOD_CANCEL, COURT_THEIRS);
            answer.to_tag = COURT_TO_TAG + i;
            court_sends(&rig, COURT_BOB, answer);
        }
        CHECK_EQ(court_broken(&rig, "TAG1"), is_full ? 0 : 1);
        court_close(&rig);
    }
}

/* RFC3261:8.2.7 two requests that only share a branch, as a forger's does, each answered for itself. */
TEST(prx3_knows_the_vias_of_what_is_answered_without_a_transaction)
{
    for (unsigned has_txn = 0; has_txn < 2; has_txn++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        ss_summary first = court_request(SS_METHOD_MESSAGE, COURT_THEIRS);
        ss_summary answer = court_response(503, SS_METHOD_MESSAGE, COURT_THEIRS);
        court_gets(&rig, COURT_BOB, first);
        if (has_txn) {
            court_notes_txn(&rig, COURT_BOB, SS_NIST, SS_METHOD_MESSAGE, COURT_THEIRS,
                            SS_TXN_TRYING, SS_TXN_TRYING);
        }
        court_sends(&rig, COURT_BOB, answer);
        first.via_count = answer.via_count = 2;
        first.second_branch = answer.second_branch = 99;
        first.body_bytes = 1; /* other bytes */
        court_at(&rig, SS_MS(10));
        court_gets(&rig, COURT_BOB, first);
        court_sends(&rig, COURT_BOB, answer);
        CHECK_EQ(court_broken(&rig, "PRX3"), has_txn);
        court_close(&rig);
    }
}
