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
