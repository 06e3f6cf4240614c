/* RFC 7616: digest as a server sees it: what a challenge says, which credentials count, and what makes them right. A request of
 * u7's at a registrar of example.com, password pw7; the digests are worked out with python3's hashlib. */
#include "check.h"
#include "crypto.h"

#include <stdio.h>

static const ss_protection both = { .realm = SS_LIT_INIT("example.com"),
                                    .domain = SS_LIT_INIT("example.com"),
                                    .algorithms = { SS_ALGORITHM_SHA_256, SS_ALGORITHM_MD5 },
                                    .algorithm_count = 2,
                                    .offers = SS_OFFERS_AUTH | SS_OFFERS_AUTH_INT,
                                    .methods = 1u << SS_METHOD_REGISTER };

static unsigned char memory[16384];
static char text[4096];
static ss_arena arena;
static ss_msg msg;

/* A REGISTER with lines of its own. */
static const ss_msg *request(const char *lines)
{
    ss_diag diag;
    const int len =
        snprintf(text, sizeof text,
                 "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\n"
                 "Max-Forwards: 70\r\nFrom: <sip:u7@example.com>;tag=a\r\n"
                 "To: <sip:u7@example.com>\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\n"
                 "%sContent-Length: 5\r\n\r\nv=0\r\n",
                 lines);
    arena = (ss_arena){ .base = memory, .cap = sizeof memory };
    CHECK_OK(ss_msg_parse(&msg, &arena, (ss_slice){ text, (size_t)len }, &diag));
    return &msg;
}

static ss_status find(const ss_protection *p, const char *lines, ss_credentials *c)
{
    return ss_protection_find(p, request(lines), SS_HDR_AUTHORIZATION, &arena, c);
}

#define HEAD(realm, uri, response)                                                             \
    "Authorization: Digest username=\"u7\", realm=\"" realm "\", nonce=\"0123456789abcdef\", " \
    "uri=\"" uri "\", response=\"" response "\""
#define TAIL      ", cnonce=\"fedcba98\", nc=00000001, qop="
#define MD5_RIGHT "a7079dc99fd64f534bc3c012044433e7"

static bool is_right(const char *lines, const char *password)
{
    ss_credentials c;
    CHECK_OK(find(&both, lines, &c));
    const ss_digest_hex ha1 =
        ss_digest_ha1(test_crypto(), ss_algorithm_hash(c.algorithm), SS_LIT("u7"),
                      SS_LIT("example.com"), ss_slice_from(password));
    return ss_protection_verify(test_crypto(), &c, &msg, ss_digest_hex_slice(&ha1));
}

/* RFC7616:3.3 RFC7616:3.7 RFC8760:2.3 RFC3261:22.4 */
TEST(rfc7616_3_3_a_challenge_line_for_each_algorithm_the_preferred_one_first)
{
    char out[1024];
    ss_buffer b = ss_buffer_on(out, sizeof out);
    ss_put_challenges(&b, &both, SS_HDR_PROXY_AUTHENTICATE, SS_LIT("n"), true);
    CHECK_SLICE(ss_buffer_slice(&b),
                "Proxy-Authenticate: Digest realm=\"example.com\", nonce=\"n\", stale=true, "
                "algorithm=SHA-256, qop=\"auth,auth-int\"\r\n"
                "Proxy-Authenticate: Digest realm=\"example.com\", nonce=\"n\", stale=true, "
                "algorithm=MD5, qop=\"auth,auth-int\"\r\n");
}

/* RFC7616:3.4 RFC7616:3.4.1 RFC7616:3.4.2 RFC7616:3.4.3 */
TEST(rfc7616_3_4_1_the_response_is_right_for_the_password_alone)
{
    static const char *const lines[] = {
        HEAD("example.com", "sip:example.com", MD5_RIGHT) TAIL "auth\r\n",
        HEAD("example.com", "sip:example.com", "b60920008fb3cd73a14c724461d8b0e1") TAIL
        "auth-int\r\n",
        HEAD("example.com", "sip:example.com",
             "e145724f1c5199e895ec10e6875a5d30e7efadbf46dca6fab90a7b385359077d") TAIL
        "auth, algorithm=SHA-256\r\n",
        HEAD("example.com", "sip:example.com",
             "3b604551cc4186dd8513f5ee229bec97e7179e37cf6884d39994c8e363db6bcd") TAIL
        "auth-int, algorithm=SHA-256\r\n",
        HEAD("example.com", "sip:example.com", "b33364dbffe8824a3336d53398f735b3") "\r\n",
    };
    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        CHECK(is_right(lines[i], "pw7"));
        CHECK(!is_right(lines[i], "pw8"));
    }
    CHECK(!is_right(HEAD("example.com", "sip:example.com", "A7079DC99FD64F534BC3C012044433E7") TAIL
                    "auth\r\n",
                    "pw7"));
    CHECK(!is_right(HEAD("example.com", "sip:example.com", "") TAIL "auth\r\n", "pw7"));
}

/* RFC7616:3.4.1 an unknown user is as wrong as a wrong password, whatever the response */
TEST(rfc7616_3_4_1_without_a_user_nothing_is_right)
{
    ss_credentials c;
    CHECK_OK(find(&both, HEAD("example.com", "sip:example.com", MD5_RIGHT) TAIL "auth\r\n", &c));
    CHECK(!ss_protection_verify(test_crypto(), &c, &msg, SS_EMPTY));
    char zeros[32] = { 0 };
    const ss_digest_request what = { .method = SS_LIT("REGISTER"), .body = SS_LIT("v=0\r\n") };
    const ss_digest_hex forged =
        ss_digest_response(test_crypto(), &c, (ss_slice){ zeros, sizeof zeros }, &what);
    c.response = ss_digest_hex_slice(&forged);
    CHECK(!ss_protection_verify(test_crypto(), &c, &msg, SS_EMPTY));
}

/* RFC7616:3.4.5 */
TEST(rfc7616_3_4_5_what_is_hashed_has_no_quotes_and_no_slashes)
{
    ss_credentials plain, quoted;
    CHECK_OK(
        find(&both, HEAD("example.com", "sip:example.com", MD5_RIGHT) TAIL "auth\r\n", &plain));
    CHECK_OK(
        find(&both, HEAD("exa\\mple.com", "sip:example.com", MD5_RIGHT) TAIL "auth\r\n", &quoted));
    CHECK_SLICE(quoted.realm, "example.com");
    CHECK(is_right(HEAD("exa\\mple.com", "sip:example.com", MD5_RIGHT) TAIL "auth\r\n", "pw7"));
}

/* RFC7616:3.4.6 RFC8760:2.6 */
TEST(rfc7616_3_4_6_a_uri_that_is_neither_the_requested_one_nor_of_the_domain_is_bad)
{
    ss_credentials c;
    CHECK_OK(find(&both, HEAD("example.com", "sip:EXAMPLE.com", MD5_RIGHT) TAIL "auth\r\n", &c));
    CHECK_OK(find(&both, HEAD("example.com", "sip:u9@example.com", MD5_RIGHT) TAIL "auth\r\n", &c));
    CHECK_EQ(find(&both, HEAD("example.com", "sip:example.org", MD5_RIGHT) TAIL "auth\r\n", &c),
             SS_ERR_SYNTAX);
    CHECK_EQ(find(&both, HEAD("example.com", "", MD5_RIGHT) TAIL "auth\r\n", &c), SS_ERR_SYNTAX);
}

/* RFC7616:3.4 RFC3261:22.3 RFC3261:22 */
TEST(rfc7616_3_4_credentials_that_nobody_asked_for_are_none)
{
    static const char *const none[] = {
        "",
        "Authorization: Basic dTc6cHc3\r\n",
        HEAD("example.org", "sip:example.com", MD5_RIGHT) TAIL "auth\r\n",
        HEAD("example.com", "sip:example.com", MD5_RIGHT) TAIL "auth, algorithm=x\r\n",
        HEAD("example.com", "sip:example.com", MD5_RIGHT) TAIL "auth, algorithm=SHA-512-256\r\n",
        HEAD("example.com", "sip:example.com", MD5_RIGHT) TAIL "auth, algorithm=MD5-sess\r\n",
        HEAD("example.com", "sip:example.com", MD5_RIGHT) ", algorithm=SHA-256\r\n",
    };
    ss_credentials c;
    for (size_t i = 0; i < SS_COUNT(none); i++) {
        CHECK_EQ(find(&both, none[i], &c), SS_NONE);
    }
    CHECK_EQ(find(&both, "Authorization: Digest username=\"u7\"\r\n", &c), SS_ERR_SYNTAX);
    CHECK_OK(find(&both,
                  HEAD("example.org", "sip:x", "00") "\r\n" HEAD("example.com", "sip:example.com",
                                                                 MD5_RIGHT) TAIL "auth\r\n",
                  &c));
    CHECK_SLICE(c.realm, "example.com");
}

/* RFC7616:3.4 */
TEST(rfc7616_3_4_where_integrity_is_asked_for_less_is_none)
{
    ss_protection strict = both;
    ss_credentials c;
    strict.offers = SS_OFFERS_AUTH_INT;
    CHECK_EQ(find(&strict, HEAD("example.com", "sip:example.com", MD5_RIGHT) TAIL "auth\r\n", &c),
             SS_NONE);
    CHECK_EQ(find(&strict, HEAD("example.com", "sip:example.com", MD5_RIGHT) "\r\n", &c), SS_NONE);
    CHECK_OK(
        find(&strict, HEAD("example.com", "sip:example.com", MD5_RIGHT) TAIL "auth-int\r\n", &c));
}

/* RFC7616:3.5 */
TEST(rfc7616_3_5_the_proof_of_a_server_is_of_the_uri_without_a_method)
{
    ss_credentials c;
    CHECK_OK(find(&both, HEAD("example.com", "sip:example.com", MD5_RIGHT) TAIL "auth\r\n", &c));
    const ss_digest_hex ha1 = ss_digest_ha1(test_crypto(), SS_HASH_MD5, SS_LIT("u7"),
                                            SS_LIT("example.com"), SS_LIT("pw7"));
    const ss_digest_hex proof = ss_digest_response(test_crypto(), &c, ss_digest_hex_slice(&ha1),
                                                   &(ss_digest_request){ .body = SS_EMPTY });
    CHECK_SLICE(ss_digest_hex_slice(&proof), "acba07c952ac38b3c7cff4b43a2c9448");
}

/* RFC7616:3.4 nobody asks an ACK or a CANCEL: RFC3261:22.1 */
TEST(rfc3261_22_1_neither_ack_nor_cancel_is_protected)
{
    ss_protection all = both;
    all.methods = UINT32_MAX;
    CHECK(!ss_protects(&all, SS_METHOD_ACK));
    CHECK(!ss_protects(&all, SS_METHOD_CANCEL));
    CHECK(ss_protects(&all, SS_METHOD_BYE));
    CHECK(!ss_protects(&both, SS_METHOD_INVITE));
}
