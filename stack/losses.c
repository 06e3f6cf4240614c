/* See losses.h. Each is a small block against the quota of the engine, known by its timer alone, and gone before its walk goes on. */
#include "losses.h"

typedef struct loss {
    ss_timer timer;
    ss_path path;
    uint32_t cursor, from; /* of ss_txn_transport_error; of ss_txn_walk_on */
} loss;

static loss *loss_at(const ss_engine *e, ss_ref ref)
{
    return ss_store_at(&e->core.pools->store, ref);
}

bool ss_losses_keep(ss_engine *e, const ss_turn *turn, const ss_path *path, uint32_t cursor)
{
    const ss_ref ref = e->core.walk == 0 ? 0 : ss_core_take(&e->core, sizeof(loss));
    if (ref == 0) {
        return false;
    }
    loss *l = loss_at(e, ref);
    *l = (loss){ .path = *path, .cursor = cursor, .from = ss_txn_walk_pause(&e->core) };
    ss_timer_init(&l->timer, SS_TIMER_OF_LOSS);
    ss_timer_set(&e->core.timers, &e->core.pools->store, &l->timer, turn->now);
    return true;
}

static void drop(ss_engine *e, loss *l)
{
    ss_core_give(&e->core, ss_store_ref(&e->core.pools->store, l), sizeof *l);
}

uint32_t ss_losses_take(ss_engine *e, ss_timer *timer, ss_path *path)
{
    loss *l = SS_OWNER(timer, loss, timer);
    const uint32_t cursor = l->cursor;
    *path = l->path;
    ss_txn_walk_on(&e->core, l->from);
    drop(e, l);
    return cursor;
}

void ss_losses_forget_all(ss_engine *e)
{
    while (e->core.timers.count > 0) {
        ss_timer *timer = ss_timer_pop(&e->core.timers, &e->core.pools->store, SS_TIME_NEVER);
        SS_ASSERT(timer->kind == SS_TIMER_OF_LOSS);
        drop(e, SS_OWNER(timer, loss, timer));
    }
}
