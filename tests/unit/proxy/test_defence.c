/* Limits, blocks and their bounded table at a proxy: what is heard of whom, what a flood of addresses can do to others, and that
 * nothing of it stays that was not asked for. RFC3261:26.3.2.4 */
#include "proxy_rig.h"

#include <stdio.h>

#define INVITE   "INVITE sip:bob@example.com"
#define REGISTER "REGISTER sip:example.com"

static ss_defence_config defence;

static proxy_rig *rig_with(ss_defence_config config)
{
    proxy_rig *rig = px_new();
    defence = config;
    defence.proof = config.proof == 0 ? SS_S(3600) : config.proof;
    defence.slots = config.slots == 0 ? 64 : config.slots;
    rig->config.defence = &defence;
    return rig;
}

static const ss_rate two_a_second = { .interval = SS_MS(500), .burst = 2 };

/* Datagrams from an address; how many came back. */
static unsigned heard(proxy_rig *rig, const char *host, ss_slice bytes, unsigned times)
{
    unsigned answers = 0;
    for (unsigned i = 0; i < times; i++) {
        px_send(rig, host, bytes);
        while (px_take(rig) != NULL) {
            answers++;
        }
    }
    return answers;
}

static ss_slice message(proxy_rig *rig, const char *branch)
{
    return px_request(rig, "MESSAGE sip:nobody@example.com", branch, "");
}

static ss_slice garbage(proxy_rig *rig)
{
    return px_printf(rig, "not SIP\n\n");
}

/* ---- rates ---- */

TEST(each_source_is_heard_as_often_as_its_rate_says)
{
    proxy_rig *rig = rig_with((ss_defence_config){ .source = two_a_second });
    px_go(rig);
    CHECK_EQ(heard(rig, ALICE, message(rig, "a"), 5), 2);
    CHECK_EQ(heard(rig, CAROL, message(rig, "c"), 5), 2); /* another's is his own */
    px_run_to(rig, SS_MS(500) - 1);
    CHECK_EQ(heard(rig, ALICE, message(rig, "a"), 5), 0);
    px_run_to(rig, SS_MS(500));
    CHECK_EQ(heard(rig, ALICE, message(rig, "a"), 5), 1);
    px_stop(rig);
}

TEST(strangers_share_a_rate_and_who_answered_us_does_not)
{
    proxy_rig *rig = rig_with((ss_defence_config){ .strangers = two_a_second });
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    px_send(rig, ALICE, px_request(rig, INVITE, "i1", ""));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    px_sent *invite = px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, invite, 486, ""));
    while (px_take(rig) != NULL) {
    }
    CHECK_EQ(heard(rig, CAROL, message(rig, "c"), 5), 1); /* Alice took the other */
    CHECK_EQ(heard(rig, ALICE, message(rig, "a"), 5), 0);
    CHECK_EQ(heard(rig, BOB, message(rig, "b"), 5), 5);
    px_stop(rig);
}

TEST(who_was_let_in_by_credentials_is_no_stranger)
{
    proxy_rig *rig = rig_with((ss_defence_config){ .strangers = { SS_TIME_NEVER, 2 } });
    px_protect(rig);
    px_go(rig);
    const px_login login = { "alice", "secret", INVITE, SS_ALGORITHM_SHA_256, 1 };
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    px_send(rig, ALICE, px_request(rig, INVITE, "i1", ""));
    const px_sent *challenge = px_expect(rig, ALICE, "SIP/2.0 407 Proxy Authentication Required");
    px_send(rig, ALICE, px_request(rig, INVITE, "i2", px_login_line(challenge, &login)));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    while (px_take(rig) != NULL) {
    }
    CHECK_EQ(heard(rig, CAROL, message(rig, "c"), 5), 0);
    CHECK_EQ(heard(rig, ALICE, px_request(rig, "OPTIONS sip:10.0.0.1", "o", ""), 5), 5);
    px_free(rig);
}

TEST(strangers_may_have_so_much_done_for_one_user_whether_he_is_one_or_not)
{
    proxy_rig *rig = rig_with((ss_defence_config){ .aor = two_a_second });
    px_go(rig);
    CHECK_EQ(heard(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "b", ""), 1), 1);
    CHECK_EQ(heard(rig, CAROL, px_request(rig, "MESSAGE sip:bob@example.com", "d", ""), 5), 1);
    CHECK_EQ(heard(rig, CAROL, message(rig, "c"), 5), 2); /* another user */
    px_stop(rig);
}

/* ---- blocks ---- */

static ss_defence_config blocking(unsigned counts)
{
    return (ss_defence_config){ .offences = { .interval = SS_S(10), .burst = 2 },
                                .block = SS_S(60),
                                .counts = counts };
}

TEST(a_stranger_who_sends_what_cannot_be_read_is_blocked_for_a_while)
{
    proxy_rig *rig = rig_with(blocking(1u << SS_OFFENCE_MALFORMED));
    px_go(rig);
    (void)heard(rig, ALICE, garbage(rig), 2);
    CHECK_EQ(heard(rig, ALICE, message(rig, "a"), 1), 1); /* two are forgiven */
    (void)heard(rig, ALICE, garbage(rig), 1);
    CHECK_EQ(heard(rig, ALICE, message(rig, "a"), 5), 0);
    CHECK_EQ(heard(rig, CAROL, message(rig, "c"), 1), 1);
    px_run_to(rig, SS_S(60) - 1);
    CHECK_EQ(heard(rig, ALICE, message(rig, "a"), 5), 0); /* more of it makes it no longer */
    px_run_to(rig, SS_S(60));
    CHECK_EQ(heard(rig, ALICE, message(rig, "a"), 1), 1);
    px_stop(rig);
}

TEST(offences_are_those_that_count)
{
    proxy_rig *rig = rig_with(blocking(1u << SS_OFFENCE_REFUSED));
    px_go(rig);
    (void)heard(rig, ALICE, garbage(rig), 9);
    CHECK_EQ(heard(rig, ALICE, message(rig, "a"), 5), 3); /* three times 404 */
    px_stop(rig);
}

TEST(wrong_credentials_are_an_offence_and_a_challenge_is_none)
{
    proxy_rig *rig = rig_with(blocking(1u << SS_OFFENCE_CREDENTIALS));
    px_protect(rig);
    px_go(rig);
    CHECK_EQ(heard(rig, ALICE, px_request(rig, INVITE, "i1", ""), 9), 9);
    px_send(rig, ALICE, px_request(rig, INVITE, "i2", ""));
    const px_sent *challenge = px_expect(rig, ALICE, "SIP/2.0 407 Proxy Authentication Required");
    const px_login login = { "alice", "guess", INVITE, SS_ALGORITHM_SHA_256, 1 };
    const char *line = px_login_line(challenge, &login);
    CHECK_EQ(heard(rig, ALICE, px_request(rig, INVITE, "i3", line), 5), 3);
    CHECK_EQ(heard(rig, CAROL, px_request(rig, INVITE, "i4", ""), 1), 1);
    px_stop(rig);
}

/* Whoever can write down an address can offend in its name. */
TEST(who_proved_his_address_is_not_blocked_for_what_is_forged)
{
    proxy_rig *rig = rig_with(blocking(1u << SS_OFFENCE_MALFORMED));
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "m1", ""));
    px_sent *passed = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, passed, 200, ""));
    while (px_take(rig) != NULL) {
    }
    (void)heard(rig, BOB, garbage(rig), 100);
    CHECK_EQ(heard(rig, BOB, message(rig, "b"), 1), 1);
    px_run_to(rig, SS_S(3600)); /* the proof is old now */
    (void)heard(rig, BOB, garbage(rig), 3);
    CHECK_EQ(heard(rig, BOB, message(rig, "b"), 1), 0);
    px_stop(rig);
}

/* ---- over connections: who has one is where he says ---- */

/* Messages for nobody, over a connection; how many were answered. */
static unsigned heard_by(proxy_rig *rig, const ss_path *path, unsigned times)
{
    unsigned answers = 0;
    for (unsigned i = 0; i < times; i++) {
        px_write(rig, path,
                 px_printf(rig,
                           "MESSAGE sip:nobody@example.com SIP/2.0\n"
                           "Via: SIP/2.0/TCP " ALICE ";branch=z9hG4bK%u\nMax-Forwards: 70\n"
                           "From: <sip:alice@example.com>;tag=a\nTo: <sip:nobody@example.com>\n"
                           "Call-ID: c\nCSeq: %u MESSAGE\nContent-Length: 0\n\n",
                           i, i + 1));
        while (px_take(rig) != NULL) {
            answers++;
        }
    }
    return answers;
}

static void closes(proxy_rig *rig, const ss_path *path)
{
    static _Alignas(16) unsigned char memory[4096];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_turn turn = ss_turn_begin(rig->now, &arena);
    CHECK_OK(ss_engine_path_lost(&rig->engine, &turn, path, false));
    px_drain(rig, &turn);
}

TEST(who_comes_by_a_connection_is_no_stranger_and_has_the_rate_of_his_address)
{
    proxy_rig *rig =
        rig_with((ss_defence_config){ .source = two_a_second, .strangers = { SS_TIME_NEVER, 1 } });
    px_go(rig);
    const ss_path one = px_open(rig, ALICE, 1), other = px_open(rig, ALICE, 2);
    CHECK_EQ(heard_by(rig, &one, 5), 2);
    CHECK_EQ(heard_by(rig, &other, 5), 0); /* another connection is no other address */
    px_run_to(rig, SS_S(1));
    CHECK_EQ(heard_by(rig, &other, 5), 2);
    CHECK_EQ(heard(rig, CAROL, message(rig, "c"), 5),
             1); /* and none of the strangers' share was taken */
    closes(rig, &one);
    closes(rig, &other);
    px_stop(rig);
}

TEST(who_offends_over_a_connection_is_blocked_though_his_address_is_proved)
{
    proxy_rig *rig = rig_with(blocking(1u << SS_OFFENCE_REFUSED));
    px_go(rig);
    const ss_path path = px_open(rig, ALICE, 1);
    CHECK_EQ(heard_by(rig, &path, 9), 3); /* three times 404 */
    const ss_path again = px_open(rig, ALICE, 2);
    CHECK_EQ(heard_by(rig, &again, 9),
             0); /* a new connection proves nothing while the block lasts */
    CHECK_EQ(heard(rig, CAROL, message(rig, "c"), 1), 1);
    px_run_to(rig, SS_S(60));
    CHECK_EQ(heard_by(rig, &again, 1), 1);
    closes(rig, &path);
    closes(rig, &again);
    px_stop(rig);
}

/* ---- the table ---- */

static void from_anybody(proxy_rig *rig, uint32_t first, uint32_t count, ss_slice bytes)
{
    static unsigned char memory[65536];
    for (uint32_t i = first; i < first + count; i++) {
        ss_arena arena = { .base = memory, .cap = sizeof memory };
        ss_turn turn = ss_turn_begin(rig->now, &arena);
        ss_path path = rig->config.local;
        path.remote = ss_address_v4(0x0b000000u + i, 5060);
        const ss_status status = ss_engine_input(&rig->engine, &turn, &path, bytes);
        CHECK(status == SS_ERR_SYNTAX || status == SS_OK); /* read, or not even heard */
    }
}

TEST(a_million_addresses_are_bounded_and_unblock_nobody_and_lock_nobody_out)
{
    ss_defence_config config = blocking(1u << SS_OFFENCE_MALFORMED);
    config.source = two_a_second;
    config.block = SS_S(600);
    proxy_rig *rig = rig_with(config);
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    px_send(rig, ALICE, px_request(rig, "MESSAGE sip:bob@example.com", "m1", ""));
    px_sent *passed = px_expect(rig, BOB, "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
    px_send(rig, BOB, px_reply(rig, passed, 200, ""));
    (void)heard(rig, CAROL, garbage(rig), 3); /* she is blocked */
    px_run_to(rig, SS_S(100));
    const uint32_t before = rig->engine.core.bytes;
    const ss_slice bytes = px_printf(rig, "not SIP\n\n");
    for (unsigned round = 0; round < 4; round++) {
        from_anybody(rig, round * 250000, 250000, bytes);
        CHECK(rig->engine.core.bytes < before + 16 * 1024);
        CHECK_EQ(heard(rig, CAROL, message(rig, "c"), 1), 0);
        CHECK_EQ(heard(rig, BOB, message(rig, "b"), 3), 2);
        px_run_to(rig, rig->now + SS_S(10));
    }
    px_run_to(rig, SS_S(700));
    CHECK_EQ(heard(rig, CAROL, message(rig, "c"), 1), 1);
    px_stop(rig);
}

/* Strangers for whom there is no place share one: as many as come, they are heard no oftener than one. */
TEST(strangers_without_a_place_share_a_rate)
{
    ss_defence_config config = { .source = { SS_TIME_NEVER, 2 }, .slots = 8 };
    proxy_rig *rig = rig_with(config);
    px_go(rig);
    unsigned answers = 0;
    for (unsigned i = 0; i < 100; i++) {
        char host[32];
        snprintf(host, sizeof host, "11.0.0.%u", i);
        answers += heard(rig, host, message(rig, "m"), 3);
    }
    CHECK_EQ(answers, 4 * 2 + 2);
    px_stop(rig);
}

TEST(a_quota_that_leaves_no_room_for_the_table_leaves_everybody_heard)
{
    proxy_rig *rig = rig_with((ss_defence_config){ .source = two_a_second });
    rig->settings.bytes_max = 64;
    px_go(rig);
    CHECK_EQ(heard(rig, ALICE, px_request(rig, "MESSAGE tel:1", "a", ""), 5), 5);
    px_stop(rig);
}

TEST(nothing_is_kept_and_everybody_heard_where_there_is_no_defence)
{
    proxy_rig *rig = px_start();
    CHECK_EQ(heard(rig, ALICE, px_request(rig, "MESSAGE tel:1", "a", ""), 99), 99);
    CHECK_EQ(rig->engine.core.bytes, 0);
    px_stop(rig);
}

/* RFC3261:21.4.5 RFC3261:21.4.18 a proxy need not say who is a user */
TEST(a_proxy_that_hides_users_says_480_of_all_to_whom_it_does_not_know)
{
    proxy_rig *rig = px_new();
    rig->config.hides_users = true;
    px_go(rig);
    px_send(rig, ALICE, message(rig, "a"));
    px_expect(rig, ALICE, "SIP/2.0 480 Temporarily Unavailable");
    px_stop(rig);
}
