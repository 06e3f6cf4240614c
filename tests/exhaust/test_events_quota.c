/* Subscriptions, references and publications with every smaller room at every step, as test_ua_quota.c does for calls: whatever was
 * refused, each subscription is told to end once at most on each side, and when both fall quiet nothing is left. */
#include "events_rig.h"

typedef void (*story)(ua_rig *rig);

static const ss_slice packages[] = { SS_LIT_INIT("presence"), SS_LIT_INIT("dialog") };
static const ss_ua_profile profile = { .methods = SS_METHOD_BIT(PUBLISH),
                                       .package_count = 2,
                                       .packages = packages,
                                       .is_compositor = true };

static bool try_command(ua_rig *rig, int node, ss_command command)
{
    const ss_status done = ua_command(rig, node, &command);
    CHECK(done == SS_OK || done == SS_ERR_STATE || done == SS_ERR_FULL);
    return done == SS_OK;
}

static void watch(ua_rig *rig, const char *event, uint32_t expires_s, uint32_t call)
{
    try_command(rig, ALICE,
                (ss_command){ .kind = SS_CMD_SUBSCRIBE,
                              .call = call,
                              .target = SS_LIT("sip:bob@10.0.0.2"),
                              .event = ss_slice_from(event),
                              .expires_s = expires_s });
    ua_run(rig, rig->now + SS_MS(100));
}

static void presence(ua_rig *rig)
{
    watch(rig, "presence", 60, 0);
    try_command(
        rig, BOB,
        (ss_command){ .kind = SS_CMD_STATE, .event = SS_LIT("presence"), .body = SS_LIT("away") });
    ua_run(rig, SS_S(56)); /* refreshed on the way */
    try_command(rig, ALICE, (ss_command){ .kind = SS_CMD_UNSUBSCRIBE, .subscription = 1 });
}

static void publication(ua_rig *rig)
{
    watch(rig, "presence", 0, 0);
    for (uint32_t i = 0; i < 3; i++) { /* made, changed, removed */
        try_command(rig, ALICE,
                    (ss_command){ .kind = SS_CMD_PUBLISH,
                                  .target = SS_LIT("sip:bob@10.0.0.2"),
                                  .event = SS_LIT("presence"),
                                  .body = SS_LIT("here"),
                                  .status = i,
                                  .expires_s = i == 2 ? 0 : 60 });
        ua_run(rig, rig->now + SS_MS(100));
    }
}

static void call_up(ua_rig *rig)
{
    try_command(rig, ALICE,
                (ss_command){ .kind = SS_CMD_CALL, .target = SS_LIT("sip:bob@10.0.0.2") });
    ua_run(rig, rig->now + SS_MS(100));
    try_command(rig, BOB, (ss_command){ .kind = SS_CMD_ANSWER, .call = 1 });
    ua_run(rig, rig->now + SS_MS(100));
}

static void transfer(ua_rig *rig)
{
    call_up(rig);
    try_command(
        rig, ALICE,
        (ss_command){ .kind = SS_CMD_REFER, .call = 1, .refer_to = SS_LIT("sip:carol@10.0.0.9") });
    ua_run(rig, rig->now + SS_MS(100));
    const ua_event *referred = ua_event_of(rig, BOB, SS_EVENT_REFERRED, 0);
    if (referred != NULL &&
        try_command(
            rig, BOB,
            (ss_command){ .kind = SS_CMD_CALL, .subscription = referred->event.subscription })) {
        const ss_status status =
            ua_carol_answers(rig, ua_sent(rig, BOB, "INVITE", 0), 486, "c", "");
        CHECK(status == SS_OK || status == SS_ERR_FULL);
    }
}

static void shared_dialog(ua_rig *rig)
{
    watch(rig, "dialog", 60, 0);
    call_up(rig);
    watch(rig, "presence", 60, 1);
    try_command(rig, ALICE,
                (ss_command){ .kind = SS_CMD_REQUEST, .method = SS_METHOD_INFO, .call = 1 });
    ua_run(rig, rig->now + SS_MS(100));
    try_command(rig, BOB, (ss_command){ .kind = SS_CMD_HANGUP, .call = 1 });
}

static const story stories[] = { presence, publication, transfer, shared_dialog };

static void finish(ua_rig *rig)
{
    for (int round = 0; round < 3; round++) {
        for (int node = 0; node < UA_ENGINES; node++) {
            const ss_status quiet = ua_do(rig, node, SS_CMD_QUIET, 0);
            CHECK(quiet == SS_OK || quiet == SS_ERR_FULL);
            for (uint32_t call = 1; call <= rig->engines[node].ua.next_call; call++) {
                try_command(rig, node, (ss_command){ .kind = SS_CMD_HANGUP, .call = call });
            }
        }
        ua_run_out(rig);
    }
}

static void check_ends(const ua_rig *rig)
{
    unsigned ends[UA_ENGINES][16] = { { 0 } };
    for (size_t i = 0; i < rig->event_count; i++) {
        const ss_event *event = &rig->events[i].event;
        if (event->kind == SS_EVENT_SUBSCRIPTION_ENDED) {
            CHECK(event->subscription < 16);
            CHECK_EQ(++ends[rig->events[i].node][event->subscription], 1);
        }
    }
}

static size_t play(story tell, ua_squeeze squeeze)
{
    ua_rig *rig = ua_start();
    rig->identities[ALICE].profile = &profile;
    rig->identities[BOB].profile = &profile;
    rig->squeeze = squeeze;
    tell(rig);
    ua_run(rig, rig->now + SS_MS(100));
    finish(rig);
    check_ends(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
    CHECK_EQ(rig->pools.store.live_blocks, 0);
    return rig->steps;
}

TEST(events_under_a_byte_quota_met_at_any_take_leave_nothing_behind)
{
    for (size_t s = 0; s < SS_COUNT(stories); s++) {
        const size_t steps = play(stories[s], UA_NO_SQUEEZE);
        for (size_t step = 0; step < steps; step++) {
            for (uint32_t bytes = 0; bytes < 3000; bytes += bytes < 512 ? 32 : 128) {
                ua_squeeze squeeze = UA_NO_SQUEEZE;
                squeeze.step = step;
                squeeze.bytes = bytes;
                play(stories[s], squeeze);
            }
        }
    }
}

TEST(events_under_a_quota_of_transactions_or_dialogs_leave_nothing_behind)
{
    for (size_t s = 0; s < SS_COUNT(stories); s++) {
        const size_t steps = play(stories[s], UA_NO_SQUEEZE);
        for (size_t step = 0; step < steps; step++) {
            for (uint32_t more = 0; more < 2; more++) {
                ua_squeeze squeeze = UA_NO_SQUEEZE;
                squeeze.step = step;
                squeeze.txns = more;
                play(stories[s], squeeze);
                squeeze.txns = UINT32_MAX;
                squeeze.dialogs = more;
                play(stories[s], squeeze);
            }
        }
    }
}

TEST(events_in_an_arena_of_any_size_leave_nothing_behind)
{
    for (size_t s = 0; s < SS_COUNT(stories); s++) {
        const size_t steps = play(stories[s], UA_NO_SQUEEZE);
        for (size_t step = 0; step < steps; step++) {
            for (size_t room = 0; room < 12000; room += 192) {
                ua_squeeze squeeze = UA_NO_SQUEEZE;
                squeeze.step = step;
                squeeze.arena = room;
                play(stories[s], squeeze);
            }
        }
    }
}
