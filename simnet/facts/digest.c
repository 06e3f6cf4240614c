/* The digest of a run (design 3.8): one chain per node and per link direction, over what happened there.
 *
 * Only stable ids go into a chain, never dense numbers, so that a node added elsewhere leaves it as it was. The END of
 * the run has a chain of its own. The run's digest is the sum of the mixed (id, chain) pairs: the order of entities
 * does not matter, and an entity to which nothing happened counts nothing.
 */
#include "sn/facts.h"

#include <string.h>

/* ss_hash64 of the little-endian bytes of words that come one by one. The words of a fact are few and most are always there,
 * so that inlined this is a straight line. Lives in registers only. */
typedef struct words {
    ss_hash_state hash;
    size_t count;
} words;

static inline void add(words *w, uint64_t value)
{
    if (w->count++ % 2 == 0) {
        ss_hash_even(&w->hash, value);
    } else {
        ss_hash_odd(&w->hash, value);
    }
}

static uint64_t id_of(const sn_cast *cast, uint32_t node)
{
    return node < cast->node_count ? cast->nodes[node].id : 0;
}

static bool is_of_link(uint16_t kind)
{
#define WHOSE_N                 false
#define WHOSE_L                 true
#define FACT_WHOSE(name, whose) [SN_FACT_##name] = WHOSE_##whose,
    static const bool of_link[] = { SN_FACT_LIST(FACT_WHOSE) };
    SS_ASSERT(kind < SN_FACT_COUNT);
    return of_link[kind];
}

static inline void add_common(words *w, const sn_cast *cast, const sn_fact *f)
{
    add(w, f->key.at);
    add(w, f->key.tie);
    add(w, f->key.counter);
    add(w, (uint64_t)f->key.step << 32 | f->index);
    add(w, id_of(cast, f->key.receiver));
    add(w, id_of(cast, f->key.sender));
    add(w, (uint64_t)f->kind << 16 | f->cause);
    add(w, id_of(cast, f->peer));
    add(w, id_of(cast, f->packet.origin));
    add(w, f->packet.ordinal);
    add(w, (uint64_t)f->packet.fragment << 16 | f->packet.copy);
    add(w, f->hash);
    add(w, f->value);
    add(w, f->due);
    add(w, (uint64_t)f->local_port << 16 | f->peer_port);
}

/* Numbers of calls and of sources depend on what else the scenario holds; the Call-ID says which call it is. */
static inline void add_particular(words *w, const sn_fact *f)
{
    switch (f->kind) {
    case SN_FACT_NOTE:
        add(w, (uint64_t)f->note.kind << 56 | (uint64_t)f->note.machine << 48 |
                   (uint64_t)f->note.from << 40 | (uint64_t)f->note.to << 32 |
                   (uint64_t)f->note.letter << 24 | (uint64_t)f->note.method << 16 |
                   f->note.status);
        add(w, f->note.branch);
        add(w, f->note.call_id);
        add(w, f->note.value);
        break;
    case SN_FACT_CALL:
    case SN_FACT_REGISTRATION:
        add(w, (uint64_t)f->call.event << 32 | (uint64_t)f->call.status << 8 | f->call.synthetic);
        add(w, f->call.call_id);
        break;
    case SN_FACT_LEFT:
        add(w, (uint64_t)f->left.transactions << 32 | f->left.dialogs);
        add(w, (uint64_t)f->left.calls << 32 | f->left.timers);
        add(w, (uint64_t)f->left.bindings << 32 | f->left.contexts);
        add(w, f->left.store_bytes);
        if (f->left.connections != 0) {
            add(w, f->left.connections);
        }
        break;
    case SN_FACT_STREAM_SENT:
    case SN_FACT_STREAM_RECEIVED:
    case SN_FACT_SERVED:
        add(w, f->transport);
        break;
    case SN_FACT_CONNECTION:
        add(w, (uint64_t)f->transport << 48 | (uint64_t)f->connection.event << 32 |
                   f->connection.number);
        break;
    default:
        break;
    }
}

void sn_digest_init(sn_digest *d, const sn_cast *cast, uint64_t *chains)
{
    memset(chains, 0, 3 * sizeof *chains * cast->node_count);
    *d = (sn_digest){ .cast = cast, .nodes = chains, .links = chains + cast->node_count };
}

void sn_digest_fact(sn_digest *d, const sn_fact *fact)
{
    const bool of_link = is_of_link(fact->kind);
    SS_ASSERT(fact->entity < (of_link ? 2 * d->cast->node_count : d->cast->node_count));
    uint64_t *chain = fact->kind == SN_FACT_END ? &d->end
                      : of_link                 ? &d->links[fact->entity]
                                                : &d->nodes[fact->entity];
    words w = { ss_hash_begin(*chain), 0 };
    add_common(&w, d->cast, fact);
    add_particular(&w, fact);
    *chain = ss_hash_end(&w.hash, 8 * w.count);
}

uint64_t sn_digest_sum(const sn_digest *d)
{
    uint64_t sum = ss_mix64(d->end);
    for (uint32_t i = 0; i < d->cast->node_count; i++) {
        if (d->nodes[i] != 0) {
            sum += ss_mix_absorb(d->cast->nodes[i].id, d->nodes[i]);
        }
    }
    for (uint32_t i = 0; i < 2 * d->cast->node_count; i++) {
        if (d->links[i] != 0) {
            sum += ss_mix_absorb(sn_link_id(d->cast, i), d->links[i]);
        }
    }
    return sum;
}
