/* The ground of worlds: a region that is reserved once and serves one world after the other. The pages that a world touched stay,
 * so the next one costs no page fault and no system call; after a world that used much the region goes back to the system. */
#include "ground.h"

#include <stdlib.h>
#include <string.h>

#include "region.h"
#include "ss/openssl.h"

#define KEPT_BYTES (UINT64_C(64) << 20) /* a world that used more leaves nothing */
#define ROUNDED_TO (UINT64_C(64) << 20) /* so that worlds of about one size find room at once */

struct sn_ground {
    void *region; /* NULL: nobody needed one yet */
    size_t bytes;
    bool is_taken, is_clean; /* fresh from the system: zero */
    uint64_t left;           /* bytes that the last world used */
    ss_openssl *openssl;     /* NULL: nobody hashed yet */
};

sn_ground *sn_ground_new(void)
{
    return calloc(1, sizeof(sn_ground));
}

static void release(sn_ground *g)
{
    if (g->region != NULL) {
        sn_region_release(g->region, g->bytes);
        g->region = NULL;
        g->bytes = 0;
    }
}

void sn_ground_free(sn_ground *g)
{
    if (g == NULL) {
        return;
    }
    SS_ASSERT(!g->is_taken);
    release(g);
    ss_openssl_free(g->openssl);
    free(g);
}

static bool reserve(sn_ground *g, size_t bytes)
{
    const size_t rounded = (size_t)((bytes + ROUNDED_TO - 1) / ROUNDED_TO * ROUNDED_TO);
    release(g);
    g->region = sn_region_reserve(rounded);
    g->bytes = g->region == NULL ? 0 : rounded;
    g->is_clean = true;
    return g->region != NULL;
}

void *sn_ground_take(sn_ground *g, size_t bytes, size_t zero_bytes)
{
    SS_ASSERT(!g->is_taken);
    if (g->bytes < bytes && !reserve(g, bytes)) {
        return NULL;
    }
    if (!g->is_clean) {
        memset(g->region, 0, zero_bytes);
    }
    g->is_taken = true;
    g->is_clean = false;
    g->left = 0;
    return g->region;
}

void sn_ground_leave(sn_ground *g, void *part, size_t bytes)
{
    SS_ASSERT(g->is_taken);
    g->left += bytes;
    sn_region_spoil(part, bytes);
}

void sn_ground_give(sn_ground *g)
{
    SS_ASSERT(g->is_taken);
    g->is_taken = false;
    if (g->left > KEPT_BYTES) {
        release(g);
    }
}

bool sn_ground_crypto(sn_ground *g, ss_crypto *crypto)
{
    if (g->openssl == NULL) {
        g->openssl = ss_openssl_new();
    }
    if (g->openssl == NULL) {
        return false;
    }
    *crypto = ss_openssl_crypto(g->openssl);
    return true;
}
