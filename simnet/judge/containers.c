/* The judge's containers: a map from mixed 64-bit keys by linear probing with removal by shifting back, a heap of what
 * is due, and growing arrays. All grow by doubling, so that a warm judge allocates nothing. */
#include "containers.h"

#include <stdlib.h>

bool sn_grow_array(void **array, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room) {
        return true;
    }
    const uint32_t more = *room == 0 ? 8 : *room * 2;
    void *bigger = more > *room ? realloc(*array, (size_t)more * size) : NULL;
    if (bigger == NULL) {
        return false;
    }
    *array = bigger;
    *room = more;
    return true;
}

/* ---- map ---- */

static uint32_t place_of(const map *m, uint64_t key)
{
    uint32_t at = (uint32_t)key & m->mask;
    while (m->slots[at].key != 0 && m->slots[at].key != key) {
        at = (at + 1) & m->mask;
    }
    return at;
}

static bool widen(map *m)
{
    const uint32_t room = m->slots == NULL ? 32 : (m->mask + 1) * 2;
    map wider = { calloc(room, sizeof(slot)), room - 1, m->count };
    if (room == 0 || wider.slots == NULL) {
        free(wider.slots);
        return false;
    }
    for (uint32_t i = 0; m->slots != NULL && i <= m->mask; i++) {
        if (m->slots[i].key != 0) {
            wider.slots[place_of(&wider, m->slots[i].key)] = m->slots[i];
        }
    }
    free(m->slots);
    *m = wider;
    return true;
}

bool sn_map_put(map *m, uint64_t key, uint64_t value)
{
    SS_ASSERT(key != 0);
    if ((m->slots == NULL || m->count >= (m->mask + 1) / 2) && !widen(m)) {
        return false;
    }
    slot *s = &m->slots[place_of(m, key)];
    m->count += s->key == 0;
    *s = (slot){ key, value };
    return true;
}

uint64_t *sn_map_find(const map *m, uint64_t key)
{
    if (m->slots == NULL) {
        return NULL;
    }
    slot *s = &m->slots[place_of(m, key)];
    return s->key == 0 ? NULL : &s->value;
}

void sn_map_remove(map *m, uint64_t key)
{
    if (m->slots == NULL) {
        return;
    }
    uint32_t hole = place_of(m, key);
    if (m->slots[hole].key == 0) {
        return;
    }
    m->count--;
    for (uint32_t at = (hole + 1) & m->mask; m->slots[at].key != 0; at = (at + 1) & m->mask) {
        const uint32_t home = (uint32_t)m->slots[at].key & m->mask;
        if (((at - home) & m->mask) >= ((at - hole) & m->mask)) {
            m->slots[hole] = m->slots[at];
            hole = at;
        }
    }
    m->slots[hole].key = 0;
}

void sn_map_free(map *m)
{
    free(m->slots);
    *m = (map){ 0 };
}

/* ---- agenda ---- */

static bool is_before(const agenda_entry *a, const agenda_entry *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

/* The entry takes the hole at `at`, or that of an ancestor. */
static void rise(agenda_entry *entries, uint32_t at, agenda_entry entry)
{
    while (at > 0 && is_before(&entry, &entries[(at - 1) / 2])) {
        entries[at] = entries[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    entries[at] = entry;
}

bool sn_agenda_put(agenda *a, agenda_entry entry)
{
    void *entries = a->entries;
    const bool has_room = sn_grow_array(&entries, a->count, &a->room, sizeof(agenda_entry));
    a->entries = entries;
    if (!has_room) {
        return false;
    }
    entry.order = a->order++;
    rise(a->entries, a->count++, entry);
    return true;
}

/* The hole sinks to the bottom, and the last entry, which nearly always belongs there, rises as far as it must. */
agenda_entry sn_agenda_take(agenda *a)
{
    SS_ASSERT(a->count > 0);
    agenda_entry *entries = a->entries;
    const agenda_entry first = entries[0];
    const agenda_entry last = entries[--a->count];
    uint32_t at = 0;
    for (uint32_t child = 1; child < a->count; child = 2 * at + 1) {
        const bool is_right =
            child + 1 < a->count && is_before(&entries[child + 1], &entries[child]);
        entries[at] = entries[child + is_right];
        at = child + is_right;
    }
    rise(entries, at, last);
    return first;
}
