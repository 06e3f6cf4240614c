/* A path failed (RFC 3261 17.1.4, 18.4; RFC 6026 8.8): its transactions are told one by one, in order of creation. Clients end,
 * servers stay. The walk survives what owners do between two calls: removing a transaction moves it on. */
#include "overload.h"

#include <string.h>

/* A stream transaction that was given no connection yet is known by where it goes. */
static bool is_on(const ss_core *core, const ss_txn *t, const ss_path *failed)
{
    const ss_path path = ss_txn_path(core, t);
    if (path.transport != failed->transport) {
        return false;
    }
    return path.connection != 0 ? path.connection == failed->connection
                                : ss_address_equal(&path.remote, &failed->remote);
}

static unsigned error_event(const ss_txn *t)
{
    static const unsigned events[SS_MACHINE_COUNT] = {
        [SS_ICT] = ICT_TRANSPORT_ERR,
        [SS_NICT] = NICT_TRANSPORT_ERR,
        [SS_IST] = IST_TRANSPORT_ERR,
        [SS_NIST] = NIST_TRANSPORT_ERR,
    };
    return events[t->machine];
}

/* Numbers wrap; no two live transactions are 2^31 apart. */
static bool is_younger(const ss_txn *t, uint32_t ordinal)
{
    return t->ordinal - ordinal - 1 < UINT32_MAX / 2;
}

/* What it may send again is what it sent last. */
static bool has_sent(const ss_core *core, const ss_txn *t, const ss_quote *quote)
{
    const ss_slice sent = ss_txn_kept(core, t);
    return t->has_message && sent.len == quote->whole && ss_slice_starts(sent, quote->bytes);
}

ss_up ss_txn_transport_error(ss_core *core, ss_turn *turn, const ss_path *path,
                             const ss_quote *quote, uint32_t *cursor)
{
    if (*cursor == 0) {
        *cursor = core->txn_ordinal;
        core->walk = core->first_txn;
    }
    while (core->walk != 0) {
        ss_txn *t = ss_txn_at(core, core->walk);
        if (is_younger(t, *cursor)) {
            break;
        }
        core->walk = t->next;
        ss_txn_step step = { .core = core, .turn = turn, .txn = t };
        const bool is_meant = is_on(core, t, path) && (quote == NULL || has_sent(core, t, quote));
        if (is_meant && ss_txn_edge_of(t, error_event(t)).act != NULL) {
            const ss_sent *sent = ss_txn_sent(core, turn, t);
            ss_txn_avoid(core, turn, t, NULL);
            ss_txn_take_step(&step, error_event(t));
            step.up.sent = sent;
            return step.up;
        }
    }
    core->walk = 0;
    return (ss_up){ .kind = SS_UP_NOTHING };
}

uint32_t ss_txn_walk_pause(ss_core *core)
{
    const uint32_t from = ss_txn_at(core, core->walk)->ordinal;
    core->walk = 0;
    return from;
}

void ss_txn_walk_on(ss_core *core, uint32_t from)
{
    core->walk = core->first_txn;
    while (core->walk != 0 && !is_younger(ss_txn_at(core, core->walk), from - 1)) {
        core->walk = ss_txn_at(core, core->walk)->next;
    }
}

/* RFC7339:5.10 It fails as what could not be sent: a proxy tries another place, or answers 503; for a user agent it is a 503. */
ss_up ss_txn_held(ss_core *core, ss_turn *turn)
{
    const ss_overload *o = ss_overload_of(core);
    for (ss_ref at = o == NULL || o->held == 0 ? 0 : core->last_txn; at != 0;) {
        ss_txn *t = ss_txn_at(core, at);
        at = t->prev;
        if (t->is_held) {
            ss_txn_step step = { .core = core, .turn = turn, .txn = t };
            const ss_sent *sent = ss_txn_sent(core, turn, t);
            ss_txn_take_step(&step, error_event(t));
            step.up.sent = sent;
            step.up.is_held = true;
            return step.up;
        }
    }
    return (ss_up){ .kind = SS_UP_NOTHING };
}

/* A request went by a client transaction, a response by the server transaction of its top Via; an ACK to a 2xx by none. */
static ss_txn *carrier_of(const ss_core *core, ss_arena *arena, const ss_msg *msg)
{
    if (msg->is_request) {
        return ss_txn_match_response(core, msg); /* 17.1.3: its branch and its method */
    }
    return ss_txn_match_request(core, arena, msg);
}

bool ss_txn_move(ss_core *core, ss_arena *arena, const ss_msg *sent, const ss_path *path)
{
    const ss_txn *t = carrier_of(core, arena, sent);
    if (t == NULL) {
        return false;
    }
    SS_ASSERT(t->kept.len >= sizeof *path);
    memcpy(ss_store_at(&core->pools->store, t->kept.ref), path, sizeof *path);
    return true;
}
