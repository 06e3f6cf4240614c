/* sn/world.h: a plan, run. One contiguous region holds all that changes (design 2).
 *
 *     sn_world *w = sn_world_new(plan, &options);
 *     while (sn_world_step(w) == SN_RUN_GOING) { }          or sn_world_run
 *     sn_world_free(w);
 *
 * Sinks see every fact in the total order, whatever the number of partitions.
 */
#ifndef SN_WORLD_H
#define SN_WORLD_H

#include "sn/app.h"
#include "sn/decisions.h"
#include "sn/facts.h"
#include "sn/plan.h"

typedef enum sn_run_state {
    SN_RUN_GOING,
    SN_RUN_DONE,    /* came to rest, or the drain is over */
    SN_RUN_STOPPED, /* sn_world_stop */
    SN_RUN_ZENO,    /* step bound passed: liveness, exit 5. No LEFT facts */
    SN_RUN_BUDGET,  /* event bound spent: exit 5. No LEFT facts */
    SN_RUN_MEMORY   /* exit 7. No LEFT facts */
} sn_run_state;

/** What worlds leave to those that come after them, so that a short run asks nothing of the system: their region, and what hashes.
 *  A world finds nothing in it of the ones before. */
typedef struct sn_ground sn_ground;

/** NULL without memory. */
sn_ground *sn_ground_new(void);
/** No world stands on it. */
void sn_ground_free(sn_ground *g);

typedef struct sn_world_options {
    uint32_t partitions;  /* 0, 1: one. More: the same world in parts, one after another */
    const sn_sink *sinks; /* borrowed for the world's life */
    uint32_t sink_count;
    /* NULL: plain draws of the plan's seed; else lent for the run, and the calls are decided
     * anew, by them */
    sn_decisions *decisions;
    /* by role, SN_ROLE_COUNT of them; NULL, or a NULL in it: the plan's own */
    const sn_app_class *const *apps;
    sn_ground *ground; /* lent for the world's life, to it alone; NULL: it has its own */
} sn_world_options;

typedef struct sn_world sn_world;

/** NULL without memory. */
sn_world *sn_world_new(const sn_plan *plan, const sn_world_options *options);
void sn_world_free(sn_world *w);
/** One event (one partition), or one window of lookahead (several). The END fact has been given when it returns anything
 *  but SN_RUN_GOING. */
sn_run_state sn_world_step(sn_world *w);
/** Many steps: until the state changes or `steps` are done. */
sn_run_state sn_world_run(sn_world *w, uint64_t steps);
/** End the run in order at the next step: facts LEFT and END are given, END with value 1. */
void sn_world_stop(sn_world *w);

/** The instant of the last event; of END when the run is over. */
ss_time sn_world_now(const sn_world *w);
/** That of the next event, SS_TIME_NEVER when there is none: of a world of one partition. */
ss_time sn_world_next(sn_world *w);
/** Events of which something came. */
uint64_t sn_world_events(const sn_world *w);
/** Bytes of the region that were ever used; and how many times the heap was asked for more after the start: only by the
 *  recorder of decisions, as the region is reserved as a whole and the system gives its pages as they are touched. */
uint64_t sn_world_bytes(const sn_world *w);
uint64_t sn_world_growths(const sn_world *w);
/** The node that stood in the way, for SN_RUN_ZENO; else SN_NOBODY. */
uint32_t sn_world_culprit(const sn_world *w);

#endif
