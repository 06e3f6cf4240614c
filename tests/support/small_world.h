/* Small worlds for tests: plans made in a few lines, a run's facts folded into hashes, and apps that are not SIP. */
#ifndef SMALL_WORLD_H
#define SMALL_WORLD_H

#include "sn/world.h"

/* ---- plans: groups by name, links by kind; everything fails the test that fails */

/** A kind of link, the same in both directions: delay, its quarter as the floor, 1500 B. */
sn_link_kind small_link(const char *name, ss_span delay);
/** A root router "core" is group 0. */
sn_plan *small_plan(uint64_t seed);
uint32_t small_router(sn_plan *plan, const char *name, uint32_t via, uint32_t link);
uint32_t small_proxy(sn_plan *plan, const char *name, uint32_t via, uint32_t link);
/** User agents "sip:<name><n>@example.com", no proxy, no registration, answering at once. */
uint32_t small_uas(sn_plan *plan, const char *name, uint32_t count, uint32_t via, uint32_t link);
/** Its spec, to be changed before small_finish. */
sn_group_spec *small_spec(sn_plan *plan, uint32_t group);
void small_finish(sn_plan *plan);

/** Callers and callees behind lossy, jittery links of their own, a proxy that is also the registrar, Poisson calls. */
sn_plan *small_quickstart(uint64_t seed, uint32_t phones);

/* ---- runs */

#define SMALL_NODES_MAX 256u

typedef struct small_run {
    uint64_t digest;
    uint64_t stream; /* every fact and every byte, in order */
    uint64_t bytes;  /* of packets alone: what a capture would hold */
    uint64_t facts, events;
    uint64_t kinds[SN_FACT_COUNT], causes[SN_CAUSE_COUNT], calls[SN_CALL_COUNT];
    uint64_t chains[3 * SMALL_NODES_MAX]; /* of the digest: nodes, then links */
    sn_run_state state;
    ss_time end;
    uint32_t culprit;
    uint64_t disorder; /* facts that came out of order */
    sn_left_fact left; /* all hosts together */
    void *self;        /* of `each` */
    void (*each)(void *self, const sn_fact *fact,
                 ss_slice packet); /* an onlooker of the test's own, or NULL */
} small_run;

typedef struct small_options {
    uint32_t partitions;
    sn_decisions *decisions;
    sn_ground *ground;
    const sn_app_class *app;   /* for user agents and proxies; NULL: the plan's */
    const sn_app_class *proxy; /* for proxies alone; NULL: app */
    void *self;
    void (*each)(void *self, const sn_fact *fact, ss_slice packet);
} small_options;

small_run small_run_plan(const sn_plan *plan, const small_options *options);

/** Hosts that chatter: each sends from time to time to nodes drawn from all, in datagrams of any size up to 3000 bytes,
 *  answers with and without delay, and sets itself timers of no length. Everything follows from the plan's seed. */
extern const sn_app_class small_chatter;

#endif
