/* A bounded table of who sends, for limits and blocks (RFC 3261 26.3.2.4), which a flood of made-up senders can neither talk itself out
 * of nor shut others out with.
 *
 * It is a hash table of sets under a key that nobody knows, so that none can aim at a set. A set has two halves. In the one for
 * strangers a place is given up only when it says nothing any more, which is when nothing is owed and no block holds: so nobody is
 * forgotten to his advantage, and no block ends early. Strangers for whom there is no place share one bucket. The other half is for
 * those who proved that they are where they say; strangers never come there, and a better proof takes the place of a lesser one, else
 * the one that ends first. A set is taken from the store when the first of it comes. */
#include "defence.h"

enum { HALF = 4 };

typedef struct set {
    ss_bucket crowd; /* of strangers without a place */
    ss_source strangers[HALF], proved[HALF];
} set;

struct ss_sources {
    uint64_t key;
    uint32_t sets, taken; /* a power of two; those that are there */
    ss_bucket crowd;      /* where not even a set can be had */
    ss_ref at[];
};

static uint32_t sets_for(uint32_t slots)
{
    uint32_t sets = 1;
    while (sets * 2 * HALF < slots && sets * 2 * HALF < SS_SOURCES_MAX) {
        sets *= 2;
    }
    return sets;
}

_Static_assert(sizeof(ss_sources) + SS_SOURCES_MAX / (2 * HALF) * sizeof(ss_ref) <=
                   SS_STORE_BLOCK_MAX,
               "the sets of a table of sources are one block");

static size_t size_for(uint32_t sets)
{
    return sizeof(ss_sources) + sets * sizeof(ss_ref);
}

ss_ref ss_sources_new(ss_core *core, uint32_t slots, uint64_t key)
{
    const uint32_t sets = sets_for(slots);
    const ss_ref ref = ss_core_take(core, size_for(sets));
    if (ref != 0) {
        ss_sources *s = ss_store_at(&core->pools->store, ref);
        s->sets = sets;
        s->key = key;
    }
    return ref;
}

void ss_sources_free(ss_core *core, ss_ref ref)
{
    ss_sources *s = ss_store_at(&core->pools->store, ref);
    const uint32_t sets = s->sets;
    for (uint32_t i = 0; i < sets; i++) {
        if (s->at[i] != 0) {
            ss_core_give(core, s->at[i], sizeof(set));
        }
    }
    ss_core_give(core, ref, size_for(sets));
}

size_t ss_sources_bytes(const ss_sources *s)
{
    return ss_store_rounded(size_for(s->sets)) + s->taken * ss_store_rounded(sizeof(set));
}

/* NULL at the quota. */
static set *set_of(ss_core *core, ss_sources *s, uint64_t name)
{
    ss_ref *at = &s->at[ss_mix_absorb(s->key, name) & (s->sets - 1)];
    if (*at == 0) {
        *at = ss_core_take(core, sizeof(set));
        s->taken += *at != 0;
    }
    return *at == 0 ? NULL : ss_store_at(&core->pools->store, *at);
}

static ss_source *find(ss_source *half, uint64_t name)
{
    for (unsigned i = 0; i < HALF; i++) {
        if (half[i].name == name) {
            return &half[i];
        }
    }
    return NULL;
}

static bool says_nothing(const ss_source *s, const ss_source_rates *rates, ss_time now)
{
    return s->name == 0 || (s->until <= now && ss_bucket_is_full(&s->rate, rates->rate, now) &&
                            ss_bucket_is_full(&s->offences, rates->offences, now));
}

/* NULL: all are of use. */
static ss_source *place_of_stranger(set *of, uint64_t name, const ss_source_rates *rates,
                                    ss_time now)
{
    ss_source *found = find(of->strangers, name);
    for (unsigned i = 0; i < HALF && found == NULL; i++) {
        if (says_nothing(&of->strangers[i], rates, now)) {
            of->strangers[i] = (ss_source){ .name = name };
            found = &of->strangers[i];
        }
    }
    return found;
}

ss_bucket *ss_sources_find(ss_core *core, ss_sources *s, uint64_t name,
                           const ss_source_rates *rates, ss_time now, ss_source **found)
{
    set *of = set_of(core, s, name);
    *found = NULL;
    if (of == NULL) {
        return &s->crowd;
    }
    ss_source *known = find(of->proved, name);
    if (known != NULL && known->until > now) {
        *found = known;
        return &known->rate;
    }
    if (known != NULL) { /* the proof is old: a stranger like others, with what he owes */
        ss_source *place = place_of_stranger(of, name, rates, now);
        if (place != NULL) {
            *place = (ss_source){ .name = name, .rate = known->rate, .offences = known->offences };
        }
        *known = (ss_source){ 0 };
    }
    *found = place_of_stranger(of, name, rates, now);
    return *found == NULL ? &of->crowd : &(*found)->rate;
}

/* Whom a newcomer with this proof drives out: nobody whose proof is better. NULL: there is no room for him. */
static ss_source *place_of_proved(set *of, ss_proof_rank rank, ss_time now)
{
    ss_source *worst = &of->proved[0];
    for (unsigned i = 0; i < HALF; i++) {
        ss_source *s = &of->proved[i];
        if (s->name == 0 || s->until <= now) {
            return s;
        }
        const bool is_less =
            s->rank != worst->rank ? s->rank < worst->rank : s->until < worst->until;
        worst = is_less ? s : worst;
    }
    return worst->rank > rank ? NULL : worst;
}

void ss_sources_prove(ss_core *core, ss_sources *s, uint64_t name, ss_proof_rank rank, ss_time now,
                      ss_time until)
{
    set *of = set_of(core, s, name);
    ss_source *place = of == NULL ? NULL : find(of->proved, name);
    if (place != NULL) {
        const bool is_better = rank >= place->rank || place->until <= now;
        place->rank = is_better ? (uint8_t)rank : place->rank;
        place->until = is_better && until > place->until ? until : place->until;
        return;
    }
    ss_source *stranger = of == NULL ? NULL : find(of->strangers, name);
    const bool is_blocked = stranger != NULL && stranger->until > now;
    place = of == NULL || is_blocked ? NULL : place_of_proved(of, rank, now);
    if (place == NULL) {
        return;
    }
    *place = (ss_source){ .name = name, .until = until, .rank = (uint8_t)rank };
    if (stranger != NULL) {
        place->rate = stranger->rate;
        *stranger = (ss_source){ 0 };
    }
}

/* It goes among the strangers, if there is a place: who has none shares a bucket as it is. */
bool ss_sources_block(ss_core *core, ss_sources *s, uint64_t name, const ss_source_rates *rates,
                      ss_time now, ss_time until)
{
    set *of = set_of(core, s, name);
    ss_source *known = of == NULL ? NULL : find(of->proved, name);
    ss_source *place = of == NULL ? NULL : place_of_stranger(of, name, rates, now);
    if (place == NULL) {
        return false;
    }
    if (known != NULL) {
        place->rate = known->rate;
        *known = (ss_source){ 0 };
    }
    place->until = until;
    place->offences = (ss_bucket){ 0 };
    return true;
}
