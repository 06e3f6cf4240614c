/* RFC 4475: every case of the torture tests is judged as its section says.
 * The messages and their verdicts are in corpus/rfc. */
#include "corpus.h"

#include "check.h"

TEST(rfc4475_3_1_1_1_a_short_tortuous_invite)
{
    corpus_check_section("rfc4475", "3.1.1.1");
}

TEST(rfc4475_3_1_1_2_a_wide_range_of_valid_characters)
{
    corpus_check_section("rfc4475", "3.1.1.2");
}

TEST(rfc4475_3_1_1_3_valid_use_of_percent_escapes)
{
    corpus_check_section("rfc4475", "3.1.1.3");
}

TEST(rfc4475_3_1_1_4_escaped_nulls_in_uris)
{
    corpus_check_section("rfc4475", "3.1.1.4");
}

TEST(rfc4475_3_1_1_5_percent_where_it_is_no_escape)
{
    corpus_check_section("rfc4475", "3.1.1.5");
}

TEST(rfc4475_3_1_1_6_no_blank_between_display_name_and_bracket)
{
    corpus_check_section("rfc4475", "3.1.1.6");
}

TEST(rfc4475_3_1_1_7_long_values)
{
    corpus_check_section("rfc4475", "3.1.1.7");
}

TEST(rfc4475_3_1_1_8_extra_octets_in_a_datagram)
{
    corpus_check_section("rfc4475", "3.1.1.8");
}

TEST(rfc4475_3_1_1_9_semicolons_in_the_user_part)
{
    corpus_check_section("rfc4475", "3.1.1.9");
}

TEST(rfc4475_3_1_1_10_varied_and_unknown_transports)
{
    corpus_check_section("rfc4475", "3.1.1.10");
}

TEST(rfc4475_3_1_1_11_a_multipart_body_with_binary_parts)
{
    corpus_check_section("rfc4475", "3.1.1.11");
}

TEST(rfc4475_3_1_1_12_an_unusual_reason_phrase)
{
    corpus_check_section("rfc4475", "3.1.1.12");
}

TEST(rfc4475_3_1_1_13_an_empty_reason_phrase)
{
    corpus_check_section("rfc4475", "3.1.1.13");
}

TEST(rfc4475_3_1_2_1_extraneous_separators)
{
    corpus_check_section("rfc4475", "3.1.2.1");
}

TEST(rfc4475_3_1_2_2_content_length_larger_than_the_message)
{
    corpus_check_section("rfc4475", "3.1.2.2");
}

TEST(rfc4475_3_1_2_3_a_negative_content_length)
{
    corpus_check_section("rfc4475", "3.1.2.3");
}

TEST(rfc4475_3_1_2_4_overlarge_numbers_in_a_request)
{
    corpus_check_section("rfc4475", "3.1.2.4");
}

TEST(rfc4475_3_1_2_5_overlarge_numbers_in_a_response)
{
    corpus_check_section("rfc4475", "3.1.2.5");
}

TEST(rfc4475_3_1_2_6_an_unterminated_quoted_string)
{
    corpus_check_section("rfc4475", "3.1.2.6");
}

TEST(rfc4475_3_1_2_7_brackets_around_the_request_uri)
{
    corpus_check_section("rfc4475", "3.1.2.7");
}

TEST(rfc4475_3_1_2_8_a_blank_in_the_request_uri)
{
    corpus_check_section("rfc4475", "3.1.2.8");
}

TEST(rfc4475_3_1_2_9_several_blanks_in_the_request_line)
{
    corpus_check_section("rfc4475", "3.1.2.9");
}

TEST(rfc4475_3_1_2_10_blanks_at_the_end_of_the_request_line)
{
    corpus_check_section("rfc4475", "3.1.2.10");
}

TEST(rfc4475_3_1_2_11_escaped_headers_in_the_request_uri)
{
    corpus_check_section("rfc4475", "3.1.2.11");
}

TEST(rfc4475_3_1_2_12_an_invalid_time_zone)
{
    corpus_check_section("rfc4475", "3.1.2.12");
}

TEST(rfc4475_3_1_2_13_a_uri_with_headers_without_brackets)
{
    corpus_check_section("rfc4475", "3.1.2.13");
}

TEST(rfc4475_3_1_2_14_blanks_within_an_addr_spec)
{
    corpus_check_section("rfc4475", "3.1.2.14");
}

TEST(rfc4475_3_1_2_15_display_names_of_other_than_tokens)
{
    corpus_check_section("rfc4475", "3.1.2.15");
}

TEST(rfc4475_3_1_2_16_an_unknown_version)
{
    corpus_check_section("rfc4475", "3.1.2.16");
}

TEST(rfc4475_3_1_2_17_methods_of_start_line_and_cseq_differ)
{
    corpus_check_section("rfc4475", "3.1.2.17");
}

TEST(rfc4475_3_1_2_18_an_unknown_method_and_another_in_cseq)
{
    corpus_check_section("rfc4475", "3.1.2.18");
}

TEST(rfc4475_3_1_2_19_an_overlarge_status_code)
{
    corpus_check_section("rfc4475", "3.1.2.19");
}

TEST(rfc4475_3_2_1_a_branch_without_identifier)
{
    corpus_check_section("rfc4475", "3.2.1");
}

TEST(rfc4475_3_3_1_missing_required_fields)
{
    corpus_check_section("rfc4475", "3.3.1");
}

TEST(rfc4475_3_3_2_an_unknown_scheme_in_the_request_uri)
{
    corpus_check_section("rfc4475", "3.3.2");
}

TEST(rfc4475_3_3_3_a_known_but_atypical_scheme)
{
    corpus_check_section("rfc4475", "3.3.3");
}

TEST(rfc4475_3_3_4_unknown_schemes_in_header_fields)
{
    corpus_check_section("rfc4475", "3.3.4");
}

TEST(rfc4475_3_3_5_require_and_proxy_require)
{
    corpus_check_section("rfc4475", "3.3.5");
}

TEST(rfc4475_3_3_6_an_unknown_content_type)
{
    corpus_check_section("rfc4475", "3.3.6");
}

TEST(rfc4475_3_3_7_an_unknown_authorization_scheme)
{
    corpus_check_section("rfc4475", "3.3.7");
}

TEST(rfc4475_3_3_8_several_values_where_one_is_allowed)
{
    corpus_check_section("rfc4475", "3.3.8");
}

TEST(rfc4475_3_3_9_several_content_lengths)
{
    corpus_check_section("rfc4475", "3.3.9");
}

TEST(rfc4475_3_3_10_a_broadcast_address_in_via)
{
    corpus_check_section("rfc4475", "3.3.10");
}

TEST(rfc4475_3_3_11_max_forwards_of_zero)
{
    corpus_check_section("rfc4475", "3.3.11");
}

TEST(rfc4475_3_3_12_a_contact_header_parameter)
{
    corpus_check_section("rfc4475", "3.3.12");
}

TEST(rfc4475_3_3_13_a_contact_uri_parameter)
{
    corpus_check_section("rfc4475", "3.3.13");
}

TEST(rfc4475_3_3_14_a_contact_uri_with_an_escaped_header)
{
    corpus_check_section("rfc4475", "3.3.14");
}

TEST(rfc4475_3_3_15_an_unacceptable_accept)
{
    corpus_check_section("rfc4475", "3.3.15");
}

TEST(rfc4475_3_4_1_an_invite_of_rfc_2543)
{
    corpus_check_section("rfc4475", "3.4.1");
}

TEST(rfc4475_every_message_has_a_verdict_in_the_table)
{
    corpus_check_all_files_have_rows("rfc4475");
}

TEST(rfc4475_no_byte_past_the_end_is_read)
{
    corpus_check_exact_copies("rfc4475");
}

TEST(rfc4475_every_truncation_is_judged)
{
    corpus_check_truncations("rfc4475");
}

TEST(rfc4475_what_is_accepted_can_be_printed_again)
{
    corpus_check_splices("rfc4475");
}
