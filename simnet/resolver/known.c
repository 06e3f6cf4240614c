/* What a host's resolver has learnt (RFC 1035 7.4, RFC 2308): of a name and type, its records until their time is over, or that there
 * are none. Bounded: what ends first makes room. */
#include "resolver/parts.h"

#include <string.h>

static bool keep(sn_partition *p, ss_slice bytes, ss_blob *out)
{
    const ss_ref ref = bytes.len == 0 ? 0 : ss_store_take(&p->store, bytes.len);
    *out = (ss_blob){ .ref = ref, .len = ref == 0 ? 0 : (uint32_t)bytes.len };
    if (ref != 0) {
        memcpy(ss_store_at(&p->store, ref), bytes.at, bytes.len);
    }
    p->out_of_memory = p->out_of_memory || (ref == 0 && bytes.len > 0);
    return ref != 0 || bytes.len == 0;
}

static void drop(sn_partition *p, ss_blob *blob)
{
    if (blob->ref != 0) {
        ss_store_give(&p->store, blob->ref, blob->len);
    }
    *blob = (ss_blob){ .ref = 0 };
}

known *sn_known_find(const visit *v, ss_slice name, uint16_t type)
{
    for (ss_ref at = v->r->first_known; at != 0; at = sn_known_at(v->p, at)->next) {
        known *k = sn_known_at(v->p, at);
        if (k->type == type && ss_slice_eq(ss_blob_slice(&v->p->store, k->name), name)) {
            return k;
        }
    }
    return NULL;
}

void sn_known_forget(const visit *v, known *k)
{
    const ss_ref ref = ss_store_ref(&v->p->store, k);
    ss_ref *at = &v->r->first_known;
    while (*at != ref) {
        at = &sn_known_at(v->p, *at)->next;
    }
    *at = k->next;
    drop(v->p, &k->name);
    drop(v->p, &k->message);
    ss_store_give(&v->p->store, ref, sizeof *k);
    v->r->known_count--;
}

/* Of those that are no lookup under way the one that goes first; of several the one that came first. */
static known *least_of_use(const visit *v)
{
    known *least = NULL;
    for (ss_ref at = v->r->first_known; at != 0; at = sn_known_at(v->p, at)->next) {
        known *k = sn_known_at(v->p, at);
        if (k->state != KNOWN_ASKED && (least == NULL || k->until <= least->until)) {
            least = k;
        }
    }
    return least;
}

known *sn_known_new(const visit *v, ss_slice name, uint16_t type)
{
    if (v->r->known_count >= SN_RESOLVER_KNOWN_MAX) {
        known *least = least_of_use(v);
        if (least == NULL) {
            return NULL;
        }
        sn_known_forget(v, least);
    }
    const ss_ref ref = ss_store_take(&v->p->store, sizeof(known));
    if (ref == 0) {
        v->p->out_of_memory = true;
        return NULL;
    }
    known *k = sn_known_at(v->p, ref);
    k->type = type;
    k->next = v->r->first_known;
    v->r->first_known = ref;
    v->r->known_count++;
    if (!keep(v->p, name, &k->name)) {
        sn_known_forget(v, k);
        return NULL;
    }
    return k;
}

bool sn_known_holds(const visit *v, const known *k)
{
    const ss_time now = v->p->key.at;
    return k->state != KNOWN_ASKED && (now < k->until || now == k->got);
}

/* ---- an answer is learnt ---- */

static uint32_t least_ttl(const sn_dns_message *m, ss_slice name, uint16_t type, uint32_t before)
{
    for (uint16_t i = 0; i < m->answers + m->authorities + m->additionals; i++) {
        const sn_dns_record *r = &m->records[i];
        if (r->type == type && ss_slice_eq(r->name, name) && r->ttl < before) {
            before = r->ttl;
        }
    }
    return before;
}

/* Every record of a name and type, as a message; empty when there is none. */
static ss_slice collect(const visit *v, const sn_dns_message *m, ss_slice name, uint16_t type)
{
    ss_arena *arena = &v->p->world->arena;
    const uint16_t all = (uint16_t)(m->answers + m->authorities + m->additionals);
    sn_dns_message out = { .is_response = true };
    out.records = ss_arena_take(arena, (all + 1u) * sizeof *out.records, _Alignof(sn_dns_record));
    for (uint16_t i = 0; i < all && out.records != NULL; i++) {
        const sn_dns_record *r = &m->records[i];
        if (r->type == type && r->class == SN_DNS_CLASS_IN && ss_slice_eq(r->name, name)) {
            out.records[out.answers++] = *r;
        }
    }
    if (out.answers == 0) {
        return SS_EMPTY;
    }
    ss_buffer b = ss_buffer_open(arena);
    sn_dns_put(&b, &out);
    return ss_buffer_keep(arena, &b);
}

static void set_known(const visit *v, known *k, ss_slice message, uint32_t ttl)
{
    drop(v->p, &k->message);
    k->state = message.len > 0 && keep(v->p, message, &k->message) ? KNOWN_FOUND : KNOWN_NOTHING;
    k->got = v->p->key.at;
    k->until = ss_time_after(v->p->key.at, SS_S(ttl));
}

void sn_known_learn_more(const visit *v, const sn_dns_message *m)
{
    const sn_dns_record *more = m->records + m->answers + m->authorities;
    for (uint16_t i = 0; i < m->answers; i++) {
        if (m->records[i].type != SN_DNS_SRV) {
            continue;
        }
        const ss_slice target = m->records[i].srv.target;
        bool is_named = false;
        for (uint16_t at = 0; at < m->additionals; at++) {
            is_named =
                is_named || (more[at].type == SN_DNS_A && ss_slice_eq(more[at].name, target));
        }
        known *k = is_named ? sn_known_find(v, target, SN_DNS_A) : NULL;
        const bool is_new =
            is_named && (k == NULL || (k->state != KNOWN_ASKED && !sn_known_holds(v, k)));
        if (is_new) {
            k = k == NULL ? sn_known_new(v, target, SN_DNS_A) : k;
        }
        if (is_new && k != NULL) {
            set_known(v, k, collect(v, m, target, SN_DNS_A),
                      least_ttl(m, target, SN_DNS_A, INT32_MAX));
        }
    }
}

/* RFC 2308 5: as long as the SOA says; without one it is not kept. */
static uint32_t negative_ttl(const sn_dns_message *m)
{
    for (uint16_t i = 0; i < m->authorities; i++) {
        const sn_dns_record *r = &m->records[m->answers + i];
        if (r->type == SN_DNS_SOA) {
            return r->soa.minimum < r->ttl ? r->soa.minimum : r->ttl;
        }
    }
    return 0;
}

/* Where the aliases of the answer lead. */
static ss_slice last_name(const sn_dns_message *m, ss_slice name, uint32_t *ttl)
{
    for (unsigned chain = 0; chain < SN_DNS_CHAIN_MAX; chain++) {
        const sn_dns_record *alias = NULL;
        for (uint16_t i = 0; i < m->answers && alias == NULL; i++) {
            const sn_dns_record *r = &m->records[i];
            alias = r->type == SN_DNS_CNAME && ss_slice_eq(r->name, name) ? r : NULL;
        }
        if (alias == NULL) {
            break;
        }
        *ttl = alias->ttl < *ttl ? alias->ttl : *ttl;
        name = alias->target;
    }
    return name;
}

void sn_known_learn(const visit *v, known *k, const sn_dns_message *m)
{
    uint32_t ttl = INT32_MAX;
    const ss_slice name = last_name(m, ss_blob_slice(&v->p->store, k->name), &ttl);
    const ss_slice message = collect(v, m, name, k->type);
    ttl = message.len > 0 ? least_ttl(m, name, k->type, ttl) : negative_ttl(m);
    set_known(v, k, message, ttl);
}
