/* Very many things of one instant (ss_turn_has_room): a turn does those for which its arena has room, the others are done in the
 * turns after it, at that instant still. Here the arena is small instead. */
#include "events_rig.h"

#include <string.h>

enum { MANY = 60, SMALL = 64 << 10 };

typedef struct seen {
    unsigned turns, rejected, notified, answered, connects;
} seen;

static void take(ua_rig *rig, ss_turn *turn, seen *s)
{
    unsigned sent = 0;
    for (const ss_output *out = ss_turn_take(turn); out != NULL; out = ss_turn_take(turn)) {
        s->rejected += out->kind == SS_OUT_EVENT && out->event.kind == SS_EVENT_REJECTED;
        s->connects += out->kind == SS_OUT_CONNECT;
        if (out->kind == SS_OUT_DATAGRAM) {
            s->notified += ss_slice_starts(out->bytes, SS_LIT("NOTIFY "));
            s->answered += ss_slice_starts(out->bytes, SS_LIT("SIP/2.0 200 "));
            sent++;
        }
    }
    CHECK(!turn->failed);
    CHECK(rig->arena.used < rig->arena.cap * 3 / 4);
    CHECK(sent < MANY);
    s->turns++;
    rig->arena.used = 0;
}

/* All that is due at this instant, a turn at a time. */
static void tick(ua_rig *rig, int node, ss_time now, seen *s)
{
    while (ss_engine_deadline(&rig->engines[node]) <= now) {
        ss_turn turn = ss_turn_begin(now, &rig->arena);
        CHECK_OK(ss_engine_tick(&rig->engines[node], &turn));
        take(rig, &turn, s);
    }
}

static ss_path call_over_tcp(ua_rig *rig)
{
    ss_command call = { .kind = SS_CMD_CALL, .target = SS_LIT("sip:carol@10.0.0.9;transport=tcp") };
    ss_turn turn = ss_turn_begin(0, &rig->arena);
    ss_path path = { .connection = 0 };
    CHECK_OK(ss_engine_command(&rig->engines[ALICE], &turn, &call));
    for (const ss_output *out = ss_turn_take(&turn); out != NULL; out = ss_turn_take(&turn)) {
        path = out->kind == SS_OUT_STREAM ? out->path : path;
    }
    rig->arena.used = 0;
    return path;
}

/* RFC3261:17.1.4 */
TEST(rfc3261_17_1_4_each_of_very_many_requests_hears_once_of_the_connection_that_failed)
{
    ua_rig *rig = ua_start();
    ss_path path = { .connection = 0 };
    seen s = { 0 };
    for (unsigned i = 0; i < MANY; i++) {
        path = call_over_tcp(rig);
    }
    rig->arena.cap = SMALL;
    ss_turn turn = ss_turn_begin(SS_MS(1), &rig->arena);
    CHECK_OK(ss_engine_path_lost(&rig->engines[ALICE], &turn, &path, true));
    take(rig, &turn, &s);
    CHECK(s.rejected > 0);
    CHECK(s.rejected < MANY);
    CHECK_EQ(ss_engine_deadline(&rig->engines[ALICE]), SS_MS(1));
    tick(rig, ALICE, SS_MS(1), &s);
    CHECK_EQ(s.rejected, MANY);
    CHECK(ua_is_empty(rig, ALICE));
}

TEST(a_crash_in_between_gives_everything_back)
{
    ua_rig *rig = ua_start();
    ss_path path = { .connection = 0 };
    seen s = { 0 };
    for (unsigned i = 0; i < MANY; i++) {
        path = call_over_tcp(rig);
    }
    rig->arena.cap = SMALL;
    ss_turn turn = ss_turn_begin(SS_MS(1), &rig->arena);
    CHECK_OK(ss_engine_path_lost(&rig->engines[ALICE], &turn, &path, true));
    take(rig, &turn, &s);
    ss_engine_reset(&rig->engines[ALICE]);
    CHECK(ua_is_empty(rig, ALICE));
}

static const ss_slice packages[] = { SS_LIT_INIT("presence") };
static const ss_ua_profile notifier = { .package_count = 1, .packages = packages };

/* RFC6665:4.2.2 */
TEST(rfc6665_4_2_2_each_of_very_many_watchers_is_told_at_once)
{
    ua_rig *rig = ua_start();
    seen s = { 0 };
    rig->identities[BOB].profile = &notifier;
    for (unsigned i = 0; i < MANY; i++) {
        char call_id[] = "w00";
        call_id[1] = (char)('0' + i / 10);
        call_id[2] = (char)('0' + i % 10);
        ev_carol_sends(rig, BOB, "SUBSCRIBE", call_id, 1,
                       "Event: presence\r\nExpires: 600\r\nContact: <sip:carol@10.0.0.9>\r\n", NULL,
                       "");
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, BOB, "NOTIFY", i), 200, "", ""));
    }
    ss_command state = { .kind = SS_CMD_STATE, .event = SS_LIT("presence"), .status = 1 };
    rig->arena.cap = SMALL;
    ss_turn turn = ss_turn_begin(rig->now, &rig->arena);
    CHECK_OK(ss_engine_command(&rig->engines[BOB], &turn, &state));
    take(rig, &turn, &s);
    CHECK(s.notified > 0);
    CHECK(s.notified < MANY);
    tick(rig, BOB, rig->now, &s);
    CHECK_EQ(s.notified, MANY);
}
