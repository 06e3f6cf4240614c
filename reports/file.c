/* Files of a run: written under a temporary name and renamed when whole, so that a reader never sees half a file and a
 * full disk never leaves one. Numbers are formatted here by hand: the locale has no say.
 */
#include "rp/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool rp_path_join(char *path, const char *dir, const char *name)
{
    ss_buffer b = ss_buffer_on(path, RP_PATH_BYTES - 1);
    ss_put_text(&b, dir);
    if (b.len != 0 && dir[strlen(dir) - 1] != '/') {
        ss_put_char(&b, '/');
    }
    ss_put_text(&b, name);
    path[b.len] = '\0';
    return !b.overflow;
}

static rp_file *file_new(FILE *to, bool owned)
{
    rp_file *f = malloc(sizeof *f);
    if (f != NULL) {
        f->to = to;
        f->error = 0;
        f->owned = owned;
        f->len = 0;
        f->path[0] = f->temporary[0] = '\0';
    }
    return f;
}

static int last_error(void)
{
    return errno == 0 ? EIO : errno;
}

rp_file *rp_file_open(const char *dir, const char *name, int *error)
{
    char hidden[256];
    ss_buffer b = ss_buffer_on(hidden, sizeof hidden - 1);
    ss_put_char(&b, '.');
    ss_put_text(&b, name);
    ss_put_text(&b, ".partial");
    hidden[b.len] = '\0';

    rp_file *f = file_new(NULL, true);
    if (f == NULL) {
        *error = ENOMEM;
        return NULL;
    }
    if (b.overflow || !rp_path_join(f->path, dir, name) ||
        !rp_path_join(f->temporary, dir, hidden)) {
        *error = ENAMETOOLONG;
        free(f);
        return NULL;
    }
    errno = 0;
    f->to = fopen(f->temporary, "wb");
    if (f->to == NULL) {
        *error = last_error();
        free(f);
        return NULL;
    }
    setvbuf(f->to, NULL, _IONBF, 0); /* the buffer is ours */
    return f;
}

rp_file *rp_file_over(FILE *stream)
{
    return file_new(stream, false);
}

void rp_file_flush(rp_file *f)
{
    if (f->len != 0 && f->error == 0) {
        errno = 0;
        if (fwrite(f->buffer, 1, f->len, f->to) != f->len || fflush(f->to) != 0) {
            f->error = last_error();
        }
    }
    f->len = 0;
}

int rp_file_close(rp_file *f)
{
    rp_file_flush(f);
    if (f->owned) {
        errno = 0;
        if (fclose(f->to) != 0 && f->error == 0) {
            f->error = last_error();
        }
        if (f->error == 0 && rename(f->temporary, f->path) != 0) {
            f->error = last_error();
        }
        if (f->error != 0) {
            (void)remove(f->temporary);
        }
    }
    const int error = f->error;
    free(f);
    return error;
}

void rp_file_discard(rp_file *f)
{
    if (f != NULL) {
        f->len = 0;
        if (f->owned) {
            (void)fclose(f->to);
            (void)remove(f->temporary);
        }
        free(f);
    }
}

char *rp_room(rp_file *f, size_t len)
{
    SS_ASSERT(len <= sizeof f->buffer / 10);
    if (sizeof f->buffer - f->len < len) {
        rp_file_flush(f);
    }
    return f->buffer + f->len;
}

void rp_took(rp_file *f, size_t len)
{
    SS_ASSERT(len <= sizeof f->buffer - f->len);
    f->len += len;
}

void rp_put(rp_file *f, ss_slice bytes)
{
    while (bytes.len > sizeof f->buffer - f->len) {
        const size_t part = sizeof f->buffer - f->len;
        memcpy(f->buffer + f->len, bytes.at, part);
        f->len += part;
        rp_file_flush(f);
        bytes = ss_slice_cut(bytes, part, bytes.len);
    }
    if (bytes.len != 0) {
        memcpy(f->buffer + f->len, bytes.at, bytes.len);
        f->len += bytes.len;
    }
}

void rp_put_text(rp_file *f, const char *text)
{
    rp_put(f, ss_slice_from(text));
}

/* C0, DEL, and C1 as UTF-8 writes it (C2 80 to C2 9F). */
static bool is_control(const char *at)
{
    const unsigned char c = (unsigned char)at[0], next = (unsigned char)at[1];
    return c < 0x20 || c == 0x7f || (c == 0xc2 && next >= 0x80 && next <= 0x9f);
}

void rp_put_plain(rp_file *f, const char *text)
{
    for (; *text != '\0'; text++) {
        const bool bad = is_control(text);
        rp_put_char(f, bad ? '?' : *text);
        text += bad && (unsigned char)*text == 0xc2;
    }
}

void rp_put_char(rp_file *f, char c)
{
    if (f->len == sizeof f->buffer) {
        rp_file_flush(f);
    }
    f->buffer[f->len++] = c;
}

void rp_put_u64(rp_file *f, uint64_t value)
{
    char digits[20];
    ss_buffer b = ss_buffer_on(digits, sizeof digits);
    ss_put_u64(&b, value);
    rp_put(f, ss_buffer_slice(&b));
}

void rp_put_i64(rp_file *f, int64_t value)
{
    if (value < 0) {
        rp_put_char(f, '-');
    }
    rp_put_u64(f, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void rp_put_hex64(rp_file *f, uint64_t value)
{
    char digits[16];
    ss_buffer b = ss_buffer_on(digits, sizeof digits);
    ss_put_hex(&b, value, 16);
    rp_put(f, ss_buffer_slice(&b));
}

/* A byte that is not the first of a UTF-8 character. */
static bool continues(char c)
{
    return ((unsigned char)c & 0xc0u) == 0x80u;
}

void rp_put_left(rp_file *f, const char *text, size_t width)
{
    size_t written = 0;
    const char *at = text;
    while (*at != '\0' && (written < width || continues(*at))) {
        written += !continues(*at);
        rp_put_char(f, *at++);
    }
    while (written++ < width) {
        rp_put_char(f, ' ');
    }
}

void rp_buffer_ms(ss_buffer *b, uint64_t ns)
{
    const uint64_t whole = ns / 1000000u;
    uint64_t rest = ns % 1000000u;
    unsigned digits = 6;
    if (rest % 1000u == 0) {
        rest /= 1000u;
        digits = 3;
    }
    ss_put_u64(b, whole);
    ss_put_char(b, '.');
    for (uint64_t weight = digits == 3 ? 100u : 100000u; weight != 0; weight /= 10) {
        ss_put_char(b, (char)('0' + rest / weight % 10));
    }
}

void rp_put_ms(rp_file *f, uint64_t ns)
{
    char text[32];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    rp_buffer_ms(&b, ns);
    rp_put(f, ss_buffer_slice(&b));
}
