/* The flows of a user agent (RFC 5626): one registration by each proxy of its outbound proxy set, told apart by reg-id (4.2.1). Over
 * a connection a flow is kept alive by CRLFs (4.4.1); one that does not answer, or whose connection is lost, is made anew (4.5).
 * Requests go by the first flow that is registered. Over UDP there are no keep-alives: they would be STUN (4.4.2).
 *
 * Who has flows has one block of them from its first REGISTER on, so that numbers and counts survive the end of a binding. */
#include "usage.h"

#define PONG_WITHIN    SS_S(10) /* RFC5626:4.4.1 */
#define PING_AT_MOST_S 120u     /* RFC5626:4.4.1 where no Flow-Timer says otherwise */

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

static void arm(const ss_visit *v, ss_flow *f, ss_time at)
{
    ss_timer_set(&v->core->timers, &v->core->pools->store, &f->timer, at);
}

void ss_flow_down(const ss_visit *v, ss_flow *f)
{
    arm(v, f, SS_TIME_NEVER);
    f->is_up = f->is_kept = f->waits = f->was_alive = false;
}

/* 80 to 100 % of it, another draw for each. RFC5626:4.4 RFC5626:4.4.1 */
static void await_next(const ss_visit *v, ss_flow *f)
{
    const ss_span most = SS_S(f->interval_s);
    const uint64_t key = ss_mix_absorb(v->core->entropy.key, 0x6b656570u + f->number);
    const uint64_t draw = ss_mix_absorb(key, f->pings++);
    f->waits = false;
    arm(v, f, ss_time_after(v->turn->now, most - draw % (most / 5 + 1)));
}

static bool is_on(const ss_flow *f, const ss_path *path)
{
    return f->is_kept && f->path.transport == path->transport &&
           f->path.connection == path->connection;
}

/* Keep-alives begin when the registration was granted with outbound. RFC5626:4.2.1 RFC5626:4.4 */
void ss_flow_up(const ss_visit *v, ss_flow *f, const ss_path *path, const ss_msg *response)
{
    uint32_t interval_s = PING_AT_MOST_S;
    f->is_up = true;
    if (path->connection == 0 || !ss_transport_is_reliable(path->transport) ||
        !ss_msg_lists_token(response, SS_HDR_REQUIRE, SS_LIT("outbound"))) {
        return;
    }
    if (ss_msg_number(response, SS_HDR_FLOW_TIMER, &interval_s) != SS_OK || interval_s == 0) {
        interval_s = PING_AT_MOST_S;
    }
    const bool goes_on = is_on(f, path) && f->interval_s == interval_s;
    f->path = *path;
    f->interval_s = interval_s;
    if (!goes_on) {
        f->is_kept = true;
        f->was_alive = false;
        await_next(v, f);
    }
}

/* Ten seconds without an answer, and the flow has failed. RFC5626:4.4.1 */
void ss_flow_timer(const ss_visit *v, ss_flow *f)
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
            f->was_alive = true;
            ss_ua_register_proved(&v, f->registration);
            await_next(&v, f);
        }
    }
}

/* Another flow takes its place: at once, if the old one had ever answered. RFC5626:4.5 */
void ss_ua_flow_lost(ss_ua *ua, ss_core *core, ss_turn *turn, const ss_path *path)
{
    const ss_visit v = { .ua = ua, .core = core, .turn = turn };
    ss_flow *f;
    for (uint8_t i = 0; (f = ss_flow_at(&v, i)) != NULL; i++) {
        if (is_on(f, path)) {
            const bool was_up = f->is_up, was_alive = f->was_alive;
            ss_flow_down(&v, f);
            if (was_up) { /* else its REGISTER waits to be tried again */
                ss_ua_register_anew(&v, f->registration, was_alive);
            }
        }
    }
}
