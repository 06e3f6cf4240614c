/* What an engine knows of the MTU of ways to single addresses, as its host learnt it (RFC 1191, RFC 8201), for the size rule of RFC 3261
 * 18.1.1. Of others it knows what the settings say, or the host since then: no way carries more than that link, by which all of them
 * begin. Bounded: what is over first makes room. */
#include "overload.h"

enum { PATHS_MAX = 16 };

typedef struct known {
    ss_address to;
    uint32_t mtu; /* 0: free */
    ss_time until;
} known;

typedef struct paths {
    known all[PATHS_MAX];
} paths;

static paths *paths_of(const ss_core *core)
{
    const ss_overload *o = ss_overload_of(core);
    return o == NULL || o->paths == 0 ? NULL : ss_store_at(&core->pools->store, o->paths);
}

static bool is_host(const ss_address *a, const ss_address *b)
{
    return ss_address_same_host(a, b) || (a->family == 0 && b->family == 0); /* or both are any */
}

static known *find(paths *p, const ss_address *to)
{
    for (unsigned i = 0; p != NULL && i < PATHS_MAX; i++) {
        if (p->all[i].mtu != 0 && is_host(&p->all[i].to, to)) {
            return &p->all[i];
        }
    }
    return NULL;
}

static known *least_of_use(paths *p)
{
    known *least = &p->all[0];
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        if (p->all[i].mtu == 0) {
            return &p->all[i];
        }
        least = p->all[i].until < least->until ? &p->all[i] : least;
    }
    return least;
}

void ss_path_mtu_learn(ss_core *core, const ss_address *to, uint32_t mtu, ss_time until)
{
    ss_overload *o = ss_overload_obtain(core);
    if (o != NULL && o->paths == 0) {
        o->paths = ss_core_take(core, sizeof(paths));
    }
    paths *p = paths_of(core);
    if (p != NULL) {
        known *k = find(p, to);
        k = k == NULL ? least_of_use(p) : k;
        *k = (known){ .to = *to, .mtu = mtu, .until = until };
    }
}

static uint32_t mtu_now(paths *p, const ss_address *to, ss_time now)
{
    const known *k = find(p, to);
    return k == NULL || k->until <= now ? 0 : k->mtu;
}

/* RFC3261:18.1.1 */
uint32_t ss_path_mtu_of(const ss_core *core, ss_time now, const ss_address *to)
{
    static const ss_address any;
    paths *p = paths_of(core);
    const uint32_t of_all = mtu_now(p, &any, now), of_it = mtu_now(p, to, now);
    if (of_all != 0 && (of_it == 0 || of_all < of_it)) {
        return of_all;
    }
    return of_it == 0 ? core->settings->path_mtu : of_it;
}

size_t ss_path_mtu_bytes(const ss_overload *o)
{
    return o->paths == 0 ? 0 : ss_store_rounded(sizeof(paths));
}

void ss_path_mtu_forget(ss_core *core, ss_overload *o)
{
    if (o->paths != 0) {
        ss_core_give(core, o->paths, sizeof(paths));
        o->paths = 0;
    }
}
