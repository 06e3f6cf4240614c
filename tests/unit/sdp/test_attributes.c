/* Typed attributes: tables of good and bad values, what is read from them, and where a wrong one is told. */
#include "check.h"
#include "messages.h"

#include "ss/sdp.h"

#include <string.h>

#define HEAD  "v=0\no=- 1 1 IN IP4 a\ns=-\nc=IN IP4 a\nt=0 0\n"
#define MEDIA "m=audio 4 RTP/AVP 0\n"
#define KEY   "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz" /* 40 characters: 30 bytes */
#define SHA1  "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB"

static ss_status judge(const char *before, const char *line, ss_diag *diag)
{
    static char text[2048];
    ss_sdp sdp;
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_text(&b, before);
    ss_put_text(&b, line);
    ss_put_char(&b, '\n');
    CHECK(!b.overflow);
    test_arena()->used = 0;
    const ss_slice exact = test_exact(ss_buffer_slice(&b));
    CHECK_OK(ss_sdp_parse(&sdp, test_arena(), exact, diag));
    const ss_status status = ss_sdp_check_attributes(&sdp, diag);
    (void)test_exact(SS_EMPTY);
    CHECK_EQ(status == SS_OK, diag->sentence[0] == '\0');
    return status;
}

static void expect(const char *const *lines, size_t count, const char *before, ss_status expected)
{
    for (size_t i = 0; i < count; i++) {
        ss_diag diag;
        if (judge(before, lines[i], &diag) != expected) {
            CHECK_STR(lines[i], ss_status_name(expected));
        }
        if (expected != SS_OK) {
            CHECK(diag.offset >= strlen(before) + 2);
            CHECK(diag.offset < strlen(before) + strlen(lines[i]));
        }
    }
}

#define IN_MEDIA(lines, status)   expect((lines), SS_COUNT(lines), HEAD MEDIA, (status))
#define IN_SESSION(lines, status) expect((lines), SS_COUNT(lines), HEAD, (status))

TEST(rfc8866_6_6_attribute_rtpmap)
{
    static const char *const good[] = { "a=rtpmap:0 PCMU/8000", "a=rtpmap:127 L16/44100/2",
                                        "a=rtpmap:99 h263-1998/90000" };
    static const char *const bad[] = { "a=rtpmap",        "a=rtpmap:31 LPC",    "a=rtpmap:128 x/1",
                                       "a=rtpmap:00 x/1", "a=rtpmap:0 x/0",     "a=rtpmap:0 x/08",
                                       "a=rtpmap:0  x/1", "a=rtpmap: 0 x/1",    "a=rtpmap:0 x/1/0",
                                       "a=rtpmap:0 x/1/", "a=rtpmap:0 x/1/2/3", "a=rtpmap:0 /1",
                                       "a=rtpmap:0 x/1 ", "a=rtpmap:0" };
    IN_MEDIA(good, SS_OK); /* RFC8866:6.6 */
    IN_MEDIA(bad, SS_ERR_SYNTAX);
}

TEST(rfc8866_6_15_attribute_fmtp)
{
    static const char *const good[] = { "a=fmtp:96 mode=20", "a=fmtp:x  ", "a=fmtp:96 a;b=c; d" };
    static const char *const bad[] = { "a=fmtp", "a=fmtp:96", "a=fmtp:96 ", "a=fmtp: 96 x",
                                       "a=fmtp:9/6 x" };
    IN_MEDIA(good, SS_OK); /* RFC8866:6.15 */
    IN_MEDIA(bad, SS_ERR_SYNTAX);
}

TEST(rfc8866_6_4_attribute_ptime_is_above_0_and_may_have_a_fraction)
{
    static const char *const good[] = { "20", "1", "0.125", "2.5", "20.0001" };
    static const uint32_t micros[] = { 20000, 1000, 125, 2500, 20000 };
    static const char *const bad[] = { "",      "0",  "0.0", "x",    "020",        "20.",  ".5",
                                       "20.50", "-1", "20 ", "1.x5", "4294967295", "1.5.5" };
    static const char *const maximum[] = { "a=maxptime:40" };
    static const char *const wrong[] = { "a=maxptime:0", "a=maxptime" };
    for (size_t i = 0; i < SS_COUNT(good); i++) {
        uint32_t read = 0;
        CHECK_OK(ss_sdp_read_ptime(ss_slice_from(good[i]), &read)); /* RFC8866:6.4 RFC8866:6.5 */
        CHECK_EQ(read, micros[i]);
    }
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        uint32_t read = 0;
        CHECK_STATUS(ss_sdp_read_ptime(ss_slice_from(bad[i]), &read), SS_ERR_SYNTAX);
    }
    IN_MEDIA(maximum, SS_OK);
    IN_MEDIA(wrong, SS_ERR_SYNTAX);
}

TEST(attribute_properties_have_no_value_and_their_level)
{
    static const char *const good[] = { "a=rtcp-mux", "a=ice-mismatch", "a=inactive", "a=sendonly",
                                        "a=unknown",  "a=ice-lites:x",  "a=RTPMAP:x" };
    static const char *const bad[] = { "a=rtcp-mux:1", "a=sendrecv:x", "a=recvonly:x" };
    static const char *const here[] = { "a=ice-lite", "a=recvonly" };
    static const char *const elsewhere[] = { "a=rtpmap:0 PCMU/8000", "a=mid:1", "a=candidate:x",
                                             "a=rtcp-mux" };
    static const char *const session_only[] = { "a=ice-lite", "a=group:BUNDLE 1" };
    /* RFC8839:5.3 RFC5761:5.1.1 RFC8866:6.7.1 RFC8866:6.7.2 RFC8866:6.7.3 RFC8866:6.7.4 */
    IN_MEDIA(good, SS_OK);
    IN_MEDIA(bad, SS_ERR_SYNTAX);
    IN_SESSION(here, SS_OK);
    IN_SESSION(elsewhere, SS_ERR_SEMANTIC);
    IN_MEDIA(session_only, SS_ERR_SEMANTIC);
}

TEST(rfc3605_2_1_attribute_rtcp)
{
    static const char *const good[] = { "a=rtcp:53020", "a=rtcp:53020 IN IP4 126.16.64.4",
                                        "a=rtcp:1 IN IP6 2001:db8::1" };
    static const char *const bad[] = {
        "a=rtcp",    "a=rtcp:65536", "a=rtcp:1 IN",           "a=rtcp:1 IN IP4 a b",
        "a=rtcp:1 ", "a=rtcp:x",     "a=rtcp:1 IN IP4 1.2.3", "a=rtcp:1IN IP4 a"
    };
    IN_MEDIA(good, SS_OK); /* RFC3605:2.1 */
    IN_MEDIA(bad, SS_ERR_SYNTAX);
    ss_sdp_rtcp rtcp;
    CHECK_OK(ss_sdp_read_rtcp(SS_LIT("53020 IN IP4 126.16.64.4"), &rtcp));
    CHECK_EQ(rtcp.port, 53020);
    CHECK_SLICE(rtcp.address.address, "126.16.64.4");
}

#define SDES "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" KEY
TEST(rfc4568_9_attribute_crypto)
{
    static const char *const good[] = {
        SDES,
        SDES "|2^20|1:4",
        SDES "|1:4",
        SDES "|1048576",
        SDES ";inline:" KEY "|2^48|1:128",
        SDES " KDR=24 WSH=64",
        SDES " UNENCRYPTED_SRTP  FEC_ORDER=FEC_SRTP",
        "a=crypto:0\tF8_128_HMAC_SHA1_80 \t inline:" KEY,
        SDES " -x",
        "a=crypto:999999999 OTHER x_1:y",
        "a=crypto:1 OTHER a:b|c;d:e z",
    };
    static const char *const bad[] = {
        "a=crypto",
        "a=crypto:1",
        "a=crypto:x S a:b",
        "a=crypto:1234567890 S a:b",
        "a=crypto:01 S a:b",
        "a=crypto:1 S-1 a:b",
        "a=crypto:1 S a",
        "a=crypto:1 S a:",
        "a=crypto:1 S :b",
        "a=crypto:1 S a:b;",
        "a=crypto: 1 S a:b",
        "a=crypto:1 S a:b ",
        SDES "|",
        SDES "|2^",
        SDES "|x",
        SDES "|1:",
        SDES "|:4",
        SDES "|2^20|1",
        SDES "|1:4|2^20",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_32 key:" KEY,
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "=",
        SDES ";inline:",
        SDES " \x80",
    };
    static const char *const wrong[] = {
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:YWJj",
        SDES "|0",
        SDES "|2^49",
        SDES "|01",
        SDES "|1:0",
        SDES "|1:129",
        SDES " KDR=25",
        SDES " KDR=x",
        SDES " WSH=63",
        SDES " WSH=",
    };
    IN_MEDIA(good, SS_OK); /* RFC4568:9.1 RFC4568:6.1 RFC4568:6.3.1 RFC4568:6.3.7 */
    IN_MEDIA(bad, SS_ERR_SYNTAX);
    IN_MEDIA(wrong, SS_ERR_SEMANTIC);
}

TEST(rfc4568_9_2_the_keys_of_srtp_are_read_one_by_one)
{
    ss_sdp_crypto crypto;
    ss_sdp_srtp_key key;
    size_t at = 0;
    CHECK_OK(ss_sdp_read_crypto(SS_LIT("7 aes_cm_128_hmac_sha1_32 inline:" KEY
                                       "|2^20|1:4;inline:" KEY "|99 WSH=100  KDR=1"),
                                &crypto));
    CHECK_EQ(crypto.tag, 7);
    CHECK_SLICE(crypto.session, "WSH=100  KDR=1");
    CHECK_OK(ss_sdp_next_srtp_key(&crypto, &at, &key));
    CHECK_SLICE(key.key_salt, KEY);
    CHECK_EQ(key.lifetime, 1 << 20);
    CHECK_SLICE(key.mki, "1");
    CHECK_EQ(key.mki_bytes, 4);
    CHECK_OK(ss_sdp_next_srtp_key(&crypto, &at, &key));
    CHECK_EQ(key.lifetime, 99);
    CHECK_EQ(key.mki_bytes, 0);
    CHECK_STATUS(ss_sdp_next_srtp_key(&crypto, &at, &key), SS_NONE);
}

TEST(rfc4567_3_1_attribute_key_mgmt)
{
    static const char *const good[] = { "a=key-mgmt:mikey AQAFgM0X",
                                        "a=key-mgmt: mikey AQAFgM0=", "a=key-mgmt:x YQ==" };
    static const char *const bad[] = { "a=key-mgmt",
                                       "a=key-mgmt:mikey",
                                       "a=key-mgmt:  mikey YWJj",
                                       "a=key-mgmt:mi-key YWJj",
                                       "a=key-mgmt:mikey YWJ",
                                       "a=key-mgmt:mikey YWJj YWJj",
                                       "a=key-mgmt:mikey YW=j" };
    IN_MEDIA(good, SS_OK); /* RFC4567:3.1 */
    IN_SESSION(good, SS_OK);
    IN_MEDIA(bad, SS_ERR_SYNTAX);
}

#define CANDIDATE "a=candidate:1 1 UDP 2130706431 203.0.113.141 8998 typ "
TEST(rfc8839_5_1_attribute_candidate)
{
    static const char *const good[] = {
        CANDIDATE "host",
        CANDIDATE "srflx raddr 10.0.1.1 rport 8998",
        CANDIDATE "relay raddr :: rport 9 generation 0",
        CANDIDATE "host generation 0 network-id 1",
        CANDIDATE "host x ",
        CANDIDATE "other",
        CANDIDATE "other rport 1 a b",
        "a=candidate:a+/9 256 tcp 1 2001:db8::1 0 TYP HOST tcptype active",
        "a=candidate:1 1 UDP 1 4d2c.local 9 typ host",
        "a=candidate:1 001 UDP 0000000001 h 9 typ host",
    };
    static const char *const bad[] = {
        "a=candidate",
        "a=candidate:1",
        "a=candidate:1 1 UDP 1 h 9",
        "a=candidate:1 1 UDP 1 h 9 typ",
        "a=candidate:1 1 UDP 1 h 9 typ ",
        "a=candidate:- 1 UDP 1 h 9 typ host",
        "a=candidate:123456789012345678901234567890123 1 UDP 1 h 9 typ host",
        "a=candidate:1 0001 UDP 1 h 9 typ host",
        "a=candidate:1 x UDP 1 h 9 typ host",
        "a=candidate:1 1 U/P 1 h 9 typ host",
        "a=candidate:1 1 UDP 12345678901 h 9 typ host",
        "a=candidate:1 1 UDP 1 1.2.3 9 typ host",
        "a=candidate:1 1 UDP 1 h 65536 typ host",
        "a=candidate:1 1 UDP 1 h 9 type host",
        CANDIDATE "srflx raddr",
        CANDIDATE "srflx raddr 1.2.3 rport 9",
        CANDIDATE "srflx raddr 1.2.3.4 rport x",
        CANDIDATE "host x",
        CANDIDATE "host  x y",
        CANDIDATE "host x y ",
        CANDIDATE "host (x) y",
        "a=candidate: 1 1 UDP 1 h 9 typ host",
    };
    static const char *const wrong[] = {
        "a=candidate:1 0 UDP 1 h 9 typ host",
        "a=candidate:1 257 UDP 1 h 9 typ host",
        "a=candidate:1 1 UDP 0 h 9 typ host",
        "a=candidate:1 1 UDP 2147483648 h 9 typ host",
        "a=candidate:1 1 UDP 9999999999 h 9 typ host",
        CANDIDATE "host raddr 1.2.3.4 rport 9",
        CANDIDATE "srflx",
        CANDIDATE "prflx raddr 1.2.3.4",
        CANDIDATE "relay rport 9",
    };
    IN_MEDIA(good, SS_OK); /* RFC8839:5.1 */
    IN_MEDIA(bad, SS_ERR_SYNTAX);
    IN_MEDIA(wrong, SS_ERR_SEMANTIC);
}

TEST(rfc8839_5_2_attribute_remote_candidates)
{
    static const char *const good[] = { "a=remote-candidates:1 192.0.2.3 45664",
                                        "a=remote-candidates:1 a 1 2 b 2" };
    static const char *const bad[] = { "a=remote-candidates",
                                       "a=remote-candidates:1 a",
                                       "a=remote-candidates:1 a 1 ",
                                       "a=remote-candidates:1 a 1 2",
                                       "a=remote-candidates:1 a 1  2 b 2",
                                       "a=remote-candidates:x a 1" };
    IN_MEDIA(good, SS_OK); /* RFC8839:5.2 */
    IN_MEDIA(bad, SS_ERR_SYNTAX);
    size_t at = 0;
    ss_sdp_remote_candidate r;
    CHECK_OK(ss_sdp_next_remote_candidate(SS_LIT("1 a 3 2 ::1 4"), &at, &r));
    CHECK_OK(ss_sdp_next_remote_candidate(SS_LIT("1 a 3 2 ::1 4"), &at, &r));
    CHECK_EQ(r.component, 2);
    CHECK_EQ(r.port, 4);
    CHECK_SLICE(r.address, "::1");
    CHECK_STATUS(ss_sdp_next_remote_candidate(SS_LIT("1 a 3 2 ::1 4"), &at, &r), SS_NONE);
}

TEST(rfc8839_5_4_credentials_and_options_of_ice)
{
    static const char *const good[] = { "a=ice-ufrag:8hhY", "a=ice-pwd:asd88fgpdd777uzjYhagZg",
                                        "a=ice-options:ice2 rtp+ecn" };
    static const char *const bad[] = {
        "a=ice-ufrag:8hh",    "a=ice-ufrag:8hh-", "a=ice-pwd:asd88fgpdd777uzjYhagZ",
        "a=ice-ufrag",        "a=ice-pwd",        "a=ice-options",
        "a=ice-options:a  b", "a=ice-options:a ", "a=ice-options:rtp_ecn"
    };
    static const char *const pacing[] = { "a=ice-pacing:50", "a=ice-pacing:0000000050" };
    static const char *const no_pacing[] = { "a=ice-pacing", "a=ice-pacing:00000000050",
                                             "a=ice-pacing:5s" };
    IN_MEDIA(good, SS_OK); /* RFC8839:5.4 RFC8839:5.5 RFC8839:5.6 */
    IN_SESSION(good, SS_OK);
    IN_MEDIA(bad, SS_ERR_SYNTAX);
    IN_SESSION(pacing, SS_OK);
    IN_SESSION(no_pacing, SS_ERR_SYNTAX);
    char long_one[257];
    memset(long_one, 'a', sizeof long_one);
    CHECK_OK(ss_sdp_read_ice_ufrag((ss_slice){ long_one, 256 }));
    CHECK_OK(ss_sdp_read_ice_pwd((ss_slice){ long_one, 256 }));
    CHECK_STATUS(ss_sdp_read_ice_ufrag((ss_slice){ long_one, 257 }), SS_ERR_SYNTAX);
    CHECK_STATUS(ss_sdp_read_ice_pwd((ss_slice){ long_one, 257 }), SS_ERR_SYNTAX);
}

TEST(rfc5763_5_fingerprint_and_setup)
{
    static const char *const good[] = { "a=fingerprint:sha-1 " SHA1,
                                        "a=fingerprint: SHA-1 " SHA1,
                                        "a=fingerprint:other 00",
                                        "a=setup:actpass",
                                        "a=setup:active",
                                        "a=setup:passive",
                                        "a=setup:holdconn" };
    static const char *const bad[] = { "a=fingerprint",
                                       "a=fingerprint:sha-1",
                                       "a=fingerprint:other ",
                                       "a=fingerprint:other 0",
                                       "a=fingerprint:other 0a",
                                       "a=fingerprint:other 00:",
                                       "a=fingerprint:other 00 11",
                                       "a=fingerprint:other 00:1",
                                       "a=fingerprint:other 0011",
                                       "a=setup",
                                       "a=setup:both",
                                       "a=setup:active " };
    static const char *const wrong[] = { "a=fingerprint:sha-1 00", "a=fingerprint:sha-256 " SHA1,
                                         "a=fingerprint:SHA-1 " SHA1 ":00" };
    IN_MEDIA(good, SS_OK); /* RFC5763:5 */
    IN_SESSION(good, SS_OK);
    IN_MEDIA(bad, SS_ERR_SYNTAX);
    IN_MEDIA(wrong, SS_ERR_SEMANTIC);
    ss_sdp_setup setup;
    CHECK_OK(ss_sdp_read_setup(SS_LIT("ACTPASS"), &setup));
    CHECK_EQ(setup, SS_SDP_SETUP_ACTPASS);
    CHECK_SLICE_EQ(ss_sdp_setup_name(setup), SS_LIT("actpass"));
}

TEST(rfc5888_5_mid_and_group)
{
    static const char *const mids[] = { "a=mid:1", "a=mid:audio" };
    static const char *const no_mids[] = { "a=mid", "a=mid:a b", "a=mid:a/b" };
    static const char *const groups[] = { "a=group:BUNDLE a v", "a=group:LS", "a=group:x-y 1" };
    static const char *const no_groups[] = { "a=group", "a=group:BUNDLE ", "a=group:BUNDLE a  v",
                                             "a=group: a", "a=group:a/b" };
    IN_MEDIA(mids, SS_OK); /* RFC5888:4 RFC5888:5 */
    IN_MEDIA(no_mids, SS_ERR_SYNTAX);
    IN_SESSION(groups, SS_OK);
    IN_SESSION(no_groups, SS_ERR_SYNTAX);
    ss_sdp_group group;
    ss_slice tag;
    size_t at = 0;
    CHECK_OK(ss_sdp_read_group(SS_LIT("BUNDLE a v"), &group));
    CHECK_OK(ss_sdp_next_tag(&group, &at, &tag));
    CHECK_OK(ss_sdp_next_tag(&group, &at, &tag));
    CHECK_SLICE(tag, "v");
    CHECK_STATUS(ss_sdp_next_tag(&group, &at, &tag), SS_NONE);
    CHECK_OK(ss_sdp_read_group(SS_LIT("LS"), &group));
    at = 0;
    CHECK_STATUS(ss_sdp_next_tag(&group, &at, &tag), SS_NONE);
}

TEST(attribute_that_is_wrong_is_told_by_its_offset_and_section)
{
    ss_diag diag;
    CHECK_STATUS(judge(HEAD MEDIA, "a=mid:a b", &diag), SS_ERR_SYNTAX);
    CHECK_EQ(diag.offset, strlen(HEAD MEDIA "a=mid:"));
    CHECK_STR(diag.section, "RFC5888:4");
    CHECK_STATUS(judge(HEAD, "a=mid:a", &diag), SS_ERR_SEMANTIC);
    CHECK_EQ(diag.offset, strlen(HEAD "a="));
}
