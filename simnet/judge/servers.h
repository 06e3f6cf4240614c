/* What LOC2 knows of the servers that nodes were told of: servers_told.c learns it, server_order.c judges by it. */
#ifndef SN_JUDGE_SERVERS_H
#define SN_JUDGE_SERVERS_H

#include "laws.h"

#include "sn/dns.h"

/** What a node was told of a name and a type last. */
typedef struct told_list {
    ss_time got, until;
    ss_time
        unsettled; /* before that nobody can say by what a request went: it was told otherwise lately, or asked twice */
    uint32_t first, count, room; /* of its items */
    bool is_told;
} told_list;

typedef struct told_item {
    uint64_t name;           /* SRV: of the server; NAPTR: of the replacement; hashes */
    uint32_t node;           /* A, AAAA; SN_NOBODY: it leads to none */
    uint16_t priority, port; /* SRV */
} told_item;

/** The name as it is on the wire, hashed. */
static inline uint64_t name_hash(ss_slice name)
{
    return ss_hash64(53, name);
}

/** NULL: never told. Valid until something is learnt. */
const told_list *sn_told_find(const sn_judge *j, uint32_t node, uint64_t name, uint16_t type);
static inline const told_item *told_items(const sn_judge *j, const told_list *l)
{
    return j->names.items + l->first;
}

#endif
