/* Two worlds in step: their facts, as lines, side by side. */
#ifndef VERIFY_H
#define VERIFY_H

#include "sn/facts.h"

/** One side: the lines that the other has not shown yet. */
typedef struct cli_lines {
    const sn_cast *cast;
    char *at;
    size_t len, cap;
    bool has_failed; /* no memory */
} cli_lines;

typedef struct cli_verify {
    cli_lines side[2];
    bool differs;
    char *first[2]; /* the lines that differ; NULL: that side has none */
} cli_verify;

void cli_verify_init(cli_verify *v, const sn_cast *cast);
void cli_verify_free(cli_verify *v);
/** A sink for side 0 or 1. */
sn_sink cli_verify_sink(cli_verify *v, unsigned side);
/** Compare what both sides have shown; true while nothing differs. `is_over`: neither will show more. */
bool cli_verify_compare(cli_verify *v, bool is_over);
/** True when memory ran out: nothing can be said. */
bool cli_verify_failed(const cli_verify *v);

#endif
