/* Calls through a B2BUA, as stories of tests/scenario/flows/b2bua, one case each: whatever one end does is asked for at the other, and
 * both calls end together. Each has its golden ladder and holds the laws under a hundred orders: see flow.h. */
#include "check.h"
#include "flow.h"

/* RFC3261:6 */
TEST(rfc3261_6_a_b2bua_is_called_and_calls)
{
    flow_check("b2bua/session", NULL);
}

/* ---- offers and answers ---- */

/* RFC3261:13.2.1 */
TEST(rfc3261_13_2_1_an_offer_of_the_callee_goes_through_a_b2bua)
{
    flow_check("b2bua/late_offer", NULL);
}

/* RFC3262:3 */
TEST(rfc3262_3_a_reliable_response_goes_through_a_b2bua)
{
    flow_check("b2bua/reliable", NULL);
}

/* RFC6337:2.2 */
TEST(rfc6337_2_2_an_offer_in_a_reliable_response_goes_through_a_b2bua)
{
    flow_check("b2bua/reliable_offer", NULL);
}

/* RFC3262:5 */
TEST(rfc3262_5_an_offer_in_a_prack_goes_through_a_b2bua)
{
    flow_check("b2bua/prack_offer", NULL);
}

/* RFC3262:4 */
TEST(rfc3262_4_a_b2bua_asks_for_no_more_than_its_caller)
{
    flow_check("b2bua/unreliable_caller", NULL);
    flow_check("b2bua/required", NULL);
}

/* RFC3311:5.1 */
TEST(rfc3311_5_1_an_early_update_goes_through_a_b2bua)
{
    flow_check("b2bua/early_update", NULL);
}

/* RFC3261:14 RFC3311:5.1 */
TEST(rfc3261_14_changes_of_both_ends_go_through_a_b2bua)
{
    flow_check("b2bua/changes", NULL);
}

/* RFC3261:14.1 */
TEST(rfc3261_14_1_a_change_is_refused_through_a_b2bua)
{
    flow_check("b2bua/change_refused", NULL);
}

/* RFC6141:3.8 */
TEST(rfc6141_3_8_a_change_is_cancelled_through_a_b2bua)
{
    flow_check("b2bua/change_cancelled", NULL);
}

/* RFC3261:14.1 */
TEST(rfc3261_14_1_changes_of_both_ends_meet_in_a_b2bua)
{
    flow_check("b2bua/glare", NULL);
}

/* RFC6141:3.8 one side has the new session, the other the old one: both are asked anew */
TEST(rfc6141_3_8_a_change_is_answered_that_was_cancelled_at_a_b2bua)
{
    flow_check("b2bua/change_crosses", NULL);
}

/* RFC3261:13.2.1 the caller's answer is of the phone that did not answer in the end: both are asked anew */
TEST(rfc3261_13_2_1_another_fork_answers_a_b2bua_than_had_described_itself)
{
    flow_check("b2bua/another_fork", NULL);
}

/* RFC4028:7.4 */
TEST(rfc4028_7_4_each_side_of_a_b2bua_has_its_own_session_timer)
{
    flow_check("b2bua/session_timer", NULL);
}

/* ---- the end ---- */

/* RFC3261:9.1 */
TEST(rfc3261_9_1_a_cancel_goes_through_a_b2bua)
{
    flow_check("b2bua/cancelled", NULL);
    flow_check("b2bua/cancel_crosses_200", NULL);
}

/* RFC3261:13.3.1.3 */
TEST(rfc3261_13_3_1_3_failures_go_through_a_b2bua)
{
    flow_check("b2bua/rejected", NULL);
    flow_check("b2bua/redirected", NULL);
    flow_check("b2bua/unheard", NULL);
}

/* RFC3261:15 */
TEST(rfc3261_15_both_calls_of_a_b2bua_end_together)
{
    flow_check("b2bua/byes_cross", NULL);
    flow_check("b2bua/hung_up_before_ack", NULL);
    flow_check("b2bua/callee_crashes", NULL);
}

/* ---- beside the session ---- */

/* RFC3515:2.4.5 RFC3515:2.4.2 */
TEST(rfc3515_2_4_5_a_refer_goes_through_a_b2bua_where_it_may)
{
    flow_check("b2bua/referred", NULL);
    flow_check("b2bua/refer_refused", NULL);
}

/* RFC6086:4.2.1 RFC3428:4 */
TEST(rfc6086_4_2_1_info_goes_through_a_b2bua)
{
    flow_check("b2bua/info", NULL);
}
