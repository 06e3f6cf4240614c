/* A progress line on a terminal, for runs that take longer than a second; and the wall clock. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "ss/base.h"

typedef struct cli_progress {
    bool is_wanted, is_shown;
    uint64_t started_ns, next_ns; /* wall clock */
} cli_progress;

/** Monotonic wall clock, ns. For humans and engine.json only. */
uint64_t cli_wall_ns(void);
cli_progress cli_progress_begin(bool is_wanted);
/** Cheap enough to call after every thousand events. */
void cli_progress_show(cli_progress *p, ss_time now, uint64_t events, uint64_t calls);
void cli_progress_end(cli_progress *p);

#endif
