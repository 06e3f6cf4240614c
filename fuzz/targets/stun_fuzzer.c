/* Target `stun`: datagrams that come to a user agent whose flow over UDP is kept alive, each a byte that says how, a byte with its length,
 * and its bytes. How, modulo 4:
 *
 *     0   as it stands, from the edge
 *     1   likewise, from elsewhere
 *     2   its bytes 8 to 19 are those of the request that went out last
 *     3   first the next timer fires; the bytes are a 2xx's header fields, when a REGISTER waits for one
 *
 * Aims at: ss_stun_parse, ss_stun_put_answer, ss_stun_mapped, ss_ua_flow_stun, ss_flow_timer. Only requests are answered, with what is little
 * longer; what is sent can be read; and when all is over nothing is kept. */
#include "fuzz.h"
#include "ss/engine.h"

#include <stdlib.h>
#include <string.h>

enum { POOL_BYTES = 1 << 17, STEPS_MAX = 200, ANSWER_MAX = 60 };

typedef struct play {
    ss_settings settings;
    ss_pools pools;
    ss_engine engine;
    ss_ua_profile profile;
    ss_ua_identity identity;
    ss_time now;
    ss_path edge;
    unsigned char asked[SS_STUN_HEADER_BYTES]; /* the last request */
    char enrols[4096];                         /* the last REGISTER; empty: it is answered */
    unsigned answers;                          /* of STUN, in this turn */
    size_t longest;
} play;

static _Alignas(16) unsigned char pool_memory[POOL_BYTES];

/* ---- what goes out ---- */

static void sent(play *p, ss_slice bytes)
{
    ss_stun message;
    if (!ss_stun_is(bytes)) {
        const size_t length = bytes.len < sizeof p->enrols ? bytes.len : 0;
        const bool is_register = ss_slice_starts(bytes, SS_LIT("REGISTER "));
        memcpy(p->enrols, bytes.at, is_register ? length : 0);
        p->enrols[is_register ? length : 0] = '\0';
        return;
    }
    FZ_CHECK("stun", ss_stun_parse(bytes, &message) == SS_OK, "what is sent cannot be read");
    if (message.class == SS_STUN_REQUEST) {
        memcpy(p->asked, bytes.at, sizeof p->asked);
    } else {
        p->answers++;
        p->longest = bytes.len;
    }
}

static ss_turn begin(const play *p, ss_arena *arena)
{
    *arena = fz_arena(0);
    return ss_turn_begin(p->now, arena);
}

static void drain(play *p, ss_turn *turn)
{
    const ss_output *out;
    p->answers = 0;
    while ((out = ss_turn_take(turn)) != NULL) {
        if (out->kind == SS_OUT_DATAGRAM) {
            sent(p, out->bytes);
        }
    }
}

/* ---- what comes in ---- */

static void datagram(play *p, const ss_path *path, ss_slice bytes)
{
    ss_arena arena;
    ss_stun message;
    ss_address mapped;
    char *exact = fz_exact(bytes);
    bytes.at = exact;
    ss_turn turn = begin(p, &arena);
    (void)!ss_engine_input(&p->engine, &turn, path, bytes);
    drain(p, &turn);
    const bool is_read = ss_stun_parse(bytes, &message) == SS_OK;
    const bool is_asked = is_read && ss_stun_is(bytes) && message.class == SS_STUN_REQUEST &&
                          message.method == SS_STUN_BINDING;
    FZ_CHECK("stun", !ss_stun_is(bytes) || p->answers == (is_asked ? 1u : 0u),
             "something but a request is answered, or a request is not");
    FZ_CHECK("stun", !is_asked || p->longest <= ANSWER_MAX, "an answer is long");
    if (is_read && ss_stun_mapped(&message, &mapped) == SS_OK) {
        FZ_CHECK("stun", mapped.family == 4 || mapped.family == 6, "an address of no family");
    }
    free(exact);
}

static void put_line(ss_buffer *b, const char *request, const char *name)
{
    const char *at = strstr(request, name);
    const char *end = at == NULL ? NULL : strstr(at, "\r\n");
    if (end != NULL) {
        ss_put(b, (ss_slice){ at, (size_t)(end - at) + 2 });
    }
}

static void grant(play *p, ss_slice lines)
{
    static const char *const names[] = { "Via: ",     "From: ", "To: ",
                                         "Call-ID: ", "CSeq: ", "Contact: " };
    static char text[8192];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_text(&b, "SIP/2.0 200 OK\r\n");
    for (size_t i = 0; i < SS_COUNT(names); i++) {
        put_line(&b, p->enrols, names[i]);
    }
    ss_put(&b, lines);
    ss_put_text(&b, "Content-Length: 0\r\n\r\n");
    p->enrols[0] = '\0';
    datagram(p, &p->edge, ss_buffer_slice(&b));
}

static void tick(play *p)
{
    ss_arena arena;
    const ss_time next = ss_engine_deadline(&p->engine);
    if (next == SS_TIME_NEVER) {
        return;
    }
    FZ_CHECK("stun", next >= p->now, "a deadline has passed");
    p->now = next;
    ss_turn turn = begin(p, &arena);
    (void)!ss_engine_tick(&p->engine, &turn);
    drain(p, &turn);
}

static void step(play *p, unsigned how, ss_slice bytes)
{
    char text[256];
    ss_path path = p->edge;
    path.remote.port = how == 1 ? 9 : path.remote.port;
    memcpy(text, bytes.at, bytes.len);
    if (how == 2 && bytes.len >= SS_STUN_HEADER_BYTES) {
        memcpy(text + 8, p->asked + 8, SS_STUN_ID_BYTES);
    }
    if (how == 3) {
        tick(p);
    }
    if (how == 3 && p->enrols[0] != '\0') {
        grant(p, bytes);
    } else if (how != 3) {
        datagram(p, &path, (ss_slice){ text, bytes.len });
    }
}

/* ---- one input ---- */

static void start(play *p)
{
    memset(p, 0, sizeof *p);
    p->settings = ss_settings_default();
    p->settings.register_base = SS_S(30);
    p->profile = (ss_ua_profile){ .register_supported = SS_LIT("path, outbound"),
                                  .contact_params = SS_LIT(";+sip.instance=\"<urn:uuid:1>\""),
                                  .reg_id = 1 };
    p->identity = (ss_ua_identity){ .aor = SS_LIT("sip:bob@example.com"),
                                    .user = SS_LIT("bob"),
                                    .registrar = SS_LIT("sip:example.com"),
                                    .local = { SS_TRANSPORT_UDP, ss_address_v4(0x0a000003, 5060) },
                                    .outbound = SS_LIT("sip:10.0.0.8;lr"),
                                    .profile = &p->profile };
    p->edge =
        (ss_path){ .local = p->identity.local.local, .remote = ss_address_v4(0x0a000008, 5060) };
    if (ss_pools_init(&p->pools, pool_memory, POOL_BYTES, 16, 4) != SS_OK) {
        abort();
    }
    ss_engine_init(&p->engine, &(ss_engine_options){ .pools = &p->pools,
                                                     .settings = &p->settings,
                                                     .engine = 1,
                                                     .entropy_key = 42,
                                                     .role = SS_ROLE_UA,
                                                     .identity = &p->identity });
    ss_arena arena;
    ss_command enrol = { .kind = SS_CMD_REGISTER, .expires_s = 3600 };
    ss_turn turn = begin(p, &arena);
    FZ_CHECK("stun", ss_engine_command(&p->engine, &turn, &enrol) == SS_OK, "no REGISTER");
    drain(p, &turn);
    grant(p, SS_LIT("Require: outbound\r\n"));
    tick(p);
}

int fz_target_stun(const uint8_t *data, size_t size)
{
    static play p;
    start(&p);
    ss_slice rest = { (const char *)data, size };
    for (unsigned i = 0; i < STEPS_MAX && rest.len >= 2; i++) {
        const size_t length = (unsigned char)rest.at[1];
        const size_t end = 2 + length < rest.len ? 2 + length : rest.len;
        step(&p, (unsigned char)rest.at[0] % 4, ss_slice_cut(rest, 2, end));
        rest = ss_slice_cut(rest, end, rest.len);
    }
    ss_engine_reset(&p.engine);
    FZ_CHECK("stun", p.pools.store.live_bytes == 0, "memory is not given back by a reset");
    return 0;
}
