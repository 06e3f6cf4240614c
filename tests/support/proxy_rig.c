/* See proxy_rig.h. The rig is the host: it lends memory and instants, delivers, answers, and looks at what comes out. */
#include "proxy_rig.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    POOL_BYTES = 4 << 20,
    LOCATION_BYTES = 1 << 20,
    ARENA_BYTES = 1 << 20,
    TEXT_BYTES = 8 << 20
};

static const ss_slice domains[] = { SS_LIT_INIT("example.com") };

static void *must(void *memory)
{
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static unsigned char *aligned(size_t bytes)
{
    return must(aligned_alloc(16, bytes));
}

static ss_address host_address(const char *host)
{
    ss_address address;
    CHECK_OK(ss_address_from(ss_slice_from(host), 5060, &address));
    return address;
}

/* ---- making and ending --------------------------------------------------------------------------------------- */

static proxy_rig *current; /* has an engine and was not freed yet */

/* Whatever happened: as after a crash, nothing of the proxy is left. */
static void end(void)
{
    if (current != NULL) {
        ss_engine_reset(&current->engine);
        px_check_empty(current);
        ss_location_forget_all(&current->location);
        CHECK_EQ(current->location_store.live_bytes, 0);
        px_free(current);
    }
}

proxy_rig *px_new(void)
{
    proxy_rig *rig = must(calloc(1, sizeof *rig));
    rig->memory = aligned(POOL_BYTES);
    rig->location_memory = aligned(LOCATION_BYTES);
    rig->arena_memory = aligned(ARENA_BYTES);
    rig->text_memory = aligned(TEXT_BYTES);
    rig->arena_cap = ARENA_BYTES;
    rig->pool_cap = POOL_BYTES;
    rig->settings = ss_settings_default();
    rig->config = (ss_proxy_config){
        .local = { .transport = SS_TRANSPORT_UDP, .local = host_address("10.0.0.1") },
        .host = SS_LIT("p1.example.com"),
        .domains = domains,
        .domain_count = SS_COUNT(domains),
        .record_route = true,
        .registrar = true,
        .expires_default_s = 3600,
        .expires_min_s = 60,
        .expires_max_s = 86400,
    };
    return rig;
}

void px_go(proxy_rig *rig)
{
    CHECK_OK(ss_pools_init(&rig->pools, rig->memory, rig->pool_cap, 64, 16));
    ss_store_init(&rig->location_store, rig->location_memory, LOCATION_BYTES);
    CHECK_OK(ss_location_init(&rig->location, &rig->location_store, 1, 64));
    ss_engine_init(&rig->engine, &(ss_engine_options){ .pools = &rig->pools,
                                                       .settings = &rig->settings,
                                                       .engine = 1,
                                                       .entropy_key = 42,
                                                       .role = SS_ROLE_PROXY,
                                                       .proxy = &rig->config });
    current = rig;
    test_at_end(end);
}

proxy_rig *px_start(void)
{
    proxy_rig *rig = px_new();
    px_go(rig);
    return rig;
}

void px_protect(proxy_rig *rig)
{
    rig->protection = (ss_protection){
        .realm = SS_LIT("example.com"),
        .domain = SS_LIT("example.com"),
        .algorithms = { SS_ALGORITHM_SHA_256, SS_ALGORITHM_MD5 },
        .algorithm_count = 2,
        .offers = SS_OFFERS_AUTH,
        .methods = 1u << SS_METHOD_INVITE | 1u << SS_METHOD_BYE | 1u << SS_METHOD_REGISTER,
        .nonce_lifetime = SS_S(300),
    };
    rig->config.crypto = test_crypto();
    rig->config.protections = &rig->protection;
    rig->config.protection_count = 1;
    rig->config.nonce_slots = 16;
}

void px_free(proxy_rig *rig)
{
    current = current == rig ? NULL : current;
    free(rig->memory);
    free(rig->location_memory);
    free(rig->arena_memory);
    free(rig->text_memory);
    free(rig);
}

void px_check_empty(const proxy_rig *rig)
{
    CHECK_EQ(rig->engine.proxy.contexts, 0);
    CHECK_EQ(rig->engine.core.txns, 0);
    CHECK_EQ(rig->engine.core.timers.count, 0);
    CHECK_EQ(rig->engine.core.bytes, ss_proxy_kept_bytes(&rig->engine.proxy, &rig->engine.core));
    CHECK_EQ(rig->pools.store.live_bytes, rig->engine.core.bytes);
}

void px_stop(proxy_rig *rig)
{
    px_run_to(rig, rig->now + SS_S(400));
    px_check_empty(rig);
    ss_engine_reset(&rig->engine);
    CHECK_EQ(rig->pools.store.live_bytes, 0);
    ss_location_forget_all(&rig->location);
    CHECK_EQ(rig->location.bindings, 0);
    CHECK_EQ(rig->location_store.live_bytes, 0);
    px_free(rig);
}

/* ---- texts --------------------------------------------------------------------------------------------------- */

static ss_slice keep(proxy_rig *rig, ss_slice bytes)
{
    CHECK(rig->text_used + bytes.len <= TEXT_BYTES);
    char *at = (char *)rig->text_memory + rig->text_used;
    if (bytes.len != 0) {
        memcpy(at, bytes.at, bytes.len);
    }
    rig->text_used += bytes.len;
    return (ss_slice){ at, bytes.len };
}

ss_slice px_printf(proxy_rig *rig, const char *format, ...)
{
    static char text[1 << 17];
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    CHECK(len >= 0 && (size_t)len < sizeof text);
    ss_buffer b = ss_buffer_on(rig->text_memory + rig->text_used, TEXT_BYTES - rig->text_used);
    for (int i = 0; i < len; i++) {
        if (text[i] == '\n') {
            ss_put_char(&b, '\r');
        }
        ss_put_char(&b, text[i]);
    }
    CHECK(!b.overflow);
    rig->text_used += b.len;
    return ss_buffer_slice(&b);
}

ss_slice px_request(proxy_rig *rig, const char *start, const char *branch, const char *lines)
{
    const char *space = strchr(start, ' ');
    CHECK(space != NULL);
    return px_printf(rig,
                     "%s SIP/2.0\n"
                     "Via: SIP/2.0/UDP " ALICE ":5060;branch=z9hG4bK%s\n"
                     "Max-Forwards: 70\n"
                     "From: <sip:alice@example.com>;tag=alice\n"
                     "To: <%s>\n"
                     "Call-ID: call\n"
                     "CSeq: 1 %.*s\n"
                     "Contact: <sip:alice@" ALICE ">\n"
                     "%s"
                     "Content-Length: 0\n\n",
                     start, branch, space + 1, (int)(space - start), start, lines);
}

static ss_arena scratch(void)
{
    static _Alignas(16) unsigned char memory[1 << 18];
    return (ss_arena){ .base = memory, .cap = sizeof memory };
}

static void parse(const px_sent *sent, ss_arena *arena, ss_msg *msg)
{
    ss_diag diag;
    CHECK_NOT_NULL(sent);
    CHECK_OK(ss_msg_parse(msg, arena, sent->bytes, &diag));
}

ss_slice px_reply(proxy_rig *rig, const px_sent *request, unsigned status, const char *lines)
{
    ss_arena arena = scratch();
    ss_msg msg;
    parse(request, &arena, &msg);
    ss_buffer b = ss_buffer_open(&arena);
    ss_put_response_head(&b, &msg, status, SS_EMPTY, status == 100 ? SS_EMPTY : SS_LIT("bob"));
    ss_put_header_from(&b, &msg, SS_HDR_RECORD_ROUTE);
    ss_put(&b, px_printf(rig, "%s", lines));
    ss_put_body(&b, SS_EMPTY, SS_EMPTY);
    CHECK(!b.overflow);
    return keep(rig, ss_buffer_slice(&b));
}

/* ---- one turn ------------------------------------------------------------------------------------------------ */

static ss_arena arena_of(proxy_rig *rig)
{
    memset(rig->arena_memory, 0xa5, rig->arena_cap);
    return (ss_arena){ .base = rig->arena_memory, .cap = rig->arena_cap };
}

static void record(proxy_rig *rig, const ss_output *out)
{
    CHECK(rig->sent_count < SS_COUNT(rig->sent));
    CHECK(ss_address_equal(&out->path.local, &rig->config.local.local));
    rig->sent[rig->sent_count] =
        (px_sent){ .at = rig->now, .to = out->path.remote, .bytes = keep(rig, out->bytes) };
    rig->sent_count++;
}

ss_answer px_credential(const proxy_rig *rig, const ss_query *query)
{
    ss_answer answer = { .token = query->token, .status = SS_NONE };
    if (ss_slice_eq(query->name, SS_LIT("alice")) || ss_slice_eq(query->name, SS_LIT("bob"))) {
        ss_digest_hex *ha1 = (ss_digest_hex *)&rig->ha1;
        *ha1 = ss_digest_ha1(test_crypto(), ss_algorithm_hash(ss_algorithm_from(query->algorithm)),
                             query->name, query->realm, SS_LIT("secret"));
        answer.status = SS_OK;
        answer.ha1 = ss_digest_hex_slice(ha1);
    }
    return answer;
}

static ss_slice challenge_of(const ss_msg *response, ss_arena *arena, ss_algorithm algorithm,
                             ss_challenge *c)
{
    const ss_hdr field =
        response->status == 401 ? SS_HDR_WWW_AUTHENTICATE : SS_HDR_PROXY_AUTHENTICATE;
    for (unsigned i = 0; i < ss_msg_count(response, field); i++) {
        CHECK_OK(ss_challenge_parse(ss_msg_value(response, field, i), arena, c));
        if (c->algorithm == algorithm) {
            return response->status == 401 ? SS_LIT("Authorization")
                                           : SS_LIT("Proxy-Authorization");
        }
    }
    CHECK(false);
    return SS_EMPTY;
}

const char *px_login_line(const px_sent *challenge, const px_login *login)
{
    ss_arena arena = scratch();
    ss_msg response;
    ss_challenge asked;
    char nc[9], line[1024];
    parse(challenge, &arena, &response);
    const ss_slice field = challenge_of(&response, &arena, login->algorithm, &asked);
    const char *space = strchr(login->start, ' ');
    snprintf(nc, sizeof nc, "%08x", (unsigned)login->nc);
    ss_credentials c = { .username = ss_slice_from(login->user),
                         .realm = asked.realm,
                         .nonce = asked.nonce,
                         .uri = ss_slice_from(space + 1),
                         .cnonce = SS_LIT("c0"),
                         .nc_text = ss_slice_from(nc),
                         .nc = login->nc,
                         .algorithm = login->algorithm,
                         .algorithm_name = ss_algorithm_name(login->algorithm),
                         .qop = SS_QOP_AUTH };
    const ss_digest_hex ha1 = ss_digest_ha1(test_crypto(), ss_algorithm_hash(c.algorithm),
                                            c.username, c.realm, ss_slice_from(login->password));
    const ss_digest_request what = { .method = { login->start, (size_t)(space - login->start) } };
    const ss_digest_hex response_text =
        ss_digest_response(test_crypto(), &c, ss_digest_hex_slice(&ha1), &what);
    c.response = ss_digest_hex_slice(&response_text);
    ss_buffer b = ss_buffer_on(line, sizeof line - 1);
    ss_put_credentials(&b, &c);
    line[b.len] = '\0';
    static char lines[8][1200]; /* with '\n', as every text that goes into another */
    static unsigned next;
    char *out = lines[next++ % SS_COUNT(lines)];
    snprintf(out, sizeof lines[0], "%.*s: %s\n", (int)field.len, field.at, line);
    return out;
}

static void answer_now(proxy_rig *rig, const ss_query *query, ss_arena *arena)
{
    ss_answer answer;
    if (query->kind == SS_QUERY_RESOLVE) {
        answer = (ss_answer){ .token = query->token,
                              .status = rig->name_count == 0 ? SS_NONE : SS_OK,
                              .addresses = rig->names,
                              .address_count = rig->name_count };
    } else if (query->kind == SS_QUERY_CREDENTIAL) {
        answer = px_credential(rig, query);
    } else {
        CHECK_OK(ss_location_serve(&rig->location, rig->now, query, arena, &answer));
    }
    px_answer(rig, &answer);
}

/* Answering starts the next turn, so what the turn asked is copied out of its arena first. */
static ss_query keep_query(proxy_rig *rig, const ss_query *query)
{
    static ss_binding changes[SS_LOCATION_CONTACTS_MAX]; /* one PERSIST at a time */
    ss_query kept = *query;
    kept.name = keep(rig, kept.name);
    for (uint16_t i = 0; i < kept.change_count; i++) {
        changes[i] = kept.changes[i];
        changes[i].contact = keep(rig, changes[i].contact);
        changes[i].call_id = keep(rig, changes[i].call_id);
    }
    kept.changes = changes;
    return kept;
}

void px_drain(proxy_rig *rig, ss_turn *turn)
{
    static _Alignas(16) unsigned char memory[1 << 18];
    ss_query asked[64];
    size_t count = 0;
    const ss_output *out;
    while ((out = ss_turn_take(turn)) != NULL) {
        if (out->kind == SS_OUT_DATAGRAM || out->kind == SS_OUT_STREAM) {
            record(rig, out);
        } else if (out->kind == SS_OUT_CONNECT) {
            rig->connect = out->path;
            rig->connect_count++;
        } else if (out->kind == SS_OUT_EVENT && out->event.kind == SS_EVENT_FULL) {
            rig->full_events++;
        } else if (out->kind == SS_OUT_QUERY) {
            CHECK(count < SS_COUNT(asked));
            asked[count] = keep_query(rig, &out->query);
            count++;
        }
    }
    for (size_t i = 0; i < count; i++) {
        rig->queries++;
        rig->held = asked[i];
        if (!rig->hold_queries) {
            ss_arena arena = { .base = memory, .cap = sizeof memory };
            answer_now(rig, &asked[i], &arena);
        }
    }
}

void px_send(proxy_rig *rig, const char *host, ss_slice bytes)
{
    ss_arena arena = arena_of(rig);
    ss_turn turn = ss_turn_begin(rig->now, &arena);
    ss_path path = rig->config.local;
    path.remote = host_address(host);
    rig->last_status = ss_engine_input(&rig->engine, &turn, &path, bytes);
    px_drain(rig, &turn);
}

ss_path px_open(proxy_rig *rig, const char *host, uint32_t number)
{
    ss_arena arena = arena_of(rig);
    ss_turn turn = ss_turn_begin(rig->now, &arena);
    ss_path path = rig->config.local;
    path.transport = SS_TRANSPORT_TCP;
    path.connection = number;
    path.remote = host_address(host);
    path.remote.port = (uint16_t)(40000u + number);
    CHECK_OK(ss_engine_stream_opened(&rig->engine, &turn, &path));
    px_drain(rig, &turn);
    return path;
}

void px_write(proxy_rig *rig, const ss_path *path, ss_slice bytes)
{
    ss_arena arena = arena_of(rig);
    ss_turn turn = ss_turn_begin(rig->now, &arena);
    ss_taken taken;
    rig->last_status = ss_engine_stream_input(&rig->engine, &turn, path, bytes, &taken);
    px_drain(rig, &turn);
}

void px_fail_path(proxy_rig *rig, const char *host)
{
    ss_arena arena = arena_of(rig);
    ss_turn turn = ss_turn_begin(rig->now, &arena);
    ss_path path = rig->config.local;
    path.remote = host_address(host);
    rig->last_status = ss_engine_path_lost(&rig->engine, &turn, &path, true);
    px_drain(rig, &turn);
}

void px_answer(proxy_rig *rig, const ss_answer *answer)
{
    ss_arena arena = arena_of(rig);
    ss_turn turn = ss_turn_begin(rig->now, &arena);
    rig->last_status = ss_engine_answer(&rig->engine, &turn, answer);
    px_drain(rig, &turn);
}

void px_run_to(proxy_rig *rig, ss_time at)
{
    ss_time next;
    while ((next = ss_engine_deadline(&rig->engine)) <= at) {
        CHECK(next >= rig->now);
        rig->now = next;
        ss_arena arena = arena_of(rig);
        ss_turn turn = ss_turn_begin(rig->now, &arena);
        rig->last_status = ss_engine_tick(&rig->engine, &turn);
        px_drain(rig, &turn);
    }
    rig->now = at;
}

void px_bind(proxy_rig *rig, const char *aor, const char *contact)
{
    px_bind_q(rig, aor, contact, 1000);
}

void px_bind_q(proxy_rig *rig, const char *aor, const char *contact, uint16_t q)
{
    static _Alignas(16) unsigned char memory[4096];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    const ss_binding change = { .contact = ss_slice_from(contact),
                                .call_id = SS_LIT("reg"),
                                .cseq = 1,
                                .q = q,
                                .expires_s = 3600 };
    const ss_query query = {
        .kind = SS_QUERY_PERSIST, .name = ss_slice_from(aor), .changes = &change, .change_count = 1
    };
    ss_answer answer;
    CHECK_OK(ss_location_serve(&rig->location, rig->now, &query, &arena, &answer));
    CHECK_OK(answer.status);
}

/* ---- what came out ------------------------------------------------------------------------------------------- */

px_sent *px_take(proxy_rig *rig)
{
    if (rig->next == rig->sent_count) {
        return NULL;
    }
    rig->next++;
    return &rig->sent[rig->next - 1];
}

px_sent *px_expect(proxy_rig *rig, const char *host, const char *start_line)
{
    px_sent *sent = px_take(rig);
    CHECK_NOT_NULL(sent);
    const size_t end = ss_slice_find(sent->bytes, '\r');
    CHECK_SLICE_EQ(ss_slice_cut(sent->bytes, 0, end), ss_slice_from(start_line));
    char memory[64];
    ss_buffer b = ss_buffer_on(memory, sizeof memory);
    ss_put_host(&b, &sent->to);
    CHECK_SLICE_EQ(ss_buffer_slice(&b), ss_slice_from(host));
    return sent;
}

void px_expect_nothing(proxy_rig *rig)
{
    const px_sent *sent = px_take(rig);
    if (sent != NULL) {
        CHECK_SLICE_EQ(sent->bytes, SS_EMPTY);
    }
}

ss_slice px_field(proxy_rig *rig, const px_sent *sent, ss_hdr id, unsigned nth)
{
    (void)rig;
    ss_arena arena = scratch();
    ss_msg msg;
    parse(sent, &arena, &msg);
    return ss_msg_value(&msg, id, nth);
}

unsigned px_field_count(proxy_rig *rig, const px_sent *sent, ss_hdr id)
{
    (void)rig;
    ss_arena arena = scratch();
    ss_msg msg;
    parse(sent, &arena, &msg);
    return ss_msg_count(&msg, id);
}
