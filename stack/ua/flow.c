/* The flows of a user agent (RFC 5626): one registration by each proxy of its outbound proxy set, told apart by reg-id (4.2.1). A
 * flow is kept alive by CRLFs over a connection (4.4.1), by Binding requests of STUN over UDP (4.4.2, 8); one that does not answer, that
 * is seen from another address than before, or whose connection is lost, is made anew (4.5). Requests go by the first flow that is
 * registered.
 *
 * Who has flows has one block of them from its first REGISTER on, so that numbers and counts survive the end of a binding. */
#include "ss/stun.h"
#include "usage.h"

#include <string.h>

#define PONG_WITHIN    SS_S(10) /* RFC5626:4.4.1 */
#define PING_AT_MOST_S 120u     /* RFC5626:4.4.1 where no Flow-Timer says otherwise */
#define STUN_AT_MOST_S 29u      /* RFC5626:4.4.2 likewise */

/* RFC8489:6.2.1 a request is sent so often, and the last one is waited for so many times as long as the first. */
enum { STUN_REQUESTS = 7, STUN_LAST_WAIT = 16 };

static const ss_slice ping = SS_LIT_INIT("\r\n\r\n");

uint8_t ss_flow_count(const ss_ua *ua)
{
    const ss_ua_profile *profile = ua->identity->profile;
    return profile == NULL || profile->reg_id == 0 ? 0 : (uint8_t)(1 + profile->more_route_count);
}

static size_t block_bytes(const ss_ua *ua)
{
    return ss_flow_count(ua) * sizeof(ss_flow);
}

ss_flow *ss_flow_at(const ss_visit *v, uint8_t number)
{
    ss_flow *all = v->ua->registration == 0 || number >= ss_flow_count(v->ua)
                       ? NULL
                       : ss_store_at(&v->core->pools->store, v->ua->registration);
    return all == NULL ? NULL : &all[number];
}

ss_status ss_flows_begin(const ss_visit *v)
{
    if (v->ua->registration != 0) {
        return SS_OK;
    }
    v->ua->registration = ss_core_take(v->core, block_bytes(v->ua));
    for (uint8_t i = 0; v->ua->registration != 0 && i < ss_flow_count(v->ua); i++) {
        ss_flow *f = ss_flow_at(v, i);
        f->number = i;
        ss_timer_init(&f->timer, SS_TIMER_OF_FLOW);
    }
    return v->ua->registration == 0 ? SS_ERR_FULL : SS_OK;
}

void ss_flows_end(const ss_visit *v)
{
    ss_flow *f;
    for (uint8_t i = 0; (f = ss_flow_at(v, i)) != NULL; i++) {
        if (f->registration != 0) {
            return;
        }
    }
    if (v->ua->registration != 0) {
        ss_core_give(v->core, v->ua->registration, block_bytes(v->ua));
        v->ua->registration = 0;
    }
}

ss_flow *ss_flow_of(const ss_visit *v, ss_ref registration)
{
    ss_flow *f;
    for (uint8_t i = 0; (f = ss_flow_at(v, i)) != NULL; i++) {
        if (f->registration == registration) {
            return f;
        }
    }
    return NULL;
}

/* ---- by which way ---- */

ss_slice ss_flow_route(const ss_ua *ua, uint8_t number)
{
    return number == 0 ? ua->identity->outbound : ua->identity->profile->more_routes[number - 1];
}

ss_slice ss_ua_outbound(const ss_visit *v)
{
    ss_flow *f;
    for (uint8_t i = 0; (f = ss_flow_at(v, i)) != NULL; i++) {
        if (f->is_up) {
            return ss_flow_route(v->ua, i);
        }
    }
    return v->ua->identity->outbound;
}

bool ss_flow_another_is_up(const ss_visit *v, const ss_flow *flow)
{
    const ss_flow *f;
    for (uint8_t i = 0; (f = ss_flow_at(v, i)) != NULL; i++) {
        if (f->is_up && f != flow) {
            return true;
        }
    }
    return false;
}

/* ---- keep-alives ---- */

static bool is_of_datagrams(const ss_flow *f)
{
    return !ss_transport_is_reliable(f->path.transport);
}

static void arm(const ss_visit *v, ss_flow *f, ss_time at)
{
    ss_timer_set(&v->core->timers, &v->core->pools->store, &f->timer, at);
}

void ss_flow_down(const ss_visit *v, ss_flow *f)
{
    arm(v, f, SS_TIME_NEVER);
    f->is_up = f->is_kept = f->waits = f->was_alive = false;
    f->seen_as = (ss_address){ .family = 0 };
}

/* 80 to 100 % of it, another draw for each; over UDP 24 to 29 s. RFC5626:4.4 RFC5626:4.4.1 RFC5626:4.4.2 */
static void await_next(const ss_visit *v, ss_flow *f)
{
    const ss_span most = SS_S(f->interval_s);
    const ss_span less = is_of_datagrams(f) && f->interval_s == STUN_AT_MOST_S ? SS_S(5) : most / 5;
    const uint64_t key = ss_mix_absorb(v->core->entropy.key, 0x6b656570u + f->number);
    const uint64_t draw = ss_mix_absorb(key, f->pings++);
    f->waits = false;
    arm(v, f, ss_time_after(v->turn->now, most - draw % (less + 1)));
}

static bool is_on(const ss_flow *f, const ss_path *path)
{
    return f->is_kept && f->path.transport == path->transport &&
           f->path.connection == path->connection &&
           (!is_of_datagrams(f) || ss_address_equal(&f->path.remote, &path->remote));
}

static uint32_t interval_of(const ss_visit *v, const ss_path *path, const ss_msg *response)
{
    const uint32_t ours = v->ua->identity->profile->keep_alive_s;
    uint32_t seconds = 0;
    if (ss_msg_number(response, SS_HDR_FLOW_TIMER, &seconds) == SS_OK && seconds != 0) {
        return seconds;
    }
    return ours != 0                                   ? ours
           : ss_transport_is_reliable(path->transport) ? PING_AT_MOST_S
                                                       : STUN_AT_MOST_S;
}

/* Keep-alives begin when the registration was granted with outbound, which says that they are understood. RFC5626:4.2.1
 * RFC5626:4.4 RFC5626:8 */
void ss_flow_up(const ss_visit *v, ss_flow *f, const ss_path *path, const ss_msg *response)
{
    f->is_up = true;
    if ((path->connection == 0 && ss_transport_is_reliable(path->transport)) ||
        !ss_msg_lists_token(response, SS_HDR_REQUIRE, SS_LIT("outbound"))) {
        return;
    }
    const uint32_t interval_s = interval_of(v, path, response);
    const bool goes_on = is_on(f, path) && f->interval_s == interval_s;
    f->path = *path;
    f->interval_s = interval_s;
    if (!goes_on) {
        f->is_kept = true;
        f->was_alive = false;
        f->seen_as = (ss_address){ .family = 0 };
        await_next(v, f);
    }
}

static void answered(const ss_visit *v, ss_flow *f)
{
    f->was_alive = true;
    ss_ua_register_proved(v, f->registration);
    await_next(v, f);
}

/* Another flow takes its place: at once, if the old one had ever answered. RFC5626:4.5 */
static void fail(const ss_visit *v, ss_flow *f)
{
    const bool was_up = f->is_up, was_alive = f->was_alive;
    ss_flow_down(v, f);
    if (was_up) { /* else its REGISTER waits to be tried again */
        ss_ua_register_anew(v, f->registration, was_alive);
    }
}

/* ---- of line ends ---- */

/* Ten seconds without an answer, and the flow has failed. RFC5626:4.4.1 */
static void ping_or_give_up(const ss_visit *v, ss_flow *f)
{
    if (!f->waits) {
        f->waits = true;
        ss_turn_send(v->turn, &f->path, ping);
        arm(v, f, ss_time_after(v->turn->now, PONG_WITHIN));
        return;
    }
    ss_path *silent = SS_ARENA_NEW(v->turn->arena, ss_path);
    if (silent == NULL) {
        v->turn->failed = true;
        arm(v, f, ss_time_after(v->turn->now, PONG_WITHIN));
        return;
    }
    *silent = f->path;
    v->turn->silent = silent;
}

void ss_ua_flow_answers(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_path *path)
{
    const ss_visit v = { .ua = ua, .core = core, .turn = turn };
    ss_flow *f;
    for (uint8_t i = 0; (f = ss_flow_at(&v, i)) != NULL; i++) {
        if (is_on(f, path) && f->waits) {
            answered(&v, f);
        }
    }
}

/* ---- of STUN ---- */

/* Of the request that is under way: the same for its copies, and no other has it. RFC8489:5 */
static ss_stun_id id_of(const ss_visit *v, const ss_flow *f)
{
    const uint64_t key = ss_mix_absorb(v->core->entropy.key, 0x7374756eu + f->number);
    const uint64_t words[2] = { ss_mix_absorb(key, (uint64_t)f->pings << 1),
                                ss_mix_absorb(key, (uint64_t)f->pings << 1 | 1) };
    ss_stun_id id;
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        id.bytes[i] = (unsigned char)(words[i / 8] >> i % 8 * 8);
    }
    return id;
}

/* In the arena; SS_EMPTY when that is full. */
static ss_slice request_of(const ss_visit *v, const ss_flow *f)
{
    const ss_stun_id id = id_of(v, f);
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_stun_put_request(&b, &id);
    return ss_buffer_keep(v->turn->arena, &b);
}

/* The round-trip time is estimated as SIP does it, by T1. RFC8489:6.2.1 RFC5626:4.4.2 */
static void request_or_give_up(const ss_visit *v, ss_flow *f)
{
    const ss_span rto = v->core->settings->t1;
    if (f->waits && f->tries == STUN_REQUESTS) {
        fail(v, f);
        return;
    }
    f->tries = f->waits ? f->tries : 0;
    f->waits = true;
    const ss_slice request = request_of(v, f);
    if (request.len == 0) { /* as if it were lost */
        v->turn->failed = true;
    } else {
        ss_turn_send(v->turn, &f->path, request);
    }
    const ss_span wait = ++f->tries == STUN_REQUESTS ? STUN_LAST_WAIT * rto : rto << (f->tries - 1);
    arm(v, f, ss_time_after(v->turn->now, wait));
}

/* RFC5626:4.4.2 RFC5626:8 RFC8489:6.3.3 RFC8489:6.3.4 */
static void take_response(const ss_visit *v, ss_flow *f, const ss_stun *response)
{
    ss_address seen_as;
    if (response->class == SS_STUN_ERROR || ss_stun_has_unknown(response)) {
        fail(v, f);
    } else if (ss_stun_mapped(response, &seen_as) != SS_OK) {
        return; /* no answer to what was asked */
    } else if (f->seen_as.family != 0 && !ss_address_equal(&f->seen_as, &seen_as)) {
        fail(v, f);
    } else {
        f->seen_as = seen_as;
        answered(v, f);
    }
}

bool ss_ua_flow_stun(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_path *path,
                     const ss_stun *response)
{
    const ss_visit v = { .ua = ua, .core = core, .turn = turn };
    ss_flow *f;
    for (uint8_t i = 0; (f = ss_flow_at(&v, i)) != NULL; i++) {
        if (is_on(f, path) && f->waits) {
            const ss_stun_id id = id_of(&v, f);
            if (memcmp(id.bytes, response->id.bytes, sizeof id.bytes) == 0) {
                take_response(&v, f, response);
                return true;
            }
        }
    }
    return false;
}

void ss_ua_flow_unreachable(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_path *path,
                            const ss_quote *quote)
{
    const ss_visit v = { .ua = ua, .core = core, .turn = turn };
    ss_flow *f;
    for (uint8_t i = 0; (f = ss_flow_at(&v, i)) != NULL; i++) {
        const ss_slice asked = is_on(f, path) && f->waits ? request_of(&v, f) : SS_EMPTY;
        if (asked.len != 0 && quote->whole == asked.len && ss_slice_starts(asked, quote->bytes)) {
            fail(&v, f);
        }
    }
}

/* ---- what happens to a flow ---- */

void ss_flow_timer(const ss_visit *v, ss_flow *f)
{
    if (is_of_datagrams(f)) {
        request_or_give_up(v, f);
    } else {
        ping_or_give_up(v, f);
    }
}

void ss_ua_flow_lost(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_path *path)
{
    const ss_visit v = { .ua = ua, .core = core, .turn = turn };
    ss_flow *f;
    for (uint8_t i = 0; (f = ss_flow_at(&v, i)) != NULL; i++) {
        if (is_on(f, path)) {
            fail(&v, f);
        }
    }
}
