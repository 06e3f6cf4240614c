/* sn/facts.h: what happened, as fixed-size records in one total order, and the digest over them (design 3.3, 3.8).
 *
 * Facts are made by the world and read by observers: laws, metrics, ladders, files. They never feed back. No world in
 * sight: entities are dense numbers, and the cast says who they are.
 */
#ifndef SN_FACTS_H
#define SN_FACTS_H

#include "sn/address.h"
#include "ss/base.h"
#include "ss/words.h"

/* ---- the order of events -------------------------------------------------------------------------------------------
 * (at, step, tie, receiver, sender, counter): total, and independent of how the world is split. */

typedef struct sn_key {
    ss_time at;
    uint64_t tie;              /* 0 in order: fifo */
    uint64_t counter;          /* the sender's own, per receiver: nobody else's traffic shows */
    uint32_t step;             /* 0 scripted; 1 made for a later instant; +1 per zero delay */
    uint32_t receiver, sender; /* dense node numbers */
} sn_key;

/** <0, 0, >0. */
int sn_key_compare(const sn_key *a, const sn_key *b);

/* ---- the cast: who the numbers are -----------------------------------------------------------------------------------
 * Nodes are dense and sorted by (group name, index). Link directions: 2*n leads from node n up to its router, 2*n+1
 * from the router down to node n. */

#define SN_NOBODY     UINT32_MAX
#define SN_UP(node)   (2u * (node))
#define SN_DOWN(node) (2u * (node) + 1u)

typedef enum sn_role {
    SN_ROLE_ROUTER,
    SN_ROLE_UA,
    SN_ROLE_PROXY,
    SN_ROLE_TAP,
    SN_ROLE_DNS,
    SN_ROLE_COUNT
} sn_role;

/** What the timers of a stack last: RFC 3261 17; all 0 where there is none. One for all nodes of a group. */
typedef struct sn_spans {
    ss_span t1, t2, t4;
    /* T1 and T2 of requests that are its probes, and how many copies leave at most: RFC 8899 5.1; 0: it has none */
    ss_span probe;
    uint32_t probes_max;
} sn_spans;

typedef struct sn_member {
    char name[48];         /* "phone[17]"; "p1" when the group has one */
    uint64_t id;           /* from the name: stable when others come and go */
    uint32_t number;       /* from which its addresses are made */
    uint32_t router;       /* the node its uplink leads to; SN_NOBODY for the root */
    uint8_t role;          /* sn_role */
    bool may_log_in : 1;   /* it has the password of its own address */
    bool is_stateless : 1; /* a proxy without transactions: RFC 3261 16.11 */
    bool has_queue : 1;  /* what comes waits there: it is SERVED some time after it was RECEIVED */
    bool by_arrival : 1; /* and its classes do not matter */
    bool joins : 1;      /* a B2BUA: its calls are others' */
    bool lacks_v4 : 1, has_v6 : 1; /* IPv6 alone, IPv4 alone, or both */
    bool prefers_v4 : 1;           /* of both */
    /* bytes of a request that go by TCP for their size: RFC 3261 18.1.1; 0: none do */
    uint16_t tcp_from;
    uint32_t outbound;     /* the proxy that a user agent sends to; SN_NOBODY for none */
    const sn_spans *spans; /* of its stack; borrowed from the plan */
} sn_member;

/** Its address of a version of IP, or none: IPv6 addresses are unique local ones (RFC 4193), fd00::/96 and the number. */
static inline sn_address sn_member_address_of(const sn_member *m, bool is_v6)
{
    const bool has = is_v6 ? m->has_v6 : !m->lacks_v4;
    const uint64_t high = is_v6 ? UINT64_C(0xfd) << 56 : 0;
    return has ? (sn_address){ high, is_v6 ? m->number : SN_ADDRESS_MAPPED | m->number }
               : (sn_address){ 0, 0 };
}
/** Where it is reached; of a node with two addresses the one that it prefers. */
static inline sn_address sn_member_address(const sn_member *m)
{
    return sn_member_address_of(m, m->has_v6 && (m->lacks_v4 || !m->prefers_v4));
}
/** Where it is reached from another: the same, when the other has an address of that version; none: it is not. */
static inline sn_address sn_member_address_for(const sn_member *m, const sn_member *from)
{
    const bool first = !sn_address_is_v4(sn_member_address(m));
    const bool has = first ? from->has_v6 : !from->lacks_v4;
    return sn_member_address_of(m, has ? first : !first);
}

/** A node that asks the users of a domain for credentials: RFC 3261 22. */
typedef struct sn_cast_guard {
    uint32_t node, count;       /* that one and those behind it: a group */
    uint32_t methods;           /* bit 1 << ss_method */
    const char *domain, *realm; /* borrowed from the plan */
    bool asks_guests;           /* requests to the domain from elsewhere need credentials too */
    ss_span nonce_lifetime;
} sn_cast_guard;

typedef struct sn_cast {
    const sn_member *nodes; /* borrowed from the plan */
    uint32_t node_count;
    const char *const *call_sources; /* names of the calls: entries */
    uint32_t call_source_count;
    const sn_cast_guard *guards;
    uint32_t guard_count;
    ss_span query_wait; /* so long resolvers wait for an answer; 0: nobody knows */
    ss_span avoid; /* so long hosts avoid a server that did not answer: RFC 3263 4.3 */
    bool has_outsiders; /* a live run: of what its peers know nobody tells, and of what they send only what arrives */
} sn_cast;

/** The stable id of a node, from its group's name and its index there: no file order, no dense number. */
uint64_t sn_name_id(ss_slice group, uint32_t index);
/** The stable id of a link direction, for draws and the digest. */
uint64_t sn_link_id(const sn_cast *cast, uint32_t link);

/* ---- facts ---------------------------------------------------------------------------------------------------------------- */

/* name, the entity it belongs to (digest): N node, L link direction */
#define SN_FACT_LIST(X)                                                                                             \
    X(DATAGRAM_SENT,                                                                                                \
      N)         /* an app handed a UDP datagram to IP; sip, peer = destination or SN_NOBODY */                     \
    X(PACKET, N) /* an IP packet (or fragment) leaves its origin; the sink gets its bytes */                        \
    X(FRAGMENTED,                                                                                                   \
      N) /* it was cut, the sink gets its bytes; value = pieces; cause MTU: by the link's policy, it may be or not */ \
    X(LINK_SENT,                                                                                                    \
      L) /* the link took it, or takes it up after it waited; value = copies that will arrive; queued; cause MTU: too long */ \
    X(LINK_DROPPED, L) /* a copy will not arrive; cause */                                                          \
    X(LINK_DUPLICATED,                                                                                              \
      L) /* one more copy was made; due: it waited, and this one was not in LINK_SENT's value; queued */            \
    X(LINK_REORDERED, L)    /* this copy jumped the queue */                                                        \
    X(LINK_ARRIVED, L)      /* a copy came out at the far end */                                                    \
    X(NODE_DROPPED, N)      /* a router or host dropped a packet; cause */                                          \
    X(REASSEMBLED, N)       /* all fragments of a datagram are there; value = pieces */                             \
    X(DATAGRAM_RECEIVED, N) /* a UDP datagram reached an app; sip, peer = source or SN_NOBODY */                    \
    X(NOTE, N)              /* the stack's note */                                                                  \
    X(CALL, N)              /* the simulator's call moved on; call */                                               \
    X(REGISTRATION, N)      /* call.event REGISTERED or REGISTER_FAILED; call.status */                             \
    X(LEFT, N)              /* at the end of the run, per host: left */                                             \
    X(END, N)               /* the last fact of a run; entity 0; value = 1 when interrupted */                      \
    X(STREAM_SENT, N)       /* an app wrote a message on a connection; packet.ordinal = where in \
                               that direction of it; sip, peer */                  \
    X(STREAM_RECEIVED, N)   /* a whole message was cut from a connection; likewise */                               \
    X(CONNECTION, N)        /* something happened to one of the node's connections; connection */                   \
    X(SERVED, N)            /* a message that waited in the node is processed now; sip, peer */                     \
    X(ICMP_SENT,                                                                                                    \
      N) /* about a datagram that came to nothing, to its source; value = sn_icmp_value; ports and call_id of it */ \
    X(ICMP_RECEIVED, N) /* its source heard of it; likewise */                                                      \
    X(EDITED,                                                                                                       \
      N) /* a message leaves the node as another: by a fault (cause) at its origin, else by the link to peer; sip and hash of that; value = sn_edit */ \
    X(PATH_MTU,                                                                                                     \
      N) /* by its probes, what the way to peer carries; value, 0: unknown; cause: it was more */
#define SN_FACT_ID(name, whose) SN_FACT_##name,
typedef enum sn_fact_kind { SN_FACT_LIST(SN_FACT_ID) SN_FACT_COUNT } sn_fact_kind;

#define SN_CAUSE_LIST(X)                                                                       \
    X(NONE, "")                                                                                \
    X(LOSS, "loss")                                                                            \
    X(QUEUE, "queue full")                                                                     \
    X(MTU, "larger than the MTU, may not be fragmented")                                       \
    X(TTL, "time to live ran out")                                                             \
    X(NO_ROUTE, "no route")                                                                    \
    X(CHECKSUM, "bad checksum")                                                                \
    X(REASSEMBLY_TIMEOUT, "fragments missing for too long")                                    \
    X(REASSEMBLY_FULL, "too many datagrams in pieces")                                         \
    X(NO_PORT, "nothing listens")                                                              \
    X(DOWN, "link down")                                                                       \
    X(FAULT, "fault of the scenario")                                                          \
    X(MALFORMED, "malformed") X(FILTERED, "filtered") X(FORGED, "about nothing that was sent") \
        X(OVERLAP, "fragments overlap")                                                        \
            X(BLACK_HOLE, "larger than what the path carries, and nobody is told")             \
                X(EARLY, "queue too long")
#define SN_CAUSE_ID(name, text) SN_CAUSE_##name,
typedef enum sn_cause { SN_CAUSE_LIST(SN_CAUSE_ID) SN_CAUSE_COUNT } sn_cause;
/** The text of a cause. Static. */
const char *sn_cause_text(sn_cause cause);
/** "DATAGRAM_SENT" …; static. */
const char *sn_fact_name(sn_fact_kind kind);

/* What ICMP tells the source of a packet that came to nothing: type and code of RFC 792, and of RFC 4443. */
#define SN_ICMP_LIST(X)                             \
    X(NET, "net unreachable", 3, 0, 1, 0)           \
    X(HOST, "host unreachable", 3, 1, 1, 3)         \
    X(PROTOCOL, "protocol unreachable", 3, 2, 4, 1) \
    X(PORT, "port unreachable", 3, 3, 1, 4)         \
    X(TOO_BIG, "fragmentation needed", 3, 4, 2, 0)  \
    X(TTL, "time to live exceeded", 11, 0, 3, 0)    \
    X(PIECES, "fragment reassembly timed out", 11, 1, 3, 1) \
    X(HEADER, "parameter problem", 12, 0, 4, 0)
#define SN_ICMP_ID(name, text, type, code, type6, code6) SN_ICMP_##name,
typedef enum sn_icmp_kind { SN_ICMP_LIST(SN_ICMP_ID) SN_ICMP_KINDS } sn_icmp_kind;
/** Static. */
const char *sn_icmp_text(sn_icmp_kind kind);
/** Of a fact: which it is, and the MTU that TOO_BIG names, or the byte that HEADER points at. */
static inline uint64_t sn_icmp_value(sn_icmp_kind kind, uint16_t mtu)
{
    return (uint64_t)kind << 16 | mtu;
}
static inline sn_icmp_kind sn_icmp_kind_of(uint64_t value)
{
    return (sn_icmp_kind)(value >> 16);
}

/* What an app tells of the simulator's calls; *UAC or UAS side as entity says. */
#define SN_CALL_LIST(X)                                                                                           \
    X(PLACED)     /* caller: INVITE asked for */                                                                  \
    X(BLOCKED)    /* caller: could not even start: status says why */                                             \
    X(INCOMING)   /* callee: INVITE came */                                                                       \
    X(PROGRESS)   /* caller: 101..199 */                                                                          \
    X(RINGING)    /* callee: sent 101..199 */                                                                     \
    X(ANSWERED)   /* caller: 2xx came, ACK went */                                                                \
    X(ACCEPTED)   /* callee: sent 2xx */                                                                          \
    X(CONFIRMED)  /* callee: ACK came */                                                                          \
    X(REJECTED)   /* caller: final 300..699, or synthetic */                                                      \
    X(REFUSED)    /* callee: sent a final 300..699 */                                                             \
    X(CANCELLING) /* caller: gave up before an answer */                                                          \
    X(CANCELLED)  /* callee: CANCEL came */                                                                       \
    X(NOT_ACKED)  /* callee: no ACK in 64*T1 */                                                                   \
    X(HANGUP)     /* either: BYE asked for */                                                                     \
    X(BYE)        /* either: BYE came */                                                                          \
    X(ENDED)      /* either: our BYE was answered (status), or timed out (408 synthetic) */                       \
    X(REGISTERED)                                                                                                 \
    X(REGISTER_FAILED)                                                                                            \
    X(ACT_MISSED) /* a story's act came to nothing: no such call, or not possible now; status 481 */              \
    X(OVERLOADED) /* of no call: a quota of the node refused something; status is what the peer was told, or 0 */ \
    X(CHANGING)       /* either: a re-INVITE or UPDATE asked for */                                               \
    X(CHANGED)        /* either: one of ours got its 2xx, or ours the ACK to it */                                \
    X(CHANGE_REFUSED) /* either: one came to nothing; status */                                                   \
    X(CRASHED)        /* of no call: the node forgot everything, and says no more */                              \
    X(RESTARTED)      /* of no call: it is there again */                                                         \
    X(JOINED)         /* a B2BUA: it makes the call `call_id` because of the call `because` */                    \
    X(SEVERED)        /* a B2BUA: one of its two could not be ended in order */
#define SN_CALL_ID(name) SN_CALL_##name,
typedef enum sn_call_event { SN_CALL_LIST(SN_CALL_ID) SN_CALL_COUNT } sn_call_event;
const char *sn_call_event_name(sn_call_event event);

/** One copy of one packet: unique in a run, and the same however the world is split. */
typedef struct sn_packet_id {
    uint64_t ordinal;  /* the origin's datagrams, from 0 */
    uint32_t origin;   /* dense node */
    uint16_t fragment; /* offset in units of 8 bytes */
    uint16_t copy;     /* 0 the original */
} sn_packet_id;

typedef struct sn_call_fact {
    uint32_t number; /* k + 1 for call k of the plan; 0: not of the plan */
    uint32_t source; /* index of the calls: entry, SN_NOBODY for none */
    uint16_t event;  /* sn_call_event */
    uint16_t status;
    uint8_t synthetic; /* status follows from a timeout or failure */
    uint64_t call_id;  /* hash as in ss_summary */
    union {
        uint64_t because; /* JOINED: likewise; of the others 0 */
        uint64_t
            session; /* HANGUP, BYE: as sn_session_fact has it; 0: none, or one that is just being changed */
    };
} sn_call_fact;

enum { SN_SESSION_BITS = 23 };

/** A session, as one end has it: hashes of its lines, kinds, directions and formats as this end sees them and as its peer should, and
 *  one of the o= lines of its last offer and answer. */
static inline uint64_t sn_session_fact(uint64_t ours, uint64_t theirs, uint16_t versions)
{
    const uint64_t mask = (1u << SN_SESSION_BITS) - 1;
    return (uint64_t)versions << 48 | (ours & mask) << 24 | 1u << SN_SESSION_BITS | (theirs & mask);
}

#define SN_CONNECTION_LIST(X)                                                \
    X(OPENING, "is being opened")                                            \
    X(OPEN, "is open")                                                       \
    X(ACCEPTED, "was accepted")                                              \
    X(REFUSED, "was refused")                /* by the peer */               \
    X(UNREACHABLE, "was answered by nobody") /* while it was being opened */ \
    X(CLOSING, "is being closed")            /* by us, in order */           \
    X(CLOSED, "was closed by the peer")      /* in order */                  \
    X(RESET, "was reset")                    /* by us */                     \
    X(LOST, "was reset by the peer")                                         \
    X(STUCK, "keeps as many bytes as it may")                                \
    X(FLOWING, "takes bytes again")                                          \
    X(MUTE, "carries nothing any more, and nobody is told")
#define SN_CONNECTION_ID(name, text) SN_CONNECTION_##name,
typedef enum sn_connection_event {
    SN_CONNECTION_LIST(SN_CONNECTION_ID) SN_CONNECTION_COUNT
} sn_connection_event;
/** "OPENING" …, and what it says of a connection; static. */
const char *sn_connection_event_name(sn_connection_event event);
const char *sn_connection_event_text(sn_connection_event event);

typedef struct sn_connection_fact {
    uint16_t event;   /* sn_connection_event */
    uint32_t number;  /* the app's name for it; 0 when it has none yet */
    uint64_t call_id; /* hash, of the message written last; 0: none */
} sn_connection_fact;

typedef struct sn_left_fact {
    uint32_t transactions, dialogs, calls, timers; /* still live when the run ended */
    uint32_t bindings, contexts;
    uint32_t connections; /* open, or on the way to it */
    uint64_t store_bytes; /* of its quota */
} sn_left_fact;

/** What a packet met at the queue of a link. */
typedef struct sn_queued_fact {
    ss_span waited;          /* until the rate took it up */
    uint32_t packets, bytes; /* that waited when it came */
    uint8_t is_set;          /* 1: the link has a rate, and took it */
} sn_queued_fact;

typedef struct sn_fact {
    sn_key key;      /* of the event inside which it happened */
    uint32_t index;  /* order inside that event */
    uint16_t kind;   /* sn_fact_kind */
    uint16_t cause;  /* sn_cause */
    uint32_t entity; /* node, or link direction, by kind */
    uint32_t peer;   /* other node, SN_NOBODY when none */
    sn_packet_id packet;
    uint64_t hash;                  /* of the datagram's bytes, 0 when there is no packet */
    uint64_t value;                 /* by kind: bytes on the wire when not said otherwise */
    ss_time due;                    /* LINK_SENT, LINK_DUPLICATED: when the (first) copy arrives */
    uint16_t local_port, peer_port; /* DATAGRAM_*, STREAM_*, CONNECTION, SERVED, ICMP_* */
    uint8_t transport;              /* ss_transport; likewise */
    uint8_t is_probe;               /* DATAGRAM_*: 1, to find out what its way carries */
    union {
        ss_summary
            sip; /* DATAGRAM_*, STREAM_*, SERVED, EDITED; ICMP_*, PACKET of a stream or of ICMP: its call_id alone */
        ss_note note;
        sn_call_fact call;
        sn_left_fact left;
        sn_connection_fact connection;
        sn_queued_fact queued; /* LINK_SENT, LINK_DUPLICATED */
    };
} sn_fact;

/** A message left an app, or reached one: by whatever transport. */
static inline bool sn_fact_is_sent(const sn_fact *f)
{
    return f->kind == SN_FACT_DATAGRAM_SENT || f->kind == SN_FACT_STREAM_SENT;
}
static inline bool sn_fact_is_received(const sn_fact *f)
{
    return f->kind == SN_FACT_DATAGRAM_RECEIVED || f->kind == SN_FACT_STREAM_RECEIVED;
}
/** What names the message of such a fact: the same where it left and where it came, and nothing else in a run is called so
 *  (the hash of a stream's end and place; a datagram's number). */
sn_packet_id sn_fact_message(const sn_fact *f);

/** An observer. `packet`: for PACKET, FRAGMENTED, LINK_SENT and LINK_ARRIVED the whole IP packet, as it is there; for
 *  DATAGRAM_* the UDP payload, for STREAM_* the message, as for SERVED; else empty. Borrowed for the call. Facts come in
 *  the total order. */
typedef struct sn_sink {
    void *self;
    void (*fact)(void *self, const sn_fact *fact, ss_slice packet);
} sn_sink;

/* ---- the digest ---------------------------------------------------------------------------------------------------------------
 * 64 bits, chained per entity over (key, kind, packet hash), summed over mixed entities; the same on every machine. */

typedef struct sn_digest {
    const sn_cast *cast;
    uint64_t *nodes, *links; /* chains: node_count and 2 * node_count; the caller's memory */
    uint64_t end;            /* chain of the END fact, which is no node's */
} sn_digest;

/** `chains` holds 3 * node_count words, zeroed here. */
void sn_digest_init(sn_digest *d, const sn_cast *cast, uint64_t *chains);
void sn_digest_fact(sn_digest *d, const sn_fact *fact);
uint64_t sn_digest_sum(const sn_digest *d);

#endif
