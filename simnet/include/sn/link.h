/* sn/link.h: what one direction of a kind of link does to packets: parameters only. What they mean stands with each model
 * in simnet/link; the words are netem's where it has one. Probabilities are thresholds of 2^32 (sn_prob).
 */
#ifndef SN_LINK_H
#define SN_LINK_H

#include "sn/fault.h"
#include "sn/program.h"

/** What happens to a packet with probability p, whatever became of the packet before: or with that correlation to it. */
typedef struct sn_chance {
    sn_prob p, corr;
} sn_chance;

/* ---- loss ---- */

/** Model, and its word in scenarios. */
#define SN_LOSS_LIST(X)                                              \
    X(RANDOM, "p")        /* by chance: `random` */                  \
    X(STATE, "state")     /* netem's chain of four: `state` */       \
    X(GEMODEL, "gemodel") /* Gilbert and Elliott's: `ge` */          \
    X(MASK, "mask")       /* a pattern, around and around: `mask` */ \
    X(INDEX, "index")     /* numbered packets: `index` */
#define SN_LOSS_ID(name, word) SN_LOSS_##name,
typedef enum sn_loss_kind { SN_LOSS_LIST(SN_LOSS_ID) SN_LOSS_KINDS } sn_loss_kind;

/** Probabilities of going from state to state: 1 a gap, 2 a burst's packet that passes, 3 one that is lost, 4 a loss in a gap. */
typedef struct sn_loss_chain {
    sn_prob p13, p31, p32, p23, p14;
} sn_loss_chain;

typedef struct sn_loss_ge {
    sn_prob p, r;      /* from good to bad; back */
    sn_prob bad, good; /* of a loss in that state: netem's 1-h and 1-k */
} sn_loss_ge;

typedef struct sn_loss_mask {
    uint64_t bits; /* lowest first: 1 is lost */
    uint32_t count;
} sn_loss_mask;

typedef struct sn_loss_index {
    const uint32_t *at; /* from 1, growing; copied when the link is added */
    uint32_t count;
} sn_loss_index;

/** Only the member of the kind is looked at. */
typedef struct sn_loss {
    sn_loss_kind kind;
    bool as_netem; /* RANDOM: by its recurrence */
    uint32_t cap;  /* no more than so many in a row; 0: no limit */
    sn_chance random;
    sn_loss_chain state;
    sn_loss_ge ge;
    sn_loss_mask mask;
    sn_loss_index index;
} sn_loss;

/* ---- damage ---- */

#define SN_DAMAGE_LIST(X)                                     \
    X(BIT, "bit")     /* a bit is flipped */                  \
    X(BYTE, "byte")   /* a byte is another */                 \
    X(BURST, "burst") /* some of the next bits are flipped */ \
    X(TRUNCATE, "truncate")                                   \
    X(SIP, "sip") /* an edit that knows SIP's grammar: sn/mutate.h */
#define SN_DAMAGE_ID(name, word) SN_DAMAGE_##name,
typedef enum sn_damage_kind { SN_DAMAGE_LIST(SN_DAMAGE_ID) SN_DAMAGES } sn_damage_kind;
#define SN_BURST_MAX 32u

typedef struct sn_damage {
    sn_chance chance;
    sn_damage_kind kind;
    uint32_t burst; /* BURST: bits, 2 to SN_BURST_MAX */
    /* it is done to what a whole datagram carries, and the checksum is made right again: its receiver reads it; SIP: always */
    bool is_read;
} sn_damage;

/* ---- the queue before the rate ---- */

/** What a queue drops, and its word in scenarios. */
#define SN_QUEUE_LIST(X)                                          \
    X(TAIL, "tail")   /* what comes when it is full */            \
    X(HEAD, "head")   /* then what waits longest */               \
    X(RED, "red")     /* by chance, the likelier the more wait */ \
    X(CODEL, "codel") /* when all wait too long for too long: RFC 8289 */
#define SN_QUEUE_ID(name, word) SN_QUEUE_##name,
typedef enum sn_queue_policy { SN_QUEUE_LIST(SN_QUEUE_ID) SN_QUEUE_POLICIES } sn_queue_policy;

/** RED's average length, when it acts: in packets, or in bytes. */
typedef struct sn_red {
    uint32_t min, max; /* nothing is dropped below, everything from there on */
    bool in_bytes;
    sn_prob p;       /* of a drop when it is nearly `max` */
    uint32_t weight; /* it goes 2^-weight of the way to what is there; at most SN_RED_WEIGHT_MAX */
} sn_red;
#define SN_RED_WEIGHT_MAX 16u

typedef struct sn_codel {
    ss_span target, interval; /* below SN_CODEL_INTERVAL_MAX */
} sn_codel;
#define SN_CODEL_INTERVAL_MAX SS_S(4) /* its square fits 64 bits */

/** Only the member of the policy is looked at. */
typedef struct sn_link_queue {
    sn_queue_policy policy;
    uint32_t packets, bytes; /* that may wait, whatever the policy; 0 is no limit */
    sn_red red;
    sn_codel codel;
    bool ecn; /* would be marked and not dropped, if anything here could be */
} sn_link_queue;

/* ---- rate and slots ---- */

typedef struct sn_rate {
    uint64_t bps;     /* bits per second; 0 is unlimited */
    int32_t overhead; /* bytes that each packet has more, or less, on this link */
    uint32_t cell; /* bytes of payload in a cell, of which a packet fills whole ones; 0: no cells */
    uint32_t cell_overhead;
} sn_rate;

/* ---- delay ---- */

/** How jitter is distributed, and its word in scenarios. Its mean is 0. */
#define SN_SHAPE_LIST(X)                                                       \
    X(UNIFORM, "uniform") /* -spread .. +spread; the spread of the others is \
                                       the standard deviation */ \
    X(NORMAL, "normal")                                                        \
    X(PARETO, "pareto")             /* of shape 3 */                           \
    X(PARETONORMAL, "paretonormal") /* three parts of that, one part normal */ \
    X(EXP, "exp")                                                              \
    X(TABLE, "table") /* one of a list, each as likely; its mean is what it is */
#define SN_SHAPE_ID(name, word) SN_SHAPE_##name,
typedef enum sn_shape { SN_SHAPE_LIST(SN_SHAPE_ID) SN_SHAPES } sn_shape;

typedef struct sn_jitter {
    sn_shape shape;
    ss_span spread; /* 0: none; TABLE: not 0 */
    sn_prob corr;   /* with the packet before */
    /* TABLE: what is added, ns, each within +-SN_SPAN_MAX; at least one; copied when the link is added */
    const int64_t *table;
    uint32_t table_count;
} sn_jitter;

/* ---- slots ---- */

/** Packets leave in slots only. */
typedef struct sn_slot {
    ss_span min, max;        /* from one to the next; 0, 0: no slots */
    sn_jitter jitter;        /* spread not 0: `min` and this instead */
    uint32_t packets, bytes; /* in one; 0: no limit */
} sn_slot;

/* ---- reordering ---- */

enum { SN_REORDER_PACKETS_MAX = 16 };

/** How far a packet jumps ahead: to the floor of the delay, or no further than that by so much. */
typedef struct sn_jump {
    uint32_t
        packets;  /* it comes before the packet that left so many before it; 0: it is not counted */
    ss_span time; /* its delay is shorter by that; 0: it is not */
} sn_jump;

/* ---- the MTU ---- */

/** RFC 791 3.2: every link carries so much. */
enum { SN_MTU_LEAST_BYTES = 68 };

/** What becomes of a packet that is larger than what the link carries really. */
typedef enum sn_mtu_policy {
    SN_MTU_ICMP,      /* as routers do: it is cut, or, where it may not be, its source is told */
    SN_MTU_BLACKHOLE, /* nothing, and nobody is told */
    SN_MTU_FRAGMENT   /* it is cut, may it be or not */
} sn_mtu_policy;

/* ---- a direction ---- */

/** NETEM: correlated chances by netem's recurrence, which keeps neither their rate nor their correlation; jitter without
 *  correlation, which netem's own tables lose; a packet both lost and duplicated leaves as one copy. */
typedef enum sn_compat { SN_COMPAT_NATIVE, SN_COMPAT_NETEM } sn_compat;

/** One direction of a kind of link. */
/** Versions of IP that cross a link; what is of the other one is as on a link that is down. */
typedef enum sn_carries { SN_CARRIES_BOTH, SN_CARRIES_V4, SN_CARRIES_V6 } sn_carries;

typedef struct sn_link_params {
    uint32_t mtu; /* bytes of IP packet; 68..65535; 0 stands for 65535 */
    /* what it carries really, where a router alone finds out: 0 as much; 68..65535 */
    bool illegal; /* too narrow for IPv6, and meant to be: RFC 8200 5 */
    uint32_t hidden_mtu;
    uint32_t tunnel; /* bytes of a header that each packet has more inside */
    sn_mtu_policy mtu_policy;
    sn_carries carries;
    sn_chance duplicate;
    ss_span duplicate_delay; /* so much later comes the second copy */
    sn_loss loss;      /* per fragment and copy */
    ss_span bad_delay; /* more of it where the model of loss is in its bad state, or in a burst */
    uint64_t bad_rate; /* bits per second there; 0: as ever */
    sn_damage corrupt;
    sn_link_queue queue; /* waiting for the rate */
    sn_rate rate;
    ss_span delay;
    sn_jitter jitter;     /* added to delay */
    ss_span delay_floor;  /* nothing arrives sooner; at least 1 ns; the lookahead */
    sn_chance reorder;    /* with this probability the delay is the floor only … */
    uint32_t reorder_gap; /* … but only each gap-th packet is a candidate; 0, 1: every */
    sn_jump jump;         /* … or less is taken off it */
    bool keep_order;      /* a packet never overtakes one sent before it */
    sn_slot slot;
    sn_compat compat;
    /* by sn_link_settle: */
    unsigned stages; /* what of the above does anything */
    bool remembers;  /* something of it has a memory */
    uint32_t narrow; /* hidden_mtu and tunnel together; 0: neither */
} sn_link_params;

/* ---- changes ---- */

enum { SN_LINK_UP = 1, SN_LINK_DOWN = 2 }; /* bits of directions */

typedef enum sn_change_kind {
    SN_CHANGE_SET,    /* other parameters hold */
    SN_CHANGE_DOWN,   /* no datagram crosses; connections are not touched */
    SN_CHANGE_CLOGGED /* everything waits until it is over */
} sn_change_kind;

/** How a change goes on while it lasts. */
typedef enum sn_course_kind {
    SN_COURSE_STEADY,
    SN_COURSE_RAMP, /* SET: from level to level, and the last one stays */
    SN_COURSE_WALK, /* SET: it begins in the middle; then one level up, down or neither, each as likely */
    SN_COURSE_FLAP /* DOWN, CLOGGED: it is not so for a while, then it is, and so on */
} sn_course_kind;

/** One direction's parameters at a level. */
typedef struct sn_level {
    sn_link_params up, down;
} sn_level;

typedef struct sn_course {
    sn_course_kind kind;
    ss_span step;           /* RAMP, WALK: how long a level holds at least; not 0 */
    const sn_level *levels; /* at least 2; copied when the change is added */
    uint32_t level_count;
    sn_dist rest, spell; /* FLAP: how long it is not so, and is so; 1 ns at least */
} sn_course;
enum { SN_LEVELS_MAX = 250 };

/** The uplinks of some nodes are otherwise for a while; of several that set parameters at once the last one added holds. */
typedef struct sn_link_change {
    sn_node_range of;
    unsigned dirs; /* SN_LINK_UP, SN_LINK_DOWN, or both */
    sn_change_kind kind;
    sn_link_params up, down; /* SET, STEADY */
    sn_course course;
    ss_time since, until;
} sn_link_change;

/** 1500 B, nothing lost, no delay but the floor. */
sn_link_params sn_link_params_default(void);
/** To be called when the rest is there. */
void sn_link_settle(sn_link_params *params);

#endif
