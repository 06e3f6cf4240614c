/* What an engine knows of the MTU of ways to single addresses, as its host learnt it (RFC 1191, RFC 8201), for the size rule of RFC 3261
 * 18.1.1. Of others it knows what the settings say. Bounded: what is over first makes room. */
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
    ss_address other = *b;
    other.port = a->port; /* a way leads to a host */
    return ss_address_equal(a, &other);
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

/* RFC3261:18.1.1 */
uint32_t ss_path_mtu_of(const ss_core *core, ss_time now, const ss_address *to)
{
    const known *k = find(paths_of(core), to);
    return k == NULL || k->until <= now ? core->settings->path_mtu : k->mtu;
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
