/* The scratch arena: bump allocation in memory that the host lends for one call. */
#include "ss/base.h"

#include <string.h>

void *ss_arena_take(ss_arena *a, size_t size, size_t align)
{
    SS_ASSERT(a->used <= a->cap);
    SS_ASSERT(align != 0 && (align & (align - 1)) == 0);
    const size_t pad = (0 - a->used) & (align - 1);
    const size_t room = a->cap - a->used;
    if (pad > room || size > room - pad) {
        return NULL;
    }
    void *taken = a->base + a->used + pad;
    a->used += pad + size;
    return memset(taken, 0, size); /* no uninitialised byte ever reaches a trace */
}

ss_slice ss_arena_copy(ss_arena *a, ss_slice bytes)
{
    if (bytes.len == 0) {
        return SS_EMPTY;
    }
    if (bytes.len > a->cap - a->used) {
        return SS_EMPTY;
    }
    char *copy = (char *)a->base + a->used;
    a->used += bytes.len;
    memcpy(copy, bytes.at, bytes.len);
    return (ss_slice){ copy, bytes.len };
}
