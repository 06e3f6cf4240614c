/* A stranger writes what it likes on connections to a user agent or a proxy (RFC 3261 18.3): garbage, half messages, messages
 * that never end, lengths that no message has. Whatever it is, the run ends, nothing is left of it, and who cannot find
 * where the next message begins gives the connection up. */
#include "check.h"

#include <string.h>

#include "simnet/world_state.h"
#include "small_world.h"

enum { WRITE_MAX = 60000, OURS = 7 };

static struct {
    uint64_t seed;
    const char *text;  /* or NULL: bytes of the seed */
    unsigned writes;   /* so often */
    bool resets, cuts; /* at the end; segments */
    uint32_t victim;
    uint64_t closed, received, sent, left;
    uint64_t asked, told; /* keep-alives */
} h;

/* ---- the stranger ---- */

static ss_status start(void *app, sn_host *host)
{
    (void)app;
    sn_host_wake(host, SS_MS(10), 1, 0, 0);
    sn_host_wake(host, SS_MS(100), 2, 0, 0);
    sn_host_wake(host, SS_MS(5000), 3, 0, 0);
    return SS_OK;
}

static ss_path path_to_victim(const sn_host *host)
{
    return (ss_path){ .transport = SS_TRANSPORT_TCP,
                      .connection = OURS,
                      .remote = sn_address_with_port(
                          sn_member_address(&sn_host_plan(host)->cast.nodes[h.victim]), 5060) };
}

static ss_slice next_bytes(unsigned nth)
{
    static char bytes[WRITE_MAX];
    static const char alphabet[] =
        "INVITE sip:a@b SIP/2.0\r\nVia: l:0123456789Content-Length\r\n\r\n";
    if (h.text != NULL) {
        return ss_slice_from(h.text);
    }
    const size_t len = 1 + SN_DRAW(h.seed, SN_PURPOSE_WAIT, nth) % WRITE_MAX;
    const bool is_text = SN_DRAW(h.seed, SN_PURPOSE_HOLD, nth) % 2 == 0;
    for (size_t i = 0; i < len; i++) {
        const uint64_t r = SN_DRAW(h.seed, SN_PURPOSE_DELAY, nth, i);
        bytes[i] = is_text ? alphabet[r % (sizeof alphabet - 1)] : (char)r;
    }
    return (ss_slice){ bytes, len };
}

static bool wake(void *app, sn_host *host, const sn_wake *w)
{
    const ss_path path = path_to_victim(host);
    (void)app;
    if (w->kind != SN_WAKE_OWN) {
        return false;
    }
    if (w->what == 1) {
        CHECK_OK(sn_host_connect(host, &path));
    }
    for (unsigned i = 0; w->what == 2 && i < h.writes; i++) {
        const ss_status status = sn_host_write(host, &path, next_bytes(i));
        CHECK(status != SS_ERR_SYNTAX);
    }
    if (w->what == 3 && h.resets) {
        sn_host_reset(host, &path);
    } else if (w->what == 3) {
        sn_host_close(host, &path);
    }
    return true;
}

static void input(void *app, sn_host *host, const ss_path *path, ss_slice datagram)
{
    (void)app;
    (void)host;
    (void)path;
    (void)datagram;
}

static bool stream(void *app, sn_host *host, const ss_path *path, sn_stream_event event)
{
    (void)app;
    (void)host;
    (void)path;
    h.closed += event == SN_STREAM_CLOSED;
    return true;
}

static size_t take_all(void *app, sn_host *host, const ss_path *path, ss_slice bytes)
{
    (void)app;
    (void)host;
    (void)path;
    return bytes.len;
}

static const sn_app_class stranger = { .name = "stranger",
                                       .port = 5060,
                                       .bytes = 16,
                                       .start = start,
                                       .input = input,
                                       .stream = stream,
                                       .stream_bytes = take_all,
                                       .wake = wake };

/* ---- a run ---- */

static void see(void *self, const sn_fact *f, ss_slice packet)
{
    (void)self;
    (void)packet;
    const bool is_victims = f->entity == h.victim;
    const bool is_keep_alive = f->value <= 4;
    h.asked += f->kind == SN_FACT_STREAM_RECEIVED && is_victims && is_keep_alive;
    h.told += f->kind == SN_FACT_STREAM_SENT && is_victims && is_keep_alive;
    h.received += f->kind == SN_FACT_STREAM_RECEIVED && is_victims && !is_keep_alive;
    h.sent += f->kind == SN_FACT_STREAM_SENT && is_victims && !is_keep_alive;
    if (f->kind == SN_FACT_LEFT && f->entity == h.victim) {
        h.left += f->left.transactions + f->left.contexts + f->left.connections;
    }
}

static void attack(bool a_proxy)
{
    const sn_sink sink = { NULL, see };
    const sn_app_class *apps[SN_ROLE_COUNT] = { NULL };
    apps[a_proxy ? SN_ROLE_UA : SN_ROLE_PROXY] = &stranger;
    sn_plan *plan = small_plan(h.seed);
    const sn_link_kind kind = small_link("wire", SS_MS(5));
    const uint32_t wire = sn_plan_add_link(plan, &kind);
    const uint32_t ua = small_uas(plan, "bob", 1, 0, wire);
    const uint32_t proxy = small_proxy(plan, "p1", 0, wire);
    small_spec(plan, ua)->cuts_streams = small_spec(plan, proxy)->cuts_streams = h.cuts;
    small_finish(plan);
    h.victim = sn_plan_node(plan, a_proxy ? proxy : ua, 0);
    h.closed = h.received = h.sent = h.left = h.asked = h.told = 0;
    sn_world *w = sn_world_new(
        plan,
        &(sn_world_options){ .partitions = 1, .sinks = &sink, .sink_count = 1, .apps = apps });
    CHECK_NOT_NULL(w);
    CHECK_EQ(sn_world_run(w, UINT64_MAX), SN_RUN_DONE);
    CHECK_EQ(h.left, 0);
    sn_world_free(w);
    sn_plan_free(plan);
}

static void attack_both(const char *text, unsigned writes)
{
    for (unsigned i = 0; i < 8; i++) {
        h.seed = 1;
        h.text = text;
        h.writes = writes;
        h.resets = (i & 1) != 0;
        h.cuts = (i & 2) != 0;
        attack((i & 4) != 0);
    }
}

#define HEAD                                                                                       \
    "OPTIONS sip:bob0@example.com SIP/2.0\r\nVia: SIP/2.0/TCP 10.9.9.9;branch=z9hG4bKstranger\r\n" \
    "Max-Forwards: 70\r\nFrom: <sip:s@example.com>;tag=s\r\nTo: <sip:bob0@example.com>\r\n"        \
    "Call-ID: strange\r\nCSeq: 1 OPTIONS\r\n"

TEST(rfc3261_18_3_random_bytes_on_a_stream_leave_nothing_behind)
{
    for (uint64_t seed = 1; seed <= 40; seed++) {
        h.seed = seed;
        h.text = NULL;
        h.writes = 1 + (unsigned)(seed % 4);
        h.resets = seed % 2 == 0;
        h.cuts = false;
        attack(seed % 3 == 0);
    }
}

TEST(rfc3261_18_3_a_message_that_never_ends_is_kept_no_longer_than_its_connection)
{
    attack_both(HEAD "Content-Length: 100\r\n\r\nhalf", 1);
    CHECK_EQ(h.received, 0);
    attack_both("OPTIONS sip:b", 1);
    CHECK_EQ(h.received, 0);
    attack_both("X-Endless: header header header\r\n", 3000);
    CHECK_EQ(h.received, 0);
}

TEST(rfc3261_18_3_who_cannot_know_where_a_message_ends_closes_the_connection)
{
    static const char *const lengths[] = { "",
                                           "Content-Length: -1\r\n",
                                           "Content-Length: 4294967300\r\n",
                                           "Content-Length: 99999999999999999999999\r\n",
                                           "Content-Length: 1\r\nContent-Length: 2\r\n",
                                           "Content-Length: x\r\n" };
    for (size_t i = 0; i < SS_COUNT(lengths); i++) {
        char text[1024] = HEAD;
        strcat(text, lengths[i]);
        strcat(text, "\r\n");
        attack_both(text, 3);
        CHECK_EQ(h.received, 0);
        CHECK_EQ(h.closed, 1);
    }
}

TEST(rfc3261_18_3_keep_alives_are_no_messages)
{
    attack_both("\r\n\r\n\r\n", 500);
    CHECK_EQ(h.received, 0);
    CHECK_EQ(h.sent, 0);
    CHECK(h.told > 0); /* RFC5626:5.4 */
    CHECK(h.told <= 750);
    CHECK_EQ(h.closed, 0); /* nobody minds */
}

TEST(rfc3261_18_3_many_messages_in_one_segment_are_each_answered)
{
    attack_both("\r\n\r\n" HEAD "Content-Length: 0\r\n\r\n" HEAD "l: 4\r\n\r\nbody" HEAD
                "Content-Length: 0\r\n\r\n",
                20);
    CHECK_EQ(h.received, 60);
    CHECK(h.sent > 0);
}
