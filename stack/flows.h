/* Private to the engine: flows (RFC 5626) as far as its connections carry them. */
#ifndef SS_FLOWS_H
#define SS_FLOWS_H

#include "connections.h"

/** Bytes came by a connection: `line_ends` CRLFs, and behind them a message or not. */
void ss_flows_heard(ss_engine *e, ss_turn *turn, ss_connection *c, size_t line_ends,
                    bool has_message);
/** A datagram of STUN came. SS_ERR_SYNTAX: it is none, and nobody is told. */
SS_MUST_USE ss_status ss_flows_stun(ss_engine *e, ss_turn *turn, const ss_path *path,
                                    ss_slice datagram);
/** The layers have said that a flow is to be watched. */
void ss_flows_watch(ss_engine *e, ss_turn *turn);
/** The watch over a flow: the connection that was silent for too long, or NULL. */
ss_connection *ss_flows_timer(ss_engine *e, ss_turn *turn, ss_timer *timer);
/** A connection is no more. */
void ss_flows_lost(ss_engine *e, ss_turn *turn, const ss_path *path);

#endif
