/* What is live at an instant, as state.c follows it and state_words.c tells of it. */
#ifndef STATE_H
#define STATE_H

#include "rp/state.h"
#include "sn/capture_index.h"

typedef enum state_kind {
    STATE_CALL,
    STATE_TRANSACTION,
    STATE_DIALOG,
    STATE_SUBSCRIPTION,
    STATE_CONNECTION,
    STATE_PACKET, /* of those that are on one link, in all copies */
    STATE_KINDS
} state_kind;

typedef struct state_thing {
    uint64_t key, born; /* born: the first has 0 */
    uint32_t next_free;
    state_kind kind;
    bool is_live;
    uint32_t node, peer, link;
    uint8_t machine, method;
    uint16_t state; /* of a transaction, dialog, subscription, connection; what the call did last */
    uint16_t local_port, peer_port;
    uint32_t message;        /* of a packet: as packed; SN_NOBODY: not known */
    uint64_t call_id, count; /* copies under way, or sent again, or bytes that are kept */
    ss_time made, since, due;
} state_thing;

struct rp_state {
    const sn_cast *cast;
    state_thing *things;
    uint32_t count, room, free_first, free_count;
    uint64_t births;
    sn_index by_key;   /* to the place of a thing */
    sn_index messages; /* datagrams */
    sn_index numbers;  /* of calls, by the hash of their Call-ID */
    sn_left_fact *left;
    uint32_t *waiting; /* messages in the queue of each node */
    sn_key last;       /* of the last event that did something */
    bool has_left, has_last, out_of_memory;
};

#endif
