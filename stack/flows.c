/* Flows at the engine (RFC 5626): keep-alives of others are answered (4.4.1, 5.4, 8), answers to ours are told, and a connection over
 * which somebody registered, who was told a Flow-Timer, has to be heard of in time (5.4).
 *
 * Whoever opened a connection asks, and the other end answers: so an answer is never taken for a question. STUN says which it is;
 * an answer of it is never answered, and nothing is kept of a question. */
#include "flows.h"

enum { PONGS_MAX = 16 }; /* for what comes at once */

static const ss_slice pong = SS_LIT_INIT("\r\n");

static bool is_ours(const ss_connection *c)
{
    return c->path.connection >= SS_CONNECTION_OURS;
}

/* At once, one line end for two, on the connection that they came by. RFC5626:5.4 */
static void answer(ss_turn *turn, ss_connection *c, size_t line_ends, bool has_message)
{
    const size_t all = line_ends + c->has_line_end;
    c->has_line_end = !has_message && all % 2 != 0;
    for (size_t i = 0; i < all / 2 && i < PONGS_MAX; i++) {
        ss_turn_send(turn, &c->path, pong);
    }
}

void ss_flows_heard(ss_engine *e, ss_turn *turn, ss_connection *c, size_t line_ends,
                    bool has_message)
{
    c->heard = turn->now;
    if (!is_ours(c)) {
        answer(turn, c, line_ends, has_message);
    } else if (line_ends > 0 && e->role == SS_ROLE_UA) {
        ss_ua_flow_answers(&e->ua, &e->core, turn, &c->path);
    }
}

/* The limited server of RFC5626:8, in every role; RFC8489:6.3 */
static bool answer_stun(ss_turn *turn, const ss_path *path, const ss_stun *request)
{
    ss_buffer b = ss_buffer_open(turn->arena);
    ss_stun_put_answer(&b, request, &path->remote);
    const ss_slice answer = ss_buffer_keep(turn->arena, &b);
    if (answer.len != 0) {
        ss_turn_send(turn, path, answer);
    }
    return answer.len != 0;
}

ss_status ss_flows_stun(ss_engine *e, ss_turn *turn, const ss_path *path, ss_slice datagram)
{
    ss_stun message;
    if (ss_stun_parse(datagram, &message) != SS_OK || message.method != SS_STUN_BINDING) {
        return SS_ERR_SYNTAX;
    }
    if (message.class == SS_STUN_REQUEST) {
        return answer_stun(turn, path, &message) ? SS_OK : SS_ERR_FULL;
    }
    if (message.class != SS_STUN_INDICATION &&
        (e->role != SS_ROLE_UA || !ss_ua_flow_stun(&e->ua, &e->core, turn, path, &message))) {
        e->counts.strays++;
    }
    return SS_OK;
}

void ss_flows_watch(ss_engine *e, ss_turn *turn)
{
    const ss_path *path = turn->watched;
    ss_connection *c = path == NULL ? NULL : ss_connection_find(e, path);
    turn->watched = NULL;
    if (c == NULL) {
        return;
    }
    const bool is_new = c->watch == 0;
    c->watch = is_new ? ss_core_take(&e->core, sizeof(ss_watch)) : c->watch;
    if (c->watch == 0) {
        return; /* nothing is promised of when a flow is found out */
    }
    ss_watch *w = ss_store_at(&e->core.pools->store, c->watch);
    w->patience = turn->patience;
    c->heard = turn->now;
    if (is_new) {
        ss_timer_init(&w->timer, SS_TIMER_OF_FLOW);
        w->connection = ss_store_ref(&e->core.pools->store, c);
    }
    ss_timer_set(&e->core.timers, &e->core.pools->store, &w->timer,
                 ss_time_after(turn->now, w->patience));
}

/* RFC5626:5.4 The patience is longer than what was promised. The timer is not moved by what is heard, but looks when that was. */
ss_connection *ss_flows_timer(ss_engine *e, ss_turn *turn, ss_timer *timer)
{
    ss_watch *w = SS_OWNER(timer, ss_watch, timer);
    ss_connection *c = ss_store_at(&e->core.pools->store, w->connection);
    const ss_time end = ss_time_after(c->heard, w->patience);
    if (end <= turn->now) {
        return c;
    }
    ss_timer_set(&e->core.timers, &e->core.pools->store, timer, end);
    return NULL;
}

/* RFC5626:4.5 at the user agent, RFC5626:7 at the registrar. */
void ss_flows_lost(ss_engine *e, ss_turn *turn, const ss_path *path)
{
    if (e->role == SS_ROLE_UA) {
        ss_ua_flow_lost(&e->ua, &e->core, turn, path);
    } else {
        ss_proxy_flow_lost(&e->proxy, &e->core, turn, path);
    }
}
