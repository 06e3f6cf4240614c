/* The grammar of each header field, section by section of RFC 3261 20 and of the extensions: what it takes and what it does not.
 * Fields with rules of more than one sentence are in rfc3261_25_grammar.c. */
#include "check.h"

#include "ss/grammar.h"

static ss_status type(ss_hdr id, const char *value)
{
    ss_typed typed;
    ss_flaw flaw;
    return ss_typed_parse(id, ss_slice_from(value), &typed, &flaw);
}

#define GOOD(id, value)  CHECK_STATUS(type(SS_HDR_##id, value), SS_OK)
#define BAD(id, value)   CHECK_STATUS(type(SS_HDR_##id, value), SS_ERR_SYNTAX)
#define RANGE(id, value) CHECK_STATUS(type(SS_HDR_##id, value), SS_ERR_SEMANTIC)

TEST(rfc3261_20_2_accept_encoding_is_codings_with_q_or_nothing)
{
    GOOD(ACCEPT_ENCODING, "");
    GOOD(ACCEPT_ENCODING, "*;q=0.1");
    GOOD(ACCEPT_ENCODING, "gzip ; Q = 1.000 ; x");
    BAD(ACCEPT_ENCODING, "gzip;q=1.5");
    BAD(ACCEPT_ENCODING, "gzip deflate");
}

TEST(rfc3261_20_3_accept_language_is_ranges_with_q_or_nothing)
{
    GOOD(ACCEPT_LANGUAGE, "");
    GOOD(ACCEPT_LANGUAGE, "*;q=0.1");
    GOOD(ACCEPT_LANGUAGE, "en-GB");
    BAD(ACCEPT_LANGUAGE, "englishman");
    BAD(ACCEPT_LANGUAGE, "en-");
    BAD(ACCEPT_LANGUAGE, "-en");
}

TEST(rfc3261_20_4_alert_info_is_a_uri_in_brackets)
{
    GOOD(ALERT_INFO, "<http://www.example.com/sounds/moo.wav>;x=y");
    BAD(ALERT_INFO, "http://www.example.com/sounds/moo.wav");
    BAD(ALERT_INFO, "\"moo\" <http://www.example.com>");
    BAD(ALERT_INFO, "<moo.wav>");
    BAD(ALERT_INFO, "");
}

TEST(rfc3261_20_9_call_info_has_a_purpose)
{
    GOOD(CALL_INFO, "<http://www.example.com/photo.jpg> ;purpose=icon");
    GOOD(CALL_INFO, "<sip:a@b;x?y=z>");
    BAD(CALL_INFO, "<http://www.example.com>;purpose");
    BAD(CALL_INFO, "<http://www.example.com>;purpose=\"icon\"");
}

TEST(rfc3261_20_11_content_disposition_is_a_type_with_handling)
{
    GOOD(CONTENT_DISPOSITION, "session");
    GOOD(CONTENT_DISPOSITION, "render;handling=optional;x=\"y\"");
    BAD(CONTENT_DISPOSITION, "");
    BAD(CONTENT_DISPOSITION, "session;handling");
    BAD(CONTENT_DISPOSITION, "session handling=optional");
}

TEST(rfc3261_20_12_content_encoding_is_a_coding)
{
    GOOD(CONTENT_ENCODING, "gzip");
    BAD(CONTENT_ENCODING, "");
    BAD(CONTENT_ENCODING, "gzip;q=1");
}

TEST(rfc3261_20_13_content_language_is_a_tag)
{
    GOOD(CONTENT_LANGUAGE, "fr");
    GOOD(CONTENT_LANGUAGE, "abcdefgh-abcdefgh");
    BAD(CONTENT_LANGUAGE, "*");
    BAD(CONTENT_LANGUAGE, "");
    BAD(CONTENT_LANGUAGE, "fr;q=1");
}

TEST(rfc3261_20_18_error_info_is_a_uri_in_brackets)
{
    GOOD(ERROR_INFO, "<sip:not-in-service-recording@atlanta.com>;x");
    BAD(ERROR_INFO, "sip:not-in-service-recording@atlanta.com");
}

TEST(rfc3261_20_21_in_reply_to_is_a_call_id)
{
    GOOD(IN_REPLY_TO, "70710@saturn.bell-tel.com");
    GOOD(IN_REPLY_TO, "a<b>\"?");
    BAD(IN_REPLY_TO, "a@b@c");
    BAD(IN_REPLY_TO, "a b");
    BAD(IN_REPLY_TO, "");
}

TEST(rfc3261_20_24_mime_version_is_two_numbers)
{
    GOOD(MIME_VERSION, "1.0");
    BAD(MIME_VERSION, "1");
    BAD(MIME_VERSION, "1.");
    BAD(MIME_VERSION, "1 . 0");
}

TEST(rfc3261_20_25_organization_is_any_text_or_none)
{
    GOOD(ORGANIZATION, "Boxes by B\xc3\xb6\x62 \"; , <");
    GOOD(ORGANIZATION, "");
    BAD(ORGANIZATION, "Boxes\x01");
    BAD(ORGANIZATION, "B\xf6\x62");
}

TEST(rfc3261_20_26_priority_is_a_token)
{
    GOOD(PRIORITY, "non-urgent");
    BAD(PRIORITY, "very urgent");
    BAD(PRIORITY, "");
}

/* Both challenge and both answer alike. */
TEST(rfc3261_20_27_proxy_authenticate_is_a_challenge)
{
    GOOD(PROXY_AUTHENTICATE,
         "Digest realm=\"a\", nonce=\"b\", opaque=\"\", stale=FALSE, algorithm=MD5, qop=\"auth\"");
    GOOD(PROXY_AUTHENTICATE, "Other a=b, c=\"d\"");
    BAD(PROXY_AUTHENTICATE, "Digest");
    RANGE(PROXY_AUTHENTICATE, "Digest realm=\"a\"");
    BAD(PROXY_AUTHENTICATE, "Digest realm=a, nonce=\"b\"");
    BAD(PROXY_AUTHENTICATE, "Digest realm=\"a\" nonce=\"b\"");
}

TEST(rfc3261_20_28_proxy_authorization_is_credentials)
{
    GOOD(PROXY_AUTHORIZATION,
         "digest username=\"a\",realm=\"b\",nonce=\"c\",uri=\"sip:d\",response=\"0a\"");
    RANGE(PROXY_AUTHORIZATION, "Digest username=\"a\",realm=\"b\",nonce=\"c\",uri=\"sip:d\"");
    BAD(PROXY_AUTHORIZATION,
        "Digest username=\"a\",realm=\"b\",nonce=\"c\",uri=\"sip:d\",response=\"0A\"");
    BAD(PROXY_AUTHORIZATION, "Digest username=\"a\",username=\"b\"");
}

TEST(rfc3261_20_29_proxy_require_is_option_tags)
{
    GOOD(PROXY_REQUIRE, "foo");
    BAD(PROXY_REQUIRE, "");
    BAD(PROXY_REQUIRE, "foo;bar");
}

TEST(rfc3261_20_31_reply_to_is_an_address)
{
    GOOD(REPLY_TO, "Bob <sip:bob@biloxi.com>;x=y");
    GOOD(REPLY_TO, "sip:bob@biloxi.com");
    BAD(REPLY_TO, "*");
    BAD(REPLY_TO, "Bob");
}

TEST(rfc3261_20_36_subject_is_any_text_or_none)
{
    GOOD(SUBJECT, "Need, more <boxes>\r\n \"folded");
    GOOD(SUBJECT, "");
    BAD(SUBJECT, "a\rb");
}

TEST(rfc3261_20_37_supported_is_option_tags_or_none)
{
    GOOD(SUPPORTED, "100rel");
    GOOD(SUPPORTED, "");
    BAD(SUPPORTED, "100rel timer");
}

TEST(rfc3261_20_38_timestamp_is_a_time_and_a_delay)
{
    GOOD(TIMESTAMP, "54");
    GOOD(TIMESTAMP, "54.21 0.5");
    GOOD(TIMESTAMP, "54. .");
    BAD(TIMESTAMP, "");
    BAD(TIMESTAMP, ".5");
    BAD(TIMESTAMP, "54.21.1");
    BAD(TIMESTAMP, "54 0.5 1");
}

TEST(rfc3261_20_40_unsupported_is_option_tags)
{
    GOOD(UNSUPPORTED, "foo");
    BAD(UNSUPPORTED, "");
}

TEST(rfc3261_20_41_user_agent_is_products_and_comments)
{
    GOOD(USER_AGENT, "Softphone Beta1.5");
    GOOD(USER_AGENT, "Softphone / 1.5 (a (nested \\) one))");
    BAD(USER_AGENT, "Softphone/");
    BAD(USER_AGENT, "Softphone(x)");
    BAD(USER_AGENT, "Softphone (x");
    BAD(USER_AGENT, "");
}

TEST(rfc3261_20_43_warning_is_a_code_an_agent_and_a_text)
{
    GOOD(WARNING, "307 isi.edu \"Session parameter 'foo' not understood\"");
    GOOD(WARNING, "399 [::1]:5060 \"\"");
    GOOD(WARNING, "301 pseudo_nym \"x\"");
    RANGE(WARNING, "1000 a \"x\"");
    RANGE(WARNING, "099 a \"x\"");
    BAD(WARNING, "399 a x");
    BAD(WARNING, "399 \"x\"");
}

TEST(rfc3261_20_44_www_authenticate_is_a_challenge)
{
    GOOD(WWW_AUTHENTICATE, "Digest "
                           "realm=\"a\",domain=\"sip:b\",qop=\"auth\",nonce=\"c\",opaque=\"\","
                           "stale=FALSE,algorithm=MD5");
    BAD(WWW_AUTHENTICATE, "Digest realm=\"a\",nonce=\"b\",qop=auth");
    BAD(WWW_AUTHENTICATE, "Digest realm=\"a\",nonce=\"b\",stale=\"x\"");
}

/* ---- extensions ---------------------------------------------------------------------------------------------------- */

TEST(rfc3325_9_2_an_identity_is_a_sip_or_telephone_address_without_parameters)
{
    GOOD(P_PREFERRED_IDENTITY, "\"Cullen Jennings\" <sip:fluffy@cisco.com>");
    GOOD(P_ASSERTED_IDENTITY, "tel:+14085264000");
    BAD(P_PREFERRED_IDENTITY, "<sip:fluffy@cisco.com>;x=y");
    RANGE(P_PREFERRED_IDENTITY, "<mailto:fluffy@cisco.com>");
    RANGE(P_ASSERTED_IDENTITY, "urn:x:y");
}

TEST(rfc3327_4_a_path_stands_in_brackets)
{
    GOOD(PATH, "<sip:P3.EXAMPLEHOME.COM;lr>;x");
    BAD(PATH, "sip:p;lr");
}

TEST(rfc3515_2_1_refer_to_is_one_address)
{
    GOOD(REFER_TO, "<sip:dave@denver.example.org?Replaces=12345%40192.168.118.3>");
    GOOD(REFER_TO, "http://www.ietf.org");
    BAD(REFER_TO, "sip:dave@denver.example.org?Replaces=1");
    BAD(REFER_TO, "");
}

TEST(rfc3608_5_a_service_route_stands_in_brackets)
{
    GOOD(SERVICE_ROUTE, "<sip:P2.HOME.EXAMPLE.COM;lr>");
    BAD(SERVICE_ROUTE, "sip:p;lr");
}

TEST(rfc3903_11_3_1_an_entity_tag_is_a_token)
{
    GOOD(SIP_ETAG, "dx200xyz");
    BAD(SIP_ETAG, "\"dx200xyz\"");
    BAD(SIP_ETAG, "");
}

TEST(rfc3903_11_3_2_so_is_the_one_it_is_matched_with)
{
    GOOD(SIP_IF_MATCH, "dx200xyz");
    BAD(SIP_IF_MATCH, "a b");
}

TEST(rfc4412_3_2_accept_resource_priority_is_values_or_none)
{
    GOOD(ACCEPT_RESOURCE_PRIORITY, "");
    GOOD(ACCEPT_RESOURCE_PRIORITY, "dsn.flash-override");
    BAD(ACCEPT_RESOURCE_PRIORITY, "dsn");
    BAD(RESOURCE_PRIORITY, "");
    BAD(RESOURCE_PRIORITY, "dsn.a.b");
}

TEST(rfc5393_5_3_3_max_breadth_is_a_number)
{
    GOOD(MAX_BREADTH, "60");
    BAD(MAX_BREADTH, "-1");
    BAD(MAX_BREADTH, "");
}

TEST(rfc5626_10_reg_id_is_above_zero_and_below_2_31)
{
    GOOD(CONTACT, "<sip:a@b>;reg-id=1;+sip.instance=\"<urn:uuid:0>\"");
    GOOD(CONTACT, "<sip:a@b>;reg-id=2147483647");
    RANGE(CONTACT, "<sip:a@b>;reg-id=0");
    RANGE(CONTACT, "<sip:a@b>;reg-id=2147483648");
    BAD(CONTACT, "<sip:a@b>;reg-id");
}

TEST(rfc5626_11_4_flow_timer_is_seconds)
{
    GOOD(FLOW_TIMER, "126");
    BAD(FLOW_TIMER, "126s");
}

TEST(rfc6086_7_2_an_info_package_is_a_name_with_parameters)
{
    GOOD(INFO_PACKAGE, "foo;bar");
    BAD(INFO_PACKAGE, "");
    BAD(INFO_PACKAGE, "foo,bar");
}

TEST(rfc6086_7_3_recv_info_is_packages_or_none)
{
    GOOD(RECV_INFO, "");
    GOOD(RECV_INFO, "foo;bar");
    BAD(RECV_INFO, "foo bar");
}

TEST(rfc6665_8_2_1_an_event_is_a_package_with_templates)
{
    GOOD(EVENT, "presence.winfo;id=1");
    BAD(EVENT, "presence.");
    BAD(EVENT, ".winfo");
    BAD(EVENT, "presence;id=\"1\"");
    GOOD(ALLOW_EVENTS, "presence.winfo");
    BAD(ALLOW_EVENTS, "presence;id=1");
}

TEST(rfc6665_8_2_3_a_subscription_state_has_reason_and_times)
{
    GOOD(SUBSCRIPTION_STATE, "active;expires=600");
    GOOD(SUBSCRIPTION_STATE, "terminated;reason=noresource;retry-after=60;x");
    BAD(SUBSCRIPTION_STATE, "active;expires=soon");
    BAD(SUBSCRIPTION_STATE, "");
}

TEST(rfc7044_5_an_index_is_numbers_with_dots_between_them)
{
    GOOD(HISTORY_INFO, "<sip:45432@192.168.0.3>;index=1.3;rc=1.2");
    GOOD(HISTORY_INFO, "<sip:UserA@ims.example.com?Reason=SIP%3Bcause%3D302>;index=0.10;foo=bar");
    BAD(HISTORY_INFO, "<sip:a@b>;index=1.");
    BAD(HISTORY_INFO, "<sip:a@b>;index=.1");
    BAD(HISTORY_INFO, "<sip:a@b>;index=1..1");
    BAD(HISTORY_INFO, "<sip:a@b>;index=01");
    BAD(HISTORY_INFO, "<sip:a@b>;index=1.x");
    BAD(HISTORY_INFO, "<sip:a@b>;index=1;mp=a");
    BAD(HISTORY_INFO, "sip:a@b;index=1");
}

TEST(rfc7433_4_user_to_user_is_data_with_tokens)
{
    GOOD(USER_TO_USER, "56a390f3d2b7310023a2;encoding=hex;purpose=foo;content=bar");
    GOOD(USER_TO_USER, "\"a, b\";x=\"y\"");
    BAD(USER_TO_USER, "56;encoding=\"hex\"");
    BAD(USER_TO_USER, ";encoding=hex");
}

/* What comes before it: RFC8224:4, and RFC 4474 as it was. */
TEST(rfc8224_4_an_identity_is_a_digest_and_where_its_certificate_is)
{
    GOOD(IDENTITY,
         "eyJhbGciOi.eyJk_-.rq3p;info=<https://cert.example.org/p.cer>;alg=ES256;ppt=shaken");
    GOOD(IDENTITY, "..rq3p+/=;info=<https://cert.example.org/p.cer>;ppt=\"shaken\";x=y");
    GOOD(IDENTITY, "\"ZYNBbHC00VMZ=\"");
    BAD(IDENTITY, "");
    BAD(IDENTITY, ";info=<https://cert.example.org>");
    RANGE(IDENTITY, "abc"); /* info is not optional */
    RANGE(IDENTITY, "abc;alg=ES256");
    BAD(IDENTITY, "abc;info=https://cert.example.org");
    BAD(IDENTITY, "abc;info=<>");
    BAD(IDENTITY, "abc def;info=<https://cert.example.org>");
}

TEST(rfc3329_2_2_a_security_mechanism_has_a_preference)
{
    static const ss_hdr fields[] = { SS_HDR_SECURITY_CLIENT, SS_HDR_SECURITY_SERVER,
                                     SS_HDR_SECURITY_VERIFY };
    for (size_t i = 0; i < SS_COUNT(fields); i++) {
        CHECK_OK(type(fields[i], "digest"));
        CHECK_OK(type(fields[i], "ipsec-ike;q=0.1"));
        CHECK_OK(type(fields[i], "tls;q=0.2;d-alg=MD5;d-ver=\"0000\""));
        CHECK_STATUS(type(fields[i], ""), SS_ERR_SYNTAX);
        CHECK_STATUS(type(fields[i], ";q=0.2"), SS_ERR_SYNTAX);
        CHECK_STATUS(type(fields[i], "tls;q=2"), SS_ERR_SYNTAX);
        CHECK_STATUS(type(fields[i], "tls q=0.2"), SS_ERR_SYNTAX);
    }
}

TEST(rfc6442_4_1_a_geolocation_is_a_uri_in_brackets)
{
    GOOD(GEOLOCATION, "<cid:target123@atlanta.example.com>");
    GOOD(GEOLOCATION, "<sips:3sdefrhy2jj7@lis.atlanta.example.com>;x=y");
    BAD(GEOLOCATION, "cid:target123@atlanta.example.com");
    BAD(GEOLOCATION, "\"here\" <cid:x>");
    BAD(GEOLOCATION, "<cid:x");
    BAD(GEOLOCATION, "");
}

TEST(rfc6809_6_2_feature_capabilities_begin_with_a_plus_behind_a_star)
{
    GOOD(FEATURE_CAPS, "*");
    GOOD(FEATURE_CAPS, "*;+g.3gpp.ics=\"server\";+sip.x");
    BAD(FEATURE_CAPS, "");
    BAD(FEATURE_CAPS, "+sip.x");
    BAD(FEATURE_CAPS, "*;sip.x");
    BAD(FEATURE_CAPS, "*;+");
    BAD(FEATURE_CAPS, "*;+sip.x;y");
    BAD(FEATURE_CAPS, "**");
}

TEST(rfc7315_5_4_access_network_information_is_a_type_with_parameters)
{
    GOOD(P_ACCESS_NETWORK_INFO, "3GPP-UTRAN-TDD; utran-cell-id-3gpp=234151D0FCE11");
    GOOD(P_ACCESS_NETWORK_INFO, "IEEE-802.11b");
    GOOD(P_ACCESS_NETWORK_INFO, "DOCSIS;np;x=\"y, z\"");
    BAD(P_ACCESS_NETWORK_INFO, "");
    BAD(P_ACCESS_NETWORK_INFO, "IEEE 802.11b");
    BAD(P_ACCESS_NETWORK_INFO, ";np");
}
