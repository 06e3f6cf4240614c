/* The cache of names: a table of so many places, in which a question is looked for among a few beside that where its hash says; of
 * those the one that is good for the shortest time makes room. What says nothing of how long it is good for is not kept: a
 * failure, a negative answer without a SOA (RFC 2308 5), a TTL of 0. */
#include "name_cache.h"

#include <stdlib.h>
#include <string.h>

#include "sn/dns.h"

enum { WAYS = 8, ARENA_BYTES = 128 << 10, POSITIVE_MAX_S = 86400, NEGATIVE_MAX_S = 300 };
_Static_assert(SL_CACHE_ENTRIES % WAYS == 0, "sets of equal size");

typedef struct entry {
    ss_time until; /* 0: free */
    uint16_t type, name_len, reply_len;
    char name[SL_CACHE_NAME_MAX];
    char *reply;
} entry;

struct sl_name_cache {
    entry entries[SL_CACHE_ENTRIES];
    ss_arena arena;
};

sl_name_cache *sl_name_cache_new(void)
{
    sl_name_cache *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return NULL;
    }
    c->arena = (ss_arena){ malloc(ARENA_BYTES), ARENA_BYTES, 0 };
    if (c->arena.base == NULL) {
        free(c);
        return NULL;
    }
    return c;
}

void sl_name_cache_free(sl_name_cache *c)
{
    for (size_t i = 0; c != NULL && i < SL_CACHE_ENTRIES; i++) {
        free(c->entries[i].reply);
    }
    if (c != NULL) {
        free(c->arena.base);
        free(c);
    }
}

/* ---- how long ---- */

/* RFC2308:5 of a negative answer the smaller of the SOA's TTL and its MINIMUM. */
static uint32_t negative_ttl(const sn_dns_message *m)
{
    for (uint32_t i = m->answers; i < (uint32_t)m->answers + m->authorities; i++) {
        const sn_dns_record *r = &m->records[i];
        if (r->type == SN_DNS_SOA) {
            const uint32_t ttl = r->ttl < r->soa.minimum ? r->ttl : r->soa.minimum;
            return ttl < NEGATIVE_MAX_S ? ttl : NEGATIVE_MAX_S;
        }
    }
    return 0;
}

/* An answer is good for as long as its first record is; an alias that leads nowhere is a negative one. */
static uint32_t ttl_of(const sn_dns_message *m, unsigned type)
{
    uint32_t ttl = POSITIVE_MAX_S;
    bool has_any = false;
    for (uint32_t i = 0; i < m->answers; i++) {
        const sn_dns_record *r = &m->records[i];
        has_any = has_any || r->type == type;
        ttl = r->ttl < ttl ? r->ttl : ttl;
    }
    const uint32_t negative = has_any ? 0 : negative_ttl(m);
    return has_any ? ttl : negative < ttl ? negative : ttl;
}

static ss_span good_for(sl_name_cache *c, unsigned type, ss_slice reply)
{
    sn_dns_message m;
    c->arena.used = 0;
    if (sn_dns_parse(&m, &c->arena, reply) != SS_OK || !m.is_response || m.is_truncated ||
        (m.code != SN_DNS_OK && m.code != SN_DNS_NO_NAME)) {
        return 0;
    }
    /* RFC2181:8 the first bit of a TTL is none of it */
    const uint32_t ttl = ttl_of(&m, type);
    return ttl > INT32_MAX ? 0 : ttl * SS_S(1);
}

/* ---- places ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Of names upper and lower case are one (RFC 4343). */
static entry *set_of(sl_name_cache *c, ss_slice name, unsigned type)
{
    char text[SL_CACHE_NAME_MAX];
    for (size_t i = 0; i < name.len; i++) {
        text[i] = lower(name.at[i]);
    }
    const uint64_t hash = ss_hash64(type, (ss_slice){ text, name.len });
    return &c->entries[hash % (SL_CACHE_ENTRIES / WAYS) * WAYS];
}

static bool is_of(const entry *e, ss_slice name, unsigned type)
{
    return e->until != 0 && e->type == type &&
           ss_slice_eq_nocase((ss_slice){ e->name, e->name_len }, name);
}

void sl_name_cache_keep(sl_name_cache *c, ss_time now, ss_slice name, unsigned type, ss_slice reply)
{
    const bool fits = name.len <= SL_CACHE_NAME_MAX && reply.len <= SL_CACHE_REPLY_MAX;
    const ss_span span = fits && reply.len != 0 ? good_for(c, type, reply) : 0;
    char *bytes = span == 0 ? NULL : malloc(reply.len);
    if (bytes == NULL) {
        return;
    }
    entry *set = set_of(c, name, type), *e = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (is_of(&set[i], name, type)) {
            e = &set[i];
            break;
        }
        e = set[i].until < e->until ? &set[i] : e;
    }
    free(e->reply);
    memcpy(bytes, reply.at, reply.len);
    e->reply = bytes;
    e->reply_len = (uint16_t)reply.len;
    e->type = (uint16_t)type;
    e->until = ss_time_after(now, span);
    e->name_len = (uint16_t)name.len;
    memcpy(e->name, name.at, name.len);
}

ss_slice sl_name_cache_find(sl_name_cache *c, ss_time now, ss_slice name, unsigned type)
{
    if (name.len > SL_CACHE_NAME_MAX) {
        return SS_EMPTY;
    }
    entry *set = set_of(c, name, type);
    for (size_t i = 0; i < WAYS; i++) {
        if (is_of(&set[i], name, type) && now < set[i].until) {
            return (ss_slice){ set[i].reply, set[i].reply_len };
        }
    }
    return SS_EMPTY;
}

uint32_t sl_name_cache_count(const sl_name_cache *c)
{
    uint32_t count = 0;
    for (size_t i = 0; i < SL_CACHE_ENTRIES; i++) {
        count += c->entries[i].until != 0;
    }
    return count;
}
