/* Mutation of plain bytes, for inputs without a form that we know. */
#include "fz/mutate.h"

#include <string.h>

static uint64_t next(uint64_t *state)
{
    *state = ss_mix64(*state + 0x9e37);
    return *state;
}

static const char *const tokens[] = { "\r\n",
                                      "\r\n\r\n",
                                      ";tag=",
                                      "sip:",
                                      "<sip:a@b>",
                                      ";lr",
                                      ";branch=z9hG4bK",
                                      ",",
                                      "\"",
                                      "\\",
                                      "%00",
                                      "0",
                                      "4294967296",
                                      "-1",
                                      ":",
                                      "Via: SIP/2.0/UDP a",
                                      "[::1]" };

static size_t insert(uint8_t *data, size_t size, size_t max, size_t at, const void *what,
                     size_t len)
{
    len = len < max - size ? len : max - size;
    memmove(data + at + len, data + at, size - at);
    memmove(data + at, what, len);
    return size + len;
}

static size_t take_out(uint8_t *data, size_t size, size_t at, size_t len)
{
    memmove(data + at, data + at + len, size - at - len);
    return size - len;
}

size_t fz_mutate_bytes(uint8_t *data, size_t size, size_t max, uint64_t seed, ss_slice other)
{
    uint64_t state = seed;
    const size_t at = size == 0 ? 0 : next(&state) % size;
    const size_t len = size == 0 ? 0 : 1 + next(&state) % (size - at < 16 ? size - at : 16);
    const char *token = tokens[next(&state) % SS_COUNT(tokens)];
    uint8_t copy[16];
    switch (size == 0 ? 0 : next(&state) % 7) {
    case 0:
        return insert(data, size, max, at, token, strlen(token));
    case 1:
        return take_out(data, size, at, len);
    case 2:
        memcpy(copy, data + at, len);
        return insert(data, size, max, at, copy, len);
    case 3:
        data[at] = (uint8_t)next(&state);
        return size;
    case 4:
        data[at] = (uint8_t)(data[at] ^ 1u << next(&state) % 8);
        return size;
    case 5:
        data[at] = (uint8_t)(data[at] + (next(&state) % 2 == 0 ? 1 : -1));
        return size;
    default: {
        const size_t from = other.len == 0 ? 0 : next(&state) % other.len;
        const size_t most = other.len - from < 64 ? other.len - from : 64;
        return other.len == 0 ? size : insert(data, size, max, at, other.at + from, most);
    }
    }
}
