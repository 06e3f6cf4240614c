/* rp/state.h: what is live at an instant of a run, from the facts up to it: calls, transactions, dialogs, subscriptions, connections,
 * packets under way, messages that wait, and what each host counts of its own.
 */
#ifndef RP_STATE_H
#define RP_STATE_H

#include "rp/file.h"
#include "rp/json.h"
#include "sn/facts.h"

typedef struct rp_state rp_state;
/** `cast` is borrowed. NULL without memory. */
rp_state *rp_state_new(const sn_cast *cast);
void rp_state_free(rp_state *s);
/** Every fact, in order; LEFT, at the end, is what the hosts count. */
void rp_state_fact(rp_state *s, const sn_fact *fact);
/** As tables, and as members of an open object. False when memory ran out on the way: something is missing. */
SS_MUST_USE bool rp_state_write(const rp_state *s, rp_file *out);
SS_MUST_USE bool rp_state_write_json(const rp_state *s, rp_json *j);

#endif
