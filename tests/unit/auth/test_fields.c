/* The three fields: what is read of them, what is refused, and that printing and reading again changes nothing. */
#include "check.h"
#include "crypto.h"

static unsigned char memory[4096];

static ss_arena fresh(void)
{
    return (ss_arena){ .base = memory, .cap = sizeof memory };
}

static ss_status challenge(const char *text, ss_challenge *c)
{
    ss_arena arena = fresh();
    return ss_challenge_parse(ss_slice_from(text), &arena, c);
}

static ss_status credentials(const char *text, ss_credentials *c)
{
    ss_arena arena = fresh();
    return ss_credentials_parse(ss_slice_from(text), &arena, c);
}

TEST(a_challenge_is_read_whole)
{
    ss_challenge c;
    CHECK_OK(challenge(
        "Digest realm=\"a\", domain=\"sip:x\", nonce=\"n\",\r\n opaque=\"\", stale=TRUE , "
        "algorithm=sha-256, qop=\"auth-int, token ,auth\"",
        &c));
    CHECK_SLICE(c.realm, "a");
    CHECK_SLICE(c.nonce, "n");
    CHECK(c.opaque.at != NULL);
    CHECK_EQ(c.opaque.len, 0);
    CHECK(c.is_stale);
    CHECK_EQ(c.algorithm, SS_ALGORITHM_SHA_256);
    CHECK(c.has_qop);
    CHECK_EQ(c.offers, SS_OFFERS_AUTH | SS_OFFERS_AUTH_INT);
}

TEST(a_challenge_with_the_least_is_md5_without_qop)
{
    ss_challenge c;
    CHECK_OK(challenge("digest realm=\"a\",nonce=n", &c));
    CHECK_EQ(c.algorithm, SS_ALGORITHM_MD5);
    CHECK(c.algorithm_name.at == NULL);
    CHECK(!c.has_qop);
    CHECK(!c.is_stale);
    CHECK(c.opaque.at == NULL);
}

TEST(what_is_no_challenge_of_digest_is_told_apart_from_a_broken_one)
{
    static const char *const broken[] = {
        "",
        "Digest",
        "Digest ",
        "Digest realm=\"a\"",
        "Digest nonce=\"n\"",
        "Digest realm=\"a\", nonce=\"n",
        "Digest realm=\"a\", nonce=\"n\\",
        "Digest realm=\"a\", nonce=\"n\",",
        "Digest realm=\"a\", nonce=\"n\", nonce=\"m\"",
        "Digest realm=\"a\" nonce=\"n\"",
        "Digest realm=\"a\", nonce=",
        "Digest realm=\"a\", nonce",
        "Digest realm=\"a\", =\"n\"",
        "Digest ,realm=\"a\", nonce=\"n\"",
        "Digest realm=\"a\x01\", nonce=\"n\"",
        "Digest realm=\"a\", nonce=n\x7f",
    };
    ss_challenge c;
    for (size_t i = 0; i < SS_COUNT(broken); i++) {
        CHECK_EQ(challenge(broken[i], &c), SS_ERR_SYNTAX);
    }
    CHECK_EQ(challenge("Basic realm=\"a\"", &c), SS_NONE);
    CHECK_OK(challenge("Digest realm=\"a\", nonce=\"n\", algorithm=foo", &c));
    CHECK_EQ(c.algorithm, SS_ALGORITHM_UNKNOWN);
}

#define HEAD "Digest username=\"u\", realm=\"a\", nonce=\"n\", uri=\"sip:a\", response=\"00\""

TEST(credentials_are_read_whole)
{
    ss_credentials c;
    CHECK_OK(credentials(
        HEAD ", algorithm=MD5, cnonce=\"c\", qop=auth, nc=0000000A, opaque=\"o\", x=y", &c));
    CHECK_SLICE(c.username, "u");
    CHECK_SLICE(c.uri, "sip:a");
    CHECK_SLICE(c.response, "00");
    CHECK_SLICE(c.cnonce, "c");
    CHECK_SLICE(c.opaque, "o");
    CHECK_SLICE(c.nc_text, "0000000A");
    CHECK_EQ(c.nc, 10);
    CHECK_EQ(c.qop, SS_QOP_AUTH);
}

TEST(credentials_lacking_what_they_need_are_broken)
{
    static const char *const broken[] = {
        "Digest realm=\"a\", nonce=\"n\", uri=\"sip:a\", response=\"00\"",
        "Digest username=\"u\", nonce=\"n\", uri=\"sip:a\", response=\"00\"",
        "Digest username=\"u\", realm=\"a\", uri=\"sip:a\", response=\"00\"",
        "Digest username=\"u\", realm=\"a\", nonce=\"n\", response=\"00\"",
        "Digest username=\"u\", realm=\"a\", nonce=\"n\", uri=\"sip:a\"",
        HEAD ", qop=auth",
        HEAD ", qop=auth, cnonce=\"c\"",
        HEAD ", qop=auth, nc=00000001",
        HEAD ", qop=auth, cnonce=\"c\", nc=1",
        HEAD ", qop=auth, cnonce=\"c\", nc=000000001",
        HEAD ", qop=auth, cnonce=\"c\", nc=0000000g",
        HEAD ", qop=auth, cnonce=\"c\", nc=00000000",
        HEAD ", qop=token, cnonce=\"c\", nc=00000001",
        HEAD ", algorithm=SHA-256-sess",
        HEAD ", username*=UTF-8''u",
        "Digest username*=latin1''u, realm=\"a\", nonce=\"n\", uri=\"sip:a\", response=\"00\"",
        "Digest username*=UTF-8'u, realm=\"a\", nonce=\"n\", uri=\"sip:a\", response=\"00\"",
        "Digest username*=UTF-8''u%4, realm=\"a\", nonce=\"n\", uri=\"sip:a\", response=\"00\"",
        "Digest username*=UTF-8''u%0A, realm=\"a\", nonce=\"n\", uri=\"sip:a\", response=\"00\"",
    };
    ss_credentials c;
    for (size_t i = 0; i < SS_COUNT(broken); i++) {
        CHECK_EQ(credentials(broken[i], &c), SS_ERR_SYNTAX);
    }
}

TEST(a_name_in_extended_notation_is_decoded)
{
    ss_credentials c;
    ss_arena arena = fresh();
    CHECK_OK(ss_credentials_parse(SS_LIT("Digest username*=utf-8'fr'Ren%C3%A9, realm=\"a\", "
                                         "nonce=\"n\", uri=\"sip:a\", response=\"\""),
                                  &arena, &c));
    CHECK_SLICE(c.username, "Ren\xc3\xa9");
    CHECK_EQ(c.response.len, 0);
}

TEST(quoting_slashes_and_folds_are_taken_out)
{
    ss_challenge c;
    ss_arena arena = fresh();
    CHECK_OK(ss_challenge_parse(SS_LIT("Digest realm=\"a \\\"b\\\\ \r\n\t c\", nonce=\"n\""),
                                &arena, &c));
    CHECK_SLICE(c.realm, "a \"b\\  c");
}

TEST(printed_and_read_again_all_is_as_it_was)
{
    static const char *const challenges[] = {
        "Digest realm=\"a\\\"\\\\b\", nonce=\"n\", opaque=\"\", stale=true, "
        "algorithm=SHA-512-256-sess, "
        "qop=\"auth,auth-int\"",
        "Digest realm=\"\", nonce=\"\"",
        "Digest realm=\"a\", nonce=\"n\", algorithm=\"b,c\", qop=\"\"",
    };
    for (size_t i = 0; i < SS_COUNT(challenges); i++) {
        static unsigned char more[1024];
        ss_arena arena = fresh(), second = { .base = more, .cap = sizeof more };
        ss_challenge c, again;
        char text[512];
        ss_buffer b = ss_buffer_on(text, sizeof text);
        CHECK_OK(ss_challenge_parse(ss_slice_from(challenges[i]), &arena, &c));
        ss_put_challenge(&b, &c);
        CHECK_SLICE_EQ(ss_buffer_slice(&b), ss_slice_from(challenges[i]));
        CHECK_OK(ss_challenge_parse(ss_buffer_slice(&b), &second, &again));
        CHECK_SLICE_EQ(c.realm, again.realm);
        CHECK_EQ(c.offers, again.offers);
    }
}

TEST(credentials_print_as_they_were_read)
{
    static const char text[] =
        HEAD ", algorithm=SHA-256, cnonce=\"c\", opaque=\"o\", qop=auth-int, nc=00000001";
    char out[512];
    ss_credentials c;
    ss_buffer b = ss_buffer_on(out, sizeof out);
    CHECK_OK(credentials(text, &c));
    ss_put_credentials(&b, &c);
    CHECK_SLICE_EQ(ss_buffer_slice(&b), ss_slice_from(text));
}

TEST(authentication_info_is_read_and_printed)
{
    static const char text[] =
        "nextnonce=\"n\", qop=auth, rspauth=\"ab\", cnonce=\"c\", nc=00000002";
    char out[256];
    ss_arena arena = fresh();
    ss_authentication_info info;
    ss_buffer b = ss_buffer_on(out, sizeof out);
    CHECK_OK(ss_authentication_info_parse(ss_slice_from(text), &arena, &info));
    CHECK_EQ(info.nc, 2);
    ss_put_authentication_info(&b, &info);
    CHECK_SLICE_EQ(ss_buffer_slice(&b), ss_slice_from(text));
    CHECK_EQ(ss_authentication_info_parse(SS_LIT("nc=1"), &arena, &info), SS_ERR_SYNTAX);
}

TEST(in_an_arena_too_small_for_a_slash_nothing_is_read)
{
    ss_arena none = { .base = memory, .cap = 0 };
    ss_challenge c;
    CHECK_EQ(ss_challenge_parse(SS_LIT("Digest realm=\"a\\b\", nonce=\"n\""), &none, &c),
             SS_ERR_FULL);
}
