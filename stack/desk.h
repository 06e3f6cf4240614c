/* desk.h: the user agent inside a registrar that notifies of registrations (RFC 3680). It is there only while somebody watches. */
#ifndef SS_DESK_H
#define SS_DESK_H

#include "ss/engine.h"

/** A SUBSCRIBE to the registrations of a domain of ours, or to refresh one. */
bool ss_desk_takes(const ss_engine *e, const ss_up *up, const ss_msg *msg);
void ss_desk_request(ss_engine *e, ss_turn *turn, const ss_up *up, const ss_msg *msg,
                     const ss_path *came_by);
/** What came up for a subscription; its timer; the answer to a query of the desk's, false when it is not. */
void ss_desk_up(ss_engine *e, ss_turn *turn, const ss_up *up, const ss_msg *response);
void ss_desk_timer(ss_engine *e, ss_turn *turn, ss_timer *timer);
bool ss_desk_answer(ss_engine *e, ss_turn *turn, const ss_answer *answer);
/** The proxy has answered something: whose bindings changed is told to who watches them. */
void ss_desk_look(ss_engine *e, ss_turn *turn);
/** Subscriptions end soon. False: there are none. */
bool ss_desk_quiet(ss_engine *e, ss_turn *turn);
void ss_desk_forget(ss_engine *e);

#endif
