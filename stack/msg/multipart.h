/* The parts of a multipart body, nested ones included, in one pass (RFC 2046 5.1, RFC 5621 4). Private to stack/msg. */
#ifndef SS_MSG_MULTIPART_H
#define SS_MSG_MULTIPART_H

#include "ss/grammar.h"

/** A media type (20.15): slices borrow from its value. */
typedef struct ss_media {
    ss_slice type, subtype;
    ss_slice boundary; /* without quotes; at == NULL when absent */
} ss_media;
SS_MUST_USE ss_status ss_media_parse(ss_slice value, ss_media *media, ss_flaw *flaw);

/** The header fields of one part that matter; at == NULL when absent. */
typedef struct ss_body_part {
    ss_slice type, disposition, encoding;
} ss_body_part;

typedef struct ss_multipart {
    ss_slice body;
    size_t at;
    unsigned depth, depth_max;
    ss_slice boundaries[SS_NESTING_MAX];
} ss_multipart;

/** False when the boundary is none that RFC 2046 allows. */
SS_MUST_USE bool ss_multipart_begin(ss_multipart *m, ss_slice body, ss_slice boundary,
                                    unsigned depth_max);
/**
 * The next part; one that is multipart itself is given, and then entered.
 * SS_OK, SS_NONE after the last, SS_ERR_SYNTAX or SS_ERR_FULL (nested too deeply): *flaw says where in the body.
 */
SS_MUST_USE ss_status ss_multipart_next(ss_multipart *m, ss_body_part *part, ss_flaw *flaw);

#endif
