/* The hashes by their known answers: worked out with python3's hashlib and hmac. */
#include "check.h"
#include "crypto.h"

static void check_hex(const unsigned char *bytes, size_t count, const char *expected)
{
    char text[2 * SS_HASH_BYTES_MAX];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    for (size_t i = 0; i < count; i++) {
        ss_put_hex(&b, bytes[i], 2);
    }
    CHECK_SLICE_EQ(ss_buffer_slice(&b), ss_slice_from(expected));
}

TEST(hashes_of_abc_in_pieces_are_those_of_the_whole)
{
    static const char *const expected[SS_HASH_COUNT] = {
        "900150983cd24fb0d6963f7d28e17f72",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
    };
    static const ss_slice whole[] = { SS_LIT_INIT("abc") };
    static const ss_slice pieces[] = { SS_LIT_INIT("a"), { NULL, 0 }, SS_LIT_INIT("bc") };
    const ss_crypto *crypto = test_crypto();
    for (unsigned h = 0; h < SS_HASH_COUNT; h++) {
        unsigned char out[SS_HASH_BYTES_MAX];
        crypto->hash(crypto->self, (ss_hash)h, whole, 1, out);
        check_hex(out, ss_hash_bytes((ss_hash)h), expected[h]);
        crypto->hash(crypto->self, (ss_hash)h, pieces, SS_COUNT(pieces), out);
        check_hex(out, ss_hash_bytes((ss_hash)h), expected[h]);
    }
}

TEST(hmac_sha_256_has_its_key_anew_each_time)
{
    static const ss_slice parts[] = { SS_LIT_INIT("ab"), SS_LIT_INIT("c") };
    const ss_crypto *crypto = test_crypto();
    unsigned char out[SS_HASH_BYTES_MAX];
    crypto->hmac(crypto->self, SS_LIT("another"), parts, 2, out);
    crypto->hmac(crypto->self, SS_LIT("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"), parts, 2, out);
    check_hex(out, 32, "af61b693912efc56e2e46f949719ea10a9e80d68f8dcfb84e26cac5330da3c74");
}
