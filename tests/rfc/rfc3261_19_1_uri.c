/* RFC 3261 19.1: the parts of SIP URIs, their equality (19.1.4), and the canonical address-of-record (10.3). */
#include "check.h"

#include "ss/msg.h"

static ss_uri parse(const char *text)
{
    ss_uri uri;
    CHECK_OK(ss_uri_parse(ss_slice_from(text), &uri));
    return uri;
}

TEST(rfc3261_19_1_1_a_uri_has_user_password_host_port_parameters_and_headers)
{
    const ss_uri uri = parse(
        "SIPS:j%20doe;x=y/z?:se%3Acret@[2001:db8::9]:5061;transport=tcp;lr?subject=a%26b&to=x");
    CHECK_EQ(uri.scheme, SS_SCHEME_SIPS);
    CHECK_SLICE(uri.user, "j%20doe;x=y/z?");
    CHECK_SLICE(uri.password, "se%3Acret");
    CHECK_SLICE(uri.host, "[2001:db8::9]");
    CHECK_EQ(uri.port, 5061);
    CHECK_SLICE(uri.params.bytes, ";transport=tcp;lr");
    CHECK_SLICE(uri.headers, "subject=a%26b&to=x");
    const ss_uri plain = parse("sip:biloxi.example");
    CHECK_NULL(plain.user.at);
    CHECK_NULL(plain.password.at);
    CHECK_EQ(plain.port, 0);
    CHECK_EQ(plain.params.bytes.len, 0);
}

TEST(rfc3261_19_1_1_other_schemes_are_kept_whole)
{
    CHECK_EQ(parse("tel:+1-201-555-0123;phone-context=x").scheme, SS_SCHEME_TEL);
    CHECK_EQ(parse("urn:service:sos").scheme, SS_SCHEME_OTHER);
    CHECK_EQ(parse("http://a.example/b?c=d").scheme, SS_SCHEME_OTHER);
}

TEST(rfc3261_19_1_1_what_breaks_the_grammar_is_no_uri)
{
    static const char *const bad[] = { "",
                                       "sip",
                                       "sip:",
                                       ":x",
                                       "1sip:a",
                                       "bob@host",
                                       "sip:@host",
                                       "sip:a@",
                                       "sip:a b@host",
                                       "sip:a@host ",
                                       " sip:a@host",
                                       "sip:a%2@host",
                                       "sip:a%zz@host",
                                       "sip:a\"b@host",
                                       "sip:a@b@host",
                                       "sip:a:b:c@host",
                                       "sip:a@host:",
                                       "sip:a@host:0",
                                       "sip:a@host:65536",
                                       "sip:a@host:5o",
                                       "sip:a@ho_st",
                                       "sip:a@h%6fst",
                                       "sip:a\tb@host",
                                       "sip:a@host;",
                                       "sip:a@host;;lr",
                                       "sip:a@host;x=",
                                       "sip:a@host;=x",
                                       "sip:a@host?",
                                       "sip:a@host?x",
                                       "sip:a@host?x=y&",
                                       "sip:a@host?=y",
                                       "sip:a@host;x=<y>",
                                       "sip:a@::1",
                                       "<sip:a@host>",
                                       "tel:",
                                       "http://a b",
                                       "sip:a@host\r\n" };
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        ss_uri uri;
        CHECK_STATUS(ss_uri_parse(ss_slice_from(bad[i]), &uri), SS_ERR_SYNTAX);
    }
}

static bool equal(const char *a, const char *b)
{
    const ss_uri x = parse(a);
    const ss_uri y = parse(b);
    CHECK_EQ(ss_uri_equal(&x, &y), ss_uri_equal(&y, &x));
    CHECK(ss_uri_equal(&x, &x));
    CHECK(ss_uri_equal(&y, &y));
    return ss_uri_equal(&x, &y);
}

TEST(rfc3261_19_1_4_case_matters_in_the_user_part_only)
{
    CHECK(equal("sip:anna@HOST.example;Transport=UDP", "SIP:anna@host.Example;transport=udp"));
    CHECK(!equal("sip:anna@host.example", "sip:Anna@host.example"));
    CHECK(!equal("sip:anna:pw@host.example", "sip:anna:PW@host.example"));
}

TEST(rfc3261_19_1_4_sip_and_sips_never_match)
{
    CHECK(!equal("sip:anna@host.example", "sips:anna@host.example"));
}

TEST(rfc3261_19_1_4_escapes_of_unreserved_characters_are_the_characters)
{
    CHECK(equal("sip:%61nn%61@host.example", "sip:anna@host.example"));
    CHECK(equal("sip:anna@host.example;p=%41b", "sip:anna@host.example;p=aB"));
    CHECK(equal("sip:a%20b@host.example", "sip:a%20b@host.example"));
    CHECK(equal("sip:a%2cb@host.example", "sip:a%2Cb@host.example"));
    CHECK(!equal("sip:a%2Cb@host.example", "sip:a,b@host.example"));
    CHECK(!equal("sip:%41nna@host.example", "sip:anna@host.example"));
}

TEST(rfc3261_19_1_4_a_part_left_out_does_not_match_its_default)
{
    CHECK(!equal("sip:host.example", "sip:anna@host.example"));
    CHECK(!equal("sip:anna@host.example", "sip:anna:@host.example"));
    CHECK(!equal("sip:anna@host.example", "sip:anna@host.example:5060"));
    CHECK(!equal("sip:anna@host.example", "sip:anna@host.example;transport=udp"));
    CHECK(!equal("sip:anna@host.example", "sip:anna@host.example;user=ip"));
    CHECK(!equal("sip:anna@host.example", "sip:anna@host.example;ttl=1"));
    CHECK(!equal("sip:anna@host.example", "sip:anna@host.example;method=INVITE"));
    CHECK(!equal("sip:anna@host.example", "sip:anna@host.example;maddr=host.example"));
}

TEST(rfc3261_19_1_4_parameters_match_in_any_order_and_unknown_ones_may_be_missing)
{
    CHECK(equal("sip:host.example;transport=tcp;method=REGISTER",
                "sip:host.example;method=REGISTER;transport=tcp"));
    CHECK(equal("sip:anna@host.example", "sip:anna@host.example;colour=red"));
    CHECK(equal("sip:anna@host.example;lr", "sip:anna@host.example;shape=round"));
    CHECK(!equal("sip:anna@host.example;colour=red", "sip:anna@host.example;colour=blue"));
    CHECK(!equal("sip:anna@host.example;lr", "sip:anna@host.example;lr=true"));
}

TEST(rfc3261_19_1_4_equality_is_not_transitive)
{
    CHECK(equal("sip:anna@host.example;colour=red", "sip:anna@host.example"));
    CHECK(equal("sip:anna@host.example", "sip:anna@host.example;colour=blue"));
    CHECK(!equal("sip:anna@host.example;colour=red", "sip:anna@host.example;colour=blue"));
}

TEST(rfc3261_19_1_4_a_uri_equals_itself_even_with_a_parameter_twice)
{
    CHECK(equal("sip:anna@host.example;p=1;p=2", "sip:anna@host.example;p=1;p=2"));
}

TEST(rfc3261_19_1_4_headers_are_all_there_in_any_order)
{
    CHECK(equal("sip:anna@host.example?subject=a%20b&priority=urgent",
                "sip:anna@host.example?priority=urgent&subject=a%20b"));
    CHECK(!equal("sip:anna@host.example", "sip:anna@host.example?subject=a"));
    CHECK(!equal("sip:anna@host.example?subject=a", "sip:anna@host.example?subject=b"));
    CHECK(!equal("sip:anna@host.example?r=a&r=a&r=b", "sip:anna@host.example?r=a&r=b&r=b"));
}

TEST(rfc3261_19_1_4_a_name_does_not_match_its_address)
{
    CHECK(!equal("sip:anna@phone.example", "sip:anna@192.0.2.4"));
}

TEST(rfc3261_19_1_4_many_parameters_cost_bounded_work)
{
    static char memory[8192];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_put(&b, SS_LIT("sip:a@b"));
    for (unsigned i = 0; i < 1000; i++) {
        ss_put(&b, SS_LIT(";p"));
        ss_put_u64(&b, i);
    }
    ss_uri many;
    ss_uri shorter;
    CHECK(!b.overflow);
    CHECK_OK(ss_uri_parse(ss_buffer_slice(&b), &many));
    CHECK_OK(ss_uri_parse((ss_slice){ memory, b.len - 5 }, &shorter));
    CHECK(ss_uri_equal(&many, &many));
    CHECK(!ss_uri_equal(&many, &shorter));
}

static bool canonical(const char *uri, const char *expected)
{
    char memory[128];
    const ss_uri parsed = parse(uri);
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_uri_put_canonical_aor(&b, &parsed);
    return ss_slice_eq(ss_buffer_slice(&b), ss_slice_from(expected));
}

TEST(rfc3261_10_3_the_address_of_record_has_no_parameters_and_no_escapes)
{
    CHECK(canonical("SIP:%61nna%20b:pw@HOST.Example:5060;user=phone;lr?a=b",
                    "sip:anna b@host.example:5060"));
    CHECK(canonical("sips:host.example;transport=tcp", "sips:host.example"));
    CHECK(canonical("sip:Anna@host.example", "sip:Anna@host.example"));
    CHECK(canonical("TEL:+1-Ab", "tel:+1-Ab"));
}
