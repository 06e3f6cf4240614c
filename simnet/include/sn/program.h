/* sn/program.h: user-agent programs, the one small table form that behaviours, stories and fuzz stimuli compile to.
 */
#ifndef SN_PROGRAM_H
#define SN_PROGRAM_H

#include "ss/base.h"

/** A probability: threshold of 2^32; SN_ALWAYS is certain. Never a float. */
typedef uint64_t sn_prob;
#define SN_ALWAYS (UINT64_C(1) << 32)

/** A length of time that is drawn: integers only. */
typedef enum sn_dist_kind {
    SN_DIST_CONST,
    SN_DIST_UNIFORM,
    SN_DIST_NORMAL,
    SN_DIST_EXP
} sn_dist_kind;
typedef struct sn_dist {
    sn_dist_kind kind;
    ss_span a; /* CONST the value; UNIFORM from; NORMAL, EXP mean */
    ss_span b; /* UNIFORM to (included); NORMAL standard deviation */
} sn_dist;

#define SN_OP_LIST(X)                                                                                        \
    X(REGISTER)   /* value: expires in s; text: contacts of this one alone */                                \
    X(UNREGISTER) /* value 1: all that is bound */                                                           \
    X(REPLAY)     /* of a tap: value is the ss_method of what it overheard */                                \
    X(SAY)   /* of the root router: value: message of the plan, target: to whom, other: as whom */           \
    X(QUERY) /* what is bound */                                                                             \
    X(CALL) /* target: the callee's node; call: the plan's number of it; value: session_s, other: account */ \
    X(PROGRESS) /* status */                                                                                 \
    X(ANSWER)                                                                                                \
    X(REJECT)   /* status */                                                                                 \
    X(REDIRECT) /* status, target */                                                                         \
    X(CANCEL)                                                                                                \
    X(HANGUP)                                                                                                \
    X(BYE)   /* in an early dialog */                                                                        \
    X(RESET) /* target: whose connections with it end at once */                                             \
    X(CLOSE) /* likewise, in order */                                                                        \
    X(MUTE)  /* likewise, but they go on, and carry nothing */                                               \
    X(SUBSCRIBE) /* target, name: the package, value: expires in s, other: k + 1 of the subscription */      \
    X(UNSUBSCRIBE) /* other */                                                                               \
    X(NOTIFY)      /* what the node says of itself: name, status 1 open 0 closed, text a note */             \
    X(PUBLISH)     /* the same, value: expires in s, 0 removes */                                            \
    X(MESSAGE)     /* target or call, text */                                                                \
    X(INFO)        /* call, name: the package or NULL, text */                                               \
    X(REFER)       /* call, target */                                                                        \
    X(TRANSFER)    /* call, other: k + 1 of the call whose peer it shall meet */                             \
    X(OPTIONS)     /* target */                                                                              \
    X(HOLD)                                                                                                  \
    X(RESUME)                                                                                                \
    X(UPDATE)   /* media: the streams wanted from now on; 0: as they are */                                  \
    X(REINVITE) /* the same */                                                                               \
    X(PRACK)                                                                                                 \
    X(CRASH) /* everything is forgotten, nothing is heard or said for `after`; 0: any more */
#define SN_OP_ID(name) SN_OP_##name,
typedef enum sn_op { SN_OP_LIST(SN_OP_ID) SN_OP_COUNT } sn_op;

/** How a row is done. */
enum {
    SN_ROW_RELIABLE = 1,   /* PROGRESS: RFC 3262 */
    SN_ROW_INSIDE = 1,     /* SUBSCRIBE, of a behaviour: in the dialog of the call */
    SN_ROW_ATTENDED = 2,   /* REFER, of a behaviour: to a call that is made first */
    SN_ROW_OFFER = 2,      /* PROGRESS, PRACK: with an offer */
    SN_ROW_ANSWER = 4,     /* PROGRESS: with the answer, or a preview of it */
    SN_ROW_NO_OFFER = 8,   /* UPDATE, REINVITE: without */
    SN_ROW_BY_UPDATE = 16, /* HOLD, RESUME: by UPDATE, not by re-INVITE */
    SN_ROW_KEEPS = 32,     /* CRASH: what was on its disk, bindings, is there afterwards */
    SN_ROW_GROUP = 64,     /* of a behaviour: target is a group: index for index, around */
    SN_ROW_STAYS = 128     /* REFER: the call goes on when the other one stands */
};

/** One row: wait, then act. */
typedef struct sn_row {
    sn_op op;
    sn_dist after; /* since the row before; the first: since the trigger */
    uint16_t status;
    uint8_t flags; /* SN_ROW_ */
    uint8_t media; /* SS_MEDIA_BIT; CALL, ANSWER: of the session; 0: as the node has it */
    uint32_t value;
    uint32_t target; /* dense node, or a group: SN_ROW_GROUP */
    uint32_t other;
    const char *name, *text; /* kept by the plan; NULL: none */
} sn_row;

/** Ops that other nodes are the target of. */
static inline bool sn_op_has_target(sn_op op)
{
    return op == SN_OP_CALL || op == SN_OP_REDIRECT || op == SN_OP_SUBSCRIBE || op == SN_OP_REFER ||
           op == SN_OP_OPTIONS;
}

/** Ops that go beside the session of a call: of it, or because of it. */
static inline bool sn_op_is_beside(sn_op op)
{
    return op == SN_OP_REFER || op == SN_OP_SUBSCRIBE || op == SN_OP_UNSUBSCRIBE ||
           op == SN_OP_MESSAGE || op == SN_OP_INFO;
}

/** Event packages that user agents notify of; bits of sn_ua_spec.events. */
typedef enum sn_event_package { SN_EVENTS_PRESENCE = 1, SN_EVENTS_DIALOG = 2 } sn_event_package;

/** What a callee does with an incoming call: one of the choices, by weight, then its rows. */
typedef struct sn_choice_rows {
    uint32_t weight;
    uint32_t first_row, row_count; /* into the plan's rows */
} sn_choice_rows;

typedef struct sn_behaviour {
    const char *name;
    uint32_t first_choice, choice_count; /* into the plan's choices */
    uint64_t weight_sum;
} sn_behaviour;

#endif
