/* The flows of tests/scenario/flows, one case each: RFC 3665 where it needs no more than we have, events, digest. Each has its golden
 * ladder and holds the laws under a hundred orders: see flow.h. The races are in test_races.c. */
#include "check.h"
#include "flow.h"

#define NO_MORE \
    {           \
        0       \
    }

/* ---- RFC 3665 ---- */

/* RFC3665:2.1 */
TEST(rfc3665_2_1_a_new_registration)
{
    flow_check("rfc3665/registration", NULL);
}

/* RFC3665:2.2 */
TEST(rfc3665_2_2_another_contact)
{
    flow_check("rfc3665/another_contact", NULL);
}

/* RFC3665:2.3 RFC3261:10.2.3 */
TEST(rfc3665_2_3_what_is_bound)
{
    flow_check("rfc3665/bindings", NULL);
}

/* RFC3665:2.4 RFC3261:10.2.2 */
TEST(rfc3665_2_4_a_registration_is_cancelled)
{
    flow_check("rfc3665/removal", NULL);
}

/* RFC3665:2.5 */
TEST(rfc3665_2_5_an_unsuccessful_registration)
{
    flow_check("rfc3665/unsuccessful_registration", NULL);
}

/* RFC3665:3.1 */
TEST(rfc3665_3_1_a_session_between_two_user_agents)
{
    flow_check("rfc3665/session", NULL);
}

/* RFC3665:3.2 */
TEST(rfc3665_3_2_a_session_through_two_proxies)
{
    flow_check("rfc3665/two_proxies", NULL);
}

/* RFC3665:3.3 RFC3261:22.3 */
TEST(rfc3665_3_3_both_proxies_ask_the_caller)
{
    flow_check("rfc3665/two_credentials", NULL);
}

/* RFC3665:3.4 RFC3263:4.3 */
TEST(rfc3665_3_4_the_first_proxy_does_not_answer)
{
    flow_check("rfc3665/proxy_failure", NULL);
}

/* RFC3665:3.5 */
TEST(rfc3665_3_5_a_session_through_an_alg)
{
    flow_check("rfc3665/alg", NULL);
}

/* RFC3665:3.6 */
TEST(rfc3665_3_6_redirected_with_the_answer_in_the_ack)
{
    flow_check("rfc3665/redirected", NULL);
}

/* RFC3665:3.7 */
TEST(rfc3665_3_7_a_reinvite_from_end_to_end)
{
    flow_check("rfc3665/reinvite", NULL);
}

/* RFC3665:3.8 */
TEST(rfc3665_3_8_no_answer_and_a_cancel)
{
    flow_check("rfc3665/no_answer", NULL);
}

/* RFC3665:3.9 */
TEST(rfc3665_3_9_a_busy_callee)
{
    flow_check("rfc3665/busy", NULL);
}

/* RFC3665:3.10 */
TEST(rfc3665_3_10_a_callee_that_does_not_respond)
{
    flow_check("rfc3665/no_response", NULL);
}

/* RFC3665:3.11 */
TEST(rfc3665_3_11_a_callee_who_is_not_available)
{
    flow_check("rfc3665/unavailable", NULL);
}

/* ---- proxies ---- */

/* RFC3261:16.6 */
TEST(rfc3261_16_6_a_proxy_between_two_transports_records_itself_twice)
{
    flow_check("proxies/two_transports", NULL);
}

/* RFC3261:16.6 */
TEST(rfc3261_16_6_a_chain_of_proxies)
{
    flow_check("proxies/chain", NULL);
}

/* RFC3261:16.5 */
TEST(rfc3261_16_5_a_proxy_of_several_domains)
{
    flow_check("proxies/two_domains", NULL);
}

/* ---- events, references, messages ---- */

/* RFC6665:4.1.2.3 a change of the very instant at which the end arrives is told in the last NOTIFY, or before it */
TEST(rfc6665_4_1_2_3_presence_is_watched_and_watched_no_more)
{
    flow_check("events/presence", NULL);
}

/* RFC6665:4.4.3 */
TEST(rfc6665_4_4_3_presence_is_fetched)
{
    flow_check("events/fetch", NULL);
}

/* RFC6665:4.1.2.4 RFC6665:4.2.2 */
TEST(rfc6665_4_1_2_4_every_notify_is_lost)
{
    static const flow_loss losses[] = { { "bob", SS_METHOD_NOTIFY, 0, 1, 100, 0 }, NO_MORE };
    flow_check("events/timer_n", losses);
}

/* RFC6665:4.1.2.4 the 2xx is lost and comes again after the NOTIFY */
TEST(rfc6665_4_1_2_4_a_notify_comes_before_the_2xx)
{
    static const flow_loss losses[] = { { "bob", SS_METHOD_SUBSCRIBE, 200, 1, 1, 0 }, NO_MORE };
    flow_check("events/notify_first", losses);
}

/* RFC3903:6 RFC6665:4.2.2 */
TEST(rfc3903_6_a_publication_reaches_the_watcher)
{
    flow_check("events/publish", NULL);
}

/* RFC3515:2.4.4 RFC3515:2.4.6 */
TEST(rfc3515_2_4_4_a_transfer_that_fails_and_one_that_does_not)
{
    flow_check("events/blind_transfer", NULL);
}

/* RFC3515:2.4.5 */
TEST(rfc3515_2_4_5_a_refer_that_comes_as_the_run_drains_is_declined)
{
    static const flow_loss losses[] = { { "alice", SS_METHOD_REFER, 0, 1, 2, 0 }, NO_MORE };
    flow_check("events/refer_in_drain", losses);
}

/* RFC3891:3 RFC3891:4 */
TEST(rfc3891_3_an_attended_transfer)
{
    flow_check("events/attended_transfer", NULL);
}

/* RFC5627:6.1 RFC5627:4.4 */
TEST(rfc5627_6_1_an_attended_transfer_reaches_the_phone_that_answered)
{
    flow_check("events/gruu", NULL);
}

/* RFC3428:4 */
TEST(rfc3428_4_messages_outside_a_call_and_within)
{
    flow_check("events/message", NULL);
}

/* RFC6086:4.2.2 RFC3261:11.2 */
TEST(rfc6086_4_2_1_packages_that_were_said_are_taken)
{
    flow_check("events/info", NULL);
}

/* RFC3680:4.7 */
TEST(rfc3680_4_7_a_registrar_tells_of_a_registration)
{
    flow_check("events/reg", NULL);
}

/* RFC6665:4.1.3 */
TEST(rfc6665_4_1_3_a_subscription_that_is_kept_up_is_made_again)
{
    static const flow_loss losses[] = { { "bob", SS_METHOD_NOTIFY, 0, 1, 11, 0 }, NO_MORE };
    flow_check("events/watch_again", losses);
}

/* ---- digest ---- */

/* RFC3261:22.2 RFC7616:3.4.2 */
TEST(rfc3261_22_2_a_registration_is_kept_and_removed_with_one_nonce)
{
    flow_check("digest/register", NULL);
}

/* RFC3261:22.3 */
TEST(rfc3261_22_3_each_proxy_asks_the_users_of_its_domain)
{
    flow_check("digest/two_proxies", NULL);
}

/* RFC3261:22.3 */
TEST(rfc3261_22_3_all_that_is_sent_in_a_call_has_its_credentials)
{
    flow_check("digest/in_call", NULL);
}

/* RFC3261:22.1 */
TEST(rfc3261_22_1_rejected_credentials_and_those_of_another_end_the_request)
{
    flow_check("digest/wrong_password", NULL);
}

/* RFC7616:3.3 */
TEST(rfc7616_3_3_a_stale_nonce_costs_a_round_and_no_call)
{
    flow_check("digest/stale", NULL);
}

/* RFC7616:5.5 RFC7616:3.4 */
TEST(rfc7616_5_5_what_a_tap_overheard_is_refused_when_it_comes_again)
{
    flow_check("shipped/digest_replay", NULL);
}

/* RFC7616:3.5 */
TEST(rfc7616_3_5_a_server_that_does_not_prove_itself_is_refused)
{
    flow_check("shipped/unproved_server", NULL);
}

/* RFC3261:22.3 RFC3261:22.1 */
TEST(rfc3261_22_3_calls_have_credentials_of_their_own)
{
    flow_check("shipped/call_credentials", NULL);
}

/* RFC5626:4.4.1 RFC5626:4.5 RFC5626:5.4 RFC5626:7 */
TEST(rfc5626_4_4_1_a_flow_that_dies_without_a_word_is_found_out_and_the_other_takes_the_call)
{
    flow_check("shipped/flow_dies", NULL);
}

/* RFC5626:4.4.2 RFC5626:4.5 RFC5626:8 */
TEST(rfc5626_4_4_2_a_phone_finds_out_by_stun_that_an_edge_is_gone_and_comes_back_to_it)
{
    flow_check("shipped/stun_finds_a_dead_flow", NULL);
}
