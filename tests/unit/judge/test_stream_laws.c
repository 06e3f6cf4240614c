/* NET5, TRN1 and TRN2, and what the laws of timers make of a reliable transport. */
#include "check.h"
#include "court.h"

static sn_fact message(sn_fact_kind kind, uint64_t place, uint64_t hash)
{
    const bool is_sent = kind == SN_FACT_STREAM_SENT;
    return (sn_fact){ .kind = (uint16_t)kind,
                      .entity = is_sent ? COURT_ALICE : COURT_BOB,
                      .peer = is_sent ? COURT_BOB : COURT_ALICE,
                      .packet = { .ordinal = place, .origin = COURT_ALICE },
                      .local_port = is_sent ? 49152 : 5060,
                      .peer_port = is_sent ? 5060 : 49152,
                      .transport = SS_TRANSPORT_TCP,
                      .hash = hash };
}

static void open_stream(court *rig)
{
    court_open(rig);
    court_at(rig, 0);
    court_give(rig, message(SN_FACT_STREAM_SENT, 0, 70));
    court_give(rig, message(SN_FACT_STREAM_SENT, 100, 71));
    court_give(rig, message(SN_FACT_STREAM_SENT, 250, 72));
    court_at(rig, 10);
}

TEST(rfc9293_3_4_net5_lets_messages_come_out_as_they_went_in)
{
    court rig;
    open_stream(&rig);
    court_give(&rig, message(SN_FACT_STREAM_RECEIVED, 0, 70));
    court_give(&rig, message(SN_FACT_STREAM_RECEIVED, 100, 71));
    court_give(&rig, message(SN_FACT_STREAM_RECEIVED, 250, 72));
    court_give(&rig, message(SN_FACT_STREAM_SENT, 0, 80)); /* another connection of these ports */
    court_give(&rig, message(SN_FACT_STREAM_RECEIVED, 0, 80));
    CHECK_EQ(court_broken_any(&rig), 0);
    court_close(&rig);
}

TEST(net5_sees_messages_left_out_changed_doubled_and_made_up)
{
    static const struct {
        uint64_t place, hash;
    } second[] = { { 250, 72 }, { 100, 72 }, { 0, 70 }, { 101, 71 } };
    for (unsigned i = 0; i < SS_COUNT(second); i++) {
        court rig;
        open_stream(&rig);
        court_give(&rig, message(SN_FACT_STREAM_RECEIVED, 0, 70));
        CHECK_EQ(court_broken_any(&rig), 0);
        court_give(&rig, message(SN_FACT_STREAM_RECEIVED, second[i].place, second[i].hash));
        CHECK_EQ(court_broken(&rig, "NET5"), 1);
        court_close(&rig);
    }
}

/* ---- timers ---- */

static void tcp_court(court *rig)
{
    court_open(rig);
    rig->transport = SS_TRANSPORT_TCP;
    court_at(rig, 0);
}

TEST(tx1_and_tx3_want_no_copies_over_tcp)
{
    static const ss_method methods[] = { SS_METHOD_INVITE, SS_METHOD_BYE };
    static const char *const laws[] = { "TX1", "TX3" };
    for (unsigned i = 0; i < 2; i++) {
        court rig;
        tcp_court(&rig);
        court_sends(&rig, COURT_ALICE, court_request(methods[i], COURT_OURS));
        court_at(&rig, SS_S(31));
        CHECK_EQ(court_broken_any(&rig), 0);
        court_sends(&rig, COURT_ALICE, court_request(methods[i], COURT_OURS));
        CHECK_EQ(court_broken(&rig, laws[i]), 1);
        court_close(&rig);
    }
}

TEST(tx5_wants_no_copies_of_a_rejection_over_tcp_but_tx9_those_of_a_2xx)
{
    static const unsigned statuses[] = { 486, 200 };
    for (unsigned i = 0; i < 2; i++) {
        court rig;
        tcp_court(&rig);
        court_gets(&rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
        court_notes_txn(&rig, COURT_BOB, SS_IST, SS_METHOD_INVITE, COURT_THEIRS, SS_TXN_PROCEEDING,
                        SS_TXN_PROCEEDING);
        court_sends(&rig, COURT_BOB, court_response(statuses[i], SS_METHOD_INVITE, COURT_THEIRS));
        court_at(&rig, SS_S(1));
        court_notes(&rig, COURT_ALICE, (ss_note){ .kind = SS_NOTE_STRAY }); /* time has passed */
        CHECK_EQ(court_broken(&rig, "TX5"), 0);
        CHECK_EQ(court_broken(&rig, "TX9"), i);
        court_sends(&rig, COURT_BOB, court_response(statuses[i], SS_METHOD_INVITE, COURT_THEIRS));
        CHECK_EQ(court_broken(&rig, "TX5"), 1 - i);
        court_close(&rig);
    }
}

/* Forty copies are due at one instant, and the connection takes nine before it is full and reset. */
TEST(tx9_asks_for_no_copy_at_the_instant_at_which_a_connection_failed)
{
    static const ss_time fails[] = { SS_MS(499), SS_MS(500), SS_MS(501) };
    for (size_t i = 0; i < SS_COUNT(fails); i++) {
        court rig;
        tcp_court(&rig);
        court_gets(&rig, COURT_BOB, court_request(SS_METHOD_INVITE, COURT_THEIRS));
        court_notes_txn(&rig, COURT_BOB, SS_IST, SS_METHOD_INVITE, COURT_THEIRS, SS_TXN_PROCEEDING,
                        SS_TXN_PROCEEDING);
        court_sends(&rig, COURT_BOB, court_response(200, SS_METHOD_INVITE, COURT_THEIRS));
        court_at(&rig, fails[i]);
        court_give(&rig, (sn_fact){ .kind = SN_FACT_CONNECTION,
                                    .entity = COURT_BOB,
                                    .peer = COURT_PROXY,
                                    .connection = { .event = SN_CONNECTION_RESET } });
        court_at(&rig, SS_S(1));
        court_notes(&rig, COURT_ALICE, (ss_note){ .kind = SS_NOTE_STRAY }); /* time has passed */
        CHECK_EQ(court_broken(&rig, "TX9"), fails[i] == SS_MS(500) ? 0 : 1);
        court_close(&rig);
    }
}

TEST(tx11_asks_for_the_one_ack_though_timer_d_is_0)
{
    for (int acked = 0; acked < 2; acked++) {
        court rig;
        tcp_court(&rig);
        court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
        court_at(&rig, SS_MS(40));
        court_gets(&rig, COURT_ALICE, court_response(486, SS_METHOD_INVITE, COURT_OURS));
        if (acked) {
            court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_ACK, COURT_OURS));
        }
        court_finish(&rig, SS_S(1));
        CHECK_EQ(court_broken(&rig, "TX11"), 1 - (unsigned)acked);
        court_close(&rig);
    }
}

/* ---- TRN1 ---- */

static void sends_bytes(court *rig, ss_method method, uint64_t branch, uint64_t bytes)
{
    ss_summary m = court_request(method, branch);
    m.body_bytes = (uint32_t)branch; /* of this request alone */
    court_give(rig, (sn_fact){ .kind = SN_FACT_DATAGRAM_SENT,
                               .entity = COURT_ALICE,
                               .peer = COURT_PROXY,
                               .packet = { .origin = COURT_ALICE, .ordinal = 100 },
                               .value = 28 + bytes,
                               .hash = branch,
                               .sip = m });
}

TEST(rfc3261_18_1_1_trn1_sees_a_request_too_large_for_udp_from_who_could_do_otherwise)
{
    static const struct {
        uint16_t tcp_from;
        bool refused;
        ss_method method;
        uint64_t branch, bytes;
        unsigned broken;
    } rows[] = {
        { 1301, false, SS_METHOD_OPTIONS, 1, 1301, 1 },
        { 1301, false, SS_METHOD_OPTIONS, 1, 1300, 0 },
        { 0, false, SS_METHOD_OPTIONS, 1, 60000, 0 },
        { 1301, true, SS_METHOD_OPTIONS, 1, 1301, 0 },
        { 1301, false, SS_METHOD_CANCEL, COURT_OURS, 1301, 0 },
        { 1301, false, SS_METHOD_ACK, COURT_OURS, 1301, 0 }, /* of a rejection: hop by hop */
        { 1301, false, SS_METHOD_ACK, 1, 1301, 1 },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        court_open(&rig);
        rig.nodes[COURT_ALICE].tcp_from = rows[i].tcp_from;
        court_at(&rig, 0);
        if (rows[i].refused) {
            court_connection(&rig, COURT_ALICE, COURT_PROXY, SN_CONNECTION_REFUSED);
        }
        court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
        court_at(&rig, SS_MS(40));
        court_gets(&rig, COURT_ALICE, court_response(180, SS_METHOD_INVITE, COURT_OURS));
        sends_bytes(&rig, rows[i].method, rows[i].branch, rows[i].bytes);
        CHECK_EQ(court_broken(&rig, "TRN1"), rows[i].broken);
        court_close(&rig);
    }
}

/* RFC8200:3 the header of IPv6 is 20 bytes longer: `bytes` counts from the other's. */
TEST(rfc3261_18_1_1_trn1_takes_the_headers_of_the_version_off)
{
    static const struct {
        bool lacks_v4, peer_has_v6;
        uint64_t bytes;
        unsigned broken;
    } rows[] = { { true, true, 1320, 0 },
                 { true, true, 1321, 1 },
                 { false, false, 1301, 1 },
                 { false, true, 1320, 0 }, /* either version */
                 { false, true, 1321, 1 } };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        court rig;
        court_open(&rig);
        rig.nodes[COURT_ALICE].tcp_from = 1301;
        rig.nodes[COURT_ALICE].has_v6 = true;
        rig.nodes[COURT_ALICE].lacks_v4 = rows[i].lacks_v4;
        rig.nodes[COURT_PROXY].has_v6 = rows[i].peer_has_v6;
        court_at(&rig, 0);
        sends_bytes(&rig, SS_METHOD_OPTIONS, 1, rows[i].bytes);
        CHECK_EQ(court_broken(&rig, "TRN1"), rows[i].broken);
        court_close(&rig);
    }
}

/* ---- TRN2 ---- */

TEST(trn2_sees_a_cancel_or_an_ack_that_leaves_its_invites_transport)
{
    for (int ack = 0; ack < 2; ack++) {
        for (int leaves = 0; leaves < 2; leaves++) {
            court rig;
            tcp_court(&rig);
            court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
            court_at(&rig, SS_MS(40));
            court_gets(&rig, COURT_ALICE,
                       court_response(ack ? 486 : 180, SS_METHOD_INVITE, COURT_OURS));
            rig.transport = leaves ? SS_TRANSPORT_UDP : SS_TRANSPORT_TCP;
            court_sends(&rig, COURT_ALICE,
                        court_request(ack ? SS_METHOD_ACK : SS_METHOD_CANCEL, COURT_OURS));
            CHECK_EQ(court_broken(&rig, "TRN2"), (unsigned)leaves);
            CHECK_EQ(court_broken_any(&rig), (unsigned)leaves);
            court_close(&rig);
        }
    }
}

/* ---- a connection that was refused ---- */

static ss_summary by_udp(ss_method method)
{
    ss_summary m = court_request(method, COURT_OURS);
    m.body_bytes = 1; /* another Via: other bytes */
    return m;
}

TEST(rfc3261_18_1_1_after_a_refusal_the_request_may_go_again_over_udp_and_only_then)
{
    for (int refused = 0; refused < 2; refused++) {
        court rig;
        tcp_court(&rig);
        court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
        court_at(&rig, SS_MS(20));
        if (refused) {
            court_connection(&rig, COURT_ALICE, SN_NOBODY, SN_CONNECTION_REFUSED);
        }
        rig.transport = SS_TRANSPORT_UDP;
        court_sends(&rig, COURT_ALICE, by_udp(SS_METHOD_INVITE));
        CHECK_EQ(court_broken_any(&rig) == 0, refused);
        if (refused) { /* and then Timer A runs */
            court_at(&rig, SS_MS(520));
            court_sends(&rig, COURT_ALICE, by_udp(SS_METHOD_INVITE));
            CHECK_EQ(court_broken_any(&rig), 0);
            court_at(&rig, SS_MS(1521));
            court_sends(&rig, COURT_ALICE, by_udp(SS_METHOD_INVITE));
            CHECK(court_broken(&rig, "TX1") > 0);
        }
        court_close(&rig);
    }
}

/* What was to go over a connection that its own end gives up before it is open never leaves: RFC3261:17.1.4 */
TEST(tx2_lets_an_invite_end_with_the_connection_that_it_waited_for)
{
    for (unsigned waits = 0; waits < 2; waits++) {
        court rig;
        tcp_court(&rig);
        court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
        court_notes_txn(&rig, COURT_ALICE, SS_ICT, SS_METHOD_INVITE, COURT_OURS, SS_TXN_CALLING,
                        SS_TXN_CALLING);
        court_at(&rig, SS_MS(20));
        court_give(&rig, (sn_fact){ .kind = SN_FACT_CONNECTION,
                                    .entity = COURT_ALICE,
                                    .peer = COURT_BOB,
                                    .transport = SS_TRANSPORT_TCP,
                                    .packet.origin = SN_NOBODY,
                                    .value = waits ? 500 : 0,
                                    .connection.event = SN_CONNECTION_CLOSING });
        court_notes_txn(&rig, COURT_ALICE, SS_ICT, SS_METHOD_INVITE, COURT_OURS, SS_TXN_CALLING,
                        SS_TXN_TERMINATED);
        CHECK_EQ(court_broken(&rig, "TX2"), waits ? 0 : 1);
        court_close(&rig);
    }
}

/* RFC5626:5.3.1 Nothing left, a connection was closed before, and it is over at once: all of that, or TX2 says so. */
TEST(tx2_lets_an_invite_end_at_once_whose_flow_was_closed)
{
    enum { LEGAL, NONE_CLOSED, LEFT, LATER, CASES };
    for (unsigned how = 0; how < CASES; how++) {
        court rig;
        tcp_court(&rig);
        if (how != NONE_CLOSED) {
            court_give(&rig, (sn_fact){ .kind = SN_FACT_CONNECTION,
                                        .entity = COURT_ALICE,
                                        .peer = COURT_BOB,
                                        .transport = SS_TRANSPORT_TCP,
                                        .packet.origin = SN_NOBODY,
                                        .connection.event = SN_CONNECTION_CLOSING });
        }
        court_at(&rig, SS_MS(20));
        if (how == LEFT) {
            court_sends(&rig, COURT_ALICE, court_request(SS_METHOD_INVITE, COURT_OURS));
        }
        court_notes_txn(&rig, COURT_ALICE, SS_ICT, SS_METHOD_INVITE, COURT_OURS, SS_TXN_CALLING,
                        SS_TXN_CALLING);
        court_at(&rig, SS_MS(how == LATER ? 21 : 20));
        court_notes_txn(&rig, COURT_ALICE, SS_ICT, SS_METHOD_INVITE, COURT_OURS, SS_TXN_CALLING,
                        SS_TXN_TERMINATED);
        CHECK_EQ(court_broken(&rig, "TX2"), how == LEGAL ? 0 : 1);
        court_close(&rig);
    }
}
