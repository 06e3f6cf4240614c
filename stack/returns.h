/* Private to the engine: responses whose way is not known yet, or may fail (RFC 3261 18.2.2, RFC 3263 5). */
#ifndef SS_RETURNS_H
#define SS_RETURNS_H

#include "ss/engine.h"

/** Takes one response out of the turn whose Via names a host where an address is needed; it is kept, and the host asked. False: there
 *  is none. */
bool ss_returns_take(ss_engine *e, ss_turn *turn);
/** Copies of the responses that go by connections which are not open yet. */
void ss_returns_keep(ss_engine *e, ss_turn *turn);
/** What was to go by a path goes elsewhere: by a connection that was refused, or to an address from which ICMP came, all of it or what
 *  is quoted. */
void ss_returns_failed(ss_engine *e, ss_turn *turn, const ss_path *path, const ss_quote *quote);
/** The last response of a server transaction failed over UDP. */
void ss_returns_begin(ss_engine *e, ss_turn *turn, ss_ref txn);
/** A connection is open: what went by it has arrived, as far as anybody here can tell. */
void ss_returns_arrived(ss_engine *e, const ss_path *path);
/** False: the answer is to no question of this file. */
bool ss_returns_answer(ss_engine *e, ss_turn *turn, const ss_answer *answer);
void ss_returns_timer(ss_engine *e, ss_timer *timer);
void ss_returns_forget_all(ss_engine *e);

#endif
