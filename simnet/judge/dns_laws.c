/* Laws about names: DNS1, an answer that may still be kept is not asked for again (RFC 1035 7.4, RFC 2308 5, by the messages
 * themselves); LOC1, all copies of a request, and its CANCEL, go where the first one went (RFC 3263 4), so that a request that goes
 * to another server because the first one failed is a transaction of its own (4.3). */
#include "laws.h"

#include "sn/dns.h"

#include <stdlib.h>

enum {
    MEMORY_BYTES = 1 << 16,
    TOLD_MAX = 48
}; /* answers to a node: it keeps more than twice as many */

/* ---- LOC1 ---- */

/* Two that lead to nobody cannot be told apart. */
void sn_place_judge(sn_judge *j, const sn_fact *f, const txn *first)
{
    if (f->peer != first->to) {
        sn_judge_broken(j, LAW_LOC1, f->key.at, f->entity, f->sip.call_id,
                        f->sip.method == SS_METHOD_CANCEL
                            ? "a CANCEL went elsewhere than its request"
                            : "a copy of a request went elsewhere than the first");
    }
}

/* ---- DNS1 ---- */

void sn_names_free(sn_judge *j)
{
    sn_map_free(&j->names.asked);
    sn_map_free(&j->names.until);
    sn_map_free(&j->names.lists_at);
    sn_map_free(&j->names.nodes);
    sn_map_free(&j->names.tries[0]);
    sn_map_free(&j->names.tries[1]);
    free(j->names.memory);
    free(j->names.told);
    free(j->names.has_servers);
    free(j->names.lists);
    free(j->names.items);
}

static bool prepare(sn_judge *j)
{
    names_view *v = &j->names;
    v->memory = v->memory == NULL ? malloc(MEMORY_BYTES) : v->memory;
    v->told = v->told == NULL ? calloc((size_t)j->cast->node_count + 1, sizeof *v->told) : v->told;
    v->has_servers = v->has_servers == NULL
                         ? calloc((size_t)j->cast->node_count + 1, sizeof *v->has_servers)
                         : v->has_servers;
    j->out_of_memory =
        j->out_of_memory || v->memory == NULL || v->told == NULL || v->has_servers == NULL;
    return !j->out_of_memory;
}

static uint64_t key_of(const sn_fact *f, const sn_dns_question *q)
{
    const uint64_t key = ss_mix_absorb(ss_mix_absorb(ss_hash64(53, q->name), q->type), f->entity);
    return key == 0 ? 1 : key;
}

static uint64_t number_of(const sn_fact *f, const sn_dns_message *m)
{
    return (uint64_t)m->id << 16 | f->local_port;
}

/* With when it left, in the upper half: milliseconds, cut. */
static uint64_t number_at(const sn_fact *f, const sn_dns_message *m)
{
    return f->key.at / SS_MS(1) << 32 | number_of(f, m);
}

/* The number under which the question is asked, and nobody has given up waiting. What comes later is not listened to. */
static bool is_awaited(const sn_judge *j, const sn_fact *f, const sn_dns_message *m,
                       const uint64_t *asked)
{
    if (asked == NULL || (uint32_t)*asked != number_of(f, m)) {
        return false;
    }
    return j->cast->query_wait == 0 || f->key.at - (*asked >> 32) * SS_MS(1) < j->cast->query_wait;
}

static void query_sent(sn_judge *j, const sn_fact *f, const sn_dns_message *m)
{
    const uint64_t key = key_of(f, &m->question);
    const uint64_t *until = sn_map_find(&j->names.until, key);
    if (until != NULL && f->key.at < *until && j->names.told[f->entity] <= TOLD_MAX) {
        sn_judge_broken(j, LAW_DNS1, f->key.at, f->entity, 0,
                        "a query left for what was answered, %s ms before that may be forgotten",
                        sn_ms(*until - f->key.at).text);
    }
    if (sn_map_find(&j->names.asked, key) != NULL) {
        sn_servers_doubt(j, f, &m->question);
    }
    if (!sn_map_put(&j->names.asked, key, number_at(f, m))) {
        j->out_of_memory = true;
    }
}

/* The least time to live of what the name's aliases lead to; of nothing, what an SOA says. */
static uint64_t seconds_of(const sn_dns_message *m)
{
    ss_slice name = m->question.name;
    uint64_t least = UINT32_MAX;
    unsigned found = 0;
    for (unsigned step = 0; step <= SN_DNS_CHAIN_MAX && found == 0; step++) {
        const sn_dns_record *alias = NULL;
        for (uint16_t i = 0; i < m->answers; i++) {
            const sn_dns_record *r = &m->records[i];
            const bool is_it = ss_slice_eq(r->name, name);
            found += is_it && r->type == m->question.type;
            alias = is_it && r->type == SN_DNS_CNAME ? r : alias;
            least = is_it && r->ttl < least ? r->ttl : least;
        }
        if (alias == NULL) {
            break;
        }
        name = alias->target;
    }
    for (uint16_t i = 0; found == 0 && i < m->authorities; i++) {
        const sn_dns_record *r = &m->records[m->answers + i];
        if (r->type == SN_DNS_SOA) {
            return r->ttl < r->soa.minimum ? r->ttl : r->soa.minimum;
        }
    }
    return found == 0 ? 0 : least;
}

static void answer_received(sn_judge *j, const sn_fact *f, const sn_dns_message *m)
{
    const uint64_t key = key_of(f, &m->question);
    const uint64_t *asked = sn_map_find(&j->names.asked, key);
    const bool is_answer = is_awaited(j, f, m, asked) && !m->is_truncated &&
                           (m->code == SN_DNS_OK || m->code == SN_DNS_NO_NAME);
    if (!is_answer) {
        return;
    }
    j->names.told[f->entity] += 1u + m->additionals;
    sn_map_remove(&j->names.asked, key);
    const ss_span kept = SS_S(seconds_of(m));
    sn_servers_learn(j, f, m, kept);
    if (!sn_map_put(&j->names.until, key, ss_time_after(f->key.at, kept))) {
        j->out_of_memory = true;
    }
}

/* A node that crashed may have forgotten; of one that was told a lot, what did not fit any more is not known here. */
void sn_names_judge(sn_judge *j, const sn_fact *f, ss_slice payload)
{
    sn_dns_message m;
    if (f->peer_port != SN_DNS_PORT || f->sip.is_sip || payload.len > SN_DNS_BYTES_MAX ||
        f->entity >= j->cast->node_count || !prepare(j)) {
        return;
    }
    ss_arena arena = { j->names.memory, MEMORY_BYTES, 0 };
    if (j->crashed[f->entity]) {
        j->names.told[f->entity] = TOLD_MAX + 1;
    }
    if (sn_dns_parse(&m, &arena, payload) != SS_OK || !m.has_question) {
        return;
    }
    if (!m.is_response && f->kind == SN_FACT_DATAGRAM_SENT) {
        query_sent(j, f, &m);
    } else if (m.is_response && f->kind == SN_FACT_DATAGRAM_RECEIVED) {
        answer_received(j, f, &m);
    }
}
