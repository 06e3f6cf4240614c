/* The state of a collection of ladders, for the files that fill it (ladder.c), that choose from it (ladder/choice.c)
 * and that show what was chosen (ladder/stories.c). */
#ifndef RP_LADDER_STATE_H
#define RP_LADDER_STATE_H

#include "ladder/ladder.h"
#include "sn/capture_index.h"
#include "ss/msg.h"

enum {
    CALLS_MAX = 4096,
    UNDER_WAY = 1 << 15,
    FIRST_ROWS = 64,
    FIRST_TEXTS = 1 << 13,
    SLAB_PLACES = 16,
    OTHERS_MAX = 4,
    SMALL_NETWORK = 8
};
enum { FAILING_MAX = 4, FAILURES_MAX = 256 }; /* kept; looked at */

typedef struct under_way {
    uint64_t datagram; /* key; 0 before its first use */
    uint32_t place, generation, row;
} under_way;

typedef struct first_memory {
    ladder_row rows[FIRST_ROWS];
    char texts[FIRST_TEXTS];
} first_memory;

struct rp_ladder {
    const sn_cast *cast;
    ladder_call calls[CALLS_MAX];
    /* the first memory of sixteen places each, so that a busy hour does not ask for it call by call */
    first_memory *slabs[CALLS_MAX / SLAB_PLACES];
    uint32_t places_used;
    uint32_t free_places[CALLS_MAX], free_count;
    uint32_t ended[CALLS_MAX], ended_first,
        ended_count; /* a ring of places, in the order in which they ended */
    ss_time oldest;  /* nothing of it is old before */
    sn_index by_call, by_datagram;
    under_way ring[UNDER_WAY];
    uint32_t next;
    uint32_t first, sample; /* places; SN_NOBODY */
    uint32_t failing[FAILING_MAX], failing_count;
    uint64_t ways[FAILING_MAX]; /* in which those failed: each another */
    uint32_t failures;
    uint32_t others[SS_METHOD_COUNT]
                   [OTHERS_MAX]; /* places that each method opened, but for INVITE */
    uint32_t other_count[SS_METHOD_COUNT];
    bool selects;                     /* one call, and nothing else */
    uint64_t wanted_id;               /* hash of its Call-ID; 0: not known yet */
    uint32_t wanted_number;           /* 0: by its Call-ID */
    uint64_t not_followed;            /* calls that found no place */
    size_t texts;                     /* room for messages, of all places */
    ladder_call *last;                /* whose row is the newest message; NULL: nobody's */
    char forgotten[LADDER_WHY_BYTES]; /* a call that failed when it was not followed any more */
};

#endif
