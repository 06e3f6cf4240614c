/* The bench of the target `transaction`: a core with four client and four server transactions, each beside its model; the messages that
 * they exchange; and what must leave for each event. Private to fuzz/. */
#ifndef FUZZ_TRANSACTION_BENCH_H
#define FUZZ_TRANSACTION_BENCH_H

#include "txn_model.h"

#include "ss/engine.h"

enum { FZ_TXN_CLIENTS = 4, FZ_TXN_SLOTS = 8, FZ_TXN_OLD_SLOT = 7, FZ_TXN_TEXT_BYTES = 1024 };

typedef struct fz_txn_text {
    char at[FZ_TXN_TEXT_BYTES];
    size_t len;
} fz_txn_text;

typedef struct fz_txn_slot {
    fz_txn_model model;
    bool is_live;
    ss_ref txn;
    unsigned number, generation, born; /* `born`: order of creation */
    const char *method;
    ss_path path;
    fz_txn_text request, last; /* last: of a client its ACK, of a server its last response */
    const char *acked;         /* client: the To tag that its ACK has */
} fz_txn_slot;

typedef struct fz_txn_bench {
    ss_settings settings;
    ss_pools pools;
    ss_core core;
    ss_arena arena;
    ss_turn turn;
    ss_time now;
    fz_txn_slot slots[FZ_TXN_SLOTS];
    unsigned born;
} fz_txn_bench;

ss_slice fz_txn_slice_of(const fz_txn_text *t);
/** A new turn now. */
void fz_txn_begin(fz_txn_bench *b);
/** The one message of this turn; NULL when there is none. */
const ss_output *fz_txn_sent(const fz_txn_bench *b);
/** What a transaction made, or what it is given. */
ss_msg *fz_txn_parse(ss_arena *arena, ss_slice bytes);

/** Messages of a slot's generation: clients' Vias are ours, servers' the peer's. `to_tag` NULL: none. */
void fz_txn_put_request(fz_txn_text *t, const fz_txn_slot *s, const char *method,
                        const char *to_tag);
void fz_txn_put_response(fz_txn_text *t, const fz_txn_slot *s, unsigned status, const char *to_tag);

/** An ACK (17.1.1.3) or CANCEL (9.1) is made of the slot's request, but for its method, and the To of an ACK. */
void fz_txn_check_made_of(const fz_txn_slot *s, ss_slice bytes, const char *method,
                          const char *to_tag);
/** This turn sent what it must; `passed` is the user's response, for FZ_SENDS_THIS. */
void fz_txn_check_sent(fz_txn_bench *b, fz_txn_slot *s, fz_txn_sends sends,
                       const fz_txn_text *passed);
/** The slot lives on in the state of its model, or has ended. */
void fz_txn_settle(fz_txn_bench *b, fz_txn_slot *s, const fz_txn_effect *effect);
/** The stack said `up`, and put out this turn; the model takes the same event. */
void fz_txn_compare(fz_txn_bench *b, fz_txn_slot *s, fz_txn_event event, const ss_up *up);
/** The models know of nobody whom this concerns. */
void fz_txn_compare_none(const fz_txn_bench *b, const ss_up *up, ss_up_kind kind);
/** When the next timer must fire, and will. */
ss_time fz_txn_next_deadline(const fz_txn_bench *b);

#endif
