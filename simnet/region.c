/* The region of a world: reserved once, as private anonymous memory that the system backs page by page as it is touched.
 * So the sizes of its parts can be generous, nothing is asked of the heap while the world runs, and a snapshot is a copy
 * of the used parts. */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS, MAP_NORESERVE */
#include "region.h"

#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define REGION_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define REGION_POISON 1
#endif
#endif
#ifdef REGION_POISON
enum { SPOILED = 0xdb };
void __asan_poison_memory_region(void const volatile *addr, size_t size);
void __asan_unpoison_memory_region(void const volatile *addr, size_t size);
#define HIDE(at, size)  __asan_poison_memory_region((at), (size))
#define SHOW(at, size)  __asan_unpoison_memory_region((at), (size))
#define SPOIL(at, size) memset((at), SPOILED, (size))
#else
#define HIDE(at, size)  ((void)(at), (void)(size))
#define SHOW(at, size)  ((void)(at), (void)(size))
#define SPOIL(at, size) ((void)(at), (void)(size))
#endif

void *sn_region_reserve(size_t bytes)
{
    void *region = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return region == MAP_FAILED ? NULL : region;
}

void sn_region_hide(void *part, size_t bytes)
{
    HIDE(part, bytes);
}

void sn_region_show(void *part, size_t bytes)
{
    SHOW(part, bytes);
}

void sn_region_spoil(void *part, size_t bytes)
{
    if (bytes > 0) { /* there may be no such part yet */
        SHOW(part, bytes);
        SPOIL(part, bytes);
    }
}

void sn_region_release(void *region, size_t bytes)
{
    const int released = munmap(region, bytes);
    SS_ASSERT(released == 0);
}
