/* RFC 3261 section 25 and the header fields of section 20, as ss_typed_parse reads them: one case for each sentence. */
#include "check.h"

#include "ss/grammar.h"

static ss_status type(ss_hdr id, const char *value)
{
    ss_typed typed;
    ss_flaw flaw;
    return ss_typed_parse(id, ss_slice_from(value), &typed, &flaw);
}

#define CHECK_GOOD(id, value)  CHECK_STATUS(type(SS_HDR_##id, value), SS_OK)
#define CHECK_BAD(id, value)   CHECK_STATUS(type(SS_HDR_##id, value), SS_ERR_SYNTAX)
#define CHECK_RANGE(id, value) CHECK_STATUS(type(SS_HDR_##id, value), SS_ERR_SEMANTIC)

/* RFC3261:20.17 */
TEST(rfc3261_20_17_a_date_is_in_gmt_and_in_the_form_of_rfc_1123)
{
    CHECK_GOOD(DATE, "Sat, 13 Nov 2010 23:29:00 GMT");
    CHECK_BAD(DATE, "Sat, 13 Nov 2010 23:29:00 UTC");
    CHECK_BAD(DATE, "Saturday, 13-Nov-10 23:29:00 GMT");
    CHECK_BAD(DATE, "Sat Nov 13 23:29:00 2010");
    CHECK_GOOD(DATE, "Sat,\r\n 13 Nov\r\n\t 2010 23:29:00 GMT"); /* RFC3261:7.3.1 */
    CHECK_BAD(DATE, "Sat,  13 Nov 2010 23:29:00 GMT");
    CHECK_RANGE(DATE, "Sat, 00 Nov 2010 23:29:00 GMT");
    CHECK_RANGE(DATE, "Sat, 13 Nov 2010 23:60:00 GMT");
}

/* RFC3261:20.19, RFC3261:20.22, RFC3261:20.14, RFC3261:8.1.1.5, RFC3262:7.1 */
TEST(rfc3261_25_1_numbers_end_where_their_section_says)
{
    CHECK_GOOD(EXPIRES, "2147483647");
    CHECK_GOOD(EXPIRES, "4294967295");
    CHECK_RANGE(EXPIRES, "4294967296");
    CHECK_RANGE(EXPIRES, "9223372036854775808");
    CHECK_GOOD(EXPIRES, "00000000000000000000000000000001");
    CHECK_GOOD(MAX_FORWARDS, "0");
    CHECK_GOOD(MAX_FORWARDS, "255");
    CHECK_RANGE(MAX_FORWARDS, "256");
    CHECK_RANGE(MAX_FORWARDS, "18446744073709551617");
    CHECK_GOOD(CSEQ, "2147483647 INVITE");
    CHECK_RANGE(CSEQ, "2147483648 INVITE");
    CHECK_RANGE(CSEQ, "4294967297 INVITE");
    CHECK_GOOD(RSEQ, "4294967295");
    CHECK_RANGE(RSEQ, "4294967296");
    CHECK_GOOD(RACK, "4294967295 2147483647 INVITE");
    CHECK_RANGE(RACK, "4294967295 2147483648 INVITE");
    CHECK_RANGE(CONTENT_LENGTH, "18446744073709551616");
    CHECK_BAD(CONTENT_LENGTH, "+1");
    CHECK_BAD(CONTENT_LENGTH, "1.0");
}

/* RFC3261:20.34 and RFC3261:20.30: only the bracketed form; RFC3261:20.20 takes both. */
TEST(rfc3261_20_34_a_route_stands_in_angle_brackets)
{
    CHECK_GOOD(ROUTE, "<sip:bigbox3.site3.atlanta.com;lr>");
    CHECK_BAD(ROUTE, "sip:bigbox3.site3.atlanta.com;lr");
    CHECK_BAD(RECORD_ROUTE, "sip:a");
    CHECK_BAD(PATH, "sip:a");
    CHECK_GOOD(FROM, "sip:a@b;tag=c");
}

/* RFC3261:20.10 */
TEST(rfc3261_20_10_a_comma_question_mark_or_semicolon_in_a_uri_wants_brackets)
{
    CHECK_GOOD(CONTACT, "<sip:a,b@c;x?subject=x>;q=0.1");
    CHECK_BAD(CONTACT, "sip:a@b?subject=x");
    CHECK_BAD(CONTACT, "sip:a,b@c");
    CHECK_GOOD(CONTACT, "sip:a@b;q=1.0");
    CHECK_BAD(CONTACT, "sip:a@b;q=1.1");
}

/* RFC3261:25.1 quoted-pair: any 7-bit character but CR and LF */
TEST(rfc3261_25_1_a_quoted_pair_hides_anything_but_a_line_break)
{
    CHECK_GOOD(FROM, "\"a\\\"b\\\\\" <sip:a@b>");
    CHECK_GOOD(FROM, "\"\\\x01\\\x7f\" <sip:a@b>");
    CHECK_BAD(FROM, "\"\\\n\" <sip:a@b>");
    CHECK_BAD(FROM, "\"\\\" <sip:a@b>");
    CHECK_BAD(FROM, "\"\\\xc3\xa9\" <sip:a@b>");
    CHECK_GOOD(FROM, "\"\xc3\xa9\" <sip:a@b>");
}

/* RFC3261:7.3.1 a fold is white space */
TEST(rfc3261_7_3_1_a_fold_is_white_space_where_white_space_may_be)
{
    CHECK_GOOD(VIA, "SIP\r\n / 2.0\r\n\t/ UDP\r\n  a.b\r\n ; branch\r\n =\r\n z9hG4bK");
    CHECK_BAD(VIA, "SIP/2.0/UDP a.b\r\n;branch=z");
    CHECK_BAD(VIA, "SIP/2.0/UDP a.b\n ;branch=z");
    CHECK_GOOD(SUBJECT, "a\r\n b");
    CHECK_BAD(SUBJECT, "a\r b");
}

/* RFC3261:7.3.1 any given parameter name stands once */
TEST(rfc3261_7_3_1_no_parameter_stands_twice)
{
    CHECK_BAD(TO, "<sip:a@b>;tag=1;TAG=2");
    CHECK_BAD(CONTACT, "<sip:a@b>;x;X");
    CHECK_BAD(AUTHORIZATION, "Digest realm=\"a\", realm=\"b\"");
}

/* RFC3261:20.35 */
TEST(rfc3261_25_1_comments_nest)
{
    CHECK_GOOD(USER_AGENT, "a (b (c (d) e) \\( f)");
    CHECK_BAD(USER_AGENT, "a (b (c)");
    CHECK_BAD(USER_AGENT, "a b)");
}

/* RFC3261:20.42, RFC3581:3, RFC5954:4.1 */
TEST(rfc3261_20_42_hosts_of_a_via_are_names_or_addresses)
{
    CHECK_GOOD(VIA, "SIP/2.0/UDP [2001:db8::1:192.0.2.1]:5060;branch=z9hG4bK");
    CHECK_GOOD(VIA, "SIP/2.0/UDP a;received=[2001:db8::1]");
    CHECK_GOOD(VIA, "SIP/2.0/UDP a;received=2001:db8::1");
    CHECK_GOOD(VIA, "SIP/2.0/UDP a;rport");
    CHECK_BAD(VIA, "SIP/2.0/UDP 2001:db8::1");
    CHECK_BAD(VIA, "SIP/2.0/UDP [2001:db8:::1]");
    CHECK_BAD(VIA, "SIP/2.0/UDP a;rport=");
    CHECK_RANGE(VIA, "SIP/2.0/UDP a;rport=0");
}

/* RFC3966:3 and RFC3966:5.1.5 */
TEST(rfc3966_3_telephone_numbers_are_global_or_have_a_context)
{
    CHECK_GOOD(REFER_TO, "<tel:+1-(201)-555.0123;isub=1>");
    CHECK_GOOD(REFER_TO, "<tel:7042;phone-context=example.com>");
    CHECK_RANGE(REFER_TO, "<tel:7042>");
    CHECK_BAD(REFER_TO, "<tel:+>");
    CHECK_BAD(REFER_TO, "<tel:+--->");
    CHECK_BAD(REFER_TO, "<tel:+12a>");
}

/* RFC3261:19.1.1 any absolute URI is kept whole */
TEST(rfc3261_25_1_any_absolute_uri_is_kept_whole)
{
    ss_typed typed;
    ss_flaw flaw;
    CHECK_OK(ss_typed_parse(SS_HDR_CALL_INFO, SS_LIT("<urn:uuid:f%00?x=;y>;purpose=icon"), &typed,
                            &flaw));
    CHECK_SLICE(typed.parts[0].text, "urn:uuid:f%00?x=;y");
    CHECK_SLICE(typed.parts[1].text, "urn");
    CHECK_BAD(CALL_INFO, "<urn:a%0>");
    CHECK_BAD(CALL_INFO, "<nothing>");
}

/* RFC3891:6.1, RFC3911:7.1, RFC4538:7 */
TEST(rfc3891_6_1_a_dialog_is_named_by_both_tags)
{
    CHECK_GOOD(REPLACES, "12345@192.0.2.1;to-tag=a;from-tag=b;x=y");
    CHECK_RANGE(REPLACES, "12345@192.0.2.1;to-tag=a");
    CHECK_BAD(REPLACES, "12345@192.0.2.1;to-tag=a;to-tag=b;from-tag=c");
    CHECK_RANGE(JOIN, "a;from-tag=b");
    CHECK_RANGE(TARGET_DIALOG, "a;remote-tag=b");
}

/* RFC4028:4, RFC4028:5, RFC6665:8.4, RFC3326:2, RFC3325:9.1, RFC3323:4.2, RFC4412:3.1, RFC7433:4.1, RFC7044:5.1, RFC5806:4.1,
 * RFC3892:3 */
TEST(rfc3261_20_the_fields_of_extensions_have_grammars_of_their_own)
{
    CHECK_GOOD(SESSION_EXPIRES, "90;refresher=uas");
    CHECK_BAD(SESSION_EXPIRES, "90;refresher=\"uas\"");
    CHECK_BAD(MIN_SE, "90 x");
    CHECK_BAD(EVENT, "presence;id=\"x\"");
    CHECK_GOOD(REASON, "Q.850;cause=16;text=\"Terminated\"");
    CHECK_BAD(REASON, "Q.850;text=Terminated");
    CHECK_BAD(P_PREFERRED_IDENTITY, "<sip:a@b>;x=y");
    CHECK_BAD(PRIVACY, "id,user");
    CHECK_GOOD(RESOURCE_PRIORITY, "wps.3");
    CHECK_BAD(RESOURCE_PRIORITY, ".3");
    CHECK_BAD(USER_TO_USER, ";encoding=hex");
    CHECK_GOOD(HISTORY_INFO, "<sip:a@b>;index=1");
    CHECK_BAD(DIVERSION, "sip:a@b;reason=x");
    CHECK_BAD(REFERRED_BY, "<sip:a@b>;cid=x");
}

/* RFC3261:25.1 via-params: ttl has three digits at most; RFC5806:4.1 has two. */
TEST(rfc3261_25_1_numbers_have_as_many_digits_as_their_rule_says)
{
    CHECK_GOOD(VIA, "SIP/2.0/UDP h;ttl=016");
    CHECK_BAD(VIA, "SIP/2.0/UDP h;ttl=0016");
    CHECK_RANGE(VIA, "SIP/2.0/UDP h;ttl=256");
    CHECK_GOOD(DIVERSION, "<sip:a@b>;counter=99;limit=1");
    CHECK_RANGE(DIVERSION, "<sip:a@b>;counter=100");
    CHECK_BAD(DIVERSION, "<sip:a@b>;limit=001");
}
