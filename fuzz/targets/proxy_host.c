/* The host of the target `proxy`: see proxy_host.h. */
#include "proxy_host.h"

#include "ss/stun.h"

#include <stdlib.h>
#include <string.h>

enum { POOL_BYTES = 1 << 20, LOCATION_BYTES = 1 << 18 };

/* Lent anew to each input; what an earlier life of the stores left there is never read. */
static _Alignas(16) unsigned char pool_memory[POOL_BYTES], location_memory[LOCATION_BYTES];
static fz_proxy_host the_host;

/* A message may go to as many places as there are bindings, and each of these may redirect: what is more is a flood. */
enum { TURN_OUTPUTS_MAX = 2000 };

/* No subscription to registrations lives longer than Expires can say (RFC 6665 4.2.1.1); of its last moment is the last NOTIFY, which
 * nobody may answer. */
static const ss_span lives_max = SS_S(UINT64_C(4294967295) + 64);

static const ss_slice domains[] = { SS_LIT_INIT("example.com") };
static const ss_slice contacts[] = {
    SS_LIT_INIT("sip:bob@10.0.0.3"),
    SS_LIT_INIT("sip:bob@10.0.0.4:5062;transport=udp"),
    SS_LIT_INIT("sip:bob@phone.example.net"),
    SS_LIT_INIT("sip:carol@example.com"),
};

static void configure_limits(fz_proxy_host *h, fz_tape *tape)
{
    static const ss_span hunts[] = { 0, SS_S(5), SS_S(20) };
    static const uint16_t breadths[] = { 0, 1, 2, 3 };
    h->config.hunt = hunts[fz_tape_pick(tape, SS_COUNT(hunts))];
    const uint16_t breadth = breadths[fz_tape_pick(tape, SS_COUNT(breadths))];
    h->config.breadth_max = breadth == 0 ? h->config.breadth_max : breadth;
    h->config.breadth_rejects = fz_tape_pick(tape, 2) != 0;
    h->holds_answers = fz_tape_pick(tape, 2) != 0;
    if (fz_tape_pick(tape, 2) != 0) {
        h->settings.txns_max = 3;
        h->settings.bytes_max = 6000;
    }
    h->hops.is_stateless = h->config.mode == SS_PROXY_STATELESS;
    h->hops.ignores_breadth = h->config.breadth_max == 0;
}

static void configure(fz_proxy_host *h, fz_tape *tape)
{
    h->settings = ss_settings_default();
    h->config = (ss_proxy_config){
        .local = { .transport = SS_TRANSPORT_UDP, .local = ss_address_v4(0x0a000001, 5060) },
        .host = SS_LIT("p.example.com"),
        .domains = domains,
        .domain_count = SS_COUNT(domains),
        .expires_default_s = 3600,
        .expires_min_s = 60,
        .expires_max_s = 86400,
    };
    h->config.mode =
        (ss_proxy_mode)fz_tape_pick(tape, 4); /* one after the other: the tape's order */
    h->config.fork = (ss_fork)fz_tape_pick(tape, 4);
    h->config.record_route = fz_tape_pick(tape, 2) != 0;
    h->config.registrar = fz_tape_pick(tape, 2) == 0;
    h->config.recurses = fz_tape_pick(tape, 2) != 0;
    h->config.breadth_max = (uint16_t)(fz_tape_pick(tape, 2) * 60);
    h->config.edge = fz_tape_pick(tape, 2) != 0;
    h->config.services = fz_tape_pick(tape, 2) != 0;
    h->contact_count = (uint16_t)fz_tape_pick(tape, SS_COUNT(contacts) + 1);
    memcpy(h->contacts, contacts, sizeof contacts);
    configure_limits(h, tape);
}

fz_proxy_host *fz_proxy_new(fz_tape *tape)
{
    fz_proxy_host *h = &the_host;
    memset(h, 0, sizeof *h);
    configure(h, tape);
    h->texts = fz_arena(2);
    ss_store_init(&h->location_store, location_memory, LOCATION_BYTES);
    if (ss_pools_init(&h->pools, pool_memory, POOL_BYTES, 64, 16) != SS_OK ||
        ss_location_init(&h->location, &h->location_store, 1, 16) != SS_OK) {
        abort();
    }
    ss_engine_init(&h->engine, &(ss_engine_options){ .pools = &h->pools,
                                                     .settings = &h->settings,
                                                     .engine = 1,
                                                     .entropy_key = 42,
                                                     .role = SS_ROLE_PROXY,
                                                     .proxy = &h->config });
    return h;
}

/* ---- what a turn puts out ---- */

static const ss_msg *read_message(ss_slice bytes)
{
    ss_arena arena = fz_arena(3);
    ss_msg *msg = SS_ARENA_NEW(&arena, ss_msg);
    ss_diag diag;
    return ss_msg_parse(msg, &arena, bytes, &diag) == SS_OK ? msg : NULL;
}

/* The refusal of what cannot be read has what could be read of it, and may itself be unreadable. */
static void judge_left(fz_proxy_host *h, ss_slice bytes)
{
    const ss_msg *msg = read_message(bytes);
    if (msg != NULL) {
        fz_hops_left(&h->hops, msg);
    }
}

static void record(fz_proxy_host *h, const ss_output *out)
{
    ss_arena scratch = fz_arena(3);
    ss_summary says;
    ss_summarise_bytes(out->bytes, &scratch, &says);
    judge_left(h, out->bytes);
    const bool is_response = out->bytes.len >= 8 && memcmp(out->bytes.at, "SIP/2.0 ", 8) == 0;
    const bool is_stun = h->heard_stun && ss_stun_is(out->bytes); /* RFC5626:8 */
    FZ_CHECK("proxy", says.is_sip || is_response || is_stun,
             "a request goes out that nobody could read");
    if (h->sent_count < FZ_SENT_MAX) {
        h->sent[h->sent_count] = (fz_sent){ .to = out->path.remote,
                                            .bytes = ss_arena_copy(&h->texts, out->bytes),
                                            .says = says,
                                            .turn = h->turn };
    }
    h->sent_count++;
}

/* A query outlives its turn, whose arena is empty when it is answered. SS_EMPTY where there is no room: what it means then is another,
 * and as good. */
static ss_query keep(fz_proxy_host *h, const ss_query *query)
{
    ss_query kept = *query;
    ss_binding *changes =
        ss_arena_take(&h->texts, query->change_count * sizeof *changes, _Alignof(ss_binding));
    kept.name = ss_arena_copy(&h->texts, query->name);
    kept.change_count = changes == NULL ? 0 : query->change_count;
    for (uint16_t i = 0; i < kept.change_count; i++) {
        changes[i] = query->changes[i];
        changes[i].contact = ss_arena_copy(&h->texts, changes[i].contact);
        changes[i].call_id = ss_arena_copy(&h->texts, changes[i].call_id);
        changes[i].path = ss_arena_copy(&h->texts, changes[i].path);
        changes[i].instance = ss_arena_copy(&h->texts, changes[i].instance);
    }
    kept.changes = changes;
    return kept;
}

static void answer_query(fz_proxy_host *h, const ss_query *query);

/* Nobody listens for streams here. */
static void refuse_stream(fz_proxy_host *h, const ss_path *path);

static void drain(fz_proxy_host *h, ss_turn *turn)
{
    ss_query asked[FZ_ASKED_MAX];
    ss_path refused[FZ_ASKED_MAX];
    size_t asked_count = 0, refused_count = 0, count = 0;
    const ss_output *out;
    while ((out = ss_turn_take(turn)) != NULL) {
        FZ_CHECK("S1", count++ < TURN_OUTPUTS_MAX, "one turn puts out without bound");
        if (out->kind == SS_OUT_DATAGRAM) {
            record(h, out);
        } else if (out->kind == SS_OUT_CONNECT && refused_count < FZ_ASKED_MAX) {
            refused[refused_count++] = out->path;
        } else if (out->kind == SS_OUT_QUERY && h->holds_answers && h->held_count < FZ_ASKED_MAX) {
            h->held[h->held_count++] = keep(h, &out->query);
        } else if (out->kind == SS_OUT_QUERY && asked_count < FZ_ASKED_MAX) {
            asked[asked_count++] = keep(h, &out->query);
        } else if (out->kind == SS_OUT_EVENT && out->event.kind == SS_EVENT_FULL) {
            h->hops.is_loose = true;
        }
    }
    h->hops.is_loose = h->hops.is_loose || turn->failed || refused_count > 0;
    fz_hops_turn_ends(&h->hops);
    for (size_t i = 0; i < asked_count; i++) {
        answer_query(h, &asked[i]);
    }
    for (size_t i = 0; i < refused_count; i++) {
        refuse_stream(h, &refused[i]);
    }
}

/* ---- turns ---- */

static ss_turn begin(fz_proxy_host *h, ss_arena *arena)
{
    *arena = fz_arena(0);
    h->turn++;
    h->hops.now = h->now;
    return ss_turn_begin(h->now, arena);
}

static void refuse_stream(fz_proxy_host *h, const ss_path *path)
{
    ss_arena arena;
    ss_turn turn = begin(h, &arena);
    (void)!ss_engine_path_refused(&h->engine, &turn, path);
    drain(h, &turn);
}

/* Who never registered is found all the same, at the places that the choices say. */
static void locate(const fz_proxy_host *h, ss_binding *bindings, ss_answer *answer)
{
    for (uint16_t i = 0; i < h->contact_count; i++) {
        bindings[i] = (ss_binding){ .contact = h->contacts[i],
                                    .call_id = SS_LIT("r"),
                                    .cseq = 1,
                                    .q = (uint16_t)(1000 - 250 * (i / 2)),
                                    .expires_s = 3600 };
    }
    answer->status = h->contact_count == 0 ? SS_NONE : SS_OK;
    answer->bindings = bindings;
    answer->binding_count = h->contact_count;
}

static void answer_query(fz_proxy_host *h, const ss_query *query)
{
    const ss_address there[] = { ss_address_v4(0x0a000005, query->port == 0 ? 5060 : query->port),
                                 ss_address_v4(0x0a000006, 5060) };
    ss_binding bindings[SS_COUNT(h->contacts)];
    ss_answer answer = { .token = query->token, .status = SS_NONE };
    ss_arena results = fz_arena(1), arena;
    if (query->kind == SS_QUERY_RESOLVE) {
        answer.status = SS_OK;
        answer.addresses = there;
        answer.address_count = SS_COUNT(there);
    } else if (query->kind != SS_QUERY_CREDENTIAL) {
        const ss_status status = ss_location_serve(&h->location, h->now, query, &results, &answer);
        answer.token = query->token;
        answer.status = status == SS_OK ? answer.status : SS_ERR_FULL;
    }
    if (query->kind == SS_QUERY_LOCATE && answer.status == SS_NONE) {
        locate(h, bindings, &answer);
    }
    ss_turn turn = begin(h, &arena);
    (void)!ss_engine_answer(&h->engine, &turn, &answer);
    drain(h, &turn);
}

void fz_proxy_input(fz_proxy_host *h, unsigned host, ss_slice bytes)
{
    ss_arena arena;
    ss_turn turn = begin(h, &arena);
    ss_path path = h->config.local;
    path.remote = ss_address_v4(0x0a000000 + host, 5060);
    fz_hops_came(&h->hops, read_message(bytes));
    h->heard_stun = h->heard_stun || ss_stun_is(bytes);
    (void)!ss_engine_input(&h->engine, &turn, &path, bytes);
    drain(h, &turn);
}

void fz_proxy_bind(fz_proxy_host *h, uint16_t q, ss_slice contact)
{
    ss_arena results = fz_arena(1);
    ss_uri uri;
    ss_answer answer;
    const ss_binding change = { .contact = ss_arena_copy(&h->texts, contact),
                                .call_id = SS_LIT("bound"),
                                .cseq = ++h->binds,
                                .q = q,
                                .expires_s = 3600 };
    const ss_query query = { .kind = SS_QUERY_PERSIST,
                             .name = SS_LIT("sip:bob@example.com"),
                             .changes = &change,
                             .change_count = 1 };
    if (ss_uri_parse(change.contact, &uri) == SS_OK) {
        (void)!ss_location_serve(&h->location, h->now, &query, &results, &answer);
    }
}

void fz_proxy_told(fz_proxy_host *h)
{
    while (h->held_count > 0) {
        const ss_query first = h->held[0];
        h->held_count--;
        memmove(&h->held[0], &h->held[1], h->held_count * sizeof first);
        answer_query(h, &first);
    }
}

void fz_proxy_lost(fz_proxy_host *h, const ss_address *to)
{
    ss_arena arena;
    ss_turn turn = begin(h, &arena);
    ss_path path = h->config.local;
    path.remote = *to;
    h->hops.is_loose = true;
    (void)!ss_engine_path_lost(&h->engine, &turn, &path, true);
    drain(h, &turn);
}

void fz_proxy_wait(fz_proxy_host *h, ss_span span)
{
    const ss_time end = ss_time_after(h->now, span);
    ss_time next;
    while ((next = ss_engine_deadline(&h->engine)) <= end) {
        FZ_CHECK("proxy", next >= h->now, "a deadline has passed");
        h->now = next;
        ss_arena arena;
        ss_turn turn = begin(h, &arena);
        (void)!ss_engine_tick(&h->engine, &turn);
        drain(h, &turn);
    }
    h->now = end;
}

void fz_proxy_end(fz_proxy_host *h)
{
    h->holds_answers = false;
    fz_proxy_told(h);
    fz_proxy_wait(h, lives_max);
    const ss_core *core = &h->engine.core;
    FZ_CHECK("proxy", core->txns == 0 && h->engine.proxy.contexts == 0 && core->timers.count == 0,
             "something is under way when all subscriptions are over");
    FZ_CHECK("proxy",
             core->bytes == ss_proxy_kept_bytes(&h->engine.proxy, core) &&
                 h->pools.store.live_bytes == core->bytes,
             "memory is not given back");
    ss_engine_reset(&h->engine);
    ss_location_forget_all(&h->location);
    FZ_CHECK("proxy", h->pools.store.live_bytes == 0 && h->location_store.live_bytes == 0,
             "memory is not given back by a reset");
}
