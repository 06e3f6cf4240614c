/* Private to the engine: paths that failed while very many transactions were on them (RFC 3261 17.1.4, 18.4). What one turn has no room
 * to tell waits here for the next, which is due at once. */
#ifndef SS_LOSSES_H
#define SS_LOSSES_H

#include "ss/engine.h"

/** The walk under way stops until the next turn. False: it is at its end, or there is no room to remember it: it has to go on. */
SS_MUST_USE bool ss_losses_keep(ss_engine *e, const ss_turn *turn, const ss_path *path,
                                uint32_t cursor);
/** One that waited: its walk goes on, with the cursor that is returned. */
uint32_t ss_losses_take(ss_engine *e, ss_timer *timer, ss_path *path);
/** When nothing else of the engine has a timer any more. */
void ss_losses_forget_all(ss_engine *e);

#endif
