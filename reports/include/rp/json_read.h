/* rp/json_read.h: JSON read back (RFC 8259) from the files that the program writes: whole numbers to 64 bits exactly, which
 * is why no reader by way of a double will do.
 */
#ifndef RP_JSON_READ_H
#define RP_JSON_READ_H

#include "ss/base.h"

enum { RP_JSON_READ_DEPTH = 32 };

typedef enum rp_value_kind {
    RP_VALUE_NULL,
    RP_VALUE_FALSE,
    RP_VALUE_TRUE,
    RP_VALUE_WHOLE, /* a whole number from 0 to 2^64 - 1 */
    RP_VALUE_OTHER, /* any other number: its text as it stands */
    RP_VALUE_TEXT,
    RP_VALUE_LIST,
    RP_VALUE_MAP
} rp_value_kind;

typedef struct rp_doc rp_doc;
/** A place in a document; lives as long as that. */
typedef struct rp_value {
    rp_value_kind kind;
    uint64_t whole;
    ss_slice text;               /* decoded, borrowed from the document */
    ss_slice key;                /* of a member of a map; likewise */
    uint32_t first, next, count; /* members of a list or map, and how many; 0: none */
} rp_value;

/** `text` is borrowed for this call only. NULL when memory ran out. */
rp_doc *rp_doc_read(ss_slice text);
/** NULL is fine. */
void rp_doc_free(rp_doc *d);
/** What is wrong with the text, and the offset of the byte; NULL when it is JSON. */
const char *rp_doc_error(const rp_doc *d, size_t *offset);
/** NULL when it is no JSON. */
const rp_value *rp_doc_root(const rp_doc *d);

/** The first member, the next one of its list or map; NULL past the last. `v` may be NULL. */
const rp_value *rp_value_first(const rp_doc *d, const rp_value *v);
const rp_value *rp_value_next(const rp_doc *d, const rp_value *v);
/** The member of that key, of a map; NULL when there is none. `v` may be NULL. */
const rp_value *rp_value_at(const rp_doc *d, const rp_value *v, const char *key);
/** The member's number, text or truth; what is given when it is not there or not such. */
uint64_t rp_value_u64(const rp_doc *d, const rp_value *v, const char *key, uint64_t otherwise);
ss_slice rp_value_text(const rp_doc *d, const rp_value *v, const char *key);
bool rp_value_truth(const rp_doc *d, const rp_value *v, const char *key);
/** 16 hexadecimal digits as a text; 0 otherwise. */
uint64_t rp_value_hex64(const rp_doc *d, const rp_value *v, const char *key);

#endif
