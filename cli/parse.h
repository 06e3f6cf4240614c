/* What `sipsim parse` shows of one message, and the two ways of showing it. */
#ifndef PARSE_H
#define PARSE_H

#include "rp/json.h"
#include "ss/grammar.h"

typedef struct parse_view {
    const char *file; /* as it was named; "-" for stdin */
    ss_slice data;    /* all that was read; offsets count from its first byte */
    ss_slice bytes;   /* this message in it */
    size_t line;      /* on which the message begins, from 1 */
    ss_msg msg;
    ss_verdict verdict;
    ss_diag diag;   /* offset into data; nothing in it when accepted as it is */
    bool is_mended; /* accepted as a liberal element reads it; diag says what is wrong */
} parse_view;

/* parse_text.c, parse_json.c */

/** Header by header, then the verdict. `is_quiet`: the verdict alone, and nothing of what was accepted. */
void parse_put_text(rp_file *out, const parse_view *v, bool is_quiet);
/** One object on one line. */
void parse_put_json(rp_file *out, const parse_view *v);

/* parse_view.c */

/** "request", "response"; NULL when the start line is neither. */
const char *parse_kind(const parse_view *v);
/** The name of a field as it was written. */
ss_slice parse_field_name(const parse_view *v, const ss_field *field);
/** The place of a piece of the message in the data; false when it lies elsewhere or is absent. */
bool parse_place(const parse_view *v, ss_slice piece, size_t *offset);

/** The values of one field line: those between its commas when it is a list, else one. */
typedef struct parse_values {
    const parse_view *view;
    uint16_t field; /* index + 1 */
    ss_value_iter it;
    bool is_over;
} parse_values;
parse_values parse_values_of(const parse_view *v, uint16_t index);
/** The next one; false at the end. What cannot be split comes as one value. */
bool parse_next_value(parse_values *values, ss_slice *value);

#endif
