/* Addresses from names (design 3.5): a group has a run of /16 blocks of 10.0.0.0/8, starting where the hash of its name
 * says. Where runs would collide, the group with the lower (hash, name) has the place and the other moves to the next
 * free run: so a group's addresses do not depend on the order of the file, and most groups never notice another. Of
 * each /24 the first and the last address stay unused. A node's IPv6 address has the same number in it.
 */
#include "plan/private.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 256, BLOCK_BITS = 16, HOSTS_OF_24 = 254 };
#define TEN (UINT32_C(10) << 24)

typedef struct claim {
    uint64_t hash;
    const char *name;
    uint32_t group;
} claim;

static int by_claim(const void *left, const void *right)
{
    const claim *a = left, *b = right;
    if (a->hash != b->hash) {
        return a->hash < b->hash ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

static int by_base(const void *left, const void *right)
{
    const sn_range *a = left, *b = right;
    return a->base < b->base ? -1 : a->base > b->base;
}

uint64_t sn_range_capacity(uint32_t bits)
{
    return bits <= 24 ? (uint64_t)HOSTS_OF_24 << (24 - bits) : (UINT64_C(1) << (32 - bits)) - 2;
}

uint32_t sn_range_address(const sn_range *range, uint32_t index)
{
    if (range->bits > 24) {
        return range->base + 1 + index;
    }
    return range->base + (index / HOSTS_OF_24 << 8) + 1 + index % HOSTS_OF_24;
}

static ss_status refuse(const char **why, const char *reason)
{
    *why = reason;
    return SS_ERR_FULL;
}

/* A block chosen by hand: taken as it is, and kept free of others. */
static ss_status place_by_hand(const sn_group_spec *g, sn_range *range, bool *taken,
                               const char **why)
{
    if (g->net_bits < 8 || g->net_bits > 30 || sn_range_capacity(g->net_bits) < g->count) {
        return refuse(why, "a net is too small for its group");
    }
    const uint32_t rest = UINT32_MAX >> g->net_bits;
    range->base = g->net & ~rest;
    range->bits = g->net_bits;
    range->last = range->base | rest;
    if (range->base >> 24 <= 10 && range->last >> 24 >= 10) {
        for (uint32_t block = range->base >> 16 & 255; block <= (range->last >> 16 & 255);
             block++) {
            taken[block] = true;
        }
    }
    return SS_OK;
}

static bool is_free(const bool *taken, uint32_t first, uint32_t blocks)
{
    for (uint32_t i = 0; i < blocks; i++) {
        if (first + i >= BLOCKS || taken[first + i]) {
            return false;
        }
    }
    return true;
}

static ss_status place_by_name(const claim *c, uint32_t count, sn_range *range, bool *taken,
                               const char **why)
{
    const uint64_t of_block = sn_range_capacity(BLOCK_BITS);
    const uint32_t blocks = (uint32_t)((count + of_block - 1) / of_block);
    uint32_t first = (uint32_t)(c->hash % BLOCKS);
    for (uint32_t tried = 0; !is_free(taken, first, blocks); tried++) {
        if (tried == BLOCKS) {
            return refuse(why, "10.0.0.0/8 has no room left for a group");
        }
        first = (first + 1) % BLOCKS;
    }
    memset(taken + first, true, blocks);
    range->base = TEN | first << 16;
    range->bits = BLOCK_BITS;
    range->last = range->base + (blocks << 16) - 1;
    return SS_OK;
}

static bool overlap(const sn_range *ranges, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (ranges[i].base <= ranges[i - 1].last) {
            return true;
        }
    }
    return false;
}

ss_status sn_plan_place_groups(sn_plan *plan, const char **why)
{
    const uint32_t count = plan->group_count;
    bool taken[BLOCKS] = { false };
    claim *claims = sn_plan_take(plan, count, sizeof *claims);
    sn_range *ranges = sn_plan_take(plan, count, sizeof *ranges);
    if (claims == NULL || ranges == NULL) {
        return SS_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        const sn_group_spec *g = &plan->groups[i];
        claims[i] = (claim){ ss_hash64(0, ss_slice_from(g->name)), g->name, i };
        ranges[i].group = i;
        if (g->net_bits != 0) {
            const ss_status status = place_by_hand(g, &ranges[i], taken, why);
            if (status != SS_OK) {
                return status;
            }
        }
    }
    qsort(claims, count, sizeof *claims, by_claim);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t group = claims[i].group;
        if (plan->groups[group].net_bits != 0) {
            continue;
        }
        const ss_status status =
            place_by_name(&claims[i], plan->groups[group].count, &ranges[group], taken, why);
        if (status != SS_OK) {
            return status;
        }
    }
    qsort(ranges, count, sizeof *ranges, by_base);
    plan->memory->ranges = ranges;
    return overlap(ranges, count) ? refuse(why, "two nets overlap") : SS_OK;
}

/* The first range that ends at the address or behind it. */
static uint32_t find_range(const sn_plan *plan, uint32_t address)
{
    uint32_t low = 0, high = plan->group_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (plan->memory->ranges[middle].last < address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The number of an address, whichever version it is of: sn_member_address_of. */
static bool number_of(sn_address a, uint32_t *number)
{
    *number = sn_address_number(a);
    return sn_address_is_v4(a) || (a.high == UINT64_C(0xfd) << 56 && a.low == *number);
}

bool sn_plan_has_net(const sn_plan *plan, sn_address of)
{
    uint32_t address;
    const bool is_possible = number_of(of, &address);
    const uint32_t range = find_range(plan, address);
    return is_possible && range < plan->group_count && address >= plan->memory->ranges[range].base;
}

static uint32_t find_number(const sn_plan *plan, uint32_t address)
{
    const uint32_t low = find_range(plan, address);
    if (low == plan->group_count || address <= plan->memory->ranges[low].base) {
        return SN_NOBODY;
    }
    const sn_range *range = &plan->memory->ranges[low];
    const uint32_t offset = address - range->base;
    if (range->bits <= 24 && ((offset & 255) == 0 || (offset & 255) == 255)) {
        return SN_NOBODY;
    }
    const uint32_t index =
        range->bits > 24 ? offset - 1 : (offset >> 8) * HOSTS_OF_24 + (offset & 255) - 1;
    return index < plan->groups[range->group].count ? plan->group_first[range->group] + index
                                                    : SN_NOBODY;
}

uint32_t sn_plan_find_address(const sn_plan *plan, sn_address of)
{
    uint32_t number;
    const uint32_t node = number_of(of, &number) ? find_number(plan, number) : SN_NOBODY;
    const bool is_v6 = !sn_address_is_v4(of);
    return node != SN_NOBODY &&
                   !sn_address_is_none(sn_member_address_of(&plan->cast.nodes[node], is_v6))
               ? node
               : SN_NOBODY;
}
