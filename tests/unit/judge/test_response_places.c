/* TRN3: where responses go. RFC3261:18.2.2 RFC3581:4 RFC3263:5 */
#include "check.h"
#include "court.h"

/* A MESSAGE comes from Alice's port 5070. */
static void message_comes(court *rig, ss_transport transport)
{
    court_open(rig);
    rig->transport = transport;
    rig->peer = COURT_ALICE;
    rig->peer_port = 5070;
    court_at(rig, 0);
    court_gets(rig, COURT_BOB, court_request(SS_METHOD_MESSAGE, COURT_THEIRS));
}

static void answer_leaves(court *rig, unsigned status, const char *via, uint32_t to, uint16_t port)
{
    char text[200] = "SIP/2.0 200 OK\r\nFrom: x\r\nVia: SIP/2.0/";
    ss_buffer b = ss_buffer_on(text, sizeof text);
    b.len = ss_slice_from(text).len;
    ss_put_text(&b, via);
    ss_put_text(&b, "\r\n\r\n");
    rig->payload = ss_buffer_slice(&b);
    rig->peer = to;
    rig->peer_port = port;
    court_sends(rig, COURT_BOB, court_response(status, SS_METHOD_MESSAGE, COURT_THEIRS));
    rig->payload = SS_EMPTY;
}

static uint64_t broken_by(ss_transport transport, const char *via, uint32_t to, uint16_t port)
{
    court rig;
    message_comes(&rig, transport);
    answer_leaves(&rig, 200, via, to, port);
    const uint64_t broken = court_broken(&rig, "TRN3");
    CHECK(transport != SS_TRANSPORT_UDP || court_broken_any(&rig) == broken);
    court_close(&rig);
    return broken;
}

TEST(trn3_over_udp_a_response_goes_to_the_port_of_rport_or_else_of_sent_by)
{
    static const struct {
        const char *via;
        uint16_t port;
        uint64_t broken;
    } cases[] = {
        { "UDP 10.0.0.2:5060;branch=z9hG4bKa;rport=5070;received=10.0.0.2", 5070, 0 },
        { "UDP 10.0.0.2:5060;branch=z9hG4bKa;rport=5070;received=10.0.0.2", 5060, 1 },
        { "UDP 10.0.0.2:5060;branch=z9hG4bKa;rport=5060;received=10.0.0.2", 5060, 1 },
        { "UDP 10.0.0.2:5060;branch=z9hG4bKa", 5060, 0 },
        { "UDP 10.0.0.2:5060 ; branch=z9hG4bKa", 5070, 1 },
        { "UDP far.example.net;branch=z9hG4bKa;received=10.0.0.2", 5060, 0 },
        { "UDP far.example.net:5071;rport", 5071, 0 },
        { "UDP [2001:db8::1]:5072;x", 5072, 0 },
        { "UDP [2001:db8::1], SIP/2.0/UDP x:1", 5060, 0 },
        { "UDP 10.0.0.2;maddr=10.0.0.9", 9, 0 }, /* not judged, as what cannot be read */
        { "UDP 10.0.0.2:port", 9, 0 },
        { "UDP 10.0.0.2;x=\";rport=1\"", 9, 0 },
    };
    for (size_t i = 0; i < SS_COUNT(cases); i++) {
        CHECK_EQ(broken_by(SS_TRANSPORT_UDP, cases[i].via, COURT_ALICE, cases[i].port),
                 cases[i].broken);
    }
}

TEST(trn3_a_response_goes_to_no_other_node_than_its_request_came_from)
{
    static const char via[] = "TCP 10.0.0.2;branch=z9hG4bKa";
    CHECK_EQ(broken_by(SS_TRANSPORT_TCP, via, COURT_ALICE, 40001), 0);
    CHECK_EQ(broken_by(SS_TRANSPORT_TCP, via, COURT_PROXY, 5060), 1);
    CHECK_EQ(broken_by(SS_TRANSPORT_UDP, "UDP 10.0.0.2", COURT_PROXY, 5060), 1);
    CHECK_EQ(broken_by(SS_TRANSPORT_UDP, "UDP 10.0.0.2", SN_NOBODY, 5060), 1);
}

/* The same bytes, which failed where they went first; and what follows of the same transaction. */
TEST(trn3_what_failed_goes_elsewhere_and_what_follows_it_too)
{
    static const char via[] = "UDP far.example.net;branch=z9hG4bKa;rport=5070;received=10.0.0.2";
    court rig;
    message_comes(&rig, SS_TRANSPORT_UDP);
    answer_leaves(&rig, 200, via, COURT_ALICE, 5070);
    court_at(&rig, SS_MS(20));
    answer_leaves(&rig, 200, via, COURT_PROXY, 5060);
    court_at(&rig, SS_MS(500));
    rig.peer = COURT_ALICE;
    rig.peer_port = 5070;
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_MESSAGE, COURT_THEIRS));
    answer_leaves(&rig, 200, via, COURT_PROXY, 5060);
    court_at(&rig,
             SS_MS(1500)); /* TX17: the answer to the next copy begins at the first place again */
    rig.peer = COURT_ALICE;
    rig.peer_port = 5070;
    court_gets(&rig, COURT_BOB, court_request(SS_METHOD_MESSAGE, COURT_THEIRS));
    answer_leaves(&rig, 200, via, COURT_ALICE, 5070);
    court_at(&rig, SS_MS(1501));
    court_sends(&rig, COURT_BOB, court_request(SS_METHOD_OPTIONS, COURT_OURS));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

/* PRX5: a 2xx that a proxy sends by itself is none that was sent before to another place. */
TEST(trn3_a_proxy_may_send_a_2xx_again_to_another_place_only)
{
    for (unsigned elsewhere = 0; elsewhere < 2; elsewhere++) {
        court rig;
        court_open(&rig);
        rig.peer = COURT_ALICE;
        court_at(&rig, 0);
        court_gets(&rig, COURT_PROXY, court_request(SS_METHOD_INVITE, COURT_THEIRS));
        ss_summary request = court_request(SS_METHOD_INVITE, COURT_OURS);
        request.via_count = 2;
        request.second_branch = COURT_THEIRS;
        request.max_forwards = 69;
        rig.peer = COURT_BOB;
        court_sends(&rig, COURT_PROXY, request);
        ss_summary response = court_response(200, SS_METHOD_INVITE, COURT_OURS);
        response.via_count = 2;
        response.second_branch = COURT_THEIRS;
        court_gets(&rig, COURT_PROXY, response);
        rig.peer = COURT_ALICE;
        court_sends(&rig, COURT_PROXY, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
        court_at(&rig, SS_MS(20));
        rig.peer = elsewhere != 0 ? COURT_BOB : COURT_ALICE;
        court_sends(&rig, COURT_PROXY, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
        CHECK_EQ(court_broken(&rig, "PRX5"), elsewhere != 0 ? 0 : 1);
        /* the next copy from below is one to pass on, though that begins at the first place again */
        court_at(&rig, SS_MS(520));
        rig.peer = COURT_BOB;
        court_gets(&rig, COURT_PROXY, response);
        rig.peer = COURT_ALICE;
        court_sends(&rig, COURT_PROXY, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
        court_at(&rig, SS_MS(521));
        court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_OPTIONS, 77));
        CHECK_EQ(court_broken(&rig, "PRX5"), elsewhere != 0 ? 0 : 1);
        court_close(&rig);
    }
}
