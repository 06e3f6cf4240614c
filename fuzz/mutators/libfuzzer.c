/* libFuzzer's hooks for targets whose input is one SIP message. One in four stays with the engine, which knows its dictionary and what
 * was compared with what; the rest are edits. Crossing over takes fields, values, start line or body of the other message. */
#include "sip_mutator.h"

#include <string.h>

enum { ROOM = 1 << 16, OF_THE_ENGINE = 4 };

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t max_out, unsigned seed);

static size_t edit(const uint8_t *data, size_t size, ss_slice other, unsigned seed, uint8_t *out,
                   size_t max_size)
{
    static char room[ROOM], spare[ROOM];
    const size_t most = max_size < ROOM ? max_size : ROOM;
    const size_t len =
        fz_sip_mutate((ss_slice){ (const char *)data, size }, other, seed, room, spare, most);
    memcpy(out, room, len);
    return len;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    const size_t len =
        seed % OF_THE_ENGINE == 0 ? 0 : edit(data, size, SS_EMPTY, seed, data, max_size);
    return len != 0 ? len : LLVMFuzzerMutate(data, size, max_size);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t max_out, unsigned seed)
{
    return edit(data, size, (ss_slice){ (const char *)other, other_size }, seed, out, max_out);
}
