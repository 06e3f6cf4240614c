/* A story's checks: the instant to the nanosecond, one message for each, never. */
#include "check.h"
#include "court.h"

static sn_check sends(uint32_t node, ss_time at, ss_method method)
{
    return (sn_check){
        .has_at = true, .at = at, .node = node, .is_request = true, .method = (uint8_t)method
    };
}

static void begin(court *rig, sn_check *checks, uint32_t count)
{
    court_open(rig);
    rig->checker = sn_checker_new(&rig->cast, checks, count);
    CHECK_NOT_NULL(rig->checker);
}

TEST(a_check_is_met_at_its_instant_only)
{
    sn_check checks[] = { sends(COURT_ALICE, SS_MS(10), SS_METHOD_INVITE),
                          sends(COURT_ALICE, SS_MS(10) + 1, SS_METHOD_INVITE),
                          sends(COURT_BOB, SS_MS(10), SS_METHOD_INVITE) };
    court rig;
    begin(&rig, checks, SS_COUNT(checks));
    court_at(&rig, SS_MS(10));
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
    CHECK_EQ(sn_checker_finish(rig.checker), 2);
    CHECK_EQ(checks[0].seen, 1);
    CHECK_EQ(checks[1].seen, 0);
    CHECK_EQ(checks[1].nearest, SS_MS(10));
    CHECK_EQ(checks[2].nearest, SS_TIME_NEVER);
    court_close(&rig);
}

TEST(each_check_needs_a_message_of_its_own)
{
    for (uint32_t messages = 1; messages <= 2; messages++) {
        sn_check checks[] = { sends(COURT_ALICE, 5, SS_METHOD_BYE),
                              sends(COURT_ALICE, 5, SS_METHOD_BYE) };
        court rig;
        begin(&rig, checks, SS_COUNT(checks));
        court_at(&rig, 5);
        for (uint32_t i = 0; i < messages; i++) {
            court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_BYE, COURT_OURS));
        }
        CHECK_EQ(sn_checker_finish(rig.checker), 2 - messages);
        court_close(&rig);
    }
}

TEST(the_most_particular_check_takes_the_message)
{
    sn_check checks[] = { { .is_request = true, .method = SS_METHOD_BYE, .node = SN_NOBODY },
                          sends(COURT_ALICE, 5, SS_METHOD_BYE) };
    court rig;
    begin(&rig, checks, SS_COUNT(checks));
    court_at(&rig, 5);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_BYE, COURT_OURS));
    court_at(&rig, 6);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_BYE, COURT_OURS));
    CHECK_EQ(sn_checker_finish(rig.checker), 0);
    court_close(&rig);
}

TEST(a_response_is_told_by_status_and_cseq)
{
    sn_check checks[] = {
        { .node = COURT_BOB, .status = 200, .has_cseq = true, .method = SS_METHOD_CANCEL },
        { .node = COURT_BOB, .status = 200, .has_cseq = true, .method = SS_METHOD_INVITE }
    };
    court rig;
    begin(&rig, checks, SS_COUNT(checks));
    court_at(&rig, 5);
    court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_CANCEL, COURT_THEIRS));
    CHECK_EQ(sn_checker_finish(rig.checker), 1);
    CHECK_EQ(checks[0].seen, 1);
    court_close(&rig);
}

TEST(never_fails_at_the_first_such_message)
{
    for (int sent = 0; sent < 2; sent++) {
        sn_check checks[] = { { .never = true, .node = SN_NOBODY, .status = 487 } };
        court rig;
        begin(&rig, checks, SS_COUNT(checks));
        court_at(&rig, 5);
        if (sent) {
            court_sends(&rig, COURT_BOB, court_response(487, SS_METHOD_INVITE, COURT_THEIRS));
        }
        CHECK_EQ(sn_checker_finish(rig.checker), sent);
        court_close(&rig);
    }
}

TEST(a_call_is_known_though_it_is_told_after_its_invite_left)
{
    sn_check checks[] = { sends(COURT_ALICE, 5, SS_METHOD_INVITE) };
    checks[0].call = 7;
    court rig;
    begin(&rig, checks, SS_COUNT(checks));
    court_at(&rig, 5);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
    court_call(&rig, COURT_ALICE, SN_CALL_PLACED, 7, 0);
    CHECK_EQ(sn_checker_finish(rig.checker), 0);
    court_close(&rig);
}

TEST(receiving_is_not_sending)
{
    sn_check checks[] = { sends(COURT_ALICE, 5, SS_METHOD_INVITE),
                          sends(COURT_ALICE, 5, SS_METHOD_INVITE) };
    checks[1].receives = true;
    court rig;
    begin(&rig, checks, SS_COUNT(checks));
    court_at(&rig, 5);
    court_gets(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_THEIRS));
    CHECK_EQ(sn_checker_finish(rig.checker), 1);
    CHECK_EQ(checks[1].seen, 1);
    court_close(&rig);
}

TEST(an_act_holds_unless_the_node_missed_it)
{
    const sn_member nodes[] = { { .name = "alice" }, { .name = "bob" } };
    const sn_cast cast = { .nodes = nodes, .node_count = 2 };
    sn_check checks[] = {
        { .is_act = true, .has_at = true, .at = SS_MS(10), .node = 1, .call = 1 },
        { .is_act = true, .has_at = true, .at = SS_MS(20), .node = 1, .call = 1 },
    };
    sn_checker *c = sn_checker_new(&cast, checks, SS_COUNT(checks));
    CHECK_NOT_NULL(c);
    sn_fact fact = { .kind = SN_FACT_CALL, .entity = 1, .key = { .at = SS_MS(20), .step = 2 } };
    fact.call =
        (sn_call_fact){ .number = 1, .event = SN_CALL_ACT_MISSED, .status = 481, .synthetic = 1 };
    sn_checker_fact(c, &fact);
    fact.call.number = 2; /* another call: nobody's act */
    sn_checker_fact(c, &fact);
    CHECK_EQ(sn_checker_finish(c), 1);
    CHECK_EQ(checks[0].seen, 1);
    CHECK_EQ(checks[1].seen, 0);
    sn_checker_free(c);
}
