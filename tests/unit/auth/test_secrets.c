/* Secrets of users who were let in: found by user, realm and hash, for their time; a small table in which the oldest gives way. */
#include "check.h"

#include "ss/auth.h"

#include <string.h>

static _Alignas(8) unsigned char memory[1u << 19];

static ss_secrets *fresh(uint32_t count)
{
    ss_secrets *s = (ss_secrets *)(void *)memory;
    CHECK(ss_secrets_size(count) <= sizeof memory);
    memset(memory, 0, sizeof memory);
    ss_secrets_init(s, count, 7);
    return s;
}

static ss_credentials user(const char *name, const char *realm, ss_algorithm algorithm)
{
    return (ss_credentials){ .username = ss_slice_from(name),
                             .realm = ss_slice_from(realm),
                             .algorithm = algorithm };
}

TEST(a_secret_is_found_by_user_realm_and_hash)
{
    ss_secrets *s = fresh(16);
    const ss_credentials alice = user("alice", "r", SS_ALGORITHM_SHA_256);
    CHECK_EQ(ss_secrets_find(s, &alice, 0).len, 0);
    ss_secrets_keep(s, &alice, SS_LIT("0123"), SS_S(10));
    CHECK_SLICE(ss_secrets_find(s, &alice, SS_S(10) - 1), "0123");
    const ss_credentials session = user("alice", "r", SS_ALGORITHM_SHA_256_SESS);
    CHECK_SLICE(ss_secrets_find(s, &session, 0), "0123"); /* of the same hash */
    const ss_credentials others[] = { user("alic", "er", SS_ALGORITHM_SHA_256),
                                      user("alice", "q", SS_ALGORITHM_SHA_256),
                                      user("alice", "r", SS_ALGORITHM_MD5),
                                      user("", "", SS_ALGORITHM_SHA_256) };
    for (size_t i = 0; i < SS_COUNT(others); i++) {
        CHECK_EQ(ss_secrets_find(s, &others[i], 0).len, 0);
    }
}

TEST(a_secret_has_its_time_and_may_be_kept_again)
{
    ss_secrets *s = fresh(16);
    const ss_credentials alice = user("alice", "r", SS_ALGORITHM_SHA_256);
    ss_secrets_keep(s, &alice, SS_LIT("old"), SS_S(10));
    CHECK_EQ(ss_secrets_find(s, &alice, SS_S(10)).len, 0);
    ss_secrets_keep(s, &alice, SS_LIT("young"), SS_S(20));
    CHECK_SLICE(ss_secrets_find(s, &alice, SS_S(10)), "young");
}

/* One set of four: a fifth drives out whose time ends first, and nobody else. */
TEST(the_oldest_secret_of_a_set_gives_way)
{
    static const char *const names[] = { "a", "b", "c", "d", "e" };
    ss_secrets *s = fresh(4);
    for (unsigned i = 0; i < 5; i++) {
        const ss_credentials c = user(names[i], "r", SS_ALGORITHM_MD5);
        ss_secrets_keep(s, &c, ss_slice_from(names[i]), SS_S(i == 2 ? 1 : 10 + i));
    }
    for (unsigned i = 0; i < 5; i++) {
        const ss_credentials c = user(names[i], "r", SS_ALGORITHM_MD5);
        CHECK_EQ(ss_secrets_find(s, &c, 0).len, i == 2 ? 0 : 1);
    }
}

TEST(the_size_of_the_table_has_an_end)
{
    CHECK_EQ(ss_secrets_size(1), ss_secrets_size(4));
    CHECK(ss_secrets_size(5) > ss_secrets_size(4));
    CHECK_EQ(ss_secrets_size(SS_SECRETS_MAX), ss_secrets_size(UINT32_MAX));
    ss_secrets *s = fresh(SS_SECRETS_MAX);
    for (unsigned i = 0; i < 2000; i++) {
        char name[16];
        ss_buffer b = ss_buffer_on(name, sizeof name - 1);
        ss_put_u64(&b, i);
        name[b.len] = '\0';
        const ss_credentials c = user(name, "r", SS_ALGORITHM_SHA_512_256);
        ss_secrets_keep(s, &c, ss_buffer_slice(&b), SS_S(1));
        CHECK_SLICE_EQ(ss_secrets_find(s, &c, 0), ss_buffer_slice(&b));
    }
}
