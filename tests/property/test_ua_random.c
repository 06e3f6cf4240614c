/* Two user agents under random commands, losses, replays and damaged copies of what was sent: nothing asserts, each call
 * ends at most once for its application, and when all is hung up nothing is left. */
#include "ua_rig.h"

#include <string.h>

enum { SEEDS = 400, OPERATIONS = 60, MESSAGES = 350 };

static uint64_t below(ss_entropy *e, uint64_t bound)
{
    return ss_entropy_next(e) % bound;
}

static void random_command(ua_rig *rig, ss_entropy *e)
{
    static const ss_command_kind kinds[] = { SS_CMD_PROGRESS, SS_CMD_ANSWER, SS_CMD_ANSWER,
                                             SS_CMD_REJECT,   SS_CMD_CANCEL, SS_CMD_HANGUP,
                                             SS_CMD_BYE };
    const int node = (int)below(e, UA_ENGINES);
    const uint32_t call = (uint32_t)below(e, rig->engines[node].ua.next_call + 1) + 1;
    const ss_command_kind kind = kinds[below(e, SS_COUNT(kinds))];
    const ss_status done = ua_do_status(rig, node, kind, call, kind == SS_CMD_REJECT ? 486 : 180);
    CHECK(done == SS_OK || done == SS_ERR_STATE);
}

static void random_call(ua_rig *rig, ss_entropy *e)
{
    static const char *const targets[] = { "sip:bob@10.0.0.2", "sip:alice@10.0.0.1",
                                           "sip:carol@10.0.0.9", "sip:bob@name.example.com" };
    const int node = (int)below(e, UA_ENGINES);
    ua_call(rig, node, targets[below(e, SS_COUNT(targets))]);
}

/* Something that was sent before comes again, whole or damaged, from where it never was. */
static void random_replay(ua_rig *rig, ss_entropy *e)
{
    static char copy[4096];
    if (rig->message_count == 0) {
        return;
    }
    const ss_slice bytes = rig->messages[below(e, rig->message_count)].bytes;
    CHECK(bytes.len <= sizeof copy);
    memcpy(copy, bytes.at, bytes.len);
    for (uint64_t edits = below(e, 3); edits > 0; edits--) {
        const uint64_t at = below(e, bytes.len);
        copy[at] = "0a;:<>,\r\n= \"1"[below(e, 13)];
    }
    const ss_status status =
        ua_inject(rig, (int)below(e, UA_ENGINES), (ss_slice){ copy, bytes.len });
    CHECK(status == SS_OK || status == SS_ERR_SYNTAX);
}

static void random_operation(ua_rig *rig, ss_entropy *e)
{
    const ss_address bob = ss_address_v4(0x0a000002u, 5060);
    switch (below(e, 10)) {
    case 0:
        random_call(rig, e);
        break;
    case 1:
    case 2:
    case 3:
        random_command(rig, e);
        break;
    case 4:
    case 5:
    case 6:
        random_replay(rig, e);
        break;
    case 7:
        if (rig->query_count > 0) {
            const uint64_t query = below(e, rig->query_count);
            const ss_status status = ua_answer_query(rig, query, below(e, 3) == 0 ? NULL : &bob);
            CHECK(status == SS_OK || status == SS_NONE);
        }
        break;
    default:
        ua_run(rig, rig->now + SS_MS(below(e, below(e, 4) == 0 ? 40000 : 30)));
        break;
    }
}

/* Hangs up whatever is up, as often as it takes: a callee may wait for its ACK. */
static void finish(ua_rig *rig)
{
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < rig->query_count; i++) {
            const ss_status status = ua_answer_query(rig, i, NULL);
            CHECK(status == SS_OK || status == SS_NONE);
        }
        ua_run_out(rig);
        for (int node = 0; node < UA_ENGINES; node++) {
            for (uint32_t call = 1; call <= rig->engines[node].ua.next_call; call++) {
                const ss_status status = ua_do(rig, node, SS_CMD_HANGUP, call);
                CHECK(status == SS_OK || status == SS_ERR_STATE);
            }
        }
        ua_run_out(rig);
    }
}

static void check_ends(const ua_rig *rig)
{
    static const ss_event_kind kinds[] = { SS_EVENT_REJECTED, SS_EVENT_CANCELLED, SS_EVENT_BYE,
                                           SS_EVENT_ENDED };
    unsigned ends[UA_ENGINES][64] = { { 0 } };
    for (size_t i = 0; i < rig->event_count; i++) {
        const ua_event *event = &rig->events[i];
        for (size_t k = 0; k < SS_COUNT(kinds); k++) {
            if (event->event.kind == kinds[k]) {
                CHECK(event->event.call < 64);
                CHECK_EQ(++ends[event->node][event->event.call], 1);
            }
        }
    }
}

TEST(random_user_agents_leave_nothing_behind)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        ss_entropy e = { .key = seed };
        ua_rig *rig = ua_start();
        for (unsigned i = 0; i < 6; i++) {
            static const char *const names[] = { "ACK",        "BYE",     "INVITE",
                                                 "200 INVITE", "200 BYE", "CANCEL" };
            const int from = (int)below(&e, UA_ENGINES);
            ua_drop(rig, from, names[i], (unsigned)below(&e, 3));
        }
        for (unsigned i = 0; i < OPERATIONS && rig->message_count < MESSAGES; i++) {
            random_operation(rig, &e);
        }
        finish(rig);
        check_ends(rig);
        CHECK(ua_is_empty(rig, ALICE));
        CHECK(ua_is_empty(rig, BOB));
        CHECK_EQ(rig->pools.store.live_blocks, 0);
    }
}
