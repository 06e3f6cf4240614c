/* Inputs that are records: lines with a verb, up to a line "%", as a person reads and writes them. */
#include "fuzz.h"

/* Lines may end in LF alone, so that inputs can be read and written. */
ss_slice fz_with_crlf(ss_slice text, ss_arena *arena)
{
    ss_buffer b = ss_buffer_open(arena);
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\n' && (i == 0 || text.at[i - 1] != '\r')) {
            ss_put_char(&b, '\r');
        }
        ss_put_char(&b, text.at[i]);
    }
    return ss_buffer_keep(arena, &b);
}

ss_slice fz_next_line(ss_slice *rest)
{
    const size_t end = ss_slice_find(*rest, '\n');
    const ss_slice line = ss_slice_cut(*rest, 0, end);
    *rest = ss_slice_cut(*rest, end < rest->len ? end + 1 : end, rest->len);
    return line;
}

/* Up to a line that is "%" alone. */
ss_slice fz_next_record(ss_slice *rest)
{
    const ss_slice all = *rest;
    size_t end = 0;
    while (rest->len > 0) {
        end = all.len - rest->len;
        if (ss_slice_eq(fz_next_line(rest), SS_LIT("%"))) {
            return ss_slice_cut(all, 0, end);
        }
    }
    return all;
}

uint64_t fz_next_number(ss_slice *line)
{
    uint64_t value = 0;
    *line = ss_slice_trim(*line);
    const size_t end = ss_slice_find(*line, ' ');
    if (ss_slice_to_u64(ss_slice_cut(*line, 0, end), UINT32_MAX, &value) != SS_OK) {
        value = 0;
    }
    *line = ss_slice_cut(*line, end, line->len);
    return value;
}
