/* ss/transport.h: where messages go and come from, and what an engine hands out (RFC 3261 section 18, RFC 3581).
 *
 * The stack does no I/O. It writes down what is to be done as outputs of a turn; the host takes and does them.
 */
#ifndef SS_TRANSPORT_H
#define SS_TRANSPORT_H

#include "ss/base.h"
#include "ss/msg.h"

/* ---- addresses and paths ----------------------------------------------------------------------------------------------- */

typedef struct ss_address {
    uint8_t family; /* 0 none, 4, 6 */
    uint8_t ip[16]; /* network order; IPv4 in the first four */
    uint16_t port;  /* host order */
} ss_address;

static inline ss_address ss_address_v4(uint32_t ip, uint16_t port)
{
    return (ss_address){ .family = 4,
                         .ip = { (uint8_t)(ip >> 24), (uint8_t)(ip >> 16), (uint8_t)(ip >> 8),
                                 (uint8_t)ip },
                         .port = port };
}
bool ss_address_same_host(const ss_address *a, const ss_address *b);
bool ss_address_equal(const ss_address *a, const ss_address *b);
/** Of host and port; never 0. */
uint32_t ss_address_hash(const ss_address *a);
/** "10.0.0.1" or "[2001:db8::1]"; no port. */
void ss_put_host(ss_buffer *b, const ss_address *a);
/** Host and port; the port always. */
void ss_put_host_port(ss_buffer *b, const ss_address *a);
/** An IPv4 literal or a bracketed or bare IPv6 literal. SS_NONE when the text is a name. */
SS_MUST_USE ss_status ss_address_from(ss_slice host, uint16_t port, ss_address *out);

/** How a message came or goes: one association of a transport. */
typedef struct ss_path {
    ss_transport transport;
    uint32_t connection; /* streams: its number, 0 for any to `remote`; datagrams: 0 */
    ss_address local, remote;
} ss_path;

/** In ss_path.connection of what is sent: by this connection and no other, though one to the same place could be had; when it is gone,
 *  the message has failed. A flow of RFC 5626. No number of a connection has this bit. */
#define SS_CONNECTION_ONLY 0x40000000u

/* ---- queries: questions to the host, answered later as input ---------------------------------------------------------------- */

typedef enum ss_query_kind {
    SS_QUERY_RESOLVE, /* RFC 3263: where is this host? */
    SS_QUERY_LOCATE,  /* 16.5: the bindings of an address-of-record */
    SS_QUERY_PERSIST, /* 10.3 step 7: change them, all or nothing */
    SS_QUERY_UNBIND, /* RFC 5626 7: remove all, of whatever address-of-record, whose flow is gone; token 0 */
    SS_QUERY_CREDENTIAL /* 22.4: the HA1 of a user in a realm */
} ss_query_kind;

/** What stands for an instance of an address-of-record while it is registered, and what its temporary GRUUs say: RFC 5627 5.4. */
typedef struct ss_gruu {
    uint64_t aor, instance; /* hashes */
    uint64_t since;         /* they are valid as long as it stays the same; 0: none */
} ss_gruu;

/** One Contact of an address-of-record (10.3). */
typedef struct ss_binding {
    ss_slice contact; /* the URI, without angle brackets; borrowed */
    ss_slice call_id; /* of the REGISTER that made it */
    uint32_t cseq;
    uint16_t q;         /* thousandths, 0..1000 */
    uint32_t expires_s; /* in: asked for, 0 removes; out: seconds left */
    ss_slice path;      /* RFC 3327: "<uri>,<uri>", the way to it; or empty */
    ss_slice instance;  /* RFC 5626: +sip.instance, without quotes; or empty */
    uint32_t reg_id;    /* RFC 5626: its flow; 0: outbound is not its way */
    bool
        is_by_flow; /* `path` is that of a flow to the registrar itself: SS_QUERY_UNBIND names it */
    bool wants_gruu; /* in: its instance is to have GRUUs */
    ss_gruu gruu;    /* out: of its instance */
} ss_binding;

typedef struct ss_query {
    ss_query_kind kind;
    uint32_t token; /* the engine's; given back in the answer */
    ss_slice
        name; /* RESOLVE: host. LOCATE, PERSIST: canonical AOR. UNBIND: a path. CREDENTIAL: user. In the arena */
    ss_slice realm, algorithm; /* CREDENTIAL: "SHA-256"; never one with -sess */
    uint16_t port;             /* RESOLVE: 0 when the URI has none */
    ss_transport transport;    /* RESOLVE: as the URI asks, or what is preferred when it is open */
    bool is_open, is_sips;     /* RESOLVE: the URI says no transport; it is a SIPS URI */
    bool is_fixed;   /* RESOLVE: for who keeps no state: the same order each time (RFC 3263 4.4) */
    bool remove_all; /* PERSIST: Contact: *; the one change has no contact */
    ss_gruu gruu;    /* LOCATE: by a temporary GRUU, whatever the name; since 0: by the name */
    const ss_binding *changes; /* PERSIST; in the arena; Call-ID and CSeq in each */
    uint16_t change_count;
} ss_query;

typedef struct ss_answer {
    uint32_t token;
    /* SS_OK; SS_NONE nothing known; SS_ERR_SEMANTIC refused (PERSIST: a CSeq out of order, 10.3
     * step 7); SS_ERR_FULL */
    ss_status status;
    const ss_address *addresses; /* RESOLVE: in order of preference; borrowed for the call */
    uint16_t address_count;
    bool has_transport; /* RESOLVE: it goes by this one, whatever was asked for (RFC 3263 4.1) */
    ss_transport transport;
    const ss_binding *bindings; /* LOCATE, PERSIST: what is bound now; borrowed for the call */
    uint16_t binding_count;
    uint16_t aor_count;   /* UNBIND */
    const ss_slice *aors; /* UNBIND: whose bindings were removed; borrowed for the call */
    ss_slice ha1;         /* CREDENTIAL: H(A1) in lower-case hexadecimal; borrowed for the call */
} ss_answer;

/* ---- events: what the application is told ------------------------------------------------------------------------------------ */

#define SS_EVENT_LIST(X)                                                                                                \
    X(REGISTERED)      /* 2xx to REGISTER; expires_s is what was granted */                                             \
    X(REGISTER_FAILED) /* status: what came, 408 on Timer F, 503 on a transport error (8.1.3.1) */                      \
    X(BINDINGS)        /* the answer to a query of what is bound; status as of both above */                            \
    X(INCOMING)        /* UAS: a new INVITE; msg is it; answer with a command */                                        \
    X(PROVISIONAL)     /* UAC: 101..199; msg */                                                                         \
    X(ANSWERED)        /* UAC: the first 2xx of a dialog; the ACK has gone out; msg */                                  \
    X(CONFIRMED)       /* UAS: the ACK to our 2xx came; msg */                                                          \
    X(REJECTED)        /* UAC: 3xx..6xx, or 408 and 503 as above; the call is over */                                   \
    X(CANCELLED)       /* UAS: CANCEL came; 487 has gone out; the call is over */                                       \
    X(NOT_ACKED)       /* UAS: 64*T1 without an ACK (13.3.1.4): BYE has gone out */                                     \
    X(BYE)             /* the peer sent BYE, 200 has gone out; the call is over */                                      \
    X(ENDED)   /* our BYE is done: status is its answer, 408 on Timer F; the call is over */                            \
    X(FULL)    /* a quota refused something; status is what the peer was told */                                        \
    X(REQUEST) /* of a method that the profile adds: answered 200; msg; call when in one's dialog */                    \
    X(RESPONSE) /* the final one to a request of ours outside all usages; request is its number */                      \
    X(SUBSCRIBED) /* 2xx to our SUBSCRIBE or REFER; subscription */                                                     \
    X(NOTIFIED)   /* a NOTIFY of our subscription came, 200 has gone out; msg */                                        \
    X(WATCHED)    /* a SUBSCRIBE was taken; subscription; msg */                                                        \
    X(REFERRED)   /* a REFER was taken: subscription, call in whose dialog; msg; place the call */                      \
    X(SUBSCRIPTION_ENDED) /* either side's; msg is the NOTIFY or the response, if any */                                \
    X(PUBLISHED)          /* 2xx to PUBLISH; expires_s */                                                               \
    X(PUBLISH_FAILED)     /* status as of REGISTER_FAILED; the publication is gone */                                   \
    X(OFFER) /* method INVITE: a re-INVITE came, with or without an offer; answer, reject; UPDATE: one with an offer */ \
    X(PRACKED) /* UAS: our reliable 1xx was acknowledged; msg is the PRACK, which may have an answer or an offer */     \
    X(CHANGED) /* our re-INVITE, UPDATE or PRACK's offer has its 2xx, or the 2xx of a re-INVITE its ACK (method ACK) */ \
    X(REFUSED) /* a change came to nothing: status; the session is as before; 491: AGAIN follows */                     \
    X(AGAIN) /* the wait after a 491 is over: method may be tried once more, if it is still wanted */                   \
    X(REFRESH) /* the session is due to be refreshed by a re-INVITE with it as it stands (RFC 4028) */                  \
    X(EXPIRED) /* nobody refreshed the session: our BYE goes out */
#define SS_EVENT_ID(name) SS_EVENT_##name,
typedef enum ss_event_kind { SS_EVENT_LIST(SS_EVENT_ID) SS_EVENT_COUNT } ss_event_kind;

/** The command that the application owes, beside which nothing happens. */
typedef enum ss_asks {
    SS_ASKS_NOTHING,
    SS_ASKS_PRACK,   /* SS_CMD_PRACK: of a reliable 1xx; with the answer when it has an offer */
    SS_ASKS_ACK,     /* SS_CMD_ACK: the answer to a 2xx that has an offer */
    SS_ASKS_RESPONSE /* SS_CMD_RESPOND to an UPDATE or PRACK with an offer; ANSWER to a re-INVITE */
} ss_asks;

typedef struct ss_event {
    ss_event_kind kind;
    uint32_t call;                  /* the engine's number of the call, 0 for none */
    uint32_t subscription, request; /* the engine's numbers, 0 for none */
    uint32_t replaces;              /* INCOMING: the call that it replaces when it is answered, 0 */
    uint64_t cookie;                /* the application's, from its command; 0 for incoming */
    unsigned status;
    uint32_t expires_s;
    uint32_t leg;      /* the dialog's number, for commands; 0 for none */
    ss_method method;  /* of changes */
    uint8_t verdict;   /* ss_oa_verdict: what the description in msg is, or its absence */
    uint8_t asks;      /* ss_asks */
    bool synthetic;    /* status was not received but follows from a failure */
    const ss_msg *msg; /* in the arena, or NULL */
} ss_event;

/* ---- a turn: one visit to an engine -------------------------------------------------------------------------------------------- */

typedef enum ss_output_kind {
    SS_OUT_DATAGRAM, /* send bytes on path */
    SS_OUT_CONNECT,  /* open a connection; path.connection is the engine's number */
    SS_OUT_STREAM,   /* write all bytes on path.connection: see ss/engine.h */
    SS_OUT_CLOSE,    /* close path.connection */
    SS_OUT_AVOID, /* the server at path.remote failed: another is better for a while (RFC 3263 4.3) */
    SS_OUT_QUERY,
    SS_OUT_EVENT,
    SS_OUT_NOTE,
    SS_OUT_SERVED /* for onlookers: the message that waited, and that the outputs behind this are about */
} ss_output_kind;

typedef struct ss_output {
    ss_output_kind kind;
    struct ss_output *next;
    ss_path path;   /* DATAGRAM, CONNECT, STREAM, CLOSE, AVOID, SERVED */
    ss_slice bytes; /* DATAGRAM, STREAM, SERVED; in the arena or the store, until the turn ends */
    const ss_msg *
        msg; /* DATAGRAM, STREAM: `bytes` as the engine read them, in the arena; NULL where it had no need to */
    union {
        ss_query query;
        ss_event event;
        ss_note note;
        ss_span
            avoid; /* AVOID: as its 503 asks in Retry-After; 0: it did not answer, as long as the host likes */
    };
} ss_output;

/** Lent by the host for one input. The parse tree and the outputs live in the arena and are drained before the next. */
typedef struct ss_turn {
    ss_time now;     /* not before the engine's previous turn */
    ss_arena *arena; /* borrowed; the host empties it after draining */
    ss_output *first, *last;
    bool failed; /* the arena was too small for an output: SS_ERR_FULL */
    size_t begun; /* of the arena, when the turn began */
    /* A proxy's, for queries that are answered in the turn that asked: the request that it keeps under `keeper`, as it was read */
    const ss_msg *kept;
    ss_ref keeper;
    /* Of a flow (RFC 5626), for the engine, which has the connections. A user agent's that does not answer its keep-alives: it is
     * given up. A proxy's, over which somebody registered: it is, unless something comes within `patience` of the last time. */
    const ss_path *silent, *watched; /* in the arena; NULL */
    ss_span patience;
} ss_turn;

/** Of things that are done at one instant, and may be very many, another one may be done in this turn; false: it waits for the next,
 *  by a timer that is due at once. What is left of the arena then has room for whatever one of them puts out. */
bool ss_turn_has_room(const ss_turn *turn);
/** A zeroed output at the end of the list; NULL and turn->failed when the arena is full. */
ss_output *ss_turn_add(ss_turn *turn, ss_output_kind kind);
/** Send on a path: a datagram, or bytes of its connection. `bytes` must live until the turn ends. */
void ss_turn_send(ss_turn *turn, const ss_path *path, ss_slice bytes);
void ss_turn_note(ss_turn *turn, const ss_note *note);
void ss_turn_event(ss_turn *turn, const ss_event *event);

/* ---- sections 18.1 and 18.2 ------------------------------------------------------------------------------------------------------ */

/**
 * What a server transport does to a request first: 18.2.1 (received) and RFC 3581 section 4 (rport). When the top Via
 * must be stamped, the message is spliced and indexed again in the arena; otherwise nothing is copied.
 * SS_OK or SS_ERR_FULL.
 */
SS_MUST_USE ss_status ss_transport_stamp(ss_msg *request, const ss_path *path, ss_arena *arena);
/** Where the response to a (stamped) request goes: 18.2.2, RFC 3581. remote.family 0: Via names a host, which the engine has resolved
 *  when the response goes out. SS_ERR_SEMANTIC when there is no Via to go by. */
SS_MUST_USE ss_status ss_transport_response_path(const ss_msg *request, const ss_path *came_by,
                                                 ss_path *out);
/** Where to open a connection for a response of a stream transport when that of its request is gone: 18.2.2. SS_ERR_SEMANTIC
 *  when Via names no address. */
SS_MUST_USE ss_status ss_transport_response_address(const ss_msg *response, ss_transport transport,
                                                    ss_address *out);
/** 18.1.2: a response whose top Via is not ours is dropped. True when sent-by names `local`. */
bool ss_transport_is_our_via(const ss_via *via, const ss_address *local);
/** "SIP/2.0/UDP host:port;branch=…;rport": a Via value for a request that leaves by `path` (18.1.1, RFC 3581 3). */
void ss_put_via(ss_buffer *b, const ss_path *path, ss_slice branch);

/** RFC 3261 18.1.1: within 200 bytes of the path's MTU, or over 1300 when that is not known (0). */
bool ss_transport_is_too_large(size_t request_bytes, uint32_t path_mtu);
/** A copy of a request whose top Via says TCP where it said UDP, or the other way; SS_EMPTY and turn->failed when the arena is
 *  full, or there is no such Via. */
ss_slice ss_transport_rename_via(ss_turn *turn, ss_slice request, ss_transport to);

/** The next hop that a URI names, before any name is resolved (RFC 3263 4, for what needs no DNS). */
typedef struct ss_hop {
    ss_transport transport;
    bool is_chosen; /* the URI left the transport to us: what `transport` says is the default */
    bool is_open;   /* it says none and no port: a zone may choose it (RFC 3263 4.1) */
    bool is_sips;
    ss_slice host; /* maddr or host */
    uint16_t port; /* 0: none was given */
    bool is_numeric;
    ss_address address; /* when numeric; port filled in with the default */
} ss_hop;
/** SS_ERR_SEMANTIC when the URI is no SIP URI (416), SS_ERR_SYNTAX when it cannot be parsed. */
SS_MUST_USE ss_status ss_transport_hop(ss_slice uri, ss_hop *hop);
/** The transport of a hop for who prefers one where the URI leaves it open. */
ss_transport ss_hop_transport(const ss_hop *hop, ss_transport preferred);

/** What is known of the next message of a stream: it stands beside the stream, zeroed when that begins. */
typedef struct ss_framing {
    uint16_t seen;   /* bytes of it that were looked at: its header section does not end in them */
    uint16_t length; /* of all of it, once its header section is there; 0: not yet */
} ss_framing;

/**
 * Where the next message of a stream lies (18.3). Work is linear in the bytes of the stream, in however many pieces they come.
 * framing  is brought up to date.
 * bytes    all that has come and was not taken: the caller takes `skip` of them, and with SS_OK the message.
 * skip     leading CRLFs (7.5, keep-alives of RFC 5626 3.5.1): always set.
 *
 * SS_OK          the message is the `length` bytes behind `skip`; at least one.
 * SS_MORE        its end is not there yet; length is 0.
 * SS_ERR_SYNTAX  Content-Length is missing, twice with different values, or no number: no later message can be found.
 * SS_ERR_FULL    longer than SS_MESSAGE_BYTES_MAX: likewise.
 */
SS_MUST_USE ss_status ss_stream_frame(ss_framing *framing, ss_slice bytes, size_t *skip,
                                      size_t *length);

#endif
