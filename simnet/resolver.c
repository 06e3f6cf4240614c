/* A host's resolver: questions of RFC 3263 that wait, lookups under way, answers that are kept (RFC 1035 7, RFC 2308).
 *
 * What is known of a name and type stands in one place: being asked for, found, or known not to be there, until an instant. Many
 * questions may wait for it; one query is on the wire. A query goes to the plan's servers in turn until one answers or all were
 * tried as often as the plan says. An answer counts when its number, its ports, its sender and its question are those of the
 * query; all else is dropped. */
#include "resolver.h"

#include "world_state.h"

#include "sn/dns.h"
#include "ss/locate.h"

#include <string.h>

typedef enum known_state {
    KNOWN_ASKED, /* a query is on the wire */
    KNOWN_FOUND,
    KNOWN_NOTHING /* no such name, or nothing of the type */
} known_state;

typedef struct known {
    ss_ref next;
    uint32_t number; /* of its last query */
    uint16_t type;
    uint8_t state;
    uint16_t tries;     /* queries sent */
    uint16_t id, port;  /* of the last one */
    ss_time got, until; /* not ASKED: from when to when it holds; at `got` in any case */
    ss_blob name;
    ss_blob message; /* FOUND: the records, as a message */
} known;

typedef struct question {
    ss_ref next;
    uint32_t token, number, draws;
    ss_ref waits;             /* the known that it waits for; 0: it is done, or about to go on */
    bool goes_on, has_failed; /* what it waited for is there, or came to nothing */
    ss_locate l;
} question;

typedef struct avoided {
    ss_address server;
    ss_time until;
    bool is_asked; /* by a 503 with Retry-After: it is not tried at all */
} avoided;

typedef struct resolver {
    ss_table_link link;
    ss_ref first_known, first_question;
    uint32_t known_count, queries, questions;
    uint32_t avoided_count;
    avoided avoided[SN_RESOLVER_AVOIDED_MAX];
} resolver;

/** One visit: the resolver of a node, inside one of its events. */
typedef struct visit {
    sn_partition *p;
    uint32_t node;
    resolver *r;
} visit;

/* ---- the resolver of a host ---- */

static const ss_key128 resolver_key = { .lo = 1, .hi = 53 };

static resolver *find_resolver(const sn_partition *p, uint32_t node)
{
    ss_table_link *link = p->resolvers.buckets == 0
                              ? NULL
                              : ss_table_find(&p->resolvers, &p->store, node, resolver_key);
    return link == NULL ? NULL : SS_OWNER(link, resolver, link);
}

/* Worlds without names pay for no table, and hosts without a question for no resolver. */
static resolver *obtain(sn_partition *p, uint32_t node)
{
    resolver *r = find_resolver(p, node);
    if (r != NULL) {
        return r;
    }
    if (p->resolvers.buckets == 0 &&
        ss_table_init(&p->resolvers, &p->store, 64 + (uint64_t)(p->end - p->first)) != SS_OK) {
        return NULL;
    }
    const ss_ref ref = ss_store_take(&p->store, sizeof(resolver));
    if (ref == 0) {
        return NULL;
    }
    r = ss_store_at(&p->store, ref);
    r->link = (ss_table_link){ .key = resolver_key, .engine = node };
    ss_table_add(&p->resolvers, &p->store, &r->link);
    return r;
}

static known *known_at(const sn_partition *p, ss_ref ref)
{
    return ss_store_at(&p->store, ref);
}

static question *question_at(const sn_partition *p, ss_ref ref)
{
    return ss_store_at(&p->store, ref);
}

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

/* ---- what is known ---- */

static known *find_known(const visit *v, ss_slice name, uint16_t type)
{
    for (ss_ref at = v->r->first_known; at != 0; at = known_at(v->p, at)->next) {
        known *k = known_at(v->p, at);
        if (k->type == type && ss_slice_eq(ss_blob_slice(&v->p->store, k->name), name)) {
            return k;
        }
    }
    return NULL;
}

static void forget_known(const visit *v, known *k)
{
    const ss_ref ref = ss_store_ref(&v->p->store, k);
    ss_ref *at = &v->r->first_known;
    while (*at != ref) {
        at = &known_at(v->p, *at)->next;
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
    for (ss_ref at = v->r->first_known; at != 0; at = known_at(v->p, at)->next) {
        known *k = known_at(v->p, at);
        if (k->state != KNOWN_ASKED && (least == NULL || k->until <= least->until)) {
            least = k;
        }
    }
    return least;
}

/* NULL when there is no room: every one is a lookup under way. */
static known *new_known(const visit *v, ss_slice name, uint16_t type)
{
    if (v->r->known_count >= SN_RESOLVER_KNOWN_MAX) {
        known *least = least_of_use(v);
        if (least == NULL) {
            return NULL;
        }
        forget_known(v, least);
    }
    const ss_ref ref = ss_store_take(&v->p->store, sizeof(known));
    if (ref == 0) {
        v->p->out_of_memory = true;
        return NULL;
    }
    known *k = known_at(v->p, ref);
    k->type = type;
    k->next = v->r->first_known;
    v->r->first_known = ref;
    v->r->known_count++;
    if (!keep(v->p, name, &k->name)) {
        forget_known(v, k);
        return NULL;
    }
    return k;
}

/* RFC 1035 7.4, RFC 2308 5; what came in this very instant is of use whatever its time to live. */
static bool holds(const visit *v, const known *k)
{
    const ss_time now = v->p->key.at;
    return k->state != KNOWN_ASKED && (now < k->until || now == k->got);
}

/* ---- a query on the wire ---- */

static sn_point point_of(const visit *v, uint32_t row, uint32_t part)
{
    const uint64_t id = v->p->world->plan->cast.nodes[v->node].id;
    return (sn_point){ .place = id,
                       .row = row,
                       .fragment = (uint16_t)part,
                       .at = v->p->key.at,
                       .entity = v->node,
                       .key = { id, row, part },
                       .key_words = 3 };
}

static void send_query(const visit *v, known *k)
{
    const sn_plan *plan = v->p->world->plan;
    const sn_dns_plan *dns = &plan->dns;
    sn_point point = point_of(v, ++v->r->queries, 0);
    sn_decide_at(v->p->world->decisions, &point);
    const uint64_t bits = sn_decide_bits(v->p->world->decisions, SN_DECISION_QUERY, &point);
    k->number = v->r->queries;
    k->id = (uint16_t)bits;
    k->port = (uint16_t)(SN_RESOLVER_FIRST_PORT + (bits >> 16 & 0x3fff));
    const uint32_t server = dns->servers[k->tries % dns->server_count];
    k->tries++;
    const sn_dns_message query = { .id = k->id,
                                   .wants_recursion = true,
                                   .has_question = true,
                                   .question = { ss_blob_slice(&v->p->store, k->name), k->type,
                                                 SN_DNS_CLASS_IN } };
    char bytes[SN_DNS_BYTES_MAX];
    ss_buffer b = ss_buffer_on(bytes, sizeof bytes);
    sn_dns_put(&b, &query);
    SS_ASSERT(!b.overflow);
    const ss_path path = {
        .local = ss_address_v4(plan->cast.nodes[v->node].address, k->port),
        .remote = ss_address_v4(plan->cast.nodes[server].address, SN_DNS_PORT),
    };
    const sn_event overdue = { .kind = SN_EVENT_RESOLVER, .arg = k->number };
    sn_post_self(v->p, v->node, ss_time_after(v->p->key.at, dns->timeout), overdue);
    sn_node_send(v->p, v->node, &path, ss_buffer_slice(&b), NULL);
}

/* The next server, when one may still be asked. */
static bool ask_again(const visit *v, known *k)
{
    const sn_dns_plan *dns = &v->p->world->plan->dns;
    if (k->tries >= dns->attempts * dns->server_count) {
        return false;
    }
    send_query(v, k);
    return true;
}

/* ---- a question goes on ---- */

enum { RECORDS_MAX = 256 };

/* The records of an answer, as ss_locate wants them; names as text. */
typedef struct found {
    ss_address addresses[RECORDS_MAX];
    ss_srv srvs[RECORDS_MAX];
    ss_naptr naptrs[RECORDS_MAX];
    uint16_t count;
} found;

static ss_slice text_of(ss_arena *arena, ss_slice name)
{
    ss_buffer b = ss_buffer_open(arena);
    sn_dns_put_name(&b, name);
    return ss_buffer_keep(arena, &b);
}

static ss_address address_of(const sn_dns_record *r)
{
    ss_address a = { .family = r->type == SN_DNS_A ? 4 : 6 };
    if (r->type == SN_DNS_A) {
        memcpy(a.ip, r->a, sizeof r->a);
    } else {
        memcpy(a.ip, r->aaaa, sizeof r->aaaa);
    }
    return a;
}

static void add_found(found *f, ss_arena *arena, const sn_dns_record *r)
{
    const uint16_t at = f->count++;
    if (r->type == SN_DNS_SRV) {
        f->srvs[at] =
            (ss_srv){ r->srv.priority, r->srv.weight, r->srv.port, text_of(arena, r->srv.target) };
    } else if (r->type == SN_DNS_NAPTR) {
        f->naptrs[at] = (ss_naptr){ r->naptr.order,  r->naptr.preference,
                                    r->naptr.flags,  r->naptr.service,
                                    r->naptr.regexp, text_of(arena, r->naptr.replacement) };
    } else {
        f->addresses[at] = address_of(r);
    }
}

static void give_known(const visit *v, question *q, const known *k)
{
    ss_arena *arena = &v->p->world->arena;
    const size_t used = arena->used;
    if (k->state == KNOWN_NOTHING) {
        ss_locate_answer(&q->l, SS_NONE, &(ss_records){ .count = 0 });
        return;
    }
    found *f = SS_ARENA_NEW(arena, found);
    sn_dns_message m;
    if (f == NULL || sn_dns_parse(&m, arena, ss_blob_slice(&v->p->store, k->message)) != SS_OK) {
        v->p->out_of_memory = true; /* it was printed here */
        ss_locate_answer(&q->l, SS_ERR_STATE, NULL);
        return;
    }
    for (uint16_t i = 0; i < m.answers && f->count < RECORDS_MAX; i++) {
        add_found(f, arena, &m.records[i]);
    }
    const ss_records records = { f->addresses, f->srvs, f->naptrs, f->count };
    ss_locate_answer(&q->l, SS_OK, &records);
    arena->used = used; /* it is copied */
}

/* RFC 2782's number is a choice of this run: design 3.9. */
static void draw(const visit *v, question *q, uint32_t below)
{
    sn_point point = point_of(v, q->number, ++q->draws);
    sn_decide_at(v->p->world->decisions, &point);
    ss_locate_drawn(&q->l,
                    sn_decide_index(v->p->world->decisions, SN_DECISION_SERVER, &point, below, 0));
}

/* A lookup that the question needs: given at once, or waited for. */
static void look_up(const visit *v, question *q, const ss_locate_need *need)
{
    char wire[SN_DNS_NAME_MAX + 1];
    ss_buffer b = ss_buffer_on(wire, sizeof wire);
    if (sn_dns_name_from(need->name, &b) != SS_OK || b.overflow) {
        ss_locate_answer(&q->l, SS_NONE, &(ss_records){ .count = 0 });
        return;
    }
    known *k = find_known(v, ss_buffer_slice(&b), (uint16_t)need->type);
    if (k != NULL && holds(v, k)) {
        give_known(v, q, k);
        return;
    }
    if (k != NULL && k->state != KNOWN_ASKED) {
        forget_known(v, k);
        k = NULL;
    }
    if (k == NULL) {
        k = new_known(v, ss_buffer_slice(&b), (uint16_t)need->type);
        if (k == NULL) {
            ss_locate_answer(&q->l, SS_ERR_STATE, NULL);
            return;
        }
        send_query(v, k);
    }
    q->waits = ss_store_ref(&v->p->store, k);
}

/* As far as it gets. */
static void advance(const visit *v, question *q)
{
    q->waits = 0;
    while (q->waits == 0) {
        const ss_locate_need need = ss_locate_needs(&q->l);
        if (need.kind == SS_LOCATE_NOTHING) {
            return;
        }
        if (need.kind == SS_LOCATE_DRAW) {
            draw(v, q, need.below);
        } else {
            look_up(v, q, &need);
        }
    }
}

/* ---- servers to avoid ---- */

static const avoided *avoids(const resolver *r, const ss_address *server, ss_time now)
{
    for (uint32_t i = 0; i < r->avoided_count; i++) {
        if (now < r->avoided[i].until && ss_address_equal(&r->avoided[i].server, server)) {
            return &r->avoided[i];
        }
    }
    return NULL;
}

/* The slot of a server: its own, a new one, or that of the one that would be tried again first. */
static avoided *slot_of(resolver *r, const ss_address *server)
{
    avoided *first = &r->avoided[0];
    for (uint32_t i = 0; i < r->avoided_count; i++) {
        if (ss_address_equal(&r->avoided[i].server, server)) {
            return &r->avoided[i];
        }
        first = r->avoided[i].until < first->until ? &r->avoided[i] : first;
    }
    return r->avoided_count < SN_RESOLVER_AVOIDED_MAX ? &r->avoided[r->avoided_count++] : first;
}

/* RFC3261:21.5.4 for as long as a Retry-After asks; who did not answer is tried last for a while. */
void sn_resolver_avoid(sn_partition *p, uint32_t node, const ss_output *out)
{
    resolver *r = find_resolver(p, node);
    const ss_span most = SS_S(SN_RESOLVER_AVOID_MAX_S);
    const ss_span asked = out->avoid < most ? out->avoid : most;
    const ss_span span = asked == 0 ? p->world->plan->dns.avoid : asked;
    if (r == NULL || span == 0) {
        return;
    }
    avoided *slot = slot_of(r, &out->path.remote);
    *slot = (avoided){ out->path.remote, ss_time_after(p->key.at, span), asked != 0 };
}

/* What is left of the addresses: those that are not avoided, then those that did not answer lately. */
static uint16_t order_addresses(const visit *v, const ss_locate *l, ss_address *out)
{
    uint16_t count = 0;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (uint16_t i = 0; i < l->address_count; i++) {
            const avoided *a = avoids(v->r, &l->addresses[i], v->p->key.at);
            if (pass == 0 ? a == NULL : a != NULL && !a->is_asked) {
                out[count++] = l->addresses[i];
            }
        }
    }
    return count;
}

/* ---- asking and answering ---- */

static void fill_answer(const visit *v, const question *q, ss_answer *answer)
{
    const ss_locate *l = &q->l;
    ss_address *addresses = ss_arena_take(
        &v->p->world->arena, SS_LOCATE_ADDRESSES_MAX * sizeof *addresses, _Alignof(ss_address));
    *answer = (ss_answer){ .token = q->token, .status = l->status };
    if (l->status != SS_OK || addresses == NULL) {
        return;
    }
    answer->addresses = addresses;
    answer->address_count = order_addresses(v, l, addresses);
    answer->has_transport = true;
    answer->transport = l->transport;
    answer->status = answer->address_count == 0 ? SS_NONE : SS_OK;
}

static void free_question(const visit *v, question *q)
{
    const ss_ref ref = ss_store_ref(&v->p->store, q);
    ss_ref *at = &v->r->first_question;
    while (*at != ref) {
        at = &question_at(v->p, *at)->next;
    }
    *at = q->next;
    ss_store_give(&v->p->store, ref, sizeof *q);
}

static question *new_question(const visit *v, const ss_query *query)
{
    const ss_ref ref = ss_store_take(&v->p->store, sizeof(question));
    if (ref == 0) {
        v->p->out_of_memory = true;
        return NULL;
    }
    question *q = question_at(v->p, ref);
    q->token = query->token;
    q->number = ++v->r->questions;
    ss_ref *end = &v->r->first_question; /* in order of asking */
    while (*end != 0) {
        end = &question_at(v->p, *end)->next;
    }
    *end = ref;
    ss_locate_begin(&q->l, &(ss_locate_options){
                               .host = query->name,
                               .port = query->port,
                               .transport = query->transport,
                               .is_open = query->is_open,
                               .is_sips = query->is_sips,
                               .is_fixed = query->is_fixed,
                               .transports = 1u << SS_TRANSPORT_UDP | 1u << SS_TRANSPORT_TCP,
                               .has_ipv4 = true,
                           });
    return q;
}

bool sn_resolver_ask(sn_partition *p, uint32_t node, const ss_query *query, ss_answer *answer)
{
    const visit v = { p, node, obtain(p, node) };
    question *q = v.r == NULL ? NULL : new_question(&v, query);
    *answer = (ss_answer){ .token = query->token, .status = SS_NONE };
    if (q == NULL) {
        p->out_of_memory = true;
        return true;
    }
    advance(&v, q);
    if (q->waits != 0) {
        return false;
    }
    fill_answer(&v, q, answer);
    free_question(&v, q);
    return true;
}

/* What waits for it does so no more. */
static void release(const visit *v, ss_ref what, bool has_failed)
{
    for (ss_ref at = v->r->first_question; at != 0; at = question_at(v->p, at)->next) {
        question *q = question_at(v->p, at);
        if (q->waits == what) {
            q->waits = 0;
            q->goes_on = true;
            q->has_failed = has_failed;
        }
    }
}

static question *next_to_go_on(const visit *v)
{
    for (ss_ref at = v->r->first_question; at != 0; at = question_at(v->p, at)->next) {
        if (question_at(v->p, at)->goes_on) {
            return question_at(v->p, at);
        }
    }
    return NULL;
}

/* In order of asking; what is done is told. An app that is told may ask again. */
static void go_on(const visit *v)
{
    question *q;
    while ((q = next_to_go_on(v)) != NULL) {
        q->goes_on = false;
        if (q->has_failed) {
            q->has_failed = false;
            ss_locate_answer(&q->l, SS_ERR_STATE, NULL);
        }
        advance(v, q);
        if (q->waits == 0) {
            ss_arena *arena = &v->p->world->arena;
            const size_t used = arena->used;
            ss_answer answer;
            fill_answer(v, q, &answer);
            free_question(v, q);
            sn_app_resolved(v->p, v->node, &answer);
            arena->used = used;
        }
    }
}

static void fail(const visit *v, known *k)
{
    release(v, ss_store_ref(&v->p->store, k), true);
    forget_known(v, k);
    go_on(v);
}

/* ---- an answer came ---- */

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

static void learn(const visit *v, known *k, ss_slice message, uint32_t ttl)
{
    drop(v->p, &k->message);
    k->state = message.len > 0 && keep(v->p, message, &k->message) ? KNOWN_FOUND : KNOWN_NOTHING;
    k->got = v->p->key.at;
    k->until = ss_time_after(v->p->key.at, SS_S(ttl));
}

/* RFC2782 "use any such records found in the Additional Data section". Only of servers that this answer names. */
static void learn_additional(const visit *v, const sn_dns_message *m)
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
        known *k = is_named ? find_known(v, target, SN_DNS_A) : NULL;
        const bool is_new = is_named && (k == NULL || (k->state != KNOWN_ASKED && !holds(v, k)));
        if (is_new) {
            k = k == NULL ? new_known(v, target, SN_DNS_A) : k;
        }
        if (is_new && k != NULL) {
            learn(v, k, collect(v, m, target, SN_DNS_A), least_ttl(m, target, SN_DNS_A, INT32_MAX));
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

static void take_answer(const visit *v, known *k, const sn_dns_message *m)
{
    const ss_ref ref = ss_store_ref(&v->p->store, k);
    uint32_t ttl = INT32_MAX;
    const ss_slice name = last_name(m, ss_blob_slice(&v->p->store, k->name), &ttl);
    const ss_slice message = collect(v, m, name, k->type);
    ttl = message.len > 0 ? least_ttl(m, name, k->type, ttl) : negative_ttl(m);
    learn(v, k, message, ttl);
    release(v, ref, false);
    learn_additional(v, m);
    go_on(v);
}

static known *asked_by(const visit *v, uint16_t id, uint16_t port)
{
    for (ss_ref at = v->r->first_known; at != 0; at = known_at(v->p, at)->next) {
        known *k = known_at(v->p, at);
        if (k->state == KNOWN_ASKED && k->id == id && k->port == port) {
            return k;
        }
    }
    return NULL;
}

static bool is_of_server(const visit *v, const known *k, const ss_address *from)
{
    const sn_plan *plan = v->p->world->plan;
    const uint32_t server = plan->dns.servers[(k->tries - 1u) % plan->dns.server_count];
    const ss_address expected = ss_address_v4(plan->cast.nodes[server].address, SN_DNS_PORT);
    return ss_address_equal(&expected, from);
}

/* RFC 5452's rule, long known before: the answer to the question that was asked, from where it was asked, to where. */
static known *find_asked(const visit *v, const ss_path *path, const sn_dns_message *m)
{
    known *k = asked_by(v, m->id, path->local.port);
    const bool is_answer = k != NULL && m->is_response && m->opcode == 0 && m->has_question &&
                           m->question.type == k->type && m->question.class == SN_DNS_CLASS_IN &&
                           ss_slice_eq(m->question.name, ss_blob_slice(&v->p->store, k->name)) &&
                           is_of_server(v, k, &path->remote);
    return is_answer ? k : NULL;
}

bool sn_resolver_input(sn_partition *p, uint32_t node, const ss_path *path, ss_slice bytes)
{
    const visit v = { p, node, find_resolver(p, node) };
    sn_dns_message m;
    if (v.r == NULL || sn_dns_parse(&m, &p->world->arena, bytes) != SS_OK) {
        return false;
    }
    known *k = find_asked(&v, path, &m);
    if (k == NULL) {
        return false;
    }
    const bool is_answered = m.code == SN_DNS_OK || m.code == SN_DNS_NO_NAME;
    if (is_answered && !m.is_truncated) { /* there is no DNS over TCP here: RFC 2181 9 */
        take_answer(&v, k, &m);
    } else if (p->world->plan->dns.server_count == 1 || !ask_again(&v, k)) {
        fail(&v, k);
    }
    return true;
}

/* ---- time ---- */

static known *asked_as(const visit *v, uint32_t number)
{
    for (ss_ref at = v->r->first_known; at != 0; at = known_at(v->p, at)->next) {
        known *k = known_at(v->p, at);
        if (k->state == KNOWN_ASKED && k->number == number) {
            return k;
        }
    }
    return NULL;
}

bool sn_resolver_overdue(sn_partition *p, const sn_event *event)
{
    const visit v = { p, event->receiver, find_resolver(p, event->receiver) };
    known *k = v.r == NULL ? NULL : asked_as(&v, event->arg);
    if (k == NULL) {
        return false;
    }
    if (!ask_again(&v, k)) {
        fail(&v, k);
    }
    return true;
}

bool sn_resolver_is_waiting(const sn_partition *p, const sn_event *event)
{
    const visit v = { (sn_partition *)p, event->receiver, find_resolver(p, event->receiver) };
    return v.r != NULL && asked_as(&v, event->arg) != NULL;
}

void sn_resolver_forget(sn_partition *p, uint32_t node)
{
    const visit v = { p, node, find_resolver(p, node) };
    if (v.r == NULL) {
        return;
    }
    while (v.r->first_question != 0) {
        free_question(&v, question_at(p, v.r->first_question));
    }
    while (v.r->first_known != 0) {
        forget_known(&v, known_at(p, v.r->first_known));
    }
    ss_table_remove(&p->resolvers, &p->store, &v.r->link);
    ss_store_give(&p->store, ss_store_ref(&p->store, v.r), sizeof *v.r);
}
