/* What the files of the judge share: the numbers of the laws, the model of one transaction as an onlooker knows it, and
 * the judge itself. Each law file keeps to one subject; judge.c hands it the facts that concern it.
 *
 * A transaction's life is known twice: from the wire (what left and what came) and from the stack's notes. Timers are
 * judged by the wire where a message shows them, and by the notes where only the stack knows.
 */
#ifndef SN_JUDGE_LAWS_H
#define SN_JUDGE_LAWS_H

#include "sn/judge.h"

#include "containers.h"
#include "shelf.h"

/* clang-format off: a row for each subject */
#define LAW_LIST(X)                                                                                \
    X(TX1)                                                                                         \
    X(TX2)                                                                                         \
    X(TX3)                                                                                         \
    X(TX4) X(TX5) X(TX6) X(TX7) X(TX8) X(TX9) X(TX10) X(TX11) X(TX12) X(TX13) X(TX14) X(TX15)      \
        X(TX16) X(TX17) X(TX18) X(TX19) X(PRX1) X(PRX2) X(PRX3) X(PRX4) X(PRX5) X(PRX6) X(PRX7)    \
            X(PRX8) X(PRX9) X(PRX10) X(PRX11) X(DLG1) X(DLG2) X(DLG3) X(DLG4) X(DLG5) X(DLG6)      \
                X(DLG7) X(TAG1) X(REL1) X(REL2) X(REL3) X(REL4) X(REL5) X(OFF1) X(OFF2) X(OFF3)    \
                    X(OFF4) X(OFF5) X(SUB1) X(SUB2) X(SUB3) X(SUB4) X(SUB5) X(AUTH1) X(AUTH2)      \
                        X(AUTH3) X(AUTH4) X(AUTH5) X(NET1) X(NET2) X(NET3) X(NET4) X(NET5) X(NET6) \
                            X(NET7) X(LOC1) X(LOC2) X(DNS1) X(QUE1) X(BTB1) X(TRN1) X(TRN2)        \
                                X(TRN3) X(LEFT1) X(LIVE1)
/* clang-format on */
#define LAW_ID(name) LAW_##name,
typedef enum law { LAW_LIST(LAW_ID) LAW_COUNT } law;

/** What laws need of a session description: session_facts.c. */
typedef struct session_facts {
    uint64_t whole;  /* hash; 0: there is none */
    uint64_t origin; /* of the o= line without its version */
    uint64_t version;
    uint64_t media; /* of the kinds of its m= lines, in order */
    uint32_t lines; /* m= lines */
    bool is_read;   /* it has an o= line that could be */
} session_facts;

/* ---- a transaction, as seen from outside ---------------------------------------------------------------------------- */

typedef enum side { CLIENT, SERVER } side;

/** Where the wire says that it stands. */
typedef enum phase {
    PHASE_NONE,    /* noted, but nothing was on the wire yet */
    PHASE_WAITING, /* request out (in), nothing came (went) */
    PHASE_PROCEEDING,
    PHASE_COMPLETED, /* final; for an INVITE 300..699 */
    PHASE_CONFIRMED, /* server: the ACK came */
    PHASE_ACCEPTED,  /* INVITE, 2xx */
    PHASE_OVER       /* kept a little, to know its late messages */
} phase;

#define NOT_NOTED UINT8_MAX

typedef struct txn {
    uint64_t key; /* mixed from node, side, branch and method; 0 when free */
    uint64_t call_id, to_tag;
    uint64_t
        own_tag; /* server: To tag of the request, or else of the first response that has one */
    uint64_t second_branch; /* of the Via below the top one; client: of a proxy's INVITE only */
    uint64_t hash;          /* client: of the request; server: of the final response */
    uint64_t request;       /* server: hash of the request */
    ss_time first;          /* the request left, or came */
    ss_time due;            /* the next message that must leave; SS_TIME_NEVER when none */
    ss_time end;            /* until when the wire model's phase lasts */
    ss_time final_at;       /* first final response */
    ss_time cancel_end;     /* client: 64*T1 after its CANCEL */
    ss_time entered;        /* the noted state was entered */
    ss_time noted_end;      /* the noted state must be left by then */
    ss_time queued;         /* its valid entry in the agenda */
    ss_time asked_at;       /* server: the last copy of the request came */
    ss_span interval;       /* that leads to `due` */
    uint32_t node, cseq;
    uint32_t to;      /* client: the node that the request went to; SN_NOBODY */
    uint32_t from;    /* server: the node that it came from; SN_NOBODY */
    uint32_t said_to; /* server: the node that the last response went to */
    uint64_t said;    /* server: hash of it; 0: none left */
    uint16_t from_port, said_port;
    uint16_t to_port;    /* client */
    uint32_t generation; /* which life of this slot */
    uint32_t next_free;
    uint32_t next_accepted; /* the next older one of the same node and Call-ID, NO_TXN: none */
    uint32_t ends;          /* the dialogs that an INVITE outside one made: dialogs.c */
    union {
        uint32_t rseq, record_routes; /* as of ss_summary, of the request: */
    };
    union {
        uint32_t rack_cseq, session_expires, event;
    };
    uint32_t contact, routes;
    uint8_t route_count, says;
    session_facts session; /* of an INVITE outside a dialog */
    uint16_t max_forwards; /* server, as received */
    uint16_t max_breadth;  /* of the request; 0: it has none */
    uint16_t status;       /* the last response that counts */
    uint16_t answers;      /* server: copies that came at asked_at, not yet answered */
    uint8_t via_count;
    uint8_t forks; /* server, a proxy's: branches that its INVITE was sent by */
    uint8_t method, side, phase;
    uint8_t transport; /* client: of the last copy of the request */
    uint8_t noted;     /* ss_txn_state, NOT_NOTED without notes */
    bool acked;        /* server, accepted: the ACK came */
    bool lenient;      /* a broken law or a BYE: 2xx copies are judged no more */
    bool reliable;
    bool is_initial; /* the request had no To tag */
    bool is_probe;   /* client: it finds out what its way carries, RFC 8899 */
    bool has_moved;  /* server: its responses go where RFC 3263 5 says */
    bool is_several; /* server: its branch is that of other transactions too */
} txn;

#define NO_TXN UINT32_MAX

enum { UNDO_MAX = 4 };

/** Something that must leave at the same instant at which its cause came. */
typedef struct owed {
    ss_time at;
    uint64_t event; /* the cause's event */
    uint64_t a, b;  /* what tells it: branch; or Call-ID and CSeq */
    uint64_t call_id;
    uint32_t node;
    uint16_t law, status;
    bool optional; /* allowed, not asked for */
} owed;

/* ---- one end of a dialog that an INVITE made, as the wire shows it ---------------------------------------------------- */

#define NO_END UINT32_MAX

typedef enum reliable_state {
    RELIABLE_NONE,
    RELIABLE_WAITS, /* for its PRACK */
    RELIABLE_ASKED, /* a PRACK for it came, and is not answered 2xx yet */
    RELIABLE_ACKNOWLEDGED
} reliable_state;

/** The last reliable response that this end sent. */
typedef struct reliable_given {
    uint64_t hash, branch; /* of its bytes; of its INVITE */
    ss_time first, end;    /* it left for the first time; 64*T1 later */
    uint32_t cseq, rseq;
    uint8_t state; /* reliable_state */
    bool is_first; /* of its INVITE */
    bool has_session;
} reliable_given;

/** Those that came in order, of one INVITE. */
typedef struct reliable_taken {
    uint64_t prack; /* branch of the last PRACK; 0: none */
    uint32_t cseq, first, last;
    uint32_t acknowledged; /* the number in that PRACK */
} reliable_taken;

typedef enum offer_side { OFFER_NONE, OFFER_OURS, OFFER_THEIRS } offer_side;
typedef enum offer_place {
    OFFER_IN_REQUEST,
    OFFER_IN_RELIABLE, /* a provisional response to an INVITE that had none */
    OFFER_IN_SUCCESS   /* the 2xx to such */
} offer_place;

/** The last offer, until its answer is known. */
typedef struct offer_view {
    uint64_t branch; /* of its request, or of the INVITE that it answers */
    uint64_t media;
    uint64_t answered_by; /* a PRACK that is not answered yet */
    uint32_t lines;       /* 0: not read */
    uint32_t cseq, rseq;
    uint8_t by, in, method; /* offer_side, offer_place, ss_method of the request */
} offer_view;

/** Where this end's requests go. */
typedef struct route_view {
    uint32_t routes, count; /* as of ss_summary */
    uint32_t target,
        next; /* hashes of URIs: the last two that the peer said; 0: none, or not known */
    bool is_strict, is_known;
} route_view;

typedef struct dialog_end {
    uint64_t key; /* 0 when free */
    uint64_t call_id;
    ss_time until; /* forgotten then, when it is over */
    uint32_t node;
    uint32_t next;           /* of those that are free; of those that are over */
    uint32_t next_of_invite; /* while early: another of its INVITE */
    bool is_of_invite;       /* that names it */
    bool is_over, is_confirmed;
    bool is_uac;
    bool is_of_events;                       /* a SUBSCRIBE or REFER made it */
    uint64_t made_by;                        /* branch of its INVITE */
    uint64_t last_invite, last_peers_invite; /* branches */
    bool by_tls;                             /* it was */
    uint32_t sent_cseq, got_cseq;            /* the highest of either side's; 0: none */
    uint32_t accepted_cseq;                  /* the highest of the peer's that got a 2xx */
    route_view route;
    ss_time expires; /* the session, without a refresh: RFC 4028; SS_TIME_NEVER */
    reliable_given given;
    reliable_taken taken;
    offer_view offer;
    session_facts said; /* the last description that this end sent */
    uint32_t lines;     /* m= lines of the last exchange */
    uint32_t acked;     /* CSeq of the last 2xx that was */
    bool has_acked;
    uint64_t settled;      /* branch of the INVITE whose responses said all that they may */
    uint64_t responded_to; /* branch of the INVITE, and the description in our responses */
    uint64_t responded;
} dialog_end;

typedef struct dialogs_view {
    map index; /* node, Call-ID, own tag, other tag -> position in `all` */
    map asked; /* node, Call-ID, own tag of a SUBSCRIBE or REFER outside a dialog -> its CSeq */
    dialog_end *all;
    uint32_t count, room, first_free;
    uint32_t first_over, last_over; /* in the order in which they ended */
    ss_span linger;                 /* what is over is known for so long */
} dialogs_view;

/* ---- what nodes were told of names: dns_laws.c ------------------------------------------------------------------------ */

typedef struct names_view {
    map asked;      /* (node, question) -> number and port of the query */
    map until;      /* (node, question) -> how long the answer may be kept */
    uint32_t *told; /* of each node: answers */
    unsigned char *memory;

    /* servers_told.c, server_order.c: LOC2 */
    bool *has_servers; /* of each node: of a name it was told several; NULL before any answer */
    map lists_at;      /* (node, name, type) -> position in `lists` */
    struct told_list *lists;
    struct told_item *items;
    uint32_t list_count, list_room, item_count, item_room;
    map nodes;    /* address -> node, SN_NOBODY: nobody's */
    map tries[2]; /* of requests, and failures of servers; two generations */
    ss_time tries_until;
} names_view;

/* ---- what is known of a call, by the plan's number of it -------------------------------------------------------------- */

typedef struct call_view {
    ss_time placed;
    uint64_t call_id;
    uint64_t sessions[2]; /* the caller's, the callee's, when they knew of the end; 0: none */
    uint64_t answered;    /* its Call-ID when it was, as the caller told; 0: not yet */
    uint64_t tags[2]; /* of whom the caller is with, as it heard; the callee's own; 0: not known */
    uint32_t caller, callee; /* SN_NOBODY until seen */
    uint8_t flags[2];        /* the caller's, the callee's */
    bool is_forked;          /* several callees answered */
    bool has_settled;        /* as the shelf was told */
    bool
        is_in_doubt; /* a change was refused because the call ended, by a B2BUA that does not know what became of it */
} call_view;

enum {
    CALL_SEEN = 1,     /* placed, or came in */
    CALL_OUTCOME = 2,  /* answered, rejected or blocked; accepted or refused */
    CALL_UP = 4,       /* answered; accepted */
    CALL_OVER = 8,     /* BYE came, or ours was answered or timed out */
    CALL_EXCUSED = 16, /* a timeout explains what follows */
    CALL_PARTED = 32,  /* it hung up, or was told that the other did */
    CALL_HUNG_UP = 64  /* it hung up itself */
};

typedef struct flight { /* a packet on a link, or a datagram on its way */
    uint64_t key;
    uint64_t hash;
    ss_time sent, due;
    uint32_t copies; /* still to arrive */
    uint32_t whole;  /* copies promised */
    uint32_t link;
    uint32_t next_free;
    bool on_time;     /* one arrived at `due` */
    bool edited;      /* a datagram: on its way it became another */
    uint64_t call_id; /* a datagram: as it was sent */
} flight;

typedef struct flights {
    map index; /* key -> position in `all` */
    flight *all;
    uint32_t count, room, first_free;
} flights;

/** Messages on streams: what went in must come out, in order. */
typedef struct streams_view {
    flights ways;     /* key: one direction of a connection; whole = messages in, copies = out */
    flights messages; /* key: sn_fact_message; copies = which of its way, from 1 */
} streams_view;

typedef struct net_view {
    flights links;     /* key: link direction and packet */
    flights datagrams; /* key: origin and ordinal; forgotten when they are old */
    uint32_t *order;   /* ring of datagrams in order of sending */
    uint32_t order_first, order_count, order_room;
} net_view;

/** What digest showed: two generations of it, the newer first. */
typedef struct login_view {
    map maps[2];
    ss_time until; /* of the newer */
} login_view;

/** The message that came last to a node with a queue: queue_laws.c. */
typedef struct queue_arrival {
    uint64_t id, dialog, event;
    uint32_t node;
    uint8_t class;
    bool is_marked; /* it may be of the class that goes first */
} queue_arrival;

/** Of what came to B2BUAs, and of what left for it: two generations. */
typedef struct joined_view {
    map maps[2];
    ss_time until;
} joined_view;

/** A callee that answered a call, until its end of it is over. */
typedef struct answer_end {
    uint64_t call_id, tag; /* its own: 0 until its 2xx left */
    uint32_t number, node;
    uint32_t next_free; /* plus 1; 0: no more */
    bool is_live;
    bool caller_knows; /* its BYE was answered 2xx */
} answer_end;

typedef struct answers_view {
    map by_node, by_tag; /* Call-ID and node, Call-ID and tag -> position in `all` */
    answer_end *all;
    uint32_t count, room, first_free;
    uint64_t event, call_id, tag; /* the last 2xx to an INVITE that came */
    uint32_t node;
} answers_view;

/** Calls of which a message was edited or made up, which calls B2BUAs joined, and per node how many INVITEs came of such calls:
 *  edited.c. */
typedef struct edited_view {
    map calls, joined;
    map doubts; /* joined calls of which a B2BUA itself ended an exchange that one end believes to be done */
    uint32_t *invites;
    uint64_t passing, passing_event; /* the last message that came to a tap: hash */
} edited_view;

/* ---- the judge ------------------------------------------------------------------------------------------------------------ */

struct sn_judge {
    const sn_cast *cast;
    sn_law_mask mask;
    ss_slice payload; /* of the message being judged; borrowed */
    uint64_t count, counts[LAW_COUNT];
    sn_violation *kept; /* SN_VIOLATIONS_KEPT of them; NULL before the first */
    uint32_t kept_count;
    sn_violation *firsts; /* of each law; NULL while there is none */
    bool out_of_memory;   /* told as a violation of no law: judged no further */

    sn_key key; /* of the fact being judged */
    uint32_t fact_index;
    uint64_t event; /* ordinal of its event */
    ss_time now;
    bool began;

    map txns; /* key -> index */
    txn *all;
    uint32_t txn_count, txn_room, first_free;
    names_view names;
    map cseqs;    /* (node, dialog) -> the last CSeq number that it sent there */
    map accepted; /* (node, Call-ID) -> the newest UAS transaction whose 2xx waits */
    agenda agenda;
    owed *owed;
    uint32_t owed_count, owed_room;
    txn undo[UNDO_MAX]; /* transactions as they were before the message of this event */
    uint32_t undo_count;
    uint64_t undo_event;
    uint64_t
        refusal_event; /* of the last bytes that were refused with a response: they may be no SIP to an onlooker */
    uint32_t refusal_node;
    unsigned refusal_status;
    uint64_t hundred_event, hundred_branch; /* the last 100 that came to a proxy: second branch */
    uint32_t hundred_node;

    uint64_t *ordinals; /* per node: datagrams sent */
    uint8_t *excused;   /* per node: its transport failed, endings may be early */
    uint8_t *closed;    /* per node: a connection of its own was closed, by either end */
    ss_time *lost;      /* per node: when a connection of its own failed last; 0: never */
    uint8_t *crashed;   /* per node: it owes nothing any more */
    uint8_t *notes;     /* per node: it gives notes */
    uint32_t *calls_up; /* per node: answered or accepted, not over */
    uint32_t unheard_ends;
    map failed_ends;    /* (node, Call-ID): its BYE had no way to go, as it was told */
    map unplanned;      /* (node, Call-ID) of those that are no calls of the plan */
    uint8_t *registers; /* per node: it keeps a registration */
    net_view net;
    streams_view streams;
    map refused; /* (node, peer) whose connection was refused */
    struct {
        map branches;   /* of what a stateless proxy forwarded, by what came */
        map copies;     /* of what came to it, by branch: hash, or several */
        map came, left; /* (proxy, peer): messages and bytes */
        uint64_t passes_on; /* the event in which a stateless proxy took up a response last */
    } alone;
    login_view logins;
    joined_view joined;
    edited_view edited;
    answers_view answers;
    dialogs_view dialogs;
    session_facts sessions[16]; /* the last descriptions read, by their hash */
    shelf calls;                /* call_view by number */
    map sub_dialog_index, sub_index, sub_chains, sub_notifies; /* subscriptions.c */
    struct sub_dialog *sub_dialogs;
    uint32_t sub_dialog_count, sub_dialog_room;
    struct sub_view *subs;
    uint32_t sub_count, sub_room;
    struct queue_view **queues; /* by node; NULL: no message waited yet */
    struct queue_item *queue_items;
    uint32_t queue_count, queue_room, queue_free;
    uint64_t queue_order;
    queue_arrival arrival;
    uint32_t *
        at_work; /* per node: transactions of calls that nobody ended; NULL before the first fact of what is left */
    sn_fact *lefts; /* those that LEFT1 forbids, if the run was not interrupted */
    uint32_t left_count, left_room;
};

static inline const sn_member *member(const sn_judge *j, uint32_t node)
{
    SS_ASSERT(node < j->cast->node_count);
    return &j->cast->nodes[node];
}

/** Whether timers are judged at all: a T1 of 0 makes every instant the same. */
static inline bool has_timers(const sn_judge *j, uint32_t node)
{
    return member(j, node)->spans->t1 != 0;
}

/** Report a broken law. `at`: when it was broken, which may be before the fact that shows it. */
void sn_judge_broken(sn_judge *j, law l, ss_time at, uint32_t node, uint64_t call_id,
                     const char *format, ...) SS_PRINTF(6, 7);

/** Milliseconds and the rest, for sentences: "500.000000". The buffer is the caller's. */
typedef struct ms_text {
    char text[32];
} ms_text;
ms_text sn_ms(ss_time at);

/* txns.c */
uint64_t sn_txn_key(uint32_t node, side s, uint64_t branch, uint8_t method);
txn *sn_txn_find(sn_judge *j, uint32_t node, side s, uint64_t branch, uint8_t method);
/** Found, or made with everything at nothing. NULL without memory. */
txn *sn_txn_obtain(sn_judge *j, uint32_t node, side s, uint64_t branch, uint8_t method);
void sn_txn_forget(sn_judge *j, txn *t);
/** To be called whenever due, end or noted_end may have come nearer. */
void sn_txn_schedule(sn_judge *j, txn *t);
/** Remember how it was, should the stack refuse the message of this event. False: no room for so many. */
bool sn_txn_remember(sn_judge *j, const txn *t);
/** Judge and forget what is due before `now`. */
void sn_txns_pass(sn_judge *j, ss_time now);
/** The first 2xx of a UAS left: the ACK will be looked for by Call-ID. */
void sn_txn_accept(sn_judge *j, txn *t);
/** Its life is over; known for a while, so that late messages are seen. */
void sn_txn_over(sn_judge *j, txn *t, ss_span linger);
/** A node crashed: its transactions are no more. */
void sn_txns_crash(sn_judge *j, uint32_t node);

/* timers_client.c: TX1 to TX4, TX14, TX16 */
void sn_client_request_sent(sn_judge *j, const sn_fact *f);
void sn_client_response_received(sn_judge *j, const sn_fact *f);
/** The due copy did not leave. */
void sn_client_due_passed(sn_judge *j, txn *t);
void sn_client_end_passed(sn_judge *j, txn *t);
void sn_client_timer_noted(sn_judge *j, const sn_fact *f, txn *t);
/** TX16: 64*T1 after the CANCEL it still lives. */
void sn_client_cancel_passed(sn_judge *j, txn *t);

/* timers_server.c: TX5, TX6, TX9, TX19 */
void sn_server_copy_sent(sn_judge *j, const sn_fact *f, txn *t);
void sn_server_start_copies(sn_judge *j, const sn_fact *f, txn *t);
void sn_server_due_passed(sn_judge *j, txn *t);
void sn_server_end_passed(sn_judge *j, txn *t);
void sn_server_timer_noted(sn_judge *j, const sn_fact *f, txn *t);
/** When a 100 may and must answer another request than INVITE: RFC 4320 4.1. */
ss_span sn_until_e_reaches_t2(const sn_member *m);

/* tags.c: TAG1 */
void sn_tag_judge(sn_judge *j, const sn_fact *f, txn *t);

/* finals.c: TX10, TX13, TX15, TX17, TX18, PRX6; requests and responses at servers */
void sn_server_request_received(sn_judge *j, const sn_fact *f);
void sn_server_response_sent(sn_judge *j, const sn_fact *f);
/** A copy of what was refused without a transaction has one now: it is as if none had come before. */
void sn_server_begin_again(sn_judge *j, const sn_fact *f, txn *t);

/* response_places.c: TRN3; true for a copy of a response that failed where it was sent before (RFC 3263 5): no law of timers is about it */
bool sn_response_goes_on(sn_judge *j, const sn_fact *f, txn *server);

/* acks.c: TX11, TX12, DLG2; and what is owed at an instant */
void sn_owed_add(sn_judge *j, owed what);
/** Whether there is a matching debt; and takes the newest off, false when there is none. */
bool sn_owed_has(const sn_judge *j, uint32_t node, law l, uint64_t a, uint64_t b);
bool sn_owed_pay(sn_judge *j, uint32_t node, law l, uint64_t a, uint64_t b);
void sn_owed_pass(sn_judge *j, ss_time now);
void sn_owed_forgive(sn_judge *j, uint32_t node);
void sn_ack_sent(sn_judge *j, const sn_fact *f);
void sn_ack_received(sn_judge *j, const sn_fact *f);
void sn_bye_seen(sn_judge *j, const sn_fact *f, bool sent);
/** A response that a user agent got. */
void sn_dialog_lost_seen(sn_judge *j, const sn_fact *f);
/** The newest UAS transaction of a call that was answered with a 2xx, and the one before: NULL when there is none. */
txn *sn_accepted_of(sn_judge *j, uint32_t node, uint64_t call_id);
txn *sn_accepted_next(sn_judge *j, const txn *t);

/* spans.c: TX7, TX8: how long states last, by the notes */
void sn_note_judge(sn_judge *j, const sn_fact *f);
void sn_noted_end_passed(sn_judge *j, txn *t);

/* proxy_forks.c: PRX8 */
void sn_proxy_branch_sent(sn_judge *j, const sn_fact *f, txn *server);
void sn_proxy_final_sent(sn_judge *j, const sn_fact *f, const txn *server);
void sn_proxy_cancel_sent(sn_judge *j, const txn *branch);

/* proxy_laws.c: PRX1 to PRX5, PRX7 */
void sn_proxy_request_sent(sn_judge *j, const sn_fact *f);
void sn_proxy_response_received(sn_judge *j, const sn_fact *f, const txn *client);
void sn_proxy_response_sent(sn_judge *j, const sn_fact *f, const txn *server);
/** The response is what a proxy owes for one that came at this instant, and not what it sent before. */
bool sn_proxy_owes(const sn_judge *j, const sn_fact *f);
/** PRX3: a response that matches no transaction still has our own Via on top. */
bool sn_proxy_own_via_on_top(sn_judge *j, const sn_fact *f);

/* dialog_laws.c: DLG3, DLG4 */
void sn_dialog_invite_sent(sn_judge *j, const sn_fact *f, dialog_end *d);
void sn_dialog_invite_received(sn_judge *j, const sn_fact *f, dialog_end *d);
void sn_dialog_request_sent(sn_judge *j, const sn_fact *f);
void sn_dialog_bye_received(sn_judge *j, const sn_fact *f);

/* dialogs.c: what is known of dialogs; which law file hears of which message. Of a user agent, before the transaction
 * hears of it; requests are new ones. */
/** The end that the node of a message has, by its tags; NULL. */
dialog_end *sn_dialog_of(const sn_judge *j, const sn_fact *f);
/** One more, of a message that had none. NULL without memory. */
dialog_end *sn_dialog_add(sn_judge *j, const sn_fact *f);
void sn_dialogs_begin(sn_judge *j);
void sn_dialogs_free(sn_judge *j);
void sn_dialogs_pass(sn_judge *j, ss_time now);
void sn_dialogs_crash(sn_judge *j, uint32_t node);
void sn_dialogs_request_sent(sn_judge *j, const sn_fact *f, txn *t);
void sn_dialogs_request_received(sn_judge *j, const sn_fact *f, txn *t);
/** A request, or a copy, whose transaction nobody can tell: its dialog knows its number and its Contact all the same. */
void sn_dialogs_unknown_received(sn_judge *j, const sn_fact *f);
/** The ACK of a 2xx. */
void sn_dialogs_ack_seen(sn_judge *j, const sn_fact *f);
void sn_dialogs_response_sent(sn_judge *j, const sn_fact *f, txn *t);
void sn_dialogs_response_received(sn_judge *j, const sn_fact *f, txn *t);
void sn_dialogs_finish(sn_judge *j, ss_time end);
/** Adds the Call-ID of each that nobody ended. False without memory. */
bool sn_dialogs_up(const sn_judge *j, map *call_ids);
/* event_dialogs.c: those that a SUBSCRIBE or REFER makes */
void sn_event_dialog_asked(sn_judge *j, const sn_fact *f);
/** A 2xx left inside no dialog that is known. */
void sn_event_dialog_made(sn_judge *j, const sn_fact *f, const txn *t);
/** DLG7: what the stack says of a dialog that is confirmed or over. */
void sn_dialogs_noted(sn_judge *j, const sn_fact *f);
/** An INVITE's transaction is no more: its dialogs that are early still are over. */
void sn_dialogs_invite_over(sn_judge *j, txn *invite);

/* routes.c: DLG5 */
/** The dialog is made, or made anew by its 2xx. */
void sn_route_of_request(dialog_end *d, const txn *request);
void sn_route_of_notify(dialog_end *d, const txn *notify);
void sn_route_of_response(dialog_end *d, const sn_fact *f);
/** A target refresh came. */
void sn_route_refreshed(dialog_end *d, const sn_fact *f);
void sn_route_judge(sn_judge *j, const sn_fact *f, const dialog_end *d);

/* session_expiry.c: DLG6 */
/** The first 2xx to an INVITE or UPDATE. */
void sn_expiry_negotiated(sn_judge *j, const sn_fact *f, const txn *t, dialog_end *d);
/** A BYE left, or came. */
/** The key of sn_judge.failed_ends. */
uint64_t sn_failed_end(uint32_t node, uint64_t call_id);
void sn_expiry_judge(sn_judge *j, dialog_end *d, ss_time now);

/* reliable.c: REL1 to REL5 */
/** A 1xx before the final response. False: a copy of the last reliable one. */
bool sn_reliable_sent(sn_judge *j, const sn_fact *f, txn *t, dialog_end *d);
/** False: not reliable, a copy, or out of order. */
bool sn_reliable_received(const sn_fact *f, dialog_end *d);
/** The copy that was due, or at last the rejection, did not leave. */
void sn_reliable_due_passed(sn_judge *j, txn *t);
void sn_success_waits(sn_judge *j, const sn_fact *f, const dialog_end *d);
void sn_prack_sent(sn_judge *j, const sn_fact *f, dialog_end *d);
void sn_prack_received(sn_judge *j, const sn_fact *f, dialog_end *d);
void sn_prack_answered(sn_judge *j, const sn_fact *f, const txn *t, dialog_end *d);

/* session_facts.c */
/** Of the message being judged. */
session_facts sn_session_read(sn_judge *j, const ss_summary *sip);

/* offers.c: OFF1 to OFF4 */
void sn_offer_begin(dialog_end *d, const sn_fact *f, const txn *invite);
void sn_offer_request_sent(sn_judge *j, const sn_fact *f, dialog_end *d);
void sn_offer_request_received(sn_judge *j, const sn_fact *f, dialog_end *d);
void sn_offer_success_sent(sn_judge *j, const sn_fact *f, dialog_end *d);
void sn_offer_success_received(sn_judge *j, const sn_fact *f, dialog_end *d);
void sn_offer_response_sent(sn_judge *j, const sn_fact *f, const txn *invite, dialog_end *d);
void sn_offer_response_received(sn_judge *j, const sn_fact *f, const txn *invite, dialog_end *d);
void sn_offer_ack_sent(sn_judge *j, const sn_fact *f, dialog_end *d);
/** A BYE ended the dialog. */
void sn_offer_dialog_ended(sn_judge *j, const dialog_end *d);
void sn_offer_ack_received(sn_judge *j, const sn_fact *f, dialog_end *d);

/* auth_laws.c: AUTH1 to AUTH4 */
/** A SIP datagram that left or came; `payload` is its bytes. */
void sn_auth_judge(sn_judge *j, const sn_fact *f, ss_slice payload);
/** A server transaction has a final response, and the notes say that it waits for what comes of that. */
void sn_auth_kept(sn_judge *j, const txn *t, uint64_t branch);
void sn_auth_end(sn_judge *j);

/* joined.c: BTB1 */

void sn_joined_judge(sn_judge *j, const sn_fact *f);
/** The ACK of this 2xx has the answer to the offer in it, which a B2BUA has to be given first: RFC 3261 13.2.2.4 asks for none at
 *  once. And such an ACK left. */
bool sn_joined_waits(sn_judge *j, const sn_fact *f, const txn *invite);
bool sn_joined_ack(const sn_judge *j, const sn_fact *f);
void sn_joined_end(sn_judge *j);

/* network_laws.c: NET1 to NET4 */
void sn_network_begin(sn_judge *j);
void sn_network_end(sn_judge *j);
void sn_order_judge(sn_judge *j, const sn_fact *f);
void sn_link_fact(sn_judge *j, const sn_fact *f);
/** FRAGMENTED, with the packet that was cut; LINK_SENT. */
void sn_cut_judge(sn_judge *j, const sn_fact *f, ss_slice packet);
void sn_length_judge(sn_judge *j, const sn_fact *f);
void sn_datagram_sent(sn_judge *j, const sn_fact *f);
/** The Call-ID that it was sent with, 0 when that is not known any more. */
uint64_t sn_datagram_edited(sn_judge *j, const sn_fact *f);
void sn_datagram_received(sn_judge *j, const sn_fact *f);
void sn_network_finish(sn_judge *j, ss_time end);

flight *sn_flight_find(flights *fs, uint64_t key);
/** NULL without memory. */
flight *sn_flight_add(flights *fs, uint64_t key);
void sn_flight_remove(flights *fs, flight *f);
void sn_flights_free(flights *fs);

/* stream_laws.c: NET5, TRN1, TRN2 */
void sn_streams_begin(sn_judge *j);
void sn_streams_end(sn_judge *j);
void sn_stream_sent(sn_judge *j, const sn_fact *f);
void sn_stream_received(sn_judge *j, const sn_fact *f);
void sn_connection_judge(sn_judge *j, const sn_fact *f);
/** The peer refused a connection of the node's before: RFC 3261 18.1.1 lets it use UDP. */
bool sn_has_been_refused(const sn_judge *j, uint32_t node, uint32_t peer);
/** TRN1: a request leaves as a datagram. */
void sn_size_judge(sn_judge *j, const sn_fact *f);
/** A CANCEL or a hop-by-hop ACK leaves. */
void sn_transport_followed(sn_judge *j, const sn_fact *f, const txn *invite);
/* subscriptions.c: SUB1 to SUB5. Called before the transactions hear of the message. */
void sn_sub_request_sent(sn_judge *j, const sn_fact *f);
void sn_sub_response_sent(sn_judge *j, const sn_fact *f);
/** A NOTIFY of a proxy's own: of a subscription that it accepted itself. */
bool sn_sub_is_own(const sn_judge *j, const sn_fact *f);
void sn_sub_noted(sn_judge *j, const sn_fact *f);
void sn_sub_timer_noted(sn_judge *j, const sn_fact *f);
/** Timer F of a NOTIFY. */
void sn_sub_notify_timed_out(sn_judge *j, const sn_fact *f);
void sn_subs_excuse(sn_judge *j, uint32_t node);
void sn_subs_finish(sn_judge *j, ss_time end);
void sn_subs_free(sn_judge *j);

/* queue_laws.c: QUE1 */
/** Of a node with a queue, whatever bytes came. */
void sn_queue_received(sn_judge *j, const sn_fact *f, ss_slice payload);
void sn_queue_noted(sn_judge *j, const sn_fact *f);
void sn_queue_served(sn_judge *j, const sn_fact *f);
void sn_queues_crash(sn_judge *j, uint32_t node);
void sn_queues_free(sn_judge *j);

/* leftovers.c: LEFT1, LIVE1, DLG1 */
void sn_calls_begin(sn_judge *j);
void sn_call_judge(sn_judge *j, const sn_fact *f);
void sn_left_judge(sn_judge *j, const sn_fact *f);
void sn_lefts_finish(sn_judge *j);
void sn_calls_finish(sn_judge *j, ss_time end);
/** A callee that told it answered has this tag. */
void sn_call_tagged(sn_judge *j, uint32_t number, uint32_t node, uint64_t tag);
/** Whether that call is with that callee, as far as is known. */
bool sn_call_is_with(const sn_judge *j, uint32_t number, uint32_t node);

/* answers.c: who answered which call; DLG1 of those that the caller is not with */
void sn_answer_given(sn_judge *j, const sn_fact *f);
void sn_answer_over(sn_judge *j, uint64_t call_id, uint32_t node);
void sn_answers_crash(sn_judge *j, uint32_t node);
void sn_answer_sent(sn_judge *j, const sn_fact *f);
void sn_answer_received(sn_judge *j, const sn_fact *f);
/** The tag in the 2xx because of which a caller tells that it was answered; 0: not known. */
uint64_t sn_answer_taken(const sn_judge *j, const sn_fact *f);
/** Who has it; SN_NOBODY. */
uint32_t sn_answer_of(const sn_judge *j, uint64_t call_id, uint64_t tag);
void sn_answers_finish(sn_judge *j, ss_time end);
void sn_answers_free(sn_judge *j);

/* ---- alone.c: PRX10, PRX11 */

void sn_alone_sent(sn_judge *j, const sn_fact *f);
void sn_alone_received(sn_judge *j, const sn_fact *f);
void sn_alone_served(sn_judge *j, const sn_fact *f);
void sn_alone_free(sn_judge *j);

/* ---- dns_laws.c ---- */

/** A copy or the CANCEL of a request. */
void sn_place_judge(sn_judge *j, const sn_fact *f, const txn *first);
void sn_names_judge(sn_judge *j, const sn_fact *f, ss_slice payload);
void sn_names_free(sn_judge *j);

/* servers_told.c: an answer came; a query left again */
struct sn_dns_message;
struct sn_dns_question;
void sn_servers_learn(sn_judge *j, const sn_fact *f, const struct sn_dns_message *m, ss_span ttl);
void sn_servers_doubt(sn_judge *j, const sn_fact *f, const struct sn_dns_question *q);

/* server_order.c: LOC2 */
/** A request leaves for the first time. */
void sn_servers_judge(sn_judge *j, const sn_fact *f, const txn *t);
/** A client transaction ends without any response. */
void sn_servers_gave_nothing(sn_judge *j, const txn *t);
/** A 503 came. */
void sn_servers_refused(sn_judge *j, const txn *t);
void sn_servers_connection(sn_judge *j, const sn_fact *f);
/** A request was held back. */
void sn_servers_held(sn_judge *j, const sn_fact *f);

/* ---- edited.c: messages that became others */

void sn_edited_judge(sn_judge *j, const sn_fact *f);
/** A message that left a node or came to one: it may be a stranger's. */
void sn_edited_pass(sn_judge *j, const sn_fact *f);
void sn_edited_join(sn_judge *j, const sn_call_fact *call);
/** A B2BUA made one call of this one and another. */
void sn_edited_doubt(sn_judge *j, uint64_t call_id);
bool sn_edited_is_doubted(const sn_judge *j, uint64_t call_id);
bool sn_edited_is_joined(const sn_judge *j, uint64_t call_id);
/** A message came to a node: an INVITE of such a call may be the begin of one that nobody asked for. */
void sn_edited_hear(sn_judge *j, const sn_fact *f);
/** The law is not judged of a call whose messages were edited. */
bool sn_edited_excuses(const sn_judge *j, law l, uint64_t call_id);
void sn_edited_end(sn_judge *j);

#endif
