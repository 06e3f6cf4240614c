/* Blocks against the quota, branches, tags, kept messages, the list of an engine's transactions. */
#include "txn_rig.h"

#include <string.h>

TEST(a_branch_has_the_cookie_and_never_repeats)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    char text[2][64];
    for (int i = 0; i < 2; i++) {
        ss_buffer b = ss_buffer_on(text[i], sizeof text[i]);
        ss_put_new_branch(&rig->core, &b);
        CHECK_EQ(b.len, 7 + 16);
        CHECK(ss_slice_starts(ss_buffer_slice(&b), SS_LIT("z9hG4bK"))); /* RFC3261:8.1.1.7 */
    }
    CHECK(memcmp(text[0], text[1], 23) != 0);
    ss_buffer tag = ss_buffer_on(text[0], sizeof text[0]);
    ss_put_new_tag(&rig->core, &tag);
    CHECK_EQ(tag.len, 16);
}

TEST(the_byte_quota_counts_what_the_store_counts)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    rig->settings.bytes_max = 64;
    const ss_ref a = ss_core_take(&rig->core, 33);
    CHECK(a != 0);
    CHECK_EQ(rig->core.bytes, 48);
    CHECK_EQ(rig->core.bytes, rig->pools.store.live_bytes);
    CHECK_EQ(ss_core_take(&rig->core, 17), 0);
    CHECK(!rig->core.out_of_memory);
    const ss_ref b = ss_core_take(&rig->core, 16);
    CHECK(b != 0);
    ss_core_give(&rig->core, a, 33);
    CHECK_EQ(rig->core.bytes, 16);
    ss_core_give(&rig->core, b, 16);
}

TEST(an_exhausted_store_is_not_a_quota)
{
    txn_rig *rig = rig_start_small(SS_TRANSPORT_UDP, 64);
    const ss_ref all = ss_core_take(&rig->core, 64);
    CHECK(all != 0);
    CHECK_EQ(ss_core_take(&rig->core, 16), 0);
    CHECK(rig->core.out_of_memory);
    ss_core_give(&rig->core, all, 64);
}

TEST(a_kept_slice_is_an_exact_copy)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_blob blob;
    CHECK_OK(ss_core_keep(&rig->core, SS_LIT("some bytes"), &blob));
    CHECK_SLICE(ss_blob_slice(&rig->pools.store, blob), "some bytes");
    ss_core_drop(&rig->core, &blob);
    CHECK_EQ(blob.ref, 0);
    CHECK_EQ(rig->core.bytes, 0);
    CHECK_OK(ss_core_keep(&rig->core, SS_EMPTY, &blob));
    CHECK_EQ(blob.ref, 0);
    CHECK_STATUS(ss_core_keep(&rig->core, (ss_slice){ "", SS_STORE_BLOCK_MAX + 1 }, &blob),
                 SS_ERR_FULL);
    CHECK(!rig->core.out_of_memory);
}

TEST(a_final_response_frees_what_need_not_be_sent_again)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_request(rig, "INVITE");
    const uint32_t calling = rig->core.bytes;
    CHECK(ss_txn_message(&rig->core, ss_txn_at(&rig->core, txn)).len > 300);
    rig_answer(rig, "INVITE", 200);
    CHECK_EQ(ss_txn_message(&rig->core, ss_txn_at(&rig->core, txn)).len, 0);
    CHECK(rig->core.bytes < calling);
    CHECK(rig->core.bytes <= SS_TXN_BYTES_MAX + sizeof(ss_path));
    const ss_path path = ss_txn_path(&rig->core, ss_txn_at(&rig->core, txn));
    CHECK(ss_address_equal(&path.remote, &rig->path.remote));
}

TEST(a_server_keeps_the_response_it_sent_last)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_serve(rig, "INVITE");
    CHECK_EQ(ss_txn_message(&rig->core, ss_txn_at(&rig->core, txn)).len, 0);
    CHECK_OK(rig_respond(rig, txn, 180, NULL));
    CHECK_OK(rig_respond(rig, txn, 200, NULL));
    CHECK(ss_slice_starts(ss_txn_message(&rig->core, ss_txn_at(&rig->core, txn)),
                          SS_LIT("SIP/2.0 200 ")));
}

TEST(what_is_no_request_of_a_transaction_is_refused)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_ref txn = 1;
    const ss_owner nobody = { .kind = SS_OWNER_NONE };
    const char *const texts[] = { rig_request_text(rig, "ACK", "z9hG4bKours"), "hello", "" };
    for (size_t i = 0; i < SS_COUNT(texts); i++) {
        const ss_slice bytes = ss_slice_from(texts[i]);
        CHECK_STATUS(ss_txn_request(&rig->core, &rig->turn, &rig->path, bytes, nobody, &txn),
                     SS_ERR_SEMANTIC);
        CHECK_EQ(txn, 0);
    }
    const ss_slice response = ss_slice_from(rig_response_text(rig, "INVITE", 200, "z9hG4bKours"));
    CHECK_STATUS(ss_txn_request(&rig->core, &rig->turn, &rig->path, response, nobody, &txn),
                 SS_ERR_SEMANTIC);
    CHECK_EQ(rig_sends(rig), 0);
}

TEST(what_is_no_response_is_not_passed)
{
    static const char *const texts[] = { "",
                                         "SIP/2.0 200",
                                         "SIP/2.0 2000 OK\r\n",
                                         "SIP/2.0 099 No\r\n",
                                         "SIP/2.0 700 No\r\n",
                                         "SIP/3.0 200 OK\r\n\r\n" };
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_serve(rig, "INVITE");
    bool ended;
    for (size_t i = 0; i < SS_COUNT(texts); i++) {
        const ss_slice bytes = ss_slice_from(texts[i]);
        CHECK_STATUS(ss_txn_respond(&rig->core, &rig->turn, txn, bytes, &ended), SS_ERR_SEMANTIC);
    }
    CHECK_EQ(rig_sends(rig), 0);
}

TEST(a_transaction_can_be_given_to_another_owner_or_to_none)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_request(rig, "INVITE");
    ss_txn_set_owner(&rig->core, txn, (ss_owner){ .kind = SS_OWNER_BRANCH, .ref = 99 });
    CHECK_EQ(rig_answer(rig, "INVITE", 180).owner.ref, 99);
    ss_txn_disown(&rig->core, txn);
    CHECK_EQ(rig_answer(rig, "INVITE", 180).owner.kind, SS_OWNER_NONE);
}

TEST(forgetting_all_leaves_no_byte_and_no_timer)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK(rig_request(rig, "INVITE") != 0);
    CHECK(rig_request(rig, "BYE") != 0);
    const ss_ref served = rig_serve(rig, "INVITE");
    CHECK_OK(rig_respond(rig, served, 486, NULL));
    CHECK(rig_serve(rig, "OPTIONS") != 0);
    CHECK_EQ(rig->core.txns, 4);
    ss_txn_forget_all(&rig->core);
    CHECK_EQ(rig->core.txns, 0);
    CHECK_EQ(rig->core.bytes, 0);
    CHECK_EQ(rig->core.first_txn, 0);
    CHECK_EQ(rig->core.last_txn, 0);
    CHECK_EQ(rig->core.timers.count, 0);
    CHECK_EQ(rig->pools.txns.count, 0);
    CHECK_EQ(rig->pools.store.live_blocks, 0);
}

TEST(a_stateless_response_follows_the_via)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_msg msg;
    ss_diag diag;
    CHECK_OK(ss_msg_parse(&msg, &rig->arena,
                          ss_slice_from(rig_request_text(rig, "INVITE", "z9hG4bKtheirs")), &diag));
    CHECK_OK(
        ss_txn_respond_stateless(&rig->turn, &msg, &rig->path, SS_LIT("SIP/2.0 503 Busy\r\n\r\n")));
    CHECK_EQ(rig_sends(rig), 1);
    CHECK_EQ(rig->core.txns, 0);
}
