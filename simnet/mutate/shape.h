/* shape.h: where the lines of a message are, however broken it is. Private to simnet/mutate. */
#ifndef SHAPE_H
#define SHAPE_H

#include "ss/msg.h"

enum { SHAPE_FIELDS_MAX = 256 }; /* later ones are copied, and never chosen */

/** A part of the message: [at, end). */
typedef struct sn_span {
    uint32_t at, end;
} sn_span;

/** One header field with its folds; `whole` takes its line end in. */
typedef struct sn_line {
    sn_span whole, name,
        value;         /* without a colon the name is the line, and the value is empty at its end */
    uint32_t text_end; /* where its line end begins */
    uint8_t id;        /* ss_hdr */
    bool has_colon, is_closed; /* closed: it has a line end */
} sn_line;

typedef struct sn_shape {
    ss_slice bytes;
    sn_span start; /* the start line without its line end; what is before it are empty lines */
    uint32_t first_line; /* behind its line end */
    uint32_t fields_end; /* of the last field: the empty line is here, or nothing */
    sn_span body;
    unsigned count;
    sn_line fields[SHAPE_FIELDS_MAX];
} sn_shape;

void sn_shape_find(sn_shape *s, ss_slice bytes);

static inline ss_slice sn_shape_text(const sn_shape *s, sn_span span)
{
    return ss_slice_cut(s->bytes, span.at, span.end);
}

/** The names of a field that has two spellings; false: it has one. */
bool sn_shape_names(ss_hdr id, ss_slice *longer, ss_slice *compact);
bool sn_shape_is_list(ss_hdr id);

/** The first `mark` in `within` that is in no quoted string and in no angle brackets, or its end. */
uint32_t sn_shape_mark(const sn_shape *s, sn_span within, char mark);
/** Parameters behind a value, an address or a Via: the one called `name`, from its ';' on. False: there is none. */
bool sn_shape_param(const sn_shape *s, sn_span value, ss_slice name, sn_span *whole);
/** What the equals sign of a parameter is followed by; empty at its end without one. */
sn_span sn_shape_param_value(const sn_shape *s, sn_span param);

#endif
