/* RFC 3261 section 17 on one bench: the instant of every timer on UDP and on TCP, what is repeated and what is not, which
 * messages belong together. T1 = 500 ms, T2 = 4 s, T4 = 5 s unless a test says otherwise. */
#include "txn_rig.h"

#include <stdio.h>
#include <string.h>

/* ---- the INVITE client: RFC3261:17.1.1.1, RFC3261:17.1.1.2, RFC3261:17.1.1.3, RFC6026:8.4 ---- */

TEST(rfc3261_17_1_1_2_timer_a_doubles_until_timer_b)
{
    static const uint64_t sent_ms[] = { 500, 1500, 3500, 7500, 15500, 31500 };
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK(rig_request(rig, "INVITE") != 0);
    CHECK_EQ(rig_sends(rig), 1); /* RFC3261:17.1.1.2 the first of seven, at 0 */
    const ss_slice first = ss_slice_from(rig_request_text(rig, "INVITE", "z9hG4bKours"));
    for (size_t i = 0; i < SS_COUNT(sent_ms); i++) {
        CHECK_EQ(rig_next_send(rig), SS_MS(sent_ms[i]));
        CHECK_SLICE_EQ(rig_sent(rig, 0), first); /* the message previously sent, once more */
        CHECK_EQ(rig_note(rig, SS_NOTE_RESEND)->letter, SS_TIMER_A);
    }
    CHECK_EQ(rig_next_up(rig, SS_UP_TIMEOUT), SS_MS(32000));
    CHECK_EQ(rig_sends(rig), 0);
    CHECK(rig->up.ended);
    CHECK_EQ(rig->up.owner.ref, 11);
    CHECK_EQ(rig->core.txns, 0);
}

TEST(rfc3261_17_1_1_2_timer_a_notes_the_interval_that_it_ran)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK(rig_request(rig, "INVITE") != 0);
    for (ss_span interval = SS_MS(500); interval <= SS_S(16); interval *= 2) {
        CHECK(rig_tick(rig));
        const ss_note *fired = rig_note(rig, SS_NOTE_TIMER);
        CHECK_EQ(fired->letter, SS_TIMER_A);
        CHECK_EQ(fired->value, interval);
    }
    CHECK(rig_tick(rig));
    const ss_note *fired = rig_note(rig, SS_NOTE_TIMER);
    CHECK_EQ(fired->letter, SS_TIMER_B);
    CHECK_EQ(fired->value, SS_S(32));
    CHECK(!fired->reliable);
    CHECK_EQ(fired->method, SS_METHOD_INVITE);
}

TEST(rfc3261_17_1_1_2_no_timer_a_on_a_reliable_transport)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_TCP);
    CHECK(rig_request(rig, "INVITE") != 0);
    CHECK_EQ(rig->turn.first->next->kind, SS_OUT_STREAM);
    CHECK(rig_tick(rig));
    CHECK_EQ(rig->turn.now, SS_S(32));
    CHECK_EQ(rig->up.kind, SS_UP_TIMEOUT);
}

TEST(rfc3261_17_1_1_2_timers_scale_with_t1)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    rig->settings.t1 = SS_S(1);
    CHECK(rig_request(rig, "INVITE") != 0);
    CHECK_EQ(rig_next_send(rig), SS_S(1));
    CHECK_EQ(rig_next_send(rig), SS_S(3));
    CHECK_EQ(rig_next_up(rig, SS_UP_TIMEOUT), SS_S(64));
}

TEST(rfc3261_17_1_1_2_a_provisional_response_ends_timers_a_and_b)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_request(rig, "INVITE");
    CHECK_EQ(rig_answer(rig, "INVITE", 100).kind, SS_UP_RESPONSE);
    CHECK_EQ(rig_state(rig, txn), SS_TXN_PROCEEDING);
    CHECK(!rig_tick(rig));
    CHECK_EQ(rig_answer(rig, "INVITE", 180).kind, SS_UP_RESPONSE);
}

TEST(rfc3261_17_1_1_2_timer_d_is_32_s_on_udp)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK(rig_request(rig, "INVITE") != 0);
    rig_at(rig, SS_S(1));
    CHECK_EQ(rig_answer(rig, "INVITE", 486).kind, SS_UP_RESPONSE);
    CHECK_EQ(rig_next_timer(rig, SS_TIMER_D), SS_S(33));
    CHECK_EQ(rig->up.kind, SS_UP_ENDED);
    CHECK_EQ(rig->core.txns, 0);
}

TEST(rfc3261_17_1_1_2_timer_d_is_never_less_than_32_s)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    rig->settings.t1 = SS_MS(100);
    CHECK(rig_request(rig, "INVITE") != 0);
    rig_answer(rig, "INVITE", 486);
    CHECK_EQ(rig_next_timer(rig, SS_TIMER_D), SS_S(32));
}

TEST(rfc3261_17_1_1_2_timer_d_of_0_ends_the_transaction_in_the_same_step)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_TCP);
    CHECK(rig_request(rig, "INVITE") != 0);
    const ss_up up = rig_answer(rig, "INVITE", 486);
    CHECK_EQ(up.kind, SS_UP_RESPONSE);
    CHECK(up.ended);
    CHECK_EQ(up.txn, 0);
    CHECK_EQ(rig_sends(rig), 1); /* the ACK, even if the transport is reliable */
    CHECK_EQ(rig_note(rig, SS_NOTE_TXN)->to, SS_TXN_COMPLETED);
    CHECK_EQ(rig_note(rig, SS_NOTE_TXN)->to, SS_TXN_TERMINATED);
    CHECK(!rig_tick(rig));
    CHECK_EQ(rig->pools.store.live_blocks, 0);
}

TEST(rfc3261_17_1_1_2_each_copy_of_a_final_response_gets_the_same_ack_and_stays_below)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    char ack[1024];
    CHECK(rig_request(rig, "INVITE") != 0);
    rig_answer(rig, "INVITE", 486);
    const ss_slice first = rig_sent(rig, 0);
    snprintf(ack, sizeof ack, "%.*s", (int)first.len, first.at);
    for (int copy = 0; copy < 3; copy++) {
        CHECK_EQ(rig_answer(rig, "INVITE", 486).kind, SS_UP_NOTHING);
        CHECK_EQ(rig_sends(rig), 1);
        CHECK_SLICE_EQ(rig_sent(rig, 0), ss_slice_from(ack));
        CHECK_EQ(rig_note(rig, SS_NOTE_RESEND)->letter, SS_LETTER_COUNT);
    }
}

TEST(rfc3261_17_1_1_3_the_ack_of_a_non_2xx)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK(rig_request(rig, "INVITE") != 0);
    rig_answer(rig, "INVITE", 486);
    CHECK_SLICE(rig_sent(rig, 0), "ACK sip:bob@biloxi.com SIP/2.0\r\n"
                                  "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKours\r\n"
                                  "Max-Forwards: 70\r\n"
                                  "From: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\n"
                                  "To: Bob <sip:bob@biloxi.com>;tag=99sa0xk\r\n"
                                  "Call-ID: 987asjd97y7atg\r\n"
                                  "CSeq: 986759 ACK\r\n"
                                  "Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>\r\n"
                                  "Content-Length: 0\r\n\r\n");
    const ss_output *out = rig->turn.first;
    while (out->kind != SS_OUT_DATAGRAM) {
        out = out->next;
    }
    CHECK(ss_address_equal(&out->path.remote, &rig->path.remote)); /* where the INVITE was sent */
}

/* ---- the non-INVITE client: RFC3261:17.1.2.2 ---- */

TEST(rfc3261_17_1_2_2_timer_e_doubles_up_to_t2_until_timer_f)
{
    static const uint64_t sent_ms[] = { 500,   1500,  3500,  7500,  11500,
                                        15500, 19500, 23500, 27500, 31500 };
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK(rig_request(rig, "REGISTER") != 0);
    CHECK_EQ(rig_sends(rig), 1);
    for (size_t i = 0; i < SS_COUNT(sent_ms); i++) {
        CHECK_EQ(rig_next_send(rig), SS_MS(sent_ms[i]));
        CHECK_EQ(rig_note(rig, SS_NOTE_RESEND)->letter, SS_TIMER_E);
    }
    CHECK_EQ(rig_next_up(rig, SS_UP_TIMEOUT), SS_S(32));
    CHECK(rig->up.ended);
}

TEST(rfc3261_17_1_2_2_timer_e_is_reset_with_t2_in_proceeding)
{
    static const uint64_t sent_ms[] = { 500, 4500, 8500, 12500, 16500, 20500, 24500, 28500 };
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK(rig_request(rig, "REGISTER") != 0);
    rig_at(rig, SS_MS(200));
    CHECK_EQ(rig_answer(rig, "REGISTER", 100).kind, SS_UP_RESPONSE);
    for (size_t i = 0; i < SS_COUNT(sent_ms); i++) {
        CHECK_EQ(rig_next_send(rig), SS_MS(sent_ms[i]));
    }
    CHECK_EQ(rig_next_up(rig, SS_UP_TIMEOUT), SS_S(32)); /* Timer F runs on from the start */
}

TEST(rfc3261_17_1_2_2_timer_f_wins_over_a_timer_e_of_the_same_instant)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    rig->settings.t2 = SS_MS(500);
    CHECK(rig_request(rig, "REGISTER") != 0);
    CHECK_EQ(rig_run_until(rig, SS_MS(31999)), 63); /* every half second */
    CHECK(rig_tick(rig));
    CHECK_EQ(rig->turn.now, SS_S(32));
    CHECK_EQ(rig->up.kind, SS_UP_TIMEOUT);
    CHECK_EQ(rig_sends(rig), 0);
    CHECK_EQ(rig->core.timers.count, 0);
}

TEST(rfc3261_17_1_2_2_no_timer_e_on_a_reliable_transport)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_TLS);
    CHECK(rig_request(rig, "REGISTER") != 0);
    CHECK(rig_tick(rig));
    CHECK_EQ(rig->turn.now, SS_S(32));
    CHECK_EQ(rig->up.kind, SS_UP_TIMEOUT);
}

TEST(rfc3261_17_1_2_2_timer_k_is_t4_on_udp)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK(rig_request(rig, "BYE") != 0);
    CHECK_EQ(rig_answer(rig, "BYE", 200).kind, SS_UP_RESPONSE);
    CHECK_EQ(rig_answer(rig, "BYE", 200).kind, SS_UP_NOTHING); /* buffered: passed once */
    CHECK_EQ(rig_next_timer(rig, SS_TIMER_K), SS_S(5));
    CHECK_EQ(rig->core.txns, 0);
}

TEST(rfc3261_17_1_2_2_timer_k_of_0_ends_the_transaction_in_the_same_step)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_TCP);
    CHECK(rig_request(rig, "BYE") != 0);
    CHECK(rig_answer(rig, "BYE", 481).ended);
    CHECK(!rig_tick(rig));
    CHECK_EQ(rig->pools.store.live_blocks, 0);
}

/* ---- RFC3261:17.1.3, RFC3261:17.1.4 ---- */

TEST(rfc3261_17_1_3_a_response_needs_the_branch_and_the_method)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref invite = rig_request(rig, "INVITE");
    rig_answer(rig, "INVITE", 180);
    const ss_ref cancel = rig_request(rig, "CANCEL"); /* the same branch, another transaction */
    CHECK_EQ(rig_answer(rig, "CANCEL", 200).txn, cancel);
    CHECK_EQ(rig_state(rig, invite), SS_TXN_PROCEEDING);
    CHECK_EQ(rig_answer(rig, "INVITE", 487).txn, invite);
    CHECK_EQ(rig_answer(rig, "BYE", 200).txn, 0);
    CHECK_EQ(rig_receive(rig, rig_response_text(rig, "INVITE", 200, "z9hG4bKours2")).kind,
             SS_UP_NOTHING);
}

TEST(rfc3261_17_1_3_extension_methods_are_told_apart_by_name)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK(rig_request(rig, "FROBNICATE") != 0);
    CHECK_EQ(rig_answer(rig, "FROBNICATF", 200).kind, SS_UP_NOTHING);
    CHECK_EQ(rig_answer(rig, "FROBNICATE", 200).kind, SS_UP_RESPONSE);
}

TEST(rfc3261_17_1_3_engines_that_share_a_store_do_not_share_transactions)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK(rig_request(rig, "INVITE") != 0);
    rig->core.engine++;
    CHECK_EQ(rig_answer(rig, "INVITE", 200).kind, SS_UP_NOTHING);
    rig->core.engine--;
    CHECK_EQ(rig_answer(rig, "INVITE", 200).kind, SS_UP_RESPONSE);
}

TEST(rfc3261_17_1_4_a_transport_error_ends_every_client_transaction_of_the_path_in_order)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    uint32_t cursor = 0;
    CHECK(rig_request(rig, "INVITE") != 0);
    CHECK(rig_request(rig, "OPTIONS") != 0);
    rig->path.remote.port = 5070;
    const ss_ref elsewhere = rig_request(rig, "BYE");
    rig->path.remote.port = 5060;
    CHECK_EQ(rig_break_path(rig, &cursor).method, SS_METHOD_INVITE);
    CHECK_EQ(rig->up.kind, SS_UP_TRANSPORT_ERROR);
    CHECK(rig->up.ended);
    const ss_ref retried =
        rig_request(rig, "INVITE"); /* what an owner starts meanwhile is left alone */
    CHECK_EQ(rig_break_path(rig, &cursor).method, SS_METHOD_OPTIONS);
    CHECK_EQ(rig_break_path(rig, &cursor).kind, SS_UP_NOTHING);
    CHECK_EQ(rig->core.txns, 2);
    CHECK_EQ(rig_state(rig, elsewhere), SS_TXN_TRYING);
    CHECK_EQ(rig_state(rig, retried), SS_TXN_CALLING);
}

/* RFC3261:18.4 an ICMP error is about one message, and says how it begins and how long it was. */
TEST(rfc3261_18_4_an_icmp_error_ends_the_transaction_that_sent_what_it_quotes)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK(rig_request(rig, "INVITE") != 0);
    const ss_slice sent = rig_sent(rig, 0);
    char bytes[2000];
    CHECK(sent.len < sizeof bytes);
    memcpy(bytes, sent.at, sent.len);
    const ss_ref options = rig_request(rig, "OPTIONS");
    const ss_quote quotes[] = {
        { { bytes, 500 < sent.len ? 500 : sent.len / 2 }, sent.len - 1 }, /* not so long */
        { { bytes + 1, 20 }, sent.len }, /* nothing that was sent */
        { { bytes, 20 }, sent.len },
        { { bytes, 20 }, sent.len }, /* whose transaction is over */
    };
    for (unsigned i = 0; i < SS_COUNT(quotes); i++) {
        uint32_t cursor = 0;
        const ss_up up =
            ss_txn_transport_error(&rig->core, &rig->turn, &rig->path, &quotes[i], &cursor);
        CHECK_EQ(up.kind, i == 2 ? SS_UP_TRANSPORT_ERROR : SS_UP_NOTHING);
    }
    CHECK_EQ(rig->core.txns, 1);
    CHECK_EQ(rig_state(rig, options), SS_TXN_TRYING);
}

TEST(rfc3261_17_1_4_the_walk_survives_the_end_of_the_transaction_that_comes_next)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    uint32_t cursor = 0;
    const ss_ref one = rig_serve(rig, "OPTIONS");
    CHECK_EQ(ss_txn_abandon(&rig->core, &rig->turn, one).kind, SS_UP_ENDED);
    CHECK(rig_request(rig, "BYE") != 0);
    const ss_ref two = rig_serve(rig, "OPTIONS");
    CHECK(rig_request(rig, "OPTIONS") != 0);
    CHECK_EQ(rig_break_path(rig, &cursor).method, SS_METHOD_BYE);
    CHECK_EQ(ss_txn_abandon(&rig->core, &rig->turn, two).kind, SS_UP_ENDED);
    CHECK_EQ(rig_break_path(rig, &cursor).method, SS_METHOD_OPTIONS);
    CHECK_EQ(rig_break_path(rig, &cursor).kind, SS_UP_NOTHING);
    CHECK_EQ(rig->core.txns, 0);
}

TEST(rfc3261_17_1_4_a_connection_is_known_by_its_number)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_TCP);
    uint32_t cursor = 0;
    CHECK(rig_request(rig, "INVITE") != 0);
    rig->path.connection = 4;
    CHECK_EQ(rig_break_path(rig, &cursor).kind, SS_UP_NOTHING);
    rig->path.connection = 3;
    cursor = 0;
    CHECK_EQ(rig_break_path(rig, &cursor).kind, SS_UP_TRANSPORT_ERROR);
}

TEST(rfc3261_17_1_4_a_connection_that_fails_ends_clients_that_wait_and_no_other)
{
    static const unsigned answers[] = { 0, 180, 200 };
    for (size_t i = 0; i < SS_COUNT(answers); i++) {
        txn_rig *rig = rig_start(SS_TRANSPORT_TCP);
        uint32_t cursor = 0;
        CHECK(rig_request(rig, "INVITE") != 0);
        if (answers[i] != 0) {
            CHECK_EQ(rig_answer(rig, "INVITE", answers[i]).kind, SS_UP_RESPONSE);
        }
        const bool waits = answers[i] == 0; /* figure 5 of RFC 6026 draws no more */
        CHECK_EQ(rig_break_path(rig, &cursor).kind, waits ? SS_UP_TRANSPORT_ERROR : SS_UP_NOTHING);
        CHECK_EQ(rig->core.txns, waits ? 0 : 1);
    }
    txn_rig *rig = rig_start(SS_TRANSPORT_TCP);
    uint32_t cursor = 0;
    CHECK(rig_request(rig, "OPTIONS") != 0);
    CHECK_EQ(rig_answer(rig, "OPTIONS", 100).kind, SS_UP_RESPONSE);
    CHECK_EQ(rig_break_path(rig, &cursor).kind,
             SS_UP_TRANSPORT_ERROR); /* figure 6: Proceeding too */
    CHECK_EQ(rig->core.txns, 0);
}

/* ---- the INVITE server: RFC3261:17.2.1 ---- */

TEST(rfc3261_17_2_1_100_after_200_ms_without_a_word_from_the_tu)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    rig_at(rig, SS_S(1));
    CHECK(rig_serve(rig, "INVITE") != 0);
    CHECK_EQ(rig_sends(rig), 0);
    CHECK_EQ(rig_next_send(rig), SS_MS(1200));
    CHECK_SLICE(rig_sent(rig, 0), "SIP/2.0 100 Trying\r\n"
                                  "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKtheirs\r\n"
                                  "From: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\n"
                                  "To: Bob <sip:bob@biloxi.com>\r\n"
                                  "Call-ID: 987asjd97y7atg\r\n"
                                  "CSeq: 986759 INVITE\r\n"
                                  "Content-Length: 0\r\n\r\n");
    const ss_note *fired = rig_note(rig, SS_NOTE_TIMER);
    CHECK_EQ(fired->letter, SS_TIMER_TRYING);
    CHECK_EQ(fired->value, SS_MS(200));
    CHECK(!rig_tick(rig));
}

TEST(rfc3261_17_2_1_no_100_when_the_tu_was_faster)
{
    static const unsigned statuses[] = { 100, 180, 200 };
    for (size_t i = 0; i < SS_COUNT(statuses); i++) {
        txn_rig *rig = rig_start(SS_TRANSPORT_TCP);
        const ss_ref txn = rig_serve(rig, "INVITE");
        rig_at(rig, SS_MS(199));
        CHECK_OK(rig_respond(rig, txn, statuses[i], NULL));
        CHECK_EQ(rig_sends(rig), 1);
        CHECK_EQ(rig_run_until(rig, SS_S(1)), 0);
    }
}

TEST(rfc3261_17_2_1_a_copy_of_the_invite_gets_the_latest_provisional)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_serve(rig, "INVITE");
    CHECK_EQ(rig_peer_sends(rig, "INVITE").kind, SS_UP_NOTHING);
    CHECK_EQ(rig_sends(rig), 0); /* there is none yet */
    CHECK_OK(rig_respond(rig, txn, 180, NULL));
    CHECK_OK(rig_respond(rig, txn, 183, NULL));
    CHECK_EQ(rig_peer_sends(rig, "INVITE").kind, SS_UP_NOTHING);
    CHECK_EQ(rig_sends(rig), 1);
    CHECK(ss_slice_starts(rig_sent(rig, 0), SS_LIT("SIP/2.0 183 ")));
    const ss_note *again = rig_note(rig, SS_NOTE_RESEND);
    CHECK_EQ(again->letter, SS_LETTER_COUNT);
    CHECK_EQ(again->status, 183);
}

TEST(rfc3261_17_2_1_timer_g_doubles_up_to_t2_until_timer_h)
{
    static const uint64_t sent_ms[] = { 500,   1500,  3500,  7500,  11500,
                                        15500, 19500, 23500, 27500, 31500 };
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_serve(rig, "INVITE");
    CHECK_OK(rig_respond(rig, txn, 486, NULL));
    for (size_t i = 0; i < SS_COUNT(sent_ms); i++) {
        CHECK_EQ(rig_next_send(rig), SS_MS(sent_ms[i]));
        CHECK(ss_slice_starts(rig_sent(rig, 0), SS_LIT("SIP/2.0 486 ")));
        CHECK_EQ(rig_note(rig, SS_NOTE_RESEND)->letter, SS_TIMER_G);
    }
    CHECK_EQ(rig_next_up(rig, SS_UP_TIMEOUT), SS_S(32)); /* Timer H: must indicate to the TU */
    CHECK(rig->up.ended);
}

TEST(rfc3261_17_2_1_no_timer_g_but_timer_h_on_a_reliable_transport)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_TCP);
    const ss_ref txn = rig_serve(rig, "INVITE");
    CHECK_OK(rig_respond(rig, txn, 486, NULL));
    CHECK(rig_tick(rig));
    CHECK_EQ(rig->turn.now, SS_S(32));
    CHECK_EQ(rig->up.kind, SS_UP_TIMEOUT);
}

TEST(rfc3261_17_2_1_a_copy_of_the_invite_gets_the_final_response_between_two_timers_g)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_serve(rig, "INVITE");
    CHECK_OK(rig_respond(rig, txn, 486, NULL));
    rig_at(rig, SS_MS(300));
    CHECK_EQ(rig_peer_sends(rig, "INVITE").kind, SS_UP_NOTHING);
    CHECK(ss_slice_starts(rig_sent(rig, 0), SS_LIT("SIP/2.0 486 ")));
    CHECK_EQ(rig_next_send(rig), SS_MS(500)); /* Timer G is not disturbed */
}

TEST(rfc3261_17_2_1_the_ack_stops_timer_g_and_timer_i_is_t4)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_serve(rig, "INVITE");
    CHECK_OK(rig_respond(rig, txn, 486, NULL));
    rig_at(rig, SS_MS(100));
    CHECK_EQ(rig_peer_sends(rig, "ACK").kind, SS_UP_NOTHING);
    CHECK_EQ(rig_state(rig, txn), SS_TXN_CONFIRMED);
    CHECK_EQ(rig_peer_sends(rig, "ACK").kind, SS_UP_NOTHING); /* absorbed */
    CHECK(rig_tick(rig));
    CHECK_EQ(rig->turn.now, SS_MS(5100));
    CHECK_EQ(rig->up.kind, SS_UP_ENDED);
    CHECK_EQ(rig->core.txns, 0);
}

TEST(rfc3261_17_2_1_timer_i_of_0_ends_the_transaction_in_the_same_step)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_TCP);
    const ss_ref txn = rig_serve(rig, "INVITE");
    CHECK_OK(rig_respond(rig, txn, 486, NULL));
    const ss_up up = rig_peer_sends(rig, "ACK");
    CHECK_EQ(up.kind, SS_UP_ENDED);
    CHECK(up.ended);
    CHECK_EQ(rig->pools.store.live_blocks, 0);
}

/* ---- the non-INVITE server: RFC3261:17.2.2 ---- */

TEST(rfc3261_17_2_2_copies_are_dropped_in_trying_and_answered_later)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_serve(rig, "OPTIONS");
    CHECK_EQ(rig_peer_sends(rig, "OPTIONS").kind, SS_UP_NOTHING);
    CHECK_EQ(rig_sends(rig), 0);
    CHECK_OK(rig_respond(rig, txn, 200, NULL));
    CHECK_EQ(rig_peer_sends(rig, "OPTIONS").kind, SS_UP_NOTHING);
    CHECK(ss_slice_starts(rig_sent(rig, 0), SS_LIT("SIP/2.0 200 ")));
}

TEST(rfc3261_17_2_2_timer_j_is_64_t1_on_udp)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_serve(rig, "BYE");
    rig_at(rig, SS_S(1));
    CHECK_OK(rig_respond(rig, txn, 200, NULL));
    CHECK_EQ(rig_next_timer(rig, SS_TIMER_J), SS_S(33));
    CHECK_EQ(rig->core.txns, 0);
}

TEST(rfc3261_17_2_2_timer_j_of_0_ends_the_transaction_in_the_same_step)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_TCP);
    bool ended = false;
    CHECK_OK(rig_respond(rig, rig_serve(rig, "BYE"), 200, &ended));
    CHECK(ended);
    CHECK_EQ(rig_sends(rig), 1);
    CHECK(!rig_tick(rig));
    CHECK_EQ(rig->pools.store.live_blocks, 0);
}

TEST(rfc3261_17_2_2_other_final_responses_of_the_tu_are_discarded)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_serve(rig, "BYE");
    CHECK_OK(rig_respond(rig, txn, 200, NULL));
    CHECK_STATUS(rig_respond(rig, txn, 500, NULL), SS_ERR_STATE);
    CHECK_EQ(rig_sends(rig), 0);
    rig_peer_sends(rig, "BYE");
    CHECK(ss_slice_starts(rig_sent(rig, 0), SS_LIT("SIP/2.0 200 ")));
}

/* ---- RFC3261:17.2.3 ---- */

static const char *with(txn_rig *rig, const char *method, const char *old, const char *new)
{
    static char edited[4096];
    const char *text = rig_request_text(rig, method, "z9hG4bKtheirs");
    const char *at = strstr(text, old);
    CHECK_NOT_NULL(at);
    snprintf(edited, sizeof edited, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    return edited;
}

TEST(rfc3261_17_2_3_a_request_needs_branch_sent_by_and_method)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK(rig_serve(rig, "INVITE") != 0);
    CHECK_EQ(rig_receive(rig, with(rig, "INVITE", "theirs", "theirs2")).kind, SS_UP_REQUEST);
    CHECK_EQ(rig_receive(rig, with(rig, "INVITE", "10.0.0.2:5060", "10.0.0.2:5062")).kind,
             SS_UP_REQUEST);
    CHECK_EQ(rig_receive(rig, with(rig, "INVITE", "10.0.0.2:5060", "10.0.0.3:5060")).kind,
             SS_UP_REQUEST);
    CHECK_EQ(rig_receive(rig, rig_request_text(rig, "OPTIONS", "z9hG4bKtheirs")).kind,
             SS_UP_REQUEST);
    CHECK_EQ(rig_receive(rig, rig_request_text(rig, "CANCEL", "z9hG4bKtheirs")).kind,
             SS_UP_REQUEST);
    CHECK_EQ(rig_receive(rig, with(rig, "INVITE", "10.0.0.2:5060", "10.0.0.2")).kind,
             SS_UP_NOTHING);
    CHECK_EQ(rig_receive(rig, with(rig, "INVITE", "bob@biloxi.com", "bob@elsewhere.com")).kind,
             SS_UP_NOTHING);
}

TEST(rfc3261_17_2_3_host_names_in_sent_by_compare_without_case)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_ref txn = 0;
    ss_msg msg;
    ss_diag diag;
    const ss_slice bytes = ss_slice_from(with(rig, "INVITE", "10.0.0.2:5060", "Pc33.Atlanta.com"));
    CHECK_OK(ss_msg_parse(&msg, &rig->arena, bytes, &diag));
    CHECK_OK(ss_transport_stamp(&msg, &rig->path, &rig->arena));
    CHECK_OK(ss_txn_serve(&rig->core, &rig->turn, &msg, &rig->path,
                          (ss_owner){ .kind = SS_OWNER_NONE }, &txn));
    CHECK_EQ(rig_receive(rig, with(rig, "INVITE", "10.0.0.2:5060", "pc33.atlanta.com")).kind,
             SS_UP_NOTHING);
}

TEST(rfc3261_17_2_3_an_ack_of_no_transaction_goes_up)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    CHECK_EQ(rig_peer_sends(rig, "ACK").kind, SS_UP_ACK);
    CHECK_EQ(rig->up.txn, 0);
}

static const char *legacy_text(txn_rig *rig, const char *method, const char *to_tag,
                               const char *branch)
{
    snprintf(rig->text, sizeof rig->text,
             "%s sip:bob@biloxi.com SIP/2.0\r\n"
             "Via: SIP/2.0/%s 10.0.0.2:5060%s\r\n"
             "From: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\n"
             "To: Bob <sip:bob@biloxi.com>%s\r\n"
             "Call-ID: 987asjd97y7atg\r\n"
             "CSeq: 986759 %s\r\n"
             "Content-Length: 0\r\n\r\n",
             method, rig->path.transport == SS_TRANSPORT_UDP ? "UDP" : "TCP", branch, to_tag,
             method);
    return rig->text;
}

static ss_ref serve_legacy(txn_rig *rig, const char *method, const char *branch)
{
    ss_ref txn = 0;
    ss_msg msg;
    ss_diag diag;
    CHECK_OK(ss_msg_parse(&msg, &rig->arena, ss_slice_from(legacy_text(rig, method, "", branch)),
                          &diag));
    CHECK_OK(ss_txn_serve(&rig->core, &rig->turn, &msg, &rig->path,
                          (ss_owner){ .kind = SS_OWNER_NONE }, &txn));
    return txn;
}

/* A peer of RFC 2543: the ACK ends the transaction at once over TCP, and starts Timer I over UDP. */
static void check_legacy(ss_transport transport, const char *branch)
{
    txn_rig *rig = rig_start(transport);
    const ss_ref invite = serve_legacy(rig, "INVITE", branch);
    CHECK_EQ(rig_receive(rig, legacy_text(rig, "INVITE", "", branch)).kind, SS_UP_NOTHING);
    CHECK_EQ(rig_receive(rig, legacy_text(rig, "INVITE", "", ";branch=2")).kind, SS_UP_REQUEST);
    CHECK_EQ(rig_receive(rig, legacy_text(rig, "INVITE", ";tag=x", branch)).kind, SS_UP_REQUEST);
    CHECK_EQ(rig_receive(rig, legacy_text(rig, "BYE", "", branch)).kind, SS_UP_REQUEST);
    CHECK_OK(rig_respond(rig, invite, 486, NULL));
    CHECK_EQ(rig_receive(rig, legacy_text(rig, "ACK", ";tag=other", branch)).kind, SS_UP_ACK);
    CHECK_EQ(rig_state(rig, invite), SS_TXN_COMPLETED);
    const ss_up acked = rig_receive(rig, legacy_text(rig, "ACK", ";tag=99sa0xk", branch));
    if (transport == SS_TRANSPORT_UDP) {
        CHECK_EQ(acked.kind, SS_UP_NOTHING);
        CHECK_EQ(rig_state(rig, invite), SS_TXN_CONFIRMED);
    } else {
        CHECK(acked.ended);
        CHECK_EQ(rig->core.txns, 0);
    }
}

TEST(rfc3261_17_2_3_without_the_cookie_the_whole_of_rfc_2543_is_compared)
{
    static const char *const branches[] = { "", ";branch=1", ";branch=z9hG4bK" };
    for (size_t i = 0; i < SS_COUNT(branches); i++) {
        check_legacy(SS_TRANSPORT_UDP, branches[i]);
        check_legacy(SS_TRANSPORT_TCP, branches[i]);
    }
}

/* RFC6026:6 it has the transaction's own identity, and is the user's all the same. */
TEST(rfc6026_6_an_ack_without_the_cookie_goes_to_the_user_of_an_accepted_invite)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref invite = serve_legacy(rig, "INVITE", ";branch=1");
    CHECK_OK(rig_respond(rig, invite, 200, NULL));
    for (int copy = 0; copy < 2; copy++) {
        const ss_up up = rig_receive(rig, legacy_text(rig, "ACK", ";tag=99sa0xk", ";branch=1"));
        CHECK_EQ(up.kind, SS_UP_ACK);
        CHECK_EQ(up.txn, invite);
        CHECK_EQ(rig_state(rig, invite), SS_TXN_ACCEPTED);
    }
}

/* ---- CANCEL: RFC3261:9.1, RFC3261:9.2 ---- */

TEST(rfc3261_9_1_a_cancel_copies_its_request)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_request(rig, "INVITE");
    rig_answer(rig, "INVITE", 180);
    ss_buffer b = ss_buffer_open(&rig->arena); /* the arena's own free space will do */
    CHECK_OK(ss_txn_put_cancel(&rig->core, ss_txn_at(&rig->core, txn), &rig->arena, &b));
    CHECK_SLICE(ss_buffer_slice(&b), "CANCEL sip:bob@biloxi.com SIP/2.0\r\n"
                                     "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKours\r\n"
                                     "Max-Forwards: 70\r\n"
                                     "From: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\n"
                                     "To: Bob <sip:bob@biloxi.com>\r\n"
                                     "Call-ID: 987asjd97y7atg\r\n"
                                     "CSeq: 986759 CANCEL\r\n"
                                     "Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>\r\n"
                                     "Content-Length: 0\r\n\r\n");
}

TEST(rfc3261_9_1_no_cancel_before_a_provisional_nor_after_a_final_response)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_request(rig, "INVITE");
    ss_buffer b = ss_buffer_open(&rig->arena);
    CHECK_STATUS(ss_txn_put_cancel(&rig->core, ss_txn_at(&rig->core, txn), &rig->arena, &b),
                 SS_ERR_STATE);
    rig_answer(rig, "INVITE", 200);
    CHECK_STATUS(ss_txn_put_cancel(&rig->core, ss_txn_at(&rig->core, txn), &rig->arena, &b),
                 SS_ERR_STATE);
    CHECK_EQ(b.len, 0);
}

TEST(rfc3261_9_1_a_cancelled_transaction_can_be_given_up)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const ss_ref txn = rig_request(rig, "INVITE");
    CHECK_EQ(ss_txn_abandon(&rig->core, &rig->turn, txn).kind,
             SS_UP_NOTHING); /* Calling: Timer B sees to it */
    rig_answer(rig, "INVITE", 180);
    const ss_up up = ss_txn_abandon(&rig->core, &rig->turn, txn);
    CHECK_EQ(up.kind, SS_UP_ENDED);
    CHECK(up.ended);
    CHECK_EQ(rig->pools.store.live_blocks, 0);
}

TEST(rfc3261_9_2_a_cancel_matches_as_if_its_method_were_another)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    ss_msg msg;
    ss_diag diag;
    const ss_ref invite = rig_serve(rig, "INVITE");
    CHECK(rig_serve(rig, "CANCEL") != 0);
    CHECK_OK(ss_msg_parse(&msg, &rig->arena,
                          ss_slice_from(rig_request_text(rig, "CANCEL", "z9hG4bKtheirs")), &diag));
    CHECK_EQ(ss_txn_find_cancelled(&rig->core, &msg), invite);
    CHECK_OK(ss_msg_parse(&msg, &rig->arena,
                          ss_slice_from(rig_request_text(rig, "CANCEL", "z9hG4bKnone")), &diag));
    CHECK_EQ(ss_txn_find_cancelled(&rig->core, &msg), 0);
}
