/* DLG3: CSeq numbers rise in each direction of a dialog. RFC3261:12.2.1.1 */
#include "check.h"
#include "court.h"

static void sends(court *rig, uint32_t node, ss_method method, uint64_t branch, uint32_t cseq)
{
    ss_summary request = court_request(method, branch);
    request.to_tag = COURT_TO_TAG;
    request.from_tag = COURT_FROM_TAG;
    request.cseq = cseq;
    court_sends(rig, node, request);
}

TEST(dlg3_sees_a_number_that_comes_back_and_one_that_is_used_twice)
{
    static const uint32_t second[] = { 7, 6, 1 };
    for (size_t i = 0; i < SS_COUNT(second); i++) {
        court rig;
        court_open(&rig);
        court_at(&rig, 0);
        sends(&rig, COURT_ALICE, SS_METHOD_UPDATE, 0x11, 7);
        court_at(&rig, SS_MS(10));
        sends(&rig, COURT_ALICE, SS_METHOD_INFO, 0x12, second[i]);
        CHECK_EQ(court_broken(&rig, "DLG3"), 1);
        court_close(&rig);
    }
}

TEST(dlg3_lets_numbers_rise_copies_repeat_and_the_other_side_count_by_itself)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    sends(&rig, COURT_ALICE, SS_METHOD_UPDATE, 0x11, 7);
    sends(&rig, COURT_BOB, SS_METHOD_UPDATE, 0x21, 3);
    court_at(&rig, SS_MS(500));
    sends(&rig, COURT_ALICE, SS_METHOD_UPDATE, 0x11, 7); /* Timer E */
    court_at(&rig, SS_MS(600));
    sends(&rig, COURT_ALICE, SS_METHOD_INFO, 0x12, 9); /* 8 was for what could not be sent */
    sends(&rig, COURT_PROXY, SS_METHOD_INFO, 0x13, 1); /* it passes on what others count */
    CHECK_EQ(court_broken(&rig, "DLG3"), 0);
    court_close(&rig);
}

TEST(dlg3_asks_nothing_outside_dialogs)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 0);
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_OPTIONS, 0x11));
    court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_OPTIONS, 0x12));
    CHECK_EQ(court_broken(&rig, "DLG3"), 0);
    court_close(&rig);
}
