/* Byte streams between two hosts, 10 ms apart: opened, refused, written, closed and reset at given instants, and seen at the
 * apps to the nanosecond. Whatever happens, nothing of a connection is left in the store when both ends are done. */
#include "check.h"

#include <string.h>

#include "simnet/tcp/stream.h"
#include "small_world.h"

enum { A, B, PORT = 5060, STEPS = 16, LOG = 64, OURS = 1000 };

typedef enum op { CONNECT, WRITE, CLOSE, RESET, CRASH } op;

typedef struct step {
    ss_time at;
    int host;
    op op;
    uint32_t value; /* CONNECT: the host to go to, or an address; WRITE: bytes */
} step;

typedef struct line {
    ss_time at;
    int host;
    char what; /* O C F R W: sn_stream_event; s S E: what writing gave */
} line;

static struct {
    const step *steps;
    uint32_t step_count;
    line log[LOG];
    uint32_t log_count;
    uint64_t heard[2], said[2]; /* bytes */
    ss_time last_heard[2];
    bool same_bytes;
    size_t grain;    /* the app takes multiples of so many bytes */
    bool is_hostile; /* nobody reads the log */
    bool full;       /* the app of b has no room for a connection */
    uint32_t numbers[2];
    uint64_t live_before, live_after;
    sn_plan *plan;
    uint32_t groups[2];
    sn_world *world;
    uint64_t segments, packets;
    uint64_t facts[SN_FACT_COUNT], connections[SN_CONNECTION_COUNT];
} s;

static int who(const sn_host *host)
{
    return sn_host_node(host) == sn_plan_node(s.plan, s.groups[A], 0) ? A : B;
}

static sn_address address_of(int host)
{
    return sn_member_address(&s.plan->cast.nodes[sn_plan_node(s.plan, s.groups[host], 0)]);
}

static void log_line(const sn_host *host, char what)
{
    if (s.is_hostile) {
        return;
    }
    CHECK(s.log_count < LOG);
    s.log[s.log_count++] = (line){ sn_host_now(host), who(host), what };
}

/* ---- the app ---- */

static ss_status start(void *app, sn_host *host)
{
    (void)app;
    for (uint32_t i = 0; i < s.step_count; i++) {
        if (s.steps[i].host == who(host)) {
            sn_host_wake(host, s.steps[i].at, 0, i, 0);
        }
    }
    return SS_OK;
}

static char byte_at(uint64_t place)
{
    return (char)(place * 131 + place / 256);
}

static void write_some(sn_host *host, uint32_t len)
{
    static char bytes[SS_MESSAGE_BYTES_MAX];
    const int h = who(host);
    const ss_path path = { .transport = SS_TRANSPORT_TCP, .connection = s.numbers[h] };
    for (uint32_t i = 0; i < len; i++) {
        bytes[i] = byte_at(s.said[h] + i);
    }
    const ss_status status = sn_host_write(host, &path, (ss_slice){ bytes, len });
    s.said[h] += status == SS_OK || status == SS_MORE ? len : 0;
    if (status != SS_OK) {
        log_line(host, status == SS_MORE ? 's' : status == SS_ERR_FULL ? 'S' : 'E');
    }
}

static void act(sn_host *host, const step *todo)
{
    const int h = who(host);
    ss_path path = { .transport = SS_TRANSPORT_TCP, .connection = s.numbers[h] };
    switch (todo->op) {
    case CONNECT:
        path.connection = s.numbers[h] = OURS + (uint32_t)h;
        path.remote = todo->value < 2 ? sn_address_with_port(address_of((int)todo->value), PORT)
                                      : ss_address_v4(todo->value, PORT);
        CHECK_OK(sn_host_connect(host, &path));
        break;
    case WRITE:
        write_some(host, todo->value);
        break;
    case CLOSE:
        sn_host_close(host, &path);
        break;
    case RESET:
        sn_host_reset(host, &path);
        break;
    case CRASH:
        sn_streams_reset_all(host->at->self, host->node);
        break;
    }
}

static bool wake(void *app, sn_host *host, const sn_wake *w)
{
    (void)app;
    if (w->kind != SN_WAKE_OWN) {
        return false;
    }
    act(host, &s.steps[w->arg]);
    return true;
}

static bool stream(void *app, sn_host *host, const ss_path *path, sn_stream_event event)
{
    (void)app;
    const int h = who(host);
    CHECK_EQ(path->transport, SS_TRANSPORT_TCP);
    log_line(host, "OCFRW"[event]);
    if (event == SN_STREAM_OPENED && path->connection < OURS) {
        s.numbers[h] = path->connection;
        CHECK_EQ(path->local.port, PORT);
    }
    return !(s.full && h == B);
}

static size_t take_bytes(void *app, sn_host *host, const ss_path *path, ss_slice bytes)
{
    (void)app;
    (void)path;
    const int h = who(host);
    const size_t taken = bytes.len / s.grain * s.grain;
    for (size_t i = 0; i < taken; i++) {
        s.same_bytes = s.same_bytes && bytes.at[i] == byte_at(s.heard[h] + i);
    }
    s.heard[h] += taken;
    s.last_heard[h] = taken != 0 ? sn_host_now(host) : s.last_heard[h];
    return taken;
}

static void input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    (void)app;
    (void)host;
    (void)path;
    (void)datagram;
}

static const sn_app_class talkers = { .name = "talker",
                                      .port = PORT,
                                      .bytes = 16,
                                      .start = start,
                                      .input = input,
                                      .wake = wake,
                                      .stream = stream,
                                      .stream_bytes = take_bytes };

/* ---- a run ---- */

static void see(void *self, const sn_fact *f, ss_slice packet)
{
    (void)self;
    s.facts[f->kind]++;
    s.packets += f->kind == SN_FACT_PACKET;
    if (f->kind == SN_FACT_PACKET) {
        const unsigned char *at = (const unsigned char *)packet.at;
        CHECK_EQ(sn_checksum(0, at, 20), 0);
    }
    if (f->kind == SN_FACT_CONNECTION) {
        s.connections[f->connection.event]++;
    }
}

static void prepare(void)
{
    memset(&s, 0, sizeof s);
    s.grain = 1;
    s.same_bytes = true;
    s.plan = small_plan(11);
    const sn_link_kind kind = small_link("wire", SS_MS(5));
    const uint32_t wire = sn_plan_add_link(s.plan, &kind);
    s.groups[A] = small_uas(s.plan, "a", 1, 0, wire);
    s.groups[B] = small_uas(s.plan, "b", 1, 0, wire);
    s.plan->duration = SS_S(100);
}

static void run(const step *steps, uint32_t count)
{
    const sn_sink sink = { NULL, see };
    const sn_app_class *apps[SN_ROLE_COUNT] = { [SN_ROLE_UA] = &talkers };
    small_finish(s.plan);
    s.steps = steps;
    s.step_count = count;
    sn_world *w = sn_world_new(
        s.plan,
        &(sn_world_options){ .partitions = 1, .sinks = &sink, .sink_count = 1, .apps = apps });
    CHECK_NOT_NULL(w);
    const ss_store *store = &w->partitions[0].store;
    const uint64_t before = store->live_blocks;
    CHECK_EQ(sn_world_run(w, UINT64_MAX), SN_RUN_DONE);
    s.live_after = store->live_blocks - before;
    for (uint32_t i = 0; i < s.plan->cast.node_count; i++) { /* what a host keeps of all it had */
        s.live_after -= w->nodes[i].streams != 0;
    }
    CHECK(s.same_bytes);
    sn_world_free(w);
    sn_plan_free(s.plan);
}
#define RUN(steps) run(steps, SS_COUNT(steps))

static void check_line(uint32_t nth, ss_time at, int host, char what)
{
    CHECK(nth < s.log_count);
    CHECK_EQ(s.log[nth].at, at);
    CHECK_EQ(s.log[nth].host, host);
    CHECK_EQ(s.log[nth].what, what);
}

/* ---- opening ---- */

TEST(rfc9293_3_5_a_connection_is_open_after_a_round_trip_and_accepted_half_one_later)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B }, { SS_MS(50), A, CLOSE, 0 } };
    prepare();
    RUN(steps);
    CHECK_EQ(s.log_count, 3);
    check_line(0, SS_MS(21), A, 'O');
    check_line(1, SS_MS(31), B, 'O');
    check_line(2, SS_MS(60), B, 'C');
    CHECK_EQ(s.packets, 6); /* SYN, SYN-ACK, ACK, FIN, FIN, ACK */
    CHECK_EQ(s.live_after, 0);
}

TEST(rfc9293_3_10_7_1_a_host_that_does_not_listen_refuses)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B }, { SS_MS(2), A, WRITE, 100 } };
    prepare();
    small_spec(s.plan, s.groups[B])->refuses_tcp = true;
    RUN(steps);
    CHECK_EQ(s.log_count, 1);
    check_line(0, SS_MS(21), A, 'R');
    CHECK_EQ(s.connections[SN_CONNECTION_REFUSED], 1);
    CHECK_EQ(s.heard[B], 0);
    CHECK_EQ(s.packets, 2);
    CHECK_EQ(s.live_after, 0); /* what was kept for it too */
}

TEST(an_address_that_nobody_has_fails_after_thirty_seconds)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, 0x0b000001 } };
    prepare();
    RUN(steps);
    CHECK_EQ(s.log_count, 1);
    check_line(0, SS_MS(30001), A, 'F');
    CHECK_EQ(s.connections[SN_CONNECTION_UNREACHABLE], 1);
    CHECK_EQ(s.live_after, 0);
}

TEST(an_app_without_room_resets_what_it_was_offered)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B } };
    prepare();
    s.full = true;
    RUN(steps);
    CHECK_EQ(s.log_count, 3);
    check_line(1, SS_MS(31), B, 'O');
    check_line(2, SS_MS(41), A, 'F');
    CHECK_EQ(s.live_after, 0);
}

TEST(a_host_may_open_a_connection_to_itself)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, A }, { SS_MS(2), A, WRITE, 5000 } };
    prepare();
    RUN(steps);
    check_line(0, SS_MS(1), A, 'O');
    check_line(1, SS_MS(1), A, 'O');
    CHECK_EQ(s.heard[A], 5000);
}

/* ---- bytes ---- */

TEST(what_is_written_before_it_is_open_goes_out_with_the_first_acknowledgement)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B }, { SS_MS(1), A, WRITE, 3000 } };
    prepare();
    RUN(steps);
    CHECK_EQ(s.heard[B], 3000);
    CHECK_EQ(s.last_heard[B], SS_MS(31));
    CHECK_EQ(s.packets, 2 + 3 + 3); /* 1460 + 1460 + 80 bytes, each acknowledged */
}

TEST(rfc9293_3_7_1_segments_fit_the_smaller_link_of_both_ends)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B }, { SS_MS(1), A, WRITE, 4000 } };
    prepare();
    sn_link_kind narrow = small_link("narrow", SS_MS(5));
    narrow.up.mtu = narrow.down.mtu = 576;
    small_spec(s.plan, s.groups[B])->link = sn_plan_add_link(s.plan, &narrow);
    RUN(steps);
    CHECK_EQ(s.heard[B], 4000);
    CHECK_EQ(s.facts[SN_FACT_FRAGMENTED], 0);
    CHECK_EQ(s.packets, 2 + 8 + 8); /* of 536 bytes */
}

/* At 50 ms the way becomes wider, and at 90 ms as narrow as before. */
static void run_through_narrow(bool changes, uint32_t bytes)
{
    const step steps[] = { { SS_MS(1), A, CONNECT, B }, { SS_MS(100), A, WRITE, bytes } };
    prepare();
    sn_link_kind narrow = small_link("narrow", SS_MS(5));
    narrow.up.mtu = narrow.down.mtu = 300;
    narrow.up.loss.random.p = narrow.down.loss.random.p =
        SN_ALWAYS / 2; /* of datagrams; a stream loses nothing */
    narrow.up.duplicate.p = narrow.down.duplicate.p = SN_ALWAYS / 2;
    const uint32_t far = small_router(s.plan, "far", 0, sn_plan_add_link(s.plan, &narrow));
    small_spec(s.plan, s.groups[B])->via = far;
    sn_link_change wide = { .of = { .group = far },
                            .dirs = SN_LINK_UP | SN_LINK_DOWN,
                            .kind = SN_CHANGE_SET,
                            .up = narrow.up,
                            .down = narrow.down,
                            .until = SS_MS(90) };
    wide.up.mtu = wide.down.mtu = 1500;
    if (changes) {
        (void)sn_plan_add_change(s.plan, &wide);
    }
    RUN(steps);
    CHECK_EQ(s.heard[B], bytes);
    CHECK_EQ(s.facts[SN_FACT_LINK_DROPPED], 0);
    CHECK_EQ(s.facts[SN_FACT_LINK_DUPLICATED], 0);
}

TEST(what_a_link_between_cannot_carry_any_more_is_cut_and_put_together)
{
    run_through_narrow(true, 4000);
    CHECK(s.facts[SN_FACT_REASSEMBLED] >= 3);
}

/* Its last piece has 1 to 13 bytes: fewer than there are before the flags in the header of TCP. */
TEST(a_piece_shorter_than_a_header_goes_through_a_narrow_link)
{
    for (uint32_t last = 1; last <= 13; last++) {
        run_through_narrow(true, 260 + last);
        CHECK_EQ(s.facts[SN_FACT_REASSEMBLED], 1);
    }
}

TEST(rfc9293_3_7_1_a_link_between_bounds_the_segments_that_it_sees_agreed_on)
{
    run_through_narrow(false, 4000);
    CHECK_EQ(s.facts[SN_FACT_FRAGMENTED], 0);
    CHECK(s.packets > 4000 / 260);
}

TEST(what_the_app_leaves_unread_comes_again_before_what_follows)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B },   { SS_MS(40), A, WRITE, 999 },
                                  { SS_MS(50), A, WRITE, 2001 }, { SS_MS(60), A, WRITE, 7 },
                                  { SS_MS(90), B, WRITE, 10 },   { SS_MS(99), B, CLOSE, 0 } };
    prepare();
    s.grain = 10;
    RUN(steps);
    CHECK_EQ(s.heard[B], 3000);
    CHECK_EQ(s.heard[A], 10);
    CHECK_EQ(s.live_after, 0); /* nor the seven bytes that were left */
}

TEST(segments_cut_anywhere_bring_the_same_bytes)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B }, { SS_MS(1), A, WRITE, 5000 } };
    prepare();
    small_spec(s.plan, s.groups[A])->cuts_streams = true;
    RUN(steps);
    CHECK_EQ(s.heard[B], 5000);
    CHECK_EQ(s.last_heard[B], SS_MS(31));
    CHECK(s.packets > 2 + 2 * 4);
}

TEST(no_more_than_a_window_is_under_way_and_who_writes_too_much_is_told)
{
    static step steps[STEPS + 8];
    uint32_t count = 0;
    steps[count++] = (step){ SS_MS(1), A, CONNECT, B };
    for (unsigned i = 0; i < STEPS; i++) { /* 16 * 65000 is less than a mebibyte; one more is not */
        steps[count++] = (step){ SS_MS(2), A, WRITE, 65000 };
    }
    steps[count++] = (step){ SS_MS(3), A, WRITE, 65000 };
    prepare();
    run(steps, count);
    CHECK_EQ(s.heard[B], 16u * 65000u);
    unsigned stuck = 0, refused = 0, flowing = 0;
    for (uint32_t i = 0; i < s.log_count; i++) {
        stuck += s.log[i].what == 's';
        refused += s.log[i].what == 'S';
        flowing += s.log[i].what == 'W';
    }
    CHECK_EQ(stuck, 12); /* from the fifth on */
    CHECK_EQ(refused, 1);
    CHECK_EQ(flowing, 1);
    CHECK(s.last_heard[B] >= SS_MS(31 + 15 * 20)); /* a window a round trip */
}

/* ---- ends ---- */

TEST(rfc9293_3_6_what_was_written_before_closing_arrives)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B },
                                  { SS_MS(1), A, WRITE, 65000 },
                                  { SS_MS(1), A, WRITE, 65000 },
                                  { SS_MS(1), A, CLOSE, 0 } };
    prepare();
    RUN(steps);
    CHECK_EQ(s.heard[B], 0); /* closed before it was open: it never was */
    CHECK_EQ(s.live_after, 0);

    static const step later[] = { { SS_MS(1), A, CONNECT, B },
                                  { SS_MS(25), A, WRITE, 65000 },
                                  { SS_MS(25), A, WRITE, 65000 },
                                  { SS_MS(25), A, CLOSE, 0 } };
    prepare();
    RUN(later);
    CHECK_EQ(s.heard[B], 130000);
    CHECK_EQ(s.connections[SN_CONNECTION_CLOSED], 2); /* each heard the other's end */
    CHECK_EQ(s.connections[SN_CONNECTION_LOST], 0);
    CHECK_EQ(s.live_after, 0);
}

TEST(rfc9293_3_6_1_both_may_close_at_once)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B },
                                  { SS_MS(50), A, CLOSE, 0 },
                                  { SS_MS(50), B, CLOSE, 0 } };
    prepare();
    RUN(steps);
    CHECK_EQ(s.log_count, 2); /* nobody is told what it asked for */
    CHECK_EQ(s.connections[SN_CONNECTION_LOST], 0);
    CHECK_EQ(s.live_after, 0);
}

TEST(rfc9293_3_6_1_what_comes_after_closing_is_read_by_nobody_so_the_peer_is_reset)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B },
                                  { SS_MS(50), A, CLOSE, 0 },
                                  { SS_MS(55), B, WRITE, 10 } };
    prepare();
    RUN(steps);
    CHECK_EQ(s.heard[A], 0);
    CHECK_EQ(s.log[s.log_count - 1].what, 'C'); /* b heard of the end first */
    CHECK_EQ(s.log[s.log_count - 1].at, SS_MS(60));
    CHECK_EQ(s.connections[SN_CONNECTION_RESET], 1);
    CHECK_EQ(s.live_after, 0);
}

TEST(who_was_told_of_the_end_cannot_write_any_more)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B },
                                  { SS_MS(50), A, CLOSE, 0 },
                                  { SS_MS(60), B, WRITE, 10 } };
    prepare();
    RUN(steps);
    CHECK_EQ(s.log[s.log_count - 1].at, SS_MS(60));
    CHECK_EQ(s.live_after, 0);
}

TEST(rfc9293_3_10_7_4_a_reset_fails_the_other_end_and_frees_both)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B },
                                  { SS_MS(40), A, WRITE, 65000 },
                                  { SS_MS(40), A, WRITE, 65000 },
                                  { SS_MS(45), A, RESET, 0 } };
    prepare();
    RUN(steps);
    CHECK_EQ(s.log[s.log_count - 1].what, 'F');
    CHECK_EQ(s.log[s.log_count - 1].host, B);
    CHECK_EQ(s.log[s.log_count - 1].at, SS_MS(55));
    CHECK_EQ(s.connections[SN_CONNECTION_LOST], 1);
    CHECK_EQ(s.live_after, 0);
}

TEST(a_crash_resets_every_connection_of_the_host)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B },
                                  { SS_MS(2), B, CONNECT, A },
                                  { SS_MS(40), A, WRITE, 100 },
                                  { SS_MS(60), A, CRASH, 0 } };
    prepare();
    RUN(steps);
    CHECK_EQ(s.heard[B], 100);
    CHECK_EQ(s.connections[SN_CONNECTION_RESET], 2);
    CHECK_EQ(s.connections[SN_CONNECTION_LOST], 2);
    CHECK_EQ(s.live_after, 0);
}

TEST(a_connection_given_up_before_it_was_answered_is_reset_when_it_is)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B }, { SS_MS(5), A, RESET, 0 } };
    prepare();
    RUN(steps);
    CHECK_EQ(s.log_count, 0); /* b never had it to begin with */
    CHECK_EQ(s.live_after, 0);
}

TEST(rfc3261_18_a_connection_that_nobody_uses_is_closed_in_order)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B },
                                  { SS_MS(40), A, WRITE, 10 },
                                  { SS_MS(1000), B, WRITE, 10 } };
    prepare();
    small_spec(s.plan, s.groups[A])->idle = SS_S(2);
    RUN(steps);
    CHECK_EQ(s.log[s.log_count - 2].what, 'C'); /* two seconds after b's bytes came */
    CHECK_EQ(s.log[s.log_count - 2].host, A);
    CHECK_EQ(s.log[s.log_count - 2].at, SS_MS(3010));
    CHECK_EQ(s.log[s.log_count - 1].what, 'C');
    CHECK_EQ(s.log[s.log_count - 1].at, SS_MS(3020));
    CHECK_EQ(s.connections[SN_CONNECTION_LOST], 0);
    CHECK_EQ(s.live_after, 0);

    prepare();
    small_spec(s.plan, s.groups[A])->idle = SS_S(2);
    small_spec(s.plan, s.groups[B])->idle = SS_S(2); /* both, almost at once */
    RUN(steps);
    CHECK_EQ(s.connections[SN_CONNECTION_LOST], 0);
    CHECK_EQ(s.live_after, 0);
}

/* ---- hostile segments ---- */

/* Every flag at every kind of connection, with sequence numbers near and far: nothing asserts, and ends are ends. */
TEST(segments_of_any_flags_and_numbers_trip_nothing)
{
    static const step steps[] = { { SS_MS(1), A, CONNECT, B }, { SS_MS(40), A, WRITE, 10 } };
    const sn_sink sink = { NULL, see };
    const sn_app_class *apps[SN_ROLE_COUNT] = { [SN_ROLE_UA] = &talkers };
    prepare();
    small_finish(s.plan);
    s.steps = steps;
    s.step_count = SS_COUNT(steps);
    s.grain = 3;
    s.is_hostile = true;
    sn_world *w = sn_world_new(
        s.plan,
        &(sn_world_options){ .partitions = 1, .sinks = &sink, .sink_count = 1, .apps = apps });
    CHECK_NOT_NULL(w);
    const uint32_t b = sn_plan_node(s.plan, s.groups[B], 0);
    for (uint32_t i = 0; i < 20000; i++) {
        const uint64_t r = SN_DRAW(5, SN_PURPOSE_WAIT, i);
        static const char text[40] = "any bytes at all";
        if (i % 100 == 0) {
            (void)sn_world_run(w, 1);
        }
        sn_partition *p = &w->partitions[0];
        const sn_stream *known = sn_stream_by_ends(p, b, PORT, address_of(A), 49152);
        const uint32_t next = known == NULL ? 0 : known->peer_first + 1 + (uint32_t)known->heard;
        const uint32_t acked = known == NULL ? 0 : known->own_first + 1 + (uint32_t)known->sent;
        sn_tcp tcp = { .source_port = (uint16_t)(49152 + r % 2),
                       .destination_port = (uint16_t)(r >> 8 & 15 ? PORT : 7),
                       .sequence = next + (r >> 16 & 3 ? 0 : (uint32_t)(r >> 18)),
                       .acknowledged = acked + (r >> 24 & 3 ? 0 : (uint32_t)(r >> 26)),
                       .flags = (uint8_t)(r >> 32 & 31),
                       .window = 1,
                       .mss = (uint16_t)(r >> 40 & 3),
                       .payload = { text, (size_t)(r >> 48) % sizeof text } };
        p->key.at = w->now;
        sn_stream_segment(p, b, address_of(A), &tcp);
        w->arena.used = 0;
    }
    CHECK(s.facts[SN_FACT_CONNECTION] > 0);
    sn_world_free(w);
    sn_plan_free(s.plan);
}
