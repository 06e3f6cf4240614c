/* Memory and choices of a target. The regions are static so that an input costs no system call; each taking of a region
 * empties it, and an arena zeroes what it gives, so that nothing of one input reaches the next. */
#include "fuzz.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

ss_arena fz_arena(unsigned which)
{
    static alignas(16) unsigned char memory[FZ_ARENAS][FZ_ARENA_BYTES];
    SS_ASSERT(which < FZ_ARENAS);
    return (ss_arena){ .base = memory[which], .cap = FZ_ARENA_BYTES };
}

char *fz_exact(ss_slice bytes)
{
    char *copy = malloc(bytes.len == 0 ? 1 : bytes.len);
    SS_ASSERT(copy != NULL);
    if (bytes.len != 0) {
        memcpy(copy, bytes.at, bytes.len);
    }
    return copy;
}

fz_tape fz_tape_split(ss_slice input, ss_slice *rest)
{
    const size_t lf = ss_slice_find(input, '\n');
    if (lf == input.len) {
        *rest = input;
        return (fz_tape){ .choices = SS_EMPTY };
    }
    *rest = ss_slice_cut(input, lf + 1, input.len);
    return (fz_tape){ .choices = ss_slice_cut(input, 0, lf) };
}

unsigned fz_tape_pick(fz_tape *tape, unsigned n)
{
    if (tape->choices.len == 0) {
        return 0;
    }
    const unsigned char c = (unsigned char)tape->choices.at[tape->at];
    tape->at = (tape->at + 1) % tape->choices.len;
    return (c >= '0' ? c - (unsigned)'0' : c) % n;
}

unsigned fz_next_digit(ss_slice *rest)
{
    if (rest->len == 0) {
        return 0;
    }
    const unsigned char c = (unsigned char)rest->at[0];
    *rest = ss_slice_cut(*rest, 1, rest->len);
    if (c >= '0' && c <= '9') {
        return c - (unsigned)'0';
    }
    return c >= 'a' && c <= 'z' ? c - (unsigned)'a' + 10 : c;
}

bool fz_is_inside(ss_slice part, ss_slice bytes)
{
    return part.at == NULL ? part.len == 0
                           : part.at >= bytes.at && part.at <= bytes.at + bytes.len &&
                                 part.len <= (size_t)(bytes.at + bytes.len - part.at);
}
