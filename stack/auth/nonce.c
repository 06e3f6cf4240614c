/* Nonces of a server (RFC 3261 22.4, RFC 7616 3.3, 5.4, 5.5): made without being remembered, and once used remembered so far that
 * no count of theirs is taken twice (3.4, "nc").
 *
 * Text: when it was made, 16 digits; what makes it unlike any other, 16 digits; 128 bits of HMAC over both and the realm, 32 digits.
 * The key changes with each boot, so that nonces of before are stale. Invariant: a nonce that was taken from has a slot, or is as
 * old as the floor of its bucket; below the floor nothing without a slot is good. */
#include "ss/auth.h"

#include <string.h>

enum { MAC_BYTES = 16, HEAD = 32 }; /* HEAD: bytes before the MAC */

/* ---- the table ---- */

static uint32_t buckets_for(uint32_t slots)
{
    uint32_t buckets = 1;
    while (buckets * SS_NONCE_BUCKET < slots && buckets * SS_NONCE_BUCKET < SS_NONCE_SLOTS_MAX) {
        buckets *= 2;
    }
    return buckets;
}

typedef struct bucket {
    ss_time floor; /* a nonce made by then and without a slot is stale; 0: none was driven out */
    ss_nonce_slot slots[SS_NONCE_BUCKET];
    uint64_t proofs
        [SS_NONCE_BUCKET]; /* of each slot's nonce, whose MAC was looked at when it was first taken */
} bucket;

_Static_assert(sizeof(ss_nonces) + SS_NONCE_SLOTS_MAX / SS_NONCE_BUCKET * sizeof(bucket) <=
                   SS_STORE_BLOCK_MAX,
               "a table of nonces is one block");

static const bucket *bucket_of(const ss_nonces *n, uint64_t unique)
{
    const bucket *all = (const bucket *)(const void *)(n + 1);
    return &all[ss_mix64(unique) & (n->buckets - 1)];
}

static bucket *bucket_at(ss_nonces *n, uint64_t unique)
{
    bucket *all = (bucket *)(void *)(n + 1);
    return &all[ss_mix64(unique) & (n->buckets - 1)];
}

size_t ss_nonces_size(uint32_t slots)
{
    return sizeof(ss_nonces) + buckets_for(slots) * sizeof(bucket);
}

void ss_nonces_init(ss_nonces *n, uint32_t slots, uint64_t key)
{
    n->buckets = buckets_for(slots);
    for (unsigned i = 0; i < SS_COUNT(n->secret); i++) {
        n->secret[i] = ss_mix_absorb(key, i);
    }
    bucket *all = (bucket *)(void *)(n + 1);
    for (uint32_t b = 0; b < n->buckets; b++) {
        for (unsigned i = 0; i < SS_NONCE_BUCKET; i++) {
            all[b].slots[i].made = SS_TIME_NEVER;
        }
    }
}

/* ---- making ---- */

/* The key as bytes in one order, whatever the machine's: a nonce is part of what must be equal everywhere. */
static void put_key(const ss_nonces *n, char key[32])
{
    for (unsigned i = 0; i < 32; i++) {
        key[i] = (char)(n->secret[i / 8] >> 8 * (i % 8));
    }
}

static void put_mac(ss_buffer *b, const ss_nonces *n, const ss_crypto *crypto, ss_slice head,
                    ss_slice realm)
{
    unsigned char mac[SS_HASH_BYTES_MAX];
    char key[32];
    const ss_slice parts[] = { head, realm };
    put_key(n, key);
    crypto->hmac(crypto->self, (ss_slice){ key, sizeof key }, parts, SS_COUNT(parts), mac);
    for (unsigned i = 0; i < MAC_BYTES; i++) {
        ss_put_hex(b, mac[i], 2);
    }
}

void ss_put_nonce(ss_buffer *b, const ss_nonces *n, const ss_crypto *crypto, ss_slice realm,
                  ss_time now, uint64_t unique)
{
    char head[HEAD];
    ss_buffer h = ss_buffer_on(head, sizeof head);
    ss_put_hex(&h, now, 16);
    ss_put_hex(&h, unique, 16);
    ss_put(b, ss_buffer_slice(&h));
    put_mac(b, n, crypto, ss_buffer_slice(&h), realm);
}

/* ---- reading ---- */

typedef struct made {
    ss_time at;
    uint64_t unique;
} made;

static bool read_hex(ss_slice digits, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        const char c = digits.at[i];
        const bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && (c < 'a' || c > 'f')) {
            return false;
        }
        *value = *value << 4 | (uint64_t)(is_digit ? c - '0' : c - 'a' + 10);
    }
    return true;
}

/* What a nonce and its realm are known by once its MAC was right: under the secret, as that is. */
static uint64_t proof_of(const ss_nonces *n, ss_slice nonce, ss_slice realm)
{
    return ss_mix_absorb(ss_hash64(n->secret[0], nonce), ss_hash64(n->secret[1], realm));
}

/* It was taken before, to the last digit: no MAC is needed to know it again. */
static bool is_known(const ss_nonces *n, ss_slice nonce, ss_slice realm, const made *m)
{
    const bucket *b = bucket_of(n, m->unique);
    for (unsigned i = 0; i < SS_NONCE_BUCKET; i++) {
        if (b->slots[i].made == m->at && b->slots[i].unique == m->unique) {
            return b->proofs[i] == proof_of(n, nonce, realm);
        }
    }
    return false;
}

static bool read_nonce(const ss_nonces *n, const ss_crypto *crypto, ss_slice nonce, ss_slice realm,
                       made *out)
{
    char memory[2 * MAC_BYTES];
    if (nonce.len != SS_NONCE_BYTES || !read_hex(ss_slice_cut(nonce, 0, 16), &out->at) ||
        !read_hex(ss_slice_cut(nonce, 16, HEAD), &out->unique)) {
        return false;
    }
    if (is_known(n, nonce, realm, out)) {
        return true;
    }
    ss_buffer mac = ss_buffer_on(memory, sizeof memory);
    put_mac(&mac, n, crypto, ss_slice_cut(nonce, 0, HEAD), realm);
    return ss_secret_eq(ss_buffer_slice(&mac), ss_slice_cut(nonce, HEAD, SS_NONCE_BYTES));
}

bool ss_nonce_is_ours(const ss_nonces *n, const ss_crypto *crypto, const ss_credentials *c)
{
    made m;
    return read_nonce(n, crypto, c->nonce, c->realm, &m);
}

ss_time ss_nonce_made(ss_slice nonce)
{
    ss_time at = 0;
    return nonce.len == SS_NONCE_BYTES && read_hex(ss_slice_cut(nonce, 0, 16), &at) ? at : 0;
}

/* ---- taking ---- */

static ss_nonce_slot *find(bucket *b, const made *m)
{
    for (unsigned i = 0; i < SS_NONCE_BUCKET; i++) {
        if (b->slots[i].made == m->at && b->slots[i].unique == m->unique) {
            return &b->slots[i];
        }
    }
    return NULL;
}

/* A free slot, or that of the nonce made first. NULL: that is this one; no younger one gives way to it. */
static ss_nonce_slot *make_room(bucket *b, ss_time at)
{
    ss_nonce_slot *oldest = &b->slots[0];
    for (unsigned i = 0; i < SS_NONCE_BUCKET; i++) {
        if (b->slots[i].made == SS_TIME_NEVER) {
            return &b->slots[i];
        }
        if (b->slots[i].made < oldest->made) {
            oldest = &b->slots[i];
        }
    }
    if (at <= oldest->made) {
        return NULL;
    }
    b->floor = oldest->made >= b->floor ? oldest->made + 1 : b->floor;
    return oldest;
}

/* RFC7616:3.4 A count once seen is a replay; lower ones that were not seen are late, not old. */
static ss_nonce_verdict take_count(ss_nonce_slot *slot, uint32_t nc)
{
    if (nc > slot->highest) {
        const uint32_t step = nc - slot->highest;
        slot->seen = step >= SS_NONCE_WINDOW ? 1 : slot->seen << step | 1;
        slot->highest = nc;
        return SS_NONCE_GOOD;
    }
    const uint32_t behind = slot->highest - nc;
    if (behind >= SS_NONCE_WINDOW || (slot->seen >> behind & 1) != 0) {
        return SS_NONCE_REPLAY;
    }
    slot->seen |= UINT64_C(1) << behind;
    return SS_NONCE_GOOD;
}

ss_nonce_verdict ss_nonce_take(ss_nonces *n, const ss_crypto *crypto, const ss_credentials *c,
                               ss_time now, ss_span lifetime)
{
    made m;
    if (!read_nonce(n, crypto, c->nonce, c->realm, &m) || m.at > now || now - m.at >= lifetime) {
        return SS_NONCE_STALE;
    }
    bucket *b = bucket_at(n, m.unique);
    ss_nonce_slot *slot = find(b, &m);
    if (slot == NULL && m.at < b->floor) {
        return SS_NONCE_STALE;
    }
    if (slot == NULL) {
        slot = make_room(b, m.at);
        if (slot == NULL) {
            return SS_NONCE_STALE;
        }
        *slot = (ss_nonce_slot){ .made = m.at, .unique = m.unique };
        b->proofs[slot - b->slots] = proof_of(n, c->nonce, c->realm);
    }
    if (c->qop == SS_QOP_NONE) { /* nothing but the nonce tells a replay: it serves once */
        const bool is_used = slot->highest != 0;
        slot->highest = UINT32_MAX;
        return is_used ? SS_NONCE_REPLAY : SS_NONCE_GOOD;
    }
    return take_count(slot, c->nc);
}
