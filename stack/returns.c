/* Where a response goes when its first way failed: RFC 3261 18.2.2 and RFC 3263 5.
 *
 * A response is kept while the connection for it is being opened, and for 64*T1 once it had to look for another place over UDP, since
 * ICMP tells of a failure late. When that happens the sent-by of its Via says where else: an address, or a name that the host of the
 * engine resolves, whose addresses are tried in order. The transaction goes along, so that copies take the new way. No more than
 * SS_RETURNS_MAX are kept, against the engine's quota; one for which there is no room has its first way and no other. */
#include "returns.h"

#include "connections.h"

#define FIRST_TOKEN 0x80000000u

_Static_assert(SS_RETURNS_MAX < 1 << 5, "they are counted in five bits");

typedef struct ss_return {
    ss_timer timer; /* the client gave up by then */
    ss_ref next;
    uint32_t token; /* of the question that is out; 0: none is */
    ss_path path;   /* by which it was to go last; remote.family 0: none is known yet */
    ss_blob bytes;
    ss_blob addresses;     /* of ss_address: by sent-by */
    uint16_t next_address; /* index in them */
    bool has_looked;       /* sent-by was looked at: there are no places but `addresses` */
} ss_return;

static ss_return *return_at(const ss_engine *e, ss_ref ref)
{
    return ss_store_at(&e->core.pools->store, ref);
}

/* ---- keeping ------------------------------------------------------------------------------------------------- */

static ss_slice bytes_of(const ss_engine *e, const ss_return *r)
{
    return ss_blob_slice(&e->core.pools->store, r->bytes);
}

static ss_return *find_kept(const ss_engine *e, ss_slice bytes)
{
    for (ss_ref at = e->connections.first_return; at != 0; at = return_at(e, at)->next) {
        if (ss_slice_eq(bytes_of(e, return_at(e, at)), bytes)) {
            return return_at(e, at);
        }
    }
    return NULL;
}

static void drop(ss_engine *e, ss_return *r)
{
    ss_store *store = &e->core.pools->store;
    const ss_ref ref = ss_store_ref(store, r);
    ss_ref *link = &e->connections.first_return;
    while (*link != ref) {
        link = &return_at(e, *link)->next;
    }
    *link = r->next;
    ss_timer_set(&e->core.timers, store, &r->timer, SS_TIME_NEVER);
    ss_core_drop(&e->core, &r->bytes);
    ss_core_drop(&e->core, &r->addresses);
    ss_core_give(&e->core, ref, sizeof *r);
    e->connections.returns--;
}

/* NULL: there is no room. */
static ss_return *keep(ss_engine *e, ss_turn *turn, const ss_path *path, ss_slice bytes)
{
    const ss_ref ref =
        e->connections.returns == SS_RETURNS_MAX ? 0 : ss_core_take(&e->core, sizeof(ss_return));
    if (ref == 0) {
        return NULL;
    }
    ss_return *r = return_at(e, ref);
    *r = (ss_return){ .path = *path, .next = e->connections.first_return };
    if (ss_core_keep(&e->core, bytes, &r->bytes) != SS_OK) {
        ss_core_give(&e->core, ref, sizeof *r);
        return NULL;
    }
    e->connections.first_return = ref;
    e->connections.returns++;
    ss_timer_init(&r->timer, SS_TIMER_OF_RETURN);
    ss_timer_set(&e->core.timers, &e->core.pools->store, &r->timer,
                 ss_time_after(turn->now, 64 * e->core.settings->t1));
    return r;
}

/* ---- where else: RFC3263:5 ----------------------------------------------------------------------------------- */

/** What a Via says of where its response goes. */
typedef struct place {
    ss_slice host;
    uint16_t port; /* 0: none is said */
    bool is_numeric;
    ss_address address; /* when it is */
} place;

static uint16_t default_port(ss_transport transport)
{
    return transport == SS_TRANSPORT_TLS || transport == SS_TRANSPORT_WSS ? 5061 : 5060;
}

/* sent-by; or a maddr over UDP, whose port is 5060 when none is said (RFC3261:18.2.2). What it says stands in `bytes`. */
static bool read_place(const ss_arena *arena, ss_slice bytes, ss_transport transport, place *out)
{
    ss_arena scratch = *arena; /* what it takes is given back by forgetting it */
    ss_msg response;
    ss_diag diag;
    ss_via via;
    if (ss_msg_parse(&response, &scratch, bytes, &diag) != SS_OK || response.is_request ||
        ss_msg_top_via(&response, &via) != SS_OK) {
        return false;
    }
    *out = (place){ .host = via.host, .port = via.port };
    if (transport == SS_TRANSPORT_UDP && via.maddr.at != NULL) {
        *out = (place){ .host = via.maddr, .port = via.port == 0 ? 5060 : via.port };
    }
    const uint16_t port = out->port == 0 ? default_port(transport) : out->port;
    out->is_numeric = ss_address_from(out->host, port, &out->address) == SS_OK;
    return true;
}

static bool ask(ss_engine *e, ss_turn *turn, ss_return *r, const place *to)
{
    const ss_slice name = ss_arena_copy(turn->arena, to->host);
    ss_output *out = name.len == 0 ? NULL : ss_turn_add(turn, SS_OUT_QUERY);
    if (out == NULL) {
        turn->failed = true;
        return false;
    }
    r->token = FIRST_TOKEN | e->connections.ordinal++;
    out->query = (ss_query){ .kind = SS_QUERY_RESOLVE,
                             .token = r->token,
                             .name = name,
                             .port = to->port,
                             .transport = r->path.transport,
                             .is_sips = r->path.transport == SS_TRANSPORT_TLS };
    return true;
}

/* RFC3263:5 False: it can be found nowhere. */
static bool look_for(ss_engine *e, ss_turn *turn, ss_return *r)
{
    place to;
    r->has_looked = true;
    if (!read_place(turn->arena, bytes_of(e, r), r->path.transport, &to)) {
        return false;
    }
    if (!to.is_numeric) {
        return ask(e, turn, r, &to);
    }
    const ss_slice address = { (const char *)&to.address, sizeof to.address };
    return ss_core_keep(&e->core, address, &r->addresses) == SS_OK;
}

/* ---- going there --------------------------------------------------------------------------------------------- */

/* Another than where it failed. */
static bool take_next(const ss_engine *e, ss_return *r, ss_address *address)
{
    const ss_address *all =
        r->addresses.ref == 0 ? NULL : ss_store_at(&e->core.pools->store, r->addresses.ref);
    while (r->next_address < r->addresses.len / sizeof *all) {
        *address = all[r->next_address];
        r->next_address++;
        if (!ss_address_equal(address, &r->path.remote)) {
            return true;
        }
    }
    return false;
}

/* Its transaction goes along. */
static void move(ss_engine *e, const ss_turn *turn, ss_slice bytes, const ss_path *path)
{
    ss_arena scratch = *turn->arena;
    ss_msg msg;
    ss_diag diag;
    if (ss_msg_parse(&msg, &scratch, bytes, &diag) == SS_OK) {
        (void)ss_txn_move(&e->core, &scratch, &msg, path);
    }
}

/* False: it cannot be sent there. */
static bool send_to(ss_engine *e, ss_turn *turn, ss_return *r, const ss_address *address)
{
    const ss_slice bytes = ss_arena_copy(turn->arena, bytes_of(e, r)); /* `r` may go before it */
    ss_path path = r->path;
    path.remote = *address;
    path.connection = 0;
    if (bytes.len == 0) {
        turn->failed = true;
        return false;
    }
    if (ss_transport_is_reliable(path.transport) && !ss_connections_reach(e, turn, &path)) {
        return false;
    }
    ss_turn_send(turn, &path, bytes);
    move(e, turn, bytes, &path);
    r->path = path;
    return true;
}

/* Nobody is left to send it to, or it arrived; over UDP it is not known yet. */
static bool is_over(const ss_engine *e, const ss_return *r)
{
    if (!ss_transport_is_reliable(r->path.transport)) {
        return false;
    }
    const ss_connection *c = ss_connection_find(e, &r->path);
    return c == NULL || c->is_open;
}

/* The next server after one that failed. RFC3263:5 */
static void go_on(ss_engine *e, ss_turn *turn, ss_return *r)
{
    ss_address address;
    if (!r->has_looked && !look_for(e, turn, r)) {
        drop(e, r);
        return;
    }
    if (r->token != 0) {
        return;
    }
    while (take_next(e, r, &address)) {
        if (send_to(e, turn, r, &address)) {
            break;
        }
    }
    if (is_over(e, r)) {
        drop(e, r);
    }
}

bool ss_returns_answer(ss_engine *e, ss_turn *turn, const ss_answer *answer)
{
    for (ss_ref at = e->connections.first_return; at != 0; at = return_at(e, at)->next) {
        ss_return *r = return_at(e, at);
        if (r->token != answer->token || answer->token == 0) {
            continue;
        }
        const size_t count = answer->status == SS_OK ? answer->address_count : 0;
        const ss_slice addresses = { (const char *)answer->addresses, count * sizeof(ss_address) };
        r->token = 0;
        if (count == 0 || ss_core_keep(&e->core, addresses, &r->addresses) != SS_OK) {
            drop(e, r);
        } else {
            go_on(e, turn, r);
        }
        return true;
    }
    return false;
}

/* ---- what the turn puts out ---------------------------------------------------------------------------------- */

static bool is_response(const ss_output *out)
{
    return ss_slice_starts(out->bytes, SS_LIT("SIP/"));
}

/* RFC3261:18.2.2: over UDP a maddr or a sent-by that is a name; for a connection that is to be opened, a sent-by. */
static bool lacks_address(const ss_engine *e, const ss_turn *turn, const ss_output *out)
{
    if (out->kind == SS_OUT_DATAGRAM) {
        return out->path.remote.family == 0;
    }
    ss_arena scratch = *turn->arena;
    ss_msg response;
    ss_diag diag;
    ss_address address;
    return out->kind == SS_OUT_STREAM && is_response(out) &&
           ss_connection_find(e, &out->path) == NULL &&
           ss_msg_parse(&response, &scratch, out->bytes, &diag) == SS_OK &&
           ss_transport_response_address(&response, out->path.transport, &address) != SS_OK;
}

/* One that is kept already waits for its answer, or goes where that said. */
static void find_address(ss_engine *e, ss_turn *turn, const ss_output *out)
{
    ss_path path = out->path;
    ss_return *r = find_kept(e, out->bytes);
    if (r != NULL && r->token == 0 && r->path.remote.family != 0) {
        path = r->path;
        ss_turn_send(turn, &path, out->bytes);
    } else if (r == NULL) {
        path.remote = (ss_address){ .family = 0 };
        path.connection = 0;
        r = keep(e, turn, &path, out->bytes);
        if (r == NULL) {
            ss_turn_event(turn, &(ss_event){ .kind = SS_EVENT_FULL });
        } else {
            go_on(e, turn, r);
        }
    }
}

bool ss_returns_take(ss_engine *e, ss_turn *turn)
{
    ss_output *before = NULL;
    for (ss_output *out = turn->first; out != NULL; out = out->next) {
        if (lacks_address(e, turn, out)) {
            ss_output_take_out(turn, before, out);
            find_address(e, turn, out);
            return true;
        }
        before = out;
    }
    return false;
}

/* There is another place for it than where it goes: else it need not be kept. */
static bool has_other_place(const ss_turn *turn, const ss_output *out)
{
    place to;
    return read_place(turn->arena, out->bytes, out->path.transport, &to) &&
           !(to.is_numeric && ss_address_equal(&to.address, &out->path.remote));
}

void ss_returns_keep(ss_engine *e, ss_turn *turn)
{
    for (const ss_output *out = turn->first; out != NULL; out = out->next) {
        const ss_connection *c = out->kind == SS_OUT_STREAM && is_response(out)
                                     ? ss_connection_find(e, &out->path)
                                     : NULL;
        if (c != NULL && !c->is_open && find_kept(e, out->bytes) == NULL &&
            has_other_place(turn, out)) {
            (void)keep(e, turn, &out->path, out->bytes); /* without room: it has this way alone */
        }
    }
}

/* ---- what became of it --------------------------------------------------------------------------------------- */

static bool went_by(const ss_return *r, const ss_path *path)
{
    if (r->path.transport != path->transport || r->path.connection != path->connection ||
        r->token != 0) {
        return false;
    }
    return ss_transport_is_reliable(path->transport) ||
           ss_address_equal(&r->path.remote, &path->remote);
}

/* Those that go by what was there before; what it starts goes by something else. */
void ss_returns_failed(ss_engine *e, ss_turn *turn, const ss_path *path, const ss_quote *quote)
{
    ss_ref at = e->connections.first_return;
    while (at != 0) {
        ss_return *r = return_at(e, at);
        at = r->next;
        const bool is_meant = quote == NULL || (r->bytes.len == quote->whole &&
                                                ss_slice_starts(bytes_of(e, r), quote->bytes));
        if (is_meant && went_by(r, path)) {
            go_on(e, turn, r);
        }
    }
}

void ss_returns_begin(ss_engine *e, ss_turn *turn, ss_ref txn)
{
    const ss_txn *t = ss_txn_at(&e->core, txn);
    const ss_path path = ss_txn_path(&e->core, t);
    const ss_slice bytes = ss_txn_message(&e->core, t);
    place to;
    if (bytes.len == 0 || find_kept(e, bytes) != NULL ||
        !read_place(turn->arena, bytes, path.transport, &to) ||
        (to.is_numeric && ss_address_equal(&to.address, &path.remote))) {
        return;
    }
    ss_return *r = keep(e, turn, &path, bytes);
    if (r != NULL) {
        go_on(e, turn, r);
    }
}

void ss_returns_arrived(ss_engine *e, const ss_path *path)
{
    ss_ref at = e->connections.first_return;
    while (at != 0) {
        ss_return *r = return_at(e, at);
        at = r->next;
        if (went_by(r, path)) {
            drop(e, r);
        }
    }
}

void ss_returns_timer(ss_engine *e, ss_timer *timer)
{
    drop(e, SS_OWNER(timer, ss_return, timer));
}

void ss_returns_forget_all(ss_engine *e)
{
    while (e->connections.first_return != 0) {
        drop(e, return_at(e, e->connections.first_return));
    }
}
