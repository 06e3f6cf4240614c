/* Printing into a bounded buffer: too much sets a flag and writes nothing past the end. */
#include "ss/base.h"

#include <string.h>

ss_buffer ss_buffer_on(void *memory, size_t cap)
{
    return (ss_buffer){ .at = memory, .cap = cap };
}

ss_buffer ss_buffer_open(const ss_arena *a)
{
    return (ss_buffer){ .at = (char *)a->base + a->used, .cap = a->cap - a->used };
}

ss_slice ss_buffer_keep(ss_arena *a, const ss_buffer *b)
{
    SS_ASSERT(b->at == (char *)a->base + a->used);
    if (b->overflow) {
        return SS_EMPTY;
    }
    a->used += b->len;
    return (ss_slice){ b->at, b->len };
}

void ss_put(ss_buffer *b, ss_slice bytes)
{
    if (b->overflow || bytes.len > b->cap - b->len) {
        b->overflow = true;
        return;
    }
    if (bytes.len > 0) {
        memcpy(b->at + b->len, bytes.at, bytes.len);
        b->len += bytes.len;
    }
}

void ss_put_char(ss_buffer *b, char c)
{
    if (b->overflow || b->len == b->cap) {
        b->overflow = true;
        return;
    }
    b->at[b->len++] = c;
}

void ss_put_text(ss_buffer *b, const char *text)
{
    ss_put(b, ss_slice_from(text));
}

void ss_put_u64(ss_buffer *b, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    ss_put(b, (ss_slice){ digits + at, sizeof digits - at });
}

void ss_put_hex(ss_buffer *b, uint64_t value, unsigned digits)
{
    SS_ASSERT(digits >= 1 && digits <= 16);
    for (unsigned i = digits; i-- > 0;) {
        ss_put_char(b, "0123456789abcdef"[(value >> (4 * i)) & 15]);
    }
}
