/* Private to the engine: its connections (RFC 3261 section 18), in the store and against the engine's byte quota.
 *
 * A connection is found by its number and by where it goes; both keys stand in the one table of the pools. */
#ifndef SS_CONNECTIONS_H
#define SS_CONNECTIONS_H

#include "ss/engine.h"

/** What stands in a path for "no connection could be had": the number of none. */
#define SS_CONNECTION_NONE UINT32_MAX

typedef struct ss_connection {
    ss_table_link by_number;  /* first: the table asks for it */
    ss_table_link by_address; /* transport and remote */
    ss_path path;
    ss_ref next, prev;  /* order of making; the first has the last before it */
    ss_framing framing; /* of what comes in */
    bool is_open;       /* else it was asked for */
    bool is_stuck;
    bool has_line_end; /* one of the two that make a keep-alive */
    ss_ref watch;      /* 0: it may be silent for as long as it likes */
    ss_time heard;     /* when bytes came last */
} ss_connection;

/** Over a flow that has to say something: RFC 5626 5.4. */
typedef struct ss_watch {
    ss_timer timer;
    ss_ref connection;
    ss_span patience;
} ss_watch;

/** NULL when there is none. */
ss_connection *ss_connection_find(const ss_engine *e, const ss_path *path);
/** NULL at the quota. The number of the path is not in use. */
ss_connection *ss_connection_new(ss_engine *e, const ss_path *path);
void ss_connection_forget(ss_engine *e, ss_connection *c);
void ss_connections_forget_all(ss_engine *e);

/** Gives each SS_OUT_STREAM of the turn that has no living connection one to where it goes: one that is there, or a new one,
 *  with SS_OUT_CONNECT before it. `*unsent` is the path by which the transactions of what could not be sent are to be told,
 *  one output at a time: call again until false. */
bool ss_connections_assign(ss_engine *e, ss_turn *turn, ss_path *unsent);
/** A connection to where `path` goes, one that is there or a new one, with its SS_OUT_CONNECT: its path. False at the quota. */
bool ss_connections_reach(ss_engine *e, ss_turn *turn, ss_path *path);
/** Out of the list; `before` stands before it, or NULL. */
void ss_output_take_out(ss_turn *turn, ss_output *before, ss_output *out);
/** Takes away what the turn would still write on a connection. */
void ss_connections_silence(ss_turn *turn, const ss_path *path);

#endif
