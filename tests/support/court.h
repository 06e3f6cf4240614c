/* Hand-made facts for the tests of the judge: a proxy, two user agents and a router, an instant at a time. What a node gets
 * was sent by the router, which no law of SIP concerns; equal messages have equal bytes.
 */
#ifndef COURT_H
#define COURT_H

#include "sn/judge.h"

enum { COURT_PROXY, COURT_ALICE, COURT_BOB, COURT_ROUTER, COURT_NODES };
enum {
    COURT_OURS = 0xa1,
    COURT_THEIRS = 0xb2,
    COURT_CALL_ID = 0xc3,
    COURT_FROM_TAG = 0xf4,
    COURT_TO_TAG = 0xd5
};

typedef struct court {
    sn_member nodes[COURT_NODES];
    sn_cast cast;
    sn_judge *judge;
    sn_meter *meter; /* fed too when the test makes them */
    sn_checker *checker;
    sn_key key;
    uint32_t index;
    uint64_t ordinals[COURT_NODES];
    ss_transport transport; /* of what is sent and got from now on */
    ss_slice payload;       /* of the messages that follow */
    uint32_t peer;          /* whom they come from or go to; SN_NOBODY */
    uint16_t peer_port;
    sn_cast_guard guard;
} court;

/** T1 500 ms, T2 4 s, T4 5 s; every law is judged. */
void court_open(court *rig);
void court_close(court *rig);
/** The next event, at an instant not before the last one's. */
void court_at(court *rig, ss_time at);
/** A fact inside the event, with the rig's key and index. */
void court_give(court *rig, sn_fact fact);

/** Messages of one call, with one Via; the fields are there to be changed. */
ss_summary court_request(ss_method method, uint64_t branch);
ss_summary court_response(unsigned status, ss_method method, uint64_t branch);
void court_sends(court *rig, uint32_t node, ss_summary message);
void court_gets(court *rig, uint32_t node, ss_summary message);

/** A connection of the node's with another, or with SN_NOBODY. */
void court_connection(court *rig, uint32_t node, uint32_t peer, sn_connection_event event);

/** A transaction was made when from == to. */
void court_notes_txn(court *rig, uint32_t node, ss_machine machine, ss_method method,
                     uint64_t branch, ss_txn_state from, ss_txn_state to);
void court_notes_timer(court *rig, uint32_t node, ss_machine machine, ss_method method,
                       uint64_t branch, ss_letter letter);
void court_notes(court *rig, uint32_t node, ss_note note);
void court_call(court *rig, uint32_t node, sn_call_event event, uint32_t number, unsigned status);
void court_call_synthetic(court *rig, uint32_t node, sn_call_event event, uint32_t number,
                          unsigned status);

/** Facts end: laws about what should have happened by `end` are judged. */
void court_finish(court *rig, ss_time end);
/** How often a law was broken, by its name. */
uint64_t court_broken(const court *rig, const char *law);
/** How often any was. */
uint64_t court_broken_any(const court *rig);

#endif
