/* rp/file.h: where reports go: a buffered file that appears under its name only when it is whole, or a stream that is
 * already open. Errors stick: write on, and judge once at the end.
 */
#ifndef RP_FILE_H
#define RP_FILE_H

#include <stdio.h>

#include "ss/base.h"

#define RP_PATH_BYTES 4096u

typedef struct rp_file {
    FILE *to;
    int error;  /* errno of the first failure; 0: none */
    bool owned; /* false: a stream of someone else's */
    size_t len;
    char path[RP_PATH_BYTES], temporary[RP_PATH_BYTES];
    char buffer[1u << 16];
} rp_file;

/** "dir/name" into `path` (RP_PATH_BYTES); false when it is too long. */
SS_MUST_USE bool rp_path_join(char *path, const char *dir, const char *name);
/** Open dir/name under a temporary name. Owned by the caller, closed by rp_file_close. NULL when it cannot be opened:
 *  *error is an errno. */
rp_file *rp_file_open(const char *dir, const char *name, int *error);
/** A file over an open stream, as stdout; the stream stays open. NULL without memory. */
rp_file *rp_file_over(FILE *stream);
/** Flush and, when all was well, give the file its name (replacing an older one); else remove it. Frees. Returns 0 or
 *  the errno of the first failure. */
SS_MUST_USE int rp_file_close(rp_file *f);
/** What was put is with the system: a process that dies now has written it. */
void rp_file_flush(rp_file *f);
/** Close and remove. */
void rp_file_discard(rp_file *f);

void rp_put(rp_file *f, ss_slice bytes);
/** Room for `len` bytes, at most a tenth of the file's buffer, for a writer of its own; rp_took says how many it wrote there. */
char *rp_room(rp_file *f, size_t len);
void rp_took(rp_file *f, size_t len);
void rp_put_text(rp_file *f, const char *text);
/** Text of a scenario, for a terminal: control characters become '?'. */
void rp_put_plain(rp_file *f, const char *text);
void rp_put_char(rp_file *f, char c);
void rp_put_u64(rp_file *f, uint64_t value);
void rp_put_i64(rp_file *f, int64_t value);
/** 16 lower-case digits. */
void rp_put_hex64(rp_file *f, uint64_t value);
/** `text` cut or filled with blanks to `width` characters; UTF-8 is counted by characters. */
void rp_put_left(rp_file *f, const char *text, size_t width);
/** A length of time in ms, with as many of the six decimals as it needs and at least three: "12.500". */
void rp_put_ms(rp_file *f, uint64_t ns);
void rp_buffer_ms(ss_buffer *b, uint64_t ns);

#endif
