/* Connections of stream transports: two engines joined by perfect byte streams on virtual time. What is written at an instant
 * is read 10 ms later, in pieces of any size; a connection is there 10 ms after it was asked for. */
#include "ua_rig.h"

#include <stdio.h>
#include <string.h>

enum { WIRES = 16, WIRE_BYTES = 1 << 15, LOG = 128 };

/* One connection: end 0 asked for it. */
typedef struct wire {
    int nodes[2];
    ss_path paths[2]; /* as each end knows it */
    bool is_asked, is_open;
    char bytes[2][WIRE_BYTES]; /* written by each end */
    size_t written[2], seen[2],
        taken[2]; /* by the other end: seen of it, and taken of what was seen */
} wire;

typedef struct line {
    ss_time at;
    int from;
    size_t wire;
    char name[32];
} line;

static struct {
    ua_rig *rig;
    wire wires[WIRES];
    size_t wire_count;
    line lines[LOG];
    size_t line_count;
    bool deaf[UA_ENGINES]; /* refuses connections */
    size_t piece;          /* bytes read at once */
} s;

static void start(void)
{
    s.rig = ua_start();
    s.wire_count = s.line_count = 0; /* a wire is cleared when it is asked for */
    memset(s.deaf, 0, sizeof s.deaf);
    s.piece = WIRE_BYTES;
    for (int i = 0; i < UA_ENGINES; i++) {
        s.rig->identities[i].local.transport = SS_TRANSPORT_TCP;
    }
}

/* ---- what comes out ---- */

static wire *wire_of(int node, const ss_path *path, int *end)
{
    for (size_t i = 0; i < s.wire_count; i++) {
        for (*end = 0; *end < 2; (*end)++) {
            wire *w = &s.wires[i];
            if (w->nodes[*end] == node && w->paths[*end].connection == path->connection &&
                w->is_asked) {
                return w;
            }
        }
    }
    return NULL;
}

static void ask(int node, const ss_path *path)
{
    CHECK(s.wire_count < WIRES);
    CHECK(path->connection >= SS_CONNECTION_OURS);
    CHECK_EQ(path->transport, SS_TRANSPORT_TCP);
    CHECK_EQ(path->remote.port, 5060);
    const uint32_t number = (uint32_t)s.wire_count + 1;
    wire *w = &s.wires[s.wire_count++];
    *w = (wire){ .nodes = { node, path->remote.ip[3] - 1 }, .paths = { *path }, .is_asked = true };
    w->paths[1] = (ss_path){ .transport = SS_TRANSPORT_TCP,
                             .connection = number,
                             .local = path->remote,
                             .remote = path->local };
    w->paths[1].remote.port = (uint16_t)(40000u + number);
    w->paths[0].local.port =
        w->paths[1].remote.port; /* the socket's own: the engine knows what its Via says */
}

static void write_bytes(int node, const ss_output *out)
{
    int end = 0;
    wire *w = wire_of(node, &out->path, &end);
    CHECK_NOT_NULL(w);
    CHECK(w->written[end] + out->bytes.len <= WIRE_BYTES && s.line_count < LOG);
    memcpy(w->bytes[end] + w->written[end], out->bytes.at, out->bytes.len);
    w->written[end] += out->bytes.len;
    static unsigned char memory[1 << 15];
    ss_arena scratch = { .base = memory, .cap = sizeof memory };
    ss_msg msg;
    ss_diag diag;
    CHECK_OK(ss_msg_parse(&msg, &scratch, out->bytes, &diag));
    const ss_slice method = ss_method_name(msg.method);
    line *l = &s.lines[s.line_count++];
    *l = (line){ .at = s.rig->now, .from = node, .wire = (size_t)(w - s.wires) };
    if (msg.is_request) {
        snprintf(l->name, sizeof l->name, "%.*s", (int)method.len, method.at);
    } else {
        snprintf(l->name, sizeof l->name, "%u %.*s", msg.status, (int)method.len, method.at);
    }
}

static void drain(int node, ss_turn *turn)
{
    const ss_output *out;
    while ((out = ss_turn_take(turn)) != NULL) {
        CHECK(out->kind != SS_OUT_DATAGRAM);
        if (out->kind == SS_OUT_CONNECT) {
            ask(node, &out->path);
        } else if (out->kind == SS_OUT_STREAM) {
            write_bytes(node, out);
        } else if (out->kind == SS_OUT_EVENT) {
            s.rig->events[s.rig->event_count++] =
                (ua_event){ .at = s.rig->now, .node = node, .event = out->event };
        } else if (out->kind == SS_OUT_NOTE) {
            CHECK(out->note.kind !=
                  SS_NOTE_RESEND); /* RFC3261:17.1.1.2, 17.2.1 no A, E, G on reliable transports */
        }
    }
    s.rig->arena.used = 0;
}

static ss_turn begin(void)
{
    return ss_turn_begin(s.rig->now, &s.rig->arena);
}

/* ---- what goes in ---- */

static ss_status opened(int node, const ss_path *path)
{
    ss_turn turn = begin();
    const ss_status status = ss_engine_stream_opened(&s.rig->engines[node], &turn, path);
    drain(node, &turn);
    return status;
}

static void lose_end(wire *w, int end, bool failed)
{
    ss_turn turn = begin();
    CHECK_OK(ss_engine_path_lost(&s.rig->engines[w->nodes[end]], &turn, &w->paths[end], failed));
    drain(w->nodes[end], &turn);
}

static void lose(wire *w, bool failed)
{
    const bool was_open = w->is_open;
    w->is_asked = w->is_open = false;
    lose_end(w, 0, failed);
    if (was_open) {
        lose_end(w, 1, failed);
    }
}

static void settle(wire *w)
{
    const int node = w->nodes[1];
    if (node >= UA_ENGINES || s.deaf[node]) {
        lose(w, true);
        return;
    }
    w->is_open = true;
    CHECK_OK(opened(node, &w->paths[1]));
    CHECK_OK(opened(w->nodes[0], &w->paths[0]));
}

/* What one end wrote, read by the other: one piece more, then all messages that are whole. */
static void read_piece(wire *w, int from, size_t until)
{
    const int to = w->nodes[1 - from];
    ss_status status = SS_OK;
    w->seen[from] = until - w->seen[from] < s.piece ? until : w->seen[from] + s.piece;
    while (status == SS_OK && w->taken[from] < w->seen[from] && w->is_open) {
        const ss_slice rest = { w->bytes[from] + w->taken[from], w->seen[from] - w->taken[from] };
        ss_taken taken;
        ss_turn turn = begin();
        status =
            ss_engine_stream_input(&s.rig->engines[to], &turn, &w->paths[1 - from], rest, &taken);
        CHECK(status == SS_OK || status == SS_MORE);
        w->taken[from] += taken.count;
        drain(to, &turn);
    }
}

static void exchange(void)
{
    const size_t count = s.wire_count;
    size_t until[WIRES][2];
    for (size_t i = 0; i < count; i++) {
        memcpy(until[i], s.wires[i].written, sizeof until[i]);
    }
    for (size_t i = 0; i < count; i++) {
        wire *w = &s.wires[i];
        if (w->is_asked && !w->is_open) {
            settle(w);
            continue;
        }
        for (int from = 0; from < 2; from++) {
            while (w->is_open && w->seen[from] < until[i][from]) {
                read_piece(w, from, until[i][from]);
            }
        }
    }
}

static void tick(int node)
{
    ss_turn turn = begin();
    CHECK_OK(ss_engine_tick(&s.rig->engines[node], &turn));
    drain(node, &turn);
}

static void run(ss_span span)
{
    const ss_time end = s.rig->now + span;
    while (s.rig->now < end) {
        s.rig->now += SS_MS(10);
        exchange();
        for (int node = 0; node < UA_ENGINES; node++) {
            if (ss_engine_deadline(&s.rig->engines[node]) <= s.rig->now) {
                tick(node);
            }
        }
    }
}

static void act(int node, ss_command command)
{
    ss_turn turn = begin();
    const bool has_body = command.kind == SS_CMD_CALL || command.kind == SS_CMD_ANSWER;
    command.body_type = has_body ? SS_LIT("application/sdp") : SS_EMPTY;
    command.body = has_body ? SS_LIT("v=0\r\n") : SS_EMPTY;
    CHECK_OK(ss_engine_command(&s.rig->engines[node], &turn, &command));
    drain(node, &turn);
}

static void call(const char *target)
{
    act(ALICE, (ss_command){ .kind = SS_CMD_CALL, .target = ss_slice_from(target) });
}

static const char *const bob = "sip:bob@10.0.0.2;transport=tcp";

/* ---- looking ---- */

static unsigned sent(int from, const char *name)
{
    unsigned count = 0;
    for (size_t i = 0; i < s.line_count; i++) {
        count += s.lines[i].from == from && strcmp(s.lines[i].name, name) == 0;
    }
    return count;
}

static size_t wire_by_which(const char *name)
{
    for (size_t i = 0; i < s.line_count; i++) {
        if (strcmp(s.lines[i].name, name) == 0) {
            return s.lines[i].wire;
        }
    }
    CHECK(false);
    return 0;
}

static unsigned told(int node, ss_event_kind kind)
{
    return ua_event_count(s.rig, node, kind);
}

static void check_all_over(void)
{
    for (size_t i = 0; i < s.wire_count; i++) {
        if (s.wires[i].is_asked) {
            lose(&s.wires[i], false);
        }
    }
    CHECK(ua_is_empty(s.rig, ALICE));
    CHECK(ua_is_empty(s.rig, BOB));
    CHECK_EQ(s.rig->engines[ALICE].connections.count + s.rig->engines[BOB].connections.count, 0);
}

static void set_up(void)
{
    call(bob);
    run(SS_MS(50));
    act(BOB, (ss_command){ .kind = SS_CMD_PROGRESS, .call = 1, .status = 180 });
    run(SS_MS(2000));
    act(BOB, (ss_command){ .kind = SS_CMD_ANSWER, .call = 1 });
    run(SS_MS(50));
    CHECK_EQ(told(ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_EQ(told(BOB, SS_EVENT_CONFIRMED), 1);
}

/* ---- calls ---- */

TEST(rfc3261_18_a_call_over_tcp_goes_by_one_connection_and_nothing_is_sent_twice)
{
    start();
    set_up();
    act(ALICE, (ss_command){ .kind = SS_CMD_HANGUP, .call = 1 });
    run(SS_S(40)); /* past L and M of the INVITE */
    CHECK_EQ(s.wire_count, 1);
    CHECK_EQ(sent(ALICE, "INVITE"), 1);
    CHECK_EQ(sent(ALICE, "ACK"), 1);
    CHECK_EQ(sent(ALICE, "BYE"), 1);
    CHECK_EQ(sent(BOB, "180 INVITE"), 1);
    CHECK_EQ(sent(BOB, "200 INVITE"), 1);
    CHECK_EQ(sent(BOB, "200 BYE"), 1);
    CHECK_EQ(told(ALICE, SS_EVENT_ENDED), 1);
    CHECK_EQ(told(BOB, SS_EVENT_BYE), 1);
    check_all_over();
}

TEST(rfc3261_17_on_streams_the_timers_d_i_j_k_are_zero)
{
    start();
    call(bob);
    run(SS_MS(50));
    act(BOB, (ss_command){ .kind = SS_CMD_REJECT, .call = 1, .status = 486 });
    CHECK_EQ(s.rig->engines[BOB].core.txns, 1); /* it waits for the ACK: H */
    run(SS_MS(10));
    CHECK_EQ(told(ALICE, SS_EVENT_REJECTED), 1);
    CHECK_EQ(s.rig->engines[ALICE].core.txns, 0); /* D */
    run(SS_MS(10));
    CHECK_EQ(s.rig->engines[BOB].core.txns, 0); /* I */
    check_all_over();
    start();
    set_up();
    const uint32_t alices = s.rig->engines[ALICE].core.txns, bobs = s.rig->engines[BOB].core.txns;
    act(ALICE, (ss_command){ .kind = SS_CMD_HANGUP, .call = 1 });
    run(SS_MS(10));
    CHECK_EQ(s.rig->engines[BOB].core.txns, bobs); /* J */
    CHECK_EQ(s.rig->engines[ALICE].core.txns, alices + 1);
    run(SS_MS(10));
    CHECK_EQ(s.rig->engines[ALICE].core.txns, alices); /* K */
    run(SS_S(40));
    check_all_over();
}

TEST(rfc3261_18_requests_to_one_address_reuse_its_connection)
{
    start();
    call(bob);
    call(bob); /* while it is being opened */
    run(SS_MS(50));
    call(bob);
    run(SS_MS(50));
    CHECK_EQ(s.wire_count, 1);
    CHECK_EQ(told(BOB, SS_EVENT_INCOMING), 3);
    for (uint32_t i = 1; i <= 3; i++) {
        act(BOB, (ss_command){ .kind = SS_CMD_REJECT, .call = i, .status = 486 });
    }
    run(SS_MS(50));
    CHECK_EQ(sent(ALICE, "ACK"), 3);
    CHECK_EQ(told(ALICE, SS_EVENT_REJECTED), 3);
    CHECK_EQ(s.wire_count, 1);
    check_all_over();
}

TEST(rfc3261_18_a_request_of_the_callee_goes_by_a_connection_of_its_own)
{
    start();
    set_up();
    act(BOB, (ss_command){ .kind = SS_CMD_HANGUP, .call = 1 });
    run(SS_S(40));
    CHECK_EQ(s.wire_count, 2); /* the caller's came from another port than its Contact's */
    CHECK_EQ(wire_by_which("BYE"), 1);
    CHECK_EQ(wire_by_which("200 BYE"), 1);
    CHECK_EQ(told(ALICE, SS_EVENT_BYE), 1);
    check_all_over();
}

TEST(rfc3261_18_3_a_call_is_the_same_in_pieces_of_any_size)
{
    static const size_t pieces[] = { 1, 2, 3, 7, 64, 500 };
    for (size_t i = 0; i < SS_COUNT(pieces); i++) {
        start();
        s.piece = pieces[i];
        set_up();
        act(ALICE, (ss_command){ .kind = SS_CMD_HANGUP, .call = 1 });
        run(SS_S(40));
        CHECK_EQ(told(ALICE, SS_EVENT_ENDED), 1);
        CHECK_EQ(s.line_count, 6);
        check_all_over();
    }
}

/* ---- failures ---- */

TEST(rfc3261_17_1_4_a_connection_that_is_refused_is_503_to_the_user)
{
    start();
    s.deaf[BOB] = true;
    call(bob);
    run(SS_MS(20));
    const ua_event *rejected = ua_event_of(s.rig, ALICE, SS_EVENT_REJECTED, 0);
    CHECK_NOT_NULL(rejected);
    CHECK_EQ(rejected->event.status, 503);
    CHECK(rejected->event.synthetic);
    check_all_over();
    s.deaf[BOB] = false;
    call(bob); /* nothing is remembered of it */
    run(SS_MS(50));
    CHECK_EQ(told(BOB, SS_EVENT_INCOMING), 1);
    CHECK(s.wires[1].paths[0].connection != s.wires[0].paths[0].connection);
    ss_engine_reset(&s.rig->engines[ALICE]);
    ss_engine_reset(&s.rig->engines[BOB]);
}

TEST(rfc3261_17_1_4_a_reset_ends_what_waits_on_the_connection)
{
    start();
    call(bob);
    run(SS_MS(50));
    CHECK_EQ(told(BOB, SS_EVENT_INCOMING), 1);
    lose(&s.wires[0], true);
    const ua_event *rejected = ua_event_of(s.rig, ALICE, SS_EVENT_REJECTED, 0);
    CHECK_NOT_NULL(rejected);
    CHECK_EQ(rejected->event.status, 503);
    CHECK(rejected->event.synthetic);
    CHECK(ua_is_empty(s.rig, ALICE));
    ss_engine_reset(&s.rig->engines[BOB]);
}

TEST(a_reset_between_requests_costs_a_call_nothing_but_a_connection)
{
    start();
    set_up();
    lose(&s.wires[0], true);
    act(ALICE, (ss_command){ .kind = SS_CMD_HANGUP, .call = 1 });
    run(SS_S(40));
    CHECK_EQ(s.wire_count, 2);
    CHECK_EQ(told(ALICE, SS_EVENT_ENDED), 1);
    CHECK_EQ(ua_event_of(s.rig, ALICE, SS_EVENT_ENDED, 0)->event.status, 200);
    CHECK_EQ(told(BOB, SS_EVENT_BYE), 1);
    check_all_over();
}

TEST(rfc3261_18_2_2_a_response_whose_connection_is_gone_opens_one_to_the_sent_by)
{
    start();
    call(bob);
    run(SS_MS(50));
    lose(&s.wires[0], false); /* in order: the request waits on */
    CHECK_EQ(told(ALICE, SS_EVENT_REJECTED), 0);
    act(BOB, (ss_command){ .kind = SS_CMD_ANSWER, .call = 1 });
    CHECK_EQ(s.wire_count, 2);
    const ss_path *path = &s.wires[1].paths[0];
    CHECK_EQ(s.wires[1].nodes[0], BOB);
    CHECK_EQ(path->remote.ip[3], 1);
    CHECK_EQ(path->remote.port, 5060);
    const ss_core *core = &s.rig->engines[BOB].core;
    CHECK_EQ(ss_txn_path(core, ss_txn_at(core, core->first_txn)).connection,
             path->connection); /* RFC6026:8.8 */
    run(SS_MS(50));
    CHECK_EQ(told(ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_EQ(told(BOB, SS_EVENT_CONFIRMED), 1);
    act(ALICE, (ss_command){ .kind = SS_CMD_HANGUP, .call = 1 });
    run(SS_S(40));
    check_all_over();
}

TEST(rfc6026_8_8_a_response_that_can_be_brought_to_nobody_is_tried_until_the_call_is_given_up)
{
    start();
    call(bob);
    run(SS_MS(50));
    lose(&s.wires[0], false);
    s.deaf[ALICE] = true;
    act(BOB, (ss_command){ .kind = SS_CMD_REJECT, .call = 1, .status = 486 });
    CHECK_EQ(s.rig->engines[BOB].core.txns, 1);
    run(SS_MS(10)); /* refused: servers live on, to Timer H */
    CHECK_EQ(s.wire_count, 2);
    CHECK_EQ(s.rig->engines[BOB].connections.count, 0);
    run(SS_S(40));
    CHECK_EQ(sent(BOB, "486 INVITE"), 1);
    CHECK_EQ(told(ALICE, SS_EVENT_REJECTED), 1); /* Timer B */
    CHECK_EQ(ua_event_of(s.rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 408);
    check_all_over();
}

TEST(rfc3261_18_3_what_waits_on_a_stream_that_cannot_be_framed_has_failed)
{
    start();
    call(bob);
    run(SS_MS(50));
    ss_taken taken;
    const ss_slice noise = SS_LIT("SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n");
    ss_turn turn = begin();
    CHECK_STATUS(
        ss_engine_stream_input(&s.rig->engines[ALICE], &turn, &s.wires[0].paths[0], noise, &taken),
        SS_ERR_SYNTAX);
    const ss_output *out = ss_turn_take(&turn);
    CHECK_EQ(out->kind, SS_OUT_CLOSE);
    CHECK_EQ(out->path.connection, s.wires[0].paths[0].connection);
    drain(ALICE, &turn);
    CHECK_EQ(told(ALICE, SS_EVENT_REJECTED), 1);
    CHECK(ua_is_empty(s.rig, ALICE));
    ss_engine_reset(&s.rig->engines[BOB]);
}

/* ---- back-pressure ---- */

static void press(bool is_stuck)
{
    CHECK_OK(ss_engine_stream_stuck(&s.rig->engines[ALICE], &s.wires[0].paths[0], is_stuck));
}

TEST(on_a_connection_that_is_stuck_a_new_request_fails_and_what_is_under_way_ends)
{
    start();
    set_up();
    press(true);
    call(bob);
    CHECK_EQ(told(ALICE, SS_EVENT_REJECTED), 1);
    CHECK_EQ(ua_event_of(s.rig, ALICE, SS_EVENT_REJECTED, 0)->event.status, 503);
    CHECK_EQ(sent(ALICE, "INVITE"), 1);
    act(ALICE, (ss_command){ .kind = SS_CMD_HANGUP, .call = 1 });
    run(SS_MS(50));
    CHECK_EQ(told(BOB, SS_EVENT_BYE), 1);
    press(false);
    call(bob);
    run(SS_MS(50));
    CHECK_EQ(told(BOB, SS_EVENT_INCOMING), 2);
    CHECK_EQ(s.wire_count, 1);
    act(BOB, (ss_command){ .kind = SS_CMD_REJECT, .call = 2, .status = 486 });
    run(SS_S(40));
    check_all_over();
}

/* ---- the table ---- */

TEST(what_the_engine_does_not_know_is_refused)
{
    start();
    ss_taken taken;
    const ss_path path = { .transport = SS_TRANSPORT_TCP,
                           .connection = 9,
                           .remote = ss_address_v4(0x0a000009u, 7) };
    ss_path ours = path;
    ours.connection |= SS_CONNECTION_OURS;
    CHECK_STATUS(opened(ALICE, &ours), SS_ERR_STATE);
    ss_turn turn = begin();
    CHECK_STATUS(ss_engine_stream_input(&s.rig->engines[ALICE], &turn, &path, SS_LIT("x"), &taken),
                 SS_ERR_STATE);
    CHECK_EQ(taken.count, 1);
    CHECK_STATUS(ss_engine_stream_stuck(&s.rig->engines[ALICE], &path, true), SS_NONE);
    CHECK_OK(ss_engine_path_lost(&s.rig->engines[ALICE], &turn, &path, true));
    CHECK_NULL(ss_turn_take(&turn));
    check_all_over();
}

TEST(at_the_quota_there_is_no_connection_and_a_request_fails_as_if_refused)
{
    start();
    const ss_path path = { .transport = SS_TRANSPORT_TCP,
                           .connection = 9,
                           .remote = ss_address_v4(0x0a000009u, 7) };
    s.rig->settings.bytes_max = 0;
    CHECK_STATUS(opened(ALICE, &path), SS_ERR_FULL);
    for (uint32_t bytes = 0;; bytes += 16) { /* every quota until one is enough */
        CHECK(bytes < 1u << 14);
        start();
        s.rig->settings.bytes_max = bytes;
        ss_command command = { .kind = SS_CMD_CALL, .target = ss_slice_from(bob) };
        ss_turn turn = begin();
        const ss_status status = ss_engine_command(&s.rig->engines[ALICE], &turn, &command);
        drain(ALICE, &turn);
        if (sent(ALICE, "INVITE") == 1) {
            break;
        }
        CHECK(status == SS_ERR_FULL || told(ALICE, SS_EVENT_REJECTED) == 1);
        CHECK_EQ(s.wire_count, 0);
        CHECK(ua_is_empty(s.rig, ALICE));
    }
    CHECK_EQ(s.wire_count, 1);
    ss_engine_reset(&s.rig->engines[ALICE]);
    CHECK(ua_is_empty(s.rig, ALICE));
}

TEST(a_crash_gives_connections_back)
{
    start();
    set_up();
    const uint64_t blocks = s.rig->pools.store.live_blocks;
    CHECK_EQ(s.rig->engines[BOB].connections.count, 1);
    ss_engine_reset(&s.rig->engines[ALICE]);
    ss_engine_reset(&s.rig->engines[BOB]);
    CHECK(s.rig->pools.store.live_blocks < blocks);
    CHECK_EQ(s.rig->pools.txns.count, 0);
    CHECK_EQ(s.rig->engines[BOB].connections.count, 0);
}
