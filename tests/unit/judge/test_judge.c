/* The judge as a whole: the mask, what is kept, and that being warm it grows no more. */
#include <string.h>

#include "check.h"
#include "court.h"

TEST(each_law_has_a_name_of_its_own_and_a_sentence)
{
    for (unsigned i = 0; i < sn_law_count; i++) {
        CHECK(strlen(sn_laws[i].sentence) > 20);
        for (unsigned k = 0; k < i; k++) {
            CHECK(strcmp(sn_laws[i].name, sn_laws[k].name) != 0);
        }
    }
}

static void answer_an_ack(court *rig, ss_time at)
{
    court_at(rig, at);
    court_sends(rig, COURT_BOB, court_response(481, SS_METHOD_ACK, COURT_THEIRS));
}

TEST(a_law_that_is_masked_out_is_not_judged)
{
    court rig;
    court_open(&rig);
    sn_judge_free(rig.judge);
    rig.judge = sn_judge_new(&rig.cast, (sn_law_mask){ 0 });
    answer_an_ack(&rig, 0);
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(the_first_violations_are_kept_and_all_are_counted)
{
    court rig;
    court_open(&rig);
    for (unsigned i = 0; i < 100; i++) {
        answer_an_ack(&rig, SS_MS(i));
    }
    CHECK_EQ(court_broken(&rig, "TX13"), 100);
    CHECK_EQ(sn_judge_violation(rig.judge, 0)->at, 0);
    CHECK_EQ(sn_judge_violation(rig.judge, 63)->at, SS_MS(63));
    CHECK_NULL(sn_judge_violation(rig.judge, SN_VIOLATIONS_KEPT));
    CHECK_EQ(sn_judge_violation(rig.judge, 5)->node, COURT_BOB);
    CHECK_EQ(sn_judge_violation(rig.judge, 5)->call_id, COURT_CALL_ID);
    court_close(&rig);
}

TEST(many_calls_are_judged_each_by_itself)
{
    court rig;
    court_open(&rig);
    for (unsigned i = 0; i < 3000; i++) {
        const ss_time start = SS_MS(10) * i;
        const uint64_t branch = 1000 + i;
        court_at(&rig, start);
        court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_OPTIONS, branch));
        court_notes_txn(&rig, COURT_ALICE, SS_NICT, SS_METHOD_OPTIONS, branch, SS_TXN_TRYING,
                        SS_TXN_TRYING);
        court_at(&rig, start + SS_MS(5));
        court_gets(&rig, COURT_ALICE, court_response(200, SS_METHOD_OPTIONS, branch));
        court_notes_txn(&rig, COURT_ALICE, SS_NICT, SS_METHOD_OPTIONS, branch, SS_TXN_TRYING,
                        SS_TXN_COMPLETED);
        if (i >= 500) {
            court_at(&rig, start + SS_MS(5));
            court_notes_txn(&rig, COURT_ALICE, SS_NICT, SS_METHOD_OPTIONS, branch - 500,
                            SS_TXN_COMPLETED, SS_TXN_TERMINATED);
        }
    }
    CHECK_EQ(court_broken_any(&rig), 0);
    court_finish(&rig, SS_S(100));
    CHECK_EQ(court_broken(&rig, "TX8"), 500);
    CHECK_EQ(court_broken_any(&rig), 500);
    court_close(&rig);
}
