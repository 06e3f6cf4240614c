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
                                      "\\\"",
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

/* Up to 16 bytes, so often that they are 64 to 8192: what is too long for a buffer. */
static size_t repeat(uint8_t *data, size_t size, size_t max, size_t at, size_t len, unsigned scale)
{
    uint8_t copy[16];
    memcpy(copy, data + at, len);
    for (size_t want = (size_t)64 << scale; want >= len && size < max; want -= len) {
        size = insert(data, size, max, at, copy, len);
    }
    return size;
}

enum op { PUT_TOKEN, TAKE_OUT, CUT_OFF, DOUBLE, ANY_BYTE, FLIP_BIT, BESIDE, OF_OTHER, OPS };

static size_t mutate_once(uint8_t *data, size_t size, size_t max, uint64_t seed, ss_slice other)
{
    uint64_t state = seed;
    const size_t at = size == 0 ? 0 : next(&state) % size;
    const size_t len = size == 0 ? 0 : 1 + next(&state) % (size - at < 16 ? size - at : 16);
    const char *token = tokens[next(&state) % SS_COUNT(tokens)];
    const size_t from = other.len == 0 ? 0 : next(&state) % other.len;
    const size_t most = other.len - from < 64 ? other.len - from : 64;
    uint8_t copy[16];
    switch (size == 0 ? PUT_TOKEN : (enum op)(next(&state) % OPS)) {
    case PUT_TOKEN:
        return insert(data, size, max, at, token, strlen(token));
    case TAKE_OUT:
        return take_out(data, size, at, len);
    case CUT_OFF:
        return next(&state) % 4 == 0 ? at : size;
    case DOUBLE:
        if (next(&state) % 4 == 0) {
            return repeat(data, size, max, at, len, (unsigned)(next(&state) % 8));
        }
        memcpy(copy, data + at, len);
        return insert(data, size, max, at, copy, len);
    case ANY_BYTE:
        data[at] = (uint8_t)next(&state);
        return size;
    case FLIP_BIT:
        data[at] = (uint8_t)(data[at] ^ 1u << next(&state) % 8);
        return size;
    case BESIDE:
        data[at] = (uint8_t)(data[at] + (next(&state) % 2 == 0 ? 1 : -1));
        return size;
    default:
        return other.len == 0 ? size : insert(data, size, max, at, other.at + from, most);
    }
}

size_t fz_mutate_bytes(uint8_t *data, size_t size, size_t max, uint64_t seed, ss_slice other)
{
    uint64_t state = seed;
    for (unsigned rounds = 1 + (unsigned)(next(&state) % 4); rounds > 0; rounds--) {
        size = mutate_once(data, size, max, next(&state), other);
    }
    return size;
}
