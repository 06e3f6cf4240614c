/* ss/words.h: the vocabulary that the stack shares with its onlookers: methods, transports, machines, states, timer
 * letters, and two fixed-size descriptions, of a message (summary) and of something that happened (note). Laws and
 * ladders are written in these words without seeing the stack.
 */
#ifndef SS_WORDS_H
#define SS_WORDS_H

#include "ss/base.h"

#define SS_METHOD_LIST(X) \
    X(INVITE)             \
    X(ACK)                \
    X(BYE)                \
    X(CANCEL)             \
    X(REGISTER)           \
    X(OPTIONS) X(PRACK) X(UPDATE) X(INFO) X(MESSAGE) X(SUBSCRIBE) X(NOTIFY) X(REFER) X(PUBLISH)
#define SS_METHOD_ID(name) SS_METHOD_##name,
typedef enum ss_method {
    SS_METHOD_OTHER, /* an extension method: known by its name only */
    SS_METHOD_LIST(SS_METHOD_ID) SS_METHOD_COUNT
} ss_method;

typedef enum ss_transport {
    SS_TRANSPORT_UDP,
    SS_TRANSPORT_TCP,
    SS_TRANSPORT_TLS,
    SS_TRANSPORT_SCTP,
    SS_TRANSPORT_WS,
    SS_TRANSPORT_WSS,
    SS_TRANSPORT_COUNT
} ss_transport;

/* ---- the summary -----------------------------------------------------------------------------------------------------------
 * What an onlooker needs of a message, fixed in size: for facts, laws and ladders. Hashes are ss_hash64 with seed 0. */

typedef struct ss_summary {
    uint8_t is_sip; /* 0: not parseable; the rest is zero */
    uint8_t is_request;
    uint8_t method;        /* ss_method of the request or of the response's CSeq */
    uint8_t via_count;     /* capped at 255 */
    uint16_t status;       /* responses */
    uint16_t max_forwards; /* 0xffff when absent; capped at 0xfffe */
    uint32_t cseq;
    uint32_t body_bytes;
    uint64_t call_id; /* hashes; 0 when absent */
    uint64_t from_tag, to_tag;
    uint64_t branch;        /* of branch and sent-by of the top Via */
    uint64_t second_branch; /* of the second Via */
    union {
        uint32_t rseq; /* of RSeq; of a PRACK the response number in its RAck; 0 when absent */
        uint32_t
            record_routes; /* of a NOTIFY with a To tag: as `routes`, of its Record-Route, or SS_ROUTES_STRICT */
    };
    union {
        uint32_t rack_cseq;       /* of a PRACK: the number of the INVITE in its RAck */
        uint32_t session_expires; /* of INVITE and UPDATE, and their responses; 0 when absent */
        uint32_t event;           /* of SUBSCRIBE, NOTIFY and REFER: hash of Event */
    };
    uint32_t
        contact; /* of INVITE and UPDATE, and their 101 to 299; of SUBSCRIBE, NOTIFY and REFER, and their 2xx: hash of the SIP or SIPS URI in Contact, 0 when there is none */
    uint32_t target; /* of a request with a To tag: hash of its Request-URI */
    uint32_t
        routes; /* of such a request: its Route; else the route set that its receiver makes of Record-Route:
                       * SS_ROUTES_PRIME */
    uint8_t route_count;
    uint8_t says;         /* SS_SAYS_* */
    uint16_t max_breadth; /* of a request (RFC 5393); 0 when absent, or no number; capped */
} ss_summary;

/** Routes r0, r1 … are r0 + r1 * this + r2 * this^2 …, each the hash of its URI: so can one be put before or behind. */
#define SS_ROUTES_PRIME 0x9e3779b1u
/** Of a route set whose first router is strict, where no more is said of it. */
#define SS_ROUTES_STRICT 1u

enum {
    SS_SAYS_100REL = 1,    /* an INVITE's Supported or Require, a response's Require lists 100rel */
    SS_SAYS_SESSION = 2,   /* the body is a session description */
    SS_SAYS_STRICT = 4,    /* the first of the routes has no lr */
    SS_SAYS_TERMINATED = 8, /* a NOTIFY: its subscription is terminated */
    SS_SAYS_NO_COOKIE = 16  /* the branch of a request is none of RFC 3261's: it does not tell its transaction */
};

/* ---- notes: what an onlooker may know; they change nothing --------------------------------------------------------------------- */

#define SS_MACHINE_LIST(X)  X(ICT) X(NICT) X(IST) X(NIST)
#define SS_MACHINE_ID(name) SS_##name,
typedef enum ss_machine { SS_MACHINE_LIST(SS_MACHINE_ID) SS_MACHINE_COUNT } ss_machine;

/** Letters as the RFCs give them; TRYING is the 200 ms of 17.2.1 and the 3.5 s of RFC 4320 4.1, TWOXX the interval of 13.3.1.4, RELIABLE that of RFC 3262 3,
 *  GLARE the wait after a 491 (14.1), the others have none. */
#define SS_LETTER_LIST(X)                                                                 \
    X(A)                                                                                  \
    X(B)                                                                                  \
    X(C)                                                                                  \
    X(D)                                                                                  \
    X(E)                                                                                  \
    X(F)                                                                                  \
    X(G)                                                                                  \
    X(H) X(I) X(J) X(K) X(L) X(M) X(N) X(TRYING) X(TWOXX) X(TWOXX_END) X(REFRESH) X(RING) \
        X(CANCEL) X(EXPIRY) X(GLARE) X(RELIABLE) X(RELIABLE_END) X(SESSION)
#define SS_LETTER_ID(name) SS_TIMER_##name,
typedef enum ss_letter { SS_LETTER_LIST(SS_LETTER_ID) SS_LETTER_COUNT } ss_letter;

#define SS_TXN_STATE_LIST(X) \
    X(CALLING) X(TRYING) X(PROCEEDING) X(COMPLETED) X(CONFIRMED) X(ACCEPTED) X(TERMINATED)
#define SS_TXN_STATE_ID(name) SS_TXN_##name,
typedef enum ss_txn_state { SS_TXN_STATE_LIST(SS_TXN_STATE_ID) SS_TXN_STATE_COUNT } ss_txn_state;

/** RFC 6665 figures 1 and 2; WAITING is notify_wait and resp_wait. */
typedef enum ss_sub_state {
    SS_SUB_NONE,
    SS_SUB_WAITING,
    SS_SUB_PENDING,
    SS_SUB_ACTIVE,
    SS_SUB_TERMINATED
} ss_sub_state;

typedef enum ss_note_kind {
    SS_NOTE_TXN,   /* a transaction was made (from == to) or changed state */
    SS_NOTE_TIMER, /* a timer fired: letter; value is the span it ran, in ns */
    /* a message goes out again: letter; SS_LETTER_COUNT when a peer's copy provoked it */
    SS_NOTE_RESEND,
    SS_NOTE_DIALOG, /* from, to: 0 none, 1 early, 2 confirmed, 3 terminated */
    /* a message was dropped: no transaction is its (from == to == SS_TXN_STATE_COUNT), or its
     * state, from, draws no edge */
    SS_NOTE_STRAY,
    SS_NOTE_REFUSED, /* bytes refused: value is the offset, status the response or 0 */
    SS_NOTE_AUTH,    /* credentials: from is an ss_auth_outcome; of a server: branch */
    /* a subscription was made (from 0) or changed: from and to are ss_sub_state, machine 0 is the subscriber's, 1 the
     * notifier's; method is SUBSCRIBE or REFER; value is the user agent's number of it */
    SS_NOTE_SUBSCRIPTION,
    /* a request goes by another transport (from, to: ss_transport) for its size, or for a refusal:
     * 18.1.1; value is its length */
    SS_NOTE_SWITCH,
    /* a message that came to a proxy with a queue: from is its ss_class, to an ss_queue_step, status 0 for a request; branch and
     * call_id 0 for bytes that are no message; value is how many of its class wait, or how long it waited */
    SS_NOTE_QUEUE,
    /* a message was not heard, or a source is blocked from now on: from is an ss_defence_step; value, of the latter, how long */
    SS_NOTE_DEFENCE,
    SS_NOTE_HELD, /* a request of ours is held back, as its server asked: RFC 7339. It has no other note */
    SS_NOTE_COUNT
} ss_note_kind;

/** What waits at a proxy, the first served first: each class has its limit and its policy. */
#define SS_CLASS_LIST(X)                                                            \
    X(PRIORITY, "priority") /* a request to an emergency service, or by RFC 4412 */ \
    X(RESPONSE, "response")                                                         \
    X(FOLLOW_UP, "follow_up") /* ACK, BYE, CANCEL, PRACK */                         \
    X(REFUSAL, "refusal")     /* a request that will get a 503, and no more */      \
    X(INVITE, "invite")                                                             \
    X(OTHER, "other")
#define SS_CLASS_ID(id, name) SS_CLASS_##id,
typedef enum ss_class { SS_CLASS_LIST(SS_CLASS_ID) SS_CLASS_COUNT } ss_class;

typedef enum ss_queue_step {
    SS_QUEUE_WAITS,
    SS_QUEUE_REFUSED, /* it waits to be refused */
    SS_QUEUE_DROPPED,
    SS_QUEUE_TAKEN, /* a worker begins with it; from: SS_CLASS_REFUSAL for one that is refused */
    SS_QUEUE_STEPS
} ss_queue_step;

/** Why a proxy does not hear a message; the last: its source is not heard from now on. */
#define SS_DEFENCE_LIST(X)                                                    \
    X(BLOCKED, "blocked")     /* the source is */                             \
    X(SOURCE, "source")       /* more than one source may send */             \
    X(STRANGERS, "strangers") /* more than all who proved nothing may send */ \
    X(AOR, "aor")             /* more than they may ask of one user */        \
    X(BLOCKS, "blocks")
#define SS_DEFENCE_ID(id, name) SS_DEFENCE_##id,
typedef enum ss_defence_step { SS_DEFENCE_LIST(SS_DEFENCE_ID) SS_DEFENCE_STEPS } ss_defence_step;

/* What came of a challenge, of a client; of a request that needs credentials, of a server. */
#define SS_AUTH_LIST(X)                                                      \
    X(ANSWERED, "credentials follow")                                        \
    X(NO_CREDENTIAL, "no credential for this realm")                         \
    X(ELSEWHERE, "credentials are not for this host")                        \
    X(TOO_WEAK, "every algorithm offered is below the minimum: a downgrade") \
    X(REJECTED, "the credentials were just rejected")                        \
    X(NO_ROOM, "no room to keep the nonce")                                  \
    X(UNPROVED, "the server did not prove that it knows the password")       \
    X(CHALLENGED, "no credentials: challenged")                              \
    X(FOREIGN, "a nonce that was not given out here: challenged again")      \
    X(WRONG, "wrong credentials: challenged again")                          \
    X(STALE, "right credentials, old nonce: challenged again")               \
    X(REPLAYED, "right credentials, used before: challenged again")          \
    X(FORBIDDEN, "right credentials of somebody else")                       \
    X(ACCEPTED, "right credentials")
#define SS_AUTH_ID(name, text) SS_AUTH_##name,
typedef enum ss_auth_outcome { SS_AUTH_LIST(SS_AUTH_ID) SS_AUTH_COUNT } ss_auth_outcome;

typedef struct ss_note {
    uint8_t kind, machine, from, to, letter, method;
    uint16_t status;
    bool reliable;    /* transport of the transaction */
    uint64_t branch;  /* as ss_summary.branch; 0 when not of a transaction */
    uint64_t call_id; /* hash, as in ss_summary; 0 when unknown */
    uint64_t value;
    /* Of a dialog, as its owner sees it: hashes of Call-ID, local and remote tag as in ss_summary, absorbed in that order; the
     * last numbers of either side, 0: none. Messages show all of it, so no digest has it. */
    uint64_t identity;
    uint32_t local_cseq, remote_cseq;
    bool secure;
} ss_note;

#endif
