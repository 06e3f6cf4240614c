/* What is watched, and by whom: the subscriptions of one package to one resource are neighbours, oldest first, found by the table of the
 * pools. So a change reaches those whom it concerns, however many watch other things. */
#include "events.h"

typedef struct watched {
    ss_table_link by_resource; /* first: the table asks for it */
    ss_ref first, last;
} watched;

#define WATCHED 0x7761746368656400u /* beside the dialogs in their table */

static ss_key128 key_of(uint8_t package, uint64_t resource)
{
    return (ss_key128){ resource, WATCHED | package };
}

static watched *find(const ss_visit *v, uint8_t package, uint64_t resource)
{
    const ss_pools *pools = v->core->pools;
    return (watched *)ss_table_find(&pools->dialogs, &pools->store, v->core->engine,
                                    key_of(package, resource));
}

static watched *obtain(const ss_visit *v, uint8_t package, uint64_t resource)
{
    ss_pools *pools = v->core->pools;
    watched *w = find(v, package, resource);
    const ss_ref ref = w != NULL ? 0 : ss_core_take(v->core, sizeof *w);
    if (ref != 0) {
        w = ss_store_at(&pools->store, ref);
        w->by_resource.key = key_of(package, resource);
        w->by_resource.engine = v->core->engine;
        ss_table_add(&pools->dialogs, &pools->store, &w->by_resource);
    }
    return w;
}

bool ss_watched_join(const ss_visit *v, ss_subscription *sub, uint64_t resource)
{
    const ss_ref ref = ss_subscription_ref(v->core, sub);
    watched *w = obtain(v, sub->package, resource);
    SS_ASSERT(sub->watched == 0);
    if (w == NULL) {
        return false;
    }
    sub->resource = resource;
    sub->watched = ss_store_ref(&v->core->pools->store, w);
    sub->before = w->last;
    if (w->last == 0) {
        w->first = ref;
    } else {
        ss_subscription_at(v->core, w->last)->behind = ref;
    }
    w->last = ref;
    return true;
}

void ss_watched_leave(const ss_visit *v, ss_subscription *sub)
{
    ss_pools *pools = v->core->pools;
    if (sub->watched == 0) {
        return;
    }
    watched *w = ss_store_at(&pools->store, sub->watched);
    *(sub->before == 0 ? &w->first : &ss_subscription_at(v->core, sub->before)->behind) =
        sub->behind;
    *(sub->behind == 0 ? &w->last : &ss_subscription_at(v->core, sub->behind)->before) =
        sub->before;
    if (w->first == 0) {
        ss_table_remove(&pools->dialogs, &pools->store, &w->by_resource);
        ss_core_give(v->core, sub->watched, sizeof *w);
    }
    sub->watched = sub->before = sub->behind = 0;
}

ss_ref ss_watched_first(const ss_visit *v, uint8_t package, uint64_t resource)
{
    const watched *w = find(v, package, resource);
    return w == NULL ? 0 : w->first;
}
