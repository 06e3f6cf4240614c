/* The hoard: blocks from the heap in a list, pieces bumped off the newest; see hoard.h. */
#include "hoard.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 1 << 16, ALIGN = _Alignof(max_align_t) };

struct sn_hoard_block {
    sn_hoard_block *older;
    size_t used, cap;
    max_align_t bytes[];
};

static void add_block(sn_hoard *h, size_t size)
{
    const size_t cap = size > BLOCK_BYTES ? size : BLOCK_BYTES;
    if (cap > h->max - h->taken) {
        longjmp(*h->full, 1);
    }
    sn_hoard_block *block = calloc(1, sizeof(*block) + cap);
    if (block == NULL) {
        longjmp(*h->full, 1);
    }
    h->taken += cap;
    block->cap = cap;
    block->older = h->blocks;
    h->blocks = block;
}

void *sn_hoard_take(sn_hoard *h, size_t size)
{
    if (size > SIZE_MAX / 4) {
        longjmp(*h->full, 1);
    }
    const size_t rounded = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (h->blocks == NULL || rounded > h->blocks->cap - h->blocks->used) {
        add_block(h, rounded);
    }
    sn_hoard_block *block = h->blocks;
    void *taken = (char *)block->bytes + block->used;
    block->used += rounded;
    return taken;
}

void *sn_hoard_grow(sn_hoard *h, void *array, size_t count, size_t size)
{
    if (array != NULL && (count & (count - 1)) != 0) {
        return array;
    }
    const size_t room = count == 0 ? 1 : 2 * count;
    void *grown = sn_hoard_take(h, room * size);
    if (count != 0) {
        memcpy(grown, array, count * size);
    }
    return grown;
}

const char *sn_hoard_text(sn_hoard *h, ss_slice text)
{
    char *copy = sn_hoard_take(h, text.len + 1);
    if (text.len != 0) {
        memcpy(copy, text.at, text.len);
    }
    return copy;
}

void sn_hoard_free(sn_hoard *h)
{
    while (h->blocks != NULL) {
        sn_hoard_block *block = h->blocks;
        h->blocks = block->older;
        free(block);
    }
}

void sn_text_put(sn_text *t, ss_slice bytes)
{
    if (bytes.len == 0) {
        return;
    }
    if (bytes.len > t->cap - t->len) {
        const size_t cap = 2 * (t->len + bytes.len) + 64;
        char *moved = sn_hoard_take(t->hoard, cap);
        if (t->len != 0) {
            memcpy(moved, t->at, t->len);
        }
        t->at = moved;
        t->cap = cap;
    }
    memcpy(t->at + t->len, bytes.at, bytes.len);
    t->len += bytes.len;
}

void sn_text_put_str(sn_text *t, const char *text)
{
    sn_text_put(t, ss_slice_from(text));
}

void sn_text_put_u64(sn_text *t, uint64_t value)
{
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    sn_text_put(t, (ss_slice){ digits + first, sizeof digits - first });
}
