/* rp/run.h: all that the reports may know of a run: what was asked, what the observers found, how it ended; and beside
 * it what may differ between equal runs, which goes to engine.json and to the terminal only.
 */
#ifndef RP_RUN_H
#define RP_RUN_H

#include "sn/judge_tally.h"
#include "sn/series.h"

#include "rp/status.h"

/** Something that the scenario did to the world. */
typedef struct rp_mark {
    ss_time at, until; /* SS_TIME_NEVER: for good, or at once */
    char text[120];
} rp_mark;

/** Everything borrowed. */
typedef struct rp_run {
    const char *version;    /* of the program */
    const char *name;       /* of the scenario */
    const char *file;       /* as given; not in results.json */
    uint64_t scenario_hash; /* of its effective text */
    ss_slice effective;     /* that text */
    uint64_t seed, order_seed, epoch_s;
    bool seeded;
    ss_span duration, drain;
    const sn_cast *cast;

    const sn_judge *judge;
    const sn_meter *meter;
    const sn_series *series;
    const sn_tally *tally;
    const rp_mark *marks; /* by time */
    uint32_t mark_count;
    const sn_expect *expects;
    uint32_t expect_count;
    const sn_check *checks; /* after sn_checker_finish */
    uint32_t check_count;
    const sn_reached *reached; /* asked for */
    uint32_t reached_count;

    uint64_t digest;
    uint64_t events;
    ss_time end;         /* virtual instant of the last event */
    const char *stopped; /* why it ended before its time, in words; NULL: it did not */
    rp_status_set statuses;
    const char *replay; /* the line that runs it again */
} rp_run;

/** A line of the story or scenario that was not met. A negative check is met when it was never seen. */
bool rp_check_holds(const sn_check *check);

/** What this very run took: free to differ between equal runs. */
typedef struct rp_engine {
    const char *commit, *compiler, *build;
    bool sanitized;
    uint32_t partitions;
    uint64_t wall_ns;        /* from loading to the last file but engine.json */
    uint64_t run_ns;         /* of the simulation alone */
    uint64_t peak_rss_bytes; /* of the process */
    uint64_t world_bytes, growths;
    uint64_t events;
} rp_engine;

/** events per second of `ns`; 0 when `ns` is 0. */
uint64_t rp_per_second(uint64_t count, uint64_t ns);

#endif
