/* The progress line: virtual time, events, calls; five times a second, after the first second, on a terminal only. */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "cli.h"

#define FIRST_AFTER UINT64_C(1000000000)
#define AGAIN_AFTER UINT64_C(200000000)

uint64_t cli_wall_ns(void)
{
    struct timespec now = { 0 };
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

cli_progress cli_progress_begin(bool is_wanted)
{
    const uint64_t now = cli_wall_ns();
    return (cli_progress){ is_wanted && cli_is_colourful(stderr), false, now, now + FIRST_AFTER };
}

void cli_progress_show(cli_progress *p, ss_time now, uint64_t events, uint64_t calls)
{
    if (!p->is_wanted) {
        return;
    }
    const uint64_t wall = cli_wall_ns();
    if (wall < p->next_ns) {
        return;
    }
    p->next_ns = wall + AGAIN_AFTER;
    p->is_shown = true;
    fprintf(stderr,
            "\r%" PRIu64 ".%03" PRIu64 " s virtual, %" PRIu64 " events, %" PRIu64 " calls\x1b[K",
            now / 1000000000u, now / 1000000u % 1000u, events, calls);
    fflush(stderr);
}

void cli_progress_end(cli_progress *p)
{
    if (p->is_shown) {
        fputs("\r\x1b[K", stderr);
        fflush(stderr);
        p->is_shown = false;
    }
}
