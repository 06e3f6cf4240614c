/* The summary says the same of the same message, and nothing of what is no message. */
#include "check.h"
#include "messages.h"

#include <string.h>

TEST(summary_of_a_response_with_two_vias)
{
    ss_summary s;
    test_arena()->used = 0;
    ss_summarise_bytes(test_message_named("ringing"), test_arena(), &s);
    CHECK_EQ(test_arena()->used, 0);
    CHECK_EQ(s.is_sip, 1);
    CHECK_EQ(s.is_request, 0);
    CHECK_EQ(s.method, SS_METHOD_INVITE);
    CHECK_EQ(s.via_count, 2);
    CHECK_EQ(s.status, 180);
    CHECK_EQ(s.max_forwards, 0xffff);
    CHECK_EQ(s.cseq, 314159);
    CHECK_EQ(s.body_bytes, 0);
    CHECK_EQ(s.call_id, ss_hash64(0, SS_LIT("a84b4c76e66710")));
    CHECK_EQ(s.from_tag, ss_hash64(0, SS_LIT("19")));
    CHECK_EQ(s.to_tag, ss_hash64(0, SS_LIT("a6")));
    CHECK_EQ(s.bytes, ss_hash64(0, test_message_named("ringing")));
    ss_via via;
    CHECK_OK(ss_via_parse(SS_LIT("SIP/2.0/UDP pc33.example;branch=z9hG4bK776asdhds"), &via));
    CHECK_EQ(s.second_branch, ss_via_identity(&via));
    CHECK(s.branch != 0 && s.branch != s.second_branch);
}

TEST(summary_of_a_request_without_to_tag)
{
    ss_summary s;
    ss_summarise_bytes(test_message_named("invite"), test_arena(), &s);
    CHECK_EQ(s.is_request, 1);
    CHECK_EQ(s.to_tag, 0);
    CHECK_EQ(s.max_forwards, 70);
    CHECK_EQ(s.body_bytes, 101);
    CHECK_EQ(s.second_branch, 0);
}

TEST(summary_of_rubbish_is_all_zero)
{
    ss_summary s;
    const ss_summary zero = { 0 };
    memset(&s, 0xff, sizeof s);
    ss_summarise_bytes(SS_LIT("GET / HTTP/1.1\r\n\r\n"), test_arena(), &s);
    CHECK_EQ(memcmp(&s, &zero, sizeof s), 0);
    ss_summarise_bytes(SS_EMPTY, test_arena(), &s);
    CHECK_EQ(s.is_sip, 0);
}
