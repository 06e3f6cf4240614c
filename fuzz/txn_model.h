/* The four transactions as RFC 3261 17 draws them, with RFC 6026 and RFC 4320: a table written from their text, and not from
 * stack/txn, to which it is compared. Private to fuzz/. */
#ifndef FUZZ_TXN_MODEL_H
#define FUZZ_TXN_MODEL_H

#include "fuzz.h"

#include "ss/txn.h"

/** What happens to a transaction. */
typedef enum fz_txn_event {
    FZ_TXN_REPEAT, /* A, E, G, and the 200 ms of 17.2.1 */
    FZ_TXN_END,    /* B, D, F, H, I, J, K, L, M */
    FZ_TXN_1XX,    /* clients: from the network; servers: from the TU */
    FZ_TXN_2XX,
    FZ_TXN_300_699,
    FZ_TXN_REQUEST, /* a copy of the request */
    FZ_TXN_ACK,
    FZ_TXN_ERROR,  /* of the transport */
    FZ_TXN_GIVE_UP /* by the TU */
} fz_txn_event;

/** What must go out. */
typedef enum fz_txn_sends {
    FZ_SENDS_NOTHING,
    FZ_SENDS_REQUEST, /* as it was first sent */
    FZ_SENDS_ACK,     /* 17.1.1.3 */
    FZ_SENDS_100,     /* made by the transaction itself */
    FZ_SENDS_THIS,    /* the response that the TU passed */
    FZ_SENDS_LAST     /* the last response again; nothing before the first */
} fz_txn_sends;

typedef struct fz_txn_model {
    ss_machine machine;
    ss_txn_state state;
    bool is_reliable;
    ss_span t1, t2, t4;
    ss_time repeat_at, end_at; /* SS_TIME_NEVER: not running */
    ss_span interval;          /* of the timer that repeats */
} fz_txn_model;

/** What an event must bring about. */
typedef struct fz_txn_effect {
    bool is_drawn; /* else nothing happens */
    fz_txn_sends sends;
    ss_up_kind tells; /* SS_UP_NOTHING: nobody; SS_UP_ENDED when it only ends */
    bool ends;
} fz_txn_effect;

/** Begins at an instant: its request was sent, or received. */
void fz_txn_model_begin(fz_txn_model *m, ss_time now);
/** Takes its edge. */
fz_txn_effect fz_txn_model_step(fz_txn_model *m, fz_txn_event event, ss_time now);
/** When its next timer fires. */
ss_time fz_txn_model_next(const fz_txn_model *m);
/** Whether a TU may pass this response now: SS_OK; SS_ERR_STATE by the figures, SS_ERR_SEMANTIC by RFC 4320 4. */
ss_status fz_txn_model_may_respond(const fz_txn_model *m, unsigned status);

#endif
