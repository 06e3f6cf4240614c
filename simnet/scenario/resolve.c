/* Names to what they mean, and the shape of the network: one tree of routers, everything else behind one of them. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

enum { CANDIDATES_MAX = 2048, DEPTH_MAX = 8, WALK_MAX = 64 };
#define NODES_MAX 10000000u

/* ---- names ---- */

static const sn_name *name_at(const void *records, size_t size, uint32_t index)
{
    return (const sn_name *)(const void *)((const char *)records + size * index);
}

static int by_name(const void *left, const void *right)
{
    const sn_name *a = left, *b = right;
    const int order = strcmp(a->text, b->text);
    if (order != 0) {
        return order;
    }
    return a->place.source != b->place.source  ? (a->place.source < b->place.source ? -1 : 1)
           : a->place.offset < b->place.offset ? -1
                                               : a->place.offset > b->place.offset;
}

void sn_names_sort(void *records, uint32_t count, size_t size)
{
    if (count > 1) {
        qsort(records, count, size, by_name);
    }
}

bool sn_name_find(sn_reading *r, sn_name *name, const char *what, const void *records,
                  uint32_t count, size_t size)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (strcmp(name_at(records, size, middle)->text, name->text) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < count && strcmp(name_at(records, size, low)->text, name->text) == 0) {
        name->index = low;
        return true;
    }
    const char **known = sn_hoard_take(&r->hoard, CANDIDATES_MAX * sizeof(*known));
    uint32_t candidates = 0;
    for (; candidates < count && candidates < CANDIDATES_MAX; candidates++) {
        known[candidates] = name_at(records, size, candidates)->text;
    }
    sn_wrong(r, name->place, sn_nearest(r, ss_slice_from(name->text), known, candidates),
             "unknown %s '%s'", what, name->text);
    return false;
}

sn_group_entry *sn_group_find(sn_reading *r, sn_model *m, sn_name *name, const char *what)
{
    if (name->text == NULL ||
        !sn_name_find(r, name, what, m->groups, m->group_count, sizeof(*m->groups))) {
        return NULL;
    }
    return &m->groups[name->index];
}

static void judge_clashes(sn_reading *r, const sn_model *m)
{
    static const char *const kinds[] = { "router", "site", "node" };
    for (uint32_t i = 1; i < m->group_count; i++) {
        const sn_group_entry *a = &m->groups[i - 1], *b = &m->groups[i];
        if (strcmp(a->name.text, b->name.text) == 0 && a->section != b->section) {
            sn_wrong(r, b->name.place, NULL, "the %s '%s' has the name of a %s", kinds[b->section],
                     b->name.text, kinds[a->section]);
        }
    }
}

/* ---- routers ---- */

static bool is_router(const sn_group_entry *g)
{
    return (g->roles & SN_IS_ROUTER) != 0;
}

static bool is_before(sn_place a, sn_place b)
{
    return a.source != b.source ? a.source < b.source : a.offset < b.offset;
}

/* The router above all others: of those without `via`, the one written first. */
static const sn_group_entry *find_root(const sn_model *m)
{
    const sn_group_entry *root = NULL;
    for (uint32_t i = 0; i < m->group_count; i++) {
        const sn_group_entry *g = &m->groups[i];
        const bool stands_alone = g->section == SN_SECTION_ROUTERS && g->via.text == NULL;
        if (stands_alone && (root == NULL || is_before(g->name.place, root->name.place))) {
            root = g;
        }
    }
    return root;
}

/* A mistake: told at the node, or site, which keeps the name until the end of the reading, so that nothing else is told of it. */
static bool default_is_taken(sn_reading *r, const sn_model *m, const char *name)
{
    for (uint32_t i = 0; i < m->group_count; i++) {
        const sn_group_entry *g = &m->groups[i];
        if (g->name.text != NULL && strcmp(g->name.text, name) == 0) {
            sn_wrong(r, g->name.place, NULL,
                     "'%s' is what the router is called that stands in the middle where there are "
                     "no `routers`: name "
                     "this otherwise, or the routers",
                     name);
            return true;
        }
    }
    return false;
}

static void add_default_router(sn_reading *r, sn_model *m)
{
    for (uint32_t i = 0; i < m->group_count; i++) {
        if (m->groups[i].section == SN_SECTION_ROUTERS) {
            return;
        }
    }
    if (m->group_count == 0) {
        return; /* nothing to route for: the plan needs a root all the same */
    }
    m->groups = sn_hoard_grow(&r->hoard, m->groups, m->group_count, sizeof(*m->groups));
    m->groups[m->group_count++] = (sn_group_entry){
        .name = { .text = default_is_taken(r, m, "core") ? "" : "core", .place = m->item->place },
        .item = m->item,
        .section = SN_SECTION_ROUTERS,
        .roles = SN_IS_ROUTER,
        .settings = ss_settings_default(),
    };
}

static void default_uplink(sn_model *m, const sn_group_entry *root, sn_group_entry *g)
{
    if (g == root || root == NULL) {
        return;
    }
    if (g->via.text == NULL && g->section != SN_SECTION_ROUTERS) {
        g->via = root->name;
        g->via.place = g->name.place;
    }
    if (g->link.text == NULL && m->link_count == 1 && g->via.text != NULL) {
        g->link = m->links[0].name;
        g->link.place = g->name.place;
    }
}

static void judge_via(sn_reading *r, sn_model *m, sn_group_entry *g)
{
    const sn_group_entry *up = sn_group_find(r, m, &g->via, "router");
    if (up == NULL) {
        return;
    }
    if (sn_group_lacks(up, SN_IS_ROUTER)) {
        sn_wrong(r, g->via.place, NULL, "'%s' is no router: nothing can be via it", up->name.text);
        g->via.text = NULL;
    } else if (g->held_by == NULL && sn_group_size(up) > 1) {
        sn_wrong(r, g->via.place, NULL,
                 "'%s' is %u routers: say in 'holds' how many are behind each", up->name.text,
                 (unsigned)up->count);
    }
}

static void judge_uplink(sn_reading *r, sn_model *m, const sn_group_entry *root, sn_group_entry *g)
{
    if (g->via.text == NULL) {
        if (g->link.text != NULL) {
            sn_wrong(r, g->link.place, NULL,
                     "router '%s' has a link and no via: where does it lead?", g->name.text);
        } else if (g != root && root != NULL) {
            sn_wrong(r, g->name.place, NULL,
                     "unreachable: router '%s' and router '%s' are not joined; give one a via",
                     g->name.text, root->name.text);
        }
        return;
    }
    judge_via(r, m, g);
    if (g->link.text == NULL) {
        sn_wrong(r, g->name.place, NULL,
                 "missing key '%s' for '%s': there is more than one kind of link, or none",
                 g->section == SN_SECTION_SITES ? "uplink" : "link", g->name.text);
    } else {
        sn_name_find(r, &g->link, "link", m->links, m->link_count, sizeof(*m->links));
    }
}

/* The group above; NULL at a root or where a mistake was found. */
static const sn_group_entry *above(const sn_model *m, const sn_group_entry *g)
{
    if (g->via.text == NULL || g->via.index >= m->group_count) {
        return NULL;
    }
    const sn_group_entry *up = &m->groups[g->via.index];
    return strcmp(up->name.text, g->via.text) == 0 && is_router(up) ? up : NULL;
}

static void judge_depth(sn_reading *r, const sn_model *m, const sn_group_entry *g)
{
    unsigned depth = 0;
    for (const sn_group_entry *up = above(m, g); up != NULL && depth <= WALK_MAX;
         up = above(m, up)) {
        depth++;
        if (up == g) {
            sn_wrong(r, g->via.place, NULL, "a cycle of routers: '%s' is via itself", g->name.text);
            return;
        }
    }
    if (depth == DEPTH_MAX + 1) { /* whatever is behind it is too deep as well */
        sn_wrong(r, g->name.place, NULL, "'%s' is %u routers deep, at most %d", g->name.text, depth,
                 DEPTH_MAX);
    }
}

/* ---- sites ---- */

static void hold(sn_reading *r, sn_model *m, sn_group_entry *site, sn_hold_entry *h)
{
    sn_group_entry *g = sn_group_find(r, m, &h->group, "node");
    if (g == NULL) {
        return;
    }
    const uint64_t total = (uint64_t)sn_group_size(site) * h->per_site;
    if (g->section != SN_SECTION_NODES) {
        sn_wrong(r, h->group.place, NULL, "'%s' is no node: a site holds nodes", g->name.text);
    } else if (g->held_by != NULL) {
        sn_wrong(r, h->group.place, NULL, "'%s' is held by site '%s' already", g->name.text,
                 g->held_by->name.text);
    } else if (g->via.text != NULL) {
        sn_wrong(r, g->via.place, NULL, "'%s' is held by site '%s', so it has no via of its own",
                 g->name.text, site->name.text);
    } else if (total > NODES_MAX) {
        sn_wrong(r, h->place, NULL, "out of range: %llu nodes, more than %u",
                 (unsigned long long)total, NODES_MAX);
    } else if (g->count != 0 && g->count != total) {
        sn_wrong(r, sn_item_place(g->item, "count"), NULL,
                 "count is %u, but site '%s' holds %u times %u: %llu", (unsigned)g->count,
                 site->name.text, (unsigned)sn_group_size(site), (unsigned)h->per_site,
                 (unsigned long long)total);
    } else {
        g->held_by = site;
        g->count = (uint32_t)total;
        g->per_router = h->per_site;
        g->via = site->name;
        g->via.place = h->group.place;
    }
}

static int by_hold(const void *left, const void *right)
{
    const sn_hold_entry *a = left, *b = right;
    return strcmp(a->group.text, b->group.text);
}

static void hold_all(sn_reading *r, sn_model *m)
{
    for (uint32_t i = 0; i < m->group_count; i++) {
        sn_group_entry *site = &m->groups[i];
        if (site->hold_count > 1) {
            qsort(site->holds, site->hold_count, sizeof(*site->holds), by_hold);
        }
        for (uint32_t k = 0; k < site->hold_count; k++) {
            hold(r, m, site, &site->holds[k]);
        }
    }
}

static void judge_size(sn_reading *r, const sn_model *m)
{
    const sn_pair *section = sn_item_pair(m->item, "nodes");
    uint64_t nodes = 0;
    for (uint32_t i = 0; i < m->group_count; i++) {
        nodes += sn_group_size(&m->groups[i]);
    }
    if (nodes > NODES_MAX) {
        sn_wrong(r, sn_item_place(m->item, "nodes"), NULL, "out of range: %llu nodes, more than %u",
                 (unsigned long long)nodes, NODES_MAX);
    } else if (m->group_count == 0 && (section == NULL || section->value->count == 0)) {
        sn_wrong(r, m->item->place, NULL, "no nodes: a scenario has at least one");
    }
}

void sn_groups_resolve(sn_reading *r, sn_model *m)
{
    add_default_router(r, m);
    sn_names_sort(m->links, m->link_count, sizeof(*m->links));
    sn_names_sort(m->groups, m->group_count, sizeof(*m->groups));
    judge_clashes(r, m);
    hold_all(r, m);
    const sn_group_entry *root = find_root(m);
    for (uint32_t i = 0; i < m->group_count; i++) {
        default_uplink(m, root, &m->groups[i]);
    }
    for (uint32_t i = 0; i < m->group_count; i++) {
        judge_uplink(r, m, root, &m->groups[i]);
    }
    for (uint32_t i = 0; i < m->group_count; i++) {
        judge_depth(r, m, &m->groups[i]);
    }
    judge_size(r, m);
}

void sn_model_resolve(sn_reading *r, sn_model *m)
{
    sn_groups_resolve(r, m);
    sn_events_resolve_all(r, m);
    sn_links_judge(r, m);
    sn_dns_resolve(r, m);
    sn_faults_resolve(r, m);
    sn_roles_resolve(r, m);
    if (r->mistake_count == 0) {
        sn_ip_judge(r, m);
    }
    sn_traffic_resolve(r, m);
    sn_story_resolve(r, m);
    sn_fault_calls_resolve(r, m);
}
