/* Two user agents and a hostile Carol under random offers, answers, reliable responses, PRACKs, UPDATEs, re-INVITEs, refreshes and
 * subscriptions inside calls. Carol answers whatever she gets, and asks inside any dialog, in any order and with any status:
 * nothing asserts, no request is sent for ever, and when all is hung up nothing is left. */
#include "ua_rig.h"

#include <stdio.h>
#include <string.h>

enum { SEEDS = 1500, OPERATIONS = 70, MESSAGES = 900 };

static const ss_slice packages[] = { SS_LIT_INIT("presence"), SS_LIT_INIT("dialog") };
static const ss_ua_profile profile = { .package_count = 2, .packages = packages };
static char text[4096];

static uint64_t below(ss_entropy *e, uint64_t bound)
{
    return ss_entropy_next(e) % bound;
}

static const char *pick(ss_entropy *e, const char *const *texts, size_t count)
{
    return texts[below(e, count)];
}

/* ---- the applications ---- */

static void random_command(ua_rig *rig, ss_entropy *e)
{
    static const ss_command_kind kinds[] = {
        SS_CMD_CALL,    SS_CMD_PROGRESS, SS_CMD_PROGRESS, SS_CMD_ANSWER,    SS_CMD_ANSWER,
        SS_CMD_ANSWER,  SS_CMD_REJECT,   SS_CMD_CANCEL,   SS_CMD_CANCEL,    SS_CMD_REINVITE,
        SS_CMD_UPDATE,  SS_CMD_PRACK,    SS_CMD_REINVITE, SS_CMD_UPDATE,    SS_CMD_PRACK,
        SS_CMD_ACK,     SS_CMD_RESPOND,  SS_CMD_ACK,      SS_CMD_SUBSCRIBE, SS_CMD_REFER,
        SS_CMD_RESPOND, SS_CMD_REQUEST,  SS_CMD_BYE
    };
    static const char *const targets[] = { "sip:bob@10.0.0.2", "sip:alice@10.0.0.1",
                                           "sip:carol@10.0.0.9", "sip:carol@10.0.0.9" };
    const int node = (int)below(e, UA_ENGINES);
    const uint32_t next = rig->engines[node].ua.next_call + 1;
    ss_command c = { .kind = kinds[below(e, SS_COUNT(kinds))],
                     .call = below(e, 2) == 0 ? 1 : (uint32_t)below(e, next) + 1,
                     .reliable = below(e, 2) == 0,
                     .target = ss_slice_from(pick(e, targets, SS_COUNT(targets))),
                     .expires_s = 60,
                     .method = below(e, 2) == 0 ? SS_METHOD_INFO : SS_METHOD_MESSAGE,
                     .event = SS_LIT("presence"),
                     .refer_to = SS_LIT("sip:carol@10.0.0.9") };
    c.kind = c.kind == SS_CMD_CALL && c.call > 3 ? SS_CMD_HANGUP : c.kind;
    c.status = c.kind == SS_CMD_PROGRESS ? 183 : c.kind == SS_CMD_REJECT ? 488 : 0;
    if (below(e, 2) == 0) {
        c.body_type = SS_LIT("application/sdp");
        c.body = SS_LIT("v=0\r\ns=x\r\n");
    }
    (void)ua_command(rig, node, &c);
}

/* ---- Carol ---- */

static const char *const tags[] = { "a", "b" };

static const char *random_lines(ss_entropy *e)
{
    static const char *const lines[] = {
        "Contact: <sip:carol@10.0.0.9>\r\nRequire: 100rel\r\nRSeq: 1\r\nAllow: UPDATE\r\n",
        "Contact: <sip:carol@10.0.0.9>\r\nRequire: 100rel\r\nRSeq: 2\r\nAllow: UPDATE\r\n",
        "Contact: <sip:carol@10.0.0.9>\r\nAllow: UPDATE\r\nSession-Expires: 90;refresher=uac\r\n",
        "Contact: <sip:carol@10.0.0.9>\r\nAllow: UPDATE\r\nSupported: 100rel, timer\r\n",
        "Contact: <sip:carol@10.0.0.9>\r\nSubscription-State: active\r\nEvent: presence\r\n",
        "Contact: <sip:carol@10.0.0.9>\r\nSubscription-State: terminated\r\nEvent: refer\r\n",
        "Contact: <sip:x@10.0.0.9>\r\nEvent: presence\r\nRefer-To: <sip:carol@10.0.0.9>\r\n",
        "Contact: <sip:y@10.0.0.9>;q=0.5\r\nMin-SE: 4000\r\nMin-Expires: 4000\r\n",
        "Unsupported: 100rel, timer\r\nRetry-After: 1\r\n",
        "Contact: <sip:carol@10.0.0.9>\r\nRequire: 100rel\r\nEvent: dialog\r\n",
    };
    return pick(e, lines, SS_COUNT(lines));
}

/* Something that was sent to her, or NULL. */
static const ua_message *random_request(const ua_rig *rig, ss_entropy *e)
{
    for (unsigned tries = 0; tries < 20 && rig->message_count > 0; tries++) {
        const ua_message *message = &rig->messages[below(e, rig->message_count)];
        if (message->to == CAROL && !ss_slice_starts(message->bytes, SS_LIT("SIP/2.0")) &&
            strcmp(message->name, "ACK") != 0) {
            return message;
        }
    }
    return NULL;
}

static void carol_answers(ua_rig *rig, ss_entropy *e)
{
    static const unsigned statuses[] = { 180, 183, 183, 200, 200, 200, 200, 202, 302, 401, 404,
                                         408, 420, 422, 423, 480, 481, 487, 491, 500, 503 };
    const ua_message *request = random_request(rig, e);
    if (request != NULL) {
        CHECK_OK(ua_carol_answers(rig, request, statuses[below(e, SS_COUNT(statuses))],
                                  pick(e, tags, SS_COUNT(tags)), random_lines(e)));
    }
}

static const char *sdp_or_none(ss_entropy *e)
{
    return below(e, 2) == 0
               ? "Content-Length: 0\r\n\r\n"
               : "Content-Type: application/sdp\r\nContent-Length: 10\r\n\r\nv=0\r\ns=x\r\n";
}

/* In memory that lasts until the next call. */
static const ss_msg *parse(const ua_message *message)
{
    static _Alignas(16) unsigned char memory[1 << 14];
    static ss_msg msg;
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_diag diag;
    CHECK_OK(ss_msg_parse(&msg, &arena, message->bytes, &diag));
    return &msg;
}

/* The RAck of the last reliable response that she got, or nonsense. */
static void put_rack(ss_buffer *b, const ua_rig *rig)
{
    uint32_t rseq = 1, cseq = 1;
    for (size_t i = 0; i < rig->message_count; i++) {
        const ua_message *message = &rig->messages[i];
        if (message->to == CAROL && strstr(message->name, " INVITE") != NULL) {
            const ss_msg *msg = parse(message);
            if (ss_msg_number(msg, SS_HDR_RSEQ, &rseq) == SS_OK) {
                cseq = msg->cseq.number;
            }
        }
    }
    ss_put_text(b, "RAck: ");
    ss_rack_put(b, rseq, cseq);
    ss_put_text(b, "\r\n");
}

/* In a dialog of an answer of hers, or of an INVITE of hers that was answered. */
static void carol_asks(ua_rig *rig, ss_entropy *e, unsigned nth)
{
    static const char *const methods[] = { "INVITE",    "INVITE", "ACK",    "ACK",    "BYE",
                                           "PRACK",     "PRACK",  "UPDATE", "UPDATE", "INFO",
                                           "SUBSCRIBE", "NOTIFY", "REFER",  "CANCEL" };
    if (rig->message_count == 0) {
        return;
    }
    const ua_message *message = &rig->messages[below(e, rig->message_count)];
    if (message->to != CAROL) {
        return;
    }
    const ss_msg *msg = parse(message);
    const char *method = pick(e, methods, SS_COUNT(methods));
    const unsigned number =
        strcmp(method, "ACK") == 0 || strcmp(method, "CANCEL") == 0 ? msg->cseq.number : nth + 10;
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_text(&b, method);
    ss_put_text(&b, message->from == ALICE ? " sip:alice@10.0.0.1" : " sip:bob@10.0.0.2");
    ss_put_text(&b, " SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKh");
    ss_put_u64(&b, strcmp(method, "CANCEL") == 0 ? nth - 1 : nth);
    ss_put_text(&b, "\r\nMax-Forwards: 70\r\nCall-ID: ");
    ss_put(&b, ss_msg_call_id(msg));
    ss_put_text(&b, msg->is_request ? "\r\nTo: " : "\r\nFrom: ");
    ss_put(&b, ss_msg_value(msg, SS_HDR_FROM, 0));
    ss_put_text(&b, msg->is_request ? "\r\nFrom: " : "\r\nTo: ");
    ss_put(&b, ss_msg_value(msg, SS_HDR_TO, 0));
    ss_name_addr to;
    if (msg->is_request && ss_msg_to(msg, &to) == SS_OK && ss_name_addr_tag(&to).len == 0) {
        ss_put_text(&b, ";tag=");
        ss_put_text(&b, pick(e, tags, SS_COUNT(tags)));
    }
    ss_put_text(&b, "\r\nCSeq: ");
    ss_put_u64(&b, number);
    ss_put_char(&b, ' ');
    ss_put_text(&b, method);
    ss_put_text(&b, "\r\n");
    ss_put_text(&b, random_lines(e)); /* the message is not looked at any more */
    put_rack(&b, rig);
    ss_put_text(&b, sdp_or_none(e));
    const ss_status status = ua_inject(rig, message->from, ss_buffer_slice(&b));
    CHECK(status == SS_OK || status == SS_ERR_SYNTAX);
}

static void carol_invites(ua_rig *rig, ss_entropy *e, unsigned nth)
{
    char branch[24];
    snprintf(branch, sizeof branch, "h%u", nth);
    CHECK_OK(ua_carol_invites(rig, (int)below(e, UA_ENGINES), branch,
                              "Contact: <sip:carol@10.0.0.9>\r\nSupported: 100rel, timer\r\n"
                              "Allow: UPDATE\r\nSession-Expires: 90\r\n"));
}

/* ---- all together ---- */

/* A call that is up, or nearly. */
static void begin(ua_rig *rig, uint64_t how)
{
    if (how == 0) {
        ua_set_up(rig);
        return;
    }
    if (how == 1) {
        ua_call(rig, ALICE, "sip:carol@10.0.0.9");
        CHECK_OK(ua_carol_answers(rig, ua_sent(rig, ALICE, "INVITE", 0), 200, "a",
                                  "Contact: <sip:carol@10.0.0.9>\r\nAllow: UPDATE\r\n"));
        return;
    }
    CHECK_OK(ua_carol_invites(rig, BOB, "i",
                              "Contact: <sip:carol@10.0.0.9>\r\nSupported: 100rel, timer\r\n"
                              "Allow: UPDATE\r\nSession-Expires: 90\r\n"));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
}

static void random_operation(ua_rig *rig, ss_entropy *e, unsigned nth)
{
    switch (below(e, 12)) {
    case 0:
        carol_invites(rig, e, nth);
        break;
    case 1:
    case 2:
        carol_answers(rig, e);
        break;
    case 3:
    case 4:
        carol_asks(rig, e, nth);
        break;
    case 5:
    case 6:
        ua_run(rig, rig->now + SS_MS(below(e, below(e, 5) == 0 ? 40000 : 30)));
        break;
    default:
        random_command(rig, e);
        break;
    }
}

static void finish(ua_rig *rig)
{
    for (unsigned round = 0; round < 4; round++) {
        for (int node = 0; node < UA_ENGINES; node++) {
            ss_command quiet = { .kind = SS_CMD_QUIET };
            CHECK_OK(ua_command(rig, node, &quiet));
            for (uint32_t call = 1; call <= rig->engines[node].ua.next_call; call++) {
                const ss_status status = ua_do(rig, node, SS_CMD_HANGUP, call);
                CHECK(status == SS_OK || status == SS_ERR_STATE);
            }
        }
        ua_run(rig, rig->now + SS_S(200));
    }
    ua_run(rig, rig->now + SS_S(5000));
}

TEST(random_changes_of_sessions_against_a_hostile_peer_leave_nothing_behind)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        ss_entropy e = { .key = seed };
        ua_rig *rig = ua_start();
        for (int node = 0; node < UA_ENGINES; node++) {
            rig->identities[node].profile = &profile;
            rig->identities[node].session_timers = (ss_session_timers){ 90, 90, SS_REFRESHER_ANY };
        }
        begin(rig, seed % 3);
        if (seed % 2 == 1) { /* little room */
            rig->settings.bytes_max = 6000 + (uint32_t)below(&e, 20000);
            rig->settings.txns_max = 2 + (uint32_t)below(&e, 20);
            rig->settings.dialogs_max = 1 + (uint32_t)below(&e, 4);
        }
        for (unsigned i = 1; i <= OPERATIONS && rig->message_count < MESSAGES; i++) {
            random_operation(rig, &e, i);
        }
        finish(rig);
        CHECK(ua_is_empty(rig, ALICE));
        CHECK(ua_is_empty(rig, BOB));
        CHECK_EQ(rig->pools.store.live_blocks, 0);
    }
}
