/* stages.h: the impairments of a link direction as stages that a copy goes through, in the order of the design (5). Private
 * to simnet/link.
 */
#ifndef STAGES_H
#define STAGES_H

#include "link/codel.h"
#include "link/impair.h"
#include "link/jitter.h"
#include "link/loss.h"
#include "link/red.h"

typedef enum sn_stage {
    SN_STAGE_LOSS,
    SN_STAGE_CORRUPT,
    SN_STAGE_QUEUE,
    SN_STAGE_DELAY,
    SN_STAGE_ORDER,
    SN_STAGE_SLOT,
    SN_STAGES
} sn_stage;
/** Beside those of a copy: of the packet. */
#define SN_DUPLICATES (1u << SN_STAGES)

/** The memory of the queue before the rate. */
typedef struct sn_queue_memory {
    ss_time busy_until; /* when the last bit of the last packet leaves */
    ss_ref first, last; /* of what waits and is decided; only kept where somebody asks how many */
    ss_ref held, held_last;  /* sn_held, that wait in person */
    uint32_t packets, bytes; /* that wait, of both */
    ss_time served_at;       /* when the next of those is taken up, as was said; 0: not said */
    sn_red_memory red;
    sn_codel_memory codel;
} sn_queue_memory;

/** The memory of slots. */
typedef struct sn_slot_memory {
    ss_time at;              /* when it begins */
    uint32_t packets, bytes; /* that still go into it */
} sn_slot_memory;

/** When the last packets arrive. */
typedef struct sn_recent {
    ss_time at[SN_REORDER_PACKETS_MAX];
    uint64_t count;
} sn_recent;

/** What a link direction remembers. Models with memory couple the flows that share it. */
typedef struct sn_link_memory {
    sn_queue_memory queue;
    sn_jitter_memory jitter;
    sn_loss_memory loss;
    sn_chance_memory duplicate, corrupt, reorder;
    sn_slot_memory slot;
    uint32_t since_reorder; /* packets since the last candidate for reordering */
    ss_ref recent;          /* sn_recent; only kept where packets jump before others */
    ss_time last_arrival;   /* ORDER */
    ss_time last_segment;   /* the same, of what belongs to streams */
} sn_link_memory;

/** A copy on its way through the stages. */
typedef struct sn_crossing {
    const sn_transmission *t;
    const sn_point *point;  /* of this copy */
    sn_link_memory *memory; /* NULL where nothing remembers */
    sn_copy *copy;
    ss_time leaves; /* its last bit: now, but for the rate */
    ss_span delay;  /* from then on; not below the floor */
    bool is_bad;    /* LOSS: the state in which the copy found its model */
    bool is_second; /* of two copies */
    bool waits;     /* QUEUE: it is held */
    bool out_of_memory;
} sn_crossing;

/** Each may give the copy a cause, then it goes no further; or change when it leaves and how long it takes. */
typedef void sn_stage_act(sn_crossing *c);
sn_stage_act sn_stage_loss, sn_stage_corrupt, sn_stage_queue, sn_stage_delay, sn_stage_order,
    sn_stage_slot;

/** This copy arrives: it may be overtaken. */
void sn_remember_arrival(sn_crossing *c);
/** The time that the bits of a packet take, rounded up. */
ss_span sn_rate_span(const sn_transmission *t, uint32_t bytes, bool is_bad);
/** A copy that was held goes through the stages behind QUEUE; its bits begin to leave now. */
void sn_cross_on(const sn_transmission *t, sn_held *held);

/** A step of a chance, as the link's compat has it. */
bool sn_link_happens(const sn_link_params *params, const sn_chance *chance,
                     sn_chance_memory *memory, uint64_t draw);
/** Does a chance of the link come true? */
bool sn_link_chance(const sn_transmission *t, const sn_point *point, sn_decision_kind kind,
                    const sn_chance *chance, sn_chance_memory *memory);

#endif
