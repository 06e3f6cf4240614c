/* The instants at which a scenario does something to the world, in words, for what shows a run over time. */
#ifndef MARKS_H
#define MARKS_H

#include "rp/run.h"
#include "sn/plan.h"

enum { CLI_MARKS = 64 };

/** By time; those that find no place are left out. */
typedef struct cli_marks {
    rp_mark marks[CLI_MARKS];
    uint32_t count;
} cli_marks;

void cli_marks_collect(cli_marks *m, const sn_plan *plan);

#endif
