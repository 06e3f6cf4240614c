/* The store: size classes with free lists in one region. Classes are multiples of 16 up to 256, then four per
 * doubling, so that an exact-size copy wastes at most a fifth. A block freed is poisoned for AddressSanitizer, and so is
 * what a block has beyond the size that was asked for. */
#include "ss/base.h"

#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define STORE_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STORE_POISON 1
#endif
#endif
#ifdef STORE_POISON
void __asan_poison_memory_region(void const volatile *addr, size_t size);
void __asan_unpoison_memory_region(void const volatile *addr, size_t size);
#define HIDE(at, size) __asan_poison_memory_region((at), (size))
#define SHOW(at, size) __asan_unpoison_memory_region((at), (size))
#else
#define HIDE(at, size) ((void)(at), (void)(size))
#define SHOW(at, size) ((void)(at), (void)(size))
#endif

enum {
    FINE_STEP = 16,
    FINE_BITS = 8,
    FINE_MAX = 1 << FINE_BITS,
    FINE_CLASSES = FINE_MAX / FINE_STEP
};
enum { QUARTER_BITS = FINE_BITS - 2 }; /* of the first octave */

/* Sizes (256 << octave, 512 << octave]. */
static inline unsigned octave_of(size_t size)
{
#if defined(__GNUC__)
    return 31u - (unsigned)__builtin_clz((uint32_t)(size - 1)) - FINE_BITS;
#else
    unsigned octave = 0;
    while (size > ((size_t)FINE_MAX << (octave + 1))) {
        octave++;
    }
    return octave;
#endif
}

static inline unsigned class_of(size_t size)
{
    if (size <= FINE_MAX) {
        return (unsigned)((size + FINE_STEP - 1) / FINE_STEP - 1);
    }
    const unsigned octave = octave_of(size);
    const size_t low = (size_t)FINE_MAX << octave;
    return FINE_CLASSES + octave * 4 + (unsigned)((size - low - 1) >> (octave + QUARTER_BITS));
}

static inline size_t class_size(unsigned class)
{
    if (class < FINE_CLASSES) {
        return (size_t)(class + 1) * FINE_STEP;
    }
    const unsigned octave = (class - FINE_CLASSES) / 4;
    const unsigned step = (class - FINE_CLASSES) % 4;
    const size_t low = (size_t)FINE_MAX << octave;
    return low + ((size_t)(step + 1) << (octave + QUARTER_BITS));
}

_Static_assert(SS_STORE_CLASSES == FINE_CLASSES + 4 * 9, "four classes per doubling");
_Static_assert((size_t)FINE_MAX << 9 == SS_STORE_BLOCK_MAX, "256 B to 128 KiB is nine doublings");

size_t ss_store_rounded(size_t size)
{
    SS_ASSERT(size > 0 && size <= SS_STORE_BLOCK_MAX);
    return class_size(class_of(size));
}

void ss_store_init(ss_store *s, void *base, uint64_t cap)
{
    SS_ASSERT(((uintptr_t)base & 15u) == 0);
    SS_ASSERT(cap / 8 <= UINT32_MAX);
    *s = (ss_store){ .base = base, .cap = cap, .used = 16 }; /* position 0 is none */
}

/* The region may have served an earlier life of the store: what that poisoned is shown again where it is used again. */
ss_ref ss_store_carve(ss_store *s, uint64_t bytes)
{
    if (s->used > s->cap || bytes > s->cap - s->used) {
        return 0;
    }
    const ss_ref ref = (ss_ref)(s->used / 8);
    SHOW(ss_store_at(s, ref), bytes);
    s->used += (bytes + 15) / 16 * 16;
    return ref;
}

ss_ref ss_store_take(ss_store *s, size_t size)
{
    SS_ASSERT(size > 0 && size <= SS_STORE_BLOCK_MAX);
    const unsigned class = class_of(size);
    const size_t rounded = class_size(class);
    ss_ref ref = s->free_list[class];
    if (ref != 0) {
        unsigned char *block = ss_store_at(s, ref);
        SHOW(block, rounded);
        memcpy(&s->free_list[class], block, sizeof ref);
    } else {
        ref = ss_store_carve(s, rounded);
        if (ref == 0) {
            return 0;
        }
    }
    s->live_bytes += rounded;
    s->live_blocks++;
    unsigned char *taken = ss_store_at(s, ref);
    memset(taken, 0, rounded);
    HIDE(taken + size, rounded - size);
    return ref;
}

void ss_store_give(ss_store *s, ss_ref ref, size_t size)
{
    SS_ASSERT(ref != 0);
    SS_ASSERT(s->live_blocks > 0);
    const unsigned class = class_of(size);
    const size_t rounded = class_size(class);
    unsigned char *block = ss_store_at(s, ref);
    SHOW(block, sizeof ref); /* of a block of fewer bytes */
    memcpy(block, &s->free_list[class], sizeof ref);
    HIDE(block, rounded);
    s->free_list[class] = ref;
    s->live_bytes -= rounded;
    s->live_blocks--;
}
