/* What a proxy does without keeping state: PRX10, a stateless one forwards each copy of a request with the same branch, so that those
 * behind it know a copy for one (RFC 3261 16.11); PRX11, who was told nothing but refusals, and so may not be where he says, got no
 * more messages than came in his name, and few bytes for each (26.3.2.4: nobody is an amplifier). */
#include "laws.h"

#include "sn/dns.h"

enum { COPIES_MAX = 1 << 16, BYTES_FOR_ONE = 5 };

#define SEVERAL UINT64_MAX

void sn_alone_free(sn_judge *j)
{
    sn_map_free(&j->alone.branches);
    sn_map_free(&j->alone.copies);
    sn_map_free(&j->alone.came);
    sn_map_free(&j->alone.left);
}

static void put(sn_judge *j, map *m, uint64_t key, uint64_t value)
{
    j->out_of_memory = !sn_map_put(m, key, value) || j->out_of_memory;
}

/* ---- PRX10 ---- */

static uint64_t key_of(const sn_fact *f, uint64_t branch)
{
    return ss_mix_absorb(ss_mix_absorb(branch, f->sip.method), f->entity) | 1;
}

/* Copies are the same bytes. Other bytes under one branch are a forger's request of its own: no copy is told from it any more. The first of
 * very many requests are enough. */
static void note_copy(sn_judge *j, const sn_fact *f)
{
    const uint64_t key = key_of(f, f->sip.branch);
    const uint64_t *before = sn_map_find(&j->alone.copies, key);
    if (before == NULL ? j->alone.copies.count < COPIES_MAX : *before != f->hash) {
        put(j, &j->alone.copies, key, before == NULL ? f->hash : SEVERAL);
    }
}

/* Another key after a crash is no fault. */
static void judge_branch(sn_judge *j, const sn_fact *f)
{
    const uint64_t key = key_of(f, f->sip.second_branch);
    const uint64_t *copy = sn_map_find(&j->alone.copies, key);
    const uint64_t *before = sn_map_find(&j->alone.branches, key);
    if (f->sip.via_count < 2 || j->crashed[f->entity] || copy == NULL || *copy == SEVERAL) {
        return;
    }
    if (before != NULL && *before != f->sip.branch) {
        sn_judge_broken(j, LAW_PRX10, f->key.at, f->entity, f->sip.call_id,
                        "a copy of a request left with another branch than the first");
    } else if (before == NULL && j->alone.branches.count < COPIES_MAX) {
        put(j, &j->alone.branches, key, f->sip.branch);
    }
}

/* ---- PRX11 ---- */

/* Messages in the upper half, bytes in the lower. */
#define PROVED UINT64_MAX

static uint64_t pair_of(const sn_fact *f)
{
    return ss_mix_absorb(f->entity, f->peer) | 1;
}

static uint64_t add(sn_judge *j, map *m, const sn_fact *f)
{
    const uint64_t key = pair_of(f);
    const uint64_t *known = sn_map_find(m, key);
    const uint64_t sum = (known == NULL ? 0 : *known) + (UINT64_C(1) << 40) + f->value;
    put(j, m, key, sum);
    return sum;
}

static bool is_proved(const sn_judge *j, const sn_fact *f)
{
    const uint64_t *came = sn_map_find(&j->alone.came, pair_of(f));
    return came != NULL && *came == PROVED;
}

static bool is_refusal(const sn_fact *f)
{
    return f->sip.is_sip && !f->sip.is_request && f->sip.status >= 400;
}

static void judge_refusal(sn_judge *j, const sn_fact *f)
{
    const uint64_t *came = sn_map_find(&j->alone.came, pair_of(f));
    if (came == NULL) {
        return; /* where a Via leads that is not whence it came: 18.2.2 */
    }
    const uint64_t in = *came, out = add(j, &j->alone.left, f);
    const uint64_t bytes = (UINT64_C(1) << 40) - 1;
    if (out >> 40 > in >> 40) {
        sn_judge_broken(j, LAW_PRX11, f->key.at, f->entity, f->sip.call_id,
                        "refusal %u left for somebody in whose name %u messages came",
                        (unsigned)(out >> 40), (unsigned)(in >> 40));
    } else if ((out & bytes) > BYTES_FOR_ONE * (in & bytes)) {
        sn_judge_broken(j, LAW_PRX11, f->key.at, f->entity, f->sip.call_id,
                        "%u bytes of refusals left for somebody in whose name %u came",
                        (unsigned)(out & bytes), (unsigned)(in & bytes));
    }
}

/* ---- facts ---- */

static bool concerns_proxy(const sn_judge *j, const sn_fact *f)
{
    return f->entity < j->cast->node_count && f->peer_port != SN_DNS_PORT &&
           member(j, f->entity)->role == SN_ROLE_PROXY;
}

/* A stateless proxy says each copy that the server repeats: how many those are is not its doing. */
static bool passes_on(const sn_judge *j, const sn_fact *f)
{
    return member(j, f->entity)->is_stateless && j->alone.passes_on == j->event;
}

void sn_alone_sent(sn_judge *j, const sn_fact *f)
{
    if (!concerns_proxy(j, f)) {
        return;
    }
    if (f->sip.is_sip && f->sip.is_request && member(j, f->entity)->is_stateless) {
        judge_branch(j, f);
    }
    if (is_proved(j, f)) {
        return;
    }
    if (is_refusal(f)) {
        if (!passes_on(j, f)) {
            judge_refusal(j, f);
        }
    } else {
        put(j, &j->alone.came, pair_of(f), PROVED); /* it is served, or asked */
    }
}

/* Out of its queue, if it has one. */
void sn_alone_served(sn_judge *j, const sn_fact *f)
{
    if (concerns_proxy(j, f) && member(j, f->entity)->is_stateless && f->sip.is_sip &&
        !f->sip.is_request) {
        j->alone.passes_on = j->event;
    }
}

void sn_alone_received(sn_judge *j, const sn_fact *f)
{
    if (!concerns_proxy(j, f)) {
        return;
    }
    sn_alone_served(j, f);
    if (f->sip.is_sip && f->sip.is_request && member(j, f->entity)->is_stateless) {
        note_copy(j, f);
    }
    if (is_proved(j, f)) {
        return;
    }
    if (f->sip.is_sip && !f->sip.is_request) {
        put(j, &j->alone.came, pair_of(f), PROVED);
    } else {
        (void)add(j, &j->alone.came, f);
    }
}
