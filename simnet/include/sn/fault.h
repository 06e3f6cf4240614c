/* sn/fault.h: faults chosen by what a message means: which datagram, from whom to whom, the how-manieth of its kind; and what
 * becomes of it as it leaves its origin, before it is cut into fragments.
 */
#ifndef SN_FAULT_H
#define SN_FAULT_H

#include "sn/mutate.h"

/** Nodes of a group, or all nodes. Dense after sn_plan_finish. */
typedef struct sn_node_range {
    uint32_t group; /* SN_NOBODY: any node */
    uint32_t first, last;
} sn_node_range;

/** What the copies of a kind are counted by. */
#define SN_FAULT_PER_LIST(X)                                                                                \
    X(CALL, "call") /* a Call-ID, at its origin */                                                          \
    X(DIALOG,                                                                                               \
      "dialog") /* a Call-ID and both tags, of an early dialog as well; what has one tag only is of none */ \
    X(PATH, "path") /* from one node to another */                                                          \
    X(NODE, "node") /* all that a node sends */
#define SN_FAULT_PER_ID(name, word) SN_FAULT_PER_##name,
typedef enum sn_fault_per { SN_FAULT_PER_LIST(SN_FAULT_PER_ID) SN_FAULT_PERS } sn_fault_per;

/** By what a message goes that is meant. */
#define SN_FAULT_BY_LIST(X)        X(UDP, "udp") X(TCP, "tcp") X(ANY, "any")
#define SN_FAULT_BY_ID(name, word) SN_FAULT_BY_##name,
typedef enum sn_fault_by { SN_FAULT_BY_LIST(SN_FAULT_BY_ID) SN_FAULT_BYS } sn_fault_by;

/** Of a message on a connection the bytes come again: DROP and CORRUPT hold it back until they do, DUPLICATE and EDIT do nothing. */
typedef enum sn_fault_act {
    SN_FAULT_DROP,
    SN_FAULT_DUPLICATE,
    SN_FAULT_CORRUPT, /* a bit of it flips: its receiver drops it, as its checksum is wrong */
    SN_FAULT_DELAY,
    SN_FAULT_EDIT
} sn_fault_act;

/** EDIT: what is done to the message; its checksum is right. */
typedef struct sn_fault_edit {
    sn_edit edit; /* SN_EDIT_NONE: one is drawn */
    /* header that it is done to, NULL: any; SET_FIELD: and what it says then. Both are copied. */
    const char *field, *value;
    uint32_t choice; /* of another one come other choices; those of two messages differ anyway */
    bool repair;     /* Content-Length is made right again */
} sn_fault_edit;

/** Calls of the plan, known by the number in a message's Call-ID: at any hop, and behind a B2BUA. */
typedef struct sn_fault_calls {
    bool asked;           /* false: whatever a message is about */
    uint32_t source;      /* entry of `calls`; SN_NOBODY: the story */
    uint32_t first, last; /* of its calls, from 0 */
} sn_fault_calls;

typedef struct sn_fault {
    sn_node_range from, to;
    sn_fault_calls calls;
    bool is_of_requests, is_of_responses; /* neither: of any datagram */
    sn_fault_by by;
    uint8_t method;                  /* ss_method; OTHER: any; of a response by its CSeq */
    uint16_t status_min, status_max; /* of responses */
    ss_time since, until;            /* it leaves in [since, until) */
    uint32_t nth;                    /* from 1; 0: every copy … */
    uint32_t times;                  /* … else that one and the next; 0: all after it */
    sn_fault_per per;
    sn_fault_act act;
    ss_span delay; /* DELAY: it leaves so much later */
    sn_fault_edit edit;
} sn_fault;

#endif
