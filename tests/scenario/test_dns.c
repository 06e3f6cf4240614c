/* The DNS in the network: what a host asks its servers for and when, what it keeps, and what it makes of servers that are silent,
 * fail, or send anything at all. Read off the wire: every query and answer is a datagram. RFC 1035 7, RFC 2308 5. */
#include "check.h"

#include "sn/dns.h"
#include "sn/judge.h"
#include "sn/scenario.h"
#include "sn/world.h"

#include <stdio.h>
#include <string.h>

enum { QUERIES_MAX = 64, MESSAGES_MAX = 64 };

static struct {
    const sn_plan *plan;
    sn_judge *judge;
    char queries[QUERIES_MAX][400];
    /* "0 ns1 NAPTR bob.example.com": ms, server, question */
    unsigned query_count;
    char messages[MESSAGES_MAX][128]; /* "40 bob MESSAGE": what arrived */
    unsigned message_count;
    unsigned rejected; /* the status of the last call that came to nothing */
    uint64_t digest;
} seen;

static _Alignas(16) unsigned char scratch[1 << 20];

static void see_query(const sn_fact *f, ss_slice bytes)
{
    ss_arena arena = { scratch, sizeof scratch, 0 };
    sn_dns_message m;
    char name[300];
    ss_buffer b = ss_buffer_on(name, sizeof name - 1);
    CHECK(seen.query_count < QUERIES_MAX);
    CHECK_OK(sn_dns_parse(&m, &arena, bytes));
    sn_dns_put_name(&b, m.question.name);
    name[b.len] = '\0';
    snprintf(seen.queries[seen.query_count++], sizeof seen.queries[0], "%llu %s %s %s",
             (unsigned long long)(f->key.at / SS_MS(1)), seen.plan->cast.nodes[f->peer].name,
             sn_dns_type_name(m.question.type), name);
}

static void see(void *self, const sn_fact *f, ss_slice packet)
{
    (void)self;
    sn_judge_fact(seen.judge, f, packet);
    if (f->kind == SN_FACT_DATAGRAM_SENT && f->peer_port == SN_DNS_PORT && f->peer != SN_NOBODY) {
        see_query(f, packet);
    } else if (f->kind == SN_FACT_DATAGRAM_RECEIVED && f->sip.is_request &&
               seen.message_count < MESSAGES_MAX) {
        snprintf(seen.messages[seen.message_count++], sizeof seen.messages[0], "%llu %s %.*s",
                 (unsigned long long)(f->key.at / SS_MS(1)), seen.plan->cast.nodes[f->entity].name,
                 (int)ss_method_name((ss_method)f->sip.method).len,
                 ss_method_name((ss_method)f->sip.method).at);
    } else if (f->kind == SN_FACT_CALL && f->call.event == SN_CALL_REJECTED) {
        seen.rejected = f->call.status;
    }
}

/* Nothing breaks a law, nothing is left. */
static void run_with(const char *text, const sn_app_class *const *apps, uint32_t partitions)
{
    const sn_scenario_file file = { .name = "text", .text = ss_slice_from(text) };
    sn_scenario *s = sn_scenario_load(&(sn_scenario_options){ .files = &file, .file_count = 1 });
    CHECK_NOT_NULL(s);
    const sn_mistake *mistake = sn_scenario_mistake(s, 0);
    CHECK_STR(mistake == NULL ? NULL : mistake->message, NULL);
    memset(&seen, 0, sizeof seen);
    seen.plan = sn_scenario_plan(s);
    seen.judge = sn_judge_new(&seen.plan->cast, SN_ALL_LAWS);
    const sn_sink sink = { NULL, see };
    sn_world *w = sn_world_new(
        seen.plan, &(sn_world_options){
                       .partitions = partitions, .sinks = &sink, .sink_count = 1, .apps = apps });
    CHECK_NOT_NULL(w);
    CHECK_EQ(sn_world_run(w, UINT64_MAX), SN_RUN_DONE);
    sn_judge_finish(seen.judge, sn_world_now(w), false);
    const sn_violation *first = sn_judge_violation(seen.judge, 0);
    CHECK_STR(first == NULL ? NULL : first->text, NULL);
    sn_judge_free(seen.judge);
    sn_world_free(w);
    sn_scenario_free(s);
}

static void run(const char *text)
{
    run_with(text, NULL, 1);
}

static void check_queries(const char *const *expected, unsigned count)
{
    for (unsigned i = 0; i < count && i < seen.query_count; i++) {
        CHECK_STR(seen.queries[i], expected[i]);
    }
    CHECK_EQ(seen.query_count, count);
}
#define QUERIES(...)                                             \
    do {                                                         \
        static const char *const expected_[] = { __VA_ARGS__ };  \
        check_queries(expected_, (unsigned)SS_COUNT(expected_)); \
    } while (0)

#define WORLD(records, nodes)                                              \
    "sipsim: 1\nduration: 100s\nlinks: {wire: {delay: 5ms}}\n"             \
    "dns:\n  records:\n" records "nodes:\n  ns: {role: dns}\n"             \
    "  alice: {role: ua, aor: \"sip:alice@example.org\", outbound: dns}\n" \
    "  bob: {role: ua, aor: \"sip:bob@bob.example.com\"}\n" nodes "story:\n"
#define SOA       "    - \"example.com. 3600 SOA ns.example.com. admin.example.com. 1 2 3 4 30\"\n"
#define SRV       "    - \"_sip._udp.bob.example.com. 30 SRV 1 0 5060 host.example.com.\"\n"
#define HOST(ttl) "    - \"host.example.com. " ttl " A bob\"\n"
#define SAY(at)   "  - {at: " at ", alice: {message: bob, text: hi}}\n"

TEST(dns_what_is_kept_is_not_asked_for_again)
{
    run(WORLD(SOA SRV HOST("30"), "") SAY("0s") SAY("20s") SAY("31s"));
    QUERIES("0 ns NAPTR bob.example.com", "20 ns SRV _sip._udp.bob.example.com",
            "31000 ns NAPTR bob.example.com", "31020 ns SRV _sip._udp.bob.example.com");
    CHECK_STR(seen.messages[0], "50 bob MESSAGE");
    CHECK_STR(seen.messages[1], "20010 bob MESSAGE");
    CHECK_STR(seen.messages[2], "31050 bob MESSAGE");
}

TEST(dns_a_time_to_live_of_zero_is_for_once)
{
    run(WORLD(SOA SRV HOST("0"), "") SAY("0s") SAY("1s"));
    QUERIES("0 ns NAPTR bob.example.com", "20 ns SRV _sip._udp.bob.example.com",
            "1000 ns A host.example.com");
}

/* RFC 2308 5 */
TEST(dns_without_an_soa_nothing_is_kept_of_what_is_not_there)
{
    run(WORLD(SRV HOST("30"), "") SAY("0s") SAY("1s"));
    QUERIES("0 ns NAPTR bob.example.com", "20 ns SRV _sip._udp.bob.example.com",
            "1000 ns NAPTR bob.example.com");
}

TEST(dns_two_that_ask_at_once_share_a_query)
{
    run(WORLD(SOA SRV HOST("30"), "") SAY("0s") SAY("5ms"));
    QUERIES("0 ns NAPTR bob.example.com", "20 ns SRV _sip._udp.bob.example.com");
    CHECK_EQ(seen.message_count, 2);
    CHECK_STR(seen.messages[1], "50 bob MESSAGE");
}

/* RFC 1035 7.2: the next server, the next try, and an end. */
TEST(dns_servers_are_asked_in_turn_until_all_were_in_vain)
{
    run(WORLD(SOA SRV HOST("30"),
              "  ns2: {role: dns}\n") "  - {at: 0s, alice: {call: bob, as: c1}}\n"
                                      "events:\n  - {at: 0s, node: ns, is: silent}\n  - {at: 0s, "
                                      "node: ns2, is: silent}\n");
    QUERIES("0 ns NAPTR bob.example.com", "2000 ns2 NAPTR bob.example.com",
            "4000 ns NAPTR bob.example.com", "6000 ns2 NAPTR bob.example.com",
            "8000 ns NAPTR bob.example.com", "10000 ns2 NAPTR bob.example.com");
    CHECK_EQ(seen.rejected, 503); /* RFC3261:8.1.3.1 */
    CHECK_EQ(seen.message_count, 0);
}

TEST(dns_a_server_that_fails_sends_us_to_the_next)
{
    run(WORLD(SOA SRV HOST("30"), "  ns2: {role: dns}\n")
            SAY("0s") "events:\n  - {at: 0s, node: ns, is: failing, for: 1s}\n");
    QUERIES("0 ns NAPTR bob.example.com", "20 ns2 NAPTR bob.example.com",
            "40 ns SRV _sip._udp.bob.example.com", "60 ns2 SRV _sip._udp.bob.example.com");
    CHECK_STR(seen.messages[0], "90 bob MESSAGE");
}

TEST(dns_aliases_lead_on)
{
    run(WORLD(SOA "    - \"_sip._udp.bob.example.com. 30 SRV 1 0 5060 www.example.com.\"\n"
                  "    - \"www.example.com. 9 CNAME host.example.com.\"\n" HOST("30"),
              "") SAY("0s") SAY("8s") SAY("20s"));
    QUERIES("0 ns NAPTR bob.example.com", "20 ns SRV _sip._udp.bob.example.com",
            "40 ns A www.example.com", "20000 ns A www.example.com");
}

/* What does not fit a datagram is cut, and there is no DNS over TCP here: as if it had failed. */
TEST(dns_a_truncated_answer_is_none)
{
    static char text[8192];
    ss_buffer b = ss_buffer_on(text, sizeof text - 1);
    ss_put_text(&b, "sipsim: 1\nduration: 20s\nlinks: {wire: {delay: 5ms}}\ndns:\n  records:\n");
    for (unsigned i = 0; i < 40; i++) {
        ss_put_text(&b, "    - \"_sip._udp.bob.example.com. 30 SRV 1 0 5060 host");
        ss_put_u64(&b, i);
        ss_put_text(&b, ".example.com.\"\n");
    }
    ss_put_text(&b, "nodes:\n  ns: {role: dns}\n"
                    "  alice: {role: ua, aor: \"sip:alice@example.org\", outbound: dns}\n"
                    "  bob: {role: ua, aor: \"sip:bob@bob.example.com\"}\n"
                    "story:\n  - {at: 0s, alice: {call: bob, as: c1}}\n");
    run(text);
    QUERIES("0 ns NAPTR bob.example.com", "20 ns SRV _sip._udp.bob.example.com");
    CHECK_EQ(seen.rejected, 503);
}

/* ---- servers that send anything ---- */

static unsigned kind; /* of hostility */
enum { HOSTILE_KINDS = 12 };

static void put_answer(ss_buffer *b, const sn_dns_message *query, sn_host *host)
{
    const uint32_t bob = 2; /* alice, bob, core, ns: whatever it is, an address */
    const uint32_t address =
        sn_address_number(sn_member_address(&sn_host_plan(host)->cast.nodes[bob]));
    sn_dns_record records[2] = {
        { .name = query->question.name, .type = query->question.type, .class = 1, .ttl = 60 },
        { .name = query->question.name, .type = SN_DNS_CNAME, .class = 1, .ttl = 60 }
    };
    sn_dns_message m = *query;
    records[0].a[0] = (uint8_t)(address >> 24);
    records[1].target = query->question.name;
    if (query->question.type != SN_DNS_A) {
        records[0].type = SN_DNS_A; /* of no type that was asked for */
    }
    m.is_response = kind != 0;
    m.id = kind == 1 ? (uint16_t)(query->id + 1) : query->id;
    m.question.type = kind == 2 ? SN_DNS_NS : query->question.type;
    m.has_question = kind != 3;
    m.is_truncated = kind == 4;
    m.code = kind == 5 ? 15 : 0;
    m.opcode = kind == 6 ? 5 : 0;
    m.records = kind == 7 ? &records[1] : records; /* an alias of itself */
    m.answers = 1;
    sn_dns_put(b, &m);
}

static void hostile_input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    ss_arena arena = { scratch, sizeof scratch, 0 };
    char bytes[2000];
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    sn_dns_message query;
    (void)app;
    CHECK_OK(sn_dns_parse(&query, &arena, datagram));
    put_answer(&b, &query, host);
    if (kind == 8) {
        b.len = 0;
    } else if (kind == 9) {
        b.len -= 3;
    } else if (kind == 10) { /* points to itself */
        b.at[12] = (char)0xc0;
        b.at[13] = 12;
    } else if (kind == 11) {
        memset(bytes, 0xff, sizeof bytes);
        memcpy(bytes, datagram.at, 2);
        b.len = sizeof bytes;
    }
    ss_path from = *path;
    for (unsigned copies = 0; copies < 3; copies++) {
        sn_host_send(host, &from, ss_buffer_slice(&b), NULL);
    }
    from.local.port = 54; /* and from elsewhere */
    sn_host_send(host, &from, ss_buffer_slice(&b), NULL);
}

TEST(dns_hosts_survive_servers_that_send_anything)
{
    static const sn_app_class hostile = {
        .name = "hostile", .port = 53, .bytes = 16, .input = hostile_input
    };
    const sn_app_class *apps[SN_ROLE_COUNT] = { [SN_ROLE_DNS] = &hostile };
    for (kind = 0; kind < HOSTILE_KINDS; kind++) {
        run_with(WORLD(SRV HOST("30"), "") "  - {at: 0s, alice: {call: bob, as: c1}}\n", apps, 1);
        CHECK_EQ(seen.rejected, 503);
        CHECK(seen.query_count >= 1);
        CHECK(seen.query_count <= 8);
    }
}

/* ---- 4.3 in the network ---- */

TEST(rfc3263_4_3_a_server_that_did_not_answer_is_tried_last_for_a_while)
{
    run("sipsim: 1\nduration: 60s\nlinks: {wire: {delay: 5ms}}\n"
        "dns:\n  avoid: 20s\n  records:\n" SOA
        "    - \"_sip._udp.bob.example.com. 300 SRV 1 0 5060 gone.example.com.\"\n"
        "    - \"_sip._udp.bob.example.com. 300 SRV 2 0 5060 host.example.com.\"\n"
        "    - \"gone.example.com. 300 A 10.255.255.1\"\n" HOST(
            "300") "nodes:\n  ns: {role: dns}\n"
                   "  alice: {role: ua, aor: \"sip:alice@example.org\", outbound: dns}\n"
                   "  bob: {role: ua, aor: \"sip:bob@bob.example.com\"}\nstory:\n" SAY("0s")
                       SAY("40s") SAY("55s"));
    CHECK_STR(seen.messages[0], "32050 bob MESSAGE"); /* Timer F, then the second */
    CHECK_STR(seen.messages[1], "40030 bob MESSAGE"); /* the first is tried last */
    CHECK_STR(seen.messages[2], "87010 bob MESSAGE"); /* 20 s are over: it is tried again */
}

TEST(dns_a_world_in_parts_asks_the_same)
{
    static const char text[] = WORLD(SOA SRV HOST("30"), "") SAY("0s") SAY("31s");
    static char first[QUERIES_MAX][400];
    run_with(text, NULL, 1);
    const unsigned count = seen.query_count;
    memcpy(first, seen.queries, sizeof first);
    run_with(text, NULL, 3);
    CHECK_EQ(seen.query_count, count);
    for (unsigned i = 0; i < count; i++) {
        CHECK_STR(seen.queries[i], first[i]);
    }
}
