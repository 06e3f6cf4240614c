/* A host's resolver: questions of RFC 3263 that wait, and queries on the wire. What it has learnt: resolver/known.c.
 *
 * Many questions may wait for one name and type, which is asked for once. A query goes to the plan's servers in turn until one
 * answers or all were tried as often as the plan says. An answer counts when its number, its ports, its sender and its question are
 * those of the query; all else is dropped. */
#include "resolver/parts.h"

#include <string.h>

/* ---- the resolver of a host ---- */

static const ss_key128 resolver_key = { .lo = 1, .hi = 53 };

resolver *sn_resolver_find(const sn_partition *p, uint32_t node)
{
    ss_table_link *link = p->resolvers.buckets == 0
                              ? NULL
                              : ss_table_find(&p->resolvers, &p->store, node, resolver_key);
    return link == NULL ? NULL : SS_OWNER(link, resolver, link);
}

/* Worlds without names pay for no table, and hosts without a question for no resolver. */
static resolver *obtain(sn_partition *p, uint32_t node)
{
    resolver *r = sn_resolver_find(p, node);
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

static question *question_at(const sn_partition *p, ss_ref ref)
{
    return ss_store_at(&p->store, ref);
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
    const sn_member *me = &plan->cast.nodes[v->node];
    const sn_address there = sn_member_address_for(&plan->cast.nodes[server], me);
    const ss_path path = {
        .local = sn_address_with_port(sn_member_address_of(me, !sn_address_is_v4(there)), k->port),
        .remote = sn_address_with_port(there, SN_DNS_PORT),
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
    known *k = sn_known_find(v, ss_buffer_slice(&b), (uint16_t)need->type);
    if (k != NULL && sn_known_holds(v, k)) {
        give_known(v, q, k);
        return;
    }
    if (k != NULL && k->state != KNOWN_ASKED) {
        sn_known_forget(v, k);
        k = NULL;
    }
    if (k == NULL) {
        k = sn_known_new(v, ss_buffer_slice(&b), (uint16_t)need->type);
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
    answer->address_count = sn_avoid_order(v, l, addresses);
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
    const sn_member *me = &v->p->world->plan->cast.nodes[v->node];
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
                               .has_ipv4 = !me->lacks_v4,
                               .has_ipv6 = me->has_v6,
                               .prefers_ipv6 = !me->prefers_v4,
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
    sn_known_forget(v, k);
    go_on(v);
}

/* ---- an answer came ---- */

static void take_answer(const visit *v, known *k, const sn_dns_message *m)
{
    const ss_ref ref = ss_store_ref(&v->p->store, k);
    sn_known_learn(v, k, m);
    release(v, ref, false);
    sn_known_learn_more(v, m);
    go_on(v);
}

static known *asked_by(const visit *v, uint16_t id, uint16_t port)
{
    for (ss_ref at = v->r->first_known; at != 0; at = sn_known_at(v->p, at)->next) {
        known *k = sn_known_at(v->p, at);
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
    const ss_address expected = sn_address_with_port(
        sn_member_address_for(&plan->cast.nodes[server], &plan->cast.nodes[v->node]), SN_DNS_PORT);
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
    const visit v = { p, node, sn_resolver_find(p, node) };
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
    for (ss_ref at = v->r->first_known; at != 0; at = sn_known_at(v->p, at)->next) {
        known *k = sn_known_at(v->p, at);
        if (k->state == KNOWN_ASKED && k->number == number) {
            return k;
        }
    }
    return NULL;
}

bool sn_resolver_overdue(sn_partition *p, const sn_event *event)
{
    const visit v = { p, event->receiver, sn_resolver_find(p, event->receiver) };
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
    const visit v = { (sn_partition *)p, event->receiver, sn_resolver_find(p, event->receiver) };
    return v.r != NULL && asked_as(&v, event->arg) != NULL;
}

void sn_resolver_forget(sn_partition *p, uint32_t node)
{
    const visit v = { p, node, sn_resolver_find(p, node) };
    if (v.r == NULL) {
        return;
    }
    while (v.r->first_question != 0) {
        free_question(&v, question_at(p, v.r->first_question));
    }
    while (v.r->first_known != 0) {
        sn_known_forget(&v, sn_known_at(p, v.r->first_known));
    }
    ss_table_remove(&p->resolvers, &p->store, &v.r->link);
    ss_store_give(&p->store, ss_store_ref(&p->store, v.r), sizeof *v.r);
}
