/* ss/engine.h: one SIP element without I/O. Bytes and instants go in; bytes, questions and one deadline come out.
 *
 *     ss_turn turn = ss_turn_begin(now, &arena);
 *     status = ss_engine_input(engine, &turn, &path, datagram);      or _tick, _command, _answer, _stream_…
 *     while ((out = ss_turn_take(&turn)) != NULL) { send, ask, tell }
 *     arena.used = 0;
 *     next = ss_engine_deadline(engine);
 */
#ifndef SS_ENGINE_H
#define SS_ENGINE_H

#include "ss/proxy.h"
#include "ss/ua.h"

typedef enum ss_role { SS_ROLE_UA, SS_ROLE_PROXY } ss_role;

typedef struct ss_engine_counts {
    uint32_t received, refused, strays; /* messages */
} ss_engine_counts;

/** The connections of the engine's stream transports; they live in the store. See decisions/0007. */
typedef struct ss_connections {
    ss_ref first;        /* in order of making; the last one is before it */
    ss_ref first_return; /* responses whose way is not known, or may fail yet (RFC 3263 5) */
    uint32_t count : 27, returns : 5;
    uint32_t ordinal; /* asked for by the engine */
} ss_connections;
enum { SS_RETURNS_MAX = 16 }; /* of an engine at once */

typedef struct ss_engine {
    ss_core core;
    ss_connections connections;
    ss_role role;
    ss_engine_counts counts;
    union {
        ss_ua ua;
        ss_proxy proxy;
    };
} ss_engine;

/** Everything an engine is made from. The pointed-to things are borrowed for its life. */
typedef struct ss_engine_options {
    ss_pools *pools;
    const ss_settings *settings;
    uint32_t engine;      /* unique among the engines that share the pools */
    uint64_t entropy_key; /* the host's draw; a restarted engine needs another */
    ss_role role;
    const ss_ua_identity *identity; /* SS_ROLE_UA */
    const ss_proxy_config *proxy;   /* SS_ROLE_PROXY */
} ss_engine_options;

/** Pools in memory that the host lends: `base` 16-byte aligned. `expected_txns` live at once sizes the tables.
 *  SS_ERR_MEMORY when `cap` is too small even for the tables. */
SS_MUST_USE ss_status ss_pools_init(ss_pools *pools, void *base, uint64_t cap,
                                    uint64_t expected_txns, uint64_t expected_dialogs);

void ss_engine_init(ss_engine *e, const ss_engine_options *options);
/** The run drains: who watches registrations here, and is not heard of any more, is waited for no longer. A registrar's;
 *  false: nobody watches. */
bool ss_engine_quiet(ss_engine *e, ss_turn *turn);
/** As a crash: everything of the engine in the pools is given back, no output. Initialise again to restart. */
void ss_engine_reset(ss_engine *e);

ss_turn ss_turn_begin(ss_time now, ss_arena *arena);
/** The next output, in order; NULL when drained. Borrowed until the arena is emptied. */
const ss_output *ss_turn_take(ss_turn *turn);

/**
 * Feed one received datagram.
 *
 * RFC 3261 18.2.1 (requests), 18.1.2 (responses).
 * path   transport, local and remote address, as the network delivered it; copied.
 * dgram  borrowed until the turn is drained; at most SS_DATAGRAM_BYTES_MAX.
 *
 * SS_OK          consumed, including when a SIP error response was put out.
 * SS_ERR_SYNTAX  not SIP and no response is owed; counted and noted.
 * SS_ERR_FULL    the arena was too small: the message is as if lost.
 * SS_ERR_MEMORY  the host's store is exhausted.
 */
SS_MUST_USE ss_status ss_engine_input(ss_engine *e, ss_turn *turn, const ss_path *path,
                                      ss_slice dgram);

/** The same of a datagram that the host has read: *msg is what ss_msg_parse made of it with SS_OK, and the engine's own until the
 *  turn is drained. */
SS_MUST_USE ss_status ss_engine_input_read(ss_engine *e, ss_turn *turn, const ss_path *path,
                                           ss_msg *msg);

/** ICMP says that a host, a port or a protocol is not there, about a datagram to path->remote: 17.1.4 and RFC 6026 8.8 for the
 *  transaction that sent it and would send it again, 18.4; what quotes no such message is ignored. Path: UDP. */
SS_MUST_USE ss_status ss_engine_unreachable(ss_engine *e, ss_turn *turn, const ss_path *path,
                                            const ss_quote *quote);

/** The host learnt the MTU of the way to an address (RFC 1191, RFC 8201), or of its own link when the address has no family; it holds
 *  until then: 18.1.1. */
void ss_engine_path_mtu(ss_engine *e, const ss_address *to, uint32_t mtu, ss_time until);

/* Stream transports (section 18). The host numbers the connections that were opened to it, from 1, below SS_CONNECTION_ONLY; the
 * engine numbers those it
 * asks for with SS_OUT_CONNECT, above SS_CONNECTION_OURS. A connection is known by its number: of the path that the host gives
 * back, only transport and connection count once it is open.
 *
 * SS_OUT_STREAM always has a connection, and the SS_OUT_CONNECT of a new one goes before it, but not its success: the host takes
 * all bytes of an output, in order, and keeps what the socket does not take yet, because it is not connected or its buffer is
 * full. A partial write is the host's affair. Of a host that keeps too much, the engine must hear: ss_engine_stream_stuck.
 * Connections end by the host (idle, refused, reset, closed by the peer): ss_engine_path_lost; or by SS_OUT_CLOSE, after which
 * the number means nothing to the engine. */
#define SS_CONNECTION_OURS 0x80000000u
/**
 * A peer opened a connection to us, or one of ours is open now.
 *
 * SS_ERR_FULL   no room for one more of a peer's: close it.
 * SS_ERR_STATE  not one that we asked for, or one that we gave up since: close it.
 */
SS_MUST_USE ss_status ss_engine_stream_opened(ss_engine *e, ss_turn *turn, const ss_path *path);
/** What was taken of the bytes of a stream: all up to `count`, of which the last `message` bytes are a message; 0: none is. */
typedef struct ss_taken {
    size_t count, message;
} ss_taken;
/** Bytes in order, from the first that was not taken yet: one message of them is taken in a call, so that each has the whole
 *  arena. `taken` is set whatever the status. Call again with the rest, after draining, until all are taken or SS_MORE asks for
 *  bytes that have not come. SS_ERR_STATE: no such connection is open; all bytes are taken. */
SS_MUST_USE ss_status ss_engine_stream_input(ss_engine *e, ss_turn *turn, const ss_path *path,
                                             ss_slice bytes, ss_taken *taken);
/** `failed`: reset, refused or unreachable, 17.1.4 and RFC 6026 8.8 for all that used it; else closed in order, and what waits
 *  for an answer waits on, as the peer may open another. One of ours that was never open has failed. */
SS_MUST_USE ss_status ss_engine_path_lost(ss_engine *e, ss_turn *turn, const ss_path *path,
                                          bool failed);
/** One of ours was refused while it was being opened (a reset, or ICMP says that the protocol is not there), and not merely
 *  without an answer: what went by it for its size alone goes over UDP (18.1.1), the rest has failed. */
SS_MUST_USE ss_status ss_engine_path_refused(ss_engine *e, ss_turn *turn, const ss_path *path);
/** Back-pressure: the host keeps as many bytes of the connection as it likes to (stuck), or could write them (not stuck). While
 *  it is stuck, a new request that has no other connection to go by fails at once as by 17.1.4 and is not put out; but responses,
 *  ACK, CANCEL and BYE, which finish what is under way already, are. SS_NONE: no such connection. */
SS_MUST_USE ss_status ss_engine_stream_stuck(ss_engine *e, const ss_path *path, bool is_stuck);

/** The application asks for something: SS_ROLE_UA only. See ss_ua_command. */
SS_MUST_USE ss_status ss_engine_command(ss_engine *e, ss_turn *turn, ss_command *command);
/** The answer to a query. SS_NONE: nothing waits for the token any more. */
SS_MUST_USE ss_status ss_engine_answer(ss_engine *e, ss_turn *turn, const ss_answer *answer);
/** Fire the timers due at turn->now, as many as a quarter of the arena has room for; or, of a proxy with a queue, process one message
 *  that a worker is done with. Then the deadline may be now still, and another tick is due. */
SS_MUST_USE ss_status ss_engine_tick(ss_engine *e, ss_turn *turn);
/** The next instant at which ss_engine_tick is due; SS_TIME_NEVER when idle. */
ss_time ss_engine_deadline(const ss_engine *e);

#endif
