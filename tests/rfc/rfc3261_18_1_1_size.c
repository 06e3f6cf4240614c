/* RFC 3261 18.1.1: a request that is too large for UDP goes by a congestion-controlled transport under another Via, what follows
 * an INVITE goes its way, and back to UDP when the connection is refused. */
#include <string.h>

#include "txn_rig.h"

TEST(rfc3261_18_1_1_within_200_bytes_of_the_mtu_or_over_1300_when_it_is_unknown)
{
    CHECK(!ss_transport_is_too_large(1300, 0));
    CHECK(ss_transport_is_too_large(1301, 0));
    CHECK(!ss_transport_is_too_large(1300, 1500));
    CHECK(ss_transport_is_too_large(1301, 1500));
    CHECK(!ss_transport_is_too_large(376, 576));
    CHECK(ss_transport_is_too_large(377, 576));
    CHECK(ss_transport_is_too_large(1, 200)); /* no room for any request */
    CHECK(ss_transport_is_too_large(1, 68));
    CHECK(!ss_transport_is_too_large(65335, 65535));
}

/* A rig whose requests are `more` bytes larger than may go over UDP. */
static txn_rig *rig_of_size(const char *method, int more)
{
    txn_rig *rig = rig_start(SS_TRANSPORT_UDP);
    const size_t len = strlen(rig_request_text(rig, method, "z9hG4bKours"));
    rig->settings.by_size = true;
    rig->settings.path_mtu = (uint32_t)((int)len + 200 - more);
    return rig;
}

static const ss_output *out_of(const txn_rig *rig)
{
    const ss_output *out = rig->turn.first;
    while (out != NULL && out->kind != SS_OUT_DATAGRAM && out->kind != SS_OUT_STREAM) {
        out = out->next;
    }
    CHECK_NOT_NULL(out);
    return out;
}

static bool says(ss_slice message, const char *text)
{
    char copy[4096];
    CHECK(message.len < sizeof copy);
    memcpy(copy, message.at, message.len);
    copy[message.len] = '\0';
    return strstr(copy, text) != NULL;
}

/* What left in this turn left by that transport, and its Via says so. */
static void check_left_by(const txn_rig *rig, ss_transport transport)
{
    const ss_output *out = out_of(rig);
    CHECK_EQ(out->kind, transport == SS_TRANSPORT_UDP ? SS_OUT_DATAGRAM : SS_OUT_STREAM);
    CHECK_EQ(out->path.transport, transport);
    CHECK(says(out->bytes, transport == SS_TRANSPORT_UDP
                               ? "Via: SIP/2.0/UDP 10.0.0.1:5060;branch="
                               : "Via: SIP/2.0/TCP 10.0.0.1:5060;branch="));
}

/* What the host found out of a way goes before what the settings say, until its time is over. */
TEST(rfc3261_18_1_1_the_mtu_of_a_single_way_decides_while_it_is_known)
{
    txn_rig *rig = rig_of_size("OPTIONS", 0);
    ss_address to = rig->path.remote, other = rig->path.remote;
    const uint32_t mtu = rig->settings.path_mtu;
    to.port = 0; /* a way leads to a host */
    other.ip[3] ^= 1;
    ss_path_mtu_learn(&rig->core, &other, mtu - 1, SS_TIME_NEVER);
    ss_path_mtu_learn(&rig->core, &to, mtu - 1, SS_S(600));
    CHECK_EQ(ss_path_mtu_of(&rig->core, SS_S(599), &rig->path.remote), mtu - 1);
    CHECK_EQ(ss_path_mtu_of(&rig->core, SS_S(600), &rig->path.remote), mtu);
    const uint32_t before = rig->core.bytes;
    CHECK_EQ(before, ss_overload_bytes(&rig->core));
    CHECK(rig_request(rig, "OPTIONS") != 0);
    check_left_by(rig, SS_TRANSPORT_TCP);
    for (unsigned i = 0; i < 40; i++) { /* what is over first makes room */
        other.ip[3] = (uint8_t)i;
        other.ip[2] = 77;
        ss_path_mtu_learn(&rig->core, &other, 1000 + i, SS_S(1000 + i));
    }
    CHECK_EQ(ss_path_mtu_of(&rig->core, 0, &to), mtu);
    CHECK_EQ(ss_path_mtu_of(&rig->core, 0, &other), 1039);
    ss_overload_forget(&rig->core);
    CHECK_EQ(ss_path_mtu_of(&rig->core, 0, &other), mtu);
    CHECK_EQ(ss_overload_bytes(&rig->core), 0);
}

/* All ways begin by the own link: what is known of one is of use as far as that carries. */
TEST(rfc3261_18_1_1_no_way_carries_more_than_the_link_that_it_begins_by)
{
    static const ss_address any;
    txn_rig *rig = rig_of_size("OPTIONS", 0);
    const ss_address *to = &rig->path.remote;
    const uint32_t mtu = rig->settings.path_mtu;
    ss_address other = *to;
    other.ip[3] ^= 1;
    ss_path_mtu_learn(&rig->core, to, mtu - 1, SS_S(600));
    ss_path_mtu_learn(&rig->core, &any, mtu - 2, SS_TIME_NEVER);
    CHECK_EQ(ss_path_mtu_of(&rig->core, 0, to), mtu - 2);
    CHECK_EQ(ss_path_mtu_of(&rig->core, 0, &other), mtu - 2);
    ss_path_mtu_learn(&rig->core, &any, mtu + 100, SS_TIME_NEVER);
    CHECK_EQ(ss_path_mtu_of(&rig->core, 0, to), mtu - 1);
    CHECK_EQ(ss_path_mtu_of(&rig->core, 0, &other), mtu + 100);
    rig->settings.path_mtu = 0; /* nothing is known of the link, and of a way something */
    ss_overload_forget(&rig->core);
    ss_path_mtu_learn(&rig->core, to, mtu - 1, SS_S(600));
    CHECK_EQ(ss_path_mtu_of(&rig->core, 0, to), mtu - 1);
    CHECK_EQ(ss_path_mtu_of(&rig->core, 0, &other), 0);
    ss_overload_forget(&rig->core);
}

/* The settings' is for whoever is not known of; at the quota nothing is remembered. */
TEST(rfc3261_18_1_1_without_room_the_mtu_of_a_way_stays_unknown)
{
    txn_rig *rig = rig_of_size("OPTIONS", 0);
    rig->settings.bytes_max = 1;
    ss_path_mtu_learn(&rig->core, &rig->path.remote, 68, SS_TIME_NEVER);
    CHECK_EQ(ss_path_mtu_of(&rig->core, 0, &rig->path.remote), rig->settings.path_mtu);
}

TEST(rfc3261_18_1_1_the_transport_and_the_top_via_change_together_at_the_limit)
{
    static const char *const methods[] = { "INVITE", "OPTIONS" };
    for (unsigned i = 0; i < 2; i++) {
        txn_rig *rig = rig_of_size(methods[i], 0);
        CHECK(rig_request(rig, methods[i]) != 0);
        check_left_by(rig, SS_TRANSPORT_UDP);
        rig = rig_of_size(methods[i], 1);
        const ss_ref txn = rig_request(rig, methods[i]);
        check_left_by(rig, SS_TRANSPORT_TCP);
        CHECK_EQ(rig_note(rig, SS_NOTE_SWITCH)->to, SS_TRANSPORT_TCP);
        CHECK_EQ(ss_txn_path(&rig->core, ss_txn_at(&rig->core, txn)).transport, SS_TRANSPORT_TCP);
        CHECK_EQ(rig_run_until(rig, SS_MS(31999)), 0); /* and it is a transaction of a stream */
    }
}

TEST(rfc3261_18_1_1_who_has_udp_alone_sends_by_it)
{
    txn_rig *rig = rig_of_size("INVITE", 1);
    rig->settings.by_size = false;
    CHECK(rig_request(rig, "INVITE") != 0);
    check_left_by(rig, SS_TRANSPORT_UDP);
}

TEST(rfc3261_9_1_a_cancel_of_any_size_goes_as_its_invite_went)
{
    for (int more = 0; more < 2; more++) {
        txn_rig *rig = rig_of_size("INVITE", more);
        const ss_ref txn = rig_request(rig, "INVITE");
        CHECK_EQ(rig_answer(rig, "INVITE", 180).kind, SS_UP_RESPONSE);
        rig_at(rig, SS_MS(100));
        rig->settings.path_mtu = more == 0 ? 201 : 9000; /* by its size it would go the other way */
        ss_buffer b = ss_buffer_open(&rig->arena);
        CHECK_OK(ss_txn_put_cancel(&rig->core, ss_txn_at(&rig->core, txn), &rig->arena, &b));
        const ss_slice cancel = ss_buffer_keep(&rig->arena, &b);
        const ss_path path = ss_txn_path(&rig->core, ss_txn_at(&rig->core, txn));
        ss_ref cancelling = 0;
        CHECK_OK(
            ss_txn_request(&rig->core, &rig->turn, &path, cancel, (ss_owner){ 0 }, &cancelling));
        check_left_by(rig, more == 0 ? SS_TRANSPORT_UDP : SS_TRANSPORT_TCP);
    }
}

TEST(rfc3261_17_1_1_3_the_ack_of_a_rejection_goes_as_its_invite_went)
{
    for (int more = 0; more < 2; more++) {
        txn_rig *rig = rig_of_size("INVITE", more);
        CHECK(rig_request(rig, "INVITE") != 0);
        rig->settings.path_mtu = more == 0 ? 201 : 9000;
        rig->path.transport =
            more == 0 ? SS_TRANSPORT_UDP : SS_TRANSPORT_TCP; /* as it comes back */
        CHECK_EQ(rig_answer(rig, "INVITE", 486).kind, SS_UP_RESPONSE);
        CHECK(says(out_of(rig)->bytes, "ACK "));
        check_left_by(rig, more == 0 ? SS_TRANSPORT_UDP : SS_TRANSPORT_TCP);
    }
}

static void refuse(txn_rig *rig, ss_time at)
{
    const ss_path refused = { .transport = SS_TRANSPORT_TCP, .remote = rig->path.remote };
    rig_at(rig, at);
    ss_txn_fall_back(&rig->core, &rig->turn, &refused);
    rig_rewind(rig);
}

TEST(rfc3261_18_1_1_a_refused_invite_goes_over_udp_where_timer_a_begins_and_timer_b_runs_on)
{
    static const uint64_t again_ms[] = { 540, 1540, 3540, 7540, 15540, 31540 };
    txn_rig *rig = rig_of_size("INVITE", 1);
    CHECK(rig_request(rig, "INVITE") != 0);
    refuse(rig, SS_MS(40));
    check_left_by(rig, SS_TRANSPORT_UDP);
    CHECK_EQ(rig_note(rig, SS_NOTE_SWITCH)->to, SS_TRANSPORT_UDP);
    for (size_t i = 0; i < SS_COUNT(again_ms); i++) {
        CHECK_EQ(rig_next_send(rig), SS_MS(again_ms[i]));
        check_left_by(rig, SS_TRANSPORT_UDP);
    }
    CHECK_EQ(rig_next_up(rig, SS_UP_TIMEOUT), SS_S(32));
    CHECK_EQ(rig->core.txns, 0);
    CHECK_EQ(rig->core.bytes, 0);
}

TEST(rfc3261_18_1_1_a_refused_request_of_another_method_likewise)
{
    txn_rig *rig = rig_of_size("OPTIONS", 1);
    CHECK(rig_request(rig, "OPTIONS") != 0);
    refuse(rig, SS_MS(40));
    check_left_by(rig, SS_TRANSPORT_UDP);
    CHECK_EQ(rig_next_send(rig), SS_MS(540)); /* E */
    rig->path.transport = SS_TRANSPORT_UDP;
    CHECK_EQ(rig_answer(rig, "OPTIONS", 200).kind, SS_UP_RESPONSE);
    CHECK_EQ(rig_next_timer(rig, SS_TIMER_K), SS_MS(5540)); /* T4: it is one of UDP now */
    CHECK_EQ(rig->core.bytes, 0);
}

TEST(rfc3261_18_1_1_only_what_went_by_its_size_and_has_no_answer_falls_back)
{
    txn_rig *rig = rig_of_size("INVITE", 1);
    rig->path.transport = SS_TRANSPORT_TCP; /* asked for by the URI, say */
    rig->path.connection = 0;
    CHECK(rig_request(rig, "INVITE") != 0);
    refuse(rig, SS_MS(40));
    CHECK_EQ(rig_sends(rig), 0);
    uint32_t cursor = 0;
    CHECK_EQ(rig_break_path(rig, &cursor).kind, SS_UP_TRANSPORT_ERROR);

    rig = rig_of_size("INVITE", 1);
    CHECK(rig_request(rig, "INVITE") != 0);
    CHECK_EQ(rig_answer(rig, "INVITE", 180).kind, SS_UP_RESPONSE);
    refuse(rig, SS_MS(40));
    CHECK_EQ(rig_sends(rig), 0);
}

TEST(rfc3261_18_1_1_a_request_falls_back_once)
{
    txn_rig *rig = rig_of_size("INVITE", 1);
    CHECK(rig_request(rig, "INVITE") != 0);
    refuse(rig, SS_MS(40));
    CHECK_EQ(rig_sends(rig), 1);
    refuse(rig, SS_MS(50));
    CHECK_EQ(rig_sends(rig), 0);
}

TEST(rfc3261_18_1_1_an_ack_that_nobody_can_be_told_of_goes_over_udp_after_a_refusal)
{
    static char text[2048];
    txn_rig *rig = rig_of_size("ACK", 1);
    strcpy(text, rig_request_text(rig, "ACK", "z9hG4bKours"));
    ss_txn_send_alone(&rig->core, &rig->turn, &rig->path, ss_slice_from(text));
    check_left_by(rig, SS_TRANSPORT_TCP);
    refuse(rig, SS_MS(20));
    ss_txn_send_alone(&rig->core, &rig->turn, &rig->path, ss_slice_from(text));
    check_left_by(rig, SS_TRANSPORT_UDP);
    rig->path.remote.port++; /* another element was not asked yet */
    rig_at(rig, SS_MS(30));
    ss_txn_send_alone(&rig->core, &rig->turn, &rig->path, ss_slice_from(text));
    check_left_by(rig, SS_TRANSPORT_TCP);
}

TEST(rfc3261_18_1_1_in_every_smaller_arena_it_is_refused_whole_or_goes)
{
    for (size_t cap = 0; cap < 12000; cap += 96) {
        txn_rig *rig = rig_of_size("INVITE", 1);
        rig->arena.cap = cap;
        const ss_ref txn = rig_request(rig, "INVITE");
        if (txn == 0) {
            CHECK(rig->turn.failed);
            CHECK_EQ(rig->core.bytes, 0);
        } else if (!rig->turn.failed) {
            check_left_by(rig, SS_TRANSPORT_TCP);
        }
    }
}
