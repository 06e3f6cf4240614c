/* RFC 4320: which responses a non-INVITE request may get, and when. Timer E reaches T2 after 0.5 + 1 + 2 s. */
#include "txn_rig.h"

TEST(rfc4320_4_1_100_when_the_tu_is_silent_until_timer_e_reaches_t2)
{
    static const ss_transport transports[] = { SS_TRANSPORT_UDP, SS_TRANSPORT_TCP };
    for (size_t i = 0; i < SS_COUNT(transports); i++) {
        txn_rig *rig = rig_start(transports[i]);
        const ss_ref txn = rig_serve(rig, "OPTIONS");
        CHECK_EQ(rig_next_send(rig), SS_MS(3500)); /* RFC4320:4.1 without regard to transport */
        CHECK(ss_slice_starts(rig_sent(rig, 0), SS_LIT("SIP/2.0 100 Trying\r\n")));
        CHECK_EQ(rig_state(rig, txn), SS_TXN_PROCEEDING);
        CHECK_EQ(rig_peer_sends(rig, "OPTIONS").kind, SS_UP_NOTHING);
        CHECK_EQ(rig_sends(rig), 1);
        CHECK(!rig_tick(rig));
    }
}

TEST(rfc4320_4_1_no_100_over_udp_before_that)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_serve(rig, "OPTIONS");
    rig_at(rig, SS_S(3));
    CHECK_STATUS(rig_respond(rig, txn, 100, NULL), SS_ERR_SEMANTIC);
    CHECK_EQ(rig_sends(rig), 0);
    CHECK_EQ(rig_next_timer(rig, SS_TIMER_TRYING), SS_MS(3500));
    CHECK_OK(rig_respond(rig, txn, 100, NULL));
}

TEST(rfc4320_4_1_100_over_a_reliable_transport_at_any_time)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_TCP);
    const ss_ref txn = rig_serve(rig, "OPTIONS");
    CHECK_OK(rig_respond(rig, txn, 100, NULL));
    CHECK_EQ(rig_sends(rig), 1);
    CHECK(!rig_tick(rig));
}

TEST(rfc4320_4_1_no_other_provisional_response)
{
    static const unsigned statuses[] = { 101, 180, 183, 199 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        txn_rig *rig = rig_start(SS_TRANSPORT_TCP);
        const ss_ref txn = rig_serve(rig, "OPTIONS");
        CHECK_STATUS(rig_respond(rig, txn, statuses[i], NULL), SS_ERR_SEMANTIC);
    }
}

TEST(rfc4320_4_2_no_408_so_that_the_transaction_is_given_up_instead)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_serve(rig, "OPTIONS");
    CHECK_STATUS(rig_respond(rig, txn, 408, NULL), SS_ERR_SEMANTIC); /* RFC4320:4.2 */
    CHECK_EQ(ss_txn_abandon(&rig->core, &rig->turn, txn).kind, SS_UP_ENDED);
    CHECK_EQ(rig->pools.store.live_blocks, 0);
    const ss_ref invite = rig_serve(rig, "INVITE");
    CHECK_OK(rig_respond(rig, invite, 408, NULL));
}
