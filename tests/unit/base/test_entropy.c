/* rng/1 is frozen: these answers never change. A failure here means that every seed means something else. */
#include "check.h"

TEST(entropy_mix_has_its_known_answers)
{
    CHECK_EQ(ss_mix64(0), UINT64_C(0));
    CHECK_EQ(ss_mix64(1), UINT64_C(0x5692161d100b05e5));
    CHECK_EQ(ss_mix64(UINT64_MAX), UINT64_C(0xb4d055fcf2cbbd7b));
    CHECK_EQ(ss_mix_absorb(0, 0), UINT64_C(0x8209b480faed1b10));
    CHECK_EQ(ss_mix_absorb(1, 2), UINT64_C(0xd11f5a75f7215b2a));
    CHECK_EQ(ss_mix_absorb(2, 1), UINT64_C(0xfb3867150874e9f3));
}

TEST(entropy_hash_word_by_word_is_that_of_the_little_endian_bytes)
{
    char bytes[8 * 9];
    for (size_t words = 0; words <= 9; words++) {
        ss_hash_state h = ss_hash_begin(7);
        for (size_t i = 0; i < words; i++) {
            const uint64_t word = ss_mix64(i + 1);
            for (unsigned at = 0; at < 8; at++) {
                bytes[8 * i + at] = (char)(unsigned char)(word >> (8 * at));
            }
            if (i % 2 == 0) {
                ss_hash_even(&h, word);
            } else {
                ss_hash_odd(&h, word);
            }
        }
        CHECK_EQ(ss_hash_end(&h, 8 * words), ss_hash64(7, (ss_slice){ bytes, 8 * words }));
    }
}

TEST(entropy_hash_has_its_known_answers)
{
    static const struct {
        uint64_t seed;
        const char *text;
        uint64_t hash;
    } rows[] = {
        { 0, "", UINT64_C(0x7e24b739c4ca7a1e) },
        { 7, "", UINT64_C(0x3de272186d6ebb6a) },
        { 0, "a", UINT64_C(0x72a3908260ef9692) },
        { 7, "a", UINT64_C(0xb5be9a08cec73694) },
        { 0, "sip:bob", UINT64_C(0x49e67572465bdff0) },
        { 7, "sip:bob", UINT64_C(0x201a3afe6c73534d) },
        { 0, "abcdefgh", UINT64_C(0x0a1370935475e208) },
        { 7, "abcdefgh", UINT64_C(0xa487e6f760efd310) },
        { 0, "abcdefghi", UINT64_C(0xed5bd121da7a2e1c) },
        { 7, "abcdefghi", UINT64_C(0x84aa2b788f19494f) },
        { 0, "0123456789abcdef", UINT64_C(0x35f4329fb1f9eaf9) },
        { 7, "0123456789abcdef", UINT64_C(0x1f87bd77890106db) },
        { 0, "0123456789abcdef0", UINT64_C(0xd92726d6dd2ef56b) },
        { 7, "0123456789abcdef0", UINT64_C(0x1641643140eae162) },
        { 0, "0123456789abcdefghijklmno", UINT64_C(0x6e8b758ca0a226dc) },
        { 7, "0123456789abcdefghijklmno", UINT64_C(0xbc0b049e5b455ade) },
        { 0, "The quick brown fox jumps over the lazy dog", UINT64_C(0xed0df34d771c2019) },
        { 7, "The quick brown fox jumps over the lazy dog", UINT64_C(0x60998e142b454e7e) },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        CHECK_EQ(ss_hash64(rows[i].seed, ss_slice_from(rows[i].text)), rows[i].hash);
    }
    CHECK_EQ(ss_hash64(0, SS_EMPTY), ss_hash64(0, SS_LIT("")));
}

TEST(entropy_the_hash_of_128_bits_begins_with_that_of_64_and_goes_on_with_another)
{
    char memory[40] = { 0 };
    for (size_t len = 0; len < sizeof memory; len++) {
        const ss_slice bytes = { memory, len };
        const ss_key128 key = ss_hash128(7, bytes);
        CHECK_EQ(key.lo, ss_hash64(7, bytes));
        CHECK(key.hi != key.lo);
        for (size_t i = 0; i < len; i++) {
            memory[i] = 1;
            CHECK(ss_hash128(7, bytes).hi != key.hi);
            memory[i] = 0;
        }
        CHECK(ss_hash128(8, bytes).hi != key.hi);
    }
    CHECK_EQ(ss_hash128(7, SS_LIT("sip:bob")).hi, UINT64_C(0x73f92e8635e4caa5));
}

TEST(entropy_draws_have_their_known_answers_and_depend_on_key_and_ordinal_only)
{
    static const uint64_t first[] = { UINT64_C(0x0b4cd618fffdb248), UINT64_C(0xd7fc1bdef4d94d80),
                                      UINT64_C(0x5a3a58d1037dc241), UINT64_C(0x2b130ca026c355e8) };
    ss_entropy e = { .key = 42 };
    for (size_t i = 0; i < SS_COUNT(first); i++) {
        CHECK_EQ(ss_entropy_next(&e), first[i]);
    }
    CHECK_EQ(e.ordinal, SS_COUNT(first));
    ss_entropy late = { .key = 42, .ordinal = 3 };
    CHECK_EQ(ss_entropy_next(&late), first[3]);
}

TEST(entropy_hash_does_not_depend_on_where_the_bytes_lie)
{
    char memory[80];
    const ss_slice text = SS_LIT("INVITE sip:bob@biloxi.example SIP/2.0 and some more");
    for (size_t shift = 0; shift < 16; shift++) {
        for (size_t i = 0; i < text.len; i++) {
            memory[shift + i] = text.at[i];
        }
        CHECK_EQ(ss_hash64(9, (ss_slice){ memory + shift, text.len }), ss_hash64(9, text));
    }
}

TEST(entropy_every_byte_and_every_length_changes_the_hash)
{
    char memory[40] = { 0 };
    for (size_t len = 0; len < sizeof memory; len++) {
        const uint64_t hash = ss_hash64(0, (ss_slice){ memory, len });
        CHECK(hash != ss_hash64(0, (ss_slice){ memory, len + 1 }));
        CHECK(hash != ss_hash64(1, (ss_slice){ memory, len }));
        for (size_t i = 0; i < len; i++) {
            memory[i] = 1;
            CHECK(hash != ss_hash64(0, (ss_slice){ memory, len }));
            memory[i] = 0;
        }
    }
}
