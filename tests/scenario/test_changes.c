/* The shipped stories of sessions that change, one case each: golden ladders, and the laws under a hundred orders (flow.h). */
#include "check.h"
#include "flow.h"

/* RFC3264:8.4 RFC3261:14.1 RFC3311:5.1 */
TEST(hold_and_resume_by_reinvite_and_update)
{
    flow_check("shipped/hold_resume", NULL);
}

/* RFC3262:3 RFC6337:2.2 pattern 5 */
TEST(a_reliable_183_and_an_offer_in_the_prack)
{
    flow_check("shipped/reliable_183", NULL);
}

/* RFC3311:5.1 */
TEST(update_in_an_early_dialog)
{
    flow_check("shipped/early_update", NULL);
}

/* RFC3261:13.2.1 RFC3262:5 */
TEST(offers_in_2xx_and_in_a_reliable_183)
{
    flow_check("shipped/late_offer", NULL);
}

/* RFC3264:8.1 RFC3264:8.2 */
TEST(video_added_removed_and_added_again)
{
    flow_check("shipped/video", NULL);
}

TEST(a_session_of_messages)
{
    flow_check("shipped/message_session", NULL);
}

/* RFC3262:3 */
TEST(race_a_prack_comes_after_the_487)
{
    flow_check("shipped/prack_after_487", NULL);
}

/* RFC4028:10 */
TEST(session_timers_clear_a_crashed_peer)
{
    flow_check("shipped/session_timer", NULL);
}

/* The ACK is lost; its copy, for the first copy of the 200, goes out as the second copy comes. RFC3261:13.2.2.4 */
TEST(race_an_ack_overtakes_a_copy_of_the_2xx_of_a_reinvite)
{
    static const flow_loss losses[] = { { "alice", SS_METHOD_ACK, 0, 2, 2, 0 }, { 0 } };
    flow_check("shipped/hold_resume_lossy", losses);
}

/* RFC6141:3.3 */
TEST(a_change_is_taken_back_inside_its_reinvite)
{
    flow_check("shipped/reinvite_undone", NULL);
}

/* RFC3515:2.4.1 RFC6665:4.1.2.3 RFC6086:4.1 a call's end ends what it subscribed to, and a reference need not end a call */
TEST(beside_calls_messages_digits_subscriptions_and_references_come_and_go)
{
    flow_check("shipped/beside_calls", NULL);
}
