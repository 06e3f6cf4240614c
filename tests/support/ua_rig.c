/* See ua_rig.h. Everything is static: the tests run one at a time. */
#include "ua_rig.h"

#include <stdio.h>
#include <string.h>

enum {
    STORE_BYTES = 1 << 20,
    ARENA_BYTES = 1 << 17,
    TEXT_BYTES = 1 << 22,
    INDEX_BYTES = 1 << 20,
    PIPE = 512,
    RULES = 16
};

typedef struct in_flight {
    ss_time at;
    ss_path path; /* as the receiver sees it */
    int to;
    ss_slice bytes;
} in_flight;

typedef struct drop_rule {
    int from;
    char name[32];
    unsigned nth;
    bool all;
} drop_rule;

static _Alignas(16) unsigned char store_memory[STORE_BYTES];
static _Alignas(16) unsigned char arena_memory[ARENA_BYTES];
static _Alignas(16) unsigned char text_memory[TEXT_BYTES];
static _Alignas(16) unsigned char index_memory[INDEX_BYTES];
static ss_arena texts, indexes;
static ua_rig the_rig;
static in_flight pipe_of[PIPE];
static size_t pipe_count;
static drop_rule rules[RULES];
static size_t rule_count;

static const ss_address *address_of(int node)
{
    static ss_address addresses[UA_NODES];
    addresses[ALICE] = ss_address_v4(0x0a000001u, 5060);
    addresses[BOB] = ss_address_v4(0x0a000002u, 5060);
    addresses[CAROL] = ss_address_v4(0x0a000009u, 5060);
    return &addresses[node];
}

ss_address ua_address6(int node)
{
    const uint8_t last = address_of(node)->ip[3];
    return (ss_address){ .family = 6, .ip = { [0] = 0xfd, [15] = last }, .port = 5060 };
}

/* One that has moved is where its identity says, too. */
static int node_at(const ua_rig *rig, const ss_address *address)
{
    for (int i = 0; i < UA_NODES; i++) {
        const ss_address at6 = ua_address6(i);
        if (ss_address_equal(address, address_of(i)) || ss_address_equal(address, &at6) ||
            (i < UA_ENGINES && ss_address_equal(address, &rig->identities[i].local.local))) {
            return i;
        }
    }
    return -1;
}

/* Whatever happened: as after a crash, nothing of the engines is left. */
static void end(void)
{
    for (int i = 0; i < UA_ENGINES; i++) {
        ss_engine_reset(&the_rig.engines[i]);
        CHECK(ua_is_empty(&the_rig, i));
    }
    CHECK_EQ(the_rig.pools.txns.count, 0);
    CHECK_EQ(the_rig.pools.dialogs.count, 0);
    CHECK_EQ(the_rig.pools.store.live_blocks, 0);
}

ua_rig *ua_start(void)
{
    static const char *const aors[] = { "sip:alice@example.com", "sip:bob@example.com" };
    static const char *const users[] = { "alice", "bob" };
    ua_rig *rig = &the_rig;
    memset(rig, 0, sizeof *rig);
    texts = (ss_arena){ .base = text_memory, .cap = sizeof text_memory };
    indexes = (ss_arena){ .base = index_memory, .cap = sizeof index_memory };
    pipe_count = 0;
    rule_count = 0;
    rig->settings = ss_settings_default();
    rig->settings.ring_limit = SS_S(30);
    rig->squeeze = UA_NO_SQUEEZE;
    rig->delay = SS_MS(10);
    rig->arena = (ss_arena){ .base = arena_memory, .cap = sizeof arena_memory };
    CHECK_OK(ss_pools_init(&rig->pools, store_memory, sizeof store_memory, 64, 64));
    for (int i = 0; i < UA_ENGINES; i++) {
        rig->identities[i] = (ss_ua_identity){ .aor = ss_slice_from(aors[i]),
                                               .user = ss_slice_from(users[i]),
                                               .registrar = SS_LIT("sip:10.0.0.9"),
                                               .local = { .local = *address_of(i) } };
        const ss_engine_options options = { .pools = &rig->pools,
                                            .settings = &rig->settings,
                                            .engine = (uint32_t)i,
                                            .entropy_key = 1000u + (unsigned)i,
                                            .role = SS_ROLE_UA,
                                            .identity = &rig->identities[i] };
        ss_engine_init(&rig->engines[i], &options);
    }
    test_at_end(end);
    return rig;
}

/* ---- what came out of a turn ---- */

static void name_message(ss_slice bytes, char name[32])
{
    ss_arena scratch = indexes;
    ss_msg msg;
    ss_diag diag;
    if (ss_stun_is(bytes)) {
        snprintf(name, 32, "stun");
    } else if (ss_msg_parse(&msg, &scratch, bytes, &diag) != SS_OK) {
        CHECK(ss_slice_starts(bytes, SS_LIT("SIP/2.0 400 ")) ||
              ss_slice_starts(bytes, SS_LIT("SIP/2.0 505 ")));
        snprintf(name, 32, "refusal"); /* it repeats what was broken in the request */
    } else if (msg.is_request) {
        snprintf(name, 32, "%.*s", (int)msg.method_name.len, msg.method_name.at);
    } else {
        const ss_slice method = ss_method_name(msg.method);
        snprintf(name, 32, "%u %.*s", msg.status, (int)method.len, method.at);
    }
}

static bool is_dropped(int from, const char *name)
{
    for (size_t i = 0; i < rule_count; i++) {
        drop_rule *rule = &rules[i];
        if (rule->from != from || strcmp(rule->name, name) != 0) {
            continue;
        }
        if (rule->all) {
            return true;
        }
        if (rule->nth-- == 0) {
            rule->nth = UINT32_MAX;
            return true;
        }
    }
    return false;
}

/* What the engine says that it read of an output is what its bytes say. */
static void check_read(const ss_output *out)
{
    static _Alignas(16) unsigned char memory[1 << 16]; /* the rig's arena may be of any size */
    ss_arena scratch = { .base = memory, .cap = sizeof memory };
    ss_summary said, is;
    if (out->msg != NULL) {
        ss_msg_summarise(out->msg, &said);
        ss_summarise_bytes(out->bytes, &scratch, &is);
        CHECK_EQ(is.is_sip, 1);
        CHECK_EQ(said.rseq, is.rseq);
        CHECK_EQ(said.says, is.says);
        CHECK_EQ(said.branch, is.branch);
        CHECK_EQ(said.call_id, is.call_id);
        CHECK_EQ(said.from_tag, is.from_tag);
        CHECK_EQ(said.to_tag, is.to_tag);
        CHECK_EQ(said.method, is.method);
        CHECK_EQ(said.cseq, is.cseq);
    }
}

static void sent(ua_rig *rig, int node, const ss_output *out)
{
    check_read(out);
    CHECK(rig->message_count < SS_COUNT(rig->messages));
    ua_message *message = &rig->messages[rig->message_count++];
    *message = (ua_message){ .at = rig->now, .from = node, .to = node_at(rig, &out->path.remote) };
    message->bytes = ss_arena_copy(&texts, out->bytes);
    CHECK(message->bytes.len == out->bytes.len);
    name_message(message->bytes, message->name);
    message->dropped = is_dropped(node, message->name);
    if (!message->dropped && message->to >= 0 && message->to < UA_ENGINES) {
        CHECK(pipe_count < PIPE);
        pipe_of[pipe_count++] =
            (in_flight){ .at = rig->now + rig->delay,
                         .path = { .local = out->path.remote, .remote = out->path.local },
                         .to = message->to,
                         .bytes = message->bytes };
    }
}

static void drain(ua_rig *rig, int node, ss_turn *turn)
{
    const ss_output *out;
    bool provoked = false;
    while ((out = ss_turn_take(turn)) != NULL) {
        if (out->kind == SS_OUT_DATAGRAM || out->kind == SS_OUT_STREAM) {
            sent(rig, node, out);
            rig->messages[rig->message_count - 1].provoked = provoked;
            provoked = false;
        } else if (out->kind == SS_OUT_EVENT) {
            CHECK(rig->event_count < SS_COUNT(rig->events));
            ua_event *e = &rig->events[rig->event_count++];
            *e = (ua_event){
                .at = rig->now, .node = node, .event = out->event, .has_msg = out->event.msg != NULL
            };
            e->msg_status = e->has_msg ? out->event.msg->status : 0;
        } else if (out->kind == SS_OUT_QUERY) {
            CHECK(rig->query_count < SS_COUNT(rig->queries));
            ua_query *q = &rig->queries[rig->query_count++];
            *q = (ua_query){ .node = node, .query = out->query };
            snprintf(q->name, sizeof q->name, "%.*s", (int)out->query.name.len, out->query.name.at);
        } else if (out->kind == SS_OUT_AVOID) {
            rig->avoids[rig->avoid_count++ % SS_COUNT(rig->avoids)] = *out;
        } else if (out->kind == SS_OUT_NOTE) {
            rig->notes[rig->note_count % SS_COUNT(rig->notes)] = out->note;
            rig->note_count++;
            provoked = out->note.kind == SS_NOTE_RESEND && out->note.letter == SS_LETTER_COUNT;
        }
    }
    rig->arena.used = 0;
}

/* ---- inputs ---- */

static uint32_t at_most(uint32_t held, uint32_t more, uint32_t as_always)
{
    return more == UINT32_MAX || more > UINT32_MAX - held ? as_always : held + more;
}

static ss_turn begin(ua_rig *rig, int node)
{
    const ua_squeeze *squeeze = &rig->squeeze;
    const ss_core *core = &rig->engines[node].core;
    const ss_settings usual = ss_settings_default();
    const bool is_squeezed = rig->steps++ == squeeze->step;
    const uint32_t none = UINT32_MAX;
    rig->arena.cap =
        is_squeezed && squeeze->arena < sizeof arena_memory ? squeeze->arena : sizeof arena_memory;
    if (squeeze->step != SIZE_MAX) {
        rig->settings.bytes_max =
            at_most(core->bytes, is_squeezed ? squeeze->bytes : none, usual.bytes_max);
        rig->settings.txns_max =
            at_most(core->txns, is_squeezed ? squeeze->txns : none, usual.txns_max);
        rig->settings.txns_ending = is_squeezed && squeeze->txns != none ? 0 : usual.txns_ending;
        rig->settings.dialogs_max =
            at_most(core->dialogs, is_squeezed ? squeeze->dialogs : none, usual.dialogs_max);
    }
    return ss_turn_begin(rig->now, &rig->arena);
}

/* A squeezed input may be refused for want of room, no other. */
static void check_done(const ua_rig *rig, ss_status status)
{
    CHECK(status == SS_OK || (status == SS_ERR_FULL && rig->steps == rig->squeeze.step + 1));
}

ss_status ua_command(ua_rig *rig, int node, ss_command *command)
{
    ss_turn turn = begin(rig, node);
    const ss_status status = ss_engine_command(&rig->engines[node], &turn, command);
    drain(rig, node, &turn);
    return status;
}

ss_status ua_say(ua_rig *rig, int node, ss_command_kind kind, ss_slice sdp)
{
    ss_command command = { .kind = kind, .call = 1, .body = sdp };
    command.body_type = sdp.len > 0 ? SS_LIT("application/sdp") : SS_EMPTY;
    return ua_command(rig, node, &command);
}

uint32_t ua_call(ua_rig *rig, int node, const char *target)
{
    ss_command command = { .kind = SS_CMD_CALL,
                           .cookie = 7,
                           .target = ss_slice_from(target),
                           .body_type = SS_LIT("application/sdp"),
                           .body = SS_LIT("v=0\r\n") };
    CHECK_OK(ua_command(rig, node, &command));
    return command.call;
}

ss_status ua_do_status(ua_rig *rig, int node, ss_command_kind kind, uint32_t call, unsigned status)
{
    ss_command command = { .kind = kind, .call = call, .status = status };
    if (kind == SS_CMD_ANSWER) {
        command.body_type = SS_LIT("application/sdp");
        command.body = SS_LIT("v=0\r\n");
    }
    return ua_command(rig, node, &command);
}

ss_status ua_do(ua_rig *rig, int node, ss_command_kind kind, uint32_t call)
{
    return ua_do_status(rig, node, kind, call, 0);
}

ss_status ua_answer(ua_rig *rig, size_t query, ss_answer answer)
{
    CHECK(query < rig->query_count);
    const ua_query *q = &rig->queries[query];
    answer.token = q->query.token;
    ss_turn turn = begin(rig, q->node);
    const ss_status status = ss_engine_answer(&rig->engines[q->node], &turn, &answer);
    drain(rig, q->node, &turn);
    return status;
}

ss_status ua_answer_query(ua_rig *rig, size_t query, const ss_address *address)
{
    return ua_answer(rig, query,
                     (ss_answer){ .status = address == NULL ? SS_NONE : SS_OK,
                                  .addresses = address,
                                  .address_count = address == NULL ? 0 : 1 });
}

ss_status ua_answer_secret(ua_rig *rig, size_t query, ss_slice ha1)
{
    return ua_answer(rig, query,
                     (ss_answer){ .status = ha1.len == 0 ? SS_NONE : SS_OK, .ha1 = ha1 });
}

ss_status ua_lose_path(ua_rig *rig, int node, int to)
{
    const ss_path path = { .local = *address_of(node), .remote = *address_of(to) };
    ss_turn turn = begin(rig, node);
    const ss_status status = ss_engine_path_lost(&rig->engines[node], &turn, &path, true);
    drain(rig, node, &turn);
    return status;
}

static ss_status arrive(ua_rig *rig, int to, const ss_path *path, ss_slice bytes)
{
    ss_turn turn = begin(rig, to);
    const ss_status status = ss_engine_input(&rig->engines[to], &turn, path, bytes);
    drain(rig, to, &turn);
    return status;
}

ss_status ua_inject(ua_rig *rig, int to, ss_slice bytes)
{
    const ss_path path = { .local = *address_of(to), .remote = *address_of(CAROL) };
    return arrive(rig, to, &path, bytes);
}

static ss_status inject6(ua_rig *rig, int to, ss_slice bytes)
{
    const ss_path path = { .local = ua_address6(to), .remote = ua_address6(CAROL) };
    return arrive(rig, to, &path, bytes);
}

ss_status ua_inject6_text(ua_rig *rig, int to, const char *text)
{
    return inject6(rig, to, ss_slice_from(text));
}

ss_status ua_inject_text(ua_rig *rig, int to, const char *text)
{
    return ua_inject(rig, to, ss_slice_from(text));
}

static void add_rule(int from, const char *name, unsigned nth, bool all)
{
    CHECK(rule_count < RULES);
    drop_rule *rule = &rules[rule_count++];
    *rule = (drop_rule){ .from = from, .nth = nth, .all = all };
    snprintf(rule->name, sizeof rule->name, "%s", name);
}

void ua_drop(ua_rig *rig, int from, const char *name, unsigned nth)
{
    (void)rig;
    add_rule(from, name, nth, false);
}

void ua_drop_all(ua_rig *rig, int from, const char *name)
{
    (void)rig;
    add_rule(from, name, 0, true);
}

/* ---- time: datagrams first, in the order they were sent, then timers, alice's before bob's ---- */

static size_t next_in_flight(void)
{
    size_t best = 0;
    for (size_t i = 1; i < pipe_count; i++) {
        if (pipe_of[i].at < pipe_of[best].at) {
            best = i;
        }
    }
    return best;
}

static void deliver(ua_rig *rig, size_t at)
{
    const in_flight packet = pipe_of[at];
    memmove(&pipe_of[at], &pipe_of[at + 1], (pipe_count - at - 1) * sizeof pipe_of[0]);
    pipe_count--;
    check_done(rig, arrive(rig, packet.to, &packet.path, packet.bytes));
}

/* The instant of the next thing to happen. */
static ss_time next_instant(const ua_rig *rig)
{
    ss_time next = pipe_count == 0 ? SS_TIME_NEVER : pipe_of[next_in_flight()].at;
    for (int i = 0; i < UA_ENGINES; i++) {
        next = ss_time_earlier(next, ss_engine_deadline(&rig->engines[i]));
    }
    return next;
}

static void happen(ua_rig *rig)
{
    if (pipe_count > 0 && pipe_of[next_in_flight()].at <= rig->now) {
        deliver(rig, next_in_flight());
        return;
    }
    for (int i = 0; i < UA_ENGINES; i++) {
        if (ss_engine_deadline(&rig->engines[i]) <= rig->now) {
            ss_turn turn = begin(rig, i);
            check_done(rig, ss_engine_tick(&rig->engines[i], &turn));
            drain(rig, i, &turn);
            return;
        }
    }
}

void ua_run(ua_rig *rig, ss_time until)
{
    CHECK(until >= rig->now);
    for (ss_time next = next_instant(rig); next <= until; next = next_instant(rig)) {
        rig->now = next > rig->now ? next : rig->now;
        happen(rig);
    }
    rig->now = until;
}

void ua_run_out(ua_rig *rig)
{
    for (ss_time next = next_instant(rig); next != SS_TIME_NEVER; next = next_instant(rig)) {
        ua_run(rig, next);
    }
}

/* ---- carol ---- */

static char text[8192];

ss_status ua_carol_answers(ua_rig *rig, const ua_message *request, unsigned status, const char *tag,
                           const char *more)
{
    CHECK_NOT_NULL(request);
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_response_head(&b, ua_parse(request), status, SS_EMPTY, ss_slice_from(tag));
    ss_put_text(&b, more);
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    const bool is_by_v6 = ss_slice_starts(ua_parse(request)->top_via.host, SS_LIT("["));
    return is_by_v6 ? inject6(rig, request->from, ss_buffer_slice(&b))
                    : ua_inject(rig, request->from, ss_buffer_slice(&b));
}

ss_status ua_carol_requests(ua_rig *rig, const ua_message *invite, const char *tag,
                            const char *method, unsigned cseq)
{
    CHECK_NOT_NULL(invite);
    const ss_msg *msg = ua_parse(invite);
    ss_name_addr from;
    CHECK_OK(ss_msg_from(msg, &from));
    const ss_slice their_tag = ss_name_addr_tag(&from);
    const ss_slice call_id = ss_msg_call_id(msg);
    const int length = snprintf(text, sizeof text,
                                "%s sip:alice@10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP "
                                "10.0.0.9:5060;branch=z9hG4bKc%s%u\r\n"
                                "Max-Forwards: 70\r\nFrom: <sip:carol@example.com>;tag=%s\r\nTo: "
                                "<sip:x@example.com>;tag=%.*s\r\n"
                                "Call-ID: %.*s\r\nCSeq: %u %s\r\nContact: "
                                "<sip:carol@10.0.0.9>\r\nContent-Length: 0\r\n\r\n",
                                method, method, cseq, tag, (int)their_tag.len, their_tag.at,
                                (int)call_id.len, call_id.at, cseq, method);
    return ua_inject(rig, invite->from, (ss_slice){ text, (size_t)length });
}

ss_status ua_carol_invites(ua_rig *rig, int to, const char *branch, const char *more)
{
    const int length = snprintf(text, sizeof text,
                                "INVITE sip:%s@10.0.0.%d:5060 SIP/2.0\r\nVia: SIP/2.0/UDP "
                                "10.0.0.9:5060;branch=z9hG4bK%s\r\n"
                                "Max-Forwards: 70\r\nFrom: "
                                "<sip:carol@example.com>;tag=carol\r\nTo: <sip:%s@example.com>\r\n"
                                "Call-ID: carols\r\nCSeq: 10 INVITE\r\n%sContent-Length: 0\r\n\r\n",
                                to == ALICE ? "alice" : "bob", to + 1, branch,
                                to == ALICE ? "alice" : "bob", more);
    return ua_inject(rig, to, (ss_slice){ text, (size_t)length });
}

/* ---- looking ---- */

unsigned ua_sent_count(const ua_rig *rig, int from, const char *name)
{
    unsigned count = 0;
    for (size_t i = 0; i < rig->message_count; i++) {
        count += rig->messages[i].from == from && strcmp(rig->messages[i].name, name) == 0;
    }
    return count;
}

const ua_message *ua_sent(const ua_rig *rig, int from, const char *name, unsigned nth)
{
    for (size_t i = 0; i < rig->message_count; i++) {
        const ua_message *message = &rig->messages[i];
        if (message->from == from && strcmp(message->name, name) == 0 && nth-- == 0) {
            return message;
        }
    }
    return test_nothing();
}

const ss_msg *ua_parse(const ua_message *message)
{
    CHECK_NOT_NULL(message);
    ss_msg *msg = SS_ARENA_NEW(&indexes, ss_msg);
    ss_diag diag;
    CHECK_NOT_NULL(msg);
    CHECK_OK(ss_msg_parse(msg, &indexes, message->bytes, &diag));
    return msg;
}

unsigned ua_event_count(const ua_rig *rig, int node, ss_event_kind kind)
{
    unsigned count = 0;
    for (size_t i = 0; i < rig->event_count; i++) {
        count += rig->events[i].node == node && rig->events[i].event.kind == kind;
    }
    return count;
}

const ua_event *ua_event_of(const ua_rig *rig, int node, ss_event_kind kind, unsigned nth)
{
    for (size_t i = 0; i < rig->event_count; i++) {
        if (rig->events[i].node == node && rig->events[i].event.kind == kind && nth-- == 0) {
            return &rig->events[i];
        }
    }
    return test_nothing();
}

const ss_msg *ua_sent_msg(const ua_rig *rig, int from, const char *name, unsigned nth)
{
    return ua_parse(ua_sent(rig, from, name, nth));
}

const ua_event *ua_last_event(const ua_rig *rig, int node, ss_event_kind kind)
{
    const unsigned count = ua_event_count(rig, node, kind);
    CHECK(count > 0);
    return ua_event_of(rig, node, kind, count - 1);
}

unsigned ua_dialog_notes(const ua_rig *rig, ss_dialog_state to)
{
    unsigned count = 0;
    CHECK(rig->note_count <= SS_COUNT(rig->notes));
    for (size_t i = 0; i < rig->note_count; i++) {
        count += rig->notes[i].kind == SS_NOTE_DIALOG && rig->notes[i].to == to;
    }
    return count;
}

bool ua_is_empty(const ua_rig *rig, int node)
{
    const ss_core *core = &rig->engines[node].core;
    return core->txns == 0 && core->dialogs == 0 && core->timers.count == 0 &&
           core->bytes == ss_ua_nonce_bytes(&rig->engines[node].ua) &&
           rig->engines[node].ua.calls == 0 && rig->engines[node].ua.first_call == 0;
}

void ua_set_up(ua_rig *rig)
{
    CHECK_EQ(ua_call(rig, ALICE, "sip:bob@10.0.0.2"), 1);
    ua_run(rig, rig->now + SS_MS(10));
    CHECK_OK(ua_do_status(rig, BOB, SS_CMD_PROGRESS, 1, 180));
    ua_run(rig, rig->now + SS_MS(10));
    CHECK_OK(ua_do(rig, BOB, SS_CMD_ANSWER, 1));
    ua_run(rig, rig->now + SS_MS(20));
    CHECK_EQ(ua_event_count(rig, ALICE, SS_EVENT_ANSWERED), 1);
    CHECK_EQ(ua_event_count(rig, BOB, SS_EVENT_CONFIRMED), 1);
}
