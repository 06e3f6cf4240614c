/* The judge's containers; see containers.c. They grow by doubling and are never walked in the order of a hash. */
#ifndef SN_JUDGE_CONTAINERS_H
#define SN_JUDGE_CONTAINERS_H

#include "ss/base.h"

typedef struct slot {
    uint64_t key; /* 0: free */
    uint64_t value;
} slot;

/** 64-bit key, mixed already and not 0, to 64-bit value. */
typedef struct map {
    slot *slots;
    uint32_t mask, count;
} map;

bool sn_map_put(map *m, uint64_t key, uint64_t value);
/** NULL when absent; valid until the map changes. */
uint64_t *sn_map_find(const map *m, uint64_t key);
void sn_map_remove(map *m, uint64_t key);
void sn_map_free(map *m);

typedef struct agenda_entry {
    ss_time at;
    uint64_t order;
    uint32_t index, generation;
} agenda_entry;

/** A binary heap by (at, order of putting). */
typedef struct agenda {
    agenda_entry *entries;
    uint32_t count, room;
    uint64_t order;
} agenda;

bool sn_agenda_put(agenda *a, agenda_entry entry);
agenda_entry sn_agenda_take(agenda *a);

/** Room for one more of an array of `count` elements; false without memory. */
bool sn_grow_array(void **array, uint32_t count, uint32_t *room, size_t size);

#endif
