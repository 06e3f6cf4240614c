/* Three regions, each with a page without access on either side. They stay as they are until the program ends. They are mapped,
 * not taken from the heap: what looks for leaks reads all of that. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "guard.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

enum { REGIONS = 3 };

static char *regions[REGIONS]; /* the first byte after the first guard */

static char *region(unsigned which)
{
    if (regions[which] == NULL) {
        const size_t page = (size_t)sysconf(_SC_PAGESIZE);
        CHECK(GUARD_BYTES_MAX % page == 0);
        char *at = mmap(NULL, GUARD_BYTES_MAX + 2 * page, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(at != MAP_FAILED);
        CHECK_EQ(mprotect(at, page, PROT_NONE), 0);
        CHECK_EQ(mprotect(at + page + GUARD_BYTES_MAX, page, PROT_NONE), 0);
        regions[which] = at + page;
    }
    return regions[which];
}

static ss_slice copy_to(char *at, ss_slice bytes)
{
    if (bytes.len > 0) {
        memcpy(at, bytes.at, bytes.len);
    }
    return (ss_slice){ at, bytes.len };
}

ss_slice guard_at_end(ss_slice bytes)
{
    CHECK(bytes.len <= GUARD_BYTES_MAX);
    return copy_to(region(0) + GUARD_BYTES_MAX - bytes.len, bytes);
}

ss_slice guard_at_start(ss_slice bytes)
{
    CHECK(bytes.len <= GUARD_BYTES_MAX);
    return copy_to(region(1), bytes);
}

ss_buffer guard_buffer(size_t cap)
{
    CHECK(cap <= GUARD_BYTES_MAX);
    return ss_buffer_on(region(2) + GUARD_BYTES_MAX - cap, cap);
}
