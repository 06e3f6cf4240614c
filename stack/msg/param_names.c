/* Which parameter names stood before. Nearly every name is new, which a byte of its hash mostly says at once; only names of the
 * same hash are compared. */
#include "param_names.h"

#include <string.h>

static bool stands(const ss_param_names *seen, uint32_t hash, ss_slice name)
{
    for (unsigned i = 0; i < seen->count; i++) {
        if (seen->hashes[i] == hash && ss_slice_eq_nocase(seen->names[i], name)) {
            return true;
        }
    }
    return false;
}

bool ss_param_names_take(ss_param_names *seen, ss_slice name)
{
    uint32_t hash = 0;
    if (seen->count == 0) {
        memset(seen->places, 0, sizeof seen->places);
    }
    for (size_t i = 0; i < name.len; i++) {
        hash = (hash ^ hash >> 7) * 31 + ((unsigned char)name.at[i] | 0x20); /* in any case */
    }
    const uint64_t bit = UINT64_C(1) << (hash & 63);
    uint64_t *const place = &seen->places[hash >> 6 & 3];
    if ((*place & bit) != 0 && stands(seen, hash, name)) {
        return false;
    }
    if (seen->count < SS_PARAM_NAMES_MAX) {
        seen->hashes[seen->count] = hash;
        seen->names[seen->count++] = name;
        *place |= bit;
    }
    return true;
}
