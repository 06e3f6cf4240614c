/* Two user agents under random subscriptions, publications, references and calls, with losses, replays and damaged copies of what
 * was sent: nothing asserts, and when both fall quiet and all is hung up nothing is left. */
#include "events_rig.h"

#include <string.h>

enum { SEEDS = 300, OPERATIONS = 50, MESSAGES = 700 };

static const ss_slice packages[] = { SS_LIT_INIT("presence"), SS_LIT_INIT("dialog"),
                                     SS_LIT_INIT("weather") };
static const ss_slice info_packages[] = { SS_LIT_INIT("dtmf") };
static const ss_ua_profile alices = { .package_count = 3,
                                      .packages = packages,
                                      .info_package_count = 1,
                                      .info_packages = info_packages };
static const ss_ua_profile bobs = { .methods = SS_METHOD_BIT(PUBLISH),
                                    .package_count = 3,
                                    .packages = packages,
                                    .is_compositor = true,
                                    .min_expires_s = 20 };

static uint64_t below(ss_entropy *e, uint64_t bound)
{
    return ss_entropy_next(e) % bound;
}

static ss_slice pick(ss_entropy *e, const char *const *texts, size_t count)
{
    return ss_slice_from(texts[below(e, count)]);
}

static ss_command random_command(ua_rig *rig, int node, ss_entropy *e)
{
    static const ss_command_kind kinds[] = { SS_CMD_SUBSCRIBE, SS_CMD_SUBSCRIBE, SS_CMD_UNSUBSCRIBE,
                                             SS_CMD_NOTIFY,    SS_CMD_STATE,     SS_CMD_REFER,
                                             SS_CMD_REQUEST,   SS_CMD_PUBLISH,   SS_CMD_CALL,
                                             SS_CMD_CALL,      SS_CMD_ANSWER,    SS_CMD_ANSWER,
                                             SS_CMD_HANGUP,    SS_CMD_PROGRESS,  SS_CMD_CANCEL };
    static const char *const targets[] = { "sip:bob@10.0.0.2", "sip:alice@10.0.0.1",
                                           "sip:carol@10.0.0.9", "sip:bob@name.example.com" };
    static const char *const events[] = { "presence", "dialog", "presence;id=7", "weather",
                                          "refer" };
    static const char *const reasons[] = { "timeout", "rejected", "" };
    const ss_ua *ua = &rig->engines[node].ua;
    const uint32_t call = (uint32_t)below(e, ua->next_call + 2u);
    ss_command c = { .kind = kinds[below(e, SS_COUNT(kinds))],
                     .call = below(e, 2) == 0 ? call : 0,
                     .cookie = 3,
                     .target = pick(e, targets, SS_COUNT(targets)),
                     .status = 180,
                     .expires_s = (uint32_t)below(e, 3) * 30,
                     .request = 0,
                     .refer_call = below(e, 3) == 0 ? call : 0,
                     .retry_after_s = (uint32_t)below(e, 2) * 9,
                     .method = (uint8_t)(below(e, 2) == 0 ? SS_METHOD_MESSAGE : SS_METHOD_INFO),
                     .state = (uint8_t)below(e, 5),
                     .event = pick(e, events, SS_COUNT(events)),
                     .reason = pick(e, reasons, SS_COUNT(reasons)),
                     .refer_to = pick(e, targets, SS_COUNT(targets)) };
    c.subscription = below(e, 2) == 0 ? 0 : (uint32_t)below(e, ua->next_usage + 2u);
    if (below(e, 2) == 0) {
        c.body_type = SS_LIT("text/plain");
        c.body = SS_LIT("a <b> & c");
    }
    return c;
}

/* Something that was sent before comes again, whole or damaged, from where it never was. */
static void random_replay(ua_rig *rig, ss_entropy *e)
{
    static char copy[8192];
    if (rig->message_count == 0) {
        return;
    }
    const ss_slice bytes = rig->messages[below(e, rig->message_count)].bytes;
    CHECK(bytes.len <= sizeof copy);
    memcpy(copy, bytes.at, bytes.len);
    for (uint64_t edits = below(e, 3); edits > 0; edits--) {
        copy[below(e, bytes.len)] = "0a;:<>,\r\n= \"1&%"[below(e, 15)];
    }
    const ss_status status =
        ua_inject(rig, (int)below(e, UA_ENGINES), (ss_slice){ copy, bytes.len });
    CHECK(status == SS_OK || status == SS_ERR_SYNTAX);
}

/* Carol: what she asks for, and what she answers to what was sent to her. */
static void random_carol(ua_rig *rig, ss_entropy *e)
{
    static const char *const methods[] = { "SUBSCRIBE", "REFER", "PUBLISH", "NOTIFY", "MESSAGE" };
    static const char *const lines[] = {
        "Contact: <sip:carol@10.0.0.9>\r\nEvent: presence\r\nExpires: 40\r\n",
        "Contact: <sip:carol@10.0.0.9>\r\nEvent: dialog\r\nExpires: 0\r\n",
        "Contact: <sip:carol@10.0.0.9>\r\nRefer-To: <sip:bob@10.0.0.2?Replaces=a%3Bto-tag%3Db>\r\n",
        "Event: presence\r\nSubscription-State: active;expires=4294967296\r\n",
        "Contact: <sip:carol@10.0.0.9>\r\nEvent: presence;id=\r\nSIP-If-Match: zz\r\n",
    };
    static const unsigned statuses[] = { 200, 202, 404, 423, 481, 489, 500, 503, 604 };
    static unsigned count;
    char call_id[16];
    if (below(e, 2) == 0 && rig->message_count > 0) {
        const ua_message *message = &rig->messages[below(e, rig->message_count)];
        const bool is_request = message->to == CAROL && message->name[0] > '9';
        if (is_request && strcmp(message->name, "ACK") != 0 &&
            strcmp(message->name, "refusal") != 0) {
            CHECK_OK(ua_carol_answers(rig, message, statuses[below(e, SS_COUNT(statuses))], "c",
                                      "Contact: <sip:carol@10.0.0.9>\r\nMin-Expires: 90\r\n"));
        }
        return;
    }
    ss_buffer b = ss_buffer_on(call_id, sizeof call_id - 1);
    ss_put_text(&b, "r");
    ss_put_u64(&b, ++count);
    call_id[b.len] = '\0';
    ev_carol_sends(rig, (int)below(e, UA_ENGINES), methods[below(e, SS_COUNT(methods))], call_id, 1,
                   lines[below(e, SS_COUNT(lines))],
                   below(e, 2) == 0 ? NULL : "application/pidf+xml",
                   below(e, 2) == 0 ? "<basic>open</basic><note>&amp;&lt;&x</note>" : "<<<basic>");
}

static void random_operation(ua_rig *rig, ss_entropy *e)
{
    const ss_address bob = ss_address_v4(0x0a000002u, 5060);
    switch (below(e, 8)) {
    case 0:
    case 1:
    case 2: {
        const int node = (int)below(e, UA_ENGINES);
        ss_command command = random_command(rig, node, e);
        CHECK(ua_command(rig, node, &command) != SS_ERR_MEMORY);
        break;
    }
    case 3:
        random_replay(rig, e);
        break;
    case 4:
        random_carol(rig, e);
        break;
    case 5:
        if (rig->query_count > 0) {
            const ss_status status =
                ua_answer_query(rig, below(e, rig->query_count), below(e, 3) == 0 ? NULL : &bob);
            CHECK(status == SS_OK || status == SS_NONE);
        }
        break;
    default:
        ua_run(rig, rig->now + SS_MS(below(e, below(e, 4) == 0 ? 40000 : 30)));
        break;
    }
}

static void finish(ua_rig *rig)
{
    for (int round = 0; round < 4; round++) {
        for (size_t i = 0; i < rig->query_count; i++) {
            const ss_status status = ua_answer_query(rig, i, NULL);
            CHECK(status == SS_OK || status == SS_NONE);
        }
        for (int node = 0; node < UA_ENGINES; node++) {
            CHECK_OK(ua_do(rig, node, SS_CMD_QUIET, 0));
            for (uint32_t call = 1; call <= rig->engines[node].ua.next_call; call++) {
                const ss_status status = ua_do(rig, node, SS_CMD_HANGUP, call);
                CHECK(status == SS_OK || status == SS_ERR_STATE);
            }
        }
        ua_run_out(rig);
    }
}

TEST(random_events_leave_nothing_behind)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        ss_entropy e = { .key = seed };
        ua_rig *rig = ua_start();
        rig->identities[ALICE].profile = &alices;
        rig->identities[BOB].profile = &bobs;
        for (unsigned i = 0; i < 6; i++) {
            static const char *const names[] = { "NOTIFY",     "SUBSCRIBE", "200 SUBSCRIBE",
                                                 "200 NOTIFY", "REFER",     "202 REFER" };
            ua_drop(rig, (int)below(&e, UA_ENGINES), names[i], (unsigned)below(&e, 3));
        }
        for (unsigned i = 0; i < OPERATIONS && rig->message_count < MESSAGES; i++) {
            random_operation(rig, &e);
        }
        finish(rig);
        CHECK(ua_is_empty(rig, ALICE));
        CHECK(ua_is_empty(rig, BOB));
        CHECK_EQ(rig->pools.store.live_blocks, 0);
    }
}
