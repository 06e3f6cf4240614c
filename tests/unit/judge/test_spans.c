/* TX7, TX8: how long states last by the notes, over UDP and over reliable transports. RFC3261:17.1.1.2, 17.1.2.2, 17.2.1,
 * 17.2.2, RFC6026:7.1, RFC6026:7.2. */
#include "check.h"
#include "court.h"

typedef struct span_case {
    ss_machine machine;
    ss_method method;
    ss_txn_state state;
    bool reliable;
    ss_span span;
    const char *law;
} span_case;

static const span_case cases[] = {
    { SS_ICT, SS_METHOD_INVITE, SS_TXN_COMPLETED, false, SS_S(32), "TX7" },
    { SS_ICT, SS_METHOD_INVITE, SS_TXN_COMPLETED, true, 0, "TX7" },
    { SS_ICT, SS_METHOD_INVITE, SS_TXN_ACCEPTED, false, SS_S(32), "TX8" },
    { SS_ICT, SS_METHOD_INVITE, SS_TXN_ACCEPTED, true, SS_S(32), "TX8" },
    { SS_NICT, SS_METHOD_BYE, SS_TXN_COMPLETED, false, SS_S(5), "TX8" },
    { SS_NICT, SS_METHOD_BYE, SS_TXN_COMPLETED, true, 0, "TX8" },
    { SS_IST, SS_METHOD_INVITE, SS_TXN_CONFIRMED, false, SS_S(5), "TX8" },
    { SS_IST, SS_METHOD_INVITE, SS_TXN_CONFIRMED, true, 0, "TX8" },
    { SS_IST, SS_METHOD_INVITE, SS_TXN_ACCEPTED, false, SS_S(32), "TX8" },
    { SS_NIST, SS_METHOD_BYE, SS_TXN_COMPLETED, false, SS_S(32), "TX8" },
    { SS_NIST, SS_METHOD_BYE, SS_TXN_COMPLETED, true, 0, "TX8" },
};

static void move(court *rig, const span_case *c, ss_txn_state from, ss_txn_state to)
{
    court_notes(rig, COURT_ALICE,
                (ss_note){ .kind = SS_NOTE_TXN,
                           .machine = (uint8_t)c->machine,
                           .from = (uint8_t)from,
                           .to = (uint8_t)to,
                           .letter = SS_LETTER_COUNT,
                           .method = (uint8_t)c->method,
                           .reliable = c->reliable,
                           .branch = COURT_OURS,
                           .call_id = COURT_CALL_ID });
}

static uint64_t lasting(const span_case *c, ss_span span)
{
    court rig;
    court_open(&rig);
    court_at(&rig, SS_S(1));
    move(&rig, c, SS_TXN_PROCEEDING, SS_TXN_PROCEEDING);
    move(&rig, c, SS_TXN_PROCEEDING, c->state);
    if (span != SS_TIME_NEVER) {
        court_at(&rig, SS_S(1) + span);
        move(&rig, c, c->state, SS_TXN_TERMINATED);
    }
    court_finish(&rig, SS_S(400));
    const uint64_t broken = court_broken(&rig, c->law);
    CHECK_EQ(court_broken_any(&rig), broken);
    court_close(&rig);
    return broken;
}

TEST(states_that_last_as_long_as_their_timers_break_no_law)
{
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        CHECK_EQ(lasting(&cases[i], cases[i].span), 0);
    }
}

TEST(tx7_and_tx8_see_a_state_that_ends_early)
{
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        if (cases[i].span > 0) {
            CHECK_EQ(lasting(&cases[i], cases[i].span - 1), 1);
        }
    }
}

TEST(tx7_and_tx8_see_a_state_that_ends_late_or_never)
{
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        const bool has_no_end = cases[i].span == SS_S(32) && cases[i].state == SS_TXN_COMPLETED &&
                                cases[i].machine == SS_ICT;
        CHECK_EQ(lasting(&cases[i], SS_TIME_NEVER), has_no_end ? 0 : 1);
        CHECK_EQ(lasting(&cases[i], cases[i].span + 1), has_no_end ? 0 : 1);
    }
}

TEST(tx8_excuses_an_early_end_when_the_transport_failed)
{
    court rig;
    court_open(&rig);
    court_at(&rig, SS_S(1));
    move(&rig, &cases[4], SS_TXN_TRYING, SS_TXN_TRYING);
    move(&rig, &cases[4], SS_TXN_TRYING, SS_TXN_COMPLETED);
    court_give(&rig, (sn_fact){ .kind = SN_FACT_NODE_DROPPED,
                                .cause = SN_CAUSE_NO_PORT,
                                .entity = COURT_BOB,
                                .packet.origin = COURT_ALICE });
    move(&rig, &cases[4], SS_TXN_COMPLETED, SS_TXN_TERMINATED);
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}
