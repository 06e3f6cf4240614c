/* The secrets of users who were let in of late (RFC 7616 3.6): a server that has asked its host for H(A1) need not ask for each
 * request of the same user. The table is small and of fixed size: a secret is kept once credentials were found right, so that
 * nobody who guesses names drives it out; it gives way to younger ones; and after its time the host is asked again. One that does
 * not fit what came is no verdict, as the password may be another by now: that is the caller's to ask.
 *
 * Names are not kept: 128 bits of a keyed hash of user, realm and algorithm stand for them. */
#include "ss/auth.h"

#include <string.h>

enum { WAYS = 4 };

typedef struct slot {
    uint64_t name[2];
    ss_time until; /* 0: free */
    ss_digest_hex ha1;
} slot;

_Static_assert(sizeof(ss_secrets) + SS_SECRETS_MAX * sizeof(slot) <= SS_STORE_BLOCK_MAX,
               "a table of secrets is one block");

static uint32_t sets_for(uint32_t count)
{
    uint32_t sets = 1;
    while (sets * WAYS < count && sets * WAYS < SS_SECRETS_MAX) {
        sets *= 2;
    }
    return sets;
}

size_t ss_secrets_size(uint32_t count)
{
    return sizeof(ss_secrets) + sets_for(count) * WAYS * sizeof(slot);
}

void ss_secrets_init(ss_secrets *s, uint32_t count, uint64_t key)
{
    s->sets = sets_for(count);
    s->key[0] = ss_mix_absorb(key, 1);
    s->key[1] = ss_mix_absorb(key, 2);
}

static void name_of(const ss_secrets *s, const ss_credentials *c, uint64_t name[2])
{
    for (unsigned i = 0; i < 2; i++) {
        name[i] = ss_mix_absorb(ss_hash64(ss_hash64(s->key[i], c->realm), c->username),
                                ss_algorithm_hash(c->algorithm));
    }
}

static slot *set_of(ss_secrets *s, const uint64_t name[2])
{
    slot *all = (slot *)(void *)(s + 1);
    return all + (size_t)WAYS * (name[0] & (s->sets - 1));
}

static bool is_named(const slot *at, const uint64_t name[2])
{
    return at->until != 0 && at->name[0] == name[0] && at->name[1] == name[1];
}

ss_slice ss_secrets_find(ss_secrets *s, const ss_credentials *c, ss_time now)
{
    uint64_t name[2];
    name_of(s, c, name);
    const slot *set = set_of(s, name);
    for (unsigned i = 0; i < WAYS; i++) {
        if (is_named(&set[i], name)) {
            return set[i].until > now ? ss_digest_hex_slice(&set[i].ha1) : SS_EMPTY;
        }
    }
    return SS_EMPTY;
}

void ss_secrets_keep(ss_secrets *s, const ss_credentials *c, ss_slice ha1, ss_time until)
{
    uint64_t name[2];
    SS_ASSERT(ha1.len <= SS_HASH_HEX_MAX);
    name_of(s, c, name);
    slot *set = set_of(s, name);
    slot *place = &set[0];
    for (unsigned i = 0; i < WAYS; i++) {
        if (is_named(&set[i], name)) {
            place = &set[i];
            break;
        }
        place = set[i].until < place->until ? &set[i] : place;
    }
    *place = (slot){ .name = { name[0], name[1] }, .until = until };
    place->ha1.len = (uint8_t)ha1.len;
    memcpy(place->ha1.text, ha1.at, ha1.len);
}
