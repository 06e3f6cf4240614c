/* ss/txn.h: the four transactions (RFC 3261 section 17, as amended by RFC 6026), and the core that all layers of one
 * engine share.
 *
 * The layer calls nobody. What a message or a timer means for the transaction user comes back as one ss_up; what goes
 * out is put on the turn.
 */
#ifndef SS_TXN_H
#define SS_TXN_H

#include "ss/transport.h"

/* ---- the core of an engine ---------------------------------------------------------------------------------------------- */

/** Memory shared by the engines of a partition; the host makes it once. */
typedef struct ss_pools {
    ss_store store;
    ss_table txns, dialogs;
} ss_pools;

/** How a server that has too much to do says what its clients may send: RFC 7339, RFC 7415. */
typedef enum ss_oc_algorithm {
    SS_OC_NONE,
    SS_OC_LOSS, /* a share of the requests is held back, in percent */
    SS_OC_RATE, /* so many requests a second may go */
    SS_OC_COUNT
} ss_oc_algorithm;

/** Immutable, shared by any number of engines; borrowed for the engine's life. */
typedef struct ss_settings {
    ss_span t1, t2, t4; /* 500 ms, 4 s, 5 s: 17.1.1.1, table 4 */
    ss_span timer_c;    /* over 3 minutes: 16.6 step 11 */
    /* UAS: an unanswered call ends with 480 after this; UAC: it sends CANCEL twice as long after
     * the first 1xx */
    ss_span ring_limit;
    uint8_t redirects_max; /* UA: Contacts of 3xx that one request goes to (8.1.3.4); 0: none */
    /* UA: a REGISTER that failed is tried again after RFC 5626 4.5's wait; 0: not by itself */
    ss_span register_base, register_max;
    uint32_t txns_max, dialogs_max; /* quota of live objects; at it: 503, or a drop, counted */
    uint32_t txns_ending;           /* so many more for a BYE or CANCEL of ours: it makes room */
    uint32_t bytes_max;             /* quota of store bytes */
    ss_slice product;               /* User-Agent and Server value; empty sends none */
    bool by_size;      /* a request that is too large for UDP goes by TCP: RFC 3261 18.1.1 */
    uint32_t path_mtu; /* of ways of which no other is known, bytes; 0: unknown */
    /* overload control, RFC 7339: what it knows, best first; SS_OC_NONE first: nothing, as if unknown */
    uint8_t overload_control[2];
} ss_settings;

/** What RFC 3261 and a generous host start from. */
ss_settings ss_settings_default(void);

typedef struct ss_core {
    ss_pools *pools;
    const ss_settings *settings;
    ss_entropy entropy;
    ss_timer_queue timers;
    uint32_t engine;               /* the host's number for it: part of every table key */
    uint32_t txns, dialogs, bytes; /* live, against the quota; bytes as the store rounds them */
    ss_ref first_txn, last_txn;    /* every transaction, in order of creation */
    ss_ref walk;                   /* the next one of a walk under way; survives removals */
    uint32_t txn_ordinal;          /* transactions made */
    bool out_of_memory : 1;        /* the host's store is exhausted: the run must end */
    /* low bits of the hash of the address that refused a connection last, 0: none did */
    uint32_t refused_by : 31;
    /* what it knows of its peers: what servers asked for, and what it asks for, overload.c, and the MTU of
     * ways to them, path_mtu.c; 0: nothing */
    ss_ref overload;
} ss_core;

/** What each armed timer belongs to: ss_timer.kind. */
typedef enum ss_timer_owner {
    SS_TIMER_OF_TXN,
    SS_TIMER_OF_CALL,         /* ua: 2xx copies, ring limit, 64*T1 after CANCEL */
    SS_TIMER_OF_REGISTRATION, /* ua: refresh */
    SS_TIMER_OF_BRANCH,       /* proxy: Timer C */
    SS_TIMER_OF_SUBSCRIPTION, /* ua: Timer N, refresh, expiry */
    SS_TIMER_OF_PUBLICATION,  /* ua: refresh */
    SS_TIMER_OF_PUBLISHED,    /* ua: expiry of what was published here */
    SS_TIMER_OF_ASKED,        /* ua: 64*T1 after a CANCEL of a re-INVITE, the wait after 491 */
    SS_TIMER_OF_SERVED,       /* ua: patience with the application, copies of a re-INVITE's 2xx */
    SS_TIMER_OF_RELIABLE,     /* ua: copies of a reliable provisional response */
    SS_TIMER_OF_SESSION,      /* ua: refresh of a session, or its end (RFC 4028) */
    SS_TIMER_OF_FLOW,         /* ua: the next keep-alive, or its answer; engine: a flow that must say something */
    SS_TIMER_OF_RETURN,       /* engine: a response that looks for its way (RFC 3263 5) */
    SS_TIMER_OF_LOSS          /* engine: a path failed, and not all of its transactions were told yet */
} ss_timer_owner;

/** A block against the engine's byte quota. 0 when the quota or the store is full (the latter sets out_of_memory). */
ss_ref ss_core_take(ss_core *core, size_t size);
void ss_core_give(ss_core *core, ss_ref ref, size_t size);
/** An exact-size copy; SS_ERR_FULL as above. An empty slice gives an empty blob. */
SS_MUST_USE ss_status ss_core_keep(ss_core *core, ss_slice bytes, ss_blob *out);
void ss_core_drop(ss_core *core, ss_blob *blob);

/** "z9hG4bK" and 16 hexadecimal digits: unique over space and time by the engine's entropy (8.1.1.7). */
void ss_put_new_branch(ss_core *core, ss_buffer *b);
/** 16 hexadecimal digits: at least 32 bits of randomness (19.3). */
void ss_put_new_tag(ss_core *core, ss_buffer *b);

/* ---- transactions -------------------------------------------------------------------------------------------------------- */

/** The transaction user's own object, told back in every ss_up. */
typedef enum ss_owner_kind {
    SS_OWNER_NONE,
    SS_OWNER_CALL,    /* ua: the INVITE of a call */
    SS_OWNER_IN_CALL, /* ua: another request of a call (BYE, CANCEL, …) */
    SS_OWNER_REGISTRATION,
    SS_OWNER_CONTEXT,      /* proxy: server side of a response context */
    SS_OWNER_BRANCH,       /* proxy: one client branch */
    SS_OWNER_SUBSCRIPTION, /* ua: its SUBSCRIBE, REFER or NOTIFY */
    SS_OWNER_PUBLICATION,  /* ua: its PUBLISH */
    SS_OWNER_REQUEST,      /* ua: a request of no usage; ref is its number */
    SS_OWNER_ASKED,        /* ua: a re-INVITE, UPDATE or PRACK of ours */
    SS_OWNER_SERVED        /* ua: the same of the peer's */
} ss_owner_kind;

typedef struct ss_owner {
    uint8_t kind;        /* ss_owner_kind */
    bool wants_sent;     /* client: ss_up.sent is of use */
    bool wants_2xx_sent; /* client: with every 2xx too, of which it asks for a proof */
    uint32_t ref;        /* the owner's ss_ref or number */
} ss_owner;

#define SS_TXN_BYTES_MAX 128u /* of one transaction, its kept message apart */

typedef struct ss_txn ss_txn; /* in the store; private to stack/txn but for these: */
ss_txn *ss_txn_at(const ss_core *core, ss_ref txn);
ss_machine ss_txn_machine(const ss_txn *t);
ss_txn_state ss_txn_state_of(const ss_txn *t);
ss_method ss_txn_method(const ss_txn *t);
ss_path ss_txn_path(const ss_core *core, const ss_txn *t);
/** Client: the request as sent until a final response came, then the ACK if one may go out again. Server: the last
 *  response sent, empty before. Valid until the transaction's next step. */
ss_slice ss_txn_message(const ss_core *core, const ss_txn *t);
/** The transaction goes on, but tells nobody. */
void ss_txn_disown(ss_core *core, ss_ref txn);
void ss_txn_set_owner(ss_core *core, ss_ref txn, ss_owner owner);
ss_owner ss_txn_owner(const ss_txn *t);

typedef enum ss_up_kind {
    SS_UP_NOTHING,         /* absorbed, answered by the transaction, or stray: noted */
    SS_UP_REQUEST,         /* a request of no transaction: serve, refuse or drop it */
    SS_UP_ACK,             /* an ACK for the TU: txn is the Accepted one (6026 7.1), or 0 */
    SS_UP_RESPONSE,        /* for the owner of a client transaction */
    SS_UP_TIMEOUT,         /* Timer B or F (client), Timer H (server: no ACK came) */
    SS_UP_TRANSPORT_ERROR, /* 17.1.4; RFC 6026 8.8 for servers, which live on */
    SS_UP_ENDED            /* only that the transaction is gone */
} ss_up_kind;

/** What a client transaction sent, and how it went: for who may have to send it again, changed. */
typedef struct ss_sent {
    ss_slice bytes;
    ss_path path;
    /* where it may go instead, now that this place failed: RFC 3263 4.3. None when it did not fail as that says */
    const ss_address *others;
    uint16_t other_count;
} ss_sent;

typedef struct ss_up {
    ss_up_kind kind;
    ss_machine machine;
    ss_method method; /* of the transaction */
    ss_owner owner;
    ss_ref txn;   /* 0 when ended or none */
    bool ended;   /* the transaction is gone: forget its ref */
    bool is_held; /* TRANSPORT_ERROR: its request was held back, as the server asked (RFC 7339) */
    /* with the first final response that is no plain success, 300 and more or one with Authentication-Info, for an owner that
     * wants it, or with any for one that wants those of 2xx; in the arena. NULL: not there */
    const ss_sent *sent;
} ss_up;

/**
 * Start a client transaction and send its request (17.1.1, 17.1.2): INVITE or any but ACK. Over UDP, one that is too large
 * for it goes by TCP instead, with TCP in its Via, when the settings say so (18.1.1); a CANCEL goes as its INVITE went.
 * request  whole bytes with our Via on top; copied.
 * SS_OK, SS_ERR_FULL (quota, or with turn->failed the arena; nothing was sent), SS_ERR_SEMANTIC (not a request that can
 * have a transaction).
 */
SS_MUST_USE ss_status ss_txn_request(ss_core *core, ss_turn *turn, const ss_path *path,
                                     ss_slice request, ss_owner owner, ss_ref *txn);
enum { SS_TXN_OTHERS_MAX = 16 };
/** Where the request of a new client transaction may go when it fails, in order (RFC 3263 4.3): told back in ss_up.sent. Those
 *  past the maximum are left out. SS_ERR_FULL: there is no room to remember them. */
SS_MUST_USE ss_status ss_txn_keep_others(ss_core *core, ss_ref txn, const ss_address *others,
                                         uint16_t count);
/**
 * Make the server transaction of a request that came up as SS_UP_REQUEST (17.2.1, 17.2.2). The request is stamped.
 * An INVITE's sends 100 by itself when nothing else went out for 200 ms; another's when nothing did by the time a
 * Timer E would reach T2 (RFC 4320 4.1: 3.5 s).
 * SS_OK; SS_ERR_FULL (quota, or with turn->failed the arena; nothing changed); SS_ERR_SEMANTIC (an ACK, or a Via that no
 * response can follow).
 */
SS_MUST_USE ss_status ss_txn_serve(ss_core *core, ss_turn *turn, const ss_msg *request,
                                   const ss_path *came_by, ss_owner owner, ss_ref *txn);
/** Pass a response to a server transaction; also copies of a 2xx in Accepted (RFC 6026 7.1). Copied.
 *  `ended` is set when the transaction terminated by it (reliable non-INVITE: Timer J is 0).
 *  SS_ERR_STATE when the state allows no such response, SS_ERR_SEMANTIC when RFC 4320 does not (101 to 199 or 408 to a
 *  non-INVITE, a 100 over UDP before Timer E would reach T2) or it is no whole response; SS_ERR_FULL when the host's store is
 *  exhausted. Nothing is sent then. A transaction that lives may pass the byte quota to answer. */
SS_MUST_USE ss_status ss_txn_respond(ss_core *core, ss_turn *turn, ss_ref txn, ss_slice response,
                                     bool *ended);
/** A response without a transaction (8.2.7, 16.3): sent by 18.2.2 and forgotten. SS_ERR_SEMANTIC: there is no Via to go by. */
SS_MUST_USE ss_status ss_txn_respond_stateless(ss_turn *turn, const ss_msg *request,
                                               const ss_path *came_by, ss_slice response);
/** A message from the network: matched by 17.1.3, 17.2.3. Requests are stamped already. */
ss_up ss_txn_receive(ss_core *core, ss_turn *turn, const ss_msg *msg, const ss_path *came_by);
/** Timers popped from core->timers with kind SS_TIMER_OF_TXN. */
ss_up ss_txn_timer(ss_core *core, ss_turn *turn, ss_timer *timer);
/** Of a datagram that did not arrive: its first bytes, perhaps none, and how long it was. */
typedef struct ss_quote {
    ss_slice bytes;
    size_t whole;
} ss_quote;

/** The transport says that a path failed (ICMP, reset). `quote`: only whoever sent this; NULL: all. Each call tells of one transaction, in order of creation: call
 *  with the same cursor (zeroed first) until SS_UP_NOTHING. The owner may act between the calls, but not start another
 *  such walk. Transactions made after the first call are left alone. A path is the same when its transport is and its
 *  connection, or its remote address for datagrams and for a stream transaction that has no connection yet. */
ss_up ss_txn_transport_error(ss_core *core, ss_turn *turn, const ss_path *path,
                             const ss_quote *quote, uint32_t *cursor);
/** Such a walk, which is not at its end, stops here: where it is to go on, with the cursor that it had. */
uint32_t ss_txn_walk_pause(ss_core *core);
void ss_txn_walk_on(ss_core *core, uint32_t from);
/**
 * A connection on the path was refused (RFC 3261 18.1.1, the last but one paragraph): the client transactions that went by it for
 * their size alone, and were not answered, send their request again over UDP, its Via rewritten; it is their first copy there.
 * The others are left for ss_txn_transport_error.
 */
void ss_txn_fall_back(ss_core *core, ss_turn *turn, const ss_path *path);
/** Send a request that has no transaction, an ACK, where its size says: 18.1.1. One that was refused a connection there before
 *  goes over UDP: nobody could be told, but who lacks the ACK asks for another. `bytes` must live until the turn ends. */
void ss_txn_send_alone(ss_core *core, ss_turn *turn, const ss_path *path, ss_slice bytes);
/** Whoever sent this (a whole message of ours) goes on by another path: a connection was found for it. False when it has no
 *  transaction. Nothing of the arena is kept. */
bool ss_txn_move(ss_core *core, ss_arena *arena, const ss_msg *sent, const ss_path *path);
/**
 * The user gives a transaction up; it ends without a word (SS_UP_ENDED), or nothing happens (SS_UP_NOTHING):
 * an INVITE client transaction in Proceeding, 64*T1 after its CANCEL (9.1);
 * a non-INVITE server transaction that was not answered finally and never will be, as RFC 4320 4.2 forbids a 408;
 * an INVITE server transaction in Proceeding that cannot be answered (the arena is full, say).
 * A TU must do the last two: nothing else ends such a transaction.
 */
ss_up ss_txn_abandon(ss_core *core, ss_turn *turn, ss_ref txn);
/** 8.2.2.2: `txn` serves this request, which has no To tag. What comes by another way is known by it, as long as it lives; unless the
 *  quota has no room for that. */
void ss_txn_mark(ss_core *core, ss_ref txn, const ss_msg *request);
/** True when a server transaction was marked with a request of that From tag, Call-ID and CSeq. */
bool ss_txn_is_merged(const ss_core *core, const ss_msg *request);
/** 9.2: the INVITE (or other) server transaction that a CANCEL matches, 0 when there is none. */
ss_ref ss_txn_find_cancelled(const ss_core *core, const ss_msg *cancel);
/** 17.2.3: a server transaction that this request belongs to lives, so that it is a copy, or the ACK of a response other than 2xx. */
bool ss_txn_is_served(const ss_core *core, const ss_msg *request);
/** A client transaction's CANCEL (9.1): same Request-URI, Call-ID, To, From, CSeq number, top Via and Route as the request.
 *  SS_ERR_STATE before a 1xx or after a final response came. Printed for ss_txn_request on the same path. The arena is
 *  left as it was; `b` may be its free space. */
SS_MUST_USE ss_status ss_txn_put_cancel(const ss_core *core, const ss_txn *t, ss_arena *arena,
                                        ss_buffer *b);
/** Frees every transaction of the engine, in order of creation, as a crash does; no output. */
void ss_txn_forget_all(ss_core *core);

/* ---- overload control (RFC 7339, RFC 7415) ------------------------------------------------------------------------------- */

/** A request that a server's overload control holds back: its client transaction is made and not sent, and fails as by 17.1.4. Call
 *  until SS_UP_NOTHING, at the end of each turn; the owner may act between the calls. */
ss_up ss_txn_held(ss_core *core, ss_turn *turn);

/** The four parameters of a Via (RFC 7339 4). */
typedef struct ss_oc {
    bool is_there, has_value, has_validity, has_seq;
    uint8_t algorithms[2]; /* ss_oc_algorithm, those known here, in the order in which they stand */
    uint32_t value, validity_ms;
    uint64_t seq; /* the number before the dot, and five digits behind it */
} ss_oc;
/** SS_ERR_SYNTAX: one of them is not as RFC 7339 9 has it, or twice there. */
SS_MUST_USE ss_status ss_oc_read(const ss_via *via, ss_oc *oc);
/** The Via without them. */
void ss_put_via_without_oc(ss_buffer *b, const ss_via *via);
/** It has some, beside `oc` and `oc-algo` as a client writes them. */
bool ss_oc_is_answered(const ss_via *via);

/** What a server asks of its clients now; told in each response to a client that knows of it. */
typedef struct ss_oc_says {
    uint32_t loss;        /* percent */
    uint32_t rate;        /* requests a second, of each client */
    uint32_t validity_ms; /* 0: nothing is asked for */
    uint64_t seq;         /* as of ss_oc; rises whenever the rest changes */
} ss_oc_says;
/** False at the quota: clients hear nothing. */
bool ss_overload_say(ss_core *core, const ss_oc_says *says);
/** A response with what we say in its top Via, in the arena, for a client that sent this Via; as it is when it knows nothing of it, or
 *  we say nothing, or there is no room. */
ss_slice ss_overload_stamp(const ss_core *core, ss_arena *arena, const ss_via *of_request,
                           ss_slice response);
/** The algorithm for a client that sent this Via: the first of ours that it knows; SS_OC_NONE: it knows none. */
ss_oc_algorithm ss_overload_choose(const ss_core *core, const ss_via *of_request);
/** Bytes of the store that are kept for this, though nothing is under way. */
size_t ss_overload_bytes(const ss_core *core); /* with those of path_mtu.c */
void ss_overload_forget(ss_core *core);

/** The MTU of the way to the host of an address is `mtu` bytes until then; at the quota it stays unknown. An address without a family is
 *  any: by that link all ways begin, whatever the settings say. */
void ss_path_mtu_learn(ss_core *core, const ss_address *to, uint32_t mtu, ss_time until);
/** What is known of it, else what the settings say; 0: unknown. */
uint32_t ss_path_mtu_of(const ss_core *core, ss_time now, const ss_address *to);

/** The four tables, to be read beside the figures: for diagrams and for tests that visit every cell.
 *  act is NULL where the figure draws nothing. */
typedef struct ss_txn_cell {
    const char *event; /* "Timer A", "1xx from the network" … */
    ss_txn_state next;
    const char *act;
} ss_txn_cell;
unsigned ss_txn_event_count(ss_machine machine);
ss_txn_cell ss_txn_table(ss_machine machine, ss_txn_state state, unsigned event);

#endif
