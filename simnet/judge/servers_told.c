/* Which servers a node was told of, and by which addresses: SRV, NAPTR, A and AAAA records of the answers to its queries, and the
 * addresses that came along with servers (RFC 2782). An onlooker's view for LOC2: what was told otherwise lately, or had to be
 * asked for twice, is marked, as a request that is on its way may go by what was told before. */
#include "servers.h"

#define UNSETTLED SS_S(300)

static uint64_t key_of(uint32_t node, uint64_t name, uint16_t type)
{
    const uint64_t key = ss_mix_absorb(ss_mix_absorb(name, type), node);
    return key == 0 ? 1 : key;
}

static told_list *find(const sn_judge *j, uint64_t key)
{
    const uint64_t *at = sn_map_find(&j->names.lists_at, key);
    return at == NULL ? NULL : &j->names.lists[*at];
}

const told_list *sn_told_find(const sn_judge *j, uint32_t node, uint64_t name, uint16_t type)
{
    const told_list *l = find(j, key_of(node, name, type));
    return l == NULL || !l->is_told ? NULL : l;
}

/* NULL without memory. */
static told_list *obtain(sn_judge *j, uint64_t key)
{
    names_view *v = &j->names;
    told_list *known = find(j, key);
    void *all = v->lists;
    if (known != NULL) {
        return known;
    }
    const bool has_room = sn_grow_array(&all, v->list_count, &v->list_room, sizeof(told_list));
    v->lists = all;
    if (!has_room || !sn_map_put(&v->lists_at, key, v->list_count)) {
        j->out_of_memory = true;
        return NULL;
    }
    v->lists[v->list_count] = (told_list){ .until = 0 };
    return &v->lists[v->list_count++];
}

static void add_item(sn_judge *j, told_item item)
{
    names_view *v = &j->names;
    void *all = v->items;
    const bool has_room = sn_grow_array(&all, v->item_count, &v->item_room, sizeof(told_item));
    v->items = all;
    if (has_room) {
        v->items[v->item_count++] = item;
    }
    j->out_of_memory = j->out_of_memory || !has_room;
}

static bool is_same(const told_item *a, const told_item *b)
{
    return a->name == b->name && a->node == b->node && a->priority == b->priority &&
           a->port == b->port;
}

static bool differs(const sn_judge *j, const told_list *l, uint32_t from, uint32_t count)
{
    const told_item *items = j->names.items;
    for (uint32_t i = 0; i < count && count == l->count; i++) {
        if (!is_same(&items[l->first + i], &items[from + i])) {
            return true;
        }
    }
    return count != l->count;
}

/* The list is now what stands behind all others from `from` on; it moves to its old place when it fits there. */
static void replace(sn_judge *j, told_list *l, uint32_t from, ss_time now, ss_span ttl)
{
    names_view *v = &j->names;
    const uint32_t count = v->item_count - from;
    if (l->is_told && differs(j, l, from, count)) {
        l->unsettled = ss_time_after(now, UNSETTLED);
    }
    if (count > l->room) {
        l->first = from;
        l->room = count;
    } else {
        for (uint32_t i = 0; i < count; i++) {
            v->items[l->first + i] = v->items[from + i];
        }
        v->item_count = from;
    }
    l->count = count;
    l->is_told = true;
    l->got = now;
    l->until = ss_time_after(now, ttl);
}

/* ---- records ---- */

static sn_address address_of(const sn_dns_record *r)
{
    sn_address a = { 0, 0 };
    if (r->type == SN_DNS_A) {
        return sn_address_v4((uint32_t)r->a[0] << 24 | (uint32_t)r->a[1] << 16 |
                             (uint32_t)r->a[2] << 8 | r->a[3]);
    }
    for (size_t i = 0; i < 8; i++) {
        a.high = a.high << 8 | r->aaaa[i];
        a.low = a.low << 8 | r->aaaa[8 + i];
    }
    return a;
}

static uint32_t look_for(const sn_judge *j, sn_address a)
{
    for (uint32_t i = 0; i < j->cast->node_count && !sn_address_is_none(a); i++) {
        if (sn_address_equal(sn_member_address_of(member(j, i), !sn_address_is_v4(a)), a)) {
            return i;
        }
    }
    return SN_NOBODY;
}

/* Each address is looked for once. */
static uint32_t node_at(sn_judge *j, sn_address a)
{
    const uint64_t mixed = ss_mix_absorb(a.high, a.low);
    const uint64_t key = mixed == 0 ? 1 : mixed;
    const uint64_t *known = sn_map_find(&j->names.nodes, key);
    const uint32_t node = known != NULL ? (uint32_t)*known : look_for(j, a);
    if (known == NULL && !sn_map_put(&j->names.nodes, key, node)) {
        j->out_of_memory = true;
    }
    return node;
}

static told_item item_of(sn_judge *j, const sn_dns_record *r)
{
    switch (r->type) {
    case SN_DNS_SRV:
        return (told_item){ .name = name_hash(r->srv.target),
                            .priority = r->srv.priority,
                            .port = r->srv.port };
    case SN_DNS_NAPTR:
        return (told_item){ .name = name_hash(r->naptr.replacement) };
    default:
        return (told_item){ .node = node_at(j, address_of(r)) };
    }
}

static bool is_of(const sn_dns_record *r, ss_slice name, uint16_t type)
{
    return r->type == type && r->class == SN_DNS_CLASS_IN && ss_slice_eq(r->name, name);
}

/* Where the aliases of the answer lead. */
static ss_slice last_name(const sn_dns_message *m)
{
    ss_slice name = m->question.name;
    for (unsigned step = 0; step < SN_DNS_CHAIN_MAX; step++) {
        const sn_dns_record *alias = NULL;
        for (uint16_t i = 0; i < m->answers && alias == NULL; i++) {
            alias = is_of(&m->records[i], name, SN_DNS_CNAME) ? &m->records[i] : NULL;
        }
        if (alias == NULL) {
            break;
        }
        name = alias->target;
    }
    return name;
}

static void learn_answer(sn_judge *j, const sn_fact *f, const sn_dns_message *m, ss_span ttl)
{
    const uint16_t type = m->question.type;
    const ss_slice name = last_name(m);
    const uint32_t from = j->names.item_count;
    told_list *l = obtain(j, key_of(f->entity, name_hash(m->question.name), type));
    for (uint16_t i = 0; i < m->answers && l != NULL; i++) {
        if (is_of(&m->records[i], name, type)) {
            add_item(j, item_of(j, &m->records[i]));
        }
    }
    if (l != NULL && !j->out_of_memory) {
        replace(j, l, from, f->key.at, ttl);
        j->names.has_servers[f->entity] |= type == SN_DNS_SRV && l->count > 1;
    }
}

/* RFC2782 Addresses that came along with a server whose own are not known. */
static void learn_more(sn_judge *j, const sn_fact *f, const sn_dns_message *m, ss_slice server)
{
    const sn_dns_record *more = m->records + m->answers + m->authorities;
    const uint32_t from = j->names.item_count;
    told_list *l = obtain(j, key_of(f->entity, name_hash(server), SN_DNS_A));
    uint32_t ttl = INT32_MAX;
    if (l == NULL || (l->is_told && (f->key.at < l->until || f->key.at == l->got))) {
        return;
    }
    for (uint16_t i = 0; i < m->additionals; i++) {
        if (is_of(&more[i], server, SN_DNS_A)) {
            add_item(j, item_of(j, &more[i]));
            ttl = more[i].ttl < ttl ? more[i].ttl : ttl;
        }
    }
    if (j->names.item_count > from && !j->out_of_memory) {
        replace(j, l, from, f->key.at, SS_S(ttl));
    }
}

void sn_servers_learn(sn_judge *j, const sn_fact *f, const sn_dns_message *m, ss_span ttl)
{
    const uint16_t type = m->question.type;
    if (type != SN_DNS_SRV && type != SN_DNS_NAPTR && type != SN_DNS_A && type != SN_DNS_AAAA) {
        return;
    }
    learn_answer(j, f, m, ttl);
    for (uint16_t i = 0; i < m->answers; i++) {
        if (m->records[i].type == SN_DNS_SRV) {
            learn_more(j, f, m, m->records[i].srv.target);
        }
    }
}

void sn_servers_doubt(sn_judge *j, const sn_fact *f, const sn_dns_question *q)
{
    told_list *l = obtain(j, key_of(f->entity, name_hash(q->name), q->type));
    if (l != NULL) {
        l->unsettled = ss_time_after(f->key.at, UNSETTLED);
    }
}
