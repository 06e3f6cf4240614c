/* The engine's own doors, where no layer below is asked: streams cut anywhere, connections lost, answers that nobody
 * waits for, the one deadline, an arena without room, a crash. */
#include "ua_rig.h"

#include <string.h>

#define CONNECTION 5u

static ss_path stream_to(int node)
{
    return (ss_path){ .transport = SS_TRANSPORT_TCP,
                      .connection = CONNECTION,
                      .local = ss_address_v4(0x0a000001u + (uint32_t)node, 5060),
                      .remote = ss_address_v4(0x0a000009u, 40000) };
}

#define OPTIONS(branch, cseq)                                                                   \
    "OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.9:40000;branch=z9hG4bK" branch \
    "\r\nMax-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=c\r\nTo: "                       \
    "<sip:bob@example.com>\r\nCall-ID: stream\r\n"                                              \
    "CSeq: " cseq " OPTIONS\r\nContent-Length: 0\r\n\r\n"

static const char two_and_a_pong[] = OPTIONS("one", "1") "\r\n\r\n" OPTIONS("two", "2");

/* The peer has opened the connection. */
static ss_path accept_stream(ua_rig *rig, int node)
{
    const ss_path path = stream_to(node);
    ss_turn turn = ss_turn_begin(0, &rig->arena);
    CHECK_OK(ss_engine_stream_opened(&rig->engines[node], &turn, &path));
    CHECK_NULL(ss_turn_take(&turn));
    return path;
}

typedef struct written {
    char text[8192];
    size_t len;
    unsigned messages, pongs, closes;
} written;

static void take_all(ua_rig *rig, ss_turn *turn, written *w)
{
    const ss_output *out;
    while ((out = ss_turn_take(turn)) != NULL) {
        CHECK(out->kind != SS_OUT_DATAGRAM);
        w->closes += out->kind == SS_OUT_CLOSE;
        if (out->kind == SS_OUT_STREAM) {
            CHECK_EQ(out->path.connection, CONNECTION);
            CHECK_EQ(out->path.transport, SS_TRANSPORT_TCP);
            CHECK(w->len + out->bytes.len <= sizeof w->text);
            memcpy(w->text + w->len, out->bytes.at, out->bytes.len);
            w->len += out->bytes.len;
            w->messages += out->bytes.len > 2;
            w->pongs += out->bytes.len == 2;
        }
    }
    rig->arena.used = 0;
}

/* As a host does: bytes of 0 to `first`, then the rest behind what was not taken. */
static written read_in_two(size_t first)
{
    static const ss_slice all = { two_and_a_pong, sizeof two_and_a_pong - 1 };
    ua_rig *rig = ua_start();
    const ss_path path = accept_stream(rig, BOB);
    const size_t ends[] = { first, all.len };
    size_t at = 0;
    written w = { .len = 0 };
    for (unsigned i = 0; i < 2; i++) {
        ss_status status = SS_OK;
        while (status == SS_OK && at < ends[i]) {
            ss_taken taken;
            ss_turn turn = ss_turn_begin(0, &rig->arena);
            status = ss_engine_stream_input(&rig->engines[BOB], &turn, &path,
                                            ss_slice_cut(all, at, ends[i]), &taken);
            at += taken.count;
            take_all(rig, &turn, &w);
        }
        CHECK(status == SS_MORE || (status == SS_OK && at == ends[i]));
    }
    CHECK_EQ(at, all.len);
    CHECK_EQ(rig->engines[BOB].counts.received, 2);
    return w;
}

TEST(rfc3261_18_3_a_stream_means_the_same_wherever_it_is_cut)
{
    static written whole;
    whole = read_in_two(0);
    CHECK_EQ(whole.messages, 2);
    CHECK(ss_slice_starts((ss_slice){ whole.text, whole.len }, SS_LIT("SIP/2.0 200 OK\r\n")));
    for (size_t cut = 1; cut < sizeof two_and_a_pong; cut++) {
        const written w = read_in_two(cut);
        CHECK_EQ(w.messages, 2);
        CHECK_EQ(w.pongs, whole.pongs);
        CHECK_EQ(w.closes, 0);
        CHECK_SLICE_EQ(((ss_slice){ w.text, w.len }), ((ss_slice){ whole.text, whole.len }));
    }
}

TEST(rfc3261_18_3_a_stream_that_cannot_be_framed_is_closed)
{
    ua_rig *rig = ua_start();
    const ss_path path = accept_stream(rig, BOB);
    const ss_slice bytes =
        SS_LIT("OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\nwhat is this");
    ss_taken taken;
    written w = { .len = 0 };
    ss_turn turn = ss_turn_begin(0, &rig->arena);
    CHECK_STATUS(ss_engine_stream_input(&rig->engines[BOB], &turn, &path, bytes, &taken),
                 SS_ERR_SYNTAX);
    CHECK_EQ(taken.count, bytes.len);
    take_all(rig, &turn, &w);
    CHECK_EQ(w.closes, 1);
    CHECK_EQ(w.messages, 0);
    CHECK(ua_is_empty(rig, BOB));
}

/* An INVITE of Alice's over TCP; where it went. */
static ss_path call_over_tcp(ua_rig *rig)
{
    ss_command call = { .kind = SS_CMD_CALL, .target = SS_LIT("sip:carol@10.0.0.9;transport=tcp") };
    ss_turn turn = ss_turn_begin(0, &rig->arena);
    ss_path path = { .connection = 0 };
    CHECK_OK(ss_engine_command(&rig->engines[ALICE], &turn, &call));
    unsigned invites = 0;
    for (const ss_output *out = ss_turn_take(&turn); out != NULL; out = ss_turn_take(&turn)) {
        if (out->kind == SS_OUT_STREAM) {
            CHECK(ss_slice_starts(
                out->bytes,
                SS_LIT("INVITE sip:carol@10.0.0.9;transport=tcp SIP/2.0\r\nVia: SIP/2.0/TCP ")));
            path = out->path;
            invites++;
        }
    }
    CHECK_EQ(invites, 1);
    rig->arena.used = 0;
    return path;
}

static unsigned rejections_after_loss(ua_rig *rig, const ss_path *path, bool failed)
{
    unsigned count = 0;
    ss_turn turn = ss_turn_begin(SS_MS(1), &rig->arena);
    CHECK_OK(ss_engine_path_lost(&rig->engines[ALICE], &turn, path, failed));
    for (const ss_output *out = ss_turn_take(&turn); out != NULL; out = ss_turn_take(&turn)) {
        if (out->kind == SS_OUT_EVENT && out->event.kind == SS_EVENT_REJECTED) {
            CHECK_EQ(out->event.status, 503);
            CHECK(out->event.synthetic);
            count++;
        }
    }
    rig->arena.used = 0;
    return count;
}

TEST(rfc3261_17_1_4_a_connection_that_fails_ends_the_requests_on_it_and_no_other)
{
    ua_rig *rig = ua_start();
    const ss_path path = call_over_tcp(rig);
    ss_turn turn = ss_turn_begin(0, &rig->arena);
    CHECK_OK(ss_engine_stream_opened(&rig->engines[ALICE], &turn, &path));
    ss_path other = path;
    other.connection++;
    CHECK_EQ(rejections_after_loss(rig, &other, true), 0);
    other = path;
    other.transport = SS_TRANSPORT_UDP;
    CHECK_EQ(rejections_after_loss(rig, &other, true), 0);
    CHECK_EQ(rejections_after_loss(rig, &path, false),
             0); /* closed in order: an answer may come on another */
    CHECK_EQ(rejections_after_loss(rig, &path, true), 1);
    CHECK_EQ(rejections_after_loss(rig, &path, true), 0);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(line_ends_and_zeros_alone_are_no_message)
{
    static const char *const texts[] = { "", "\r\n\r\n", "\r\n" };
    ua_rig *rig = ua_start();
    for (size_t i = 0; i < SS_COUNT(texts); i++) {
        CHECK_OK(ua_inject_text(rig, BOB, texts[i]));
    }
    CHECK_OK(ua_inject(rig, BOB, (ss_slice){ "\0\0\0\0", 4 }));
    CHECK_EQ(rig->engines[BOB].counts.received, 0);
    CHECK_EQ(rig->message_count + rig->event_count + rig->note_count, 0);
}

TEST(an_answer_that_nothing_waits_for_changes_nothing)
{
    ua_rig *rig = ua_start();
    const ss_address address = ss_address_v4(0x0a000009u, 5060);
    const ss_answer answer = {
        .token = 77, .status = SS_OK, .addresses = &address, .address_count = 1
    };
    ss_turn turn = ss_turn_begin(0, &rig->arena);
    CHECK_STATUS(ss_engine_answer(&rig->engines[ALICE], &turn, &answer), SS_NONE);
    CHECK_NULL(ss_turn_take(&turn));
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(the_deadline_is_that_of_the_earliest_timer_and_before_it_a_tick_does_nothing)
{
    ua_rig *rig = ua_start();
    ss_engine *alice = &rig->engines[ALICE];
    CHECK_EQ(ss_engine_deadline(alice), SS_TIME_NEVER);
    (void)ua_call(rig, ALICE, "sip:carol@10.0.0.9");
    CHECK_EQ(ss_engine_deadline(alice), SS_MS(500)); /* Timer A before Timer B */
    ss_turn turn = ss_turn_begin(SS_MS(500) - 1, &rig->arena);
    CHECK_OK(ss_engine_tick(alice, &turn));
    CHECK_NULL(ss_turn_take(&turn));
    CHECK_EQ(ss_engine_deadline(alice), SS_MS(500));
    turn = ss_turn_begin(SS_MS(500), &rig->arena);
    CHECK_OK(ss_engine_tick(alice, &turn));
    CHECK_NOT_NULL(ss_turn_take(&turn));
    CHECK_EQ(ss_engine_deadline(alice), SS_MS(1500));
}

TEST(a_message_that_the_arena_cannot_hold_is_as_if_lost)
{
    ua_rig *rig = ua_start();
    const ss_path path = accept_stream(rig, BOB);
    const ss_slice bytes = SS_LIT(OPTIONS("one", "1"));
    const size_t cap = rig->arena.cap;
    ss_taken taken;
    rig->arena.cap = sizeof(ss_msg) / 2;
    ss_turn turn = ss_turn_begin(0, &rig->arena);
    CHECK_STATUS(ss_engine_stream_input(&rig->engines[BOB], &turn, &path, bytes, &taken),
                 SS_ERR_FULL);
    CHECK_EQ(taken.count, bytes.len); /* never offered again: else a host would loop */
    CHECK_EQ(rig->engines[BOB].core.txns, 0);
    rig->arena = (ss_arena){ .base = rig->arena.base, .cap = cap };
    turn = ss_turn_begin(0, &rig->arena);
    CHECK_OK(ss_engine_stream_input(&rig->engines[BOB], &turn, &path, bytes, &taken));
    CHECK_EQ(taken.count, bytes.len);
}

TEST(a_crash_gives_everything_back_without_a_word)
{
    ua_rig *rig = ua_start();
    const uint64_t bytes = rig->pools.store.live_bytes, blocks = rig->pools.store.live_blocks;
    ua_set_up(rig);
    CHECK(rig->pools.store.live_blocks > blocks);
    for (int node = 0; node < UA_ENGINES; node++) {
        ss_engine_reset(&rig->engines[node]);
        CHECK(ua_is_empty(rig, node));
        CHECK_EQ(ss_engine_deadline(&rig->engines[node]), SS_TIME_NEVER);
    }
    CHECK_EQ(rig->pools.store.live_bytes, bytes);
    CHECK_EQ(rig->pools.store.live_blocks, blocks);
}
