/* The hash table over objects of the store: chained, newest first, for finding only. */
#include "ss/base.h"

#include <string.h>

static ss_ref *bucket_of(const ss_table *t, const ss_store *s, uint32_t engine, ss_key128 key)
{
    ss_ref *buckets = ss_store_at(s, t->buckets);
    return &buckets[ss_mix_absorb(key.lo, engine) & t->mask];
}

static bool same_key(const ss_table_link *link, uint32_t engine, ss_key128 key)
{
    return link->engine == engine && link->key.lo == key.lo && link->key.hi == key.hi;
}

/* The array is larger than the largest block: it is carved straight off the end of the store, once, for good. */
ss_status ss_table_init(ss_table *t, ss_store *s, uint64_t expected)
{
    uint64_t buckets = 16;
    while (buckets < expected && buckets < (UINT64_C(1) << 31)) {
        buckets *= 2;
    }
    const uint64_t bytes = buckets * sizeof(ss_ref);
    const ss_ref array = ss_store_carve(s, bytes);
    if (array == 0) {
        return SS_ERR_MEMORY;
    }
    *t = (ss_table){ .buckets = array, .mask = (uint32_t)(buckets - 1) };
    memset(ss_store_at(s, array), 0, bytes);
    return SS_OK;
}

void ss_table_add(ss_table *t, ss_store *s, ss_table_link *link)
{
    ss_ref *bucket = bucket_of(t, s, link->engine, link->key);
    link->next = *bucket;
    *bucket = ss_store_ref(s, link);
    t->count++;
}

void ss_table_remove(ss_table *t, ss_store *s, ss_table_link *link)
{
    const ss_ref self = ss_store_ref(s, link);
    ss_ref *at = bucket_of(t, s, link->engine, link->key);
    while (*at != self) {
        SS_ASSERT(*at != 0);
        at = &((ss_table_link *)ss_store_at(s, *at))->next;
    }
    *at = link->next;
    link->next = 0;
    t->count--;
}

static ss_table_link *find_from(const ss_store *s, ss_ref at, uint32_t engine, ss_key128 key)
{
    while (at != 0) {
        ss_table_link *link = ss_store_at(s, at);
        if (same_key(link, engine, key)) {
            return link;
        }
        at = link->next;
    }
    return NULL;
}

ss_table_link *ss_table_find(const ss_table *t, const ss_store *s, uint32_t engine, ss_key128 key)
{
    return find_from(s, *bucket_of(t, s, engine, key), engine, key);
}

ss_table_link *ss_table_find_next(const ss_store *s, const ss_table_link *link)
{
    return find_from(s, link->next, link->engine, link->key);
}
