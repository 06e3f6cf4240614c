/* live/users.c: the file of users. */
#include <string.h>

#include "check.h"
#include "crypto.h"
#include "sl/users.h"

static sl_users *read(const char *text, uint32_t *line, const char **why)
{
    return sl_users_read(ss_slice_from(text), line, why);
}

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define MD5 "0123456789abcdef0123456789abcdef"

TEST(users_are_found_by_name_realm_and_algorithm)
{
    uint32_t line;
    const char *why;
    sl_users *u = read("# two users\n\nbob:b.org:MD5:" MD5 "\r\n  alice:a.org:SHA-256:" SHA
                       "\nalice:a.org:md5:" MD5 "\n",
                       &line, &why);
    CHECK_NOT_NULL(u);
    CHECK_EQ(sl_users_count(u), 3);
    CHECK(sl_users_have(u, SS_ALGORITHM_SHA_256));
    CHECK(sl_users_have(u, SS_ALGORITHM_MD5));
    CHECK(!sl_users_have(u, SS_ALGORITHM_SHA_512_256));
    static const struct {
        const char *name, *realm, *algorithm;
        size_t len;
    } asked[] = { { "alice", "a.org", "SHA-256", 64 }, { "alice", "a.org", "MD5", 32 },
                  { "bob", "b.org", "MD5", 32 },       { "bob", "b.org", "SHA-256", 0 },
                  { "bob", "a.org", "MD5", 0 },        { "bo", "b.org", "MD5", 0 },
                  { "bobb", "b.org", "MD5", 0 },       { "", "b.org", "MD5", 0 },
                  { "bob", "b.org", "unheard-of", 0 } };
    for (size_t i = 0; i < SS_COUNT(asked); i++) {
        const ss_slice ha1 =
            sl_users_find(u, ss_slice_from(asked[i].name), ss_slice_from(asked[i].realm),
                          ss_slice_from(asked[i].algorithm));
        CHECK_EQ(ha1.len, asked[i].len);
    }
    sl_users_free(u);
}

TEST(a_file_of_users_that_is_wrong_is_refused_with_its_line)
{
    static const struct {
        const char *text;
        uint32_t line;
    } bad[] = { { "alice", 1 },
                { "\n\nalice:a.org:MD5", 3 },
                { ":a.org:MD5:" MD5, 1 },
                { "alice::MD5:" MD5, 1 },
                { "alice:a.org:SHA-512-256:" SHA, 1 },
                { "alice:a.org:MD5:" SHA, 1 },
                { "alice:a.org:SHA-256:" MD5, 1 },
                { "alice:a.org:MD5:0123456789ABCDEF0123456789abcdef", 1 },
                { "alice:a.org:MD5:" MD5 "\nbob:a.org:MD5:" MD5 ":", 2 } };
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        uint32_t line = 0;
        const char *why = NULL;
        CHECK(read(bad[i].text, &line, &why) == NULL);
        CHECK_EQ(line, bad[i].line);
        CHECK_NOT_NULL(why);
    }
}

TEST(the_lines_of_a_user_are_read_back)
{
    char text[400];
    uint32_t line;
    const char *why;
    ss_buffer b = ss_buffer_on(text, sizeof text);
    sl_users_put(&b, test_crypto(), SS_LIT("alice"), SS_LIT("example.com"), SS_LIT("open sesame"));
    CHECK(!b.overflow);
    sl_users *u = sl_users_read(ss_buffer_slice(&b), &line, &why);
    CHECK_NOT_NULL(u);
    CHECK_EQ(sl_users_count(u), 2);
    const ss_digest_hex ha1 = ss_digest_ha1(test_crypto(), SS_HASH_SHA_256, SS_LIT("alice"),
                                            SS_LIT("example.com"), SS_LIT("open sesame"));
    CHECK(ss_slice_eq(sl_users_find(u, SS_LIT("alice"), SS_LIT("example.com"), SS_LIT("SHA-256")),
                      ss_digest_hex_slice(&ha1)));
    sl_users_free(u);
}
