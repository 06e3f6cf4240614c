/* What a host knows of the MTU of the way to an address, by the routers that told it (RFC 1191, RFC 8201). A host that looks for it sends its
 * datagrams with DON'T FRAGMENT, as large as it knows to fit, and cuts what is larger itself.
 *
 * An estimate is only ever lowered by what a router says, never below 68 bytes (3), and forgotten after a while (6.3): then the MTU of
 * the first link is tried again. Bounded: of SN_PATH_MTUS_MAX destinations the one whose time is over first makes room. */
#include "world_state.h"

enum { SN_PATH_MTUS_MAX = 16, LEAST_BYTES = 68, LEAST_BYTES6 = SN_IP6_MTU_MIN };

typedef struct known {
    sn_address to;
    uint32_t mtu; /* 0: free */
    ss_time until;
} known;

typedef struct paths {
    ss_table_link link; /* first: the table asks for it; by the node */
    ss_time told;       /* see sn_path_told */
    known all[SN_PATH_MTUS_MAX];
} paths;

static const ss_key128 paths_key = { 0x7061746873000001u, 0x7061746873000002u };

static paths *paths_of(const sn_partition *p, uint32_t node)
{
    ss_table_link *link =
        p->paths.buckets == 0 ? NULL : ss_table_find(&p->paths, &p->store, node, paths_key);
    return link == NULL ? NULL : SS_OWNER(link, paths, link);
}

/* Worlds where nobody learns anything pay for no table. */
static paths *obtain_paths(sn_partition *p, uint32_t node)
{
    paths *all = paths_of(p, node);
    if (all != NULL ||
        (p->paths.buckets == 0 && ss_table_init(&p->paths, &p->store, 64) != SS_OK)) {
        return all;
    }
    const ss_ref ref = ss_store_take(&p->store, sizeof(paths));
    if (ref == 0) {
        return NULL;
    }
    all = ss_store_at(&p->store, ref);
    all->link.key = paths_key;
    all->link.engine = node;
    ss_table_add(&p->paths, &p->store, &all->link);
    return all;
}

ss_time *sn_path_told(sn_partition *p, uint32_t node)
{
    paths *all = obtain_paths(p, node);
    p->out_of_memory = p->out_of_memory || all == NULL;
    return all == NULL ? NULL : &all->told;
}

static bool is_looked_for(const sn_partition *p, uint32_t node)
{
    const sn_plan *plan = p->world->plan;
    return plan->groups[plan->nodes[node].group].path_mtu_age != 0;
}

static known *find(paths *all, sn_address to)
{
    for (unsigned i = 0; all != NULL && i < SN_PATH_MTUS_MAX; i++) {
        if (all->all[i].mtu != 0 && sn_address_equal(all->all[i].to, to)) {
            return &all->all[i];
        }
    }
    return NULL;
}

static bool is_probed(const sn_partition *p, uint32_t node)
{
    const sn_plan *plan = p->world->plan;
    return plan->groups[plan->nodes[node].group].probing.timer != 0;
}

uint32_t sn_path_mtu_of(const sn_partition *p, uint32_t node, sn_address to)
{
    if (is_probed(p, node)) {
        const uint32_t size = sn_path_probed(p, node, to);
        return size == 0 && !sn_address_is_v4(to) ? LEAST_BYTES6 : size;
    }
    const known *k = find(paths_of(p, node), to);
    const bool is_known = k != NULL && k->until > p->key.at;
    if (!sn_address_is_v4(to) && !is_looked_for(p, node)) {
        return LEAST_BYTES6; /* RFC8201:1 */
    }
    return is_known ? k->mtu : 0;
}

/* RFC1191:7.1, the table; 5: the greatest below the length of what was too big, for who does not say how much would fit. */
static uint32_t plateau_below(uint32_t total)
{
    static const uint16_t plateaus[] = { 65535, 32000, 17914, 8166, 4352, 2002,
                                         1492,  1006,  508,   296,  68 };
    for (unsigned i = 0; i < SS_COUNT(plateaus); i++) {
        if (plateaus[i] < total) {
            return plateaus[i];
        }
    }
    return LEAST_BYTES;
}

static known *least_of_use(paths *all)
{
    known *least = &all->all[0];
    for (unsigned i = 0; i < SN_PATH_MTUS_MAX; i++) {
        if (all->all[i].mtu == 0) {
            return &all->all[i];
        }
        least = all->all[i].until < least->until ? &all->all[i] : least;
    }
    return least;
}

static known *obtain(sn_partition *p, uint32_t node, sn_address to)
{
    paths *all = obtain_paths(p, node);
    if (all == NULL) {
        p->out_of_memory = true;
        return NULL;
    }
    known *k = find(all, to);
    return k == NULL ? least_of_use(all) : k;
}

/* RFC8201:4 RFC1191:3 such a message makes nothing larger, and nothing smaller than 68 bytes. What claims that
 * as much would fit as did not is no news either. */
void sn_path_mtu_hear(sn_partition *p, uint32_t node, const sn_icmp *icmp)
{
    const sn_address to = icmp->about.destination;
    const uint32_t total = icmp->about.total;
    const bool is_v6 = icmp->about.is_v6;
    const uint32_t said = icmp->mtu == 0 && !is_v6 ? plateau_below(total) : icmp->mtu;
    const uint32_t mtu = said < LEAST_BYTES ? LEAST_BYTES : said;
    if (is_probed(p, node)) {
        sn_path_probe_too_big(p, node, to, said);
        return;
    }
    if (is_v6 && said < LEAST_BYTES6) {
        return; /* RFC8201:4 "it must discard it" */
    }
    const uint32_t before = sn_path_mtu_of(p, node, to);
    if (!is_looked_for(p, node) || mtu >= total || (before != 0 && mtu > before)) {
        return;
    }
    const sn_plan *plan = p->world->plan;
    known *k = obtain(p, node, to);
    if (k != NULL) {
        const ss_span age = plan->groups[plan->nodes[node].group].path_mtu_age;
        *k = (known){ .to = to, .mtu = mtu, .until = ss_time_after(p->key.at, age) };
        sn_app_path_mtu(p, node, to, mtu, k->until);
    }
}
