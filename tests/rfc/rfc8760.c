/* RFC 8760: the algorithms of digest in SIP, and several challenges of a realm. */
#include "login_rig.h"

#include <stdio.h>

static const char *offer(const char *const *algorithms, size_t count)
{
    static char lines[2048];
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        char more[64];
        snprintf(more, sizeof more, ", algorithm=%s, qop=\"auth\"", algorithms[i]);
        len += (size_t)snprintf(lines + len, sizeof lines - len, "%s",
                                login_challenge("WWW-Authenticate", "example.com", "n1", more));
    }
    return lines;
}

/* What Alice answers to an offer; SS_ALGORITHM_UNKNOWN when she gives up. */
static ss_algorithm answered(const char *const *algorithms, size_t count, ss_hash minimum,
                             bool prefers_strongest)
{
    ua_rig *rig = login_start();
    ss_credentials c;
    login_auth.minimum = minimum;
    login_auth.prefers_strongest = prefers_strongest;
    login_register(rig, 3600);
    CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", 0), 401, "r",
                              offer(algorithms, count)));
    const ua_message *second = ua_sent(rig, ALICE, "REGISTER", 1);
    if (second == NULL) {
        CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_REGISTER_FAILED), 1);
        return SS_ALGORITHM_UNKNOWN;
    }
    CHECK(login_credentials(second, SS_HDR_AUTHORIZATION, 0, &c));
    CHECK(login_is_right(second, &c));
    CHECK(!login_credentials(second, SS_HDR_AUTHORIZATION, 1, &c));
    return c.algorithm;
}

#define ANSWERED(offer, minimum, strongest) \
    answered((offer), SS_COUNT(offer), (minimum), (strongest))

/* RFC8760:2.4 */
TEST(rfc8760_2_4_the_topmost_challenge_that_is_understood_is_answered)
{
    static const char *const sha_first[] = { "SHA-256", "MD5" };
    static const char *const md5_first[] = { "MD5", "SHA-512-256" };
    static const char *const strange[] = { "SHA-3", "SHA-512-256", "MD5" };
    static const char *const none[] = { "SHA-3" };
    CHECK_EQ(ANSWERED(sha_first, SS_HASH_MD5, false), SS_ALGORITHM_SHA_256);
    CHECK_EQ(ANSWERED(md5_first, SS_HASH_MD5, false), SS_ALGORITHM_MD5);
    CHECK_EQ(ANSWERED(strange, SS_HASH_MD5, false), SS_ALGORITHM_SHA_512_256);
    CHECK_EQ(ANSWERED(none, SS_HASH_MD5, false), SS_ALGORITHM_UNKNOWN);
}

/* RFC8760:2.4 */
TEST(rfc8760_2_4_local_policy_may_prefer_the_strongest)
{
    static const char *const md5_first[] = { "MD5", "SHA-256", "SHA-512-256-sess" };
    CHECK_EQ(ANSWERED(md5_first, SS_HASH_MD5, true), SS_ALGORITHM_SHA_512_256_SESS);
}

/* RFC8760:3 who strips the stronger challenge gets no digest by the weaker */
TEST(rfc8760_3_a_downgrade_below_the_minimum_is_refused)
{
    static const char *const stripped[] = { "MD5" };
    static const char *const both[] = { "MD5", "SHA-256" };
    CHECK_EQ(ANSWERED(stripped, SS_HASH_SHA_256, false), SS_ALGORITHM_UNKNOWN);
    CHECK_EQ(ANSWERED(both, SS_HASH_SHA_256, false), SS_ALGORITHM_SHA_256);
    CHECK_EQ(ANSWERED(both, SS_HASH_SHA_512_256, false), SS_ALGORITHM_UNKNOWN);
}

/* RFC8760:2.2 */
TEST(rfc8760_2_2_a_digest_is_in_lower_case_hexadecimal_of_its_hash_s_size)
{
    static const size_t sizes[SS_HASH_COUNT] = { 32, 64, 64 };
    for (unsigned h = 0; h < SS_HASH_COUNT; h++) {
        const ss_digest_hex ha1 =
            ss_digest_ha1(test_crypto(), (ss_hash)h, SS_LIT("u"), SS_LIT("r"), SS_LIT("p"));
        CHECK_EQ(ha1.len, sizes[h]);
        for (size_t i = 0; i < ha1.len; i++) {
            const char c = ha1.text[i];
            CHECK((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
        }
    }
}

/* RFC8760:2.6 the hash of no body is the hash of nothing, by the algorithm in use */
TEST(rfc8760_2_6_with_auth_int_the_hash_of_no_body_is_that_of_nothing)
{
    ss_credentials c = { .username = SS_LIT("u7"),
                         .realm = SS_LIT("example.com"),
                         .nonce = SS_LIT("n"),
                         .uri = SS_LIT("sip:a"),
                         .cnonce = SS_LIT("c"),
                         .nc_text = SS_LIT("00000001"),
                         .algorithm = SS_ALGORITHM_SHA_256,
                         .qop = SS_QOP_AUTH_INT };
    const ss_digest_hex with = ss_digest_response(test_crypto(), &c, SS_LIT("00"),
                                                  &(ss_digest_request){ .method = SS_LIT("BYE") });
    /* the same A2, written out, as one of auth */
    c.qop = SS_QOP_AUTH;
    c.uri = SS_LIT("sip:a:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const ss_digest_hex written = ss_digest_response(
        test_crypto(), &c, SS_LIT("00"), &(ss_digest_request){ .method = SS_LIT("BYE") });
    CHECK(!ss_slice_eq(ss_digest_hex_slice(&with), ss_digest_hex_slice(&written)));
    c.qop = SS_QOP_AUTH_INT; /* "auth-int" is hashed too, so the two differ by that alone */
    c.uri = SS_LIT("sip:a");
    const ss_digest_hex empty =
        ss_digest_response(test_crypto(), &c, SS_LIT("00"),
                           &(ss_digest_request){ .method = SS_LIT("BYE"), .body = SS_LIT("") });
    CHECK_SLICE_EQ(ss_digest_hex_slice(&with), ss_digest_hex_slice(&empty));
}
