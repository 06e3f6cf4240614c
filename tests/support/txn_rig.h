/* One transaction layer on a bench: a core, a store, an arena, a clock that jumps from timer to timer, and the texts of the
 * messages that the tests of section 17 need. One rig at a time: rig_start() clears the one there is.
 *
 * The peer is 10.0.0.2:5060, we are 10.0.0.1:5060; a client's branch is z9hG4bKours, a server's z9hG4bKtheirs.
 */
#ifndef TXN_RIG_H
#define TXN_RIG_H

#include "check.h"

#include "ss/txn.h"

typedef struct txn_rig {
    ss_settings settings;
    ss_pools pools;
    ss_core core;
    ss_arena arena;
    ss_turn turn;
    ss_path path;
    const ss_output *unread; /* next output of this turn that no rig_next_* has seen */
    ss_up up;                /* the last thing that came up */
    char text[4096];         /* the last message built */
} txn_rig;

/** A fresh rig at instant 0 with the default settings. */
txn_rig *rig_start(ss_transport transport);
/** As rig_start, with so many bytes of store behind the tables. */
txn_rig *rig_start_small(ss_transport transport, uint64_t store_bytes);
/** A new turn at an instant: the outputs of the last one are forgotten. No timer fires. */
void rig_at(txn_rig *rig, ss_time now);
/** A new turn at the next deadline, in which the one timer due fires. False when idle. */
bool rig_tick(txn_rig *rig);
/** Tick until something is sent: when. SS_TIME_NEVER when idle before. */
ss_time rig_next_send(txn_rig *rig);
/** Tick until such a thing comes up: when. SS_TIME_NEVER when idle before. */
ss_time rig_next_up(txn_rig *rig, ss_up_kind kind);
/** Tick until so named a timer fires: when. SS_TIME_NEVER when idle before. */
ss_time rig_next_timer(txn_rig *rig, ss_letter letter);
/** Tick while the next deadline is not after `end`; then a new turn at `end`. Counts what was sent. */
unsigned rig_run_until(txn_rig *rig, ss_time end);

/** Client transactions: 0 when refused. */
ss_ref rig_request(txn_rig *rig, const char *method);
/** Parse bytes and hand them over, stamped when a request. */
ss_up rig_receive(txn_rig *rig, const char *text);
/** A response to rig_request's request; method as in its CSeq. */
ss_up rig_answer(txn_rig *rig, const char *method, unsigned status);
/** A request from the peer with branch z9hG4bKtheirs. */
ss_up rig_peer_sends(txn_rig *rig, const char *method);
/** The same, and serve it: the transaction. */
ss_ref rig_serve(txn_rig *rig, const char *method);
/** Pass a response to a server transaction. */
ss_status rig_respond(txn_rig *rig, ss_ref txn, unsigned status, bool *ended);
/** The path fails; tells of one transaction. */
ss_up rig_break_path(txn_rig *rig, uint32_t *cursor);

/** What this turn sent: how many messages, and the nth (0..). */
unsigned rig_sends(const txn_rig *rig);
ss_slice rig_sent(const txn_rig *rig, unsigned nth);
/** The next unread note of a kind; NULL when there is none. rig_rewind() starts over. */
const ss_note *rig_note(txn_rig *rig, ss_note_kind kind);
void rig_rewind(txn_rig *rig);
/** Its state; SS_TXN_TERMINATED when `ended`. */
ss_txn_state rig_state(const txn_rig *rig, ss_ref txn);

/** Texts, in rig->text. */
const char *rig_request_text(txn_rig *rig, const char *method, const char *branch);
const char *rig_response_text(txn_rig *rig, const char *method, unsigned status,
                              const char *branch);

#endif
