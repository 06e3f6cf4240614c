/* The connections of an engine and which one a message goes by: RFC 3261 18.1.1 (requests) and 18.2.2 (responses).
 *
 * The layers below send on a path; whether a connection of it exists is nobody's business but this file's. Before a turn's
 * outputs are handed out each stream output gets its connection, and the transaction that sent it learns the number, so
 * that the loss of a connection reaches those that used it and no other. */
#include "connections.h"

#include <string.h>

static const ss_key128 number_salt = { 0x636f6e6e65630001u, 0x636f6e6e65630002u };
static const ss_key128 address_salt = { 0x6164647265730001u, 0x6164647265730002u };

/* ---- the table ---- */

static void absorb(ss_key128 *key, uint64_t word)
{
    key->lo = ss_mix_absorb(key->lo, word);
    key->hi = ss_mix_absorb(key->hi, word);
}

static ss_key128 number_key(const ss_path *path)
{
    ss_key128 key = number_salt;
    absorb(&key, (uint64_t)path->transport << 32 | path->connection);
    return key;
}

static ss_key128 address_key(const ss_path *path)
{
    const ss_address *to = &path->remote;
    const size_t length = to->family == 4 ? 4 : sizeof to->ip;
    ss_key128 key = address_salt;
    absorb(&key, (uint64_t)path->transport << 32 | (uint64_t)to->family << 16 | to->port);
    for (size_t i = 0; i < length; i++) {
        absorb(&key, to->ip[i]);
    }
    return key;
}

static ss_connection *connection_at(const ss_engine *e, ss_ref ref)
{
    return ss_store_at(&e->core.pools->store, ref);
}

ss_connection *ss_connection_find(const ss_engine *e, const ss_path *path)
{
    const ss_pools *pools = e->core.pools;
    ss_table_link *link =
        ss_table_find(&pools->txns, &pools->store, e->core.engine, number_key(path));
    return link == NULL ? NULL : SS_OWNER(link, ss_connection, by_number);
}

/* RFC3261:18 reuse: the newest to the address that takes bytes, else the newest. */
static ss_connection *find_to(const ss_engine *e, const ss_path *path)
{
    const ss_pools *pools = e->core.pools;
    ss_table_link *newest =
        ss_table_find(&pools->txns, &pools->store, e->core.engine, address_key(path));
    ss_table_link *link = newest;
    while (link != NULL && SS_OWNER(link, ss_connection, by_address)->is_stuck) {
        link = ss_table_find_next(&pools->store, link);
    }
    link = link == NULL ? newest : link;
    return link == NULL ? NULL : SS_OWNER(link, ss_connection, by_address);
}

static void index_by(ss_engine *e, ss_table_link *link, ss_key128 key)
{
    link->key = key;
    link->engine = e->core.engine;
    ss_table_add(&e->core.pools->txns, &e->core.pools->store, link);
}

ss_connection *ss_connection_new(ss_engine *e, const ss_path *path)
{
    ss_connections *all = &e->connections;
    const ss_ref ref = ss_core_take(&e->core, sizeof(ss_connection));
    if (ref == 0) {
        return NULL;
    }
    ss_connection *c = connection_at(e, ref);
    c->path = *path;
    index_by(e, &c->by_number, number_key(path));
    index_by(e, &c->by_address, address_key(path));
    if (all->first == 0) {
        all->first = c->prev = ref;
    } else {
        ss_connection *first = connection_at(e, all->first);
        c->prev = first->prev;
        connection_at(e, first->prev)->next = ref;
        first->prev = ref;
    }
    all->count++;
    return c;
}

void ss_connection_forget(ss_engine *e, ss_connection *c)
{
    ss_pools *pools = e->core.pools;
    ss_connections *all = &e->connections;
    if (c->watch != 0) {
        ss_watch *w = ss_store_at(&pools->store, c->watch);
        ss_timer_set(&e->core.timers, &pools->store, &w->timer, SS_TIME_NEVER);
        ss_core_give(&e->core, c->watch, sizeof *w);
    }
    ss_table_remove(&pools->txns, &pools->store, &c->by_number);
    ss_table_remove(&pools->txns, &pools->store, &c->by_address);
    if (connection_at(e, all->first) == c) {
        all->first = c->next;
    } else {
        connection_at(e, c->prev)->next = c->next;
    }
    const ss_ref behind =
        c->next != 0 ? c->next : all->first; /* the first has the last before it */
    if (behind != 0) {
        connection_at(e, behind)->prev = c->prev;
    }
    all->count--;
    ss_core_give(&e->core, ss_store_ref(&pools->store, c), sizeof *c);
}

void ss_connections_forget_all(ss_engine *e)
{
    while (e->connections.first != 0) {
        ss_connection_forget(e, connection_at(e, e->connections.first));
    }
}

/* ---- outputs ---- */

/* Numbers wrap after 2^30 connections; one that lives still is passed over. */
static uint32_t next_number(ss_engine *e, const ss_path *path)
{
    ss_path candidate = *path;
    do {
        candidate.connection = SS_CONNECTION_OURS | (e->connections.ordinal++ % SS_CONNECTION_ONLY);
    } while (candidate.connection == SS_CONNECTION_NONE ||
             ss_connection_find(e, &candidate) != NULL);
    return candidate.connection;
}

void ss_output_take_out(ss_turn *turn, ss_output *before, ss_output *out)
{
    if (before == NULL) {
        turn->first = out->next;
    } else {
        before->next = out->next;
    }
    if (turn->last == out) {
        turn->last = before;
    }
}

void ss_connections_silence(ss_turn *turn, const ss_path *path)
{
    ss_output *before = NULL;
    for (ss_output *out = turn->first; out != NULL; out = out->next) {
        if (out->kind == SS_OUT_STREAM && out->path.transport == path->transport &&
            out->path.connection == path->connection) {
            ss_output_take_out(turn, before, out);
        } else {
            before = out;
        }
    }
}

/* The output becomes SS_OUT_CONNECT and goes on in `rest` behind it. */
static void put_connect_before(ss_turn *turn, ss_output *out, ss_output *rest)
{
    *rest = *out;
    out->kind = SS_OUT_CONNECT;
    out->bytes = SS_EMPTY;
    out->next = rest;
    if (turn->last == out) {
        turn->last = rest;
    }
}

/* ---- which connection ---- */

/* What finishes something that is under way goes out even on a connection that is stuck. */
static bool finishes(const ss_msg *msg)
{
    return !msg->is_request || msg->method == SS_METHOD_ACK || msg->method == SS_METHOD_CANCEL ||
           msg->method == SS_METHOD_BYE;
}

/* NULL at the quota. `*is_new`: it was made. */
static ss_connection *find_or_make(ss_engine *e, ss_turn *turn, const ss_path *path, bool *is_new)
{
    ss_connection *c = find_to(e, path);
    *is_new = c == NULL;
    if (c != NULL) {
        return c;
    }
    ss_path to = *path;
    to.connection = next_number(e, &to);
    c = ss_connection_new(e, &to);
    if (c == NULL) {
        ss_turn_event(turn, &(ss_event){ .kind = SS_EVENT_FULL });
    }
    return c;
}

bool ss_connections_reach(ss_engine *e, ss_turn *turn, ss_path *path)
{
    bool is_new;
    ss_connection *c = find_or_make(e, turn, path, &is_new);
    ss_output *out = c == NULL || !is_new ? NULL : ss_turn_add(turn, SS_OUT_CONNECT);
    if (c != NULL && is_new && out == NULL) {
        ss_connection_forget(e, c);
        c = NULL;
    }
    if (c == NULL) {
        return false;
    }
    *path = c->path;
    if (is_new) {
        out->path = c->path;
    }
    return true;
}

/* The path of a message whose connection, if it ever had one, is gone; NULL when none can be had. `*is_new`: it was made. */
static const ss_path *find_way(ss_engine *e, ss_turn *turn, const ss_msg *msg, const ss_path *gone,
                               bool *is_new)
{
    ss_path to = *gone;
    if (!msg->is_request && ss_transport_response_address(msg, to.transport, &to.remote) != SS_OK) {
        return NULL;
    }
    const bool is_flow = (to.connection & SS_CONNECTION_ONLY) != 0; /* RFC5626:5.3.1 */
    to.connection &= ~SS_CONNECTION_ONLY;
    const ss_connection *c =
        is_flow ? ss_connection_find(e, &to) : find_or_make(e, turn, &to, is_new);
    return c == NULL || (c->is_stuck && !finishes(msg)) ? NULL : &c->path;
}

/* NULL: it cannot be read, or there is no room. */
static const ss_msg *read_output(ss_turn *turn, const ss_output *out)
{
    ss_msg *msg = out->msg != NULL ? NULL : SS_ARENA_NEW(turn->arena, ss_msg);
    ss_diag diag;
    const bool is_read = msg != NULL && ss_msg_parse(msg, turn->arena, out->bytes, &diag) == SS_OK;
    return out->msg != NULL ? out->msg : is_read ? msg : NULL;
}

/* Its transaction learns the connection, or is put on none, so that it alone is told. */
static bool assign(ss_engine *e, ss_turn *turn, ss_output *out, ss_path *unsent)
{
    const size_t used = turn->arena->used;
    const ss_output *last = turn->last;
    ss_output *rest = SS_ARENA_NEW(turn->arena, ss_output);
    const size_t used_with_rest = turn->arena->used;
    const ss_msg *msg = rest == NULL ? NULL : read_output(turn, out);
    bool is_new = false;
    *unsent = out->path;
    if (msg == NULL) {
        turn->arena->used = used; /* whose it is cannot be read: by its address, if at all */
        return false;
    }
    const ss_path *way = find_way(e, turn, msg, &out->path, &is_new);
    if (way == NULL) {
        unsent->connection = SS_CONNECTION_NONE;
        (void)ss_txn_move(&e->core, turn->arena, msg, unsent);
        if (turn->last == last) { /* else it was said that there is no room, and that stays */
            turn->arena->used = used;
        }
        return false;
    }
    (void)ss_txn_move(&e->core, turn->arena, msg, way);
    out->path = *way;
    turn->arena->used = is_new ? used_with_rest : used;
    if (is_new) {
        put_connect_before(turn, out, rest);
    }
    return true;
}

/* Nobody's address: what has a connection, or none for good, is known by that. */
static void tell_by_number(ss_path *unsent)
{
    if (unsent->connection != 0) {
        unsent->connection = SS_CONNECTION_NONE;
        unsent->remote = (ss_address){ .family = 0 };
    }
}

bool ss_connections_assign(ss_engine *e, ss_turn *turn, ss_path *unsent)
{
    ss_output *before = NULL;
    for (ss_output *out = turn->first; out != NULL; out = out->next) {
        const bool is_ready =
            out->kind != SS_OUT_STREAM || ss_connection_find(e, &out->path) != NULL;
        if (!is_ready && !assign(e, turn, out, unsent)) {
            ss_output_take_out(turn, before, out);
            tell_by_number(unsent);
            return true;
        }
        before = out;
    }
    return false;
}
