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

static inline unsigned count_digits(uint64_t value)
{
    unsigned digits = 1;
    for (; value >= 10000; value /= 10000) {
        digits += 4;
    }
    if (value < 10) {
        return digits;
    }
    return value < 100 ? digits + 1 : value < 1000 ? digits + 2 : digits + 3;
}

/* Two digits at a time, from the end, which is known. */
static inline void write_digits(char *end, uint64_t value)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    while (value >= 100) {
        end -= 2;
        memcpy(end, pairs + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value >= 10) {
        memcpy(end - 2, pairs + 2 * value, 2);
    } else {
        end[-1] = (char)('0' + value);
    }
}

void ss_put_u64(ss_buffer *b, uint64_t value)
{
    if (value < 10) {
        ss_put_char(b, (char)('0' + value));
        return;
    }
    const unsigned digits = count_digits(value);
    if (b->overflow || digits > b->cap - b->len) {
        b->overflow = true;
        return;
    }
    b->len += digits;
    write_digits(b->at + b->len, value);
}

void ss_put_hex(ss_buffer *b, uint64_t value, unsigned digits)
{
    char text[16];
    SS_ASSERT(digits >= 1 && digits <= 16);
    for (unsigned i = 0; i < digits; i++) {
        text[i] = "0123456789abcdef"[(value >> (4 * (digits - 1 - i))) & 15];
    }
    ss_put(b, (ss_slice){ text, digits });
}
