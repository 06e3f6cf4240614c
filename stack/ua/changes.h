/* changes.h: requests inside the legs of calls, other than BYE, that change the session or the dialog: re-INVITE (RFC 3261 14),
 * UPDATE (RFC 3311) and PRACK (RFC 3262). What we sent waits for its answer as an ss_asked, what the peer sent waits for the
 * application as an ss_served. A leg has these, and its reliable provisional response, in a block of its own that is made
 * when it is first needed.
 */
#ifndef SS_UA_CHANGES_H
#define SS_UA_CHANGES_H

#include "usage.h"

typedef struct ss_leg_more {
    ss_ref first_asked, first_served;
    ss_ref session_timer; /* ss_session_timer */
    ss_ref reliable;      /* UAS: the 1xx that waits for its PRACK, ss_reliable */
    ss_rseq_taken taken;  /* UAC: of the reliable 1xx that came */
    ss_rseq_given given;  /* UAS: of those that we sent */
    uint32_t
        prack_owed_to; /* UAC: CSeq of the INVITE whose reliable 1xx waits for our PRACK, 0: none */
    uint32_t last_invite; /* UAS: CSeq of the last re-INVITE that came */
    ss_blob packages;     /* the peer's Recv-Info, said last */
} ss_leg_more;

typedef enum ss_asked_state {
    SS_ASKED_WAITING,    /* for its final response */
    SS_ASKED_ANSWERED,   /* INVITE: copies of its 2xx are acknowledged until the transaction ends */
    SS_ASKED_BACKING_OFF /* 491 came: the timer says when it may be tried again */
} ss_asked_state;

/** A request of ours. */
typedef struct ss_asked {
    ss_timer timer; /* 64*T1 after its CANCEL, or its dialog's end; the wait after a 491, or for more than a 1xx */
    ss_ref next, leg, txn;
    uint32_t cseq;
    uint8_t method, state;
    bool is_offer;                  /* PRACK, UPDATE: it carried one */
    bool wants_cancel, cancel_sent; /* INVITE */
    uint8_t repeats;                /* repeat.c */
    ss_ack ack;                     /* INVITE */
    ss_blob targets;                /* of a redirected one: redirect.c */
    ss_blob kept;                   /* INVITE: header lines that its ACK repeats (22.1) */
    ss_blob origin;                 /* INVITE without an offer: of our last description */
    ss_span interval;               /* that the timer runs */
} ss_asked;

/** A request of the peer's. */
typedef struct ss_served {
    ss_timer timer; /* patience with the application; then the copies of a re-INVITE's 2xx */
    ss_ref next, leg, txn;
    uint32_t cseq;
    uint8_t method;
    bool is_answered; /* INVITE: 2xx sent, its ACK has not come */
    bool is_refresh;  /* it has another target than the dialog had */
    ss_blob request;  /* what responses repeat of it, until the final one */
    ss_blob answer;   /* INVITE: the 2xx, until its ACK */
    ss_time end;
    ss_span interval;
} ss_served;

/** A reliable provisional response of ours: RFC 3262 3. */
typedef struct ss_reliable {
    ss_timer timer;
    ss_ref leg, served; /* served 0: of the first INVITE */
    uint32_t cseq, rseq;
    bool has_sdp;
    bool is_left;     /* a final response went: it is sent no more, but its PRACK is known */
    bool is_2xx_held; /* the application answered: the 2xx waits for the PRACK */
    ss_blob bytes;
    ss_blob held_type, held_body;
    ss_time end;
    ss_span interval;
} ss_reliable;

/** RFC 4028: when the session is to be refreshed, or ended. */
typedef struct ss_session_timer {
    ss_timer timer;
    ss_ref leg;
    uint32_t interval, min_se; /* seconds; min_se 0: never heard of one */
    bool is_ours;              /* to refresh */
    ss_time expiry;
    ss_span span; /* that the timer runs */
} ss_session_timer;

/* ---- session_timer.c ---- */

/** What an INVITE outside dialogs says of it; a request inside one; a 2xx to `request`. */
void ss_session_timer_put_first(const ss_visit *v, ss_buffer *b, uint32_t asked_s);
/** That an INVITE may ask for. */
bool ss_session_timer_may_ask(const ss_visit *v, uint32_t asked_s);
void ss_session_timer_put_again(const ss_visit *v, const ss_leg *leg, ss_buffer *b);
void ss_session_timer_put_2xx(const ss_visit *v, const ss_msg *request, ss_buffer *b);
/** A 2xx to a re-INVITE, UPDATE or INVITE came, or went out to one: the session has another while. */
void ss_session_timer_2xx(const ss_visit *v, ss_leg *leg, const ss_msg *response);
void ss_session_timer_served(const ss_visit *v, ss_leg *leg, const ss_msg *request);
/** 422: the interval asked for is too small. True when it was refused. */
bool ss_session_timer_refuses(const ss_visit *v, const ss_incoming *in);
void ss_session_timer_fired(const ss_visit *v, ss_session_timer *t);
void ss_session_timer_give(const ss_visit *v, const ss_leg *leg);
/** The rule of 422 for repeat.c. */
bool ss_ua_raise_interval(const ss_visit *v, const ss_msg *response, ss_repeat *r);

/* ---- asked.c ---- */

/** NULL when the leg has none yet. */
ss_leg_more *ss_leg_more_of(const ss_core *core, const ss_leg *leg);
/** What a message that cannot be undone says of the INFO packages that the peer takes: RFC 6086 5.2. */
void ss_leg_learn_packages(const ss_visit *v, ss_leg *leg, const ss_msg *msg);
/** Made when there is none. NULL at a quota. */
ss_leg_more *ss_leg_need_more(const ss_visit *v, ss_leg *leg);
ss_asked *ss_asked_at(const ss_core *core, ss_ref asked);
/** That waits for its final response, or for its time to be tried again; NULL when there is none of the method. */
ss_asked *ss_asked_find(const ss_visit *v, const ss_leg *leg, ss_method method);

/** What a request of ours has beside the dialog's own. */
typedef struct ss_change {
    ss_method method;
    ss_slice type, body;
    ss_slice rack; /* PRACK */
    bool is_offer; /* PRACK, UPDATE */
} ss_change;
/** Prints and sends. SS_ERR_FULL, SS_ERR_SYNTAX: nothing changed but the CSeq number. */
SS_MUST_USE ss_status ss_leg_send(const ss_visit *v, ss_leg *leg, const ss_change *change);
void ss_asked_started(const ss_visit *v, ss_asked *asked, ss_ref txn);
void ss_asked_up(const ss_visit *v, ss_asked *asked, const ss_up *up, const ss_msg *response);
/** What came of a change, ours or the peer's: CHANGED or REFUSED, or ANSWERED of the first INVITE; `waits`: its ACK does. */
typedef struct ss_told {
    ss_event_kind kind;
    ss_method method;
    ss_oa_verdict verdict;
    bool waits;
} ss_told;
void ss_leg_tell_change(const ss_visit *v, const ss_leg *leg, ss_told told,
                        const ss_outcome *outcome);
/** It could not be sent. */
void ss_asked_failed(const ss_visit *v, ss_asked *asked, const ss_outcome *outcome);
void ss_asked_timer(const ss_visit *v, ss_asked *asked);
/** The dialog ends: what is under way is answered or given up. An INVITE of ours stays for copies of its 2xx. */
void ss_leg_quiet(const ss_visit *v, ss_leg *leg);
/** Everything is given back; transactions live on by themselves. */
void ss_leg_forget_more(const ss_visit *v, ss_leg *leg);
/** An INVITE of ours inside it may still have to be acknowledged. */
bool ss_leg_lingers(const ss_visit *v, const ss_leg *leg);

/* ---- reinvite_uac.c, update.c, prack.c: what a final response means ---- */

void ss_reinvite_response(const ss_visit *v, ss_asked *asked, const ss_msg *response);
void ss_reinvite_ended(const ss_visit *v, ss_asked *asked);
/** A failure of a request that changes the session: 491 waits, 408 and 481 end the dialog, all else is told. True when the
 *  request was given back. RFC3261:14.1 RFC3311:5.3 */
void ss_change_failed(const ss_visit *v, ss_asked *asked, const ss_outcome *outcome);
void ss_asked_give(const ss_visit *v, ss_asked *asked);
void ss_update_done(const ss_visit *v, ss_asked *asked, const ss_outcome *outcome);
void ss_prack_done(const ss_visit *v, ss_asked *asked, const ss_outcome *outcome);

SS_MUST_USE ss_status ss_leg_reinvite(const ss_visit *v, ss_leg *leg, const ss_command *command);
SS_MUST_USE ss_status ss_leg_update(const ss_visit *v, ss_leg *leg, const ss_command *command);
SS_MUST_USE ss_status ss_leg_prack(const ss_visit *v, ss_leg *leg, const ss_command *command);
/** SS_CMD_ACK: the answer to the offer of a 2xx. */
SS_MUST_USE ss_status ss_leg_ack(const ss_visit *v, ss_leg *leg, const ss_command *command);
SS_MUST_USE ss_status ss_reinvite_cancel(const ss_visit *v, ss_asked *asked);
/** The Contact of a target refresh, and what else a 2xx tells of the peer. */
void ss_leg_refresh(const ss_visit *v, ss_leg *leg, const ss_msg *response);

/** Its ACK: said, written for a time without dialog, again for a copy; and whether it waits for the application. */
SS_MUST_USE ss_status ss_asked_acknowledge(const ss_visit *v, const ss_leg *leg, ss_asked *asked);
bool ss_asked_write_ack(const ss_visit *v, const ss_leg *leg, ss_asked *asked);
void ss_asked_repeat_ack(const ss_visit *v, const ss_leg *leg, ss_asked *asked);
bool ss_asked_ack_waits(const ss_visit *v, const ss_leg *leg, ss_ack_of *of);

/* ---- served.c ---- */

/** A response that is being made. */
typedef struct ss_said {
    unsigned status;
    uint32_t rseq;    /* 0: not reliable */
    bool is_reliable; /* it is to be */
    bool is_started;  /* its copies are under way */
    ss_slice type, body;
    ss_slice bytes;
} ss_said;

ss_served *ss_served_at(const ss_core *core, ss_ref served);
/** That waits for the application's response; NULL when there is none of the method. */
ss_served *ss_served_find(const ss_visit *v, const ss_leg *leg, ss_method method);
/** A transaction for the request, which waits for the application. NULL: it was refused for want of room. */
ss_served *ss_served_new(const ss_visit *v, const ss_incoming *in, ss_leg *leg);
/** Responses of the application's: SS_CMD_ANSWER, PROGRESS, REJECT, RESPOND. */
SS_MUST_USE ss_status ss_served_respond(const ss_visit *v, ss_served *served, unsigned status,
                                        const ss_command *command);
void ss_served_timer(const ss_visit *v, ss_served *served);
/** The ACK of a re-INVITE's 2xx; false when it is none's. */
bool ss_served_ack(const ss_visit *v, ss_leg *leg, const ss_msg *ack, uint32_t cseq);
/** Ends without a word: it is given back, its transaction goes on by itself. */
void ss_served_give(const ss_visit *v, ss_served *served);
/** The transaction is gone. */
void ss_served_up(const ss_visit *v, ss_served *served, const ss_up *up);
void ss_uas_reinvite(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog);
void ss_uas_update(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog);
/** The response to a request inside a leg, which has what a 2xx to a target refresh has. */
ss_slice ss_leg_print_response(const ss_visit *v, const ss_leg *leg, const ss_msg *request,
                               const ss_said *said);
/** The dialog is about to end: each is answered 487, copies of 2xx cease. RFC 3261 15.1.2 */
void ss_leg_stop_serving(const ss_visit *v, ss_leg *leg);
/** A Warning value, in the arena; false when it is full. */
bool ss_ua_warning(const ss_visit *v, ss_slice *warning);
/** 488 with a Warning; 491; 500 with Retry-After: what the model of offer and answer refuses. */
void ss_ua_refuse_offer(const ss_visit *v, const ss_incoming *in, ss_oa_verdict verdict);

/* ---- prack.c ---- */

void ss_uas_prack(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog);
/** Whether the INVITE lets us, or makes us, send reliable ones: 3. */
typedef enum ss_reliability { SS_RELIABLE_NEVER, SS_RELIABLE_CAN, SS_RELIABLE_MUST } ss_reliability;
ss_reliability ss_reliability_of(const ss_visit *v, const ss_msg *invite);
/** What a reliable response adds to its header. */
void ss_put_reliable(ss_buffer *b, uint32_t rseq);
/** The number of the next one in the leg. SS_ERR_STATE: one waits for its PRACK. SS_ERR_FULL. */
SS_MUST_USE ss_status ss_reliable_next(const ss_visit *v, ss_leg *leg, uint32_t cseq,
                                       uint32_t *rseq);
/** What is sent again until its PRACK comes. `served` NULL: of the first INVITE. SS_ERR_FULL. */
typedef struct ss_reliable_options {
    const ss_served *served;
    uint32_t cseq, rseq;
    ss_slice bytes;
    bool has_sdp;
} ss_reliable_options;
SS_MUST_USE ss_status ss_reliable_start(const ss_visit *v, ss_leg *leg,
                                        const ss_reliable_options *options);
void ss_reliable_timer(const ss_visit *v, ss_reliable *r);
/** A 2xx must wait for the PRACK of a response with a session description: it is kept then. 3. SS_ERR_FULL. */
SS_MUST_USE ss_status ss_reliable_hold_2xx(const ss_visit *v, const ss_leg *leg,
                                           const ss_command *command, bool *is_held);
/** A final response went: no more copies, but its PRACK is answered for 64*T1. True when one is awaited. */
/** One with a session description waits for its PRACK. */
bool ss_reliable_waits(const ss_visit *v, const ss_leg *leg);
bool ss_reliable_leave(const ss_visit *v, const ss_leg *leg);
void ss_reliable_give(const ss_visit *v, const ss_leg *leg);
/** UAC: a 101..199 came in a leg: takes its number, and tells the application, who owes its PRACK. A copy, or one out of
 *  order, is dropped. 4 */
void ss_leg_provisional(const ss_visit *v, ss_leg *leg, const ss_msg *response);

#endif
