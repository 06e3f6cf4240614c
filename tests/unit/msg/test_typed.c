/* Typed header field values: a table of good and of bad values for every field of headers.def, every truncation and every
 * changed byte of the good ones, numbers at their edges, and hostile shapes. Copies have their exact size. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "ss/grammar.h"

typedef struct sample {
    ss_hdr id;
    const char *value;
} sample;

static const sample good[] = {
    { SS_HDR_ACCEPT, "" },
    { SS_HDR_ACCEPT, "application/sdp;level=1;q=0.5" },
    { SS_HDR_ACCEPT, "*/*" },
    { SS_HDR_ACCEPT_ENCODING, "gzip;q=1.000" },
    { SS_HDR_ACCEPT_LANGUAGE, "en-gb;q=0.8" },
    { SS_HDR_ACCEPT_LANGUAGE, "*" },
    { SS_HDR_ALERT_INFO, "<http://www.example.com/sounds/moo.wav>;x=\"y\"" },
    { SS_HDR_ALLOW, "INVITE" },
    { SS_HDR_AUTHENTICATION_INFO,
      "nextnonce=\"47364c23\", qop=auth, nc=00000001, cnonce=\"a\", rspauth=\"0a\"" },
    { SS_HDR_AUTHORIZATION,
      "Digest username=\"Alice\", realm=\"atlanta.com\",\r\n nonce=\"84a4\", uri=\"sip:a\","
      " response=\"7587245234b3434cc3412213e5f113a5\", qop=auth, nc=0000000a, cnonce=\"\"" },
    { SS_HDR_AUTHORIZATION, "NoOneKnowsThisScheme opaque-data-here \"q,\\\"\"" },
    { SS_HDR_CALL_ID, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6@foo.bar.com" },
    { SS_HDR_CALL_ID, "w%ZK<>:\\\"/[]?{}()" },
    { SS_HDR_CALL_INFO, "<http://www.example.com/alice/photo.jpg> ;purpose=icon" },
    { SS_HDR_CONTACT,
      "\"Mr. Watson\" <sip:watson@worcester.bell-telephone.com:5061;lr?a=b&c=%20>;q=0.7; "
      "expires=3600" },
    { SS_HDR_CONTACT, "*" },
    { SS_HDR_CONTACT, "sip:a@[2001:db8::1]:5060;expires=4294967295" },
    { SS_HDR_CONTACT, "<tel:+1-201-555-0123;ext=1>;+sip.instance=\"<urn:uuid:f>\"" },
    { SS_HDR_CONTENT_DISPOSITION, "session;handling=optional" },
    { SS_HDR_CONTENT_ENCODING, "gzip" },
    { SS_HDR_CONTENT_LANGUAGE, "fr-419" },
    { SS_HDR_CONTENT_LENGTH, "349" },
    { SS_HDR_CONTENT_TYPE, "multipart/mixed; boundary=\"a b\"" },
    { SS_HDR_CONTENT_TYPE, "text / html ; charset = ISO-8859-4" },
    { SS_HDR_CSEQ, "4711 INVITE" },
    { SS_HDR_CSEQ, "0009 \r\n INVITE" },
    { SS_HDR_DATE, "Sat, 13 Nov 2010 23:29:00 GMT" },
    { SS_HDR_ERROR_INFO, "<sip:not-in-service-recording@atlanta.com>" },
    { SS_HDR_EXPIRES, "0" },
    { SS_HDR_FROM, "Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8" },
    { SS_HDR_FROM, "\"A. G. \\\"Bell\\\" \\\\\" <sip:agb@bell-telephone.com> ;tag=a48s" },
    { SS_HDR_FROM, "sip:+12125551212@server.phone2net.com;tag=887s" },
    { SS_HDR_IN_REPLY_TO, "70710@saturn.bell-tel.com" },
    { SS_HDR_MAX_FORWARDS, "255" },
    { SS_HDR_MIME_VERSION, "1.0" },
    { SS_HDR_MIN_EXPIRES, "60" },
    { SS_HDR_ORGANIZATION, "Boxes by Bob \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
    { SS_HDR_ORGANIZATION, "" },
    { SS_HDR_PRIORITY, "emergency" },
    { SS_HDR_PROXY_AUTHENTICATE,
      "Digest realm=\"atlanta.com\", domain=\"sip:ss1.carrier.com\", qop=\"auth\","
      " nonce=\"f84f\", opaque=\"\", stale=FALSE, algorithm=MD5" },
    { SS_HDR_PROXY_AUTHORIZATION, "Bearer abc==" },
    { SS_HDR_PROXY_REQUIRE, "foo" },
    { SS_HDR_RECORD_ROUTE, "<sip:server10.biloxi.com;lr>;x" },
    { SS_HDR_REPLY_TO, "Bob <sip:bob@biloxi.com>" },
    { SS_HDR_REQUIRE, "100rel" },
    { SS_HDR_RETRY_AFTER, "18000;duration=3600" },
    { SS_HDR_RETRY_AFTER, "120 (I'm in (a) \\) meeting) ;x=y" },
    { SS_HDR_ROUTE, "\"x\"<sip:ss1.atlanta.com;lr>" },
    { SS_HDR_SERVER, "HomeServer v2 (beta (\\()) x / 1" },
    { SS_HDR_SUBJECT, "Need more\r\n boxes" },
    { SS_HDR_SUPPORTED, "" },
    { SS_HDR_SUPPORTED, "100rel" },
    { SS_HDR_TIMESTAMP, "54.5 .3" },
    { SS_HDR_TO, "The Operator <sip:operator@cs.columbia.edu>;tag=287447" },
    { SS_HDR_UNSUPPORTED, "foo" },
    { SS_HDR_USER_AGENT, "Softphone/Beta1.5" },
    { SS_HDR_VIA, "SIP / 2.0 / UDP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 "
                  ";branch=z9hG4bKa7c6a8dlze.1" },
    { SS_HDR_VIA, "SIP/2.0/UDP [2001:db8::9]:5060;received=2001:db8::9;rport=5;branch=z" },
    { SS_HDR_WARNING, "307 isi.edu:5060 \"Session parameter 'foo' not understood\"" },
    { SS_HDR_WARNING, "301 pseudo_nym \"x\"" },
    { SS_HDR_WWW_AUTHENTICATE, "Digest realm=\"a\",nonce=\"b\"" },
    { SS_HDR_REASON, "SIP ;cause=200 ;text=\"Call completed elsewhere\"" },
    { SS_HDR_RACK, "776656 1 INVITE" },
    { SS_HDR_RSEQ, "988789" },
    { SS_HDR_PATH, "<sip:P1.EXAMPLEVISITED.COM;lr>" },
    { SS_HDR_ALLOW_EVENTS, "conference.winfo" },
    { SS_HDR_EVENT, "refer;id=93809824" },
    { SS_HDR_SUBSCRIPTION_STATE, "terminated;reason=noresource;retry-after=5" },
    { SS_HDR_REFER_TO, "<sip:dave@denver.example.org?Replaces=12345%40a%3Bto-tag%3D1>" },
    { SS_HDR_REFERRED_BY, "sip:r@ref.example;cid=\"2UWQFN309shb3@ref.example\"" },
    { SS_HDR_REPLACES, "98732@sip.example.com ;from-tag=r33th4x0r ;to-tag=ff87ff;early-only" },
    { SS_HDR_JOIN, "12adf2f34456gs5;to-tag=12345;from-tag=54321" },
    { SS_HDR_SESSION_EXPIRES, "4000;refresher=uac" },
    { SS_HDR_MIN_SE, "3600;lr" },
    { SS_HDR_SERVICE_ROUTE, "<sip:P2.HOME.EXAMPLE.COM;lr>" },
    { SS_HDR_P_ASSERTED_IDENTITY, "\"Cullen Jennings\" <sip:fluffy@cisco.com>" },
    { SS_HDR_P_PREFERRED_IDENTITY, "tel:+14085264000" },
    { SS_HDR_PRIVACY, "header;user ; id" },
    { SS_HDR_RESOURCE_PRIORITY, "dsn.flash-override" },
    { SS_HDR_ACCEPT_RESOURCE_PRIORITY, "" },
    { SS_HDR_MAX_BREADTH, "60" },
    { SS_HDR_IDENTITY, "eyJhbGciOiJF.UzI1N-is_I==;info=<https://biloxi.example.org/"
                       "biloxi.cer>;alg=ES256;ppt=\"shaken\"" },
    { SS_HDR_IDENTITY, "\"CyI4+nAkHrH3ntmaxgr01TMxTmtjP7MASwliNRdupRI1vpkXRvZXx1ja9k==\"" },
    { SS_HDR_SECURITY_CLIENT, "ipsec-ike;q=0.1;d-alg=md5" },
    { SS_HDR_SECURITY_SERVER, "tls;q=0.2" },
    { SS_HDR_SECURITY_VERIFY, "digest;d-ver=\"0000000000000000000000000000a0dd\"" },
    { SS_HDR_FLOW_TIMER, "126" },
    { SS_HDR_GEOLOCATION, "<cid:target123@atlanta.example.com>" },
    { SS_HDR_HISTORY_INFO, "<sip:bob@example.com?Reason=SIP%3Bcause%3D302>;index=1.1;rc=1" },
    { SS_HDR_DIVERSION, "<sip:x@y>;reason=user-busy;counter=2;privacy=\"full\"" },
    { SS_HDR_USER_TO_USER, "56a390f3d2b7310023a2;encoding=hex;purpose=foo;content=bar" },
    { SS_HDR_INFO_PACKAGE, "nada;p=1" },
    { SS_HDR_RECV_INFO, "" },
    { SS_HDR_SIP_ETAG, "dx200xyz" },
    { SS_HDR_SIP_IF_MATCH, "dx200xyz" },
    { SS_HDR_TARGET_DIALOG,
      "fa77as7dad8-sd98ajzz@host.example.com ;local-tag=kkaz-;remote-tag=6544" },
    { SS_HDR_FEATURE_CAPS, "*;+g.3gpp.srvcc;+sip.x=\"<a>\"" },
    { SS_HDR_P_ACCESS_NETWORK_INFO,
      "3GPP-UTRAN-TDD; utran-cell-id-3gpp=\"C359A3913B20E\";network-provided" },
    { SS_HDR_OTHER, ";;,,;;,; \"" },
};

typedef struct refusal {
    ss_hdr id;
    const char *value;
    size_t offset;
    ss_status status;
} refusal;

#define SYNTAX SS_ERR_SYNTAX
#define RANGE  SS_ERR_SEMANTIC
static const refusal bad[] = {
    { SS_HDR_ACCEPT, "application", 11, SYNTAX },
    { SS_HDR_ACCEPT, "a/b;q=1.001", 6, SYNTAX },
    { SS_HDR_ACCEPT_ENCODING, "gzip;q=2", 7, SYNTAX },
    { SS_HDR_ACCEPT_LANGUAGE, "en-", 3, SYNTAX },
    { SS_HDR_ACCEPT_LANGUAGE, "englishmen", 8, SYNTAX },
    { SS_HDR_ALERT_INFO, "http://a", 0, SYNTAX },
    { SS_HDR_ALLOW, "INVITE ACK", 7, SYNTAX },
    { SS_HDR_AUTHENTICATION_INFO, "nextnonce=a", 10, SYNTAX },
    { SS_HDR_AUTHORIZATION, "Digest", 6, SYNTAX },
    { SS_HDR_AUTHORIZATION, "Digest username=\"a\"", 19, RANGE },
    { SS_HDR_AUTHORIZATION, "Digest response=\"0G\"", 18, SYNTAX },
    { SS_HDR_AUTHORIZATION, "Digest nc=1", 10, SYNTAX },
    { SS_HDR_CALL_ID, "a@", 2, SYNTAX },
    { SS_HDR_CALL_ID, "a b", 2, SYNTAX },
    { SS_HDR_CALL_INFO, "<http://a>;purpose=\"x\"", 19, SYNTAX },
    { SS_HDR_CONTACT, "", 0, SYNTAX },
    { SS_HDR_CONTACT, "<sip:a@b", 0, SYNTAX },
    { SS_HDR_CONTACT, "\"a <sip:a@b>", 0, SYNTAX },
    { SS_HDR_CONTACT, "<sip:a@b>;q=0.1;Q=0.2", 16, SYNTAX },
    { SS_HDR_CONTACT, "sip:a@b?c=d", 7, SYNTAX },
    { SS_HDR_CONTACT, "<sip:a b@c>", 6, SYNTAX },
    { SS_HDR_CONTACT, "<sip:a@b>;expires=4294967296", 18, RANGE },
    { SS_HDR_CONTACT, "<tel:xyz>", 1, SYNTAX },
    { SS_HDR_CONTACT, "<tel:abc>", 1, RANGE },
    { SS_HDR_CONTACT, "<tel:5550123>", 1, RANGE },
    { SS_HDR_CONTENT_DISPOSITION, "session;handling", 16, SYNTAX },
    { SS_HDR_CONTENT_ENCODING, "", 0, SYNTAX },
    { SS_HDR_CONTENT_LANGUAGE, "1", 1, SYNTAX },
    { SS_HDR_CONTENT_LENGTH, "-1", 0, SYNTAX },
    { SS_HDR_CONTENT_LENGTH, "4294967296", 0, RANGE },
    { SS_HDR_CONTENT_TYPE, "text", 4, SYNTAX },
    { SS_HDR_CONTENT_TYPE, "a/b;c", 4, SYNTAX },
    { SS_HDR_CSEQ, "2147483648 INVITE", 0, RANGE },
    { SS_HDR_CSEQ, "1INVITE", 1, SYNTAX },
    { SS_HDR_DATE, "Fri, 01 Jan 2010 16:00:00 EST", 26, SYNTAX },
    { SS_HDR_DATE, "Sat, 32 Nov 2010 23:29:00 GMT", 5, RANGE },
    { SS_HDR_DATE, "Sat, 13 Nov 2010 24:29:00 GMT", 17, RANGE },
    { SS_HDR_DATE, "Sat, 3 Nov 2010 23:29:00 GMT", 5, SYNTAX },
    { SS_HDR_EXPIRES, "0xff", 1, SYNTAX },
    { SS_HDR_EXPIRES, "9999999999999999999999", 0, RANGE },
    { SS_HDR_FROM, "Bell, Alexander <sip:a@b>", 4, SYNTAX },
    { SS_HDR_FROM, "<sip:a@b>;tag=\"x\"", 14, SYNTAX },
    { SS_HDR_FROM, "\"\xff\" <sip:a@b>", 1, SYNTAX },
    { SS_HDR_MAX_FORWARDS, "256", 0, RANGE },
    { SS_HDR_MIME_VERSION, "1", 1, SYNTAX },
    { SS_HDR_ORGANIZATION, "a\x01", 1, SYNTAX },
    { SS_HDR_ORGANIZATION, "\xc0\x80", 0, SYNTAX },
    { SS_HDR_ORGANIZATION, "\xed\xa0\x80", 0, SYNTAX },
    { SS_HDR_ORGANIZATION, "\xf4\x90\x80\x80", 0, SYNTAX },
    { SS_HDR_PROXY_AUTHENTICATE, "Digest realm=\"a\", qop=auth", 22, SYNTAX },
    { SS_HDR_PROXY_AUTHENTICATE, "Digest realm=\"a\"", 16, RANGE },
    { SS_HDR_RETRY_AFTER, "5 (", 3, SYNTAX },
    { SS_HDR_ROUTE, "sip:a@b", 3, SYNTAX },
    { SS_HDR_SERVER, "", 0, SYNTAX },
    { SS_HDR_SERVER, "a(b)", 1, SYNTAX },
    { SS_HDR_TIMESTAMP, ".5", 0, SYNTAX },
    { SS_HDR_TIMESTAMP, "5 x", 2, SYNTAX },
    { SS_HDR_VIA, "SIP/2.0/UDP", 11, SYNTAX },
    { SS_HDR_VIA, "SIP/2.0/UDP a;;", 14, SYNTAX },
    { SS_HDR_VIA, "SIP/2.0/UDP a:65536", 14, RANGE },
    { SS_HDR_VIA, "SIP/2.0/UDP a;ttl=256", 18, RANGE },
    { SS_HDR_VIA, "SIP/2.0/UDP a;branch=b;branch=c", 23, SYNTAX },
    { SS_HDR_WARNING, "30 a \"b\"", 0, RANGE },
    { SS_HDR_WARNING, "301 a b", 6, SYNTAX },
    { SS_HDR_REASON, "SIP;cause=x", 10, SYNTAX },
    { SS_HDR_RACK, "0 1 INVITE", 0, RANGE },
    { SS_HDR_RACK, "1 1", 3, SYNTAX },
    { SS_HDR_RSEQ, "0", 0, RANGE },
    { SS_HDR_ALLOW_EVENTS, "a..b", 2, SYNTAX },
    { SS_HDR_EVENT, "", 0, SYNTAX },
    { SS_HDR_SUBSCRIPTION_STATE, "active;expires=x", 15, SYNTAX },
    { SS_HDR_REPLACES, "a@b;from-tag=1", 14, RANGE },
    { SS_HDR_REPLACES, "a@b;from-tag=1;to-tag=2;early-only=x", 35, SYNTAX },
    { SS_HDR_JOIN, "a;to-tag=1", 10, RANGE },
    { SS_HDR_TARGET_DIALOG, "a;local-tag=1", 13, RANGE },
    { SS_HDR_SESSION_EXPIRES, "x", 0, SYNTAX },
    { SS_HDR_P_ASSERTED_IDENTITY, "<sip:a@b>;x", 9, SYNTAX },
    { SS_HDR_PRIVACY, "id;", 3, SYNTAX },
    { SS_HDR_RESOURCE_PRIORITY, "dsn", 3, SYNTAX },
    { SS_HDR_RESOURCE_PRIORITY, "a.b.c", 1, SYNTAX },
    { SS_HDR_IDENTITY, "abc", 3, RANGE },
    { SS_HDR_GEOLOCATION, "a <cid:b>", 0, SYNTAX },
    { SS_HDR_DIVERSION, "<sip:a@b>;counter=300", 18, RANGE },
    { SS_HDR_USER_TO_USER, "", 0, SYNTAX },
    { SS_HDR_FEATURE_CAPS, "*;x", 2, SYNTAX },
    { SS_HDR_OTHER, "a\rb", 1, SYNTAX },
};

static void check_parts(const ss_typed *typed, ss_slice value)
{
    const unsigned kept = typed->part_count < SS_PARTS_MAX ? typed->part_count : SS_PARTS_MAX;
    for (unsigned i = 0; i < kept; i++) {
        const ss_part *part = &typed->parts[i];
        CHECK(part->name != NULL || part->key.len > 0);
        CHECK(part->text.at == NULL || (part->text.at >= value.at &&
                                        part->text.at + part->text.len <= value.at + value.len));
    }
}

/* Types a copy of exactly this size. */
static ss_status type_copy(ss_hdr id, const char *value, size_t len, size_t *offset)
{
    char *copy = malloc(len + 1);
    CHECK_NOT_NULL(copy);
    memcpy(copy + 1, value, len); /* the end is the end of the block */
    ss_typed typed;
    ss_flaw flaw;
    const ss_slice s = { copy + 1, len };
    const ss_status status = ss_typed_parse(id, s, &typed, &flaw);
    CHECK(status == SS_OK || status == SS_ERR_SYNTAX || status == SS_ERR_SEMANTIC);
    if (status == SS_OK) {
        check_parts(&typed, s);
    } else {
        CHECK(flaw.offset <= len);
        CHECK(flaw.section[0] == 'R');
        CHECK(flaw.sentence[0] != '\0');
    }
    *offset = flaw.offset;
    free(copy);
    return status;
}

TEST(typed_good_values_of_every_field_are_read)
{
    size_t offset;
    for (size_t i = 0; i < SS_COUNT(good); i++) {
        CHECK_STATUS(type_copy(good[i].id, good[i].value, strlen(good[i].value), &offset), SS_OK);
    }
}

TEST(typed_every_field_has_a_good_value_in_the_table)
{
    bool has[SS_HDR_COUNT] = { false };
    for (size_t i = 0; i < SS_COUNT(good); i++) {
        has[good[i].id] = true;
    }
    for (size_t id = 0; id < SS_HDR_COUNT; id++) {
        CHECK(has[id]);
    }
}

TEST(typed_bad_values_are_refused_at_the_byte_where_they_go_wrong)
{
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        size_t offset = 0;
        CHECK_STATUS(type_copy(bad[i].id, bad[i].value, strlen(bad[i].value), &offset),
                     bad[i].status);
        CHECK_EQ(offset, bad[i].offset);
    }
}

TEST(typed_every_truncation_and_every_changed_byte_is_answered)
{
    char changed[512];
    size_t offset;
    for (size_t i = 0; i < SS_COUNT(good); i++) {
        const size_t len = strlen(good[i].value);
        CHECK(len < sizeof changed);
        for (size_t cut = 0; cut < len; cut++) {
            (void)type_copy(good[i].id, good[i].value, cut, &offset);
        }
        for (size_t at = 0; at < len; at++) {
            memcpy(changed, good[i].value, len);
            for (unsigned c = 0; c < 256; c++) {
                changed[at] = (char)c;
                (void)type_copy(good[i].id, changed, len, &offset);
            }
        }
    }
}

TEST(typed_every_good_value_is_answered_by_every_grammar)
{
    size_t offset;
    for (size_t i = 0; i < SS_COUNT(good); i++) {
        for (unsigned id = 0; id < SS_HDR_COUNT; id++) {
            (void)type_copy((ss_hdr)id, good[i].value, strlen(good[i].value), &offset);
        }
    }
}

static ss_slice part_named(const ss_typed *typed, const char *name)
{
    for (unsigned i = 0; i < typed->part_count; i++) {
        if (typed->parts[i].name != NULL && strcmp(typed->parts[i].name, name) == 0) {
            return typed->parts[i].text;
        }
    }
    return SS_EMPTY;
}

TEST(typed_a_contact_gives_its_parts)
{
    ss_typed typed;
    ss_flaw flaw;
    CHECK_OK(ss_typed_parse(SS_HDR_CONTACT, SS_LIT(" B <sips:u:p@[::1]:5061;lr;a=b?h=v>;q=0.5;x"),
                            &typed, &flaw));
    CHECK_SLICE(part_named(&typed, "display"), "B");
    CHECK_SLICE(part_named(&typed, "scheme"), "sips");
    CHECK_SLICE(part_named(&typed, "user"), "u");
    CHECK_SLICE(part_named(&typed, "password"), "p");
    CHECK_SLICE(part_named(&typed, "host"), "[::1]");
    CHECK_SLICE(part_named(&typed, "port"), "5061");
    CHECK_SLICE(part_named(&typed, "uri-header"), "v");
    CHECK_SLICE(part_named(&typed, "q"), "0.5");
    CHECK_SLICE(typed.parts[typed.part_count - 1].key, "x");
    CHECK_NULL(typed.parts[typed.part_count - 1].text.at);
    CHECK_SLICE(typed.value, "B <sips:u:p@[::1]:5061;lr;a=b?h=v>;q=0.5;x");
}

TEST(typed_offsets_count_from_the_value_as_given)
{
    ss_typed typed;
    ss_flaw flaw;
    CHECK_STATUS(ss_typed_parse(SS_HDR_ALLOW, SS_LIT("  a b"), &typed, &flaw), SS_ERR_SYNTAX);
    CHECK_EQ(flaw.offset, 4);
    CHECK_STR(flaw.section, "RFC3261:20.5");
}

TEST(typed_parts_beyond_the_last_place_are_counted)
{
    enum { PARAMS = 10000 };
    char *value = malloc(12 + PARAMS * 8);
    ss_typed typed;
    ss_flaw flaw;
    CHECK_NOT_NULL(value);
    size_t len = 0;
    memcpy(value, "<sip:a@b>", 9);
    len = 9;
    for (unsigned i = 0; i < PARAMS; i++) {
        ss_buffer b = ss_buffer_on(value + len, 8);
        ss_put_text(&b, ";p");
        ss_put_u64(&b, i);
        len += ss_buffer_slice(&b).len;
    }
    CHECK_OK(ss_typed_parse(SS_HDR_ROUTE, (ss_slice){ value, len }, &typed, &flaw));
    CHECK_EQ(typed.part_count, PARAMS + 4);
    free(value);
}

TEST(typed_deep_comments_and_long_strings_are_read_without_a_stack)
{
    enum { LEN = 60000 };
    char *value = malloc(LEN);
    ss_typed typed;
    ss_flaw flaw;
    CHECK_NOT_NULL(value);
    memset(value, '(', LEN / 2);
    memset(value + LEN / 2, ')', LEN / 2);
    CHECK_OK(ss_typed_parse(SS_HDR_SERVER, (ss_slice){ value, LEN }, &typed, &flaw));
    CHECK_STATUS(ss_typed_parse(SS_HDR_SERVER, (ss_slice){ value, LEN - 1 }, &typed, &flaw),
                 SS_ERR_SYNTAX);
    memset(value, 'a', LEN);
    memcpy(value, "SIP;text=\"", 10);
    value[LEN - 1] = '"';
    CHECK_OK(ss_typed_parse(SS_HDR_REASON, (ss_slice){ value, LEN }, &typed, &flaw));
    CHECK_STATUS(ss_typed_parse(SS_HDR_REASON, (ss_slice){ value, LEN - 1 }, &typed, &flaw),
                 SS_ERR_SYNTAX);
    free(value);
}
