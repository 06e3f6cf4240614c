/* Every step of some stories is repeated with every smaller room: bytes of the quota, transactions, dialogs, scratch arena.
 * Whatever was refused, each call that was accepted ends exactly once for its application, and nothing is left. */
#include "ua_rig.h"

#include <string.h>

typedef void (*story)(ua_rig *rig);

/* What an application does whatever happens: what is possible. */
static bool try_command(ua_rig *rig, int node, ss_command_kind kind, unsigned status)
{
    const ss_status done = ua_do_status(rig, node, kind, 1, status);
    CHECK(done == SS_OK || done == SS_ERR_STATE || done == SS_ERR_FULL);
    return done == SS_OK;
}

static bool try_call(ua_rig *rig, const char *target)
{
    ss_command command = { .kind = SS_CMD_CALL, .target = ss_slice_from(target) };
    const ss_status status = ua_command(rig, ALICE, &command);
    CHECK(status == SS_OK || status == SS_ERR_FULL);
    CHECK(status == SS_OK || ua_is_empty(rig, ALICE));
    return status == SS_OK;
}

static void answered_call(ua_rig *rig)
{
    try_call(rig, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    try_command(rig, BOB, SS_CMD_PROGRESS, 180);
    ua_run(rig, SS_MS(20));
    try_command(rig, BOB, SS_CMD_ANSWER, 0);
    ua_run(rig, SS_MS(100));
    try_command(rig, ALICE, SS_CMD_HANGUP, 0);
}

static void callee_hangs_up(ua_rig *rig)
{
    ua_drop(rig, ALICE, "ACK", 0);
    try_call(rig, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    if (try_command(rig, BOB, SS_CMD_ANSWER, 0)) {
        try_command(rig, BOB, SS_CMD_HANGUP, 0);
    }
}

static void cancelled_call(ua_rig *rig)
{
    try_call(rig, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    try_command(rig, BOB, SS_CMD_PROGRESS, 180);
    ua_run(rig, SS_MS(30));
    try_command(rig, ALICE, SS_CMD_CANCEL, 0);
}

static void unanswered_call(ua_rig *rig)
{
    try_call(rig, "sip:bob@10.0.0.2");
}

static void never_acknowledged_call(ua_rig *rig)
{
    ua_drop_all(rig, ALICE, "ACK");
    try_call(rig, "sip:bob@10.0.0.2");
    ua_run(rig, SS_MS(10));
    try_command(rig, BOB, SS_CMD_ANSWER, 0);
}

/* Alice's next hop for everything is a name that is Bob's. */
static void resolved_call(ua_rig *rig)
{
    const ss_address bob = ss_address_v4(0x0a000002u, 5060);
    rig->identities[BOB].local.local = bob;
    try_call(rig, "sip:bob@bob.example.com");
    for (size_t asked = 0; asked < rig->query_count; asked++) {
        const ss_status status = ua_answer_query(rig, asked, &bob);
        CHECK(status == SS_OK || status == SS_ERR_FULL);
        ua_run(rig, rig->now + SS_MS(100));
        try_command(rig, BOB, SS_CMD_ANSWER, 0);
        ua_run(rig, rig->now + SS_MS(100));
    }
    try_command(rig, ALICE, SS_CMD_HANGUP, 0);
}

static void registration(ua_rig *rig)
{
    static const char *const contact = "Contact: <sip:alice@10.0.0.1:5060>;expires=10\r\n";
    ss_command enrol = { .kind = SS_CMD_REGISTER, .expires_s = 60 };
    ss_status status = ua_command(rig, ALICE, &enrol);
    CHECK(status == SS_OK || status == SS_ERR_FULL);
    for (unsigned i = 0; i < 3; i++) {
        if (i < ua_sent_count(rig, ALICE, "REGISTER")) {
            status = ua_carol_answers(rig, ua_sent(rig, ALICE, "REGISTER", i), i == 0 ? 423 : 200,
                                      "r", i == 0 ? "Min-Expires: 90\r\n" : contact);
            CHECK(status == SS_OK || status == SS_ERR_FULL);
        }
        ua_run(rig, rig->now + SS_S(9));
    }
    status = ua_do(rig, ALICE, SS_CMD_QUIET, 0);
    CHECK_OK(status);
}

static const story stories[] = { answered_call,   callee_hangs_up,         cancelled_call,
                                 unanswered_call, never_acknowledged_call, resolved_call,
                                 registration };

static unsigned ends(const ua_rig *rig, int node)
{
    return ua_event_count(rig, node, SS_EVENT_REJECTED) +
           ua_event_count(rig, node, SS_EVENT_CANCELLED) + ua_event_count(rig, node, SS_EVENT_BYE) +
           ua_event_count(rig, node, SS_EVENT_ENDED);
}

/* Runs a story to its end; what is still up then is hung up. */
static ua_rig *play(story tell, ua_squeeze squeeze)
{
    ua_rig *rig = ua_start();
    rig->squeeze = squeeze;
    tell(rig);
    ua_run_out(rig);
    try_command(rig, ALICE, SS_CMD_HANGUP, 0);
    ua_run_out(rig);
    try_command(rig, BOB, SS_CMD_HANGUP, 0);
    ua_run_out(rig);
    CHECK(ua_is_empty(rig, ALICE));
    CHECK(ua_is_empty(rig, BOB));
    CHECK_EQ(rig->pools.store.live_blocks, 0);
    CHECK(!rig->engines[ALICE].core.out_of_memory);
    CHECK(ends(rig, ALICE) <= 1);
    CHECK(ends(rig, BOB) <= 1);
    return rig;
}

/* A quota loses no event: each call that began has ended. */
static void check_ends(const ua_rig *rig)
{
    CHECK_EQ(ends(rig, ALICE), rig->engines[ALICE].ua.next_call);
    CHECK_EQ(ends(rig, BOB), ua_event_count(rig, BOB, SS_EVENT_INCOMING));
}

static size_t steps_of(story tell)
{
    return play(tell, UA_NO_SQUEEZE)->steps;
}

TEST(a_byte_quota_met_at_any_take_of_any_step_leaves_nothing_behind)
{
    for (size_t s = 0; s < SS_COUNT(stories); s++) {
        const size_t steps = steps_of(stories[s]);
        for (size_t step = 0; step < steps; step++) {
            for (uint32_t bytes = 0; bytes < 2600; bytes += bytes < 256 ? 16 : 64) {
                ua_squeeze squeeze = UA_NO_SQUEEZE;
                squeeze.step = step;
                squeeze.bytes = bytes;
                check_ends(play(stories[s], squeeze));
            }
        }
    }
}

TEST(a_quota_of_transactions_or_dialogs_met_at_any_step_leaves_nothing_behind)
{
    for (size_t s = 0; s < SS_COUNT(stories); s++) {
        const size_t steps = steps_of(stories[s]);
        for (size_t step = 0; step < steps; step++) {
            for (uint32_t more = 0; more < 2; more++) {
                ua_squeeze squeeze = UA_NO_SQUEEZE;
                squeeze.step = step;
                squeeze.txns = more;
                check_ends(play(stories[s], squeeze));
                squeeze.txns = UINT32_MAX;
                squeeze.dialogs = more;
                check_ends(play(stories[s], squeeze));
            }
        }
    }
}

TEST(an_arena_of_any_size_at_any_step_leaves_nothing_behind)
{
    for (size_t s = 0; s < SS_COUNT(stories); s++) {
        const size_t steps = steps_of(stories[s]);
        for (size_t step = 0; step < steps; step++) {
            for (size_t room = 0; room < 12000; room += 96) {
                ua_squeeze squeeze = UA_NO_SQUEEZE;
                squeeze.step = step;
                squeeze.arena = room;
                play(stories[s], squeeze);
            }
        }
    }
}
