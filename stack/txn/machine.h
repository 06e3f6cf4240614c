/* Private to stack/txn: a transaction in the store, the shape of the four tables, and one step through them.
 *
 * A table is machine x state x event -> next state, act: the figures of RFC 3261 17 as replaced by RFC 6026. A state's timers
 * have their letters from the state, so a transaction stores instants only: when to resend, when to end.
 */
#ifndef SS_TXN_MACHINE_H
#define SS_TXN_MACHINE_H

#include "ss/txn.h"

struct ss_txn {
    ss_table_link link;           /* first: the table asks for it */
    ss_timer timer;               /* armed at the earlier of the next two */
    ss_time resend_at, expire_at; /* SS_TIME_NEVER when that timer does not run */
    uint64_t branch, call_id;     /* as ss_summary has them, for notes */
    ss_blob kept;         /* an ss_path, the bytes that may go out again, `others` of ss_address */
    ss_ref next, prev;    /* order of creation */
    uint32_t ordinal;     /* number in it */
    uint32_t method_hash; /* of the method's name: tells extension methods apart */
    ss_owner owner;
    uint16_t status; /* of the last response, 0 before */
    uint8_t machine, state, method;
    bool is_reliable : 1;
    bool by_size : 1;     /* by a stream for its size alone: 18.1.1 */
    bool has_message : 1; /* kept bytes were sent; else they wait (the 100 of 17.2.1) */
    bool is_held : 1;     /* client: its request was not sent (RFC 7339), and it is to fail */
    bool is_marked : 1;   /* server: merged.c */
    bool says_loss : 1, says_rate : 1; /* server: its responses speak of overload control so */
    uint8_t doublings; /* of the interval that the resend timer ran or runs, capped */
    uint8_t others;    /* places to try when this one fails */
};
_Static_assert(sizeof(ss_txn) <= SS_TXN_BYTES_MAX, "the header promises it");

/** Its mark is gone with it: merged.c. */
void ss_txn_unmark(ss_core *core, const ss_txn *t);

/* ---- one step ---- */

typedef struct ss_txn_step {
    ss_core *core;
    ss_turn *turn;
    ss_txn *txn;
    const ss_msg *msg;     /* from the network, or NULL */
    const ss_msg *request; /* from the TU, in the arena; or NULL */
    ss_slice response;     /* from the TU, or empty */
    uint16_t status;       /* of either, 0 when it is no response */
    bool is_drawn;         /* out: the cell was not empty */
    bool ends;             /* out: a timer of span 0 was started */
    ss_up up;              /* out */
} ss_txn_step;

typedef struct ss_txn_edge {
    ss_txn_state next;
    void (*act)(ss_txn_step *step); /* NULL: the figure draws nothing */
    const char *name;               /* of the act */
} ss_txn_edge;
#define SS_TXN_ACT(function) (function), #function

typedef struct ss_txn_letters {
    ss_letter resend, expire; /* SS_LETTER_COUNT: none */
} ss_txn_letters;

typedef struct ss_txn_machine_table {
    const char *const *event_names;
    const ss_txn_edge *edges; /* [SS_TXN_STATE_COUNT][event_count] */
    unsigned event_count;
    const uint8_t
        *timer_events; /* [SS_LETTER_COUNT]: the event of a timer + 1, 0: not of this machine */
} ss_txn_machine_table;
#define SS_TXN_TIMER(letter, event) [SS_TIMER_##letter] = (uint8_t)((event) + 1)

extern const ss_txn_machine_table ss_txn_ict, ss_txn_nict, ss_txn_ist, ss_txn_nist;

/* The events, as the figures word them. */
#define ICT_EVENT_LIST(X)                      \
    X(ICT_TIMER_A, "Timer A")                  \
    X(ICT_TIMER_B, "Timer B")                  \
    X(ICT_TIMER_D, "Timer D")                  \
    X(ICT_TIMER_M, "Timer M")                  \
    X(ICT_1XX, "1xx from the network")         \
    X(ICT_2XX, "2xx from the network")         \
    X(ICT_300_699, "300-699 from the network") \
    X(ICT_TRANSPORT_ERR, "transport error") X(ICT_ABANDON, "given up by the TU")
#define NICT_EVENT_LIST(X)              \
    X(NICT_TIMER_E, "Timer E")          \
    X(NICT_TIMER_F, "Timer F")          \
    X(NICT_TIMER_K, "Timer K")          \
    X(NICT_1XX, "1xx from the network") \
    X(NICT_200_699, "200-699 from the network") X(NICT_TRANSPORT_ERR, "transport error")
#define IST_EVENT_LIST(X)                                                         \
    X(IST_INVITE, "INVITE from the network")                                      \
    X(IST_ACK, "ACK from the network")                                            \
    X(IST_1XX, "1xx from the TU")                                                 \
    X(IST_2XX, "2xx from the TU")                                                 \
    X(IST_300_699, "300-699 from the TU")                                         \
    X(IST_TIMER_TRYING, "200 ms")                                                 \
    X(IST_TIMER_G, "Timer G")                                                     \
    X(IST_TIMER_H, "Timer H") X(IST_TIMER_I, "Timer I") X(IST_TIMER_L, "Timer L") \
        X(IST_TRANSPORT_ERR, "transport error") X(IST_ABANDON, "given up by the TU")
#define NIST_EVENT_LIST(X)                         \
    X(NIST_REQUEST, "request from the network")    \
    X(NIST_1XX, "1xx from the TU")                 \
    X(NIST_200_699, "200-699 from the TU")         \
    X(NIST_TIMER_TRYING, "Timer E would reach T2") \
    X(NIST_TIMER_J, "Timer J")                     \
    X(NIST_TRANSPORT_ERR, "transport error") X(NIST_ABANDON, "given up by the TU")
#define SS_TXN_EVENT_ID(id, text)   id,
#define SS_TXN_EVENT_TEXT(id, text) text,
enum { ICT_EVENT_LIST(SS_TXN_EVENT_ID) ICT_EVENTS };
enum { NICT_EVENT_LIST(SS_TXN_EVENT_ID) NICT_EVENTS };
enum { IST_EVENT_LIST(SS_TXN_EVENT_ID) IST_EVENTS };
enum { NIST_EVENT_LIST(SS_TXN_EVENT_ID) NIST_EVENTS };

/** Take the edge of an event. An empty cell drops a message, with a note; for a timer it is a bug. The transaction may be
 *  gone afterwards: step->up says so. */
void ss_txn_take_step(ss_txn_step *step, unsigned event);
void ss_txn_take_timer_step(ss_txn_step *step, ss_letter letter);
ss_txn_edge ss_txn_edge_of(const ss_txn *t, unsigned event);
ss_txn_letters ss_txn_letters_of(ss_machine machine, ss_txn_state state);

/* ---- what acts are made of ---- */

/** Tell the owner. */
void ss_txn_tell(ss_txn_step *step, ss_up_kind kind);
/** Send on the transaction's path; copied to the arena unless it is there already. */
void ss_txn_send(ss_txn_step *step, ss_slice bytes);
/** Send the kept message again and note it; nothing when there is none. SS_LETTER_COUNT: a peer's copy asked for it. */
void ss_txn_resend(ss_txn_step *step, ss_letter letter);
/** Run the resend timer of this state, its first interval doubled so often. */
void ss_txn_start_resend(ss_txn_step *step, unsigned doublings);
/** Run the ending timer of this state; when its span is 0 the transaction ends with this step. */
void ss_txn_start_expire(ss_txn_step *step, ss_letter letter);
/** Keep the path only. */
void ss_txn_forget_message(ss_txn_step *step);
void ss_txn_note(ss_txn_step *step, ss_note_kind kind, ss_note note);
/** The request goes by another transport: 18.1.1. */
void ss_txn_note_switch(ss_txn_step *step, ss_transport from, ss_transport to, size_t bytes);

/* ---- timers ---- */

/** How long the ending timers and TRYING run (17, table 4); T1 for A, E, G. 0 for D, I, J, K on reliable transports. */
ss_span ss_txn_span(const ss_core *core, const ss_txn *t, ss_letter letter);
/** How long a server of that machine waits for its user before it says 100 by itself. RFC 3261 17.2.1, RFC 4320 4.1 */
ss_span ss_txn_silence_before_100(const ss_settings *s, ss_machine machine);
/** More than this is the same: a 64*T1 timer ends the transaction before its seventh doubling, unless T2 capped it before. */
enum { SS_TXN_DOUBLINGS_MAX = 7 };
/** What the resend timer of a letter ran or runs: T1 doubled, for E and G no more than T2; the span of TRYING. */
ss_span ss_txn_interval(const ss_core *core, const ss_txn *t, ss_letter letter);
/** Arm the one timer of the transaction. */
void ss_txn_arm(ss_core *core, ss_txn *t);

/* ---- keys: 17.1.3, 17.2.3 ---- */

ss_key128 ss_txn_client_key(ss_slice branch);
/** `to_tag` counts only for a Via without the magic cookie. */
ss_key128 ss_txn_server_key(const ss_msg *request, const ss_via *via, ss_slice to_tag);
uint32_t ss_txn_method_hash(ss_slice name);
/** As ss_txn.call_id. */
uint64_t ss_txn_call_id(const ss_msg *msg);
/** NULL when there is none. */
ss_txn *ss_txn_match_response(const ss_core *core, const ss_msg *response);
ss_txn *ss_txn_match_request(const ss_core *core, ss_arena *arena, const ss_msg *request);

/* ---- life ---- */

typedef struct ss_txn_birth {
    ss_machine machine;
    ss_txn_state state;
    ss_key128 key;
    const ss_msg *request;
    const ss_via *via; /* its top Via */
    const ss_path *path;
    ss_slice message; /* to be kept */
    ss_owner owner;
} ss_txn_birth;
/** NULL when a quota or the store is full; nothing changed then. */
ss_txn *ss_txn_make(ss_core *core, const ss_txn_birth *birth);
void ss_txn_destroy(ss_core *core, ss_txn *t);
/** Keep a path and other bytes instead; past the byte quota if need be. SS_ERR_FULL: the store is exhausted, as before. */
SS_MUST_USE ss_status ss_txn_keep(ss_core *core, ss_txn *t, const ss_path *path, ss_slice bytes);
/** The kept bytes, sent or not. */
ss_slice ss_txn_kept(const ss_core *core, const ss_txn *t);
ss_ref ss_txn_ref(const ss_core *core, const ss_txn *t);

/** What the owner may have to send again, for ss_up.sent: NULL when it does not want it, or when it was answered. In the arena. */
ss_sent *ss_txn_sent(const ss_core *core, ss_turn *turn, const ss_txn *t);
/** The places to try when this one fails: how many of them are in `others`. */
uint16_t ss_txn_others(const ss_core *core, const ss_txn *t, ss_address others[SS_TXN_OTHERS_MAX]);
/** The server at the other end failed, as RFC 3263 4.3 says: the host is told, once a transaction. */
void ss_txn_avoid(ss_core *core, ss_turn *turn, const ss_txn *t, const ss_msg *response);

/* ---- messages ---- */

/** 17.1.1.3: the ACK of a non-2xx final response, in the arena; empty when that is full. */
ss_slice ss_txn_put_ack(const ss_core *core, const ss_txn *t, const ss_msg *response,
                        ss_arena *arena);
/** What ACK and CANCEL take from their request: the line, one Via, From, Call-ID, CSeq number, Route. */
void ss_txn_put_hop_request(ss_buffer *b, const ss_msg *request, ss_slice method,
                            const ss_msg *to_of);

#endif
