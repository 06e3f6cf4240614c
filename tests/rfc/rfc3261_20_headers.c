/* RFC 3261 section 20: the grammar of the fields that a call needs, judged as a message comes in. */
#include "check.h"
#include "messages.h"

#include "ss/grammar.h"

/* Each of the edits is refused with 400. */
static void check_refused(const char *const *edits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned response = 0;
        CHECK_STATUS(test_verdict(edits[i], &response), SS_ERR_SYNTAX);
        CHECK_EQ(response, 400);
    }
}

static void check_taken(const char *const *edits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned response = 0;
        CHECK_OK(test_verdict(edits[i], &response));
    }
}

TEST(rfc3261_20_8_call_id_is_a_word_or_two_joined_by_an_at_sign)
{
    static const char *const good[] = { "Call-ID: a", "Call-ID: f81d4fae@foo.bar",
                                        "Call-ID: (a)<b>:\\\"/[]?{}@x" };
    static const char *const bad[] = { "Call-ID:",     "Call-ID: a b",     "Call-ID: a@",
                                       "Call-ID: @a",  "Call-ID: a@b@c",   "Call-ID: a,b",
                                       "Call-ID: a;b", "Call-ID: \xc3\xa9" };
    check_taken(good, SS_COUNT(good));
    check_refused(bad, SS_COUNT(bad));
}

TEST(rfc3261_20_10_an_address_with_comma_question_mark_or_semicolon_needs_brackets)
{
    static const char *const bad[] = { "From: sip:a?x=y@b.example;tag=1",
                                       "From: sip:a,b@c.example;tag=1", "To: sip:a@b.example?x=y" };
    check_refused(bad, SS_COUNT(bad));
    ss_msg msg;
    ss_name_addr to;
    test_parse_ok(test_request("To: sip:a@b.example;tag=x"), &msg);
    CHECK_OK(ss_msg_to(&msg, &to));
    CHECK_SLICE(to.uri, "sip:a@b.example");
    CHECK_SLICE(ss_name_addr_tag(&to), "x"); /* a parameter of the field, not of the URI */
}

TEST(rfc3261_20_20_from_is_one_address)
{
    static const char *const bad[] = { "From:",
                                       "From: *",
                                       "From: <sip:a@b>, <sip:c@d>",
                                       "From: \"x <sip:a@b>;tag=1",
                                       "From: <sip:a@b>;tag=\"1\"",
                                       "From: <sip:a@b>;tag",
                                       "From: <sip:a@b>;tag=1;",
                                       "From: Bob C sip:a@b" };
    static const char *const good[] = {
        "From: <sip:a@b.example>", "From: \"\" <sip:a@b.example>;tag=1",
        "From: Anonymous <sip:c8oqz84zk7z@privacy.example>;tag=hyh8",
        "From: <unknown-scheme:with-some-data>;tag=1;x=\"a;b\\\"c\""
    };
    check_refused(bad, SS_COUNT(bad));
    check_taken(good, SS_COUNT(good));
}

TEST(rfc3261_20_39_to_is_one_address)
{
    static const char *const bad[] = { "To:", "To: *", "To: <sip:a@b>, <sip:c@d>",
                                       "To: <sip:a@b> <sip:c@d>" };
    check_refused(bad, SS_COUNT(bad));
}

TEST(rfc3261_20_22_max_forwards_is_0_to_255)
{
    static const char *const good[] = { "Max-Forwards: 0", "Max-Forwards: 255",
                                        "Max-Forwards: 0070" };
    static const char *const bad[] = { "Max-Forwards: 256",
                                       "Max-Forwards: -1",
                                       "Max-Forwards:",
                                       "Max-Forwards: 7o",
                                       "Max-Forwards: 99999999999999999999",
                                       "Max-Forwards: 1, 2" };
    check_taken(good, SS_COUNT(good));
    check_refused(bad, SS_COUNT(bad));
}

TEST(rfc3261_20_42_the_topmost_via_matches_its_grammar)
{
    static const char *const bad[] = { "Via:",
                                       "Via: SIP/2.0/UDP",
                                       "Via: SIP/2.0/UDP 192.0.2.15;;,;,,",
                                       "Via: SIP/2.0 a",
                                       "Via: SIP/2.0/UDP a, ",
                                       "Via: SIP/2.0/UDP a:99999",
                                       "Via: , SIP/2.0/UDP a" };
    static const char *const good[] = {
        "Via: SIP/2.0/TCP [2001:db8::9]:5060;branch=z9hG4bK1, SIP/2.0/UDP broken:",
        "Via: SIP / 2.0 / UNKNOWN a.example : 5060 ; branch = x"
    };
    ss_msg msg;
    ss_via via;
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        ss_diag diag;
        const ss_status status = test_parse(test_request(bad[i]), &msg, &diag);
        CHECK_EQ(i == 4, status == SS_OK); /* the second value is not the topmost one */
    }
    check_taken(good, SS_COUNT(good));
    test_parse_ok(test_request(good[1]), &msg);
    CHECK_OK(ss_msg_top_via(&msg, &via));
    CHECK_SLICE(via.host, "a.example");
    CHECK_EQ(via.port, 5060);
    CHECK_SLICE(via.branch, "x");
}

TEST(rfc3261_20_19_expires_beyond_its_range_is_for_ever)
{
    ss_msg msg;
    uint32_t expires = 0;
    test_parse_ok(test_request("+Expires: 4294967296"), &msg);
    CHECK_OK(ss_msg_number(&msg, SS_HDR_EXPIRES, &expires));
    CHECK_EQ(expires, UINT32_MAX);
}

TEST(rfc3261_20_unknown_fields_are_kept_untouched)
{
    ss_msg msg;
    test_parse_ok(test_request("+X-Strange: {any} \xc3\xa9 \"thing"), &msg);
    CHECK_SLICE(ss_msg_value(&msg, SS_HDR_OTHER, 0), "{any} \xc3\xa9 \"thing");
}

/* RFC3261:20.42 and RFC3261:25.1: via-parm *( COMMA via-parm ), one at least. What is on top is not skipped in search of a
 * better one: parser and judge say the same. */
TEST(rfc3261_20_42_an_empty_via_on_top_is_refused_by_parser_and_judge)
{
    static const char *const bad[] = { "Via:", "Via: ,", "Via: , SIP/2.0/UDP h;branch=z9hG4bK1",
                                       "Via: \r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1" };
    static const ss_judge_options options = { .element = SS_ELEMENT_PROXY, .tolerant = true };
    ss_judge_options judging = options;
    judging.limits = ss_limits_default();
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        ss_msg msg;
        ss_diag diag;
        const ss_slice bytes = test_request(bad[i]);
        CHECK_STATUS(test_parse(bytes, &msg, &diag), SS_ERR_SYNTAX);
        CHECK_EQ(diag.header, SS_HDR_VIA);
        CHECK_EQ(diag.response, 400);
        test_arena()->used = 0;
        CHECK_EQ(ss_msg_judge(&msg, test_arena(), bytes, &judging, &diag), SS_VERDICT_REJECT);
        ss_via via;
        CHECK_STATUS(ss_msg_top_via(&msg, &via), SS_ERR_SYNTAX);
    }
}
