/* b2bua_pair.h: what the files of the B2BUA share: two calls, and what of one waits for the other. Side 0 is the one that came,
 * side 1 the one that was made for it.
 */
#ifndef SS_B2BUA_PAIR_H
#define SS_B2BUA_PAIR_H

#include "ss/b2bua.h"

enum { CAME, MADE, SIDES };

/** The o= line of a side's descriptions: ours, whoever wrote the rest. */
typedef struct ss_origin {
    uint64_t id, version;
    uint64_t said; /* hash of the rest of the last one; 0: none was said */
} ss_origin;

typedef struct pair {
    ss_ref next;
    uint64_t cookie;
    ss_origin origins[SIDES];
    uint32_t calls[SIDES]; /* the engine's numbers */
    bool is_over[SIDES];   /* the engine said so, or will say nothing more */
    bool is_asked[SIDES];  /* a change that the other side asked for is under way here */
    bool is_own[SIDES];    /* one of ours is: nobody on the other side waits for it */
    bool is_answered;      /* the call that came is */
    bool has_answer;       /* it has the answer to its offer in a response that cannot be lost */
    bool is_split;         /* that is of another dialog than the one which answered */
    uint32_t leg;          /* of the call made: the dialog that brought it */
    uint32_t prack_leg;    /* whose reliable response waits for its PRACK */
    uint8_t ack_owed; /* 1 + side whose 2xx has an offer; the answer is to come from the other; 0 */
    uint32_t refer_came,
        refer_made; /* the REFER that was passed on: subscriptions; 0: none is under way */
} pair;

/** One visit. */
typedef struct work {
    ss_b2bua *b;
    ss_engine *e;
    ss_turn *turn;
    bool has_no_memory;
} work;

/* ---- b2bua.c ---- */

ss_status ss_b2bua_say(work *w, ss_command *c);
/** The same to a side's call, with a session description that may be there. */
ss_status ss_b2bua_describe(work *w, pair *p, unsigned side, ss_command *c);
/** A command to one side's call, which passes a request on when `cause` is one. */
ss_command ss_b2bua_command(const pair *p, unsigned side, ss_command_kind kind,
                            const ss_msg *cause);
/** The session description of a message becomes the command's. */
void ss_b2bua_put_session(ss_command *c, const ss_msg *msg);
/** Max-Forwards allows no more: RFC 3261 16.3 step 3. */
bool ss_b2bua_is_spent(const ss_msg *request);
/** Both sides cannot be made to agree: both end. */
void ss_b2bua_part(work *w, pair *p);
void ss_b2bua_hang_up(work *w, pair *p, unsigned side, const ss_msg *cause);

/* ---- b2bua_origin.c ---- */

/** The description with the next o= line of a side, in the arena; SS_EMPTY when that is full. What has no such line stays as it is. */
ss_slice ss_b2bua_own_origin(work *w, ss_origin *origin, ss_slice sdp);

/** The value of the last one, in the arena; SS_EMPTY: none was said, or that is full. */
ss_slice ss_b2bua_last_origin(work *w, const ss_origin *origin);

/* ---- b2bua_session.c: what passes while both live ---- */

void ss_b2bua_provisional(work *w, pair *p, unsigned side, const ss_event *event);
void ss_b2bua_pracked(work *w, pair *p, unsigned side, const ss_event *event);
void ss_b2bua_offer(work *w, pair *p, unsigned side, const ss_event *event);
void ss_b2bua_changed(work *w, pair *p, unsigned side, const ss_event *event);
void ss_b2bua_refused(work *w, pair *p, unsigned side, const ss_event *event);
void ss_b2bua_refresh(work *w, pair *p, unsigned side);
/** The ACK of the call that came. */
void ss_b2bua_confirmed(work *w, pair *p, const ss_event *event);

/* ---- b2bua_beside.c: requests that are no part of the session ---- */

void ss_b2bua_request(work *w, const pair *p, unsigned side, const ss_event *event);
void ss_b2bua_referred(work *w, pair *p, unsigned side, const ss_event *event);
/** Of a REFER: it outlives its calls as long as they do. False: no pair's. */
void ss_b2bua_notified(work *w, pair *p, const ss_event *event);

#endif
