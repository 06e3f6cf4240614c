/* Flow tokens: what one says comes back out of it, and nothing else does. RFC5626:5.2 RFC5626:5.3.1 */
#include "stack/proxy/context.h"

#include "check.h"
#include "crypto.h"

#include <string.h>

static ss_proxy_config config;
static ss_proxy proxy;
static ss_core core;

static ss_visit at_an_edge(const ss_crypto *crypto, uint64_t key)
{
    config = (ss_proxy_config){ .local = { .transport = SS_TRANSPORT_UDP,
                                           .local = ss_address_v4(0x0a000001, 5060) },
                                .crypto = crypto,
                                .edge = true };
    proxy = (ss_proxy){ .config = &config };
    core = (ss_core){ .entropy = { .key = key } };
    return (ss_visit){ .proxy = &proxy, .core = &core };
}

static ss_slice token_of(const ss_visit *v, const ss_path *flow, char *memory, size_t size)
{
    ss_buffer b = ss_buffer_on(memory, size);
    ss_put_flow_token(v, &b, flow);
    CHECK(!b.overflow);
    return ss_buffer_slice(&b);
}

static ss_path flow_from(const char *host, ss_transport transport, uint32_t connection)
{
    ss_path flow = { .transport = transport, .connection = connection };
    CHECK_OK(ss_address_from(ss_slice_from(host), 5061, &flow.remote));
    return flow;
}

static void check_comes_back(const ss_visit *v, const ss_path *flow)
{
    char memory[128];
    ss_path read;
    CHECK(ss_flow_from_token(v, token_of(v, flow, memory, sizeof memory), &read));
    CHECK(ss_address_equal(&read.remote, &flow->remote));
    CHECK_EQ(read.transport, flow->transport);
    CHECK_EQ(read.connection, flow->connection);
    CHECK(ss_address_equal(&read.local, &config.local.local));
}

TEST(a_flow_token_says_the_flow_in_both_families_and_over_each_transport)
{
    const ss_crypto *const hashes[] = { NULL, test_crypto() };
    for (size_t i = 0; i < SS_COUNT(hashes); i++) {
        const ss_visit v = at_an_edge(hashes[i], 42);
        for (unsigned transport = 0; transport < SS_TRANSPORT_COUNT; transport++) {
            const ss_path v4 = flow_from("10.0.0.255", (ss_transport)transport, 0xfedcba98u);
            const ss_path v6 = flow_from("2001:db8::9a", (ss_transport)transport, 7);
            check_comes_back(&v, &v4);
            check_comes_back(&v, &v6);
        }
    }
}

TEST(a_flow_token_with_any_character_changed_is_refused)
{
    const ss_visit v = at_an_edge(NULL, 42);
    const ss_path flow = flow_from("10.0.0.7", SS_TRANSPORT_TCP, 3);
    char memory[128];
    const ss_slice token = token_of(&v, &flow, memory, sizeof memory);
    for (size_t i = 0; i < token.len; i++) {
        ss_path read;
        const char before = memory[i];
        for (const char *other = "0f~"; *other != '\0'; other++) {
            memory[i] = *other;
            CHECK_EQ(ss_flow_from_token(&v, token, &read), *other == before);
        }
        memory[i] = before;
    }
}

TEST(a_flow_token_cut_short_or_with_more_behind_it_is_refused)
{
    const ss_visit v = at_an_edge(NULL, 42);
    const ss_path flow = flow_from("10.0.0.7", SS_TRANSPORT_TCP, 3);
    char memory[128];
    const ss_slice token = token_of(&v, &flow, memory, sizeof memory);
    ss_path read;
    for (size_t len = 0; len < token.len; len++) {
        CHECK(!ss_flow_from_token(&v, (ss_slice){ token.at, len }, &read));
    }
    memory[token.len] = '0';
    CHECK(!ss_flow_from_token(&v, (ss_slice){ token.at, token.len + 1 }, &read));
}

TEST(a_flow_token_of_another_key_is_refused)
{
    const ss_path flow = flow_from("10.0.0.7", SS_TRANSPORT_UDP, 0);
    char memory[128];
    ss_path read;
    ss_visit v = at_an_edge(NULL, 42);
    const ss_slice token = token_of(&v, &flow, memory, sizeof memory);
    v = at_an_edge(NULL, 43); /* what a restart leaves */
    CHECK(!ss_flow_from_token(&v, token, &read));
}

/* Whoever has the key, an older version of us say, may write what nobody writes today. */
static ss_slice forged(const ss_visit *v, const char *flow, char *memory, size_t size)
{
    ss_buffer b = ss_buffer_on(memory, size);
    const uint64_t key = ss_mix_absorb(v->core->entropy.key, 0x666c6f77u);
    ss_put_hex(&b, ss_mix_absorb(key, ss_hash64(key, ss_slice_from(flow))), 16);
    ss_put_text(&b, flow);
    CHECK(!b.overflow);
    return ss_buffer_slice(&b);
}

TEST(a_flow_token_that_is_ours_and_says_no_flow_is_refused)
{
    static const char *const odd[] = {
        "0", /* no family */
        "g4"
        "0a000007"
        "13c4"
        "00000000", /* what is no digit, of each part */
        "0x"
        "0a000007"
        "13c4"
        "00000000",
        "04"
        "0a0000g7"
        "13c4"
        "00000000",
        "04"
        "0a000007"
        "13x4"
        "00000000",
        "04"
        "0a000007"
        "13c4"
        "0000000~",
        "f4"
        "0a000007"
        "13c4"
        "00000000", /* transport, family */
        "05"
        "0a000007"
        "13c4"
        "00000000",
        "04"
        "0a00", /* cut short, in each part */
        "04"
        "0a000007"
        "13",
        "04"
        "0a000007"
        "13c4"
        "0000",
        "06"
        "0a000007"
        "13c4"
        "00000000",
        "04"
        "0a000007"
        "13c4"
        "00000000"
        "0", /* and more than that */
    };
    const ss_visit v = at_an_edge(NULL, 42);
    char memory[128];
    ss_path read;
    CHECK(
        ss_flow_from_token(&v, forged(&v, "040a00000713c400000003", memory, sizeof memory), &read));
    CHECK_EQ(read.remote.port, 5060);
    CHECK_EQ(read.connection, 3);
    for (size_t i = 0; i < SS_COUNT(odd); i++) {
        CHECK(!ss_flow_from_token(&v, forged(&v, odd[i], memory, sizeof memory), &read));
    }
}

TEST(the_uris_of_a_path_come_one_by_one)
{
    ss_slice path = SS_LIT("<sip:a@h;lr>, <sip:b>"), uri;
    CHECK(ss_path_next(&path, &uri));
    CHECK_SLICE(uri, "sip:a@h;lr");
    CHECK(ss_path_next(&path, &uri));
    CHECK_SLICE(uri, "sip:b");
    CHECK(!ss_path_next(&path, &uri));
    static const char *const none[] = { "", "<", ">", "><", "<sip:a", "sip:a>" };
    for (size_t i = 0; i < SS_COUNT(none); i++) {
        path = ss_slice_from(none[i]);
        CHECK(!ss_path_next(&path, &uri));
    }
}
