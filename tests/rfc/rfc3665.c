/* RFC 3665: the messages of the basic call flows are accepted by those they are for.
 * The messages and their verdicts are in corpus/rfc. */
#include "corpus.h"

#include "check.h"

TEST(rfc3665_2_1_a_registration)
{
    corpus_check_section("rfc3665", "2.1");
}

TEST(rfc3665_2_2_an_update_of_the_contact_list)
{
    corpus_check_section("rfc3665", "2.2");
}

TEST(rfc3665_2_3_a_query_of_bindings)
{
    corpus_check_section("rfc3665", "2.3");
}

TEST(rfc3665_2_4_a_registration_is_cancelled)
{
    corpus_check_section("rfc3665", "2.4");
}

TEST(rfc3665_2_5_a_registration_with_a_wrong_password)
{
    corpus_check_section("rfc3665", "2.5");
}

TEST(rfc3665_3_1_a_session)
{
    corpus_check_section("rfc3665", "3.1");
}

TEST(rfc3665_3_2_a_session_through_two_proxies)
{
    corpus_check_section("rfc3665", "3.2");
}

TEST(rfc3665_3_3_two_proxies_that_ask_for_credentials)
{
    corpus_check_section("rfc3665", "3.3");
}

TEST(rfc3665_3_4_a_proxy_that_is_down)
{
    corpus_check_section("rfc3665", "3.4");
}

TEST(rfc3665_3_5_a_gateway_that_changes_the_media)
{
    corpus_check_section("rfc3665", "3.5");
}

TEST(rfc3665_3_6_a_redirection_and_sdp_in_ack)
{
    corpus_check_section("rfc3665", "3.6");
}

TEST(rfc3665_3_7_a_reinvite)
{
    corpus_check_section("rfc3665", "3.7");
}

TEST(rfc3665_3_8_no_answer)
{
    corpus_check_section("rfc3665", "3.8");
}

TEST(rfc3665_3_9_busy)
{
    corpus_check_section("rfc3665", "3.9");
}

TEST(rfc3665_3_10_no_response)
{
    corpus_check_section("rfc3665", "3.10");
}

TEST(rfc3665_3_11_temporarily_unavailable)
{
    corpus_check_section("rfc3665", "3.11");
}

TEST(rfc3665_every_message_has_a_verdict_in_the_table)
{
    corpus_check_all_files_have_rows("rfc3665");
}

TEST(rfc3665_no_byte_past_the_end_is_read)
{
    corpus_check_exact_copies("rfc3665");
}

TEST(rfc3665_every_truncation_is_judged)
{
    corpus_check_truncations("rfc3665");
}

TEST(rfc3665_what_is_accepted_can_be_printed_again)
{
    corpus_check_splices("rfc3665");
}
