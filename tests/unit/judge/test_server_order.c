/* LOC2: servers are tried by their priority, each once those before it failed. */
#include "check.h"
#include "court.h"

#include "sn/dns.h"

#include <string.h>

enum { FIRST_SERVER = COURT_BOB, SECOND_SERVER = COURT_PROXY };

static _Alignas(16) unsigned char memory[1 << 14];

static const char *const servers[] = {
    "_sip._udp.example.com. 600 SRV 10 0 5060 a.example.com.",
    "_sip._udp.example.com. 600 SRV 20 0 5060 b.example.com.",
};
static const char *const first_address = "a.example.com. 600 A 10.0.0.2";
static const char *const second_address = "b.example.com. 600 A 10.0.0.3";

static sn_dns_record record(ss_arena *arena, const char *line)
{
    sn_dns_record r;
    sn_dns_flaw flaw;
    CHECK(sn_dns_record_from(ss_slice_from(line), arena, &r, &flaw));
    return r;
}

static void gives_dns(court *rig, const sn_dns_message *m)
{
    char bytes[SN_DNS_BYTES_MAX];
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    sn_dns_put(&b, m);
    rig->payload = ss_buffer_slice(&b);
    court_give(
        rig, (sn_fact){ .kind = m->is_response ? SN_FACT_DATAGRAM_RECEIVED : SN_FACT_DATAGRAM_SENT,
                        .entity = COURT_ALICE,
                        .peer = COURT_ROUTER,
                        .packet = { .origin = COURT_ROUTER, .ordinal = 1000 + rig->index },
                        .hash = ss_hash64(0, rig->payload),
                        .local_port = 50000,
                        .peer_port = SN_DNS_PORT });
    rig->payload = SS_EMPTY;
}

/* Alice asks for what the records are about, and is told them. */
static void is_told(court *rig, const char *const *lines, uint16_t count, uint16_t number)
{
    ss_arena arena = { memory, sizeof memory, 0 };
    sn_dns_record records[4];
    for (uint16_t i = 0; i < count; i++) {
        records[i] = record(&arena, lines[i]);
    }
    sn_dns_message m = { .id = number,
                         .has_question = true,
                         .question = { records[0].name, records[0].type, SN_DNS_CLASS_IN } };
    gives_dns(rig, &m);
    m.is_response = true;
    m.records = records;
    m.answers = count;
    gives_dns(rig, &m);
}

/* T1 is 500 ms; a server that did not answer is avoided for ten minutes. */
static void open_with_names(court *rig)
{
    court_open(rig);
    rig->cast.avoid = SS_S(600);
    for (uint32_t i = 0; i < COURT_NODES; i++) {
        rig->nodes[i].number = 0x0a000001;
    }
    rig->nodes[FIRST_SERVER].number = 0x0a000002;
    rig->nodes[SECOND_SERVER].number = 0x0a000003;
    court_at(rig, 1);
    is_told(rig, servers, 2, 1);
    is_told(rig, &first_address, 1, 2);
    is_told(rig, &second_address, 1, 3);
}

static void sends_with(court *rig, uint32_t peer, uint64_t call_id, uint64_t branch,
                       const char *text)
{
    ss_summary m = court_request(SS_METHOD_OPTIONS, branch);
    m.call_id = call_id;
    rig->payload = ss_slice_from(text);
    rig->peer = peer;
    rig->peer_port = 5060;
    court_sends(rig, COURT_ALICE, m);
    rig->payload = SS_EMPTY;
}

static void sends(court *rig, uint32_t peer, uint64_t call_id, uint64_t branch)
{
    sends_with(rig, peer, call_id, branch, "OPTIONS sip:bob@Example.com SIP/2.0\r\n\r\n");
}

static void gets(court *rig, uint64_t call_id, uint64_t branch, unsigned status, const char *text)
{
    ss_summary m = court_response(status, SS_METHOD_OPTIONS, branch);
    m.call_id = call_id;
    rig->payload = ss_slice_from(text);
    court_gets(rig, COURT_ALICE, m);
    rig->payload = SS_EMPTY;
}

static uint64_t close_and_count(court *rig)
{
    const uint64_t broken = court_broken(rig, "LOC2");
    court_close(rig);
    return broken;
}

TEST(loc2_sees_a_server_that_is_tried_before_a_better_one)
{
    court rig;
    open_with_names(&rig);
    court_at(&rig, SS_S(1));
    sends(&rig, SECOND_SERVER, 1, 0x11);
    CHECK_EQ(close_and_count(&rig), 1);
}

TEST(loc2_sees_a_server_that_is_tried_while_a_better_one_may_still_answer)
{
    court rig;
    open_with_names(&rig);
    court_at(&rig, SS_S(1));
    sends(&rig, FIRST_SERVER, 1, 0x11);
    court_at(&rig, SS_S(1) + SS_MS(100));
    sends(&rig, SECOND_SERVER, 1, 0x12);
    CHECK_EQ(close_and_count(&rig), 1);
}

static uint64_t after_a_response(unsigned status)
{
    court rig;
    open_with_names(&rig);
    court_at(&rig, SS_S(1));
    sends(&rig, FIRST_SERVER, 1, 0x11);
    court_at(&rig, SS_S(1) + SS_MS(100));
    gets(&rig, 1, 0x11, status, "");
    sends(&rig, SECOND_SERVER, 1, 0x12);
    return close_and_count(&rig);
}

TEST(loc2_lets_a_request_go_on_after_a_503_and_after_no_other_response)
{
    static const unsigned others[] = { 100, 200, 404, 500, 504, 600 };
    CHECK_EQ(after_a_response(503), 0);
    for (size_t i = 0; i < SS_COUNT(others); i++) {
        CHECK_EQ(after_a_response(others[i]), 1);
    }
}

/* The timer fires; and from then on the server is avoided, for as long as the plan says. */
static void times_out(court *rig, uint64_t call_id)
{
    court_at(rig, SS_S(1));
    sends(rig, FIRST_SERVER, call_id, 0x11);
    court_at(rig, SS_S(33));
    court_notes_timer(rig, COURT_ALICE, SS_NICT, SS_METHOD_OPTIONS, 0x11, SS_TIMER_F);
    sends(rig, SECOND_SERVER, call_id, 0x12);
}

TEST(loc2_lets_a_request_go_on_after_a_timeout_and_others_begin_there_for_a_while)
{
    court rig;
    open_with_names(&rig);
    times_out(&rig, 1);
    court_at(&rig, SS_S(500));
    sends(&rig, SECOND_SERVER, 2, 0x13);
    CHECK_EQ(court_broken(&rig, "LOC2"), 0);
    court_close(&rig);
    open_with_names(&rig);
    rig.cast.avoid = SS_S(30);
    times_out(&rig, 1);
    court_at(&rig, SS_S(64));
    sends(&rig, SECOND_SERVER, 2, 0x13);
    CHECK_EQ(close_and_count(&rig), 1);
}

/* RFC3261:21.5.4 */
TEST(loc2_lets_a_server_be_passed_over_for_as_long_as_its_503_asks)
{
    court rig;
    open_with_names(&rig);
    court_at(&rig, SS_S(1));
    sends(&rig, FIRST_SERVER, 1, 0x11);
    court_at(&rig, SS_S(2));
    gets(&rig, 1, 0x11, 503, "SIP/2.0 503 No\r\nretry-after:  60 (busy)\r\n\r\n");
    court_at(&rig, SS_S(62));
    sends(&rig, SECOND_SERVER, 2, 0x12);
    CHECK_EQ(court_broken(&rig, "LOC2"), 0);
    court_at(&rig, SS_S(62) + 1);
    sends(&rig, SECOND_SERVER, 3, 0x13);
    CHECK_EQ(close_and_count(&rig), 1);
}

TEST(loc2_lets_a_server_be_passed_over_that_refuses_connections)
{
    court rig;
    open_with_names(&rig);
    court_at(&rig, SS_S(1));
    court_give(&rig, (sn_fact){ .kind = SN_FACT_CONNECTION,
                                .entity = COURT_ALICE,
                                .peer = FIRST_SERVER,
                                .peer_port = 5060,
                                .transport = SS_TRANSPORT_TCP,
                                .connection = { .event = SN_CONNECTION_REFUSED } });
    sends(&rig, SECOND_SERVER, 1, 0x11);
    CHECK_EQ(close_and_count(&rig), 0);
}

/* Of equals any may be first. */
TEST(loc2_has_no_opinion_on_servers_of_one_priority)
{
    static const char *const equals[] = {
        "_sip._udp.example.com. 600 SRV 10 90 5060 a.example.com.",
        "_sip._udp.example.com. 600 SRV 10 10 5060 b.example.com.",
    };
    court rig;
    court_open(&rig);
    court_at(&rig, 1);
    rig.nodes[FIRST_SERVER].number = 0x0a000002;
    rig.nodes[SECOND_SERVER].number = 0x0a000003;
    is_told(&rig, equals, 2, 1);
    is_told(&rig, &first_address, 1, 2);
    is_told(&rig, &second_address, 1, 3);
    sends(&rig, SECOND_SERVER, 1, 0x11);
    CHECK_EQ(close_and_count(&rig), 0);
}

/* What goes elsewhere by name, to a port or an address, or behind a strict router, did not go by these servers. */
TEST(loc2_is_about_the_next_hop_alone)
{
    static const char *const legal[] = {
        "OPTIONS sip:bob@example.com:5060 SIP/2.0\r\n\r\n",
        "OPTIONS sip:bob@b.example.com SIP/2.0\r\n\r\n",
        "OPTIONS sip:10.0.0.3 SIP/2.0\r\n\r\n",
        "OPTIONS sip:example.com;maddr=10.0.0.3 SIP/2.0\r\n\r\n",
        "OPTIONS tel:+1 SIP/2.0\r\n\r\n",
        "OPTIONS sip:example.com SIP/2.0\r\nRoute: <sip:b.example.com;lr>\r\n\r\n",
        "OPTIONS sip:example.com SIP/2.0\r\nRoute: <sip:example.com>\r\n\r\n",
        "OPTIONS sip:example.com SIP/2.0\r\nRoute: nonsense\r\n\r\n",
        "OPTIONS",
        "OPTIONS sip:",
        "",
    };
    static const char *const broken[] = {
        "OPTIONS sips:EXAMPLE.com;x=y SIP/2.0\r\n\r\nRoute: <sip:other;lr>\r\n",
        "OPTIONS sip:other SIP/2.0\r\nroute: Bob <sip:x@example.com;lr>, <sip:other;lr>\r\n\r\n",
    };
    court rig;
    open_with_names(&rig);
    court_at(&rig, SS_S(1));
    for (size_t i = 0; i < SS_COUNT(legal); i++) {
        sends_with(&rig, SECOND_SERVER, 1 + i, 0x100 + i, legal[i]);
        CHECK_EQ(court_broken(&rig, "LOC2"), 0);
    }
    for (size_t i = 0; i < SS_COUNT(broken); i++) {
        sends_with(&rig, SECOND_SERVER, 50 + i, 0x200 + i, broken[i]);
        CHECK_EQ(court_broken(&rig, "LOC2"), i + 1);
    }
    court_close(&rig);
}

/* A request may have been on its way since before. */
TEST(loc2_waits_until_what_was_told_otherwise_has_settled)
{
    static const char *const turned[] = {
        "_sip._udp.example.com. 600 SRV 20 0 5060 a.example.com.",
        "_sip._udp.example.com. 600 SRV 10 0 5060 b.example.com.",
    };
    court rig;
    open_with_names(&rig);
    court_at(&rig, SS_S(1));
    is_told(&rig, turned, 2, 9);
    sends(&rig, FIRST_SERVER, 1, 0x11);
    sends(&rig, SECOND_SERVER, 2, 0x12);
    CHECK_EQ(court_broken(&rig, "LOC2"), 0);
    court_at(&rig, SS_S(301));
    sends(&rig, FIRST_SERVER, 3, 0x13);
    CHECK_EQ(close_and_count(&rig), 1);
}

/* Whose address is not known, or not any more, cannot be tried. */
TEST(loc2_lets_a_server_without_an_address_be_passed_over)
{
    court rig;
    court_open(&rig);
    court_at(&rig, 1);
    rig.nodes[FIRST_SERVER].number = 0x0a000002;
    rig.nodes[SECOND_SERVER].number = 0x0a000003;
    is_told(&rig, servers, 2, 1);
    is_told(&rig, &second_address, 1, 3);
    sends(&rig, SECOND_SERVER, 1, 0x11);
    CHECK_EQ(court_broken(&rig, "LOC2"), 0);
    is_told(&rig, &first_address, 1, 2);
    court_at(&rig, SS_S(600) + 1);
    sends(&rig, SECOND_SERVER, 2, 0x12);
    CHECK_EQ(close_and_count(&rig), 0);
}
