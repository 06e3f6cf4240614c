/* Target `response`: a line of choices (who the caller is), then what its peers answer, in records that a line "%" ends. A record's first
 * line is its verb:
 *
 *     answer K STATUS [TAG]   a response to the Kth request that went out; of the rest of the record, lines before an empty one are more
 *                             header fields ("Contact: …" among them replaces ours), what is behind it is the body
 *     say                     the rest is whatever a peer sends
 *     do NAME                 the user: hangup cancel bye reinvite bare update info prack ack
 *     shy                     from now on the user does not answer by itself what asks for PRACK, ACK or a response; `keen`: again
 *     wait MS                 time goes by
 *     lost                    the peers cannot be reached
 *
 * Aims at: ss_engine_input of a UAC: responses to INVITE and what comes of them (RFC 3261 9, 13.2, 14, 15; RFC 3262, 3311, 4028). Judged from the
 * wire: numbers of requests go on by one, a CANCEL waits for a 1xx, no response is answered, an honest 2xx has its ACK, and when the
 * call was hung up and two days have passed nothing is left. */
#include "fuzz.h"

#include "ss/engine.h"
#include "ss/sdp.h"

#include <stdlib.h>
#include <string.h>

enum { POOL_BYTES = 1 << 20, SENT_MAX = 96, RECORDS_MAX = 40, OUTPUTS_MAX = 400, DIALOGS_MAX = 64 };
enum { ASKS_MAX = 16 };
enum { UNTAGGED = 1 }; /* in the place of a hash: the dialog of a peer that gave no To tag */

static _Alignas(16) unsigned char pool_memory[POOL_BYTES];

typedef struct sent {
    ss_slice bytes;
    ss_summary says;
    ss_address to;
    uint64_t to_tag_text; /* hash; 0: none */
    bool is_proceeding;   /* INVITE: a 1xx was given to it */
    bool is_rejected;
    ss_time at;
} sent;

/** The last number that the caller used towards a To tag of its call. */
typedef struct numbers {
    uint64_t call_id, tag;
    uint32_t last;
    bool
        is_confirmed; /* of UNTAGGED: a 2xx was acknowledged, so that an INVITE without a tag belongs there, too */
} numbers;

typedef struct play {
    ss_settings settings;
    ss_pools pools;
    ss_engine engine;
    ss_ua_identity identity;
    ss_path path;
    ss_arena texts;
    ss_time now;
    sent sent[SENT_MAX];
    size_t sent_count;
    numbers numbers[DIALOGS_MAX];
    size_t numbers_count;
    uint32_t call, leg;
    bool is_shy, is_over, heard_request, is_loose, saw_ack;
    ss_event asked[ASKS_MAX]; /* by the turn that is being drained */
    size_t asked_count;
} play;

static play the_play;

static const ss_slice description =
    SS_LIT_INIT("v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
                "m=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n");

static void drain(play *p, ss_turn *turn);

/* ---- what leaves ---- */

static bool is_method(const sent *s, ss_method method)
{
    return s->says.is_request && s->says.method == method;
}

static uint64_t tag_of(const ss_msg *msg)
{
    ss_name_addr to;
    const ss_slice tag = ss_msg_to(msg, &to) == SS_OK ? ss_name_addr_tag(&to) : SS_EMPTY;
    return tag.len == 0 ? 0 : ss_hash64(1, tag);
}

/* A copy goes out byte for byte. */
static bool is_copy(const play *p, ss_slice bytes)
{
    for (size_t i = 0; i < p->sent_count; i++) {
        if (ss_slice_eq(p->sent[i].bytes, bytes)) {
            return true;
        }
    }
    return false;
}

static numbers *numbers_of(play *p, uint64_t call_id, uint64_t tag)
{
    for (size_t i = 0; i < p->numbers_count; i++) {
        if (p->numbers[i].call_id == call_id && p->numbers[i].tag == tag) {
            return &p->numbers[i];
        }
    }
    return NULL;
}

static numbers *numbers_made(play *p, uint64_t call_id, uint64_t tag)
{
    numbers *n = numbers_of(p, call_id, tag);
    if (n == NULL && p->numbers_count < DIALOGS_MAX) {
        n = &p->numbers[p->numbers_count++];
        *n = (numbers){ .call_id = call_id, .tag = tag };
    }
    return n;
}

/* A retried INVITE has no tag and is in no dialog; a re-INVITE to who gave no tag (RFC3261:12.1.2) is in one. */
static bool is_in_untagged(play *p, const sent *s)
{
    const numbers *untagged = numbers_of(p, s->says.call_id, UNTAGGED);
    return s->to_tag_text == 0 &&
           (!is_method(s, SS_METHOD_INVITE) || (untagged != NULL && untagged->is_confirmed));
}

/* RFC3261:12.2.1.1 each request has the next number, in a dialog as outside of it; the first in a dialog follows its INVITE's. */
static void check_number(play *p, const sent *s)
{
    const uint64_t tag = is_in_untagged(p, s) ? UNTAGGED : s->to_tag_text;
    numbers *of_tag = numbers_of(p, s->says.call_id, tag);
    const numbers *of_invite = numbers_of(p, s->says.call_id, 0);
    const numbers *before = of_tag != NULL ? of_tag : of_invite;
    if (before != NULL) {
        FZ_CHECK("uac", s->says.cseq == before->last + 1,
                 "a request skips a number, or has an old one");
    }
    of_tag = numbers_made(p, s->says.call_id, tag);
    if (of_tag != NULL) {
        of_tag->last = s->says.cseq;
    }
}

/* RFC3261:9.1 only once the INVITE is known to have come somewhere, and as it went. */
static void check_cancel(const play *p, const sent *s)
{
    for (size_t i = 0; i < p->sent_count; i++) {
        const sent *invite = &p->sent[i];
        if (is_method(invite, SS_METHOD_INVITE) && invite->says.branch == s->says.branch) {
            FZ_CHECK("uac", invite->is_proceeding || p->is_loose,
                     "a CANCEL leaves before a 1xx came");
            FZ_CHECK("uac", invite->says.cseq == s->says.cseq, "a CANCEL has another number");
            return;
        }
    }
    FZ_CHECK("uac", p->sent_count >= SENT_MAX, "a CANCEL is of no INVITE");
}

/* The ACK of a 2xx has a branch of its own (RFC3261:17.1.1.3). */
static void confirm(play *p, const sent *ack, const sent *invite)
{
    numbers *untagged = NULL;
    if (ack->to_tag_text == 0 && ack->says.branch != invite->says.branch) {
        untagged = numbers_made(p, ack->says.call_id, UNTAGGED);
    }
    if (untagged != NULL) {
        untagged->last = untagged->last == 0 ? ack->says.cseq : untagged->last;
        untagged->is_confirmed = true;
    }
}

static void check_ack(play *p, const sent *s)
{
    for (size_t i = 0; i < p->sent_count; i++) {
        const sent *invite = &p->sent[i];
        if (is_method(invite, SS_METHOD_INVITE) && invite->says.cseq == s->says.cseq) {
            confirm(p, s, invite);
            return;
        }
    }
    FZ_CHECK("uac", p->sent_count >= SENT_MAX, "an ACK is of no INVITE");
}

static void judge_request(play *p, const sent *s)
{
    if (is_method(s, SS_METHOD_CANCEL)) {
        check_cancel(p, s);
    } else if (is_method(s, SS_METHOD_ACK)) {
        p->saw_ack = true;
        check_ack(p, s);
    } else {
        check_number(p, s);
    }
}

static void record(play *p, const ss_output *out)
{
    ss_arena scratch = fz_arena(3);
    ss_msg *msg = SS_ARENA_NEW(&scratch, ss_msg);
    ss_diag diag;
    const bool is_read = ss_msg_parse(msg, &scratch, out->bytes, &diag) == SS_OK;
    if (!is_read) {
        FZ_CHECK("uac", p->heard_request, "a request goes out that nobody could read");
        return; /* the refusal of what could not be read */
    }
    FZ_CHECK("uac", msg->is_request || p->heard_request, "a response is answered");
    p->saw_ack = p->saw_ack || (msg->is_request && msg->method == SS_METHOD_ACK);
    if (!msg->is_request || p->sent_count == SENT_MAX || is_copy(p, out->bytes)) {
        return;
    }
    sent s = { .bytes = ss_arena_copy(&p->texts, out->bytes),
               .to = out->path.remote,
               .to_tag_text = tag_of(msg),
               .at = p->now };
    ss_msg_summarise(msg, &s.says);
    judge_request(p, &s);
    if (s.bytes.len > 0) {
        p->sent[p->sent_count++] = s;
    }
}

/* ---- turns ---- */

static ss_turn begin(const play *p, ss_arena *arena)
{
    *arena = fz_arena(0);
    return ss_turn_begin(p->now, arena);
}

static ss_status command(play *p, ss_command *c)
{
    ss_arena arena;
    ss_turn turn = begin(p, &arena);
    const ss_status status = ss_engine_command(&p->engine, &turn, c);
    drain(p, &turn);
    return status;
}

/* As a user would: the answer where an offer came, nothing else. */
static void comply(play *p, const ss_event *e)
{
    static const ss_command_kind kinds[] = { [SS_ASKS_PRACK] = SS_CMD_PRACK,
                                             [SS_ASKS_ACK] = SS_CMD_ACK,
                                             [SS_ASKS_RESPONSE] = SS_CMD_RESPOND };
    const bool is_invite = e->asks == SS_ASKS_RESPONSE && e->method == SS_METHOD_INVITE;
    ss_command c = { .kind = is_invite ? SS_CMD_ANSWER : kinds[e->asks],
                     .call = e->call,
                     .leg = e->leg };
    if (e->verdict == SS_OA_IS_OFFER || is_invite) {
        c.body_type = SS_LIT("application/sdp");
        c.body = description;
    }
    (void)!command(p, &c);
}

static void hear(play *p, const ss_event *e)
{
    if (e->call != 0 && e->call == p->call) {
        FZ_CHECK("uac", !p->is_over, "a call that is over is told of again");
        p->is_over = e->kind == SS_EVENT_REJECTED || e->kind == SS_EVENT_BYE;
        p->leg = e->leg != 0 ? e->leg : p->leg;
    }
    p->is_loose = p->is_loose || e->kind == SS_EVENT_FULL;
    if (e->asks != SS_ASKS_NOTHING && !p->is_shy && p->asked_count < ASKS_MAX) {
        p->asked[p->asked_count++] = *e;
    }
}

static void answer_query(play *p, const ss_query *query)
{
    const ss_address there = ss_address_v4(0x0a000005, query->port == 0 ? 5060 : query->port);
    ss_arena arena;
    const ss_answer answer = {
        .token = query->token, .status = SS_OK, .addresses = &there, .address_count = 1
    };
    ss_turn turn = begin(p, &arena);
    (void)!ss_engine_answer(&p->engine, &turn, &answer);
    drain(p, &turn);
}

static void refuse_stream(play *p, const ss_path *path)
{
    ss_arena arena;
    ss_turn turn = begin(p, &arena);
    p->is_loose = true;
    (void)!ss_engine_path_refused(&p->engine, &turn, path);
    drain(p, &turn);
}

static void drain(play *p, ss_turn *turn)
{
    ss_query queries[ASKS_MAX];
    ss_path refused[ASKS_MAX];
    ss_event asked[ASKS_MAX];
    size_t query_count = 0, refused_count = 0, count = 0;
    const ss_output *out;
    p->asked_count = 0;
    while ((out = ss_turn_take(turn)) != NULL) {
        FZ_CHECK("S1", count++ < OUTPUTS_MAX, "one turn puts out without bound");
        if (out->kind == SS_OUT_DATAGRAM || out->kind == SS_OUT_STREAM) {
            record(p, out);
        } else if (out->kind == SS_OUT_EVENT) {
            hear(p, &out->event);
        } else if (out->kind == SS_OUT_QUERY && query_count < ASKS_MAX) {
            queries[query_count++] = out->query;
        } else if (out->kind == SS_OUT_CONNECT && refused_count < ASKS_MAX) {
            refused[refused_count++] = out->path;
        }
    }
    p->is_loose = p->is_loose || turn->failed;
    const size_t asked_count = p->asked_count;
    memcpy(asked, p->asked, asked_count * sizeof *asked);
    for (size_t i = 0; i < query_count; i++) {
        answer_query(p, &queries[i]);
    }
    for (size_t i = 0; i < refused_count; i++) {
        refuse_stream(p, &refused[i]);
    }
    for (size_t i = 0; i < asked_count; i++) {
        comply(p, &asked[i]);
    }
}

static void input(play *p, const ss_address *from, ss_slice bytes)
{
    ss_arena arena;
    ss_path path = p->path;
    if (bytes.len == 0 || bytes.len > SS_DATAGRAM_BYTES_MAX) {
        return;
    }
    path.remote = *from;
    ss_turn turn = begin(p, &arena);
    (void)!ss_engine_input(&p->engine, &turn, &path, bytes);
    drain(p, &turn);
}

static void wait(play *p, ss_span span)
{
    const ss_time end = ss_time_after(p->now, span);
    ss_time next;
    while ((next = ss_engine_deadline(&p->engine)) <= end) {
        ss_arena arena;
        FZ_CHECK("uac", next >= p->now, "a deadline has passed");
        p->now = next;
        ss_turn turn = begin(p, &arena);
        (void)!ss_engine_tick(&p->engine, &turn);
        drain(p, &turn);
    }
    p->now = end;
}

/* ---- verbs ---- */

static sent *nth_request(play *p, uint64_t nth)
{
    size_t count = 0;
    for (size_t i = 0; i < p->sent_count; i++) {
        count += !is_method(&p->sent[i], SS_METHOD_ACK);
    }
    nth = count == 0 ? 0 : nth % count;
    for (size_t i = 0; i < p->sent_count; i++) {
        if (!is_method(&p->sent[i], SS_METHOD_ACK) && nth-- == 0) {
            return &p->sent[i];
        }
    }
    return NULL;
}

static void put_to(ss_buffer *b, const ss_msg *request, ss_slice tag)
{
    if (tag.len == 0 || tag_of(request) != 0) {
        ss_put_header_from(b, request, SS_HDR_TO);
        return;
    }
    ss_put_text(b, "To: ");
    ss_put(b, ss_msg_value(request, SS_HDR_TO, 0));
    ss_put_text(b, ";tag=");
    ss_put(b, tag);
    ss_put_text(b, "\r\n");
}

static bool has_field(ss_slice lines, const char *name)
{
    while (lines.len > 0) {
        if (ss_slice_starts(fz_next_line(&lines), ss_slice_from(name))) {
            return true;
        }
    }
    return false;
}

/* Lines up to an empty one; the rest is left. */
static ss_slice take_lines(ss_slice *rest)
{
    const ss_slice all = *rest;
    size_t end = 0;
    while (rest->len > 0) {
        end = all.len - rest->len;
        const ss_slice line = fz_next_line(rest);
        if (line.len == 0 || ss_slice_eq(line, SS_LIT("\r"))) {
            return ss_slice_cut(all, 0, end);
        }
    }
    return all;
}

static ss_slice response_to(const ss_msg *request, unsigned status, ss_slice tag, ss_slice lines,
                            ss_slice body, ss_arena *arena)
{
    ss_buffer b = ss_buffer_open(arena);
    ss_put_text(&b, "SIP/2.0 ");
    ss_put_u64(&b, status);
    ss_put_text(&b, " Said\r\n");
    ss_put_header_from(&b, request, SS_HDR_VIA);
    ss_put_header_from(&b, request, SS_HDR_FROM);
    put_to(&b, request, tag);
    ss_put_header_from(&b, request, SS_HDR_CALL_ID);
    ss_put_header_from(&b, request, SS_HDR_CSEQ);
    if (!has_field(lines, "Contact:")) {
        ss_put_text(&b, "Contact: <sip:bob@10.0.0.3>\r\n");
    }
    ss_put(&b, lines);
    if (lines.len > 0 && lines.at[lines.len - 1] != '\n') {
        ss_put_text(&b, "\r\n");
    }
    const bool is_described = ss_slice_starts(body, SS_LIT("v=0"));
    ss_put_body(&b, is_described ? SS_LIT("application/sdp") : SS_LIT("text/plain"), body);
    return ss_buffer_keep(arena, &b);
}

/* RFC3261:13.2.2.4 "MUST generate an ACK": to a 2xx with nothing odd about it, in time and to a live INVITE. */
static void check_acknowledged(const play *p, const sent *invite, bool is_honest)
{
    const bool is_in_time = p->now - invite->at < SS_S(32);
    FZ_CHECK("uac",
             p->saw_ack || p->is_shy || p->is_loose || !is_honest || !is_in_time ||
                 invite->is_rejected || p->sent_count == SENT_MAX,
             "an honest 2xx gets no ACK");
}

static bool is_lower(ss_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < 'a' || text.at[i] > 'z') {
            return false;
        }
    }
    return true;
}

static void answer(play *p, ss_slice line, ss_slice record)
{
    ss_arena scratch = fz_arena(4);
    ss_msg *request = SS_ARENA_NEW(&scratch, ss_msg);
    ss_diag diag;
    sent *s = nth_request(p, fz_next_number(&line));
    const unsigned status = (unsigned)(100 + (fz_next_number(&line) + 600) % 600);
    const ss_slice tag = ss_slice_trim(line);
    if (s == NULL || ss_msg_parse(request, &scratch, s->bytes, &diag) != SS_OK) {
        return;
    }
    const bool is_honest =
        record.len == 0 && tag.len > 0 && tag.len < 8 && tag_of(request) == 0 && is_lower(tag);
    const ss_slice crlf = fz_with_crlf(record, &scratch);
    ss_slice body = crlf;
    const ss_slice lines = take_lines(&body);
    const ss_slice bytes = response_to(request, status, tag, lines, body, &scratch);
    const bool is_invite = is_method(s, SS_METHOD_INVITE);
    p->saw_ack = false;
    s->is_proceeding = s->is_proceeding || (is_invite && status < 200);
    const bool was_rejected = s->is_rejected;
    s->is_rejected = s->is_rejected || status >= 300;
    input(p, &s->to, ss_arena_copy(&p->texts, bytes));
    if (is_invite && status >= 200 && status < 300 && !was_rejected) {
        check_acknowledged(p, s, is_honest);
    }
}

static void say(play *p, ss_slice record)
{
    const ss_address from = ss_address_v4(0x0a000003, 5060);
    const ss_slice bytes = fz_with_crlf(record, &p->texts);
    p->heard_request = p->heard_request || !ss_slice_starts(bytes, SS_LIT("SIP/2.0 "));
    p->is_loose = true; /* whatever it was */
    input(p, &from, bytes);
}

static void act(play *p, ss_slice name)
{
    static const struct {
        const char *name;
        ss_command_kind kind;
        bool has_body;
    } acts[] = {
        { "hangup", SS_CMD_HANGUP, false }, { "cancel", SS_CMD_CANCEL, false },
        { "bye", SS_CMD_BYE, false },       { "reinvite", SS_CMD_REINVITE, true },
        { "bare", SS_CMD_REINVITE, false }, { "update", SS_CMD_UPDATE, true },
        { "info", SS_CMD_REQUEST, false },  { "prack", SS_CMD_PRACK, true },
        { "ack", SS_CMD_ACK, true },
    };
    for (size_t i = 0; i < SS_COUNT(acts); i++) {
        if (ss_slice_eq(name, ss_slice_from(acts[i].name))) {
            ss_command c = { .kind = acts[i].kind, .call = p->call, .leg = p->leg };
            c.method = SS_METHOD_OPTIONS;
            c.body_type = acts[i].has_body ? SS_LIT("application/sdp") : SS_EMPTY;
            c.body = acts[i].has_body ? description : SS_EMPTY;
            (void)!command(p, &c);
        }
    }
}

static void lose(play *p)
{
    ss_arena arena;
    ss_path path = p->path;
    path.remote = ss_address_v4(0x0a000003, 5060);
    p->is_loose = true;
    ss_turn turn = begin(p, &arena);
    (void)!ss_engine_path_lost(&p->engine, &turn, &path, true);
    drain(p, &turn);
}

static void happen(play *p, ss_slice record)
{
    const ss_slice line = fz_next_line(&record);
    const ss_slice word = ss_slice_cut(line, 0, ss_slice_find(line, ' '));
    ss_slice rest = ss_slice_cut(line, word.len, line.len);
    if (ss_slice_eq(word, SS_LIT("answer"))) {
        answer(p, rest, record);
    } else if (ss_slice_eq(word, SS_LIT("say"))) {
        say(p, record);
    } else if (ss_slice_eq(word, SS_LIT("do"))) {
        act(p, ss_slice_trim(rest));
    } else if (ss_slice_eq(word, SS_LIT("shy")) || ss_slice_eq(word, SS_LIT("keen"))) {
        p->is_shy = word.at[0] == 's';
    } else if (ss_slice_eq(word, SS_LIT("wait"))) {
        wait(p, SS_MS(fz_next_number(&rest) % 1000000));
    } else if (ss_slice_eq(word, SS_LIT("lost"))) {
        lose(p);
    }
}

/* ---- begin, end ---- */

static void set_up(play *p, fz_tape *tape)
{
    static const ss_slice targets[] = { SS_LIT_INIT("sip:bob@10.0.0.3"),
                                        SS_LIT_INIT("sip:bob@example.com") };
    memset(p, 0, sizeof *p);
    p->settings = ss_settings_default();
    p->settings.redirects_max = (uint8_t)(2 * fz_tape_pick(tape, 2));
    p->texts = fz_arena(2);
    p->path = (ss_path){ .transport = SS_TRANSPORT_UDP, .local = ss_address_v4(0x0a000001, 5060) };
    p->identity = (ss_ua_identity){ .aor = SS_LIT("sip:alice@example.com"),
                                    .user = SS_LIT("alice"),
                                    .registrar = SS_LIT("sip:10.0.0.9"),
                                    .local = { .local = p->path.local } };
    p->identity.reliable = (uint8_t)fz_tape_pick(tape, 3);
    p->identity.outbound = fz_tape_pick(tape, 2) == 0 ? SS_EMPTY : SS_LIT("sip:10.0.0.4;lr");
    const ss_slice target = targets[fz_tape_pick(tape, 2)];
    const bool offers = fz_tape_pick(tape, 2) == 0;
    if (ss_pools_init(&p->pools, pool_memory, POOL_BYTES, 64, 16) != SS_OK) {
        abort();
    }
    ss_engine_init(&p->engine, &(ss_engine_options){ .pools = &p->pools,
                                                     .settings = &p->settings,
                                                     .engine = 1,
                                                     .entropy_key = 42,
                                                     .role = SS_ROLE_UA,
                                                     .identity = &p->identity });
    ss_command c = { .kind = SS_CMD_CALL, .target = target };
    c.body_type = offers ? SS_LIT("application/sdp") : SS_EMPTY;
    c.body = offers ? description : SS_EMPTY;
    FZ_CHECK("uac", command(p, &c) == SS_OK, "a call cannot be placed");
    p->call = c.call;
}

/* The user hangs up; whoever ought to answer does not. */
static void end(play *p)
{
    const ss_core *core = &p->engine.core;
    ss_command c = { .kind = SS_CMD_HANGUP, .call = p->call };
    (void)!command(p, &c);
    p->is_shy = false;
    wait(p, SS_S((uint64_t)172800));
    FZ_CHECK("uac",
             core->txns == 0 && core->dialogs == 0 && core->timers.count == 0 &&
                 p->engine.ua.calls == 0,
             "something is under way two days later");
    ss_engine_reset(&p->engine);
    FZ_CHECK("uac", core->bytes == 0 && p->pools.store.live_bytes == 0,
             "memory is not given back by a reset");
}

int fz_target_response(const uint8_t *data, size_t size)
{
    play *p = &the_play;
    ss_slice rest;
    fz_tape tape = fz_tape_split((ss_slice){ (const char *)data, size }, &rest);
    if (size > 1 << 13) {
        return 0;
    }
    set_up(p, &tape);
    for (unsigned i = 0; rest.len > 0 && i < RECORDS_MAX; i++) {
        happen(p, fz_next_record(&rest));
    }
    end(p);
    return 0;
}
