/* Every take refused once: the quota of transactions, the quota of bytes, the store, the arena. Whatever fails, nothing leaks
 * and nothing is half made. */
#include "txn_rig.h"

static void check_empty(const txn_rig *rig)
{
    CHECK_EQ(rig->core.txns, 0);
    CHECK_EQ(rig->core.bytes, 0);
    CHECK_EQ(rig->core.timers.count, 0);
    CHECK_EQ(rig->pools.txns.count, 0);
    CHECK_EQ(rig->pools.store.live_blocks, 0);
    CHECK_EQ(rig->pools.store.live_bytes, 0);
}

TEST(at_the_quota_of_transactions_none_is_made)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    rig->settings.txns_max = 1;
    CHECK(rig_request(rig, "INVITE") != 0);
    const uint32_t bytes = rig->core.bytes;
    rig_at(rig, 1);
    CHECK_EQ(rig_request(rig, "OPTIONS"), 0);
    CHECK_EQ(rig_sends(rig), 0);
    CHECK_EQ(rig_serve(rig, "INVITE"), 0);
    CHECK_EQ(rig->core.bytes, bytes);
    CHECK(!rig->core.out_of_memory);
}

TEST(at_every_quota_of_bytes_a_client_is_whole_or_absent)
{
    bool was_made = false;
    for (uint32_t quota = 0; !was_made; quota += 16) {
        txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
        rig->settings.bytes_max = quota;
        was_made = rig_request(rig, "INVITE") != 0;
        CHECK(!rig->core.out_of_memory);
        CHECK_EQ(rig_sends(rig), was_made ? 1 : 0);
        if (!was_made) {
            check_empty(rig);
        }
    }
}

/* A live transaction may pass the quota, so that it can always answer. */
TEST(at_every_quota_of_bytes_a_server_is_absent_or_answers)
{
    bool was_made = false;
    for (uint32_t quota = 0; !was_made; quota += 16) {
        txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
        rig->settings.bytes_max = quota;
        const ss_ref txn = rig_serve(rig, "INVITE");
        was_made = txn != 0;
        if (was_made) {
            CHECK_OK(rig_respond(rig, txn, 486, NULL));
            CHECK_EQ(rig_next_up(rig, SS_UP_TIMEOUT), SS_S(32));
        }
        check_empty(rig);
    }
}

/* A whole life of each machine with a store of every size: refused, or the host is told, and in the end all is given back. */
static void live(txn_rig *rig, ss_ref client, ss_ref server, const char *method)
{
    if (client != 0) {
        rig_answer(rig, method, 183);
        rig_answer(rig, method, 486);
        rig_answer(rig, method, 486);
    }
    if (server != 0) {
        const ss_status status = rig_respond(rig, server, 486, NULL);
        CHECK(status == SS_OK || (status == SS_ERR_FULL && rig->core.out_of_memory));
    }
    CHECK_EQ(rig->core.bytes, rig->pools.store.live_bytes);
    rig_run_until(rig, SS_S(100));
}

static void exhaust_store(const char *method, ss_transport transport)
{
    bool was_enough = false;
    for (uint64_t bytes = 0; !was_enough; bytes += 16) {
        txn_rig *rig = rig_start_small(transport, bytes);
        const ss_ref client = rig_request(rig, method);
        const ss_ref server = rig_serve(rig, method);
        live(rig, client, server, method);
        was_enough = !rig->core.out_of_memory;
        CHECK_EQ(was_enough && (client == 0 || server == 0), false);
        if (rig->core.txns != 0) { /* a server that could not answer waits in its state */
            CHECK(rig->core.out_of_memory);
            ss_txn_forget_all(&rig->core);
        }
        check_empty(rig);
        CHECK(bytes < 8192);
    }
}

TEST(with_every_size_of_store_nothing_leaks)
{
    exhaust_store("INVITE", SS_TRANSPORT_UDP);
    exhaust_store("INVITE", SS_TRANSPORT_TCP);
    exhaust_store("OPTIONS", SS_TRANSPORT_UDP);
    exhaust_store("OPTIONS", SS_TRANSPORT_TCP);
}

/* An arena too small loses a message, as the network might; the machine goes on and ends. */
TEST(with_every_size_of_arena_the_machines_still_end)
{
    for (size_t cap = 64; cap < 8192; cap += 64) {
        txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
        const ss_ref client = rig_request(rig, "INVITE");
        const ss_ref server = rig_serve(rig, "INVITE");
        CHECK(client != 0);
        CHECK(server != 0);
        CHECK_OK(rig_respond(rig, server, 486, NULL));
        const size_t whole = rig->arena.cap;
        rig_at(rig, 0);
        ss_msg msg;
        ss_diag diag;
        CHECK_OK(ss_msg_parse(&msg, &rig->arena,
                              ss_slice_from(rig_response_text(rig, "INVITE", 486, "z9hG4bKours")),
                              &diag));
        rig->arena.cap = rig->arena.used + cap;
        CHECK_EQ(ss_txn_receive(&rig->core, &rig->turn, &msg, &rig->path).kind, SS_UP_RESPONSE);
        rig->arena.cap = cap;
        while (rig_tick(rig)) {
        }
        rig->arena.cap = whole;
        check_empty(rig);
    }
}

TEST(with_every_size_of_arena_a_request_is_sent_or_refused_or_lost)
{
    for (size_t cap = 0; cap < 8192; cap += 32) {
        txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
        rig->arena.cap = cap;
        const ss_ref txn = rig_request(rig, "INVITE");
        CHECK_EQ(rig->core.txns, txn != 0);
        CHECK(txn != 0 || rig_sends(rig) == 0);
        CHECK(rig_sends(rig) == 1 || txn == 0 || rig->turn.failed);
        ss_txn_forget_all(&rig->core);
        check_empty(rig);
    }
}
