/* The queue of a proxy: who waits, in what order, for how long, and what becomes of what is too much. */
#include "proxy_rig.h"

#include <string.h>

static ss_queue_config config;

/* One worker, 10 ms for a message and 1 ms for a refusal; ten of a class may wait. */
static proxy_rig *busy_rig(void)
{
    proxy_rig *rig = px_new();
    config = (ss_queue_config){ .workers = 1, .bytes_max = 1u << 20 };
    for (size_t i = 0; i < SS_CLASS_COUNT; i++) {
        config.classes[i].service = i == SS_CLASS_REFUSAL ? SS_MS(1) : SS_MS(10);
        config.classes[i].limit = 10;
    }
    rig->config.queue = &config;
    px_go(rig);
    px_bind(rig, "sip:bob@example.com", "sip:bob@10.0.0.3");
    return rig;
}

/* As px_request, of another call; `from`: the neighbour's address. */
static ss_slice request(proxy_rig *rig, const char *method, const char *uri, const char *branch,
                        const char *call)
{
    return px_printf(rig,
                     "%s %s SIP/2.0\nVia: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bK%s\n"
                     "Max-Forwards: 70\nFrom: <sip:alice@example.com>;tag=alice\nTo: <%s>\n"
                     "Call-ID: %s\nCSeq: 1 %s\nContent-Length: 0\n\n",
                     method, uri, branch, uri, call, method);
}

static void send(proxy_rig *rig, const char *method, const char *branch, const char *call)
{
    px_send(rig, ALICE, request(rig, method, "sip:bob@10.0.0.3", branch, call));
}

/* The Call-ID of the next request that goes to Bob, and its method: "b BYE". */
static const char *next_at_bob(proxy_rig *rig)
{
    static char text[64];
    for (px_sent *sent = px_take(rig); sent != NULL; sent = px_take(rig)) {
        const ss_slice id = px_field(rig, sent, SS_HDR_CALL_ID, 0);
        if (!ss_slice_starts(sent->bytes, SS_LIT("SIP/2.0"))) {
            ss_buffer b = ss_buffer_on(text, sizeof text - 1);
            ss_put(&b, id);
            ss_put_char(&b, ' ');
            ss_put(&b, ss_slice_cut(sent->bytes, 0, ss_slice_find(sent->bytes, ' ')));
            text[b.len] = '\0';
            return text;
        }
    }
    return "nothing";
}

TEST(admission_a_message_leaves_when_its_service_is_over)
{
    proxy_rig *rig = busy_rig();
    send(rig, "MESSAGE", "a", "a");
    send(rig, "MESSAGE", "b", "b");
    px_expect_nothing(rig);
    px_run_to(rig, SS_MS(10));
    CHECK_STR(next_at_bob(rig), "a MESSAGE");
    CHECK_STR(next_at_bob(rig), "nothing");
    px_run_to(rig, SS_MS(20));
    CHECK_STR(next_at_bob(rig), "b MESSAGE");
    px_stop(rig);
}

TEST(admission_workers_serve_side_by_side)
{
    proxy_rig *rig = busy_rig();
    config.workers = 2;
    send(rig, "MESSAGE", "a", "a");
    send(rig, "MESSAGE", "b", "b");
    px_run_to(rig, SS_MS(10));
    CHECK_STR(next_at_bob(rig), "a MESSAGE");
    CHECK_STR(next_at_bob(rig), "b MESSAGE");
    px_stop(rig);
}

static void send_one_of_each(proxy_rig *rig)
{
    send(rig, "OPTIONS", "first", "first");
    send(rig, "MESSAGE", "o", "o");
    send(rig, "INVITE", "i", "i");
    send(rig, "BYE", "f", "f");
    px_send(rig, ALICE, request(rig, "INVITE", "sip:sos@10.0.0.3", "p", "p"));
    px_run_to(rig, SS_MS(50));
}

TEST(admission_classes_go_in_their_order)
{
    proxy_rig *rig = busy_rig();
    send_one_of_each(rig);
    CHECK_STR(next_at_bob(rig), "first OPTIONS");
    CHECK_STR(next_at_bob(rig), "p INVITE");
    CHECK_STR(next_at_bob(rig), "f BYE");
    CHECK_STR(next_at_bob(rig), "i INVITE");
    CHECK_STR(next_at_bob(rig), "o MESSAGE");
    px_stop(rig);
}

TEST(admission_by_arrival_nobody_goes_before)
{
    proxy_rig *rig = busy_rig();
    config.by_arrival = true;
    send_one_of_each(rig);
    CHECK_STR(next_at_bob(rig), "first OPTIONS");
    CHECK_STR(next_at_bob(rig), "o MESSAGE");
    CHECK_STR(next_at_bob(rig), "i INVITE");
    CHECK_STR(next_at_bob(rig), "f BYE");
    CHECK_STR(next_at_bob(rig), "p INVITE");
    px_stop(rig);
}

/* RFC4412:4.6.2 RFC4412:10.2 */
TEST(admission_a_mark_that_is_not_understood_is_none)
{
    static const struct {
        const char *line;
        bool is_first;
    } rows[] = {
        { "Resource-Priority: ets.0\n", true },
        { "Resource-Priority: foo.1, WPS.3\n", true },
        { "Resource-Priority: dsn.flash-override\n", true },
        { "Resource-Priority: dsn.routine\n", false },
        { "Resource-Priority: q735.4\n", false },
        { "Resource-Priority: foo.0\n", false },
        { "Resource-Priority: ets\n", false },
        { "Priority: emergency\n", false },
    };
    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        proxy_rig *rig = busy_rig();
        send(rig, "OPTIONS", "first", "first");
        send(rig, "BYE", "f", "f");
        px_send(rig, ALICE, px_request(rig, "INVITE sip:bob@10.0.0.3", "p", rows[i].line));
        px_run_to(rig, SS_MS(20));
        CHECK_STR(next_at_bob(rig), "first OPTIONS");
        CHECK_STR(next_at_bob(rig), rows[i].is_first ? "call INVITE" : "f BYE");
        px_stop(rig);
    }
}

TEST(admission_marks_may_be_ignored)
{
    proxy_rig *rig = busy_rig();
    config.ignores_marks = true;
    send(rig, "OPTIONS", "first", "first");
    px_send(rig, ALICE, request(rig, "INVITE", "urn:service:sos.fire", "p", "p"));
    send(rig, "BYE", "f", "f");
    px_run_to(rig, SS_MS(20));
    CHECK_STR(next_at_bob(rig), "first OPTIONS");
    CHECK_STR(next_at_bob(rig), "f BYE");
    px_stop(rig);
}

/* The ACK takes the copy of its INVITE along, and neither passes the other. */
TEST(admission_no_message_passes_an_earlier_one_of_its_dialog)
{
    proxy_rig *rig = busy_rig();
    send(rig, "OPTIONS", "first", "first");
    send(rig, "INVITE", "x", "x");
    send(rig, "INVITE", "y", "y");
    send(rig, "MESSAGE", "m", "y");
    send(rig, "BYE", "z", "y");
    px_run_to(rig, SS_MS(50));
    CHECK_STR(next_at_bob(rig), "first OPTIONS");
    CHECK_STR(next_at_bob(rig), "y INVITE");
    CHECK_STR(next_at_bob(rig), "y MESSAGE");
    CHECK_STR(next_at_bob(rig), "y BYE");
    CHECK_STR(next_at_bob(rig), "x INVITE");
    px_stop(rig);
}

TEST(admission_of_another_neighbour_it_is_another_order)
{
    proxy_rig *rig = busy_rig();
    send(rig, "OPTIONS", "first", "first");
    send(rig, "INVITE", "x", "x");
    px_send(rig, CAROL, request(rig, "BYE", "sip:bob@10.0.0.3", "y", "x"));
    px_run_to(rig, SS_MS(30));
    CHECK_STR(next_at_bob(rig), "first OPTIONS");
    CHECK_STR(next_at_bob(rig), "x BYE");
    CHECK_STR(next_at_bob(rig), "x INVITE");
    px_stop(rig);
}

/* A short message behind a long one of its dialog, each with a worker of its own. */
TEST(admission_workers_keep_the_order_of_a_dialog)
{
    proxy_rig *rig = busy_rig();
    config.workers = 2;
    config.classes[SS_CLASS_INVITE].service = SS_MS(50);
    send(rig, "INVITE", "x", "x");
    send(rig, "BYE", "y", "x");
    send(rig, "BYE", "z", "z");
    px_run_to(rig, SS_MS(49));
    CHECK_STR(next_at_bob(rig), "nothing");
    px_run_to(rig, SS_MS(59));
    CHECK_STR(next_at_bob(rig), "x INVITE");
    px_run_to(rig, SS_MS(60));
    CHECK_STR(next_at_bob(rig), "x BYE");
    CHECK_STR(next_at_bob(rig), "z BYE");
    px_stop(rig);
}

/* RFC3261:21.5.4 */
TEST(admission_what_is_too_much_gets_503_and_leaves_nothing)
{
    proxy_rig *rig = busy_rig();
    config.classes[SS_CLASS_INVITE].limit = 1;
    config.retry_after_s = 7;
    send(rig, "OPTIONS", "first", "first");
    send(rig, "INVITE", "a", "a");
    send(rig, "INVITE", "b", "b");
    px_expect_nothing(rig);
    const uint32_t txns = rig->engine.core.txns;
    px_run_to(rig, SS_MS(10));
    CHECK_STR(next_at_bob(rig), "first OPTIONS");
    CHECK_EQ(rig->engine.core.txns, txns + 2);
    px_run_to(rig, SS_MS(11));
    px_sent *refusal = px_expect(rig, ALICE, "SIP/2.0 503 Service Unavailable");
    CHECK_SLICE(px_field(rig, refusal, SS_HDR_RETRY_AFTER, 0), "7");
    CHECK_SLICE(px_field(rig, refusal, SS_HDR_CALL_ID, 0), "b");
    CHECK_EQ(rig->engine.core.txns, txns + 2);
    CHECK_EQ(rig->full_events, 1);
    px_run_to(rig, SS_MS(21));
    CHECK_STR(next_at_bob(rig), "a INVITE");
    px_stop(rig);
}

/* RFC3261:8.2.7 There is room again, but the client has given the INVITE up. */
TEST(admission_copies_of_what_was_refused_are_refused)
{
    proxy_rig *rig = busy_rig();
    config.classes[SS_CLASS_INVITE].limit = 1;
    send(rig, "OPTIONS", "first", "first");
    send(rig, "INVITE", "a", "a");
    send(rig, "INVITE", "b", "b");
    px_run_to(rig, SS_MS(30));
    CHECK_STR(next_at_bob(rig), "first OPTIONS");
    CHECK_STR(next_at_bob(rig), "a INVITE");
    send(rig, "INVITE", "b", "b");
    px_run_to(rig, SS_MS(31));
    px_expect(rig, ALICE, "SIP/2.0 503 Service Unavailable");
    send(rig, "INVITE", "b2", "b");
    px_run_to(rig, SS_MS(41));
    CHECK_STR(next_at_bob(rig), "b INVITE");
    px_stop(rig);
}

/* A copy of what waits, or is served already, is not told 503: it is dropped. So are ACKs and responses. */
TEST(admission_what_cannot_be_refused_is_dropped)
{
    proxy_rig *rig = busy_rig();
    send(rig, "INVITE", "a", "a");
    px_run_to(rig, SS_MS(10));
    px_sent *trying = px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    CHECK_NOT_NULL(trying);
    px_sent *invite = px_expect(rig, BOB, "INVITE sip:bob@10.0.0.3 SIP/2.0");
    for (size_t i = 0; i < SS_CLASS_COUNT; i++) {
        config.classes[i].limit = 1;
    }
    config.classes[SS_CLASS_REFUSAL].limit = 10;
    send(rig, "OPTIONS", "first", "first");
    send(rig, "INVITE", "b", "b");
    send(rig, "INVITE", "b", "b");
    send(rig, "INVITE", "a", "a");
    send(rig, "BYE", "c", "c");
    send(rig, "ACK", "d", "d");
    px_send(rig, BOB, px_reply(rig, invite, 180, ""));
    px_send(rig, BOB, px_reply(rig, invite, 183, ""));
    px_run_to(rig, SS_MS(200));
    CHECK_EQ(rig->full_events, 0);
    px_expect(rig, BOB, "OPTIONS sip:bob@10.0.0.3 SIP/2.0");
    px_expect(rig, ALICE, "SIP/2.0 180 Ringing");
    CHECK_STR(next_at_bob(rig), "c BYE");
    CHECK_STR(next_at_bob(rig), "b INVITE");
    CHECK_STR(next_at_bob(rig), "nothing");
    px_free(rig);
}

/* RFC3261:17.2.2 The CANCEL was answered 200; a copy of it that finds no room is not told 503, nor is its INVITE meant by it. */
TEST(admission_a_copy_of_a_cancel_that_was_answered_is_dropped)
{
    proxy_rig *rig = busy_rig();
    send(rig, "INVITE", "a", "a");
    px_run_to(rig, SS_MS(10));
    px_expect(rig, ALICE, "SIP/2.0 100 Trying");
    CHECK_STR(next_at_bob(rig), "a INVITE");
    send(rig, "CANCEL", "a", "a");
    px_run_to(rig, SS_MS(20));
    px_expect(rig, ALICE, "SIP/2.0 200 OK");
    config.classes[SS_CLASS_FOLLOW_UP].limit = 1;
    send(rig, "OPTIONS", "first", "first");
    send(rig, "BYE", "c", "c");
    send(rig, "CANCEL", "a", "a");
    CHECK_EQ(rig->full_events, 0);
    send(rig, "CANCEL", "d", "d"); /* of nothing that it knows */
    px_run_to(rig, SS_MS(30));
    CHECK_STR(next_at_bob(rig), "first OPTIONS");
    px_run_to(rig, SS_MS(50));
    CHECK_EQ(rig->full_events, 1);
    CHECK_STR(next_at_bob(rig), "c BYE");
    px_sent *refusal = px_expect(rig, ALICE, "SIP/2.0 503 Service Unavailable");
    CHECK_SLICE(px_field(rig, refusal, SS_HDR_CALL_ID, 0), "d");
    px_free(rig);
}

TEST(admission_a_class_may_drop_instead)
{
    proxy_rig *rig = busy_rig();
    config.classes[SS_CLASS_OTHER].limit = 1;
    config.classes[SS_CLASS_OTHER].drops = true;
    send(rig, "MESSAGE", "a", "a");
    send(rig, "MESSAGE", "b", "b");
    send(rig, "MESSAGE", "c", "c");
    px_run_to(rig, SS_MS(100));
    CHECK_STR(next_at_bob(rig), "a MESSAGE");
    CHECK_STR(next_at_bob(rig), "b MESSAGE");
    CHECK_STR(next_at_bob(rig), "nothing");
    CHECK_EQ(rig->full_events, 0);
    px_stop(rig);
}

TEST(admission_bytes_and_refusals_are_bounded)
{
    proxy_rig *rig = busy_rig();
    config.bytes_max = 1024;
    config.classes[SS_CLASS_REFUSAL].limit = 2;
    for (unsigned i = 0; i < 100; i++) {
        char name[16];
        ss_buffer b = ss_buffer_on(name, sizeof name - 1);
        ss_put_u64(&b, i);
        name[b.len] = '\0';
        send(rig, "INVITE", name, name);
    }
    CHECK(rig->engine.core.bytes < 12000);
    px_run_to(rig, SS_S(1));
    CHECK(rig->full_events <= 2);
    px_stop(rig);
}

TEST(admission_what_is_no_message_waits_as_the_last_and_is_refused_when_it_comes)
{
    proxy_rig *rig = busy_rig();
    send(rig, "OPTIONS", "first", "first");
    px_send(rig, ALICE, SS_LIT("garbage"));
    px_send(rig, ALICE, px_printf(rig, "INVITE sip:bob@example.com SIP/2.0\n\n"));
    px_send(rig, ALICE,
            px_printf(rig, "INVITE sip:bob@example.com SIP/9.0\nVia: SIP/2.0/UDP " ALICE
                           ":5060;branch=z9hG4bKv\nMax-Forwards: 70\nFrom: "
                           "<sip:a@b>;tag=1\nTo: <sip:b@b>\nCall-ID: v\nCSeq: 1 INVITE\n"
                           "Content-Length: 0\n\n"));
    send(rig, "MESSAGE", "m", "m");
    px_run_to(rig, SS_MS(50));
    CHECK_EQ(rig->engine.counts.refused, 3);
    px_expect(rig, BOB, "OPTIONS sip:bob@10.0.0.3 SIP/2.0");
    px_expect(rig, ALICE, "SIP/2.0 505 Version Not Supported");
    CHECK_STR(next_at_bob(rig), "m MESSAGE");
    px_stop(rig);
}

TEST(admission_at_the_quota_of_the_engine_what_comes_is_dropped)
{
    proxy_rig *rig = busy_rig();
    rig->settings.bytes_max = 8000;
    for (unsigned i = 0; i < 50; i++) {
        send(rig, "MESSAGE", i % 2 == 0 ? "a" : "b", "c");
    }
    CHECK(rig->engine.core.bytes <= 8000);
    px_run_to(rig, SS_S(40));
    px_stop(rig);
}

TEST(admission_a_crash_forgets_what_waits)
{
    proxy_rig *rig = busy_rig();
    config.workers = 3;
    for (unsigned i = 0; i < 9; i++) {
        send(rig, i % 2 == 0 ? "INVITE" : "BYE", "a", "a");
    }
    ss_engine_reset(&rig->engine);
    CHECK_EQ(rig->pools.store.live_bytes, 0);
    CHECK_EQ(ss_engine_deadline(&rig->engine), SS_TIME_NEVER);
    px_free(rig);
}
