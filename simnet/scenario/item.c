/* The tree: finding things in it and their places, laying one tree over another. */
#include "reading.h"

#include <string.h>

const sn_pair *sn_item_pair(const sn_item *map, const char *key)
{
    const ss_slice wanted = ss_slice_from(key);
    for (uint32_t i = 0; map != NULL && map->kind == SN_ITEM_MAP && i < map->count; i++) {
        if (ss_slice_eq(map->pairs[i].key->text, wanted)) {
            return &map->pairs[i];
        }
    }
    return NULL;
}

sn_place sn_item_place(const sn_item *map, const char *key)
{
    const sn_pair *pair = sn_item_pair(map, key);
    return pair == NULL ? map->place : pair->value->place;
}

sn_place sn_item_part(const sn_item *scalar, size_t from, size_t length)
{
    sn_place place = scalar->place;
    if (!scalar->exact || from > scalar->text.len) {
        return place;
    }
    const size_t rest = scalar->text.len - from;
    place.offset += (uint32_t)from + (scalar->quoted ? 1u : 0u);
    place.length = (uint32_t)(length < rest ? length : rest);
    return place;
}

static sn_pair *pair_of(sn_item *map, ss_slice key)
{
    for (uint32_t i = 0; i < map->count; i++) {
        if (ss_slice_eq(map->pairs[i].key->text, key)) {
            return &map->pairs[i];
        }
    }
    return NULL;
}

sn_item *sn_item_overlay(sn_reading *r, sn_item *base, sn_item *over)
{
    if (base == NULL || over == NULL) {
        return over == NULL ? base : over;
    }
    if (base->kind != SN_ITEM_MAP || over->kind != SN_ITEM_MAP) {
        return over;
    }
    for (uint32_t i = 0; i < over->count; i++) {
        const sn_pair *add = &over->pairs[i];
        sn_pair *there = pair_of(base, add->key->text);
        if (there != NULL) {
            there->value = sn_item_overlay(r, there->value, add->value);
        } else {
            base->pairs = sn_hoard_grow(&r->hoard, base->pairs, base->count, sizeof(*base->pairs));
            base->pairs[base->count++] = *add;
        }
    }
    return base;
}
