/* hoard.h: memory of a scenario being read: given out piece by piece, freed all at once.
 *
 * Running out leaves the whole reading by longjmp to the place that made the hoard, so that no reader has to carry
 * a status for it. Nothing that needs closing may live outside the hoard's owner then.
 */
#ifndef HOARD_H
#define HOARD_H

#include <setjmp.h>

#include "ss/base.h"

typedef struct sn_hoard_block sn_hoard_block;

typedef struct sn_hoard {
    sn_hoard_block *blocks; /* the newest first */
    size_t taken, max;      /* bytes */
    jmp_buf *full;          /* where to go when it is full */
} sn_hoard;

/** Zeroed, aligned for any type, never NULL. */
void *sn_hoard_take(sn_hoard *h, size_t size);
/** Room for one more in an array of `count` items of `size` bytes: the array, moved when it was full at a power of two. */
void *sn_hoard_grow(sn_hoard *h, void *array, size_t count, size_t size);
/** NUL-terminated copy. */
const char *sn_hoard_text(sn_hoard *h, ss_slice text);
void sn_hoard_free(sn_hoard *h);

/** Text that grows in a hoard. */
typedef struct sn_text {
    sn_hoard *hoard;
    char *at;
    size_t len, cap;
} sn_text;

void sn_text_put(sn_text *t, ss_slice bytes);
void sn_text_put_str(sn_text *t, const char *text);
void sn_text_put_u64(sn_text *t, uint64_t value);

#endif
