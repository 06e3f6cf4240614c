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
    uint32_t received, refused, strays;                   /* messages */
} ss_engine_counts;

typedef struct ss_engine {
    ss_core core;
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
    uint32_t engine;                                      /* unique among the engines that share the pools */
    uint64_t entropy_key;                                 /* the host's draw; a restarted engine needs another */
    ss_role role;
    const ss_ua_identity *identity;                       /* SS_ROLE_UA */
    const ss_proxy_config *proxy;                         /* SS_ROLE_PROXY */
} ss_engine_options;

/** Pools in memory that the host lends: `base` 16-byte aligned. `expected_txns` live at once sizes the tables.
 *  SS_ERR_MEMORY when `cap` is too small even for the tables. */
SS_MUST_USE ss_status ss_pools_init(ss_pools *pools, void *base, uint64_t cap, uint64_t expected_txns,
                                    uint64_t expected_dialogs);

void ss_engine_init(ss_engine *e, const ss_engine_options *options);
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
SS_MUST_USE ss_status ss_engine_input(ss_engine *e, ss_turn *turn, const ss_path *path, ss_slice dgram);

/* Stream transports (18.3). The host numbers connections that were opened to it; the engine numbers those it asked for
 * with SS_OUT_CONNECT, above SS_CONNECTION_OURS. */
#define SS_CONNECTION_OURS 0x80000000u
SS_MUST_USE ss_status ss_engine_stream_opened(ss_engine *e, ss_turn *turn, const ss_path *path);
/** Bytes in order: one message of them is taken in a call, so that each has the whole arena. `taken`: how many bytes, whatever
 *  the status. Call again with the rest, after draining, until all are taken or SS_MORE asks for bytes that have not come. */
SS_MUST_USE ss_status ss_engine_stream_input(ss_engine *e, ss_turn *turn, const ss_path *path, ss_slice bytes,
                                             size_t *taken);
/** `failed`: reset, refused or unreachable, 17.1.4; else closed in order. */
SS_MUST_USE ss_status ss_engine_path_lost(ss_engine *e, ss_turn *turn, const ss_path *path, bool failed);

/** The application asks for something: SS_ROLE_UA only. See ss_ua_command. */
SS_MUST_USE ss_status ss_engine_command(ss_engine *e, ss_turn *turn, ss_command *command);
/** The answer to a query. SS_NONE: nothing waits for the token any more. */
SS_MUST_USE ss_status ss_engine_answer(ss_engine *e, ss_turn *turn, const ss_answer *answer);
/** Fire every timer due at turn->now. */
SS_MUST_USE ss_status ss_engine_tick(ss_engine *e, ss_turn *turn);
/** The next instant at which ss_engine_tick is due; SS_TIME_NEVER when idle. */
ss_time ss_engine_deadline(const ss_engine *e);

#endif
