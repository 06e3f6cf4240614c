/* ss/grammar.h: what every header field means, value by value, and whether a message can be accepted (RFC 3261 sections 20
 * and 25, 8.2, 10.3, 16.3, and the extensions named in headers.def).
 *
 * The stack types the few fields that it routes by (msg.h). This header is for those who want to know all: the judge of
 * incoming messages, `parse`, the fuzz targets.
 */
#ifndef SS_GRAMMAR_H
#define SS_GRAMMAR_H

#include "ss/msg.h"

/* ---- one value, typed --------------------------------------------------------------------------------------------- */

/** A named piece of a value: "host", "port", "q", "realm" …  The text is a slice of the value: its place is known. */
typedef struct ss_part {
    const char *name; /* static; NULL for a generic parameter, whose name is `key` */
    ss_slice key, text;
} ss_part;

#define SS_PARTS_MAX 96u /* pieces of one value; more are counted, not kept */

typedef struct ss_typed {
    ss_hdr id;
    ss_slice value; /* trimmed; borrowed */
    unsigned part_count;
    ss_part parts[SS_PARTS_MAX]; /* those beyond part_count hold nothing */
} ss_typed;

/** Where and why a value is not what its field wants. */
typedef struct ss_flaw {
    size_t offset;                  /* in the value */
    const char *section, *sentence; /* static */
} ss_flaw;

/**
 * Type one value of a field: one element of a list field, the whole of another (headers.def says which). Unknown fields
 * are any TEXT-UTF8.
 * SS_OK, SS_ERR_SYNTAX (*flaw says where), SS_ERR_SEMANTIC (well formed but out of its range).
 */
SS_MUST_USE ss_status ss_typed_parse(ss_hdr id, ss_slice value, ss_typed *out, ss_flaw *flaw);

/* ---- a verdict on a message ------------------------------------------------------------------------------------------- */

typedef enum ss_element { SS_ELEMENT_UAS, SS_ELEMENT_PROXY, SS_ELEMENT_REGISTRAR } ss_element;

#define SS_NESTING_MAX 16u /* multipart bodies inside each other that can be read */

/** Limits, each with the response that exceeding it brings. Of those that the parser has too, the lower one counts. */
typedef struct ss_limits {
    uint32_t message_bytes; /* 513 */
    uint32_t fields;        /* 400 */
    uint32_t values;        /* of one list field: 400 */
    uint32_t nesting;       /* of multipart bodies, SS_NESTING_MAX at most: 400 */
    uint32_t uri_bytes;     /* of the Request-URI: 414 */
    uint32_t body_bytes;    /* 413 */
} ss_limits;
ss_limits ss_limits_default(void);

typedef struct ss_judge_options {
    ss_element element; /* a proxy judges only what it needs (16.3 step 1) */
    ss_limits limits;
    bool tolerant;       /* accept what RFC 4475 3.1 lets an element be generous about */
    bool stream;         /* Content-Length is required (18.3) */
    ss_slice understood; /* option tags of Require and Proxy-Require, between commas */
} ss_judge_options;

typedef enum ss_verdict {
    SS_VERDICT_ACCEPT,
    SS_VERDICT_REJECT,
    SS_VERDICT_UNACCEPTABLE,
    SS_VERDICT_COUNT
} ss_verdict;
/** "accept", "reject", "unacceptable". Static. */
const char *ss_verdict_name(ss_verdict verdict);

/**
 * Parse and judge a whole message. *msg is as ss_msg_parse leaves it; but a message that is accepted for being tolerant, of a
 * copy in the arena in which is mended what RFC 4475 3.1 lets a liberal element mend, so that the error goes no further. *diag is filled in unless the verdict is accept:
 * offset, header, section, sentence, and the response RFC 3261 asks of that element, 0 for drop (nothing answers an ACK
 * or a response).
 */
ss_verdict ss_msg_judge(ss_msg *msg, ss_arena *arena, ss_slice bytes,
                        const ss_judge_options *options, ss_diag *diag);

#endif
