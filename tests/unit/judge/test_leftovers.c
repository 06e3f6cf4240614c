/* LEFT1, LIVE1, DLG1: what a run may end with. */
#include "check.h"
#include "court.h"

static void leave(court *rig, uint32_t node, sn_left_fact left)
{
    court_give(rig,
               (sn_fact){ .kind = SN_FACT_LEFT, .entity = node, .peer = SN_NOBODY, .left = left });
}

TEST(left1_sees_each_thing_that_is_left)
{
    static const sn_left_fact lefts[] = { { .transactions = 1 }, { .dialogs = 1 },
                                          { .calls = 1 },        { .timers = 1 },
                                          { .contexts = 1 },     { .store_bytes = 16 } };
    for (size_t i = 0; i < SS_COUNT(lefts); i++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        leave(&rig, COURT_ALICE, lefts[i]);
        court_finish(&rig, 1);
        CHECK_EQ(court_broken(&rig, "LEFT1"), 1);
        court_close(&rig);
    }
}

TEST(left1_accepts_registrations_bindings_and_calls_that_nobody_ended)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_call(&rig, COURT_ALICE, SN_CALL_REGISTERED, 0, 200);
    court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
    court_call(&rig, COURT_BOB, SN_CALL_INCOMING, 1, 0);
    court_call(&rig, COURT_BOB, SN_CALL_ACCEPTED, 1, 200);
    court_call(&rig, COURT_ALICE, SN_CALL_ANSWERED, 1, 200);
    court_at(&rig, SS_S(100));
    leave(&rig, COURT_ALICE,
          (sn_left_fact){ .calls = 1, .dialogs = 1, .timers = 1, .store_bytes = 900 });
    leave(&rig, COURT_BOB, (sn_left_fact){ .calls = 1, .dialogs = 1, .store_bytes = 900 });
    leave(&rig, COURT_PROXY, (sn_left_fact){ .bindings = 2 });
    court_finish(&rig, SS_S(100));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

/* Between alice and bob stands a B2BUA: of a BYE that reached nobody it knows nothing, of one that was answered it does. */
TEST(left1_lets_a_b2bua_keep_a_call_whose_end_it_did_not_hear_of)
{
    for (unsigned is_heard = 0; is_heard < 2; is_heard++) {
        court rig;
        court_open(&rig);
        rig.nodes[COURT_PROXY].joins = true;
        court_at(&rig, 0);
        court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
        court_call(&rig, COURT_BOB, SN_CALL_INCOMING, 1, 0);
        court_call(&rig, COURT_BOB, SN_CALL_ACCEPTED, 1, 200);
        court_call(&rig, COURT_ALICE, SN_CALL_ANSWERED, 1, 200);
        court_call(&rig, COURT_ALICE, SN_CALL_HANGUP, 1, 0);
        court_at(&rig, SS_S(32));
        if (is_heard != 0) {
            court_call(&rig, COURT_ALICE, SN_CALL_ENDED, 1, 200);
            court_call(&rig, COURT_BOB, SN_CALL_BYE, 1, 0);
        } else {
            court_call_synthetic(&rig, COURT_ALICE, SN_CALL_ENDED, 1, 408);
        }
        leave(&rig, COURT_PROXY, (sn_left_fact){ .calls = 2, .dialogs = 2, .store_bytes = 900 });
        court_finish(&rig, SS_S(100));
        CHECK_EQ(court_broken(&rig, "LEFT1"), is_heard);
        court_close(&rig);
    }
}

/* RFC4028:7.4 An UPDATE in a call that nobody ended may be under way as the run ends; one in a call that was ended, one outside any, and one
 * of long ago may not. */
TEST(left1_lets_the_last_refresh_of_a_call_that_is_up_be_answered)
{
    static const struct {
        bool is_ended, is_outside;
        unsigned at_s, left, broken;
    } rows[] = { { false, false, 80, 1, 0 },
                 { true, false, 80, 1, 1 },
                 { false, true, 80, 1, 1 },
                 { false, false, 20, 1, 1 },
                 { false, false, 80, 2, 1 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_gets(&rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
        court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
        court_call(&rig, COURT_BOB, SN_CALL_ACCEPTED, 0, 200);
        court_at(&rig, SS_S(1));
        ss_summary bye = court_request(SS_METHOD_BYE, COURT_THEIRS + 1);
        bye.to_tag = COURT_TO_TAG;
        bye.cseq = 3;
        if (rows[i].is_ended) {
            court_gets(&rig, COURT_BOB, bye);
            court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_BYE, COURT_THEIRS + 1));
        }
        court_at(&rig, SS_S(rows[i].at_s));
        ss_summary update = court_request(SS_METHOD_UPDATE, COURT_THEIRS + 2);
        update.to_tag = rows[i].is_outside ? 0 : COURT_TO_TAG;
        update.cseq = 2;
        court_gets(&rig, COURT_BOB, update);
        court_notes_txn(&rig, COURT_BOB, SS_NIST, SS_METHOD_UPDATE, COURT_THEIRS + 2, SS_TXN_TRYING,
                        SS_TXN_TRYING);
        court_at(&rig, SS_S(100));
        leave(&rig, COURT_BOB,
              (sn_left_fact){
                  .transactions = rows[i].left, .calls = 1, .dialogs = 1, .store_bytes = 900 });
        court_finish(&rig, SS_S(100));
        CHECK_EQ(court_broken(&rig, "LEFT1"), rows[i].broken);
        court_close(&rig);
    }
}

TEST(left1_and_live1_are_not_judged_when_the_run_was_interrupted)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
    leave(&rig, COURT_ALICE, (sn_left_fact){ .transactions = 1 });
    sn_judge_finish(rig.judge, 1, true);
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(live1_sees_a_call_that_came_to_nothing)
{
    static const sn_call_event outcomes[] = { SN_CALL_ANSWERED, SN_CALL_REJECTED, SN_CALL_BLOCKED,
                                              SN_CALL_CANCELLING };
    for (size_t i = 0; i < SS_COUNT(outcomes); i++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 3, 0);
        court_call(&rig, COURT_ALICE, outcomes[i], 3, 486);
        court_finish(&rig, SS_S(1));
        CHECK_EQ(court_broken(&rig, "LIVE1"), outcomes[i] == SN_CALL_CANCELLING ? 1 : 0);
        court_close(&rig);
    }
}

/* RFC6026:7.2 A call that is placed again may be: it has another Call-ID. */
TEST(live1_sees_a_call_rejected_that_was_answered)
{
    for (unsigned again = 0; again < 2; again++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 3, 0);
        court_call(&rig, COURT_ALICE, SN_CALL_ANSWERED, 3, 200);
        court_give(&rig, (sn_fact){ .kind = SN_FACT_CALL,
                                    .entity = COURT_ALICE,
                                    .peer = SN_NOBODY,
                                    .call = { .number = 3,
                                              .source = SN_NOBODY,
                                              .event = SN_CALL_REJECTED,
                                              .status = 487,
                                              .call_id = COURT_CALL_ID + again } });
        CHECK_EQ(court_broken(&rig, "LIVE1"), 1 - again);
        court_close(&rig);
    }
}

static void call_is_up(court *rig)
{
    court_open(rig);
    court_at(rig, 0);
    court_call(rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
    court_call(rig, COURT_BOB, SN_CALL_INCOMING, 1, 0);
    court_call(rig, COURT_BOB, SN_CALL_ACCEPTED, 1, 200);
    court_call(rig, COURT_ALICE, SN_CALL_ANSWERED, 1, 200);
    court_call(rig, COURT_BOB, SN_CALL_CONFIRMED, 1, 0);
}

TEST(dlg1_sees_an_end_that_one_side_does_not_know)
{
    for (int other_knows = 0; other_knows < 2; other_knows++) {
        court rig;
        call_is_up(&rig);
        court_at(&rig, SS_S(1));
        court_call(&rig, COURT_ALICE, SN_CALL_HANGUP, 1, 0);
        if (other_knows) {
            court_call(&rig, COURT_BOB, SN_CALL_BYE, 1, 0);
        }
        court_call(&rig, COURT_ALICE, SN_CALL_ENDED, 1, 200);
        court_finish(&rig, SS_S(2));
        CHECK_EQ(court_broken(&rig, "DLG1"), other_knows ? 0 : 1);
        court_close(&rig);
    }
}

TEST(dlg1_lets_a_timeout_explain_it)
{
    court rig;
    call_is_up(&rig);
    court_at(&rig, SS_S(1));
    court_call(&rig, COURT_BOB, SN_CALL_HANGUP, 1, 0);
    court_at(&rig, SS_S(33));
    court_call_synthetic(&rig, COURT_BOB, SN_CALL_ENDED, 1, 408);
    court_finish(&rig, SS_S(40));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

/* The 200 waited for the PRACK of a response before it (RFC3262:3), and the CANCEL came first. */
TEST(dlg1_knows_that_a_cancelled_call_is_over_though_its_answer_was_given)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
    court_call(&rig, COURT_BOB, SN_CALL_INCOMING, 1, 0);
    court_call(&rig, COURT_BOB, SN_CALL_ACCEPTED, 1, 200);
    court_call(&rig, COURT_ALICE, SN_CALL_HANGUP, 1, 0);
    court_call(&rig, COURT_BOB, SN_CALL_CANCELLED, 1, 487);
    court_call(&rig, COURT_ALICE, SN_CALL_REJECTED, 1, 487);
    court_finish(&rig, SS_S(1));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

/* … or he hung up first, who answered. Who did not is still there: an answer that nobody heard of. */
TEST(dlg1_knows_that_who_answered_and_hung_up_before_it_was_said_is_done)
{
    for (int hangs_up = 0; hangs_up < 2; hangs_up++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
        court_call(&rig, COURT_BOB, SN_CALL_INCOMING, 1, 0);
        court_call(&rig, COURT_BOB, SN_CALL_ACCEPTED, 1, 200);
        if (hangs_up) {
            court_call(&rig, COURT_BOB, SN_CALL_HANGUP, 1, 0);
        }
        court_call(&rig, COURT_ALICE, SN_CALL_REJECTED, 1, 480);
        court_finish(&rig, SS_S(1));
        CHECK_EQ(court_broken(&rig, "DLG1"), hangs_up ? 0 : 1);
        court_close(&rig);
    }
}

/* What it sent is sent no more, and what comes is heard by nobody. */
TEST(a_node_that_crashed_owes_nothing)
{
    for (int crashes = 0; crashes < 2; crashes++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
        court_at(&rig, SS_MS(100));
        if (crashes) {
            court_call(&rig, COURT_ALICE, SN_CALL_CRASHED, 0, 0);
        }
        court_at(&rig, SS_MS(600));
        court_gets(&rig, COURT_ALICE, court_response(486, SS_METHOD_INVITE, COURT_OURS));
        court_at(&rig, SS_S(40));
        court_finish(&rig, SS_S(40));
        CHECK_EQ(court_broken(&rig, "TX1"), crashes ? 0 : 1);
        CHECK_EQ(court_broken(&rig, "TX11"), crashes ? 0 : 1);
        court_close(&rig);
    }
}

/* ---- OFF5 ---- */

static uint64_t view(uint64_t ours, uint64_t theirs)
{
    return sn_session_fact(ours, theirs, 3);
}

static void parts(court *rig, uint32_t node, sn_call_event event, uint64_t session)
{
    court_give(rig, (sn_fact){ .kind = SN_FACT_CALL,
                               .entity = node,
                               .peer = SN_NOBODY,
                               .call = { .number = 1,
                                         .source = SN_NOBODY,
                                         .event = (uint16_t)event,
                                         .call_id = COURT_CALL_ID,
                                         .session = session } });
}

/* RFC3264:4 */
TEST(off5_sees_ends_with_different_sessions)
{
    static const struct {
        uint64_t ours[2], theirs[2]; /* Alice's, Bob's */
        unsigned broken;
    } rows[] = {
        { { 5, 6 }, { 6, 5 }, 0 }, { { 5, 6 }, { 6, 4 }, 1 }, { { 5, 6 }, { 7, 5 }, 1 },
        { { 5, 6 }, { 5, 6 }, 1 }, { { 5, 5 }, { 5, 5 }, 0 },
    };
    for (size_t i = 0; i < 2 * SS_COUNT(rows); i++) {
        const uint64_t alice = view(rows[i / 2].ours[0], rows[i / 2].theirs[0]);
        const uint64_t bob = view(rows[i / 2].ours[1], rows[i / 2].theirs[1]);
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
        court_call(&rig, COURT_BOB, SN_CALL_INCOMING, 1, 0);
        parts(&rig, i % 2 == 0 ? COURT_ALICE : COURT_BOB, SN_CALL_HANGUP, i % 2 == 0 ? alice : bob);
        parts(&rig, i % 2 == 0 ? COURT_BOB : COURT_ALICE, SN_CALL_BYE, i % 2 == 0 ? bob : alice);
        CHECK_EQ(court_broken(&rig, "OFF5"), rows[i / 2].broken);
        court_close(&rig);
    }
}

/* The o= lines of the last exchange, unless a B2BUA stood between: its origins are its own. */
TEST(off5_sees_ends_whose_last_exchanges_differ)
{
    for (unsigned joined = 0; joined < 2; joined++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
        court_call(&rig, COURT_BOB, SN_CALL_INCOMING, 1, 0);
        if (joined == 1) {
            court_give(&rig, (sn_fact){ .kind = SN_FACT_CALL,
                                        .entity = COURT_BOB,
                                        .peer = SN_NOBODY,
                                        .call = { .source = SN_NOBODY,
                                                  .event = SN_CALL_JOINED,
                                                  .call_id = 77,
                                                  .because = COURT_CALL_ID } });
        }
        parts(&rig, COURT_ALICE, SN_CALL_HANGUP, sn_session_fact(5, 6, 1));
        parts(&rig, COURT_BOB, SN_CALL_BYE, sn_session_fact(6, 5, 2));
        CHECK_EQ(court_broken(&rig, "OFF5"), joined == 0);
        court_close(&rig);
    }
}

/* What a B2BUA refuses as the call ends, the far end may have accepted; it tells what the far end said with any other status. */
TEST(off5_asks_nothing_of_a_change_that_a_b2bua_gave_up)
{
    static const struct {
        unsigned status;
        bool joined, again, broken;
    } rows[] = { { 487, true, false, false },
                 { 487, false, false, true },
                 { 488, true, false, true },
                 { 487, true, true, true } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
        court_call(&rig, COURT_BOB, SN_CALL_INCOMING, 1, 0);
        if (rows[i].joined) {
            court_give(&rig, (sn_fact){ .kind = SN_FACT_CALL,
                                        .entity = COURT_BOB,
                                        .peer = SN_NOBODY,
                                        .call = { .source = SN_NOBODY,
                                                  .event = SN_CALL_JOINED,
                                                  .call_id = 77,
                                                  .because = COURT_CALL_ID } });
        }
        court_call(&rig, COURT_BOB, SN_CALL_CHANGING, 1, 0);
        court_call(&rig, COURT_BOB, SN_CALL_CHANGE_REFUSED, 1, rows[i].status);
        if (rows[i].again) {
            court_call(&rig, COURT_BOB, SN_CALL_CHANGING, 1, 0);
            court_call(&rig, COURT_BOB, SN_CALL_CHANGED, 1, 200);
        }
        parts(&rig, COURT_ALICE, SN_CALL_HANGUP, view(5, 6));
        parts(&rig, COURT_BOB, SN_CALL_BYE, view(7, 5));
        CHECK_EQ(court_broken(&rig, "OFF5"), rows[i].broken);
        court_close(&rig);
    }
}

/* One that was just being changed, and what an end says once it has parted. */
TEST(off5_asks_nothing_of_who_has_no_session_or_has_parted)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
    court_call(&rig, COURT_BOB, SN_CALL_INCOMING, 1, 0);
    parts(&rig, COURT_ALICE, SN_CALL_HANGUP, 0);
    parts(&rig, COURT_BOB, SN_CALL_BYE, view(5, 6));
    parts(&rig, COURT_ALICE, SN_CALL_BYE, view(9, 9));
    CHECK_EQ(court_broken(&rig, "OFF5"), 0);
    court_close(&rig);
}

/* A fork whose phones answer at once: Bob was first, but the caller's session is that with another one. */
TEST(off5_asks_nothing_when_several_answered)
{
    for (unsigned forked = 0; forked < 2; forked++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
        court_call(&rig, COURT_BOB, SN_CALL_ACCEPTED, 1, 200);
        if (forked) {
            court_call(&rig, COURT_PROXY, SN_CALL_ACCEPTED, 1, 200);
        }
        parts(&rig, COURT_ALICE, SN_CALL_HANGUP, view(5, 6));
        parts(&rig, COURT_BOB, SN_CALL_BYE, view(7, 8));
        CHECK_EQ(court_broken(&rig, "OFF5"), forked ? 0 : 1);
        court_close(&rig);
    }
}

/* ---- forks: whom the caller is with ---- */

enum { OTHER = COURT_PROXY, OTHERS_TAG = COURT_TO_TAG + 1 };

/* From nobody: what the rig's router sends is a stranger's, which excuses both ends of a call. */
static void hears(court *rig, uint32_t node, ss_summary message)
{
    court_give(rig, (sn_fact){ .kind = SN_FACT_DATAGRAM_RECEIVED,
                               .entity = node,
                               .peer = SN_NOBODY,
                               .sip = message });
}

static ss_summary tagged(ss_summary message, uint64_t tag)
{
    message.to_tag = tag;
    return message;
}

/* Bob, and then the proxy's node, which is a phone here, answer one INVITE each; Alice hears of the phone with this tag first. */
static void both_answer(court *rig, uint64_t first)
{
    court_open(rig);
    rig->nodes[OTHER].role = SN_ROLE_UA;
    court_at(rig, 0);
    court_sends(rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
    court_call(rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
    for (unsigned i = 0; i < 2; i++) {
        const uint32_t phone = i == 0 ? COURT_BOB : OTHER;
        court_at(rig, SS_MS(10 + i));
        hears(rig, phone, court_request(SS_METHOD_INVITE, COURT_THEIRS + i));
        court_call(rig, phone, SN_CALL_INCOMING, 1, 0);
        court_call(rig, phone, SN_CALL_ACCEPTED, 1, 200);
        court_sends(
            rig, phone,
            tagged(court_response(200, SS_METHOD_INVITE, COURT_THEIRS + i), COURT_TO_TAG + i));
    }
    court_at(rig, SS_MS(30));
    hears(rig, COURT_ALICE, tagged(court_response(200, SS_METHOD_INVITE, COURT_OURS), first));
    court_call(rig, COURT_ALICE, SN_CALL_ANSWERED, 1, 200);
}

/* RFC3261:13.2.2.4 The caller's session is that with the phone whose 2xx came first, whichever answered first. */
TEST(off5_judges_the_dialog_that_the_caller_of_a_fork_is_in)
{
    for (unsigned i = 0; i < 4; i++) {
        const bool is_with_bob = i / 2 == 0, differ = i % 2 != 0;
        court rig;
        both_answer(&rig, is_with_bob ? COURT_TO_TAG : OTHERS_TAG);
        court_at(&rig, SS_S(1));
        parts(&rig, COURT_ALICE, SN_CALL_HANGUP, view(5, 6));
        const uint32_t callee = is_with_bob ? COURT_BOB : OTHER;
        parts(&rig, callee == COURT_BOB ? OTHER : COURT_BOB, SN_CALL_BYE, view(8, 9));
        parts(&rig, callee, SN_CALL_BYE, differ ? view(7, 5) : view(6, 5));
        CHECK_EQ(court_broken(&rig, "OFF5"), differ);
        court_close(&rig);
    }
}

/* A caller that reached itself, too, before another answered: whose end has no number. */
TEST(off5_asks_nothing_of_whom_the_caller_is_not_with)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
    court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
    court_call(&rig, COURT_ALICE, SN_CALL_ACCEPTED, 0, 200);
    court_at(&rig, SS_MS(30));
    hears(&rig, COURT_ALICE, tagged(court_response(200, SS_METHOD_INVITE, COURT_OURS), OTHERS_TAG));
    court_call(&rig, COURT_ALICE, SN_CALL_ANSWERED, 1, 200);
    parts(&rig, COURT_ALICE, SN_CALL_HANGUP, view(5, 6));
    court_at(&rig, SS_MS(40));
    hears(&rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    court_call(&rig, COURT_BOB, SN_CALL_ACCEPTED, 1, 200);
    court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
    parts(&rig, COURT_BOB, SN_CALL_BYE, view(8, 9));
    CHECK_EQ(court_broken(&rig, "OFF5"), 0);
    court_close(&rig);
}

/* RFC3261:13.2.2.4 RFC3261:15.1.1 One that the caller said BYE to, and that took it, knows; one that never heard it need not; and neither need one
 * that gave up waiting for its ACK. */
TEST(dlg1_judges_each_other_dialog_of_a_fork)
{
    static const struct {
        bool is_heard, knows, gave_up;
        unsigned broken;
    } rows[] = { { true, false, false, 1 },
                 { true, true, false, 0 },
                 { false, false, false, 0 },
                 { true, false, true, 0 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        both_answer(&rig, COURT_TO_TAG);
        court_at(&rig, SS_MS(40));
        ss_summary bye = tagged(court_request(SS_METHOD_BYE, COURT_OURS + 5), OTHERS_TAG);
        bye.cseq = 2;
        court_sends(&rig, COURT_ALICE, bye);
        court_at(&rig, SS_MS(60));
        if (rows[i].is_heard) {
            ss_summary answer =
                tagged(court_response(200, SS_METHOD_BYE, COURT_OURS + 5), OTHERS_TAG);
            answer.cseq = 2;
            hears(&rig, COURT_ALICE, answer);
        }
        if (rows[i].knows) {
            court_call(&rig, OTHER, SN_CALL_BYE, 1, 200);
        }
        if (rows[i].gave_up) {
            court_call(&rig, OTHER, SN_CALL_NOT_ACKED, 1, 0);
        }
        court_finish(&rig, SS_MS(70));
        CHECK_EQ(court_broken(&rig, "DLG1"), rows[i].broken);
        court_close(&rig);
    }
}

/* RFC3261:13.2.2.4 The ACK with the answer to a late offer never came to the B2BUA, which answers the other end itself as the call ends. */
TEST(off5_asks_nothing_of_an_answer_that_never_came_to_a_b2bua)
{
    for (unsigned is_acked = 0; is_acked < 2; is_acked++) {
        court rig;
        court_open(&rig);
        rig.nodes[COURT_PROXY].role = SN_ROLE_UA;
        rig.nodes[COURT_PROXY].joins = true;
        court_at(&rig, 0);
        court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 1, 0);
        ss_summary invite = court_request(SS_METHOD_INVITE, COURT_THEIRS);
        invite.says = 0;
        hears(&rig, COURT_PROXY, invite);
        court_give(&rig, (sn_fact){ .kind = SN_FACT_CALL,
                                    .entity = COURT_PROXY,
                                    .peer = SN_NOBODY,
                                    .call = { .source = SN_NOBODY,
                                              .event = SN_CALL_JOINED,
                                              .call_id = 77,
                                              .because = COURT_CALL_ID } });
        court_call(&rig, COURT_BOB, SN_CALL_INCOMING, 1, 0);
        court_sends(&rig, COURT_PROXY, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
        parts(&rig, COURT_ALICE, SN_CALL_HANGUP, view(5, 6));
        court_at(&rig, SS_MS(40));
        ss_summary ack = tagged(court_request(SS_METHOD_ACK, COURT_THEIRS + 1), COURT_TO_TAG);
        ack.says |= SS_SAYS_SESSION;
        if (is_acked != 0) {
            hears(&rig, COURT_PROXY, ack);
        }
        ss_summary bye = tagged(court_request(SS_METHOD_BYE, COURT_THEIRS + 2), COURT_TO_TAG);
        bye.cseq = 2;
        hears(&rig, COURT_PROXY, bye);
        court_give(&rig, (sn_fact){ .kind = SN_FACT_CALL,
                                    .entity = COURT_BOB,
                                    .peer = SN_NOBODY,
                                    .call = { .number = 1,
                                              .source = SN_NOBODY,
                                              .event = SN_CALL_BYE,
                                              .call_id = 77,
                                              .session = view(8, 9) } });
        CHECK_EQ(court_broken(&rig, "OFF5"), is_acked);
        court_close(&rig);
    }
}

/* What is left of a call that is none of the plan's, as that of a user agent that reached itself, is known as well. */
TEST(left1_knows_of_calls_that_are_not_of_the_plan)
{
    for (unsigned ended = 0; ended < 2; ended++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_call(&rig, COURT_BOB, SN_CALL_ACCEPTED, 0, 200);
        if (ended) {
            court_call(&rig, COURT_BOB, SN_CALL_BYE, 0, 200);
        }
        court_give(&rig, (sn_fact){ .kind = SN_FACT_LEFT,
                                    .entity = COURT_BOB,
                                    .peer = SN_NOBODY,
                                    .left = { .calls = 1, .dialogs = 1, .store_bytes = 100 } });
        court_finish(&rig, SS_S(100));
        CHECK_EQ(court_broken(&rig, "LEFT1"), ended ? 1 : 0);
        court_close(&rig);
    }
}

/* Who reached itself has both ends, and one may have heard nothing of the other's BYE. */
TEST(left1_knows_of_both_ends_of_a_call_to_oneself)
{
    for (unsigned ended = 0; ended < 3; ended++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        court_call(&rig, COURT_BOB, SN_CALL_ACCEPTED, 0, 200);
        court_call(&rig, COURT_BOB, SN_CALL_ANSWERED, 0, 200);
        for (unsigned i = 0; i < ended; i++) {
            court_call_synthetic(&rig, COURT_BOB, SN_CALL_ENDED, 0, 408);
        }
        court_give(&rig, (sn_fact){ .kind = SN_FACT_LEFT,
                                    .entity = COURT_BOB,
                                    .peer = SN_NOBODY,
                                    .left = { .calls = 1, .dialogs = 1, .store_bytes = 100 } });
        court_finish(&rig, SS_S(100));
        CHECK_EQ(court_broken(&rig, "LEFT1"), ended == 2 ? 1 : 0);
        court_close(&rig);
    }
}
