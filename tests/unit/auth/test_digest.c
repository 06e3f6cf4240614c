/* The computation by known answers, worked out with python3's hashlib: user u7 of realm example.com, password pw7, registers at
 * sip:example.com with nonce 0123456789abcdef, cnonce fedcba98, nc 1, and for auth-int the body "v=0\r\n". */
#include "check.h"
#include "crypto.h"

static ss_credentials credentials(ss_algorithm algorithm, ss_qop qop)
{
    return (ss_credentials){ .username = SS_LIT("u7"),
                             .realm = SS_LIT("example.com"),
                             .nonce = SS_LIT("0123456789abcdef"),
                             .uri = SS_LIT("sip:example.com"),
                             .cnonce = SS_LIT("fedcba98"),
                             .nc_text = SS_LIT("00000001"),
                             .nc = 1,
                             .algorithm = algorithm,
                             .qop = qop };
}

static ss_digest_hex ha1_of(ss_hash hash)
{
    return ss_digest_ha1(test_crypto(), hash, SS_LIT("u7"), SS_LIT("example.com"), SS_LIT("pw7"));
}

static void check_response(ss_algorithm algorithm, ss_qop qop, const char *method,
                           const char *expected)
{
    const ss_digest_request what = { .method = ss_slice_from(method), .body = SS_LIT("v=0\r\n") };
    const ss_credentials c = credentials(algorithm, qop);
    const ss_digest_hex ha1 = ha1_of(ss_algorithm_hash(algorithm));
    const ss_digest_hex response =
        ss_digest_response(test_crypto(), &c, ss_digest_hex_slice(&ha1), &what);
    CHECK_SLICE_EQ(ss_digest_hex_slice(&response), ss_slice_from(expected));
}

TEST(ha1_is_of_user_realm_and_password)
{
    static const char *const expected[SS_HASH_COUNT] = {
        "cc84021da72792b1ca2ab7627f3b70ac",
        "50e6179006a22fd28bd64b8219d6287d71fc9f1b9e78630b9cadc233b82e3377",
        "c90ce1f6edf3649bbb24a25e535925b79caef9ed89ce87fab6d0b9e7dd081808",
    };
    for (unsigned h = 0; h < SS_HASH_COUNT; h++) {
        const ss_digest_hex ha1 = ha1_of((ss_hash)h);
        CHECK_SLICE_EQ(ss_digest_hex_slice(&ha1), ss_slice_from(expected[h]));
    }
}

TEST(each_algorithm_and_qop_has_its_response)
{
    static const struct {
        ss_algorithm algorithm;
        const char *auth, *auth_int;
    } cases[] = {
        { SS_ALGORITHM_MD5, "a7079dc99fd64f534bc3c012044433e7",
          "b60920008fb3cd73a14c724461d8b0e1" },
        { SS_ALGORITHM_MD5_SESS, "6d11e2de1f64c8e8d7dd2eb9a8895194",
          "5ac3e6b7dead550591c303725fdf932c" },
        { SS_ALGORITHM_SHA_256, "e145724f1c5199e895ec10e6875a5d30e7efadbf46dca6fab90a7b385359077d",
          "3b604551cc4186dd8513f5ee229bec97e7179e37cf6884d39994c8e363db6bcd" },
        { SS_ALGORITHM_SHA_256_SESS,
          "90daca5a7e9f9c2feca09cafb7c17cd168055c6c9af3962f9414963fdc96c654",
          "37a6422b689d72f29dbef5ec9423fa7319279d5e06ac8a34dbbe99e478fe057e" },
        { SS_ALGORITHM_SHA_512_256,
          "7caa9500f94c2ccd53def6056e84eb84a0f40564d0b81324f39d00ec3ee7c3e0",
          "94c133d6aa9d11a7d01e02f09773c35e64c33760b988432777160d3bd5bc7864" },
        { SS_ALGORITHM_SHA_512_256_SESS,
          "ddc17b74516bddf115e82ed85a15e2ac32335501d33bd610cd40c1fcd6c6a16b",
          "96106584c34c6ada6e0b0a5b76ae10cabcf6aa311b58b8b11623a2b08f38643a" },
    };
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        check_response(cases[i].algorithm, SS_QOP_AUTH, "REGISTER", cases[i].auth);
        check_response(cases[i].algorithm, SS_QOP_AUTH_INT, "REGISTER", cases[i].auth_int);
    }
}

TEST(without_qop_neither_count_nor_cnonce_are_hashed)
{
    check_response(SS_ALGORITHM_MD5, SS_QOP_NONE, "REGISTER", "b33364dbffe8824a3336d53398f735b3");
}

TEST(what_a_server_proves_has_no_method)
{
    check_response(SS_ALGORITHM_MD5, SS_QOP_AUTH, "", "acba07c952ac38b3c7cff4b43a2c9448");
    check_response(SS_ALGORITHM_SHA_256, SS_QOP_AUTH, "",
                   "4f975fc2b27558548810a8cddb4da378485e4e0001666be8b45a98e64576ca8f");
    check_response(SS_ALGORITHM_SHA_512_256, SS_QOP_AUTH, "",
                   "22ba804031261347b68c12d9b2f2a60430bfb6338697fdfcb07e406e32cded1e");
}

TEST(algorithms_are_known_by_name_in_any_case)
{
    for (unsigned i = 0; i < SS_ALGORITHM_COUNT; i++) {
        CHECK_EQ(ss_algorithm_from(ss_algorithm_name((ss_algorithm)i)), i);
    }
    CHECK_EQ(ss_algorithm_from(SS_LIT("sha-256")), SS_ALGORITHM_SHA_256);
    CHECK_EQ(ss_algorithm_from(SS_LIT("md5-SESS")), SS_ALGORITHM_MD5_SESS);
    CHECK_EQ(ss_algorithm_from(SS_LIT("SHA-512/256")), SS_ALGORITHM_UNKNOWN);
    CHECK_EQ(ss_algorithm_from(SS_EMPTY), SS_ALGORITHM_UNKNOWN);
}

TEST(secrets_are_equal_when_every_byte_is)
{
    CHECK(ss_secret_eq(SS_LIT("abcd"), SS_LIT("abcd")));
    CHECK(ss_secret_eq(SS_EMPTY, SS_EMPTY));
    CHECK(!ss_secret_eq(SS_LIT("abcd"), SS_LIT("abce")));
    CHECK(!ss_secret_eq(SS_LIT("abcd"), SS_LIT("bbcd")));
    CHECK(!ss_secret_eq(SS_LIT("abcd"), SS_LIT("abc")));
}
