/* Messages out of a stream: up to the empty line, and as many bytes more as Content-Length says; lines between messages are
 * dropped. What has no end within 128 KB is no SIP.
 */
#include "framing.h"

#include <stdlib.h>
#include <string.h>

enum { FRAME_BYTES_MAX = 128 * 1024 };

bool rp_framing_add(rp_framing *f, ss_slice bytes)
{
    if (bytes.len > f->cap - f->len) {
        const size_t cap = (f->len + bytes.len) * 2;
        char *more = realloc(f->at, cap);
        if (more == NULL) {
            return false;
        }
        f->at = more;
        f->cap = cap;
    }
    if (bytes.len != 0) {
        memcpy(f->at + f->len, bytes.at, bytes.len);
        f->len += bytes.len;
    }
    return true;
}

void rp_framing_restart(rp_framing *f)
{
    f->len = 0;
}

void rp_framing_free(rp_framing *f)
{
    free(f->at);
    *f = (rp_framing){ 0 };
}

void rp_framing_drop(rp_framing *f, size_t count)
{
    f->len -= count;
    if (f->len != 0 && count != 0) {
        memmove(f->at, f->at + count, f->len);
    }
}

/* Bytes of the header part, its empty line included; 0: that is not there yet. */
static size_t header_len(ss_slice text)
{
    for (size_t i = 0; i + 3 < text.len; i++) {
        if (memcmp(text.at + i, "\r\n\r\n", 4) == 0) {
            return i + 4;
        }
    }
    return 0;
}

/* The value of a line "Content-Length: N" or "l: N"; SIZE_MAX when it is another line. */
static size_t length_in(ss_slice line)
{
    const size_t colon = ss_slice_find(line, ':');
    const ss_slice name = ss_slice_trim(ss_slice_cut(line, 0, colon));
    uint64_t value = 0;
    if (colon == line.len || (!ss_slice_eq_nocase(name, SS_LIT("content-length")) &&
                              !ss_slice_eq_nocase(name, SS_LIT("l")))) {
        return SIZE_MAX;
    }
    const ss_slice digits = ss_slice_trim(ss_slice_cut(line, colon + 1, line.len));
    return ss_slice_to_u64(digits, FRAME_BYTES_MAX, &value) == SS_OK ? (size_t)value : SIZE_MAX;
}

static size_t body_len(ss_slice header)
{
    while (header.len != 0) {
        const size_t end = ss_slice_find(header, '\n');
        const size_t found = length_in(ss_slice_cut(header, 0, end));
        if (found != SIZE_MAX) {
            return found;
        }
        header = ss_slice_cut(header, end == header.len ? end : end + 1, header.len);
    }
    return 0;
}

bool rp_framing_next(rp_framing *f, ss_slice *message)
{
    size_t blank = 0;
    while (blank < f->len && (f->at[blank] == '\r' || f->at[blank] == '\n')) {
        blank++;
    }
    rp_framing_drop(f, blank);
    const ss_slice text = { f->at, f->len };
    const size_t header = header_len(text);
    if (header == 0) {
        if (f->len > FRAME_BYTES_MAX) {
            f->len = 0;
        }
        return false;
    }
    const size_t total = header + body_len(ss_slice_cut(text, 0, header));
    if (total > f->len) {
        return false;
    }
    *message = ss_slice_cut(text, 0, total);
    return true;
}
