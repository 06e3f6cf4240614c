/* SUB1 to SUB5: what a notifier owes, and how subscriptions live. RFC6665:4.1.2, 4.2.1.2, 4.2.2; RFC3515:2.4.7. */
#include "check.h"
#include "court.h"

/* Alice's SUBSCRIBE, or another, comes to Bob, who answers it. */
static void is_answered(court *rig, ss_method method, unsigned status)
{
    court_open(rig);
    court_at(rig, 0);
    court_gets(rig, COURT_BOB, court_request(method, COURT_THEIRS));
    court_sends(rig, COURT_BOB, court_response(status, method, COURT_THEIRS));
}

static ss_summary notify(uint64_t branch, uint32_t cseq, uint64_t from_tag)
{
    ss_summary message = court_request(SS_METHOD_NOTIFY, branch);
    message.cseq = cseq;
    message.from_tag = from_tag;
    message.to_tag = COURT_FROM_TAG;
    return message;
}

static ss_note subscription(unsigned role, ss_method method, ss_sub_state from, ss_sub_state to)
{
    return (ss_note){ .kind = SS_NOTE_SUBSCRIPTION,
                      .machine = (uint8_t)role,
                      .method = (uint8_t)method,
                      .from = (uint8_t)from,
                      .to = (uint8_t)to,
                      .letter = SS_LETTER_COUNT,
                      .call_id = COURT_CALL_ID,
                      .value = 1 };
}

static ss_note timer_n(void)
{
    return (ss_note){ .kind = SS_NOTE_TIMER,
                      .machine = SS_NICT,
                      .letter = SS_TIMER_N,
                      .method = SS_METHOD_SUBSCRIBE,
                      .call_id = COURT_CALL_ID };
}

TEST(sub1_sees_a_subscribe_that_no_notify_follows)
{
    court rig;
    is_answered(&rig, SS_METHOD_SUBSCRIBE, 200);
    court_finish(&rig, SS_S(40));
    CHECK_EQ(court_broken(&rig, "SUB1"), 1);
    court_close(&rig);
}

TEST(sub1_asks_nothing_of_who_refuses_or_notifies_or_is_not_late_yet)
{
    court rig;
    is_answered(&rig, SS_METHOD_SUBSCRIBE, 489);
    court_finish(&rig, SS_S(40));
    CHECK_EQ(court_broken(&rig, "SUB1"), 0);
    court_close(&rig);
    is_answered(&rig, SS_METHOD_SUBSCRIBE, 200);
    court_finish(&rig, SS_S(31));
    CHECK_EQ(court_broken(&rig, "SUB1"), 0);
    court_close(&rig);
    is_answered(&rig, SS_METHOD_REFER, 202);
    court_at(&rig, SS_S(20));
    court_sends(&rig, COURT_BOB, notify(COURT_OURS, 1, COURT_TO_TAG));
    court_finish(&rig, SS_S(40));
    CHECK_EQ(court_broken(&rig, "SUB1"), 0);
    CHECK_EQ(court_broken(&rig, "SUB2"), 0);
    court_close(&rig);
}

TEST(sub1_and_sub4_ask_nothing_of_who_crashed)
{
    for (int crashes = 0; crashes < 2; crashes++) {
        court rig;
        is_answered(&rig, SS_METHOD_REFER, 202);
        court_notes(&rig, COURT_BOB, subscription(1, SS_METHOD_REFER, SS_SUB_NONE, SS_SUB_ACTIVE));
        if (crashes) {
            court_call(&rig, COURT_BOB, SN_CALL_CRASHED, 0, 0);
        }
        court_finish(&rig, SS_S(40));
        CHECK_EQ(court_broken(&rig, "SUB1"), crashes ? 0 : 1);
        CHECK_EQ(court_broken(&rig, "SUB4"), crashes ? 0 : 1);
        court_close(&rig);
    }
}

TEST(sub1_excuses_who_was_overloaded)
{
    court rig;
    is_answered(&rig, SS_METHOD_SUBSCRIBE, 200);
    court_call(&rig, COURT_BOB, SN_CALL_OVERLOADED, 0, 503);
    court_finish(&rig, SS_S(40));
    CHECK_EQ(court_broken(&rig, "SUB1"), 0);
    court_close(&rig);
}

/* A NOTIFY is under way when a SUBSCRIBE is accepted once more; nobody answers it, and with it ends what was to follow. */
TEST(sub1_owes_nothing_behind_a_notify_that_times_out)
{
    for (uint64_t other = 0; other < 2; other++) {
        court rig;
        is_answered(&rig, SS_METHOD_SUBSCRIBE, 200);
        court_sends(&rig, COURT_BOB, notify(COURT_OURS, 1, COURT_TO_TAG));
        court_at(&rig, SS_S(20));
        court_gets(&rig, COURT_BOB, court_request(SS_METHOD_SUBSCRIBE, COURT_THEIRS + 9));
        court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_SUBSCRIBE, COURT_THEIRS + 9));
        court_at(&rig, SS_S(32));
        court_notes(&rig, COURT_BOB,
                    (ss_note){ .kind = SS_NOTE_TIMER,
                               .machine = SS_NICT,
                               .letter = SS_TIMER_F,
                               .method = SS_METHOD_NOTIFY,
                               .branch = COURT_OURS + other,
                               .call_id = COURT_CALL_ID,
                               .value = SS_S(32) });
        court_finish(&rig, SS_S(80));
        CHECK_EQ(court_broken(&rig, "SUB1"), other);
        court_close(&rig);
    }
}

TEST(sub2_sees_a_notify_of_no_subscription)
{
    court rig;
    is_answered(&rig, SS_METHOD_SUBSCRIBE, 200);
    court_sends(&rig, COURT_BOB, notify(COURT_OURS, 1, 0x77));
    CHECK_EQ(court_broken(&rig, "SUB2"), 1);
    court_close(&rig);
}

TEST(sub2_sees_a_new_notify_whose_number_does_not_grow_and_allows_a_copy)
{
    court rig;
    is_answered(&rig, SS_METHOD_SUBSCRIBE, 200);
    court_sends(&rig, COURT_BOB, notify(COURT_OURS, 5, COURT_TO_TAG));
    court_at(&rig, SS_MS(500));
    court_sends(&rig, COURT_BOB, notify(COURT_OURS, 5, COURT_TO_TAG));
    CHECK_EQ(court_broken(&rig, "SUB2"), 0);
    court_at(&rig, SS_MS(600));
    court_sends(&rig, COURT_BOB, notify(COURT_OURS + 1, 6, COURT_TO_TAG));
    CHECK_EQ(court_broken(&rig, "SUB2"), 0);
    court_at(&rig, SS_MS(700));
    court_sends(&rig, COURT_BOB, notify(COURT_OURS + 2, 6, COURT_TO_TAG));
    CHECK_EQ(court_broken(&rig, "SUB2"), 1);
    court_close(&rig);
}

/* Two referrals of one dialog: each has a NOTIFY under way, and the older one is sent again. RFC6665:4.2.2 */
TEST(sub2_allows_a_copy_of_a_notify_behind_a_newer_one)
{
    court rig;
    is_answered(&rig, SS_METHOD_REFER, 202);
    court_sends(&rig, COURT_BOB, notify(COURT_OURS, 5, COURT_TO_TAG));
    court_at(&rig, SS_MS(100));
    court_sends(&rig, COURT_BOB, notify(COURT_OURS + 1, 6, COURT_TO_TAG));
    court_at(&rig, SS_MS(500));
    court_sends(&rig, COURT_BOB, notify(COURT_OURS, 5, COURT_TO_TAG));
    CHECK_EQ(court_broken(&rig, "SUB2"), 0);
    court_at(&rig, SS_MS(550));
    court_sends(&rig, COURT_BOB, notify(COURT_OURS + 2, 6, COURT_TO_TAG));
    CHECK_EQ(court_broken(&rig, "SUB2"), 1);
    court_close(&rig);
}

TEST(sub3_sees_a_subscription_that_goes_back_or_past_its_end)
{
    static const ss_sub_state roads[][3] = {
        { SS_SUB_WAITING, SS_SUB_ACTIVE, SS_SUB_PENDING },
        { SS_SUB_WAITING, SS_SUB_TERMINATED, SS_SUB_ACTIVE },
    };
    for (size_t i = 0; i < SS_COUNT(roads); i++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_notes(&rig, COURT_ALICE,
                    subscription(0, SS_METHOD_SUBSCRIBE, SS_SUB_NONE, roads[i][0]));
        court_notes(&rig, COURT_ALICE,
                    subscription(0, SS_METHOD_SUBSCRIBE, roads[i][0], roads[i][1]));
        CHECK_EQ(court_broken(&rig, "SUB3"), 0);
        court_notes(&rig, COURT_ALICE,
                    subscription(0, SS_METHOD_SUBSCRIBE, roads[i][1], roads[i][2]));
        CHECK_EQ(court_broken(&rig, "SUB3"), 1);
        court_close(&rig);
    }
}

/* Alice subscribes at 0 and, refreshing, at 100 s. */
static void subscribes(court *rig)
{
    court_open(rig);
    court_at(rig, 0);
    court_sends(rig, COURT_ALICE, court_request(SS_METHOD_SUBSCRIBE, COURT_OURS));
    court_notes(rig, COURT_ALICE,
                subscription(0, SS_METHOD_SUBSCRIBE, SS_SUB_NONE, SS_SUB_WAITING));
}

TEST(sub3_wants_timer_n_64_t1_after_a_subscribe)
{
    static const struct {
        ss_time fires;
        unsigned broken;
    } rows[] = { { SS_S(32), 0 }, { SS_S(31), 1 }, { SS_S(32) + 1, 1 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        subscribes(&rig);
        court_at(&rig, rows[i].fires);
        court_notes(&rig, COURT_ALICE, timer_n());
        court_notes(&rig, COURT_ALICE,
                    subscription(0, SS_METHOD_SUBSCRIBE, SS_SUB_WAITING, SS_SUB_TERMINATED));
        CHECK_EQ(court_broken(&rig, "SUB3"), rows[i].broken);
        court_close(&rig);
    }
}

TEST(sub3_counts_timer_n_from_a_refresh_and_not_from_its_copy)
{
    for (int copy = 0; copy < 2; copy++) {
        court rig;
        subscribes(&rig);
        court_notes(&rig, COURT_ALICE,
                    subscription(0, SS_METHOD_SUBSCRIBE, SS_SUB_WAITING, SS_SUB_ACTIVE));
        court_at(&rig, SS_S(100));
        court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_SUBSCRIBE, COURT_OURS + 1));
        court_at(&rig, SS_MS(100500));
        court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_SUBSCRIBE, COURT_OURS + 1));
        court_at(&rig, copy ? SS_MS(132500) : SS_S(132));
        court_notes(&rig, COURT_ALICE, timer_n());
        CHECK_EQ(court_broken(&rig, "SUB3"), copy ? 1 : 0);
        court_close(&rig);
    }
}

/* Six dialogs of one SUBSCRIBE have its Call-ID, and each is refreshed: which request the first waits for is not known any more. */
TEST(sub3_accuses_nobody_of_what_it_forgot)
{
    for (uint64_t more = 2; more <= 6; more++) {
        court rig;
        subscribes(&rig);
        court_notes(&rig, COURT_ALICE,
                    subscription(0, SS_METHOD_SUBSCRIBE, SS_SUB_WAITING, SS_SUB_ACTIVE));
        for (uint64_t i = 0; i < more; i++) {
            court_at(&rig, SS_S(100 + i));
            court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_SUBSCRIBE, COURT_OURS + 1 + i));
        }
        court_at(&rig, SS_S(131));
        court_notes(&rig, COURT_ALICE, timer_n());
        CHECK_EQ(court_broken(&rig, "SUB3"), more < 4 ? 1 : 0);
        court_at(&rig, SS_S(200));
        court_notes(&rig, COURT_ALICE, timer_n());
        CHECK_EQ(court_broken(&rig, "SUB3"), more < 4 ? 2 : 1);
        court_close(&rig);
    }
}

TEST(sub3_sees_a_subscription_that_waits_for_ever)
{
    court rig;
    subscribes(&rig);
    court_finish(&rig, SS_S(33));
    CHECK_EQ(court_broken(&rig, "SUB3"), 1);
    court_close(&rig);
    subscribes(&rig);
    court_finish(&rig, SS_S(32));
    CHECK_EQ(court_broken(&rig, "SUB3"), 0);
    court_close(&rig);
}

TEST(sub4_sees_a_refer_that_is_not_told_to_its_end)
{
    for (int told = 0; told < 2; told++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_notes(&rig, COURT_BOB, subscription(1, SS_METHOD_REFER, SS_SUB_NONE, SS_SUB_ACTIVE));
        if (told) {
            court_notes(&rig, COURT_BOB,
                        subscription(1, SS_METHOD_REFER, SS_SUB_ACTIVE, SS_SUB_TERMINATED));
        }
        court_finish(&rig, SS_S(40));
        CHECK_EQ(court_broken(&rig, "SUB4"), told ? 0 : 1);
        court_close(&rig);
    }
}

TEST(sub4_leaves_other_subscriptions_to_themselves)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_notes(&rig, COURT_BOB, subscription(1, SS_METHOD_SUBSCRIBE, SS_SUB_NONE, SS_SUB_ACTIVE));
    court_finish(&rig, SS_S(40));
    CHECK_EQ(court_broken(&rig, "SUB4"), 0);
    court_close(&rig);
}

static void ends_with(court *rig, uint64_t branch, uint32_t cseq, uint32_t event, bool terminated)
{
    ss_summary m = notify(branch, cseq, COURT_TO_TAG);
    m.event = event;
    m.says = terminated ? SS_SAYS_TERMINATED : 0;
    court_sends(rig, COURT_BOB, m);
}

/* RFC6665:4.4.1 */
TEST(sub5_sees_a_notify_behind_the_last)
{
    static const uint32_t events[] = { 7, 8 };
    for (size_t i = 0; i < SS_COUNT(events); i++) {
        court rig;
        is_answered(&rig, SS_METHOD_SUBSCRIBE, 200);
        ends_with(&rig, COURT_OURS, 1, 7, true);
        court_at(&rig, SS_S(1));
        ends_with(&rig, COURT_OURS + 1, 2, events[i], false); /* of another subscription */
        CHECK_EQ(court_broken(&rig, "SUB5"), i == 0 ? 1 : 0);
        court_close(&rig);
    }
}

/* Its copy, its repetition with credentials, and what a new SUBSCRIBE begins. */
TEST(sub5_lets_the_last_be_sent_again_and_a_subscription_begin_anew)
{
    court rig;
    is_answered(&rig, SS_METHOD_SUBSCRIBE, 200);
    ends_with(&rig, COURT_OURS, 1, 7, true);
    court_at(&rig, SS_MS(500));
    ends_with(&rig, COURT_OURS, 1, 7, true);
    court_at(&rig, SS_S(1));
    court_gets(&rig, COURT_BOB, court_response(407, SS_METHOD_NOTIFY, COURT_OURS));
    ends_with(&rig, COURT_OURS + 1, 2, 7, true);
    court_at(&rig, SS_S(2));
    ss_summary anew = court_request(SS_METHOD_SUBSCRIBE, COURT_THEIRS + 9);
    anew.event = 7;
    court_gets(&rig, COURT_BOB, anew);
    court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_SUBSCRIBE, COURT_THEIRS + 9));
    ends_with(&rig, COURT_OURS + 2, 3, 7, false);
    CHECK_EQ(court_broken(&rig, "SUB5"), 0);
    court_close(&rig);
}
