/* Inputs that are a SIP message, or a line of choices and a message, for the engine that is built in: three of four mutations are edits that
 * know SIP's grammar (sn/mutate.h), the rest are of bytes. */
#include "fz/mutate.h"

#include <string.h>

#include "sip_mutator.h"

enum { ROOM = 1 << 16, OF_BYTES = 4 };

size_t fz_mutate_message(uint8_t *data, size_t size, size_t max, uint64_t seed, ss_slice other)
{
    static char room[ROOM], spare[ROOM]; /* scratch */
    const size_t most = max < ROOM ? max : ROOM;
    const size_t len = seed % OF_BYTES == 0
                           ? 0
                           : fz_sip_mutate((ss_slice){ (const char *)data, size }, other,
                                           seed / OF_BYTES, room, spare, most);
    if (len == 0) {
        return fz_mutate_bytes(data, size, max, seed / OF_BYTES, other);
    }
    memcpy(data, room, len);
    return len;
}

size_t fz_mutate_steered(uint8_t *data, size_t size, size_t max, uint64_t seed, ss_slice other)
{
    const uint8_t *end = memchr(data, '\n', size);
    const size_t line = end == NULL ? 0 : (size_t)(end - data) + 1;
    const size_t of_other = ss_slice_find(other, '\n');
    const ss_slice message =
        ss_slice_cut(other, of_other < other.len ? of_other + 1 : of_other, other.len);
    if (line > 1 && seed % 3 == 0) { /* another choice; digits and letters say them */
        data[ss_mix64(seed) % (line - 1)] = (uint8_t)('0' + ss_mix64(seed + 1) % 10);
    }
    return line + fz_mutate_message(data + line, size - line, max - line, seed / 3, message);
}
