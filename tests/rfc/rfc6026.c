/* RFC 6026: the Accepted states, Timers L and M, stray responses, and server transactions that survive transport errors. */
#include "txn_rig.h"

TEST(rfc6026_7_1_timer_l_is_64_t1_on_every_transport)
{
    static const ss_transport transports[] = { SS_TRANSPORT_UDP, SS_TRANSPORT_TCP };
    for (size_t i = 0; i < SS_COUNT(transports); i++) {
        txn_rig *rig = rig_start(transports[i]);
        const ss_ref txn = rig_serve(rig, "INVITE");
        CHECK_OK(rig_respond(rig, txn, 200, NULL)); /* RFC6026:7.1 */
        CHECK_EQ(rig_state(rig, txn), SS_TXN_ACCEPTED);
        CHECK(rig_tick(rig)); /* and nothing was sent before: 2xx copies are the TU's */
        CHECK_EQ(rig->turn.now, SS_S(32));
        CHECK_EQ(rig_note(rig, SS_NOTE_TIMER)->letter, SS_TIMER_L);
        CHECK_EQ(rig->core.txns, 0);
    }
}

TEST(rfc6026_7_1_accepted_absorbs_copies_of_the_invite)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK_OK(rig_respond(rig, rig_serve(rig, "INVITE"), 200, NULL));
    CHECK_EQ(rig_peer_sends(rig, "INVITE").kind, SS_UP_NOTHING);
    CHECK_EQ(rig_sends(rig), 0);
    CHECK_NULL(rig_note(rig, SS_NOTE_STRAY));
}

TEST(rfc6026_7_1_accepted_sends_every_2xx_of_the_tu_and_no_other_response)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_serve(rig, "INVITE");
    CHECK_OK(rig_respond(rig, txn, 200, NULL));
    CHECK_OK(rig_respond(rig, txn, 200, NULL));
    CHECK_EQ(rig_sends(rig), 1);
    CHECK_STATUS(rig_respond(rig, txn, 486, NULL), SS_ERR_STATE);
    CHECK_STATUS(rig_respond(rig, txn, 180, NULL), SS_ERR_STATE);
    CHECK_EQ(rig_next_timer(rig, SS_TIMER_L), SS_S(32));
}

TEST(rfc6026_7_1_accepted_passes_each_ack_up)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_serve(rig, "INVITE");
    CHECK_OK(rig_respond(rig, txn, 200, NULL));
    for (int copy = 0; copy < 2; copy++) {
        const ss_up up = rig_peer_sends(rig, "ACK");
        CHECK_EQ(up.kind, SS_UP_ACK);
        CHECK_EQ(up.txn, txn);
        CHECK_EQ(up.owner.ref, 12);
    }
}

TEST(rfc6026_7_2_timer_m_is_64_t1_on_every_transport)
{
    static const ss_transport transports[] = { SS_TRANSPORT_UDP, SS_TRANSPORT_TCP };
    for (size_t i = 0; i < SS_COUNT(transports); i++) {
        txn_rig *rig = rig_start(transports[i]);
        CHECK(rig_request(rig, "INVITE") != 0);
        rig_at(rig, SS_MS(100));
        CHECK_EQ(rig_answer(rig, "INVITE", 200).kind, SS_UP_RESPONSE); /* RFC6026:7.2 */
        CHECK_EQ(rig_next_timer(rig, SS_TIMER_M), SS_MS(32100));
        CHECK_EQ(rig->core.txns, 0);
    }
}

TEST(rfc6026_7_2_accepted_passes_every_2xx_and_acknowledges_none)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_request(rig, "INVITE");
    CHECK_EQ(rig_answer(rig, "INVITE", 200).kind, SS_UP_RESPONSE);
    CHECK_EQ(rig_answer(rig, "INVITE", 200).kind, SS_UP_RESPONSE);
    CHECK_EQ(rig_answer(rig, "INVITE", 202).kind, SS_UP_RESPONSE);
    CHECK_EQ(rig_sends(rig), 0);
    CHECK_EQ(rig_answer(rig, "INVITE", 486).kind, SS_UP_NOTHING);
    CHECK_EQ(rig_state(rig, txn), SS_TXN_ACCEPTED);
}

TEST(rfc6026_7_2_a_response_of_no_transaction_is_dropped_and_noted)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK_EQ(rig_answer(rig, "INVITE", 200).kind, SS_UP_NOTHING);
    CHECK_EQ(rig_sends(rig), 0);
    const ss_note *stray = rig_note(rig, SS_NOTE_STRAY);
    CHECK_EQ(stray->machine, SS_ICT);
    CHECK_EQ(stray->from, SS_TXN_STATE_COUNT);
    CHECK_EQ(stray->status, 200);
    CHECK(stray->branch != 0);
    CHECK(stray->call_id != 0);
}

static void check_stays(ss_transport transport, unsigned status, ss_txn_state state)
{
    txn_rig *rig = rig_start(transport);
    uint32_t cursor = 0;
    const ss_ref txn = rig_serve(rig, "INVITE");
    CHECK_OK(rig_respond(rig, txn, status, NULL));
    CHECK_EQ(rig_break_path(rig, &cursor).kind, SS_UP_TRANSPORT_ERROR); /* RFC6026:8.8 */
    CHECK_EQ(rig->up.txn, txn);
    CHECK(!rig->up.ended);
    CHECK_EQ(rig_state(rig, txn), state);
    CHECK_EQ(rig_break_path(rig, &cursor).kind, SS_UP_NOTHING); /* told once */
}

TEST(rfc6026_8_8_server_transactions_stay_where_they_are_on_transport_errors)
{
    static const ss_transport transports[] = { SS_TRANSPORT_UDP, SS_TRANSPORT_TCP };
    for (size_t i = 0; i < SS_COUNT(transports); i++) {
        check_stays(transports[i], 180, SS_TXN_PROCEEDING);
        check_stays(transports[i], 486, SS_TXN_COMPLETED);
        check_stays(transports[i], 200, SS_TXN_ACCEPTED);
    }
}
