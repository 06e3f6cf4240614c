/* Races, one case each: those of RFC 5407, and those that stacks got wrong. Each is a story of tests/scenario/flows with its golden
 * ladder, and holds the laws under a hundred orders: see flow.h. docs/flows.md says which is which. */
#include "check.h"
#include "flow.h"

#define NO_MORE \
    {           \
        0       \
    }

/* ---- RFC 5407 ---- */

/* RFC5407:3.1.1 */
TEST(rfc5407_3_1_1_a_copy_of_the_invite_comes_after_the_200)
{
    flow_check("rfc5407/invite_again_after_200", NULL);
}

/* RFC5407:3.1.2 RFC3261:9.2 */
TEST(rfc5407_3_1_2_a_cancel_comes_after_the_200)
{
    flow_check("rfc5407/cancel_crosses_200", NULL);
}

/* RFC5407:3.1.3 RFC3261:15 */
TEST(rfc5407_3_1_3_a_bye_of_an_early_dialog_crosses_the_200)
{
    flow_check("rfc5407/early_bye_crosses_200", NULL);
}

/* RFC5407:3.1.4 */
TEST(rfc5407_3_1_4_a_reinvite_comes_before_the_ack)
{
    static const flow_loss losses[] = { { "alice", SS_METHOD_ACK, 0, 1, 1, 1 }, NO_MORE };
    flow_check("rfc5407/reinvite_before_ack", losses);
}

/* RFC5407:3.1.5 */
TEST(rfc5407_3_1_5_a_reinvite_comes_before_the_ack_with_the_answer)
{
    static const flow_loss losses[] = { { "alice", SS_METHOD_ACK, 0, 1, 1, 1 }, NO_MORE };
    flow_check("rfc5407/reinvite_before_late_answer", losses);
}

/* RFC5407:3.1.5 RFC3311:5.2 */
TEST(rfc5407_3_1_5_an_update_comes_before_the_ack_with_the_answer)
{
    static const flow_loss losses[] = { { "alice", SS_METHOD_ACK, 0, 1, 1, 1 }, NO_MORE };
    flow_check("rfc5407/update_before_late_answer", losses);
}

/* RFC5407:3.1.6 */
TEST(rfc5407_3_1_6_a_bye_comes_before_the_ack)
{
    static const flow_loss losses[] = { { "alice", SS_METHOD_ACK, 0, 1, 1, 0 }, NO_MORE };
    flow_check("rfc5407/bye_before_ack", losses);
}

/* RFC5407:3.2.1 */
TEST(rfc5407_3_2_1_two_byes_cross)
{
    flow_check("rfc5407/byes_cross", NULL);
}

/* RFC5407:3.2.2 */
TEST(rfc5407_3_2_2_a_bye_crosses_a_reinvite)
{
    flow_check("shipped/bye_crosses_reinvite", NULL);
}

/* RFC5407:3.2.3 */
TEST(rfc5407_3_2_3_a_bye_crosses_the_200_of_a_reinvite)
{
    flow_check("rfc5407/bye_crosses_200_of_reinvite", NULL);
}

/* RFC5407:3.2.4 */
TEST(rfc5407_3_2_4_an_ack_comes_after_the_bye)
{
    flow_check("rfc5407/ack_after_bye", NULL);
}

/* RFC5407:3.3.1 RFC3261:14.1 */
TEST(rfc5407_3_3_1_reinvites_cross)
{
    flow_check("shipped/reinvite_glare", NULL);
}

/* RFC5407:3.3.2 RFC3311:5.2 */
TEST(rfc5407_3_3_2_an_update_crosses_a_reinvite)
{
    flow_check("rfc5407/update_crosses_reinvite", NULL);
}

/* RFC5407:3.3.2 */
TEST(rfc5407_3_3_2_updates_without_an_offer_collide_with_nothing)
{
    flow_check("rfc5407/bare_update_crosses_reinvite", NULL);
}

/* RFC5407:3.3.3 RFC5057:4.1 */
TEST(rfc5407_3_3_3_a_bye_crosses_a_refer)
{
    flow_check("rfc5407/bye_crosses_refer", NULL);
}

/* RFC3261:15.1.2 RFC5407:2 */
TEST(rfc5407_2_a_bye_ends_an_early_dialog)
{
    flow_check("rfc5407/early_bye", NULL);
}

/* RFC5407:B */
TEST(rfc5407_b_a_bye_overtakes_a_reinvite)
{
    static const flow_loss losses[] = { { "alice", SS_METHOD_INVITE, 0, 1, 1, 2 }, NO_MORE };
    flow_check("rfc5407/bye_overtakes_reinvite", losses);
}

/* RFC5407:D RFC3261:22.2 */
TEST(rfc5407_d_a_bye_is_challenged)
{
    flow_check("rfc5407/bye_is_challenged", NULL);
}

/* RFC5407:A RFC3261:15 */
TEST(rfc5407_a_a_bye_ends_the_early_dialog_of_one_fork)
{
    flow_check("rfc5407/early_bye_of_one_fork", NULL);
}

/* RFC5407:E RFC3261:13.2.2.4 */
TEST(rfc5407_e_two_forks_ring_and_one_answers)
{
    flow_check("rfc5407/forks_ring_one_answers", NULL);
}

/* RFC5407:E RFC3261:13.2.2.4 */
TEST(rfc5407_e_two_forks_ring_and_both_answer)
{
    flow_check("rfc5407/forks_answer_both", NULL);
}

/* RFC5407:E RFC3261:13.2.2.4 */
TEST(rfc5407_e_a_fork_answers_without_ringing)
{
    flow_check("rfc5407/fork_answers_without_ringing", NULL);
}

/* RFC5407:E RFC3262:4 */
TEST(rfc5407_e_two_forks_ring_reliably)
{
    flow_check("rfc5407/forks_ring_reliably", NULL);
}

/* ---- races that stacks got wrong ---- */

/* RFC3261:9.1 */
TEST(race_a_cancel_crosses_the_180)
{
    flow_check("races/cancel_crosses_180", NULL);
}

/* RFC3261:9.1 RFC3261:17.1.2.2 */
TEST(race_a_cancel_is_sent_again)
{
    static const flow_loss losses[] = { { "bob", SS_METHOD_CANCEL, 200, 1, 2, 0 }, NO_MORE };
    flow_check("races/cancel_again", losses);
}

/* RFC3261:17.2.1 */
TEST(race_a_487_is_never_acknowledged)
{
    static const flow_loss losses[] = { { "alice", SS_METHOD_ACK, 0, 1, 16, 0 }, NO_MORE };
    flow_check("races/ack_of_487_lost", losses);
}

/* RFC3261:13.3.1.4 */
TEST(race_a_2xx_is_never_acknowledged)
{
    static const flow_loss losses[] = { { "alice", SS_METHOD_ACK, 0, 1, 16, 0 }, NO_MORE };
    flow_check("races/ack_of_200_lost", losses);
}

/* RFC3261:13.2.2.4 */
TEST(race_an_ack_crosses_a_copy_of_the_2xx)
{
    flow_check("races/ack_crosses_200", NULL);
}

/* RFC3261:17.1.1.2 RFC3261:13.3.1.4 RFC3261:15.1.2 */
TEST(race_a_200_comes_after_timer_b)
{
    flow_check("races/answer_after_timer_b", NULL);
}

/* RFC3261:15.1.1 RFC3261:17.1.2.2 */
TEST(race_the_200_of_a_bye_comes_after_timer_f)
{
    static const flow_loss losses[] = { { "bob", SS_METHOD_BYE, 200, 1, 16, 0 }, NO_MORE };
    flow_check("races/answer_of_bye_lost", losses);
}

/* RFC3261:17.1.2.2 RFC3261:17.2.2 */
TEST(race_a_request_comes_after_its_timer_f)
{
    flow_check("races/request_after_timer_f", NULL);
}

/* RFC3261:17.2.2 */
TEST(race_a_copy_comes_after_timer_j)
{
    flow_check("races/copy_after_timer_j", NULL);
}

/* RFC3261:15.1.2 RFC3261:17.2.1 RFC6026:7.1 */
TEST(race_an_invite_an_ack_and_a_bye_come_when_their_call_was_long_over)
{
    flow_check("races/ghosts", NULL);
}

/* RFC3261:13.2.2.4 The ACK of the second 2xx is lost, and goes again for its copy. */
TEST(race_a_fork_brings_two_2xx_and_an_ack_is_lost)
{
    static const flow_loss losses[] = { { "alice", SS_METHOD_ACK, 0, 2, 2, 1 }, NO_MORE };
    flow_check("races/fork_two_2xx", losses);
}

/* RFC3261:13.2.2.4 RFC3261:16.7 */
TEST(race_the_first_leg_of_a_fork_ends_first)
{
    flow_check("races/fork_first_leg_ends_first", NULL);
}

/* RFC3261:22.1 RFC7616:3.3 */
TEST(race_challenges_without_an_end)
{
    flow_check("races/endless_challenges", NULL);
}

TEST(race_a_crash_behind_tcp_is_silent)
{
    flow_check("races/crash_by_tcp", NULL);
}

/* RFC3311:5.3 RFC3261:12.2.1.2 One end has the new session, the other the old one, and the dialog ends: OFF5 asks nothing. */
TEST(race_the_answer_of_an_update_is_lost_for_good)
{
    flow_check("races/answer_of_update_lost", NULL);
}

/* RFC3261:13.2.2.4 RFC3264:6 */
TEST(race_a_late_offer_has_nothing_in_common)
{
    flow_check("races/late_offer_nothing_in_common", NULL);
}
