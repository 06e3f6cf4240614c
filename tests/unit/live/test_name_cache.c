/* Replies of the DNS kept by what they say of it. RFC1035:7.4 RFC2308:5 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "live/name_cache.h"
#include "sn/dns.h"

#define NAME SS_LIT("www.example.com")

/* A reply to www.example.com A: these records, of which the first `answers` are in the answer section. */
static ss_slice reply(sn_dns_code code, const char *const *lines, uint16_t count, uint16_t answers)
{
    static char bytes[2048];
    static unsigned char memory[65536];
    static char name[SN_DNS_NAME_MAX];
    sn_dns_record records[8];
    ss_arena arena = { memory, sizeof memory, 0 };
    ss_buffer n = ss_buffer_on(name, sizeof name), b = ss_buffer_on(bytes, sizeof bytes);
    sn_dns_flaw flaw;
    CHECK_OK(sn_dns_name_from(NAME, &n));
    for (uint16_t i = 0; i < count; i++) {
        CHECK(sn_dns_record_from(ss_slice_from(lines[i]), &arena, &records[i], &flaw));
    }
    const sn_dns_message m = { .is_response = true,
                               .code = (uint8_t)code,
                               .has_question = true,
                               .question = { ss_buffer_slice(&n), SN_DNS_A, SN_DNS_CLASS_IN },
                               .records = records,
                               .answers = answers,
                               .authorities = (uint16_t)(count - answers) };
    sn_dns_put(&b, &m);
    CHECK(!b.overflow);
    return ss_buffer_slice(&b);
}

static bool knows(sl_name_cache *c, ss_time now)
{
    return sl_name_cache_find(c, now, NAME, SN_DNS_A).len != 0;
}

/* Whether it is known for exactly so many seconds. */
static void check_for(ss_slice bytes, uint64_t seconds)
{
    sl_name_cache *c = sl_name_cache_new();
    sl_name_cache_keep(c, SS_S(100), NAME, SN_DNS_A, bytes);
    CHECK_EQ(knows(c, SS_S(100)), seconds != 0);
    CHECK_EQ(sl_name_cache_count(c), seconds != 0);
    CHECK(seconds == 0 || knows(c, SS_S(100 + seconds) - 1));
    CHECK(!knows(c, SS_S(100 + seconds)));
    sl_name_cache_free(c);
}

TEST(name_cache_answer_is_good_for_its_shortest_ttl)
{
    static const char *const lines[] = { "www.example.com. 60 CNAME a.example.com.",
                                         "a.example.com. 30 A 192.0.2.1",
                                         "a.example.com. 90 A 192.0.2.2" };
    check_for(reply(SN_DNS_OK, lines, 3, 3), 30);
}

TEST(name_cache_negative_answer_is_good_as_its_soa_says)
{
    static const char *const minimum[] = {
        "example.com. 60 SOA ns.example.com. h.example.com. 1 2 3 4 20"
    };
    static const char *const ttl[] = {
        "example.com. 10 SOA ns.example.com. h.example.com. 1 2 3 4 20"
    };
    static const char *const ever[] = {
        "example.com. 90000 SOA ns.example.com. h.example.com. 1 2 3 4 80000"
    };
    check_for(reply(SN_DNS_NO_NAME, minimum, 1, 0), 20);
    check_for(reply(SN_DNS_OK, minimum, 1, 0), 20); /* there is the name, and no such record */
    check_for(reply(SN_DNS_NO_NAME, ttl, 1, 0), 10);
    check_for(reply(SN_DNS_NO_NAME, ever, 1, 0), 300);
}

TEST(name_cache_what_says_nothing_of_its_life_has_none)
{
    static const char *const zero[] = { "www.example.com. 0 A 192.0.2.1" };
    static const char *const good[] = { "www.example.com. 60 A 192.0.2.1" };
    check_for(reply(SN_DNS_NO_NAME, NULL, 0, 0), 0);
    check_for(reply(SN_DNS_OK, NULL, 0, 0), 0);
    check_for(reply(SN_DNS_OK, zero, 1, 1), 0);
    check_for(reply(SN_DNS_FAILURE, good, 1, 1), 0);
    check_for(SS_EMPTY, 0);
    const ss_slice whole = reply(SN_DNS_OK, good, 1, 1);
    for (size_t len = 0; len < whole.len; len++) {
        check_for(ss_slice_cut(whole, 0, len), 0);
    }
    check_for(whole, 60);
}

TEST(name_cache_knows_a_question_by_name_and_type)
{
    static const char *const lines[] = { "www.example.com. 60 A 192.0.2.1" };
    sl_name_cache *c = sl_name_cache_new();
    sl_name_cache_keep(c, 0, NAME, SN_DNS_A, reply(SN_DNS_OK, lines, 1, 1));
    CHECK(sl_name_cache_find(c, 1, SS_LIT("WWW.Example.COM"), SN_DNS_A).len != 0);
    CHECK_EQ(sl_name_cache_find(c, 1, NAME, SN_DNS_AAAA).len, 0);
    CHECK_EQ(sl_name_cache_find(c, 1, SS_LIT("ww.example.com"), SN_DNS_A).len, 0);
    sl_name_cache_free(c);
}

TEST(name_cache_is_bounded_and_what_ends_first_makes_room)
{
    static const char *const lines[] = { "www.example.com. 60 A 192.0.2.1" };
    sl_name_cache *c = sl_name_cache_new();
    const ss_slice bytes = reply(SN_DNS_OK, lines, 1, 1);
    for (unsigned i = 0; i < 4 * SL_CACHE_ENTRIES; i++) {
        char name[32];
        snprintf(name, sizeof name, "host%u.example.com", i);
        sl_name_cache_keep(c, SS_MS(i), ss_slice_from(name), SN_DNS_A, bytes);
        CHECK(sl_name_cache_find(c, SS_MS(i), ss_slice_from(name), SN_DNS_A).len != 0);
    }
    CHECK(sl_name_cache_count(c) <= SL_CACHE_ENTRIES);
    CHECK_EQ(sl_name_cache_find(c, SS_MS(1), SS_LIT("host0.example.com"), SN_DNS_A).len, 0);
    sl_name_cache_free(c);
}
