/* RFC 5118: IPv6 references and addresses where they may stand.
 * The messages and their verdicts are in corpus/rfc. */
#include "corpus.h"

#include "check.h"

TEST(rfc5118_4_1_an_ipv6_reference)
{
    corpus_check_section("rfc5118", "4.1");
}

TEST(rfc5118_4_2_an_ipv6_address_without_brackets)
{
    corpus_check_section("rfc5118", "4.2");
}

TEST(rfc5118_4_3_an_ambiguous_port)
{
    corpus_check_section("rfc5118", "4.3");
}

TEST(rfc5118_4_4_an_unambiguous_port)
{
    corpus_check_section("rfc5118", "4.4");
}

TEST(rfc5118_4_5_received_with_and_without_brackets)
{
    corpus_check_section("rfc5118", "4.5");
}

TEST(rfc5118_4_6_ipv6_in_the_body)
{
    corpus_check_section("rfc5118", "4.6");
}

TEST(rfc5118_4_7_vias_of_both_families)
{
    corpus_check_section("rfc5118", "4.7");
}

TEST(rfc5118_4_8_media_of_both_families)
{
    corpus_check_section("rfc5118", "4.8");
}

TEST(rfc5118_4_9_ipv4_mapped_addresses)
{
    corpus_check_section("rfc5118", "4.9");
}

TEST(rfc5118_4_10_three_colons_before_an_ipv4_address)
{
    corpus_check_section("rfc5118", "4.10");
}

TEST(rfc5118_every_message_has_a_verdict_in_the_table)
{
    corpus_check_all_files_have_rows("rfc5118");
}

TEST(rfc5118_no_byte_past_the_end_is_read)
{
    corpus_check_exact_copies("rfc5118");
}

TEST(rfc5118_every_truncation_is_judged)
{
    corpus_check_truncations("rfc5118");
}

TEST(rfc5118_what_is_accepted_can_be_printed_again)
{
    corpus_check_splices("rfc5118");
}
