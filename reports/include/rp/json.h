/* rp/json.h: JSON as it streams out: keys in the order in which they are written, integers only, two blanks per level.
 * Text that is not UTF-8 is repaired with U+FFFD, so that every file can be read; '<' is escaped, so that it can stand in a
 * script element of a page.
 */
#ifndef RP_JSON_H
#define RP_JSON_H

#include "rp/file.h"

enum { RP_JSON_DEPTH = 16 };

typedef struct rp_json {
    rp_file *out; /* borrowed */
    bool flat;    /* all on one line */
    bool has_key; /* a key was written, its value is due */
    unsigned depth;
    bool some[RP_JSON_DEPTH]; /* this level has a member already */
    char close[RP_JSON_DEPTH];
} rp_json;

rp_json rp_json_on(rp_file *out, bool flat);
void rp_json_open(rp_json *j, char bracket); /* '{' or '[' */
void rp_json_close(rp_json *j);
void rp_json_key(rp_json *j, const char *key);
void rp_json_text(rp_json *j, const char *text); /* NULL gives null */
void rp_json_slice(rp_json *j, ss_slice text);
void rp_json_u64(rp_json *j, uint64_t value);
void rp_json_i64(rp_json *j, int64_t value);
void rp_json_bool(rp_json *j, bool value);
void rp_json_null(rp_json *j);
void rp_json_hex64(rp_json *j, uint64_t value); /* "16 digits" */
/* key and value at once */
void rp_json_key_text(rp_json *j, const char *key, const char *text);
void rp_json_key_u64(rp_json *j, const char *key, uint64_t value);
void rp_json_key_bool(rp_json *j, const char *key, bool value);
void rp_json_key_hex64(rp_json *j, const char *key, uint64_t value);
void rp_json_key_open(rp_json *j, const char *key, char bracket);
/** Ends the document with a new line. */
void rp_json_end(rp_json *j);

/** A quoted, escaped string, for writers of their own. */
void rp_json_put_quoted(rp_file *out, ss_slice text);

#endif
